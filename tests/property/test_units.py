"""What must hold of units whatever the minutes."""

import datetime as dt
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from otcodes.calc import timed_units

DOS = dt.date(2026, 3, 2)
QUARTERS = ("97530", "97110", "97140", "97112", "97535", "97032")
MINUTES = st.dictionaries(st.sampled_from(QUARTERS), st.integers(0, 130), min_size=1)
METHODS = st.sampled_from(["medicare", "midpoint"])


@given(MINUTES, st.sampled_from(QUARTERS), st.integers(1, 60), METHODS)
def test_more_minutes_never_mean_fewer_units(minutes, code, more, method) -> None:
    longer = {**minutes, code: minutes.get(code, 0) + more}
    before, after = (timed_units(each, on=DOS, method=method).total for each in (minutes, longer))
    assert before <= after


@given(MINUTES)
def test_the_allocation_adds_up_to_the_cap(minutes) -> None:
    result = timed_units(minutes, on=DOS)
    total = sum(minutes.values())
    assert result.total == sum(result.by_code.values()) == (0 if total < 8 else (total + 7) // 15)


@given(MINUTES, METHODS)
def test_the_allocation_is_within_one_of_each_codes_share(minutes, method) -> None:
    for code, units in timed_units(minutes, on=DOS, method=method).by_code.items():
        assert abs(units - minutes[code] / 15) < 1


@given(MINUTES)
def test_full_quarter_hours_are_never_given_away(minutes) -> None:
    result = timed_units(minutes, on=DOS)
    for share in result.allowed():
        assert all(share[code] >= amount // 15 for code, amount in minutes.items())


@given(st.dictionaries(st.sampled_from(QUARTERS[:4]), st.integers(0, 40), min_size=1))
def test_what_is_allowed_is_what_a_naive_reading_of_the_rule_allows(minutes) -> None:
    """Full quarter hours, then the largest remainders: every choice that serves no smaller one first."""
    result = timed_units(minutes, on=DOS)
    cap = (sum(minutes.values()) + 7) // 15
    codes = list(minutes)
    naive = []
    for extra in product((0, 1), repeat=len(codes)):
        units = {code: minutes[code] // 15 + one for code, one in zip(codes, extra, strict=True)}
        served = [minutes[code] % 15 for code, one in zip(codes, extra, strict=True) if one]
        passed_over = [minutes[code] % 15 for code, one in zip(codes, extra, strict=True) if not one]
        if sum(units.values()) == cap and min(served, default=15) >= max(passed_over, default=0):
            naive.append(units)
    assert sorted(map(sorted, (share.items() for share in result.allowed()))) == sorted(
        map(sorted, (units.items() for units in naive))
    )
    assert result.most == {code: max(units[code] for units in naive) for code in codes}
    assert result.least == {code: min(units[code] for units in naive) for code in codes}


@given(st.integers(0, 130), METHODS)
def test_a_pair_of_first_and_further_has_the_units_of_one_code(minutes, method) -> None:
    one = timed_units({"97530": minutes}, on=DOS, method=method).total
    shared = timed_units({"97129": minutes}, on=DOS, method=method)
    assert shared.total == one
    assert shared.by_code["97129"] == min(one, 1)


@given(st.integers(1, 40))
def test_very_many_level_codes_do_not_take_for_ever(number) -> None:
    every = [
        "97530", "97110", "97140", "97112", "97535", "97032", "97033", "97034", "97035", "97036", "97113",
        "97116", "97124", "97533", "97537", "97542", "97750", "97755", "97760", "97761", "97763",
    ]  # fmt: skip
    minutes = dict.fromkeys(every[:number], 8)
    result = timed_units(minutes, on=DOS)
    assert result.total == (8 * len(minutes) + 7) // 15
    assert next(result.allowed()) == result.by_code
