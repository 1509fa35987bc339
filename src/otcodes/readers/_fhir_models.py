"""The models of fhir.resources, and what is wrong with a resource by them; only this module imports it.

They are those of R4B (4.3.0), the nearest to R4 (4.0.1) that fhir.resources has: of the resources used here
the two are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError, shown_name

try:
    from fhir.resources.R4B.claim import Claim
    from fhir.resources.R4B.codesystem import CodeSystem, CodeSystemConcept, CodeSystemConceptProperty
    from fhir.resources.R4B.conceptmap import ConceptMap
    from fhir.resources.R4B.explanationofbenefit import ExplanationOfBenefit
    from fhir.resources.R4B.operationoutcome import OperationOutcome
    from fhir.resources.R4B.parameters import Parameters
    from fhir.resources.R4B.valueset import ValueSet
except ImportError:
    raise MissingExtraError("reading and writing FHIR resources", "fhir") from None

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CLAIMS",
    "CodeSystem",
    "CodeSystemConcept",
    "CodeSystemConceptProperty",
    "ConceptMap",
    "OperationOutcome",
    "Parameters",
    "ValueSet",
    "faults",
]

CLAIMS: dict[str, type[Claim | ExplanationOfBenefit]] = {
    "Claim": Claim,
    "ExplanationOfBenefit": ExplanationOfBenefit,
}
# A model's own message may quote what it found, which may be a name: these words stand in its place.
EXPECTED = {
    "extra_forbidden": "no element of this name, which FHIR R4 does not have here",
    "list_type": "a list",
    "string_type": "text",
}
ABSENT = frozenset({"missing", "model_field_validation.missing"})


def faults(kind: str, facts: dict[str, Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """What in a `Claim` or `ExplanationOfBenefit` is not as FHIR has it.

    Returns:
        the places of what is wrong, each with what is expected there; and the places of what is absent though
        FHIR asks for it, which many leave out.
    """
    try:
        CLAIMS[kind].model_validate(facts)
    except (ValueError, KeyError, RecursionError) as error:  # a KeyError names a kind that FHIR has not
        details = getattr(error, "errors", None)
        if details is None:
            return [("", "elements as FHIR R4 has them, in what it contains too")], []
        found = details(include_url=False, include_context=False, include_input=False)
        wrong = [
            (_path(fault["loc"]), EXPECTED.get(fault["type"], "a value of the form that FHIR R4 gives it"))
            for fault in found
            if fault["type"] not in ABSENT
        ]
        return wrong, [_path(fault["loc"]) for fault in found if fault["type"] in ABSENT]
    return [], []


def _path(parts: Iterable[str | int]) -> str:
    """The place of a fault as FHIRPath has it."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{shown_name(part)}" for part in parts)
    return path.removeprefix(".")
