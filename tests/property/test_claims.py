"""What must hold of checks, reports and repairs whatever the claim."""

import json
import pickle
import re

import attrs
from hypothesis import given, settings
from strategies import claims

import otcodes
from otcodes import readers
from otcodes.readers import csv

PATH = re.compile(r"((lines|treatment_notes)\[\d+\]\.)?[a-z_]+(\[\d+\])?")
CLAIMS = claims()


@given(CLAIMS)
def test_a_check_never_raises_and_its_paths_lead_into_the_claim(claim) -> None:
    report = otcodes.check(claim)
    for finding in report:
        assert PATH.fullmatch(finding.path), finding.path
        assert finding.message
        if finding.line is not None:
            assert 0 <= finding.line < len(claim.lines)
        if finding.carried_forward:
            assert finding.severity is not otcodes.Severity.ERROR
    assert report.is_clean == (not report.errors and not report.warnings)
    assert [f for f in report if f.severity == "error"] == list(report.errors)


@given(CLAIMS)
def test_a_report_is_the_same_every_time_and_in_order(claim) -> None:
    first, again = otcodes.check(claim), otcodes.check(attrs.evolve(claim))
    assert first.findings == again.findings
    assert first.not_checked == again.not_checked
    places = [(-1 if f.line is None else f.line, f.severity.rank) for f in first]
    assert places == sorted(places)


@given(CLAIMS)
def test_a_finding_is_the_same_after_json(claim) -> None:
    for finding in otcodes.check(claim):
        again = otcodes.Finding.from_dict(json.loads(json.dumps(finding.to_dict())))
        assert again == finding
        assert again.line == finding.line


@given(CLAIMS)
def test_a_claim_is_the_same_after_json(claim) -> None:
    content = json.dumps({"claims": [claim.to_dict()]}).encode()
    batch = readers.read_json(content, name="claims.json")
    (again,) = batch.claims
    assert not batch.problems
    assert _known(again) == _known(claim)


@given(CLAIMS)
def test_a_claim_is_the_same_after_csv(claim) -> None:
    claim = attrs.evolve(claim, id="A1", plan_of_care=None, treatment_notes=(), patient=None)
    batch = readers.read_csv(csv.write([claim]).encode(), name="claims.csv")
    (again,) = batch.claims
    assert not batch.problems
    assert _known(again) == _known(claim)


def _known(claim):
    """The claim without the note of what its input left empty: a written file has every column."""
    lines = tuple(attrs.evolve(line, empty_fields=()) for line in claim.lines)
    notes = tuple(attrs.evolve(note, empty_fields=()) for note in claim.treatment_notes)
    return attrs.evolve(claim, lines=lines, treatment_notes=notes, empty_fields=())


@settings(max_examples=60)
@given(CLAIMS)
def test_a_repair_brings_no_new_error_and_repairing_twice_changes_nothing(claim) -> None:
    before = otcodes.check(claim)
    for unsafe in (False, True):
        mended = before.fixed(unsafe=unsafe)
        after = otcodes.check(mended)
        known = {(f.rule, f.path) for f in before.errors}
        assert {(f.rule, f.path) for f in after.errors} <= known
        assert after.fixed(unsafe=unsafe) == mended


@given(CLAIMS)
def test_claims_and_reports_show_no_patient(claim) -> None:
    patient = "PATIENT-4711"
    claim = attrs.evolve(claim, patient=patient)
    report = otcodes.check(claim)
    assert patient not in repr(claim) + repr(report) + json.dumps(report.to_dict())


@given(CLAIMS)
def test_claims_survive_pickling(claim) -> None:
    assert pickle.loads(pickle.dumps(claim)) == claim  # noqa: S301 -- users send claims between processes


@given(CLAIMS)
def test_one_claim_alone_is_judged_the_same_by_check_many(claim) -> None:
    (report,) = otcodes.check_many([claim])
    assert report == otcodes.check(claim)
