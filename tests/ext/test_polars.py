"""Claims in polars frames: the same findings as from objects, whatever types the columns have."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from builders_frames import SAID, SKIPPED, columns, said, skipped, weeks
from hypothesis import given, settings
from hypothesis import strategies as st

import otcodes
from otcodes.ext.polars import check_frame, to_frame
from otcodes.readers import read_csv

WEEK = Path(__file__).parents[2] / "examples" / "clinic_week.csv"
DOS = dt.date(2026, 3, 2)
LINE = {
    "procedure": "97530",
    "on": DOS,
    "units": 2,
    "minutes": 30,
    "place": "11",
    "modifiers": "GO",
    "charge_usd": Decimal("120.00"),
    "payer": "medicare-b",
    "claim_diagnoses": "M62.81",
}


def frame(**facts: object) -> pl.DataFrame:
    """One line; a list or a series is a column."""
    given_ = {
        name: value if isinstance(value, (list, pl.Series)) else [value]
        for name, value in (LINE | facts).items()
    }
    count = max(map(len, given_.values()))
    return pl.DataFrame(
        {name: value if len(value) == count else [value[0]] * count for name, value in given_.items()}
    )


# The same as from objects.


@settings(max_examples=40)
@given(weeks(), st.data())
def test_finds_what_a_check_of_the_claims_finds(week: tuple[otcodes.Claim, ...], data: st.DataObject) -> None:
    lines = columns(week)
    for name in ("units", "minutes", "charge_usd"):
        # Numbers of several kinds are no column in polars.
        is_mixed = len({type(value) for value in lines.get(name, ())} - {type(None)}) > 1
        if name in lines and (is_mixed or data.draw(st.booleans(), name)):
            lines[name] = [None if value is None else float(value) for value in lines[name]]
    for name in ("modifiers", "diagnoses", "claim_diagnoses"):
        if name in lines and data.draw(st.booleans(), name):
            lines[name] = [value and "|".join(value) for value in lines[name]]
    for name, values in lines.items():
        if any(isinstance(value, Decimal) for value in values):
            lines[name] = pl.Series([None if value is None else round(value, 2) for value in values])
    given_ = pl.DataFrame(lines)
    if data.draw(st.booleans(), "on"):
        given_ = given_.cast({"on": pl.Datetime("us")})
    for name in ("payer", "place", "procedure"):
        if name in lines and data.draw(st.booleans(), name):
            given_ = given_.cast({name: pl.Categorical})
    checked = check_frame(given_)
    reports = list(otcodes.check_many(week))
    assert checked.findings.select(SAID).rows() == said(reports)
    assert checked.not_checked.select(SKIPPED).rows() == skipped(reports)
    assert checked.problems.is_empty()


@pytest.mark.parametrize("options", [{}, {"infer_schema_length": 0}, {"try_parse_dates": True}])
def test_the_example_week_as_polars_reads_it(options: dict[str, int]) -> None:
    text = WEEK.read_bytes()
    checked = check_frame(pl.read_csv(io.BytesIO(text), **options))
    reports = list(otcodes.check_many(read_csv(text, name="frame").claims))
    assert checked.findings.select(SAID).rows() == said(reports)
    assert checked.not_checked.select(SKIPPED).rows() == skipped(reports)
    assert checked.problems.is_empty()
    assert checked.notes == ()


# What it gives.


def test_a_row_says_which_row_it_speaks_of() -> None:
    lines = frame(modifiers=["GO", None, "GO"], units=["2", "2", "two"])
    checked = check_frame(lines)
    assert checked.findings["row"].to_list() == [1]
    assert checked.problems.select("row", "field", "value").rows() == [(2, "units", "'two'")]
    beside = checked.findings.join(lines.with_row_index("row").cast({"row": pl.Int64}), on="row")
    assert beside["procedure"].to_list() == ["97530"]


def test_frames_without_rows_have_the_same_types() -> None:
    full = check_frame(frame(modifiers=["GO", None], units=["one", "2"]))
    none = check_frame(frame().clear())
    for name in ("findings", "problems", "not_checked"):
        left, right = getattr(full, name), getattr(none, name)
        assert len(left)
        assert right.is_empty()
        assert left.schema == right.schema
        assert pl.concat([left, right]).equals(left)


def test_severities_are_in_order() -> None:
    found = check_frame(pl.read_csv(WEEK)).findings
    errors = found.filter(pl.col("severity") >= "error")
    assert set(errors["severity"]) == {"error"}
    assert len(found.filter(pl.col("severity") >= "warning")) > len(errors)


def test_options_are_those_of_pandas() -> None:
    lines = frame(modifiers=None, payer="acme")
    assert check_frame(lines, payer="commercial").findings.is_empty()
    assert len(check_frame(lines, policy=otcodes.payers.policy("medicare-b")).findings) == 1
    assert check_frame(lines).problems["field"].to_list() == ["payer"]
    with pytest.raises(otcodes.UnknownPayerError):
        check_frame(lines, payer="acme")
    with pytest.raises(otcodes.ReadError, match="expected the columns procedure"):
        check_frame(lines.rename({"procedure": "CPT"}))
    with pytest.raises(otcodes.ReadError, match="expected the columns procedure"):
        check_frame(pl.DataFrame())


def test_without_polars_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.delitem(sys.modules, "otcodes.ext.polars")
    with pytest.raises(otcodes.MissingExtraError, match=r"otcodes\[polars\]"):
        importlib.import_module("otcodes.ext.polars")


# Types of columns.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", pl.Series([2.0])),
        ("units", pl.Series([2], dtype=pl.UInt8)),
        ("units", pl.Series([2.0], dtype=pl.Float32)),
        ("units", pl.Series([Decimal("2.00")])),
        ("units", pl.Series(["2"])),
        ("procedure", pl.Series([97530])),
        ("procedure", pl.Series(["97530"], dtype=pl.Categorical)),
        ("procedure", pl.Series(["97530"], dtype=pl.Enum(["97530"]))),
        ("place", pl.Series([11])),
        ("on", pl.Series([dt.datetime(2026, 3, 2)])),  # noqa: DTZ001 -- as frames have it
        ("on", pl.Series([dt.datetime(2026, 3, 2)], dtype=pl.Datetime("ns"))),  # noqa: DTZ001 -- as above
        ("on", pl.Series(["2026-03-02"])),
        ("modifiers", pl.Series([["GO"]])),
        ("modifiers", pl.Series([["GO"]], dtype=pl.Array(pl.String, 1))),
        ("modifiers", pl.Series([["GO", None]])),
        ("modifiers", pl.Series([["GO"]], dtype=pl.List(pl.Categorical))),
        ("charge_usd", pl.Series([120.5])),
        ("charge_usd", pl.Series([120.1], dtype=pl.Float32)),
        ("procedure", pl.Series([97530.0], dtype=pl.Float32)),
        ("place", pl.Series([11.0], dtype=pl.Float32)),
        ("charge_usd", pl.Series([120])),
        ("referring_npi", pl.Series([1234567893])),
    ],
)
def test_a_type_that_says_what_is_meant_is_read(name: str, value: pl.Series) -> None:
    checked = check_frame(frame(**{name: value}))
    assert checked.problems.is_empty(), checked.problems.rows()
    assert checked.findings.is_empty(), checked.findings.rows()
    assert len(checked.notes) == 1  # each row is a claim of its own


def test_what_is_missing_is_there_and_empty() -> None:
    lines = frame(
        minutes=pl.Series([None, float("nan")], dtype=pl.Float32),
        therapy_year_to_date_usd=pl.Series([None, float("nan")], dtype=pl.Float64),
        modifiers=pl.Series([None, []], dtype=pl.List(pl.String)),
        units=pl.Series([2.0, None]),
    )
    checked = check_frame(lines)
    assert checked.problems.select("row", "field", "expected").rows() == [(1, "units", "a value")]
    assert {"modifier.discipline-missing", "units.minutes-missing"} <= set(checked.findings["rule"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("procedure", pl.Series([100])),
        ("modifiers", pl.Series([[5]])),
        ("minutes", pl.Series([30.5])),
        ("claim_id", pl.Series([2.0**24], dtype=pl.Float32)),
        ("units", pl.Series([True])),
        ("on", pl.Series([dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc)])),
        ("on", pl.Series([20260302])),
        ("payer", pl.Series([{"name": "Jane"}])),
    ],
)
def test_what_cannot_be_told_is_a_problem(name: str, value: pl.Series) -> None:
    checked = check_frame(frame(**{name: value}))
    assert checked.problems["field"].to_list() == [name]
    assert "Jane" not in str(checked.problems.rows())
    assert checked.findings.is_empty()


def test_oddities_are_said() -> None:
    checked = check_frame(frame(place=[2], on=[dt.datetime(2026, 3, 2, 9, 30)]))  # noqa: DTZ001 -- as frames have it
    assert checked.problems.is_empty()
    assert checked.notes[:2] == (
        "frame: on: times of day are left out; of a time in UTC the day may be another one (1 row)",
        "frame: place: numbers are read as 2 digits, with zeros in front (1 row)",
    )


# Tables.

TABLES = [name for name in otcodes.Catalog.bundled()._entries if name != "hcpcs"]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_becomes_a_frame(name: str) -> None:
    table = getattr(otcodes.Catalog.bundled(), name)
    history = to_frame(table)
    assert len(history) == len(table)
    record = next(iter(table))
    for column, value in history.row(0, named=True).items():
        own = getattr(record, column)
        assert value == (list(own) if isinstance(own, tuple) else own)
    day = min(max(table.coverage.first, DOS), table.coverage.horizon)
    today = to_frame(table, on=day)
    assert len(today) == len(table.on(day))
    assert set(today.columns) == {*history.columns, "carried_forward", "edition"}


def test_a_table_of_a_day() -> None:
    places = to_frame(otcodes.places, on=DOS)
    assert places.row(by_predicate=pl.col("code") == "11", named=True)["label"] == "Office"
    assert to_frame(otcodes.fee_schedule, on=DOS).schema["work"] == pl.Decimal(38, 2)
    with pytest.raises(otcodes.OutOfCoverageError):
        to_frame(otcodes.diagnoses, on=dt.date(2016, 11, 1))
