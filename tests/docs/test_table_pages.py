"""Every table has a page that says what it is, and the overview leads to it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import otcodes

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "data"


def test_what_is_written_of_the_tables_is_as_they_are() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        files = importlib.import_module("table_pages").written()
    assert set(PAGES.iterdir()) <= {*files, PAGES / "tables.md"}
    for path, text in files.items():
        assert path.read_text("utf-8") == text, f"python tools/table_pages.py would change {path.name}"


def test_the_overview_lists_every_table_once() -> None:
    listed = re.findall(
        r"^\| \[`(\w+)`\]\(\1\.md\) \|", (PAGES / "tables.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(entry.name for entry in otcodes.Catalog.bundled().entries)


def test_what_changed_by_year_is_as_the_tables_say() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        text = importlib.import_module("list_changes").written()
    page = ROOT / "docs" / "faq.md"
    assert page.read_text("utf-8") == text, "python tools/list_changes.py would change faq.md"
