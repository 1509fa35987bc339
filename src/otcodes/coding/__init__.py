"""From a documented visit to the lines of a claim, with the reasoning shown.

The tables and rules that judge a claim write it, too: what `code_visit` returns has no error of any rule, and
what cannot be billed is refused with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import Catalog
from ..checking import check
from ..claims import Service, Visit
from ..errors import CannotBillError
from ._case import Case
from ._codes import candidates, services_of
from ._lines import check_place, claim_of
from ._pairs import drafts_of
from ._results import CodedVisit, CodingStep, LeftOut
from ._threshold import above_the_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..claims import Claim
    from ..findings import Report
    from ..payers import PayerPolicy

__all__ = ["CodedVisit", "CodingStep", "LeftOut", "candidates", "code_visit"]

ORDER = "modifier.order"


def code_visit(
    visit: Visit,
    *,
    payer: str | None = None,
    policy: PayerPolicy | None = None,
    catalog: Catalog | None = None,
) -> CodedVisit:
    """The claim for a visit, and why it is so.

    Units follow from the minutes by the payer's method, an assistant's units go on lines of their own with
    the assistant's modifier, and each line has the modifiers that the payer asks for, in its order. Two
    services that a pair keeps apart are billed together only where the visit says that they were separate.

    The minutes of a line are those that its units rest on: where the day's total decides, minutes of a
    service that earns no unit stand on the line that is short of some, as that line's clinician's.

    Args:
        visit: what was documented.
        payer: the name of a payer policy; by default the one that the visit names.
        policy: how the payer judges; by default the policy of that name.
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.

    Raises:
        UnconfirmedServiceError: a service is in words; a person chooses among the candidates it names.
        CannotBillError: nothing of it can be billed, or not without an error.
        FieldError: an amount of the visit is negative.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: as `procedures.on(day)[code]` raises.
        UnknownPayerError: there is no policy of that name.

    Examples:
        >>> import datetime as dt
        >>> visit = Visit(
        ...     on=dt.date(2026, 3, 2), payer="medicare-b", place="11", diagnoses=("M62.81",),
        ...     services=(Service("97535", therapist_minutes=10, assistant_minutes=13),),
        ... )
        >>> for line in code_visit(visit).lines:
        ...     print(line.procedure, line.units, *line.modifiers)
        97535 1 GO
        97535 1 GO CO
    """
    catalog = catalog or Catalog.bundled()
    payer = payer or visit.payer
    case = Case(visit, payer, policy or catalog.policy(payer), catalog)
    check_place(case)
    services = services_of(case)
    _say_what_is_not_known(services, case)
    report = _mended(above_the_threshold(claim_of(drafts_of(services, case), case), case), case)
    errors = tuple(f"{error.rule} ({error.path}): {error.message}" for error in report.errors)
    if errors:
        raise CannotBillError(errors)
    return CodedVisit(
        claim=report.claim,
        steps=tuple(case.steps),
        alternatives=case.alternatives,
        left_out=tuple(case.left_out),
        report=report,
    )


def _say_what_is_not_known(services: Sequence[Service], case: Case) -> None:
    label = case.policy.label
    if case.policy.unit_method is None and any(case.is_timed(each.procedure) for each in services):
        case.say(f"how {label} counts units is not on board: here by Medicare's rule")
    if case.policy.needs_assistant_modifier is None and any(each.assistant_minutes for each in services):
        case.say(f"whether {label} wants the assistant's modifier is not on board: here without")


def _mended(claim: Claim, case: Case) -> Report:
    """What the rules say of the claim once what is safe to mend is mended."""
    repair = check(claim, policy=case.policy, catalog=case.catalog).repair()
    for finding in repair.applied:
        if finding.rule != ORDER:
            case.say(f"{finding.message}: {finding.fix}", finding.citation)
    return check(repair.claim, policy=case.policy, catalog=case.catalog)
