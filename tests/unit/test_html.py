"""What notebooks show: well formed, escaped, without scripts or patients, and short."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest

import otcodes
from otcodes import _html

ON = dt.date(2026, 3, 2)
PATIENT = "Ada Example"
HOSTILE = "</td><script>alert('x')</script><img src=x onerror=alert(1)>&\"\x1b[31m\u202e"


def visit() -> otcodes.CodedVisit:
    return otcodes.code_visit(
        otcodes.Visit(
            id="10:00",
            patient=PATIENT,
            therapist=f"{PATIENT} OTR",
            assistant=f"{PATIENT} COTA",
            on=ON,
            payer="medicare-b",
            place="11",
            diagnoses=("M18.11",),
            services=(
                otcodes.Service("97530", therapist_minutes=10, assistant_minutes=13),
                otcodes.Service("97140", assistant_minutes=15),
                otcodes.Service("97018"),
                otcodes.Service("97010"),
            ),
        )
    )


def report(**facts: Any) -> otcodes.Report:
    line = otcodes.ServiceLine("97530", on=ON, units=9, minutes=30, place="11")
    claim = otcodes.Claim(payer="medicare-b", diagnoses=("M54.5",), lines=(line,), patient=PATIENT)
    return otcodes.check(attrs.evolve(claim, **facts))


TAGS = {
    *("style", "div", "p", "details", "summary", "ol", "li"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}

SHOWN = {
    "record": lambda: otcodes.procedures.on(ON)["97530"],
    "policy record": lambda: otcodes.fee_schedule.on(ON)["97530"],
    "snapshot": lambda: otcodes.procedures.on(ON),
    "snapshot of diagnoses": lambda: otcodes.diagnoses.on(ON),
    "snapshot of pairs": lambda: otcodes.ptp_edits.on(ON),
    "empty snapshot": lambda: otcodes.procedures.on(dt.date(1900, 1, 1)),
    "table": lambda: otcodes.procedures,
    "diff": lambda: otcodes.diff(otcodes.diagnoses, dt.date(2025, 9, 30), dt.date(2025, 10, 1)),
    "diff without changes": lambda: otcodes.diff(otcodes.places, ON, dt.date(2026, 10, 1)),
    "report": report,
    "clean report": lambda: visit().report,
    "coded visit": visit,
    "units": lambda: otcodes.calc.timed_units({"97530": 23, "97140": 8}, on=ON),
    "allowed": lambda: otcodes.calc.allowed_amount({"97530": 2, "97010": 1}, on=ON),
    "payment": lambda: otcodes.calc.expected_payment(Decimal(100), on=ON),
}


def shown(thing: Any) -> tuple[str, ET.Element]:
    text = thing._repr_html_()
    return text, ET.fromstring(f"<page>{text}</page>")  # noqa: S314 -- what was made here


def words(page: ET.Element) -> str:
    return " ".join(page.itertext())


@pytest.mark.parametrize("name", SHOWN)
def test_is_well_formed_accessible_and_short(name: str) -> None:
    text, page = shown(SHOWN[name]())
    tags = {each.tag for each in page.iter()} - {"page"}
    assert tags <= TAGS
    assert {key for each in page.iter() for key in each.attrib} <= {"class", "scope", "colspan"}
    assert all(th.get("scope") in ("row", "col") for th in page.iter("th"))
    for table in page.iter("table"):
        assert table[0].tag == "caption"
        assert words(table[0]).strip()
        assert len(table.findall("tbody/tr")) <= _html.ROWS_SHOWN + 1
        widths = {sum(int(cell.get("colspan", "1")) for cell in row) for row in table.iter("tr")}
        assert len(widths) == 1
    assert PATIENT not in text


def test_colours_are_those_of_the_page() -> None:
    assert re.findall(r"color:(\w+)|rgba\([^)]*\)|#", _html.STYLE) == ["inherit", ""]
    assert "background" not in _html.STYLE


def test_a_record_shows_what_its_repr_shows() -> None:
    record = otcodes.diagnoses.on(ON)["M62.81"]
    _, page = shown(record)
    assert {th.text.replace(" ", "_") for th in page.iter("th")} == set(re.findall(r"(\w+)=", repr(record)))
    assert page.findtext(".//caption") == "Diagnosis M62.81"


def test_a_snapshot_says_how_many_more_and_how_fresh() -> None:
    day = otcodes.procedures.on(ON)
    _, page = shown(day)
    assert f"and {len(day) - _html.ROWS_SHOWN:,} more" in words(page)
    assert "hcpcs: carried forward on 2026-03-02" in words(page)


def test_a_day_that_is_not_covered_is_said_to_be() -> None:
    assert "out of coverage on 2031-01-01" in words(shown(otcodes.procedures.on(dt.date(2031, 1, 1)))[1])


def test_a_diff_that_is_not_complete_says_so() -> None:
    _, page = shown(otcodes.diff(otcodes.places, ON, dt.date(2026, 10, 1)))
    assert "no changes; not every change is on board" in words(page)
    assert "carried forward: no change of them is on board" in words(page)


def test_a_report_shows_findings_fixes_and_what_was_not_checked() -> None:
    found = report(id="A1")
    _, page = shown(found)
    text = words(page)
    counts = f"{len(found.errors)} errors, {len(found.warnings)} warning"
    assert page.findtext(".//caption").startswith(f"Claim A1: {counts}")
    assert all(finding.message in text and finding.rule in text for finding in found)
    assert "add modifier GO" in text
    assert "perhaps M54.50, M54.51, M54.59" in text
    assert all(entry.rule in text for entry in found.not_checked)


def test_a_fix_that_the_claim_does_not_prove_says_so() -> None:
    assert "add modifier 59, if the record supports it" in words(shown(visit())[1])


def test_a_coded_visit_shows_lines_reasons_and_what_is_not_billed() -> None:
    coded = visit()
    _, page = shown(coded)
    text = words(page)
    captions = [caption.text for caption in page.iter("caption")]
    assert captions[:2] == ["Lines of 10:00", "Not billed"]
    assert all(step.text in text for step in coded.steps)
    assert "97010" in text


def test_what_has_no_amount_is_not_part_of_a_total() -> None:
    _, page = shown(SHOWN["allowed"]())
    assert page.findtext(".//caption").endswith("USD without what has no amount")
    assert "status B: bundled, never paid separately" in words(page)


def test_a_tie_is_the_therapists_choice() -> None:
    assert "the therapist may choose: 97530, 97140" in words(shown(SHOWN["units"]())[1])


@pytest.mark.parametrize(
    "thing",
    [
        lambda: report(id=HOSTILE, payer="medicare-b", diagnoses=(HOSTILE,)),
        lambda: report(id=HOSTILE, lines=(otcodes.ServiceLine(HOSTILE, on=ON, units=1),)),
        lambda: attrs.evolve(otcodes.procedures.on(ON)["97530"], label=HOSTILE, keywords=(HOSTILE,)),
        lambda: attrs.evolve(visit(), left_out=(otcodes.coding.LeftOut(HOSTILE, HOSTILE),)),
    ],
)
def test_the_text_of_a_claim_is_data(thing: Any) -> None:
    text, page = shown(thing())
    assert not {"script", "img"} & {each.tag for each in page.iter()}
    assert "<script" not in text.lower()
    assert "<img" not in text.lower()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "</td><script>" in words(page)


def test_long_text_is_cut() -> None:
    _, page = shown(attrs.evolve(otcodes.procedures.on(ON)["97530"], label="word " * 1000))
    assert max(map(len, page.itertext())) < 2 * _html.LONGEST_TEXT


def test_a_look_up_does_without_it() -> None:
    code = (
        "import datetime as dt, sys, otcodes; otcodes.procedures.on(dt.date(2026, 3, 2))['97530']; "
        "sys.exit('otcodes._html' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
