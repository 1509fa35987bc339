"""Write what the documentation says of each table, from its manifest entry, its record and its rows.

That is a page for each table in docs/data and their part of the navigation in mkdocs.yml.

python tools/table_pages.py            write it
python tools/table_pages.py --check    change nothing; exit status 1 if anything is not as the tables are
"""

from __future__ import annotations

import argparse
import datetime as dt
import enum
import re
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from otcodes import Catalog
from otcodes._manifest import Entry, Key
from otcodes.importing import KINDS
from otcodes.records import Row
from otcodes.rules import CATALOGUE
from otcodes.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PAGES, SITE = ROOT / "docs" / "data", ROOT / "mkdocs.yml"
OVERVIEW = PAGES / "tables.md"
NAV_START, NAV_END = "      # tables: written by tools/table_pages.py\n", "      # end of tables\n"
DAY = dt.date(2026, 3, 2)
SHOWN, WIDE = 3, 60
CATALOG = Catalog.bundled()
# Rows that tell more than the first ones of the file.
EXAMPLES: dict[str, tuple[Key, ...]] = {
    "procedures": ("97530", "97165", "97003"),
    "hcpcs": ("G0283", "L3906", "A4565"),
    "diagnoses": ("M62.81", "M54.5", "I69.351"),
    "common_procedures": ("01", "02", "03"),
    "diagnosis_notes": (("F02", "code-first", "A81.0-"),),
    "modifiers": ("GO", "CO", "59"),
    "places": ("11", "12", "10"),
    "revenue_codes": ("0430", "0434", "0420"),
    "payment_status": ("97530", "97010", "97014"),
    "ptp_edits": (("practitioner", "97150", "97530"), ("practitioner", "97140", "97530")),
    "unit_limits": (("medicare", "practitioner", "97530"), ("medicare", "outpatient-hospital", "97530")),
    "fee_schedule": ("97530", "97140", "97165"),
    "federal_holidays": ("independence-day", "memorial-day", "closing-by-order"),
    "telehealth": ("97530", "97165", "97550"),
    "therapy_dispositions": ("97530", "97165", "97597"),
}


def table_of(name: str) -> Table[Any]:
    """A table; that of HCPCS Level II stands beside the procedures."""
    found: Table[Any] = getattr(CATALOG, "_hcpcs" if name == "hcpcs" else name)
    return found


def meanings(record: type[Row]) -> dict[str, str]:
    """What a record's docstring says of each attribute."""
    _, _, part = (record.__doc__ or "").partition("Attributes:\n")
    found = re.findall(r"^ {8}(\w+): (.+?)(?=^ {8}\w|\Z)", part, re.DOTALL | re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def columns(entry: Entry, record: type[Row]) -> list[str]:
    """The columns of a table's file, without the days that every row has."""
    every = {field.name for field in attrs.fields(Row)}
    own = [field.name for field in attrs.fields(record) if field.name not in every]
    if not entry.file.endswith(".csv"):
        return own
    header = CATALOG.file_of(entry.name)[1].partition(b"\n")[0].decode().split(",")
    return [name for name in own if name in header]


def examples(entry: Entry, table: Table[Any]) -> list[tuple[Key, dt.date, Row]]:
    """A few rows, each with its key and a day on which it is in force."""
    day = min(DAY, table.coverage.last)
    if entry.name in EXAMPLES:
        found = [(key, table.history(key)[-1]) for key in EXAMPLES[entry.name]]
    else:
        rows = islice((row for row in table.own() if _is_in_force(row, day)), SHOWN)
        found = [(_key(entry, row), row) for row in rows]
    return [(key, day if _is_in_force(row, day) else row.valid_to or day, row) for key, row in found]


def _key(entry: Entry, row: Row) -> Key:
    parts = tuple(words(getattr(row, name)) for name in entry.key)
    return parts if len(parts) > 1 else parts[0]


def _is_in_force(row: Row, day: dt.date) -> bool:
    return row.valid_from <= day <= (row.valid_to or dt.date.max)


def words(value: object) -> str:
    """A value as a cell of a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return words(", ".join(map(words, value)))
    text = str(value)
    return text if len(text) <= WIDE else f"{text[:WIDE].rpartition(' ')[0]} …"


def page(entry: Entry) -> str:
    """The page of a table."""
    table = table_of(entry.name)
    shown = examples(entry, table)
    record = type(shown[0][-1])
    summary = (record.__doc__ or "").partition("\n")[0]
    parts = [
        "<!-- written by tools/table_pages.py from the manifest, the record and the rows -->",
        f"# {entry.name}",
        f"**{summary}**",
        *([entry.note] if entry.note else []),
        "\n".join(_facts(entry)),
        "## Columns",
        _columns(entry, record),
        "## Some rows",
        _rows(shown, columns(entry, record)),
        _lookup(entry, *shown[0]),
        *_rules(entry),
        "## Editions",
        _editions(entry),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(entry: Entry) -> Iterator[str]:
    coverage = entry.coverage
    reached = "procedures" if entry.name == "hcpcs" else entry.name
    yield f"| in Python | `otcodes.{reached}` |\n|---|---|"
    yield f"| file | `{entry.file}` |"
    yield f"| rows | {entry.rows:,} |"
    yield f"| [coverage](../coverage.md) | {coverage} |"
    yield f"| licence | {entry.licence} |"
    kinds = [f"`{kind.name}`" for kind in KINDS.values() if kind.table == entry.name]
    if kinds:
        yield f"| [import](../importing.md) of a newer edition | {', '.join(kinds)} |"


def _columns(entry: Entry, record: type[Row]) -> str:
    said = meanings(record)
    rows = ["| column | key | what it says |", "|---|---|---|"]
    rows += [
        f"| `{name}` | {'yes' if name in entry.key else ''} | {said[name].rstrip('.')} |"
        for name in columns(entry, record)
    ]
    return "\n".join(rows) + "\n\nWith the [columns of every row](tables.md#columns-of-every-row)."


def _rows(shown: list[tuple[Key, dt.date, Row]], names: list[str]) -> str:
    filled = [name for name in names if any(words(getattr(row, name)) for *_, row in shown)]
    rows = [f"| {' | '.join(f'`{name}`' for name in filled)} | from | to |", "|---" * (len(filled) + 2) + "|"]
    for *_, row in shown:
        since = f"{row.valid_from}{'' if row.is_start_known else ' or earlier'}"
        cells = [*(words(getattr(row, name)) for name in filled), since, words(row.valid_to)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _lookup(entry: Entry, key: Key, day: dt.date, row: Row) -> str:
    """How the first of the rows is asked for."""
    name = "procedures" if entry.name == "hcpcs" else entry.name
    written = repr(key).replace("'", '"')
    asked = f"otcodes.{name}.on(dt.date({day.year}, {day.month}, {day.day}))[{written}]"
    told = next((name for name in columns(entry, type(row)) if name not in entry.key), None)
    lines = ["import datetime as dt", "import otcodes", ""]
    if told is None:
        lines += [asked]
    else:
        value = getattr(row, told)
        lines += [f"row = {asked}", f"row.{told}{'' if isinstance(value, enum.Enum) else f'  # {value!r}'}"]
    return "```python\n" + "\n".join(lines) + "\n```"


def _rules(entry: Entry) -> Iterator[str]:
    rules = [f"[`{rule.id}`](../rules/{rule.id}.md)" for rule in CATALOGUE if entry.name in rule.reads]
    if rules:
        yield "## Rules that rest on it"
        yield ", ".join(rules)


def _editions(entry: Entry) -> str:
    rows = ["| edition | from | publication |", "|---|---|---|"]
    rows += [
        f"| `{each.id}` | {each.effective} | {each.title} ({each.publisher}) |" for each in entry.editions
    ]
    return "\n".join(rows)


def written() -> dict[Path, str]:
    """Every file, and what should stand in it."""
    files = {PAGES / f"{entry.name}.md": page(entry) for entry in CATALOG.entries}
    before, start, rest = SITE.read_text("utf-8").partition(NAV_START)
    _, end, after = rest.partition(NAV_END)
    if not (start and end):
        raise ValueError(f"{NAV_START.strip()} or {NAV_END.strip()} is gone")
    pages = "".join(f"      - {entry.name}: data/{entry.name}.md\n" for entry in CATALOG.entries)
    files[SITE] = f"{before}{start}{pages}{end}{after}"
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    files = written()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    lost = sorted(set(PAGES.glob("*.md")) - {*files, OVERVIEW})
    for path in (*stale, *lost):
        print(f"{path.relative_to(ROOT)} is not as the tables are" if is_check else path.relative_to(ROOT))
    if not is_check:
        for path in stale:
            path.write_bytes(files[path].encode())
        for path in lost:
            path.unlink()
    return int(is_check and bool(stale or lost))


if __name__ == "__main__":
    sys.exit(main())
