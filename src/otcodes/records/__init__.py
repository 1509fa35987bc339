"""The rows of the code tables, frozen: what a code is, over which days.

Every record is one dated version. `valid_from` and `valid_to` are inclusive; `valid_to` is `None` while
the version is in force. A field says in its metadata how a table's cell is read.

Any other kind of record is made when it is first asked for: to make one takes as long as a look-up may.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
import importlib
from typing import TYPE_CHECKING, TypeVar

import attrs

from .._cells import cell, day, flag, optional, required

if TYPE_CHECKING:
    from ._codes import Modifier, Place, RevenueCode
    from ._label import ProcedureLabel
    from ._notes import Block, Chapter, DiagnosisNote, SeventhCharacter, Succession
    from ._procedure import Procedure
    from ._synonym import DiagnosisSynonym
    from ._words import (
        CodeSystem,
        Complexity,
        Discipline,
        Laterality,
        NoteKind,
        ProfileReview,
        Setting,
        SuccessionKind,
        TherapyDisposition,
        Timing,
    )

__all__ = [
    "Block",
    "Chapter",
    "CodeSystem",
    "Complexity",
    "Diagnosis",
    "DiagnosisNote",
    "DiagnosisSynonym",
    "Discipline",
    "Laterality",
    "Modifier",
    "NoteKind",
    "Place",
    "Procedure",
    "ProcedureLabel",
    "ProfileReview",
    "R",
    "RevenueCode",
    "Row",
    "Setting",
    "SeventhCharacter",
    "Succession",
    "SuccessionKind",
    "TherapyDisposition",
    "Timing",
]

_HOMES = {
    "Modifier": "_codes",
    "Place": "_codes",
    "RevenueCode": "_codes",
    "DiagnosisSynonym": "_synonym",
    "Block": "_notes",
    "Chapter": "_notes",
    "DiagnosisNote": "_notes",
    "Succession": "_notes",
    "SeventhCharacter": "_notes",
    "Procedure": "_procedure",
    "ProcedureLabel": "_label",
    "CodeSystem": "_words",
    "Complexity": "_words",
    "Discipline": "_words",
    "Laterality": "_words",
    "NoteKind": "_words",
    "ProfileReview": "_words",
    "Setting": "_words",
    "SuccessionKind": "_words",
    "TherapyDisposition": "_words",
    "Timing": "_words",
}


# Its methods are written out here, for the records of a first look-up: attrs takes its time over each.
@attrs.frozen(kw_only=True, init=False, repr=False, eq=False)
class Row:
    """What every dated row says of itself.

    Attributes:
        valid_from: the first day on which the row is known to hold.
        valid_to: the last day, `None` while it is open.
        is_start_known: whether `valid_from` is the true first day; if not, earlier days are out of coverage.
        confirmed_to: the last day on which an edition on board confirms the row, where that is not the
            end of the table's coverage.
        carried_forward: whether the answer was taken from the table's last edition for a later day.
        edition: the id of that edition, where it was.
    """

    valid_from: dt.date = cell(day)
    valid_to: dt.date | None = cell(optional(day))
    is_start_known: bool = cell(flag, repr=False)
    confirmed_to: dt.date | None = cell(optional(day), repr=False)
    carried_forward: bool = False
    edition: str | None = attrs.field(default=None, repr=False)

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, field.name) for field in attrs.fields(type(self))])

    def __eq__(self, other: object) -> bool:
        """Whether it is a record of the same kind with the same values."""
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        """A hash of its values."""
        return hash(self._values())

    def __repr__(self) -> str:
        """The kind of record, and what it says."""
        shown = [field.name for field in attrs.fields(type(self)) if field.repr]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def _repr_html_(self) -> str:
        """The same as a table, in a notebook."""
        from .._html import record  # noqa: PLC0415 -- only a notebook needs it

        return record(self)


# Here, and not in a file of its own, which a first look-up would have to find.
@attrs.frozen(kw_only=True, eq=False, repr=False)  # as every row is
class Diagnosis(Row):
    """An ICD-10-CM code over a span of days; a header needs more characters and is not billable.

    Attributes:
        code: the official form, with its dot.
        title: the official title.
        is_billable: whether it may stand on a claim.
        is_title_composed: whether the title is not an official one, but was put together: from the tabular
            list's texts, where no official list of titles of that time is on board; or from the code, of a
            header that only the codes below it show to be there.
    """

    code: str = cell(required)
    title: str = cell(required)
    is_billable: bool = cell(flag)
    is_title_composed: bool = cell(flag, repr=False)

    @property
    def label(self) -> str:
        """The title, under the name that every record has."""
        return self.title


R = TypeVar("R", bound=Row)


def __getattr__(name: str) -> object:
    """Make a kind of record when it is first asked for, and keep it."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
