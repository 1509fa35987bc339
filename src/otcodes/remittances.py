"""What payers answer: payments (X12 835) and acknowledgements of claims (X12 277CA), without names.

An adjustment and a status keep the numbers that the payer sent; the tables `denial_reasons` and
`claim_statuses` have this project's own words for them, and `otcodes.explain` puts the two together.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ._text import TextEnum
from .claims import is_sane
from .errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

E = TypeVar("E", bound=TextEnum)
NONE = Decimal(0)


def _usd(value: Any, self_: object, field: attrs.Attribute[Any]) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not is_sane(Decimal(value)):
        expected = "a Decimal in US dollars, such as Decimal('120.00')"
        raise FieldError(type(self_).__name__, field.name, value, expected)
    return Decimal(value)


def _optional_usd(value: Any, self_: object, field: attrs.Attribute[Any]) -> Decimal | None:
    return None if value is None else _usd(value, self_, field)


def _with_field(convert: Callable[[Any, object, attrs.Attribute[Any]], object]) -> Any:
    return attrs.Converter(convert, takes_self=True, takes_field=True)


def _word_of(kind: type[E]) -> Any:
    def convert(value: Any, self_: object, field: attrs.Attribute[Any]) -> E:
        try:
            return kind(value)
        except ValueError:
            expected = f"one of {', '.join(kind)}"
            raise FieldError(type(self_).__name__, field.name, value, expected) from None

    return _with_field(convert)


def _tuple(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[Any, ...]:
    if isinstance(value, (str, bytes)):
        raise FieldError(type(self_).__name__, field.name, value, "a tuple")
    try:
        return tuple(value)
    except TypeError:
        raise FieldError(type(self_).__name__, field.name, value, "a tuple") from None


USD = _with_field(_usd)
OPTIONAL_USD = _with_field(_optional_usd)
SEVERAL = _with_field(_tuple)


class AdjustmentGroup(TextEnum):
    """Who bears an adjustment, as the payer groups it.

    `CO`: the practice, by contract or law; `PR`: the patient; `OA`: neither of them; `PI`: the payer cut it;
    `CR`: a correction of the older form of the file.
    """

    CONTRACT = "CO"
    PATIENT = "PR"
    OTHER = "OA"
    PAYER = "PI"
    CORRECTION = "CR"


class ClaimOutcome(TextEnum):
    """What a payer did with a claim (the number in CLP02, in our words).

    A claim that is `primary`, `secondary` or `tertiary` was processed, which does not say that it was paid;
    `forwarded` claims went on to another payer without having been this one's.
    """

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    DENIED = "denied"
    PRIMARY_FORWARDED = "primary-forwarded"
    SECONDARY_FORWARDED = "secondary-forwarded"
    TERTIARY_FORWARDED = "tertiary-forwarded"
    REVERSAL = "reversal"
    FORWARDED = "forwarded"
    PREDETERMINATION = "predetermination"
    UNKNOWN = "unknown"


OUTCOMES = {
    "1": ClaimOutcome.PRIMARY,
    "2": ClaimOutcome.SECONDARY,
    "3": ClaimOutcome.TERTIARY,
    "4": ClaimOutcome.DENIED,
    "19": ClaimOutcome.PRIMARY_FORWARDED,
    "20": ClaimOutcome.SECONDARY_FORWARDED,
    "21": ClaimOutcome.TERTIARY_FORWARDED,
    "22": ClaimOutcome.REVERSAL,
    "23": ClaimOutcome.FORWARDED,
    "25": ClaimOutcome.PREDETERMINATION,
}


@attrs.frozen(kw_only=True)
class Adjustment:
    """A part of a charge that was not paid, and why. A negative amount raises the payment.

    Attributes:
        group: who bears it.
        reason: the number of the reason, such as `45`; `otcodes.denial_reasons` has words for it.
        amount_usd: how much.
        quantity: of how many units, where the payer says so.

    Raises:
        FieldError: a field is of the wrong type or form.

    Examples:
        >>> str(Adjustment(group="CO", reason="45", amount_usd=Decimal("35.10")))
        'CO 45: 35.10'
    """

    group: AdjustmentGroup = attrs.field(converter=_word_of(AdjustmentGroup))
    reason: str
    amount_usd: Decimal = attrs.field(converter=USD)
    quantity: Decimal | None = None

    def __str__(self) -> str:
        """The group, the reason and the amount."""
        return f"{self.group} {self.reason}: {self.amount_usd}"


def total(adjustments: Iterable[Adjustment], group: AdjustmentGroup | None = None) -> Decimal:
    """The sum of adjustments, of one group where one is given."""
    return sum((each.amount_usd for each in adjustments if group in (None, each.group)), NONE)


@attrs.frozen(kw_only=True)
class LinePayment:
    """What a payer says of a service line.

    Attributes:
        procedure: the code that was paid or denied; `None` where the line has only a revenue code.
        modifiers: its modifiers, as the payer has them.
        billed_procedure: the code that was billed, where the payer took another one.
        billed_modifiers: and its modifiers.
        revenue_code: on an institutional claim.
        units_paid: the units that were paid; `None` where the payer leaves it out, which stands for one.
        units_billed: the units that were billed, where those that were paid differ.
        charge_usd: what was charged.
        paid_usd: what was paid.
        allowed_usd: what the payer allows, where it says so.
        on: the day of service, or the first one.
        until: the last one, where it is another.
        adjustments: what was not paid, and why.
        remarks: the codes of remarks, such as `N362`.
        line_id: the line's own control number, as the claim had it.
        place: where in the file it stands.
    """

    procedure: str | None = None
    modifiers: tuple[str, ...] = attrs.field(default=(), converter=SEVERAL)
    billed_procedure: str | None = None
    billed_modifiers: tuple[str, ...] = attrs.field(default=(), converter=SEVERAL)
    revenue_code: str | None = None
    units_paid: Decimal | None = None
    units_billed: Decimal | None = None
    charge_usd: Decimal = attrs.field(converter=USD)
    paid_usd: Decimal = attrs.field(converter=USD)
    allowed_usd: Decimal | None = attrs.field(default=None, converter=OPTIONAL_USD)
    on: dt.date | None = None
    until: dt.date | None = None
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=SEVERAL)
    remarks: tuple[str, ...] = attrs.field(default=(), converter=SEVERAL)
    line_id: str | None = None
    place: str = attrs.field(default="", eq=False, repr=False)

    @property
    def is_balanced(self) -> bool:
        """Whether what was charged, less the adjustments, is what was paid."""
        return self.charge_usd - total(self.adjustments) == self.paid_usd

    @property
    def patient_usd(self) -> Decimal:
        """What is left to the patient."""
        return total(self.adjustments, AdjustmentGroup.PATIENT)


@attrs.frozen(kw_only=True)
class ClaimPayment:
    """What a payer says of a claim.

    Attributes:
        claim: the claim's id, as it was billed.
        outcome: what the payer did with it, in our words.
        status_code: the number it gave for that.
        charge_usd: what was charged.
        paid_usd: what was paid; below zero in a reversal.
        patient_responsibility_usd: what is left to the patient; `None` where the payer does not say.
        payer_control_number: what the payer calls the claim; a corrected claim has to name it.
        filing_indicator: the kind of insurance.
        received_on: the day on which the payer received the claim.
        on: the first day of service, where the payer gives one for the claim.
        until: the last one.
        adjustments: of the claim as a whole; those of its lines are theirs.
        remarks: the codes of remarks on the claim as a whole.
        lines: its lines.
        patient: the member id that the payer has, which is what the 837 reader makes of a subscriber; for a
            dependent, one with a digest. Never shown.
        lost_parts: how many adjustments or lines of it could not be read.
        place: where in the file it stands.

    Raises:
        FieldError: a field is of the wrong type or form.
    """

    claim: str
    outcome: ClaimOutcome = attrs.field(converter=_word_of(ClaimOutcome))
    status_code: str
    charge_usd: Decimal = attrs.field(converter=USD)
    paid_usd: Decimal = attrs.field(converter=USD)
    patient_responsibility_usd: Decimal | None = attrs.field(default=None, converter=OPTIONAL_USD)
    payer_control_number: str | None = None
    filing_indicator: str | None = None
    received_on: dt.date | None = None
    on: dt.date | None = None
    until: dt.date | None = None
    adjustments: tuple[Adjustment, ...] = attrs.field(default=(), converter=SEVERAL)
    remarks: tuple[str, ...] = attrs.field(default=(), converter=SEVERAL)
    lines: tuple[LinePayment, ...] = attrs.field(default=(), converter=SEVERAL)
    patient: str | None = attrs.field(default=None, repr=False)
    lost_parts: int = attrs.field(default=0, eq=False, repr=False)
    place: str = attrs.field(default="", eq=False, repr=False)

    @property
    def is_reversal(self) -> bool:
        """Whether it takes an earlier payment back."""
        return self.outcome is ClaimOutcome.REVERSAL

    @property
    def is_balanced(self) -> bool:
        """Whether what was charged, less all adjustments, is what was paid, on the claim and on each line."""
        lines = (adjustment for line in self.lines for adjustment in line.adjustments)
        own = self.charge_usd - total(self.adjustments) - total(lines) == self.paid_usd
        return own and all(line.is_balanced for line in self.lines)

    @property
    def patient_usd(self) -> Decimal:
        """What is left to the patient: as the payer says, or else by its adjustments."""
        if self.patient_responsibility_usd is not None:
            return self.patient_responsibility_usd
        lines = sum((line.patient_usd for line in self.lines), NONE)
        return total(self.adjustments, AdjustmentGroup.PATIENT) + lines


@attrs.frozen(kw_only=True)
class ProviderAdjustment:
    """An amount that is held back or added beside the claims (PLB): interest, a balance, a recovery.

    Attributes:
        reason: its code, such as `WO`.
        amount_usd: how much is held back; below zero what is added.
    """

    reason: str
    amount_usd: Decimal = attrs.field(converter=USD)


@attrs.frozen(kw_only=True)
class Remittance:
    """One payment of a payer, with the claims that it is for.

    Attributes:
        trace_number: of the check or transfer.
        payer_id: the number by which the payer goes with its bank; its name is not kept.
        paid_on: the day of the payment.
        amount_usd: what was paid in all.
        is_debit: whether the amount is taken back and not paid.
        claims: the claims, in the order of the file.
        provider_adjustments: what was held back or added beside them.
        lost_claims: how many of its claims could not be read.
        file: the name of the input.

    Raises:
        FieldError: a field is of the wrong type or form.
    """

    trace_number: str | None = None
    payer_id: str | None = None
    paid_on: dt.date | None = None
    amount_usd: Decimal = attrs.field(default=NONE, converter=USD)
    is_debit: bool = False
    claims: tuple[ClaimPayment, ...] = attrs.field(default=(), converter=SEVERAL)
    provider_adjustments: tuple[ProviderAdjustment, ...] = attrs.field(default=(), converter=SEVERAL)
    lost_claims: int = attrs.field(default=0, eq=False, repr=False)
    file: str | None = attrs.field(default=None, eq=False)

    @property
    def claims_usd(self) -> Decimal:
        """What its claims were paid together."""
        return sum((claim.paid_usd for claim in self.claims), NONE)

    @property
    def is_balanced(self) -> bool:
        """Whether the claims, less what was held back beside them, are what was paid; each of them, too."""
        held = sum((each.amount_usd for each in self.provider_adjustments), NONE)
        paid = -self.amount_usd if self.is_debit else self.amount_usd
        return self.claims_usd - held == paid and all(claim.is_balanced for claim in self.claims)


@attrs.frozen(kw_only=True)
class Status:
    """What an acknowledgement says, in the numbers that were sent.

    Attributes:
        category: such as `A7`; `otcodes.claim_statuses` has words for it.
        code: the number of what is meant, such as `453`; empty where there is none.
        entity: a code for whom it is about, such as `IL` for the subscriber.
        is_rejection: whether it turns the claim back; `None` where that is not known.
    """

    category: str
    code: str = ""
    entity: str = ""
    is_rejection: bool | None = None

    def __str__(self) -> str:
        """Its numbers, joined as the file has them."""
        return ":".join(part for part in (self.category, self.code, self.entity) if part)


def _verdict(statuses: Iterable[Status]) -> bool | None:
    said = [status.is_rejection for status in statuses if status.is_rejection is not None]
    return not any(said) if said else None


@attrs.frozen(kw_only=True)
class LineAcknowledgement:
    """What an acknowledgement says of a service line; only lines at fault are listed.

    Attributes:
        procedure: the code.
        modifiers: its modifiers.
        charge_usd: what was charged.
        on: the day of service, or the first one.
        line_id: the line's own control number, as the claim had it.
        statuses: what is said.
        place: where in the file it stands.
    """

    procedure: str | None = None
    modifiers: tuple[str, ...] = attrs.field(default=(), converter=SEVERAL)
    charge_usd: Decimal | None = attrs.field(default=None, converter=OPTIONAL_USD)
    on: dt.date | None = None
    line_id: str | None = None
    statuses: tuple[Status, ...] = attrs.field(default=(), converter=SEVERAL)
    place: str = attrs.field(default="", eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ClaimAcknowledgement:
    """What an acknowledgement says of a claim.

    Attributes:
        claim: the claim's id, as it was billed.
        statuses: what is said of the claim as a whole.
        charge_usd: what was charged.
        payer_control_number: what the payer calls the claim, where it took it in.
        on: the first day of service.
        until: the last one.
        lines: the lines at fault.
        place: where in the file it stands.
    """

    claim: str
    statuses: tuple[Status, ...] = attrs.field(default=(), converter=SEVERAL)
    charge_usd: Decimal | None = attrs.field(default=None, converter=OPTIONAL_USD)
    payer_control_number: str | None = None
    on: dt.date | None = None
    until: dt.date | None = None
    lines: tuple[LineAcknowledgement, ...] = attrs.field(default=(), converter=SEVERAL)
    place: str = attrs.field(default="", eq=False, repr=False)

    @property
    def is_accepted(self) -> bool | None:
        """Whether the claim was taken in, which does not say that it will be paid; `None`: not known."""
        return _verdict(self.statuses)


@attrs.frozen(kw_only=True)
class Acknowledgement:
    """One answer to a file of claims: which of them were taken in, and which turned back.

    Attributes:
        created_on: the day on which it was written.
        claims: the claims, in the order of the file.
        statuses: what is said of the whole of the file, and of the billing provider.
        file: the name of the input.
    """

    created_on: dt.date | None = None
    claims: tuple[ClaimAcknowledgement, ...] = attrs.field(default=(), converter=SEVERAL)
    statuses: tuple[Status, ...] = attrs.field(default=(), converter=SEVERAL)
    file: str | None = attrs.field(default=None, eq=False)

    @property
    def is_rejected(self) -> bool:
        """Whether the file or its billing provider was turned back: none of its claims was taken in."""
        return _verdict(self.statuses) is False
