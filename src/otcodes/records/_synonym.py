"""The ways that clinics write diagnoses."""

from __future__ import annotations

import attrs

from .._cells import cell, codes, flag, required
from . import Row


@attrs.frozen(kw_only=True)
class DiagnosisSynonym(Row):
    """Clinic shorthand for words of the official titles.

    Attributes:
        term: one to three words in small letters.
        meanings: what it stands for, the usual one first: words of titles that are needed together. One
            with a star at its end need only begin so.
        is_word: whether the term is also searched as it stands.
    """

    term: str = cell(required)
    meanings: tuple[str, ...] = cell(codes)
    is_word: bool = cell(flag)
