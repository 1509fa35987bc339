"""The package works under another name, from a zip, and without any optional package."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    Run = Callable[..., CompletedProcess[str]]

pytestmark = pytest.mark.packaging

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic_week.csv"

# Raises where a run would reach the network, start a process, unpickle, or write a file.
WATCHED = """
import os, runpy, sys
sys.dont_write_bytecode = True
REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
           "os.mkdir", "os.remove", "os.rename", "os.rmdir", "urllib.", "http.", "sqlite3.", "pickle.",
           "ctypes.", "tempfile.", "shutil.")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
def watch(event, arguments):
    if event.startswith(REFUSED):
        raise RuntimeError(event)
    if event == "open" and (set(arguments[1] or "") & set("wax+") or arguments[2] & WRITING):
        raise RuntimeError(f"writes {arguments[0]!r}")
sys.addaudithook(watch)
sys.argv = ["otcodes", *sys.argv[1:]]
runpy.run_module("otcodes", run_name="__main__")
"""


def test_works_under_another_name(
    attrs_python: Path, unpacked: Path, tmp_path: Path, run: Run, look_and_check: Callable[[str], str]
) -> None:
    shutil.copytree(unpacked / "otcodes", tmp_path / "vendor" / "_ot")
    (tmp_path / "vendor" / "__init__.py").touch()
    code = look_and_check("from vendor import _ot as ot")
    done = run(attrs_python, "-c", code, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("vendor._ot\n", "")
    done = run(attrs_python, "-m", "vendor._ot", "lookup", "97530", "--on", "2026-03-02", cwd=tmp_path)
    assert "97530" in done.stdout, done.stderr


REGISTERED = """
from hypothesis import find, strategies as st
from vendor import _ot as ot
from vendor._ot.ext import hypothesis
hypothesis.register()
hypothesis.register()
claim = find(hypothesis.claims(broken="diagnosis.missing"), lambda claim: True)
assert type(claim) is ot.Claim and not claim.diagnoses
print(type(find(st.from_type(ot.ServiceLine), lambda line: True)).__module__)
"""


def test_strategies_work_under_another_name(
    make_python: Callable[..., Path], unpacked: Path, tmp_path: Path, run: Run
) -> None:
    shutil.copytree(unpacked / "otcodes", tmp_path / "vendor" / "_ot")
    (tmp_path / "vendor" / "__init__.py").touch()
    done = run(make_python("attrs", "hypothesis"), "-c", REGISTERED, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("vendor._ot.claims\n", "")


def test_works_from_a_zip(
    attrs_python: Path, wheel: Path, tmp_path: Path, run: Run, look_and_check: Callable[[str], str]
) -> None:
    code = look_and_check("import otcodes as ot")
    done = run(attrs_python, "-c", code, cwd=tmp_path, PYTHONPATH=str(wheel))
    assert (done.stdout, done.stderr) == ("otcodes otcodes\n", "")


def test_checks_a_csv_without_extras(bare_python: Path, tmp_path: Path, run: Run) -> None:
    done = run(bare_python, "-m", "otcodes", "check", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "modifier." in done.stdout


def test_says_in_one_line_how_to_read_an_837(bare_python: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "week.837").write_text("ISA*00*~\n", encoding="ascii")
    done = run(bare_python, "-m", "otcodes", "check", "week.837", cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "week.837" in line
    assert "otcodes[x12]" in line


def test_console_script_is_the_module(bare_python: Path, tmp_path: Path, run: Run) -> None:
    command = ("lookup", "97003", "--on", "2026-03-02")
    script = run(bare_python.parent / "otcodes", *command, cwd=tmp_path)
    module = run(bare_python, "-m", "otcodes", *command, cwd=tmp_path)
    assert "97165" in script.stdout
    assert script.stdout == module.stdout
    assert script.returncode == module.returncode


@pytest.mark.parametrize("command", [("check", str(EXAMPLE)), ("tables",), ("search", "splint")])
def test_keeps_off_network_processes_and_files(
    command: tuple[str, ...], bare_python: Path, tmp_path: Path, run: Run
) -> None:
    on = ("--on", "2026-03-02") if command[0] == "search" else ()
    done = run(bare_python, "-c", WATCHED, *command, *on, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout
    assert not list(tmp_path.iterdir())
