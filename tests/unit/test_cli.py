"""The command line: what it prints where, and its exit status."""

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys

import pytest

import otcodes
from otcodes import cli, readers

ON = ("--on", "2026-03-02")
HEADER = "claim_id,payer,claim_diagnoses,procedure,on,units,modifiers,minutes,place,charge_usd\n"
CLEAN = "A1,medicare-b,M62.81,97530,2026-03-02,2,GO,30,11,96.00\n"
LACKS_GO = "A2,medicare-b,M62.81,97530,2026-03-02,1,,15,11,48.00\n"
UNUSUAL_PLACE = "A3,medicare-b,M62.81,97530,2026-03-02,1,GO,15,21,48.00\n"
BAD_MINUTES = "A4,medicare-b,M62.81,97530,2026-03-02,1,GO,thirty,11,48.00\n"
UNKNOWN_PAYER = "A5,acme,M62.81,97530,2026-03-02,1,GO,15,11,48.00\n"
FILES = {
    "clean.csv": CLEAN,
    "lacks.csv": CLEAN + LACKS_GO,
    "unusual.csv": UNUSUAL_PLACE,
    "partly.csv": BAD_MINUTES + LACKS_GO,
    "acme.csv": UNKNOWN_PAYER + LACKS_GO,
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, rows in FILES.items():
        (tmp_path / name).write_text(HEADER + rows, encoding="utf-8")
    (tmp_path / "folder").mkdir()

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = cli.main(arguments)
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capsys.readouterr()

    return run


def process(*arguments: str, cwd=None, **streams) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "otcodes", *arguments]
    return subprocess.run(command, cwd=cwd, text=True, encoding="utf-8", check=False, **streams)


def rules(out: str) -> list[str]:
    return [finding["rule"] for finding in json.loads(out)["findings"]]


@pytest.mark.parametrize(
    ("code", "status", "says"),
    [
        ("97530", 0, ("97530  procedures, effective on 2026-03-02", "unit minutes: 15")),
        (" m6281 ", 0, ("M62.81  diagnoses, effective",)),
        ("go", 0, ("GO  modifiers, effective", "carried forward")),
        ("97003", 1, ("procedures, not-effective", "97165, 97166, 97167")),
        ("97999", 1, ("unknown in every table", "near it: ")),
        ("99213", 1, ("out of the coverage of procedures",)),
    ],
)
def test_lookup(run, code, status, says) -> None:
    got, out, err = run("lookup", code, *ON)
    assert (got, err) == (status, "")
    for text in says:
        assert text in out


@pytest.mark.parametrize(
    ("code", "status", "verdict"),
    [("97530", 0, "effective"), ("97003", 1, "not-effective"), ("97999", 1, "unknown"),
     ("99213", 1, "out-of-coverage")],
)  # fmt: skip
def test_lookup_as_json(run, code, status, verdict) -> None:
    got, out, err = run("lookup", code, *ON, "--format", "json")
    found = json.loads(out)
    assert (got, err, found["on"]) == (status, "", "2026-03-02")
    assert found["verdicts"]["procedures"] == verdict
    named = [record["code"] for record in found["records"] if record["table"] == "procedures"]
    assert named == ([code] if verdict.endswith("effective") else [])


def test_search(run) -> None:
    status, out, err = run("search", "wheelchair", *ON)
    assert (status, err) == (0, "")
    assert out.startswith("97542")
    status, out, _ = run("search", "wheelchair", *ON, "--format", "json")
    assert (status, json.loads(out)[0]["code"]) == (0, "97542")
    status, out, err = run("search", "zzzzqq", *ON)
    assert (status, out) == (1, "")
    assert "nothing fits 'zzzzqq'" in err
    assert json.loads(run("search", "zzzzqq", *ON, "--format", "json")[1]) == []


def test_units(run) -> None:
    status, out, err = run("units", "97530:23", "97140:8", *ON)
    assert (status, err) == (0, "")
    assert "total  2" in out
    assert "tie" in out
    status, out, _ = run("units", "97530:8", "97140:8", *ON, "--method", "midpoint", "--format", "json")
    found = json.loads(out)
    assert (status, found["total"], found["by_code"]) == (0, 2, {"97530": 1, "97140": 1})
    assert json.loads(run("units", "97530:8", "97530:8", *ON, "--format", "json")[1])["total"] == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("97530", "expected CODE:MINUTES"),
        ("97530:", "expected CODE:MINUTES"),
        ("97530:-5", "expected CODE:MINUTES"),
        ("97530:7.5", "expected CODE:MINUTES"),
        ("97530:\u0661\u0665", "expected CODE:MINUTES"),
        ("97999:15", "'97999' is not a code"),
        ("97003:15", "successors: 97165"),
        ("99213:15", "outside the coverage"),
    ],
)
def test_units_that_cannot_be_read(run, given, says) -> None:
    status, out, err = run("units", given, *ON)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_tables(run) -> None:
    status, out, err = run("tables")
    assert (status, err) == (0, "")
    entries = json.loads(run("tables", "--format", "json")[1])
    assert {entry["name"] for entry in entries} >= set(otcodes._TABLES)
    for entry in entries:
        assert f"{entry['name']}: {entry['rows']} rows" in out
        assert entry["editions"]
        assert entry["coverage"]["first"] <= entry["coverage"]["last"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "required"),
        (("lookup", "97530"), "--on"),
        (("lookup", "97530", "--on", "03/02/2026"), "expected a day as 2026-03-02, found '03/02/2026'"),
        (("check",), "FILE"),
        (("check", "clean.csv", "--payer", "acme"), "medicare-b"),
        (("check", "clean.csv", "--fail-on", "everything"), "--fail-on"),
        (("check", "clean.csv", "--select", "colour"), "no rule 'colour'; there are claim, diagnosis"),
        (("check", "clean.csv", "--ignore", "units.colour"), "units.above-minutes"),
    ],
)
def test_wrong_arguments_are_named(run, arguments, says) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("clean.csv",), 0),
        (("lacks.csv",), 1),
        (("unusual.csv",), 0),
        (("unusual.csv", "--fail-on", "warning"), 1),
        (("lacks.csv", "--payer", "commercial"), 0),
        (("lacks.csv", "--ignore", "modifier.discipline-missing"), 0),
        (("lacks.csv", "--ignore", "units", "--ignore", "modifier"), 0),
        (("lacks.csv", "--select", "units"), 0),
        (("lacks.csv", "--select", "units", "--select", "modifier"), 1),
        (("lacks.csv", "--select", "modifier", "--ignore", "modifier.discipline-missing"), 0),
        (("partly.csv",), 2),
        (("partly.csv", "--ignore", "modifier"), 2),
        (("acme.csv",), 2),
        (("acme.csv", "--payer", "commercial"), 0),
        (("none.csv",), 2),
        (("clean.csv", "folder"), 2),
    ],
)
def test_exit_status_of_check(run, arguments, status) -> None:
    got, _, err = run("check", *arguments)
    assert got == status
    assert err.count("\n") == (1 if status == 2 else 0)


def test_check_in_text(run) -> None:
    _, out, err = run("check", "lacks.csv")
    assert err == ""
    assert "lacks.csv:A2:lines[0].modifiers: error: modifier.discipline-missing: " in out
    assert "fix: add modifier GO" in out
    *_, summary, stale, skipped = out.splitlines()
    assert summary == "2 claims, 1 clean; findings: 1 error, 0 warning, 0 information"
    assert stale.startswith("past their last edition on days of these claims: ")
    assert skipped.startswith("not checked, in so many claims: claim.duplicate (2), ")


def test_check_in_json(run) -> None:
    _, out, _ = run("check", "lacks.csv", "--format", "json")
    report = json.loads(out)
    assert set(report) == {"findings", "not_checked", "editions", "stale", "version", "data_version"}
    (finding,) = report["findings"]
    assert set(finding) >= {"claim", "rule", "severity", "path", "message", "citation", "fix", "file"}
    assert (finding["file"], finding["claim"], finding["path"]) == ("lacks.csv", "A2", "lines[0].modifiers")
    assert otcodes.Finding.from_dict(finding).fix.modifier == "GO"
    assert report["editions"]["procedures"]


def test_check_in_csv(run) -> None:
    status, out, _ = run("check", "lacks.csv", "unusual.csv", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert status == 1
    assert [(each["file"], each["claim"], each["rule"], each["severity"]) for each in found] == [
        ("lacks.csv", "A2", "modifier.discipline-missing", "error"),
        ("unusual.csv", "A3", "place.unusual", "warning"),
    ]


def test_check_gives_the_findings_of_what_could_be_read(run) -> None:
    status, out, err = run("check", "partly.csv", "none.csv", "folder", "acme.csv", "--format", "json")
    assert (status, rules(out)) == (2, ["modifier.discipline-missing"] * 2)
    lines = err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("otcodes: ") for line in lines)
    for parts in (
        ("partly.csv", "line 2", "minutes", "'thirty'", "A4"),
        ("none.csv", "No such file"),
        ("folder", "directory"),
        ("acme.csv", "A5", "payer", "'acme'", "medicare-b"),
    ):
        assert any(all(part in line for part in parts) for line in lines)


def test_check_says_what_is_odd_and_what_it_did_not_judge(run, tmp_path) -> None:
    (tmp_path / "bare.csv").write_text("claim_id;procedure;on;units\nA1;97530;2026-03-02;2\n")
    status, out, err = run("check", "bare.csv", "--payer", "medicare-b", "--ignore", "diagnosis",
                           "--ignore", "modifier")  # fmt: skip
    assert status == 0
    assert "note: bare.csv: its columns are parted by ';'" in err
    assert "minutes" in err
    assert "units.above-minutes (1)" in out


@pytest.mark.parametrize("form", ["csv", "json"])
def test_fix_to_standard_output(run, tmp_path, form) -> None:
    name = "lacks.csv"
    if form == "json":
        name = "lacks.json"
        batch = readers.read(tmp_path / "lacks.csv")
        content = json.dumps({"claims": [claim.to_dict() for claim in batch.claims]})
        (tmp_path / name).write_text(content, encoding="utf-8")
    status, out, err = run("check", name, "--fix")
    assert status == 1
    assert "modifier.discipline-missing" in err
    read = readers.read_csv if form == "csv" else readers.read_json
    fixed = read(out.encode(), name="fixed")
    assert fixed.problems == ()
    assert [claim.lines[0].modifiers for claim in fixed.claims] == [("GO",), ("GO",)]


@pytest.mark.parametrize("output", ["fixed.csv", "fixed.json"])
def test_fix_to_a_file(run, tmp_path, output) -> None:
    status, out, err = run("check", "lacks.csv", "--fix", "--output", output)
    fixed = "otcodes: fixed: A2 lines[0].modifiers modifier.discipline-missing: add modifier GO\n"
    assert (status, err) == (1, fixed)
    assert "modifier.discipline-missing" in out
    assert [claim.id for claim in readers.read(tmp_path / output).claims] == ["A1", "A2"]
    assert run("check", output)[0] == 0


def test_fix_says_what_it_did_not_mend(run, tmp_path) -> None:
    pair = "B1,medicare-b,M62.81,{},2024-07-01,1,GO,15,11,48.00\n"
    rows = HEADER + pair.format("97530") + pair.format("97150").replace(",15,", ",,")
    (tmp_path / "pair.csv").write_text(rows, encoding="utf-8")
    _, out, err = run("check", "pair.csv", "--fix")
    assert "not fixed: B1 lines[0].modifiers pair.modifier-needed: only the medical record" in err
    assert "59" not in out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_alone(run, tmp_path, monkeypatch) -> None:
    many = "".join(CLEAN.replace("A1", f"A{number}") for number in range(cli._check.LONG_INPUT))
    (tmp_path / "many.csv").write_text(HEADER + many, encoding="utf-8")
    assert run("check", "many.csv")[::2] == (0, "")
    for name, is_shown in (("many.csv", True), ("clean.csv", False)):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        assert run("check", name)[0] == 0
        assert ("200/200 claims" in terminal.getvalue()) is is_shown
    assert run("check", "many.csv")[1].count("\r") == 0


def test_as_a_process(run, tmp_path) -> None:
    for name in ("clean.csv", "lacks.csv", "partly.csv"):
        ran = process("check", name, cwd=tmp_path, capture_output=True)
        assert (ran.returncode, ran.stdout, ran.stderr) == run("check", name)


def test_a_reader_of_the_output_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = process("tables", "--format", "json", stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "")  # not 0: not all was said


def test_the_editions_are_those_of_the_latest_day(tmp_path, capsys) -> None:
    head = "claim_id,payer,diagnoses,procedure,on,units,modifiers\n"
    rows = ("2,medicare-b,M62.81,97530,2026-03-02,1,GO\n", "1,medicare-b,M62.81,97530,2022-03-02,1,GO\n")
    named = []
    for order in (rows, rows[::-1]):
        path = tmp_path / "claims.csv"
        path.write_text(head + "".join(order))
        cli.main(["check", str(path), "--format", "json"])
        named.append(json.loads(capsys.readouterr().out)["editions"]["procedures"])
    (edition,) = set(named)
    line = otcodes.ServiceLine("97530", on=dt.date(2026, 3, 2), units=1)
    claim = otcodes.Claim(lines=(line,), payer="medicare-b")
    assert edition == otcodes.check(claim).editions["procedures"]
