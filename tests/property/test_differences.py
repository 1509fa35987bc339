"""Differences against the plainest reading of the files: a diff applied to one day gives the other."""

import csv
import datetime as dt
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import otcodes
from otcodes import Catalog, ChangeKind, OutOfCoverageError, Verdict
from otcodes._blocks import Blocks
from otcodes.differences import name_of

CATALOG = Catalog.bundled()
ENTRIES = {entry.name: entry for entry in CATALOG.entries}
NAMES = [name for name in ENTRIES if hasattr(Catalog, name)]
BESIDE = {"procedures": "hcpcs"}
EXAMPLES = {"diagnoses": 2, "diagnosis_notes": 4, "procedures": 4}  # of large tables, fewer
INTERVAL = ("valid_from", "valid_to", "is_start_known", "confirmed_to")
# The days around which tables change, and any other.
TURNS = [dt.date(year, month, 1) for year in range(2018, 2028) for month in (1, 4, 7, 10)]
DAYS = st.sampled_from(TURNS) | st.dates(dt.date(2014, 1, 1), dt.date(2029, 12, 31))


def rows_of(name: str) -> list[dict[str, str]]:
    file = ENTRIES[name].file
    content = (resources.files("otcodes") / "data" / file).read_bytes()
    if file.endswith(".csv"):
        return list(csv.DictReader(content.decode().splitlines()))
    blocks = Blocks(file, content)
    lines = [line for block in blocks for line in blocks.read(block).decode().split("\n")[:-1]]
    return [dict(zip(blocks.columns, line.split("\t"), strict=True)) for line in lines]


ROWS = {name: rows_of(name) for name in ENTRIES}


def state(name: str, day: dt.date) -> dict[str, dict[str, str]]:
    """What holds on a day by the days of the rows alone, under the name that a change has."""
    key, on = ENTRIES[name].key, day.isoformat()
    held = {}
    for row in ROWS[name]:
        if row["valid_from"] <= on and (not row["valid_to"] or on <= row["valid_to"]):
            code = " ".join(row[column] for column in key)
            held[code] = {column: cell for column, cell in row.items() if column not in INTERVAL}
    if name in BESIDE:
        own = {row["code"] for row in ROWS[name]}
        held |= {code: row for code, row in state(BESIDE[name], day).items() if code not in own}
    return held


def known(table: otcodes.Table, *days: dt.date) -> dict[str, bool]:
    """Whether the table knows the state of each of its codes on all of some days."""
    return {
        name_of(owner, key, rows): all(
            table.verdict(key, on=day) is not Verdict.OUT_OF_COVERAGE for day in days
        )
        for owner, key, rows in table.versions()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_diff_applied_to_one_day_gives_the_other(name: str) -> None:
    table = getattr(otcodes, name)

    @settings(max_examples=EXAMPLES.get(name, 10), deadline=None)
    @given(DAYS, DAYS)
    def agrees(first: dt.date, second: dt.date) -> None:
        if max(first, second) > max(each.answers_to or dt.date.max for each in table.freshness(first)):
            with pytest.raises(OutOfCoverageError):
                otcodes.diff(table, first, second)
            return
        found = otcodes.diff(table, first, second)
        is_known = known(table, first, second)
        assert sorted(found.not_known) == sorted(code for code in is_known if not is_known[code])
        before, after = state(name, first), state(name, second)
        made = dict(before)
        for change in found:
            if change.kind is ChangeKind.RETIRED:
                del made[change.code]
            elif change.kind is not ChangeKind.NOT_KNOWN:
                assert (change.kind is ChangeKind.ADDED) == (change.code not in before)
                made[change.code] = after[change.code]
        assert {code: row for code, row in made.items() if is_known[code]} == (
            {code: row for code, row in after.items() if is_known[code]}
        )

    agrees()
