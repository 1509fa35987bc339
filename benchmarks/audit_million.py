"""Audit a million made-up claims as they come: the time, and the peak memory along the way.

    python benchmarks/audit_million.py                  # a million claims
    python benchmarks/audit_million.py --claims 50000

The claims are made one at a time, and none is kept. The peak is told after each tenth: flat memory is a peak
that no longer grows. At the end the totals are compared with a naive count of the first claims.
"""

from __future__ import annotations

import argparse
import resource
import time
from itertools import islice
from typing import TYPE_CHECKING

import clinic

import otcodes

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS = 10
COMPARED = 1_000


def peak_mib() -> float:
    """The most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(claims: Iterator[otcodes.Claim], count: int, start: float) -> Iterator[otcodes.Claim]:
    """The claims; after each tenth it is told how many there were, how long it took, and the peak."""
    for number, claim in enumerate(claims, 1):
        yield claim
        if number % max(count // PARTS, 1) == 0:
            print(f"{number:>9,} claims  {time.perf_counter() - start:7.1f} s  peak {peak_mib():6.1f} MiB")


def main() -> None:
    """Audit, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--claims", type=int, default=1_000_000)
    count = parser.parse_args().claims
    start = time.perf_counter()
    made = sum(1 for _ in clinic.claims(min(count, COMPARED)))
    making = (time.perf_counter() - start) / made
    start = time.perf_counter()
    found = otcodes.audit(told(clinic.claims(count), count, start))
    seconds = time.perf_counter() - start
    assert found.total.claims == count
    print(f"{count / seconds:,.0f} claims/s, of which making them is {making * count / seconds:.0%}")
    print(found.total)

    few = min(count, COMPARED)
    first = otcodes.audit(islice(clinic.claims(count), few)).total
    reports = list(otcodes.check_many(islice(clinic.claims(count), few)))
    assert first.errors == sum(len(report.errors) for report in reports)
    assert first.clean_claims == sum(report.is_clean for report in reports)
    assert first.charge_usd == sum(line.charge_usd or 0 for report in reports for line in report.claim.lines)
    print(f"the first {few:,} equal a naive count")


if __name__ == "__main__":
    main()
