"""One code, judged by its table: what types and validators of other packages say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from .. import catalog as catalogs
from .._text import normalize_code
from ..errors import OutOfCoverageError, UnknownCodeError, in_force, shown
from ..tables import Verdict, spans_of

if TYPE_CHECKING:
    import datetime as dt

# The form of each table's codes.
FORMS = {
    "procedures": catalogs.PROCEDURE,
    "diagnoses": catalogs.DIAGNOSIS,
    "modifiers": catalogs.MODIFIER,
    "places": catalogs.PLACE,
    "revenue_codes": catalogs.REVENUE,
}
# What messages call one of them, and one of them.
NAMES = {
    "procedures": ("a procedure code", "97530"),
    "diagnoses": ("a billable diagnosis code", "M62.81"),
    "modifiers": ("a modifier", "GO"),
    "places": ("a place of service", "11"),
    "revenue_codes": ("a therapy revenue code", "0430"),
}


@attrs.frozen
class Judge:
    """Judges the codes of a table of the bundled catalog.

    Attributes:
        table: its name.
        needs_coverage: whether a code or a day that the table does not cover is refused.
    """

    table: str = attrs.field(validator=attrs.validators.in_(FORMS))
    needs_coverage: bool = False

    def official(self, code: str) -> str:
        """A code as its record writes it; of one without a record, the form it is looked up by."""
        try:
            return str(getattr(self._rows(code)[-1], "code", code))
        except (UnknownCodeError, OutOfCoverageError):
            return normalize_code(code)

    def expected(self, code: object, on: dt.date | None) -> str | None:
        """What should stand in a code's place, in words; `None` where nothing is wrong with it.

        On a day the code has to be in force; without a day, on some day. What the table does not cover is
        not wrong.

        Raises:
            TypeError: `on` is neither a date nor `None`.
        """
        name, example = NAMES[self.table]
        if not isinstance(code, str):
            return f"{name} as a str such as {example!r} (a number may have lost its zeros)"
        if not re.fullmatch(FORMS[self.table], normalize_code(code)):
            return f"{name} such as {example!r}"
        return self._expected_ever(code, name) if on is None else self._expected_on(code, on, name)

    def _expected_ever(self, code: str, name: str) -> str | None:
        try:
            rows = self._rows(code)
        except OutOfCoverageError as error:
            return (
                f"{name} that the table {self.table} covers ({error.covers})" if self.needs_coverage else None
            )
        except UnknownCodeError as error:
            return _near(name, error.suggestions)
        if not any(getattr(row, "is_billable", True) for row in rows):
            return f"{name} ({shown(code)} needs more characters)"
        return None

    def _expected_on(self, code: str, on: dt.date, name: str) -> str | None:
        table = getattr(catalogs.Catalog.bundled(), self.table)
        verdict = table.verdict(code, on=on)
        if verdict is Verdict.EFFECTIVE:
            return None
        if verdict is Verdict.UNKNOWN:
            return _near(name, table.suggest(code, on=on))
        if verdict is Verdict.NOT_BILLABLE:
            return f"{name} on {on} ({shown(code)} needs more characters)"
        if verdict is Verdict.NOT_EFFECTIVE:
            rows = table.history(code)
            after = getattr(rows[-1], "successors", ())
            return (
                f"{name} in force on {on} ({shown(code)}: {in_force(spans_of(rows))}"
                f"{'; after it: ' + ', '.join(after) if after else ''})"
            )
        return (
            f"{name} that the table {self.table} covers on {on} ({table.coverage})"
            if self.needs_coverage
            else None
        )

    def _rows(self, code: str) -> tuple[object, ...]:
        rows: tuple[object, ...] = getattr(catalogs.Catalog.bundled(), self.table).history(code)
        return rows


def _near(name: str, suggestions: tuple[str, ...]) -> str:
    return f"{name} that there is{'; near it: ' + ', '.join(suggestions) if suggestions else ''}"
