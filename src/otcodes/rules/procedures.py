"""Is the procedure a code, in force on the day, this discipline's, and one the payer takes?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..catalog import PROCEDURE
from ..findings import ReplaceProcedure, Severity
from ..verdicts import Verdict
from . import citations
from .core import CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..records import Discipline, Procedure
    from ..tables import Table

TABLES = ("hcpcs", "procedures")
SINCE = "0.1.0"


def _is_not_in_force(facts: CodeFacts) -> bool:
    return facts.verdict is not Verdict.EFFECTIVE


def _is_in_force(facts: CodeFacts) -> bool:
    return facts.procedure is not None


def _is_evaluation(facts: CodeFacts) -> bool:
    return facts.procedure is not None and facts.procedure.is_evaluation


@rule(
    "procedure.malformed",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    applies=_is_not_in_force,
    since=SINCE,
)
def procedure_has_the_form_of_a_code(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure has the five characters of a CPT or HCPCS code."""
    if not re.fullmatch(PROCEDURE, line.procedure):
        yield context.finding(line, "procedure", "the procedure is not five characters of CPT or HCPCS form")


@rule(
    "procedure.unknown",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    reads=TABLES,
    applies=lambda facts: facts.verdict is Verdict.UNKNOWN,
    since=SINCE,
)
def procedure_is_known(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """Inside the tables' coverage there is such a procedure code."""
    procedures = context.catalog.procedures
    if re.fullmatch(PROCEDURE, line.procedure):
        yield context.finding(
            line,
            "procedure",
            f"there is no procedure code {line.procedure} on {line.on}",
            suggestions=procedures.suggest(line.procedure, on=line.on),
            carried_from=procedures.absence_carried_from(line.procedure, line.on),
        )


@rule(
    "procedure.not-effective",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    reads=TABLES,
    applies=lambda facts: facts.verdict is Verdict.NOT_EFFECTIVE,
    since=SINCE,
)
def procedure_is_in_force(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure code is in force on the date of service."""
    procedures = context.catalog.procedures
    versions = procedures.history(line.procedure)
    last = max(
        (row for row in versions if row.valid_from <= line.on), key=lambda row: row.valid_from, default=None
    )
    if last is None:
        when = f"not in force before {versions[0].valid_from}"
        yield context.finding(line, "procedure", f"{line.procedure} is {when}")
        return
    discipline = context.discipline_of(line)
    is_own = last.disciplines is None or discipline in last.disciplines
    counterparts = [] if is_own else list(map(procedures.history, last.counterparts))
    origin = counterparts[0][-1] if counterparts else last
    successors = _successors(origin, line.on, procedures)
    after = f"; after it: {', '.join(successors)}" if successors else ""
    yield context.finding(
        line,
        "procedure",
        f"{line.procedure} was in force until {last.valid_to}{after}",
        suggestions=successors,
        # What took the place of another discipline's code is that one's: a counterpart is a suggestion.
        fix=ReplaceProcedure(successors[0]) if len(successors) == 1 and is_own else None,
    )


def _successors(row: Procedure, on: dt.date, procedures: Table[Procedure]) -> tuple[str, ...]:
    """What takes a dead code's place on a day, also over several retirements."""
    found: dict[str, None] = {}
    for code in row.successors:
        verdict = procedures.verdict(code, on=on)
        if verdict is Verdict.EFFECTIVE:
            found[code] = None
        elif verdict is Verdict.NOT_EFFECTIVE:
            found.update(dict.fromkeys(_successors(procedures.history(code)[-1], on, procedures)))
    return tuple(found)


@rule(
    "procedure.not-occupational-therapy",
    severity=Severity.ERROR,
    cites=citations.EVALUATIONS,
    reads=TABLES,
    applies=_is_in_force,
    since=SINCE,
)
def procedure_is_of_the_lines_discipline(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure is one that the line's discipline furnishes."""
    if context.is_anothers(line):
        procedure, discipline = context.procedure(line), context.discipline_of(line)
        whose = procedure.disciplines or ()
        theirs = f"; it belongs to {' or '.join(whose)}" if whose else ""
        yield context.finding(
            line,
            "procedure",
            f"{procedure.code} is not a code of {discipline}{theirs}",
            suggestions=procedure.counterparts,
            # That a code is one discipline's alone is CMS's word; that it is not the third's, is not.
            severity=Severity.WARNING if len(whose) > 1 else None,
        )


@rule(
    "procedure.invalid-for-payer",
    severity=Severity.ERROR,
    cites=citations.FEE_SCHEDULE,
    presets=["medicare-b"],
    reads=["payer_substitutions"],
    applies=_is_in_force,
    since=SINCE,
)
def procedure_is_the_one_the_payer_takes(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A payer that wants another code for a service gets that code."""
    key = (context.policy.preset or context.policy.name, line.procedure)
    row = context.catalog.payer_substitutions.on(line.on).find(key)
    if row is not None:
        yield context.finding(
            line,
            "procedure",
            f"{context.policy.label} does not take {row.code}; it takes {row.substitute}",
            fix=ReplaceProcedure(row.substitute, is_safe=_counts_alike(line, row.substitute, context)),
            suggestions=(row.substitute,),
        )


def _counts_alike(line: ServiceLine, code: str, context: Context) -> bool:
    """Whether a unit of another code is the same as one of the line's: else its units want the record."""
    other = context.catalog.procedures.on(line.on).find(code)
    own = context.procedure(line)
    return other is not None and (other.timing, other.unit_minutes) == (own.timing, own.unit_minutes)


@rule(
    "procedure.evaluation-repeated",
    severity=Severity.ERROR,
    cites=citations.NCCI,
    over=Over.DAY,
    reads=TABLES,
    applies=_is_evaluation,
    since=SINCE,
)
def a_day_has_one_evaluation(lines: tuple[ServiceLine, ...], /, context: Context) -> Iterator[Finding]:
    """A discipline bills one evaluation or re-evaluation a day."""
    first: dict[Discipline, str] = {}
    for line in lines:
        if not _is_evaluation(context.facts(line)) or context.is_anothers(line):
            continue
        kept = first.setdefault(context.discipline_of(line), line.procedure)
        if kept != line.procedure:
            yield context.finding(
                line, "procedure", f"{line.procedure} beside {kept}: one evaluation or re-evaluation a day"
            )
