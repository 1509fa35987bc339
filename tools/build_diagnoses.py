"""Build ``diagnoses.csv``: the ICD-10-CM codes of occupational therapy, by fiscal year.

    python tools/build_diagnoses.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/icd10cm`` a file a fiscal year (code without its dot, billable, description).
Fiscal year N runs from October 1 of N-1. Some files hold billable codes only: a code is then a header
where a billable code extends it, and its title is the one of the next or last file that has it. Those
files also leave out the comma before an encounter, so commas do not make a new title.

Prints the manifest's `scope`: what lies below a family is here whole, so a code missing there is unknown.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from pathlib import Path

from tables import INTERVAL, day_before, write_table

KEY = ("code",)
COLUMNS = ("title", "is_billable", "children")
CATEGORY_LENGTH, CODE_LENGTH = 3, 7

# Fiscal year, how the name of its file goes on, and whether the file holds the official titles.
YEARS = (
    (2019, "_*", True),
    (2020, "_*", False),
    (2021, "_jan*", True),
    (2022, "_*", False),
    (2023, "_*", False),
    (2024, "", True),
    (2025, "_apr*", True),
    (2026, "_apr*", True),
    (2027, "_*", True),
)

# Each a code and all below it.
FAMILIES = """
    F02.8 F03.9 F06.7 F45.41 F80 F82 F84 F88 F90
    G20 G25.82 G30 G31.84 G35 G56 G72.0 G72.1 G80 G81 G89 G90.51
    I63.9 I69.01 I69.05 I69.11 I69.15 I69.21 I69.25 I69.31 I69.35 I69.81 I69.85 I69.91 I69.95
    I69.090 I69.190 I69.290 I69.390 I69.890 I69.990 I89.0 I97.2
    M18.1 M24.5 M24.6 M25.5 M25.6 M50 M54.2 M54.5 M62.8 M65.3 M65.4 M77.1 M79.1 M79.6 M79.8
    P07.3 Q90
    R13.1 R20 R25.2 R26 R27 R29.3 R29.6 R29.81 R41 R42 R47 R48 R52 R53 R54 R62 R63.3
    S06.0X0 S52.501 S62.101 S66.921 W19
    Z47.1 Z47.8 Z48.8 Z51.89 Z73.6 Z74 Z91.81 Z96.64
"""
# Families that other editions of ICD-10 have and this one has not.
FOREIGN = "Z50"

Row = dict[str, str]
State = tuple[str, bool, tuple[str, ...]]


def dotted(code: str) -> str:
    category, rest = code[:CATEGORY_LENGTH], code[CATEGORY_LENGTH:]
    return f"{category}.{rest}" if rest else category


def scope(stems: list[str]) -> list[str]:
    """Each stem and all that could stand below it, as ranges of equal length."""
    return [
        f"{stem}{'0' * more}-{stem}{'Z' * more}"
        for stem in stems
        for more in range(CODE_LENGTH - len(stem) + 1)
    ]


def read_year(path: Path, stems: tuple[str, ...]) -> tuple[set[str], dict[str, str]]:
    """The billable codes of the families, and every title the file has for them."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["code"].startswith(stems)]
    billable = {line["code"] for line in lines if line["billable"] == "1"}
    # The later files put what else a seventh character stands for behind the title: slash, tab, text.
    texts = {line["code"]: line["description"].partition("/\t")[0] for line in lines}
    return billable, {code: " ".join(text.split()) for code, text in texts.items()}


def with_headers(billable: set[str], known: set[str]) -> dict[str, tuple[str, ...]]:
    """Each code of a year with the billable codes below it, none for a billable one."""
    below: dict[str, list[str]] = {code: [] for code in billable}
    for code in sorted(billable):
        for length in range(CATEGORY_LENGTH, len(code)):
            # W19.X is a beginning of W19.XXXA, but no file lists it: it is no header.
            if code[:length] in known:
                below.setdefault(code[:length], []).append(code)
    return {code: tuple(children) for code, children in below.items()}


def title(code: str, year: int, titles: dict[int, dict[str, str]]) -> str:
    """The title of a code in a year, in the spelling of the nearest file that has official ones."""
    own = titles[year].get(code)
    official = [each for each, _, is_official in YEARS if is_official and code in titles[each]]
    # The nearest year, the later of two: a code has its next title no sooner than a file shows it.
    for near in sorted(official, key=lambda each: (abs(each - year), -each)):
        found = titles[near][code]
        if own is None or own.replace(",", "").lower() == found.replace(",", "").lower():
            return found
    if own is None:
        raise ValueError(f"no title for {code} in {year}")
    return own


def main(official: str) -> None:
    stems = tuple(code.replace(".", "") for code in FAMILIES.split())
    billable: dict[int, set[str]] = {}
    titles: dict[int, dict[str, str]] = {}
    for year, name, _ in YEARS:
        (path,) = (Path(official) / "icd10cm").glob(f"icd10cm_fy{year}{name}.csv.gz")
        billable[year], titles[year] = read_year(path, (*stems, FOREIGN))
    known = {code for codes in titles.values() for code in codes}
    if any(code.startswith(FOREIGN) for code in known):
        raise ValueError(f"{FOREIGN} is in the files")
    years = {year: with_headers(codes, known) for year, codes in billable.items()}
    rows: list[Row] = []
    for code in sorted({code for codes in years.values() for code in codes}):
        before: State | None = None
        for year, codes in years.items():
            state: State | None = None
            if code in codes:
                state = (title(code, year, titles), not codes[code], codes[code])
            if state == before:
                continue
            start = f"{year - 1}-10-01"
            if before is not None:
                rows[-1]["valid_to"] = day_before(start)
            if state is not None:
                # The first file cannot show that a code is new in it.
                interval = (start, "", "no" if year == YEARS[0][0] else "yes", "")
                own = (state[0], "yes" if state[1] else "no", "|".join(map(dotted, state[2])))
                values = (dotted(code), *interval, *own)
                rows.append(dict(zip((*KEY, *INTERVAL, *COLUMNS), values, strict=True)))
            before = state
    count = write_table("diagnoses", rows, key=KEY, columns=COLUMNS)
    print(json.dumps(scope([*stems, FOREIGN])))
    print(f"{count} rows of {len({each['code'] for each in rows})} codes", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
