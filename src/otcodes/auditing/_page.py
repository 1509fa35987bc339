"""An audit's tables, and its page: one file with its style and charts inside, without script."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from .. import _html
from .._version import __version__
from ..errors import MissingExtraError
from ._results import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from ._results import Audit, Tally

SHOWN = 400  # rows of a table on the page: every rule, and the weeks of years
TALLY = ("claims", "clean", "lines", "errors", "warnings", "information", "charged (USD)", "at risk (USD)")
# The colours of charts are chosen for both grounds; lines and letters of a chart take the page's own.
STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --ground: #fff; --line: #767676; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --ground: #161616; --line: #999; } }
@media print { :root { color-scheme: light; --ink: #000; --ground: #fff; --line: #767676; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: var(--ink); background: var(--ground);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { line-height: 1.2; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; max-width: 45rem; }
.otcodes { overflow-x: auto; }
table { border-collapse: collapse; min-width: min(100%, 36rem); font-size: .9rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0;
  border-bottom: 1px solid var(--line); }
thead th:not(:first-child), thead ~ tbody td { text-align: right; }
#most-billed-codes :is(th, td):nth-child(2) { text-align: left; }
tr { break-inside: avoid; }
h2, caption { break-after: avoid; }
thead { display: table-header-group; }
@page { margin: 15mm; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } table { font-size: 8pt; }
  .otcodes { overflow: visible; } }
"""


def tables(audit: Audit, *, shown: int = SHOWN) -> Iterator[tuple[str, str]]:
    """Headings, and the tables below them; only those that have something to say."""
    yield "Overview", _html.facts("All claims", _overview(audit))
    yield (
        "Findings by rule",
        _tallies("Rules, that with most errors first", "rule", dict(audit.most_found), shown=shown),
    )
    yield "Most billed codes", _billed(audit, shown)
    yield "Units against minutes", _units(audit, shown)
    for heading, of, mapping in (
        ("Week by week", "week of the first day of service", audit.by_week),
        ("By payer", "payer", audit.by_payer),
        ("By therapist", "therapist", audit.by_therapist),
        ("By group", "group", audit.by_group),
    ):
        if mapping:
            yield heading, _tallies(heading, of, mapping, shown=shown)
    yield (
        "What was not checked",
        _html.table(
            "No data is not a pass: claims in which a rule could not be judged",
            ("rule", "claims"),
            audit.not_checked.items(),
            count=len(audit.not_checked),
            shown=shown,
        ),
    )


def _overview(audit: Audit) -> Iterator[tuple[str, object]]:
    total = audit.total
    yield "days of service", " to ".join(str(day) for day in (audit.first_day, audit.last_day) if day)
    yield "claims", f"{total.claims:,}"
    yield "clean claims", f"{total.clean_claims:,} ({percent(total.clean_claims, total.claims)})"
    yield "lines", f"{total.lines:,}"
    yield "errors, warnings, information", f"{total.errors:,}, {total.warnings:,}, {total.information:,}"
    yield "findings with a safe fix", f"{total.safe_fixes:,}"
    yield "lines at risk", f"{total.lines_at_risk:,} ({percent(total.lines_at_risk, total.lines)})"
    yield from _money("charge", total.lines_charged, total.charge_usd, total.at_risk_usd)
    yield from _money("allowed amount", total.lines_allowed, total.allowed_usd, total.allowed_at_risk_usd)
    if audit.unread:
        yield "places that could not be read, and are not counted", f"{audit.unread:,}"
    if audit.unknown_payers:
        yield "claims of a payer that is not known", f"{audit.unknown_payers:,}"
    yield "version of the tables", ", ".join(filter(None, audit.data_versions))
    if audit.stale:
        named = ", ".join(f"{table} ({edition})" for table, edition in audit.stale.items())
        yield "past their last edition on days of these claims", named


def _money(what: str, lines: int, amount: Decimal, at_risk: Decimal) -> Iterator[tuple[str, object]]:
    if lines:
        yield f"{what} (USD), known of {_html.counted(lines, 'line')}", f"{amount:,.2f}"
        yield f"{what} at risk (USD)", f"{at_risk:,.2f} ({percent(at_risk, amount)})"


def _tallies(caption: str, of: str, tallies: Mapping[str, Tally], *, shown: int) -> str:
    rows = ((name, *_cells(tally)) for name, tally in tallies.items())
    return _html.table(caption, (of, *TALLY), rows, count=len(tallies), shown=shown)


def _cells(tally: Tally) -> tuple[str, ...]:
    counts = (tally.claims, tally.clean_claims, tally.lines, tally.errors, tally.warnings, tally.information)
    amounts = (f"{amount:,.2f}" for amount in (tally.charge_usd, tally.at_risk_usd))
    return (*(f"{count:,}" for count in counts), *(amounts if tally.lines_charged else ("", "")))


def _billed(audit: Audit, shown: int) -> str:
    rows = (
        (
            each.code,
            each.label,
            each.rank,
            each.published_rank,
            f"{each.tally.lines:,}",
            f"{each.tally.units:,}",
            f"{each.tally.errors:,}",
            *_cells(each.tally)[-2:],
        )
        for each in audit.most_billed
    )
    columns = ("code", "what it is", "rank", "published rank", "lines", "units", "errors", *TALLY[-2:])
    caption = "Procedures, that on most lines first"
    return _html.table(caption, columns, rows, count=len(audit.by_code), shown=shown) + _html.note(
        f"Published rank: the place among the {len(audit.published_ranks)} known codes of: "
        f"{audit.published_list}."
    )


def _units(audit: Audit, shown: int) -> str:
    units = audit.units
    caption = (
        f"{units.billed:,} units billed, {units.allowed:,} allowed by {units.minutes:,} timed minutes of "
        f"{_html.counted(units.days, 'day')}"
    )
    rows = ((f"{number:+d}" if number else "0", f"{days:,}") for number, days in units.by_difference.items())
    return _html.table(
        caption, ("units more than allowed", "days"), rows, count=len(units.by_difference), shown=shown
    ) + _html.note(
        "Each day of each claim by itself, in one discipline. Not reckoned, since minutes, units or the "
        f"payer's method are not known: {_html.counted(units.not_reckoned, 'day')}."
    )


def page(audit: Audit, title: str) -> str:
    """The whole page."""
    name = html.escape(title)
    parts = [f"<h1>{name}</h1>"]
    for heading, table in tables(audit):
        # A table that is wider than a phone is scrolled, by the keyboard, too.
        place = heading.lower().replace(" ", "-")
        region = f'id="{place}" class="otcodes" tabindex="0" role="group" aria-label="{heading}"'
        parts += [f"<h2>{heading}</h2>", f"<div {region}>{table}</div>"]
        if heading == "Overview":
            parts.append(_charts(audit))
    parts.append(
        "<h2>How it is reckoned</h2>"
        + _html.note(
            "A claim is clean where it has no finding at warning or above. A line is at risk where it has "
            "an error; an error that speaks of the claim as a whole puts all its lines at risk. What is at "
            "risk is what may be turned back, not what will be lost. Rules overlap, so that their lines and "
            "amounts do not add up. Amounts are those of the lines whose charge is known."
        )
        + _html.note(
            f"Made by otcodes {__version__}. CPT is a registered trademark of the American Medical "
            "Association. Nothing here is legal, billing or medical advice."
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Whatever a browser adds, this page loads nothing and runs nothing.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def _charts(audit: Audit) -> str:
    try:
        from ..ext.plot import drawings  # noqa: PLC0415 -- matplotlib is an extra
    except MissingExtraError:
        return _html.note('Without charts: they need matplotlib (pip install "otcodes[plot]").')
    return "<h2>Charts</h2>" + "".join(f"<figure>{svg}</figure>" for svg in drawings(audit))
