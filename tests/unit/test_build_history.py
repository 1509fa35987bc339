"""How the tools that build tables make one history of several editions."""

import importlib
from pathlib import Path

import pytest

from otcodes.importing._merging import Form

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    tables = importlib.import_module("tables")

FORM = Form(key=("program", "code"), columns=("units",), scope_by="code")
FIRST, SECOND, PART = ("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-07-01", "2026-09-30")
AFTER_A_GAP = ("2026-10-01", "2026-12-31")


def said(days, codes="", program="medicare", **units):
    rows = [{"program": program, "code": code, "units": number} for code, number in units.items()]
    return tables.said(FORM, days, rows, codes={*codes.split(), *units}, part=(program,))


def history(*editions):
    found = {}
    for row in tables.history(FORM, editions, covered_to=SECOND[1]).rows:
        name = row["code"] if row["program"] == "medicare" else f"{row['program']} {row['code']}"
        known = "" if row["is_start_known"] == "yes" else "?"
        days = f"{known}{row['valid_from']} {row['valid_to'] or '…'}{row['confirmed_to']}"
        found.setdefault(name, []).append(f"{days} {row['units']}")
    return found


def test_what_neighbours_say_alike_is_one_row_and_what_is_gone_ends() -> None:
    assert history(said(FIRST, a="1", b="1", c="1"), said(SECOND, "c", a="1", b="2")) == {
        "a": ["?2026-01-01 … 1"],
        "b": ["?2026-01-01 2026-03-31 1", "2026-04-01 … 2"],
        "c": ["?2026-01-01 2026-03-31 1"],
    }


def test_an_edition_says_nothing_of_codes_that_it_leaves_out() -> None:
    made = history(said(FIRST, a="1", b="1"), said(SECOND, a="1"), said(PART, a="1", new="3"))
    assert made == {
        "a": ["?2026-01-01 …2026-09-30 1"],
        "b": ["?2026-01-01 …2026-03-31 1"],
        "new": ["?2026-07-01 …2026-09-30 3"],
    }


def test_a_row_bridges_days_between_editions_that_agree() -> None:
    assert history(said(FIRST, a="1", b="1"), said(AFTER_A_GAP, a="1", b="2")) == {
        "a": ["?2026-01-01 …2026-12-31 1"],
        "b": ["?2026-01-01 2026-03-31 1", "?2026-10-01 …2026-12-31 2"],
    }


def test_a_part_is_a_history_of_its_own_and_a_gap_is_one_of_all() -> None:
    editions = [said(FIRST, a="1"), said(SECOND, a="1"), said(SECOND, program="medicaid", a="2")]
    assert history(*editions) == {"a": ["?2026-01-01 … 1"], "medicaid a": ["?2026-04-01 … 2"]}
    assert tables.history(FORM, editions[:2], covered_to=SECOND[1]).coverage.gaps == ()


def test_a_first_day_that_is_known_is_said_with_the_row() -> None:
    row = {"program": "medicare", "code": "a", "units": "1", "is_start_known": "yes"}
    made = tables.history(
        FORM, [tables.said(FORM, FIRST, [row], codes=["a"], part=("medicare",))], covered_to=FIRST[1]
    )
    assert [each["is_start_known"] for each in made.rows] == ["yes"]
