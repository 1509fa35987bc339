"""Claims from CSV: one row a line, the claim's own columns in front, lists joined by `|`."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..errors import ReadError, shown
from ..records import Discipline
from ._batch import LINE_FIELDS, REQUIRED, Batch, Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..claims import Claim, ServiceLine

# The claim's own columns, and the fields they fill; every other column is one of the line's fields.
CLAIM_COLUMNS = {
    "claim_id": "id",
    "payer": "payer",
    "setting": "setting",
    "claim_discipline": "discipline",
    "patient": "patient",
    "claim_diagnoses": "diagnoses",
    "therapy_year_to_date_usd": "therapy_year_to_date_usd",
    "referring_npi": "referring_npi",
    "submitted_on": "submitted_on",
}
COLUMNS = {field: column for column, field in CLAIM_COLUMNS.items()}
# How a spreadsheet keeps text as text: ="02".
KEPT_AS_TEXT = re.compile(r'="(?P<text>[^"]*)"')
# What a spreadsheet would take for a formula (a number is none), and what was kept from being one.
FORMULA = re.compile(r"'*(?![+-]?\d+(\.\d+)?$)[=+\-@]")
DELIMITERS = ",;\t"
SAID_DELIMITER = re.compile(r"sep=(?P<delimiter>.)\s*")
WORKBOOK = b"PK\x03\x04"


def read(content: bytes, name: str) -> Batch:
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
    columns = [column.strip().lower() for column in header[1]]
    _check_header(columns, collected)
    claims: dict[str | int, _Rows] = {}
    for number, cells in rows:
        _read_row(number, cells, columns, claims, collected)
    for each in claims.values():
        if each.lines:
            place = f"line {each.number}"
            collected.claim(each.facts, each.lines, place, COLUMNS, lost_lines=each.lost)
    return collected.batch()


class _Broken(list[str]):
    """The cells of a row that is no CSV: good enough to know whose line was lost."""


@attrs.define
class _Rows:
    """The rows of one claim: the first one's number, the claim's fields, its lines, how many were lost."""

    number: int
    facts: dict[str, str]
    lines: list[ServiceLine] = attrs.field(factory=list["ServiceLine"])
    lost: int = 0


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
        reader = csv.reader(iter(lines[start:]), delimiter=delimiter, strict=True)
        for first, cells, problem in _read_on(reader):
            number = start + first
            is_long = start + reader.line_num > number + 1
            while len(cells) > width > 0 and not cells[-1].strip():
                cells.pop()  # a delimiter too many, behind the last cell
            if problem or (is_long and len(cells) != width):
                expected = f"a row of CSV ({problem or 'a quotation mark opens and does not close'})"
                collected.problem(f"line {number + 1}", "", None, expected)
                yield number + 1, _Broken(lines[number].split(delimiter))
                start = number + 1
                break
            if any(cell.strip() for cell in cells):
                width = width or len(cells)
                yield number + 1, cells
        else:
            return


def _read_on(reader: Any) -> Iterator[tuple[int, list[str], str]]:
    """Each row: after how many lines, its cells, and why it could not be read."""
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield before, [], str(error)
        else:
            yield before, cells, ""


def _check_header(columns: list[str], collected: Collector) -> None:
    name = collected.file
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise ReadError(name, f"line 1: expected the columns {', '.join(missing)} (among others)")
    twice = sorted({column for column in columns if columns.count(column) > 1 and column})
    if twice:
        raise ReadError(name, f"line 1: expected each column once, found twice: {', '.join(twice)}")
    known = set(LINE_FIELDS) | set(CLAIM_COLUMNS)
    unknown = [shown(column) for column in columns if column and column not in known]
    if unknown:
        collected.notes.append(f"{name}: columns not read: {', '.join(unknown)}")
    unjudged = [column for column in ("minutes", "place", "charge_usd") if column not in columns]
    if unjudged:
        without = ", ".join(unjudged)
        collected.notes.append(f"{name}: without the columns {without}, what rests on them is not checked")
    bare = [column for column in ("payer", "claim_diagnoses", "modifiers") if column not in columns]
    if bare:
        without = ", ".join(bare)
        collected.notes.append(f"{name}: without the columns {without}, its claims are read as having none")
    if "claim_id" not in columns:
        collected.notes.append(f"{name}: without the column claim_id, each row is a claim of its own")


def _read_row(
    number: int, cells: list[str], columns: list[str], claims: dict[str | int, _Rows], collected: Collector
) -> None:
    place = f"line {number}"
    facts = dict(zip(columns, map(_cell, cells)))  # noqa: B905 -- of a row too short, too, the claim is known
    claim = facts.get("claim_id") or None
    own = {CLAIM_COLUMNS[column]: value for column, value in facts.items() if column in CLAIM_COLUMNS}
    line = None
    if isinstance(cells, _Broken):
        own = {}
    elif len(cells) == len(columns):
        of_line = {column: value for column, value in facts.items() if column in LINE_FIELDS}
        line = collected.line(of_line, place, claim)
    else:
        collected.problem(place, "", None, f"{len(columns)} cells, found {len(cells)}", claim)
        own = {}
    known = claims.setdefault(claim or number, _Rows(number, own))
    if line is None:
        known.lost += 1
    else:
        known.facts = known.facts or own
        known.lines.append(line)
    for field, value in own.items():
        if value != known.facts.get(field, value):
            expected = f"the value that line {known.number} has for the same claim"
            collected.problem(place, COLUMNS[field], value, expected, claim)


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
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text
