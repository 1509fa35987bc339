"""What a user hands in: claims and their lines, typed but not judged.

They accept whatever a rule can judge (zero units, `"G"` as a modifier, five modifiers, no diagnosis); only
a value of the wrong type or form is an error.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from ._text import TextEnum, normalize_code
from .errors import NOT_SHOWN, FieldError
from .records import Complexity, Discipline, ProfileReview, Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

E = TypeVar("E", bound=TextEnum)

# A value in these fields is never shown in a message or a repr.
PRIVATE = frozenset({"patient", "therapist", "assistant", "rendering_provider"})
# What is said of the input that a claim came from is no part of its JSON form.
NOT_OF_THE_CLAIM = frozenset({"file", "empty_fields", "lost_lines", "source", "diagnoses_source"})
DIGITS = (-7, 9)  # of the first digit of a number: its place before or behind the point
NO_NAMES = frozenset[str]()
LARGEST = 10**9  # no claim has a number as large; one that has is noise, and costly to reckon with


def is_sane(number: Decimal) -> bool:
    """Whether a number is of a size that a claim can hold; one that is not is not reckoned with."""
    return number.is_finite() and (not number or DIGITS[0] < number.adjusted() < DIGITS[1])


def _refuse(self_: object, field: attrs.Attribute[Any], value: object, expected: str) -> FieldError:
    shown = NOT_SHOWN if field.name in PRIVATE else value
    return FieldError(type(self_).__name__, field.name, shown, expected)


Converter = Any  # attrs.Converter is generic over what mypy cannot follow through a decorator


def _converter(convert: Callable[[Any, object, attrs.Attribute[Any]], object]) -> Converter:
    return attrs.Converter(convert, takes_self=True, takes_field=True)


def _text(value: Any, self_: object, field: attrs.Attribute[Any]) -> str:
    if not isinstance(value, str):
        raise _refuse(self_, field, value, "a str")
    return value


def _optional_text(value: Any, self_: object, field: attrs.Attribute[Any]) -> str | None:
    return None if value is None else _text(value, self_, field).strip() or None


def _code(value: Any, self_: object, field: attrs.Attribute[Any]) -> str:
    if not isinstance(value, str):
        raise _refuse(self_, field, value, "a str such as '97530' (a number may have lost its zeros)")
    return normalize_code(value)


def _upper(text: str) -> str:
    text = text.strip()
    return text.upper() if text.isascii() else text


def _codes(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[str, ...]:
    if isinstance(value, (str, bytes)):
        raise _refuse(self_, field, value, "a tuple of str, such as ('GO',)")
    try:
        codes = tuple(value)
    except TypeError:
        raise _refuse(self_, field, value, "a tuple of str, such as ('GO',)") from None
    for code in codes:
        if not isinstance(code, str):
            raise _refuse(self_, field, code, "a tuple of str")
    return tuple(map(_upper, codes))


def _optional_code(value: Any, self_: object, field: attrs.Attribute[Any]) -> str | None:
    return None if value is None else _upper(_text(value, self_, field)) or None


def _day(value: Any, self_: object, field: attrs.Attribute[Any]) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _refuse(self_, field, value, "a datetime.date")
    return value


def _optional_day(value: Any, self_: object, field: attrs.Attribute[Any]) -> dt.date | None:
    return None if value is None else _day(value, self_, field)


def _units(value: Any, self_: object, field: attrs.Attribute[Any]) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _refuse(self_, field, value, "an int (a Decimal where a file has a fraction)")
    if isinstance(value, Decimal):
        if not is_sane(value):
            raise _refuse(self_, field, value, f"a number below {LARGEST}")
        return int(value) if value == value.to_integral_value() else value
    return value


def _optional_minutes(value: Any, self_: object, field: attrs.Attribute[Any]) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
        raise _refuse(self_, field, value, "whole minutes, zero or more")
    return value


def _optional_usd(value: Any, self_: object, field: attrs.Attribute[Any]) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise _refuse(self_, field, value, "a Decimal in US dollars, such as Decimal('120.00')")
    amount = Decimal(value)
    if not is_sane(amount):
        raise _refuse(self_, field, value, f"an amount below {LARGEST}")
    return amount


def _word_of(kind: type[E]) -> Converter:
    def convert(value: Any, self_: object, field: attrs.Attribute[Any]) -> E | None:
        if value is None and field.default is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise _refuse(self_, field, value, f"one of {', '.join(kind)}") from None

    return _converter(convert)


def _names(value: Any, self_: object, field: attrs.Attribute[Any]) -> frozenset[str]:
    if isinstance(value, (set, frozenset, list, tuple)):
        names: list[object] = list(cast("Iterable[object]", value))
        if all(isinstance(name, str) for name in names):
            return frozenset(map(str, names)) if names else NO_NAMES  # one for all of them
    raise _refuse(self_, field, NOT_SHOWN, "names of fields")


def _optional_flag(value: Any, self_: object, field: attrs.Attribute[Any]) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise _refuse(self_, field, value, "True, False or None")
    return value


def _count(value: Any, self_: object, field: attrs.Attribute[Any]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
        raise _refuse(self_, field, value, "a whole number, zero or more")
    return value


def _optional_evaluation(
    value: Any, self_: object, field: attrs.Attribute[Any]
) -> EvaluationComponents | None:
    if value is not None and not isinstance(value, EvaluationComponents):
        raise _refuse(self_, field, value, "EvaluationComponents")
    return value


def _optional_days(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[dt.date, ...] | None:
    if value is None:
        return None
    if not isinstance(value, (tuple, list)):
        raise _refuse(self_, field, value, "a tuple of datetime.date")
    return tuple(sorted({_day(day, self_, field) for day in cast("Iterable[object]", value)}))


@attrs.frozen(kw_only=True)
class PlanOfCare:
    """A therapy plan of care, and what the record says of it. What is `None` is not known.

    Attributes:
        certified_from: the first day of the certified period.
        certified_to: its last day.
        evaluated_on: the day of the initial evaluation.
        order_on: the day of the signed order or referral that is on file.
        sent_on: the day on which the plan was sent to whoever ordered or referred.
        progress_reports: the days of the progress reports; empty where there was none.
        treatment_days: the days of treatment under the plan.

    Examples:
        >>> import datetime as dt
        >>> PlanOfCare(certified_from=dt.date(2026, 3, 2)).treatment_days is None
        True
    """

    certified_from: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    certified_to: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    evaluated_on: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    order_on: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    sent_on: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    progress_reports: tuple[dt.date, ...] | None = attrs.field(
        default=None, converter=_converter(_optional_days)
    )
    treatment_days: tuple[dt.date, ...] | None = attrs.field(
        default=None, converter=_converter(_optional_days)
    )


@attrs.frozen(kw_only=True)
class EvaluationComponents:
    """What an evaluation found, of which the least decides its level.

    Attributes:
        profile: how far the occupational profile and history went: brief, expanded or extensive.
        performance_deficits: how many performance deficits were found.
        decision_making: how complex the clinical decision making was: low, moderate or high.
    """

    profile: ProfileReview = attrs.field(converter=_word_of(ProfileReview))
    performance_deficits: int = attrs.field(converter=_converter(_count))
    decision_making: Complexity = attrs.field(converter=_word_of(Complexity))


@attrs.frozen(kw_only=True)
class TreatmentNote:
    """What the record of a day of treatment says. What is `None` is not known.

    Attributes:
        on: the day.
        timed_minutes: the minutes of all timed services, as the note has them.
        total_minutes: the minutes of the whole treatment.
        evaluation: the components of an evaluation of that day.
        empty_fields: names of fields that the note has and leaves empty.
    """

    on: dt.date = attrs.field(converter=_converter(_day))
    timed_minutes: int | None = attrs.field(default=None, converter=_converter(_optional_minutes))
    total_minutes: int | None = attrs.field(default=None, converter=_converter(_optional_minutes))
    evaluation: EvaluationComponents | None = attrs.field(
        default=None, converter=_converter(_optional_evaluation)
    )
    empty_fields: frozenset[str] = attrs.field(default=frozenset(), converter=_converter(_names), repr=False)


@attrs.frozen
class ServiceLine:
    """One line of a claim: a procedure on a day. Only `procedure`, `on` and `units` are required.

    Attributes:
        procedure: the CPT or HCPCS code.
        on: the date of service.
        units: what is billed; a `Decimal` where a file holds a fraction, for a rule to judge.
        modifiers: in the order of the claim.
        minutes: the line's total of timed treatment; `None` is not known, never 0.
        assistant_minutes: the part of them that an assistant furnished separately.
        place: the place of service, two digits.
        diagnoses: the claim's diagnoses that the line points at.
        charge_usd: what is charged for the line.
        allowed_usd: what the payer allows for it.
        revenue_code: on an institutional claim.
        discipline: where it is not the claim's.
        rendering_provider: who furnished it, by NPI or in the user's own words; only an audit shows it.
        id: what the user calls the line.
        empty_fields: names of fields that the input has and leaves empty; that is not the same as absent.
        source: where in its file it was read, such as `segment 37 (SV1)`.

    Raises:
        FieldError: a field is of the wrong type or form.

    Examples:
        >>> import datetime as dt
        >>> ServiceLine("97530", on=dt.date(2026, 3, 2), units=2, minutes=30, modifiers=("go",)).modifiers
        ('GO',)
    """

    procedure: str = attrs.field(converter=_converter(_code))
    on: dt.date = attrs.field(kw_only=True, converter=_converter(_day))
    units: int | Decimal = attrs.field(kw_only=True, converter=_converter(_units))
    modifiers: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_converter(_codes))
    minutes: int | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_minutes))
    assistant_minutes: int | None = attrs.field(
        default=None, kw_only=True, converter=_converter(_optional_minutes)
    )
    place: str | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_code))
    diagnoses: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_converter(_codes))
    charge_usd: Decimal | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_usd))
    allowed_usd: Decimal | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_usd))
    revenue_code: str | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_code))
    discipline: Discipline | None = attrs.field(default=None, kw_only=True, converter=_word_of(Discipline))
    rendering_provider: str | None = attrs.field(
        default=None, kw_only=True, repr=False, converter=_converter(_optional_text)
    )
    id: str | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_text))
    empty_fields: frozenset[str] = attrs.field(
        default=frozenset(), kw_only=True, converter=_converter(_names), repr=False
    )
    source: str | None = attrs.field(default=None, kw_only=True, eq=False, repr=False)


def _lines(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[ServiceLine, ...]:
    expected = "a tuple of ServiceLine"
    try:
        lines = tuple(value)
    except TypeError:
        raise _refuse(self_, field, value, expected) from None
    for line in lines:
        if not isinstance(line, ServiceLine):
            raise _refuse(self_, field, line, expected)
    return lines


def _plan(value: Any, self_: object, field: attrs.Attribute[Any]) -> PlanOfCare | None:
    if value is not None and not isinstance(value, PlanOfCare):
        raise _refuse(self_, field, value, "a PlanOfCare")
    return value


def _notes(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[TreatmentNote, ...]:
    expected = "a tuple of TreatmentNote"
    if not isinstance(value, (tuple, list)):
        raise _refuse(self_, field, value, expected)
    notes = tuple(cast("Iterable[object]", value))
    for note in notes:
        if not isinstance(note, TreatmentNote):
            raise _refuse(self_, field, note, expected)
    return cast("tuple[TreatmentNote, ...]", notes)


class TelehealthKind(TextEnum):
    """How a visit by telehealth was held: live with sound and picture, or with sound alone."""

    VIDEO = "video"
    AUDIO = "audio"


@attrs.frozen
class Service:
    """One service of a visit.

    Attributes:
        procedure: its code; or words such as `dressing training`, for which `code_visit` names candidates.
        therapist_minutes: whole minutes that the therapist furnished alone.
        assistant_minutes: whole minutes that an assistant furnished alone.
        together_minutes: whole minutes that both furnished; they count as the therapist's.
        units: of a code that is not timed, how many (sites, areas); one by default.
        days: of remote monitoring's devices, the days with readings in the period.
        is_separate: whether it was furnished in an interval of its own, apart from the other services, as the
            record shows; `None` where that is not known.
        modifiers: those that only the caller knows, such as a side.
        charge_usd: what is charged for it.
        allowed_usd: what the payer allows for it.

    Raises:
        FieldError: a field is of the wrong type or form.

    Examples:
        >>> Service("97535", therapist_minutes=10, together_minutes=5).total_minutes
        15
    """

    procedure: str = attrs.field(converter=_converter(_text))
    therapist_minutes: int = attrs.field(default=0, kw_only=True, converter=_converter(_count))
    assistant_minutes: int = attrs.field(default=0, kw_only=True, converter=_converter(_count))
    together_minutes: int = attrs.field(default=0, kw_only=True, converter=_converter(_count))
    units: int = attrs.field(default=1, kw_only=True, converter=_converter(_count))
    days: int | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_minutes))
    is_separate: bool | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_flag))
    modifiers: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_converter(_codes))
    charge_usd: Decimal | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_usd))
    allowed_usd: Decimal | None = attrs.field(default=None, kw_only=True, converter=_converter(_optional_usd))

    @property
    def total_minutes(self) -> int:
        """Whoever furnished them."""
        return self.therapist_minutes + self.together_minutes + self.assistant_minutes


def _services(value: Any, self_: object, field: attrs.Attribute[Any]) -> tuple[Service, ...]:
    if not isinstance(value, (tuple, list)):
        raise _refuse(self_, field, value, "a tuple of Service")
    services = tuple(cast("Iterable[object]", value))
    for service in services:
        if not isinstance(service, Service):
            raise _refuse(self_, field, service, "a tuple of Service")
    return cast("tuple[Service, ...]", services)


@attrs.frozen(kw_only=True)
class Visit:
    """A day of treatment of one patient in one discipline, as it was documented.

    Attributes:
        on: the day.
        services: what was furnished.
        payer: the name of a payer policy.
        setting: a professional claim, or an outpatient hospital's.
        place: the place of service.
        discipline: of the therapy.
        diagnoses: the first one first.
        therapist: who treated, in the user's own words; the `rendering_provider` of the lines, never shown.
        assistant: the assistant who helped, likewise.
        evaluation: the components of an initial evaluation of that day.
        telehealth: how it was held, where it was telehealth.
        plan_of_care: the plan that it was furnished under.
        therapy_year_to_date_usd: allowed therapy charges of the calendar year before it.
        patient: an opaque id that ties the claims of one person together; never shown.
        referring_npi: of who ordered or certified the therapy.
        id: what the user calls it; its claim's, too.

    Raises:
        FieldError: a field is of the wrong type or form.
    """

    on: dt.date = attrs.field(converter=_converter(_day))
    services: tuple[Service, ...] = attrs.field(default=(), converter=_converter(_services))
    payer: str | None = attrs.field(default=None, converter=_converter(_optional_text))
    setting: Setting = attrs.field(default=Setting.PRACTITIONER, converter=_word_of(Setting))
    place: str | None = attrs.field(default=None, converter=_converter(_optional_code))
    discipline: Discipline = attrs.field(
        default=Discipline.OCCUPATIONAL_THERAPY, converter=_word_of(Discipline)
    )
    diagnoses: tuple[str, ...] = attrs.field(default=(), converter=_converter(_codes))
    therapist: str | None = attrs.field(default=None, repr=False, converter=_converter(_optional_text))
    assistant: str | None = attrs.field(default=None, repr=False, converter=_converter(_optional_text))
    evaluation: EvaluationComponents | None = attrs.field(
        default=None, converter=_converter(_optional_evaluation)
    )
    telehealth: TelehealthKind | None = attrs.field(default=None, converter=_word_of(TelehealthKind))
    plan_of_care: PlanOfCare | None = attrs.field(default=None, converter=_converter(_plan))
    therapy_year_to_date_usd: Decimal | None = attrs.field(default=None, converter=_converter(_optional_usd))
    patient: str | None = attrs.field(default=None, repr=False, converter=_converter(_optional_text))
    referring_npi: str | None = attrs.field(default=None, converter=_converter(_optional_text))
    id: str | None = attrs.field(default=None, converter=_converter(_optional_text))


@attrs.frozen(kw_only=True)
class Claim:
    """A claim for one patient.

    Attributes:
        lines: its service lines.
        diagnoses: its diagnoses, the first one first.
        payer: the name of a payer policy, such as `medicare-b`; `None` where it is not known.
        setting: a professional claim, or an outpatient hospital's.
        discipline: of the therapy, unless a line says otherwise.
        id: what the user calls the claim.
        patient: an opaque id that ties the claims of one person together; never shown.
        therapy_year_to_date_usd: allowed therapy charges of the calendar year before this claim.
        plan_of_care: the plan the services were furnished under.
        treatment_notes: what the record says of the days of the claim.
        referring_npi: of who ordered or certified the therapy.
        submitted_on: the day on which the claim is handed in.
        file: the name of the input it was read from.
        empty_fields: names of fields that the input has and leaves empty.
        lost_lines: how many of its lines could not be read; what is judged by the day is then not checked.
        source: where in the file it begins, such as `segment 22 (CLM)`.
        diagnoses_source: where in the file its diagnoses begin, such as `segment 24 (HI)`.

    Raises:
        FieldError: a field is of the wrong type or form.
    """

    lines: tuple[ServiceLine, ...] = attrs.field(converter=_converter(_lines))
    diagnoses: tuple[str, ...] = attrs.field(default=(), converter=_converter(_codes))
    payer: str | None = attrs.field(default=None, converter=_converter(_optional_text))
    setting: Setting = attrs.field(default=Setting.PRACTITIONER, converter=_word_of(Setting))
    discipline: Discipline = attrs.field(
        default=Discipline.OCCUPATIONAL_THERAPY, converter=_word_of(Discipline)
    )
    id: str | None = attrs.field(default=None, converter=_converter(_optional_text))
    patient: str | None = attrs.field(default=None, repr=False, converter=_converter(_optional_text))
    therapy_year_to_date_usd: Decimal | None = attrs.field(default=None, converter=_converter(_optional_usd))
    plan_of_care: PlanOfCare | None = attrs.field(default=None, converter=_converter(_plan))
    treatment_notes: tuple[TreatmentNote, ...] = attrs.field(default=(), converter=_converter(_notes))
    referring_npi: str | None = attrs.field(default=None, converter=_converter(_optional_text))
    submitted_on: dt.date | None = attrs.field(default=None, converter=_converter(_optional_day))
    file: str | None = attrs.field(default=None, eq=False, converter=_converter(_optional_text))
    empty_fields: frozenset[str] = attrs.field(default=frozenset(), converter=_converter(_names), repr=False)
    lost_lines: int = attrs.field(default=0, eq=False, repr=False)
    source: str | None = attrs.field(default=None, eq=False, repr=False)
    diagnoses_source: str | None = attrs.field(default=None, eq=False, repr=False)

    def replace_line(self, index: int, line: ServiceLine) -> Claim:
        """The same claim with another line in one place."""
        return attrs.evolve(self, lines=(*self.lines[:index], line, *self.lines[index + 1 :]))

    def to_dict(self) -> dict[str, Any]:
        """The claim in the documented JSON form; a field that is not known is left out."""
        return _to_dict(self)


def _to_dict(record: attrs.AttrsInstance) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in attrs.fields(type(record)):
        if field.name in NOT_OF_THE_CLAIM:
            continue
        value = getattr(record, field.name)
        if value is None or value == field.default == ():
            if field.name in getattr(record, "empty_fields", ()):
                facts[field.name] = None
            continue
        facts[field.name] = _plain(value)
    return facts


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, (ServiceLine, PlanOfCare, TreatmentNote, EvaluationComponents)):
        return _to_dict(value)
    if isinstance(value, TextEnum):
        return value.value
    return str(value) if isinstance(value, (Decimal, dt.date)) else value
