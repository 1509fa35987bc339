"""The manifest of a set of tables: what each covers and what it was made from.

`manifest.toml` keeps to lines of TOML that need no TOML reader, which Python 3.10 has not: headers of tables
and editions, and `key = value` with a plain string, number, boolean or array of strings. A table's entry is
read when it is first asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ._blocks import table_error
from ._text import normalize_code

if TYPE_CHECKING:
    from ._editions import Edition, TableFreshness
    from .errors import TableError

Key: TypeAlias = "str | tuple[str, ...]"
Facts: TypeAlias = "dict[str, Any]"

MANIFEST = "manifest.toml"
TABLE, EDITION, EDITIONS = "[tables.", "[[tables.", ".editions]]"
START = f"\n{TABLE}".encode()
# Columns of a key that hold words, not codes.
WORDS = frozenset({"payer", "setting", "kind", "program", "discipline", "holiday"})
SCHEMA = 1
LONGEST_NUMBER = 9
# What an entry's values are; its days are read as such.
KINDS: Mapping[str, type] = {
    **dict.fromkeys(("file", "sha256", "licence", "note", "index", "index_sha256"), str),
    **dict.fromkeys(("key", "scope", "gaps"), list),
    "rows": int,
    "carries_forward": bool,
}
DAY = dt.timedelta(days=1)


class Coverage:
    """What a table can answer for: a span of days, and a scope of codes in which a missing one is unknown.

    Attributes:
        scope: ranges of normalised codes, first and last, inside which "not in the table" is an answer.
        gaps: spans of days between editions on board, first and last, for which none is on board: there only
            a row that holds throughout answers. What began in one was not there before it, unless the day
            before its first row is a gap of its own.
        first: the first day of that answer.
        last: the last day that an edition on board speaks for.
        carried_to: the last day up to which a slow-moving code set still answers, marked.
        carries_forward: whether open rows answer without end after `last`, marked.
    """

    def __init__(
        self,
        *,
        scope: tuple[tuple[str, str], ...],
        first: dt.date,
        last: dt.date,
        carried_to: dt.date | None,
        carries_forward: bool,
        gaps: tuple[tuple[dt.date, dt.date], ...],
    ) -> None:
        self.scope = scope
        self.gaps = gaps
        self.first = first
        self.last = last
        self.carried_to = carried_to
        self.carries_forward = carries_forward

    @property
    def horizon(self) -> dt.date:
        """The last day for which the table answers at all."""
        if self.carries_forward:
            return dt.date.max
        return max(self.last, self.carried_to or self.last)

    def gap_of(self, day: dt.date) -> tuple[dt.date, dt.date] | None:
        """The gap that a day lies in."""
        return next((gap for gap in self.gaps if gap[0] <= day <= gap[1]), None)

    def is_started_in_gap(self, day: dt.date) -> bool:
        """Whether a row that is known from a day on, not from when, began in the gap before that day.

        A gap of one day is no such one: it says only that of this day nothing is known.
        """
        gap = self.gap_of(day - DAY)
        return gap is not None and gap[0] < gap[1]

    def spans(self) -> Iterator[tuple[dt.date, dt.date]]:
        """The spans of days, first and last, on which a missing code is an answer."""
        first = self.first
        for start, end in self.gaps:
            if first < start:
                yield first, start - DAY
            first = end + DAY
        yield first, self.horizon

    def _joined_gaps(self) -> list[tuple[dt.date, dt.date]]:
        found: list[tuple[dt.date, dt.date]] = []
        for first, last in self.gaps:
            if found and found[-1][1] + DAY == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return found

    def includes(self, code: str) -> bool:
        """Whether the code is one of those whose absence means something."""
        return any(first <= code <= last and len(code) == len(first) for first, last in self.scope)

    def __str__(self) -> str:
        """The coverage in words."""
        scope = ", ".join(f"{first} to {last}" if first != last else first for first, last in self.scope[:4])
        more = ", …" if len(self.scope) > 4 else ""  # noqa: PLR2004 -- as many as are shown
        days = f"{self.first} to {self.last}"
        if self.carries_forward:
            days += ", carried forward after that"
        elif self.carried_to:
            days += f", carried to {self.carried_to}"
        for first, last in self._joined_gaps():
            days += f", {first} to {last} only where the editions before and after agree"
        return f"{days}; complete for {scope}{more}" if scope else f"{days}; only the codes listed"


class Entry:
    """A table's entry in the manifest.

    Attributes:
        name: the table's name.
        file: its file beside the manifest.
        key: the columns that name a row, without its days.
        rows: how many rows there are.
        sha256: of the file's bytes; of a file of blocks, of its columns, keys and digests.
        coverage: what it can answer for.
        licence: under which terms the facts may be used.
        note: what a user should know of it.
        index: the file of blocks by which its titles are searched; empty where there is none.
        index_sha256: of that file, as for a file of blocks.
    """

    def __init__(self, name: str, facts: Facts, editions: Callable[[], list[dict[str, Any]]]) -> None:
        self.name = name
        if facts.get("schema") != SCHEMA:
            problem = f"table {name} has schema {facts.get('schema')}, this code reads {SCHEMA}"
            raise table_error(MANIFEST, None, problem)
        try:
            for named, value in facts.items():
                kind = KINDS.get(named)
                if kind is not None and type(value) is not kind:
                    raise TypeError(f"{named} is no {kind.__name__}")  # noqa: TRY301 -- one message for all
            self.file: str = facts["file"]
            self.key: tuple[str, ...] = tuple(facts["key"])
            self.rows: int = facts["rows"]
            self.sha256: str = facts["sha256"]
            self.coverage: Coverage = _coverage(facts)
            self.licence: str = facts["licence"]
            self.note: str = facts.get("note", "")
            self.index: str = facts.get("index", "")
            self.index_sha256: str = facts["index_sha256"] if self.index else ""
        except (KeyError, TypeError, ValueError) as error:
            raise self._malformed(error) from error
        self._editions = editions

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """What it was made from, oldest first."""
        from ._editions import Edition, ImportedEdition  # noqa: PLC0415 -- a look-up does without them

        try:
            dated = [
                {name: _of_edition(name, value) for name, value in facts.items()}
                for facts in self._editions()
            ]
            return tuple(ImportedEdition(**facts) if "file" in facts else Edition(**facts) for facts in dated)
        except (KeyError, TypeError, ValueError) as error:
            raise self._malformed(error) from error

    def _malformed(self, error: Exception) -> TableError:
        return table_error(MANIFEST, None, f"table {self.name}: {type(error).__name__} {error}")

    def __repr__(self) -> str:
        """The table's name and coverage."""
        return f"<Entry {self.name}: {self.coverage}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        import attrs  # noqa: PLC0415 -- as for the editions

        editions = [attrs.asdict(edition) for edition in self.editions]
        facts = {name: value for name, value in vars(self).items() if name != "_editions"}
        return {**facts, "coverage": vars(self.coverage), "editions": editions}

    def normalize(self, key: Key) -> Key:
        """The form of a code, or of a key of several columns, that rows are filed under."""
        if not isinstance(key, tuple):
            form = normalize_code(key)  # which refuses what is no str
            return key if self.key[0] in WORDS else form
        return tuple(
            [
                str(part) if column in WORDS else normalize_code(part)
                for column, part in zip(self.key, key, strict=True)
            ]
        )

    def edition_on(self, day: dt.date, words: Mapping[str, str]) -> str:
        """The id of the newest edition that had taken effect on a day; of an earlier day, the oldest.

        Args:
            day: the day.
            words: by column of the key, the word that is asked about, such as a setting: editions of others
                are left out.
        """
        ours = [
            edition
            for edition in self.editions
            if all(words.get(name, own) == own for name, own in zip(self.key, edition.part, strict=False))
        ]
        there = [edition for edition in ours if edition.effective <= day]
        return (there or ours or self.editions)[-1 if there else 0].id

    def is_told_by_part(self, day: dt.date, words: Mapping[str, str]) -> bool:
        """Whether an imported edition of the part that is asked about speaks for a day, the table not yet.

        Not of a table whose missing keys are answers: these go by the whole of it.
        """
        from ._editions import ImportedEdition  # noqa: PLC0415 -- a look-up does without them

        return not self.coverage.scope and any(
            isinstance(edition, ImportedEdition)
            and edition.effective <= day <= edition.last
            and edition.part
            and all(words.get(name) == own for name, own in zip(self.key, edition.part, strict=False))
            for edition in self.editions
        )

    @property
    def last_edition(self) -> str:
        """The id of the newest edition that speaks for the whole table, which is carried forward after it."""
        return self.edition_until(None)

    def edition_until(self, confirmed_to: dt.date | None, key: Key = ()) -> str:
        """The id of the newest edition that speaks for a row, by the last day that one on board confirms.

        Args:
            confirmed_to: that day; by default the last one that is covered.
            key: the key of the row, by which editions of other settings are left out; of none, all count.
        """
        last = confirmed_to or self.coverage.last
        spoken = [edition for edition in self.editions if edition.effective <= last] or self.editions[:1]
        if key:
            of_part = [each for each in spoken if not each.part or each.part == key[: len(each.part)]]
            spoken = of_part or spoken
        # Of those of one day, one that a user imported.
        return max(spoken, key=lambda edition: (edition.effective, hasattr(edition, "file"))).id

    def freshness(self, on: dt.date) -> TableFreshness:
        """Whether an edition on board speaks for a day."""
        from ._editions import Freshness, TableFreshness  # noqa: PLC0415 -- as for the editions

        coverage = self.coverage
        if not coverage.first <= on <= coverage.horizon:
            freshness = Freshness.OUT_OF_COVERAGE
        elif on > coverage.last:
            freshness = Freshness.CARRIED_FORWARD
        else:
            freshness = Freshness.IN_GAP if coverage.gap_of(on) else Freshness.CURRENT
        return TableFreshness(
            table=self.name,
            on=on,
            freshness=freshness,
            edition=self.last_edition,
            covered_from=coverage.first,
            covered_to=coverage.last,
            answers_to=None if coverage.carries_forward else coverage.horizon,
        )

    def covers(self, key: Key) -> bool:
        """Whether a missing key is an answer, on a covered day: all its codes are in the scope."""
        if isinstance(key, str):
            return self.coverage.includes(key)
        codes = (part for column, part in zip(self.key, key, strict=True) if column not in WORDS)
        return all(map(self.coverage.includes, codes))


def _of_edition(name: str, value: Any) -> Any:
    """A value of an edition as its field has it."""
    if name in ("effective", "first", "last"):
        return dt.date.fromisoformat(value)
    if isinstance(value, list) is not (name in ("part", "scope")) or isinstance(value, int):
        raise TypeError(f"{name} is {value!r}")
    return tuple(cast("list[str]", value)) if isinstance(value, list) else value


def _coverage(facts: Facts) -> Coverage:
    day = dt.date.fromisoformat
    ranges = (span.partition("-") for span in facts["scope"])
    spans = (span.partition("/") for span in facts.get("gaps", ()))
    gaps = tuple((day(start), day(end)) for start, _, end in spans)
    first, last = day(facts["coverage_from"]), day(facts["coverage_to"])
    # A gap may lie past the last day: one of a part of the table, of which editions speak for longer.
    days = [each for gap in gaps for each in gap]
    if first > last or days != sorted(days) or dt.date.max in (last, *days):
        raise ValueError("its days are not in order, or have no end")
    return Coverage(
        scope=tuple((start, end) for start, _, end in ranges),
        first=first,
        last=last,
        carried_to=day(facts["carried_to"]) if "carried_to" in facts else None,
        carries_forward=facts.get("carries_forward", False),
        gaps=gaps,
    )


class Manifest(Mapping[str, Entry]):
    """The entries of a manifest by their tables' names, each read when it is first asked for.

    Raises:
        TableError: a line is not of the manifest's form, or an entry lacks a key.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._entries: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        """The entry of one table."""
        found = self._entries.get(name)
        if found is None:
            # Of all of it, only this table's part is taken apart.
            header = f"\n{TABLE}{name}]\n".encode()
            start = self._content.find(header)
            if start < 0:
                raise KeyError(name)
            end = self._content.find(START, start + 1)
            lines = self._content[start + len(header) : end if end >= 0 else None].decode("utf-8")
            above = self._content.count(b"\n", 0, start) + 2
            own, first, rest = lines.partition(f"\n{EDITION}")
            editions = partial(_editions, name, first[1:] + rest, above + own.count("\n") + 1)
            found = self._entries.setdefault(name, Entry(name, _facts(own.splitlines(), above), editions))
        return found

    @cached_property
    def data_version(self) -> str:
        """The version of the set of tables as a whole; empty where it has none."""
        head = _facts(self._content.partition(START)[0].decode("utf-8").splitlines(), 0)
        version = head.pop("data_version", "")
        if head or not isinstance(version, str):
            problem = f"expected nothing but a data_version before {TABLE}NAME], found {[*head] or version}"
            raise table_error(MANIFEST, None, problem)
        return version

    @cached_property
    def _names(self) -> tuple[str, ...]:
        _ = self.data_version  # so that nothing stands before the tables that is not read
        _, *sections = self._content.decode("utf-8").split(START.decode())
        names: list[str] = []
        for section in sections:
            name, end, _ = section.partition("]\n")
            if not end or not name.isidentifier() or name in names:
                found = f"{TABLE}{name[:40]}"
                raise table_error(MANIFEST, None, f"expected {TABLE}NAME] on a line, once, found {found!r}")
            names.append(name)
        return tuple(names)

    def __iter__(self) -> Iterator[str]:
        """The names of the tables, as the manifest has them."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self._names)


def _editions(table: str, lines: str, above: int) -> list[Facts]:
    """The values of each of a table's editions."""
    header = f"{EDITION}{table}{EDITIONS}\n"
    found: list[Facts] = []
    before, *parts = lines.split(header)
    if before:
        raise table_error(MANIFEST, above + 1, f"expected {header.rstrip()}, found {before[:40]}")
    for part in parts:
        above += 1
        found.append(_facts(part.splitlines(), above))
        above += part.count("\n")
    return found


def _facts(lines: Iterable[str], above: int) -> Facts:
    """The values of some lines."""
    facts: Facts = {}
    for number, line in enumerate(lines, above + 1):
        key, equals, value = line.partition(" = ")
        if equals:
            facts[key] = _value(value, number)
        elif line and not line.startswith("#"):
            raise table_error(
                MANIFEST, number, f"expected {TABLE}NAME], {EDITION}NAME{EDITIONS} or key = value"
            )
    return facts


def _value(text: str, number: int) -> str | int | bool | list[str]:
    """A TOML string without escapes, a whole number, a boolean, or an array of strings on one line."""
    if text[:1] == '"' and text.find('"', 1) == len(text) - 1 and "\\" not in text:
        return text[1:-1]
    if text in ("true", "false"):
        return text == "true"
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER:
        return int(text)
    if text[:1] == "[" and text[-1:] == "]" and "\\" not in text:
        between, *rest = text[1:-1].split('"')
        if not between and (
            not rest or (not rest[-1] and set(rest[1:-1:2]) <= {", "} and len(rest) % 2 == 0)
        ):
            return rest[::2]
    raise table_error(MANIFEST, number, f"expected a plain TOML value, found {text[:40]}")
