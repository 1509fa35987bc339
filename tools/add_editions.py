"""Add editions to the bundled tables: those of a directory that ``python -m otcodes import`` has written.

    python -m otcodes import ncci-ptp FILE... --setting practitioner --effective 2027-01-01 --to new
    python -m otcodes import ncci-ptp FILE... --setting outpatient-hospital --effective 2027-01-01 --to new
    python tools/add_editions.py new

Each table that the directory has is made of what is bundled now and of its editions, and written, with the
index of its titles where it has one; the manifest gets rows, hashes, coverage and the editions. A table is
covered as far as all of its settings are: so those of a quarter are added together. Read the difference: it
should be the real change and nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from otcodes import Catalog
from otcodes._folders import Folder
from otcodes._manifest import MANIFEST, Manifest
from otcodes.importing import KINDS, _board, _table
from tables import DATA, FormError, canonical, rows_of

if TYPE_CHECKING:
    from otcodes._editions import ImportedEdition
    from otcodes.importing import Kind
    from otcodes.importing._writing import NewTable

AFTER = "coverage_from"  # the line behind which one stands that was not there before
OURS = {"hcpcs": "label"}  # the columns that have our own words alone, and so none of a publisher's


def add(where: Path) -> list[NewTable]:
    """Write the tables that a directory has new editions of, and the manifest.

    Raises:
        ValueError: a table is no bundled one, has such an edition of another file, or would lose days.
    """
    folder, catalog = Folder(where), Catalog(Folder(DATA))
    text = (DATA / MANIFEST).read_bytes().decode()
    known = Manifest(text.encode())
    content: dict[str, bytes] = {}
    made: list[NewTable] = []
    for name in folder.manifest:
        if name not in known:
            raise FormError(f"{name} is none of the bundled tables")
        before = known[name]
        there = {edition.id: edition.sha256 for edition in before.editions}
        editions = [each for each in folder.imported(name) if there.get(each.id) != each.sha256]
        for edition in editions:
            if edition.id in there:
                raise FormError(f"{name} has the edition {edition.id} already, made of another file")
        if not editions:
            continue
        kind = kind_of(name)
        board = _board(kind, catalog, None)
        kept = [(edition, in_our_words(kind, catalog, edition, folder)) for edition in editions]
        table, files = _table(kind, board, kept)
        if table.coverage.last < before.coverage.last:
            lost = f"to {table.coverage.last}, no more to {before.coverage.last}"
            raise FormError(f"{name} would be covered {lost}: add the editions of all settings together")
        content[before.file] = files[table.file]
        if before.index:
            content[before.index] = files[table.index]
        text = with_lines(text, name, lines_of(table))
        for edition in editions:
            text = with_edition(text, name, edition)
        made.append(table)
    for file, each in (*content.items(), (MANIFEST, text.encode())):
        (DATA / file).write_bytes(each)
    return made


def kind_of(table: str) -> Kind:
    """A kind of file that becomes a part of a table; of several, all make it alike."""
    kind = next(kind for kind in KINDS.values() if table in (kind.table, *kind.beside))
    return attrs.evolve(kind, table=table, form=kind.beside.get(table, kind.form))


def in_our_words(kind: Kind, catalog: Catalog, edition: ImportedEdition, folder: Folder) -> bytes:
    """The rows of an edition without words that are the publisher's, where the table has our own alone."""
    content = folder.read(edition.file)
    column = OURS.get(kind.table)
    if column is None:
        return content
    entry, bundled = catalog.file_of(kind.table)
    file = entry.file if entry else ""
    key = kind.form.scope_by
    ours = {(row[key], row[column]) for row in rows_of(file, bundled)}
    rows = [
        row if (row[key], row[column]) in ours else {**row, column: ""}
        for row in rows_of(edition.file, content)
    ]
    return canonical(rows, key=kind.form.key, columns=kind.form.columns).encode()


def lines_of(table: NewTable) -> dict[str, Any]:
    """What an edition changes of a table's entry; `None` for a line that is not to be there."""
    coverage = table.coverage
    return {
        "rows": table.rows,
        "sha256": table.sha256,
        "index_sha256": table.index_sha256 or None,
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


def with_edition(text: str, table: str, edition: ImportedEdition) -> str:
    """The manifest with one more edition of a table, behind those that are not younger."""
    header = f"[[tables.{table}.editions]]\n"
    facts = {
        "id": edition.id,
        "effective": str(edition.effective),
        "publisher": edition.publisher,
        "title": edition.title,
        "sha256": edition.sha256,
        **({"part": edition.part} if edition.part else {}),
    }
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in facts.items())
    headers = [match.start() for match in re.finditer(re.escape(header), text)]
    editions = Manifest(text.encode())[table].editions
    younger = headers[sum(each.effective <= edition.effective for each in editions) :]
    at = younger[0] if younger else text.find("\n[", headers[-1]) + 1 or len(text)
    return "\n".join([f"{text[:at].rstrip()}\n", f"{header}{lines}", text[at:]]).rstrip() + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directory", type=Path, help="what `otcodes import` has written")
    chosen = parser.parse_args(arguments)
    try:
        made = add(chosen.directory)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for table in made:
        print(f"{table.name}: {table.rows} rows; {table.coverage}")
    if not made:
        print("nothing new: the bundled tables have these editions", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
