"""All tables as one immutable catalog; the bundled one is what `import otcodes` answers from."""

from __future__ import annotations

from copy import copy
from functools import cached_property, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from . import records
from ._store import PackagedSource, read_manifest
from .classification import DiagnosisTable
from .tables import Table, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from ._editions import TableFreshness
    from ._folders import Folder, Place
    from ._manifest import Entry
    from ._protocols import Source
    from .payers import EditTable, PayerPolicy
    from .policy_records import (
        AddOnCode,
        AssistantRule,
        ClaimStatus,
        CommonProcedure,
        ConversionFactor,
        Deductible,
        DenialReason,
        EvaluationLevel,
        FederalHoliday,
        FeeSchedule,
        FilingIndicator,
        FilingLimit,
        Locality,
        ModifierConflict,
        MutuallyExclusive,
        OncePerDay,
        PairModifier,
        PayerSubstitution,
        PaymentShare,
        PaymentStatus,
        PlanRequirement,
        PracticeExpenseReduction,
        PtpEdit,
        RemoteMonitoring,
        Sequestration,
        Supervision,
        TelehealthBilling,
        TelehealthCode,
        TelehealthPeriod,
        TherapyCode,
        TherapyDiscipline,
        TherapyThreshold,
        UnitLimit,
        UnsuitableModifier,
    )
    from .records import Discipline

# The forms of codes, as regular expressions over ASCII.
PROCEDURE = r"[0-9]{5}|[0-9]{4}[AFMTU]|[A-Z][0-9]{4}"
# Loose on purpose: later characters gain letters with most updates, so the table decides, not the shape.
DIAGNOSIS = r"[A-Z][0-9A-Z]{2,6}"
MODIFIER = r"[A-Z0-9]{2}"
PLACE = r"[0-9]{2}"
REVENUE = r"[0-9]{4}"

PROCEDURES, HCPCS, STATUS = "procedures", "hcpcs", "payment_status"
# The tables that only directories of one's own have, and their keys.
LABELS, MEDICAID_PAIRS = "procedure_labels", "medicaid_ptp_edits"
KEYS_OF_OWN: dict[str, tuple[str, ...]] = {
    LABELS: ("code",),
    MEDICAID_PAIRS: ("setting", "column_1", "column_2"),
}

PAIR_TABLES = {"medicare": "ptp_edits", "medicaid": "medicaid_ptp_edits"}  # by program
DAYS_KEPT = 1_000
SHOWN = 8  # digits of a hash that tell one directory from another


class _Lazy:
    """A table of a catalog, made when it is first asked for, and with it its kind of record."""

    def __init__(self, home: str, kind: str, form: str | None = None) -> None:
        self._home, self._kind, self._form = home, kind, form

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, catalog: Catalog | None, owner: type | None = None) -> Any:
        if catalog is None:
            return self
        kind = getattr(import_module(self._home, __package__), self._kind)
        return vars(catalog).setdefault(self._name, catalog.table_of(self._name, kind, self._form))


def _of_codes(kind: str, form: str | None = None) -> Any:
    return _Lazy(".records", kind, form)


def _of_policy(kind: str, form: str | None = None) -> Any:
    return _Lazy(".policy_records", kind, form)


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
        self._entries: Mapping[str, Entry]
        self._entries = self._manifest = read_manifest(source)
        self._overlays: dict[str, Folder] = {}  # by the table that each has in place of the source's
        self._policies: dict[str | None, PayerPolicy] = {}
        self._bundled_policies: dict[str | None, PayerPolicy] = {}  # those that were asked for
        self._disciplines_on: dict[dt.date, dict[Discipline, TherapyDiscipline]] = {}

    def table_of(self, name: str, kind: type[records.R], form: str | None = None) -> Table[records.R]:
        """A table of some name, whose rows become such records and whose codes have such a form."""
        return Table(self._entries[name], kind, self._source_of(name), form=form)

    def _source_of(self, name: str) -> Source:
        return self._overlays.get(name, self._source)

    def file_of(self, name: str) -> tuple[Entry | None, bytes]:
        """A table's entry and the bytes of its file, for importers; none where there is no such table."""
        entry = self._entries.get(name)
        return entry, b"" if entry is None else self._source_of(name).read(entry.file)

    @cached_property
    def procedures(self) -> Table[records.Procedure]:
        """CPT codes of therapy, with all of HCPCS Level II beside them."""
        return self._of_procedures(PROCEDURES, self._hcpcs)

    @cached_property
    def _hcpcs(self) -> Table[records.Procedure]:
        return self._of_procedures(HCPCS)

    def _of_procedures(
        self, name: str, beside: Table[records.Procedure] | None = None
    ) -> Table[records.Procedure]:
        entry, source = self._entries[name], self._source_of(name)
        if not {LABELS, HCPCS, STATUS} & self._overlays.keys():
            return Table(entry, records.Procedure, source, form=PROCEDURE, beside=beside)
        from ._amended import AmendedTable, Amendment, ended_with, labelled

        amendments: list[Amendment[records.Procedure]] = []
        listed_in: list[Table[Any]] = []
        if beside is not None and HCPCS in self._overlays:
            amendments.append(ended_with(beside))
            listed_in.append(beside)
        if beside is not None and STATUS in self._overlays:
            listed_in.append(self.payment_status)
        if self.procedure_labels is not None:
            amendments.append(labelled(self.procedure_labels))
            listed_in.append(self.procedure_labels)
        return AmendedTable(
            entry,
            records.Procedure,
            source,
            form=PROCEDURE,
            amendments=amendments,
            listed_in=listed_in,
            beside=beside,
        )

    @cached_property
    def procedure_labels(self) -> Table[records.ProcedureLabel] | None:
        """Labels of procedures from a directory of one's own, in the place of the bundled ones."""
        if LABELS not in self._overlays:
            return None
        return self.table_of(LABELS, records.ProcedureLabel, PROCEDURE)

    @cached_property
    def medicaid_ptp_edits(self) -> Table[PtpEdit] | None:
        """Medicaid's NCCI pairs, from a directory of one's own; none are bundled."""
        if MEDICAID_PAIRS not in self._overlays:
            return None
        from .policy_records import PtpEdit

        return self.table_of(MEDICAID_PAIRS, PtpEdit)

    def pairs_of(self, program: EditTable | Literal[False] | None) -> Table[PtpEdit] | None:
        """The NCCI pairs of a program, which a policy's `pair_table` names.

        Args:
            program: whose pairs; of none, or where theirs are not on board, there is no table.

        Examples:
            >>> from otcodes import EditTable
            >>> Catalog.bundled().pairs_of(EditTable.MEDICARE) is Catalog.bundled().ptp_edits
            True
            >>> Catalog.bundled().pairs_of(EditTable.MEDICAID) is None
            True
        """
        return getattr(self, PAIR_TABLES[program]) if program else None

    @cached_property
    def diagnoses(self) -> DiagnosisTable:
        """ICD-10-CM codes."""
        source = self._source_of("diagnoses")
        return DiagnosisTable(self._entries["diagnoses"], source, self, form=DIAGNOSIS)

    diagnosis_chapters: Table[records.Chapter] = _of_codes("Chapter")
    """Chapters of ICD-10-CM, by their number."""
    diagnosis_blocks: Table[records.Block] = _of_codes("Block")
    """Blocks of categories of ICD-10-CM, by their first and last one."""
    diagnosis_notes: Table[records.DiagnosisNote] = _of_codes("DiagnosisNote")
    """References that ICD-10-CM's tabular list makes, by where they stand, kind and target."""
    diagnosis_characters: Table[records.SeventhCharacter] = _of_codes("SeventhCharacter")
    """Seventh characters, by the node that the tabular list defines them at."""
    diagnosis_synonyms: Table[records.DiagnosisSynonym] = _of_codes("DiagnosisSynonym")
    """Clinic shorthand for words of diagnosis titles."""
    modifiers: Table[records.Modifier] = _of_codes("Modifier", MODIFIER)
    """CPT and HCPCS modifiers."""
    places: Table[records.Place] = _of_codes("Place", PLACE)
    """Places of service."""
    revenue_codes: Table[records.RevenueCode] = _of_codes("RevenueCode", REVENUE)
    """Revenue codes of therapy."""
    payment_status: Table[PaymentStatus] = _of_policy("PaymentStatus", PROCEDURE)
    """Status letters of the Medicare physician fee schedule."""
    ptp_edits: Table[PtpEdit] = _of_policy("PtpEdit")
    """Medicare's NCCI procedure-to-procedure pairs, by setting, column 1 and column 2."""
    pair_modifiers: Table[PairModifier] = _of_policy("PairModifier", MODIFIER)
    """Modifiers that NCCI accepts to tell a pair apart."""
    modifier_conflicts: Table[ModifierConflict] = _of_policy("ModifierConflict")
    """Modifiers that do not stand on one line."""
    therapy_thresholds: Table[TherapyThreshold] = _of_policy("TherapyThreshold")
    """A calendar year's therapy amounts, by discipline."""
    common_procedures: Table[CommonProcedure] = _of_policy("CommonProcedure")
    """The most billed occupational therapy codes of a published list, by rank."""
    payer_substitutions: Table[PayerSubstitution] = _of_policy("PayerSubstitution")
    """Codes that a payer takes in another's place, by payer and code."""
    once_per_day: Table[OncePerDay] = _of_policy("OncePerDay", PROCEDURE)
    """Codes billed once a day or session."""
    filing_indicators: Table[FilingIndicator] = _of_policy("FilingIndicator")
    """Payer policies by an 837's claim filing indicator."""
    therapy_dispositions: Table[TherapyCode] = _of_policy("TherapyCode", PROCEDURE)
    """What CMS's therapy code list says of codes."""
    unit_limits: Table[UnitLimit] = _of_policy("UnitLimit")
    """Unit limits (MUE), by program, setting and code."""
    add_on_codes: Table[AddOnCode] = _of_policy("AddOnCode")
    """Add-on codes with the codes that they may stand beside."""
    mutually_exclusive: Table[MutuallyExclusive] = _of_policy("MutuallyExclusive")
    """Codes of which a patient has only one in a day or month."""
    evaluation_levels: Table[EvaluationLevel] = _of_policy("EvaluationLevel", PROCEDURE)
    """What the levels of an evaluation take."""
    fee_schedule: Table[FeeSchedule] = _of_policy("FeeSchedule", PROCEDURE)
    """Relative values of the Medicare physician fee schedule."""
    conversion_factors: Table[ConversionFactor] = _of_policy("ConversionFactor")
    """What a relative value unit is worth, by kind."""
    localities: Table[Locality] = _of_policy("Locality")
    """What the fee schedule's components are worth, by contractor and locality."""
    practice_expense_reductions: Table[PracticeExpenseReduction] = _of_policy("PracticeExpenseReduction")
    """How much of a further procedure's practice expense is cut, by setting and indicator."""
    payment_shares: Table[PaymentShare] = _of_policy("PaymentShare")
    """Percentages that a payment is reckoned with, by kind."""
    sequestration: Table[Sequestration] = _of_policy("Sequestration")
    """By how much Medicare's payment is cut."""
    deductibles: Table[Deductible] = _of_policy("Deductible")
    """What a beneficiary pays in a year before Medicare does."""
    telehealth: Table[TelehealthCode] = _of_policy("TelehealthCode", PROCEDURE)
    """Medicare's telehealth list."""
    telehealth_periods: Table[TelehealthPeriod] = _of_policy("TelehealthPeriod")
    """Days on which Medicare pays therapists for telehealth, by discipline."""
    telehealth_billing: Table[TelehealthBilling] = _of_policy("TelehealthBilling")
    """What says on a line that it was telehealth, by setting."""
    remote_monitoring: Table[RemoteMonitoring] = _of_policy("RemoteMonitoring", PROCEDURE)
    """How much of remote therapeutic monitoring its codes stand for."""
    supervision: Table[Supervision] = _of_policy("Supervision")
    """How closely assistants are supervised, by setting and kind."""
    assistant_rules: Table[AssistantRule] = _of_policy("AssistantRule")
    """How Medicare tells whose a unit is."""
    unsuitable_modifiers: Table[UnsuitableModifier] = _of_policy("UnsuitableModifier", MODIFIER)
    """Modifiers that a line of therapy does not carry."""
    filing_limits: Table[FilingLimit] = _of_policy("FilingLimit")
    """Months in which a payer wants a claim."""
    federal_holidays: Table[FederalHoliday] = _of_policy("FederalHoliday")
    """Days on which federal offices are closed, each by its rule."""
    plan_requirements: Table[PlanRequirement] = _of_policy("PlanRequirement")
    """Numbers of days in the rules for a plan of care."""
    denial_reasons: Table[DenialReason] = _of_policy("DenialReason")
    """Our words for the numbers of adjustment reasons and the codes of remarks, by kind and code."""
    claim_statuses: Table[ClaimStatus] = _of_policy("ClaimStatus")
    """Our words for the categories and numbers of acknowledgements, by kind and code."""

    @classmethod
    def bundled(cls) -> Catalog:
        """The catalog of the tables inside this package, always the same one."""
        return _bundled()

    def with_policy(self, policy: PayerPolicy) -> Catalog:
        """A catalog of the same tables that also knows a payer of one's own, by the policy's name.

        This catalog stays as it is, and so does the bundled one.

        Examples:
            >>> import attrs, otcodes
            >>> plan = attrs.evolve(otcodes.payers.policy("commercial"), name="acme", label="Acme Health")
            >>> Catalog.bundled().with_policy(plan).policy("acme").label
            'Acme Health'
        """
        other = copy(self)  # it shares the tables that were read so far: they are the same
        vars(other)["_policies"] = {**self._policies, policy.name: policy}
        return other

    def with_source(self, where: Place) -> Catalog:
        """A catalog in which the tables of a directory stand in the place of this one's of the same names.

        The directory is read at once and verified against the hashes in its manifest; what is written there
        later changes nothing. This catalog stays as it is. Of several directories, one after the other, the
        last one that has a table is asked. No directory is ever read that was not named here.

        Args:
            where: the directory, such as `python -m otcodes import` writes: a path, or anything of the kind
                that `importlib.resources.files` gives.

        Raises:
            TableError: a file is not there or not the one that the manifest describes, a row is malformed, or
                there is no such table; it names the file.

        Examples:
            >>> Catalog.bundled().with_source("/no/such/directory")
            Traceback (most recent call last):
            otcodes.errors.TableError: /no/such/directory: manifest.toml: it is not there
        """
        from ._folders import Folder
        from .errors import TableError

        folder = Folder(where)
        for name, entry in folder.manifest.items():
            known = self._entries[name].key if name in self._entries else KEYS_OF_OWN.get(name)
            if known != entry.key:
                keyed = "no such table" if known is None else f"its key is {', '.join(known)}"
                raise TableError(f"{folder.name}: {entry.file}", None, f"table {name}: {keyed}")
        other = type(self)(self._source)  # it shares no table: one may have been made of those that change
        vars(other).update(
            _policies=dict(self._policies),
            _overlays={**self._overlays, **dict.fromkeys(folder.manifest, folder)},
            _entries={**self._entries, **folder.manifest},
        )
        for name in folder.manifest:
            table: Table[Any] = getattr(other, "_hcpcs" if name == HCPCS else name)
            folder.check(table.under(), table.entry)
        return other

    def policy(self, name: str | None) -> PayerPolicy:
        """The policy of a payer, one's own before a bundled one; of `None`, one that knows nothing.

        Raises:
            UnknownPayerError: there is no policy of that name.
        """
        found = self._policies.get(name) or self._bundled_policies.get(name)
        if found is not None:
            return found
        from . import payers
        from .errors import UnknownPayerError

        try:
            return self._bundled_policies.setdefault(name, payers.policy(name))
        except UnknownPayerError as error:
            raise UnknownPayerError(error.payer, (*error.known, *filter(None, self._policies))) from None

    def __repr__(self) -> str:
        """How many tables it has, and where those of one's own are from."""
        own = ", ".join(dict.fromkeys(folder.name for folder in self._overlays.values()))
        return f"<Catalog of {len(self._entries)} tables{f', with those of {own}' if own else ''}>"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the manifest says of each table: file, rows, coverage, editions, licence."""
        return tuple(self._entries.values())

    @cached_property
    def editions(self) -> dict[str, str]:
        """The newest edition that speaks for the whole of each table, by the table's name."""
        return {entry.name: entry.last_edition for entry in self.entries}

    @cached_property
    def data_version(self) -> str:
        """The version of its tables as a whole; of directories of one's own, what their hashes begin with."""
        own = {folder.fingerprint[:SHOWN]: None for folder in self._overlays.values()}
        return "+".join([self._manifest.data_version, *own])

    def freshness(self, on: dt.date) -> tuple[TableFreshness, ...]:
        """How fresh each table is for a day."""
        return tuple(entry.freshness(on) for entry in self.entries)

    def editions_on(
        self, day: dt.date | None, tables: Iterable[str], words: Mapping[str, str]
    ) -> dict[str, str]:
        """The newest edition of some tables that had taken effect on a day; of no day, the last one.

        `words` are those of the keys that are asked about, by column: `{"setting": "practitioner"}`.
        """
        entries = [self._entries[table] for table in tables if table in self._entries]
        return {
            each.name: each.last_edition if day is None else each.edition_on(day, words) for each in entries
        }

    def stale_on(self, day: dt.date, tables: Iterable[str], words: Mapping[str, str]) -> dict[str, str]:
        """The last edition of those of some tables whose last edition a day is past; `words` as above."""
        entries = [self._entries[table] for table in tables if table in self._entries]
        return {
            entry.name: entry.last_edition
            for entry in entries
            if day > entry.coverage.last and not entry.is_told_by_part(day, words)
        }

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

    def modifier_of(self, kind: str) -> str:
        """The modifier of a kind that has but one, such as `threshold`."""
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> dict[str, str]:
        return {row.kind: row.code for row in self.modifiers}

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

    def primaries_of(self, add_on: str, on: dt.date) -> frozenset[str]:
        """The codes that an add-on code may stand beside on a day; none of a code that is no add-on then."""
        rows = self._primaries.get(add_on, ())
        table = self.add_on_codes
        return frozenset(row.primary for row in rows if table.row_on((row,), on))

    @cached_property
    def _primaries(self) -> dict[str, tuple[AddOnCode, ...]]:
        found: dict[str, tuple[AddOnCode, ...]] = {}
        for row in self.add_on_codes:
            found[row.add_on] = (*found.get(row.add_on, ()), row)
        return found

    def excluded_by(self, code: str, period: str) -> frozenset[str]:
        """The codes that exclude a code in a `day` or a `month`, on any day that the table has."""
        return self._exclusive.get((code, period), frozenset())

    @cached_property
    def _exclusive(self) -> dict[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], frozenset[str]] = {}
        for row in self.mutually_exclusive:
            for code, other in ((row.first, row.second), (row.second, row.first)):
                key = (code, row.period)
                found[key] = found.get(key, frozenset()) | {other}
        return found

    @cached_property
    def _of_disciplines(self) -> tuple[records.Modifier, ...]:
        return tuple(row for row in self.modifiers if row.discipline)


@lru_cache(maxsize=1)
def _bundled() -> Catalog:
    return Catalog(PackagedSource())
