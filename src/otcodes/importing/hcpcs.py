"""HCPCS Level II: CMS's alpha-numeric file of a quarter, in its fixed-width form or as its sheet.

The file has every code with the days on which it was added and ended, so that each edition tells the whole
history, as of its quarter. Its coverage letter is that of the quarter: before the day of a code's last
change the bundled table's letter stands.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import attrs

from .._manifest import DAY
from ..errors import TableError, shown
from ._canonical import rows_of
from ._kinds import Kind, Reading, Request, quarter_end
from ._layout import Column, Layout, compact_day, one_of
from ._merging import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._merging import Row
    from ._sources import OfficialFile

TABLE = "hcpcs"
SINCE = dt.date(2020, 1, 1)  # the first day of the bundled table
NOT_OURS = re.compile(r"D[0-9]{4}|[0-9]{4}[0-9A-Z]", re.ASCII)  # dental codes (ADA), CPT (AMA)
PROCEDURE, PROCEDURE_MORE, MODIFIER, MODIFIER_MORE = "3", "4", "7", "8"
FORMS = {
    PROCEDURE: (re.compile(r"[A-Z][0-9]{4}", re.ASCII), "a letter and four digits"),
    MODIFIER: (re.compile(r"[A-Z0-9]{2}", re.ASCII), "two characters"),
}


def _day(text: str) -> str:
    """A day, or nothing."""
    return compact_day(text) if text else ""


def _letter(text: str) -> str:
    """A coverage letter, or nothing."""
    return one_of(*"CDIMS")(text) if text else ""


def _number(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("expected a number")
    return text


def _column(name: str, header: str, about: str) -> Column:
    """A column that is not kept."""
    return Column(name, header, None, about)


# The sheet's columns in order; in the fixed-width form they stand at the positions that are named.
LAYOUT = Layout(
    (
        Column(
            "code", "hcpc", str.upper, "positions 1 to 5: a code of five characters, or a modifier (4 and 5)"
        ),
        Column(
            "sequence", "seqnum", _number, "6 to 10: the order of the records of a code, 100 for the first"
        ),
        Column(
            "record",
            "recid",
            one_of(PROCEDURE, PROCEDURE_MORE, MODIFIER, MODIFIER_MORE),
            "11: 3 begins a code and 4 goes on with its description; 7 and 8 do so for modifiers, not kept",
        ),
        Column("long", "long description", str, "12 to 91: what it is, in CMS's words"),
        _column("short", "short description", "92 to 119: the same in 28 characters; not kept"),
        *(
            _column(f"price{n}", f"price{n}", "120 to 127, two each: how it is priced; not kept")
            for n in range(1, 5)
        ),
        _column("multiple", "mult_pi", "128: whether it has several prices; not kept"),
        *(
            _column(f"cim{n}", f"cim{n}", "129 to 146, six each: sections of a manual; not kept")
            for n in range(1, 4)
        ),
        *(
            _column(f"mcm{n}", f"mcm{n}", "147 to 170, eight each: sections of a manual; not kept")
            for n in range(1, 4)
        ),
        _column("statute", "statute", "171 to 180: the statute; not kept"),
        *(
            _column(f"lab{n}", f"labcert{n}", "181 to 204, three each: laboratories; not kept")
            for n in range(1, 9)
        ),
        *(
            _column(f"xref{n}", f"xref{n}", "205 to 229, five each: other codes; not kept")
            for n in range(1, 6)
        ),
        Column("coverage", "cov", _letter, "230: CMS's coverage letter"),
        _column("asc_group", "asc_grp", "231 to 232: not kept"),
        _column("asc_day", "asc_dt", "233 to 240: not kept"),
        _column("opps", "opps", "241 to 243: not kept"),
        _column("opps_indicator", "opps_pi", "244: not kept"),
        _column("opps_day", "opps_dt", "245 to 252: not kept"),
        _column("note", "procnote", "253 to 256: the number of a note; not kept"),
        _column("betos", "betos", "257 to 259: the type of service; not kept"),
        *(
            _column(f"tos{n}", f"tos{n}", "261 to 265, one each: types of service; not kept")
            for n in range(1, 6)
        ),
        _column("anesthesia", "anest", "266 to 268: base units of anesthesia; not kept"),
        Column("added", "add dt", _day, "269 to 276: the first day, as 20260101"),
        Column("changed", "act eff dt", _day, "277 to 284: the day of the last change, as 20260101"),
        Column("ended", "term dt", _day, "285 to 292: the last day, as 20260331; empty while it is in force"),
        _column("action", "action cd", "293: what the change was; not kept"),
    )
)
LENGTH, LEAST = 320, 292  # of a record; what follows the last day is filler
# Where the columns that are kept stand in a record, from 0; a record that goes on has the first four alone.
POSITIONS = {
    "code": (0, 5),
    "sequence": (5, 10),
    "record": (10, 11),
    "long": (11, 91),
    "coverage": (229, 230),
    "added": (268, 276),
    "changed": (276, 284),
    "ended": (284, 292),
}
BEGINNING = 4
READERS = {column.name: column.read for column in LAYOUT.columns if column.read is not None}


@attrs.frozen(kw_only=True)
class Code:
    """A code as a file has it.

    Attributes:
        file: the file's name.
        line: the line on which it begins.
        code: the code.
        title: its long description.
        coverage: its coverage letter.
        added: its first day, in ISO form.
        changed: the day of its last change; empty where the file has none.
        ended: its last day; empty while it is in force.
    """

    file: str
    line: int
    code: str
    title: str
    coverage: str
    added: str
    changed: str
    ended: str


def records(file: OfficialFile, begins: str = PROCEDURE) -> tuple[list[Code], int]:
    """The Level II codes of a file but for dental ones, or its modifiers, and how many it has of both.

    Args:
        file: the file.
        begins: the kind of record that begins those that are meant.

    Raises:
        TableError: a record is not of the form; it names line and column.
    """
    found: dict[str, Code] = {}
    seen: dict[tuple[str, str], int] = {}
    before: tuple[str, str] = ("", "")  # the code or modifier that goes on
    for line, row in _rows(file):
        code, kind = row["code"], MODIFIER if row["record"] in (MODIFIER, MODIFIER_MORE) else PROCEDURE
        if row["record"] in (PROCEDURE_MORE, MODIFIER_MORE):
            if (code, kind) != before:
                raise TableError(file.name, line, f"it goes on with {code}, which is not the code before it")
            if kind == begins and code in found:
                found[code] = attrs.evolve(found[code], title=_joined(found[code].title, row["long"]))
            continue
        before = (code, kind)
        if before in seen:
            raise TableError(file.name, line, f"hcpc: {code} is on line {seen[before]} already")
        seen[before] = line
        if kind == begins and not NOT_OURS.fullmatch(code):
            found[code] = _code(file, line, row, begins)
    return list(found.values()), len(seen)


def _code(file: OfficialFile, line: int, row: Row, kind: str) -> Code:
    form, expected = FORMS[kind]
    problem = ""
    if not form.fullmatch(row["code"]):
        problem = f"hcpc: expected {expected}, found {shown(row['code'])}"
    elif not row["added"]:
        problem = "add dt: expected a day as 20260101, found nothing"
    elif "" < row["ended"] < row["added"]:
        problem = f"term dt: {row['ended']} is before {row['added']}, the first day"
    if problem:
        raise TableError(file.name, line, problem)
    return Code(
        file=file.name,
        line=line,
        code=row["code"],
        title=_joined(row["long"]),
        coverage=row["coverage"],
        added=row["added"],
        changed=row["changed"],
        ended=row["ended"],
    )


def _rows(file: OfficialFile) -> Iterator[tuple[int, Row]]:
    """The records of a file of either form."""
    first = next((line for line in file.text.splitlines() if line.strip()), "")
    if len(first) >= LEAST and not re.search("[,\t]", first[:BEGINNING]) and first[10] in "3478":
        return _fixed(file)
    return LAYOUT.rows(file)


def _fixed(file: OfficialFile) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(file.text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip():
            continue
        goes_on = line[10:11] in (PROCEDURE_MORE, MODIFIER_MORE)
        if not (12 if goes_on else LEAST) <= len(line.rstrip("\x1a")) <= LENGTH:
            problem = f"expected a record of {LENGTH} characters, found {len(line)}; is the file cut off?"
            raise TableError(file.name, number, problem)
        row: Row = {}
        for place, (name, (start, end)) in enumerate(POSITIONS.items()):
            text = "" if goes_on and place >= BEGINNING else line[start:end].strip()
            try:
                row[name] = READERS[name](text)
            except ValueError as error:
                problem = f"positions {start + 1} to {end}: {error}, found {shown(text)}"
                raise TableError(file.name, number, problem) from None
        yield number, row


def _joined(*texts: str) -> str:
    return " ".join(" ".join(texts).split())


def _read(request: Request) -> Reading:
    """The codes as the table has them, our own words where it has some."""
    if len(request.files) > 1:
        raise TableError(
            request.files[1].name, None, "expected one file: an edition of HCPCS is a single one"
        )
    codes, seen = records(request.files[0])
    entry, content = request.catalog.file_of(TABLE)
    board: dict[str, list[Row]] = {}
    for row in rows_of(entry.file, content) if entry else ():
        board.setdefault(row["code"], []).append(row)
    known_on = max((each.effective for each in entry.editions), default=SINCE) if entry else SINCE
    there = {code.code for code in codes}
    first = request.effective.isoformat()
    known = {
        code for code, rows in board.items() if rows[-1]["valid_from"] < first and not rows[-1]["valid_to"]
    }
    _check_whole(request.files[0], sorted(known - there))
    _check_edition(codes, request)
    rows = [row for code in codes for row in _history(code, board.get(code.code, []), request, known_on)]
    # What ended long ago has left the file, and stays.
    rows += [row for code, old in board.items() if code not in there for row in old]
    return Reading(rows=rows, scope=None, seen=seen)


def _check_edition(codes: Iterable[Code], request: Request) -> None:
    """Refuse the file of another quarter."""
    last, newest = request.last.isoformat(), ""
    for code in codes:
        day = max(code.added, code.changed)
        if day > last:
            problem = f"{code.code} is added or changed on {day}, after {last}, the end of the edition"
            raise TableError(code.file, code.line, problem)
        newest = max(newest, day)
    if newest < request.effective.isoformat():
        problem = f"its last change is of {newest}: it is not the edition of {request.effective}"
        raise TableError(request.files[0].name, None, problem)


def _check_whole(file: OfficialFile, missing: list[str]) -> None:
    """Refuse a file that was cut or filtered: the official one keeps what has ended, with its last day."""
    if missing:
        problem = f"codes in force that are on board are not in it: {len(missing)}, as {missing[0]}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


def _history(code: Code, board: list[Row], request: Request, known_on: dt.date) -> Iterator[Row]:
    """The rows of a code: parted where its coverage letter changed after the bundled edition."""
    old = board[-1] if board else {}
    row = {
        "code": code.code,
        "valid_from": code.added,
        "valid_to": code.ended,
        "is_start_known": "yes",
        "confirmed_to": "",
        "label": old.get("label") or code.title,
        "category": old.get("category", ""),
        "keywords": old.get("keywords", ""),
        "coverage": code.coverage,
    }
    was = old.get("coverage", code.coverage)
    on = dt.date.fromisoformat(code.changed) if code.changed > known_on.isoformat() else request.effective
    is_later = request.effective > known_on and (code.ended or "9") >= on.isoformat() > code.added
    if was == code.coverage or not is_later:
        yield row
        return
    yield {**row, "valid_to": (on - DAY).isoformat(), "coverage": was}
    yield {**row, "valid_from": on.isoformat()}


KIND = Kind(
    name="hcpcs",
    about="HCPCS Level II: the alpha-numeric file of a quarter, fixed width, or its sheet as XLSX or CSV",
    table=TABLE,
    form=Form(key=("code",), columns=("label", "category", "keywords", "coverage"), scope_by="code"),
    layouts=(LAYOUT,),
    read=_read,
    ends=quarter_end,
    since=SINCE,
    # Beside the file, its zip holds the layout, notes, corrections and a report of the changes.
    members=(
        r"anweb(?!.*(trans|correct|change))[^/]*\.txt$",
        r"anweb(?!.*(trans|correct|change))[^/]*\.csv$",
    ),
    publisher="Centers for Medicare & Medicaid Services",
    title="HCPCS Level II alpha-numeric file",
    licence="US government work (Centers for Medicare & Medicaid Services); labels of what occupational "
    "therapists bill are this project's own words",
    note="Every Level II code but the dental ones, with its days and coverage letter. A label is CMS's long "
    "description where the bundled table has none of its own.",
)
