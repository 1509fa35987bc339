"""How fresh the tables are for a day, by the editions on board."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from .catalog import Catalog
from .errors import StaleDataWarning
from .tables import check_day

if TYPE_CHECKING:
    import datetime as dt

    from ._editions import TableFreshness


def freshness(
    *, on: dt.date, catalog: Catalog | None = None, warn: bool = False
) -> tuple[TableFreshness, ...]:
    """How fresh each table is for a day: current, carried forward, or out of coverage.

    Args:
        on: the day, as a rule the date of service.
        catalog: the tables; the bundled ones by default.
        warn: whether to give one `StaleDataWarning`, too, where the day is past the last edition of a table.

    Raises:
        TypeError: `on` is not a `datetime.date`.

    Examples:
        >>> import datetime as dt, otcodes
        >>> tables = otcodes.freshness(on=dt.date(2026, 11, 2))
        >>> [str(each) for each in tables if each.table == "places"]
        ['places: carried forward on 2026-11-02; the last edition, pos-2024, ends 2024-12-31']
        >>> [each.table for each in tables if each.freshness == "current"][:2]
        ['procedures', 'diagnoses']
    """
    check_day(on)
    found = (catalog or Catalog.bundled()).freshness(on)
    stale = {each.table: each.edition for each in found if each.is_stale}
    if warn and stale:
        warnings.warn(StaleDataWarning(on, stale), stacklevel=2)
    return found
