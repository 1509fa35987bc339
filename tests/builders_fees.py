"""Files of the physician fee schedule in the layouts as published, for the tests that import them.

They have the codes, letters, values and indices of the bundled tables, as numbers alone, with rows made up
here.
"""

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

from otcodes import Catalog
from otcodes.importing import Imported, import_file

BUNDLED = Catalog.bundled()
OCTOBER, JANUARY = dt.date(2026, 10, 1), dt.date(2026, 1, 1)
FOR_ALL, QUALIFYING = ("9", "33.4009"), ("1", "33.5675")

PAGE = "<!DOCTYPE html><html><body>License for use of files. I accept.</body></html>"

# The header as published: each column's words, from the line above HCPCS upwards.
HEADER = (
    ("HCPCS",),
    ("MOD",),
    ("DESCRIPTION",),
    ("CODE", "STATUS"),
    ("PAYMENT", "MEDICARE ", "FOR", "NOT USED"),
    ("RVU", "WORK"),
    ("PE RVU", "NON-FAC"),
    ("INDICATOR", "NA", "NON-FAC"),
    ("PE RVU", "FACILITY"),
    ("INDICATOR", "NA", "FACILITY "),
    ("RVU", "MP"),
    ("TOTAL", "NON-FACILITY"),
    ("TOTAL", "FACILITY"),
    ("IND", "PCTC"),
    ("DAYS", "GLOB"),
    ("OP", "PRE"),
    ("OP", "INTRA"),
    ("OP", "POST"),
    ("PROC", "MULT"),
    ("SURG", "BILAT"),
    ("SURG", "ASST"),
    ("SURG", "CO-"),
    ("SURG", "TEAM"),
    ("IND", "PRIC"),
    ("BASE", "ENDO"),
    ("FACTOR", "CONV"),
    ("PROCEDURES", "DIAGNOSTIC", "SUPERVISION OF", "PHYSICIAN"),
    ("FLAG", "CALCULATION"),
    ("INDICATOR", "FAMILY", "IMAGING", "DIAGNOSTIC"),
    ("AMOUNT", "PAYMENT", "FOR OPPS", "PE USED", "NON-FACILITY"),
    ("AMOUNT", "PAYMENT", "FOR OPPS", "PE USED", "FACILITY"),
    ("AMOUNT", "PAYMENT", "FOR OPPS", "MP USED"),
)
PRICING = 23  # the column that came in 2026
TITLES = (
    "{year} National Physician Fee Schedule Relative Value File {release} Release",
    "CPT codes and descriptions only are copyright 2026 American Medical Association.  All Rights Reserved.",
    "Dental codes (D codes) are copyright 2026 American Dental Association.  All Rights Reserved.",
    " ",
    "RELEASED 08/26/2026",
)
Service = tuple[
    str, ...
]  # code, modifier, letter, work, outside, NA, inside, NA, malpractice, component, multiple


def service(code: str, letter: str = "X", *values: str, modifier: str = "") -> Service:
    """A service: work, practice expense outside and inside facilities, malpractice, component, multiple."""
    work, outside, inside, malpractice, component, multiple = values or (*["0.00"] * 4, "9", "9")
    absent = "" if inside else "NA"
    return (
        *(code, modifier, letter, work, outside, "", inside or outside, absent, malpractice),
        *(component, multiple),
    )


def board(day: dt.date) -> dict[str, Service]:
    """Every code of the bundled tables as it stands on a day."""
    found: dict[str, Service] = {}
    for status in BUNDLED.payment_status.on(day).values():
        row = BUNDLED.fee_schedule.on(day).find(status.code)
        values: tuple[object, ...] = ()
        if row is not None:
            inside = "" if row.practice_facility is None else row.practice_facility
            values = (row.work, row.practice_nonfacility, inside, row.malpractice)
            values += (row.component, row.multiple_procedures)
        found[status.code] = service(status.code, status.status, *map(str, values))
    return found


def january() -> list[Service]:
    return sorted(board(JANUARY).values())


def october() -> list[Service]:
    """In it a code is new, two are revised, one is paid no more, one is gone, and some are not of ours."""
    rows = board(OCTOBER)
    del rows["97535"]
    rows["97530"] = service("97530", "A", "0.47", "0.66", "", "0.02", "7", "5")
    rows["97755"] = service("97755", "A", "0.70", "0.40", "0.30", "0.01", "7", "5")
    rows["97140"] = service("97140", "N")
    rows["97998"] = service("97998", "A", "1.00", "0.50", "", "0.05", "7", "5")
    others = [service("00100", "J"), service("A0021", "I"), service("0001F", "I"), service("V5364")]
    parts = [service("97530", "A", "0.40", "0.10", "0.10", "0.01", "1", "0", modifier="26")]
    return sorted([*rows.values(), *others, *parts])


def lines(rows: list[Service], pricing: str, factor: str) -> list[list[str]]:
    """The cells of the sheet's rows."""
    found: list[list[str]] = []
    for code, modifier, letter, work, outside, no, inside, absent, malpractice, component, multiple in rows:
        totals = [str(Decimal(work) + Decimal(each) + Decimal(malpractice)) for each in (outside, inside)]
        words = f"What {code} is, in words"
        cells = [code, modifier, words, letter, "", work, outside, no, inside, absent, malpractice, *totals]
        cells += [component, "XXX", "0.00", "0.00", "0.00", multiple, "9", "9", "9", "9"]
        cells += [pricing] if pricing else []
        found.append([*cells, "", factor, "09", "0", "99", "0.00", "0.00", "0.00"])
    return found


def cells(
    rows: list[Service], kind: tuple[str, str] = FOR_ALL, release: str = "October 2026"
) -> list[list[str]]:
    """The cells of the sheet as published, with its title lines and its header."""
    month, _, year = release.partition(" ")
    columns = [words for place, words in enumerate(HEADER) if kind[0] or place != PRICING]
    titles = [["", "", each.format(year=year, release=month)] for each in TITLES]
    header = [[words[above] if above < len(words) else "" for words in columns] for above in range(4, -1, -1)]
    made = [*titles, *header, *lines(rows, *kind)]
    return [each + [""] * (len(columns) - len(each)) for each in made]


def as_csv(made: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(made)
    return out.getvalue()


def sheet(rows: list[Service], kind: tuple[str, str] = FOR_ALL, release: str = "October 2026") -> str:
    return as_csv(cells(rows, kind, release))


def as_text(rows: list[Service], kind: tuple[str, str] = FOR_ALL) -> str:
    """The same as the text of records of fixed width."""
    made = ["HDR CPT CODES AND DESCRIPTIONS ONLY ARE COPYRIGHT", "HDR 2026 AMERICAN MEDICAL ASSOCIATION."]
    for row in lines(rows, kind[0] or " ", kind[1]):
        code, modifier, words, letter, _, work, outside, no, inside, absent, malpractice, total, other = row[
            :13
        ]
        record = f"{code}{modifier:2}{words:50}{letter} {work:>6} {outside:>6}{no:2} {inside:>6}{absent:2} "
        record += f"{malpractice:>5} {total:>6}{other:>6}{row[13]}{row[14]}.00.00.00{''.join(row[18:24])}"
        made.append(f"{record:132}{row[25]:>8} 090 99      0.00   0.00   0.00")
    return "\r\n".join([*made, "\x1a"])


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members:
            # Without the time of day, so that the same files make the same zip.
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


BESIDE = (
    ("GPCI2026.csv", "another file"),
    ("OPPSCAP_Oct.csv", "another file"),
    ("26LOCCO.txt", "another file"),
    ("PPRRVU2026_Oct_nonQPP.xlsx", "a workbook"),
    ("RVU26D.pdf", "%PDF"),
)


def release(
    rows: list[Service],
    name: str = "Oct",
    when: str = "October 2026",
    *,
    indices: str = "another file",
) -> bytes:
    """The zip of a release."""
    both = {"nonQPP": FOR_ALL, "QPP": QUALIFYING}
    sheets = [(f"PPRRVU2026_{name}_{each}.csv", sheet(rows, kind, when)) for each, kind in both.items()]
    texts = [(f"PPRRVU2026_{name}_{each}.txt", as_text(rows, kind)) for each, kind in both.items()]
    return zipped(*sheets, *texts, *(dict(BESIDE) | {"GPCI2026.csv": indices}).items())


def imported(
    folder: Path,
    content: bytes | str,
    effective: dt.date,
    *,
    to: str = "mytables",
    name: str,
    kind: str = "pprrvu",
) -> Imported:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file(kind, path, effective=effective, to=folder / to)


# The sheet of indices.


def localities(year: int, *, has_states: bool = True, has_both: bool = False) -> list[list[str]]:
    """The cells of the sheet of a year's indices, those of the bundled table."""
    floors = ["(without 1.0 Floor)", "(with 1.0 Floor)"] if has_both else ["(with 1.0 Floor)***"]
    header = ["Medicare Administrative Contractor (MAC)", *(["State"] if has_states else [])]
    header += ["Locality Number", "Locality Name", *(f"{year} PW GPCI {floor}" for floor in floors)]
    header += [f"{year} PE GPCI", f"{year} MP GPCI"]
    day = dt.date(min(year, 2025), 6, 1)
    made: list[list[str]] = []
    for row in sorted(BUNDLED.localities.on(day).values(), key=lambda each: (each.state, each.locality)):
        name = row.name.upper().replace("SURROUNDING", "SURR.").replace("/NORTHERN", "/N") + "*"
        made.append([row.contractor, *([row.state] if has_states else []), row.locality, name])
        made[-1] += [*(["0.900"] if has_both else []), *map(str, (row.work, row.practice, row.malpractice))]
    title = (
        f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY"
    )
    notes = [["MAC Assignments as of November 22, 2023"], [], ["*Work GPCI reflects a 1.5 floor in Alaska."]]
    whole = [[title], [], header, *made, *notes]
    return [each + [""] * (len(header) - len(each)) for each in whole]


def new_year() -> list[list[str]]:
    """In it a locality is new, one is revised, one is gone."""
    made = localities(2026)
    atlanta = next(row for row in made if row[:3] == ["10212", "GA", "01"])
    atlanta[4:] = ["1.001", "0.995", "1.120"]
    made.remove(next(row for row in made if row[:3] == ["01112", "CA", "70"]))
    made.insert(4, ["01112", "CA", "76", "NEW CNTY OF N CALIFORNIA", "1.05", "1.1", "0.6"])
    return made
