"""The geographic practice cost indices of the Medicare physician fee schedule (GPCI), published each year.

The sheet is addendum E of the schedule: title lines, a header that names the year, a row for each locality,
and footnotes. That of 2020 has no states, that of January 2026 the work index without its floor, too.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import attrs

from ..errors import TableError
from ._fees import in_force, number
from ._kinds import Kind, Reading, Request, year_end
from ._layout import TITLE_LINES, Column, Layout
from ._merging import Form

if TYPE_CHECKING:
    from ._merging import Row
    from ._sources import OfficialFile

MOST_MISSING = 0.05  # of the localities on board, for a file that is whole
CONTRACTOR, LOCALITY = 5, 2  # digits
BEGINNING = "medicare administrative contractor"

# How the files shorten words, and what stays in capitals or small.
WORDS = {
    "Cnty": "County",
    "Cntys": "Counties",
    "Dc": "DC",
    "Md": "MD",
    "N": "northern",
    "Nj": "New Jersey",
    "Nyc": "NYC",
    "Of": "of",
    "Poughkpsie": "Poughkeepsie",
    "Surr": "surrounding",
    "Va": "VA",
}


def name_of(text: str) -> str:
    """A locality's name in words, without the marks of footnotes.

    Examples:
        >>> name_of("BALTIMORE/SURR. CNTYS"), name_of("ALASKA*")
        ('Baltimore/surrounding Counties', 'Alaska')
    """
    plain = " ".join(text.replace("*", " ").replace("--", "-").split())
    words = re.sub(r"[A-Za-z]+", lambda match: WORDS.get(match[0].title(), match[0].title()), plain)
    if not words:
        raise ValueError("expected a name")
    return words.replace("surrounding.", "surrounding")


def _contractor(text: str) -> str:
    """The number, with the zero that a sheet may have lost."""
    if not re.fullmatch(r"[0-9]{4,5}", text, re.ASCII):
        raise ValueError("expected five digits")
    return text.zfill(CONTRACTOR)


def _locality(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        raise ValueError("expected two digits")
    return text.zfill(LOCALITY)


def _state(text: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", text, re.ASCII):
        raise ValueError("expected two letters")
    return text


def layout_of(year: int, *, has_states: bool = True, has_both: bool = False) -> Layout:
    """The layout of a year's sheet.

    Args:
        year: which the headers name.
        has_states: whether it has a column of states; that of 2020 has none.
        has_both: whether it has the work index without the floor, too.
    """
    index = number(3)
    states = (Column("state", "state", _state, "two letters"),)
    without = (
        Column("no_floor", f"{year} pw gpci (without 1.0 floor)", None, "the work, without floor; not kept"),
    )
    return Layout(
        (
            Column("contractor", BEGINNING, _contractor, "five digits"),
            *(states if has_states else ()),
            Column("locality", "locality number", _locality, "two digits"),
            Column("name", "locality name", name_of, "the name, with the marks of footnotes"),
            *(without if has_both else ()),
            Column("work", f"{year} pw gpci (with 1.0 floor)", index, "the work, with the floor of the law"),
            Column("practice", f"{year} pe gpci", index, "the practice expense"),
            Column("malpractice", f"{year} mp gpci", index, "the malpractice"),
        )
    )


def _read(request: Request) -> Reading:
    """The localities of a year."""
    if len(request.files) > 1:
        raise TableError(request.files[1].name, None, "expected one file: a year's indices are a single one")
    file = request.files[0]
    states = {(row.contractor, row.locality): row.state for row in request.catalog.localities.own()}
    interval = {
        "valid_from": request.effective.isoformat(),
        "valid_to": "",
        "is_start_known": "no",
        "confirmed_to": "",
    }
    lines: dict[tuple[str, str], int] = {}
    rows: list[dict[str, str]] = []
    for line, row in rows_of(file, request.effective.year):
        key = (row["contractor"], row["locality"])
        if key in lines:
            raise TableError(
                file.name, line, f"locality number: {'-'.join(key)} is on line {lines[key]} already"
            )
        lines[key] = line
        state = row.get("state") or states.get(key)
        if state is None:
            problem = f"it does not say in which state {'-'.join(key)} is, nor does the bundled table"
            raise TableError(file.name, line, problem)
        rows.append({**row, "state": state, **interval})
    _check_whole(file, rows, request)
    return Reading(rows=rows, scope=None, seen=len(rows))


def rows_of(file: OfficialFile, year: int) -> list[tuple[int, Row]]:
    """The rows of a year's sheet with their lines.

    Raises:
        TableError: it is not of the layout, or of another year.
    """
    lines = file.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = _header(lines)
    layout = layout_of(
        year,
        has_states="state" in header,
        has_both=sum("1.0 floor" in cell for cell in header) > 1,
    )
    # Footnotes, which begin with no number, stand below the rows.
    while lines and not lines[-1].lstrip(' "')[:1].isdecimal():
        lines.pop()
    return list(layout.rows(attrs.evolve(file, text="\n".join(lines)) if lines else file))


def _header(lines: list[str]) -> list[str]:
    """The cells of the header in small letters; none where there is no header."""
    for place, line in enumerate(lines[:TITLE_LINES]):
        if line.lstrip(' "').casefold().startswith(BEGINNING):
            text = (f"{each}\n" for each in lines[place:])  # a quoted cell may go on in the next line
            try:
                cells = next(csv.reader(text, delimiter="\t" if "\t" in line else ","))
            except csv.Error:  # such as a cell without end; the layout says so
                break
            return [" ".join(cell.split()).casefold() for cell in cells]
    return []


def _check_whole(file: OfficialFile, rows: list[dict[str, str]], request: Request) -> None:
    """Refuse a file that was cut or filtered: what it lacks of the localities on board would end."""
    board = {row.number: row.state for row in in_force(request.catalog.localities, request.effective)}
    missing = sorted(board.keys() - {f"{row['contractor']}-{row['locality']}" for row in rows})
    states = {row["state"] for row in rows}
    if len(missing) > len(board) * MOST_MISSING or any(board[each] not in states for each in missing):
        problem = f"localities that are on board are not in it: {len(missing)}, as {missing[0]}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


KIND = Kind(
    name="gpci",
    about="Medicare physician fee schedule: geographic practice cost indices (GPCI) of a year",
    table="localities",
    form=Form(
        key=("contractor", "locality"),
        columns=("state", "name", "work", "practice", "malpractice"),
        scope_by="locality",
    ),
    layouts=(layout_of(2026), layout_of(2026, has_both=True), layout_of(2020, has_states=False)),
    read=_read,
    ends=year_end,
    members=(r"gpci[^/]*\.csv$", r"gpci[^/]*\.txt$"),
    publisher="Centers for Medicare & Medicaid Services",
    title="Geographic Practice Cost Indices by State and Medicare Locality (addendum E)",
    licence="US government work (Centers for Medicare & Medicaid Services)",
    note="The work index has the floor of 1.0 (Alaska 1.5) as it was paid. Names are CMS's, its shortened "
    "words written out.",
)
