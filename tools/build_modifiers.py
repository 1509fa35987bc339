"""Build ``modifiers.csv`` from the official HCPCS Level II file, which has the modifiers beside the codes.

    python tools/build_modifiers.py OFFICIAL

Takes what `otcodes.importing.hcpcs` reads: the zip as published, the text in it, or its sheet; the codes are
added by ``add_editions.py``. Labels, kinds and disciplines are our own and live only in the table being
built: they are kept. So are the rows that are not the official file's: CPT modifiers, and what ended long
enough ago to have left it.
"""

from __future__ import annotations

import sys

from otcodes.importing._xlsx import open_official
from otcodes.importing.hcpcs import KIND, MODIFIER, Code, records
from tables import DATA, INTERVAL, read_csv, write_table

COLUMNS = ("system", "label", "kind", "discipline")
# What is not known of a modifier that has no row yet.
NEW = {"system": "hcpcs", "label": "", "kind": "other", "discipline": ""}

Row = dict[str, str]


def row(modifier: Code, old: Row) -> Row:
    """One official modifier, with our own words where the table has them."""
    interval = (modifier.added, modifier.ended, "yes", "")
    own = {name: old[name] for name in COLUMNS}
    return {"code": modifier.code, **dict(zip(INTERVAL, interval, strict=True)), **own}


def main(official: str) -> None:
    file = open_official(official, members=KIND.members)
    modifiers = {each.code: each for each in records(file, MODIFIER)[0]}
    old = {each["code"]: each for each in read_csv(DATA / "modifiers.csv")}
    others = [each for code, each in old.items() if code not in modifiers]
    lost = [each["code"] for each in others if not each["valid_to"] and each["system"] != "cpt"]
    if lost:
        raise ValueError(f"open here, but not in the official file: {' '.join(lost)}")
    rows = others + [row(each, old.get(code, NEW)) for code, each in modifiers.items()]
    count = write_table("modifiers", rows, key=("code",), columns=COLUMNS)
    print(f"{count} rows, {sum(bool(each['label']) for each in rows)} with a label")


if __name__ == "__main__":
    main(*sys.argv[1:])
