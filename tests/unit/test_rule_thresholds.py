"""What the rules of the year's threshold say: which lines count, how much each is, and what rests on what."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders import claim, line, yearly
from builders_reports import told, unjudged
from builders_tables import catalog_with

day = dt.date.fromisoformat


THRESHOLD = "modifier.threshold-missing"


@pytest.mark.parametrize(
    ("units", "before", "severity", "total"),
    [
        (2, "2411", "warning", "2481.14 USD at most"),  # 35.07 each in full, 25.05 reduced
        (3, "2410", "error", "2485.15 USD or more"),
    ],
)
def test_the_units_of_a_line_count_each_towards_the_threshold(units, before, severity, total) -> None:
    several = claim(line(units=units, minutes=15 * units), **yearly(before))
    message = f"with this line {total} are allowed in 2026; the threshold is 2480.00 USD"
    assert told(several, THRESHOLD) == [(severity, "lines[0].modifiers", message)]


def test_kx_is_early_below_the_threshold_with_every_unit_in_full() -> None:
    message = (
        "with this line 2470.14 USD are allowed in 2026, which is not above the threshold of 2480.00 USD"
    )
    for before, expected in (("2400", [("warning", "lines[0].modifiers", message)]), ("2409.87", [])):
        early = claim(line(units=2, minutes=30, modifiers=("GO", "KX")), **yearly(before))
        assert told(early, "modifier.threshold-early") == expected


@pytest.mark.parametrize(
    ("given", "before"),
    [
        (line(units=Decimal("1.5")), "2000"),  # of units that are not whole nobody knows the amount
        (line("97039", minutes=None), "2480.00"),  # the year's charges have reached it, and are not above it
    ],
)
def test_a_line_whose_amount_nobody_knows_is_not_judged_by_the_threshold(given, before) -> None:
    reason = f"what is allowed for {given.procedure} is not given, and not on board"
    assert unjudged(claim(given, **yearly(before)), THRESHOLD) == [("lines[0].allowed_usd", reason)]


def test_what_is_allowed_is_looked_up_in_the_catalog_that_is_asked() -> None:
    dearer = catalog_with(
        "fee_schedule", without="97530,2026", also=("97530,2026-01-01,,yes,2026-12-31,10,10.60,,0.01,5,7",)
    )
    assert not told(claim(**yearly("2000")), THRESHOLD)
    # With half of the practice expense, (10 + 5.30 + 0.01) times 33.4009 USD.
    message = "with this line 2511.37 USD or more are allowed in 2026; the threshold is 2480.00 USD"
    expected = [("error", "lines[0].modifiers", message)]
    assert told(claim(**yearly("2000")), THRESHOLD, catalog=dearer) == expected
    nothing = catalog_with("fee_schedule", without="97530,")
    reason = "what is allowed for 97530 is not given, and not on board"
    assert unjudged(claim(**yearly("2000")), THRESHOLD, catalog=nothing) == [("lines[0].allowed_usd", reason)]


EARLY = "modifier.threshold-early"
OLD = " (by pfs-rvu-2025d, carried forward)"
RANGE = line("95851")  # its amount of 2026 is that of 2025, carried forward: 24.38, never reduced


def above(total: str, carried: str = "") -> str:
    return f"with this line {total} are allowed in 2026; the threshold is 2480.00 USD{carried}"


@pytest.mark.parametrize(
    ("lines", "before", "expected"),
    [
        # Several lines, of one day and of two, count together: each is 35.07 in full, 25.05 reduced.
        ([line(), line(), line()], "2374.79", []),
        ([line(), line(), line()], "2374.80", [("warning", 2, "2480.01 USD at most", "")]),
        ([line(), line(on=day("2026-03-03"))], "2409.86", []),
        ([line(), line(on=day("2026-03-03"))], "2450", [
            ("warning", 0, "2485.07 USD at most", ""), ("error", 1, "2500.10 USD or more", ""),
        ]),
        # The days in their order, whatever the order of the lines.
        ([line(on=day("2026-03-03")), line()], "2450", [
            ("error", 0, "2500.10 USD or more", ""), ("warning", 1, "2485.07 USD at most", ""),
        ]),
        # To be at the threshold is not to be above it.
        ([line(allowed_usd=Decimal(30)), line(allowed_usd=Decimal("0.01"))], "2450", [
            ("error", 1, "2480.01 USD", ""),
        ]),
        ([line(allowed_usd=Decimal(0)), line()], "2454.95", [("warning", 1, "2490.02 USD at most", "")]),
        # What takes it above rests on an older amount, or does not need it.
        ([RANGE], "2460", [("warning", 0, "2484.38 USD or more", OLD)]),
        ([RANGE, line()], "2440", [("warning", 1, "2489.43 USD or more", OLD)]),
        ([RANGE, line()], "2480", [
            ("warning", 0, "2504.38 USD or more", OLD), ("error", 1, "2529.43 USD or more", ""),
        ]),
        ([RANGE, line(allowed_usd=Decimal(10))], "2450", [("warning", 1, "2484.38 USD", OLD)]),
        ([RANGE, RANGE, line(allowed_usd=Decimal(25))], "2455.01", [
            ("warning", 1, "2503.77 USD or more", OLD), ("error", 2, "2528.77 USD", ""),
        ]),
        # What is bundled is allowed nothing, and takes nothing above.
        ([line("97010", minutes=None)], "2480", []),
        # Another discipline's has a threshold of its own, and what is no therapy has none.
        ([line(discipline="physical-therapy", modifiers=("GP",))], "2480", []),
        ([line("97129", modifiers=())], "2480", []),
        ([line("97129")], "2480", [("error", 0, "2502.38 USD or more", "")]),
    ],
)  # fmt: skip
def test_which_lines_take_the_year_above_the_threshold(lines, before, expected) -> None:
    """Also of a claim that is met again, and after one like it that stays below."""
    given = claim(*lines, **yearly(before))
    whole = [
        (severity, f"lines[{number}].modifiers", above(total, carried))
        for severity, number, total, carried in expected
    ]
    assert told(given, THRESHOLD) == whole
    assert not told(attrs.evolve(given, **yearly("0")), THRESHOLD)
    assert told(given, THRESHOLD) == whole


def test_physical_therapy_and_speech_language_pathology_have_one_threshold_together() -> None:
    speech = line("92526", minutes=None, discipline="speech-language-pathology", modifiers=("GN",))
    physical = line(modifiers=("GP",))
    given = claim(physical, speech, discipline="physical-therapy", **yearly("2479"))
    assert [path for _, path, _ in told(given, THRESHOLD)] == ["lines[0].modifiers", "lines[1].modifiers"]
    own = claim(line(discipline="occupational-therapy"), discipline="physical-therapy", **yearly("2480"))
    assert not told(own, THRESHOLD)


def test_a_claim_over_two_years_is_not_judged_however_low_its_amounts() -> None:
    old, new = line(on=day("2025-12-31")), line(on=day("2026-01-02"))
    for each in (old, new):
        assert not told(claim(each, **yearly("0")), THRESHOLD)
    reason = "the allowed charges of 2026 before the claim are not given"
    assert unjudged(claim(old, new, **yearly("0")), THRESHOLD) == [("therapy_year_to_date_usd", reason)]


def test_what_the_claim_says_is_allowed_goes_before_the_schedule() -> None:
    assert not told(claim(**yearly("0")), THRESHOLD)
    dear = claim(line(allowed_usd=Decimal(3000)), **yearly("0"))
    assert told(dear, THRESHOLD) == [("error", "lines[0].modifiers", above("3000 USD"))]
    cheap = claim(line(allowed_usd=Decimal(0)), **yearly("2480.00"))
    assert not told(cheap, THRESHOLD)


@pytest.mark.parametrize(
    ("given", "before", "total", "carried"),
    [
        (line(allowed_usd=Decimal(30)), "2450", "2480 USD", ""),
        (RANGE, "2400", "2424.38 USD", OLD),
    ],
)
def test_kx_is_early_at_the_threshold_too_and_says_on_what_it_rests(given, before, total, carried) -> None:
    marked = claim(attrs.evolve(given, modifiers=("GO", "KX")), **yearly(before))
    message = f"with this line {total} are allowed in 2026, which is not above the threshold of 2480.00 USD"
    assert told(marked, EARLY) == [("warning", "lines[0].modifiers", message + carried)]
    assert not told(claim(given, **yearly(before)), EARLY)
