"""The lines of the codes that are not timed: as many units as the visit says; of monitoring, as its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..calc.monitoring import FURTHER, monitoring_units
from ..errors import CannotBillError
from ..rules import citations
from ._clinicians import Minutes, by_clinician
from ._lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..claims import Service
    from ._case import Case
    from ._lines import Draft

DAYS = "days"


def untimed_drafts(services: Sequence[Service], case: Case) -> Iterator[Draft]:
    """The lines of those of some services that are not timed."""
    monitored = case.catalog.remote_monitoring.on(case.visit.on)
    months: dict[str, list[Service]] = {}
    for each in services:
        row = monitored.find(each.procedure)
        if row is not None and row.measure == DAYS:
            yield from _device(each, case)
        elif row is not None:
            months.setdefault(row.kind.removesuffix(FURTHER), []).append(each)
        elif not case.is_timed(each.procedure) and not each.units:
            case.leave_out(each.procedure, "it is given with no units")
        elif not case.is_timed(each.procedure):
            yield from _of_one(each.procedure, each.units, Minutes.of([each]), (each,), case)
    for month in months.values():
        yield from _month(tuple(month), case)


def _device(service: Service, case: Case) -> Iterator[Draft]:
    """The line of a device of remote monitoring, by its days with readings."""
    if service.days is None:
        reason = "its days with readings are not given"
        case.leave_out(service.procedure, reason, citations.MONTHLY)
        return
    for code, units in _monitored(service.procedure, service.days, case).items():
        yield from _of_one(code, units, Minutes.of([service]), (service,), case)


def _month(services: tuple[Service, ...], case: Case) -> Iterator[Draft]:
    """The lines of a month's management: its minutes, one part after another, go with their codes."""
    left = month = Minutes.of(services)
    units = _monitored(services[0].procedure, month.total, case)
    table = case.catalog.remote_monitoring.on(case.visit.on)
    for code, number in units.items():
        part = left
        if code != list(units)[-1]:  # which of the first minutes were the assistant's is not known
            least = table[code].least
            assistant = (2 * month.assistant * least + month.total) // (2 * month.total)
            part = Minutes(least - assistant, assistant)
        left = Minutes(left.therapist - part.therapist, left.assistant - part.assistant)
        yield from _of_one(code, number, part, services, case)


def _monitored(code: str, amount: int, case: Case) -> Mapping[str, int]:
    """The units by code of an amount of remote monitoring."""
    result = monitoring_units(code, amount, on=case.visit.on, catalog=case.catalog)
    if not result.by_code:
        case.leave_out(code, result.steps[0], citations.MONTHLY)
        return {}
    for step in result.steps:
        case.say(step, citations.MONTHLY)
    return result.by_code


def _of_one(
    code: str, units: int, minutes: Minutes, services: tuple[Service, ...], case: Case
) -> Iterator[Draft]:
    """The line of a code that is one clinician's as a whole."""
    if case.procedures[code].is_evaluation and minutes.assistant and not minutes.therapist:
        raise CannotBillError((f"{code} is an evaluation, which an assistant does not furnish",))
    share = (units, 0)
    if minutes.assistant and by_clinician({code: minutes}, case)[code][1]:
        share = (0, units)
    known = {bool(share[1]): minutes} if minutes.total else {}
    yield from lines_of(code, share, known, services, case)
