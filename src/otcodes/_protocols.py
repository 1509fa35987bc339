"""What stands behind a table: where its files are, and how its rows are asked for; for type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._manifest import Key
    from .records import R


class Source(Protocol):
    """Where the files of a set of tables are."""

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        ...

    def part(self, name: str, start: int, end: int) -> bytes | None:
        """The bytes of one file from one place to another; `None` where only whole files can be read."""
        ...


class Rows(Protocol):
    """The rows of one file by their key, still as text; a row becomes a record when it is asked for."""

    def __contains__(self, key: object) -> bool:
        """Whether there are rows of a normalised key."""
        ...

    def __iter__(self) -> Iterator[Key]:
        """Every key, in the order of the file."""
        ...

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        """The records of one key, oldest first.

        Raises:
            TableError: a cell cannot be read, or a column is not one of the record's.
        """
        ...

    def every(self, kind: type[R]) -> Iterator[R]:
        """Every record, by key and then by day.

        Raises:
            TableError: as for `records`.
        """
        ...

    def under(self, prefix: str, kind: type[R]) -> Iterator[tuple[Key, tuple[R, ...]]]:
        """Every key that begins so, and all of them for an empty prefix, with its records, in order.

        Raises:
            TableError: as for `records`.
        """
        ...
