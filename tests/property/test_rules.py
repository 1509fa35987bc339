"""What must hold of the rules as a whole, whatever the claim, its payer and its day."""

import datetime as dt
import pickle
import re
import traceback
from collections import Counter
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import BILLED, PAYERS, claims, lines, patients

import otcodes
from otcodes import rules
from otcodes.calc import timed_units

DOS = dt.date(2026, 3, 2)
CLAIMS = claims()
NAMED = {rule.id: rule for rule in rules.CATALOGUE}
INDEX = re.compile(r"\[\d+\]")
# Rules that add amounts up in the order of the claim, within a day: which line passes is a matter of it.
IN_ORDER = {"modifier.threshold-missing", "modifier.threshold-early"}
# Rules over a claim that compare its lines with each other, as the rules over a day do.
COMPARING = {"line.duplicate", "procedure.mutually-exclusive", "plan.progress-report-due"}
EXISTENCE = re.compile(r"(procedure|diagnosis|modifier|place)\.(unknown|not-effective)|place\.unusual")
TABLES = {each: f"{each}s" for each in ("procedure", "modifier", "place")} | {"diagnosis": "diagnoses"}
# What is wrong with a claim whatever the tables say of its days.
OF_FORM = {
    *("procedure.malformed", "modifier.malformed", "modifier.duplicate", "modifier.too-many"),
    *("diagnosis.missing", "diagnosis.too-many", "diagnosis.pointer-invalid", "diagnosis.malformed"),
    *("units.not-positive", "plan.certification-expired"),
}


def is_alone(rule: str) -> bool:
    """Whether a rule speaks of one line, or of the claim, without comparing lines."""
    return NAMED[rule].over != "day" and rule not in COMPARING | IN_ORDER


def reordered(claim: otcodes.Claim, order: list[int]) -> otcodes.Claim:
    return attrs.evolve(claim, lines=tuple(claim.lines[place] for place in order))


def at(path: str) -> str:
    """A path without the numbers of lines, modifiers and diagnoses."""
    return INDEX.sub("", path)


def facts(report: otcodes.Report, order: list[int] | None = None, **without) -> Counter:
    """What is found, by the lines as they were before they were put into an order."""
    return Counter(
        (
            finding.rule,
            finding.severity,
            at(finding.path),
            finding.message,
            finding.fix if not without else None,
            finding.suggestions,
            finding.line if order is None or finding.line is None else order[finding.line],
        )
        for finding in report
    )


def by_day(report: otcodes.Report) -> set[tuple[str, str, dt.date | None]]:
    """What is found by the rules that compare lines: on which day, not on which of its lines."""
    on = [line.on for line in report.claim.lines]
    return {
        (finding.rule, finding.severity.value, None if finding.line is None else on[finding.line])
        for finding in report
        if not is_alone(finding.rule) and finding.rule not in IN_ORDER
    }


def unjudged(report: otcodes.Report) -> set[str]:
    return {entry.rule for entry in report.not_checked}


@given(CLAIMS, st.data())
def test_the_order_of_lines_does_not_change_what_is_found(claim, data) -> None:
    """Of lines that a rule compares, which one it names is a matter of order; that it names one is not.

    Amounts of one day add up in the order of the claim: the threshold's rules are left to the next test.
    """
    order = data.draw(st.permutations(range(len(claim.lines))))
    before, after = otcodes.check(claim), otcodes.check(reordered(claim, order))
    alone = [
        Counter({key: number for key, number in each.items() if is_alone(key[0])})
        for each in (facts(before), facts(after, order))
    ]
    assert alone[0] == alone[1]
    assert by_day(before) == by_day(after)
    assert unjudged(before) - IN_ORDER == unjudged(after) - IN_ORDER


@given(CLAIMS, st.data())
def test_days_in_another_order_change_nothing_but_the_paths(claim, data) -> None:
    """As long as the lines of each day keep theirs, each finding is of the same line, to the last word."""
    days = data.draw(st.permutations(sorted({line.on for line in claim.lines})))
    order = sorted(range(len(claim.lines)), key=lambda place: days.index(claim.lines[place].on))
    before, after = otcodes.check(claim), otcodes.check(reordered(claim, order))
    found = [
        Counter({key: n for key, n in each.items() if key[0] != "procedure.mutually-exclusive"})
        for each in (facts(before), facts(after, order))
    ]
    assert found[0] == found[1]
    assert by_day(before) == by_day(after)
    assert unjudged(before) == unjudged(after)


@given(CLAIMS, st.data())
def test_the_order_of_modifiers_changes_only_what_is_said_of_it(claim, data) -> None:
    shuffled = attrs.evolve(
        claim,
        lines=[
            attrs.evolve(line, modifiers=data.draw(st.permutations(line.modifiers))) for line in claim.lines
        ],
    )
    found = [
        Counter((f.rule, f.severity, at(f.path), f.line) for f in report if f.rule != "modifier.order")
        for report in map(otcodes.check, (claim, shuffled))
    ]
    assert found[0] == found[1]
    assert unjudged(otcodes.check(claim)) == unjudged(otcodes.check(shuffled))


@given(CLAIMS, st.data())
def test_without_a_rule_exactly_its_findings_are_gone_and_selected_they_are_all_there_is(claim, data) -> None:
    every = rules.preset(claim.payer)
    rule = data.draw(st.sampled_from([each.id for each in (*every.rules, *every.pending)]))
    whole = otcodes.check(claim, rules=every)
    assert whole == otcodes.check(claim)
    for part, is_kept in (
        (every.without(rule), lambda id_: id_ != rule),
        (every.select(rule), lambda id_: id_ == rule),
    ):
        report = otcodes.check(claim, rules=part)
        assert report.findings == tuple(f for f in whole if is_kept(f.rule))
        assert set(report.not_checked) == {entry for entry in whole.not_checked if is_kept(entry.rule)}


@given(claims(days=[dt.date(1990, 3, 1)]) | claims(days=[dt.date(2040, 3, 1)]))
def test_on_days_outside_all_coverage_nothing_is_said_not_to_exist(claim) -> None:
    """But of a code whose first day is known, that it was not in force before."""
    claim = attrs.evolve(
        claim, lines=[attrs.evolve(line, place=line.place and line.place.zfill(2)) for line in claim.lines]
    )
    report = otcodes.check(claim)
    begun = {id(finding) for finding in report if begins_later(claim, finding)}
    assert [f.rule for f in report if EXISTENCE.fullmatch(f.rule) and id(f) not in begun] == []
    assert {f.rule for f in report.errors if id(f) not in begun} <= OF_FORM
    skipped = unjudged(report)
    for group, code, on in coded(claim):
        if getattr(otcodes, TABLES[group]).verdict(code, on=on) == "out-of-coverage":
            assert skipped >= {f"{group}.unknown", f"{group}.not-effective"}


def coded(claim: otcodes.Claim) -> Iterator[tuple[str, str, dt.date]]:
    """The codes of a claim that the rules ask the tables about."""
    for line in claim.lines:
        yield "procedure", line.procedure, line.on
        yield from (("modifier", code, line.on) for code in line.modifiers)
        yield from (("diagnosis", code, line.on) for code in claim.diagnoses)
        if line.place and claim.setting == "practitioner":
            yield "place", line.place, line.on


def begins_later(claim: otcodes.Claim, finding: otcodes.Finding) -> bool:
    """Whether a finding is that a code was not in force before its first day, which is known."""
    group, _, wrong = finding.rule.partition(".")
    if wrong != "not-effective":
        return False
    table, value = getattr(otcodes, TABLES[group]), followed(claim, finding.path)
    on = claim.lines[finding.line or 0].on
    codes = [value] if isinstance(value, str) else value
    firsts = [table.history(code)[0] for code in codes if table.verdict(code, on=on) == "not-effective"]
    return any(first.is_start_known and first.valid_from > on for first in firsts)


@settings(max_examples=60)
@given(CLAIMS)
def test_what_is_carried_forward_is_no_error_whatever_the_payer_makes_of_the_rule(claim) -> None:
    strict = attrs.evolve(
        otcodes.payers.policy(claim.payer), severities=dict.fromkeys(NAMED, otcodes.Severity.ERROR)
    )
    for finding in otcodes.check(claim, policy=strict):
        assert (finding.severity == "error") != finding.carried_forward


@given(CLAIMS)
def test_every_path_leads_into_the_claim(claim) -> None:
    report = otcodes.check(claim)
    for finding in report:
        followed(claim, finding.path)
        assert (finding.line is not None) == finding.path.startswith("lines[")
        if finding.line is not None:
            assert finding.path.startswith(f"lines[{finding.line}].")
    for entry in report.not_checked:
        followed(claim, entry.path)


def followed(claim: otcodes.Claim, path: str) -> object:
    """What stands at a path."""
    value: object = claim
    for step in re.findall(r"[a-z_]+|\[\d+\]", path):
        value = value[int(step[1:-1])] if step.startswith("[") else getattr(value, step)
    return value


@settings(max_examples=60)
@given(patients(), st.booleans())
def test_a_repair_beside_other_claims_brings_no_new_error_and_is_done_once(several, unsafe) -> None:
    """Neither of the claim that is mended nor of one beside it."""
    before = list(otcodes.check_many(several))
    for place, report in enumerate(before):
        mended = [*several[:place], report.fixed(unsafe=unsafe), *several[place + 1 :]]
        after = list(otcodes.check_many(mended))
        assert errors(after) <= errors(before)
        assert after[place].fixed(unsafe=unsafe) == mended[place]


@settings(max_examples=60)
@given(patients(), st.booleans())
def test_claims_that_are_mended_together_have_no_new_error(several, unsafe) -> None:
    before = list(otcodes.check_many(several))
    mended = [repair.claim for repair in otcodes.repair_many(several, unsafe=unsafe)]
    assert errors(otcodes.check_many(mended)) <= errors(before)


def errors(reports):
    return {(place, f.rule, f.path) for place, report in enumerate(reports) for f in report.errors}


@given(CLAIMS)
def test_what_was_checked_before_makes_no_difference(claim) -> None:
    """A preset remembers the shapes of lines and claims that it met; a set made anew has met none."""
    every = rules.preset(claim.payer)
    known, anew = otcodes.check(claim), otcodes.check(claim, rules=rules.all_of(every))
    assert known.findings == anew.findings
    assert set(known.not_checked) == set(anew.not_checked)


MONTHS = ("97150", "97165", "G0283", "98975", "98980")
YEARS = st.sampled_from([dt.date(2020, 1, 2), dt.date(2021, 12, 31), dt.date(2022, 1, 3), DOS])


@given(st.sampled_from([*BILLED, *MONTHS]), st.integers(0, 60), st.integers(0, 60), YEARS, st.booleans())
def test_a_minute_more_of_the_assistants_never_takes_the_modifier_away(
    code, therapist, assistant, on, is_longer
) -> None:
    """Whether the service is a minute longer for it, or the therapist's minutes are one fewer."""
    assume(otcodes.procedures.verdict(code, on=on) == "effective")
    assume(therapist or is_longer)
    found = [
        missing(code, therapist, assistant, on),
        missing(code, therapist - (not is_longer), assistant + 1, on),
    ]
    assert found[1] >= found[0]


def missing(code: str, therapist: int, assistant: int, on: dt.date) -> int:
    """How sure it is that a line of as many units as are allowed lacks CO: not, by one method, or by both."""
    minutes = therapist + assistant
    allowed = timed_units({code: minutes}, on=on)
    units = sum(allowed.by_code.values()) if allowed.by_code else 1
    if not units:
        return 0
    line = otcodes.ServiceLine(
        code, on=on, units=units, modifiers=["GO"], minutes=minutes, assistant_minutes=assistant
    )
    report = otcodes.check(otcodes.Claim(lines=[line], diagnoses=["M62.81"], payer="medicare-b"))
    found = [f.severity for f in report if f.rule == "modifier.assistant-missing"]
    return {(): 0, ("warning",): 1, ("error",): 2}[tuple(found)]


@given(CLAIMS, st.sampled_from(["line", "day", "claim"]))
def test_a_rule_that_raises_is_named_with_the_claim_and_without_the_patient(claim, over) -> None:
    patient = "PATIENT-4711"
    claim = attrs.evolve(claim, patient=patient, id="A1")

    @rules.rule("acme.broken", severity="error", over=over)
    def looks_the_patient_up(_, /, context):
        """The patient is somebody we know."""
        yield {}[context.claim.patient]

    with pytest.raises(otcodes.RuleFailedError) as raised:
        otcodes.check(claim, rules=rules.preset(claim.payer) | looks_the_patient_up)
    error = raised.value
    assert (error.rule, error.claim) == ("acme.broken", "A1")
    assert "acme.broken" in str(error)
    assert "A1" in str(error)
    assert patient not in f"{error} {error!r} {error.args} {pickle.dumps(error)!r}"
    assert patient not in "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert isinstance(error.__context__, KeyError)


@given(st.text(min_size=1), st.sampled_from(PAYERS[1:]), CLAIMS)
def test_a_policy_of_ones_own_is_in_its_own_catalog_alone(name, like, claim) -> None:
    assume(name == name.strip() and name not in otcodes.payers.POLICIES)
    bundled = otcodes.Catalog.bundled()
    mine = attrs.evolve(otcodes.payers.policy(like), name=name)
    other = attrs.evolve(otcodes.payers.policy(like), name=f"{name}!")
    catalog = bundled.with_policy(mine)
    both = catalog.with_policy(other)
    assert (catalog.policy(name), both.policy(name), both.policy(f"{name}!")) == (mine, mine, other)
    for elsewhere, unknown in ((bundled, name), (catalog, f"{name}!"), (otcodes.Catalog.bundled(), name)):
        with pytest.raises(otcodes.UnknownPayerError):
            elsewhere.policy(unknown)
        with pytest.raises(otcodes.UnknownPayerError):
            otcodes.check(attrs.evolve(claim, payer=unknown), catalog=elsewhere)
    as_mine = otcodes.check(attrs.evolve(claim, payer=name), catalog=catalog)
    assert {f.rule for f in as_mine} == {
        f.rule for f in otcodes.check(attrs.evolve(claim, payer=name), policy=mine)
    }
    # A bundled name of one's own is one's own in that catalog, and nowhere else.
    over = bundled.with_policy(attrs.evolve(otcodes.payers.policy(like), label="mine"))
    assert over.policy(like).label == "mine"
    assert bundled.policy(like) == otcodes.payers.policy(like)


CONDITIONS = {True: rules.when, False: rules.unless}


@given(
    st.data(),
    st.lists(st.sampled_from(PAYERS[1:]), min_size=1, max_size=3, unique=True),
    st.booleans(),
    CLAIMS,
)
def test_a_rule_under_a_condition_prints_as_what_it_says_and_says_it(data, names, is_when, claim) -> None:
    rule = data.draw(st.sampled_from(rules.CATALOGUE.rules))
    condition = rules.payer_is(*names)
    made = CONDITIONS[is_when](condition, rule)
    word = "When" if is_when else "Unless"
    assert str(made) == f"{rule.id}: {word} the payer is {' or '.join(names)}: {rule.statement}"
    policy = otcodes.payers.policy(claim.payer)
    plain, under = (otcodes.check(claim, rules=rules.all_of(each)) for each in (rule, made))
    if (policy.name in names) is is_when:
        assert [f.rule for f in under] == [f.rule for f in plain]
        assert set(under.not_checked) == set(plain.not_checked)
    else:
        assert (under.findings, list(under.not_checked)) == ((), unknown_codes(under, made))


def unknown_codes(report: otcodes.Report, rule: rules.Rule) -> list[otcodes.NotChecked]:
    """What is noted of a rule before it is asked: that a line's code is not known, so that it may apply."""
    return [
        entry
        for entry in report.not_checked
        if entry.rule == rule.id and "outside the coverage" in entry.reason
    ]


@given(lines(), st.sampled_from(["11", "12"]))
def test_conditions_within_conditions_are_said_in_their_order(line, place) -> None:
    def is_at_home(line, _):
        """the place is the patient's home."""
        return line.place == "12"

    (charged,) = rules.CATALOGUE.select("line.charge-missing")
    inner = rules.unless(is_at_home, charged)
    outer = rules.when(rules.payer_is("commercial", "va"), inner)
    assert str(inner) == f"line.charge-missing: Unless the place is the patient's home: {charged.statement}"
    assert outer.statement == f"When the payer is commercial or va: {inner.statement}"
    free = attrs.evolve(line, charge_usd=0, place=place)
    for payer, expected in (("commercial", place == "11"), ("va", place == "11"), ("tricare", False)):
        report = otcodes.check(otcodes.Claim(lines=[free], payer=payer), rules=outer)
        assert bool(report.findings) == expected
