"""CPT descriptors that you have under a licence from the AMA: they become the labels of procedures.

Nothing of such a file is part of this package, and no message shows a descriptor.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ..errors import TableError
from ..records import CodeSystem
from ..tables import Verdict
from ._kinds import Kind, Reading, Request, year_end
from ._layout import Column, Layout
from ._merging import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._sources import OfficialFile

CODE = re.compile(r"[0-9]{4}[0-9A-Z]", re.ASCII)
TITLE_LINES = 80  # lines that may stand before the first code, an empty one last
MOST_MISSING = 0.05  # of the CPT codes on board that are in force, for a file that is whole


def _descriptor(text: str) -> str:
    descriptor = " ".join(text.split())
    if not (descriptor and descriptor.isprintable()):
        raise ValueError("expected a descriptor")
    return descriptor


LAYOUT = Layout(
    (
        Column("code", "code", None, "five characters; the files have no header, but lines of notice"),
        Column("descriptor", "descriptor", _descriptor, "behind a tab, or from position 7 on"),
    )
)


def descriptors(file: OfficialFile) -> dict[str, str]:
    """The descriptors of a file, by code.

    Raises:
        TableError: a line is not of the form; it names it, and what is wrong, without its text.
    """
    lines = file.text.splitlines()
    found: dict[str, str] = {}
    start = _start(file, lines)
    for number, line in enumerate(lines[start:], start + 1):
        if not line.strip():
            continue
        code, between, text = line[:5], line[5:6], line[6:]
        if not CODE.fullmatch(code):
            raise TableError(file.name, number, "column 1: expected a CPT code of five characters")
        if between not in ("\t", " "):
            raise TableError(file.name, number, f"position 6: expected a tab or a space behind {code}")
        if code in found:
            problem = f"column 1: {code} is there already; expected a descriptor of one line for each code"
            raise TableError(file.name, number, problem)
        try:
            found[code] = _descriptor(text)
        except ValueError as error:
            raise TableError(file.name, number, f"column 2, of {code}: {error}") from None
    if not found:
        raise TableError(file.name, None, "no line of it begins with a CPT code; is it another file?")
    return found


def _start(file: OfficialFile, lines: Sequence[str]) -> int:
    """Where the codes begin: at the first two lines that have one each, behind an empty one."""
    fits = [CODE.fullmatch(line[:5]) and line[5:6] in ("\t", " ") for line in lines[:TITLE_LINES]]
    start = next((place for place, both in enumerate(pairwise([*fits, True])) if all(both)), 0)
    if start and lines[start - 1].strip():
        raise TableError(file.name, start, "column 1: expected a CPT code of five characters")
    return start


def _read(request: Request) -> Reading:
    """The descriptors of the CPT codes that are on board, from the first day of the edition."""
    if len(request.files) > 1:
        problem = "expected one file: the short, the medium or the long descriptors"
        raise TableError(request.files[1].name, None, problem)
    file = request.files[0]
    found = descriptors(file)
    procedures = request.catalog.procedures
    ours = {row.code for row in procedures.own() if row.system == CodeSystem.CPT}
    day = min(request.effective, procedures.coverage.last)
    in_force = {code for code in ours if procedures.verdict(code, on=day) is Verdict.EFFECTIVE}
    _check_whole(file, found, in_force)
    first = request.effective.isoformat()
    told = {"valid_from": first, "valid_to": "", "is_start_known": "no", "confirmed_to": ""}
    rows = [{"code": code, **told, "label": found[code]} for code in sorted(ours & found.keys())]
    return Reading(rows=rows, scope=None, seen=len(found))


def _check_whole(file: OfficialFile, found: dict[str, str], expected: set[str]) -> None:
    """Refuse a file that was cut: it lacks codes that are in force on its day."""
    missing = sorted(expected - found.keys())
    if len(missing) > len(expected) * MOST_MISSING:
        problem = f"{len(missing)} codes that are on board are not in it, as {missing[0]}"
        raise TableError(file.name, None, f"{problem}; expected the file of all codes, whole")


KIND = Kind(
    name="cpt-descriptors",
    about="CPT descriptors you have a licence for: the short, medium or long ones (SHORTU, MEDU, LONGULT)",
    table="procedure_labels",
    form=Form(key=("code",), columns=("label",), scope_by="code"),
    layouts=(LAYOUT,),
    read=_read,
    ends=year_end,
    members=(r"(^|/)(SHORTU|MEDU|LONGULT)\.txt$",),
    publisher="American Medical Association",
    title="CPT descriptors, under a licence of your own",
    licence="CPT descriptors are copyright of the American Medical Association; whoever imported them needs "
    "a licence for them, and so does whoever is given this directory",
    note="They stand in the place of the bundled labels, from the first day of the edition that is imported.",
)
