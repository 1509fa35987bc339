"""What every dated row says of itself."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
from typing import TypeVar

import attrs

from .._cells import cell, day, flag, optional


# Its methods are made with every record, where they are used: attrs takes its time over each.
@attrs.frozen(kw_only=True, repr=False, eq=False)
class Row:
    """What every dated row says of itself.

    Attributes:
        valid_from: the first day on which the row is known to hold.
        valid_to: the last day, `None` while it is open.
        is_start_known: whether `valid_from` is the true first day; if not, earlier days are out of coverage.
        confirmed_to: the last day on which an edition on board confirms the row, where that is not the
            end of the table's coverage.
        carried_forward: whether the answer was taken from the table's last edition for a later day.
        edition: the id of that edition, where it was.
    """

    valid_from: dt.date = cell(day)
    valid_to: dt.date | None = cell(optional(day))
    is_start_known: bool = cell(flag, repr=False)
    confirmed_to: dt.date | None = cell(optional(day), repr=False)
    carried_forward: bool = False
    edition: str | None = attrs.field(default=None, repr=False)


R = TypeVar("R", bound=Row)
