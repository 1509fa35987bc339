"""Write what changed for occupational therapy in each year into docs/faq.md: what the tables differ in.

python tools/list_changes.py            write it
python tools/list_changes.py --check    change nothing; exit status 1 if it is not as the tables are
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import otcodes
from otcodes import Catalog, Change, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parent.parent / "docs" / "faq.md"
START, END = "<!-- years: written by tools/list_changes.py -->\n", "<!-- end of years -->\n"
CATALOG = Catalog.bundled()
FIRST, LAST = 2023, CATALOG.procedures.coverage.last.year
OURS = "occupational-therapy"
OTHERS = ("physical-therapy", "speech-language-pathology")
# Those whose changes a therapist or biller sees; relative values and indices change every year.
TABLES = (
    "procedures",
    "modifiers",
    "places",
    "once_per_day",
    "telehealth",
    "telehealth_periods",
    "telehealth_billing",
    "supervision",
    "plan_requirements",
    "payment_shares",
    "therapy_thresholds",
    "conversion_factors",
    "deductibles",
    "diagnoses",
)


def years() -> str:
    """The section of every year."""
    return "\n".join(part for year in range(FIRST, LAST + 1) for part in (f"### {year}\n", *_year(year), ""))


def _year(year: int) -> Iterator[str]:
    before, after = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
    stale = []
    for name in TABLES:
        found = otcodes.diff(getattr(CATALOG, name), before, after)
        changes = [change for change in found if change.kind is not ChangeKind.NOT_KNOWN]
        stale += [each.table for each in found.freshness if each.is_stale and each.on == after]
        for text in _counted(changes) if name == "diagnoses" else _told(name, changes):
            yield f"- [{name.replace('_', ' ')}](data/{name}.md): {text}"
    if stale:
        links = ", ".join(f"[{name.replace('_', ' ')}](data/{name}.md)" for name in stale)
        yield f"\nNot known, since no edition on board reaches to the end of {year}: what changed in {links}."


def _told(name: str, changes: list[Change[Any]]) -> Iterator[str]:
    """The changes that are occupational therapy's, in words; of the rest, that there are some."""
    mine = [change for change in changes if _is_ours(name, change)]
    for change in mine:
        label = f" ({change.label})" if change.kind is ChangeKind.REVISED and change.label else ""
        yield f"{change}{label if 'label' not in change.fields else ''}"
    rest = len(changes) - len(mine)
    if rest and name in ("procedures", "modifiers"):
        yield f"{rest} more, of services that are not on occupational therapy's list"


def _is_ours(name: str, change: Change[Any]) -> bool:
    if name in ("procedures", "modifiers"):  # our own words are of those that occupational therapists use
        disciplines = getattr(change.after or change.before, "disciplines", None)
        return change.label is not None and (disciplines is None or OURS in disciplines)
    return not any(other in change.code for other in OTHERS)


def _counted(changes: list[Change[Any]]) -> Iterator[str]:
    kinds = Counter(change.kind.in_words for change in changes)
    yield ", ".join(f"{number} {kind}" for kind, number in kinds.items())


def written() -> str:
    """The page, with the section as it should be."""
    before, start, rest = PAGE.read_text("utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{START.strip()} or {END.strip()} is gone")
    return f"{before}{start}\n{years()}{end}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    text = written()
    is_stale = PAGE.read_text("utf-8") != text
    if is_stale:
        print(f"{PAGE.name} is not as the tables are" if is_check else PAGE.name)
        if not is_check:
            PAGE.write_bytes(text.encode())
    return int(is_check and is_stale)


if __name__ == "__main__":
    sys.exit(main())
