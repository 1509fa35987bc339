"""Claims and units in a warm process.

python -m pytest benchmarks/bench_check.py
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import otcodes

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

DOS = dt.date(2026, 3, 2)


def line(code: str, units: int, minutes: int) -> otcodes.ServiceLine:
    """A line of an ordinary visit."""
    return otcodes.ServiceLine(code, on=DOS, units=units, minutes=minutes, modifiers=("GO",), place="11")


CLAIM = otcodes.Claim(
    payer="medicare-b",
    diagnoses=("M62.81",),
    lines=(line("97530", 2, 30), line("97535", 1, 15), line("97110", 1, 15), line("97140", 1, 15)),
)


def bench_check(benchmark: BenchmarkFixture) -> None:
    """A claim of four lines."""
    assert not benchmark(lambda: otcodes.check(CLAIM)).errors


def bench_fixed(benchmark: BenchmarkFixture) -> None:
    """A claim without its discipline modifier, mended."""
    bare = otcodes.ServiceLine("97530", on=DOS, units=2, minutes=30, place="11")
    report = otcodes.check(otcodes.Claim(payer="medicare-b", diagnoses=("M62.81",), lines=(bare,)))
    assert benchmark(report.fixed).lines[0].modifiers == ("GO",)


def bench_timed_units(benchmark: BenchmarkFixture) -> None:
    """The units of a visit by CMS's rule."""
    minutes = {"97530": 23, "97140": 8, "97110": 15}
    assert benchmark(lambda: otcodes.calc.timed_units(minutes, on=DOS)).total == 3
