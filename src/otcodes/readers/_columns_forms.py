"""What the headers of a spreadsheet export mean: by the boxes of CMS-1500 and UB-04, and common spellings.

`columns.csv` has them. A row with a box alone is the box; one with words alone is a spelling that needs no
box; one with both is a spelling that only stands behind its box. `A-L` and `1-8` stand for as many rows, and
`#` for the place of each.
"""

from __future__ import annotations

import csv
import os
import re
from functools import cache
from typing import TYPE_CHECKING

import attrs

from ._batch import LINE_FIELDS
from ._rows import CLAIM_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

UB_04 = "ub-04"
SETTINGS = {"cms-1500": "practitioner", UB_04: "outpatient-hospital"}
TITLES = {"cms-1500": "CMS-1500", UB_04: "UB-04"}
RANGE = re.compile(r"(?P<stem>.*?)(?P<first>[A-Z]|\d+)-(?P<last>[A-Z]|\d+)")
HEADER = re.compile(r"(?:(?P<label>box|item|fl|form locator) )?(?P<box>\d{1,2}[a-z]?)(?: (?P<words>.+))?")
LABELS_OF_UB_04 = ("fl", "form locator")


@attrs.frozen
class Meaning:
    """What a header stands for.

    Attributes:
        column: one of our columns, `pointers` or `last_on`; empty where the column is known and not read.
        part: which of several columns of one list it is, in their order.
        form: the form whose column it names, if it names one.
    """

    column: str
    part: int | None = None
    form: str = ""

    @classmethod
    def of(cls, name: str, form: str = "") -> Meaning:
        """The meaning of a name such as `units` or `modifiers.2`."""
        column, _, part = name.partition(".")
        return cls(column, int(part) if part else None, form)


@attrs.frozen
class _Box:
    """A box of a form: what it means alone, and what words behind it mean."""

    meaning: Meaning
    words: dict[str, Meaning] = attrs.field(factory=dict[str, Meaning])

    def behind(self, words: str, alone: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        """What the box means with words behind it, which alone mean something, too."""
        box = self.meaning
        if words in self.words:
            return (self.words[words],)
        if not box.column:
            return (box,)
        columns = {box.column, *(each.column for each in self.words.values())}
        fitting = [each for each in alone if each.column in columns]
        parts = {each.part for each in (box, *fitting)} - {None}
        if len(fitting) != 1 or len(parts) > 1:
            return (box, *alone) if alone else ()
        return (Meaning(fitting[0].column, next(iter(parts), None), box.form),)


@attrs.frozen
class _Known:
    """The table: spellings, and boxes."""

    words: dict[str, tuple[Meaning, ...]] = attrs.field(factory=dict[str, "tuple[Meaning, ...]"])
    boxes: dict[str, _Box] = attrs.field(factory=dict[str, _Box])


def meanings(header: str) -> tuple[Meaning, ...]:
    """What a header may mean: nothing that is known, one thing, or several.

    >>> meanings("24D CPT/HCPCS")
    (Meaning(column='procedure', part=None, form='cms-1500'),)
    >>> [meaning.column for meaning in meanings("24D Units")], meanings("Shoe size")
    (['procedure', 'units'], ())
    """
    known = _known()
    text = normalized(header)
    if text in known.words:
        return known.words[text]
    parts = HEADER.fullmatch(text)
    box = known.boxes.get(parts["box"]) if parts else None
    if parts is None or box is None:
        return ()
    if parts["label"] in LABELS_OF_UB_04 and box.meaning.form != UB_04:
        return ()
    if parts["words"]:
        return box.behind(parts["words"], known.words.get(parts["words"], ()))
    # A number alone names no box: it may be anything.
    return (box.meaning,) if parts["label"] or parts["box"][-1].isalpha() else ()


def normalized(header: str) -> str:
    """A header without what spellings differ in: case, signs, and where a space stands.

    >>> normalized("FL44 - HCPCS/Rate"), normalized("24 D"), normalized("Mod1"), normalized("Claim #")
    ('fl 44 hcpcs rate', '24d', 'mod 1', 'claim no')
    """
    text = re.sub(r"['\u2019]|(?<=\w)\((?=s\))", "", header.lower())
    text = re.sub(r"#(?!\s*\d)", " no ", text)
    text = re.sub(r"(?<=[a-z])(?=\d)", " ", re.sub(r"[^a-z0-9]+", " ", text))
    return re.sub(r"\b(\d{1,2}) ([a-z])\b", r"\1\2", text).strip()


def table() -> list[dict[str, str]]:
    """The rows of `columns.csv`."""
    path = os.path.join(os.path.dirname(__file__), "columns.csv")  # noqa: PTH118, PTH120 -- it may be in a zip
    content: bytes = __loader__.get_data(path)  # type: ignore[name-defined]  # the import system sets it
    return list(csv.DictReader(content.decode().splitlines()))


@cache
def _known() -> _Known:
    known = _Known()
    for row in table():
        form = row["form"]
        for box, words, column in _unfolded(row["box"], row["words"], row["column"]):
            if box and words:
                known.boxes[box].words[words] = Meaning.of(column, form)
            elif box:
                known.boxes[box] = _Box(Meaning.of(column, form))
            else:
                known.words[words] = (*known.words.get(words, ()), Meaning.of(column, form))
    for column in (*CLAIM_COLUMNS, *LINE_FIELDS):
        known.words.setdefault(normalized(column), (Meaning(column),))
    return known


def _unfolded(box: str, words: str, column: str) -> Iterator[tuple[str, str, str]]:
    """A row, or the rows that it stands for."""
    folded = RANGE.fullmatch(box or words)
    if folded is None:
        yield box.lower(), words, column
        return
    first, last = folded["first"], folded["last"]
    names = (
        map(str, range(int(first), int(last) + 1))
        if first.isdigit()
        else map(chr, range(ord(first), ord(last) + 1))
    )
    for place, name in enumerate(names, 1):
        text = f"{folded['stem']}{name}"
        yield text.lower() if box else "", words if box else text, column.replace("#", str(place))
