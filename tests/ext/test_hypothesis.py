"""Strategies keep what they promise, and are there without being asked for, at next to no cost."""

import datetime as dt
import importlib
import os
import subprocess
import sys

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import otcodes
from otcodes import rules
from otcodes.ext import hypothesis as strategies
from otcodes.ext._broken import RECIPES
from otcodes.ext._codes import FORMS
from otcodes.ext._material import npi

DOS = dt.date(2026, 3, 2)
PAST = dt.date(2022, 6, 1)
TABLES = [getattr(otcodes, name) for name in FORMS]
VERDICTS = {
    "procedures": ("effective", "not-effective", "unknown", "out-of-coverage"),
    "diagnoses": ("effective", "not-effective", "unknown", "not-billable"),
    "modifiers": ("effective", "not-effective", "unknown"),
    "places": ("effective", "unknown"),
    "revenue_codes": ("effective", "unknown", "out-of-coverage"),
}
LITTLE = settings(max_examples=15)


# --- days and codes -----------------------------------------------------------------------------------------


@given(strategies.dates())
def test_on_a_drawn_day_every_table_of_codes_answers(day) -> None:
    assert otcodes.procedures.verdict("97530", on=day) is otcodes.Verdict.EFFECTIVE
    assert otcodes.diagnoses.verdict("M62.81", on=day) is otcodes.Verdict.EFFECTIVE
    assert otcodes.places.verdict("11", on=day) is otcodes.Verdict.EFFECTIVE


@given(strategies.dates(otcodes.diagnoses))
def test_a_gap_between_editions_is_no_day_of_a_table(day) -> None:
    assert otcodes.diagnoses.verdict("A0Z", on=day) is otcodes.Verdict.UNKNOWN


def test_tables_that_share_no_day_are_refused() -> None:
    with pytest.raises(ValueError, match="the tables common_procedures, unit_limits share no day"):
        find(strategies.dates(otcodes.common_procedures, otcodes.unit_limits), lambda _: True)


@pytest.mark.parametrize("on", [DOS, PAST], ids=str)
@pytest.mark.parametrize(
    ("table", "verdict"), [(table, verdict) for table in TABLES for verdict in VERDICTS[table.name]]
)
def test_codes_have_the_verdict_that_is_asked_for(table, verdict, on) -> None:
    seen = set()

    @settings(max_examples=40)
    @given(strategies.codes(table, on=on, verdict=verdict))
    def each(code) -> None:
        seen.add(code)
        assert table.verdict(code, on=on) == verdict

    each()
    assert len(seen) > (5 if table.name in ("procedures", "diagnoses", "modifiers") else 1)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_malformed_code_has_not_the_form_of_any(table) -> None:
    @LITTLE
    @given(strategies.codes(table, on=DOS, verdict="malformed"))
    def each(code) -> None:
        with pytest.raises(otcodes.UnknownCodeError):
            table.history(code)

    each()


def test_codes_are_written_as_their_records_write_them() -> None:
    code = find(strategies.codes(otcodes.diagnoses, on=DOS), lambda code: len(code) > 3)
    assert otcodes.diagnoses.on(DOS)[code].code == code


def test_what_is_no_verdict_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"verdict should be one of effective, .*, malformed, not 'wrong'"):
        strategies.codes(otcodes.places, on=DOS, verdict="wrong")


def test_what_a_table_has_not_on_a_day_is_said_when_it_is_drawn() -> None:
    with pytest.raises(ValueError, match="no code of the table modifiers was found that is out-of-coverage"):
        find(strategies.codes(otcodes.modifiers, on=DOS, verdict="out-of-coverage"), lambda _: True)


@given(st.integers(0, 10**8 - 1).map(npi))
def test_a_made_npi_has_its_check_digit(number) -> None:
    claim = otcodes.Claim(lines=(), payer="medicare-b", referring_npi=number)
    assert "claim.referrer-missing" not in {finding.rule for finding in otcodes.check(claim)}


# --- right ones ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payer", otcodes.payers.POLICIES)
def test_right_claims_are_clean_and_various(payer) -> None:
    lines, codes, filled = set(), set(), set()

    @settings(max_examples=60, derandomize=True)
    @given(strategies.claims(payer=payer))
    def each(claim) -> None:
        assert claim.payer == payer
        assert claim.diagnoses
        report = otcodes.check(claim)
        assert report.is_clean, report.findings
        lines.add(len(claim.lines))
        codes.update(line.procedure for line in claim.lines)
        filled.update(claim.to_dict())

    each()
    assert {1, 2, 3} <= lines <= {1, 2, 3, 4}
    assert len(codes) > 10
    optional = {"id", "patient", "plan_of_care", "referring_npi", "therapy_year_to_date_usd", "submitted_on"}
    assert optional < filled


@LITTLE
@given(strategies.claims(on=PAST))
def test_a_day_that_is_given_is_the_day_of_every_line(claim) -> None:
    assert {line.on for line in claim.lines} == {PAST}


@given(strategies.lines())
def test_a_right_line_is_clean_by_itself(line) -> None:
    claim = otcodes.Claim(lines=(line,), payer="medicare-b", diagnoses=("M62.81",))
    assert otcodes.check(claim).is_clean


def test_a_line_names_who_furnished_it_or_does_not() -> None:
    seen = set()

    @settings(max_examples=40, derandomize=True)
    @given(strategies.lines(on=DOS))
    def each(line) -> None:
        seen.add(line.rendering_provider)

    each()
    assert None in seen
    numbers = seen - {None}
    assert len(numbers) > 5
    for number in numbers:
        assert number[:1] == "1"
        assert npi(int(number[1:-1])) == number


@settings(max_examples=40)
@given(strategies.visits())
def test_a_visit_is_billed_and_its_claim_is_clean(visit) -> None:
    coded = otcodes.code_visit(visit)
    assert coded.lines
    assert coded.report.is_clean


@LITTLE
@given(strategies.plans_of_care(on=DOS), strategies.treatment_notes(on=DOS), strategies.evaluations())
def test_the_record_is_of_the_day(plan, note, evaluation) -> None:
    assert plan.certified_from <= DOS
    assert note.on == DOS
    assert note.timed_minutes <= note.total_minutes
    assert evaluation.performance_deficits >= 0


def test_claims_shrink_to_a_small_one_the_same_every_time() -> None:
    again = [find(strategies.claims(on=DOS), lambda _: True) for _ in range(2)]
    assert again[0] == again[1]
    (line,) = again[0].lines
    assert (line.procedure, line.units, line.modifiers) == ("97530", 1, ("GO",))
    assert find(strategies.claims(on=DOS), lambda claim: len(claim.lines) > 1).lines[1].units == 1


def test_a_payer_and_tables_of_ones_own() -> None:
    import attrs

    plan = attrs.evolve(otcodes.payers.policy("medicare-b"), name="acme", like="medicare-b")
    catalog = otcodes.Catalog.bundled().with_policy(plan)

    @LITTLE
    @given(strategies.claims(payer="acme", broken="modifier.discipline-missing", catalog=catalog))
    def each(claim) -> None:
        assert claim.payer == "acme"
        report = otcodes.check(claim, catalog=catalog)
        assert "modifier.discipline-missing" in {finding.rule for finding in report}

    each()


# --- broken ones --------------------------------------------------------------------------------------------


def test_there_is_a_recipe_for_every_rule_that_one_claim_can_break() -> None:
    assert set(RECIPES) == {rule.id for rule in rules.CATALOGUE} - {"claim.duplicate"}


@pytest.mark.parametrize("rule", RECIPES)
def test_a_broken_claim_breaks_its_rule(rule) -> None:
    @LITTLE
    @given(strategies.claims(broken=rule))
    def each(claim) -> None:
        assert rule in {finding.rule for finding in otcodes.check(claim)}

    each()


@pytest.mark.parametrize("payer", ["commercial", "tricare", "workers-comp"])
@pytest.mark.parametrize("rule", ["procedure.unknown", "units.above-minutes", "diagnosis.missing"])
def test_other_payers_claims_are_broken_too(rule, payer) -> None:
    claim = find(strategies.claims(broken=rule, payer=payer), lambda _: True)
    assert rule in {finding.rule for finding in otcodes.check(claim)}


def test_a_rule_without_a_recipe_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        otcodes.UnknownRuleError, match=r"no rule 'units\.wrong'; there are units\."
    ) as caught:
        strategies.claims(broken="units.wrong")
    assert set(caught.value.known) == set(RECIPES)
    with pytest.raises(otcodes.UnknownRuleError):
        strategies.claims(broken="claim.duplicate")
    with pytest.raises(otcodes.UnknownRuleError):  # which a commercial plan does not apply
        strategies.claims(broken="units.above-limit", payer="commercial")
    with pytest.raises(otcodes.UnknownPayerError):
        strategies.claims(payer="nobody")


def test_a_day_on_which_nothing_breaks_a_rule_is_said_when_it_is_drawn() -> None:
    with pytest.raises(
        ValueError, match=r"no claim to medicare-b was found that breaks units\.above-limit on"
    ):
        find(strategies.claims(broken="units.above-limit", on=PAST), lambda _: True)


def test_a_day_of_which_the_tables_know_no_procedure_is_said_when_it_is_drawn() -> None:
    with pytest.raises(ValueError, match="the tables hold nothing of what is asked for on that day"):
        find(strategies.claims(on=dt.date(1990, 1, 1)), lambda _: True)


# --- registered ---------------------------------------------------------------------------------------------

CLASSES = (
    *(otcodes.Claim, otcodes.ServiceLine, otcodes.Visit, otcodes.Service),
    *(otcodes.PlanOfCare, otcodes.TreatmentNote, otcodes.EvaluationComponents),
)


@pytest.mark.parametrize("kind", CLASSES)
def test_the_classes_that_a_user_hands_in_are_drawn_by_their_type(kind) -> None:
    assert isinstance(find(st.from_type(kind), lambda _: True), kind)


def test_any_claim_is_drawn_right_and_wrong() -> None:
    clean = set()

    @settings(max_examples=60, derandomize=True)
    @given(st.from_type(otcodes.Claim))
    def each(claim) -> None:
        clean.add(otcodes.check(claim).is_clean)

    each()
    assert clean == {True, False}


def test_registering_twice_changes_nothing() -> None:
    strategies.register()
    strategies.register()
    assert isinstance(find(st.from_type(otcodes.Visit), lambda _: True), otcodes.Visit)


def ran(program: str, **environment: str) -> str:
    """What a program prints in a Python of its own."""
    own = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=own, encoding="utf-8"
    ).stdout


def imported(**environment: str) -> set[str]:
    """The modules of this package that `import hypothesis` brings."""
    names = ran("import sys, hypothesis; print(*sys.modules)", **environment).split()
    return {name for name in names if name.split(".")[0] == "otcodes"}


REGISTERED = """
import time, hypothesis
start = time.perf_counter()
from otcodes.ext.hypothesis import register
register()
print(time.perf_counter() - start)
"""


def test_hypothesis_brings_the_classes_and_no_table_or_rule() -> None:
    own = {"otcodes", "otcodes._version", "otcodes.ext", "otcodes.ext.hypothesis"}
    classes = {"claims", "errors", "records", "records._words", "_cells", "_text"}
    assert imported() == own | {f"otcodes.{name}" for name in classes}
    assert imported(HYPOTHESIS_NO_PLUGINS="1") == set()


def test_hypothesis_waits_little_for_it() -> None:
    # The least of several, because other processes may be at work. Other packages have plug-ins, too.
    assert min(float(ran(REGISTERED, HYPOTHESIS_NO_PLUGINS="1")) for _ in range(3)) < 0.25


def test_it_may_be_imported_before_hypothesis() -> None:
    # Which then calls `register` while this module is not yet there as a whole.
    first = "from otcodes.ext.hypothesis import claims; from hypothesis import find, strategies as st"
    drawn = "import otcodes; print(type(find(st.from_type(otcodes.Service), lambda _: True)).__name__)"
    assert ran(f"{first}; {drawn}").split() == ["Service"]


def test_without_hypothesis_it_says_how_to_install_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "otcodes.ext.hypothesis")
    with pytest.raises(otcodes.MissingExtraError, match=r"otcodes\[hypothesis\]"):
        importlib.import_module("otcodes.ext.hypothesis")
