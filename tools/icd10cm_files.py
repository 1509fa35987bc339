"""The files that ICD-10-CM is published in, each read into the codes and titles that it lists.

* the order file, ``icd10cm_order_YYYY.txt``: order number, code, 1 for billable, short and long title, in
  columns of fixed width;
* the codes file, ``icd10cm_codes_YYYY.txt``: billable codes and their long titles;
* the order addenda, ``..._addenda_YYYY.txt``: ``Add``, ``Delete``, ``Revise from`` and ``Revise to`` lines;
* the tabular list, ``icd10cm_tabular_YYYY.xml``: codes and titles as a tree, seventh characters apart;
* a CSV of ``code,billable,description``, plain or gzipped.

A line that is none of its file's raises `FileError`, with the file, the line and what was expected. So does a
file that is cut off, where that shows: a gap in the order numbers, addenda without the counts at their end.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import xml.etree.ElementTree as ET
import zlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
SEVENTH, PLACEHOLDER = 7, "X"
# Where the columns of the order file begin, and of the addenda behind their word.
ORDER_CODE, ORDER_FLAG, ORDER_SHORT, ORDER_LONG = 6, 14, 16, 77
CHANGE = re.compile(r"(Add|Delete|Revise from|Revise to|No change):\s+([01]) (\S{3,7})\s+(.*)")
SHORT_WIDTH = 61
# Behind the changes: how many of each kind they are, first of the headers, then of the codes.
COUNT = re.compile(r"([0-9]+) (additions|deletions|revisions|(?:headers|codes) in \S+)")
COUNTED = {"Add": "additions", "Delete": "deletions", "Revise to": "revisions"}
HEADERS, CODES = "Headers", "Codes"
BARRED = re.compile(
    r"7th characters ((?:[A-Z0-9] and )*[A-Z0-9]) do not apply to codes .* with 6th character (.*)"
)


class FileError(ValueError):
    """A file is not of the form that it should have."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        super().__init__(f"{file}{'' if line is None else f', line {line}'}: {problem}")


class Entry(NamedTuple):
    """What a file says of a code.

    Attributes:
        is_billable: whether the code is billable; else it is a header.
        title: its title.
        is_composed: whether the title was put together from that of its stem and of its seventh character.
    """

    is_billable: bool
    title: str
    is_composed: bool = False


class Change(NamedTuple):
    """A line of the addenda."""

    action: str
    code: str
    entry: Entry


class Addenda(NamedTuple):
    """The changes from one list to the next.

    Attributes:
        file: the name of the file.
        changes: the changes, in the file's order.
        totals: how many headers there are before and after them, and how many codes.
    """

    file: str
    changes: list[Change]
    totals: dict[str, tuple[int, int]]

    def applied(self, listing: Listing) -> Listing:
        """The list after the changes; of a list without headers, those of the changes are there after all.

        Raises:
            FileError: this is not the list that the changes are of.
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
            if count != self.totals[section][at]:
                when = ("before", "after")[at]
                problem = (
                    f"{self.totals[section][at]} {section.lower()} {when} its changes, but here are {count}"
                )
                raise FileError(self.file, None, problem)


class Characters(NamedTuple):
    """An alphabet of seventh characters: what each stands for, and which of them a sixth one bars."""

    meanings: dict[str, str]
    barred: dict[str, str]


Listing = dict[str, Entry]
Line = tuple[int | None, str, Entry]  # its number in the file, if that is known


def is_addenda(path: Path) -> bool:
    """Whether a file holds changes of a list, and not a list."""
    return _first(_text(path)).startswith(
        tuple(f"{action}:" for action in (*COUNTED, "Revise from", "No change"))
    )


def read_listing(path: Path) -> Listing:
    """The codes of a file of any of these forms but the addenda, by the code without its dot.

    Raises:
        FileError: the file is of no known form, or a line is not of its file's form.
    """
    text = _text(path)
    first = _first(text)
    if first.startswith("code,billable,description"):
        listing = _checked(path, _of_csv(path, text))
    elif first.lstrip().startswith("<?xml"):
        listing = _checked(path, _of_tabular(path, text))
    elif re.match(r"[0-9]{5} [A-Z][0-9A-Z]{2}", first):
        listing = _checked(path, _of_order(path, text))
    elif re.match(r"[A-Z][0-9A-Z]{2,6} +\S", first):
        listing = _checked(path, _of_codes(text))
    else:
        raise FileError(path.name, 1, f"expected an order, codes, tabular or CSV file, found {first[:40]!r}")
    if not listing:
        raise FileError(path.name, None, "it lists no code")
    return listing


def lists_headers(listing: Listing) -> bool:
    """Whether a list has headers, not the billable codes alone."""
    return not all(entry.is_billable for entry in listing.values())


def read_addenda(path: Path) -> Addenda:
    """The changes of an order addenda file.

    Raises:
        FileError: a line is neither a change nor one of the counts behind them, or they are not as many as
            the counts say.
    """
    changes: list[Change] = []
    printed: dict[str, list[tuple[int, int, str]]] = {HEADERS: [], CODES: []}
    section = ""
    for number, line in enumerate(_text(path).splitlines(), 1):
        match = CHANGE.fullmatch(line.rstrip())
        count = COUNT.fullmatch(line.strip())
        if match and CODE.fullmatch(match[3]) and not section:
            title = match[4][SHORT_WIDTH:].strip() or match[4].strip()
            changes.append(Change(match[1], match[3], Entry(match[2] == "1", " ".join(title.split()))))
        elif line.strip() in printed:
            section = line.strip()
        elif section and count:
            printed[section].append((number, int(count[1]), count[2]))
        elif line.strip() and (match or not section):
            raise FileError(path.name, number, f"expected Add, Delete or Revise, found {line[:40]!r}")
    if not changes:
        raise FileError(path.name, None, "it holds no change")
    totals = {section: _counted(path, section, changes, counts) for section, counts in printed.items()}
    return Addenda(path.name, changes, totals)


def _counted(
    path: Path, section: str, changes: Iterable[Change], printed: list[tuple[int, int, str]]
) -> tuple[int, int]:
    """How many codes, or headers, there are before and after the changes."""
    found = Counter(
        COUNTED[change.action]
        for change in changes
        if change.action in COUNTED and change.entry.is_billable == (section == CODES)
    )
    kinds = [kind for _, _, kind in printed]
    if not set(COUNTED.values()).issubset(kinds) or len(kinds) != len(COUNTED) + 2:
        raise FileError(path.name, None, f"the counts under {section} are not whole: is it cut off?")
    for number, count, kind in printed:
        if kind in COUNTED.values() and found[kind] != count:
            raise FileError(path.name, number, f"{count} {kind}, but {found[kind]} above")
    before, after = (count for _, count, kind in printed if kind not in COUNTED.values())
    return before, after


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(path.name, None, f"it cannot be unpacked: {error}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")  # the order files of some years


def _first(text: str) -> str:
    return text.lstrip("\ufeff").partition("\n")[0]


def _checked(path: Path, entries: Iterator[Line]) -> Listing:
    listing: Listing = {}
    for number, code, entry in entries:
        if not CODE.fullmatch(code):
            raise FileError(path.name, number, f"expected a code without its dot, found {code[:20]!r}")
        if not entry.title:
            raise FileError(path.name, number, f"{code} has no title")
        if listing.setdefault(code, entry) != entry:
            raise FileError(path.name, number, f"{code} stands there twice, and not alike")
    return listing


def _plain(title: str) -> str:
    # One publisher puts what else a seventh character stands for behind the title: slash, tab, text.
    return " ".join(title.partition("/\t")[0].split())


def _of_csv(path: Path, text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader)
    for cells in reader:
        if len(cells) != 3 or cells[1] not in ("0", "1"):  # noqa: PLR2004 -- as the header has
            raise FileError(path.name, reader.line_num, "expected code, 0 or 1, description")
        yield reader.line_num, cells[0], Entry(cells[1] == "1", _plain(cells[2]))


def _of_order(path: Path, text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        flag = line[ORDER_FLAG : ORDER_FLAG + 1]
        if not line[: ORDER_CODE - 1].isdigit() or flag not in ("0", "1"):
            raise FileError(path.name, number, "expected order number, code, 0 or 1, short and long title")
        if int(line[: ORDER_CODE - 1]) != number:
            raise FileError(
                path.name, number, f"expected order number {number}, found {line[: ORDER_CODE - 1]}"
            )
        yield number, line[ORDER_CODE:ORDER_FLAG].strip(), Entry(flag == "1", _plain(line[ORDER_LONG:]))


def _of_codes(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            code, _, title = line.partition(" ")
            yield number, code, Entry(is_billable=True, title=_plain(title))


def _of_tabular(path: Path, text: str) -> Iterator[Line]:
    try:
        root = ET.fromstring(text)  # noqa: S314 -- a file that the builder was handed, not one from outside
    except ET.ParseError as error:
        raise FileError(path.name, error.position[0], f"it is not whole XML: {error}") from error
    for section in root.iter("section"):
        for category in section.findall("diag"):
            yield from _of_node(category, Characters({}, {}))


def _of_node(node: ET.Element, inherited: Characters) -> Iterator[Line]:
    code = (node.findtext("name") or "").replace(".", "")
    title = _plain(node.findtext("desc") or "")
    stated = node.find("sevenChrDef")
    characters = inherited
    if stated is not None:
        meanings = {each.get("char", ""): _plain(each.text or "") for each in stated.findall("extension")}
        characters = Characters(meanings, dict(_exceptions(node)))
    below = node.findall("diag")
    takes = characters.meanings if not below and len(code) < SEVENTH else {}
    yield None, code, Entry(not below and not takes, title)
    stem = code.ljust(SEVENTH - 1, PLACEHOLDER)
    for character, meaning in takes.items():
        if character not in characters.barred.get(stem[-1], ()):
            yield (
                None,
                stem + character,
                Entry(is_billable=True, title=f"{title}, {meaning}", is_composed=True),
            )
    for child in below:
        yield from _of_node(child, characters)


def _exceptions(node: ET.Element) -> Iterator[tuple[str, str]]:
    """The seventh characters that some sixth ones do not take."""
    for note in node.findall("notes/note"):
        match = BARRED.search(note.text or "")
        if match:
            for sixth in re.findall(r"\b([0-9]) - ", match[2]):
                yield sixth, match[1].replace(" and ", "")
