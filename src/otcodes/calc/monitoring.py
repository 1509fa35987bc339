"""Which codes the days and minutes of remote therapeutic monitoring are billed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from ..catalog import Catalog
from ..errors import FieldError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ..policy_records import RemoteMonitoring

FURTHER = "-further"


@attrs.frozen(kw_only=True)
class MonitoringUnits:
    """The codes that days or minutes of monitoring are billed by, and why.

    Attributes:
        by_code: units by code; empty where there is too little to bill.
        steps: the reasoning, in words.
    """

    by_code: Mapping[str, int]
    steps: tuple[str, ...]


def monitoring_units(
    code: str, amount: int, *, on: dt.date, catalog: Catalog | None = None
) -> MonitoringUnits:
    """The codes for an amount of the monitoring that a code is about.

    Any code of a kind may be given: of a device in a period of 30 days those for few and for many days with
    readings, of the management of a calendar month those for little time, for more, and for each part more.

    Args:
        code: a code of remote monitoring that is measured in days or minutes.
        amount: the days with readings in the period, or the minutes of the month.
        on: the last day of the period, or a day of the month.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: the amount is no whole number, zero or more.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: the code is none of monitoring on that day.

    Examples:
        >>> import datetime as dt
        >>> monitoring_units("98980", 45, on=dt.date(2026, 3, 31)).by_code
        {'98980': 1, '98981': 1}
        >>> monitoring_units("98977", 12, on=dt.date(2026, 3, 31)).by_code
        {'98985': 1}
    """
    number = cast("object", amount)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise FieldError("monitoring_units", "amount", amount, "whole days or minutes, zero or more")
    on_day = (catalog or Catalog.bundled()).remote_monitoring.on(on)
    asked = on_day[code]
    kind = asked.kind.removesuffix(FURTHER)
    rows = [row for row in on_day.values() if row.kind == kind]
    row = next(
        (row for row in rows if row.least <= amount and (row.most is None or amount <= row.most)), None
    )
    if row is None:
        return MonitoringUnits(
            by_code={}, steps=(f"{_counted(amount, asked.measure)}: {_why_not(rows, asked.measure)}",)
        )
    units = {row.code: 1}
    steps = [f"{amount} {row.measure} are billed by {row.code}, of {_range(row)}"]
    further = next((each for each in on_day.values() if each.kind == f"{kind}{FURTHER}"), None)
    more = (amount - row.least) // further.least if further and row.most is None else 0
    if further and more:
        units[further.code] = more
        steps.append(f"each {further.least} {further.measure} more by {further.code}: {more}")
    return MonitoringUnits(by_code=units, steps=tuple(steps))


def _counted(amount: int, measure: str) -> str:
    return f"{amount} {measure.removesuffix('s') if amount == 1 else measure}"


def _range(row: RemoteMonitoring) -> str:
    if row.most is None:
        return f"{row.least} {row.measure} or more"
    return f"{row.least} to {row.most} {row.measure}"


def _why_not(rows: list[RemoteMonitoring], measure: str) -> str:
    named = ", ".join(f"{row.code} takes {_range(row)}" for row in sorted(rows, key=lambda row: row.least))
    return f"no code takes so few or so many; {named}" if named else f"no code is counted by {measure}"
