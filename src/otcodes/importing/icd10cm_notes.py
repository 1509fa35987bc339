"""What the tabular list of ICD-10-CM says around its codes, as structured references.

* Chapters and blocks: a block of blocks has no categories of its own and stands as `parent` at those within
  it.
* Seventh characters, at the code that states them, for all below it; what is stated nearer holds. Where a
  stem of six characters takes only a part of them, that part stands at the stem.
* A row for every reference of a note, no sentence of it. A target is

    - a code with all below it: `M62.81`; with `-` behind it, as in print, where more characters are needed
      in the newest edition that it was built from;
    - a range with all below its ends: `S00-T88`, `P04.1-P04.9`;
    - either with `_` for any character: `I69._23`; `T36.__5-T50.__5` is, of the categories from T36 to T50,
      what has 5 as its sixth character;
    - `?`: one or more conditions that the note gives no code for.

  A reference is conditional if the note says so (`if applicable`, `such as`); of several targets of a node
  and kind one is enough. `is_manifestation` marks code-first notes of the etiology/manifestation convention:
  the title there, or above, says "in diseases classified elsewhere" or the like (guidelines, section
  I.A.13). Where only a code below the note is titled so, the note is repeated there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from .._manifest import DAY
from ..errors import TableError
from ._canonical import INTERVAL, rows_of
from ._kinds import Kind, Reading
from ._merging import Form
from .icd10cm import (
    LICENCE,
    check_kept,
    fiscal_year,
    half_year_end,
    known_on_board,
    listing_before,
    only_file,
)
from .icd10cm_lists import CATEGORY, dotted
from .icd10cm_references import Reader
from .icd10cm_tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._kinds import Request
    from .icd10cm_references import Target

UNCODED, DASH = "?", "-"
# "In diseases classified elsewhere", "in conditions ...", "due to ..."; not "as the cause of ...".
MANIFESTATION = re.compile(r"\b(?:in|due to|with)\b.*\bclassified elsewhere\b")
CODE_FIRST = "code-first"

# What an edition says: the cells of each key.
State: TypeAlias = "dict[tuple[str, ...], tuple[str, ...]]"
# Whether each reference is conditional, and whether it is of a manifestation.
Notes: TypeAlias = "dict[tuple[str, str, Target | None], tuple[bool, bool]]"


def chapters_of(tabular: Tabular) -> State:
    """The chapters."""
    return {(number,): tuple(chapter) for number, chapter in tabular.chapters.items()}


def blocks_of(tabular: Tabular) -> State:
    """The blocks."""
    parents = tabular.parents()
    return {
        (id_,): (block.chapter, parents[id_], block.title, "|".join(block.categories))
        for id_, block in tabular.blocks.items()
    }


def characters_of(tabular: Tabular) -> State:
    """The stated alphabets, and the part of one that the codes of one stem take.

    Raises:
        TableError: a code takes a character that is not stated above it.
    """
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
            others = ", ".join(sorted(taken - meanings.keys()))
            raise TableError(tabular.name, None, f"{stem} takes {others}, which {node} does not state")
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
            is_manifestation = is_code and note.kind == CODE_FIRST and _is_titled_so(tabular, node)
            for reference in references:
                key = (dotted(node) if is_code else node, note.kind, reference.target)
                is_conditional, _ = found.get(key, (True, False))
                found[key] = (is_conditional and reference.is_conditional, is_manifestation)
    return found | _repeated(tabular, found)


def _repeated(tabular: Tabular, notes: Notes) -> Notes:
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


def _is_titled_so(tabular: Tabular, code: str) -> bool:
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
            return dotted(first) if is_whole else f"{dotted(first)}{DASH}"
    raise ValueError(f"no edition has a code of {target}")


def flags_of(flags: Iterable[bool]) -> tuple[str, ...]:
    """Booleans as a table has them."""
    return tuple("yes" if flag else "no" for flag in flags)


FORMS = {
    "diagnosis_chapters": Form(key=("number",), columns=("first", "last", "title"), scope_by="number"),
    "diagnosis_blocks": Form(
        key=("id",), columns=("chapter", "parent", "title", "categories"), scope_by="id"
    ),
    "diagnosis_characters": Form(key=("node", "character"), columns=("meaning",), scope_by="node"),
    "diagnosis_notes": Form(
        key=("node", "kind", "target"), columns=("is_conditional", "is_manifestation"), scope_by="node"
    ),
}


def _read(request: Request) -> Reading:
    file = only_file(request)
    tabular = Tabular(file)
    fiscal = fiscal_year(request.effective)
    if tabular.version not in ("", fiscal):
        problem = (
            f"its version is {tabular.version}; expected {fiscal}, the fiscal year of {request.effective}"
        )
        raise TableError(file.name, None, problem)
    check_kept(file, tabular.listing, listing_before(request, known_on_board(request.catalog)))
    reader = Reader(tabular)
    # The dash says that a code is a header, which it need not be in other editions: one note is one row.
    spelled = {
        (row["node"], row["kind"], row["target"].rstrip(DASH)): row["target"]
        for row in _on_board("diagnosis_notes", request)
    }
    states: dict[str, State] = {
        "diagnosis_chapters": chapters_of(tabular),
        "diagnosis_blocks": blocks_of(tabular),
        "diagnosis_characters": characters_of(tabular),
        "diagnosis_notes": {
            (node, kind, spelled.get((node, kind, text.rstrip(DASH)), text)): flags_of(flags)
            for (node, kind, target), flags in notes_of(tabular, reader).items()
            for text in [written(target, [tabular])]
        },
    }
    rows = {table: list(_rows(table, state, request)) for table, state in states.items()}
    return Reading(
        rows=rows.pop("diagnosis_notes"),
        scope=None,
        seen=len(states["diagnosis_notes"]),
        beside=rows,
        unread=tuple(f"{file.name}: {problem}: {line}" for problem, line in reader.unread),
    )


def _rows(table: str, state: State, request: Request) -> Iterator[dict[str, str]]:
    """The rows of one table.

    What is not on board the day before is new, so that its start is known; what is goes on.
    """
    form, day = FORMS[table], request.effective.isoformat()
    before = _cells_before(table, request)
    for key, cells in state.items():
        is_new = before is not None and before.get(key) != cells
        interval = (day, "", "yes" if is_new else "no", "")
        yield dict(zip((*form.key, *INTERVAL, *form.columns), (*key, *interval, *cells), strict=True))


def _cells_before(table: str, request: Request) -> State | None:
    """The cells of each key on board the day before the edition; `None` where that day is not covered."""
    form, eve = FORMS[table], request.effective - DAY
    entry, _ = request.catalog.file_of(table)
    if entry is None or entry.coverage.gap_of(eve) or not entry.coverage.first <= eve <= entry.coverage.last:
        return None
    day = eve.isoformat()
    return {
        tuple(row[column] for column in form.key): tuple(row[column] for column in form.columns)
        for row in _on_board(table, request)
        if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
    }


def _on_board(table: str, request: Request) -> list[dict[str, str]]:
    """The rows of a bundled table."""
    entry, content = request.catalog.file_of(table)
    return [] if entry is None else rows_of(entry.file, content)


KIND = Kind(
    name="icd10cm-tabular",
    about="ICD-10-CM tabular list (XML): notes, blocks, chapters and seventh characters",
    table="diagnosis_notes",
    form=FORMS["diagnosis_notes"],
    beside={table: form for table, form in FORMS.items() if table != "diagnosis_notes"},
    layouts=(),  # XML: `icd10cm_tabular` says which of its elements are read
    read=_read,
    ends=half_year_end,
    members=(r"tabular(?![^/]*addenda)[^/]*\.xml$",),
    publisher="National Center for Health Statistics",
    title="ICD-10-CM tabular list of diseases and injuries",
    licence=LICENCE,
    note="What the tabular list says around its codes, as references: what each note names, not its "
    "sentence. Between two lists on board a row answers where they agree.",
)
