"""Audit a million made-up claims as they come: the time, and the peak memory along the way.

    python benchmarks/audit_million.py                  # a million claims
    python benchmarks/audit_million.py --claims 50000

The claims are made one at a time, and none is kept. The peak is told after each tenth: flat memory is a peak
that no longer grows. Then all of them are made once more, checked one by one and counted naively: the audit
has to say the same.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from typing import TYPE_CHECKING

import clinic

import otcodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PARTS = 10
SAMPLE = 1_000
TALLIED = dict(zip(otcodes.Severity, ("errors", "warnings", "information"), strict=True))


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
    made = sum(1 for _ in clinic.claims(min(count, SAMPLE)))
    making = (time.perf_counter() - start) / made
    start = time.perf_counter()
    found = otcodes.audit(told(clinic.claims(count), count, start))
    seconds = time.perf_counter() - start
    assert found.total.claims == count
    print(f"{count / seconds:,.0f} claims/s, of which making them is {making * count / seconds:.0%}")
    print(found.total)

    start = time.perf_counter()
    assert naive(clinic.claims(count)) == counted(found)
    print(f"equal to a naive count of all {count:,}, which took {time.perf_counter() - start:.0f} s")


def naive(claims: Iterable[otcodes.Claim]) -> Counter[str]:
    """What there is to count, one claim after the other; each is of a patient of its own."""
    counts: Counter[str] = Counter()
    for claim in claims:
        report = otcodes.check(claim)
        counts["clean"] += report.is_clean
        counts["lines"] += len(claim.lines)
        for line in claim.lines:
            counts["units"] += int(line.units)
            counts["cents"] += int((line.charge_usd or 0) * 100)
            counts[line.procedure] += 1
        for finding in report:
            counts[f"{finding.severity} {finding.rule}"] += 1
    return +counts


def counted(found: otcodes.Audit) -> Counter[str]:
    """The same of an audit."""
    counts: Counter[str] = Counter(clean=found.total.clean_claims, lines=found.total.lines)
    counts["units"], counts["cents"] = int(found.total.units), int(found.total.charge_usd * 100)
    for code, each in found.by_code.items():
        counts[code] = each.lines
    for rule, each in found.by_rule.items():
        for severity in otcodes.Severity:
            counts[f"{severity} {rule}"] = getattr(each, TALLIED[severity])
    return +counts


if __name__ == "__main__":
    main()
