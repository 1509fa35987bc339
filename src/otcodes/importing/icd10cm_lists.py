"""The text files that ICD-10-CM is published in, each read into the codes and titles that it lists.

Codes in these files have no dot. What is wrong with a file is a `TableError` with its line and columns; so is
a file that is cut off, where that shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import TableError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._sources import OfficialFile

CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}", re.ASCII)
CATEGORY, SEVENTH, PLACEHOLDER = 3, 7, "X"
# Where the columns of the order file begin, counted from 0, and of the addenda behind their word.
ORDER_CODE, ORDER_FLAG, ORDER_LONG = 6, 14, 77
CHANGE = re.compile(r"(Add|Delete|Revise from|Revise to|No change):\s+([01]) (\S{3,7})\s+(.*)")
SHORT_WIDTH = 61
# Behind the changes: how many of each kind they are, first of the headers, then of the codes.
COUNT = re.compile(r"([0-9]+) (?:(additions|deletions|revisions)|(?:headers|codes) in (\S+))")
COUNTED = {"Add": "additions", "Delete": "deletions", "Revise to": "revisions"}
HEADERS, CODES = "Headers", "Codes"


class Entry(NamedTuple):
    """What a file says of a code.

    Attributes:
        is_billable: whether the code is billable; else it is a header.
        title: its title.
        is_composed: whether the title is not an official one, but was put together.
    """

    is_billable: bool
    title: str
    is_composed: bool = False


Listing: TypeAlias = "dict[str, Entry]"
Line: TypeAlias = "tuple[int | None, str, Entry]"  # its number in the file, if that is known


class Change(NamedTuple):
    """A line of the addenda."""

    action: str
    code: str
    entry: Entry


class Total(NamedTuple):
    """How many codes, or headers, a list has, and the name of its file."""

    size: int
    file: str


class Addenda(NamedTuple):
    """The changes from one list to the next.

    Attributes:
        file: the name of the file.
        changes: the changes, in the file's order.
        totals: of the headers and of the codes, before and after them.
    """

    file: str
    changes: list[Change]
    totals: dict[str, tuple[Total, Total]]

    def applied(self, listing: Listing) -> Listing:
        """The list after the changes; of a list without headers, those of the changes are there after all.

        Raises:
            TableError: this is not the list that the changes are of.
        """
        after = dict(listing)
        is_whole = lists_headers(listing)
        self._check(listing, 0, is_whole=is_whole)
        for action, code, entry in self.changes:
            if action in ("Delete", "Revise from"):
                after.pop(code, None)
            elif action in ("Add", "Revise to"):
                after[code] = entry
        self._check(after, 1, is_whole=is_whole)
        return after

    def _check(self, listing: Listing, at: int, *, is_whole: bool) -> None:
        found = {CODES: sum(entry.is_billable for entry in listing.values())}
        if is_whole:
            found[HEADERS] = len(listing) - found[CODES]
        for section, count in found.items():
            total = self.totals[section][at]
            if count != total.size:
                when = ("before", "after")[at]
                problem = f"{total.size} {section.lower()} {when} its changes, but here are {count}"
                raise TableError(self.file, None, f"{problem}; is it of another edition than {total.file}?")


def dotted(code: str) -> str:
    """A code, or the beginning or pattern of one, with its dot.

    Examples:
        >>> dotted("M6281"), dotted("M62")
        ('M62.81', 'M62')
    """
    return f"{code[:CATEGORY]}.{code[CATEGORY:]}" if len(code) > CATEGORY else code


def letters_of(title: str) -> str:
    """What makes a title another one: its letters and digits, without accents and case.

    Examples:
        >>> letters_of("Ménière's disease") == letters_of("Menieres Disease")
        True
    """
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", title.lower()))


def lists_headers(listing: Listing) -> bool:
    """Whether a list has headers, not the billable codes alone."""
    return not all(entry.is_billable for entry in listing.values())


def headers_above(codes: Iterable[str]) -> set[str]:
    """The headers that some billable codes stand below: whatever they extend, but for fill.

    Placeholders that only fill up to the seventh character make no header: of W20XXXA it is W20 alone, of
    T360X1A they are T36, T360, T360X and T360X1. By this rule each edition on board has the headers that it
    has, but for H54512, which the order files left out before fiscal year 2024.

    Examples:
        >>> sorted(headers_above(["W20XXXA", "T360X1A"]))
        ['T36', 'T360', 'T360X', 'T360X1', 'W20']
    """
    return {
        code[:length]
        for code in codes
        for length in range(CATEGORY, len(code))
        if code[length - 1] != PLACEHOLDER or code[length : SEVENTH - 1].strip(PLACEHOLDER)
    }


def read_order(file: OfficialFile) -> Listing:
    """The codes and headers of an order file, ``icd10cm_order_YYYY.txt``, its columns of fixed width.

    | columns | |
    |---|---|
    | 1 to 5 | order number, from 00001 on |
    | 7 to 13 | code |
    | 15 | 1 for billable, 0 for a header |
    | 17 to 76 | short title; not kept |
    | 78 on | long title |

    Raises:
        TableError: a line is none of an order file.
    """
    return checked(file.name, _of_order(file))


def read_codes(file: OfficialFile) -> Listing:
    """The billable codes of a codes file, ``icd10cm_codes_YYYY.txt``: code, spaces, long title.

    Raises:
        TableError: a line is none of a codes file.
    """
    return checked(file.name, _of_codes(file))


def read_addenda(file: OfficialFile) -> Addenda:
    """The changes of an order addenda file, ``icd10cm_order_addenda_YYYY.txt``.

    A line is `Add:`, `Delete:`, `Revise from:`, `Revise to:` or `No change:`, then 1 for billable or 0 for a
    header, code, short and long title as in the order file. Behind them stand the counts: how many headers
    and how many codes there are in the list before and in the list after, and how many of each change.

    Raises:
        TableError: a line is neither a change nor one of the counts behind them, or they are not as many as
            the counts say.
    """
    changes: list[Change] = []
    printed: dict[str, list[tuple[int, int, str, str]]] = {HEADERS: [], CODES: []}
    section = ""
    for number, line in _lines(file):
        match = CHANGE.fullmatch(line)
        count = COUNT.fullmatch(line.strip())
        if match and CODE.fullmatch(match[3]) and not section:
            title = match[4][SHORT_WIDTH:].strip() or match[4].strip()
            changes.append(Change(match[1], match[3], Entry(match[2] == "1", " ".join(title.split()))))
        elif line.strip() in printed:
            section = line.strip()
        elif section and count:
            printed[section].append((number, int(count[1]), count[2] or "", count[3] or ""))
        elif match or not section:
            problem = "expected Add, Delete or Revise, then 0 or 1, a code without its dot and its titles"
            raise TableError(file.name, number, f"{problem}, found {shown(line)}")
    if not changes:
        raise TableError(file.name, None, "it holds no change")
    totals = {section: _totals(file.name, section, changes, counts) for section, counts in printed.items()}
    return Addenda(file.name, changes, totals)


def _totals(
    file: str, section: str, changes: Iterable[Change], printed: list[tuple[int, int, str, str]]
) -> tuple[Total, Total]:
    """How many codes, or headers, there are before and after the changes."""
    found = Counter(
        COUNTED[change.action]
        for change in changes
        if change.action in COUNTED and change.entry.is_billable == (section == CODES)
    )
    kinds = [kind for _, _, kind, _ in printed]
    if not set(COUNTED.values()).issubset(kinds) or len(kinds) != len(COUNTED) + 2:
        raise TableError(file, None, f"the counts under {section} are not whole: is it cut off?")
    for number, count, kind, _ in printed:
        if kind and found[kind] != count:
            raise TableError(file, number, f"{count} {kind}, but {found[kind]} above")
    before, after = (Total(count, name) for _, count, kind, name in printed if not kind)
    return before, after


def checked(file: str, entries: Iterable[Line]) -> Listing:
    """The listing of some lines, each of which has a code and a title, and every code one line.

    Raises:
        TableError: one has not, or there are none.
    """
    listing: Listing = {}
    for number, code, entry in entries:
        if not CODE.fullmatch(code):
            raise TableError(file, number, f"expected a code without its dot, found {shown(code)}")
        if not entry.title:
            raise TableError(file, number, f"{code} has no title: is it cut off?")
        if listing.setdefault(code, entry) != entry:
            raise TableError(file, number, f"{code} stands there twice, and not alike")
    if not listing:
        raise TableError(file, None, "it lists no code")
    return listing


def plain(title: str) -> str:
    """A title with its white space in order."""
    # One publisher puts what else a seventh character stands for behind the title: slash, tab, text.
    return " ".join(title.partition("/\t")[0].split())


def _lines(file: OfficialFile) -> Iterator[tuple[int, str]]:
    """The lines of a text that are not empty, with their numbers."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if line.strip():
            yield number, line.rstrip()


def _of_order(file: OfficialFile) -> Iterator[Line]:
    for number, line in _lines(file):
        order, flag = line[: ORDER_CODE - 1], line[ORDER_FLAG : ORDER_FLAG + 1]
        if order != f"{number:05}":
            problem = f"columns 1 to 5: expected order number {number:05}, found {shown(order)}"
            raise TableError(file.name, number, problem)
        code = line[ORDER_CODE:ORDER_FLAG].strip()
        if not CODE.fullmatch(code):
            problem = f"columns 7 to 13: expected a code without its dot, found {shown(code)}"
            raise TableError(file.name, number, problem)
        if flag not in ("0", "1"):
            problem = f"column 15: expected 1 for billable or 0 for a header, found {shown(flag)}"
            raise TableError(file.name, number, problem)
        yield number, code, Entry(flag == "1", plain(line[ORDER_LONG:]))


def _of_codes(file: OfficialFile) -> Iterator[Line]:
    for number, line in _lines(file):
        code, _, title = line.partition(" ")
        yield number, code, Entry(is_billable=True, title=plain(title))
