"""What rules look at first spares them the long way to an answer, and never makes another one of it."""

import datetime as dt
from decimal import Decimal

import pytest
from builders import DOS, claim, line
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import rules
from otcodes.calc import timed_units
from otcodes.calc.assistants import AssistantMethod, assistant_units
from otcodes.calc.units import are_exact
from otcodes.payers import UnitMethod
from otcodes.rules import assistants, thresholds, units

QUARTERS = ("97530", "97110", "97140", "97112", "97535", "97032")
COUNTS = st.lists(st.tuples(st.integers(0, 70), st.integers(0, 5)), min_size=1, max_size=len(QUARTERS))


@given(COUNTS, st.sampled_from(UnitMethod))
def test_units_are_exact_if_they_are_an_allocation_that_the_minutes_allow(counts, method) -> None:
    minutes, billed = (dict(zip(QUARTERS, each, strict=False)) for each in zip(*counts, strict=True))
    assert are_exact(counts, method) is timed_units(minutes, on=DOS, method=method).allows(billed)


FEW = st.dictionaries(st.sampled_from([*QUARTERS, "97129", "97130", "90912"]), st.integers(0, 40), min_size=1)


@given(FEW, st.dictionaries(st.sampled_from([*QUARTERS, "97129", "97130"]), st.integers(0, 4)))
def test_of_the_allowed_allocations_none_is_nearer_than_the_nearest(minutes, billed) -> None:
    allocation = timed_units(minutes, on=DOS)

    def distance(allowed) -> int:
        return sum(abs(billed.get(code, 0) - allowed.get(code, 0)) for code in billed.keys() | allowed.keys())

    every = [dict(each) for each in allocation.allowed()]
    nearest = dict(allocation.nearest(billed))
    assert nearest in every
    assert distance(nearest) == min(map(distance, every))


@given(
    st.dictionaries(
        st.sampled_from([*QUARTERS, "96125"]), st.tuples(st.integers(1, 70), st.integers(1, 5)), min_size=1
    ),
    st.sampled_from(AssistantMethod),
    st.sampled_from([dt.date(2020, 1, 1), dt.date(2022, 1, 1), DOS]),
)
def test_all_units_of_timed_codes_are_an_assistants_if_all_minutes_are(given_, method, on) -> None:
    minutes = {code: (0, each) for code, (each, _) in given_.items()}
    billed = {code: each for code, (_, each) in given_.items()}
    found = assistant_units(minutes, on=on, method=method, units=billed)
    assert {(code, number) for code, number, is_assistant in found.lines if is_assistant} == set(
        billed.items()
    )


LINES = st.builds(
    line,
    st.sampled_from(["97530", "97110", "97129", "97130", "97165", "97150", "96125", "97760", "L3906"]),
    on=st.sampled_from([DOS, DOS, DOS + dt.timedelta(1), dt.date(2019, 12, 30)]),
    units=st.sampled_from([1, 1, 2, 3, 0]),
    minutes=st.sampled_from([None, 0, 8, 15, 20, 30]),
    assistant_minutes=st.sampled_from([None, 0, 0, 8, 15, 20, 30]),
    modifiers=st.sampled_from(
        [("GO",), ("GO",), ("GO", "CO"), ("GO", "CO"), ("GO", "KX"), ("CO",), ("GP",), ()]
    ),
    allowed_usd=st.sampled_from([None, None, Decimal(40)]),
)
CLAIMS = st.builds(
    lambda lines, **facts: claim(*lines, **facts),
    st.lists(LINES, min_size=1, max_size=5),
    payer=st.sampled_from(["medicare-b", "commercial", "tricare"]),
    therapy_year_to_date_usd=st.sampled_from([None, Decimal(0), Decimal(2400), Decimal(2470), Decimal(2600)]),
)


@given(CLAIMS)
def test_the_long_way_leads_to_the_same(claim) -> None:
    def said() -> list[object]:
        every = rules.all_of(rules.preset(claim.payer))
        # Twice: some look first at what was found out before.
        reports = [otcodes.check(claim, rules=every) for _ in range(2)]
        return [(report.findings, report.not_checked) for report in reports]

    short = said()
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((units, "_are_exact"), (assistants, "_is_clear"), (thresholds, "_is_below")):
            patch.setattr(module, name, lambda *_: False)
        assert said() == short
