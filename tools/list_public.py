"""Write docs/reference/public.txt: every public name and what it takes, command and rule, a line each.

python tools/list_public.py                write it
python tools/list_public.py --check        change nothing; exit status 1 if it is not as the code is
python tools/list_public.py --since REF    exit status 1 if it changed since without a fragment in changes/
"""

from __future__ import annotations

import argparse
import ast
import inspect
import subprocess
import sys
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import attrs

import otcodes
from otcodes import cli

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "reference" / "public.txt"
FRAGMENTS = "changes/"
EXT = ROOT / "src" / "otcodes" / "ext"
STARS: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def lines() -> Iterator[str]:
    """All of it, in order."""
    yield from sorted(_of_module(otcodes, "otcodes"))
    for module in sorted(EXT.glob("[a-z]*.py")):
        # Read and not imported: most of them need an optional package.
        yield from (f"otcodes.ext.{module.stem}.{name}" for name in _named_in(module))
    yield from sorted(_of_commands())
    yield from sorted(f"rule {rule.id}" for rule in otcodes.rules.CATALOGUE)


def _of_module(module: ModuleType, name: str) -> Iterator[str]:
    for each in module.__all__:
        value, called = getattr(module, each), f"{name}.{each}"
        if isinstance(value, ModuleType):
            if hasattr(value, "__all__"):
                yield from _of_module(value, called)
        elif isinstance(value, type):
            yield from _of_class(value, called)
        else:
            yield f"{called}{_taken(value)}" if callable(value) else called


def _of_class(kind: type, name: str) -> Iterator[str]:
    if issubclass(kind, Enum):
        yield from (f"{name}.{member.name} = {member.value}" for member in kind)
        return
    yield f"{name}{_taken(kind)}"
    fields = {field.name for field in attrs.fields(kind)} if attrs.has(kind) else set[str]()
    ours = [each for each in kind.__mro__ if each.__module__.startswith("otcodes")]
    members = {each: value for base in reversed(ours) for each, value in vars(base).items()}
    for each, value in members.items():
        if each.startswith("_") or each in fields or inspect.ismemberdescriptor(value):
            continue
        function = getattr(value, "__func__", value)  # of a class method or a static one
        yield f"{name}.{each}{_taken(function)}" if inspect.isfunction(function) else f"{name}.{each}"


def _taken(value: Any) -> str:
    """What something takes: names, those that may be left out with a sign of equality."""
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return "(...)"
    if parameters and parameters[0].name in ("self", "cls"):
        del parameters[0]
    said: list[str] = []
    has_star = False
    for each in parameters:
        if each.kind is inspect.Parameter.KEYWORD_ONLY and not has_star:
            said.append("*")
        has_star = has_star or each.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_POSITIONAL)
        optional = "" if each.default is inspect.Parameter.empty else "="
        said.append(f"{STARS.get(each.kind, '')}{each.name}{optional}")
    return f"({', '.join(said)})"


def _named_in(module: Path) -> list[str]:
    """The names in a module's `__all__`; of one that has none, its public functions and classes."""
    tree = ast.parse(module.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return sorted(ast.literal_eval(node.value))
    defined = (node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))
    return sorted(name for name in defined if not name.startswith("_"))


def _of_commands() -> Iterator[str]:
    (commands,) = (each for each in cli._parser()._actions if isinstance(each, argparse._SubParsersAction))  # noqa: SLF001 -- argparse tells it in no other way
    for name, parser in commands.choices.items():
        options = (option for each in parser._actions for option in each.option_strings[-1:] or [each.dest])  # noqa: SLF001 -- as above
        yield " ".join(("python -m otcodes", name, *sorted(set(options) - {"--help"})))


def lacks_fragment(changed: Iterable[str]) -> bool:
    """Whether the list is among the changed files, and no fragment is."""
    names = set(changed)
    is_listed = LIST.relative_to(ROOT).as_posix() in names
    return is_listed and not any(name.startswith(FRAGMENTS) for name in names)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/reference/public.txt.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail where it differs")
    parser.add_argument("--since", metavar="REF", help="fail where it changed since without a fragment")
    chosen = parser.parse_args()
    if chosen.since:
        command = ("git", "diff", "--name-only", "--diff-filter=d", f"{chosen.since}...HEAD")
        changed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")  # noqa: S603 -- a ref
        if lacks_fragment(changed.stdout.splitlines()):
            sys.stderr.write(f"{LIST.name} changed: say so in a fragment in {FRAGMENTS} (CONTRIBUTING.md)\n")
            return 1
        return 0
    text = "".join(f"{line}\n" for line in lines())
    if not chosen.check:
        LIST.write_text(text, "utf-8")
    elif not LIST.exists() or LIST.read_text("utf-8") != text:
        sys.stderr.write(f"{LIST.name} is not as the code is: run python tools/list_public.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
