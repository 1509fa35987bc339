"""Procedure codes."""

from __future__ import annotations

import attrs

from .._cells import cell, codes, optional, required, text
from . import Row
from ._words import CodeSystem, Discipline, TherapyDisposition, Timing


def _disciplines(text: str) -> tuple[Discipline, ...] | None:
    return None if text == "unknown" else tuple(map(Discipline, codes(text)))


@attrs.frozen(kw_only=True, eq=False, repr=False)  # as every row is
class Procedure(Row):
    """A CPT or HCPCS Level II procedure code over a span of days.

    Of a HCPCS code outside occupational therapy's list only code, dates and coverage letter are on board.

    Attributes:
        code: the code, such as `97530`.
        label: this project's own words for it; `None` for a HCPCS code that therapists do not bill.
        system: whose code it is.
        category: what kind of service it is, in this project's own closed set.
        timing: how its unit is counted; `None` where the tables do not say.
        unit_minutes: the minutes of a unit, for the timed kinds.
        therapy_disposition: what CMS's therapy code list says of it.
        disciplines: who may furnish it under a therapy plan of care; `None` where the tables do not say.
        primary_codes: the codes that an add-on needs beside it.
        successors: the codes that took its place.
        counterparts: for another discipline's code, what occupational therapy has in its place.
        sites: which anatomic modifiers tell two of them apart: `side`, `finger`, `toe`.
        keywords: further words it is searched by.
        coverage: CMS's coverage letter of a HCPCS code (C carrier judgement, D special instructions,
            I not payable by Medicare, M not covered, S not covered by statute).
    """

    code: str = cell(required)
    label: str | None = cell(text)
    system: CodeSystem = cell(CodeSystem, default=CodeSystem.HCPCS)
    category: str | None = cell(text)
    timing: Timing | None = cell(optional(Timing), default=None)
    unit_minutes: int | None = cell(optional(int), default=None)
    therapy_disposition: TherapyDisposition = cell(TherapyDisposition, default=TherapyDisposition.UNKNOWN)
    disciplines: tuple[Discipline, ...] | None = cell(_disciplines, default=None)
    primary_codes: tuple[str, ...] = cell(codes, default=())
    successors: tuple[str, ...] = cell(codes, default=())
    counterparts: tuple[str, ...] = cell(codes, default=())
    sites: tuple[str, ...] = cell(codes, default=())
    keywords: tuple[str, ...] = cell(codes, repr=False)
    coverage: str | None = cell(text, default=None)

    @property
    def is_evaluation(self) -> bool:
        """Whether it is an evaluation or a re-evaluation."""
        return self.category in ("evaluation", "re-evaluation")
