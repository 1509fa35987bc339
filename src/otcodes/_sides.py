"""The side of the body in a title, read from its words."""

from __future__ import annotations

import re
from collections import Counter

from .records import Laterality

SIDES = {"right": Laterality.RIGHT, "left": Laterality.LEFT}
OPPOSITE = {"right": "left", "left": "right"}
# A foreign body "accidentally left in body" is on no side.
WORD = re.compile(r"(?<!accidentally )\b(right|left|bilateral)\b")
OPEN = "unspecified"
# What titles say a side with, or leave it open, each in its own place; of a hemiplegia, with its dominance.
SAID = frozenset(
    ("right", "left", "bilateral", OPEN, "side", "dominant", "nondominant", "non", "of", "the", "s")
)
PART = re.compile(r"[^\W_]+")


def side_of(title: str) -> Laterality | None:
    """The side that a title names; `None` where it names none, leaves it open, or names both."""
    text = title.lower()
    if f"{OPEN} side" in text:
        return None
    named = set(WORD.findall(text))
    one = named & SIDES.keys()  # "homonymous bilateral field defects, right side"
    if len(one) == 1:
        return SIDES[one.pop()]
    return Laterality.BILATERAL if named == {"bilateral"} else None


def mirrored(title: str) -> str | None:
    """The title, in lower case, with right and left changed; `None` where it names no one side."""
    if side_of(title) not in (Laterality.RIGHT, Laterality.LEFT):
        return None
    return WORD.sub(lambda match: OPPOSITE.get(match[0], match[0]), title.lower())


def is_open(title: str) -> bool:
    """Whether a title may leave the side open: it names none, and says that something is unspecified."""
    return OPEN in title.lower() and side_of(title) is None


def closes(title: str, open_title: str) -> bool:
    """Whether a title names the side that another leaves open, and says nothing else of its own.

    The words need not stand in the same order, and the open one may repeat some: "abscess of external ear,
    unspecified ear" is closed by "abscess of right external ear".
    """
    own, other = _besides_side(title), _besides_side(open_title)
    return side_of(title) is not None and own.keys() == other.keys() and own <= other


def _besides_side(title: str) -> Counter[str]:
    """The words of a title without those of its side, in the singular."""
    return Counter([part.rstrip("s") for part in PART.findall(title.lower()) if part not in SAID])
