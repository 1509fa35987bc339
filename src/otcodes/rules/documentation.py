"""Does the record carry what is billed: plan of care, reports, level of an evaluation, minutes?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ..calc.evaluations import LEVELS, supported_evaluation
from ..calc.units import QUARTER_HOUR_MINUTES, in_units, units_of_the_day
from ..findings import Severity
from ..fixes import ReplaceProcedure
from ..payers import UnitMethod
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import Claim, PlanOfCare, ServiceLine, TreatmentNote
    from ..findings import Finding
    from ..policy_records import PlanRequirement

SINCE = "0.1.0"
PLAN = "plan_of_care"


def _requirement(kind: str, on: dt.date, context: Context) -> PlanRequirement:
    """A number of days that the rules for plans of care name.

    Raises:
        CannotJudgeError: it is not known of that day.
    """
    row = context.catalog.plan_requirements.on(on).find(kind)
    if row is None:
        raise CannotJudgeError(f"the rule for plans of care of {on} is not on board", PLAN)
    return row


@rule(
    "plan.missing",
    severity=Severity.WARNING,
    cites=citations.BPM_15_220_1,
    over=Over.CLAIM,
    asks="needs_plan_of_care",
    since=SINCE,
    sees=["plan_of_care", "empty_fields"],
)
def therapy_has_a_plan_of_care(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """Therapy is furnished under a plan of care."""
    if context.lacks(claim, PLAN):
        yield context.finding(claim, PLAN, "no plan of care is given")


@rule(
    "plan.certification-expired",
    severity=Severity.ERROR,
    cites=citations.BPM_15_220_1,
    over=Over.CLAIM,
    asks="needs_plan_of_care",
    reads=["plan_requirements"],
    since=SINCE,
    sees=["plan_of_care", "empty_fields"],
)
def services_are_within_the_certified_period(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A service is within the certified period of its plan of care, which lasts 90 days at most."""
    plan = _plan(claim, context)
    for line in _therapy(claim, context):
        try:
            first, last, row = _certified(plan, line.on, context)
        except CannotJudgeError as reason:
            context.not_checked(reason.path, reason.reason)
            continue
        if line.on > last:
            since = f"from {first} to {last}" if first else f"to {last}"
            message = f"the plan of care was certified {since}, not on {line.on}"
            yield context.finding(line, "on", message, rests_on=row)


def _therapy(claim: Claim, context: Context) -> list[ServiceLine]:
    """The lines that a plan of care of the claim's discipline is for, as far as their codes are known."""
    return [
        line
        for line in claim.lines
        if context.discipline_of(line) is claim.discipline
        and (context.is_therapy(line) or context.facts(line).procedure is None)
    ]


def _plan(claim: Claim, context: Context) -> PlanOfCare:
    if context.lacks(claim, PLAN) or claim.plan_of_care is None:
        raise CannotJudgeError("no plan of care is given", PLAN)
    return claim.plan_of_care


def _certified(
    plan: PlanOfCare, on: dt.date, context: Context
) -> tuple[dt.date | None, dt.date, PlanRequirement | None]:
    """The first day of the certified period, where it is needed, its last, and the rule that ends it.

    Raises:
        CannotJudgeError: they are not known; or the day is before them, of a certification that is not given.
    """
    if plan.certified_to is not None and plan.certified_to < on:
        return plan.certified_from, plan.certified_to, None
    first = _certified_from(plan, on, context)
    if on < first:
        raise CannotJudgeError(f"how {on} was certified, before {first}, is not given", PLAN)
    row = _requirement("certification", on, context)
    # A period of so many days, of which the first one is the first.
    last = dt.date.fromordinal(min(first.toordinal() + row.days - 1, dt.date.max.toordinal()))
    return first, last if plan.certified_to is None else min(last, plan.certified_to), row


def _certified_from(plan: PlanOfCare, on: dt.date, context: Context) -> dt.date:
    """The first day of the certified period.

    A plan that was sent in time to whoever signed the order on file stands as certified without a signature,
    from the initial evaluation on.

    Raises:
        CannotJudgeError: there is no such day, as far as is known.
    """
    if plan.certified_from is not None:
        return plan.certified_from
    if plan.order_on is None or plan.sent_on is None or plan.evaluated_on is None:
        raise CannotJudgeError("since when the plan of care is certified is not given", PLAN)
    row = context.catalog.plan_requirements.on(on).find("order-exception")
    if row is None:
        raise CannotJudgeError(f"on {on} an order on file was no certification, and no other is given", PLAN)
    if (plan.sent_on - plan.evaluated_on).days > row.days:
        reason = f"the plan was sent over {row.days} days after the evaluation, and no certification is given"
        raise CannotJudgeError(reason, PLAN)
    return plan.evaluated_on


@rule(
    "plan.progress-report-due",
    severity=Severity.WARNING,
    cites=citations.BPM_15_220_3,
    over=Over.CLAIM,
    asks="needs_plan_of_care",
    reads=["plan_requirements"],
    since=SINCE,
    sees=["plan_of_care", "empty_fields"],
)
def progress_is_reported_every_ten_treatment_days(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A progress report is written every ten treatment days at least; the evaluation's day is the first."""
    plan = _plan(claim, context)
    if plan.treatment_days is None or plan.progress_reports is None:
        raise CannotJudgeError("the treatment days or the progress reports of the plan are not given", PLAN)
    lines = sorted(_therapy(claim, context), key=lambda line: line.on)
    days = sorted({*plan.treatment_days, *(line.on for line in lines)})
    for line in lines:
        row = _requirement("progress-report", line.on, context)
        # A report that is written on a treatment day closes its ten days with that day.
        last = max((day for day in plan.progress_reports if day <= line.on), default=dt.date.min)
        since = [day for day in days if last < day <= line.on]
        if len(since) > row.days:
            began = "the first one" if last == dt.date.min else f"the report of {last}"
            yield context.finding(
                line,
                "on",
                f"{line.on} is treatment day {len(since)} since {began}; a report is due after {row.days}",
                rests_on=row,
            )
            return


def _is_leveled(facts: CodeFacts) -> bool:
    code = facts.procedure.code if facts.procedure else ""
    return facts.catalog.evaluation_levels.verdict(code, on=facts.on) is Verdict.EFFECTIVE


def _notes(claim: Claim, on: dt.date) -> list[tuple[int, TreatmentNote]]:
    return [(index, note) for index, note in enumerate(claim.treatment_notes) if note.on == on]


@rule(
    "evaluation.level-unsupported",
    severity=Severity.WARNING,
    cites=citations.EVALUATION_LEVELS,
    reads=["evaluation_levels"],
    applies=_is_leveled,
    since=SINCE,
)
def evaluation_is_of_the_level_it_reached(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """An evaluation is billed at the lowest level of profile, performance deficits and decision making."""
    found = [note.evaluation for _, note in _notes(context.claim, line.on) if note.evaluation]
    if not found:
        raise CannotJudgeError("the components of the evaluation are not given", "treatment_notes")
    row = context.catalog.evaluation_levels.on(line.on)[line.procedure]
    supported = supported_evaluation(found[0], on=line.on, catalog=context.catalog)
    if supported.level is None or LEVELS.index(row.level) > LEVELS.index(supported.level):
        yield context.finding(
            line,
            "procedure",
            f"{row.code} is of {row.level} complexity; {'; '.join(supported.steps)}",
            fix=ReplaceProcedure(supported.code, is_safe=False) if supported.code else None,
            suggestions=(supported.code,) if supported.code else (),
            rests_on=row,
        )


@rule(
    "record.minutes-missing",
    severity=Severity.WARNING,
    cites=citations.BPM_15_220_3,
    over=Over.CLAIM,
    asks="needs_plan_of_care",
    since=SINCE,
    sees=["treatment_notes", "empty_fields"],
)
def treatment_note_has_its_minutes(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A treatment note has the minutes of the timed services and those of the whole treatment."""
    if context.lacks(claim, "treatment_notes"):
        yield context.finding(claim, "treatment_notes", "no treatment note is given")
    for index, note in enumerate(claim.treatment_notes):
        for field in ("timed_minutes", "total_minutes"):
            path = f"treatment_notes[{index}].{field}"
            try:
                if context.lacks(note, field):
                    yield context.finding(
                        claim, path, f"the note of {note.on} has no {field.replace('_', ' ')}"
                    )
            except CannotJudgeError as reason:
                context.not_checked(path, reason.reason)


def _timed(lines: list[ServiceLine], context: Context) -> list[ServiceLine]:
    """The timed ones of the lines that a note of their day speaks of.

    Raises:
        CannotJudgeError: it is not known which they are, or of which of them the note speaks.
    """
    lost = next((line for line in lines if context.facts(line).procedure is None and line.minutes != 0), None)
    if lost is not None:
        reason = f"{lost.procedure} is not known on {lost.on}, and its minutes may be of the day's"
        raise CannotJudgeError(reason, context.path(lost, "procedure"))
    timed = [line for line in lines if context.line(line).is_timed]
    if len({context.discipline_of(line) for line in timed}) > 1:
        raise CannotJudgeError(
            "the lines are of several disciplines, and the note does not say whose", "lines"
        )
    return timed


@rule(
    "record.units-disagree",
    severity=Severity.WARNING,
    cites=citations.MCPM_5_20_2,
    over=Over.DAY,
    asks="needs_plan_of_care",
    reads=["procedures"],
    applies=lambda facts: facts.procedure is not None,
    since=SINCE,
    sees=["treatment_notes"],
)
def units_follow_from_the_treatment_note(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """The timed units of a day follow from the timed minutes of its treatment note."""
    notes = _notes(context.claim, lines[0].on)
    own = [line for line in lines if context.owns(line)]
    if not notes or not own:
        context.not_checked("treatment_notes", "no treatment note of the day is given")
        return
    for index, note in notes:
        path = f"treatment_notes[{index}].timed_minutes"
        if note.timed_minutes is None:
            raise CannotJudgeError("the timed minutes of the note are not given", path)
        if note.total_minutes is not None and note.total_minutes < note.timed_minutes:
            yield context.finding(
                context.claim,
                path,
                f"the note of {note.on} has {note.timed_minutes} timed minutes, {note.total_minutes} in all",
            )
    timed = _timed(own, context)
    minutes = sum(note.timed_minutes or 0 for _, note in notes)
    if all(line.minutes is not None for line in timed):
        billed = sum(line.minutes or 0 for line in timed)
        if billed != minutes:
            yield context.finding(
                timed[0] if timed else own[0],
                "minutes",
                f"the lines of {own[0].on} have {billed} timed minutes, the treatment note has {minutes}",
            )
        return
    if context.policy.unit_method is not UnitMethod.MEDICARE:
        raise CannotJudgeError(
            "the minutes of each line are not given, and the payer counts by them", "lines"
        )
    if not all(context.line(line).has_whole_units for line in timed) or any(
        context.procedure(line).unit_minutes != QUARTER_HOUR_MINUTES for line in timed
    ):
        raise CannotJudgeError("the timed lines of the day are not all whole quarter hours", "lines")
    units = sum(int(line.units) for line in timed)
    if units != units_of_the_day(minutes):
        are = "is" if units == 1 else "are"
        yield context.finding(
            timed[0] if timed else own[0],
            "units",
            f"{in_units(units)} {are} billed; the {minutes} timed minutes of the treatment note are "
            f"{in_units(units_of_the_day(minutes))}",
        )
