"""Claims as the columns of a frame, and what a check says of them as its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from hypothesis import strategies as st
from strategies import claims

import otcodes
from otcodes.readers import csv, read_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a frame cannot hold, as no CSV can.
BARE: dict[str, Any] = {"plan_of_care": None, "treatment_notes": ()}


@st.composite
def weeks(draw: st.DrawFn) -> tuple[otcodes.Claim, ...]:
    """Some claims, each with a name of its own, as they are when they were written as CSV and read again."""
    drawn = draw(st.lists(claims(), min_size=1, max_size=4))
    named = [attrs.evolve(claim, id=f"C{number}", **BARE) for number, claim in enumerate(drawn)]
    batch = read_csv(csv.write(named).encode(), name="frame")
    assert not batch.problems
    return batch.claims


def columns(week: Iterable[otcodes.Claim]) -> dict[str, list[Any]]:
    """The columns of some claims, with values of their fields' types."""
    rows: list[dict[str, Any]] = []
    for claim in week:
        own = {column: getattr(claim, field) for column, field in csv.CLAIM_COLUMNS.items()}
        own["setting"], own["claim_discipline"] = claim.setting.value, claim.discipline.value
        own["claim_diagnoses"] = list(claim.diagnoses) or None
        for line in claim.lines:
            facts = {name: getattr(line, name) for name in csv.LINE_FIELDS}
            lists = {name: list(facts[name]) or None for name in ("modifiers", "diagnoses")}
            discipline = line.discipline and line.discipline.value
            rows.append({**own, **facts, **lists, "discipline": discipline})
    # A column that the input had not would read as one that is there and empty.
    there = {column for row in rows for column, value in row.items() if value is not None}
    there |= {
        column for claim in week for column, field in csv.CLAIM_COLUMNS.items() if field in claim.empty_fields
    }
    there |= {field for claim in week for line in claim.lines for field in line.empty_fields}
    return {column: [row[column] for row in rows] for column in rows[0] if column in there}


def said(reports: Iterable[otcodes.Report]) -> list[tuple[Any, ...]]:
    """What reports find, as the rows of a frame of findings have it."""
    return [
        (finding.claim, finding.line, finding.rule, finding.severity.value, finding.path, finding.message)
        for report in reports
        for finding in report
    ]


def skipped(reports: Iterable[otcodes.Report]) -> list[tuple[Any, ...]]:
    """What reports could not judge, likewise."""
    return [
        (each.claim, each.rule, each.path, each.reason) for report in reports for each in report.not_checked
    ]


SAID = ["claim", "line", "rule", "severity", "path", "message"]
SKIPPED = ["claim", "rule", "path", "reason"]
