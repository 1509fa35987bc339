"""What a rule set learnt of one claim never changes what it says of one that is like it.

Rules are not asked again about shapes of which they were silent (rules/_running.py). So each claim here is
checked beside its neighbours, which differ from it in one field, by a set that has seen all of them in either
order; and by a set made anew, which has seen none.
"""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders import DOS, claim, line

import otcodes
from otcodes import rules

LINE = {
    "procedure": ["97530", "97140", "97129", "97150", "97165", "97014", "G0283", "98975", "99999"],
    "on": [DOS, DOS + dt.timedelta(1), dt.date(2019, 12, 31), dt.date(2031, 1, 2)],
    "units": [1, 2, 9, 0, Decimal("1.5")],
    "modifiers": [(), ("GO",), ("GP",), ("GO", "CO"), ("GO", "59"), ("GO", "KX"), ("GO", "95"), ("GO", "XX")],
    "minutes": [None, 0, 8, 15, 40],
    "assistant_minutes": [None, 0, 2, 15],
    "place": [None, "11", "02", "99"],
    "diagnoses": [(), ("M62.81",), ("Z99.9",)],
    "charge_usd": [None, Decimal(0), Decimal(-1), Decimal(5)],
    "allowed_usd": [None, Decimal(3000)],
    "revenue_code": [None, "0430", "0420"],
    "discipline": [None, "physical-therapy"],
    "empty_fields": [(), ("charge_usd",), ("minutes",), ("place",)],
}
CLAIM = {
    "diagnoses": [(), ("M62.81",), ("M62.81", "M62.81"), ("M62.8",), ("S52.501D",)],
    "patient": [None, "p"],
    "therapy_year_to_date_usd": [None, Decimal(0), Decimal(2470), Decimal(2600)],
    "plan_of_care": [None, otcodes.PlanOfCare(certified_from=dt.date(2026, 1, 5))],
    "treatment_notes": [(), (otcodes.TreatmentNote(on=DOS, timed_minutes=30, total_minutes=40),)],
    "referring_npi": [None, "1234567893"],
    "submitted_on": [None, dt.date(2026, 4, 1), dt.date(2028, 4, 1)],
    "discipline": ["occupational-therapy", "physical-therapy"],
    "empty_fields": [(), ("patient",), ("plan_of_care",), ("referring_npi",), ("therapy_year_to_date_usd",)],
}
BASES = (
    claim(line(), line("97140", minutes=23, units=2)),
    claim(line(charge_usd=Decimal(0)), line("97165", minutes=None)),
    claim(line(modifiers=("GO", "CO"), assistant_minutes=15), line(on=DOS + dt.timedelta(1), minutes=8)),
)


def neighbours(base: otcodes.Claim) -> list[otcodes.Claim]:
    of_lines = [
        base.replace_line(place, attrs.evolve(each, **{field: value}))
        for place, each in enumerate(base.lines)
        for field, values in LINE.items()
        for value in values
    ]
    of_claim = [attrs.evolve(base, **{field: value}) for field, values in CLAIM.items() for value in values]
    reordered = [attrs.evolve(each, lines=each.lines[::-1]) for each in (base, *of_lines)]
    return [base, *of_lines, *of_claim, *reordered]


@pytest.mark.parametrize("payer", ["medicare-b", "commercial", "medicaid"])
@pytest.mark.parametrize("setting", ["practitioner", "outpatient-hospital"])
def test_a_set_that_has_seen_the_neighbours_says_the_same_as_one_made_anew(payer, setting) -> None:
    claims = [each for base in BASES for each in neighbours(attrs.evolve(base, payer=payer, setting=setting))]
    every = rules.preset(payer)
    cold = [said(each, rules.all_of(every)) for each in claims]
    warm = rules.all_of(every)
    assert [said(each, warm) for each in claims] == cold
    warm = rules.all_of(every)
    assert [said(each, warm) for each in reversed(claims)] == cold[::-1]


def test_so_it_does_beside_another_claim_of_the_patient() -> None:
    """Which of the day's lines are the claim's own is part of the shape, and so is the other claim's plan."""
    every = rules.preset("medicare-b")
    other = attrs.evolve(BASES[1], patient="p", discipline="physical-therapy")
    planned = attrs.evolve(BASES[2], patient="p", plan_of_care=CLAIM["plan_of_care"][1])
    claims = [attrs.evolve(each, patient="p") for each in neighbours(BASES[0])]
    groups = [[each, other] for each in claims] + [[planned, each] for each in claims]
    groups += [group[::-1] for group in groups]
    cold = [[said(each, rules.all_of(every), group) for each in group] for group in groups]
    warm = rules.all_of(every)
    assert [[said(each, warm, group) for each in group] for group in groups] == cold
    warm = rules.all_of(every)
    assert [[said(each, warm, group) for each in group] for group in reversed(groups)] == cold[::-1]


def said(each: otcodes.Claim, own: rules.RuleSet, beside=()) -> tuple[object, ...]:
    report = otcodes.check(each, rules=own, beside=beside)
    return report.findings, frozenset(report.not_checked)


def test_a_note_that_is_not_of_the_line_stays_where_it_is() -> None:
    """Of the second claim's second line it is said as of the first one's only line."""

    @rules.rule("own.line", severity=otcodes.Severity.WARNING, sees=["procedure"])
    def has_its_day(line, /, _):
        """A line is of a day that is known whole."""
        raise rules.CannotJudgeError("not known", "lines" if line.procedure == "97530" else "")
        yield

    own = rules.RuleSet((has_its_day,))
    otcodes.check(claim(line(), line("97140")), rules=own)
    report = otcodes.check(claim(line("97140"), line()), rules=own)
    assert {entry.path for entry in report.not_checked} == {"lines", ""}


def test_what_a_rule_over_a_day_sees_of_the_claim_counts() -> None:
    """A patient who is not given, and one whose field is empty, are not the same."""

    @rules.rule("own.day", severity=otcodes.Severity.WARNING, over="day", sees=["patient", "empty_fields"])
    def has_a_patient(_, /, context):
        """A day is of somebody."""
        if context.lacks(context.claim, "patient"):
            yield context.finding(context.claim, "patient")

    own = rules.RuleSet((has_a_patient,))
    bare = claim(line())
    assert len(otcodes.check(bare, rules=own)) == 0
    assert len(otcodes.check(attrs.evolve(bare, empty_fields=["patient"]), rules=own)) == 1
