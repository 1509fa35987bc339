"""The rows of the tables, frozen: what a code is, over which days.

Every record is one dated version. `valid_from` and `valid_to` are inclusive; `valid_to` is `None` while
the version is in force. A field says in its metadata how a table's cell is read.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ._text import TextEnum

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


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


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _flag(cell: str) -> bool:
    if cell not in ("yes", "no"):
        msg = f"{cell!r} is neither yes nor no"
        raise ValueError(msg)
    return cell == "yes"


def _optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda cell: parse(cell) if cell else None


def _required(cell: str) -> str:
    if not cell:
        msg = "the cell is empty"
        raise ValueError(msg)
    return cell


def _disciplines(cell: str) -> tuple[Discipline, ...]:
    return tuple(map(Discipline, _codes(cell)))


def _settings(cell: str) -> tuple[Setting, ...]:
    return tuple(map(Setting, _codes(cell)))


_day = dt.date.fromisoformat
_text: Callable[[str], str | None] = _optional(str)


def _cell(parse: Callable[[str], object], **options: object) -> Any:
    return attrs.field(metadata={"parse": parse}, **options)  # type: ignore[call-overload]


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

    valid_from: dt.date = _cell(_day)
    valid_to: dt.date | None = _cell(_optional(_day))
    is_start_known: bool = _cell(_flag, repr=False)
    confirmed_to: dt.date | None = _cell(_optional(_day), repr=False)
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

    code: str = _cell(_required)
    label: str | None = _cell(_text)
    system: CodeSystem = _cell(CodeSystem, default=CodeSystem.HCPCS)
    category: str | None = _cell(_text)
    timing: Timing | None = _cell(_optional(Timing), default=None)
    unit_minutes: int | None = _cell(_optional(int), default=None)
    therapy_disposition: TherapyDisposition = _cell(TherapyDisposition, default=TherapyDisposition.UNKNOWN)
    disciplines: tuple[Discipline, ...] | None = _cell(_disciplines, default=None)
    primary_codes: tuple[str, ...] = _cell(_codes, default=())
    successors: tuple[str, ...] = _cell(_codes, default=())
    counterparts: tuple[str, ...] = _cell(_codes, default=())
    sites: tuple[str, ...] = _cell(_codes, default=())
    keywords: tuple[str, ...] = _cell(_codes, repr=False)
    coverage: str | None = _cell(_text, default=None)

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

    code: str = _cell(_required)
    title: str = _cell(_required)
    is_billable: bool = _cell(_flag)
    children: tuple[str, ...] = _cell(_codes, repr=False)

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

    code: str = _cell(_required)
    system: CodeSystem = _cell(CodeSystem)
    label: str | None = _cell(_text)
    kind: str = _cell(_required)
    discipline: Discipline | None = _cell(_optional(Discipline))


@attrs.frozen(kw_only=True)
class ModifierConflict(Row):
    """Two modifiers that do not stand on one line.

    Attributes:
        first: the modifier that sorts first.
        second: the other one.
        severity: `error` or `warning`.
    """

    first: str = _cell(_required)
    second: str = _cell(_required)
    severity: str = _cell(_required)


@attrs.frozen(kw_only=True)
class Place(Row):
    """A place of service.

    Attributes:
        code: two digits.
        label: its name.
        rate: whether Medicare pays the `facility` or the `non-facility` amount there.
        unusual_in: the settings whose therapy Medicare does not usually pay there.
    """

    code: str = _cell(_required)
    label: str = _cell(_required)
    rate: str = _cell(_required)
    unusual_in: tuple[Setting, ...] = _cell(_settings)


@attrs.frozen(kw_only=True)
class RevenueCode(Row):
    """A revenue code of an institutional claim.

    Attributes:
        code: four digits.
        label: this project's own words.
        discipline: the therapy discipline it reports.
    """

    code: str = _cell(_required)
    label: str = _cell(_required)
    discipline: Discipline | None = _cell(_optional(Discipline))


@attrs.frozen(kw_only=True)
class PaymentStatus(Row):
    """The status letter of the Medicare physician fee schedule.

    Attributes:
        code: the procedure code.
        status: A active, B bundled, C priced by the contractor, E excluded, I not valid for Medicare,
            N not covered, R restricted, X excluded by statute.
    """

    code: str = _cell(_required)
    status: str = _cell(_required)


@attrs.frozen(kw_only=True)
class PtpEdit(Row):
    """An NCCI procedure-to-procedure pair: column 2 is denied beside column 1 on one day.

    Attributes:
        setting: which of the two tables.
        column_1: the code that is paid.
        column_2: the code that is denied.
        indicator: `0` never together, `1` together with an NCCI-associated modifier.
    """

    setting: Setting = _cell(Setting)
    column_1: str = _cell(_required)
    column_2: str = _cell(_required)
    indicator: str = _cell(_required)


@attrs.frozen(kw_only=True)
class PairModifier(Row):
    """A modifier that NCCI accepts to tell the two codes of a pair apart.

    Attributes:
        modifier: the modifier.
        sites: for an anatomic one, the kind of site; empty for 59 and its subsets.
    """

    modifier: str = _cell(_required)
    sites: tuple[str, ...] = _cell(_codes)


@attrs.frozen(kw_only=True)
class TherapyThreshold(Row):
    """A calendar year's amounts per beneficiary.

    Attributes:
        discipline: occupational therapy, or physical therapy (which stands for it and speech-language
            pathology together).
        amount_usd: allowed charges above it need KX.
        review_amount_usd: above it a claim may be picked for medical review.
    """

    discipline: Discipline = _cell(Discipline)
    amount_usd: Decimal = _cell(Decimal)
    review_amount_usd: Decimal = _cell(Decimal)


@attrs.frozen(kw_only=True)
class CommonProcedure(Row):
    """A place in a published list of the most billed occupational therapy codes.

    Attributes:
        rank: its place among the codes of the list that are known.
        code: the procedure code.
    """

    rank: int = _cell(int)
    code: str = _cell(_required)


@attrs.frozen(kw_only=True)
class PayerSubstitution(Row):
    """A code that a payer does not take because it wants another one.

    Attributes:
        payer: the payer policy's name.
        code: the code it does not take.
        substitute: the code it takes.
    """

    payer: str = _cell(_required)
    code: str = _cell(_required)
    substitute: str = _cell(_required)


@attrs.frozen(kw_only=True)
class OncePerDay(Row):
    """A code that is billed once a day or session, however long it takes.

    Attributes:
        code: the procedure code.
    """

    code: str = _cell(_required)


@attrs.frozen(kw_only=True)
class FilingIndicator(Row):
    """Which payer policy an 837's claim filing indicator (SBR09) stands for.

    Attributes:
        indicator: the indicator.
        payer: the payer policy's name.
    """

    indicator: str = _cell(_required)
    payer: str = _cell(_required)


R = TypeVar("R", bound=Row)
