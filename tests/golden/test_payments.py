"""What Medicare allows and pays, to the cent.

Sources: CMS's national relative value files (RVU20A to RVU26C) and conversion factors; the final geographic
indices of 2025 (addendum E); Medicare Claims Processing Manual, chapter 5, section 10.7, and NGS
Medicare on the multiple procedure payment reduction of therapy; 42 USC 1395m(v) for assistants; First Coast,
"Federal sequestration payment reductions", with its worked example. The amounts were reckoned by hand from
those values: (work + practice expense + malpractice) x conversion factor, to the cent.
"""

import datetime as dt
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

import otcodes
from otcodes.calc import allowed_amount, expected_payment

ROOT = Path(__file__).parents[2]
ON = dt.date(2025, 6, 2)
NO_VALUES = "status C: priced by the contractor; the schedule has no relative values for it"


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
def test_a_unit_of_2025_in_full_and_with_half_its_practice_expense(code, full, reduced) -> None:
    """CMS, relative value file of October 2025, at 32.3465 USD; 97129 is not reduced beside others."""
    (line,) = allowed_amount([(code, 2)], on=ON).lines
    assert (line.unit_usd, line.reduced_unit_usd) == (usd(full), usd(reduced))
    assert line.reduced_units == (full != reduced)
    assert line.amount_usd == usd(full) + usd(reduced)


@pytest.mark.parametrize(
    ("services", "amounts", "total"),
    [
        pytest.param([("97530", 2), ("97535", 1)], ["59.19", "23.45"], "82.64", id="97530 is highest, 0.62"),
        pytest.param([("97165", 1), ("97530", 1)], ["100.60", "24.58"], "125.18", id="an evaluation, 1.53"),
        pytest.param([("97129", 1), ("97110", 1)], ["21.67", "28.79"], "50.46", id="97129 takes no part"),
        pytest.param([("97530", 1), ("97530", 1)], ["34.61", "24.58"], "59.19", id="one code on two lines"),
        pytest.param([("97110", 3)], ["72.45"], "72.45", id="one code, three units"),
        pytest.param([("97110", 0), ("97530", 1)], ["0.00", "34.61"], "34.61", id="no unit is no rival"),
        pytest.param([], [], "0.00", id="nothing"),
    ],
)
def test_the_unit_with_the_highest_practice_expense_is_in_full(services, amounts, total) -> None:
    found = allowed_amount(services, on=ON)
    assert [line.amount_usd for line in found.lines] == [*map(usd, amounts)]
    assert found.total_usd == found.priced_usd == usd(total)
    assert found.is_complete
    assert found.carried_from == ()


def test_what_another_discipline_bills_counts_and_is_not_priced() -> None:
    """NGS: in a group practice whether in one therapy discipline or in several."""
    alone = allowed_amount({"97530": 2}, on=ON)
    assert alone.total_usd == usd("59.19")
    # 97533 has a practice expense of 1.38, 97110 of 0.43, and 97129 none that is cut.
    assert allowed_amount({"97530": 2}, on=ON, beside={"97533": 1}).total_usd == 2 * usd("24.58")
    assert allowed_amount({"97530": 2}, on=ON, beside={"97110": 4}) == alone
    assert allowed_amount({"97530": 2}, on=ON, beside={"97129": 1}) == alone
    assert allowed_amount({"97530": 2}, on=ON, beside={"97533": 0}) == alone
    # Of the same code on both sides, the one that is asked about.
    assert allowed_amount({"97530": 2}, on=ON, beside={"97530": 1}).total_usd == usd("59.19")
    found = allowed_amount({"97530": 1}, on=ON, beside={"97533": 1, "97799": 1})
    assert found.is_complete
    assert found.steps == (
        "97530: 1.07 relative value units at 32.3465 USD are 34.61 USD",
        "97533, billed elsewhere, has the day's highest practice expense: a unit of it is in full",
        "97530 with its practice expense cut by 50 percent: 24.58 USD",
        f"97799, billed elsewhere, does not count: {NO_VALUES}",
    )


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2020-06-01", "40.42"),  # 1.12 at 36.0896
        ("2021-06-01", "39.43"),  # 1.13 at 34.8931
        ("2022-06-01", "38.07"),  # 1.10 at 34.6062
        ("2023-06-01", "37.61"),  # 1.11 at 33.8872
        ("2024-03-08", "36.02"),  # 1.10 at 32.7442
        ("2024-03-09", "36.62"),  # 1.10 at 33.2875, by the act of that day
        ("2025-06-01", "34.61"),  # 1.07 at 32.3465
        ("2026-06-01", "35.07"),  # 1.05 at 33.4009
    ],
)
def test_what_97530_paid_nationally(day, amount) -> None:
    assert allowed_amount([("97530", 1)], on=dt.date.fromisoformat(day)).total_usd == usd(amount)


def test_a_participant_s_factor_is_another_one_from_2026() -> None:
    """Final rule for 2026 (CMS-1832-F): 33.5675 USD."""
    services = [("97530", 1)]
    assert allowed_amount(services, on=dt.date(2026, 3, 2), apm=True).total_usd == usd("35.25")
    assert allowed_amount(services, on=ON, apm=True) == allowed_amount(services, on=ON)


@pytest.mark.parametrize(
    ("locality", "values", "full", "reduced"),
    [
        ("06102-16", ("1.007", "1.023", "2.018"), "35.50", "25.24"),  # Chicago
        ("13202-01", ("1.065", "1.166", "1.656"), "39.08", "27.39"),  # Manhattan
        ("02102-01", ("1.5", "1.081", "0.592"), "43.22", "32.38"),  # Alaska
        ("07302-00", ("1.000", "0.852", "0.768"), "31.57", "23.02"),  # Mississippi
    ],
)
def test_a_locality_s_amount_is_each_component_times_its_index(locality, values, full, reduced) -> None:
    """Addendum E of 2025; 97530 is 0.44, 0.62 and 0.01."""
    work, practice, malpractice = (
        usd(value) * usd(index) for value, index in zip(("0.44", "0.62", "0.01"), values, strict=True)
    )
    by_hand = [
        (total * usd("32.3465")).quantize(usd("0.01"), ROUND_HALF_UP)
        for total in (work + practice + malpractice, work + practice / 2 + malpractice)
    ]
    assert by_hand == [usd(full), usd(reduced)]
    (line,) = allowed_amount([("97530", 2)], on=ON, locality=locality).lines
    assert [line.unit_usd, line.reduced_unit_usd] == by_hand


def test_a_locality_of_2026_is_carried_forward_and_says_so() -> None:
    found = allowed_amount([("97530", 1)], on=dt.date(2026, 3, 2), locality="06102-16")
    assert found.total_usd == usd("35.97")  # with the indices of 2025
    assert found.carried_from == ("gpci-2025",)
    assert found.steps[-1] == "carried forward from gpci-2025, the last edition on board"
    assert found.editions["localities"] == "gpci-2025"


def test_a_facility_has_an_amount_of_its_own_where_the_schedule_has_one() -> None:
    """RVU25D: 97550 has 0.35 in facilities against 0.58; therapy has none of its own."""
    caregivers = [("97550", 1)]
    assert allowed_amount(caregivers, on=ON).total_usd == usd("52.08")  # 1.61
    assert allowed_amount(caregivers, on=ON, facility=True).total_usd == usd("44.64")  # 1.38
    found = allowed_amount([("97530", 1)], on=ON, facility=True)
    assert found.total_usd == usd("34.61")
    assert found.steps[0].endswith("it has no amount of its own in facilities")


@pytest.mark.parametrize(
    ("code", "day", "status", "reason"),
    [
        ("97010", "2025-06-02", "B", "status B: bundled, never paid separately"),
        ("97014", "2025-06-02", "I", "status I: not valid for Medicare"),
        ("96110", "2025-06-02", "N", "status N: not covered"),
        ("G0129", "2025-06-02", "X", "status X: excluded from the fee schedule by statute"),
        (
            "97799",
            "2025-06-02",
            "C",
            "status C: priced by the contractor; the schedule has no relative values",
        ),
        ("97545", "2025-06-02", "R", "status R: restricted coverage; the schedule has no relative values"),
        ("99213", "2025-06-02", None, "its payment status on 2025-06-02 is not on board"),
        ("97530", "2019-12-31", None, "its payment status on 2019-12-31 is not on board"),
        ("97530", "2027-01-01", "A", "no conversion factor of 2027-01-01 is on board"),
    ],
)
def test_what_has_no_amount_says_why_and_is_never_zero(code, day, status, reason) -> None:
    on = dt.date.fromisoformat(day)
    found = allowed_amount([(code, 2)], on=on)
    assert (found.total_usd, found.is_complete, found.lines) == (None, False, ())
    (lacking,) = found.not_priced
    assert (lacking.code, lacking.units, lacking.status) == (code, 2, status)
    assert lacking.reason.startswith(reason)
    assert found.steps == (f"{code} has no amount: {lacking.reason}",)


def test_a_part_that_is_priced_is_not_taken_for_all() -> None:
    found = allowed_amount([("97110", 1), ("97010", 1), ("97530", 1)], on=ON)
    assert found.total_usd is None
    assert found.priced_usd == usd("21.83") + usd("34.61")
    assert [line.code for line in found.lines] == ["97110", "97530"]


def test_restricted_coverage_with_values_is_priced() -> None:
    """97026, status R, has values in every file."""
    assert otcodes.payment_status.on(ON)["97026"].status == "R"
    assert allowed_amount([("97026", 1)], on=ON).is_complete


def test_a_day_before_the_indices_is_no_amount() -> None:
    day = dt.date(2027, 3, 2)
    found = allowed_amount([("97530", 1)], on=day, locality="06102-16")
    assert found.not_priced[0].reason == "what its locality counts on 2027-03-02 is not on board"


# Who pays how much.


@pytest.mark.parametrize(
    ("day", "is_assistant", "medicare", "total"),
    [
        ("2025-06-02", True, "66.64", "86.64"),  # 80 x 0.85 x 0.98
        ("2025-06-02", False, "78.40", "98.40"),
        ("2022-07-01", True, "66.64", "86.64"),
        ("2022-06-30", True, "67.32", "87.32"),  # 1 percent
        ("2022-04-01", False, "79.20", "99.20"),
        ("2022-03-31", True, "68.00", "88.00"),  # suspended
        ("2022-01-01", True, "68.00", "88.00"),
        ("2021-12-31", True, "80.00", "100.00"),  # assistants are paid in full
        ("2020-05-01", False, "80.00", "100.00"),
        ("2020-04-30", False, "78.40", "98.40"),
        ("2013-04-01", False, "78.40", "98.40"),
        ("2013-03-31", False, "80.00", "100.00"),
    ],
)
def test_a_hundred_dollars_with_the_deductible_met(day, is_assistant, medicare, total) -> None:
    on = dt.date.fromisoformat(day)
    found = expected_payment(usd("100.00"), on=on, is_assistant=is_assistant)
    assert (found.medicare_usd, found.patient_usd) == (usd(medicare), usd("20.00"))
    assert found.total_usd == usd(total)


def test_the_example_of_first_coast() -> None:
    """100 USD approved, 50 of them deductible: 40 less 2 percent are 39.20."""
    found = expected_payment(usd("100.00"), on=ON, deductible_left_usd=usd("50.00"))
    assert (found.medicare_usd, found.sequestration_usd) == (usd("39.20"), usd("0.80"))
    assert (found.deductible_usd, found.coinsurance_usd) == (usd("50.00"), usd("10.00"))
    assert (found.patient_usd, found.total_usd) == (usd("60.00"), usd("99.20"))
    assert found.deductible_left_usd == 0
    assert found.steps == (
        "50.00 USD of 100.00 USD are the deductible",
        "20 percent of 50.00 USD is the coinsurance: 10.00 USD",
        "Medicare's part is 40.00 USD",
        "sequestration takes 2 percent of that: 0.80 USD",
        "Medicare pays 39.20 USD and the beneficiary 60.00 USD, together 99.20 USD",
    )


def test_a_deductible_that_is_larger_than_the_line_is_left_for_the_next() -> None:
    found = expected_payment(usd("34.61"), on=ON, deductible_left_usd=usd("257.00"), is_assistant=True)
    assert (found.medicare_usd, found.patient_usd) == (0, usd("34.61"))
    assert found.deductible_left_usd == usd("222.39")


def test_every_amount_is_rounded_to_the_cent() -> None:
    """24.58: coinsurance 4.916; 19.66 x 0.85 = 16.711; 16.71 x 0.02 = 0.3342."""
    found = expected_payment(usd("24.58"), on=ON, is_assistant=True)
    assert (found.coinsurance_usd, found.sequestration_usd) == (usd("4.92"), usd("0.33"))
    assert (found.medicare_usd, found.total_usd) == (usd("16.38"), usd("21.30"))


def test_before_its_tables_nobody_knows() -> None:
    with pytest.raises(otcodes.OutOfCoverageError):
        expected_payment(usd("1.00"), on=dt.date(2010, 12, 31))


def test_the_page_shows_what_the_example_prints() -> None:
    example = ROOT / "examples" / "five_years_of_97530.py"
    ran = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=True)
    rows = [line.split() for line in ran.stdout.splitlines()[1:]]
    assert [row[1] for row in rows] == ["40.42", "39.43", "38.07", "37.61", "36.62", "34.61", "35.07"]
    assert f"```text\n{ran.stdout}```\n" in (ROOT / "docs" / "payments.md").read_text("utf-8")
