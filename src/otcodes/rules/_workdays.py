"""Workdays of the federal government: a limit that ends on none of them lasts to the next.

A holiday that falls on a Saturday is kept on the Friday before (5 USC 6103(b)), one that falls on a Sunday on
the Monday after (Executive Order 11582).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..policy_records import FederalHoliday
    from ..tables import Table

MONDAY, FRIDAY, SATURDAY = 1, 5, 6
DAY = dt.timedelta(days=1)
WEEKEND = {MONDAY: -DAY, FRIDAY: DAY}  # the weekend's day whose holiday is kept on this one


def is_workday(day: dt.date, holidays: Table[FederalHoliday]) -> bool | None:
    """Whether a day is a workday; `None` where the table of holidays does not tell."""
    weekday = day.isoweekday()
    if weekday >= SATURDAY:
        return False
    days = [day, day + WEEKEND[weekday]] if weekday in WEEKEND else [day]
    if any(row.falls_on(each) for each in days for row in holidays.on(each).values()):
        return False
    spans = list(holidays.coverage.spans())
    return True if all(any(first <= each <= last for first, last in spans) for each in days) else None
