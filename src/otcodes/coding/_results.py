"""What coding a visit gives: the claim, the reasoning, and what is not billed."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from ..claims import Claim, ServiceLine
from ..findings import Citation, Finding, Report


class CodingStep(NamedTuple):
    """One thing that was decided, in words, and where it stands written.

    Attributes:
        text: what was decided.
        citation: where the rule stands; `None` for what the visit itself says.
    """

    text: str
    citation: Citation | None = None


class LeftOut(NamedTuple):
    """A service that is not billed, and why.

    Attributes:
        procedure: its code.
        reason: in words.
    """

    procedure: str
    reason: str


@attrs.frozen(kw_only=True)
class CodedVisit:
    """A visit as a claim.

    Attributes:
        claim: the claim; it has no error of any rule of its payer.
        steps: the reasoning.
        alternatives: groups of codes of which the therapist may choose another one for the last unit.
        left_out: services that are not billed.
        report: what the rules say of the claim; its warnings are what only the record can settle.
    """

    claim: Claim
    steps: tuple[CodingStep, ...] = attrs.field(repr=False)
    alternatives: tuple[tuple[str, ...], ...]
    left_out: tuple[LeftOut, ...]
    report: Report = attrs.field(repr=False)

    @property
    def lines(self) -> tuple[ServiceLine, ...]:
        """The lines of the claim."""
        return self.claim.lines

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What to look at again."""
        return self.report.warnings

    def _repr_html_(self) -> str:
        """The lines, what is not billed, what the rules say and the reasoning, in a notebook."""
        from .. import _html  # noqa: PLC0415 -- only a notebook needs it

        name = "Lines" if self.claim.id is None else f"Lines of {self.claim.id}"
        columns = ("procedure", "units", "modifiers", "minutes", "assistant minutes", "place", "diagnoses")
        lines = (
            (
                *(line.procedure, line.units, line.modifiers, line.minutes, line.assistant_minutes),
                *(line.place, line.diagnoses),
            )
            for line in self.lines
        )
        left_out = _html.table("Not billed", ("procedure", "why"), self.left_out, count=len(self.left_out))
        return _html.block(
            _html.table(name, columns, lines, count=len(self.lines)),
            left_out if self.left_out else "",
            *(
                _html.note(f"for the last unit the therapist may choose: {', '.join(codes)}")
                for codes in self.alternatives
            ),
            self.report._repr_html_(),  # pyright: ignore[reportPrivateUsage]  # the name is the notebook's
            _html.steps("why it is so", [_in_words(step) for step in self.steps]),
        )


def _in_words(step: CodingStep) -> str:
    """A step and its source."""
    if step.citation is None:
        return step.text
    return f"{step.text} [{', '.join(filter(None, (step.citation.title, step.citation.section)))}]"
