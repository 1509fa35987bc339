"""The files of ICD-10-CM that the whole table is built from: the official forms, plain or gzipped, and a CSV.

`otcodes.importing` reads the official forms. The CSV, of ``code,billable,description``, is that of copies of
editions whose official files are not at hand.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from typing import TYPE_CHECKING

from otcodes.errors import TableError
from otcodes.importing._sources import OfficialFile, open_official
from otcodes.importing.icd10cm_lists import (
    Addenda,
    Entry,
    Line,
    Listing,
    checked,
    plain,
    read_addenda,
    read_codes,
    read_order,
)
from otcodes.importing.icd10cm_tabular import read_tabular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CSV = "code,billable,description"


def read_listing(path: Path) -> Listing:
    """The codes of a file of any of these forms but the addenda, by the code without its dot.

    Raises:
        TableError: the file is of no known form, or a line is not of its file's form.
    """
    file = official(path)
    first = file.text.partition("\n")[0]
    if first.startswith(CSV):
        return checked(file.name, _of_csv(file))
    if first.lstrip().startswith("<?xml"):
        return read_tabular(file)
    if re.match(r"[0-9]{5} [A-Z][0-9A-Z]{2}", first):
        return read_order(file)
    if re.match(r"[A-Z][0-9A-Z]{2,6} +\S", first):
        return read_codes(file)
    problem = f"expected an order, codes, tabular or CSV file, found {first[:40]!r}"
    raise TableError(file.name, 1, problem)


def addenda_of(path: Path) -> Addenda:
    """The changes of an order addenda file, plain or gzipped."""
    return read_addenda(official(path))


def official(path: Path) -> OfficialFile:
    """A file as the importers read it, plain or gzipped."""
    if path.suffix != ".gz":
        return open_official(path)
    try:
        content = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(path.name, None, f"it cannot be unpacked: {error}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")  # the order files of some years
    return OfficialFile(name=path.name, text=text, sha256="")


def _of_csv(file: OfficialFile) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(file.text, newline=""))
    next(reader)
    for cells in reader:
        if len(cells) != CSV.count(",") + 1 or cells[1] not in ("0", "1"):
            raise TableError(file.name, reader.line_num, "expected code, 0 or 1, description")
        yield reader.line_num, cells[0], Entry(cells[1] == "1", plain(cells[2]))
