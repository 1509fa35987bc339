"""Where a beneficiary's therapy of a calendar year stands against the year's threshold.

Allowed charges count, with deductible and coinsurance, of one calendar year and all outpatient settings:
occupational therapy's by themselves, physical therapy's and speech-language pathology's together. The
modifier KX is for what lies above the threshold (42 USC 1395l(g)); to reach it to the cent needs none.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, cast

import attrs

from ..catalog import Catalog
from ..errors import FieldError
from ..records import Discipline
from ._money import usd

if TYPE_CHECKING:
    import datetime as dt

    from ..policy_records import TherapyThreshold

ZERO = Decimal(0)


@attrs.frozen(kw_only=True)
class ThresholdStatus:
    """Where the allowed charges of a year stand, and why.

    Attributes:
        used_usd: allowed charges of the year with all amounts given.
        threshold_usd: of the year and discipline.
        review_usd: above it claims may be picked for medical review.
        needs_modifier_from: which of the amounts, counted from 0, is the first whose line needs the threshold
            modifier, as do all after it; `None` where none does.
        steps: the reasoning, in words.
    """

    used_usd: Decimal
    threshold_usd: Decimal
    review_usd: Decimal
    needs_modifier_from: int | None
    steps: tuple[str, ...]

    @property
    def left_usd(self) -> Decimal:
        """What is left up to the threshold; zero above it."""
        return max(self.threshold_usd - self.used_usd, ZERO)

    @property
    def is_above(self) -> bool:
        """Whether the charges are above the threshold."""
        return self.used_usd > self.threshold_usd

    @property
    def is_reviewable(self) -> bool:
        """Whether the charges are above what claims may be picked for medical review from."""
        return self.used_usd > self.review_usd


def threshold_status(
    amounts: Iterable[Decimal],
    *,
    on: dt.date,
    discipline: Discipline | str = Discipline.OCCUPATIONAL_THERAPY,
    year_to_date_usd: Decimal = ZERO,
    catalog: Catalog | None = None,
) -> ThresholdStatus:
    """Where the allowed charges of a calendar year stand after some lines, and which of them need KX.

    Args:
        amounts: what is allowed for each line, in US dollars, in the order of the lines; all of one calendar
            year.
        on: the date of service.
        discipline: whose charges they are.
        year_to_date_usd: allowed charges of the year before the first line.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: an amount that is no `Decimal` or `int`, or is negative, or an unknown discipline.
        NotEffectiveError, OutOfCoverageError: no threshold of that year is on board.

    Examples:
        >>> import datetime as dt
        >>> amounts = [Decimal("8.00"), Decimal("35.07"), Decimal("25.05")]
        >>> found = threshold_status(amounts, on=dt.date(2026, 3, 2), year_to_date_usd=Decimal("2470.00"))
        >>> found.used_usd, found.left_usd, found.needs_modifier_from, found.is_reviewable
        (Decimal('2538.12'), Decimal('0'), 1, False)
        >>> found.steps[1]
        'with line 2 they are 2513.07 USD: above 2480.00 USD, the threshold of 2026; it needs the modifier'
    """
    try:
        discipline = Discipline(discipline)
    except ValueError:
        expected = f"one of {', '.join(Discipline)}"
        raise FieldError("threshold_status", "discipline", discipline, expected) from None
    before = usd("threshold_status", "year_to_date_usd", year_to_date_usd)
    if not isinstance(cast("object", amounts), Iterable) or isinstance(cast("object", amounts), str):
        raise FieldError("threshold_status", "amounts", amounts, "amounts, as [Decimal('35.07')]")
    each = [usd("threshold_status", f"amounts[{place}]", amount) for place, amount in enumerate(amounts)]
    row = threshold_of(discipline, on, catalog or Catalog.bundled())
    totals = list(accumulate(each, initial=before))
    used, threshold = totals[-1], row.amount_usd
    first = next((place for place, total in enumerate(totals[1:]) if total > threshold), None)
    steps = [f"{before} USD are allowed in {on.year} before these lines"]
    if first is None:
        said = "above" if used > threshold else "not above"
        steps.append(f"with them {used} USD: {said} {threshold} USD, the threshold of {on.year}")
    else:
        above = f"above {threshold} USD, the threshold of {on.year}"
        total = totals[first + 1]
        steps.append(f"with line {first + 1} they are {total} USD: {above}; it needs the modifier")
        if first + 1 < len(each):
            steps.append(f"so do the lines after it; with all of them {used} USD")
    if used > row.review_amount_usd:
        steps.append(f"above {row.review_amount_usd} USD it may be picked for medical review")
    return ThresholdStatus(
        used_usd=used,
        threshold_usd=threshold,
        review_usd=row.review_amount_usd,
        needs_modifier_from=first,
        steps=tuple(steps),
    )


def threshold_of(discipline: Discipline | str, on: dt.date, catalog: Catalog) -> TherapyThreshold:
    """The row of a discipline's threshold: physical therapy's stands for speech-language pathology, too."""
    is_own = Discipline(discipline) is Discipline.OCCUPATIONAL_THERAPY
    key = Discipline.OCCUPATIONAL_THERAPY if is_own else Discipline.PHYSICAL_THERAPY
    return catalog.therapy_thresholds.on(on)[key.value]
