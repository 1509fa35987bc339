"""Claims from X12 837 files, professional (005010X222) and institutional (005010X223), one at a time."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any

import attrs

from ..catalog import Catalog
from ..claims import Claim, ServiceLine
from ..errors import ReadError, shown
from ._batch import Batch, Collector, Problem
from ._segments import ENVELOPE, Envelope, Segments, StrayError, decoded, value

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

PROFESSIONAL, INSTITUTIONAL = "005010X222", "005010X223"
EXPECTED = f"an 837P ({PROFESSIONAL}) or 837I ({INSTITUTIONAL})"
# The diagnoses that a claim is judged by, as the file orders them; and those of an institutional claim that
# stand beside them: an external cause, why the patient was admitted, why the patient came.
DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})
BESIDE = frozenset({"ABN", "BN", "ABJ", "BJ", "APR", "PR"})
MOST_DIAGNOSES = 25
MODIFIERS = slice(2, 6)  # the components of a procedure that are modifiers
DOT = 3  # an 837 writes diagnoses without the dot that the official form has behind the third character
LONGEST_WORD = 3  # a qualifier, a count
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
# What may stand in an 837. Anything else is damage, and is not shown: it may be part of a name.
NAMES = (
    "AMT BHT CAS CL1 CLM CN1 CR1 CR2 CR3 CRC CTP CUR DMG DTP FRM GE GS HCP HI HL IEA ISA K3 LIN LQ LX MEA "
    "MIA MOA N3 N4 NM1 NTE OI PAT PER PRV PS1 PWK QTY REF SBR SE ST SV1 SV2 SV5 SVD TA1"
)
SEGMENTS = frozenset(NAMES.split())
OF_ITS_OWN = {"on", "diagnoses", "id", "source"}  # of a line; what else it holds, others hold as well
KNOWN_BY_FACTS = tuple({field.name for field in attrs.fields(ServiceLine)} - OF_ITS_OWN)
KEPT = 4_096  # what was read of a line is kept for those that are alike; an input must not fill the memory


@attrs.frozen
class Service:
    """Where a service line has what, by the number of the element.

    Attributes:
        segment: the segment's name.
        procedure: the composite of code and modifiers.
        charge: what is charged.
        unit: the qualifier of the units.
        units: the units.
        place: the place of service, if it has one.
        pointers: to the claim's diagnoses, if it has them.
        revenue: the revenue code, if it has one.
    """

    segment: str
    procedure: int
    charge: int
    unit: int
    units: int
    place: int = 0
    pointers: int = 0
    revenue: int = 0


SERVICES = {
    PROFESSIONAL: Service("SV1", 1, 2, 3, 4, place=5, pointers=7),
    INSTITUTIONAL: Service("SV2", 2, 3, 4, 5, revenue=1),
}
SETTINGS = {PROFESSIONAL: "practitioner", INSTITUTIONAL: "outpatient-hospital"}


class ClaimStream:
    """The claims of an 837 one at a time, and a `Problem` for each thing that could not be read.

    It iterates over both, in the order of the file, and holds no more than the claim at hand.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._reading = _Reading(Segments(file, name), Collector(name))
        self._items = self._reading.items()

    def __iter__(self) -> ClaimStream:
        """Itself: a file is read once."""
        return self

    def __next__(self) -> Claim | Problem:
        """The next claim or problem.

        Raises:
            ReadError: at the end, there was no 837.
        """
        return next(self._items)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was read in spite of an oddity, and how; complete at the end of the file."""
        return tuple(self._reading.notes)


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_x12` says more."""
    stream = ClaimStream(io.BytesIO(content), name)
    items = list(stream)
    return Batch(
        claims=tuple(item for item in items if isinstance(item, Claim)),
        problems=tuple(item for item in items if isinstance(item, Problem)),
        notes=stream.notes,
    )


@attrs.define
class _Line:
    place: str
    id: str = ""
    on: str = ""
    diagnoses: tuple[str, ...] = ()
    facts: dict[str, Any] = attrs.field(factory=dict[str, Any])
    is_lost: bool = False
    has_procedure: bool = True


@attrs.define
class _Claim:
    place: str
    facts: dict[str, Any]
    place_of_service: str
    lines: list[_Line] = attrs.field(factory=list[_Line])
    diagnoses: list[str] = attrs.field(factory=list[str])  # as SV107 counts them: an empty one counts
    beside: list[str] = attrs.field(factory=list[str])
    diagnoses_place: str | None = None
    statement: str = ""  # the day of an institutional claim, where it has a single one
    renderer: str = ""  # of the lines that name none of their own


class _Reading:
    """What has been read so far: the envelope, the subscriber, the claim at hand."""

    def __init__(self, segments: Segments, collected: Collector) -> None:
        self._segments = segments
        self._separator, self._component = segments.separator, segments.component
        self._collected = collected
        self._envelope = Envelope()
        self._found = "none"  # in the place of an 837
        self._setting = ""
        self._number = 0
        self._name = self._version = ""
        self._service: Service | None = None  # where a line has what; none outside of an 837
        self._has_claims = self._is_damaged = self._is_left_out = False
        self._claim: _Claim | None = None
        self._indicator = self._member = ""
        self._dependent: list[str] = []
        self._without_payer: dict[str, int] = {}
        self._without_procedure = 0
        self._payers: dict[tuple[str, object], str | None] = {}
        self._lines: dict[tuple[tuple[str, object], ...], dict[str, Any]] = {}
        self._days: dict[str, dt.date] = {}
        self.notes = collected.notes
        self._readers: dict[str, Callable[[Sequence[str]], None]] = {
            "HL": self._read_level,
            "SBR": self._read_filing,
            "NM1": self._read_name,
            "DMG": self._read_birth,
            "CLM": self._read_claim,
            "HI": self._read_diagnoses,
            "LX": self._read_line,
            "SV1": self._read_service,
            "SV2": self._read_service,
            "DTP": self._read_day,
            "REF": self._read_reference,
        }

    def items(self) -> Iterator[Claim | Problem]:
        """Claims and problems as they come; problems wait until it is known to be an 837."""
        problems, claims = self._collected.problems, self._collected.claims
        is_broken = False
        try:
            for text in self._segments:
                self._take(text)
                if self._has_claims and (problems or claims):
                    # What is wrong with a claim is said before it, and what follows it behind.
                    yield from problems
                    yield from claims
                    problems.clear()
                    claims.clear()
        except StrayError:
            is_broken = True
        self._end(is_broken=is_broken or self._segments.is_broken)
        if not self._segments.is_utf8:
            self.notes.insert(0, f"{self._collected.file}: it is not UTF-8; read as Windows-1252")
        if not self._has_claims:
            raise ReadError(self._collected.file, f"expected {EXPECTED}, found {self._found}")
        yield from problems
        yield from claims
        self._note()

    def _take(self, text: str) -> None:
        """Read one segment."""
        name = text.partition(self._separator)[0]
        reader = self._readers.get(name)
        if name in ENVELOPE:
            self._take_envelope(name, text.split(self._separator))
            return
        self._number += 1
        if reader is not None or name in SEGMENTS:
            self._name = name
            self._is_damaged = False
            if reader is not None and self._service is not None:
                reader(text.split(self._separator))
        else:
            self._name = ""
            if not self._is_damaged and (self._service is not None or self._envelope.transaction is None):
                self._lose("a segment of an 837, with the separators of the ISA")
            self._is_damaged = True

    def _place(self) -> str:
        return f"segment {self._number} ({self._name})" if self._name else f"segment {self._number}"

    def _end(self, *, is_broken: bool) -> None:
        """Note what the end leaves open, or what stands behind it and is not read."""
        if self._envelope.transaction is not None:
            self._lose("SE, the end of the transaction, behind it; the file breaks off here")
        elif self._envelope.interchange is not None:
            self._lose("IEA, the end of the interchange, behind it; the file breaks off here")
        elif is_broken:
            self._lose("the end of the file, or a sound ISA with the same separators, behind it")

    def _note(self) -> None:
        """Say how many claims have no payer, how many lines no procedure, and why."""
        file = self._collected.file
        for indicator, count in self._without_payer.items():
            fault = f"{shown(indicator)} stands for no payer on board" if indicator else "is absent"
            where = f"{file}: SBR09, the claim filing indicator,"
            self.notes.append(f"{where} {fault}; claims without a payer: {count}")
        if self._without_procedure:
            passed = f"lines with a revenue code alone, which no rule judges: {self._without_procedure}"
            self.notes.append(f"{file}: passed over: {passed}")

    def _claim_id(self) -> str | None:
        return self._claim.facts["id"] or None if self._claim else None

    def _problem(self, expected: str, field: str = "", found: str | None = None, place: str = "") -> None:
        if found and not (len(found) <= LONGEST_WORD or found.replace("-", "").isdecimal()):
            found = None  # an element that another one has run into may hold part of a name
        self._collected.problem(place or self._place(), field, found, expected, self._claim_id())

    def _lose(self, expected: str) -> None:
        """Note damage; what it leaves of the claim at hand cannot be trusted."""
        self._problem(f"{expected}; the claim is left out" if self._claim else expected)
        self._claim = None
        self._is_left_out = True

    def _take_envelope(self, name: str, elements: Sequence[str]) -> None:
        was_open = self._envelope.transaction is not None
        if name == "SE":
            self._close_claim()
        fault = self._envelope.take(elements, self._number + 1)
        self._number += 1
        self._name = name
        self._is_damaged = False
        if was_open and name != "SE":
            self._lose("SE, the end of the transaction, before it")
            fault = None  # because of it
        if fault:
            field, expected = fault
            self._problem(expected, field, value(elements, int(field[-2:])) if field else None)
        self._service = None
        self._forget_subscriber()
        if name == "GS":
            self._version = value(elements, 8)
        elif name == "ST":
            self._begin_transaction(value(elements, 1), value(elements, 3) or self._version)

    def _begin_transaction(self, kind: str, version: str) -> None:
        if kind == "837":
            self._service = SERVICES.get(version[: len(PROFESSIONAL)])
        if self._service is not None:
            self._has_claims = True
            self._setting = SETTINGS[version[: len(PROFESSIONAL)]]
            return
        # A name may stand where the kind should.
        found = f"{kind} {version}" if kind.isdecimal() else None
        self._collected.problem(self._place(), "ST01", found, EXPECTED)
        if self._found == "none":
            shown_kind = self._collected.problems[-1].value or "another kind"
            self._found = f"{shown_kind} at {self._place()}"
        if not self._has_claims and len(self._collected.problems) > KEPT:
            self._collected.problems.clear()  # a file that is none, and large: the end says so once

    def _forget_subscriber(self) -> None:
        self._indicator = self._member = ""
        self._dependent = []

    def _read_level(self, elements: Sequence[str]) -> None:
        self._close_claim()
        if value(elements, 3) == "23":  # a dependent of the subscriber at hand
            self._dependent = []
        else:
            self._forget_subscriber()

    # Of the subscriber only before a claim: inside one, the same segments speak of another payer's.

    def _read_filing(self, elements: Sequence[str]) -> None:
        if self._claim is None:
            self._indicator = value(elements, 9)
            if len(self._indicator) > len("MB"):
                self._problem("an indicator of two characters", "SBR09", self._indicator)
                self._indicator = ""

    def _read_name(self, elements: Sequence[str]) -> None:
        kind, claim = value(elements, 1), self._claim
        if claim is not None:
            npi = value(elements, 9) if value(elements, 8) == "XX" else ""
            if npi and kind in ("DN", "DK"):
                claim.facts.setdefault("referring_npi", npi)
            elif kind == "82" and npi.isdecimal():  # damage is no number, and an audit would show it
                if claim.lines:
                    claim.lines[-1].facts["rendering_provider"] = npi
                else:
                    claim.renderer = claim.renderer or npi
        elif kind == "IL":
            self._member, self._dependent = decoded(value(elements, 9)), []
        elif kind == "QC":
            self._dependent = [decoded(value(elements, part)) for part in (3, 4, 5, 7, 9)]

    def _read_birth(self, elements: Sequence[str]) -> None:
        if self._claim is None and self._dependent:
            self._dependent.append(value(elements, 2))

    def _read_claim(self, elements: Sequence[str]) -> None:
        self._close_claim()
        patient = self._member
        if self._dependent:  # dependents share the subscriber's member id: a digest tells them apart
            person = "\n".join(self._dependent).encode("utf-8", "replace")
            patient = f"{patient}-{hashlib.sha256(person).hexdigest()[:16]}"
        facts = {"id": decoded(value(elements, 1)), "setting": self._setting, "patient": patient}
        place = value(elements, 5).partition(self._component)[0].strip(" ")
        # An institutional claim has the type of its bill there.
        self._claim = _Claim(self._place(), facts, place if self._service and self._service.place else "")

    def _read_diagnoses(self, elements: Sequence[str]) -> None:
        claim = self._claim
        if claim is None or claim.lines:
            return
        for kind, code in diagnoses_of(elements, self._component):
            if kind in DIAGNOSES or not kind:
                claim.diagnoses.append(dotted(code))
                claim.diagnoses_place = claim.diagnoses_place or self._place()
            elif kind in BESIDE:
                claim.beside.append(dotted(code))

    def _read_line(self, elements: Sequence[str]) -> None:
        if self._claim is not None:
            self._claim.lines.append(_Line(self._place(), value(elements, 1)))

    def _read_reference(self, elements: Sequence[str]) -> None:
        # What the biller calls the line.
        if self._claim is not None and self._claim.lines and value(elements, 1) == "6R":
            self._claim.lines[-1].id = decoded(value(elements, 2))

    def _read_day(self, elements: Sequence[str]) -> None:
        claim, kind = self._claim, value(elements, 1)
        if claim is None or kind not in ("472", "434"):
            return
        text = value(elements, 3)
        days = set(text.split("-")) if value(elements, 2) == "RD8" else {text}
        found = DAY.fullmatch(days.pop()) if len(days) == 1 else None
        day = "-".join(found.groups()) if found else ""
        if kind == "434":
            claim.statement = claim.statement or day
        elif claim.lines and day and claim.lines[-1].on in ("", day):
            claim.lines[-1].on = day
        elif claim.lines:
            claim.lines[-1].is_lost = True
            self._problem("one day of service as 20260302", "DTP03", text)

    def _read_service(self, elements: Sequence[str]) -> None:
        service, claim = self._service, self._claim
        if service is None or elements[0] != service.segment:
            if service is not None and claim is not None:
                self._lose(f"{service.segment}, the service of its kind of claim, in its place")
            return
        if claim is None:
            if not self._is_left_out:
                self._problem("a CLM before it")
            return
        if not claim.lines or "procedure" in claim.lines[-1].facts or not claim.lines[-1].has_procedure:
            claim.lines.append(_Line(self._place()))
        line = claim.lines[-1]
        line.place = self._place()
        parts = value(elements, service.procedure).split(self._component)
        if service.revenue and not any(part.strip(" ") for part in parts):
            line.has_procedure = False
        else:
            self._read_facts(line, claim, service, elements)

    def _read_facts(self, line: _Line, claim: _Claim, service: Service, elements: Sequence[str]) -> None:
        parts = value(elements, service.procedure).split(self._component)
        kind, code, *_ = [*(part.strip(" ") for part in parts), "", ""]
        for position, found, expected in (
            (service.procedure, kind, "HC"),
            (service.unit, value(elements, service.unit), "UN"),
        ):
            if found != expected:
                line.is_lost = True
                self._problem(f"the qualifier {expected}", f"{service.segment}{position:02}", found)
        line.facts |= {
            "procedure": code,
            "modifiers": tuple(parts[MODIFIERS]),
            "charge_usd": value(elements, service.charge),
            "units": value(elements, service.units),
        }
        if service.place:
            line.facts["place"] = value(elements, service.place) or claim.place_of_service
        if service.revenue:
            line.facts["revenue_code"] = value(elements, service.revenue)
        if service.pointers:
            line.diagnoses = self._pointed_at(claim, value(elements, service.pointers))

    def _pointed_at(self, claim: _Claim, text: str) -> tuple[str, ...]:
        found: list[str] = []
        for pointer in text.split(self._component):
            if pointer := pointer.strip(" "):
                code = pointed_at(pointer, claim.diagnoses)
                if code:
                    found.append(code)
                else:
                    self._problem("the position of one of the claim's diagnoses", "SV107", pointer)
        return tuple(found)

    def _close_claim(self) -> None:
        claim = self._claim
        self._is_left_out = False
        if claim is None:
            return
        if not claim.lines:
            service = self._service.segment if self._service else "SV1"
            self._problem(f"service lines (LX, {service}) behind it", place=claim.place)
        judged = [line for line in claim.lines if line.has_procedure]
        self._without_procedure += len(claim.lines) - len(judged)
        lines = [made for line in judged if (made := self._made(line, claim))]
        if lines:
            facts = {
                **claim.facts,
                "diagnoses": all_diagnoses(claim.diagnoses, claim.beside),
                "payer": self._payer(lines[0]),
            }
            known = {field: found for field, found in facts.items() if found}
            lost = len(judged) - len(lines)
            self._collected.claim(
                known,
                lines,
                claim.place,
                lost_lines=lost,
                sources=(claim.place, claim.diagnoses_place),
            )
        self._claim = None

    def _made(self, line: _Line, claim: _Claim) -> ServiceLine | None:
        if line.is_lost:
            return None
        if "procedure" not in line.facts:
            service = self._service.segment if self._service else "SV1"
            self._problem(f"an {service} behind it", place=line.place)
            return None
        on = line.on or claim.statement
        if claim.renderer:
            line.facts.setdefault("rendering_provider", claim.renderer)
        # What a file says of a line it mostly says of many; it is read once.
        key = tuple(line.facts.items())
        known, day = self._lines.get(key), self._days.get(on)
        if known is not None and day is not None and line.id:
            return ServiceLine(**known, on=day, diagnoses=line.diagnoses, id=line.id, source=line.place)
        facts = {**line.facts, "diagnoses": line.diagnoses}
        facts |= {field: found for field, found in (("on", on), ("id", line.id)) if found}
        made = self._collected.line(facts, line.place, self._claim_id(), has_source=True)
        if made is not None:
            if len(self._lines) >= KEPT:
                self._lines.clear()
                self._days.clear()
            self._lines[key] = {name: getattr(made, name) for name in KNOWN_BY_FACTS}
            self._days[on] = made.on
        return made

    def _payer(self, line: ServiceLine) -> str | None:
        """The payer policy that the claim filing indicator stands for on the day of the line."""
        key = (self._indicator, line.on)
        if key not in self._payers:
            if len(self._payers) >= KEPT:
                self._payers.clear()
            found = Catalog.bundled().filing_indicators.on(line.on).find(self._indicator)
            self._payers[key] = found.payer if found else None
        payer = self._payers[key]
        if payer is None:
            self._without_payer[self._indicator] = self._without_payer.get(self._indicator, 0) + 1
        return payer


def diagnoses_of(elements: Sequence[str], component: str) -> list[tuple[str, str]]:
    """The qualifiers and codes of an HI, empty where one is left out; nothing of an HI of other codes."""
    found: list[tuple[str, str]] = []
    for element in elements[1:]:
        kind, code, *_ = [*(part.strip(" \r\n") for part in element.split(component)), ""]
        found.append((kind, code))
    kinds = {kind for kind, _ in found if kind}
    return found if kinds & (DIAGNOSES | BESIDE) else []


def pointed_at(pointer: str, diagnoses: Sequence[str]) -> str:
    """The diagnosis that a pointer stands for; empty if it stands for none."""
    position = int(pointer) if pointer.isascii() and pointer.isdecimal() and pointer[0] != "0" else 0
    return diagnoses[position - 1] if 0 < position <= len(diagnoses) else ""


def all_diagnoses(diagnoses: Sequence[str], beside: Sequence[str]) -> list[str]:
    """The claim's diagnoses, and behind them those that stand beside them and are not there yet."""
    every = [code for code in diagnoses if code]
    for code in beside:
        if code and code not in every and len(every) < MOST_DIAGNOSES:
            every.append(code)
    return every


def dotted(code: str) -> str:
    """A diagnosis in the official form."""
    code = code.upper() if code.isascii() else code
    return f"{code[:DOT]}.{code[DOT:]}" if len(code) > DOT and "." not in code else code
