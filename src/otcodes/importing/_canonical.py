"""The canonical form of tables.

A table is a CSV file: UTF-8, LF, minimal quoting, a header, one row an interval of one key. The key columns
come first, then `INTERVAL`, then the rest. Rows are in text order of key, then of `valid_from`. Dates are
ISO and both ends are inclusive; an empty `valid_to` is open.

A table of codes too large for that is a file of blocks, by category: the code and its title come first,
then `INTERVAL`, then the rest, with tabs between them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, TypeAlias

from .._blocks import Blocks, pack
from .._store import BLOCKS
from .._text import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

INTERVAL = ("valid_from", "valid_to", "is_start_known", "confirmed_to")

Row: TypeAlias = "Mapping[str, str]"


class FormError(ValueError):
    """A table or the manifest is not in its canonical form."""


def canonical(rows: Iterable[Row], *, key: Sequence[str], columns: Sequence[str]) -> str:
    """The text of a table: rows checked, sorted and written; `columns` are those after `INTERVAL`.

    Raises:
        FormError: a missing or surplus column, an empty key, a bad date or flag, stray white space, or two
            rows of one key that share a day.
    """
    header = (*key, *INTERVAL, *columns)
    ordered = _ordered(rows, key, header)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in ordered)
    return out.getvalue()


def blocks_of(rows: Iterable[Row], *, columns: Sequence[str]) -> bytes:
    """The file of blocks of a table of codes with titles; `columns` are those after `INTERVAL`.

    Raises:
        FormError: as for `canonical`, and for a tab in a cell.
    """
    header = ("code", "title", *INTERVAL, *columns)
    lines: dict[str, list[str]] = {}
    for row in _ordered(rows, ("code",), header):
        line = "\t".join(row[name] for name in header)
        if line.count("\t") != len(header) - 1:
            raise FormError(f"a tab in a cell: {row['code']}")
        lines.setdefault(row["code"][:CATEGORY], []).append(line)
    return pack(
        header, {category: "".join(f"{line}\n" for line in of).encode() for category, of in lines.items()}
    )


def rows_of(file: str, content: bytes) -> list[dict[str, str]]:
    """The rows of a table's file, of either form, which was verified before."""
    if not file.endswith(BLOCKS):
        return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    blocks = Blocks(file, content)
    texts = [(blocks.read(key) or b"").decode() for key in blocks]
    return [
        dict(zip(blocks.columns, line.split("\t"), strict=True))
        for text in texts
        for line in text.splitlines()
    ]


def _ordered(rows: Iterable[Row], key: Sequence[str], header: Sequence[str]) -> list[Row]:
    ordered = list(rows)
    for row in ordered:
        if set(row) != set(header):
            raise FormError(f"columns {sorted(row)} are not {sorted(header)}")
    ordered.sort(key=lambda row: tuple(row[name] for name in (*key, "valid_from")))
    check_rows(ordered, key=key)
    return ordered


def check_rows(rows: Sequence[Row], *, key: Sequence[str]) -> None:
    """Raise `FormError` at the first of these sorted rows that breaks a rule of the form."""
    before: Row | None = None
    for row in rows:
        for name, value in row.items():
            if value != " ".join(value.split()):
                raise FormError(f"stray white space in {name}: {dict(row)}")
        if not all(row[name] for name in key):
            raise FormError(f"empty key: {dict(row)}")
        check_interval(row)
        if before is not None and all(row[name] == before[name] for name in key):
            # ISO dates compare as text; an open row has no next one.
            is_apart = "" < before["valid_to"] < row["valid_from"]
            if not is_apart:
                raise FormError(f"overlap: {dict(before)} and {dict(row)}")
        before = row


def check_interval(row: Row) -> None:
    """Raise `FormError` unless the four interval columns of one row make sense together."""
    for name in ("valid_from", "valid_to", "confirmed_to"):
        if row[name] or name == "valid_from":
            try:
                is_iso = dt.date.fromisoformat(row[name]).isoformat() == row[name]
            except ValueError:
                is_iso = False
            if not is_iso:
                raise FormError(f"{name} is not an ISO date: {dict(row)}")
    for name in ("valid_to", "confirmed_to"):
        if row[name] and row[name] < row["valid_from"]:
            raise FormError(f"{name} is before valid_from: {dict(row)}")
    if row["valid_to"] and row["confirmed_to"] > row["valid_to"]:
        raise FormError(f"confirmed_to is after valid_to: {dict(row)}")
    if row["is_start_known"] not in ("yes", "no"):
        raise FormError(f"is_start_known is neither yes nor no: {dict(row)}")


def ranges(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes as inclusive ranges for a manifest's `scope`: only neighbours by number join.

    Examples:
        >>> ranges(["97112", "97110", "97113", "G0283"])
        ('97110-97110', '97112-97113', 'G0283-G0283')
    """
    found: list[tuple[str, str]] = []
    for code in sorted(set(codes)):
        last = found[-1][1] if found else ""
        is_next = code[:1] == last[:1] and code[1:].isdecimal() and last[1:].isdecimal()
        if is_next and int(code[1:]) == int(last[1:]) + 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return tuple(f"{first}-{last}" for first, last in found)
