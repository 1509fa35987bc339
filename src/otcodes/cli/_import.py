"""Importing official files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import FieldError, shown
from ..importing import KINDS, import_file
from ._common import CLEAN, UNREADABLE, complain, day, say

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add `import`."""
    about = "Official files become tables of one's own, merged with the bundled ones."
    made: argparse.ArgumentParser = commands.add_parser("import", help=about, description=about)
    made.set_defaults(run=_import)
    made.add_argument("kind", choices=list(KINDS), help="what the files are")
    made.add_argument(
        "files", nargs="+", metavar="FILE", help="all the files of one edition, zips as they are"
    )
    made.add_argument("--setting", metavar="SETTING", help=_settings())
    made.add_argument(
        "--effective",
        type=day,
        required=True,
        metavar="DAY",
        help="the first day of the edition, as 2026-10-01",
    )
    made.add_argument(
        "--to", required=True, metavar="DIRECTORY", help="a new directory, or one that import has written"
    )


def _settings() -> str:
    named = (f"{kind.name}: {', '.join(filter(None, kind.settings))}" for kind in KINDS.values())
    return "; ".join(each for each in named if not each.endswith(": "))


def _import(chosen: argparse.Namespace) -> int:
    try:
        done = import_file(
            chosen.kind, *chosen.files, effective=chosen.effective, to=chosen.to, setting=chosen.setting
        )
    except FieldError as error:
        options = {"setting": chosen.setting and shown(chosen.setting), "effective": chosen.effective}
        if error.field not in options:
            raise
        given = options[error.field]
        complain(f"--{error.field} should be {error.expected}{f', not {given}' if given else ''}")
        return UNREADABLE
    say(str(done))
    for line in done.unread:
        complain(line)
    return UNREADABLE if done.unread else CLEAN
