"""Add-on codes against the table of procedures and against facts typed from the official sources.

The facts: NCCI's add-on code edits of July 2024 (type 1), and CMS's final rules for 2020, 2022, 2024 and
2025, which brought in the newer pairs.
"""

import csv
import datetime as dt
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import Verdict

TABLE = otcodes.add_on_codes
FILE = resources.files("otcodes") / "data" / "add_on_codes.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines()))
DAYS = st.dates(dt.date(1999, 1, 1), dt.date(2028, 12, 31))


@pytest.mark.parametrize(
    ("add_on", "primaries"),
    [
        ("97130", {"97129"}), ("97546", {"97545"}), ("97551", {"97550"}), ("97598", {"97597"}),
        ("96113", {"96112"}), ("90913", {"90912"}), ("92608", {"92607"}), ("92618", {"92605"}),
        ("98981", {"98980"}), ("97811", {"97810", "97813"}), ("97814", {"97810", "97813"}),
        ("G0542", {"G0541"}),
    ],
)  # fmt: skip
def test_an_add_on_has_the_primary_codes_of_the_edits(add_on, primaries) -> None:
    found = {row.primary for row in TABLE if row.add_on == add_on}
    assert found == primaries


@pytest.mark.parametrize(
    ("pair", "first"),
    [
        (("97130", "97129"), "2020-01-01"),
        (("90913", "90912"), "2020-01-01"),
        (("96113", "96112"), "2019-01-01"),
        (("98981", "98980"), "2022-01-01"),
        (("97551", "97550"), "2024-01-01"),
        (("G0542", "G0541"), "2025-01-01"),
        (("97598", "97597"), "2011-01-01"),  # an add-on since then only
    ],
)
def test_a_pair_begins_with_its_later_code(pair, first) -> None:
    day = dt.date.fromisoformat(first)
    assert TABLE.verdict(pair, on=day) is Verdict.EFFECTIVE
    assert TABLE.verdict(pair, on=day - dt.timedelta(days=1)) is Verdict.NOT_EFFECTIVE


def test_the_start_of_the_oldest_pair_is_not_known() -> None:
    """Both codes are on record from 1998 on and may be older."""
    assert TABLE.verdict(("97546", "97545"), on=dt.date(1997, 12, 31)) is Verdict.OUT_OF_COVERAGE
    assert TABLE.verdict(("97546", "97545"), on=dt.date(1998, 1, 1)) is Verdict.EFFECTIVE


def test_pairs_are_carried_forward_from_the_day_that_no_source_confirms() -> None:
    for pair, last in [(("97130", "97129"), 2026), (("G0542", "G0541"), 2026), (("97811", "97810"), 2025)]:
        assert not TABLE.on(dt.date(last, 12, 31))[pair].carried_forward
        assert TABLE.on(dt.date(last + 1, 1, 1))[pair].carried_forward


def test_two_codes_that_are_no_pair_are_not_judged() -> None:
    assert TABLE.verdict(("97130", "97110"), on=dt.date(2026, 3, 2)) is Verdict.OUT_OF_COVERAGE


def test_both_codes_of_a_pair_are_procedures_and_live_throughout() -> None:
    for row in TABLE:
        last = row.valid_to or dt.date(2026, 12, 31)
        for code in (row.add_on, row.primary):
            for day in (row.valid_from, last):
                assert otcodes.procedures.verdict(code, on=day) is Verdict.EFFECTIVE, (row, code)


@given(DAYS)
def test_the_pairs_of_a_day_are_the_primary_codes_of_the_procedures(day) -> None:
    named = {
        (row.code, primary)
        for row in otcodes.procedures
        for primary in getattr(row, "primary_codes", ())
        if row.valid_from <= day <= (row.valid_to or dt.date.max)
        and any(
            each.valid_from <= day <= (each.valid_to or dt.date.max)
            for each in otcodes.procedures.history(primary)
        )
    }
    assert set(TABLE.on(day)) == named


@given(st.sampled_from(ROWS), DAYS)
def test_a_pair_on_a_day_is_what_the_file_says(row, day) -> None:
    pair = (row["add_on"], row["primary"])
    holds = any(
        (each["add_on"], each["primary"]) == pair
        and each["valid_from"] <= day.isoformat() <= (each["valid_to"] or "9999-12-31")
        for each in ROWS
    )
    assert (TABLE.on(day).find(pair) is not None) == holds
