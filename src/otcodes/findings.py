"""What a check says: findings, what it could not judge, and the report of both."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from ._text import TextEnum
from ._version import __version__
from .claims import Claim
from .errors import OtcodesError, shown_name
from .fixes import FIXES, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Skipped: TypeAlias = "tuple[str, str, str]"  # a rule's id, where in the claim, and why it could not be judged


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

    def __str__(self) -> str:
        """Where it is, how bad, by which rule, and what is wrong, on one line."""
        parts = (self.file, self.position, self.claim, self.path)
        where = ":".join(shown_name(part) for part in parts if part)
        return f"{where}: {self.severity}: {self.rule}: {self.message}"

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
            fix=FIXES[fix.pop("kind")](**fix) if fix else None,
            suggestions=tuple(facts["suggestions"]),
            carried_forward=facts["carried_forward"],
            line=None if number is None else int(number),
        )


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


class Again:
    """How a report checks its claim again, when it mends it; one from another process cannot."""

    __slots__ = ()

    def check(self, claim: Claim) -> Report:  # noqa: ARG002 -- in the place of one that can
        """The report on the claim as it is then."""
        raise OtcodesError("a report from another process cannot mend its claim: check the claim here")

    def errors_beside(self) -> frozenset[tuple[int, str, str]]:
        """The errors of the claims beside it: which claim's, by which rule, and where."""
        return frozenset()


@attrs.frozen(kw_only=True, repr=False)
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

    claim: Claim
    findings: tuple[Finding, ...]
    _skipped: tuple[Skipped, ...] = attrs.field(alias="skipped")
    editions: Mapping[str, str]
    stale: Mapping[str, str]
    data_version: str
    _again: Again = attrs.field(eq=False, alias="again")

    def __repr__(self) -> str:
        """The findings, and how many rules were not checked."""
        return f"Report(findings={self.findings!r}, not_checked=<{len(self._skipped)}>)"

    @cached_property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """The rules that could not be judged, and why."""
        claim = self.claim
        return tuple(
            [
                NotChecked(rule=rule, reason=reason, path=path, claim=claim.id, file=claim.file)
                for rule, path, reason in self._skipped
            ]
        )

    def __getstate__(self) -> tuple[object, ...]:
        """What is sent to another process: all but the way to check again."""
        return (
            *(self.claim, self.findings, self._skipped, dict(self.editions)),
            *(dict(self.stale), self.data_version),
        )

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Take what was sent."""
        for name, value in zip(REPORTED, (*state, Again()), strict=True):
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

    @property
    def last_day(self) -> dt.date:
        """The last day of service, which `editions` are of; without a line, the first day that there is."""
        return max([line.on for line in self.claim.lines], default=dt.date.min)

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
        """The claim with the safe fixes applied; with `unsafe`, also those only the record can support.

        Raises:
            OtcodesError: as `repair`.
        """
        return self.repair(unsafe=unsafe).claim

    def repair(self, *, unsafe: bool = False) -> Repair:
        """Apply the fixes one by one; one that would bring a new error of any rule is withheld.

        Raises:
            OtcodesError: there is something to mend, and the report came from another process.
        """
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
        return {rule for _, rule, _ in after._again.errors_beside() - before._again.errors_beside()}

    @staticmethod
    def _mended(report: Report, finding: Finding, fix: Fix, *, unsafe: bool) -> tuple[Report | None, str]:
        """The report on the mended claim; or none, and why the fix is withheld."""
        if not (fix.is_safe or unsafe):
            return None, "only the medical record can support it"
        reason = fix.why_not(report.claim, finding.line)
        if reason:
            return None, reason
        after = report._again.check(fix.apply(report.claim, finding.line))
        for error in _new_errors(report, after):
            # One edit may need another (a code of therapy its modifier): both, or neither.
            if error.fix is not None and error.fix.is_safe and not error.fix.why_not(after.claim, error.line):
                after = report._again.check(error.fix.apply(after.claim, error.line))
        new = {error.rule for error in _new_errors(report, after)}
        if new:
            return None, f"it would raise {', '.join(sorted(new))}"
        beside = Report._raised_beside(report, after)
        if beside:
            return None, f"it would raise {', '.join(sorted(beside))} on another claim of the patient"
        # Each applied fix must do away with its finding, or applying would never end.
        stays = any((f.rule, f.path, f.fix) == (finding.rule, finding.path, fix) for f in after.findings)
        return (None, "it does not mend the finding") if stays else (after, "")


REPORTED = ("claim", "findings", "_skipped", "editions", "stale", "data_version", "_again")


def _cells(finding: Finding) -> tuple[str, ...]:
    """A finding as a row of a table."""
    fix, source = finding.fix, finding.citation
    remedy = f"perhaps {', '.join(finding.suggestions)}" if finding.suggestions else ""
    if fix is not None:
        remedy = f"{fix}" if fix.is_safe else f"{fix}, if the record supports it"
    written = "" if source is None else ", ".join(filter(None, (source.title, source.section)))
    return (finding.rule, finding.severity, finding.path, finding.message, remedy, written)


def _new_errors(before: Report, after: Report) -> list[Finding]:
    known = {(error.rule, error.path) for error in before.errors}
    return [error for error in after.errors if (error.rule, error.path) not in known]
