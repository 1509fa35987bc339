"""The command line: thin, over the same functions.

Exit status: 0 nothing at or above `--fail-on`, 1 findings (or a code that is not in force), 2 input that
could not be read, in whole or in part (or a visit that becomes no claim).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import TYPE_CHECKING

from .._data_version import DATA_VERSION
from .._version import __version__
from ..errors import OtcodesError
from . import _audit, _changes, _check, _code, _import, _lookup, _price, _status, _tables, _units
from ._common import FOUND, UNREADABLE, complain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMANDS = (_lookup, _units, _price, _check, _audit, _code, _status, _changes, _tables, _import)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter must not end the check
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        status = run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OtcodesError as error:
        complain(str(error))
        return UNREADABLE
    except OSError as error:
        complain(f"{error.filename or 'the output'}: {error.strerror}")
        return UNREADABLE
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="otcodes", description="Occupational-therapy billing codes and claims."
    )
    parser.add_argument("--version", action="version", version=f"{__version__}, data {DATA_VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
