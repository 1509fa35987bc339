"""Write docs/cheat-sheet.md: the codes of occupational therapy on one sheet, from the tables.

python tools/cheat_sheet.py            write it
python tools/cheat_sheet.py --check    change nothing; exit status 1 if it is not as the tables are
"""

from __future__ import annotations

import argparse
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from otcodes import Catalog, Discipline, Modifier, Procedure, TherapyDisposition, Timing, UnitLimit

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cheat-sheet.md"
CATALOG = Catalog.bundled()
DAY = CATALOG.procedures.coverage.last
OURS = Discipline.OCCUPATIONAL_THERAPY
# In the order of a week at the desk; what is not named here follows by its name.
CATEGORIES = ("evaluation", "re-evaluation", "procedure", "group", "attended-modality", "supervised-modality")
KINDS = (
    *("discipline", "assistant", "threshold", "distinct-service", "telehealth", "side", "finger", "toe"),
    *("habilitation", "service-level", "repeat", "liability"),
)
UNITS = {
    Timing.TIMED: "{} min",
    Timing.FIRST: "first {} min",
    Timing.ADDITIONAL: "further {} min",
    Timing.PER_SESSION: "session",
    Timing.PER_30_DAYS: "30 days",
    Timing.CALENDAR_MONTH: "month",
    Timing.UNTIMED: "not timed",
}
NOT_KNOWN = "\N{EN DASH}"
DISPOSITIONS = {
    TherapyDisposition.ALWAYS: "always",
    TherapyDisposition.SOMETIMES: "under a plan",
    TherapyDisposition.NONE: "no",
    TherapyDisposition.UNKNOWN: NOT_KNOWN,
}

# On paper: small rows, columns that stand below each other, a heading with its table.
STYLE = """\
<style>
@page { margin: 12mm; }
@media print {
  .md-content, .md-content__inner, .md-main__inner { margin: 0; padding: 0; }
  .md-typeset { font-size: 8pt; }
  .md-typeset h2 { margin: 8pt 0 2pt; font-size: 10pt; break-after: avoid; }
  .md-typeset__scrollwrap, .md-typeset__table { display: block; margin: 0; padding: 0; overflow: visible; }
  .md-typeset table:not([class]) { display: table; width: 100%; table-layout: fixed; font-size: 7.5pt; }
  .md-typeset table:not([class]) :is(th, td) { min-width: 0; padding: 1pt 3pt; }
  .md-typeset table:not([class]) th:nth-child(1) { width: 9%; }
  .md-typeset table:not([class]) th:nth-child(2) { width: 47%; }
  .md-typeset table:not([class]) th:nth-child(3) { width: 14%; }
  tr { break-inside: avoid; }
}
</style>
"""


def written() -> str:
    """The page as it should be."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "<!-- written by tools/cheat_sheet.py from the tables -->\n\n# Cheat sheet\n"
    yield STYLE
    yield f"What occupational therapists bill as of {DAY}, to print. The words are this project's own.\n"
    yield "- **unit**: what one unit is; *once a day*: billed once however long it takes."
    yield (
        "- **GO**: *always* a therapy service, so that Medicare wants GO on it; *under a plan* only where a "
        "therapist furnishes it under a plan of care; *no*: not on Medicare's list of therapy. What other "
        "payers want: [Payers](payers.md)."
    )
    yield (
        "- **most**: Medicare's [unit limit](data/unit_limits.md) (MUE) of a practitioner's claim, a day, or "
        f"a line where it says so, carried forward from {CATALOG.unit_limits.coverage.last}. *None*: not "
        "paid."
    )
    yield "- **apart**: the modifiers that tell two of them apart."
    yield "- A dash: not known here.\n"
    yield "Orthoses, supplies and all else of HCPCS Level II: [hcpcs](data/hcpcs.md).\n"
    for category, codes in groupby(sorted(_codes(), key=_place), key=lambda row: row.category):
        yield f"## {_heading(category or 'other')}\n"
        yield "| code | what it is | unit | GO | most | apart |\n|---|---|---|---|---|---|"
        yield from map(_row, codes)
        yield ""
    yield "## Modifiers\n"
    yield "| modifier | what it says | of |\n|---|---|---|"
    for modifier in sorted(_modifiers(), key=lambda row: (KINDS.index(row.kind), row.code)):
        yield f"| {modifier.code} | {modifier.label} | {modifier.kind.replace('-', ' ')} |"
    yield (
        "\nCPT is a registered trademark of the American Medical Association: "
        "[CPT and its licence](cpt-licensing.md)."
    )


def _heading(category: str) -> str:
    words = category if category.startswith("re-") else category.replace("-", " ")
    return words.capitalize()


def _codes() -> Iterator[Procedure]:
    """The codes that are known to be occupational therapy's."""
    for row in CATALOG.procedures.on(DAY).values():
        if row.label and OURS in (row.disciplines or ()):
            yield row


def _place(row: Procedure) -> tuple[int, str, str]:
    category = row.category or "other"
    rank = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return rank, category, row.code


def _row(row: Procedure) -> str:
    unit = UNITS[row.timing].format(row.unit_minutes) if row.timing else NOT_KNOWN
    if CATALOG.once_per_day.on(DAY).find(row.code) is not None:
        unit = "once a day"
    go = DISPOSITIONS[row.therapy_disposition]
    return f"| {row.code} | {row.label} | {unit} | {go} | {_most(row.code)} | {', '.join(row.sites)} |"


def _most(code: str) -> str:
    limit: UnitLimit | None = CATALOG.unit_limits.on(DAY).find(("medicare", "practitioner", code))
    if limit is None:
        return NOT_KNOWN
    if not limit.units:
        return "none"
    return f"{limit.units} a line" if limit.indicator == "1" else str(limit.units)


def _modifiers() -> Iterator[Modifier]:
    """The modifiers of therapy, without those of another discipline."""
    for row in CATALOG.modifiers.on(DAY).values():
        if row.label and row.kind in KINDS and row.discipline in (None, OURS):
            yield row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    text = written()
    is_stale = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if is_stale:
        print(f"{PAGE.name} is not as the tables are" if is_check else PAGE.name)
        if not is_check:
            PAGE.write_bytes(text.encode())
    return int(is_check and is_stale)


if __name__ == "__main__":
    sys.exit(main())
