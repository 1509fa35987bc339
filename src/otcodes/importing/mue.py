"""NCCI's medically unlikely edits (MUE): a program's table of one setting, published each quarter.

A table has no days: it says what holds in its quarter. Medicare's has an adjudication indicator, Medicaid's
has none, since Medicaid judges line by line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import TableError
from ..payers import EditTable
from ..policy_records import LimitSetting
from ._kinds import Kind, Reading, Request, quarter_end
from ._layout import Column, Layout, procedure
from ._merging import Form
from ._ncci import check_edition, check_program, codes_of_ours

if TYPE_CHECKING:
    from ._merging import Row
    from ._sources import OfficialFile

BY_LINE = "1"
INDICATOR = re.compile(r"([123])(?:\s.*)?", re.ASCII)
UNITS = re.compile(r"[0-9]{1,5}", re.ASCII)
MOST_MISSING = 0.2  # of the codes on board, for a file that is whole: over the years some do go
# What the heading of the units calls the services of a setting.
SERVICES = {
    LimitSetting.PRACTITIONER: "practitioner",
    LimitSetting.OUTPATIENT_HOSPITAL: "outpatient hospital",
    LimitSetting.DME_SUPPLIER: "dme supplier",
}


def _units(text: str) -> str:
    if not UNITS.fullmatch(text):
        raise ValueError("expected a whole number")
    return str(int(text))


def _indicator(text: str) -> str:
    """The digit, without the words behind it."""
    match = INDICATOR.fullmatch(text)
    if match is None:
        raise ValueError("expected 1, 2 or 3, with what it means behind it")
    return match[1]


def _layout(program: EditTable, setting: LimitSetting) -> Layout:
    heading = f"{SERVICES[setting]} services mue values"
    indicator = Column(
        "indicator",
        "mue adjudication indicator",
        _indicator,
        "1 by line, 2 by day and absolute, 3 by day, to be overcome by evidence; its words are not kept",
    )
    return Layout(
        (
            # As "HCPCS/CPT Code", with or without a line's end in it.
            Column("code", "hcpcs/", procedure, "the code"),
            Column("units", heading, _units, "the most units; 0 of what is not paid there"),
            *((indicator,) if program is EditTable.MEDICARE else ()),
            Column("rationale", "mue rationale", None, "why, in CMS's words; not kept"),
        )
    )


# The settings by their names here; Medicaid's have its name in front.
PARTS = {
    setting.value if program is EditTable.MEDICARE else f"{program}-{setting}": (program, setting)
    for program in EditTable
    for setting in LimitSetting
}
LAYOUTS = {name: _layout(*part) for name, part in PARTS.items()}


def _read(request: Request) -> Reading:
    """The limits of codes of ours."""
    if len(request.files) > 1:
        raise TableError(request.files[1].name, None, "expected one file: a setting's table is a single one")
    file = request.files[0]
    program, setting = PARTS[request.setting]
    check_program(file, program)
    check_edition(file, request.effective)
    lines: dict[str, int] = {}
    limits: list[Row] = []
    for line, row in LAYOUTS[request.setting].rows(file):
        code = row["code"]
        if code in lines:
            problem = f"column 1, hcpcs/: {code} is on line {lines[code]} already"
            raise TableError(file.name, line, problem)
        lines[code] = line
        limits.append({"indicator": BY_LINE, **row})
    board = list(request.catalog.unit_limits.own())
    own = {row.code for row in board if (row.program, row.setting) == request.part and row.valid_to is None}
    _check_whole(file, own, lines)
    known = codes_of_ours(request.catalog) | {row.code for row in board}
    interval = {
        "valid_from": request.effective.isoformat(),
        "valid_to": "",
        "is_start_known": "no",
        "confirmed_to": "",
    }
    key = {"program": program.value, "setting": setting.value}
    rows = [{**key, **limit, **interval} for limit in limits if limit["code"] in known]
    return Reading(rows=rows, scope=None, seen=len(lines))


def _check_whole(file: OfficialFile, board: set[str], lines: dict[str, int]) -> None:
    """Refuse a file that was cut or filtered: what it lacks of the codes on board would end."""
    missing = board - lines.keys()
    if missing and (len(missing) > len(board) * MOST_MISSING or max(missing) > max(lines)):
        problem = f"{len(missing)} codes that are on board are not in it, as {max(missing)}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


KIND = Kind(
    name="mue",
    about="NCCI medically unlikely edits (MUE) of Medicare or Medicaid: the table of a setting and quarter",
    table="unit_limits",
    form=Form(key=("program", "setting", "code"), columns=("units", "indicator"), scope_by="code"),
    layouts=tuple(LAYOUTS.values()),
    read=_read,
    ends=quarter_end,
    settings={name: (program.value, setting.value) for name, (program, setting) in PARTS.items()},
    members=(r"\.csv$", r"\.txt$"),
    publisher="Centers for Medicare & Medicaid Services",
    title="NCCI Medically Unlikely Edits (MUE)",
    licence="US government work (Centers for Medicare & Medicaid Services); code numbers only, CPT codes are "
    "copyright of the American Medical Association",
    note="Codes that occupational therapists bill. Some limits are confidential and in no published table: a "
    "code without a row is not known to be without a limit. Editions give no first days: a limit is known "
    "from the first one that shows it.",
)
