"""How fresh the tables are for a day, who says so, and the version of the data."""

import datetime as dt
import json
import pickle
import re
import warnings

import pytest
from builders import claim, line

import otcodes
from otcodes import Catalog, Freshness
from otcodes._manifest import Manifest
from otcodes._store import PackagedSource

PAST = dt.date(2024, 7, 1)  # editions of every table that a claim is judged by are on board for it
LATE = dt.date(2026, 11, 2)


def fresh(on: dt.date) -> dict[str, otcodes.TableFreshness]:
    return {each.table: each for each in otcodes.freshness(on=on)}


def test_every_table_of_the_manifest_is_listed() -> None:
    assert list(fresh(LATE)) == [entry.name for entry in Catalog.bundled().entries]


@pytest.mark.parametrize(
    ("table", "on", "freshness", "is_stale"),
    [
        ("procedures", "2026-11-02", Freshness.CURRENT, False),
        ("procedures", "2026-12-31", Freshness.CURRENT, False),
        ("procedures", "2027-01-01", Freshness.OUT_OF_COVERAGE, True),
        ("procedures", "2019-12-31", Freshness.OUT_OF_COVERAGE, False),
        ("places", "2024-12-31", Freshness.CURRENT, False),
        ("places", "2025-01-01", Freshness.CARRIED_FORWARD, True),
        ("places", "2027-01-01", Freshness.OUT_OF_COVERAGE, True),
        ("ptp_edits", "2040-01-01", Freshness.CARRIED_FORWARD, True),
        ("diagnoses", "2017-06-01", Freshness.IN_GAP, False),
    ],
)
def test_a_day_before_within_and_past_the_editions(table, on, freshness, is_stale) -> None:
    found = fresh(dt.date.fromisoformat(on))[table]
    assert (found.freshness, found.is_stale) == (freshness, is_stale)


@pytest.mark.parametrize("on", [dt.date(2019, 6, 1), dt.date(2026, 3, 2), dt.date(2030, 1, 1)])
def test_it_says_what_the_coverage_says(on) -> None:
    for entry in Catalog.bundled().entries:
        found = entry.freshness(on)
        assert (found.edition, found.covered_to) == (entry.last_edition, entry.coverage.last)
        assert (found.answers_to is None) == entry.coverage.carries_forward
        answers = entry.coverage.first <= on <= entry.coverage.horizon
        assert (found.freshness is Freshness.OUT_OF_COVERAGE) == (not answers)


def test_a_table_tells_of_the_one_beside_it_too() -> None:
    assert [each.table for each in otcodes.procedures.freshness(LATE)] == ["procedures", "hcpcs"]


def test_a_warning_only_where_it_is_asked_for() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        otcodes.freshness(on=LATE)
        otcodes.check(claim(line(on=LATE)))
    with pytest.warns(
        otcodes.StaleDataWarning, match=r"past the last edition on board of .*places \(pos-2024\)"
    ) as given:
        otcodes.freshness(on=LATE, warn=True)
    (warning,) = given
    assert warning.filename == __file__
    assert issubclass(otcodes.StaleDataWarning, otcodes.OtcodesWarning)
    assert warning.message.on == LATE
    assert "procedures" not in warning.message.editions


def test_no_warning_on_a_day_that_no_table_is_behind() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert otcodes.freshness(on=dt.date(2021, 1, 1), warn=True)


@pytest.mark.parametrize("on", ["2026-11-02", None, dt.datetime(2026, 11, 2, tzinfo=dt.timezone.utc)])
def test_the_day_is_a_day(on) -> None:
    with pytest.raises(TypeError):
        otcodes.freshness(on=on)


def test_freshness_is_plain_values_too() -> None:
    for found in otcodes.freshness(on=LATE):
        facts = found.to_dict()
        assert json.loads(json.dumps(facts)) == facts
        assert facts["on"] == "2026-11-02"


def test_a_report_says_which_editions_its_last_day_is_past() -> None:
    report = otcodes.check(claim(line(on=LATE)))
    assert report.stale["places"] == "pos-2024"
    assert "procedures" not in report.stale
    assert set(report.stale) <= set(report.editions)
    assert otcodes.check(claim(line(on=PAST))).stale == {}
    assert otcodes.check(otcodes.Claim(lines=(), payer="medicare-b")).stale == {}


def test_a_report_has_both_versions_also_in_another_process() -> None:
    report = otcodes.check(claim(line(on=LATE)))
    facts = report.to_dict()
    assert (facts["version"], facts["data_version"]) == (otcodes.__version__, otcodes.DATA_VERSION)
    assert facts["stale"] == dict(report.stale)
    again = pickle.loads(pickle.dumps(report))  # noqa: S301 -- its own
    assert again.to_dict() == facts


def test_the_data_version_is_year_and_month() -> None:
    assert re.fullmatch(r"20\d\d\.([1-9]|1[0-2])(\.[1-9]\d*)?", otcodes.DATA_VERSION)
    assert Catalog.bundled().data_version == otcodes.DATA_VERSION


def manifest(head: str) -> Manifest:
    content = PackagedSource().read("manifest.toml")
    return Manifest(head.encode() + content[content.index(b"\n[tables.") :])


def test_a_manifest_need_not_have_a_version() -> None:
    assert manifest("# ours\n").data_version == ""
    assert manifest('data_version = "2027.1"\n').data_version == "2027.1"


@pytest.mark.parametrize("head", ['colour = "blue"\n', "data_version = 2027\n", "nonsense\n"])
def test_nothing_else_stands_before_the_tables(head) -> None:
    with pytest.raises(otcodes.TableError, match=r"manifest\.toml"):
        list(manifest(head))
