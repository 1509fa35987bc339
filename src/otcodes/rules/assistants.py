"""Does an assistant's service say so, and only an assistant's?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from ..calc.assistants import RULE, assistant_units
from ..calc.units import in_units
from ..findings import Severity
from ..fixes import AddModifier, Fix, RemoveModifier, SplitLine
from ..payers import AssistantMethod
from ..records import Timing
from . import citations
from .core import CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..policy_records import AssistantRule

SINCE = "0.1.0"
READS = ("assistant_rules", "modifiers", "procedures")


def _is_known(facts: CodeFacts) -> bool:
    return facts.procedure is not None


class _Share(NamedTuple):
    """A code on one day: its lines, and how many of its units are an assistant's.

    `billed` of them are billed as an assistant's, of whatever discipline. `least` and `most` differ where
    CMS's two methods do and the payer's is not known. `rule` says how they were counted.
    """

    lines: list[ServiceLine]
    rule: AssistantRule
    modifier: str
    billed: int
    least: int
    most: int


def _shares(lines: tuple[ServiceLine, ...], context: Context) -> list[_Share]:
    """The codes of a day whose units can be told apart; of the others it is noted why they cannot."""
    key = ("assistants", lines[0].on)
    if key not in context.shared:
        context.shared[key] = _worked_out(lines, context)
    shares, notes = context.shared[key]
    for path, reason in notes:
        context.not_checked(path, reason)
    return cast("list[_Share]", shares)


def _worked_out(
    lines: tuple[ServiceLine, ...], context: Context
) -> tuple[list[_Share], list[tuple[str, str]]]:
    shares: list[_Share] = []
    notes: list[tuple[str, str]] = []
    if _is_clear(lines, context):
        return shares, notes
    families: dict[tuple[str, str], list[ServiceLine]] = {}
    for line in lines:
        facts = context.line(line)
        if facts.is_therapy:
            families.setdefault((facts.discipline, facts.family), []).append(line)
    for own in families.values():
        if _is_clear(own, context):
            continue
        modifier = context.discipline(own[0]).assistant_modifier
        how = context.catalog.assistant_rules.on(own[0].on).find(RULE)
        if modifier is None or how is None:
            continue
        unknown = next(((line, reason) for line in own if (reason := _unknown(line, context))), None)
        if unknown:
            line, reason = unknown
            notes.append((context.path(line, "assistant_minutes"), reason))
        elif any(line.assistant_minutes or context.line(line).is_assistants for line in own):
            shares += _told_apart(own, how, modifier, context)
    return shares, notes


def _is_clear(lines: Sequence[ServiceLine], context: Context) -> bool:
    """Whether it is clear at a glance that all lines are an assistant's, and billed so; or none is."""
    are_assistants = context.line(lines[0]).is_assistants
    for line in lines:
        facts = context.line(line)
        if facts.is_assistants is not are_assistants or not facts.has_whole_units:
            return False
        if facts.therapy_discipline is None:
            return False
        if are_assistants:
            if line.assistant_minutes != line.minutes or not line.minutes:
                return False
            # Of other codes the units may be an add-on's, or nobody's.
            timing = facts.code.procedure and facts.code.procedure.timing
            is_first = timing is Timing.FIRST and len(lines) == 1 and line.units == 1
            if not (is_first or timing is Timing.TIMED):
                return False
        elif line.assistant_minutes != 0 or (line.minutes is None and facts.is_timed):
            return False
    return True


def _unknown(line: ServiceLine, context: Context) -> str:
    """Why it cannot be told whose a line's units are, or nothing."""
    facts = context.line(line)
    if not facts.has_whole_units:
        return "the units of a line are no whole number above zero"
    if line.assistant_minutes is None:
        return "an assistant's part of the minutes is not given"
    if line.minutes is None and (facts.is_timed or line.assistant_minutes):
        return "the minutes are not given"
    if line.minutes is not None and line.assistant_minutes > line.minutes:
        return "an assistant's part is given as more than all minutes"
    return ""


def _told_apart(
    own: list[ServiceLine], how: AssistantRule, modifier: str, context: Context
) -> Iterator[_Share]:
    minutes: dict[str, tuple[int, int]] = {}
    units: dict[str, int] = {}
    for line in own:
        assistant = line.assistant_minutes or 0
        # The length of a service that is not timed is not needed where it is all the therapist's.
        therapist = 1 if line.minutes is None else line.minutes - assistant
        before = minutes.get(line.procedure, (0, 0))
        minutes[line.procedure] = (before[0] + therapist, before[1] + assistant)
        units[line.procedure] = units.get(line.procedure, 0) + int(line.units)
    method = context.policy.assistant_method
    found = [
        _by_code(minutes, units, own[0].on, each, context)
        for each in ((method,) if method else AssistantMethod)
    ]
    for code in units:
        counts = [assisted.get(code, 0) for assisted in found]
        of_code = [line for line in own if line.procedure == code]
        billed = sum(int(line.units) for line in of_code if context.line(line).is_assistants)
        yield _Share(of_code, how, modifier, billed, min(counts), max(counts))


def _by_code(
    minutes: Mapping[str, tuple[int, int]],
    units: Mapping[str, int],
    on: dt.date,
    method: AssistantMethod,
    context: Context,
) -> Mapping[str, int]:
    """By code, how many of the billed units are an assistant's."""
    key = ("assistant_units", on, method, *minutes.items(), *units.values())
    found: dict[str, int] | None = context.known[key]
    if found is None:
        found = context.known[key] = {}
        procedures = context.catalog.procedures.on(on)
        result = assistant_units(minutes, on=on, method=method, units=units, catalog=context.catalog)
        for code, number, is_assistant in result.lines:
            # A code that is not timed is one's or the other's as a whole, however many units it has.
            if is_assistant:
                found[code] = number if procedures[code].unit_minutes else units[code]
    return found


@rule(
    "modifier.assistant-missing",
    severity=Severity.ERROR,
    cites=citations.ASSISTANTS,
    over=Over.DAY,
    asks="needs_assistant_modifier",
    reads=READS,
    applies=_is_known,
    since=SINCE,
)
def assistants_units_say_so(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """Units of which an assistant furnished more than a tenth carry the assistant's modifier."""
    for share in _shares(lines, context):
        lacking = share.most - share.billed
        bare = [line for line in share.lines if not context.line(line).is_assistants]
        if lacking <= 0 or not bare:
            continue
        line = max(bare, key=_assistant_minutes)
        is_sure = share.least > share.billed
        lacking = share.least - share.billed if is_sure else lacking
        methods = "" if is_sure else " by one of CMS's two methods"
        are = "is" if lacking == 1 else "are"
        yield context.finding(
            line,
            "modifiers",
            f"{in_units(lacking)} of {line.procedure} without {share.modifier} {are} an assistant's{methods}",
            fix=_add(share.modifier, lacking, line, is_safe=is_sure),
            severity=None if is_sure else Severity.WARNING,
            rests_on=share.rule,
        )


def _assistant_minutes(line: ServiceLine) -> int:
    return line.assistant_minutes or 0


def _add(modifier: str, units: int, line: ServiceLine, *, is_safe: bool) -> Fix:
    """The modifier on the line; or on a part of its units, on a line of their own."""
    if units < line.units:
        return SplitLine(units, modifier, is_safe=is_safe)
    return AddModifier(modifier, is_safe=is_safe)


@rule(
    "modifier.assistant-unsupported",
    severity=Severity.WARNING,
    cites=citations.ASSISTANTS,
    over=Over.DAY,
    asks="needs_assistant_modifier",
    reads=READS,
    applies=_is_known,
    since=SINCE,
)
def assistant_modifier_is_supported(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """Units that carry the assistant's modifier are ones that the assistant's minutes support."""
    for share in _shares(lines, context):
        surplus = share.billed - share.most
        marked = [line for line in share.lines if share.modifier in line.modifiers]
        if surplus > 0 and marked:
            line = min(marked, key=_assistant_minutes)
            yield context.finding(
                line,
                "modifiers",
                f"{in_units(share.billed)} of {line.procedure} with {share.modifier}; by the minutes "
                f"{in_units(share.most)} can be an assistant's",
                fix=_remove(share.modifier, surplus, line),
                rests_on=share.rule,
            )


def _remove(modifier: str, units: int, line: ServiceLine) -> Fix:
    """The modifier off the line; or off a part of its units, the rest of them on a line of their own."""
    if units < line.units:
        return SplitLine(int(line.units) - units, modifier, is_safe=False)
    return RemoveModifier(modifier, is_safe=False)
