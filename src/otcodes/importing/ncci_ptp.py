"""NCCI procedure-to-procedure edits of Medicare: the four parts of a setting, published each quarter."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..errors import TableError
from ..records import Setting
from ._canonical import ranges
from ._kinds import Kind, Reading, Request, quarter_end
from ._layout import Column, Layout, compact_day, one_of, procedure
from ._merging import Form
from ._ncci import check_edition, check_program

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ._merging import Row
    from ._sources import OfficialFile

NEVER_APPLIED = "9"
MOST_MISSING = 0.05  # of the pairs on board, for a file that is whole
SINCE = dt.date(1996, 1, 1)  # the first day of the edits
# What the names of the official files begin with.
PREFIXES = {Setting.PRACTITIONER: "ccipra", Setting.OUTPATIENT_HOSPITAL: "ccioph"}


def _deletion(text: str) -> str:
    """A day, or nothing where the edit is in force."""
    try:
        return "" if text in ("*", "") else compact_day(text)
    except ValueError as error:
        raise ValueError(f"{error} or *") from None


LAYOUT = Layout(
    (
        Column("column_1", "column 1", procedure, "the code that is paid"),
        Column("column_2", "column 2", procedure, "the code that is denied beside it"),
        Column("before_1996", "*=in existence", None, "an asterisk for edits from before 1996; not kept"),
        Column("valid_from", "effective", compact_day, "the first day, as 20260101"),
        Column(
            "valid_to", "deletion", _deletion, "the last day in force, as 20260331; an asterisk while open"
        ),
        Column(
            "indicator",
            "modifier",
            one_of("0", "1", "9"),
            "0 never together, 1 with a modifier, 9 never applied",
        ),
        Column("rationale", "ptp edit rationale", None, "why, in CMS's words; not kept"),
    )
)


def _read(request: Request) -> Reading:
    """The edits between codes of ours."""
    known = _codes(request.catalog)
    rows: list[_Edit] = []
    whole: set[str] = set()
    seen = 0
    for file in request.files:
        edits, firsts, count = _edits(file, known, request)
        seen += count
        held = {code for code in known if min(firsts) <= code <= max(firsts)}
        _check_whole(file, held, edits, request)
        whole |= held
        # Deleted back to its own start, an edit never applied.
        rows += [
            edit
            for edit in edits
            if edit.row["indicator"] != NEVER_APPLIED
            and not "" < edit.row["valid_to"] < edit.row["valid_from"]
        ]
    _check_apart(rows)
    interval = {"setting": request.setting, "is_start_known": "yes", "confirmed_to": ""}
    scope = tuple((first, last) for first, _, last in (span.partition("-") for span in ranges(whole)))
    return Reading(rows=[{**edit.row, **interval} for edit in rows], scope=scope, seen=seen)


class _Edit(NamedTuple):
    """An edit, and where it stands."""

    file: str
    line: int
    row: Row

    @property
    def order(self) -> tuple[str, str, str]:
        """By pair, then by day."""
        return self.row["column_1"], self.row["column_2"], self.row["valid_from"]


def _edits(file: OfficialFile, known: set[str], request: Request) -> tuple[list[_Edit], set[str], int]:
    """The edits between known codes, all the codes in column 1, and how many rows a file has."""
    check_program(file, "medicare", hint="of Medicaid's pairs there is no table")
    check_edition(file, request.effective)
    others = [prefix for setting, prefix in PREFIXES.items() if setting != request.setting]
    if any(prefix in file.name.casefold() for prefix in others):
        problem = f"by its name it is not a file of the setting {request.setting}"
        raise TableError(file.name, None, problem)
    edits: list[_Edit] = []
    firsts: set[str] = set()
    count = 0
    last = request.last.isoformat()
    for line, row in LAYOUT.rows(file):
        count += 1
        if row["valid_from"] > last:
            problem = f"column 4, effective: {row['valid_from']} is after {last}, the end of the edition"
            raise TableError(file.name, line, problem)
        firsts.add(row["column_1"])
        if row["column_1"] in known and row["column_2"] in known:
            edits.append(_Edit(file.name, line, row))
    return edits, firsts, count


def _check_whole(file: OfficialFile, held: set[str], edits: list[_Edit], request: Request) -> None:
    """Refuse a file that was cut or filtered: the official ones keep deleted edits."""
    board = {
        (row.column_1, row.column_2)
        for row in request.catalog.ptp_edits.own()
        if row.setting == request.setting and row.column_1 in held
    }
    missing = sorted(board - {edit.order[:2] for edit in edits})
    if len(missing) > len(board) * MOST_MISSING:
        first = " and ".join(missing[0])
        problem = f"{len(missing)} pairs that are on board are not in it, as {first}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


def _codes(catalog: Catalog) -> set[str]:
    """The codes that the bundled table is of: our own procedures, and what it has from HCPCS Level II."""
    edits = catalog.ptp_edits
    every = (code for code in catalog.procedures.keys() if isinstance(code, str))
    codes = {code for code in every if edits.coverage.includes(code)}
    codes |= {row.code for row in catalog.procedures.own()}
    return codes | {code for row in edits.own() for code in (row.column_1, row.column_2)}


def _check_apart(edits: list[_Edit]) -> None:
    for before, edit in pairwise(sorted(edits, key=lambda each: each.order)):
        pair = edit.order[:2]
        if before.order[:2] == pair and not "" < before.row["valid_to"] < edit.row["valid_from"]:
            raise TableError(edit.file, edit.line, f"two edits of {' and '.join(pair)} share a day")


KIND = Kind(
    name="ncci-ptp",
    about="Medicare NCCI procedure-to-procedure (PTP) edits: all parts of a setting and quarter",
    table="ptp_edits",
    form=Form(key=("setting", "column_1", "column_2"), columns=("indicator",), scope_by="column_1"),
    layouts=(LAYOUT,),
    read=_read,
    ends=quarter_end,
    since=SINCE,
    settings={setting.value: (setting.value,) for setting in PREFIXES},
    publisher="Centers for Medicare & Medicaid Services",
    title="Medicare NCCI Procedure-to-Procedure (PTP) Edits",
    licence="US government work (Centers for Medicare & Medicaid Services); code numbers only, CPT codes are "
    "copyright of the American Medical Association",
    note="Pairs of two codes that the bundled tables of procedures and pairs have. A file has the whole "
    "history of its pairs, so that the newest has the last word on them; edits deleted back to their own "
    "start (indicator 9) are left out.",
)
