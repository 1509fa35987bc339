"""Readers: bytes of a file become claims, and everything that could not be read is listed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ..errors import ReadError
from ._batch import Batch, Problem
from ._columns import Columns, read_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from ..findings import Repair
    from .visits import Visits
    from .x12 import ClaimStream
    from .x12_277 import Acknowledgements
    from .x12_835 import Remittances
    from .x12_out import MendedX12

__all__ = [
    "Batch",
    "Columns",
    "Problem",
    "mended_x12",
    "read",
    "read_277",
    "read_835",
    "read_columns",
    "read_csv",
    "read_fhir",
    "read_json",
    "read_visits",
    "read_x12",
    "stream_x12",
]


def read_csv(content: bytes, *, name: str, columns: Columns | None = None) -> Batch:
    r"""Read claims from CSV: one row a line, named columns, lists joined by `|`.

    Columns that are called as the boxes of CMS-1500 or UB-04 are read, too, and a note says which as what.

    Args:
        content: the bytes of the file.
        name: what messages call it.
        columns: what its columns are, where neither we nor a form call them so.

    Raises:
        ReadError: it is no CSV with a header, a required column is missing, or it is not clear what one is.

    Examples:
        >>> rows = b"claim_id,procedure,on,units\nA1,97530,2026-03-02,2\nA1,97140,2026-03-02,one\n"
        >>> batch = read_csv(rows, name="day.csv")
        >>> len(batch.claims), str(batch.problems[0])
        (1, "day.csv, line 3, units: expected a number, found 'one' (claim A1)")
    """
    from . import csv  # noqa: PLC0415 -- each form is read by its own module, and most need one of them

    return csv.read(content, name, columns)


def read_json(content: bytes, *, name: str) -> Batch:
    """Read claims from JSON: an object with `claims`, or a list of claims.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        ReadError: it is no JSON, or holds no claims.
    """
    from . import json  # noqa: PLC0415 -- as above

    return json.read(content, name)


def read_fhir(content: bytes, *, name: str) -> Batch:
    """Read claims from FHIR R4 in JSON: `Claim` and `ExplanationOfBenefit`, through fhir.resources.

    The file is one of them, a `Bundle`, or NDJSON as bulk export writes it: a resource a line. One that is
    not as FHIR has it is listed and left out, and so is an item whose code is of no system known here; other
    kinds of resources are passed over and counted in `notes`. Names are not kept, and what FHIR does not
    carry (minutes, the year's charges) is not known.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        MissingExtraError: fhir.resources is not installed.
        ReadError: it is no JSON, or no such resource.
    """
    from . import fhir  # noqa: PLC0415 -- as above

    return fhir.read(content, name)


def read_x12(content: bytes, *, name: str) -> Batch:
    """Read claims from an X12 837 file, professional or institutional, through pyx12.

    It looks for what a claim is judged by, and validates no more than that: the envelope and its counts, the
    diagnoses, the service lines and their pointers. Which other segments there are, in which order, and what
    stands in them is not validated: for that, pyx12 has `x12valid`.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange, or not an 837.
    """
    from . import x12  # noqa: PLC0415 -- as above

    return x12.read(content, name)


def stream_x12(file: BinaryIO, *, name: str) -> ClaimStream:
    """Read claims from an X12 837 file one at a time, so that the memory stays the same however large it is.

    Args:
        file: the file, opened for reading bytes.
        name: what messages call it.

    Returns:
        an iterator over each `Claim` and each `Problem`, in the order of the file; its `notes` are complete
        at the end.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange; or, at its end, there was no 837 in it.

    Examples:
        >>> import io
        >>> stream_x12(io.BytesIO(b"%PDF-1.7"), name="day.837")
        Traceback (most recent call last):
        ...
        otcodes.errors.ReadError: day.837: segment 1: expected an X12 interchange: an ISA segment of 106 \
characters, version 00501
    """
    from . import x12  # noqa: PLC0415 -- as above

    return x12.ClaimStream(file, name)


def mended_x12(content: bytes, repairs: Sequence[Repair], *, name: str) -> MendedX12:
    """Write repairs into the 837 that their claims were read from; every byte that need not change stays.

    Written are procedure, modifiers, units, charge and pointers of a line, the diagnoses of a claim, and a
    line that was parted from another one; with them CLM02 and SE01, where the sum or the count changes. A
    repair of which one change cannot be written is withheld whole: nothing is guessed.

    Args:
        content: the bytes of the file.
        repairs: what came of `repair_many`, or of a report's `repair`, for claims of the file.
        name: what messages call it, as when it was read.

    Returns:
        the new bytes, and the repairs that are withheld because a part of them cannot be written.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange, or not an 837.
    """
    from . import x12_out  # noqa: PLC0415 -- as above

    return x12_out.mended_x12(content, repairs, name=name)


def read_835(content: bytes, *, name: str) -> Remittances:
    """Read payments from an X12 835 file (005010X221), through pyx12.

    Amounts that do not add up are in `notes`, never an error: charges less adjustments against payments, on
    lines and claims, and the claims against the payment. A claim in which the file is damaged is left out and
    listed; those before and after it come through. Names are not kept.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange, or not an 835.
    """
    from . import x12_835  # noqa: PLC0415 -- as above

    return x12_835.read(content, name)


def read_277(content: bytes, *, name: str) -> Acknowledgements:
    """Read acknowledgements of claims from an X12 277CA file (005010X214), through pyx12.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange, or not a 277CA.
    """
    from . import x12_277  # noqa: PLC0415 -- as above

    return x12_277.read(content, name)


def read_visits(content: bytes, *, name: str) -> Visits:
    """Read visits from JSON: an object with `visits`, a list of visits, or one visit.

    A visit of which a field or a service could not be read is left out, and the place is listed.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        ReadError: it is no JSON, or holds no visit.
    """
    from . import visits  # noqa: PLC0415 -- as above

    return visits.read(content, name)


READERS: dict[str, Callable[..., Batch]] = {
    "csv": read_csv,
    "fhir": read_fhir,
    "json": read_json,
    "x12": read_x12,
}
# What a resource of FHIR has, and a claim of our own JSON has not.
RESOURCE = re.compile(rb'"resourceType"\s*:')


def form_of(name: str, content: bytes = b"") -> str:
    """The form of a file, `csv`, `fhir`, `json` or `x12`: by its name's ending, or else by how it starts.

    JSON that names the type of a resource is FHIR.

    Raises:
        ReadError: by neither.
    """
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 -- a name, not a path that is opened
    forms = {
        ".csv": "csv",
        ".json": "json",
        ".ndjson": "fhir",
        ".837": "x12",
        ".x12": "x12",
        ".edi": "x12",
    }
    form = forms.get(suffix) or _form_by_content(name, content)
    return "fhir" if form == "json" and RESOURCE.search(content) else form


def _form_by_content(name: str, content: bytes) -> str:
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:3]
    if start == b"ISA":
        return "x12"
    if start[:1] in (b"{", b"["):
        return "json"
    raise ReadError(name, "expected a file that ends in .csv, .json or .837")


def read(path: str | os.PathLike[str], *, columns: Columns | None = None) -> Batch:
    """Read the claims of a file: `.csv`, `.json`, X12 `.837`, or FHIR in `.json` or `.ndjson`.

    Args:
        path: the file.
        columns: what the columns of a CSV file are, where neither we nor a form call them so.

    Raises:
        OSError: the file cannot be opened.
        ReadError: it is not of the form its name says, or `columns` are given and it is no CSV; what is wrong
            inside it is in `problems`.
        MissingExtraError: an 837, and the extra `x12` is not installed; or FHIR, and `fhir` is not.
    """
    with open(path, "rb") as file:  # noqa: PTH123 -- pathlib costs as much to import as all of this
        content = file.read()
    name = os.path.basename(path)  # noqa: PTH119 -- a message names the file, not the clinic's folders
    form = form_of(name, content)
    if columns is None:
        return READERS[form](content, name=name)
    if form != "csv":
        raise ReadError(name, "expected a CSV file, as only that has columns to name")
    return read_csv(content, name=name, columns=columns)
