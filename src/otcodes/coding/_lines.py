"""What stands on the lines, and the claim that they make."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, NamedTuple

from ..claims import Claim, Service, ServiceLine, TelehealthKind, TreatmentNote
from ..errors import CannotBillError
from ..payers import TelehealthStyle
from ..records import TherapyDisposition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ._case import Case
    from ._clinicians import Minutes

CENT = Decimal("0.01")
VIDEO, AUDIO = "95", "93"


class Draft(NamedTuple):
    """A line that is being made, and the services that it bills."""

    line: ServiceLine
    services: tuple[Service, ...]

    @property
    def is_separate(self) -> bool | None:
        """Whether the record shows an interval of its own; not known where no service says."""
        told = [service.is_separate for service in self.services if service.is_separate is not None]
        return any(told) if told else None


def lines_of(
    code: str,
    share: tuple[int, int],
    minutes: Mapping[bool, Minutes],
    services: tuple[Service, ...],
    case: Case,
) -> Iterator[Draft]:
    """The line without the assistant's modifier, and the one with it, each with its minutes."""
    # What is charged for a service is charged for its own code, not for the add-on it earned as well.
    charged = [each for each in services if each.procedure == code]
    charges = _parted([each.charge_usd for each in charged], *share)
    allowed = _parted([each.allowed_usd for each in charged], *share)
    for is_assistants, units in zip((False, True), share, strict=True):
        if not units:
            continue
        known = minutes.get(is_assistants)
        made = ServiceLine(
            code,
            on=case.visit.on,
            units=units,
            minutes=None if known is None else known.total,
            assistant_minutes=0 if known is None else known.assistant,
            modifiers=_modifiers(code, services, case, is_assistants=is_assistants),
            place=case.visit.place,
            charge_usd=charges[is_assistants],
            allowed_usd=allowed[is_assistants],
            rendering_provider=case.visit.therapist,
        )
        yield Draft(made, services)


def _parted(
    amounts: Iterable[Decimal | None], own: int, helper: int
) -> tuple[Decimal | None, Decimal | None]:
    """A sum of amounts by units, in cents; nothing where one of them is not known."""
    known = list(amounts)
    if not known or any(amount is None for amount in known) or not own + helper:
        return None, None
    total = sum((amount for amount in known if amount is not None), Decimal(0))
    share = (total * helper / (own + helper)).quantize(CENT, ROUND_DOWN)
    return total - share, share


def _modifiers(code: str, services: Iterable[Service], case: Case, *, is_assistants: bool) -> tuple[str, ...]:
    procedure, own = case.procedures[code], case.own
    found: dict[str, None] = {}
    is_therapy = procedure.therapy_disposition is not TherapyDisposition.NONE
    # Where it is not known whether the payer wants it, it does no harm: it says whose plan it is.
    if own is not None and is_therapy and case.policy.needs_discipline_modifier is not False:
        found[own.modifier] = None
    if own is not None and is_assistants and own.assistant_modifier is not None:
        found[own.modifier] = None
        found[own.assistant_modifier] = None
    found.update(dict.fromkeys(_telehealth(case)))
    for service in services:
        found.update(dict.fromkeys(service.modifiers))
    return tuple(found)


def _telehealth(case: Case) -> tuple[str, ...]:
    """The modifier that says how a visit by telehealth was held, where the payer wants one."""
    if case.visit.telehealth is None:
        return ()
    if case.visit.telehealth is TelehealthKind.AUDIO:
        return (AUDIO,)
    return () if _telehealth_style(case) is TelehealthStyle.PLACE else (VIDEO,)


def _telehealth_style(case: Case) -> TelehealthStyle | bool | None:
    """How the payer wants telehealth said on that day."""
    style = case.policy.telehealth
    row = case.catalog.telehealth_billing.on(case.visit.on).find(case.visit.setting.value)
    return TelehealthStyle(row.style) if style is TelehealthStyle.SETTING and row is not None else style


def check_place(case: Case) -> None:
    """See that a visit by telehealth has a place of telehealth where that is what says so.

    Raises:
        CannotBillError: it has not.
    """
    style = _telehealth_style(case)
    if case.visit.telehealth is None or style not in (TelehealthStyle.PLACE, TelehealthStyle.BOTH):
        return
    places = case.catalog.places.on(case.visit.on)
    place = places.find(case.visit.place) if case.visit.place else None
    if place is None or not place.is_telehealth:
        named = ", ".join(row.code for row in places.values() if row.is_telehealth)
        raise CannotBillError((f"a visit by telehealth has one of the places {named}",))


def claim_of(drafts: Iterable[Draft], case: Case) -> Claim:
    """The claim that some lines make."""
    visit = case.visit
    lines = tuple(draft.line for draft in drafts)
    timed = [line.minutes or 0 for line in lines if case.is_timed(line.procedure)]
    note = TreatmentNote(on=visit.on, timed_minutes=sum(timed), evaluation=visit.evaluation)
    return Claim(
        lines=lines,
        diagnoses=tuple(_in_full(diagnosis, case) for diagnosis in visit.diagnoses),
        payer=case.payer,
        setting=visit.setting,
        discipline=visit.discipline,
        id=visit.id,
        patient=visit.patient,
        therapy_year_to_date_usd=visit.therapy_year_to_date_usd,
        plan_of_care=visit.plan_of_care,
        treatment_notes=(note,),
        referring_npi=visit.referring_npi,
    )


def _in_full(diagnosis: str, case: Case) -> str:
    """A diagnosis in its official form, where it is known."""
    row = case.catalog.diagnoses.on(case.visit.on).find(diagnosis)
    return diagnosis if row is None else row.code
