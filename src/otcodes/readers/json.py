"""Claims from JSON: an object with `claims`, or a list of claims."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from ..errors import ReadError, shown
from ._batch import CLAIM_FIELDS, LINE_FIELDS, Batch, Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_json` says more."""
    facts = _load(content, name)
    claims = facts.get("claims") if isinstance(facts, dict) else facts
    if not isinstance(claims, list):
        raise ReadError(name, 'expected {"claims": [...]} or a list of claims')
    collected = Collector(name)
    if isinstance(facts, dict):
        _note_unknown(facts, ("claims",), "the file", collected)
    for number, claim in enumerate(claims):
        _read_claim(claim, f"claims[{number}]", collected)
    return collected.batch()


def _load(content: bytes, name: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ReadError(name, f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise ReadError(name, f"byte {error.start}: expected UTF-8") from None
    except RecursionError:
        raise ReadError(name, "its values are nested too deeply to be claims") from None
    except ValueError as error:  # NaN, or an integer of thousands of digits
        raise ReadError(name, str(error)) from None


def _refuse(constant: str) -> NoReturn:
    msg = f"expected a number, found {constant}"
    raise ValueError(msg)


def _read_claim(claim: Any, place: str, collected: Collector) -> None:
    if not isinstance(claim, dict):
        collected.problem(place, "", claim, "an object")
        return
    name = claim.get("id") if isinstance(claim.get("id"), str) else None
    given = claim.get("lines")
    if not isinstance(given, list) or not given:
        collected.problem(place, "lines", given, "a list of service lines", name)
        return
    lines = []
    for number, facts in enumerate(given):
        where = f"{place}.lines[{number}]"
        if not isinstance(facts, dict):
            collected.problem(where, "", facts, "an object", name)
            continue
        _note_unknown(facts, LINE_FIELDS, where, collected)
        line = collected.line({key: facts[key] for key in facts if key in LINE_FIELDS}, where, name)
        if line is not None:
            lines.append(line)
    _note_unknown(claim, (*CLAIM_FIELDS, "lines"), place, collected)
    if lines:
        own = {key: claim[key] for key in claim if key in CLAIM_FIELDS}
        collected.claim(own, lines, place)


def _note_unknown(facts: Mapping[str, Any], known: Iterable[str], place: str, collected: Collector) -> None:
    unknown = [shown(key) for key in facts if key not in set(known)]
    if unknown:
        collected.notes.append(f"{collected.file}, {place}: not read: {', '.join(unknown)}")
