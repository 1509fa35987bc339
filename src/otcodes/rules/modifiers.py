"""Are the modifiers codes, in force, at peace with each other, and the ones the discipline needs?"""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from ..catalog import MODIFIER
from ..errors import in_force
from ..findings import Severity
from ..fixes import (
    MODIFIERS_PER_LINE,
    AddModifier,
    DropRepeatedModifiers,
    RemoveModifier,
    ReplaceModifier,
    SortModifiers,
)
from ..records import Setting, TherapyDisposition
from ..tables import Verdict, spans_of
from . import citations
from ._named import named
from .core import CannotJudgeError, CodeFacts, Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..records import Modifier

SINCE = "0.1.0"


def _may_need_a_discipline(facts: CodeFacts) -> bool:
    return facts.procedure is not None and facts.procedure.therapy_disposition is not TherapyDisposition.NONE


def _is_listed(facts: CodeFacts) -> bool:
    listed = (TherapyDisposition.ALWAYS, TherapyDisposition.SOMETIMES)
    return facts.procedure is not None and facts.procedure.therapy_disposition in listed


def _note_unknown(line: ServiceLine, index: int, context: Context) -> None:
    reason = f"{line.modifiers[index]} on {line.on} is outside the coverage of the table of modifiers"
    context.not_checked(context.path(line, f"modifiers[{index}]"), reason)


def _known(line: ServiceLine, context: Context, kind: str) -> Iterator[Modifier]:
    """The line's modifiers of a kind, as the table has them on its day."""
    table = context.catalog.modifiers.on(line.on)
    for code in dict.fromkeys(line.modifiers):
        row = table.find(code)
        if row is not None and row.kind == kind:
            yield row


@rule("modifier.malformed", severity=Severity.ERROR, cites=citations.HCPCS, since=SINCE, sees=["modifiers"])
def modifier_has_the_form_of_a_code(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A modifier has two letters or digits."""
    for index, code in enumerate(line.modifiers):
        if not re.fullmatch(MODIFIER, code):
            yield context.finding(line, f"modifiers[{index}]", "the modifier is not two letters or digits")


@rule(
    "modifier.unknown",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    reads=["modifiers"],
    since=SINCE,
    sees=["modifiers"],
)
def modifier_is_known(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A modifier is a code of CPT or HCPCS Level II."""
    modifiers = context.catalog.modifiers
    for index, code in enumerate(line.modifiers):
        verdict = modifiers.verdict(code, on=line.on)
        if verdict is Verdict.UNKNOWN and re.fullmatch(MODIFIER, code):
            yield context.finding(
                line,
                f"modifiers[{index}]",
                f"{code} is not a modifier",
                suggestions=modifiers.suggest(code, on=line.on),
                carried_from=modifiers.absence_carried_from(code, line.on),
            )
        elif verdict is Verdict.OUT_OF_COVERAGE:
            _note_unknown(line, index, context)


@rule(
    "modifier.not-effective",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    reads=["modifiers"],
    since=SINCE,
    sees=["modifiers"],
)
def modifier_is_in_force(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A modifier is in force on the date of service."""
    modifiers = context.catalog.modifiers
    for index, code in enumerate(line.modifiers):
        verdict = modifiers.verdict(code, on=line.on)
        if verdict is Verdict.OUT_OF_COVERAGE:
            _note_unknown(line, index, context)
        if verdict is Verdict.NOT_EFFECTIVE:
            when = in_force(spans_of(modifiers.history(code)))
            yield context.finding(
                line, f"modifiers[{index}]", f"{code} is not in force on {line.on} ({when})"
            )


@rule(
    "modifier.duplicate", severity=Severity.ERROR, cites=citations.MCPM_26_10, since=SINCE, sees=["modifiers"]
)
def modifier_stands_once(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A modifier stands on a line once."""
    twice = {named(code, MODIFIER, "a modifier") for code in line.modifiers if line.modifiers.count(code) > 1}
    if twice:
        yield context.finding(
            line,
            "modifiers",
            f"{', '.join(sorted(twice))} {'is' if len(twice) == 1 else 'are'} on the line twice",
            fix=DropRepeatedModifiers(),
        )


@rule(
    "modifier.too-many", severity=Severity.ERROR, cites=citations.MCPM_26_10, since=SINCE, sees=["modifiers"]
)
def line_has_four_modifiers_at_most(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line has at most four modifiers."""
    if len(line.modifiers) > MODIFIERS_PER_LINE:
        yield context.finding(
            line, "modifiers", f"{len(line.modifiers)} modifiers; a line holds {MODIFIERS_PER_LINE}"
        )


@rule(
    "modifier.discipline-missing",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_20_1,
    asks="needs_discipline_modifier",
    reads=["modifiers", "procedures"],
    applies=_may_need_a_discipline,
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def discipline_modifier_is_present(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line of always therapy, or of sometimes therapy under a plan of care, carries GO, GP or GN."""
    if context.is_anothers(line) or any(_known(line, context, "discipline")):
        return
    disposition = context.therapy_disposition(line)
    modifier = context.discipline(line).modifier
    if disposition is TherapyDisposition.ALWAYS or context.claim.plan_of_care is not None:
        # Of a code that is perhaps not on the list, the modifier's own meaning says it: care under a plan.
        is_listed = disposition is not TherapyDisposition.UNKNOWN
        yield context.finding(
            line,
            "modifiers",
            f"{line.procedure} needs {modifier}, the modifier of its discipline",
            fix=AddModifier(modifier, is_first=True),
            severity=None if is_listed else Severity.WARNING,
        )
    elif disposition is TherapyDisposition.SOMETIMES:
        reason = f"{line.procedure} needs {modifier} under a therapy plan of care; the claim does not say"
        raise CannotJudgeError(reason, context.path(line, "modifiers"))
    else:
        reason = f"whether {line.procedure} is on the therapy code list is not known"
        raise CannotJudgeError(reason, context.path(line, "modifiers"))


@rule(
    "modifier.discipline-wrong",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_20_1,
    reads=["modifiers"],
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def discipline_modifier_is_the_lines_own(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line carries its own discipline's modifier, not another's."""
    if not line.modifiers or context.is_anothers(line):
        return
    own = context.discipline(line)
    found = list(_known(line, context, "discipline"))
    if len(found) == 1 and found[0].discipline is not own.name:
        wrong = found[0].code
        # A code that the other discipline furnishes, too, may be its line on a claim that does not say so.
        furnished = context.procedure(line).disciplines if context.facts(line).procedure else None
        is_proved = furnished is not None and found[0].discipline not in furnished
        yield context.finding(
            line,
            "modifiers",
            f"{wrong} is {found[0].discipline}'s modifier; {own.name} has {own.modifier}",
            fix=ReplaceModifier(wrong, own.modifier, is_safe=is_proved),
        )


@rule(
    "modifier.discipline-conflict",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_20_1,
    reads=["modifiers"],
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def line_has_one_discipline_modifier(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line carries the modifier of one discipline only."""
    if line.modifiers:
        context.discipline(line)  # raises on a day that the modifiers do not cover
    found = [row.code for row in _known(line, context, "discipline")]
    if len(found) > 1:
        yield context.finding(line, "modifiers", f"{' and '.join(found)} on one line: one discipline only")


@rule(
    "modifier.assistant-wrong",
    severity=Severity.ERROR,
    cites=citations.ASSISTANTS,
    reads=["modifiers"],
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def assistant_modifier_is_the_lines_own(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line carries its own discipline's assistant modifier, not another's."""
    if not line.modifiers or context.is_anothers(line):
        return
    own = context.discipline(line)
    for row in _known(line, context, "assistant"):
        if row.discipline is not own.name and own.assistant_modifier is not None:
            yield context.finding(
                line,
                "modifiers",
                f"{row.code} is for assistants of {row.discipline}; {own.name} has {own.assistant_modifier}",
                fix=ReplaceModifier(row.code, own.assistant_modifier, is_safe=own.modifier in line.modifiers),
            )


@rule(
    "modifier.assistant-without-discipline",
    severity=Severity.ERROR,
    cites=citations.ASSISTANTS,
    reads=["modifiers"],
    since=SINCE,
    sees=["procedure", "modifiers", "discipline"],
)
def assistant_modifier_is_with_its_discipline(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """An assistant modifier stands beside its discipline's modifier."""
    if not line.modifiers or context.is_anothers(line):
        return
    own = context.discipline(line)
    if own.assistant_modifier in line.modifiers and own.modifier not in line.modifiers:
        # Where another discipline's modifier is there, that one is to be replaced, not this one added.
        is_free = not any(_known(line, context, "discipline"))
        yield context.finding(
            line,
            "modifiers",
            f"{own.assistant_modifier} needs {own.modifier} beside it",
            fix=AddModifier(own.modifier, is_first=True) if is_free else None,
        )


@rule(
    "modifier.conflict",
    severity=Severity.ERROR,
    cites=citations.NCCI,
    reads=["modifier_conflicts"],
    since=SINCE,
    sees=["modifiers"],
)
def modifiers_do_not_contradict(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """The modifiers of a line do not contradict each other."""
    conflicts = context.catalog.modifier_conflicts.on(line.on)
    for pair in combinations(sorted(set(line.modifiers)), 2):
        row = conflicts.find(pair)
        if row is not None:
            yield context.finding(
                line,
                "modifiers",
                f"{row.first} and {row.second} do not stand on one line",
                severity=Severity(row.severity),
                rests_on=row,
            )


@rule(
    "modifier.order",
    severity=Severity.INFORMATION,
    reads=["modifiers"],
    cites=citations.NCCI,
    since=SINCE,
    sees=["modifiers"],
)
def modifiers_are_in_the_payers_order(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """The modifiers of a line stand in the order that the payer wants."""
    if len(line.modifiers) < 2:  # noqa: PLR2004 -- one is in order
        return
    order = context.policy.modifier_order
    if order is None:
        reason = f"in which order {context.policy.label} wants modifiers is not on board"
        raise CannotJudgeError(reason, context.path(line, "modifiers"))
    table = context.catalog.modifiers.on(line.on)
    kinds = {code: row.kind for code in line.modifiers if (row := table.find(code)) is not None}

    def place(code: str) -> int:
        return order.index(kinds[code]) if kinds.get(code) in order else len(order)

    ordered = tuple(sorted(line.modifiers, key=place))
    if ordered != line.modifiers:
        wanted = " ".join(ordered)
        yield context.finding(line, "modifiers", f"the order is usually {wanted}", fix=SortModifiers(ordered))


@rule(
    "modifier.not-for-therapy",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_20_1,
    asks="follows_medicare",
    reads=["procedures", "unsuitable_modifiers"],
    applies=_is_listed,
    since=SINCE,
    sees=["procedure", "modifiers"],
)
def modifiers_are_ones_that_therapy_has(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line of therapy carries no modifier of other services, such as 25 or 26."""
    table = context.catalog.unsuitable_modifiers.on(line.on)
    for row in map(table.find, dict.fromkeys(line.modifiers)):
        if row is not None:
            yield context.finding(
                line,
                "modifiers",
                f"{row.modifier} does not go with therapy such as {line.procedure}",
                fix=RemoveModifier(row.modifier),
                severity=Severity(row.severity),
                rests_on=row,
            )


@rule(
    "revenue.discipline-mismatch",
    severity=Severity.ERROR,
    cites=citations.MCPM_5_10_6,
    asks="follows_medicare",
    reads=["modifiers", "procedures", "revenue_codes"],
    applies=_may_need_a_discipline,
    since=SINCE,
    sees=["procedure", "modifiers", "discipline", "revenue_code", "empty_fields"],
)
def revenue_code_and_discipline_agree(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line under a discipline's revenue code carries that discipline's modifier, and no other one's."""
    if context.claim.setting is not Setting.OUTPATIENT_HOSPITAL:
        return
    if context.lacks(line, "revenue_code") or line.revenue_code is None:
        raise CannotJudgeError("the revenue code is empty", context.path(line, "revenue_code"))
    row = context.catalog.revenue_codes.on(line.on).find(line.revenue_code)
    if row is None or row.discipline is None:
        reason = f"whose revenue code {line.revenue_code} is on {line.on} is not on board"
        raise CannotJudgeError(reason, context.path(line, "revenue_code"))
    wanted = context.catalog.disciplines(line.on).get(row.discipline)
    if wanted is None:
        reason = f"the modifiers of {row.discipline} on {line.on} are out of coverage"
        raise CannotJudgeError(reason, context.path(line, "modifiers"))
    found = [each.code for each in _known(line, context, "discipline")]
    if found != [wanted.modifier]:
        is_own = row.discipline is context.discipline_of(line)
        yield context.finding(
            line,
            "revenue_code",
            f"revenue code {row.code} is {row.discipline}'s, of the modifier {wanted.modifier}; "
            f"the line has {' and '.join(found) or 'none'}",
            fix=AddModifier(wanted.modifier, is_first=True) if is_own and not found else None,
            rests_on=row,
        )
