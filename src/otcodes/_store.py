"""The only reader of tables: manifest, hashes, rows. Nothing is read before it is asked for.

A table is a CSV file in canonical form beside a `manifest.toml` that says what it covers and what it was
made from. The manifest keeps to lines of TOML that need no TOML reader, which Python 3.10 has not: headers
of tables and editions, and `key = value` with a plain string, number, boolean or array of strings.
"""

from __future__ import annotations

import _csv  # csv.reader itself; the csv module around it costs a lookup's whole time budget to import
import datetime as dt
import importlib
import os.path
import re
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import attrs

from ._text import normalize_code
from .errors import TableError
from .records import R

if TYPE_CHECKING:
    from collections.abc import Mapping

Key: TypeAlias = "str | tuple[str, ...]"

MANIFEST = "manifest.toml"
TABLE, EDITION, EDITIONS = "[tables.", "[[tables.", ".editions]]"
ARRAY = re.compile(r'\[("[^"\\]*"(, "[^"\\]*")*)?\]')
# Columns of a key of several columns that hold words, not codes.
WORDS = frozenset({"payer", "setting"})


class Source(Protocol):
    """Where the files of a set of tables are."""

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        ...


class PackagedSource:
    """The tables inside this package, also when it is imported from a zip or under another name."""

    def read(self, name: str) -> bytes:
        """The bytes of one file of the package's data."""
        # The loader's own method: importlib.resources would do, but costs a look-up's time to import.
        path = os.path.join(os.path.dirname(__file__), "data", name)  # noqa: PTH118, PTH120 -- pathlib, too
        content: bytes = __loader__.get_data(path)  # type: ignore[name-defined]  # the import system sets it
        return content


@attrs.frozen(kw_only=True)
class Edition:
    """One official publication that a table was made from.

    Attributes:
        id: its short name here.
        effective: the first day it speaks for.
        publisher: who publishes it.
        title: its title.
        sha256: of the file that was used; empty where facts were taken from pages.
    """

    id: str
    effective: dt.date
    publisher: str
    title: str
    sha256: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Coverage:
    """What a table can answer for: a span of days, and a scope of codes in which a missing one is unknown.

    Attributes:
        scope: ranges of normalised codes, first and last, inside which "not in the table" is an answer.
        first: the first day of that answer.
        last: the last day that an edition on board speaks for.
        carried_to: the last day up to which a slow-moving code set still answers, marked.
        carries_forward: whether open rows answer without end after `last`, marked.
    """

    scope: tuple[tuple[str, str], ...]
    first: dt.date
    last: dt.date
    carried_to: dt.date | None = None
    carries_forward: bool = False

    @property
    def horizon(self) -> dt.date:
        """The last day for which the table answers at all."""
        if self.carries_forward:
            return dt.date.max
        return max(self.last, self.carried_to or self.last)

    def includes(self, code: str) -> bool:
        """Whether the code is one of those whose absence means something."""
        return any(first <= code <= last and len(code) == len(first) for first, last in self.scope)

    def __str__(self) -> str:
        """The coverage in words."""
        scope = ", ".join(f"{first} to {last}" if first != last else first for first, last in self.scope[:4])
        more = ", …" if len(self.scope) > 4 else ""  # noqa: PLR2004 -- as many as are shown
        days = f"{self.first} to {self.last}"
        if self.carries_forward:
            days += ", carried forward after that"
        elif self.carried_to:
            days += f", carried to {self.carried_to}"
        return f"{days}; complete for {scope}{more}" if scope else f"{days}; only the codes listed"


@attrs.frozen(kw_only=True)
class Entry:
    """A table's entry in the manifest.

    Attributes:
        name: the table's name.
        file: its file beside the manifest.
        key: the columns that name a row, without its days.
        rows: how many rows there are.
        sha256: of the file's bytes.
        coverage: what it can answer for.
        editions: what it was made from, oldest first.
        licence: under which terms the facts may be used.
        note: what a user should know of it.
    """

    name: str
    file: str
    key: tuple[str, ...]
    rows: int
    sha256: str = attrs.field(repr=False)
    coverage: Coverage
    editions: tuple[Edition, ...]
    licence: str
    note: str

    def normalize(self, key: Key) -> Key:
        """The form of a code, or of a key of several columns, that rows are filed under."""
        if not isinstance(key, tuple):
            return normalize_code(key)
        return tuple(
            [
                str(part) if column in WORDS else normalize_code(part)
                for column, part in zip(self.key, key, strict=True)
            ]
        )

    def edition_on(self, day: dt.date) -> str:
        """The id of the newest edition that had taken effect on a day; of an earlier day, the oldest."""
        there = [edition for edition in self.editions if edition.effective <= day]
        return (there or self.editions)[-1 if there else 0].id

    @property
    def last_edition(self) -> str:
        """The id of the newest edition that speaks for the whole table, which is carried forward after it."""
        spoken = [edition for edition in self.editions if edition.effective <= self.coverage.last]
        return max(spoken, key=lambda edition: edition.effective).id

    def covers(self, key: Key) -> bool:
        """Whether a missing key is an answer, on a covered day: all its codes are in the scope."""
        if isinstance(key, str):
            return self.coverage.includes(key)
        codes = (part for column, part in zip(self.key, key, strict=True) if column not in WORDS)
        return all(map(self.coverage.includes, codes))


SCHEMA = 1


def read_manifest(source: Source) -> dict[str, Entry]:
    """Read the manifest of a source.

    Raises:
        TableError: a line is not of the manifest's form, or an entry lacks a key.
    """
    tables: dict[str, dict[str, Any]] = {}
    section: dict[str, Any] | None = None
    for number, line in enumerate(source.read(MANIFEST).decode("utf-8").splitlines(), 1):
        if not line or line[0] == "#":
            continue
        key, equals, value = line.partition(" = ")
        table = line.removeprefix(EDITION).removesuffix(EDITIONS)
        if table in tables and line == EDITION + table + EDITIONS:
            section = {}
            tables[table]["editions"].append(section)
        elif line.startswith(TABLE) and line[-1] == "]":
            section = tables[line[len(TABLE) : -1]] = {"editions": []}
        elif section is not None and equals:
            section[key] = _value(value, number)
        else:
            raise TableError(
                MANIFEST, number, f"expected {TABLE}NAME], {EDITION}NAME{EDITIONS} or key = value"
            )
    return {name: _entry(name, facts) for name, facts in tables.items()}


def _value(text: str, number: int) -> str | int | bool | list[str]:
    """A TOML string without escapes, a whole number, a boolean, or an array of strings on one line."""
    if text[:1] == '"' and text.find('"', 1) == len(text) - 1 and "\\" not in text:
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if text.isdigit():
        return int(text)
    if ARRAY.fullmatch(text):
        return [part for part in text[1:-1].split('"') if part not in ("", ", ")]
    raise TableError(MANIFEST, number, f"expected a plain TOML value, found {text[:40]}")


def _entry(name: str, facts: Mapping[str, Any]) -> Entry:
    try:
        if facts["schema"] != SCHEMA:
            raise TableError(
                MANIFEST, None, f"table {name} has schema {facts['schema']}, this code reads {SCHEMA}"
            )
        ranges = (span.partition("-") for span in facts["scope"])
        day = dt.date.fromisoformat
        return Entry(
            name=name,
            file=facts["file"],
            key=tuple(facts["key"]),
            rows=facts["rows"],
            sha256=facts["sha256"],
            coverage=Coverage(
                scope=tuple((first, last) for first, _, last in ranges),
                first=day(facts["coverage_from"]),
                last=day(facts["coverage_to"]),
                carried_to=day(facts["carried_to"]) if "carried_to" in facts else None,
                carries_forward=facts.get("carries_forward", False),
            ),
            editions=tuple(
                Edition(
                    id=edition["id"],
                    effective=day(edition["effective"]),
                    publisher=edition["publisher"],
                    title=edition["title"],
                    sha256=edition["sha256"],
                )
                for edition in facts["editions"]
            ),
            licence=facts["licence"],
            note=facts.get("note", ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TableError(MANIFEST, None, f"table {name}: {type(error).__name__} {error}") from error


@attrs.frozen
class RawTable:
    """The rows of one file by their key, still as text; a row becomes a record when it is asked for.

    Attributes:
        file: the file's name, for messages.
        header: its columns.
        by_key: for each key (normalised; a tuple where several columns name a row) the numbers and cells
            of its rows, oldest first.
    """

    file: str
    header: tuple[str, ...]
    by_key: dict[Key, list[tuple[int, list[str]]]] = attrs.field(repr=False)

    def records(self, key: Key, kind: type[R]) -> tuple[R, ...]:
        """The records of one key, oldest first.

        Raises:
            TableError: a cell cannot be read, or a column is not one of the record's.
        """
        fields = attrs.fields_dict(kind)
        try:
            parsers = [fields[column].metadata["parse"] for column in self.header]
        except KeyError as error:
            raise TableError(self.file, 1, f"unknown column {error}") from None
        return tuple([self._record(number, cells, parsers, kind) for number, cells in self.by_key[key]])

    def _record(self, number: int, cells: list[str], parsers: list[Any], kind: type[R]) -> R:
        facts: dict[str, Any] = {}
        for column, cell, parse in zip(self.header, cells, parsers):  # noqa: B905 -- read_table counted them
            try:
                facts[column] = parse(cell)
            except (ValueError, ArithmeticError) as error:
                raise TableError(self.file, number, f"column {column}: {error}") from error
        try:
            return kind(**facts)
        except TypeError as error:
            raise TableError(self.file, 1, str(error)) from error


def _sha256(content: bytes) -> str:
    # hashlib loads OpenSSL, which takes as long as the rest of a first look-up; Python has its own.
    for name in ("_sha2", "_sha256", "hashlib"):
        try:
            return str(importlib.import_module(name).sha256(content).hexdigest())
        except ImportError:  # the first two are named by the version of CPython
            continue
    raise ImportError("hashlib")


def read_table(source: Source, entry: Entry) -> RawTable:
    """Read and verify one table's file.

    Raises:
        TableError: the file is not the one the manifest describes, or a row has too few or many cells.
    """
    content = source.read(entry.file)
    if _sha256(content) != entry.sha256:
        raise TableError(entry.file, None, f"its hash is not the one in {MANIFEST}: the file was changed")
    rows = _csv.reader(content.decode("utf-8").splitlines(), strict=True)
    header = tuple(next(rows))
    missing = [column for column in entry.key if column not in header]
    if missing:
        raise TableError(entry.file, 1, f"expected the key columns {entry.key}, found {header}")
    places = [header.index(column) for column in entry.key]
    by_key: dict[Key, list[tuple[int, list[str]]]] = {}
    number = 1
    for number, cells in enumerate(rows, 2):
        if len(cells) != len(header):
            raise TableError(entry.file, number, f"expected {len(header)} cells, found {len(cells)}")
        parts = [cells[place] for place in places]
        key = entry.normalize(parts[0] if len(parts) == 1 else tuple(parts))
        by_key.setdefault(key, []).append((number, cells))
    if number - 1 != entry.rows:
        raise TableError(entry.file, None, f"{MANIFEST} says {entry.rows} rows, the file has {number - 1}")
    return RawTable(entry.file, header, by_key)
