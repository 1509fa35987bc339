"""What took the place of a diagnosis code: split, merged or renamed, and never guessed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ._manifest import DAY
from ._text import CATEGORY, COMPLETE, PLACEHOLDER, normalize_code
from .records import Succession, SuccessionKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from .classification import DiagnosisTable
    from .records import Diagnosis

ALIKE = 2  # codes of one title that make it unclear which is meant


def successions(table: DiagnosisTable, code: str) -> tuple[Succession, ...]:
    """What took the place of a code, oldest first; `DiagnosisTable.successors` says more."""
    rows = table.history(code)
    found = [
        Succession(
            code=after.code,
            on=after.valid_from,
            relation=SuccessionKind.SPLIT,
            successors=tuple(child.code for child in table.on(after.valid_from).children(code)),
        )
        for before, after in pairwise(rows)
        if before.is_billable and not after.is_billable
    ]
    last = rows[-1]
    if last.is_billable and last.valid_to is not None:
        found += _of_deleted(table, last, last.valid_to + DAY)
    return tuple(found)


def _of_deleted(table: DiagnosisTable, row: Diagnosis, day: dt.date) -> Iterator[Succession]:
    gap = table.coverage.gap_of(day)
    day = gap[1] + DAY if gap else day
    key = normalize_code(row.code)
    new = {
        str(found): version.code
        for found, versions in table.under(key[:CATEGORY])
        for version in versions
        if version.valid_from == day and version.is_billable
    }
    above = (key[:length] for length in range(len(key) - 1, CATEGORY - 1, -1))
    merged = [new[header] for header in above if header in new][:1]
    renamed = [
        found.code
        for found in table.on(day).search(row.title, limit=ALIKE)  # the same title is found first
        if found.valid_from == day and found.title.lower() == row.title.lower()
    ]
    divided = [found for each, found in new.items() if _fills(each, key)]
    for relation, codes in (
        (SuccessionKind.MERGED, merged),
        # Before what has the title: one of several parts often keeps it, and is not the whole of it.
        (SuccessionKind.SPLIT, divided if len(divided) > 1 else []),
        (SuccessionKind.RENAMED, renamed if len(renamed) == 1 else []),
    ):
        if codes:
            yield Succession(code=row.code, on=day, relation=relation, successors=tuple(codes))
            return


def _fills(code: str, key: str) -> bool:
    """Whether a code is another one with its placeholders filled."""
    return len(code) == len(key) == COMPLETE + 1 and all(
        was in (PLACEHOLDER, is_) for is_, was in zip(code, key, strict=True)
    )
