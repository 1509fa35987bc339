"""The examples on the rules' pages: each claim fails by its rule as told, and put right it is clean."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

import otcodes
from otcodes import Severity
from otcodes.rules import CATALOGUE

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    EXAMPLES = importlib.import_module("rule_examples").load()

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule.id)


def raised(report: otcodes.Report) -> set[str]:
    """The rules that find something at warning or above."""
    return {finding.rule for finding in report if finding.severity.is_at_least(Severity.WARNING)}


def test_every_rule_has_an_example() -> None:
    assert [example.rule.id for example in EXAMPLES] == [rule.id for rule in CATALOGUE]


@each_example
def test_the_claim_fails_by_its_rule_and_by_no_other_that_is_not_told(example) -> None:
    assert {finding.severity for finding in example.findings} == {example.rule.severity}
    assert raised(example.fails) - {example.rule.id} == set(example.also)


@each_example
def test_put_right_it_is_judged_by_the_rule_and_clean(example) -> None:
    report = example.report(example.fixed)
    assert report.is_clean
    assert example.rule.id not in {entry.rule for entry in (*report.findings, *report.not_checked)}


@each_example
def test_what_has_a_fix_is_put_right_by_it(example) -> None:
    has_fix = example.findings[0].fix is not None
    assert has_fix is not bool(example.by_hand)
    if has_fix:  # the page shows the claim as it was given, with what the fix changes
        finding = example.findings[0]
        mended = finding.fix.apply(example.fails.claim, finding.line)
        assert example.report(example.fixed).claim.to_dict() == mended.to_dict()
        assert finding in example.fails.repair(unsafe=not finding.fix.is_safe).applied


@each_example
def test_related_rules_are_others_of_the_catalogue(example) -> None:
    assert example.related
    assert set(example.related) <= {rule.id for rule in CATALOGUE} - {example.rule.id}


@each_example
def test_the_rule_can_be_left_out_as_the_page_says(example, tmp_path, capsys) -> None:
    assert example.rule not in otcodes.rules.preset("medicare-b").without(example.rule.id).rules
    claims = [example.claim] if example.beside is None else [example.beside, example.claim]
    file = tmp_path / "claims.json"
    file.write_text(json.dumps({"claims": claims}), "utf-8")
    importlib.import_module("otcodes.cli").main(["check", str(file), "--ignore", example.rule.id])
    assert example.rule.id not in capsys.readouterr().out
