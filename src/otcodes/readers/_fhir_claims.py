"""One `Claim` or `ExplanationOfBenefit`, which the models have found to be right, becomes a claim.

It maps as the US guides do (CARIN Blue Button) and as Medicare's claims data does. What it cannot map is a
problem: of what a line is made of, the line is left out; of what the claim is made of, the claim; of what is
only said beside it (place, revenue code, pointers), that alone.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..claims import is_sane
from . import _fhir_systems as systems
from ._fhir_systems import codes_of, part, parts, words_of
from .x12 import all_diagnoses, dotted

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection

    from ..claims import ServiceLine
    from ._batch import Collector
    from ._fhir_systems import Element

PROFESSIONAL = "practitioner"
SETTINGS = {"professional": PROFESSIONAL, "institutional": "outpatient-hospital"}
STAYS = frozenset({"inpatient", "INPATIENT", "SNF", "HOSPICE", "HHA"})
BESIDE = frozenset({"admitting", "externalcauseofinjury", "patientreasonforvisit"})  # the diagnoses treated
UNITS = frozenset({"1", "UN", "unit", "units", "{unit}"})  # what is counted otherwise (minutes) is no unit
MEDICARE = "https://bluebutton.cms.gov/"  # Medicare's claims data: what it names itself by begins so
PART_B = "Coverage/part-b-"  # and so its name for a coverage by Part B
RENDERERS = frozenset({"performing", "rendering"})  # the roles, by the editions of the guide
TOTAL = "https://bluebutton.cms.gov/resources/variables/rev_cntr_tot_chrg_amt"  # beside the price of a unit
LEVEL_II = re.compile("[A-Z][0-9]{4}")
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T.*)?", re.ASCII)
UTC = re.compile(r".+T.+(Z|[+-]00:00)")
NUMBER = re.compile(r"\d{1,9}", re.ASCII)
# What a line's fields are in FHIR, for problems.
ELEMENTS = {
    "procedure": "productOrService",
    "on": "serviced",
    "units": "quantity",
    "place": "location",
    "charge_usd": "net",
    "allowed_usd": "adjudication",
    "revenue_code": "revenue",
}
REVENUE_ALONE = "lines with a revenue code alone, which no rule judges"
IN_UTC = "lines of a time in UTC, whose day was taken: where the clinic is it may be another one"
NO_PAYER = "claims whose payer is not said in a way that is known here"


class ClaimReader:
    """Reads one resource."""

    def __init__(self, resource: Element, place: str, collected: Collector, counted: Counter[str]) -> None:
        self._resource, self._place = resource, place
        self._collected, self._counted = collected, counted
        identifiers = parts(resource, "identifier")
        named = [str(each["value"]) for each in identifiers if each.get("value")]
        self._id: str | None = resource.get("id") or next(iter(named), None)
        self._is_medicares = any(str(each.get("system")).startswith(MEDICARE) for each in identifiers)
        self._by_sequence: dict[int, str] = {}

    def read(self) -> None:
        """Add the claim to what is collected, or the problems that it has."""
        setting = self._setting()
        diagnoses = self._diagnoses()
        items = parts(self._resource, "item")
        if not items:
            self._problem("item", "a list of one service line or more")
        if self._is_otherwise(self._resource, "") or setting is None or diagnoses is None:
            return
        # An institutional claim has lines without a service: a revenue code, and what was charged under it.
        judged = [
            (number, item)
            for number, item in enumerate(items)
            if setting == PROFESSIONAL or not _is_revenue_alone(item)
        ]
        self._counted[REVENUE_ALONE] += len(items) - len(judged)
        lines = [line for number, item in judged if (line := self._line(item, number))]
        if not lines:
            return
        facts = {
            "id": self._id,
            "setting": setting,
            "diagnoses": diagnoses,
            "patient": self._patient(),
            "payer": self._payer(),
            "referring_npi": self._referrer(),
        }
        self._collected.claim(
            {field: value for field, value in facts.items() if value},
            lines,
            self._place,
            lost_lines=len(judged) - len(lines),
            sources=(self._place, f"{self._place}.diagnosis"),
        )

    def _problem(self, field: str, expected: str, value: object = None, place: str = "") -> None:
        self._collected.problem(place or self._place, field, value, expected, self._id)

    def _is_otherwise(self, element: Element, place: str) -> bool:
        """Whether an extension gives an element another meaning; FHIR lets nobody go on who knows it not."""
        if not parts(element, "modifierExtension"):
            return False
        self._problem("modifierExtension", "nothing, for what it would change is not known here", place=place)
        return True

    def _setting(self) -> str | None:
        kind = part(self._resource, "type")
        kinds = codes_of(kind, systems.OF_TYPES)
        setting = SETTINGS.get(kinds[0]) if len(kinds) == 1 else None
        if setting is None:
            self._problem("type", "claim-type professional or institutional")
            return None
        said = {
            *codes_of(kind, systems.OF_STAYS),
            *codes_of(part(self._resource, "subType"), systems.OF_STAYS),
        }
        if setting != PROFESSIONAL and said & STAYS:
            self._problem("subType", "a claim of an outpatient")
            return None
        return setting

    def _diagnoses(self) -> list[str] | None:
        """The diagnoses, the principal one first; `None` where one of them could not be read."""
        known = systems.OF_MEDICARES_DIAGNOSES if self._is_medicares else systems.OF_DIAGNOSES
        first: set[int] = set()
        beside: set[int] = set()
        given = parts(self._resource, "diagnosis")
        for number, each in enumerate(given):
            codes = codes_of(part(each, "diagnosisCodeableConcept"), known)
            sequence = _whole(each.get("sequence"))
            if len(codes) != 1 or sequence is None or sequence in self._by_sequence:
                expected = f"one code of {systems.ICD10CM}, and a sequence of its own; the claim is left out"
                self._problem(f"diagnosis[{number}]", expected)
                continue
            self._by_sequence[sequence] = dotted(codes[0])
            kinds = {word for kind in parts(each, "type") for word in words_of(kind)}
            if "principal" in kinds:
                first.add(sequence)
            elif kinds & BESIDE:
                beside.add(sequence)
        if len(self._by_sequence) < len(given):
            return None
        ordered = sorted(self._by_sequence, key=lambda each: (each not in first, each))
        # What only stands beside the others comes behind them, and once.
        main = [self._by_sequence[each] for each in ordered if each not in beside]
        return all_diagnoses(main, [self._by_sequence[each] for each in ordered if each in beside])

    def _line(self, item: Element, number: int) -> ServiceLine | None:
        place = f"{self._place}.item[{number}]"
        before = len(self._collected.problems)
        facts: Element = {
            "id": str(item.get("sequence", "")),
            "procedure": self._procedure(part(item, "productOrService"), place),
            "modifiers": self._modifiers(item, place),
            "on": self._day(item, place),
            "units": self._units(part(item, "quantity"), place),
            "charge_usd": self._charge(item, place),
        }
        self._is_otherwise(item, place)
        if any(
            codes_of(part(each, "productOrService"), systems.OF_PROCEDURES) for each in parts(item, "detail")
        ):
            self._problem("detail", "an item of its own for each service", place=place)
        if len(self._collected.problems) > before:
            return None
        facts |= {
            "allowed_usd": _adjudicated(item, "eligible"),
            "place": self._code(item, "locationCodeableConcept", systems.OF_PLACES, place),
            "revenue_code": self._code(item, "revenue", systems.OF_REVENUE, place),
            "rendering_provider": self._renderer(item),
            "diagnoses": self._pointed_at(item, place),
        }
        known = {field: value for field, value in facts.items() if value is not None}
        return self._collected.line(known, place, self._id, ELEMENTS, has_source=True)

    def _procedure(self, concept: Element, place: str) -> str | None:
        codes = codes_of(concept, systems.OF_PROCEDURES)
        if len(codes) != 1:
            self._problem("productOrService", "one code of CPT or HCPCS, with its system", place=place)
        elif LEVEL_II.fullmatch(codes[0]) and not codes_of(concept, systems.OF_HCPCS):
            self._problem("productOrService", f"the system {systems.HCPCS}", codes[0], place)
        else:
            return codes[0]
        return None

    def _modifiers(self, item: Element, place: str) -> tuple[str, ...]:
        # On a line, CPT's and HCPCS's are one set of two characters: which of them it is said to be of does
        # not matter.
        found: list[str] = []
        for number, concept in enumerate(parts(item, "modifier")):
            codes = codes_of(concept, systems.OF_PROCEDURES)
            if len(codes) != 1:
                expected = "one modifier of CPT or HCPCS, with its system"
                self._problem(f"modifier[{number}]", expected, place=place)
            found += codes
        return tuple(found)

    def _day(self, item: Element, place: str) -> str | None:
        """The day of the item, or of the whole claim where the item has none."""
        date: object = item.get("servicedDate")
        period: Element | None = item.get("servicedPeriod")
        if date is None and period is None:
            period = self._resource.get("billablePeriod")
        on = _one_day(date, period)
        if on == "":
            self._problem("serviced", "one day of service", place=place)
        elif any(UTC.fullmatch(str(time)) for time in (period or {}).values()):
            self._counted[IN_UTC] += 1
        return on

    def _units(self, quantity: Element, place: str) -> object:
        said = {quantity.get("unit"), quantity.get("code")} - {None}
        if quantity.get("comparator") or not said <= UNITS:
            self._problem("quantity", "a count of units", place=place)
        return quantity.get("value")

    def _charge(self, item: Element, place: str) -> object:
        """The net amount, else what was submitted, else price by quantity."""
        price, net = part(item, "unitPrice"), part(item, "net")
        if not {price.get("currency"), net.get("currency")} <= {None, "USD"}:
            self._problem("net", "US dollars", place=place)
            return None
        if net.get("value") is not None:
            return net["value"]
        submitted = _adjudicated(item, "submitted")
        if submitted is not None:
            return submitted
        amount = Decimal(1)
        for factor in (price.get("value"), part(item, "quantity").get("value"), item.get("factor", 1)):
            if not isinstance(factor, (int, Decimal)) or not is_sane(Decimal(factor)):
                return None
            amount *= factor
        return amount

    def _code(self, item: Element, name: str, known: Collection[str], place: str) -> str | None:
        concept = part(item, name)
        codes = codes_of(concept, known)
        if concept and len(codes) != 1:
            self._problem(name, "one code, with a system that is known here", place=place)
            return None
        return next(iter(codes), None)

    def _pointed_at(self, item: Element, place: str) -> tuple[str, ...]:
        found: list[str] = []
        pointers: list[object] = item.get("diagnosisSequence") or []
        for pointer in pointers:
            code = self._by_sequence.get(_whole(pointer) or 0)
            if code is None:
                expected = "the sequence of one of the claim's diagnoses"
                self._problem("diagnosisSequence", expected, pointer, place)
            else:
                found.append(code)
        return tuple(found)

    def _patient(self) -> str | None:
        """What the resource calls the patient; what one is called that it contains, is so in it alone."""
        patient = part(self._resource, "patient")
        reference = str(patient.get("reference") or "")
        if reference and not reference.startswith("#"):
            return reference.partition("/_history/")[0]
        identifier = part(patient, "identifier")
        return f"{identifier.get('system')}|{identifier['value']}" if identifier.get("value") else None

    def _payer(self) -> str | None:
        """Part B, where Medicare's own claims data says so; FHIR has no word for a payer that all use."""
        coverages = [
            str(part(each, "coverage").get("reference")) for each in parts(self._resource, "insurance")
        ]
        if self._is_medicares and coverages and all(each.startswith(PART_B) for each in coverages):
            return "medicare-b"
        self._counted[NO_PAYER] += 1
        return None

    def _referrer(self) -> str | None:
        """The NPI of who referred the patient, where there is one."""
        referred = _npi(part(self._resource, "referral"))
        return referred or self._one_of_the_team({"referring"})

    def _renderer(self, item: Element) -> str | None:
        """The NPI of who furnished an item: of the team, or of those of it that the item names."""
        named: list[object] = item.get("careTeamSequence") or []
        return self._one_of_the_team(RENDERERS, {_whole(each) for each in named})

    def _one_of_the_team(self, roles: Collection[str], sequences: Collection[int | None] = ()) -> str | None:
        """The NPI of the one member with a role, among some or all; `None` of none, or of several."""
        members = {
            _npi(part(member, "provider"))
            for member in parts(self._resource, "careTeam")
            if not words_of(part(member, "role")).isdisjoint(roles)
            and (not sequences or _whole(member.get("sequence")) in sequences)
        }
        return members.pop() if len(members) == 1 else None


def _npi(reference: Element) -> str | None:
    identifier = part(reference, "identifier")
    kinds = {word.upper() for word in words_of(part(identifier, "type"))}
    is_npi = identifier.get("system") == systems.NPI or "NPI" in kinds
    return identifier.get("value") if is_npi else None


def _is_revenue_alone(item: Element) -> bool:
    codings = parts(part(item, "productOrService"), "coding")
    coded = [each for each in codings if each.get("code") and each.get("system") not in systems.OF_ABSENCE]
    return not coded and bool(codes_of(part(item, "revenue"), systems.OF_REVENUE))


def _one_day(date: object, period: Any) -> str | None:
    """The one day of a date or a period, empty where it is not one; `None` where there is neither."""
    given = [] if date is None else [date]
    if period is not None:
        given += [period.get("start"), period.get("end")]
    if not given:
        return None
    found = [DAY.fullmatch(str(day)) for day in given]
    days = {match[1] if match else "" for match in found}
    return days.pop() if len(days) == 1 else ""


def _whole(value: object) -> int | None:
    """A whole number; the models take text for one, too."""
    text = str(value)
    return int(text) if NUMBER.fullmatch(text) else None


def _adjudicated(item: Element, category: str) -> object:
    """The one amount of a category, in US dollars."""
    given = [
        (words_of(part(each, "category")), part(each, "amount"))
        for each in parts(item, "adjudication")
        if category in codes_of(part(each, "category"), systems.OF_AMOUNTS)
    ]
    totals = [amount for words, amount in given if TOTAL in words]
    amounts = totals or [amount for _, amount in given]
    if len(amounts) != 1 or amounts[0].get("currency") not in (None, "USD"):
        return None
    return amounts[0].get("value")
