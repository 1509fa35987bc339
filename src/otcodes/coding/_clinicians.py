"""Whose minutes and units are: the therapist's, or an assistant's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..calc.assistants import assistant_units
from ..payers import AssistantMethod
from ..rules import citations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..claims import Service
    from ._case import Case


class Minutes(NamedTuple):
    """Minutes of the therapist, alone or together with the assistant, and of the assistant alone."""

    therapist: int = 0
    assistant: int = 0

    @property
    def total(self) -> int:
        """Whoever furnished them."""
        return self.therapist + self.assistant

    def plus(self, minutes: int, *, is_assistants: bool) -> Minutes:
        """These and some more of one of the two."""
        more = (0, minutes) if is_assistants else (minutes, 0)
        return Minutes(self.therapist + more[0], self.assistant + more[1])

    @classmethod
    def of(cls, services: Sequence[Service]) -> Minutes:
        """Of some services together."""
        therapist = sum(each.therapist_minutes + each.together_minutes for each in services)
        return cls(therapist, sum(each.assistant_minutes for each in services))


def by_clinician(
    minutes: Mapping[str, Minutes], case: Case, units: Mapping[str, int] | None = None
) -> dict[str, tuple[int, int]]:
    """By code, the units without the assistant's modifier and those with it."""
    if not _has_assistants_modifier(case):
        billed = dict.fromkeys(minutes, 1) if units is None else units
        return {code: (number, 0) for code, number in billed.items() if number}
    method = case.policy.assistant_method or AssistantMethod.PERCENT
    result = assistant_units(minutes, on=case.visit.on, method=method, units=units, catalog=case.catalog)
    if any(each.assistant for each in minutes.values()):
        for step in result.steps:
            case.say(step, citations.ASSISTANTS)
    shares: dict[str, tuple[int, int]] = {}
    for line in result.lines:
        own, helper = shares.get(line.code, (0, 0))
        added = (0, line.units) if line.is_assistant else (line.units, 0)
        shares[line.code] = (own + added[0], helper + added[1])
    return shares


def _has_assistants_modifier(case: Case) -> bool:
    """Whether an assistant's units are told apart: the payer wants it, and the discipline has one."""
    is_wanted = bool(case.policy.needs_assistant_modifier)
    return is_wanted and case.own is not None and case.own.assistant_modifier is not None
