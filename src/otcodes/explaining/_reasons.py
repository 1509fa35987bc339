"""Reasons and statuses in our words, with what the rules say of the claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..findings import Severity
from ..policy_records import NextStep
from ..remittances import AdjustmentGroup
from ._results import NO_WORDS, Why

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from ..catalog import Catalog
    from ..claims import Claim
    from ..findings import Finding, NotChecked, Report
    from ..policy_records import DenialReason
    from ..remittances import Adjustment, Status

# They say no more than that there is something: the remark beside them says what.
VAGUE = frozenset({"16", "96", "234", "A1"})
# What these find cannot be mended by sending the claim again.
NOT_MENDABLE = frozenset(
    {
        "claim.duplicate",
        "claim.filed-late",
        "line.duplicate",
        "procedure.bundled",
        "procedure.not-covered",
        "telehealth.not-eligible",
    }
)
TOO_LATE = "claim.filed-late"


@attrs.frozen(kw_only=True)
class Words:
    """Gives the words for what a payer said of one claim, and asks the rules when something was denied.

    Attributes:
        catalog: the tables.
        on: the day of the answer.
        claim: the claim.
        report: makes the rules' report on it; asked for only where something was denied.
    """

    catalog: Catalog
    on: dt.date | None
    claim: Claim
    report: Callable[[], Report]

    def of_reason(self, code: str, kind: str = "reason") -> DenialReason | None:
        """Our row for a reason or a remark."""
        table = self.catalog.denial_reasons
        return table.on(self.on or table.coverage.last).find((kind, code))

    def of_adjustment(
        self, adjustment: Adjustment, remarks: Sequence[str], line: int | None, *, is_nothing_paid: bool
    ) -> Why:
        """An adjustment in words."""
        row = self.of_reason(adjustment.reason)
        rows = {code: self.of_reason(code, "remark") for code in remarks}
        is_denial = adjustment.amount_usd > 0 and (
            row.is_denial if row else is_nothing_paid and adjustment.group in _DENYING
        )
        why = Why(
            code=f"{adjustment.group} {adjustment.reason}",
            label=row.label if row else None,
            amount_usd=adjustment.amount_usd,
            is_denial=is_denial,
            next_step=_priced(row, adjustment),
        )
        if not is_denial:
            return why
        said = [found for found in rows.values() if found and found.is_denial]
        named = [*(rule for found in said for rule in found.rules), *(row.rules if row else ())]
        step = row.next_step if row else NextStep.APPEAL
        if said and (row is None or row.code in VAGUE):
            step = said[0].next_step
        why = self._with_rules(
            attrs.evolve(
                why,
                remarks=tuple(
                    f"{code}: {found.label if found else NO_WORDS}" for code, found in rows.items()
                ),
            ),
            named,
            line,
            step,
        )
        if adjustment.group is AdjustmentGroup.PATIENT and why.next_step in _UNMENDED:
            return attrs.evolve(why, next_step=NextStep.PATIENT)
        return why

    def of_status(self, status: Status, line: int | None) -> Why:
        """A status of an acknowledgement in words."""
        table = self.catalog.claim_statuses
        day = table.on(self.on or table.coverage.last)
        category, code = day.find(("category", status.category)), day.find(("status", status.code))
        labels = [row.label for row in (category, code) if row]
        why = Why(code=str(status), label="; ".join(labels) or None, is_denial=bool(status.is_rejection))
        if not why.is_denial:
            return attrs.evolve(why, next_step=NextStep.WAIT)
        step = code.next_step if code else NextStep.CORRECT
        return self._with_rules(why, code.rules if code else (), line, step)

    def _with_rules(self, why: Why, named: Iterable[str], line: int | None, step: NextStep) -> Why:
        rules = tuple(dict.fromkeys(named))
        report = self.report()
        findings = tuple(
            finding for finding in report if finding.rule in rules and self._is_of(finding.line, line)
        )
        mends = [finding for finding in findings if _is_mendable(finding)]
        if mends:
            step = NextStep.CORRECT
        elif any(finding.rule == TOO_LATE for finding in findings):
            step = NextStep.WRITE_OFF
        unjudged = tuple(
            each for each in report.not_checked if each.rule in rules and self._is_near(each, line)
        )
        return attrs.evolve(
            why,
            findings=(*mends, *(finding for finding in findings if finding not in mends)),
            rules=rules,
            not_checked=unjudged,
            next_step=step,
        )

    def _is_of(self, found: int | None, line: int | None) -> bool:
        """Whether a finding's line is the one at hand, or the same service of that day."""
        if found is None or line is None or found == line:
            return True
        one, other = self.claim.lines[found], self.claim.lines[line]
        return (one.procedure, one.on) == (other.procedure, other.on)

    def _is_near(self, entry: NotChecked, line: int | None) -> bool:
        return line is None or not entry.path.startswith("lines[") or entry.path.startswith(f"lines[{line}]")


_DENYING = (AdjustmentGroup.CONTRACT, AdjustmentGroup.OTHER, AdjustmentGroup.PAYER)
_UNMENDED = (NextStep.WRITE_OFF, NextStep.APPEAL, NextStep.NOTHING)


def _priced(row: DenialReason | None, adjustment: Adjustment) -> NextStep:
    """What to do about what is no denial: the patient's part is billed, a contract's written off."""
    if adjustment.amount_usd <= 0:
        return NextStep.NOTHING
    if adjustment.group is AdjustmentGroup.PATIENT:
        return NextStep.PATIENT
    if row is None:
        return NextStep.WRITE_OFF if adjustment.group is AdjustmentGroup.CONTRACT else NextStep.NOTHING
    return NextStep.WRITE_OFF if row.next_step is NextStep.PATIENT else row.next_step


def _is_mendable(finding: Finding) -> bool:
    return finding.rule not in NOT_MENDABLE and finding.severity.is_at_least(Severity.WARNING)
