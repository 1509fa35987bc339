"""What Medicare allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ..calc.payments import allowed_amount, expected_payment
from ..calc.units import in_units
from ..errors import shown
from ._common import (
    CLEAN,
    FOUND,
    NUMBER,
    UNREADABLE,
    add_command,
    add_day,
    add_format,
    catalog_of,
    complain,
    print_json,
    say,
)

if TYPE_CHECKING:
    import argparse

    from ..calc.payments import AllowedAmount, ExpectedPayment


def add(commands: Any) -> None:
    """Add `price`."""
    about = "What Medicare allows for a day's services, and who pays how much of it."
    price = add_command(commands, "price", _price, about)
    price.add_argument("services", nargs="+", metavar="CODE[:UNITS]")
    add_day(price)
    price.add_argument("--units", metavar="UNITS", help="the units of a single CODE; 1 by default")
    price.add_argument(
        "--locality",
        metavar="NUMBER",
        help="contractor and locality (06102-16), state and locality (IL-16), or the locality where one "
        "contractor alone has it; national amounts by default",
    )
    price.add_argument("--facility", action="store_true", help="furnished in a facility")
    price.add_argument("--assistant", action="store_true", help="furnished by an assistant (CO)")
    add_format(price, "text", "json")


def _price(chosen: argparse.Namespace) -> int:
    services = _services(chosen)
    if services is None:
        return UNREADABLE
    catalog = catalog_of(chosen)
    found = allowed_amount(
        services, on=chosen.on, locality=chosen.locality, facility=chosen.facility, catalog=catalog
    )
    payments = [
        expected_payment(line.amount_usd, on=chosen.on, is_assistant=chosen.assistant, catalog=catalog)
        for line in found.lines
    ]
    medicare = sum(payment.medicare_usd for payment in payments)
    patient = sum(payment.patient_usd for payment in payments)
    if chosen.format == "json":
        expected = {"medicare_usd": medicare, "patient_usd": patient, "total_usd": medicare + patient}
        facts = {"on": chosen.on, "locality": chosen.locality, **_allowed(found, payments)}
        print_json({**facts, "expected": expected if payments else None})
        return CLEAN if found.lines else FOUND
    for line in found.lines:
        say(f"{line.code}  {in_units(line.units)}  {line.amount_usd}")
    for each in found.not_priced:
        say(f"{each.code}  {in_units(each.units)}  not priced: {each.reason}")
    if found.lines:
        say(f"{'total' if found.is_complete else 'total of what is priced'}  {found.priced_usd}")
        say(f"the deductible met, Medicare pays {medicare} and the patient {patient}")
    for step in found.steps:
        say(f"  {step}")
    return CLEAN if found.lines else FOUND


def _services(chosen: argparse.Namespace) -> list[tuple[str, int]] | None:
    """The codes with their units; `None`, and a complaint, where they cannot be read."""
    services: list[tuple[str, int]] = []
    for given in chosen.services:
        code, colon, units = given.partition(":")
        if chosen.units is not None and (colon or len(chosen.services) > 1):
            complain("--units goes with a single CODE; with several, write CODE:UNITS")
            return None
        units = units if colon else "1" if chosen.units is None else chosen.units
        if not NUMBER.fullmatch(units):
            complain(f"expected CODE or CODE:UNITS as 97530:2, found {shown(f'{code}:{units}')}")
            return None
        services.append((code, int(units)))
    return services


def _allowed(found: AllowedAmount, payments: list[ExpectedPayment]) -> dict[str, Any]:
    """What is allowed, as plain values."""
    lines: list[dict[str, Any]] = []
    for line, payment in zip(found.lines, payments, strict=True):
        sums = {"patient_usd": payment.patient_usd, "total_usd": payment.total_usd}
        expected = {**attrs.asdict(payment), **sums}
        lines.append({**attrs.asdict(line), "amount_usd": line.amount_usd, "expected": expected})
    totals = {name: getattr(found, name) for name in ("total_usd", "priced_usd", "is_complete")}
    return {**totals, **attrs.asdict(found), "lines": lines}
