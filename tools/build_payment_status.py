"""Build ``payment_status.csv``: each code's status letter in the Medicare physician fee schedule.

    python tools/build_payment_status.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/fees`` the national relative value files. A quarterly file answers from
its first day until the next one's; the October 2025 file stands for calendar 2025; the July 2026
file, of which only a part is on board, for calendar 2026 and the codes in it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tables import INTERVAL, day_before, known_codes, read_csv, write_table

KEY = ("code",)
COLUMNS = ("status",)

# Complete files in order: release, the first day it answers for, and its column in the list of
# every code from 97000 to 97999.
RELEASES = (
    ("2020_rvu20a", "2020-01-01", "rvu20a_jan"),
    ("2020_rvu20b", "2020-04-01", "rvu20b_apr"),
    ("2020_rvu20c", "2020-07-01", "rvu20c_v0618"),
    ("2020_rvu20d", "2020-10-01", "rvu20d_oct"),
    ("2021_rvu21a", "2021-01-01", "rvu21a_jan"),
    ("2021_rvu21b", "2021-04-01", "rvu21b_apr"),
    ("2021_rvu21c", "2021-07-01", "rvu21c_jul"),
    ("2021_rvu21d", "2021-10-01", "rvu21d_oct"),
    ("2022_rvu22a", "2022-01-01", "rvu22a_jan"),
    ("2022_rvu22b", "2022-04-01", "rvu22b_apr"),
    ("2022_rvu22c", "2022-07-01", "rvu22c_jul"),
    ("2022_rvu22d", "2022-10-01", "rvu22d_oct"),
    ("2023_rvu23a", "2023-01-01", "rvu23a_jan"),
    ("2023_rvu23b", "2023-04-01", "rvu23b_apr"),
    ("2023_rvu23c", "2023-07-01", "rvu23c_jul"),
    ("2023_rvu23d", "2023-10-01", "rvu23d_oct"),
    ("2024_rvu24a", "2024-01-01", "rvu24a_jan"),
    # Released again for the conversion factor of 2024-03-09; every letter is as in January.
    ("2024_rvu24ar", "2024-03-09", "rvu24ar_jan"),
    ("2024_rvu24b", "2024-04-01", "rvu24b_apr"),
    ("2024_rvu24c", "2024-07-01", "rvu24c_jul"),
    ("2025_rvu25d", "2025-01-01", "rvu25d_oct"),
)
LAST_DAY = "2025-12-31"
PARTIAL, PARTIAL_FROM, PARTIAL_TO = "2026_rvu26c_partial", "2026-01-01", "2026-12-31"
LIST = "codes_97xxx_by_edition.csv"

# The same files' letters for codes that the copies above leave out: each with the first day on
# which a file on board shows it. A second letter starts on its file's first day, or on the one
# to which it was set back: that of telephone assessments by the interim final rule of April 6,
# 2020 (85 FR 19230), to March 1. Of dry needling that day is not known, and so not its N before.
ADDED = (
    ("98966 98967 98968", (("N", "2020-01-01"), ("A", "2020-03-01"))),
    ("20560 20561", (("A", "2020-04-01"),)),
    ("98970 98971 98972", (("I", "2020-01-01"), ("A", "2021-01-01"))),
    ("29065 29075 29085 29086", (("A", "2025-01-01"),)),
    ("99366 99368", (("B", "2025-01-01"),)),
    ("G2168 G2169", (("E", "2025-01-01"),)),
    ("0552T", (("C", "2025-01-01"),)),
    ("S8948", (("I", "2025-01-01"),)),
)

Row = dict[str, str]
Letters = dict[str, str]


def row(code: str, start: str, letter: str, *, is_known: bool) -> Row:
    interval = (start, "", "yes" if is_known else "no", "")
    return dict(zip((*KEY, *INTERVAL, *COLUMNS), (code, *interval, letter), strict=True))


def letters(path: Path) -> Letters:
    """The status letter by code; a line with a modifier is a component, not the service."""
    found: Letters = {}
    for line in read_csv(path):
        if not line["mod"] and found.setdefault(line["code"], line["status"]) != line["status"]:
            raise ValueError(f"two letters for {line['code']} in {path.name}")
    return found


def releases(folder: Path) -> list[tuple[str, Letters]]:
    """Every complete release as its first day and its letters, oldest first."""
    complete = read_csv(folder / LIST)
    result = []
    for release, start, column in RELEASES:
        found = letters(folder / f"rvu_{release}.csv")
        for line in complete:
            code, letter = line["code"], line[column]
            if letter and found.setdefault(code, letter) != letter:
                raise ValueError(f"{release} and the list differ on {code}")
            if not letter and code in found:
                raise ValueError(f"{release} has {code} and the list does not")
        result.append((start, found))
    return result


def histories(folder: Path) -> dict[str, list[Row]]:
    """Each code's rows, oldest first; equal letters of neighbouring releases make one row."""
    rows: dict[str, list[Row]] = {}
    # Letters run on from release to release: what the one before did not have starts here.
    running: Letters = {}
    for number, (start, found) in enumerate(releases(folder)):
        for code in sorted(running.keys() | found.keys()):
            if running.get(code) == found.get(code):
                continue
            if code in running:
                rows[code][-1]["valid_to"] = day_before(start)
            if code in found:
                rows.setdefault(code, []).append(row(code, start, found[code], is_known=number > 0))
        running = found
    add_listed(rows)
    return rows


def add_listed(rows: dict[str, list[Row]]) -> None:
    """Add the codes that the files leave out."""
    for codes, steps in ADDED:
        for code in codes.split():
            if code in rows:
                raise ValueError(f"{code} is in the files now")
            rows[code] = []
            for letter, start in steps:
                if rows[code]:
                    rows[code][-1]["valid_to"] = day_before(start)
                rows[code].append(row(code, start, letter, is_known=bool(rows[code])))


def add_partial(rows: dict[str, list[Row]], found: Letters) -> None:
    """Confirm, change or begin the codes that the partial file lists; it ends none."""
    for code, letter in found.items():
        history = rows.setdefault(code, [])
        current = history[-1] if history and not history[-1]["valid_to"] else None
        if current is None or current["status"] != letter:
            if current is not None:
                current["valid_to"] = LAST_DAY
            history.append(row(code, PARTIAL_FROM, letter, is_known=True))
        history[-1]["confirmed_to"] = PARTIAL_TO


def main(official: str) -> None:
    folder = Path(official) / "fees"
    rows = histories(folder)
    add_partial(rows, letters(folder / f"rvu_{PARTIAL}.csv"))
    known = known_codes()
    kept = [each for code, history in rows.items() if code in known for each in history]
    write_table("payment_status", kept, key=KEY, columns=COLUMNS)
    unknown = " ".join(sorted(rows.keys() - known)) or "none"
    print(f"{len(kept)} rows of {len(rows.keys() & known)} codes; dropped: {unknown}")


if __name__ == "__main__":
    main(*sys.argv[1:])
