"""Excel workbooks (XLSX) as CSV text: the first sheet that is shown, its cells as they would be typed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

# Entities, by which a small text grows without end, are refused before a text is parsed.
from xml.etree import ElementTree as ET

from ..errors import TableError
from ._sources import OfficialFile
from ._sources import open_official as open_text

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

MOST_BYTES = 1 << 28  # of one part, unpacked
MOST_CELLS = 1 << 23
MOST_EVENTS = 1 << 26  # starts and ends of the elements of one part
DEEPEST = 64  # elements within each other; XLSX has some ten
LONGEST = 1 << 20  # bytes of a tag or a text; a cell holds 32,767 letters
MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14  # as Excel itself has them
ENCRYPTED = 0x1  # the bit of a zip member's flags
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
# The formats of days that have a number and no text of their own.
DAY_FORMATS = frozenset({14, 15, 16, 17, 22})
FORMAT_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')  # of a format, what is written as it stands, or a colour
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
NO_LETTER = re.compile("[\0\ud800-\udfff]")
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+", re.ASCII)
DAY_ZERO, DAY_ZERO_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001 -- days of a sheet


def open_official(path: str | os.PathLike[str], *, members: Sequence[str]) -> OfficialFile:
    """Read an official file as `_sources.open_official` does, and a workbook as the CSV of its sheet.

    Raises:
        TableError: as there, and as `csv_of` does.
    """
    path = Path(path)
    if not _is_workbook(path):
        return open_text(path, members=members)
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    return OfficialFile(name=path.name, text=csv_of(path.name, content), sha256=digest)


def _is_workbook(path: Path) -> bool:
    """Whether it is an XLSX workbook; what cannot be read or is too large is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return WORKBOOK in archive.namelist() and path.stat().st_size <= MOST_BYTES
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def csv_of(name: str, content: bytes) -> str:
    """The first sheet of a workbook that is shown, as CSV: a line is a row of the sheet, of the same number.

    Whole numbers are written without a point, days in ISO form, line ends and tabs in a cell as a space; a
    formula is what it came to. Every row has as many cells as the widest.

    Args:
        name: of the file, for messages.
        content: its bytes.

    Raises:
        TableError: it is damaged, encrypted, too large, or has no sheet of cells.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            rows = _Workbook(name, archive).rows()
    except TableError:
        raise
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, EOFError, NotImplementedError) as error:
        raise TableError(name, None, f"the workbook is damaged or cut off ({error})") from error
    except (LookupError, ValueError, OverflowError) as error:
        raise TableError(name, None, f"the workbook is not of the form of XLSX ({error})") from error
    width = max((len(row) for row in rows.values()), default=0)
    if width * len(rows) > MOST_CELLS:
        raise TableError(name, None, f"its sheet has more than {MOST_CELLS} cells")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number in range(1, max(rows, default=0) + 1):
        row = rows.get(number, [])
        writer.writerow(row + [""] * (width - len(row)) if row else [])
    return out.getvalue()


class _Workbook:
    """The parts of a workbook, read as they are asked for."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self._name = name
        self._archive = archive
        self._strings = [_string(each) for each in self._optional(STRINGS, "si")]
        self._days = self._day_styles()
        settings = next(self._elements(WORKBOOK, "workbookPr"), None)
        is_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        self._day_zero = DAY_ZERO_1904 if is_1904 else DAY_ZERO

    def rows(self) -> dict[int, list[str]]:
        """The rows that have cells, by their numbers."""
        found: dict[int, list[str]] = {}
        number = count = 0
        for row in self._elements(self._sheet(), "row"):
            number = int(row.get("r") or number + 1)
            cells: list[str] = []
            for cell in row:
                column = self._column(cell, len(cells))
                cells += [""] * (column - len(cells))
                cells.append(" ".join(self._text(cell).split()))
            count += len(cells)
            if count > MOST_CELLS or not 0 < number <= MOST_ROWS:
                raise TableError(self._name, None, f"its sheet has more than {MOST_CELLS} cells")
            if any(cells):
                found[number] = cells
        return found

    def _sheet(self) -> str:
        """The part of the first sheet that is shown."""
        targets = {
            each.get("Id"): each.get("Target", "") for each in self._elements(RELATIONS, "Relationship")
        }
        for sheet in self._elements(WORKBOOK, "sheet"):
            target = next((targets[of] for name, of in sheet.items() if _local(name) == "id"), "")
            if sheet.get("state", "visible") == "visible" and "worksheets/" in target:
                return target[1:] if target.startswith("/") else f"xl/{target}"
        raise TableError(self._name, None, "the workbook has no sheet of cells that is shown")

    def _column(self, cell: ET.Element, following: int) -> int:
        """The column of a cell, from 0; where it does not say, the following one."""
        match = REFERENCE.fullmatch(cell.get("r", ""))
        if match is None:
            return following
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        if not following < column <= MOST_COLUMNS:
            raise ValueError(f"cell {cell.get('r')} is out of order")
        return column - 1

    def _text(self, cell: ET.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_string(each) for each in cell if _local(each.tag) == "is")
        value = next((each.text or "" for each in cell if _local(each.tag) == "v"), "").strip()
        if kind == "s":
            return self._strings[int(value)]
        if kind != "n" or not value:  # a formula's text, an error, a boolean as 0 or 1
            return _unescaped(value)
        if int(cell.get("s", "0")) in self._days:
            day = self._day_zero + dt.timedelta(days=float(value))
            return day.isoformat(" ", "minutes").removesuffix(" 00:00")
        return _number(value)

    def _day_styles(self) -> frozenset[int]:
        """The styles of cells that show their number as a day."""
        formats = {
            int(each.get("numFmtId", "0")): each.get("formatCode", "")
            for each in self._optional(STYLES, "numFmt")
        }
        days = DAY_FORMATS | {
            number
            for number, text in formats.items()
            if re.search("[yd]", FORMAT_WORDS.sub("", text), re.IGNORECASE)
        }
        for styles in self._optional(STYLES, "cellXfs"):
            numbers = [int(style.get("numFmtId", "0")) for style in styles]
            return frozenset(place for place, number in enumerate(numbers) if number in days)
        return frozenset()

    def _optional(self, part: str, tag: str) -> Iterator[ET.Element]:
        return self._elements(part, tag) if part in self._archive.namelist() else iter(())

    def _elements(self, part: str, tag: str) -> Iterator[ET.Element]:
        """The elements of a name in one part, each only until the next is asked for; the rest is not kept."""
        around: list[ET.Element] = []
        wanted = 0  # of those around, how many have the name
        parsed = ET.iterparse(io.BytesIO(self._read(part)), ("start", "end"))  # noqa: S314 -- it has no entities
        for count, (event, element) in enumerate(parsed):
            is_wanted = _local(element.tag) == tag
            if event == "start":
                around.append(element)
                wanted += is_wanted
                if len(around) > DEEPEST or count > MOST_EVENTS:
                    raise ValueError(f"{part} has too many elements")
                continue
            around.pop()
            wanted -= is_wanted
            if is_wanted:
                yield element
            if around and not wanted:
                around[-1].clear()

    def _read(self, part: str) -> bytes:
        info = self._archive.getinfo(part)
        if info.flag_bits & ENCRYPTED:
            raise TableError(self._name, None, "the workbook is encrypted")
        with self._archive.open(info) as file:
            content = file.read(MOST_BYTES + 1)  # what the zip says of a size may be a lie
        if len(content) > MOST_BYTES:
            raise TableError(self._name, None, f"unpacked, {part} is larger than {MOST_BYTES >> 20} MB")
        for start in range(0, len(content) - LONGEST, LONGEST):
            if content.find(b">", start, start + LONGEST) < 0:
                raise ValueError(f"{part} has a tag or a text of more than {LONGEST >> 20} MB")
        if b"<!DOCTYPE" in content or b"\0" in content:
            raise ValueError(f"{part} is no plain XML in UTF-8")
        return content


def _string(element: ET.Element) -> str:
    """The text of a string, of its runs where it has them, without the reading beside it."""
    texts: list[str] = []
    for each in element:
        if _local(each.tag) == "t":
            texts.append(each.text or "")
        elif _local(each.tag) == "r":
            texts.append(_string(each))
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """A text with what XML has no character for, such as `_x000D_`, as that character."""
    found = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if NO_LETTER.search(found):
        raise ValueError("a text has half of a letter, or NUL")
    return found


def _number(text: str) -> str:
    """A number as it would be typed, whatever way a workbook writes it."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of a cell")
    if text.lstrip("-").isdigit():
        return text
    return str(int(number)) if number.is_integer() else repr(number)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
