"""Diagnosis codes."""

from __future__ import annotations

import attrs

from .._cells import cell, flag, required
from . import Row


@attrs.frozen(kw_only=True, eq=False, repr=False)  # as every row is
class Diagnosis(Row):
    """An ICD-10-CM code over a span of days; a header needs more characters and is not billable.

    Attributes:
        code: the official form, with its dot.
        title: the official title.
        is_billable: whether it may stand on a claim.
        is_title_composed: whether the title was put together by the publisher of a copy from the tabular
            list's texts, because no official list of titles of that time is on board.
    """

    code: str = cell(required)
    title: str = cell(required)
    is_billable: bool = cell(flag)
    is_title_composed: bool = cell(flag, repr=False)

    @property
    def label(self) -> str:
        """The title, under the name that every record has."""
        return self.title
