"""Places of service: CMS's code set, saved from its page as a table.

It has no edition of its own: it is the set as of the day on which it was saved. What it says of days stands
in its descriptions, such as `(Effective January 1, 2022)`: they tell what changed since the bundled table.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from .._manifest import DAY
from ..errors import TableError
from ._canonical import rows_of
from ._kinds import Kind, Reading, Request, year_end
from ._layout import Column, Layout
from ._merging import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._merging import Row
    from ._sources import OfficialFile

TABLE = "places"
LAST = 99
UNASSIGNED = "unassigned"
RATE_UNKNOWN = "unknown"
CODES = re.compile(r"([0-9]{1,2})(?:\s*[-\u2013\u2014]\s*([0-9]{1,2}))?", re.ASCII)
NOTE = re.compile(r"\([^()]*\beffective\b[^()]*\)", re.IGNORECASE)
DAYS = re.compile(
    r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|(?P<name>[A-Z][a-z]{2,})\.? +(?P<of>[0-9]{1,2}), *(?P<in>[0-9]{4})"
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _codes(text: str) -> str:
    """A code, or the first and the last of a range."""
    match = CODES.fullmatch(text)
    if match is None:
        raise ValueError("expected two digits, or two codes with a hyphen between them")
    first, last = match[1].zfill(2), (match[2] or match[1]).zfill(2)
    if not "01" <= first <= last:
        raise ValueError("expected codes from 01 to 99, the first one first")
    return f"{first}-{last}"


def _name(text: str) -> str:
    name = " ".join(text.rstrip("* ").split())
    if not name:
        raise ValueError("expected a name")
    return name


def _days(text: str) -> str:
    """The days that a description names as those on which something took effect, joined by `|`."""
    found: set[str] = set()
    for note in NOTE.findall(text):
        days = [_day(match) for match in DAYS.finditer(note)]
        if any(character.isdigit() for character in note) and not days:
            raise ValueError("expected a day, such as January 1, 2026, in the brackets")
        found.update(days)
    return "|".join(sorted(found))


def _day(match: re.Match[str]) -> str:
    try:
        if match["month"]:
            year = int(match["year"])
            day = dt.date(year if year > LAST else 2000 + year, int(match["month"]), int(match["day"]))
        else:
            month = next((n for n, name in enumerate(MONTHS, 1) if name.startswith(match["name"])), 0)
            day = dt.date(int(match["in"]), month, int(match["of"]))
    except ValueError:
        raise ValueError(f"expected a day, such as January 1, 2026, not {match[0]}") from None
    return day.isoformat()


LAYOUT = Layout(
    (
        Column(
            "codes",
            "place of service code",
            _codes,
            "two digits, or a range of unassigned codes, such as 28-30",
        ),
        Column("name", "place of service name", _name, "the name, or Unassigned"),
        Column(
            "days",
            "place of service description",
            _days,
            "what it is, not kept; in brackets the days on which it or a change of it took effect",
        ),
    )
)


def _read(request: Request) -> Reading:
    """The places of the list as the table has them."""
    if len(request.files) > 1:
        raise TableError(request.files[1].name, None, "expected one file: the code set is a single list")
    file = request.files[0]
    lines = list(LAYOUT.rows(file))
    _check_whole(file, lines)
    entry, content = request.catalog.file_of(TABLE)
    board: dict[str, Row] = {}  # the last row of each code
    for row in rows_of(entry.file, content) if entry else ():
        board[row["code"]] = row
    until = entry.coverage.last.isoformat() if entry else ""
    rows: list[Row] = []
    for line, found in lines:
        if found["name"].casefold() == UNASSIGNED:
            continue
        days = [day for day in found["days"].split("|") if day]
        if days and days[-1] > request.last.isoformat():
            problem = f"{days[-1]} is after {request.last}, the end of the edition"
            raise TableError(file.name, line, f"column 3, place of service description: {problem}")
        old = board.get(found["codes"][:2])
        rows += _rows(found, old, days, [day for day in days if day > until], request.effective.isoformat())
    return Reading(rows=rows, scope=None, seen=len(lines))


def _rows(found: Row, old: Row | None, days: list[str], since: list[str], effective: str) -> Iterator[Row]:
    """The rows of a place: as bundled, unless the list says that it is new, or another one since a day.

    Of the days that the list names, `since` are those after what the bundled table covers.
    """
    is_known = old is not None and not old["valid_to"]
    told = since[:1] if is_known else days[:1]
    row = {
        "code": found["codes"][:2],
        "valid_from": told[0] if told else effective,
        "valid_to": "",
        "is_start_known": "yes" if told else "no",
        "confirmed_to": "",
        "label": found["name"],
        "rate": RATE_UNKNOWN,  # the list does not say which amount Medicare pays there
        "unusual_in": "",
        "is_telehealth": "yes" if found["name"].casefold().startswith("telehealth") else "no",
    }
    if old is not None:
        row |= {name: old[name] for name in ("rate", "unusual_in")}
    if is_known and old is not None:
        if since:
            yield {**old, "valid_to": (dt.date.fromisoformat(since[0]) - DAY).isoformat()}
        else:
            row |= {name: old[name] for name in ("label", "is_telehealth")}
    yield row


def _check_whole(file: OfficialFile, lines: list[tuple[int, Row]]) -> None:
    """Refuse a list that does not say of each code whether it is assigned, or says it twice."""
    seen: dict[str, int] = {}
    for line, found in lines:
        if found["codes"][:2] != found["codes"][3:] and found["name"].casefold() != UNASSIGNED:
            raise TableError(
                file.name, line, "column 2, place of service name: expected Unassigned for a range"
            )
        for code in _each(found["codes"]):
            if code in seen:
                raise TableError(
                    file.name,
                    line,
                    f"column 1, place of service code: {code} is on line {seen[code]} already",
                )
            seen[code] = line
    missing = [code for code in _each(f"01-{LAST}") if code not in seen]
    if missing:
        problem = f"it does not say what {missing[0]} is ({len(missing)} such codes)"
        raise TableError(file.name, None, f"{problem}; expected the whole list, with what is unassigned")


def _each(codes: str) -> Iterator[str]:
    return (f"{number:02}" for number in range(int(codes[:2]), int(codes[3:]) + 1))


KIND = Kind(
    name="place-of-service",
    about="Place of service codes: CMS's code set, its table saved as CSV, XLSX or text with tabs",
    table=TABLE,
    form=Form(key=("code",), columns=("label", "rate", "unusual_in", "is_telehealth"), scope_by="code"),
    layouts=(LAYOUT,),
    read=_read,
    ends=year_end,
    publisher="Centers for Medicare & Medicaid Services",
    title="Place of Service Code Set",
    licence="US government work",
    note="What the code set calls unassigned is not in it and so unknown. Of a place that is new since the "
    "bundled table, the rate is not known.",
)
