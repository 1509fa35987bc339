"""Ways to break a claim, one for each rule: what would be wrong, made of what the tables hold for the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .._text import COMPLETE, normalize_code
from ..calc.evaluations import LEVELS
from ..calc.thresholds import threshold_of
from ..claims import EvaluationComponents, PlanOfCare, ServiceLine, TreatmentNote
from ..errors import OtcodesError
from ..fixes import MODIFIERS_PER_LINE
from ..records import Complexity, NoteKind, ProfileReview, Setting, TherapyDisposition
from ..rules.classification import EXTERNAL_CAUSES
from ..rules.diagnoses import DIAGNOSES_PER_CLAIM, completions
from ..tables import Verdict
from ._material import OWN, NothingThereError, is_own, npi

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..claims import Claim
    from ..policy_records import MutuallyExclusive, PaymentStatus, PtpEdit
    from ..records import DiagnosisNote
    from ._material import Material

    Way: TypeAlias = "Callable[[Material, Claim], Claim]"

DAY = dt.timedelta(days=1)
EVALUATED = EvaluationComponents(
    profile=ProfileReview.BRIEF, performance_deficits=1, decision_making=Complexity.LOW
)


@attrs.frozen
class Recipe:
    """How a claim is broken.

    Attributes:
        way: makes the claim of a right one, or raises `NothingThereError`.
        setting: of the claim, where it has to be one of the two.
    """

    way: Way
    setting: Setting | None = None


RECIPES: dict[str, Recipe] = {}


def breaks(rule: str, setting: Setting | None = None) -> Callable[[Way], Way]:
    """Say which rule a claim breaks that a function makes."""

    def keep(way: Way) -> Way:
        RECIPES[rule] = Recipe(way, setting)
        return way

    return keep


def _changed(claim: Claim, **facts: Any) -> Claim:
    """The claim with a changed first line."""
    return claim.replace_line(0, attrs.evolve(claim.lines[0], **facts))


def _of(claim: Claim, *lines: ServiceLine) -> Claim:
    """The claim with other lines."""
    return attrs.evolve(claim, lines=lines)


def _diagnosed(claim: Claim, *diagnoses: str) -> Claim:
    """The claim with other diagnoses, at which no line points."""
    lines = tuple(attrs.evolve(line, diagnoses=()) for line in claim.lines)
    return attrs.evolve(claim, diagnoses=diagnoses, lines=lines)


def _more_modifiers(m: Material, claim: Claim, *modifiers: str) -> Claim:
    """The claim with more modifiers on a line that has its own discipline's."""
    line = claim.lines[0]
    before = line.modifiers or (m.own.modifier,)
    return _changed(claim, modifiers=(*before, *modifiers))


# Procedures.


def _is_in_force(m: Material, code: str) -> bool:
    return m.catalog.procedures.verdict(code, on=m.on) is Verdict.EFFECTIVE


def _is_ours(m: Material, code: str) -> bool:
    row = m.catalog.procedures.on(m.on).find(code)
    return row is not None and is_own(row)


@breaks("procedure.malformed")
def _procedure_malformed(m: Material, claim: Claim) -> Claim:
    return _changed(claim, procedure=m.malformed_code(m.catalog.procedures))


@breaks("procedure.unknown")
def _procedure_unknown(m: Material, claim: Claim) -> Claim:
    return _changed(claim, procedure=m.code(m.catalog.procedures, Verdict.UNKNOWN))


@breaks("procedure.not-effective")
def _procedure_not_effective(m: Material, claim: Claim) -> Claim:
    return _changed(claim, procedure=m.code(m.catalog.procedures, Verdict.NOT_EFFECTIVE))


@breaks("procedure.not-occupational-therapy")
def _procedure_of_another(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.procedures, lambda row: row.disciplines is not None and OWN not in row.disciplines)
    return _of(claim, m.line(row.code))


@breaks("procedure.invalid-for-payer")
def _procedure_invalid(m: Material, claim: Claim) -> Claim:
    row = m.row(
        m.catalog.payer_substitutions,
        lambda row: row.payer == m.policy.like and _is_in_force(m, row.code),
    )
    return _of(claim, m.line(row.code))


def _of_status(m: Material, claim: Claim, keep: Callable[[PaymentStatus], bool]) -> Claim:
    """The claim with a line of a code of some status, for which the payer takes no other."""
    substituted = m.catalog.payer_substitutions.on(m.on)
    row = m.row(
        m.catalog.payment_status,
        lambda row: (
            keep(row) and _is_in_force(m, row.code) and substituted.find((m.policy.like, row.code)) is None
        ),
    )
    return _of(claim, m.line(row.code))


@breaks("procedure.not-covered", Setting.PRACTITIONER)
def _procedure_not_covered(m: Material, claim: Claim) -> Claim:
    return _of_status(m, claim, lambda row: row.is_never_paid)


@breaks("procedure.bundled")
def _procedure_bundled(m: Material, claim: Claim) -> Claim:
    return _of_status(m, claim, lambda row: row.is_bundled)


@breaks("procedure.add-on-without-primary")
def _add_on_alone(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.add_on_codes, lambda row: _is_in_force(m, row.add_on))
    return _of(claim, m.line(row.add_on))


def _excluding(m: Material, claim: Claim, period: str) -> Claim:
    """The claim with two lines of codes that exclude each other in a period."""

    def is_apt(row: MutuallyExclusive) -> bool:
        return row.period == period and _is_ours(m, row.first) and _is_ours(m, row.second)

    row = m.row(m.catalog.mutually_exclusive, is_apt)
    return _of(claim, m.line(row.first), m.line(row.second))


@breaks("procedure.evaluation-repeated")
def _evaluation_repeated(m: Material, claim: Claim) -> Claim:
    return _excluding(m, claim, "day")


@breaks("procedure.mutually-exclusive")
def _exclusive_in_a_month(m: Material, claim: Claim) -> Claim:
    return _excluding(m, claim, "month")


# Diagnoses.


@breaks("diagnosis.missing")
def _diagnosis_missing(_: Material, claim: Claim) -> Claim:
    return _diagnosed(claim)


@breaks("diagnosis.too-many")
def _diagnosis_too_many(m: Material, claim: Claim) -> Claim:
    codes: dict[str, None] = {}
    while len(codes) <= DIAGNOSES_PER_CLAIM[claim.setting]:
        codes[m.code(m.catalog.diagnoses, keep=lambda code: code not in codes)] = None
    return _diagnosed(claim, *codes)


@breaks("diagnosis.duplicate")
def _diagnosis_duplicate(_: Material, claim: Claim) -> Claim:
    return attrs.evolve(claim, diagnoses=(*claim.diagnoses, claim.diagnoses[0]))


@breaks("diagnosis.pointer-invalid")
def _diagnosis_pointer(m: Material, claim: Claim) -> Claim:
    there = set(map(normalize_code, claim.diagnoses))
    lost = m.code(m.catalog.diagnoses, keep=lambda code: normalize_code(code) not in there)
    return _changed(claim, diagnoses=(lost,))


@breaks("diagnosis.malformed")
def _diagnosis_malformed(m: Material, claim: Claim) -> Claim:
    return _diagnosed(claim, m.malformed_code(m.catalog.diagnoses))


@breaks("diagnosis.unknown")
def _diagnosis_unknown(m: Material, claim: Claim) -> Claim:
    on_day = m.catalog.diagnoses.on(m.on)
    return _diagnosed(
        claim,
        m.code(m.catalog.diagnoses, Verdict.UNKNOWN, lambda code: completions(code, on_day) is None),
    )


@breaks("diagnosis.seventh-character")
def _seventh_character(m: Material, claim: Claim) -> Claim:
    on_day = m.catalog.diagnoses.on(m.on)

    def is_apt(code: str) -> bool:
        return len(code) > COMPLETE and completions(code, on_day) is not None

    return _diagnosed(claim, m.code(m.catalog.diagnoses, Verdict.UNKNOWN, is_apt))


@breaks("diagnosis.not-effective")
def _diagnosis_not_effective(m: Material, claim: Claim) -> Claim:
    return _diagnosed(claim, m.code(m.catalog.diagnoses, Verdict.NOT_EFFECTIVE))


@breaks("diagnosis.not-billable")
def _diagnosis_header(m: Material, claim: Claim) -> Claim:
    return _diagnosed(claim, m.code(m.catalog.diagnoses, Verdict.NOT_BILLABLE))


@breaks("diagnosis.excludes1")
def _diagnoses_exclude(m: Material, claim: Claim) -> Claim:
    on_day = m.catalog.diagnoses.on(m.on)
    found: list[str] = []

    def is_apt(note: DiagnosisNote) -> bool:
        if note.kind is not NoteKind.EXCLUDES1:
            return False
        found[:] = [code for each in (note.node, note.target) if (code := _billable(m, each))]
        return len(found) > 1 and _is_so(lambda: on_day.excluded(*found) is not None)

    m.row(m.catalog.diagnosis_notes, is_apt)
    return _diagnosed(claim, *found)


def _billable(m: Material, node: str) -> str | None:
    """A billable code at or below a code of the classification; none of a range or a pattern."""
    on_day = m.catalog.diagnoses.on(m.on)
    header = on_day.find(node) if node.isalnum() else None
    if header is None:
        return None
    if header.is_billable:
        return header.code
    return next((each.code for each in on_day.descendants(node) if each.is_billable), None)


def _is_so(judge: Callable[[], bool]) -> bool:
    """What a look-up in the classification says; where the tables do not know, it is not so."""
    try:
        return judge()
    except OtcodesError:
        return False


@breaks("diagnosis.manifestation-first")
def _manifestation_first(m: Material, claim: Claim) -> Claim:
    on_day = m.catalog.diagnoses.on(m.on)
    note = m.row(
        m.catalog.diagnosis_notes,
        lambda note: (
            note.is_manifestation
            and (code := _billable(m, note.node)) is not None
            and _is_so(partial(on_day.is_manifestation, code))
        ),
    )
    return _diagnosed(claim, str(_billable(m, note.node)))


@breaks("diagnosis.external-cause-first")
def _external_cause_first(m: Material, claim: Claim) -> Claim:
    causes = [each for each in m.catalog.diagnoses.categories if each.startswith(EXTERNAL_CAUSES)]
    category = m.one(causes, lambda each: _billable(m, each) is not None)
    return _diagnosed(claim, str(_billable(m, category)))


@breaks("diagnosis.unspecified-laterality")
def _side_left_open(m: Material, claim: Claim) -> Claim:
    on_day = m.catalog.diagnoses.on(m.on)
    return _diagnosed(claim, m.code(m.catalog.diagnoses, keep=lambda code: bool(on_day.sided(code))))


# Modifiers.


@breaks("modifier.malformed")
def _modifier_malformed(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, m.malformed_code(m.catalog.modifiers))


@breaks("modifier.unknown")
def _modifier_unknown(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, m.code(m.catalog.modifiers, Verdict.UNKNOWN))


@breaks("modifier.not-effective")
def _modifier_not_effective(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, m.code(m.catalog.modifiers, Verdict.NOT_EFFECTIVE))


@breaks("modifier.duplicate")
def _modifier_duplicate(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, (claim.lines[0].modifiers or (m.own.modifier,))[0])


@breaks("modifier.too-many")
def _modifier_too_many(m: Material, claim: Claim) -> Claim:
    codes: dict[str, None] = dict.fromkeys(claim.lines[0].modifiers or (m.own.modifier,))
    while len(codes) <= MODIFIERS_PER_LINE:
        codes[m.code(m.catalog.modifiers, keep=lambda code: code not in codes)] = None
    return _changed(claim, modifiers=tuple(codes))


@breaks("modifier.discipline-missing")
def _discipline_missing(m: Material, claim: Claim) -> Claim:
    row = m.procedure(lambda row: row.therapy_disposition is TherapyDisposition.ALWAYS)
    return _of(claim, m.line(row.code, modifiers=()))


@breaks("modifier.discipline-wrong")
def _discipline_wrong(m: Material, claim: Claim) -> Claim:
    return _changed(claim, modifiers=(m.anothers().modifier,))


@breaks("modifier.discipline-conflict")
def _discipline_conflict(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, m.anothers().modifier)


@breaks("modifier.assistant-wrong")
def _assistant_wrong(m: Material, claim: Claim) -> Claim:
    return _more_modifiers(m, claim, str(m.anothers().assistant_modifier))


@breaks("modifier.assistant-without-discipline")
def _assistant_without_discipline(m: Material, claim: Claim) -> Claim:
    return _changed(claim, modifiers=(_assistants(m),))


def _assistants(m: Material) -> str:
    """The modifier of occupational therapy's assistants."""
    if m.own.assistant_modifier is None:
        raise NothingThereError
    return m.own.assistant_modifier


@breaks("modifier.conflict")
def _modifiers_conflict(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.modifier_conflicts)
    return _more_modifiers(m, claim, row.first, row.second)


@breaks("modifier.order")
def _modifiers_out_of_order(m: Material, claim: Claim) -> Claim:
    return _changed(claim, modifiers=(m.catalog.modifier_of("threshold"), m.own.modifier))


@breaks("modifier.not-for-therapy")
def _modifier_unsuitable(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed())
    return _more_modifiers(m, _of(claim, line), m.row(m.catalog.unsuitable_modifiers).modifier)


@breaks("modifier.assistant-missing")
def _assistant_missing(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed())
    return _of(claim, attrs.evolve(line, assistant_minutes=line.minutes))


@breaks("modifier.assistant-unsupported")
def _assistant_unsupported(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed(), assistant_minutes=0)
    return _more_modifiers(m, _of(claim, line), _assistants(m))


@breaks("modifier.threshold-missing")
def _threshold_missing(m: Material, claim: Claim) -> Claim:
    above = threshold_of(OWN, m.on, m.catalog).amount_usd + 1 + m.pick(1_000)
    return attrs.evolve(_of(claim, m.line(m.timed())), therapy_year_to_date_usd=above)


@breaks("modifier.threshold-early")
def _threshold_early(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed(), allowed_usd=Decimal(1 + m.pick(100)))
    early = _more_modifiers(m, _of(claim, line), m.catalog.modifier_of("threshold"))
    return attrs.evolve(early, therapy_year_to_date_usd=Decimal(0))


# Places, telehealth and revenue codes.


@breaks("revenue.discipline-mismatch", Setting.OUTPATIENT_HOSPITAL)
def _revenue_code_of_another(m: Material, claim: Claim) -> Claim:
    return _of(claim, m.line(m.timed(), revenue_code=m.revenue_code(m.anothers().name)))


@breaks("place.unknown", Setting.PRACTITIONER)
def _place_unknown(m: Material, claim: Claim) -> Claim:
    return _changed(claim, place=m.code(m.catalog.places, Verdict.UNKNOWN))


@breaks("place.not-effective", Setting.PRACTITIONER)
def _place_not_effective(m: Material, claim: Claim) -> Claim:
    return _changed(claim, place=m.code(m.catalog.places, Verdict.NOT_EFFECTIVE))


@breaks("place.unusual", Setting.PRACTITIONER)
def _place_unusual(m: Material, claim: Claim) -> Claim:
    return _changed(claim, place=m.row(m.catalog.places, lambda row: m.setting in row.unusual_in).code)


def _telehealth_place(m: Material) -> str:
    return m.row(m.catalog.places, lambda row: row.is_telehealth).code


@breaks("telehealth.not-eligible", Setting.PRACTITIONER)
def _telehealth_not_eligible(m: Material, claim: Claim) -> Claim:
    period = m.catalog.telehealth_periods.on(m.on).find(OWN.value)
    listed = m.catalog.telehealth.on(m.on)

    def is_apt(code: str) -> bool:
        row = listed.find(code)
        return (row is not None and not row.is_listed) or (period is not None and not period.is_paid)

    return _of(claim, m.line(m.procedure(lambda row: is_apt(row.code)).code, place=_telehealth_place(m)))


@breaks("telehealth.modifier-missing", Setting.OUTPATIENT_HOSPITAL)
def _telehealth_without_modifier(m: Material, claim: Claim) -> Claim:
    return _changed(claim, place=_telehealth_place(m))


@breaks("telehealth.place-mismatch", Setting.PRACTITIONER)
def _telehealth_without_place(m: Material, claim: Claim) -> Claim:
    row = m.catalog.telehealth_billing.on(m.on).find(m.setting.value)
    if row is None:
        raise NothingThereError
    return _more_modifiers(m, claim, row.modifier)


# Units.


@breaks("units.not-positive")
def _units_not_positive(m: Material, claim: Claim) -> Claim:
    return _changed(claim, units=m.one((0, -1, Decimal("1.5"))))


@breaks("units.above-minutes")
def _units_above(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed())
    return _of(claim, attrs.evolve(line, units=line.units + 1 + m.pick(3)))


@breaks("units.below-minutes")
def _units_below(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed(), units=2 + m.pick(3))
    return _of(claim, attrs.evolve(line, units=1))


@breaks("units.minutes-missing")
def _minutes_missing(m: Material, claim: Claim) -> Claim:
    return _of(claim, m.line(m.timed(), minutes=None, empty_fields={"minutes"}))


@breaks("units.untimed-multiple")
def _untimed_multiple(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.once_per_day, lambda row: _is_ours(m, row.code))
    return _of(claim, m.line(row.code, units=2 + m.pick(3)))


@breaks("units.above-limit")
def _units_above_limit(m: Material, claim: Claim) -> Claim:
    limits = m.catalog.unit_limits.on(m.on)
    program = str(m.policy.limit_table)

    def is_apt(code: str) -> bool:
        row = limits.find((program, m.setting.value, code))
        return row is not None and row.units > 0

    code = m.procedure(lambda row: is_apt(row.code)).code
    return _of(claim, m.line(code, units=limits[program, m.setting.value, code].units + 1))


@breaks("units.split-lines")
def _split_lines(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed())
    return _of(claim, line, line)


# Pairs.


def _paired(m: Material, claim: Claim, indicator: str) -> Claim:
    """The claim with the two codes of a pair."""

    def is_apt(row: PtpEdit) -> bool:
        return (
            (row.setting, row.indicator) == (m.setting, indicator)
            and _is_ours(m, row.column_1)
            and _is_ours(m, row.column_2)
        )

    row = m.row(m.catalog.ptp_edits, is_apt)
    return _of(claim, m.line(row.column_1), m.line(row.column_2))


@breaks("pair.never-together")
def _pair_never_together(m: Material, claim: Claim) -> Claim:
    return _paired(m, claim, "0")


@breaks("pair.modifier-needed")
def _pair_without_modifier(m: Material, claim: Claim) -> Claim:
    return _paired(m, claim, "1")


@breaks("pair.modifier-unneeded")
def _modifier_without_pair(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.pair_modifiers, lambda row: not row.sites)
    return _more_modifiers(m, _of(claim, m.line(m.timed())), row.modifier)


# Lines and claims.


@breaks("line.duplicate")
def _line_duplicate(_: Material, claim: Claim) -> Claim:
    return _of(claim, claim.lines[0], claim.lines[0])


@breaks("line.charge-missing")
def _charge_missing(m: Material, claim: Claim) -> Claim:
    if m.pick(2):
        return _changed(claim, charge_usd=None, empty_fields={"charge_usd"})
    return _changed(claim, charge_usd=Decimal(0))


@breaks("claim.referrer-missing")
def _referrer_missing(m: Material, claim: Claim) -> Claim:
    if m.pick(2):
        number = npi(m.pick(10**8))
        return attrs.evolve(claim, referring_npi=f"{number[:-1]}{(int(number[-1]) + 1) % 10}")
    return attrs.evolve(claim, referring_npi=None, empty_fields={"referring_npi"})


@breaks("claim.filed-late")
def _filed_late(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.filing_limits, lambda row: row.payer == m.policy.like)
    late = max(line.on for line in claim.lines) + dt.timedelta(31 * row.months + 3 + m.pick(300))
    return attrs.evolve(claim, submitted_on=late)


@breaks("plan.missing")
def _plan_missing(_: Material, claim: Claim) -> Claim:
    return attrs.evolve(claim, plan_of_care=None, empty_fields={"plan_of_care"})


@breaks("plan.certification-expired")
def _certification_expired(m: Material, claim: Claim) -> Claim:
    last = m.on - DAY * (1 + m.pick(30))
    plan = PlanOfCare(certified_from=last - DAY * m.pick(60), certified_to=last)
    return attrs.evolve(_of(claim, m.line(m.timed())), plan_of_care=plan)


@breaks("plan.progress-report-due")
def _progress_report_due(m: Material, claim: Claim) -> Claim:
    days = tuple(m.on - DAY * (1 + number) for number in range(10 + m.pick(10)))
    plan = PlanOfCare(certified_from=min(days), treatment_days=days, progress_reports=())
    return attrs.evolve(_of(claim, m.line(m.timed())), plan_of_care=plan)


@breaks("evaluation.level-unsupported")
def _level_unsupported(m: Material, claim: Claim) -> Claim:
    row = m.row(m.catalog.evaluation_levels, lambda row: row.level != LEVELS[0] and _is_ours(m, row.code))
    note = TreatmentNote(on=m.on, evaluation=EVALUATED)
    return attrs.evolve(_of(claim, m.line(row.code)), treatment_notes=(note,))


@breaks("record.minutes-missing")
def _record_without_minutes(m: Material, claim: Claim) -> Claim:
    field = m.one(("timed_minutes", "total_minutes"))
    note = TreatmentNote(on=m.on, empty_fields=frozenset({field}))
    return attrs.evolve(claim, treatment_notes=(note,))


@breaks("record.units-disagree")
def _record_disagrees(m: Material, claim: Claim) -> Claim:
    line = m.line(m.timed())
    note = TreatmentNote(on=m.on, timed_minutes=(line.minutes or 0) + 1 + m.pick(30))
    return attrs.evolve(_of(claim, line), treatment_notes=(note,))
