"""The pages say what is so: their commands are the ones that are run, their examples give what they show."""

from __future__ import annotations

import ast
import contextlib
import enum
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
from sybil import Document, Example
from sybil.parsers.abstract import AbstractCodeBlockParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from otcodes import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r'(?P<language>\w+)(?: title="(?P<title>[^"]+)")?$\n', re.MULTILINE)
# A comment that begins as a value does is the value; any other is a remark.
VALUE = re.compile(r"# +((?:[\[({'\d]|True\b|False\b|None\b|Verdict\.).*)$")
COMMAND = ("python", "-m", "otcodes")
# What an argument looks like that names a file or a directory.
PATH = re.compile(r"/|\.(?:csv|json|toml|zip|837|835|277)$")
UNREADABLE = 2


def shown(value: object) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, enum.Enum) else repr(value)


def give_what_they_show(example: Example) -> None:
    """Run a block of Python and compare each expression with the comment behind it."""
    page, block, names = example.path, str(example.parsed), example.namespace
    lines = block.splitlines()
    for node in ast.parse(block).body:
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), page, "exec", dont_inherit=True), names)
            continue
        value = eval(compile(ast.Expression(node.value), page, "eval", dont_inherit=True), names)
        expected = VALUE.search(lines[node.end_lineno - 1][node.end_col_offset :])
        if expected:
            line = example.line + node.end_lineno
            assert expected[1].startswith(shown(value)), f"line {line}: {ast.unparse(node)} is {shown(value)}"


def is_python(example: Example) -> None:
    """Of a block marked `py`, whose names are the reader's own: it is Python; test_sketches runs it."""
    compile(str(example.parsed), example.path, "exec", dont_inherit=True)


def write(example: Example) -> None:
    """Write a block that has a title into the file of that name."""
    title = example.region.lexemes["title"]
    if title:
        Path(title).write_text(str(example.parsed), "utf-8")


def print_what_they_show(example: Example) -> None:
    """Run the commands of a session and compare what they print with what it shows; … stands for the rest."""
    for part in re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]:
        typed, _, output = part.partition("\n")
        command = shlex.split(typed, comments=True)
        if command[0] == "cat":
            assert Path(command[1]).read_text("utf-8").strip() == output.strip()
        elif tuple(command[:3]) == COMMAND:
            expected = map(re.escape, output.strip().split("…"))
            printed = run(command[3:]).strip()
            assert re.fullmatch(".*".join(expected), printed, re.DOTALL), f"{typed} prints\n{printed}"


def are_commands(example: Example) -> None:
    """Read the commands of a block, and run those whose files and directories are there."""
    for typed in str(example.parsed).replace("\\\n", " ").splitlines():
        command = shlex.split(typed.rpartition(" && ")[2], comments=True)
        if tuple(command[:3]) == COMMAND and command[3:] != ["--version"]:
            cli._parser().parse_args(command[3:])
            written = {command[at + 1] for at, word in enumerate(command) if word in ("--output", "--html")}
            if all(word in written or Path(word).exists() for word in command if PATH.search(word)):
                run(command[3:])


def run(command: list[str]) -> str:
    """What a command prints, its complaints behind it."""
    printed, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
        status = cli.main(command)
    assert status != UNREADABLE, complaints.getvalue()
    return printed.getvalue() + complaints.getvalue()


class Blocks(AbstractCodeBlockParser):
    """The fenced blocks of a language."""

    def __init__(self, language: str, evaluator) -> None:
        mapping = {"language": "arguments", "source": "source", "title": "title"}
        super().__init__([RawFencedCodeBlockLexer(FENCE, mapping)], language, evaluator)


def examples(page: Path, **evaluators) -> list[Example]:
    blocks = (Blocks(language, evaluator) for language, evaluator in evaluators.items())
    return list(Document.parse(str(page), *blocks))


def with_blocks(*languages: str):
    found = [page for page in PAGES if examples(page, **dict.fromkeys(languages, write))]
    return pytest.mark.parametrize("page", found, ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the examples, where they lie in a checkout and beside oneself."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for path in [*(ROOT / "examples").glob("*.csv"), *(ROOT / "examples" / "tracking").iterdir()]:
        shutil.copy(path, tmp_path)
    shutil.copy("clinic_week.csv", "claims.csv")
    visit = re.search(
        r"^```json\n(.*?)^```", (ROOT / "docs" / "coding.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    Path("visit.json").write_text(visit[1], "utf-8")
    return tmp_path


@with_blocks("python", "py")
def test_examples_give_what_they_show(page: Path) -> None:
    for example in examples(page, python=give_what_they_show, py=is_python):
        example.namespace["__name__"] = "example"
        example.evaluate()


@with_blocks("console", "sh")
@pytest.mark.usefixtures("desk")
def test_commands_print_what_they_show(page: Path) -> None:
    evaluators = {"console": print_what_they_show, "sh": are_commands}
    for example in examples(page, json=write, toml=write, csv=write, **evaluators):
        example.evaluate()


def test_readme_gives_the_test_command_that_is_run() -> None:
    command = re.search(r"^test_command='(.+)'$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert command
    assert f"```sh\n{command[1]}\n```" in (ROOT / "README.md").read_text("utf-8")
