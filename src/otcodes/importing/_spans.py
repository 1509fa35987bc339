"""Spans of days, first and last, both inclusive, in order and apart."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from .._manifest import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Span: TypeAlias = "tuple[dt.date, dt.date]"
Spans: TypeAlias = "tuple[Span, ...]"


def joined(spans: Iterable[Span]) -> Spans:
    """The same days, with spans that touch as one; empty ones are left out."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if first > last:
            continue
        if found and first <= day_after(found[-1][1]):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def without(spans: Iterable[Span], away: Iterable[Span]) -> Spans:
    """The days of some spans that are in none of the others."""
    left = list(spans)
    for first, last in away:
        left = [part for span in left for part in _around(span, first, last)]
    return joined(left)


def between(spans: Spans) -> Spans:
    """The gaps of joined spans."""
    return tuple((last + DAY, first - DAY) for (_, last), (first, _) in pairwise(spans))


def common(spans: Iterable[Span], others: Iterable[Span]) -> Spans:
    """The days of both."""
    others = list(others)
    return joined((max(a, c), min(b, d)) for a, b in spans for c, d in others if max(a, c) <= min(b, d))


def contains(spans: Iterable[Span], day: dt.date) -> bool:
    """Whether one of them has the day."""
    return any(first <= day <= last for first, last in spans)


def day_after(day: dt.date) -> dt.date:
    """The next day; of the last one that there is, itself."""
    return day + DAY if day < dt.date.max else day


def _around(span: Span, first: dt.date, last: dt.date) -> Iterator[Span]:
    if last < span[0] or first > span[1]:
        yield span
        return
    if span[0] < first:
        yield span[0], first - DAY
    if span[1] > last:
        yield last + DAY, span[1]
