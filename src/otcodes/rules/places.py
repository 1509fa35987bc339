"""Is the place of service one, in force, and one where the setting's therapy is paid?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import PLACE
from ..errors import in_force
from ..findings import Severity
from ..records import Setting
from ..tables import Verdict, spans_of
from . import citations
from ._named import named
from .core import CannotJudgeError, Context, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine
    from ..findings import Finding

SINCE = "0.1.0"


def _place(line: ServiceLine, context: Context) -> str | None:
    """The line's place, if its table covers the day; `None` on a form that has no field for it."""
    if line.place is None and context.claim.setting is Setting.OUTPATIENT_HOSPITAL:
        return None
    if line.place is None:
        raise CannotJudgeError("the place of service is not given", context.path(line, "place"))
    if context.catalog.places.verdict(line.place, on=line.on) is Verdict.OUT_OF_COVERAGE:
        reason = f"place {line.place} on {line.on} is outside the coverage of the table of places"
        raise CannotJudgeError(reason, context.path(line, "place"))
    return line.place


@rule(
    "place.unknown",
    severity=Severity.ERROR,
    cites=citations.MCPM_26_10_5,
    reads=["places"],
    since=SINCE,
    sees=["place"],
)
def place_is_known(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A place of service is a code of CMS's list of places."""
    place, places = _place(line, context), context.catalog.places
    if place and places.verdict(place, on=line.on) is Verdict.UNKNOWN:
        yield context.finding(
            line,
            "place",
            f"{named(place, PLACE, 'what stands there')} is not a place of service",
            carried_from=places.absence_carried_from(place, line.on),
        )


@rule(
    "place.not-effective",
    severity=Severity.ERROR,
    cites=citations.MCPM_26_10_5,
    reads=["places"],
    since=SINCE,
    sees=["place"],
)
def place_is_in_force(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A place of service is in force on the date of service."""
    place, places = _place(line, context), context.catalog.places
    if place and places.verdict(place, on=line.on) is Verdict.NOT_EFFECTIVE:
        when = in_force(spans_of(places.history(place)))
        yield context.finding(line, "place", f"place {place} is not in force on {line.on} ({when})")


@rule(
    "place.unusual",
    severity=Severity.WARNING,
    cites=citations.MCPM_26_10_5,
    reads=["places"],
    since=SINCE,
    sees=["place"],
)
def place_is_usual_for_the_setting(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A place of service is one where outpatient therapy of the claim's setting is paid."""
    place = _place(line, context)
    row = context.catalog.places.on(line.on).find(place) if place else None
    if row is not None and context.claim.setting in row.unusual_in:
        yield context.finding(
            line,
            "place",
            f"therapy of the setting {context.claim.setting} is not usually paid at place {row.code}",
            rests_on=row,
        )
