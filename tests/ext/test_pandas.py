"""Claims in pandas frames: the same findings as from objects, whatever types the columns have."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import json
import re
import sys
from decimal import Decimal
from pathlib import Path

import attrs
import numpy as np
import pandas as pd
import pytest
from builders_frames import SAID, SKIPPED, columns, said, skipped, weeks
from hypothesis import given, settings
from hypothesis import strategies as st

import otcodes
from otcodes.ext.pandas import check_frame, to_frame
from otcodes.readers import read_csv

ROOT = Path(__file__).parents[2]
WEEK = ROOT / "examples" / "clinic_week.csv"
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


def frame(index: object = None, **facts: object) -> pd.DataFrame:
    """Lines of which each is a claim of its own; a list has a value for each."""
    count = max((len(value) for value in facts.values() if isinstance(value, (list, pd.Series))), default=1)
    given_ = {**LINE, **facts}
    return pd.DataFrame(
        {
            name: value if isinstance(value, (list, pd.Series)) else [value] * count
            for name, value in given_.items()
        },
        index=index,
    )


def rows(found: pd.DataFrame, names: list[str]) -> list[tuple[object, ...]]:
    plain = found[names].astype(object)
    return list(plain.where(plain.notna(), None).itertuples(index=False, name=None))


def assert_clean(lines: pd.DataFrame, notes: int = 0) -> None:
    checked = check_frame(lines)
    assert checked.problems.empty, checked.problems.to_dict("records")
    assert checked.findings.empty, checked.findings.to_dict("records")
    # One says that each row is a claim of its own.
    assert len(checked.notes) == 1 + notes, checked.notes


# The same as from objects.


@settings(max_examples=40)
@given(weeks(), st.data())
def test_finds_what_a_check_of_the_claims_finds(week: tuple[otcodes.Claim, ...], data: st.DataObject) -> None:
    lines = columns(week)
    for name in ("units", "minutes", "assistant_minutes", "charge_usd", "therapy_year_to_date_usd"):
        if name in lines and data.draw(st.booleans(), name):
            lines[name] = [None if value is None else float(value) for value in lines[name]]
    for name in ("modifiers", "diagnoses", "claim_diagnoses"):
        if name in lines and data.draw(st.booleans(), name):
            lines[name] = [value and "|".join(value) for value in lines[name]]
    given_ = pd.DataFrame(lines)
    if data.draw(st.booleans(), "on"):
        given_["on"] = pd.to_datetime(given_["on"])
    for name in ("payer", "place", "procedure"):
        if name in lines and data.draw(st.booleans(), name):
            given_[name] = given_[name].astype("category")
    checked = check_frame(given_)
    reports = list(otcodes.check_many(week))
    assert rows(checked.findings, SAID) == said(reports)
    assert rows(checked.not_checked, SKIPPED) == skipped(reports)
    assert checked.problems.empty


@pytest.mark.parametrize("options", [{}, {"dtype": str}, {"dtype_backend": "numpy_nullable"}])
def test_the_example_week_as_pandas_reads_it(options: dict[str, object]) -> None:
    text = WEEK.read_text("utf-8")
    checked = check_frame(pd.read_csv(io.StringIO(text), **options))
    reports = list(otcodes.check_many(read_csv(text.encode(), name="frame").claims))
    assert rows(checked.findings, SAID) == said(reports)
    assert rows(checked.not_checked, SKIPPED) == skipped(reports)
    assert checked.problems.empty
    assert checked.notes == ()


def test_claims_of_a_patient_are_judged_beside_each_other() -> None:
    lines = frame(claim_id=["A", "B"], patient=7)
    assert "claim.duplicate" in set(check_frame(lines).findings["rule"])


# What it gives.


def test_the_index_is_kept() -> None:
    lines = frame(index=[9, 9, 9], modifiers=["GO", None, None])
    found = check_frame(lines).findings
    assert list(found.index) == [9, 9]
    assert list(found["row"]) == [1, 2]
    assert lines.index.tolist() == [9, 9, 9]


def test_levels_of_the_index_count_as_columns() -> None:
    lines = frame(claim_id=["A", "A"], id=["1", "2"], procedure=["97530", "97140"], units=1)
    lines["minutes"], lines["modifiers"] = 15, [None, "GO|59"]
    found = check_frame(lines.set_index(["claim_id", "id"])).findings
    assert found.index.names == ["claim_id", "id"]
    assert found.index.tolist()[0] == ("A", "1")
    assert found["claim"].tolist()[0] == "A"
    assert_frames_equal(found.reset_index(drop=True), check_frame(lines).findings)


def test_a_level_of_the_index_is_found_whatever_its_case() -> None:
    lines = frame(claim_id=["A1", "A1"], procedure=["97530", "97535"])
    by_level = check_frame(lines.rename(columns={"claim_id": "Claim_ID"}).set_index("Claim_ID"))
    assert by_level.notes == check_frame(lines).notes
    assert set(by_level.not_checked["claim"]) == {"A1"}


def assert_frames_equal(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left, right)


def test_frames_without_rows_have_the_same_types() -> None:
    full = check_frame(frame(modifiers=["GO", None], units=["one", 2], place=["11", "11"]))
    none = check_frame(frame().iloc[:0])
    for name in ("findings", "problems", "not_checked"):
        left, right = getattr(full, name), getattr(none, name)
        assert len(left)
        assert right.empty
        assert left.dtypes.equals(right.dtypes)
        assert pd.concat([left, right]).dtypes.equals(left.dtypes)


def test_severities_are_in_order() -> None:
    found = check_frame(pd.read_csv(WEEK)).findings
    errors = found[found["severity"] >= "error"]
    assert set(errors["severity"]) == {"error"}
    assert len(found[found["severity"] >= "warning"]) > len(errors)
    assert found["severity"].max() == "error"


def test_a_finding_says_what_a_finding_has() -> None:
    row = check_frame(frame(modifiers=None)).findings.iloc[0].to_dict()
    claim = otcodes.Claim(
        payer="medicare-b",
        diagnoses=("M62.81",),
        lines=(otcodes.ServiceLine("97530", on=DOS, units=2, minutes=30, place="11"),),
    )
    (finding,) = otcodes.check(claim)
    assert finding.fix is not None
    assert finding.citation is not None
    assert row["fix"] == str(finding.fix)
    assert json.loads(row["fix_json"]) == finding.fix.to_dict()
    assert row["citation"].startswith(finding.citation.title)
    assert row["citation_url"] == finding.citation.url
    assert row["carried_forward"] is finding.carried_forward


def test_what_is_not_known_and_not_checked_is_not_lost() -> None:
    checked = check_frame(
        frame(index=["a", "b", "c"], units=[2, "two", 2], payer=["medicare-b", "medicare-b", "acme"])
    )
    assert rows(checked.problems, ["row", "field", "value"]) == [
        (1, "units", "'two'"),
        (2, "payer", "'acme'"),
    ]
    assert checked.problems.index.tolist() == ["b", "c"]
    assert set(checked.not_checked["row"]) == {0}
    assert "plan.missing" in set(checked.not_checked["rule"])


def test_nothing_of_a_patient_is_shown() -> None:
    checked = check_frame(frame(patient=[1.5], index=["Jane Roe"]))
    assert rows(checked.problems, ["field", "value"]) == [("patient", "")]
    assert repr(checked) == "<CheckedFrame: 0 findings, 1 problems, 0 not checked, 1 notes>"


# Options.


def test_one_payer_for_all() -> None:
    lines = frame(modifiers=None, payer="acme")
    assert check_frame(lines, payer="commercial").findings.empty
    assert check_frame(lines.rename(columns={"payer": "Payer"}), payer="commercial").problems.empty
    assert len(check_frame(lines.drop(columns="payer"), payer="medicare-b").findings) == 1
    with pytest.raises(otcodes.UnknownPayerError):
        check_frame(lines, payer="acme")


def test_rules_policy_and_catalog_are_those_of_a_check() -> None:
    acme = attrs.evolve(otcodes.payers.policy("medicare-b"), name="acme")
    lines = frame(modifiers=None, payer="acme", charge_usd=0)
    catalog = otcodes.Catalog.bundled().with_policy(acme)
    assert len(check_frame(lines, catalog=catalog).findings) == 2
    assert len(check_frame(lines, policy=acme).findings) == 2
    assert len(check_frame(lines, policy=lambda _: acme).findings) == 2
    rule = otcodes.rules.presets.CATALOGUE.select("line.charge-missing")
    assert check_frame(lines, policy=acme, rules=rule).findings["rule"].tolist() == ["line.charge-missing"]


def test_a_column_that_is_missing_or_there_twice_is_one_error() -> None:
    with pytest.raises(otcodes.ReadError, match="expected the columns units"):
        check_frame(frame().drop(columns="units"))
    twice = pd.concat([frame(), frame()[["units"]]], axis=1)
    with pytest.raises(otcodes.ReadError, match="found twice: units"):
        check_frame(twice)
    with pytest.raises(otcodes.ReadError, match="expected the columns procedure, on, units"):
        check_frame(pd.DataFrame())


def test_without_pandas_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.delitem(sys.modules, "otcodes.ext.pandas")
    with pytest.raises(otcodes.MissingExtraError, match=r"otcodes\[pandas\]"):
        importlib.import_module("otcodes.ext.pandas")


# Types of columns.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", pd.Series([2.0])),
        ("units", pd.Series([2], dtype="Int64")),
        ("units", pd.Series([2], dtype="int8")),
        ("units", pd.Series([2.0], dtype="float32")),
        ("units", pd.Series(["2"])),
        ("units", [np.int64(2)]),
        ("units", [np.float64(2.0)]),
        ("minutes", pd.Series([30.0])),
        ("procedure", pd.Series([97530])),
        ("procedure", pd.Series([97530.0])),
        ("procedure", pd.Series(["97530"], dtype="category")),
        ("place", pd.Series([11])),
        ("place", pd.Series([11.0])),
        ("on", pd.Series([pd.Timestamp(DOS)])),
        ("on", pd.Series(["2026-03-02"])),
        ("modifiers", [["GO"]]),
        ("modifiers", [("GO", None)]),
        ("modifiers", [np.array(["GO"])]),
        ("claim_diagnoses", [["M62.81", "R27.8"]]),
        ("charge_usd", pd.Series([120.5])),
        ("charge_usd", pd.Series([120])),
        ("charge_usd", pd.Series([120.1], dtype="float32")),
        ("procedure", pd.Series([97530.0], dtype="float32")),
        ("place", pd.Series([11.0], dtype="float32")),
        ("revenue_code", pd.Series(["0430"])),
        ("referring_npi", pd.Series([1234567893])),
    ],
)
def test_a_type_that_says_what_is_meant_is_read(name: str, value: object) -> None:
    assert_clean(frame(**{name: value}))


def test_arrow_columns_are_read() -> None:
    pa = pytest.importorskip("pyarrow")
    columns = {
        "units": pd.Series([2.0], dtype="float[pyarrow]"),
        "minutes": pd.Series([30], dtype="int64[pyarrow]"),
        "procedure": pd.Series(["97530"], dtype="string[pyarrow]"),
        "payer": pd.Series(["medicare-b"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        "on": pd.Series([pd.Timestamp(DOS)], dtype="timestamp[ns][pyarrow]"),
        "submitted_on": pd.Series([DOS], dtype="date32[pyarrow]"),
        "modifiers": pd.Series([["GO"]], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
        "charge_usd": pd.Series([Decimal("1.20")], dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
        "allowed_usd": pd.Series([31.1], dtype="float[pyarrow]"),
        "place": pd.Series([None], dtype="string[pyarrow]"),
    }
    assert_clean(frame(**columns))


@pytest.mark.parametrize("gone", [None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_what_is_missing_is_there_and_empty(gone: object) -> None:
    checked = check_frame(frame(minutes=[gone], modifiers=[gone], place=[gone], referring_npi=[gone]))
    assert checked.problems.empty
    assert {"modifier.discipline-missing", "units.minutes-missing"} <= set(checked.findings["rule"])


def test_a_day_that_is_missing_is_a_problem() -> None:
    checked = check_frame(frame(on=pd.Series([pd.Timestamp(DOS), pd.NaT])))
    assert rows(checked.problems, ["row", "field", "expected"]) == [(1, "on", "a value")]


def test_a_fraction_of_a_unit_is_a_finding() -> None:
    checked = check_frame(frame(units=pd.Series([1.5])))
    assert checked.problems.empty
    assert "units.not-positive" in set(checked.findings["rule"])


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("procedure", [100], "100"),  # 00100, or a slip of a longer code
        ("procedure", [9753.0], "9753.0"),
        ("place", [110], "110"),
        ("modifiers", [5], "5"),
        ("claim_diagnoses", [62.81], "62.81"),
        ("minutes", [30.5], "30.5"),
        ("minutes", [float("inf")], "Infinity"),
        ("units", [True], "True"),
        ("charge_usd", [float("inf")], "Infinity"),
        ("payer", [1], "1"),
        ("claim_id", [2.0**53], "9007199254740992.0"),
        # numpy writes it with an exponent from version 2 on.
        ("claim_id", pd.Series([2.0**24], dtype="float32"), repr(str(np.float32(2.0**24)))),
        ("on", [20260302], "20260302"),
        ("modifiers", [{"GO", "59"}], "a collection"),
    ],
)
def test_what_cannot_be_told_is_a_problem(name: str, values: list[object], found: str) -> None:
    checked = check_frame(frame(**{name: values}))
    assert rows(checked.problems, ["field", "value"]) == [(name, found)]
    assert checked.findings.empty


def test_zeros_that_a_code_of_fixed_length_lost_are_put_back_and_that_is_said() -> None:
    lines = frame(place=[2, 11], revenue_code=[430.0, 1001.0])
    checked = check_frame(lines)
    assert checked.problems.empty
    assert checked.notes[:2] == (
        "frame: place: numbers are read as 2 digits, with zeros in front (1 row)",
        "frame: revenue_code: numbers are read as 4 digits, with zeros in front (1 row)",
    )
    as_text = check_frame(frame(place=["02", "11"], revenue_code=["0430", "1001"]))
    assert_frames_equal(checked.findings, as_text.findings)


def test_text_is_left_as_it_is() -> None:
    assert "place.unknown" in set(check_frame(frame(place="2")).findings["rule"])
    assert "procedure.malformed" in set(check_frame(frame(procedure="97530.0")).findings["rule"])


def test_modifiers_that_became_numbers_are_read() -> None:
    lines = frame(procedure=["97530", "97140"], units=1, minutes=15, claim_id="A1")
    lines["modifiers"] = [np.nan, 59.0]
    found = check_frame(lines).findings
    assert found["rule"].tolist().count("modifier.discipline-missing") == 2
    assert "modifier.malformed" not in set(found["rule"])
    assert "pair.modifier-unneeded" in set(found["rule"])


def test_a_time_of_day_is_left_out_and_that_is_said() -> None:
    assert_clean(frame(on=pd.Series([pd.Timestamp("2026-03-02 09:30")])), notes=1)


def test_a_time_with_a_timezone_is_no_day() -> None:
    checked = check_frame(frame(on=pd.Series([pd.Timestamp("2026-03-02 00:00", tz="UTC")])))
    assert checked.problems["field"].tolist() == ["on"]
    assert checked.notes[0].startswith("frame: on: a time with a timezone is another day elsewhere")


@pytest.mark.parametrize(
    ("charge", "amount"),
    [
        (120.1, "120.10"),
        (3 * 48.1, "144.30"),
        (0.1 + 0.2, "0.30"),
        (1e6, "1000000.00"),
        (0.125, "0.125"),
        (1e27, "1e27"),
        (Decimal("120.000000"), "120.00"),
    ],
)
def test_an_amount_is_what_the_float_stands_for(charge: float | Decimal, amount: str) -> None:
    from otcodes.ext import _frames

    (cell,) = _frames._cells("charge_usd", [charge], [])
    assert cell == Decimal(amount)


def test_claims_are_held_together_by_numbers_and_rows_without_one_stand_alone() -> None:
    lines = frame(claim_id=[12.0, 12.0, None, None], procedure=["97530", "97140"] * 2, units=1, minutes=15)
    checked = check_frame(lines)
    assert checked.problems.empty
    assert checked.notes == ("frame: claim_id: without a value, a row is a claim of its own (2 rows)",)
    assert set(checked.not_checked["claim"].dropna()) == {"12"}


# Tables.

TABLES = [name for name in otcodes.Catalog.bundled()._entries if name != "hcpcs"]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_becomes_a_frame(name: str) -> None:
    table = getattr(otcodes.Catalog.bundled(), name)
    history = to_frame(table)
    assert len(history) == len(table)
    record = next(iter(table))
    for column, value in history.iloc[0].items():
        own = getattr(record, column)
        if isinstance(own, dt.date):
            assert value == pd.Timestamp(own)
        elif own is None:
            assert pd.isna(value)
        else:
            assert value == own
    assert not {"carried_forward", "edition"} & set(history)
    day = min(max(table.coverage.first, DOS), table.coverage.horizon)
    try:
        today = to_frame(table, on=day)
    except otcodes.OutOfCoverageError:
        assert table.coverage.gap_of(day)
        return
    assert len(today) == len(table.on(day))
    assert today.dtypes[history.columns].equals(history.dtypes)


def test_a_table_of_a_day_says_what_is_carried_forward() -> None:
    places = to_frame(otcodes.places, on=DOS).set_index("code")
    assert places.loc["11", "label"] == "Office"
    assert bool(places.loc["11", "carried_forward"]) is otcodes.places.on(DOS)["11"].carried_forward
    fees = to_frame(otcodes.fee_schedule, on=DOS)
    assert isinstance(fees["work"].iloc[0], Decimal)


def test_a_day_that_a_table_does_not_know_is_no_empty_frame() -> None:
    for day in (dt.date(2015, 9, 30), dt.date(2016, 11, 1), dt.date(2027, 4, 1)):
        with pytest.raises(otcodes.OutOfCoverageError):
            to_frame(otcodes.diagnoses, on=day)
    with pytest.raises(TypeError):
        to_frame(otcodes.places, on=dt.datetime(2026, 3, 2))  # noqa: DTZ001 -- it is refused


def test_the_examples_of_the_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "frames.md").read_text("utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"^```py\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        exec(block, names)
    for found in ("findings", "problems", "not_checked"):
        listed = re.search(rf"^\| `{found}` \|.*\| (.+) \|$", page, re.MULTILINE)
        assert listed
        assert re.findall(r"`(\w+)`", listed[1]) == list(getattr(names["checked"], found).columns)
