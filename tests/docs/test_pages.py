"""The pages say what is so: their commands are the ones that are run, their examples give what they show."""

from __future__ import annotations

import ast
import enum
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
# A comment that begins as a value does is the value; any other is a remark.
VALUE = re.compile(r"# +((?:[\[({'\d]|True\b|False\b|None\b|Verdict\.).*)$")


def shown(value: object) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, enum.Enum) else repr(value)


def blocks(page: Path) -> list[str]:
    return PYTHON.findall(page.read_text("utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_examples_give_what_they_show(page: Path) -> None:
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks(page):
        lines = block.splitlines()
        for node in ast.parse(block).body:
            if not isinstance(node, ast.Expr):
                exec(compile(ast.Module([node], []), page.name, "exec"), names)
                continue
            value = eval(compile(ast.Expression(node.value), page.name, "eval"), names)
            expected = VALUE.search(lines[node.end_lineno - 1][node.end_col_offset :])
            if expected:
                assert expected[1].startswith(shown(value)), f"{ast.unparse(node)} is {shown(value)}"


def test_readme_gives_the_test_command_that_is_run() -> None:
    command = re.search(r"^test_command='(.+)'$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert command
    assert f"```sh\n{command[1]}\n```" in (ROOT / "README.md").read_text("utf-8")
