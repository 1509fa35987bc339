"""The rules about assistants, thresholds, the record, units and diagnoses: wrong, mended, and almost wrong.

Written from the rules' own words and their sources before a line of them was run. Each case says what is made
of a claim: a severity, nothing at all although it was judged, or that it could not be judged.

Sources: CMS, "Billing examples using CQ/CO modifiers" with 42 CFR 410.59(a)(4), 84 FR 62702 and 86 FR 64996;
Medicare Benefit Policy Manual, chapter 15, section 220 (definitions, 220.1.3 certification, 220.3 progress
reports and treatment notes); 89 FR 97912 (an order on file, from 2025); Medicare Claims Processing Manual,
chapter 5, sections 10.3 (threshold) and 20.2 (minutes), and chapter 26, section 10.4 (the form); 42 USC
1395l(g); AOTA on the levels of evaluations; ICD-10-CM, its tabular list and its guidelines.
"""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

import otcodes
from otcodes import EvaluationComponents, PlanOfCare, TreatmentNote

DOS = dt.date(2026, 3, 2)
E, W, I = "error", "warning", "information"  # noqa: E741
SILENT, NOT_CHECKED = "silent", "not checked"
MEDICARE = otcodes.payers.policy("medicare-b")


def line(procedure: str = "97530", **facts) -> otcodes.ServiceLine:
    given = {"on": DOS, "units": 1, "modifiers": ("GO",), "place": "11", "charge_usd": Decimal("48.00")}
    return otcodes.ServiceLine(procedure, **{**given, **facts})


def claim(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    given = {"payer": "medicare-b", "diagnoses": ("M62.81",), "lines": lines or (line(minutes=15),)}
    return otcodes.Claim(**{**given, **facts})


def said(of: otcodes.Claim, rule: str, **options) -> list[otcodes.Finding]:
    return [finding for finding in otcodes.check(of, **options) if finding.rule == rule]


def outcome(of: otcodes.Claim, rule: str, **options) -> str:
    """What a rule makes of a claim; nothing said is no pass where it was not judged."""
    report = otcodes.check(of, **options)
    found = {finding.severity.value for finding in report if finding.rule == rule}
    if found:
        return " and ".join(sorted(found))
    return NOT_CHECKED if rule in {entry.rule for entry in report.not_checked} else SILENT


def shared(code: str, therapist: int, assistant: int, *modifiers: str, **facts) -> otcodes.ServiceLine:
    """A line of which an assistant furnished some minutes."""
    minutes = {"minutes": therapist + assistant, "assistant_minutes": assistant}
    return line(code, modifiers=("GO", *modifiers), **{**minutes, **facts})


# --- modifier.assistant-missing and -unsupported ------------------------------------------------------------

MISSING, UNSUPPORTED = "modifier.assistant-missing", "modifier.assistant-unsupported"


@pytest.mark.parametrize(
    ("code", "therapist", "assistant", "units", "without", "with_co"),
    [
        pytest.param("97110", 5, 10, 1, E, SILENT, id="CMS's example: 5 and 10"),
        pytest.param("97535", 0, 15, 1, E, SILENT, id="in whole"),
        pytest.param("97535", 15, 0, 1, SILENT, W, id="not at all"),
        pytest.param("97535", 8, 8, 1, SILENT, W, id="the therapist's eight minutes settle the last unit"),
        pytest.param("97535", 7, 8, 1, E, SILENT, id="seven do not"),
        pytest.param("97535", 23, 7, 2, SILENT, W, id="nor more than eight, behind a full unit"),
        pytest.param("97150", 27, 3, 1, SILENT, W, id="3 of 30 minutes: a tenth exactly"),
        pytest.param("97150", 26, 4, 1, E, SILENT, id="4 of 30: 13 percent"),
        pytest.param("G0283", 18, 2, 1, SILENT, W, id="2 of 20: a tenth exactly"),
        pytest.param("97166", 35, 10, 1, E, SILENT, id="an evaluation, 10 of 45"),
        pytest.param("97150", 13, 2, 1, W, SILENT, id="2 of 15: 13 percent, and not three minutes"),
        pytest.param("97150", 40, 5, 1, W, SILENT, id="5 of 45: 11 percent, and not six minutes"),
        pytest.param("98977", 0, 20, 1, SILENT, W, id="a device is supplied, not furnished"),
        pytest.param("98985", 0, 20, 1, SILENT, W, id="so is that of fewer days"),
        pytest.param("98975", 0, 20, 1, E, SILENT, id="its setting up is furnished"),
        pytest.param("98980", 0, 20, 1, E, SILENT, id="so is the monitoring"),
    ],
)
def test_whose_a_unit_is(*, code, therapist, assistant, units, without, with_co) -> None:
    """42 CFR 410.59(a)(4): more than a tenth; 86 FR 64996: the midpoint; CMS on remote monitoring."""
    bare, marked = (
        claim(shared(code, therapist, assistant, *modifiers, units=units)) for modifiers in ((), ("CO",))
    )
    if units == 1:
        assert outcome(marked, UNSUPPORTED) == with_co
        assert outcome(marked, MISSING) == SILENT
    assert outcome(bare, MISSING) == without
    assert outcome(bare, UNSUPPORTED) == SILENT


@pytest.mark.parametrize(
    ("therapist", "assistant", "method", "without", "with_co"),
    [
        pytest.param(13, 2, "percent", E, SILENT, id="2 of 15 by the percent"),
        pytest.param(13, 2, "tenth-plus-one", SILENT, W, id="2 of 15 by the tenth"),
        pytest.param(40, 5, "percent", E, SILENT, id="5 of 45 by the percent"),
        pytest.param(40, 5, "tenth-plus-one", SILENT, W, id="5 of 45 by the tenth"),
        pytest.param(26, 4, "percent", E, SILENT, id="4 of 30 by the percent"),
        pytest.param(26, 4, "tenth-plus-one", E, SILENT, id="4 of 30 by the tenth"),
        pytest.param(27, 3, "percent", SILENT, W, id="3 of 30 by the percent"),
        pytest.param(27, 3, "tenth-plus-one", SILENT, W, id="3 of 30 by the tenth"),
    ],
)
def test_a_payer_whose_method_is_known(therapist, assistant, method, without, with_co) -> None:
    """84 FR 62702: two methods. What is between them is a warning while the payer's is not known."""
    policy = attrs.evolve(MEDICARE, assistant_method=method)
    bare, marked = (claim(shared("97150", therapist, assistant, *co)) for co in ((), ("CO",)))
    assert outcome(bare, MISSING, policy=policy) == without
    assert outcome(marked, UNSUPPORTED, policy=policy) == with_co


@pytest.mark.parametrize(
    ("therapist", "assistant", "units", "on", "expected"),
    [
        (8, 8, 1, dt.date(2022, 1, 1), SILENT),
        (8, 8, 1, dt.date(2021, 12, 31), E),
        (14, 1, 1, dt.date(2021, 12, 31), SILENT),
        (0, 15, 1, dt.date(2020, 1, 1), E),
        (0, 15, 1, dt.date(2019, 12, 31), SILENT),
        (9, 14, 2, dt.date(2022, 1, 1), E),
        (9, 14, 2, dt.date(2021, 12, 31), E),
        (9, 14, 2, dt.date(2019, 12, 31), SILENT),
    ],
)
def test_before_2022_the_tenth_alone_and_before_2020_nothing(
    therapist, assistant, units, on, expected
) -> None:
    """42 USC 1395m(v): required from 2020 on; the therapist's eight minutes count from 2022 on."""
    assert outcome(claim(shared("97535", therapist, assistant, units=units, on=on)), MISSING) == expected


@pytest.mark.parametrize(
    ("therapist", "assistant"), [(9, 14), (14, 9), (10, 13), (13, 10), (12, 12), (14, 14)]
)
def test_two_units_left_are_one_of_each(therapist, assistant) -> None:
    """86 FR 64996: 9 to 14 minutes each, 23 to 28 together: one unit with the modifier, one without."""
    both, marked = (shared("97535", therapist, assistant, *co, units=2) for co in ((), ("CO",)))
    apart = (
        line("97535", minutes=therapist, assistant_minutes=0),
        shared("97535", 0, assistant, "CO"),
    )
    assert outcome(claim(both), MISSING) == E
    assert outcome(claim(marked), UNSUPPORTED) == W
    for lines in (apart, apart[::-1]):
        assert outcome(claim(*lines), MISSING) == outcome(claim(*lines), UNSUPPORTED) == SILENT


def test_of_two_lines_the_assistants_own_has_the_modifier() -> None:
    """10 minutes of the therapist's on one line, 13 of the assistant's on another, whichever comes first."""
    apart = (line("97535", minutes=10, assistant_minutes=0), shared("97535", 0, 13, "CO"))
    for lines in (apart, apart[::-1]):
        neither = [attrs.evolve(each, modifiers=("GO",)) for each in lines]
        assert outcome(claim(*neither), MISSING) == E
        assert otcodes.check(claim(*neither)).fixed() == claim(*lines)
        both = [attrs.evolve(each, modifiers=("GO", "CO")) for each in lines]
        (finding,) = said(claim(*both), UNSUPPORTED)
        assert finding.message == "2 units of 97535 with CO; by the minutes 1 unit can be an assistant's"
        assert otcodes.check(claim(*both)).fixed(unsafe=True) == claim(*lines)


def test_a_modifier_on_every_line_is_removed_from_every_line() -> None:
    lines = [
        line(code, modifiers=("GO", "CO"), minutes=15, assistant_minutes=0) for code in ("97530", "97110")
    ]
    twice = claim(*lines, attrs.evolve(lines[0], modifiers=("GO", "CO", "76")))
    assert [each.modifiers for each in otcodes.check(twice).fixed(unsafe=True).lines] == [
        ("GO",), ("GO",), ("GO", "76"),
    ]  # fmt: skip


def test_in_2021_both_of_two_units_left_are_the_assistants() -> None:
    """Before 86 FR 64996 the tenth alone judges: 14 of 23 minutes are more."""
    lines = (line("97535", minutes=9, assistant_minutes=0), shared("97535", 0, 14, "CO"))
    old = [attrs.evolve(each, on=dt.date(2021, 6, 1)) for each in lines]
    assert outcome(claim(*old), MISSING) == E


def test_a_missing_modifier_is_added_behind_the_disciplines() -> None:
    """The claim's own minutes prove it, so the fix is safe; `GO CO` is the usual order."""
    report = otcodes.check(claim(shared("97530", 0, 15)))
    assert report.fixed().lines == (shared("97530", 0, 15, "CO"),)
    assert otcodes.check(report.fixed()).findings == ()
    unsure = otcodes.check(claim(shared("97150", 13, 2)))
    assert unsure.fixed() == unsure.claim  # the methods differ: not proved
    assert unsure.fixed(unsafe=True).lines[0].modifiers == ("GO", "CO")


@pytest.mark.parametrize("modifiers", [(), ("CO",)], ids=["CO missing", "CO on both units"])
def test_a_line_of_two_units_is_split(modifiers) -> None:
    """10 and 13 minutes: a line of each clinician's own minutes; nothing is lost of what is charged."""
    whole = shared(
        "97535", 10, 13, *modifiers, units=2, id="7",
        charge_usd=Decimal("95.01"), allowed_usd=Decimal("63.13"),
    )  # fmt: skip
    report = otcodes.check(claim(whole, line("97110", minutes=15, assistant_minutes=0)))
    mended = report.fixed(unsafe=bool(modifiers))
    kept, other, split = mended.lines
    assert kept == line(
        "97535", minutes=10, assistant_minutes=0, id="7",
        charge_usd=Decimal("47.51"), allowed_usd=Decimal("31.57"),
    )  # fmt: skip
    assert other == report.claim.lines[1]
    assert split == shared("97535", 0, 13, "CO", charge_usd=Decimal("47.50"), allowed_usd=Decimal("31.56"))
    assert otcodes.check(mended).findings == ()


def test_a_modifier_that_the_minutes_do_not_support_is_removed() -> None:
    """Only the record can tell whether the minutes or the modifier are wrong, so the fix waits for it."""
    report = otcodes.check(claim(shared("97150", 27, 3, "CO")))
    assert report.fixed() == report.claim
    assert report.fixed(unsafe=True).lines == (shared("97150", 27, 3),)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"minutes": 15}, NOT_CHECKED),
        ({"minutes": None, "assistant_minutes": 15}, NOT_CHECKED),
        ({"minutes": 15, "assistant_minutes": 16}, NOT_CHECKED),
        ({"minutes": 15, "assistant_minutes": 0}, SILENT),
    ],
)
def test_minutes_that_are_not_given_are_not_judged(facts, expected) -> None:
    """Absent is not known, never 0."""
    assert outcome(claim(line(**facts)), MISSING) == expected


def test_whose_rule_it_is() -> None:
    """Medicare's; a commercial plan's preset has no such rule, and of Medicare Advantage it is not known."""
    bare = claim(shared("97530", 0, 15))
    payers = {"medicare-b": E, "commercial": SILENT, "medicare-advantage": NOT_CHECKED}
    assert {payer: outcome(attrs.evolve(bare, payer=payer), MISSING) for payer in payers} == payers
    assert outcome(attrs.evolve(bare, setting="outpatient-hospital"), MISSING) == E


def test_physical_therapys_assistants_have_their_own_modifier() -> None:
    """CQ with GP, as CO with GO."""
    therapy = {"discipline": "physical-therapy"}
    lines = [attrs.evolve(shared("97530", 0, 15), modifiers=("GP", *own)) for own in ((), ("CQ",))]
    report = otcodes.check(claim(lines[0], **therapy))
    assert report.fixed() == claim(lines[1], **therapy)


# --- modifier.threshold-missing and -early ------------------------------------------------------------------

ABOVE, EARLY = "modifier.threshold-missing", "modifier.threshold-early"


def year(to_date: str | None, *lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    return claim(*lines, therapy_year_to_date_usd=to_date and Decimal(to_date), **facts)


def allowed(amount: str, *modifiers: str, **facts) -> otcodes.ServiceLine:
    return line(modifiers=("GO", *modifiers), minutes=15, allowed_usd=Decimal(amount), **facts)


@pytest.mark.parametrize(
    ("to_date", "amount", "without", "with_kx"),
    [
        pytest.param("2470.00", "10.00", SILENT, W, id="2480.00 exactly"),
        pytest.param("2470.00", "10.01", E, SILENT, id="2480.01"),
        pytest.param("2480.00", "0.00", SILENT, W, id="2480.00 and nothing more"),
        pytest.param("2480.00", "0.01", E, SILENT, id="a cent more"),
        pytest.param("0.00", "35.07", SILENT, W, id="the year's first"),
        pytest.param("3100.00", "35.07", E, SILENT, id="above the amount of medical review"),
    ],
)
def test_the_threshold_is_passed_by_the_cent(to_date, amount, without, with_kx) -> None:
    """42 USC 1395l(g), 2480 USD for 2026: KX is for amounts above; review at 3000 changes no modifier."""
    assert outcome(year(to_date, allowed(amount)), ABOVE) == without
    assert outcome(year(to_date, allowed(amount, "KX")), EARLY) == with_kx
    assert outcome(year(to_date, allowed(amount)), EARLY) == SILENT
    assert outcome(year(to_date, allowed(amount, "KX")), ABOVE) == SILENT


@pytest.mark.parametrize(
    ("on", "to_date", "expected"),
    [
        pytest.param(DOS, "2470.00", E, id="2026: 2470 and 1.05 x 33.4009 = 35.07"),
        pytest.param(DOS, "2444.93", SILENT, id="2026: 2480.00 in full"),
        pytest.param(DOS, "2444.94", W, id="2026: above in full, not with the practice expense halved"),
        pytest.param(DOS, "2454.95", W, id="2026: 2480.00 with it halved"),
        pytest.param(DOS, "2454.96", E, id="2026: a cent more"),
        pytest.param(dt.date(2025, 3, 3), "2385.43", E, id="2025: 2410 USD, and 34.61 or 24.58 for it"),
        pytest.param(dt.date(2025, 3, 3), "2375.39", SILENT, id="2025: to the cent"),
        pytest.param(dt.date(2024, 6, 3), "2330.00", E, id="2024"),
        pytest.param(
            dt.date(2018, 6, 4), "2010.01", E, id="2018: above before the line, whatever its amount"
        ),
        pytest.param(dt.date(2027, 3, 1), "9000.00", NOT_CHECKED, id="2027: no threshold yet"),
        pytest.param(dt.date(2017, 3, 1), "9000.00", NOT_CHECKED, id="2017: a cap, no such threshold"),
    ],
)
def test_an_amount_that_is_not_given_is_the_fee_schedules(on, to_date, expected) -> None:
    """Relative values and conversion factor of the year; halved, as of several procedures of a day."""
    assert outcome(year(to_date, line(minutes=15, on=on)), ABOVE) == expected


def test_what_is_allowed_goes_before_the_fee_schedule() -> None:
    """The payer's own figure is the truth: 5 USD do not pass it, 35.07 would."""
    assert outcome(year("2470.00", allowed("5.00")), ABOVE) == SILENT
    assert outcome(year("2475.00", allowed("5.01")), ABOVE) == E


@pytest.mark.parametrize(
    ("code", "first", "expected"),
    [
        pytest.param("97010", "2479.99", SILENT, id="bundled: nothing is allowed for it"),
        pytest.param("97014", "2479.99", SILENT, id="not valid for Medicare"),
        pytest.param("97545", "2479.99", NOT_CHECKED, id="the contractor sets its price"),
        pytest.param("97799", "2479.99", NOT_CHECKED, id="so, too"),
        pytest.param("97799", "2480.01", E, id="above already, whatever it is"),
    ],
)
def test_a_code_without_an_amount_adds_nothing_or_is_not_known(code, first, expected) -> None:
    """Status B and I, and status R and C without relative values (RVU26C)."""
    lines = (line(code, minutes=None), allowed("0.01"))
    assert outcome(year(first, *lines), ABOVE) == expected


def test_only_the_record_can_support_kx() -> None:
    """KX attests medical necessity, which no amount of money proves: the fix is offered, unsafe."""
    report = otcodes.check(year("2470.00", line(minutes=15)))
    assert report.fixed() == report.claim
    mended = report.fixed(unsafe=True)
    assert mended.lines == (line(minutes=15, modifiers=("GO", "KX")),)
    assert otcodes.check(mended).findings == ()


def test_charges_add_up_in_the_order_of_the_days() -> None:
    """2400 and 50 on the 2nd, 50 on the 3rd: the second day passes 2480, wherever its line stands."""
    first, second = allowed("50.00"), allowed("50.00", on=dt.date(2026, 3, 3))
    assert [f.path for f in said(year("2400.00", first, second), ABOVE)] == ["lines[1].modifiers"]
    assert [f.path for f in said(year("2400.00", second, first), ABOVE)] == ["lines[0].modifiers"]
    marked = attrs.evolve(second, modifiers=("GO", "KX"))
    for lines in ((first, marked), (marked, first)):
        assert outcome(year("2400.00", *lines), ABOVE) == SILENT
        assert outcome(year("2400.00", *lines), EARLY) == SILENT


def test_each_line_above_needs_it() -> None:
    """Not only the one that passes the threshold."""
    lines = [allowed("50.00", on=dt.date(2026, 3, day)) for day in (2, 3, 4)]
    assert [f.path for f in said(year("2400.00", *lines), ABOVE)] == [
        "lines[1].modifiers", "lines[2].modifiers",
    ]  # fmt: skip


def test_without_the_year_to_date_nothing_is_judged() -> None:
    """Absent is not known, never 0."""
    assert outcome(year(None, line(minutes=15)), ABOVE) == NOT_CHECKED
    assert outcome(year(None, allowed("10.00", "KX")), EARLY) == NOT_CHECKED
    assert outcome(year(None, line(minutes=15), empty_fields=["therapy_year_to_date_usd"]), ABOVE) == (
        NOT_CHECKED
    )


def test_of_a_claim_over_the_turn_of_the_year_the_first_is_judged() -> None:
    """The charges before the claim are those of one calendar year, the first line's."""
    lines = (allowed("50.00", on=dt.date(2025, 12, 30)), allowed("50.00", on=dt.date(2026, 1, 2)))
    for order in (lines, lines[::-1]):
        report = otcodes.check(year("2400.00", *order))
        assert [report.claim.lines[f.line].on.year for f in report if f.rule == ABOVE] == [2025]
        assert ABOVE in {entry.rule for entry in report.not_checked}


def test_a_hospitals_charges_count_alike_and_another_disciplines_do_not() -> None:
    """All outpatient settings count; occupational therapy has a threshold of its own."""
    over = year("2470.00", line(minutes=15))
    assert outcome(attrs.evolve(over, setting="outpatient-hospital"), ABOVE) == E
    physical = allowed("500.00", discipline="physical-therapy")
    physical = attrs.evolve(physical, modifiers=("GP",))
    assert outcome(year("2400.00", physical, allowed("20.00")), ABOVE) == SILENT
    own = year("2470.00", attrs.evolve(physical, discipline=None), discipline="physical-therapy")
    assert outcome(own, ABOVE) == E
    assert outcome(attrs.evolve(over, payer="commercial"), ABOVE) == SILENT


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
    ],
)
def test_billed_units_follow_from_the_note(lines, note, expected) -> None:
    """Claims Processing Manual 5, 20.2: 8 to 22 minutes are one unit, 23 to 37 two, 38 to 52 three."""
    assert outcome(noted(*lines, **note), DISAGREE) == expected


def test_a_note_of_another_day_says_nothing_of_this_one() -> None:
    other = [TreatmentNote(on=dt.date(2026, 3, 3), timed_minutes=90)]
    assert outcome(claim(treatment_notes=other), DISAGREE) == NOT_CHECKED


# --- units -------------------------------------------------------------------------------------------------


def timed(**units_and_minutes: tuple[int, int]) -> list[otcodes.ServiceLine]:
    return [
        line(code[1:], units=units, minutes=minutes) for code, (units, minutes) in units_and_minutes.items()
    ]


@pytest.mark.parametrize(
    ("lines", "above", "below"),
    [
        pytest.param(timed(_97530=(1, 7)), E, SILENT, id="7 minutes are none"),
        pytest.param(timed(_97530=(1, 8)), SILENT, SILENT, id="8 are one"),
        pytest.param(timed(_97530=(1, 22)), SILENT, SILENT, id="22 are one"),
        pytest.param(timed(_97530=(2, 22)), E, SILENT, id="and not two"),
        pytest.param(timed(_97530=(2, 23)), SILENT, SILENT, id="23 are two"),
        pytest.param(timed(_97530=(1, 23)), SILENT, W, id="and not one"),
        pytest.param(timed(_97530=(3, 38)), SILENT, SILENT, id="38 are three"),
        pytest.param(timed(_97112=(2, 24), _97110=(1, 23)), SILENT, SILENT, id="the manual's first example"),
        pytest.param(timed(_97112=(2, 24), _97110=(2, 23)), E, SILENT, id="one more than it"),
        pytest.param(timed(_97112=(1, 24), _97110=(2, 23)), E, SILENT, id="the wrong one of them"),
        pytest.param(timed(_97112=(1, 20), _97110=(2, 20)), SILENT, SILENT, id="its second, either way"),
        pytest.param(timed(_97110=(2, 33), _97140=(1, 7)), SILENT, SILENT, id="its third"),
        pytest.param(timed(_97110=(2, 33), _97140=(0, 7)), NOT_CHECKED, NOT_CHECKED, id="zero units"),
        pytest.param(timed(_97112=(1, 7), _97110=(0, 7))[:1], E, SILENT, id="seven alone"),
        pytest.param(
            timed(_97530=(1, 8), _97535=(1, 8), _97110=(1, 8)), E, SILENT, id="three eights are two"
        ),
        pytest.param(
            [line("97165", minutes=45), line("97535", minutes=16)], SILENT, SILENT, id="an evaluation is none"
        ),
        pytest.param(
            [line("97165", minutes=45), line("97535", minutes=16, units=2)],
            E,
            SILENT,
            id="its minutes neither",
        ),
        pytest.param([line("G0283", minutes=20), line("97110", minutes=7)], E, SILENT, id="nor a modality's"),
        pytest.param(timed(_97129=(1, 15), _97130=(1, 8)), SILENT, SILENT, id="a first and a further: 23"),
        pytest.param(timed(_97129=(1, 15), _97130=(1, 7)), E, SILENT, id="and 22"),
        pytest.param([line()], NOT_CHECKED, NOT_CHECKED, id="minutes not given"),
    ],
)
def test_units_by_the_eight_minute_rule(lines, above, below) -> None:
    """Claims Processing Manual 5, 20.2.C with its examples."""
    assert outcome(claim(*lines), "units.above-minutes") == above
    assert outcome(claim(*lines), "units.below-minutes") == below


@pytest.mark.parametrize(
    ("lines", "medicare", "commercial"),
    [
        pytest.param(timed(_97530=(1, 8), _97535=(1, 8), _97110=(1, 8)), E, SILENT, id="eights"),
        pytest.param(timed(_97112=(2, 24), _97110=(2, 23)), E, SILENT, id="24 and 23"),
        pytest.param(timed(_97110=(2, 33), _97140=(1, 7)), SILENT, E, id="7 beside 33"),
        pytest.param(timed(_97530=(1, 15)), SILENT, SILENT, id="15"),
    ],
)
def test_the_midpoint_counts_each_code_alone(lines, medicare, commercial) -> None:
    """CPT: a unit past its midpoint, code by code."""
    found = [
        outcome(claim(*lines, payer=payer), "units.above-minutes") for payer in ("medicare-b", "commercial")
    ]
    assert found == [medicare, commercial]


def test_units_are_set_to_what_the_minutes_support() -> None:
    """One unit of 22 minutes; of 24 and 23 three units in all; none of 7, which no fix can bill."""
    report = otcodes.check(claim(line(units=2, minutes=22)))
    assert report.fixed() == claim(line(units=1, minutes=22))
    report = otcodes.check(claim(*timed(_97112=(2, 24), _97110=(2, 23))))
    assert report.fixed() == claim(*timed(_97112=(2, 24), _97110=(1, 23)))
    assert [f.fix for f in said(claim(line(minutes=7)), "units.above-minutes")] == [None]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"minutes": None, "empty_fields": ["minutes"]}, I),
        ({"minutes": None}, NOT_CHECKED),
        ({"minutes": 0}, SILENT),
        ({"procedure": "G0283", "minutes": None, "empty_fields": ["minutes"]}, SILENT),
    ],
)
def test_a_timed_line_says_its_minutes(facts, expected) -> None:
    """Only where the input has the field and leaves it empty; a code that is not timed needs none."""
    for payer in ("medicare-b", "commercial", "workers-comp"):
        assert outcome(claim(line(**facts), payer=payer), "units.minutes-missing") == expected


@pytest.mark.parametrize(
    ("units", "expected"),
    [(0, E), (-1, E), (Decimal("1.5"), E), (Decimal("0.5"), E), (1, SILENT), (Decimal("2.0"), SILENT)],
)
def test_units_are_whole_and_positive(units, expected) -> None:
    """Chapter 26, item 24G: whole units for therapy."""
    assert outcome(claim(line(units=units)), "units.not-positive") == expected


# --- diagnosis ---------------------------------------------------------------------------------------------

MANY = (
    *("M62.81", "R27.8", "R29.3", "R29.6", "R53.81", "R62.50", "R20.8", "M25.511", "M25.531", "M25.541"),
    *("M79.641", "M18.11", "M65.4", "M77.11", "G56.01", "G80.9", "G20.A1", "G35.D", "F82", "F84.0"),
    *("F90.0", "Q90.9", "I89.0", "Z73.6", "Z74.1", "Z91.81"),
)


def diagnosed(*diagnoses: str, on: dt.date = DOS, **facts) -> otcodes.Claim:
    return claim(line(minutes=15, on=on), diagnoses=diagnoses, **facts)


@pytest.mark.parametrize(
    ("rule", "of", "expected"),
    [
        ("missing", diagnosed(), E),
        ("missing", diagnosed("M62.81"), SILENT),
        ("missing", diagnosed("nonsense"), SILENT),
        ("too-many", diagnosed(*MANY[:12]), SILENT),
        ("too-many", diagnosed(*MANY[:13]), E),
        ("too-many", diagnosed(*MANY[:25], setting="outpatient-hospital"), SILENT),
        ("too-many", diagnosed(*MANY[:26], setting="outpatient-hospital"), E),
        ("duplicate", diagnosed("M62.81", "R27.8"), SILENT),
        ("duplicate", diagnosed("M62.81", "R27.8", "M62.81"), W),
        ("duplicate", diagnosed("M62.81", "m6281"), W),
    ],
)
def test_how_many_diagnoses_a_claim_has(rule, of, expected) -> None:
    """Twelve on a professional claim, a principal and 24 others on an institutional one; each once."""
    assert outcome(of, f"diagnosis.{rule}") == expected


@pytest.mark.parametrize(
    ("pointers", "setting", "expected"),
    [
        ((), "practitioner", SILENT),
        (("M62.81", "R27.8"), "practitioner", SILENT),
        (("m6281",), "practitioner", SILENT),
        (("G56.01",), "practitioner", E),
        (MANY[:4], "practitioner", SILENT),
        (MANY[:5], "practitioner", E),
        (MANY[:5], "outpatient-hospital", SILENT),
        (("G56.01",), "outpatient-hospital", E),
    ],
)
def test_a_line_points_at_four_diagnoses_of_the_claim(pointers, setting, expected) -> None:
    """Item 24E: at least one and at most four; an institutional line has no pointers to count."""
    of = claim(line(diagnoses=pointers), diagnoses=MANY[:5], setting=setting)
    assert outcome(of, "diagnosis.pointer-invalid") == expected


def test_a_repeated_diagnosis_is_dropped() -> None:
    report = otcodes.check(
        claim(line(minutes=15, diagnoses=("M62.81",)), diagnoses=("M62.81", "R27.8", "m6281"))
    )
    mended = report.fixed()
    assert mended == claim(line(minutes=15, diagnoses=("M62.81",)), diagnoses=("M62.81", "R27.8"))
    assert outcome(mended, "diagnosis.pointer-invalid") == outcome(mended, "diagnosis.duplicate") == SILENT


FORM = ("malformed", "unknown", "not-effective", "not-billable", "seventh-character")
OLD, NEW = dt.date(2021, 9, 30), dt.date(2021, 10, 1)
LAST, NEXT = dt.date(2025, 9, 30), dt.date(2025, 10, 1)


@pytest.mark.parametrize(
    ("code", "on", "rule"),
    [
        pytest.param("M62.81", DOS, None, id="right"),
        pytest.param("m6281", DOS, None, id="without dot, in lower case"),
        pytest.param("W19.XXXA", DOS, None, id="placeholders"),
        pytest.param("U07.1", DOS, None, id="chapter 22"),
        pytest.param("C4A.0", DOS, None, id="a letter in third place"),
        pytest.param("M6.281", DOS, "malformed", id="the dot in the wrong place"),
        pytest.param("97530", DOS, "malformed", id="a procedure"),
        pytest.param("M62.81999", DOS, "malformed", id="too long"),
        pytest.param("Z50.1", DOS, "unknown", id="ICD-10, not ICD-10-CM"),
        pytest.param("M62.81A", DOS, "unknown", id="behind a code that is complete"),
        pytest.param("M54.5", OLD, None, id="M54.5 until 2021-09-30"),
        pytest.param("M54.5", NEW, "not-billable", id="M54.5 from 2021-10-01"),
        pytest.param("M54.50", OLD, "not-effective", id="M54.50 until 2021-09-30"),
        pytest.param("M54.50", NEW, None, id="M54.50 from 2021-10-01"),
        pytest.param("G35", LAST, None, id="G35 until 2025-09-30"),
        pytest.param("G35", NEXT, "not-billable", id="G35 from 2025-10-01"),
        pytest.param("G35.D", LAST, "not-effective", id="G35.D until 2025-09-30"),
        pytest.param("G35.D", NEXT, None, id="G35.D from 2025-10-01"),
        pytest.param("G20", dt.date(2023, 9, 30), None, id="G20 until 2023-09-30"),
        pytest.param("G20", dt.date(2023, 10, 1), "not-billable", id="G20 from 2023-10-01"),
        pytest.param("S52.501", DOS, "not-billable", id="no seventh character: a header alone"),
        pytest.param("F80", DOS, "not-billable", id="a category"),
        pytest.param("S52.501D", DOS, None, id="its seventh character"),
        pytest.param("S52.501Z", DOS, "seventh-character", id="one that it does not take"),
        pytest.param("S06.0X0D", DOS, None, id="with its placeholder"),
        pytest.param("W19.A", DOS, "seventh-character", id="the placeholder left out"),
    ],
)
def test_a_diagnosis_has_one_thing_wrong_with_it_at_most(code, on, rule) -> None:
    """ICD-10-CM by the date of service: editions of October and, since 2022, April; no headers."""
    found = {each: outcome(diagnosed("M25.511", code, on=on), f"diagnosis.{each}") for each in FORM}
    assert found == {each: E if each == rule else SILENT for each in FORM}


@pytest.mark.parametrize("on", [dt.date(1990, 3, 1), dt.date(2040, 3, 1)])
def test_a_day_outside_all_editions_is_not_judged(on) -> None:
    """Outside coverage is neither valid nor invalid."""
    for rule in ("unknown", "not-effective", "not-billable", "seventh-character"):
        assert outcome(diagnosed("Z50.1", on=on), f"diagnosis.{rule}") == NOT_CHECKED


def test_dot_and_case_are_put_right_on_the_lines_too() -> None:
    written = claim(line(minutes=15, diagnoses=("M6.281",)), diagnoses=("M6.281",))
    mended = otcodes.check(written).fixed()
    assert mended == claim(line(minutes=15, diagnoses=("M62.81",)))
    assert otcodes.check(mended).is_clean
    (finding,) = said(diagnosed("97530"), "diagnosis.malformed")
    assert finding.fix is None


def test_what_is_offered_in_a_codes_place() -> None:
    """Children of a header, successors of a retired code; written in only where one alone can be meant."""
    (header,) = said(diagnosed("G35", on=NEXT), "diagnosis.not-billable")
    assert header.suggestions == (
        "G35.A",
        "G35.B0",
        "G35.B1",
        "G35.B2",
        "G35.C0",
        "G35.C1",
        "G35.C2",
        "G35.D",
    )
    assert header.fix is None
    (retired,) = said(diagnosed("T40.7X1D"), "diagnosis.not-effective")
    assert retired.suggestions == ("T40.711D", "T40.721D")
    (wrong,) = said(diagnosed("S52.501Z"), "diagnosis.seventh-character")
    assert "S52.501D" in wrong.suggestions
    assert wrong.fix is None
    placed = otcodes.check(diagnosed("M25.511", "W19.A")).fixed()
    assert placed.diagnoses == ("M25.511", "W19.XXXA")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("M62.81", "M62.84", W),
        ("M62.84", "M62.81", W),
        ("M62.81", "R25.2", W),
        ("R53.1", "M62.81", W),
        ("R26.2", "R29.6", W),
        ("R27.8", "R26.0", W),
        ("F82", "R27.8", W),
        ("F82", "R26.89", W),
        ("F80.0", "R47.01", W),
        ("G81.91", "G80.9", W),
        ("G81.91", "I69.351", W),
        ("R41.841", "I69.311", W),
        ("M25.641", "M24.541", W),
        ("F84.0", "F84.5", W),
        ("M62.81", "R26.89", SILENT),
        ("M62.81", "R27.8", SILENT),
        ("F82", "R62.50", SILENT),
        ("I69.351", "M62.81", SILENT),
        ("F82", "F82", SILENT),
        ("R27.8", "97530", SILENT),
    ],
)
def test_an_excludes1_note_keeps_two_codes_apart(first, second, expected) -> None:
    """Tabular list; the notes of ancestors count. Unrelated conditions may stand together: a warning."""
    assert outcome(diagnosed(first, second), "diagnosis.excludes1") == expected


@pytest.mark.parametrize(
    ("rule", "diagnoses", "expected"),
    [
        ("manifestation-first", ("F02.80", "G30.9"), E),
        ("manifestation-first", ("F02.80",), E),
        ("manifestation-first", ("G30.9", "F02.80"), SILENT),
        ("manifestation-first", ("M62.81", "F02.80"), SILENT),
        ("external-cause-first", ("W19.XXXD", "S52.501D"), E),
        ("external-cause-first", ("W19.XXXD",), E),
        ("external-cause-first", ("S52.501D", "W19.XXXD"), SILENT),
        ("external-cause-first", ("Z47.1",), SILENT),
        ("external-cause-first", ("U09.9",), SILENT),
    ],
)
def test_what_never_comes_first(rule, diagnoses, expected) -> None:
    """Guidelines I.A.13 (etiology before manifestation) and I.C.20 (an external cause is never first)."""
    assert outcome(diagnosed(*diagnoses), f"diagnosis.{rule}") == expected


@pytest.mark.parametrize(
    ("diagnoses", "mended"),
    [
        (("F02.80", "G30.9"), ("G30.9", "F02.80")),
        (("F02.80", "R27.8", "G30.9"), ("G30.9", "F02.80", "R27.8")),
        (("F02.80", "R27.8"), ("F02.80", "R27.8")),
        (("F02.80",), ("F02.80",)),
        (("W19.XXXD", "S52.501D"), ("S52.501D", "W19.XXXD")),
        (("W19.XXXD",), ("W19.XXXD",)),
    ],
)
def test_the_cause_is_put_before_it_where_it_is_there(diagnoses, mended) -> None:
    assert otcodes.check(diagnosed(*diagnoses)).fixed().diagnoses == mended


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M25.519", I),
        ("M25.511", SILENT),
        ("G56.00", I),
        ("G56.03", SILENT),
        ("M62.81", SILENT),
        ("R27.8", SILENT),
        ("S52.509D", I),
        ("S52.501D", SILENT),
    ],
)
def test_a_side_is_named_where_codes_for_the_sides_exist(code, expected) -> None:
    """Guidelines I.B.13."""
    assert outcome(diagnosed(code), "diagnosis.unspecified-laterality") == expected
    assert otcodes.check(diagnosed(code)).is_clean
