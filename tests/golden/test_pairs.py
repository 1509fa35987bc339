"""NCCI procedure-to-procedure pairs.

Sources: NCCI procedure-to-procedure edits, practitioner and outpatient hospital, effective July 1, 2024
(with deleted pairs); practitioner edits v32.3 (October 2026), a part; APTA and AOTA notices of 2020 on the
pairs that CMS withdrew.
"""

import datetime as dt

import pytest

import otcodes

DOS = dt.date(2024, 7, 1)


def edit(column_1: str, column_2: str, on: dt.date = DOS, setting: str = "practitioner"):
    return otcodes.ptp_edits.on(on).find((setting, column_1, column_2))


def rules_of(*procedures: str, on: dt.date = DOS, modifiers=(), setting: str = "practitioner"):
    lines = [otcodes.ServiceLine(code, on=on, units=1, modifiers=("GO", *modifiers)) for code in procedures]
    claim = otcodes.Claim(payer="medicare-b", setting=setting, diagnoses=("M62.81",), lines=lines)
    report = otcodes.check(claim, rules=otcodes.rules.preset("medicare-b").select("pair"))
    return {(finding.rule, finding.line): finding for finding in report}


@pytest.mark.parametrize(
    ("column_1", "column_2", "indicator"),
    [
        ("97150", "97530", "1"),
        ("97165", "97750", "0"),
        ("97760", "97763", "0"),
        ("97535", "97168", "1"),
        ("97140", "97124", "0"),
        ("97530", "97750", "1"),
        ("97750", "97150", "0"),
        ("97597", "97602", "0"),
        ("97166", "97165", "0"),
        ("97167", "97166", "0"),
        ("97129", "97168", "1"),
        ("92526", "97032", "0"),
    ],
)
def test_pairs_in_force_on_the_edition_of_july_2024(column_1, column_2, indicator) -> None:
    row = edit(column_1, column_2)
    assert row is not None
    assert (row.indicator, row.carried_forward) == (indicator, False)


@pytest.mark.parametrize(
    "pair",
    [
        ("97530", "97116"),
        ("97140", "97530"),
        ("97165", "97140"),
        ("97165", "97530"),
        ("97530", "97165"),
        ("97165", "97150"),
        ("97110", "97168"),
        ("97530", "97168"),
        ("97530", "97533"),
        ("97530", "97535"),
    ],
)
def test_pairs_that_were_withdrawn_are_no_pairs(pair) -> None:
    assert edit(*pair) is None
    assert edit(*reversed(pair)) is None
    for day in (DOS, dt.date(2026, 3, 2)):
        assert rules_of(*pair, on=day) == {}


@pytest.mark.parametrize("pair", [("97530", "97116"), ("97140", "97530"), ("97110", "97168")])
def test_pairs_of_2019(pair) -> None:
    row = edit(*pair, on=dt.date(2019, 6, 1))
    assert row is not None
    assert row.indicator == "1"


@pytest.mark.parametrize("evaluation", ["97161", "97165", "97166", "97167", "97168"])
@pytest.mark.parametrize("test", ["97750", "97755", "97763"])
def test_evaluations_and_tests_differ_by_setting(evaluation: str, test: str) -> None:
    assert edit(evaluation, test).indicator == "0"
    assert edit(evaluation, test, setting="outpatient-hospital").indicator == "1"


def test_never_together_speaks_of_column_2() -> None:
    found = rules_of("97165", "97750")
    assert found["pair.never-together", 1].severity is otcodes.Severity.ERROR
    assert list(found) == [("pair.never-together", 1)]
    assert list(rules_of("97165", "97750", modifiers=["59"])) == [("pair.never-together", 1)]


def test_hospital_pair_takes_a_modifier() -> None:
    setting = "outpatient-hospital"
    assert list(rules_of("97165", "97750", setting=setting)) == [("pair.modifier-needed", 1)]
    assert rules_of("97165", "97750", setting=setting, modifiers=["59"]) == {}


@pytest.mark.parametrize("modifier", ["59", "XE", "XP", "XS", "XU"])
def test_modifier_on_either_line_tells_a_pair_apart(modifier: str) -> None:
    found = rules_of("97150", "97530")
    finding = found["pair.modifier-needed", 1]
    assert (finding.path, finding.fix.modifier, finding.fix.is_safe) == ("lines[1].modifiers", "59", False)
    assert rules_of("97150", "97530", modifiers=[modifier]) == {}


def test_after_the_edition_a_finding_is_a_warning_and_says_so() -> None:
    finding = rules_of("97165", "97750", on=dt.date(2026, 3, 2))["pair.never-together", 1]
    assert finding.severity is otcodes.Severity.WARNING
    assert finding.carried_forward
    assert "carried forward" in finding.message


def test_a_later_edition_that_agrees_keeps_it_an_error() -> None:
    finding = rules_of("97162", "97161", on=dt.date(2026, 3, 2))["pair.never-together", 1]
    assert (finding.severity, finding.carried_forward) == (otcodes.Severity.ERROR, False)


def test_before_a_start_that_is_not_known_nothing_is_said() -> None:
    claim = otcodes.Claim(
        payer="medicare-b",
        lines=[otcodes.ServiceLine(code, on=dt.date(2023, 5, 1), units=1) for code in ("97150", "97530")],
    )
    report = otcodes.check(claim, rules=otcodes.rules.preset("medicare-b").select("pair"))
    assert report.findings == ()
    assert {entry.rule for entry in report.not_checked} >= {"pair.never-together", "pair.modifier-needed"}


def test_59_without_a_pair_is_not_needed() -> None:
    found = rules_of("97140", "97530", modifiers=["59"])
    assert {rule for rule, _ in found} == {"pair.modifier-unneeded"}
