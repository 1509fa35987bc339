"""Procedures as other tables amend them: under labels of one's own, and to the days of HCPCS Level II."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .tables import Table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from ._manifest import Entry, Key
    from ._protocols import Rows, Source
    from .records import Procedure, ProcedureLabel, R

# What a table makes of the records of a key.
Amendment: TypeAlias = "Callable[[Key, tuple[R, ...]], tuple[R, ...]]"


class AmendedTable(Table["R"]):
    """A table whose records are amended, one after the other, as they are read."""

    def __init__(
        self,
        entry: Entry,
        kind: type[R],
        source: Source,
        *,
        form: str,
        amendments: Sequence[Amendment[R]],
        beside: Table[R] | None = None,
    ) -> None:
        super().__init__(entry, kind, source, form=form, beside=beside)
        self._amendments = amendments

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


def as_long_as(level_two: Table[Procedure], covered_to: dt.date) -> Amendment[Procedure]:
    """The last record of a Level II code ends with the code there, or else answers as far as it does.

    Args:
        level_two: HCPCS Level II, of an edition of one's own.
        covered_to: the last day that the records are covered to without it.
    """

    def amend(key: Key, rows: tuple[Procedure, ...]) -> tuple[Procedure, ...]:
        owner = level_two.owner(key)
        if owner is None or rows[-1].valid_to is not None:
            return rows
        there = owner.rows(key)[-1]
        known_to = there.confirmed_to or owner.coverage.last
        *before, last = rows
        if there.valid_to is not None and there.valid_to >= last.valid_from:
            last = attrs.evolve(last, valid_to=there.valid_to, confirmed_to=None)
        elif there.valid_to is None and known_to > covered_to:
            last = attrs.evolve(last, confirmed_to=known_to)
        return (*before, last)

    return amend
