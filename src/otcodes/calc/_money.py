"""Amounts of money that a calculator takes in, and how they are rounded."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ..claims import is_sane
from ..errors import FieldError

CENT = Decimal("0.01")
WHOLE = 100  # percents


def cents(amount: Decimal) -> Decimal:
    """An amount to the cent, half a cent up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def share_of(amount: Decimal, percent: int) -> Decimal:
    """Some percent of an amount, to the cent."""
    return cents(amount * percent / WHOLE)


def usd(caller: str, field: str, amount: object) -> Decimal:
    """An amount that a calculator was given.

    Raises:
        FieldError: it is no `Decimal` or `int`, or is negative, or of a size that no claim has.
    """
    if isinstance(amount, (int, Decimal)) and not isinstance(amount, bool):
        number = Decimal(amount)
        if is_sane(number) and number >= 0:
            return number
    expected = "a Decimal in US dollars, zero or more, such as Decimal('120.00')"
    raise FieldError(caller, field, amount, expected)
