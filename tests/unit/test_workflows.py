"""The workflows of the repository: what they run is Bash, and the one for tables knows its quarter."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / ".github" / "workflows").glob("*.yml"))
# A step's commands: behind `run:`, or in the lines below it that stand further in.
RUN = re.compile(r"^( *)(?:- )?run: (?:\|\n((?:\1 .*\n|\n)+)|(?!\|)(.+)\n)", re.MULTILINE)
BASH = shutil.which("bash") or ""
# As the steps of 2026-12-03 would see it, with what stands behind `-d`, too.
CLOCK = 'date() { [ "$1" = -d ] && command date -d "$NOW $2" "$3" || command date -d "$NOW" "$1"; }\n'

pytestmark = pytest.mark.skipif(not (BASH and FILES), reason="it needs Bash, and a checkout")


def steps(file: Path) -> list[str]:
    text = file.read_text("utf-8") + "\n"
    found = [re.sub(r"\$\{\{.*?\}\}", "given", block or line) for _, block, line in RUN.findall(text)]
    assert len(found) == len(re.findall(r"^ *(?:- )?run: ", text, re.MULTILINE))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_run_is_bash(file: Path) -> None:
    for step in steps(file):
        done = subprocess.run((BASH, "-n"), input=step, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), step


@pytest.mark.skipif(sys.platform != "linux", reason="it needs GNU's date")
@pytest.mark.parametrize(
    ("now", "day", "version"),
    [
        ("2026-12-03", "2027-01-01", "2026.12"),
        ("2027-01-01", "2027-01-01", "2027.1"),
        ("2027-03-03", "2027-04-01", "2027.3"),
        ("2027-10-01", "2027-10-01", "2027.10"),
    ],
)
def test_the_scheduled_runs_are_of_the_quarter_that_begins(
    tmp_path: Path, now: str, day: str, version: str
) -> None:
    (step,) = (each for file in FILES if file.name == "data.yml" for each in steps(file) if "DAY=" in each)
    environment = {"NOW": now, "GITHUB_ENV": str(tmp_path / "made"), "PATH": "/usr/bin:/bin"}
    subprocess.run((BASH, "-eo", "pipefail", "-c", CLOCK + step), env=environment, check=True)
    assert (tmp_path / "made").read_text("utf-8") == f"DAY={day}\nVERSION={version}\n"


def test_every_session_of_nox_runs_each_night() -> None:
    (nightly,) = (file for file in FILES if file.name == "nightly.yml")
    text = (nightly.parents[2] / "noxfile.py").read_text("utf-8")
    sessions = re.findall(r"@nox\.session\ndef (\w+)\(", text)
    (matrix,) = re.findall(r"session: \[(.+)\]", nightly.read_text("utf-8"))
    assert sorted(matrix.split(", ")) == sorted(sessions) != []
