"""Claims a second by the road that they come: as objects, as CSV, in a pandas or a polars frame.

    python benchmarks/roads.py                  # 20,000 claims, three rounds
    python benchmarks/roads.py --claims 2000 --rounds 1

Each road has a process of its own in each round, in turn, with the same made-up claims, which are there in
its form before the clock starts; it stops when all findings are there in the form that the road gives.
`spark_roads.py` measures Spark.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import clinic

import otcodes
from otcodes.readers import csv, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIM = ("payer", "patient", "therapy_year_to_date_usd")
LINE = ("procedure", "on", "units", "minutes", "assistant_minutes", "place", "charge_usd")


def columns(claims: list[otcodes.Claim]) -> dict[str, list[Any]]:
    """The lines of some claims in the columns of the CSV form, typed."""
    rows: list[dict[str, Any]] = []
    for claim in claims:
        own = {"claim_id": claim.id, "claim_diagnoses": list(claim.diagnoses)}
        own |= {name: getattr(claim, name) for name in CLAIM}
        rows += [
            own
            | {name: getattr(line, name) for name in LINE}
            | {"modifiers": list(line.modifiers), "diagnoses": list(line.diagnoses)}
            for line in claim.lines
        ]
    return {name: [row[name] for row in rows] for name in rows[0]}


def road(name: str, claims: list[otcodes.Claim]) -> Callable[[], int]:
    """What is timed: it gives the number of findings."""
    if name == "objects":
        return lambda: sum(map(len, otcodes.check_many(claims)))
    if name == "csv":
        content = csv.write(claims).encode()
        return lambda: sum(map(len, otcodes.check_many(read_csv(content, name="claims.csv").claims)))
    if name == "pandas":
        import pandas as pd  # noqa: PLC0415 -- each road is measured without the packages of the others

        from otcodes.ext import pandas  # noqa: PLC0415 -- as above

        frame = pd.DataFrame(columns(claims))
        return lambda: len(pandas.check_frame(frame).findings)
    import polars as pl  # noqa: PLC0415 -- as above

    from otcodes.ext import polars  # noqa: PLC0415 -- as above

    table = pl.DataFrame(columns(claims))
    return lambda: len(polars.check_frame(table).findings)


ROADS = ("objects", "csv", "pandas", "polars")


def main() -> int:
    """Run each road in turn, and print the medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--road", choices=ROADS, help="this one alone, here: seconds and findings")
    chosen = parser.parse_args()
    if chosen.road:
        run = road(chosen.road, list(clinic.claims(chosen.claims)))
        start = time.perf_counter()
        found = run()
        print(time.perf_counter() - start, found)
        return 0
    seconds: dict[str, list[float]] = {name: [] for name in ROADS}
    found: set[str] = set()
    for _ in range(chosen.rounds):
        for name in ROADS:
            command = [sys.executable, __file__, "--road", name, "--claims", str(chosen.claims)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            seconds[name].append(float(said[0]))
            found.add(said[1])
    assert len(found) == 1, f"the roads differ in how much they find: {found}"
    print("| road | claims a second |\n|---|--:|")
    for name in ROADS:
        print(f"| {name} | {chosen.claims / statistics.median(seconds[name]):,.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
