"""The side of the body in a title, read from its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .records import Laterality

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDES = {"right": Laterality.RIGHT, "left": Laterality.LEFT, "bilateral": Laterality.BILATERAL}
OPPOSITE = {"right": "left", "left": "right"}
WORD = re.compile(r"\b(right|left|bilateral|unspecified)\b")
# How a sided title says what another leaves open; of a hemiplegia, with the dominance of the side.
SIDED = ("right", "left", "bilateral", "right dominant", "left dominant")


def side_of(title: str) -> Laterality | None:
    """The side that a title names; `None` where it names none, or both."""
    named = {word for word in WORD.findall(title.lower()) if word in SIDES}
    return SIDES[named.pop()] if len(named) == 1 else None


def mirrored(title: str) -> str | None:
    """The title, in lower case, with right and left changed; `None` where it names no one side."""
    if side_of(title) not in (Laterality.RIGHT, Laterality.LEFT):
        return None
    return WORD.sub(lambda match: OPPOSITE.get(match[0], match[0]), title.lower())


def sided(title: str) -> Iterator[str]:
    """What the title, in lower case, would be if it named the side where it says unspecified."""
    text = title.lower()
    for match in WORD.finditer(text):
        if match[0] == "unspecified":
            yield from (text[: match.start()] + side + text[match.end() :] for side in SIDED)
