"""FHIR R4: findings as an `OperationOutcome`, and the tables as terminology.

Resources are models of fhir.resources (its R4B, 4.3.0); `.model_dump_json()` writes them. Claims in FHIR are
read by `readers.read_fhir`.

The functions `lookup`, `validate_code`, `expand` and `translate` have the meaning of FHIR's operations of
these names. Where the tables do not know, each of them raises `OutOfCoverageError`: FHIR has no answer that
says "we do not know", and "no" would be wrong. `operation_outcome` makes of the error what a server answers.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

import attrs

from .._text import TextEnum
from ..errors import NOT_SHOWN, FieldError, OutOfCoverageError, UnknownCodeError
from ..readers._fhir_models import (
    CodeSystem,
    CodeSystemConcept,
    CodeSystemConceptProperty,
    ConceptMap,
    OperationOutcome,
    Parameters,
    ValueSet,
)
from ..readers._fhir_systems import CPT, HCPCS, ICD10CM, PLACES, REVENUE
from ._fhir_outcome import RULES, operation_outcome
from ._fhir_terms import Terms, home, is_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..catalog import Catalog
    from ..readers._fhir_systems import Element

__all__ = [
    "CPT",
    "HCPCS",
    "ICD10CM",
    "PLACES",
    "REVENUE",
    "RULES",
    "CodeSystem",
    "ConceptMap",
    "OperationOutcome",
    "Parameters",
    "ValueSet",
    "code_system",
    "concept_map",
    "expand",
    "lookup",
    "operation_outcome",
    "translate",
    "validate_code",
    "value_set",
]

UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
ABSTRACT = "notSelectable"
NO_PROPERTIES = frozenset({"code", "label", "title", "keywords"})


def _concept(record: Any) -> Element:
    """A code with our own label, if it has one: nobody else's words are on board, but ICD-10-CM's titles."""
    return {"code": record.code, **({"display": record.label} if record.label else {})}


def _value(value: object) -> Element:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, dt.date):
        return {"valueDateTime": value.isoformat()}
    return {"valueString": value.value if isinstance(value, TextEnum) else str(value)}


def _parameters(parts: Iterable[Element] = (), **given: object) -> Parameters:
    """Parameters by name, of which `None` is none, and behind them those that are made of parts."""
    plain = [{"name": name, **_value(value)} for name, value in given.items() if value is not None]
    return Parameters.model_validate({"parameter": [*plain, *parts]})


def code_system(system: str, *, on: dt.date, catalog: Catalog | None = None) -> CodeSystem:
    """A code system as the tables have it on a day.

    Its `content` is `complete` where every code of that day is in it, by an edition that speaks for the day;
    otherwise `fragment`. A display is the project's own label, or ICD-10-CM's title; without one there is
    none. Headers of ICD-10-CM have the property `notSelectable`.

    Args:
        system: the URI of the code system: `CPT`, `HCPCS`, `ICD10CM`, `PLACES` or `REVENUE`.
        on: the day.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: it is another system, or no edition on board speaks for the day.

    Examples:
        >>> import datetime as dt
        >>> therapy = code_system(CPT, on=dt.date(2026, 3, 2))
        >>> therapy.content, [each.display for each in therapy.concept if each.code == "97542"]
        ('fragment', ['Wheelchair and seating work with the user, 15 min'])
    """
    terms = Terms(system, on, catalog)
    not_selectable = [CodeSystemConceptProperty(code=ABSTRACT, valueBoolean=True)]
    # Made without looking at each again, of which there may be a hundred thousand.
    concepts = [
        CodeSystemConcept.model_construct(
            **_concept(record), property=not_selectable if is_header(record) else None
        )
        for record in terms.records()
    ]
    _check_known(terms, concepts)
    return CodeSystem.model_validate(
        {
            "url": system,
            "version": on.isoformat(),
            "name": terms.system.name,
            "title": f"{terms.system.title} on {on}",
            "status": "active",
            "publisher": "otcodes",
            "description": "; ".join(f"{table.name}: {table.coverage}" for table in terms.tables),
            "copyright": terms.copyright,
            "caseSensitive": True,
            "content": "complete" if terms.is_complete else "fragment",
            "count": len(concepts),
            "property": [
                {
                    "code": ABSTRACT,
                    "uri": f"http://hl7.org/fhir/concept-properties#{ABSTRACT}",
                    "type": "boolean",
                }
            ],
            "concept": concepts,
        }
    )


def _check_known(terms: Terms, found: object) -> None:
    """Nothing at all is no answer: no edition on board speaks for the day."""
    if not found:
        table = terms.tables[0]
        raise OutOfCoverageError(table.name, terms.uri, terms.on, str(table.coverage))


def value_set(
    system: str,
    *,
    on: dt.date,
    where: Callable[[Any], bool] | None = None,
    catalog: Catalog | None = None,
) -> ValueSet:
    """The codes of a system, or those of them whose records are as asked for.

    Args:
        system: the URI of the code system.
        on: the day.
        where: says of a record whether it belongs; then the codes are listed. By default the whole system is
            meant, and none is.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: it is another system, or no edition on board speaks for the day.
        FieldError: no code is as asked for.

    Examples:
        >>> import datetime as dt
        >>> timed = value_set(CPT, on=dt.date(2026, 3, 2), where=lambda row: getattr(row, "unit_minutes", 0))
        >>> "97530" in [each.code for each in timed.compose.include[0].concept]
        True
    """
    terms = Terms(system, on, catalog)
    include: Element = {"system": system}
    if where is not None:
        records = list(terms.records())
        _check_known(terms, records)
        chosen = [_concept(record) for record in records if where(record)]
        if not chosen:  # a list without codes would stand for all of them
            raise FieldError("ValueSet", "where", NOT_SHOWN, "what some code of the system fulfils")
        include["concept"] = chosen
    return ValueSet.model_validate(
        {
            "name": terms.system.name,
            "title": f"{terms.system.title} on {on}",
            "status": "active",
            "publisher": "otcodes",
            "copyright": terms.copyright,
            "compose": {"lockedDate": on.isoformat(), "include": [include]},
        }
    )


def concept_map(system: str, *, on: dt.date, catalog: Catalog | None = None) -> ConceptMap:
    """What took the place of the codes that may not stand on a claim any more, as far as it is known.

    For diagnoses a target is `narrower` where the code was split, `wider` where it was merged, `equivalent`
    where the title went to another code. For procedures it is `relatedto`: that they came in the code's place
    is known, and no more.

    Args:
        system: the URI of the code system: `CPT`, `HCPCS` or `ICD10CM`.
        on: the day.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: no successors of the system's codes are known on the day.

    Examples:
        >>> import datetime as dt
        >>> group = concept_map(CPT, on=dt.date(2026, 3, 2)).group[0]
        >>> [[each.code for each in row.target] for row in group.element if row.code == "97003"]
        [['97165', '97166', '97167']]
    """
    terms = Terms(system, on, catalog)
    groups: dict[str, list[Element]] = {}
    for code in terms.retired():
        targets: dict[str, list[Element]] = {}
        for successor, equivalence, comment in terms.successions(code):
            target = {"code": successor, "equivalence": equivalence, "comment": comment}
            targets.setdefault(home(successor, system), []).append(target)
        for target_system, found in targets.items():
            groups.setdefault(target_system, []).append({"code": code, "target": found})
    if not groups:
        raise OutOfCoverageError("successors", system, on, "those of procedures and diagnoses")
    return ConceptMap.model_validate(
        {
            "name": f"{terms.system.name}Successors",
            "title": f"Successors of {terms.system.title} on {on}",
            "status": "active",
            "publisher": "otcodes",
            "copyright": terms.copyright,
            "group": [
                {"source": system, "target": target, "element": elements}
                for target, elements in groups.items()
            ],
        }
    )


def lookup(system: str, code: str, *, on: dt.date, catalog: Catalog | None = None) -> Parameters:
    """What is known of a code on a day, with the meaning of `$lookup`.

    The properties are the fields of its record that are known, by their names; a list is a property a value.
    Where the project has no label of its own, there is no `display`.

    Args:
        system: the URI of the code system.
        code: the code.
        on: the day.
        catalog: the tables; the bundled ones by default.

    Raises:
        UnknownCodeError: there is no such code, or (its subclass `NotEffectiveError`) not on that day.
        OutOfCoverageError: the tables do not know.

    Examples:
        >>> import datetime as dt
        >>> found = lookup(ICD10CM, "M62.81", on=dt.date(2026, 3, 2))
        >>> [each.valueString for each in found.parameter if each.name == "display"]
        ['Muscle weakness (generalized)']
    """
    terms = Terms(system, on, catalog)
    record = terms.find(code)
    properties = [
        {
            "name": "property",
            "part": [{"name": "code", "valueCode": name}, {"name": "value", **_value(value)}],
        }
        for name, given in attrs.asdict(record, recurse=False).items()
        if name not in NO_PROPERTIES and given is not None
        for value in (cast("tuple[object, ...]", given) if isinstance(given, tuple) else (given,))
    ]
    return _parameters(properties, name=terms.system.title, version=on.isoformat(), display=record.label)


def validate_code(
    system: str, code: str, *, on: dt.date, abstract: bool = False, catalog: Catalog | None = None
) -> Parameters:
    """Whether a code may be used on a day, with the meaning of `$validate-code`.

    Where the answer is that of a table's last edition for a later day, `message` says so.

    Args:
        system: the URI of the code system.
        code: the code.
        on: the day.
        abstract: whether a header of ICD-10-CM will do, which may not stand on a claim.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: the tables do not know; `result` is never false for that.

    Examples:
        >>> import datetime as dt
        >>> validate_code(CPT, "97003", on=dt.date(2026, 3, 2)).parameter[0].valueBoolean
        False
    """
    try:
        record = Terms(system, on, catalog).find(code)
    except UnknownCodeError as error:
        return _parameters(result=False, message=str(error))
    is_good = abstract or not is_header(record)
    message = f"by the edition {record.edition}, carried forward" if record.carried_forward else None
    if not is_good:
        message = f"{record.code} is a header: more characters are needed"
    return _parameters(result=is_good, message=message, display=record.label)


def translate(system: str, code: str, *, on: dt.date, catalog: Catalog | None = None) -> Parameters:
    """What took the place of a code, with the meaning of `$translate` by `concept_map`.

    Args:
        system: the URI of the code system.
        code: the code.
        on: the day.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: the tables do not know the code.

    Examples:
        >>> import datetime as dt
        >>> found = translate(ICD10CM, "M54.5", on=dt.date(2026, 3, 2))
        >>> [each.part[1].valueCoding.code for each in found.parameter if each.name == "match"]
        ['M54.50', 'M54.51', 'M54.59']
    """
    terms = Terms(system, on, catalog)
    matches = [
        {
            "name": "match",
            "part": [
                {"name": "equivalence", "valueCode": equivalence},
                {"name": "concept", "valueCoding": {"system": home(successor, system), "code": successor}},
            ],
        }
        for successor, equivalence, _ in terms.successions(code)
    ]
    if matches:
        return _parameters(matches, result=True)
    try:
        message = f"{terms.find(code).code} is in force on {on}"
    except UnknownCodeError as error:
        message = f"{error}; no successor is known"
    return _parameters(result=False, message=message)


def expand(
    value_set: ValueSet,  # as FHIR calls it
    *,
    on: dt.date,
    text: str = "",
    count: int | None = None,
    offset: int = 0,
    catalog: Catalog | None = None,
) -> ValueSet:
    """The codes of a value set that are in force on a day, with the meaning of `$expand`.

    Where a whole system is included of which only a fragment is on board, the expansion has the extension
    `valueset-unclosed`: it is not all.

    Args:
        value_set: what to expand: systems in whole, or with a list of codes.
        on: the day; the expansion's time stamp, too.
        text: words to search for, as `filter` of `$expand`; the best come first.
        count: how many codes at most.
        offset: how many to leave out before them.
        catalog: the tables; the bundled ones by default.

    Raises:
        OutOfCoverageError: the tables do not know a system or a code of the value set.
        FieldError: the value set is composed of something else: filters, other value sets, exclusions; or
            `count` or `offset` is below zero.

    Examples:
        >>> import datetime as dt
        >>> dos = dt.date(2026, 3, 2)
        >>> found = expand(value_set(CPT, on=dos), on=dos, text="wheelchair", count=1)
        >>> [each.code for each in found.expansion.contains]
        ['97542']
    """
    for name, number in (("count", count), ("offset", offset)):
        if number is not None and number < 0:
            raise FieldError("expand", name, number, "zero or more")
    includes = _includes(value_set)
    found: dict[tuple[str, str], Element] = {}  # each code once, though it is included twice
    is_whole = True
    for system, codes in includes:
        terms = Terms(system, on, catalog)
        if codes is None:
            is_whole = is_whole and terms.is_complete
            records = list(terms.records())
            _check_known(terms, records)
        else:
            records = [record for code in codes if (record := _in_force(terms, code)) is not None]
        if text:
            ranks = terms.ranks(text)
            records = sorted((row for row in records if row.code in ranks), key=lambda row: ranks[row.code])
        found |= {
            (system, row.code): {
                "system": system,
                **_concept(row),
                **({"abstract": True} if is_header(row) else {}),
            }
            for row in records
        }
    contains = list(found.values())
    expansion: Element = {"timestamp": on.isoformat(), "total": len(contains), "offset": offset}
    page = contains[offset : None if count is None else offset + count]
    if page:  # FHIR has no empty lists
        expansion["contains"] = page
    if not is_whole:
        expansion["extension"] = [{"url": UNCLOSED, "valueBoolean": True}]
    return ValueSet.model_validate({**value_set.model_dump(), "expansion": expansion})


def _in_force(terms: Terms, code: str) -> Any:
    try:
        return terms.find(code)
    except UnknownCodeError:
        return None


def _includes(value_set: ValueSet) -> list[tuple[str, list[str] | None]]:
    """The systems of a value set with their codes, or `None` for all of them."""
    compose: Element = value_set.model_dump().get("compose") or {}
    found: list[tuple[str, list[str] | None]] = []
    for include in compose.get("include") or ():
        if not set(include) <= {"system", "version", "concept"} or "system" not in include:
            raise FieldError("ValueSet", "compose.include", NOT_SHOWN, "a system, in whole or with its codes")
        concepts = include.get("concept")
        found.append((include["system"], concepts and [each["code"] for each in concepts]))
    if not found or compose.get("exclude"):
        raise FieldError("ValueSet", "compose", NOT_SHOWN, "what is included, and nothing excluded")
    return found
