"""Build ``hcpcs.csv`` and ``modifiers.csv`` from the official HCPCS Level II file.

    python tools/build_hcpcs.py OFFICIAL

Takes what `otcodes.importing.hcpcs` reads: the zip as published, the text in it, or its sheet. Labels,
categories, keywords and kinds are our own and live only in the tables being built: they are kept. So are the
rows that are not the official file's: CPT modifiers, and codes that ended long enough ago to have left it.
"""

from __future__ import annotations

import sys

from otcodes.importing._xlsx import open_official
from otcodes.importing.hcpcs import KIND, MODIFIER, PROCEDURE, Code, records
from tables import DATA, INTERVAL, read_csv, write_table

KEY = ("code",)
TABLES = {
    "hcpcs": (PROCEDURE, ("label", "category", "keywords", "coverage")),
    "modifiers": (MODIFIER, ("system", "label", "kind", "discipline")),
}
# What is not known of a code that has no row yet.
DEFAULTS = {"system": "hcpcs", "kind": "other"}

Row = dict[str, str]


def row(code: Code, old: Row, columns: tuple[str, ...]) -> Row:
    """One official code, with our own words where the table has them."""
    interval = (code.added, code.ended, "yes", "")
    own = {name: old.get(name, DEFAULTS.get(name, "")) for name in columns}
    if "coverage" in columns:
        own["coverage"] = code.coverage
    return {"code": code.code, **dict(zip(INTERVAL, interval, strict=True)), **own}


def main(official: str) -> None:
    file = open_official(official, members=KIND.members)
    for name, (kind, columns) in TABLES.items():
        codes = {code.code: code for code in records(file, kind)[0]}
        path = DATA / f"{name}.csv"
        old = {each["code"]: each for each in read_csv(path)} if path.exists() else {}
        others = [each for code, each in old.items() if code not in codes]
        lost = [e["code"] for e in others if not e["valid_to"] and e.get("system") != "cpt"]
        if lost:
            raise ValueError(f"open here, but not in the official file: {' '.join(lost)}")
        rows = others + [row(code, old.get(key, {}), columns) for key, code in codes.items()]
        count = write_table(name, rows, key=KEY, columns=columns)
        print(f"{name}: {count} rows, {sum(bool(each['label']) for each in rows)} with a label")


if __name__ == "__main__":
    main(*sys.argv[1:])
