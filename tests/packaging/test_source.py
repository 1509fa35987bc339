"""What the source may import and call: no clock, no network, no code made of data."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "otcodes"
MODULES = sorted(SOURCE.rglob("*.py"))

# The date of service is an argument; tables are text; nothing runs what it read.
CLOCKS = {"today", "now", "utcnow", "time", "time_ns", "localtime", "gmtime"}
RUNNERS = {"eval", "exec", "compile", "__import__"}
REFUSED = {
    "asyncio", "ctypes", "http", "logging", "marshal", "multiprocessing", "pickle", "random", "shelve",
    "socket", "sqlite3", "ssl", "subprocess", "tempfile", "time", "urllib", "uuid", "webbrowser",
}  # fmt: skip
OPTIONAL = {
    "__pyinstaller/hook-otcodes.py": {"PyInstaller"},
    "ext/hypothesis.py": {"hypothesis"},
    "ext/pandas.py": {"pandas"},
    "ext/plot.py": {"matplotlib"},
    "ext/polars.py": {"polars"},
    "ext/pydantic.py": {"pydantic"},
    "ext/spark.py": {"pyarrow", "pyspark"},
    "readers/_fhir_models.py": {"fhir"},
    "readers/_segments.py": {"pyx12"},
}


def named(module: Path) -> str:
    return module.relative_to(SOURCE).as_posix()


def imported(tree: ast.AST) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            roots.add(str(node.module).partition(".")[0])
    return roots


@pytest.fixture(params=MODULES, ids=named)
def module(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_imports_only_the_standard_library_and_attrs(module: Path) -> None:
    roots = imported(ast.parse(module.read_text("utf-8")))
    allowed = sys.stdlib_module_names | {"attrs"} | OPTIONAL.get(named(module), set())
    assert roots <= allowed  # and so never itself by name: a vendored copy has another one
    assert not roots & REFUSED


def test_reads_no_clock_and_runs_no_data(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_re_compile = isinstance(node.func, ast.Attribute) and name == "compile"
            assert name not in CLOCKS | RUNNERS or is_re_compile, f"line {node.lineno} calls {name}"
