"""From visits to claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import payers
from ..coding import CodedVisit, code_visit
from ..errors import OtcodesError, shown_name
from ..readers import read_visits
from ._common import CLEAN, FOUND, UNREADABLE, add_command, add_format, catalog_of, complain, print_json, say

if TYPE_CHECKING:
    import argparse


def add(commands: Any) -> None:
    """Add `code`."""
    code = add_command(commands, "code", _code, "The claims for documented visits, with the reasoning.")
    code.add_argument("file", metavar="FILE", help="visits as JSON")
    code.add_argument("--payer", choices=list(payers.POLICIES), help="code every visit for this payer")
    add_format(code, "text", "json")


def _code(chosen: argparse.Namespace) -> int:
    """The claims for visits, one after another; what cannot be billed is a complaint, not the end."""
    catalog = catalog_of(chosen)
    path = Path(chosen.file)
    name = path.name  # a message names the file, not the clinic's folders
    read_in = read_visits(path.read_bytes(), name=name)
    for note in read_in.notes:
        complain(f"note: {note}")
    complaints = [str(problem) for problem in read_in.problems]
    coded: list[CodedVisit] = []
    for visit in read_in.visits:
        try:
            coded.append(code_visit(visit, payer=chosen.payer, catalog=catalog))
        except OtcodesError as error:
            complaints.append(f"{name}: {shown_name(visit.id or f'the visit of {visit.on}')}: {error}")
    if chosen.format == "json":
        print_json({"claims": [_coded_dict(each) for each in coded]})
    else:
        for each in coded:
            _say_coded(each)
    for complaint in complaints:
        complain(complaint)
    return UNREADABLE if complaints else FOUND if any(each.warnings for each in coded) else CLEAN


def _coded_dict(coded: CodedVisit) -> dict[str, Any]:
    return {
        **coded.claim.to_dict(),
        "steps": [
            {"text": step.text, "citation": step.citation.to_dict() if step.citation else None}
            for step in coded.steps
        ],
        "alternatives": coded.alternatives,
        "left_out": [each._asdict() for each in coded.left_out],
        "warnings": [finding.to_dict() for finding in coded.warnings],
    }


def _say_coded(coded: CodedVisit) -> None:
    name = coded.claim.id or f"the visit of {coded.lines[0].on}"
    say(f"{shown_name(name)}: {', '.join(coded.claim.diagnoses) or 'no diagnosis'}")
    for line in coded.lines:
        say(f"  {line.procedure}  {line.units}  {' '.join(line.modifiers)}".rstrip())
    for step in coded.steps:
        say(f"    {step.text}")
    for tie in coded.alternatives:
        say(f"    or another choice among {', '.join(tie)}")
    for finding in coded.warnings:
        say(f"    look at {finding.path}: {finding.message}")
