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
from typing import TYPE_CHECKING

from build_payment_status import LAST_DAY, LIST, PARTIAL, PARTIAL_FROM, PARTIAL_TO, RELEASES, spans
from otcodes.importing.fees_pprrvu import KIND, QUALIFYING, STANDARD, VALUED, has_values, value_of
from tables import DATA, INTERVAL, history, known_codes, ranges, read_csv, said, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tables import Statement

FORM, FACTOR_FORM = KIND.form, KIND.beside["conversion_factors"]

FACTORS, FACTORS_FROM = "conversion_factors.csv", "2018-01-01"
# From the final rule of the year: the file on board is the one of the standard factor.
QUALIFYING_FACTOR = "33.5675"

# What the importer calls the columns that the copies have by other names.
NAMES = {
    "pe_nonfac": "nonfacility",
    "pe_nonfac_na": "nonfacility_na",
    "pe_fac": "facility",
    "pe_fac_na": "facility_na",
    "mp": "malpractice",
    "total_nonfac": "nonfacility_total",
    "total_fac": "facility_total",
    "pctc": "component",
    "mult_proc": "multiple",
}

Row = dict[str, str]


def values(path: Path) -> dict[str, Row | None]:
    """The relative values by code, `None` where it has none; a line with a modifier is a component."""
    found: dict[str, Row | None] = {}
    for line in read_csv(path):
        if line["mod"]:
            continue
        row = {NAMES.get(column, column): cell for column, cell in line.items()}
        if row["code"] in found or row["nonfacility_na"] or not adds_up(row):
            raise ValueError(f"{path.name}: {line}")
        found[row["code"]] = value_of(row) if has_values(row) else None
    return found


def adds_up(row: Row) -> bool:
    """Whether the parts of a line are its totals."""
    return all(
        sum(Decimal(row[name]) for name in ("work", practice, "malpractice")) == Decimal(row[total])
        for practice, total in (("nonfacility", "nonfacility_total"), ("facility", "facility_total"))
    )


def first_days() -> dict[str, str]:
    """The first day of each code of the project's own tables, where it is known."""
    days: dict[str, str] = {}
    for name in ("hcpcs", "procedures"):
        for each in read_csv(DATA / f"{name}.csv"):
            if each["is_start_known"] == "yes":
                days.setdefault(each["code"], each["valid_from"])
    return days


def editions(folder: Path) -> Iterator[Statement]:
    """What each release says, and what the partial file confirms, changes, ends or begins."""
    days = first_days()
    before: set[str] = set()

    def rows(found: dict[str, Row | None], start: str) -> Iterator[Row]:
        for code, value in found.items():
            if value is not None:
                # A copy may leave a code out: unless the one before had it, its own first day must say it.
                is_new = code not in before and days.get(code) == start
                yield {"code": code, **value, "is_start_known": "yes" if is_new else "no"}

    for (release, start, _), span in zip(RELEASES, spans(), strict=True):
        found = values(folder / f"rvu_{release}.csv")
        # What it has no more of the one before has ended.
        yield said(FORM, span, rows(found, start), codes=found.keys() | before)
        before = set(found)
    found = values(folder / f"rvu_{PARTIAL}.csv")
    yield said(FORM, (PARTIAL_FROM, PARTIAL_TO), rows(found, PARTIAL_FROM), codes=found)


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
    # What came before the first one on board was a factor too.
    rows = [
        (STANDARD, first, end, "no" if first == FACTORS_FROM else "yes", "", amount)
        for first, end, amount in found
    ]
    rows.append((QUALIFYING, PARTIAL_FROM, PARTIAL_TO, "yes", "", QUALIFYING_FACTOR))
    header = (*FACTOR_FORM.key, *INTERVAL, *FACTOR_FORM.columns)
    return [dict(zip(header, each, strict=True)) for each in rows]


def main(official: str) -> None:
    folder = Path(official) / "fees"
    made = history(FORM, editions(folder), covered_to=LAST_DAY)
    known, codes = known_codes(), {row["code"] for row in made.rows}
    kept = [row for row in made.rows if row["code"] in known]
    write_table(KIND.table, kept, key=FORM.key, columns=FORM.columns)
    unknown = " ".join(sorted(codes - known)) or "none"
    print(f"{len(kept)} rows of {len(codes & known)} codes; dropped: {unknown}")
    print("scope =", json.dumps(scope(folder, codes & known)))
    form = FACTOR_FORM
    count = write_table("conversion_factors", factors(folder), key=form.key, columns=form.columns)
    print(f"{count} conversion factors")


if __name__ == "__main__":
    main(*sys.argv[1:])
