"""Whose the units are: worked examples of CMS's de minimis rules for therapy assistants.

Sources: CMS, "Billing examples using CQ/CO modifiers for services furnished in whole or in part by PTAs and
OTAs"; 42 CFR 410.59(a)(4); 84 FR 62702; 86 FR 64996; AOTA, "2022 Medicare physician fee schedule"; the
rest follows from these, with the eight-minute table of the Medicare Claims Processing Manual, chapter 5,
section 20.2. What they leave open is marked so.
"""

import datetime as dt

import pytest

import otcodes
from otcodes.calc import timed_units
from otcodes.calc.assistants import AssistantLine, AssistantMethod, assistant_units

DOS = dt.date(2026, 3, 2)
DAYS = {
    2019: dt.date(2019, 12, 31),
    2020: dt.date(2020, 1, 1),
    2021: dt.date(2021, 12, 31),
    2022: dt.date(2022, 1, 1),
    2026: DOS,
}
PLAIN, MODIFIED = False, True
METHODS = tuple(AssistantMethod)


def lines(minutes, on=DOS, method="percent"):
    return [tuple(line) for line in assistant_units(minutes, on=on, method=method).lines]


def owners(therapist, assistant, on=DOS, method="percent", code="97535"):
    """Of one code: units without the modifier, units with it."""
    found = {who: units for _, units, who in lines({code: (therapist, assistant)}, on, method)}
    return found.get(PLAIN, 0), found.get(MODIFIED, 0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param({"97110": (5, 10)}, [("97110", 1, MODIFIED)], id="5 and 10 of one unit (CMS)"),
        pytest.param(
            {"97535": (10, 13)},
            [("97535", 1, PLAIN), ("97535", 1, MODIFIED)],
            id="two units left, 23 minutes",
        ),
        pytest.param({"97535": (8, 8)}, [("97535", 1, PLAIN)], id="the therapist reached 8 minutes"),
        pytest.param({"97535": (7, 8)}, [("97535", 1, MODIFIED)], id="the therapist did not"),
        pytest.param({"97535": (5, 6)}, [("97535", 1, MODIFIED)], id="both under eight"),
        pytest.param({"97535": (7, 7)}, [("97535", 1, MODIFIED)], id="both under eight, level"),
        pytest.param({"97535": (9, 14)}, [("97535", 1, PLAIN), ("97535", 1, MODIFIED)], id="9 and 14"),
        pytest.param({"97535": (14, 9)}, [("97535", 1, PLAIN), ("97535", 1, MODIFIED)], id="14 and 9"),
        pytest.param({"97535": (14, 14)}, [("97535", 1, PLAIN), ("97535", 1, MODIFIED)], id="14 and 14"),
        pytest.param(
            {"97110": (13, 23), "97140": (30, 0)},
            [("97110", 1, PLAIN), ("97110", 1, MODIFIED), ("97140", 2, PLAIN)],
            id="own quarter hours first (CMS)",
        ),
        pytest.param({"G0283": (18, 2)}, [("G0283", 1, PLAIN)], id="untimed, exactly a tenth"),
        pytest.param({"97150": (27, 3)}, [("97150", 1, PLAIN)], id="group, exactly a tenth"),
        pytest.param({"97150": (26, 4)}, [("97150", 1, MODIFIED)], id="group, 4 of 30"),
        pytest.param({"97165": (36, 4)}, [("97165", 1, PLAIN)], id="evaluation, exactly a tenth"),
        pytest.param({"97166": (35, 10)}, [("97166", 1, MODIFIED)], id="evaluation, 10 of 45"),
        pytest.param({"97535": (0, 15)}, [("97535", 1, MODIFIED)], id="in whole"),
        pytest.param({"97535": (7, 0)}, [], id="no unit, no line"),
        pytest.param({"97535": (3, 4), "97530": (0, 0)}, [], id="none of two"),
    ],
)
def test_whose_the_units_are(minutes, expected, method) -> None:
    assert lines(minutes, method=method) == expected


@pytest.mark.parametrize(
    ("minutes", "by_percent", "by_tenth"),
    [
        pytest.param({"97150": (13, 2)}, MODIFIED, PLAIN, id="2 of 15: 13 percent, and 3 minutes"),
        pytest.param({"97150": (40, 5)}, MODIFIED, PLAIN, id="5 of 45: 11 percent, and 6 minutes"),
        pytest.param({"97150": (12, 3)}, MODIFIED, MODIFIED, id="3 of 15"),
        pytest.param({"97150": (39, 6)}, MODIFIED, MODIFIED, id="6 of 45"),
        pytest.param({"97150": (14, 1)}, PLAIN, PLAIN, id="1 of 15: 7 percent"),
        pytest.param({"97150": (41, 4)}, PLAIN, PLAIN, id="4 of 45: 9 percent"),
        pytest.param({"97150": (17, 2)}, MODIFIED, PLAIN, id="2 of 19: 10.5 percent are 11"),
        pytest.param({"97150": (179, 21)}, MODIFIED, MODIFIED, id="21 of 200: exactly 10.5 percent are 11"),
        pytest.param({"97150": (180, 20)}, PLAIN, PLAIN, id="20 of 200"),
        pytest.param({"97150": (111, 13)}, PLAIN, MODIFIED, id="13 of 124: 10.48 percent, and 13 minutes"),
        pytest.param({"97535": (7, 1)}, MODIFIED, PLAIN, id="timed: 1 of 8"),
    ],
)
def test_where_the_two_methods_disagree(minutes, by_percent, by_tenth) -> None:
    (code,) = minutes
    assert lines(minutes) == [(code, 1, by_percent)]
    assert lines(minutes, method="tenth-plus-one") == [(code, 1, by_tenth)]


def test_the_methods_disagree_about_what_is_left_behind_a_full_unit_too() -> None:
    assert owners(22, 1) == (1, 1)
    assert owners(22, 1, method="tenth-plus-one") == (2, 0)


@pytest.mark.parametrize(
    ("total", "first"),
    [(4, 1), (5, 2), (14, 2), (15, 3), (20, 3), (24, 3), (25, 4), (30, 4), (45, 6), (60, 7)],
)
def test_the_minutes_from_which_a_tenth_plus_one_asks_for_the_modifier(total, first) -> None:
    for assistant in range(total):
        expected = [("97150", 1, assistant >= first)]
        assert lines({"97150": (total - assistant, assistant)}, method="tenth-plus-one") == expected


@pytest.mark.parametrize(
    ("therapist", "assistant", "before_2020", "before_2022", "since"),
    [
        pytest.param(8, 8, (1, 0), (0, 1), (1, 0), id="8 and 8"),
        pytest.param(8, 7, (1, 0), (0, 1), (1, 0), id="8 and 7"),
        pytest.param(13, 2, (1, 0), (0, 1), (1, 0), id="2 of 15"),
        pytest.param(14, 1, (1, 0), (1, 0), (1, 0), id="1 of 15"),
        pytest.param(7, 8, (1, 0), (0, 1), (0, 1), id="7 and 8"),
        pytest.param(9, 14, (2, 0), (0, 2), (1, 1), id="two units left, 23 minutes"),
        pytest.param(14, 14, (2, 0), (0, 2), (1, 1), id="two units left, 28 minutes"),
        pytest.param(8, 15, (2, 0), (1, 1), (1, 1), id="the assistant filled one of two"),
        pytest.param(15, 8, (2, 0), (1, 1), (1, 1), id="the therapist filled one of two"),
        pytest.param(30, 15, (3, 0), (2, 1), (2, 1), id="all of them filled"),
        pytest.param(38, 7, (3, 0), (2, 1), (3, 0), id="8 and 7 behind two full units"),
        pytest.param(0, 30, (2, 0), (0, 2), (0, 2), id="in whole"),
    ],
)
def test_what_changed_in_2020_and_in_2022(therapist, assistant, before_2020, before_2022, since) -> None:
    found = {year: owners(therapist, assistant, on) for year, on in DAYS.items()}
    assert found == {2019: before_2020, 2020: before_2022, 2021: before_2022, 2022: since, 2026: since}


def test_before_2020_the_steps_say_that_there_was_no_modifier() -> None:
    result = assistant_units({"97535": (0, 30), "97150": (0, 40), "97165": (0, 0)}, on=DAYS[2019])
    assert result.lines == (AssistantLine("97535", 2, PLAIN), AssistantLine("97150", 1, PLAIN))
    assert "on 2019-12-31 no unit carried an assistant's modifier yet" in result.steps


def test_the_units_are_those_of_both_clinicians_minutes_of_the_day() -> None:
    minutes = {"97535": (10, 10), "97530": (0, 6), "97110": (7, 0)}
    assert lines(minutes) == [("97535", 1, PLAIN), ("97110", 1, PLAIN)]
    assert lines({**minutes, "97530": (0, 8)}) == [("97535", 1, PLAIN), ("97530", 1, MODIFIED)]


def test_of_level_codes_either_may_be_billed() -> None:
    result = assistant_units({"97535": (0, 7), "97530": (7, 0)}, on=DOS)
    assert result.lines == (AssistantLine("97535", 1, MODIFIED),)
    assert "97535 or 97530: either may be billed; here 97535" in result.steps
    swapped = assistant_units({"97530": (7, 0), "97535": (0, 7)}, on=DOS)
    assert swapped.lines == (AssistantLine("97530", 1, PLAIN),)


def test_a_choice_names_the_code_that_would_gain_the_unit() -> None:
    result = assistant_units({"97129": (0, 19), "97530": (19, 0)}, on=DOS)
    assert result.lines == (
        AssistantLine("97129", 1, MODIFIED),
        AssistantLine("97130", 1, MODIFIED),
        AssistantLine("97530", 1, PLAIN),
    )
    assert "97130 or 97530: either may be billed; here 97130" in result.steps


def test_of_three_level_codes_two_may_be_billed() -> None:
    result = assistant_units({"97535": (0, 10), "97530": (10, 0), "97110": (10, 0)}, on=DOS)
    assert result.lines == (AssistantLine("97535", 1, MODIFIED), AssistantLine("97530", 1, PLAIN))
    assert "of 97535, 97530, 97110 any 2 may be billed; here 97535, 97530" in result.steps


def test_two_units_left_of_fewer_than_23_minutes_are_shared_too() -> None:
    """No source speaks of it: another code's minutes earn the second unit. 5 and 15 are certainly shared."""
    for therapist, assistant in ((5, 15), (6, 14), (14, 6), (15, 5)):
        result = assistant_units({"97535": (therapist, assistant), "97530": (3, 0)}, on=DOS)
        assert result.lines == (AssistantLine("97535", 1, PLAIN), AssistantLine("97535", 1, MODIFIED))
    assert lines({"97535": (6, 14), "97530": (3, 0)}, DAYS[2021]) == [("97535", 2, MODIFIED)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ({"97129": (15, 15)}, [("97129", 1, PLAIN), ("97130", 1, MODIFIED)]),
        ({"97130": (15, 15)}, [("97129", 1, PLAIN), ("97130", 1, MODIFIED)]),
        ({"97129": (15, 0), "97130": (0, 15)}, [("97129", 1, PLAIN), ("97130", 1, MODIFIED)]),
        ({"97129": (0, 15), "97130": (15, 0)}, [("97129", 1, MODIFIED), ("97130", 1, PLAIN)]),
        ({"97129": (0, 9), "97130": (20, 0)}, [("97129", 1, MODIFIED), ("97130", 1, PLAIN)]),
        ({"97130": (15, 0), "97129": (0, 15)}, [("97130", 1, PLAIN), ("97129", 1, MODIFIED)]),
        (
            {"97129": (30, 15), "97535": (0, 15)},
            [("97129", 1, PLAIN), ("97130", 1, PLAIN), ("97130", 1, MODIFIED), ("97535", 1, MODIFIED)],
        ),
        ({"97129": (4, 4), "97130": (0, 0)}, [("97129", 1, MODIFIED)]),
    ],
)
def test_a_first_code_and_its_add_on_are_one_count(minutes, expected) -> None:
    """It follows from their being a first and a further quarter hour of one service."""
    assert lines(minutes) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ({"96125": (31, 10)}, [("96125", 1, MODIFIED)]),
        ({"96125": (38, 4)}, [("96125", 1, PLAIN)]),
        ({"96125": (60, 60)}, [("96125", 1, PLAIN), ("96125", 1, MODIFIED)]),
        ({"96125": (60, 31)}, [("96125", 1, PLAIN), ("96125", 1, MODIFIED)]),
        ({"97550": (30, 0), "97551": (0, 15)}, [("97550", 1, PLAIN), ("97551", 1, MODIFIED)]),
        ({"97550": (0, 30), "97551": (15, 0)}, [("97550", 1, MODIFIED), ("97551", 1, PLAIN)]),
        ({"97550": (20, 20)}, [("97550", 1, MODIFIED), ("97551", 1, PLAIN)]),
    ],
)
def test_units_of_other_lengths_have_the_test_alone(minutes, expected) -> None:
    """Not settled by a source: the exceptions speak of quarter hours, the test of any unit of time."""
    assert lines(minutes) == expected


def test_a_device_of_remote_monitoring_is_outside_the_test() -> None:
    for code in ("98976", "98977", "98984", "98985"):
        assert lines({code: (0, 0)}) == lines({code: (0, 20)}) == [(code, 1, PLAIN)]
    for code in ("98975", "98979", "98980", "98981"):
        assert lines({code: (0, 20)}) == [(code, 1, MODIFIED)]


def test_lines_stand_in_the_order_given_under_the_official_codes() -> None:
    minutes = {" g0283 ": (0, 9), "97535": (10, 0), "97530": (0, 15), "97535 ": (5, 15), "97165": (0, 0)}
    assert lines(minutes) == [
        ("G0283", 1, MODIFIED),
        ("97535", 1, PLAIN),
        ("97535", 1, MODIFIED),
        ("97530", 1, MODIFIED),
    ]


def test_the_steps_are_the_reasoning() -> None:
    result = assistant_units({"97535": (25, 14), "97530": (0, 15), "G0283": (18, 2)}, on=DOS)
    assert result.steps == (
        "54 timed minutes allow 4 units",
        "53 to 67 minutes are 4 units",
        "97535: 39 minutes are 2 units of a full quarter hour",
        "97530: 15 minutes are 1 unit of a full quarter hour",
        "97535: 9 minutes left earn it a unit",
        "97535: the therapist's own minutes fill 1 unit: without the modifier",
        "97535: for 2 units more the therapist has 10 minutes left, the assistant 14",
        "97535: 9 to 14 minutes each, 23 to 28 together: 1 unit without the modifier, 1 with the modifier",
        "97530: all of it is the assistant's: with the modifier",
        "G0283: 2 of 20 minutes are the assistant's, 10 percent, less than 11: without the modifier",
    )
    assert assistant_units({"97535": (23, 2)}, on=DOS).steps[-2:] == (
        "97535: for 1 unit more the therapist has 8 minutes left, the assistant 2",
        "97535: the therapist's minutes left are 8 or more: without the modifier",
    )
    assert assistant_units({"97165": (0, 0), "98977": (0, 0)}, on=DOS).steps == (
        "97165: no minutes, so no unit",
        "98977 is a device that is supplied: without the modifier",
    )
    assert assistant_units({"97150": (24, 6)}, on=DOS, method="tenth-plus-one").steps == (
        "97150: 6 of 30 minutes are the assistant's, 4 or more: with the modifier",
    )


def test_nothing_given_is_nothing_billed() -> None:
    result = assistant_units({}, on=DOS)
    assert (result.lines, result.steps) == ((), ())


@pytest.mark.parametrize("part", [-1, 7.5, 8.0, "8", None, True, float("nan")])
def test_minutes_that_are_no_whole_number_are_a_clear_error(part) -> None:
    for pair in ((part, 8), (8, part)):
        with pytest.raises(otcodes.FieldError, match=r"minutes\['97535'\] should be whole minutes"):
            assistant_units({"97535": pair}, on=DOS)


@pytest.mark.parametrize("pair", [8, (), (8,), (8, 8, 8), "88", {8: 8}, {8, 9}, None])
def test_minutes_that_are_no_pair_are_a_clear_error(pair) -> None:
    with pytest.raises(otcodes.FieldError, match=r"minutes\['97535'\] should be .*: a pair"):
        assistant_units({"97535": pair}, on=DOS)


def test_what_is_no_mapping_is_a_clear_error() -> None:
    with pytest.raises(otcodes.FieldError, match="a mapping"):
        assistant_units([("97535", (8, 8))], on=DOS)


def test_unknown_method_is_a_clear_error() -> None:
    with pytest.raises(otcodes.FieldError, match="percent, tenth-plus-one"):
        assistant_units({"97535": (8, 8)}, on=DOS, method="simple")


@pytest.mark.parametrize(
    ("code", "on"), [("97532", DOS), ("97999x", DOS), ("99213", DOS), (97535, DOS), ("97535", "2026-03-02")]
)
def test_a_code_or_a_day_that_cannot_be_looked_up_is_the_error_of_timed_units(code, on) -> None:
    with pytest.raises((LookupError, TypeError, otcodes.OtcodesError)) as expected:
        timed_units({code: 16}, on=on)
    with pytest.raises(type(expected.value)) as found:
        assistant_units({code: (8, 8)}, on=on)
    assert str(found.value) == str(expected.value)
