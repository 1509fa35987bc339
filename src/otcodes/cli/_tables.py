"""The tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..catalog import Catalog
from ._common import CLEAN, add_command, add_format, print_json, say

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add `tables`."""
    tables = add_command(commands, "tables", _tables, "Every table: edition, coverage, rows, source.")
    add_format(tables, "text", "json")


def _tables(chosen: argparse.Namespace) -> int:
    entries = Catalog.bundled().entries
    if chosen.format == "json":
        print_json([entry.to_dict() for entry in entries])
        return CLEAN
    for entry in entries:
        edition = next(each for each in entry.editions if each.id == entry.last_edition)
        say(f"{entry.name}: {entry.rows} rows; {entry.coverage}")
        say(f"  newest edition {edition.id}, from {edition.effective}: {edition.title} ({edition.publisher})")
        if entry.note:
            say(f"  {entry.note}")
    return CLEAN
