"""ICD-10-CM: the order file, the codes file or the order addenda of an edition becomes one of the diagnoses.

A title is another one if its letters and digits are; of one that differs in nothing else, the bundled table's
way to write it is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

from .._manifest import DAY
from ..errors import FieldError, TableError
from ._kinds import Kind, Reading, Request
from ._merging import Form
from .icd10cm_lists import (
    CATEGORY,
    CODES,
    Entry,
    Listing,
    dotted,
    headers_above,
    letters_of,
    read_addenda,
    read_codes,
    read_order,
)
from .icd10cm_titles import index_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..catalog import Catalog
    from ..records import Diagnosis
    from ._sources import OfficialFile

APRIL, OCTOBER = 4, 10
LOST_AT_MOST = 0.01  # of the codes on board; no edition yet has let go of one in a hundred
NAMED = re.compile(r"icd-?10", re.IGNORECASE)
YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")

# Every version on board of each code, oldest first.
Known: TypeAlias = "Mapping[str, Sequence[Diagnosis]]"


def half_year_end(day: dt.date) -> dt.date:
    """The last day before the next April or October, when the next edition may take effect.

    Examples:
        >>> half_year_end(dt.date(2026, 10, 1)), half_year_end(dt.date(2026, 4, 1))
        (datetime.date(2027, 3, 31), datetime.date(2026, 9, 30))
    """
    if day.month < APRIL:
        return dt.date(day.year, 3, 31)
    return dt.date(day.year, 9, 30) if day.month < OCTOBER else dt.date(day.year + 1, 3, 31)


def only_file(request: Request) -> OfficialFile:
    """The one file of an edition, which by its name is of the edition's year.

    Raises:
        FieldError: there are several files, or an edition of ICD-10-CM does not begin on such a day.
        TableError: the name has another year.
    """
    if request.effective.day != 1:
        expected = "the first day of an edition, as 2027-10-01"
        raise FieldError("import", "effective", request.effective, expected)
    if len(request.files) > 1:
        raise FieldError("import", "paths", len(request.files), "one file")
    _check_year(request.files[0].name, request.files[0].name, request.effective)
    return request.files[0]


def fiscal_year(day: dt.date) -> str:
    """The federal fiscal year of a day, which begins in October.

    Examples:
        >>> fiscal_year(dt.date(2026, 9, 30)), fiscal_year(dt.date(2026, 10, 1))
        ('2026', '2027')
    """
    return str(day.year + (day.month >= OCTOBER))


def _check_year(file: str, name: str, effective: dt.date) -> None:
    """Refuse a file of another fiscal year than the edition's, by a name that has the year."""
    fiscal, own = fiscal_year(effective), name.rpartition("/")[2]
    years = YEAR.findall(own) if NAMED.search(own) else []
    if years and fiscal not in years:
        problem = f"by the name {own} it is of {years[0]}; expected {fiscal}, the fiscal year of {effective}"
        raise TableError(file, None, problem)


def _read_order(request: Request) -> Reading:
    file = only_file(request)
    listing = read_order(file)
    known = known_on_board(request.catalog)
    _check_headers(file, listing)
    before = listing_before(request, known)
    check_kept(file, listing, before)
    _check_end(file, listing, before)
    return _reading(listing, known, request, seen=len(listing))


def _read_codes(request: Request) -> Reading:
    """The codes, and the headers above them, which the file does not list."""
    file = only_file(request)
    listing = read_codes(file)
    known = known_on_board(request.catalog)
    before = {code: each for code, each in listing_before(request, known).items() if each.is_billable}
    check_kept(file, listing, before)
    _check_end(file, listing, before)
    headers = headers_above(listing) - listing.keys()
    above = {code: _header(code, known.get(code, ()), request.effective) for code in headers}
    return _reading(listing | above, known, request, seen=len(listing))


def _header(code: str, versions: Sequence[Diagnosis], effective: dt.date) -> Entry:
    """A header that a file does not list, titled as it was last before the edition, or else at first."""
    begun = [row for row in versions if row.valid_from <= effective]
    for row in (*reversed(begun), *versions):
        return Entry(is_billable=False, title=row.title)
    # With its code in it, so that it is never taken for the title of another.
    title = f"Header {dotted(code)}, to which the codes file gives no title"
    return Entry(is_billable=False, title=title, is_composed=True)


def _read_addenda(request: Request) -> Reading:
    """The list on board with the changes, which by the file's counts is the one that they are of."""
    file = only_file(request)
    addenda = read_addenda(file)
    _check_year(file.name, addenda.totals[CODES][1].file, request.effective)
    known = known_on_board(request.catalog)
    listing = addenda.applied(listing_before(request, known))
    return _reading(listing, known, request, seen=len(addenda.changes))


def known_on_board(catalog: Catalog) -> Known:
    """Every version on board of each code."""
    return {str(code): rows for code, rows in catalog.diagnoses.under()}


def listing_before(request: Request, known: Known) -> Listing:
    """The list on board of the day before the edition, or else of the nearest that is covered."""
    coverage = request.catalog.diagnoses.coverage
    eve = min(max(request.effective - DAY, coverage.first), coverage.last)
    return {
        code: Entry(row.is_billable, row.title, row.is_title_composed)
        for code, rows in known.items()
        for row in rows
        if row.valid_from <= eve and (row.valid_to is None or eve <= row.valid_to)
    }


def _check_headers(file: OfficialFile, listing: Listing) -> None:
    """Refuse a list with a header that nothing follows."""
    above = {
        code[:length]
        for code, entry in listing.items()
        if entry.is_billable
        for length in range(CATEGORY, len(code))
    }
    for line, (code, entry) in enumerate(listing.items(), 1):
        if not entry.is_billable and code not in above:
            raise TableError(
                file.name, line, f"no billable code stands below the header {code}: is a line missing?"
            )


def check_kept(file: OfficialFile, listing: Listing, before: Listing) -> None:
    """Refuse a file that was cut or filtered, by what is on board."""
    lost = sorted(before.keys() - listing.keys())
    if len(lost) > len(before) * LOST_AT_MOST:
        problem = f"it lacks {len(lost)} of {len(before)} codes that are on board, as {lost[0]}"
        raise TableError(file.name, None, f"{problem}; expected the official file, whole")


def _check_end(file: OfficialFile, listing: Listing, before: Listing) -> None:
    """Refuse a file, sorted by code, that lacks no more than its end."""
    if max(before) not in listing:
        raise TableError(file.name, None, f"it lacks {max(before)}, the last code on board: is it cut off?")
    last = next(reversed(listing))
    title = before[last].title if last in before else ""
    if title != listing[last].title and title.startswith(listing[last].title):
        raise TableError(file.name, len(listing), f"the title of {last} is cut off, and perhaps the file")


def _reading(listing: Listing, known: Known, request: Request, *, seen: int) -> Reading:
    return Reading(rows=list(_rows(listing, known, request.effective)), scope=None, seen=seen)


def _rows(listing: Listing, known: Known, effective: dt.date) -> Iterator[dict[str, str]]:
    day = effective.isoformat()
    for code, entry in listing.items():
        title, is_composed = _written(entry, known.get(code, ()))
        yield {
            "code": dotted(code),
            "title": title,
            "valid_from": day,
            "valid_to": "",
            "is_start_known": "no",  # the merge knows whether the day before is on board
            "confirmed_to": "",
            "is_billable": "yes" if entry.is_billable else "no",
            "is_title_composed": "yes" if is_composed else "no",
        }


def _written(entry: Entry, versions: Iterable[Diagnosis]) -> tuple[str, bool]:
    """A title as the bundled table writes it, and whether it is composed there."""
    for row in versions:
        if row.title == entry.title or letters_of(row.title) == letters_of(entry.title):
            return row.title, row.is_title_composed
    return entry.title, entry.is_composed


PUBLISHER = "National Center for Health Statistics and Centers for Medicare & Medicaid Services"
LICENCE = "US government work, in the public domain"
NOTE = (
    "Every code and every header, by the day. An edition of October speaks for days to March 31, one of "
    "April to September 30: the next one may change codes. Titles that differ in punctuation, case, accents "
    "or spaces alone are one title. Headers of an edition that came as a codes file, which lists none, are "
    "those that its codes need, with the titles that they had before; one that is new has no official title."
)

ORDER = Kind(
    name="icd10cm-order",
    about="ICD-10-CM order file: every code and header, with titles",
    table="diagnoses",
    form=Form(key=("code",), columns=("title", "is_billable", "is_title_composed"), scope_by="code"),
    layouts=(),  # columns of fixed width, and no header: `read_order` says which
    read=_read_order,
    ends=half_year_end,
    members=(r"order(?![^/]*addenda)[^/]*\.txt$",),
    index=index_of,
    publisher=PUBLISHER,
    title="ICD-10-CM, order file",
    licence=LICENCE,
    note=NOTE,
)
CODES_FILE = attrs.evolve(
    ORDER,
    name="icd10cm-codes",
    about="ICD-10-CM codes file: the billable codes, with titles; headers stand above them",
    read=_read_codes,
    members=(r"codes(?![^/]*addenda)[^/]*\.txt$",),
    title="ICD-10-CM, codes file",
)
ADDENDA = attrs.evolve(
    ORDER,
    name="icd10cm-addenda",
    about="ICD-10-CM order addenda: what changes in the list on board",
    read=_read_addenda,
    members=(r"order[^/]*addenda[^/]*\.txt$",),
    title="ICD-10-CM, order file addenda",
)
