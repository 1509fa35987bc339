"""Write docs/layers.md and its picture: which module imports which, read from the imports themselves.

python tools/layers.py            write them
python tools/layers.py --check    change nothing; exit status 1 if they are not as the imports are
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
PAGE, PICTURE = ROOT / "docs" / "layers.md", ROOT / "docs" / "layers.svg"
PACKAGE = ROOT / "src" / "otcodes"
LEFT_OUT = {"__main__", "__pyinstaller"}  # the one runs the command line, the other is read by PyInstaller

WIDTH, ROW, HEIGHT, GAP, LETTER = 1040, 66, 28, 14, 7.6
STYLE = (
    "<style>rect{fill:#fff;stroke:#00695c}path{fill:none;stroke:#78909c}"
    "text{font:12px monospace;text-anchor:middle;fill:#111}</style>"
)
HEAD = """\
# How the modules stand on each other

Each module of the package has one job, and imports only what stands below it. The picture and the table are
made from the imports by `tools/layers.py`; import-linter checks with each change that none leads upward.

![The modules of otcodes in rows, each above those that it imports](layers.svg)

A line leads from a module to one that it imports, where it does not do so by way of another. The few that
import each other stand in one row, without a line. A package stands for all its modules. Names that begin
with `_` are not public.

| module | what it is for | imports |
|---|---|---|
"""


def imports() -> dict[str, set[str]]:
    """By module or package of the top level, those that it imports."""
    graph = grimp.build_graph("otcodes")
    found: dict[str, set[str]] = {}
    for module in graph.modules:
        own = _top(module)
        if own and own not in LEFT_OUT:
            others = map(_top, graph.find_modules_directly_imported_by(module))
            found.setdefault(own, set()).update(other for other in others if other and other != own)
    return found


def _top(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def below(found: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """By module, all that it rests on, directly or by way of others."""
    whole = {name: set(others) for name, others in found.items()}
    for middle in found:
        for others in whole.values():
            others.update(whole[middle] if middle in others else ())
    return whole


def rows(found: Mapping[str, set[str]]) -> list[list[str]]:
    """The modules in rows, the lowest first: each above all that it rests on and that does not rest on it."""
    whole = below(found)
    height: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in height:
            lower = [each for each in whole[name] if each != name and name not in whole[each]]
            height[name] = max((of(each) + 1 for each in lower), default=0)
        return height[name]

    found_rows: list[list[str]] = [[] for _ in range(max(map(of, found)) + 1)]
    for name in sorted(found):
        found_rows[height[name]].append(name)
    return found_rows


def direct(found: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """The imports that do not follow from others, without those of modules that import each other."""
    whole = below(found)
    return sorted(
        (name, other)
        for name, others in found.items()
        for other in others
        if name not in whole[other]
        and not any(
            other in whole[middle] and name not in whole[middle] and middle not in whole[other]
            for middle in others
        )
    )


def picture(found: Mapping[str, set[str]]) -> str:
    """The modules in rows, and a line for each import that does not follow from others."""
    lines = rows(found)
    at: dict[str, tuple[float, float, float]] = {}
    for number, names in enumerate(reversed(lines)):
        widths = [len(name) * LETTER + 2 * GAP for name in names]
        left = (WIDTH - sum(widths) - GAP * (len(names) - 1)) / 2
        for name, width in zip(names, widths, strict=True):
            at[name] = (left, number * ROW + GAP, width)
            left += width + GAP
    drawn = [_line(at[name], at[other]) for name, other in direct(found)]
    boxes = [
        f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{HEIGHT}" rx="4"/>'
        f'<text x="{x + width / 2:.0f}" y="{y + 19}">{name}</text>'
        for name, (x, y, width) in sorted(at.items())
    ]
    height = len(lines) * ROW - (ROW - HEIGHT) + 2 * GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            "<title>The modules of otcodes, each above those that it imports</title>",
            STYLE,
            *drawn,
            *boxes,
            "</svg>\n",
        ]
    )


def _line(upper: tuple[float, float, float], lower: tuple[float, float, float]) -> str:
    x, y, other_x, other_y = upper[0] + upper[2] / 2, upper[1] + HEIGHT, lower[0] + lower[2] / 2, lower[1]
    middle = (y + other_y) / 2
    return f'<path d="M{x:.0f} {y}C{x:.0f} {middle:.0f} {other_x:.0f} {middle:.0f} {other_x:.0f} {other_y}"/>'


def job(name: str) -> str:
    """What a module says that it is for."""
    path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.partition("\n\n")[0].split())


def page(found: Mapping[str, set[str]]) -> str:
    """The picture, and what each module is for."""
    told = [
        f"| `{name}` | {job(name)} | {', '.join(map('`{}`'.format, sorted(found[name]))) or 'none'} |"
        for names in reversed(rows(found))
        for name in names
    ]
    return HEAD + "\n".join(told) + "\n"


def main() -> int:
    """Write the page and the picture, or compare them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    found = imports()
    stale = False
    for path, text in ((PAGE, page(found)), (PICTURE, picture(found))):
        if is_check and (not path.exists() or path.read_text("utf-8") != text):
            print(
                f"{path.relative_to(ROOT)} is not as the imports are: run python tools/layers.py",
                file=sys.stderr,
            )
            stale = True
        elif not is_check:
            path.write_text(text, "utf-8")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
