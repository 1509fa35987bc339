"""Build ``fee_schedule.csv`` and ``conversion_factors.csv``: relative values, and what one is worth.

    python tools/build_fee_schedule.py OFFICIAL_DIR

Reads from ``OFFICIAL_DIR/fees`` the national relative value files and the list of conversion factors. A
quarterly file answers from its first day until the next one's; the October 2025 file stands for calendar
2025; the July 2026 file, of which only a part is on board, for calendar 2026 and the codes in it.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

from build_payment_status import LAST_DAY, LIST, PARTIAL, PARTIAL_FROM, PARTIAL_TO, RELEASES
from otcodes.importing.fees_pprrvu import KIND, QUALIFYING, STANDARD, VALUED
from tables import DATA, INTERVAL, day_before, known_codes, ranges, read_csv, write_table

KEY, COLUMNS = KIND.form.key, KIND.form.columns

FACTORS, FACTORS_FROM = "conversion_factors.csv", "2018-01-01"
# From the final rule of the year: the file on board is the one of the standard factor.
QUALIFYING_FACTOR = "33.5675"

Row = dict[str, str]
Value: TypeAlias = "tuple[str, ...]"


def value_of(line: Row) -> Value:
    """The columns of one line; a facility's share is empty where the file says that there is none."""
    facility = "" if line["pe_fac_na"] else line["pe_fac"]
    return (line["work"], line["pe_nonfac"], facility, line["mp"], line["mult_proc"], line["pctc"])


def has_values(line: Row) -> bool:
    numbers = (line[name] for name in ("work", "pe_nonfac", "pe_fac", "mp"))
    return line["status"] in VALUED or any(map(Decimal, numbers))


def check_line(line: Row, file: str) -> None:
    """Raise `ValueError` where the parts of a line do not add up, or are not what a table here can say."""
    total = Decimal(line["work"]) + Decimal(line["pe_nonfac"]) + Decimal(line["mp"])
    if total != Decimal(line["total_nonfac"]) or line["pe_nonfac_na"]:
        raise ValueError(f"{file}: {line}")


def values(path: Path) -> dict[str, Value | None]:
    """The relative values by code, `None` where it has none; a line with a modifier is a component."""
    found: dict[str, Value | None] = {}
    for line in read_csv(path):
        if line["mod"]:
            continue
        if line["code"] in found:
            raise ValueError(f"two lines for {line['code']} in {path.name}")
        check_line(line, path.name)
        found[line["code"]] = value_of(line) if has_values(line) else None
    return found


def row(code: str, start: str, value: Value, *, is_known: bool) -> Row:
    interval = (start, "", "yes" if is_known else "no", "")
    return dict(zip((*KEY, *INTERVAL, *COLUMNS), (code, *interval, *value), strict=True))


def first_days() -> dict[str, str]:
    """The first day of each code of the project's own tables, where it is known."""
    days: dict[str, str] = {}
    for name in ("hcpcs", "procedures"):
        for each in read_csv(DATA / f"{name}.csv"):
            if each["is_start_known"] == "yes":
                days.setdefault(each["code"], each["valid_from"])
    return days


def histories(folder: Path, days: dict[str, str]) -> dict[str, list[Row]]:
    """Each code's rows, oldest first; equal values of neighbouring releases make one row."""
    rows: dict[str, list[Row]] = {}
    running: dict[str, Value | None] = {}
    for release, start, _ in RELEASES:
        found = values(folder / f"rvu_{release}.csv")
        for code in sorted(running.keys() | found.keys()):
            before, value = running.get(code), found.get(code)
            if before == value:
                continue
            if before is not None:
                rows[code][-1]["valid_to"] = day_before(start)
            if value is not None:
                # A copy may leave a code out: unless the one before had it, its own first day must say it.
                is_known = code in running or days.get(code) == start
                rows.setdefault(code, []).append(row(code, start, value, is_known=is_known))
        running = found
    return rows


def add_partial(rows: dict[str, list[Row]], found: dict[str, Value | None], days: dict[str, str]) -> None:
    """Confirm, change, end or begin the codes that the partial file lists."""
    for code, value in found.items():
        history = rows.get(code, [])
        current = history[-1] if history and not history[-1]["valid_to"] else None
        if current is not None and tuple(current[name] for name in COLUMNS) == value:
            current["confirmed_to"] = PARTIAL_TO
            continue
        if current is not None:
            current["valid_to"] = LAST_DAY
        if value is not None:
            is_known = current is not None or days.get(code) == PARTIAL_FROM
            new = row(code, PARTIAL_FROM, value, is_known=is_known)
            new["confirmed_to"] = PARTIAL_TO
            rows.setdefault(code, []).append(new)


def scope(folder: Path, held: set[str]) -> tuple[str, ...]:
    """The codes from 97001 to 97999 that have relative values here or have none at all."""
    listed = read_csv(folder / LIST)
    paid = {line["code"] for line in listed if VALUED & set(line.values())}
    return ranges({str(code) for code in range(97001, 98000)} - (paid - held))


def factor_of(path: Path) -> str:
    """The one conversion factor that a relative value file has on every line."""
    (factor,) = {line["conv_factor"] for line in read_csv(path)}
    return factor


def factors(folder: Path) -> list[Row]:
    """The conversion factors; stops where the list and a relative value file differ."""
    found = [
        (line["date_start"], line["date_end"], line["conversion_factor"])
        for line in read_csv(folder / FACTORS)
        if line["date_start"] >= FACTORS_FROM
    ]
    last, start, _ = RELEASES[-1]
    found.append((start, LAST_DAY, factor_of(folder / f"rvu_{last}.csv")))
    for release, first, _ in RELEASES:
        (listed,) = [factor for start, end, factor in found if start <= first <= end]
        if factor_of(folder / f"rvu_{release}.csv") != listed:
            raise ValueError(f"{release} has another conversion factor than {listed}")
    found.append((PARTIAL_FROM, PARTIAL_TO, factor_of(folder / f"rvu_{PARTIAL}.csv")))
    header = ("kind", *INTERVAL, "amount_usd")
    # What came before the first one on board was a factor too.
    rows = [
        (STANDARD, first, end, "no" if first == FACTORS_FROM else "yes", "", amount)
        for first, end, amount in found
    ]
    rows.append((QUALIFYING, PARTIAL_FROM, PARTIAL_TO, "yes", "", QUALIFYING_FACTOR))
    return [dict(zip(header, each, strict=True)) for each in rows]


def main(official: str) -> None:
    folder = Path(official) / "fees"
    days = first_days()
    rows = histories(folder, days)
    add_partial(rows, values(folder / f"rvu_{PARTIAL}.csv"), days)
    known = known_codes()
    kept = [each for code, history in rows.items() if code in known for each in history]
    write_table("fee_schedule", kept, key=KEY, columns=COLUMNS)
    unknown = " ".join(sorted(rows.keys() - known)) or "none"
    print(f"{len(kept)} rows of {len(rows.keys() & known)} codes; dropped: {unknown}")
    print("scope =", json.dumps(scope(folder, rows.keys() & known)))
    count = write_table("conversion_factors", factors(folder), key=("kind",), columns=("amount_usd",))
    print(f"{count} conversion factors")


if __name__ == "__main__":
    main(*sys.argv[1:])
