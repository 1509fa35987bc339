"""The command `price`: what it prints, and its exit status."""

import json

import pytest

from otcodes import cli

ON = ("--on", "2025-03-03")


@pytest.fixture
def run(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(("price", *arguments))
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capsys.readouterr()

    return run


def test_a_code_and_its_units(run) -> None:
    status, out, err = run("97530", "--units", "2", *ON)
    assert (status, err) == (0, "")
    assert out.splitlines()[:3] == [
        "97530  2 units  59.19",
        "total  59.19",
        "the deductible met, Medicare pays 46.40 and the patient 11.84",
    ]
    assert "  97530: 1 unit at 34.61 USD and 1 unit at 24.58 USD are 59.19 USD\n" in out
    assert run("97530:2", *ON) == (status, out, err)


def test_a_locality(run) -> None:
    status, out, _ = run("97530", "--units", "2", *ON, "--locality", "06102-16")
    assert status == 0
    assert out.startswith("97530  2 units  60.74\n")
    assert "06102-16 (Chicago, IL)" in out
    assert run("97530:2", *ON, "--locality", "IL-16")[1] == out


def test_a_facility_and_an_assistant(run) -> None:
    assert run("97550", *ON)[1].startswith("97550  1 unit  52.08\n")
    assert run("97550", *ON, "--facility")[1].startswith("97550  1 unit  44.64\n")
    _, out, _ = run("97530", "97535", *ON, "--assistant")
    # Line by line: 34.61 leaves 23.07, and 23.45 leaves 15.63.
    assert "total  58.06\nthe deductible met, Medicare pays 38.70 and the patient 11.61\n" in out


def test_what_is_not_priced_is_said(run) -> None:
    status, out, err = run("97530:2", "97010", *ON)
    assert (status, err) == (0, "")
    assert "97010  1 unit  not priced: status B: bundled, never paid separately\n" in out
    assert "total of what is priced  59.19\n" in out


def test_nothing_that_is_priced(run) -> None:
    status, out, _ = run("97010", "97799:2", *ON)
    assert status == 1
    assert "97799  2 units  not priced: status C" in out
    assert "total" not in out
    status, out, _ = run("97010", *ON, "--format", "json")
    facts = json.loads(out)
    assert (status, facts["total_usd"], facts["expected"], facts["is_complete"]) == (1, None, None, False)


def test_as_json(run) -> None:
    status, out, _ = run("97530:2", "97535:1", *ON, "--format", "json", "--assistant")
    facts = json.loads(out)
    assert status == 0
    assert (facts["total_usd"], facts["is_complete"], facts["carried_from"]) == ("82.64", True, [])
    first = facts["lines"][0]
    assert (first["code"], first["units"], first["amount_usd"]) == ("97530", 2, "59.19")
    assert (first["unit_usd"], first["reduced_unit_usd"], first["reduced_units"]) == ("34.61", "24.58", 1)
    by_line = [line["expected"]["medicare_usd"] for line in facts["lines"]]
    assert (by_line, facts["expected"]["medicare_usd"]) == (["39.44", "15.63"], "55.07")
    assert facts["editions"]["fee_schedule"] == "pfs-rvu-2025d"
    assert facts["on"] == "2025-03-03"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("97530", "--units", "two"), "expected CODE or CODE:UNITS as 97530:2, found '97530:two'"),
        (("97530", "--units", "-1"), "expected CODE or CODE:UNITS"),
        (("97530:",), "expected CODE or CODE:UNITS"),
        (("97530:2", "--units", "2"), "--units goes with a single CODE"),
        (("97530", "97535", "--units", "2"), "--units goes with a single CODE"),
        (
            ("97530", "--locality", "16"),
            "one of 06102-16 (Chicago, IL), 11402-16 (West Virginia, WV), not '16'",
        ),
        (("97530", "--locality", "77"), "should be a locality as '06102-16'"),
        (("97530", "--locality", "CA-26"), "not in force on 2025-03-03"),
        (("97999",), "'97999' is not a code"),
    ],
)
def test_what_cannot_be_read(run, arguments, says) -> None:
    status, out, err = run(*arguments, *ON)
    assert (status, out) == (2, "")
    assert says in err


def test_a_day_is_needed(run) -> None:
    assert run("97530")[0] == 2
