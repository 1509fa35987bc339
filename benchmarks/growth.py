"""How time and memory grow: with the number of claims, and with the lines of one claim.

    python benchmarks/growth.py                     # up to 100,000 claims
    python benchmarks/growth.py --claims 1000000

Times are of the processor, so that what else the machine does weighs little, and hold the checks alone:
neither the making of the claims nor the reading of the tables. Each size has a process of its own in each
round. The exponent is the slope of a straight line through the logarithms, by least squares, with its
standard error.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measuring import PEAK, Environments, progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).parent
SIZES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)
OFTEN = 10_000  # up to here each round measures; what is larger is measured once
HELD = (1_000, 3_000, 10_000, 30_000)
LENGTHS = (1, 2, 3, 5, 10, 20, 30, 40, 50)
LONG = 10  # from here on what a claim costs in any case weighs little beside its lines
DAYS, ORTHOSES, SECTION = "five a day", "one day, treatment and orthoses", "one day, every 97xxx code"

# Claims as they come, none kept.
STREAMED = f"""
import sys, time
from itertools import islice
sys.path.insert(0, sys.argv[1])
import clinic, otcodes
for each in clinic.claims(500, seed=2):
    otcodes.check(each)
spent, made = 0, clinic.claims(int(sys.argv[2]))
while some := list(islice(made, 100)):
    start = time.process_time()
    for each in some:
        otcodes.check(each)
    spent += time.process_time() - start
print(spent)
{PEAK}
"""

# Claims and reports that are all kept: what they take of memory over a process that has checked others, in
# KiB.
KEPT = f"""
import sys
sys.path.insert(0, sys.argv[1])
import clinic, otcodes
for each in clinic.claims(500, seed=2):
    otcodes.check(each)
{PEAK}
reports = list(otcodes.check_many(clinic.claims(int(sys.argv[2]))))
{PEAK}
"""

# For each number of lines: seconds for a claim that is met for the first time, and again; findings; the
# memory that a check takes at most, in bytes.
LONG_CLAIM = """
import random, statistics, sys, time, tracemalloc
sys.path.insert(0, sys.argv[1])
import clinic, otcodes
kind, lengths, dice = sys.argv[2], tuple(map(int, sys.argv[3:])), random.Random(1)
codes = clinic.TIMED[:5] if kind == "days" else clinic.codes_of_one_day()[kind]
a_day = 5 if kind == "days" else max(lengths)
def claims(lines, count):
    return [clinic.long_claim(lines, a_day=a_day, codes=codes, dice=dice) for _ in range(count)]
def median(made):
    spent = []
    for claim in made:
        start = time.process_time()
        otcodes.check(claim)
        spent.append(time.process_time() - start)
    return statistics.median(spent)
for lines in lengths:
    median(claims(lines, 3))
for lines in lengths:
    made = claims(lines, 15)
    first, again, findings = median(made), median(made), len(otcodes.check(made[0]))
    tracemalloc.start()
    otcodes.check(made[0])
    print(first, again, findings, tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
"""
KINDS = {DAYS: "days", ORTHOSES: "orthoses", SECTION: "section"}


class Fit(NamedTuple):
    """The slope of a straight line through the logarithms, and its standard error."""

    exponent: float
    error: float

    def __str__(self) -> str:
        """As the results write it."""
        return f"{self.exponent:.2f} ± {self.error:.2f}"


def fit(curve: Mapping[int, float]) -> Fit:
    """Fit a power law to sizes and what they take."""
    xs, ys = ([math.log(each) for each in some] for some in (curve.keys(), curve.values()))
    line = statistics.linear_regression(xs, ys)
    rest = sum((y - line.intercept - line.slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
    spread = statistics.pvariance(xs) * len(xs)
    return Fit(line.slope, math.sqrt(rest / max(len(xs) - 2, 1) / spread))


class Curves(NamedTuple):
    """What was measured: seconds by claims or lines, MiB by claims, bytes by lines; medians of the rounds."""

    claims: dict[int, float]
    peak: dict[int, float]
    kept: dict[int, float]
    first: dict[str, dict[int, float]]
    again: dict[str, dict[int, float]]
    findings: dict[str, dict[int, float]]
    memory: dict[str, dict[int, float]]

    @property
    def claims_fit(self) -> Fit:
        """Of the time by the number of claims."""
        return fit(self.claims)

    def lines_fit(self, name: str) -> Fit:
        """Of the time of long claims by their lines, met for the first time."""
        return fit(_long(self.first[name]))


def measure(most: int, rounds: int) -> Curves:
    """Measure up to so many claims."""
    python = Environments({}).python
    claims, peak, kept = (defaultdict[int, list[float]](list) for _ in range(3))
    by_lines = [{name: defaultdict[int, list[float]](list) for name in KINDS} for _ in range(4)]
    for index in range(rounds):
        progress(f"growth, round {index + 1} of {rounds}")
        for size in SIZES:
            if size <= most and (size <= OFTEN or not index):
                spent, held = python("otcodes", STREAMED, HERE, size).split()
                claims[size].append(float(spent))
                peak[size].append(int(held) / 1024)
        for name, kind in KINDS.items():
            rows = python("otcodes", LONG_CLAIM, HERE, kind, *LENGTHS).splitlines()
            for length, row in zip(LENGTHS, rows, strict=True):
                for curve, value in zip(by_lines, row.split(), strict=True):
                    curve[name][length].append(float(value))
    for size in HELD:
        if size <= most:
            before, after = python("otcodes", KEPT, HERE, size).split()
            kept[size].append((int(after) - int(before)) / 1024)
    return Curves(
        *map(_medians, (claims, peak, kept)),
        *({name: _medians(found) for name, found in curve.items()} for curve in by_lines),
    )


def _medians(curve: Mapping[int, list[float]]) -> dict[int, float]:
    return {size: statistics.median(found) for size, found in curve.items()}


def _long(curve: Mapping[int, float]) -> dict[int, float]:
    return {size: value for size, value in curve.items() if size >= LONG}


HEAD = """
## Growth

By the number of claims, from {least:,} to {most:,} of `benchmarks/clinic.py`, as they come: each is met for
the first time, and none is kept. Seconds of the processor grow with the exponent {time}. The peak of memory
grows with {peak}: what was learnt of shapes is kept, up to a bound. Where claims and reports are all kept,
memory grows with {kept}.

| claims | seconds | claims a second | peak memory, MiB | all kept, MiB more |
|--:|--:|--:|--:|--:|"""

LINES_HEAD = """
One claim by its lines, from {least} to {most}: five a day; on one day an hour and a quarter of treatment
and an orthosis a line; on one day the codes of the 97000 section, for which nearly as many findings are due
as there are pairs, so that it cannot be linear. Microseconds of the processor of a claim whose minutes are
new, and of one that was met before; what is found; and the most memory that a check takes, in KiB.

| | lines | new, µs | again, µs | findings | KiB |
|---|--:|--:|--:|--:|--:|"""

FITS_HEAD = """
What a claim costs in any case makes the exponent less than 1; the longer the claim, the less it weighs.

| exponent | new, {least} to {most} lines | new, from {long} | again, from {long} | memory, from {long} |
|---|--:|--:|--:|--:|"""


def report(curves: Curves) -> Iterable[str]:
    """Lines for RESULTS.md."""
    yield HEAD.format(
        least=min(curves.claims),
        most=max(curves.claims),
        time=curves.claims_fit,
        peak=fit(curves.peak),
        kept=fit(curves.kept) if len(curves.kept) > 1 else "an exponent that takes more claims to tell",
    )
    for size, seconds in curves.claims.items():
        kept = f"{curves.kept[size]:,.1f}" if size in curves.kept else ""
        yield f"| {size:,} | {seconds:,.3f} | {size / seconds:,.0f} | {curves.peak[size]:.1f} | {kept} |"
    yield LINES_HEAD.format(least=LENGTHS[0], most=LENGTHS[-1])
    for name in KINDS:
        for length in LENGTHS:
            yield (
                f"| {name} | {length} | {curves.first[name][length] * 1e6:,.0f} "
                f"| {curves.again[name][length] * 1e6:,.0f} | {curves.findings[name][length]:.0f} "
                f"| {curves.memory[name][length] / 1024:,.1f} |"
            )
    yield FITS_HEAD.format(least=LENGTHS[0], most=LENGTHS[-1], long=LONG)
    for name in KINDS:
        again, memory = fit(_long(curves.again[name])), fit(_long(curves.memory[name]))
        yield f"| {name} | {fit(curves.first[name])} | {curves.lines_fit(name)} | {again} | {memory} |"


def main() -> int:
    """Measure, and print the lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--claims", type=int, default=100_000, help="at most (default 100000)")
    parser.add_argument("--rounds", type=int, default=5, help="of what is small (default 5)")
    chosen = parser.parse_args()
    print("\n".join(report(measure(chosen.claims, chosen.rounds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
