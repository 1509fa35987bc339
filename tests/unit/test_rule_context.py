"""What a rule of one's own may ask while it runs: of a line, of its day and of what is not known."""

import datetime as dt
import pickle

import attrs
import pytest
from builders import DOS, PLAN, claim, hospital, line

import otcodes
from otcodes import rules

OCCUPATIONAL, PHYSICAL, SPEECH = otcodes.Discipline
LATE = dt.date(2031, 3, 1)
GP = {"modifiers": ("GP",)}


def answers(question, checked, *, over="line", **options) -> list:
    """What a rule learns from its context of each of its subjects."""
    found = []

    @rules.rule("acme.asks", severity="error", over=over)
    def asks(subject, /, context):
        """It asks."""
        found.append(question(subject, context))
        yield from ()

    otcodes.check(checked, rules=asks, **options)
    return found


def why_not(question, checked, **options) -> list[tuple[str, str]]:
    """Where and why it is told that it cannot judge."""

    @rules.rule("acme.asks", severity="error")
    def asks(subject, /, context):
        """It asks."""
        question(subject, context)
        yield from ()

    report = otcodes.check(checked, rules=asks, **options)
    return [(each.path, each.reason) for each in report.not_checked]


@pytest.mark.parametrize(
    ("given", "facts", "expected"),
    [
        (line("97530", modifiers=()), {}, True),  # always therapy
        (line("97129", modifiers=()), {}, False),  # sometimes: under a plan, or by its modifier
        (line("97129", modifiers=()), {"plan_of_care": PLAN}, True),
        (line("97129"), {}, True),
        (line("97129", **GP), {}, False),  # another discipline's modifier
        (line("20560", modifiers=()), {"plan_of_care": PLAN}, False),  # never, but by its modifier
        (line("20560"), {}, True),
        (line("97161", **GP), {}, False),  # another discipline's code
        (line("97161", discipline="physical-therapy", modifiers=()), {}, True),
        (line("99213"), {"plan_of_care": PLAN}, False),  # nobody here knows it
        (line("97003"), {}, False),  # it is not in force
    ],
)
def test_whether_a_line_is_known_to_be_therapy(given, facts, expected) -> None:
    assert answers(lambda each, context: context.is_therapy(each), claim(given, **facts)) == [expected]


def test_the_discipline_of_a_line_is_its_own_or_the_claims() -> None:
    lines = line(), line(discipline="physical-therapy"), line("97161")
    asked = claim(*lines, discipline="speech-language-pathology")
    found = answers(lambda each, context: context.discipline_of(each), asked)
    assert found == [SPEECH, PHYSICAL, SPEECH]
    # 97530 is not a speech-language pathologist's, 97161 is a physical therapist's alone.
    assert answers(lambda each, context: context.is_anothers(each), asked) == [True, False, True]
    assert answers(lambda each, context: context.is_anothers(each), claim(line("99213"))) == [False]


def test_the_modifiers_of_a_lines_discipline_are_those_of_its_day() -> None:
    lines = line(), line(discipline="physical-therapy")
    found = answers(lambda each, context: context.discipline(each).modifier, claim(*lines))
    assert found == ["GO", "GP"]
    reason = "the modifiers of occupational-therapy on 2031-03-01 are out of coverage"
    late = claim(line(), line(on=LATE))
    assert ("lines[1].modifiers", reason) in why_not(lambda each, context: context.discipline(each), late)


def test_the_record_of_a_procedure_or_why_there_is_none() -> None:
    found = answers(
        lambda each, context: (context.procedure(each).code, str(context.therapy_disposition(each))),
        claim(line("97530"), line("97129")),
    )
    assert found == [("97530", "always"), ("97129", "sometimes")]
    verdicts = answers(
        lambda each, context: (context.facts(each).code, context.facts(each).verdict.value),
        claim(line("97530"), line("97003"), line("97999")),
    )
    assert verdicts == [("97530", "effective"), ("97003", "not-effective"), ("97999", "unknown")]
    for code, verdict in (("97003", "not-effective"), ("97999", "unknown")):
        noted = why_not(lambda each, context: context.procedure(each), claim(line(), line(code)))
        reason = f"{code} on {DOS} is {verdict} in the table of procedures"
        assert noted == [("lines[1].procedure", reason)]


def test_a_line_that_stands_on_no_claim_may_be_asked_about_as_if_it_stood_on_this_one() -> None:
    def as_other(each, context):
        other = attrs.evolve(each, procedure="97129", modifiers=())
        return context.is_therapy(other), context.discipline_of(other), context.owns(other)

    given = claim(line(), discipline="physical-therapy", plan_of_care=PLAN)
    assert answers(as_other, given) == [(True, PHYSICAL, False)]
    assert answers(as_other, claim()) == [(False, OCCUPATIONAL, False)]


def test_a_line_knows_the_place_where_it_stands() -> None:
    asked = claim(line(), line())
    assert answers(lambda each, context: context.path(each, "units"), asked) == [
        "lines[0].units",
        "lines[1].units",
    ]
    for over in ("day", "claim"):
        assert answers(lambda each, context: context.path(each, "id"), asked, over=over) == ["id"]
    other = claim(line("97535"), id="B")
    each_line = answers(
        lambda lines, context: [(each.procedure, context.owns(each)) for each in lines],
        asked, over="day", beside=[other],
    )  # fmt: skip
    assert each_line == [[("97530", True), ("97530", True), ("97535", False)]]


MONTH = [dt.date(2026, 3, 1), DOS, dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2025, 3, 2)]


def test_the_lines_around_one_are_those_of_its_day_or_its_month_on_all_claims() -> None:
    own = claim(*(line(on=on) for on in MONTH[1:]))
    other = claim(line("97535", on=MONTH[0]), line("97535"), id="B")

    def days(each, context):
        return [around.on for around in context.around(each)]

    def months(each, context):
        return [around.on for around in context.around(each, is_month=True)]

    assert answers(days, own)[0] == [DOS]
    assert answers(days, own, beside=[other])[0] == [DOS, DOS]
    assert answers(months, own)[0] == [DOS, MONTH[2]]
    assert answers(months, own, beside=[other])[0] == [DOS, MONTH[2], MONTH[0], DOS]
    reason = "a line of the input could not be read, so no day is known whole"
    lost = attrs.evolve(claim(), lost_lines=1)
    assert why_not(days, lost) == [("lines", reason)]
    # Also where it is another claim of the patient that lost one.
    assert why_not(days, claim(), beside=[attrs.evolve(other, lost_lines=1)]) == [("lines", reason)]


def test_two_lines_are_one_providers_by_discipline_or_in_a_hospital() -> None:
    lines = line(), line("97535"), line(discipline="physical-therapy")

    def with_the_first(given, context):
        return [context.is_one_providers(given.lines[0], each) for each in given.lines]

    assert answers(with_the_first, claim(*lines), over="claim") == [[True, True, False]]
    assert answers(with_the_first, hospital(*lines), over="claim") == [[True, True, True]]


def test_a_field_lacks_where_the_input_has_it_empty_or_the_payer_wants_it() -> None:
    def lacks_place(each, context):
        return context.lacks(each, "place")

    assert answers(lacks_place, claim()) == [False]
    assert answers(lacks_place, claim(line(place=None, empty_fields=["place"]))) == [True]
    wanting = attrs.evolve(otcodes.payers.policy("medicare-b"), required_fields=["place"])
    assert answers(lacks_place, claim(line(place=None)), policy=wanting) == [True]
    assert why_not(lacks_place, claim(line(), line(place=None))) == [("lines[1].place", "place is not given")]


def test_a_field_of_the_claim_or_of_a_note_lacks_in_the_same_way() -> None:
    note = otcodes.TreatmentNote(on=DOS)
    assert why_not(lambda _, context: context.lacks(context.claim, "patient"), claim()) == [
        ("patient", "patient is not given")
    ]
    assert why_not(lambda _, context: context.lacks(note, "total_minutes"), claim()) == [
        ("total_minutes", "total_minutes is not given")
    ]
    empty = otcodes.TreatmentNote(on=DOS, empty_fields=["total_minutes"])
    assert answers(lambda _, context: context.lacks(empty, "total_minutes"), claim()) == [True]
    # No diagnoses are none, as an empty field is.
    assert why_not(lambda _, context: context.lacks(context.claim, "diagnoses"), claim(diagnoses=())) == [
        ("diagnoses", "diagnoses is not given")
    ]


def test_a_rule_may_note_what_it_cannot_judge_and_go_on() -> None:
    @rules.rule("acme.notes", severity="error")
    def notes(each, /, context):
        """Nothing is open."""
        context.not_checked(context.path(each, "units"), "the count is not on board")
        context.not_checked(context.path(each, "units"), "the count is not on board")
        if each.procedure == "97535":
            raise rules.CannotJudgeError("the code is not on board", context.path(each, "procedure"))
        yield context.finding(each, "on")

    report = otcodes.check(claim(line(), line("97535")), rules=notes)
    assert [each.path for each in report] == ["lines[0].on"]
    assert [(each.rule, each.path, each.reason) for each in report.not_checked] == [
        ("acme.notes", "lines[0].units", "the count is not on board"),
        ("acme.notes", "lines[1].units", "the count is not on board"),
        ("acme.notes", "lines[1].procedure", "the code is not on board"),
    ]


def test_why_a_rule_cannot_judge_reaches_another_process_as_it_was() -> None:
    raised = rules.CannotJudgeError("the place is not given", "lines[0].place")
    sent = pickle.loads(pickle.dumps(raised))  # noqa: S301 -- it is this test's own
    assert (sent.reason, sent.path, str(sent)) == (raised.reason, raised.path, "the place is not given")
    assert sent.args == ("the place is not given", "lines[0].place")
    assert rules.CannotJudgeError("the place is not given").path == ""


@pytest.mark.parametrize(("reads", "is_carried"), [(["procedures"], True), (["places"], False), ([], False)])
def test_a_finding_of_a_rule_that_reads_the_procedures_rests_on_the_lines_own(reads, is_carried) -> None:
    """G0151 is known of 2025 and carried forward, 97530 is known of 2026."""

    @rules.rule("acme.never", severity="error", reads=reads)
    def never(each, /, context):
        """It is never billed."""
        yield context.finding(each, "procedure")

    first, second = otcodes.check(claim(line("G0151"), line()), rules=never)
    assert (first.carried_forward, second.carried_forward) == (is_carried, False)
    assert first.severity == ("warning" if is_carried else "error")
    carried = " (by hcpcs-2025q4, carried forward)" if is_carried else ""
    assert (first.message, second.message) == (f"It is never billed.{carried}", "It is never billed.")


def test_a_rule_of_the_claim_may_ask_another_one_of_the_claim() -> None:
    (named,) = rules.preset("commercial").select("diagnosis.missing")

    @rules.rule("acme.both", severity="error", over="claim")
    def both(given, /, context):
        """The other rule is content."""
        yield from named(given, context)

    assert [each.rule for each in otcodes.check(claim(diagnoses=()), rules=both)] == ["diagnosis.missing"]


def test_a_rule_of_days_is_asked_where_one_of_the_claims_own_lines_may_concern_it() -> None:
    asked = []

    @rules.rule("acme.codes", severity="error", over="day", applies=lambda facts: facts.code == "97530")
    def codes(lines, /, _context):
        """It asks of days with 97530."""
        asked.append([each.procedure for each in lines])
        yield from ()

    other = claim(line(), id="B")
    otcodes.check(claim(line("97535")), rules=codes, beside=[other])
    assert asked == []  # it is the other claim's
    otcodes.check(claim(line("97535"), line()), rules=rules.by_day(codes), beside=[other])
    otcodes.check(claim(line("97535")), rules=rules.by_day(codes), beside=[other])
    assert asked == [["97535", "97530", "97530"]]
    report = otcodes.check(claim(line("99213"), line("97535")), rules=rules.by_day(codes))
    reason = f"99213 on {DOS} is outside the coverage of the table of procedures"
    assert [(each.path, each.reason) for each in report.not_checked] == [("lines[0].procedure", reason)]
