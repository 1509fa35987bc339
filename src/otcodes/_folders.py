"""Directories of tables of one's own: read whole and verified before anything answers from them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ._blocks import Blocks, sha256
from ._editions import ImportedEdition
from ._manifest import MANIFEST, Manifest
from ._store import BLOCKS, read_blocks, read_manifest, read_table
from .errors import TableError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from ._manifest import Entry, Key
    from .records import Row

    Place: TypeAlias = "str | os.PathLike[str] | Traversable"

# No way out of the directory, and no name that a system reads as something else.
PLAIN = re.compile(
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?",
    re.ASCII | re.IGNORECASE,
)


@runtime_checkable
class Traversable(Protocol):
    """What `importlib.resources.files`, `pathlib.Path` and `zipfile.Path` give."""

    def joinpath(self, name: str, /) -> Any:
        """What has that name in it."""
        ...


class Folder:
    """The files of a directory, in memory: what is written there later changes nothing.

    Attributes:
        name: the directory's name, for messages.
        manifest: what it says of its tables.

    Raises:
        TableError: the directory or a file is not there, or is not what the manifest says.
    """

    def __init__(self, where: Place) -> None:
        self.name = str(where)
        self._where = where if isinstance(where, Traversable) else Path(where)
        self._files: dict[str, bytes] = {}
        try:
            self._keep(MANIFEST)
            self.manifest: Manifest = read_manifest(self)
            for entry in self.manifest.values():
                self._verify(entry)
        except TableError as error:
            raise TableError(f"{self.name}: {error.file}", error.line, error.problem) from error
        except UnicodeDecodeError as error:
            raise TableError(f"{self.name}: {MANIFEST}", None, "it is not in UTF-8") from error
        self.fingerprint = sha256(self.read(MANIFEST)).hex()

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        return self._files[name]

    def part(self, name: str, start: int, end: int) -> bytes | None:
        """The bytes of one file from one place to another."""
        return self._files[name][start:end]

    def files(self) -> Iterator[str]:
        """The names of the files that the manifest names, and its own."""
        return iter(self._files)

    def imported(self, table: str) -> tuple[ImportedEdition, ...]:
        """The editions of a table that were imported."""
        editions = self.manifest[table].editions if table in self.manifest else ()
        return tuple(edition for edition in editions if isinstance(edition, ImportedEdition))

    def check(self, records: Iterable[tuple[Key, tuple[Row, ...]]], entry: Entry) -> None:
        """Read every record of a table.

        Raises:
            TableError: a row is malformed, or two of one key share a day.
        """
        try:
            for key, rows in records:
                for before, after in pairwise(rows):
                    if before.valid_to is None or before.valid_to >= after.valid_from:
                        raise _shared(key, entry)
        except TableError as error:
            raise TableError(f"{self.name}: {error.file}", error.line, error.problem) from error

    def _verify(self, entry: Entry) -> None:
        if not entry.editions:
            raise TableError(MANIFEST, None, f"table {entry.name} has no edition")
        self._keep(entry.file)
        if entry.file.endswith(BLOCKS):
            self._verify_blocks(entry.file, entry.sha256)
        else:
            read_table(self, entry)
        if entry.index:
            self._keep(entry.index)
            self._verify_blocks(entry.index, entry.index_sha256)
        for edition in entry.editions:
            if isinstance(edition, ImportedEdition):
                self._keep(edition.file)
                if sha256(self.read(edition.file)).hex() != edition.file_sha256:
                    problem = f"its hash is not the one in {MANIFEST}: the file was changed"
                    raise TableError(edition.file, None, problem)

    def _verify_blocks(self, file: str, fingerprint: str) -> None:
        blocks: Blocks = read_blocks(self, file, fingerprint)
        for block in blocks:
            blocks.read(block)

    def _keep(self, name: str) -> None:
        if not PLAIN.fullmatch(name):
            raise TableError(MANIFEST, None, f"expected the plain name of a file beside it, found {name!r}")
        try:
            self._files[name] = self._where.joinpath(name).read_bytes()
        except (OSError, KeyError) as error:
            problem = "it is not there" if name == MANIFEST else f"it is named in {MANIFEST} and not there"
            raise TableError(name, None, problem) from error


def _shared(key: Key, entry: Entry) -> TableError:
    named = key if isinstance(key, str) else " ".join(key)
    return TableError(entry.file, None, f"two rows of {named} share a day, or are not in order")
