"""The tabular list of ICD-10-CM as the tree that it is: chapters, blocks, codes, their notes and characters.

Reads the XML of the National Center for Health Statistics, ``icd10cm_tabular_YYYY.xml``; codes are written
without their dot here. Of its elements, these are read:

    <ICD10CM.tabular>
      <version>2026</version>
      <chapter><name>13</name><desc>Title (M00-M99)</desc>
        <section id="M60-M63"><desc>Title (M60-M63)</desc>
          <diag><name>M62</name><desc>Title</desc>
            <excludes1><note>what is never coded with it (M33.-)</note></excludes1>
            <sevenChrDef><extension char="A">what it stands for</extension></sevenChrDef>
            <diag>...</diag>

Notes, which are `excludes1`, `excludes2`, `codeFirst` and `useAdditionalCode`, stand in chapters, sections
and codes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..errors import TableError, shown
from .icd10cm_lists import CATEGORY, PLACEHOLDER, SEVENTH, Entry, Line, Listing, checked, plain

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Iterator

    from ._sources import OfficialFile

ROOT = "ICD10CM.tabular"
DECLARATION = "<!DOCTYPE"
DEEPEST = 32  # elements within each other; the list has some ten
BARRED = re.compile(
    r"7th characters ((?:[A-Z0-9] and )*[A-Z0-9]) do not apply to codes .* with 6th character (.*)"
)
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


class Tabular:
    """One edition of the tabular list.

    Attributes:
        name: the file's name.
        version: the fiscal year that it says that it is of; empty where it says nothing.
        listing: every code, with whether it is billable and its title, in the order of the list.
        chapters: by number.
        blocks: by id, such as `M60-M63`; a block of blocks stands before them.
        notes: every note of the kinds kept, in the order of the list.
        characters: the meanings of the seventh characters, by the code that states them.
    """

    def __init__(self, file: OfficialFile) -> None:
        self.name: str = file.name
        root = _tree(file)
        self.version: str = clean(root.findtext("version"))
        self.listing: Listing = checked(file.name, _codes_of(root))
        self.chapters: dict[str, Chapter] = {}
        self.blocks: dict[str, Block] = {}
        self.notes: list[Note] = []
        self.characters: dict[str, dict[str, str]] = {}
        for chapter in root.findall("chapter"):
            self._read_chapter(chapter)
        if not self.chapters or not self.notes:
            raise TableError(file.name, None, "it is not a tabular list: no chapters or no notes")

    def _read_chapter(self, chapter: ET.Element) -> None:
        number = clean(chapter.findtext("name"))
        title, first, last = self._titled(chapter)
        self.chapters[number] = Chapter(first, last, title)
        self._read_notes(chapter, number)
        for section in chapter.findall("section"):
            title, first, last = self._titled(section)
            id_ = first if first == last else f"{first}-{last}"
            if id_ != section.get("id"):
                raise TableError(self.name, None, f"the section {section.get('id')} is titled {id_}")
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
            found = shown(node.findtext("desc"))
            problem = f"expected a title with its categories, as (M60-M63), found {found}"
            raise TableError(self.name, None, problem)
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
        found: dict[str, str] = {}
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


class Characters(NamedTuple):
    """An alphabet of seventh characters: what each stands for, and which of them a sixth one bars."""

    meanings: dict[str, str]
    barred: dict[str, str]


def read_tabular(file: OfficialFile) -> Listing:
    """The codes of a tabular list; the titles of those with a seventh character are put together.

    Raises:
        TableError: it is no such list.
    """
    return checked(file.name, _codes_of(_tree(file)))


def _tree(file: OfficialFile) -> ET.Element:
    import xml.etree.ElementTree as ET  # noqa: PLC0415 -- the command line imports this module

    if DECLARATION in file.text:  # entities could make a small file a very large one
        raise TableError(file.name, None, f"it has a {DECLARATION}>, which the official list has not")
    try:
        root = ET.fromstring(file.text)  # noqa: S314 -- it declares no entities
    except ET.ParseError as error:
        raise TableError(file.name, error.position[0], f"it is not whole XML: {error}") from error
    if root.tag != ROOT:
        raise TableError(file.name, None, f"expected XML of <{ROOT}>, found <{root.tag}>")
    level, depth = [root], 0
    while level:
        level, depth = [child for each in level for child in each], depth + 1
        if depth > DEEPEST:
            raise TableError(file.name, None, "its elements are nested too deeply for a tabular list")
    return root


def _codes_of(root: ET.Element) -> Iterator[Line]:
    for section in root.iter("section"):
        for category in section.findall("diag"):
            yield from _of_node(category, Characters({}, {}))


def _of_node(node: ET.Element, inherited: Characters) -> Iterator[Line]:
    code = (node.findtext("name") or "").replace(".", "")
    title = plain(node.findtext("desc") or "")
    stated = node.find("sevenChrDef")
    characters = inherited
    if stated is not None:
        meanings = {each.get("char", ""): plain(each.text or "") for each in stated.findall("extension")}
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
