"""What the importers of the physician fee schedule share: its numbers, and what is on board of it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from ..records import R
    from ..tables import Table

NUMBER = re.compile(r"(?=\.?[0-9])[0-9]{0,4}(?:\.[0-9]*)?", re.ASCII)
# By how much a sheet may miss a number that it keeps in binary.
TOLERANCE = Decimal("0.000001")


def number(places: int) -> Callable[[str], str]:
    """Reads a number that has so many decimals, some of which may be left out.

    Examples:
        >>> number(2)("1.5"), number(3)("0.8690000000000001")
        ('1.50', '0.869')
    """
    step = Decimal(1).scaleb(-places)

    def read(text: str) -> str:
        if NUMBER.fullmatch(text):
            rounded = Decimal(text).quantize(step)
            if abs(Decimal(text) - rounded) <= TOLERANCE:
                return str(rounded)
        raise ValueError(f"expected a number with {places} decimals")

    return read


def in_force(table: Table[R], day: dt.date) -> Iterator[R]:
    """The rows of a table that hold on a day; after its last one, those that are open."""
    return (
        row for row in table.own() if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    )
