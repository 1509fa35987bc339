"""What the tools that build and seal the tables in ``src/otcodes/data`` share.

The canonical form, and what is checked of it, is the importers': `otcodes.importing._canonical`. So is how
editions become one history: `otcodes.importing._merging`.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from otcodes._text import CATEGORY
from otcodes.importing._canonical import (
    INTERVAL,
    FormError,
    blocks_of,
    canonical,
    check_interval,
    check_rows,
    ranges,
    rows_of,
)
from otcodes.importing._merging import Board, Form, Merged, Statement, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otcodes.importing._merging import Key

__all__ = [
    "CATEGORY",
    "DATA",
    "INTERVAL",
    "FormError",
    "Statement",
    "blocks_of",
    "canonical",
    "check_interval",
    "check_rows",
    "day_after",
    "day_before",
    "history",
    "known_codes",
    "ranges",
    "read_csv",
    "rows_of",
    "said",
    "write_table",
]

DATA = Path(__file__).resolve().parent.parent / "src" / "otcodes" / "data"


def write_table(
    name: str, rows: Iterable[Mapping[str, str]], *, key: Sequence[str], columns: Sequence[str]
) -> int:
    """Write ``NAME.csv`` into the data folder and return how many rows it has."""
    text = canonical(rows, key=key, columns=columns)
    (DATA / f"{name}.csv").write_bytes(text.encode())
    return text.count("\n") - 1


def said(
    form: Form,
    days: tuple[str, str],
    rows: Iterable[Mapping[str, str]],
    *,
    codes: Iterable[str],
    part: Key = (),
) -> Statement:
    """What an edition says from a first to a last day, of some codes of a part of a table and of no other.

    Args:
        form: what the rows of the table are made of.
        days: the first and the last one.
        rows: the key and the facts of each, with `is_start_known` where the first day is known to be its own.
        codes: those of which it has all that there is.
        part: the words that the keys begin with.
    """
    first, last = map(dt.date.fromisoformat, days)
    interval = {"valid_from": days[0], "valid_to": "", "is_start_known": "no", "confirmed_to": ""}
    return Statement(
        effective=first,
        first=first,
        last=last,
        part=part,
        scope=tuple((code, code) for code in sorted(codes)),
        runs=form.by_key(({**interval, **row} for row in rows), last),
    )


def history(form: Form, editions: Iterable[Statement], *, covered_to: str) -> Merged:
    """All editions as one history of a table covered to a day; a row that is known to another day says so."""
    editions = list(editions)
    made = merged(Board(form, None, ()), editions, parts=sorted({each.part for each in editions}))
    last = made.coverage.last.isoformat()
    for row in made.rows:
        if not row["valid_to"]:
            known_to = row["confirmed_to"] or last
            row["confirmed_to"] = "" if known_to == covered_to else known_to
    return made


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, ours or an official one; `FormError` for one too short or long."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    for number, line in enumerate(lines, start=2):
        if len(line) != len(header):
            raise FormError(f"{path.name} row {number}: {len(line)} fields, not {len(header)}")
    return [dict(zip(header, line, strict=True)) for line in lines]


def known_codes() -> set[str]:
    """Every CPT and HCPCS code that the project's own tables hold; build those two first."""
    return {row["code"] for name in ("procedures", "hcpcs") for row in read_csv(DATA / f"{name}.csv")}


def day_before(day: str) -> str:
    """The ISO date one day earlier."""
    return (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """The ISO date one day later."""
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
