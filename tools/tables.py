"""What the tools that build and seal the tables in ``src/otcodes/data`` share.

The canonical form, and what is checked of it, is the importers': `otcodes.importing._canonical`.
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "CATEGORY",
    "DATA",
    "INTERVAL",
    "FormError",
    "blocks_of",
    "canonical",
    "check_interval",
    "check_rows",
    "day_after",
    "day_before",
    "known_codes",
    "ranges",
    "read_csv",
    "rows_of",
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
