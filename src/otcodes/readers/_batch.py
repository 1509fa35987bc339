"""What a reader gives: the claims that could be read, and everything that could not, nothing lost."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..claims import (
    LARGEST,
    PRIVATE,
    Claim,
    EvaluationComponents,
    PlanOfCare,
    ServiceLine,
    TreatmentNote,
    is_sane,
)
from ..errors import FieldError, shown, shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{0,6})?", re.ASCII)
# A comma parts thousands; as a decimal sign it would make a hundred times the amount.
USD = re.compile(r"-?\$?(\d{1,9}|\d{1,3}(,\d{3}){1,2})(\.\d{0,6})?", re.ASCII)


@attrs.frozen(kw_only=True)
class Problem:
    """A place in an input that could not be read; the rest of the input still is.

    Attributes:
        file: the input's name.
        place: where in it, such as `line 12`, `claims[3].lines[0]` or `segment 88 (SV1)`.
        field: the column, key or element.
        value: what is there, cut short; empty where it may be about the patient.
        expected: what should be there, in words.
        claim: the claim's id, where it is known.
    """

    file: str
    place: str
    field: str = ""
    value: str = ""
    expected: str
    claim: str | None = None

    def __str__(self) -> str:
        """One line: where, what is there, what should be."""
        where = ", ".join(part for part in (self.file, self.place, self.field) if part)
        found = f", found {self.value}" if self.value else ""
        claim = f" (claim {shown_name(self.claim)})" if self.claim else ""
        return f"{where}: expected {self.expected}{found}{claim}"

    def to_dict(self) -> dict[str, str | None]:
        """The problem in JSON form."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class Batch:
    """What came of reading an input.

    Attributes:
        claims: the claims that could be read, in the order of the input.
        problems: what could not be read.
        notes: what was read in spite of an oddity, and how.
    """

    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


class BadValueError(ValueError):
    """A value is not of its field's form; the text says what is expected."""


@attrs.frozen
class Misread:
    """A value that cannot be read, in place of what would have been read of it.

    Attributes:
        value: as the input has it.
        expected: what should be there, in words.
    """

    value: Any
    expected: str


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and ISO_DAY.fullmatch(value.strip()):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise BadValueError("a day as 2026-03-02")


def _number(value: Any) -> int | Decimal:
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadValueError("a number")
    number = Decimal(value)
    if not is_sane(number):
        raise BadValueError(f"a number below {LARGEST}")
    return int(number) if number == number.to_integral_value() else number


def _minutes(value: Any) -> int:
    minutes = _number(value)
    if not isinstance(minutes, int) or minutes < 0:
        raise BadValueError("whole minutes, zero or more")
    return minutes


def _usd(value: Any) -> Decimal:
    if isinstance(value, str) and USD.fullmatch(value.strip()):
        value = Decimal(value.strip().replace("$", "").replace(",", ""))
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise BadValueError("an amount in US dollars as 120.00")
    return Decimal(value)


def _codes(value: Any) -> tuple[str, ...]:
    given: list[Any] = value.split("|") if isinstance(value, str) else value
    if not isinstance(value, (str, list, tuple)) or not all(isinstance(code, str) for code in given):
        raise BadValueError("a list of codes")
    return tuple(code for code in given if code.strip())


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadValueError("text in quotation marks (a number may have lost its zeros)")
    return value


def flag(value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise BadValueError("true or false")
    return value


def _days(value: Any) -> tuple[dt.date, ...]:
    if not isinstance(value, list):
        raise BadValueError("a list of days as 2026-03-02")
    return tuple(map(_day, cast("Iterable[Any]", value)))


def _object(value: Any, parsers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The fields of an object within a claim."""
    facts = cast("dict[str, Any]", value) if isinstance(value, dict) else None
    if facts is None or not set(facts) <= set(parsers):
        raise BadValueError(f"an object with {', '.join(parsers)}")
    return {name: parsers[name](each) for name, each in facts.items() if each is not None}


def _plan(value: Any) -> PlanOfCare:
    days = {field.name: _day for field in attrs.fields(PlanOfCare)}
    return PlanOfCare(**_object(value, {**days, "progress_reports": _days, "treatment_days": _days}))


def evaluation(value: Any) -> EvaluationComponents:
    """The components of an evaluation."""
    facts = _object(value, {"profile": _text, "performance_deficits": _minutes, "decision_making": _text})
    try:
        return EvaluationComponents(**facts)
    except TypeError:
        raise BadValueError("profile, performance_deficits and decision_making") from None


def _note(value: Any) -> TreatmentNote:
    facts = _object(
        value,
        {"on": _day, "timed_minutes": _minutes, "total_minutes": _minutes, "evaluation": evaluation},
    )
    if "on" not in facts:
        raise BadValueError("a treatment note with its day: on")
    return TreatmentNote(**facts, empty_fields=frozenset(set(value) - set(facts)))


def _notes(value: Any) -> tuple[TreatmentNote, ...]:
    if not isinstance(value, list):
        raise BadValueError("a list of treatment notes")
    return tuple(map(_note, cast("Iterable[Any]", value)))


LINE_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "id": _text,
    "procedure": _text,
    "on": _day,
    "units": _number,
    "modifiers": _codes,
    "minutes": _minutes,
    "assistant_minutes": _minutes,
    "place": _text,
    "diagnoses": _codes,
    "charge_usd": _usd,
    "allowed_usd": _usd,
    "revenue_code": _text,
    "discipline": _text,
    "rendering_provider": _text,
}
CLAIM_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "id": _text,
    "payer": _text,
    "setting": _text,
    "discipline": _text,
    "patient": _text,
    "diagnoses": _codes,
    "therapy_year_to_date_usd": _usd,
    "plan_of_care": _plan,
    "treatment_notes": _notes,
    "referring_npi": _text,
    "submitted_on": _day,
}
REQUIRED = ("procedure", "on", "units")
NO_COLUMNS: Mapping[str, str] = {}


def _parsed(value: Any, parse: Callable[[Any], Any]) -> Any:
    if isinstance(value, Misread):
        raise BadValueError(value.expected)
    return parse(value)


class Collector:
    """Collects claims, problems and notes while an input is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.claims: list[Claim] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def problem(self, place: str, field: str, value: object, expected: str, claim: str | None = None) -> None:
        """Note that something could not be read."""
        # A whole record may hold anything; of it, and of what is private, nothing is shown.
        seen = "" if not field or field in PRIVATE or value is None else shown(value)
        self.problems.append(
            Problem(file=self.file, place=place, field=field, value=seen, expected=expected, claim=claim)
        )

    def fields(
        self,
        facts: Mapping[str, Any],
        parsers: Mapping[str, Callable[[Any], Any]],
        place: str,
        claim: str | None,
        columns: Mapping[str, str] = NO_COLUMNS,
    ) -> dict[str, Any] | None:
        """The fields of a record from their text or JSON form; `None` where one could not be read.

        A field that is there and empty is named in `empty_fields`.
        """
        found: dict[str, Any] = {}
        empty: list[str] = []
        is_good = True
        for name, value in facts.items():
            if value is None or (isinstance(value, str) and not value.strip()):
                empty.append(name)
                continue
            try:
                found[name] = _parsed(value, parsers[name])
            except (BadValueError, FieldError) as error:
                expected = error.expected if isinstance(error, FieldError) else str(error)
                seen = value.value if isinstance(value, Misread) else value
                seen = None if name in PRIVATE else seen  # whatever the input calls the field
                self.problem(place, columns.get(name, name), seen, expected, claim)
                is_good = False
        found["empty_fields"] = frozenset(empty)
        return found if is_good else None

    def line(
        self,
        facts: Mapping[str, Any],
        place: str,
        claim: str | None,
        columns: Mapping[str, str] = NO_COLUMNS,
        *,
        has_source: bool = False,
    ) -> ServiceLine | None:
        """A service line; `None`, with a problem noted, where it could not be read.

        `columns` names the fields as the input does, where that differs; with `has_source` the line says from
        which place it came.
        """
        found = self.fields(facts, LINE_FIELDS, place, claim, columns)
        if found is None:
            return None
        missing = [name for name in REQUIRED if name not in found]
        for name in missing:
            self.problem(place, columns.get(name, name), None, "a value", claim)
        if missing:
            return None
        try:
            return ServiceLine(**found, source=place if has_source else None)
        except FieldError as error:
            self.problem(place, columns.get(error.field, error.field), error.value, error.expected, claim)
            return None

    def claim(
        self,
        facts: Mapping[str, Any],
        lines: Iterable[ServiceLine],
        place: str,
        columns: Mapping[str, str] = NO_COLUMNS,
        *,
        lost_lines: int = 0,
        sources: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """Add a claim; where one of its own fields could not be read, it stays out and a problem says so.

        `columns` names the fields as the input does, where that differs; `sources` says where the claim
        stands, and where its diagnoses.
        """
        name = facts.get("id") if isinstance(facts.get("id"), str) else None
        found = self.fields(facts, CLAIM_FIELDS, place, name, columns)
        if found is None:
            return
        try:
            whole = Claim(
                **found,
                lines=tuple(lines),
                file=self.file,
                lost_lines=lost_lines,
                source=sources[0],
                diagnoses_source=sources[1],
            )
            self.claims.append(whole)
        except FieldError as error:
            field = columns.get(error.field, error.field)
            self.problem(place, field, error.value, error.expected, name)

    def note_unknown(self, facts: Mapping[str, Any], known: Iterable[str], place: str) -> None:
        """Note the keys of an object that are not read."""
        unknown = [shown(key) for key in facts if key not in set(known)]
        if unknown:
            self.notes.append(f"{self.file}, {place}: not read: {', '.join(unknown)}")

    def batch(self) -> Batch:
        """All of it."""
        return Batch(claims=tuple(self.claims), problems=tuple(self.problems), notes=tuple(self.notes))
