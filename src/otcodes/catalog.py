"""All tables as one immutable catalog; the bundled one is what `import otcodes` answers from."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from . import records
from ._store import PackagedSource, read_manifest
from .classification import DiagnosisTable
from .tables import Table
from .verdicts import Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from ._manifest import Entry
    from ._protocols import Source
    from .policy_records import (
        CommonProcedure,
        FilingIndicator,
        ModifierConflict,
        OncePerDay,
        PairModifier,
        PayerSubstitution,
        PaymentStatus,
        PtpEdit,
        TherapyDiscipline,
        TherapyThreshold,
    )
    from .records import Discipline

# The forms of codes, as regular expressions over ASCII.
PROCEDURE = r"[0-9]{5}|[0-9]{4}[AFMTU]|[A-Z][0-9]{4}"
# Loose on purpose: later characters gain letters with most updates, so the table decides, not the shape.
DIAGNOSIS = r"[A-Z][0-9A-Z]{2,6}"
MODIFIER = r"[A-Z0-9]{2}"
PLACE = r"[0-9]{2}"
REVENUE = r"[0-9]{4}"

DAYS_KEPT = 1_000


class Catalog:
    """A set of tables that answers as one; nothing in it changes, and each table is read when first asked.

    Examples:
        >>> import datetime as dt
        >>> catalog = Catalog.bundled()
        >>> catalog.places.on(dt.date(2026, 3, 2))["11"].label
        'Office'
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._entries = read_manifest(source)
        self._disciplines_on: dict[dt.date, dict[Discipline, TherapyDiscipline]] = {}

    def _table(self, name: str, kind: type[records.R], form: str | None = None) -> Table[records.R]:
        return Table(self._entries[name], kind, self._source, form=form)

    @cached_property
    def procedures(self) -> Table[records.Procedure]:
        """CPT codes of therapy, with all of HCPCS Level II beside them."""
        hcpcs = self._table("hcpcs", records.Procedure, PROCEDURE)
        return Table(
            self._entries["procedures"], records.Procedure, self._source, form=PROCEDURE, beside=hcpcs
        )

    @cached_property
    def diagnoses(self) -> DiagnosisTable:
        """ICD-10-CM codes."""
        return DiagnosisTable(self._entries["diagnoses"], self._source, self, form=DIAGNOSIS)

    @cached_property
    def diagnosis_chapters(self) -> Table[records.Chapter]:
        """Chapters of ICD-10-CM, by their number."""
        return self._table("diagnosis_chapters", records.Chapter)

    @cached_property
    def diagnosis_blocks(self) -> Table[records.Block]:
        """Blocks of categories of ICD-10-CM, by their first and last one."""
        return self._table("diagnosis_blocks", records.Block)

    @cached_property
    def diagnosis_notes(self) -> Table[records.DiagnosisNote]:
        """References that ICD-10-CM's tabular list makes, by where they stand, kind and target."""
        return self._table("diagnosis_notes", records.DiagnosisNote)

    @cached_property
    def diagnosis_characters(self) -> Table[records.SeventhCharacter]:
        """Seventh characters, by the node that the tabular list defines them at."""
        return self._table("diagnosis_characters", records.SeventhCharacter)

    @cached_property
    def diagnosis_synonyms(self) -> Table[records.DiagnosisSynonym]:
        """Clinic shorthand for words of diagnosis titles."""
        return self._table("diagnosis_synonyms", records.DiagnosisSynonym)

    @cached_property
    def modifiers(self) -> Table[records.Modifier]:
        """CPT and HCPCS modifiers."""
        return self._table("modifiers", records.Modifier, MODIFIER)

    @cached_property
    def places(self) -> Table[records.Place]:
        """Places of service."""
        return self._table("places", records.Place, PLACE)

    @cached_property
    def revenue_codes(self) -> Table[records.RevenueCode]:
        """Revenue codes of therapy."""
        return self._table("revenue_codes", records.RevenueCode, REVENUE)

    @cached_property
    def payment_status(self) -> Table[PaymentStatus]:
        """Status letters of the Medicare physician fee schedule."""
        from .policy_records import PaymentStatus

        return self._table("payment_status", PaymentStatus, PROCEDURE)

    @cached_property
    def ptp_edits(self) -> Table[PtpEdit]:
        """NCCI procedure-to-procedure pairs, by setting, column 1 and column 2."""
        from .policy_records import PtpEdit

        return self._table("ptp_edits", PtpEdit)

    @cached_property
    def pair_modifiers(self) -> Table[PairModifier]:
        """Modifiers that NCCI accepts to tell a pair apart."""
        from .policy_records import PairModifier

        return self._table("pair_modifiers", PairModifier, MODIFIER)

    @cached_property
    def modifier_conflicts(self) -> Table[ModifierConflict]:
        """Modifiers that do not stand on one line."""
        from .policy_records import ModifierConflict

        return self._table("modifier_conflicts", ModifierConflict)

    @cached_property
    def therapy_thresholds(self) -> Table[TherapyThreshold]:
        """A calendar year's therapy amounts, by discipline."""
        from .policy_records import TherapyThreshold

        return self._table("therapy_thresholds", TherapyThreshold)

    @cached_property
    def common_procedures(self) -> Table[CommonProcedure]:
        """The most billed occupational therapy codes of a published list, by rank."""
        from .policy_records import CommonProcedure

        return self._table("common_procedures", CommonProcedure)

    @cached_property
    def payer_substitutions(self) -> Table[PayerSubstitution]:
        """Codes that a payer takes in another's place, by payer and code."""
        from .policy_records import PayerSubstitution

        return self._table("payer_substitutions", PayerSubstitution)

    @cached_property
    def once_per_day(self) -> Table[OncePerDay]:
        """Codes billed once a day or session."""
        from .policy_records import OncePerDay

        return self._table("once_per_day", OncePerDay, PROCEDURE)

    @cached_property
    def filing_indicators(self) -> Table[FilingIndicator]:
        """Payer policies by an 837's claim filing indicator."""
        from .policy_records import FilingIndicator

        return self._table("filing_indicators", FilingIndicator)

    @classmethod
    def bundled(cls) -> Catalog:
        """The catalog of the tables inside this package, always the same one."""
        return _bundled()

    def __repr__(self) -> str:
        """How many tables it has."""
        return f"<Catalog of {len(self._entries)} tables>"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the manifest says of each table: file, rows, coverage, editions, licence."""
        return tuple(self._entries.values())

    @cached_property
    def editions(self) -> dict[str, str]:
        """The newest edition that speaks for the whole of each table, by the table's name."""
        return {entry.name: entry.last_edition for entry in self.entries}

    def editions_on(self, day: dt.date | None, tables: Iterable[str]) -> dict[str, str]:
        """The newest edition of some tables that had taken effect on a day; of no day, the last one."""
        entries = [self._entries[table] for table in tables if table in self._entries]
        return {each.name: each.last_edition if day is None else each.edition_on(day) for each in entries}

    def disciplines(self, on: dt.date) -> dict[Discipline, TherapyDiscipline]:
        """The therapy disciplines and their modifiers on a day, as the table of modifiers has them.

        Empty for a day that the table does not cover.
        """
        from .policy_records import TherapyDiscipline

        known = self._disciplines_on.get(on)
        if known is not None:
            return known
        found: dict[tuple[Discipline, str], str] = {
            (row.discipline, row.kind): row.code
            for row in self._of_disciplines
            if self.modifiers.verdict(row.code, on=on) is Verdict.EFFECTIVE and row.discipline
        }
        if len(self._disciplines_on) >= DAYS_KEPT:
            self._disciplines_on.clear()
        return self._disciplines_on.setdefault(
            on,
            {
                name: TherapyDiscipline(name, modifier, found.get((name, "assistant")))
                for (name, kind), modifier in found.items()
                if kind == "discipline"
            },
        )

    def add_ons_of(self, code: str) -> tuple[records.Procedure, ...]:
        """Every dated version of the add-on codes that go with a primary code."""
        return self._add_ons.get(code, ())

    @cached_property
    def _add_ons(self) -> dict[str, tuple[records.Procedure, ...]]:
        found: dict[str, tuple[records.Procedure, ...]] = {}
        for row in self.procedures.own():
            for primary in row.primary_codes:
                found[primary] = (*found.get(primary, ()), row)
        return found

    @cached_property
    def _of_disciplines(self) -> tuple[records.Modifier, ...]:
        return tuple(row for row in self.modifiers if row.discipline)


@lru_cache(maxsize=1)
def _bundled() -> Catalog:
    return Catalog(PackagedSource())
