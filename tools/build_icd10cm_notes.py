"""Build what the tabular list of ICD-10-CM says around its codes, as tables of structured references.

    python tools/build_icd10cm_notes.py 2021-01-01=OLD.xml 2025-04-01=NEXT.xml 2026-04-01=NEW.xml

Reads the XML of every edition, each behind the first day it speaks for; build ``diagnoses.blocks`` before.
Prints the days between editions, for the manifest, and names what it could not read. `otcodes.importing`
reads one edition, and says what the tables are; here they are settled by the codes where no edition speaks
for the days between two.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from icd10cm_tabular_changes import Codes, Renames, Row, gaps, intervals, read_editions
from otcodes.importing.icd10cm_notes import (
    FORMS,
    blocks_of,
    chapters_of,
    characters_of,
    flags_of,
    notes_of,
    written,
)
from otcodes.importing.icd10cm_references import Reader
from tables import write_table

if TYPE_CHECKING:
    from otcodes.importing._merging import Form


def file_of(argument: str) -> tuple[str, Path]:
    first, _, file = argument.partition("=")
    return first, Path(file)


def write(table: str, rows: list[Row], form: Form) -> None:
    print(f"{table}: {write_table(table, rows, key=form.key, columns=form.columns)} rows")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("editions", nargs="+", metavar="EFFECTIVE=FILE.xml", type=file_of)
    editions = read_editions(parser.parse_args().editions)
    tabulars = [edition.tabular for edition in editions]
    codes = Codes()
    for table, state, settle in (
        ("diagnosis_chapters", chapters_of, codes.chapter_changed),
        ("diagnosis_blocks", blocks_of, codes.block_changed),
        ("diagnosis_characters", characters_of, codes.character_changed),
    ):
        form = FORMS[table]
        states = [state(each) for each in tabulars]
        write(table, intervals(editions, states, key=form.key, columns=form.columns, settle=settle), form)

    readers = [Reader(each) for each in tabulars]
    found = [notes_of(each, reader) for each, reader in zip(tabulars, readers, strict=True)]
    texts = {target: written(target, tabulars[::-1]) for notes in found for _, _, target in notes}
    renames = Renames(editions, codes.block_changed)
    states = [
        {
            (renames.newest.get(node, node), kind, texts[target]): flags_of(flags)
            for (node, kind, target), flags in notes.items()
        }
        for notes in found
    ]
    form = FORMS["diagnosis_notes"]
    rows = renames.applied(intervals(editions, states, key=form.key, columns=form.columns), "node")
    write("diagnosis_notes", rows, form)
    print(f"gaps = {json.dumps(gaps(editions))}, coverage_to = {editions[-1].last}")
    for edition, reader in zip(editions, readers, strict=True):
        for problem, line in reader.unread:
            print(f"{edition.first}: {problem}: {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
