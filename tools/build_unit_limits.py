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

import sys
from pathlib import Path
from typing import TypeAlias

from tables import INTERVAL, day_after, known_codes, read_csv, write_table

KEY = ("program", "setting", "code")
COLUMNS = ("units", "indicator")
PRACTITIONER, HOSPITAL = "practitioner", "outpatient-hospital"

# The last day of the last complete edition: a row that is confirmed to another day says so.
COVERAGE_TO = "2026-06-30"

# Complete editions, oldest first: first day, last day, file.
EDITIONS = {
    PRACTITIONER: (
        ("2024-07-01", "2024-09-30", "mue_practitioner_2024q3.csv"),
        ("2026-04-01", "2026-06-30", "mue_practitioner_2026q2.csv"),
    ),
    HOSPITAL: (("2024-07-01", "2024-09-30", "mue_outpatient_2024q3.csv"),),
}

# A part of the practitioner editions of 2026-07-01 and 2026-10-01, which agree.
PART, PART_TO = "mue_practitioner_2026q3q4_subset.csv", "2026-12-31"

# Practitioner limits of 2024-07-01, from the same edition, of codes that the copies above leave out. That
# the copy of 2026-04-01 lacks them says nothing.
LEFT_OUT_FROM, LEFT_OUT_TO = "2024-07-01", "2024-09-30"
LEFT_OUT = (
    ("20560 20561 98966 98967 98968 98970 98971 98972", "1", "2"),
    ("0552T 29065 29075 29085", "1", "3"),
    ("29086", "2", "3"),
    ("99366 99368", "0", "3"),
)

# Medicaid's practitioner limits of the first quarter of 2026, by units; all are judged line by line.
MEDICAID_FROM, MEDICAID_TO, MEDICAID_INDICATOR = "2026-01-01", "2026-03-31", "1"
MEDICAID = {
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

Row = dict[str, str]
Key: TypeAlias = "tuple[str, str, str]"
Limit: TypeAlias = "tuple[str, str]"


def row(key: Key, start: str, limit: Limit, *, confirmed: str, is_known: bool = False) -> Row:
    """An open row, confirmed to a day."""
    told = "" if confirmed == COVERAGE_TO else confirmed
    values = (*key, start, "", "yes" if is_known else "no", told, *limit)
    return dict(zip((*KEY, *INTERVAL, *COLUMNS), values, strict=True))


def limits(path: Path) -> dict[str, Limit]:
    """Units and indicator by code."""
    found: dict[str, Limit] = {}
    for line in read_csv(path):
        indicator = line.get("mue_mai") or line["mai"]
        # The file of 2026 puts the indicator's meaning behind it.
        limit = (line["mue_units"], indicator[:1])
        if found.setdefault(line["hcpcs_code"], limit) != limit or limit[1] not in ("1", "2", "3"):
            raise ValueError(f"{path.name}: {line}")
    return found


def medicare(folder: Path, setting: str) -> dict[str, list[Row]]:
    """Each code's rows, oldest first; a limit that two editions agree on makes one row."""
    rows: dict[str, list[Row]] = {}
    running: dict[str, Limit] = {}
    before = ""
    for start, end, file in EDITIONS[setting]:
        found = limits(folder / file)
        for code in sorted(running.keys() | found.keys()):
            is_same = running.get(code) == found.get(code)
            if is_same:
                rows[code][-1]["confirmed_to"] = "" if end == COVERAGE_TO else end
                continue
            if code in running:
                rows[code][-1].update(valid_to=before, confirmed_to="")
            if code in found:
                # Only of the next quarter's edition is the first day of a change known.
                is_known = bool(before) and day_after(before) == start
                new = row(("medicare", setting, code), start, found[code], confirmed=end, is_known=is_known)
                rows.setdefault(code, []).append(new)
        running, before = found, end
    return rows


def confirm_part(rows: dict[str, list[Row]], found: dict[str, Limit]) -> None:
    """Confirm the limits that a part of later editions repeats."""
    for code, limit in found.items():
        last = rows[code][-1]
        if last["valid_to"] or (last["units"], last["indicator"]) != limit:
            raise ValueError(f"{PART} changes {code}")
        last["confirmed_to"] = PART_TO


def typed(rows: dict[str, list[Row]]) -> list[Row]:
    """The rows that were typed from pages."""
    found: list[Row] = []
    for codes, units, indicator in LEFT_OUT:
        for code in codes.split():
            if code in rows:
                raise ValueError(f"{code} is in the files now")
            key, limit = ("medicare", PRACTITIONER, code), (units, indicator)
            found.append(row(key, LEFT_OUT_FROM, limit, confirmed=LEFT_OUT_TO))
    for units, codes in MEDICAID.items():
        for code in codes.split():
            key, limit = ("medicaid", PRACTITIONER, code), (units, MEDICAID_INDICATOR)
            found.append(row(key, MEDICAID_FROM, limit, confirmed=MEDICAID_TO))
    return found


def main(official: str) -> None:
    folder = Path(official) / "ncci"
    practitioner = medicare(folder, PRACTITIONER)
    confirm_part(practitioner, limits(folder / PART))
    histories = [*practitioner.values(), *medicare(folder, HOSPITAL).values()]
    rows = [each for history in histories for each in history] + typed(practitioner)
    known = known_codes()
    kept = [each for each in rows if each["code"] in known]
    write_table("unit_limits", kept, key=KEY, columns=COLUMNS)
    dropped = " ".join(sorted({each["code"] for each in rows} - known)) or "none"
    print(f"{len(kept)} rows; dropped: {dropped}")


if __name__ == "__main__":
    main(*sys.argv[1:])
