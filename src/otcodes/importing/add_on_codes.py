"""NCCI's add-on code edits of Medicare: one file for all settings, in text of fixed width or as a sheet.

An edit is of one of three types: 1 where the file lists every primary code, 2 where the contractor defines
them, 3 where it lists some and the contractor may add others. The table has those of type 1 alone: by a list
that is not complete no claim can be judged.
"""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..errors import TableError, shown
from ._kinds import Kind, Reading, Request, quarter_end
from ._layout import PROCEDURE, TITLE_LINES, Column, Layout, one_of, procedure
from ._merging import Form
from ._ncci import check_edition, check_program, codes_of_ours
from ._spans import Span, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..catalog import Catalog
    from ._merging import Row
    from ._sources import OfficialFile

LISTED = "1"
SINCE = dt.date(2013, 4, 1)  # the first day of the edits: one that began then may be of an older pair
MOST_MISSING = 0.2  # of the add-on codes on board, for a file that is whole
DAY = re.compile(r"(\d{4})(\d{3})", re.ASCII)
OPEN_LIST = re.compile(r"([A-Z])\1{4}")


def _day(text: str) -> str:
    """A day as 2026001, in ISO form."""
    match = DAY.fullmatch(text)
    if match is not None and dt.MINYEAR <= int(match[1]) < dt.MAXYEAR:
        day = dt.date(int(match[1]), 1, 1) + dt.timedelta(days=int(match[2]) - 1)
        if day.year == int(match[1]):
            return day.isoformat()
    raise ValueError("expected a day as 2026001, the year and the number of the day in it")


def _last_day(text: str) -> str:
    """A day, or nothing."""
    return _day(text) if text else ""


def _primary(text: str) -> str:
    """A code, or what stands for codes that the contractor defines."""
    return text if OPEN_LIST.fullmatch(text) else procedure(text)


# The sheet's columns in order; in the text they stand at the positions that are named.
LAYOUT = Layout(
    (
        Column(
            "type",
            "aoc_edit_type",
            one_of("1", "2", "3"),
            "position 1: 1 every primary code is listed, 2 none, 3 some; 2 and 3 are not kept",
        ),
        Column("add_on", "add-on_code", procedure, "2 to 6: the add-on code"),
        Column(
            "add_on_ended",
            "aoc_deldt",
            _last_day,
            "7 to 13: the last day of the add-on code, as 2026090, the year and the number of the day in it",
        ),
        Column(
            "primary",
            "primary_code",
            _primary,
            "14 to 18: a primary code; CCCCC where the contractor defines them",
        ),
        Column("primary_ended", "primary_code_deldt", _last_day, "19 to 25: the last day of that code"),
        Column("valid_from", "aoc_edit_effdt", _day, "26 to 32: the first day of the edit, as 2026001"),
        Column("valid_to", "aoc_edit_deldt", _last_day, "33 to 39: its last day; empty while it is open"),
        Column("notes", "special_instruction_notes", None, "40 and on: notes; not kept"),
    )
)
POSITIONS = ((0, 1), (1, 6), (6, 13), (13, 18), (18, 25), (25, 32), (32, 39))
LEAST = 32  # of a record: to the end of the edit's first day
RECORD = re.compile(r"[123][0-9A-Z]{5}[0-9 ]{7}[0-9A-Z]{5}[0-9 ]{7}[0-9]{7}")


class _Edit(NamedTuple):
    """An edit that was in force, and where it stands."""

    add_on: str
    primary: str
    first: dt.date
    last: dt.date
    line: int


def _read(request: Request) -> Reading:
    """The pairs of the add-on codes that are ours, with all their primary codes."""
    if len(request.files) > 1:
        raise TableError(request.files[1].name, None, "expected one file: the edits are in a single one")
    file = request.files[0]
    check_program(file, "medicare", hint="of Medicaid's add-on codes there is no table")
    check_edition(file, request.effective)
    listed: list[_Edit] = []
    unlisted: dict[str, list[Span]] = {}  # days on which an add-on code has primary codes beyond the list
    seen: set[str] = set()
    count = 0
    for line, row in _rows(file):
        count += 1
        seen.add(row["add_on"])
        edit = _edit(file, line, row, request.last)
        if edit is None:
            continue
        if row["type"] == LISTED and PROCEDURE.fullmatch(row["primary"]):
            listed.append(edit)
        else:
            unlisted.setdefault(edit.add_on, []).append((edit.first, edit.last))
    _check_apart(file, listed)
    _check_whole(file, seen, request)
    known = _codes(request.catalog)
    rows = [
        row
        for edit in listed
        if edit.add_on in known
        for row in _intervals(edit, unlisted.get(edit.add_on, ()))
    ]
    return Reading(rows=rows, scope=None, seen=count)


def _rows(file: OfficialFile) -> Iterator[tuple[int, Row]]:
    """The rows of a file of either form."""
    lines = file.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(map(RECORD.match, lines[:TITLE_LINES])):
        return _fixed(file, lines)
    return LAYOUT.rows(file)


def _fixed(file: OfficialFile, lines: list[str]) -> Iterator[tuple[int, Row]]:
    """The records, without the title lines before the first line that begins with a digit."""
    is_begun = False
    for number, line in enumerate(lines, 1):
        is_begun = is_begun or line[:1].isdigit()
        if not is_begun or not line.strip(" \t\x1a"):
            continue
        if len(line) < LEAST:
            problem = f"expected {LEAST} characters or more, found {len(line)}; is the file cut off?"
            raise TableError(file.name, number, problem)
        row: Row = {}
        for column, (start, end) in zip(LAYOUT.columns, POSITIONS, strict=False):
            text = line[start:end].strip()
            assert column.read is not None  # noqa: S101 -- for type checkers: the notes have no position
            try:
                row[column.name] = column.read(text)
            except ValueError as error:
                where = f"position {end}" if end - start == 1 else f"positions {start + 1} to {end}"
                problem = f"{where}, {column.header}: {error}, found {shown(text)}"
                raise TableError(file.name, number, problem) from None
        yield number, row


def _edit(file: OfficialFile, line: int, row: Row, last: dt.date) -> _Edit | None:
    """The days on which an edit and both of its codes were there; `None` where it never applied."""
    first = row["valid_from"]
    if first > last.isoformat():
        problem = f"aoc_edit_effdt: {first} is after {last}, the end of the edition"
        raise TableError(file.name, line, problem)
    ended = min(filter(None, (row["valid_to"], row["add_on_ended"], row["primary_ended"])), default="")
    if "" < ended <= first:  # deleted back to its own start
        return None
    end = dt.date.fromisoformat(ended) if ended else dt.date.max
    return _Edit(row["add_on"], row["primary"], dt.date.fromisoformat(first), end, line)


def _intervals(edit: _Edit, unlisted: Iterable[Span]) -> Iterator[Row]:
    """The rows of a pair: the days on which the list of its add-on code is complete."""
    for first, last in without([(edit.first, edit.last)], unlisted):
        yield {
            "add_on": edit.add_on,
            "primary": edit.primary,
            "valid_from": first.isoformat(),
            "valid_to": "" if last == dt.date.max else last.isoformat(),
            "is_start_known": "no" if first == SINCE else "yes",
            "confirmed_to": "",
        }


def _check_apart(file: OfficialFile, edits: list[_Edit]) -> None:
    for before, edit in pairwise(sorted(edits)):
        if before[:2] == edit[:2] and before.last >= edit.first:
            problem = f"two edits of {edit.add_on} and {edit.primary} share a day"
            raise TableError(file.name, edit.line, problem)


def _check_whole(file: OfficialFile, seen: set[str], request: Request) -> None:
    """Refuse a file that was cut or filtered: what it lacks of the add-on codes on board would end."""
    board = {
        row.add_on
        for row in request.catalog.add_on_codes.own()
        if row.valid_from <= request.last and (row.valid_to is None or row.valid_to >= request.effective)
    }
    missing = board - seen
    if missing and (len(missing) > len(board) * MOST_MISSING or max(missing) > max(seen)):
        problem = f"{len(missing)} add-on codes that are on board are not in it, as {max(missing)}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


def _codes(catalog: Catalog) -> set[str]:
    return codes_of_ours(catalog) | {row.add_on for row in catalog.add_on_codes.own()}


KIND = Kind(
    name="add-on-codes",
    about="Medicare NCCI add-on code edits: the file of a quarter, as text of fixed width, XLSX or CSV",
    table="add_on_codes",
    form=Form(key=("add_on", "primary"), columns=(), scope_by="add_on"),
    layouts=(LAYOUT,),
    read=_read,
    ends=quarter_end,
    since=SINCE,
    # Beside the text, its zip holds the sheet, and perhaps notes.
    members=(r"aoc[^/]*\.txt$", r"aoc[^/]*\.csv$", r"\.txt$", r"\.csv$"),
    publisher="Centers for Medicare & Medicaid Services",
    title="Medicare NCCI Add-on Code Edits",
    licence="US government work (Centers for Medicare & Medicaid Services); code numbers only, CPT codes are "
    "copyright of the American Medical Association",
    note="Edits of type 1, which list every primary code, of add-on codes that occupational therapists bill. "
    "Where the contractor defines primary codes, or may add some, there is no row. A file has the whole "
    "history of its edits, so that the newest has the last word on them.",
)
