"""Add an edition to the bundled tables: import official files, and keep what comes of them here.

    python tools/add_edition.py icd10cm-order icd10cm_order_2028.txt --effective 2027-10-01

Every table that the kind of file is a part of is merged with the edition and written, with the index of its
titles where it has one; the manifest gets rows, hashes, coverage and the edition. Compare what is printed
with the totals of the publisher, then read the difference: it should be the real change and nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from otcodes._folders import Folder
from otcodes._manifest import MANIFEST, Manifest
from otcodes.importing import KINDS, Imported, import_file
from tables import DATA, FormError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otcodes._manifest import Entry

AFTER = "coverage_from"  # the line behind which one stands that was not there before


def add(kind: str, files: Sequence[Path], effective: dt.date, setting: str | None) -> Imported:
    """Import files, and write the tables that come of them and the manifest.

    Raises:
        ValueError: a file is not as it should be, or the manifest has the edition already.
    """
    manifest = DATA / MANIFEST
    text = manifest.read_bytes().decode()
    known = Manifest(text.encode())
    with TemporaryDirectory() as made:
        to = Path(made) / "tables"
        done = import_file(kind, *files, effective=effective, to=to, setting=setting)
        folder = Folder(to)
    content: dict[str, bytes] = {}
    for each in (done, *done.beside):
        before, after = known[each.table], folder.manifest[each.table]
        if any(edition.id == each.edition.id for edition in before.editions):
            raise FormError(f"{each.table} has the edition {each.edition.id} already")
        content[before.file] = folder.read(after.file)
        if before.index:
            content[before.index] = folder.read(after.index)
        text = with_edition(with_lines(text, each.table, lines_of(after)), each)
    for name, each_content in content.items():
        (DATA / name).write_bytes(each_content)
    manifest.write_bytes(text.encode())
    return done


def lines_of(entry: Entry) -> dict[str, Any]:
    """What an edition changes of a table's entry; `None` for a line that is not to be there."""
    coverage = entry.coverage
    return {
        "rows": entry.rows,
        "sha256": entry.sha256,
        "index_sha256": entry.index_sha256 or None,
        "scope": [f"{first}-{last}" for first, last in coverage.scope],
        "coverage_from": str(coverage.first),
        "gaps": [f"{first}/{last}" for first, last in coverage.gaps] or None,
        "coverage_to": str(coverage.last),
        "carried_to": str(coverage.carried_to) if coverage.carried_to else None,
    }


def with_lines(text: str, table: str, values: dict[str, Any]) -> str:
    """The manifest with some lines of one table's entry, and every other byte as it was."""

    def replaced(match: re.Match[str]) -> str:
        lines = match[0].splitlines(keepends=True)
        for name, value in values.items():
            at = next((at for at, line in enumerate(lines) if line.startswith(f"{name} = ")), None)
            line = [] if value is None else [f"{name} = {json.dumps(value)}\n"]
            if at is None:
                behind = next(at for at, each in enumerate(lines, 1) if each.startswith(f"{AFTER} = "))
                lines[behind:behind] = line
            else:
                lines[at : at + 1] = line
        return "".join(lines)

    return re.sub(rf"^\[tables\.{re.escape(table)}\]\n(?:(?!\[).*\n?)*", replaced, text, flags=re.MULTILINE)


def with_edition(text: str, done: Imported) -> str:
    """The manifest with one more edition of a table, behind its others."""
    edition = done.edition
    header = f"[[tables.{done.table}.editions]]\n"
    facts = {
        "id": edition.id,
        "effective": str(edition.effective),
        "publisher": edition.publisher,
        "title": edition.title,
        "sha256": edition.sha256,
        **({"part": edition.part} if edition.part else {}),
    }
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in facts.items())
    end = text.find("\n[", text.rindex(header) + 1)
    before, after = (text, "") if end < 0 else (text[:end], text[end:])
    return f"{before.rstrip()}\n\n{header}{lines}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("files", nargs="+", type=Path, help="all the files of the edition")
    parser.add_argument("--effective", required=True, type=dt.date.fromisoformat, metavar="DAY")
    parser.add_argument("--setting")
    chosen = parser.parse_args()
    try:
        done = add(chosen.kind, chosen.files, chosen.effective, chosen.setting)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(done)
    for line in done.unread:
        print(line, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
