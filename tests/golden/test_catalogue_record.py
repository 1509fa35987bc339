"""The rules about the record, its plan of care, evaluations and notes: wrong, mended, and almost wrong.

Written from the rules' own words and their sources before a line of them was run. Each case says what is made
of a claim: a severity, nothing at all although it was judged, or that it could not be judged.

Sources: Medicare Benefit Policy Manual, chapter 15, section 220 (definitions, 220.1.3 certification, 220.3
progress reports and treatment notes); 89 FR 97912 (an order on file, from 2025); Medicare Claims Processing
Manual, chapter 5, section 20.2 (minutes); AOTA on the levels of evaluations.
"""

import datetime as dt

import attrs
import pytest
from builders_outcomes import DOS, MEDICARE, NOT_CHECKED, SILENT, E, W, claim, line, outcome, said

import otcodes
from otcodes import EvaluationComponents, PlanOfCare, TreatmentNote

# --- plan.missing, plan.certification-expired, plan.progress-report-due -------------------------------------

EXPIRED, DUE = "plan.certification-expired", "plan.progress-report-due"
FIRST = dt.date(2026, 1, 5)


def after(days: int, first: dt.date = FIRST) -> dt.date:
    return first + dt.timedelta(days)


def planned(on: dt.date, plan: PlanOfCare | None = None, **facts) -> otcodes.Claim:
    return claim(line(minutes=15, on=on), plan_of_care=plan or PlanOfCare(**facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, NOT_CHECKED),
        ({"empty_fields": ["plan_of_care"]}, W),
        ({"plan_of_care": PlanOfCare()}, SILENT),
    ],
)
def test_a_plan_of_care_that_is_empty_is_missing(facts, expected) -> None:
    """220.1.2: therapy is furnished under a plan. A file that has no such field does not lack it."""
    assert outcome(claim(**facts), "plan.missing") == expected


def test_a_payer_may_require_what_a_file_does_not_carry() -> None:
    policy = attrs.evolve(MEDICARE, required_fields=["plan_of_care", "treatment_notes"])
    assert outcome(claim(), "plan.missing", policy=policy) == W
    assert outcome(claim(), "record.minutes-missing", policy=policy) == W


@pytest.mark.parametrize(
    ("plan", "on", "expected"),
    [
        pytest.param({"certified_from": FIRST}, FIRST, SILENT, id="day 1"),
        pytest.param({"certified_from": FIRST}, after(89), SILENT, id="day 90"),
        pytest.param({"certified_from": FIRST}, after(90), E, id="day 91"),
        pytest.param(
            {"certified_from": FIRST, "certified_to": after(59)}, after(59), SILENT, id="last day of 60"
        ),
        pytest.param(
            {"certified_from": FIRST, "certified_to": after(59)}, after(60), E, id="the day after it"
        ),
        pytest.param(
            {"certified_from": FIRST, "certified_to": after(200)}, after(90), E, id="90 days whatever it says"
        ),
        pytest.param({"certified_to": after(59)}, after(60), E, id="after its end, its start not known"),
        pytest.param({"certified_to": after(59)}, after(59), NOT_CHECKED, id="before its end, so"),
        pytest.param({"certified_from": FIRST}, after(-1), NOT_CHECKED, id="before it: by another one"),
        pytest.param({"certified_from": dt.date.max}, dt.date.max, SILENT, id="at the end of time"),
        pytest.param({"certified_from": FIRST}, dt.date(2027, 1, 4), W, id="by a rule carried forward"),
        pytest.param({}, FIRST, NOT_CHECKED, id="nothing known"),
    ],
)
def test_a_certification_lasts_ninety_days_at_most(plan, on, expected) -> None:
    """Section 220, definitions: an interval consists of 90 calendar days or less; the first is day 1."""
    assert outcome(planned(on, **plan), EXPIRED) == expected


ORDERED = {"evaluated_on": FIRST, "order_on": dt.date(2026, 1, 2)}
EARLIER = dt.date(2024, 11, 4)


@pytest.mark.parametrize(
    ("plan", "on", "expected"),
    [
        pytest.param({**ORDERED, "sent_on": after(30)}, after(40), SILENT, id="sent 30 days after"),
        pytest.param({**ORDERED, "sent_on": after(31)}, after(40), NOT_CHECKED, id="sent 31 days after"),
        pytest.param({**ORDERED, "sent_on": after(30)}, after(89), SILENT, id="day 90"),
        pytest.param({**ORDERED, "sent_on": after(30)}, after(90), E, id="day 91: no recertification"),
        pytest.param({**ORDERED, "sent_on": dt.date.max}, after(40), NOT_CHECKED, id="sent far too late"),
        pytest.param(
            {**ORDERED, "evaluated_on": dt.date.max, "sent_on": after(9)},
            after(40),
            NOT_CHECKED,
            id="before the evaluation",
        ),
        pytest.param(ORDERED, after(40), NOT_CHECKED, id="not known to be sent"),
        pytest.param(
            {"evaluated_on": FIRST, "sent_on": after(9)}, after(40), NOT_CHECKED, id="no order on file"
        ),
        pytest.param(
            {**ORDERED, "evaluated_on": EARLIER, "sent_on": after(9, EARLIER)},
            dt.date(2024, 12, 31),
            NOT_CHECKED,
            id="before 2025",
        ),
        pytest.param(
            {**ORDERED, "evaluated_on": EARLIER, "sent_on": after(9, EARLIER)},
            dt.date(2025, 1, 2),
            SILENT,
            id="since 2025",
        ),
    ],
)
def test_an_order_on_file_and_a_plan_that_was_sent_stand_for_the_first_certification(
    plan, on, expected
) -> None:
    """89 FR 97912, services since 2025: sent within 30 days of the evaluation; for the initial one only."""
    assert outcome(planned(on, **plan), EXPIRED) == expected


def test_a_day_that_cannot_be_judged_keeps_no_other_from_it() -> None:
    """The order on file is no certification in 2024, and ran out by the last line, in either order."""
    plan = PlanOfCare(**{**ORDERED, "evaluated_on": EARLIER, "sent_on": after(9, EARLIER)})
    lines = (line(on=dt.date(2024, 12, 30), minutes=15), line(on=after(90, EARLIER), minutes=15))
    for order in (lines, lines[::-1]):
        report = otcodes.check(claim(*order, plan_of_care=plan))
        assert [report.claim.lines[f.line].on for f in report if f.rule == EXPIRED] == [after(90, EARLIER)]
        assert EXPIRED in {entry.rule for entry in report.not_checked}


def test_a_plan_is_of_its_own_disciplines_therapy() -> None:
    """Physical therapy on a hospital's claim has a plan of its own; an orthosis is no therapy."""
    plan = PlanOfCare(certified_from=FIRST)
    physical = line("97110", on=after(90), modifiers=("GP",), discipline="physical-therapy", minutes=15)
    orthosis = line("L3908", on=after(90), modifiers=("RT",))
    for other in (physical, orthosis):
        mixed = claim(line(on=after(9), minutes=15), other, plan_of_care=plan)
        assert outcome(mixed, EXPIRED) == SILENT


def treated(days: int, *reports: int, on: int | None = None) -> otcodes.Claim:
    """So many treatment days, the last of them the claim's; reports on some of them, by their number."""
    every = tuple(after(2 * number) for number in range(days))
    plan = PlanOfCare(treatment_days=every, progress_reports=tuple(every[number - 1] for number in reports))
    return planned(every[-1] if on is None else every[on - 1], plan)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(treated(10), SILENT, id="the tenth"),
        pytest.param(treated(11), W, id="the eleventh"),
        pytest.param(treated(11, 10), SILENT, id="the eleventh, a report on the tenth"),
        pytest.param(treated(20, 10), SILENT, id="the twentieth, so"),
        pytest.param(treated(21, 10), W, id="the twenty-first, so"),
        pytest.param(treated(14, 4), SILENT, id="ten since an early report"),
        pytest.param(treated(15, 4), W, id="eleven since an early report"),
        pytest.param(treated(21, 10, 20), SILENT, id="each in time"),
        pytest.param(treated(12, 12), SILENT, id="late, but of the day itself"),
        pytest.param(treated(30, on=9), SILENT, id="a claim of the ninth of thirty"),
    ],
)
def test_a_report_is_due_once_in_ten_treatment_days(of, expected) -> None:
    """220.3.D: treatment days, not visits or weeks; the first day of treatment is the first of the ten."""
    assert outcome(of, DUE) == expected


def test_the_first_treatment_day_is_the_evaluations_and_the_claims_days_count() -> None:
    """Ten days in the record and the claim's own are eleven; two lines of a day are one day."""
    before = tuple(after(number) for number in range(10))
    plan = PlanOfCare(treatment_days=before, progress_reports=())
    assert outcome(planned(after(10), plan), DUE) == W
    assert outcome(claim(line(on=before[-1]), line("97110", on=before[-1]), plan_of_care=plan), DUE) == SILENT
    assert outcome(planned(after(10), treatment_days=before), DUE) == NOT_CHECKED
    assert outcome(planned(after(10), progress_reports=()), DUE) == NOT_CHECKED


# --- evaluation.level-unsupported ---------------------------------------------------------------------------

LEVEL = "evaluation.level-unsupported"


def evaluated(code: str, profile: str, deficits: int, decision: str, **facts) -> otcodes.Claim:
    found = EvaluationComponents(profile=profile, performance_deficits=deficits, decision_making=decision)
    return claim(line(code), treatment_notes=[TreatmentNote(on=DOS, evaluation=found)], **facts)


@pytest.mark.parametrize(
    ("profile", "deficits", "decision", "low", "moderate", "high"),
    [
        pytest.param("brief", 1, "low", SILENT, W, W, id="low in all"),
        pytest.param("expanded", 3, "moderate", SILENT, SILENT, W, id="three are low or moderate"),
        pytest.param("extensive", 5, "high", SILENT, SILENT, SILENT, id="five are moderate or high"),
        pytest.param("expanded", 5, "moderate", SILENT, SILENT, W, id="five, the rest moderate"),
        pytest.param("extensive", 4, "high", SILENT, SILENT, W, id="the deficits are the lowest"),
        pytest.param("extensive", 2, "high", SILENT, W, W, id="two deficits"),
        pytest.param("brief", 9, "high", SILENT, W, W, id="the profile is the lowest"),
        pytest.param("extensive", 9, "low", SILENT, W, W, id="the decision making is the lowest"),
        pytest.param("extensive", 0, "high", W, W, W, id="no deficit, no level"),
    ],
)
def test_the_lowest_of_the_three_decides(*, profile, deficits, decision, low, moderate, high) -> None:
    """AOTA: all three components reach the level. What is billed below it is not unsupported."""
    codes = {"97165": low, "97166": moderate, "97167": high}
    for payer in ("medicare-b", "commercial"):
        found = {
            code: outcome(evaluated(code, profile, deficits, decision, payer=payer), LEVEL) for code in codes
        }
        assert found == codes


def test_the_supported_level_is_offered() -> None:
    """97167 with four deficits is 97166; only the record can say whether they were counted right."""
    report = otcodes.check(evaluated("97167", "extensive", 4, "high"))
    assert report.fixed() == report.claim
    assert report.fixed(unsafe=True) == evaluated("97166", "extensive", 4, "high")
    (none,) = said(evaluated("97165", "brief", 0, "low"), LEVEL)
    assert none.fix is None
    assert outcome(claim(line("97167")), LEVEL) == NOT_CHECKED
    assert outcome(claim(line("97168")), LEVEL) == SILENT  # a re-evaluation has no levels


# --- record.minutes-missing, record.units-disagree ----------------------------------------------------------

RECORDED, DISAGREE = "record.minutes-missing", "record.units-disagree"


def noted(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    return claim(*lines, treatment_notes=[TreatmentNote(on=DOS, **facts)])


@pytest.mark.parametrize(
    ("facts", "expected", "paths"),
    [
        ({"timed_minutes": 15, "total_minutes": 40}, SILENT, []),
        ({"timed_minutes": 15}, NOT_CHECKED, []),
        ({"timed_minutes": 15, "empty_fields": ["total_minutes"]}, W, ["total_minutes"]),
        ({"empty_fields": ["timed_minutes", "total_minutes"]}, W, ["timed_minutes", "total_minutes"]),
        ({"timed_minutes": 0, "total_minutes": 0}, SILENT, []),
    ],
)
def test_a_treatment_note_has_timed_and_total_minutes(facts, expected, paths) -> None:
    """220.3.E: total timed code minutes and total treatment time."""
    assert outcome(noted(**facts), RECORDED) == expected
    assert [f.path for f in said(noted(**facts), RECORDED)] == [f"treatment_notes[0].{at}" for at in paths]


def test_notes_that_an_input_has_and_leaves_empty() -> None:
    assert outcome(claim(empty_fields=["treatment_notes"]), RECORDED) == W
    assert outcome(claim(), RECORDED) == NOT_CHECKED


@pytest.mark.parametrize(
    ("lines", "note", "expected"),
    [
        pytest.param([line(units=2)], {"timed_minutes": 22}, W, id="2 units of 22 minutes"),
        pytest.param([line(units=2)], {"timed_minutes": 23}, SILENT, id="2 units of 23"),
        pytest.param([line(units=2)], {"timed_minutes": 37}, SILENT, id="2 units of 37"),
        pytest.param([line(units=2)], {"timed_minutes": 38}, W, id="2 units of 38"),
        pytest.param([line(), line("97110")], {"timed_minutes": 30}, SILENT, id="two lines of 30 in all"),
        pytest.param([line(minutes=15)], {"timed_minutes": 15, "total_minutes": 40}, SILENT, id="they agree"),
        pytest.param(
            [line(minutes=15)], {"timed_minutes": 16}, W, id="the lines' minutes are not the note's"
        ),
        pytest.param(
            [line(minutes=15), line("97165", minutes=40)],
            {"timed_minutes": 15},
            SILENT,
            id="untimed are none",
        ),
        pytest.param(
            [line(minutes=15)], {"timed_minutes": 15, "total_minutes": 14}, W, id="timed above the total"
        ),
        pytest.param([line(minutes=15)], {"total_minutes": 40}, NOT_CHECKED, id="no timed minutes"),
        pytest.param(
            [line("97165")], {"timed_minutes": 8}, W, id="timed minutes, and nothing timed is billed"
        ),
        pytest.param(
            [line(minutes=15), line("99213", minutes=23)],
            {"timed_minutes": 38},
            NOT_CHECKED,
            id="a code outside coverage may be timed",
        ),
        pytest.param(
            [line(), line("97110", modifiers=("GP",), discipline="physical-therapy")],
            {"timed_minutes": 16},
            NOT_CHECKED,
            id="8 of each of two disciplines are a unit of each",
        ),
    ],
)
def test_billed_units_follow_from_the_note(lines, note, expected) -> None:
    """Claims Processing Manual 5, 20.2: 8 to 22 minutes are one unit, 23 to 37 two, 38 to 52 three."""
    assert outcome(noted(*lines, **note), DISAGREE) == expected


def test_a_note_of_another_day_says_nothing_of_this_one() -> None:
    other = [TreatmentNote(on=dt.date(2026, 3, 3), timed_minutes=90)]
    assert outcome(claim(treatment_notes=other), DISAGREE) == NOT_CHECKED
