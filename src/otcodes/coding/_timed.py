"""The lines of the timed codes: their units by the minutes of the day, each with the minutes it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..calc.units import Count, UnitAllocation, timed_units
from ..payers import UnitMethod
from ..rules import citations
from ._clinicians import Minutes, by_clinician
from ._lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..claims import Service
    from ._case import Case
    from ._lines import Draft


@attrs.define
class _Part:
    """Units of a timed code that go on one line, and the minutes that they rest on."""

    code: str
    units: int
    is_assistants: bool
    unit_minutes: int
    minutes: Minutes = attrs.field(factory=Minutes)

    @property
    def lacking(self) -> int:
        """How many minutes its units could still take; below zero where it has more."""
        return self.units * self.unit_minutes - self.minutes.total

    def take(self, minutes: int, *, is_assistants: bool) -> None:
        self.minutes = self.minutes.plus(minutes, is_assistants=is_assistants)


def timed_drafts(services: Sequence[Service], case: Case) -> Iterator[Draft]:
    """The lines of the timed ones of some services."""
    timed = [each for each in services if case.is_timed(each.procedure)]
    codes = dict.fromkeys(each.procedure for each in timed)
    minutes = {code: Minutes.of([each for each in timed if each.procedure == code]) for code in codes}
    allocation = _allocated(minutes, case)
    shares = by_clinician(minutes, case, allocation.by_code)
    parts = {count.name: _parts_of(count, shares, minutes) for count in allocation.counts}
    _leave_out_what_earns_nothing(allocation, minutes, parts, case)
    for code, share in shares.items():
        own = [part for each in parts.values() for part in each if part.code == code]
        known = {part.is_assistants: part.minutes for part in own}
        yield from lines_of(code, share, known, _family(code, timed, case), case)


def _allocated(minutes: Mapping[str, Minutes], case: Case) -> UnitAllocation:
    """The units of the day, with the reasoning."""
    method = case.policy.unit_method or UnitMethod.MEDICARE
    totals = {code: each.total for code, each in minutes.items()}
    allocation = timed_units(totals, on=case.visit.on, method=method, catalog=case.catalog)
    alone = {allocation.because[code] for code in allocation.by_code if code not in allocation.pooled}
    for step in allocation.steps:
        case.say(step, citations.CPT if step in alone else citations.MCPM_5_20_2)
    case.alternatives = allocation.ties
    return allocation


def _parts_of(
    count: Count, shares: Mapping[str, tuple[int, int]], minutes: Mapping[str, Minutes]
) -> list[_Part]:
    """The lines of one count: each clinician's minutes on their own, in order, as many as the units take."""
    lengths = dict(zip(count.codes, count.unit_minutes, strict=True))
    parts = [
        _Part(code, units, is_assistants, lengths[code])
        for code in count.codes
        for is_assistants, units in zip((False, True), shares.get(code, (0, 0)), strict=True)
        if units
    ]
    given = [minutes[code] for code in count.codes if code in minutes]
    for is_assistants in (False, True) if parts else ():
        left = sum(each[is_assistants] for each in given)
        own = [part for part in parts if part.is_assistants is is_assistants] or parts
        for part in own:
            taken = min(left, max(part.lacking, 0))
            part.take(taken, is_assistants=is_assistants)
            left -= taken
        own[-1].take(left, is_assistants=is_assistants)
    return parts


def _leave_out_what_earns_nothing(
    allocation: UnitAllocation,
    minutes: Mapping[str, Minutes],
    parts: Mapping[str, Sequence[_Part]],
    case: Case,
) -> None:
    """Leave out the timed codes without a unit; in a total of the day their minutes count on."""
    pooled = [own for own in parts.values() if own and own[0].code in allocation.pooled]
    for count in allocation.counts:
        billed = [part.code for part in parts[count.name]]
        for code in (each for each in minutes if each in count.given and each not in billed):
            total, is_pooled = minutes[code].total, code in allocation.pooled
            reason = f"its {total} minutes earn no unit" if total else "no minutes are given for it"
            if total and billed:
                reason += f" beside those of {billed[0]}, with which they count"
            elif total and pooled and is_pooled:
                # Where units lack most: of the count, and of one clinician's part of it.
                part = max(max(pooled, key=_lacking), key=lambda part: part.lacking)
                part.take(total, is_assistants=part.is_assistants)
                reason += f"; in the day's total they count on the line of {part.code}"
            case.leave_out(code, reason, citations.MCPM_5_20_2 if is_pooled else citations.CPT)


def _lacking(parts: Iterable[_Part]) -> int:
    """How many minutes the units of some lines together could still take."""
    return sum(part.lacking for part in parts)


def _family(code: str, services: Iterable[Service], case: Case) -> tuple[Service, ...]:
    """The services that a code bills: its own; of an add-on that was not given, its first code's."""
    primaries = (*case.procedures[code].primary_codes, code)
    own = tuple(each for each in services if each.procedure == code)
    add_ons = {row.code for row in case.catalog.add_ons_of(code)}
    return own or tuple(each for each in services if each.procedure in primaries or each.procedure in add_ons)
