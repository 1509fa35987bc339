"""The rows of the code tables, frozen: what a code is, over which days.

Every record is one dated version. `valid_from` and `valid_to` are inclusive; `valid_to` is `None` while
the version is in force. A field says in its metadata how a table's cell is read.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 -- attrs resolves the field types when asked
from typing import TypeVar

import attrs

from ._cells import cell, codes, day, flag, optional, required, text
from ._text import TextEnum


class CodeSystem(TextEnum):
    """Who keeps the code: the AMA (CPT) or CMS (HCPCS Level II)."""

    CPT = "cpt"
    HCPCS = "hcpcs"


class Timing(TextEnum):
    """How a code's unit is counted; `Procedure.unit_minutes` holds the minutes of the timed kinds."""

    TIMED = "timed"
    FIRST = "first"
    ADDITIONAL = "additional"
    PER_SESSION = "per-session"
    PER_30_DAYS = "per-30-days"
    CALENDAR_MONTH = "calendar-month"
    UNTIMED = "untimed"


class TherapyDisposition(TextEnum):
    """What CMS's therapy code list says: always therapy, only under a therapy plan of care, or not listed."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NONE = "none"
    UNKNOWN = "unknown"


class Discipline(TextEnum):
    """The three disciplines of outpatient therapy."""

    OCCUPATIONAL_THERAPY = "occupational-therapy"
    PHYSICAL_THERAPY = "physical-therapy"
    SPEECH_LANGUAGE_PATHOLOGY = "speech-language-pathology"


class Setting(TextEnum):
    """Which claim form, and so which NCCI table: a professional claim or an outpatient hospital's."""

    PRACTITIONER = "practitioner"
    OUTPATIENT_HOSPITAL = "outpatient-hospital"


def _disciplines(text: str) -> tuple[Discipline, ...] | None:
    return None if text == "unknown" else tuple(map(Discipline, codes(text)))


def _settings(text: str) -> tuple[Setting, ...]:
    return tuple(map(Setting, codes(text)))


@attrs.frozen(kw_only=True)
class Row:
    """What every dated row says of itself.

    Attributes:
        valid_from: the first day on which the row is known to hold.
        valid_to: the last day, `None` while it is open.
        is_start_known: whether `valid_from` is the true first day; if not, earlier days are out of coverage.
        confirmed_to: the last day on which an edition on board confirms the row, where that is not the
            end of the table's coverage.
        carried_forward: whether the answer was taken from the table's last edition for a later day.
        edition: the id of that edition, where it was.
    """

    valid_from: dt.date = cell(day)
    valid_to: dt.date | None = cell(optional(day))
    is_start_known: bool = cell(flag, repr=False)
    confirmed_to: dt.date | None = cell(optional(day), repr=False)
    carried_forward: bool = False
    edition: str | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Procedure(Row):
    """A CPT or HCPCS Level II procedure code over a span of days.

    Of a HCPCS code outside occupational therapy's list only code, dates and coverage letter are on board.

    Attributes:
        code: the code, such as `97530`.
        label: this project's own words for it; `None` for a HCPCS code that therapists do not bill.
        system: whose code it is.
        category: what kind of service it is, in this project's own closed set.
        timing: how its unit is counted; `None` where the tables do not say.
        unit_minutes: the minutes of a unit, for the timed kinds.
        therapy_disposition: what CMS's therapy code list says of it.
        disciplines: who may furnish it under a therapy plan of care; `None` where the tables do not say.
        primary_codes: the codes that an add-on needs beside it.
        successors: the codes that took its place.
        counterparts: for another discipline's code, what occupational therapy has in its place.
        sites: which anatomic modifiers tell two of them apart: `side`, `finger`, `toe`.
        keywords: further words it is searched by.
        coverage: CMS's coverage letter of a HCPCS code (C carrier judgement, D special instructions,
            I not payable by Medicare, M not covered, S not covered by statute).
    """

    code: str = cell(required)
    label: str | None = cell(text)
    system: CodeSystem = cell(CodeSystem, default=CodeSystem.HCPCS)
    category: str | None = cell(text)
    timing: Timing | None = cell(optional(Timing), default=None)
    unit_minutes: int | None = cell(optional(int), default=None)
    therapy_disposition: TherapyDisposition = cell(TherapyDisposition, default=TherapyDisposition.UNKNOWN)
    disciplines: tuple[Discipline, ...] | None = cell(_disciplines, default=None)
    primary_codes: tuple[str, ...] = cell(codes, default=())
    successors: tuple[str, ...] = cell(codes, default=())
    counterparts: tuple[str, ...] = cell(codes, default=())
    sites: tuple[str, ...] = cell(codes, default=())
    keywords: tuple[str, ...] = cell(codes, repr=False)
    coverage: str | None = cell(text, default=None)

    @property
    def is_evaluation(self) -> bool:
        """Whether it is an evaluation or a re-evaluation."""
        return self.category in ("evaluation", "re-evaluation")


@attrs.frozen(kw_only=True)
class Diagnosis(Row):
    """An ICD-10-CM code over a span of days; a header needs more characters and is not billable.

    Attributes:
        code: the official form, with its dot.
        title: the official title.
        is_billable: whether it may stand on a claim.
        children: for a header, the billable codes below it that are on board.
    """

    code: str = cell(required)
    title: str = cell(required)
    is_billable: bool = cell(flag)
    children: tuple[str, ...] = cell(codes, repr=False)

    @property
    def label(self) -> str:
        """The title, under the name that every record has."""
        return self.title


@attrs.frozen(kw_only=True)
class Modifier(Row):
    """A two-character modifier over a span of days.

    Attributes:
        code: the modifier, such as `GO`.
        system: whose it is.
        label: this project's own words; `None` where therapists do not use it.
        kind: what it speaks of, in this project's own closed set.
        discipline: for a discipline's or an assistant's modifier, the discipline it speaks of.
    """

    code: str = cell(required)
    system: CodeSystem = cell(CodeSystem)
    label: str | None = cell(text)
    kind: str = cell(required)
    discipline: Discipline | None = cell(optional(Discipline))


@attrs.frozen(kw_only=True)
class Place(Row):
    """A place of service.

    Attributes:
        code: two digits.
        label: its name.
        rate: whether Medicare pays the `facility` or the `non-facility` amount there.
        unusual_in: the settings whose therapy Medicare does not usually pay there.
    """

    code: str = cell(required)
    label: str = cell(required)
    rate: str = cell(required)
    unusual_in: tuple[Setting, ...] = cell(_settings)


@attrs.frozen(kw_only=True)
class RevenueCode(Row):
    """A revenue code of an institutional claim.

    Attributes:
        code: four digits.
        label: this project's own words.
        discipline: the therapy discipline it reports.
    """

    code: str = cell(required)
    label: str = cell(required)
    discipline: Discipline | None = cell(optional(Discipline))


R = TypeVar("R", bound=Row)
