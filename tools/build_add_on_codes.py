"""Build ``add_on_codes.csv``: codes that are billed only beside another one.

    python tools/build_add_on_codes.py OFFICIAL_DIR

The pairs are the `primary_codes` of ``procedures.csv``, on the days on which both codes live. Reads from
``OFFICIAL_DIR/ncci`` the add-on edits of 2024-07-01, whose type 1 lists every primary code of an add-on,
and stops where the two differ; and from ``OFFICIAL_DIR/fees`` the relative value files of October 2025
and July 2026, which mark every add-on code (global days ``ZZZ``) and so confirm it for their year.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from otcodes.importing.add_on_codes import KIND, LISTED
from tables import DATA, INTERVAL, read_csv, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITS = "ncci_aoc_2024q3.csv"

# The last day that the whole table is confirmed to; a row that is confirmed to another day says so.
COVERAGE_TO = "2026-12-31"
MARK = "ZZZ"
THIS_YEAR = "rvu_2026_rvu26c_partial.csv"
LAST_YEAR, LAST_YEAR_TO = "rvu_2025_rvu25d.csv", "2025-12-31"

# Occupational therapy codes that the part of the 2026 file leaves out and that are confirmed to the end of
# 2026 like the procedures themselves.
CONFIRMED = frozenset({"90913", "G0542"})
# Pairs of codes that the list of 2024 is older than.
NEWER = frozenset({("G0542", "G0541")})

Row = dict[str, str]
Pair: TypeAlias = "tuple[str, str]"


def pairs_of(procedures: dict[str, list[Row]]) -> dict[Pair, list[Row]]:
    """The rows of an add-on that name a primary code, by the two."""
    found: dict[Pair, list[Row]] = {}
    for code, rows in procedures.items():
        for row in rows:
            for primary in filter(None, row["primary_codes"].split("|")):
                found.setdefault((code, primary), []).append(row)
    return found


def overlaps(rows: list[Row], others: list[Row]) -> Iterator[Row]:
    """The days that rows of one code share with rows of another, neighbours joined."""
    for row in rows:
        start = max(row["valid_from"], others[0]["valid_from"])
        ends = [end for end in (row["valid_to"], others[-1]["valid_to"]) if end]
        later = [each for each in (row, others[0]) if each["valid_from"] == start]
        # The later of two first days is known where either code has it on record.
        is_known = any(each["is_start_known"] == "yes" for each in later)
        interval = (start, min(ends, default=""), "yes" if is_known else "no", "")
        if not ends or start <= min(ends):
            yield dict(zip(INTERVAL, interval, strict=True))


def marked(path: Path) -> set[str]:
    """The codes that a relative value file marks as add-ons."""
    return {line["code"] for line in read_csv(path) if line["glob_days"] == MARK}


def confirmed_to(code: str, this_year: set[str], last_year: set[str]) -> str:
    """The last day on which a source on board shows that a code is an add-on; empty for the table's own."""
    if code in this_year or code in CONFIRMED:
        return ""
    if code in last_year:
        return LAST_YEAR_TO
    raise ValueError(f"nothing confirms {code}")


def main(official: str) -> None:
    folder = Path(official)
    procedures: dict[str, list[Row]] = {}
    for row in read_csv(DATA / "procedures.csv"):
        procedures.setdefault(row["code"], []).append(row)
    pairs = pairs_of(procedures)
    edits = [edit for edit in read_csv(folder / "ncci" / EDITS) if edit["aoc_edit_type"] == LISTED]
    listed = {(edit["add_on_code"], edit["primary_code"]) for edit in edits}
    known = {pair for pair in listed if procedures.keys() >= set(pair)}
    if pairs.keys() != known | NEWER:
        raise ValueError(f"the sources differ: {sorted(pairs.keys() ^ (known | NEWER))}")
    this_year, last_year = marked(folder / "fees" / THIS_YEAR), marked(folder / "fees" / LAST_YEAR)
    rows: list[Row] = []
    for (add_on, primary), versions in pairs.items():
        for days in overlaps(versions, procedures[primary]):
            if not days["valid_to"]:
                days["confirmed_to"] = confirmed_to(add_on, this_year, last_year)
            rows.append({"add_on": add_on, "primary": primary, **days})
    write_table(KIND.table, rows, key=KIND.form.key, columns=KIND.form.columns)
    dropped = sorted({code for pair in listed - known for code in pair} - procedures.keys())
    print(f"{len(rows)} rows; {len(listed - known)} pairs dropped with {' '.join(dropped)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
