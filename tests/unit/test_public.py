"""The public face: lazy names, frozen records, and what claims accept and refuse."""

import datetime as dt
import inspect
import json
import subprocess
import sys
from decimal import Decimal

import attrs
import pytest

import otcodes
from otcodes import claims, findings, records

DOS = dt.date(2026, 3, 2)


def test_importing_the_package_reads_nothing_else() -> None:
    code = (
        "import json, sys; before = set(sys.modules); import otcodes;"
        "print(json.dumps(sorted(set(sys.modules) - before - {'__future__'})))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(ran.stdout) == ["otcodes", "otcodes._version"]


def test_public_names_resolve_and_are_kept() -> None:
    for name in otcodes.__all__:
        assert getattr(otcodes, name) is getattr(otcodes, name)
    assert dir(otcodes) == sorted(otcodes.__all__)
    assert len(set(otcodes.__all__)) == len(otcodes.__all__)
    starred: dict[str, object] = {}
    exec("from otcodes import *", starred)
    assert set(otcodes.__all__) <= set(starred)


def test_all_is_what_the_lazy_names_give() -> None:
    lazy = [*otcodes._HOMES, *otcodes._SUBMODULES, *otcodes._TABLES]
    assert len(set(lazy)) == len(lazy)
    assert {*lazy, "__version__"} == set(otcodes.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'otcodes' has no attribute 'colours'"):
        otcodes.colours  # noqa: B018
    with pytest.raises(ImportError):
        exec("from otcodes import colours", {})
    assert not hasattr(otcodes, "colours")


@pytest.mark.parametrize("name", otcodes._TABLES)
def test_tables_have_their_own_name(name) -> None:
    assert getattr(otcodes, name).name == name


RECORDS = [
    each
    for module in (claims, findings, records)
    for each in vars(module).values()
    if inspect.isclass(each) and each.__module__ == module.__name__ and attrs.has(each)
]


@pytest.mark.parametrize("kind", RECORDS)
def test_records_are_frozen_and_slotted(kind) -> None:
    bare = kind.__new__(kind)
    assert not hasattr(bare, "__dict__")
    for field in (*attrs.fields_dict(kind), "colour"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(bare, field, None)


def line(**facts) -> otcodes.ServiceLine:
    return otcodes.ServiceLine(**{"procedure": "97530", "on": DOS, "units": 1, **facts})


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("procedure", " g0283 ", "G0283"),
        ("procedure", "nonsense", "NONSENSE"),
        ("procedure", "", ""),
        ("units", 0, 0),
        ("units", -1, -1),
        ("units", Decimal("1.5"), Decimal("1.5")),
        ("units", Decimal("2.0"), 2),
        ("modifiers", ["g"], ("G",)),
        ("modifiers", ("GO", "KX", "96", "LT", "CR"), ("GO", "KX", "96", "LT", "CR")),
        ("modifiers", (modifier for modifier in ("GO", "")), ("GO", "")),
        ("minutes", 0, 0),
        ("minutes", None, None),
        ("place", " 02 ", "02"),
        ("place", "", None),
        ("charge_usd", 120, Decimal(120)),
        ("charge_usd", Decimal("-1.00"), Decimal("-1.00")),
        ("discipline", "physical-therapy", otcodes.Discipline.PHYSICAL_THERAPY),
        ("id", " 1 ", "1"),
    ],
)
def test_lines_accept_what_a_rule_can_judge(field, given, kept) -> None:
    value = getattr(line(**{field: given}), field)
    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("procedure", 97530),
        ("procedure", None),
        ("procedure", b"97530"),
        ("on", "2026-03-02"),
        ("on", None),
        ("on", dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc)),
        ("units", 1.0),
        ("units", "1"),
        ("units", True),
        ("units", None),
        ("units", Decimal("NaN")),
        ("units", Decimal("sNaN")),
        ("units", Decimal("Infinity")),
        ("modifiers", "GO"),
        ("modifiers", b"GO"),
        ("modifiers", (59,)),
        ("modifiers", None),
        ("minutes", -1),
        ("minutes", 15.0),
        ("minutes", "15"),
        ("minutes", True),
        ("minutes", Decimal(15)),
        ("assistant_minutes", -1),
        ("place", 11),
        ("diagnoses", "M62.81"),
        ("charge_usd", 120.0),
        ("charge_usd", "120.00"),
        ("charge_usd", True),
        ("allowed_usd", Decimal("NaN")),
        ("revenue_code", 430),
        ("discipline", "OT"),
        ("discipline", []),
        ("id", 1),
    ],
)
def test_lines_refuse_the_wrong_type(field, given) -> None:
    with pytest.raises(otcodes.FieldError, match=rf"^ServiceLine\.{field} should be ") as caught:
        line(**{field: given})
    assert (caught.value.record, caught.value.field) == ("ServiceLine", field)
    assert caught.value.value in (given, 59)
    assert not isinstance(caught.value, otcodes.UnknownCodeError)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("lines", None),
        ("lines", "97530"),
        ("lines", (None,)),
        ("diagnoses", "M62.81"),
        ("diagnoses", (None,)),
        ("payer", 1),
        ("setting", "hospital"),
        ("setting", None),
        ("discipline", None),
        ("id", 1),
        ("patient", 1),
        ("therapy_year_to_date_usd", 0.0),
        ("plan_of_care", {}),
        ("referring_npi", 1234567893),
    ],
)
def test_claims_refuse_the_wrong_type(field, given) -> None:
    with pytest.raises(otcodes.FieldError, match=rf"^Claim\.{field} should be ") as caught:
        otcodes.Claim(**{"lines": (), field: given})
    assert caught.value.field == field


def test_claims_accept_what_a_rule_can_judge() -> None:
    claim = otcodes.Claim(lines=[line()], diagnoses=["m62.81", "nonsense"], payer=" acme ", patient="")
    assert (claim.lines, claim.diagnoses) == ((line(),), ("M62.81", "NONSENSE"))
    assert (claim.payer, claim.patient, claim.setting) == ("acme", None, otcodes.Setting.PRACTITIONER)
    assert otcodes.Claim(lines=()).diagnoses == ()
    assert hash(claim) == hash(attrs.evolve(claim))
    assert claim.replace_line(0, line(units=2)).lines[0].units == 2


def test_plan_of_care_wants_days() -> None:
    with pytest.raises(otcodes.FieldError, match=r"PlanOfCare\.certified_from should be a datetime\.date"):
        otcodes.PlanOfCare(certified_from="2026-03-02")
    with pytest.raises(otcodes.FieldError, match=r"PlanOfCare\.certified_to"):
        otcodes.PlanOfCare(certified_from=DOS, certified_to="2026-03-02")


def test_a_line_does_not_show_who_furnished_it() -> None:
    assert "Doe" not in repr(line(rendering_provider="R. Doe"))
    with pytest.raises(otcodes.FieldError) as caught:
        line(rendering_provider=1234567893)
    assert "1234567893" not in str(caught.value)


def test_a_claim_does_not_show_its_patient() -> None:
    assert "PATIENT-4711" not in repr(otcodes.Claim(lines=(), patient="PATIENT-4711"))
