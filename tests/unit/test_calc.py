"""The calculators of amounts, thresholds, levels of evaluations, and of units that are billed already."""

import datetime as dt
from decimal import Decimal

import pytest

import otcodes
from otcodes import EvaluationComponents, FieldError
from otcodes.calc import (
    AssistantLine,
    assistant_units,
    national_amount,
    supported_evaluation,
    threshold_position,
)

DOS = dt.date(2026, 3, 2)


def usd(amount: str) -> Decimal:
    return Decimal(amount)


@pytest.mark.parametrize(
    ("code", "full", "reduced"),
    [
        ("97165", "100.60", "75.85"),
        ("97168", "69.54", "50.78"),
        ("97530", "34.61", "24.58"),
        ("97535", "32.02", "23.45"),
        ("97110", "28.79", "21.83"),
        ("97112", "32.02", "24.26"),
        ("97140", "27.17", "20.70"),
        ("97760", "45.93", "31.21"),
        ("97533", "60.49", "38.17"),
        ("97150", "17.47", "13.59"),
        ("97035", "13.91", "10.51"),
        ("97129", "21.67", "21.67"),
    ],
)
def test_national_amounts_of_2025_in_full_and_with_half_the_practice_expense(code, full, reduced) -> None:
    """CMS, relative value file of October 2025, at 32.3465 USD; 97129 is not reduced beside others."""
    found = national_amount(code, on=dt.date(2025, 6, 2))
    assert (found.amount_usd, found.least_usd) == (usd(full), usd(reduced))


def test_a_national_amount_is_of_its_year_and_of_each_unit() -> None:
    found = national_amount(" 97530 ", on=DOS, units=3)
    assert (found.amount_usd, found.least_usd) == (3 * usd("35.07"), 3 * usd("25.05"))
    assert found.steps == (
        "97530: 1.05 relative value units at 33.4009 USD are 35.07 USD",
        "3 units: 105.21 USD",
    )
    assert national_amount("97530", on=DOS).steps == found.steps[:1]
    assert national_amount("97530", on=DOS, units=0).amount_usd == 0
    days = [dt.date(2024, 3, 8), dt.date(2024, 3, 9)]  # the conversion factor of 2024 changed by law
    assert [national_amount("97530", on=day).amount_usd for day in days] == [usd("36.02"), usd("36.62")]


@pytest.mark.parametrize("units", [1.0, 1.5, "1", True, None, -1, Decimal(1)])
def test_units_of_an_amount_are_a_whole_number(units) -> None:
    with pytest.raises(FieldError, match=r"national_amount\.units should be whole units"):
        national_amount("97530", on=DOS, units=units)


@pytest.mark.parametrize(
    ("code", "on", "error"),
    [
        ("99213", DOS, otcodes.OutOfCoverageError),
        ("97530", dt.date(2027, 3, 1), otcodes.OutOfCoverageError),
        (97530, DOS, TypeError),
        ("97530", "2026-03-02", TypeError),
    ],
)
def test_an_amount_that_cannot_be_looked_up_is_the_error_of_the_table(code, on, error) -> None:
    with pytest.raises(error):
        national_amount(code, on=on)


@pytest.mark.parametrize(
    ("before", "more", "total", "is_above", "is_reviewable"),
    [
        ("2470.00", "35.07", "2505.07", True, False),
        ("2470.00", "10.00", "2480.00", False, False),
        ("2470.00", "10.01", "2480.01", True, False),
        ("2990.00", "10.00", "3000.00", True, False),
        ("2990.00", "10.01", "3000.01", True, True),
        ("2490.00", "-20.00", "2470.00", False, False),
    ],
)
def test_the_threshold_of_2026_by_the_cent(*, before, more, total, is_above, is_reviewable) -> None:
    """2480 USD, and 3000 USD for medical review: each is for what is above it."""
    found = threshold_position(usd(before), usd(more), on=DOS)
    assert (found.total_usd, found.is_above, found.is_reviewable) == (usd(total), is_above, is_reviewable)
    assert (found.threshold_usd, found.review_usd) == (usd("2480.00"), usd("3000.00"))


@pytest.mark.parametrize(
    ("year", "amount"),
    [
        (2018, 2010), (2019, 2040), (2020, 2080), (2021, 2110), (2022, 2150),
        (2023, 2230), (2024, 2330), (2025, 2410), (2026, 2480),
    ],
)  # fmt: skip
def test_every_year_has_its_threshold_the_same_for_both_therapies(year, amount) -> None:
    for discipline in otcodes.Discipline:
        for on in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
            assert threshold_position(0, 0, on=on, discipline=discipline).threshold_usd == amount


def test_a_threshold_says_why() -> None:
    assert threshold_position(usd("2990.00"), usd("10.01"), on=DOS).steps == (
        "2990.00 USD before and 10.01 USD for this are 3000.01 USD",
        "the threshold of 2026 is 2480.00 USD: above",
        "above 3000.00 USD it may be picked for medical review",
    )
    with pytest.raises(otcodes.OutOfCoverageError):
        threshold_position(usd("1.00"), usd("1.00"), on=dt.date(2027, 1, 1))


@pytest.mark.parametrize("amount", [35.07, "35.07", None, True, Decimal("NaN"), Decimal("Infinity")])
def test_amounts_are_decimals(amount) -> None:
    with pytest.raises(FieldError, match=r"threshold_position\.allowed_usd should be a Decimal"):
        threshold_position(usd("1.00"), amount, on=DOS)
    with pytest.raises(FieldError, match=r"threshold_position\.year_to_date_usd should be a Decimal"):
        threshold_position(amount, usd("1.00"), on=DOS)


def test_a_discipline_that_there_is_not_is_a_clear_error() -> None:
    with pytest.raises(FieldError, match="one of occupational-therapy"):
        threshold_position(usd("1.00"), usd("1.00"), on=DOS, discipline="chiropractic")


def components(profile: str, deficits: int, decision: str) -> EvaluationComponents:
    return EvaluationComponents(profile=profile, performance_deficits=deficits, decision_making=decision)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (("brief", 1, "low"), "97165"),
        (("expanded", 3, "moderate"), "97166"),
        (("extensive", 3, "high"), "97166"),
        (("extensive", 2, "high"), "97165"),
        (("extensive", 4, "high"), "97166"),
        (("extensive", 5, "high"), "97167"),
        (("expanded", 5, "moderate"), "97166"),
        (("brief", 9, "high"), "97165"),
        (("extensive", 9, "low"), "97165"),
        (("extensive", 0, "high"), None),
    ],
)
def test_the_lowest_component_decides_the_level(found, code) -> None:
    """Of overlapping counts the higher level is supported: three are moderate, five are high."""
    result = supported_evaluation(components(*found), on=DOS)
    levels = {"97165": "low", "97166": "moderate", "97167": "high", None: None}
    assert (result.code, result.level) == (code, levels[code])


def test_a_level_says_why() -> None:
    assert supported_evaluation(components("extensive", 4, "high"), on=DOS).steps == (
        "profile and history extensive: up to high complexity",
        "performance deficits 4: up to moderate complexity",
        "decision making high: up to high complexity",
        "the lowest of them decides: moderate, 97166",
    )
    assert supported_evaluation(components("brief", 0, "low"), on=DOS).steps[-1] == "so no level is supported"


@pytest.mark.parametrize("given", [None, "low", {"profile": "brief"}, ("brief", 1, "low")])
def test_what_are_no_components_is_a_clear_error(given) -> None:
    with pytest.raises(FieldError, match="should be EvaluationComponents"):
        supported_evaluation(given, on=DOS)


@pytest.mark.parametrize(
    ("minutes", "units", "expected"),
    [
        pytest.param({"97535": (15, 15)}, {"97535": 1}, [("97535", 1, False)], id="one of two is billed"),
        pytest.param(
            {"97535": (15, 15)},
            {"97535": 3},
            [("97535", 2, False), ("97535", 1, True)],
            id="one that no minutes are left for",
        ),
        pytest.param({"97535": (0, 15)}, {"97535": 3}, [("97535", 3, True)], id="all of it the assistant's"),
        pytest.param({"97535": (10, 13)}, {"97535": 1}, [("97535", 1, False)], id="one where two are due"),
        pytest.param({"97535": (0, 15)}, {"97535": 0}, [], id="none"),
        pytest.param({"97535": (0, 15)}, {}, [], id="not billed"),
        pytest.param(
            {"97535": (0, 15)}, {" 97535": 1, "97535": 1}, [("97535", 2, True)], id="as it is written"
        ),
        pytest.param({"97150": (0, 30)}, {}, [("97150", 1, True)], id="a code that is not timed"),
        pytest.param(
            {"97129": (15, 0), "97130": (0, 15)},
            {"97129": 1, "97130": 1},
            [("97129", 1, False), ("97130", 1, True)],
            id="a first code and its add-on",
        ),
        pytest.param(
            {"97535": (20, 0), "97530": (0, 20)},
            {"97535": 1, "97530": 2},
            [("97535", 1, False), ("97530", 2, True)],
            id="the other choice at a tie",
        ),
    ],
)
def test_whose_the_units_are_that_are_billed(minutes, units, expected) -> None:
    result = assistant_units(minutes, on=DOS, units=units)
    assert result.lines == tuple(AssistantLine(*line) for line in expected)
    assert not any("allow" in step for step in result.steps)


@pytest.mark.parametrize("units", [1, "97535", [("97535", 1)]])
def test_units_that_are_no_mapping_are_a_clear_error(units) -> None:
    with pytest.raises(FieldError, match=r"assistant_units\.units should be a mapping"):
        assistant_units({"97535": (8, 8)}, on=DOS, units=units)


@pytest.mark.parametrize("number", [-1, 1.0, "1", None, True, Decimal(1)])
def test_units_that_are_no_whole_number_are_a_clear_error(number) -> None:
    with pytest.raises(FieldError, match=r"units\['97535'\] should be whole units"):
        assistant_units({"97535": (8, 8)}, on=DOS, units={"97535": number})
