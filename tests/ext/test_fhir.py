"""FHIR in and out: claims read, findings as an OperationOutcome, the tables as terminology."""

import copy
import datetime as dt
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import Verdict, readers
from otcodes.cli import main
from otcodes.ext import fhir

ROOT = Path(__file__).parents[2]
DOS = dt.date(2026, 3, 2)
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
KINDS = {"practitioner": "professional", "outpatient-hospital": "institutional"}
LEVEL_I = re.compile("[0-9]{4}[0-9AFMTU]")
NAME = "Jordan Quimby"  # made up; it must come out nowhere


def concept(system: str, code: str) -> dict:
    return {"coding": [{"system": system, "code": code}]}


def usd(amount) -> dict:
    return {"value": float(amount), "currency": "USD"}


def given_of(facts: dict) -> dict:
    """What is there: FHIR has no null."""
    return {name: value for name, value in facts.items() if value is not None}


def item(sequence: int = 1, code: str = "97530", **facts) -> dict:
    made = {
        "sequence": sequence,
        "productOrService": concept(fhir.HCPCS if code[:1].isalpha() else fhir.CPT, code),
        "modifier": [concept(fhir.HCPCS, "GO")],
        "servicedDate": "2026-03-02",
        "locationCodeableConcept": concept(fhir.PLACES, "11"),
        "quantity": {"value": 2},
        "net": usd(96),
        "diagnosisSequence": [1],
        **facts,
    }
    return given_of(made)


def claim(*items: dict, **facts) -> dict:
    made = {
        "resourceType": "Claim",
        "id": "A1",
        "status": "active",
        "type": concept(CLAIM_TYPE, "professional"),
        "use": "claim",
        "patient": {"reference": "Patient/p1", "display": NAME},
        "created": "2026-03-09",
        "provider": {"reference": "Organization/clinic"},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/c1"}}],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept(fhir.ICD10CM, "M62.81")}],
        "item": list(items or (item(),)),
        **facts,
    }
    return given_of(made)


def benefit(*items: dict, **facts) -> dict:
    """An explanation of benefit as Medicare's claims data has them."""
    return claim(
        *items,
        **{
            "resourceType": "ExplanationOfBenefit",
            "outcome": "complete",
            "priority": None,
            "insurer": {"identifier": {"value": "CMS"}},
            "identifier": [{"system": "https://bluebutton.cms.gov/resources/variables/clm_id", "value": "1"}],
            "insurance": [{"focal": True, "coverage": {"reference": "Coverage/part-b-1"}}],
            **facts,
        },
    )


def bundle(*resources: dict) -> dict:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in resources],
    }


def read(resource: dict, name: str = "in.json") -> readers.Batch:
    return readers.read_fhir(json.dumps(resource).encode(), name=name)


def as_fhir(billed: otcodes.Claim) -> dict:
    sequences = {code: number for number, code in enumerate(billed.diagnoses, 1)}
    items = [
        item(
            number,
            line.procedure,
            servicedDate=line.on.isoformat(),
            quantity={"value": float(line.units)},
            modifier=[concept(fhir.HCPCS, code) for code in line.modifiers],
            diagnosisSequence=[sequences[code] for code in line.diagnoses],
            net=None if line.charge_usd is None else usd(line.charge_usd),
            locationCodeableConcept=concept(fhir.PLACES, line.place) if line.place else None,
            revenue=concept(fhir.REVENUE, line.revenue_code) if line.revenue_code else None,
        )
        for number, line in enumerate(billed.lines, 1)
    ]
    return claim(
        *items,
        id=billed.id,
        type=concept(CLAIM_TYPE, KINDS[billed.setting]),
        diagnosis=[
            {"sequence": number, "diagnosisCodeableConcept": concept(fhir.ICD10CM, code)}
            for number, code in enumerate(billed.diagnoses, 1)
        ],
    )


def with_dots(billed: otcodes.Claim) -> otcodes.Claim:
    """The claim with its diagnoses as FHIR's name of the code set has them, as the reader gives them."""
    day = otcodes.diagnoses.on(DOS)
    official = [known.code if (known := day.find(code)) else code for code in billed.diagnoses]
    return attrs.evolve(billed, diagnoses=official)


def found(claims, payers) -> list[dict]:
    facts = [
        finding.to_dict()
        for each in claims
        for finding in otcodes.check(each, policy=otcodes.payers.policy(payers[each.id]))
    ]
    return [{key: value for key, value in fact.items() if key not in ("file", "position")} for fact in facts]


def test_the_example_week_has_the_same_findings_less_what_fhir_does_not_carry() -> None:
    # C21 points at a diagnosis that is not there: FHIR points by a number, and this would be a problem.
    every = otcodes.read(ROOT / "examples" / "clinic_week.csv").claims
    week = [with_dots(each) for each in every if each.id != "C21"]
    payers = {each.id: each.payer for each in week}
    again = read(bundle(*map(as_fhir, week)))
    assert not again.problems
    assert [each.id for each in again.claims] == [each.id for each in week]
    skipped = {
        (entry.claim, entry.rule)
        for each in again.claims
        for entry in otcodes.check(each, policy=otcodes.payers.policy(payers[each.id])).not_checked
    }
    assert {rule for _, rule in skipped} >= {"units.above-minutes", "units.below-minutes"}
    comparable = [
        fact
        for fact in found(week, payers)
        if (fact["claim"], fact["rule"]) not in skipped
        # A spreadsheet has a cell for it that is empty; a resource has no such thing.
        and fact["rule"] not in ("line.charge-missing", "units.minutes-missing")
    ]
    assert found(again.claims, payers) == comparable
    assert len(comparable) > 20


# Reading.


def only(batch: readers.Batch) -> otcodes.Claim:
    assert not batch.problems
    (found,) = batch.claims
    return found


def problems(batch: readers.Batch) -> list[tuple[str, str]]:
    return [(problem.place, problem.field) for problem in batch.problems]


def test_a_claim_has_what_the_resource_says_and_no_more() -> None:
    read_claim = only(read(claim(item(7))))
    assert read_claim.to_dict() == {
        "id": "A1",
        "setting": "practitioner",
        "discipline": "occupational-therapy",
        "diagnoses": ["M62.81"],
        "patient": "Patient/p1",
        "lines": [
            {
                "id": "7",
                "procedure": "97530",
                "on": "2026-03-02",
                "units": 2,
                "modifiers": ["GO"],
                "place": "11",
                "diagnoses": ["M62.81"],
                "charge_usd": "96.0",
            }
        ],
    }
    assert (read_claim.source, read_claim.lines[0].source) == ("Claim", "Claim.item[0]")
    # Minutes are not known, which is not none.
    assert read_claim.lines[0].minutes is None
    skipped = {
        entry.rule for entry in otcodes.check(attrs.evolve(read_claim, payer="medicare-b")).not_checked
    }
    assert {"units.above-minutes", "units.below-minutes"} <= skipped


def test_an_explanation_of_benefit_as_medicares_claims_data_has_it() -> None:
    hcpcs = "https://bluebutton.cms.gov/resources/codesystem/hcpcs"
    charged = [
        {"category": concept(ADJUDICATION, kind), "amount": usd(amount)}
        for kind, amount in (("submitted", 120), ("eligible", 66.5), ("benefit", 50))
    ]
    made = item(
        servicedDate=None,
        net=None,
        productOrService=concept(hcpcs, "97530"),
        modifier=[concept(hcpcs, "GO"), concept(hcpcs, "KX")],
        servicedPeriod={"start": "2026-03-02", "end": "2026-03-02"},
        adjudication=charged,
        locationCodeableConcept=concept(
            "https://bluebutton.cms.gov/resources/variables/line_place_of_srvc_cd", "12"
        ),
    )
    npi = {"type": {"coding": [{"code": "npi"}]}, "value": "1234567893"}
    role = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimCareTeamRole"
    batch = read(
        benefit(
            made,
            provider=None,
            diagnosis=[
                {
                    "sequence": 1,
                    "diagnosisCodeableConcept": concept("http://hl7.org/fhir/sid/icd-10", "M6281"),
                }
            ],
            careTeam=[{"sequence": 1, "provider": {"identifier": npi}, "role": concept(role, "referring")}],
        )
    )
    found = only(batch)
    assert batch.notes == ("in.json: ExplanationOfBenefit without provider, which FHIR asks for: 1",)
    assert (found.payer, found.referring_npi, found.diagnoses) == ("medicare-b", "1234567893", ("M62.81",))
    (line,) = found.lines
    assert (line.modifiers, line.on, line.place) == (("GO", "KX"), DOS, "12")
    assert (line.charge_usd, line.allowed_usd) == (Decimal(120), Decimal("66.5"))


@pytest.mark.parametrize("role", ["performing", "rendering"])
def test_who_furnished_an_item_is_the_one_of_the_team_that_it_names(role) -> None:
    def member(number: int, npi: str, kind: str = role) -> dict:
        identifier = {"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}
        system = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBClaimCareTeamRole"
        return {
            "sequence": number,
            "provider": {"identifier": identifier},
            "role": concept(system, kind),
        }

    def named(*team: dict) -> list[str | None]:
        items = (item(1, careTeamSequence=[1, 3]), item(2, careTeamSequence=[2, 3]), item(3))
        return [line.rendering_provider for line in only(read(claim(*items, careTeam=list(team)))).lines]

    referrer = member(3, "1234567893", "referring")
    assert named(member(1, "1679576722"), member(2, "1093817465"), referrer) == [
        "1679576722",
        "1093817465",
        None,
    ]
    assert named(member(1, "1679576722"), referrer) == ["1679576722", None, "1679576722"]


def test_a_total_is_not_taken_for_the_price_of_a_unit() -> None:
    variable = "https://bluebutton.cms.gov/resources/variables/"
    charged = [
        {
            "category": {
                "coding": [
                    {"system": ADJUDICATION, "code": "submitted"},
                    {"system": "https://bluebutton.cms.gov/resources/codesystem/adjudication", "code": code},
                ]
            },
            "amount": usd(amount),
        }
        for code, amount in (
            (f"{variable}rev_cntr_rate_amt", 48),
            (f"{variable}rev_cntr_tot_chrg_amt", 96),
        )
    ]
    found = only(read(benefit(item(net=None, adjudication=charged))))
    assert found.lines[0].charge_usd == Decimal(96)


def test_a_hospitals_claim_has_lines_with_a_revenue_code_alone() -> None:
    revenue = concept(fhir.REVENUE, "0430")
    absent = concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-applicable")
    kind = concept(CLAIM_TYPE, "institutional")
    batch = read(
        claim(item(1, revenue=revenue), item(2, productOrService=absent, revenue=revenue), type=kind)
    )
    found = only(batch)
    assert (found.setting, [line.revenue_code for line in found.lines]) == ("outpatient-hospital", ["0430"])
    assert "in.json: passed over" not in "".join(batch.notes[1:])
    assert any("revenue code alone" in note and note.endswith(": 1") for note in batch.notes)


def test_the_principal_diagnosis_comes_first_and_what_stands_beside_last_and_once() -> None:
    kinds = (
        ("M25.641", "secondary"),
        ("G56.01", "principal"),
        ("G56.01", "admitting"),
        ("W19.XXXA", "other"),
    )
    found = only(
        read(
            claim(
                item(diagnosisSequence=[2, 1]),
                diagnosis=[
                    {
                        "sequence": number,
                        "diagnosisCodeableConcept": concept(fhir.ICD10CM, code),
                        "type": [concept("http://terminology.hl7.org/CodeSystem/ex-diagnosistype", kind)],
                    }
                    for number, (code, kind) in enumerate(kinds, 1)
                ],
            )
        )
    )
    assert found.diagnoses == ("G56.01", "M25.641", "W19.XXXA")
    assert found.lines[0].diagnoses == ("G56.01", "M25.641")


@pytest.mark.parametrize(
    ("patient", "known"),
    [
        ({"reference": "Patient/p1/_history/3"}, "Patient/p1"),
        (
            {"reference": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"},
            "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7",
        ),
        ({"identifier": {"system": "urn:members", "value": "9"}}, "urn:members|9"),
        ({"reference": "#p1"}, None),  # contained: another resource's #p1 is somebody else
        ({"display": NAME}, None),
    ],
)
def test_a_patient_is_an_opaque_id(patient, known) -> None:
    assert only(read(claim(patient=patient))).patient == known


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ({"unitPrice": usd(48)}, Decimal(96)),
        ({"unitPrice": usd(48), "factor": 0.5}, Decimal(48)),
        ({"unitPrice": usd(48), "net": usd(90)}, Decimal(90)),
        ({}, None),
    ],
)
def test_the_charge_is_net_or_price_by_quantity(facts, known) -> None:
    assert only(read(claim(item(**{"net": None, **facts})))).lines[0].charge_usd == known


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"productOrService": concept("urn:own", "97530")}, "productOrService"),
        ({"productOrService": {"text": NAME}}, "productOrService"),
        ({"productOrService": concept(fhir.CPT, "G0283")}, "productOrService"),
        (
            {
                "productOrService": {
                    "coding": [{"system": fhir.CPT, "code": code} for code in ("97530", "97110")]
                }
            },
            "productOrService",
        ),
        ({"modifier": [concept(fhir.HCPCS, "GO"), concept("urn:own", "KX")]}, "modifier[1]"),
        ({"servicedDate": "2026-03"}, "serviced"),
        ({"servicedDate": None, "servicedPeriod": {"start": "2026-03-02", "end": "2026-03-03"}}, "serviced"),
        ({"servicedDate": None, "servicedPeriod": {"start": "2026-03-02"}}, "serviced"),
        ({"servicedDate": None}, "serviced"),
        ({"quantity": None}, "quantity"),
        ({"quantity": {"value": 30, "code": "min", "system": "http://unitsofmeasure.org"}}, "quantity"),
        ({"net": {"value": 96, "currency": "EUR"}}, "net"),
        (
            {"modifierExtension": [{"url": "urn:own", "valueBoolean": True}]},
            "modifierExtension",
        ),
        (
            {"detail": [{"sequence": 1, "productOrService": concept(fhir.CPT, "97110")}]},
            "detail",
        ),
    ],
)
def test_an_item_that_cannot_be_read_costs_itself(facts, field) -> None:
    batch = read(bundle(claim(item(1), item(2, **facts)), claim(id="A2")))
    assert problems(batch) == [("Bundle.entry[0].resource.item[1]", field)]
    assert [(each.id, len(each.lines), each.lost_lines) for each in batch.claims] == [
        ("A1", 1, 1),
        ("A2", 1, 0),
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"locationCodeableConcept": concept("urn:own", "11")}, "locationCodeableConcept"),
        ({"revenue": concept("urn:own", "0430")}, "revenue"),
        ({"diagnosisSequence": [1, 5]}, "diagnosisSequence"),
    ],
)
def test_what_is_said_beside_a_line_costs_no_line(facts, field) -> None:
    batch = read(claim(item(**facts)))
    assert problems(batch) == [("Claim.item[0]", field)]
    assert len(batch.claims[0].lines) == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"type": concept(CLAIM_TYPE, "pharmacy")}, "type"),
        ({"type": concept("urn:own", "professional")}, "type"),
        (
            {
                "type": concept(CLAIM_TYPE, "institutional"),
                "subType": concept(
                    "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType", "inpatient"
                ),
            },
            "subType",
        ),
        (
            {"diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("urn:own", "M62.81")}]},
            "diagnosis[0]",
        ),
        (
            {"diagnosis": [{"sequence": 1, "diagnosisReference": {"reference": "Condition/1"}}]},
            "diagnosis[0]",
        ),
        ({"item": None}, "item"),
        ({"use": None}, "use"),
        ({"use": None, "provider": None}, "use"),
        ({"modifierExtension": [{"url": "urn:own", "valueBoolean": True}]}, "modifierExtension"),
        ({"status": 5}, "status"),
        ({"created": NAME}, "created"),
        ({"surname": NAME}, "surname"),
        ({"contained": [{"resourceType": "Nothing", "id": "n"}]}, ""),
        ({"item": [item(net={"value": NAME})]}, "item[0].net.value"),
    ],
)
def test_a_claim_that_cannot_be_read_costs_itself(facts, field) -> None:
    batch = read(bundle(claim(**facts), claim(id="A2")))
    assert problems(batch)[0] == ("Bundle.entry[0].resource", field)
    assert [each.id for each in batch.claims] == ["A2"]
    assert NAME not in str(batch)


def test_that_a_bundle_is_one_page_of_several_is_said() -> None:
    pages = [{"relation": name, "url": "urn:own"} for name in ("self", "next")]
    for links, notes in ((pages[:1], 0), (pages, 1)):
        batch = read(bundle(claim()) | {"link": links})
        assert only(batch).id == "A1"
        assert sum("next page" in note for note in batch.notes) == notes


def test_a_bundle_whose_entries_are_no_list_is_a_problem() -> None:
    one = {"resourceType": "Bundle", "entry": {"resource": claim()}}
    assert problems(read(bundle(one, claim()))) == [("Bundle.entry[0].resource", "entry")]
    assert problems(read(one)) == [("Bundle", "entry")]


def test_other_resources_and_what_is_no_claim_are_passed_over_and_counted() -> None:
    batch = read(
        bundle(
            {"resourceType": "Patient", "id": "p1", "name": [{"family": NAME}]},
            claim(status="cancelled"),
            claim(use="preauthorization"),
            benefit(),
        )
    )
    assert only(batch).payer == "medicare-b"
    assert [note.removeprefix("in.json: passed over: ") for note in batch.notes] == [
        "Claim, asked beforehand and no claim: 1",
        "Claim, cancelled: 1",
        "Patient: 1",
    ]


def test_bulk_export_has_a_resource_a_line_and_a_damaged_one_costs_itself() -> None:
    good = json.dumps(claim())
    lines = [good, good[:300], '["no resource"]', "", json.dumps(claim(id="A2"))]
    batch = readers.read_fhir("\n".join(lines).encode(), name="claims.ndjson")
    assert [each.id for each in batch.claims] == ["A1", "A2"]
    assert [problem.place for problem in batch.problems] == ["line 2", "line 3"]
    assert batch.claims[1].lines[0].source == "line 5, Claim.item[0]"
    # It is known by its form, too.
    by_form = readers.read_fhir("\n".join(lines).encode(), name="claims.json")
    assert (by_form.claims, len(by_form.problems)) == (batch.claims, 2)


def test_a_key_that_stands_twice_is_a_problem() -> None:
    text = json.dumps(claim()).replace('"value": 2', '"value": 2, "value": 3')
    batch = readers.read_fhir(text.encode(), name="in.json")
    assert (batch.claims, [problem.expected for problem in batch.problems]) == ((), ["each key once"])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"claims": []}', b'{"resourceType": "Patient"}'])
def test_what_is_no_such_resource_is_refused(content) -> None:
    with pytest.raises(otcodes.ReadError):
        readers.read_fhir(content, name="in.json")


def test_read_and_check_know_fhir_by_its_content(tmp_path, capsys) -> None:
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(bundle(benefit(item(modifier=[])))))
    assert len(otcodes.read(file).claims) == 1
    assert main(["check", str(file)]) == 1
    assert "modifier.discipline-missing" in capsys.readouterr().out
    assert readers.form_of("a.json", b'{"claims": []}') == "json"
    assert readers.form_of("a.ndjson") == "fhir"


@pytest.mark.parametrize(
    "code", ["otcodes.readers.read_fhir(b'{}', name='a.json')", "import otcodes.ext.fhir"]
)
def test_without_the_package_it_says_how_to_install_it(code) -> None:
    script = f"import sys; sys.modules['fhir'] = None\nimport otcodes\n{code}"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert 'pip install "otcodes[fhir]"' in ended.stderr


def places(value, path=()) -> list[tuple]:
    """Every place in a JSON value."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        found += places(each, (*path, key))
    return found


JSON = st.sampled_from([None, True, 0, -1, 1.5, 10**400, "", "1", NAME, [], [None], {}, {"coding": [None]}])


@given(place=st.sampled_from(places(benefit(claim()["item"][0]))), value=JSON)
def test_whatever_stands_in_a_resource_is_read_or_listed_and_not_shown(place, value) -> None:
    resource = copy.deepcopy(benefit())
    target = resource
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    if resource.get("resourceType") != "ExplanationOfBenefit":
        return
    batch = read(resource)
    assert len(batch.claims) + len(batch.problems) + len(batch.notes)
    if place not in (
        ("id",),
        ("identifier", 0, "value"),
        ("item", 0, "productOrService", "coding", 0, "code"),
    ):
        assert NAME not in str(batch.problems) + str(batch.notes)


# Findings.


def test_findings_are_issues_with_their_place_in_the_resource() -> None:
    batch = read(bundle(benefit(item(1, quantity=None), item(2, modifier=[]))))
    (report,) = otcodes.check_many(batch.claims)
    outcome = fhir.operation_outcome(batch, report)
    assert fhir.OperationOutcome.model_validate_json(outcome.model_dump_json()) == outcome
    unread, missing, *others = outcome.issue
    assert (unread.severity, unread.code) == ("error", "invalid")
    assert unread.expression == ["Bundle.entry[0].resource.item[0].quantity"]
    assert (missing.severity, missing.code) == ("error", "required")
    assert missing.details.coding[0].system == fhir.RULES
    assert missing.details.coding[0].code == "modifier.discipline-missing"
    assert missing.diagnostics == report.findings[0].message
    assert missing.expression == ["Bundle.entry[0].resource.item[1].modifier"]
    assert len(others) == len(report.findings) - 1 + len(report.not_checked)
    assert {issue.severity for issue in others[len(report.findings) - 1 :]} == {"information"}


def test_findings_on_the_example_week_have_places_of_a_claim() -> None:
    every = [otcodes.check(each) for each in otcodes.read(ROOT / "examples" / "clinic_week.csv").claims]
    expressions = {
        found for issue in fhir.operation_outcome(*every).issue for found in issue.expression or ()
    }
    assert {"Claim.diagnosis", "Claim.item[0].productOrService", "Claim.item[0].quantity"} <= expressions
    assert all(each.startswith("Claim") for each in expressions)


def test_an_error_says_whether_the_code_is_wrong_or_not_known() -> None:
    codes = {"97003": "code-invalid", "97999": "code-invalid", "99213": "not-supported"}
    for code, kind in codes.items():
        with pytest.raises(otcodes.OtcodesError) as raised:
            otcodes.procedures.on(DOS)[code]
        (issue,) = fhir.operation_outcome(raised.value).issue
        assert (issue.severity, issue.code) == ("error", kind)


def test_an_outcome_has_an_issue_also_where_nothing_was_found() -> None:
    (issue,) = fhir.operation_outcome().issue
    assert (issue.severity, issue.code) == ("information", "informational")
    with pytest.raises(TypeError):
        fhir.operation_outcome("report")


# Terminology.


@pytest.mark.parametrize(
    ("system", "on", "content"),
    [
        (fhir.CPT, DOS, "fragment"),
        (fhir.HCPCS, dt.date(2025, 3, 3), "fragment"),
        (fhir.PLACES, dt.date(2024, 3, 4), "complete"),
        (fhir.PLACES, DOS, "fragment"),  # carried forward
        (fhir.REVENUE, DOS, "fragment"),
    ],
)
def test_a_code_system_says_whether_it_is_complete(system, on, content) -> None:
    made = fhir.code_system(system, on=on)
    assert (made.url, made.content, made.count) == (system, content, len(made.concept))
    assert made.copyright
    assert fhir.CodeSystem.model_validate_json(made.model_dump_json()) == made


def test_all_of_icd_10_cm_is_complete_and_has_headers_that_no_claim_has() -> None:
    made = fhir.code_system(fhir.ICD10CM, on=DOS)
    assert (made.content, made.count) == ("complete", len(otcodes.diagnoses.on(DOS)))
    by_code = {each.code: each for each in made.concept}
    assert (by_code["M62.81"].property, by_code["M62.81"].display) == (None, "Muscle weakness (generalized)")
    assert by_code["M54.5"].property[0].valueBoolean is True


def test_a_display_is_our_own_label_or_none() -> None:
    labels = {row.code: row.label for row in otcodes.procedures.on(DOS).values()}
    for system in (fhir.CPT, fhir.HCPCS):
        for each in fhir.code_system(system, on=DOS).concept:
            if each.code in labels:
                assert each.display == labels[each.code]
    assert [each.name for each in fhir.lookup(fhir.HCPCS, "E0110", on=DOS).parameter][:3] == [
        "name",
        "version",
        "property",
    ]


def values(parameters: fhir.Parameters, name: str) -> list:
    return [
        next(value for key, value in each if key.startswith("value") and value is not None)
        for each in parameters.parameter
        if each.name == name
    ]


def test_looking_up_gives_what_the_record_has() -> None:
    found = fhir.lookup(fhir.CPT, "97530", on=DOS)
    properties = {each.part[0].valueCode: each.part[1] for each in found.parameter if each.name == "property"}
    assert properties["unit_minutes"].valueInteger == 15
    assert properties["valid_from"].valueDateTime == otcodes.procedures.on(DOS)["97530"].valid_from
    for code, error in (("97003", otcodes.NotEffectiveError), ("99213", otcodes.OutOfCoverageError)):
        with pytest.raises(error):
            fhir.lookup(fhir.CPT, code, on=DOS)
    with pytest.raises(otcodes.OutOfCoverageError):
        fhir.lookup("http://snomed.info/sct", "1", on=DOS)


TABLES = {
    fhir.CPT: otcodes.procedures,
    fhir.HCPCS: otcodes.procedures,
    fhir.ICD10CM: otcodes.diagnoses,
    fhir.PLACES: otcodes.places,
    fhir.REVENUE: otcodes.revenue_codes,
}
CODES = (
    *(
        "97530",
        "97003",
        "97161",
        "97999",
        "99213",
        "9753",
        "G0283",
        "G0515",
        "L3908",
        "E0110",
        "D1110",
        "0552T",
    ),
    *("M62.81", "m6281", "M54.5", "G35", "A00.0", "11", "10", "03", "00", "0430", "0450", "", "é"),
)


@given(
    system=st.sampled_from(sorted(TABLES)),
    code=st.sampled_from(CODES) | st.text(max_size=7),
    on=st.dates(dt.date(2010, 1, 1), dt.date(2030, 1, 1)),
)
def test_validating_says_what_the_table_says(system, code, on) -> None:
    verdict = TABLES[system].verdict(code, on=on)
    key = otcodes.normalize_code(code)
    if system in (fhir.CPT, fhir.HCPCS):
        if len(key) == 2:
            return  # a modifier
        if system == fhir.CPT and key[:1].isalpha() and verdict is not Verdict.UNKNOWN:
            verdict = Verdict.UNKNOWN
        if system == fhir.HCPCS and key[:1].isdigit() and LEVEL_I.fullmatch(key):
            verdict = Verdict.OUT_OF_COVERAGE
    if verdict is Verdict.OUT_OF_COVERAGE:
        with pytest.raises(otcodes.OutOfCoverageError):
            fhir.validate_code(system, code, on=on)
        return
    found = fhir.validate_code(system, code, on=on)
    assert values(found, "result") == [verdict is Verdict.EFFECTIVE]
    is_carried = verdict is Verdict.EFFECTIVE and TABLES[system].on(on)[code].carried_forward
    assert (verdict is not Verdict.EFFECTIVE or is_carried) == bool(values(found, "message"))
    assert values(fhir.validate_code(system, code, on=on, abstract=True), "result") == [
        verdict in (Verdict.EFFECTIVE, Verdict.NOT_BILLABLE)
    ]


@pytest.mark.parametrize(
    ("system", "code", "is_one"),
    [(fhir.HCPCS, "GO", True), (fhir.CPT, "GO", False), (fhir.CPT, "59", True)],
)
def test_a_modifier_is_its_keepers(system, code, is_one) -> None:
    assert values(fhir.validate_code(system, code, on=DOS), "result") == [is_one]


@pytest.mark.parametrize(
    ("system", "code", "on", "equivalence", "targets"),
    [
        (fhir.CPT, "97003", DOS, "relatedto", ["97165", "97166", "97167"]),
        (fhir.ICD10CM, "M54.5", DOS, "narrower", ["M54.50", "M54.51", "M54.59"]),
        (fhir.ICD10CM, "M54.5", dt.date(2021, 9, 30), None, []),  # still in force
        (fhir.CPT, "97530", DOS, None, []),
        (fhir.CPT, "97999", DOS, None, []),
    ],
)
def test_translating_names_what_took_a_codes_place(system, code, on, equivalence, targets) -> None:
    found = fhir.translate(system, code, on=on)
    matches = [each.part for each in found.parameter if each.name == "match"]
    assert [part[1].valueCoding.code for part in matches] == targets
    assert {part[0].valueCode for part in matches} == ({equivalence} if targets else set())
    assert values(found, "result") == [bool(targets)]
    assert bool(values(found, "message")) == (not targets)


def test_nothing_is_translated_that_is_not_known() -> None:
    for system, code in ((fhir.CPT, "99213"), (fhir.HCPCS, "97530"), (fhir.HCPCS, "59"), ("urn:own", "1")):
        with pytest.raises(otcodes.OutOfCoverageError):
            fhir.translate(system, code, on=DOS)


@pytest.mark.parametrize("system", [fhir.CPT, fhir.HCPCS, fhir.ICD10CM])
def test_a_concept_map_says_the_same_as_translating(system) -> None:
    made = fhir.concept_map(system, on=DOS)
    assert fhir.ConceptMap.model_validate_json(made.model_dump_json()) == made
    for group in made.group:
        for element in group.element[::20]:
            found = fhir.translate(system, element.code, on=DOS)
            targets = {
                (each.part[1].valueCoding.code, each.part[0].valueCode)
                for each in found.parameter
                if each.name == "match" and each.part[1].valueCoding.system == group.target
            }
            assert {(target.code, target.equivalence) for target in element.target} == targets
            assert all(target.comment for target in element.target)
    with pytest.raises(otcodes.OutOfCoverageError):
        fhir.concept_map(fhir.PLACES, on=DOS)


def codes_of(expanded: fhir.ValueSet) -> list[str]:
    return [each.code for each in expanded.expansion.contains or ()]


def test_expanding_gives_what_is_in_force_and_says_whether_it_is_all() -> None:
    whole = fhir.expand(fhir.value_set(fhir.CPT, on=DOS), on=DOS)
    assert {"97530", "59"} <= set(codes_of(whole))
    assert not {"97003", "G0283", "GO"} & set(codes_of(whole))
    assert whole.expansion.extension[0].url.endswith("valueset-unclosed")
    assert fhir.ValueSet.model_validate_json(whole.model_dump_json()) == whole

    sided = fhir.value_set(fhir.ICD10CM, on=DOS, where=lambda row: row.code.startswith("G56.0"))
    listed = fhir.expand(sided, on=DOS)
    assert codes_of(listed) == ["G56.0", "G56.00", "G56.01", "G56.02", "G56.03"]
    assert [each.abstract for each in listed.expansion.contains[:2]] == [True, None]
    assert listed.expansion.extension is None
    second = fhir.expand(sided, on=DOS, count=1, offset=2)
    assert (codes_of(second), second.expansion.total) == (["G56.01"], 5)
    assert codes_of(fhir.expand(sided, on=DOS, text="left")) == ["G56.02"]
    assert codes_of(fhir.expand(sided, on=DOS, text="nothing like it")) == []


def composed(**include) -> fhir.ValueSet:
    return fhir.ValueSet.model_validate({"status": "active", "compose": {"include": [include]}})


def test_the_day_of_a_time_is_the_one_that_is_written_and_of_utc_that_is_said() -> None:
    for zone, notes in (("-06:00", 0), ("Z", 1)):
        period = {"start": f"2026-03-02T20:00:00{zone}", "end": f"2026-03-02T20:30:00{zone}"}
        batch = read(claim(item(servicedDate=None, servicedPeriod=period)))
        assert only(batch).lines[0].on == DOS
        assert sum("a time in UTC" in note for note in batch.notes) == notes


def test_expanding_names_a_code_once_and_has_no_page_before_the_first() -> None:
    twice = {"system": fhir.CPT, "concept": [{"code": "97530"}]}
    both = fhir.ValueSet.model_validate({"status": "active", "compose": {"include": [twice, twice]}})
    expanded = fhir.expand(both, on=DOS)
    assert (codes_of(expanded), expanded.expansion.total) == (["97530"], 1)
    for wrong in ({"count": -1}, {"offset": -1}):
        with pytest.raises(otcodes.FieldError, match="zero or more"):
            fhir.expand(both, on=DOS, **wrong)


def test_expanding_leaves_out_what_is_not_in_force_and_refuses_what_is_not_known() -> None:
    codes = [{"code": "97003"}, {"code": "97165"}]
    assert codes_of(fhir.expand(composed(system=fhir.CPT, concept=codes), on=DOS)) == ["97165"]
    for include in ({"system": fhir.CPT, "concept": [{"code": "99213"}]}, {"system": "urn:own"}):
        with pytest.raises(otcodes.OutOfCoverageError):
            fhir.expand(composed(**include), on=DOS)
    for include in (
        {"system": fhir.CPT, "filter": [{"property": "timing", "op": "=", "value": "timed"}]},
        {"valueSet": ["urn:own"]},
    ):
        with pytest.raises(otcodes.FieldError):
            fhir.expand(composed(**include), on=DOS)
    with pytest.raises(otcodes.FieldError):
        fhir.value_set(fhir.CPT, on=DOS, where=lambda _: False)
