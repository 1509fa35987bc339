"""What an importer is: the description of one kind of official file, and the function that reads it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from .._manifest import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..catalog import Catalog
    from ._layout import Layout
    from ._merging import Form, Key, Ranges
    from ._sources import OfficialFile


@attrs.frozen(kw_only=True)
class Request:
    """What an importer is asked to read.

    Attributes:
        files: the official files of one edition, read as text.
        setting: which of the kind's settings; empty where it has none.
        part: the words that the keys of that setting begin with.
        effective: the first day of the edition.
        last: the last day that it speaks for.
        catalog: the bundled tables, such as for the codes that are kept.
    """

    files: Sequence[OfficialFile]
    setting: str
    part: Key
    effective: dt.date
    last: dt.date
    catalog: Catalog


@attrs.frozen(kw_only=True)
class Reading:
    """What an importer found.

    Attributes:
        rows: the rows as our own table has them, open ones with an empty `valid_to`, `confirmed_to` empty
            in all. Those of one key share no day.
        scope: ranges of the codes of which the files hold all there is; `None` where that is so of all.
        seen: how many rows the files have.
        beside: the rows of each table that the kind has beside its own.
        lasts: the last day that the edition speaks for of a table, where it is another than the kind's.
        unread: what could not be read and is not in the rows, a line each.
    """

    rows: list[dict[str, str]]
    scope: Ranges | None
    seen: int
    beside: Mapping[str, list[dict[str, str]]] = attrs.field(factory=dict[str, list[dict[str, str]]])
    lasts: Mapping[str, dt.date] = attrs.field(factory=dict[str, dt.date])
    unread: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of official file that can be imported.

    Attributes:
        name: what it is called on the command line.
        about: what it is, in one line.
        table: the table that it becomes a part of.
        form: what the rows of that table are made of.
        layouts: the forms of the file, for reading it and for its documentation.
        read: reads the files; raises `TableError`, naming line and column, for whatever is not as it should
            be.
        ends: the last day that an edition speaks for, by its first one.
        since: the first day that each edition speaks for, where it tells the whole history up to its end.
        settings: the settings there are, each with the words that its keys begin with.
        members: which member of a zip is meant, as `open_official` has it.
        also: which other member is read, too, where a zip has it.
        index: makes the file by which a table's titles are searched, of its file of blocks.
        beside: other tables that the files become a part of, too, with what their rows are made of.
        publisher: who publishes it.
        title: its title; the setting and the day are added.
        licence: under which terms the facts may be used.
        note: what a user should know of a table made so.
    """

    name: str
    about: str
    table: str
    form: Form
    layouts: tuple[Layout, ...]
    read: Callable[[Request], Reading]
    ends: Callable[[dt.date], dt.date]
    since: dt.date | None = None
    settings: Mapping[str, Key] = attrs.field(factory=lambda: {"": ()})
    members: tuple[str, ...] = (r"\.txt$", r"\.csv$")
    also: tuple[str, ...] = ()
    index: Callable[[bytes], bytes] | None = None
    beside: Mapping[str, Form] = attrs.field(factory=dict[str, "Form"])
    publisher: str
    title: str
    licence: str
    note: str


def quarter_end(day: dt.date) -> dt.date:
    """The last day of a calendar quarter.

    Examples:
        >>> quarter_end(dt.date(2026, 10, 1))
        datetime.date(2026, 12, 31)
    """
    return _month_after(day, 3 - (day.month - 1) % 3)


def year_end(day: dt.date) -> dt.date:
    """The last day of a calendar year."""
    return dt.date(day.year, 12, 31)


def fiscal_year_end(day: dt.date) -> dt.date:
    """The last day of the federal fiscal year, which begins in October.

    Examples:
        >>> fiscal_year_end(dt.date(2026, 10, 1)), fiscal_year_end(dt.date(2026, 4, 1))
        (datetime.date(2027, 9, 30), datetime.date(2026, 9, 30))
    """
    return dt.date(day.year + (day.month > 9), 9, 30)  # noqa: PLR2004 -- September


def _month_after(day: dt.date, months: int) -> dt.date:
    """The day before the first one of the month that is so many later."""
    years, month = divmod(day.month - 1 + months, 12)
    return dt.date(day.year + years, month + 1, 1) - DAY
