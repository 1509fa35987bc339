"""What a visit becomes: worked out by hand from the sources, with codes, units and modifiers of each line.

Sources, by the names used below: MCPM is the Medicare Claims Processing Manual, chapter 5 (20.2: minutes into
units; 10.3: threshold; 20.1: modifiers); CPT is the CPT time rule (a unit once its midpoint has passed);
CQCO is CMS, "Billing examples using CQ/CO modifiers", with 84 FR 62702 and 86 FR 64996; NCCI the practitioner
and hospital pairs and unit limits of 2024-07-01; RTM Change Request 14250; 1834m the telehealth acts;
EVAL the three components of the evaluations of 2017.
"""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

import otcodes
from otcodes import CannotBillError, EvaluationComponents, PlanOfCare, Service, UnconfirmedServiceError, Visit

DOS = dt.date(2026, 3, 2)
NCCI_DAY = dt.date(2024, 7, 1)  # of the edition of pairs that is on board
YEAR = dt.date(2025, 3, 3)


def own(code, minutes=0, assistant=0, **facts):
    return Service(code, therapist_minutes=minutes, assistant_minutes=assistant, **facts)


def visit(*services, **facts):
    usual = {"on": DOS, "payer": "medicare-b", "place": "11", "diagnoses": ("M62.81",)}
    return Visit(services=services, **{**usual, **facts})


def code(*services, policy=None, **facts):
    return otcodes.code_visit(visit(*services, **facts), policy=policy)


def said(coded):
    return [" ".join([line.procedure, str(line.units), *line.modifiers]) for line in coded.lines]


def lines(*services, **facts):
    return said(code(*services, **facts))


def left_out(coded):
    return [each.procedure for each in coded.left_out]


def refusal(*services, **facts):
    with pytest.raises(CannotBillError) as refused:
        code(*services, **facts)
    return str(refused.value)


# Minutes into units.


@pytest.mark.parametrize(
    ("minutes", "expected", "ties"),
    [
        pytest.param({"97112": 24, "97110": 23}, ["97112 2 GO", "97110 1 GO"], (), id="1"),
        pytest.param(
            {"97112": 20, "97110": 20}, ["97112 2 GO", "97110 1 GO"], (("97112", "97110"),), id="2: tie"
        ),
        pytest.param({"97110": 33, "97140": 7}, ["97110 2 GO", "97140 1 GO"], (), id="3"),
        pytest.param(
            {"97112": 7, "97110": 7, "97140": 7},
            ["97112 1 GO"],
            (("97112", "97110", "97140"),),
            id="5: any one",
        ),
        pytest.param({"97530": 8}, ["97530 1 GO"], (), id="7: 8"),
        pytest.param({"97530": 22}, ["97530 1 GO"], (), id="7: 22"),
        pytest.param({"97530": 23}, ["97530 2 GO"], (), id="7: 23"),
        pytest.param({"97530": 37}, ["97530 2 GO"], (), id="7: 37"),
        pytest.param({"97530": 38}, ["97530 3 GO"], (), id="7: 38"),
        pytest.param({"97530": 52}, ["97530 3 GO"], (), id="7: 52"),
        pytest.param({"97530": 53}, ["97530 4 GO"], (), id="7: 53"),
        pytest.param({"97535": 7, "97530": 7}, ["97535 1 GO"], (("97535", "97530"),), id="8: 7 and 7"),
        pytest.param({"97535": 5, "97530": 4}, ["97535 1 GO"], (), id="9"),
        pytest.param({"97530": 4, "97535": 5}, ["97535 1 GO"], (), id="9 the other way round"),
        pytest.param(
            {"97530": 10, "97535": 10, "97110": 10},
            ["97530 1 GO", "97535 1 GO"],
            (("97530", "97535", "97110"),),
            id="12: any two",
        ),
        pytest.param({"97165": 45, "97535": 16}, ["97165 1 GO", "97535 1 GO"], (), id="14: 16, not 61"),
        pytest.param({"97129": 23}, ["97129 1 GO", "97130 1 GO"], (), id="18"),
        pytest.param({"G0283": 20, "97110": 7}, ["G0283 1 GO"], (), id="19"),
    ],
)
def test_the_eight_minute_rule(minutes, expected, ties) -> None:
    """MCPM 20.2, its examples and what follows from its table."""
    coded = code(*(own(procedure, each) for procedure, each in minutes.items()))
    assert said(coded) == expected
    assert coded.alternatives == ties
    assert not coded.warnings


def test_seven_units_of_a_long_day() -> None:
    """MCPM 20.2: 98 to 112 minutes are 7 units."""
    coded = code(own("97530", 40), own("97535", 37), own("97110", 30))
    assert sum(line.units for line in coded.lines) == 7
    assert said(coded) == ["97530 3 GO", "97535 2 GO", "97110 2 GO"]


def test_a_day_of_seven_minutes_has_nothing_to_bill() -> None:
    """MCPM 20.2: no unit below 8 minutes."""
    assert refusal(own("97530", 7)) == "the visit cannot be billed: 97530: its 7 minutes earn no unit"


def test_minutes_of_a_service_that_earns_no_unit_count_on_another_line() -> None:
    """MCPM 20.2: the total of the day earned the unit; the record has both services."""
    coded = code(own("97535", 5), own("97530", 4))
    (line,) = coded.lines
    assert line.minutes == 9
    assert coded.left_out == (
        ("97530", "its 4 minutes earn no unit; in the day's total they count on the line of 97535"),
    )


@pytest.mark.parametrize(
    ("minutes", "medicare", "commercial"),
    [
        pytest.param({"97112": 24, "97110": 23}, [2, 1], [2, 2], id="20"),
        pytest.param({"97530": 8, "97535": 8, "97110": 8}, [1, 1], [1, 1, 1], id="21"),
        pytest.param({"97112": 7, "97110": 7, "97140": 7}, [1], None, id="23"),
        pytest.param(
            {"97110": 18, "97140": 13, "97112": 10, "97035": 8}, [1, 1, 1], [1, 1, 1, 1], id="25, for OT"
        ),
        pytest.param({"97530": 15}, [1], [1], id="26"),
        pytest.param({"97530": 20, "97110": 7}, [1, 1], [1], id="its minutes go nowhere"),
    ],
)
def test_the_midpoint_of_each_code(minutes, medicare, commercial) -> None:
    """CPT beside MCPM 20.2; a commercial plan asks for no modifier of the discipline."""
    services = [own(procedure, each) for procedure, each in minutes.items()]
    assert [line.units for line in code(*services).lines] == medicare
    if commercial is None:
        assert "its 7 minutes earn no unit" in refusal(*services, payer="commercial")
        return
    coded = code(*services, payer="commercial")
    assert [line.units for line in coded.lines] == commercial
    assert not coded.warnings
    assert not any(line.modifiers for line in coded.lines)
    assert all(line.minutes == minutes[line.procedure] for line in coded.lines)


@pytest.mark.parametrize(
    ("services", "payer", "expected"),
    [
        ((own("97129", 22),), "medicare-b", [("97129", 1, 22)]),
        ((own("97129", 38),), "medicare-b", [("97129", 1, 15), ("97130", 2, 23)]),
        ((own("97130", 38),), "medicare-b", [("97129", 1, 15), ("97130", 2, 23)]),
        ((own("97129", 20), own("97130", 20)), "medicare-b", [("97129", 1, 15), ("97130", 2, 25)]),
        ((own("97129", 4), own("97130", 4)), "medicare-b", [("97129", 1, 8)]),
        ((own("97129", 15), own("97130", 7)), "medicare-b", [("97129", 1, 22)]),
        ((own("90912", 23),), "medicare-b", [("90912", 1, 15), ("90913", 1, 8)]),
        # 30 and 15 minutes, past their midpoints: from 16, and from 38 on
        ((own("97550", 16),), "medicare-b", [("97550", 1, 16)]),
        ((own("97550", 37),), "medicare-b", [("97550", 1, 37)]),
        ((own("97550", 38),), "medicare-b", [("97550", 1, 30), ("97551", 1, 8)]),
        ((own("97550", 30), own("97551", 15)), "medicare-b", [("97550", 1, 30), ("97551", 1, 15)]),
        # 60 and 30
        ((own("96112", 31),), "medicare-b", [("96112", 1, 31)]),
        ((own("96112", 75),), "medicare-b", [("96112", 1, 75)]),
        ((own("96112", 76),), "medicare-b", [("96112", 1, 60), ("96113", 1, 16)]),
        # 120 and 60: workers' compensation
        ((own("97545", 61),), "workers-comp", [("97545", 1, 61)]),
        ((own("97545", 180),), "workers-comp", [("97545", 1, 120), ("97546", 1, 60)]),
        ((own("97545", 120), own("97546", 120)), "workers-comp", [("97545", 1, 120), ("97546", 2, 120)]),
    ],
)
def test_a_first_code_and_its_add_on(services, payer, expected) -> None:
    """MCPM 20.2 and CPT; of a first code one unit, the rest is the add-on's, each with its minutes."""
    found = code(*services, payer=payer).lines
    assert [(line.procedure, line.units, line.minutes) for line in found] == expected


@pytest.mark.parametrize(
    ("service", "says"),
    [
        (own("97550", 15), "its 15 minutes earn no unit"),
        (own("96112", 30), "its 30 minutes earn no unit"),
        (own("97545", 60), "its 60 minutes earn no unit"),
        (own("97530"), "no minutes are given for it"),
        (own("97530", units=2), "no minutes are given for it"),
    ],
)
def test_too_little_for_a_unit(service, says) -> None:
    assert says in refusal(service)


def test_minutes_of_caregiver_training_are_outside_the_total_of_the_day() -> None:
    """Its units are no quarter hours, so that CPT's midpoint judges it alone."""
    coded = code(own("97550", 10), own("97530", 15))
    assert [(line.procedure, line.minutes) for line in coded.lines] == [("97530", 15)]
    assert left_out(coded) == ["97550"]


# Whose the units are.


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        pytest.param(own("97110", 5, 10), ["97110 1 GO CO"], id="27"),
        pytest.param(own("97535", 10, 13), ["97535 1 GO", "97535 1 GO CO"], id="29"),
        pytest.param(own("97535", 8, 8), ["97535 1 GO"], id="31"),
        pytest.param(own("97535", 7, 8), ["97535 1 GO CO"], id="32"),
        pytest.param(own("G0283", 18, 2), ["G0283 1 GO"], id="36"),
        pytest.param(own("97150", 27, 3), ["97150 1 GO"], id="37"),
        pytest.param(own("97150", 26, 4), ["97150 1 GO CO"], id="37: 4 of 30"),
        pytest.param(own("97535", 0, 15), ["97535 1 GO CO"], id="all of it"),
        pytest.param(own("97535", 22, 1), ["97535 1 GO", "97535 1 GO CO"], id="1 of 8 left"),
        pytest.param(own("97129", 15, 15), ["97129 1 GO", "97130 1 GO CO"], id="first and further"),
        pytest.param(own("97129", 9, 14), ["97129 1 GO CO", "97130 1 GO"], id="the first to who did more"),
    ],
)
def test_the_assistants_modifier(service, expected) -> None:
    """CQCO."""
    coded = code(service)
    assert said(coded) == expected
    assert not coded.warnings
    assert sum(line.minutes for line in coded.lines) == service.total_minutes
    assert sum(line.assistant_minutes for line in coded.lines) == service.assistant_minutes


def test_each_clinicians_minutes_stand_on_their_own_lines() -> None:
    found = [(line.minutes, line.assistant_minutes) for line in code(own("97535", 25, 14)).lines]
    assert found == [(25, 0), (14, 14)]
    found = [(line.minutes, line.assistant_minutes) for line in code(own("97129", 15, 15)).lines]
    assert found == [(15, 0), (15, 15)]


def test_minutes_together_are_the_therapists() -> None:
    """CQCO: what both furnish at one time is the therapist's."""
    together = Service("97535", assistant_minutes=8, together_minutes=8)
    assert lines(together) == ["97535 1 GO"]
    assert lines(Service("97150", together_minutes=30)) == ["97150 1 GO"]
    assert lines(Service("97150", together_minutes=26, assistant_minutes=4)) == ["97150 1 GO CO"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (dt.date(2019, 12, 31), ["97535 1 GO"]),
        (dt.date(2020, 1, 1), ["97535 1 GO CO"]),
        (dt.date(2021, 12, 31), ["97535 1 GO CO"]),
        (dt.date(2022, 1, 1), ["97535 1 GO"]),
    ],
)
def test_eight_and_eight_minutes_by_the_year(on, expected) -> None:
    """No modifier before 2020; before 2022 the tenth alone; since then the therapist's eight minutes."""
    assert lines(own("97535", 8, 8), on=on) == expected


def test_the_two_methods_where_they_differ() -> None:
    """2 of 15 minutes are 13 percent; a tenth and one minute are 3."""
    assert lines(own("97150", 13, 2)) == ["97150 1 GO CO"]
    policy = attrs.evolve(otcodes.payers.policy("medicare-b"), assistant_method="tenth-plus-one")
    assert lines(own("97150", 13, 2), policy=policy) == ["97150 1 GO"]


def test_a_unit_of_pooled_minutes_is_whose_its_own_code_is() -> None:
    """Either code may be billed: the unit goes with the minutes of the one that is."""
    coded = code(own("97535", 7), own("97530", 0, 7))
    assert said(coded) == ["97535 1 GO"]
    assert coded.alternatives == (("97535", "97530"),)
    assert said(code(own("97530", 0, 7), own("97535", 7))) == ["97530 1 GO CO"]


def test_physical_therapys_assistants_and_speech_language_pathologys_none() -> None:
    assert lines(own("97110", 5, 10), discipline="physical-therapy") == ["97110 1 GP CQ"]
    assert lines(own("92507", 20, 20), discipline="speech-language-pathology") == ["92507 1 GN"]


def test_a_payer_that_wants_no_assistants_modifier_has_one_line() -> None:
    assert lines(own("97535", 10, 13), payer="commercial") == ["97535 2"]
    coded = code(own("97535", 10, 13), payer="medicaid")
    assert said(coded) == ["97535 2 GO"]
    assert "whether Medicaid wants the assistant's modifier is not on board: here without" in [
        step.text for step in coded.steps
    ]


# Which code.


@pytest.mark.parametrize(
    ("profile", "deficits", "decision", "expected"),
    [
        ("brief", 2, "low", "97165"),
        ("expanded", 4, "moderate", "97166"),
        ("extensive", 5, "high", "97167"),
        ("extensive", 5, "low", "97165"),
        ("extensive", 4, "high", "97166"),
        ("brief", 6, "high", "97165"),
        ("expanded", 3, "moderate", "97166"),  # three are low or moderate
    ],
)
@pytest.mark.parametrize("given", [None, "97165", "97167"])
def test_the_level_of_an_evaluation(profile, deficits, decision, expected, given) -> None:
    """EVAL: the lowest of the three decides, whatever level was written down."""
    components = EvaluationComponents(
        profile=profile, performance_deficits=deficits, decision_making=decision
    )
    services = () if given is None else (own(given, 40),)
    coded = code(*services, own("97535", 15), evaluation=components)
    assert said(coded) == [f"{expected} 1 GO", "97535 1 GO"]
    assert not coded.warnings
    if given not in (None, expected):
        assert f"{given} is given; its components say {expected}" in [step.text for step in coded.steps]


def test_components_that_reach_no_level() -> None:
    components = EvaluationComponents(profile="brief", performance_deficits=0, decision_making="low")
    assert "support none of its levels" in refusal(evaluation=components)


def test_before_2017_evaluations_had_no_levels() -> None:
    components = EvaluationComponents(profile="brief", performance_deficits=2, decision_making="low")
    on = dt.date(2016, 12, 30)
    assert "on 2016-12-30 evaluations had no levels" in refusal(evaluation=components, on=on)
    assert lines(own("97003", 30), on=on) == ["97003 1 GO"]


def test_an_evaluation_alone_and_a_re_evaluation() -> None:
    assert lines(own("97166", 45)) == ["97166 1 GO"]
    assert lines(own("97168", 30), own("97530", 15)) == ["97168 1 GO", "97530 1 GO"]


@pytest.mark.parametrize("payer", ["medicare-b", "commercial"])
@pytest.mark.parametrize("other", ["97165", "97168"])
def test_two_evaluations_of_one_day_are_for_the_record_to_settle(payer, other) -> None:
    """NCCI: one of them is not paid; the higher one is not simply taken."""
    assert "procedure.evaluation-repeated" in refusal(own("97167"), own(other), payer=payer)


@pytest.mark.parametrize(
    ("given", "payer", "expected"),
    [
        ("97014", "medicare-b", "G0283 1 GO"),
        ("97014", "va", "G0283 1 GO"),
        ("G0283", "medicare-b", "G0283 1 GO"),
        ("97014", "commercial", "97014 1"),
        ("G0283", "commercial", "97014 1"),
        ("G0283", "workers-comp", "G0283 1 GO"),
    ],
)
def test_electrical_stimulation_by_payer(given, payer, expected) -> None:
    """Medicare takes G0283 in the place of 97014 (status I since 2003)."""
    assert lines(own(given, 15), payer=payer) == [expected]


def test_thinking_skills_of_2018_and_2019_by_payer() -> None:
    """CPT's 97127 was once a day; Medicare took G0515, by the quarter hour."""
    on = dt.date(2019, 6, 3)
    assert lines(own("97127", 38), on=on) == ["G0515 3 GO"]
    assert lines(own("G0515", 38), on=on, payer="commercial") == ["97127 1"]


def test_a_pack_is_bundled_with_medicare_alone() -> None:
    """Status B: never paid by itself, nor billed to the patient."""
    coded = code(own("97010", 10), own("97530", 15))
    assert said(coded) == ["97530 1 GO"]
    assert coded.left_out == (("97010", "Medicare Part B pays it with other services"),)
    assert lines(own("97010", 10), own("97530", 15), payer="commercial") == ["97010 1", "97530 1"]
    assert "97010: Medicare Part B pays it with other services" in refusal(own("97010", 10))


# Pairs.


@pytest.mark.parametrize("which", ["97530", "97150"])
@pytest.mark.parametrize("on", [NCCI_DAY, DOS])
def test_group_and_one_on_one_apart_from_each_other(which, on) -> None:
    """FACTS row 15, NCCI 97150/97530: 59 on the second column's line, whichever is said to be apart."""
    apart = {which: True}
    services = (
        own("97150", 40, is_separate=apart.get("97150")),
        own("97530", 15, is_separate=apart.get("97530")),
    )
    coded = code(*services, on=on)
    assert said(coded) == ["97150 1 GO", "97530 1 GO 59"]
    assert "97530: 59, as it had an interval of its own" in [step.text for step in coded.steps]


@pytest.mark.parametrize("on", [NCCI_DAY, DOS])
def test_group_and_one_on_one_in_one_interval(on) -> None:
    coded = code(own("97150", 40), own("97530", 15, is_separate=False), on=on)
    assert said(coded) == ["97150 1 GO"]
    assert left_out(coded) == ["97530"]


def test_group_and_one_on_one_of_which_nobody_says() -> None:
    """What the record shows is not guessed; where the pair is only carried forward, it is a warning."""
    coded = code(own("97150", 40), own("97530", 15), on=NCCI_DAY)
    assert said(coded) == ["97150 1 GO"]
    assert coded.left_out[0].reason.endswith("whether they were, the visit does not say")
    later = code(own("97150", 40), own("97530", 15))
    assert said(later) == ["97150 1 GO", "97530 1 GO"]
    assert [finding.rule for finding in later.warnings] == ["pair.modifier-needed"]


def test_both_lines_of_a_split_code_are_told_apart() -> None:
    coded = code(own("97150", 40), own("97530", 10, 13, is_separate=True), on=NCCI_DAY)
    assert said(coded) == ["97150 1 GO", "97530 1 GO 59", "97530 1 GO CO 59"]


@pytest.mark.parametrize("on", [NCCI_DAY, DOS])
@pytest.mark.parametrize(
    ("paid", "denied"),
    [("97140", "97124"), ("97165", "97750"), ("97760", "97763"), ("97597", "97602"), ("97750", "97150")],
)
def test_pairs_that_are_never_paid_together(paid, denied, on) -> None:
    """NCCI of 2024-07-01, indicator 0: no interval of its own helps."""
    for services in ((own(paid, 30), own(denied, 15)), (own(denied, 15, is_separate=True), own(paid, 30))):
        coded = code(*services, on=on)
        assert [line.procedure for line in coded.lines] == [paid]
        assert left_out(coded) == [denied]


def test_what_is_left_without_a_denied_service_is_counted_anew() -> None:
    """40 minutes are 3 units (MCPM 20.2), of which the massage had taken one."""
    coded = code(own("97140", 20), own("97530", 20), own("97124", 6), on=NCCI_DAY)
    assert said(coded) == ["97140 2 GO", "97530 1 GO"]
    assert not coded.warnings


def test_pairs_that_are_no_more() -> None:
    """NCCI: none since 2020 of 97140 and 97530, of 97530 and an evaluation, of 97530 and 97535 since 2022."""
    services = (own("97165", 40), own("97140", 15), own("97530", 15), own("97535", 15))
    assert lines(*services, on=NCCI_DAY) == ["97165 1 GO", "97140 1 GO", "97530 1 GO", "97535 1 GO"]


def test_a_re_evaluation_beside_self_care() -> None:
    """NCCI 97535/97168, indicator 1."""
    services = (own("97168", 30, is_separate=True), own("97535", 15))
    assert lines(*services, on=NCCI_DAY) == ["97168 1 GO 59", "97535 1 GO"]


def test_a_hospital_has_pairs_of_its_own() -> None:
    """NCCI 97165/97750: 0 on a professional claim, 1 on a hospital's."""
    services = (own("97165", 40), own("97750", 15, is_separate=True))
    hospital = {"setting": "outpatient-hospital", "place": None, "on": NCCI_DAY}
    assert lines(*services, **hospital) == ["97165 1 GO", "97750 1 GO 59"]
    assert lines(*services, on=NCCI_DAY) == ["97165 1 GO"]


# The threshold.


def dollars(amount):
    return Decimal(amount)


@pytest.mark.parametrize(
    ("used", "services", "expected"),
    [
        # 97530 is allowed 35.07 USD in 2026 (1.05 at 33.4009): 2,505.07 of 2,480.
        ("2470.00", (own("97530", 15),), ["97530 1 GO KX"]),
        ("2444.93", (own("97530", 15),), ["97530 1 GO"]),  # 2,480.00 to the cent
        ("2444.94", (own("97530", 15),), ["97530 1 GO KX"]),
        ("0.00", (own("97530", 15),), ["97530 1 GO"]),
        ("2480.00", (own("97530", 15), own("97535", 15)), ["97530 1 GO KX", "97535 1 GO KX"]),
    ],
)
def test_the_threshold_line_by_line(used, services, expected) -> None:
    """MCPM 10.3: KX for what lies above the year's amount, 2,480 USD in 2026."""
    coded = code(*services, therapy_year_to_date_usd=dollars(used))
    assert said(coded) == expected
    assert not [finding for finding in coded.warnings if finding.rule == "modifier.threshold-early"]


def test_the_line_that_passes_the_threshold_is_the_first_with_the_modifier() -> None:
    services = [own(each, 15, allowed_usd=dollars("30.00")) for each in ("97530", "97535", "97110")]
    found = lines(*services, therapy_year_to_date_usd=dollars("2420.00"))  # the second one reaches it
    assert found == ["97530 1 GO", "97535 1 GO", "97110 1 GO KX"]


def test_a_year_whose_threshold_is_not_on_board() -> None:
    """The thresholds begin with 2018; of 2027 neither they nor the codes are known."""
    facts = {"therapy_year_to_date_usd": dollars("5000.00")}
    coded = code(own("97530", 15), on=dt.date(2017, 6, 5), **facts)
    assert said(coded) == ["97530 1 GO"]
    assert "the threshold of 2017 is not on board" in [step.text for step in coded.steps]
    with pytest.raises(otcodes.OutOfCoverageError, match="2027-01-04"):
        code(own("97530", 15), on=dt.date(2027, 1, 4), **facts)


def test_above_the_threshold_it_does_not_matter_what_a_line_is_allowed() -> None:
    """97545 has no amount of its own (status R)."""
    used = dollars("2600.00")
    services = (own("97530", 15), own("97545", 120))
    assert lines(*services, therapy_year_to_date_usd=used) == ["97530 1 GO KX", "97545 1 GO KX"]
    below = code(*reversed(services), therapy_year_to_date_usd=dollars("2470.00"))
    assert said(below) == ["97545 1 GO", "97530 1 GO"]
    assert below.steps[-1].text.startswith("what is allowed for 97545 is not on board")


def test_what_is_no_therapy_has_no_threshold() -> None:
    """98978 is on no list of therapy codes: neither GO nor KX, nor does it count."""
    services = (Service("98978", days=20, allowed_usd=dollars("40.00")), own("97530", 15))
    assert lines(*services, therapy_year_to_date_usd=dollars("2440.00")) == ["98978 1", "97530 1 GO"]


def test_a_payer_without_a_threshold() -> None:
    used = dollars("9000.00")
    for payer in ("commercial", "tricare", "va", "medicaid"):
        assert not any(
            "KX" in line for line in lines(own("97530", 15), payer=payer, therapy_year_to_date_usd=used)
        )


# Remote monitoring.


@pytest.mark.parametrize(
    ("given", "days", "year", "expected"),
    [
        ("98977", 16, YEAR, "98977 1 GO"),
        ("98977", 30, YEAR, "98977 1 GO"),
        ("98977", 15, YEAR, None),
        ("98977", 16, DOS, "98977 1 GO"),
        ("98977", 15, DOS, "98985 1 GO"),
        ("98985", 20, DOS, "98977 1 GO"),
        ("98976", 2, DOS, "98984 1 GO"),
        ("98976", 1, DOS, None),
        ("98978", 10, DOS, "98986 1"),
        ("98978", 20, YEAR, "98978 1"),
    ],
)
def test_a_device_by_its_days(given, days, year, expected) -> None:
    """RTM: 16 to 30 days with readings; since 2026 other codes for 2 to 15."""
    service = Service(given, days=days)
    if expected is None:
        assert f"{given}: {days} day" in refusal(service, on=year)
    else:
        assert lines(service, on=year) == [expected]


def test_a_device_whose_days_nobody_says() -> None:
    assert "98977: its days with readings are not given" in refusal(Service("98977"))


@pytest.mark.parametrize(
    ("minutes", "year", "expected"),
    [
        (9, DOS, None),
        (10, DOS, [("98979", 1, 10)]),
        (19, DOS, [("98979", 1, 19)]),
        (19, YEAR, None),
        (20, DOS, [("98980", 1, 20)]),
        (39, DOS, [("98980", 1, 39)]),
        (40, YEAR, [("98980", 1, 20), ("98981", 1, 20)]),
        (65, DOS, [("98980", 1, 20), ("98981", 2, 45)]),
    ],
)
def test_a_month_by_its_minutes(minutes, year, expected) -> None:
    """RTM: 20 minutes and each 20 more; since 2026 another code for 10 to 19, and never both in a month."""
    if expected is None:
        assert f"98980: {minutes} minutes" in refusal(own("98980", minutes), on=year)
        return
    found = code(own("98980", minutes), on=year).lines
    assert [(line.procedure, line.units, line.minutes) for line in found] == expected


def test_a_month_that_is_given_in_two_services() -> None:
    assert lines(own("98980", 20), own("98981", 25)) == ["98980 1 GO", "98981 1 GO"]
    assert lines(own("98979", 12), own("98980", 12)) == ["98980 1 GO"]


def test_an_assistant_in_remote_monitoring() -> None:
    """RTM: the test applies to what is furnished, not to a device that is supplied."""
    coded = code(own("98980", 30, 15), Service("98977", days=20, assistant_minutes=5))
    assert said(coded) == ["98980 1 GO CO", "98981 1 GO CO", "98977 1 GO"]
    assert lines(own("98980", 27, 3)) == ["98980 1 GO"]
    month = [line for line in coded.lines if line.procedure != "98977"]
    assert sum(line.minutes for line in month) == 45
    assert sum(line.assistant_minutes for line in month) == 15


# Telehealth.


@pytest.mark.parametrize(
    ("on", "kind", "facts", "expected"),
    [
        (dt.date(2022, 3, 1), "video", {"place": "11"}, "97535 1 GO 95"),
        (dt.date(2022, 3, 1), "audio", {"place": "11"}, "97535 1 GO 93"),
        (DOS, "video", {"place": "10"}, "97535 1 GO"),
        (DOS, "video", {"place": "02"}, "97535 1 GO"),
        (DOS, "audio", {"place": "10"}, "97535 1 GO 93"),
        (DOS, "video", {"place": None, "setting": "outpatient-hospital"}, "97535 1 GO 95"),
        (DOS, "audio", {"place": None, "setting": "outpatient-hospital"}, "97535 1 GO 93"),
        (DOS, "video", {"place": "10", "payer": "commercial"}, "97535 1 95"),
    ],
)
def test_telehealth(on, kind, facts, expected) -> None:
    """1834m; until 2023 the place in person and 95, from 2024 place 02 or 10; a hospital has 95."""
    coded = code(own("97535", 15), on=on, telehealth=kind, **facts)
    assert said(coded) == [expected]
    assert not coded.warnings


def test_telehealth_that_is_not_paid() -> None:
    assert "02, 10" in refusal(own("97535", 15), telehealth="video", place="11")
    assert "telehealth.not-eligible" in refusal(own("97535", 15), on=dt.date(2020, 2, 3), telehealth="video")


# Lines.


def test_sides() -> None:
    """LT and RT are two services; by NCCI's unit limit, one a day, Medicare takes no second line (but 50)."""
    left, right = (Service("29125", modifiers=(side,)) for side in ("LT", "RT"))
    assert lines(left, payer="commercial") == ["29125 1 LT"]
    assert lines(left, right, payer="commercial") == ["29125 1 LT", "29125 1 RT"]
    assert lines(left) == ["29125 1 GO LT"]
    assert "2 units of 29125 on 2024-07-01; the limit is 1" in refusal(left, right, on=NCCI_DAY)


def test_sites() -> None:
    """29130 and 95851 count fingers and limbs."""
    assert lines(Service("29130", units=2)) == ["29130 2 GO"]


def test_charges_are_shared_to_the_cent() -> None:
    coded = code(own("97535", 25, 14, charge_usd=dollars("100.00"), allowed_usd=dollars("70.01")))
    assert said(coded) == ["97535 2 GO", "97535 1 GO CO"]
    assert [line.charge_usd for line in coded.lines] == [dollars("66.67"), dollars("33.33")]
    assert [line.allowed_usd for line in coded.lines] == [dollars("46.68"), dollars("23.33")]


def test_two_services_of_one_code_are_one_line() -> None:
    """MCPM 20.2: a timed code stands on one line a day."""
    first, second = (own("97530", 15, charge_usd=dollars("40.00")) for _ in range(2))
    (line,) = code(first, second).lines
    assert (line.units, line.minutes, line.charge_usd) == (2, 30, dollars("80.00"))
    (line,) = code(first, own("97530", 15)).lines
    assert line.charge_usd is None  # of a part nobody takes it for the whole


def test_modifiers_stand_in_the_payers_order() -> None:
    facts = {"on": NCCI_DAY, "therapy_year_to_date_usd": dollars("2400.00")}
    services = (own("97150", 30), own("97530", 0, 15, is_separate=True))
    assert lines(*services, **facts) == ["97150 1 GO KX", "97530 1 GO CO KX 59"]
    turned = attrs.evolve(
        otcodes.payers.policy("medicare-b"),
        modifier_order=("distinct-service", "threshold", "discipline", "assistant"),
    )
    assert lines(*services, policy=turned, **facts) == ["97150 1 KX GO", "97530 1 59 KX GO CO"]


def test_a_fifth_modifier_has_no_room() -> None:
    facts = {"on": NCCI_DAY, "therapy_year_to_date_usd": dollars("2400.00")}
    services = (own("97150", 30), own("97530", 0, 15, is_separate=True, modifiers=("96",)))
    assert "97530 has no room for KX: the line already has 4 modifiers" in refusal(*services, **facts)


def test_a_hospitals_claim() -> None:
    coded = code(own("97165", 40), own("97530", 30), setting="outpatient-hospital", place=None)
    assert said(coded) == ["97165 1 GO", "97530 2 GO"]
    assert coded.claim.setting == "outpatient-hospital"


@pytest.mark.parametrize("payer", list(otcodes.payers.POLICIES))
def test_every_payer(payer) -> None:
    coded = code(own("97166", 45), own("97535", 23), own("97140", 15), payer=payer)
    assert [(line.procedure, line.units) for line in coded.lines] == [
        ("97166", 1),
        ("97535", 2),
        ("97140", 1),
    ]
    assert all(("GO" in line.modifiers) is (payer != "commercial") for line in coded.lines)
    assert not coded.report.errors
    assert coded.claim.payer == payer


def test_a_payer_that_is_not_named() -> None:
    assert lines(own("97530", 15), payer=None) == ["97530 1 GO"]


def test_the_claim_carries_what_the_visit_says() -> None:
    plan = PlanOfCare(certified_from=dt.date(2026, 2, 2))
    coded = code(
        own("97530", 15),
        id="V1",
        patient="P1",
        plan_of_care=plan,
        referring_npi="1234567893",
        therapist="Lee",
    )
    claim = coded.claim
    assert (claim.id, claim.patient, claim.plan_of_care, claim.referring_npi) == (
        "V1",
        "P1",
        plan,
        "1234567893",
    )
    assert claim.treatment_notes == (otcodes.TreatmentNote(on=DOS, timed_minutes=15),)
    assert [line.rendering_provider for line in claim.lines] == ["Lee"]


def test_diagnoses_are_written_in_full_form_and_the_steps_say_so() -> None:
    coded = code(own("97530", 15), diagnoses=("m6281", "M62.81"))
    assert coded.claim.diagnoses == ("M62.81",)
    assert [step.text for step in coded.steps if "M62.81" in step.text]


# What is refused.


def test_words_are_for_a_person_to_confirm() -> None:
    with pytest.raises(UnconfirmedServiceError, match="'dressing training' is no procedure code") as refused:
        code(own("dressing training", 15))
    assert refused.value.candidates == ("97535",)
    with pytest.raises(UnconfirmedServiceError, match="no code fits"):
        code(own("moonwalk", 15))


@pytest.mark.parametrize(
    ("services", "facts", "says"),
    [
        ((own("97161"),), {}, "97161 is not a code of occupational-therapy; it has 97165"),
        ((own("97165"),), {"discipline": "physical-therapy"}, "97165 is not a code of physical-therapy"),
        ((own("97530", 15),), {"diagnoses": ()}, "diagnosis.missing"),
        ((own("97530", 15),), {"diagnoses": ("M54.5",)}, "diagnosis.not-billable"),
        ((), {}, "it has no services"),
        ((own("97530", 120),), {"on": NCCI_DAY}, "8 units of 97530 on 2024-07-01; the limit is 6"),
        ((own("97166", 0, 45),), {}, "97166 is an evaluation, which an assistant does not furnish"),
        ((own("97168", 0, 45),), {"payer": "commercial"}, "97168 is an evaluation"),
        ((own("97598"),), {}, "97598 is an add-on; none of 97597"),
        ((own("97530", 15, modifiers=("ZZ",)),), {"on": NCCI_DAY}, "ZZ is not a modifier"),
        (
            (own("97530", 15),),
            {"plan_of_care": PlanOfCare(certified_from=dt.date(2025, 10, 1))},
            "plan.certification-expired",
        ),
        ((Service("29130", units=0),), {}, "29130: it is given with no units"),
        ((own("97150"), own("97150")), {"on": NCCI_DAY}, "2 units of 97150"),
    ],
)
def test_what_cannot_be_billed(services, facts, says) -> None:
    assert says in refusal(*services, **facts)


def test_codes_that_are_not_in_force() -> None:
    with pytest.raises(otcodes.NotEffectiveError, match="97165, 97166, 97167"):
        code(own("97003"))
    with pytest.raises(otcodes.UnknownCodeError):
        code(own("97999", 15))
    with pytest.raises(otcodes.OutOfCoverageError):
        code(own("99213", 15))
    with pytest.raises(otcodes.UnknownPayerError):
        code(own("97530", 15), payer="acme")


def test_codes_are_forgiven_their_case_and_blanks() -> None:
    assert lines(own(" g0283 ", 15), own("97530 ", 15)) == ["G0283 1 GO", "97530 1 GO"]
