"""The units that minutes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..calc.units import timed_units
from ..errors import OtcodesError, shown
from ..payers import UnitMethod
from ._common import (
    CLEAN,
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


def add(commands: Any) -> None:
    """Add `units`."""
    units = add_command(commands, "units", _units, "The units that a day's minutes allow.")
    units.add_argument("minutes", nargs="+", metavar="CODE:MINUTES")
    add_day(units)
    units.add_argument("--method", choices=[str(method) for method in UnitMethod], default="medicare")
    add_format(units, "text", "json")


def _units(chosen: argparse.Namespace) -> int:
    minutes: dict[str, int] = {}
    for given in chosen.minutes:
        code, colon, amount = given.partition(":")
        if not colon or not NUMBER.fullmatch(amount):
            complain(f"expected CODE:MINUTES as 97530:23, found {shown(given)}")
            return UNREADABLE
        minutes[code] = minutes.get(code, 0) + int(amount)
    catalog = catalog_of(chosen)
    try:
        result = timed_units(minutes, on=chosen.on, method=chosen.method, catalog=catalog)
    except (OtcodesError, LookupError) as error:
        complain(str(error))
        return UNREADABLE
    if chosen.format == "json":
        facts = {"total": result.total, "by_code": result.by_code, "ties": result.ties, "steps": result.steps}
        print_json({**facts, "not_timed": result.not_timed, "method": chosen.method, "on": chosen.on})
        return CLEAN
    for code, units in result.by_code.items():
        say(f"{code}  {units}")
    say(f"total  {result.total}")
    for step in result.steps:
        say(f"  {step}")
    return CLEAN
