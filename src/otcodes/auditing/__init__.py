"""Auditing: many claims become a picture of how they are billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import Catalog
from ..checking import check_many
from ..claims import Claim
from ..errors import UnknownPayerError
from ..findings import Report
from ..payers import PayerPolicy
from ._counting import Counting
from ._results import Audit, BilledCode, Tally, UnitDays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..rules.core import Rule, RuleSet

__all__ = ["Audit", "BilledCode", "Tally", "UnitDays", "audit"]


def audit(
    claims: Iterable[Claim | Report],
    *,
    by: Callable[[Claim], str | None] | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
) -> Audit:
    """Count what many claims bill, and what the rules say of it, in one pass and in flat memory.

    Claims of one `patient` that follow each other are judged beside each other, as `check_many` does, and
    are all that is held at once: hand claims in by patient. What spans claims of a patient that stand apart
    is not judged; for that, hand in the reports: `audit(check_many(claims))` holds them all.

    A claim whose payer is not known is judged as one that names none, and counted in `unknown_payers`.

    Args:
        claims: the claims, or reports on them, which are counted as they are.
        by: what else to group by, such as the clinic; a claim of which it gives `None` is in no group. Its
            names are shown, as are those of therapists: let them be none of patients.
        rules: as `check`.
        policy: as `check_many`; a report's claim is counted under it, and its units against minutes by it.
        catalog: as `check`.

    Raises:
        TypeError: one is neither a claim nor a report.

    Examples:
        >>> import datetime as dt, otcodes
        >>> from decimal import Decimal
        >>> line = otcodes.ServiceLine(
        ...     "97530", on=dt.date(2026, 3, 2), units=2, charge_usd=Decimal(96), rendering_provider="R. Doe"
        ... )
        >>> claim = otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(line,))
        >>> found = otcodes.audit([claim, claim], by=lambda claim: "Oak Street")
        >>> found.total.claims, found.total.clean_claims, found.total.at_risk_usd
        (2, 0, Decimal('192'))
        >>> found.by_rule["modifier.discipline-missing"].errors, found.by_therapist["R. Doe"].lines
        (2, 2)
        >>> found.by_group["Oak Street"].claims
        2
        >>> (found | otcodes.audit([claim])).total.claims
        3
    """
    catalog = catalog or Catalog.bundled()
    policy_of = _policy_of(policy, catalog)
    counting = Counting(catalog, policy_of)
    for report in _judged(claims, rules, policy_of, catalog):
        counting.take(report, by(report.claim) if by else None)
    return counting.audit()


def _policy_of(
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None, catalog: Catalog
) -> Callable[[Claim], PayerPolicy]:
    if isinstance(policy, PayerPolicy):
        return lambda _: policy
    if policy is not None:
        return policy

    def named(claim: Claim) -> PayerPolicy:
        try:
            return catalog.policy(claim.payer)
        except UnknownPayerError:
            return catalog.policy(None)

    return named


def _judged(
    claims: Iterable[Claim | Report],
    rules: RuleSet | Rule | None,
    policy_of: Callable[[Claim], PayerPolicy],
    catalog: Catalog,
) -> Iterator[Report]:
    """The reports, in order; held are the claims of one patient that follow each other."""
    run: list[Claim] = []
    for each in claims:
        claim = each if isinstance(each, Claim) else None
        if run and (claim is None or claim.patient is None or claim.patient != run[0].patient):
            yield from check_many(run, rules=rules, policy=policy_of, catalog=catalog)
            run = []
        if claim is not None:
            run.append(claim)
        elif isinstance(each, Report):
            yield each
        else:
            raise TypeError(f"an audit is of claims, or of reports on them, not of {type(each).__name__}")
    yield from check_many(run, rules=rules, policy=policy_of, catalog=catalog)
