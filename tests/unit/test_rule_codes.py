"""What the rules of modifiers, revenue codes and diagnoses say at their edges, and why they cannot judge."""

import datetime as dt

import pytest
from builders import DOS, PLAN, claim, hospital, line
from builders_reports import told, unjudged
from builders_tables import catalog_with

import otcodes
from otcodes import fixes

PAST = dt.date(2024, 7, 1)  # editions of every table are on board for it
REVENUE, MISSING = "revenue.discipline-mismatch", "modifier.discipline-missing"


def marked(*modifiers: str, **facts) -> otcodes.ServiceLine:
    return line(modifiers=modifiers, **facts)


@pytest.mark.parametrize(
    ("rule", "given", "path", "reason"),
    [
        (
            MISSING, claim(line(), line("97129", modifiers=())), "lines[1].modifiers",
            "97129 needs GO under a therapy plan of care; the claim does not say",
        ),
        (
            MISSING, claim(line(), line("97010", modifiers=(), minutes=None)), "lines[1].modifiers",
            "whether 97010 is on the therapy code list is not known",
        ),
        (
            "modifier.order", claim(marked("GO"), marked("GO", "KX"), payer="tricare"), "lines[1].modifiers",
            "in which order TRICARE wants modifiers is not on board",
        ),
        (
            REVENUE, hospital(line(revenue_code="0430"), line(empty_fields=["revenue_code"])),
            "lines[1].revenue_code", "the revenue code is empty",
        ),
        (
            "diagnosis.unknown", claim(line(on=dt.date(2031, 3, 1)), diagnoses=("M62.81",)), "diagnoses[0]",
            "M62.81 on 2031-03-01 is outside the coverage of the table of diagnoses",
        ),
    ],
)  # fmt: skip
def test_what_could_not_be_judged_of_a_code_says_where_and_why(rule, given, path, reason) -> None:
    assert unjudged(given, rule) == [(path, reason)]


@pytest.mark.parametrize(
    ("rule", "given", "message", "fix"),
    [
        ("modifier.duplicate", marked("GO", "a b", "a b"), "a modifier is on the line twice",
         fixes.DropRepeatedModifiers()),
        ("modifier.duplicate", marked("GO", "KX", "59", "KX", "59"), "59, KX are on the line twice",
         fixes.DropRepeatedModifiers()),
        # A code that the other discipline does not furnish, or that nobody here knows.
        ("modifier.discipline-wrong", line("97165", modifiers=("GP",)),
         "GP is physical-therapy's modifier; occupational-therapy has GO", fixes.ReplaceModifier("GP", "GO")),
        ("modifier.discipline-wrong", line("99213", modifiers=("GP",)),
         "GP is physical-therapy's modifier; occupational-therapy has GO",
         fixes.ReplaceModifier("GP", "GO", is_safe=False)),
        # Whose the line is, is proved by its discipline's modifier alone.
        ("modifier.assistant-wrong", marked("GO", "CQ"),
         "CQ is for assistants of physical-therapy; occupational-therapy has CO",
         fixes.ReplaceModifier("CQ", "CO")),
        ("modifier.assistant-wrong", marked("CQ"),
         "CQ is for assistants of physical-therapy; occupational-therapy has CO",
         fixes.ReplaceModifier("CQ", "CO", is_safe=False)),
        ("modifier.assistant-without-discipline", marked("GP", "CO"), "CO needs GO beside it", None),
        ("modifier.assistant-without-discipline", marked("CO"), "CO needs GO beside it",
         fixes.AddModifier("GO", is_first=True)),
        ("diagnosis.pointer-invalid", line(diagnoses=("a b", "R27.8")),
         "the line points at a diagnosis, R27.8, which the claim lacks", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_lines_codes_and_what_mends_it(rule, given, message, fix) -> None:
    (finding,) = [each for each in otcodes.check(claim(given)) if each.rule == rule]
    assert (finding.message, finding.fix) == (message, fix)


def test_a_code_that_is_perhaps_not_on_the_therapy_list_wants_its_modifier_under_a_plan() -> None:
    """By the modifier's own meaning, so that it is a warning."""
    packs = claim(line("97010", modifiers=(), minutes=None), plan_of_care=PLAN)
    message = "97010 needs GO, the modifier of its discipline"
    assert told(packs, MISSING) == [("warning", "lines[0].modifiers", message)]


@pytest.mark.parametrize(
    ("code", "modifiers", "whose", "has", "fix"),
    [
        ("0430", (), "occupational-therapy's, of the modifier GO", "none",
         fixes.AddModifier("GO", is_first=True)),
        ("0430", ("GO", "GP"), "occupational-therapy's, of the modifier GO", "GO and GP", None),
        ("0420", (), "physical-therapy's, of the modifier GP", "none", None),
    ],
)  # fmt: skip
def test_a_revenue_code_wants_its_disciplines_modifier_alone(code, modifiers, whose, has, fix) -> None:
    given = hospital(marked(*modifiers, revenue_code=code, on=PAST))
    (finding,) = [each for each in otcodes.check(given) if each.rule == REVENUE]
    message = f"revenue code {code} is {whose}; the line has {has}"
    assert (finding.message, finding.fix) == (message, fix)


def test_a_revenue_code_is_not_judged_where_nobody_knows_its_disciplines_modifier() -> None:
    given = hospital(marked("GO", revenue_code="0430", on=PAST))
    reason = "the modifiers of occupational-therapy on 2024-07-01 are out of coverage"
    without = catalog_with("modifiers", without="GO,")
    assert unjudged(given, REVENUE, catalog=without) == [("lines[0].modifiers", reason)]


@pytest.mark.parametrize(
    ("rule", "given", "catalog", "message"),
    [
        (
            "modifier.conflict", claim(marked("GO", "59", "XE")),
            catalog_with("modifier_conflicts", last="2025-12-31"),
            "59 and XE do not stand on one line (by modifier-pairs-2026, carried forward)",
        ),
        (
            "modifier.not-for-therapy", claim(marked("GO", "25")),
            catalog_with("unsuitable_modifiers", last="2025-12-31"),
            "25 does not go with therapy such as 97530 (by component-indicators, carried forward)",
        ),
        (
            REVENUE, hospital(marked(revenue_code="0430")), None,
            ("revenue code 0430 is occupational-therapy's, of the modifier GO; the line has none"
            " (by nubc-therapy-2025, carried forward)"),
        ),
    ],
)  # fmt: skip
def test_what_rests_on_an_older_edition_is_a_warning_and_names_it(rule, given, catalog, message) -> None:
    assert [(severity, said) for severity, _, said in told(given, rule, catalog=catalog)] == [
        ("warning", message)
    ]


def test_a_text_in_the_place_of_a_diagnosis_is_not_shown() -> None:
    twice = claim(diagnoses=("a b", "M62.81", "a b"))
    message = "a diagnosis is on the claim twice"
    assert told(twice, "diagnosis.duplicate") == [("warning", "diagnoses[2]", message)]


def test_a_seventh_character_that_a_code_does_not_take_is_told_with_those_that_it_takes() -> None:
    rule = "diagnosis.seventh-character"
    given = claim(diagnoses=("Z50.1", "W19.XXXZ", "M62.81", "W19.A"))
    wrong, short = [each for each in otcodes.check(given) if each.rule == rule]
    assert (wrong.path, wrong.message, wrong.fix) == (
        "diagnoses[1]", "W19.XXXZ has a seventh character that its code does not take", None,
    )  # fmt: skip
    assert wrong.suggestions == ("W19.XXXA", "W19.XXXD", "W19.XXXS")
    assert (short.path, short.message, short.suggestions) == (
        "diagnoses[3]", "W19.A lacks the placeholder X", ("W19.XXXA",),
    )  # fmt: skip
    # What may be anything is no code at all.
    unknown = claim(diagnoses=("W19.Z", "M62.81A"))
    assert not told(unknown, rule)
    assert len(told(unknown, "diagnosis.unknown")) == 2


def test_an_unknown_diagnosis_is_told_with_the_codes_of_that_day_that_are_near() -> None:
    """M54.5 was a code until September 2021, and its three followers came then."""
    for on, near, far in ((DOS, "M54.59", None), (dt.date(2021, 9, 30), "M54.5", "M54.59")):
        report = otcodes.check(claim(line(on=on), diagnoses=("M54.58",)))
        (finding,) = [each for each in report if each.rule == "diagnosis.unknown"]
        assert near in finding.suggestions
        assert far not in finding.suggestions


TABULAR = " (by icd-10-cm-tabular-fy2026-april, carried forward)"


@pytest.mark.parametrize(
    ("rule", "diagnoses", "path", "message"),
    [
        (
            "diagnosis.excludes1", ("F82", "R27.8"), "diagnoses[1]",
            "F82 and R27.8: the Excludes1 note at F82 keeps them apart",
        ),
        (
            "diagnosis.manifestation-first", ("F02.80", "G30.9"), "diagnoses[0]",
            "F02.80 is a manifestation: the disease it comes from stands before it",
        ),
    ],
)  # fmt: skip
def test_what_rests_on_a_note_of_last_year_is_a_warning_and_names_it(rule, diagnoses, path, message) -> None:
    later = claim(line(on=dt.date(2026, 11, 2)), diagnoses=diagnoses)
    assert told(later, rule) == [("warning", path, message + TABULAR)]


def test_a_manifestation_is_judged_on_the_days_whose_notes_are_known() -> None:
    rule = "diagnosis.manifestation-first"
    early = line(on=dt.date(2019, 3, 1))
    reason = "whether F02.80 is a manifestation on 2019-03-01 is not on board"
    assert unjudged(claim(early, diagnoses=("F02.80", "G30.9")), rule) == [("diagnoses[0]", reason)]
    both = claim(early, line(), diagnoses=("F02.80", "G30.9"))
    message = "F02.80 is a manifestation: the disease it comes from stands before it"
    assert told(both, rule) == [("error", "diagnoses[0]", message)]


def test_two_diagnoses_are_judged_on_the_days_whose_notes_are_known() -> None:
    """The notes are on board from 2021 on; of two days before it is noted once."""
    days = [dt.date(2020, 12, 30), dt.date(2020, 12, 31), dt.date(2021, 1, 4)]
    given = claim(*(line(on=on) for on in days), diagnoses=("F82", "R27.8"))
    message = "F82 and R27.8: the Excludes1 note at F82 keeps them apart"
    assert told(given, "diagnosis.excludes1") == [("warning", "diagnoses[1]", message)]
    reason = "whether F82 and R27.8 exclude each other on 2020-12-30 is not on board"
    noted = [each.reason for each in otcodes.check(given).not_checked if each.rule == "diagnosis.excludes1"]
    assert noted == [reason]


def test_a_side_that_is_left_open_is_told_once_of_each_diagnosis() -> None:
    lines = line(), line(on=dt.date(2026, 3, 3))
    report = otcodes.check(claim(*lines, diagnoses=("M25.519", "m25519", "M25.529")))
    paths = [each.path for each in report if each.rule == "diagnosis.unspecified-laterality"]
    assert paths == ["diagnoses[0]", "diagnoses[2]"]
