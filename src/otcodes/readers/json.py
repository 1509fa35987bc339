"""Claims from JSON: an object with `claims`, or a list of claims."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn, cast

from ..errors import ReadError, shown
from ._batch import CLAIM_FIELDS, LINE_FIELDS, Batch, Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..claims import ServiceLine


def read(content: bytes, name: str) -> Batch:
    """Read the claims; `readers.read_json` says more."""
    facts = load(content, name)
    file = as_object(facts)
    claims = as_list(facts if file is None else file.get("claims"))
    if claims is None or (file and file.twice):
        raise ReadError(name, 'expected {"claims": [...]} or a list of claims')
    collected = Collector(name)
    collected.note_unknown(file or {}, ("claims",), "the file")
    for number, claim in enumerate(claims):
        _read_claim(claim, f"claims[{number}]", collected)
    return collected.batch()


def as_object(value: Any) -> JsonObject | None:
    """The value, if it is an object."""
    return value if isinstance(value, JsonObject) else None


def as_list(value: Any) -> list[object] | None:
    """The value, if it is a list."""
    return cast("list[object]", value) if isinstance(value, list) else None


def load(content: bytes, name: str) -> Any:
    """What some JSON holds: numbers as `Decimal`, objects that know which of their keys stood twice.

    Raises:
        ReadError: it is no JSON.
    """
    try:
        text = content.decode("utf-8-sig")
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=JsonObject.of_pairs
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


class JsonObject(dict[str, Any]):
    """A JSON object that knows which of its keys stood twice: the last one would silently win."""

    twice: tuple[str, ...] = ()

    @classmethod
    def of_pairs(cls, pairs: list[tuple[str, Any]]) -> JsonObject:
        """The object of these keys and values, as the JSON has them."""
        made = cls(pairs)
        if len(made) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            made.twice = tuple(sorted(name for name, count in counts.items() if count > 1))
        return made


def _read_claim(value: Any, place: str, collected: Collector) -> None:
    claim = as_object(value)
    if claim is None or claim.twice:
        expect_object(claim, place, None, collected)
        return
    name = claim["id"] if isinstance(claim.get("id"), str) else None
    given = as_list(claim.get("lines"))
    if not given:
        collected.problem(place, "lines", None, "a list of one service line or more", name)
        return
    lines = [line for line in _lines(given, place, name, collected) if line is not None]
    collected.note_unknown(claim, (*CLAIM_FIELDS, "lines"), place)
    if lines:
        own = {key: claim[key] for key in claim if key in CLAIM_FIELDS}
        collected.claim(own, lines, place, lost_lines=len(given) - len(lines))


def expect_object(found: JsonObject | None, place: str, claim: str | None, collected: Collector) -> None:
    """Note that a value is no object, or has a key twice."""
    twice = ", ".join(map(shown, found.twice)) if found else ""
    collected.problem(place, twice, None, "each key once" if twice else "an object", claim)


def _lines(
    given: list[object], place: str, claim: str | None, collected: Collector
) -> Iterator[ServiceLine | None]:
    for number, value in enumerate(given):
        where = f"{place}.lines[{number}]"
        facts = as_object(value)
        if facts is None or facts.twice:
            expect_object(facts, where, claim, collected)
            continue
        collected.note_unknown(facts, LINE_FIELDS, where)
        yield collected.line({key: facts[key] for key in facts if key in LINE_FIELDS}, where, claim)
