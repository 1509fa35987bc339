"""NCCI procedure-to-procedure edits: all parts of a setting, published each quarter.

Medicare's are in the bundled table. Medicaid's are a table of their own, which only directories have.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import attrs

from ..catalog import MEDICAID_PAIRS
from ..errors import TableError
from ..payers import EditTable
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
# The first day of each program's edits, and the kind that its files are.
SINCE = {EditTable.MEDICARE: dt.date(1996, 1, 1), EditTable.MEDICAID: dt.date(2010, 10, 1)}
KINDS = {EditTable.MEDICARE: "ncci-ptp", EditTable.MEDICAID: "ncci-ptp-medicaid"}
# What the names of the official files say of their setting; suppliers have edits, too, and claims here none.
NAMED = {
    Setting.PRACTITIONER.value: re.compile(r"ccipra|practitioner|(?<![a-z])pra(?![a-z])", re.IGNORECASE),
    Setting.OUTPATIENT_HOSPITAL.value: re.compile(r"ccioph|hospital|(?<![a-z])oph(?![a-z])", re.IGNORECASE),
    "dme-supplier": re.compile(r"equipment|(?<![a-z])dme(?![a-z])", re.IGNORECASE),
}


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
# Medicaid's files have six columns, since its edits are all younger than 1996, and headings of their own. The
# deletion date of an open edit is empty. So several public programs agree that read the files of 2026, of
# both settings. CMS's own account, the Medicaid NCCI Edit Design Manual, was not at hand.
MEDICAID_LAYOUT = Layout(
    (
        Column("column_1", "col1", procedure, "the code that is paid"),
        Column("column_2", "col2", procedure, "the code that is denied beside it"),
        Column("valid_from", "effdt", compact_day, "the first day, as 20260101"),
        Column("valid_to", "deldt", _deletion, "the last day in force, as 20260331; empty while open"),
        Column("indicator", "modifier", one_of("0", "1", "9"), "as in Medicare's files"),
        Column("rationale", "ptp edit rationale", None, "why, in CMS's words; not kept"),
    )
)
LAYOUTS = {EditTable.MEDICARE: LAYOUT, EditTable.MEDICAID: MEDICAID_LAYOUT}


def _read(request: Request, *, program: EditTable) -> Reading:
    """The edits between codes of ours."""
    known = _codes(request.catalog)
    rows: list[_Edit] = []
    whole: set[str] = set()
    seen = 0
    for file in request.files:
        edits, firsts, count = _edits(file, known, request, program)
        seen += count
        if program is EditTable.MEDICARE:
            held = {code for code in known if min(firsts) <= code <= max(firsts)}
            _check_whole(file, held, edits, request)
        else:  # no table on board tells a whole file from a part of one: it speaks for the codes it shows
            held = known & firsts
            _check_unfiltered(file, edits)
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


def _edits(
    file: OfficialFile, known: set[str], request: Request, program: EditTable
) -> tuple[list[_Edit], set[str], int]:
    """The edits between known codes, all the codes in column 1, and how many rows a file has."""
    other = next(kind for each, kind in KINDS.items() if each is not program)
    check_program(file, program, hint=f"import it as {other}")
    check_edition(file, request.effective)
    named = [setting for setting, words in NAMED.items() if words.search(file.name)]
    if named and request.setting not in named:
        problem = f"by its name it is not a file of the setting {request.setting}"
        raise TableError(file.name, None, problem)
    edits: list[_Edit] = []
    firsts: set[str] = set()
    count = 0
    last = request.last.isoformat()
    layout = LAYOUTS[program]
    for line, row in layout.rows(file):
        count += 1
        if row["valid_from"] > last:
            place = next(at for at, each in enumerate(layout.columns, 1) if each.name == "valid_from")
            header = layout.columns[place - 1].header
            problem = f"column {place}, {header}: {row['valid_from']} is after {last}, the end of the edition"
            raise TableError(file.name, line, problem)
        firsts.add(row["column_1"])
        if row["column_1"] in known and row["column_2"] in known:
            edits.append(_Edit(file.name, line, row))
    return edits, firsts, count


def _check_unfiltered(file: OfficialFile, edits: list[_Edit]) -> None:
    """Refuse a file that has only what is in force: days of the past would have no pairs."""
    if edits and not any(edit.row["valid_to"] for edit in edits):
        problem = "none of its pairs has a deletion date"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


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
    name=KINDS[EditTable.MEDICARE],
    about="Medicare NCCI procedure-to-procedure (PTP) edits: all parts of a setting and quarter",
    table="ptp_edits",
    form=Form(key=("setting", "column_1", "column_2"), columns=("indicator",), scope_by="column_1"),
    layouts=(LAYOUT,),
    read=partial(_read, program=EditTable.MEDICARE),
    ends=quarter_end,
    since=SINCE[EditTable.MEDICARE],
    settings={setting.value: (setting.value,) for setting in Setting},
    publisher="Centers for Medicare & Medicaid Services",
    title="Medicare NCCI Procedure-to-Procedure (PTP) Edits",
    licence="US government work (Centers for Medicare & Medicaid Services); code numbers only, CPT codes are "
    "copyright of the American Medical Association",
    note="Pairs of two codes that the bundled tables of procedures and pairs have. A file has the whole "
    "history of its pairs, so that the newest has the last word on them; edits deleted back to their own "
    "start (indicator 9) are left out.",
)
MEDICAID = attrs.evolve(
    KIND,
    name=KINDS[EditTable.MEDICAID],
    about="Medicaid NCCI procedure-to-procedure (PTP) edits: the file of a setting and quarter",
    table=MEDICAID_PAIRS,
    layouts=(MEDICAID_LAYOUT,),
    read=partial(_read, program=EditTable.MEDICAID),
    since=SINCE[EditTable.MEDICAID],
    title="Medicaid NCCI Procedure-to-Procedure (PTP) Edits",
)
