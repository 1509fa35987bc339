"""One claim, its answers, and what follows from them."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from .. import payers
from ..checking import check
from ..errors import UnknownPayerError
from ..policy_records import NextStep
from ..remittances import AdjustmentGroup, ClaimOutcome, total
from ._matching import pair_lines, standing_payments
from ._reasons import Words
from ._results import ClaimExplanation, LineExplanation, Standing, Why, ordered

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ..catalog import Catalog
    from ..claims import Claim
    from ..findings import Report
    from ..payers import PayerPolicy
    from ..remittances import ClaimPayment, LinePayment
    from ._matching import Answers

NONE = Decimal(0)
STILL_OPEN = (ClaimOutcome.FORWARDED, ClaimOutcome.PREDETERMINATION)


class Explaining:
    """Explains one claim.

    Args:
        claim: the claim.
        answers: what payers say of it.
        on: the day of the last answer, for the tables.
        catalog: the tables.
        beside: claims of the same patient.
    """

    def __init__(
        self, claim: Claim, answers: Answers, on: dt.date | None, catalog: Catalog, beside: Sequence[Claim]
    ) -> None:
        self._claim, self._answers, self._catalog, self._beside = claim, answers, catalog, beside
        self._words = Words(catalog=catalog, on=on, claim=claim, report=lambda: self._report)
        self._held = standing_payments(answers.payments)

    @cached_property
    def _report(self) -> Report:
        """What the rules say of the claim; the day of receipt stands for a day of submission not known."""
        claim = self._claim
        received = [payment.received_on for payment in self._answers.payments if payment.received_on]
        if claim.submitted_on is None and received:
            claim = attrs.evolve(claim, submitted_on=min(received))
        beside = [claim if each is self._claim else each for each in self._beside]
        return check(claim, policy=self._policy, catalog=self._catalog, beside=beside)

    @property
    def _policy(self) -> PayerPolicy:
        try:
            return self._catalog.policy(self._claim.payer)
        except UnknownPayerError:
            return payers.policy(None)

    def claim(self) -> ClaimExplanation:
        """What became of it."""
        found = (
            self._paid(self._held[-1]) if self._held else self._turned_back() or self._waiting()
        )  # the last answer that holds says how it stands
        return attrs.evolve(
            found,
            is_accepted=self._is_accepted,
            payments=tuple(self._answers.payments),
            acknowledgements=tuple(self._answers.acknowledgements),
            paid_usd=sum((payment.paid_usd for payment in self._answers.payments), NONE),
        )

    @property
    def _is_accepted(self) -> bool | None:
        said = [each.is_accepted for each in self._answers.acknowledgements if each.is_accepted is not None]
        return said[-1] if said else None

    def _waiting(self) -> ClaimExplanation:
        standing = Standing.REVERSED if self._answers.payments else Standing.WAITING
        lines = [
            LineExplanation(line=line, index=index, standing=standing)
            for index, line in enumerate(self._claim.lines)
        ]
        why = [
            self._words.of_status(status, None)
            for said in self._answers.acknowledgements[-1:]
            for status in said.statuses
        ]
        return ClaimExplanation(
            claim=self._claim,
            standing=standing,
            lines=tuple(lines),
            why=tuple(why),
            next_steps=(NextStep.WAIT,),
        )

    def _turned_back(self) -> ClaimExplanation | None:
        """The explanation of a claim that was not taken in; `None` of any other."""
        if self._is_accepted is not False or self._answers.payments:
            return None
        said = [each for each in self._answers.acknowledgements if each.is_accepted is False][-1]
        pairs, _ = pair_lines(self._claim.lines, said.lines, said.on)
        lines: list[LineExplanation] = []
        for index, line in enumerate(self._claim.lines):
            why = _once(
                self._words.of_status(status, index)
                for other in pairs.get(index, ())
                for status in said.lines[other].statuses
            )
            steps = ordered(each.next_step for each in why)
            explained = LineExplanation(
                line=line, index=index, standing=Standing.REJECTED, why=why, next_steps=steps
            )
            lines.append(explained)
        whole = _once(self._words.of_status(status, None) for status in said.statuses)
        reasons = [why for why in (*whole, *(why for line in lines for why in line.why)) if why.is_denial]
        return ClaimExplanation(
            claim=self._claim,
            standing=Standing.REJECTED,
            lines=tuple(lines),
            why=whole,
            next_steps=ordered(why.next_step for why in reasons),
        )

    def _paid(self, last: ClaimPayment) -> ClaimExplanation:
        pairs, left = pair_lines(self._claim.lines, last.lines, last.on)
        whole = tuple(
            self._words.of_adjustment(
                adjustment, last.remarks, None, is_nothing_paid=last.paid_usd <= 0 and not last.lines
            )
            for adjustment in last.adjustments
        )
        lines = [
            self._line(index, [last.lines[other] for other in pairs.get(index, ())], last, whole)
            for index in range(len(self._claim.lines))
        ]
        standing = self._standing(last, lines, whole)
        steps = [step for line in lines for step in line.next_steps]
        if whole or not last.lines:
            steps += [why.next_step for why in whole]
        if standing is Standing.WAITING:
            steps.append(NextStep.WAIT)
        elif standing is Standing.DENIED and not any(why.is_denial for why in _all(whole, lines)):
            steps.append(NextStep.APPEAL)  # denied without a reason that is known
        return ClaimExplanation(
            claim=self._claim,
            standing=standing,
            patient_usd=last.patient_usd,
            denied_usd=sum((why.amount_usd or NONE for why in _all(whole, lines) if why.is_denial), NONE),
            lines=tuple(lines),
            why=_sorted(whole),
            next_steps=ordered(steps or [NextStep.NOTHING]),
            unmatched_lines=tuple(last.lines[other] for other in left),
        )

    def _line(
        self, index: int, payments: Sequence[LinePayment], last: ClaimPayment, whole: Sequence[Why]
    ) -> LineExplanation:
        line = self._claim.lines[index]
        if not payments:  # a payer that lists no lines speaks of all of them at once
            listed = bool(last.lines) or last.outcome in STILL_OPEN
            standing = Standing.WAITING if listed else _standing(last.paid_usd, last.patient_usd, whole)
            return LineExplanation(line=line, index=index, standing=standing)
        paid = sum((payment.paid_usd for payment in payments), NONE)
        why = _sorted(
            self._words.of_adjustment(adjustment, payment.remarks, index, is_nothing_paid=paid <= 0)
            for payment in payments
            for adjustment in payment.adjustments
        )
        patient = sum((total(payment.adjustments, AdjustmentGroup.PATIENT) for payment in payments), NONE)
        return LineExplanation(
            line=line,
            index=index,
            standing=_standing(paid, patient, why),
            paid_usd=paid,
            patient_usd=patient,
            denied_usd=sum((each.amount_usd or NONE for each in why if each.is_denial), NONE),
            why=why,
            payments=tuple(payments),
            next_steps=ordered(each.next_step for each in why),
        )

    @staticmethod
    def _standing(last: ClaimPayment, lines: Sequence[LineExplanation], whole: Sequence[Why]) -> Standing:
        if last.outcome in STILL_OPEN:
            return Standing.WAITING
        if last.outcome is ClaimOutcome.DENIED and last.paid_usd <= 0:
            return Standing.DENIED
        own = _standing(last.paid_usd, last.patient_usd, whole)
        if own is Standing.DENIED and whole:
            return own
        found = {line.standing for line in lines if line.payments}
        if found == {Standing.DENIED}:
            return Standing.DENIED
        if found & {Standing.DENIED, Standing.PARTLY_PAID} or own is Standing.PARTLY_PAID:
            return Standing.PARTLY_PAID
        return Standing.WAITING if Standing.WAITING in found else Standing.PAID if found else own


def _standing(paid: Decimal, patient: Decimal, why: Sequence[Why]) -> Standing:
    """How a line, or a claim of which no lines are listed, stands by its amounts and reasons."""
    denied = [each for each in why if each.is_denial]
    if denied:
        by_patient = sum((each.amount_usd or NONE for each in denied if each.code.startswith("PR ")), NONE)
        return Standing.PARTLY_PAID if paid > 0 or patient > by_patient else Standing.DENIED
    if any(each.next_step is NextStep.WAIT for each in why):
        return Standing.WAITING
    is_settled = paid > 0 or patient > 0 or any(each.next_step is NextStep.NOTHING for each in why)
    return Standing.PAID if is_settled else Standing.DENIED


def _sorted(why: Iterable[Why]) -> tuple[Why, ...]:
    """The reasons, those of denials first."""
    return tuple(sorted(why, key=lambda each: not each.is_denial))


def _once(why: Iterable[Why]) -> tuple[Why, ...]:
    return tuple({each.code: each for each in why}.values())


def _all(whole: Sequence[Why], lines: Sequence[LineExplanation]) -> list[Why]:
    return [*whole, *(why for line in lines for why in line.why)]
