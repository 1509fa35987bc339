"""What the rules of units say of a day: how many, of which line, in which words, and with which fix."""

from itertools import product

import attrs
import pytest
from builders import DOS, claim, hospital, line
from builders_tables import catalog_with

import otcodes
from otcodes import rules
from otcodes.fixes import SetUnits

ABOVE, BELOW = "units.above-minutes", "units.below-minutes"
MEDICARE, MIDPOINT, UNKNOWN = "medicare-b", "commercial", "tricare"
TIE = ", or another choice at the tie"
CPT = "by the CPT midpoint"


def day_of(text: str) -> list[otcodes.ServiceLine]:
    """The lines of a day, as `97530 15/1, 97110 30/2 PT`: code, minutes and units, perhaps of another."""
    lines = []
    for each in text.split(", "):
        code, count, *others = each.split()
        minutes, units = count.split("/")
        given = {"minutes": None if minutes == "-" else int(minutes), "units": int(units)}
        if others:
            given |= {"discipline": "physical-therapy", "modifiers": ("GP",)}
        lines.append(line(code, **given))
    return lines


# The payer, a day, and each finding: the rule, the number of the line, the message, and the fix.
DAYS = [
    # Example 1 of the manual: 47 minutes are 3 units, of which 97112 has 2.
    (
        MEDICARE, "97112 24/2, 97110 23/2",
        [(ABOVE, 1, "4 units billed; 47 timed minutes allow 3 units: 97112 2, 97110 1", SetUnits(1))],
    ),
    (MIDPOINT, "97112 24/2, 97110 23/2", []),
    # At a tie the therapist chooses, so that no number is proved.
    (
        MEDICARE, "97535 7/1, 97530 7/1",
        [(ABOVE, 1, f"2 units billed; 14 timed minutes allow 1 unit: 97535 1, 97530 0{TIE}", None)],
    ),
    (
        MIDPOINT, "97535 7/1, 97530 7/1",
        [
            (ABOVE, 0, f"1 unit of 97535 billed; 7 minutes of 97535 allow 0 units {CPT}", None),
            (ABOVE, 1, f"1 unit of 97530 billed; 7 minutes of 97530 allow 0 units {CPT}", None),
        ],
    ),
    (
        UNKNOWN, "97535 7/1, 97530 7/1",
        [(
            ABOVE, 1,
            (f"by either method: 2 units billed; 14 timed minutes allow 1 unit: 97535 1, 97530 0{TIE}"
            f" / 1 unit of 97530 billed; 7 minutes of 97530 allow 0 units {CPT}"), None,
        )],
    ),
    (
        MEDICARE, "97530 10/2, 97535 10/2, 97110 10/1",
        [
            (
                ABOVE, at,
                f"5 units billed; 30 timed minutes allow 2 units: 97530 1, 97535 1, 97110 0{TIE}",
                SetUnits(1, is_safe=False),
            )
            for at in (0, 1)
        ],
    ),
    (
        UNKNOWN, "97530 15/3, 97535 15/1",
        [(
            ABOVE, 0,
            ("by either method: 4 units billed; 30 timed minutes allow 2 units: 97530 1, 97535 1"
            f" / 3 units of 97530 billed; 15 minutes of 97530 allow 1 unit {CPT}"), SetUnits(1),
        )],
    ),
    # It is 1 unit by one method and 2 by the other.
    (
        UNKNOWN, "97112 24/2, 97110 23/3",
        [(
            ABOVE, 1,
            ("by either method: 5 units billed; 47 timed minutes allow 3 units: 97112 2, 97110 1"
            f" / 3 units of 97110 billed; 23 minutes of 97110 allow 2 units {CPT}"),
            SetUnits(1, is_safe=False),
        )],
    ),
    # Of two lines of a code nobody can tell which has too many, and it is said once.
    (
        MEDICARE, "97530 20/2, 97530 15/2",
        [(ABOVE, 0, "4 units of 97530 billed; 35 timed minutes allow 2 units", None)],
    ),
    (
        MEDICARE, "97530 15/2, 97530 15/2, 97535 15/2",
        [
            (ABOVE, 0, "6 units billed; 45 timed minutes allow 3 units: 97530 2, 97535 1", None),
            (ABOVE, 2, "6 units billed; 45 timed minutes allow 3 units: 97530 2, 97535 1", SetUnits(1)),
        ],
    ),
    (
        MEDICARE, "97530 15/2, 97530 15/1",
        [(ABOVE, 0, "3 units of 97530 billed; 30 timed minutes allow 2 units", None)],
    ),
    # A first code without its add-on has as many as both may, and takes none from another code.
    (
        MEDICARE, "97129 30/2, 97530 15/2",
        [(
            ABOVE, 1, "4 units billed; 45 timed minutes allow 3 units: 97129 1, 97130 1, 97530 1",
            SetUnits(1),
        )],
    ),
    # Of a first code and its add-on, the units are one count's.
    (
        MEDICARE, "97129 15/1, 97130 15/2",
        [(
            ABOVE, 1, "3 units of 97129+97130 billed; 30 timed minutes allow 2 units",
            SetUnits(1, is_safe=False),
        )],
    ),
    # Codes of another length stand alone: their units are not among the day's.
    (
        MEDICARE, "97545 120/1, 97546 60/1, 97530 10/2",
        [(ABOVE, 2, "2 units of 97530 billed; 10 timed minutes allow 1 unit", SetUnits(1))],
    ),
    # What a first code has too many may be its add-on's.
    (
        MEDICARE, "97129 15/2",
        [(
            ABOVE, 0, "2 units of 97129+97130 billed; 15 timed minutes allow 1 unit",
            SetUnits(1, is_safe=False),
        )],
    ),
    (
        MIDPOINT, "97129 15/2",
        [(
            ABOVE, 0, f"2 units of 97129+97130 billed; 15 minutes of 97129+97130 allow 1 unit {CPT}",
            SetUnits(1, is_safe=False),
        )],
    ),
    # The add-on lacks, and there is no line of it to set.
    (
        MEDICARE, "97535 15/1, 97129 30/1",
        [(BELOW, 0, "2 units billed; 45 timed minutes allow 3 units: 97535 1, 97129 1, 97130 1", None)],
    ),
    (
        MIDPOINT, "97129 30/1",
        [(BELOW, 0, f"1 unit of 97129+97130 billed; 30 minutes of 97129+97130 allow 2 units {CPT}", None)],
    ),
    # No minutes are no unit, and no line of none is billed.
    (
        MEDICARE, "97530 0/1, 97535 30/2",
        [(ABOVE, 0, "3 units billed; 30 timed minutes allow 2 units: 97530 0, 97535 2", None)],
    ),
    # Fewer may be meant, and the first line that lacks is named.
    (
        MEDICARE, "97535 15/1, 97530 23/1",
        [(
            BELOW, 1, "2 units billed; 38 timed minutes allow 3 units: 97535 1, 97530 2",
            SetUnits(2, is_safe=False),
        )],
    ),
    (
        MIDPOINT, "97535 15/1, 97530 23/1",
        [(
            BELOW, 1, f"1 unit of 97530 billed; 23 minutes of 97530 allow 2 units {CPT}",
            SetUnits(2, is_safe=False),
        )],
    ),
    (
        UNKNOWN, "97530 30/1, 97535 30/1",
        [(
            BELOW, 0,
            ("by either method: 2 units billed; 60 timed minutes allow 4 units: 97530 2, 97535 2"
            f" / 1 unit of 97530 billed; 30 minutes of 97530 allow 2 units {CPT}"),
            SetUnits(2, is_safe=False),
        )],
    ),
    (
        MEDICARE, "97530 30/1, 97530 30/1",
        [(BELOW, 0, "2 units of 97530 billed; 60 timed minutes allow 4 units", None)],
    ),
    # Of other lengths than a quarter hour a payer may count otherwise.
    (
        MEDICARE, "96125 60/2, 97530 15/1",
        [(
            ABOVE, 0, f"2 units of 96125 billed; 60 minutes of 96125 allow 1 unit {CPT}",
            SetUnits(1, is_safe=False),
        )],
    ),
    # Each discipline has its own minutes, and the one that is right keeps the other from nothing.
    (
        MEDICARE, "97530 10/2, 97110 30/1 PT, 97112 30/4 PT",
        [
            (ABOVE, 0, "2 units of 97530 billed; 10 timed minutes allow 1 unit", SetUnits(1)),
            (ABOVE, 2, "5 units billed; 60 timed minutes allow 4 units: 97110 2, 97112 2", SetUnits(2)),
        ],
    ),
    (
        MEDICARE, "97530 15/1, 97110 30/1 PT",
        [(BELOW, 1, "1 unit of 97110 billed; 30 timed minutes allow 2 units", SetUnits(2, is_safe=False))],
    ),
    (
        MEDICARE, "97530 15/2, 97110 30/1 PT",
        [
            (ABOVE, 0, "2 units of 97530 billed; 15 timed minutes allow 1 unit", SetUnits(1)),
            (BELOW, 1, "1 unit of 97110 billed; 30 timed minutes allow 2 units", SetUnits(2, is_safe=False)),
        ],
    ),
    # A retired code that was not timed, or took no minutes, has no part in the day's.
    *(
        (
            MEDICARE, f"{retired}, 97530 15/2",
            [(ABOVE, 1, "2 units of 97530 billed; 15 timed minutes allow 1 unit", SetUnits(1))],
        )
        for retired in ("97003 -/1", "97532 0/1", "97999 -/1")
    ),
    # By the midpoint each code has its own minutes, and those that are known are judged.
    (
        MIDPOINT, "97530 -/1, 97535 15/2",
        [(
            ABOVE, 1, f"2 units of 97535 billed; 15 minutes of 97535 allow 1 unit {CPT}", SetUnits(1),
        )],
    ),
    (
        MIDPOINT, "97129 -/1, 97130 15/2, 97535 15/2",
        [(
            ABOVE, 2, f"2 units of 97535 billed; 15 minutes of 97535 allow 1 unit {CPT}", SetUnits(1),
        )],
    ),
    (MEDICARE, "97530 -/1, 97535 15/2", []),
]  # fmt: skip


@pytest.mark.parametrize(("payer", "text", "expected"), DAYS, ids=[f"{p} {text}" for p, text, _ in DAYS])
def test_the_units_of_a_day_and_what_the_minutes_allow(payer, text, expected) -> None:
    report = otcodes.check(claim(*day_of(text), payer=payer))
    each = [finding for finding in report if finding.rule in (ABOVE, BELOW)]
    assert [(one.rule, one.line, one.message, one.fix) for one in each] == expected


def test_the_source_is_that_of_the_method_by_which_it_was_counted() -> None:
    manual, cpt = "section 20.2", "time rule: a unit is reached past its midpoint"
    for payer, text, section, severity in (
        (MEDICARE, "97530 15/2", manual, "error"),
        (MIDPOINT, "97530 15/2", cpt, "error"),
        (UNKNOWN, "97530 15/2", manual, "error"),
        (MEDICARE, "96125 60/2", cpt, "warning"),
        (MEDICARE, "97530 30/1", manual, "warning"),
        (MIDPOINT, "97530 30/1", cpt, "warning"),
    ):
        report = otcodes.check(claim(*day_of(text), payer=payer))
        (finding,) = [each for each in report if each.rule in (ABOVE, BELOW)]
        assert (finding.citation.section, finding.severity) == (section, severity)


# A day, and what could not be judged of it: where, and why.
UNJUDGED = [
    (
        UNKNOWN, "97112 24/2, 97110 23/2", ABOVE, "lines[0].units",
        "above what one method allows; how TRICARE counts is not on board",
    ),
    (
        UNKNOWN, "97112 20/1, 97110 20/1", BELOW, "lines[0].units",
        "below what one method allows; how TRICARE counts is not on board",
    ),
    *(
        (
            MEDICARE, f"97530 15/1, {text}", rule, "lines[1].procedure",
            f"{text[:5]} is not known on {DOS}, and its minutes may be of the day's",
        )
        for text in ("97003 15/1", "97532 -/1", "97532 15/1")
        for rule in (ABOVE, BELOW)
    ),
    (
        MEDICARE, "97530 15/1, 97535 -/1", ABOVE, "lines[1].minutes",
        "the minutes of a timed line are not given",
    ),
    (
        MEDICARE, "97530 15/0, 97110 15/1 PT", ABOVE, "lines[0].units",
        "the units of a line are no whole number above zero",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("payer", "text", "rule", "path", "reason"),
    UNJUDGED,
    ids=[f"{text} {rule}" for _, text, rule, *_ in UNJUDGED],
)
def test_a_day_whose_units_cannot_be_judged(payer, text, rule, path, reason) -> None:
    report = otcodes.check(claim(*day_of(text), payer=payer))
    assert [(each.path, each.reason) for each in report.not_checked if each.rule == rule] == [(path, reason)]
    assert not [each for each in report if each.rule == rule]


@pytest.mark.parametrize(
    "first", ["97530 15/0", "97530 -/1", "97112 20/1, 97110 20/1"], ids=["units", "minutes", "method"]
)
def test_a_discipline_that_cannot_be_judged_keeps_no_other_one_from_it(first) -> None:
    lines = day_of(f"{first}, 97116 15/4 PT")
    report = otcodes.check(claim(*lines, payer=UNKNOWN))
    assert [each.line for each in report if each.rule == ABOVE] == [len(lines) - 1]
    below = otcodes.check(claim(*day_of(f"{first}, 97116 60/1 PT"), payer=UNKNOWN))
    assert [each.line for each in below if each.rule == BELOW] == [len(lines) - 1]


def test_each_day_is_counted_by_itself() -> None:
    later = attrs.evolve(line(minutes=15, units=2), on=DOS.replace(day=3))
    report = otcodes.check(claim(line(minutes=15), later))
    assert [(each.line, each.rule) for each in report if each.rule in (ABOVE, BELOW)] == [(1, ABOVE)]
    both = otcodes.check(claim(line(minutes=15, units=2), later))
    assert [each.line for each in both if each.rule == ABOVE] == [0, 1]


def test_how_long_a_unit_is_is_asked_of_the_catalog_at_hand() -> None:
    longer = catalog_with(
        "procedures",
        without="97530,",
        also=("97530,2020-01-01,,yes,,cpt,Made up,procedure,timed,60,always,occupational-therapy,,,,,",),
    )
    hour = claim(line(minutes=60, units=4), payer=MIDPOINT)
    assert not [each for each in otcodes.check(hour) if each.rule == ABOVE]
    (finding,) = [each for each in otcodes.check(hour, catalog=longer) if each.rule == ABOVE]
    assert finding.message == f"4 units of 97530 billed; 60 minutes of 97530 allow 1 unit {CPT}"


LIMIT = "units.above-limit"


def test_whose_limits_a_payer_applies_may_not_be_known() -> None:
    asked = rules.preset(MEDICARE).select(LIMIT)
    (entry,) = otcodes.check(claim(payer=UNKNOWN), rules=asked).not_checked
    assert (entry.path, entry.reason) == ("lines", "whose unit limits TRICARE applies is not on board")


def test_a_line_whose_limit_cannot_be_told_keeps_no_other_one_from_it() -> None:
    for before in (line("99213"), line(units=0), line("97999")):
        report = otcodes.check(claim(before, line("97110", units=9, minutes=135)))
        assert [each.line for each in report if each.rule == LIMIT] == [1]


def test_a_limit_is_passed_once_and_of_a_line_or_of_the_day() -> None:
    full, more = line(units=6, minutes=90), line(units=4, minutes=60)
    passed = otcodes.check(claim(full, line(), line()))
    assert [(each.line, each.message) for each in passed if each.rule == LIMIT] == [
        (1, f"7 units of 97530 on {DOS}; the limit is 6")
    ]
    # Medicaid's is of each line.
    for payer, lines in (("medicare-b", [1]), ("medicaid", [])):
        report = otcodes.check(claim(more, more, payer=payer))
        assert [each.line for each in report if each.rule == LIMIT] == lines
    # A hospital's are known of 2024 alone; what is not paid at all keeps the next line from nothing.
    seven = line(units=7, minutes=105)
    report = otcodes.check(hospital(line("97014"), seven))
    said = [(each.line, each.severity, each.message) for each in report if each.rule == LIMIT]
    carried = " (by mue-medicare-2024q3, carried forward)"
    assert said == [(1, "warning", f"7 units of 97530 on {DOS}; the limit is 6{carried}")]


def test_two_disciplines_have_a_limit_each_but_in_a_hospital() -> None:
    own, other = line(units=4, minutes=60), day_of("97530 60/4 PT")
    for given, is_above in ((claim, False), (hospital, True)):
        report = otcodes.check(given(own, *other))
        limits = [each for each in report if each.rule == LIMIT]
        notes = [each for each in report.not_checked if each.rule == LIMIT]
        assert bool(limits or notes) == is_above


@pytest.mark.parametrize(
    ("first", "second", "is_said"),
    [
        (("GO",), ("GO",), True),
        (("GO",), ("GO", "59"), False),
        (("GO", "59"), ("GO", "59"), False),  # each is a service of its own
        (("GO",), ("GO", "CO"), False),
        (("GO", "CO"), ("GO", "CO"), True),
        (("GO",), ("GO", "KX"), False),
        (("GO",), ("GO", "95"), False),
        (("GO", "LT"), ("GO", "RT"), False),
        (("GO",), ("GO", "CR"), True),  # a disaster is no reason for a second line
        (("GO",), ("GO", "ZY"), True),
    ],
)
def test_what_explains_a_timed_code_on_two_lines(first, second, is_said) -> None:
    report = otcodes.check(claim(line(modifiers=first), line(modifiers=second)))
    said = [each.path for each in report if each.rule == "units.split-lines"]
    assert said == (["lines[1].procedure"] if is_said else [])


def test_untimed_services_and_two_disciplines_may_stand_on_two_lines() -> None:
    for lines in (
        [line("97150"), line("97150")],
        [line(), *day_of("97530 15/1 PT")],
        [line(), line(on=DOS.replace(day=3))],
    ):
        assert "units.split-lines" not in {each.rule for each in otcodes.check(claim(*lines))}
    twice = [line("97150"), line(), line("97150"), line()]
    said = [each.path for each in otcodes.check(claim(*twice)) if each.rule == "units.split-lines"]
    assert said == ["lines[3].procedure"]


LENGTHS = (0, 7, 8, 15, 22, 23, 30)


@pytest.mark.parametrize(("payer", "method"), [(MEDICARE, "medicare"), (MIDPOINT, "midpoint")])
@pytest.mark.parametrize("codes", [("97530", "97535"), ("97530", "97129"), ("97129", "97130")])
def test_a_day_is_right_exactly_where_the_minutes_allow_its_units(payer, method, codes) -> None:
    asked = rules.preset(payer).select(ABOVE, BELOW)
    for minutes in product(LENGTHS, repeat=2):
        day = otcodes.calc.timed_units(dict(zip(codes, minutes, strict=True)), on=DOS, method=method)
        for units in product((1, 2), repeat=2):
            lines = [
                line(code, minutes=length, units=number)
                for code, length, number in zip(codes, minutes, units, strict=True)
            ]
            is_right = not otcodes.check(claim(*lines, payer=payer), rules=asked).findings
            assert is_right == day.allows(dict(zip(codes, units, strict=True))), (minutes, units)
