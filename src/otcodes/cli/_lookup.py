"""Looking up a code, and searching for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ._common import (
    CLEAN,
    FOUND,
    add_command,
    add_day,
    add_format,
    as_dict,
    catalog_of,
    complain,
    print_json,
    say,
)

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from ..catalog import Catalog

TABLES_LOOKED_UP = ("procedures", "diagnoses", "modifiers", "places", "revenue_codes")


def add(commands: Any) -> None:
    """Add `lookup` and `search`."""
    about = "What a code is on a day: procedure, diagnosis, modifier, place, revenue code."
    lookup = add_command(commands, "lookup", _lookup, about)
    lookup.add_argument("code")
    add_day(lookup)
    add_format(lookup, "text", "json")

    about = "Procedures and diagnoses that fit some words on a day, best first."
    search = add_command(commands, "search", _search, about)
    search.add_argument("text")
    add_day(search)
    add_format(search, "text", "json")


def _lookup(chosen: argparse.Namespace) -> int:
    catalog = catalog_of(chosen)
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
                **as_dict(record),
                **_around(name, record, chosen.on, catalog),
            }
            for name, record in found
        ]
        print_json({"code": chosen.code, "on": chosen.on, "records": records, "verdicts": verdicts})
    else:
        for name, record in found:
            say(f"{record.code}  {name}, {verdicts[name]} on {chosen.on}")
            _say_facts(record, _around(name, record, chosen.on, catalog))
        if not found:
            say(f"{chosen.code!r} on {chosen.on}: {_why_nothing(chosen.code, chosen.on, verdicts, catalog)}")
    return CLEAN if in_force else FOUND


def _say_facts(record: Any, around: dict[str, tuple[str, ...]]) -> None:
    for field, value in {**as_dict(record), **around}.items():
        if field not in ("code", "is_start_known", "carried_forward", "edition"):
            earlier = " or earlier" if field == "valid_from" and not record.is_start_known else ""
            say(f"  {field.replace('_', ' ')}: {_in_words(value)}{earlier}")
    if record.carried_forward:
        say(f"  carried forward from {record.edition}, the last edition on board")


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
    catalog = catalog_of(chosen)
    found: list[tuple[str, Any]] = [
        (name, record)
        for name in ("procedures", "diagnoses")
        for record in getattr(catalog, name).on(chosen.on).search(chosen.text)
    ]
    if chosen.format == "json":
        print_json([{"table": name, **as_dict(record)} for name, record in found])
    for _, record in found if chosen.format == "text" else ():
        header = "" if getattr(record, "is_billable", True) else " (a header)"
        say(f"{record.code:8}  {record.label or '(no label on board)'}{header}")
    coverage = catalog.procedures.coverage
    if not coverage.first <= chosen.on <= coverage.horizon:
        complain(f"{chosen.on} is outside the coverage of the table of procedures ({coverage})")
    elif not found:
        complain(f"nothing fits {chosen.text!r} on {chosen.on}")
    return CLEAN if found else FOUND
