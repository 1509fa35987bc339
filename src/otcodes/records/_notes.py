"""What the tabular list says around its codes: chapters, blocks, notes, seventh characters, successors."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked

import attrs

from .._cells import cell, codes, flag, required, text
from .._text import CATEGORY, normalize_code
from . import Row
from ._words import NoteKind, SuccessionKind

WILD = "_"


@attrs.frozen(kw_only=True)
class Chapter(Row):
    """A chapter of ICD-10-CM; it is no code.

    Attributes:
        number: its number, such as `13`.
        first: its first category.
        last: its last category.
        title: the official title.
    """

    number: str = cell(required)
    first: str = cell(required)
    last: str = cell(required)
    title: str = cell(required)


@attrs.frozen(kw_only=True)
class Block(Row):
    """A block of categories within a chapter; it is no code.

    Attributes:
        id: its first and last category, such as `M60-M63`.
        chapter: the number of its chapter.
        parent: the `id` of the block around it, where there is one.
        title: the official title.
        categories: the categories in it; by their letters alone some stand elsewhere (C4A, M1A).
    """

    id: str = cell(required)
    chapter: str = cell(required)
    parent: str | None = cell(text)
    title: str = cell(required)
    categories: tuple[str, ...] = cell(codes, repr=False)


@attrs.frozen(kw_only=True)
class DiagnosisNote(Row):
    """A reference that the tabular list makes at a code, a block or a chapter, for all below it, too.

    Attributes:
        node: where it stands: a code, the `id` of a block, or the number of a chapter.
        kind: what it asks for.
        target: the code it names, with all below it; with `-` behind it, all codes that begin so; with `_`
            in it, any character there; two with `-` between them, a range; `?` for conditions without a code.
        is_conditional: whether it asks for it only where it applies.
        is_manifestation: whether it says what a manifestation comes from; that is never the first diagnosis.
    """

    node: str = cell(required)
    kind: NoteKind = cell(NoteKind)
    target: str = cell(str)
    is_conditional: bool = cell(flag)
    is_manifestation: bool = cell(flag, repr=False)

    def names(self, code: str) -> bool:
        """Whether a code is one of those that the note names, or below one."""
        key = normalize_code(code)
        first, _, last = self.target.partition("-")
        start, end = first.replace(".", ""), last.replace(".", "")
        if not end:
            return _begins(key, start)
        if WILD in start:
            return start[:CATEGORY] <= key[:CATEGORY] <= end[:CATEGORY] and _begins(
                key[CATEGORY:], start[CATEGORY:]
            )
        return start <= key[: len(start)] and key[: len(end)] <= end


def _begins(key: str, start: str) -> bool:
    """Whether a key begins so, any character standing where the start is wild."""
    fits = (want in (WILD, is_) for want, is_ in zip(start, key, strict=False))
    return len(key) >= len(start) and all(fits)


@attrs.frozen(kw_only=True)
class SeventhCharacter(Row):
    """One seventh character that a code or all codes below it take.

    Attributes:
        node: the code that the tabular list defines it at.
        character: the character.
        meaning: what it stands for, in the official words.
    """

    node: str = cell(required)
    character: str = cell(required)
    meaning: str = cell(required)


@attrs.frozen(kw_only=True)
class Succession:
    """What took the place of a diagnosis code, from a day on.

    Attributes:
        code: the code that is billable no more.
        on: the first day on which its successors are known to be in force.
        relation: how they stand to it.
        successors: the codes in its place.
    """

    code: str
    on: dt.date
    relation: SuccessionKind
    successors: tuple[str, ...]
