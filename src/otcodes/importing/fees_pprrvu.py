"""The relative value file of the Medicare physician fee schedule (PPRRVU), published each quarter.

It gives each code a status letter and relative values, and says what one is worth. From 2026 there are two of
it, alike but for that conversion factor: one for all (nonQPP), and one for qualifying participants of
advanced payment models (QPP), which leaves out codes that are never paid.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ..errors import TableError
from ._fees import in_force
from ._kinds import Kind, Reading, Request, quarter_end, year_end
from ._merging import Form
from ._ncci import codes_of_ours
from .fees_files import FOR_QUALIFYING, LAYOUT, PRICED, Schedule, schedule_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..catalog import Catalog
    from ._merging import Row
    from ._sources import OfficialFile

MOST_MISSING = 0.05  # of the codes on board, for a file that is whole
# Codes of these letters have relative values of their own, also where they are zero. Of others, zeros only
# say that there are none: a contractor sets the price, or the schedule does not pay the code.
VALUED = frozenset("ABR")
STANDARD, QUALIFYING = "standard", "qualifying-apm"
PRICED_FROM = 2026  # the year since which there are two files


def _read(request: Request) -> Reading:
    """The rows of codes of ours in each of the three tables."""
    schedules = [schedule_of(file, request.effective) for file in request.files]
    for each in schedules:
        if each.pricing != FOR_QUALIFYING:
            _check_whole(each, request)
    schedule, qualifying = _told_apart(schedules, request.effective.year)
    interval = {
        "valid_from": request.effective.isoformat(),
        "valid_to": "",
        "is_start_known": "no",
        "confirmed_to": "",
    }
    ours = _ours(request.catalog, schedule.rows)
    values: list[dict[str, str]] = []
    letters: list[dict[str, str]] = []
    unread: list[str] = []
    for code, (line, row) in schedule.rows.items():
        if code not in ours:
            continue
        letters.append({"code": code, "status": row["status"], **interval})
        if not has_values(row):
            continue
        _check_sums(schedule.file, line, row)
        if row["nonfacility_na"]:
            problem = "the table cannot say that it is not done outside facilities; left out"
            unread.append(f"{schedule.file.name}, line {line}: {code}: {problem}")
            continue
        values.append({"code": code, **value_of(row), **interval})
    # A factor is one of a calendar year.
    until = year_end(request.effective)
    closed = {**interval, "valid_to": until.isoformat()}
    factors = [{"kind": STANDARD, "amount_usd": schedule.factor, **closed}]
    if qualifying is not None:
        factors.append({"kind": QUALIFYING, "amount_usd": qualifying.factor, **closed})
    return Reading(
        rows=values,
        scope=None,
        seen=schedule.seen,
        beside={"payment_status": letters, "conversion_factors": factors},
        lasts={"conversion_factors": until},
        unread=tuple(unread),
    )


def has_values(row: Row) -> bool:
    """Whether a row has relative values of its own."""
    numbers = (row[name] for name in ("work", "nonfacility", "facility", "malpractice"))
    return row["status"] in VALUED or any(map(Decimal, numbers))


def value_of(row: Row) -> dict[str, str]:
    """The columns of our own table; the facility's share is empty where there is none."""
    return {
        "work": row["work"],
        "practice_nonfacility": row["nonfacility"],
        "practice_facility": "" if row["facility_na"] else row["facility"],
        "malpractice": row["malpractice"],
        "multiple_procedures": row["multiple"],
        "component": row["component"],
    }


def _told_apart(schedules: Iterable[Schedule], year: int) -> tuple[Schedule, Schedule | None]:
    """The file for all, and the one for qualifying participants where the year has two."""
    found: dict[bool, Schedule] = {}
    for each in schedules:
        other = found.setdefault(each.pricing == FOR_QUALIFYING, each)
        if other is not each:
            problem = f"it has the pricing indicator of {other.file.name}, too; expected one such file"
            raise TableError(each.file.name, None, problem)
    schedule, qualifying = found.get(False), found.get(True)
    if schedule is None:
        problem = "it is the file for qualifying APM participants (QPP); expected the other (nonQPP), too"
        raise TableError(found[True].file.name, None, problem)
    if (year >= PRICED_FROM) is not bool(schedule.pricing):
        has = "a pricing indicator" if schedule.pricing else "no pricing indicator"
        problem = f"it has {has}, which came in {PRICED_FROM}; expected a file of {year}"
        raise TableError(schedule.file.name, None, problem)
    if schedule.pricing and qualifying is None:
        problem = "expected the file for qualifying APM participants (QPP), too, or the zip, which has both"
        raise TableError(schedule.file.name, None, problem)
    return schedule, qualifying


def _check_whole(schedule: Schedule, request: Request) -> None:
    """Refuse a file that was cut or filtered: what it lacks of the codes on board would end."""
    board = {row.code for row in in_force(request.catalog.payment_status, request.effective)}
    first, last = next(iter(schedule.rows)), next(reversed(schedule.rows))

    def order(code: str) -> tuple[bool, str]:
        """As the file has it: it begins with the codes of letters or with those of digits."""
        return code[0].isdigit() != first[0].isdigit(), code

    missing = sorted(board - schedule.rows.keys(), key=order)
    if missing and (len(missing) > len(board) * MOST_MISSING or order(missing[-1]) > order(last)):
        problem = f"codes that are on board are not in it: {len(missing)}, as {missing[-1]}"
        raise TableError(schedule.file.name, None, f"{problem}; expected the official file, whole")


def _check_sums(file: OfficialFile, line: int, row: Row) -> None:
    for name in ("nonfacility", "facility"):
        parts = [row["work"], row[name], row["malpractice"]]
        if sum(map(Decimal, parts)) != Decimal(row[f"{name}_total"]):
            total = f"{name.replace('non', 'non-')} total"
            problem = f"{' + '.join(parts)} is not {row[f'{name}_total']}, as it says"
            raise TableError(file.name, line, f"{total}: {problem}")


def _ours(catalog: Catalog, codes: Iterable[str]) -> set[str]:
    """Those of some codes that are kept: ours, on board, or of which a table says where there is nothing."""
    tables = (catalog.fee_schedule, catalog.payment_status)
    known = codes_of_ours(catalog) | {row.code for table in tables for row in table.own()}
    return {code for code in codes if code in known or any(each.coverage.includes(code) for each in tables)}


KIND = Kind(
    name="pprrvu",
    about="Medicare physician fee schedule: relative value file (PPRRVU) of a quarter, from 2026 both",
    table="fee_schedule",
    form=Form(
        key=("code",),
        columns=(
            *("work", "practice_nonfacility", "practice_facility", "malpractice"),
            *("multiple_procedures", "component"),
        ),
        scope_by="code",
    ),
    beside={
        "payment_status": Form(key=("code",), columns=("status",), scope_by="code"),
        "conversion_factors": Form(key=("kind",), columns=("amount_usd",), scope_by="kind"),
    },
    layouts=(LAYOUT, PRICED),
    read=_read,
    ends=quarter_end,
    members=tuple(
        rf"pprrvu[^/]*{which}[^/]*\.{ending}$" for ending in ("csv", "txt") for which in ("nonqpp", "")
    ),
    also=tuple(rf"pprrvu[^/]*(?<!non)qpp[^/]*\.{ending}$" for ending in ("csv", "txt")),
    publisher="Centers for Medicare & Medicaid Services",
    title="National Physician Fee Schedule Relative Value File",
    licence="US government work (Centers for Medicare & Medicaid Services); code numbers only, CPT codes are "
    "copyright of the American Medical Association",
    note="A file speaks for its quarter, its conversion factor for the year. A code without relative values "
    "has none of its own: a contractor sets its price, or the schedule does not pay it.",
)
