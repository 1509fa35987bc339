"""The names that FHIR resources give code systems, and the codes that a concept has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection

# What the models have found to be right, as the JSON has it.
Element: TypeAlias = "dict[str, Any]"

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
PLACES = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"

# Behind the first name of each the others that it is known by: in Medicare's claims data, in FHIR's own
# examples, as an OID.
OF_CPT = frozenset({CPT, "urn:oid:2.16.840.1.113883.6.12"})
OF_HCPCS = frozenset(
    {
        HCPCS,
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
        "urn:oid:2.16.840.1.113883.6.285",
    }
)
OF_PROCEDURES = OF_CPT | OF_HCPCS
OF_DIAGNOSES = frozenset({ICD10CM, "urn:oid:2.16.840.1.113883.6.90"})
# Medicare's claims data has ICD-10-CM under the name of ICD-10, which elsewhere is another code set.
OF_MEDICARES_DIAGNOSES = OF_DIAGNOSES | {"http://hl7.org/fhir/sid/icd-10"}
OF_PLACES = frozenset(
    {
        PLACES,
        "https://bluebutton.cms.gov/resources/variables/line_place_of_srvc_cd",
        "http://terminology.hl7.org/CodeSystem/ex-serviceplace",
    }
)
OF_REVENUE = frozenset(
    {
        REVENUE,
        "https://bluebutton.cms.gov/resources/variables/rev_cntr",
        "http://terminology.hl7.org/CodeSystem/ex-revenue-center",
    }
)
OF_TYPES = frozenset({"http://terminology.hl7.org/CodeSystem/claim-type"})
OF_ABSENCE = frozenset({"http://terminology.hl7.org/CodeSystem/data-absent-reason"})
OF_AMOUNTS = frozenset({"http://terminology.hl7.org/CodeSystem/adjudication"})
# What says of an institutional claim whether it is one of outpatients: CARIN's subtype, and Medicare's type.
OF_STAYS = frozenset(
    {
        "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType",
        "https://bluebutton.cms.gov/resources/codesystem/eob-type",
    }
)
NPI = "http://hl7.org/fhir/sid/us-npi"


def part(element: Element, name: str) -> Element:
    """An element within another one; an empty one where there is none."""
    found: Element | None = element.get(name)
    return found or {}


def parts(element: Element, name: str) -> list[Element]:
    """The elements of one name within another one."""
    found: list[Element] | None = element.get(name)
    return found or []


def codes_of(concept: Element, systems: Collection[str]) -> tuple[str, ...]:
    """The different codes that a concept has of some systems."""
    found = (
        str(coding["code"]).strip()
        for coding in parts(concept, "coding")
        if coding.get("code") and coding.get("system") in systems
    )
    return tuple(dict.fromkeys(found))


def words_of(concept: Element) -> set[str]:
    """The codes that a concept has, whatever their system: for words that say the same in each."""
    return {str(coding["code"]) for coding in parts(concept, "coding") if coding.get("code")}
