"""Is a telehealth service one that Medicare pays that way, and does its line say what it was?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..findings import Severity
from ..fixes import AddModifier
from ..payers import TelehealthStyle
from ..records import Setting
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..policy_records import TelehealthBilling

SINCE = "0.1.0"


def _has_modifier(line: ServiceLine, context: Context) -> bool:
    """Whether the line has a modifier of telehealth.

    Raises:
        CannotJudgeError: the table of modifiers does not cover the day.
    """
    modifiers = context.catalog.modifiers
    rows = list(map(modifiers.on(line.on).find, line.modifiers))
    if any(row is not None and row.kind == "telehealth" for row in rows):
        return True
    for code, row in zip(line.modifiers, rows, strict=True):
        if row is None and modifiers.verdict(code, on=line.on) is Verdict.OUT_OF_COVERAGE:
            reason = f"{code} on {line.on} is outside the coverage of the table of modifiers"
            raise CannotJudgeError(reason, context.path(line, "modifiers"))
    return False


def _has_place(line: ServiceLine, context: Context) -> bool:
    """Whether the line's place is one of telehealth; a hospital's line has none.

    Raises:
        CannotJudgeError: the place is not given, or the table of places does not cover the day.
    """
    if line.place is None and context.claim.setting is Setting.OUTPATIENT_HOSPITAL:
        return False
    if line.place is None:
        raise CannotJudgeError("the place of service is not given", context.path(line, "place"))
    places = context.catalog.places
    row = places.on(line.on).find(line.place)
    if row is None and places.verdict(line.place, on=line.on) is Verdict.OUT_OF_COVERAGE:
        reason = f"place {line.place} on {line.on} is outside the coverage of the table of places"
        raise CannotJudgeError(reason, context.path(line, "place"))
    return row is not None and row.is_telehealth


def _style(line: ServiceLine, context: Context) -> tuple[TelehealthStyle, TelehealthBilling]:
    """How the payer wants telehealth said on that day, and the row that has its modifier.

    Raises:
        CannotJudgeError: that is not on board.
    """
    setting, policy = context.claim.setting, context.policy
    row = context.catalog.telehealth_billing.on(line.on).find(setting.value)
    if row is None:
        raise CannotJudgeError(
            f"how telehealth of {line.on} was billed is not on board", context.path(line, "place")
        )
    own = policy.telehealth
    return TelehealthStyle(row.style if own in (None, False, TelehealthStyle.SETTING) else own), row


@rule(
    "telehealth.not-eligible",
    severity=Severity.ERROR,
    cites=citations.TELEHEALTH,
    asks="follows_medicare",
    reads=["modifiers", "places", "telehealth", "telehealth_periods"],
    since=SINCE,
    sees=["procedure", "modifiers", "place", "discipline"],
)
def telehealth_is_paid_for_the_code_and_the_day(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A telehealth service has a code on Medicare's list, on a day when therapists are paid for it."""
    if not (_has_modifier(line, context) or _has_place(line, context)):
        return
    discipline = context.discipline_of(line)
    period = context.catalog.telehealth_periods.on(line.on).find(discipline.value)
    if period is not None and not period.is_paid:
        yield context.finding(
            line,
            "on",
            f"telehealth of {discipline} is not paid on {line.on}: {period.authority}",
            rests_on=period,
        )
        return
    code = context.catalog.telehealth.on(line.on).find(line.procedure)
    if code is not None and not code.is_listed:
        yield context.finding(
            line, "procedure", f"{line.procedure} is not on the telehealth list of {line.on}", rests_on=code
        )
        return
    if period is None:
        reason = f"whether telehealth of {discipline} is paid on {line.on} is not on board"
        raise CannotJudgeError(reason, context.path(line, "on"))
    if code is None:
        if context.catalog.telehealth.verdict(line.procedure, on=line.on) is Verdict.OUT_OF_COVERAGE:
            reason = f"whether {line.procedure} is on the telehealth list of {line.on} is not on board"
            raise CannotJudgeError(reason, context.path(line, "procedure"))
        yield context.finding(
            line, "procedure", f"{line.procedure} is not on the telehealth list of {line.on}"
        )


@rule(
    "telehealth.modifier-missing",
    severity=Severity.ERROR,
    cites=citations.TELEHEALTH,
    asks="telehealth",
    reads=["modifiers", "places", "telehealth_billing"],
    since=SINCE,
    sees=["modifiers", "place"],
)
def telehealth_has_its_modifier(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A telehealth service has the telehealth modifier where the payer wants it."""
    if not _has_place(line, context) or _has_modifier(line, context):
        return
    style, row = _style(line, context)
    is_hospital = context.claim.setting is Setting.OUTPATIENT_HOSPITAL
    if style is TelehealthStyle.MODIFIER and (is_hospital or context.policy.telehealth is style):
        yield context.finding(
            line,
            "modifiers",
            f"place {line.place} is telehealth, which {row.modifier} says to {context.policy.label}",
            fix=AddModifier(row.modifier, is_safe=False),  # one of sound alone has another
            rests_on=row,
        )


@rule(
    "telehealth.place-mismatch",
    severity=Severity.WARNING,
    cites=citations.TELEHEALTH,
    asks="telehealth",
    reads=["modifiers", "places", "telehealth_billing"],
    since=SINCE,
    sees=["modifiers", "place"],
)
def telehealth_place_and_modifier_agree(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """The place and the modifiers of a telehealth line agree, in the way that the payer wants."""
    has_modifier, has_place = _has_modifier(line, context), _has_place(line, context)
    if has_modifier == has_place:
        return
    style, row = _style(line, context)
    if has_modifier and style is not TelehealthStyle.MODIFIER:
        if line.place is None:
            raise CannotJudgeError("the place of service is not given", context.path(line, "place"))
        message = (
            f"the line has a telehealth modifier; its place is {line.place}, which is none of telehealth"
        )
    elif has_place and style is TelehealthStyle.BOTH:
        message = f"place {line.place} is telehealth; {context.policy.label} wants {row.modifier} with it"
    elif has_place and style is TelehealthStyle.MODIFIER and context.claim.setting is Setting.PRACTITIONER:
        message = f"telehealth of {line.on} was billed with the place of a visit in person and {row.modifier}"
    else:
        return
    yield context.finding(line, "place", message, rests_on=row)
