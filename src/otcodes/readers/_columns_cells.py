"""Rows under other people's headers become rows under ours, cell by cell."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import ReadError, shown, shown_name
from ._batch import ISO_DAY, LINE_FIELDS, REQUIRED, Misread
from ._columns import DAY, Columns, key_of
from ._columns_forms import SETTINGS, TITLES, Meaning, meanings
from ._rows import CLAIM_COLUMNS, Broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ._batch import Collector

# What parts codes in a cell; no code has any of them.
BETWEEN_CODES = re.compile(r"[\s,;:|/]+")
WITH_MODIFIERS = re.compile(
    r"(?P<code>[A-Z0-9]{5})(?P<modifiers>([\s,;:|/+-]*[A-Z0-9]{2})+)", re.ASCII | re.IGNORECASE
)
MODIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII | re.IGNORECASE)
# As the forms have a day: 03/02/2026, 03 02 26, 03022026, 030226.
FORM_DAY = re.compile(r"(\d{1,2})([/ -])(\d{1,2})\2(\d{4}|\d\d)|(\d\d)(\d\d)(\d{4}|\d\d)", re.ASCII)
THIS_CENTURY = 2000
MANY_DIAGNOSES = 10  # from so many on, a number of two digits may be one position or two
DAYS = ("on", "last_on", "submitted_on")
LISTS = ("modifiers", "diagnoses", "claim_diagnoses")


@attrs.frozen
class _Source:
    """A column of the file that is read.

    Attributes:
        place: which one it is, from 0.
        header: what the file calls it.
        meaning: what it holds.
        is_plain: whether its cells are written as ours are, and not as a form's.
    """

    place: int
    header: str
    meaning: Meaning
    is_plain: bool


def translated(
    header: Sequence[str],
    rows: Iterable[tuple[str, Sequence[Any]]],
    given: Columns | None,
    collected: Collector,
    where: str,
) -> tuple[Sequence[str], Iterable[tuple[str, Sequence[Any]]], Mapping[str, str]]:
    """The columns and rows as `collect` takes them, and what the file calls each column.

    A file with our own names is left as it is. Otherwise its columns are what the map says, or else what
    their headers mean; a note says what was read as what, and another one what was not read.

    Args:
        header: the file's headers.
        rows: the file's rows: of each the place, and its cells.
        given: the user's map.
        collected: the collector of the input.
        where: where the header stands, such as `line 1`.

    Raises:
        ReadError: a header has two meanings, two columns have the same one, or the map names a column that
            is not there.
    """
    given = given or Columns()
    is_ours = set(REQUIRED) <= {name.strip().lower() for name in header}
    if is_ours and given == Columns():
        return header, rows, {}
    try:
        sources = _sources(header, given, is_ours=is_ours)
        form = _form(sources)
    except ValueError as error:
        raise ReadError(collected.file, f"{where}: expected {error}") from None
    read = {source.place for source in sources}
    unread = [shown(name.strip()) for place, name in enumerate(header) if name.strip() and place not in read]
    if unread:
        collected.notes.append(f"{collected.file}: columns not read: {', '.join(unread)}")
    recognized = [f"{shown(each.header)} as {_name(each.meaning)}" for each in sources if not each.is_plain]
    if recognized:
        collected.notes.append(
            f"{collected.file}: columns read by what they are called: {', '.join(recognized)}"
        )
    setting = None
    if form and "setting" not in {*given.constants, *(each.meaning.column for each in sources)}:
        setting = SETTINGS[form]
        collected.notes.append(
            f"{collected.file}: its columns are those of {TITLES[form]}; read as {setting}"
        )
    cells = _Cells(sources, given, setting, len(header), collected)
    return cells.columns, cells.read(rows), cells.names


def _sources(header: Sequence[str], given: Columns, *, is_ours: bool) -> list[_Source]:
    """The columns that are read; `ValueError` says what was expected where that is not clear."""
    mapped = {key_of(name): Meaning.of(target) for name, target in given.columns.items()}
    there = [key_of(name) for name in header]
    missing = [shown(name) for name in given.columns if key_of(name) not in there]
    if missing:
        raise ValueError(f"the columns that the map names; not there: {', '.join(missing)}")
    taken = {meaning.column for meaning in mapped.values()} | set(given.constants)
    if taken & {"diagnoses", "pointers"}:
        taken |= {"diagnoses", "pointers"}
    found: list[_Source] = []
    for place, name in enumerate(header):
        called = shown_name(name.strip())
        if key_of(name) in mapped:
            found.append(_Source(place, called, mapped[key_of(name)], is_plain=True))
            continue
        meant = _own(name) if is_ours else meanings(name)
        if len(meant) > 1:
            either = " or ".join(_name(each) for each in meant)
            raise ValueError(f"a header with one meaning, found {shown(name)}: {either}; a map says which")
        found += [
            _Source(place, called, each, is_plain=is_ours) for each in meant if each.column not in taken
        ]
    found = [source for source in found if source.meaning.column]
    _check_twice(found)
    read = {source.meaning.column for source in found} | set(given.constants)
    nothing_to_point_at = "claim_diagnoses" not in read
    return [each for each in found if not (nothing_to_point_at and each.meaning.column == "pointers")]


def _own(name: str) -> tuple[Meaning, ...]:
    name = name.strip().lower()
    return (Meaning(name),) if name in CLAIM_COLUMNS or name in LINE_FIELDS else ()


def _name(meaning: Meaning) -> str:
    return meaning.column if meaning.part is None else f"{meaning.column}.{meaning.part}"


def _check_twice(sources: list[_Source]) -> None:
    """A list has one column, or one column for each part; everything else has one."""
    for number, source in enumerate(sources):
        for other in sources[:number]:
            one, two = other.meaning, source.meaning
            is_same = one.column == two.column and (one.part == two.part or None in (one.part, two.part))
            if is_same or {one.column, two.column} == {"diagnoses", "pointers"}:
                both = f"{shown(other.header)} and {shown(source.header)}"
                raise ValueError(f"one column for {_name(two)}, found {both}; a map says which")


def _form(sources: list[_Source]) -> str:
    by_form = {source.meaning.form: source for source in reversed(sources) if source.meaning.form}
    if len(by_form) > 1:
        found = " and ".join(f"{shown(each.header)} ({TITLES[form]})" for form, each in by_form.items())
        raise ValueError(f"columns of one form, found {found}; a map says what they are")
    return next(iter(by_form), "")


class _Cells:
    """Reads the cells of a row into cells under our names."""

    def __init__(
        self, sources: list[_Source], given: Columns, setting: str | None, width: int, collected: Collector
    ) -> None:
        self._sources: dict[str, list[_Source]] = {}
        for source in sorted(sources, key=lambda each: each.meaning.part or 0):
            self._sources.setdefault(source.meaning.column, []).append(source)
        self._given, self._width, self._collected = given, width, collected
        self._constants = dict(given.constants)
        if setting:
            self._constants["setting"] = setting
        # A cell of a form may hold the modifiers behind the procedure.
        self._has_split = any(not each.is_plain for each in self._sources.get("procedure", ()))
        self.names = {_made(name): self._header(name) for name in self._sources if name != "last_on"}
        with_modifiers = ("modifiers",) if self._has_split else ()
        self.columns = list(dict.fromkeys((*self.names, *with_modifiers, *self._constants)))

    def _header(self, name: str) -> str:
        headers = [source.header for source in self._sources[name]]
        return headers[0] if len(headers) == 1 else f"{headers[0]} … {headers[-1]}"

    def read(self, rows: Iterable[tuple[str, Sequence[Any]]]) -> Iterator[tuple[str, Sequence[Any]]]:
        """Each row under our names."""
        bare = 0
        is_modified = not self._has_split or "modifiers" in self.names
        for place, cells in rows:
            facts = self._facts(cells)
            if isinstance(cells, Broken) or len(cells) != self._width:
                claim = facts.get("claim_id") or None
                if not isinstance(cells, Broken):
                    expected = f"{self._width} cells, found {len(cells)}"
                    self._collected.problem(place, "", None, expected, claim)
                yield place, Broken(claim if name == "claim_id" else None for name in self.columns)
            elif facts.get("revenue_code") and not facts.get("procedure"):
                bare += 1
            else:
                is_modified = is_modified or bool(facts.get("modifiers"))
                yield place, [facts.get(name) for name in self.columns]
        notes, file = self._collected.notes, self._collected.file
        if bare:
            notes.append(f"{file}: rows with a revenue code and no procedure, passed over: {bare}")
        if not is_modified:
            notes.append(f"{file}: it holds no modifiers; its claims are read as having none")

    def _facts(self, cells: Sequence[Any]) -> dict[str, Any]:
        facts: dict[str, Any] = dict(self._constants)
        diagnoses: dict[int, Any] = dict(enumerate(self._constants.get("claim_diagnoses", "").split("|"), 1))
        for name, sources in self._sources.items():
            there = [(each, _stripped(cells[each.place])) for each in sources if each.place < len(cells)]
            if not there:
                continue
            source, value = there[0]
            if name in LISTS:
                codes = self._codes(there)
                facts[name] = list(codes.values()) or None
                diagnoses = codes if name == "claim_diagnoses" else diagnoses
            elif name in DAYS:
                facts[name] = _day(value, self._given.dates, is_plain=source.is_plain)
            else:
                facts[name] = value
        if "pointers" in facts:
            facts["diagnoses"] = _pointed_at(facts["pointers"], diagnoses)
        if "last_on" in facts:
            facts["on"] = _single_day(facts.get("on"), facts["last_on"])
        if self._has_split:
            _split(facts)
        return facts

    def _codes(self, cells: list[tuple[_Source, Any]]) -> dict[int, Any]:
        """The codes of a list by their place in it, whether it has one column or one for each."""
        codes: dict[int, Any] = {}
        for source, value in cells:
            if source.meaning.part is not None:
                codes |= {source.meaning.part: value} if value else {}
                continue
            given: Any = value or ()
            if isinstance(given, str):
                is_own = self._given.lists or source.is_plain
                given = given.split(self._given.lists or "|") if is_own else BETWEEN_CODES.split(given)
            codes = dict(enumerate((code for code in given if code != ""), 1))
        return codes


def _made(name: str) -> str:
    """The column of ours that is made of one."""
    return "diagnoses" if name == "pointers" else name


def _stripped(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _day(value: Any, dates: str | None, *, is_plain: bool) -> Any:
    if not isinstance(value, str) or not value or (is_plain and not dates):
        return value
    form = dates or "%m/%d/%Y"
    try:
        if dates and value.isascii():
            return dt.datetime.strptime(value, dates).date()  # noqa: DTZ007 -- a day has no time zone
        if not dates and ISO_DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
        if not dates and (found := FORM_DAY.fullmatch(value)):
            month, day, year = found.group(1, 3, 4) if found[1] else found.group(5, 6, 7)
            return dt.date(int(year) + (THIS_CENTURY if len(year) == len("26") else 0), int(month), int(day))
    except ValueError:
        pass
    return Misread(value, f"a day as {DAY.strftime(form)}{'' if dates else ' or 2026-03-02'}")


def _single_day(first: Any, last: Any) -> Any:
    """The day of a line from its first and last one."""
    if isinstance(first, Misread) or not last or str(first) == str(last):  # one may be text, as ours is
        return first
    return last if isinstance(last, Misread) else Misread(f"{first} to {last}", "a single day")


def _pointed_at(pointers: Any, diagnoses: Mapping[int, str]) -> Any:
    """The diagnoses that letters or numbers stand for."""
    if not pointers:
        return None
    places = _places(str(pointers).upper(), max(diagnoses, default=0))
    if all(place in diagnoses for place in places):
        return [diagnoses[place] for place in places]
    return Misread(pointers, "letters (A,B) or numbers (1,2) of diagnoses that are there")


def _places(pointers: str, last: int) -> list[int]:
    places: list[int] = []
    for part in filter(None, BETWEEN_CODES.split(pointers)):
        if not part.isdecimal():
            places += [ord(letter) - ord("A") + 1 for letter in part]
        elif len(part) == 1:
            places.append(int(part))
        elif last >= MANY_DIAGNOSES:  # 12 may be the twelfth, or the first two
            places.append(0)
        else:
            places += map(int, part)
    return places


def _split(facts: dict[str, Any]) -> None:
    """Part a procedure from the modifiers that stand behind it in its cell."""
    procedure = facts.get("procedure")
    found = WITH_MODIFIERS.fullmatch(procedure) if isinstance(procedure, str) else None
    if found is None:
        return
    if facts.get("modifiers"):
        expected = "modifiers in the procedure's cell or in columns of their own, not in both"
        facts["procedure"] = Misread(procedure, expected)
    else:
        facts["procedure"], facts["modifiers"] = found["code"], MODIFIER.findall(found["modifiers"])
