"""A part of an official file of NCCI pairs, in the layout as published; its rows are made up here.

They are of one code in column 1, of which the bundled table has seven pairs; the days are not the real ones.
"""

import datetime as dt
from pathlib import Path

from otcodes._folders import Folder
from otcodes.importing import Imported, import_file
from otcodes.importing._canonical import INTERVAL, rows_of

OCTOBER, JULY = dt.date(2026, 10, 1), dt.date(2026, 7, 1)
PREAMBLE = (
    "CPT only copyright 2026 American Medical Association.  All rights reserved.",
    "Column1/Column 2 Edits",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
)
ROWS = (
    ("95851", "*", "19960101", "20191231", "0"),
    ("95851", "", "20201001", "*", "0"),
    ("95852", "*", "19960101", "20191231", "0"),
    ("95852", "", "20201001", "*", "0"),
    ("97150", "", "20000701", "20191231", "0"),
    ("97150", "", "20200101", "20200101", "9"),
    ("97150", "", "20201001", "*", "0"),
    ("97169", "", "20170101", "*", "0"),
    ("97170", "", "20170101", "*", "0"),
    ("97171", "", "20170101", "*", "0"),
    ("97172", "", "20170101", "*", "0"),
    ("99213", "", "20200101", "*", "1"),  # a code that is none of ours
)
NEW = ("97755", "", "20261001", "*", "1")


def official(*rows: tuple[str, ...], first: str = "97750") -> str:
    """The text of a file with these rows."""
    lines = ("\t".join((first, *row, "a reason")) for row in rows)
    return "".join(f"{line}\r\n" for line in (*PREAMBLE, *lines))


MEDICAID_PREAMBLE = (
    "Medicaid NCCI PTP Edits, made up",
    '"The edits of this file are made up."',
    "Col1\tCol2\tEffDt\tDelDt\tModifierIndicator 0=not allowed 1=allowed\tPTP Edit Rationale",
)


def medicaid(*rows: tuple[str, ...], first: str) -> str:
    """The text of a file of Medicaid with these rows of a code in column 1: six columns, and no asterisk."""
    lines = ("\t".join((first, *row, "a reason")) for row in rows)
    return "".join(f"{line}\r\n" for line in (*MEDICAID_PREAMBLE, *lines))


def july() -> str:
    return official(*ROWS)


def october() -> str:
    """A quarter later: one pair has ended, one is new."""
    return official(*(row if row[0] != "97169" else (*row[:3], "20260930", row[4]) for row in ROWS), NEW)


def imported(folder: Path, text: str, effective: dt.date, *, to: str = "mytables") -> Imported:
    """Import such a text in a folder."""
    file = folder / f"ccipra-v32{effective.month // 3}r0-f4.txt"
    file.write_bytes(text.encode())
    return import_file("ncci-ptp", file, effective=effective, to=folder / to, setting="practitioner")


def assert_read_back(folder: Path) -> None:
    """Each edition of a directory that no later one speaks after is in its table, on all of its days."""
    found = Folder(folder)
    for entry in found.manifest.values():
        made: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for row in rows_of(entry.file, found.read(entry.file)):
            made.setdefault(tuple(row[column] for column in entry.key), []).append(row)
        newest = {edition.part: edition for edition in found.imported(entry.name)}
        for part, edition in newest.items():
            rows = rows_of(edition.file, found.read(edition.file))
            assert rows
            for row in rows:
                key = tuple(row[column] for column in entry.key)
                assert key[: len(part)] == part
                for day in (row["valid_from"], row["valid_to"] or edition.last.isoformat()):
                    assert _facts(made[key], day) == {
                        (name, row[name]) for name in row if name not in INTERVAL
                    }
            # What it does not have does not hold, of the codes that it speaks for.
            day = edition.effective.isoformat()
            there = {tuple(row[column] for column in entry.key) for row in rows if _facts([row], day)}
            if not edition.scope:
                assert {key for key in made if key[: len(part)] == part and _facts(made[key], day)} == there


def _facts(rows: list[dict[str, str]], day: str) -> set[tuple[str, str]]:
    """The cells of the row in force on a day, without those of its days; none where none is."""
    holding = (
        row for row in rows if row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"])
    )
    return {(name, cell) for row in holding for name, cell in row.items() if name not in INTERVAL}
