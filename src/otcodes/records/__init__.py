"""The rows of the code tables, frozen: what a code is, over which days.

Every record is one dated version. `valid_from` and `valid_to` are inclusive; `valid_to` is `None` while
the version is in force. A field says in its metadata how a table's cell is read.

A kind of record is made when it is first asked for: to make one takes as long as a look-up may.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._codes import Modifier, Place, RevenueCode
    from ._diagnosis import Diagnosis
    from ._notes import Block, Chapter, DiagnosisNote, SeventhCharacter, Succession
    from ._procedure import Procedure
    from ._row import R, Row
    from ._synonym import DiagnosisSynonym
    from ._words import (
        CodeSystem,
        Discipline,
        Laterality,
        NoteKind,
        Setting,
        SuccessionKind,
        TherapyDisposition,
        Timing,
    )

__all__ = [
    "Block",
    "Chapter",
    "CodeSystem",
    "Diagnosis",
    "DiagnosisNote",
    "DiagnosisSynonym",
    "Discipline",
    "Laterality",
    "Modifier",
    "NoteKind",
    "Place",
    "Procedure",
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
    "Diagnosis": "_diagnosis",
    "DiagnosisSynonym": "_synonym",
    "Block": "_notes",
    "Chapter": "_notes",
    "DiagnosisNote": "_notes",
    "Succession": "_notes",
    "SeventhCharacter": "_notes",
    "Procedure": "_procedure",
    "R": "_row",
    "Row": "_row",
    "CodeSystem": "_words",
    "Discipline": "_words",
    "Laterality": "_words",
    "NoteKind": "_words",
    "Setting": "_words",
    "SuccessionKind": "_words",
    "TherapyDisposition": "_words",
    "Timing": "_words",
}


def __getattr__(name: str) -> object:
    """Make a kind of record when it is first asked for, and keep it."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
