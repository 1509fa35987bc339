"""What the readers of payments and of acknowledgements share: the envelope, and where the damage is."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import attrs

from ..errors import ReadError
from ._batch import Collector
from ._segments import BLANK, ENVELOPE, Envelope, Segments, StrayError, decoded, value

if TYPE_CHECKING:
    from ._batch import Problem

DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
# A number of X12: a point where there are decimals, a digit before it or not.
NUMBER = re.compile(r"-?(\d{1,9}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)
VERSION = re.compile(r"\d{6}[0-9A-Z]{0,6}", re.ASCII)
LONGEST_WORD = 3  # a qualifier, a count
CODE = slice(2, 6)  # the components of a procedure that are modifiers; behind them a description, not read
SEPARATOR = 3  # where an ISA has its first separator


@attrs.frozen
class Segment:
    """A segment, with its elements by their numbers."""

    name: str
    elements: list[str]
    component: str

    def value(self, position: int) -> str:
        """An element; empty where it is absent."""
        return value(self.elements, position)

    def parts(self, position: int) -> list[str]:
        """The components of an element, at least one."""
        return [part.strip(BLANK) for part in self.value(position).split(self.component)]

    def procedure(self, position: int) -> tuple[str, str | None, tuple[str, ...]]:
        """The qualifier, the code and the modifiers of a procedure."""
        found = [*self.parts(position), "", ""]
        return found[0], found[1].upper() or None, tuple(code.upper() for code in found[CODE] if code)


class Transactions:
    """Goes through a file, segment by segment; a subclass takes those of the transactions that it knows.

    Attributes:
        kind: what ST01 says of them.
        version: how GS08 or ST03 begins.
        known: the segments that may stand in one. Anything else is damage, and is not shown.
        expected: what it reads, in words.
    """

    kind: ClassVar[str]
    version: ClassVar[str]
    known: ClassVar[frozenset[str]]
    expected: ClassVar[str]

    def __init__(self, name: str) -> None:
        self.collected = Collector(name)
        self.place = ""
        self._number = 0
        self._group_version = ""
        self._open = Envelope()
        self._is_ours = self._is_damaged = self._has_ours = False

    def run(self, content: bytes) -> None:
        """Read a file.

        Raises:
            MissingExtraError: pyx12 is not installed.
            ReadError: it is no X12 interchange, or has no transaction of this kind.
        """
        name = self.collected.file
        found = Segments(io.BytesIO(content), name)
        try:
            for text in found:
                self._take(decoded(text).split(found.separator), found.component)
            self._end(is_broken=found.is_broken)
        except StrayError:
            self._end(is_broken=True)
        if not found.is_utf8:
            self.collected.notes.insert(0, f"{name}: it is not UTF-8; read as Windows-1252")
        if not self._has_ours:
            other = next((problem.value for problem in self.problems if problem.field == "ST01"), "none")
            raise ReadError(name, f"expected {self.expected}, found {other or 'another kind'}")

    @property
    def problems(self) -> list[Problem]:
        """What could not be read."""
        return self.collected.problems

    # What a subclass does.

    def begin(self) -> None:
        """A transaction of the kind begins."""
        raise NotImplementedError

    def read(self, segment: Segment) -> None:
        """A segment of it."""
        raise NotImplementedError

    def close_item(self) -> None:
        """What is at hand is complete."""
        raise NotImplementedError

    def lose_item(self) -> bool:
        """What is at hand cannot be trusted; gives whether there was anything."""
        raise NotImplementedError

    def finish(self) -> None:
        """The transaction ends, or what follows it is lost."""
        raise NotImplementedError

    def item_id(self) -> str | None:
        """The id of the claim at hand."""
        raise NotImplementedError

    # What a subclass may use.

    def problem(self, expected: str, field: str = "", found: str | None = None, place: str = "") -> None:
        """Note that something could not be read; a value that may be part of a name is not shown."""
        if found and not (len(found) <= LONGEST_WORD or found.replace("-", "").isdecimal()):
            found = None
        self.collected.problem(place or self.place, field, found or None, expected, self.item_id())

    def note(self, text: str, place: str = "") -> None:
        """Note what was read in spite of an oddity."""
        self.collected.notes.append(f"{self.collected.file}, {place or self.place}: {text}")

    def number(self, segment: Segment, position: int, *, is_needed: bool = True) -> Decimal | None:
        """A number, or `None` where there is none; one that should be there and is not is a problem."""
        text = segment.value(position)
        if NUMBER.fullmatch(text):
            return Decimal(text)
        if text or is_needed:
            self.problem("a number as 120.5", f"{segment.name}{position:02}", text)
        return None

    def days(self, segment: Segment, position: int) -> tuple[dt.date | None, dt.date | None]:
        """The first and last day of a day or a range; the last is `None` where it is the first."""
        text = segment.value(position)
        found = [DAY.fullmatch(part) for part in text.split("-", 1)] if text else []
        try:
            read = [dt.date(*map(int, match.groups())) for match in found if match]
        except ValueError:
            read = []
        if len(read) < len(found):
            self.problem("a day as 20260302", f"{segment.name}{position:02}", text)
            return None, None
        first, last = (*read, None, None)[:2]
        return first, None if last == first else last

    def day(self, segment: Segment, position: int) -> dt.date | None:
        """A day, or `None`."""
        return self.days(segment, position)[0]

    def _take(self, elements: list[str], component: str) -> None:
        self._number += 1
        name = elements[0]
        is_known = name in ENVELOPE or name in self.known
        self.place = f"segment {self._number} ({name})" if is_known else f"segment {self._number}"
        if name in ENVELOPE:
            self._envelope(elements)
        elif is_known and self._is_ours:
            self.read(Segment(name, elements, component))
        elif not (is_known or self._is_damaged) and (self._is_ours or self._open.transaction is None):
            self._lose(f"a segment of {self.expected}, with the separators of the ISA")
        self._is_damaged = not is_known

    def _envelope(self, elements: list[str]) -> None:
        name, was_open = elements[0], self._open.transaction is not None
        fault = self._open.take(elements, self._number)
        if name == "SE" and self._is_ours:
            self.close_item()
        elif was_open and name != "SE":
            self._lose("SE, the end of the transaction, before it")
            fault = None  # because of it
        if self._is_ours:
            self.finish()
        self._is_ours = False
        if fault:
            field, expected = fault
            self.problem(expected, field, value(elements, int(field[-2:])) if field else None)
        if name == "GS":
            self._group_version = value(elements, 8)
        if name == "ST":
            self._begin(value(elements, 1), value(elements, 3) or self._group_version)

    def _begin(self, kind: str, version: str) -> None:
        self._is_ours = kind == self.kind and version.startswith(self.version)
        if self._is_ours:
            self._has_ours = True
            self.begin()
        else:
            # Where an element is out of its place, it may be part of a name.
            found = f"{kind} {version}" if kind.isdecimal() and VERSION.fullmatch(version) else None
            self.collected.problem(self.place, "ST01", found, self.expected)

    def _lose(self, expected: str) -> None:
        name = self.item_id() if self._is_ours else None
        was_there = self._is_ours and self.lose_item()
        expected = f"{expected}; the claim is left out" if was_there else expected
        self.collected.problem(self.place, "", None, expected, name)

    def _end(self, *, is_broken: bool = False) -> None:
        if self._open.transaction is not None:
            self._lose("SE, the end of the transaction, behind it; the file breaks off here")
        elif self._open.interchange is not None:
            self._lose("IEA, the end of the interchange, behind it; the file breaks off here")
        elif is_broken:
            self._lose("the end of the file, or a sound ISA with the same separators, behind it")
        if self._is_ours:
            self.finish()


def kinds(content: bytes) -> frozenset[str]:
    """The kinds of transactions in an X12 file, such as `835`, by its ST segments; none of another file."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip(BLANK.encode())
    if not start.startswith(b"ISA"):
        return frozenset()
    mark = re.escape(start[SEPARATOR : SEPARATOR + 1])
    found = re.findall(rb"(?<![A-Z0-9])ST" + mark + rb"(\d{3})" + mark, start)
    return frozenset(kind.decode() for kind in found)
