"""The values and items of a snapshot, read in a row: those of a mapping would look every code up."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, ValuesView
from typing import TYPE_CHECKING

from ._manifest import Key
from .records import R

if TYPE_CHECKING:
    from .tables import Snapshot


class Records(ValuesView[R]):
    """The records of a snapshot."""

    __slots__ = ()
    _mapping: Snapshot[R]

    def __iter__(self) -> Iterator[R]:
        return (record for _, record in self._mapping.in_force())


class Items(ItemsView[Key, R]):
    """The codes of a snapshot with their records."""

    __slots__ = ()
    _mapping: Snapshot[R]

    def __iter__(self) -> Iterator[tuple[Key, R]]:
        return self._mapping.in_force()
