"""Build ``localities.csv``: what the Medicare physician fee schedule's components are worth by locality.

    python tools/build_localities.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/fees`` the geographic practice cost indices of 2020 to 2025, each the last file of
its year that is on board, with the floor under the work index as it was paid. A year's indices answer for
the year; those of 2025 stay open.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import TypeAlias

from otcodes.importing._fees import number
from otcodes.importing.fees_gpci import KIND, name_of
from tables import history, said, write_table

FORM = KIND.form
YEARS = range(2020, 2026)
INDICES = ("gpci_work", "gpci_pe", "gpci_mp")
index = number(3)

# The file of 2025 is as CMS publishes it: a title above the header, notes below the rows.
TITLED = ("mac", "state", "locality_number", "locality_name", *INDICES)
CONTRACTOR = re.compile(r"[0-9]{5}")

Row = dict[str, str]
Key: TypeAlias = "tuple[str, str]"


def lines(path: Path) -> list[Row]:
    """The lines of one year's file, all in the columns of the plainer years."""
    header, *rest = csv.reader(path.read_text("utf-8-sig").splitlines())
    columns = header if header[0] == TITLED[0] else TITLED
    return [dict(zip(columns, cells, strict=True)) for cells in rest if CONTRACTOR.fullmatch(cells[0])]


def key_of(line: Row) -> Key:
    return line["mac"], line["locality_number"]


def rows(folder: Path) -> dict[int, dict[Key, Row]]:
    """By year and key, the columns; the file of 2020 has no states, so that later ones give them."""
    years = {year: lines(folder / f"gpci_{year}.csv") for year in YEARS}
    states: dict[Key, str] = {}
    for line in (line for year in YEARS for line in years[year] if "state" in line):
        if states.setdefault(key_of(line), line["state"]) != line["state"]:
            raise ValueError(f"{key_of(line)} is in {states[key_of(line)]} and in {line['state']}")
    found: dict[int, dict[Key, Row]] = {year: {} for year in YEARS}
    for year in YEARS:
        for line in years[year]:
            key = key_of(line)
            if key in found[year]:
                raise ValueError(f"two lines for {key} in {year}")
            indices = [index(line[name]) for name in INDICES]  # a copy may have them in binary
            cells = (*key, states[key], name_of(line["locality_name"]), *indices)
            found[year][key] = dict(zip((*FORM.key, *FORM.columns), cells, strict=True))
    return found


def main(official: str) -> None:
    found = rows(Path(official) / "fees")
    codes = {locality for year in found.values() for _, locality in year}
    editions = [
        said(FORM, (f"{year}-01-01", f"{year}-12-31"), of_year.values(), codes=codes)
        for year, of_year in found.items()
    ]
    made = history(FORM, editions, covered_to=f"{YEARS[-1]}-12-31")
    count = write_table(KIND.table, made.rows, key=FORM.key, columns=FORM.columns)
    print(f"{count} rows of {len({key for year in found.values() for key in year})} localities")


if __name__ == "__main__":
    main(*sys.argv[1:])
