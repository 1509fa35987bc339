"""The tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._version import __version__
from ._common import CLEAN, add_command, add_format, catalog_of, day, print_json, say

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add `tables`."""
    tables = add_command(commands, "tables", _tables, "Every table: edition, coverage, rows, source.")
    tables.add_argument("--on", type=day, metavar="DAY", help="how fresh each one is on a day, too")
    add_format(tables, "text", "json")


def _tables(chosen: argparse.Namespace) -> int:
    catalog = catalog_of(chosen)
    entries = catalog.entries
    if chosen.format == "json":
        fresh = [
            {} if chosen.on is None else {"freshness": each.freshness(chosen.on).to_dict()}
            for each in entries
        ]
        print_json([{**entry.to_dict(), **more} for entry, more in zip(entries, fresh, strict=True)])
        return CLEAN
    say(f"data {catalog.data_version}, otcodes {__version__}")
    for entry in entries:
        edition = next(each for each in entry.editions if each.id == entry.last_edition)
        say(f"{entry.name}: {entry.rows} rows; {entry.coverage}")
        say(f"  newest edition {edition.id}, from {edition.effective}: {edition.title} ({edition.publisher})")
        later = (each for each in entry.editions if each.effective > edition.effective)
        if of_parts := [f"{each.id}, from {each.effective}" for each in later]:
            say(f"  and of a part of it: {'; '.join(of_parts)}")
        if chosen.on is not None:
            say(f"  {entry.freshness(chosen.on).in_words}")
        if entry.note:
            say(f"  {entry.note}")
    return CLEAN
