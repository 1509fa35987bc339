"""Measure what issue and README promise, beside what else there is, and write RESULTS.md.

    pip install -e ".[bench]"
    python benchmarks/run.py --date 2026-11-23

Everything runs in this Python's environment. Each round runs every measurement once, in turn, so that a slow
minute of the machine falls on all of them alike. The date is an argument: nothing here reads the calendar.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import snippets as s

HERE = Path(__file__).parent
BARE, ATTRS, FIRST = "bare Python", "`import attrs`, on which otcodes rests", "otcodes: first procedure"
NANO, MICRO, MILLI = 1e-9, 1e-6, 1e-3
UNITS = {NANO: "ns", MICRO: "µs", MILLI: "ms"}


class Fresh(NamedTuple):
    """A program in a process of its own; its time is the whole process's."""

    name: str
    code: str
    needs: str = "otcodes"


class Warm(NamedTuple):
    """A statement repeated in one process that is warm; a fresh process each round."""

    name: str
    setup: str
    statement: str
    number: int
    unit: float
    needs: str = "otcodes"


class Target(NamedTuple):
    """What is promised, in seconds, of one measurement."""

    text: str
    name: str
    limit: float
    is_over_bare: bool = False


FIRST_CHECK = f"{s.CLAIM}\n{s.CHECK}"
FIRST_VALIDATE = f"{s.CLAIM_DICT}\n{s.VALIDATE}"

FRESH = (
    Fresh(BARE, "pass", "sys"),
    Fresh("`import otcodes`", s.IMPORT_OTCODES),
    Fresh("`import simple_icd_10_cm`", s.IMPORT_SIMPLE_ICD, "simple_icd_10_cm"),
    Fresh("`import claim_validator`", s.IMPORT_CLAIM_VALIDATOR, "claim_validator"),
    Fresh(ATTRS, "import attrs", "attrs"),
    Fresh(FIRST, s.FIRST_PROCEDURE),
    Fresh("otcodes: first diagnosis", s.FIRST_DIAGNOSIS),
    Fresh("simple_icd_10_cm: first diagnosis", s.FIRST_DIAGNOSIS_SIMPLE_ICD, "simple_icd_10_cm"),
    Fresh("otcodes: first claim of five lines", FIRST_CHECK),
    Fresh("claim_validator: first claim of five lines", FIRST_VALIDATE, "claim_validator"),
)

SNAPSHOT = f"{s.DAY}\nimport otcodes\nsnap = otcodes.{{}}.on(dos)"
WARM = (
    Warm(
        "otcodes: `procedures` `snapshot[code]`",
        SNAPSHOT.format("procedures"),
        'snap["97530"]',
        200_000,
        NANO,
    ),
    Warm(
        "otcodes: dated `verdict`",
        f"{s.DAY}\nimport otcodes\nverdict = otcodes.procedures.verdict",
        'verdict("97530", on=dos)',
        200_000,
        NANO,
    ),
    Warm(
        "otcodes: `diagnoses` `snapshot[code]`", SNAPSHOT.format("diagnoses"), 'snap["M62.81"]', 200_000, NANO
    ),
    Warm(
        "simple_icd_10_cm: `get_description`",
        "from simple_icd_10_cm import get_description",
        'get_description("M62.81")',
        200_000,
        NANO,
        "simple_icd_10_cm",
    ),
    Warm("otcodes: a claim of five lines, built and checked", s.CLAIM, s.CHECK, 200, MICRO),
    Warm(
        "claim_validator: the same claim, built and validated",
        s.CLAIM_DICT,
        s.VALIDATE,
        200,
        MICRO,
        "claim_validator",
    ),
)

TARGETS = (
    Target("import over bare Python ≤ 5 ms", "`import otcodes`", 5 * MILLI, is_over_bare=True),
    Target("first procedure in a fresh process ≤ 45 ms", FIRST, 45 * MILLI),
    Target("warm `snapshot[code]` ≤ 150 ns", "otcodes: `procedures` `snapshot[code]`", 150 * NANO),
    Target("dated `verdict` ≤ 300 ns", "otcodes: dated `verdict`", 300 * NANO),
)

# The statement runs once before it is timed; the least of five is the least disturbed.
WARM_PROGRAM = """
import sys, timeit
setup, statement, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
timer = timeit.Timer(statement, setup + "\\n" + statement)
print(min(timer.repeat(5, number)) / number)
"""

PEAK_PROGRAM = """
with open("/proc/self/status", encoding="ascii") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""

OWN_FINDINGS = f"""{s.CLAIM}
report = {s.CHECK}
print(len(report.findings), len(report.not_checked))
"""

OTHER_FINDINGS = f"""{s.CLAIM_DICT}
result = {s.VALIDATE}
print(sum(len(output.findings) for phase in result.phase_results for output in phase.validator_outputs))
"""

PACKAGES = {
    "otcodes": "otcodes",
    "attrs": "attrs",
    "simple-icd-10-cm": "simple_icd_10_cm",
    "claim-validator": "claim_validator",
}

HEAD = """\
# Results

Made on {date} by `python benchmarks/run.py --date {date} --rounds {rounds}`, in one run.

{python}, {machine}; {versions}.

## Targets

| target | median | |
|---|--:|---|"""

FLOOR = """
A process that does no more than `import attrs`, in whose classes every record is, takes {floor:.1f} ms
on this machine. The first procedure takes {first:.1f} ms over bare Python; otcodes's own part of that is
{own:.1f} ms: its modules, the manifest, the table's hash, and the look-up."""

FRESH_HEAD = """
## Fresh processes

The wall time of a whole process in milliseconds over {rounds} rounds, and what it takes over the bare
Python of the same round. The middle half of the times lies between the two that stand beside the median.

| | median | middle half | over bare Python | middle half | peak memory, MiB |
|---|--:|--:|--:|--:|--:|"""

WARM_HEAD = """
## Warm

A statement repeated in a process that has run it before: the least of five repetitions, a new process each
round. Some ten nanoseconds of each are the loop's.

| | median | middle half | |
|---|--:|--:|---|"""

REMARKS = """
## What can be compared, and what cannot
"""

REMARKS_SIMPLE_ICD = """\
- **simple_icd_10_cm** has the whole of one edition of ICD-10-CM with its notes, reads it at import and
  takes no date. otcodes has a table of diagnoses common in occupational therapy, dated, and says of any
  other code that it does not know. The question is the same; the tables are not."""

REMARKS_CLAIM_VALIDATOR = """\
- Findings on the claim of five lines: otcodes {found}, with {not_checked} rules named that it could not
  judge; **claim_validator** {others}. They look at different things. claim_validator judges
  the form as a whole: patient, subscriber, NPI, taxonomy, timely filing by the machine's clock, the form
  of codes and modifiers, and whether a code is in its sample (111 HCPCS and 126 ICD-10-CM codes in
  0.3.0). It knows no minutes, therapy modifiers or NCCI pairs, and no day on which a code was in force.
  otcodes judges these, and looks at no patient, subscriber or taxonomy.
- Both times hold the making of the claim: claim_validator's its pydantic models, otcodes's its attrs
  classes. otcodes compiles its rules once per payer, code and day; the warm time is that of a code and
  day it has met.
"""


class Measured(NamedTuple):
    """The times of one measurement, a round each, in seconds."""

    times: list[float]

    @property
    def median(self) -> float:
        """The middle time."""
        return statistics.median(self.times)

    def text(self, unit: float) -> str:
        """The median, and between which times the middle half lies."""
        low, _, high = statistics.quantiles(self.times, n=4)
        return f"{self.median / unit:,.1f} | {low / unit:,.1f} to {high / unit:,.1f}"


def python(code: str, *arguments: object) -> str:
    """What a fresh Python prints that sees only what is installed."""
    command = (sys.executable, "-I", "-c", code, *map(str, arguments))
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def measure_fresh(measurements: list[Fresh], rounds: int) -> dict[str, Measured]:
    """The wall time of whole processes."""
    times: dict[str, list[float]] = {each.name: [] for each in measurements}
    for index in range(rounds + 2):  # two rounds to fill the caches
        for each in measurements:
            start = time.perf_counter()
            python(each.code)
            if index > 1:
                times[each.name].append(time.perf_counter() - start)
        progress(f"fresh processes, round {index + 1} of {rounds + 2}")
    return {name: Measured(found) for name, found in times.items()}


def measure_warm(measurements: list[Warm], rounds: int) -> dict[str, Measured]:
    """The time of a statement in a warm process."""
    times: dict[str, list[float]] = {each.name: [] for each in measurements}
    for index in range(rounds):
        for each in measurements:
            times[each.name].append(float(python(WARM_PROGRAM, each.setup, each.statement, each.number)))
        progress(f"warm statements, round {index + 1} of {rounds}")
    return {name: Measured(found) for name, found in times.items()}


def measure_peak(measurements: list[Fresh]) -> dict[str, float]:
    """The most memory that a process held, in MiB; nothing where the system does not say."""
    if not Path("/proc/self/status").exists():
        return {}
    return {
        each.name: statistics.median(int(python(each.code + "\n" + PEAK_PROGRAM)) / 1024 for _ in range(5))
        for each in measurements
    }


def progress(text: str) -> None:
    """Where it is, for whoever waits."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def results(arguments: argparse.Namespace) -> str:
    """RESULTS.md."""
    present = {name for name in ("sys", *PACKAGES.values()) if find_spec(name)}
    fresh = [each for each in FRESH if each.needs in present]
    warm = [each for each in WARM if each.needs in present]
    cold = measure_fresh(fresh, arguments.rounds)
    hot = measure_warm(warm, max(7, arguments.rounds // 4))
    peak = measure_peak(fresh)
    over = {
        name: Measured([mine - bare for mine, bare in zip(found.times, cold[BARE].times, strict=True)])
        for name, found in cold.items()
    }
    lines = [
        HEAD.format(
            date=arguments.date,
            rounds=arguments.rounds,
            machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            python=f"{platform.python_implementation()} {platform.python_version()}",
            versions=", ".join(
                f"{name} {metadata.version(name)}" for name in PACKAGES if find_spec(PACKAGES[name])
            ),
        )
    ]
    for target in TARGETS:
        median = (over if target.is_over_bare else {**cold, **hot})[target.name].median
        unit = NANO if target.limit < MICRO else MILLI
        verdict = "met" if median <= target.limit else "**missed**"
        lines.append(f"| {target.text} | {median / unit:,.1f} {UNITS[unit]} | {verdict} |")
    floor, first = cold[ATTRS].median / MILLI, over[FIRST].median / MILLI
    lines.append(FLOOR.format(floor=floor, first=first, own=first - over[ATTRS].median / MILLI))
    lines.append(FRESH_HEAD.format(rounds=arguments.rounds))
    for name, found in cold.items():
        more = "| " if name == BARE else over[name].text(MILLI)
        lines.append(f"| {name} | {found.text(MILLI)} | {more} | {peak.get(name, math.nan):.1f} |")
    lines.append(WARM_HEAD)
    lines += [f"| {each.name} | {hot[each.name].text(each.unit)} | {UNITS[each.unit]} |" for each in warm]
    lines.append(REMARKS)
    if "simple_icd_10_cm" in present:
        lines.append(REMARKS_SIMPLE_ICD)
    if "claim_validator" in present:
        own, others = python(OWN_FINDINGS).split(), python(OTHER_FINDINGS).split()
        lines.append(REMARKS_CLAIM_VALIDATOR.format(found=own[0], not_checked=own[1], others=others[0]))
    return "\n".join(lines)


def main() -> int:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--date", required=True, type=dt.date.fromisoformat, help="of the run, for the heading"
    )
    parser.add_argument("--rounds", type=int, default=40, help="fresh processes of each kind (default 40)")
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    arguments = parser.parse_args()
    arguments.output.write_text(results(arguments), encoding="utf-8")
    print(f"\n{arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
