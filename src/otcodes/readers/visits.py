"""Visits from JSON: an object with `visits`, a list of visits, or one visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ..claims import Service, Visit
from ..errors import FieldError, ReadError
from ._batch import CLAIM_FIELDS, LINE_FIELDS, BadValueError, Collector, Problem, evaluation, flag
from .json import as_list, as_object, expect_object, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _count(value: Any) -> int:
    number = LINE_FIELDS["units"](value)
    if not isinstance(number, int) or number < 0:
        raise BadValueError("a whole number, zero or more")
    return number


SERVICE_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "procedure": LINE_FIELDS["place"],
    "therapist_minutes": LINE_FIELDS["minutes"],
    "assistant_minutes": LINE_FIELDS["minutes"],
    "together_minutes": LINE_FIELDS["minutes"],
    "units": _count,
    "days": _count,
    "is_separate": flag,
    "modifiers": LINE_FIELDS["modifiers"],
    "charge_usd": LINE_FIELDS["charge_usd"],
    "allowed_usd": LINE_FIELDS["allowed_usd"],
}
SHARED = (
    *("id", "payer", "setting", "discipline", "patient", "diagnoses", "therapy_year_to_date_usd"),
    *("plan_of_care", "referring_npi"),
)
VISIT_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "on": LINE_FIELDS["on"],
    "place": LINE_FIELDS["place"],
    "therapist": CLAIM_FIELDS["patient"],
    "assistant": CLAIM_FIELDS["patient"],
    "evaluation": evaluation,
    "telehealth": CLAIM_FIELDS["id"],
    **{name: CLAIM_FIELDS[name] for name in SHARED},
}


@attrs.frozen(kw_only=True)
class Visits:
    """What an input holds: the visits that could be read, and everything that could not.

    Attributes:
        visits: in their order.
        problems: what could not be read, and where.
        notes: what was read but not used.
    """

    visits: tuple[Visit, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def read(content: bytes, name: str) -> Visits:
    """Read the visits; `readers.read_visits` says more."""
    facts = load(content, name)
    file = as_object(facts)
    has_visits = file is not None and "visits" in file
    given = as_list(facts if file is None else file["visits"] if has_visits else [file])
    if not given or (file and has_visits and file.twice):
        raise ReadError(name, 'expected {"visits": [...]}, a list of visits, or a visit')
    collected = Collector(name)
    if file and has_visits:
        collected.note_unknown(file, ("visits",), "the file")
    found = [_visit(each, f"visits[{number}]", collected) for number, each in enumerate(given)]
    return Visits(
        visits=tuple(visit for visit in found if visit is not None),
        problems=tuple(collected.problems),
        notes=tuple(collected.notes),
    )


def _visit(value: object, place: str, collected: Collector) -> Visit | None:
    facts = as_object(value)
    if facts is None or facts.twice:
        expect_object(facts, place, None, collected)
        return None
    name = facts["id"] if isinstance(facts.get("id"), str) else None
    given = as_list(facts.get("services", []))
    if given is None:
        collected.problem(place, "services", None, "a list of services", name)
        return None
    read_in = [_service(each, f"{place}.services[{n}]", name, collected) for n, each in enumerate(given)]
    services = [service for service in read_in if service is not None]
    collected.note_unknown(facts, (*VISIT_FIELDS, "services"), place)
    own = {key: value for key, value in facts.items() if key in VISIT_FIELDS}
    found = collected.fields(own, VISIT_FIELDS, place, name)
    if found is None or len(services) < len(read_in):
        return None  # what is billed for a day follows from all of its services
    found.pop("empty_fields")
    if "on" not in found:
        collected.problem(place, "on", None, "a day as 2026-03-02", name)
        return None
    try:
        return Visit(**found, services=tuple(services))
    except FieldError as error:
        collected.problem(place, error.field, error.value, error.expected, name)
        return None


def _service(value: object, place: str, visit: str | None, collected: Collector) -> Service | None:
    facts = as_object(value)
    if facts is None or facts.twice:
        expect_object(facts, place, visit, collected)
        return None
    collected.note_unknown(facts, SERVICE_FIELDS, place)
    own = {key: value for key, value in facts.items() if key in SERVICE_FIELDS}
    found = collected.fields(own, SERVICE_FIELDS, place, visit)
    if found is None:
        return None
    found.pop("empty_fields")
    if "procedure" not in found:
        collected.problem(place, "procedure", None, "a code, or words for one", visit)
        return None
    try:
        return Service(**found)
    except FieldError as error:
        collected.problem(place, error.field, error.value, error.expected, visit)
        return None
