"""How the cells of a table's file are read; a record's fields name one of these."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def cell(parse: Callable[[str], object], **options: Any) -> Any:
    """A field of a record that is read from its cell by a function, which raises `ValueError`."""
    return attrs.field(metadata={"parse": parse}, **options)


def codes(text: str) -> tuple[str, ...]:
    """Codes or words joined by `|`."""
    return tuple(text.split("|")) if text else ()


def flag(text: str) -> bool:
    """`yes` or `no`."""
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


def required(text: str) -> str:
    """Any text but none."""
    if not text:
        raise ValueError("the cell is empty")
    return text


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """What another function reads, or `None` of an empty cell."""
    return lambda text: parse(text) if text else None


day = dt.date.fromisoformat
text: Callable[[str], str | None] = optional(str)
