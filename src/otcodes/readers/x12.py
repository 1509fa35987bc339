"""Claims from X12 837P (005010X222) files; pyx12 finds the separators and the segments."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from ..catalog import Catalog
from ..errors import MissingExtraError, ReadError, shown
from ._batch import Batch, Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine

VERSION = "005010X222"
DIAGNOSES = ("ABK", "ABF", "BK", "BF")
DOT = 3  # an 837 writes diagnoses without the dot that the official form has behind the third character
LONGEST_WORD = 3  # a qualifier, a count
DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
# What may stand in an 837P. Anything else is damage, and is not shown: it may be part of a name.
SEGMENTS = re.compile(
    "AMT|BHT|CAS|CLM|CN1|CR[123C]|CTP|CUR|DMG|DTP|FRM|GE|GS|HCP|HI|HL|IEA|ISA|K3|LIN|LQ|LX|MEA|MOA|N[34]"
    "|NM1|NTE|OI|PAT|PER|PRV|PS1|PWK|QTY|REF|SBR|SE|ST|SV[15]|SVD|TA1"
)
# What pyx12 says of a closing segment, by its codes and in our words: its own may quote the file.
MISCOUNTS = {
    ("st", "3"): ("SE02", "the control number of its ST"),
    ("st", "4"): ("SE01", "the number of segments from ST to SE"),
    ("gs", "4"): ("GE02", "the control number of its GS"),
    ("gs", "5"): ("GE01", "the number of transactions in its group"),
    ("isa", "024"): ("", "GE, the end of the group, before it"),
    ("isa", "001"): ("IEA02", "the control number of its ISA"),
    ("isa", "021"): ("IEA01", "the number of groups in its interchange"),
}


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_x12` says more."""
    collected = Collector(name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        collected.notes.append(f"{name}: it is not UTF-8; read as Windows-1252")
        text = content.decode("cp1252", errors="replace")
    reading = _Reading(collected)
    try:
        for segment, miscounts in _segments(text.lstrip(), name):
            reading.take(segment, miscounts)
        reading.end()
    except _BrokenError:
        reading.end(is_broken=True)
    if not reading.has_837p:
        found = next((other.value for other in collected.problems if other.field == "ST01"), "none")
        raise ReadError(name, f"expected an 837P ({VERSION}), found {found}")
    reading.note_payers()
    return collected.batch()


class _BrokenError(Exception):
    """There is more behind the last segment, and it is none."""


def _segments(text: str, name: str) -> Iterator[tuple[Any, set[tuple[str, str]]]]:
    """Each segment, with the codes of what pyx12 finds wrong at it."""
    try:
        from pyx12.errors import X12Error  # noqa: PLC0415 -- the extra x12
        from pyx12.x12file import X12Reader  # noqa: PLC0415 -- the extra x12
    except ImportError:
        raise MissingExtraError("reading X12 files", "x12") from None
    source = io.StringIO(text)
    try:
        reader = cast("Any", X12Reader(source))
    except X12Error:  # its text quotes the file
        expected = "expected an X12 interchange: an ISA segment of 106 characters, version 00501"
        raise ReadError(name, expected) from None
    used = -1
    try:
        # It stops at an empty segment, so go on behind it while there is progress.
        while used < (used := source.tell() - len(reader.raw.buffer)):
            for segment in reader:
                yield segment, {error[:2] for error in reader.pop_errors()}
    except (X12Error, IndexError, TypeError):  # an ISA cut short, an SE that closes nothing, HL02 no number
        raise _BrokenError from None
    if (reader.raw.buffer + source.read()).strip(" \r\n\0\x1a"):
        raise _BrokenError


@attrs.define
class _Line:
    place: str
    facts: dict[str, Any]
    is_lost: bool = False


@attrs.define
class _Claim:
    place: str
    facts: dict[str, Any]
    place_of_service: str
    lines: list[_Line]
    diagnoses: list[str]  # as SV107 counts them: an empty one has its position


class _Reading:
    """What has been read so far: the envelope, the subscriber, the claim at hand."""

    def __init__(self, collected: Collector) -> None:
        self._collected = collected
        self._number = 0
        self._place = ""
        self._version = ""
        self._is_interchange = self._is_transaction = self._is_837p = False
        self._is_damaged = self._is_left_out = False
        self._claim: _Claim | None = None
        self._indicator = self._member = ""
        self._dependent: list[str] = []
        self._without_payer: dict[str, int] = {}
        self.has_837p = False

    def take(self, segment: Any, miscounts: set[tuple[str, str]]) -> None:
        """Read one segment."""
        self._number += 1
        name = segment.get_seg_id()
        is_known = SEGMENTS.fullmatch(name) is not None
        self._place = f"segment {self._number} ({name})" if is_known else f"segment {self._number}"
        if name in ("ISA", "GS", "ST", "SE", "GE", "IEA"):
            self._envelope(name, segment, miscounts)
        elif is_known and self._is_837p:
            self._read(name, segment)
        elif not (is_known or self._is_damaged) and (self._is_837p or not self._is_transaction):
            self._lose("a segment of an 837P, with the separators of the ISA")
        self._is_damaged = not is_known

    def end(self, *, is_broken: bool = False) -> None:
        """Note what the end leaves open, or what stands behind it and is not read."""
        if self._is_transaction:
            self._lose("SE, the end of the transaction, behind it; the file breaks off here")
        elif self._is_interchange:
            self._lose("IEA, the end of the interchange, behind it; the file breaks off here")
        elif is_broken:
            self._lose("the end of the file, or a sound ISA with the same separators, behind it")

    def note_payers(self) -> None:
        """Say how many claims have no payer, and why."""
        for indicator, count in self._without_payer.items():
            fault = f"{shown(indicator)} stands for no payer on board" if indicator else "is absent"
            where = f"{self._collected.file}: SBR09, the claim filing indicator,"
            self._collected.notes.append(f"{where} {fault}; claims without a payer: {count}")

    def _claim_id(self) -> str | None:
        return self._claim.facts["id"] or None if self._claim else None

    def _problem(self, expected: str, field: str = "", value: str | None = None, place: str = "") -> None:
        if value and not (len(value) <= LONGEST_WORD or value.replace("-", "").isdecimal()):
            value = None  # an element that another one has run into may hold part of a name
        self._collected.problem(place or self._place, field, value, expected, self._claim_id())

    def _lose(self, expected: str) -> None:
        """Note damage; what it leaves of the claim at hand cannot be trusted."""
        self._problem(f"{expected}; the claim is left out" if self._claim else expected)
        self._claim = None
        self._is_left_out = True

    def _envelope(self, name: str, segment: Any, miscounts: set[tuple[str, str]]) -> None:
        if name == "SE":
            self._close_claim()
        elif self._is_transaction:
            self._lose("SE, the end of the transaction, before it")
            miscounts = set()  # because of it
        for code in sorted(miscounts & MISCOUNTS.keys())[:1]:
            field, expected = MISCOUNTS[code]
            self._problem(expected, field, _value(segment, field) if field else None)
        self._is_transaction = name == "ST"
        self._is_interchange = name != "IEA"
        self._is_837p = False
        self._forget_subscriber()
        if name == "GS":
            self._version = _value(segment, "GS08")
        if name == "ST":
            kind, version = _value(segment, "ST01"), _value(segment, "ST03") or self._version
            self._is_837p = kind == "837" and version.startswith(VERSION)
            self.has_837p = self.has_837p or self._is_837p
            if not self._is_837p:
                found = f"{kind} {version}" if kind.isdecimal() else None
                self._collected.problem(self._place, "ST01", found, f"an 837P ({VERSION})")

    def _forget_subscriber(self) -> None:
        self._indicator = self._member = ""
        self._dependent = []

    def _read(self, name: str, segment: Any) -> None:
        """A segment of an 837P; those that say nothing about codes are passed over."""
        if name == "HL":
            self._close_claim()
            if _value(segment, "HL03") == "23":  # a dependent of the subscriber at hand
                self._dependent = []
            else:
                self._forget_subscriber()
        elif name == "CLM":
            self._close_claim()
            self._begin_claim(segment)
        elif self._claim:
            self._read_claim(self._claim, name, segment)
        else:
            self._read_subscriber(name, segment)

    def _read_claim(self, claim: _Claim, name: str, segment: Any) -> None:
        line = claim.lines[-1] if claim.lines else None
        if name == "HI":
            for position in range(1, len(segment) + 1):
                kind, code, *_ = [*_parts(segment, f"HI{position:02}"), ""]
                if kind in DIAGNOSES or not kind:
                    claim.diagnoses.append(_dotted(code))
        elif name == "NM1" and _value(segment, "NM101") in ("DN", "DK") and _value(segment, "NM108") == "XX":
            claim.facts.setdefault("referring_npi", _value(segment, "NM109"))
        elif name == "LX":
            claim.lines.append(_Line(self._place, {"id": _value(segment, "LX01")}))
        elif name == "SV1":
            self._read_service(claim, segment)
        elif line and name == "DTP" and _value(segment, "DTP01") == "472":
            self._read_day(line, segment)
        elif line and name == "REF" and _value(segment, "REF01") == "6R":  # what the biller calls the line
            line.facts["id"] = _value(segment, "REF02")

    def _read_subscriber(self, name: str, segment: Any) -> None:
        # Only before a claim: inside one, the same segments speak of another payer's subscriber.
        if name == "SBR":
            self._indicator = _value(segment, "SBR09")
            if len(self._indicator) > len("MB"):
                self._problem("an indicator of two characters", "SBR09", self._indicator)
                self._indicator = ""
        elif name == "NM1" and _value(segment, "NM101") == "IL":
            self._member, self._dependent = _value(segment, "NM109"), []
        elif name == "NM1" and _value(segment, "NM101") == "QC":
            self._dependent = [_value(segment, f"NM1{part}") for part in ("03", "04", "05", "07", "09")]
        elif name == "DMG" and self._dependent:
            self._dependent.append(_value(segment, "DMG02"))
        elif name == "SV1" and not self._is_left_out:
            self._problem("a CLM before it")

    def _begin_claim(self, segment: Any) -> None:
        patient = self._member
        if self._dependent:  # dependents share the subscriber's member id: a digest tells them apart
            person = "\n".join(self._dependent).encode("utf-8", "replace")
            patient = f"{patient}-{hashlib.sha256(person).hexdigest()[:16]}"
        facts = {"id": _value(segment, "CLM01"), "setting": "practitioner", "patient": patient}
        self._claim = _Claim(self._place, facts, _value(segment, "CLM05-1"), [], [])

    def _read_service(self, claim: _Claim, segment: Any) -> None:
        if not claim.lines or "procedure" in claim.lines[-1].facts:
            claim.lines.append(_Line(self._place, {}))
        line = claim.lines[-1]
        line.place = self._place
        kind, code, *modifiers = [*_parts(segment, "SV101"), "", ""]
        for field, value, expected in (("SV101", kind, "HC"), ("SV103", _value(segment, "SV103"), "UN")):
            if value != expected:
                line.is_lost = True
                self._problem(f"the qualifier {expected}", field, value)
        pointed_at: list[str] = []
        for pointer in filter(None, _parts(segment, "SV107")):
            found = {str(position): code for position, code in enumerate(claim.diagnoses, 1)}.get(pointer)
            if found:
                pointed_at.append(found)
            else:
                self._problem("the position of one of the claim's diagnoses", "SV107", pointer)
        line.facts |= {
            "procedure": code,
            "modifiers": modifiers[:4],
            "charge_usd": _value(segment, "SV102"),
            "units": _value(segment, "SV104"),
            "place": _value(segment, "SV105") or claim.place_of_service,
            "diagnoses": pointed_at,
        }

    def _read_day(self, line: _Line, segment: Any) -> None:
        text = _value(segment, "DTP03")
        days = set(text.split("-")) if _value(segment, "DTP02") == "RD8" else {text}
        found = DAY.fullmatch(days.pop()) if len(days) == 1 else None
        if found:
            line.facts["on"] = "-".join(found.groups())
        else:
            line.is_lost = True
            self._problem("one day of service as 20260302", "DTP03", text)

    def _close_claim(self) -> None:
        claim = self._claim
        self._is_left_out = False
        if claim is None:
            return
        if not claim.lines:
            self._problem("service lines (LX, SV1) behind it", place=claim.place)
        lines = [made for line in claim.lines if (made := self._made(line))]
        if lines:
            facts = claim.facts | {"diagnoses": claim.diagnoses, "payer": self._payer(lines[0])}
            known = {field: value for field, value in facts.items() if value}
            lost = len(claim.lines) - len(lines)
            self._collected.claim(known, lines, claim.place, lost_lines=lost)
        self._claim = None

    def _made(self, line: _Line) -> ServiceLine | None:
        if line.is_lost:
            return None
        if "procedure" not in line.facts:
            self._problem("an SV1 behind it", place=line.place)
            return None
        return self._collected.line(line.facts, line.place, self._claim_id())

    def _payer(self, line: ServiceLine) -> str | None:
        """The payer policy that the claim filing indicator stands for on the day of the line."""
        found = Catalog.bundled().filing_indicators.on(line.on).find(self._indicator)
        if found is None:
            self._without_payer[self._indicator] = self._without_payer.get(self._indicator, 0) + 1
        return found.payer if found else None


def _value(segment: Any, element: str) -> str:
    return (segment.get_value(element) or "").strip()


def _parts(segment: Any, element: str) -> list[str]:
    composite = segment.get(element)
    return [part.get_value().strip() for part in composite.elements] if composite else []


def _dotted(code: str) -> str:
    return f"{code[:DOT]}.{code[DOT:]}" if len(code) > DOT and "." not in code else code
