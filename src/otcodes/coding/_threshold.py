"""The threshold modifier, on the lines that take the year's allowed charges above the threshold."""

from __future__ import annotations

from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING

from ..calc.payments import allowed_amount
from ..calc.thresholds import threshold_status
from ..errors import CannotBillError, OutOfCoverageError, UnknownCodeError
from ..fixes import AddModifier
from ..records import TherapyDisposition
from ..rules import citations

if TYPE_CHECKING:
    from ..calc.payments import NotPriced
    from ..claims import Claim, ServiceLine
    from ._case import Case

THRESHOLD = "threshold"


def above_the_threshold(claim: Claim, case: Case) -> Claim:
    """The claim with the threshold modifier on the lines of therapy that need it."""
    used = case.visit.therapy_year_to_date_usd
    if not case.policy.needs_threshold_modifier or used is None:
        return claim
    amounts = _allowed(claim, case)
    known = [amount for amount in takewhile(lambda amount: amount is not None, amounts) if amount is not None]
    try:
        status = threshold_status(
            known,
            on=case.visit.on,
            discipline=case.visit.discipline,
            year_to_date_usd=used,
            catalog=case.catalog,
        )
    except (OutOfCoverageError, UnknownCodeError):
        case.say(f"the threshold of {case.visit.on.year} is not on board")
        return claim
    for step in status.steps:
        case.say(step, citations.THRESHOLD)
    if not status.is_above:
        if len(known) < len(amounts):
            code = claim.lines[len(known)].procedure
            case.say(f"what is allowed for {code} is not on board: from its line on it is not judged")
        return claim
    first = len(known) if status.needs_modifier_from is None else status.needs_modifier_from
    fix = AddModifier(case.catalog.modifier_of(THRESHOLD))
    for index, line in enumerate(claim.lines):
        if index >= first and _is_therapy(line, case) and fix.modifier not in line.modifiers:
            why_not = fix.why_not(claim, index)
            if why_not is not None:
                raise CannotBillError((f"{line.procedure} has no room for {fix.modifier}: {why_not}",))
            claim = fix.apply(claim, index)
    return claim


def _is_therapy(line: ServiceLine, case: Case) -> bool:
    is_own = case.own is not None and case.own.modifier in line.modifiers
    return is_own or case.procedures[line.procedure].therapy_disposition is TherapyDisposition.ALWAYS


def _allowed(claim: Claim, case: Case) -> list[Decimal | None]:
    """What each line is allowed: as the visit says, else nationally; nothing where it is no therapy."""
    services = [(line.procedure, int(line.units)) for line in claim.lines]
    result = allowed_amount(services, on=case.visit.on, catalog=case.catalog)
    lacking = {each.code: each for each in result.not_priced}
    priced = iter(result.lines)
    found: list[Decimal | None] = []
    for line in claim.lines:
        without = lacking.get(line.procedure)
        national = next(priced).amount_usd if without is None else _without_amount(without, case)
        own = national if line.allowed_usd is None else line.allowed_usd
        found.append(own if _is_therapy(line, case) else Decimal(0))
    return found


def _without_amount(lacking: NotPriced, case: Case) -> Decimal | None:
    """Zero for what is never paid by itself; of what has no amount for another reason it is not known."""
    status = case.catalog.payment_status.on(case.visit.on).find(lacking.code)
    is_never = status is not None and (status.is_bundled or status.is_never_paid)
    return Decimal(0) if status is not None and is_never and not status.is_excluded else None
