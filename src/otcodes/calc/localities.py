"""Where a service is paid: a payment locality of the Medicare physician fee schedule.

A locality's number is the contractor's own: 16 is Chicago under contractor 06102 and West Virginia under
contractor 11402. CMS publishes the localities with their indices as addendum E of the fee schedule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..catalog import Catalog
from ..errors import FieldError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from ..policy_records import Locality


def locality_of(name: str, *, on: dt.date, catalog: Catalog | None = None) -> Locality:
    """A payment locality by its number.

    Args:
        name: contractor and locality as `06102-16`, state and locality as `IL-16`, or the locality's number
            alone where only one contractor uses it.
        on: the date of service.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: there is no such locality, or several have the number: the error lists them.
        NotEffectiveError, OutOfCoverageError: there is one, but not on that day.

    Examples:
        >>> import datetime as dt
        >>> found = locality_of("06102-16", on=dt.date(2025, 3, 3))
        >>> found.in_words, found.practice
        ('06102-16 (Chicago, IL)', Decimal('1.023'))
        >>> locality_of("WV-16", on=dt.date(2025, 3, 3)).number
        '11402-16'
    """
    table = (catalog or Catalog.bundled()).localities
    form = name.strip().upper() if isinstance(cast("object", name), str) else ""
    day = table.on(on)
    contractor, dash, number = form.partition("-")
    if dash and (row := day.find((contractor, number))) is not None:
        return row
    found = _named(form, day.values()) or _named(form, table)
    if len(found) == 1:
        return day[next(iter(found))]
    if found:
        expected = f"one of {', '.join(row.in_words for row in found.values())}"
    else:
        expected = "a locality as '06102-16' (contractor and locality), 'IL-16' (with the state) or '16'"
    raise FieldError("locality_of", "name", name, expected)


def _named(form: str, rows: Iterable[Locality]) -> dict[tuple[str, str], Locality]:
    """The last of the rows of each locality that goes by a name."""
    return {
        (row.contractor, row.locality): row
        for row in rows
        if form in (row.number, row.locality, f"{row.state}-{row.locality}")
    }
