"""The index by which the titles of the diagnoses are searched, made of the table alone.

`otcodes._titles` says what the index is and reads it. Its head names the fingerprint of the table that it was
made of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from .._blocks import Blocks, pack
from .._sides import OPEN
from .._store import BLOCKS
from .._titles import (
    CATEGORY,
    RUN_BYTES,
    STEM,
    WORDS,
    counted,
    parts_of,
    words_of,
)
from ._canonical import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COMMON = 100  # words with the most runs of documents, which have a block of bits of their own

# How many words further behind a title stands for some of its words. Therapy follows the active treatment
# of an injury, and healing as it should is the usual; a side that is not known is the last resort.
BEHIND = {
    "initial encounter": 3,
    "sequela": 6,
    "delayed": 1,
    "nonunion": 3,
    "malunion": 3,
    "greenstick": 2,
    "physeal": 2,
    "torus": 2,
    "stress fracture": 3,
    "pathological": 3,
    "with foreign body": 2,
    "periprosthetic": 3,
    "secondary malignant": 4,
    "with rheumatoid arthritis": 2,
    "history": 2,
    "screening": 2,
    "other": 1,
    "without mention": -1,
    "not elsewhere classified": -3,
}
NO_SIDE, UNSPECIFIED = 2, -1
SIDED = ("right", "left", "bilateral", "right dominant", "left dominant")
IN_PLACE = 8  # what stands for none, so that no number is below nothing
CHAPTERS_BEHIND, CHAPTER_BEHIND = "OPVWXY", 6  # pregnancy, the newborn, external causes


def index_of(content: bytes) -> bytes:
    """The file of blocks by which titles are searched, of the table of diagnoses' own file."""
    table = Blocks("diagnoses", content).fingerprint
    titles: dict[str, list[str]] = {}
    billable: set[str] = set()
    for row in rows_of(f"diagnoses{BLOCKS}", content):
        code = row["code"].replace(".", "")
        titles.setdefault(code, []).append(row["title"])
        if row["is_billable"] == "yes":
            billable.add(code)
    codes = sorted(titles)
    number = {code: at for at, code in enumerate(codes)}
    known = {title.lower() for of in titles.values() for title in of}
    newest, others, behind = bytearray(), defaultdict[int, list[int]](list), bytearray()
    documents = defaultdict[str, list[int]](list)
    varying: set[int] = set()
    for code in codes:
        lengths = [len(counted(title)) for title in titles[code]]
        newest.append(lengths[-1])
        behind.append(_behind(code, titles[code][-1], known))
        for length in sorted(set(lengths[:-1]) - {lengths[-1]}):
            others[length].append(number[code])
        words = [words_of(title) for title in titles[code]]
        if any(of != words[-1] for of in words):
            varying.add(number[code])
        for word in set[str]().union(*words):
            documents[word].append(number[code])
    blocks = {
        **_codes(codes),
        **_words(documents, len(codes)),
        "n.": bytes(newest),
        "r.": bytes(behind),
        "o.": "".join(
            f"{' '.join(map(str, (length, *others[length])))}\n" for length in sorted(others)
        ).encode(),
        "b.": _bits((number[code] for code in billable), len(codes)),
        "v.": _bits(varying, len(codes)),
    }
    return pack((WORDS, table), blocks)


def _behind(code: str, title: str, known: set[str]) -> int:
    """How many words further behind a title stands."""
    text = f" {' '.join(parts_of(title))} "
    behind = IN_PLACE + sum(number for words, number in BEHIND.items() if f" {words} " in text)
    if code[0] in CHAPTERS_BEHIND:
        behind += CHAPTER_BEHIND
    if text.endswith(" unspecified "):
        behind += UNSPECIFIED
    lower = title.lower()
    finger = lower.replace("unspecified finger", "right index finger")
    if any(each in known and each != lower for each in (*_sided(lower), finger)):
        behind += NO_SIDE
    return behind


def _sided(title: str) -> Iterator[str]:
    """What a title would be if it named the side where it says unspecified."""
    for match in re.finditer(rf"\b{OPEN}\b", title):
        yield from (title[: match.start()] + side + title[match.end() :] for side in SIDED)


def _bits(numbers: Iterable[int], size: int) -> bytes:
    bits = bytearray(-(-size // 8))
    for number in numbers:
        bits[number // 8] |= 128 >> number % 8
    return bytes(bits)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the length of each run of neighbours among sorted numbers."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        first, length = runs[-1] if runs else (-1, 0)
        if number == first + length:
            runs[-1] = first, length + 1
        else:
            runs.append((number, 1))
    return runs


def _words(documents: Mapping[str, Sequence[int]], size: int) -> dict[str, bytes]:
    runs = {word: _runs(documents[word]) for word in sorted(documents)}
    common = sorted(sorted(runs, key=lambda word: -len(runs[word]))[:COMMON])
    blocks = {f"{at:02}": _bits(documents[word], size) for at, word in enumerate(common)}
    blocks["d."] = " ".join(common).encode()
    letters = defaultdict[str, list[str]](list)
    for word in runs:
        letters[word[0]].append(word)
    for letter, words in letters.items():
        rarer: list[list[tuple[int, int]]] = [[] if word in common else runs[word] for word in words]
        starts = [
            first - before for of in rarer for before, first in pairwise([0, *(first for first, _ in of)])
        ]
        lengths = [length for of in rarer for _, length in of]
        planes = [
            bytes(number >> 8 * at & 255 for number in numbers)
            for numbers, count in zip((starts, lengths), RUN_BYTES, strict=True)
            for at in range(count)
        ]
        head = f"{' '.join(words)}\n".encode()
        blocks[f"w{letter}"] = b"".join([head, bytes(map(len, rarer)), *planes])
    return blocks


def _codes(codes: Sequence[str]) -> dict[str, bytes]:
    """The codes by category, each letter's in one block."""
    stems: dict[str, str] = {}
    for code in codes:
        stem = code[:STEM]
        stems[stem] = stems.get(stem, "") + (code[STEM:] or ".")
    endings = sorted(set(stems.values()) - {"."})
    signs = {".": "", **{ending: chr(ord("a") + at) for at, ending in enumerate(endings)}}
    lines = defaultdict[str, str](str)
    before = ""
    for stem, ending in stems.items():
        category = stem[:CATEGORY]
        if not before.startswith(category):
            lines[category] = category
            before = category
        alike = zip(before, stem, strict=False)
        shared = next((at for at, (one, other) in enumerate(alike) if one != other), len(before))
        lines[category] += chr(ord("!") + shared - CATEGORY) + stem[shared:] + signs[ending]
        before = stem
    counts = defaultdict[str, int](int)
    for code in codes:
        counts[code[:CATEGORY]] += 1
    blocks = {
        "c.": "\n".join(
            [
                " ".join(f"{signs[ending]}{ending}" for ending in endings),
                *(f"{category}{count}" for category, count in counts.items()),
            ]
        ).encode("latin-1")
    }
    for letter in sorted({category[0] for category in lines}):
        text = "".join(f"{line}\n" for category, line in lines.items() if category[0] == letter)
        blocks[f"C{letter}"] = f"\n{text}".encode("latin-1")
    return blocks
