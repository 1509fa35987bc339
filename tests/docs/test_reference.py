"""Every public name is documented: by a docstring, and with a place in the reference."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import otcodes
from otcodes.catalog import Catalog

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "src" / "otcodes" / "ext"
REFERENCE = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
SHOWN = set(re.findall(r"^::: (\S+)", REFERENCE, re.MULTILINE))
# What a reader of the reference meets under these names, beside `otcodes` itself.
MODULES = [
    "calc",
    "coding",
    "errors",
    "explaining",
    "importing",
    "payers",
    "readers",
    "records",
    "remittances",
]
MODULES = [f"otcodes.{name}" for name in (*MODULES, "rules")]


def names_of(module: ModuleType) -> list[str]:
    """What a module says is public; where it says nothing, its own classes and functions."""
    given = getattr(module, "__all__", None)
    return given or [
        name
        for name, value in vars(module).items()
        if name[0] != "_" and callable(value) and getattr(value, "__module__", "") == module.__name__
    ]


def public() -> list[object]:
    return [
        pytest.param(module, name, id=f"{module}.{name}")
        for module in ["otcodes", *MODULES]
        for name in names_of(importlib.import_module(module))
    ]


def is_mentioned(name: str) -> bool:
    return f"`{name}`" in REFERENCE or f"`otcodes.{name}`" in REFERENCE


def is_shown(module: str, name: str, value: object) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__ in SHOWN or is_mentioned(name)
    homes = {module, getattr(value, "__module__", module), f"otcodes.{otcodes._HOMES.get(name, '')}"}
    return bool((homes | {f"{home}.{name}" for home in homes}) & SHOWN) or is_mentioned(name)


def undocumented(value: object, name: str) -> list[str]:
    """A class, function or module without a docstring; so of what a class has."""
    if not (isinstance(value, (type, ModuleType)) or inspect.isroutine(value)):
        return []  # a constant, whose page says what it is
    own = vars(value) if isinstance(value, type) else {"__doc__": value.__doc__}  # not what a class inherits
    missing = [] if own["__doc__"] else [name]
    for attribute, given in own.items():
        member = getattr(given, "__func__", given)
        has_one = inspect.isfunction(member) or isinstance(member, (property, functools.cached_property))
        if attribute[0] != "_" and has_one and not member.__doc__:
            missing.append(f"{name}.{attribute}")
    return missing


@pytest.mark.parametrize(("module", "name"), public())
def test_a_public_name_is_documented(module: str, name: str) -> None:
    value = getattr(importlib.import_module(module), name)
    if name in vars(Catalog):  # a table: its words stand at the catalog
        assert vars(Catalog)[name].__doc__
        assert "otcodes.catalog" in SHOWN
        return
    assert undocumented(value, name) == []
    assert is_shown(module, name, value), f"{module}.{name} has no place in docs/reference"


@pytest.mark.parametrize("path", sorted(EXTENSIONS.glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_an_extension_is_documented(path: Path) -> None:
    """Read, not imported: the package that it is for may not be there."""
    tree = ast.parse(path.read_text("utf-8"))
    words = ast.get_docstring(tree)
    assert words
    own = {node.name: node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    given = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    aliases = [
        ast.unparse(node.targets[0])
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Annotated[")
    ]
    for name in [*(given[0] if given else own), *aliases]:
        if name[0] == "_":
            continue
        assert name not in own or ast.get_docstring(own[name]), name
        module = f"otcodes.ext.{path.stem}"
        is_here = module in SHOWN and (name in own or f"`{name}`" in words)
        assert is_here or f"{module}.{name}" in SHOWN or is_mentioned(name), f"{module}.{name}"
