"""Which codes: what the words of a visit may mean, and the codes that its payer takes for its services."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import attrs

from ..calc.evaluations import supported_evaluation
from ..catalog import PROCEDURE, Catalog
from ..claims import Service, Visit
from ..errors import CannotBillError, UnconfirmedServiceError
from ..rules import citations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..records import Procedure
    from ._case import Case

CANDIDATES = 5
MEDICARE = "medicare-b"


def candidates(words: str, *, visit: Visit, catalog: Catalog | None = None) -> tuple[Procedure, ...]:
    """Codes that some words may mean, of the visit's discipline and in force on its day, best first.

    Args:
        words: as a therapist writes them.
        visit: whose day and discipline count.
        catalog: the tables to ask; the bundled ones by default.

    Examples:
        >>> import datetime as dt
        >>> [each.code for each in candidates("wheelchair", visit=Visit(on=dt.date(2026, 3, 2)))]
        ['97542']
    """
    found = (catalog or Catalog.bundled()).procedures.on(visit.on).search(words)
    own = (row for row in found if row.disciplines is None or visit.discipline in row.disciplines)
    return tuple(islice((row for row in own if row.timing is not None), CANDIDATES))


def services_of(case: Case) -> list[Service]:
    """The services of a visit by the codes that its payer takes, its evaluation at the level it reached."""
    return _leveled(list(_resolved(case)), case)


def _resolved(case: Case) -> Iterator[Service]:
    for service in case.visit.services:
        code = service.procedure.strip().upper()
        if not re.fullmatch(PROCEDURE, code):
            found = candidates(service.procedure, visit=case.visit, catalog=case.catalog)
            raise UnconfirmedServiceError(service.procedure, tuple(row.code for row in found))
        resolved = _for_the_payer(case.procedures[code], case)
        if resolved is not None:
            yield attrs.evolve(service, procedure=resolved.code)


def _for_the_payer(procedure: Procedure, case: Case) -> Procedure | None:
    """The code that the payer takes for a service; `None` where it is paid with others."""
    code, disciplines = procedure.code, procedure.disciplines
    if disciplines is not None and case.visit.discipline not in disciplines:
        instead = f"; it has {', '.join(procedure.counterparts)}" if procedure.counterparts else ""
        raise CannotBillError((f"{code} is not a code of {case.visit.discipline}{instead}",))
    row = case.catalog.payer_substitutions.on(case.visit.on).find((case.policy.like, code))
    if row is not None:
        case.say(f"{case.policy.label} takes {row.substitute} for {code}", citations.FEE_SCHEDULE)
        return case.procedures[row.substitute]
    if case.policy.follows_medicare is False:
        return _not_medicares(procedure, case)
    status = case.catalog.payment_status.on(case.visit.on).find(code)
    if case.policy.follows_medicare and status is not None and status.is_bundled:
        case.leave_out(code, f"{case.policy.label} pays it with other services", citations.STATUS)
        return None
    return procedure


def _not_medicares(procedure: Procedure, case: Case) -> Procedure:
    """CPT's own code, where the given one stands for it with Medicare alone."""
    rows = case.catalog.payer_substitutions.on(case.visit.on).values()
    for row in rows:
        if row.payer == MEDICARE and row.substitute == procedure.code:
            own = case.procedures.find(row.code)
            if own is not None:
                case.say(f"{procedure.code} is Medicare's code for {own.code}")
                return own
    return procedure


def _leveled(services: list[Service], case: Case) -> list[Service]:
    """The services with the evaluation at the level that its components support."""
    visit = case.visit
    if visit.evaluation is None:
        return services
    levels = case.catalog.evaluation_levels.on(visit.on)
    if not levels:
        raise CannotBillError((f"on {visit.on} evaluations had no levels: give its code",))
    result = supported_evaluation(visit.evaluation, on=visit.on, catalog=case.catalog)
    for step in result.steps:
        case.say(step, citations.EVALUATION_LEVELS)
    if result.code is None:
        raise CannotBillError(("the components of the evaluation support none of its levels",))
    given = [each.procedure for each in services if levels.find(each.procedure) is not None]
    if not given:
        return [Service(result.code), *services]
    for code in given:
        if code != result.code:
            case.say(f"{code} is given; its components say {result.code}", citations.EVALUATION_LEVELS)
    return [
        attrs.evolve(each, procedure=result.code) if each.procedure in given else each for each in services
    ]
