"""pandas: the claims of a frame are checked, findings come as a frame, and so does every table."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from ..errors import MissingExtraError
from . import _frames
from ._frames import CheckedFrame, of_short

try:
    import pandas as pd
except ModuleNotFoundError as _error:
    raise MissingExtraError("otcodes.ext.pandas", "pandas") from _error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..catalog import Catalog
    from ..claims import Claim
    from ..payers import PayerPolicy
    from ..rules.core import Rule, RuleSet
    from ..tables import Table

__all__ = ["CheckedFrame", "check_frame", "to_frame"]

types: Any = cast("Any", pd.api.types)
DOUBLE = 8  # bytes of a float
DTYPES: dict[tuple[type, bool], str] = {  # by kind, and whether there may be none
    (int, False): "int64",
    (int, True): "Int64",
    (bool, False): "bool",
    (bool, True): "boolean",
    (dt.date, False): "datetime64[s]",
    (dt.date, True): "datetime64[s]",
    (str, False): "string",
    (str, True): "string",
}


def check_frame(
    frame: pd.DataFrame,
    *,
    payer: str | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
) -> CheckedFrame[pd.DataFrame]:
    """Judge the claims of a frame, one row a line, with the columns of the CSV form.

    Claims of one `patient` are judged beside each other, as `check_many` does. A level of the index that has
    the name of such a column counts as one.

    Args:
        frame: the lines of the claims; it stays as it is.
        payer: the payer of all claims, whatever the frame says.
        rules: the rules to judge by, or one rule; by default those of each payer's preset.
        policy: how the payer judges, or a function that gives the policy of a claim.
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.

    Returns:
        three frames: what was found, what could not be read, what could not be judged. Each row has the
        index label of the frame's row that it speaks of, so `findings.join(frame)` puts them side by side.

    Raises:
        ReadError: a required column is missing, or one is there twice.
        UnknownPayerError: there is no policy of the `payer` given.
        UnknownRuleError, TypeError: as `check`.

    Examples:
        >>> import pandas as pd
        >>> lines = {"claim_id": ["A1"], "claim_diagnoses": ["M62.81"], "on": [pd.Timestamp("2026-03-02")]}
        >>> lines |= {"procedure": [97530], "units": [2.0], "minutes": [30], "place": [11]}
        >>> checked = check_frame(pd.DataFrame(lines, index=["visit 7"]), payer="medicare-b")
        >>> checked.findings[["rule", "fix"]].to_dict("index")
        {'visit 7': {'rule': 'modifier.discipline-missing', 'fix': 'add modifier GO'}}
    """
    checked = _frames.check_columns(
        list(_columns(frame)), payer=payer, rules=rules, policy=policy, catalog=catalog
    )
    index = cast("Any", frame.index)
    findings, problems, not_checked = (
        _frame(each, index) for each in (checked.findings, checked.problems, checked.not_checked)
    )
    return CheckedFrame(findings=findings, problems=problems, not_checked=not_checked, notes=checked.notes)


def to_frame(table: Table[Any], *, on: dt.date | None = None) -> pd.DataFrame:
    """A table of codes as a frame.

    Dates are `datetime64`, closed sets of words categories, amounts and other decimals `Decimal` objects,
    lists of codes tuples.

    Args:
        table: such as `otcodes.diagnoses`.
        on: the day to have it of; without one, its whole history, one row for each span of days.

    Raises:
        OutOfCoverageError: the table does not know all of that day; it may still know single codes of it.

    Examples:
        >>> import datetime as dt, otcodes
        >>> places = to_frame(otcodes.places, on=dt.date(2026, 3, 2)).set_index("code")
        >>> places.loc["11", "label"]
        'Office'
    """
    return _frame(_frames.table_columns(table, on))


def _columns(frame: pd.DataFrame) -> Iterator[tuple[str, Sequence[Any]]]:
    """The columns of a frame, those of its index that are of the form, too, as plain values."""
    names = [str(name) for name in frame.columns]
    for number, name in enumerate(names):
        yield name, _values(cast("Any", frame.iloc[:, number]))
    known = _frames.KNOWN - {name.strip().lower() for name in names}
    for number, level in enumerate(frame.index.names):
        if str(level).strip().lower() in known:
            yield str(level), _values(cast("Any", frame.index.get_level_values(number)))


def _values(series: Any) -> list[Any]:
    """The values of a column, `None` where there is none."""
    is_gone = series.isna().tolist()
    values = series.tolist()
    if types.is_float_dtype(series.dtype) and series.dtype.itemsize < DOUBLE:
        texts = series.astype("Float32").astype(str)
        values = [None if gone else of_short(text) for text, gone in zip(texts, is_gone, strict=True)]
    return [None if gone else value for value, gone in zip(values, is_gone, strict=True)]


def _frame(columns: list[_frames.Column], index: Any = None) -> pd.DataFrame:
    """A frame of some columns; with an index, each row has the label of the row that it speaks of."""
    found = pd.DataFrame({column.name: _series(column) for column in columns})
    if index is not None:
        found.index = index.take(found["row"])
    return found


def _series(column: _frames.Column) -> Any:
    dtype: Any = DTYPES.get((column.kind, column.is_optional), object)
    if column.words:
        dtype = pd.CategoricalDtype(column.words, ordered=column.is_ordered)
    return pd.Series(column.values, dtype=dtype)
