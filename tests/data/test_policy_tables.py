"""The hand-kept tables of payment policy: their facts as literals, on the days around each change.

Sources stand beside the facts: the official publication, and where its text was not at hand the page that
restates it.
"""

import datetime as dt
from itertools import combinations

import pytest

import otcodes
from otcodes import Catalog, Verdict

CATALOG = Catalog.bundled()
DAY = dt.timedelta(days=1)
EFFECTIVE, OUT_OF_COVERAGE = Verdict.EFFECTIVE, Verdict.OUT_OF_COVERAGE
NAMES = (
    "therapy_dispositions",
    "mutually_exclusive",
    "evaluation_levels",
    "telehealth",
    "telehealth_periods",
    "telehealth_billing",
    "supervision",
    "assistant_rules",
    "unsuitable_modifiers",
    "filing_limits",
    "federal_holidays",
    "plan_requirements",
)
LAST_COVERED = dt.date(2026, 12, 31)
THERAPISTS = ("occupational-therapy", "physical-therapy", "speech-language-pathology")


def on(table: str, key, day: str):
    """The row of a table on a day, or the verdict where there is none."""
    date = dt.date.fromisoformat(day)
    found = getattr(CATALOG, table)
    verdict = found.verdict(key, on=date)
    return found.on(date)[key] if verdict is EFFECTIVE else verdict


def codes_of(table: str) -> set[str]:
    return {row.code for row in getattr(CATALOG, table).own()}


@pytest.mark.parametrize("name", NAMES)
def test_each_table_is_public_and_its_rows_lie_in_its_coverage(name: str) -> None:
    table = getattr(otcodes, name)
    assert len(table) == table.entry.rows > 0
    for row in table:
        assert row.valid_from <= table.coverage.last
        assert row.valid_to is None or row.valid_to <= table.coverage.last
        assert row.confirmed_to is None or row.confirmed_to <= table.coverage.last


def test_what_the_tables_refer_to_exists() -> None:
    for name in ("therapy_dispositions", "evaluation_levels", "telehealth"):
        for row in getattr(CATALOG, name):
            history = CATALOG.procedures.history(row.code)
            assert row.valid_from >= history[0].valid_from, row
            assert history[-1].valid_to is None or row.valid_to is not None, row
    for row in CATALOG.mutually_exclusive:
        assert row.first < row.second
        assert row.period in ("day", "month")
        for code in (row.first, row.second):
            versions = CATALOG.procedures.history(code)
            assert row.valid_from >= versions[0].valid_from
            assert (row.valid_to or dt.date.max) <= (versions[-1].valid_to or dt.date.max)
    for row in CATALOG.unsuitable_modifiers:
        assert CATALOG.modifiers.verdict(row.modifier, on=LAST_COVERED) is EFFECTIVE
        assert row.severity in ("error", "warning")
    for row in CATALOG.telehealth_billing:
        assert CATALOG.modifiers.verdict(row.modifier, on=row.valid_from) is EFFECTIVE
        assert row.style in ("place", "modifier", "both")
    assert {row.payer for row in CATALOG.filing_limits} <= set(otcodes.payers.POLICIES)


# Therapy code list (CMS): the fee files' multiple-procedure indicator 5 is always therapy; the designated
# health services list of 2021 and the therapy services pages name the others.


def test_dispositions_agree_with_the_procedures_on_every_day_around_a_change() -> None:
    dispositions = dict(CATALOG.therapy_dispositions.under())
    for code, versions in CATALOG.procedures.under():
        rows = (*versions, *dispositions.get(code, ()))
        turns = {LAST_COVERED, *(row.valid_from for row in rows), *(row.valid_to for row in rows)} - {None}
        for day in {turn + step for turn in turns for step in (-DAY, 0 * DAY, DAY)}:
            if day > LAST_COVERED:
                continue
            lives = CATALOG.procedures.verdict(code, on=day) is EFFECTIVE
            expected = CATALOG.procedures.on(day)[code].therapy_disposition if lives else "unknown"
            listed = CATALOG.therapy_dispositions.verdict(code, on=day) is EFFECTIVE
            found = CATALOG.therapy_dispositions.on(day)[code].disposition if listed else "unknown"
            assert found == expected, (code, day)


@pytest.mark.parametrize(
    ("code", "day", "disposition"),
    [
        # Relative value file of October 2025: indicator 5.
        ("97530", "2025-10-01", "always"),
        ("97165", "2026-03-02", "always"),
        ("G0283", "2026-07-01", "always"),
        ("96125", "2021-01-01", "always"),
        # Unlisted codes, priced by the contractor, are always therapy as well.
        ("97799", "2024-01-01", "always"),
        # Designated health services list of 2021, not with indicator 5.
        ("97129", "2021-01-01", "sometimes"),
        ("95851", "2021-01-01", "sometimes"),
        ("97597", "2021-01-01", "sometimes"),
        # Change Request 12126: communication technology from 2021 on.
        ("98966", "2021-01-01", "sometimes"),
        ("G2251", "2021-01-01", "sometimes"),
        # Therapy list of 2022: five codes of remote therapeutic monitoring; the list of 2023 added nothing.
        ("98975", "2022-01-01", "sometimes"),
        ("98981", "2022-01-01", "sometimes"),
        ("98978", "2023-01-01", "none"),
        # Therapy list of 2024: caregiver training.
        ("97550", "2024-01-01", "sometimes"),
        # Final rule for 2025.
        ("G0541", "2025-01-01", "sometimes"),
        # Change Request 14250: three codes of 2026, and not the fourth.
        ("98979", "2026-01-01", "sometimes"),
        ("98984", "2026-01-01", "sometimes"),
        ("98985", "2026-01-01", "sometimes"),
        ("98986", "2026-01-01", "none"),
        # Final rule for 2020: dry needling is not on the list.
        ("20560", "2020-01-01", "none"),
        ("97014", "2024-01-01", "none"),
    ],
)
def test_dispositions(code: str, day: str, disposition: str) -> None:
    assert on("therapy_dispositions", code, day).disposition == disposition


@pytest.mark.parametrize(
    "code", ["29125", "29130", "29584", "96110", "96112", "96127", "97010", "97532", "97545", "97546"]
)
def test_a_code_whose_listing_is_not_known_is_out_of_coverage(code: str) -> None:
    assert on("therapy_dispositions", code, "2024-01-01") is OUT_OF_COVERAGE
    assert on("therapy_dispositions", code, "2016-01-01") is OUT_OF_COVERAGE


def test_a_code_that_was_listed_at_some_time_is_out_of_coverage_before() -> None:
    assert on("therapy_dispositions", "98966", "2020-12-31") is OUT_OF_COVERAGE


# Two of one discipline's evaluations never stand together: NCCI, indicator 0, in both settings.


def test_evaluations_of_a_discipline_exclude_each_other() -> None:
    lives = {
        ("97165", "97166", "97167", "97168"): ("2017-01-01", None),
        ("97161", "97162", "97163", "97164"): ("2017-01-01", None),
        ("97003", "97004"): ("1998-01-01", "2016-12-31"),
        ("97001", "97002"): ("1998-01-01", "2016-12-31"),
    }
    expected = {pair: days for codes, days in lives.items() for pair in combinations(codes, 2)}
    found = {
        (row.first, row.second): (row.valid_from.isoformat(), row.valid_to and row.valid_to.isoformat())
        for row in CATALOG.mutually_exclusive
        if row.period == "day"
    }
    assert found == expected
    assert on("mutually_exclusive", ("97165", "97168"), "2017-01-01").period == "day"
    assert on("mutually_exclusive", ("97165", "97168"), "2016-12-31") is Verdict.NOT_EFFECTIVE
    assert on("mutually_exclusive", ("97003", "97004"), "2016-12-31").period == "day"
    assert on("mutually_exclusive", ("97003", "97004"), "2017-01-01") is Verdict.NOT_EFFECTIVE
    assert on("mutually_exclusive", ("97161", "97165"), "2026-03-02") is OUT_OF_COVERAGE


@pytest.mark.parametrize("second", ["98980", "98981"])
def test_ten_minutes_of_monitoring_exclude_twenty_in_a_month(second: str) -> None:
    """98979 is for 10 to 19 minutes of a month, 98980 for 20 and more (Prompt, Orva, MedBridge)."""
    assert on("mutually_exclusive", ("98979", second), "2026-01-01").period == "month"
    assert on("mutually_exclusive", ("98979", second), "2025-12-31") is Verdict.NOT_EFFECTIVE


def test_levels_of_an_evaluation() -> None:
    """The codes of 2017 (AOTA; Gawenda Seminars, 2017-02-06: the counts overlap)."""
    found = {
        row.code: (
            row.level, row.profile, row.fewest_deficits, row.most_deficits, row.decision_making,
            row.typical_minutes,
        )
        for row in CATALOG.evaluation_levels
    }  # fmt: skip
    assert found == {
        "97165": ("low", "brief", 1, 3, "low", 30),
        "97166": ("moderate", "expanded", 3, 5, "moderate", 45),
        "97167": ("high", "extensive", 5, None, "high", 60),
    }
    assert on("evaluation_levels", "97165", "2017-01-01").level == "low"
    assert on("evaluation_levels", "97165", "2016-12-31") is Verdict.NOT_EFFECTIVE
    assert on("evaluation_levels", "97168", "2026-03-02") is OUT_OF_COVERAGE


# Telehealth. The list of 2020 is 85 FR 19230 with the additions of April 30 (APTA, 2020-04-30; WebPT).


@pytest.mark.parametrize(
    "code",
    ["97110", "97112", "97116", "97150", "97530", "97535", "97542", "97750", "97755", "97760", "97761"]
    + [str(code) for code in range(97161, 97169)],
)
def test_codes_on_the_telehealth_list_since_the_emergency(code: str) -> None:
    assert on("telehealth", code, "2020-02-29") is Verdict.NOT_EFFECTIVE
    for day in ("2020-03-01", "2023-12-31", "2024-01-01", "2026-12-31"):
        assert on("telehealth", code, day).is_listed
    later = on("telehealth", code, "2027-01-01")
    assert (later.is_listed, later.carried_forward, later.edition) == (True, True, "pfs-final-rule-2026")


@pytest.mark.parametrize("code", ["90901", "97537", "97763", "98960", "98961", "98962"])
def test_codes_on_the_telehealth_list_from_2023(code: str) -> None:
    """Final rule for 2023 (WebPT's list for 2023); what was before is not known."""
    assert on("telehealth", code, "2022-12-31") is OUT_OF_COVERAGE
    assert on("telehealth", code, "2023-01-01").is_listed


def test_caregiver_training_is_on_the_telehealth_list_from_2025() -> None:
    """Final rules for 2024 (not on it: Givers, CodingIntel) and 2025 (on it: Givers; ASHA, 2024-11-12)."""
    for code in ("97550", "97551", "97552"):
        assert on("telehealth", code, "2023-12-31") is Verdict.NOT_EFFECTIVE
        assert not on("telehealth", code, "2024-01-01").is_listed
        assert not on("telehealth", code, "2024-12-31").is_listed
        assert on("telehealth", code, "2025-01-01").is_listed
    for code in ("G0541", "G0542", "G0543"):
        assert on("telehealth", code, "2024-12-31") is Verdict.NOT_EFFECTIVE
        assert on("telehealth", code, "2025-01-01").is_listed


def test_speech_and_cognitive_codes_on_the_telehealth_list() -> None:
    """WebPT, 2020-05-01 and Montero, 2020-11-01; AHCA and ASHA of the update of 2021-03-30."""
    assert on("telehealth", "92523", "2020-03-01").is_listed
    assert on("telehealth", "92507", "2026-12-31").is_listed
    assert on("telehealth", "92507", "2027-01-01") is Verdict.NOT_EFFECTIVE  # as the code
    assert on("telehealth", "92508", "2020-10-13") is OUT_OF_COVERAGE
    for code in ("92526", "92610", "96125", "97129"):
        assert on("telehealth", code, "2021-03-29") is OUT_OF_COVERAGE
        assert on("telehealth", code, "2021-03-30").is_listed
        assert not on("telehealth", code, "2023-12-31").carried_forward
        assert on("telehealth", code, "2024-01-01").carried_forward


@pytest.mark.parametrize("code", ["97032", "97035", "97124", "97140", "97533", "97130"])
def test_a_code_that_no_source_names_is_not_known_to_be_off_the_list(code: str) -> None:
    assert on("telehealth", code, "2024-06-03") is OUT_OF_COVERAGE


@pytest.mark.parametrize("discipline", THERAPISTS)
@pytest.mark.parametrize(
    ("first", "last", "is_paid", "is_restored"),
    [
        # Section 1834(m)(4)(E) does not name therapists; the interim final rule of March 2020 says so.
        ("2019-01-01", "2020-02-29", False, False),
        # Waiver announced April 30, 2020, back to March 1 (APTA; ASHA), until the emergency ended.
        ("2020-03-01", "2023-05-11", True, False),
        # Consolidated Appropriations Act, 2023 (AOTA, 2022-12).
        ("2023-05-12", "2024-12-31", True, False),
        # American Relief Act, 2025, to March 31 (CCHP), and its extension to September 30.
        ("2025-01-01", "2025-09-30", True, False),
        # Lapsed, and restored on November 12 (AOTA).
        ("2025-10-01", "2025-11-12", True, True),
        ("2025-11-13", "2026-01-30", True, False),
        # Lapsed, and restored by H.R. 7148, signed on February 3 (National Law Review, 2026-02-03; AOTA).
        ("2026-01-31", "2026-02-02", True, True),
        ("2026-02-03", "2027-12-31", True, False),
    ],
)
def test_periods_of_telehealth(
    discipline: str, first: str, last: str, *, is_paid: bool, is_restored: bool
) -> None:
    for day in (first, last):
        row = on("telehealth_periods", discipline, day)
        assert (row.is_paid, row.is_restored) == (is_paid, is_restored)
        assert (row.valid_from.isoformat(), row.valid_to.isoformat()) == (first, last)
        assert row.authority
        assert not row.carried_forward


@pytest.mark.parametrize("discipline", THERAPISTS)
def test_telehealth_before_2019_and_from_2028_is_not_known(discipline: str) -> None:
    assert on("telehealth_periods", discipline, "2018-12-31") is OUT_OF_COVERAGE
    assert on("telehealth_periods", discipline, "2028-01-01") is OUT_OF_COVERAGE


def test_what_says_that_a_line_was_telehealth() -> None:
    """85 FR 19230; final rule for 2024 (Transmittal 12671); CMS's answers of May 27, 2020 (APTA, Casamba)."""
    assert on("telehealth_billing", "practitioner", "2020-02-29") is Verdict.NOT_EFFECTIVE
    for day, style in (
        ("2020-03-01", "modifier"),
        ("2023-12-31", "modifier"),
        ("2024-01-01", "place"),
        ("2026-12-31", "place"),
    ):
        row = on("telehealth_billing", "practitioner", day)
        assert (row.style, row.modifier) == (style, "95")
    assert on("telehealth_billing", "outpatient-hospital", "2020-05-26") is OUT_OF_COVERAGE
    for day in ("2020-05-27", "2023-12-31", "2024-01-01"):
        row = on("telehealth_billing", "outpatient-hospital", day)
        assert (row.style, row.modifier) == ("modifier", "95")


def test_places_of_telehealth() -> None:
    """Place of Service Code Set: 02, and from 2022 on 10."""
    assert {row.code for row in CATALOG.places if row.is_telehealth} == {"02", "10"}
    assert on("places", "02", "2020-03-01").is_telehealth
    assert on("places", "10", "2022-01-01").is_telehealth
    assert not on("places", "11", "2022-01-01").is_telehealth


@pytest.mark.parametrize(
    ("setting", "kind", "day", "level"),
    [
        # 42 CFR 410.59(c)(2) until the final rule for 2025 (MedBridge, APTA).
        ("practitioner", "therapy", "2024-12-31", "direct"),
        ("practitioner", "therapy", "2025-01-01", "general"),
        # Final rule for 2024; in 2023 it was still direct in private practices (APTA, 2023-01-23).
        ("practitioner", "remote-monitoring", "2022-01-01", "direct"),
        ("practitioner", "remote-monitoring", "2023-12-31", "direct"),
        ("practitioner", "remote-monitoring", "2024-01-01", "general"),
        ("outpatient-hospital", "therapy", "2020-01-01", "general"),
        ("outpatient-hospital", "therapy", "2026-12-31", "general"),
        ("outpatient-hospital", "remote-monitoring", "2023-01-01", "general"),
    ],
)
def test_supervision(setting: str, kind: str, day: str, level: str) -> None:
    assert on("supervision", (setting, kind), day).level == level


def test_supervision_before_its_sources_is_not_known() -> None:
    assert on("supervision", ("practitioner", "therapy"), "2019-12-31") is OUT_OF_COVERAGE
    assert on("supervision", ("outpatient-hospital", "remote-monitoring"), "2022-12-31") is OUT_OF_COVERAGE


def test_rules_of_assistants() -> None:
    """84 FR 62702: more than 10 percent; 86 FR 64996: 8 minutes of the therapist's own, and 9 to 14 each."""

    def numbers(day: str) -> tuple[int | None, ...]:
        row = on("assistant_rules", "outpatient-therapy", day)
        return (
            row.percent, row.midpoint_minutes, row.shared_from, row.shared_to, row.together_from,
            row.together_to,
        )  # fmt: skip

    assert on("assistant_rules", "outpatient-therapy", "2019-12-31") is Verdict.NOT_EFFECTIVE
    for day in ("2020-01-01", "2021-12-31"):
        assert numbers(day) == (11, None, None, None, None, None)
    for day in ("2022-01-01", "2026-12-31"):
        assert numbers(day) == (11, 8, 9, 14, 23, 28)


def test_unsuitable_modifiers() -> None:
    """25: AAPC; 26 and TC: Palmetto on indicators; AT: Noridian, Palmetto; KF: Noridian; 51: Noridian."""
    found = {row.modifier: row.severity for row in CATALOG.unsuitable_modifiers}
    assert found == {
        "25": "error",
        "26": "error",
        "51": "warning",
        "AT": "error",
        "KF": "error",
        "TC": "error",
    }
    for suitable in ("GO", "CO", "KX", "59", "52", "95", "GA", "LT"):
        assert suitable not in found


def test_filing_limits() -> None:
    """Affordable Care Act, section 6404 (42 CFR 424.44): services from January 1, 2010."""
    assert on("filing_limits", "medicare-b", "2009-12-31") is Verdict.NOT_EFFECTIVE
    assert on("filing_limits", "medicare-b", "2010-01-01").months == 12
    assert on("filing_limits", "commercial", "2026-03-02") is OUT_OF_COVERAGE


@pytest.mark.parametrize(
    ("holiday", "day", "rule"),
    [
        # Public Law 90-363, for 1971 and after: month, day, weekday, which of them.
        ("new-years-day", "1971-01-01", (1, 1, None, None)),
        ("washingtons-birthday", "1971-01-01", (2, None, 1, 3)),
        ("memorial-day", "1971-01-01", (5, None, 1, -1)),
        ("independence-day", "1971-01-01", (7, 4, None, None)),
        ("labor-day", "1971-01-01", (9, None, 1, 1)),
        ("columbus-day", "1971-01-01", (10, None, 1, 2)),
        ("veterans-day", "1977-12-31", (10, None, 1, 4)),
        ("thanksgiving-day", "1971-01-01", (11, None, 4, 4)),
        ("christmas-day", "1971-01-01", (12, 25, None, None)),
        # Public Law 94-97, for 1978 and after.
        ("veterans-day", "1978-01-01", (11, 11, None, None)),
        # Public Law 98-144: from the first January 1 that is two years after 1983-11-02.
        ("martin-luther-king-day", "1986-01-01", (1, None, 1, 3)),
        # Public Law 117-17, signed on that day.
        ("juneteenth", "2021-06-17", (6, 19, None, None)),
    ],
)
def test_federal_holidays(holiday: str, day: str, rule: tuple[int | None, ...]) -> None:
    row = on("federal_holidays", holiday, day)
    assert (row.month, row.day, row.weekday, row.which) == rule
    before = (dt.date.fromisoformat(day) - DAY).isoformat()
    is_first = row.valid_from.isoformat() == day
    assert not is_first or on("federal_holidays", holiday, before) != row


def test_a_federal_holiday_has_a_day_or_a_weekday() -> None:
    for row in CATALOG.federal_holidays:
        if row.day is None:
            assert row.weekday in range(1, 8), row
            assert row.which in (-1, 1, 2, 3, 4), row
        else:
            assert (row.weekday, row.which) == (None, None)
            assert dt.date(2024, row.month, row.day)
        if row.holiday == "closing-by-order":  # one day, and no weekend's, which would be kept on another one
            assert row.valid_from == row.valid_to == dt.date(row.valid_from.year, row.month, row.day)
            assert row.valid_from.isoweekday() <= 5


@pytest.mark.parametrize(
    ("kind", "first", "days"),
    [
        # Change Request 5921; Medicare Benefit Policy Manual, chapter 15, section 220.1.3 C.
        ("certification", "2008-01-01", 90),
        # The same chapter, section 220.3 D, as revised for 2013 (APTA, 2013-01-04).
        ("progress-report", "2013-01-01", 10),
        # Final rule for 2025, 89 FR 97912 (APTA; Noridian).
        ("order-exception", "2025-01-01", 30),
    ],
)
def test_requirements_of_a_plan(kind: str, first: str, days: int) -> None:
    start = dt.date.fromisoformat(first)
    assert on("plan_requirements", kind, first).days == days
    assert on("plan_requirements", kind, "2026-12-31").days == days
    assert on("plan_requirements", kind, (start - DAY).isoformat()) is Verdict.NOT_EFFECTIVE


# Tables that were there before.


def test_modifiers_that_conflict() -> None:
    """Change Request 6563 for GX (XIFIN, 2009-12); the manual for GA, GY and GZ; others by meaning."""
    errors = [("59", other) for other in ("XE", "XP", "XS", "XU")]
    errors += [("95", other) for other in ("93", "GT", "GQ", "FQ")]
    errors += [("96", "97"), ("76", "77"), ("52", "53"), ("22", "52")]
    errors += [("GA", other) for other in ("GX", "GY", "GZ")] + [("GZ", "GX"), ("GZ", "GY")]
    errors += [("GX", other) for other in ("EY", "GL", "KB", "QL", "TQ")]
    warnings = [("KX", "GA"), ("KX", "GZ"), ("50", "LT"), ("50", "RT")]
    expected = {tuple(sorted(pair)): "error" for pair in errors}
    expected |= {tuple(sorted(pair)): "warning" for pair in warnings}
    assert {(row.first, row.second): row.severity for row in CATALOG.modifier_conflicts} == expected


def test_thresholds_of_each_year() -> None:
    """CMS, therapy services: the same amount for both, and a review at 3,000 dollars from 2018 to 2027."""
    amounts = (2010, 2040, 2080, 2110, 2150, 2230, 2330, 2410, 2480)
    for discipline in ("occupational-therapy", "physical-therapy"):
        for year, amount in enumerate(amounts, 2018):
            for day in (f"{year}-01-01", f"{year}-12-31"):
                row = on("therapy_thresholds", discipline, day)
                assert (row.amount_usd, row.review_amount_usd) == (amount, 3000)


def test_substitutions_of_medicare() -> None:
    """97014 until 2003-03-31; 97127 for G0515 in 2018 and 2019; messages by G2061 to G2063 in 2020."""
    assert on("payer_substitutions", ("medicare-b", "97014"), "2003-03-31") is Verdict.NOT_EFFECTIVE
    assert on("payer_substitutions", ("medicare-b", "97014"), "2003-04-01").substitute == "G0283"
    assert on("payer_substitutions", ("medicare-b", "97127"), "2019-12-31").substitute == "G0515"
    for number in (1, 2, 3):
        code = f"9897{number - 1}"
        assert on("payer_substitutions", ("medicare-b", code), "2020-12-31").substitute == f"G206{number}"
        assert on("payer_substitutions", ("medicare-b", code), "2021-01-01") is Verdict.NOT_EFFECTIVE
