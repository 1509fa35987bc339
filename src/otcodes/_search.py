"""How the words of a search find records: by code, whole words, prefixes, letters in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import attrs

from ._text import normalize_code
from .tables import EFFECTIVE, NOT_BILLABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._manifest import Key
    from .records import R
    from .tables import Snapshot, Table


@attrs.frozen
class Indexed:
    key: str
    is_own: bool
    label: frozenset[str]
    keywords: frozenset[str]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004


def _terms(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each term as written together and in its parts: `e-stim` is `estim`, and `e` with `stim`."""
    terms: list[tuple[str, tuple[str, ...]]] = []
    for token in text.lower().split():
        parts = [_stem(part) for part in re.findall(r"[a-z0-9]+", token)]
        if parts:
            terms.append(("".join(parts), tuple(dict.fromkeys(parts))))
    return terms


def _words(text: str) -> frozenset[str]:
    return frozenset(word for joined, parts in _terms(text) for word in (joined, *parts))


def _in_order(letters: str, word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _fits(term: tuple[str, tuple[str, ...]], words: frozenset[str], how: int) -> bool:
    joined, parts = term
    if how == WHOLE:
        return joined in words or all(part in words for part in parts)
    if how == PREFIX:
        return any(word.startswith(joined) for word in words) or all(
            any(word.startswith(part) for word in words) for part in parts
        )
    return any(word[0] == joined[0] and _in_order(joined, word) for word in words)


def _index(table: Table[R]) -> tuple[Indexed, ...]:
    """The words that each labelled code of a table is searched by, made once."""
    if table.search_index is None:
        found: dict[Key, Indexed] = {}
        for row in table:
            code, label = getattr(row, "code", None), getattr(row, "label", None)
            if code is not None and label is not None:
                keywords = cast("tuple[str, ...]", getattr(row, "keywords", ()))
                key = normalize_code(code)
                is_own = table.owner(key) is table
                found[key] = Indexed(key, is_own, _words(label), _words(" ".join(keywords)))
        table.search_index = tuple(found.values())
    return table.search_index


WHOLE, PREFIX, LETTERS = range(1, 4)


def ranked(snapshot: Snapshot[R], text: str) -> Iterator[str]:
    """The codes that fit, best first, each once."""
    table, day = snapshot.table, snapshot.day
    prefix = normalize_code(text)

    def in_force(code: Key) -> bool:
        return table.verdict(code, on=day) in (EFFECTIVE, NOT_BILLABLE)

    if not prefix:
        return
    by_code = sorted(key for key in table.keys() if isinstance(key, str) and key.startswith(prefix))
    yield from (code for code in by_code if in_force(code))
    terms = list(dict.fromkeys(_terms(text)))
    if not terms:
        return
    ranked: list[tuple[int, bool, int, int, str]] = []
    for entry in _index(table):
        words = entry.label | entry.keywords
        how = next(
            (how for how in (WHOLE, PREFIX, LETTERS) if all(_fits(term, words, how) for term in terms)), 0
        )
        if how and entry.key not in by_code and in_force(entry.key):
            elsewhere = sum(not _fits(term, entry.label, how) for term in terms)
            ranked.append((how, not entry.is_own, elsewhere, len(entry.label), entry.key))
    # Letters in order are a last resort against a typing slip: beside a real match they are noise.
    best = min((rank[0] for rank in ranked), default=0)
    yield from (key for how, *_, key in sorted(ranked) if how < LETTERS or best == LETTERS)
