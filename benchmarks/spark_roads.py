"""Claims a second in Spark, on one core and on two.

    pip install "otcodes[spark]"
    python benchmarks/spark_roads.py

It needs a Java runtime (17 or later) and prints a table. Install the package, and let Python keep compiled
files, so that no worker has to compile it. Each number of cores has a process of its own, in turn, with the
same 200,000 made-up claims. A run is timed from lines in a Parquet file to the last finding, after some lines
have been checked, so that Java has compiled what it runs and each worker its rules.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import clinic
import pyarrow as pa
import pyarrow.parquet as pq
import roads
from pyspark.sql import SparkSession

from otcodes.ext import spark

CORES = (1, 2)
USD = pa.decimal128(12, 2)
WARM = 20_000  # lines
FILES = "4m"  # the file is small beside its work: read in some parts, not in one


def write(path: Path, claims: int) -> int:
    """Write the lines of so many claims, and give their number."""
    typed = {
        name: pa.array(values, USD if name.endswith("_usd") else None)
        for name, values in roads.columns(list(clinic.claims(claims))).items()
    }
    table = pa.table(typed)
    pq.write_table(table, path, row_group_size=len(table) // 10)
    return len(table)


def run(path: str, cores: int, partitions: int, *, is_many: bool) -> float:
    """Seconds for the file on so many cores."""
    session = (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.files.maxPartitionBytes", FILES)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    lines = session.read.parquet(path)
    judge = spark.check_many if is_many else spark.check
    for some in (lines.limit(WARM), lines):
        start = time.perf_counter()
        judge(some, partitions=partitions).write.format("noop").mode("overwrite").save()
        seconds = time.perf_counter() - start
    session.stop()
    return seconds


def measure(path: Path, cores: int, arguments: argparse.Namespace) -> float:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--file", str(path), "--cores", str(cores)]
    command += ["--partitions", str(arguments.partitions)] + ["--many"] * arguments.many
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return float(done.stdout.split()[-1])


def main() -> int:
    """Print the table, or, for one process of it, the seconds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--claims", type=int, default=200_000, help="how many (default 200,000)")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts (default 3)")
    parser.add_argument("--partitions", type=int, default=64, help="of the lines (default 64)")
    parser.add_argument("--many", action="store_true", help="check_many in place of check")
    parser.add_argument("--file", help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.file:
        print(run(arguments.file, arguments.cores, arguments.partitions, is_many=arguments.many))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.parquet"
        lines = write(path, arguments.claims)
        seconds: dict[int, list[float]] = {cores: [] for cores in CORES}
        for _ in range(arguments.rounds):
            for cores, times in seconds.items():
                times.append(measure(path, cores, arguments))
                print(f"local[{cores}]: {times[-1]:.1f} s", file=sys.stderr)
    one = min(seconds[1])
    head = f"{arguments.claims:,} claims, {lines:,} lines, {arguments.partitions} partitions"
    print(f"{head}; the best of {arguments.rounds}\n")
    print("| | seconds | claims a second | times local[1] |\n|---|--:|--:|--:|")
    for cores, times in seconds.items():
        best = min(times)
        print(f"| local[{cores}] | {best:.1f} | {arguments.claims / best:,.0f} | {one / best:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
