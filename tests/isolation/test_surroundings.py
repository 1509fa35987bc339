"""What look-ups and checks ask of the machine: their own tables, and nothing else."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "otcodes"
DATA = SOURCE / "data"
EXAMPLE = ROOT / "examples" / "clinic_week.csv"
VARIABLE = "OTCODES_TABLES"
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}

BEGIN = """
import datetime as dt, json, os, sys
with open(sys.argv[1], "rb") as file:
    content = file.read()
day = dt.date(2026, 3, 2)
"""

WORK = {
    "look-ups": """
        import otcodes
        for name in otcodes.__all__:
            getattr(otcodes, name)
        for table in (otcodes.procedures, otcodes.diagnoses, otcodes.modifiers, otcodes.places):
            for code in ("97530", "97003", "99213", "M62.81", "S52.501", "GO", "11", "nonsense"):
                table.verdict(code, on=day)
        otcodes.procedures.on(day)["97530"], otcodes.procedures.history("97003")
        otcodes.procedures.suggest("97531")
        otcodes.procedures.on(day).search("splint"), otcodes.diagnoses.on(day).search("carpal tunnel right")
        otcodes.diagnoses.on(day).children("S52.5"), otcodes.diagnoses.successors("M54.5")
        otcodes.freshness(on=day), otcodes.diff(otcodes.procedures, dt.date(2025, 1, 1), day)
    """,
    "checks": """
        import otcodes
        claims = otcodes.readers.read_csv(content, name="week.csv").claims
        reports = list(otcodes.check_many(claims))
        assert any(report.errors for report in reports)
        assert len(list(otcodes.repair_many(claims))) == len(claims)
        json.dumps([report.to_dict() for report in reports], default=str), otcodes.audit(claims).to_dict()
    """,
    "minutes and money": """
        import otcodes
        otcodes.calc.timed_units({"97530": 23, "97140": 8}, on=day, method="medicare")
        otcodes.calc.allowed_amount({"97530": 2, "97535": 1}, on=dt.date(2025, 3, 3))
        service = otcodes.Service("97535", therapist_minutes=10, assistant_minutes=13)
        visit = otcodes.Visit(on=day, payer="medicare-b", diagnoses=("M62.81",), services=(service,))
        assert otcodes.code_visit(visit).lines
    """,
}
COMMANDS = {
    "check": ("check", str(EXAMPLE)),
    "lookup": ("lookup", "97530", "--on", "2026-03-02"),
    "units": ("units", "97530:23", "--on", "2026-03-02", "--method", "medicare"),
}

# What Python's own import system opens, looks into and runs.
IMPORTED = (".py", ".pyc", ".pth", ".so", ".pyd", ".zip")
IMPORTING = {
    "import",
    "open",
    "compile",
    "exec",
    "marshal.loads",
    "os.listdir",
    "os.scandir",
    "sys._getframe",
}
INSIDE = ("object.", "code.", "builtins.id", "function.", "sys._getframe")  # nothing outside of the process
# What argparse asks: how wide the terminal is and whether it has colours, and in which language to talk.
TERMINAL = {
    *("COLUMNS", "LINES", "TERM", "NO_COLOR", "FORCE_COLOR", "PYTHON_COLORS"),
    *("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"),
}

WATCHED = """
events = set()
def watch(event, arguments):
    path = arguments[0] if event == "open" else ""
    events.add((event, os.fspath(path) if isinstance(path, (str, os.PathLike)) else repr(path)))
sys.addaudithook(watch)
"""

# Who asks is the nearest that is not the mapping itself.
TRACED = """
asked = []
def note(name):
    frame = sys._getframe(2)
    while frame.f_code.co_filename.endswith("os.py") or "_collections_abc" in frame.f_code.co_filename:
        frame = frame.f_back
    asked.append((os.fsdecode(name), frame.f_code.co_filename))
class Traced(type(os.environ)):
    def __getitem__(self, key):
        note(key)
        return super().__getitem__(key)
    def __contains__(self, key):
        note(key)
        return super().__contains__(key)
    def __iter__(self):
        note("all of them")
        return super().__iter__()
os.environ.__class__ = Traced
if hasattr(os, "environb"):
    os.environb.__class__ = Traced
"""


def told(*parts: str, arguments: tuple[str, ...] = ()) -> list[list[str]]:
    """What a process that runs these parts writes last, which is JSON."""
    code = "".join(map(dedent, parts))
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *arguments],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if name != VARIABLE},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_opens_nothing_but_its_own_tables(work) -> None:
    seen = told(BEGIN, WATCHED, work, "print(json.dumps(sorted(events)))", arguments=(str(EXAMPLE),))
    opened = {Path(path) for event, path in seen if event == "open"}
    tables = {path for path in opened if path.parent == DATA}
    assert {path for path in opened - tables if path.suffix not in IMPORTED} == set()
    assert tables <= set(DATA.iterdir())
    assert DATA / "manifest.toml" in tables  # the hook does see what is opened
    # No socket, no process, no thread, nothing written, moved or deleted.
    assert {event for event, _ in seen if not event.startswith(INSIDE)} <= IMPORTING


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_asks_for_no_environment_variable(work) -> None:
    assert told(BEGIN, TRACED, work, "print(json.dumps(asked))", arguments=(str(EXAMPLE),)) == []


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_command_line_asks_for_one(command) -> None:
    run = "import json; from otcodes import cli; cli.main(sys.argv[1:]); print(); print(json.dumps(asked))"
    asked = told("import os, sys\n", TRACED, run, arguments=command)
    assert {name for name, file in asked if Path(file).is_relative_to(SOURCE)} == {VARIABLE}
    assert {name for name, _ in asked} - TERMINAL == {VARIABLE}


def test_one_module_names_the_environment() -> None:
    """Below Python's own mapping nobody can watch, so the source is read, too."""
    naming = {
        module.relative_to(SOURCE).as_posix()
        for module in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if (getattr(node, "attr", None) or getattr(node, "id", None)) in ENVIRONMENT
    }
    assert naming == {"cli/_common.py"}
