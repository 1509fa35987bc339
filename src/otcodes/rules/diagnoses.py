"""Does the claim have diagnoses, in the right number and form, in force, billable, and pointed at?"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from .._text import normalize_code
from ..catalog import DIAGNOSIS
from ..errors import in_force
from ..findings import DropRepeatedDiagnoses, ReplaceDiagnosis, Severity
from ..records import Setting
from ..tables import spans_of
from ..verdicts import Verdict
from . import citations
from .core import Context, Over, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..claims import Claim, ServiceLine
    from ..findings import Finding
    from ..records import Diagnosis

# What the claim forms hold: 837P and CMS-1500; 837I and UB-04 (one principal and 24 others).
DIAGNOSES_PER_CLAIM = {Setting.PRACTITIONER: 12, Setting.OUTPATIENT_HOSPITAL: 25}
POINTERS_PER_LINE = 4
SINCE = "0.1.0"

# The rules that ask the table of diagnoses.
code_rule = partial(
    rule,
    severity=Severity.ERROR,
    cites=citations.ICD_10_CM,
    over=Over.CLAIM,
    reads=["diagnoses"],
    since=SINCE,
)


@rule(
    "diagnosis.missing",
    severity=Severity.ERROR,
    cites=citations.MCPM_26_10,
    over=Over.CLAIM,
    since=SINCE,
)
def claim_has_a_diagnosis(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A claim has at least one diagnosis."""
    if not claim.diagnoses:
        yield context.finding(claim, "diagnoses", "the claim has no diagnosis")


@rule(
    "diagnosis.too-many",
    severity=Severity.ERROR,
    cites=citations.MCPM_26_10,
    over=Over.CLAIM,
    since=SINCE,
)
def claim_has_no_more_diagnoses_than_its_form(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A professional claim has at most 12 diagnoses, an institutional one 25."""
    most = DIAGNOSES_PER_CLAIM[claim.setting]
    if len(claim.diagnoses) > most:
        yield context.finding(
            claim, "diagnoses", f"{len(claim.diagnoses)} diagnoses; the claim form holds {most}"
        )


@rule(
    "diagnosis.duplicate",
    severity=Severity.WARNING,
    cites=citations.ICD_10_CM,
    over=Over.CLAIM,
    since=SINCE,
)
def diagnosis_stands_once(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis stands on a claim once."""
    seen: set[str] = set()
    for index, code in enumerate(claim.diagnoses):
        key = normalize_code(code)
        if key in seen:
            yield context.finding(
                claim, f"diagnoses[{index}]", f"{code} is on the claim twice", fix=DropRepeatedDiagnoses()
            )
        seen.add(key)


@rule("diagnosis.pointer-invalid", severity=Severity.ERROR, cites=citations.MCPM_26_10, since=SINCE)
def line_points_at_diagnoses_of_its_claim(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line points at diagnoses that are on the claim, a professional one at four of them at most."""
    there = set(map(normalize_code, context.claim.diagnoses))
    lost = [code for code in line.diagnoses if normalize_code(code) not in there]
    if lost:
        yield context.finding(
            line, "diagnoses", f"the line points at {', '.join(lost)}, which the claim lacks"
        )
    if len(line.diagnoses) > POINTERS_PER_LINE and context.claim.setting is Setting.PRACTITIONER:
        yield context.finding(
            line,
            "diagnoses",
            f"the line points at {len(line.diagnoses)} diagnoses; {POINTERS_PER_LINE} are allowed",
        )


@code_rule("diagnosis.malformed")
def diagnosis_has_the_form_of_a_code(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis has the form of an ICD-10-CM code."""
    for index, code in enumerate(claim.diagnoses):
        if re.fullmatch(DIAGNOSIS, normalize_code(code)):
            continue
        bare = "".join(letter for letter in code if letter.isalnum())
        known = next((row.code for row in _found(bare, claim, context)), None)
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            "the diagnosis has not the form of an ICD-10-CM code",
            fix=ReplaceDiagnosis(code, known) if known else None,
            suggestions=(known,) if known else (),
        )


def _days(claim: Claim) -> list[dt.date]:
    return sorted({line.on for line in claim.lines})


def _found(code: str, claim: Claim, context: Context) -> Iterator[Diagnosis]:
    for day in _days(claim):
        row = context.catalog.diagnoses.on(day).find(code)
        if row is not None:
            yield row


def _judged(claim: Claim, context: Context, verdict: Verdict) -> Iterator[tuple[int, str, dt.date]]:
    """The claim's diagnoses of a verdict, with the first day of service on which they have it.

    Those that the table does not know are noted as not checked by the running rule.
    """
    diagnoses = context.catalog.diagnoses
    if claim.diagnoses and not claim.lines:
        context.not_checked("lines", "a claim without lines has no day of service")
    for index, code in enumerate(claim.diagnoses):
        if not re.fullmatch(DIAGNOSIS, normalize_code(code)):
            continue
        for day in _days(claim):
            found = diagnoses.verdict(code, on=day)
            if found is Verdict.OUT_OF_COVERAGE:
                reason = f"{code} on {day} is outside the coverage of the table of diagnoses"
                context.not_checked(f"diagnoses[{index}]", reason)
                break
            if found is verdict:
                yield index, code, day
                break


@code_rule("diagnosis.unknown")
def diagnosis_is_known(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is a code of ICD-10-CM."""
    for index, code, day in _judged(claim, context, Verdict.UNKNOWN):
        near = context.catalog.diagnoses.suggest(code, on=day)
        yield context.finding(
            claim, f"diagnoses[{index}]", f"{code} is no code of ICD-10-CM on {day}", suggestions=near
        )


@code_rule("diagnosis.not-effective")
def diagnosis_is_in_force(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is in force on the dates of service."""
    for index, code, day in _judged(claim, context, Verdict.NOT_EFFECTIVE):
        rows = context.catalog.diagnoses.history(code)
        when = in_force(spans_of(rows))
        yield context.finding(claim, f"diagnoses[{index}]", f"{code} is not in force on {day} ({when})")


@code_rule("diagnosis.not-billable")
def diagnosis_has_all_its_characters(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is coded to its last character; a header is not billable."""
    for index, code, day in _judged(claim, context, Verdict.NOT_BILLABLE):
        header = context.catalog.diagnoses.on(day)[code]
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            f"{header.code} on {day} is a header: more characters are needed",
            suggestions=(),
        )
