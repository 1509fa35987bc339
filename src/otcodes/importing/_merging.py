"""Editions become one history: what is on board, and each edition that was imported, in interval rows.

Each says something of some days for some keys. Of two that speak for one day, the later edition has the last
word. So the outcome is a function of what there is, not of the order in which it came. Between two that
agree, a row counts as covered; where they differ, the days between them are a gap: not known.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import attrs

from .._manifest import DAY, Coverage
from ._canonical import INTERVAL
from ._spans import Span, Spans, between, common, contains, joined, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .._manifest import Entry

Key: TypeAlias = "tuple[str, ...]"
Ranges: TypeAlias = "tuple[tuple[str, str], ...]"
Row: TypeAlias = "dict[str, str]"
ALL_DAYS: Spans = ((dt.date.min, dt.date.max),)


@attrs.frozen
class Run:
    """Days on which a key has the same facts.

    Attributes:
        first: the first day on which that is known.
        last: the last one.
        is_told: whether the first day is the true one.
        is_open: whether nothing says that it ends.
        facts: the cells of the columns after the interval's.
    """

    first: dt.date
    last: dt.date
    is_told: bool
    is_open: bool
    facts: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Form:
    """What the rows of a table are made of.

    Attributes:
        key: the columns that name a row.
        columns: those after the interval's.
        scope_by: the column of the key whose codes an edition's scope is of.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    scope_by: str

    def by_key(self, rows: Iterable[Mapping[str, str]], last: dt.date) -> dict[Key, tuple[Run, ...]]:
        """The runs of some rows; one without an end is known to where it is confirmed, or else to `last`."""
        day = dt.date.fromisoformat
        found: dict[Key, list[Run]] = {}
        for row in rows:
            first = day(row["valid_from"])
            known_to = day(row["confirmed_to"]) if row["confirmed_to"] else last
            run = Run(
                first,
                day(row["valid_to"]) if row["valid_to"] else max(first, known_to),
                row["is_start_known"] == "yes",
                not row["valid_to"],
                tuple(row[column] for column in self.columns),
            )
            found.setdefault(tuple(row[column] for column in self.key), []).append(run)
        return {key: tuple(sorted(runs, key=lambda run: run.first)) for key, runs in found.items()}

    def row(self, key: Key, run: Run, *, is_open: bool, last: dt.date) -> Row:
        """The row of a run, in a table that is covered to a day."""
        confirmed = run.last.isoformat() if is_open and run.last != last else ""
        end = "" if is_open else run.last.isoformat()
        cells = (run.first.isoformat(), end, "yes" if run.is_told else "no", confirmed)
        return dict(zip((*self.key, *INTERVAL, *self.columns), (*key, *cells, *run.facts), strict=True))


@attrs.frozen(kw_only=True)
class Statement:
    """What one imported edition says.

    Attributes:
        effective: the day that orders the editions.
        first: the first day that it speaks for; long before `effective` in a file with the whole history.
        last: the last one.
        part: the words that the keys begin with that it speaks for.
        scope: the codes that it speaks for, `None` for all; a key of them that it does not hold has no row.
        runs: its rows by their keys.
    """

    effective: dt.date
    first: dt.date
    last: dt.date
    part: Key
    scope: Ranges | None
    runs: Mapping[Key, tuple[Run, ...]]

    def speaks_for(self, key: Key, form: Form) -> bool:
        """Whether it says anything of a key."""
        return key[: len(self.part)] == self.part and _has(self.scope, key[form.key.index(form.scope_by)])

    def spoken(self, key: Key) -> Spans:
        """The days that it speaks for of such a key."""
        return joined([(self.first, self.last), *_days(self.runs.get(key, ()))])


@attrs.frozen
class Board:
    """What is on board before anything is imported: a table, or nothing.

    Attributes:
        form: what its rows are made of.
        entry: what the manifest says of it.
        rows: its rows.
        is_history: whether its last edition told the whole history, and not only the days up to the next.
    """

    form: Form
    entry: Entry | None
    rows: Sequence[Row]
    is_history: bool = False

    @cached_property
    def order(self) -> dt.date:
        """The day on which the last edition that speaks for the whole of it took effect."""
        if self.entry is None:
            return dt.date.min
        last = self.entry.last_edition
        return next(edition.effective for edition in self.entry.editions if edition.id == last)

    @cached_property
    def reigns(self) -> tuple[tuple[dt.date, Span], ...]:
        """The days on which each of its editions was the newest one, with the day on which it took effect."""
        if self.entry is None or self.is_history:
            return ((self.order, ALL_DAYS[0]),)
        days = sorted({each.effective for each in self.entry.editions if each.effective <= self.order})
        firsts = [dt.date.min, *days[1:]]
        lasts = [*(day - DAY for day in days[1:]), dt.date.max]
        return tuple(zip(days, zip(firsts, lasts, strict=True), strict=True))

    @cached_property
    def covered(self) -> Spans:
        """The days that it covers, without its gaps."""
        if self.entry is None:
            return ()
        coverage = self.entry.coverage
        return without([(coverage.first, coverage.last)], coverage.gaps)

    @cached_property
    def by_key(self) -> dict[Key, list[Row]]:
        """Its rows by their keys."""
        found: dict[Key, list[Row]] = {}
        for row in self.rows:
            found.setdefault(tuple(row[column] for column in self.form.key), []).append(row)
        return found

    def covers(self, key: Key) -> bool:
        """Whether it knows anything of a key: it has rows of it, or that it has none is an answer."""
        if self.entry is None:
            return False
        found = self.entry.normalize(key if len(self.form.key) > 1 else "".join(key))
        return key in self.by_key or self.entry.covers(found)

    def runs(self, key: Key) -> tuple[Run, ...]:
        """The runs of a key, without the days in gaps that its rows only bridge."""
        if self.entry is None:
            return ()
        coverage = self.entry.coverage
        whole = self.form.by_key(self.by_key.get(key, ()), coverage.last).get(key, ())
        return tuple(
            piece
            for run in whole
            for piece in _pieces(
                [run], [gap for gap in coverage.gaps if run.first < gap[0] and gap[1] < run.last]
            )
        )

    def days(self, key: Key) -> Spans:
        """The days that it covers for a key: to where an open row of it is confirmed."""
        if not self.covers(key):
            return ()
        runs = self.runs(key)
        covered = self.covered
        if runs and runs[-1].is_open:
            covered = without(covered, [(runs[-1].last + DAY, dt.date.max)])
        return joined([*covered, *_days(runs)])

    def answered(self, key: Key) -> Spans:
        """These days, and all before them: what it tells of those it tells by its rows."""
        days = self.days(key)
        before = [(dt.date.min, self.covered[0][0])] if days else []
        return without([*days, *before], self._unseen_before(self.runs(key)))

    def _unseen_before(self, runs: Sequence[Run]) -> Spans:
        """The days before a first row of which nothing is known: its eve is a gap of its own."""
        eve = runs[0].first - DAY if runs and not runs[0].is_told else None
        gaps = self.entry.coverage.gaps if self.entry else ()
        return ((dt.date.min, eve),) if eve and (eve, eve) in gaps else ()

    def spoken(self, key: Key) -> Spans:
        """Of these days, those on which it knows: not the ones before a row of unknown start."""
        runs = self.runs(key)
        known = without(self.days(key), self._unseen_before(runs))
        before: dt.date | None = None
        for run in runs:
            eve = run.first - DAY
            if not run.is_told and contains(known, eve):
                # The row before it has ended, so that of the day after its end nothing is open.
                known = without(known, [(before + DAY + DAY if before else dt.date.min, eve)])
            before = run.last
        return known


@attrs.frozen(kw_only=True)
class Merged:
    """A table made of all that there is.

    Attributes:
        rows: its rows.
        coverage: what it covers.
    """

    rows: list[Row]
    coverage: Coverage


def merged(board: Board, statements: Iterable[Statement], *, parts: Sequence[Key] = ((),)) -> Merged:
    """What is on board and what was imported, as one history.

    Args:
        board: what is on board before.
        statements: the editions, in any order.
        parts: the words with which the keys of each part of the table begin that is published by itself. The
            table covers what all its parts do.

    Raises:
        ValueError: there is nothing at all.
    """
    statements = sorted(statements, key=lambda each: (each.effective, each.first, each.part))
    coverages = [found for part in parts if (found := _part(board, statements, part)) is not None]
    if not coverages:
        raise ValueError("nothing to merge")
    firsts = [each.days[0][0] for each in coverages]
    last = min(each.days[-1][1] for each in coverages)
    # Where absence is an answer, all parts must have been there; elsewhere each row says what it knows.
    are_all = len(coverages) == len(parts) and max(firsts) <= last
    scope = _scope(board, coverages) if are_all else ()
    first = max(firsts) if scope else min(firsts)
    gaps = {gap for each in coverages for gap in between(each.days)}
    rows: list[Row] = []
    unseen: set[dt.date] = set()
    for key in _keys(board, statements):
        speaking = [each for each in statements if each.speaks_for(key, board.form)]
        days = joined([*board.answered(key), *(span for each in speaking for span in each.spoken(key))])
        made = _rows(board, speaking, key, last) if speaking else list(_carried_over(board, key, last))
        rows += made
        if made and speaking:
            gaps |= set(between(days))
        eves = (dt.date.fromisoformat(r["valid_from"]) - DAY for r in made if r["is_start_known"] == "no")
        unseen |= {eve for eve in eves if not contains(between(days), eve)}
    entry = board.entry
    carried = entry.coverage.carried_to if entry else None
    coverage = Coverage(
        scope=scope,
        first=first,
        last=last,
        carried_to=carried if carried and carried > last else None,
        carries_forward=entry.coverage.carries_forward if entry else True,
        gaps=_parted(joined(gaps), unseen),
    )
    return Merged(rows=rows, coverage=coverage)


def _parted(gaps: Spans, unseen: Iterable[dt.date]) -> Spans:
    """The gaps with some of their days apart.

    A gap right before a row says that before the gap there was none. Of a row of which nothing is known
    before, no gap of others may say so: its eve is then a gap of its own, which says nothing.
    """
    eves = [(eve, eve) for eve in unseen if contains(gaps, eve)]
    return tuple(sorted([*without(gaps, eves), *eves]))


def _rows(board: Board, speaking: Iterable[Statement], key: Key, last: dt.date) -> list[Row]:
    """The rows of a key that imported editions speak for, in a table that is covered to a day."""
    runs, known = _painted(board, speaking, key)
    end = known[-1][1]
    return [board.form.row(key, run, is_open=run.is_open and run.last >= end, last=last) for run in runs]


def _painted(board: Board, speaking: Iterable[Statement], key: Key) -> tuple[list[Run], Spans]:
    """The runs of a key, and the days on which something is known of it."""
    speakers = [(each.effective, 1, each.spoken(key), each.runs.get(key, ())) for each in speaking]
    spoken, said = board.spoken(key), board.runs(key)
    if all(effective >= board.order for effective, *_ in speakers):
        speakers.append((board.order, 0, spoken, said))
    else:  # of an older one, the bundled edition of each day tells whether it has the last word
        speakers += (
            (effective, 0, common(spoken, [days]), tuple(_pieces(said, without(ALL_DAYS, [days]))))
            for effective, days in board.reigns
        )
    runs: list[Run] = []
    known: Spans = ()
    for _, _, spoken, said in sorted(speakers, key=lambda each: each[:2]):
        runs = [*_pieces(runs, spoken), *said]
        known = joined([*known, *spoken])
    runs.sort(key=lambda run: run.first)
    return list(_closed_up(runs, known)), known


def _closed_up(runs: Iterable[Run], known: Spans) -> Iterator[Run]:
    """The runs with those joined that agree across days of which nothing is known, or across none."""
    before: Run | None = None
    for run in runs:
        if before is not None:
            if before.facts == run.facts and not run.is_told and not _is_known_between(before, run, known):
                before = attrs.evolve(before, last=run.last, is_open=run.is_open)
                continue
            yield before
        # What is known of the day before makes the first day the true one.
        before = attrs.evolve(run, is_told=run.is_told or contains(known, run.first - DAY))
    if before is not None:
        yield before


def _is_known_between(run: Run, other: Run, known: Spans) -> bool:
    eve = other.first - DAY
    return run.last < eve and bool(common(known, [(run.last + DAY, eve)]))


def _pieces(runs: Iterable[Run], away: Iterable[Span]) -> Iterator[Run]:
    """The runs without some days."""
    for run in runs:
        for first, last in without([(run.first, run.last)], away):
            yield Run(
                first,
                last,
                run.is_told and first == run.first,
                run.is_open and last == run.last,
                run.facts,
            )


def _carried_over(board: Board, key: Key, last: dt.date) -> Iterator[Row]:
    """The rows of a key that no imported edition speaks for, in a table that is covered to another day."""
    assert board.entry is not None  # noqa: S101 -- for type checkers: without a table it has no rows
    before = board.entry.coverage.last
    for row in board.by_key[key]:
        if last == before or row["valid_to"]:
            yield row
        else:
            confirmed = row["confirmed_to"] or before.isoformat()
            yield {**row, "confirmed_to": "" if confirmed == last.isoformat() else confirmed}


def _keys(board: Board, statements: Iterable[Statement]) -> list[Key]:
    return sorted({*board.by_key, *(key for each in statements for key in each.runs)})


@attrs.frozen
class _Part:
    """What is covered of one part of a table: days on which all of its scope is, and by what."""

    days: Spans
    statements: list[Statement]


def _part(board: Board, statements: Sequence[Statement], part: Key) -> _Part | None:
    own = [each for each in statements if each.part == part]
    is_there = any(key[: len(part)] == part for key in board.by_key)
    scope = board.entry.coverage.scope if board.entry and is_there else ()
    whole = [each for each in own if all(_holds(each.scope, codes) for codes in scope)]
    days = joined([*(board.covered if is_there else ()), *((each.first, each.last) for each in whole)])
    return _Part(days, own) if days else None


def _scope(board: Board, parts: Sequence[_Part]) -> Ranges:
    """The codes whose absence is an answer, on all days that are covered and in all parts."""
    own = board.entry.coverage.scope if board.entry else ()
    first = board.covered[0][0] if board.entry else max(each.days[0][0] for each in parts)
    last = min(each.days[-1][1] for each in parts)
    found: list[Ranges] = []
    for part in parts:
        throughout = [each.scope for each in part.statements if each.first <= first and each.last >= last]
        if not throughout and board.entry is None:
            throughout = [_shared([each.scope or () for each in part.statements])]
        found.append(tuple(codes for scope in throughout for codes in scope or ()))
    held = _shared(found)
    return tuple(sorted({*held, *(codes for codes in own if not _holds(held, codes))}))


def _shared(scopes: Sequence[Ranges]) -> Ranges:
    """The codes that are in all of these scopes."""
    found, *rest = scopes
    for scope in rest:
        found = tuple((max(a, c), min(b, d)) for a, b in found for c, d in scope if max(a, c) <= min(b, d))
    return tuple(sorted(set(found)))


def _has(scope: Ranges | None, code: str) -> bool:
    return scope is None or any(a <= code <= b and len(code) == len(a) for a, b in scope)


def _holds(scope: Ranges | None, codes: tuple[str, str]) -> bool:
    return scope is None or any(a <= codes[0] and codes[1] <= b for a, b in scope)


def _days(runs: Iterable[Run]) -> Spans:
    return tuple((run.first, run.last) for run in runs)
