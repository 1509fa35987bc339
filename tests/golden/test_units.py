"""Units from minutes: worked examples of the payer's own manual, and what follows from its table.

Sources: Medicare Claims Processing Manual (Pub. 100-04), chapter 5, section 20.2, examples 1 to 5; First
Coast Service Options, "Counting units"; the CPT midpoint rule; the rule for 97129 and 97130 follows from
their being a first and a further quarter hour of one service.
"""

import datetime as dt

import pytest

import otcodes
from otcodes.calc import timed_units

DOS = dt.date(2026, 3, 2)


def allowed(minutes: dict[str, int], method: str = "medicare") -> list[dict[str, int]]:
    return [dict(share) for share in timed_units(minutes, on=DOS, method=method).allowed()]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param({"97112": 24, "97110": 23}, [{"97112": 2, "97110": 1}], id="manual example 1"),
        pytest.param(
            {"97112": 20, "97110": 20},
            [{"97112": 2, "97110": 1}, {"97112": 1, "97110": 2}],
            id="manual example 2: the therapist chooses",
        ),
        pytest.param({"97110": 33, "97140": 7}, [{"97110": 2, "97140": 1}], id="manual example 3"),
        pytest.param(
            {"97110": 18, "97140": 13, "97116": 10, "97035": 8},
            [{"97110": 1, "97140": 1, "97116": 1, "97035": 0}],
            id="manual example 4",
        ),
        pytest.param(
            {"97112": 7, "97110": 7, "97140": 7},
            [
                {"97112": 1, "97110": 0, "97140": 0},
                {"97112": 0, "97110": 1, "97140": 0},
                {"97112": 0, "97110": 0, "97140": 1},
            ],
            id="manual example 5: any one of the three",
        ),
        pytest.param(
            {"97535": 7, "97530": 7},
            [{"97535": 1, "97530": 0}, {"97535": 0, "97530": 1}],
            id="7 and 7 minutes",
        ),
        pytest.param({"97535": 5, "97530": 4}, [{"97535": 1, "97530": 0}], id="5 and 4 minutes"),
    ],
)
def test_the_total_of_the_day_and_who_gets_its_units(minutes, expected) -> None:
    assert allowed(minutes) == expected


@pytest.mark.parametrize(
    ("minutes", "units"),
    [
        *((0, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5)),
        *((82, 5), (83, 6), (97, 6), (98, 7), (107, 7), (112, 7), (113, 8), (127, 8), (128, 9)),
    ],
)
def test_table_of_section_20_2(minutes: int, units: int) -> None:
    assert timed_units({"97530": minutes}, on=DOS).total == units
    assert timed_units({"97530": minutes}, on=DOS, method="midpoint").total == units


def test_three_way_tie_for_two_units_may_be_any_two() -> None:
    result = timed_units({"97530": 10, "97535": 10, "97110": 10}, on=DOS)
    assert (result.total, result.ties) == (2, (("97530", "97535", "97110"),))
    assert sorted(map(sorted, ([code for code, units in s.items() if units] for s in result.allowed()))) == [
        ["97110", "97530"],
        ["97110", "97535"],
        ["97530", "97535"],
    ]


def test_the_example_of_the_design() -> None:
    result = timed_units({"97530": 23, "97140": 8}, on=DOS, method="medicare")
    assert result.total == 2
    assert result.by_code == {"97530": 2, "97140": 0}
    assert result.ties == (("97530", "97140"),)
    assert result.steps[:2] == ("31 timed minutes allow 2 units", "23 to 37 minutes are 2 units")


@pytest.mark.parametrize(
    ("minutes", "medicare", "midpoint"),
    [
        ({"97112": 24, "97110": 23}, 3, 4),
        ({"97530": 8, "97535": 8, "97110": 8}, 2, 3),
        ({"97112": 7, "97110": 7, "97140": 7}, 1, 0),
        ({"97110": 18, "97140": 13, "97116": 10, "97035": 8}, 3, 4),
        ({"97530": 15}, 1, 1),
    ],
)
def test_neither_method_is_always_the_larger(minutes, medicare: int, midpoint: int) -> None:
    assert timed_units(minutes, on=DOS, method="medicare").total == medicare
    assert timed_units(minutes, on=DOS, method="midpoint").total == midpoint


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ({"97129": 7}, {"97129": 0}),
        ({"97129": 8}, {"97129": 1}),
        ({"97129": 22}, {"97129": 1}),
        ({"97129": 23}, {"97129": 1, "97130": 1}),
        ({"97129": 15, "97130": 8}, {"97129": 1, "97130": 1}),
        ({"97130": 38}, {"97129": 1, "97130": 2}),
        ({"97129": 52}, {"97129": 1, "97130": 2}),
        ({"90912": 15, "90913": 15}, {"90912": 1, "90913": 1}),
        ({"90912": 37}, {"90912": 1, "90913": 1}),
    ],
)
@pytest.mark.parametrize("method", ["medicare", "midpoint"])
def test_a_first_code_and_its_add_on_share_one_count(minutes, expected, method) -> None:
    assert timed_units(minutes, on=DOS, method=method).by_code == expected


def test_a_tie_names_the_code_that_would_gain_the_unit() -> None:
    assert timed_units({"97129": 23, "97530": 8}, on=DOS).ties == (("97130", "97530"),)
    assert timed_units({"97129": 8, "97530": 8, "97110": 8}, on=DOS).ties == (("97129", "97530", "97110"),)


def test_untimed_minutes_never_enter_the_count() -> None:
    evaluation = timed_units({"97165": 45, "97535": 16}, on=DOS)
    assert (evaluation.by_code, evaluation.not_timed) == ({"97535": 1}, ("97165",))
    stimulation = timed_units({"G0283": 20, "97110": 7}, on=DOS)
    assert (stimulation.by_code, stimulation.total) == ({"97110": 0}, 0)
    group = timed_units({"97150": 40, "97530": 15}, on=DOS)
    assert group.by_code == {"97530": 1}


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ({"97550": 15}, {"97550": 0}),
        ({"97550": 16}, {"97550": 1}),
        ({"97550": 37}, {"97550": 1}),
        ({"97550": 38}, {"97550": 1, "97551": 1}),
        ({"96125": 30}, {"96125": 0}),
        ({"96125": 31}, {"96125": 1}),
        ({"96125": 90}, {"96125": 1}),
        ({"96125": 91}, {"96125": 2}),
    ],
)
def test_units_of_other_lengths_stand_alone_by_their_midpoint(minutes, expected) -> None:
    """CPT's general rule, in the absence of another instruction; never more than a warning in a check."""
    result = timed_units({**minutes, "97530": 7}, on=DOS)
    assert {code: units for code, units in result.by_code.items() if code != "97530"} == expected
    assert result.by_code["97530"] == 0
    assert "97530" not in result.other_lengths


@pytest.mark.parametrize("amount", [-1, 7.5, 8.0, "8", None, True, float("nan")])
def test_minutes_that_are_no_whole_number_are_a_clear_error(amount) -> None:
    with pytest.raises(otcodes.FieldError, match=r"minutes\['97530'\] should be whole minutes"):
        timed_units({"97530": amount}, on=DOS)


def test_unknown_method_is_a_clear_error() -> None:
    with pytest.raises(otcodes.FieldError, match="medicare, midpoint"):
        timed_units({"97530": 8}, on=DOS, method="cms")


def test_a_code_that_is_not_in_force_is_an_error() -> None:
    with pytest.raises(otcodes.NotEffectiveError):
        timed_units({"97532": 15}, on=DOS)
    with pytest.raises(otcodes.OutOfCoverageError):
        timed_units({"99213": 15}, on=DOS)


@pytest.mark.parametrize(
    ("minutes", "method", "steps"),
    [
        (
            {"97530": 33, "97110": 7},
            "medicare",
            (
                "40 timed minutes allow 3 units",
                "38 to 52 minutes are 3 units",
                "97530: 33 minutes are 2 units of a full quarter hour",
                "97110: 7 minutes left earn it a unit",
            ),
        ),
        (
            {"97530": 15, "97140": 8, "97110": 8},
            "medicare",
            (
                "31 timed minutes allow 2 units",
                "23 to 37 minutes are 2 units",
                "97530: 15 minutes are 1 unit of a full quarter hour",
                "97140: 8 minutes left earn it a unit",
                "a tie: 97140, 97110 have 8 minutes left each; the therapist may choose",
            ),
        ),
        ({"97530": 5}, "medicare", ("5 timed minutes allow 0 units", "fewer than 8 minutes are 0 units")),
        (
            {"97530": 23, "97140": 7},
            "midpoint",
            (
                "23 minutes of 97530 allow 2 units by the CPT midpoint",
                "7 minutes of 97140 allow 0 units by the CPT midpoint",
            ),
        ),
        (
            {"97530": 20, "96125": 31, "97150": 30},
            "medicare",
            (
                "20 timed minutes allow 1 unit",
                "8 to 22 minutes are 1 unit",
                "97530: 20 minutes are 1 unit of a full quarter hour",
                "31 minutes of 96125 allow 1 unit by the CPT midpoint",
                "97150 is not timed: its 30 minutes do not count",
            ),
        ),
    ],
)
def test_the_steps_say_how_the_minutes_came_to_their_units(minutes, method, steps) -> None:
    result = timed_units(minutes, on=DOS, method=method)
    assert result.steps == steps
    assert all(result.because[code] in steps for code in result.by_code)
