"""Build what the tabular list of ICD-10-CM says around its codes, as tables of structured references.

    python tools/build_icd10cm_notes.py 2021-01-01=OLD.xml 2025-04-01=NEXT.xml 2026-04-01=NEW.xml

Reads the XML of every edition, each behind the first day it speaks for; build ``diagnoses.blocks`` before.
Prints the days between editions, for the manifest, and names what it could not read. Writes

* ``diagnosis_chapters.csv`` and ``diagnosis_blocks.csv``: a block of blocks has no categories of its own and
  stands as `parent` at those within it;
* ``diagnosis_characters.csv``: seventh characters, at the code that states them, for all below it; what is
  stated nearer holds. Where a stem of six characters takes only a part of them, that part stands at the stem;
* ``diagnosis_notes.csv``: a row for every reference of a note, no sentence of it. A target is

  - a code with all below it: `M62.81`; with `-` behind it, as in print, where more characters are needed;
  - a range with all below its ends: `S00-T88`, `P04.1-P04.9`;
  - either with `_` for any character: `I69._23`; `T36.__5-T50.__5` is, of the categories from T36 to T50,
    what has 5 as its sixth character;
  - `?`: one or more conditions that the note gives no code for.

  A reference is conditional if the note says so (`if applicable`, `such as`); of several targets of a node
  and kind one is enough. `is_manifestation` marks code-first notes of the etiology/manifestation convention:
  the title there, or above, says "in diseases classified elsewhere" or the like (guidelines, section I.A.13).
  Where only a code below the note is titled so, the note is repeated there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from icd10cm_tabular import CATEGORY, Tabular, dotted
from icd10cm_tabular_changes import Codes, Renames, Row, State, gaps, intervals, read_editions
from icd10cm_tabular_references import Reader, Target
from tables import write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNCODED = "?"
# "In diseases classified elsewhere", "in conditions ...", "due to ..."; not "as the cause of ...".
MANIFESTATION = re.compile(r"\b(?:in|due to|with)\b.*\bclassified elsewhere\b")
KEY = ("node", "kind", "target")
COLUMNS = ("is_conditional", "is_manifestation")
CODE_FIRST = "code-first"

# Whether each reference is conditional, and whether it is of a manifestation.
Notes = dict[tuple[str, str, "Target | None"], tuple[bool, bool]]


def chapters_of(tabular: Tabular) -> State:
    return {(number,): tuple(chapter) for number, chapter in tabular.chapters.items()}


def blocks_of(tabular: Tabular) -> State:
    parents = tabular.parents()
    return {
        (id_,): (block.chapter, parents[id_], block.title, "|".join(block.categories))
        for id_, block in tabular.blocks.items()
    }


def characters_of(tabular: Tabular) -> State:
    """The stated alphabets, and the part of one that the codes of one stem take."""
    found: State = {
        (dotted(node), character): (meaning,)
        for node, meanings in tabular.characters.items()
        for character, meaning in meanings.items()
    }
    for stem, taken in tabular.stems().items():
        node = tabular.stating(stem)
        if node is None:
            continue  # these codes are listed one by one: their last character is like those before it
        meanings = tabular.characters[node]
        if not taken <= meanings.keys():
            raise ValueError(f"{stem} takes {taken - meanings.keys()}, which {node} does not state")
        if taken != meanings.keys():
            found |= {(dotted(stem), character): (meanings[character],) for character in taken}
    return found


def notes_of(tabular: Tabular, reader: Reader) -> Notes:
    """Whether each reference is conditional, as it is if all notes say so, and of a manifestation."""
    found: Notes = {}
    for note in tabular.notes:
        references = list(reader.references(note))
        for node in reader.subjects(note):
            is_code = node in tabular.listing
            is_manifestation = is_code and note.kind == CODE_FIRST and is_titled_so(tabular, node)
            for reference in references:
                key = (dotted(node) if is_code else node, note.kind, reference.target)
                is_conditional, _ = found.get(key, (True, False))
                found[key] = (is_conditional and reference.is_conditional, is_manifestation)
    return found | repeated(tabular, found)


def repeated(tabular: Tabular, notes: Notes) -> Notes:
    """The code-first notes above those codes that alone are titled as manifestations, at these codes."""
    by_node: dict[str, Notes] = {}
    for key, flags in notes.items():
        if key[1] == CODE_FIRST:
            by_node.setdefault(key[0].replace(".", ""), {})[key] = flags
    found: Notes = {}
    for code, entry in tabular.listing.items():
        if MANIFESTATION.search(entry.title) and entry.is_billable:
            above = [
                code[:length] for length in range(len(code), CATEGORY - 1, -1) if code[:length] in by_node
            ]
            marks = [is_marked for node in above for _, is_marked in by_node[node].values()]
            if above and not any(marks):
                for (_, kind, target), (is_conditional, _) in by_node[above[0]].items():
                    found[dotted(code), kind, target] = (is_conditional, True)
    return found


def is_titled_so(tabular: Tabular, code: str) -> bool:
    """Whether the title of a code, or of one above it, is a manifestation's (guidelines, I.A.13)."""
    above = (tabular.listing.get(code[:length]) for length in range(CATEGORY, len(code) + 1))
    return any(entry is not None and MANIFESTATION.search(entry.title) for entry in above)


def written(target: Target | None, newest_first: Iterable[Tabular]) -> str:
    """A target as the table has it, for all editions alike: as the newest that has its codes prints it."""
    if target is None:
        return UNCODED
    first, last = target
    if first != last:
        return f"{dotted(first)}-{dotted(last)}"
    for tabular in newest_first:
        codes = tabular.named(target)
        if codes:
            is_whole = any(len(code) == len(first) and tabular.listing[code].is_billable for code in codes)
            return dotted(first) if is_whole else f"{dotted(first)}-"
    raise ValueError(f"no edition has a code of {target}")


def file_of(argument: str) -> tuple[str, Path]:
    first, _, file = argument.partition("=")
    return first, Path(file)


def yes_or_no(flag: bool) -> str:  # noqa: FBT001 -- it is what is written
    return "yes" if flag else "no"


def write(name: str, rows: list[Row], key: Sequence[str], columns: Sequence[str]) -> None:
    print(f"diagnosis_{name}: {write_table(f'diagnosis_{name}', rows, key=key, columns=columns)} rows")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("editions", nargs="+", metavar="EFFECTIVE=FILE.xml", type=file_of)
    editions = read_editions(parser.parse_args().editions)
    tabulars = [edition.tabular for edition in editions]
    codes = Codes()
    for name, state, key, columns, settle in (
        ("chapters", chapters_of, ("number",), ("first", "last", "title"), codes.chapter_changed),
        ("blocks", blocks_of, ("id",), ("chapter", "parent", "title", "categories"), codes.block_changed),
        ("characters", characters_of, ("node", "character"), ("meaning",), codes.character_changed),
    ):
        states = [state(each) for each in tabulars]
        write(name, intervals(editions, states, key=key, columns=columns, settle=settle), key, columns)

    readers = [Reader(each) for each in tabulars]
    found = [notes_of(each, reader) for each, reader in zip(tabulars, readers, strict=True)]
    texts = {target: written(target, tabulars[::-1]) for notes in found for _, _, target in notes}
    renames = Renames(editions, codes.block_changed)
    states = [
        {
            (renames.newest.get(node, node), kind, texts[target]): (yes_or_no(one), yes_or_no(two))
            for (node, kind, target), (one, two) in notes.items()
        }
        for notes in found
    ]
    rows = renames.applied(intervals(editions, states, key=KEY, columns=COLUMNS), "node")
    write("notes", rows, KEY, COLUMNS)
    print(f"gaps = {json.dumps(gaps(editions))}, coverage_to = {editions[-1].last}")
    for edition, reader in zip(editions, readers, strict=True):
        for problem, line in reader.unread:
            print(f"{edition.first}: {problem}: {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
