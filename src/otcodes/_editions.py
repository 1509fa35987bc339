"""The publications that tables are made from; apart, because a look-up does without them."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked

import attrs


@attrs.frozen(kw_only=True)
class Edition:
    """One official publication that a table was made from.

    Attributes:
        id: its short name here.
        effective: the first day it speaks for.
        publisher: who publishes it.
        title: its title.
        sha256: of the file that was used; empty where facts were taken from pages.
    """

    id: str
    effective: dt.date
    publisher: str
    title: str
    sha256: str = attrs.field(repr=False)
