"""The codes of remote therapeutic monitoring by days and minutes, against facts typed from their sources.

Change Request 14250 (2026: 2 to 15 days, and 10 to 19 minutes), as MedBridge, Gawenda Seminars and OpenPayer
restate it; the codes of 2022 and 2023 from CMS's annual updates of the therapy code list; that 98979 and
98980 exclude each other in a month: getorva.com, "RTM 2026 codes".
"""

import datetime as dt

import pytest

import otcodes
from otcodes import Verdict

DAY = dt.timedelta(days=1)
NEW = dt.date(2026, 1, 1)
ROWS = [
    ("98976", dt.date(2022, 1, 1), "device-respiratory", "days", 16, 30),
    ("98977", dt.date(2022, 1, 1), "device-musculoskeletal", "days", 16, 30),
    ("98978", dt.date(2023, 1, 1), "device-behavioral", "days", 16, 30),
    ("98979", NEW, "management", "minutes", 10, 19),
    ("98980", dt.date(2022, 1, 1), "management", "minutes", 20, None),
    ("98981", dt.date(2022, 1, 1), "management-further", "minutes", 20, None),
    ("98984", NEW, "device-respiratory", "days", 2, 15),
    ("98985", NEW, "device-musculoskeletal", "days", 2, 15),
    ("98986", NEW, "device-behavioral", "days", 2, 15),
]


@pytest.fixture(scope="module")
def table():
    return otcodes.Catalog.bundled().remote_monitoring


@pytest.mark.parametrize("expected", ROWS, ids=[code for code, *_ in ROWS])
def test_each_code(table, expected) -> None:
    code, first, kind, measure, least, most = expected
    for day in (first, dt.date(2026, 6, 30)):
        row = table.on(day)[code]
        assert (row.kind, row.measure, row.least, row.most) == (kind, measure, least, most)
    assert table.verdict(code, on=first - DAY) is Verdict.NOT_EFFECTIVE


def test_there_are_no_others(table) -> None:
    assert sorted(table.on(NEW)) == [code for code, *_ in ROWS]
    assert sorted(table.on(NEW - DAY)) == ["98976", "98977", "98978", "98980", "98981"]
    assert table.verdict("97530", on=NEW) is not Verdict.EFFECTIVE


@pytest.mark.parametrize("day", [NEW - DAY, NEW])
def test_no_amount_has_two_codes(table, day) -> None:
    rows = list(table.on(day).values())
    for kind in {row.kind for row in rows}:
        for amount in range(100):
            found = [row for row in rows if row.kind == kind and row.least <= amount <= (row.most or amount)]
            assert len(found) <= 1


def test_every_code_is_a_procedure_of_its_days() -> None:
    for code, first, *_ in ROWS:
        assert otcodes.procedures.verdict(code, on=first) is Verdict.EFFECTIVE
        assert otcodes.procedures.verdict(code, on=first - DAY) is not Verdict.EFFECTIVE


def test_what_counts_in_minutes_excludes_what_it_replaces(table) -> None:
    exclusive = otcodes.mutually_exclusive.on(NEW)
    minutes = [row for row in table.on(NEW).values() if row.measure == "minutes" and row.most]
    assert [row.code for row in minutes] == ["98979"]
    assert exclusive["98979", "98980"].period == "month"
