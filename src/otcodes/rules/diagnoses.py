"""Does the claim have diagnoses, in the right number and form, in force, billable, and pointed at?"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from .._text import CATEGORY, COMPLETE, PLACEHOLDER, normalize_code
from ..catalog import DIAGNOSIS
from ..errors import in_force
from ..findings import Severity
from ..fixes import DropRepeatedDiagnoses, ReplaceDiagnosis
from ..records import Setting
from ..tables import Verdict, spans_of
from . import citations
from ._named import named
from .core import Context, Over, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..claims import Claim
    from ..classification import DiagnosisSnapshot
    from ..findings import Finding
    from ..records import Diagnosis

# What the claim forms hold: 837P and CMS-1500; 837I and UB-04 (one principal and 24 others).
DIAGNOSES_PER_CLAIM = {Setting.PRACTITIONER: 12, Setting.OUTPATIENT_HOSPITAL: 25}
POINTERS_PER_LINE = 4
# What a message shows: among a code's first three characters is a digit. What has none may be a name.
SHOWN = r"[A-Z](?:[0-9][0-9A-Z]|[A-Z][0-9])[0-9A-Z]{0,4}"
# Up to as many billable codes below a header are named; of more, the headers right below it.
SUGGESTIONS = 24
SINCE = "0.1.0"

# The rules that ask the table of diagnoses.
_code_rule = partial(
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
    sees=["diagnoses", "lines.on"],
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
    sees=["diagnoses", "lines.on"],
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
    sees=["diagnoses", "lines.on"],
)
def diagnosis_stands_once(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis stands on a claim once."""
    seen: set[str] = set()
    for index, code in enumerate(claim.diagnoses):
        key = normalize_code(code)
        if key in seen:
            yield context.finding(
                claim,
                f"diagnoses[{index}]",
                f"{named(code, SHOWN, 'a diagnosis')} is on the claim twice",
                fix=DropRepeatedDiagnoses(),
            )
        seen.add(key)


@rule(
    "diagnosis.pointer-invalid",
    severity=Severity.ERROR,
    cites=citations.MCPM_26_10,
    over=Over.CLAIM,
    since=SINCE,
    sees=["diagnoses", "lines.diagnoses"],
)
def lines_point_at_diagnoses_of_their_claim(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A line points at diagnoses that are on the claim, a professional one at four of them at most."""
    there = set(map(normalize_code, claim.diagnoses))
    for line in claim.lines:
        lost = [
            named(code, SHOWN, "a diagnosis") for code in line.diagnoses if normalize_code(code) not in there
        ]
        if lost:
            yield context.finding(
                line, "diagnoses", f"the line points at {', '.join(lost)}, which the claim lacks"
            )
        if len(line.diagnoses) > POINTERS_PER_LINE and claim.setting is Setting.PRACTITIONER:
            yield context.finding(
                line,
                "diagnoses",
                f"the line points at {len(line.diagnoses)} diagnoses; {POINTERS_PER_LINE} are allowed",
            )


@_code_rule("diagnosis.malformed", sees=["diagnoses", "lines.on"])
def diagnosis_has_the_form_of_a_code(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis has the form of an ICD-10-CM code."""
    for index, code in enumerate(claim.diagnoses):
        if re.fullmatch(DIAGNOSIS, normalize_code(code)):
            continue
        bare = "".join(letter for letter in code if letter.isalnum())
        known = next(_found(bare, claim, context), None)
        # A header is near, but not what was meant: no claim is mended with it.
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            "the diagnosis has not the form of an ICD-10-CM code",
            fix=ReplaceDiagnosis(code, known.code) if known and known.is_billable else None,
            suggestions=(known.code,) if known else (),
        )


def days(claim: Claim) -> list[dt.date]:
    """The days of service of a claim."""
    return sorted({line.on for line in claim.lines})


def _found(code: str, claim: Claim, context: Context) -> Iterator[Diagnosis]:
    for day in days(claim):
        row = context.catalog.diagnoses.on(day).find(code)
        if row is not None:
            yield row


def judged(claim: Claim, context: Context, verdict: Verdict) -> Iterator[tuple[int, str, dt.date]]:
    """The claim's diagnoses of a verdict, with the first day of service on which they have it.

    Those that the table does not know are noted as not checked by the running rule.
    """
    diagnoses = context.catalog.diagnoses
    if claim.diagnoses and not claim.lines:
        context.not_checked("lines", "a claim without lines has no day of service")
    for index, code in enumerate(claim.diagnoses):
        if not re.fullmatch(DIAGNOSIS, normalize_code(code)):
            continue
        for day in days(claim):
            found = diagnoses.verdict(code, on=day)
            if found is Verdict.OUT_OF_COVERAGE:
                what = named(code, SHOWN, "a diagnosis")
                reason = f"{what} on {day} is outside the coverage of the table of diagnoses"
                context.not_checked(f"diagnoses[{index}]", reason)
                break
            if found is verdict:
                yield index, code, day
                break


@_code_rule("diagnosis.unknown", sees=["diagnoses", "lines.on"])
def diagnosis_is_known(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is a code of ICD-10-CM."""
    for index, code, day in judged(claim, context, Verdict.UNKNOWN):
        if completions(code, context.catalog.diagnoses.on(day)) is None:
            what = named(code, SHOWN, "a diagnosis")
            yield context.finding(
                claim,
                f"diagnoses[{index}]",
                f"{what} is no code of ICD-10-CM on {day}",
                suggestions=context.catalog.diagnoses.suggest(code, on=day),
            )


@_code_rule("diagnosis.seventh-character", sees=["diagnoses", "lines.on"])
def seventh_character_is_one_of_its_code(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A seventh character is one that its code takes, in the seventh place: X fills the places before it."""
    for index, code, day in judged(claim, context, Verdict.UNKNOWN):
        complete = completions(code, context.catalog.diagnoses.on(day))
        if complete is None:
            continue
        meant = [known for known in complete if known[-1] == normalize_code(code)[-1]]
        problem = (
            "lacks the placeholder X" if meant else "has a seventh character that its code does not take"
        )
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            f"{code} {problem}",
            fix=ReplaceDiagnosis(code, meant[0]) if meant else None,
            suggestions=tuple(meant or complete),
        )


def completions(code: str, day: DiagnosisSnapshot) -> tuple[str, ...] | None:
    """The codes that an unknown one may be meant for, where nothing but its end is wrong; else `None`.

    Its end is the seventh character, with the placeholder before it where the code is short.
    """
    key = normalize_code(code)
    stem, last = key[:-1].rstrip(PLACEHOLDER), key[-1:]
    header = day.find(stem) if len(stem) >= CATEGORY else None
    if header is None or header.is_billable:
        return None
    start = stem.ljust(COMPLETE, PLACEHOLDER)
    found = tuple(below.code for below in day.descendants(stem) if normalize_code(below.code)[:-1] == start)
    is_told = len(key) > COMPLETE or any(known[-1] == last for known in found)
    return found if found and is_told else None


@_code_rule("diagnosis.not-effective", sees=["diagnoses", "lines.on"])
def diagnosis_is_in_force(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is in force on the dates of service."""
    diagnoses = context.catalog.diagnoses
    for index, code, day in judged(claim, context, Verdict.NOT_EFFECTIVE):
        when = in_force(spans_of(diagnoses.history(code)))
        after = [new for each in diagnoses.successors(code) if each.on <= day for new in each.successors]
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            f"{code} is not in force on {day} ({when})",
            suggestions=tuple(dict.fromkeys(after)),
        )


@_code_rule("diagnosis.not-billable", sees=["diagnoses", "lines.on"])
def diagnosis_has_all_its_characters(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis is coded to its last character; a header is not billable."""
    for index, code, day in judged(claim, context, Verdict.NOT_BILLABLE):
        on_day = context.catalog.diagnoses.on(day)
        header = on_day[code]
        billable = [below.code for below in on_day.descendants(code) if below.is_billable]
        few = billable if len(billable) <= SUGGESTIONS else [child.code for child in on_day.children(code)]
        yield context.finding(
            claim,
            f"diagnoses[{index}]",
            f"{header.code} on {day} is a header: more characters are needed",
            suggestions=tuple(few),
        )
