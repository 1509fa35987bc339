"""The publications that tables are made from, and how far they reach; apart: a look-up does without them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from ._text import TextEnum


@attrs.frozen(kw_only=True)
class Edition:
    """One official publication that a table was made from.

    Attributes:
        id: its short name here.
        effective: the first day it speaks for.
        publisher: who publishes it.
        title: its title.
        sha256: of the file that was used; empty where facts were taken from pages.
        part: the words that the keys begin with that it speaks for; empty where it speaks for all.
    """

    id: str
    effective: dt.date
    publisher: str
    title: str
    sha256: str = attrs.field(repr=False)
    part: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ImportedEdition(Edition):
    """An official file that was imported into a directory of one's own, with its rows as they came.

    They are kept, so that another edition can be merged with it, whichever comes first.

    Attributes:
        last: the last day that it speaks for.
        first: the first; before `effective` where the file has the whole history.
        scope: ranges of codes that it speaks for; empty for all.
        file: its rows, beside the manifest.
        file_sha256: of that file.
    """

    first: dt.date
    last: dt.date
    scope: tuple[str, ...] = attrs.field(repr=False)
    file: str = attrs.field(repr=False)
    file_sha256: str = attrs.field(repr=False)


class Freshness(TextEnum):
    """Whether an edition on board speaks for a day.

    Current: one does. In gap: it lies between two that are on board, so that only what holds throughout
    answers. Carried forward: it is past the last one, whose open rows go on answering, marked. Out of
    coverage: the table does not answer for it.
    """

    CURRENT = "current"
    IN_GAP = "in-gap"
    CARRIED_FORWARD = "carried-forward"
    OUT_OF_COVERAGE = "out-of-coverage"


@attrs.frozen(kw_only=True)
class TableFreshness:
    """How fresh a table is for one day.

    Attributes:
        table: the table's name.
        on: the day.
        freshness: whether an edition on board speaks for it.
        edition: the id of the last edition that speaks for the whole table.
        covered_from: the first day that the table answers for.
        covered_to: the last day that an edition speaks for.
        answers_to: the last day that the table answers for, carried forward; `None` where that has no end.
    """

    table: str
    on: dt.date
    freshness: Freshness
    edition: str
    covered_from: dt.date
    covered_to: dt.date
    answers_to: dt.date | None

    @property
    def is_stale(self) -> bool:
        """Whether the day is past the last edition."""
        return self.on > self.covered_to

    @property
    def in_words(self) -> str:
        """The freshness in words, without the table."""
        state = f"{self.freshness.value.replace('-', ' ')} on {self.on}"
        if self.on < self.covered_from:
            return f"{state}; what is on board begins {self.covered_from}"
        reach = "ends" if self.is_stale else "reaches to"
        return f"{state}; the last edition, {self.edition}, {reach} {self.covered_to}"

    def __str__(self) -> str:
        """The freshness in words."""
        return f"{self.table}: {self.in_words}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        facts = {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in attrs.asdict(self).items()
        }
        return {**facts, "is_stale": self.is_stale}
