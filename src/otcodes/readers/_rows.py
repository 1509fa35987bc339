"""Claims from rows and named columns, whatever holds them: a CSV file, a data frame, a partition of Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ..claims import PRIVATE
from ..errors import ReadError, shown
from ._batch import LINE_FIELDS, NO_COLUMNS, REQUIRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..claims import ServiceLine
    from ._batch import Collector

# The claim's own columns, and the fields they fill; every other column is one of the line's fields.
CLAIM_COLUMNS = {
    "claim_id": "id",
    "payer": "payer",
    "setting": "setting",
    "claim_discipline": "discipline",
    "patient": "patient",
    "claim_diagnoses": "diagnoses",
    "therapy_year_to_date_usd": "therapy_year_to_date_usd",
    "referring_npi": "referring_npi",
    "submitted_on": "submitted_on",
}
COLUMNS = {field: column for column, field in CLAIM_COLUMNS.items()}


class Broken(list[Any]):
    """The cells of a row that could not be read, of which a problem is noted already.

    They are good enough to know whose line was lost.
    """


def collect(
    columns: Sequence[str],
    rows: Iterable[tuple[str, Sequence[Any]]],
    collected: Collector,
    *,
    names: Mapping[str, str] = NO_COLUMNS,
    header: str = "",
    has_source: bool = False,
) -> None:
    """Group rows into claims, and add these and every problem to what is collected.

    Rows of one `claim_id` are lines of one claim, wherever they stand; a row without one is a claim of its
    own. A claim's own columns say the same in each of its rows, or a problem says where they do not.

    Args:
        columns: the names of the columns, any case: those of `CLAIM_COLUMNS` and of `LINE_FIELDS`. Others
            are not read, and a note says so.
        rows: for each row its place, as problems name it (`line 12`), and as many cells as there are
            columns. A cell is text, or of the field's type: `int`, `Decimal`, `datetime.date`, a list of
            codes; `None` or blank text is a field that is there and empty. A row of another width is a
            problem, and so is a cell of another type (a `float`; a number where a code or an id belongs).
        collected: the collector of the input.
        names: what the input calls a column, where it is another name; problems use it.
        header: where the input names its columns, such as `line 1`.
        has_source: whether each line and claim says from which place it came (`ServiceLine.source`,
            `Claim.source` of its first row).

    Raises:
        ReadError: a required column is missing, or one is there twice.

    Examples:
        >>> import datetime as dt
        >>> from otcodes.readers._batch import Collector
        >>> collected = Collector("frame")
        >>> collect(
        ...     ["claim_id", "procedure", "on", "units"],
        ...     [
        ...         ("row 0", ["A1", "97530", dt.date(2026, 3, 2), 2]),
        ...         ("row 1", ["A1", 97140, "2026-03-02", 1]),
        ...     ],
        ...     collected,
        ... )
        >>> [len(claim.lines) for claim in collected.claims], collected.claims[0].lost_lines
        ([1], 1)
        >>> str(collected.problems[0])[:50]
        'frame, row 1, procedure: expected text in quotatio'
    """
    columns = [column.strip().lower() for column in columns]
    _check_columns(columns, collected, header)
    groups = _Groups(columns, collected, names, has_source=has_source)
    for place, cells in rows:
        groups.add(place, cells)
    groups.close()


def _check_columns(columns: list[str], collected: Collector, header: str) -> None:
    name = collected.file
    where = f"{header}: " if header else ""
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise ReadError(name, f"{where}expected the columns {', '.join(missing)} (among others)")
    twice = sorted({column for column in columns if columns.count(column) > 1 and column})
    if twice:
        raise ReadError(name, f"{where}expected each column once, found twice: {', '.join(twice)}")
    known = set(LINE_FIELDS) | set(CLAIM_COLUMNS)
    unknown = [shown(column) for column in columns if column and column not in known]
    if unknown:
        collected.notes.append(f"{name}: columns not read: {', '.join(unknown)}")
    unjudged = [column for column in ("minutes", "place", "charge_usd") if column not in columns]
    if unjudged:
        without = ", ".join(unjudged)
        collected.notes.append(f"{name}: without the columns {without}, what rests on them is not checked")
    bare = [column for column in ("payer", "claim_diagnoses", "modifiers") if column not in columns]
    if bare:
        without = ", ".join(bare)
        collected.notes.append(f"{name}: without the columns {without}, its claims are read as having none")
    if "claim_id" not in columns:
        collected.notes.append(f"{name}: without the column claim_id, each row is a claim of its own")


@attrs.define
class _Rows:
    """The rows of one claim: the first one's place, the claim's fields, its lines, how many were lost."""

    place: str
    facts: dict[str, Any]
    lines: list[ServiceLine] = attrs.field(factory=list["ServiceLine"])
    lost: int = 0


@attrs.define
class _Groups:
    """The rows so far, by claim."""

    columns: list[str]
    collected: Collector
    names: Mapping[str, str]
    has_source: bool = attrs.field(kw_only=True)
    by_claim: dict[str | int, _Rows] = attrs.field(factory=dict["str | int", _Rows])

    def add(self, place: str, cells: Sequence[Any]) -> None:
        """Read one more row."""
        pairs = zip(self.columns, cells)  # noqa: B905 -- of a row too short, too, the claim is known
        facts = {column: cell.strip() if isinstance(cell, str) else cell for column, cell in pairs}
        given = facts.get("claim_id")
        claim = given if isinstance(given, str) and given else None
        own = {field: facts[column] for column, field in CLAIM_COLUMNS.items() if column in facts}
        line = None
        if isinstance(cells, Broken):
            own = {}
        elif len(cells) == len(self.columns):
            of_line = {column: facts[column] for column in facts if column in LINE_FIELDS}
            line = self.collected.line(of_line, place, claim, self.names, has_source=self.has_source)
        else:
            self.collected.problem(place, "", None, f"{len(self.columns)} cells, found {len(cells)}", claim)
            own = {}
        key = len(self.by_claim) if claim is None else claim
        known = self.by_claim.setdefault(key, _Rows(place, own))
        if line is None:
            known.lost += 1
        else:
            known.facts = known.facts or own
            known.lines.append(line)
        for field, value in own.items():
            if value != known.facts.get(field, value):
                expected = f"the value that {known.place} has for the same claim"
                seen = None if field in PRIVATE else value
                self.collected.problem(place, self._name(field), seen, expected, claim)

    def close(self) -> None:
        """Hand over the claims."""
        fields = {field: self._name(field) for field in COLUMNS}
        for each in self.by_claim.values():
            if each.lines:
                sources = (each.place if self.has_source else None, None)
                self.collected.claim(
                    each.facts, each.lines, each.place, fields, lost_lines=each.lost, sources=sources
                )

    def _name(self, field: str) -> str:
        column = COLUMNS[field]
        return self.names.get(column, column)
