"""Acknowledgements of claims from X12 277CA (005010X214) files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from ..catalog import Catalog
from ..remittances import Acknowledgement, ClaimAcknowledgement, LineAcknowledgement, Status
from ._x12_transactions import Segment, Transactions

if TYPE_CHECKING:
    import datetime as dt

    from ._batch import Problem

# What a status looks like; anything else is out of its place, and may be part of a name.
FORM = re.compile(r"[A-Z]\d[0-9A-Z]?:\d{0,4}:[0-9A-Z]{0,3}", re.ASCII)
PATIENT = "PT"  # the level of claims; above it stand the payer, who sent the file, and the billing provider
STATUSES = (1, 10, 11)  # the elements of an STC that hold one
ACTIONS = {"U": True, "WQ": False}  # whether the claim is turned back


@attrs.frozen(kw_only=True)
class Acknowledgements:
    """What a file of acknowledgements holds.

    Attributes:
        acknowledgements: an answer each, in the order of the file.
        problems: what could not be read, and where.
        notes: what was read in spite of an oddity.
    """

    acknowledgements: tuple[Acknowledgement, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read(content: bytes, name: str) -> Acknowledgements:
    """Read the acknowledgements; `readers.read_277` says more."""
    reading = _Reading(name)
    reading.run(content)
    return Acknowledgements(
        acknowledgements=tuple(reading.acknowledgements),
        problems=tuple(reading.problems),
        notes=tuple(reading.collected.notes),
    )


class _Reading(Transactions):
    kind = "277"
    version = "005010X214"
    known = frozenset(
        ["AMT", "BHT", "DMG", "DTP", "HL", "N1", "NM1", "PER", "QTY", "REF", "STC", "SVC", "TA1", "TRN"]
    )
    expected: ClassVar[str] = "a 277CA (005010X214)"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.acknowledgements: list[Acknowledgement] = []
        self._created: dt.date | None = None
        self._claims: list[ClaimAcknowledgement] = []
        self._statuses: list[Status] = []
        self._level = ""
        self._claim: dict[str, Any] | None = None

    def begin(self) -> None:
        self._created, self._claims, self._statuses = None, [], []
        self._level, self._claim = "", None

    def item_id(self) -> str | None:
        return self._claim["claim"] or None if self._claim else None

    def lose_item(self) -> bool:
        was_there, self._claim = self._claim is not None, None
        return was_there

    def read(self, segment: Segment) -> None:
        name = segment.name
        if name == "HL":
            self.close_item()
            self._level = segment.value(3)
        elif name == "BHT":
            self._created = self.day(segment, 4)
        elif name == "TRN" and self._level == PATIENT:
            self.close_item()
            self._claim = {
                "claim": segment.value(2),
                "statuses": [],
                "lines": [],
                "place": self.place,
            }
        elif self._claim:
            self._read_claim(self._claim, segment)
        elif name == "STC":
            self._statuses += self._read_statuses(segment)

    def _read_claim(self, claim: dict[str, Any], segment: Segment) -> None:
        name = segment.name
        at_hand = claim["lines"][-1] if claim["lines"] else claim
        if name == "STC":
            at_hand["statuses"] += self._read_statuses(segment)
            if at_hand is claim and claim.get("charge_usd") is None:
                claim["charge_usd"] = self.number(segment, 4, is_needed=False)
        elif name == "SVC":
            _, procedure, modifiers = segment.procedure(1)
            claim["lines"].append(
                {
                    "procedure": procedure,
                    "modifiers": modifiers,
                    "charge_usd": self.number(segment, 2, is_needed=False),
                    "statuses": [],
                    "place": self.place,
                }
            )
        elif name == "DTP" and segment.value(1) == "472":
            first, last = self.days(segment, 3)
            at_hand["on"] = first
            if at_hand is claim:
                claim["until"] = last
        elif name == "REF" and segment.value(1) == "1K" and at_hand is claim:
            claim["payer_control_number"] = segment.value(2) or None
        elif name == "REF" and segment.value(1) in ("FJ", "6R") and at_hand is not claim:
            at_hand["line_id"] = segment.value(2) or None

    def _read_statuses(self, segment: Segment) -> list[Status]:
        action = ACTIONS.get(segment.value(3))
        found: list[Status] = []
        for position in STATUSES:
            category, code, entity, *_ = [*segment.parts(position), "", "", ""]
            if FORM.fullmatch(f"{category}:{code}:{entity}"):
                turned_back = _is_rejection(category, self._created) if action is None else action
                found.append(Status(category=category, code=code, entity=entity, is_rejection=turned_back))
        if not found:
            self.problem("a status as A1:20", "STC01")
        return found

    def close_item(self) -> None:
        claim = self._claim
        if claim is None:
            return
        if not claim["statuses"] and not claim["lines"]:
            self.problem("a status (STC) behind it", place=claim["place"])
        else:
            lines = [LineAcknowledgement(**line) for line in claim.pop("lines")]
            self._claims.append(ClaimAcknowledgement(**claim, lines=tuple(lines)))
        self._claim = None

    def finish(self) -> None:
        found = Acknowledgement(
            created_on=self._created,
            claims=tuple(self._claims),
            statuses=tuple(self._statuses),
            file=self.collected.file,
        )
        self.acknowledgements.append(found)
        if found.is_rejected:
            said = ", ".join(str(status) for status in found.statuses if status.is_rejection)
            self.note(f"the file of claims, or its billing provider, was turned back ({said})")


def _is_rejection(category: str, on: dt.date | None) -> bool | None:
    """Whether a category turns a claim back, where the file does not say so itself."""
    table = Catalog.bundled().claim_statuses
    found = table.on(on or table.coverage.last).find(("category", category))
    return None if found is None or found.is_rejection is None else found.is_rejection
