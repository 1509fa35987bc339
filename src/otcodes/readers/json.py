"""Claims from JSON: an object with `claims`, or a list of claims."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ..errors import ReadError, shown
from ._batch import CLAIM_FIELDS, LINE_FIELDS, Batch, Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..claims import ServiceLine


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_json` says more."""
    facts = _load(content, name)
    file = _object(facts)
    claims = _list(facts if file is None else file.get("claims"))
    if claims is None or (file and file.twice):
        raise ReadError(name, 'expected {"claims": [...]} or a list of claims')
    collected = Collector(name)
    _note_unknown(file or {}, ("claims",), "the file", collected)
    for number, claim in enumerate(claims):
        _read_claim(claim, f"claims[{number}]", collected)
    return collected.batch()


def _object(value: Any) -> _Object | None:
    return value if isinstance(value, _Object) else None


def _list(value: Any) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _load(content: bytes, name: str) -> Any:
    try:
        text = content.decode("utf-8-sig")
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_Object.of_pairs
        )
    except json.JSONDecodeError as error:
        raise ReadError(name, f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise ReadError(name, f"byte {error.start}: expected UTF-8") from None
    except RecursionError:
        raise ReadError(name, "its values are nested too deeply to be claims") from None
    except (ValueError, ArithmeticError):
        raise ReadError(name, "it holds NaN, an infinity, or a number beyond all measure") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


class _Object(dict[str, Any]):
    """A JSON object that knows which of its keys stood twice: the last one would silently win."""

    twice: tuple[str, ...] = ()

    @classmethod
    def of_pairs(cls, pairs: list[tuple[str, Any]]) -> _Object:
        made = cls(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            made.twice = tuple(sorted({name for name in names if names.count(name) > 1}))
        return made


def _read_claim(value: Any, place: str, collected: Collector) -> None:
    claim = _object(value)
    if claim is None or claim.twice:
        _expect_object(claim, place, None, collected)
        return
    name = claim["id"] if isinstance(claim.get("id"), str) else None
    given = _list(claim.get("lines"))
    if not given:
        collected.problem(place, "lines", None, "a list of one service line or more", name)
        return
    lines = [line for line in _lines(given, place, name, collected) if line is not None]
    _note_unknown(claim, (*CLAIM_FIELDS, "lines"), place, collected)
    if lines:
        own = {key: claim[key] for key in claim if key in CLAIM_FIELDS}
        collected.claim(own, lines, place, lost_lines=len(given) - len(lines))


def _expect_object(found: _Object | None, place: str, claim: str | None, collected: Collector) -> None:
    twice = ", ".join(map(shown, found.twice)) if found else ""
    collected.problem(place, twice, None, "each key once" if twice else "an object", claim)


def _lines(
    given: list[object], place: str, claim: str | None, collected: Collector
) -> Iterator[ServiceLine | None]:
    for number, value in enumerate(given):
        where = f"{place}.lines[{number}]"
        facts = _object(value)
        if facts is None or facts.twice:
            _expect_object(facts, where, claim, collected)
            continue
        _note_unknown(facts, LINE_FIELDS, where, collected)
        yield collected.line({key: facts[key] for key in facts if key in LINE_FIELDS}, where, claim)


def _note_unknown(facts: Mapping[str, Any], known: Iterable[str], place: str, collected: Collector) -> None:
    unknown = [shown(key) for key in facts if key not in set(known)]
    if unknown:
        collected.notes.append(f"{collected.file}, {place}: not read: {', '.join(unknown)}")
