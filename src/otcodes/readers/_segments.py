"""The segments of an X12 file, one at a time; pyx12 finds the separators and the segments.

This is pyx12's lowest level, which knows separators and nothing else: which segment may stand where, how
often, and what an element may hold is not validated. Whether the envelope is whole and its counts are right
is asked here, of `Envelope`.
"""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..errors import MissingExtraError, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

BLOCK = 1 << 16
BLANK = " \t\r\n"
PADDING = BLANK + "\0\x1a"
ISA_ELEMENTS = 16
ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})


class _Characters:
    """Bytes as the text that pyx12 reads: a character a byte, so that each has its place and none is lost.

    `decoded` makes of such text what it means.
    """

    closed = False  # what pyx12 knows a file by

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = getincrementaldecoder("utf-8")()
        self.is_utf8 = True
        head = file.read(BLOCK)
        self.is_utf16 = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        self.skipped = len(head)
        rest = head.removeprefix(BOM_UTF8).lstrip(BLANK.encode())
        while not rest and (head := file.read(BLOCK)):
            self.skipped += len(head)
            rest = head.lstrip(BLANK.encode())
        self.skipped -= len(rest)
        self._next = rest
        self.given = 0

    def read(self, size: int) -> str:
        """So many characters; fewer only at the end."""
        while len(self._next) < size and (more := self._file.read(max(size, BLOCK))):
            self._next += more
        block, self._next = self._next[:size], self._next[size:]
        if self.is_utf8 and not (block.isascii() and not self._decoder.getstate()[0]):
            try:
                self._decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                self.is_utf8 = False
        self.given += len(block)
        return block.decode("latin-1")


class Segments:
    """The segments of a file, each as its text without the terminator.

    Attributes:
        terminator: what ends a segment.
        separator: what parts its elements.
        component: what parts the components of an element.
        is_broken: after the last one, whether something stands behind it that is none.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: the file is no X12 interchange.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        try:
            from pyx12.errors import X12Error  # noqa: PLC0415 -- the extra x12
            from pyx12.rawx12file import RawX12File  # noqa: PLC0415 -- the extra x12
        except ImportError:
            raise MissingExtraError("reading X12 files", "x12") from None
        self._source = _Characters(file)
        try:
            raw = cast("Any", RawX12File(cast("Any", self._source)))
        except X12Error:  # its text quotes the file
            found = "; found UTF-16" if self._source.is_utf16 else ""
            expected = "expected an X12 interchange: an ISA segment of 106 characters, version 00501"
            raise ReadError(name, f"segment 1: {expected}{found}") from None
        self._raw = raw
        self.terminator, self.separator, self.component = raw.seg_term, raw.ele_term, raw.subele_term
        self.is_broken = False

    @property
    def is_utf8(self) -> bool:
        """Whether all that was read so far is UTF-8."""
        return self._source.is_utf8

    @property
    def start(self) -> int:
        """How many bytes stand before the first segment."""
        return self._source.skipped

    @property
    def end(self) -> int:
        """Which byte of the file is the first behind the last segment given, its terminator included."""
        return self._source.skipped + self._source.given - len(self._raw.buffer)

    def __iter__(self) -> Iterator[str]:
        """One after another; empty ones are passed over."""
        is_wrapped = self.terminator not in "\r\n"
        used = -1
        # pyx12 stops at an empty segment, so go on behind it while there is progress.
        while used < (used := self.end):
            for given in self._raw:
                text = given
                if is_wrapped and ("\n" in text or "\r" in text):  # lines of a fixed length
                    text = text.replace("\r", "").replace("\n", "")
                if text[:1] <= " ":
                    text = text.lstrip(BLANK)
                if text:
                    yield text
        rest = self._raw.buffer
        while rest:
            if rest.strip(PADDING):
                self.is_broken = True
                break
            rest = self._source.read(BLOCK)


def value(elements: Sequence[str], position: int) -> str:
    """An element by its number; empty where it is absent."""
    return elements[position].strip(BLANK) if len(elements) > position else ""


def decoded(text: str) -> str:
    """What the characters of a segment mean: UTF-8, or else Windows-1252."""
    if text.isascii():
        return text
    content = text.encode("latin-1")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class StrayError(Exception):
    """A segment ends an interchange that was not begun, or begins one and is cut short."""


@attrs.define
class Envelope:
    """Which interchange, group and transaction is open, and how much stood in it.

    Attributes:
        interchange: the control number of the ISA that is open; `None` if none is.
        group: of the GS, likewise.
        transaction: of the ST, likewise.
        groups: how many groups the interchange has so far.
        transactions: how many transactions the group has so far.
        begun: the number of the segment that began the transaction.
    """

    interchange: str | None = None
    group: str | None = None
    transaction: str | None = None
    groups: int = 0
    transactions: int = 0
    begun: int = 0

    def take(self, elements: Sequence[str], count: int) -> tuple[str, str] | None:
        """Note an ISA, GS, ST, SE, GE or IEA, the segment of that number.

        Returns:
            what is wrong with it: the element, and what is expected.

        Raises:
            StrayError: what stands from here on cannot be read.
        """
        name = elements[0]
        if name == "ST":
            self.begun = count
        elif name == "SE":
            return self._take_se(elements, count - self.begun + 1)
        fault = getattr(self, f"_take_{name.lower()}")(elements)
        return cast("tuple[str, str] | None", fault)

    def _take_isa(self, elements: Sequence[str]) -> tuple[str, str] | None:
        if len(elements) != ISA_ELEMENTS + 1:
            raise StrayError
        fault = None if self.interchange is None else ("", "IEA, the end of the interchange, before it")
        self.interchange, self.group, self.transaction, self.groups = value(elements, 13), None, None, 0
        return fault

    def _take_gs(self, elements: Sequence[str]) -> tuple[str, str] | None:
        fault = None if self.group is None else ("", "GE, the end of the group, before it")
        if self.interchange is None:
            fault = ("", "ISA, the start of the interchange, before it")
        self.group, self.transaction, self.transactions = value(elements, 6), None, 0
        self.groups += 1
        return fault

    def _take_st(self, elements: Sequence[str]) -> tuple[str, str] | None:
        fault = None if self.group is not None else ("", "GS, the start of the group, before it")
        self.transaction = value(elements, 2)
        self.transactions += 1
        return fault

    def _take_se(self, elements: Sequence[str], count: int) -> tuple[str, str] | None:
        open_one, self.transaction = self.transaction, None
        if open_one is None:
            return "", "ST, the start of the transaction, before it"
        if value(elements, 2) != open_one:
            return "SE02", "the control number of its ST"
        is_right = number(value(elements, 1)) == count
        return None if is_right else ("SE01", "the number of segments from ST to SE")

    def _take_ge(self, elements: Sequence[str]) -> tuple[str, str] | None:
        open_one, self.group, self.transaction = self.group, None, None
        if open_one is None:
            return "", "GS, the start of the group, before it"
        if value(elements, 2) != open_one:
            return "GE02", "the control number of its GS"
        is_right = number(value(elements, 1)) == self.transactions
        return None if is_right else ("GE01", "the number of transactions in its group")

    def _take_iea(self, elements: Sequence[str]) -> tuple[str, str] | None:
        open_one, self.interchange = self.interchange, None
        if open_one is None:
            raise StrayError
        has_group, self.group, self.transaction = self.group is not None, None, None
        if has_group:
            return "", "GE, the end of the group, before it"
        if value(elements, 2) != open_one:
            return "IEA02", "the control number of its ISA"
        is_right = number(value(elements, 1)) == self.groups
        return None if is_right else ("IEA01", "the number of groups in its interchange")


def number(text: str) -> int | None:
    """A whole number of the file; `None` where it is none, or too long to be one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004
