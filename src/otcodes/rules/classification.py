"""Do the claim's diagnoses go together, in that order, and as exactly as they can be said?"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from .._text import normalize_code
from ..errors import OutOfCoverageError
from ..findings import Severity
from ..fixes import PutDiagnosisFirst
from . import citations
from .core import Context, Over, rule
from .diagnoses import days

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..claims import Claim
    from ..findings import Finding
    from ..records import Diagnosis

# The letters of chapter 20, external causes of morbidity.
EXTERNAL_CAUSES = ("V", "W", "X", "Y")
SINCE = "0.1.0"

_tree_rule = partial(rule, over=Over.CLAIM, since=SINCE, sees=["diagnoses", "lines.on"])


def _known(claim: Claim, context: Context) -> Iterator[tuple[dt.date, dict[int, Diagnosis]]]:
    """The days of service, each with the claim's diagnoses in force on it by their place.

    The others have findings of their own.
    """
    for day in days(claim):
        on_day = context.catalog.diagnoses.on(day)
        found = {index: on_day.find(code) for index, code in enumerate(claim.diagnoses)}
        yield day, {index: record for index, record in found.items() if record is not None}


@_tree_rule(
    "diagnosis.excludes1",
    severity=Severity.WARNING,
    cites=citations.EXCLUDES1,
    reads=["diagnoses", "diagnosis_notes"],
)
def diagnoses_do_not_exclude_each_other(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """Two diagnoses that an Excludes1 note keeps apart are not on one claim."""
    judged: set[tuple[int, int]] = set()
    noted: set[tuple[int, int]] = set()  # of these another day may tell
    for day, known in _known(claim, context):
        on_day = context.catalog.diagnoses.on(day)
        for (first, one), (second, two) in combinations(known.items(), 2):
            if (first, second) in judged or one.code == two.code:
                continue
            try:
                note = on_day.excluded(one.code, two.code)
            except OutOfCoverageError:
                if (first, second) not in noted:
                    reason = f"whether {one.code} and {two.code} exclude each other on {day} is not on board"
                    context.not_checked(f"diagnoses[{second}]", reason)
                noted.add((first, second))
                continue
            if note is not None:
                judged.add((first, second))
                yield context.finding(
                    claim,
                    f"diagnoses[{second}]",
                    f"{one.code} and {two.code}: the Excludes1 note at {note.node} keeps them apart",
                    rests_on=note,
                )


@_tree_rule(
    "diagnosis.manifestation-first",
    severity=Severity.ERROR,
    cites=citations.CODE_FIRST,
    reads=["diagnoses", "diagnosis_notes"],
)
def manifestation_is_not_first(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A manifestation stands behind the disease that it comes from."""
    for day, known in _known(claim, context):
        if 0 not in known:
            continue
        on_day, first = context.catalog.diagnoses.on(day), known[0].code
        try:
            if not on_day.is_manifestation(first):
                continue
        except OutOfCoverageError:
            reason = f"whether {first} is a manifestation on {day} is not on board"
            context.not_checked("diagnoses[0]", reason)
            continue
        notes = [note for note in on_day.notes(first, "code-first") if note.is_manifestation]
        causes = [
            claim.diagnoses[index]
            for index, record in known.items()
            if index and any(note.names(record.code) for note in notes)
        ]
        yield context.finding(
            claim,
            "diagnoses[0]",
            f"{first} is a manifestation: the disease it comes from stands before it",
            fix=PutDiagnosisFirst(causes[0], is_safe=len(causes) == 1) if causes else None,
            suggestions=tuple(causes),
            rests_on=notes[0],
        )
        return


@_tree_rule(
    "diagnosis.external-cause-first",
    severity=Severity.ERROR,
    cites=citations.EXTERNAL_CAUSES,
    reads=["diagnoses"],
)
def external_cause_is_not_first(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """An external cause stands behind the injury or condition that it caused."""
    for _, known in _known(claim, context):
        if 0 not in known or not known[0].code.startswith(EXTERNAL_CAUSES):
            continue
        others = [
            claim.diagnoses[index]
            for index, record in known.items()
            if not record.code.startswith(EXTERNAL_CAUSES)
        ]
        yield context.finding(
            claim,
            "diagnoses[0]",
            f"{known[0].code} is an external cause, which is never the first diagnosis",
            fix=PutDiagnosisFirst(others[0], is_safe=len(others) == 1) if others else None,
        )
        return


@_tree_rule(
    "diagnosis.unspecified-laterality",
    severity=Severity.INFORMATION,
    cites=citations.LATERALITY,
    reads=["diagnoses"],
)
def diagnosis_names_its_side(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A diagnosis names the side where codes for the sides exist."""
    told: set[str] = set()
    for day, known in _known(claim, context):
        for index, record in known.items():
            sided = context.catalog.diagnoses.on(day).sided(record.code)
            key = normalize_code(record.code)
            if sided and key not in told:
                told.add(key)
                yield context.finding(
                    claim,
                    f"diagnoses[{index}]",
                    f"{record.code} leaves the side open; there are codes that name it",
                    suggestions=tuple(each.code for each in sided),
                )
