"""The cheat sheet is what the tables say."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest


def test_the_cheat_sheet_is_as_the_tables_are() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "tools")
        sheet = importlib.import_module("cheat_sheet")
        assert sheet.PAGE.read_text("utf-8") == sheet.written(), "python tools/cheat_sheet.py would change it"
