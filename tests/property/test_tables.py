"""Tables against the plainest reading of their files, and the one way that codes are normalised."""

import csv
import datetime as dt
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAYS

import otcodes
from otcodes import Catalog, Verdict, normalize_code
from otcodes._blocks import Blocks

CODES = ("procedures", "hcpcs", "diagnoses", "modifiers", "places", "revenue_codes", "payment_status")


def rows(name: str) -> list[dict[str, str]]:
    file = next(entry.file for entry in Catalog.bundled().entries if entry.name == name)
    content = (resources.files("otcodes") / "data" / file).read_bytes()
    if file.endswith(".csv"):
        return list(csv.DictReader(content.decode().splitlines()))
    blocks = Blocks(file, content)
    lines = [line for block in blocks for line in blocks.read(block).decode().split("\n")[:-1]]
    return [dict(zip(blocks.columns, line.split("\t"), strict=True)) for line in lines]


ROWS = {name: rows(name) for name in CODES}


def naive(name: str, code: str, on: dt.date) -> bool:
    """Whether a row of the file holds on the day, by nothing but its two days."""
    day = on.isoformat()
    return any(
        row["code"] == code and row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
        for row in ROWS[name]
    )


@pytest.mark.parametrize("name", [name for name in CODES if name != "hcpcs"])
@given(data=st.data())
def test_a_verdict_agrees_with_a_scan_of_the_file(name: str, data) -> None:
    code = data.draw(st.sampled_from([row["code"] for row in ROWS[name]]))
    on = data.draw(DAYS)
    table = getattr(otcodes, name)
    held = naive(name, code, on)
    verdict = table.verdict(code, on=on)
    horizon = next(entry for entry in Catalog.bundled().entries if entry.name == name).coverage.horizon
    if verdict in (Verdict.EFFECTIVE, Verdict.NOT_BILLABLE):
        assert held
        record = table.on(on)[code]
        assert record.code == code
        assert record.valid_from <= on
    elif held:
        assert verdict is Verdict.OUT_OF_COVERAGE
        assert on > horizon
    else:
        assert verdict in (Verdict.NOT_EFFECTIVE, Verdict.OUT_OF_COVERAGE)


@given(st.sampled_from([row["code"] for row in ROWS["hcpcs"]]), DAYS)
def test_hcpcs_answers_through_the_procedures(code: str, on: dt.date) -> None:
    verdict = otcodes.procedures.verdict(code, on=on)
    held = naive("hcpcs", code, on)
    assert (verdict is Verdict.EFFECTIVE) == (held and on <= dt.date(2026, 12, 31))


@given(st.text(max_size=12), DAYS)
def test_any_text_has_a_verdict_in_every_table(text: str, on: dt.date) -> None:
    for name in CODES:
        if name == "hcpcs":
            continue
        table = getattr(otcodes, name)
        verdict = table.verdict(text, on=on)
        snapshot = table.on(on)
        if verdict is Verdict.OUT_OF_COVERAGE:
            with pytest.raises(otcodes.OutOfCoverageError):
                snapshot.get(text)
            with pytest.raises(otcodes.OutOfCoverageError):
                _ = text in snapshot
        else:
            found = verdict in (Verdict.EFFECTIVE, Verdict.NOT_BILLABLE)
            assert (snapshot.get(text) is not None) == (text in snapshot) == found


@given(st.text(max_size=15))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalize_code(text)
    assert normalize_code(once) == once


@given(st.sampled_from([row["code"] for row in ROWS["diagnoses"]]), DAYS)
def test_dot_case_and_space_are_forgiven(code: str, on: dt.date) -> None:
    for form in (code.lower(), code.replace(".", ""), f"  {code} ", code.replace(".", "").lower()):
        assert otcodes.diagnoses.verdict(form, on=on) is otcodes.diagnoses.verdict(code, on=on)


@given(st.text(max_size=20), DAYS)
def test_search_gives_a_tuple_whatever_the_text(text: str, on: dt.date) -> None:
    found = otcodes.procedures.on(on).search(text, limit=5)
    assert isinstance(found, tuple)
    assert len(found) <= 5
    assert len({record.code for record in found}) == len(found)


@pytest.mark.parametrize(
    "name", sorted(entry.name for entry in otcodes.Catalog.bundled().entries if hasattr(otcodes, entry.name))
)
@pytest.mark.parametrize("day", [dt.date(2017, 6, 1), dt.date(2026, 6, 1), dt.date(2026, 11, 1)])
def test_the_records_in_a_row_are_those_of_a_look_up_each(name: str, day: dt.date) -> None:
    snapshot = getattr(otcodes, name).on(day)
    items = list(snapshot.items())
    assert [code for code, _ in items] == list(snapshot)
    assert [record for _, record in items] == list(snapshot.values())
    assert len(snapshot.values()) == len(snapshot.items()) == len(items) == len({key for key, _ in items})
    for code, record in items[:: len(items) // 50 + 1]:
        assert record == snapshot[code]
        assert (code, record) in snapshot.items()
    assert all(record in snapshot.values() for _, record in items[:1])
