"""Put what the checker in the browser runs on into the built site: Pyodide, and this package as a wheel.

python tools/browser.py SITE    writes SITE/checker/engine, after `mkdocs build --site-dir SITE`

Pyodide comes through npm, the wheels through pip. From then on the site asks for nothing elsewhere.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A later one brings a later Python; let that be a change of its own.
PYODIDE = "pyodide@314.0.7"
SCRIPTS = ("pyodide.mjs", "pyodide.asm.mjs")  # imported by the worker
PARTS = ("pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")  # loaded by the page
SAMPLE = ROOT / "examples" / "clinic_week.csv"


def pyodide(folder: Path) -> Path:
    """The folder of the installed npm package."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed")
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run((npm, "install", "--prefix", folder, *options, PYODIDE), check=True)  # noqa: S603 -- no input
    return folder / "node_modules" / "pyodide"


def wheels(folder: Path) -> list[Path]:
    """The wheels of this package and of what it needs to read CSV, JSON and 837."""
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", folder, f"{ROOT}[x12]")
    subprocess.run(command, check=True)  # noqa: S603 -- no input
    found = sorted(folder.glob("*.whl"))
    compiled = [wheel.name for wheel in found if not wheel.name.endswith("-none-any.whl")]
    if compiled:
        raise SystemExit(f"not pure Python, so not for Pyodide: {', '.join(compiled)}")
    return found


def build(site: Path) -> None:
    page = site / "checker"
    if not (page / "index.html").exists():
        raise SystemExit(f"{site} is no built site: it has no checker/index.html")
    engine = page / "engine"
    shutil.rmtree(engine, ignore_errors=True)
    engine.mkdir()
    with tempfile.TemporaryDirectory() as work:
        package = pyodide(Path(work))
        for name in SCRIPTS:
            shutil.copy(package / name, engine)
        parts = [*(package / name for name in PARTS), *wheels(Path(work)), SAMPLE]
        sizes = {part.name: Path(shutil.copy(part, engine)).stat().st_size for part in parts}
    (engine / "parts.json").write_text(json.dumps(sizes, indent=2) + "\n", "utf-8")
    print(f"{engine}: {sum(sizes.values()) / 1e6:.1f} MB in {len(sizes)} parts")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Put what the checker in the browser runs on into the built site."
    )
    parser.add_argument("site", type=Path, help="the folder of the built site")
    build(parser.parse_args().site)
