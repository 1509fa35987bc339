"""The tables of reasons, remarks and statuses: our own words, rules that exist, and known numbers."""

import datetime as dt
import itertools

import pytest

import otcodes
from otcodes import Catalog
from otcodes.policy_records import NextStep
from otcodes.rules import presets

CATALOG = Catalog.bundled()
ON = dt.date(2026, 3, 2)
RULES = {rule.id for rule in presets.CATALOGUE}
ROWS = [*CATALOG.denial_reasons, *CATALOG.claim_statuses]
# The numbers that the reason's number alone prices or shares: none of them is a denial.
PRICED = ("1", "2", "3", "23", "45", "59", "100", "130", "131", "133", "144", "253", "B4", "B11", "B22")


def reason(code: str):
    return CATALOG.denial_reasons.on(ON)["reason", code]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}-{row.code}")
def test_every_row_has_our_own_words_and_rules_that_exist(row) -> None:
    assert 3 <= len(row.label.split()) <= 10
    assert set(row.rules) <= RULES
    assert len(set(row.rules)) == len(row.rules)
    assert isinstance(row.next_step, NextStep)


def test_kinds_are_closed_sets() -> None:
    assert {row.kind for row in CATALOG.denial_reasons} == {"reason", "remark"}
    assert {row.kind for row in CATALOG.claim_statuses} == {"category", "status"}
    for row in CATALOG.claim_statuses:
        assert (row.is_rejection is None) == (row.kind == "status")


def test_labels_tell_the_rows_of_a_kind_apart() -> None:
    for kind, rows in itertools.groupby(CATALOG.denial_reasons, key=lambda row: row.kind):
        labels = [row.label for row in rows]
        assert len(set(labels)) == len(labels), kind


# What public copies of the two lists say of each number, in the words of a rule or a step, not in theirs.
@pytest.mark.parametrize(
    ("code", "is_denial", "step"),
    [
        ("1", False, "bill-the-patient"),
        ("2", False, "bill-the-patient"),
        ("3", False, "bill-the-patient"),
        ("4", True, "correct-and-resubmit"),
        ("16", True, "correct-and-resubmit"),
        ("18", True, "write-off"),
        ("22", True, "bill-another-payer"),
        ("29", True, "appeal"),
        ("45", False, "write-off"),
        ("50", True, "appeal"),
        ("109", True, "bill-another-payer"),
        ("119", True, "write-off"),
        ("133", False, "wait"),
        ("197", True, "appeal"),
        ("252", True, "send-records"),
        ("253", False, "write-off"),
    ],
)
def test_reasons(code, is_denial, step) -> None:
    row = reason(code)
    assert (row.is_denial, row.next_step.value) == (is_denial, step)


def test_what_prices_or_shares_is_no_denial() -> None:
    found = {row.code for row in CATALOG.denial_reasons if row.kind == "reason" and not row.is_denial}
    assert found == set(PRICED)


@pytest.mark.parametrize(
    ("kind", "code", "rule"),
    [
        ("reason", "4", "modifier.discipline-missing"),
        ("reason", "18", "claim.duplicate"),
        ("reason", "29", "claim.filed-late"),
        ("reason", "96", "procedure.not-covered"),
        ("reason", "97", "pair.modifier-needed"),
        ("reason", "107", "procedure.add-on-without-primary"),
        ("reason", "119", "modifier.threshold-missing"),
        ("reason", "146", "diagnosis.not-effective"),
        ("reason", "151", "units.above-limit"),
        ("reason", "181", "procedure.not-effective"),
        ("reason", "182", "modifier.not-effective"),
        ("reason", "199", "revenue.discipline-mismatch"),
        ("reason", "231", "procedure.mutually-exclusive"),
        ("reason", "234", "procedure.bundled"),
        ("reason", "236", "pair.never-together"),
        ("remark", "M76", "diagnosis.missing"),
        ("remark", "M77", "place.unusual"),
        ("remark", "N56", "procedure.invalid-for-payer"),
        ("remark", "N122", "procedure.add-on-without-primary"),
        ("remark", "N362", "units.above-limit"),
        ("remark", "N519", "modifier.conflict"),
    ],
)
def test_a_number_points_at_the_rule_that_would_have_caught_it(kind, code, rule) -> None:
    assert rule in CATALOG.denial_reasons.on(ON)[kind, code].rules


def test_first_days() -> None:
    # CR 8378: from June 3, 2013; before it payers wrote 223.
    assert CATALOG.denial_reasons.verdict(("reason", "253"), on=dt.date(2013, 6, 2)) == "not-effective"
    assert CATALOG.denial_reasons.verdict(("reason", "253"), on=dt.date(2013, 6, 3)) == "effective"
    assert reason("45").valid_from == dt.date(1995, 1, 1)
    assert not reason("252").is_start_known


def test_a_number_that_is_not_in_it_is_out_of_coverage_and_not_unknown() -> None:
    assert CATALOG.denial_reasons.verdict(("reason", "999"), on=ON) == "out-of-coverage"
    assert CATALOG.claim_statuses.verdict(("status", "9999"), on=ON) == "out-of-coverage"
    with pytest.raises(otcodes.OutOfCoverageError):
        CATALOG.denial_reasons.on(ON)["remark", "N9999"]


def test_categories_say_whether_a_claim_was_taken_in() -> None:
    found = {row.code: row.is_rejection for row in CATALOG.claim_statuses if row.kind == "category"}
    turned_back = {"A3", "A4", "A6", "A7", "A8"}
    assert found == {f"A{number}": f"A{number}" in turned_back for number in range(9)}
