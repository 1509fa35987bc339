"""What became of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._tracking import Exchange, as_dict, in_one_line, is_at_fault
from ..errors import shown_name
from ._common import CLEAN, FOUND, UNREADABLE, add_command, add_format, catalog_of, complain, print_json, say

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add `status`."""
    about = "What became of claims: sent, accepted, paid, denied, why, what next."
    status = add_command(commands, "status", _status, about)
    status.add_argument("files", nargs="+", metavar="FILE", help="claims, 277CA and 835, in any order")
    add_format(status, "text", "json")


def _status(chosen: argparse.Namespace) -> int:
    """What became of the claims of some files; what could not be read is a complaint, not the end."""
    exchange = Exchange()
    for file in chosen.files:
        exchange.take(file)
    explained = exchange.explained(catalog_of(chosen))
    for note in exchange.notes:
        complain(f"note: {note}")
    if chosen.format == "json":
        print_json(as_dict(explained))
    else:
        for each in explained:
            say(in_one_line(each))
    strangers = [each.claim for each in explained.unmatched]
    strangers += [each.claim for each in explained.unmatched_acknowledgements]
    for name in dict.fromkeys(strangers):
        complain(f"note: an answer for {shown_name(name)}, which is none of the claims")
    for complaint in exchange.complaints:
        complain(complaint)
    if exchange.complaints:
        return UNREADABLE
    return FOUND if exchange.has_rejected_files or is_at_fault(explained) else CLEAN
