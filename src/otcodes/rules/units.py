"""Are the units whole, and what the minutes of the day allow?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..calc.units import UnitAllocation, are_exact, in_units, timed_units
from ..findings import Finding, Severity
from ..fixes import SetUnits
from ..payers import UnitMethod
from ..records import Setting
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..claims import ServiceLine
    from ..findings import Citation

SINCE = "0.1.0"
BY_LINE = "1"  # the indicator of a unit limit
# Kinds of modifiers that say why a code stands on two lines: on one of them, or on both.
DISTINCT = frozenset({"distinct-service", "repeat"})
TELLING = DISTINCT | {"assistant", "discipline", "threshold", "telehealth", "side", "finger", "toe"}


def _is_timed(facts: CodeFacts) -> bool:
    return facts.procedure is not None and facts.procedure.unit_minutes is not None


def _is_once_a_day(facts: CodeFacts) -> bool:
    table = facts.catalog.once_per_day
    return (
        facts.procedure is not None and table.verdict(facts.procedure.code, on=facts.on) is Verdict.EFFECTIVE
    )


@rule("units.not-positive", severity=Severity.ERROR, cites=citations.MCPM_26_10, since=SINCE, sees=["units"])
def units_are_whole_and_positive(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """Units are a whole number, one or more."""
    if not context.line(line).has_whole_units:
        yield context.finding(line, "units", f"{line.units} units: a line bills whole units, one or more")


class _Group(NamedTuple):
    """The timed lines of one discipline on one day, with what they bill and what their minutes allow.

    For each method, `nearest` is of the allocations that it allows the one nearest to what is billed, and
    `excess` are the codes billed above what it allows.
    """

    lines: tuple[ServiceLine, ...]
    billed: dict[str, int]
    allocations: list[UnitAllocation]
    nearest: list[Mapping[str, int]]
    excess: list[frozenset[str]]


def _by_count(units: Mapping[str, int], allocation: UnitAllocation) -> dict[str, int]:
    """Units by count of minutes: those of a first code and its add-on are one count's."""
    return {count.name: sum(units.get(code, 0) for code in count.codes) for count in allocation.counts}


def _above(billed: dict[str, int], allocation: UnitAllocation, nearest: Mapping[str, int]) -> frozenset[str]:
    if allocation.allows(billed):
        return frozenset()
    own, most = _by_count(billed, allocation), _by_count(allocation.most, allocation)
    above = {name for name, units in own.items() if units > most[name]}
    if not above and sum(own.values()) > allocation.total:
        # Each code could have its units, but not all of them: the tie was taken more than once.
        default = _by_count(nearest, allocation)
        above = {name for name, units in own.items() if units > default[name]}
    return frozenset(code for count in allocation.counts if count.name in above for code in count.codes)


def _is_lost(line: ServiceLine, context: Context) -> bool:
    """Whether a line's minutes may belong to the day's, but its code is not one in force."""
    facts = context.facts(line)
    if facts.verdict is Verdict.EFFECTIVE or line.minutes == 0:
        return False
    if facts.verdict is not Verdict.NOT_EFFECTIVE:
        return line.minutes is not None
    versions = context.catalog.procedures.history(line.procedure)
    return line.minutes is not None or any(row.unit_minutes for row in versions)


class _Day(NamedTuple):
    """The groups of a day that can be judged; and where and why others cannot."""

    groups: list[_Group]
    notes: list[tuple[str, str]]


def _groups(lines: tuple[ServiceLine, ...], context: Context) -> list[_Group]:
    """The groups of a day that can be judged; of the others it is noted why they cannot."""
    key = ("units", lines[0].on)
    day: _Day | None = context.shared.get(key)
    if day is None:
        day = context.shared[key] = _day(lines, context)
    for path, reason in day.notes:
        context.not_checked(path, reason)
    return day.groups


def _day(lines: tuple[ServiceLine, ...], context: Context) -> _Day:
    day = _Day([], [])
    by_discipline: dict[str, list[ServiceLine]] = {}
    for line in lines:
        facts = context.line(line)
        if facts.is_timed or _is_lost(line, context):
            by_discipline.setdefault(facts.discipline, []).append(line)
    for timed in by_discipline.values():
        if _are_exact(timed, context):
            continue
        odd = next((line for line in timed if not context.line(line).has_whole_units), None)
        if odd is not None:
            reason = "the units of a line are no whole number above zero"
            day.notes.append((context.path(odd, "units"), reason))
            continue
        judged = _judged(timed, day.notes, context)
        if judged:
            day.groups.append(_group(judged, context))
    return day


def _are_exact(timed: list[ServiceLine], context: Context) -> bool:
    """Whether all units are just what the minutes allow, by whatever method: no rule has anything to say."""
    counts: dict[str, tuple[int, int]] = {}
    for line in timed:
        facts = context.line(line)
        count = facts.quarter_hours
        if not count or line.minutes is None or not facts.has_whole_units:
            return False
        minutes, units = counts.get(count, (0, 0))
        counts[count] = (minutes + line.minutes, units + int(line.units))
    return all(are_exact(counts.values(), method) for method in _methods(context))


def _methods(context: Context) -> tuple[UnitMethod, ...]:
    """The payer's method; both, where it is not known."""
    return (context.policy.unit_method,) if context.policy.unit_method else tuple(UnitMethod)


def _judged(timed: list[ServiceLine], notes: list[tuple[str, str]], context: Context) -> list[ServiceLine]:
    """The lines whose units can be judged; of the others it is noted why they cannot."""
    unknown = [line for line in timed if line.minutes is None or _is_lost(line, context)]
    for line in unknown:
        if _is_lost(line, context):
            reason = f"{line.procedure} is not known on {line.on}, and its minutes may be of the day's"
            notes.append((context.path(line, "procedure"), reason))
        else:
            notes.append((context.path(line, "minutes"), "the minutes of a timed line are not given"))
    if not unknown:
        return timed
    if context.policy.unit_method is not UnitMethod.MIDPOINT:
        return []  # the day's total is not known
    known = [line for line in timed if line not in unknown]
    families = {context.line(line).family for line in unknown if context.line(line).is_timed}
    return [line for line in known if context.line(line).family not in families]


def _group(timed: list[ServiceLine], context: Context) -> _Group:
    billed: dict[str, int] = {}
    minutes: dict[str, int] = {}
    for line in timed:
        billed[line.procedure] = billed.get(line.procedure, 0) + int(line.units)
        minutes[line.procedure] = minutes.get(line.procedure, 0) + (line.minutes or 0)
    on = timed[0].on
    allocations = [
        timed_units(minutes, on=on, method=method, catalog=context.catalog) for method in _methods(context)
    ]
    nearest = [allocation.nearest(billed) for allocation in allocations]
    excess = [_above(billed, *each) for each in zip(allocations, nearest, strict=True)]
    return _Group(tuple(timed), billed, allocations, nearest, excess)


def _reason(group: _Group, code: str, allocation: UnitAllocation, nearest: Mapping[str, int]) -> str:
    """What is billed, what the minutes allow, and who has it."""
    because, pooled = allocation.because[code], allocation.pooled
    count = next(each for each in allocation.counts if code in each.codes)
    if code not in pooled or pooled <= set(count.codes):
        units = sum(group.billed.get(each, 0) for each in count.codes)
        return f"{in_units(units)} of {count.name} billed; {because}"
    billed = {each: units for each, units in group.billed.items() if each in pooled}
    shares = ", ".join(f"{each} {units}" for each, units in nearest.items() if each in pooled)
    choice = ", or another choice at the tie" if allocation.ties else ""
    return f"{in_units(sum(billed.values()))} billed; {because}: {shares}{choice}"


def _source(group: _Group, code: str) -> tuple[str, Citation]:
    """The reason by the payer's method, or that it is so by either, and where the method stands."""
    ways = zip(group.allocations, group.nearest, strict=True)
    reasons = " / ".join([_reason(group, code, *each) for each in ways])
    if len(group.allocations) == 1:
        return reasons, citations.MCPM_5_20_2 if code in group.allocations[0].pooled else citations.CPT
    return f"by either method: {reasons}", citations.MCPM_5_20_2


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
        sure = group.excess[0].intersection(*group.excess[1:])
        if not sure:
            if any(group.excess):
                context.not_checked(
                    context.path(group.lines[0], "units"),
                    f"above what one method allows; how {context.policy.label} counts is not on board",
                )
            continue
        allocation = group.allocations[0]
        supported = group.nearest[0]
        for line in group.lines:
            code = line.procedure
            if code not in sure or group.billed[code] <= supported.get(code, 0):
                continue
            message, cites = _source(group, code)
            units, is_alone = supported.get(code, 0), sum(each.procedure == code for each in group.lines) == 1
            # At a tie the therapist chooses; of other lengths a payer may count otherwise.
            family = next(count.codes for count in allocation.counts if code in count.codes)
            is_tied = any(each in tie for each in family for tie in allocation.ties)
            # By another method it may be another number.
            is_agreed = all(each.get(code, 0) == units for each in group.nearest[1:])
            # Of a first code and its add-on, what the one has too many may be the other's.
            is_alone_counted = len(family) == 1 and code not in allocation.other_lengths
            is_proved = is_alone_counted and is_agreed and not is_tied
            yield context.finding(
                line,
                "units",
                message,
                fix=SetUnits(units, is_safe=is_proved) if is_alone and units else None,
                severity=Severity.WARNING if code in allocation.other_lengths else None,
                cites=cites,
            )
            sure -= {code}


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
        if any(group.excess):
            continue  # units.above-minutes says what is wrong
        below = [_below(group.billed, *each) for each in zip(group.allocations, group.nearest, strict=True)]
        if not all(below):
            if any(below):
                context.not_checked(
                    context.path(group.lines[0], "units"),
                    f"below what one method allows; how {context.policy.label} counts is not on board",
                )
            continue
        code = below[0]
        own = [line for line in group.lines if line.procedure == code]
        message, cites = _source(group, code)
        # Fewer units may be meant, and at a tie it is the therapist who chooses.
        supported = group.nearest[0].get(code, 0)
        fix = SetUnits(supported, is_safe=False) if len(own) == 1 and supported else None
        yield context.finding((own or group.lines)[0], "units", message, fix=fix, cites=cites)


def _below(billed: dict[str, int], allocation: UnitAllocation, nearest: Mapping[str, int]) -> str:
    """A code that is billed below what the minutes allow, or nothing."""
    if sum(billed.values()) >= allocation.total:
        return ""
    return next(code for code, units in nearest.items() if units > billed.get(code, 0))


@rule(
    "units.minutes-missing",
    severity=Severity.INFORMATION,
    cites=citations.MCPM_5_20_2,
    reads=["procedures"],
    applies=_is_timed,
    since=SINCE,
    sees=["minutes.given", "empty_fields"],
)
def timed_line_has_its_minutes(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A timed line says how many minutes it took."""
    if context.lacks(line, "minutes"):
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
    sees=["units"],
)
def untimed_service_is_billed_once(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A code that is billed once a day or session has one unit, whatever the length."""
    if line.units > 1:
        yield context.finding(
            line,
            "units",
            f"{line.units} units of {line.procedure}, which is billed once a day or session",
            fix=SetUnits(1, is_safe=False),
            rests_on=context.catalog.once_per_day.on(line.on).find(line.procedure),
        )


def _has_limits(facts: CodeFacts) -> bool:
    return facts.procedure is not None


@rule(
    "units.above-limit",
    severity=Severity.ERROR,
    cites=citations.UNIT_LIMITS,
    over=Over.DAY,
    asks="limit_table",
    reads=["unit_limits"],
    applies=_has_limits,
    since=SINCE,
    sees=["procedure", "units", "discipline"],
)
def units_are_within_the_limit(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """The units of a code for one patient and day are within its unit limit (MUE)."""
    if not context.policy.limit_table:
        raise CannotJudgeError(f"whose unit limits {context.policy.label} applies is not on board", "lines")
    program, setting = context.policy.limit_table.value, context.claim.setting.value
    is_practitioner = context.claim.setting is Setting.PRACTITIONER
    limits = context.catalog.unit_limits.on(lines[0].on)
    before: dict[tuple[str, str], int] = {}
    for line in lines:
        facts = context.line(line)
        if facts.code.procedure is None or not facts.has_whole_units:
            continue
        row = limits.find((program, setting, line.procedure))
        if row is None:
            reason = f"the unit limit of {line.procedure} on {line.on} is not on board"
            context.not_checked(context.path(line, "units"), reason)
            continue
        if not row.units:
            continue  # not paid at all, as the rules about the procedure say
        is_by_line = row.indicator == BY_LINE
        key = (line.procedure, facts.discipline if is_practitioner else "")
        others = 0 if is_by_line else before.get(key, 0)
        before[key] = others + int(line.units)
        if others + line.units > row.units and others <= row.units:
            what = "on one line" if is_by_line else f"on {line.on}"
            yield context.finding(
                line,
                "units",
                f"{others + line.units} units of {line.procedure} {what}; the limit is {row.units}",
                rests_on=row,
            )


@rule(
    "units.split-lines",
    severity=Severity.WARNING,
    cites=citations.MCPM_5_20_2,
    over=Over.DAY,
    asks="follows_medicare",
    reads=["procedures", "modifiers"],
    applies=_is_timed,
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def timed_code_is_on_one_line(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """A timed code stands on one line a day, unless a modifier explains a second one."""
    seen: dict[tuple[str, str], set[frozenset[str]]] = {}
    for line in lines:
        facts = context.line(line)
        if not facts.is_timed:
            continue
        _, _, modifiers = facts.billed
        others = seen.setdefault((line.procedure, facts.discipline), set())
        if any(not _is_explained(modifiers, other, line, context) for other in others):
            yield context.finding(
                line, "procedure", f"{line.procedure} is timed and stands on another line of {line.on}, too"
            )
        others.add(modifiers)


def _is_explained(own: frozenset[str], other: frozenset[str], line: ServiceLine, context: Context) -> bool:
    """Whether a modifier of one of two lines says why the code is on both."""
    table = context.catalog.modifiers.on(line.on)
    kinds = {row.kind for row in map(table.find, own ^ other) if row is not None}
    alone = {row.kind for row in map(table.find, own & other) if row is not None}
    return bool(kinds & TELLING) or bool(alone & DISTINCT)
