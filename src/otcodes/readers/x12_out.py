"""Mended claims back into the 837 that they were read from.

Only segments that a repair changes are written anew, and CLM02 and SE01 where a sum or a count changes with
them; every other byte stays what it was. A claim of which one change cannot be written is left as it was, and
why is said: nothing is guessed, and no claim is mended by half.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from .._text import normalize_code
from ..claims import Claim, ServiceLine
from ..findings import Repair
from ..fixes import CENT, MODIFIERS_PER_LINE
from ..records import Setting
from ._segments import ENVELOPE, Envelope, Segments, StrayError, number, value
from .x12 import (
    BESIDE,
    DIAGNOSES,
    INSTITUTIONAL,
    MODIFIERS,
    PROFESSIONAL,
    SERVICES,
    ClaimStream,
    Service,
    diagnoses_of,
    dotted,
    pointed_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES = {"SV1": 50, "SV2": 999}
MOST_POINTERS = 4
# What a new line may take over from the one it is parted from: no amounts or counts, which are for both.
SHARED = frozenset(
    {"LX", "SV1", "SV2", "DTP", "REF", "NTE", "K3", "CRC", "PWK", "NM1", "N3", "N4", "PRV", "PER"}
)
# What an 837 carries of a line and of a claim, and is not written here.
NOT_WRITTEN = ("on", "place", "revenue_code", "rendering_provider", "id")
NOT_WRITTEN_OF_CLAIM = ("id", "setting", "referring_npi")


@attrs.frozen(kw_only=True)
class MendedX12:
    """What came of writing repairs into an 837.

    Attributes:
        content: the file's bytes; the very same where nothing was to be changed.
        withheld: the repairs that were not written, each with the reason.
    """

    content: bytes
    withheld: tuple[tuple[Repair, str], ...]


class _CannotWriteError(Exception):
    """Why a repair is withheld."""


@attrs.define
class _Segment:
    """A segment as it stands: what is before it, such as a line break, and its elements."""

    before: str
    elements: list[str]
    is_changed: bool = False

    @property
    def name(self) -> str:
        return _unbroken(self.elements[0])

    def put(self, position: int, text: str) -> None:
        """Write another element."""
        if self.elements[position] != text:
            self.elements[position] = text
            self.is_changed = True


def mended_x12(content: bytes, repairs: Sequence[Repair], *, name: str) -> MendedX12:
    """Write repairs into the file that their claims were read from; `readers.mended_x12` says more."""
    by_source = {repair.claim.source or "": repair for repair in repairs}
    originals = {
        item.source or "": item
        for item in ClaimStream(io.BytesIO(content), name)
        if isinstance(item, Claim) and item.source in by_source
    }
    withheld: list[tuple[Repair, str]] = []
    changes: dict[int, tuple[Claim, Repair]] = {}
    for repair in repairs:
        source = repair.claim.source or ""
        original = originals.get(source)
        is_from_here = (repair.claim.file or name) == name and by_source[source] is repair
        if original is None or not is_from_here:
            withheld.append((repair, "the claim was not read from this file"))
        elif original != repair.claim:
            changes[_number(original)] = (original, repair)
    if not changes:
        return MendedX12(content=content, withheld=tuple(withheld))
    writing = _Writing(content, name, changes, withheld)
    text = "".join(writing.chunks())
    return MendedX12(content=text.encode("latin-1"), withheld=tuple(withheld))


def _number(record: Claim | ServiceLine) -> int:
    """The number of the segment that a claim or line was read from."""
    return number((record.source or "").partition(" ")[2].partition(" ")[0]) or 0


class _Writing:
    """One pass over the file, in which the claims that change are held one at a time."""

    def __init__(
        self,
        content: bytes,
        name: str,
        changes: Mapping[int, tuple[Claim, Repair]],
        withheld: list[tuple[Repair, str]],
    ) -> None:
        self._text = content.decode("latin-1")
        self._segments = Segments(io.BytesIO(content), name)
        self._has_right_count = _right_counts(Segments(io.BytesIO(content), name))
        self._changes = changes
        self._withheld = withheld
        self._added = 0  # segments, in the transaction at hand

    def chunks(self) -> Iterator[str]:
        """The parts of the new file, in their order."""
        terminator, separator = self._segments.terminator, self._segments.separator
        behind = self._segments.start
        yield self._text[:behind]
        held: list[_Segment] = []  # the claim at hand, if it changes
        chunks: list[str] = []
        change: tuple[int, Claim, Repair] | None = None
        transaction = -1
        for count, text in enumerate(self._segments, 1):
            name = text.partition(separator)[0]
            if change and (name in ENVELOPE or name in ("CLM", "HL")):
                yield from self._changed(change, held, chunks, is_counted=self._has_right_count[transaction])
                change = None
            chunk, behind = self._text[behind : self._segments.end], self._segments.end
            if name == "ST":
                transaction += 1
                self._added = 0
            elif name == "SE" and self._added:
                segment = _segment(chunk, terminator, separator)
                counted = _unbroken(value(segment.elements, 1))
                segment.put(1, str((number(counted) or 0) + self._added).zfill(len(counted)))
                chunk = _written(segment, terminator, separator)
            elif name == "CLM" and count in self._changes:
                change = (count, *self._changes[count])
                held, chunks = [], []
            if change:
                held.append(_segment(chunk, terminator, separator))
                chunks.append(chunk)
            else:
                yield chunk
        if change:
            yield from chunks
        yield self._text[behind:]

    def _changed(
        self,
        change: tuple[int, Claim, Repair],
        held: list[_Segment],
        chunks: list[str],
        *,
        is_counted: bool,
    ) -> Iterator[str]:
        """A claim as mended; as it was where a part of it cannot be written."""
        first, original, repair = change
        terminator, separator = self._segments.terminator, self._segments.separator
        places = {id(segment): chunk for segment, chunk in zip(held, chunks, strict=True)}
        claim = _ClaimSegments(first, held, original, self._segments)
        try:
            claim.write(repair.claim, can_grow=is_counted)
        except _CannotWriteError as reason:
            self._withheld.append((repair, str(reason)))
            yield from chunks
            return
        self._added += len(claim.segments) - len(chunks)
        for segment in claim.segments:
            was = places.get(id(segment))
            is_same = was is not None and not segment.is_changed
            yield was if is_same and was is not None else _written(segment, terminator, separator)


def _right_counts(segments: Segments) -> list[bool]:
    """Of each transaction, whether its SE01 counts its segments."""
    envelope = Envelope()
    found: list[bool] = []
    try:
        for count, text in enumerate(segments, 1):
            name = text.partition(segments.separator)[0]
            if name in ENVELOPE:
                fault = envelope.take(text.split(segments.separator), count)
                if name == "ST":
                    found.append(False)
                elif name == "SE" and found:
                    found[-1] = fault is None
    except StrayError:
        found.append(False)  # what stands behind it is not read
    return [*found, False]


def _segment(chunk: str, terminator: str, separator: str) -> _Segment:
    """A segment of the file: empty segments and line breaks before it stay before it."""
    body = chunk[: -len(terminator)]
    text = body.rpartition(terminator)[2].lstrip(" \t\r\n")
    return _Segment(body[: len(body) - len(text)], text.split(separator))


def _unbroken(text: str) -> str:
    """Without the line breaks of a file whose lines are of a fixed length."""
    return text.replace("\r", "").replace("\n", "")


def _written(segment: _Segment, terminator: str, separator: str) -> str:
    return f"{segment.before}{separator.join(segment.elements)}{terminator}"


class _ClaimSegments:
    """The segments of one claim, from its CLM on."""

    def __init__(self, first: int, segments: list[_Segment], original: Claim, file: Segments) -> None:
        self.segments = list(segments)
        self._original = original
        self._file = file
        self._component = file.component
        is_hospital = original.setting is Setting.OUTPATIENT_HOSPITAL
        self._service: Service = SERVICES[INSTITUTIONAL if is_hospital else PROFESSIONAL]
        self._lines = [segments[_number(line) - first] for line in original.lines]
        self._claim = segments[0]

    def write(self, mended: Claim, *, can_grow: bool) -> None:
        """Change what differs in the mended claim."""
        original = self._original
        size = len(self.segments)
        for field in NOT_WRITTEN_OF_CLAIM:
            if getattr(original, field) != getattr(mended, field):
                raise _CannotWriteError(f"a changed {field} is not written")
        if len(mended.lines) < len(original.lines):
            raise _CannotWriteError("a line that is taken out is not written")
        before = self._positions()
        if original.diagnoses != mended.diagnoses:
            self._write_diagnoses(mended.diagnoses)
            self._refuse_stale_pointers(before, self._positions())
        after = self._positions()
        for segment, line, new in zip(self._lines, original.lines, mended.lines, strict=False):
            if self._service.pointers:
                self._write_pointers(segment, line, new, before, after)
            elif line.diagnoses != new.diagnoses:
                raise _CannotWriteError("an institutional line points at no diagnosis")
            self._write_line(segment, line, new)
        for line in mended.lines[len(original.lines) :]:
            self._add_line(line, mended, after)
        self._write_total(mended)
        if len(self.segments) != size and not can_grow:
            raise _CannotWriteError("SE01 of its transaction is no right count, and it would change")

    def _plain(self, text: str) -> str:
        separators = {self._file.terminator, self._file.separator, self._component}
        if not text.isascii() or not text.isprintable() or separators & set(text):
            raise _CannotWriteError("a new value holds a separator, or is not plain text")
        return text

    def _write_line(self, segment: _Segment, line: ServiceLine, new: ServiceLine) -> None:
        for field in NOT_WRITTEN:
            if getattr(line, field) != getattr(new, field):
                raise _CannotWriteError(f"a changed {field} of a line is not written")
        service = self._service
        parts = segment.elements[service.procedure].split(self._component)
        behind = parts[MODIFIERS.stop :]
        if line.procedure != new.procedure:
            if any(behind):
                raise _CannotWriteError("the line describes the procedure that it no longer has")
            parts[1] = self._plain(new.procedure)
        if line.modifiers != new.modifiers:
            if len(new.modifiers) > MODIFIERS_PER_LINE:
                raise _CannotWriteError(f"a line holds {MODIFIERS_PER_LINE} modifiers")
            empty = [""] * (MODIFIERS_PER_LINE - len(new.modifiers)) if behind else []
            parts = [*parts[: MODIFIERS.start], *map(self._plain, new.modifiers), *empty, *behind]
        segment.put(service.procedure, self._component.join(parts))
        if line.units != new.units:
            segment.put(service.units, f"{new.units:f}" if isinstance(new.units, Decimal) else str(new.units))
        if line.charge_usd != new.charge_usd:
            segment.put(service.charge, _amount(new.charge_usd, segment.elements[service.charge]))

    def _add_line(self, new: ServiceLine, mended: Claim, diagnoses: Sequence[str]) -> None:
        """Write a line behind the last one, after the segments of the line that it was parted from."""
        places = [place for place, line in enumerate(self._original.lines) if line.source == new.source]
        if new.source is None or len(places) != 1:
            raise _CannotWriteError("an added line is of no line of the file")
        line, segment = mended.lines[places[0]], self._lines[places[0]]
        loop = self._loop(segment)
        kept = [each for each in loop if not (each.name == "REF" and value(each.elements, 1) == "6R")]
        unshared = sorted({each.name for each in kept} - SHARED)
        if self._service.revenue and any(map(str.strip, segment.elements[6:8])):
            unshared.append("a rate or an amount that is not covered")
        if loop[0].name != "LX" or unshared:
            raise _CannotWriteError(f"two lines cannot share {', '.join(unshared) or 'one LX'}")
        numbers = [number(value(each.elements, 1)) for each in self.segments if each.name == "LX"]
        numbered = [each for each in numbers if each is not None]
        if len(numbered) < len(numbers) or len(numbers) >= MOST_LINES[self._service.segment]:
            raise _CannotWriteError("the claim has no number for another line")
        copies = [_Segment(self._break(each), list(each.elements), is_changed=True) for each in kept]
        copies[0].put(1, str(max(numbered) + 1))
        copy = next(each for each in copies if each.name == self._service.segment)
        if self._service.pointers:
            self._write_pointers(copy, line, new, diagnoses, diagnoses)
        self._write_line(copy, attrs.evolve(line, id=new.id), new)
        self.segments += copies

    def _break(self, segment: _Segment) -> str:
        """The line break before a segment, without the empty segments that may stand there."""
        return segment.before.rpartition(self._file.terminator)[2]

    def _loop(self, segment: _Segment) -> list[_Segment]:
        """The segments of a line: from its LX to the next."""
        at = next(place for place, each in enumerate(self.segments) if each is segment)
        starts = ("LX", self._service.segment)
        end = next((n for n in range(at + 1, len(self.segments)) if self.segments[n].name in starts), None)
        has_number = self.segments[at - 1].name == "LX"
        return self.segments[at - has_number : end]

    def _write_total(self, mended: Claim) -> None:
        was = [line.charge_usd for line in self._original.lines]
        now = [line.charge_usd for line in mended.lines]
        change = sum(filter(None, now), Decimal(0)) - sum(filter(None, was), Decimal(0))
        if change:
            text = value(self._claim.elements, 2)
            if not text.replace(".", "", 1).isdecimal():
                raise _CannotWriteError("CLM02, the total, is no amount, and it would change")
            self._claim.put(2, _amount(Decimal(text) + change, text))

    def _slots(self) -> list[tuple[_Segment, int, str, str]]:
        """Where the claim's diagnoses stand, with their qualifiers and codes."""
        slots: list[tuple[_Segment, int, str, str]] = []
        for segment in self.segments:
            if segment.name in ("LX", self._service.segment):
                break
            if segment.name == "HI":
                pairs = diagnoses_of(segment.elements, self._component)
                slots += [(segment, at, kind, _code(code)) for at, (kind, code) in enumerate(pairs, 1)]
        return slots

    def _positions(self) -> list[str]:
        """The diagnoses as pointers count them."""
        return [code for _, _, kind, code in self._slots() if kind in DIAGNOSES or not kind]

    def _write_diagnoses(self, new: tuple[str, ...]) -> None:
        old = tuple(map(normalize_code, self._original.diagnoses))
        new = tuple(map(normalize_code, new))
        slots = self._slots()
        main = [slot for slot in slots if slot[2] in DIAGNOSES and slot[3]]
        codes = [code for *_, code in main]
        beside = old[len(codes) :]
        cut = len(new) - len(beside)
        replaced = _replaced(old, new)
        kept, others = new[:cut], new[cut:]
        is_known = tuple(codes) == old[: len(codes)] and others == tuple(replaced.get(c, c) for c in beside)
        if not is_known or len(kept) > len(codes) or not set(kept) <= {*codes, *replaced.values()}:
            raise _CannotWriteError("such a change of the diagnoses is not written")
        if len({len(kind) for _, _, kind, _ in main}) > 1:
            raise _CannotWriteError("the diagnoses are of two editions")
        composites = [segment.elements[at].split(self._component) for segment, at, _, _ in main]
        for place, (segment, at, kind, code) in enumerate(main):
            if place >= len(kept):
                segment.put(at, "")
            elif kept[place] != code:
                of = codes.index(kept[place]) if kept[place] in codes else None
                rest = [self._bare(kept[place]), *composites[place][2:]] if of is None else composites[of][1:]
                segment.put(at, self._component.join([kind, *rest]))
        for segment, at, kind, code in slots:
            if kind in BESIDE and code in replaced:
                parts = segment.elements[at].split(self._component)
                segment.put(at, self._component.join([kind, self._bare(replaced[code]), *parts[2:]]))
            elif kind in BESIDE and code and code not in new:
                raise _CannotWriteError("a diagnosis that is left out stands beside the others, too")
        self._drop_empty({id(segment): segment for segment, *_ in main})

    def _drop_empty(self, changed: Mapping[int, _Segment]) -> None:
        """Take off what is left empty at the end of a changed HI, and an HI of which nothing is left."""
        for segment in changed.values():
            while segment.is_changed and len(segment.elements) > 1 and not segment.elements[-1].strip():
                segment.elements.pop()
            if len(segment.elements) == 1:
                self.segments = [each for each in self.segments if each is not segment]

    def _bare(self, code: str) -> str:
        return self._plain(code.replace(".", ""))

    def _refuse_stale_pointers(self, before: Sequence[str], after: Sequence[str]) -> None:
        """A line that could not be read keeps its pointers, and what they stand for must stay."""
        read = set(map(id, self._lines))
        for segment in self.segments:
            if segment.name == self._service.segment and id(segment) not in read and self._service.pointers:
                pointers = value(segment.elements, self._service.pointers).split(self._component)
                if any(pointed_at(each, before) != pointed_at(each, after) for each in pointers if each):
                    raise _CannotWriteError("a line that could not be read points at a changed diagnosis")

    def _write_pointers(
        self,
        segment: _Segment,
        line: ServiceLine,
        new: ServiceLine,
        before: Sequence[str],
        after: Sequence[str],
    ) -> None:
        at = self._service.pointers
        given = [part.strip() for part in value(segment.elements, at).split(self._component)]
        pointers = [part for part in given if part]
        codes = [pointed_at(pointer, before) for pointer in pointers]
        still = [pointed_at(pointer, after) for pointer in pointers]
        if line.diagnoses == new.diagnoses and codes == still:
            return
        if not all(codes):
            raise _CannotWriteError("a line points at no diagnosis, and its pointers would change")
        wanted: list[str] = []
        for place, code in enumerate(map(normalize_code, new.diagnoses)):
            if code not in after:
                raise _CannotWriteError("a line points at a diagnosis that the claim does not have")
            is_still = place < len(still) and still[place] == code
            wanted.append(pointers[place] if is_still else str(after.index(code) + 1))
        if len(wanted) > MOST_POINTERS:
            raise _CannotWriteError(f"a line points at {MOST_POINTERS} diagnoses at most")
        segment.elements += [""] * (at + 1 - len(segment.elements))
        segment.put(at, self._component.join(dict.fromkeys(wanted)))


def _code(code: str) -> str:
    return normalize_code(dotted(code))


def _replaced(old: tuple[str, ...], new: tuple[str, ...]) -> dict[str, str]:
    """The diagnoses in whose place another one stands that the claim did not have."""
    if len(old) != len(new):
        return {}
    return {was: now for was, now in zip(old, new, strict=True) if was not in new and now not in old}


def _amount(amount: Decimal | None, like: str) -> str:
    """An amount as the file writes amounts: with cents where it has them."""
    if amount is None:
        raise _CannotWriteError("an amount that is not known is not written")
    cents = amount.quantize(CENT)
    if cents != amount:
        raise _CannotWriteError("an amount of parts of a cent is not written")
    is_whole = cents == cents.to_integral_value() and "." not in like
    return f"{cents.to_integral_value() if is_whole else cents:f}"
