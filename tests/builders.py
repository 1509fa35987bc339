"""Small claims to break and mend: a line and a claim that are right as they stand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

import otcodes

DOS = dt.date(2026, 3, 2)
PLAN = otcodes.PlanOfCare(certified_from=dt.date(2026, 1, 5))
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


def hospital(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    return claim(*lines, setting="outpatient-hospital", **facts)


def yearly(amount: str) -> dict[str, Decimal]:
    return {"therapy_year_to_date_usd": Decimal(amount)}


def treated(days: int) -> dict[str, otcodes.PlanOfCare]:
    """So many treatment days before that of the claim, and no report."""
    before = tuple(DOS - dt.timedelta(days=number) for number in range(1, days + 1))
    return {"plan_of_care": attrs.evolve(PLAN, treatment_days=before, progress_reports=())}


def noted(timed: int | None = None, total: int | None = None, **facts) -> dict[str, object]:
    note = otcodes.TreatmentNote(on=DOS, timed_minutes=timed, total_minutes=total, **facts)
    return {"treatment_notes": [note]}


def found(checked: otcodes.Claim) -> dict[str, otcodes.Finding]:
    return {finding.rule: finding for finding in otcodes.check(checked)}
