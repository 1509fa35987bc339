"""The only reader of tables: files, hashes, rows. Nothing is read before it is asked for.

A table is a CSV file in canonical form, or, where that would be too large, a file of blocks; the manifest
beside it says what it covers and what it was made from.
"""

from __future__ import annotations

import os.path
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import attrs

from ._blocks import Blocks, sha256, table_error
from ._manifest import MANIFEST, WORDS, Entry, Key, Manifest
from ._text import DOT, normalize_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ._protocols import Rows, Source
    from .errors import TableError
    from .records import R

BLOCKS = ".blocks"
HEAD = 1 << 15  # bytes that hold the index of a file of blocks
TEXTS_KEPT = 16


class PackagedSource:
    """The tables inside this package, also when it is imported from a zip or under another name."""

    def read(self, name: str) -> bytes:
        """The bytes of one file of the package's data."""
        # The loader's own method: importlib.resources would do, but costs a look-up's time to import.
        content: bytes = __loader__.get_data(_path(name))  # type: ignore[name-defined]  # the import system sets it
        return content

    def part(self, name: str, start: int, end: int) -> bytes | None:
        """The bytes of one file from one place to another; `None` in a zip, where there is no such file."""
        try:
            with open(_path(name), "rb", buffering=0) as file:  # noqa: PTH123 -- pathlib, too
                file.seek(start)
                return file.read(end - start)
        except OSError:
            return None


def _path(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), "data", name)  # noqa: PTH118, PTH120 -- pathlib costs as much


def read_manifest(source: Source) -> Manifest:
    """Read the manifest of a source.

    Raises:
        TableError: a line is not of the manifest's form.
    """
    return Manifest(source.read(MANIFEST))


def read_table(source: Source, entry: Entry) -> Rows:
    """Read and verify one table's file.

    Raises:
        TableError: the file is not the one the manifest describes, or a row has too few or many cells.
    """
    if entry.file.endswith(BLOCKS):
        return BlockRows(entry, read_blocks(source, entry.file, entry.sha256))
    content = source.read(entry.file)
    if sha256(content).hex() != entry.sha256:
        raise _changed(entry.file)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise table_error(entry.file, None, "it is not in UTF-8") from None
    return CsvRows(entry, text)


def read_blocks(source: Source, file: str, fingerprint: str) -> Blocks:
    """Open and verify a file of blocks.

    Raises:
        TableError: the file is not the one of that fingerprint, or no file of blocks.
    """
    head = source.part(file, 0, HEAD)
    if head is None:
        blocks = Blocks(file, source.read(file))
    else:

        def part(start: int, end: int) -> bytes:
            found = source.part(file, start, end)
            # Where that fails, the whole is read, which succeeds or says why.
            return source.read(file)[start:end] if found is None else found

        blocks = Blocks(file, head, part)
    if blocks.fingerprint != fingerprint:
        raise _changed(file)
    return blocks


def _changed(file: str) -> TableError:
    return table_error(file, None, f"its hash is not the one in {MANIFEST}: the file was changed")


def _parsers(file: str, header: tuple[str, ...], kind: type[R]) -> list[Callable[[str], Any]]:
    fields = attrs.fields_dict(kind)
    try:
        return [fields[column].metadata["parse"] for column in header]
    except KeyError as error:
        raise table_error(file, 1, f"unknown column {error}") from None


class CsvRows:
    """The rows of a CSV file."""

    def __init__(self, entry: Entry, text: str) -> None:
        import _csv  # noqa: PLC0415 -- csv.reader itself: the csv module around it costs a look-up's time

        self._file = entry.file
        rows = _csv.reader(text.splitlines(), strict=True)
        try:
            header = self._header = tuple(next(rows, ()))
        except _csv.Error as error:
            raise table_error(entry.file, 1, str(error)) from None
        missing = [column for column in entry.key if column not in header]
        if missing:
            raise table_error(entry.file, 1, f"expected the key columns {entry.key}, found {header}")
        if len(set(header)) < len(header):
            raise table_error(entry.file, 1, "it has a column twice")
        # Of the two or three columns of a key, most parts come again and again.
        parts = [
            (header.index(column), str if column in WORDS else cache(normalize_code)) for column in entry.key
        ]
        is_plain = len(parts) == 1
        # The numbers and cells of the rows of each key, oldest first; in tuples, for the garbage collector
        # skips them.
        self._by_key: dict[Key, list[tuple[int, tuple[str, ...]]]] = {}
        number = 1
        try:
            for number, cells in enumerate(rows, 2):
                if len(cells) != len(header):
                    raise table_error(entry.file, number, f"expected {len(header)} cells, found {len(cells)}")
                key = tuple([form(cells[place]) for place, form in parts])
                self._by_key.setdefault(key[0] if is_plain else key, []).append((number, tuple(cells)))
        except _csv.Error as error:
            raise table_error(entry.file, rows.line_num, str(error)) from None
        if number - 1 != entry.rows:
            problem = f"{MANIFEST} says {entry.rows} rows, the file has {number - 1}"
            raise table_error(entry.file, None, problem)

    def __contains__(self, key: object) -> bool:
        """Whether there are rows of a normalised key."""
        return key in self._by_key

    def __iter__(self) -> Iterator[Key]:
        """Every key, in the order of the file."""
        return iter(self._by_key)

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        """The records of one key, oldest first."""
        parsers = _parsers(self._file, self._header, kind)
        return tuple([self._record(number, cells, parsers, kind) for number, cells in self._by_key[key]])

    def every(self, kind: type[R]) -> Iterator[R]:
        """Every record, by key and then by day."""
        return (record for _, records in self.under("", kind) for record in records)

    def under(self, prefix: str, kind: type[R]) -> Iterator[tuple[Key, tuple[R, ...]]]:
        """Every key that begins so, and all of them for an empty prefix, with its records, in order."""
        for key in self:
            if not prefix or (isinstance(key, str) and key.startswith(prefix)):
                yield key, self.records(key, kind)

    def _record(self, number: int, cells: tuple[str, ...], parsers: list[Any], kind: type[R]) -> R:
        facts: dict[str, Any] = {}
        for column, cell, parse in zip(self._header, cells, parsers):  # noqa: B905 -- they were counted
            try:
                facts[column] = parse(cell)
            except (ValueError, ArithmeticError) as error:
                raise table_error(self._file, number, f"column {column}: {error}") from error
        try:
            return kind(**facts)
        except TypeError as error:
            raise table_error(self._file, 1, str(error)) from error


class BlockRows:
    """The rows of codes of a file of blocks: a line a row, tabs between the cells, the code first.

    The first two cells are the code, with the dot of ICD-10-CM, and its title. What follows them takes few
    values in the whole table, so that it is read once for each.
    """

    OWN = 2

    def __init__(self, entry: Entry, blocks: Blocks) -> None:
        self._entry, self._blocks = entry, blocks
        self._width = len(next(iter(blocks)))
        if blocks.columns[: self.OWN] != ("code", "title"):
            raise table_error(entry.file, None, f"expected code and title first, found {blocks.columns}")
        self._texts: dict[str, str] = {}
        self._rests: dict[type, dict[str, dict[str, Any]]] = {}

    @property
    def blocks(self) -> tuple[str, ...]:
        """What the keys of each block begin with, sorted."""
        return tuple(self._blocks)

    def __contains__(self, key: object) -> bool:
        """Whether there are rows of a normalised key."""
        return isinstance(key, str) and _start_of(self._text(key[: self._width]), _dotted(key)) >= 0

    def __iter__(self) -> Iterator[Key]:
        """Every key, in the order of the file."""
        self._blocks.load()
        return (key for block in self._blocks for key, _ in self._by_key(block))

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        """The records of one key, oldest first."""
        if not isinstance(key, str):
            raise KeyError(key)
        text, code = self._text(key[: self._width]), _dotted(key)
        start = end = _start_of(text, code)
        if start < 0:
            raise KeyError(key)
        while text.startswith(f"{code}\t", end):
            end = text.find("\n", end) + 1
        return tuple(map(self._maker(kind), text[start : end - 1].split("\n")))

    def every(self, kind: type[R]) -> Iterator[R]:
        """Every record, in the order of the file."""
        self._blocks.load()
        make = self._maker(kind)
        return (make(line) for block in self._blocks for line in self._text(block)[1:-1].split("\n"))

    def under(self, prefix: str, kind: type[R]) -> Iterator[tuple[Key, tuple[R, ...]]]:
        """Every key that begins so, and all of them for an empty prefix, with its records, in order."""
        start = prefix[: self._width]
        if not start:
            self._blocks.load()
        make = self._maker(kind)
        for block in [start] if len(start) == self._width else self._blocks:
            if block.startswith(start):
                for key, lines in self._by_key(block):
                    if not prefix or key.startswith(prefix):
                        yield key, (make(lines[0]),) if len(lines) == 1 else tuple(map(make, lines))

    def _by_key(self, block: str) -> Iterator[tuple[str, list[str]]]:
        """The keys of one block, each with the lines of its rows."""
        before, group = "", list[str]()
        for line in self._text(block)[1:-1].split("\n"):
            code = line[: line.find("\t")]
            if code == before:
                group.append(line)
                continue
            if group:
                yield before.replace(".", ""), group
            before, group = code, [line]
        yield before.replace(".", ""), group

    def _maker(self, kind: type[R]) -> Callable[[str], R]:
        """What makes a record of a line."""
        make = cast("Callable[..., R]", kind)
        rests, own = self._rests.setdefault(kind, {}), self.OWN

        def made(line: str) -> R:
            try:
                code, title, rest = line.split("\t", own)
            except ValueError:
                raise table_error(self._entry.file, None, "a row has no code and title first") from None
            facts = rests.get(rest)
            try:
                if facts is None:
                    facts = rests[rest] = self._parsed(rest.split("\t"), kind)
                return make(code=code, title=title, **facts)
            except TypeError as error:
                raise table_error(self._entry.file, None, f"{code}: {error}") from error

        return made

    def _parsed(self, cells: list[str], kind: type[R]) -> dict[str, Any]:
        header = self._blocks.columns[self.OWN :]
        if len(cells) != len(header):
            problem = f"expected {self.OWN + len(header)} cells, found {self.OWN + len(cells)}"
            raise table_error(self._entry.file, None, problem)
        facts: dict[str, Any] = {}
        for column, cell, parse in zip(header, cells, _parsers(self._entry.file, header, kind), strict=True):
            try:
                facts[column] = parse(cell)
            except (ValueError, ArithmeticError) as error:
                raise table_error(self._entry.file, None, f"column {column}: {error}") from error
        return facts

    def _text(self, block: str) -> str:
        """The lines of one block behind a line end; empty where there is no such block."""
        text = self._texts.get(block)
        if text is None:
            content = self._blocks.read(block)
            try:
                text = "" if content is None else f"\n{content.decode('utf-8')}"
            except UnicodeDecodeError:
                raise table_error(self._entry.file, None, f"the block {block} is not in UTF-8") from None
            if len(self._texts) >= TEXTS_KEPT:
                self._texts.clear()
            self._texts[block] = text
        return text


def _start_of(text: str, code: str) -> int:
    """Where the first line of a code starts in sorted lines, found by halves; -1 where there is none.

    The text begins and ends with a line end.
    """
    low, high = 0, len(text) - 1
    while low < high:
        middle = text.rfind("\n", low, (low + high) // 2 + 1)
        if text[middle + 1 : text.find("\t", middle)] < code:
            low = text.find("\n", middle + 1)
        else:
            high = middle
    return low + 1 if text.startswith(f"{code}\t", low + 1) else -1


def _dotted(key: str) -> str:
    return f"{key[:DOT]}.{key[DOT:]}" if len(key) > DOT else key
