"""Procedures under labels of one's own: a table of rows whose labels come from another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from .tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._manifest import Entry, Key
    from ._protocols import Rows, Source
    from .records import ProcedureLabel, R


class LabelledTable(Table["R"]):
    """A table whose records have the labels that another one has for their codes, where it has any.

    A record takes the newest label that is in force on any of its days.
    """

    def __init__(
        self,
        entry: Entry,
        kind: type[R],
        source: Source,
        *,
        form: str,
        labels: Table[ProcedureLabel],
        beside: Table[R] | None = None,
    ) -> None:
        super().__init__(entry, kind, source, form=form, beside=beside)
        self._labels = labels

    def _load(self) -> Rows:
        return _Labelled(super()._load(), self._labels)


class _Labelled:
    """The rows of a file, labelled as they become records."""

    def __init__(self, rows: Rows, labels: Table[ProcedureLabel]) -> None:
        self._rows, self._labels = rows, labels

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Key]:
        return iter(self._rows)

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        return self._named(key, self._rows.records(key, kind))

    def every(self, kind: type[R]) -> Iterator[R]:
        return (row for _, rows in self.under("", kind) for row in rows)

    def under(self, prefix: str, kind: type[R]) -> Iterator[tuple[Key, tuple[R, ...]]]:
        return ((key, self._named(key, rows)) for key, rows in self._rows.under(prefix, kind))

    def _named(self, key: Key, rows: tuple[R, ...]) -> tuple[R, ...]:
        owner = self._labels.owner(key)
        return rows if owner is None else tuple(_named(row, owner.rows(key)) for row in rows)


def _named(row: R, labels: tuple[ProcedureLabel, ...]) -> R:
    """The record under the newest of these labels that shares a day with it."""
    for label in reversed(labels):
        is_before = label.valid_to is not None and label.valid_to < row.valid_from
        if not is_before and (row.valid_to is None or label.valid_from <= row.valid_to):
            return cast("R", attrs.evolve(cast("Any", row), label=label.label))
    return row
