"""The example week: what the README says is found is what is found, in every form a claim comes in."""

import json
import re
from pathlib import Path

import pytest

import otcodes
from otcodes import readers

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic_week.csv"
ROW = re.compile(r"^\| (C\d\d) \| `([a-z0-9.-]+)` \| (\w+) \|", re.MULTILINE)
NOT_IN_837 = ("C21", "C28")  # a pointer at nothing, a fifth modifier: the form has no place for them
ISA = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260309*0815*^*00501*000000001*0*T*:"
FILING = {"medicare-b": "MB", "commercial": "CI"}


def batch() -> otcodes.readers.Batch:
    read = otcodes.read(EXAMPLE)
    assert (read.problems, read.notes) == ((), ())
    return read


def found(claims) -> list[dict]:
    facts = [finding.to_dict() for claim in claims for finding in otcodes.check(claim)]
    return [
        {name: value for name, value in fact.items() if name not in ("file", "position")} for fact in facts
    ]


def test_the_readmes_table_is_what_is_found() -> None:
    listed = set(ROW.findall((ROOT / "README.md").read_text("utf-8")))
    assert listed == {(fact["claim"], fact["rule"], fact["severity"]) for fact in found(batch().claims)}


def test_the_same_claims_in_json_have_the_same_findings() -> None:
    claims = batch().claims
    text = json.dumps({"claims": [claim.to_dict() for claim in claims]})
    again = readers.read_json(text.encode(), name="week.json")
    assert not again.problems
    assert found(again.claims) == found(claims)


def test_the_same_claims_in_837_have_the_same_findings_less_what_it_does_not_carry() -> None:
    claims = [
        claim for claim in batch().claims if claim.setting == "practitioner" and claim.id not in NOT_IN_837
    ]
    pytest.importorskip("pyx12")
    again = readers.read_x12(as_837(claims).encode(), name="week.837")
    assert not again.problems
    skipped = {
        (entry.claim, entry.rule) for claim in again.claims for entry in otcodes.check(claim).not_checked
    }
    assert {rule for _, rule in skipped} >= {"units.above-minutes", "units.below-minutes"}
    comparable = [
        fact
        for fact in found(claims)
        if (fact["claim"], fact["rule"]) not in skipped and fact["rule"] != "line.charge-missing"
    ]
    kept = [fact for fact in found(again.claims) if fact["rule"] != "line.charge-missing"]
    assert kept == comparable
    assert len(kept) > 15


def test_the_hospitals_claims_in_837_have_the_same_findings_less_what_it_does_not_carry() -> None:
    claims = [claim for claim in batch().claims if claim.setting != "practitioner"]
    pytest.importorskip("pyx12")
    again = readers.read_x12(as_837(claims, version="005010X223A2").encode(), name="week.837")
    assert not again.problems
    assert [claim.setting for claim in again.claims] == [claim.setting for claim in claims]
    assert found(again.claims) == found(claims) != []
    skipped = {entry.rule for claim in again.claims for entry in otcodes.check(claim).not_checked}
    assert skipped >= {"units.above-minutes", "units.below-minutes"}


def as_837(claims, version="005010X222A1") -> str:
    """The claims as a minimal 837P, or 837I: enough for a reader, not for a payer."""
    is_hospitals = version == "005010X223A2"
    segments = [
        ISA,
        f"GS*HC*SENDER*RECEIVER*20260309*0815*1*X*{version}",
        f"ST*837*0001*{version}",
        "BHT*0019*00*1*20260309*0815*CH",
        "HL*1**20*1",
        "NM1*85*2*CLINIC*****XX*1234567893",
    ]
    for number, claim in enumerate(claims, 2):
        codes = [code.replace(".", "").upper() for code in claim.diagnoses]
        pointers = {code: str(place) for place, code in enumerate(codes, 1)}
        qualified = [f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(codes)]
        segments += [
            f"HL*{number}*1*22*0",
            f"SBR*P*18*******{FILING[claim.payer]}",
            f"NM1*IL*1*TEST*PATIENT****MI*{number}",
            f"CLM*{claim.id}*100***{'13:A:1' if is_hospitals else '11:B:1'}*Y*A*Y*Y",
            *([f"HI*{code}" for code in qualified] if is_hospitals else ["*".join(["HI", *qualified])]),
        ]
        for place, line in enumerate(claim.lines, 1):
            service = ":".join(["HC", line.procedure, *line.modifiers])
            points = ":".join(pointers.get(code.replace(".", ""), "") for code in line.diagnoses)
            charge = line.charge_usd or 0
            segments += [
                f"LX*{place}",
                f"SV2*0431*{service}*{charge}*UN*{line.units}"
                if is_hospitals
                else f"SV1*{service}*{charge}*UN*{line.units}*{line.place}**{points or 1}",
                f"DTP*472*D8*{line.on:%Y%m%d}",
            ]
    segments += [f"SE*{len(segments) - 1}*0001", "GE*1*1", "IEA*1*000000001"]
    return "~\n".join(segments) + "~\n"
