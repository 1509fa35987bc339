"""What must hold of a coded visit whatever was documented."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import NAMES, visits

import otcodes
from otcodes import CannotBillError, Service, Severity, UnconfirmedServiceError, Visit
from otcodes.calc import assistant_units, timed_units

DOS = dt.date(2026, 3, 2)
REFUSALS = (
    CannotBillError,
    UnconfirmedServiceError,
    otcodes.UnknownCodeError,
    otcodes.OutOfCoverageError,
)
QUARTERS = ("97530", "97110", "97535", "97112", "97140", "97129", "97130", "97542", "97761", "97113")
PART = st.integers(0, 40)
TIMED_DAYS = [dt.date(2020, 3, 2), dt.date(2021, 12, 31), dt.date(2022, 6, 1), DOS]


# Limits and pairs stop a visit, or a service of it, for reasons that the tests of minutes are not about.
MEDICARE = attrs.evolve(otcodes.payers.policy("medicare-b"), limit_table=False, pair_table=False)


def outcome(visit, policy=None):
    """What a visit becomes; or why it does not, in words."""
    try:
        return otcodes.code_visit(visit, policy=policy)
    except REFUSALS as error:
        return str(error)


def coded_or_none(visit, policy=None):
    found = outcome(visit, policy)
    return None if isinstance(found, str) else found


def timed_visits(codes=QUARTERS, payers=("medicare-b",)):
    services = st.builds(
        Service,
        st.sampled_from(codes),
        therapist_minutes=PART,
        assistant_minutes=PART,
        together_minutes=st.just(0) | PART,
    )
    return st.builds(
        Visit,
        on=st.sampled_from(TIMED_DAYS),
        services=st.lists(services, min_size=1, max_size=7, unique_by=lambda each: each.procedure).map(tuple),
        payer=st.sampled_from(payers),
        place=st.just("11"),
        diagnoses=st.just(("M62.81",)),
    )


def pairs(visit):
    return {
        each.procedure: (each.therapist_minutes + each.together_minutes, each.assistant_minutes)
        for each in visit.services
    }


def is_timed(line):
    return otcodes.procedures.on(line.on)[line.procedure].unit_minutes is not None


def lines_of(coded):
    return Counter((line.procedure, line.units, frozenset(line.modifiers)) for line in coded.lines)


@given(visits())
def test_what_is_coded_has_no_error_of_any_rule(visit) -> None:
    coded = coded_or_none(visit)
    if coded is None:
        return
    report = otcodes.check(coded.claim)
    assert not report.errors
    assert report.findings == coded.report.findings
    assert not [finding for finding in report if finding.fix is not None and finding.fix.is_safe]


@given(visits())
def test_units_follow_from_the_minutes_by_the_rules_own_count(visit) -> None:
    """A line that a fix had to mend would be one that was coded wrong."""
    coded = coded_or_none(visit)
    if coded is None:
        return
    own = ("units.above-minutes", "units.below-minutes", "units.split-lines", "evaluation.level-unsupported")
    rules = {finding.rule for finding in coded.warnings}
    assert not rules & {*own, "modifier.assistant-missing", "record.units-disagree"}
    if otcodes.payers.policy(visit.payer).assistant_method or visit.payer != "tricare":
        assert "modifier.assistant-unsupported" not in rules


@given(visits())
def test_coding_is_deterministic(visit) -> None:
    first, again = outcome(visit), outcome(visit)
    if isinstance(first, str):
        assert again == first
    else:
        assert (again.claim, again.steps, again.left_out) == (first.claim, first.steps, first.left_out)


@given(visits())
def test_what_is_said_is_never_empty_and_names_nobody(visit) -> None:
    try:
        coded = otcodes.code_visit(visit)
    except REFUSALS as error:
        said = [str(error), repr(error)]
    else:
        assert coded.steps or not any(map(is_timed, coded.lines))
        assert all(step.text.strip() for step in coded.steps)
        assert all(each.procedure and each.reason.strip() for each in coded.left_out)
        said = [step.text for step in coded.steps] + [repr(coded), repr(coded.steps), repr(coded.left_out)]
        said += [finding.message for finding in coded.report]
    said.append(repr(visit))
    assert not [text for text in said for name in NAMES.values() if name in text]


@given(visits(), st.randoms(use_true_random=False))
def test_the_order_of_the_services_changes_nothing_but_a_choice(visit, chance) -> None:
    """A tie goes to the first; the threshold counts line by line."""
    visit = attrs.evolve(visit, therapy_year_to_date_usd=None)
    services = list(visit.services)
    chance.shuffle(services)
    before, after = coded_or_none(visit), coded_or_none(attrs.evolve(visit, services=tuple(services)))
    if before is not None and after is not None and not before.alternatives:  # most of them are billed
        assert lines_of(before) == lines_of(after)


@given(timed_visits())
def test_units_are_those_of_the_method_and_of_whoever_furnished_them(visit) -> None:
    totals = {code: sum(pair) for code, pair in pairs(visit).items()}
    allowed = timed_units(totals, on=visit.on)
    coded = coded_or_none(visit, MEDICARE)
    if coded is None:
        assert not allowed.total
        return
    billed, assisted = Counter(), Counter()
    for line in coded.lines:
        billed[line.procedure] += line.units
        assisted[line.procedure] += line.units if "CO" in line.modifiers else 0
    assert +billed == +Counter(allowed.by_code)
    assert sum(billed.values()) <= (sum(totals.values()) + 7) // 15
    expected = Counter()
    for code, units, is_assistant in assistant_units(pairs(visit), on=visit.on).lines:
        expected[code] += units if is_assistant else 0
    assert +assisted == +expected


@given(timed_visits())
def test_minutes_on_the_lines_are_those_of_the_visit(visit) -> None:
    coded = coded_or_none(visit, MEDICARE)
    assume(coded is not None)
    assert sum(line.minutes for line in coded.lines) == sum(each.total_minutes for each in visit.services)
    assert all(0 <= line.assistant_minutes <= line.minutes for line in coded.lines)
    if not coded.left_out:  # minutes that earn no unit are those of whoever's line they stand on
        helped = sum(each.assistant_minutes for each in visit.services)
        assert sum(line.assistant_minutes for line in coded.lines) == helped


@given(timed_visits(payers=("commercial",)))
def test_by_the_midpoint_each_code_has_its_own_minutes(visit) -> None:
    totals = {code: sum(pair) for code, pair in pairs(visit).items()}
    allowed = timed_units(totals, on=visit.on, method="midpoint")
    coded = coded_or_none(visit)
    if coded is None:
        assert not allowed.total
        return
    assert {line.procedure: line.units for line in coded.lines} == {
        code: units for code, units in allowed.by_code.items() if units
    }
    assert all(not line.modifiers for line in coded.lines)
    assert "units.below-minutes" not in [finding.rule for finding in coded.warnings]


@given(
    st.integers(8, 120),
    st.integers(0, 120),
    st.decimals(0, 1000, places=2),
    st.sampled_from(QUARTERS[:5]),
)
def test_what_is_charged_is_shared_without_a_cent_lost(therapist, assistant, charge, code) -> None:
    service = Service(
        code, therapist_minutes=therapist, assistant_minutes=assistant, charge_usd=charge, allowed_usd=charge
    )
    visit = Visit(on=DOS, services=(service,), place="11", diagnoses=("M62.81",))
    lines = otcodes.code_visit(visit, policy=MEDICARE).lines
    assert sum((line.charge_usd for line in lines), Decimal(0)) == charge
    assert sum((line.allowed_usd for line in lines), Decimal(0)) == charge
    assert all(line.charge_usd >= 0 and line.charge_usd.as_tuple().exponent >= -2 for line in lines)


@given(st.sampled_from(["98980", "98981", "98979"]), st.integers(0, 200), st.integers(0, 60))
def test_the_minutes_of_a_month_stand_on_its_lines_once(code, therapist, assistant) -> None:
    service = Service(code, therapist_minutes=therapist, assistant_minutes=assistant)
    policy = attrs.evolve(MEDICARE, assistant_method="percent")
    visit = Visit(on=DOS, services=(service,), place="11", diagnoses=("M62.81",))
    total = therapist + assistant
    try:
        coded = otcodes.code_visit(visit, policy=policy)
    except CannotBillError:
        assert total < 10
        return
    assert sum(line.minutes for line in coded.lines) == total
    assert sum(line.assistant_minutes for line in coded.lines) == assistant
    assert sum(line.units for line in coded.lines) == (1 if total < 20 else total // 20)
    assert not [each for each in coded.report if each.severity is not Severity.INFORMATION]
