"""Reading the claims of several files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..errors import MissingExtraError, ReadError
from ..readers import Batch, Problem, read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..claims import Claim
    from ..readers import Columns


@attrs.define
class Inputs:
    """All inputs together: the claims, and what could not be read."""

    claims: list[Claim] = attrs.field(factory=list["Claim"])
    problems: list[Problem] = attrs.field(factory=list[Problem])
    complaints: list[str] = attrs.field(factory=list[str])
    notes: list[str] = attrs.field(factory=list[str])


def read_all(files: Iterable[str], columns: Columns | None = None) -> Inputs:
    """Read every file that can be read; `columns` say what those of a CSV file are."""
    everything = Inputs()
    for file in files:
        try:
            batch: Batch = read(file, columns=columns)
        except ReadError as error:
            everything.complaints.append(str(error))
        except MissingExtraError as error:
            everything.complaints.append(f"{file}: {error}")
        except OSError as error:
            everything.complaints.append(f"{file}: {error.strerror}")
        else:
            everything.claims += batch.claims
            everything.problems += batch.problems
            everything.notes += batch.notes
    return everything
