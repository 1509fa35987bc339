"""What the importers of NCCI's files share: what a file's name says of it, and the codes that are kept."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from ..errors import TableError
from ._canonical import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..catalog import Catalog
    from ._sources import OfficialFile

PROGRAMS = {
    "medicare": re.compile(r"medicare|(?<![a-z])mcr(?![a-z])", re.IGNORECASE),
    "medicaid": re.compile(r"medicaid|(?<![a-z])mcd(?![a-z])", re.IGNORECASE),
}
QUARTER = re.compile(r"(20\d\d)[-_ ]?q([1-4])|q([1-4])[-_ ]?(20\d\d)", re.IGNORECASE)
VERSION = re.compile(r"cci(?:pra|oph)[-_]?v(\d\d)([0-3])", re.IGNORECASE)
FIRST_VERSION = 1994  # the year in which versions would have begun with 0: those of 2026 begin with 32
FIRST_DAY = re.compile(r"eff(?:ective)?[-_ ](\d\d)-?(\d\d)-?(20\d\d)", re.IGNORECASE)


def check_program(file: OfficialFile, program: str, *, hint: str = "") -> None:
    """Refuse a file that by its name is another program's; one that was renamed says nothing.

    Args:
        file: the file.
        program: `medicare` or `medicaid`.
        hint: what to add to the message.

    Raises:
        TableError: it names the other program, and not this one.
    """
    named = [name for name, words in PROGRAMS.items() if words.search(file.name)]
    if named and program not in named:
        problem = f"by its name it is a file of {named[0].title()}, not of {program.title()}"
        raise TableError(file.name, None, "; ".join(filter(None, (problem, hint))))


def check_edition(file: OfficialFile, effective: dt.date) -> None:
    """Refuse a file that by its name is of another edition; one that was renamed says nothing.

    Raises:
        TableError: it names another first day or quarter, and not this one.
    """
    named = sorted(_days(file.name))
    if named and effective not in named:
        raise TableError(
            file.name, None, f"by its name it is the edition of {named[0]}, not that of {effective}"
        )


def _days(name: str) -> Iterator[dt.date]:
    """The first days that a name has, as Eff_04-01-2026, effective-04012026, 2026Q2, q2-2026, ccipra-v321."""
    for month, day, year in FIRST_DAY.findall(name):
        try:
            yield dt.date(int(year), int(month), int(day))
        except ValueError:
            continue  # no day after all
    for year, quarter, of, in_year in QUARTER.findall(name):
        yield dt.date(int(year or in_year), int(quarter or of) * 3 - 2, 1)
    for version, release in VERSION.findall(name):
        yield dt.date(FIRST_VERSION + int(version), int(release) * 3 + 1, 1)


def codes_of_ours(catalog: Catalog) -> set[str]:
    """The codes that occupational therapists bill: our procedures, and what of Level II we have words for."""
    entry, content = catalog.file_of("hcpcs")
    labelled = {row["code"] for row in rows_of(entry.file, content) if row["label"]} if entry else set[str]()
    return labelled | {row.code for row in catalog.procedures.own()}
