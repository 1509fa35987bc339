"""NCCI: which procedures are not paid beside each other on one day."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..findings import AddModifier, RemoveModifier, Severity
from ..records import Setting
from ..verdicts import Verdict
from . import citations
from .core import CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..policy_records import PtpEdit

NEVER, WITH_MODIFIER = "0", "1"
DISTINCT_SERVICE = "59"
TWO_DISCIPLINES = "whether one provider furnished the lines of both disciplines is not given"


def _is_known(facts: CodeFacts) -> bool:
    return facts.procedure is not None


pair_rule = partial(
    rule,
    cites=citations.NCCI,
    over=Over.DAY,
    presets=["medicare-b"],
    reads=["pair_modifiers", "ptp_edits"],
    applies=_is_known,
    since="0.1.0",
)


def _pairs(
    lines: tuple[ServiceLine, ...], context: Context
) -> list[tuple[PtpEdit, ServiceLine, ServiceLine]]:
    """The pairs in force among the lines of a day, with the lines of column 1 and of column 2."""
    on = lines[0].on
    found: list[tuple[PtpEdit, ServiceLine, ServiceLine]] | None = context.shared.get(("pairs", on))
    if found is None:
        edits, setting = context.catalog.ptp_edits.on(on), context.claim.setting.value
        found = context.shared["pairs", on] = [
            (row, paid, denied)
            for paid in lines
            for denied in lines
            if paid.procedure != denied.procedure
            and _is_one_provider(paid, denied, context)
            and (row := edits.find((setting, paid.procedure, denied.procedure))) is not None
        ]
    return found


def _is_one_provider(line: ServiceLine, other: ServiceLine, context: Context) -> bool:
    """Whether two lines are one provider's: a hospital's are, two disciplines' may not be."""
    is_hospital = context.claim.setting is Setting.OUTPATIENT_HOSPITAL
    return is_hospital or context.discipline_of(line) is context.discipline_of(other)


def _is_unknown(line: ServiceLine, code: str, context: Context) -> bool:
    """Whether the tables do not know if a pair keeps a line from a code, on its day and in its setting."""
    if code == line.procedure:
        return False
    key = ("unknown", line.on, *sorted((code, line.procedure)))
    if key not in context.shared:
        edits, setting = context.catalog.ptp_edits, context.claim.setting.value
        both = [
            edits.verdict((setting, *pair), on=line.on)
            for pair in ((line.procedure, code), (code, line.procedure))
        ]
        context.shared[key] = Verdict.OUT_OF_COVERAGE in both and Verdict.EFFECTIVE not in both
    return bool(context.shared[key])


def _note_unknown(line: ServiceLine, codes: Iterable[str], context: Context) -> bool:
    """Say of which codes it is not known whether a pair keeps the line from them; whether there are any."""
    unknown = sorted(code for code in set(codes) if _is_unknown(line, code, context))
    if unknown:
        reason = (
            f"whether a pair keeps {line.procedure} from {', '.join(unknown)} on {line.on} is not on board"
        )
        context.not_checked(context.path(line, "procedure"), reason)
    return bool(unknown)


def _note_unknown_pairs(lines: tuple[ServiceLine, ...], context: Context) -> None:
    for number, line in enumerate(lines):  # each pair once
        others = lines[number + 1 :]
        if not context.owns(line):
            others = tuple(filter(context.owns, others))
        _note_unknown(
            line, [each.procedure for each in others if _is_one_provider(line, each, context)], context
        )
        if not all(_is_one_provider(line, each, context) for each in others):
            context.not_checked(context.path(line, "procedure"), TWO_DISCIPLINES)


def _accepted(line: ServiceLine, other: ServiceLine, context: Context) -> set[str]:
    """The line's modifiers that NCCI accepts to tell it from another line."""
    table = context.catalog.pair_modifiers.on(line.on)
    procedure = context.facts(line).procedure
    sites = procedure.sites if procedure else ()
    found: set[str] = set()
    for code in line.modifiers:
        row = table.find(code)
        # An anatomic modifier counts where the code has such a site and the other line is elsewhere.
        if row is not None and (
            not row.sites or (set(row.sites) & set(sites) and code not in other.modifiers)
        ):
            found.add(code)
    return found


@pair_rule("pair.never-together", severity=Severity.ERROR)
def pair_that_is_never_paid_is_apart(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """Two codes of an indicator-0 pair are not billed on one day."""
    for row, paid, denied in _pairs(lines, context):
        if row.indicator == NEVER:
            yield context.finding(
                denied,
                "procedure",
                f"{denied.procedure} is never paid beside {paid.procedure} on one day",
                rests_on=row,
            )
    _note_unknown_pairs(lines, context)


@pair_rule("pair.modifier-needed", severity=Severity.ERROR)
def pair_has_a_modifier_that_tells_it_apart(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """Two codes of an indicator-1 pair on one day carry an NCCI-associated modifier on either line."""
    for row, paid, denied in _pairs(lines, context):
        if row.indicator == WITH_MODIFIER and not (
            _accepted(denied, paid, context) or _accepted(paid, denied, context)
        ):
            yield context.finding(
                denied,
                "modifiers",
                f"{denied.procedure} is not paid beside {paid.procedure} on one day without a modifier "
                f"such as {DISTINCT_SERVICE}, where the record shows separate services",
                fix=AddModifier(DISTINCT_SERVICE, is_safe=False),
                rests_on=row,
            )
    _note_unknown_pairs(lines, context)


@pair_rule("pair.modifier-unneeded", severity=Severity.WARNING)
def distinct_service_modifier_has_its_pair(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """59, XE, XP, XS or XU stands on a line only where a pair in force asks for it."""
    in_pairs = {id(line) for _, paid, denied in _pairs(lines, context) for line in (paid, denied)}
    for line in lines:
        table = context.catalog.pair_modifiers.on(line.on)
        rows = [row for row in map(table.find, line.modifiers) if row is not None and not row.sites]
        if not rows or id(line) in in_pairs or not context.owns(line):
            continue
        if any(other is not line and other.procedure == line.procedure for other in lines):
            continue  # it may tell two lines of one code apart
        if _note_unknown(line, [other.procedure for other in lines], context):
            continue
        if not all(_is_one_provider(line, other, context) for other in lines):
            context.not_checked(context.path(line, "modifiers"), TWO_DISCIPLINES)
            continue
        modifier = rows[0].modifier
        setting = context.claim.setting.value
        yield context.finding(
            line,
            "modifiers",
            f"no pair in force asks for {modifier} on {line.procedure} beside the lines of {line.on}",
            fix=RemoveModifier(modifier, is_safe=False),
            carried_from=context.catalog.ptp_edits.absence_carried_from(
                (setting, line.procedure, line.procedure), line.on
            ),
        )
