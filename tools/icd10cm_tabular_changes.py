"""The rows of a table from its editions: what neighbouring ones say alike makes one row.

On the days between two editions none speaks. What changed there is settled by the codes where it comes and
goes with them: their days are known.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol

from icd10cm_files import official
from otcodes.importing._kinds import fiscal_year_end
from otcodes.importing.icd10cm_lists import SEVENTH
from otcodes.importing.icd10cm_tabular import Tabular
from tables import DATA, INTERVAL, day_after, day_before, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Row = dict[str, str]
Key = tuple[str, ...]
Values = tuple[str, ...]
# What an edition says: the values of each key.
State = dict[Key, Values]


class Edition(NamedTuple):
    """A tabular list and the days that it speaks for."""

    first: str
    last: str
    tabular: Tabular


class Settle(Protocol):
    """Tells the day on which a key's values became others, `None` where it has none."""

    def __call__(self, key: Key, before: Tabular, after: Tabular, *, has_ended: bool) -> str:
        """The day; `ValueError` where the codes do not tell it."""


class Codes:
    """The table of codes: since when and until when each is there."""

    def __init__(self) -> None:
        file = "diagnoses.blocks"
        self._rows: dict[str, list[Row]] = {}
        for row in rows_of(file, (DATA / file).read_bytes()):
            self._rows.setdefault(row["code"].replace(".", ""), []).append(row)

    def start(self, code: str, title: str | None = None) -> str:
        """The first day of a code, or of one of its titles; it has to be known."""
        rows = [row for row in self._rows.get(code, ()) if title in (None, row["title"])]
        if rows and rows[0]["is_start_known"] == "yes":
            return rows[0]["valid_from"]
        raise ValueError(f"the table of codes does not tell since when {code} is {title or 'there'}")

    def end(self, code: str) -> str:
        """The last day of a code; it has to have ended."""
        rows = self._rows.get(code, ())
        if not rows or not rows[-1]["valid_to"]:
            raise ValueError(f"the table of codes does not tell when {code} ended")
        return rows[-1]["valid_to"]

    # The three ways to settle a change.

    def chapter_changed(self, key: Key, before: Tabular, after: Tabular, *, has_ended: bool) -> str:  # noqa: ARG002
        """A chapter got another first or last category: on the first day of that category."""
        old, new = before.chapters[key[0]], after.chapters[key[0]]
        pairs = ((old.first, new.first), (old.last, new.last))
        return _one({self.start(is_) for was, is_ in pairs if was != is_}, key)

    def block_changed(self, key: Key, before: Tabular, after: Tabular, *, has_ended: bool) -> str:
        """A block got new categories, and another id with them, or the other title of its only category."""
        block = after.blocks[successor(key[0], before, after) if has_ended else key[0]]
        known = {category for each in before.blocks.values() for category in each.categories}
        new = [category for category in block.categories if category not in known]
        if not new and len(block.categories) == 1:
            return self.start(block.categories[0], block.title)
        return _one({self.start(category) for category in new}, key)

    def character_changed(self, key: Key, before: Tabular, after: Tabular, *, has_ended: bool) -> str:
        """A seventh character came with the first code that has it, or went with the last one."""
        tabular = before if has_ended else after
        having = [
            code
            for code in tabular.below(key[0].replace(".", ""))
            if len(code) == SEVENTH and code[-1] == key[1]
        ]
        if has_ended:
            return day_after(max(self.end(code) for code in having))
        return min(self.start(code) for code in having)


def _one(days: set[str], key: Key) -> str:
    if len(days) != 1:
        raise ValueError(f"the table of codes does not tell when {key} changed: {sorted(days)}")
    return days.pop()


def successor(id_: str, before: Tabular, after: Tabular) -> str:
    """The id that a block has in the next edition: that of the block which its first category is in then."""
    first = before.blocks[id_].categories[0]
    return next(new for new, block in after.blocks.items() if first in block.categories)


def read_editions(files: Iterable[tuple[str, Path]]) -> list[Edition]:
    """The editions, oldest first; one speaks up to the end of its fiscal year or until the next one."""
    ordered = sorted((dt.date.fromisoformat(first).isoformat(), file) for first, file in files)
    nexts = [first for first, _ in ordered[1:]]
    ends = [day_before(first) for first in nexts] + ["9999-12-31"]
    return [
        Edition(first, min(str(fiscal_year_end(dt.date.fromisoformat(first))), end), Tabular(official(file)))
        for (first, file), end in zip(ordered, ends, strict=True)
    ]


def gaps(editions: Sequence[Edition]) -> list[str]:
    """The days between editions on which none speaks, as a manifest has them."""
    return [
        f"{day_after(one.last)}/{day_before(two.first)}"
        for one, two in pairwise(editions)
        if day_after(one.last) != two.first
    ]


def intervals(
    editions: Sequence[Edition],
    states: Sequence[State],
    *,
    key: Sequence[str],
    columns: Sequence[str],
    settle: Settle | None = None,
) -> list[Row]:
    """The rows of a table, from what each edition says.

    What is new in an edition starts on its first day, which is known to be the start only where the edition
    before speaks for the day before, or where the change is settled.
    """
    rows: list[Row] = []
    for each in sorted({name for state in states for name in state}):
        said: Values | None = None
        for number, (edition, state) in enumerate(zip(editions, states, strict=True)):
            values = state.get(each)
            if values == said:
                continue
            start, is_known = edition.first, False
            last = editions[number - 1].last if number else ""
            if number and day_after(last) == start:
                is_known = True
            elif number and settle is not None:
                before = editions[number - 1].tabular
                start, is_known = settle(each, before, edition.tabular, has_ended=values is None), True
                if not last < start <= edition.first:
                    raise ValueError(f"{each} changed on {start}, which is not between the editions")
                last = day_before(start)
            if said is not None:
                rows[-1]["valid_to"] = last
            if values is not None:
                cells = (*each, start, "", "yes" if is_known else "no", "", *values)
                rows.append(dict(zip((*key, *INTERVAL, *columns), cells, strict=True)))
            said = values
    return rows


class Renames:
    """The blocks that got another id: notes at them are the same notes.

    Attributes:
        newest: the newest id of each older one.
    """

    def __init__(self, editions: Sequence[Edition], settle: Settle) -> None:
        self.newest: dict[str, str] = {}
        self._steps: list[tuple[str, str, str]] = []
        for one, two in pairwise(editions):
            before, after = one.tabular, two.tabular
            is_next_day = day_after(one.last) == two.first
            for old in before.blocks.keys() - after.blocks.keys():
                new = successor(old, before, after)
                day = two.first if is_next_day else settle((old,), before, after, has_ended=True)
                self._steps.append((day, old, new))
                self.newest |= {each: new for each, then in self.newest.items() if then == old} | {old: new}
        self._steps.sort()

    def applied(self, rows: Iterable[Row], column: str) -> list[Row]:
        """The rows with the id in a column that the block had at the time."""
        result = list(rows)
        for day, old, new in reversed(self._steps):
            for row in [each for each in result if each[column] == new and each["valid_from"] < day]:
                earlier = {**row, column: old}
                if row["valid_to"] and row["valid_to"] < day:
                    result.remove(row)
                else:
                    earlier["valid_to"] = day_before(day)
                    row |= {"valid_from": day, "is_start_known": "yes"}
                result.append(earlier)
        return result
