"""What changed in a table from one day to another."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
from typing import TYPE_CHECKING, Generic

import attrs

from .records import R, Row
from .tables import OUT_OF_COVERAGE

if TYPE_CHECKING:
    from ._manifest import Key
    from .tables import Table

# What tells two rows of a code apart without a change of the code.
DAYS = frozenset(attrs.fields_dict(Row))


@attrs.frozen(kw_only=True)
class Diff(Generic[R]):
    """The changes of a table between two days, each list in the order of the table.

    Attributes:
        first: the day it starts from.
        second: the day it leads to.
        added: the records that came.
        deleted: the records that went.
        revised: the records before and after, where something else than their days changed.
        became_header: the records before and after of codes that are no longer billable: they need more
            characters.
        became_billable: the records before and after of headers that became billable.
        not_known: the codes of which the table does not know the state on one of the days.
    """

    first: dt.date
    second: dt.date
    added: tuple[R, ...]
    deleted: tuple[R, ...]
    revised: tuple[tuple[R, R], ...]
    became_header: tuple[tuple[R, R], ...]
    became_billable: tuple[tuple[R, R], ...]
    not_known: tuple[str, ...]


def diff(table: Table[R], first: dt.date, second: dt.date) -> Diff[R]:
    """What changed in a table from one day to another."""
    added: list[R] = []
    deleted: list[R] = []
    revised: list[tuple[R, R]] = []
    became_header: list[tuple[R, R]] = []
    became_billable: list[tuple[R, R]] = []
    not_known: list[str] = []
    for owner, key, rows in table.versions():
        before, after = owner.row_on(rows, first), owner.row_on(rows, second)
        if before is after and before is not None:
            continue
        if any(
            row is None and table.verdict(key, on=day) is OUT_OF_COVERAGE
            for row, day in ((before, first), (after, second))
        ):
            not_known.append(_name(key, rows[0]))
        elif before is None and after is not None:
            added.append(after)
        elif after is None and before is not None:
            deleted.append(before)
        elif before is not None and after is not None:
            is_billable = getattr(before, "is_billable", True), getattr(after, "is_billable", True)
            if is_billable == (True, False):
                became_header.append((before, after))
            elif is_billable == (False, True):
                became_billable.append((before, after))
            elif _facts(before) != _facts(after):
                revised.append((before, after))
    return Diff(
        first=first,
        second=second,
        added=tuple(added),
        deleted=tuple(deleted),
        revised=tuple(revised),
        became_header=tuple(became_header),
        became_billable=tuple(became_billable),
        not_known=tuple(not_known),
    )


def _name(key: Key, row: Row) -> str:
    return str(getattr(row, "code", key if isinstance(key, str) else " ".join(key)))


def _facts(row: Row) -> dict[str, object]:
    return {
        field.name: getattr(row, field.name) for field in attrs.fields(type(row)) if field.name not in DAYS
    }
