"""What the checker in the browser says, without a browser: what the command line says."""

from __future__ import annotations

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from otcodes.cli import main

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
WEEK = (ROOT / "examples" / "clinic_week.csv").read_bytes()


@pytest.fixture
def glue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.chdir(tmp_path)
    spec = spec_from_file_location("glue", ROOT / "docs/checker/glue.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Page:
    """What the page hands in and is told."""

    def __init__(self, glue: ModuleType) -> None:
        self.desk = glue.Desk()
        self.kept: dict[str, str] = {}
        self.steps: list[tuple[int, int]] = []

    def keep(self, name: str, text: str) -> None:
        self.kept[name] = self.kept.get(name, "") + text

    def step(self, *done: int) -> None:
        self.steps.append(done)

    def check(self, content: bytes, name: str = "week.csv", payer: str = "") -> dict[str, Any]:
        self.kept.clear()
        Path("given").write_bytes(content)
        return json.loads(self.desk.check(name, payer, self.step, self.keep))

    def report(self) -> dict[str, Any]:
        return json.loads("".join(self.kept[name] for name in ("findings", "not_checked", "facts")))


@pytest.fixture
def page(glue: ModuleType) -> Page:
    return Page(glue)


def command_line(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, list[str]]:
    capsys.readouterr()
    main(["check", *arguments])
    output, said = capsys.readouterr()
    return output, [line.removeprefix("otcodes: ") for line in said.splitlines()]


@pytest.mark.parametrize("piece", [1, 7, 2_000])
def test_the_report_in_pieces_is_that_of_the_command_line(
    piece: int,
    page: Page,
    glue: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(glue, "PIECE", piece)
    page.check(WEEK)
    assert page.report() == json.loads(command_line(capsys, "--format", "json", "taken/week.csv")[0])


def test_more_is_counted_than_is_shown(page: Page, glue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page.check(WEEK)
    every = len(whole["findings"])
    assert sum(count for _, _, count in whole["by_rule"]) == every > 5
    monkeypatch.setattr(glue, "SHOWN", 5)
    assert page.check(WEEK) == {**whole, "findings": whole["findings"][:5]}
    assert len(page.report()["findings"]) == every


def test_what_cannot_be_read_is_said_and_kept(
    page: Page, glue: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(glue, "SHOWN", 3)
    content = WEEK.replace(b",medicare-b,", b",nobody,", 4).replace(b"2026-03-02,2,", b"2026-03-02,two,")
    answer = page.check(content)
    _, said = command_line(capsys, "taken/week.csv")
    assert page.kept["unread"].splitlines() == said
    assert answer["unread"] == {"name": "unread", "count": len(said), "lines": said[:3]}
    assert len(said) > 3

    by_glue = json.loads(page.desk.fix(page.step, page.keep))
    _, said = command_line(capsys, "--fix", "--output", "week.fixed.csv", "taken/week.csv")
    assert by_glue["file"] == "week.fixed.csv"
    assert Path("made/week.fixed.csv").read_bytes() == Path("week.fixed.csv").read_bytes()
    fixes = page.kept["fixes"].splitlines()
    assert fixes == said[len(said) - len(fixes) :]
    assert by_glue["fixes"]["count"] == len(fixes) > 3


def test_the_bar_is_that_of_the_command_line(page: Page) -> None:
    header, *rows = WEEK.splitlines(keepends=True)
    page.check(header + b"".join(b"W%d-%b" % (week, row) for week in range(8) for row in rows))
    assert page.steps[-1] == (240, 240)
    del page.steps[:]
    page.desk.fix(page.step, page.keep)
    assert page.steps[-1] == (240, 240)


def test_an_empty_file_has_an_empty_report(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    answer = page.check(WEEK.splitlines(keepends=True)[0])
    assert (answer["claims"], answer["findings"], answer["unread"]["count"]) == (0, [], 0)
    assert page.report() == json.loads(command_line(capsys, "--format", "json", "taken/week.csv")[0])
    assert json.loads(page.desk.fix(page.step, page.keep))["file"] is None


def test_what_is_pasted_is_called_by_its_form(page: Page) -> None:
    line = {"procedure": "97530", "on": "2026-03-02", "units": 2, "minutes": 30, "place": "11"}
    claims = json.dumps([{"payer": "commercial", "diagnoses": ["M62.81"], "lines": [line]}])
    answer = page.check(claims.encode(), "", "medicare-b")
    assert answer["file"] == "pasted.json"
    assert answer["by_rule"] == [["modifier.discipline-missing", "error", 1]]
    assert page.check(WEEK, "")["file"] == "pasted.csv"


def test_fhir_is_refused_in_words_where_nothing_reads_it(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("otcodes.readers.fhir", "otcodes.readers._fhir_models"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delattr(name, raising=False)  # of the package that holds it
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.claim", None)
    answer = page.check(b'{"resourceType": "Claim"}', "claim.json")
    assert answer["claims"] == 0
    assert answer["unread"]["lines"][0].startswith("claim.json: this is FHIR, which the page does not read")
