"""Layouts of official tables with a header, and their rows, each cell checked."""

from __future__ import annotations

import csv
import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import attrs

from ..errors import TableError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ._sources import OfficialFile

TITLE_LINES = 40  # lines that may stand before the header
# Behind a tab, a quotation mark is a letter like others.
QUOTING: dict[str, Literal[0, 3]] = {"\t": csv.QUOTE_NONE, ",": csv.QUOTE_MINIMAL}
CELLS_KEPT = 20_000  # of a column, most cells come again and again
HEADER_LINES = 8  # lines that a header may take


@attrs.frozen
class Column:
    """A column of an official table.

    Attributes:
        name: what it is called here.
        header: what its header begins with, in small letters, white space as one space.
        read: gives a cell's text as our own tables write it; raises `ValueError` with what was expected.
            `None` for a column that is not kept.
        about: what its cells are, for the page of the layout.
    """

    name: str
    header: str
    read: Callable[[str], str] | None
    about: str


@attrs.frozen
class Layout:
    """The form of an official table: its columns in order, under a header, with title lines before it.

    The header may take several lines, those after the first with an empty first cell; the cells of each
    column are then read as one. Tabs or commas stand between the cells, as the header's first line has them.

    Attributes:
        columns: the columns, in order. What stands to the right of them is not read.
    """

    columns: tuple[Column, ...]

    def __str__(self) -> str:
        """The columns, a line each."""
        return "\n".join(f"{column.header}: {column.about}" for column in self.columns)

    def rows(self, file: OfficialFile) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of a file, each with the number of the line that it ends on.

        Raises:
            TableError: the header is not there or is another one, or a row's cells are too few or not of
                their column's form; it names line and column.
        """
        lines = file.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        start, reader, cells = self._begun(file, lines)
        try:
            is_any = False
            while cells is not None:
                if any(cells):
                    is_any = True
                    yield start + reader.line_num, self._row(file, start + reader.line_num, cells)
                cells = _next(reader)
        except csv.Error as error:
            raise TableError(file.name, start + reader.line_num, str(error)) from error
        if not is_any:
            raise TableError(
                file.name, start + reader.line_num, "no row follows the header: the file is cut off"
            )

    def _begun(self, file: OfficialFile, lines: Sequence[str]) -> tuple[int, _Reader, list[str] | None]:
        """Where the header begins, the reader behind it, and the cells of the row after it."""
        wrong = self._missing(file)
        for start, line in enumerate(lines[:TITLE_LINES]):
            if not _words(line.lstrip('"')).startswith(self.columns[0].header):
                continue
            delimiter = "\t" if "\t" in line else ","
            text = (f"{line}\n" for line in lines[start:])  # a quoted cell may go on in the next line
            reader = csv.reader(text, delimiter=delimiter, quoting=QUOTING[delimiter], strict=True)
            try:
                return start, reader, self._header(file, reader, start)
            except TableError as error:  # a title may begin as the header does, which then follows
                wrong = error
            except csv.Error as error:
                wrong = TableError(file.name, start + reader.line_num, str(error))
        raise wrong

    def _missing(self, file: OfficialFile) -> TableError:
        first = self.columns[0].header
        problem = f"no header: expected a line that begins with {first!r} among the first {TITLE_LINES}"
        return TableError(file.name, None, f"{problem}; is it another file?")

    def _header(self, file: OfficialFile, reader: _Reader, start: int) -> list[str] | None:
        """Check the header; gives the cells of the row after it."""
        found = next(reader)
        if len(found) == 1:
            raise self._missing(file)
        cells: list[str] | None = None
        for _ in range(HEADER_LINES):
            cells = _next(reader)
            if cells is None or cells[0] or not any(cells):
                break
            found = [
                f"{above} {below}".strip()
                for above, below in zip(found, cells + [""] * len(found), strict=False)
            ]
        for place, column in enumerate(self.columns):
            there = found[place] if place < len(found) else ""
            if not _words(there).startswith(column.header):
                problem = f"column {place + 1}: expected the header {column.header!r}, found {shown(there)}"
                raise TableError(file.name, start + 1, problem)
        return cells

    def _row(self, file: OfficialFile, line: int, cells: Sequence[str]) -> dict[str, str]:
        if len(cells) < len(self.columns):
            problem = f"expected {len(self.columns)} cells, found {len(cells)}; is the file cut off?"
            raise TableError(file.name, line, problem)
        row: dict[str, str] = {}
        for place, column in enumerate(self.columns):
            if column.read is not None:
                try:
                    row[column.name] = column.read(cells[place].strip())
                except ValueError as error:
                    problem = f"column {place + 1}, {column.header}: {error}, found {shown(cells[place])}"
                    raise TableError(file.name, line, problem) from None
        return row


if TYPE_CHECKING:
    import _csv

    _Reader = _csv.Reader  # pyright: ignore[reportPrivateUsage]  # csv itself has no name for it


def _next(reader: _Reader) -> list[str] | None:
    cells = next(reader, None)
    return None if cells is None else [cell.strip() for cell in cells] or [""]


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


# How cells are read.

PROCEDURE = re.compile(r"[0-9]{4}[0-9AFMTU]|[A-Z][0-9]{4}", re.ASCII)


@lru_cache(maxsize=CELLS_KEPT)
def procedure(text: str) -> str:
    """A CPT or HCPCS Level II code."""
    code = text.upper()
    if not PROCEDURE.fullmatch(code):
        raise ValueError("expected a code of five characters")
    return code


@lru_cache(maxsize=CELLS_KEPT)
def compact_day(text: str) -> str:
    """A day as 20260101, in ISO form."""
    try:
        if len(text) == len("20260101") and text.isascii() and text.isdigit():
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        pass
    raise ValueError("expected a day as 20260101")


def one_of(*words: str) -> Callable[[str], str]:
    """One of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected {', '.join(words[:-1])} or {words[-1]}")
        return text

    return read
