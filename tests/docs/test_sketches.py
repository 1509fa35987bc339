"""Examples whose names are the reader's own, on pages that no other test runs: with stand-ins for them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders_importing import OCTOBER, imported, october
from builders_x12 import interchange, professional, service, subscriber, transaction

import otcodes

ROOT = Path(__file__).parents[2]
SKETCH = re.compile(r"^```py\n(.*?)^```", re.DOTALL | re.MULTILINE)
# Pages whose blocks another test runs, in the session or with the package that they are for.
ELSEWHERE = {"frames.md", "spark.md"}
HERE = {"audit.md", "how-to/vendoring.md", "importing.md", "testing.md"}


def sketches(page: str) -> list[str]:
    return SKETCH.findall((ROOT / "docs" / page).read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def claim() -> otcodes.Claim:
    line = otcodes.ServiceLine("97750", on=OCTOBER, units=1, minutes=15, modifiers=("GO",))
    return otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(line,))


def test_every_page_with_a_sketch_is_run() -> None:
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if sketches(page)} == HERE | ELSEWHERE


def test_what_becomes_of_an_audit(folder: Path) -> None:
    text = interchange(transaction(subscriber("MEMBER77", professional("A1", service("97530")))))
    (folder / "year.837").write_text(text)
    names = {
        "otcodes": otcodes,
        "found": otcodes.audit(otcodes.read(ROOT / "examples/clinic_week.csv").claims),
    }
    for block in sketches("audit.md"):
        exec(block, names)
    assert (folder / "audit.png").stat().st_size > 10_000
    assert names["found"].total.claims == 1


def test_an_import_and_what_is_judged_by_it(folder: Path, claim: otcodes.Claim) -> None:
    file = folder / "ccipra-v323r0-f4.txt"
    file.write_bytes(october().encode())
    names = {"paths": [file], "day": OCTOBER, "claim": claim}
    for block in sketches("importing.md"):
        exec(block, names)
    assert names["report"].claim is claim


def test_tables_beside_a_plugin(folder: Path, claim: otcodes.Claim) -> None:
    imported(folder, october(), OCTOBER, to="tables")
    _, judged = sketches("how-to/vendoring.md")
    names = {"otcodes": otcodes, "plugin_folder": folder, "claim": claim}
    exec(judged, names)
    assert names["report"].claim is claim


@pytest.mark.parametrize(
    ("page", "at"), [("how-to/vendoring.md", "myplugin/_vendor/_ot"), ("testing.md", "vendor/_ot")]
)
def test_under_another_name(page: str, at: str, folder: Path) -> None:
    """In a process of its own, so that nothing of it stays here."""
    shutil.copytree(ROOT / "src" / "otcodes", folder / at, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-c", sketches(page)[0]], check=True, cwd=folder)
