"""Checking files of claims."""

from __future__ import annotations

import json
import sys
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TextIO

import attrs

from .. import payers
from .._version import __version__
from ..checking import check_many
from ..errors import ReadError, shown
from ..findings import Severity
from ..readers import Problem, read_columns
from ..rules import presets
from ._common import CLEAN, FOUND, UNREADABLE, add_command, add_format, catalog_of, complain
from ._fix import output_name, write_fixed, write_x12, writes_x12
from ._reading import read_all

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from ..catalog import Catalog
    from ..claims import Claim
    from ..findings import Finding, Report
    from ._reading import Inputs

BAR_WIDTH = 30
LONG_INPUT = 200


def add(commands: Any) -> None:
    """Add `check`."""
    check = add_command(commands, "check", _check, "Check claims in .csv, .json and .837 files.")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--payer", choices=list(payers.POLICIES), help="judge every claim as this payer's")
    check.add_argument("--columns", metavar="FILE", help="what the columns of a CSV file are, in TOML")
    add_format(check, "text", "json", "csv")
    check.add_argument("--select", action="append", metavar="RULE", help="only this rule, or group of rules")
    check.add_argument("--ignore", action="append", metavar="RULE", help="not this rule, or group of rules")
    check.add_argument("--fail-on", choices=["error", "warning"], default="error")
    check.add_argument("--fix", action="store_true", help="write the claims with the safe fixes applied")
    check.add_argument(
        "--output",
        type=output_name,
        metavar="FILE",
        help="where --fix writes (.json or .csv; .837 for an 837), not standard output",
    )


def _check(chosen: argparse.Namespace) -> int:
    if chosen.output and not chosen.fix:
        raise ReadError("--output", "it is where --fix writes; without --fix there is nothing to write")
    is_x12 = chosen.fix and writes_x12(chosen)
    catalog = catalog_of(chosen)
    policy = partial(_policy, kept=_kept_rules(chosen))
    taken = read_all(chosen.files, read_columns(chosen.columns) if chosen.columns else None)
    for note in taken.notes:
        complain(f"note: {note}")
    if chosen.payer:
        taken.claims = [attrs.evolve(claim, payer=chosen.payer) for claim in taken.claims]
    reports = list(_judge(taken, policy, catalog))
    findings = [finding for report in reports for finding in report]
    stream = sys.stderr if chosen.fix and not chosen.output else sys.stdout
    _write_report(reports, chosen.format, stream, catalog.data_version)
    complaints = [*taken.complaints, *map(str, taken.problems)]
    for complaint in complaints:
        complain(complaint)
    if is_x12:
        write_x12([report.claim for report in reports], policy, catalog, chosen, is_whole=not complaints)
    elif chosen.fix:
        write_fixed([report.claim for report in reports], policy, catalog, chosen, is_whole=not complaints)
    if complaints:
        return UNREADABLE
    limit = Severity(chosen.fail_on)
    return FOUND if any(finding.severity.is_at_least(limit) for finding in findings) else CLEAN


def _kept_rules(chosen: argparse.Namespace) -> frozenset[str]:
    """The ids that are left of all rules by --select and --ignore."""
    every = presets.CATALOGUE
    kept = {rule.id for rule in (every.select(*chosen.select) if chosen.select else every)}
    return frozenset(kept - {rule.id for rule in (every.select(*chosen.ignore) if chosen.ignore else ())})


def _judge(
    taken: Inputs, policy: Callable[[Claim], payers.PayerPolicy], catalog: Catalog
) -> Iterator[Report]:
    """The reports, claim by claim; a claim whose payer is unknown is a problem, not the end."""
    good: list[Claim] = []
    for claim in taken.claims:
        if claim.payer is None or claim.payer in payers.POLICIES:
            good.append(claim)
            continue
        known = ", ".join(payers.POLICIES)
        taken.problems.append(
            Problem(
                file=claim.file or "",
                place=f"a claim of the day {claim.lines[0].on}" if claim.lines else "a claim",
                field="payer",
                value=shown(claim.payer),
                expected=f"one of {known}",
                claim=claim.id,
            )
        )
    progress = _Progress(len(good))
    for report in check_many(good, policy=policy, catalog=catalog):
        progress.step()
        yield report
    progress.close()


def _policy(claim: Claim, kept: frozenset[str]) -> payers.PayerPolicy:
    policy = payers.policy(claim.payer)
    left_out = [rule.id for rule in presets.CATALOGUE if rule.id not in kept]
    return attrs.evolve(policy, ignored=(*policy.ignored, *left_out)) if left_out else policy


class _Progress:
    """A bar on standard error, for long inputs and when someone sees it."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.is_shown = total >= LONG_INPUT and sys.stderr.isatty()

    def step(self) -> None:
        """One more is done."""
        self.done += 1
        if self.is_shown and (self.done % (self.total // 100 + 1) == 0 or self.done == self.total):
            filled = BAR_WIDTH * self.done // self.total
            sys.stderr.write(
                f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {self.done}/{self.total} claims"
            )
            sys.stderr.flush()

    def close(self) -> None:
        """Take the bar away."""
        if self.is_shown:
            sys.stderr.write("\r\033[K")


def _write_report(reports: Sequence[Report], form: str, stream: TextIO, data_version: str) -> None:
    findings = [finding for report in reports for finding in report]
    if form == "json":
        by_day = sorted(reports, key=attrgetter("last_day"))  # the last one's editions are those that count
        editions = {table: edition for report in by_day for table, edition in report.editions.items()}
        facts = {
            "findings": [finding.to_dict() for finding in findings],
            "not_checked": [entry.to_dict() for report in reports for entry in report.not_checked],
            "editions": dict(sorted(editions.items())),
            "stale": _stale(reports),
            "version": __version__,
            "data_version": data_version,
        }
        json.dump(facts, stream, indent=2)
        stream.write("\n")
    elif form == "csv":
        from ..readers.csv import write_rows  # noqa: PLC0415 -- only this form needs it

        columns = ("file", "claim", "path", "severity", "rule", "message")
        stream.write(
            write_rows(columns, ([finding.to_dict()[name] for name in columns] for finding in findings))
        )
    else:
        stream.writelines(_in_text(finding) for finding in findings)
        stream.write(_summary(reports, findings))


def _in_text(finding: Finding) -> str:
    text = f"{finding}\n"
    if finding.fix is not None:
        unsure = "" if finding.fix.is_safe else ", if the record supports it"
        text += f"    fix{unsure}: {finding.fix}\n"
    elif finding.suggestions:
        text += f"    perhaps: {', '.join(finding.suggestions)}\n"
    return text


def _summary(reports: Sequence[Report], findings: Sequence[Finding]) -> str:
    by_severity = [f"{sum(f.severity is severity for f in findings)} {severity}" for severity in Severity]
    clean = sum(report.is_clean for report in reports)
    claims = "1 claim" if len(reports) == 1 else f"{len(reports)} claims"
    lines = [f"{claims}, {clean} clean; findings: {', '.join(by_severity)}"]
    stale = _stale(reports)
    if stale:
        named = ", ".join(f"{table} ({edition})" for table, edition in stale.items())
        lines.append(f"past their last edition on days of these claims: {named}")
    skipped: dict[str, set[int]] = {}
    for number, report in enumerate(reports):
        for entry in report.not_checked:
            skipped.setdefault(entry.rule, set()).add(number)
    if skipped:
        counts = ", ".join(f"{rule} ({len(claims)})" for rule, claims in sorted(skipped.items()))
        lines.append(f"not checked, in so many claims: {counts}; --format json says why")
    return "\n".join(lines) + "\n"


def _stale(reports: Sequence[Report]) -> dict[str, str]:
    """The last editions that days of the claims are past."""
    return dict(sorted({item for report in reports for item in report.stale.items()}))
