"""Dated tables and their snapshots: what a code is on a day, whether it is, and what comes near it."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import attrs

from ._manifest import Coverage, Entry, Key
from ._store import read_table
from ._text import TextEnum
from .records import R, Row

if TYPE_CHECKING:
    from collections.abc import ItemsView, ValuesView
    from typing import TypeAlias

    from ._editions import Edition, TableFreshness
    from ._protocols import Rows, Source
    from ._search import Indexed
    from .differences import Diff
    from .errors import OtcodesError

    Span: TypeAlias = "tuple[dt.date, dt.date, Verdict]"


D = TypeVar("D")


class Verdict(TextEnum):
    """What a table says of a code on a day."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not-effective"
    UNKNOWN = "unknown"
    OUT_OF_COVERAGE = "out-of-coverage"
    NOT_BILLABLE = "not-billable"


EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, NOT_BILLABLE = Verdict

SUGGESTIONS = 3
SNAPSHOTS_KEPT = 64
ANSWERS_KEPT = 10_000


def check_day(on: object) -> None:
    """Raise `TypeError` unless it is a day."""
    if not isinstance(on, dt.date) or isinstance(on, dt.datetime):
        msg = f"on is a datetime.date, not {type(on).__name__}"
        raise TypeError(msg)


def _as_written(row: Row, key: Key) -> Key:
    """A key as its record writes it; of several columns, one of which may be called code, it is filed so."""
    return key if isinstance(key, tuple) else getattr(row, "code", key)


def spans_of(rows: Iterable[R]) -> tuple[tuple[dt.date, dt.date | None], ...]:
    """The first and last day of each version."""
    return tuple((row.valid_from, row.valid_to) for row in rows)


class _Spans(dict[Key, "tuple[Span, ...]"]):
    """The answerable spans of each key, made when first asked for.

    A code is kept as it is filed and as its record writes it; of any other way to write it there are none.
    """

    def __init__(self, table: Table[R]) -> None:
        self._table = table
        self._missing: dict[Key, tuple[Span, ...]] = {}

    def __missing__(self, key: Key) -> tuple[Span, ...]:
        table = self._table
        filed = table.normalize(key)
        owner = table.owner(filed)
        if owner is not None and (filed == key or getattr(owner.rows(filed)[0], "code", None) == key):
            spans = self[key] = tuple(
                (
                    row.valid_from,
                    owner.last_day(row),
                    EFFECTIVE if getattr(row, "is_billable", True) else NOT_BILLABLE,
                )
                for row in owner.rows(filed)
            )
            return spans
        if filed != key:
            return ()
        missing = self._missing.get(key)
        if missing is None:
            if len(self._missing) >= ANSWERS_KEPT:  # unlike the table's own keys, these have no end
                self._missing.clear()
            missing = self._missing[key] = table.spans_of_missing(key)
        return missing


class Table(Generic[R]):
    """One dated table; `on(day)` gives its snapshot.

    A table may have another one `beside` it, which answers for the codes that are not its own (all of
    HCPCS Level II beside the procedures of occupational therapy).

    Examples:
        >>> import datetime as dt, otcodes
        >>> otcodes.procedures.verdict("97003", on=dt.date(2026, 3, 2))
        <Verdict.NOT_EFFECTIVE: 'not-effective'>
        >>> otcodes.procedures.history("97003")[-1].successors
        ('97165', '97166', '97167')
    """

    def __init__(
        self,
        entry: Entry,
        kind: type[R],
        source: Source,
        *,
        form: str | None = None,
        beside: Table[R] | None = None,
    ) -> None:
        self.entry = entry
        self._kind = kind
        self._source = source
        self._form = form
        self._tables: tuple[Table[R], ...] = (self,) if beside is None else (self, beside)
        self._lock = threading.Lock()
        self._raw: Rows | None = None
        self._records: dict[Key, tuple[R, ...]] = {}
        self._spans = _Spans(self)
        self._snapshots: dict[dt.date, Snapshot[R]] = {}
        self.search_index: tuple[Indexed, ...] | None = None

    def __repr__(self) -> str:
        """The table's name and coverage."""
        return f"<Table {self.name}: {self.coverage}>"

    def _repr_html_(self) -> str:
        """What it was made from, in a notebook."""
        from . import _html  # noqa: PLC0415 -- only a notebook needs it

        editions = sorted(set(self.editions), key=lambda each: (each.effective, each.id), reverse=True)
        rows = ((each.id, each.effective, each.publisher, each.title) for each in editions)
        columns = ("edition", "speaks from", "publisher", "title")
        caption = f"Table {self.name}: {self.coverage}"
        return _html.block(_html.table(caption, columns, rows, count=len(editions)))

    @property
    def name(self) -> str:
        """The table's name."""
        return self.entry.name

    @property
    def editions(self) -> tuple[Edition, ...]:
        """The official publications it was made from, oldest first; those of the table beside it follow."""
        return tuple(edition for table in self._tables for edition in table.entry.editions)

    @property
    def coverage(self) -> Coverage:
        """The days and codes it can answer for."""
        return self.entry.coverage

    def on(self, day: dt.date) -> Snapshot[R]:
        """The table as it stands on one day.

        Raises:
            TypeError: `day` is not a `datetime.date`.
        """
        found = self._snapshots.get(day)
        if found is None:
            check_day(day)
            if len(self._snapshots) >= SNAPSHOTS_KEPT:
                self._snapshots.clear()
            found = self._snapshots.setdefault(day, self._snapshot(day))
        return found

    def _snapshot(self, day: dt.date) -> Snapshot[R]:
        return Snapshot(self, day)

    def verdict(self, code: Key, *, on: dt.date) -> Verdict:
        """Whether a code holds on a day; never raises for a `str`, and a malformed code is unknown.

        Raises:
            TypeError: `code` or `on` is of the wrong type.
        """
        try:
            for first, last, verdict in self._spans[code]:
                if first <= on <= last:
                    return verdict
        except TypeError:
            check_day(on)
            raise
        return self._judge(code, on)

    def history(self, code: Key) -> tuple[R, ...]:
        """Every dated version of a code, oldest first.

        Raises:
            UnknownCodeError: the code is malformed, or inside the table's scope and not in it.
            OutOfCoverageError: the table does not know such codes.
        """
        key = self.normalize(code)
        owner = self.owner(key)
        if owner is not None:
            return owner.rows(key)
        from .errors import OutOfCoverageError, UnknownCodeError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

        if not self._is_formed(key) or any(table.entry.covers(key) for table in self._tables):
            raise UnknownCodeError(self.name, code, None, self.suggest(code))
        raise OutOfCoverageError(self.name, code, None, str(self.coverage))

    def suggest(self, code: Key, *, on: dt.date | None = None) -> tuple[str, ...]:
        """Codes, in force on a day, that are written nearly like one; first those with a swap."""
        import difflib  # noqa: PLC0415 -- only a miss needs it

        key = self.normalize(code)
        if not isinstance(key, str):
            return ()
        near = [
            known
            for known in self._near(key)
            if on is None or self.verdict(known, on=on) in (EFFECTIVE, NOT_BILLABLE)
        ]
        slips = [known for known in near if _is_swapped(key, known)]
        found = (slips + [code for code in difflib.get_close_matches(key, near) if code not in slips])[
            :SUGGESTIONS
        ]
        return tuple(getattr(self._answering(known).rows(known)[-1], "code", known) for known in found)

    def _near(self, key: str) -> Iterator[str]:
        """The codes that one could be a slip of."""
        return (known for known in self.keys() if isinstance(known, str) and known[:1] == key[:1])

    def diff(self, first: dt.date, second: dt.date) -> Diff[R]:
        """What changed in the table from one day to another: `otcodes.diff` of it.

        Raises:
            OutOfCoverageError: a day is past all that the table answers for.
            TypeError: a day is not a `datetime.date`.
        """
        from .differences import diff  # noqa: PLC0415 -- most processes only look codes up

        return diff(self, first, second)

    def freshness(self, on: dt.date) -> tuple[TableFreshness, ...]:
        """Whether an edition on board speaks for a day; that of the table beside it follows."""
        return tuple(table.entry.freshness(on) for table in self._tables)

    def __iter__(self) -> Iterator[R]:
        """Every row, in the order of the file, the rows of the table beside it last."""
        if len(self._tables) == 1:
            return self.own()
        return (row for _, _, rows in self.versions() for row in rows)

    def __len__(self) -> int:
        """How many rows it has, with those of the table beside it."""
        return sum(1 for _ in self)

    # What snapshots and rules of this package stand on.

    def own(self) -> Iterator[R]:
        """Every row of its own file."""
        return self._load().every(self._kind)

    def under(self, prefix: str = "") -> Iterator[tuple[Key, tuple[R, ...]]]:
        """Every own key that begins so, with its records, oldest first."""
        return self._load().under(prefix, self._kind)

    def versions(self) -> Iterator[tuple[Table[R], Key, tuple[R, ...]]]:
        """Every key with the table that has it and its records, oldest first; its own keys first."""
        own = self._load()
        for table in self._tables:
            for key, rows in table.under():
                if table is self or key not in own:
                    yield table, key, rows

    def keys(self) -> Iterator[Key]:
        """Every key, its own first."""
        own = self._load()
        yield from own
        for beside in self._tables[1:]:
            yield from (key for key in beside.keys() if key not in own)

    def normalize(self, code: Key) -> Key:
        """The form of a code, or of a key of several columns, that rows are filed under.

        Raises:
            TypeError: it is not a `str`, nor a tuple of them.
            ValueError: a tuple has too few or too many parts.
        """
        return self.entry.normalize(code)

    def owner(self, key: Key) -> Table[R] | None:
        """The table, this or the one beside it, that has rows of this normalised key."""
        return next((table for table in self._tables if key in table._load()), None)  # noqa: SLF001

    def rows(self, key: Key) -> tuple[R, ...]:
        """The records of one of its own keys, oldest first."""
        found = self._records.get(key)
        if found is None:
            found = self._records.setdefault(key, self._load().records(key, self._kind))
        return found

    def absence_carried_from(self, code: Key, on: dt.date) -> str | None:
        """The edition that a code's absence is carried forward from, where no edition speaks for the day."""
        key = self.normalize(code)
        silent = (
            table.entry for table in self._tables if table.entry.covers(key) and on > table.coverage.last
        )
        return next((entry.edition_until(None, key) for entry in silent), None)

    def row_on(self, rows: Iterable[R], on: dt.date) -> R | None:
        """The one of a key's own rows that answers for a day."""
        return next((row for row in rows if row.valid_from <= on <= self.last_day(row)), None)

    def last_day(self, row: R) -> dt.date:
        """The last day for which a row of its own answers."""
        return row.valid_to or max(self.coverage.horizon, row.confirmed_to or self.coverage.horizon)

    def is_carried(self, row: R, on: dt.date) -> bool:
        """Whether a row of its own answers for that day only because nothing newer is on board."""
        return row.valid_to is None and on > (row.confirmed_to or self.coverage.last)

    def replaced_by(self, row: R, first: dt.date, second: dt.date) -> tuple[str, ...]:  # noqa: ARG002 -- where it depends on the days
        """The codes that took the place of one of its own, gone between two days."""
        return getattr(row, "successors", ())

    def _not_found(self, code: Key, on: dt.date, verdict: Verdict) -> OtcodesError:
        """Why there is no record of a code on a day."""
        from .errors import NotEffectiveError, OutOfCoverageError, UnknownCodeError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

        owner = self._answering(self.normalize(code))
        if verdict is UNKNOWN:
            return UnknownCodeError(self.name, code, on, self.suggest(code, on=on))
        if verdict is OUT_OF_COVERAGE:
            return OutOfCoverageError(self.name, code, on, str(owner.coverage))
        rows = owner.rows(self.normalize(code))
        return NotEffectiveError(self.name, code, on, spans_of(rows), getattr(rows[-1], "successors", ()))

    def _answering(self, key: Key) -> Table[R]:
        owner = self.owner(key)
        return self if owner is None else owner

    def _load(self) -> Rows:
        raw = self._raw
        if raw is None:
            with self._lock:
                raw = self._raw
                if raw is None:
                    raw = self._raw = read_table(self._source, self.entry)
        return raw

    def _is_formed(self, key: Key) -> bool:
        if self._form is None:
            return True
        parts = (key,) if isinstance(key, str) else key
        return all(re.fullmatch(self._form, part) for part in parts)

    def _judge(self, code: Key, on: dt.date) -> Verdict:
        """The verdict on a code that is not normalised, or that no span answers for on the day."""
        check_day(on)
        key = self.normalize(code)
        if key != code:
            return self.verdict(key, on=on)
        owner = self.owner(key)
        if owner is None:
            return OUT_OF_COVERAGE
        rows, coverage = owner.rows(key), owner.coverage
        if coverage.gap_of(on):
            return OUT_OF_COVERAGE
        following = next((row for row in rows if row.valid_from > on), None)
        if following is not None:
            # A start that is not known lies in the gap before it; where there is none, on any day before.
            is_told = following.is_start_known or (
                on >= coverage.first and coverage.is_started_in_gap(following.valid_from)
            )
            return NOT_EFFECTIVE if is_told else OUT_OF_COVERAGE
        # Behind the end of the last row: after what the table covers, nobody here knows.
        ended = rows[-1].valid_to is not None and on <= coverage.horizon
        return NOT_EFFECTIVE if ended else OUT_OF_COVERAGE

    def spans_of_missing(self, key: Key) -> tuple[Span, ...]:
        """The days on which a key without rows is known to be unknown; on all others nobody here knows."""
        if not self._is_formed(key):
            return ((dt.date.min, dt.date.max, UNKNOWN),)
        covering = next((table.coverage for table in self._tables if table.entry.covers(key)), None)
        return tuple((first, last, UNKNOWN) for first, last in covering.spans()) if covering else ()

    def find(self, code: Key, on: dt.date) -> R:
        """The record of a code on a day; headers of a classification count as found.

        Raises:
            UnknownCodeError, NotEffectiveError, OutOfCoverageError: as the verdict says.
        """
        verdict = self.verdict(code, on=on)
        if verdict in (UNKNOWN, OUT_OF_COVERAGE, NOT_EFFECTIVE):
            raise self._not_found(code, on, verdict)
        key = self.normalize(code)
        owner = self._answering(key)
        row = owner.row_on(owner.rows(key), on)
        if row is None or not owner.is_carried(row, on):
            return cast("R", row)
        edition = owner.entry.edition_until(row.confirmed_to, key)
        marked: R = attrs.evolve(cast("Any", row), carried_forward=True, edition=edition)
        return marked


def _is_swapped(code: str, other: str) -> bool:
    """Whether two neighbouring characters changed places."""
    swaps = (code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(len(code) - 1))
    return len(code) == len(other) and code != other and other in swaps


class _Hits(dict[Key, R]):
    """The records that a snapshot has given out, by the code as it is filed and as its record writes it."""

    def __init__(self, table: Table[R], on: dt.date) -> None:
        self._table, self._on = table, on

    def __missing__(self, code: Key) -> R:
        record = self._table.find(code, self._on)
        if code == getattr(record, "code", None) or self._table.normalize(code) == code:
            self[code] = record
        return record


class Snapshot(Mapping[Key, R]):
    """A table on one day: a mapping from the codes in force to their records.

    `snapshot[code]` raises, `.get(code)` gives `None`, `.search(text)` a tuple. All of them, and `in`,
    raise `OutOfCoverageError` where the table does not know.

    Examples:
        >>> import datetime as dt, otcodes
        >>> day = otcodes.procedures.on(dt.date(2026, 3, 2))
        >>> day["97530"].unit_minutes, "97003" in day, day.get("97003") is None
        (15, False, True)
        >>> [found.code for found in day.search("wheelchair", limit=1)]
        ['97542']
    """

    __slots__ = ("_found", "_hits", "day", "table")

    def __init__(self, table: Table[R], day: dt.date) -> None:
        self.table: Table[R] = table
        self.day: dt.date = day
        self._hits = _Hits(table, day)
        self._found: dict[Key, R | None] = {}

    def __getitem__(self, code: Key) -> R:
        """The record of a code on this day.

        Raises:
            UnknownCodeError, NotEffectiveError: both `KeyError`s.
            OutOfCoverageError: the table does not know.
        """
        return self._hits[code]

    @overload
    def get(self, key: Key, /) -> R | None: ...
    @overload
    def get(self, key: Key, /, default: R | D) -> R | D: ...
    def get(self, key: Key, /, default: R | D | None = None) -> R | D | None:
        """The record of a code, or the default where there is none on this day.

        Raises:
            OutOfCoverageError: the table does not know.
        """
        return self._hits[key] if key in self else default

    def __contains__(self, code: object) -> bool:
        """Whether there is a record of a code on this day.

        Raises:
            OutOfCoverageError: the table does not know.
        """
        verdict = self.table.verdict(cast("Key", code), on=self.day)
        if verdict is OUT_OF_COVERAGE:
            self.table.find(cast("Key", code), self.day)  # which says why
        return verdict in (EFFECTIVE, NOT_BILLABLE)

    def find(self, code: Key) -> R | None:
        """The record of a code, or `None` where it has none or the table does not know."""
        try:
            return self._found[code]
        except KeyError:
            known = self.table.verdict(code, on=self.day) in (EFFECTIVE, NOT_BILLABLE)
            if len(self._found) >= ANSWERS_KEPT:  # misses, unlike hits, have no end
                self._found.clear()
            return self._found.setdefault(code, self._hits[code] if known else None)

    def __iter__(self) -> Iterator[Key]:
        """The codes in force, as their records write them."""
        for owner, key, rows in self.table.versions():
            row = owner.row_on(rows, self.day)
            if row is not None:
                yield _as_written(row, key)

    def __len__(self) -> int:
        """How many codes are in force."""
        return sum(1 for _ in self)

    def values(self) -> ValuesView[R]:
        """The records in force."""
        from ._views import Records  # noqa: PLC0415 -- most processes only look codes up

        return Records(self)

    def items(self) -> ItemsView[Key, R]:
        """The codes in force, as their records write them, with their records."""
        from ._views import Items  # noqa: PLC0415 -- as above

        return Items(self)

    def in_force(self) -> Iterator[tuple[Key, R]]:
        """The codes in force with their records, read in a row: none is looked up, and none is kept."""
        for owner, key, rows in self.table.versions():
            row = owner.row_on(rows, self.day)
            if row is not None:
                code = _as_written(row, key)
                yield code, self[code] if owner.is_carried(row, self.day) else row

    def __repr__(self) -> str:
        """The table's name and the day."""
        return f"<Snapshot of {self.table.name} on {self.day}>"

    def _repr_html_(self) -> str:
        """The first records in force and how many more there are, in a notebook."""
        from . import _html  # noqa: PLC0415 -- only a notebook needs it

        count = len(self)
        caption = f"Snapshot of {self.table.name} on {self.day}: {_html.counted(count, 'record')}"
        known = map(str, self.table.freshness(self.day))
        return _html.block(_html.records(caption, self.values(), count=count), *map(_html.note, known))

    def search(self, text: str, *, limit: int = 20) -> tuple[R, ...]:
        """The records in force that fit some words, best first: code, words, prefixes, letters in order.

        An empty tuple where nothing fits, or where the day is outside the table's coverage.

        Raises:
            TypeError: `text` is not a `str`.
        """
        from ._search import ranked  # noqa: PLC0415 -- most processes only look codes up

        return tuple([self[code] for code in islice(ranked(self, text), limit)])
