"""What must hold of a therapist's and an assistant's units whatever the minutes."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from otcodes.calc import timed_units
from otcodes.calc.assistants import AssistantMethod, assistant_units

DOS = dt.date(2026, 3, 2)
BEFORE = dt.date(2019, 12, 31)
# Since 2020 the test alone; since 2022 the therapist's eight minutes too, and two units that are shared.
DAYS = st.sampled_from([dt.date(2020, 1, 1), dt.date(2021, 12, 31), dt.date(2022, 1, 1), DOS])
MIDPOINT = st.sampled_from([dt.date(2022, 1, 1), DOS])
METHODS = st.sampled_from(list(AssistantMethod))
QUARTERS = ("97530", "97110", "97140", "97535")
UNTIMED = ("97150", "97165", "97168", "G0283", "97016")
FAMILY = ("97129", "97130")
PART = st.integers(0, 50)
PAIRS = st.tuples(PART, PART)


def minutes_of(*codes, pairs=PAIRS):
    return st.dictionaries(st.sampled_from(codes), pairs, min_size=1)


MINUTES = minutes_of(*QUARTERS, *UNTIMED, *FAMILY)
ANY = minutes_of(
    *QUARTERS, *UNTIMED, *FAMILY, "96125", pairs=st.tuples(st.integers(0, 130), st.integers(0, 130))
)


def units(minutes, **options):
    """By code: units without the modifier, units with it."""
    found = {}
    for code, number, is_assistant in assistant_units(minutes, **options).lines:
        found.setdefault(code, [0, 0])[is_assistant] += number
    return found


def whole(number):
    return number.quantize(Decimal(1), ROUND_HALF_UP)


def moved(minutes, code, by=1):
    """As if the therapist had furnished one more of the assistant's minutes."""
    therapist, assistant = minutes[code]
    return {**minutes, code: (therapist + by, assistant - by)}


@given(ANY, DAYS, METHODS)
def test_there_are_as_many_units_as_both_clinicians_minutes_allow(minutes, on, method) -> None:
    found = {code: sum(each) for code, each in units(minutes, on=on, method=method).items()}
    allowed = timed_units({code: sum(pair) for code, pair in minutes.items()}, on=on)
    expected = {code: number for code, number in allowed.by_code.items() if number}
    expected |= {code: 1 for code in allowed.not_timed if sum(minutes[code])}
    assert found == expected


@given(ANY, DAYS, METHODS)
def test_lines_are_in_order_and_none_is_empty_or_twice(minutes, on, method) -> None:
    lines = assistant_units(minutes, on=on, method=method).lines
    assert all(line.units > 0 for line in lines)
    assert len({(line.code, line.is_assistant) for line in lines}) == len(lines)
    given_ones = [line for line in lines if line.code in minutes]
    order = list(minutes)
    assert given_ones == sorted(given_ones, key=lambda line: (order.index(line.code), line.is_assistant))


@given(MINUTES, MIDPOINT, METHODS, st.data())
def test_a_minute_more_of_the_therapist_never_means_more_units_of_the_assistant(
    minutes, on, method, data
) -> None:
    """From 2022, and of codes counted by the quarter hour or not timed; the next tests show where it ends.

    Of a first code and its add-on it holds of the two together: which of them has whose unit may change.
    """
    code = data.draw(st.sampled_from(list(minutes)))
    assume(minutes[code][1])
    before, after = (units(each, on=on, method=method) for each in (minutes, moved(minutes, code)))
    family = FAMILY if code in FAMILY else (code,)
    assisted = [sum(each.get(member, [0, 0])[1] for member in family) for each in (before, after)]
    assert assisted[1] <= assisted[0]
    assert {c: n for c, n in before.items() if c not in family} == {
        c: n for c, n in after.items() if c not in family
    }


@given(minutes_of(*QUARTERS), st.sampled_from(QUARTERS), METHODS)
def test_before_2022_it_fails_only_where_the_assistant_loses_a_full_unit(minutes, code, method) -> None:
    """8 and 15 minutes are a unit each; of 9 and 14 the test alone gives both units to the assistant."""
    assume(minutes.get(code, (0, 0))[1])
    on = dt.date(2021, 6, 1)
    before, after = (
        units(each, on=on, method=method).get(code, [0, 0]) for each in (minutes, moved(minutes, code))
    )
    assert after[1] <= before[1] + (minutes[code][1] % 15 == 0)


def test_where_a_minute_more_of_the_therapist_means_one_unit_more_of_the_assistant() -> None:
    on = dt.date(2021, 6, 1)
    assert units({"97535": (8, 15)}, on=on) == {"97535": [1, 1]}
    assert units({"97535": (9, 14)}, on=on) == {"97535": [0, 2]}
    # Units of other lengths have no rule of their own for two that are left.
    assert units({"96125": (31, 60)}, on=DOS) == {"96125": [1, 1]}
    assert units({"96125": (32, 59)}, on=DOS) == {"96125": [0, 2]}


@given(ANY, DAYS, METHODS)
def test_without_an_assistant_nothing_has_the_modifier(minutes, on, method) -> None:
    alone = {code: (sum(pair), 0) for code, pair in minutes.items()}
    assert not any(line.is_assistant for line in assistant_units(alone, on=on, method=method).lines)


@given(ANY, DAYS, METHODS)
def test_without_a_therapist_everything_has_the_modifier(minutes, on, method) -> None:
    alone = {code: (0, sum(pair)) for code, pair in minutes.items()}
    assert all(line.is_assistant for line in assistant_units(alone, on=on, method=method).lines)


@given(minutes_of(*QUARTERS, *UNTIMED), METHODS)
def test_before_2020_all_units_are_without_the_modifier(minutes, method) -> None:
    after, before = (units(minutes, on=on, method=method) for on in (DOS, BEFORE))
    assert before == {code: [sum(each), 0] for code, each in after.items()}


@given(st.sampled_from(UNTIMED), st.integers(0, 240), st.integers(0, 240), DAYS)
def test_both_methods_agree_far_from_the_edge(code, therapist, assistant, on) -> None:
    """Up to a tenth, and from a tenth and a minute and a half on, of at most five hours."""
    total = therapist + assistant
    assume(0 < total <= 300)
    percent, tenth = (
        units({code: (therapist, assistant)}, on=on, method=method) for method in AssistantMethod
    )
    if 10 * assistant <= total:
        assert percent == tenth == {code: [1, 0]}
    elif 10 * assistant >= total + 15:
        assert percent == tenth == {code: [0, 1]}
    elif total <= 123:  # in between, only the percent asks for the modifier where they differ
        assert tenth[code][1] <= percent[code][1]


@given(minutes_of(*QUARTERS), MIDPOINT)
def test_of_timed_units_the_methods_disagree_only_where_the_therapist_has_under_eight_minutes(
    minutes, on
) -> None:
    percent, tenth = (units(minutes, on=on, method=method) for method in AssistantMethod)
    for code, found in percent.items():
        therapist, assistant = minutes[code]
        if found != tenth[code]:
            assert 0 < therapist % 15 < 8
            assert 0 < assistant % 15 <= 2


@given(st.integers(0, 120), st.integers(0, 120), MIDPOINT, METHODS)
def test_a_code_alone_is_what_a_naive_reading_of_the_rule_makes_of_it(
    therapist, assistant, on, method
) -> None:
    due = (therapist + assistant + 7) // 15
    own, helper = therapist // 15, assistant // 15
    left, rest, other = due - own - helper, therapist % 15, assistant % 15
    if left == 2:
        assert 9 <= rest <= 14
        assert 9 <= other <= 14
        assert 23 <= rest + other <= 28
        own, helper = own + 1, helper + 1
    elif left == 1 and rest >= 8:
        own += 1
    elif left == 1:
        both = Decimal(rest + other)
        is_assisted = (
            whole(100 * other / both) >= 11 if method == "percent" else other >= whole(both / 10) + 1
        )
        own, helper = own + (not is_assisted), helper + is_assisted
    found = units({"97535": (therapist, assistant)}, on=on, method=method)
    assert found.get("97535", [0, 0]) == [own, helper]
