"""What rules make of tables that say less, more or something older than the bundled ones."""

import datetime as dt

import attrs
import pytest
from builders import claim, hospital, line
from builders_reports import told, unjudged
from builders_tables import catalog_with

import otcodes
from otcodes import fixes, rules

day = dt.date.fromisoformat
PAST = day("2024-07-01")  # editions of every table are on board for it
MEDICARE = otcodes.payers.policy("medicare-b")


# A rule, the claim, a table of which a row or the last day differs, and what is said then: it rests on a row,
# or on the lack of one, that is older than the day.
CARRIED = [
    ("procedure.unknown", claim(line("A0001")), None, "there is no procedure code A0001 on 2026-03-02"),
    (
        "procedure.invalid-for-payer", claim(line("97014")),
        catalog_with("payer_substitutions", last="2025-12-31"),
        "Medicare Part B does not take 97014; it takes G0283",
    ),
    (
        "procedure.not-covered", claim(line("97010", minutes=None)),
        catalog_with("payment_status", without="97010,", also=("97010,2025-01-01,,yes,,N",)),
        "97010 has status N on 2026-03-02: not covered",
    ),
    (
        "procedure.bundled", claim(line("97010", minutes=None)),
        catalog_with("payment_status", without="97010,", also=("97010,2025-01-01,,yes,,B",)),
        "97010 has status B on 2026-03-02: bundled, never paid separately",
    ),
    (
        "procedure.add-on-without-primary", claim(line("97811")), None,
        "97811 is an add-on; none of 97810, 97813 stands beside it on 2026-03-02",
    ),
    (
        "procedure.evaluation-repeated", claim(line("97165"), line("97168")),
        catalog_with("mutually_exclusive", last="2025-12-31"),
        "97168 beside 97165: one evaluation or re-evaluation a day",
    ),
    (
        "procedure.mutually-exclusive", claim(line("98979"), line("98980")),
        catalog_with("mutually_exclusive", last="2026-01-31"),
        "98980 and 98979, here on 2026-03-02, exclude each other in one month",
    ),
    (
        "telehealth.not-eligible", claim(line("97550", place="10", minutes=30)),
        catalog_with(
            "telehealth", without="97550,", also=("97550,2024-01-01,,yes,,no",), last="2025-12-31"
        ),
        "97550 is not on the telehealth list of 2026-03-02",
    ),
    (
        "telehealth.modifier-missing", hospital(line(place="10")),
        catalog_with("telehealth_billing", last="2025-12-31"),
        "place 10 is telehealth, which 95 says to Medicare Part B",
    ),
    (
        "units.untimed-multiple", claim(line("G0283", units=2)),
        catalog_with("once_per_day", last="2025-12-31"),
        "2 units of G0283, which is billed once a day or session",
    ),
    (
        "pair.modifier-needed", claim(line("97150"), line()), None,
        ("97530 is not paid beside 97150 on one day without a modifier such as 59,"
        " where the record shows separate services"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "wrong", "catalog", "message"), CARRIED, ids=[each[0] for each in CARRIED])
def test_what_rests_on_an_older_edition_is_a_warning_and_names_it(rule, wrong, catalog, message) -> None:
    (finding,) = [each for each in otcodes.check(wrong, catalog=catalog) if each.rule == rule]
    assert (finding.severity, finding.carried_forward) == (otcodes.Severity.WARNING, True)
    own, _, carried = finding.message.partition(" (by ")
    assert own == message
    editions = {edition.id for entry in otcodes.Catalog.bundled().entries for edition in entry.editions}
    assert carried.removesuffix(", carried forward)") in editions


# Rules of which a payer's own policy, or a table, makes something that no bundled one does.
BY_PLACE, BY_MODIFIER, BY_BOTH = (
    attrs.evolve(MEDICARE, telehealth=style) for style in ("place", "modifier", "both")
)
HOME = line(place="10")


@pytest.mark.parametrize(
    ("rule", "wrong", "policy", "expected"),
    [
        (
            "telehealth.place-mismatch", claim(HOME), BY_BOTH,
            ("warning", "lines[0].place", "place 10 is telehealth; Medicare Part B wants 95 with it"),
        ),
        (
            "telehealth.place-mismatch", claim(line(modifiers=("GO", "95"))), BY_BOTH,
            ("warning", "lines[0].place",
            "the line has a telehealth modifier; its place is 11, which is none of telehealth"),
        ),
        (
            "telehealth.place-mismatch", claim(HOME), BY_MODIFIER,
            ("warning", "lines[0].place",
            "telehealth of 2026-03-02 was billed with the place of a visit in person and 95"),
        ),
        (
            "telehealth.modifier-missing", claim(HOME), BY_MODIFIER,
            ("error", "lines[0].modifiers", "place 10 is telehealth, which 95 says to Medicare Part B"),
        ),
        # Before 2024 the place was that of a visit in person.
        (
            "telehealth.place-mismatch", claim(attrs.evolve(HOME, on=day("2023-03-01"))), MEDICARE,
            ("warning", "lines[0].place",
            "telehealth of 2023-03-01 was billed with the place of a visit in person and 95"),
        ),
    ],
)  # fmt: skip
def test_telehealth_is_billed_in_the_way_of_the_payer_and_the_day(rule, wrong, policy, expected) -> None:
    assert told(wrong, rule, policy=policy) == [expected]


@pytest.mark.parametrize(
    ("right", "policy"),
    [
        (claim(HOME), MEDICARE),
        (claim(HOME), BY_PLACE),
        (hospital(line(place="10", modifiers=("GO", "95"))), MEDICARE),
        (claim(line(modifiers=("GO", "95"))), BY_MODIFIER),
        (claim(line(place="10", modifiers=("GO", "95"))), BY_BOTH),
        # A modifier and a place that there are not say nothing of telehealth, and other rules name them.
        (claim(line(modifiers=("GO", "ZY"))), MEDICARE),
        (claim(line(place="28")), MEDICARE),
        # It was billed by the modifier then, which one of sound alone has in another form.
        (claim(attrs.evolve(HOME, on=day("2023-03-01"))), BY_PLACE),
    ],
)
def test_telehealth_that_is_billed_so_is_judged_and_quiet(right, policy) -> None:
    report = otcodes.check(right, policy=policy)
    each = (*report.findings, *report.not_checked)
    assert not [entry.rule for entry in each if entry.rule.startswith("telehealth")]


def test_a_hospitals_telehealth_has_the_modifier_for_whoever_asks() -> None:
    asked = rules.preset("medicare-b").select("telehealth")
    each = [finding.rule for finding in otcodes.check(hospital(HOME, payer="commercial"), rules=asked)]
    assert each == ["telehealth.modifier-missing"]
    assert not otcodes.check(claim(HOME, payer="commercial"), rules=asked).findings


def test_telehealth_by_the_place_is_not_judged_of_a_hospitals_line_without_one() -> None:
    lacking = hospital(line(place=None, modifiers=("GO", "95")))
    reason = "the place of service is not given"
    assert unjudged(lacking, "telehealth.place-mismatch", policy=BY_PLACE) == [("lines[0].place", reason)]


def test_whether_telehealth_is_paid_is_not_judged_on_a_day_that_no_act_speaks_of() -> None:
    """But a code that is not on the list is not paid by telehealth in any case."""
    unknown = catalog_with("telehealth_periods", without="occupational-therapy,2026")
    reason = "whether telehealth of occupational-therapy is paid on 2026-03-02 is not on board"
    rule = "telehealth.not-eligible"
    assert unjudged(claim(line("97018"), HOME), rule, catalog=unknown) == [("lines[1].on", reason)]
    early = catalog_with("telehealth_periods", without="occupational-therapy,2023-05")
    unlisted = claim(line("97550", minutes=30, place="10", on=PAST))
    message = "97550 is not on the telehealth list of 2024-07-01"
    assert told(unlisted, rule, catalog=early) == [("error", "lines[0].procedure", message)]


def test_a_code_that_came_on_the_telehealth_list_later_was_not_on_it_before() -> None:
    early = claim(line("97550", minutes=30, place="10", on=day("2023-03-01")))
    message = "97550 is not on the telehealth list of 2023-03-01"
    assert told(early, "telehealth.not-eligible") == [("error", "lines[0].procedure", message)]


MADE_UP = ",cpt,Made up,other,untimed,,none,occupational-therapy,,{},,,"
RETIRED = catalog_with(
    "procedures",
    also=(
        f"97998,2020-01-01,2020-12-31,yes,{MADE_UP.format('97161')}",
        f"97998,2022-01-01,2022-12-31,yes,{MADE_UP.format('97999')}",
        f"97999,2023-01-01,2023-12-31,yes,{MADE_UP.format('97530')}",
        f"97996,2020-01-01,2020-12-31,yes,{MADE_UP.format('')}",
    ),
)


@pytest.mark.parametrize(
    ("code", "on", "message", "fix"),
    [
        # Between two times in force it is the earlier one that ended.
        ("97998", "2021-05-03", "97998 was in force until 2020-12-31; after it: 97161", "97161"),
        ("97998", "2023-05-03", "97998 was in force until 2022-12-31; after it: 97999", "97999"),
        # What took its place is retired, too.
        ("97998", "2024-05-03", "97998 was in force until 2022-12-31; after it: 97530", "97530"),
        ("97996", "2024-05-03", "97996 was in force until 2020-12-31", None),
    ],
)
def test_a_retired_code_is_told_with_what_took_its_place_by_that_day(code, on, message, fix) -> None:
    report = otcodes.check(claim(line(code, on=day(on))), catalog=RETIRED)
    (finding,) = [each for each in report if each.rule == "procedure.not-effective"]
    assert finding.message == message
    assert finding.suggestions == ((fix,) if fix else ())
    assert finding.fix == (fixes.ReplaceProcedure(fix) if fix else None)


def test_a_code_outside_the_fee_schedule_may_be_paid_to_a_hospital_by_another_one() -> None:
    outside = catalog_with("payment_status", without="97010,", also=("97010,2024-01-01,,yes,,X",))
    packs = line("97010", minutes=None, on=PAST)
    reason = "97010 is outside the fee schedule; whether another one pays it is not on board"
    rule = "procedure.not-covered"
    assert unjudged(hospital(packs), rule, catalog=outside) == [("lines[0].procedure", reason)]
    message = "97010 has status X on 2024-07-01: excluded from the fee schedule by statute"
    assert told(claim(packs), rule, catalog=outside) == [("error", "lines[0].procedure", message)]


def test_an_add_on_of_a_month_wants_its_primary_in_the_month() -> None:
    rule = "procedure.add-on-without-primary"
    added = line("98981", minutes=20)
    message = "98981 is an add-on; none of 98980 stands beside it in 2026-03"
    assert told(claim(added), rule) == [("error", "lines[0].procedure", message)]
    for on, is_missing in (("2026-03-31", False), ("2026-04-01", True), ("2025-03-31", True)):
        first = line("98980", minutes=20, on=day(on))
        assert bool(told(claim(added, first), rule)) == is_missing


EARLY = day("2024-03-01")  # of most pairs in force from July 2024 on nobody here knows whether they were then
NEVER, NEEDED, UNNEEDED = "pair.never-together", "pair.modifier-needed", "pair.modifier-unneeded"


def lines_of(on: dt.date, *codes: str, modifiers: tuple[str, ...] = ("GO",)) -> list[otcodes.ServiceLine]:
    return [line(code, on=on, modifiers=modifiers) for code in codes]


@pytest.mark.parametrize("rule", [NEVER, NEEDED])
def test_of_a_line_it_is_noted_from_which_others_a_pair_may_keep_it(rule) -> None:
    reason = "whether a pair keeps 97150 from 97140, 97530 on 2024-03-01 is not on board"
    early = claim(*lines_of(EARLY, "97150", "97530", "97140"))
    assert unjudged(early, rule) == [("lines[0].procedure", reason)]


def test_a_modifier_of_a_line_that_a_pair_may_keep_from_another_is_not_judged_and_the_next_one_is() -> None:
    (first,) = lines_of(EARLY, "97537", modifiers=("GO", "59"))
    (third,) = lines_of(EARLY, "97110", modifiers=("GO", "59"))
    checked = claim(first, *lines_of(EARLY, "97530"), third)
    report = otcodes.check(checked)
    reason = "whether a pair keeps 97537 from 97530 on 2024-03-01 is not on board"
    noted = [(each.path, each.reason) for each in report.not_checked if each.rule == UNNEEDED]
    assert noted == [("lines[0].procedure", reason)]
    message = "no pair in force asks for 59 on 97110 beside the lines of 2024-03-01"
    assert told(checked, UNNEEDED) == [("warning", "lines[2].modifiers", message)]


def test_a_code_that_nobody_knows_makes_no_pair_with_itself() -> None:
    unknown = claim(line("99213", modifiers=("GO", "59")), line("97110"))
    reason = "whether a pair keeps 99213 from 97110 on 2026-03-02 is not on board"
    assert ("lines[0].procedure", reason) in unjudged(unknown, UNNEEDED)


@pytest.mark.parametrize(
    ("lines", "paths"),
    [
        ([*lines_of(PAST, "97110", "97535"), *lines_of(PAST + dt.timedelta(1), "97150", "97530")], [3]),
        ([*lines_of(PAST, "97150", "97530"), *lines_of(PAST + dt.timedelta(1), "97110", "97535")], [1]),
        ([*lines_of(PAST, "97150", "97530"), *lines_of(PAST + dt.timedelta(1), "97150", "97530")], [1, 3]),
        # The same codes on two days are not beside each other.
        ([*lines_of(PAST, "97150"), *lines_of(PAST + dt.timedelta(1), "97530")], []),
        # Two disciplines, of which it is not known whether one provider furnished them, and one.
        (
            [
                *lines_of(PAST, "97150"),
                line(on=PAST, discipline="physical-therapy", modifiers=("GP",)),
                *lines_of(PAST, "97535"),
            ],
            [2],
        ),
    ],
)
def test_each_day_has_the_pairs_of_its_own_lines(lines, paths) -> None:
    assert [path for _, path, _ in told(claim(*lines), NEEDED)] == [f"lines[{at}].modifiers" for at in paths]


@pytest.mark.parametrize(
    ("lines", "place", "code"),
    [
        # 59 may tell two lines of one code apart, of the next code it tells nothing.
        (
            [
                *lines_of(PAST, "97110", modifiers=("GO", "59")),
                *lines_of(PAST, "97110"),
                *lines_of(PAST, "97140", modifiers=("GO", "59")),
            ],
            2,
            "97140",
        ),
        # A pair of two disciplines may ask for it, the next line has none.
        (
            [
                *lines_of(PAST, "97537", modifiers=("GO", "59")),
                line(on=PAST, discipline="physical-therapy", modifiers=("GP",)),
                *lines_of(PAST, "97110", modifiers=("GO", "59")),
            ],
            2,
            "97110",
        ),
    ],
)
def test_a_line_whose_modifier_may_be_needed_keeps_no_other_one_from_being_judged(lines, place, code) -> None:
    message = f"no pair in force asks for 59 on {code} beside the lines of 2024-07-01"
    assert told(claim(*lines), UNNEEDED) == [("warning", f"lines[{place}].modifiers", message)]


def test_that_a_hospital_has_no_such_pair_rests_on_the_hospitals_edition() -> None:
    own = "no pair in force asks for 59 on 97110 beside the lines of 2026-03-02 (by {}, carried forward)"
    lines = [line("97110", modifiers=("GO", "59")), line("97140")]
    for given, edition in ((claim, "ncci-ptp-2024q3"), (hospital, "ncci-ptp-2024q3-hospital")):
        assert told(given(*lines), UNNEEDED) == [("warning", "lines[0].modifiers", own.format(edition))]
