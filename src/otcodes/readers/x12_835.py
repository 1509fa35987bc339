"""Payments from X12 835 (005010X221) files, with the sums that have to agree."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from ..errors import shown_name
from ..remittances import (
    OUTCOMES,
    Adjustment,
    AdjustmentGroup,
    ClaimOutcome,
    ClaimPayment,
    LinePayment,
    ProviderAdjustment,
    Remittance,
)
from ._x12_transactions import Segment, Transactions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._batch import Problem

GROUPS = tuple(AdjustmentGroup)
# A reason or a remark always has a digit; what has none, or is longer, is out of its place.
CODE = re.compile(r"(?=.*\d)[A-Z0-9]{1,6}", re.ASCII)
HELD = re.compile(r"[A-Z0-9]{0,3}", re.ASCII)
REMARKS: dict[str, Sequence[int]] = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}
REVENUE = "NU"  # the qualifier of a line that has a revenue code alone


@attrs.frozen(kw_only=True)
class Remittances:
    """What a file of payments holds.

    Attributes:
        remittances: a payment each, in the order of the file.
        problems: what could not be read, and where.
        notes: what was read in spite of an oddity, such as sums that do not agree.
    """

    remittances: tuple[Remittance, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read(content: bytes, name: str) -> Remittances:
    """Read the payments; `readers.read_835` says more."""
    reading = _Reading(name)
    reading.run(content)
    return Remittances(
        remittances=tuple(reading.remittances),
        problems=tuple(reading.problems),
        notes=tuple(reading.collected.notes),
    )


@attrs.define
class _Claim:
    facts: dict[str, Any]
    place: str
    lines: list[dict[str, Any]] = attrs.field(factory=list)  # pyright: ignore[reportUnknownVariableType]
    lost: int = 0
    is_lost: bool = False  # an amount of its own could not be read
    is_adrift: bool = False  # a line could not be read, and the segments that follow are that line's


class _Reading(Transactions):
    kind = "835"
    version = "005010X221"
    known = frozenset(
        [
            "AMT",
            "BPR",
            "CAS",
            "CLP",
            "CUR",
            "DTM",
            "LQ",
            "LX",
            "MIA",
            "MOA",
            "N1",
            "N2",
            "N3",
            "N4",
            "NM1",
            "PER",
            "PLB",
            "QTY",
            "RDM",
            "REF",
            "SVC",
            "TA1",
            "TRN",
            "TS2",
            "TS3",
        ]
    )
    expected: ClassVar[str] = "an 835 (005010X221)"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.remittances: list[Remittance] = []
        self._facts: dict[str, Any] = {}
        self._claims: list[ClaimPayment] = []
        self._held: list[ProviderAdjustment] = []
        self._claim: _Claim | None = None
        self._lost = 0
        self._is_sound = True
        self._start = ""

    def begin(self) -> None:
        self._facts, self._claims, self._held = {"file": self.collected.file}, [], []
        self._claim, self._lost, self._is_sound, self._start = None, 0, True, self.place

    def item_id(self) -> str | None:
        return self._claim.facts["claim"] or None if self._claim else None

    def lose_item(self) -> bool:
        was_there, self._claim = self._claim is not None, None
        self._lost += was_there
        self._is_sound = False
        return was_there

    def read(self, segment: Segment) -> None:
        name = segment.name
        if name in ("CLP", "LX", "PLB"):
            self.close_item()
        if name == "CLP":
            self._begin_claim(segment)
        elif name == "PLB":
            self._read_provider(segment)
        elif self._claim is None:
            self._read_header(segment)
        elif name == "SVC":
            self._begin_line(self._claim, segment)
        elif name == "CAS":
            self._read_adjustments(self._claim, segment)
        elif self._claim.lines:
            if not self._claim.is_adrift:
                self._read_line(self._claim.lines[-1], segment)
        elif not self._claim.is_adrift:
            self._read_claim(self._claim, segment)

    def finish(self) -> None:
        remittance = Remittance(
            **self._facts,
            claims=tuple(self._claims),
            provider_adjustments=tuple(self._held),
            lost_claims=self._lost,
        )
        self.remittances.append(remittance)
        if not self._is_sound or self._lost or any(claim.lost_parts for claim in self._claims):
            return
        held = sum((each.amount_usd for each in self._held), Decimal(0))
        paid = -remittance.amount_usd if remittance.is_debit else remittance.amount_usd
        if remittance.claims_usd - held != paid:
            self.note(
                f"the claims ({remittance.claims_usd}) less what is held back beside them ({held}) "
                f"are not the payment ({paid})",
                self._start,
            )

    def _read_header(self, segment: Segment) -> None:
        if segment.name == "BPR":
            amount = self.number(segment, 2)
            self._is_sound = self._is_sound and amount is not None
            if amount is not None:
                self._facts["amount_usd"] = amount
            self._facts["is_debit"] = segment.value(3) == "D"
            self._facts["paid_on"] = self.day(segment, 16)
        elif segment.name == "TRN":
            self._facts["trace_number"] = segment.value(2) or None
            self._facts["payer_id"] = segment.value(3) or None
        elif segment.name in ("SVC", "CAS"):
            self._is_sound = False
            self.problem("a CLP before it")

    def _read_provider(self, segment: Segment) -> None:
        for place in range(3, 14, 2):
            reason = segment.parts(place)[0]
            if not (reason or segment.value(place + 1)):
                continue
            amount = self.number(segment, place + 1)
            if not HELD.fullmatch(reason):
                self.problem("a reason of at most three characters", f"PLB{place:02}")
                amount = None
            if amount is None:
                self._is_sound = False
            else:
                self._held.append(ProviderAdjustment(reason=reason, amount_usd=amount))

    def _begin_claim(self, segment: Segment) -> None:
        code = segment.value(2)
        outcome = OUTCOMES.get(code, ClaimOutcome.UNKNOWN)
        facts: dict[str, Any] = {
            "claim": segment.value(1),
            "status_code": code,
            "outcome": outcome,
            "filing_indicator": segment.value(6) or None,
            "payer_control_number": segment.value(7) or None,
            "adjustments": [],
            "remarks": [],
        }
        claim = self._claim = _Claim(facts, self.place)
        if outcome is ClaimOutcome.UNKNOWN and not code.isdecimal():
            self.problem("the number of what was done with the claim", "CLP02", code)
        elif outcome is ClaimOutcome.UNKNOWN:
            self.note(f"CLP02: {code} is not a number that is known here")
        for field, position in (("charge_usd", 3), ("paid_usd", 4)):
            facts[field] = self.number(segment, position)
            claim.is_lost = claim.is_lost or facts[field] is None
        facts["patient_responsibility_usd"] = self.number(segment, 5, is_needed=False)

    def _read_claim(self, claim: _Claim, segment: Segment) -> None:
        name, facts = segment.name, claim.facts
        if name in REMARKS:
            codes = [segment.value(position) for position in REMARKS[name]]
            facts["remarks"] += filter(CODE.fullmatch, codes)
        elif name == "NM1" and segment.value(1) in ("QC", "IL"):
            self._read_person(facts, segment)
        elif name == "DTM":
            field = {"050": "received_on", "232": "on", "233": "until"}.get(segment.value(1))
            if field:
                facts[field] = self.day(segment, 2)

    @staticmethod
    def _read_person(facts: dict[str, Any], segment: Segment) -> None:
        member = segment.value(9)
        if segment.value(1) == "QC":
            facts["person"] = [segment.value(position) for position in (3, 4, 5, 7, 9)]
            facts["patient"] = member or None
        elif member:  # the patient is not the one insured: a digest tells the persons of one member id apart
            person = "\n".join(facts.get("person", ())).encode("utf-8", "replace")
            facts["patient"] = f"{member}-{hashlib.sha256(person).hexdigest()[:16]}"

    def _read_adjustments(self, claim: _Claim, segment: Segment) -> None:
        if claim.is_adrift:
            return
        found = claim.lines[-1]["adjustments"] if claim.lines else claim.facts["adjustments"]
        group = segment.value(1)
        if group not in GROUPS:
            self.problem(f"a group of adjustments, one of {', '.join(GROUPS)}", "CAS01", group)
            claim.lost += 1
            return
        for position in range(2, len(segment.elements), 3):
            code = segment.value(position)
            if not (code or segment.value(position + 1)):
                continue
            number = self.number(segment, position + 1)
            is_code = CODE.fullmatch(code) is not None
            if not is_code:
                self.problem("the number of a reason", f"CAS{position:02}")
            if number is None or not is_code:
                claim.lost += 1
                continue
            units = self.number(segment, position + 2, is_needed=False)
            found.append(
                Adjustment(group=AdjustmentGroup(group), reason=code, amount_usd=number, quantity=units)
            )

    def _begin_line(self, claim: _Claim, segment: Segment) -> None:
        charge, paid = self.number(segment, 2), self.number(segment, 3)
        claim.is_adrift = charge is None or paid is None
        if claim.is_adrift:
            claim.lost += 1
            return
        kind, procedure, modifiers = segment.procedure(1)
        _, billed, billed_modifiers = segment.procedure(6)
        revenue = segment.value(4) or None
        if kind == REVENUE:
            procedure, revenue = None, procedure
        claim.lines.append(
            {
                "procedure": procedure,
                "modifiers": modifiers,
                "billed_procedure": billed,
                "billed_modifiers": billed_modifiers,
                "revenue_code": revenue,
                "charge_usd": charge,
                "paid_usd": paid,
                "units_paid": self.number(segment, 5, is_needed=False),
                "units_billed": self.number(segment, 7, is_needed=False),
                "adjustments": [],
                "remarks": [],
                "place": self.place,
            }
        )

    def _read_line(self, line: dict[str, Any], segment: Segment) -> None:
        name, kind = segment.name, segment.value(1)
        if name == "DTM" and kind in ("472", "150"):
            line["on"] = self.day(segment, 2)
        elif name == "DTM" and kind == "151":
            line["until"] = self.day(segment, 2)
        elif name == "REF" and kind == "6R":
            line["line_id"] = segment.value(2) or None
        elif name == "AMT" and kind == "B6":
            line["allowed_usd"] = self.number(segment, 2, is_needed=False)
        elif name == "LQ" and kind in ("HE", "RX"):
            line["remarks"] += filter(CODE.fullmatch, [segment.value(2)])

    def close_item(self) -> None:
        claim = self._claim
        if claim is None:
            return
        if claim.is_lost:
            self.lose_item()
            return
        claim.facts.pop("person", None)
        made = ClaimPayment(
            **_spanned(claim.facts),
            lines=tuple(LinePayment(**_spanned(line)) for line in claim.lines),
            lost_parts=claim.lost,
            place=claim.place,
        )
        self._claims.append(made)
        self._claim = None
        if not made.lost_parts:
            self._note_sums(made)

    def _note_sums(self, claim: ClaimPayment) -> None:
        for line in claim.lines:
            if not line.is_balanced:
                self.note(f"claim {shown_name(claim.claim)}: {_sums(line)}", line.place)
        if not claim.is_balanced and all(line.is_balanced for line in claim.lines):
            self.note(f"claim {shown_name(claim.claim)}: {_sums(claim)}", claim.place)


def _sums(paid: ClaimPayment | LinePayment) -> str:
    return f"the charge ({paid.charge_usd}) less its adjustments is not the payment ({paid.paid_usd})"


def _spanned(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without a last day that is the first."""
    if facts.get("until") == facts.get("on"):
        facts.pop("until", None)
    return facts
