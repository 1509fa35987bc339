"""What a check says: findings with their fixes, what it could not judge, and the report of both."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from ._text import TextEnum, normalize_code
from ._version import __version__
from .claims import Claim, ServiceLine
from .errors import OtcodesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MODIFIERS_PER_LINE = 4
CENT = Decimal("0.01")


class Severity(TextEnum):
    """How bad a finding is: will be rejected or is not compliant, look again, or good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """0 for an error, and up as it gets milder."""
        return _RANKS[self]

    def is_at_least(self, other: Severity) -> bool:
        """Whether it is as bad as another, or worse."""
        return self.rank <= other.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@attrs.frozen
class Citation:
    """Where a rule stands written.

    Attributes:
        title: of the publication.
        section: the place in it.
        url: an address of it, empty where there is none that lasts.
        publisher: who publishes it.
    """

    title: str
    section: str = ""
    url: str = ""
    publisher: str = ""

    def to_dict(self) -> dict[str, str]:
        """The citation in the documented JSON form."""
        return {"title": self.title, "section": self.section, "url": self.url, "publisher": self.publisher}


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


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is wrong with a claim, or worth a look.

    Attributes:
        rule: the rule's stable id.
        severity: how bad it is, by the payer's policy.
        path: where in the claim, such as `lines[0].modifiers`.
        message: what is wrong, in words; it holds no patient data.
        citation: where the rule stands written; `None` for a matter of form.
        fix: an edit that mends it, where there is one.
        suggestions: codes that may be meant, for a person to choose from.
        carried_forward: whether it rests on a table's last edition for a later day.
        claim: the claim's id.
        file: the input's name.
        position: where in the file, such as `segment 37 (SV1)`, if the reader knows; an 837's does.
        line: the index of the line it speaks of.
    """

    rule: str
    severity: Severity
    path: str
    message: str
    citation: Citation | None = None
    fix: Fix | None = None
    suggestions: tuple[str, ...] = ()
    carried_forward: bool = False
    claim: str | None = None
    file: str | None = attrs.field(default=None, eq=False)
    position: str | None = attrs.field(default=None, eq=False)
    line: int | None = attrs.field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The finding in the documented JSON form."""
        return {
            "file": self.file,
            "claim": self.claim,
            "rule": self.rule,
            "severity": self.severity.value,
            "path": self.path,
            "position": self.position,
            "message": self.message,
            "citation": self.citation.to_dict() if self.citation else None,
            "fix": self.fix.to_dict() if self.fix else None,
            "suggestions": list(self.suggestions),
            "carried_forward": self.carried_forward,
        }

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Finding:
        """The finding that `to_dict` wrote.

        Raises:
            KeyError, ValueError, TypeError: it did not.
        """
        path = facts["path"]
        number = path[len("lines[") : path.index("]")] if path.startswith("lines[") else None
        fix = facts["fix"] and dict(facts["fix"])
        return cls(
            file=facts["file"],
            claim=facts["claim"],
            rule=facts["rule"],
            severity=Severity(facts["severity"]),
            path=path,
            position=facts.get("position"),
            message=facts["message"],
            citation=Citation(**facts["citation"]) if facts["citation"] else None,
            fix=_FIXES[fix.pop("kind")](**fix) if fix else None,
            suggestions=tuple(facts["suggestions"]),
            carried_forward=facts["carried_forward"],
            line=None if number is None else int(number),
        )


_FIXES: dict[str, type[Fix]] = {
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


@attrs.frozen(kw_only=True)
class NotChecked:
    """A rule that could not be judged, and why: no data is not a pass.

    Attributes:
        rule: the rule's id.
        reason: what was missing, in words.
        path: where in the claim.
        claim: the claim's id.
        file: the input's name.
    """

    rule: str
    reason: str
    path: str = ""
    claim: str | None = None
    file: str | None = attrs.field(default=None, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """The entry in the documented JSON form."""
        return {
            "file": self.file,
            "claim": self.claim,
            "rule": self.rule,
            "path": self.path,
            "reason": self.reason,
        }


@attrs.frozen(kw_only=True)
class Repair:
    """What came of applying a report's fixes.

    Attributes:
        claim: the claim as mended.
        applied: the findings whose fixes were made.
        withheld: findings whose fix was not made, each with the reason.
    """

    claim: Claim
    applied: tuple[Finding, ...]
    withheld: tuple[tuple[Finding, str], ...]


@attrs.frozen(kw_only=True)
class Report:
    """What the rules say of one claim; iterating gives its findings, in the order of the claim.

    Attributes:
        claim: the claim as it was given.
        findings: what is wrong, ordered by place, then severity, then rule.
        not_checked: the rules that could not be judged, and why.
        editions: of each table that the rules rest on, the edition of the last day of service.
        stale: of those of these tables whose last edition that day is past, that edition: what they say is
            carried forward, if they still answer.
        data_version: the version of the tables; empty where the catalog has none.
    """

    claim: Claim = attrs.field(repr=False)
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...] = attrs.field(repr=lambda found: f"<{len(found)}>")
    editions: Mapping[str, str] = attrs.field(repr=False)
    stale: Mapping[str, str] = attrs.field(repr=False)
    data_version: str = attrs.field(repr=False)
    _recheck: Callable[[Claim], Report] = attrs.field(repr=False, eq=False, alias="recheck")
    _errors_beside: Callable[[], frozenset[tuple[int, str, str]]] = attrs.field(
        repr=False, eq=False, alias="errors_beside"
    )

    def __getstate__(self) -> tuple[object, ...]:
        """What is sent to another process: all but the way to check again."""
        return (
            *(self.claim, self.findings, self.not_checked, dict(self.editions)),
            *(dict(self.stale), self.data_version),
        )

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Take what was sent."""
        for name, value in zip(REPORTED, (*state, _cannot_recheck, frozenset), strict=True):
            object.__setattr__(self, name, value)

    def __iter__(self) -> Iterator[Finding]:
        """The findings."""
        return iter(self.findings)

    def __len__(self) -> int:
        """How many findings there are."""
        return len(self.findings)

    def __bool__(self) -> bool:
        """A report is there, also when it has no finding; ask `is_clean` for what it says."""
        return True

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are warnings."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    @property
    def is_clean(self) -> bool:
        """Whether there is no finding at warning or above; what was not checked is in `not_checked`."""
        return not any(finding.severity.is_at_least(Severity.WARNING) for finding in self.findings)

    def _repr_html_(self) -> str:
        """The findings, and what was not checked, in a notebook."""
        from . import _html  # noqa: PLC0415 -- only a notebook needs it

        errors, warnings = len(self.errors), len(self.warnings)
        counts = f"{_html.counted(errors, 'error')}, {_html.counted(warnings, 'warning')}"
        not_checked = f"not checked: {len(self.not_checked)}"
        skipped = _html.table(
            "No data is not a pass",
            ("rule", "where", "why"),
            ((each.rule, each.path, each.reason) for each in self.not_checked),
            count=len(self.not_checked),
        )
        return _html.block(
            _html.table(
                f"Claim{'' if self.claim.id is None else f' {self.claim.id}'}: {counts}, {not_checked}",
                ("rule", "severity", "where", "what is wrong", "fix", "source"),
                map(_cells, self.findings),
                count=len(self.findings),
            ),
            _html.folded(not_checked, skipped) if self.not_checked else "",
        )

    def to_dict(self) -> dict[str, Any]:
        """The report in the documented JSON form."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "not_checked": [entry.to_dict() for entry in self.not_checked],
            "editions": dict(self.editions),
            "stale": dict(self.stale),
            "version": __version__,
            "data_version": self.data_version,
        }

    def fixed(self, *, unsafe: bool = False) -> Claim:
        """The claim with the safe fixes applied; with `unsafe`, also those only the record can support."""
        return self.repair(unsafe=unsafe).claim

    def repair(self, *, unsafe: bool = False) -> Repair:
        """Apply the fixes one by one; one that would bring a new error of any rule is withheld."""
        report = self
        applied: list[Finding] = []
        withheld: dict[tuple[str, str], tuple[Finding, str]] = {}
        while True:
            for finding in report.findings:
                fix = finding.fix
                if fix is None or (finding.rule, finding.path) in withheld:
                    continue
                after, reason = self._mended(report, finding, fix, unsafe=unsafe)
                if after is not None and finding not in applied:  # twice the same would never end
                    report = after
                    applied.append(finding)
                    withheld.clear()  # the change may have made room for another one
                    break
                withheld[finding.rule, finding.path] = (finding, reason or "it was made already")
            else:
                return Repair(claim=report.claim, applied=tuple(applied), withheld=tuple(withheld.values()))

    @staticmethod
    def _raised_beside(before: Report, after: Report) -> set[str]:
        """The rules by which claims beside this one have errors that they had not before."""
        return {rule for _, rule, _ in after._errors_beside() - before._errors_beside()}

    @staticmethod
    def _mended(report: Report, finding: Finding, fix: Fix, *, unsafe: bool) -> tuple[Report | None, str]:
        """The report on the mended claim; or none, and why the fix is withheld."""
        if not (fix.is_safe or unsafe):
            return None, "only the medical record can support it"
        reason = fix.why_not(report.claim, finding.line)
        if reason:
            return None, reason
        after = report._recheck(fix.apply(report.claim, finding.line))
        for error in _new_errors(report, after):
            # One edit may need another (a code of therapy its modifier): both, or neither.
            if error.fix is not None and error.fix.is_safe and not error.fix.why_not(after.claim, error.line):
                after = report._recheck(error.fix.apply(after.claim, error.line))
        new = {error.rule for error in _new_errors(report, after)}
        if new:
            return None, f"it would raise {', '.join(sorted(new))}"
        beside = Report._raised_beside(report, after)
        if beside:
            return None, f"it would raise {', '.join(sorted(beside))} on another claim of the patient"
        # Each applied fix must do away with its finding, or applying would never end.
        stays = any((f.rule, f.path, f.fix) == (finding.rule, finding.path, fix) for f in after.findings)
        return (None, "it does not mend the finding") if stays else (after, "")


REPORTED = (
    *("claim", "findings", "not_checked", "editions", "stale", "data_version"),
    *("_recheck", "_errors_beside"),
)


def _cells(finding: Finding) -> tuple[str, ...]:
    """A finding as a row of a table."""
    fix, source = finding.fix, finding.citation
    remedy = f"perhaps {', '.join(finding.suggestions)}" if finding.suggestions else ""
    if fix is not None:
        remedy = f"{fix}" if fix.is_safe else f"{fix}, if the record supports it"
    written = "" if source is None else ", ".join(filter(None, (source.title, source.section)))
    return (finding.rule, finding.severity, finding.path, finding.message, remedy, written)


def _cannot_recheck(claim: Claim) -> Report:  # noqa: ARG001 -- in the place of one that can
    raise OtcodesError("a report from another process cannot mend its claim: check the claim here")


def _new_errors(before: Report, after: Report) -> list[Finding]:
    known = {(error.rule, error.path) for error in before.errors}
    return [error for error in after.errors if (error.rule, error.path) not in known]
