"""The package as users get it: built, then installed where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
LOOK_AND_CHECK = """
import datetime as dt, sys
{statement}
day = dt.date(2026, 3, 2)
assert ot.procedures.on(day)["97530"].code == "97530"
assert [row.code for row in ot.procedures.on(day).search("splint")]
assert ot.diagnoses.on(day).search("carpal tunnel right")
for name in ot.__all__:
    assert getattr(ot, name) is not None, name
line = ot.ServiceLine("97530", on=day, units=2, minutes=30, place="11")
report = ot.check(ot.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(line,)))
assert [finding.rule for finding in report.findings] == ["modifier.discipline-missing"], report.findings
print(ot.__name__, *sorted(name for name in sys.modules if name.partition(".")[0] == "otcodes")[:1])
"""


def finished(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A finished process with its text; nothing of this Python's own paths reaches it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command in a folder, with these environment variables."""
    return finished


@pytest.fixture(scope="session")
def look_and_check() -> Callable[[str], str]:
    """A script that works with the package, which a statement imports as `ot`, and prints its name."""
    return lambda statement: LOOK_AND_CHECK.format(statement=statement)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    done = finished(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The built wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content as files."""
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.fixture(scope="session")
def make_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a virtual environment with these requirements, if any, and give its interpreter."""

    def make(*requirements: str | Path) -> Path:
        folder = tmp_path_factory.mktemp("venv")
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if requirements:
            done = finished(python, "-m", "pip", "install", "--quiet", *requirements, cwd=folder)
            assert done.returncode == 0, done.stderr
        return python

    return make


@pytest.fixture(scope="session")
def attrs_python(make_python: Callable[..., Path]) -> Path:
    """A Python that has attrs and not this package."""
    return make_python("attrs")


@pytest.fixture(scope="session")
def bare_python(make_python: Callable[..., Path], wheel: Path) -> Path:
    """A Python with the wheel and what it requires, no extras."""
    return make_python(wheel)
