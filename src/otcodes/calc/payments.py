"""What Medicare's physician fee schedule allows for a service nationally: relative values times dollars.

No locality, assistant, sequestration or coinsurance is in it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, cast

import attrs

from ..catalog import Catalog
from ..errors import FieldError

if TYPE_CHECKING:
    import datetime as dt

CENT = Decimal("0.01")
STANDARD = "standard"
REDUCED_FOR_THERAPY = "5"  # the indicator of multiple procedures


@attrs.frozen(kw_only=True)
class NationalAmount:
    """What the fee schedule allows before any locality, and why.

    Attributes:
        amount_usd: for all units, each in full.
        least_usd: with the practice expense of every unit halved, as Medicare does for all but one procedure
            of a day; the same as `amount_usd` for what is not so reduced.
        steps: the reasoning, in words.
        edition: the edition that the answer is carried forward from, where it is for a later day.
    """

    amount_usd: Decimal
    least_usd: Decimal
    steps: tuple[str, ...]
    edition: str | None = None


def national_amount(
    code: str, *, on: dt.date, units: int = 1, catalog: Catalog | None = None
) -> NationalAmount:
    """The national amount of some units of a code outside a facility.

    Args:
        code: the procedure code.
        on: the date of service.
        units: how many.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: units that are no whole number, zero or more.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: there is no amount for it on that day.

    Examples:
        >>> import datetime as dt
        >>> found = national_amount("97530", on=dt.date(2025, 3, 3))
        >>> found.amount_usd, found.steps
        (Decimal('34.61'), ('97530: 1.07 relative value units at 32.3465 USD are 34.61 USD',))
    """
    number = cast("object", units)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise FieldError("national_amount", "units", units, "whole units, zero or more")
    catalog = catalog or Catalog.bundled()
    row = catalog.fee_schedule.on(on)[code]
    factor = catalog.conversion_factors.on(on)[STANDARD]
    total = row.work + row.practice_nonfacility + row.malpractice
    unit = _cents(total * factor.amount_usd)
    step = f"{row.code}: {total} relative value units at {factor.amount_usd} USD are {unit} USD"
    is_reduced = row.multiple_procedures == REDUCED_FOR_THERAPY
    least = total - row.practice_nonfacility / 2 if is_reduced else total
    return NationalAmount(
        amount_usd=unit * units,
        least_usd=_cents(least * factor.amount_usd) * units,
        steps=(step, *([f"{units} units: {unit * units} USD"] if units != 1 else [])),
        edition=row.edition or factor.edition,
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
