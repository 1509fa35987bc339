"""Small tables in memory: what they answer at the edges of rows, gaps and coverage; when they are read."""

import datetime as dt
import re
import threading
from hashlib import sha256
from itertools import chain, combinations

import attrs
import pytest

import otcodes
from otcodes import NotEffectiveError, OutOfCoverageError, Procedure, TableError, UnknownCodeError, Verdict
from otcodes._blocks import Blocks, pack
from otcodes._cells import cell, required
from otcodes._manifest import Entry
from otcodes._store import BlockRows, CsvRows, PackagedSource, _start_of, read_manifest, read_table
from otcodes.records import Diagnosis, Row
from otcodes.tables import SNAPSHOTS_KEPT, Table

HEADER = "code,valid_from,valid_to,is_start_known,confirmed_to,label,category,successors,keywords"
FORM = r"[A-Z][0-9]{4}"
EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT, _ = Verdict


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class Memory:
    """Files in memory; how often each was read is counted."""

    def __init__(self, files: dict[str, bytes], *, is_whole: bool = True) -> None:
        self.files, self.is_whole, self.reads = files, is_whole, []

    def read(self, name: str) -> bytes:
        self.reads.append(name)
        return self.files[name]

    def part(self, name: str, start: int, end: int) -> bytes | None:
        return None if self.is_whole else self.files[name][start:end]


EDITIONS = [("first", "2020-01-01", []), ("second", "2024-01-01", [])]


def entry(
    content: bytes, *, name: str = "small", rows: int | None = None, editions=EDITIONS, **facts
) -> Entry:
    given = {
        "schema": 1,
        "file": f"{name}.csv",
        "key": ["code"],
        "rows": content.count(b"\n") - 1 if rows is None else rows,
        "sha256": sha256(content).hexdigest(),
        "licence": "none",
        "scope": ["A0000-A9999"],
        "coverage_from": "2020-01-01",
        "coverage_to": "2025-12-31",
        **facts,
    }
    dated = [
        {"id": each, "effective": first, "publisher": "us", "title": each, "sha256": "", "part": part}
        for each, first, part in editions
    ]
    return Entry(name, given, lambda: dated)


def table(*rows: str, name: str = "small", beside: Table | None = None, **facts) -> Table:
    """A table of rows, each of them code, first day, last day, whether the start is known, and so on."""
    width = HEADER.count(",")
    lines = [row + "," * (width - row.count(",")) for row in rows]
    content = "\n".join([HEADER, *lines, ""]).encode()
    made = entry(content, name=name, **facts)
    return Table(made, Procedure, Memory({made.file: content}), form=FORM, beside=beside)


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    small = table("A1001,2021-01-01,2021-12-31,yes")
    on = {each: small.verdict("A1001", on=day(each)) for each in ("2021-01-01", "2021-12-31")}
    assert set(on.values()) == {EFFECTIVE}
    assert small.verdict("A1001", on=day("2020-12-31")) is NOT_EFFECTIVE
    assert small.verdict("A1001", on=day("2022-01-01")) is NOT_EFFECTIVE
    assert small.verdict("A1001", on=day("2025-12-31")) is NOT_EFFECTIVE
    assert small.verdict("A1001", on=day("2026-01-01")) is OUT


def test_before_a_start_that_is_not_known_nobody_knows() -> None:
    small = table("A1001,2021-01-01,,no")
    assert small.verdict("A1001", on=day("2021-01-01")) is EFFECTIVE
    assert small.verdict("A1001", on=day("2020-12-31")) is OUT


def test_between_two_rows_of_a_code_it_is_not_in_force() -> None:
    small = table("A1001,2020-01-01,2020-12-31,yes", "A1001,2022-01-01,,yes")
    assert small.verdict("A1001", on=day("2021-06-01")) is NOT_EFFECTIVE
    assert [row.valid_from.year for row in small.history("a1001 ")] == [2020, 2022]
    with pytest.raises(NotEffectiveError) as caught:
        small.find("A1001", day("2021-06-01"))
    assert caught.value.spans == ((day("2020-01-01"), day("2020-12-31")), (day("2022-01-01"), None))


def test_an_open_row_answers_to_the_end_of_the_coverage_and_no_longer() -> None:
    small = table("A1001,2021-01-01,,yes")
    assert small.verdict("A1001", on=day("2025-12-31")) is EFFECTIVE
    assert small.verdict("A1001", on=day("2026-01-01")) is OUT
    assert not small.find("A1001", day("2025-12-31")).carried_forward


def test_an_open_row_is_carried_and_says_by_which_edition() -> None:
    small = table("A1001,2021-01-01,,yes", "A1002,2021-01-01,2026-06-30,yes", carried_to="2026-12-31")
    last = small.find("A1001", day("2025-12-31"))
    assert (last.carried_forward, last.edition) == (False, None)
    carried = small.find("A1001", day("2026-01-01"))
    assert (carried.carried_forward, carried.edition) == (True, "second")
    assert small.on(day("2026-01-01"))["A1001"] == carried
    # Of a row that has an end, the end is known, so that nothing is carried.
    assert not small.find("A1002", day("2026-06-30")).carried_forward
    assert small.verdict("A1002", on=day("2026-07-01")) is NOT_EFFECTIVE
    assert small.verdict("A1001", on=day("2026-12-31")) is EFFECTIVE
    assert small.verdict("A1001", on=day("2027-01-01")) is OUT
    assert small.verdict("A1002", on=day("2027-01-01")) is OUT


def test_a_row_that_an_edition_confirms_for_less_is_carried_sooner() -> None:
    small = table("A1001,2021-01-01,,yes,2023-12-31")
    assert small.find("A1001", day("2023-12-31")).edition is None
    carried = small.find("A1001", day("2024-01-01"))
    assert (carried.carried_forward, carried.edition) == (True, "first")


def test_a_row_that_an_edition_confirms_for_longer_answers_for_longer() -> None:
    small = table("A1001,2021-01-01,,yes,2026-03-31", "A1002,2021-01-01,,yes")
    assert small.verdict("A1001", on=day("2026-03-31")) is EFFECTIVE
    assert not small.find("A1001", day("2026-03-31")).carried_forward
    assert small.verdict("A1001", on=day("2026-04-01")) is OUT
    assert small.verdict("A1002", on=day("2026-01-01")) is OUT


GAP = {"gaps": ["2022-01-01/2022-12-31"]}


def test_in_a_gap_only_a_row_that_holds_throughout_answers() -> None:
    small = table(
        "A1001,2020-01-01,,yes",
        "A1002,2020-01-01,2021-12-31,yes",
        "A1003,2023-01-01,,yes",
        "A1004,2023-01-01,,no",
        **GAP,
    )
    on = day("2022-06-01")
    assert small.verdict("A1001", on=on) is EFFECTIVE
    assert {small.verdict(code, on=on) for code in ("A1002", "A1003", "A1004", "A9999")} == {OUT}
    # What is first known after the gap was not there before it.
    assert small.verdict("A1004", on=day("2021-12-31")) is NOT_EFFECTIVE
    assert small.verdict("A1004", on=day("2020-01-01")) is NOT_EFFECTIVE
    assert small.verdict("A1004", on=day("2019-12-31")) is OUT


@pytest.mark.parametrize(
    ("code", "on", "verdict"),
    [
        ("A5555", "2019-12-31", OUT),
        ("A5555", "2020-01-01", UNKNOWN),
        ("A5555", "2021-12-31", UNKNOWN),
        ("A5555", "2022-01-01", OUT),
        ("A5555", "2022-12-31", OUT),
        ("A5555", "2023-01-01", UNKNOWN),
        ("A5555", "2025-12-31", UNKNOWN),
        ("A5555", "2026-01-01", OUT),
        ("B5555", "2021-01-01", OUT),
        ("nonsense", "1066-01-01", UNKNOWN),
        ("nonsense", "2999-01-01", UNKNOWN),
    ],
)
def test_a_code_that_is_not_there_is_unknown_only_where_the_table_is_complete(code, on, verdict) -> None:
    small = table("A1001,2020-01-01,,yes", **GAP)
    for _ in range(2):  # the second time it is remembered
        assert small.verdict(code, on=day(on)) is verdict


def test_why_there_is_no_record() -> None:
    small = table(
        "A1001,2020-01-01,2020-12-31,yes,,,,A1002", "A1002,2021-01-01,,yes", "A1020,2020-01-01,2020-06-30,yes"
    )
    on = day("2021-03-01")
    with pytest.raises(UnknownCodeError) as unknown:
        small.find("A1003", on)
    assert (unknown.value.table, unknown.value.code, unknown.value.on) == ("small", "A1003", on)
    assert unknown.value.suggestions == ("A1002",)  # the only one near it that is in force
    with pytest.raises(NotEffectiveError) as ended:
        small.find("A1001", on)
    assert (ended.value.table, ended.value.code, ended.value.on) == ("small", "A1001", on)
    assert ended.value.successors == ("A1002",)
    with pytest.raises(OutOfCoverageError) as outside:
        small.find("B1001", on)
    assert (outside.value.table, outside.value.code, outside.value.on) == ("small", "B1001", on)
    assert outside.value.covers == str(small.coverage)


def test_a_history_is_there_or_its_absence_has_a_reason() -> None:
    small = table("A1001,2020-01-01,2020-12-31,yes")
    with pytest.raises(UnknownCodeError) as unknown:
        small.history("A1010")
    assert (unknown.value.table, unknown.value.code, unknown.value.on) == ("small", "A1010", None)
    assert unknown.value.suggestions == ("A1001",)
    with pytest.raises(UnknownCodeError):
        small.history("nonsense")
    with pytest.raises(OutOfCoverageError) as outside:
        small.history("B1001")
    assert (outside.value.table, outside.value.code, outside.value.on) == ("small", "B1001", None)
    assert outside.value.covers == str(small.coverage)


def test_suggestions_are_three_at_most_and_swapped_characters_come_first() -> None:
    small = table(
        *(f"A{number},2020-01-01,,yes" for number in (1234, 1235, 1236, 1237, 1243)), "B1234,2020-01-01,,yes"
    )
    assert small.suggest("a1324")[0] == "A1234"
    assert len(small.suggest("A1238")) == 3
    assert "B1234" not in small.suggest("A1324")
    assert small.suggest("A1243")[0] == "A1234"
    assert small.suggest("Z9999") == ()


def test_what_is_suggested_for_a_day_is_in_force_on_it() -> None:
    small = table("A1001,2020-01-01,2020-12-31,yes", "A1002,2021-01-01,,yes")
    assert small.suggest("A1003", on=day("2020-06-01")) == ("A1001",)
    assert small.suggest("A1003", on=day("2021-06-01")) == ("A1002",)
    assert set(small.suggest("A1003")) == {"A1001", "A1002"}


def beside() -> Table:
    rows = ("A1001,2020-01-01,,yes,,theirs", "B2001,2020-01-01,2020-12-31,yes", "B2002,2021-01-01,,yes")
    days = {"coverage_to": "2024-12-31", "carried_to": "2026-12-31"}
    other = table(*rows, name="other", scope=["B0000-B9999"], **days)
    return table("A1001,2020-01-01,,yes,,ours", name="own", beside=other)


def test_the_table_beside_answers_for_what_is_not_its_own() -> None:
    own = beside()
    on = day("2024-06-01")
    assert own.find("A1001", on).label == "ours"
    assert own.find("B2002", on).code == "B2002"
    assert list(own.keys()) == ["A1001", "B2001", "B2002"]
    assert [(row.code, row.label) for row in own] == [("A1001", "ours"), ("B2001", None), ("B2002", None)]
    assert len(own) == 3
    assert list(own.on(on)) == ["A1001", "B2002"]
    assert [edition.id for edition in own.editions] == ["first", "second"] * 2
    assert own.verdict("B9999", on=on) is UNKNOWN
    assert own.verdict("C9999", on=on) is OUT
    assert own.suggest("B2003", on=on) == ("B2002",)
    with pytest.raises(UnknownCodeError):
        own.history("B9999")


def test_the_table_beside_answers_as_far_as_it_goes_itself() -> None:
    own = beside()
    assert own.verdict("A1001", on=day("2026-06-01")) is OUT
    assert own.verdict("B2002", on=day("2026-06-01")) is EFFECTIVE
    carried = own.find("B2002", day("2025-01-01"))
    assert (carried.carried_forward, carried.edition) == (True, "second")
    assert dict(own.on(day("2025-01-01")).in_force())["B2002"] == carried
    with pytest.raises(OutOfCoverageError) as outside:
        own.find("B2002", day("2027-01-01"))
    assert outside.value.covers == str(own._tables[1].coverage)
    with pytest.raises(OutOfCoverageError) as outside:
        own.find("C9999", day("2027-01-01"))
    assert outside.value.covers == str(own.coverage)


def test_an_absence_is_carried_from_the_edition_that_was_silent_last() -> None:
    own = beside()
    assert own.absence_carried_from("b9999", day("2024-12-31")) is None
    assert own.absence_carried_from("b9999", day("2025-01-01")) == "second"
    assert own.absence_carried_from("C9999", day("2025-01-01")) is None


def test_a_snapshot_gives_the_default_where_there_is_no_record() -> None:
    snapshot = table("A1001,2020-01-01,,yes", "A1002,2020-01-01,2020-12-31,yes").on(day("2021-01-01"))
    assert snapshot.get("a1001").code == "A1001"
    assert (snapshot.get("A1002"), snapshot.get("A1002", 7), snapshot.get("A1003", default=7)) == (None, 7, 7)
    assert ("A1001" in snapshot, "A1002" in snapshot, "A1003" in snapshot) == (True, False, False)
    assert [snapshot.find(code) for code in ("A1002", "A1003", "B1001")] == [None] * 3
    assert snapshot.find("A1001") is snapshot["A1001"] is snapshot["a1001"]
    with pytest.raises(OutOfCoverageError, match=r"'B1001' on 2021-01-01"):
        _ = "B1001" in snapshot
    assert repr(snapshot) == "<Snapshot of small on 2021-01-01>"
    assert (len(snapshot), list(snapshot)) == (1, ["A1001"])
    assert list(snapshot.in_force()) == [("A1001", snapshot["A1001"])]
    assert snapshot.search("A1001") == (snapshot["A1001"],)


def test_a_search_gives_twenty_records_where_nothing_else_is_said() -> None:
    rows = (f"A{number},2020-01-01,,yes,,wheel" for number in range(1000, 1030))
    snapshot = table(*rows).on(day("2021-01-01"))
    assert len(snapshot.search("wheel")) == 20
    assert len(snapshot.search("wheel", limit=25)) == 25


def test_a_file_is_read_when_it_is_asked_for_and_once() -> None:
    small = table("A1001,2020-01-01,,yes")
    assert repr(small) == f"<Table small: {small.coverage}>"
    assert small._source.reads == []
    for _ in range(3):
        small.verdict("A1001", on=day("2021-01-01"))
        small.history("A1001")
        list(small)
    assert small._source.reads == ["small.csv"]


def test_eight_threads_that_ask_at_once_read_a_file_once() -> None:
    small = table("A1001,2020-01-01,,yes")
    start = threading.Barrier(8)
    found = []

    def ask() -> None:
        start.wait()
        found.append(small.verdict("A1001", on=day("2021-01-01")))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [EFFECTIVE] * 8
    assert small._source.reads == ["small.csv"]


def test_a_file_that_could_not_be_read_is_asked_for_again() -> None:
    small = table("A1001,2020-01-01,,yes")
    files, small._source.files = small._source.files, {}
    with pytest.raises(KeyError):
        small.history("A1001")
    small._source.files = files
    assert len(small.history("A1001")) == 1


def test_a_day_has_one_snapshot_and_however_many_days_each_is_right() -> None:
    small = table("A1001,2020-01-02,,yes")
    first = small.on(day("2020-01-01"))
    assert small.on(day("2020-01-01")) is first
    assert [("A1001" in small.on(first.day + dt.timedelta(n))) for n in range(SNAPSHOTS_KEPT + 2)] == [
        False,
        *[True] * (SNAPSHOTS_KEPT + 1),
    ]
    assert len(small._snapshots) <= SNAPSHOTS_KEPT
    with pytest.raises(TypeError, match=r"on is a datetime\.date, not datetime"):
        small.on(dt.datetime(2020, 1, 1))  # noqa: DTZ001
    for wrong in ("2020-01-01", None, dt.datetime(2020, 1, 1)):  # noqa: DTZ001
        with pytest.raises(TypeError, match=rf"on is a datetime\.date, not {type(wrong).__name__}"):
            small.verdict("A1001", on=wrong)


def of(content: bytes, **facts):
    made = entry(content, **facts)
    return read_table(Memory({made.file: content}), made)


@pytest.mark.parametrize(
    ("text", "facts", "line", "problem"),
    [
        ("code,label\nA1,x\n", {"sha256": "0" * 64}, None, "its hash is not the one in manifest.toml"),
        ("code,label\nA1,x\n", {"rows": 2}, None, "manifest.toml says 2 rows, the file has 1"),
        ("code,label\n", {"rows": 1}, None, "manifest.toml says 1 rows, the file has 0"),
        ("label\nx\n", {}, 1, "expected the key columns ('code',), found ('label',)"),
        ("code,label\nA1,x\nA2\n", {}, 3, "expected 2 cells, found 1"),
        ("code,label\nA1,x\nA2,y,z\n", {}, 3, "expected 2 cells, found 3"),
        ("code,label,label\nA1,x,y\n", {}, 1, "it has a column twice"),
        ("", {}, 1, "expected the key columns ('code',), found ()"),
        ('code,label\nA1,x\nA2,"y"z\n', {}, 3, "',' expected after '"),
        ("code,label\nA1,\udcff\n", {}, None, "it is not in UTF-8"),
    ],
)
def test_a_file_that_is_not_as_recorded_is_refused_as_a_whole(text, facts, line, problem) -> None:
    with pytest.raises(TableError) as caught:
        of(text.encode(errors="surrogateescape"), **facts)
    assert (caught.value.file, caught.value.line) == ("small.csv", line)
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize(
    ("header", "row", "line", "problem"),
    [
        (HEADER, "A1002,tomorrow,,yes,,,,,", 3, "column valid_from: "),
        (HEADER, "A1002,2020-01-01,,perhaps,,,,,", 3, "column is_start_known: "),
        (HEADER.replace("label", "lable"), "A1002,2020-01-01,,yes,,,,,", 1, "unknown column 'lable'"),
        (HEADER.replace("label,", ""), "A1002,2020-01-01,,yes,,,,", 1, "'label'"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(header, row, line, problem) -> None:
    good = "A1001,2020-01-01,,yes," + "," * (header.count(",") - 4)
    rows = of(f"{header}\n{good}\n{row}\n".encode())
    with pytest.raises(TableError) as caught:
        rows.records("A1002", Procedure)
    assert (caught.value.file, caught.value.line) == ("small.csv", line)
    assert problem in caught.value.problem


def test_rows_of_a_file_by_their_keys() -> None:
    lines = [
        "A1001,2020-01-01,2020-12-31,yes,,,,,",
        "B1001,2020-01-01,,yes,,,,,",
        "A1001,2021-01-01,,yes,,,,,",
    ]
    rows = of("\n".join([HEADER, *lines, ""]).encode())
    assert isinstance(rows, CsvRows)
    assert list(rows) == ["A1001", "B1001"]
    assert ("A1001" in rows, "A1002" in rows) == (True, False)
    assert [row.valid_from.year for row in rows.records("A1001", Procedure)] == [2020, 2021]
    assert [key for key, _ in rows.under("B", Procedure)] == ["B1001"]
    assert [key for key, _ in rows.under("", Procedure)] == ["A1001", "B1001"]
    assert [row.code for row in rows.every(Procedure)] == ["A1001", "A1001", "B1001"]


COLUMNS = (
    "code",
    "title",
    "valid_from",
    "valid_to",
    "is_start_known",
    "confirmed_to",
    "is_title_composed",
    "is_billable",
)
TAIL = "2020-01-01\t\tyes\t\tno\tyes"


def blocks(*codes: str, columns=COLUMNS, is_whole: bool = True, tail: str = TAIL) -> BlockRows:
    """A file of blocks by three characters, with a row of each code."""
    by_key: dict[str, str] = {}
    for code in codes:
        by_key[code[:3]] = by_key.get(code[:3], "") + f"{code}\tTitle of {code}\t{tail}\n"
    content = pack(columns, {key: text.encode() for key, text in by_key.items()})
    made = entry(content, file="small.blocks", sha256=Blocks("small.blocks", content).fingerprint)
    found = read_table(Memory({"small.blocks": content}, is_whole=is_whole), made)
    assert isinstance(found, BlockRows)
    return found


CODES = ("A01", "A01.0", "A01.1", "A01.1", "A01.10", "B02", "B02.9", "C03.001A")


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "in parts"])
def test_rows_of_blocks_by_their_keys(is_whole) -> None:
    rows = blocks(*CODES, is_whole=is_whole)
    keys = [code.replace(".", "") for code in dict.fromkeys(CODES)]
    assert all(key in rows for key in keys)
    for missing in (
        "",
        "A",
        "A0",
        "A00",
        "A02",
        "A011A",
        "A012",
        "B0",
        "B022",
        "B03",
        "Z99",
        "C03",
        "C03001",
        "ZZZZZZZZ",
    ):
        assert missing not in rows
        with pytest.raises(KeyError, match=repr(missing)):
            rows.records(missing, Diagnosis)
    assert 7 not in rows
    assert ("A01", "B02") not in rows
    with pytest.raises(KeyError, match="A01"):
        rows.records(("A01", "B02"), Diagnosis)
    assert [len(rows.records(key, Diagnosis)) for key in keys] == [1, 1, 2, 1, 1, 1, 1]
    record = rows.records("C03001A", Diagnosis)[0]
    assert (record.code, record.title, record.valid_from) == (
        "C03.001A",
        "Title of C03.001A",
        day("2020-01-01"),
    )
    assert list(rows) == keys
    assert rows.blocks == ("A01", "B02", "C03")
    assert [record.code for record in rows.every(Diagnosis)] == list(CODES)


@pytest.mark.parametrize(
    ("prefix", "keys"),
    [
        ("", ["A01", "A010", "A011", "A0110", "B02", "B029", "C03001A"]),
        ("A", ["A01", "A010", "A011", "A0110"]),
        ("A01", ["A01", "A010", "A011", "A0110"]),
        ("A011", ["A011", "A0110"]),
        ("B0", ["B02", "B029"]),
        ("C03001A", ["C03001A"]),
        ("Z", []),
        ("Z99", []),
    ],
)
def test_keys_that_begin_with_some_characters(prefix, keys) -> None:
    found = dict(blocks(*CODES).under(prefix, Diagnosis))
    assert list(found) == keys
    assert all(len(records) == (2 if key == "A011" else 1) for key, records in found.items())
    assert all(record.code.replace(".", "") == key for key, records in found.items() for record in records)


def problem_of(block: bytes) -> str:
    """Why a block cannot be read."""
    content = pack(COLUMNS, {"A01": block})
    made = entry(content, file="small.blocks", sha256=Blocks("small.blocks", content).fingerprint)
    rows = read_table(Memory({"small.blocks": content}), made)
    with pytest.raises(TableError) as caught:
        list(rows.every(Diagnosis))
    assert (caught.value.file, caught.value.line) == ("small.blocks", None)
    return caught.value.problem


def test_a_block_without_titles_or_of_other_bytes_is_refused() -> None:
    assert problem_of(b"A01\n") == "a row has no code and title first"
    assert problem_of(b"A01\tt\xff\n") == "the block A01 is not in UTF-8"


def test_a_line_is_found_by_halves_wherever_it_stands() -> None:
    codes = ["A", "A1", "A11", "B", "B2222222", "C", "C3", "D4444"]
    for chosen in chain.from_iterable(combinations(codes, count) for count in range(len(codes) + 1)):
        # Rows of two versions, and of titles with a tab, are of one code, the first of which is meant.
        lines = [
            f"{code}\t{'x' * (number % 3)}\ty\n" * (1 + number % 2) for number, code in enumerate(chosen)
        ]
        text = "\n" + "".join(lines)
        for code in (*codes, "", "A0", "B22", "E"):
            assert _start_of(text, code) == (text.find(f"\n{code}\t") + 1 if code in chosen else -1)


def test_of_many_blocks_each_is_right() -> None:
    codes = [f"A{number}" for number in range(10, 40)]
    rows = blocks(*codes)
    for code in (*codes, *codes):
        assert [record.code for record in rows.records(code, Diagnosis)] == [code]
    assert len(rows._texts) < len(codes)


def test_a_file_of_blocks_that_is_another_is_refused() -> None:
    content = pack(COLUMNS, {"A01": f"A01\tt\t{TAIL}\n".encode()})
    made = entry(content, file="small.blocks")
    for is_whole in (True, False):
        with pytest.raises(TableError, match=r"small\.blocks: its hash is not the one in manifest\.toml"):
            read_table(Memory({"small.blocks": content}, is_whole=is_whole), made)


@pytest.mark.parametrize(
    ("columns", "tail", "problem"),
    [
        (("title", "code", *COLUMNS[2:]), TAIL, "expected code and title first, found ('title', 'code'"),
        (COLUMNS[:-1], TAIL, "expected 7 cells, found 8"),
        ((*COLUMNS[:-1], "colour"), TAIL, "unknown column 'colour'"),
        (COLUMNS, TAIL.replace("2020-01-01", "once"), "column valid_from: "),
        (COLUMNS[:-1], TAIL.removesuffix("\tyes"), "A01: "),
    ],
)
def test_blocks_that_cannot_be_read_say_why(columns, tail, problem) -> None:
    with pytest.raises(TableError) as caught:
        blocks("A01", columns=columns, tail=tail).records("A01", Diagnosis)
    assert caught.value.file == "small.blocks"
    assert problem in caught.value.problem


def test_a_part_of_a_packaged_file_is_that_part() -> None:
    source = PackagedSource()
    whole = source.read("manifest.toml")
    assert source.part("manifest.toml", 3, 40) == whole[3:40]
    assert source.part("manifest.toml", 0, len(whole) + 1) == whole
    assert source.part("there is no such file", 0, 1) is None
    assert list(read_manifest(source)) == list(read_manifest(Memory({"manifest.toml": whole})))


@pytest.mark.parametrize("is_whole", [True, False], ids=["whole", "in parts"])
def test_a_damaged_block_is_refused_when_it_is_read_and_the_others_are_not(is_whole) -> None:
    content = pack(COLUMNS, {key: f"{key}\tt\t{TAIL}\n".encode() for key in ("A01", "B02")})
    made = entry(content, file="small.blocks", sha256=Blocks("small.blocks", content).fingerprint)
    source = Memory({"small.blocks": content[:-9] + bytes(9)}, is_whole=is_whole)
    rows = read_table(source, made)
    assert len(rows.records("A01", Diagnosis)) == 1
    with pytest.raises(TableError, match=r"small\.blocks: the block B02 is damaged"):
        rows.records("B02", Diagnosis)


def diagnoses(*codes: str, tail: str = TAIL) -> Table:
    """A table whose codes are filed without their dots."""
    small = Table(entry(b"", file="small.blocks"), Diagnosis, Memory({}), form=r"[A-Z][0-9A-Z]{2,6}")
    small._raw = blocks(*codes, tail=tail)
    return small


def test_a_code_is_kept_as_it_is_filed_and_as_it_is_written_and_in_no_other_form() -> None:
    """So that what is kept does not grow with the ways in which an input writes its codes."""
    small = diagnoses("A01", "A01.1")
    snapshot = small.on(day("2021-01-01"))
    for form in ("A01.1", "A011", "a01.1", " A011", "a011 "):
        assert small.verdict(form, on=snapshot.day) is EFFECTIVE
        assert snapshot[form].code == "A01.1"
    assert set(small._spans) == set(snapshot._hits) == {"A01.1", "A011"}
    assert small.verdict("a01.2", on=snapshot.day) is small.verdict("A012", on=snapshot.day) is OUT


def test_codes_are_given_as_their_records_write_them() -> None:
    snapshot = diagnoses("A01", "A01.1").on(day("2021-01-01"))
    assert list(snapshot) == [code for code, _ in snapshot.in_force()] == ["A01", "A01.1"]
    assert set(snapshot.table.suggest("A012")) == {"A01.1", "A01"}


def test_a_header_is_found_and_is_not_billable() -> None:
    small = diagnoses("A01", "A01.1", tail=TAIL.removesuffix("yes") + "no")
    on = day("2021-01-01")
    assert {small.verdict(code, on=on) for code in ("A01", "A01.1", "a011")} == {Verdict.NOT_BILLABLE}
    assert "A01" in small.on(on)
    assert small.on(on).get("A01") is small.on(on).find("A01") is small.on(on)["A01"]
    assert small.suggest("A02", on=on) == ("A01",)


def test_what_a_notebook_shows_of_a_table() -> None:
    html = table("A1001,2020-01-01,,yes")._repr_html_()
    columns = re.findall('<th scope="col">(.*?)</th>', html)
    assert columns == ["edition", "speaks from", "publisher", "title"]
    assert re.findall('<th scope="row">(.*?)</th>', html) == ["second", "first"]  # the newest first
    assert "<caption>Table small: 2020-01-01 to 2025-12-31; complete for A0000 to A9999</caption>" in html


def test_the_items_of_a_snapshot_are_its_records_by_their_codes() -> None:
    snapshot = table("A1001,2020-01-01,,yes", "A1002,2020-01-01,2020-12-31,yes").on(day("2021-01-01"))
    assert list(snapshot.items()) == [("A1001", snapshot["A1001"])]
    assert list(snapshot.values()) == [snapshot["A1001"]]


@attrs.frozen(kw_only=True)
class Allowed(Row):
    """A row with a key of two columns: one of words, and one that is called as that of a plain key."""

    setting: str = cell(required)
    code: str = cell(required)


def by_setting() -> Table:
    """A table by setting and code, of which an edition speaks for one setting only."""
    rows = ["clinic,A1001", "clinic,A1002", "home,A1001"]
    header = "setting,code,valid_from,valid_to,is_start_known,confirmed_to"
    content = "\n".join([header, *(f"{row},2020-01-01,,yes," for row in rows), ""]).encode()
    editions = [*EDITIONS, ("third", "2025-01-01", ["home"])]
    made = entry(content, key=["setting", "code"], editions=editions, carried_to="2026-12-31")
    return Table(made, Allowed, Memory({made.file: content}))


def test_a_key_of_two_columns_has_its_codes_normalised_and_its_words_as_they_are() -> None:
    small = by_setting()
    on = day("2025-06-01")
    assert small.verdict(("clinic", " a1001"), on=on) is EFFECTIVE
    assert small.on(on)["home", "a1001"].setting == "home"
    assert list(small.on(on)) == [("clinic", "A1001"), ("clinic", "A1002"), ("home", "A1001")]
    assert dict(small.on(on).in_force()) == dict(small.on(on).items())
    assert small.verdict(("Clinic", "A1001"), on=on) is small.verdict(("home", "A1002"), on=on) is UNKNOWN
    assert small.verdict(("home", "B1001"), on=on) is OUT
    assert small.suggest(("home", "A1002")) == ()
    with pytest.raises(UnknownCodeError):
        small.history(("home", "A1002"))
    with pytest.raises(ValueError, match="argument 2"):
        small.verdict(("home",), on=on)


def test_of_a_key_of_two_codes_each_has_the_form_of_a_code() -> None:
    content = f"{HEADER}\nA1001,2020-01-01,,yes,,A2001,,,\n".encode()
    made = entry(content, key=["code", "label"])
    small = Table(made, Procedure, Memory({made.file: content}), form=FORM)
    on = day("2021-01-01")
    assert small.verdict(("a1001", "a2001"), on=on) is EFFECTIVE
    assert small.verdict(("A1001", "A2002"), on=on) is UNKNOWN
    assert small.verdict(("A1001", "B2002"), on=on) is OUT
    assert small.verdict(("A1001", "nonsense"), on=on) is UNKNOWN


def test_codes_of_a_file_are_filed_without_their_dots() -> None:
    rows = of(f"{','.join(COLUMNS)}\nA01.1,t,{TAIL}\n".replace("\t", ",").encode())
    assert list(rows) == ["A011"]
    assert rows.records("A011", Diagnosis)[0].code == "A01.1"


def test_what_is_carried_names_the_edition_of_its_own_part() -> None:
    small = by_setting()
    on = day("2026-01-01")
    assert {key[0]: record.edition for key, record in small.on(on).items()} == {
        "clinic": "second",
        "home": "third",
    }
    assert small.absence_carried_from(("clinic", "A9999"), on) == "second"
    assert small.absence_carried_from(("home", "A9999"), on) == "third"


def test_a_table_that_asks_for_no_form_has_no_malformed_code() -> None:
    content = f"{HEADER}\nA1001,2020-01-01,,yes,,,,,\n".encode()
    made = entry(content)
    small = Table(made, Procedure, Memory({made.file: content}))
    assert small.verdict("nonsense", on=day("2021-01-01")) is OUT
    with pytest.raises(OutOfCoverageError):
        small.history("nonsense")


def test_what_changed_between_two_days_and_how_fresh_a_table_is() -> None:
    small = table("A1001,2020-01-01,2021-12-31,yes,,,,A1002", "A1002,2022-01-01,,yes")
    days = day("2021-06-01"), day("2022-06-01")
    changed = small.diff(*days)
    assert changed == otcodes.diff(small, *days)
    assert (changed.first, changed.second) == days
    assert small.replaced_by(small.history("A1001")[0], *days) == ("A1002",)
    assert small.replaced_by(diagnoses("A01").history("A01")[0], *days) == ()
    assert [(each.table, each.on) for each in small.freshness(days[0])] == [("small", days[0])]
    assert [each.table for each in beside().freshness(days[0])] == ["own", "other"]


def test_what_a_notebook_shows_of_a_snapshot() -> None:
    small = table("A1001,2020-01-01,,yes", "A1002,2020-01-01,,yes", "A1003,2022-01-01,,yes")
    html = small.on(day("2021-01-01"))._repr_html_()
    assert "<caption>Snapshot of small on 2021-01-01: 2 records</caption>" in html
    assert re.findall('<th scope="row">(.*?)</th>', html) == ["A1001", "A1002"]
    assert str(small.freshness(day("2021-01-01"))[0]) in html


def large() -> tuple[Entry, bytes]:
    """A file of blocks whose index is longer than what is read at first."""
    keys = [f"{first}{second}{third}" for first in "ABCDEF" for second in DIGITS for third in DIGITS]
    content = pack(COLUMNS, {key: f"{key}\tt\t{TAIL}\n".encode() for key in keys})
    return entry(content, file="small.blocks", sha256=Blocks("small.blocks", content).fingerprint), content


DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_a_file_that_is_read_in_parts_is_never_read_as_a_whole() -> None:
    made, content = large()
    source = Memory({"small.blocks": content}, is_whole=False)
    rows = read_table(source, made)
    assert [record.code for record in rows.records("FZZ", Diagnosis)] == ["FZZ"]
    assert source.reads == []
    assert len(list(rows)) == 6 * len(DIGITS) ** 2


def test_where_no_part_can_be_read_any_more_the_whole_is() -> None:
    made, content = large()
    source = Memory({"small.blocks": content}, is_whole=False)
    rows = read_table(source, made)
    source.is_whole = True
    assert [record.code for record in rows.records("FZZ", Diagnosis)] == ["FZZ"]
    assert source.reads == ["small.blocks"]
