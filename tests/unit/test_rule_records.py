"""What the rules of filing, of plans of care and of assistants say at their edges, and what each rests on."""

import datetime as dt

import attrs
import pytest
from builders import DOS, PLAN, claim, line, noted
from builders_reports import told, unjudged
from builders_tables import catalog_with

import otcodes
from otcodes import PlanOfCare, fixes

day = dt.date.fromisoformat
FILED, DUPLICATE, EXPIRED = "claim.filed-late", "claim.duplicate", "plan.certification-expired"


@pytest.mark.parametrize(
    ("code", "what"), [("97530", "97530"), ("975?0", "what was done")], ids=["a code", "no code"]
)
def test_a_service_on_two_claims_is_told_of_the_later_one(code, what) -> None:
    both = [claim(line(code), id="A", patient="1"), claim(line("97535"), line(code), id="B", patient="1")]
    first, second = otcodes.check_many(both)
    assert DUPLICATE not in {each.rule for each in first}
    message = f"{what} on {DOS} stands with the same modifiers on another claim, too"
    said = [(each.path, each.message) for each in second if each.rule == DUPLICATE]
    assert said == [("lines[1].procedure", message)]


@pytest.mark.parametrize(
    ("rule", "given", "path", "message"),
    [
        (
            "line.duplicate", claim(line("975?0"), line("975?0")), "lines[1].procedure",
            f"what was done on {DOS} stands on another line with the same modifiers",
        ),
        ("place.unknown", claim(line(place="at home", on=day("2024-07-01"))), "lines[0].place",
         "what stands there is not a place of service"),
    ],
)  # fmt: skip
def test_a_text_in_the_place_of_a_code_is_not_shown(rule, given, path, message) -> None:
    """It may be a patient's name."""
    assert [(where, said) for _, where, said in told(given, rule)] == [(path, message)]


SIX_MONTHS = catalog_with("filing_limits", without="medicare-b", also=("medicare-b,2010-01-01,,yes,,6",))


@pytest.mark.parametrize(
    ("on", "submitted", "is_late"),
    [
        ("2026-01-30", "2026-07-30", False),
        ("2026-01-30", "2026-07-31", True),
        ("2025-08-29", "2026-03-02", False),  # February 28 is its last day, and a Saturday
        ("2025-08-31", "2026-03-02", False),
        ("2025-08-31", "2026-03-03", True),
        ("2025-12-01", "2026-06-02", True),
    ],
)
def test_a_limit_is_of_calendar_months_and_ends_with_a_shorter_one(on, submitted, is_late) -> None:
    given = claim(line(on=day(on)), submitted_on=day(submitted))
    message = f"submitted on {submitted}, over 6 months after the service of {on}"
    expected = [("error", "lines[0].on", message)] if is_late else []
    assert told(given, FILED, catalog=SIX_MONTHS) == expected


def test_a_payer_whose_limit_nobody_knows_or_a_day_whose_holidays_nobody_knows_is_not_judged() -> None:
    medicare = otcodes.payers.policy("medicare-b")
    acme = attrs.evolve(medicare, name="acme", label="Acme Health", like="acme")
    reason = f"how long after {DOS} Acme Health takes claims is not on board"
    assert unjudged(claim(submitted_on=day("2028-01-01")), FILED, policy=acme) == [("submitted_on", reason)]
    early = claim(line(on=day("2010-03-01")), submitted_on=day("2011-01-03"))
    reason = "the federal holidays of 2010-09-01 are not on board"
    assert unjudged(early, FILED, catalog=SIX_MONTHS) == [("submitted_on", reason)]


@pytest.mark.parametrize(
    ("on", "submitted", "catalog", "severity", "edition"),
    [
        # Its last day is one of the last whose holidays are known; that of the next one is not.
        ("2025-11-25", "2026-11-26", None, "error", None),
        ("2025-11-27", "2026-11-30", None, "warning", "eo-14371"),
        ("2026-01-05", "2027-01-06", None, "warning", "eo-14371"),
        ("2025-03-03", "2026-03-04", catalog_with("filing_limits", last="2024-12-31"), "warning", "aca-6404"),
    ],
)
def test_late_filing_rests_on_the_limit_and_on_the_holidays(
    on, submitted, catalog, severity, edition
) -> None:
    given = claim(line(on=day(on)), submitted_on=day(submitted))
    message = f"submitted on {submitted}, over 12 months after the service of {on}"
    carried = f" (by {edition}, carried forward)" if edition else ""
    assert told(given, FILED, catalog=catalog) == [(severity, "lines[0].on", message + carried)]


ORDERED = PlanOfCare(
    order_on=day("2026-01-02"), evaluated_on=day("2026-01-03"), sent_on=day("2026-02-02")
)  # 30 days after the evaluation


@pytest.mark.parametrize(
    ("plan", "on", "reason"),
    [
        (
            PlanOfCare(certified_from=day("2026-03-05")), "2026-03-02",
            "how 2026-03-02 was certified, before 2026-03-05, is not given",
        ),
        (
            attrs.evolve(ORDERED, sent_on=day("2026-02-03")), "2026-03-02",
            "the plan was sent over 30 days after the evaluation, and no certification is given",
        ),
        # An order on file counts since 2025.
        (
            PlanOfCare(order_on=day("2024-01-02"), evaluated_on=day("2024-01-03"), sent_on=day("2024-01-05")),
            "2024-02-01", "on 2024-02-01 an order on file was no certification, and no other is given",
        ),
        *(
            (
                attrs.evolve(ORDERED, **{lacking: None}), "2026-03-02",
                "since when the plan of care is certified is not given",
            )
            for lacking in ("order_on", "evaluated_on", "sent_on")
        ),
    ],
)  # fmt: skip
def test_a_plan_whose_certification_is_not_known_is_not_judged(plan, on, reason) -> None:
    given = claim(line(on=day(on)), plan_of_care=plan)
    assert unjudged(given, EXPIRED) == [("plan_of_care", reason)]


@pytest.mark.parametrize(
    ("plan", "last", "period"),
    [
        (PlanOfCare(certified_from=day("2026-01-05")), "2026-04-04", "from 2026-01-05 to 2026-04-04"),
        (ORDERED, "2026-04-02", "from 2026-01-03 to 2026-04-02"),
        (
            PlanOfCare(certified_from=day("2026-01-05"), certified_to=day("2026-02-01")), "2026-02-01",
            "from 2026-01-05 to 2026-02-01",
        ),
        # No plan is certified for longer, whatever it says.
        (
            PlanOfCare(certified_from=day("2026-01-05"), certified_to=day("2026-12-31")), "2026-04-04",
            "from 2026-01-05 to 2026-04-04",
        ),
    ],
)  # fmt: skip
def test_a_plan_is_certified_to_its_last_day_or_for_90_days(plan, last, period) -> None:
    after = day(last) + dt.timedelta(1)
    assert not told(claim(line(on=day(last)), plan_of_care=plan), EXPIRED)
    message = f"the plan of care was certified {period}, not on {after}"
    assert told(claim(line(on=after), plan_of_care=plan), EXPIRED) == [("error", "lines[0].on", message)]


def test_a_plan_of_which_only_the_last_day_is_known_is_over_after_it() -> None:
    given = claim(plan_of_care=PlanOfCare(certified_to=day("2026-02-01")))
    message = f"the plan of care was certified to 2026-02-01, not on {DOS}"
    assert told(given, EXPIRED) == [("error", "lines[0].on", message)]


MISSING = "modifier.assistant-missing"


@pytest.mark.parametrize(
    ("before", "number"),
    [
        # A service that is all the therapist's, one that is billed as it should be, and one of a discipline
        # that has no assistants.
        ([line(assistant_minutes=0)], 1),
        ([line(assistant_minutes=15, modifiers=("GO", "CO"))], 1),
        ([line("92507", minutes=None, discipline="speech-language-pathology", modifiers=("GN",))], 1),
        ([line("97129", assistant_minutes=1), line("97110", assistant_minutes=1)], 2),
    ],
)
def test_what_stands_before_an_assistants_service_keeps_it_from_nothing(before, number) -> None:
    report = otcodes.check(claim(*before, line("97535", assistant_minutes=15)))
    (finding,) = [each for each in report if each.rule == MISSING]
    assert (finding.line, finding.message) == (number, "1 unit of 97535 without CO is an assistant's")


def test_units_billed_beyond_the_minutes_are_whose_the_minutes_are() -> None:
    report = otcodes.check(claim(line(units=2, assistant_minutes=15)))
    (finding,) = [each for each in report if each.rule == MISSING]
    assert (finding.message, finding.fix) == (
        "2 units of 97530 without CO are an assistant's", fixes.AddModifier("CO"),
    )  # fmt: skip


def test_what_is_an_assistants_by_one_method_alone_is_not_mended_by_itself() -> None:
    """One of the 8 minutes behind the first quarter hour: 13 percent, and less than a tenth and one."""
    report = otcodes.check(claim(line(units=2, minutes=23, assistant_minutes=1)))
    (finding,) = [each for each in report if each.rule == MISSING]
    assert finding.message == "1 unit of 97530 without CO is an assistant's by one of CMS's two methods"
    assert (finding.severity, finding.fix) == ("warning", fixes.SplitLine(1, "CO", is_safe=False))


AGREE = "record.units-disagree"
BARE = line(minutes=None)


@pytest.mark.parametrize(
    ("given", "path", "reason"),
    [
        (
            claim(line(), line("97110", discipline="physical-therapy", modifiers=("GP",)), **noted(30, 30)),
            "lines", "the lines are of several disciplines, and the note does not say whose",
        ),
        (
            claim(BARE, payer="va", **noted(30, 30)), "lines",
            "the minutes of each line are not given, and the payer counts by them",
        ),
        *(
            (
                claim(each, **noted(30, 60)), "lines",
                "the timed lines of the day are not all whole quarter hours",
            )
            for each in (attrs.evolve(BARE, units=0), line("96125", minutes=None))
        ),
    ],
)  # fmt: skip
def test_a_treatment_note_that_its_lines_cannot_be_held_against_is_not_judged(given, path, reason) -> None:
    midpoint = attrs.evolve(otcodes.payers.policy("medicare-b"), unit_method="midpoint")
    policy = midpoint if given.payer == "va" else None
    assert unjudged(given, AGREE, policy=policy) == [(path, reason)]


@pytest.mark.parametrize(
    ("lines", "minutes", "path", "message"),
    [
        (
            [line("97150"), attrs.evolve(BARE, units=2)], 15, "lines[1].units",
            "2 units are billed; the 15 timed minutes of the treatment note are 1 unit",
        ),
        (
            [BARE], 30, "lines[0].units",
            "1 unit is billed; the 30 timed minutes of the treatment note are 2 units",
        ),
        (
            [line("97150")], 15, "lines[0].minutes",
            f"the lines of {DOS} have 0 timed minutes, the treatment note has 15",
        ),
        (
            [line("97150"), line(minutes=0)], 15, "lines[1].minutes",
            f"the lines of {DOS} have 0 timed minutes, the treatment note has 15",
        ),
    ],
)  # fmt: skip
def test_a_treatment_note_and_the_lines_of_its_day_say_the_same(lines, minutes, path, message) -> None:
    assert told(claim(*lines, **noted(minutes, 60)), AGREE) == [("warning", path, message)]


def test_a_claim_whose_notes_are_empty_has_none() -> None:
    given = claim(empty_fields=["treatment_notes"])
    assert told(given, "record.minutes-missing") == [
        ("warning", "treatment_notes", "no treatment note is given")
    ]


def test_a_report_that_is_due_is_counted_from_the_last_one() -> None:
    days = tuple(DOS - dt.timedelta(number) for number in range(1, 13))
    plan = attrs.evolve(PLAN, treatment_days=days, progress_reports=(days[10],))
    message = f"{DOS} is treatment day 11 since the report of {days[10]}; a report is due after 10"
    assert told(claim(plan_of_care=plan), "plan.progress-report-due") == [("warning", "lines[0].on", message)]
    on_time = attrs.evolve(plan, progress_reports=(days[9],))
    assert not told(claim(plan_of_care=on_time), "plan.progress-report-due")


def test_an_evaluation_above_its_level_is_told_with_the_one_that_it_reached() -> None:
    parts = otcodes.EvaluationComponents(profile="brief", performance_deficits=3, decision_making="low")
    note = otcodes.TreatmentNote(on=DOS, evaluation=parts)
    report = otcodes.check(claim(line("97166"), treatment_notes=[note]))
    (finding,) = [each for each in report if each.rule == "evaluation.level-unsupported"]
    assert finding.suggestions == ("97165",)
    none = attrs.evolve(parts, performance_deficits=0)
    report = otcodes.check(claim(line("97166"), treatment_notes=[attrs.evolve(note, evaluation=none)]))
    (finding,) = [each for each in report if each.rule == "evaluation.level-unsupported"]
    assert (finding.suggestions, finding.fix) == ((), None)
