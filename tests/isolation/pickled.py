"""What users keep in pickles, as this version of the code writes it.

python tests/isolation/pickled.py    writes it into tests/isolation/pickles, under this version's name

Before a version is out its sample may be written anew; from then on it stays, and later versions read it.
"""

from __future__ import annotations

import datetime as dt
import json
import pickle
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from pathlib import Path

import attrs

import otcodes
from otcodes import errors, fixes

FOLDER = Path(__file__).parent / "pickles"
PROTOCOLS = range(2, 6)
DOS = dt.date(2026, 3, 2)


def sample() -> dict[str, object]:
    """A record of every table, what a user hands in, what comes back, and every error."""
    catalog = otcodes.Catalog.bundled()
    line = otcodes.ServiceLine(
        "97530",
        on=DOS,
        units=Decimal("1.5"),
        modifiers=("GP", "59"),
        minutes=30,
        assistant_minutes=10,
        place="11",
        diagnoses=("M62.81",),
        charge_usd=Decimal("96.00"),
        allowed_usd=Decimal("61.07"),
        revenue_code="0430",
        discipline="occupational-therapy",
        id="1",
        empty_fields=("minutes",),
    )
    evaluation = otcodes.EvaluationComponents(profile="brief", performance_deficits=2, decision_making="low")
    plan = otcodes.PlanOfCare(certified_from=DOS, progress_reports=(DOS,), treatment_days=(DOS,))
    claim = otcodes.Claim(
        lines=(line, line),
        diagnoses=("M62.81", "S52.501", "M62.81"),
        payer="medicare-b",
        id="A1",
        patient="P1",
        therapy_year_to_date_usd=Decimal("2450.00"),
        plan_of_care=plan,
        treatment_notes=(otcodes.TreatmentNote(on=DOS, timed_minutes=30, evaluation=evaluation),),
        referring_npi="1234567893",
        submitted_on=dt.date(2026, 4, 1),
        file="week.csv",
    )
    visit = otcodes.Visit(
        on=DOS,
        payer="medicare-b",
        place="02",
        diagnoses=("M62.81",),
        services=(otcodes.Service("97535", therapist_minutes=10, assistant_minutes=13),),
        therapist="T1",
        telehealth="video",
    )
    report = otcodes.check(claim)
    return {
        **{f"table {name}": next(iter(getattr(catalog, name))) for name in otcodes._TABLES},
        "claim": claim,
        "visit": visit,
        "coded visit": otcodes.code_visit(visit).lines,
        "report": report,
        "repair": report.repair(unsafe=True).applied,
        "policy": otcodes.payers.policy("workers-comp"),
        **{f"fix {fix.kind}": fix for fix in FIXES},
        **{f"error {type(error).__name__}": error for error in ERRORS},
    }


FIXES = (
    fixes.AddModifier("GO", is_first=True),
    fixes.RemoveModifier("59"),
    fixes.ReplaceModifier("GP", "GO"),
    fixes.DropRepeatedModifiers(),
    fixes.SortModifiers(("GO", "59")),
    fixes.ReplaceProcedure("G0283"),
    fixes.SetUnits(2),
    fixes.SplitLine(1, "CO", is_safe=False),
    fixes.ReplaceDiagnosis("M54.5", "M54.50"),
    fixes.DropRepeatedDiagnoses(),
    fixes.PutDiagnosisFirst("M62.81"),
)
ERRORS = (
    errors.UnknownCodeError("procedures", "97999", DOS, ("97799",)),
    errors.NotEffectiveError("procedures", "97003", DOS, ((dt.date(1998, 1, 1), None),), ("97165",)),
    errors.OutOfCoverageError("procedures", "99213", DOS, "2020 to 2026"),
    errors.FieldError("ServiceLine", "units", "2", "an int"),
    errors.TableError("places.csv", 3, "bad"),
    errors.UnknownPayerError("acme", ("medicare-b",)),
    errors.UnknownRuleError("units.colour", ("units.above", "pair.never")),
    errors.RuleFailedError("acme.friday", "A1", "KeyError", "rules.py:7"),
    errors.UnconfirmedServiceError("dressing", ("97535", "97530")),
    errors.CannotBillError(("a", "b")),
    errors.MissingExtraError("an 837", "x12"),
    errors.StaleDataWarning(DOS, {"places": "pos-2024"}),
    errors.ReadError("week.csv", "bad"),
)


def plain(value: object) -> object:
    """All that an object says, for JSON; every field of it is read."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Exception):
        return {"is": type(value).__name__, **plain_fields(vars(value))}
    if attrs.has(type(value)):
        fields = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
        if isinstance(value, otcodes.Report):
            fields["not_checked"] = value.not_checked
        return plain_fields(fields)
    if isinstance(value, Mapping):
        return plain_fields(value)
    if isinstance(value, (tuple, frozenset)):
        return [plain(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def plain_fields(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: plain(each) for name, each in fields.items() if not name.startswith("_")}


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    held = sample()
    said = json.dumps(plain(held), indent=1, ensure_ascii=False)
    (FOLDER / f"{otcodes.__version__}.json").write_text(f"{said}\n", "utf-8")
    for protocol in PROTOCOLS:
        content = pickle.dumps(held, protocol)
        (FOLDER / f"{otcodes.__version__}-protocol{protocol}.pickle").write_bytes(content)


if __name__ == "__main__":
    write()
