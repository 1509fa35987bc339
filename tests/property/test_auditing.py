"""Audits equal a naive count, and audits of parts are those of the whole."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import attrs
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import otcodes

CLAIMS = st.lists(strategies.claims(), max_size=4)
SHARES = ("charge_usd", "at_risk_usd", "allowed_usd", "allowed_at_risk_usd")


def apart(claims: list[otcodes.Claim]) -> list[otcodes.Claim]:
    """The claims as those of different patients."""
    return [attrs.evolve(claim, patient=None) for claim in claims]


def setting_of(claim: otcodes.Claim) -> str | None:
    return claim.setting.value if claim.id else None


@settings(max_examples=25)
@given(CLAIMS)
def test_the_counts_are_a_naive_count(claims: list[otcodes.Claim]) -> None:
    claims = apart(claims)
    found = otcodes.audit(claims, by=setting_of)
    reports = [otcodes.check(claim) for claim in claims]
    pairs = [(report, finding) for report in reports for finding in report]
    lines = [(report, number, line) for report in reports for number, line in enumerate(report.claim.lines)]
    risky = [
        line for report, number, line in lines if any(error.line in (None, number) for error in report.errors)
    ]

    total = found.total
    assert (total.claims, total.lines) == (len(claims), len(lines))
    assert total.clean_claims == sum(report.is_clean for report in reports)
    assert total.findings == len(pairs)
    assert total.units == sum(line.units for *_, line in lines)
    assert total.lines_at_risk == len(risky)
    assert total.charge_usd == sum((line.charge_usd or Decimal(0) for *_, line in lines), Decimal(0))
    assert total.at_risk_usd == sum((line.charge_usd or Decimal(0) for line in risky), Decimal(0))
    assert total.allowed_at_risk_usd == sum((line.allowed_usd or Decimal(0) for line in risky), Decimal(0))

    assert {rule: tally.findings for rule, tally in found.by_rule.items()} == Counter(
        finding.rule for _, finding in pairs
    )
    assert {rule: tally.claims for rule, tally in found.by_rule.items()} == Counter(
        rule for report in reports for rule in {finding.rule for finding in report}
    )
    assert found.not_checked == Counter(
        rule for report in reports for rule in {entry.rule for entry in report.not_checked}
    )
    codes = Counter(line.procedure if line.procedure != "9753" else "malformed" for *_, line in lines)
    assert {code: tally.lines for code, tally in found.by_code.items()} == codes
    for tally, count in ((found.by_code, total.lines), (found.by_payer, total.lines)):
        assert sum(each.lines for each in tally.values()) == count
    for name in SHARES:  # what is at risk by code adds up, as each line has one code
        assert sum(getattr(each, name) for each in found.by_code.values()) == getattr(total, name)
    therapists = Counter(line.rendering_provider for *_, line in lines if line.rendering_provider)
    assert {name: tally.lines for name, tally in found.by_therapist.items()} == therapists
    assert {name: each.claims for name, each in found.by_group.items()} == Counter(
        setting_of(claim) for claim in claims if claim.id
    )
    assert [each.tally.lines for each in found.most_billed] == sorted(codes.values(), reverse=True)
    units = found.units
    assert units.billed - units.allowed == sum(more * days for more, days in units.by_difference.items())
    assert units.days == sum(units.by_difference.values())
    json.dumps(found.to_dict())


@settings(max_examples=25)
@given(CLAIMS, CLAIMS, CLAIMS)
def test_audits_of_parts_are_joined(
    one: list[otcodes.Claim], two: list[otcodes.Claim], three: list[otcodes.Claim]
) -> None:
    one, two, three = map(apart, (one, two, three))
    first, second, third = (otcodes.audit(claims, by=setting_of) for claims in (one, two, three))
    whole = otcodes.audit(one + two + three, by=setting_of)
    joined = first | second | third
    assert joined == whole == first | (second | third) == third | second | first
    # Also what a mapping is in order, as it is shown.
    assert json.dumps(joined.to_dict()) == json.dumps(whole.to_dict())


@settings(max_examples=25)
@given(strategies.patients(), strategies.patients())
def test_claims_by_patient_are_judged_as_all_of_them_together(
    one: list[otcodes.Claim], two: list[otcodes.Claim]
) -> None:
    claims = one + [attrs.evolve(claim, patient="P2") for claim in two]
    assert otcodes.audit(claims) == otcodes.audit(otcodes.check_many(claims))
    assert otcodes.audit(claims) == otcodes.audit(claims[: len(one)]) | otcodes.audit(claims[len(one) :])


@settings(max_examples=60)
@given(strategies.claims(), st.sampled_from(["medicare-b", "commercial"]))
def test_what_is_not_as_allowed_is_found(claim: otcodes.Claim, payer: str) -> None:
    found = otcodes.audit([attrs.evolve(claim, payer=payer)])
    rules = {"units.above-minutes", "units.below-minutes"} & found.by_rule.keys()
    if found.units.days_of(lambda more: more > 0):
        assert "units.above-minutes" in rules
    if found.units.days_of(lambda more: more < 0):
        assert rules
