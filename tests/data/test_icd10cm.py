"""Every code of every edition of ICD-10-CM on board, on the first, a middle and the last day of the edition.

`icd10cm_editions.csv` has, for each edition, how many billable codes and headers its official file lists, and
the sha256 of the lists themselves (sorted, without dots, a line each); the headers of a file of billable
codes only are those that one extends. The verdicts of all codes of the table must give these lists back: no
code too few, none too many. These are more than 4 million verdicts.
"""

import csv
import datetime as dt
import hashlib
from itertools import pairwise
from pathlib import Path

import pytest

import otcodes
from otcodes import Verdict

with (Path(__file__).parent / "icd10cm_editions.csv").open(newline="") as file:
    EDITIONS = list(csv.DictReader(file))
CODES = tuple(str(key) for key in otcodes.diagnoses.keys())
GAP = (dt.date(2016, 10, 1), dt.date(2018, 9, 30))


def sha256(codes: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()


def days_of(edition: dict[str, str]) -> list[dt.date]:
    first, last = dt.date.fromisoformat(edition["first"]), dt.date.fromisoformat(edition["last"])
    return [first, first + (last - first) / 2, last]


@pytest.mark.parametrize("edition", EDITIONS, ids=[edition["first"] for edition in EDITIONS])
def test_the_verdicts_give_the_official_lists_back(edition: dict[str, str]) -> None:
    verdict = otcodes.diagnoses.verdict
    for day in days_of(edition):
        found: dict[Verdict, list[str]] = {each: [] for each in Verdict}
        for code in CODES:
            found[verdict(code, on=day)].append(code)
        assert not found[Verdict.OUT_OF_COVERAGE]
        assert not found[Verdict.UNKNOWN]
        assert len(found[Verdict.EFFECTIVE]) == int(edition["billable"])
        assert sha256(found[Verdict.EFFECTIVE]) == edition["billable_sha256"]
        assert len(found[Verdict.NOT_BILLABLE]) == int(edition["headers"])
        assert sha256(found[Verdict.NOT_BILLABLE]) == edition["headers_sha256"]


def test_between_2016_and_2018_only_what_both_editions_have_alike_is_known() -> None:
    before, after = otcodes.diagnoses.on(dt.date(2016, 9, 30)), otcodes.diagnoses.on(dt.date(2018, 10, 1))
    known = 0
    for code in CODES:
        one, other = before.find(code), after.find(code)
        is_alike = (
            one is not None
            and other is not None
            and (one.is_billable, one.title) == (other.is_billable, other.title)
        )
        for day in GAP:
            verdict = otcodes.diagnoses.verdict(code, on=day)
            assert (verdict is not Verdict.OUT_OF_COVERAGE) == is_alike, (code, day)
        known += is_alike
    assert known > 90_000


def test_the_editions_have_no_hole_but_that_one() -> None:
    for before, after in pairwise(EDITIONS):
        end, start = dt.date.fromisoformat(before["last"]), dt.date.fromisoformat(after["first"])
        assert (start - end).days == 1 or (end, start) == (GAP[0] - dt.timedelta(1), GAP[1] + dt.timedelta(1))
    assert EDITIONS[-1]["last"] == "2027-03-31" == otcodes.diagnoses.coverage.last.isoformat()


@pytest.mark.parametrize(
    ("code", "on", "verdict"),
    [
        ("Z50.1", "2026-06-01", Verdict.UNKNOWN),
        ("Z50.1", "2017-06-01", Verdict.OUT_OF_COVERAGE),
        ("W19.X", "2026-06-01", Verdict.UNKNOWN),
        ("M62.8!", "2026-06-01", Verdict.UNKNOWN),
        ("M62.8!", "2017-06-01", Verdict.UNKNOWN),
        ("M62.81", "2015-09-30", Verdict.OUT_OF_COVERAGE),
        ("M62.81", "2027-03-31", Verdict.EFFECTIVE),
        ("M62.81", "2027-04-01", Verdict.OUT_OF_COVERAGE),
        ("Q99.99", "2027-04-01", Verdict.OUT_OF_COVERAGE),
    ],
)
def test_what_is_not_in_the_table(code: str, on: str, verdict: Verdict) -> None:
    assert otcodes.diagnoses.verdict(code, on=dt.date.fromisoformat(on)) is verdict
