"""The rows of the policy tables, frozen: what payers make of codes, over which days.

They stand apart from the codes' own records, so that looking a code up does not wait for them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import attrs

from ._cells import cell, codes, required
from .records import Discipline, Row, Setting


@attrs.frozen(kw_only=True)
class ModifierConflict(Row):
    """Two modifiers that do not stand on one line.

    Attributes:
        first: the modifier that sorts first.
        second: the other one.
        severity: `error` or `warning`.
    """

    first: str = cell(required)
    second: str = cell(required)
    severity: str = cell(required)


@attrs.frozen(kw_only=True)
class PaymentStatus(Row):
    """The status letter of the Medicare physician fee schedule.

    Attributes:
        code: the procedure code.
        status: A active, B bundled, C priced by the contractor, E excluded, I not valid for Medicare,
            N not covered, R restricted, X excluded by statute.
    """

    code: str = cell(required)
    status: str = cell(required)


@attrs.frozen(kw_only=True)
class PtpEdit(Row):
    """An NCCI procedure-to-procedure pair: column 2 is denied beside column 1 on one day.

    Attributes:
        setting: which of the two tables.
        column_1: the code that is paid.
        column_2: the code that is denied.
        indicator: `0` never together, `1` together with an NCCI-associated modifier.
    """

    setting: Setting = cell(Setting)
    column_1: str = cell(required)
    column_2: str = cell(required)
    indicator: str = cell(required)


@attrs.frozen(kw_only=True)
class PairModifier(Row):
    """A modifier that NCCI accepts to tell the two codes of a pair apart.

    Attributes:
        modifier: the modifier.
        sites: for an anatomic one, the kind of site; empty for 59 and its subsets.
    """

    modifier: str = cell(required)
    sites: tuple[str, ...] = cell(codes)


@attrs.frozen(kw_only=True)
class TherapyThreshold(Row):
    """A calendar year's amounts per beneficiary.

    Attributes:
        discipline: occupational therapy, or physical therapy (which stands for it and speech-language
            pathology together).
        amount_usd: allowed charges above it need KX.
        review_amount_usd: above it a claim may be picked for medical review.
    """

    discipline: Discipline = cell(Discipline)
    amount_usd: Decimal = cell(Decimal)
    review_amount_usd: Decimal = cell(Decimal)


@attrs.frozen(kw_only=True)
class CommonProcedure(Row):
    """A place in a published list of the most billed occupational therapy codes.

    Attributes:
        rank: its place among the codes of the list that are known.
        code: the procedure code.
    """

    rank: int = cell(int)
    code: str = cell(required)


@attrs.frozen(kw_only=True)
class PayerSubstitution(Row):
    """A code that a payer does not take because it wants another one.

    Attributes:
        payer: the payer policy's name.
        code: the code it does not take.
        substitute: the code it takes.
    """

    payer: str = cell(required)
    code: str = cell(required)
    substitute: str = cell(required)


@attrs.frozen(kw_only=True)
class OncePerDay(Row):
    """A code that is billed once a day or session, however long it takes.

    Attributes:
        code: the procedure code.
    """

    code: str = cell(required)


@attrs.frozen(kw_only=True)
class FilingIndicator(Row):
    """Which payer policy an 837's claim filing indicator (SBR09) stands for.

    Attributes:
        indicator: the indicator.
        payer: the payer policy's name.
    """

    indicator: str = cell(required)
    payer: str = cell(required)


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
