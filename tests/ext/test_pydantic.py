"""Types of codes for pydantic models: their form, their day, their schema."""

import datetime as dt
import importlib
import re
import sys
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from otcodes import MissingExtraError
from otcodes.ext.pydantic import Code, DiagnosisCode, Modifier, Place, ProcedureCode, RevenueCode

DOS = dt.date(2026, 3, 2)
EVERY = [
    (ProcedureCode, " g0283 ", "G0283", "97999"),
    (DiagnosisCode, "m6281", "M62.81", "M62.8Z"),
    (Modifier, "go", "GO", "ZY"),
    (Place, "11", "11", "28"),
    (RevenueCode, "0430", "0430", "0435"),
]


class Dated(BaseModel):
    on: dt.date | None
    code: Annotated[str, Code("procedures", on="on")]


def refused(kind, value, **options) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value, **options)
    (error,) = caught.value.errors()
    return error["msg"]


@pytest.mark.parametrize("context", [None, {}, {"on": None}, {"on": DOS}, "no mapping"], ids=repr)
@pytest.mark.parametrize(("kind", "given", "official", "unknown"), EVERY)
def test_a_code_is_brought_into_its_official_form(kind, given, official, unknown, context) -> None:
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(given, context=context) == official
    assert adapter.validate_python(official, context=context) == official
    assert adapter.validate_json(f'"{given}"', context=context) == official
    for wrong in (unknown, "", "?"):
        assert "should be a " in refused(kind, wrong, context=context)
    assert "valid string" in refused(kind, 97530, context=context)


def test_the_day_is_the_contexts_the_models_or_fixed() -> None:
    assert TypeAdapter(ProcedureCode).validate_python("97003") == "97003"
    assert "in force on 2026-03-02" in refused(ProcedureCode, "97003", context={"on": DOS})
    assert "in force on 2026-03-02" in refused(Annotated[str, Code("procedures", on=DOS)], "97003")
    past = {"on": dt.date(2016, 5, 2)}
    assert TypeAdapter(ProcedureCode).validate_python("97003", context=past) == "97003"
    assert "in force on 2026-03-02" in refused(
        Annotated[str, Code("procedures", on=DOS)], "97003", context=past
    )
    assert Dated(on="2016-05-02", code="97003").code == "97003"
    assert Dated(on=None, code="97003").code == "97003"
    with pytest.raises(ValidationError, match="after it: 97165, 97166, 97167"):
        Dated(on=DOS, code="97003")


class Misplaced(BaseModel):
    code: Annotated[str, Code("procedures", on="on")]
    on: dt.date


@pytest.mark.parametrize(("model", "day"), [(Dated, "tomorrow"), (Misplaced, DOS)])
def test_without_the_day_that_its_field_should_hold_no_code_is_accepted(model, day) -> None:
    with pytest.raises(ValidationError, match="should stand behind the field 'on'"):
        model(on=day, code="97530")


def test_a_field_holds_the_day_of_nothing_that_is_in_no_model() -> None:
    assert "should stand behind the field 'on'" in refused(
        Annotated[str, Code("procedures", on="on")], "97530"
    )


def test_a_day_that_is_no_date_is_an_error_of_the_program() -> None:
    with pytest.raises(TypeError, match=r"on is a datetime\.date"):
        TypeAdapter(ProcedureCode).validate_python("97530", context={"on": "2026-03-02"})


def test_what_is_not_covered_is_accepted_unless_it_has_to_be() -> None:
    strict = Annotated[str, Code("procedures", needs_coverage=True)]
    for context in (None, {"on": DOS}):
        assert TypeAdapter(ProcedureCode).validate_python("99213", context=context) == "99213"
        assert "that the table procedures covers" in refused(strict, "99213", context=context)


@pytest.mark.parametrize(("kind", "official"), [(kind, official) for kind, _, official, _ in EVERY])
def test_the_schema_is_a_string_with_its_pattern(kind, official) -> None:
    schema = TypeAdapter(kind).json_schema()
    assert schema["type"] == "string"
    assert re.search(schema["pattern"], official)
    assert not re.search(schema["pattern"], f"{official}!")
    assert all(re.search(schema["pattern"], example) for example in schema["examples"])


def test_the_schema_of_a_model_keeps_what_its_field_says() -> None:
    class Line(BaseModel):
        code: ProcedureCode = Field(description="what was done")
        modifiers: list[Modifier] = []

    properties = Line.model_json_schema()["properties"]
    assert properties["code"]["description"] == "what was done"
    assert properties["modifiers"]["items"]["examples"] == ["GO"]


def test_a_table_that_there_is_not_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="'table' must be in"):
        Code("colours")


def test_without_pydantic_it_says_how_to_install_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)
    monkeypatch.delitem(sys.modules, "otcodes.ext.pydantic")
    with pytest.raises(MissingExtraError, match=r"otcodes\[pydantic\]"):
        importlib.import_module("otcodes.ext.pydantic")
