"""Build ``unit_limits.csv``: the most units of a code that NCCI takes for one patient and day (MUE).

    python tools/build_unit_limits.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/ncci`` Medicare's practitioner limits of 2024-07-01 and 2026-04-01, a part of
those of 2026-07-01 and 2026-10-01, and the outpatient-hospital limits of 2024-07-01. What those copies
leave out, and Medicaid's limits of 2026-01-01, were typed from pages and stand below.

An edition speaks for its quarter and gives no first days. So a limit is known from the first day of the
first edition that shows it; where the next one shows another, or none, it ends with its own quarter.

The two files of July 2024 are one edition in the manifest; their sha256 are 2a0d88d2108226a52875beb11b38
b5bb118260065c342a820a9db85919dd1d34 (practitioner) and ccade861f7becfd29e0f875bd8480cf6e5ae3457332ddf32018
c4b11f583b5c9 (outpatient hospital).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from otcodes.importing.mue import BY_LINE, KIND
from tables import history, known_codes, read_csv, said, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tables import Statement

FORM = KIND.form
PRACTITIONER, HOSPITAL = ("medicare", "practitioner"), ("medicare", "outpatient-hospital")
JULY_2024, APRIL_2026 = ("2024-07-01", "2024-09-30"), ("2026-04-01", "2026-06-30")

# The last day of the last complete edition: a row that is confirmed to another day says so.
COVERAGE_TO = APRIL_2026[1]

# Complete editions: their days and files.
EDITIONS = {
    PRACTITIONER: {
        JULY_2024: "mue_practitioner_2024q3.csv",
        APRIL_2026: "mue_practitioner_2026q2.csv",
    },
    HOSPITAL: {JULY_2024: "mue_outpatient_2024q3.csv"},
}

# A part of the practitioner editions of 2026-07-01 and 2026-10-01, which agree.
PART, PART_DAYS = "mue_practitioner_2026q3q4_subset.csv", ("2026-07-01", "2026-12-31")

# Practitioner limits of 2024-07-01, from the same edition, of codes that the copies above leave out. That
# the copy of 2026-04-01 lacks them says nothing.
LEFT_OUT = (
    ("20560 20561 98966 98967 98968 98970 98971 98972", "1", "2"),
    ("0552T 29065 29075 29085", "1", "3"),
    ("29086", "2", "3"),
    ("99366 99368", "0", "3"),
)

# Medicaid's practitioner limits of the first quarter of 2026, by units; all are judged line by line.
MEDICAID, MEDICAID_DAYS = ("medicaid", "practitioner"), ("2026-01-01", "2026-03-31")
MEDICAID_LIMITS = {
    "1": """
        20560 20561 29065 29075 29085 29105 29125 29126 29200 29240 29260 29515 29530 29540 29550 29580
        29581 29584 90901 90912 92526 92610 92611 95852 95992 96112 97010 97012 97014 97016 97018 97022
        97024 97026 97028 97037 97039 97129 97139 97150 97161 97162 97163 97164 97165 97166 97167 97168
        97169 97172 97545 97550 97552 97597 97602 97605 97606 97607 97608 97610 97799 98966 98967 98968
        98970 98971 98972 98975 98976 98977 98978 98980 99366 99368 G0281 G0282 G0283 G0295 G0329 G0541
        G0543 G2250 G2251
        """,
    "2": "29086 29131 29280 97034 97035 97546 97551",
    "3": "29130 90913 95851 96105 96110 96125 96127 97036 98981 99072",
    "4": "97032 97033 97112 97116 97124 97533",
    "6": "96113 97110 97113 97140 97530 97537 97760 97761 97763",
    "7": "97130",
    "8": "97535 97542 97598 97750 97755",
}

Limits: TypeAlias = "Mapping[str, tuple[str, str]]"


def limits(path: Path) -> Limits:
    """Units and indicator by code."""
    found: dict[str, tuple[str, str]] = {}
    for line in read_csv(path):
        indicator = line.get("mue_mai") or line["mai"]
        # The file of 2026 puts the indicator's meaning behind it.
        limit = (line["mue_units"], indicator[:1])
        if found.setdefault(line["hcpcs_code"], limit) != limit or limit[1] not in ("1", "2", "3"):
            raise ValueError(f"{path.name}: {line}")
    return found


def edition(part: tuple[str, str], days: tuple[str, str], found: Limits, codes: set[str]) -> Statement:
    """What an edition says, which has all that there is of some codes."""
    header = (*FORM.key, *FORM.columns)
    rows = [dict(zip(header, (*part, code, *limit), strict=True)) for code, limit in found.items()]
    return said(FORM, days, rows, codes=codes, part=part)


def editions(folder: Path) -> Iterator[Statement]:
    """What the files say, and what was typed from pages."""
    listed: dict[tuple[str, str], set[str]] = {}
    for part, files in EDITIONS.items():
        complete = {days: limits(folder / file) for days, file in files.items()}
        listed[part] = {code for found in complete.values() for code in found}
        for days, found in complete.items():
            yield edition(part, days, found, listed[part])
    found = limits(folder / PART)
    yield edition(PRACTITIONER, PART_DAYS, found, set(found))
    found = {code: (units, indicator) for codes, units, indicator in LEFT_OUT for code in codes.split()}
    if again := found.keys() & listed[PRACTITIONER]:
        raise ValueError(f"{min(again)} is in the files now")
    yield edition(PRACTITIONER, JULY_2024, found, set(found))
    found = {code: (units, BY_LINE) for units, codes in MEDICAID_LIMITS.items() for code in codes.split()}
    yield edition(MEDICAID, MEDICAID_DAYS, found, set(found))


def main(official: str) -> None:
    made = history(FORM, editions(Path(official) / "ncci"), covered_to=COVERAGE_TO)
    known = known_codes()
    kept = [row for row in made.rows if row["code"] in known]
    write_table(KIND.table, kept, key=FORM.key, columns=FORM.columns)
    dropped = " ".join(sorted({row["code"] for row in made.rows} - known)) or "none"
    print(f"{len(kept)} rows; dropped: {dropped}")
    print("gaps =", json.dumps([f"{first}/{last}" for first, last in made.coverage.gaps]))


if __name__ == "__main__":
    main(*sys.argv[1:])
