"""The rules about units, assistants and thresholds: wrong, mended, and almost wrong.

Written from the rules' own words and their sources before a line of them was run. Each case says what is made
of a claim: a severity, nothing at all although it was judged, or that it could not be judged.

Sources: CMS, "Billing examples using CQ/CO modifiers" with 42 CFR 410.59(a)(4), 84 FR 62702 and 86 FR 64996;
Medicare Claims Processing Manual, chapter 5, sections 10.3 (threshold) and 20.2 (minutes); 42 USC 1395l(g).
"""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders_outcomes import DOS, MEDICARE, NOT_CHECKED, SILENT, E, I, W, claim, line, outcome, said

import otcodes


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


def test_lines_behind_an_amount_that_is_carried_forward_rest_on_it_too() -> None:
    """95851 of 2026 is priced by the edition of October 2025; above without it, later lines are errors."""
    carried = line("95851", minutes=None)
    for first, expected in (("2430.00", []), ("2474.99", [(W, True)]), ("2475.00", [(E, False)])):
        later = [f for f in said(year(first, carried, allowed("5.01")), ABOVE) if f.line == 1]
        assert [(f.severity, f.carried_forward) for f in later] == expected
    early = year("2400.00", carried, allowed("5.00", "KX"))
    assert [f.carried_forward for f in said(early, EARLY)] == [True]


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
    speech = line(
        "92507", modifiers=("GN",), allowed_usd=Decimal("80.00"), discipline="speech-language-pathology"
    )
    mixed = year(
        "2470.00", speech, attrs.evolve(physical, allowed_usd=Decimal(1)), discipline="physical-therapy"
    )
    assert [f.line for f in said(mixed, ABOVE)] == [0, 1]


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


def test_of_a_payer_whose_method_is_not_known_no_number_is_safe_but_what_both_allow() -> None:
    """22 and 33 minutes: of 97112 two units by the day's total, and one by the midpoint."""
    above = claim(*timed(_97112=(3, 22), _97110=(2, 33)), payer="tricare")
    (finding,) = said(above, "units.above-minutes")
    assert (finding.fix.units, finding.fix.is_safe) == (2, False)
    (finding,) = said(claim(line(minutes=22, units=2), payer="tricare"), "units.above-minutes")
    assert (finding.fix.units, finding.fix.is_safe) == (1, True)


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
