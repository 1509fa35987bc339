"""Common statements about the codes of occupational therapy, and what the tables say.

Sources: APTA, 2017-02-01 (evaluation codes of 2017); HCPCS Level II, October 2025; physician fee schedule
relative value files 2020 to 2025 (status of 97014 and G0283); AAPM&R, 2020-09-08 (99072); AOTA, 2018 (SZ).
"""

import datetime as dt

import pytest

import otcodes
from otcodes import Verdict

DOS = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("code", "discipline", "successors"),
    [
        ("97001", "physical-therapy", ("97161", "97162", "97163")),
        ("97002", "physical-therapy", ("97164",)),
        ("97003", "occupational-therapy", ("97165", "97166", "97167")),
        ("97004", "occupational-therapy", ("97168",)),
    ],
)
def test_old_evaluations_whose_they_were_and_what_came_after(code, discipline, successors) -> None:
    last = otcodes.procedures.history(code)[-1]
    assert last.disciplines == (discipline,)
    assert last.successors == successors
    assert last.valid_to == dt.date(2016, 12, 31)
    assert otcodes.procedures.verdict(code, on=DOS) is Verdict.NOT_EFFECTIVE
    assert otcodes.procedures.verdict(code, on=dt.date(2016, 12, 31)) is Verdict.EFFECTIVE


def test_not_every_code_of_the_range_is_occupational_therapys() -> None:
    day = otcodes.procedures.on(DOS)
    for code in ("97161", "97151", "97158", "97169", "97170", "97802", "97810"):
        assert "occupational-therapy" not in day[code].disciplines
    for code in ("97165", "97530", "97535", "95851", "29125", "G0283"):
        assert "occupational-therapy" in day[code].disciplines


def test_go_is_occupational_therapy_and_gp_physical_therapy() -> None:
    day = otcodes.modifiers.on(DOS)
    assert day["GO"].discipline == "occupational-therapy"
    assert day["GP"].discipline == "physical-therapy"
    assert day["GN"].discipline == "speech-language-pathology"
    assert (day["CO"].kind, day["CO"].discipline) == ("assistant", "occupational-therapy")


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023, 2024, 2025])
def test_97014_is_not_medicares_and_g0283_is(year: int) -> None:
    status = otcodes.payment_status.on(dt.date(year, 6, 1))
    assert (status["97014"].status, status["G0283"].status, status["97010"].status) == ("I", "A", "B")


def test_97014_on_a_medicare_claim_is_g0283() -> None:
    def report(payer: str):
        line = otcodes.ServiceLine("97014", on=DOS, units=1, modifiers=("GO",), place="11")
        return otcodes.check(otcodes.Claim(payer=payer, diagnoses=("M62.81",), lines=(line,)))

    (finding,) = [found for found in report("medicare-b") if found.rule == "procedure.invalid-for-payer"]
    assert (finding.severity, finding.fix.procedure) == (otcodes.Severity.ERROR, "G0283")
    assert report("medicare-b").fixed().lines[0].procedure == "G0283"
    assert report("commercial").is_clean


def test_97035_is_ultrasound_and_timed() -> None:
    ultrasound = otcodes.procedures.on(DOS)["97035"]
    assert "ultrasound" in ultrasound.label.lower()
    assert (ultrasound.timing, ultrasound.unit_minutes) == ("timed", 15)


def test_g0283_is_untimed_always_therapy_since_2003() -> None:
    stimulation = otcodes.procedures.on(DOS)["G0283"]
    assert (stimulation.timing, stimulation.therapy_disposition) == ("untimed", "always")
    assert stimulation.valid_from == dt.date(2003, 1, 1)
    assert otcodes.once_per_day.verdict("G0283", on=DOS) is Verdict.EFFECTIVE


def test_modifiers_are_two_characters_not_two_digits() -> None:
    for code in ("GO", "59", "XE", "F1"):
        assert otcodes.modifiers.verdict(code, on=DOS) is Verdict.EFFECTIVE


def test_99072_began_in_september_2020() -> None:
    assert otcodes.procedures.verdict("99072", on=dt.date(2020, 9, 8)) is Verdict.EFFECTIVE
    assert otcodes.procedures.verdict("99072", on=dt.date(2020, 9, 7)) is Verdict.NOT_EFFECTIVE


def test_sz_ended_with_2017() -> None:
    assert otcodes.modifiers.verdict("SZ", on=dt.date(2017, 12, 31)) is Verdict.EFFECTIVE
    assert otcodes.modifiers.verdict("SZ", on=dt.date(2018, 1, 1)) is Verdict.NOT_EFFECTIVE


@pytest.mark.parametrize(
    ("code", "on", "verdict"),
    [
        ("M54.5", dt.date(2021, 9, 30), Verdict.EFFECTIVE),
        ("M54.5", dt.date(2021, 10, 1), Verdict.NOT_BILLABLE),
        ("M54.50", dt.date(2021, 9, 30), Verdict.NOT_EFFECTIVE),
        ("G35", dt.date(2025, 9, 30), Verdict.EFFECTIVE),
        ("G35", dt.date(2025, 10, 1), Verdict.NOT_BILLABLE),
        ("G20", dt.date(2023, 9, 30), Verdict.EFFECTIVE),
        ("G20", dt.date(2023, 10, 1), Verdict.NOT_BILLABLE),
        ("U07.1", dt.date(2020, 3, 31), Verdict.NOT_EFFECTIVE),
        ("U07.1", dt.date(2020, 4, 1), Verdict.EFFECTIVE),
        ("S52.501", DOS, Verdict.NOT_BILLABLE),
        ("S52.501D", DOS, Verdict.EFFECTIVE),
        ("M62.81", DOS, Verdict.EFFECTIVE),
        ("F80.0", DOS, Verdict.EFFECTIVE),
        ("F80", DOS, Verdict.NOT_BILLABLE),
        ("Z50.1", DOS, Verdict.UNKNOWN),
        ("A00.0", DOS, Verdict.EFFECTIVE),
    ],
)
def test_billable_or_header_by_the_day(code, on, verdict) -> None:
    assert otcodes.diagnoses.verdict(code, on=on) is verdict


def test_titles_that_are_often_told_wrong() -> None:
    day = otcodes.diagnoses.on(DOS)
    assert day["F80.0"].title == "Phonological disorder"
    assert day["F80"].title == "Specific developmental disorders of speech and language"
    assert day["G89.0"].title == "Central pain syndrome"
    assert day["G89.11"].title == "Acute pain due to trauma"
    assert day["R26.89"].is_billable


def test_diagnoses_that_an_excludes1_note_keeps_apart() -> None:
    day = otcodes.diagnoses.on(DOS)
    for one, other in (("F82", "R27.8"), ("M62.81", "R25.2"), ("G81.91", "I69.351"), ("R53.1", "M62.81")):
        assert day.excluded(one, other)
        assert day.excluded(other, one)
    assert day.excluded("M62.81", "M54.50") is None


@pytest.mark.parametrize(
    ("code", "on", "verdict"),
    [
        ("99213", DOS, Verdict.OUT_OF_COVERAGE),
        ("97999", DOS, Verdict.UNKNOWN),
        ("97999", dt.date(2019, 12, 31), Verdict.OUT_OF_COVERAGE),
        ("97530", dt.date(2040, 1, 1), Verdict.OUT_OF_COVERAGE),
        ("97530", dt.date(2026, 12, 31), Verdict.EFFECTIVE),
        ("97530", dt.date(2027, 1, 1), Verdict.OUT_OF_COVERAGE),
        ("97550", dt.date(2023, 12, 31), Verdict.NOT_EFFECTIVE),
        ("97550", dt.date(2024, 1, 1), Verdict.EFFECTIVE),
        ("98979", dt.date(2025, 12, 31), Verdict.NOT_EFFECTIVE),
        ("98979", DOS, Verdict.EFFECTIVE),
        ("9753", DOS, Verdict.UNKNOWN),
        ("", DOS, Verdict.UNKNOWN),
        ("D0120", DOS, Verdict.OUT_OF_COVERAGE),
        ("L3999", DOS, Verdict.EFFECTIVE),
        ("L3651", DOS, Verdict.UNKNOWN),
        ("L3999", dt.date(2027, 1, 1), Verdict.OUT_OF_COVERAGE),
    ],
)
def test_what_is_known_unknown_and_not_ours_to_say(code, on, verdict) -> None:
    assert otcodes.procedures.verdict(code, on=on) is verdict
