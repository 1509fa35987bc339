"""The command line: thin, over the same functions.

Exit status: 0 nothing at or above `--fail-on`, 1 findings (or a code that is not in force), 2 input that
could not be read, in whole or in part (or a visit that becomes no claim).
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import attrs

from . import payers
from ._tracking import Exchange, as_dict, in_one_line, is_at_fault
from ._version import __version__
from .calc.payments import allowed_amount, expected_payment
from .calc.units import in_units, timed_units
from .catalog import Catalog
from .checking import check_many, repair_many
from .coding import CodedVisit, code_visit
from .errors import MissingExtraError, OtcodesError, ReadError, shown, shown_name
from .findings import Severity
from .payers import UnitMethod
from .readers import Batch, Problem, form_of, mended_x12, read, read_visits
from .rules import presets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .calc.payments import AllowedAmount, ExpectedPayment
    from .claims import Claim
    from .findings import Finding, Repair, Report

CLEAN, FOUND, UNREADABLE = 0, 1, 2
TABLES_LOOKED_UP = ("procedures", "diagnoses", "modifiers", "places", "revenue_codes")
X12_ENDINGS = (".837", ".x12", ".edi")
BAR_WIDTH = 30
LONG_INPUT = 200
START = 1_000  # bytes that show what a file is
NUMBER = re.compile(r"\d{1,4}", re.ASCII)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter must not end the check
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        status = run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OtcodesError as error:
        _complain(str(error))
        return UNREADABLE
    except OSError as error:
        _complain(f"{error.filename or 'the output'}: {error.strerror}")
        return UNREADABLE
    return status


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"otcodes: {text}\n")


def _day(text: str) -> dt.date:
    try:
        if len(text) == len("2026-03-02"):  # later versions of Python read other forms, too
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected a day as 2026-03-02, found {text!r}")


def _output(text: str) -> str:
    if not text.lower().endswith((".json", ".csv", *X12_ENDINGS)):
        expected = "expected a name that ends in .json, .csv, .837, .x12 or .edi"
        raise argparse.ArgumentTypeError(f"{expected}, found {text!r}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="otcodes", description="Occupational-therapy billing codes and claims."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        return made

    def dated(made: argparse.ArgumentParser) -> None:
        made.add_argument(
            "--on", type=_day, required=True, metavar="DAY", help="the date of service, as 2026-03-02"
        )

    def shaped(made: argparse.ArgumentParser, *forms: str) -> None:
        made.add_argument("--format", choices=forms, default=forms[0])

    lookup = command(
        "lookup", _lookup, "What a code is on a day: procedure, diagnosis, modifier, place, revenue code."
    )
    lookup.add_argument("code")
    dated(lookup)
    shaped(lookup, "text", "json")

    search = command("search", _search, "Procedures and diagnoses that fit some words on a day, best first.")
    search.add_argument("text")
    dated(search)
    shaped(search, "text", "json")

    units = command("units", _units, "The units that a day's minutes allow.")
    units.add_argument("minutes", nargs="+", metavar="CODE:MINUTES")
    dated(units)
    units.add_argument("--method", choices=[str(method) for method in UnitMethod], default="medicare")
    shaped(units, "text", "json")

    price = command(
        "price", _price, "What Medicare allows for a day's services, and who pays how much of it."
    )
    price.add_argument("services", nargs="+", metavar="CODE[:UNITS]")
    dated(price)
    price.add_argument("--units", metavar="UNITS", help="the units of a single CODE; 1 by default")
    price.add_argument(
        "--locality",
        metavar="NUMBER",
        help="contractor and locality (06102-16), state and locality (IL-16), or the locality where one "
        "contractor alone has it; national amounts by default",
    )
    price.add_argument("--facility", action="store_true", help="furnished in a facility")
    price.add_argument("--assistant", action="store_true", help="furnished by an assistant (CO)")
    shaped(price, "text", "json")

    check = command("check", _check, "Check claims in .csv, .json and .837 files.")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--payer", choices=list(payers.POLICIES), help="judge every claim as this payer's")
    shaped(check, "text", "json", "csv")
    check.add_argument("--select", action="append", metavar="RULE", help="only this rule, or group of rules")
    check.add_argument("--ignore", action="append", metavar="RULE", help="not this rule, or group of rules")
    check.add_argument("--fail-on", choices=["error", "warning"], default="error")
    check.add_argument("--fix", action="store_true", help="write the claims with the safe fixes applied")
    check.add_argument(
        "--output",
        type=_output,
        metavar="FILE",
        help="where --fix writes (.json or .csv; .837 for an 837), not standard output",
    )

    code = command("code", _code, "The claims for documented visits, with the reasoning.")
    code.add_argument("file", metavar="FILE", help="visits as JSON")
    code.add_argument("--payer", choices=list(payers.POLICIES), help="code every visit for this payer")
    shaped(code, "text", "json")

    status = command(
        "status", _status, "What became of claims: sent, accepted, paid, denied, why, what next."
    )
    status.add_argument("files", nargs="+", metavar="FILE", help="claims, 277CA and 835, in any order")
    shaped(status, "text", "json")

    tables = command("tables", _tables, "Every table: edition, coverage, rows, source.")
    shaped(tables, "text", "json")
    return parser


def _print_json(value: object) -> None:
    json.dump(value, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")


def _as_dict(record: Any) -> dict[str, Any]:
    return {name: value for name, value in attrs.asdict(record).items() if value not in (None, (), [])}


def _lookup(chosen: argparse.Namespace) -> int:
    catalog = Catalog.bundled()
    found: list[tuple[str, Any]] = []
    verdicts: dict[str, str] = {}
    for name in TABLES_LOOKED_UP:
        table = getattr(catalog, name)
        verdict = table.verdict(chosen.code, on=chosen.on)
        verdicts[name] = str(verdict)
        record = table.on(chosen.on).find(chosen.code)
        if record is not None:
            found.append((name, record))
        elif verdict == "not-effective":
            found.append((name, table.history(chosen.code)[-1]))
    in_force = [name for name, _ in found if verdicts[name] != "not-effective"]
    if chosen.format == "json":
        records = [
            {
                "table": name,
                "verdict": verdicts[name],
                **_as_dict(record),
                **_around(name, record, chosen.on, catalog),
            }
            for name, record in found
        ]
        _print_json({"code": chosen.code, "on": chosen.on, "records": records, "verdicts": verdicts})
    else:
        for name, record in found:
            _say(f"{record.code}  {name}, {verdicts[name]} on {chosen.on}")
            _say_facts(record, _around(name, record, chosen.on, catalog))
        if not found:
            _say(f"{chosen.code!r} on {chosen.on}: {_why_nothing(chosen.code, chosen.on, verdicts, catalog)}")
    return CLEAN if in_force else FOUND


def _say_facts(record: Any, around: dict[str, tuple[str, ...]]) -> None:
    for field, value in {**_as_dict(record), **around}.items():
        if field not in ("code", "is_start_known", "carried_forward", "edition"):
            earlier = " or earlier" if field == "valid_from" and not record.is_start_known else ""
            _say(f"  {field.replace('_', ' ')}: {_in_words(value)}{earlier}")
    if record.carried_forward:
        _say(f"  carried forward from {record.edition}, the last edition on board")


def _in_words(value: object) -> str:
    return ", ".join(map(str, cast("tuple[object, ...]", value))) if isinstance(value, tuple) else str(value)


def _around(name: str, record: Any, on: dt.date, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Of a diagnosis, the codes right below it, or, of one that is not in force, those in its place."""
    if name != "diagnoses":
        return {}
    day = catalog.diagnoses.on(on)
    if day.find(record.code) is None:
        after = catalog.diagnoses.successors(record.code)
        return {str(each.relation): each.successors for each in after if each.on <= on}
    below = tuple(child.code for child in day.children(record.code))
    return {"children": below} if below else {}


def _why_nothing(code: str, on: dt.date, verdicts: dict[str, str], catalog: Catalog) -> str:
    tables = [name for name in ("procedures", "diagnoses") if verdicts[name] == "out-of-coverage"]
    if tables:
        return f"not known; out of the coverage of {', '.join(tables)}"
    near = [*catalog.procedures.suggest(code, on=on), *catalog.diagnoses.suggest(code, on=on)]
    return "unknown in every table" + (f"; near it: {', '.join(near)}" if near else "")


def _search(chosen: argparse.Namespace) -> int:
    catalog = Catalog.bundled()
    found: list[tuple[str, Any]] = [
        (name, record)
        for name in ("procedures", "diagnoses")
        for record in getattr(catalog, name).on(chosen.on).search(chosen.text)
    ]
    if chosen.format == "json":
        _print_json([{"table": name, **_as_dict(record)} for name, record in found])
    for _, record in found if chosen.format == "text" else ():
        header = "" if getattr(record, "is_billable", True) else " (a header)"
        _say(f"{record.code:8}  {record.label or '(no label on board)'}{header}")
    coverage = catalog.procedures.coverage
    if not coverage.first <= chosen.on <= coverage.horizon:
        _complain(f"{chosen.on} is outside the coverage of the table of procedures ({coverage})")
    elif not found:
        _complain(f"nothing fits {chosen.text!r} on {chosen.on}")
    return CLEAN if found else FOUND


def _units(chosen: argparse.Namespace) -> int:
    minutes: dict[str, int] = {}
    for given in chosen.minutes:
        code, colon, amount = given.partition(":")
        if not colon or not NUMBER.fullmatch(amount):
            _complain(f"expected CODE:MINUTES as 97530:23, found {shown(given)}")
            return UNREADABLE
        minutes[code] = minutes.get(code, 0) + int(amount)
    try:
        result = timed_units(minutes, on=chosen.on, method=chosen.method)
    except (OtcodesError, LookupError) as error:
        _complain(str(error))
        return UNREADABLE
    if chosen.format == "json":
        facts = {"total": result.total, "by_code": result.by_code, "ties": result.ties, "steps": result.steps}
        _print_json({**facts, "not_timed": result.not_timed, "method": chosen.method, "on": chosen.on})
        return CLEAN
    for code, units in result.by_code.items():
        _say(f"{code}  {units}")
    _say(f"total  {result.total}")
    for step in result.steps:
        _say(f"  {step}")
    return CLEAN


def _price(chosen: argparse.Namespace) -> int:
    services = _services(chosen)
    if services is None:
        return UNREADABLE
    found = allowed_amount(services, on=chosen.on, locality=chosen.locality, facility=chosen.facility)
    payments = [
        expected_payment(line.amount_usd, on=chosen.on, is_assistant=chosen.assistant) for line in found.lines
    ]
    medicare = sum(payment.medicare_usd for payment in payments)
    patient = sum(payment.patient_usd for payment in payments)
    if chosen.format == "json":
        expected = {"medicare_usd": medicare, "patient_usd": patient, "total_usd": medicare + patient}
        facts = {"on": chosen.on, "locality": chosen.locality, **_allowed(found, payments)}
        _print_json({**facts, "expected": expected if payments else None})
        return CLEAN if found.lines else FOUND
    for line in found.lines:
        _say(f"{line.code}  {in_units(line.units)}  {line.amount_usd}")
    for each in found.not_priced:
        _say(f"{each.code}  {in_units(each.units)}  not priced: {each.reason}")
    if found.lines:
        _say(f"{'total' if found.is_complete else 'total of what is priced'}  {found.priced_usd}")
        _say(f"the deductible met, Medicare pays {medicare} and the patient {patient}")
    for step in found.steps:
        _say(f"  {step}")
    return CLEAN if found.lines else FOUND


def _services(chosen: argparse.Namespace) -> list[tuple[str, int]] | None:
    """The codes with their units; `None`, and a complaint, where they cannot be read."""
    services: list[tuple[str, int]] = []
    for given in chosen.services:
        code, colon, units = given.partition(":")
        if chosen.units is not None and (colon or len(chosen.services) > 1):
            _complain("--units goes with a single CODE; with several, write CODE:UNITS")
            return None
        units = units if colon else "1" if chosen.units is None else chosen.units
        if not NUMBER.fullmatch(units):
            _complain(f"expected CODE or CODE:UNITS as 97530:2, found {shown(f'{code}:{units}')}")
            return None
        services.append((code, int(units)))
    return services


def _allowed(found: AllowedAmount, payments: list[ExpectedPayment]) -> dict[str, Any]:
    """What is allowed, as plain values."""
    lines: list[dict[str, Any]] = []
    for line, payment in zip(found.lines, payments, strict=True):
        sums = {"patient_usd": payment.patient_usd, "total_usd": payment.total_usd}
        expected = {**attrs.asdict(payment), **sums}
        lines.append({**attrs.asdict(line), "amount_usd": line.amount_usd, "expected": expected})
    totals = {name: getattr(found, name) for name in ("total_usd", "priced_usd", "is_complete")}
    return {**totals, **attrs.asdict(found), "lines": lines}


def _tables(chosen: argparse.Namespace) -> int:
    entries = Catalog.bundled().entries
    if chosen.format == "json":
        _print_json([entry.to_dict() for entry in entries])
        return CLEAN
    for entry in entries:
        edition = next(each for each in entry.editions if each.id == entry.last_edition)
        _say(f"{entry.name}: {entry.rows} rows; {entry.coverage}")
        _say(
            f"  newest edition {edition.id}, from {edition.effective}: {edition.title} ({edition.publisher})"
        )
        if entry.note:
            _say(f"  {entry.note}")
    return CLEAN


def _status(chosen: argparse.Namespace) -> int:
    """What became of the claims of some files; what could not be read is a complaint, not the end."""
    exchange = Exchange()
    for file in chosen.files:
        exchange.take(file)
    explained = exchange.explained()
    for note in exchange.notes:
        _complain(f"note: {note}")
    if chosen.format == "json":
        _print_json(as_dict(explained))
    else:
        for each in explained:
            _say(in_one_line(each))
    strangers = [each.claim for each in explained.unmatched]
    strangers += [each.claim for each in explained.unmatched_acknowledgements]
    for name in dict.fromkeys(strangers):
        _complain(f"note: an answer for {shown_name(name)}, which is none of the claims")
    for complaint in exchange.complaints:
        _complain(complaint)
    if exchange.complaints:
        return UNREADABLE
    return FOUND if exchange.has_rejected_files or is_at_fault(explained) else CLEAN


@attrs.define
class _Read:
    """All inputs together: the claims, and what could not be read."""

    claims: list[Claim] = attrs.field(factory=list["Claim"])
    problems: list[Problem] = attrs.field(factory=list[Problem])
    complaints: list[str] = attrs.field(factory=list[str])
    notes: list[str] = attrs.field(factory=list[str])


def _read_all(files: Iterable[str]) -> _Read:
    everything = _Read()
    for file in files:
        try:
            batch: Batch = read(file)
        except ReadError as error:
            everything.complaints.append(str(error))
        except MissingExtraError as error:
            everything.complaints.append(f"{file}: {error}")
        except OSError as error:
            everything.complaints.append(f"{file}: {error.strerror}")
        else:
            everything.claims += batch.claims
            everything.problems += batch.problems
            everything.notes += batch.notes
    return everything


def _code(chosen: argparse.Namespace) -> int:
    """The claims for visits, one after another; what cannot be billed is a complaint, not the end."""
    path = Path(chosen.file)
    name = path.name  # a message names the file, not the clinic's folders
    read_in = read_visits(path.read_bytes(), name=name)
    for note in read_in.notes:
        _complain(f"note: {note}")
    complaints = [str(problem) for problem in read_in.problems]
    coded: list[CodedVisit] = []
    for visit in read_in.visits:
        try:
            coded.append(code_visit(visit, payer=chosen.payer))
        except OtcodesError as error:
            complaints.append(f"{name}: {shown_name(visit.id or f'the visit of {visit.on}')}: {error}")
    if chosen.format == "json":
        _print_json({"claims": [_coded_dict(each) for each in coded]})
    else:
        for each in coded:
            _say_coded(each)
    for complaint in complaints:
        _complain(complaint)
    return UNREADABLE if complaints else FOUND if any(each.warnings for each in coded) else CLEAN


def _coded_dict(coded: CodedVisit) -> dict[str, Any]:
    return {
        **coded.claim.to_dict(),
        "steps": [
            {"text": step.text, "citation": step.citation.to_dict() if step.citation else None}
            for step in coded.steps
        ],
        "alternatives": coded.alternatives,
        "left_out": [each._asdict() for each in coded.left_out],
        "warnings": [finding.to_dict() for finding in coded.warnings],
    }


def _say_coded(coded: CodedVisit) -> None:
    name = coded.claim.id or f"the visit of {coded.lines[0].on}"
    _say(f"{shown_name(name)}: {', '.join(coded.claim.diagnoses) or 'no diagnosis'}")
    for line in coded.lines:
        _say(f"  {line.procedure}  {line.units}  {' '.join(line.modifiers)}".rstrip())
    for step in coded.steps:
        _say(f"    {step.text}")
    for tie in coded.alternatives:
        _say(f"    or another choice among {', '.join(tie)}")
    for finding in coded.warnings:
        _say(f"    look at {finding.path}: {finding.message}")


def _check(chosen: argparse.Namespace) -> int:
    if chosen.output and not chosen.fix:
        raise ReadError("--output", "it is where --fix writes; without --fix there is nothing to write")
    is_x12 = chosen.fix and _writes_x12(chosen)
    kept = _kept_rules(chosen)
    taken = _read_all(chosen.files)
    for note in taken.notes:
        _complain(f"note: {note}")
    if chosen.payer:
        taken.claims = [attrs.evolve(claim, payer=chosen.payer) for claim in taken.claims]
    reports = list(_judge(taken, kept))
    findings = [finding for report in reports for finding in report]
    stream = sys.stderr if chosen.fix and not chosen.output else sys.stdout
    _write_report(reports, chosen.format, stream)
    complaints = [*taken.complaints, *map(str, taken.problems)]
    for complaint in complaints:
        _complain(complaint)
    if is_x12:
        _write_x12([report.claim for report in reports], kept, chosen, is_whole=not complaints)
    elif chosen.fix:
        _write_fixed([report.claim for report in reports], kept, chosen, is_whole=not complaints)
    if complaints:
        return UNREADABLE
    limit = Severity(chosen.fail_on)
    return FOUND if any(finding.severity.is_at_least(limit) for finding in findings) else CLEAN


def _kept_rules(chosen: argparse.Namespace) -> frozenset[str]:
    """The ids that are left of all rules by --select and --ignore."""
    every = presets.CATALOGUE
    kept = {rule.id for rule in (every.select(*chosen.select) if chosen.select else every)}
    return frozenset(kept - {rule.id for rule in (every.select(*chosen.ignore) if chosen.ignore else ())})


def _judge(taken: _Read, kept: frozenset[str]) -> Iterator[Report]:
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
    for report in check_many(good, policy=lambda claim: _policy(claim, kept)):
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


def _write_report(reports: Sequence[Report], form: str, stream: TextIO) -> None:
    findings = [finding for report in reports for finding in report]
    if form == "json":
        editions = {table: edition for report in reports for table, edition in report.editions.items()}
        facts = {
            "findings": [finding.to_dict() for finding in findings],
            "not_checked": [entry.to_dict() for report in reports for entry in report.not_checked],
            "editions": dict(sorted(editions.items())),
        }
        json.dump(facts, stream, indent=2)
        stream.write("\n")
    elif form == "csv":
        from .readers.csv import write_rows  # noqa: PLC0415 -- only this form needs it

        columns = ("file", "claim", "path", "severity", "rule", "message")
        stream.write(
            write_rows(columns, ([finding.to_dict()[name] for name in columns] for finding in findings))
        )
    else:
        stream.writelines(_in_text(finding) for finding in findings)
        stream.write(_summary(reports, findings))


def _in_text(finding: Finding) -> str:
    parts = (finding.file, finding.position, finding.claim, finding.path)
    where = ":".join(shown_name(part) for part in parts if part)
    text = f"{where}: {finding.severity}: {finding.rule}: {finding.message}\n"
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
    skipped: dict[str, set[int]] = {}
    for number, report in enumerate(reports):
        for entry in report.not_checked:
            skipped.setdefault(entry.rule, set()).add(number)
    if skipped:
        counts = ", ".join(f"{rule} ({len(claims)})" for rule, claims in sorted(skipped.items()))
        lines.append(f"not checked, in so many claims: {counts}; --format json says why")
    return "\n".join(lines) + "\n"


def _writes_x12(chosen: argparse.Namespace) -> bool:
    """Whether --fix writes an 837: of one 837, unless the name of the output says JSON or CSV."""
    output = (chosen.output or "").lower()
    if output.endswith((".json", ".csv")):
        return False
    count = sum(_is_x12(file) for file in chosen.files)
    other = "; --output with a name that ends in .json writes the claims of all"
    if count and len(chosen.files) > 1:
        what = "of several 837s" if count == len(chosen.files) else "an 837 beside other files"
        raise ReadError("--fix", f"it writes an 837 in its own form, one at a time, and not {what}{other}")
    if output and not count:
        raise ReadError("--output", "an 837 is written only in the place of an 837; expected .json or .csv")
    if output and Path(chosen.output).exists() and Path(chosen.output).samefile(chosen.files[0]):
        raise ReadError("--output", "the 837 that is read is not written over; expected another name")
    return bool(count)


def _say_bytes(content: bytes) -> None:
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)  # a notebook's output has none
    if binary is None:
        sys.stdout.write(content.decode("utf-8", "backslashreplace"))
    else:
        binary.write(content)


def _is_x12(file: str) -> bool:
    """Whether a file is an 837 by its name or its start; one that cannot be read is none."""
    try:
        with Path(file).open("rb") as opened:
            return form_of(file, opened.read(START)) == "x12"
    except (OSError, ReadError):
        return False


def _write_x12(
    claims: Sequence[Claim], kept: frozenset[str], chosen: argparse.Namespace, *, is_whole: bool
) -> None:
    """Write the 837 with the mended claims in it; what could not be read stays in it as it is."""
    if not claims:
        _complain("nothing written: no claim could be read")
        return
    repairs = list(repair_many(claims, policy=lambda claim: _policy(claim, kept)))
    path = Path(chosen.files[0])
    mended = mended_x12(path.read_bytes(), repairs, name=path.name)
    if chosen.output:
        Path(chosen.output).write_bytes(mended.content)
    else:
        _say_bytes(mended.content)
    if not is_whole:
        _complain("what could not be read is in the output as it was")
    _say_withheld(repairs)
    for repair, reason in mended.withheld:
        for finding in repair.applied:
            _say_not_fixed(finding, reason)


def _write_fixed(
    claims: Sequence[Claim], kept: frozenset[str], chosen: argparse.Namespace, *, is_whole: bool
) -> None:
    """Write the mended claims; what they leave out of the input is said, and never overwritten."""
    output = Path(chosen.output) if chosen.output else None
    is_input = (
        output
        and output.exists()
        and any(Path(file).exists() and output.samefile(file) for file in chosen.files)
    )
    if not claims or (is_input and not is_whole):
        why = "part of the input could not be read" if claims else "no claim could be read"
        _complain(f"nothing written: {why}")
        return
    repairs = list(repair_many(claims, policy=lambda claim: _policy(claim, kept)))
    claims = [repair.claim for repair in repairs]
    name = chosen.output or chosen.files[0]
    if name.lower().endswith(".csv"):
        from .readers.csv import write  # noqa: PLC0415 -- only this form needs it

        text = write(claims)
        if any(claim.plan_of_care for claim in claims):
            _complain("the plans of care are not in the output: CSV has no column for them; .json has")
    else:
        text = json.dumps({"claims": [claim.to_dict() for claim in claims]}, indent=2) + "\n"
    if output:
        output.write_bytes(text.encode("utf-8", "backslashreplace"))
    else:
        sys.stdout.write(text)
    if not is_whole:
        _complain("what could not be read is not in the output")
    _say_withheld(repairs)


def _say_withheld(repairs: Iterable[Repair]) -> None:
    for repair in repairs:
        for finding, reason in repair.withheld:
            _say_not_fixed(finding, reason)


def _say_not_fixed(finding: Finding, reason: str) -> None:
    claim = f"{shown_name(finding.claim)} " if finding.claim else ""
    _complain(f"not fixed: {claim}{finding.path} {finding.rule}: {reason}")
