"""The visit that is being coded: whom it is billed to, what is known of its day, and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._results import CodingStep, LeftOut

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..claims import Visit
    from ..findings import Citation
    from ..payers import PayerPolicy


class Case:
    """One visit for one payer.

    Attributes:
        visit: what was documented.
        payer: the name of the payer on the claim.
        policy: how the payer judges.
        catalog: the tables.
        procedures: those of the visit's day.
        own: the visit's discipline with its modifiers; `None` on a day that they do not cover.
        steps: the reasoning so far.
        left_out: the services that are not billed, so far.
        alternatives: groups of codes of which the therapist may choose another one for the last unit.
    """

    def __init__(self, visit: Visit, payer: str | None, policy: PayerPolicy, catalog: Catalog) -> None:
        self.visit, self.payer, self.policy, self.catalog = visit, payer, policy, catalog
        self.procedures = catalog.procedures.on(visit.on)
        self.own = catalog.disciplines(visit.on).get(visit.discipline)
        self.steps: list[CodingStep] = []
        self.left_out: list[LeftOut] = []
        self.alternatives: tuple[tuple[str, ...], ...] = ()

    def say(self, text: str, citation: Citation | None = None) -> None:
        """Note what was decided."""
        self.steps.append(CodingStep(text, citation))

    def leave_out(self, procedure: str, reason: str, citation: Citation | None = None) -> None:
        """Note a service that is not billed."""
        self.left_out.append(LeftOut(procedure, reason))
        self.say(f"{procedure} is not billed: {reason}", citation)

    def is_timed(self, code: str) -> bool:
        """Whether a code is billed by its minutes."""
        return self.procedures[code].unit_minutes is not None
