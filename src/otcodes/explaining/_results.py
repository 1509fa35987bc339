"""What an explanation consists of: standings, reasons in words, and what to do next."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from .._text import TextEnum
from ..policy_records import NextStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..claims import Claim, ServiceLine
    from ..findings import Finding, NotChecked
    from ..remittances import ClaimAcknowledgement, ClaimPayment, LinePayment

NO_WORDS = "no words on board"
URGENCY = tuple(NextStep)


class Standing(TextEnum):
    """How a claim or a line stands with its payer."""

    WAITING = "waiting"
    PAID = "paid"
    PARTLY_PAID = "partly-paid"
    DENIED = "denied"
    REJECTED = "rejected"
    REVERSED = "reversed"

    @property
    def in_words(self) -> str:
        """The same without hyphens."""
        return self.value.replace("-", " ")


def in_usd(amount: Decimal) -> str:
    """An amount with its cents."""
    return f"{amount:.2f}"


def ordered(steps: Iterable[NextStep]) -> tuple[NextStep, ...]:
    """Each step once, the most urgent first; nothing to do is only said where there is nothing else."""
    found = sorted(set(steps), key=URGENCY.index)
    return tuple(step for step in found if step is not NextStep.NOTHING or len(found) == 1)


@attrs.frozen(kw_only=True)
class Why:
    """One reason of a payer, in this project's words, and the rules that could have caught it.

    Attributes:
        code: as the payer sent it: group and reason (`CO 4`), or a status (`A7:453`).
        label: our words for it; `None` where the tables have none.
        amount_usd: what it takes off the payment; `None` for a status.
        remarks: the codes of the remarks beside it, each with our words where there are any.
        is_denial: whether it denies, or turns back, and does not only price or share.
        findings: what `check` says of the claim now that explains it.
        rules: ids of the rules that the reason points at.
        not_checked: those of them that could not be judged, and why.
        next_step: what to do about it.
    """

    code: str
    label: str | None = None
    amount_usd: Decimal | None = None
    remarks: tuple[str, ...] = ()
    is_denial: bool = False
    findings: tuple[Finding, ...] = ()
    rules: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    next_step: NextStep = NextStep.NOTHING

    @property
    def text(self) -> str:
        """All of it in one line of words."""
        amount = "" if self.amount_usd is None else f" {in_usd(self.amount_usd)}"
        remarks = f" ({'; '.join(self.remarks)})" if self.remarks else ""
        return f"{self.code}{amount}: {self.label or NO_WORDS}{remarks}{self._caught}"

    @property
    def _caught(self) -> str:
        if not self.is_denial:
            return ""
        for finding in self.findings[:1]:
            unsure = "" if finding.fix is None or finding.fix.is_safe else ", if the record supports it"
            fix = f"; fix{unsure}: {finding.fix}" if finding.fix else ""
            return f"; {finding.rule} finds it: {finding.message}{fix}"
        if self.not_checked:
            return "; could not be checked here: " + ", ".join(
                sorted({each.rule for each in self.not_checked})
            )
        return "; no rule finds a fault in the claim" if self.rules else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "code": self.code,
            "label": self.label,
            "amount_usd": self.amount_usd,
            "remarks": self.remarks,
            "is_denial": self.is_denial,
            "findings": [finding.to_dict() for finding in self.findings],
            "rules": self.rules,
            "not_checked": [each.to_dict() for each in self.not_checked],
            "next_step": self.next_step.value,
        }


@attrs.frozen(kw_only=True)
class LineExplanation:
    """What became of a service line.

    Attributes:
        line: the line as it was billed.
        index: its place in the claim, from 0.
        standing: how it stands.
        paid_usd: what was paid for it.
        patient_usd: what is left to the patient.
        denied_usd: what was denied.
        why: the reasons, those of denials first.
        payments: what the payer said of it.
        next_steps: what to do, the most urgent first.
    """

    line: ServiceLine
    index: int
    standing: Standing
    paid_usd: Decimal = Decimal(0)
    patient_usd: Decimal = Decimal(0)
    denied_usd: Decimal = Decimal(0)
    why: tuple[Why, ...] = ()
    payments: tuple[LinePayment, ...] = attrs.field(default=(), repr=False)
    next_steps: tuple[NextStep, ...] = ()

    @property
    def denials(self) -> tuple[Why, ...]:
        """The reasons that deny it."""
        return tuple(why for why in self.why if why.is_denial)

    @property
    def steps(self) -> tuple[str, ...]:
        """What happened, in words."""
        line = self.line
        billed = " ".join([line.procedure, *line.modifiers])
        said = f"line {self.index + 1}, {billed}, {line.on}: {self.standing.in_words}"
        if self.payments:
            said += f"; paid {in_usd(self.paid_usd)}, left to the patient {in_usd(self.patient_usd)}"
        return (said, *(f"  {why.text}" for why in self.why))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "line": self.index,
            "procedure": self.line.procedure,
            "modifiers": self.line.modifiers,
            "on": self.line.on,
            "standing": self.standing.value,
            "charge_usd": self.line.charge_usd,
            "paid_usd": self.paid_usd,
            "patient_usd": self.patient_usd,
            "denied_usd": self.denied_usd,
            "why": [why.to_dict() for why in self.why],
            "next_steps": [step.value for step in self.next_steps],
        }


@attrs.frozen(kw_only=True)
class ClaimExplanation:
    """What became of a claim: sent, accepted, paid, denied, why, and what next.

    Attributes:
        claim: the claim as it was billed.
        standing: how it stands.
        is_accepted: whether it was taken in, by the last acknowledgement; `None` where none says so.
        paid_usd: what was paid in all, less what was taken back.
        patient_usd: what is left to the patient.
        denied_usd: what was denied.
        lines: its lines.
        why: the reasons for the claim as a whole.
        next_steps: what to do, the most urgent first.
        payments: what the payer said of it, in order.
        acknowledgements: and before that, on taking it in.
        unmatched_lines: lines of the payer that are none of the claim's.
    """

    claim: Claim
    standing: Standing
    is_accepted: bool | None = None
    paid_usd: Decimal = Decimal(0)
    patient_usd: Decimal = Decimal(0)
    denied_usd: Decimal = Decimal(0)
    lines: tuple[LineExplanation, ...] = ()
    why: tuple[Why, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    payments: tuple[ClaimPayment, ...] = attrs.field(default=(), repr=False)
    acknowledgements: tuple[ClaimAcknowledgement, ...] = attrs.field(default=(), repr=False)
    unmatched_lines: tuple[LinePayment, ...] = ()

    @property
    def charge_usd(self) -> Decimal | None:
        """What was charged; `None` where a line has no charge."""
        charges = [line.charge_usd for line in self.claim.lines]
        known = [charge for charge in charges if charge is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(charges) else None

    @property
    def denials(self) -> tuple[Why, ...]:
        """The reasons that deny or turn back the claim or a line of it, in order."""
        whole = (why for why in self.why if why.is_denial)
        return (*whole, *(why for line in self.lines for why in line.denials))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that find now what the payer denied, each once."""
        return tuple(dict.fromkeys(finding.rule for why in self.denials for finding in why.findings))

    @property
    def has_answer(self) -> bool:
        """Whether there is any answer to it."""
        return bool(self.payments or self.acknowledgements)

    @property
    def steps(self) -> tuple[str, ...]:
        """What happened and what to do, in words."""
        count = "1 line" if len(self.claim.lines) == 1 else f"{len(self.claim.lines)} lines"
        charge = "" if self.charge_usd is None else f", {in_usd(self.charge_usd)}"
        if not self.has_answer:
            return (f"sent: {count}{charge}", "no answer yet", self._next)
        said = [f"sent: {count}{charge}", self._taken_in]
        if self.payments:
            amounts = f"paid {in_usd(self.paid_usd)}, denied {in_usd(self.denied_usd)}"
            left = f"left to the patient {in_usd(self.patient_usd)}"
            said.append(f"{self.standing.in_words}: {amounts}, {left}")
        elif self.standing is Standing.WAITING:
            said.append("no payment yet")
        said += [f"  {why.text}" for why in self.why]
        said += [step for line in self.lines if line.payments or line.why for step in line.steps]
        if self.unmatched_lines:
            said.append(f"lines of the payer that are not the claim's: {len(self.unmatched_lines)}")
        return (*said, self._next)

    @property
    def _taken_in(self) -> str:
        if not self.acknowledgements:
            return "no acknowledgement"
        said = ", ".join(str(status) for status in self.acknowledgements[-1].statuses)
        verdict = {True: "accepted", False: "rejected", None: "acknowledged"}[self.is_accepted]
        return f"{verdict} ({said})" if said else verdict

    @property
    def _next(self) -> str:
        return f"next: {', '.join(step.in_words for step in self.next_steps)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; what belongs to the patient is left out."""
        return {
            "claim": self.claim.id,
            "file": self.claim.file,
            "standing": self.standing.value,
            "charge_usd": self.charge_usd,
            "is_accepted": self.is_accepted,
            "paid_usd": self.paid_usd,
            "patient_usd": self.patient_usd,
            "denied_usd": self.denied_usd,
            "why": [why.to_dict() for why in self.why],
            "lines": [line.to_dict() for line in self.lines],
            "next_steps": [step.value for step in self.next_steps],
            "steps": self.steps,
        }


@attrs.frozen(kw_only=True)
class Explanations:
    """What became of claims; iterating gives them in their order.

    Attributes:
        claims: the claims, in the order in which they were given.
        unmatched: payments for claims that are none of these.
        unmatched_acknowledgements: and acknowledgements.
    """

    claims: tuple[ClaimExplanation, ...]
    unmatched: tuple[ClaimPayment, ...] = ()
    unmatched_acknowledgements: tuple[ClaimAcknowledgement, ...] = ()

    def __iter__(self) -> Iterator[ClaimExplanation]:
        """The claims."""
        return iter(self.claims)

    def __len__(self) -> int:
        """How many claims there are."""
        return len(self.claims)

    def __bool__(self) -> bool:
        """Explanations are there, also of no claim."""
        return True

    def __getitem__(self, claim: str) -> ClaimExplanation:
        """The claim of an id, the last one of several.

        Raises:
            KeyError: there is none.
        """
        found = [each for each in self.claims if each.claim.id == claim]
        if not found:
            raise KeyError(claim)
        return found[-1]
