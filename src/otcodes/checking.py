"""Checking: one claim, or many of which some are of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from . import payers
from .catalog import Catalog
from .claims import Claim
from .findings import Finding, Report
from .payers import PayerPolicy
from .rules.core import Rule, RuleSet
from .rules.presets import of_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


T = TypeVar("T")


def check(
    claim: Claim,
    *,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | None = None,
    catalog: Catalog | None = None,
    beside: Sequence[Claim] = (),
) -> Report:
    """Judge one claim.

    Args:
        claim: the claim.
        rules: the rules to judge by, or one rule; by default those of the payer's preset.
        policy: how the payer judges; by default the policy that the claim's payer names.
        catalog: the tables to ask; the bundled ones by default.
        beside: claims of the same patient. What is judged by patient and day (units, pairs) sees the lines of
            those with the same payer and setting, too; findings are on this claim only.

    Raises:
        UnknownPayerError: the claim names a payer of which there is no policy, and none is given.
        UnknownRuleError: the policy ignores, or sets the severity of, a rule that there is not.
        TypeError: an argument is of the wrong type.

    Examples:
        >>> import datetime as dt, otcodes
        >>> line = otcodes.ServiceLine("97530", on=dt.date(2026, 3, 2), units=2, minutes=30, place="11")
        >>> report = otcodes.check(otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(line,)))
        >>> [(finding.rule, finding.path) for finding in report]
        [('modifier.discipline-missing', 'lines[0].modifiers')]
        >>> report.fixed().lines[0].modifiers
        ('GO',)
    """
    _expect(claim, Claim, "claim")
    policy = payers.policy(claim.payer) if policy is None else _expect(policy, PayerPolicy, "policy")
    if isinstance(rules, Rule):
        rules = RuleSet((rules,))
    rules = of_policy(policy) if rules is None else _expect(rules, RuleSet, "rules")
    catalog = catalog or Catalog.bundled()
    findings, skipped = rules.run(claim, policy, catalog, beside)
    tables = sorted({table for rule in rules for table in rule.reads})
    return Report(
        claim=claim,
        findings=tuple(sorted(findings, key=_place)),
        not_checked=tuple(skipped),
        editions=catalog.editions_on(max((line.on for line in claim.lines), default=None), tables),
        recheck=lambda changed: check(
            changed,
            rules=rules,
            policy=policy,
            catalog=catalog,
            beside=[changed if each is claim else each for each in beside],
        ),
    )


def _expect(value: object, kind: type[T], name: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{name} is a {kind.__name__}, not {type(value).__name__}")
    return value


def _place(finding: Finding) -> tuple[int, int, str, str, str]:
    """The claim's own findings first, then line by line; in one place the worst first."""
    line = -1 if finding.line is None else finding.line
    return line, finding.severity.rank, finding.rule, finding.path, finding.message


def check_many(
    claims: Iterable[Claim],
    *,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
) -> Iterator[Report]:
    """Judge many claims, each beside the others of its patient; reports come in the order of the claims.

    Claims without a `patient` stand alone. The claims are held in memory: what spans a patient's claims
    cannot be known before the last one was seen.

    Args:
        claims: the claims.
        rules: as `check`.
        policy: as `check`; or a function that gives the policy of a claim.
        catalog: as `check`.

    Raises:
        UnknownPayerError: as `check`.
    """
    every = list(claims)
    by_patient: dict[str, list[Claim]] = {}
    for claim in every:
        if claim.patient is not None:
            by_patient.setdefault(claim.patient, []).append(claim)
    for claim in every:
        beside = by_patient.get(claim.patient, []) if claim.patient is not None else ()
        own = policy(claim) if callable(policy) else policy
        yield check(claim, rules=rules, policy=own, catalog=catalog, beside=beside)
