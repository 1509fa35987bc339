"""Small claims to break and mend: a line and a claim that are right as they stand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import otcodes

DOS = dt.date(2026, 3, 2)
UNTIMED = ("97150", "97165", "97166", "97168", "G0283", "97014", "97018", "95851")


def line(procedure: str = "97530", **facts) -> otcodes.ServiceLine:
    given = {
        "on": DOS,
        "units": 1,
        "modifiers": ("GO",),
        "minutes": 15,
        "place": "11",
        "charge_usd": Decimal(48),
    }
    if procedure in UNTIMED:
        given.pop("minutes")
    return otcodes.ServiceLine(procedure, **{**given, **facts})


def claim(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    return otcodes.Claim(
        **{"payer": "medicare-b", "diagnoses": ("M62.81",), "lines": lines or (line(),), **facts}
    )


def found(checked: otcodes.Claim) -> dict[str, otcodes.Finding]:
    return {finding.rule: finding for finding in otcodes.check(checked)}
