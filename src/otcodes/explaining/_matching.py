"""Which answer belongs to which claim, and which line of it to which line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from ..claims import Claim, ServiceLine
    from ..remittances import ClaimAcknowledgement, ClaimPayment, LineAcknowledgement, LinePayment


@attrs.define
class Answers:
    """What payers say of one claim, oldest first."""

    payments: list[ClaimPayment] = attrs.field(factory=list["ClaimPayment"])
    acknowledgements: list[ClaimAcknowledgement] = attrs.field(factory=list["ClaimAcknowledgement"])


def key(claim: str) -> str:
    """A claim's id as it is compared: some payers turn it to upper case."""
    return claim.strip().upper()


def by_id(claims: Iterable[Claim]) -> dict[str, list[int]]:
    """The places of the claims of each id."""
    found: dict[str, list[int]] = {}
    for number, claim in enumerate(claims):
        if claim.id:
            found.setdefault(key(claim.id), []).append(number)
    return found


def owner(
    answer: ClaimPayment | ClaimAcknowledgement, claims: Sequence[Claim], places: Mapping[str, list[int]]
) -> int | None:
    """The place of the claim that an answer is for.

    Where several claims have one id, as an original and its correction, charge and days tell them apart, and
    of equal ones the last was the one answered.
    """
    found = places.get(key(answer.claim), [])
    return max(found, key=lambda number: (_likeness(answer, claims[number]), number), default=None)


def _likeness(answer: ClaimPayment | ClaimAcknowledgement, claim: Claim) -> int:
    charges = [line.charge_usd for line in claim.lines]
    sent = sum((charge for charge in charges if charge is not None), Decimal(0))
    days = {line.on for line in claim.lines}
    own = {day for line in answer.lines if (day := line.on)} or {day for day in (answer.on,) if day}
    is_charge = answer.charge_usd is not None and abs(answer.charge_usd) == sent
    return 2 * is_charge + bool(days & own)


def standing_payments(payments: Sequence[ClaimPayment]) -> list[ClaimPayment]:
    """The payments that hold: those that were not taken back, without those that took them back."""
    left: list[ClaimPayment] = []
    for payment in payments:
        if not payment.is_reversal:
            left.append(payment)
            continue
        taken_back = [each for each in left if _is_reversed(each, payment)]
        if taken_back:
            left.remove(taken_back[-1])
    return left


def _is_reversed(payment: ClaimPayment, reversal: ClaimPayment) -> bool:
    numbers = payment.payer_control_number, reversal.payer_control_number
    return abs(payment.charge_usd) == abs(reversal.charge_usd) and (
        numbers[0] == numbers[1] or abs(payment.paid_usd) == abs(reversal.paid_usd)
    )


def _codes(line: LinePayment | LineAcknowledgement) -> tuple[str | None, tuple[str, ...]]:
    """The code and modifiers that were billed, as the payer has them."""
    billed = getattr(line, "billed_procedure", None)
    if billed:
        return billed, getattr(line, "billed_modifiers", ())
    return line.procedure, line.modifiers


def _same_code(line: ServiceLine, other: LinePayment | LineAcknowledgement) -> bool:
    procedure, _ = _codes(other)
    if procedure is None:
        return getattr(other, "revenue_code", None) in (None, line.revenue_code)
    return line.procedure in (procedure, other.procedure)


def _same_day(line: ServiceLine, other: LinePayment | LineAcknowledgement, default: dt.date | None) -> bool:
    day = other.on or default
    return day is None or line.on == day


def pair_lines(
    lines: Sequence[ServiceLine],
    others: Sequence[LinePayment] | Sequence[LineAcknowledgement],
    day: dt.date | None,
) -> tuple[dict[int, list[int]], list[int]]:
    """Which of the payer's lines belong to each line, by their places; and those that belong to none.

    The line's own control number decides; without one the code with modifiers, day and charge; then less and
    less of them. A payer may answer one line by several.
    """
    found: dict[int, list[int]] = {}
    left = list(range(len(others)))
    for is_pair, may_share in _TESTS:
        for other in list(left):
            fits = (
                number
                for number, line in enumerate(lines)
                if (may_share or number not in found) and is_pair(line, others[other], day)
            )
            number = next(fits, None)
            if number is not None:
                found.setdefault(number, []).append(other)
                left.remove(other)
    return found, left


def _by_number(line: ServiceLine, other: LinePayment | LineAcknowledgement, day: dt.date | None) -> bool:
    is_same = bool(line.id and other.line_id) and key(line.id or "") == key(other.line_id or "")
    return is_same and _same_code(line, other) and _same_day(line, other, day)


def _by_code(line: ServiceLine, other: LinePayment | LineAcknowledgement, day: dt.date | None) -> bool:
    return _same_code(line, other) and _same_day(line, other, day)


def _by_modifiers(line: ServiceLine, other: LinePayment | LineAcknowledgement, day: dt.date | None) -> bool:
    return _by_code(line, other, day) and set(line.modifiers) == set(_codes(other)[1])


def _by_charge(line: ServiceLine, other: LinePayment | LineAcknowledgement, day: dt.date | None) -> bool:
    return _by_code(line, other, day) and line.charge_usd == other.charge_usd


def _by_all(line: ServiceLine, other: LinePayment | LineAcknowledgement, day: dt.date | None) -> bool:
    return _by_modifiers(line, other, day) and _by_charge(line, other, day)


# From the surest to the least sure, and whether a line may have several: one that the payer split.
_TESTS = (
    (_by_number, True),
    (_by_all, False),
    (_by_modifiers, False),
    (_by_charge, False),
    (_by_code, False),
    (_by_modifiers, True),
)
