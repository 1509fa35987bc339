"""Does a line above the year's threshold say so, and only such a line?"""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..calc.payments import allowed_amount
from ..calc.thresholds import threshold_of
from ..errors import OutOfCoverageError, UnknownCodeError
from ..findings import Severity
from ..fixes import AddModifier
from ..records import Discipline
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, Context, LineFacts, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import Claim, ServiceLine
    from ..findings import Finding
    from ..policy_records import TherapyThreshold

SINCE = "0.1.0"
KIND = "threshold"
YEAR_TO_DATE = "therapy_year_to_date_usd"


class _Position(NamedTuple):
    """Where a line leaves the year's allowed charges: at least, and at most.

    `edition` is what is carried forward for an amount of this line or of one before it; none where the
    charges are above the threshold without such amounts.
    """

    line: ServiceLine
    least_usd: Decimal
    most_usd: Decimal
    row: TherapyThreshold
    edition: str | None


# What is allowed, at least and at most, and the edition that is carried forward for it.
Amounts: TypeAlias = "tuple[Decimal, Decimal, str | None]"


def _positions(claim: Claim, context: Context) -> Iterator[_Position]:
    """The claim's therapy lines in the order of their days, as far as their amounts are known.

    A line's amount is what the claim says is allowed, else the national amount of the fee schedule: between
    that with the practice expense of every unit cut, as Medicare does for several procedures of a day, and
    that of each in full. What Medicare never pays by itself, such as a bundled code, adds nothing.

    Raises:
        CannotJudgeError: the charges before the claim, or a line's amount, are not known.
    """
    therapy = [line for line in claim.lines if _may_count(context.line(line), claim)]
    if not therapy:
        return
    if context.lacks(claim, "therapy_year_to_date_usd") or claim.therapy_year_to_date_usd is None:
        raise CannotJudgeError("the allowed charges of the year before the claim are empty", YEAR_TO_DATE)
    least = most = firm = claim.therapy_year_to_date_usd
    carried: str | None = None
    therapy.sort(key=attrgetter("on"))
    first = therapy[0]
    row, on = _threshold(claim, first, context), first.on
    for line in therapy:
        if line.on != on:
            if line.on.year != first.on.year:
                reason = f"the allowed charges of {line.on.year} before the claim are not given"
                raise CannotJudgeError(reason, YEAR_TO_DATE)
            row, on = _threshold(claim, line, context), line.on
        context.procedure(line)  # of a code that is not known nobody can tell whether it counts
        low, high, edition = _amounts(line, context, is_above=least > row.amount_usd)
        least, most = least + low, most + high
        firm, carried = (firm, carried or edition) if edition else (firm + low, carried)
        yield _Position(line, least, most, row, None if firm > row.amount_usd else carried)


def _may_count(facts: LineFacts, claim: Claim) -> bool:
    is_known = facts.code.verdict is not Verdict.OUT_OF_COVERAGE
    # Physical therapy and speech-language pathology have one threshold together.
    own = Discipline.OCCUPATIONAL_THERAPY
    is_counted = (facts.discipline is own) is (claim.discipline is own)
    return is_counted and (facts.is_therapy or not is_known)


def _threshold(claim: Claim, line: ServiceLine, context: Context) -> TherapyThreshold:
    key = ("threshold", claim.discipline, line.on)
    row: TherapyThreshold | None = context.known[key]
    if row is None:
        try:
            row = context.known[key] = threshold_of(claim.discipline, line.on, context.catalog)
        except (OutOfCoverageError, UnknownCodeError):
            reason = f"the threshold of {line.on.year} is not on board"
            raise CannotJudgeError(reason, context.path(line, "on")) from None
    return row


def _amounts(line: ServiceLine, context: Context, *, is_above: bool) -> Amounts:
    """What a line is allowed."""
    if line.allowed_usd is not None:
        return line.allowed_usd, line.allowed_usd, None
    found = _by_schedule(line, context)
    if found:
        return found
    if is_above:  # whatever it is, the year's charges are above already
        return Decimal(0), Decimal(0), None
    raise CannotJudgeError(
        f"what is allowed for {line.procedure} is not given, and not on board",
        context.path(line, "allowed_usd"),
    )


def _by_schedule(line: ServiceLine, context: Context) -> Amounts | tuple[()]:
    """The same by the national fee schedule; nothing where nobody here knows."""
    facts = context.line(line)
    key = ("allowed", facts)
    found: Amounts | tuple[()] | None = context.known[key]
    if found is None:
        unit = _unit(line, context) if facts.has_whole_units else ()
        found = (unit[0] * line.units, unit[1] * line.units, unit[2]) if unit else ()
        context.known[key] = found
    return found


def _unit(line: ServiceLine, context: Context) -> Amounts | tuple[()]:
    """For a unit of the line's code."""
    key = ("allowed", line.procedure, line.on)
    found: Amounts | tuple[()] | None = context.known[key]
    if found is None:
        found = context.known[key] = _priced(line, context)
    return found


def _priced(line: ServiceLine, context: Context) -> Amounts | tuple[()]:
    try:
        found = allowed_amount([(line.procedure, 1)], on=line.on, catalog=context.catalog)
    except UnknownCodeError:
        return ()
    if found.lines:
        (unit,) = found.lines
        return unit.reduced_unit_usd, unit.unit_usd, next(iter(found.carried_from), None)
    status = context.catalog.payment_status.on(line.on).find(line.procedure)
    if status is not None and (status.is_bundled or status.is_never_paid) and not status.is_excluded:
        return Decimal(0), Decimal(0), status.edition  # nothing is allowed for it by itself
    return ()


def _says_above(line: ServiceLine, context: Context) -> bool:
    return KIND in context.line(line).modifier_kinds


def _is_below(claim: Claim, context: Context) -> bool:
    """Whether it is clear at a glance that no line takes the year's charges above the threshold.

    It is if all lines together do not, whether they count or not, and all that it takes was looked up before.
    """
    total, most, on = claim.therapy_year_to_date_usd, Decimal(0), None
    if total is None:
        return False
    for line in claim.lines:
        amounts = context.known["allowed", context.line(line)]
        if line.on != on:
            row = context.known["threshold", claim.discipline, line.on]
            if row is None or (on is not None and line.on.year != on.year):
                return False
            on, most = line.on, row.amount_usd
        if not amounts or line.allowed_usd is not None:
            return False
        total += amounts[1]
        if total > most:
            return False
    return True


@rule(
    "modifier.threshold-missing",
    severity=Severity.ERROR,
    cites=citations.THRESHOLD,
    over=Over.CLAIM,
    asks="needs_threshold_modifier",
    reads=[
        *("conversion_factors", "fee_schedule", "modifiers", "payment_status"),
        *("practice_expense_reductions", "therapy_thresholds"),
    ],
    since=SINCE,
)
def line_above_the_threshold_says_so(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A line that takes the year's allowed charges above the threshold carries KX."""
    if _is_below(claim, context):
        return
    for position in _positions(claim, context):
        line, amount = position.line, position.row.amount_usd
        if position.most_usd <= amount or _says_above(line, context):
            continue
        is_sure = position.least_usd > amount
        about = "" if line.allowed_usd is not None else " or more" if is_sure else " at most"
        total = position.least_usd if is_sure else position.most_usd
        yield context.finding(
            line,
            "modifiers",
            f"with this line {total} USD{about} are allowed in {line.on.year}; the threshold is {amount} USD",
            # It says that the record shows the therapy to be necessary, which no amount proves.
            fix=AddModifier(context.catalog.modifier_of(KIND), is_safe=False),
            severity=None if is_sure else Severity.WARNING,
            rests_on=position.row,
            carried_from=position.edition,
        )


@rule(
    "modifier.threshold-early",
    severity=Severity.WARNING,
    cites=citations.THRESHOLD,
    over=Over.CLAIM,
    asks="needs_threshold_modifier",
    reads=[
        *("conversion_factors", "fee_schedule", "modifiers", "payment_status"),
        *("practice_expense_reductions", "therapy_thresholds"),
    ],
    since=SINCE,
)
def line_below_the_threshold_does_not_say_above(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """KX stands only on a line that takes the year's allowed charges above the threshold."""
    if not [line for line in claim.lines if _says_above(line, context)]:
        return
    for position in _positions(claim, context):
        line, amount = position.line, position.row.amount_usd
        if position.most_usd <= amount and _says_above(line, context):
            yield context.finding(
                line,
                "modifiers",
                f"with this line {position.most_usd} USD are allowed in {line.on.year}, "
                f"which is not above the threshold of {amount} USD",
                rests_on=position.row,
                carried_from=position.edition,
            )
