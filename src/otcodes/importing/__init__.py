"""Official files become tables of our own form, in a directory that a catalog can be made with.

    import_file("ncci-ptp", "ccipra-f1.zip", …, setting="practitioner", effective=day, to="mytables")
    catalog = Catalog.bundled().with_source("mytables")

An edition is merged with the bundled table, and with the editions that the directory has already: see
`otcodes.importing._merging` for how. The outcome does not depend on the order of the imports.

A kind of file has a module of its own here, and stands in `KINDS`. To add one: describe its columns
(`Layout`), write a function that turns a `Request` into a `Reading`, and say in a `Kind` which table it
becomes a part of, how long an edition speaks, and which of its settings keys begin with.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import attrs

from .._blocks import Blocks
from .._editions import ImportedEdition
from .._store import BLOCKS
from ..catalog import Catalog
from ..errors import FieldError, TableError
from ..tables import check_day
from . import (
    add_on_codes,
    descriptors,
    fees_gpci,
    fees_pprrvu,
    hcpcs,
    icd10cm,
    icd10cm_notes,
    mue,
    ncci_ptp,
    places,
)
from ._canonical import FormError, blocks_of, canonical, rows_of
from ._kinds import Kind, Reading, Request
from ._merging import Board, Statement, merged
from ._sources import has_member
from ._writing import NewTable, file_name, folder_at, manifest_of, write_folder
from ._xlsx import open_official

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterable, Sequence

    from .._folders import Folder
    from .._manifest import Entry
    from ._merging import Row

__all__ = ["KINDS", "Imported", "Kind", "Reading", "Request", "import_file"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ncci_ptp.KIND,
        ncci_ptp.MEDICAID,
        mue.KIND,
        add_on_codes.KIND,
        hcpcs.KIND,
        fees_pprrvu.KIND,
        fees_gpci.KIND,
        places.KIND,
        descriptors.KIND,
        icd10cm.ORDER,
        icd10cm.CODES_FILE,
        icd10cm.ADDENDA,
        icd10cm_notes.KIND,
    )
}


@attrs.frozen(kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        edition: the edition that was imported.
        table: the table that it became a part of.
        to: the directory.
        seen: how many rows the official files have.
        kept: how many rows of ours became of those that are of codes of ours.
        added: how many keys the table has that it had not before.
        changed: how many have other rows than before.
        removed: how many it has no more.
        is_written: whether anything in the directory changed; an edition that is there already does not.
        beside: the same of the other tables that the files became a part of.
        unread: what of the files could not be read and is not in the tables, a line each.
    """

    edition: ImportedEdition
    table: str
    to: str
    seen: int
    kept: int
    added: int
    changed: int
    removed: int
    is_written: bool
    beside: tuple[Imported, ...] = ()
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What was done, in a line for each table."""
        edition = f"{self.edition.id}, for days to {self.edition.last}"
        read = f"{self.seen} rows became {self.kept} of ours"
        did = f"{self.added} keys added, {self.changed} changed, {self.removed} removed"
        own = f"{edition}: {read}; {self.table}: {did if self.is_written else 'nothing changed'}"
        return "\n".join([own, *map(str, self.beside)])


def import_file(
    kind: str,
    *paths: str | os.PathLike[str],
    effective: dt.date,
    to: str | os.PathLike[str],
    setting: str | None = None,
) -> Imported:
    """Import one edition, in one or more official files, into a directory of tables.

    The directory is made where it is not there, and is otherwise one that was made so. Nothing of it changes
    unless all goes well. Where it has this edition already, the files take its place.

    Args:
        kind: what the files are: one of `KINDS`.
        paths: the files of the edition, all of them; zips are read as they are.
        effective: the first day of the edition.
        to: the directory.
        setting: which of the kind's settings the files are of.

    Raises:
        FieldError: no such kind or setting, or no file.
        TableError: a file is not of the layout, or the directory is damaged; it names file, line and column.
        TypeError: `effective` is not a `datetime.date`.
        OSError: the directory cannot be written.

    Examples:
        >>> import datetime as dt
        >>> import_file("ncci-ptp", "ccipra.txt", effective=dt.date(2026, 10, 1), to="mytables")
        Traceback (most recent call last):
        otcodes.errors.FieldError: import.setting should be practitioner or outpatient-hospital, not None
    """
    check_day(effective)
    chosen = KINDS.get(kind)
    if chosen is None:
        raise FieldError("import", "kind", kind, f"one of {', '.join(KINDS)}")
    if (setting or "") not in chosen.settings:
        expected = " or ".join(chosen.settings) if "" not in chosen.settings else "left out"
        raise FieldError("import", "setting", setting, expected)
    if not paths:
        raise FieldError("import", "paths", None, "one file or more")
    try:
        last = chosen.ends(effective)
    except ValueError as error:  # of the year 9999 there is no end of a quarter
        raise FieldError("import", "effective", effective, "the first day of an edition") from error
    where = Path(to).absolute()
    catalog = Catalog.bundled()
    folder = folder_at(where)
    kinds = [chosen, *(attrs.evolve(chosen, table=table, form=form) for table, form in chosen.beside.items())]
    boards = [_board(each, catalog, folder) for each in kinds]
    files = [open_official(path, members=chosen.members) for path in paths]
    files += [open_official(path, members=chosen.also) for path in paths if has_member(path, chosen.also)]
    digests = sorted({file.sha256 for file in files})
    if len(digests) < len(paths):
        raise TableError(files[-1].name, None, "one file is given twice")
    request = Request(
        files=files,
        setting=setting or "",
        part=chosen.settings[setting or ""],
        effective=effective,
        last=last,
        catalog=catalog,
    )
    reading = chosen.read(request)
    if not reading.rows:
        raise TableError(files[0].name, None, "no row of it is of a code that is on board")
    made = [
        _part(each, board, folder, _edition(each, request, reading, digests))
        for each, board in zip(kinds, boards, strict=True)
    ]
    names = {each.table.name for each in made}
    others = [entry for entry in (folder.manifest.values() if folder else ()) if entry.name not in names]
    written = {name: folder.read(name) for entry in others for name in _files(entry)} if folder else {}
    for each in made:
        written |= each.files
    manifest = manifest_of([*others, *(each.table for each in made)])
    is_written = write_folder(where, written, manifest, folder)
    own, *beside = [
        _imported(
            each,
            folder,
            to=str(to),
            seen=reading.seen if each.kind is chosen else each.kept,
            is_written=is_written,
        )
        for each in made
    ]
    return attrs.evolve(own, beside=tuple(beside), unread=reading.unread)


class _Part(NamedTuple):
    """One of the tables that an import changes: what it is made of, and its files."""

    kind: Kind
    board: Board
    edition: ImportedEdition
    kept: int
    table: NewTable
    files: dict[str, bytes]


def _part(kind: Kind, board: Board, folder: Folder | None, own: tuple[ImportedEdition, bytes, int]) -> _Part:
    """A table made of what is on board, what the directory has, and one more edition."""
    edition, content, rows = own
    kept = {each.id: (each, folder.read(each.file)) for each in folder.imported(kind.table)} if folder else {}
    kept[edition.id] = (edition, content)
    return _Part(kind, board, edition, rows, *_table(kind, board, kept.values()))


def _imported(part: _Part, folder: Folder | None, *, to: str, seen: int, is_written: bool) -> Imported:
    """What became of one table."""
    table = part.table
    before = part.board.rows
    if folder is not None and table.name in folder.manifest:
        before = _rows(folder, table.name)
    added, changed, removed = _difference(part.kind, before, rows_of(table.file, part.files[table.file]))
    return Imported(
        edition=part.edition,
        table=table.name,
        to=to,
        seen=seen,
        kept=part.kept,
        added=added,
        changed=changed,
        removed=removed,
        is_written=is_written,
    )


def _board(kind: Kind, catalog: Catalog, folder: Folder | None) -> Board:
    """The bundled table; what the directory has was made from it."""
    if folder is not None and kind.table in folder.manifest and not folder.imported(kind.table):
        entry = folder.manifest[kind.table]
        problem = f"table {kind.table} was not made by an import; expected a directory without it"
        raise TableError(f"{folder.name}: {entry.file}", None, problem)
    own, content = catalog.file_of(kind.table)
    rows = () if own is None else rows_of(own.file, content)
    return Board(kind.form, own, rows, is_history=kind.since is not None)


def _rows(folder: Folder, table: str) -> list[Row]:
    file = folder.manifest[table].file
    return rows_of(file, folder.read(file))


def _edition(
    kind: Kind, request: Request, reading: Reading, digests: Sequence[str]
) -> tuple[ImportedEdition, bytes, int]:
    """The edition, its rows as they are kept in a file, and how many they are."""
    rows = reading.beside.get(kind.table, reading.rows)
    name = "-".join(filter(None, (kind.name, request.setting, request.effective.isoformat())))
    try:
        text = canonical(rows, key=kind.form.key, columns=kind.form.columns)
    except FormError as error:
        raise TableError(request.files[0].name, None, str(error)) from error
    content = text.encode()
    setting = f", {request.setting.replace('-', ' ')}" if request.setting else ""
    edition = ImportedEdition(
        id=name,
        effective=request.effective,
        publisher=kind.publisher,
        title=f"{kind.title}{setting}, effective {request.effective}",
        # Of several files, over their own in order, a line each.
        sha256=digests[0] if len(digests) == 1 else sha256("\n".join(digests).encode()).hexdigest(),
        first=kind.since or request.effective,
        last=reading.lasts.get(kind.table, request.last),
        part=request.part,
        scope=tuple(f"{first}-{last}" for first, last in reading.scope or ()),
        file=file_name(name, content, ".csv"),
        file_sha256=sha256(content).hexdigest(),
    )
    return edition, content, len(rows)


def _statement(kind: Kind, edition: ImportedEdition, content: bytes) -> Statement:
    spans = (span.partition("-") for span in edition.scope)
    return Statement(
        effective=edition.effective,
        first=edition.first,
        last=edition.last,
        part=edition.part,
        scope=tuple((first, last) for first, _, last in spans) or None,
        runs=kind.form.by_key(rows_of(edition.file, content), edition.last),
    )


def _table(
    kind: Kind, board: Board, kept: Iterable[tuple[ImportedEdition, bytes]]
) -> tuple[NewTable, dict[str, bytes]]:
    """The table made of all, and its files."""
    kept = sorted(kept, key=lambda each: each[0].id)  # so that of two of one day it is told which comes last
    statements = [_statement(kind, edition, content) for edition, content in kept]
    result = merged(board, statements, parts=tuple(kind.settings.values()))
    files = {edition.file: content for edition, content in kept}
    made = _made(kind, board, result.rows)
    files |= made.files
    own = board.entry.editions if board.entry is not None else ()
    table = NewTable(
        name=kind.table,
        file=made.file,
        key=kind.form.key,
        rows=len(result.rows),
        sha256=made.sha256,
        coverage=result.coverage,
        licence=kind.licence,
        note=kind.note,
        editions=[*own, *(edition for edition, _ in kept)],
        index=made.words,
        index_sha256=made.words_sha256,
    )
    return table, files


class _Made(NamedTuple):
    """The files of a table, and what the manifest says of them."""

    files: dict[str, bytes]
    file: str
    sha256: str
    words: str = ""
    words_sha256: str = ""


def _made(kind: Kind, board: Board, rows: Sequence[Row]) -> _Made:
    """The rows in the form of the table's file on board."""
    if board.entry is None or not board.entry.file.endswith(BLOCKS):
        content = canonical(rows, key=kind.form.key, columns=kind.form.columns).encode()
        file = file_name(kind.table, content, ".csv")
        return _Made({file: content}, file, sha256(content).hexdigest())
    content = blocks_of(rows, columns=[column for column in kind.form.columns if column != "title"])
    file = file_name(kind.table, content, BLOCKS)
    fingerprint = Blocks(file, content).fingerprint
    if kind.index is None:
        return _Made({file: content}, file, fingerprint)
    words = kind.index(content)
    index = file_name(f"{kind.table}_words", words, BLOCKS)
    return _Made({file: content, index: words}, file, fingerprint, index, Blocks(index, words).fingerprint)


def _files(entry: Entry) -> list[str]:
    imported = [edition.file for edition in entry.editions if isinstance(edition, ImportedEdition)]
    return [*filter(None, (entry.file, entry.index)), *imported]


def _difference(kind: Kind, before: Iterable[Row], after: Iterable[Row]) -> tuple[int, int, int]:
    """How many keys are new, have other rows, and are gone."""

    def by_key(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            found.setdefault(tuple(row[column] for column in kind.form.key), []).append(row)
        return found

    old, new = by_key(before), by_key(after)
    changed = sum(1 for key in old.keys() & new.keys() if old[key] != new[key])
    return len(new.keys() - old.keys()), changed, len(old.keys() - new.keys())
