"""Readers: bytes of a file become claims, and everything that could not be read is listed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import ReadError
from ._batch import Batch, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Batch", "Problem", "read", "read_csv", "read_json", "read_x12"]


def read_csv(content: bytes, *, name: str) -> Batch:
    r"""Read claims from CSV: one row a line, named columns, lists joined by `|`.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Examples:
        >>> rows = b"claim_id,procedure,on,units\nA1,97530,2026-03-02,2\nA1,97140,2026-03-02,one\n"
        >>> batch = read_csv(rows, name="day.csv")
        >>> len(batch.claims), str(batch.problems[0])
        (1, "day.csv, line 3, units: expected a number, found 'one' (claim A1)")
    """
    from . import csv  # noqa: PLC0415 -- each form is read by its own module, and most need one of them

    return csv.read(content, name)


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


def read_x12(content: bytes, *, name: str) -> Batch:
    """Read claims from an X12 837P file, through pyx12.

    Args:
        content: the bytes of the file.
        name: what messages call it.

    Raises:
        MissingExtraError: pyx12 is not installed.
        ReadError: it is no X12 interchange, or not an 837P.
    """
    from . import x12  # noqa: PLC0415 -- as above

    return x12.read(content, name)


def _reader(name: str, content: bytes) -> Callable[..., Batch]:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 -- a name, not a path that is opened
    readers = {".csv": read_csv, ".json": read_json, ".837": read_x12, ".x12": read_x12, ".edi": read_x12}
    if suffix in readers:
        return readers[suffix]
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:3]
    if start == b"ISA":
        return read_x12
    if start[:1] in (b"{", b"["):
        return read_json
    raise ReadError(name, "expected a file that ends in .csv, .json or .837")


def read(path: str | os.PathLike[str]) -> Batch:
    """Read the claims of a file: `.csv`, `.json` or X12 `.837`.

    Raises:
        OSError: the file cannot be opened.
        ReadError: it is not of the form its name says; what is wrong inside it is in `problems`.
        MissingExtraError: an 837, and the extra `x12` is not installed.
    """
    with open(path, "rb") as file:  # noqa: PTH123 -- pathlib costs as much to import as all of this
        content = file.read()
    name = os.path.basename(path)  # noqa: PTH119 -- a message names the file, not the clinic's folders
    return _reader(name, content)(content, name=name)
