"""A relative value file of the Medicare physician fee schedule (PPRRVU), read in both of its forms.

Its sheet has title lines and a header of several lines, the last of which begins with HCPCS. Its text has
lines that begin with HDR, then a record of fixed width for each code. From 2020 to 2026 both stayed as they
are but for the pricing indicator, which came in 2026. The descriptions are the AMA's, and are not read.
"""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

import attrs

from ..errors import TableError, shown
from ._fees import number
from ._layout import HEADER_LINES, TITLE_LINES, Column, Layout, procedure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from ._merging import Row
    from ._sources import OfficialFile

FOR_ALL, FOR_QUALIFYING = "9", "1"  # the pricing indicator
TEXT = "HDR"  # what the text begins with

RELEASES = ("January", "April", "July", "October")
TITLE = re.compile(
    rf"(20\d\d) national physician fee schedule relative value file ({'|'.join(RELEASES)}) release",
    re.IGNORECASE,
)
NAME = re.compile(rf"pprrvu(?:20)?(\d\d)_({'|'.join(each[:3] for each in RELEASES)})", re.IGNORECASE)


def _matching(pattern: str, expected: str) -> Callable[[str], str]:
    form = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return read


_value, _digit = number(2), _matching("[0-9]", "a digit")
_never = _matching("(NA)?", "NA or nothing")


def _factor(text: str) -> str:
    """The conversion factor, or nothing."""
    factor = number(4)(text) if text else ""
    return factor if factor and Decimal(factor) else ""


def _column(name: str, header: str, about: str) -> Column:
    """A column that is not kept."""
    return Column(name, header, None, f"{about}; not kept")


def _layout(*pricing: Column) -> Layout:
    return Layout(
        (
            Column("code", "hcpcs", procedure, "positions 1 to 5: the code"),
            Column(
                "modifier",
                "mod",
                _matching("([0-9A-Z]{2})?", "a modifier of two characters or nothing"),
                "6 to 7: the modifier of a component, of which nothing is kept; empty for the service itself",
            ),
            _column("description", "description", "8 to 57: what it is, in the AMA's words"),
            Column("status", "status code", _matching("[A-Z]", "a letter"), "58: the status letter"),
            _column("not_used", "not used for medicare payment", "of values that Medicare does not pay by"),
            Column("work", "work rvu", _value, "60 to 65: the work"),
            Column(
                "nonfacility", "non-fac pe rvu", _value, "67 to 72: the practice expense outside facilities"
            ),
            Column(
                "nonfacility_na",
                "non-fac na indicator",
                _never,
                "73 to 74: NA where it is rarely or never done there",
            ),
            Column("facility", "facility pe rvu", _value, "76 to 81: the practice expense in facilities"),
            Column(
                "facility_na",
                "facility na indicator",
                _never,
                "82 to 83: NA where it is rarely or never done there",
            ),
            Column("malpractice", "mp rvu", _value, "85 to 89: the malpractice"),
            Column("nonfacility_total", "non-facility total", _value, "91 to 96: the sum outside facilities"),
            Column("facility_total", "facility total", _value, "97 to 102: the sum in facilities"),
            Column("component", "pctc ind", _digit, "103: whether it has a professional and technical part"),
            _column("global", "glob days", "104 to 106: the days that a surgery's payment is for"),
            *(
                _column(name, f"{name} op", "107 to 115, three each: shares of a surgery")
                for name in ("pre", "intra", "post")
            ),
            Column("multiple", "mult proc", _digit, "116: how several procedures of a day are paid"),
            _column("bilateral", "bilat surg", "117: surgery of both sides"),
            _column("assistant", "asst surg", "118: an assistant at surgery"),
            _column("co_surgeon", "co-", "119: two surgeons"),
            _column("team", "team surg", "120: a team of surgeons"),
            *pricing,
            _column("endoscopic", "endo base", "128 to 132: the base of an endoscopy"),
            Column("factor", "conv factor", _factor, "133 to 140: the conversion factor"),
        )
    )


LAYOUT = _layout()  # until 2025
PRICED = _layout(
    Column(
        "pricing",
        "pric ind",
        _matching(f"[{FOR_ALL}{FOR_QUALIFYING}]", f"{FOR_ALL} or {FOR_QUALIFYING}"),
        f"121: {FOR_ALL} in the file for all (nonQPP), {FOR_QUALIFYING} in the one for qualifying APM "
        "participants (QPP)",
    )
)
# Where the columns that are kept stand in a record, from 0.
POSITIONS = {
    "code": (0, 5),
    "modifier": (5, 7),
    "status": (57, 58),
    "work": (59, 65),
    "nonfacility": (66, 72),
    "nonfacility_na": (72, 74),
    "facility": (75, 81),
    "facility_na": (81, 83),
    "malpractice": (84, 89),
    "nonfacility_total": (90, 96),
    "facility_total": (96, 102),
    "component": (102, 103),
    "multiple": (115, 116),
    "pricing": (120, 121),
    "factor": (132, 140),
}
LEAST, LENGTH = 140, 200  # of a record
WORDS = {"pricing": "pricing indicator", "factor": "conversion factor"}  # of what all rows share
READERS = {column.name: column.read for column in PRICED.columns if column.read is not None}


@attrs.frozen
class Schedule:
    """A relative value file, read.

    Attributes:
        file: it.
        rows: the rows of services, not of components, by their codes, with the lines that they are on.
        seen: how many rows it has in all.
        pricing: its pricing indicator; empty where it has none.
        factor: its conversion factor.
    """

    file: OfficialFile
    rows: dict[str, tuple[int, Row]]
    seen: int
    pricing: str
    factor: str


def schedule_of(file: OfficialFile, effective: dt.date) -> Schedule:
    """Read the file of the release that a day is in.

    Raises:
        TableError: it is another release, or not of the layout, or says something twice or in two ways.
    """
    is_text = file.text.startswith(TEXT)
    sheet, titles = (file, "") if is_text else _with_one_header(file)
    _check_release(file, titles, effective)
    seen: dict[tuple[str, str], int] = {}
    rows: dict[str, tuple[int, Row]] = {}
    throughout: dict[str, str] = {}
    for line, row in _records(file) if is_text else _layout_of(sheet).rows(sheet):
        key = (row["code"], row["modifier"])
        if key in seen:
            problem = f"hcpcs: {' with modifier '.join(filter(None, key))} is on line {seen[key]} already"
            raise TableError(file.name, line, problem)
        seen[key] = line
        if not row["modifier"]:
            rows[row["code"]] = (line, row)
        for name in ("pricing", "factor"):
            found = row.get(name)
            if found and throughout.setdefault(name, found) != found:
                problem = f"expected the {WORDS[name]} of the lines before, {throughout[name]}, found {found}"
                raise TableError(file.name, line, problem)
    if "factor" not in throughout or not rows:
        raise TableError(file.name, None, "it has no service or no conversion factor: the file is cut off")
    return Schedule(file, rows, len(seen), throughout.get("pricing", ""), throughout["factor"])


def _with_one_header(file: OfficialFile) -> tuple[OfficialFile, str]:
    """The sheet with its header as one line, and its titles.

    The lines of the header that stand above the last one have no first three cells.
    """
    lines = file.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    beginning = (
        place for place, line in enumerate(lines[:TITLE_LINES]) if line.lstrip('"').startswith("HCPCS")
    )
    last = next(beginning, None)
    if last is None:
        return file, ""
    first = last
    while first > max(last - HEADER_LINES, 0) and not any(_cells(lines[first - 1])[:3]):
        first -= 1
    if any(any(_cells(line)) for line in lines[first:last]):
        stacked = zip_longest(*map(_cells, lines[first : last + 1]), fillvalue="")
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow([" ".join(filter(None, column)) for column in stacked])
        lines[last] = out.getvalue()
    return attrs.evolve(file, text="\n".join(lines)), "\n".join(lines[:first])


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip() for cells in csv.reader([line]) for cell in cells]
    except csv.Error:  # such as a cell without end; the layout says so where it matters
        return [line]


def _layout_of(sheet: OfficialFile) -> Layout:
    """The layout with the pricing indicator where the header has it."""
    lines = sheet.text.split("\n", TITLE_LINES)[:TITLE_LINES]
    return PRICED if re.search(r"\bPRIC\s+IND\b", "\n".join(lines)) else LAYOUT


def _records(file: OfficialFile) -> Iterator[tuple[int, Row]]:
    """The rows of the text."""
    for at, line in enumerate(file.text.replace("\r\n", "\n").split("\n"), 1):
        if line.startswith(TEXT) or not line.strip(" \x1a"):
            continue
        if not LEAST <= len(line) <= LENGTH:
            problem = f"expected a record of {LEAST} to {LENGTH} characters, found {len(line)}"
            raise TableError(file.name, at, f"{problem}; is the file cut off?")
        row: Row = {}
        for name, (start, end) in POSITIONS.items():
            text = line[start:end].strip()
            if name == "pricing" and not text:
                continue  # until 2025
            try:
                row[name] = READERS[name](text)
            except ValueError as error:
                problem = f"positions {start + 1} to {end}: {error}, found {shown(text)}"
                raise TableError(file.name, at, problem) from None
        yield at, row


def _check_release(file: OfficialFile, titles: str, effective: dt.date) -> None:
    """Refuse what is another release by its title or its name; a text that was renamed says nothing."""
    asked = (effective.year, (effective.month - 1) // 3)
    starts = [each[:3].casefold() for each in RELEASES]
    for by, found in (("title", TITLE.search(titles)), ("name", NAME.search(file.name))):
        if found is None:
            continue
        year, place = 2000 + int(found[1]) % 100, starts.index(found[2][:3].casefold())
        if (year, place) != asked:
            problem = f"by its {by} it is the release of {RELEASES[place]} {year}"
            expected = f"that of {RELEASES[asked[1]]} {asked[0]}, in force on {effective}"
            raise TableError(file.name, None, f"{problem}; expected {expected}")
