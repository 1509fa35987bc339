"""Tracking: files of claims, acknowledgements and payments in any order, and a line for each claim."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import attrs

from .errors import MissingExtraError, ReadError, shown_name
from .explaining import ClaimExplanation, Explanations, Standing, explain, in_usd
from .readers import read, read_277, read_835, read_x12
from .readers._x12_transactions import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .catalog import Catalog
    from .claims import Claim
    from .readers import Problem
    from .remittances import Acknowledgement, Remittance

CLAIMS, ACKNOWLEDGEMENTS, PAYMENTS = "837", "277", "835"
KINDS = frozenset({CLAIMS, ACKNOWLEDGEMENTS, PAYMENTS})
AT_FAULT = (Standing.DENIED, Standing.PARTLY_PAID, Standing.REJECTED)


@attrs.define
class Exchange:
    """What went to and fro, and what of it could not be read."""

    claims: list[Claim] = attrs.field(factory=list["Claim"])
    acknowledgements: list[Acknowledgement] = attrs.field(factory=list["Acknowledgement"])
    remittances: list[Remittance] = attrs.field(factory=list["Remittance"])
    complaints: list[str] = attrs.field(factory=list[str])
    notes: list[str] = attrs.field(factory=list[str])

    def explained(self, catalog: Catalog | None = None) -> Explanations:
        """What became of the claims."""
        answers = self.acknowledgements
        return explain(self.remittances, self.claims, acknowledgements=answers, catalog=catalog)

    @property
    def has_rejected_files(self) -> bool:
        """Whether a whole file of claims was turned back."""
        return any(each.is_rejected for each in self.acknowledgements)

    def take(self, path: str) -> None:
        """Read a file; what it is, its content says."""
        name = os.path.basename(path)  # noqa: PTH119 -- a message names the file, not the clinic's folders
        try:
            with open(path, "rb") as file:  # noqa: PTH123 -- as the readers do
                content = file.read()
            found = kinds(content) & KINDS
            if found:
                self._take_x12(content, name, found)
            else:
                batch = read(path)
                self.claims += batch.claims
                self._note(batch.problems, batch.notes)
        except ReadError as error:
            self.complaints.append(str(error))
        except MissingExtraError as error:
            self.complaints.append(f"{name}: {error}")
        except OSError as error:
            self.complaints.append(f"{path}: {error.strerror}")

    def _take_x12(self, content: bytes, name: str, found: frozenset[str]) -> None:
        if CLAIMS in found:
            batch = read_x12(content, name=name)
            self.claims += batch.claims
            self._note(batch.problems, batch.notes, found)
        if ACKNOWLEDGEMENTS in found:
            answers = read_277(content, name=name)
            self.acknowledgements += answers.acknowledgements
            self._note(answers.problems, answers.notes, found)
        if PAYMENTS in found:
            payments = read_835(content, name=name)
            self.remittances += payments.remittances
            self._note(payments.problems, payments.notes, found)

    def _note(
        self, problems: Iterable[Problem], notes: Iterable[str], found: frozenset[str] = frozenset()
    ) -> None:
        """Keep what was found amiss; a transaction that another reader takes is none of it."""
        self.complaints += [
            str(problem)
            for problem in problems
            if problem.field != "ST01" or not any(kind in problem.value for kind in found)
        ]
        self.notes += notes


def is_at_fault(explained: Explanations) -> bool:
    """Whether a claim, or a line of one, was denied or turned back."""
    return any(each.standing in AT_FAULT for each in explained)


def in_one_line(each: ClaimExplanation) -> str:
    """A claim: sent, accepted, paid, denied, why, what next."""
    claim = each.claim
    name = shown_name(claim.id) if claim.id else "a claim without an id"
    lines = "1 line" if len(claim.lines) == 1 else f"{len(claim.lines)} lines"
    said = [f"sent {lines}" if each.charge_usd is None else f"sent {in_usd(each.charge_usd)} ({lines})"]
    if not each.has_answer:
        said.append("no answer yet")
    elif each.is_accepted is not None:
        said.append("accepted" if each.is_accepted else "rejected")
    if each.payments:
        said.append(f"paid {in_usd(each.paid_usd)}")
    elif each.standing is Standing.WAITING and each.has_answer:
        said.append("no payment yet")
    if each.denied_usd:
        said.append(f"denied {in_usd(each.denied_usd)}")
    elif each.standing in (Standing.DENIED, Standing.REVERSED):
        said.append(each.standing.value)
    text = f"{name}: {', '.join(said)}"
    why = dict.fromkeys(denial.text for denial in each.denials)
    if why:
        text += f"; why: {' | '.join(why)}"
    return f"{text}; next: {', '.join(step.in_words for step in each.next_steps)}"


def as_dict(explained: Explanations) -> dict[str, Any]:
    """Plain values, for JSON."""
    return {
        "claims": [each.to_dict() for each in explained],
        "unmatched": [
            {"claim": paid.claim, "charge_usd": paid.charge_usd, "paid_usd": paid.paid_usd}
            for paid in explained.unmatched
        ],
        "unmatched_acknowledgements": [
            {"claim": said.claim, "is_accepted": said.is_accepted}
            for said in explained.unmatched_acknowledgements
        ],
    }
