"""What the commands share: exit statuses, days, and how something is said."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import attrs

from ..catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDERS = "OTCODES_TABLES"
CLEAN, FOUND, UNREADABLE = 0, 1, 2
NUMBER = re.compile(r"\d{1,4}", re.ASCII)


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    """Add a command, which `run` carries out."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    made.set_defaults(run=run)
    made.add_argument(
        "--with",
        dest="folders",
        action="append",
        metavar="DIRECTORY",
        help="tables of one's own, as import writes them; may be given again; without it, the directories "
        f"that the environment variable {FOLDERS} names",
    )
    return made


def catalog_of(chosen: argparse.Namespace) -> Catalog:
    """The bundled tables with those that --with, or the environment, names.

    Raises:
        TableError: a directory is not there or damaged.
    """
    catalog = Catalog.bundled()
    named: list[str] = chosen.folders or os.environ.get(FOLDERS, "").split(os.pathsep)
    for folder in filter(None, named):
        catalog = catalog.with_source(folder)
    return catalog


def add_day(made: argparse.ArgumentParser) -> None:
    """Let a command ask for the date of service."""
    made.add_argument(
        "--on", type=day, required=True, metavar="DAY", help="the date of service, as 2026-03-02"
    )


def add_format(made: argparse.ArgumentParser, *forms: str) -> None:
    """Let a command be asked for the form of its output; the first is the default."""
    made.add_argument("--format", choices=forms, default=forms[0])


def say(text: str) -> None:
    """A line of the output."""
    sys.stdout.write(f"{text}\n")


def complain(text: str) -> None:
    """A line beside the output."""
    sys.stderr.write(f"otcodes: {text}\n")


def day(text: str) -> dt.date:
    """A day that was typed."""
    try:
        if len(text) == len("2026-03-02"):  # later versions of Python read other forms, too
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected a day as 2026-03-02, found {text!r}")


def print_json(value: object) -> None:
    """The output as JSON."""
    json.dump(value, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")


def as_dict(record: Any) -> dict[str, Any]:
    """What a record says, without what it does not."""
    return {name: value for name, value in attrs.asdict(record).items() if value not in (None, (), [])}
