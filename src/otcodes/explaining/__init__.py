"""Explaining: claims and the answers of their payers, put together."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ..catalog import Catalog
from ..policy_records import NextStep
from ..remittances import Acknowledgement, Remittance
from ._claim import Explaining
from ._matching import Answers, by_id, owner
from ._results import ClaimExplanation, Explanations, LineExplanation, Standing, Why, in_usd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..claims import Claim
    from ..remittances import ClaimAcknowledgement, ClaimPayment

__all__ = [
    "ClaimExplanation",
    "Explanations",
    "LineExplanation",
    "NextStep",
    "Standing",
    "Why",
    "explain",
    "in_usd",
]


def explain(
    remittance: Remittance | Iterable[Remittance],
    claims: Iterable[Claim],
    *,
    acknowledgements: Acknowledgement | Iterable[Acknowledgement] = (),
    catalog: Catalog | None = None,
) -> Explanations:
    """What became of claims: what was sent, accepted, paid and denied, why, and what to do next.

    A denial is tied to the rules: the claim is checked again. Where a rule that the reason points at finds
    something on that line, its finding and fix are named; where none does, the rules that it points at are.
    The price of a contract (45), sequestration (253) and the patient's share are no denials.

    Args:
        remittance: a payment of a payer, or several.
        claims: the claims as they were billed; a claim goes by its id (CLM01), a line by its control number,
            or else by code, modifiers, day and charge.
        acknowledgements: what a payer or clearinghouse answered on taking the claims in.
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.

    Examples:
        >>> import datetime as dt, otcodes
        >>> from decimal import Decimal
        >>> line = otcodes.ServiceLine("97530", on=dt.date(2026, 3, 2), units=2, charge_usd=Decimal(96))
        >>> claim = otcodes.Claim(id="A1", payer="medicare-b", diagnoses=("M62.81",), lines=(line,))
        >>> from otcodes.remittances import Adjustment, ClaimPayment, LinePayment, Remittance
        >>> paid = LinePayment(
        ...     procedure="97530", charge_usd=96, paid_usd=0,
        ...     adjustments=[Adjustment(group="CO", reason="4", amount_usd=96)])
        >>> answer = ClaimPayment(
        ...     claim="A1", outcome="primary", status_code="1", charge_usd=96, paid_usd=0, lines=[paid])
        >>> found = explain(Remittance(claims=[answer]), [claim])["A1"]
        >>> found.standing.value, found.rules, found.next_steps[0].value
        ('denied', ('modifier.discipline-missing',), 'correct-and-resubmit')
    """
    every = list(claims)
    catalog = catalog or Catalog.bundled()
    remittances = [remittance] if isinstance(remittance, Remittance) else list(remittance)
    given = [acknowledgements] if isinstance(acknowledgements, Acknowledgement) else list(acknowledgements)
    places = by_id(every)
    answers = [Answers() for _ in every]
    days: dict[int, dt.date | None] = {}
    unmatched: list[ClaimPayment] = []
    unknown: list[ClaimAcknowledgement] = []
    for paid in sorted(_once(remittances), key=lambda each: each.paid_on or dt.date.max):
        for payment in paid.claims:
            number = owner(payment, every, places)
            if number is None:
                unmatched.append(payment)
                continue
            answers[number].payments.append(payment)
            days[number] = paid.paid_on
    for said in sorted(given, key=lambda each: each.created_on or dt.date.max):
        for acknowledged in said.claims:
            number = owner(acknowledged, every, places)
            if number is None:
                unknown.append(acknowledged)
                continue
            answers[number].acknowledgements.append(acknowledged)
            days.setdefault(number, said.created_on)
    beside = _beside(every)
    explained = [
        Explaining(claim, answers[number], days.get(number), catalog, beside(claim)).claim()
        for number, claim in enumerate(every)
    ]
    return Explanations(
        claims=tuple(explained), unmatched=tuple(unmatched), unmatched_acknowledgements=tuple(unknown)
    )


def _once(remittances: Iterable[Remittance]) -> list[Remittance]:
    """The payments, without those of one trace number that are handed in again."""
    kept: list[Remittance] = []
    for paid in remittances:
        if paid.trace_number is None or paid not in kept:
            kept.append(paid)
    return kept


def _beside(claims: Sequence[Claim]) -> Callable[[Claim], list[Claim]]:
    """What gives the claims of a claim's patient, itself among them."""
    of_patient: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.patient is not None:
            of_patient.setdefault(claim.patient, []).append(claim)
    return lambda claim: [] if claim.patient is None else of_patient[claim.patient]
