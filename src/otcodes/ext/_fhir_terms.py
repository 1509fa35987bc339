"""The code systems that FHIR knows by a URI, as the tables have them on a day."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import attrs

from .._text import normalize_code
from ..catalog import Catalog
from ..classification import DiagnosisTable
from ..errors import NotEffectiveError, OutOfCoverageError, UnknownCodeError
from ..readers._fhir_systems import CPT, HCPCS, ICD10CM, PLACES, REVENUE
from ..records import CodeSystem as Keeper
from ..records import SuccessionKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ..tables import Table

LEVEL_I = re.compile("[0-9]{4}[0-9AFMTU]")  # of HCPCS, which CPT is
LEVEL_II = re.compile("[A-Z][0-9]{4}")
MODIFIER = 2  # characters
# How a target stands to its source, in R4's words: `narrower` says that the target is.
EQUIVALENCES = {
    SuccessionKind.SPLIT: "narrower",
    SuccessionKind.MERGED: "wider",
    SuccessionKind.RENAMED: "equivalent",
}


@attrs.frozen(kw_only=True)
class _System:
    """A code system, and the tables that have its codes.

    Attributes:
        name: of the resource.
        title: of the resource.
        tables: the tables of its codes; of two, the second has the modifiers.
        keeper: where a table has codes of two systems, whose are meant.
        is_whole: whether there is nothing in it that the tables' scope leaves out.
    """

    name: str
    title: str
    tables: tuple[str, ...]
    keeper: Keeper | None = None
    is_whole: bool = False


SYSTEMS: Mapping[str, _System] = {
    CPT: _System(
        name="CPT",
        title="CPT codes of therapy and CPT modifiers",
        tables=("procedures", "modifiers"),
        keeper=Keeper.CPT,
    ),
    HCPCS: _System(  # without the dental codes
        name="HCPCS",
        title="HCPCS Level II codes and modifiers",
        tables=("procedures", "modifiers"),
        keeper=Keeper.HCPCS,
    ),
    ICD10CM: _System(name="ICD10CM", title="ICD-10-CM", tables=("diagnoses",), is_whole=True),
    PLACES: _System(name="PlaceOfService", title="Places of service", tables=("places",), is_whole=True),
    REVENUE: _System(name="RevenueCodes", title="Revenue codes of therapy", tables=("revenue_codes",)),
}


class Terms:
    """A code system on a day."""

    def __init__(self, uri: str, on: dt.date, catalog: Catalog | None) -> None:
        if uri not in SYSTEMS:
            raise OutOfCoverageError("code systems", uri, None, ", ".join(SYSTEMS))
        self.uri, self.on = uri, on
        self.system = SYSTEMS[uri]
        catalog = catalog or Catalog.bundled()
        self.tables: list[Table[Any]] = [getattr(catalog, name) for name in self.system.tables]

    def _table_of(self, code: str) -> Table[Any]:
        return self.tables[-1 if len(normalize_code(code)) == MODIFIER else 0]

    def find(self, code: str) -> Any:
        """The record of a code.

        Raises:
            UnknownCodeError, NotEffectiveError, OutOfCoverageError: as the tables say; or it is a code of
                another system, which is known by its form, or by its record.
        """
        table, key, keeper = self._table_of(code), normalize_code(code), self.system.keeper
        if keeper is not None:
            owner = table.owner(key)
            kept_by = keeper if owner is None else owner.rows(key)[0].system
            if keeper is Keeper.HCPCS and (LEVEL_I.fullmatch(key) or kept_by is Keeper.CPT):
                # Some have CPT codes under the name of HCPCS, whose Level I they are: it is not for us to say
                # no.
                covers = f"CPT codes are asked for under {CPT}"
                raise OutOfCoverageError(self.system.name, code, self.on, covers)
            if kept_by is not keeper or (keeper is Keeper.CPT and LEVEL_II.fullmatch(key)):
                raise UnknownCodeError(self.system.name, code, self.on)
        return table.find(code, self.on)

    def records(self) -> Iterator[Any]:
        """Every record in force."""
        for table in self.tables:
            for record in table.on(self.on).values():
                if self.system.keeper in (None, getattr(record, "system", None)):
                    yield record

    def ranks(self, text: str) -> dict[str, int]:
        """The codes that some words find, best first."""
        found = [
            row.code for table in self.tables for row in table.on(self.on).search(text, limit=sys.maxsize)
        ]
        return {code: rank for rank, code in enumerate(found)}

    @property
    def is_complete(self) -> bool:
        """Whether all codes of the system on the day are there, by an edition that speaks for the day."""
        return self.system.is_whole and all(
            table.coverage.first <= self.on <= table.coverage.last and not table.coverage.gap_of(self.on)
            for table in self.tables
        )

    @property
    def copyright(self) -> str:
        """Under which terms the facts may be used."""
        return ". ".join(dict.fromkeys(table.entry.licence for table in self.tables))

    def successions(self, code: str) -> list[tuple[str, str, str]]:
        """What took the place of a code that may not stand on a claim: code, equivalence, how it came.

        Raises:
            OutOfCoverageError: the tables do not know the code.
        """
        try:
            if not is_header(self.find(code)):
                return []
        except NotEffectiveError:
            pass
        except UnknownCodeError:
            return []
        table = self._table_of(code)
        if isinstance(table, DiagnosisTable):
            past = [each for each in table.successors(code) if each.on <= self.on]
            return [
                (successor, EQUIVALENCES[each.relation], f"{each.relation} on {each.on}")
                for each in past[-1:]
                for successor in each.successors
            ]
        ended: list[Any] = [row for row in table.history(code) if row.valid_to and row.valid_to < self.on]
        return [
            (successor, "relatedto", f"in the place of a code that ended on {row.valid_to}")
            for row in ended[-1:]
            for successor in getattr(row, "successors", ())
        ]

    def retired(self) -> Iterator[str]:
        """The codes that something may have taken the place of, in order."""
        is_tree = isinstance(self.tables[0], DiagnosisTable)
        for _, _, rows in self.tables[0].versions():
            last = rows[-1]
            has_changed = is_tree and (len(rows) > 1 or last.valid_to is not None)
            is_told = has_changed or any(getattr(row, "successors", ()) for row in rows)
            if is_told and self.system.keeper in (None, getattr(last, "system", None)):
                yield last.code


def is_header(record: Any) -> bool:
    """Whether it is a header of a classification, which needs more characters to stand on a claim."""
    return not getattr(record, "is_billable", True)


def home(code: str, system: str) -> str:
    """The system of a code: a CPT code may have a HCPCS code in its place, and the reverse."""
    if system in (CPT, HCPCS):
        return HCPCS if LEVEL_II.fullmatch(code) else CPT
    return system
