"""The rules of the catalogue, and which of them each payer's preset has."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .. import payers
from ..errors import UnknownRuleError
from . import (
    assistants,
    claims,
    classification,
    diagnoses,
    documentation,
    lines,
    modifiers,
    pairs,
    places,
    procedures,
    telehealth,
    thresholds,
    units,
)
from .core import Rule, RuleSet

if TYPE_CHECKING:
    from types import ModuleType

MODULES: tuple[ModuleType, ...] = (
    procedures,
    diagnoses,
    classification,
    modifiers,
    assistants,
    thresholds,
    places,
    telehealth,
    units,
    pairs,
    lines,
    claims,
    documentation,
)


def _rules() -> tuple[Rule, ...]:
    return tuple(rule for module in MODULES for rule in vars(module).values() if isinstance(rule, Rule))


CATALOGUE = RuleSet(_rules())


def preset(payer: str | None) -> RuleSet:
    """The rules that a payer applies.

    Where it is not known here whether a payer applies a rule, it is `pending`, and a report lists it as not
    checked.

    Raises:
        UnknownPayerError: there is no policy of that name.

    Examples:
        >>> "pair.never-together" in {rule.id for rule in preset("medicare-b")}
        True
        >>> [rule.id for rule in preset("tricare").pending][0]
        'procedure.invalid-for-payer'
    """
    return of_policy(payers.policy(payer))


@lru_cache(maxsize=64)
def of_policy(policy: payers.PayerPolicy) -> RuleSet:
    """The rules that a policy applies, without those it ignores.

    Raises:
        UnknownRuleError: it ignores, or sets the severity of, a rule that there is not.
    """
    groups = {rule.id.partition(".")[0] for rule in CATALOGUE}
    # A name of another group is that of a rule of one's own.
    named = [each for each in (*policy.ignored, *policy.severities) if each.partition(".")[0] in groups]
    ignored = {rule.id for rule in CATALOGUE.select(*(each for each in policy.ignored if each in named))}
    ids = tuple(rule.id for rule in CATALOGUE)
    for name_ in policy.severities:
        if name_ in named and name_ not in ids:
            raise UnknownRuleError(name_, ids)
    judged = [(rule, rule.applies_to(policy)) for rule in CATALOGUE if rule.id not in ignored]
    return RuleSet(
        tuple(rule for rule, is_asked in judged if is_asked),
        tuple(rule for rule, is_asked in judged if is_asked is None),
    )
