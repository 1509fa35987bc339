"""Lines that are paid beside each other: a pair is told apart by a modifier, or one of it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..checking import check
from ..errors import CannotBillError
from ..findings import Citation, Severity
from ..fixes import AddModifier
from ._lines import Draft, claim_of
from ._timed import timed_drafts
from ._untimed import untimed_drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..claims import Service
    from ..findings import Report
    from ._case import Case

NEVER_TOGETHER, MODIFIER_NEEDED = "pair.never-together", "pair.modifier-needed"
EVALUATION_REPEATED = "procedure.evaluation-repeated"


class _Denied(NamedTuple):
    """A line that is not paid beside another one, and why."""

    draft: Draft
    reason: str
    citation: Citation | None


def drafts_of(services: Sequence[Service], case: Case) -> list[Draft]:
    """The lines that are paid beside each other; without a service that is not, all is counted anew."""
    while True:
        steps, left_out = len(case.steps), len(case.left_out)
        drafts, denied = _paired(_counted(services, case), case)
        if denied is None:
            return drafts
        del case.steps[steps:], case.left_out[left_out:]
        case.leave_out(denied.draft.line.procedure, denied.reason, denied.citation)
        services = [each for each in services if not any(each is one for one in denied.draft.services)]


def _counted(services: Sequence[Service], case: Case) -> list[Draft]:
    """The lines of some services, each where the first of its services stands."""
    drafts = [*timed_drafts(services, case), *untimed_drafts(services, case)]
    if not drafts:
        reasons = tuple(f"{each.procedure}: {each.reason}" for each in case.left_out)
        raise CannotBillError(reasons or ("it has no services",))
    order = {service.procedure: number for number, service in reversed(list(enumerate(services)))}
    return sorted(drafts, key=lambda draft: min(order[each.procedure] for each in draft.services))


def _paired(drafts: list[Draft], case: Case) -> tuple[list[Draft], _Denied | None]:
    """The lines with the modifier that tells a pair apart, and one that is not paid beside another."""
    while True:
        report = check(claim_of(drafts, case), policy=case.policy, catalog=case.catalog)
        # Which of two evaluations it was only the record can say.
        if any(finding.rule == EVALUATION_REPEATED for finding in report):
            return drafts, None
        changed, denied = _first_pair(drafts, report, case)
        if changed is None:
            return drafts, denied
        drafts = changed


def _first_pair(drafts: list[Draft], report: Report, case: Case) -> tuple[list[Draft] | None, _Denied | None]:
    """The lines with one pair told apart; else the first line that a pair denies."""
    found = [
        (finding, finding.line)
        for finding in report
        if finding.line is not None and finding.rule in (NEVER_TOGETHER, MODIFIER_NEEDED)
    ]
    # By code, so that the order of the services makes no difference; what is never paid comes first.
    found.sort(
        key=lambda each: (each[0].rule != NEVER_TOGETHER, drafts[each[1]].line.procedure, each[0].message)
    )
    for finding, index in found:
        draft = drafts[index]
        is_separate = _is_separate(draft, drafts, case)
        if finding.rule == MODIFIER_NEEDED and is_separate and isinstance(finding.fix, AddModifier):
            line = finding.fix.edit(draft.line)
            if line != draft.line:
                why = f"{finding.fix.modifier}, as it had an interval of its own"
                case.say(f"{draft.line.procedure}: {why}", finding.citation)
                return [*drafts[:index], draft._replace(line=line), *drafts[index + 1 :]], None
        if finding.rule == NEVER_TOGETHER or is_separate is False or finding.severity is Severity.ERROR:
            is_open = finding.rule == MODIFIER_NEEDED and is_separate is None
            more = "; whether they were, the visit does not say" if is_open else ""
            return None, _Denied(draft, f"{finding.message}{more}", finding.citation)
    return None, None


def _is_separate(draft: Draft, drafts: Iterable[Draft], case: Case) -> bool | None:
    """Whether a line's services were apart from those a pair keeps it from, by its word or theirs."""
    pairs = case.catalog.pairs_of(case.policy.pair_table)
    if draft.is_separate or pairs is None:
        return draft.is_separate
    edits, setting, code = pairs.on(case.visit.on), case.visit.setting.value, draft.line.procedure
    others = [each for each in drafts if edits.find((setting, each.line.procedure, code)) is not None]
    is_theirs = bool(others) and all(each.is_separate for each in others)
    return True if is_theirs else draft.is_separate
