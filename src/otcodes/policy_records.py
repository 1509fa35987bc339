"""The rows of the policy tables, frozen: what payers make of codes, over which days.

They stand apart from the codes' own records, so that looking a code up does not wait for them.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
from decimal import Decimal
from typing import NamedTuple

import attrs

from ._cells import cell, codes, flag, optional, required
from ._text import TextEnum
from .records import Complexity, Discipline, ProfileReview, Row, Setting, TherapyDisposition

WEEK = 7


@attrs.frozen(kw_only=True)
class ModifierConflict(Row):
    """Two modifiers that do not stand on one line.

    Attributes:
        first: the modifier that sorts first.
        second: the other one.
        severity: `error` or `warning`.
    """

    first: str = cell(required)
    second: str = cell(required)
    severity: str = cell(required)


_STATUSES = {
    "A": "paid separately",
    "B": "bundled, never paid separately",
    "C": "priced by the contractor",
    "E": "excluded from the fee schedule by regulation",
    "I": "not valid for Medicare",
    "N": "not covered",
    "R": "restricted coverage",
    "X": "excluded from the fee schedule by statute",
}


@attrs.frozen(kw_only=True)
class PaymentStatus(Row):
    """The status letter of the Medicare physician fee schedule.

    Attributes:
        code: the procedure code.
        status: A active, B bundled, C priced by the contractor, E excluded, I not valid for Medicare,
            N not covered, R restricted, X excluded by statute.
    """

    code: str = cell(required)
    status: str = cell(required)

    @property
    def status_in_words(self) -> str:
        """What the letter says."""
        return _STATUSES.get(self.status, "not a letter that is known here")

    @property
    def is_bundled(self) -> bool:
        """Whether it is paid with other services and never by itself."""
        return self.status == "B"

    @property
    def is_excluded(self) -> bool:
        """Whether it is outside the fee schedule, so that another one may pay it."""
        return self.status in ("E", "X")

    @property
    def is_never_paid(self) -> bool:
        """Whether the fee schedule does not pay it at all."""
        return self.status in ("E", "I", "N", "X")


@attrs.frozen(kw_only=True)
class PtpEdit(Row):
    """An NCCI procedure-to-procedure pair: column 2 is denied beside column 1 on one day.

    Attributes:
        setting: which of the two tables.
        column_1: the code that is paid.
        column_2: the code that is denied.
        indicator: `0` never together, `1` together with an NCCI-associated modifier.
    """

    setting: Setting = cell(Setting)
    column_1: str = cell(required)
    column_2: str = cell(required)
    indicator: str = cell(required)


@attrs.frozen(kw_only=True)
class PairModifier(Row):
    """A modifier that NCCI accepts to tell the two codes of a pair apart.

    Attributes:
        modifier: the modifier.
        sites: for an anatomic one, the kind of site; empty for 59 and its subsets.
    """

    modifier: str = cell(required)
    sites: tuple[str, ...] = cell(codes)


@attrs.frozen(kw_only=True)
class TherapyThreshold(Row):
    """A calendar year's amounts per beneficiary.

    Attributes:
        discipline: occupational therapy, or physical therapy (which stands for it and speech-language
            pathology together).
        amount_usd: allowed charges above it need KX.
        review_amount_usd: above it a claim may be picked for medical review.
    """

    discipline: Discipline = cell(Discipline)
    amount_usd: Decimal = cell(Decimal)
    review_amount_usd: Decimal = cell(Decimal)


@attrs.frozen(kw_only=True)
class CommonProcedure(Row):
    """A place in a published list of the most billed occupational therapy codes.

    Attributes:
        rank: its place among the codes of the list that are known.
        code: the procedure code.
    """

    rank: int = cell(int)
    code: str = cell(required)


@attrs.frozen(kw_only=True)
class PayerSubstitution(Row):
    """A code that a payer does not take because it wants another one.

    Attributes:
        payer: the payer policy's name.
        code: the code it does not take.
        substitute: the code it takes.
    """

    payer: str = cell(required)
    code: str = cell(required)
    substitute: str = cell(required)


@attrs.frozen(kw_only=True)
class OncePerDay(Row):
    """A code that is billed once a day or session, however long it takes.

    Attributes:
        code: the procedure code.
    """

    code: str = cell(required)


@attrs.frozen(kw_only=True)
class FilingIndicator(Row):
    """Which payer policy an 837's claim filing indicator (SBR09) stands for.

    Attributes:
        indicator: the indicator.
        payer: the payer policy's name.
    """

    indicator: str = cell(required)
    payer: str = cell(required)


@attrs.frozen(kw_only=True)
class TherapyCode(Row):
    """What CMS's therapy code list says of a code.

    Attributes:
        code: the procedure code.
        disposition: always therapy, therapy only under a plan of care, or not on the list.
    """

    code: str = cell(required)
    disposition: TherapyDisposition = cell(TherapyDisposition)


class LimitSetting(TextEnum):
    """Which of NCCI's tables of unit limits; a supplier of equipment has one of its own."""

    PRACTITIONER = "practitioner"
    OUTPATIENT_HOSPITAL = "outpatient-hospital"
    DME_SUPPLIER = "dme-supplier"


@attrs.frozen(kw_only=True)
class UnitLimit(Row):
    """A medically unlikely edit (MUE): the most units of a code for one patient and day.

    Attributes:
        program: whose table, `medicare` or `medicaid`.
        setting: which of its tables.
        code: the procedure code.
        units: the most units.
        indicator: `1` judged line by line, `2` by the day and absolute, `3` by the day, to be overcome by
            evidence.
    """

    program: str = cell(required)
    setting: LimitSetting = cell(LimitSetting)
    code: str = cell(required)
    units: int = cell(int)
    indicator: str = cell(required)


@attrs.frozen(kw_only=True)
class AddOnCode(Row):
    """A code that is billed only beside another one.

    Attributes:
        add_on: the code that needs another one.
        primary: one of the codes that it may stand beside.
    """

    add_on: str = cell(required)
    primary: str = cell(required)


@attrs.frozen(kw_only=True)
class MutuallyExclusive(Row):
    """Two codes of which one patient has only one in a day or a calendar month.

    Attributes:
        first: the code that sorts first.
        second: the other one.
        period: `day` or `month`.
    """

    first: str = cell(required)
    second: str = cell(required)
    period: str = cell(required)


@attrs.frozen(kw_only=True)
class EvaluationLevel(Row):
    """What an evaluation of some level takes; of its components the lowest decides.

    Attributes:
        code: the code of the evaluation.
        level: its complexity.
        profile: how far the occupational profile and history go, at least.
        fewest_deficits: how many performance deficits there are, at least.
        most_deficits: and at most; `None` where there is no most.
        decision_making: how complex the clinical decision making is, at least.
        typical_minutes: how long it usually takes; it decides nothing.
    """

    code: str = cell(required)
    level: Complexity = cell(Complexity)
    profile: ProfileReview = cell(ProfileReview)
    fewest_deficits: int = cell(int)
    most_deficits: int | None = cell(optional(int))
    decision_making: Complexity = cell(Complexity)
    typical_minutes: int = cell(int)


@attrs.frozen(kw_only=True)
class FeeSchedule(Row):
    """The relative values of a code in the Medicare physician fee schedule, before any locality.

    Attributes:
        code: the procedure code.
        work: relative value units of the work.
        practice_nonfacility: of the practice expense, where the clinician bears it.
        practice_facility: of the practice expense in a facility; `None` where the schedule has none.
        malpractice: of the liability insurance.
        multiple_procedures: `5` where the therapy reduction of further procedures holds, `0` where none does.
        component: CMS's indicator of components, `7` for physical therapy services.
    """

    code: str = cell(required)
    work: Decimal = cell(Decimal)
    practice_nonfacility: Decimal = cell(Decimal)
    practice_facility: Decimal | None = cell(optional(Decimal))
    malpractice: Decimal = cell(Decimal)
    multiple_procedures: str = cell(required)
    component: str = cell(required)


@attrs.frozen(kw_only=True)
class ConversionFactor(Row):
    """What a relative value unit of the Medicare physician fee schedule is worth.

    Attributes:
        kind: `standard`, or `qualifying-apm` for participants of advanced payment models from 2026 on.
        amount_usd: of one unit.
    """

    kind: str = cell(required)
    amount_usd: Decimal = cell(Decimal)


@attrs.frozen(kw_only=True)
class Locality(Row):
    """What the components of the Medicare physician fee schedule are worth in one of its localities.

    Attributes:
        contractor: the number of the Medicare administrative contractor.
        locality: the number of the locality, which several contractors may use.
        state: two letters.
        name: its name.
        work: the index of the work, with the floor that the law sets.
        practice: the index of the practice expense.
        malpractice: the index of the liability insurance.
    """

    contractor: str = cell(required)
    locality: str = cell(required)
    state: str = cell(required)
    name: str = cell(required)
    work: Decimal = cell(Decimal)
    practice: Decimal = cell(Decimal)
    malpractice: Decimal = cell(Decimal)

    @property
    def number(self) -> str:
        """Both numbers, as `06102-16`: there is no other locality of that name."""
        return f"{self.contractor}-{self.locality}"

    @property
    def in_words(self) -> str:
        """Both numbers, with name and state."""
        return f"{self.number} ({self.name}, {self.state})"


@attrs.frozen(kw_only=True)
class PracticeExpenseReduction(Row):
    """By how much Medicare cuts the practice expense of a day's procedures but for the one that has most.

    Attributes:
        setting: of the claim.
        multiple_procedures: the fee schedule's indicator of the codes that it holds for.
        percent: of the practice expense.
    """

    setting: Setting = cell(Setting)
    multiple_procedures: str = cell(required)
    percent: int = cell(int)


@attrs.frozen(kw_only=True)
class PaymentShare(Row):
    """A percentage that Medicare Part B reckons a payment with.

    Attributes:
        kind: `assistant` (what is left of Medicare's share where an assistant furnished the service), or
            `coinsurance` (the beneficiary's part of what is allowed above the deductible).
        percent: the share.
    """

    kind: str = cell(required)
    percent: int = cell(int)


@attrs.frozen(kw_only=True)
class Sequestration(Row):
    """By how much Medicare's own payment is cut on some days.

    Attributes:
        kind: `part-b`.
        percent: of what Medicare would pay.
    """

    kind: str = cell(required)
    percent: int = cell(int)


@attrs.frozen(kw_only=True)
class Deductible(Row):
    """What a beneficiary pays in a calendar year before Medicare pays.

    Attributes:
        kind: `part-b`.
        amount_usd: of the year.
    """

    kind: str = cell(required)
    amount_usd: Decimal = cell(Decimal)


@attrs.frozen(kw_only=True)
class TelehealthCode(Row):
    """Whether a code is on Medicare's telehealth list.

    Attributes:
        code: the procedure code.
        is_listed: whether it is.
    """

    code: str = cell(required)
    is_listed: bool = cell(flag)


@attrs.frozen(kw_only=True)
class TelehealthPeriod(Row):
    """Days on which Medicare pays a discipline's therapists for telehealth.

    Attributes:
        discipline: whose therapists.
        is_paid: whether it does.
        is_restored: whether the authority had lapsed on these days and was restored for them later.
        authority: what it rests on.
    """

    discipline: Discipline = cell(Discipline)
    is_paid: bool = cell(flag)
    is_restored: bool = cell(flag)
    authority: str = cell(required)


@attrs.frozen(kw_only=True)
class TelehealthBilling(Row):
    """What says on a line to Medicare that the service was telehealth.

    Attributes:
        setting: of the claim.
        style: `place`, `modifier` or `both`.
        modifier: the modifier of live sound and picture.
    """

    setting: Setting = cell(Setting)
    style: str = cell(required)
    modifier: str = cell(required)


@attrs.frozen(kw_only=True)
class Supervision(Row):
    """How closely Medicare wants an assistant supervised.

    Attributes:
        setting: where.
        kind: `therapy` or `remote-monitoring`.
        level: `direct` (the therapist in the office suite) or `general` (within reach).
    """

    setting: Setting = cell(Setting)
    kind: str = cell(required)
    level: str = cell(required)


@attrs.frozen(kw_only=True)
class AssistantRule(Row):
    """How Medicare tells whose a unit of therapy is, the therapist's or an assistant's.

    Attributes:
        kind: `outpatient-therapy`.
        percent: the assistant's share, in whole percents, from which the modifier is needed.
        midpoint_minutes: the therapist's own minutes that settle the last quarter hour; `None` before there
            was such a rule.
        shared_from: of two units left, the minutes from which each clinician has one of them.
        shared_to: and up to which.
        together_from: what the two have together then, at least.
        together_to: and at most.
    """

    kind: str = cell(required)
    percent: int = cell(int)
    midpoint_minutes: int | None = cell(optional(int))
    shared_from: int | None = cell(optional(int))
    shared_to: int | None = cell(optional(int))
    together_from: int | None = cell(optional(int))
    together_to: int | None = cell(optional(int))


@attrs.frozen(kw_only=True)
class UnsuitableModifier(Row):
    """A modifier that a line of therapy does not carry.

    Attributes:
        modifier: the modifier.
        severity: `error` or `warning`.
    """

    modifier: str = cell(required)
    severity: str = cell(required)


@attrs.frozen(kw_only=True)
class FilingLimit(Row):
    """Within how many months after a service a payer wants its claim.

    Attributes:
        payer: the payer policy's name.
        months: calendar months after the date of service.
    """

    payer: str = cell(required)
    months: int = cell(int)


@attrs.frozen(kw_only=True)
class FederalHoliday(Row):
    """A day of each year on which offices of the federal government are closed.

    Attributes:
        holiday: which one, such as `labor-day`.
        label: its name.
        month: its month.
        day: the day of that month; `None` where it is told by the weekday.
        weekday: the weekday, 1 for Monday to 7 for Sunday.
        which: which such weekday of the month, from `1` for the first; `-1` for the last.
    """

    holiday: str = cell(required)
    label: str = cell(required)
    month: int = cell(int)
    day: int | None = cell(optional(int))
    weekday: int | None = cell(optional(int))
    which: int | None = cell(optional(int))

    def falls_on(self, day: dt.date) -> bool:
        """Whether it falls on a day on which the row holds; of a weekend it is kept on another one.

        Examples:
            >>> import datetime as dt, otcodes
            >>> memorial_day = otcodes.federal_holidays.on(dt.date(2026, 3, 2))["memorial-day"]
            >>> memorial_day.falls_on(dt.date(2026, 5, 25)), memorial_day.falls_on(dt.date(2026, 5, 18))
            (True, False)
        """
        import calendar  # noqa: PLC0415 -- a look-up does without it

        if day.month != self.month:
            return False
        if self.day is not None:
            return day.day == self.day
        days = calendar.monthrange(day.year, day.month)[1]
        places = (1 + (day.day - 1) // WEEK, -1 - (days - day.day) // WEEK)  # from the start, from the end
        return day.isoweekday() == self.weekday and self.which in places


@attrs.frozen(kw_only=True)
class PlanRequirement(Row):
    """A number of days in Medicare's rules for a therapy plan of care.

    Attributes:
        kind: `certification` (calendar days that one certification lasts at most), `progress-report`
            (treatment days up to the next report), `order-exception` (calendar days from the initial
            evaluation in which a plan, sent to whoever signed the order on file, stands as certified).
        days: how many.
    """

    kind: str = cell(required)
    days: int = cell(int)


@attrs.frozen(kw_only=True)
class RemoteMonitoring(Row):
    """How much of remote therapeutic monitoring a code stands for.

    Attributes:
        code: the procedure code.
        kind: a device's (`device-musculoskeletal` and the like), the `management` of a month, or
            `management-further` for more of it.
        measure: `days` with readings in a period of 30, or `minutes` of a calendar month.
        least: at least so many; of `management-further` so many more for each unit.
        most: at most so many; `None` where there is no most.
    """

    code: str = cell(required)
    kind: str = cell(required)
    measure: str = cell(required)
    least: int = cell(int)
    most: int | None = cell(optional(int))


class NextStep(TextEnum):
    """What to do about an answer of a payer, in this project's own words."""

    CORRECT = "correct-and-resubmit"
    RECORDS = "send-records"
    APPEAL = "appeal"
    OTHER_PAYER = "bill-another-payer"
    PATIENT = "bill-the-patient"
    WRITE_OFF = "write-off"
    WAIT = "wait"
    NOTHING = "nothing"

    @property
    def in_words(self) -> str:
        """The same without hyphens."""
        return self.value.replace("-", " ")


@attrs.frozen(kw_only=True)
class DenialReason(Row):
    """What the number of an adjustment reason (CARC) or the code of a remark (RARC) stands for, in brief.

    The label is this project's own; the official texts belong to X12 and are not part of it.

    Attributes:
        kind: `reason` or `remark`.
        code: the number or code, without the group.
        label: our own words, three to ten of them.
        is_denial: whether it stands for a denial; a patient's share or a contract's price does not.
        rules: ids of the rules that could have caught it.
        next_step: what to do about it, as a rule.
    """

    kind: str = cell(required)
    code: str = cell(required)
    label: str = cell(required)
    is_denial: bool = cell(flag)
    rules: tuple[str, ...] = cell(codes)
    next_step: NextStep = cell(NextStep)


@attrs.frozen(kw_only=True)
class ClaimStatus(Row):
    """What a category or a number of an acknowledgement (277CA) stands for, in brief and in our own words.

    Attributes:
        kind: `category` (whether a claim was taken in) or `status` (what is meant).
        code: the category or number.
        label: our own words, three to ten of them.
        is_rejection: of a category, whether it turns the claim back; `None` for a number.
        rules: ids of the rules that could have caught it.
        next_step: what to do about it, as a rule.
    """

    kind: str = cell(required)
    code: str = cell(required)
    label: str = cell(required)
    is_rejection: bool | None = cell(optional(flag))
    rules: tuple[str, ...] = cell(codes)
    next_step: NextStep = cell(NextStep)


class TherapyDiscipline(NamedTuple):
    """A discipline with the two modifiers that speak of it, on one day.

    Attributes:
        name: the discipline.
        modifier: the modifier of its plan of care.
        assistant_modifier: the modifier of its assistants; `None` before they had one.
    """

    name: Discipline
    modifier: str
    assistant_modifier: str | None
