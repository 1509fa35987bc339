"""A part of an official file of NCCI pairs, in the layout as published; its rows are made up here.

They are of one code in column 1, of which the bundled table has seven pairs; the days are not the real ones.
"""

import datetime as dt
from pathlib import Path

from otcodes.importing import Imported, import_file

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
