"""Is the procedure a code, in force on the day, this discipline's, and one the payer takes?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..catalog import PROCEDURE
from ..findings import Severity
from ..fixes import ReplaceProcedure
from ..records import Setting, Timing
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, CodeFacts, Context, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..policy_records import MutuallyExclusive, PaymentStatus
    from ..records import Procedure
    from ..tables import Table

TABLES = ("hcpcs", "procedures")
SINCE = "0.1.0"
DAY, MONTH = "day", "month"


def _is_not_in_force(facts: CodeFacts) -> bool:
    return facts.verdict is not Verdict.EFFECTIVE


def _is_in_force(facts: CodeFacts) -> bool:
    return facts.procedure is not None


@rule(
    "procedure.malformed",
    severity=Severity.ERROR,
    cites=citations.HCPCS,
    applies=_is_not_in_force,
    since=SINCE,
    sees=["procedure"],
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
    sees=["procedure"],
)
def procedure_is_known(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure is a code that exists, as far as the tables cover it."""
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
    sees=["procedure", "discipline"],
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
    sees=["procedure", "discipline"],
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
    asks="follows_medicare",
    reads=["payer_substitutions"],
    applies=_is_in_force,
    since=SINCE,
    sees=["procedure"],
)
def procedure_is_the_one_the_payer_takes(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A service is billed by the code that its payer takes for it."""
    key = (context.policy.like, line.procedure)
    row = context.catalog.payer_substitutions.on(line.on).find(key)
    if row is not None:
        yield context.finding(
            line,
            "procedure",
            f"{context.policy.label} does not take {row.code}; it takes {row.substitute}",
            fix=ReplaceProcedure(row.substitute, is_safe=_counts_alike(line, row.substitute, context)),
            suggestions=(row.substitute,),
            rests_on=row,
        )


def _counts_alike(line: ServiceLine, code: str, context: Context) -> bool:
    """Whether a unit of another code is the same as one of the line's: else its units want the record."""
    other = context.catalog.procedures.on(line.on).find(code)
    own = context.procedure(line)
    return other is not None and (other.timing, other.unit_minutes) == (own.timing, own.unit_minutes)


def _has_status(facts: CodeFacts) -> bool:
    return facts.procedure is not None


def _status(line: ServiceLine, context: Context) -> PaymentStatus | None:
    """The line's status letter; none of a code in whose place the payer takes another, which is said already.

    Raises:
        CannotJudgeError: it is not known.
    """
    table = context.catalog.payer_substitutions.on(line.on)
    if table.find((context.policy.like, line.procedure)) is not None:
        return None
    row = context.catalog.payment_status.on(line.on).find(line.procedure)
    if row is None:
        reason = f"the fee schedule's status of {line.procedure} on {line.on} is not on board"
        raise CannotJudgeError(reason, context.path(line, "procedure"))
    return row


@rule(
    "procedure.not-covered",
    severity=Severity.ERROR,
    cites=citations.STATUS,
    asks="follows_medicare",
    reads=["payer_substitutions", "payment_status"],
    applies=_has_status,
    since=SINCE,
    sees=["procedure"],
)
def procedure_is_covered(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure is one that Medicare's physician fee schedule covers."""
    row = _status(line, context)
    if row is None or not row.is_never_paid:
        return
    if row.is_excluded and context.claim.setting is Setting.OUTPATIENT_HOSPITAL:
        reason = f"{row.code} is outside the fee schedule; whether another one pays it is not on board"
        raise CannotJudgeError(reason, context.path(line, "procedure"))
    yield context.finding(
        line,
        "procedure",
        f"{row.code} has status {row.status} on {line.on}: {row.status_in_words}",
        rests_on=row,
    )


@rule(
    "procedure.bundled",
    severity=Severity.WARNING,
    cites=citations.STATUS,
    asks="follows_medicare",
    reads=["payer_substitutions", "payment_status"],
    applies=_has_status,
    since=SINCE,
    sees=["procedure"],
)
def procedure_is_paid_separately(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A procedure is one that Medicare pays separately."""
    row = _status(line, context)
    if row is not None and row.is_bundled:
        yield context.finding(
            line,
            "procedure",
            f"{row.code} has status {row.status} on {line.on}: {row.status_in_words}",
            rests_on=row,
        )


@rule(
    "procedure.add-on-without-primary",
    severity=Severity.ERROR,
    cites=citations.ADD_ONS,
    reads=["add_on_codes"],
    applies=lambda facts: bool(
        facts.procedure and facts.catalog.primaries_of(facts.procedure.code, facts.on)
    ),
    since=SINCE,
)
def add_on_is_beside_its_primary(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """An add-on code stands beside a code that it adds to."""
    primaries = context.catalog.primaries_of(line.procedure, line.on)
    is_month = context.procedure(line).timing is Timing.CALENDAR_MONTH
    if not any(other.procedure in primaries for other in context.around(line, is_month=is_month)):
        when = f"in {line.on:%Y-%m}" if is_month else f"on {line.on}"
        table = context.catalog.add_on_codes.on(line.on)
        yield context.finding(
            line,
            "procedure",
            f"{line.procedure} is an add-on; none of {', '.join(sorted(primaries))} stands beside it {when}",
            suggestions=tuple(sorted(primaries)),
            rests_on=table.find((line.procedure, min(primaries))),
        )


def _excluded(
    line: ServiceLine, period: str, context: Context
) -> tuple[MutuallyExclusive, ServiceLine] | None:
    """The row and the line, the first before this one, that keep a line from its day or month."""
    table = context.catalog.mutually_exclusive.on(line.on)
    for other in context.around(line, is_month=period == MONTH):
        if other is line:
            return None
        row = table.find((min(line.procedure, other.procedure), max(line.procedure, other.procedure)))
        is_one_discipline = context.discipline_of(line) is context.discipline_of(other)
        if row is not None and row.period == period and is_one_discipline and not context.is_anothers(other):
            return row, other
    return None


def _is_exclusive(period: str) -> Callable[[CodeFacts], bool]:
    def is_in_pairs(facts: CodeFacts) -> bool:
        return bool(facts.procedure and facts.catalog.excluded_by(facts.procedure.code, period))

    return is_in_pairs


@rule(
    "procedure.evaluation-repeated",
    severity=Severity.ERROR,
    cites=citations.NCCI,
    reads=["mutually_exclusive"],
    applies=_is_exclusive(DAY),
    since=SINCE,
)
def a_day_has_one_evaluation(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A discipline bills one evaluation or re-evaluation a day."""
    found = None if context.is_anothers(line) else _excluded(line, DAY, context)
    if found:
        row, other = found
        yield context.finding(
            line,
            "procedure",
            f"{line.procedure} beside {other.procedure}: one evaluation or re-evaluation a day",
            rests_on=row,
        )


@rule(
    "procedure.mutually-exclusive",
    severity=Severity.ERROR,
    cites=citations.MONTHLY,
    asks="follows_medicare",
    reads=["mutually_exclusive"],
    applies=_is_exclusive(MONTH),
    since=SINCE,
)
def a_month_has_one_of_codes_that_exclude_each_other(
    line: ServiceLine, /, context: Context
) -> Iterator[Finding]:
    """Two codes that exclude each other are not billed in one calendar month."""
    found = _excluded(line, MONTH, context)
    if found:
        row, other = found
        yield context.finding(
            line,
            "procedure",
            f"{line.procedure} and {other.procedure}, here on {other.on}, exclude each other in one month",
            rests_on=row,
        )
