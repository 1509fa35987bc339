"""Workdays of the federal government: a limit that ends on none of them lasts to the next.

Its holidays are those of 5 USC 6103. Further days off, which a president orders, cannot be known ahead.
"""

from __future__ import annotations

import datetime as dt

MONDAY, THURSDAY, FRIDAY, SATURDAY = 1, 4, 5, 6
DAY = dt.timedelta(days=1)
# By month and day, the first year; of a Saturday it is kept on Friday, of a Sunday on Monday.
FIXED = {(1, 1): 1885, (6, 19): 2021, (7, 4): 1885, (11, 11): 1978, (12, 25): 1885}
MONDAYS = frozenset({(1, 3), (2, 3), (9, 1), (10, 2)})  # the month, and which of its Mondays
LAST_OF_MAY = (5, 25)  # from here on a Monday is the month's last
THANKSGIVING = (11, 4)  # the fourth Thursday


def workday_from(day: dt.date) -> dt.date:
    """The day itself if it is a workday, else the next one."""
    while dt.date.min < day < dt.date.max and not _is_workday(day):
        day += DAY
    return day


def _is_workday(day: dt.date) -> bool:
    weekday, which = day.isoweekday(), (day.month, (day.day - 1) // 7 + 1)
    if weekday >= SATURDAY or _is_fixed(day):
        return False
    if weekday == MONDAY:
        is_last_of_may = day.month == LAST_OF_MAY[0] and day.day >= LAST_OF_MAY[1]
        return not (which in MONDAYS or is_last_of_may or _is_fixed(day - DAY))
    if weekday == FRIDAY:
        return not _is_fixed(day + DAY)
    return not (weekday == THURSDAY and which == THANKSGIVING)


def _is_fixed(day: dt.date) -> bool:
    return day.year >= FIXED.get((day.month, day.day), dt.MAXYEAR + 1)
