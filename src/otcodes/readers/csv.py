"""Claims from CSV: one row a line, the claim's own columns in front, lists joined by `|`."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, cast

from ..errors import ReadError, shown
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
}
# How a spreadsheet keeps text as text: ="02".
KEPT_AS_TEXT = re.compile(r'="(?P<text>[^"]*)"')
# What a spreadsheet would take for a formula (a number is none); written with an apostrophe before it.
FORMULA = re.compile(r"(?![+-]?\d+(\.\d+)?$)[=+\-@]")
DELIMITERS = ",;\t"


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_csv` says more."""
    collected = Collector(name)
    text = _decode(content, collected)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    if delimiter != ",":
        collected.notes.append(f"{name}: its columns are parted by {delimiter!r}, not by a comma")
    rows = _rows(csv.reader(_lines(text), delimiter=delimiter), collected)
    header = next(rows, None)
    if header is None:
        raise ReadError(name, "expected a header line, found an empty file")
    columns = [column.strip().lower() for column in header[1]]
    _check_header(columns, collected)
    claims: dict[str, tuple[int, dict[str, str], list[ServiceLine]]] = {}
    for number, cells in rows:
        _read_row(number, cells, columns, claims, collected)
    for number, facts, lines in claims.values():
        if lines:
            collected.claim(facts, lines, f"line {number}")
    return collected.batch()


def _decode(content: bytes, collected: Collector) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        collected.notes.append(f"{collected.file}: it is not UTF-8; read as Windows-1252")
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[str]:
    # Not splitlines(): form feeds and the like inside a cell do not end a row.
    return iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _rows(reader: Any, collected: Collector) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            collected.problem(f"line {reader.line_num}", "", None, f"a row of CSV ({error})")
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _check_header(columns: list[str], collected: Collector) -> None:
    name = collected.file
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise ReadError(name, f"line 1: expected the columns {', '.join(missing)}, found {shown(columns)}")
    twice = sorted({column for column in columns if columns.count(column) > 1 and column})
    if twice:
        raise ReadError(name, f"line 1: expected each column once, found twice: {', '.join(twice)}")
    known = set(LINE_FIELDS) | set(CLAIM_COLUMNS)
    unknown = [shown(column) for column in columns if column not in known]
    if unknown:
        collected.notes.append(f"{name}: columns not read: {', '.join(unknown)}")
    absent = [
        column for column in ("minutes", "place", "charge_usd", "claim_diagnoses") if column not in columns
    ]
    if absent:
        collected.notes.append(
            f"{name}: without the columns {', '.join(absent)}, what rests on them is not checked"
        )
    if "claim_id" not in columns:
        collected.notes.append(f"{name}: without the column claim_id, each row is a claim of its own")


def _read_row(
    number: int,
    cells: list[str],
    columns: list[str],
    claims: dict[str, tuple[int, dict[str, str], list[ServiceLine]]],
    collected: Collector,
) -> None:
    place = f"line {number}"
    if len(cells) != len(columns):
        collected.problem(place, "", None, f"{len(columns)} cells, found {len(cells)}")
        return
    facts = dict(zip(columns, map(_cell, cells)))  # noqa: B905 -- counted just above
    claim = facts.get("claim_id") or None
    own = {CLAIM_COLUMNS[column]: value for column, value in facts.items() if column in CLAIM_COLUMNS}
    line = collected.line(
        {column: value for column, value in facts.items() if column in LINE_FIELDS}, place, claim
    )
    key = claim or f"row {number}"
    known = claims.setdefault(key, (number, own, []))
    for field, value in own.items():
        if value != known[1].get(field):
            expected = f"the value that line {known[0]} has for the same claim"
            collected.problem(place, field, value, expected, claim)
    if line is not None:
        known[2].append(line)


def _cell(text: str) -> str:
    text = text.strip()
    if text[:1] == "'" and FORMULA.match(text[1:]):
        return text[1:]
    kept = KEPT_AS_TEXT.fullmatch(text)
    return kept["text"] if kept else text


def write(claims: Iterable[Claim]) -> str:
    """The claims as CSV text, one row a line, with every column of the documented form."""
    columns = [*CLAIM_COLUMNS, *LINE_FIELDS]

    def rows() -> Iterator[list[Any]]:
        for claim in claims:
            own = claim.to_dict()
            of_claim = [own.get(field) for field in CLAIM_COLUMNS.values()]
            yield from (of_claim + [line.get(column) for column in LINE_FIELDS] for line in own["lines"])

    return write_rows(columns, rows())


def write_rows(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV text under a header, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_written, row) for row in rows)
    return text.getvalue()


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(cast("list[str]", value))
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text
