"""Seal the tables: check each one's canonical form and record its rows and sha256.

python tools/seal.py            update `rows` and `sha256` of every table in the manifest
python tools/seal.py --check    change nothing; exit status 1 if anything is not as recorded
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from typing import Any

from otcodes._blocks import Blocks
from otcodes._manifest import Entry
from otcodes._store import BLOCKS, read_manifest
from tables import DATA, INTERVAL, FormError, blocks_of, canonical, read_csv, rows_of


class Folder:
    """The tables where they are edited."""

    def read(self, name: str) -> bytes:
        """The bytes of one file."""
        return (DATA / name).read_bytes()

    def part(self, name: str, start: int, end: int) -> bytes | None:
        """The bytes of one file from one place to another."""
        return self.read(name)[start:end]


def measure(entry: Entry) -> dict[str, Any]:
    """The `rows` and `sha256` of one table; `FormError` if the file is not canonical."""
    path = DATA / entry.file
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FormError("no such file") from None
    if path.suffix == BLOCKS:
        return _measure_blocks(entry, content)
    key = entry.key
    header = content.partition(b"\n")[0].decode().split(",")
    start = [*key, *INTERVAL]
    if header[: len(start)] != start:
        raise FormError(f"the header does not begin with {','.join(start)}")
    rows = read_csv(path)
    if canonical(rows, key=key, columns=header[len(start) :]).encode() != content:
        raise FormError("the order, quoting or line ends are not canonical")
    return {"rows": len(rows), "sha256": hashlib.sha256(content).hexdigest()}


def _measure_blocks(entry: Entry, content: bytes) -> dict[str, Any]:
    rows = rows_of(entry.file, content)
    fingerprint = Blocks(entry.file, content).fingerprint
    again = blocks_of(rows, columns=tuple(rows[0])[2 + len(INTERVAL) :])
    if Blocks(entry.file, again).fingerprint != fingerprint:
        raise FormError("the order or form of the rows is not canonical")
    values = {"rows": len(rows), "sha256": fingerprint}
    if entry.index:
        index = Blocks(entry.index, (DATA / entry.index).read_bytes())
        if fingerprint not in index.columns:
            raise FormError(f"{entry.index} is the index of another table; build it anew")
        values["index_sha256"] = index.fingerprint
    return values


def with_values(text: str, table: str, values: dict[str, Any]) -> str:
    """The manifest with these values of one table replaced, every other byte kept."""
    section = re.compile(rf"^\[tables\.{re.escape(table)}\]\n(?:(?!\[).*\n?)*", re.MULTILINE)

    def replaced(match: re.Match[str]) -> str:
        part = match[0]
        for name, value in values.items():
            part, count = re.subn(
                rf"^{name} = .*$", f"{name} = {json.dumps(value)}", part, flags=re.MULTILINE
            )
            if count != 1:
                raise FormError(f"{count} lines for {name}")
        return part

    return section.sub(replaced, text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    manifest = DATA / "manifest.toml"
    text = manifest.read_bytes().decode()
    problems = []
    for table, entry in read_manifest(Folder()).items():
        try:
            values = measure(entry)
            differing = [name for name in values if getattr(entry, name) != values[name]]
            if is_check and differing:
                raise FormError(f"{' and '.join(differing)} differ from the manifest")
            text = with_values(text, table, values)
        except (ValueError, KeyError) as error:
            problems.append(f"{table}: {error}")
    if not is_check:
        manifest.write_bytes(text.encode())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
