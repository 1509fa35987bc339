"""Counting: one report after another; nothing of a claim is kept but numbers under names that we know."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ..calc.units import timed_units
from ..catalog import PROCEDURE
from ..errors import OtcodesError
from ..findings import Severity
from ..payers import UnitMethod
from ..tables import Verdict
from ._results import NOTHING, Audit, Tally, UnitDays, by_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence
    from decimal import Decimal

    from ..catalog import Catalog
    from ..claims import Claim, ServiceLine
    from ..findings import Finding, Report
    from ..payers import PayerPolicy

# In the place of a procedure that has not the form of one: such text has no end, and may be anything.
MALFORMED = "malformed"
KEPT = 10_000  # what minutes allow: most days of a practice are like another one


class Counting:
    """What was counted so far."""

    def __init__(self, catalog: Catalog, policy_of: Callable[[Claim], PayerPolicy]) -> None:
        self._catalog = catalog
        self._policy_of = policy_of
        self._total = Tally()
        self._tallies: dict[str, dict[str, Tally]] = {
            name: {} for name in ("by_rule", "by_code", "by_payer", "by_therapist", "by_week", "by_group")
        }
        self._not_checked: Counter[str] = Counter()
        self._minutes = self._billed = self._may_bill = self._not_reckoned = 0
        self._differences: Counter[int] = Counter()
        self._unknown_payers = 0
        self._days: list[dt.date] = []  # the first and the last one
        self._data_versions: set[str] = set()
        self._stale: dict[str, str] = {}
        self._allowed: dict[tuple[object, ...], int | None] = {}
        self._form = re.compile(PROCEDURE)

    def take(self, report: Report, group: str | None) -> None:
        """Count a report, and the claim that it is on."""
        claim, findings = report.claim, report.findings
        at_risk = _lines_of(report.errors, claim)
        whole = _tally(report, range(len(claim.lines)), findings, at_risk)
        policy = self._policy_of(claim)
        self._total += whole
        self._add("by_payer", policy.name, whole)
        if claim.lines:
            days = [line.on for line in claim.lines]
            self._days = [min(self._days + days), max(self._days + days)]
            year, week, _ = min(days).isocalendar()
            self._add("by_week", f"{year:04}-W{week:02}", whole)
        if group is not None:
            self._add("by_group", group, whole)
        for code, numbers in self._codes(claim).items():
            own = [finding for finding in findings if finding.line in numbers]
            self._add("by_code", code, _tally(report, numbers, own, at_risk))
        for therapist, numbers in _therapists(claim).items():
            # What is wrong with a claim as a whole is of everyone on it.
            own = [finding for finding in findings if finding.line is None or finding.line in numbers]
            self._add("by_therapist", therapist, _tally(report, numbers, own, at_risk))
        for rule in {finding.rule for finding in findings}:
            own = [finding for finding in findings if finding.rule == rule]
            errors = [finding for finding in own if finding.severity is Severity.ERROR]
            tally = _tally(report, _lines_of(own, claim), own, _lines_of(errors, claim))
            self._add("by_rule", rule, tally)
        self._not_checked.update({entry.rule for entry in report.not_checked})
        self._unknown_payers += claim.payer is not None and policy is self._catalog.policy(None)
        self._data_versions.add(report.data_version)
        if not report.stale.items() <= self._stale.items():
            self._stale = by_name(max, self._stale, report.stale)
        self._take_units(claim, policy)

    def audit(self) -> Audit:
        """What was counted, in order."""
        codes, table = self._tallies["by_code"], self._catalog.common_procedures
        return Audit(
            total=self._total,
            **{name: dict(sorted(tallies.items())) for name, tallies in self._tallies.items()},
            not_checked=dict(sorted(self._not_checked.items())),
            units=UnitDays(
                days=self._differences.total(),
                minutes=self._minutes,
                billed=self._billed,
                allowed=self._may_bill,
                by_difference=dict(sorted(self._differences.items())),
                not_reckoned=self._not_reckoned,
            ),
            unknown_payers=self._unknown_payers,
            unread=0,  # the reader's to say
            first_day=self._days[0] if self._days else None,
            last_day=self._days[1] if self._days else None,
            labels={code: label for code in sorted(codes) if (label := self._label(code))},
            published_list=table.editions[-1].title,
            published_ranks=dict(sorted((row.code, row.rank) for row in table)),
            data_versions=tuple(sorted(self._data_versions)),
            stale=self._stale,
        )

    def _add(self, kind: str, name: str, tally: Tally) -> None:
        tallies = self._tallies[kind]
        known = tallies.get(name)
        tallies[name] = tally if known is None else known + tally

    def _codes(self, claim: Claim) -> dict[str, list[int]]:
        """The lines of each procedure."""
        codes: dict[str, list[int]] = {}
        for number, line in enumerate(claim.lines):
            code = line.procedure if self._form.fullmatch(line.procedure) else MALFORMED
            codes.setdefault(code, []).append(number)
        return codes

    def _label(self, code: str) -> str | None:
        try:
            return self._catalog.procedures.history(code)[-1].label
        except OtcodesError:  # not a code, or none that the tables know
            return None

    def _take_units(self, claim: Claim, policy: PayerPolicy) -> None:
        days: dict[tuple[object, ...], list[ServiceLine]] = {}
        for line in claim.lines:
            days.setdefault((line.on, line.discipline or claim.discipline), []).append(line)
        for lines in days.values():
            self._take_day(lines, policy, is_whole=not claim.lost_lines)

    def _take_day(self, lines: Sequence[ServiceLine], policy: PayerPolicy, *, is_whole: bool) -> None:
        """The timed units of one day and discipline of a claim, against those that its minutes allow."""
        on = lines[0].on
        procedures = self._catalog.procedures.on(on)
        minutes: dict[str, int] = {}
        billed, is_told = 0, is_whole
        for line in lines:
            row = procedures.find(line.procedure)
            if row is not None and row.unit_minutes is not None:
                minutes[line.procedure] = minutes.get(line.procedure, 0) + (line.minutes or 0)
                billed += int(line.units)
                is_told = is_told and line.minutes is not None and _has_whole_units(line)
            elif row is None and line.minutes != 0:
                # Minutes of a code that is not in force may be of the day's.
                verdict = procedures.table.verdict(line.procedure, on=on)
                is_told = is_told and line.minutes is None and verdict is not Verdict.NOT_EFFECTIVE
        if not minutes:
            return
        allowed = self._units_of(minutes, on, policy) if is_told else None
        if allowed is None:
            self._not_reckoned += 1
            return
        self._minutes += sum(minutes.values())
        self._billed += billed
        self._may_bill += allowed
        self._differences[billed - allowed] += 1

    def _units_of(self, minutes: dict[str, int], on: dt.date, policy: PayerPolicy) -> int | None:
        """What minutes allow by the payer's method; `None` where that is not known, and the two differ."""
        key = (on, policy.unit_method, *minutes.items())
        if key not in self._allowed:
            if len(self._allowed) >= KEPT:
                self._allowed.clear()
            methods = (policy.unit_method,) if policy.unit_method else tuple(UnitMethod)
            totals = {
                timed_units(minutes, on=on, method=method, catalog=self._catalog).total for method in methods
            }
            self._allowed[key] = totals.pop() if len(totals) == 1 else None
        return self._allowed[key]


def _has_whole_units(line: ServiceLine) -> bool:
    return isinstance(line.units, int) and line.units > 0


def _therapists(claim: Claim) -> dict[str, list[int]]:
    """The lines of each therapist that the claim names."""
    therapists: dict[str, list[int]] = {}
    for number, line in enumerate(claim.lines):
        if line.rendering_provider is not None:
            therapists.setdefault(line.rendering_provider, []).append(number)
    return therapists


def _lines_of(findings: Sequence[Finding], claim: Claim) -> frozenset[int]:
    """The lines that findings speak of; one on the claim as a whole speaks of every line."""
    numbers = {finding.line for finding in findings}
    if None in numbers:
        return frozenset(range(len(claim.lines)))
    return frozenset(number for number in numbers if number is not None)


def _tally(
    report: Report, numbers: Collection[int], findings: Sequence[Finding], at_risk: frozenset[int]
) -> Tally:
    """Some lines of a claim, and some of the findings on it."""
    severities = [finding.severity for finding in findings]
    charges: list[Decimal] = []
    allowed: list[Decimal] = []
    risked: list[Decimal] = []
    risked_allowed: list[Decimal] = []
    units: list[int | Decimal] = []
    for number in numbers:
        line = report.claim.lines[number]
        units.append(line.units)
        if line.charge_usd is not None:
            charges.append(line.charge_usd)
            if number in at_risk:
                risked.append(line.charge_usd)
        if line.allowed_usd is not None:
            allowed.append(line.allowed_usd)
            if number in at_risk:
                risked_allowed.append(line.allowed_usd)
    return Tally(
        claims=1,
        clean_claims=int(report.is_clean),
        lines=len(numbers),
        units=sum(units),
        errors=severities.count(Severity.ERROR),
        warnings=severities.count(Severity.WARNING),
        information=severities.count(Severity.INFORMATION),
        safe_fixes=sum(finding.fix is not None and finding.fix.is_safe for finding in findings),
        lines_at_risk=len(at_risk.intersection(numbers)),
        lines_charged=len(charges),
        charge_usd=sum(charges, NOTHING),
        at_risk_usd=sum(risked, NOTHING),
        lines_allowed=len(allowed),
        allowed_usd=sum(allowed, NOTHING),
        allowed_at_risk_usd=sum(risked_allowed, NOTHING),
    )
