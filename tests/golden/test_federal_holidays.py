"""Workdays of the federal government, by the schedules that are published and the orders that add to them.

The schedules are those of the Office of Personnel Management (opm.gov, Federal Holidays), by the day on which
a holiday is kept; the other days are those of the executive orders beside them.
"""

import datetime as dt

import attrs
import pytest

import otcodes
from otcodes import Catalog, Severity
from otcodes._manifest import MANIFEST
from otcodes._store import PackagedSource
from otcodes.rules._workdays import is_workday

DAY = dt.timedelta(days=1)
HOLIDAYS = otcodes.federal_holidays
SCHEDULES = {
    2024: ("01-01", "01-15", "02-19", "05-27", "06-19", "07-04", "09-02", "10-14", "11-11", "11-28", "12-25"),
    2025: ("01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27", "12-25"),
    2026: ("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"),
    2027: ("01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24"),
}
# Of 2028, whose first day is a Saturday.
BEFORE_NEW_YEAR = "2027-12-31"
# Executive orders of 2024-12-19, 14133 (for President Carter) and 14371.
ORDERED = ("2024-12-24", "2025-01-09", "2025-12-24", "2025-12-26")
CLOSED = {
    BEFORE_NEW_YEAR,
    *ORDERED,
    *(f"{year}-{day}" for year, days in SCHEDULES.items() for day in days),
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def filed(served: str, submitted: str, catalog: Catalog | None = None) -> otcodes.Report:
    line = otcodes.ServiceLine("97530", on=day(served), units=1, modifiers=("GO",), minutes=15)
    claim = otcodes.Claim(
        lines=(line,), diagnoses=("M62.81",), payer="medicare-b", submitted_on=day(submitted)
    )
    return otcodes.check(claim, catalog=catalog)


def late(report: otcodes.Report) -> list[otcodes.Finding]:
    return [finding for finding in report if finding.rule == "claim.filed-late"]


def test_every_day_of_four_years_is_a_workday_or_none_as_the_schedules_say() -> None:
    each = dt.date(2024, 1, 1)
    while each.year in SCHEDULES:
        expected = each.isoweekday() <= 5 and each.isoformat() not in CLOSED
        assert is_workday(each, HOLIDAYS) is expected, each
        each += DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Public Law 117-17, signed on 2021-06-17: the first Juneteenth fell on a Saturday.
        ("2020-06-19", True),
        ("2021-06-18", False),
        ("2022-06-20", False),
        # A New Year's Day on a Saturday, and one on a Sunday.
        ("2021-12-31", False),
        ("2022-12-30", True),
        ("2023-01-02", False),
        # Executive orders 13633, 13682, 13713 (half a day), 13852, 13854, 13900 and 13965.
        ("2012-12-24", False),
        ("2013-12-24", True),
        ("2014-12-26", False),
        ("2015-12-24", False),
        ("2018-12-05", False),
        ("2018-12-24", False),
        ("2019-12-24", False),
        ("2020-12-24", False),
        ("2021-12-23", True),
        ("2023-12-22", True),
        ("2023-12-26", True),
        # A last Monday that is a fourth one, and a fourth one that is not the last.
        ("2021-05-31", False),
        ("2021-05-24", True),
        ("2022-05-30", False),
    ],
)
def test_days_of_other_years(text, expected) -> None:
    assert is_workday(day(text), HOLIDAYS) is expected


def test_no_day_before_the_table_is_called_a_workday() -> None:
    assert [is_workday(day(f"2010-12-{number}"), HOLIDAYS) for number in ("23", "24", "25", "30")] == [
        None, False, False, None,
    ]  # fmt: skip
    assert is_workday(day("2011-01-03"), HOLIDAYS) is True


@pytest.mark.parametrize(
    ("served", "in_time", "too_late"),
    [
        ("2023-12-24", "2024-12-26", "2024-12-27"),
        ("2024-01-09", "2025-01-10", "2025-01-11"),
        ("2024-12-24", "2025-12-29", "2025-12-30"),  # the two days around Christmas and a weekend
        ("2014-12-24", "2015-12-28", "2015-12-29"),
    ],
)
def test_a_day_that_a_president_ordered_does_not_end_the_time(served, in_time, too_late) -> None:
    """Manual, chapter 1, section 70: nor does a day of which a part is no workday, by statute or order."""
    assert not late(filed(served, in_time))
    (finding,) = late(filed(served, too_late))
    assert finding.severity is Severity.ERROR


def test_what_rests_on_holidays_of_a_year_that_is_not_on_board_is_a_warning() -> None:
    assert not late(filed("2026-01-15", "2027-01-15"))
    assert not late(filed("2026-01-16", "2027-01-19"))
    (finding,) = late(filed("2026-01-15", "2027-01-19"))
    assert finding.severity is Severity.WARNING
    assert finding.message.endswith("(by eo-14371, carried forward)")


@pytest.mark.parametrize(
    ("served", "submitted", "severity"),
    [
        ("2025-12-24", "2026-12-28", Severity.WARNING),  # that day may yet be ordered off
        ("2025-12-24", "2027-01-07", Severity.WARNING),
        ("2025-12-24", "2027-01-08", Severity.ERROR),  # no closing lasts for two weeks
        ("2026-03-05", "2027-09-01", Severity.ERROR),
    ],
)
def test_a_closing_to_come_can_move_a_limit_by_days_alone(served, submitted, severity) -> None:
    (finding,) = late(filed(served, submitted))
    assert finding.severity is severity


class Since2025(PackagedSource):
    """The tables of the package, that of holidays known for one year, and not carried on."""

    def read(self, name: str) -> bytes:
        content = super().read(name)
        if name != MANIFEST:
            return content
        before, start, entry = content.partition(b"\n[tables.federal_holidays]\n")
        for old, new in (
            (b'coverage_from = "2011-01-01"', b'coverage_from = "2025-01-01"'),
            (b'coverage_to = "2026-11-26"', b'coverage_to = "2025-12-31"'),
            (b"carries_forward = true\n", b""),
        ):
            entry = entry.replace(old, new, 1)
        return before + start + entry


@pytest.mark.parametrize(
    ("served", "submitted", "found"),
    [
        ("2023-06-05", "2024-06-05", 0),  # on the last day: no holiday matters
        ("2023-06-05", "2024-06-06", None),
        ("2023-06-03", "2024-06-03", 0),  # the last day is a Monday
        ("2024-06-05", "2025-06-06", 1),
        ("2024-12-28", "2025-12-30", 1),
        # From a Sunday to a Monday that is known, but its own Sunday is not.
        ("2024-06-08", "2025-06-09", 0),
        ("2024-06-08", "2025-06-10", 1),
        ("2024-12-31", "2026-01-05", 1),
        ("2025-01-02", "2026-01-03", None),
        ("2025-01-02", "2026-06-01", None),
        ("2025-01-03", "2026-01-05", 0),  # a Saturday, and the Monday is the last day
        ("2025-01-03", "2026-01-06", None),
    ],
)
def test_where_the_holidays_are_not_known_it_is_not_judged(served, submitted, found) -> None:
    report = filed(served, submitted, Catalog(Since2025()))
    skipped = [each for each in report.not_checked if each.rule == "claim.filed-late"]
    if found is None:
        (note,) = skipped
        assert note.reason.startswith("the federal holidays of 202")
        assert note.reason.endswith(" are not on board")
        assert not late(report)
    else:
        assert (len(late(report)), skipped) == (found, [])


def test_a_holiday_is_told_by_its_day_or_by_its_weekday() -> None:
    holidays = HOLIDAYS.on(dt.date(2026, 3, 2))
    thanksgiving = holidays["thanksgiving-day"]
    assert [number for number in range(1, 31) if thanksgiving.falls_on(dt.date(2026, 11, number))] == [26]
    assert not thanksgiving.falls_on(dt.date(2026, 10, 22))
    fifth = attrs.evolve(thanksgiving, month=10, which=5)
    assert [number for number in range(1, 32) if fifth.falls_on(dt.date(2026, 10, number))] == [29]
    assert not any(fifth.falls_on(dt.date(2025, 10, number)) for number in range(1, 30))
    last = attrs.evolve(thanksgiving, month=2, which=-1)
    assert [number for number in range(1, 30) if last.falls_on(dt.date(2024, 2, number))] == [29]
