"""The rules about diagnoses: wrong, mended, and almost wrong.

Written from the rules' own words and their sources before a line of them was run. Each case says what is made
of a claim: a severity, nothing at all although it was judged, or that it could not be judged.

Sources: ICD-10-CM, its tabular list and its guidelines; Medicare Claims Processing Manual, chapter 26,
section 10.4 (the form).
"""

import datetime as dt

import pytest
from builders_outcomes import DOS, NOT_CHECKED, SILENT, E, I, W, claim, line, outcome, said

import otcodes

MANY = (
    *("M62.81", "R27.8", "R29.3", "R29.6", "R53.81", "R62.50", "R20.8", "M25.511", "M25.531", "M25.541"),
    *("M79.641", "M18.11", "M65.4", "M77.11", "G56.01", "G80.9", "G20.A1", "G35.D", "F82", "F84.0"),
    *("F90.0", "Q90.9", "I89.0", "Z73.6", "Z74.1", "Z91.81"),
)


def diagnosed(*diagnoses: str, on: dt.date = DOS, **facts) -> otcodes.Claim:
    return claim(line(minutes=15, on=on), diagnoses=diagnoses, **facts)


@pytest.mark.parametrize(
    ("rule", "of", "expected"),
    [
        ("missing", diagnosed(), E),
        ("missing", diagnosed("M62.81"), SILENT),
        ("missing", diagnosed("nonsense"), SILENT),
        ("too-many", diagnosed(*MANY[:12]), SILENT),
        ("too-many", diagnosed(*MANY[:13]), E),
        ("too-many", diagnosed(*MANY[:25], setting="outpatient-hospital"), SILENT),
        ("too-many", diagnosed(*MANY[:26], setting="outpatient-hospital"), E),
        ("duplicate", diagnosed("M62.81", "R27.8"), SILENT),
        ("duplicate", diagnosed("M62.81", "R27.8", "M62.81"), W),
        ("duplicate", diagnosed("M62.81", "m6281"), W),
    ],
)
def test_how_many_diagnoses_a_claim_has(rule, of, expected) -> None:
    """Twelve on a professional claim, a principal and 24 others on an institutional one; each once."""
    assert outcome(of, f"diagnosis.{rule}") == expected


@pytest.mark.parametrize(
    ("pointers", "setting", "expected"),
    [
        ((), "practitioner", SILENT),
        (("M62.81", "R27.8"), "practitioner", SILENT),
        (("m6281",), "practitioner", SILENT),
        (("G56.01",), "practitioner", E),
        (MANY[:4], "practitioner", SILENT),
        (MANY[:5], "practitioner", E),
        (MANY[:5], "outpatient-hospital", SILENT),
        (("G56.01",), "outpatient-hospital", E),
    ],
)
def test_a_line_points_at_four_diagnoses_of_the_claim(pointers, setting, expected) -> None:
    """Item 24E: at least one and at most four; an institutional line has no pointers to count."""
    of = claim(line(diagnoses=pointers), diagnoses=MANY[:5], setting=setting)
    assert outcome(of, "diagnosis.pointer-invalid") == expected


def test_a_repeated_diagnosis_is_dropped() -> None:
    report = otcodes.check(
        claim(line(minutes=15, diagnoses=("M62.81",)), diagnoses=("M62.81", "R27.8", "m6281"))
    )
    mended = report.fixed()
    assert mended == claim(line(minutes=15, diagnoses=("M62.81",)), diagnoses=("M62.81", "R27.8"))
    assert outcome(mended, "diagnosis.pointer-invalid") == outcome(mended, "diagnosis.duplicate") == SILENT


FORM = ("malformed", "unknown", "not-effective", "not-billable", "seventh-character")
OLD, NEW = dt.date(2021, 9, 30), dt.date(2021, 10, 1)
LAST, NEXT = dt.date(2025, 9, 30), dt.date(2025, 10, 1)


@pytest.mark.parametrize(
    ("code", "on", "rule"),
    [
        pytest.param("M62.81", DOS, None, id="right"),
        pytest.param("m6281", DOS, None, id="without dot, in lower case"),
        pytest.param("W19.XXXA", DOS, None, id="placeholders"),
        pytest.param("U07.1", DOS, None, id="chapter 22"),
        pytest.param("C4A.0", DOS, None, id="a letter in third place"),
        pytest.param("M6.281", DOS, "malformed", id="the dot in the wrong place"),
        pytest.param("97530", DOS, "malformed", id="a procedure"),
        pytest.param("M62.81999", DOS, "malformed", id="too long"),
        pytest.param("Z50.1", DOS, "unknown", id="ICD-10, not ICD-10-CM"),
        pytest.param("M62.81A", DOS, "unknown", id="behind a code that is complete"),
        pytest.param("M54.5", OLD, None, id="M54.5 until 2021-09-30"),
        pytest.param("M54.5", NEW, "not-billable", id="M54.5 from 2021-10-01"),
        pytest.param("M54.50", OLD, "not-effective", id="M54.50 until 2021-09-30"),
        pytest.param("M54.50", NEW, None, id="M54.50 from 2021-10-01"),
        pytest.param("G35", LAST, None, id="G35 until 2025-09-30"),
        pytest.param("G35", NEXT, "not-billable", id="G35 from 2025-10-01"),
        pytest.param("G35.D", LAST, "not-effective", id="G35.D until 2025-09-30"),
        pytest.param("G35.D", NEXT, None, id="G35.D from 2025-10-01"),
        pytest.param("G20", dt.date(2023, 9, 30), None, id="G20 until 2023-09-30"),
        pytest.param("G20", dt.date(2023, 10, 1), "not-billable", id="G20 from 2023-10-01"),
        pytest.param("S52.501", DOS, "not-billable", id="no seventh character: a header alone"),
        pytest.param("F80", DOS, "not-billable", id="a category"),
        pytest.param("S52.501D", DOS, None, id="its seventh character"),
        pytest.param("S52.501Z", DOS, "seventh-character", id="one that it does not take"),
        pytest.param("S06.0X0D", DOS, None, id="with its placeholder"),
        pytest.param("W19.A", DOS, "seventh-character", id="the placeholder left out"),
    ],
)
def test_a_diagnosis_has_one_thing_wrong_with_it_at_most(code, on, rule) -> None:
    """ICD-10-CM by the date of service: editions of October and, since 2022, April; no headers."""
    found = {each: outcome(diagnosed("M25.511", code, on=on), f"diagnosis.{each}") for each in FORM}
    assert found == {each: E if each == rule else SILENT for each in FORM}


@pytest.mark.parametrize("on", [dt.date(1990, 3, 1), dt.date(2040, 3, 1)])
def test_a_day_outside_all_editions_is_not_judged(on) -> None:
    """Outside coverage is neither valid nor invalid."""
    for rule in ("unknown", "not-effective", "not-billable", "seventh-character"):
        assert outcome(diagnosed("Z50.1", on=on), f"diagnosis.{rule}") == NOT_CHECKED


def test_dot_and_case_are_put_right_on_the_lines_too() -> None:
    written = claim(line(minutes=15, diagnoses=("M6.281",)), diagnoses=("M6.281",))
    mended = otcodes.check(written).fixed()
    assert mended == claim(line(minutes=15, diagnoses=("M62.81",)))
    assert otcodes.check(mended).is_clean
    (finding,) = said(diagnosed("97530"), "diagnosis.malformed")
    assert finding.fix is None


def test_what_is_offered_in_a_codes_place() -> None:
    """Children of a header, successors of a retired code; written in only where one alone can be meant."""
    (header,) = said(diagnosed("G35", on=NEXT), "diagnosis.not-billable")
    assert header.suggestions == (
        "G35.A",
        "G35.B0",
        "G35.B1",
        "G35.B2",
        "G35.C0",
        "G35.C1",
        "G35.C2",
        "G35.D",
    )
    assert header.fix is None
    (retired,) = said(diagnosed("T40.7X1D"), "diagnosis.not-effective")
    assert retired.suggestions == ("T40.711D", "T40.721D")
    (wrong,) = said(diagnosed("S52.501Z"), "diagnosis.seventh-character")
    assert "S52.501D" in wrong.suggestions
    assert wrong.fix is None
    placed = otcodes.check(diagnosed("M25.511", "W19.A")).fixed()
    assert placed.diagnoses == ("M25.511", "W19.XXXA")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("M62.81", "M62.84", W),
        ("M62.84", "M62.81", W),
        ("M62.81", "R25.2", W),
        ("R53.1", "M62.81", W),
        ("R26.2", "R29.6", W),
        ("R27.8", "R26.0", W),
        ("F82", "R27.8", W),
        ("F82", "R26.89", W),
        ("F80.0", "R47.01", W),
        ("G81.91", "G80.9", W),
        ("G81.91", "I69.351", W),
        ("R41.841", "I69.311", W),
        ("M25.641", "M24.541", W),
        ("F84.0", "F84.5", W),
        ("M62.81", "R26.89", SILENT),
        ("M62.81", "R27.8", SILENT),
        ("F82", "R62.50", SILENT),
        ("I69.351", "M62.81", SILENT),
        ("F82", "F82", SILENT),
        ("R27.8", "97530", SILENT),
    ],
)
def test_an_excludes1_note_keeps_two_codes_apart(first, second, expected) -> None:
    """Tabular list; the notes of ancestors count. Unrelated conditions may stand together: a warning."""
    assert outcome(diagnosed(first, second), "diagnosis.excludes1") == expected


@pytest.mark.parametrize(
    ("rule", "diagnoses", "expected"),
    [
        ("manifestation-first", ("F02.80", "G30.9"), E),
        ("manifestation-first", ("F02.80",), E),
        ("manifestation-first", ("G30.9", "F02.80"), SILENT),
        ("manifestation-first", ("M62.81", "F02.80"), SILENT),
        ("external-cause-first", ("W19.XXXD", "S52.501D"), E),
        ("external-cause-first", ("W19.XXXD",), E),
        ("external-cause-first", ("S52.501D", "W19.XXXD"), SILENT),
        ("external-cause-first", ("Z47.1",), SILENT),
        ("external-cause-first", ("U09.9",), SILENT),
    ],
)
def test_what_never_comes_first(rule, diagnoses, expected) -> None:
    """Guidelines I.A.13 (etiology before manifestation) and I.C.20 (an external cause is never first)."""
    assert outcome(diagnosed(*diagnoses), f"diagnosis.{rule}") == expected


@pytest.mark.parametrize(
    ("diagnoses", "mended"),
    [
        (("F02.80", "G30.9"), ("G30.9", "F02.80")),
        (("F02.80", "R27.8", "G30.9"), ("G30.9", "F02.80", "R27.8")),
        (("F02.80", "R27.8"), ("F02.80", "R27.8")),
        (("F02.80",), ("F02.80",)),
        (("W19.XXXD", "S52.501D"), ("S52.501D", "W19.XXXD")),
        (("W19.XXXD",), ("W19.XXXD",)),
    ],
)
def test_the_cause_is_put_before_it_where_it_is_there(diagnoses, mended) -> None:
    assert otcodes.check(diagnosed(*diagnoses)).fixed().diagnoses == mended


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("M25.519", I),
        ("M25.511", SILENT),
        ("G56.00", I),
        ("G56.03", SILENT),
        ("M62.81", SILENT),
        ("R27.8", SILENT),
        ("S52.509D", I),
        ("S52.501D", SILENT),
    ],
)
def test_a_side_is_named_where_codes_for_the_sides_exist(code, expected) -> None:
    """Guidelines I.B.13."""
    assert outcome(diagnosed(code), "diagnosis.unspecified-laterality") == expected
    assert otcodes.check(diagnosed(code)).is_clean
