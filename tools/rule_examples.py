"""The examples of the rules, in ``rule_examples.toml``: a claim that fails, and the same claim put right."""

from __future__ import annotations

import importlib
import json
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from otcodes import Claim, Finding, Report, check_many, readers
from otcodes.rules import CATALOGUE, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE = Path(__file__).with_suffix(".toml")
# What a line or a claim cannot do without, and what says whose it is.
ALWAYS_THERE = ("id", "payer", "setting", "lines", "procedure", "on", "units")


@attrs.frozen
class Example:
    """The example of one rule.

    Attributes:
        rule: the rule.
        why: why it matters.
        related: ids of other rules that a reader may want next.
        claim: the claim that fails, in the JSON form.
        beside: a claim that comes before it, of the same patient.
        by_hand: what is changed of the claim; where it is nothing, the finding's own fix mends it.
        also: ids of other rules that find something at warning or above.
    """

    rule: Rule
    why: str
    related: tuple[str, ...]
    claim: Mapping[str, Any]
    beside: Mapping[str, Any] | None
    by_hand: Mapping[str, Any]
    also: tuple[str, ...]

    @cached_property
    def fails(self) -> Report:
        """What is said of the claim that fails."""
        return self.report(self.claim)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rule itself finds."""
        return tuple(finding for finding in self.fails if finding.rule == self.rule.id)

    @cached_property
    def fixed(self) -> Mapping[str, Any]:
        """The claim put right, in the JSON form."""
        if self.by_hand:
            return {**self.claim, **self.by_hand}
        finding = self.findings[0]
        if finding.fix is None:
            raise ValueError(f"{self.rule.id}: nothing mends the example")
        before = self.fails.claim
        return _rewritten(self.claim, before.to_dict(), finding.fix.apply(before, finding.line).to_dict())

    def report(self, claim: Mapping[str, Any]) -> Report:
        """What is said of a claim in the place of the example's."""
        return list(check_many(self._read(claim)))[-1]

    def needs(self) -> list[str]:
        """The fields of the example without which the rule cannot judge it."""
        return [
            field
            for field, rest in _without_one(self.claim)
            if any(note.rule == self.rule.id for note in self.report(rest).not_checked)
        ]

    def _read(self, claim: Mapping[str, Any]) -> tuple[Claim, ...]:
        claims = [claim] if self.beside is None else [self.beside, claim]
        batch = readers.read_json(json.dumps({"claims": claims}).encode(), name=self.rule.id)
        if batch.problems or batch.notes:
            raise ValueError(*map(str, batch.problems), *batch.notes)
        return batch.claims


def load() -> list[Example]:
    """The examples, in the order of the catalogue.

    Raises:
        ValueError: a rule has no example, or an example no rule.
    """
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    groups: dict[str, dict[str, Any]] = toml.loads(SOURCE.read_text("utf-8"))
    told = {f"{group}.{name}": facts for group, rules in groups.items() for name, facts in rules.items()}
    odd = {rule.id for rule in CATALOGUE} ^ set(told)
    if odd:
        raise ValueError(f"rules without an example, or examples without a rule: {', '.join(sorted(odd))}")
    return [_example(rule, _with_nulls(told[rule.id])) for rule in CATALOGUE]


def _example(rule: Rule, facts: dict[str, Any]) -> Example:
    example = Example(
        rule=rule,
        why=" ".join(facts.pop("why").split()),
        related=tuple(facts.pop("related")),
        claim=facts.pop("claim"),
        beside=facts.pop("beside", None),
        by_hand=facts.pop("fixed", {}),
        also=tuple(facts.pop("also", ())),
    )
    if facts:
        raise ValueError(f"{rule.id}: what is {', '.join(facts)}?")
    return example


def _with_nulls(value: Any) -> Any:
    """The value with `None` for `""`, as TOML has no null."""
    if isinstance(value, dict):
        return {key: _with_nulls(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(_with_nulls, value))
    return None if value == "" else value


def _rewritten(
    given: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """The claim as it was given, but for what a fix changed."""
    made = {key: value for key, value in given.items() if key in after or key not in before}
    for key, value in after.items():
        was = before.get(key)
        if key == "lines":
            same = [_rewritten(*each) for each in zip(given[key], before[key], value, strict=False)]
            made[key] = same + value[len(same) :]
        elif value != was:
            made[key] = value
    return made


def _without_one(claim: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields that a claim has and need not have, each with the claim that lacks it; also on its lines."""
    for key, value in claim.items():
        if key not in ALWAYS_THERE:
            yield key, {name: each for name, each in claim.items() if name != key}
        inner = value if isinstance(value, list) else [value]
        names = dict.fromkeys(name for each in inner if isinstance(each, dict) for name in each)
        for name in names:
            if name not in ALWAYS_THERE:
                less = [{own: each[own] for own in each if own != name} for each in inner]
                path = name if key == "lines" else f"{key}.{name}"
                yield path, {**claim, key: less if isinstance(value, list) else less[0]}
