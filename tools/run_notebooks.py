"""Run the notebooks of ``examples`` and show each as a page of the documentation.

python tools/run_notebooks.py            run them, keep their outputs, write docs/examples/NAME.md
python tools/run_notebooks.py --check    change nothing; exit status 1 if an output or a page would change
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS, PAGES = ROOT / "examples", ROOT / "docs" / "examples"
SECONDS = 120
OWN_STYLE = r'(?s)<style.*?</style>\s*| border="1" class="dataframe"'  # ours, and that of pandas


def run(path: Path) -> Any:
    """The notebook with the outputs of a run in a fresh kernel, and nothing of the machine that ran it."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # in how many pieces a text comes depends on the clock
    ).execute()
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return notebook


def page(notebook: Any, name: str) -> str:
    """The notebook as a page: its text, its code, and what the code printed and showed."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        parts += map(_shown, cell.outputs)
    parts.append(f"This page is the notebook `examples/{name}.ipynb`, as it ran.")
    return "\n\n".join(parts) + "\n"


def _shown(output: Any) -> str:
    """What a cell printed, or the table that it showed, in the site's own style."""
    if output.output_type == "stream":
        text = output.text
    elif "text/html" in output.data:
        return re.sub(OWN_STYLE, "", output.data["text/html"])
    else:
        text = output.data["text/plain"]
    return f"```text\n{text.rstrip()}\n```"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    stale = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = run(path)
        for target, text in (
            (path, nbformat.writes(notebook, indent=1, ensure_ascii=False) + "\n"),
            (PAGES / f"{path.stem.replace('_', '-')}.md", page(notebook, path.stem)),
        ):
            if target.exists() and target.read_text("utf-8") == text:
                continue
            stale.append(target.relative_to(ROOT))
            if not is_check:
                target.parent.mkdir(exist_ok=True)
                target.write_text(text, "utf-8")
    for target in stale:
        print(f"{target} {'is not what its run gives' if is_check else 'written'}", file=sys.stderr)
    return 1 if is_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
