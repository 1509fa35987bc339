"""Build ``hcpcs.csv`` or ``modifiers.csv`` from the official HCPCS Level II file.

    python tools/build_hcpcs.py OFFICIAL_CSV

Reads the columns code, add_date, term_date and coverage of a file of codes or of one of modifiers (five
characters or two). ``term_date`` is the last valid day. Labels, categories, keywords and kinds are our own
and live only in the table being built: they are kept. So are the rows that are not the official file's:
CPT modifiers, and codes that ended long enough ago to have left it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tables import DATA, INTERVAL, read_csv, write_table

KEY = ("code",)
TABLES = {
    5: ("hcpcs", ("label", "category", "keywords", "coverage")),
    2: ("modifiers", ("system", "label", "kind", "discipline")),
}
# What is not known of a code that has no row yet.
DEFAULTS = {"system": "hcpcs", "kind": "other"}

Row = dict[str, str]


def iso(day: str) -> str:
    """``20191231``, also as the number ``20191231.0``, as an ISO date; empty stays empty."""
    digits = day.partition(".")[0]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits else ""


def row(line: Row, old: Row, columns: tuple[str, ...]) -> Row:
    """One official line, with our own words where the table has them."""
    interval = (iso(line["add_date"]), iso(line["term_date"]), "yes", "")
    own = {name: old.get(name, DEFAULTS.get(name, "")) for name in columns}
    if "coverage" in columns:
        own["coverage"] = line["coverage"]
    return {"code": line["code"], **dict(zip(INTERVAL, interval, strict=True)), **own}


def main(official: str) -> None:
    lines = {line["code"]: line for line in read_csv(Path(official))}
    name, columns = TABLES[len(next(iter(lines)))]
    path = DATA / f"{name}.csv"
    old = {each["code"]: each for each in read_csv(path)} if path.exists() else {}
    others = [each for code, each in old.items() if code not in lines]
    lost = [e["code"] for e in others if not e["valid_to"] and e.get("system") != "cpt"]
    if lost:
        raise ValueError(f"open here, but not in the official file: {' '.join(lost)}")
    rows = others + [row(line, old.get(code, {}), columns) for code, line in lines.items()]
    count = write_table(name, rows, key=KEY, columns=columns)
    print(f"{count} rows, {sum(bool(each['label']) for each in rows)} with a label")


if __name__ == "__main__":
    main(*sys.argv[1:])
