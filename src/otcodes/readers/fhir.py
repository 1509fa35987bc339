"""Claims from FHIR R4: `Claim` and `ExplanationOfBenefit`, by themselves, in a `Bundle`, or one to a line."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

from ..errors import ReadError, shown
from ._batch import Batch, Collector
from ._fhir_claims import ClaimReader
from ._fhir_models import CLAIMS, faults
from .json import JsonObject, as_list, as_object, load

NO_CLAIMS = frozenset({"cancelled", "entered-in-error"})
NEEDED = ("status", "use")  # what says whether it is a claim at all
MORE = "bundles with a next page, which stands elsewhere and is not read"
INDEX = re.compile(r"\[\d+\]")


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_fhir` says more.

    Examples:
        >>> batch = read(b'{"resourceType": "Claim", "id": "A1", "status": 1}', "claim.json")
        >>> str(batch.problems[0])
        'claim.json, Claim, status: expected text (claim A1)'
    """
    reading = _Reading(name)
    if _has_lines(content, name):
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                reading.take(_loaded(line, name), f"line {number}")
    else:
        resource = as_object(load(content, name))
        kind = _kind_of(resource)
        if kind not in (*CLAIMS, "Bundle"):
            found = f", found {shown(kind)}" if kind else ""
            raise ReadError(name, f"expected a Claim, an ExplanationOfBenefit or a Bundle of them{found}")
        reading.take(resource)
    return reading.batch()


def _has_lines(content: bytes, name: str) -> bool:
    """Whether each line is a resource: no other JSON has a second line that begins an object again."""
    lines = (line for line in content.splitlines() if line.strip())
    next(lines, None)
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 -- a name, not a path that is opened
    return suffix == ".ndjson" or next(lines, b"").startswith(b"{")


def _loaded(line: bytes, name: str) -> JsonObject | None:
    try:
        return as_object(load(line, name))
    except ReadError:
        return None


def _kind_of(resource: JsonObject | None) -> str:
    kind = resource.get("resourceType") if resource else None
    return kind if isinstance(kind, str) else ""


def _keys_twice(value: Any) -> bool:
    """Whether an object, or one inside of it, has a key twice: the last one would silently win."""
    if isinstance(value, JsonObject):
        return bool(value.twice) or any(map(_keys_twice, value.values()))
    return any(map(_keys_twice, as_list(value) or ()))


class _Reading:
    """What has been read so far."""

    def __init__(self, name: str) -> None:
        self._collected = Collector(name)
        self._passed: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()
        self._has_claims = False

    def batch(self) -> Batch:
        """All of it, with notes of what was passed over and what is not known."""
        notes = [f"passed over: {what}: {count}" for what, count in sorted(self._passed.items())]
        notes += [f"{what}: {count}" for what, count in sorted(self._counted.items()) if count]
        if not self._has_claims:
            notes.append("there is no Claim and no ExplanationOfBenefit in it")
        self._collected.notes += [f"{self._collected.file}: {note}" for note in notes]
        return self._collected.batch()

    def take(self, resource: JsonObject | None, line: str = "", path: str = "") -> None:
        """Read a claim, or a bundle of them; other resources are passed over and counted.

        Args:
            resource: the resource, or `None` where there is none to read.
            line: where each line is a resource, which one.
            path: of what stands in a bundle, where, as FHIRPath has it.
        """
        kind = _kind_of(resource)
        place = ", ".join(filter(None, (line, path or kind)))
        if resource is None or not kind:
            self._collected.problem(place, "", None, "a FHIR resource as JSON, with its resourceType")
        elif kind == "Bundle":
            entries = as_list(resource.get("entry", []))
            if entries is None:
                self._collected.problem(place, "entry", None, "a list")
            links = map(as_object, as_list(resource.get("link")) or ())
            self._counted[MORE] += any(link is not None and link.get("relation") == "next" for link in links)
            for number, entry in enumerate(entries or ()):
                holder = as_object(entry)
                found = as_object(holder.get("resource")) if holder else None
                self.take(found, line, f"{path or kind}.entry[{number}].resource")
        elif kind in CLAIMS:
            self._has_claims = True
            self._take_claim(resource, kind, place)
        else:
            # It may say anything, so it is named only where it looks like a kind of resource.
            self._passed[kind if kind.isascii() and kind.isalpha() else "resources of no known kind"] += 1

    def _take_claim(self, resource: JsonObject, kind: str, place: str) -> None:
        given = resource.get("id")
        name = given if isinstance(given, str) else None
        wrong, absent = ([("", "each key once")], []) if _keys_twice(resource) else faults(kind, resource)
        wrong += [(field, "a value") for field in NEEDED if resource.get(field) is None]
        for field, expected in wrong:
            self._collected.problem(place, field, None, expected, name)
        if wrong:
            return
        if resource.get("status") in NO_CLAIMS:
            self._passed[f"{kind}, {resource['status']}"] += 1
        elif resource.get("use") != "claim":
            self._passed[f"{kind}, asked beforehand and no claim"] += 1
        else:
            for field in absent:
                self._counted[f"{kind} without {INDEX.sub('', field)}, which FHIR asks for"] += 1
            ClaimReader(resource, place, self._collected, self._counted).read()
