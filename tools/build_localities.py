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
from tables import INTERVAL, day_before, write_table

KEY, COLUMNS = KIND.form.key, KIND.form.columns
YEARS = tuple(range(2020, 2026))
INDICES = ("gpci_work", "gpci_pe", "gpci_mp")
index = number(3)

# The file of 2025 is as CMS publishes it: a title above the header, notes below the rows.
TITLED = ("mac", "state", "locality_number", "locality_name", *INDICES)
CONTRACTOR = re.compile(r"[0-9]{5}")

Row = dict[str, str]
Key: TypeAlias = "tuple[str, str]"
Value: TypeAlias = "tuple[str, ...]"


def lines(path: Path) -> list[Row]:
    """The lines of one year's file, all in the columns of the plainer years."""
    header, *rest = csv.reader(path.read_text("utf-8-sig").splitlines())
    columns = header if header[0] == TITLED[0] else TITLED
    return [dict(zip(columns, cells, strict=True)) for cells in rest if CONTRACTOR.fullmatch(cells[0])]


def key_of(line: Row) -> Key:
    return line["mac"], line["locality_number"]


def values(folder: Path) -> dict[int, dict[Key, Value]]:
    """By year and key, the columns; the file of 2020 has no states, so that later ones give them."""
    years = {year: lines(folder / f"gpci_{year}.csv") for year in YEARS}
    states: dict[Key, str] = {}
    for line in (line for year in YEARS for line in years[year] if "state" in line):
        if states.setdefault(key_of(line), line["state"]) != line["state"]:
            raise ValueError(f"{key_of(line)} is in {states[key_of(line)]} and in {line['state']}")
    found: dict[int, dict[Key, Value]] = {year: {} for year in YEARS}
    for year in YEARS:
        for line in years[year]:
            key = key_of(line)
            if key in found[year]:
                raise ValueError(f"two lines for {key} in {year}")
            indices = [index(line[name]) for name in INDICES]  # a copy may have them in binary
            found[year][key] = (states[key], name_of(line["locality_name"]), *indices)
    return found


def rows(found: dict[int, dict[Key, Value]]) -> list[Row]:
    """A row an interval: equal values of neighbouring years make one."""
    kept: list[Row] = []
    open_rows: dict[Key, Row] = {}
    running: dict[Key, Value] = {}
    for year in YEARS:
        first = f"{year}-01-01"
        for key in sorted(running.keys() | found[year].keys()):
            value = found[year].get(key)
            if running.get(key) == value:
                continue
            if key in open_rows:
                open_rows.pop(key)["valid_to"] = day_before(first)
            if value is not None:
                # What was paid before the first file on board is not known.
                interval = (first, "", "no" if year == YEARS[0] else "yes", "")
                row = dict(zip((*KEY, *INTERVAL, *COLUMNS), (*key, *interval, *value), strict=True))
                open_rows[key] = row
                kept.append(row)
        running = found[year]
    return kept


def main(official: str) -> None:
    found = values(Path(official) / "fees")
    count = write_table("localities", rows(found), key=KEY, columns=COLUMNS)
    print(f"{count} rows of {len({key for year in found.values() for key in year})} localities")


if __name__ == "__main__":
    main(*sys.argv[1:])
