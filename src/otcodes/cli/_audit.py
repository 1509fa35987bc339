"""Auditing files of claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from .. import payers
from .._version import __version__
from ..auditing import audit
from ..auditing._results import percent
from ..errors import ReadError, shown_name
from ..readers import read_columns
from ._common import CLEAN, UNREADABLE, add_command, add_format, catalog_of, complain, print_json, say
from ._reading import read_all

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from decimal import Decimal

    from ..auditing import Audit, Tally
    from ..claims import Claim

SHOWN = 10  # rules and codes; the page and --format json have all of them


def add(commands: Any) -> None:
    """Add `audit`."""
    about = "Count what claims bill, and what is wrong: by rule, code, payer, therapist, week and file."
    made = add_command(commands, "audit", _audit, about)
    made.add_argument("files", nargs="+", metavar="FILE")
    made.add_argument("--payer", choices=list(payers.POLICIES), help="judge every claim as this payer's")
    made.add_argument("--columns", metavar="FILE", help="what the columns of a CSV file are, in TOML")
    add_format(made, "text", "json")
    made.add_argument("--html", metavar="FILE", help="write a page with tables and charts there, too")


def _audit(chosen: argparse.Namespace) -> int:
    if chosen.html:
        _refuse_an_input(chosen.html, chosen.files)
    catalog = catalog_of(chosen)
    taken = read_all(chosen.files, read_columns(chosen.columns) if chosen.columns else None)
    for note in taken.notes:
        complain(f"note: {note}")
    claims = [attrs.evolve(claim, payer=chosen.payer or claim.payer) for claim in taken.claims]
    claims.sort(key=lambda claim: claim.patient or "")  # those of a patient are judged beside each other
    complaints = [*taken.complaints, *map(str, taken.problems)]
    found = audit(claims, by=_file if len(chosen.files) > 1 else None, catalog=catalog)
    found = attrs.evolve(found, unread=len(complaints))
    if chosen.format == "json":
        print_json({**found.to_dict(), "version": __version__})
    else:
        for line in _in_text(found):
            say(line)
    if chosen.html:
        Path(chosen.html).write_bytes(found.to_html().encode())
    for complaint in complaints:
        complain(complaint)
    return UNREADABLE if complaints else CLEAN


def _refuse_an_input(output: str, files: list[str]) -> None:
    for file in files:
        if Path(output).exists() and Path(file).exists() and Path(output).samefile(file):
            raise ReadError("--html", "a file of claims is not written over; expected another name")


def _file(claim: Claim) -> str | None:
    return claim.file


def _in_text(found: Audit) -> Iterator[str]:
    total, units = found.total, found.units
    yield (
        f"{_count(total.claims, 'claim')}, {total.clean_claims:,} clean "
        f"({percent(total.clean_claims, total.claims)}); findings: {total.errors:,} error, "
        f"{total.warnings:,} warning, {total.information:,} information"
    )
    if found.unread:
        yield f"not read, and not counted: {_count(found.unread, 'place')}"
    if found.unknown_payers:
        yield f"of a payer that is not known: {_count(found.unknown_payers, 'claim')}"
    yield f"at risk: {total.lines_at_risk:,} of {_count(total.lines, 'line')}"
    yield from _money("charged", total.lines_charged, total.charge_usd, total.at_risk_usd)
    yield from _money("allowed", total.lines_allowed, total.allowed_usd, total.allowed_at_risk_usd)
    above, below = units.days_of(lambda more: more > 0), units.days_of(lambda more: more < 0)
    yield (
        f"units against minutes, on {_count(units.days, 'day')}: {above:,} above, {below:,} below, "
        f"{units.days - above - below:,} as allowed; {units.not_reckoned:,} not reckoned"
    )
    for heading, rows in (
        ("most found:", [f"{rule}  {tally.findings:,}" for rule, tally in found.most_found]),
        ("most billed:", [f"{each.code}  {each.tally.lines:,}" for each in found.most_billed]),
        (
            "clean by therapist:",
            [f"{shown_name(name)}  {_clean(tally)}" for name, tally in found.by_therapist.items()],
        ),
        ("clean by week:", [f"{week}  {_clean(tally)}" for week, tally in found.by_week.items()]),
        ("clean by file:", [f"{file}  {_clean(tally)}" for file, tally in found.by_group.items()]),
    ):
        if rows:
            yield heading
            yield from (f"  {row}" for row in rows[:SHOWN])
            if len(rows) > SHOWN:
                yield f"  and {len(rows) - SHOWN:,} more"
    if found.stale:
        named = ", ".join(f"{table} ({edition})" for table, edition in found.stale.items())
        yield f"past their last edition on days of these claims: {named}"
    if found.not_checked:
        counts = ", ".join(f"{rule} ({claims:,})" for rule, claims in found.not_checked.items())
        yield f"not checked, in so many claims: {counts}"


def _money(what: str, lines: int, amount: Decimal, at_risk: Decimal) -> Iterator[str]:
    if lines:
        yield (
            f"{what}: {amount:,.2f} USD on {_count(lines, 'line')}, of which {at_risk:,.2f} "
            f"({percent(at_risk, amount)}) at risk"
        )


def _clean(tally: Tally) -> str:
    return f"{tally.clean_claims:,} of {tally.claims:,}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
