"""Where a beneficiary's therapy of a calendar year stands against the year's threshold.

Allowed charges count, with deductible and coinsurance, of one calendar year and all outpatient settings:
occupational therapy's by themselves, physical therapy's and speech-language pathology's together. The
modifier KX is for what lies above the threshold (42 USC 1395l(g)); to reach it to the cent needs none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from ..catalog import Catalog
from ..claims import is_sane
from ..errors import FieldError
from ..records import Discipline

if TYPE_CHECKING:
    import datetime as dt

    from ..policy_records import TherapyThreshold


@attrs.frozen(kw_only=True)
class ThresholdPosition:
    """Where the allowed charges of a year stand, and why.

    Attributes:
        total_usd: allowed charges with those of the service.
        threshold_usd: of the year and discipline.
        review_usd: above it claims may be picked for medical review.
        is_above: whether the service needs the threshold modifier.
        is_reviewable: whether it may be picked for medical review.
        steps: the reasoning, in words.
    """

    total_usd: Decimal
    threshold_usd: Decimal
    review_usd: Decimal
    is_above: bool
    is_reviewable: bool
    steps: tuple[str, ...]


def threshold_position(
    year_to_date_usd: Decimal,
    allowed_usd: Decimal,
    *,
    on: dt.date,
    discipline: Discipline | str = Discipline.OCCUPATIONAL_THERAPY,
    catalog: Catalog | None = None,
) -> ThresholdPosition:
    """Where the allowed charges of a calendar year stand with one service more.

    Args:
        year_to_date_usd: allowed charges of the year before the service.
        allowed_usd: what is allowed for the service.
        on: the date of service.
        discipline: whose charges they are.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: an amount that is no `Decimal` or `int`, or a discipline that there is not.
        NotEffectiveError, OutOfCoverageError: no threshold of that year is on board.

    Examples:
        >>> import datetime as dt
        >>> from decimal import Decimal
        >>> found = threshold_position(Decimal("2470.00"), Decimal("35.07"), on=dt.date(2026, 3, 2))
        >>> found.is_above, found.steps[0]
        (True, '2470.00 USD before and 35.07 USD for this are 2505.07 USD')
    """
    try:
        discipline = Discipline(discipline)
    except ValueError:
        expected = f"one of {', '.join(Discipline)}"
        raise FieldError("threshold_position", "discipline", discipline, expected) from None
    before, more = _usd("year_to_date_usd", year_to_date_usd), _usd("allowed_usd", allowed_usd)
    row = threshold_of(discipline, on, catalog or Catalog.bundled())
    total = before + more
    is_above, is_reviewable = total > row.amount_usd, total > row.review_amount_usd
    steps = [f"{before} USD before and {more} USD for this are {total} USD"]
    said = "above" if is_above else "not above"
    steps.append(f"the threshold of {on.year} is {row.amount_usd} USD: {said}")
    if is_reviewable:
        steps.append(f"above {row.review_amount_usd} USD it may be picked for medical review")
    return ThresholdPosition(
        total_usd=total,
        threshold_usd=row.amount_usd,
        review_usd=row.review_amount_usd,
        is_above=is_above,
        is_reviewable=is_reviewable,
        steps=tuple(steps),
    )


def _usd(field: str, amount: object) -> Decimal:
    if isinstance(amount, (int, Decimal)) and not isinstance(amount, bool) and is_sane(Decimal(amount)):
        return Decimal(amount)
    expected = "a Decimal in US dollars, such as Decimal('120.00')"
    raise FieldError("threshold_position", field, amount, expected)


def threshold_of(discipline: Discipline | str, on: dt.date, catalog: Catalog) -> TherapyThreshold:
    """The row of a discipline's threshold: physical therapy's stands for speech-language pathology, too."""
    is_own = Discipline(discipline) is Discipline.OCCUPATIONAL_THERAPY
    key = Discipline.OCCUPATIONAL_THERAPY if is_own else Discipline.PHYSICAL_THERAPY
    return catalog.therapy_thresholds.on(on)[key.value]
