"""Build ``ptp_edits.csv``: which procedure-to-procedure pairs Medicare's NCCI edits, and when.

    python tools/build_ptp_edits.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/ncci`` the practitioner and outpatient-hospital edits of 2024-07-01 and
a part of the practitioner edits of 2026-10-01. Prints the scope for the manifest: the codes whose
pairs among themselves are all on board.

A deletion date is the last day in force: every one is the last day of a quarter, but for edits of
indicator 9, whose deletion is their own first day. Those never applied and are left out.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from otcodes.importing.ncci_ptp import KIND, NEVER_APPLIED
from tables import INTERVAL, known_codes, ranges, read_csv, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = KIND.form
SETTINGS = {
    "practitioner": "ncci_ptp_practitioner_2024q3.csv",
    "outpatient-hospital": "ncci_ptp_outpatient_2024q3.csv",
}
EFFECTIVE = "2024-07-01"
OPEN = "9999-12-31"

# The part of the practitioner edits of 2026-10-01: the only source with effective dates.
DATED = "ncci_ptp_practitioner_2026q4_subset.csv"
DATED_TO = "2026-12-31"

# Practitioner edits that ended on 2019-12-31 and that the therapy associations' accounts of the
# 2020 release show in force in the middle of 2019.
SEEN_FROM, SEEN_TO = "2019-06-01", "2019-12-31"
SEEN = {
    (first, second)
    for first in ("97110", "97112", "97113", "97116", "97140", "97150", "97530")
    for second in ("97164", "97168")
} | {("97530", "97113")}

# In force on 2024-07-01, from the same release, with a code that the files above leave out. They
# have no history here, so these codes stay outside the scope.
ADDED = (
    ("practitioner", "20560", "1", "29075 29105 29125 29130 29260 29584 97602"),
    ("practitioner", "29075", "1", "29085 29125 29126 29130 29131 29260"),
    ("practitioner", "29105", "1", "29075"),
    ("practitioner", "97597", "1", "20560 20561 29065 29075 29085 29086"),
    ("practitioner", "97598", "1", "20560 20561 29065 29075 29085 29086"),
    ("practitioner", "97602", "1", "29065 29075 29085 29086"),
    ("practitioner", "97760", "1", "29065 29075 29085"),
    ("practitioner", "97763", "1", "29065 29075 29085"),
    ("practitioner", "99366", "0", "96127"),
    ("practitioner", "99368", "0", "96127"),
    ("outpatient-hospital", "99366", "1", "96127"),
    ("outpatient-hospital", "99368", "1", "96127"),
)

Row = dict[str, str]


def row(pair: tuple[str, str, str], interval: tuple[str, str, str, str], indicator: str) -> Row:
    return dict(zip((*FORM.key, *INTERVAL, *FORM.columns), (*pair, *interval, indicator), strict=True))


def dated_edits(folder: Path) -> dict[tuple[str, str, str], Row]:
    """The edits whose first day is known, by column 1, column 2 and deletion."""
    return {
        (edit["column1"], edit["column2"], edit["deletion"] or OPEN): edit
        for edit in read_csv(folder / DATED)
        if edit["modifier_indicator"] != NEVER_APPLIED
    }


def rows_of(setting: str, edits: list[Row], dated: dict[tuple[str, str, str], Row]) -> Iterator[Row]:
    """One row an edit, with as much of its life as is known."""
    dated = dict(dated)
    for edit in edits:
        if edit["modifier_indicator"] == NEVER_APPLIED:
            continue
        first, second, deletion = edit["column1"], edit["column2"], edit["deletion"]
        is_open = deletion == OPEN
        # Without an effective date an edit is only known on the day that the source vouches for.
        start, end = (EFFECTIVE, "") if is_open else (deletion, deletion)
        is_known, confirmed = "no", ""
        if (found := dated.pop((first, second, deletion), None)) is not None:
            if found["modifier_indicator"] != edit["modifier_indicator"]:
                raise ValueError(f"the releases differ: {edit} {found}")
            start, is_known = found["effective"], "yes"
            confirmed = DATED_TO if is_open else ""
        elif setting == "practitioner" and (first, second) in SEEN and deletion == SEEN_TO:
            start = SEEN_FROM
        yield row((setting, first, second), (start, end, is_known, confirmed), edit["modifier_indicator"])
    if dated:
        raise ValueError(f"not in the release of {EFFECTIVE}: {sorted(dated)}")


def main(official: str) -> None:
    folder = Path(official) / "ncci"
    rows: list[Row] = []
    listed: list[set[str]] = []
    for setting, file in SETTINGS.items():
        edits = read_csv(folder / file)
        listed.append({edit[name] for edit in edits for name in ("column1", "column2")})
        dated = dated_edits(folder) if setting == "practitioner" else {}
        rows.extend(rows_of(setting, edits, dated))
    for setting, first, indicator, seconds in ADDED:
        interval = (EFFECTIVE, "", "no", "")
        rows += [row((setting, first, second), interval, indicator) for second in seconds.split()]
    known = known_codes()
    kept = [each for each in rows if {each["column_1"], each["column_2"]} <= known]
    unknown = {each[name] for each in rows for name in ("column_1", "column_2")} - known
    write_table(KIND.table, kept, key=FORM.key, columns=FORM.columns)
    dropped = " ".join(sorted(unknown)) or "no code"
    print(f"{len(kept)} rows; {len(rows) - len(kept)} dropped with {dropped}")
    # A code whose pairs were dropped cannot be in the scope.
    print("scope =", json.dumps(ranges(set.intersection(*listed) & known)))


if __name__ == "__main__":
    main(*sys.argv[1:])
