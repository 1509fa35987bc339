"""Is the claim handed in once, in time, and does it name who ordered the therapy?"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING

from ..catalog import PROCEDURE
from ..findings import Severity
from ..records import Setting
from . import citations
from ._named import named
from ._workdays import DAY, is_workday
from .core import LOST, CannotJudgeError, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import Claim, ServiceLine
    from ..findings import Finding

SINCE = "0.1.0"
NPI = r"[12][0-9]{9}"
NPI_PREFIX = "80840"  # of an NPI as a card number, by which its check digit is made (45 CFR 162.406)
MONTHS = 12
CLOSINGS = 14  # days by which the closing of federal offices may at most move a limit


@rule(
    "claim.duplicate",
    severity=Severity.WARNING,
    cites=citations.MCPM_26_10,
    over=Over.CLAIM,
    since=SINCE,
    sees=["patient", "empty_fields"],
)
def service_is_on_one_claim(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A patient's service of a day, with the same modifiers, stands on one claim only."""
    if context.lacks(claim, "patient"):
        raise CannotJudgeError("the patient is empty, so no other claim is known to be theirs", "patient")
    if len(context.claims) == 1:
        return
    earlier = {context.line(line).billed for each in _before(claim, context) for line in each.lines}
    for line in claim.lines:
        if context.line(line).billed in earlier:
            what = named(line.procedure, PROCEDURE, "what was done")
            yield context.finding(
                line, "procedure", f"{what} on {line.on} stands with the same modifiers on another claim, too"
            )


def _before(claim: Claim, context: Context) -> list[Claim]:
    """The patient's claims that come before one; itself, where it was given twice."""
    place = max(index for index, each in enumerate(context.claims) if each is claim)
    return list(context.claims[:place])


@rule(
    "claim.referrer-missing",
    severity=Severity.WARNING,
    cites=citations.MCPM_26_10,
    over=Over.CLAIM,
    asks="needs_referrer",
    since=SINCE,
    sees=["referring_npi", "empty_fields"],
)
def claim_names_who_ordered_the_therapy(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A claim names who ordered or certified the therapy by an NPI whose check digit is right."""
    if context.lacks(claim, "referring_npi"):
        yield context.finding(claim, "referring_npi", "nobody is named who ordered or certified the therapy")
    elif claim.referring_npi is not None and not _is_npi(claim.referring_npi):
        yield context.finding(
            claim, "referring_npi", "the number is no NPI: ten digits, the last of which checks the others"
        )


def _is_npi(number: str) -> bool:
    """Whether a number has the form of an NPI, and the check digit (Luhn's) that its other digits ask for."""
    if not re.fullmatch(NPI, number):
        return False
    digits = list(map(int, reversed(NPI_PREFIX + number)))
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


@rule(
    "claim.filed-late",
    severity=Severity.ERROR,
    cites=citations.MCPM_1_70,
    over=Over.CLAIM,
    asks="limits_filing",
    reads=["filing_limits", "federal_holidays"],
    since=SINCE,
    sees=["submitted_on", "empty_fields"],
)
def claim_is_filed_in_time(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A claim is filed within the payer's time after its services, a hospital's after its last one."""
    if context.lacks(claim, "submitted_on") or claim.submitted_on is None:
        raise CannotJudgeError("the day of submission is empty", "submitted_on")
    for line in _counted_from(claim):
        row = context.catalog.filing_limits.on(line.on).find(context.policy.like)
        if row is None:
            reason = f"how long after {line.on} {context.policy.label} takes claims is not on board"
            raise CannotJudgeError(reason, "submitted_on")
        workday = _workday_before(claim.submitted_on, _later(line.on, row.months), context)
        if workday is not None:
            holidays = context.catalog.federal_holidays
            # A president may have closed the offices since; that moves the limit by days, not by months.
            is_sure = workday <= holidays.coverage.last or (claim.submitted_on - workday).days > CLOSINGS
            yield context.finding(
                line,
                "on",
                f"submitted on {claim.submitted_on}, over {row.months} months after the service of {line.on}",
                rests_on=row,
                carried_from=None if is_sure or row.carried_forward else holidays.entry.last_edition,
            )


def _counted_from(claim: Claim) -> tuple[ServiceLine, ...]:
    """The lines from whose days the time is counted: each one, on a hospital's claim the last day's.

    Raises:
        CannotJudgeError: a line could not be read, so that the last day is not known.
    """
    if claim.setting is not Setting.OUTPATIENT_HOSPITAL or not claim.lines:
        return claim.lines
    if claim.lost_lines:
        raise CannotJudgeError(LOST, "lines")
    last = max(line.on for line in claim.lines)
    return tuple(line for line in claim.lines if line.on == last)


def _workday_before(submitted: dt.date, last: dt.date, context: Context) -> dt.date | None:
    """The first workday from the last day of a limit on, if it was over when the claim was submitted.

    Raises:
        CannotJudgeError: whether one of the days is a workday is not known.
    """
    while last < submitted:
        is_one = is_workday(last, context.catalog.federal_holidays)
        if is_one is None:
            raise CannotJudgeError(f"the federal holidays of {last} are not on board", "submitted_on")
        if is_one:
            return last
        last += DAY
    return None


def _later(day: dt.date, months: int) -> dt.date:
    """The same day some months later; the last one of a shorter month."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    if year > dt.MAXYEAR:
        return dt.date.max
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
