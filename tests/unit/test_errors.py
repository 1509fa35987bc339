"""Errors carry their facts, survive pickling, and show neither patients nor endless values."""

import copy
import datetime as dt
import pickle

import pytest

import otcodes
from otcodes import errors

DOS = dt.date(2026, 3, 2)
EXAMPLES = {
    errors.UnknownCodeError("procedures", "97999", DOS, ("97799",)): (
        "'97999' is not a code of the table procedures; near it: 97799",
        {"table": "procedures", "code": "97999", "on": DOS, "suggestions": ("97799",)},
    ),
    errors.NotEffectiveError("procedures", "97003", DOS, ((dt.date(1998, 1, 1), None),), ("97165",)): (
        "not in force on 2026-03-02 (in force 1998-01-01 to now); its successors: 97165",
        {"code": "97003", "on": DOS, "spans": ((dt.date(1998, 1, 1), None),), "successors": ("97165",)},
    ),
    errors.OutOfCoverageError("procedures", "99213", DOS, "2020 to 2026"): (
        "'99213' on 2026-03-02 is outside the coverage of the table procedures (2020 to 2026)",
        {"table": "procedures", "code": "99213", "on": DOS, "covers": "2020 to 2026"},
    ),
    errors.FieldError("ServiceLine", "units", "2", "an int"): (
        "ServiceLine.units should be an int, not '2'",
        {"record": "ServiceLine", "field": "units", "value": "2", "expected": "an int"},
    ),
    errors.TableError("places.csv", 3, "bad"): (
        "places.csv, line 3: bad",
        {"file": "places.csv", "line": 3, "problem": "bad"},
    ),
    errors.UnknownPayerError("acme", ("medicare-b",)): (
        "no payer policy named 'acme'; there are medicare-b",
        {"payer": "acme", "known": ("medicare-b",)},
    ),
    errors.UnknownRuleError("units.colour", ("units.above", "pair.never")): (
        "no rule 'units.colour'; there are units.above",
        {"rule": "units.colour", "known": ("units.above", "pair.never")},
    ),
    errors.RuleFailedError("acme.friday", "A1", "KeyError", "rules.py:7"): (
        "the rule acme.friday raised KeyError in rules.py:7 on the claim 'A1': a bug in the rule",
        {"rule": "acme.friday", "claim": "A1", "error": "KeyError", "where": "rules.py:7"},
    ),
    errors.UnconfirmedServiceError("dressing", ("97535", "97530")): (
        "'dressing' is no procedure code; perhaps 97535, 97530",
        {"words": "dressing", "candidates": ("97535", "97530")},
    ),
    errors.CannotBillError(("a", "b")): ("the visit cannot be billed: a; b", {"reasons": ("a", "b")}),
    errors.MissingExtraError("an 837", "x12"): (
        'an 837 needs an optional package: pip install "otcodes[x12]"',
        {"feature": "an 837", "extra": "x12"},
    ),
    errors.StaleDataWarning(DOS, {"places": "pos-2024"}): (
        "2026-03-02 is past the last edition on board of places (pos-2024)",
        {"on": DOS, "editions": {"places": "pos-2024"}},
    ),
    errors.ReadError("week.csv", "bad"): ("week.csv: bad", {"file": "week.csv", "problem": "bad"}),
}
ROOTS = {errors.OtcodesError, errors.OtcodesWarning}


def test_every_public_exception_has_an_example() -> None:
    public = {each for each in vars(errors).values() if isinstance(each, type)}
    assert {type(error) for error in EXAMPLES} | ROOTS == {
        each for each in public if issubclass(each, Exception)
    }


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "copied",
    [lambda error: error, lambda error: pickle.loads(pickle.dumps(error)), copy.deepcopy],  # noqa: S301
    ids=["made", "pickled", "copied"],
)
def test_facts_and_message_survive(error, copied) -> None:
    message, facts = EXAMPLES[error]
    again = copied(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert message in str(again)
    assert {name: getattr(again, name) for name in facts} == facts
    assert vars(again) == vars(error)
    assert isinstance(again, tuple(ROOTS))


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        ("UnknownCodeError", (KeyError,)),
        ("NotEffectiveError", (otcodes.UnknownCodeError, KeyError)),
        ("OutOfCoverageError", (LookupError,)),
        ("UnknownPayerError", (KeyError,)),
        ("UnknownRuleError", (KeyError,)),
        ("FieldError", (ValueError, TypeError)),
        ("TableError", (ValueError,)),
        ("ReadError", (ValueError,)),
        ("MissingExtraError", (ImportError,)),
    ],
)
def test_hierarchy(error, bases) -> None:
    kind = getattr(otcodes, error)
    assert kind is getattr(errors, error)
    assert issubclass(kind, (otcodes.OtcodesError, *bases))
    assert all(issubclass(kind, base) for base in (otcodes.OtcodesError, *bases))


def test_what_is_not_known_is_no_key_error() -> None:
    assert not issubclass(otcodes.OutOfCoverageError, KeyError)
    assert issubclass(otcodes.OtcodesWarning, UserWarning)
    snapshot = otcodes.procedures.on(DOS)
    for ask in (snapshot.__getitem__, snapshot.get, snapshot.__contains__):
        with pytest.raises(otcodes.OutOfCoverageError):
            ask("99213")
    assert "97999" not in snapshot
    assert snapshot.get("97003") is None
    with pytest.raises(otcodes.NotEffectiveError) as caught:
        snapshot["97003"]
    assert caught.value.successors == ("97165", "97166", "97167")
    assert pickle.loads(pickle.dumps(caught.value)).spans == caught.value.spans  # noqa: S301


def test_long_values_are_cut() -> None:
    error = errors.FieldError("ServiceLine", "units", "x" * 10_000, "an int")
    assert len(str(error)) < 200
    assert error.value == "x" * 10_000


@pytest.mark.parametrize("patient", [4711, b"PATIENT-4711", ["PATIENT-4711"]])
def test_patients_are_never_shown(patient) -> None:
    with pytest.raises(otcodes.FieldError, match=r"Claim\.patient should be a str") as caught:
        otcodes.Claim(lines=(), patient=patient)
    error = caught.value
    assert (error.field, error.value) == ("patient", errors.NOT_SHOWN)
    assert "4711" not in f"{error}{error!r}{error.args}{pickle.dumps(error)!r}"
