"""Directories of tables written: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from .._editions import ImportedEdition
from .._folders import Folder
from .._manifest import EDITION, EDITIONS, MANIFEST, SCHEMA, TABLE
from ..errors import TableError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    from .._editions import Edition
    from .._manifest import Coverage, Entry

SHOWN = 12  # digits of its hash in a file's name
HEAD = "# Written by otcodes import; a change by hand is refused by its hash.\n"


@attrs.frozen(kw_only=True)
class NewTable:
    """A table as it is to be written.

    Attributes:
        name: its name.
        file: the name of its file.
        key: the columns that name a row.
        rows: how many rows it has.
        sha256: what the manifest says of the file's hash.
        coverage: what it covers.
        licence: under which terms the facts may be used.
        note: what a user should know of it.
        editions: what it was made from.
        index: the file of blocks by which its titles are searched; empty where there is none.
        index_sha256: of that file.
    """

    name: str
    file: str
    key: Sequence[str]
    rows: int
    sha256: str
    coverage: Coverage
    licence: str
    note: str
    editions: Iterable[Edition]
    index: str = ""
    index_sha256: str = ""


def file_name(stem: str, content: bytes, ending: str) -> str:
    """The name of a file that is never written over by another one: its hash is in it."""
    return f"{stem}-{sha256(content).hexdigest()[:SHOWN]}{ending}"


def manifest_of(tables: Iterable[NewTable | Entry]) -> str:
    """The text of a manifest, its tables sorted by name, their editions by day.

    Raises:
        ValueError: a text has a quotation mark, a backslash or a line end in it, which no manifest can.
    """
    parts = [HEAD]
    for table in sorted(tables, key=lambda each: each.name):
        parts.append(f"\n{TABLE}{table.name}]\n{_lines(_facts(table))}")
        for edition in sorted(table.editions, key=_order):
            facts = attrs.asdict(edition, recurse=False)
            if not edition.part:
                del facts["part"]
            parts.append(f"\n{EDITION}{table.name}{EDITIONS}\n{_lines(facts)}")
    return "".join(parts)


def _order(edition: Edition) -> tuple[dt.date, str]:
    """By day; those on board keep their order, and those that were imported follow them by id."""
    return edition.effective, edition.id if isinstance(edition, ImportedEdition) else ""


def _facts(table: NewTable | Entry) -> dict[str, object]:
    coverage = table.coverage
    facts: dict[str, object] = {
        "file": table.file,
        "schema": SCHEMA,
        "key": table.key,
        "rows": table.rows,
        "sha256": table.sha256,
        "scope": [f"{first}-{last}" for first, last in coverage.scope],
        "coverage_from": coverage.first,
        "gaps": [f"{first}/{last}" for first, last in coverage.gaps],
        "coverage_to": coverage.last,
        "carried_to": coverage.carried_to,
        "carries_forward": coverage.carries_forward,
        "licence": table.licence,
        "note": table.note,
        "index": table.index,
        "index_sha256": table.index_sha256,
    }
    optional = ("gaps", "carried_to", "note", "index", "index_sha256")
    return {name: value for name, value in facts.items() if value or name not in optional}


def _lines(facts: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in facts.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    text = str(value)
    if not text.isprintable() or '"' in text or "\\" in text:
        raise ValueError(f"{text!r} cannot stand in a manifest")
    return f'"{text}"'


def write_folder(where: Path, files: Mapping[str, bytes], manifest: str, before: Folder | None) -> bool:
    """Write a directory of tables; gives whether anything changed.

    A new directory is made beside its place and then moved there. In one that is there the manifest is
    replaced last, in one step: until then it is the old directory, and from then on the new one.

    Args:
        where: the directory.
        files: its files but for the manifest, by names that their content decides.
        manifest: the text of the manifest.
        before: what is there now.

    Raises:
        TableError: another import writes there, or did since it was read.
        OSError: it cannot be written; what was there is as it was.
    """
    content = manifest.encode()
    old = None if before is None else before.read(MANIFEST)
    if content == old:
        return False
    where.parent.mkdir(parents=True, exist_ok=True)
    with _alone(where):
        now = where / MANIFEST
        if (now.read_bytes() if now.exists() else None) != old:
            raise TableError(str(where), None, "another import changed it meanwhile; run this one again")
        if before is None:
            _make(where, {**files, MANIFEST: content})
            return True
        there = set(before.files())
        _add(where, {name: each for name, each in files.items() if name not in there}, content)
        for name in there - set(files) - {MANIFEST}:
            (where / name).unlink(missing_ok=True)
    return True


@contextmanager
def _alone(where: Path) -> Generator[None, None, None]:
    """While this runs, no other import writes to a directory: the second one of two is refused."""
    lock = where.with_name(f".{where.name}.lock")
    try:
        lock.touch(exist_ok=False)
    except FileExistsError as error:
        problem = f"another import is writing it; where none is, remove {lock.name} beside it"
        raise TableError(str(where), None, problem) from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _make(where: Path, files: Mapping[str, bytes]) -> None:
    """Make a directory, beside its place first."""
    aside = where.with_name(f".{where.name}.new")
    aside.mkdir(exist_ok=True)
    for left in aside.iterdir():  # by a run that was broken off
        left.unlink()
    for name, content in files.items():
        _write(aside / name, content)
    if where.is_dir():  # an empty one
        where.rmdir()
    aside.replace(where)


def _add(where: Path, files: Mapping[str, bytes], manifest: bytes) -> None:
    """Add files, then the manifest in the place of the old one; where that fails, take them away again."""
    aside = where / f".{MANIFEST}.new"
    try:
        for name, content in files.items():
            _write(where / name, content)
        _write(aside, manifest)
        aside.replace(where / MANIFEST)
    except BaseException:
        for path in (aside, *(where / name for name in files)):
            path.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def folder_at(where: Path) -> Folder | None:
    """The directory of tables at a place, verified; `None` where nothing is there, or an empty directory.

    Raises:
        TableError: it is damaged, or something else is there.
    """
    if not where.exists():
        return None
    if not where.is_dir():
        raise TableError(str(where), None, "it is a file; expected a directory")
    if not (where / MANIFEST).exists():
        if any(where.iterdir()):
            raise TableError(
                str(where), None, f"it holds files and no {MANIFEST}; expected a new or empty directory"
            )
        return None
    return Folder(where)
