"""The pages say what is so: their commands are the ones that are run, their examples give what they show."""

from __future__ import annotations

import ast
import contextlib
import enum
import io
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import builders_desk
import pytest
from sybil import Document, Example
from sybil.parsers.abstract import AbstractCodeBlockParser
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from otcodes import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r'(?P<language>\w+)(?: title="(?P<title>[^"]+)")?$\n', re.MULTILINE)
# A comment that begins as a value does is the value; any other is a remark.
VALUE = re.compile(r"# +((?:[\[({'\d]|True\b|False\b|None\b|Verdict\.).*)$")
# A command in a line of text; and where a block begins and ends, whatever is in it.
INLINE = re.compile(r"`python -m otcodes ([^`]+)`")
EDGE = re.compile(r"^ *(?:```|~~~)", re.MULTILINE)
COMMAND = ("python", "-m", "otcodes")
# How commands begin that are not run here, and why. Every other one is.
NOT_RUN = {
    "pip": "it installs from elsewhere; tests/packaging installs what is built here",
    "python3 -m venv": "as pip",
    ". .venv/bin/activate": "as pip",
    "unzip": "of a wheel from elsewhere; tests/packaging and test_sketches do it with this package",
    "mv": "as unzip",
    "touch": "as unzip",
    "python -m pytest": "it is what runs this",
    "bash .ci/run": "it runs this",
    "git": "it is of the checkout",
    "nox": "it takes from minutes to hours; each night it runs (tests/unit/test_workflows.py)",
    "spark-submit": "it needs a cluster; tests/ext/test_spark.py has a session",
}
# Pages about official files, which lie on the desk then.
OFFICIAL = {"importing.md", "staying-current.md"}
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
    """Write a block that has a title into the file of that name; JSON is JSON in any case."""
    title = example.region.lexemes["title"]
    if example.region.lexemes["arguments"] == "json":
        json.loads(str(example.parsed))
    if title:
        Path(title).write_text(str(example.parsed), "utf-8")


def print_what_they_show(example: Example) -> None:
    """Run the commands of a session and compare what they print with what it shows; … stands for the rest."""
    for part in re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]:
        typed, _, output = part.partition("\n")
        printed = run(shlex.split(typed, comments=True))
        if printed is not None:
            expected = map(re.escape, output.strip().split("…"))
            assert re.fullmatch(".*".join(expected), printed.strip(), re.DOTALL), f"{typed} prints\n{printed}"


def run_them(example: Example) -> None:
    """Run the commands of a block, one after the other."""
    for typed in str(example.parsed).replace("\\\n", " ").splitlines():
        for command in typed.split(" && "):
            if words := shlex.split(command, comments=True):
                run(words)


def run(command: list[str]) -> str | None:
    """What a command prints, its complaints behind it; `None` of one that is not run here."""
    while command and "=" in command[0]:
        command = command[1:]  # a variable of the environment
    if tuple(command[:3]) == COMMAND:
        return run_otcodes(command[3:])
    if command[0] == "cat":
        return Path(command[1]).read_text("utf-8")
    if command[0] == "cd":
        os.chdir(command[1])
    elif command[0] == "python" and command[1].startswith("tools/"):
        # It would write into the checkout. Tests of its own run it; that it takes what is typed is seen here.
        script = (ROOT / command[1]).read_text("utf-8")
        assert not [word for word in command[2:] if word.startswith("--") and f'"{word}"' not in script]
    else:
        typed = " ".join(command)
        assert any(f"{typed} ".startswith(f"{start} ") for start in NOT_RUN), f"not run, and why? {typed}"
    return None


def run_otcodes(arguments: list[str]) -> str:
    printed, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
        try:
            status = cli.main(arguments)
        except SystemExit as end:  # --version
            status = end.code
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
def desk(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory with the examples, where they lie in a checkout and beside oneself."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for path in [*(ROOT / "examples").glob("*.csv"), *(ROOT / "examples" / "tracking").iterdir()]:
        shutil.copy(path, tmp_path)
    shutil.copy("clinic_week.csv", "claims.csv")
    if page.name in OFFICIAL:
        builders_desk.set_up(tmp_path, monkeypatch)
    for example in examples(ROOT / "docs" / "coding.md", json=write):  # the visit that other pages name, too
        example.evaluate()


@with_blocks("python", "py")
def test_examples_give_what_they_show(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for example in examples(page, python=give_what_they_show, py=is_python):
        example.namespace["__name__"] = "example"
        example.evaluate()


@with_blocks("console", "sh")
@pytest.mark.usefixtures("desk")
def test_commands_print_what_they_show(page: Path) -> None:
    evaluators = {"console": print_what_they_show, "sh": run_them}
    for example in examples(page, json=write, toml=write, csv=write, **evaluators):
        example.evaluate()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_is_one_of_those_that_are_tested(page: Path) -> None:
    """What a page shows as `text` or `diff` is compared by the test of what prints it."""
    languages = ("python", "py", "console", "sh", "json", "toml", "csv", "text", "diff")
    text = page.read_text("utf-8")
    assert 2 * len(examples(page, **dict.fromkeys(languages, write))) == len(EDGE.findall(text))
    for command in INLINE.findall(text):
        if " " in command and "--help" not in command:  # else it is no more than a command's name
            cli._parser().parse_args(shlex.split(command))


def test_nothing_is_excused_that_no_page_has() -> None:
    pages = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert all(re.search(rf"(^ *|[$&] ){re.escape(start)}\b", pages, re.MULTILINE) for start in NOT_RUN)


def test_readme_gives_the_test_command_that_is_run() -> None:
    command = re.search(r"^test_command='(.+)'$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert command
    assert f"```sh\n{command[1]}\n```" in (ROOT / "README.md").read_text("utf-8")
