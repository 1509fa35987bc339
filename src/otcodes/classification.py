"""ICD-10-CM as the tree that it is: what stands above and below a code, its notes, sides and successors."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from ._store import read_blocks
from ._text import CATEGORY, COMPLETE, PLACEHOLDER, normalize_code
from .records import Diagnosis
from .tables import ANSWERS_KEPT, EFFECTIVE, OUT_OF_COVERAGE, Snapshot, Table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from ._manifest import Entry, Key
    from ._protocols import Source
    from ._store import BlockRows
    from ._titles import TitleIndex
    from .catalog import Catalog
    from .records import (
        Block,
        Chapter,
        DiagnosisNote,
        Laterality,
        NoteKind,
        R,
        SeventhCharacter,
        Succession,
    )

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FAMILIES_KEPT = 16
NEAR = 200  # codes that a slip is sought among


class DiagnosisTable(Table[Diagnosis]):
    """All of ICD-10-CM, codes and headers, over the days on board.

    Examples:
        >>> import datetime as dt, otcodes
        >>> otcodes.diagnoses.verdict("M54.5", on=dt.date(2021, 9, 30))
        <Verdict.EFFECTIVE: 'effective'>
        >>> otcodes.diagnoses.verdict("M54.5", on=dt.date(2021, 10, 1))
        <Verdict.NOT_BILLABLE: 'not-billable'>
    """

    def __init__(self, entry: Entry, source: Source, catalog: Catalog, *, form: str) -> None:
        super().__init__(entry, Diagnosis, source, form=form)
        self.catalog = catalog

    def on(self, day: dt.date) -> DiagnosisSnapshot:
        """The classification as it stands on one day.

        Raises:
            TypeError: `day` is not a `datetime.date`.
        """
        return cast("DiagnosisSnapshot", super().on(day))

    def _snapshot(self, day: dt.date) -> DiagnosisSnapshot:
        return DiagnosisSnapshot(self, day)

    def _near(self, key: str) -> Iterator[str]:
        """The codes at and below the part of a code that is known; of an unknown category, its neighbours."""
        family = [str(known) for known, _ in self.under(key[:CATEGORY])] if len(key) >= CATEGORY else []
        for length in range(len(key), CATEGORY - 1, -1):
            below = [known for known in family if known.startswith(key[:length])]
            if below:
                return iter(below[:NEAR])
        return (category for category in self.categories if category[:1] == key[:1])

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category that there ever was, in order."""
        return cast("BlockRows", self._load()).blocks

    def successors(self, code: str) -> tuple[Succession, ...]:
        """What took the place of a code, oldest first.

        Split: of a code that became a header, the codes right below it then; of a deleted one with a seventh
        character, the codes that its stem was divided into, also where one of them has the old title. Merged:
        the header above it, where that became billable. Renamed: the one code that came with the same title,
        in whatever category. Whatever went another way is not guessed at: then, and of a code still in force,
        the tuple is empty.

        Raises:
            UnknownCodeError: there is no such code.

        Examples:
            >>> import otcodes
            >>> [(str(each.on), each.successors) for each in otcodes.diagnoses.successors("M54.5")]
            [('2021-10-01', ('M54.50', 'M54.51', 'M54.59'))]
        """
        from ._successions import successions  # noqa: PLC0415 -- most processes only look codes up

        return successions(self, code)

    def replaced_by(self, row: Diagnosis, first: dt.date, second: dt.date) -> tuple[str, ...]:
        """The codes that took the place of one that was deleted, or became a header, between two days."""
        found = (each for each in self.successors(row.code) if first < each.on <= second)
        return tuple(code for each in found for code in each.successors)

    @cached_property
    def titles(self) -> TitleIndex:
        """The index by which titles are searched."""
        from ._titles import TitleIndex  # noqa: PLC0415 -- most processes only look codes up

        entry = self.entry
        index = read_blocks(self._source, entry.index, entry.index_sha256)
        return TitleIndex(index, table=entry.sha256, synonyms=self.catalog.diagnosis_synonyms)

    def notes_at(self, node: str) -> tuple[DiagnosisNote, ...]:
        """Every version of every note that stands at a node, normalised."""
        notes = self.catalog.diagnosis_notes
        return tuple(note for key in self._notes_at.get(node, ()) for note in notes.rows(key))

    @cached_property
    def _notes_at(self) -> dict[str, list[Key]]:
        return _by_node(self.catalog.diagnosis_notes)

    def characters_at(self, node: str) -> tuple[SeventhCharacter, ...]:
        """Every version of every seventh character that is defined at a node, normalised."""
        characters = self.catalog.diagnosis_characters
        return tuple(each for key in self._characters_at.get(node, ()) for each in characters.rows(key))

    @cached_property
    def _characters_at(self) -> dict[str, list[Key]]:
        return _by_node(self.catalog.diagnosis_characters)


def _by_node(table: Table[R]) -> dict[str, list[Key]]:
    """The keys of a table by their first column."""
    found: dict[str, list[Key]] = {}
    for key in table.keys():
        found.setdefault(key[0], []).append(key)
    return found


class DiagnosisSnapshot(Snapshot[Diagnosis]):
    """ICD-10-CM on one day: a mapping from codes and headers to their records, and the tree they form.

    A code may be given as it is written on paper or keyed in (`m6281`). Every method that takes one raises
    what `snapshot[code]` raises: `UnknownCodeError`, `NotEffectiveError`, `OutOfCoverageError`.

    Examples:
        >>> import datetime as dt, otcodes
        >>> day = otcodes.diagnoses.on(dt.date(2026, 6, 1))
        >>> [child.code for child in day.children("M54.5")]
        ['M54.50', 'M54.51', 'M54.59']
        >>> [above.code for above in day.ancestors("S52.501D")]
        ['S52.501', 'S52.50', 'S52.5', 'S52']
        >>> day.block("M62.81").id, day.chapter("M62.81").number
        ('M60-M63', '13')
        >>> day.other_side("M25.511").title
        'Pain in left shoulder'
    """

    __slots__ = ("_families", "_notes", "_sided")

    table: DiagnosisTable  # pyright: ignore[reportIncompatibleVariableOverride]  # it is set once, below

    def __init__(self, table: DiagnosisTable, day: dt.date) -> None:
        super().__init__(table, day)
        self._families: dict[str, dict[str, Diagnosis]] = {}
        self._notes: dict[str, tuple[DiagnosisNote, ...]] = {}
        self._sided: dict[str, tuple[Diagnosis, ...]] = {}

    def parent(self, code: str) -> Diagnosis | None:
        """The header right above a code; `None` above a category."""
        return next(iter(self.ancestors(code)), None)

    def ancestors(self, code: str) -> tuple[Diagnosis, ...]:
        """The headers above a code, the nearest first and its category last."""
        key = self._key(code)
        above = (self.find(key[:length]) for length in range(len(key) - 1, CATEGORY - 1, -1))
        return tuple(header for header in above if header is not None)

    def children(self, code: str) -> tuple[Diagnosis, ...]:
        """The codes right below a header, in order; none below a billable code."""
        found: list[Diagnosis] = []
        last = PLACEHOLDER * COMPLETE  # begins no code
        for key, record in self._below(code):
            if not key.startswith(last):
                found.append(record)
                last = key
        return tuple(found)

    def descendants(self, code: str) -> tuple[Diagnosis, ...]:
        """All codes and headers below a header, in order."""
        return tuple(record for _, record in self._below(code))

    def category(self, code: str) -> Diagnosis:
        """The category of a code: its first three characters."""
        return self[self._key(code)[:CATEGORY]]

    def block(self, code: str) -> Block:
        """The block of categories that a code is in, the innermost where one lies in another.

        Raises:
            OutOfCoverageError: no edition of the tabular list on board speaks for the day.
        """
        category = self._key(code)[:CATEGORY]
        blocks = self.table.catalog.diagnosis_blocks
        around = [
            row
            for row in blocks
            if category in row.categories and blocks.verdict(row.id, on=self.day) is EFFECTIVE
        ]
        if not around:
            from .errors import OutOfCoverageError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

            raise OutOfCoverageError(blocks.name, code, self.day, str(blocks.coverage))
        return blocks.on(self.day)[min(around, key=lambda row: len(row.categories)).id]

    def chapter(self, code: str) -> Chapter:
        """The chapter that a code is in.

        Raises:
            OutOfCoverageError: no edition of the tabular list on board speaks for the day.
        """
        return self.table.catalog.diagnosis_chapters.on(self.day)[self.block(code).chapter]

    def notes(self, code: str, kind: NoteKind | str | None = None) -> tuple[DiagnosisNote, ...]:
        """The notes that hold for a code: its own, then those of what stands above it, the nearest first.

        Raises:
            OutOfCoverageError: no edition of the tabular list on board speaks for the day.
        """
        self._check_notes(self.table.catalog.diagnosis_notes, code)
        notes = self._versions_of_notes(code)
        holding = (self._holding(note) for note in notes if kind is None or note.kind == kind)
        return tuple(note for note in holding if note is not None)

    def excludes1(self, code: str) -> tuple[DiagnosisNote, ...]:
        """The notes of what is never coded together with a code, inherited ones too.

        Raises:
            OutOfCoverageError: no edition of the tabular list on board speaks for the day.
        """
        return self.notes(code, "excludes1")

    def excluded(self, code: str, other: str) -> DiagnosisNote | None:
        """The Excludes1 note of either of two codes that keeps them apart; `None` where none does.

        Raises:
            OutOfCoverageError: no edition on board speaks for the day, or the editions before and after
                it do not agree about these two.
        """
        named = (
            note
            for one, two in ((code, self._key(other)), (other, self._key(code)))
            for note in self._versions_of_notes(one)
            if note.kind == "excludes1" and note.names(two)
        )
        return self._first_holding(named, f"{code} {other}")

    def is_manifestation(self, code: str) -> bool:
        """Whether a code is the manifestation of a disease, and so never the first diagnosis.

        Raises:
            OutOfCoverageError: as for `excluded`.
        """
        marked = (note for note in self._versions_of_notes(code) if note.is_manifestation)
        return self._first_holding(marked, code) is not None

    def seventh_characters(self, code: str) -> tuple[SeventhCharacter, ...]:
        """The seventh characters that complete a code or the codes below it; none where it takes none.

        Raises:
            OutOfCoverageError: no edition of the tabular list on board speaks for the day.
        """
        table = self.table.catalog.diagnosis_characters
        self._check_notes(table, code)
        key = self._key(code)
        for length in range(len(key), CATEGORY - 1, -1):
            stated = self.table.characters_at(key[:length])
            found = tuple(each for each in stated if table.row_on([each], self.day))
            if found:
                return found
        return ()

    def laterality(self, code: str) -> Laterality | None:
        """The side that a code speaks of: by its title, and, of an unspecified one, by its sided siblings."""
        from ._sides import side_of  # noqa: PLC0415 -- most processes only look codes up

        title = self[code].title
        named = side_of(title)
        if named is None and self.sided(code):
            from .records import Laterality  # noqa: PLC0415

            return Laterality.UNSPECIFIED
        return named

    def other_side(self, code: str) -> Diagnosis | None:
        """The code of the other side; `None` of a code that names no side or has no such sibling."""
        from ._sides import mirrored  # noqa: PLC0415 -- most processes only look codes up

        record = self[code]
        title = mirrored(record.title)
        return None if title is None else self._titled(record, title)

    def sided(self, code: str) -> tuple[Diagnosis, ...]:
        """The siblings that name the side where a code says unspecified; none of any other code.

        Of a hemiplegia these are four: each side as the dominant one and as the other.
        """
        record = self[code]
        siblings = self._sided.get(record.code)
        if siblings is None:
            if len(self._sided) >= ANSWERS_KEPT:
                self._sided.clear()
            siblings = self._sided[record.code] = self._closing(record)
        return siblings

    def _closing(self, record: Diagnosis) -> tuple[Diagnosis, ...]:
        """The codes that differ from one in a single character, and in title by the side that they name."""
        from ._sides import SIDES, closes, is_open, side_of  # noqa: PLC0415 -- most processes only look codes up

        if not is_open(record.title):
            return ()
        key = normalize_code(record.code)
        family = self._family(key[:CATEGORY])
        near = (
            family.get(f"{key[:place]}{character}{key[place + 1 :]}")
            for place in range(CATEGORY, len(key))
            for character in CHARACTERS
        )
        siblings = [
            sibling
            for sibling in near
            if sibling is not None
            and sibling.is_billable == record.is_billable
            and closes(sibling.title, record.title)
        ]
        # A code that has nothing beside it but a bilateral one is of no side at all.
        is_sided = any(side_of(sibling.title) in SIDES.values() for sibling in siblings)
        return tuple(siblings) if is_sided else ()

    def search(self, text: str, *, limit: int = 20, headers: bool = False) -> tuple[Diagnosis, ...]:
        """The codes in force whose titles have words that begin so, best first.

        Only billable codes, unless headers are asked for; the shorthand of clinics (`cva`, `fx`) is read.

        An empty tuple where nothing fits, or where the day is outside the table's coverage.

        Raises:
            FieldError: the text is no `str`, or holds no word.
        """
        coverage = self.table.coverage
        if not coverage.first <= self.day <= coverage.horizon:
            return ()
        found = self.table.titles.find(text, partial(self._title, headers=headers), headers=headers)
        return tuple([self[code] for code in islice(found, limit)])

    def _title(self, code: str, *, headers: bool) -> str | None:
        """The title of a code that is to be found."""
        record = self.find(code)
        return record.title if record is not None and (headers or record.is_billable) else None

    def _key(self, code: str) -> str:
        return normalize_code(self[code].code)

    def _family(self, category: str) -> dict[str, Diagnosis]:
        """The codes of a category that are in force."""
        found = self._families.get(category)
        if found is None:
            table = self.table
            in_force = ((key, table.row_on(rows, self.day)) for key, rows in table.under(category))
            found = {str(key): row for key, row in in_force if row is not None}
            if len(self._families) >= FAMILIES_KEPT:
                self._families.clear()
            self._families[category] = found
        return found

    def _below(self, code: str) -> Iterator[tuple[str, Diagnosis]]:
        own = self._key(code)
        family = self._family(own[:CATEGORY]).items()
        return ((key, record) for key, record in family if key.startswith(own) and key != own)

    def _titled(self, record: Diagnosis, title: str) -> Diagnosis | None:
        """The code of the same category, and as billable, that has a title."""
        family = self._family(record.code[:CATEGORY]).values()
        alike = (each for each in family if each.is_billable == record.is_billable)
        return next((each for each in alike if each.title.lower() == title), None)

    def _versions_of_notes(self, code: str) -> tuple[DiagnosisNote, ...]:
        """Every version of every note at a code and above it, the nearest first."""
        key = self._key(code)
        found = self._notes.get(key)
        if found is None:
            if len(self._notes) >= ANSWERS_KEPT:
                self._notes.clear()
            nodes = [key[:length] for length in range(len(key), CATEGORY - 1, -1)]
            block = self.block(code)
            around: str | None = block.id
            while around is not None:
                nodes.append(normalize_code(around))
                around = self.table.catalog.diagnosis_blocks.on(self.day)[around].parent
            found = tuple(note for node in (*nodes, block.chapter) for note in self.table.notes_at(node))
            self._notes[key] = found
        return found

    def _first_holding(self, notes: Iterable[DiagnosisNote], asked: str) -> DiagnosisNote | None:
        """The first of some notes that holds on the day; `None` where it is known that none does."""
        table = self.table.catalog.diagnosis_notes
        self._check_notes(table, asked)
        versions = tuple(notes)
        for note in versions:
            holding = self._holding(note)
            if holding is not None:
                return holding
        if any(table.verdict(_key_of(note), on=self.day) is OUT_OF_COVERAGE for note in versions):
            from .errors import OutOfCoverageError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

            raise OutOfCoverageError(table.name, asked, self.day, str(table.coverage))
        return None

    def _holding(self, note: DiagnosisNote) -> DiagnosisNote | None:
        """A version of a note, if it holds on the day, marked where it is carried forward."""
        table = self.table.catalog.diagnosis_notes
        return table.find(_key_of(note), self.day) if table.row_on([note], self.day) else None

    def _check_notes(self, table: Table[R], asked: str) -> None:
        if not table.coverage.first <= self.day <= table.coverage.horizon:
            from .errors import OutOfCoverageError  # noqa: PLC0415 -- a look-up that succeeds does without the errors

            raise OutOfCoverageError(table.name, asked, self.day, str(table.coverage))


def _key_of(note: DiagnosisNote) -> tuple[str, str, str]:
    return note.node, note.kind.value, note.target
