"""Each rule: a claim that it finds something wrong with, and the same claim put right."""

import copy
import datetime as dt
import pickle
from decimal import Decimal

import attrs
import pytest
from builders import DOS, PLAN, claim, found, hospital, line, noted, treated, yearly

import otcodes
from otcodes import rules
from otcodes._store import PackagedSource
from otcodes.catalog import KEYS_OF_OWN, Catalog

E, W, I = otcodes.Severity.ERROR, otcodes.Severity.WARNING, otcodes.Severity.INFORMATION  # noqa: E741
PLANNED = {"plan_of_care": PLAN}
PAST = dt.date(2024, 7, 1)  # editions of every table are on board for it
ONE = ("M62.81",)
EVALUATED = {
    "treatment_notes": [
        otcodes.TreatmentNote(
            on=DOS,
            evaluation=otcodes.EvaluationComponents(
                profile="brief", performance_deficits=3, decision_making="low"
            ),
        )
    ]
}


CASES = [
    ("procedure.malformed", E, claim(line("9753")), claim(line("97530"))),
    ("procedure.unknown", E, claim(line("97999")), claim(line("97530"))),
    ("procedure.not-effective", E, claim(line("97003")), claim(line("97165"))),
    ("procedure.not-effective", E, claim(line("98979", on=dt.date(2025, 12, 1))), claim(line("98979"))),
    ("procedure.not-occupational-therapy", E, claim(line("97161")), claim(line("97165"))),
    ("procedure.not-occupational-therapy", E, claim(line("97153")), claim(line("97530"))),
    ("procedure.invalid-for-payer", E, claim(line("97014")), claim(line("G0283"))),
    ("procedure.not-covered", E, claim(line("97037", on=PAST)), claim(line(on=PAST))),
    ("procedure.bundled", W, claim(line("97010", minutes=None)), claim(line("97018"))),
    ("procedure.add-on-without-primary", E, claim(line("97130")), claim(line("97129"), line("97130"))),
    ("procedure.mutually-exclusive", E, claim(line("98979"), line("98980")), claim(line("98980"))),
    ("procedure.evaluation-repeated", E, claim(line("97165"), line("97168")), claim(line("97165"))),
    ("procedure.evaluation-repeated", E, claim(line("97165"), line("97166")), claim(line("97166"))),
    ("diagnosis.missing", E, claim(diagnoses=()), claim()),
    ("diagnosis.too-many", E, claim(diagnoses=("M62.81",) * 13), claim()),
    ("diagnosis.duplicate", W, claim(diagnoses=("M62.81", "m6281")), claim()),
    ("diagnosis.pointer-invalid", E, claim(line(diagnoses=("R27.8",))), claim(line(diagnoses=("M6281",)))),
    ("diagnosis.pointer-invalid", E, claim(line(diagnoses=ONE * 5)), claim(line(diagnoses=ONE))),
    ("diagnosis.malformed", E, claim(diagnoses=("M6.281",)), claim()),
    ("diagnosis.malformed", E, claim(diagnoses=("97530",)), claim()),
    ("diagnosis.unknown", E, claim(diagnoses=("Z50.1",)), claim()),
    ("diagnosis.not-effective", E, claim(line(on=dt.date(2021, 9, 30)), diagnoses=("M54.50",)), claim()),
    ("diagnosis.not-billable", E, claim(diagnoses=("M54.5",)), claim(diagnoses=("M54.50",))),
    ("diagnosis.not-billable", E, claim(diagnoses=("S52.501",)), claim(diagnoses=("S52.501D",))),
    ("diagnosis.not-billable", E, claim(diagnoses=("G35",)), claim(diagnoses=("G35.D",))),
    ("diagnosis.seventh-character", E, claim(diagnoses=("S52.501Z",)), claim(diagnoses=("S52.501D",))),
    (
        "diagnosis.seventh-character", E,
        claim(diagnoses=("M25.561", "W19.A")), claim(diagnoses=("M25.561", "W19.XXXA")),
    ),
    ("diagnosis.excludes1", W, claim(diagnoses=("F82", "R27.8")), claim(diagnoses=("F82", "R62.50"))),
    ("diagnosis.excludes1", W, claim(diagnoses=("M62.81", "M62.84")), claim(diagnoses=("M62.81", "R26.89"))),
    (
        "diagnosis.manifestation-first", E,
        claim(diagnoses=("F02.80", "G30.9")), claim(diagnoses=("G30.9", "F02.80")),
    ),
    (
        "diagnosis.external-cause-first", E,
        claim(diagnoses=("W19.XXXA", "M25.561")), claim(diagnoses=("M25.561", "W19.XXXA")),
    ),
    ("diagnosis.unspecified-laterality", I, claim(diagnoses=("M25.519",)), claim(diagnoses=("M25.511",))),
    ("modifier.malformed", E, claim(line(modifiers=("GO", "G"))), claim()),
    ("modifier.unknown", W, claim(line(modifiers=("GO", "ZY"))), claim()),
    ("modifier.unknown", E, claim(line(modifiers=("GO", "ZY"), on=dt.date(2025, 3, 3))), claim()),
    ("modifier.not-effective", E, claim(line(modifiers=("GO", "SZ"))), claim(line(modifiers=("GO", "96")))),
    ("modifier.duplicate", E, claim(line(modifiers=("GO", "KX", "KX"))), claim(line(modifiers=("GO", "KX")))),
    ("modifier.too-many", E, claim(line(modifiers=("GO", "KX", "96", "LT", "CR"))), claim()),
    ("modifier.discipline-missing", E, claim(line(modifiers=())), claim()),
    ("modifier.discipline-missing", E, claim(line("97129", modifiers=()), **PLANNED), claim(line("97129"))),
    ("modifier.discipline-wrong", E, claim(line(modifiers=("GP",))), claim()),
    ("modifier.discipline-conflict", E, claim(line(modifiers=("GO", "GP"))), claim()),
    ("modifier.assistant-wrong", E, claim(line(modifiers=("GO", "CQ"))), claim(line(modifiers=("GO", "CO")))),
    ("modifier.assistant-without-discipline", E, claim(line(modifiers=("CO",))), claim()),
    (
        "modifier.assistant-missing", E,
        claim(line(assistant_minutes=15)), claim(line(assistant_minutes=15, modifiers=("GO", "CO"))),
    ),
    ("modifier.assistant-unsupported", W, claim(line(assistant_minutes=0, modifiers=("GO", "CO"))), claim()),
    ("modifier.threshold-missing", E, claim(**yearly("2480.00")), claim(**yearly("2400.00"))),
    (
        "modifier.threshold-early", W,
        claim(line(modifiers=("GO", "KX")), **yearly("0.00")),
        claim(line(modifiers=("GO", "KX")), **yearly("2480.00")),
    ),
    ("modifier.conflict", E, claim(line(modifiers=("GO", "59", "XE"))), claim()),
    ("modifier.conflict", E, claim(line(modifiers=("GO", "96", "97"))), claim(line(modifiers=("GO", "97")))),
    ("modifier.conflict", W, claim(line(modifiers=("GO", "KX", "GA"))), claim(line(modifiers=("GO", "KX")))),
    ("modifier.order", I, claim(line(modifiers=("KX", "GO"))), claim(line(modifiers=("GO", "KX")))),
    ("modifier.not-for-therapy", E, claim(line(modifiers=("GO", "25"))), claim()),
    ("modifier.not-for-therapy", W, claim(line(modifiers=("GO", "51"))), claim()),
    (
        "revenue.discipline-mismatch", E,
        hospital(line(revenue_code="0430", modifiers=("GP",), on=PAST)),
        hospital(line(revenue_code="0430", on=PAST)),
    ),
    ("place.unknown", W, claim(line(place="28")), claim()),
    ("place.not-effective", E, claim(line(place="10", on=dt.date(2021, 12, 31))), claim(line(place="10"))),
    ("place.unusual", W, claim(line(place="21")), claim(line(place="12"))),
    (
        "telehealth.not-eligible", E,
        claim(line("97550", minutes=30, place="10", on=PAST)), claim(line(place="10", on=PAST)),
    ),
    (
        "telehealth.modifier-missing", E,
        hospital(line(place="10", on=PAST)), hospital(line(place="10", on=PAST, modifiers=("GO", "95"))),
    ),
    ("telehealth.place-mismatch", W, claim(line(modifiers=("GO", "95"))), claim(line(place="10"))),
    ("units.not-positive", E, claim(line(units=0)), claim()),
    ("units.not-positive", E, claim(line(units=Decimal("1.5"))), claim()),
    ("units.above-minutes", E, claim(line(units=2)), claim()),
    ("units.below-minutes", W, claim(line(minutes=38)), claim(line(minutes=38, units=3))),
    ("units.minutes-missing", I, claim(line(minutes=None, empty_fields=["minutes"])), claim()),
    ("units.untimed-multiple", W, claim(line("G0283", units=2)), claim(line("G0283"))),
    ("units.untimed-multiple", W, claim(line("97150", units=3)), claim(line("97150"))),
    ("units.above-limit", E, claim(line(units=7, minutes=105)), claim(line(units=6, minutes=90))),
    ("units.split-lines", W, claim(line(), line()), claim(line(), line(modifiers=("GO", "CO")))),
    ("pair.modifier-unneeded", W, claim(line("97140", modifiers=("GO", "59")), line()), claim()),
    ("plan.missing", W, claim(empty_fields=["plan_of_care"]), claim(**PLANNED)),
    (
        "plan.certification-expired", E,
        claim(line(on=dt.date(2026, 4, 5)), **PLANNED), claim(line(on=dt.date(2026, 4, 4)), **PLANNED),
    ),
    ("plan.progress-report-due", W, claim(**treated(10)), claim(**treated(9))),
    ("evaluation.level-unsupported", W, claim(line("97166"), **EVALUATED), claim(line("97165"), **EVALUATED)),
    ("record.minutes-missing", W, claim(**noted(empty_fields=["timed_minutes"])), claim(**noted(15, 30))),
    ("record.units-disagree", W, claim(line(minutes=None), **noted(23)), claim(**noted(15))),
    ("line.duplicate", W, claim(line(), line()), claim(line(), line("97140"))),
    ("line.charge-missing", W, claim(line(charge_usd=Decimal(0))), claim()),
    ("line.charge-missing", W, claim(line(charge_usd=None, empty_fields=["charge_usd"])), claim()),
    ("claim.referrer-missing", W, claim(empty_fields=["referring_npi"]), claim(referring_npi="1234567893")),
    (
        "claim.filed-late", E,
        claim(line(on=PAST), submitted_on=dt.date(2025, 7, 2)), claim(line(on=PAST), submitted_on=PAST),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "severity", "wrong", "right"), CASES, ids=[case[0] for case in CASES])
def test_rule(rule, severity, wrong, right) -> None:
    finding = found(wrong)[rule]
    assert finding.severity is severity
    assert finding.message
    assert rule not in found(right)


@pytest.mark.parametrize(
    "rule",
    [
        "procedure.invalid-for-payer", "procedure.add-on-without-primary", "modifier.assistant-missing",
        "modifier.assistant-unsupported", "telehealth.place-mismatch", "evaluation.level-unsupported",
        "plan.certification-expired", "plan.progress-report-due",
    ],
)  # fmt: skip
def test_a_finding_by_a_row_that_is_carried_forward_says_so(rule) -> None:
    """Where every table of policies ended in 2025, none of their rows makes an error of 2026."""
    wrong = next(case[2] for case in CASES if case[0] == rule)
    finding = next(each for each in otcodes.check(wrong, catalog=Catalog(Ended())) if each.rule == rule)
    assert finding.carried_forward
    assert finding.severity is W


class Ended(PackagedSource):
    """The bundled tables, of which those that are carried forward after 2026 end a year before."""

    def read(self, name: str) -> bytes:
        content = super().read(name)
        if name != "manifest.toml":
            return content
        first, *tables = content.decode().split("\n[tables.")
        ended = [
            table if "carried_to" in table or table.startswith(("procedures]", "conversion", "therapy_thr"))
            else table.replace('coverage_to = "2026-12-31"', 'coverage_to = "2025-12-31"', 1)
            for table in tables
        ]  # fmt: skip
        return "\n[tables.".join([first, *ended]).encode()


def test_every_rule_has_a_case_here_or_among_the_golden_ones() -> None:
    elsewhere = {"pair.never-together", "pair.modifier-needed", "claim.duplicate"}
    cases = {rule for rule, *_ in CASES} | elsewhere
    assert cases == {rule.id for rule in rules.CATALOGUE}


def test_every_rule_says_what_should_hold_and_where_it_stands() -> None:
    for rule in rules.CATALOGUE:
        assert rule.statement.endswith(".")
        assert rule.cites is not None
        assert rule.since
        assert set(rule.reads) <= {*otcodes.Catalog.bundled().editions, *KEYS_OF_OWN}


def test_a_clean_claim_is_quiet() -> None:
    clean = claim(line(units=2, minutes=30), line("97140", minutes=16))
    report = otcodes.check(clean)
    assert (report.findings, report.is_clean) == ((), True)


def test_a_placeholder_is_put_in_where_only_one_code_can_be_meant() -> None:
    for written in ("W19.A", "w19xa", "W19.XXA", "W19XXXA"):
        repaired = otcodes.check(claim(diagnoses=("M25.561", written))).fixed()
        assert repaired.diagnoses[1].replace(".", "").upper() == "W19XXXA"
    finding = found(claim(diagnoses=("S52.501Z",)))["diagnosis.seventh-character"]
    assert finding.fix is None
    assert "S52.501D" in finding.suggestions
    assert "diagnosis.unknown" not in found(claim(diagnoses=("S52.501Z",)))
    assert "diagnosis.seventh-character" not in found(claim(diagnoses=("S52.501",)))
    assert "diagnosis.unknown" in found(claim(diagnoses=("M62.81A",)))


def test_a_malformed_diagnosis_is_not_mended_into_a_header() -> None:
    finding = found(claim(diagnoses=("M62.8!",)))["diagnosis.malformed"]
    assert (finding.fix, finding.suggestions) == (None, ("M62.8",))
    finding = found(claim(diagnoses=("M62.81!",)))["diagnosis.malformed"]
    assert finding.fix == otcodes.fixes.ReplaceDiagnosis("M62.81!", "M62.81")


def test_a_header_names_the_billable_codes_below_it() -> None:
    assert found(claim(diagnoses=("M54.5",)))["diagnosis.not-billable"].suggestions == (
        ("M54.50", "M54.51", "M54.59")
    )
    assert len(found(claim(diagnoses=("S52.501",)))["diagnosis.not-billable"].suggestions) == 16
    assert "S52.5" in found(claim(diagnoses=("S52",)))["diagnosis.not-billable"].suggestions


def test_a_retired_diagnosis_names_its_successors() -> None:
    finding = found(claim(diagnoses=("M25.561", "T40.7X1D")))["diagnosis.not-effective"]
    assert finding.suggestions == ("T40.711D", "T40.721D")


def test_the_disease_or_injury_is_put_first() -> None:
    repaired = otcodes.check(claim(diagnoses=("F02.80", "M62.81", "G30.9"))).fixed()
    assert repaired.diagnoses == ("G30.9", "F02.80", "M62.81")
    repaired = otcodes.check(claim(diagnoses=("W19.XXXA", "S52.501A"))).fixed()
    assert repaired.diagnoses == ("S52.501A", "W19.XXXA")
    # Which of two injuries comes first is not for a claim checker to say.
    unsure = otcodes.check(claim(diagnoses=("W19.XXXA", "S52.501A", "S62.101A")))
    assert unsure.fixed().diagnoses[0] == "W19.XXXA"


def test_a_pair_of_which_the_editions_disagree_is_not_checked() -> None:
    early = claim(line(on=dt.date(2019, 3, 1)), diagnoses=("F82", "R27.8"))
    report = otcodes.check(early)
    assert "diagnosis.excludes1" not in {finding.rule for finding in report}
    assert "diagnosis.excludes1" in {entry.rule for entry in report.not_checked}


def test_a_missing_field_is_not_checked_and_not_a_finding() -> None:
    bare = otcodes.ServiceLine("97530", on=DOS, units=2, modifiers=("GO",))
    report = otcodes.check(claim(bare))
    assert report.findings == ()
    assert {entry.rule for entry in report.not_checked} >= {
        "units.above-minutes", "units.below-minutes", "units.minutes-missing",
        "line.charge-missing", "place.unknown", "place.not-effective", "place.unusual",
    }  # fmt: skip


def test_a_code_outside_coverage_is_not_checked() -> None:
    report = otcodes.check(claim(line("99213")))
    assert not report.errors
    assert "procedure.unknown" in {entry.rule for entry in report.not_checked}


def test_successors_are_listed_in_the_lines_own_discipline() -> None:
    old = found(claim(line("97001")))["procedure.not-effective"]
    assert old.suggestions == ("97165", "97166", "97167")
    assert old.fix is None
    assert found(claim(line("97004")))["procedure.not-effective"].fix.procedure == "97168"
    physical = claim(line("97001", modifiers=("GP",)), discipline="physical-therapy")
    assert found(physical)["procedure.not-effective"].suggestions == ("97161", "97162", "97163")


def test_counterpart_of_another_disciplines_evaluation() -> None:
    assert found(claim(line("97163")))["procedure.not-occupational-therapy"].suggestions == ("97167",)


def test_a_line_is_judged_by_its_own_discipline() -> None:
    mixed = claim(line(), line("97110", modifiers=("GP",), discipline="physical-therapy"))
    assert otcodes.check(mixed).is_clean


def test_gp_alone_is_wrong_and_not_also_missing() -> None:
    assert "modifier.discipline-missing" not in found(claim(line(modifiers=("GP",))))


def test_units_of_two_disciplines_are_counted_apart() -> None:
    both = claim(line(minutes=8), line("97110", minutes=8, modifiers=("GP",), discipline="physical-therapy"))
    assert otcodes.check(both).is_clean


@pytest.mark.parametrize("shares", [(2, 1), (1, 2)])
def test_either_share_of_a_tie_is_accepted(shares) -> None:
    tie = claim(line("97112", minutes=20, units=shares[0]), line("97110", minutes=20, units=shares[1]))
    assert otcodes.check(tie).is_clean


def test_a_tie_taken_twice_is_above() -> None:
    both = claim(line("97112", minutes=20, units=2), line("97110", minutes=20, units=2))
    assert "units.above-minutes" in found(both)


def test_minutes_of_a_commercial_claim_count_by_the_midpoint() -> None:
    lines = (line("97112", minutes=24, units=2), line("97110", minutes=23, units=2))
    assert "units.above-minutes" in found(claim(*lines))
    assert otcodes.check(claim(*lines, payer="commercial")).is_clean


def test_a_payer_whose_method_is_not_known_is_wrong_only_by_both() -> None:
    either = (line("97112", minutes=24, units=2), line("97110", minutes=23, units=2))
    report = otcodes.check(claim(*either, payer="tricare"))
    assert not report.errors
    assert "units.above-minutes" in {entry.rule for entry in report.not_checked}
    assert "units.above-minutes" in found(claim(line(units=3, minutes=15), payer="tricare"))


def test_units_that_only_one_method_calls_too_few_are_not_checked() -> None:
    """39 minutes are three units of the day, and four by the midpoint."""
    lines = (line(minutes=23), line("97140", minutes=8), line("97110", minutes=8))
    report = otcodes.check(claim(*lines, payer="tricare"))
    assert ("units.below-minutes", "lines[0].units") in {(e.rule, e.path) for e in report.not_checked}
    assert not report.warnings
    assert "units.below-minutes" not in {e.rule for e in otcodes.check(claim(*lines)).not_checked}


def test_a_rule_among_others_is_asked_only_of_the_codes_that_it_is_about() -> None:
    by_id = {rule.id: rule for rule in rules.CATALOGUE}
    right = claim(line(units=2, minutes=30))
    for name in ("procedure.unknown", "procedure.not-effective", "units.untimed-multiple"):
        assert otcodes.check(right, rules=rules.each_line(by_id[name])).findings == ()
    either = rules.any_of(by_id["line.charge-missing"], by_id["procedure.not-effective"])
    assert otcodes.check(claim(line(charge_usd=Decimal(0))), rules=either).findings == ()
    assert otcodes.check(claim(line("97003", charge_usd=Decimal(0))), rules=either).findings
    assert either.reads == ("hcpcs", "procedures")


def test_a_days_rule_over_the_claim_sees_the_day_as_it_does_by_itself() -> None:
    (limit,) = rules.CATALOGUE.select("units.above-limit")
    half = claim(line(units=4, minutes=60), patient="1")
    for pair in ([half, attrs.evolve(half)], [half, attrs.evolve(half, lost_lines=1)]):
        alone, by_day = (list(otcodes.check_many(pair, rules=own)) for own in (limit, rules.by_day(limit)))
        assert [each.findings for each in by_day] == [each.findings for each in alone]
        assert [each.not_checked for each in by_day] == [each.not_checked for each in alone]
    assert [len(each) for each in otcodes.check_many([half, attrs.evolve(half)], rules=limit)] == [0, 1]


def test_a_rule_among_others_does_not_judge_a_code_that_is_not_known() -> None:
    by_id = {rule.id: rule for rule in rules.CATALOGUE}
    unknown = claim(line("99213"), line())
    for rule, alone in (
        (rules.each_line(by_id["units.untimed-multiple"]), by_id["units.untimed-multiple"]),
        (rules.by_day(by_id["units.split-lines"]), by_id["units.split-lines"]),
    ):
        report = otcodes.check(unknown, rules=rule)
        assert report.not_checked == otcodes.check(unknown, rules=alone).not_checked
        assert [each.path for each in report.not_checked] == ["lines[0].procedure"]


def test_another_payers_own_rules_are_not_checked() -> None:
    report = otcodes.check(claim(line(modifiers=()), payer="medicaid"))
    assert report.is_clean
    assert "modifier.discipline-missing" in {entry.rule for entry in report.not_checked}


def test_units_of_thirty_minutes_are_a_warning_at_most() -> None:
    finding = found(claim(line("97550", minutes=15)))["units.above-minutes"]
    assert finding.severity is W


def test_an_unsafe_fix_waits_for_the_record() -> None:
    pair = claim(line("97150", on=dt.date(2024, 7, 1)), line(on=dt.date(2024, 7, 1)))
    report = otcodes.check(pair)
    repair = report.repair()
    assert repair.claim == pair
    assert [reason for _, reason in repair.withheld] == ["only the medical record can support it"]
    assert report.fixed(unsafe=True).lines[1].modifiers == ("GO", "59")


def test_a_fifth_modifier_is_not_added() -> None:
    full = claim(line(modifiers=("KX", "LT", "96", "CR")))
    repair = otcodes.check(full).repair()
    assert repair.claim == full
    assert [reason for _, reason in repair.withheld] == ["the line already has 4 modifiers"]


def test_rules_of_ones_own_beside_the_presets() -> None:
    @rules.rule("acme.friday", severity=W)
    def not_on_fridays(line, /, context):
        """The clinic is closed on Fridays."""
        if line.on.isoweekday() == 5:
            yield context.finding(line, "on")

    friday = claim(line(on=dt.date(2026, 3, 6)))
    mine = rules.preset("medicare-b").without("modifier") | not_on_fridays
    (finding,) = otcodes.check(friday, rules=mine)
    assert (finding.rule, finding.message, finding.path) == (
        "acme.friday", "The clinic is closed on Fridays.", "lines[0].on",
    )  # fmt: skip


def test_combinators() -> None:
    every = rules.preset("medicare-b")
    (charge,) = every.select("line.charge-missing")
    (known,) = every.select("place.unknown")
    free = claim(line(charge_usd=Decimal(0), place="12"))

    def ids(rule) -> list[str]:
        return [finding.rule for finding in otcodes.check(free, rules=rules.all_of(rule))]

    assert ids(charge) == ["line.charge-missing"]
    assert ids(rules.when(lambda line, _: line.place == "11", charge)) == []
    assert ids(rules.unless(lambda line, _: line.place == "11", charge)) == ["line.charge-missing"]
    assert ids(rules.any_of(charge, known)) == []
    assert ids(rules.each_line(charge)) == ["line.charge-missing"]
    assert len(rules.all_of(charge, known, charge)) == 2
    (split,) = every.select("units.split-lines")
    twice = claim(line(), line())
    assert [f.rule for f in otcodes.check(twice, rules=rules.all_of(rules.by_day(split)))] == [
        "units.split-lines"
    ]
    with pytest.raises(ValueError, match="not over each day"):
        rules.by_day(charge)
    with pytest.raises(ValueError, match="same thing"):
        rules.any_of(charge, split)


def test_rule_sets_name_what_they_do_not_have() -> None:
    with pytest.raises(otcodes.UnknownRuleError, match=r"modifier\.conflict"):
        rules.preset("medicare-b").without("modifier.colour")
    with pytest.raises(otcodes.UnknownRuleError, match="procedure"):
        rules.preset("medicare-b").select("colour")


def test_policy_of_ones_own() -> None:
    plan = attrs.evolve(
        otcodes.payers.policy("medicare-b"), name="acme", unit_method="midpoint",
        severities={"modifier.discipline-missing": "warning"}, ignored=["place"],
    )  # fmt: skip
    report = otcodes.check(claim(line(modifiers=())), policy=plan)
    assert [(f.rule, f.severity) for f in report] == [("modifier.discipline-missing", W)]


def test_unknown_payer_is_a_clear_error() -> None:
    with pytest.raises(otcodes.UnknownPayerError, match="named 'medicare'; there are medicare-b"):
        otcodes.check(claim(payer="medicare"))


def test_check_many_sees_the_other_claims_of_a_patient_and_day() -> None:
    group = claim(line("97150", on=dt.date(2024, 7, 1)), id="A", patient="1")
    single = claim(line(on=dt.date(2024, 7, 1)), id="B", patient="1")
    other = claim(line(on=dt.date(2024, 7, 1)), id="C", patient="2")
    reports = list(otcodes.check_many([group, single, other]))
    assert [[(f.rule, f.claim, f.path) for f in report] for report in reports] == [
        [], [("pair.modifier-needed", "B", "lines[0].modifiers")], [],
    ]  # fmt: skip


def test_the_same_line_object_twice_has_two_places() -> None:
    one = line()
    paths = {f.path for f in otcodes.check(claim(one, one)) if f.rule == "line.duplicate"}
    assert paths == {"lines[1].procedure"}


def test_dropping_a_repeated_diagnosis_keeps_the_first_one_first() -> None:
    repeated = claim(diagnoses=("M62.81", "R27.8", "m6281"))
    assert otcodes.check(repeated).fixed().diagnoses == ("M62.81", "R27.8")


@pytest.mark.parametrize(("code", "modifiers"), [("97161", ()), ("97161", ("GP",)), ("97164", ("GP", "CQ"))])
def test_another_disciplines_code_is_said_once_and_not_given_our_modifier(code, modifiers) -> None:
    report = otcodes.check(claim(line(code, modifiers=modifiers)))
    assert [finding.rule for finding in report.errors] == ["procedure.not-occupational-therapy"]
    assert report.fixed() == report.claim


def test_a_modifier_that_may_be_the_truth_is_replaced_only_where_the_record_says_so() -> None:
    assert not found(claim(line("97110", modifiers=("GP",))))["modifier.discipline-wrong"].fix.is_safe
    assert found(claim(line("97165", modifiers=("GP",))))["modifier.discipline-wrong"].fix.is_safe


def test_a_counterparts_successor_is_a_suggestion_only() -> None:
    finding = found(claim(line("97002", modifiers=("GP",))))["procedure.not-effective"]
    assert (finding.suggestions, finding.fix) == (("97168",), None)


def test_a_first_code_and_its_add_on_are_judged_together() -> None:
    twice = claim(line("97129", units=2, minutes=30))
    assert "units.above-minutes" not in found(twice)
    assert "units.above-minutes" in found(claim(line("97129", units=3, minutes=30)))
    assert otcodes.check(claim(line("97129", minutes=15), line("97130", minutes=15))).is_clean


def test_minutes_of_a_code_that_is_not_in_force_may_be_of_the_days() -> None:
    for other in ("97762", "99213"):
        report = otcodes.check(claim(line("97110", units=2, minutes=22), line(other, minutes=16)))
        assert "units.above-minutes" not in {finding.rule for finding in report}
        assert "units.above-minutes" in {entry.rule for entry in report.not_checked}


def test_a_share_at_a_tie_is_the_therapists_to_choose() -> None:
    finding = found(claim(line("97112", minutes=20, units=2), line("97110", minutes=20, units=2)))[
        "units.above-minutes"
    ]
    assert not finding.fix.is_safe
    assert "or another choice at the tie" in finding.message


def test_by_the_midpoint_one_missing_minute_blocks_its_own_code_only() -> None:
    lines = (line("97530", units=4), line("97110", minutes=None))
    report = otcodes.check(claim(*lines, payer="commercial"))
    finding = next(finding for finding in report if finding.rule == "units.above-minutes")
    assert (finding.line, finding.citation.title) == (0, "Current Procedural Terminology (CPT)")
    assert "units.above-minutes" in {entry.rule for entry in report.not_checked}
    assert "units.above-minutes" not in found(claim(*lines))


def test_claims_of_one_patient_in_two_disciplines_are_counted_apart() -> None:
    occupational = claim(line(units=2, minutes=23), id="A", patient="1")
    physical = claim(
        line("97110", units=2, minutes=29, modifiers=("GP",)),
        id="B",
        patient="1",
        discipline="physical-therapy",
    )
    assert all(report.is_clean for report in otcodes.check_many([occupational, physical]))


def test_a_claim_to_a_second_payer_is_no_second_visit() -> None:
    visit = claim(line(units=2, minutes=30), patient="1")
    assert all(r.is_clean for r in otcodes.check_many([visit, attrs.evolve(visit, payer="commercial")]))


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        (line("97165"), line("97168"), "procedure.evaluation-repeated"),
        (line(), line(), "units.split-lines"),
        (line(minutes=7), line("97535", minutes=7), "units.above-minutes"),
    ],
)
def test_what_two_claims_do_together_is_found_on_the_second(first, second, rule) -> None:
    reports = list(
        otcodes.check_many([claim(first, id="A", patient="1"), claim(second, id="B", patient="1")])
    )
    assert [[f.claim for f in report if f.rule == rule] for report in reports] == [[], ["B"]]


def test_pairs_of_two_disciplines_are_a_hospitals_but_perhaps_not_a_practitioners() -> None:
    day = dt.date(2024, 7, 1)
    lines = (
        line("97150", on=day),
        line("97530", on=day, modifiers=("GP",), discipline="physical-therapy"),
    )
    report = otcodes.check(claim(*lines))
    assert report.is_clean
    assert "pair.modifier-needed" in {entry.rule for entry in report.not_checked}
    assert "pair.modifier-needed" in found(claim(*lines, setting="outpatient-hospital"))


def test_two_disciplines_codes_of_no_pair_are_paid_beside_each_other_whoever_furnished_them() -> None:
    physical = line("97110", modifiers=("GP",), discipline="physical-therapy")
    report = otcodes.check(claim(line(), physical), rules=rules.preset("medicare-b").select("pair"))
    assert (report.findings, report.not_checked) == ((), ())
    marked = claim(line(modifiers=("GO", "59")), physical)
    assert "pair.modifier-unneeded" in found(marked)


def test_physical_and_occupational_evaluation_on_one_day_are_no_repetition() -> None:
    both = claim(line("97165"), line("97161", modifiers=("GP",)))
    assert "procedure.evaluation-repeated" not in found(both)


@pytest.mark.parametrize(
    ("code", "on", "substitute", "is_safe"),
    [("97127", dt.date(2019, 5, 6), "G0515", False), ("98970", dt.date(2020, 5, 6), "G2061", True)],
)
def test_what_medicare_took_instead(code, on, substitute, is_safe) -> None:
    fix = found(claim(line(code, on=on)))["procedure.invalid-for-payer"].fix
    assert (fix.procedure, fix.is_safe) == (substitute, is_safe)


def test_one_mend_that_needs_another_is_made_with_it() -> None:
    assert otcodes.check(claim(line("97014", modifiers=()))).fixed().lines[0].procedure == "G0283"
    assert otcodes.check(claim(line("97014", modifiers=()))).fixed().lines[0].modifiers == ("GO",)


def test_a_day_that_the_modifiers_do_not_cover_is_not_checked() -> None:
    report = otcodes.check(claim(line(on=dt.date(2027, 3, 1), modifiers=("GP", "CQ"))))
    rules_ = {entry.rule for entry in report.not_checked}
    assert rules_ >= {"modifier.discipline-wrong", "modifier.discipline-conflict", "modifier.assistant-wrong"}


@pytest.mark.parametrize(("modifier", "is_told"), [("CO", True), ("59", True), ("76", True), ("CR", False)])
def test_which_modifiers_tell_why_a_timed_code_stands_twice(modifier, is_told) -> None:
    split = claim(line(minutes=15), line(minutes=15, modifiers=("GO", modifier)))
    assert ("units.split-lines" not in found(split)) == is_told


def test_hospital_claims_have_no_place_to_check() -> None:
    report = otcodes.check(claim(line(place=None), setting="outpatient-hospital"))
    assert not [entry for entry in report.not_checked if entry.rule.startswith("place.")]


def test_suggestions_are_in_force_on_the_day() -> None:
    near = found(claim(line("97999", on=dt.date(2021, 3, 1))))["procedure.unknown"].suggestions
    assert near
    snapshot = otcodes.procedures.on(dt.date(2021, 3, 1))
    assert all(code in snapshot for code in near)


@pytest.mark.parametrize("over", ["line", "day", "claim"])
def test_words_are_as_good_as_members(over) -> None:
    @rules.rule("acme.always", severity="warning", over=over)
    def nothing_is_right(_, /, context):
        """Nothing is ever right."""
        yield context.finding(context.claim, "lines")

    (finding,) = otcodes.check(claim(), rules=nothing_is_right)
    assert (finding.rule, finding.severity) == ("acme.always", W)


def test_a_rule_that_is_none_is_named() -> None:
    @rules.rule("acme.none", severity=W)
    def forgets_to_yield(*_):
        """A rule yields."""

    with pytest.raises(TypeError, match=r"acme\.none"):
        otcodes.check(claim(), rules=forgets_to_yield)
    with pytest.raises(ValueError, match="nonsense"):
        rules.rule("acme.odd", severity=W, over="nonsense")(forgets_to_yield.function)
    with pytest.raises(ValueError, match="docstring"):
        rules.rule("acme.mute", severity=W)(lambda *_: ())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"telehealth": "video"}, otcodes.FieldError),
        ({"ignored": ["modifier.colour"]}, otcodes.UnknownRuleError),
        ({"severities": {"units.colour": "error"}}, otcodes.UnknownRuleError),
        ({"ignored": "modifier.order"}, otcodes.FieldError),
    ],
)
def test_a_policy_with_a_slip_is_refused(changes, error) -> None:
    with pytest.raises(error):
        otcodes.check(claim(), policy=attrs.evolve(otcodes.payers.policy("medicare-b"), **changes))


def test_a_policy_ignores_groups_and_names_rules_of_ones_own() -> None:
    plan = attrs.evolve(
        otcodes.payers.policy("medicare-b"), ignored=["modifier"], severities={"acme.friday": "error"}
    )
    assert otcodes.check(claim(line(modifiers=())), policy=plan).is_clean


@pytest.mark.parametrize(
    "arguments", [{"rules": "medicare-b"}, {"policy": "commercial"}, {"claim": {"lines": []}}]
)
def test_arguments_of_the_wrong_type_are_named(arguments) -> None:
    with pytest.raises(TypeError, match=f"{next(iter(arguments))} is a "):
        otcodes.check(arguments.pop("claim", claim()), **arguments)


def test_reports_and_policies_travel_between_processes() -> None:
    report = otcodes.check(claim(line(modifiers=())))
    again = pickle.loads(pickle.dumps(report))  # noqa: S301 -- users send them
    assert again == report
    with pytest.raises(otcodes.OtcodesError, match="check the claim here"):
        again.fixed()
    policy = otcodes.payers.policy("workers-comp")
    again = pickle.loads(pickle.dumps(policy))  # noqa: S301 -- as above
    assert again == copy.deepcopy(policy) == policy


def test_zero_units_leave_the_days_units_unjudged_and_say_so() -> None:
    report = otcodes.check(claim(line(units=0, minutes=6), line("97140", units=5, minutes=8)))
    assert "units.above-minutes" in {entry.rule for entry in report.not_checked}


def test_editions_are_those_of_the_day() -> None:
    diagnoses = {
        day: otcodes.check(claim(line(on=day))).editions["diagnoses"] for day in (DOS, dt.date(2026, 10, 1))
    }
    assert diagnoses == {DOS: "icd-10-cm-fy2026", dt.date(2026, 10, 1): "icd-10-cm-fy2027"}


def test_a_number_for_a_code_is_told_why_not() -> None:
    for ask in (otcodes.procedures.on(DOS).get, lambda code: otcodes.procedures.verdict(code, on=DOS)):
        with pytest.raises(TypeError, match="a code is a str such as"):
            ask(97530)


def test_a_repair_counts_a_patients_claim_once() -> None:
    above = claim(line(units=3), line("97110", units=3), payer="commercial", patient="1")
    (report,) = otcodes.check_many([above])
    assert [each.units for each in report.fixed().lines] == [1, 1]


def test_one_line_object_on_two_claims_is_two_lines() -> None:
    shared = line()
    occupational = claim(shared, patient="1")
    physical = attrs.evolve(occupational, discipline="physical-therapy")
    first, _ = otcodes.check_many([occupational, physical])
    assert "modifier.discipline-wrong" not in {finding.rule for finding in first}


def test_a_claim_given_twice_is_judged_as_two_that_say_the_same() -> None:
    once = claim(line(units=4, minutes=60), patient="1")
    same, alike = (
        [[f.rule for f in r] for r in otcodes.check_many([once, each])] for each in (once, attrs.evolve(once))
    )
    assert same == alike
    assert same[0] == []
    assert "claim.duplicate" in same[1]


def test_59_between_two_disciplines_is_not_called_unneeded() -> None:
    lines = (line("97537", modifiers=("GO", "59")), line(modifiers=("GP",), discipline="physical-therapy"))
    report = otcodes.check(claim(*lines))
    assert "pair.modifier-unneeded" not in {finding.rule for finding in report}
    assert "pair.modifier-unneeded" in {entry.rule for entry in report.not_checked}


def test_a_claim_without_lines_has_no_day_to_judge_its_diagnoses_by() -> None:
    report = otcodes.check(otcodes.Claim(payer="medicare-b", lines=(), diagnoses=("M62.81",)))
    assert "diagnosis.unknown" in {entry.rule for entry in report.not_checked}


def test_what_a_neighbour_lacks_is_noted_on_the_claims_own_lines() -> None:
    whole, lacking = claim(line(), patient="1"), claim(line("97110", minutes=None), patient="1")
    first, _ = otcodes.check_many([whole, lacking])
    assert {(e.rule, e.path) for e in first.not_checked} >= {("units.above-minutes", "lines")}


def test_a_finding_prints_as_the_line_that_the_command_line_shows() -> None:
    (finding,) = otcodes.check(claim(line(modifiers=()), id="A\n1"), rules=rules.CATALOGUE.select("modifier"))
    where = "'A\\n1':lines[0].modifiers"
    assert str(finding) == f"{where}: error: modifier.discipline-missing: {finding.message}"


def test_a_table_that_cannot_be_read_is_named_and_not_the_rule() -> None:
    @rules.rule("acme.table", severity=E)
    def table_is_read(*_):
        """It is asked."""
        raise otcodes.errors.TableError("acme.csv", 3, "it is damaged")

    with pytest.raises(otcodes.errors.TableError, match=r"acme\.csv"):
        otcodes.check(claim(), rules=table_is_read)
