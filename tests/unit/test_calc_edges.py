"""What calculators say of what they cannot take, how they round, and the steps that they give as reasons."""

import datetime as dt
import re
from decimal import Decimal
from itertools import product

import pytest

import otcodes
from otcodes import FieldError, calc

DOS = dt.date(2026, 3, 2)
PAST = dt.date(2025, 3, 3)  # of this year the fee schedule and the localities are on board
USD = "a Decimal in US dollars, zero or more, such as Decimal('120.00')"
PAIRS = "pairs of a code and units, as [('97530', 2)]"
LOCALITY = "a locality as '06102-16' (contractor and locality), 'IL-16' (with the state) or '16'"


def usd(amount: str) -> Decimal:
    return Decimal(amount)


@pytest.mark.parametrize(
    ("calculator", "arguments", "facts", "field", "value", "expected"),
    [
        ("timed_units", [97530], {}, "minutes", 97530, "a mapping from procedure codes to minutes"),
        ("timed_units", [{"97530": -1}], {}, "minutes['97530']", -1, "whole minutes, zero or more"),
        ("timed_units", [{}], {"method": "eight"}, "method", "eight", "one of medicare, midpoint"),
        ("assistant_units", [97530], {}, "minutes", 97530, "a mapping from procedure codes to minutes"),
        (
            "assistant_units", [{"97530": 15}], {}, "minutes['97530']", 15,
            "whole minutes, zero or more, of the therapist and of the assistant: a pair",
        ),
        ("assistant_units", [{}], {"method": "half"}, "method", "half", "one of percent, tenth-plus-one"),
        ("assistant_units", [{}], {"units": 3}, "units", 3, "a mapping from procedure codes to units"),
        (
            "assistant_units", [{}], {"units": {"97530": True}}, "units['97530']", True,
            "whole units, zero or more",
        ),
        ("supported_evaluation", ["high"], {}, "components", "high", "EvaluationComponents"),
        *(
            ("monitoring_units", ["98980", each], {}, "amount", each, "whole days or minutes, zero or more")
            for each in (-1, "5", True, 2.0)
        ),
        ("locality_of", ["zz"], {}, "name", "zz", LOCALITY),
        ("locality_of", [16], {}, "name", 16, LOCALITY),
        (
            "locality_of", ["16"], {"on": PAST}, "name", "16",
            "one of 06102-16 (Chicago, IL), 11402-16 (West Virginia, WV)",
        ),
        ("allowed_amount", ["97530"], {}, "services", "97530", PAIRS),
        ("allowed_amount", [[("97530",)]], {}, "services", ("97530",), PAIRS),
        ("allowed_amount", [[("97530", -1)]], {}, "services['97530']", -1, "whole units, zero or more"),
        ("allowed_amount", [[]], {"beside": 7}, "beside", 7, PAIRS),
        ("expected_payment", [12.5], {}, "allowed_usd", 12.5, USD),
        ("expected_payment", [1], {"deductible_left_usd": "1"}, "deductible_left_usd", "1", USD),
        ("threshold_status", [[usd("-0.01")]], {}, "amounts[0]", usd("-0.01"), USD),
        ("threshold_status", [7], {}, "amounts", 7, "amounts, as [Decimal('35.07')]"),
        ("threshold_status", [[]], {"year_to_date_usd": None}, "year_to_date_usd", None, USD),
        (
            "threshold_status", [[]], {"discipline": "massage"}, "discipline", "massage",
            "one of occupational-therapy, physical-therapy, speech-language-pathology",
        ),
    ],
)  # fmt: skip
def test_what_a_calculator_cannot_take_is_named_with_what_was_expected(
    *, calculator, arguments, facts, field, value, expected
) -> None:
    with pytest.raises(FieldError) as caught:
        getattr(calc, calculator)(*arguments, **{"on": DOS, **facts})
    error = caught.value
    assert (error.record, error.field, error.value, error.expected) == (calculator, field, value, expected)


@pytest.mark.parametrize(
    ("allowed", "is_assistant", "medicare", "coinsurance", "taken"),
    [
        ("0.13", True, "0.09", "0.03", "0.00"),  # 85 percent of 0.10 are 0.085
        ("0.31", False, "0.24", "0.06", "0.01"),  # 2 percent of 0.25 are 0.005
        ("0.125", False, "0.10", "0.03", "0.00"),  # which is 0.13 to the cent
        ("0.00", False, "0.00", "0.00", "0.00"),
    ],
)
def test_half_a_cent_is_rounded_up(allowed, is_assistant, medicare, coinsurance, taken) -> None:
    """By half to even, as `decimal` rounds on its own, each of these would be a cent less."""
    found = calc.expected_payment(usd(allowed), on=PAST, is_assistant=is_assistant)
    assert (found.medicare_usd, found.coinsurance_usd) == (usd(medicare), usd(coinsurance))
    assert (found.sequestration_usd, found.deductible_left_usd) == (usd(taken), 0)


def test_a_payment_says_why() -> None:
    found = calc.expected_payment(usd("100"), on=PAST, is_assistant=True, deductible_left_usd=usd("60"))
    assert found.steps == (
        "60.00 USD of 100.00 USD are the deductible",
        "20 percent of 40.00 USD is the coinsurance: 8.00 USD",
        "Medicare's part is 32.00 USD",
        "an assistant furnished it: 85 percent of that are 27.20 USD",
        "sequestration takes 2 percent of that: 0.54 USD",
        "Medicare pays 26.66 USD and the beneficiary 68.00 USD, together 94.66 USD",
    )
    assert (found.deductible_left_usd, found.patient_usd, found.total_usd) == (0, usd("68"), usd("94.66"))
    # Sequestration was suspended from 2020-05-01; an assistant's part was not yet reduced.
    assert calc.expected_payment(usd("100"), on=dt.date(2020, 6, 1), is_assistant=True).steps == (
        "20 percent of 100.00 USD is the coinsurance: 20.00 USD",
        "Medicare's part is 80.00 USD",
        "Medicare pays 80.00 USD and the beneficiary 20.00 USD, together 100.00 USD",
    )
    part = calc.expected_payment(usd("30"), on=PAST, deductible_left_usd=usd("60"))
    assert (part.medicare_usd, part.deductible_usd, part.deductible_left_usd) == (0, usd("30"), usd("30"))


def test_an_amount_says_why() -> None:
    services = [("97530", 2), ("97535", 1), ("97010", 1), ("99999", 1)]
    found = calc.allowed_amount(services, on=PAST)
    assert found.steps == (
        "97530: 1.07 relative value units at 32.3465 USD are 34.61 USD",
        "97535: 0.99 relative value units at 32.3465 USD are 32.02 USD",
        "97530 has the day's highest practice expense: a unit of it is in full",
        "97530 with its practice expense cut by 50 percent: 24.58 USD",
        "97535 with its practice expense cut by 50 percent: 23.45 USD",
        "97530: 1 unit at 34.61 USD and 1 unit at 24.58 USD are 59.19 USD",
        "together 82.64 USD",
        "97010 has no amount: status B: bundled, never paid separately",
        "99999 has no amount: its payment status on 2025-03-03 is not on board",
    )
    assert [(each.code, each.units, each.status) for each in found.not_priced] == [
        ("97010", 1, "B"),
        ("99999", 1, None),
    ]
    assert [(line.full_units, line.reduced_units) for line in found.lines] == [(1, 1), (0, 1)]
    assert (found.total_usd, found.priced_usd, found.is_complete) == (None, usd("82.64"), False)


def test_no_units_are_no_money() -> None:
    assert calc.allowed_amount([("97530", 0)], on=PAST).steps[-1] == "97530: 0 units are 0.00 USD"


def test_an_amount_in_a_locality_and_a_facility_says_why() -> None:
    found = calc.allowed_amount({"97530": 1}, on=PAST, locality="06102-16", facility=True)
    assert found.steps == (
        "in 06102-16 (Chicago, IL) the indices are: work 1.007, practice expense 1.023, malpractice 2.018",
        (
            "97530: 0.44 x 1.007 + 0.62 x 1.023 + 0.01 x 2.018 = 1.09752 relative value units at 32.3465 USD"
            " are 35.50 USD; it has no amount of its own in facilities"
        ),
    )
    assert set(found.editions) == {*calc.payments.TABLES, "localities"}
    assert found.carried_from == ()
    assert found.total_usd == usd("35.50")


def test_an_amount_that_is_carried_forward_says_from_which_edition() -> None:
    found = calc.allowed_amount([("97110", 1)], on=DOS, locality="06102-16", apm=True)
    assert found.carried_from == ("gpci-2025",)
    assert found.steps[-1] == "carried forward from gpci-2025, the last edition on board"
    assert calc.allowed_amount([("97110", 1)], on=DOS).carried_from == ()


def test_what_is_billed_elsewhere_may_take_the_unit_in_full() -> None:
    alone = calc.allowed_amount([("97110", 1)], on=PAST)
    assert (alone.total_usd, alone.lines[0].reduced_units) == (usd("28.79"), 0)
    found = calc.allowed_amount([("97110", 1)], on=PAST, beside=[("97530", 1), ("97010", 2)])
    assert (found.total_usd, found.lines[0].reduced_units) == (usd("21.83"), 1)
    assert found.steps[1:] == (
        "97530, billed elsewhere, has the day's highest practice expense: a unit of it is in full",
        "97110 with its practice expense cut by 50 percent: 21.83 USD",
        "97010, billed elsewhere, does not count: status B: bundled, never paid separately",
    )
    none = calc.allowed_amount([("97110", 1)], on=PAST, beside=[("97530", 0)])
    assert none.total_usd == alone.total_usd


NONE = "no code takes so few or so many"
WITH, WITHOUT = "with the modifier", "without the modifier"


@pytest.mark.parametrize(
    ("minutes", "on", "method", "lines", "steps"),
    [
        (
            {"97530": (20, 25)}, DOS, "percent", [("97530", 1, False), ("97530", 2, True)],
            (
                "97530: 45 minutes are 3 units of a full quarter hour",
                f"97530: the therapist's own minutes fill 1 unit: {WITHOUT}",
                f"97530: the assistant's own minutes fill 1 unit: {WITH}",
                "97530: for 1 unit more the therapist has 5 minutes left, the assistant 10",
                f"97530: 10 of 15 minutes are the assistant's, 67 percent, 11 or more: {WITH}",
            ),
        ),
        (
            {"97535": (10, 13)}, DOS, "percent", [("97535", 1, False), ("97535", 1, True)],
            (
                "97535: for 2 units more the therapist has 10 minutes left, the assistant 13",
                f"97535: 9 to 14 minutes each, 23 to 28 together: 1 unit {WITHOUT}, 1 {WITH}",
            ),
        ),
        (
            {"97535": (10, 13)}, dt.date(2021, 12, 31), "percent", [("97535", 2, True)],
            (f"97535: 13 of 23 minutes are the assistant's, 57 percent, 11 or more: {WITH}",),
        ),
        (
            {"97535": (10, 13)}, dt.date(2019, 12, 31), "percent", [("97535", 2, False)],
            ("on 2019-12-31 no unit carried an assistant's modifier yet",),
        ),
        (
            {"97150": (27, 3)}, DOS, "percent", [("97150", 1, False)],
            (f"97150: 3 of 30 minutes are the assistant's, 10 percent, less than 11: {WITHOUT}",),
        ),
        (
            {"97150": (27, 3)}, DOS, "tenth-plus-one", [("97150", 1, False)],
            (f"97150: 3 of 30 minutes are the assistant's, less than 4: {WITHOUT}",),
        ),
        (
            {"97150": (26, 4)}, DOS, "tenth-plus-one", [("97150", 1, True)],
            (f"97150: 4 of 30 minutes are the assistant's, 4 or more: {WITH}",),
        ),
        (
            {"97530": (0, 16)}, DOS, "percent", [("97530", 1, True)],
            (f"97530: all of it is the assistant's: {WITH}",),
        ),
        (
            {"97530": (16, 0)}, DOS, "percent", [("97530", 1, False)],
            (f"97530: all of it is the therapist's: {WITHOUT}",),
        ),
        ({"97150": (0, 0)}, DOS, "percent", [], ("97150: no minutes, so no unit",)),
        (
            {"98977": (0, 0)}, DOS, "percent", [("98977", 1, False)],
            (f"98977 is a device that is supplied: {WITHOUT}",),
        ),
        (
            {"97129": (20, 20)}, DOS, "percent", [("97129", 1, False), ("97130", 2, True)],
            (
                "97129+97130: for 1 unit more the therapist has 5 minutes left, the assistant 5",
                f"97129+97130: 5 of 10 minutes are the assistant's, 50 percent, 11 or more: {WITH}",
            ),
        ),
        (
            {"97530": (10, 10), "97535": (10, 10)}, DOS, "percent",
            [("97530", 1, False), ("97530", 1, True), ("97535", 1, False)],
            (
                "97530 or 97535: either may be billed; here 97530",
                "97530: for 2 units more the therapist has 10 minutes left, the assistant 10",
                f"97530: as of 23 to 28 minutes: 1 unit {WITHOUT}, 1 {WITH}",
                "97535: for 1 unit more the therapist has 10 minutes left, the assistant 10",
                f"97535: the therapist's minutes left are 8 or more: {WITHOUT}",
            ),
        ),
    ],
)  # fmt: skip
def test_whose_each_unit_is_and_why(minutes, on, method, lines, steps) -> None:
    found = calc.assistant_units(minutes, on=on, method=method)
    assert [(line.code, line.units, line.is_assistant) for line in found.lines] == lines
    assert found.steps[-len(steps) :] == steps


def test_of_three_level_codes_any_may_be_billed_and_it_says_which_is_here() -> None:
    found = calc.assistant_units(dict.fromkeys(("97530", "97535", "97110"), (10, 10)), on=DOS)
    assert "of 97530, 97535, 97110 any 1 may be billed; here 97530" in found.steps


def test_units_that_no_minutes_are_left_for_are_the_therapists() -> None:
    found = calc.assistant_units({"97530": (10, 13)}, on=DOS, units={"97530": 4})
    assert [(line.units, line.is_assistant) for line in found.lines] == [(3, False), (1, True)]
    twice = calc.assistant_units({"97530": (10, 13)}, on=DOS, units={"97530": 1, " 97530": 3})
    assert twice == found


@pytest.mark.parametrize(
    ("code", "amount", "units", "steps"),
    [
        ("98980", 20, {"98980": 1}, ("20 minutes are billed by 98980, of 20 minutes or more",)),
        ("98981", 39, {"98980": 1}, ("39 minutes are billed by 98980, of 20 minutes or more",)),
        (
            "98979", 40, {"98980": 1, "98981": 1},
            ("40 minutes are billed by 98980, of 20 minutes or more", "each 20 minutes more by 98981: 1"),
        ),
        ("98980", 19, {"98979": 1}, ("19 minutes are billed by 98979, of 10 to 19 minutes",)),
        (
            "98980", 0, {},
            (f"0 minutes: {NONE}; 98979 takes 10 to 19 minutes, 98980 takes 20 minutes or more",),
        ),
        (
            "98980", 1, {},
            (f"1 minute: {NONE}; 98979 takes 10 to 19 minutes, 98980 takes 20 minutes or more",),
        ),
        ("98977", 15, {"98985": 1}, ("15 days are billed by 98985, of 2 to 15 days",)),
        ("98985", 16, {"98977": 1}, ("16 days are billed by 98977, of 16 to 30 days",)),
        (
            "98977", 31, {},
            (f"31 days: {NONE}; 98985 takes 2 to 15 days, 98977 takes 16 to 30 days",),
        ),
    ],
)  # fmt: skip
def test_by_which_codes_days_and_minutes_of_monitoring_are_billed(code, amount, units, steps) -> None:
    found = calc.monitoring_units(code, amount, on=dt.date(2026, 3, 31))
    assert (found.by_code, found.steps) == (units, steps)


def test_an_evaluation_says_what_each_component_reaches() -> None:
    components = otcodes.EvaluationComponents(
        profile="extensive", performance_deficits=4, decision_making="high"
    )
    found = calc.supported_evaluation(components, on=DOS)
    assert (found.level, found.code) == ("moderate", "97166")
    assert found.steps == (
        "profile and history extensive: up to high complexity",
        "performance deficits 4: up to moderate complexity",
        "decision making high: up to high complexity",
        "the lowest of them decides: moderate, 97166",
    )
    none = otcodes.EvaluationComponents(profile="brief", performance_deficits=0, decision_making="low")
    found = calc.supported_evaluation(none, on=DOS)
    assert (found.level, found.code, found.steps[1], found.steps[3]) == (
        None, None, "performance deficits 0: no level", "so no level is supported",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["06102-16", " il-16 ", "IL-16"])
def test_a_locality_by_any_of_its_names(name) -> None:
    assert calc.locality_of(name, on=PAST).in_words == "06102-16 (Chicago, IL)"


def test_the_longer_first_unit_is_whose_part_of_it_is_the_larger() -> None:
    """97550 has a first unit of 30 minutes, 97551 further ones of 15."""
    lines = {
        True: [("97550", 1, True), ("97551", 2, False)],
        False: [("97550", 1, False), ("97551", 2, True)],
    }
    for is_first_assistants, minutes in ((True, (30, 31)), (False, (31, 30))):
        found = calc.assistant_units({"97550": minutes}, on=DOS)
        each = [(line.code, line.units, line.is_assistant) for line in found.lines]
        assert each == lines[is_first_assistants]


@pytest.mark.parametrize(("facility", "amount"), [(False, "77.63"), (True, "40.76")])
def test_where_the_clinician_did_not_bear_the_expense_less_is_allowed(facility, amount) -> None:
    found = calc.allowed_amount([("90912", 1)], on=PAST, facility=facility)
    assert found.total_usd == usd(amount)
    assert "facilities" not in found.steps[0]


def test_a_qualifying_model_has_its_own_conversion_factor_from_2026() -> None:
    said = {apm: calc.allowed_amount([("97110", 1)], on=DOS, apm=apm).steps[0] for apm in (False, True)}
    assert " at 33.4009 USD " in said[False]
    assert " at 33.5675 USD " in said[True]
    before = [calc.allowed_amount([("97110", 1)], on=PAST, apm=apm) for apm in (False, True)]
    assert before[0] == before[1]


def test_whether_a_threshold_was_passed_before_and_what_comes_after_the_line_that_passes_it() -> None:
    for before, said in (("2480.00", "not above"), ("2480.01", "above")):
        found = calc.threshold_status([], on=DOS, year_to_date_usd=usd(before))
        assert found.steps[1:] == (f"with them {before} USD: {said} 2480.00 USD, the threshold of 2026",)
    after = "so do the lines after it; with all of them 2491.00 USD"
    last = calc.threshold_status([usd("2480.00"), usd("11.00")], on=DOS)
    assert last.needs_modifier_from == 1
    assert after not in last.steps
    assert after in calc.threshold_status([usd("2490.00"), usd("1.00")], on=DOS).steps


def test_a_claim_may_be_picked_for_review_above_the_amount_and_not_at_it() -> None:
    for amount, count in (("3000.00", 0), ("3000.01", 1)):
        steps = calc.threshold_status([usd(amount)], on=DOS).steps
        assert steps.count("above 3000.00 USD it may be picked for medical review") == count


def test_physical_therapys_threshold_is_that_of_speech_language_pathology_too() -> None:
    catalog = otcodes.Catalog.bundled()
    rows = [calc.thresholds.threshold_of(each, DOS, catalog).discipline for each in otcodes.Discipline]
    occupational, physical, speech = otcodes.Discipline
    assert dict(zip(otcodes.Discipline, rows, strict=True)) == {
        occupational: occupational, physical: physical, speech: physical,
    }  # fmt: skip


def shown(result) -> tuple[list[str], list[str], list[str], int]:
    """What a notebook shows: captions, heads of columns, heads of rows, and how many steps."""
    html = result._repr_html_()
    parts = ("<caption>(.*?)</caption>", '<th scope="col">(.*?)</th>', '<th scope="row">(.*?)</th>')
    captions, columns, rows = (re.findall(part, html) for part in parts)
    assert "<summary>why it is so</summary>" in html
    return captions, columns, rows, html.count("<li>")


def test_what_a_notebook_shows_of_an_amount() -> None:
    columns = ["code", "units", "a unit (USD)", "units cut", "a unit cut (USD)", "amount (USD)"]
    whole = calc.allowed_amount([("97530", 2)], on=PAST)
    assert shown(whole) == (["Allowed: 59.19 USD in all"], columns, ["97530"], len(whole.steps))
    part = calc.allowed_amount([("97530", 2), ("97010", 1)], on=PAST)
    captions = ["Allowed: 59.19 USD without what has no amount", "No amount"]
    assert shown(part) == (
        captions, [*columns, "code", "units", "why"], ["97530", "97010"], len(part.steps),
    )  # fmt: skip


def test_what_a_notebook_shows_of_a_payment_and_of_units() -> None:
    paid = calc.expected_payment(usd("100"), on=PAST)
    assert shown(paid) == (
        ["Expected payment: 98.40 USD"],
        ["who", "USD"],
        ["Medicare", "deductible", "coinsurance", "taken by sequestration", "deductible left"],
        len(paid.steps),
    )
    units = calc.timed_units({"97530": 7, "97110": 7}, on=DOS)
    assert shown(units) == (["1 unit in all"], ["code", "units"], ["97530", "97110"], len(units.steps))
    assert "the therapist may choose: 97530, 97110" in units._repr_html_()


@pytest.mark.parametrize(
    "minutes",
    [
        {"97530": 23, "97140": 8}, {"97530": 7, "97535": 7, "97110": 7},
        {"97530": 10, "97535": 10, "97110": 10},
        {"97129": 23, "97530": 23}, {"97550": 52, "97530": 8}, {"97530": 15}, {"97530": 0, "97140": 7}, {},
        {"97530": 8, "97535": 8}, {"97530": 38, "97150": 30},
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["medicare", "midpoint"])
def test_an_allocation_is_allowed_where_it_is_one_of_those_that_are(minutes, method) -> None:
    found = calc.timed_units(minutes, on=DOS, method=method)
    every = [dict(share) for share in found.allowed()]
    codes = [code for count in found.counts for code in count.codes]

    def by_count(units) -> tuple[int, ...]:
        return tuple(sum(units.get(code, 0) for code in count.codes) for count in found.counts)

    allowed = set(map(by_count, every))
    for units in product(range(4), repeat=len(codes)):
        given = dict(zip(codes, units, strict=True))
        assert found.allows(given) == (by_count(given) in allowed)
    assert found.by_code in every
    for code in codes:
        counts = [share.get(code, 0) for share in every]
        assert (found.least.get(code, 0), found.most.get(code, 0)) == (min(counts), max(counts))


CPT = "by the CPT midpoint"


def test_each_code_has_the_step_that_decides_it() -> None:
    day = calc.timed_units({"97530": 15, "97129": 15, "96125": 60, "97165": 30}, on=DOS)
    total, alone = "30 timed minutes allow 2 units", f"60 minutes of 96125 allow 1 unit {CPT}"
    assert day.because == {"97530": total, "97129": total, "97130": total, "96125": alone}
    assert (day.not_timed, day.other_lengths) == (("97165",), {"96125"})
    assert day.pooled == {"97530", "97129", "97130"}
    assert calc.timed_units({"97165": 30}, on=DOS).because == {}


@pytest.mark.parametrize(
    ("minutes", "most", "least", "allowed", "refused"),
    [
        (
            {"97535": 7, "97530": 7}, {"97535": 1, "97530": 1}, {"97535": 0, "97530": 0},
            [{"97535": 1}, {"97530": 1}], [{}, {"97535": 1, "97530": 1}, {"97530": 2}],
        ),
        (
            {"97535": 20, "97530": 15}, {"97535": 1, "97530": 1}, {"97535": 1, "97530": 1},
            [{"97535": 1, "97530": 1}], [{"97535": 2}, {"97535": 2, "97530": 0}, {"97535": 1}],
        ),
        # Of a first code and its add-on the units are added up.
        (
            {"97129": 30}, {"97129": 1, "97130": 1}, {"97129": 1, "97130": 1},
            [{"97129": 1, "97130": 1}, {"97129": 2}], [{"97129": 1}, {"97129": 2, "97130": 1}],
        ),
        # What earns a unit in full and what stays below are no tie.
        ({"97530": 23}, {"97530": 2}, {"97530": 2}, [{"97530": 2}], [{"97530": 1}, {"97530": 3}]),
    ],
)  # fmt: skip
def test_between_which_units_the_therapist_may_choose(minutes, most, least, allowed, refused) -> None:
    day = calc.timed_units(minutes, on=DOS)
    assert (day.most, day.least) == (most, least)
    assert [units for units in (*allowed, *refused) if day.allows(units)] == allowed


@pytest.mark.parametrize(
    ("minutes", "lines"),
    [
        # Two hours and two of an hour: of the first code, whose minutes are mostly the one's.
        ({"97545": (20, 120), "97546": (100, 0)}, [("97545", 1, True), ("97546", 2, False)]),
        ({"97545": (120, 20), "97546": (0, 100)}, [("97545", 1, False), ("97546", 2, True)]),
        ({"97129": (10, 20), "97130": (20, 0)}, [("97129", 1, True), ("97130", 2, False)]),
        (
            {"97129": (20, 10), "97130": (0, 20)},
            [("97129", 1, False), ("97130", 2, True)],
        ),
        ({"97530": (0, 30), "96125": (0, 60)}, [("97530", 2, True), ("96125", 1, True)]),
    ],
)
def test_whose_the_first_code_is_and_whose_its_add_on(minutes, lines) -> None:
    found = calc.assistant_units(minutes, on=DOS)
    assert [(line.code, line.units, line.is_assistant) for line in found.lines] == lines


def test_a_service_that_is_one_clinicians_says_whose() -> None:
    for minutes, who, outcome in (((0, 60), "assistant", WITH), ((60, 0), "therapist", WITHOUT)):
        found = calc.assistant_units({"96125": minutes}, on=DOS)
        assert found.steps[-1] == f"96125: all of it is the {who}'s: {outcome}"
