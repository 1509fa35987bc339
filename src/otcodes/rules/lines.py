"""Is a line billed once, and charged for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalog import PROCEDURE
from ..findings import Severity
from . import citations
from ._named import named
from .core import Context, Over, rule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from ..claims import Claim, ServiceLine
    from ..findings import Finding

SINCE = "0.1.0"


@rule("line.duplicate", severity=Severity.WARNING, cites=citations.MCPM_26_10, over=Over.CLAIM, since=SINCE)
def line_is_billed_once(claim: Claim, /, context: Context) -> Iterator[Finding]:
    """A procedure with the same modifiers stands on one line a day."""
    seen: set[tuple[str, dt.date, frozenset[str]]] = set()
    for line in claim.lines:
        key = context.line(line).billed
        if key in seen:
            what = named(line.procedure, PROCEDURE, "what was done")
            yield context.finding(
                line, "procedure", f"{what} on {line.on} stands on another line with the same modifiers"
            )
        seen.add(key)


@rule(
    "line.charge-missing",
    severity=Severity.WARNING,
    cites=citations.MCPM_26_10,
    since=SINCE,
    sees=["charge_usd.given", "empty_fields"],
)
def line_has_a_charge(line: ServiceLine, /, context: Context) -> Iterator[Finding]:
    """A line has a charge above zero."""
    if context.lacks(line, "charge_usd") or not line.charge_usd or line.charge_usd < 0:
        yield context.finding(line, "charge_usd", "the line has no charge")
