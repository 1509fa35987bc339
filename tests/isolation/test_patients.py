"""Whoever is treated, and whoever treats, is named in no message, repr, report or traceback.

What names a claim is its id and its file's name, which users choose. A message about a code, a number or
a day shows what was given for it, cut short, where that is plain text.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import traceback
from typing import TYPE_CHECKING

import attrs
import pytest
from answers import ACCEPTED, PARTLY, receipt, remittance
from builders import claim, line
from builders_x12 import interchange, professional, service, subscriber, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import claims, visits

import otcodes
from otcodes import cli, readers
from otcodes.claims import PRIVATE
from otcodes.rules import rule

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "Zzyzx"  # nobody, and in no other text
WHO = f"Jane {NAME}"


def texts(*values: object) -> str:
    """All that can be seen of some objects: as text, as their repr, in JSON and in a notebook."""
    seen: list[str] = []
    for value in values:
        seen += [str(value), repr(value), f"{value}"]
        if hasattr(value, "_repr_html_"):
            seen.append(value._repr_html_())
        # A claim's own JSON form is the claim, with its patient; everything else's is a message.
        if hasattr(value, "to_dict") and not isinstance(value, otcodes.Claim):
            seen.append(json.dumps(value.to_dict(), default=str))
        if isinstance(value, BaseException):
            seen += traceback.format_exception(type(value), value, value.__traceback__)
    return "\n".join(seen)


def told(ask: Callable[[], object], *errors: type[Exception]) -> str:
    """All that can be seen of an answer, or of the error in its place."""
    try:
        answer = ask()
    except (otcodes.OtcodesError, *errors) as error:
        return texts(error)
    return texts(answer, *getattr(answer, "claims", ()), *getattr(answer, "problems", ()))


def marked(found: otcodes.Claim) -> otcodes.Claim:
    return attrs.evolve(found, patient=WHO)


@given(claims(), claims())
@settings(max_examples=30)
def test_what_is_said_of_claims(one, two) -> None:
    both = [marked(one), marked(two)]
    reports = list(otcodes.check_many(both))
    found = [each for report in reports for each in (*report, *report.not_checked)]
    repairs = list(otcodes.repair_many(both, unsafe=True))
    audit = otcodes.audit(both)
    said = texts(
        *(*both, *one.lines, *reports, *found, *repairs, audit),
        *(finding.fix for finding in found if isinstance(finding, otcodes.Finding)),
        otcodes.explain((), both),
    )
    assert WHO in str([each.to_dict() for each in both])  # they do carry it
    assert NAME not in said


@given(visits())
@settings(max_examples=30)
def test_what_is_said_of_visits(visit) -> None:
    visit = attrs.evolve(visit, patient=WHO, therapist=WHO, assistant=WHO)
    assert NAME not in texts(visit) + told(lambda: otcodes.code_visit(visit))


class Person:
    """What a caller may hand in where it does not belong."""

    def __repr__(self) -> str:
        return f"Person({WHO!r})"


WRONG = [
    [Person()],
    [{"name": WHO}],
    {"name": [WHO]},
    (Person(), 1),
    frozenset({Person()}),
    WHO.encode(),
    Person(),
    attrs.make_class("Row", ["name"])(WHO),
]


@pytest.mark.parametrize("kind", [otcodes.Claim, otcodes.Visit, otcodes.ServiceLine, otcodes.TreatmentNote])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_is_said_of_a_value_of_the_wrong_type(kind, wrong) -> None:
    required = {"lines": (), "procedure": "97530", "on": line().on, "units": 1}
    names = attrs.fields_dict(kind)
    given = {each: value for each, value in required.items() if each in names}
    for name in names:
        assert NAME not in told(lambda name=name: kind(**{**given, name: wrong}), TypeError), name


@pytest.mark.parametrize("wrong", [*WRONG, WHO, marked(claim())], ids=lambda wrong: type(wrong).__name__)
def test_what_is_said_of_an_argument_of_the_wrong_type(wrong) -> None:
    asks = (
        lambda: otcodes.check(wrong) if not isinstance(wrong, otcodes.Claim) else otcodes.check([wrong]),
        lambda: otcodes.check(claim(), policy=wrong),
        lambda: otcodes.check(claim(), rules=wrong),
        lambda: otcodes.code_visit(wrong),
        lambda: otcodes.procedures.on(wrong),
        lambda: otcodes.calc.timed_units(wrong, on=line().on, method="medicare"),
    )
    for ask in asks:
        with pytest.raises((otcodes.OtcodesError, TypeError, AttributeError)) as caught:
            ask()
        if wrong != WHO:  # words in the place of a code are shown
            assert NAME not in texts(caught.value)


def test_what_is_said_of_a_rule_that_fails() -> None:
    @rule("acme.broken", severity="error", over="claim")
    def reads_the_patient(_, /, context):
        """The patient is somebody we know."""
        raise LookupError(f"nobody is called {context.claim.patient}")
        yield

    with pytest.raises(otcodes.RuleFailedError) as caught:
        otcodes.check(marked(claim()), rules=reads_the_patient)
    assert NAME not in texts(caught.value)


# What is read: fields that we know, those that we do not, and one thing broken.

OTHERS = {"patient_name": WHO, "address": {"street": WHO}, "notes": [WHO]}
BROKEN = st.sampled_from([[WHO], {"name": WHO}, {"a": [{"b": WHO}]}, 4711, True, ""])


def said_of(batch) -> str:
    found = getattr(batch, "claims", None) or getattr(batch, "visits", ())
    assert found or batch.problems
    return texts(batch, *found, *batch.problems, *batch.notes)


@given(claims(), BROKEN, st.data())
@settings(max_examples=60)
def test_what_is_said_of_json(drawn, broken, data) -> None:
    facts = marked(drawn).to_dict()
    facts |= OTHERS
    facts["lines"][0] |= OTHERS
    where = data.draw(st.sampled_from([facts, facts["lines"][0], facts.get("plan_of_care") or facts]))
    where[data.draw(st.sampled_from(sorted(where)))] = broken
    content = json.dumps({"claims": [facts], "clinic": WHO}).encode()
    assert NAME not in said_of(readers.read_json(content, name="day.json"))
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(otcodes.ReadError) as caught:
        readers.read_json(cut, name="day.json")
    assert NAME not in texts(caught.value)


@given(
    BROKEN,
    st.sampled_from(["on", "payer", "patient", "therapist", "services", "diagnoses", "evaluation", "id"]),
)
def test_what_is_said_of_visits_in_json(broken, field) -> None:
    service = {"procedure": "97530", "therapist_minutes": 30, **OTHERS}
    facts = {
        "on": "2026-03-02",
        **dict.fromkeys(sorted(PRIVATE), WHO),
        "services": [service],
        **OTHERS,
        field: broken,
    }
    assert NAME not in said_of(readers.read_visits(json.dumps([facts]).encode(), name="day.json"))


HEADER = ("claim_id", "procedure", "on", "units", "modifiers", "minutes", "patient", "patient_name")
ROW = ("A1", "97530", "2026-03-02", "2", "GO", "30", WHO, WHO)


@given(
    st.sampled_from(["units", "on", "minutes", "claim_id", "none"]),
    st.sampled_from([f'"{WHO}', f'{WHO}"x', f'"{WHO}"x', f"{WHO},{WHO}", "soon", ""]),
    st.integers(0, 3),
)
def test_what_is_said_of_csv(field, broken, missing) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, ROW, ROW])
    cells = [
        broken if name == field and NAME not in broken else cell
        for name, cell in zip(HEADER, ROW, strict=True)
    ]
    if NAME in broken:
        cells[-1] = broken
    text.write(",".join(cells[: len(cells) - missing]) + "\n")
    csv.writer(text).writerow(ROW)
    assert NAME not in said_of(readers.read_csv(text.getvalue().encode(), name="day.csv"))


NAMED = (
    f"NM1*IL*1*{NAME}*JANE****MI*{NAME}1",
    f"N3*{NAME} ST",
    f"REF*SY*{NAME}",
    f"NTE*ADD*{NAME}",
    f"DMG*D8*{NAME}",
)


@given(st.data())
@settings(max_examples=60)
def test_what_is_said_of_x12(data) -> None:
    pytest.importorskip("pyx12")
    sent = interchange(
        transaction(subscriber(f"{NAME}1", professional("A1", service(), service("97140:GO"))))
    )
    segments = sent.replace("TEST*PATIENT", f"{NAME}*JANE").replace("2 ELM ST", NAME).split("\n")
    at = data.draw(st.integers(3, len(segments) - 1))
    what = data.draw(st.sampled_from(["none", "drop", "twice", "empty", "odd", "cut"]))
    parts = segments[at].split("*")
    if what == "drop":
        del segments[at]
    elif what == "twice":
        segments.insert(at, segments[at])
    elif what == "cut":
        segments = [*segments[:at], segments[at][: len(segments[at]) // 2]]
    elif what in ("empty", "odd") and NAME not in segments[at]:
        parts[data.draw(st.integers(0, len(parts) - 1))] = "" if what == "empty" else "????"
        segments[at] = "*".join(parts)
    else:
        segments[at:at] = [f"{named}~" for named in NAMED]
    said = told(lambda: readers.read_x12("\n".join(segments).encode(), name="day.837"))
    assert NAME not in said


def test_what_is_said_of_answers() -> None:
    pytest.importorskip("pyx12")
    named = f"NM1*QC*1*{NAME}*JANE****MI*{NAME}1"
    paid = remittance(PARTLY.replace("\nSVC", f"\n{named}\nSVC", 1), paid="78.4").encode()
    answer = receipt(ACCEPTED).replace("NM1*QC*1*", f"NM1*QC*1*{NAME}").encode()
    payments, answers = readers.read_835(paid, name="day.835"), readers.read_277(answer, name="day.277")
    assert NAME in paid.decode()
    assert payments.remittances
    said = texts(
        payments, *payments.remittances, *payments.problems, answers, *answers.problems, *answers.notes
    )
    said += texts(otcodes.explain(payments.remittances, [marked(claim(id="A1"))]))
    assert NAME not in said


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_what_the_command_line_says(form, tmp_path, capsys) -> None:
    good, bad = marked(claim(line(modifiers=()), id="A1")).to_dict(), marked(claim(id="A2")).to_dict()
    bad["lines"][0]["units"] = {"name": WHO}
    (tmp_path / "day.json").write_text(json.dumps({"claims": [good | OTHERS, bad | OTHERS]}), "utf-8")
    assert cli.main(["check", str(tmp_path / "day.json"), "--format", form]) == 2
    assert cli.main(["audit", str(tmp_path / "day.json")]) == 2
    said = capsys.readouterr()
    assert "A1" in said.out
    assert "A2" in said.err
    assert NAME not in said.out + said.err


@pytest.mark.parametrize("name", ["ZZYZX", "zzyzx99", "Zzy.zx", "ZZYZ5X"])
def test_no_message_shows_a_name_of_few_letters_that_could_be_a_diagnosis(name) -> None:
    """The first three characters of a code of ICD-10-CM are no letters alone."""
    early = line(on=dt.date(2012, 3, 5), diagnoses=(name,))
    reports = [
        otcodes.check(claim(each, diagnoses=(*diagnoses, name)))
        for each in (line(diagnoses=(name,)), early)
        for diagnoses in ((name,), ("M62.81",))
    ]
    reports.append(otcodes.check(claim(line(diagnoses=(name,)))))
    found = [each for report in reports for each in (*report, *report.not_checked)]
    assert {each.rule for each in found} >= {
        *("diagnosis.duplicate", "diagnosis.pointer-invalid", "diagnosis.unknown"),
    }
    assert "ZZY" not in texts(*reports, *found).upper()


@pytest.mark.parametrize("code", ["M62.8X", "QA009", "C4A.99"])
def test_what_is_told_by_its_digits_is_shown_as_it_was_given(code) -> None:
    report = otcodes.check(claim(diagnoses=(code, code)))
    shown = [each.message for each in report if each.rule == "diagnosis.duplicate"]
    assert shown == [f"{code} is on the claim twice"]


def test_no_finding_shows_what_stands_in_the_place_of_a_code() -> None:
    """A sheet whose columns have slipped has names there."""
    slipped = line(procedure=WHO, modifiers=(WHO, WHO), place=WHO, revenue_code=WHO, diagnoses=(WHO,))
    twice = claim(slipped, slipped, diagnoses=("M62.81", WHO, WHO), patient="P1")
    pointed = attrs.evolve(twice, diagnoses=("M62.81",))
    found = [each for report in otcodes.check_many([twice, pointed]) for each in report]
    assert {each.rule for each in found} >= {
        *("claim.duplicate", "diagnosis.duplicate", "diagnosis.pointer-invalid", "line.duplicate"),
        *("modifier.duplicate", "place.unknown"),
    }
    assert NAME.upper() not in "\n".join(map(str, found)).upper()
