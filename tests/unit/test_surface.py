"""What is public is listed, and what will go is announced: docs/policy.md."""

from __future__ import annotations

import ast
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "otcodes"
GOES = re.compile(r"deprecated since (\d+\.\d+).*(will go|will stop) in (\d+\.\d+)")


@pytest.fixture(scope="module")
def listing():
    spec = spec_from_file_location("list_public", ROOT / "tools" / "list_public.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_is_what_is_public(listing) -> None:
    listed, now = listing.LIST.read_text("utf-8").splitlines(), list(listing.lines())
    assert set(listed) ^ set(now) == set(), "run python tools/list_public.py"
    assert listed == now


@pytest.mark.parametrize(
    ("changed", "lacks"),
    [
        (["docs/reference/public.txt", "src/otcodes/claims.py"], True),
        (["docs/reference/public.txt", "changes/+word.change.md"], False),
        (["src/otcodes/claims.py"], False),
        ([], False),
    ],
)
def test_a_change_of_the_list_comes_with_a_fragment(listing, changed, lacks) -> None:
    assert listing.lacks_fragment(changed) is lacks


def deprecations(source: str) -> list[str]:
    """What the deprecation warnings of a module say."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and "DeprecationWarning" in ast.unparse(node)
    ]


def test_what_will_go_says_since_when_and_until_when_and_is_in_the_changes() -> None:
    told = "".join(path.read_text("utf-8") for path in (ROOT / "changes").glob("*.deprecation.md"))
    told += (ROOT / "CHANGELOG.md").read_text("utf-8")
    for module in SOURCE.rglob("*.py"):
        for warning in deprecations(module.read_text("utf-8")):
            assert GOES.search(warning), f"{module.name}: {warning}"
            names = re.findall(r"`([\w.]+)`", warning)
            assert names
            assert names[0] in told, f"{module.name}: no fragment names {names[0]}"


def test_a_warning_that_says_too_little_is_seen() -> None:
    (good,) = deprecations(
        "warn('`a.b` is deprecated since 0.3, use `a.c`: it will go in 0.5', DeprecationWarning)"
    )
    (bad,) = deprecations("warnings.warn('do not use this', DeprecationWarning, stacklevel=2)")
    assert GOES.search(good)
    assert not GOES.search(bad)
