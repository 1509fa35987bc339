"""What changed in a table from one day to another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, cast

import attrs

from ._editions import Freshness, TableFreshness
from ._text import TextEnum
from .errors import OutOfCoverageError
from .records import R, Row
from .tables import OUT_OF_COVERAGE, Table, check_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._manifest import Key

# What tells two rows of a code apart without a change of the code.
DAYS = frozenset(attrs.fields_dict(Row))


class ChangeKind(TextEnum):
    """What became of a code.

    A diagnosis that became a header needs more characters from then on. Not known: the table does not know
    its state on one of the days, which is neither a change nor none.
    """

    ADDED = "added"
    RETIRED = "retired"
    REVISED = "revised"
    BECAME_HEADER = "became-a-header"
    BECAME_BILLABLE = "became-billable"
    NOT_KNOWN = "not-known"

    @property
    def in_words(self) -> str:
        """The word without hyphens."""
        return self.value.replace("-", " ")


@attrs.frozen(kw_only=True)
class Change(Generic[R]):
    """The change of one code, or of what a table says of one, from one day to another.

    Attributes:
        table: the table's name.
        code: the code; of a key of several parts, all of them.
        kind: what became of it.
        before: its record on the first day, where there is one.
        after: its record on the second day, where there is one.
        fields: the fields, besides its days, in which the two records differ; of one that came or went and
            has no label, all but its key: that a pair is added says little without its indicator.
        successors: the codes that took its place, as far as the tables tell.
    """

    table: str
    code: str
    kind: ChangeKind
    before: R | None = attrs.field(default=None, repr=False)
    after: R | None = attrs.field(default=None, repr=False)
    fields: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        """What the code is, in words, where the table says it."""
        return getattr(self.after or self.before, "label", None)

    def __str__(self) -> str:
        """The change in words."""
        text = f"{self.code} {self.kind.in_words}"
        if self.kind is ChangeKind.REVISED:
            return f"{text}: {', '.join(map(self._in_words, self.fields))}"
        after = f"; in its place: {', '.join(self.successors)}" if self.successors else ""
        said = self.label or ", ".join(map(self._in_words, self.fields))
        return f"{text}: {said}{after}" if said else f"{text}{after}"

    def _in_words(self, field: str) -> str:
        rows = (row for row in (self.before, self.after) if row is not None)
        return f"{field.replace('_', ' ')} {' -> '.join(_words(getattr(row, field)) for row in rows)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; each field that changed has its value before and after."""
        return {
            "table": self.table,
            "code": self.code,
            "kind": self.kind.value,
            "label": self.label,
            "fields": {
                name: [
                    None if row is None else _plain(getattr(row, name)) for row in (self.before, self.after)
                ]
                for name in self.fields
            },
            "successors": list(self.successors),
        }


@attrs.frozen(kw_only=True)
class Diff(Generic[R]):
    """The changes of a table between two days, in the order of the table; iterating gives them.

    Attributes:
        table: the table's name.
        first: the day it starts from.
        second: the day it leads to.
        changes: what changed, and of which codes that cannot be told.
        carried_forward: the codes that are the same only because no edition on board speaks for one of the
            days: an older one's record is carried forward, and no change of them is on board.
        freshness: whether an edition on board speaks for these days, for the table and the one beside it.
    """

    table: str
    first: dt.date
    second: dt.date
    changes: tuple[Change[R], ...] = attrs.field(repr=lambda changes: f"<{len(changes)}>")
    carried_forward: tuple[str, ...] = attrs.field(repr=lambda codes: f"<{len(codes)}>")
    freshness: tuple[TableFreshness, ...] = attrs.field(repr=False)

    def __iter__(self) -> Iterator[Change[R]]:
        """The changes."""
        return iter(self.changes)

    @property
    def added(self) -> tuple[R, ...]:
        """The records that came."""
        return tuple(change.after for change in self.of(ChangeKind.ADDED) if change.after is not None)

    @property
    def retired(self) -> tuple[R, ...]:
        """The records that went."""
        return tuple(change.before for change in self.of(ChangeKind.RETIRED) if change.before is not None)

    @property
    def revised(self) -> tuple[tuple[R, R], ...]:
        """The records before and after, where something else than their days changed."""
        return self._pairs(ChangeKind.REVISED)

    @property
    def became_header(self) -> tuple[tuple[R, R], ...]:
        """The records before and after of codes that are no longer billable: they need more characters."""
        return self._pairs(ChangeKind.BECAME_HEADER)

    @property
    def became_billable(self) -> tuple[tuple[R, R], ...]:
        """The records before and after of headers that became billable."""
        return self._pairs(ChangeKind.BECAME_BILLABLE)

    @property
    def not_known(self) -> tuple[str, ...]:
        """The codes of which the table does not know the state on one of the days."""
        return tuple(change.code for change in self.of(ChangeKind.NOT_KNOWN))

    @property
    def is_complete(self) -> bool:
        """Whether every change of the table is in it: editions on board speak for both days.

        Past its last edition a table has no changes, which does not say that there were none.
        """
        is_told = all(each.freshness is Freshness.CURRENT for each in self.freshness)
        return is_told and not self.not_known and not self.carried_forward

    def of(self, kind: ChangeKind) -> tuple[Change[R], ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)

    def _pairs(self, kind: ChangeKind) -> tuple[tuple[R, R], ...]:
        found = ((change.before, change.after) for change in self.of(kind))
        return tuple((before, after) for before, after in found if before is not None and after is not None)

    def _repr_html_(self) -> str:
        """The first changes, how many there are of each kind, and what is not told, in a notebook."""
        from . import _html  # noqa: PLC0415 -- only a notebook needs it

        kinds = ((kind.in_words, len(self.of(kind))) for kind in ChangeKind)
        said = ", ".join(f"{count:,} {words}" for words, count in kinds if count) or "no changes"
        carried = len(self.carried_forward)
        if not self.is_complete:
            said += "; not every change is on board"
        return _html.block(
            _html.table(
                f"{self.table} from {self.first} to {self.second}: {said}",
                ("code", "change"),
                ((each.code, str(each).removeprefix(f"{each.code} ")) for each in self.changes),
                count=len(self.changes),
            ),
            _html.note(f"{_html.counted(carried, 'code')} carried forward: no change of them is on board")
            if carried
            else "",
            *(_html.note(str(each)) for each in self.freshness if each.freshness is not Freshness.CURRENT),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "table": self.table,
            "from": self.first.isoformat(),
            "to": self.second.isoformat(),
            "is_complete": self.is_complete,
            "changes": [change.to_dict() for change in self.changes],
            "carried_forward": list(self.carried_forward),
            "freshness": [each.to_dict() for each in self.freshness],
        }


def diff(table: Table[R], first: dt.date, second: dt.date) -> Diff[R]:
    """What changed in a table from one day to another.

    Args:
        table: the table, such as `otcodes.procedures`.
        first: the day to start from.
        second: the day to lead to; it may be the earlier one.

    Raises:
        OutOfCoverageError: a day is past all that the table answers for.
        TypeError: an argument is of the wrong type.

    Examples:
        >>> import datetime as dt, otcodes
        >>> changes = otcodes.diff(otcodes.diagnoses, dt.date(2025, 9, 30), dt.date(2025, 10, 1))
        >>> [(str(change.kind), change.successors) for change in changes if change.code == "G35"]
        [('became-a-header', ('G35.A', 'G35.B', 'G35.C', 'G35.D'))]
        >>> changes.is_complete
        True
    """
    if not isinstance(table, Table):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers are not all typed
        msg = f"table is a Table such as otcodes.procedures, not {type(table).__name__}"
        raise TypeError(msg)
    for day in (first, second):
        check_day(day)
        # Before its first day a table knows single codes, and the others are listed; after its last, none.
        if all(each.answers_to is not None and day > each.answers_to for each in table.freshness(day)):
            raise OutOfCoverageError(table.name, None, day, str(table.coverage))
    changes: list[Change[R]] = []
    carried: list[str] = []
    for owner, key, rows in table.versions():
        change, is_carried = compared(table, owner, key, rows, first=first, second=second)
        if change is not None:
            changes.append(change)
        elif is_carried:
            carried.append(name_of(owner, key, rows))
    return Diff(
        table=table.name,
        first=first,
        second=second,
        changes=tuple(changes),
        carried_forward=tuple(carried),
        freshness=(*table.freshness(first), *table.freshness(second)),
    )


def compared(
    table: Table[R], owner: Table[R], key: Key, rows: tuple[R, ...], *, first: dt.date, second: dt.date
) -> tuple[Change[R] | None, bool]:
    """What became of a key with its rows, by the table that has them, if anything did.

    And whether it is the same only because one of its records is carried forward from an older edition.
    """
    before, after = owner.row_on(rows, first), owner.row_on(rows, second)
    kind = None if before is after else _kind(before, after)
    if (before is None and table.verdict(key, on=first) is OUT_OF_COVERAGE) or (
        after is None and table.verdict(key, on=second) is OUT_OF_COVERAGE
    ):
        kind = ChangeKind.NOT_KNOWN
    if kind is None:
        return None, (before is not None and owner.is_carried(before, first)) or (
            after is not None and owner.is_carried(after, second)
        )
    is_gone = kind in (ChangeKind.RETIRED, ChangeKind.BECAME_HEADER) and first < second
    change = Change(
        table=table.name,
        code=name_of(owner, key, rows),
        kind=kind,
        before=before,
        after=after,
        fields=_differing(before, after) or _facts(owner, before, after),
        successors=owner.replaced_by(cast("R", before), first, second) if is_gone else (),
    )
    return change, False


def _kind(before: Row | None, after: Row | None) -> ChangeKind | None:
    if before is None or after is None:
        return ChangeKind.ADDED if before is None else ChangeKind.RETIRED
    is_billable = getattr(before, "is_billable", True), getattr(after, "is_billable", True)
    if is_billable == (True, False):
        return ChangeKind.BECAME_HEADER
    if is_billable == (False, True):
        return ChangeKind.BECAME_BILLABLE
    return ChangeKind.REVISED if _differing(before, after) else None


def _differing(before: Row | None, after: Row | None) -> tuple[str, ...]:
    """The fields in which two records differ; none where one is missing."""
    if before is None or after is None:
        return ()
    names = (field.name for field in attrs.fields(type(before)) if field.name not in DAYS)
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _facts(owner: Table[R], before: Row | None, after: Row | None) -> tuple[str, ...]:
    """Of one record alone that has no label: its fields but the key."""
    row = after if before is None else before if after is None else None
    if row is None or hasattr(row, "label"):
        return ()
    names = (field.name for field in attrs.fields(type(row)))
    return tuple(name for name in names if name not in DAYS and name not in owner.entry.key)


def name_of(owner: Table[R], key: Key, rows: tuple[R, ...]) -> str:
    """A key as its rows write it; a number in it as it is filed."""
    parts = (key,) if isinstance(key, str) else key
    written = (getattr(rows[0], column) for column in owner.entry.key)
    return " ".join(
        part if isinstance(cell, int) else str(cell) for part, cell in zip(parts, written, strict=True)
    )


def _words(value: object) -> str:
    if value is None or value == ():
        return "none"
    return ", ".join(map(str, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else str(value)


def _plain(value: object) -> object:
    """A value of a record as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(part) for part in cast("tuple[object, ...]", value)]
    if isinstance(value, (dt.date, Decimal, TextEnum)):
        return str(value)
    return value
