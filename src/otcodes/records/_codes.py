"""Modifiers, places of service, revenue codes."""

from __future__ import annotations

import attrs

from .._cells import cell, codes, flag, optional, required, text
from . import Row
from ._words import CodeSystem, Discipline, Setting


def _settings(text: str) -> tuple[Setting, ...]:
    return tuple(map(Setting, codes(text)))


@attrs.frozen(kw_only=True)
class Modifier(Row):
    """A two-character modifier over a span of days.

    Attributes:
        code: the modifier, such as `GO`.
        system: whose it is.
        label: this project's own words; `None` where therapists do not use it.
        kind: what it speaks of, in this project's own closed set.
        discipline: for a discipline's or an assistant's modifier, the discipline it speaks of.
    """

    code: str = cell(required)
    system: CodeSystem = cell(CodeSystem)
    label: str | None = cell(text)
    kind: str = cell(required)
    discipline: Discipline | None = cell(optional(Discipline))


@attrs.frozen(kw_only=True)
class Place(Row):
    """A place of service.

    Attributes:
        code: two digits.
        label: its name.
        rate: whether Medicare pays the `facility` or the `non-facility` amount there; `unknown` of one
            that is new in an imported list.
        unusual_in: the settings whose therapy Medicare does not usually pay there.
        is_telehealth: whether it says that the patient was elsewhere.
    """

    code: str = cell(required)
    label: str = cell(required)
    rate: str = cell(required)
    unusual_in: tuple[Setting, ...] = cell(_settings)
    is_telehealth: bool = cell(flag)


@attrs.frozen(kw_only=True)
class RevenueCode(Row):
    """A revenue code of an institutional claim.

    Attributes:
        code: four digits.
        label: this project's own words.
        discipline: the therapy discipline it reports.
    """

    code: str = cell(required)
    label: str = cell(required)
    discipline: Discipline | None = cell(optional(Discipline))
