"""A desk in October 2026: official files as the pages name them, small ones made up here, and some claims.

They are in the published layouts. The tables on board are the bundled ones, but for a small ICD-10-CM, so
that a small order file is a whole one.
"""

import csv
import datetime as dt
import io
from pathlib import Path

import builders_fees
import builders_icd10cm
import pytest
from builders_fees import zipped
from builders_importing import NEW, medicaid, official

from otcodes import Catalog, catalog
from otcodes.importing._canonical import rows_of

CLAIMS = (
    ("claim_id", "payer", "claim_diagnoses", "id", "procedure", "on", "units", "modifiers", "minutes",
     "place", "charge_usd"),
    ("A1", "medicare-b", "M54.5", "1", "97750", "2026-09-08", "2", "GO", "30", "11", "90.00"),
    ("A1", "medicare-b", "M54.5", "2", "97755", "2026-09-08", "1", "GO", "15", "11", "45.00"),
    ("A2", "medicare-b", "R05", "1", "97530", "2026-10-06", "2", "GO", "30", "11", "90.00"),
    ("A3", "medicare-b", "M54.5", "1", "97535", "2026-10-06", "2", "GO", "30", "11", "90.00"),
)  # fmt: skip


def set_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put everything into a folder, and go there."""
    monkeypatch.setattr(builders_icd10cm, "FIRST", dt.date(2025, 10, 1))
    monkeypatch.setattr(builders_icd10cm, "LAST", dt.date(2026, 9, 30))
    builders_icd10cm.small_catalog(folder / "small")
    on_board = Catalog.bundled().with_source(folder / "small")
    for name, content in _files(on_board).items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setattr(catalog, "_bundled", lambda: on_board)
    monkeypatch.delenv("OTCODES_TABLES", raising=False)
    monkeypatch.chdir(folder)


def _files(board: Catalog) -> dict[str, bytes | str]:
    codes = builders_icd10cm.order_text(builders_icd10cm.AFTER)
    tabular = builders_icd10cm.NOTED.replace("<version>2027<", "<version>2028<")
    return {
        "ccipra-v323r0-f1.zip": zipped(("ccipra-v323r0-f1.TXT", _pairs(board, "29125"))),
        "ccipra-v323r0-f2.zip": zipped(("ccipra-v323r0-f2.TXT", _pairs(board, "97012"))),
        "ccipra-v323r0-f3.zip": zipped(("ccipra-v323r0-f3.TXT", _pairs(board, "97530"))),
        "ccipra-v323r0-f4.zip": zipped(("ccipra-v323r0-f4.TXT", _pairs(board, "97750", NEW))),
        "medicaid-ncci-q4-2026-ptp-edits-practitioner-services.zip": zipped(("pairs.txt", _medicaid())),
        "medicare-ncci-2026-q4-practitioner-services-mue-table.zip": zipped(("limits.csv", _limits(board))),
        "AOC_V2026Q4-F-MCR.txt": _add_ons(board),
        "rvu26d.zip": builders_fees.release(
            builders_fees.october(), indices=builders_fees.as_csv(builders_fees.localities(2026))
        ),
        "january-2026-alpha-numeric-hcpcs-file.zip": zipped(
            ("HCPC2026_JAN_ANWEB.txt", _level_two(board, dt.date(2026, 1, 1)))
        ),
        "october-2026-alpha-numeric-hcpcs-file.zip": zipped(
            ("HCPC2026_OCT_ANWEB.txt", _level_two(board, dt.date(2026, 10, 1)))
        ),
        "places.csv": _places(board),
        "LONGULT.txt": _descriptors(board),
        "icd10cm_order_2027.txt": codes,
        "2028-code-descriptions-tabular-order.zip": zipped(("icd10cm_order_2028.txt", codes)),
        "2028-code-tables-tabular-and-index.zip": zipped(("icd10cm_tabular_2028.xml", tabular)),
        "claims.csv": _sheet(*CLAIMS),
    }


def _sheet(*rows: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _pairs(board: Catalog, code: str, *more: tuple[str, ...]) -> str:
    """A part of NCCI's file: the pairs on board of a code in column 1, and more of them."""
    rows = [
        (row.column_2, "", "20200101", "*" if row.valid_to is None else "20231231", row.indicator)
        for row in board.ptp_edits.own()
        if row.setting == "practitioner" and row.column_1 == code
    ]
    last = {row[0]: row for row in rows}
    return official(*last.values(), *more, first=code)


def _medicaid() -> str:
    """Medicaid's pairs of one code in column 1, one of which is deleted."""
    return medicaid(("97140", "20101001", "", "1"), ("97150", "20101001", "20191231", "0"), first="97530")


def _limits(board: Catalog) -> str:
    """Medicare's unit limits as they are on board."""
    words = {
        "1": "1 Line Edit",
        "2": "2 Date of Service Edit: Policy",
        "3": "3 Date of Service Edit: Clinical",
    }
    head = (
        "HCPCS/\nCPT Code",
        "Practitioner Services MUE Values",
        "MUE Adjudication Indicator",
        "MUE Rationale",
    )
    found = {
        row.code: (row.code, row.units, words[row.indicator], "a reason")
        for row in board.unit_limits.own()
        if (row.program, row.setting) == ("medicare", "practitioner") and row.valid_to is None
    }
    return _sheet(("A notice.", "", "", ""), head, *(found[code] for code in sorted(found)))


def _add_ons(board: Catalog) -> str:
    """The add-on codes on board, each with its primary codes."""
    pairs = sorted({(row.add_on, row.primary) for row in board.add_on_codes.own()})
    return "".join(f"1{add_on}{'':7}{primary}{'':7}2013091{'':65}\r\n" for add_on, primary in pairs)


def _level_two(board: Catalog, day: dt.date) -> str:
    """HCPCS Level II as it is on board, but that one code is new on a day and one ends before it."""

    def record(code: str, coverage: str, first: str, changed: str, last: str) -> str:
        text = f"{code}001003{'Made-up words':<80}{'words':<28}".ljust(229) + f"{coverage:1}"
        return f"{text.ljust(268)}{first:8}{changed:8}{last:8}".ljust(320)

    entry, content = board.file_of("hcpcs")
    assert entry
    lines: dict[str, str] = {}
    for row in rows_of(entry.file, content):
        first, last = (row[name].replace("-", "") for name in ("valid_from", "valid_to"))
        lines[row["code"]] = record(row["code"], row["coverage"], first, "", last)
    new, end = f"{day:%Y%m%d}", f"{day - dt.timedelta(1):%Y%m%d}"
    lines["A9997"] = record("A9997", "C", new, new, "")
    lines["L3908"] = record("L3908", "C", "19980101", new, end)
    return "\r\n".join(lines.values())


def _descriptors(board: Catalog) -> str:
    """Words of our own, where a licence has the AMA's."""
    rows = board.procedures.on(dt.date(2026, 10, 1)).items()
    codes = sorted(code for code, row in rows if row.system == "cpt")
    return "A notice.\r\n\r\n" + "".join(f"{code}\tOur own words for {code}\r\n" for code in codes)


def _places(board: Catalog) -> str:
    """The list of places on board, and what is unassigned."""
    words = {code: (f"Our name of {code}", "Our own words.") for code in board.places.keys()}
    gaps = ("28-30", "35-40", "43-48", "59", "63-64", "67-70", "73-80", "82-98")
    words |= dict.fromkeys(gaps, ("Unassigned", "N/A"))
    head = ("Place of Service Code(s)", "Place of Service Name", "Place of Service Description")
    return _sheet(head, *((code, *words[code]) for code in sorted(words)))
