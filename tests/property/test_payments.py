"""What must hold of amounts whatever the services."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes.calc import allowed_amount, expected_payment, threshold_status

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))
# Some that are ranked, some of the same practice expense, some never cut; all have an amount since 2020.
CODES = (
    "97530",
    "97535",
    "97110",
    "97112",
    "97140",
    "97165",
    "97168",
    "97533",
    "97129",
    "95851",
    "29125",
    "G0283",
)
SERVICES = st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 6)), max_size=6)
PLACES = st.sampled_from([None, "06102-16", "13202-01", "02102-01", "10312-35"])
CENTS = st.decimals(0, 5000, places=2)


@given(SERVICES, SERVICES, DAYS, PLACES, st.booleans())
def test_the_lines_add_up_to_the_total_and_never_exceed_full_prices(
    services, beside, on, place, facility
) -> None:
    found = allowed_amount(services, on=on, locality=place, facility=facility, beside=beside)
    assert found.total_usd == sum(line.amount_usd for line in found.lines)
    assert found.total_usd <= sum(line.unit_usd * line.units for line in found.lines)
    assert [(line.code, line.units) for line in found.lines] == services
    assert all(line.reduced_unit_usd <= line.unit_usd for line in found.lines)
    assert all(line.full_units >= 0 and line.reduced_units >= 0 for line in found.lines)
    alone = allowed_amount(services, on=on, locality=place, facility=facility)
    assert found.total_usd <= alone.total_usd


@given(SERVICES, st.sampled_from(CODES), st.integers(1, 4), DAYS, PLACES)
def test_more_units_are_never_allowed_less(services, code, more, on, place) -> None:
    before = allowed_amount(services, on=on, locality=place).total_usd
    assert allowed_amount([*services, (code, more)], on=on, locality=place).total_usd >= before
    grown = [(each, units + (each == code)) for each, units in services]
    assert allowed_amount(grown, on=on, locality=place).total_usd >= before


@given(SERVICES, st.randoms(use_true_random=False), DAYS, PLACES)
def test_the_order_of_services_does_not_matter(services, random, on, place) -> None:
    shuffled = random.sample(services, len(services))
    found, other = (allowed_amount(each, on=on, locality=place) for each in (services, shuffled))
    assert found.total_usd == other.total_usd
    by_code = [
        {code: sum(line.amount_usd for line in each.lines if line.code == code) for code, _ in services}
        for each in (found, other)
    ]
    assert by_code[0] == by_code[1]


@given(SERVICES, DAYS)
def test_one_unit_of_the_highest_practice_expense_is_in_full_and_no_other(services, on) -> None:
    found = allowed_amount(services, on=on)
    schedule = otcodes.fee_schedule.on(on)
    ranked = [line for line in found.lines if line.units and schedule[line.code].multiple_procedures == "5"]
    full = [line for line in ranked if line.full_units]
    assert [line.full_units for line in full] == [1] * bool(ranked)
    for line in full:
        highest = max(schedule[each.code].practice_nonfacility for each in ranked)
        assert schedule[line.code].practice_nonfacility == highest
    assert not any(line.reduced_units for line in found.lines if line not in ranked)


@given(CENTS, CENTS, st.dates(dt.date(2011, 1, 1), dt.date(2026, 12, 31)), st.booleans())
def test_nobody_pays_more_than_is_allowed(allowed, left, on, is_assistant) -> None:
    found = expected_payment(allowed, on=on, is_assistant=is_assistant, deductible_left_usd=left)
    assert found.total_usd == found.medicare_usd + found.patient_usd <= allowed
    assert min(found.medicare_usd, found.coinsurance_usd, found.sequestration_usd) >= 0
    assert found.deductible_usd + found.deductible_left_usd == left
    therapist = expected_payment(allowed, on=on, deductible_left_usd=left)
    assert found.medicare_usd <= therapist.medicare_usd
    assert found.patient_usd == therapist.patient_usd


@given(st.lists(CENTS, max_size=6), CENTS)
def test_the_line_that_needs_the_modifier_is_the_first_above_the_threshold(amounts, before) -> None:
    found = threshold_status(amounts, on=dt.date(2026, 3, 2), year_to_date_usd=before)
    assert found.used_usd == before + sum(amounts, Decimal(0))
    totals = [before + sum(amounts[: place + 1]) for place in range(len(amounts))]
    above = [place for place, total in enumerate(totals) if total > found.threshold_usd]
    assert found.needs_modifier_from == (above[0] if above else None)
    assert found.left_usd == max(found.threshold_usd - found.used_usd, 0)
