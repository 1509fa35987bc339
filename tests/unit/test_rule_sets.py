"""What a rule of one's own is made of, how rules join, and what a rule may say and ask while it runs."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders import DOS, claim, hospital, line

import otcodes
from otcodes import rules

BUNDLED = otcodes.Catalog.bundled()
MEDICARE = otcodes.payers.policy("medicare-b")
CITED = otcodes.Citation("Handbook of the clinic", "page 3")


@rules.rule("acme.place", severity="warning")
def place_is_the_clinic(line, /, context):
    """The service is in the clinic.

    Other places are billed elsewhere.
    """
    if line.place != "11":
        yield context.finding(line, "place")


@rules.rule("acme.one-day", severity="error", over="day")
def day_has_two_lines(lines, /, context):
    """A day has two lines at most."""
    if len(lines) > 2:
        yield context.finding(lines[-1], "on")


@rules.rule("acme.name", severity="information", over="claim")
def claim_has_an_id(claim, /, context):
    """A claim has an id."""
    if not claim.id:
        yield context.finding(claim, "id")


def test_a_rule_is_made_of_what_it_was_told() -> None:
    def applies(facts):
        return facts.code == "97530"

    @rules.rule(
        "acme.all", severity="error", cites=CITED, over="line", asks="follows_medicare",
        reads=["places", "procedures"], applies=applies, sees=["place"], since="7.1",
    )  # fmt: skip
    def says_nothing(_line, /, _context):
        """Nothing is wrong.

        Ever.
        """
        yield from ()

    assert (says_nothing.id, says_nothing.severity) == ("acme.all", otcodes.Severity.ERROR)
    assert says_nothing.statement == "Nothing is wrong."
    assert str(says_nothing) == "acme.all: Nothing is wrong."
    assert (says_nothing.cites, says_nothing.over) == (CITED, "line")
    assert (says_nothing.asks, says_nothing.reads) == ("follows_medicare", ("places", "procedures"))
    assert (says_nothing.applies, says_nothing.sees) == (applies, frozenset({"place"}))
    assert says_nothing.since == "7.1"
    assert place_is_the_clinic.sees is None
    assert (day_has_two_lines.over, claim_has_an_id.over) == ("day", "claim")


def test_a_rule_without_a_statement_is_refused() -> None:
    def mute(_line, _context):
        yield from ()

    with pytest.raises(ValueError) as caught:
        rules.rule("acme.mute", severity="error")(mute)
    expected = "rule acme.mute: the function needs a docstring that says what should hold"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        ("", (True, True, True)),
        ("follows_medicare", (True, False, None)),
        ("limit_table", (True, False, True)),
    ],
)
def test_a_rule_asks_the_policy_whether_the_payer_judges_by_it(asks, expected) -> None:
    asked = attrs.evolve(place_is_the_clinic, asks=asks)
    policies = map(otcodes.payers.policy, ("medicare-b", "commercial", "medicaid"))
    assert tuple(map(asked.applies_to, policies)) == expected


def test_rules_join_to_a_set_in_their_order() -> None:
    both = place_is_the_clinic | day_has_two_lines
    assert both.rules == (place_is_the_clinic, day_has_two_lines)
    assert (both | claim_has_an_id | place_is_the_clinic).rules == (*both.rules, claim_has_an_id)
    assert (claim_has_an_id | both).rules == (claim_has_an_id, *both.rules)
    assert len(both) == 2
    assert str(both) == (
        "acme.place: The service is in the clinic.\nacme.one-day: A day has two lines at most."
    )


def test_two_rules_of_one_id_are_refused_by_their_ids() -> None:
    other, another = (
        attrs.evolve(each, statement="Another.") for each in (place_is_the_clinic, claim_has_an_id)
    )
    with pytest.raises(ValueError) as caught:
        place_is_the_clinic | claim_has_an_id | (another | other)
    assert str(caught.value) == "a rule's id is used once: acme.name, acme.place"


def test_a_set_is_narrowed_by_id_and_by_group_with_what_is_pending() -> None:
    every = rules.RuleSet((place_is_the_clinic, claim_has_an_id), (day_has_two_lines,))
    for names in (["acme"], ["acme.place", "acme.one-day"]):
        kept, left = every.select(*names), every.without(*names)
        assert {rule.id for rule in (*kept.rules, *left.rules)} == {"acme.place", "acme.name"}
        assert kept.pending == (day_has_two_lines,)
        assert left.pending == ()
        assert left.rules == (() if names == ["acme"] else (claim_has_an_id,))
    assert every.without("acme.name").pending == (day_has_two_lines,)
    assert every.select("acme.name").pending == ()
    for narrowed in (every.select, every.without):
        with pytest.raises(otcodes.UnknownRuleError) as caught:
            narrowed("acme.name", "acm")
        assert caught.value.rule == "acm"
        assert caught.value.known == ("acme.place", "acme.name", "acme.one-day")


def test_what_is_pending_is_not_checked_of_any_claim() -> None:
    every = rules.RuleSet((place_is_the_clinic,), (claim_has_an_id,))
    (entry,) = otcodes.check(claim(id="A1", file="week.csv"), rules=every).not_checked
    assert (entry.rule, entry.path) == ("acme.name", "")
    assert entry.reason == "whether Medicare Part B applies it is not on board"
    assert (entry.claim, entry.file) == ("A1", "week.csv")


def test_a_set_is_run_over_a_claim_with_those_beside_it() -> None:
    every = place_is_the_clinic | day_has_two_lines | claim_has_an_id

    @rules.rule("acme.first", severity="error", over="day")
    def first_is_one_of_two(lines, /, context):
        """A day has two lines at most."""
        if len(lines) > 2:
            yield context.finding(lines[0], "on")

    checked = claim(line(), line(place="12"))
    assert [(each.rule, each.path, each.message) for each in otcodes.check(checked, rules=every)] == [
        ("acme.name", "id", "A claim has an id."),
        ("acme.place", "lines[1].place", "The service is in the clinic."),
    ]
    # Three lines a day, with that of another claim of the same payer and setting.
    same = claim(line("97535"), id="B")
    for beside, is_found in (
        ([same], True),
        ([attrs.evolve(same, payer="commercial")], False),
        ([attrs.evolve(same, setting="outpatient-hospital")], False),
        ([claim(line("97535", on=DOS + dt.timedelta(1)))], False),
    ):
        # The last line of the day stands on the claim that comes last.
        found = otcodes.check(checked, rules=every, beside=[*beside, checked])
        assert ("acme.one-day" in {each.rule for each in found}) == is_found
        # Beside others that it is not among, it comes first.
        found = otcodes.check(checked, rules=every, beside=beside)
        assert "acme.one-day" not in {each.rule for each in found}
        found = otcodes.check(checked, rules=first_is_one_of_two, beside=beside)
        assert [each.path for each in found] == (["lines[0].on"] if is_found else [])


def test_a_finding_says_what_the_rule_gave_it() -> None:
    fix = otcodes.fixes.AddModifier("GO")

    @rules.rule("acme.full", severity="error", cites=CITED)
    def is_full(line, /, context):
        """Something is right."""
        other = otcodes.Citation("Another book", "page 4")
        yield context.finding(line, "units", "It is full.", fix=fix, suggestions=("97535",), cites=other)
        yield context.finding(line, "units", severity=otcodes.Severity.INFORMATION)
        yield context.finding(line, "units", "Old.", carried_from="edition-7")
        yield context.finding(
            line,
            "units",
            "Old, and no matter.",
            carried_from="edition-7",
            severity=otcodes.Severity.INFORMATION,
        )

    checked = claim(line(source="row 4"), line(source="row 5"), id="A1", file="week.csv", source="row 3")
    by_message = {each.message: each for each in otcodes.check(checked, rules=is_full) if each.line == 1}
    carried = " (by edition-7, carried forward)"
    full, plain, old, minor = (
        by_message.pop(message)
        for message in (
            "It is full.",
            "Something is right.",
            f"Old.{carried}",
            f"Old, and no matter.{carried}",
        )
    )
    assert not by_message
    assert (full.rule, full.severity, full.path) == ("acme.full", "error", "lines[1].units")
    assert (full.fix, full.suggestions, full.citation) == (
        fix, ("97535",), otcodes.Citation("Another book", "page 4"),
    )  # fmt: skip
    assert (full.claim, full.file, full.position, full.carried_forward) == ("A1", "week.csv", "row 5", False)
    assert (plain.severity, plain.citation) == ("information", CITED)
    assert (plain.fix, plain.suggestions) == (None, ())
    # What rests on an older edition is a warning at most, and less where the rule says less.
    assert (old.severity, old.carried_forward) == ("warning", True)
    assert (minor.severity, minor.carried_forward) == ("information", True)


@pytest.mark.parametrize(("severity", "expected"), [("information", "information"), ("error", "warning")])
def test_a_payers_own_severity_holds_as_far_as_what_is_carried_forward_allows(severity, expected) -> None:
    @rules.rule("acme.old", severity="warning")
    def is_old(line, /, context):
        """Nothing is old."""
        yield context.finding(line, "units", severity=otcodes.Severity.ERROR)
        yield context.finding(line, "units", "Old.", carried_from="edition-7")

    plan = attrs.evolve(MEDICARE, severities={"acme.old": severity})
    found = {
        each.carried_forward: each.severity for each in otcodes.check(claim(), rules=is_old, policy=plan)
    }
    assert found == {False: severity, True: expected}


def test_a_rule_that_asks_another_one_speaks_for_itself_again() -> None:
    @rules.rule("acme.asks", severity="error")
    def asks_another(line, /, context):
        """The other rule is content."""
        yield from list(place_is_the_clinic(line, context))
        yield context.finding(line, "on")

    found = otcodes.check(claim(line(place="12")), rules=asks_another).findings
    assert sorted((each.rule, each.message) for each in found) == [
        ("acme.asks", "The other rule is content."),
        ("acme.place", "The service is in the clinic."),
    ]


@pytest.mark.parametrize(
    ("checked", "edition"),
    [
        (claim(line(on=dt.date(2026, 4, 15))), "mue-practitioner-2026q2"),
        (claim(line(on=dt.date(2026, 3, 31)), line(on=dt.date(2026, 4, 1))), "mue-practitioner-2026q2"),
        (claim(line(on=dt.date(2026, 3, 31))), "mue-medicare-2024q3"),
        (hospital(line(on=dt.date(2026, 4, 15))), "mue-medicare-2024q3"),
        (claim(line(on=dt.date(2026, 4, 15)), payer="medicaid"), "mue-medicaid-practitioner-2026q1"),
    ],
)
def test_a_report_names_the_edition_that_speaks_for_the_payer_the_setting_and_the_last_day(
    checked, edition
) -> None:
    assert otcodes.check(checked).editions["unit_limits"] == edition


def test_a_report_names_the_tables_whose_last_edition_was_past_that_day() -> None:
    stale = otcodes.check(claim(line(on=dt.date(2026, 8, 3)))).stale
    assert (stale["places"], stale["unit_limits"]) == ("pos-2024", "mue-practitioner-2026q2")
    assert set(otcodes.check(claim(line(on=dt.date(2026, 4, 15)))).stale) == set(stale) - {"unit_limits"}
    assert not otcodes.check(claim(line(on=dt.date(2024, 7, 1)))).stale
    none = otcodes.check(attrs.evolve(claim(), lines=()))
    assert not none.stale
    assert none.editions["unit_limits"] == BUNDLED.editions["unit_limits"]


def test_what_could_not_be_judged_tells_the_claim_and_its_file() -> None:
    report = otcodes.check(claim(line(place=None), id="A1", file="week.csv"))
    assert report.not_checked
    assert {(entry.claim, entry.file) for entry in report.not_checked} == {("A1", "week.csv")}


def test_one_line_object_may_stand_on_two_claims() -> None:
    """It has a place on each: what is found is found of the claim that is checked."""
    one = line(place="12")
    both = [claim(one, id="A", patient="1"), claim(line("97535"), one, id="B", patient="1")]
    first, second = otcodes.check_many(both, rules=rules.RuleSet((place_is_the_clinic,)))
    assert [(each.claim, each.path) for each in first] == [("A", "lines[0].place")]
    assert [(each.claim, each.path) for each in second] == [("B", "lines[1].place")]


def test_a_note_on_a_line_of_another_claim_is_one_on_the_lines_of_the_day() -> None:
    known = claim(line(), id="A", patient="1")
    lacking = claim(line("97535", minutes=None), id="B", patient="1")
    first, second = otcodes.check_many([known, lacking], rules=rules.preset("medicare-b").select("units"))
    reason = "the minutes of a timed line are not given"
    for report, path in ((first, "lines"), (second, "lines[0].minutes")):
        noted = [
            (each.path, each.reason) for each in report.not_checked if each.rule == "units.above-minutes"
        ]
        assert noted == [(path, reason)]


def test_a_claim_some_of_whose_lines_were_lost_is_judged_line_by_line_alone() -> None:
    every = place_is_the_clinic | day_has_two_lines | claim_has_an_id
    lines = [line(place="12"), line(), line(), line(on=DOS + dt.timedelta(1))]
    report = otcodes.check(attrs.evolve(claim(*lines), lost_lines=1), rules=every)
    assert {each.rule for each in report} == {"acme.place", "acme.name"}
    reason = "a line of the input could not be read, so no day is known whole"
    assert [(each.rule, each.path, each.reason) for each in report.not_checked] == [
        ("acme.one-day", "lines", reason)
    ]


def test_a_rule_that_gives_nothing_to_iterate_over_is_named() -> None:
    @rules.rule("acme.none", severity="error")
    def gives_none(_line, /, _context):
        """It yields."""

    with pytest.raises(TypeError) as caught:
        otcodes.check(claim(), rules=gives_none)
    assert str(caught.value) == "the rule acme.none gave None: a rule yields its findings"


def test_a_rule_is_asked_only_of_codes_to_which_it_applies_and_its_policy_is_at_hand() -> None:
    asked = []

    def applies(facts):
        asked.append((facts.code, facts.on, facts.policy.name, facts.catalog is BUNDLED))
        return facts.procedure is not None and facts.procedure.code == "97530"

    @rules.rule("acme.only", severity="error", applies=applies)
    def is_never_this(line, /, context):
        """97530 is never billed."""
        yield context.finding(line, "procedure")

    report = otcodes.check(claim(line("97535"), line()), rules=is_never_this)
    assert [each.path for each in report] == ["lines[1].procedure"]
    assert asked == [("97535", DOS, "medicare-b", True), ("97530", DOS, "medicare-b", True)]
    # Of a code that nobody knows nobody can tell.
    (entry,) = otcodes.check(claim(line("99213")), rules=is_never_this).not_checked
    assert entry.path == "lines[0].procedure"
    assert entry.reason == f"99213 on {DOS} is outside the coverage of the table of procedures"


def test_charges_are_told_apart_where_it_counts() -> None:
    """A rule that sees whether there is a charge is asked anew of a line with another one."""
    charged = rules.preset("commercial").select("line.charge-missing")
    amounts = (Decimal(48), Decimal(0), Decimal("0.50"), None, Decimal(1), Decimal(0))
    reports = [otcodes.check(claim(line(charge_usd=amount)), rules=charged) for amount in amounts]
    assert [len(report.findings) for report in reports] == [0, 1, 0, 0, 0, 1]
    assert [len(report.not_checked) for report in reports] == [0, 0, 0, 1, 0, 0]


def test_what_was_learnt_of_a_line_beside_a_claim_is_not_said_of_its_own() -> None:
    """The same lines make a day of two claims; what is wrong is each claim's own."""
    plain = claim(line("97140"), id="A", patient="1")
    marked = claim(line("97110", modifiers=("GO", "59")), id="B", patient="1")
    for order in ((plain, marked), (marked, plain)):
        own = rules.preset("medicare-b").select("pair.modifier-unneeded")
        for _ in range(2):
            found = {
                each.id: [finding.path for finding in otcodes.check(each, rules=own, beside=[plain, marked])]
                for each in order
            }
            assert found == {"A": [], "B": ["lines[0].modifiers"]}


def test_what_was_learnt_of_a_hospitals_claim_is_not_said_of_a_practitioners() -> None:
    """Five pointers are too many on a practitioner's line, and a hospital's has none to count."""
    codes = ("M62.81", "R27.8", "R26.89", "M25.561", "M54.50")
    given = {"practitioner": claim, "outpatient-hospital": hospital}
    for order in (tuple(given), tuple(given)[::-1]):
        own = rules.preset("medicare-b").select("diagnosis.pointer-invalid")
        for setting in (*order, *order):
            report = otcodes.check(given[setting](line(diagnoses=codes), diagnoses=codes), rules=own)
            assert bool(report.findings) == (setting == "practitioner")


CHARGED = rules.preset("commercial").select("line.charge-missing").rules[0]


def test_a_rule_under_a_condition_is_asked_again_of_a_line_that_differs_in_it() -> None:
    """What the rule itself does not look at may be what the condition asks."""

    @rules.rule("acme.short", severity="error")
    def lasts_long(each, /, context):
        """A service takes half an hour."""
        if each.minutes < 30:
            yield context.finding(each, "minutes")

    def is_short(each, _context):
        return each.minutes < 30

    free = Decimal(0)
    short, long = (claim(line(charge_usd=free, minutes=minutes)) for minutes in (15, 30))
    for rule, wrong, right in (
        (rules.when(is_short, CHARGED), short, long),
        (rules.unless(is_short, CHARGED), long, short),
        (rules.any_of(CHARGED, lasts_long), short, long),
    ):
        own = rules.RuleSet((rule,))
        found = [len(otcodes.check(each, rules=own).findings) for each in (right, wrong, right, wrong)]
        assert found == [0, 1, 0, 1]


def test_a_condition_may_ask_the_payer_and_the_context() -> None:
    free = claim(line(charge_usd=Decimal(0)))
    is_commercial = rules.payer_is("commercial", "va")
    for payer, is_asked in (("commercial", True), ("va", True), ("medicaid", False)):
        given = attrs.evolve(free, payer=payer)
        assert bool(otcodes.check(given, rules=rules.when(is_commercial, CHARGED)).findings) == is_asked
        assert bool(otcodes.check(given, rules=rules.unless(is_commercial, CHARGED)).findings) != is_asked

    def is_therapy(each, context):
        return context.is_therapy(each)

    for code, is_it in (("97530", True), ("99213", False)):
        given = claim(line(code, charge_usd=Decimal(0)))
        assert bool(otcodes.check(given, rules=rules.when(is_therapy, CHARGED)).findings) == is_it
        assert bool(otcodes.check(given, rules=rules.unless(is_therapy, CHARGED)).findings) != is_it


def test_a_rule_that_is_asked_by_the_claim_is_asked_again_of_other_lines() -> None:
    """An empty field of a line is none of the claim's."""

    @rules.rule("acme.full", severity="error", sees=["empty_fields"])
    def line_is_full(each, /, context):
        """No field is empty."""
        if each.empty_fields:
            yield context.finding(each, "place")

    @rules.rule("acme.full-day", severity="error", over="day", sees=["empty_fields"])
    def day_is_full(lines, /, context):
        """No field is empty."""
        for each in lines:
            yield from line_is_full(each, context)

    full, empty = claim(line()), claim(line(place=None, empty_fields=["place"]))
    for rule in (rules.each_line(line_is_full), rules.by_day(day_is_full)):
        own = rules.RuleSet((rule,))
        found = [len(otcodes.check(each, rules=own).findings) for each in (full, empty, full, empty)]
        assert found == [0, 1, 0, 1]


def test_rules_over_different_things_are_not_alternatives() -> None:
    with pytest.raises(ValueError) as caught:
        rules.any_of(place_is_the_clinic, day_has_two_lines)
    assert str(caught.value) == "any_of takes rules that are over the same thing: lines, days or claims"


def test_a_finding_between_those_of_another_rule_is_the_rules_that_makes_it() -> None:
    @rules.rule("acme.beside", severity="warning")
    def says_more(line, /, context):
        """What another rule finds is said twice."""
        for finding in place_is_the_clinic(line, context):
            yield context.finding(line, "units", f"beside {finding.rule}")

    report = otcodes.check(claim(line(place="12")), rules=rules.all_of(says_more))
    assert [(each.rule, each.message) for each in report] == [("acme.beside", "beside acme.place")]


def test_what_is_noted_of_a_line_beside_is_not_noted_of_the_claims_own() -> None:
    """It depends on which of two days that are alike is whose."""

    @rules.rule("acme.first", severity="warning", over="day", sees=["procedure"])
    def first_line_is_known(lines, /, context):
        """The first line of a day is known."""
        context.not_checked(context.path(lines[0], "on"), "unknown")
        yield from ()

    every = rules.all_of(first_line_is_known)
    own, other = claim(line(), patient="p"), claim(line("97140"), patient="p")
    for beside, path in (([other, own], "lines"), ([own, other], "lines[0].on")):
        report = otcodes.check(own, rules=every, beside=beside)
        assert [each.path for each in report.not_checked] == [path]


def test_the_pairs_of_two_disciplines_are_noted_at_the_claims_own_line() -> None:
    """Which claim comes first makes no difference, and what two others have between them is theirs."""
    own = claim(line("97530"), patient="p")
    physical = {"patient": "p", "discipline": "physical-therapy"}
    other = claim(line("97150", modifiers=("GP",)), **physical)
    third = claim(line("97750", modifiers=("GN",)), patient="p", discipline="speech-language-pathology")
    for beside in ([own, other, third], [other, third, own]):
        noted = otcodes.check(own, beside=beside).not_checked
        assert {each.path for each in noted if each.rule == "pair.modifier-needed"} == {"lines[0].procedure"}


def test_a_rule_of_ones_own_names_the_tables_that_it_reads() -> None:
    @rules.rule("acme.pairs", severity="warning", reads=["ptp_edits"])
    def says_nothing(_line, /, _context):
        """Medicare's pairs are looked at, whoever pays."""
        yield from ()

    report = otcodes.check(claim(payer="commercial"), rules=rules.all_of(says_nothing))
    assert list(report.editions) == ["ptp_edits"]


def test_what_is_noted_at_lines_is_noted_where_they_stand() -> None:
    """Days that are alike, in another order and at other places of the claim."""

    @rules.rule("acme.second", severity="warning", over="day", sees=["procedure"])
    def is_known(lines, /, context):
        """Each line of a day is known."""
        for each in lines:
            if each.procedure == "97140":
                context.not_checked(context.path(each, "on"), "unknown")
        yield from ()

    every = rules.all_of(is_known)
    one, two, before = line(), line("97140"), line(on=DOS - dt.timedelta(1))
    for lines, path in (
        ((one, two), 1),
        ((two, one), 0),
        ((before, one, two), 2),
        ((one, two), 1),
        ((two, one), 0),
    ):
        report = otcodes.check(claim(*lines), rules=every)
        assert [each.path for each in report.not_checked] == [f"lines[{path}].on"]
