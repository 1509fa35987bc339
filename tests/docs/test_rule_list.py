"""The page of rules has every rule of the catalogue, and every id that was ever promised."""

from __future__ import annotations

import re
from pathlib import Path

from otcodes.rules import CATALOGUE

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
ID = re.compile(r"`([a-z]+\.[a-z0-9-]+)`")


def between(start: str, end: str) -> str:
    _, found, rest = PAGE.partition(start)
    assert found, f"the page has no {start}"
    inside, found, _ = rest.partition(end)
    assert found, f"the page has no {end}"
    return inside


def test_the_table_lists_the_catalogue_in_its_order() -> None:
    table = between("<!-- rules: written by tools/list_rules.py -->", "<!-- end of rules -->")
    rows = [row for row in table.splitlines() if row.startswith("| `")]
    assert [ID.findall(row)[0] for row in rows] == [rule.id for rule in CATALOGUE]


def test_every_id_that_was_promised_is_in_the_catalogue_and_no_other() -> None:
    promised = ID.findall(between("<!-- ids: written by hand -->", "<!-- end of ids -->"))
    assert len(promised) == len(set(promised))
    assert set(promised) == {rule.id for rule in CATALOGUE}


def test_every_group_is_explained() -> None:
    groups = re.findall(r"^\| `([a-z]+)` \|", PAGE.partition("## The rules")[0], re.MULTILINE)
    assert sorted(groups) == sorted({rule.id.partition(".")[0] for rule in CATALOGUE})
