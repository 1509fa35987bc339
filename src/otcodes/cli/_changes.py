"""What changes from one day to another: in a table, and of the codes of some claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._editions import Freshness
from ..catalog import Catalog
from ..differences import ChangeKind
from ..errors import shown
from ..impacts import impact
from ._common import (
    CLEAN,
    FOUND,
    UNREADABLE,
    add_command,
    add_format,
    catalog_of,
    complain,
    day,
    print_json,
    say,
)
from ._reading import read_all

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from .._editions import TableFreshness
    from ..tables import Table


def add(commands: Any) -> None:
    """Add `diff` and `impact`."""
    diff = add_command(commands, "diff", _diff, "What changed in a table from one day to another.")
    diff.add_argument("table", metavar="TABLE", help="such as procedures or diagnoses; tables names them all")
    diff.add_argument("first", type=day, metavar="FROM", help="the day to start from, as 2025-12-31")
    diff.add_argument("second", type=day, metavar="TO", help="the day to lead to, as 2026-01-01")
    add_format(diff, "text", "json")

    about = "Which codes of some claims change from one day to another, and on how many lines they stand."
    impact = add_command(commands, "impact", _impact, about)
    impact.add_argument("files", nargs="+", metavar="FILE", help="claims, as for check")
    impact.add_argument("--from", dest="first", type=day, required=True, metavar="DAY", help="as 2026-09-30")
    impact.add_argument("--to", dest="second", type=day, required=True, metavar="DAY", help="as 2026-10-01")
    add_format(impact, "text", "json")


def _diff(chosen: argparse.Namespace) -> int:
    catalog = catalog_of(chosen)
    # What only stands beside another table is no attribute of the catalog, and asked through that one.
    names = [entry.name for entry in catalog.entries if hasattr(Catalog, entry.name)]
    if chosen.table not in names:
        beside = [
            name
            for name in names
            if chosen.table in (each.table for each in getattr(catalog, name).freshness(chosen.first))
        ]
        if beside:
            complain(f"{shown(chosen.table)} is compared with {beside[0]}: ask for {beside[0]}")
        else:
            complain(f"no table {shown(chosen.table)}; there are {', '.join(names)}")
        return UNREADABLE
    table: Table[Any] = getattr(catalog, chosen.table)
    found = table.diff(chosen.first, chosen.second)
    if chosen.format == "json":
        print_json(found.to_dict())
        return CLEAN
    counts = [f"{len(found.of(kind))} {kind.in_words}" for kind in ChangeKind if found.of(kind)]
    say(f"{found.table}, {found.first} to {found.second}: {', '.join(counts) or 'no change on board'}")
    for change in found:
        if change.kind is not ChangeKind.NOT_KNOWN:
            say(f"  {change}")
    if found.not_known:
        say(f"  not known: {', '.join(found.not_known)}")
    _say_silence(found.freshness, {found.table: found.carried_forward})
    return CLEAN


def _impact(chosen: argparse.Namespace) -> int:
    catalog = catalog_of(chosen)
    taken = read_all(chosen.files)
    for note in taken.notes:
        complain(f"note: {note}")
    found = impact(taken.claims, chosen.first, chosen.second, catalog=catalog)
    if chosen.format == "json":
        print_json(found.to_dict())
    else:
        say(str(found))
        for code in found.changed:
            say(f"  {code}")
        not_known: dict[str, list[str]] = {}
        for code in found.not_known:
            not_known.setdefault(code.change.table, []).append(code.change.code)
        for table, codes in not_known.items():
            say(f"  {table}: not known: {', '.join(codes)}")
        _say_silence(found.freshness, found.carried_forward)
    complaints = [*taken.complaints, *map(str, taken.problems)]
    for complaint in complaints:
        complain(complaint)
    if complaints:
        return UNREADABLE
    return FOUND if found.codes else CLEAN


def _say_silence(freshness: Iterable[TableFreshness], carried: Mapping[str, Sequence[str]]) -> None:
    """Of what no change can be on board: that none is listed does not say that there is none."""
    # Of two days of which the same is to be said, the later one.
    silent = {
        (each.table, each.freshness): each for each in freshness if each.freshness is not Freshness.CURRENT
    }
    counts = [f"{table} ({len(codes)})" for table, codes in carried.items() if codes]
    if silent or counts:
        say("changes that are not on board, and so not listed:")
    for each in silent.values():
        say(f"  {each}")
    if counts:
        say(f"  codes of an older edition, carried forward as they were: {', '.join(counts)}")
