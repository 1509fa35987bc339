"""The percentages and deductibles that payments are reckoned with, against facts typed from their sources."""

import datetime as dt

import pytest

import otcodes
from otcodes import Verdict

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "percent"),
    [
        # CMS on the order of March 1, 2013; First Coast, Noridian and NGS on sequestration.
        ("2013-04-01", "2020-04-30", 2),
        # CARES Act, section 3709, and the acts that extended it.
        ("2020-05-01", "2022-03-31", 0),
        # Protecting Medicare and American Farmers from Sequester Cuts Act.
        ("2022-04-01", "2022-06-30", 1),
        # PYA, 2025-11-14: the 2 percent remain in effect in 2026.
        ("2022-07-01", "2026-12-31", 2),
    ],
)
def test_sequestration_by_the_day(first, last, percent) -> None:
    for day in (first, last):
        found = otcodes.sequestration.on(dt.date.fromisoformat(day))["part-b"]
        assert (found.percent, found.carried_forward) == (percent, False)


def test_sequestration_before_and_after() -> None:
    table = otcodes.sequestration
    assert table.verdict("part-b", on=dt.date(2013, 3, 31)) is Verdict.NOT_EFFECTIVE
    assert table.on(dt.date(2027, 1, 1))["part-b"].carried_forward


@pytest.mark.parametrize(("setting", "percent"), [("practitioner", 20), ("outpatient-hospital", 25)])
def test_how_much_of_a_further_unit_s_practice_expense_is_cut(setting, percent) -> None:
    """2011: HTS Therapy (20 and 25 percent); April 2013: NGS Medicare 865043 and Noridian (50 in both)."""
    table, key = otcodes.practice_expense_reductions, (setting, "5")
    assert table.verdict(key, on=dt.date(2010, 12, 31)) is Verdict.NOT_EFFECTIVE
    for day in ("2011-01-01", "2013-03-31"):
        assert table.on(dt.date.fromisoformat(day))[key].percent == percent
    for day in ("2013-04-01", "2026-12-31"):
        assert table.on(dt.date.fromisoformat(day))[key].percent == 50
    assert table.verdict((setting, "0"), on=dt.date(2025, 6, 2)) is Verdict.OUT_OF_COVERAGE


def test_shares_of_a_payment() -> None:
    """42 USC 1395m(v): 85 percent from 2022 on; Social Security Act, section 1833(a): 80, so 20 are left."""
    table = otcodes.payment_shares
    assert table.verdict("assistant", on=dt.date(2021, 12, 31)) is Verdict.NOT_EFFECTIVE
    assert table.on(dt.date(2022, 1, 1))["assistant"].percent == 85
    assert table.on(dt.date(2011, 1, 1))["coinsurance"].percent == 20
    assert table.verdict("coinsurance", on=dt.date(2010, 12, 31)) is Verdict.OUT_OF_COVERAGE


@pytest.mark.parametrize(
    ("year", "amount"),
    [
        (2020, 198),  # MedicareLifeHealth; OneX Billing Hub
        (2021, 203),  # MedicareLifeHealth; Helping Seniors Save; Welch Insurance
        (2022, 233),  # VGM, 2021-11-15; Becker's, 2021-11-15
        (2023, 226),  # MedicareResources; Revive Insurance
        (2024, 240),  # Healthcare Finance News; Creative Benefits
        (2025, 257),  # Total Benefits; OneX Billing Hub
        (2026, 283),  # Total Benefits, from CMS's fact sheet; Particle News, 2025-11-14
    ],
)
def test_the_deductible_of_each_year(year, amount) -> None:
    for day in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
        assert otcodes.deductibles.on(day)["part-b"].amount_usd == amount


def test_the_deductible_of_other_years_is_not_guessed() -> None:
    for day in (dt.date(2019, 12, 31), dt.date(2027, 1, 1)):
        assert otcodes.deductibles.verdict("part-b", on=day) is Verdict.OUT_OF_COVERAGE
