"""The page of rules has every rule of the catalogue, with its page, and every id that was ever promised."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from otcodes.rules import CATALOGUE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")
ID = re.compile(r"`([a-z]+\.[a-z0-9-]+)`")


def between(start: str, end: str) -> str:
    _, found, rest = PAGE.partition(start)
    assert found, f"the page has no {start}"
    inside, found, _ = rest.partition(end)
    assert found, f"the page has no {end}"
    return inside


def test_the_table_lists_the_catalogue_in_its_order_with_links() -> None:
    table = between("<!-- rules: written by tools/list_rules.py -->", "<!-- end of rules -->")
    rows = [row for row in table.splitlines() if row.startswith("| [")]
    assert [row.split(" | ")[0] for row in rows] == [
        f"| [`{rule.id}`](rules/{rule.id}.md)" for rule in CATALOGUE
    ]


def test_what_is_written_of_the_rules_is_as_they_are() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        files = importlib.import_module("list_rules").written()
    assert set((ROOT / "docs" / "rules").iterdir()) <= set(files)
    for path, text in files.items():
        assert path.read_text("utf-8") == text, f"python tools/list_rules.py would change {path.name}"


def test_every_id_that_was_promised_is_in_the_catalogue_and_no_other() -> None:
    promised = ID.findall(between("<!-- ids: written by hand -->", "<!-- end of ids -->"))
    assert len(promised) == len(set(promised))
    assert set(promised) == {rule.id for rule in CATALOGUE}


def test_every_group_is_explained() -> None:
    groups = re.findall(r"^\| `([a-z]+)` \|", PAGE.partition("## The rules")[0], re.MULTILINE)
    assert sorted(groups) == sorted({rule.id.partition(".")[0] for rule in CATALOGUE})
