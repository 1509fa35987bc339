"""Build ``payment_status.csv``: each code's status letter in the Medicare physician fee schedule.

    python tools/build_payment_status.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/fees`` the national relative value files. A quarterly file answers from
its first day until the next one's; the October 2025 file stands for calendar 2025; the July 2026
file, of which only a part is on board, for calendar 2026 and the codes in it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from otcodes.importing.fees_pprrvu import KIND
from tables import day_before, history, known_codes, read_csv, said, write_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tables import Statement

TABLE = "payment_status"
FORM = KIND.beside[TABLE]

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

Letters = dict[str, str]


def letters(path: Path) -> Letters:
    """The status letter by code; a line with a modifier is a component, not the service."""
    found: Letters = {}
    for line in read_csv(path):
        if not line["mod"] and found.setdefault(line["code"], line["status"]) != line["status"]:
            raise ValueError(f"two letters for {line['code']} in {path.name}")
    return found


def releases(folder: Path) -> list[Letters]:
    """The letters of every complete release, oldest first."""
    complete = read_csv(folder / LIST)
    result = []
    for release, _, column in RELEASES:
        found = letters(folder / f"rvu_{release}.csv")
        for line in complete:
            code, letter = line["code"], line[column]
            if letter and found.setdefault(code, letter) != letter:
                raise ValueError(f"{release} and the list differ on {code}")
            if not letter and code in found:
                raise ValueError(f"{release} has {code} and the list does not")
        result.append(found)
    return result


def spans() -> list[tuple[str, str]]:
    """The first and last day of every complete release, oldest first."""
    starts = [start for _, start, _ in RELEASES]
    return list(zip(starts, [*map(day_before, starts[1:]), LAST_DAY], strict=True))


def rows(found: Letters, new: Collection[str] = ()) -> Iterator[dict[str, str]]:
    for code, letter in found.items():
        yield {"code": code, "status": letter, "is_start_known": "yes" if code in new else "no"}


def editions(folder: Path) -> Iterator[Statement]:
    """What each release says, what was typed, and what the partial file confirms, changes or begins."""
    complete = releases(folder)
    codes = {code for found in complete for code in found}
    for days, found in zip(spans(), complete, strict=True):
        yield said(FORM, days, rows(found), codes=codes)
    for words, steps in ADDED:
        added = words.split()
        if codes & set(added):
            raise ValueError(f"{min(codes & set(added))} is in the files now")
        codes.update(added)
        ends = [*(day_before(start) for _, start in steps[1:]), LAST_DAY]
        for (letter, start), end in zip(steps, ends, strict=True):
            yield said(FORM, (start, end), rows(dict.fromkeys(added, letter)), codes=added)
    partial = letters(folder / f"rvu_{PARTIAL}.csv")
    new = partial.keys() - codes
    yield said(FORM, (PARTIAL_FROM, PARTIAL_TO), rows(partial, new), codes=partial)


def main(official: str) -> None:
    made = history(FORM, editions(Path(official) / "fees"), covered_to=LAST_DAY)
    known = known_codes()
    kept = [row for row in made.rows if row["code"] in known]
    write_table(TABLE, kept, key=FORM.key, columns=FORM.columns)
    codes = {row["code"] for row in made.rows}
    unknown = " ".join(sorted(codes - known)) or "none"
    print(f"{len(kept)} rows of {len(codes & known)} codes; dropped: {unknown}")


if __name__ == "__main__":
    main(*sys.argv[1:])
