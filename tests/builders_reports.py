"""What a report says of one rule: its findings in three words each, and what it could not judge."""

from __future__ import annotations

import otcodes


def told(checked: otcodes.Claim, rule: str, **options) -> list[tuple[str, str, str]]:
    """How severe each finding of a rule is, where it is, and what it says."""
    report = otcodes.check(checked, **options)
    return [(each.severity.value, each.path, each.message) for each in report if each.rule == rule]


def unjudged(checked: otcodes.Claim, rule: str, **options) -> list[tuple[str, str]]:
    """Where and why a rule could not judge; and it found nothing."""
    report = otcodes.check(checked, **options)
    assert not [each for each in report if each.rule == rule]
    return [(each.path, each.reason) for each in report.not_checked if each.rule == rule]
