"""What changed in the tables since the last release, as fragments for the changelog that a person then reads.

python tools/data_changes.py --old OLD/src/otcodes/data --day 2027-01-01            print them
python tools/data_changes.py --old OLD/src/otcodes/data --day 2027-01-01 --write    write them into changes/

OLD is a checkout of the last release. The day is the first of what is new. Exit status 1 where tables differ
and the data version is still the old one. ``release.py`` runs it against the last tag.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from otcodes._manifest import MANIFEST, Entry, Manifest
from tables import DATA, INTERVAL, FormError, read_csv, rows_of

CHANGES = Path(__file__).resolve().parent.parent / "changes"
CODES_SHOWN = 12
# The columns that a later edition fills in without a change of what a row says.
OPEN_ENDED = ("valid_to", "confirmed_to")

Row = Mapping[str, str]


def fragments(old: Path, new: Path, day: dt.date) -> dict[str, str]:
    """A sentence or two for each table that differs, by its name.

    Raises `FormError` where tables differ and the data version does not.
    """
    before, after = (Manifest((folder / MANIFEST).read_bytes()) for folder in (old, new))
    found: dict[str, str] = {}
    for name in dict.fromkeys((*after, *before)):
        if name not in after:
            found[name] = f"`{name}` is gone."
        elif name not in before:
            found[name] = f"`{name}` is new: {after[name].rows} rows, {after[name].coverage}."
        elif (text := _table(before[name], after[name], old, new, day)) is not None:
            found[name] = text
    if found and before.data_version == after.data_version:
        raise FormError(f"{', '.join(found)} differ, and the data version is still {after.data_version}")
    return found


def _table(before: Entry, after: Entry, old: Path, new: Path, day: dt.date) -> str | None:
    """What is new in one table; `None` where nothing is."""
    known = {edition.id for edition in before.editions}
    editions = [edition for edition in after.editions if edition.id not in known]
    said: list[str] = []
    if before.sha256 != after.sha256:
        said += _rows(_read(before, old), _read(after, new), after.key, day)
    if str(before.coverage) != str(after.coverage):
        said.append(f"now {after.coverage}")
    if not said and not editions:
        return None
    source = f", from {'; '.join(edition.title for edition in editions)}" if editions else ""
    return f"`{after.name}`{source}: {'; '.join(said) or 'no row differs'}."


def _rows(before: list[Row], after: list[Row], key: tuple[str, ...], day: dt.date) -> list[str]:
    """What differs on the day, and how many rows of earlier days do."""
    old, new = (_state(rows, key, day.isoformat()) for rows in (before, after))
    revised = [name for name, row in new.items() if name in old and row != old[name]]
    columns = {
        column: None for name in revised for column in new[name] if new[name][column] != old[name].get(column)
    }
    said = [
        f"{len(names)} {what} on {day} ({_shown(names)})"
        for names, what in (
            ([name for name in new if name not in old], "new"),
            ([name for name in old if name not in new], "gone"),
            (revised, f"revised in {', '.join(columns)}"),
        )
        if names
    ]
    mended = _settled(before, day) ^ _settled(after, day)
    if mended:
        said.append(f"rows of earlier days that were added, mended or taken away: {len(mended)}")
    return said or ["only ends and confirmations of rows differ"]


def _state(rows: Iterable[Row], key: tuple[str, ...], day: str) -> dict[str, dict[str, str]]:
    """What a table says on a day, by its key, without the days of its rows."""
    return {
        " ".join(row[column] for column in key): {
            column: value for column, value in row.items() if column not in INTERVAL
        }
        for row in rows
        if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
    }


def _settled(rows: Iterable[Row], day: dt.date) -> set[frozenset[tuple[str, str]]]:
    """The rows that began before the day, without what a later edition fills in."""
    return {
        frozenset(item for item in row.items() if item[0] not in OPEN_ENDED)
        for row in rows
        if row["valid_from"] < day.isoformat()
    }


def _read(entry: Entry, folder: Path) -> list[Row]:
    path = folder / entry.file
    return [*(read_csv(path) if path.suffix == ".csv" else rows_of(entry.file, path.read_bytes()))]


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - CODES_SHOWN} more" if len(names) > CODES_SHOWN else ""
    return ", ".join(names[:CODES_SHOWN]) + more


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--old", type=Path, required=True, help="the tables of the last release")
    parser.add_argument("--new", type=Path, default=DATA, help="the tables of this one")
    parser.add_argument(
        "--day", type=dt.date.fromisoformat, required=True, help="the first day of what is new"
    )
    parser.add_argument("--write", action="store_true", help="write the fragments, one a table")
    parser.add_argument("--changes", type=Path, default=CHANGES, help="where to")
    chosen = parser.parse_args(arguments)
    try:
        found = fragments(chosen.old, chosen.new, chosen.day)
    except FormError as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in found.items():
        print(text)
        if chosen.write:
            (chosen.changes / f"+data-{name}.data.md").write_bytes(f"{text}\n".encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
