"""Making rules of rules: on a condition, all or any of several, over each line or each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from .core import LOST, CannotJudgeError, Context, Over, Rule, RuleSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..claims import Claim
    from ..findings import Finding


def all_of(*rules: Rule | RuleSet) -> RuleSet:
    """Every one of some rules, as one set.

    Raises:
        ValueError: two different rules have one id.

    Examples:
        >>> import otcodes
        >>> every = otcodes.rules.preset("commercial")
        >>> codes, units = every.select("procedure"), every.select("units")
        >>> len(all_of(codes, units)) == len(codes) + len(units)
        True
    """
    together = RuleSet()
    for each in rules:
        together = together | each
    return together


def any_of(first: Rule, *others: Rule) -> Rule:
    """A rule that holds where one of several holds; where none does, it finds what the first one finds.

    Raises:
        ValueError: the rules are not all over the same thing.
    """
    if any(other.over is not first.over for other in others):
        msg = "any_of takes rules that are over the same thing: lines, days or claims"
        raise ValueError(msg)

    def holds_for_any(subject: Any, /, context: Context) -> Iterator[Finding]:
        found = list(first(subject, context))
        if found and all(any(True for _ in other(subject, context)) for other in others):
            yield from found

    reads = dict.fromkeys(table for each in (first, *others) for table in each.reads)
    return attrs.evolve(first, function=holds_for_any, reads=tuple(reads), sees=None)


def payer_is(*names: str) -> Callable[[Any, Context], bool]:
    """A condition for `when` and `unless`: the payer's policy has one of some names.

    Examples:
        >>> import otcodes
        >>> (charged,) = otcodes.rules.preset("commercial").select("line.charge-missing")
        >>> print(when(payer_is("medicare-b"), charged))
        line.charge-missing: When the payer is medicare-b: A line has a charge above zero.
    """
    return _PayerIs(names)


@attrs.frozen
class _PayerIs:
    names: tuple[str, ...]

    def __call__(self, _: object, context: Context) -> bool:
        return context.policy.name in self.names

    def __str__(self) -> str:
        return f"the payer is {' or '.join(self.names)}"


def when(condition: Callable[[Any, Context], bool], rule: Rule) -> Rule:
    """A rule that is asked only where a condition holds of its subject and the context.

    Examples:
        >>> import otcodes
        >>> (charged,) = otcodes.rules.preset("commercial").select("line.charge-missing")
        >>> when(lambda line, context: line.place == "11", charged).id
        'line.charge-missing'
    """

    def asked_when(subject: Any, /, context: Context) -> Iterator[Finding]:
        if condition(subject, context):
            yield from rule.function(subject, context)

    return attrs.evolve(rule, function=asked_when, sees=None, statement=_said("When", condition, rule))


def _said(word: str, condition: Callable[[Any, Context], bool], rule: Rule) -> str:
    """The statement of a rule under a condition, which says in its docstring what it is."""
    told = (condition.__doc__ or "a condition holds").strip().partition("\n")[0].rstrip(".")
    said = str(condition) if isinstance(condition, _PayerIs) else told
    return f"{word} {said}: {rule.statement}"


def unless(condition: Callable[[Any, Context], bool], rule: Rule) -> Rule:
    """A rule that is asked only where a condition does not hold."""

    def does_not_hold(subject: Any, context: Context) -> bool:
        return not condition(subject, context)

    statement = _said("Unless", condition, rule)
    return attrs.evolve(when(does_not_hold, rule), statement=statement)


def each_line(rule: Rule) -> Rule:
    """A line's rule as a rule over the claim, asked of every line.

    Raises:
        ValueError: the rule is not over lines.
    """
    _expect(rule, Over.LINE)

    def over_lines(claim: Claim, /, context: Context) -> Iterator[Finding]:
        for line in claim.lines:
            yield from rule(line, context)

    return attrs.evolve(rule, function=over_lines, over=Over.CLAIM, sees=None)


def by_day(rule: Rule) -> Rule:
    """A day's rule as a rule over the claim, asked of each day as by itself: with the claims beside it.

    Raises:
        ValueError: the rule is not over days.
    """
    _expect(rule, Over.DAY)

    def over_days(_: Claim, /, context: Context) -> Iterator[Finding]:
        if context.has_lost:
            raise CannotJudgeError(LOST, "lines")
        for lines in context.days():
            yield from rule(lines, context)

    return attrs.evolve(rule, function=over_days, over=Over.CLAIM, sees=None)


def _expect(rule: Rule, over: Over) -> None:
    if rule.over is not over:
        msg = f"{rule.id} is a rule over each {rule.over}, not over each {over}"
        raise ValueError(msg)
