"""The fee schedule and its conversion factors against facts typed from the official files.

The facts: CMS's national relative value files of October 2025 (RVU25D) and July 2026 (RVU26C), of the years
before where a test says so, and the final rules' conversion factors.
"""

import csv
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import Verdict

TABLE = otcodes.fee_schedule
FILE = resources.files("otcodes") / "data" / "fee_schedule.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines()))
CODES = sorted({row["code"] for row in ROWS})
COLUMNS = ("work", "practice_nonfacility", "practice_facility", "malpractice")


def values(code: str, day: dt.date) -> tuple[str, str, str]:
    found = TABLE.on(day)[code]
    return str(found.work), str(found.practice_nonfacility), str(found.malpractice)


@pytest.mark.parametrize(
    ("code", "expected", "indicators"),
    [
        ("97165", ("1.54", "1.53", "0.04"), ("5", "7")),
        ("97166", ("1.54", "1.53", "0.04"), ("5", "7")),
        ("97168", ("0.96", "1.16", "0.03"), ("5", "7")),
        ("97530", ("0.44", "0.62", "0.01"), ("5", "7")),
        ("97110", ("0.45", "0.43", "0.01"), ("5", "7")),
        ("97533", ("0.48", "1.38", "0.01"), ("5", "7")),
        ("97129", ("0.50", "0.16", "0.01"), ("0", "0")),
        ("97550", ("1.00", "0.58", "0.03"), ("0", "0")),
        ("G0541", ("1.00", "0.58", "0.03"), ("0", "0")),
        ("G0283", ("0.18", "0.19", "0.01"), ("5", "7")),
        ("97010", ("0.06", "0.13", "0.01"), ("9", "9")),
        ("97014", ("0.18", "0.19", "0.01"), ("9", "9")),
        ("92610", ("1.30", "1.24", "0.04"), ("0", "7")),
        ("96127", ("0.00", "0.13", "0.01"), ("0", "3")),
        ("29125", ("0.50", "1.50", "0.08"), ("2", "0")),
        ("97545", ("0.00", "0.00", "0.00"), ("0", "7")),
        ("98980", ("0.62", "0.89", "0.04"), ("0", "0")),
    ],
)
@pytest.mark.parametrize("day", [dt.date(2025, 1, 1), dt.date(2025, 12, 31)])
def test_values_of_2025(code, expected, indicators, day) -> None:
    found = TABLE.on(day)[code]
    assert values(code, day) == expected
    assert (found.multiple_procedures, found.component) == indicators


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("98979", ("0.31", "0.47", "0.01")),
        ("98984", ("0.00", "1.55", "0.01")),
        ("98985", ("0.00", "1.53", "0.01")),
        ("97165", ("1.54", "1.46", "0.01")),
        ("97530", ("0.44", "0.60", "0.01")),
        ("97110", ("0.45", "0.41", "0.01")),
    ],
)
@pytest.mark.parametrize("day", [dt.date(2026, 1, 1), dt.date(2026, 12, 31)])
def test_values_of_2026(code, expected, day) -> None:
    assert values(code, day) == expected
    assert not TABLE.on(day)[code].carried_forward


@pytest.mark.parametrize("code", ["98979", "98984", "98985"])
def test_the_codes_of_2026_have_no_values_before(code) -> None:
    assert TABLE.verdict(code, on=dt.date(2025, 12, 31)) is Verdict.NOT_EFFECTIVE
    assert TABLE.on(dt.date(2026, 1, 1))[code].multiple_procedures == "0"


@pytest.mark.parametrize(
    ("code", "amount"),
    [
        ("97165", "100.60"), ("97168", "69.54"), ("97530", "34.61"), ("97535", "32.02"),
        ("97110", "28.79"), ("97112", "32.02"), ("97140", "27.17"), ("97760", "45.93"),
        ("97533", "60.49"), ("97150", "17.47"), ("97035", "13.91"), ("97129", "21.67"),
    ],
)  # fmt: skip
def test_the_whole_amount_in_2025_is_the_total_times_the_factor(code, amount) -> None:
    """National amounts of 2025 outside facilities, rounded half up to the cent."""
    day = dt.date(2025, 6, 2)
    found = TABLE.on(day)[code]
    total = found.work + found.practice_nonfacility + found.malpractice
    product = total * otcodes.conversion_factors.on(day)["standard"].amount_usd
    assert product.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(amount)


def test_a_facility_s_share_is_absent_where_the_file_has_none() -> None:
    """Always-therapy codes have none; a cast and caregiver training have one of their own."""
    day = TABLE.on(dt.date(2025, 6, 2))
    for code in ("97110", "97165", "97530", "G0283"):
        assert day[code].practice_facility is None
    assert str(day["29105"].practice_facility) == "0.29"
    assert str(day["G0541"].practice_facility) == "0.35"


def test_a_year_s_values_change_with_the_year() -> None:
    """97530 in the files of 2020 to 2026."""
    expected = {
        2020: "0.66",
        2021: "0.67",
        2022: "0.64",
        2023: "0.66",
        2024: "0.65",
        2025: "0.62",
        2026: "0.60",
    }
    for year, practice in expected.items():
        for day in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
            assert values("97530", day)[1] == practice


def test_before_the_first_file_nobody_knows() -> None:
    assert TABLE.verdict("97530", on=dt.date(2019, 12, 31)) is Verdict.OUT_OF_COVERAGE
    assert TABLE.verdict("97129", on=dt.date(2019, 12, 31)) is Verdict.NOT_EFFECTIVE  # new in 2020


@pytest.mark.parametrize("code", ["97037", "97039", "97139", "97151", "97169", "97799"])
def test_a_code_without_relative_values_is_unknown_to_the_schedule(code) -> None:
    """Status C and N: the files have zeros, which are no values."""
    assert TABLE.verdict(code, on=dt.date(2025, 6, 2)) is Verdict.UNKNOWN


@pytest.mark.parametrize("code", ["97802", "97803", "97804", "99213", "20560", "98966"])
def test_a_code_whose_values_are_not_on_board_is_out_of_coverage(code) -> None:
    assert TABLE.verdict(code, on=dt.date(2025, 6, 2)) is Verdict.OUT_OF_COVERAGE


def test_the_scope_holds_every_code_of_the_section_that_the_schedule_gives_values() -> None:
    """The letters A, R and B of payment status stand for values in the schedule."""
    for row in otcodes.payment_status:
        if (
            "97001" <= row.code <= "97999"
            and row.status in "ARB"
            and row.code not in ("97802", "97803", "97804")
        ):
            assert TABLE.verdict(row.code, on=row.valid_from) is Verdict.EFFECTIVE, row


@pytest.mark.parametrize("code", ["90901", "90912", "95851", "G0541", "G2250", "99072"])
def test_what_the_part_of_2026_lacks_is_carried_forward_from_2025(code) -> None:
    assert not TABLE.on(dt.date(2025, 12, 31))[code].carried_forward
    found = TABLE.on(dt.date(2026, 1, 1))[code]
    assert found.carried_forward
    assert found.edition == "pfs-rvu-2025d"


def test_what_it_has_is_carried_forward_from_2026() -> None:
    assert not TABLE.on(dt.date(2026, 12, 31))["97530"].carried_forward
    assert TABLE.on(dt.date(2027, 1, 1))["97530"].carried_forward


def test_values_are_decimals_of_two_places_and_neighbours_differ() -> None:
    for row in ROWS:
        for name in COLUMNS:
            if row[name] or name != "practice_facility":
                assert Decimal(row[name]).as_tuple().exponent == -2, row
                assert 0 <= Decimal(row[name]) < 100
        assert row["multiple_procedures"] in ("0", "2", "5", "9")
        assert row["component"] in ("0", "3", "5", "7", "9")
    for before, after in pairwise(ROWS):
        if before["code"] == after["code"]:
            assert dt.date.fromisoformat(before["valid_to"]) < dt.date.fromisoformat(after["valid_from"])
            assert list(before.values())[5:] != list(after.values())[5:], after


def test_every_code_is_a_procedure_and_lives_while_it_has_values() -> None:
    for row in TABLE:
        assert otcodes.procedures.verdict(row.code, on=row.valid_from) is Verdict.EFFECTIVE, row
        last = row.valid_to or dt.date(2025, 12, 31)
        assert otcodes.procedures.verdict(row.code, on=max(last, row.valid_from)) is Verdict.EFFECTIVE, row


@given(st.sampled_from(CODES), st.dates(dt.date(2019, 1, 1), dt.date(2028, 12, 31)))
def test_a_code_on_a_day_is_what_the_file_says(code, day) -> None:
    on = day.isoformat()
    holding = [
        row
        for row in ROWS
        if row["code"] == code and row["valid_from"] <= on <= (row["valid_to"] or "9999-12-31")
    ]
    found = TABLE.on(day).find(code)
    assert (found is not None) == (len(holding) == 1)
    if found is not None:
        for name in COLUMNS:
            value = getattr(found, name)
            assert ("" if value is None else str(value)) == holding[0][name]
        last = holding[0]["valid_to"] or holding[0]["confirmed_to"] or "2025-12-31"
        assert found.carried_forward == (on > last)


FACTORS = [
    ("2018-01-01", "2018-12-31", "35.9996"),
    ("2019-01-01", "2019-12-31", "36.0391"),
    ("2020-01-01", "2020-12-31", "36.0896"),
    ("2021-01-01", "2021-12-31", "34.8931"),
    ("2022-01-01", "2022-12-31", "34.6062"),
    ("2023-01-01", "2023-12-31", "33.8872"),
    ("2024-01-01", "2024-03-08", "32.7442"),
    ("2024-03-09", "2024-12-31", "33.2875"),
    ("2025-01-01", "2025-12-31", "32.3465"),
    ("2026-01-01", "2026-12-31", "33.4009"),
]


@pytest.mark.parametrize(("first", "last", "amount"), FACTORS)
def test_the_standard_factor_by_the_day(first, last, amount) -> None:
    """The factors that the law and the final rules set; March 9, 2024 is the day of the act of that year."""
    for day in (first, last):
        found = otcodes.conversion_factors.on(dt.date.fromisoformat(day))["standard"]
        assert found.amount_usd == Decimal(amount)
        assert not found.carried_forward


def test_participants_have_a_factor_of_their_own_from_2026() -> None:
    """The final rule for 2026 (CMS-1832-F)."""
    factors = otcodes.conversion_factors
    assert factors.on(dt.date(2026, 1, 1))["qualifying-apm"].amount_usd == Decimal("33.5675")
    assert factors.on(dt.date(2026, 12, 31))["qualifying-apm"].amount_usd == Decimal("33.5675")
    assert factors.verdict("qualifying-apm", on=dt.date(2025, 12, 31)) is Verdict.NOT_EFFECTIVE


@pytest.mark.parametrize("kind", ["standard", "qualifying-apm"])
def test_the_factor_of_a_year_to_come_is_not_guessed(kind) -> None:
    assert otcodes.conversion_factors.verdict(kind, on=dt.date(2027, 1, 1)) is Verdict.OUT_OF_COVERAGE


def test_before_the_first_factor_on_board_nobody_knows() -> None:
    day = dt.date(2017, 12, 31)
    assert otcodes.conversion_factors.verdict("standard", on=day) is Verdict.OUT_OF_COVERAGE
    assert otcodes.conversion_factors.verdict("other", on=dt.date(2026, 3, 2)) is Verdict.OUT_OF_COVERAGE
