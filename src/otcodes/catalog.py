"""All tables as one immutable catalog; the bundled one is what `import otcodes` answers from."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from . import records
from ._store import Entry, PackagedSource, Source, read_manifest
from .records import Discipline
from .tables import Table, Verdict

if TYPE_CHECKING:
    import datetime as dt

PROCEDURE = re.compile(r"\d{5}|\d{4}[AFMTU]|[A-Z]\d{4}", re.ASCII)
# Loose on purpose: later characters gain letters with most updates, so the table decides, not the shape.
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,4}", re.ASCII)
MODIFIER = re.compile(r"[A-Z0-9]{2}", re.ASCII)
PLACE = re.compile(r"\d{2}", re.ASCII)
REVENUE = re.compile(r"\d{4}", re.ASCII)


class TherapyDiscipline(NamedTuple):
    """A discipline with the two modifiers that speak of it, on one day.

    Attributes:
        name: the discipline.
        modifier: the modifier of its plan of care.
        assistant_modifier: the modifier of its assistants; `None` before they had one.
    """

    name: Discipline
    modifier: str
    assistant_modifier: str | None


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
        entries = read_manifest(source)
        self._entries = entries

        def table(name: str, kind: type[records.R], form: re.Pattern[str] | None = None) -> Table[records.R]:
            return Table(entries[name], kind, source, form=form)

        hcpcs = table("hcpcs", records.Procedure, PROCEDURE)
        self.procedures: Table[records.Procedure] = Table(
            entries["procedures"], records.Procedure, source, form=PROCEDURE, beside=hcpcs
        )
        self.diagnoses = table("diagnoses", records.Diagnosis, DIAGNOSIS)
        self.modifiers = table("modifiers", records.Modifier, MODIFIER)
        self.places = table("places", records.Place, PLACE)
        self.revenue_codes = table("revenue_codes", records.RevenueCode, REVENUE)
        self.payment_status = table("payment_status", records.PaymentStatus, PROCEDURE)
        self.ptp_edits = table("ptp_edits", records.PtpEdit)
        self.pair_modifiers = table("pair_modifiers", records.PairModifier, MODIFIER)
        self.modifier_conflicts = table("modifier_conflicts", records.ModifierConflict)
        self.therapy_thresholds = table("therapy_thresholds", records.TherapyThreshold)
        self.common_procedures = table("common_procedures", records.CommonProcedure)
        self.payer_substitutions = table("payer_substitutions", records.PayerSubstitution)
        self.once_per_day = table("once_per_day", records.OncePerDay, PROCEDURE)
        self.filing_indicators = table("filing_indicators", records.FilingIndicator)

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

    def disciplines(self, on: dt.date) -> dict[Discipline, TherapyDiscipline]:
        """The therapy disciplines and their modifiers on a day, as the table of modifiers has them.

        Empty for a day that the table does not cover.
        """
        found: dict[tuple[Discipline, str], str] = {
            (row.discipline, row.kind): row.code
            for row in self._of_disciplines
            if self.modifiers.verdict(row.code, on=on) is Verdict.EFFECTIVE and row.discipline
        }
        return {
            name: TherapyDiscipline(name, modifier, found.get((name, "assistant")))
            for (name, kind), modifier in found.items()
            if kind == "discipline"
        }

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
