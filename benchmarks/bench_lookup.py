"""Look-ups in a warm process.

python -m pytest benchmarks/bench_lookup.py
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import otcodes

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

DOS = dt.date(2026, 3, 2)


def bench_snapshot(benchmark: BenchmarkFixture) -> None:
    """A record from a snapshot."""
    snapshot = otcodes.procedures.on(DOS)
    assert benchmark(lambda: snapshot["97530"]).code == "97530"


def bench_verdict(benchmark: BenchmarkFixture) -> None:
    """A dated verdict."""
    assert benchmark(lambda: otcodes.procedures.verdict("97530", on=DOS)) is otcodes.Verdict.EFFECTIVE


def bench_normalised(benchmark: BenchmarkFixture) -> None:
    """A code that is not written as it is filed."""
    snapshot = otcodes.diagnoses.on(DOS)
    assert benchmark(lambda: snapshot[" m6281"]).code == "M62.81"


def bench_search(benchmark: BenchmarkFixture) -> None:
    """A ranked search by words."""
    snapshot = otcodes.procedures.on(DOS)
    assert benchmark(lambda: snapshot.search("splint"))
