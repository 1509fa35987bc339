"""What the tabular list says around its codes: in form, and of codes that are there on its days.

Read here from the files themselves, so that the records of the package have something to agree with.
"""

import csv
import datetime as dt
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cache
from importlib import resources

import pytest

import otcodes

DATA = resources.files("otcodes") / "data"
# The first days of the lists on board; what a row says, it says on those of them that it holds.
LISTS = tuple(map(dt.date.fromisoformat, ("2021-01-01", "2025-04-01", "2026-04-01")))
CODE = r"[A-Z][0-9A-Z][0-9A-Z](?:\.[0-9A-Z]{1,4})?"
PATTERN = r"[A-Z][0-9A-Z][0-9A-Z]\.[0-9A-Z_]*_[0-9A-Z_]*"
TARGET = re.compile(rf"\?|{CODE}-?|{PATTERN}-?|{CODE}-{CODE}|{PATTERN}-{PATTERN}")
BLOCK = re.compile(r"[A-Z][0-9A-Z]{2}(-[A-Z][0-9A-Z]{2})?")
KINDS = ("excludes1", "excludes2", "code-first", "use-additional")


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"diagnosis_{name}.csv").read_text("utf-8").splitlines()))


CHAPTERS, BLOCKS, NOTES, CHARACTERS = map(rows, ("chapters", "blocks", "notes", "characters"))
HISTORY = defaultdict(list)
for record in otcodes.diagnoses:
    HISTORY[record.code.replace(".", "")].append(record)


def holds(row: dict[str, str], day: dt.date) -> bool:
    return row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999")


@cache
def codes_on(day: dt.date) -> dict[str, bool]:
    """Every code of a day, without its dot and in order, with whether it is billable."""
    return {
        code: record.is_billable
        for code, records in sorted(HISTORY.items())
        for record in records
        if record.valid_from <= day and (record.valid_to is None or day <= record.valid_to)
    }


@cache
def keys_on(day: dt.date) -> list[str]:
    return list(codes_on(day))


@cache
def named(target: str, day: dt.date) -> frozenset[str]:
    """The codes that a target names, by a scan of those that begin as it does."""
    first, _, last = target.replace(".", "").partition("-")
    last = last or first
    start, end = first.partition("_")[0], last.partition("_")[0]
    if "_" in first:
        fits = re.compile(f".{{{len(start)}}}{first[len(start) :].replace('_', '.')}").match
    else:
        fits = str
    keys = keys_on(day)
    return frozenset(filter(fits, keys[bisect_left(keys, start) : bisect_left(keys, f"{end}~")]))


def days(row: dict[str, str]) -> list[dt.date]:
    """The days of the lists that a row is from, and its first one where that is settled."""
    found = [day for day in LISTS if holds(row, day)]
    return found or [dt.date.fromisoformat(row["valid_from"])]


def test_every_row_has_the_form_of_its_table() -> None:
    for row in NOTES:
        assert TARGET.fullmatch(row["target"]), row
        assert row["kind"] in KINDS
        assert {row["is_conditional"], row["is_manifestation"]} <= {"yes", "no"}
        assert row["is_manifestation"] == "no" or row["kind"] == "code-first"
        # Neither end of a range has the dash that a family has.
        first, _, last = row["target"].partition("-")
        assert not last or (len(first), "_" in first) <= (len(last), "_" in last) or "_" not in row["target"]
        if "_" in row["target"] and last:
            assert first[3:] == last[3:]
    for row in CHAPTERS:
        assert row["number"].isdecimal()
        assert row["first"] < row["last"]
    for row in BLOCKS:
        assert BLOCK.fullmatch(row["id"])
    for row in CHARACTERS:
        assert re.fullmatch("[0-9A-Z]", row["character"])
        assert row["meaning"]


def test_no_row_holds_a_sentence() -> None:
    assert max(len(row["target"]) for row in NOTES) <= len("T36.__5X-T50.__5X")


def test_every_note_stands_at_something_that_is_there() -> None:
    for row in NOTES:
        for day in days(row):
            node = row["node"]
            if node.isdecimal():
                assert any(each["number"] == node and holds(each, day) for each in CHAPTERS), row
            elif "-" in node:
                assert any(each["id"] == node and holds(each, day) for each in BLOCKS), row
            else:
                assert node.replace(".", "") in codes_on(day), row


def test_every_target_names_codes_that_are_there() -> None:
    for row in NOTES:
        if row["target"] != "?":
            for day in days(row):
                assert named(row["target"], day), (row, day)


def test_a_family_has_a_dash_and_a_code_has_none() -> None:
    day = LISTS[-1]
    for row in NOTES:
        target = row["target"]
        length = len(target.rstrip("-").replace(".", ""))
        if holds(row, day) and target != "?" and not target.rstrip("-").count("-"):
            is_whole = any(len(code) == length and codes_on(day)[code] for code in named(target, day))
            assert target.endswith("-") != is_whole, row


def test_the_records_name_the_same_codes() -> None:
    day = LISTS[-1]
    some = keys_on(day)[::149]
    targets = {row["target"]: row for row in NOTES if holds(row, day)}
    for target, row in targets.items():
        note = otcodes.records.DiagnosisNote(
            node=row["node"],
            kind=otcodes.records.NoteKind(row["kind"]),
            target=target,
            is_conditional=False,
            is_manifestation=False,
            valid_from=day,
            valid_to=None,
            is_start_known=False,
            confirmed_to=None,
        )
        expected = named(target, day) if target != "?" else frozenset()
        few = sorted(expected)
        for code in {*few[:: len(few) // 20 + 1], *few[-1:], *some}:
            assert note.names(code) == (code in expected), (target, code)


@pytest.mark.parametrize("day", [*LISTS, dt.date(2022, 6, 1), dt.date(2023, 10, 1), dt.date(2026, 10, 1)])
def test_every_category_is_in_one_block_and_every_block_in_its_chapter(day: dt.date) -> None:
    blocks = {row["id"]: row for row in BLOCKS if holds(row, day)}
    chapters = {row["number"]: row for row in CHAPTERS if holds(row, day)}
    found = Counter(category for row in blocks.values() for category in row["categories"].split("|"))
    del found[""]
    assert set(found.values()) == {1}
    # Of the categories that came after the last list, no block is known: QA1 and two more.
    last = dt.date(2026, 9, 30)
    assert set(found) == {code[:3] for code in codes_on(min(day, last))}
    later = {"J4B", "K6A", "QA1"} if day > last else set()
    assert {code[:3] for code in codes_on(day)} - set(found) == later
    assert len(chapters) == 22
    for row in blocks.values():
        chapter = chapters[row["chapter"]]
        first, _, last = row["id"].partition("-")
        assert chapter["first"] <= first <= (last or first) <= chapter["last"]
        if row["parent"]:
            around = blocks[row["parent"]]
            assert around["categories"] == ""
            assert around["chapter"] == row["chapter"]
            start, _, end = around["id"].partition("-")
            assert start <= first <= (last or first) <= end
        assert bool(row["categories"]) != (row["id"] in {each["parent"] for each in blocks.values()})


EVERY_LIST_OF_CODES = [
    dt.date(2021, 1, 1),
    *(dt.date(year, month, 1) for year in (2021, 2022, 2023, 2024, 2025, 2026) for month in (4, 10)),
]


@pytest.mark.parametrize("day", EVERY_LIST_OF_CODES)
def test_the_seventh_characters_of_every_stem_are_those_of_its_codes(day: dt.date) -> None:
    stated = defaultdict(set)
    for row in CHARACTERS:
        if holds(row, day):
            stated[row["node"].replace(".", "")].add(row["character"])
    stems = defaultdict(set)
    listed = set()
    for code, is_billable in codes_on(day).items():
        nodes = [code[:length] for length in range(6, 2, -1) if code[:length] in stated]
        if len(code) == 7 and nodes:
            stems[code[:6]].add(code[6])
            assert is_billable
            # The nearest node that states some has them all.
            assert code[6] in stated[nodes[0]], code
        elif len(code) == 7:
            listed.add(code[:3])
        elif nodes:
            assert not is_billable, code  # it needs its seventh character
    for stem, characters in stems.items():
        node = next(stem[:length] for length in range(6, 2, -1) if stem[:length] in stated)
        assert characters == stated[node], stem
    # These have seven characters, listed one by one; nothing completes them.
    assert listed <= {
        *("C44", "E11", "G71", "H54", "J34", "K63", "L98", "M86", "QA0", "T86", "Z86", "Z87", "Z91"),
    }
    assert {"C44", "H54", "T86"} <= listed


def excluding(one: str, other: str, day: dt.date) -> set[tuple[str, str]]:
    """The Excludes1 references between two codes, found by a scan of the whole table."""
    blocks = {row["id"]: row for row in BLOCKS if holds(row, day)}

    def around(code: str) -> set[str]:
        key = code.replace(".", "")
        block = next(row for row in blocks.values() if key[:3] in row["categories"].split("|"))
        nodes = {key[:length] for length in range(3, len(key) + 1)} | {block["chapter"], block["id"]}
        while block["parent"]:
            block = blocks[block["parent"]]
            nodes.add(block["id"])
        return nodes

    return {
        (row["node"], row["target"])
        for nodes, second in ((around(one), other), (around(other), one))
        for row in NOTES
        if row["kind"] == "excludes1"
        and holds(row, day)
        and row["node"].replace(".", "") in nodes
        and row["target"] != "?"
        and second.replace(".", "") in named(row["target"], day)
    }


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("M62.81", "M62.84", "M62.81 M62.84"),
        ("M62.81", "R25.2", "M62 R25.2"),
        ("M62.81", "M79.10", "M62 M79.1-"),
        ("M62.81", "G72.0", "M62 G72.0"),
        ("M62.81", "G72.1", "M62 G72.1"),
        ("M62.81", "G25.82", "M62 G25.82"),
        ("R53.1", "M62.81", "R53.1 M62.81"),
        ("R53.1", "M62.84", "R53.1 M62.84"),
        ("R53.1", "R54", "R53.1 R54"),
        ("R26.2", "R29.6", "R26.2 R29.6"),
        ("R26.2", "R26.81", "R26.2 R26.81"),
        ("R26.89", "R27.0", "R26 R27.0"),
        ("R27.8", "R26.0", "R27 R26.0"),
        ("R27.9", "R42", "R27 R42"),
        ("F82", "R26.89", "F82 R26-"),
        ("F82", "R27.8", "F82 R27-"),
        ("F80.0", "R47.01", "F80.0 R47.01"),
        ("F80.0", "R48.2", "F80.0 R48.2"),
        ("F80.1", "F80.2", "F80.1 F80.2"),
        ("F80.1", "R47.1", "F80.1 R47-"),
        ("G81.91", "G80.0", "G81 G80-"),
        ("G81.91", "I69.351", "G81 I69.35-"),
        ("R41.841", "I69.310", "R41.84 I69.31-"),
        ("R41.0", "G31.84", "R41 G31.84"),
        ("R48.2", "I69.390", "R48.2 I69._90"),
        ("M25.611", "M24.511", "M25.6 M24.5-"),
        ("M25.611", "M24.611", "M25.6 M24.6-"),
        ("I89.0", "I97.2", "I89.0 I97.2"),
        ("G89.4", "R52", "G89 R52"),
        ("G89.29", "F45.41", "G89 F45.41"),
        ("F84.0", "F84.5", "F84.0 F84.5"),
        ("Z73.6", "Z74.1", "Z73.6 Z74-"),
        ("M54.2", "M50.20", "M54.2 M50-"),
        ("Z47.1", "S52.501D", "Z47 S52.___D"),
        ("M25.511", "T20.00XA", ""),
        ("Z47.1", "S52.501A", ""),
        ("R48.2", "I69.90", ""),  # unspecified sequelae, which end in 90 as well
    ],
)
def test_pairs_of_occupational_therapy(one: str, other: str, found: str) -> None:
    for day in LISTS:
        references = excluding(one, other, day)
        assert tuple(found.split()) in references if found else not references


def test_what_names_only_conditions_is_kept_as_that() -> None:
    # "Current traumatic nerve disorder - see nerve injury by body region" gives no code.
    assert any(row["node"] == "G56" and row["target"] == "?" for row in NOTES)


def test_the_manifestations_are_those_of_the_guidelines() -> None:
    day = LISTS[-1]
    marked = {
        row["node"].replace(".", "") for row in NOTES if row["is_manifestation"] == "yes" and holds(row, day)
    }
    found = {
        code for code, is_billable in codes_on(day).items() if is_billable and code.startswith(tuple(marked))
    }
    titled = {
        record.code.replace(".", "")
        for record in otcodes.diagnoses
        if record.is_billable
        and codes_on(day).get(record.code.replace(".", "")) is True
        and record.valid_to is None
        and re.search(r"(?<!the cause of )(?:diseases?|conditions) classified elsewhere", record.title)
    }
    assert titled <= found
    assert {"F0280", "F0390", "G63", "D630", "D631", "N4832", "M3681"} & found == {
        "F0280",
        "G63",
        "D630",
        "D631",
        "N4832",
    }
    assert not any(code.startswith(("B95", "B96", "B97", "M146", "E08")) for code in found)
    assert len(found) == 316
