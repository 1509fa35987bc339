"""The rules about codes, places, telehealth, limits, pairs, lines and claims: what each of them says.

Of each rule: a claim that breaks it, the same claim put right, and claims that come close and are right.
What should come out was written down from the publications before the rules were run. They are: CMS,
Medicare Claims Processing Manual, chapters 1 (section 70, time limits), 5 (sections 10 to 20, therapy) and 25
(revenue codes); the relative value files RVU20A to RVU26C (status, therapy indicators); NCCI pairs and unit
limits of July 1, 2024, and those of 2026 in part; the Place of Service Code Set; the HCPCS Level II file of
October 2025; and the notices that stand beside the cases.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs
import pytest
from builders import DOS, claim, found
from builders import line as line_of_2026

import otcodes
from otcodes import rules

E, W, I = otcodes.Severity.ERROR, otcodes.Severity.WARNING, otcodes.Severity.INFORMATION  # noqa: E741
# On this day editions of every table are on board, so that nothing is carried forward.
DAY = dt.date(2024, 7, 1)
NEXT_DAY = DAY + dt.timedelta(days=1)
MEDICARE, COMMERCIAL = "medicare-b", "commercial"
HOSPITAL = {"setting": "outpatient-hospital"}
PHYSICAL = {"discipline": "physical-therapy", "modifiers": ("GP",)}
REFERRED = {"referring_npi": "1234567893"}
SAFE, ANY = "the safe fixes", "every fix"


def line(procedure: str = "97530", **facts) -> otcodes.ServiceLine:
    return line_of_2026(procedure, **{"on": DAY, **facts})


def with_modifiers(*modifiers: str, procedure: str = "97530", **facts) -> otcodes.Claim:
    return claim(line(procedure, modifiers=modifiers, **facts))


def hospital(*lines: otcodes.ServiceLine, **facts) -> otcodes.Claim:
    """A claim of an outpatient hospital, of which lines have no place of service."""
    return claim(*(attrs.evolve(each, place=None) for each in lines), **HOSPITAL, **facts)


def not_checked(report: otcodes.Report) -> set[str]:
    return {entry.rule for entry in report.not_checked}


def together(*claims: otcodes.Claim, payer: str = MEDICARE) -> list[set[str]]:
    """Of each of some claims of one patient, the rules that it breaks beside the others."""
    own = [attrs.evolve(each, patient="1", payer=payer) for each in claims]
    return [{finding.rule for finding in report} for report in otcodes.check_many(own)]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# A rule, its severity under medicare-b, a claim that breaks it, and how that is put right: by the fixes that
# the report offers, or by hand.
BROKEN = [
    # Form: CPT and HCPCS codes have five characters.
    ("procedure.malformed", E, claim(line("9753")), claim(line("97530"))),
    ("procedure.malformed", E, claim(line("97530GO")), claim(line("97530"))),
    ("procedure.malformed", E, claim(line("ABCDE")), claim(line("97530"))),
    # The relative value files list every code of 97001 to 97999, and 97999 is in none.
    ("procedure.unknown", E, claim(line("97999")), claim(line("97799"))),
    # 97003 and 97004 ended with 2016 (AOTA, APTA 2017-02-01); 97762 with 2017, 97763 follows it.
    ("procedure.not-effective", E, claim(line("97003")), claim(line("97165"))),
    ("procedure.not-effective", E, claim(line("97004", minutes=None)), SAFE),
    ("procedure.not-effective", E, claim(line("97762")), SAFE),
    # Evaluations: 97161 to 97164 are physical therapy's alone, 97165 to 97168 occupational
    # therapy's, 92521 to 92524 those of speech-language pathology (CR 10176).
    ("procedure.not-occupational-therapy", E, claim(line("97161")), claim(line("97165"))),
    ("procedure.not-occupational-therapy", E, claim(line("97169")), claim(line("97165"))),
    ("procedure.not-occupational-therapy", E, claim(line("92521")), claim(line("92526"))),
    # 97014 has status I in every file from 2020 on; Medicare takes G0283 since 2003-04-01.
    ("procedure.invalid-for-payer", E, claim(line("97014")), SAFE),
    # Status N: 97037 since 2024 (RVU24A), 96110; status I without a substitute: S9129; status E: G0158.
    ("procedure.not-covered", E, claim(line("97037", minutes=None)), claim(line("97530"))),
    ("procedure.not-covered", E, claim(line("96110", minutes=None)), claim(line("97530"))),
    ("procedure.not-covered", E, claim(line("S9129", minutes=None)), claim(line("97530"))),
    ("procedure.not-covered", E, claim(line("G0158")), claim(line("97530"))),
    # Status B.
    ("procedure.bundled", W, claim(line("97010", minutes=None)), claim(line("97018"))),
    ("procedure.bundled", W, claim(line("97602", minutes=None)), claim(line("97597", minutes=None))),
    ("procedure.bundled", W, claim(line("99072", minutes=None)), claim(line("97530"))),
    # Add-on codes: global days ZZZ of the relative value files.
    *(
        ("procedure.add-on-without-primary", E, claim(line(add_on)), claim(line(primary), line(add_on)))
        for add_on, primary in [
            ("97130", "97129"), ("97546", "97545"), ("97551", "97550"), ("96113", "96112"),
            ("98981", "98980"), ("90913", "90912"), ("97598", "97597"),
        ]
    ),
    (
        "procedure.add-on-without-primary", E,
        claim(line_of_2026("G0542")), claim(line_of_2026("G0541"), line_of_2026("G0542")),
    ),
    ("procedure.evaluation-repeated", E, claim(line("97165"), line("97166")), claim(line("97166"))),
    ("procedure.evaluation-repeated", E, claim(line("97167"), line("97168")), claim(line("97167"))),
    # Remote monitoring from 2026: 98979 for 10 to 19 minutes of a month, 98980 from 20 on (CR 14250).
    (
        "procedure.mutually-exclusive", E,
        claim(line_of_2026("98979"), line_of_2026("98980")), claim(line_of_2026("98980")),
    ),
    ("modifier.malformed", E, with_modifiers("GO", "G"), with_modifiers("GO")),
    ("modifier.malformed", E, with_modifiers("GO", "KX1"), with_modifiers("GO", "KX")),
    ("modifier.unknown", E, with_modifiers("GO", "ZY"), with_modifiers("GO")),
    # SZ ended with 2017 (HCPCS file, AOTA 2018); 96 says it since.
    ("modifier.not-effective", E, with_modifiers("GO", "SZ"), with_modifiers("GO", "96")),
    ("modifier.duplicate", E, with_modifiers("GO", "KX", "KX"), SAFE),
    ("modifier.duplicate", E, with_modifiers("go", "GO"), SAFE),
    (
        "modifier.too-many", E,
        with_modifiers("GO", "CO", "KX", "59", "96"), with_modifiers("GO", "CO", "KX", "96"),
    ),
    # Manual, chapter 5, section 10.6 and 20: a therapy code carries its discipline's modifier.
    ("modifier.discipline-missing", E, with_modifiers(), SAFE),
    ("modifier.discipline-missing", E, with_modifiers("KX"), SAFE),
    ("modifier.discipline-missing", E, with_modifiers(procedure="G0283"), SAFE),
    ("modifier.discipline-wrong", E, with_modifiers("GP"), ANY),
    ("modifier.discipline-wrong", E, with_modifiers("GN"), ANY),
    ("modifier.discipline-wrong", E, with_modifiers("GP", procedure="97165"), SAFE),
    ("modifier.discipline-conflict", E, with_modifiers("GO", "GP"), with_modifiers("GO")),
    ("modifier.discipline-conflict", E, with_modifiers("GO", "GN"), with_modifiers("GO")),
    # CO is the occupational therapy assistant's, CQ the physical therapist assistant's; CO goes with GO.
    ("modifier.assistant-wrong", E, with_modifiers("GO", "CQ"), SAFE),
    ("modifier.assistant-without-discipline", E, with_modifiers("CO"), SAFE),
    *(
        ("modifier.conflict", severity, with_modifiers("GO", *pair), with_modifiers("GO", pair[0]))
        for severity, pair in [
            # X{EPSU} are subsets of 59 (CR 8863); 95 and 93 exclude each other (CPT appendices P and T).
            *((E, ("59", each)) for each in ("XE", "XP", "XS", "XU")),
            *((E, ("95", each)) for each in ("93", "GT", "GQ")),
            (E, ("96", "97")), (E, ("76", "77")), (E, ("52", "53")), (E, ("52", "22")),
            # ABN modifiers: CR 6563 (GX) and contractors' pages.
            (E, ("GA", "GX")), (E, ("GA", "GY")), (E, ("GA", "GZ")), (E, ("GZ", "GX")), (E, ("GZ", "GY")),
            (W, ("KX", "GA")), (W, ("KX", "GZ")), (W, ("50", "LT")), (W, ("50", "RT")),
        ]
    ),
    ("modifier.order", I, with_modifiers("KX", "GO"), SAFE),
    ("modifier.order", I, with_modifiers("CO", "GO"), SAFE),
    # Component indicators 0 and 7: no 26, no TC; 25 is a visit's, AT a chiropractor's, KF a device's.
    *(
        ("modifier.not-for-therapy", E, with_modifiers("GO", each), ANY)
        for each in ("25", "26", "TC", "AT", "KF")
    ),
    ("modifier.not-for-therapy", W, with_modifiers("GO", "51"), ANY),
    # Place of Service Code Set: 28 is unassigned; 10 begins with 2022 (CR 12427) and 27 on
    # 2023-10-01 (CR 13314).
    ("place.unknown", E, claim(line(place="28")), claim(line(place="11"))),
    ("place.not-effective", E, claim(line(place="10", on=day("2021-12-31"))), claim(line(place="11"))),
    ("place.not-effective", E, claim(line(place="27", on=day("2023-09-30"))), claim(line(place="27"))),
    # A Part A stay: its therapy is not billed by a practitioner.
    ("place.unusual", W, claim(line(place="21")), claim(line(place="11"))),
    ("place.unusual", W, claim(line(place="31")), claim(line(place="32"))),
    # Caregiver training came on the telehealth list with 2025 (ASHA 2024-11-12).
    (
        "telehealth.not-eligible", E,
        claim(line("97550", minutes=30, place="10")), claim(line("97550", minutes=30)),
    ),
    # Hospitals say it by 95 (Novitas, First Coast).
    (
        "telehealth.modifier-missing", E,
        claim(line(place="10"), **HOSPITAL), ANY,
    ),
    # From 2024 on a practitioner says it by the place (CMS-1784-F).
    ("telehealth.place-mismatch", W, claim(line(modifiers=("GO", "95"))), claim(line(place="10"))),
    # One unit whatever the length: manual, chapter 5, section 20.2; unit limits of 1.
    ("units.untimed-multiple", W, claim(line("G0283", units=2)), ANY),
    ("units.untimed-multiple", W, claim(line("97150", units=3)), ANY),
    ("units.untimed-multiple", W, claim(line("97165", units=2)), ANY),
    # NCCI unit limits, practitioner, 2024-07-01: 97530 6 by the day (3), 97129 1 by the day (2).
    ("units.above-limit", E, claim(line(units=7, minutes=105)), claim(line(units=6, minutes=90))),
    ("units.above-limit", E, claim(line("97129", units=2, minutes=30)), claim(line("97129"))),
    (
        "units.above-limit", E,
        claim(line(units=4, minutes=60), line(units=3, minutes=45, modifiers=("GO", "CO"))),
        claim(line(units=3, minutes=45), line(units=3, minutes=45, modifiers=("GO", "CO"))),
    ),
    # First Coast: a timed code on one line a day, or the claim is rejected (since 2021-04-19).
    ("units.split-lines", W, claim(line(), line()), claim(line(units=2, minutes=30))),
    # NCCI pairs, practitioner, 2024-07-01; no modifier helps against an indicator 0.
    *(
        ("pair.never-together", E, claim(line(first), line(second)), claim(line(first)))
        for first, second in [
            ("97165", "97750"), ("97760", "97763"), ("97140", "97124"), ("97750", "97150"),
            ("97597", "97602"),
        ]
    ),
    (
        "pair.never-together", E,
        claim(line("97165"), line("97750", modifiers=("GO", "59"))), claim(line("97165")),
    ),
    ("pair.modifier-needed", E, claim(line("97150"), line("97530")), ANY),
    ("pair.modifier-needed", E, claim(line("97530"), line("97750")), ANY),
    ("pair.modifier-needed", E, claim(line("97168"), line("97535")), ANY),
    # Hospitals may bill with 59 what practitioners may not bill at all.
    ("pair.modifier-needed", E, hospital(line("97165"), line("97750")), ANY),
    # No pair is in force between 97140 and 97530 since 2020 (APTA 2020-01-24).
    ("pair.modifier-unneeded", W, claim(line("97140"), line("97530", modifiers=("GO", "59"))), ANY),
    ("pair.modifier-unneeded", W, with_modifiers("GO", "XU"), ANY),
    ("line.duplicate", W, claim(line("97018"), line("97018")), claim(line("97018"))),
    ("line.duplicate", W, claim(line(), line()), claim(line(units=2, minutes=30))),
    ("line.charge-missing", W, claim(line(charge_usd=Decimal(0))), claim(line(charge_usd=Decimal("0.01")))),
    ("line.charge-missing", W, claim(line(charge_usd=None, empty_fields=["charge_usd"])), claim(line())),
    # An NPI's check digit is Luhn's over 80840 and its first nine digits; 1234567893 is CMS's own example.
    ("claim.referrer-missing", W, claim(line(), referring_npi="1234567890"), claim(line(), **REFERRED)),
    ("claim.referrer-missing", W, claim(line(), referring_npi="123456789"), claim(line(), **REFERRED)),
    ("claim.referrer-missing", W, claim(line(), empty_fields=["referring_npi"]), claim(line(), **REFERRED)),
    # Manual, chapter 1, section 70: one calendar year; of February 29, to February 28.
    (
        "claim.filed-late", E,
        claim(line(), submitted_on=day("2025-07-02")), claim(line(), submitted_on=day("2025-07-01")),
    ),
    (
        "claim.filed-late", E,
        claim(line(on=day("2024-02-29")), submitted_on=day("2025-03-01")),
        claim(line(on=day("2024-02-29")), submitted_on=day("2025-02-28")),
    ),
    # Manual, chapter 5, section 20: revenue code 043x with GO, 042x with GP, 044x with GN.
    ("revenue.discipline-mismatch", E, hospital(line(revenue_code="0430", modifiers=())), ANY),
    (
        "revenue.discipline-mismatch", E,
        hospital(line(revenue_code="0430", modifiers=("GP",))), hospital(line(revenue_code="0430")),
    ),
    *(
        (
            "revenue.discipline-mismatch", E,
            hospital(line(revenue_code=theirs)), hospital(line(revenue_code=ours)),
        )
        for theirs, ours in [("0420", "0430"), ("0424", "0434"), ("0440", "0439")]
    ),
]  # fmt: skip

MEDICARES_OWN = {
    "procedure.invalid-for-payer", "procedure.not-covered", "procedure.bundled",
    "procedure.mutually-exclusive",
    "modifier.discipline-missing", "modifier.assistant-missing", "modifier.assistant-unsupported",
    "modifier.threshold-missing", "modifier.threshold-early", "modifier.not-for-therapy",
    "telehealth.not-eligible", "telehealth.modifier-missing", "telehealth.place-mismatch",
    "units.above-limit", "units.split-lines",
    "pair.never-together", "pair.modifier-needed", "pair.modifier-unneeded",
    "claim.referrer-missing", "claim.filed-late", "revenue.discipline-mismatch",
    "plan.missing", "plan.certification-expired", "plan.progress-report-due",
    "record.minutes-missing", "record.units-disagree",
}  # fmt: skip


def named(cases) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("rule", "severity", "wrong", "right"), BROKEN, ids=named(BROKEN))
def test_a_claim_that_breaks_the_rule_and_the_same_put_right(rule, severity, wrong, right) -> None:
    report = otcodes.check(wrong)
    assert {f.severity for f in report if f.rule == rule} == {severity}
    if isinstance(right, str):
        right = report.fixed(unsafe=right is ANY)
        assert right != wrong
    mended = otcodes.check(right)
    assert rule not in {finding.rule for finding in mended}
    assert rule not in not_checked(mended)


@pytest.mark.parametrize(
    ("rule", "severity", "wrong"),
    [case[:3] for case in BROKEN if case[0] not in MEDICARES_OWN],
    ids=[case[0] for case in BROKEN if case[0] not in MEDICARES_OWN],
)
def test_what_is_no_policy_of_medicare_is_the_same_for_a_commercial_plan(rule, severity, wrong) -> None:
    report = otcodes.check(attrs.evolve(wrong, payer=COMMERCIAL))
    assert {finding.severity for finding in report if finding.rule == rule} == {severity}


def test_a_commercial_plan_has_every_rule_but_medicares_own() -> None:
    every = {rule.id for rule in rules.CATALOGUE}
    assert {rule.id for rule in rules.preset(COMMERCIAL)} == every - MEDICARES_OWN


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [(case[0], case[2]) for case in BROKEN if case[0] in MEDICARES_OWN],
    ids=[case[0] for case in BROKEN if case[0] in MEDICARES_OWN],
)
def test_what_the_va_is_only_said_to_follow_is_no_error_there(rule, wrong) -> None:
    report = otcodes.check(attrs.evolve(wrong, payer="va"))
    if rule == "claim.filed-late":  # within which time the VA wants a claim, nobody here knows
        assert rule in not_checked(report)
    else:
        assert {finding.severity for finding in report if finding.rule == rule} == {W}


PRESETS = ("medicare-b", "commercial", "medicaid", "medicare-advantage", "tricare", "va", "workers-comp")


@pytest.mark.parametrize("payer", PRESETS)
@pytest.mark.parametrize(
    ("rule", "wrong"),
    [(case[0], case[2]) for case in BROKEN if case[0] not in MEDICARES_OWN and case[0] != "modifier.order"],
)
def test_a_rule_of_every_payer_is_found_for_each_of_them(rule, wrong, payer) -> None:
    assert rule in found(attrs.evolve(wrong, payer=payer))


# What comes close and is right: the rule was judged, and said nothing.
NEAR = [
    # A supplementary code of category III has a letter at its end; case and spaces are forgiven.
    ("procedure.malformed", claim(line("0552T", minutes=None))),
    ("procedure.malformed", claim(line(" g0283"))),
    ("procedure.unknown", claim(line("97799", minutes=None))),
    ("procedure.unknown", claim(line("97003"))),  # it was one
    # First days, last days: caregiver training from 2024, for direct care from 2025; remote monitoring of 10
    # minutes from 2026; G0515 and 97127 to the end of 2019, 97129 from 2020; 99072 from 2020-09-08.
    ("procedure.not-effective", claim(line("97550", minutes=30, on=day("2024-01-01")))),
    ("procedure.not-effective", claim(line("97037", on=day("2024-01-01")))),
    ("procedure.not-effective", claim(line("G0541", minutes=30, on=day("2025-01-01")))),
    ("procedure.not-effective", claim(line("98979", on=day("2026-01-01")))),
    ("procedure.not-effective", claim(line("97129", on=day("2020-01-01")))),
    ("procedure.not-effective", claim(line("99072", on=day("2020-09-08")))),
    ("procedure.not-occupational-therapy", claim(line("97161", **PHYSICAL))),
    ("procedure.not-occupational-therapy", claim(line("97116"))),  # rarely, but it does
    ("procedure.not-occupational-therapy", claim(line("92526"))),
    ("procedure.not-occupational-therapy", claim(line("97597"))),
    ("procedure.invalid-for-payer", claim(line("G0283"))),
    # 98970 was G2061 to Medicare all through 2020 (RVU20A to RVU21A).
    ("procedure.invalid-for-payer", claim(line("98970", on=day("2021-01-01")))),
    # Restricted and contractor-priced are not "not covered".
    ("procedure.not-covered", claim(line("97026"))),
    ("procedure.not-covered", claim(line("97545", minutes=120))),
    ("procedure.not-covered", claim(line("97039"))),
    # Telephone assessments were covered back to March 1, 2020 (85 FR 19230; RVU20B).
    ("procedure.not-covered", claim(line("98966", on=day("2020-03-01")))),
    ("procedure.not-covered", claim(line("97010"))),  # bundled it is
    ("procedure.bundled", claim(line("97012"))),
    ("procedure.bundled", claim(line("97597"))),
    ("procedure.add-on-without-primary", claim(line("97129"))),
    ("procedure.add-on-without-primary", claim(line("97130"), line("97129"))),  # in either order
    # Monthly: the first 20 minutes stand on another day of the month.
    (
        "procedure.add-on-without-primary",
        claim(line("98980", on=day("2024-07-01")), line("98981", on=day("2024-07-31"))),
    ),
    ("procedure.evaluation-repeated", claim(line("97165"), line("97168", on=NEXT_DAY))),
    ("procedure.evaluation-repeated", claim(line("97165"), line("97161", **PHYSICAL))),
    ("procedure.evaluation-repeated", claim(line("97165"), line("97755"))),
    ("procedure.mutually-exclusive", claim(line_of_2026("98980"), line_of_2026("98981"))),
    (
        "procedure.mutually-exclusive",
        claim(line("98979", on=day("2026-03-31")), line("98980", on=day("2026-04-01"))),
    ),
    (
        "procedure.mutually-exclusive",
        claim(line("98979", on=day("2026-03-31")), line("98980", on=day("2025-03-31"))),
    ),
    ("modifier.malformed", with_modifiers("go")),
    ("modifier.malformed", with_modifiers("GO", "ZY")),  # unknown, but of the right form
    ("modifier.unknown", with_modifiers("GO", "KX")),
    ("modifier.unknown", with_modifiers("GO", "SZ")),  # it was one
    # 93 begins with 2022 (CPT Appendix T), 96 with 2018, XE with 2015.
    ("modifier.not-effective", with_modifiers("GO", "93", on=day("2022-01-01"))),
    ("modifier.not-effective", with_modifiers("GO", "96", on=day("2020-01-01"))),
    ("modifier.duplicate", with_modifiers("GO", "KX")),
    ("modifier.duplicate", claim(line(), line("97140"))),  # on two lines
    ("modifier.too-many", with_modifiers("GO", "CO", "KX", "59")),
    # Not on the therapy code list (20560), or of another one's plan.
    ("modifier.discipline-missing", with_modifiers(procedure="20560")),
    ("modifier.discipline-missing", with_modifiers("GP")),  # wrong, which is said once
    ("modifier.discipline-missing", claim(line("97161", **PHYSICAL))),
    ("modifier.discipline-wrong", with_modifiers()),
    ("modifier.discipline-wrong", claim(line(**PHYSICAL))),
    ("modifier.discipline-conflict", claim(line(), line("97110", **PHYSICAL))),
    ("modifier.assistant-wrong", with_modifiers("GO", "CO")),
    ("modifier.assistant-wrong", claim(line(discipline="physical-therapy", modifiers=("GP", "CQ")))),
    ("modifier.assistant-without-discipline", with_modifiers("GO", "CO")),
    ("modifier.assistant-without-discipline", with_modifiers("CO", "GO")),  # in either order
    # A voluntary notice goes with what is excluded (CR 6563); a side with a finger.
    *(
        ("modifier.conflict", with_modifiers("GO", *pair))
        for pair in [("GX", "GY"), ("KX", "59"), ("KX", "GY"), ("LT", "F2"), ("95", "KX"), ("97", "59")]
    ),
    ("modifier.order", with_modifiers("GO", "CO", "KX", "59")),
    ("modifier.order", with_modifiers("GO", "KX", "59", "95")),
    ("modifier.order", with_modifiers("GO", "59", "LT", "97")),
    ("modifier.not-for-therapy", with_modifiers("GO", "59", "KX", "76")),
    ("modifier.not-for-therapy", with_modifiers("GO", "52", "CR", procedure="97018")),
    ("place.unknown", claim(line(place="27"))),
    ("place.not-effective", claim(line(place="10", on=day("2022-01-01")))),
    ("place.not-effective", claim(line(place="27", on=day("2023-10-01")))),
    ("place.not-effective", claim(line(place="02", on=day("2021-12-31")))),
    *(("place.unusual", claim(line(place=place))) for place in ("11", "12", "13", "14", "32", "33")),
    ("place.unusual", claim(line(place="10"))),
    # The first day of telehealth by therapists, caregiver training from 2025, and days on which the authority
    # had lapsed and was restored (AOTA; H.R. 7148).
    *(
        ("telehealth.not-eligible", claim(line(code, on=day(on), place=place, modifiers=modifiers)))
        for code, on, place, modifiers in [
            ("97530", "2020-03-01", "11", ("GO", "95")),
            ("97537", "2023-01-01", "11", ("GO", "95")),
            ("97530", "2023-05-12", "11", ("GO", "95")),
            ("97530", "2024-07-01", "10", ("GO",)),
            ("97550", "2025-01-01", "10", ("GO",)),
            ("97530", "2025-10-15", "10", ("GO",)),
            ("97530", "2025-11-12", "02", ("GO",)),
            ("97530", "2026-02-01", "10", ("GO",)),
            ("97530", "2026-12-31", "10", ("GO",)),
        ]
    ),
    ("telehealth.not-eligible", claim(line("97140"))),  # in person
    ("telehealth.modifier-missing", hospital(line(modifiers=("GO", "95")))),
    ("telehealth.modifier-missing", hospital(line())),  # nothing says that it was telehealth
    ("telehealth.modifier-missing", claim(line(place="10"))),
    ("telehealth.place-mismatch", claim(line(place="10"))),
    ("telehealth.place-mismatch", claim(line(place="02"))),
    ("telehealth.place-mismatch", claim(line(place="10", modifiers=("GO", "95")))),
    ("telehealth.place-mismatch", claim(line(modifiers=("GO", "95"), on=day("2023-12-31")))),
    ("telehealth.place-mismatch", hospital(line(modifiers=("GO", "95")))),
    # What counts limbs, fingers, areas or pieces.
    *(
        ("units.untimed-multiple", claim(line(code, units=2, minutes=None)))
        for code in ("95851", "29130", "97598", "L3908", "L3923")
    ),
    ("units.untimed-multiple", claim(line(units=2, minutes=30))),
    ("units.untimed-multiple", claim(line("G0283"), line("G0283", on=NEXT_DAY))),
    ("units.above-limit", claim(line(units=6, minutes=90))),
    ("units.above-limit", claim(line("97535", units=8, minutes=120))),
    ("units.above-limit", claim(line(units=4, minutes=60), line(units=4, minutes=60, on=NEXT_DAY))),
    ("units.split-lines", claim(line(), line(modifiers=("GO", "CO")))),
    ("units.split-lines", claim(line(), line(on=NEXT_DAY))),
    ("units.split-lines", claim(line(), line("97140"))),
    ("units.split-lines", claim(line("97018"), line("97018"))),  # a duplicate, but not timed
    # Pairs that CMS gave up with 2020 (indicator 9, or ended 2019-12-31).
    *(
        (rule, claim(line(first, on=day(on)), line(second, on=day(on))))
        for rule in ("pair.never-together", "pair.modifier-needed")
        for first, second, on in [
            ("97140", "97530", "2020-01-01"), ("97140", "97530", "2020-10-01"),
            ("97140", "97530", "2024-07-01"), ("97530", "97116", "2024-07-01"),
            ("97165", "97530", "2024-07-01"), ("97165", "97140", "2024-07-01"),
            ("97165", "97150", "2020-01-01"), ("97110", "97168", "2020-01-01"),
        ]
    ),
    ("pair.never-together", claim(line("97165"), line("97750", on=NEXT_DAY))),
    ("pair.never-together", hospital(line("97165"), line("97750", modifiers=("GO", "59")))),
    ("pair.modifier-needed", hospital(line("97165"), line("97750", modifiers=("GO", "59")))),
    ("pair.modifier-needed", claim(line("97165"), line("97750"))),  # never, so that none would do
    ("pair.modifier-needed", claim(line("97150"), line("97530", on=NEXT_DAY))),
    # 59 and X{EPSU} on either line (CR 11168, from 2019-07-01); a side where the codes have one.
    ("pair.modifier-needed", claim(line("97150", modifiers=("GO", "XE")), line("97530"))),
    ("pair.modifier-needed", claim(line("97150"), line("97530", modifiers=("GO", "59")))),
    (
        "pair.modifier-needed",
        claim(line("29075", modifiers=("GO", "LT")), line("29125", modifiers=("GO", "RT"))),
    ),
    ("pair.modifier-unneeded", claim(line("97150"), line("97530", modifiers=("GO", "59")))),
    ("pair.modifier-unneeded", claim(line("97140"), line("97530", modifiers=("GO", "KX")))),
    ("pair.modifier-unneeded", hospital(line("97165"), line("97750", modifiers=("GO", "59")))),
    ("line.duplicate", claim(line("97018"), line("97018", modifiers=("GO", "76")))),
    ("line.duplicate", claim(line("97018"), line("97018", on=NEXT_DAY))),
    ("line.duplicate", claim(line("97018"), line("97022"))),
    ("line.duplicate", claim(line("97018"), line("97018", **PHYSICAL))),
    ("line.charge-missing", claim(line(charge_usd=Decimal("0.01")))),
    ("claim.referrer-missing", claim(line(), **REFERRED)),
    ("claim.filed-late", claim(line(), submitted_on=DAY)),
    ("claim.filed-late", claim(line(), submitted_on=day("2025-07-01"))),
    ("claim.filed-late", claim(line(on=day("2024-02-29")), submitted_on=day("2025-02-28"))),
    ("claim.filed-late", claim(line(on=day("2023-02-28")), submitted_on=day("2024-02-28"))),
    # A hospital's claim is judged by the last day that it bills (manual, chapter 1, section 70.1).
    (
        "claim.filed-late",
        hospital(line(), line(on=day("2024-07-31")), submitted_on=day("2025-07-31")),
    ),
    *(
        ("revenue.discipline-mismatch", hospital(line(revenue_code=code)))
        for code in ("0430", "0431", "0432", "0433", "0434", "0439")
    ),
    ("revenue.discipline-mismatch", hospital(line(revenue_code="0420", **PHYSICAL))),
    ("revenue.discipline-mismatch", claim(line(revenue_code="0420"))),  # no institutional claim
]  # fmt: skip


@pytest.mark.parametrize(("rule", "near"), NEAR, ids=named(NEAR))
def test_what_comes_close_and_is_right(rule, near) -> None:
    report = otcodes.check(near)
    assert rule not in {finding.rule for finding in report}
    assert rule not in not_checked(report)


def on(text: str, procedure: str = "97530", **facts) -> otcodes.Claim:
    return claim(line(procedure, on=day(text), **facts))


# The day before a code or a row begins, and the one after it ends.
@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("procedure.not-effective", on("2023-12-31", "97550", minutes=30)),
        ("procedure.not-effective", on("2023-12-31", "97037")),
        ("procedure.not-effective", on("2024-12-31", "G0541", minutes=30)),
        ("procedure.not-effective", on("2025-12-31", "98979")),
        ("procedure.not-effective", on("2020-01-01", "G0515")),
        ("procedure.not-effective", on("2020-01-01", "97127")),
        ("procedure.not-effective", on("2020-01-01", "95831")),
        ("procedure.not-effective", on("2020-01-01", "90911")),
        ("procedure.not-effective", on("2020-09-07", "99072")),
        ("procedure.invalid-for-payer", on("2020-12-31", "98970")),
        ("procedure.invalid-for-payer", on("2019-12-31", "97127")),
        ("procedure.not-covered", on("2020-02-29", "98966")),
        ("modifier.not-effective", on("2021-12-31", modifiers=("GO", "93"))),
        ("place.not-effective", on("2021-12-31", place="10")),
        ("place.not-effective", on("2023-09-30", place="27")),
        ("telehealth.not-eligible", on("2020-02-29", modifiers=("GO", "95"))),
        ("telehealth.not-eligible", on("2024-12-31", "97550", minutes=30, place="10")),
        ("telehealth.place-mismatch", on("2024-01-01", modifiers=("GO", "95"))),
        ("pair.modifier-needed", claim(*(line(code, on=day("2019-12-31")) for code in ("97140", "97530")))),
        ("pair.modifier-unneeded", claim(
            line("97140", on=day("2020-01-01")), line(on=day("2020-01-01"), modifiers=("GO", "59"))
        )),
    ],
)  # fmt: skip
def test_the_last_day_before_and_the_first_day_after(rule, wrong) -> None:
    """Sources: as at the same codes among the cases that come close."""
    assert rule in found(wrong)


@pytest.mark.parametrize(
    "early",
    [
        on("2019-12-31", "G0515"),
        on("2019-12-31", "97127"),
        on("2019-12-31", "95831"),
        on("2017-12-31", "97762"),
        on("2016-12-31", "97003"),
    ],
)
def test_a_code_is_in_force_on_its_last_day(early) -> None:
    """AOTA 2017-12-22 (97532), APTA 2017-02-01 (97003), RVU20A (those of 2019)."""
    assert "procedure.not-effective" not in found(early)


def test_outside_coverage_nothing_is_unknown() -> None:
    """The relative value files on board begin with 2020, the modifiers' and places' files too."""
    for rule, claimed in [
        ("procedure.unknown", claim(line("99213"))),
        ("procedure.unknown", on("2019-12-31", "97999")),
        ("modifier.unknown", on("2019-12-31", modifiers=("GO", "ZY"))),
        ("place.unknown", on("2019-12-31", place="28")),
        ("revenue.discipline-mismatch", hospital(line(revenue_code="0250"))),
        ("telehealth.not-eligible", claim(line("97140", place="10"))),
        ("telehealth.not-eligible", on("2028-01-01", place="10")),
        ("telehealth.not-eligible", on("2028-01-01", modifiers=("GO", "95"))),
        ("telehealth.modifier-missing", on("2028-01-01", place="10")),
        ("telehealth.place-mismatch", on("2028-01-01", place="10")),
        # First seen on the list of 2023, of which the first day is not told (WebPT 2023).
        ("telehealth.not-eligible", on("2022-12-31", "97537", modifiers=("GO", "95"))),
        # Not covered in RVU20A, active in RVU20B and set back to a day that it does not tell.
        ("procedure.not-covered", on("2020-02-03", "20560")),
        ("units.above-limit", on("2024-06-30", units=7, minutes=105)),
    ]:
        report = otcodes.check(claimed)
        assert rule not in {finding.rule for finding in report}, rule
        assert rule in not_checked(report), rule


@pytest.mark.parametrize(
    ("rule", "claimed"),
    [
        ("modifier.unknown", claim(line_of_2026(modifiers=("GO", "ZY")))),
        ("place.unknown", claim(line_of_2026(place="28"))),
        ("units.above-limit", claim(line("97129", units=2, minutes=30, on=day("2026-08-03")))),
        ("pair.modifier-needed", claim(line_of_2026("97150"), line_of_2026("97530"))),
        ("procedure.bundled", claim(line_of_2026("99072"))),
    ],
)
def test_a_finding_that_rests_on_an_older_edition_is_a_warning_and_says_so(rule, claimed) -> None:
    """The HCPCS file of 2025, the places of 2024, the limits of 2026's second quarter, the pairs of 2024."""
    finding = found(claimed)[rule]
    assert finding.severity is W
    assert finding.carried_forward or rule == "procedure.bundled"


def test_a_code_that_has_a_substitute_is_invalid_and_nothing_else() -> None:
    """97014: status I, and a unit limit of 0; Medicare takes G0283 for it."""
    assert set(found(claim(line("97014")))) == {"procedure.invalid-for-payer"}
    assert otcodes.check(claim(line("97014"))).fixed().lines[0].procedure == "G0283"
    assert otcodes.check(claim(line("97014"), payer=COMMERCIAL)).is_clean


@pytest.mark.parametrize("code", ["97010", "97602", "99072"])
def test_a_bundled_code_is_that_and_nothing_worse(code) -> None:
    """Status B (RVU24C); their unit limits of 0 say the same once more."""
    report = otcodes.check(claim(line(code, minutes=None)))
    assert [(finding.rule, finding.severity) for finding in report] == [("procedure.bundled", W)]
    assert otcodes.check(claim(line(code, minutes=None), payer=COMMERCIAL)).is_clean


def test_an_uncovered_code_is_that_and_nothing_else() -> None:
    """97037: status N since it began (RVU24A)."""
    assert set(found(claim(line("97037", minutes=None)))) == {"procedure.not-covered"}
    assert set(found(on("2023-12-31", "97037", minutes=None))) == {"procedure.not-effective"}


SURE = {
    "procedure.not-effective", "procedure.invalid-for-payer",
    "modifier.duplicate", "modifier.discipline-missing", "modifier.assistant-wrong",
    "modifier.assistant-without-discipline", "modifier.order", "modifier.not-for-therapy",
    "revenue.discipline-mismatch",
}  # fmt: skip
FOR_THE_RECORD = {
    # Two sessions, two sites; another interval; sound alone, which has 93.
    "units.untimed-multiple", "pair.modifier-needed", "pair.modifier-unneeded", "telehealth.modifier-missing",
}  # fmt: skip


def test_a_fix_is_safe_where_the_claim_proves_it_and_unsafe_where_only_the_record_can() -> None:
    """RULES of this project: 59, KX and the like are for the record to support."""
    offered = {
        (rule, finding.fix.is_safe)
        for rule, _, wrong, _ in BROKEN
        for finding in otcodes.check(wrong)
        if finding.rule == rule and finding.fix is not None
    }
    # Another's modifier may be the truth of a code that both disciplines furnish (97530), and not of 97165.
    wrong = "modifier.discipline-wrong"
    assert offered == {
        *((rule, True) for rule in SURE), *((rule, False) for rule in FOR_THE_RECORD),
        (wrong, True), (wrong, False),
    }  # fmt: skip


def test_what_is_malformed_or_unknown_or_retired_is_said_once() -> None:
    """A code has one of the verdicts; only the first one helps."""
    for code, rule in [
        ("9753", "procedure.malformed"), ("97999", "procedure.unknown"), ("97003", "procedure.not-effective"),
        ("97161", "procedure.not-occupational-therapy"),
    ]:  # fmt: skip
        assert [f.rule for f in otcodes.check(claim(line(code))) if f.severity is E] == [rule]
    for modifier, rule in [
        ("G", "modifier.malformed"), ("ZY", "modifier.unknown"), ("SZ", "modifier.not-effective"),
    ]:  # fmt: skip
        assert [f.rule for f in otcodes.check(with_modifiers("GO", modifier)) if f.severity is E] == [rule]


def test_successors_are_named_and_put_in_where_there_is_one() -> None:
    """97003 became three codes, 97004 one (2017); 97762 became 97763 (2018); 95831 has none (2020)."""
    three = found(claim(line("97003")))["procedure.not-effective"]
    assert (three.suggestions, three.fix) == (("97165", "97166", "97167"), None)
    assert otcodes.check(claim(line("97762"))).fixed().lines[0].procedure == "97763"
    none = found(claim(line("95831")))["procedure.not-effective"]
    assert (none.suggestions, none.fix) == ((), None)
    early = found(on("2023-12-31", "97550", minutes=30))["procedure.not-effective"]
    assert early.fix is None


def test_another_disciplines_evaluation_names_ours() -> None:
    """CR 10176: low, moderate and high complexity, and re-evaluation, on either side."""
    for theirs, ours in [("97161", "97165"), ("97162", "97166"), ("97163", "97167"), ("97164", "97168")]:
        finding = found(claim(line(theirs)))["procedure.not-occupational-therapy"]
        assert (finding.suggestions, finding.fix) == ((ours,), None)


@pytest.mark.parametrize(("code", "severity"), [("97129", E), ("97550", E), ("29125", W), ("97545", W)])
def test_under_a_plan_of_care_what_is_sometimes_therapy_needs_the_modifier(code, severity) -> None:
    """97129 and 97550 are on CMS's list; 29125 and 97545 perhaps not, but GO means "under a plan" (ASHT)."""
    plan = {"plan_of_care": otcodes.PlanOfCare(certified_from=DAY)}
    wrong = claim(line(code, minutes=None, modifiers=()), **plan)
    assert found(wrong)["modifier.discipline-missing"].severity is severity
    assert "modifier.discipline-missing" not in found(otcodes.check(wrong).fixed())
    # 20560 is not on the list, and stays what it is under any plan.
    assert "modifier.discipline-missing" not in found(claim(line("20560", modifiers=()), **plan))


def test_an_add_on_is_judged_with_the_patients_day_or_month() -> None:
    """97130 is for the 15 minutes after 97129's, 98981 for the 20 after 98980's in a calendar month."""
    rule = "procedure.add-on-without-primary"
    assert rule in found(claim(line("97129"), line("97130", on=NEXT_DAY)))
    assert rule in found(claim(line("98980", on=day("2024-06-30")), line("98981", on=day("2024-07-01"))))
    assert rule in found(claim(line("98980", on=day("2023-07-01")), line("98981", on=day("2024-07-01"))))
    assert [rule in each for each in together(claim(line("97130")), claim(line("97129")))] == [False, False]
    of_a_month = claim(line("98980", on=day("2024-07-01"))), claim(line("98981", on=day("2024-07-31")))
    assert [rule in each for each in together(*of_a_month)] == [False, False]
    of_two = claim(line("98980", on=day("2024-06-30"))), claim(line("98981", on=day("2024-07-01")))
    assert [rule in each for each in together(*of_two)] == [False, True]


def test_services_that_exclude_each_other_do_so_in_a_month_and_over_claims() -> None:
    """98979 (10 to 19 minutes of a month) beside 98980 (from 20 on); CR 14250."""
    rule = "procedure.mutually-exclusive"
    first, second = day("2026-03-01"), day("2026-03-31")
    assert rule in found(claim(line("98979", on=first), line("98980", on=second)))
    assert rule in found(claim(line("98980", on=first), line("98979", on=second)))
    claims = claim(line("98979", on=first)), claim(line("98980", on=second))
    assert [rule in each for each in together(*claims)] == [False, True]
    apart = claim(line("98979", on=second)), claim(line("98980", on=day("2026-04-01")))
    assert [rule in each for each in together(*apart)] == [False, False]


def test_limits_by_the_day_count_lines_and_claims_and_those_by_the_line_do_not() -> None:
    """NCCI unit limits: indicators 2 and 3 by the day; Medicaid's are by the line (97530: 6 units)."""
    rule = "units.above-limit"
    four = line(units=4, minutes=60), line(units=4, minutes=60, modifiers=("GO", "CO"))
    assert rule in found(claim(*four))
    assert [rule in each for each in together(claim(four[0]), claim(four[1]))] == [False, True]
    assert [rule in each for each in together(claim(four[0]), claim(attrs.evolve(four[1], on=NEXT_DAY)))] == [
        False, False,
    ]  # fmt: skip
    others = [claim(each, patient=str(number)) for number, each in enumerate(four)]
    assert not any(rule in {f.rule for f in report} for report in otcodes.check_many(others))
    # Medicaid's table on board is that of 2026's first quarter.
    by_line = claim(*(attrs.evolve(each, on=DOS) for each in four), payer="medicaid")
    assert rule not in found(by_line)
    assert rule not in not_checked(otcodes.check(by_line))
    assert rule in found(claim(line_of_2026(units=7, minutes=105), payer="medicaid"))
    assert rule not in found(claim(line_of_2026(units=6, minutes=90), payer="medicaid"))


def test_a_pair_is_judged_by_the_claims_setting() -> None:
    """NCCI, 2024-07-01: 97165 beside 97750 has indicator 0 for practitioners and 1 for hospitals."""
    both = line("97165"), line("97750")
    assert {"pair.never-together", "pair.modifier-needed"} & set(found(claim(*both))) == {
        "pair.never-together"
    }
    assert {"pair.never-together", "pair.modifier-needed"} & set(found(hospital(*both))) == {
        "pair.modifier-needed"
    }
    mended = otcodes.check(hospital(*both)).fixed(unsafe=True)
    assert [each.modifiers for each in mended.lines] == [("GO",), ("GO", "59")]


def test_a_side_tells_lines_apart_only_where_the_codes_have_one() -> None:
    """NCCI manual, chapter I: anatomic modifiers; group therapy has no left and no right."""
    assert "pair.modifier-needed" in found(claim(line("97150"), line("97530", modifiers=("GO", "LT"))))


def test_until_the_end_of_2019_59_stood_between_manual_therapy_and_activities() -> None:
    """NCCI, deleted edits: 97140 and 97530 (column 2), indicator 1, to 2019-12-31."""
    before, after = day("2019-12-31"), day("2020-01-01")
    pair = claim(line("97140", on=before), line("97530", on=before))
    assert found(pair)["pair.modifier-needed"].line == 1
    mended = otcodes.check(pair).fixed(unsafe=True)
    assert mended.lines[1].modifiers == ("GO", "59")
    assert not {"pair.modifier-needed", "pair.modifier-unneeded"} & set(found(mended))
    later = attrs.evolve(mended, lines=tuple(attrs.evolve(each, on=after) for each in mended.lines))
    assert "pair.modifier-unneeded" in found(later)


def test_telehealth_of_a_practitioner_is_said_by_the_modifier_to_2023_and_by_the_place_from_2024() -> None:
    """CMS-1784-F; MLN: to the end of 2023 the place of a visit in person, and 95."""

    def of_telehealth(checked: otcodes.Claim) -> set[str]:
        return {rule for rule in found(checked) if rule.startswith("telehealth.")}

    old, new = {"modifiers": ("GO", "95")}, {"place": "10"}
    assert of_telehealth(on("2023-12-31", **old)) == set()
    assert of_telehealth(on("2024-01-01", **old)) == {"telehealth.place-mismatch"}
    assert of_telehealth(on("2024-01-01", **new)) == set()
    assert of_telehealth(on("2023-12-31", **new)) != set()


def test_a_payer_may_want_place_and_modifier() -> None:
    """A policy of one's own; each of the two without the other is then a finding."""
    both = attrs.evolve(otcodes.payers.policy(MEDICARE), telehealth="both")
    for claimed, is_right in [
        (claim(line(place="10", modifiers=("GO", "95"))), True),
        (claim(line(place="10")), False),
        (claim(line(modifiers=("GO", "95"))), False),
    ]:
        report = otcodes.check(claimed, policy=both)
        assert any(f.rule.startswith("telehealth.") for f in report) is not is_right


def test_the_same_service_on_two_claims_of_a_patient_is_a_duplicate() -> None:
    """A second claim for what was billed is denied as a duplicate (manual, chapter 1, section 120)."""
    rule = "claim.duplicate"
    one = claim(line("97018"))
    assert [rule in each for each in together(one, one)] == [False, True]
    assert [rule in each for each in together(one, one, payer=COMMERCIAL)] == [False, True]
    (severity,) = {
        finding.severity
        for report in otcodes.check_many([attrs.evolve(one, patient="1"), attrs.evolve(one, patient="1")])
        for finding in report
        if finding.rule == rule
    }
    assert severity is W
    for other in (
        claim(line("97018", on=NEXT_DAY)),
        claim(line("97022")),
        claim(line("97018", modifiers=("GO", "76"))),
        claim(line("97018", **PHYSICAL)),
    ):
        assert not any(rule in each for each in together(one, other))
    # The very same claim, given twice, is two that say the same.
    twice = [attrs.evolve(one, patient="1")] * 2
    assert [rule in {f.rule for f in report} for report in otcodes.check_many(twice)] == [False, True]
    # Two patients, or claims that no patient ties together; and the second payer of one service.
    strangers = [attrs.evolve(one, patient="1"), attrs.evolve(one, patient="2"), one, one]
    strangers.append(attrs.evolve(one, patient="1", payer=COMMERCIAL))
    assert not any(rule in {f.rule for f in report} for report in otcodes.check_many(strangers))
    assert rule not in found(one)


@pytest.mark.parametrize(
    ("npi", "is_right"),
    [
        ("1234567893", True),  # CMS, NPI check digit: its own example
        ("1234567890", False),
        ("1234567983", False),  # two digits changed places
        ("2000000002", True),
        ("1000000004", True),
        ("12345678930", False),
        ("123456789", False),
        ("ABCDEFGHIJ", False),
        (" 1234567893 ", True),
    ],
)
def test_the_check_digit_of_an_npi(npi, is_right) -> None:
    assert ("claim.referrer-missing" not in found(claim(line(), referring_npi=npi))) is is_right


@pytest.mark.parametrize(
    ("served", "filed", "is_late"),
    [
        ("2024-07-01", "2025-07-01", False),
        ("2024-07-01", "2025-07-02", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
        ("2023-02-28", "2024-02-28", False),
        ("2023-02-28", "2024-02-29", True),
        ("2023-03-01", "2024-03-01", False),
        ("2024-12-31", "2025-12-31", False),
        ("2024-12-31", "2026-01-01", True),
        ("2024-03-02", "2025-03-03", False),  # a Sunday's limit lasts to Monday
        ("2024-03-02", "2025-03-04", True),
        ("2024-03-01", "2025-03-03", False),
        ("2025-01-01", "2026-01-02", False),  # and that of a holiday to the next workday
        ("2025-01-01", "2026-01-03", True),
        ("2025-01-17", "2026-01-20", False),  # a Saturday before Martin Luther King's day
        ("2025-01-17", "2026-01-21", True),
        ("2025-01-12", "2026-01-13", True),  # a Monday that is none
        ("2025-02-16", "2026-02-17", False),
        ("2024-05-26", "2025-05-27", False),
        ("2024-05-19", "2025-05-20", True),
        ("2024-06-19", "2025-06-20", False),
        ("2019-06-19", "2020-06-20", True),  # no holiday before 2021
        ("2025-07-03", "2026-07-06", False),  # Independence Day on a Saturday is kept on Friday
        ("2025-07-03", "2026-07-07", True),
        ("2026-07-05", "2027-07-06", False),  # and on a Sunday on Monday
        ("2024-09-01", "2025-09-02", False),
        ("2024-10-13", "2025-10-14", False),
        ("2024-11-11", "2025-11-12", False),
        ("2024-11-27", "2025-11-28", False),
        ("2024-11-20", "2025-11-21", True),
        ("2023-12-25", "2024-12-26", False),
        ("2023-12-25", "2024-12-27", True),
    ],
)
def test_a_calendar_year_to_file_a_claim(served, filed, is_late) -> None:
    """Manual, chapter 1, section 70.1: also that February 29 has until February 28.

    Contractors (Palmetto, First Coast) take what falls on a weekend or a federal holiday (5 USC 6103) on the
    next workday.
    """
    late = claim(line(on=day(served)), submitted_on=day(filed))
    assert ("claim.filed-late" in found(late)) is is_late
    assert "claim.filed-late" not in found(attrs.evolve(late, payer=COMMERCIAL))


def test_a_practitioners_lines_are_late_one_by_one_and_a_hospitals_claim_by_its_last_day() -> None:
    """Manual, chapter 1, section 70.1: the line's first day, or the claim's last one."""
    lines = line(), line(on=day("2024-07-31"))
    filed = {"submitted_on": day("2025-07-15")}
    assert "claim.filed-late" in found(claim(*lines, **filed))
    assert "claim.filed-late" not in found(hospital(*lines, **filed))
    assert "claim.filed-late" in found(hospital(*lines, submitted_on=day("2025-08-01")))


BARE = otcodes.ServiceLine("97530", on=DAY, units=1, modifiers=("GO",))


@pytest.mark.parametrize(
    ("rule", "bare"),
    [
        ("place.unknown", claim(BARE)),
        ("place.not-effective", claim(BARE)),
        ("place.unusual", claim(BARE)),
        ("telehealth.not-eligible", claim(BARE)),
        ("telehealth.modifier-missing", claim(BARE)),
        ("telehealth.place-mismatch", claim(BARE)),
        ("line.charge-missing", claim(BARE)),
        ("claim.referrer-missing", claim(BARE)),
        ("claim.filed-late", claim(BARE)),
        ("revenue.discipline-mismatch", hospital(BARE)),
        # Sometimes therapy: whether the line is under a plan of care, the claim does not say.
        ("modifier.discipline-missing", claim(attrs.evolve(BARE, procedure="97129", modifiers=()))),
        ("modifier.discipline-missing", claim(attrs.evolve(BARE, procedure="29125", modifiers=()))),
    ],
)
def test_what_the_input_does_not_carry_is_not_checked_and_never_a_finding(rule, bare) -> None:
    """Absent is not wrong."""
    report = otcodes.check(bare)
    assert report.findings == ()
    assert rule in not_checked(report)


@pytest.mark.parametrize(
    ("rule", "field"), [("line.charge-missing", "charge_usd"), ("claim.referrer-missing", "referring_npi")]
)
def test_what_a_policy_requires_is_a_finding_where_it_is_absent(rule, field) -> None:
    """A payer's own policy; under it a claim that has the field is still right."""
    wants = attrs.evolve(otcodes.payers.policy(MEDICARE), required_fields=(field,))
    assert [f.rule for f in otcodes.check(claim(BARE), policy=wants)] == [rule]
    whole = claim(line(), **REFERRED)
    assert otcodes.check(whole, policy=wants).is_clean


def test_every_rule_of_this_page_has_a_claim_that_breaks_it_and_one_that_comes_close() -> None:
    groups = ("procedure", "place", "telehealth", "pair", "line", "claim", "revenue")
    mine = {rule.id for rule in rules.CATALOGUE if rule.id.partition(".")[0] in groups}
    mine |= {"units.above-limit", "units.untimed-multiple", "units.split-lines"}
    mine |= {
        f"modifier.{name}"
        for name in (
            "malformed", "unknown", "not-effective", "duplicate", "too-many", "discipline-missing",
            "discipline-wrong", "discipline-conflict", "assistant-wrong", "assistant-without-discipline",
            "conflict", "not-for-therapy", "order",
        )
    }  # fmt: skip
    spanning = {"claim.duplicate"}  # has a test of its own, over two claims
    assert {case[0] for case in BROKEN} == mine - spanning
    assert {case[0] for case in NEAR} == mine - spanning
