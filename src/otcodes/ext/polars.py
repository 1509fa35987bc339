"""polars: the claims of a frame are checked, findings come as a frame, and so does every table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError
from . import _frames
from ._frames import CheckedFrame, of_short

try:
    import polars as pl
except ModuleNotFoundError as _error:
    raise MissingExtraError("otcodes.ext.polars", "polars") from _error

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..catalog import Catalog
    from ..claims import Claim
    from ..payers import PayerPolicy
    from ..rules.core import Rule, RuleSet
    from ..tables import Table

__all__ = ["CheckedFrame", "check_frame", "to_frame"]

DTYPES: dict[type, pl.DataType] = {
    int: pl.Int64(),
    bool: pl.Boolean(),
    dt.date: pl.Date(),
    str: pl.String(),
    tuple: pl.List(pl.String()),
}


def check_frame(
    frame: pl.DataFrame,
    *,
    payer: str | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
) -> CheckedFrame[pl.DataFrame]:
    """Judge the claims of a frame, one row a line, with the columns of the CSV form.

    Claims of one `patient` are judged beside each other, as `check_many` does.

    Args:
        frame: the lines of the claims.
        payer: the payer of all claims, whatever the frame says.
        rules: the rules to judge by, or one rule; by default those of each payer's preset.
        policy: how the payer judges, or a function that gives the policy of a claim.
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.

    Returns:
        three frames: what was found, what could not be read, what could not be judged. Each row has in `row`
        the place of the frame's row that it speaks of, as `frame.with_row_index("row")` counts.

    Raises:
        ReadError: a required column is missing, or one is there twice.
        UnknownPayerError: there is no policy of the `payer` given.
        UnknownRuleError, TypeError: as `check`.

    Examples:
        >>> import datetime as dt, polars as pl
        >>> lines = {"claim_id": ["A1"], "procedure": [97530], "on": [dt.date(2026, 3, 2)], "units": [2.0]}
        >>> lines |= {"minutes": [30], "place": [11], "claim_diagnoses": [["M62.81"]]}
        >>> checked = check_frame(pl.DataFrame(lines), payer="medicare-b")
        >>> checked.findings.select("row", "rule", "fix").rows()
        [(0, 'modifier.discipline-missing', 'add modifier GO')]
    """
    read = [(series.name, _values(series)) for series in frame]
    checked = _frames.check_columns(read, payer=payer, rules=rules, policy=policy, catalog=catalog)
    findings, problems, not_checked = map(_frame, (checked.findings, checked.problems, checked.not_checked))
    return CheckedFrame(findings=findings, problems=problems, not_checked=not_checked, notes=checked.notes)


def to_frame(table: Table[Any], *, on: dt.date | None = None) -> pl.DataFrame:
    """A table of codes as a frame.

    Dates are `Date`, closed sets of words `Enum`, amounts and other decimals `Decimal`, lists of codes
    `List(String)`.

    Args:
        table: such as `otcodes.diagnoses`.
        on: the day to have it of; without one, its whole history, one row for each span of days.

    Raises:
        OutOfCoverageError: the table does not know all of that day; it may still know single codes of it.

    Examples:
        >>> import datetime as dt, otcodes, polars as pl
        >>> to_frame(otcodes.places, on=dt.date(2026, 3, 2)).filter(pl.col("code") == "11")["label"].item()
        'Office'
    """
    return _frame(_frames.table_columns(table, on))


def _values(series: Any) -> list[Any]:
    """The values of a column, `None` where there is none."""
    if series.dtype != pl.Float32:
        return list(series.to_list())
    return [text if text is None else of_short(text) for text in series.cast(pl.String)]


def _frame(columns: list[_frames.Column]) -> pl.DataFrame:
    return pl.DataFrame(list(map(_series, columns)))


def _series(column: _frames.Column) -> pl.Series:
    if column.words:
        return pl.Series(column.name, column.values, pl.Enum(column.words))
    if column.kind is not Decimal:
        return pl.Series(column.name, column.values, DTYPES[column.kind])
    scale = max((-value.as_tuple().exponent for value in column.values if value is not None), default=0)
    values = [value if value is None else round(value, scale) for value in column.values]
    return pl.Series(column.name, values, pl.Decimal(38, scale))  # as many digits as there may be
