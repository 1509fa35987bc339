"""Spark: the lines of claims are checked where they are, and what is said of them is one more DataFrame.

The lines of a claim, or of all claims of a patient, come together in one partition and are judged there by
the engine of every other frame. The workers need pyspark, pandas, pyarrow, attrs and this package; `zipped`
gives the last two as one file to send along.
"""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ..catalog import Catalog
from ..errors import MissingExtraError
from ..rules.core import Rule, RuleSet
from ..rules.presets import CATALOGUE
from ._frames import FINDING, KNOWN, Column, check_columns, of_short

try:
    import pyarrow as pa
    from pyspark.sql import functions as F  # noqa: N812 -- the name that everybody knows it by
    from pyspark.sql.window import Window
except ImportError as _error:
    raise MissingExtraError("otcodes.ext.spark", "spark") from _error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyspark.sql as ps

    from ..claims import Claim
    from ..payers import PayerPolicy

    Sent: TypeAlias = tuple[tuple[str | Rule, ...], tuple[str | Rule, ...]]
    Batch: TypeAlias = Any

__all__ = ["check", "check_many", "zipped"]

arrow: Any = cast("Any", pa)  # it ships no types
# Columns that are added on the way to the workers.
ROW, ORDER, GROUP = "otcodes_row", "otcodes_order", "otcodes_group"
# What is said, whatever it is about: the columns of a finding, and those that a problem has besides.
SAID = (
    Column(name="kind", values=[]),
    *FINDING,
    Column(name="field", values=[]),
    Column(name="value", values=[]),
)
IN_WORDS = {"expected": "message", "reason": "message"}  # of a problem, and of what was not checked
TYPES: dict[type, tuple[str, Any]] = {
    str: ("string", arrow.string()),
    int: ("bigint", arrow.int64()),
    bool: ("boolean", arrow.bool_()),
}
DDL = ", ".join(f"{column.name} {TYPES[column.kind][0]}" for column in SAID)
ARROW = arrow.schema([(column.name, TYPES[column.kind][1]) for column in SAID])
# What Python takes for blank in front of and behind a text.
BLANK = r"(?U)^[\s\x1c-\x1f]+|[\s\x1c-\x1f]+$"
PARTITIONS = "spark.sql.shuffle.partitions"
USUAL_PARTITIONS = 200
KEPT = 8  # rule sets and catalogs of one's own that a worker keeps


def check(
    df: ps.DataFrame,
    *,
    payer: str | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Callable[[], Catalog] | None = None,
    order_by: str | None = None,
    partitions: int | None = None,
) -> ps.DataFrame:
    """Judge each claim by itself, as `otcodes.check` does.

    Lines of one `claim_id` are one claim, wherever they are; a line without one is a claim of its own.

    Args:
        df: a line a row, with the columns of the CSV form. Others are left out; a note says which.
        payer: the payer of all claims, whatever the columns say.
        rules: the rules to judge by, or one rule; by default those of each payer's preset.
        policy: how the payer judges, or a function that gives the policy of a claim.
        catalog: a function that gives the tables to ask, called on the workers; the bundled ones by default.
        order_by: the column that says how the lines of a claim follow each other; without it they are in the
            order of `df`, which Spark keeps only until it joins or groups.
        partitions: into how many the lines are shared out; as many as `spark.sql.shuffle.partitions` says by
            default. A task holds one of them, so take at least as many as there are cores.

    Returns:
        one row for each thing that is said, in no order. `kind` is `finding`, `problem` (what could not be
        read, and so was not checked), `not-checked` (a rule that could not be judged) or `note` (what was
        read in spite of an oddity). `row` is the number that `monotonically_increasing_id()` gives in `df` to
        the line that is meant, or to the claim's first. Then come `claim`, `line` (its index in the claim),
        `rule`, `severity`, `path`, `message` (what is wrong, expected or missing), `fix` in words,
        `fix_json`, `suggestions` joined by `|`, `citation`, `citation_url`, `carried_forward`, and of a
        problem `field` and `value`.

    Raises:
        ReadError: a required column is missing, or one is there twice.
        UnknownPayerError: there is no policy of the `payer` given.
        TypeError: an argument is of the wrong type.

    Examples:
        Of the lines in a folder of Parquet files:

        ```py
        said = check(session.read.parquet("lines"))
        said.where("kind = 'finding'").groupBy("rule").count().show()
        ```
    """
    return _checked(
        df,
        is_alone=True,
        payer=payer,
        rules=rules,
        policy=policy,
        catalog=catalog,
        order_by=order_by,
        partitions=partitions,
    )


def check_many(
    df: ps.DataFrame,
    *,
    payer: str | None = None,
    rules: RuleSet | Rule | None = None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None = None,
    catalog: Callable[[], Catalog] | None = None,
    order_by: str | None = None,
    partitions: int | None = None,
) -> ps.DataFrame:
    """Judge each claim beside the others of its `patient`, as `otcodes.check_many` does.

    All lines of a patient come together, so that one patient's must fit into a worker's memory; claims
    without a patient are judged by themselves. Of a claim whose lines name several patients, the first line
    decides, and the others are problems.

    Args:
        df: as `check`.
        payer: as `check`.
        rules: as `check`.
        policy: as `check`.
        catalog: as `check`.
        order_by: as `check`.
        partitions: as `check`.

    Returns:
        what `check` gives.

    Raises:
        ReadError, UnknownPayerError, TypeError: as `check`.
    """
    return _checked(
        df,
        is_alone=False,
        payer=payer,
        rules=rules,
        policy=policy,
        catalog=catalog,
        order_by=order_by,
        partitions=partitions,
    )


def zipped() -> bytes:
    """This package and attrs as a zip of Python modules, for workers that do not have them.

    Nothing is written: put the bytes into a file whose name ends in `.zip`, and name that file to
    `--py-files`, or hand it to `SparkSession.addArtifacts(path, pyfile=True)`.

    Examples:
        >>> zipfile.ZipFile(io.BytesIO(zipped())).namelist()[0]
        'otcodes/__init__.py'
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in (__name__.rpartition(".ext.")[0], "attr", "attrs"):
            for name, file in _files_of(files(package), package.replace(".", "/")):
                archive.writestr(zipfile.ZipInfo(name), file, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _files_of(folder: Any, name: str) -> Iterator[tuple[str, bytes]]:
    """The files of a package, each by its name in a zip; what Python compiled is left out."""
    for each in sorted(folder.iterdir(), key=lambda file: str(file.name)):
        if not each.is_dir():
            yield f"{name}/{each.name}", each.read_bytes()
        elif each.name != "__pycache__":
            yield from _files_of(each, f"{name}/{each.name}")


def _checked(
    df: ps.DataFrame,
    *,
    is_alone: bool,
    payer: str | None,
    rules: RuleSet | Rule | None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None,
    catalog: Callable[[], Catalog] | None,
    order_by: str | None,
    partitions: int | None,
) -> ps.DataFrame:
    """Bring lines together, and have the workers judge them."""
    if isinstance(catalog, Catalog):
        raise TypeError("catalog is a function that gives a Catalog to a worker, not a Catalog")
    if payer is not None:
        if catalog is None:
            Catalog.bundled().policy(payer)  # which says so where there is none
        df = df.withColumn("payer", F.lit(payer))
    # Of no lines: what the columns alone say is said here, and not by every task.
    notes = check_columns([(name, ()) for name in df.columns]).notes
    lines = _together(df, order_by, partitions, is_alone=is_alone)
    judge = partial(
        _judged, notes=notes, rules=_sent(rules), policy=policy, catalog=catalog, is_alone=is_alone
    )
    # Any: these two are annotated with types of pyarrow.
    said: ps.DataFrame = cast("Any", lines).mapInArrow(judge, DDL)
    if notes:
        rows = cast("Any", df.sparkSession).createDataFrame(
            [("note", note) for note in notes], "kind string, message string"
        )
        said = said.unionByName(rows, allowMissingColumns=True)
    return said


def _together(
    df: ps.DataFrame, order_by: str | None, partitions: int | None, *, is_alone: bool
) -> ps.DataFrame:
    """The columns that are read; in a partition the lines of a claim, or of a patient, follow each other."""
    names = {name.strip().lower(): name for name in df.columns}
    read = [name for name in names if name in KNOWN]
    order = [F.col(ROW)] if order_by is None else [F.col(ORDER), F.col(ROW)]
    lines = df.select(
        *(_column(names[name]).alias(name) for name in read),
        F.monotonically_increasing_id().alias(ROW),
        *([] if order_by is None else [F.col(order_by).alias(ORDER)]),
    )
    # Lines without a claim are apart from each other, or one task would get them all.
    group = F.coalesce(_key(lines, "claim_id"), F.concat(F.lit("row "), F.col(ROW)))
    if not is_alone and "patient" in read:
        # A claim stays whole: its first line says whose it is.
        lines = lines.withColumn(GROUP, group)
        first = F.first(_key(lines, "patient")).over(Window.partitionBy(GROUP).orderBy(*order))
        group = F.coalesce(first, F.col(GROUP))
    count = partitions or _partitions(df.sparkSession)
    lines = lines.withColumn(GROUP, group).repartition(count, GROUP).sortWithinPartitions(GROUP, *order)
    return lines.select(*read, ROW, GROUP)


def _column(name: str) -> ps.Column:
    """A column by its name, which may have dots."""
    quoted = name.replace("`", "``")
    return F.col(f"`{quoted}`")


def _key(lines: ps.DataFrame, name: str) -> ps.Column:
    """What the lines with one value of a column have in common, and no other column's; null without one."""
    if name not in lines.columns:
        return F.lit(None).cast("string")
    text = F.regexp_replace(F.col(name).cast("string"), BLANK, "")
    return F.when(text != "", F.concat(F.lit(f"{name} "), text))


def _partitions(session: ps.SparkSession) -> int:
    """As many as the session shuffles into. A number is what keeps Spark from joining them again.

    It goes by bytes, and these are few for the work that they make.
    """
    said = session.conf.get(PARTITIONS) or ""
    return int(said) if said.isdigit() else USUAL_PARTITIONS  # some services say "auto"


def _judged(
    batches: Iterable[Batch],
    *,
    notes: tuple[str, ...],
    rules: Sent | None,
    policy: PayerPolicy | Callable[[Claim], PayerPolicy] | None,
    catalog: Callable[[], Catalog] | None,
    is_alone: bool,
) -> Iterator[Batch]:
    """What a worker says of the lines of a partition; `notes` were said already."""
    for lines in _whole(batches):
        checked = check_columns(
            [(name, _values(lines.column(name))) for name in lines.column_names if name not in (ROW, GROUP)],
            rules=None if rules is None else _received(rules),
            policy=policy,
            catalog=None if catalog is None else _opened(catalog),
            is_alone=is_alone,
        )
        rows = lines.column(ROW).to_pylist()
        yield _said("finding", checked.findings, rows)
        yield _said("problem", checked.problems, rows)
        yield _said("not-checked", checked.not_checked, rows)
        new = [note for note in checked.notes if note not in notes]
        yield _said("note", [Column(name="message", values=new)], rows)


def _values(column: Any) -> list[Any]:
    """The values of a column, `None` where there is none."""
    if column.type != arrow.float32():
        return list(column.to_pylist())
    return [text if text is None else of_short(text) for text in column.cast(arrow.string()).to_pylist()]


def _whole(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The lines of some batches, cut where another claim or patient begins; no more is held than must be."""
    held: list[Batch] = []
    for batch in batches:
        groups = batch.column(GROUP)
        if not len(groups):
            continue
        start = groups.index(groups[-1]).as_py()  # where the last one begins, which may go on
        if start:
            held.append(batch.slice(0, start))
        if held and (start or held[-1].column(GROUP)[-1] != groups[-1]):
            yield arrow.Table.from_batches(held)
            held = []
        held.append(batch.slice(start))
    if held:
        yield arrow.Table.from_batches(held)


def _said(kind: str, columns: Iterable[Column], rows: list[int]) -> Batch:
    """Columns of the engine as Spark gets them, the rows by the numbers that they have there."""
    values = {IN_WORDS.get(column.name, column.name): column.values for column in columns}
    count = len(values["message"])
    values["kind"] = [kind] * count
    values["row"] = [rows[row] for row in values.get("row", ())] or [None] * count
    arrays = [
        arrow.array(values[field.name], field.type)
        if field.name in values
        else arrow.nulls(count, field.type)
        for field in ARROW
    ]
    return arrow.RecordBatch.from_arrays(arrays, schema=ARROW)


def _sent(rules: object) -> Sent | None:
    """Rules as they travel: those of this package by their ids, so that a worker has them as its own."""
    if rules is None:
        return None
    if isinstance(rules, Rule):
        rules = RuleSet((rules,))
    if not isinstance(rules, RuleSet):
        raise TypeError(f"rules is a RuleSet, not {type(rules).__name__}")
    ours = CATALOGUE.rules
    rules_, pending = (
        tuple(rule.id if rule in ours else rule for rule in part) for part in (rules.rules, rules.pending)
    )
    return rules_, pending


@lru_cache(maxsize=KEPT)
def _received(sent: Sent) -> RuleSet:
    """The rules as they arrived; one set for all tasks of a worker, which keeps what it learnt of claims."""
    ours = {rule.id: rule for rule in CATALOGUE}
    rules, pending = (tuple(ours[rule] if isinstance(rule, str) else rule for rule in part) for part in sent)
    return RuleSet(rules, pending)


@lru_cache(maxsize=KEPT)
def _opened(catalog: Callable[[], Catalog]) -> Catalog:
    """The tables of one's own, once for all tasks of a worker."""
    return catalog()
