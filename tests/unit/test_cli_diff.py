"""`diff`, `impact`, and where the command line says how old its tables are."""

from __future__ import annotations

import json

import pytest

import otcodes
from otcodes import cli

CSV = "claim_id,payer,claim_diagnoses,procedure,on,units,modifiers,place,minutes,charge_usd\n"
OCTOBER = ("--from", "2025-09-30", "--to", "2025-10-01")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    good = "A1,medicare-b,G35|M62.81,97530,2025-09-02,2,GO,11,,48.00\n"
    files = {
        "changes.csv": CSV + good + good.replace("97530", "97110"),
        "same.csv": CSV + "A2,commercial,M62.81,97530,2025-09-02,2,,,,48.00\n",
        "broken.csv": CSV + good.replace("2025-09-02", "soon") + good.replace("A1", "A3"),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(arguments)
        except SystemExit as stop:
            status = stop.code
        return status, *capsys.readouterr()

    return run


def test_diff(run) -> None:
    status, out, err = run("diff", "procedures", "2016-12-31", "2017-01-01")
    assert (status, err) == (0, "")
    first, *lines = out.splitlines()
    assert first.startswith("procedures, 2016-12-31 to 2017-01-01: ")
    assert "became a header" not in first
    assert any(
        each.startswith("  97003 retired") and "in its place: 97165, 97166, 97167" in each for each in lines
    )
    assert any(each.startswith("  not known: ") and "92507" in each for each in lines)
    assert "  procedures: out of coverage on 2017-01-01; what is on board begins 2020-01-01\n" in out


def test_diff_in_json(run) -> None:
    status, out, _ = run("diff", "diagnoses", "2025-09-30", "2025-10-01", "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert (found["table"], found["from"], found["to"]) == ("diagnoses", "2025-09-30", "2025-10-01")
    assert found["is_complete"]
    (header,) = [change for change in found["changes"] if change["code"] == "G35"]
    assert (header["kind"], header["fields"]) == ("became-a-header", {"is_billable": [True, False]})


def test_diff_past_the_last_edition_says_so(run) -> None:
    status, out, _ = run("diff", "places", "2026-01-01", "2026-10-01")
    assert status == 0
    assert out.startswith("places, 2026-01-01 to 2026-10-01: no change on board\n")
    assert "changes that are not on board, and so not listed:\n" in out
    assert "places: carried forward on 2026-10-01; the last edition, pos-2024, ends 2024-12-31" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("diff", "colours", "2025-12-31", "2026-01-01"),
            "no table 'colours'; there are procedures, diagnoses, ",
        ),
        (
            ("diff", "hcpcs", "2025-12-31", "2026-01-01"),
            "'hcpcs' is compared with procedures: ask for procedures",
        ),
        (("diff", "__init__", "2025-12-31", "2026-01-01"), "no table '__init__'"),
        (
            ("diff", "procedures", "2025-12-31", "2031-01-01"),
            "every code on 2031-01-01 is outside the coverage",
        ),
        (("diff", "procedures", "2025-12-31", "today"), "expected a day as 2026-03-02"),
        (("impact", "absent.csv", *OCTOBER), "absent.csv: No such file"),
        (("impact", "same.csv", "--from", "2025-09-30"), "required: --to"),
    ],
)
def test_what_cannot_be_asked_is_2(run, arguments, says) -> None:
    status, _, err = run(*arguments)
    assert status == 2
    assert says in err


def test_impact(run) -> None:
    status, out, err = run("impact", "changes.csv", *OCTOBER)
    assert (status, err) == (1, "")
    first, second, *_ = out.splitlines()
    assert first == "1 claim, 2 lines; from 2025-09-30 to 2025-10-01: 1 changed, 0 not known"
    assert second.startswith(
        "  diagnoses: G35 became a header: Multiple sclerosis; in its place: G35.A, G35.B, "
    )
    assert second.endswith(" (2 lines)")


def test_impact_of_nothing_is_0(run) -> None:
    status, out, err = run("impact", "same.csv", *OCTOBER)
    assert (status, err) == (0, "")
    assert out.splitlines() == ["1 claim, 1 line; from 2025-09-30 to 2025-10-01: 0 changed, 0 not known"]


def test_impact_in_json_over_several_files(run) -> None:
    status, out, _ = run("impact", "changes.csv", "same.csv", *OCTOBER, "--format", "json")
    assert status == 1
    found = json.loads(out)
    assert (found["claims"], found["lines"]) == (2, 3)
    (code,) = found["codes"]
    assert (code["code"], code["lines"], code["claims"]) == ("G35", 2, 1)
    assert code["successors"] == ["G35.A", "G35.B", "G35.C", "G35.D"]


def test_impact_of_a_file_that_is_read_in_part_is_2_after_what_was_read(run) -> None:
    status, out, err = run("impact", "broken.csv", *OCTOBER)
    assert status == 2
    assert "G35 became a header" in out
    assert "broken.csv, line 2" in err


def test_impact_lists_what_is_not_known_by_table(run, tmp_path) -> None:
    (tmp_path / "far.csv").write_text(CSV + "A1,commercial,M62.81,97530,2025-09-02,2,,11,,\n", "utf-8")
    status, out, _ = run("impact", "far.csv", "--from", "2026-09-30", "--to", "2029-10-01")
    assert status == 1
    assert "  procedures: not known: 97530\n" in out
    assert "  diagnoses: not known: M62.81\n" in out


def test_the_version_is_that_of_the_code_and_of_the_data(run) -> None:
    expected = f"{otcodes.__version__}, data {otcodes.DATA_VERSION}\n"
    assert run("--version") == (0, expected, "")
    assert run("tables")[1].startswith(f"data {otcodes.DATA_VERSION}, otcodes {otcodes.__version__}\n")


def test_tables_say_how_fresh_they_are_on_a_day(run) -> None:
    assert "carried forward on" not in run("tables")[1].replace("carried forward after", "")
    out = run("tables", "--on", "2026-11-02")[1]
    assert "  carried forward on 2026-11-02; the last edition, pos-2024, ends 2024-12-31\n" in out
    entries = json.loads(run("tables", "--on", "2026-11-02", "--format", "json")[1])
    fresh = {entry["name"]: entry["freshness"]["freshness"] for entry in entries}
    assert (fresh["procedures"], fresh["places"]) == ("current", "carried-forward")


def test_check_says_once_which_editions_the_days_are_past(run) -> None:
    out = run("check", "changes.csv", "changes.csv")[1]
    assert out.count("past their last edition on days of these claims: ") == 1
    assert "places (pos-2024)" in out
    report = json.loads(run("check", "changes.csv", "--format", "json")[1])
    assert report["stale"]["places"] == "pos-2024"
    assert report["data_version"] == otcodes.DATA_VERSION
