"""Unit limits (MUE) against facts typed from the official tables, and against a plain reading of the file.

The facts: the NCCI MUE files of Medicare, practitioner services (effective 2024-07-01 and 2026-04-01) and
outpatient hospital services (2024-07-01), and of Medicaid, practitioner services (first quarter of 2026).
"""

import csv
import datetime as dt
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import Verdict

TABLE = otcodes.unit_limits
FILE = resources.files("otcodes") / "data" / "unit_limits.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines()))
KEYS = sorted({(row["program"], row["setting"], row["code"]) for row in ROWS})
PRACTITIONER, HOSPITAL = ("medicare", "practitioner"), ("medicare", "outpatient-hospital")
MEDICAID = ("medicaid", "practitioner")


def limit(program: tuple[str, str], code: str, day: str) -> tuple[int, str]:
    found = TABLE.on(dt.date.fromisoformat(day))[(*program, code)]
    return found.units, found.indicator


def verdict(program: tuple[str, str], code: str, day: str) -> Verdict:
    return TABLE.verdict((*program, code), on=dt.date.fromisoformat(day))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("97110", (6, "3")), ("97112", (4, "3")), ("97140", (6, "3")), ("97530", (6, "3")),
        ("97535", (8, "3")), ("97165", (1, "2")), ("97168", (1, "2")), ("97150", (1, "3")),
        ("97129", (1, "2")), ("97130", (7, "3")), ("97550", (1, "2")), ("97551", (2, "3")),
        ("97546", (2, "3")), ("97598", (8, "3")), ("96113", (6, "3")), ("96125", (2, "3")),
        ("97760", (6, "3")), ("98981", (3, "3")), ("29130", (3, "3")), ("G0283", (1, "3")),
        ("97010", (0, "3")), ("97014", (0, "3")), ("97602", (0, "3")), ("98960", (0, "3")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("day", ["2024-07-01", "2024-09-30", "2025-06-01", "2026-04-01", "2026-06-30"])
def test_practitioner_limits_of_both_editions_hold_between_them(code, expected, day) -> None:
    assert limit(PRACTITIONER, code, day) == expected


@pytest.mark.parametrize(
    ("code", "hospital"),
    [
        ("97110", (8, "3")), ("97112", (6, "3")), ("97150", (2, "3")), ("97537", (8, "3")),
        ("97010", (1, "3")), ("97602", (1, "3")), ("97530", (6, "3")), ("97165", (1, "2")),
    ],
)  # fmt: skip
def test_hospitals_have_limits_of_their_own(code, hospital) -> None:
    assert limit(HOSPITAL, code, "2024-07-01") == hospital


@pytest.mark.parametrize(
    ("code", "units"),
    [("97110", 6), ("97535", 8), ("97130", 7), ("96125", 3), ("97010", 1), ("97602", 1), ("G0283", 1)],
)
def test_medicaid_judges_line_by_line(code, units) -> None:
    assert limit(MEDICAID, code, "2026-01-01") == (units, "1")


def test_what_medicare_does_not_pay_has_a_limit_of_zero() -> None:
    found = TABLE.on(dt.date(2026, 5, 1))[(*PRACTITIONER, "97014")]
    assert found.units == 0
    assert not found.carried_forward


def test_no_edition_says_when_a_limit_began() -> None:
    assert {row["is_start_known"] for row in ROWS} == {"no"}
    assert {row["valid_from"] for row in ROWS} == {"2024-07-01", "2026-01-01", "2026-04-01"}
    for program in (PRACTITIONER, HOSPITAL):
        assert verdict(program, "97110", "2024-06-30") is Verdict.OUT_OF_COVERAGE
    for day in ("2024-08-01", "2025-06-01", "2025-12-31"):
        assert verdict(MEDICAID, "97110", day) is Verdict.OUT_OF_COVERAGE


def test_a_code_that_only_the_later_edition_lists_begins_with_it() -> None:
    """G0541 to G0543 are of 2025; when their limits began is not known."""
    for code, expected in (("G0541", (1, "2")), ("G0542", (2, "3")), ("G0543", (1, "2"))):
        assert limit(PRACTITIONER, code, "2026-04-01") == expected
        assert verdict(PRACTITIONER, code, "2026-03-31") is Verdict.OUT_OF_COVERAGE


def test_a_code_that_the_later_edition_lacks_ends_with_the_quarter_of_the_earlier() -> None:
    assert limit(PRACTITIONER, "G2012", "2024-09-30") == (1, "3")
    assert verdict(PRACTITIONER, "G2012", "2024-10-01") is Verdict.OUT_OF_COVERAGE
    assert verdict(PRACTITIONER, "G2012", "2025-12-30") is Verdict.OUT_OF_COVERAGE
    assert verdict(PRACTITIONER, "G2012", "2026-04-01") is Verdict.NOT_EFFECTIVE


@pytest.mark.parametrize(
    ("program", "code", "confirmed"),
    [
        (PRACTITIONER, "97535", "2026-06-30"),
        (PRACTITIONER, "97530", "2026-12-31"),  # of the ten that the later editions show, too
        (PRACTITIONER, "20560", "2024-09-30"),
        (HOSPITAL, "97530", "2024-09-30"),
        (MEDICAID, "97530", "2026-03-31"),
    ],
)
def test_a_limit_is_marked_from_the_day_that_no_edition_confirms(program, code, confirmed) -> None:
    last = dt.date.fromisoformat(confirmed)
    key = (*program, code)
    assert not TABLE.on(last)[key].carried_forward
    later = TABLE.on(last + dt.timedelta(days=1))[key]
    assert later.carried_forward
    assert later.units == TABLE.on(last)[key].units
    assert TABLE.on(dt.date(2029, 1, 1))[key].carried_forward


def test_a_code_without_a_row_is_never_said_to_have_no_limit() -> None:
    for program in (PRACTITIONER, HOSPITAL, MEDICAID):
        assert verdict(program, "99213", "2026-05-01") is Verdict.OUT_OF_COVERAGE


def test_the_values_are_of_the_table_s_closed_sets() -> None:
    assert {row["program"] for row in ROWS} == {"medicare", "medicaid"}
    assert {row["indicator"] for row in ROWS} == {"1", "2", "3"}
    for row in ROWS:
        assert int(row["units"]) >= 0
        assert (row["indicator"] == "1") == (row["program"] == "medicaid"), row
        assert not (row["valid_to"] and row["confirmed_to"])


def test_every_code_is_a_procedure() -> None:
    for _, _, code in KEYS:
        assert otcodes.procedures.history(code)


@given(st.sampled_from(KEYS), st.dates(dt.date(2023, 1, 1), dt.date(2028, 12, 31)))
def test_a_key_on_a_day_is_what_the_file_says(key, day) -> None:
    on = day.isoformat()
    holding = [
        row
        for row in ROWS
        if (row["program"], row["setting"], row["code"]) == key
        and row["valid_from"] <= on <= (row["valid_to"] or "9999-12-31")
    ]
    found = TABLE.on(day).find(key)
    assert (found is not None) == (len(holding) == 1)
    if found is not None:
        assert (str(found.units), found.indicator) == (holding[0]["units"], holding[0]["indicator"])
        last = holding[0]["valid_to"] or holding[0]["confirmed_to"] or "2026-06-30"
        assert found.carried_forward == (on > last)
