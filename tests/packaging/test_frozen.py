"""The package inside an application that PyInstaller froze, and inside Pyodide; too long for each change."""

from __future__ import annotations

import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import otcodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    Run = Callable[..., CompletedProcess[str]]

pytestmark = pytest.mark.nightly

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic_week.csv"

DESK = """
claims = ot.readers.read_csv(open(sys.argv[1], "rb").read(), name="week.csv").claims
print(len(claims), sum(len(report.errors) for report in ot.check_many(claims)))
"""
# Its arguments are Pyodide's module, a script and the wheels that it needs.
LOAD = """
import { readFileSync } from "node:fs";
const [module, script, ...wheels] = process.argv.slice(2);
const { loadPyodide } = await import(module);
const python = await loadPyodide();
for (const wheel of wheels) python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
try {
  python.runPython(readFileSync(script, "utf8"));
} catch (error) {
  console.error(error.message); // not the whole of Pyodide, whose one line it stands in
  process.exitCode = 1;
}
"""


def test_works_frozen_by_pyinstaller(
    make_python: Callable[..., Path],
    wheel: Path,
    tmp_path: Path,
    run: Run,
    look_and_check: Callable[[str], str],
) -> None:
    python = make_python(wheel, "pyinstaller>=6")
    (tmp_path / "desk.py").write_text(look_and_check("import otcodes as ot") + DESK, encoding="utf-8")
    done = run(python, "-m", "PyInstaller", "--log-level", "ERROR", "desk.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    # Elsewhere, where nothing of what it was made from is near.
    shutil.move(tmp_path / "dist" / "desk", tmp_path / "elsewhere")
    done = run(tmp_path / "elsewhere" / "desk", EXAMPLE, cwd=tmp_path / "elsewhere")
    claims = otcodes.readers.read_csv(EXAMPLE.read_bytes(), name="week.csv").claims
    errors = sum(len(report.errors) for report in otcodes.check_many(claims))
    assert (done.stdout.splitlines(), done.stderr) == (["otcodes otcodes", f"{len(claims)} {errors}"], "")


def test_works_in_pyodide(
    make_python: Callable[..., Path],
    wheel: Path,
    tmp_path: Path,
    run: Run,
    look_and_check: Callable[[str], str],
) -> None:
    node = shutil.which("node")
    assert node, "node is not installed"
    spec = spec_from_file_location("browser", ROOT / "tools" / "browser.py")
    assert spec
    assert spec.loader
    browser = module_from_spec(spec)
    spec.loader.exec_module(browser)
    module = browser.pyodide(tmp_path) / "pyodide.mjs"
    done = run(make_python(), "-m", "pip", "download", "--quiet", "--dest", tmp_path, wheel, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "load.mjs").write_text(LOAD, encoding="utf-8")
    (tmp_path / "desk.py").write_text(
        look_and_check("import otcodes as ot") + "assert sys.platform == 'emscripten'", encoding="utf-8"
    )
    done = run(node, "load.mjs", module, "desk.py", *sorted(tmp_path.glob("*.whl")), cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("otcodes otcodes\n", "")
