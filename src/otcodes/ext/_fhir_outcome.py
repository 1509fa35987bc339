"""What was found, not checked, or not read, as the issues of an OperationOutcome."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import OtcodesError, OutOfCoverageError, UnknownCodeError
from ..findings import Report, Severity
from ..readers import Batch
from ..readers._fhir_claims import ELEMENTS
from ..readers._fhir_models import OperationOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = "urn:otcodes:rule"
# Places that the FHIR reader gives; those of other files are none that FHIRPath knows.
PLACE = re.compile(r"(?:line \d+, )?((?:Bundle|Claim|ExplanationOfBenefit)\b[\w.\[\]]*)")
PATH = re.compile(r"(?:lines\[(\d+)\])?\.?(\w*)(.*)")
OF_A_LINE = {**ELEMENTS, "modifiers": "modifier", "diagnoses": "diagnosisSequence"}
OF_A_CLAIM = {
    "diagnoses": "diagnosis",
    "patient": "patient",
    "payer": "insurance",
    "referring_npi": "careTeam",
    "setting": "type",
}
# What the last word of a rule's id says, in FHIR's codes for issues; of all others, that a rule is broken.
CODES = {
    "duplicate": "duplicate",
    "malformed": "code-invalid",
    "missing": "required",
    "unknown": "code-invalid",
}


def operation_outcome(*sources: Report | Batch | OtcodesError) -> OperationOutcome:
    """What reports found, what readers could not read, or an error, as one `OperationOutcome`.

    Each finding is an issue with its severity, its rule's id in `details`, its message in `diagnostics` and
    its place in `expression`, by FHIRPath. A rule that could not be judged is an issue of severity
    information. It is no adjudication: what a payer decides is not known here.

    Args:
        sources: reports of `check` or `check_many`, batches of a reader (what could not be read), or errors.

    Raises:
        TypeError: a source is none of these.

    Examples:
        >>> import datetime as dt, otcodes
        >>> line = otcodes.ServiceLine("97530", on=dt.date(2026, 3, 2), units=2, minutes=30, place="11")
        >>> report = otcodes.check(otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(line,)))
        >>> issue = operation_outcome(report).issue[0]
        >>> issue.severity, issue.code, issue.details.coding[0].code, issue.expression
        ('error', 'required', 'modifier.discipline-missing', ['Claim.item[0].modifier'])
    """
    issues = [issue for source in sources for issue in _issues(source)]
    if not issues:
        issues = [_issue("information", "informational", "nothing was found")]
    return OperationOutcome.model_validate({"issue": issues})


def _issues(source: object) -> Iterator[dict[str, Any]]:
    if isinstance(source, Report):
        for finding in source.findings:
            code = "informational" if finding.severity is Severity.INFORMATION else _code(finding.rule)
            where = _expression(source, finding.path)
            yield _issue(finding.severity.value, code, finding.message, rule=finding.rule, where=where)
        for entry in source.not_checked:
            message = f"not checked: {entry.reason}"
            where = _expression(source, entry.path)
            yield _issue("information", "informational", message, rule=entry.rule, where=where)
    elif isinstance(source, Batch):
        for problem in source.problems:
            place = PLACE.fullmatch(problem.place)
            found = ".".join(filter(None, (place[1], problem.field))) if place else None
            yield _issue("error", "invalid", str(problem), where=found)
    elif isinstance(source, OtcodesError):
        yield _issue("error", _code_of_error(source), str(source))
    else:
        raise TypeError(f"a Report, a Batch or an OtcodesError is expected, not {type(source).__name__}")


def _issue(
    severity: str, code: str, text: str, *, rule: str | None = None, where: str | None = None
) -> dict[str, Any]:
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": text}
    if rule is not None:
        issue["details"] = {"coding": [{"system": RULES, "code": rule}]}
    if where is not None:
        issue["expression"] = [where]
    return issue


def _code(rule: str) -> str:
    return CODES.get(re.split("[.-]", rule)[-1], "business-rule")


def _code_of_error(error: OtcodesError) -> str:
    """An unknown code is wrong; one that is out of coverage is not, there is only no answer here."""
    if isinstance(error, UnknownCodeError):
        return "code-invalid"
    return "not-supported" if isinstance(error, OutOfCoverageError) else "processing"


def _expression(report: Report, path: str) -> str:
    """A place in a claim as FHIRPath has it: where it was read, if it was FHIR; else where it would stand."""
    found = PATH.fullmatch(path)
    number, field, rest = found.groups() if found else (None, "", "")
    if number is None:
        return ".".join(filter(None, (_read_at(report.claim.source) or "Claim", OF_A_CLAIM.get(field))))
    line = report.claim.lines[int(number)]
    item = _read_at(line.source) or f"Claim.item[{number}]"
    # Of the lists of a line only that of modifiers has the order that it has in FHIR.
    index = rest if field == "modifiers" else ""
    return ".".join(filter(None, (item, OF_A_LINE.get(field)))) + index


def _read_at(source: str | None) -> str | None:
    place = PLACE.fullmatch(source or "")
    return place[1] if place else None
