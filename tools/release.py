"""Make a release of what the tables are now: version, hashes, pages, and a fragment for each that differs.

    python tools/release.py 2027.1 --day 2027-01-01

It can be run again. Fragments are of the difference to the last tag, and are written anew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import data_changes
from otcodes._manifest import MANIFEST
from tables import DATA

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent
WRITERS = ("seal", "table_pages", "list_rules", "cheat_sheet", "list_changes")  # what is written from tables
VERSION = re.compile(r'^data_version = ".*"$', re.MULTILINE)


def data_version(text: str) -> str:
    """The version of tables: year and month, and a number for a second release in one month."""
    if not re.fullmatch(r"20[0-9]{2}\.(1[0-2]|[1-9])(\.[1-9][0-9]*)?", text):
        raise argparse.ArgumentTypeError(f"expected year and month as 2027.1, found {text!r}")
    return text


def run(*command: str | Path) -> str:
    """What a command prints.

    Raises:
        subprocess.CalledProcessError: it fails; why stands on standard error.
    """
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 -- git and tools


def last_tag() -> str:
    """The last tag, of the release before; empty where there is none."""
    command = ("git", "describe", "--tags", "--abbrev=0")
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 -- git
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("version", type=data_version, help="the data version, as 2027.1")
    parser.add_argument(
        "--day", type=dt.date.fromisoformat, required=True, help="the first day of what is new"
    )
    parser.add_argument("--since", metavar="REVISION", help="the release before; by default, the last tag")
    chosen = parser.parse_args()
    since = chosen.since or last_tag()
    if not since:
        print("git finds no tag of a release before; name its revision with --since", file=sys.stderr)
        return 1
    with TemporaryDirectory() as made:
        before, data = Path(made) / "before.zip", DATA.relative_to(ROOT).as_posix()
        try:
            run("git", "archive", "--format=zip", f"--output={before}", since, data)
            with zipfile.ZipFile(before) as archive:
                archive.extractall(made)
            text = (DATA / MANIFEST).read_bytes().decode()
            text = VERSION.sub(f'data_version = "{chosen.version}"', text)
            (DATA / MANIFEST).write_bytes(text.encode())
            for tool in WRITERS:
                print(run(sys.executable, TOOLS / f"{tool}.py"), end="", file=sys.stderr)
        except subprocess.CalledProcessError as error:
            print(f"{Path(error.cmd[0]).name} {error.cmd[1]} failed", file=sys.stderr)
            return 1
        return data_changes.main(["--old", f"{made}/{data}", "--day", str(chosen.day), "--write"])


if __name__ == "__main__":
    sys.exit(main())
