"""The calculators of amounts, thresholds, levels of evaluations, and of units that are billed already."""

import datetime as dt
from decimal import Decimal

import pytest

import otcodes
from otcodes import EvaluationComponents, FieldError
from otcodes.calc import (
    AssistantLine,
    allowed_amount,
    assistant_units,
    expected_payment,
    locality_of,
    supported_evaluation,
    threshold_status,
)

DOS = dt.date(2026, 3, 2)


def usd(amount: str) -> Decimal:
    return Decimal(amount)


@pytest.mark.parametrize(
    ("before", "more", "total", "is_above", "is_reviewable"),
    [
        ("2470.00", "35.07", "2505.07", True, False),
        ("2470.00", "10.00", "2480.00", False, False),
        ("2470.00", "10.01", "2480.01", True, False),
        ("2990.00", "10.00", "3000.00", True, False),
        ("2990.00", "10.01", "3000.01", True, True),
        ("0.00", "0.00", "0.00", False, False),
    ],
)
def test_the_threshold_of_2026_by_the_cent(*, before, more, total, is_above, is_reviewable) -> None:
    """2480 USD, and 3000 USD for medical review: each is for what is above it."""
    found = threshold_status([usd(more)], on=DOS, year_to_date_usd=usd(before))
    assert (found.used_usd, found.is_above, found.is_reviewable) == (usd(total), is_above, is_reviewable)
    assert (found.threshold_usd, found.review_usd) == (usd("2480.00"), usd("3000.00"))
    assert found.needs_modifier_from == (0 if is_above else None)
    assert found.left_usd == max(usd("2480.00") - usd(total), 0)


@pytest.mark.parametrize(
    ("before", "amounts", "first", "left"),
    [
        ("0.00", [], None, "2480.00"),
        ("2480.00", [], None, "0.00"),
        ("2500.00", [], None, "0.00"),
        ("2400.00", ["40.00", "40.00"], None, "0.00"),
        ("2400.00", ["40.00", "40.00", "0.01"], 2, "0.00"),
        ("2400.00", ["40.00", "40.01", "5.00"], 1, "0.00"),
        ("2480.01", ["0.00", "5.00"], 0, "0.00"),
        ("2470.00", ["5.00"], None, "5.00"),
    ],
)
def test_from_which_line_on_the_threshold_modifier_is_needed(before, amounts, first, left) -> None:
    found = threshold_status(map(usd, amounts), on=DOS, year_to_date_usd=usd(before))
    assert (found.needs_modifier_from, found.left_usd) == (first, usd(left))


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
            assert threshold_status([], on=on, discipline=discipline).threshold_usd == amount


def test_a_threshold_says_why() -> None:
    amounts = [usd("10.00"), usd("15.00"), usd("1.00")]
    assert threshold_status(amounts, on=DOS, year_to_date_usd=usd("2470.00")).steps == (
        "2470.00 USD are allowed in 2026 before these lines",
        "with line 2 they are 2495.00 USD: above 2480.00 USD, the threshold of 2026; it needs the modifier",
        "so do the lines after it; with all of them 2496.00 USD",
    )
    assert threshold_status([usd("10.01")], on=DOS, year_to_date_usd=usd("2990.00")).steps[-1] == (
        "above 3000.00 USD it may be picked for medical review"
    )
    assert threshold_status(amounts, on=DOS).steps == (
        "0 USD are allowed in 2026 before these lines",
        "with them 26.00 USD: not above 2480.00 USD, the threshold of 2026",
    )
    with pytest.raises(otcodes.OutOfCoverageError):
        threshold_status([usd("1.00")], on=dt.date(2027, 1, 1))


AMOUNTS_THAT_ARE_NONE = [35.07, "35.07", None, True, Decimal("NaN"), Decimal("Infinity"), usd("-0.01"), -1]


@pytest.mark.parametrize("amount", AMOUNTS_THAT_ARE_NONE)
def test_amounts_are_decimals_and_not_negative(amount) -> None:
    with pytest.raises(FieldError, match=r"threshold_status\.amounts\[1\] should be a Decimal"):
        threshold_status([usd("1.00"), amount], on=DOS)
    with pytest.raises(FieldError, match=r"threshold_status\.year_to_date_usd should be a Decimal"):
        threshold_status([], on=DOS, year_to_date_usd=amount)
    with pytest.raises(FieldError, match=r"expected_payment\.allowed_usd should be a Decimal"):
        expected_payment(amount, on=DOS)
    with pytest.raises(FieldError, match=r"expected_payment\.deductible_left_usd should be a Decimal"):
        expected_payment(usd("1.00"), on=DOS, deductible_left_usd=amount)


@pytest.mark.parametrize("amounts", [1, None, "12", usd("1.00")])
def test_amounts_that_are_no_amounts_are_a_clear_error(amounts) -> None:
    with pytest.raises(FieldError, match=r"threshold_status\.amounts should be"):
        threshold_status(amounts, on=DOS)


def test_a_discipline_that_there_is_not_is_a_clear_error() -> None:
    with pytest.raises(FieldError, match="one of occupational-therapy"):
        threshold_status([usd("1.00")], on=DOS, discipline="chiropractic")


@pytest.mark.parametrize("units", [1.0, 1.5, "1", True, None, -1, Decimal(1), 10**9])
def test_units_of_an_amount_are_a_whole_number(units) -> None:
    with pytest.raises(FieldError, match=r"allowed_amount\.services\['97530'\] should be whole units"):
        allowed_amount([("97530", units)], on=DOS)
    with pytest.raises(FieldError, match=r"allowed_amount\.beside\['97530'\] should be whole units"):
        allowed_amount([], on=DOS, beside=[("97530", units)])


@pytest.mark.parametrize(
    "services", [None, 1, "97530", ["97530"], [("97530",)], [(97530, 1)], [("97530", 1, 1)]]
)
def test_services_that_are_no_pairs_are_a_clear_error(services) -> None:
    for given in ({"services": services}, {"services": [], "beside": services}):
        with pytest.raises(FieldError, match="should be pairs of a code and units"):
            allowed_amount(**given, on=DOS)


@pytest.mark.parametrize(
    ("code", "on", "error"),
    [
        ("97999", DOS, otcodes.UnknownCodeError),
        ("nonsense", DOS, otcodes.UnknownCodeError),
        ("97003", DOS, otcodes.NotEffectiveError),
        ("97530", "2026-03-02", TypeError),
    ],
)
def test_a_code_that_there_is_not_is_the_error_of_the_table(code, on, error) -> None:
    with pytest.raises(error):
        allowed_amount([(code, 1)], on=on)


@pytest.mark.parametrize("name", ["06102-16", "IL-16", " il-16 "])
def test_a_locality_goes_by_its_contractor_or_its_state(name) -> None:
    assert locality_of(name, on=DOS).in_words == "06102-16 (Chicago, IL)"


def test_a_number_that_one_contractor_alone_has_is_enough() -> None:
    assert locality_of("35", on=DOS).in_words == "10312-35 (Tennessee, TN)"
    # Until the end of 2023 it was San Mateo's.
    assert locality_of("06", on=dt.date(2023, 6, 1)).state == "CA"


def test_a_number_that_several_have_lists_them() -> None:
    expected = r"should be one of 06102-16 \(Chicago, IL\), 11402-16 \(West Virginia, WV\), not '16'"
    with pytest.raises(FieldError, match=expected):
        locality_of("16", on=DOS)
    with pytest.raises(FieldError, match=expected):
        allowed_amount([("97530", 1)], on=DOS, locality="16")


@pytest.mark.parametrize("name", ["", "77", "06102-77", "-16", "chicago", None, 16])
def test_a_locality_that_there_is_not_is_a_clear_error(name) -> None:
    with pytest.raises(FieldError, match="should be a locality as '06102-16'"):
        locality_of(name, on=DOS)


def test_a_locality_of_other_days_is_the_error_of_the_table() -> None:
    """San Mateo, in locality 05 from 2024 on."""
    for name in ("01112-06", "CA-06", "06"):
        with pytest.raises(otcodes.NotEffectiveError):
            locality_of(name, on=DOS)
        with pytest.raises(otcodes.OutOfCoverageError):
            locality_of(name, on=dt.date(2019, 12, 31))


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
