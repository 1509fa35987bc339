"""What a rule makes of a claim, in one word: its severity, silent, or not checked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import otcodes

DOS = dt.date(2026, 3, 2)
E, W, I = "error", "warning", "information"  # noqa: E741
SILENT, NOT_CHECKED = "silent", "not checked"
MEDICARE = otcodes.payers.policy("medicare-b")


def line(procedure: str = "97530", **facts) -> otcodes.ServiceLine:
    given = {"on": DOS, "units": 1, "modifiers": ("GO",), "place": "11", "charge_usd": Decimal("48.00")}
    return otcodes.ServiceLine(procedure, **{**given, **facts})


def claim(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    given = {"payer": "medicare-b", "diagnoses": ("M62.81",), "lines": lines or (line(minutes=15),)}
    return otcodes.Claim(**{**given, **facts})


def said(of: otcodes.Claim, rule: str, **options) -> list[otcodes.Finding]:
    return [finding for finding in otcodes.check(of, **options) if finding.rule == rule]


def outcome(of: otcodes.Claim, rule: str, **options) -> str:
    """What a rule makes of a claim; nothing said is no pass where it was not judged."""
    report = otcodes.check(of, **options)
    found = {finding.severity.value for finding in report if finding.rule == rule}
    if found:
        return " and ".join(sorted(found))
    return NOT_CHECKED if rule in {entry.rule for entry in report.not_checked} else SILENT
