"""Checking: one claim, or many of which some are of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import attrs

from .catalog import Catalog
from .claims import Claim
from .findings import Again, Finding, Repair, Report, Severity
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
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.
        beside: claims of the same patient. What is judged by patient and day (units, pairs) sees the lines of
            those with the same payer and setting, too; findings are on this claim only.

    Raises:
        UnknownPayerError: the claim names a payer of which there is no policy, and none is given.
        UnknownRuleError: the policy ignores, or sets the severity of, a rule that there is not.
        RuleFailedError: a rule of one's own raises an error.
        TypeError: an argument is of the wrong type, or a rule of one's own gives no findings to iterate over.

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
    catalog = catalog or Catalog.bundled()
    policy = catalog.policy(claim.payer) if policy is None else _expect(policy, PayerPolicy, "policy")
    if isinstance(rules, Rule):
        rules = RuleSet((rules,))
    rules = of_policy(policy) if rules is None else _expect(rules, RuleSet, "rules")
    compiled = rules.compiled(policy, catalog)
    findings, skipped = compiled.run(claim, beside)
    editions, stale = compiled.editions(max([line.on for line in claim.lines], default=None), claim.setting)
    return Report(
        claim=claim,
        findings=tuple(sorted(findings, key=_place)),
        skipped=skipped,
        editions=editions,
        stale=stale,
        data_version=catalog.data_version,
        again=_Again(claim, rules, policy, catalog, beside),
    )


class _Again(Again):
    """How the claim of a report is checked again: as it was checked before."""

    __slots__ = ("beside", "catalog", "claim", "policy", "rules")

    def __init__(
        self, claim: Claim, rules: RuleSet, policy: PayerPolicy, catalog: Catalog, beside: Sequence[Claim]
    ) -> None:
        self.claim, self.rules, self.policy, self.catalog, self.beside = claim, rules, policy, catalog, beside

    def check(self, claim: Claim) -> Report:
        """The report on the claim as it is then, in the place of the one before."""
        beside = [claim if each is self.claim else each for each in self.beside]
        return check(claim, rules=self.rules, policy=self.policy, catalog=self.catalog, beside=beside)

    def errors_beside(self) -> frozenset[tuple[int, str, str]]:
        """The errors of the claims beside it: which claim's, by which rule, and where."""
        claim, compiled = self.claim, self.rules.compiled(self.policy, self.catalog)
        near = self.beside if any(each is claim for each in self.beside) else [claim, *self.beside]
        return frozenset(
            (number, finding.rule, finding.path)
            for number, other in enumerate(self.beside)
            if other is not claim and (other.payer, other.setting) == (claim.payer, claim.setting)
            for finding in compiled.run(other, near)[0]
            if finding.severity is Severity.ERROR
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

    Claims without a `patient` stand alone; of one patient those with services in one calendar month are
    judged together. The claims are held in memory: what spans them cannot be known before the last one.

    Args:
        claims: the claims.
        rules: as `check`.
        policy: as `check`; or a function that gives the policy of a claim.
        catalog: as `check`.

    Raises:
        UnknownPayerError, UnknownRuleError, RuleFailedError: as `check`.
    """
    every = _apart(claims)
    near = _near(every)
    for number, claim in enumerate(every):
        own = policy(claim) if callable(policy) else policy
        beside = [every[other] for other in near(number)]
        yield check(claim, rules=rules, policy=own, catalog=catalog, beside=beside)


def repair_many(
    claims: Iterable[Claim],
    *,
    unsafe: bool = False,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
) -> Iterator[Repair]:
    """Mend many claims one after another, each beside the others of its patient as mended so far.

    Args:
        claims: the claims.
        unsafe: whether to make the fixes, too, that only the medical record can support.
        rules: as `check`.
        policy: as `check_many`.
        catalog: as `check`.

    Raises:
        UnknownPayerError, UnknownRuleError, RuleFailedError: as `check`.
    """
    every = _apart(claims)
    near = _near(every)
    for number, claim in enumerate(every):
        own = policy(claim) if callable(policy) else policy
        beside = [every[other] for other in near(number)]
        repair = check(claim, rules=rules, policy=own, catalog=catalog, beside=beside).repair(unsafe=unsafe)
        every[number] = repair.claim
        yield repair


def _apart(claims: Iterable[Claim]) -> list[Claim]:
    """The claims; one that is given twice is two, as two that say the same are."""
    every: list[Claim] = []
    seen: set[int] = set()
    for claim in claims:
        every.append(attrs.evolve(claim) if id(claim) in seen else claim)
        seen.add(id(claim))
    return every


def _near(claims: Sequence[Claim]) -> Callable[[int], list[int]]:
    """What gives the claims that a claim is judged beside, itself among them, by their places.

    Claims of a patient meet where they have services in one calendar month: no rule looks further.
    """
    by_month: dict[tuple[str, int, int], list[int]] = {}
    for number, claim in enumerate(claims):
        for key in _months(claim):
            by_month.setdefault(key, []).append(number)
    months = [_months(claim) for claim in claims]
    return lambda number: sorted({other for key in months[number] for other in by_month[key]})


def _months(claim: Claim) -> set[tuple[str, int, int]]:
    """The patient's months that a claim has services in; none of a claim without a patient."""
    if claim.patient is None:
        return set()
    return {(claim.patient, line.on.year, line.on.month) for line in claim.lines}
