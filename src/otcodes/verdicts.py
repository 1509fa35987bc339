"""What a table can say of a code on a day."""

from __future__ import annotations

from ._text import TextEnum


class Verdict(TextEnum):
    """What a table says of a code on a day."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not-effective"
    UNKNOWN = "unknown"
    OUT_OF_COVERAGE = "out-of-coverage"
    NOT_BILLABLE = "not-billable"


EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, NOT_BILLABLE = Verdict
