"""Spark in local mode, for real: its workers have no otcodes and no attrs but those of the zip."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import attrs
import pyarrow as pa
import pytest
from builders import DOS, claim, line
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812 -- the name that everybody knows it by

import otcodes
from otcodes.errors import ReadError, UnknownPayerError
from otcodes.ext import spark
from otcodes.readers.csv import write

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic_week.csv"
BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
# A worker's Python: that of the tests, with its packages but for this one and attrs.
WORKER = """#!/bin/sh
PYTHONPATH={packages}:$PYTHONPATH exec {python} -S "$@"
"""


@pytest.fixture(scope="session")
def java() -> None:
    """A Java runtime; from Debian's packages where there is none."""
    if os.environ.get("JAVA_HOME") or shutil.which("java"):
        return
    if not shutil.which("apt-get"):
        pytest.fail("Spark needs a Java runtime (17 or later), and there is none")
    install = "apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless"
    done = subprocess.run(["/bin/sh", "-c", install], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"Spark needs a Java runtime, and {install!r} failed: {done.stderr[-500:]}")


@pytest.fixture(scope="module")
def session(java: None, tmp_path_factory: pytest.TempPathFactory):  # noqa: ARG001 -- it has to be there
    """Spark on two cores, with the package sent to its workers."""
    folder = tmp_path_factory.mktemp("spark")
    packages = folder / "packages"
    packages.mkdir()
    for each in Path(pa.__file__).parents[1].iterdir():
        if not each.name.startswith(("attr", "otcodes", "__")) and each.suffix != ".pth":
            (packages / each.name).symlink_to(each)
    python = folder / "python"
    python.write_text(WORKER.format(packages=packages, python=sys.executable), "utf-8")
    python.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", str(python))
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.delenv("PYTHONPATH", raising=False)
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "America/Chicago")
            .config("spark.sql.warehouse.dir", str(folder))
            .getOrCreate()
        )
        package = folder / "sent.zip"
        package.write_bytes(spark.zipped())
        session.addArtifacts(str(package), pyfile=True)
        yield session
        session.stop()


def frame(session: SparkSession, rows: list[dict]):
    """A DataFrame of text, in several partitions that keep the order."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    return session.createDataFrame(table)


def as_frame(session: SparkSession, claims, folder: Path):
    """Claims as text: what the CSV form has of them."""
    path = folder / "claims.csv"
    path.write_text(write(claims), "utf-8")
    return session.read.csv(str(path), header=True), otcodes.read(path)


def said(df) -> list[dict]:
    return [row.asDict() for row in df.collect()]


def of_kind(rows: list[dict], kind: str) -> list[dict]:
    return [row for row in rows if row["kind"] == kind]


def local(reports) -> Counter:
    """What reports say, as far as it is the same everywhere."""
    reports = list(reports)
    findings = [
        (f.claim, f.rule, f.severity.value, f.path, f.message, "|".join(f.suggestions), f.carried_forward)
        for report in reports
        for f in report
    ]
    skipped = [(n.claim, n.rule, n.path, n.reason) for report in reports for n in report.not_checked]
    return Counter(findings + skipped)


def remote(rows: list[dict]) -> Counter:
    found = ("claim", "rule", "severity", "path", "message", "suggestions", "carried_forward")
    skipped = ("claim", "rule", "path", "message")
    names = {"finding": found, "not-checked": skipped}
    return Counter(tuple(row[name] for name in names[row["kind"]]) for row in rows)


def generated(count: int) -> list[otcodes.Claim]:
    """Claims with usual mistakes, several of one patient on one day, some of nobody's."""
    dice = random.Random(1)  # noqa: S311 -- made-up claims need no secret
    return [
        claim(
            *(
                line(
                    dice.choice(("97530", "97110", "97140", "97165", "97150")),
                    on=DOS + dt.timedelta(dice.choice((0, 0, 1, 30))),
                    units=dice.randint(0, 3),
                    minutes=dice.choice((None, 8, 15, 23, 30)),
                    modifiers=dice.choice(((), ("GO",), ("GO",), ("GO", "59"))),
                    id=str(number),
                )
                for number in range(dice.choice((1, 2, 2, 3, 7)))
            ),
            id=f"A{name}",
            patient=dice.choice((None, f"P{dice.randrange(count // 4)}")),
            payer=dice.choice(("medicare-b", "commercial")),
        )
        for name in range(count)
    ]


def test_the_example_week_has_the_findings_that_it_has_locally(session: SparkSession) -> None:
    rows = said(spark.check_many(session.read.csv(str(EXAMPLE), header=True)))
    reports = list(otcodes.check_many(otcodes.read(EXAMPLE).claims))
    assert remote(rows) == local(reports)
    lines = EXAMPLE.read_text("utf-8").splitlines()[1:]
    for row in of_kind(rows, "finding"):
        cells = lines[row["row"]].split(",")
        assert cells[0] == row["claim"]
        if row["line"] is not None:
            assert cells[5] == str(row["line"] + 1)
    (missing,) = [row for row in rows if row["rule"] == "modifier.discipline-missing" and row["fix"]]
    fix = json.loads(missing["fix_json"])
    (same,) = [f for each in reports for f in each if f.rule == missing["rule"]]
    assert (fix, missing["fix"]) == (same.fix.to_dict(), "add modifier GO")
    assert missing["citation_url"] == same.citation.url


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_no_claim_and_no_patient_is_cut_by_a_batch(session: SparkSession, tmp_path: Path, batch: int) -> None:
    df, read = as_frame(session, generated(120), tmp_path)
    session.conf.set(BATCH, batch)
    alone, beside = said(spark.check(df)), said(spark.check_many(df.coalesce(1)))
    session.conf.unset(BATCH)
    assert remote(alone) == local([otcodes.check(each) for each in read.claims])
    assert remote(beside) == local(otcodes.check_many(read.claims))
    assert remote(alone) != remote(beside)


def test_lines_of_a_claim_are_one_claim_wherever_they_are(session: SparkSession, tmp_path: Path) -> None:
    df, read = as_frame(session, generated(60), tmp_path)
    shuffled = df.repartition(3, "procedure").withColumn("place_in_claim", F.col("id").cast("int"))
    rows = said(spark.check(shuffled, order_by="place_in_claim", partitions=2))
    (note,) = of_kind(rows, "note")
    assert note["message"].endswith("columns not read: 'place_in_claim'")
    rows.remove(note)
    assert remote(rows) == local(otcodes.check(each) for each in read.claims)


def test_typed_columns_and_text_are_the_same_claims(session: SparkSession) -> None:
    typed = {
        "CLAIM_ID": pa.array([1, 1, 2, None]),
        "patient": pa.array([7, 7, 7, None]),
        "claim_diagnoses": pa.array([["M62.81"], ["M62.81"], ["M62.81"], None]),
        "procedure": pa.array([97530, 97140, 97530, 97530], pa.float32()),
        "on": pa.array([DOS] * 4),
        "units": pa.array([2, 1, 2, None], pa.float64()),
        "modifiers": pa.array([["GO"], ["GO", "59"], [], None]),
        "minutes": pa.array([30, None, 30, 15], pa.int16()),
        "place": pa.array([11, 11, 2, 11]),
        "charge_usd": pa.array([96.1, 48.2, 96, 0], pa.float32()),
        "therapy_year_to_date_usd": pa.array([Decimal("0.00")] * 4, pa.decimal128(12, 2)),
    }
    text = {
        "claim_id": ["1", "1", "2", " "],
        "patient": ["7", "7 ", "\u00a07", None],
        "claim_diagnoses": ["M62.81", "M62.81", "M62.81", None],
        "procedure": ["97530", "97140", "97530", "97530"],
        "on": ["2026-03-02"] * 4,
        "units": ["2", "1", "2", None],
        "modifiers": ["GO", "GO|59", None, None],
        "minutes": ["30", None, "30", "15"],
        "place": ["11", "11", "02", "11"],
        "charge_usd": ["96.1", "48.2", "96", "0"],
        "therapy_year_to_date_usd": ["0.00"] * 4,
    }
    df, same = session.createDataFrame(pa.table(typed)), session.createDataFrame(pa.table(text))
    rows = said(spark.check_many(df, payer="medicare-b"))
    others = said(spark.check_many(same, payer="medicare-b"))
    said_of = ("finding", "not-checked", "problem")
    assert [row for row in rows if row["kind"] in said_of] == [
        row for row in others if row["kind"] in said_of
    ]
    (problem,) = of_kind(rows, "problem")
    assert (problem["row"], problem["field"], problem["message"]) == (3, "units", "a value")
    assert any("2 digits, with zeros in front" in note["message"] for note in of_kind(rows, "note"))
    # The patient's lines of both claims are above the day's limit only together, or stand beside each other.
    assert {row["claim"] for row in of_kind(rows, "finding")} == {"1", "2"}


def test_what_cannot_be_read_is_said_and_the_rest_is_judged(session: SparkSession) -> None:
    good = {"claim_id": "A1", "procedure": "97530", "on": "2026-03-02", "units": "1", "payer": "commercial"}
    rows = [
        good,
        good | {"claim_id": None, "procedure": "97350"},
        good | {"claim_id": "A2", "units": "one"},
        good | {"claim_id": "A3", "payer": "nobody"},
        good | {"claim_id": None, "on": "3/2/2026", "patient": "secret"},
        good | {"claim_id": "A4", "patient": "secret"},
        good | {"claim_id": "A4", "patient": "other"},
    ]
    found = said(spark.check_many(frame(session, rows)))
    problems = sorted((row["row"], row["claim"], row["field"]) for row in of_kind(found, "problem"))
    assert [row for row, _, _ in problems] == [2, 3, 4, 6]
    assert [field for _, _, field in problems] == ["units", "payer", "on", "patient"]
    assert "secret" not in str(found)
    assert "other" not in {row["value"] for row in found}
    judged = {row["row"] for row in of_kind(found, "finding")}
    assert judged >= {0, 1, 5}
    assert [row["rule"] for row in found if row["row"] == 1 and row["severity"] == "error"][:1] == [
        "diagnosis.missing"
    ]


def test_rules_policies_and_tables_of_ones_own_travel(session: SparkSession, tmp_path: Path) -> None:
    @otcodes.rules.rule("acme.monday", severity=otcodes.Severity.WARNING)
    def service_is_not_on_a_monday(line, /, context):
        """The clinic is closed on Mondays."""
        if line.on.isoweekday() == 1:
            yield context.finding(line, "on")

    policy = otcodes.Catalog.bundled().policy("commercial")
    df, _ = as_frame(session, [claim(id="A1"), claim(id="A2", payer="acme")], tmp_path)
    rules = otcodes.rules.preset("commercial").select("units") | service_is_not_on_a_monday
    rows = of_kind(said(spark.check(df, rules=rules, policy=policy)), "finding")
    assert {(row["claim"], row["rule"]) for row in rows} == {("A1", "acme.monday"), ("A2", "acme.monday")}

    def tables():
        bundled = otcodes.Catalog.bundled()
        return bundled.with_policy(attrs.evolve(bundled.policy("commercial"), name="acme"))

    rows = said(
        spark.check(df.withColumn("modifiers", F.lit("GP")), catalog=tables, rules=service_is_not_on_a_monday)
    )
    assert {row["claim"] for row in of_kind(rows, "finding")} == {"A1", "A2"}
    assert not of_kind(rows, "problem")


def test_what_is_wrong_with_the_call_is_said_at_once(session: SparkSession) -> None:
    df = frame(session, [{"procedure": "97530", "on": "2026-03-02", "units": "1"}])
    with pytest.raises(ReadError, match="expected the columns units"):
        spark.check(df.drop("units"))
    with pytest.raises(ReadError, match="found twice: units"):
        spark.check(df.withColumn(" Units", F.lit(1)))
    with pytest.raises(UnknownPayerError, match="acme"):
        spark.check(df, payer="acme")
    with pytest.raises(TypeError, match="catalog is a function"):
        spark.check(df, catalog=otcodes.Catalog.bundled())
    with pytest.raises(TypeError, match="rules is a RuleSet"):
        spark.check(df, rules=["units"])
    assert spark.check(df, payer="commercial").schema.names == spark.check_many(df).schema.names


@given(st.lists(st.integers(1, 5), max_size=9), st.integers(1, 4))
def test_batches_are_cut_between_groups_and_no_later_than_must_be(sizes: list[int], size: int) -> None:
    groups = [f"claim {number}" for number, count in enumerate(sizes) for _ in range(count)]
    table = pa.table(
        {spark.GROUP: pa.array(groups, pa.string()), spark.ROW: pa.array(range(len(groups)), pa.int64())}
    )
    cut = list(spark._whole(table.to_batches(size)))
    assert [row for each in cut for row in each.column(spark.ROW).to_pylist()] == list(range(len(groups)))
    found = [each.column(spark.GROUP).to_pylist() for each in cut]
    assert sum(len(set(each)) for each in found) == len(sizes)
    assert all(len(each) < max(sizes) + size + 1 for each in found)


def test_lines_without_a_claim_are_shared_out(session: SparkSession) -> None:
    df = frame(session, [{"claim_id": " ", "procedure": "97530", "on": "2026-03-02", "units": "1"}] * 30)
    rows = spark.check(df, partitions=3).where("kind = 'finding'")
    assert rows.select(F.spark_partition_id()).distinct().count() == 3


def test_the_examples_of_the_page_run(session: SparkSession, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "spark.md").read_text("utf-8")
    code = "\n".join(re.findall(r"^```py\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    for name in ("lines", "said", "otcodes.zip"):
        code = code.replace(f'"{name}"', f'"{tmp_path / name}"')
    session.read.csv(str(EXAMPLE), header=True).write.parquet(str(tmp_path / "lines"))
    exec(code, {"session": session})
    said = session.read.parquet(str(tmp_path / "said"))
    assert {row["kind"] for row in said.select("kind").distinct().collect()} == {"finding", "not-checked"}
