"""What a line of a note of the tabular list refers to: its codes, families and ranges.

The references stand in parentheses, and only where there are none, in the line itself. Between them stand
commas, and behind them may stand which of their codes are meant: `with fifth or sixth character 5`.

A target is a pair of codes without dots, from and to, the same one twice where there is no range. `_` in it
stands for any character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .icd10cm_lists import CATEGORY, PLACEHOLDER, SEVENTH
from .icd10cm_tabular import WILD, Note, Tabular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Target: TypeAlias = "tuple[str, str]"
# The characters, by their place from 1, that the codes meant have.
Places: TypeAlias = "dict[int, str]"

CODE = r"\b[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])(?:\.[0-9A-Z]{1,4})?(?![0-9A-Za-z])"
DASH = r"\.?-*"
REFERENCE = rf"(?P<first>{CODE})(?:{DASH}(?:\s?-+\s?|\s+to\s+)(?P<last>{CODE}))?{DASH}"
BARE = re.sub(r"\?P<\w+>", "?:", REFERENCE)
BETWEEN = r"\s*[,;.]?\s*(?:and\s+|or\s+)?"
GROUP = re.compile(rf"(?P<all>{BARE}(?:{BETWEEN}{BARE})*)[\s,;.]*(?P<rest>.*)", re.DOTALL)
PARENTHESES = re.compile(r"\(([^()]*)\)")
ORDINALS = {
    "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "six": 6, "6th": 6, "seventh": 7, "7th": 7,
}  # fmt: skip
BY_PLACE = re.compile(r"(?:(\w+) or )?(\w+)[ -]characters? (.+)")
TO_PLACE = re.compile(r"(\w+) to (\w+) characters (\w+)")
FINAL = re.compile(r"final characters? (.+)")
SUFFIXES = re.compile(r"\.?[0-9A-Z]+-?(?:(?:[\s,.]+(?:or )?)?\.[0-9A-Z]+-?)*")
# A note that is for some of the codes below it.
SUBJECT = re.compile(rf"\bfor codes ({BARE}(?:{BETWEEN}{BARE})*)", re.IGNORECASE)
# A note that names fractures by their seventh character alone.
FRACTURE = re.compile(r"code to fracture with 7th character ([A-Z])\b")
SUBSEQUENT = re.compile(r"subsequent encounter for (?:closed )?fracture")
# What is not absolute; an Excludes note names examples and kinds of what it excludes all the same.
CONDITIONAL = re.compile(r"\b(?:if|when|where|unless|any|such as|including|complicating)\b", re.IGNORECASE)
EXCLUDED_IF = re.compile(r"\b(?:if|when|unless)\b", re.IGNORECASE)
OPEN_LIST = re.compile(r",?\s*(?:such as|including)(?: with)?\s*:?$", re.IGNORECASE)

# Misprints, each with what is meant, by the titles of the codes.
MISPRINTS = {
    # Cognitive deficits are I69.01-, I69.11-, ...; from I69.01 to I69.11 is most of I69.0-.
    "(I69.01-I69.11-, I69.21-I69.31-, I69.81- I69.91-)": (
        "(I69.01-, I69.11-, I69.21-, I69.31-, I69.81-, I69.91-)"
    ),
    # Venomous amphibians.
    "(T63.81-R63.83)": "(T63.81-T63.83)",
    # Its title is the condition.
    "other frontotemporal neurocognitive disorder (G31.90)": (
        "other frontotemporal neurocognitive disorder (G31.09)"
    ),
    # Parentheses and braces.
    "(Z89.52-": "(Z89.52-)",
    "C44.301, C44.311, C44.321, C44.391)": "(C44.301, C44.311, C44.321, C44.391)",
    "(T36-T50 with fifth or sixth character 5": "(T36-T50 with fifth or sixth character 5)",
    "(T36-T50) with fifth or sixth character 6": "(T36-T50 with fifth or sixth character 6)",
}


class Reference(NamedTuple):
    """What a note names: a target, or, where that is empty, a condition that has no code of its own."""

    target: Target | None
    is_conditional: bool


class Reader:
    """Reads the notes of one edition.

    Attributes:
        unread: what the grammar has no word for, and references that name no code, each with its line.
    """

    def __init__(self, tabular: Tabular) -> None:
        self._tabular = tabular
        self.unread: list[tuple[str, str]] = []

    def subjects(self, note: Note) -> list[str]:
        """Where a note holds: where it stands, or at those codes below that it says it is for."""
        match = SUBJECT.search(note.lines[0]) if note.lines else None
        if match is None:
            return [note.node]
        named = {code for target in self._targets_in(match[1]) for code in self._tabular.named(target)}
        found: list[str] = []
        for code in sorted(named):
            if not code.startswith(tuple(found)) and named.issuperset(self._tabular.below(code)):
                found.append(code)
        return found

    def references(self, note: Note) -> Iterator[Reference]:
        """What the lines of a note name; a line that ends with a colon speaks of those behind it."""
        words = EXCLUDED_IF if note.kind.startswith("excludes") else CONDITIONAL
        # A line that begins with a comma goes on where the heading, "Code first", stops: before all lines.
        is_all_conditional = any(line.startswith(",") and words.search(line) for line in note.lines[:1])
        is_list_conditional = False
        for line in note.lines:
            is_head = line.endswith((":", " of"))
            is_conditional = is_all_conditional or bool(words.search(line))
            targets = list(dict.fromkeys(self.targets(line)))
            for target in targets:
                yield Reference(target, is_conditional or (is_list_conditional and not is_head))
            if is_head:
                is_list_conditional = is_conditional
            if not targets and (not is_head or OPEN_LIST.search(line)):
                # The list behind it has examples: the condition itself has no code.
                own = OPEN_LIST.sub("", line)
                is_own = is_all_conditional or bool(words.search(own))
                yield Reference(None, is_own or (is_list_conditional and not is_head))

    def targets(self, line: str) -> Iterator[Target]:
        """The targets of one line."""
        for wrong, right in MISPRINTS.items():
            if wrong in line and right not in line:
                line = line.replace(wrong, right)
        line = line.translate(str.maketrans("{}", "()"))
        groups = [group for group in PARENTHESES.findall(line) if self._has_code(group)]
        if groups:
            for group in groups:
                yield from self._group(group, line)
        elif self._has_code(line) and not line.endswith(":"):
            yield from self._sentence(line)
        else:
            match = FRACTURE.search(line)
            if match:
                yield from self._fractures(match[1])

    def _has_code(self, text: str) -> bool:
        return any(code[:CATEGORY] in self._tabular.places for code in re.findall(CODE, text))

    def _group(self, group: str, line: str) -> Iterator[Target]:
        match = GROUP.fullmatch(group.strip())
        if match is None:
            self.unread.append((group, line))
            return
        rest = match["rest"]
        if not rest:
            yield from self._each(match["all"], None, line)
            return
        places = self._places(rest, match["all"])
        if places is None:
            self.unread.append((group, line))
            return
        yield from self._each(match["all"], places, line)

    def _sentence(self, line: str) -> Iterator[Target]:
        """The references of a line without parentheses."""
        place = 0
        for match in re.finditer(rf"{BARE}(?:{BETWEEN}{BARE})*", line):
            if match.start() < place or not self._has_code(match[0]):
                continue
            place = match.end()
            qualified = re.match(r",? (with .+)", line[place:])
            places = self._places(qualified[1], match[0]) if qualified else None
            if qualified and places is None:
                word = qualified[1].removeprefix("with ")
                yield from self._titled(match[0], word, line)
            else:
                yield from self._each(match[0], places, line)

    def _titled(self, references: str, word: str, line: str) -> Iterator[Target]:
        """The nearest codes below whose titles have a word."""
        found: list[str] = []
        for target in self._targets_in(references):
            for code in self._tabular.named(target):
                title = self._tabular.listing[code].title.lower()
                if word.lower() in title and not code.startswith(tuple(found)):
                    found.append(code)
        if not found:
            self.unread.append((f"{references} with {word}", line))
        for code in found:
            yield code, code

    def _fractures(self, character: str) -> Iterator[Target]:
        """The fractures that take a seventh character, by what the alphabets say of it."""
        meant = {
            code
            for code in self._tabular.codes
            if len(code) == SEVENTH and code[-1] == character and self._is_fracture(code)
        }
        starts = sorted({code[:CATEGORY] for code in meant})
        while starts:
            start = starts.pop(0)
            pattern = start.ljust(SEVENTH - 1, WILD) + character
            named = self._tabular.named((pattern, pattern))
            if meant.issuperset(named):
                yield pattern, pattern
            else:
                starts += sorted(
                    {code[: len(start) + 1] for code in named} & {c[: len(start) + 1] for c in meant}
                )

    def _is_fracture(self, code: str) -> bool:
        stating = self._tabular.stating(code)
        return bool(stating and SUBSEQUENT.match(self._tabular.characters[stating].get(code[-1], "")))

    def _places(self, text: str, references: str) -> list[Places] | None:
        """The places that the words behind references ask for, any of these; `None` if they are not read."""
        text = text.removeprefix("with ").strip(" .")
        if text.endswith("to indicate intent"):
            return [{}]  # any of them does
        if text == "open fracture 7th character":
            (code,) = re.findall(CODE, references)
            meanings = self._tabular.characters[code]
            return [{SEVENTH: each} for each, meaning in meanings.items() if "open fracture" in meaning]
        if match := FINAL.fullmatch(text):
            return self._final(match[1])
        if SUFFIXES.fullmatch(text):
            return [dict(enumerate(each)) for each in _suffixes(text)]
        return _by_place(text)

    def _final(self, text: str) -> list[Places] | None:
        found: list[Places] = []
        for each in re.split(r"\s*(?:,|or)\s*", text):
            if each.startswith("-"):
                found.append({SEVENTH - 2: each[1], SEVENTH - 1: each[2]})
            elif each.startswith("."):
                found.append(dict(enumerate(each[1:])))
            elif len(each) == 1:
                found += _last(each)
            else:
                return None
        return found

    def _targets_in(self, text: str) -> Iterator[Target]:
        for match in re.finditer(REFERENCE, text):
            first = match["first"].replace(".", "")
            yield first, (match["last"] or match["first"]).replace(".", "")

    def _each(self, references: str, places: list[Places] | None, line: str) -> Iterator[Target]:
        for target in self._targets_in(references):
            if places is None:
                found = list(self._in_order(target))
            else:
                found = [each for place in places for each in self._placed(target, place)]
            if not found:
                self.unread.append((f"{'-'.join(dict.fromkeys(target))} names no code", line))
            yield from found

    def _in_order(self, target: Target) -> Iterator[Target]:
        """A target, in as many ranges as give in the order of the alphabet what it is in that of the list.

        C4A stands behind C43 in the list, and D3A before D37.
        """
        named = self._tabular.named(target)
        if target[0] == target[1] or not named:
            yield from [target] if named else []
            return
        listed = self._listed(target)
        length = len(target[0])
        if listed.issuperset(named):
            yield target
            listed.difference_update(named)
        if not listed:
            return
        starts = dict.fromkeys(code[:length] for code in self._tabular.codes if len(code) >= length)
        run: list[str] = []
        for start in [*starts, ""]:
            if start in listed:
                run.append(start)
            elif run:
                yield run[0], run[-1]
                run = []

    def _listed(self, target: Target) -> set[str]:
        """The codes from the first to the last of a range in the order of the list."""
        first, last = (self._tabular.below(end) for end in target)
        if not first or not last:
            # An end that is no code (anymore) has no place there.
            return set(self._tabular.named(target))
        places = self._tabular.places
        return set(self._tabular.ordered[places[first[0]] : max(places[code] for code in last) + 1])

    def _placed(self, target: Target, places: Mapping[int, str]) -> Iterator[Target]:
        """The codes of a target with these characters at these places, from 1; from 0: right behind it."""
        first, last = target
        length = len(first)
        if 0 in places:
            places = {place + length + 1: each for place, each in places.items()}
        if not places:
            yield target
            return
        end = max(places)
        tail = "".join(places.get(place, WILD) for place in range(length + 1, end + 1))
        if first == last or (WILD in tail and length == CATEGORY):
            found: Iterable[Target] = [(first + tail, last + tail)]
        else:
            # Of a range each by itself: they are few.
            starts = dict.fromkeys(
                code[:length] for code in self._tabular.named(target) if len(code) >= length
            )
            found = [(start + tail, start + tail) for start in starts]
        yield from (each for each in found if self._tabular.named(each))


def _characters(text: str) -> Iterator[str]:
    """The characters of `5`, `1-4`, `1-4 or 6`, `B or C`, `.6`."""
    for each in re.split(r"\s*(?:,|or)\s*", text):
        first, _, last = each.strip(" .").partition("-")
        for number in range(ord(first), ord(last or first) + 1):
            yield chr(number)


def _by_place(text: str) -> list[Places] | None:
    """The places of `fifth or sixth character 5`, `7th character B or C`, `fifth to sixth characters 51`."""
    if match := TO_PLACE.fullmatch(text):
        first = ORDINALS[match[1]]
        return [{first + number: each for number, each in enumerate(match[3])}]
    match = BY_PLACE.fullmatch(text)
    if match is None or match[2] not in ORDINALS:
        return None
    if match[1]:
        return [places for each in _characters(match[3]) for places in _last(each)]
    return [{ORDINALS[match[2]]: each} for each in _characters(match[3])]


def _suffixes(text: str) -> Iterator[str]:
    """The ends of `.52`, `.14, .24`, `.51-.52`."""
    for first, last in re.findall(r"\.?([0-9A-Z]+)-?(?:(?<=-)\.([0-9A-Z]+))?", text):
        if last:
            yield from map(str, range(int(first), int(last) + 1))
        else:
            yield first


def _last(character: str) -> list[Places]:
    """A character as the last one before the seventh: the fifth, the placeholder behind it, or the sixth."""
    return [{SEVENTH - 2: character, SEVENTH - 1: PLACEHOLDER}, {SEVENTH - 1: character}]
