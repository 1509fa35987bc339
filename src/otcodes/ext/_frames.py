"""What every kind of data frame shares: columns become claims, and findings and tables become columns.

A module of this folder takes a frame of its package apart into named lists of plain Python values, `None`
where there is none, and hands them to `check_columns`; it makes a frame of each list of `Column`s that it
gets back, or that `table_columns` gives. What the values mean is decided here, once.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from decimal import Decimal
from enum import Enum
from math import isnan
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, get_args, get_type_hints

import attrs

from ..catalog import Catalog
from ..checking import check_many
from ..claims import LARGEST
from ..errors import OutOfCoverageError, UnknownPayerError
from ..findings import Severity
from ..readers._batch import LINE_FIELDS, Collector, Misread
from ..readers._rows import CLAIM_COLUMNS, collect
from ..records import Row
from ..rules.core import Rule
from ..rules.presets import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..claims import Claim
    from ..findings import Finding, Report
    from ..payers import PayerPolicy
    from ..rules.core import RuleSet
    from ..tables import Table

F = TypeVar("F")

# The columns that a frame of claims may have: the CSV form's.
KNOWN = frozenset({*CLAIM_COLUMNS, *LINE_FIELDS})
NAME = "frame"  # what messages call it: there is no file
ROW = "row "  # before a row's number, counted from 0 as frames do
LINE = re.compile(r"lines\[(\d+)\]")

DAYS = frozenset({"on", "submitted_on"})
AMOUNTS = frozenset({"charge_usd", "allowed_usd", "therapy_year_to_date_usd"})
NUMBERS = frozenset({"units", "minutes", "assistant_minutes"})
# Numbers by which something is called; a float above this is not surely the number that was meant.
NAMES = frozenset({"claim_id", "id", "patient", "referring_npi", "rendering_provider"})
LARGEST_EXACT = 2**53
LARGEST_SHORT = 2**24  # the same of a 32-bit float
# Codes of so many digits, whose zeros in front a number has lost.
DIGITS = {"place": 2, "revenue_code": 4}
PROCEDURE, MODIFIER = 5, 2  # digits of codes that are never made longer
NOISE = 6  # decimals of an amount; what is behind them in a float is noise


@attrs.frozen(kw_only=True)
class Column:
    """One column of a frame to make.

    Attributes:
        name: its name.
        values: its values, `None` where there is none.
        kind: what they are: `str`, `int`, `bool`, `datetime.date`, `Decimal`, or `tuple` for tuples of `str`.
        words: of a closed set, all the words there are; a column of categories.
        is_ordered: whether the words have an order, the least one first.
        is_optional: whether `None` may be among the values, now or in another frame.
    """

    name: str
    values: list[Any] = attrs.field(repr=False)
    kind: type = str
    words: tuple[str, ...] = attrs.field(default=(), repr=False)
    is_ordered: bool = False
    is_optional: bool = False


@attrs.frozen(kw_only=True, repr=False)
class CheckedFrame(Generic[F]):
    """What came of checking a frame: three frames, which have the same columns whatever is in them.

    `row` in each of them is the row's place in the frame that was checked, counted from 0: the line's that a
    finding is about; of what is about a claim as a whole, the claim's first row.

    Attributes:
        findings: one row a finding: `row`, `claim`, `line` (its index in the claim, none for the claim as a
            whole), `rule`, `severity`, `path`, `message`, `fix` (in words), `fix_json`, `suggestions` (joined
            by `|`), `citation`, `citation_url`, `carried_forward`.
        problems: what could not be read, and so was not checked: `row`, `claim`, `field` (the column),
            `value`, `expected`.
        not_checked: the rules that could not be judged: `row`, `claim`, `rule`, `path`, `reason`.
        notes: what was read in spite of an oddity, and how.
    """

    findings: F
    problems: F
    not_checked: F
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """How much of each there is; the frames may hold what is the user's own."""
        names = (field.name for field in attrs.fields(type(self)))
        counts = (f"{len(getattr(self, name))} {name.replace('_', ' ')}" for name in names)
        return f"<CheckedFrame: {', '.join(counts)}>"


def check_columns(
    columns: Sequence[tuple[str, Sequence[Any]]],
    *,
    payer: str | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Catalog | None = None,
    is_alone: bool = False,
) -> CheckedFrame[list[Column]]:
    """Judge the claims of some columns, the one road for every kind of frame.

    Args:
        columns: names and values, all equally long: `str`, `int`, `float`, `Decimal`, `bool`, `datetime`,
            `date`, lists, and what numpy makes of them; `None` or NaN where there is none. A 32-bit float
            is handed over by `of_short`, or else its noise is read with it.
        payer: the payer of all claims, whatever the columns say.
        rules: as `check`.
        policy: as `check_many`.
        catalog: as `check`.
        is_alone: whether each claim is judged by itself, also where there are others of its patient.

    Returns:
        findings, problems and what was not checked, each as columns.

    Raises:
        ReadError: a required column is missing, or one is there twice.
        UnknownPayerError: there is no policy of the `payer` given.

    Examples:
        >>> import datetime as dt
        >>> columns = [("procedure", [97530.0]), ("on", [dt.datetime(2026, 3, 2)]), ("units", [2.0])]
        >>> checked = check_columns(columns, payer="medicare-b")
        >>> {column.name: column.values[0] for column in checked.findings}["rule"]
        'diagnosis.missing'
    """
    catalog = catalog or Catalog.bundled()
    if payer is not None:
        catalog.policy(payer)  # which says so where there is none
        columns = [(name, values) for name, values in columns if name.strip().lower() != "payer"]
        columns.append(("payer", [payer] * len(columns[0][1]) if columns else []))
    collected = Collector(NAME)
    read = [_cells(name, values, collected.notes) for name, values in columns]
    places = (f"{ROW}{number}" for number in range(len(read[0]) if read else 0))
    collect(
        [name for name, _ in columns],
        zip(places, zip(*read, strict=True), strict=True),
        collected,
        has_source=True,
    )
    claims = collected.claims
    if policy is None:
        claims = list(_of_known_payers(claims, catalog, collected))
    findings: list[tuple[Any, ...]] = []
    skipped: list[tuple[Any, ...]] = []
    for together in [[claim] for claim in claims] if is_alone else [claims]:
        for report in check_many(together, rules=rules, policy=policy, catalog=catalog):
            findings += map(_finding, report.findings)
            skipped += _not_checked(report)
    problems = [
        (_row(problem.place), problem.claim, problem.field, problem.value, problem.expected)
        for problem in collected.problems
    ]
    ids = _ids(rules)
    return CheckedFrame(
        findings=_columns(FINDING, findings, ids),
        problems=_columns(PROBLEM, problems, ids),
        not_checked=_columns(NOT_CHECKED, skipped, ids),
        notes=tuple(collected.notes),
    )


def of_short(text: str) -> float | Misread:
    """The number that a 32-bit float stands for, from the shortest text that it is written as.

    Examples:
        >>> of_short("144.3"), type(of_short("16777216.0")).__name__
        (144.3, 'Misread')
    """
    number = float(text)
    if abs(number) >= LARGEST_SHORT:
        return Misread(text, "a number that a 32-bit float can tell from the next one")
    return number


def table_columns(table: Table[Any], on: dt.date | None) -> list[Column]:
    """The rows of a table as columns: of one day, or of its whole history, one row an interval.

    Raises:
        OutOfCoverageError: the table does not know all of the day; it may still know single codes of it.
        TypeError: `on` is not a `datetime.date`.
    """
    kind = type(cast("Row", next(iter(table))))
    fields = [field.name for field in attrs.fields(kind)]
    if on is None:
        rows = list(table)
        fields = [name for name in fields if name not in ("carried_forward", "edition")]  # of a day's answer
    else:
        snapshot, known = table.on(on), table.coverage
        is_silent = known.scope and known.gap_of(on)  # elsewhere a code that is missing is an answer
        if is_silent or not known.first <= on <= known.horizon:
            raise OutOfCoverageError(table.name, "every code", on, str(known))
        rows = [
            snapshot[key] if owner.is_carried(row, on) else row
            for owner, key, versions in table.versions()
            if (row := owner.row_on(versions, on)) is not None
        ]
    own = [name for name in fields if name not in attrs.fields_dict(Row)]
    hints = get_type_hints(kind)
    return [
        _column(name, [getattr(row, name) for row in rows], hints[name])
        for name in sorted(fields, key=lambda name: name not in own)  # the days of a row behind what it says
    ]


def _column(name: str, values: list[Any], hint: Any) -> Column:
    """A column of the type that a record's field has."""
    is_optional = type(None) in get_args(hint)
    if is_optional:
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if get_args(hint):  # tuple[X, ...], of words or of an enumeration's
        values = [each and tuple(map(str, each)) for each in values]
        return Column(name=name, values=values, kind=tuple, is_optional=is_optional)
    if issubclass(hint, Enum):
        values = [each and each.value for each in values]
        words = tuple(each.value for each in hint)
        return Column(name=name, values=values, words=words, is_optional=is_optional)
    return Column(name=name, values=values, kind=hint, is_optional=is_optional)


def _cells(name: str, values: Sequence[Any], notes: list[str]) -> list[Any]:
    """Values as the reader of rows takes them; what cannot surely be told stays, and is a problem there."""
    oddities = Counter[str]()
    field = name.strip().lower()
    if field in DAYS:
        convert = _day
    elif field in AMOUNTS:
        convert = _amount
    elif field in NUMBERS:
        convert = _number
    else:
        convert = _text
    cells = [
        value if value is None or type(value) is str else convert(_plain(value), field, oddities)
        for value in values
    ]
    notes += [f"{NAME}: {field}: {text} ({_rows(count)})" for text, count in sorted(oddities.items())]
    if field == "claim_id" and None in cells:
        alone = _rows(cells.count(None))
        notes.append(f"{NAME}: {field}: without a value, a row is a claim of its own ({alone})")
    return cells


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _plain(value: Any) -> Any:
    """A value of Python's own types; of a missing one, `None`."""
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        value = value.tolist()
    if (isinstance(value, float) and isnan(value)) or (isinstance(value, Decimal) and value.is_nan()):
        return None
    return value


def _day(value: Any, field: str, oddities: Counter[str]) -> Any:  # noqa: ARG001 -- as its like
    """The day of a time, if it is the day everywhere: a time with a timezone stays, and is a problem."""
    if not isinstance(value, dt.datetime):
        return value
    if value.tzinfo is not None:
        oddities["a time with a timezone is another day elsewhere: make it the clinic's day first"] += 1
        return value
    if any((value.hour, value.minute, value.second, value.microsecond)):
        oddities["times of day are left out; of a time in UTC the day may be another one"] += 1
    return value.date()


def _number(value: Any, field: str, oddities: Counter[str]) -> Any:  # noqa: ARG001 -- as its like
    """A float as the decimal that it is written as; no number has zeros behind its last digit."""
    if isinstance(value, float):
        value = Decimal(float.__repr__(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    text = f"{value:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else value


def _amount(value: Any, field: str, oddities: Counter[str]) -> Any:
    """An amount in cents where that is all it has; of a float, where that is all it has but noise."""
    amount = _number(value, field, oddities)
    if not isinstance(amount, Decimal) or not abs(amount) < LARGEST:
        return amount
    if isinstance(value, float):
        amount = round(amount, NOISE)
    return round(amount, 2) if amount == round(amount, 2) else amount


def _text(value: Any, field: str, oddities: Counter[str]) -> Any:
    """A code or a name from a number, where no zero of it can have been lost, or which ones is certain."""
    if isinstance(value, (list, tuple)):
        given = cast("Iterable[Any]", value)
        codes = (each if isinstance(each, str) else _text(_plain(each), field, oddities) for each in given)
        return [code for code in codes if code is not None] or None
    digits = _whole(value)
    if digits is None:
        return value
    if field in NAMES:
        return digits
    if field in DIGITS and len(digits) <= DIGITS[field]:
        if len(digits) < DIGITS[field]:
            oddities[f"numbers are read as {DIGITS[field]} digits, with zeros in front"] += 1
        return digits.zfill(DIGITS[field])
    length = {"procedure": PROCEDURE, "modifiers": MODIFIER}.get(field)
    return digits if len(digits) == length else value


def _whole(value: Any) -> str | None:
    """The digits of a whole number that is surely the one that was meant."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float) and not -LARGEST_EXACT < value < LARGEST_EXACT:
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    return str(int(value)) if value >= 0 and value == int(value) else None


def _of_known_payers(claims: Iterable[Claim], catalog: Catalog, collected: Collector) -> Iterator[Claim]:
    """The claims that can be judged; of those whose payer is unknown, a problem says so."""
    for claim in claims:
        try:
            catalog.policy(claim.payer)
        except UnknownPayerError as error:
            expected = f"one of {', '.join(error.known)}"
            collected.problem(claim.source or "", "payer", claim.payer, expected, claim.id)
        else:
            yield claim


# The columns of what was found, without their values.
_ROW = Column(name="row", values=[], kind=int)
_CLAIM = Column(name="claim", values=[], is_optional=True)
_RULE = Column(name="rule", values=[], words=("",))  # the words are those of the rules that are asked
_PATH = Column(name="path", values=[])
FINDING = (
    _ROW,
    _CLAIM,
    Column(name="line", values=[], kind=int, is_optional=True),
    _RULE,
    Column(
        name="severity",
        values=[],
        words=tuple(severity.value for severity in sorted(Severity, key=lambda severity: -severity.rank)),
        is_ordered=True,
    ),
    _PATH,
    Column(name="message", values=[]),
    Column(name="fix", values=[], is_optional=True),
    Column(name="fix_json", values=[], is_optional=True),
    Column(name="suggestions", values=[]),
    Column(name="citation", values=[], is_optional=True),
    Column(name="citation_url", values=[], is_optional=True),
    Column(name="carried_forward", values=[], kind=bool),
)
PROBLEM = (
    _ROW,
    _CLAIM,
    Column(name="field", values=[]),
    Column(name="value", values=[]),
    Column(name="expected", values=[]),
)
NOT_CHECKED = (_ROW, _CLAIM, _RULE, _PATH, Column(name="reason", values=[]))


def _columns(shape: tuple[Column, ...], rows: list[tuple[Any, ...]], ids: tuple[str, ...]) -> list[Column]:
    values = zip(*rows, strict=True) if rows else [()] * len(shape)
    return [
        attrs.evolve(column, values=list(own), words=ids if column is _RULE else column.words)
        for column, own in zip(shape, values, strict=True)
    ]


def _ids(rules: RuleSet | Rule | None) -> tuple[str, ...]:
    """The ids that a finding may have: of all rules on board, and of one's own."""
    ids = {rule.id for rule in CATALOGUE}
    if isinstance(rules, Rule):
        ids.add(rules.id)
    elif rules is not None:
        ids |= {rule.id for rule in (*rules, *rules.pending)}
    return tuple(sorted(ids))


def _row(place: str | None) -> int:
    return int((place or "").removeprefix(ROW))


def _finding(finding: Finding) -> tuple[Any, ...]:
    """The values of a finding's columns."""
    fix, citation = finding.fix, finding.citation
    unsure = "" if fix is None or fix.is_safe else ", if the record supports it"
    return (
        _row(finding.position),
        finding.claim,
        finding.line,
        finding.rule,
        finding.severity.value,
        finding.path,
        finding.message,
        None if fix is None else f"{fix}{unsure}",
        None if fix is None else json.dumps(fix.to_dict()),
        "|".join(finding.suggestions),
        None if citation is None else ", ".join(filter(None, (citation.title, citation.section))),
        (citation and citation.url) or None,
        finding.carried_forward,
    )


def _not_checked(report: Report) -> Iterator[tuple[Any, ...]]:
    """The values of the columns of what a report could not judge."""
    for entry in report.not_checked:
        line = LINE.match(entry.path)
        source = report.claim.lines[int(line[1])].source if line else report.claim.source
        yield _row(source), entry.claim, entry.rule, entry.path, entry.reason
