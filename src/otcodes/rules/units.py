"""Are the units whole, and what the minutes of the day allow?"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import attrs

from ..calc.units import UnitAllocation, in_units, timed_units
from ..findings import Finding, SetUnits, Severity
from ..payers import UnitMethod
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine

SINCE = "0.1.0"
# A tie among many codes has very many allocations; a fix needs a good one, not the best of all.
ALLOCATIONS_TRIED = 200


def _is_timed(facts: CodeFacts) -> bool:
    return facts.procedure is not None and facts.procedure.unit_minutes is not None


def _is_once_a_day(facts: CodeFacts) -> bool:
    table = facts.catalog.once_per_day
    return (
        facts.procedure is not None and table.verdict(facts.procedure.code, on=facts.on) is Verdict.EFFECTIVE
    )


def _is_whole(line: ServiceLine) -> bool:
    return isinstance(line.units, int) and line.units > 0


@rule("units.not-positive", severity=Severity.ERROR, cites=citations.MCPM_26_10, since=SINCE)
def units_are_whole_and_positive(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """Units are a whole number, one or more."""
    if not _is_whole(line):
        yield context.finding(line, "units", f"{line.units} units: a line bills whole units, one or more")


@attrs.frozen
class _Group:
    """The timed lines of one discipline on one day, with what they bill and what their minutes allow."""

    lines: tuple[ServiceLine, ...]
    billed: dict[str, int]
    allocations: tuple[UnitAllocation, ...]

    def excess(self) -> list[frozenset[str]]:
        """For each method, the codes billed above what it allows."""
        return [_above(self.billed, allocation) for allocation in self.allocations]


def _above(billed: dict[str, int], allocation: UnitAllocation) -> frozenset[str]:
    above = {code for code, units in billed.items() if units > allocation.most.get(code, 0)}
    if not above and sum(billed.values()) > allocation.total:
        # Each code could have its units, but not all of them: the tie was taken more than once.
        above = {code for code, units in billed.items() if units > allocation.by_code.get(code, 0)}
    return frozenset(above)


def _groups(lines: tuple[ServiceLine, ...], context: Context) -> Iterator[_Group]:
    by_discipline: dict[str, list[ServiceLine]] = {}
    for line in lines:
        if _is_timed(context.facts(line)):
            by_discipline.setdefault(context.discipline_of(line), []).append(line)
    for discipline, timed in by_discipline.items():
        if not all(map(_is_whole, timed)):
            continue  # units.not-positive says so; their sum means nothing
        unknown = next((line for line in timed if line.minutes is None), None)
        if unknown is not None:
            context.not_checked(context.path(unknown, "minutes"), "the minutes of a timed line are not given")
            continue
        key = ("units", lines[0].on, discipline)
        if key not in context.shared:
            context.shared[key] = _group(timed, context)
        yield context.shared[key]


def _group(timed: list[ServiceLine], context: Context) -> _Group:
    billed: dict[str, int] = {}
    minutes: dict[str, int] = {}
    for line in timed:
        billed[line.procedure] = billed.get(line.procedure, 0) + int(line.units)
        minutes[line.procedure] = minutes.get(line.procedure, 0) + (line.minutes or 0)
    methods = (context.policy.unit_method,) if context.policy.unit_method else tuple(UnitMethod)
    allocations = tuple(
        timed_units(minutes, on=timed[0].on, method=method, catalog=context.catalog) for method in methods
    )
    return _Group(tuple(timed), billed, allocations)


@rule(
    "units.above-minutes",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_20_2,
    over=Over.DAY,
    reads=["procedures"],
    applies=_is_timed,
    since=SINCE,
)
def units_are_within_the_minutes(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """The day's timed units do not exceed what the minutes allow under the payer's method."""
    for group in _groups(lines, context):
        excess = group.excess()
        sure = excess[0].intersection(*excess[1:])
        if not sure and any(excess):
            context.not_checked(
                context.path(group.lines[0], "units"),
                f"above what one method allows; how {context.policy.label} counts is not on board",
            )
        allocation = group.allocations[0]
        supported = _nearest(group.billed, allocation)
        for line in group.lines:
            if line.procedure not in sure:
                continue
            is_alone = sum(other.procedure == line.procedure for other in group.lines) == 1
            units = supported.get(line.procedure, 0)
            yield context.finding(
                line,
                "units",
                f"{in_units(group.billed[line.procedure])} of {line.procedure}; "
                f"{allocation.because[line.procedure]}, and {line.procedure} has {units} of them",
                fix=SetUnits(units) if is_alone and units else None,
                severity=Severity.WARNING if line.procedure in allocation.other_lengths else None,
            )
            sure -= {line.procedure}


def _nearest(billed: dict[str, int], allocation: UnitAllocation) -> dict[str, int]:
    """Of the allocations that the rule allows, the one nearest to what is billed."""

    def distance(units: dict[str, int]) -> int:
        return sum(abs(billed.get(code, 0) - units.get(code, 0)) for code in billed.keys() | units.keys())

    return min(map(dict, islice(allocation.allowed(), ALLOCATIONS_TRIED)), key=distance)


@rule(
    "units.below-minutes",
    severity=Severity.WARNING,
    cites=citations.MCPM_5_20_2,
    over=Over.DAY,
    reads=["procedures"],
    applies=_is_timed,
    since=SINCE,
)
def units_are_all_that_the_minutes_allow(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """The day's timed units are all that the minutes allow."""
    for group in _groups(lines, context):
        if any(group.excess()):
            continue  # units.above-minutes says what is wrong
        below = [_below(group.billed, allocation) for allocation in group.allocations]
        if not all(below):
            continue
        code = below[0]
        line = next((line for line in group.lines if line.procedure == code), group.lines[0])
        allocation = group.allocations[0]
        yield context.finding(
            line,
            "units",
            f"{in_units(group.billed.get(code, 0))} of {code}; {allocation.because[code]}, "
            f"and {code} has {_nearest(group.billed, allocation).get(code, 0)} of them",
        )


def _below(billed: dict[str, int], allocation: UnitAllocation) -> str:
    """A code that is billed below what the minutes allow, or nothing."""
    if sum(billed.values()) >= allocation.total:
        return ""
    wanted = _nearest(billed, allocation)
    return next(code for code, units in wanted.items() if units > billed.get(code, 0))


@rule(
    "units.minutes-missing",
    severity=Severity.INFORMATION,
    cites=citations.MCPM_5_20_2,
    reads=["procedures"],
    applies=_is_timed,
    since=SINCE,
)
def timed_line_has_its_minutes(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A timed line says how many minutes it took."""
    if line.minutes is not None:
        return
    if "minutes" not in line.empty_fields:
        raise CannotJudgeError("the minutes are not given", context.path(line, "minutes"))
    yield context.finding(
        line, "minutes", f"{line.procedure} is timed and its minutes are empty: nothing to judge"
    )


@rule(
    "units.untimed-multiple",
    severity=Severity.WARNING,
    cites=citations.MCPM_5_20_2,
    reads=["once_per_day"],
    applies=_is_once_a_day,
    since=SINCE,
)
def untimed_service_is_billed_once(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A code that is billed once a day or session has one unit, whatever the length."""
    if line.units > 1:
        yield context.finding(
            line,
            "units",
            f"{line.units} units of {line.procedure}, which is billed once a day or session",
            fix=SetUnits(1),
            rests_on=context.catalog.once_per_day.on(line.on).find(line.procedure),
        )


@rule(
    "units.split-lines",
    severity=Severity.WARNING,
    cites=citations.MCPM_5_20_2,
    over=Over.DAY,
    presets=["medicare-b"],
    reads=["procedures", "pair_modifiers"],
    applies=_is_timed,
    since=SINCE,
)
def timed_code_is_on_one_line(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """A timed code stands on one line a day, unless a modifier explains another."""
    seen: set[tuple[str, str, frozenset[str]]] = set()
    for line in lines:
        if not _is_timed(context.facts(line)):
            continue
        key = (line.procedure, context.discipline_of(line), frozenset(line.modifiers))
        if key in seen and not _tells_apart(line, context):
            yield context.finding(
                line, "procedure", f"{line.procedure} is timed and stands on another line of {line.on}, too"
            )
        seen.add(key)


def _tells_apart(line: ServiceLine, context: Context) -> bool:
    table = context.catalog.modifiers.on(line.on)
    rows = (table.find(code) for code in line.modifiers)
    return any(row is not None and row.kind in ("distinct-service", "repeat") for row in rows)
