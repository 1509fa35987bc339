"""Validators of codes for attrs classes: what they refuse, what they let through, and what they say."""

import copy
import datetime as dt
import pickle

import attrs
import pytest

import otcodes
from otcodes import validators

DOS = dt.date(2026, 3, 2)
EVERY = [
    (validators.procedure_code, "97530", "97999"),
    (validators.diagnosis_code, "m62.81", "M62.8Z"),
    (validators.modifier, "go", "ZY"),
    (validators.place, "11", "28"),
    (validators.revenue_code, "0430", "0435"),
]


def validated(validator, code, **facts):
    kind = attrs.make_class(
        "Treatment", {"on": attrs.field(default=DOS), "code": attrs.field(default=None, validator=validator)}
    )
    return kind(code=code, **facts).code


@pytest.mark.parametrize("on", [None, DOS, "on", lambda treatment: treatment.on], ids=repr)
@pytest.mark.parametrize(("make", "good", "unknown"), EVERY)
def test_a_code_is_accepted_as_it_is_and_an_unknown_one_refused(make, good, unknown, on) -> None:
    assert validated(make(on=on), good) == good
    for wrong in (unknown, "", "?", 97530, None):
        with pytest.raises(otcodes.FieldError, match=r"^Treatment\.code should be a ") as caught:
            validated(make(on=on), wrong)
        assert isinstance(caught.value, ValueError)
        assert caught.value.value == wrong


@pytest.mark.parametrize(
    ("validator", "code", "said"),
    [
        (
            validators.procedure_code(on=DOS),
            "97003",
            "in force on 2026-03-02 ('97003': in force 1998-01-01 to",
        ),
        (validators.procedure_code(on=DOS), "97003", "after it: 97165, 97166, 97167"),
        (validators.procedure_code(on=DOS), "97503", "near it: 97530"),
        (validators.procedure_code(), "97503", "near it: 97530"),
        (validators.procedure_code(), 97530, "as a str such as '97530' (a number may have lost its zeros)"),
        (
            validators.procedure_code(on=DOS, needs_coverage=True),
            "99213",
            "covers on 2026-03-02 (2020-01-01 to",
        ),
        (
            validators.procedure_code(needs_coverage=True),
            "99213",
            "that the table procedures covers (2020-01-01",
        ),
        (
            validators.diagnosis_code(on=DOS),
            "M54.5",
            "billable diagnosis code on 2026-03-02 ('M54.5' needs more",
        ),
        (validators.diagnosis_code(), "M54", "a billable diagnosis code ('M54' needs more characters)"),
        (validators.modifier(on=DOS), "SZ", "a modifier in force on 2026-03-02"),
    ],
)
def test_an_error_says_what_was_expected(validator, code, said) -> None:
    with pytest.raises(otcodes.FieldError) as caught:
        validated(validator, code)
    assert said in str(caught.value)


def test_what_is_not_covered_is_accepted() -> None:
    before = dt.date(2001, 1, 1)
    assert validated(validators.procedure_code(on=DOS), "99213") == "99213"
    assert validated(validators.procedure_code(), "99213") == "99213"
    assert validated(validators.modifier(on=before), "ZY") == "ZY"
    with pytest.raises(otcodes.FieldError):
        validated(validators.modifier(on=before, needs_coverage=True), "ZY")


def test_without_a_day_a_code_that_was_ever_in_force_is_accepted() -> None:
    assert validated(validators.procedure_code(), "97003") == "97003"
    assert validated(validators.diagnosis_code(), "M54.5") == "M54.5"  # a code until September 2021
    assert validated(validators.procedure_code(on="on"), "97003", on=None) == "97003"
    assert validated(validators.procedure_code(on="on"), "97003", on=dt.date(2016, 5, 2)) == "97003"


def test_a_day_that_is_no_date_is_an_error_of_the_program() -> None:
    with pytest.raises(TypeError, match=r"on is a datetime\.date"):
        validated(
            validators.procedure_code(on="on"), "97530", on=dt.datetime(2026, 3, 2, tzinfo=dt.timezone.utc)
        )


def test_they_go_with_those_of_attrs() -> None:
    optional = attrs.validators.optional(validators.place(on="on"))
    assert validated(optional, None) is None
    members = attrs.validators.deep_iterable(validators.modifier(on="on"))
    assert validated(members, ("GO", "KX")) == ("GO", "KX")
    with pytest.raises(otcodes.FieldError):
        validated(members, ("GO", "ZY"))


@pytest.mark.parametrize(
    ("validator", "shown"),
    [
        (validators.procedure_code(), "<procedure_code validator>"),
        (validators.modifier(on="on"), "<modifier validator on 'on'>"),
        (
            validators.place(on=DOS, needs_coverage=True),
            "<place validator on datetime.date(2026, 3, 2) that needs coverage>",
        ),
    ],
)
def test_they_are_values(validator, shown) -> None:
    assert repr(validator) == shown
    assert copy.deepcopy(validator) == pickle.loads(pickle.dumps(validator)) == validator  # noqa: S301 -- as users do
    assert hash(copy.copy(validator)) == hash(validator)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        validator.on = None


def test_they_are_found_when_they_are_asked_for() -> None:
    assert otcodes.validators is validators
