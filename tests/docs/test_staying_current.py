"""The page "Staying current": what it says to do when the files of October are out, done with small ones."""

import json
import re
import shlex
from pathlib import Path

import builders_desk
import pytest

from otcodes.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "staying-current.md").read_text("utf-8")
GUIDE = PAGE[PAGE.index("## The October files are out") :]
COMMAND = "python -m otcodes "


def commands(text: str) -> list[list[str]]:
    """The arguments of each command of a page's blocks, in order."""
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    lines = blocks.replace("\\\n", " ").splitlines()
    assert all(line.startswith(COMMAND) for line in lines)
    return [shlex.split(line.removeprefix(COMMAND)) for line in lines]


def test_the_guide_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    builders_desk.set_up(tmp_path, monkeypatch)
    said: dict[str, str] = {}
    for command in commands(GUIDE):
        try:
            status = main(command)
        except SystemExit as stop:  # --version
            status = stop.code
        taken = capsys.readouterr()
        assert not taken.err, command
        said[" ".join(command)] = f"{status}: {taken.out}"

    def of(*words: str) -> str:
        (found,) = (text for command, text in said.items() if all(word in command for word in words))
        return found

    assert of("--version").startswith("0: ")
    assert "carried forward on 2026-10-01; the last edition, hcpcs-2025q4" in of("tables --on")
    assert "; ptp_edits: 1 keys added, " in of("import ncci-ptp")
    assert "; hcpcs: 1 keys added, " in of("import hcpcs")
    assert "; payment_status: 1 keys added, " in of("import pprrvu")
    assert "; diagnoses: 2 keys added, 2 changed, 0 removed" in of("import icd10cm-order")
    assert "current on 2026-10-01; the last edition, hcpcs-2026-10-01" in of("tables --with")
    assert "M54.5 became a header: Low back pain; in its place: M54.50, M54.59" in of("diff diagnoses")
    assert "practitioner 97750 97755 added" in of("diff ptp_edits")
    changes = json.loads(of("diff procedures").partition(": ")[2])["changes"]
    assert {each["code"]: each["kind"] for each in changes} == {"A9997": "added", "L3908": "retired"}
    impact = of("impact")
    assert impact.startswith("1: 3 claims, 4 lines; from 2026-09-30 to 2026-10-01: 4 changed, 0 not known")
    assert "M54.5" in impact
    check = of("check")
    assert check.startswith("1: ")
    assert re.search(r"A3.*diagnosis\.not-billable.*M54\.5", check)
    assert not re.search(r"A1.*diagnosis", check)  # of September
