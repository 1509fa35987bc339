"""Procedures as other tables amend them: under labels of one's own, and to the days of HCPCS Level II."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ._manifest import Entry, Key
    from ._protocols import Rows, Source
    from .records import Procedure, ProcedureLabel, R

DELETED = "D"  # a status of the fee schedule: the code is there no more
# What a table makes of the records of a key.
Amendment: TypeAlias = "Callable[[Key, tuple[R, ...]], tuple[R, ...]]"


class AmendedTable(Table["R"]):
    """A table whose records are amended, one after the other, as they are read.

    Tables that list its codes, too, may show one to be in force past what it covers itself. What it says of
    the code is then carried forward.
    """

    def __init__(
        self,
        entry: Entry,
        kind: type[R],
        source: Source,
        *,
        form: str,
        amendments: Sequence[Amendment[R]],
        listed_in: Sequence[Table[Any]] = (),
        beside: Table[R] | None = None,
    ) -> None:
        super().__init__(entry, kind, source, form=form, beside=beside)
        self._amendments = amendments
        self._listed_in = listed_in

    def last_day(self, row: R) -> dt.date:
        """The last day for which a row of its own answers."""
        last = super().last_day(row)
        if row.valid_to is not None:
            return last
        return max([last, *[_listed_to(table, getattr(row, "code", "")) for table in self._listed_in]])

    def _load(self) -> Rows:
        return _Amended(super()._load(), self._amendments)


class _Amended:
    """The rows of a file, amended as they become records."""

    def __init__(self, rows: Rows, amendments: Sequence[Amendment[Any]]) -> None:
        self._rows, self._amendments = rows, amendments

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Key]:
        return iter(self._rows)

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        return self._amended(key, self._rows.records(key, kind))

    def every(self, kind: type[R]) -> Iterator[R]:
        return (row for _, rows in self.under("", kind) for row in rows)

    def under(self, prefix: str, kind: type[R]) -> Iterator[tuple[Key, tuple[R, ...]]]:
        return ((key, self._amended(key, rows)) for key, rows in self._rows.under(prefix, kind))

    def _amended(self, key: Key, rows: tuple[R, ...]) -> tuple[R, ...]:
        for amend in self._amendments:
            rows = amend(key, rows)
        return rows


def labelled(labels: Table[ProcedureLabel]) -> Amendment[Procedure]:
    """Each record takes the newest label that is in force on any of its days, where there is one."""

    def amend(key: Key, rows: tuple[Procedure, ...]) -> tuple[Procedure, ...]:
        owner = labels.owner(key)
        return rows if owner is None else tuple(_named(row, owner.rows(key)) for row in rows)

    return amend


def _named(row: Procedure, labels: tuple[ProcedureLabel, ...]) -> Procedure:
    """The record under the newest of these labels that shares a day with it."""
    for label in reversed(labels):
        is_before = label.valid_to is not None and label.valid_to < row.valid_from
        if not is_before and (row.valid_to is None or label.valid_from <= row.valid_to):
            return attrs.evolve(row, label=label.label)
    return row


def ended_with(level_two: Table[Procedure]) -> Amendment[Procedure]:
    """The last record of a Level II code ends with the code there."""

    def amend(key: Key, rows: tuple[Procedure, ...]) -> tuple[Procedure, ...]:
        owner = level_two.owner(key)
        *before, last = rows
        end = None if owner is None else owner.rows(key)[-1].valid_to
        if end is None or last.valid_to is not None or end < last.valid_from:
            return rows
        return (*before, attrs.evolve(last, valid_to=end, confirmed_to=None))

    return amend


def _listed_to(table: Table[Any], code: str) -> dt.date:
    """The last day on which a table lists a code as one that there is; long ago where it does not."""
    owner = table.owner(code)
    last = None if owner is None else owner.rows(code)[-1]
    if owner is None or last is None or last.valid_to is not None or getattr(last, "status", "") == DELETED:
        return dt.date.min
    return last.confirmed_to or owner.coverage.last
