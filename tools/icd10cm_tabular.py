"""The tabular list of ICD-10-CM as the tree that it is: chapters, blocks, codes, their notes and characters.

Reads the XML of the National Center for Health Statistics, ``icd10cm_tabular_YYYY.xml``. Codes inside these
tools are written without their dot.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from icd10cm_files import SEVENTH, FileError, Listing, read_listing

if TYPE_CHECKING:
    from pathlib import Path

CATEGORY = 3
WILD = "_"  # any character
# What a table calls the notes that it keeps, by their name in the XML.
KINDS = {
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code-first",
    "useAdditionalCode": "use-additional",
}
TITLE = re.compile(r"(.+) \((?:([0-9A-Z]{3})-)?([0-9A-Z]{3})\)")


class Chapter(NamedTuple):
    """A chapter: its first and last category, and its title."""

    first: str
    last: str
    title: str


class Block(NamedTuple):
    """A block of categories; one that consists of blocks has no categories of its own."""

    chapter: str
    title: str
    categories: tuple[str, ...]


class Note(NamedTuple):
    """A note: the chapter, block or code that it stands at, its kind as a table has it, and its lines."""

    node: str
    kind: str
    lines: tuple[str, ...]


def clean(text: str | None) -> str:
    """A text of the list with its white space in order."""
    return " ".join((text or "").split())


def dotted(code: str) -> str:
    """A code, or the beginning or pattern of one, with its dot."""
    return f"{code[:CATEGORY]}.{code[CATEGORY:]}" if len(code) > CATEGORY else code


class Tabular:
    """One edition of the tabular list.

    Attributes:
        name: the file's name.
        listing: every code, with whether it is billable and its title, in the order of the list.
        chapters: by number.
        blocks: by id, such as `M60-M63`; a block of blocks stands before them.
        notes: every note of the kinds kept, in the order of the list.
        characters: the meanings of the seventh characters, by the code that states them.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.listing: Listing = read_listing(path)
        self.chapters: dict[str, Chapter] = {}
        self.blocks: dict[str, Block] = {}
        self.notes: list[Note] = []
        self.characters: dict[str, dict[str, str]] = {}
        root = ET.parse(path).getroot()  # noqa: S314 -- an official file that the builder was handed
        for chapter in root.findall("chapter"):
            self._read_chapter(chapter)
        if not self.chapters or not self.notes:
            raise FileError(path.name, None, "it is not a tabular list: no chapters or no notes")

    def _read_chapter(self, chapter: ET.Element) -> None:
        number = clean(chapter.findtext("name"))
        title, first, last = self._titled(chapter)
        self.chapters[number] = Chapter(first, last, title)
        self._read_notes(chapter, number)
        for section in chapter.findall("section"):
            title, first, last = self._titled(section)
            id_ = first if first == last else f"{first}-{last}"
            if id_ != section.get("id"):
                raise FileError(self.name, None, f"block {section.get('id')} is titled {id_}")
            categories = tuple(clean(category.findtext("name")) for category in section.findall("diag"))
            self.blocks[id_] = Block(number, title, categories)
            self._read_notes(section, id_)
            for category in section.findall("diag"):
                self._read_code(category)

    def _read_code(self, node: ET.Element) -> None:
        code = clean(node.findtext("name")).replace(".", "")
        self._read_notes(node, code)
        stated = node.find("sevenChrDef")
        if stated is not None:
            self.characters[code] = {
                clean(each.get("char")): clean(each.text) for each in stated.findall("extension")
            }
        for below in node.findall("diag"):
            self._read_code(below)

    def _read_notes(self, node: ET.Element, name: str) -> None:
        for child in node:
            kind = KINDS.get(child.tag)
            if kind is not None:
                lines = (clean("".join(line.itertext())) for line in child)
                self.notes.append(Note(name, kind, tuple(line for line in lines if line)))

    def _titled(self, node: ET.Element) -> tuple[str, str, str]:
        match = TITLE.fullmatch(clean(node.findtext("desc")))
        if match is None:
            raise FileError(self.name, None, f"no range of categories in {clean(node.findtext('desc'))!r}")
        return match[1], match[2] or match[3], match[3]

    @cached_property
    def codes(self) -> list[str]:
        """Every code, in the order of the alphabet."""
        return sorted(self.listing)

    @cached_property
    def ordered(self) -> list[str]:
        """Every code, in the order of the list."""
        return list(self.listing)

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of every code in the order of the list, which is not always that of the alphabet."""
        return {code: place for place, code in enumerate(self.listing)}

    def below(self, start: str) -> list[str]:
        """The codes that begin so."""
        found = bisect_left(self.codes, start)
        end = bisect_left(self.codes, start + "~", found)
        return self.codes[found:end]

    def named(self, target: tuple[str, str]) -> list[str]:
        """The codes that a target names: from its first to its last, with all below them.

        A target of one code has it twice. An underscore stands for any character; the ends of a range with it
        differ in their categories alone.
        """
        first, last = (end.partition(WILD)[0] for end in target)
        start, end = bisect_left(self.codes, first), bisect_left(self.codes, last + "~")
        if WILD not in target[0]:
            return self.codes[start:end]
        rest = re.compile(target[0][len(first) :].replace(WILD, "."))
        return [code for code in self.codes[start:end] if rest.match(code, len(first))]

    def stating(self, code: str) -> str | None:
        """The code, this one or the nearest above it, that states the seventh characters of a code."""
        starts = (code[:length] for length in range(min(len(code), SEVENTH - 1), CATEGORY - 1, -1))
        return next((start for start in starts if start in self.characters), None)

    def parents(self) -> dict[str, str]:
        """The smallest block of blocks around each block, empty where there is none."""
        wide = {id_: span(id_) for id_, block in self.blocks.items() if not block.categories}
        found = {}
        for id_ in self.blocks:
            first, last = span(id_)
            around = [
                (each, start, end)
                for each, (start, end) in wide.items()
                if each != id_ and start <= first and last <= end
            ]
            # Of two around it, the smaller one begins later or ends sooner.
            around.sort(key=lambda each: (each[1], [-ord(letter) for letter in each[2]]))
            found[id_] = around[-1][0] if around else ""
        return found

    def stems(self) -> dict[str, set[str]]:
        """Every beginning of six characters with the seventh ones that follow it in the list."""
        found: dict[str, set[str]] = {}
        for code in self.codes:
            if len(code) == SEVENTH:
                found.setdefault(code[:-1], set()).add(code[-1])
        return found


def span(id_: str) -> tuple[str, str]:
    """The first and last category of a block's id."""
    first, _, last = id_.partition("-")
    return first, last or first
