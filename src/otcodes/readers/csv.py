"""Claims from CSV: one row a line, the claim's own columns in front, lists joined by `|`."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, cast

from ..errors import ReadError
from ..records import Discipline
from ._batch import LINE_FIELDS, REQUIRED, Batch, Collector
from ._columns_cells import translated
from ._rows import CLAIM_COLUMNS, Broken, collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..claims import Claim
    from ._columns import Columns

# How a spreadsheet keeps text as text: ="02".
KEPT_AS_TEXT = re.compile(r'="(?P<text>[^"]*)"')
# What a spreadsheet would take for a formula (a number is none), and what was kept from being one.
FORMULA = re.compile(r"'*(?![+-]?\d+(\.\d+)?$)[=+\-@\t\r\n]")
DELIMITERS = ",;\t"
SAID_DELIMITER = re.compile(r"sep=(?P<delimiter>.)\s*")
MOST_LINES = 100  # of one row; a quotation mark behind which there are more was never closed
WORKBOOK = b"PK\x03\x04"


def read(content: bytes, name: str, given: Columns | None = None) -> Batch:
    """Read the claims; `readers.read_csv` says more."""
    if content.startswith(WORKBOOK):
        raise ReadError(name, "expected CSV, found a spreadsheet's own format: save it as CSV")
    collected = Collector(name)
    lines = _lines(_decode(content, collected))
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    said = SAID_DELIMITER.fullmatch(lines[start])
    delimiter = said["delimiter"] if said else max(DELIMITERS, key=lines[start].count)
    if delimiter != ",":
        collected.notes.append(f"{name}: its columns are parted by {delimiter!r}, not by a comma")
    rows = _rows(lines, start + bool(said), delimiter, collected)
    header = next(rows, None)
    if header is None or collected.problems:
        bad = collected.problems[0] if collected.problems else None
        expected = f"{bad.place}: expected {bad.expected}" if bad else "expected a header line, found none"
        raise ReadError(name, expected)
    places = ((f"line {number}", cells) for number, cells in rows)
    columns, read_rows, names = translated(header[1], places, given, collected, "line 1")
    collect(columns, read_rows, collected, names=names, header="line 1")
    return collected.batch()


def _decode(content: bytes, collected: Collector) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        collected.notes.append(f"{collected.file}: it is not UTF-8; read as Windows-1252")
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> list[str]:
    # Not splitlines(): form feeds and the like inside a cell do not end a row.
    return [f"{line}\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _rows(
    lines: list[str], start: int, delimiter: str, collected: Collector
) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line; a stray quote costs its own line, not what follows it."""
    width = 0
    while start < len(lines):
        for number, behind, cells, problem in _read_on(lines, start, delimiter):
            is_long = behind > number + 1
            while len(cells) > width > 0 and not cells[-1].strip():
                cells.pop()  # a delimiter too many, behind the last cell
            if problem or (is_long and len(cells) != width):
                expected = f"a row of CSV ({problem or 'a quotation mark opens and does not close'})"
                collected.problem(f"line {number + 1}", "", None, expected)
                yield number + 1, Broken(map(_cell, lines[number].split(delimiter)))
                start = number + 1
                break
            if any(cell.strip() for cell in cells):
                width = width or len(cells)
                yield number + 1, list(map(_cell, cells))
        else:
            return


def _read_on(lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, int, list[str], str]]:
    """Each row: its first line, the line behind it, its cells, and why it could not be read."""
    begun = start

    def ahead() -> Iterator[str]:
        for number in range(start, len(lines)):
            if number - begun > MOST_LINES:
                return
            yield lines[number]

    reader = csv.reader(ahead(), delimiter=delimiter, strict=True)
    while True:
        cells: list[str] = []
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = str(error)
        behind = start + reader.line_num
        yield begun, behind, cells, problem
        begun = behind


def _cell(text: str) -> str:
    text = text.strip()
    if text[:1] == "'" and FORMULA.match(text[1:]):
        return text[1:]
    kept = KEPT_AS_TEXT.fullmatch(text)
    return kept["text"] if kept else text


def write(claims: Iterable[Claim]) -> str:
    """The claims as CSV text, one row a line, with the columns of the documented form that they fill.

    A claim of several lines that has no id gets one, by which its lines stay together.
    """
    written: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for number, claim in enumerate(claims, 1):
        facts = claim.to_dict()
        if len(claim.lines) > 1:
            facts.setdefault("id", f"claim {number}")
        own = {column: facts[field] for column, field in CLAIM_COLUMNS.items() if field in facts}
        written += [(own, line) for line in facts.get("lines", ())]
    # A column that no claim has a word of would read as one that is there and empty.
    there = {column for own, line in written for column in (*own, *line)} | set(REQUIRED)
    if all(own["claim_discipline"] == Discipline.OCCUPATIONAL_THERAPY for own, _ in written):
        there.discard("claim_discipline")  # it is the default, and seldom in the input
    columns = [column for column in (*CLAIM_COLUMNS, *LINE_FIELDS) if column in there]
    return write_rows(columns, ([(own | line).get(column) for column in columns] for own, line in written))


def write_rows(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV text under a header, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_written, row) for row in rows)
    return text.getvalue()


def _written(value: Any) -> str:
    if isinstance(value, list):
        value = "|".join(cast("list[str]", value))
    text = "" if value is None else str(value).replace("\0", "\\x00")  # Python 3.10 writes no NUL
    return f"'{text}" if FORMULA.match(text) else text
