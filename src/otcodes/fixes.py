"""Fixes: edits of a claim as data, that a finding proposes and a report can make."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any, ClassVar

import attrs

from ._text import normalize_code
from .claims import Claim, ServiceLine

MODIFIERS_PER_LINE = 4
CENT = Decimal("0.01")


@attrs.frozen(kw_only=True)
class Fix:
    """An edit of a claim, as data.

    Attributes:
        is_safe: whether the claim alone proves it; otherwise only the medical record can.
        kind: the edit's name in JSON.
    """

    kind: ClassVar[str]
    is_safe: bool = True

    def apply(self, claim: Claim, line: int | None) -> Claim:
        """The claim with the edit made; the same claim where there is nothing left to edit."""
        raise NotImplementedError

    def why_not(self, claim: Claim, line: int | None) -> str | None:  # noqa: ARG002 -- for those that can fail
        """Why the edit cannot be made, or `None`."""
        return None

    def __str__(self) -> str:
        """The edit in words."""
        values = [value for name, value in attrs.asdict(self).items() if not name.startswith("is_")]
        return " ".join([self.kind.replace("-", " "), *map(str, values)])

    def to_dict(self) -> dict[str, Any]:
        """The fix in the documented JSON form."""
        return {"kind": self.kind, **attrs.asdict(self)}


@attrs.frozen(kw_only=True)
class LineFix(Fix):
    """An edit of one line."""

    def apply(self, claim: Claim, line: int | None) -> Claim:
        """The claim with the line edited."""
        if line is None:
            return claim
        return claim.replace_line(line, self.edit(claim.lines[line]))

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line as it should be."""
        raise NotImplementedError


@attrs.frozen
class AddModifier(LineFix):
    """Add a modifier that the line lacks; a discipline's comes first, where payers look for it."""

    kind: ClassVar[str] = "add-modifier"
    modifier: str
    is_first: bool = attrs.field(default=False, kw_only=True)

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with the modifier, once."""
        if self.modifier in line.modifiers or len(line.modifiers) >= MODIFIERS_PER_LINE:
            return line
        added = (self.modifier, *line.modifiers) if self.is_first else (*line.modifiers, self.modifier)
        return attrs.evolve(line, modifiers=added)

    def why_not(self, claim: Claim, line: int | None) -> str | None:
        """A line holds four modifiers."""
        if line is not None and len(claim.lines[line].modifiers) >= MODIFIERS_PER_LINE:
            return f"the line already has {MODIFIERS_PER_LINE} modifiers"
        return None


@attrs.frozen
class RemoveModifier(LineFix):
    """Take a modifier off the line, wherever it stands."""

    kind: ClassVar[str] = "remove-modifier"
    modifier: str

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line without it."""
        kept = tuple(modifier for modifier in line.modifiers if modifier != self.modifier)
        return attrs.evolve(line, modifiers=kept)


@attrs.frozen
class ReplaceModifier(LineFix):
    """Put one modifier in another's place; where the other is there already, just take the first off."""

    kind: ClassVar[str] = "replace-modifier"
    modifier: str
    replacement: str

    def __str__(self) -> str:
        """The edit in words."""
        return f"replace modifier {self.modifier} by {self.replacement}"

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with the replacement, once."""
        swapped = (self.replacement if modifier == self.modifier else modifier for modifier in line.modifiers)
        return attrs.evolve(line, modifiers=tuple(dict.fromkeys(swapped)))


@attrs.frozen
class DropRepeatedModifiers(LineFix):
    """Keep the first of each modifier."""

    kind: ClassVar[str] = "drop-repeated-modifiers"

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with each modifier once."""
        return attrs.evolve(line, modifiers=tuple(dict.fromkeys(line.modifiers)))


@attrs.frozen
class SortModifiers(LineFix):
    """Put the line's modifiers in another order."""

    kind: ClassVar[str] = "sort-modifiers"
    modifiers: tuple[str, ...] = attrs.field(converter=tuple[str, ...])

    def __str__(self) -> str:
        """The edit in words."""
        return f"sort modifiers: {' '.join(self.modifiers)}"

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with the same modifiers in that order; unchanged if they are no longer the same."""
        is_same = sorted(line.modifiers) == sorted(self.modifiers)
        return attrs.evolve(line, modifiers=self.modifiers) if is_same else line


@attrs.frozen
class ReplaceProcedure(LineFix):
    """Bill another procedure code."""

    kind: ClassVar[str] = "replace-procedure"
    procedure: str

    def __str__(self) -> str:
        """The edit in words."""
        return f"bill {self.procedure} instead"

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with the other code."""
        return attrs.evolve(line, procedure=self.procedure)


@attrs.frozen
class SetUnits(LineFix):
    """Bill another number of units."""

    kind: ClassVar[str] = "set-units"
    units: int

    def __str__(self) -> str:
        """The edit in words."""
        return f"set units to {self.units}"

    def edit(self, line: ServiceLine) -> ServiceLine:
        """The line with those units."""
        return attrs.evolve(line, units=self.units)


@attrs.frozen
class SplitLine(Fix):
    """Bill some of a line's units with a modifier, on a line of their own, the last of the claim.

    What stays is without it. The minutes go with whoever furnished them: an assistant's to the new line.
    What is charged and allowed is shared by units.
    """

    kind: ClassVar[str] = "split-line"
    units: int
    modifier: str

    def apply(self, claim: Claim, line: int | None) -> Claim:
        """The claim with the two lines; as it was where the line has no more units than are split off."""
        if line is None or claim.lines[line].units <= self.units:
            return claim
        whole = claim.lines[line]
        charges, allowed = (
            _shared(amount, self.units, whole.units) for amount in (whole.charge_usd, whole.allowed_usd)
        )
        assistant = whole.assistant_minutes
        others = tuple(modifier for modifier in whole.modifiers if modifier != self.modifier)
        kept = attrs.evolve(
            whole,
            units=whole.units - self.units,
            modifiers=others,
            minutes=None if whole.minutes is None else whole.minutes - (assistant or 0),
            assistant_minutes=None if assistant is None else 0,
            charge_usd=charges[0],
            allowed_usd=allowed[0],
        )
        split = attrs.evolve(
            whole,
            units=self.units,
            modifiers=whole.modifiers if others != whole.modifiers else (*others, self.modifier),
            minutes=assistant,
            assistant_minutes=assistant,
            charge_usd=charges[1],
            allowed_usd=allowed[1],
            id=None,
        )
        mended = claim.replace_line(line, kept)
        # At the end, so that every other line keeps its place and what is said of it.
        return attrs.evolve(mended, lines=(*mended.lines, split))

    def why_not(self, claim: Claim, line: int | None) -> str | None:
        """A line holds four modifiers."""
        if line is not None and self.modifier in claim.lines[line].modifiers:
            return None
        return AddModifier(self.modifier).why_not(claim, line)

    def __str__(self) -> str:
        """The edit in words."""
        units = "1 unit" if self.units == 1 else f"{self.units} units"
        return f"bill {units} with {self.modifier} on a line of its own"


def _shared(amount: Decimal | None, part: int, whole: int | Decimal) -> tuple[Decimal | None, Decimal | None]:
    """An amount by units, in cents: what stays, and what goes with a part of them."""
    if amount is None:
        return None, None
    share = (amount * part / whole).quantize(CENT, ROUND_DOWN)
    return amount - share, share


@attrs.frozen
class ReplaceDiagnosis(Fix):
    """Write another diagnosis in one's place, on the claim and wherever a line points at it."""

    kind: ClassVar[str] = "replace-diagnosis"
    diagnosis: str
    replacement: str

    def __str__(self) -> str:
        """The edit in words."""
        return f"replace diagnosis {self.diagnosis} by {self.replacement}"

    def apply(self, claim: Claim, line: int | None) -> Claim:  # noqa: ARG002 -- diagnoses are the claim's
        """The claim with the replacement, once."""

        def swapped(codes: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(
                dict.fromkeys(self.replacement if code == self.diagnosis else code for code in codes)
            )

        lines = tuple(attrs.evolve(each, diagnoses=swapped(each.diagnoses)) for each in claim.lines)
        return attrs.evolve(claim, diagnoses=swapped(claim.diagnoses), lines=lines)


@attrs.frozen
class DropRepeatedDiagnoses(Fix):
    """Keep the first of each diagnosis."""

    kind: ClassVar[str] = "drop-repeated-diagnoses"

    def apply(self, claim: Claim, line: int | None) -> Claim:  # noqa: ARG002 -- diagnoses are the claim's
        """The claim with each diagnosis once."""
        kept: dict[str, str] = {}
        for code in claim.diagnoses:
            kept.setdefault(normalize_code(code), code)
        return attrs.evolve(claim, diagnoses=tuple(kept.values()))


@attrs.frozen
class PutDiagnosisFirst(Fix):
    """Put a diagnosis of the claim before the others, which keep their order."""

    kind: ClassVar[str] = "put-diagnosis-first"
    diagnosis: str

    def __str__(self) -> str:
        """The edit in words."""
        return f"put diagnosis {self.diagnosis} first"

    def apply(self, claim: Claim, line: int | None) -> Claim:  # noqa: ARG002 -- diagnoses are the claim's
        """The claim with that diagnosis first."""
        if self.diagnosis not in claim.diagnoses:
            return claim
        at = claim.diagnoses.index(self.diagnosis)
        others = claim.diagnoses[:at] + claim.diagnoses[at + 1 :]
        return attrs.evolve(claim, diagnoses=(self.diagnosis, *others))


# By kind, as the documented JSON form names them.
FIXES: dict[str, type[Fix]] = {
    fix.kind: fix
    for fix in (
        AddModifier,
        RemoveModifier,
        ReplaceModifier,
        DropRepeatedModifiers,
        SortModifiers,
        ReplaceProcedure,
        SetUnits,
        SplitLine,
        ReplaceDiagnosis,
        DropRepeatedDiagnoses,
        PutDiagnosisFirst,
    )
}
