"""Labels of procedures that a user has a licence for."""

from __future__ import annotations

import attrs

from .._cells import cell, required
from . import Row


@attrs.frozen(kw_only=True)
class ProcedureLabel(Row):
    """What a procedure is called in a table of one's own, such as the descriptors of a licensed file.

    Attributes:
        code: the code.
        label: its words.
    """

    code: str = cell(required)
    label: str = cell(required, repr=False)
