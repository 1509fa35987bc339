"""Official files of add-on code edits, made by hand in the published layout, and what must come of them.

They hold the pairs on board, with days that are not the real ones, and some that are made up.
"""

import csv
import datetime as dt
import filecmp
import io
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
from builders_importing import assert_read_back
from builders_workbooks import workbook

from otcodes import Catalog, Claim, ServiceLine, TableError, Verdict, check
from otcodes.cli import main
from otcodes.importing import import_file

BUNDLED = Catalog.bundled().add_on_codes
JULY, OCTOBER, JANUARY = dt.date(2026, 7, 1), dt.date(2026, 10, 1), dt.date(2027, 1, 1)
EFFECTIVE, NOT_EFFECTIVE, _, OUT_OF_COVERAGE, _ = Verdict
TITLE = "A notice of one line."
HEADINGS = (
    "AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT",
    "AOC_Edit_EffDT", "AOC_Edit_DelDT", "Special_Instruction_Notes",
)  # fmt: skip
CONTRACTOR = "CCCCC"
GONE, NEW = (
    ("97546", "97545"),
    ("97546", "97544"),
)  # a pair that ends, and one with a code that is none of ours
OLD = ("92608", "92607")
OPENED = "97598"  # an add-on code whose list the contractor may add to, from a day on


def row(add_on, primary, first="2013091", last="", *, kind="1", add_on_ended="", primary_ended=""):
    return (kind, add_on, add_on_ended, primary, primary_ended, first, last, "")


def compact(day: dt.date | None) -> str:
    return "" if day is None else f"{day:%Y%j}"


def board():
    """The pairs on board: of those older than the edits, and of one more, the edit began with them."""
    since = dt.date(2013, 4, 1)
    days = {OLD: since}
    return [
        row(*pair, compact(days.get(pair, max(each.valid_from, since))))
        for each in BUNDLED.own()
        for pair in [(each.add_on, each.primary)]
    ]


# What is not kept: type 2, type 3, a pair that never applied, a code that is none of ours.
OTHERS = (
    row("97551", "97552", "2024001", "2024001"),
    row("99417", "99205"),
    row("90785", CONTRACTOR, kind="2"),
    row("97763", "97760", kind="3"),
)


def july():
    return [*board(), *OTHERS]


def october():
    """A quarter later: a pair has ended, one is new, a list is open, and a code was deleted."""
    rows = [
        (*each[:6], "2026273", "") if (each[1], each[3]) == GONE else each for each in july()
    ]  # its last day is September 30
    rows = [(*each[:4], "2026273", *each[5:]) if each[3] == "98980" else each for each in rows]
    return [*rows, row(*NEW, "2026274"), row(OPENED, CONTRACTOR, "2026274", kind="3")]


def in_order(rows):
    return sorted(rows, key=lambda each: each[:2])


def fixed(rows) -> str:
    return "".join(
        f"{kind}{add_on}{gone:7}{primary:5}{ended:7}{first}{last:7}{notes:58}\r\n"
        for kind, add_on, gone, primary, ended, first, last, notes in in_order(rows)
    )


def as_csv(rows) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([(TITLE, *[""] * 7), HEADINGS, *in_order(rows)])
    return out.getvalue()


def zipped(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def imported(folder: Path, text, effective=OCTOBER, *, to="mytables", name="edits.txt"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file("add-on-codes", folder / name, effective=effective, to=folder / to)


def overlay(folder: Path, to="mytables"):
    return Catalog.bundled().with_source(folder / to)


def intervals(table, pair):
    return [(str(each.valid_from), str(each.valid_to or "")) for each in table.history(pair)]


@pytest.fixture
def pairs(tmp_path: Path):
    imported(tmp_path, fixed(october()))
    return overlay(tmp_path).add_on_codes


def test_only_what_differs_changes(pairs) -> None:
    differing = {GONE, NEW, (OPENED, "97597"), ("98981", "98980"), OLD, ("92618", "92605")}
    assert {*pairs.keys()} == {*BUNDLED.keys(), NEW}
    for key in {*BUNDLED.keys()} - differing:
        assert intervals(pairs, key) == intervals(BUNDLED, key), key
        assert [each.is_start_known for each in pairs.history(key)] == [
            each.is_start_known for each in BUNDLED.history(key)
        ], key


def test_a_pair_that_is_gone_ends_and_a_new_one_begins(pairs) -> None:
    assert intervals(pairs, GONE) == [("1998-01-01", "2026-09-30")]
    assert intervals(pairs, NEW) == [("2026-10-01", "")]
    assert pairs.verdict(GONE, on=OCTOBER) is NOT_EFFECTIVE
    assert pairs.verdict(NEW, on=OCTOBER) is EFFECTIVE
    assert pairs.verdict(NEW, on=dt.date(2026, 9, 30)) is NOT_EFFECTIVE


def test_a_pair_ends_with_its_codes(pairs) -> None:
    assert intervals(pairs, ("98981", "98980")) == [("2022-01-01", "2026-09-30")]


def test_an_open_list_is_no_list(pairs) -> None:
    assert intervals(pairs, (OPENED, "97597")) == [("2011-01-01", "2026-09-30")]
    assert not [key for key in pairs.keys() if key[0] in ("90785", "97763", "99417")]
    assert ("97551", "97552") not in {*pairs.keys()}


def test_an_edit_as_old_as_the_edits_may_be_of_an_older_pair(pairs) -> None:
    assert intervals(BUNDLED, OLD) == [("2019-01-01", "")]
    assert intervals(pairs, OLD) == [("2013-04-01", "")]
    assert not pairs.history(OLD)[0].is_start_known
    assert pairs.verdict(OLD, on=dt.date(2013, 3, 31)) is OUT_OF_COVERAGE


def test_it_is_confirmed_to_the_end_of_the_quarter(tmp_path: Path) -> None:
    imported(tmp_path, fixed(october()))
    imported(tmp_path, fixed(october()), JANUARY)
    found = overlay(tmp_path).add_on_codes
    assert found.coverage.last == dt.date(2027, 3, 31)
    assert not found.on(dt.date(2027, 3, 31))[("97811", "97810")].carried_forward
    later = found.on(dt.date(2027, 4, 1))[("97811", "97810")]
    assert (later.carried_forward, later.edition) == (True, "add-on-codes-2027-01-01")


def test_a_claim_is_judged_by_them(tmp_path: Path) -> None:
    imported(tmp_path, fixed(october()))
    catalog = overlay(tmp_path)

    def findings(*codes: str) -> list[str]:
        lines = tuple(ServiceLine(code, on=OCTOBER, units=1, modifiers=("GO",), place="11") for code in codes)
        report = check(Claim(payer="medicare-b", diagnoses=("M62.81",), lines=lines), catalog=catalog)
        return [each.message for each in report.findings if each.rule == "procedure.add-on-without-primary"]

    assert findings("97546", "97544") == []
    assert findings("97546", "97545") == [
        "97546 is an add-on; none of 97544 stands beside it on 2026-10-01"
    ]  # its primary code is none of ours, and yet of the list
    assert findings(OPENED) == []  # the contractor may have any beside it


def test_it_says_what_it_did(tmp_path: Path) -> None:
    done = imported(tmp_path, fixed(october()))
    assert str(done) == (
        "add-on-codes-2026-10-01, for days to 2026-12-31: 20 rows became 15 of ours; "
        "add_on_codes: 1 keys added, 9 changed, 0 removed"
    )


MEMBER = "AOC_V2026Q4-F-MCR.txt"
TABBED = as_csv(october()).replace(",", "\t")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("edits.txt", (f"{TITLE}\r\n\r\n" + fixed(october())).encode()),
        ("edits.txt", fixed(october()).replace("\r\n", "\n").encode("utf-8-sig") + b"\x1a"),
        (
            "edits.txt",
            "".join(f"{line.rstrip()}\n" for line in fixed(october()).splitlines()).encode("utf-16"),
        ),
        ("edits.txt", fixed([*october(), (*row("99417", "99215")[:7], "nótes")]).encode("cp1252")),
        ("edits.csv", as_csv(october()).encode()),
        ("edits.csv", as_csv(october()).replace("DelDT", "DelDT (Julian)").encode()),
        ("edits.txt", TABBED.encode()),
        (
            "edits.xlsx",
            workbook(
                [
                    (TITLE,),
                    HEADINGS,
                    *([int(x) if x.isdigit() and len(x) == 7 else x or None for x in r] for r in october()),
                ]
            ),
        ),
        ("AOC-2026q4.zip", zipped((MEMBER, fixed(october())), ("AOC_V2026Q4-MCR.xlsx", "PK"), ("a.txt", ""))),
        ("edits.zip", zipped(("folder/edits.csv", as_csv(october())), ("read me.pdf", "%PDF"))),
    ],
    ids=[
        "titles",
        "its mark",
        "utf-16",
        "cp1252",
        "CSV",
        "headings",
        "tabs",
        "XLSX",
        "zip of text",
        "zip of CSV",
    ],
)
def test_every_form_in_which_it_is_published_gives_the_same(
    tmp_path: Path, name: str, content: bytes
) -> None:
    imported(tmp_path, content, name=name)
    imported(tmp_path, fixed(october()), to="other")
    made, other = (next((tmp_path / to).glob("add_on_codes-*.csv")) for to in ("mytables", "other"))
    assert made.read_bytes() == other.read_bytes()


EDITIONS = {
    JULY: fixed(july()),
    OCTOBER: fixed(october()),
    JANUARY: fixed([*july(), row(*NEW, "2026274", "2026365")]),
}


@pytest.mark.parametrize("order", list(permutations(EDITIONS)))
def test_the_order_of_imports_is_of_no_account(tmp_path: Path, order) -> None:
    for to, days in (("mytables", (*order, order[0])), ("other", EDITIONS)):
        for day in days:
            imported(tmp_path, EDITIONS[day], day, to=to)
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert not (compared.left_only)
    assert not (compared.right_only)
    assert not (compared.diff_files)
    found = overlay(tmp_path).add_on_codes
    assert intervals(found, NEW) == [("2026-10-01", "2026-12-31")]  # the newest file has the last word
    assert intervals(found, GONE) == [("1998-01-01", "")]


def test_to_import_twice_changes_nothing(tmp_path: Path) -> None:
    assert imported(tmp_path, fixed(october())).is_written
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()}
    assert_read_back(tmp_path / "mytables")
    again = imported(tmp_path, fixed(october()))
    assert (again.is_written, again.added, again.changed, again.removed) == (False, 0, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()} == before


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / MEMBER).write_bytes(fixed(october()).encode())
    given = ["import", "add-on-codes", str(tmp_path / MEMBER), "--to", str(tmp_path / "to")]
    assert main([*given, "--effective", "2026-10-01"]) == 0
    assert "add_on_codes: 1 keys added" in capsys.readouterr().out
    assert main([*given, "--effective", "2026-07-01"]) == 2
    assert "it is the edition of 2026-10-01, not that of 2026-07-01" in capsys.readouterr().err


TEXT = fixed(october())


def with_record(number: int, **changes: str) -> str:
    """The text with other cells in one record, counted from 1."""
    names = ("kind", "add_on", "gone", "primary", "ended", "first", "last")
    rows = [list(each) for each in in_order(october())]
    for name, cell in changes.items():
        rows[number - 1][names.index(name)] = cell
    return "".join(
        f"{a}{b}{c:7}{d:5}{e:7}{f}{g:7}\r\n" for a, b, c, d, e, f, g, _ in rows
    )  # in the order that it has now


DAY_EXPECTED = "expected a day as 2026001, the year and the number of the day in it"
DAMAGED = {
    "an HTML page": (
        "<!DOCTYPE html><html><body>License</body></html>",
        (
            "edits.txt: it is a page of HTML and no table: "
            "perhaps the licence page that stands before the download"
        ),
    ),
    "empty": ("\r\n", "edits.txt: it is empty"),
    "another file": (
        "claim_id,procedure,on\nA1,97530,2026-03-02\n",
        (
            "edits.txt: no header: expected a line that begins with 'aoc_edit_type' among the first 40; "
            "is it another file?"
        ),
    ),
    "a changed header": (
        as_csv(october()).replace("Primary_Code_DelDT", "Primary_Deleted"),
        "edits.txt, line 2: column 5: expected the header 'primary_code_deldt', found 'Primary_Deleted'",
    ),
    "a column less": (
        as_csv(october()).replace("AOC_DelDT,", ""),
        "edits.txt, line 2: column 3: expected the header 'aoc_deldt', found 'Primary_Code'",
    ),
    "cut off in a record": (
        TEXT[:-75],
        "edits.txt, line 20: expected 32 characters or more, found 24; is the file cut off?",
    ),
    "cut off in a day": (
        TEXT.rstrip()[:-1],
        "edits.txt, line 20: expected 32 characters or more, found 31; is the file cut off?",
    ),
    "cut off between records": (
        "\r\n".join(TEXT.split("\r\n")[:5]),
        (
            "edits.txt: 7 add-on codes that are on board are not in it, as G0542; "
            "expected the official file, whole"
        ),
    ),
    "a code that is none": (
        with_record(1, add_on="9091-"),
        "edits.txt, line 1: positions 2 to 6, add-on_code: expected a code of five characters, found '9091-'",
    ),
    "a primary code that is none": (
        with_record(2, primary="CCCC1"),
        (
            "edits.txt, line 2: positions 14 to 18, primary_code: "
            "expected a code of five characters, found 'CCCC1'"
        ),
    ),
    "a type that is none": (
        with_record(2, kind="4"),
        "edits.txt, line 2: position 1, aoc_edit_type: expected 1, 2 or 3, found '4'",
    ),
    "a day that is none": (
        with_record(2, first="2025366"),
        f"edits.txt, line 2: positions 26 to 32, aoc_edit_effdt: {DAY_EXPECTED}, found '2025366'",
    ),
    "no first day": (
        as_csv([*october()[:3], ("1", "97546", "", "97545", "", "", "", ""), *october()[3:]]),
        f"edits.txt, line 8: column 6, aoc_edit_effdt: {DAY_EXPECTED}, found ''",
    ),
    "a deletion that is none": (
        with_record(2, last="2026-09"),
        f"edits.txt, line 2: positions 33 to 39, aoc_edit_deldt: {DAY_EXPECTED}, found '2026-09'",
    ),
    "of a later quarter": (
        with_record(2, first="2027001"),
        "edits.txt, line 2: aoc_edit_effdt: 2027-01-01 is after 2026-12-31, the end of the edition",
    ),
    "a pair twice": (
        TEXT + TEXT.split("\r\n")[0],
        "edits.txt, line 21: two edits of 90913 and 90912 share a day",
    ),
    "no text": (
        TEXT.encode("utf-16-le"),
        "edits.txt: it is no text in UTF-8, UTF-16 with its mark, or cp1252",
    ),
    "a zip of several": (
        zipped(("AOC_V2026Q4-F-MCR.txt", TEXT), ("AOC_V2026Q4-MCR.txt", TEXT)),
        "edits.txt: the zip holds AOC_V2026Q4-F-MCR.txt, AOC_V2026Q4-MCR.txt; unpack the one that is meant",
    ),
    "a zip of none": (
        zipped(("a.pdf", "%PDF")),
        "edits.txt: the zip holds no file of the form that is expected, but a.pdf",
    ),
    "a zip that leads out": (
        zipped(("/a.txt", TEXT)),
        "edits.txt: the zip holds a file that leads out of it, '/a.txt'",
    ),
    "of Medicaid": (
        zipped(("AOC_V2026Q4-F-MCD.txt", TEXT)),
        (
            "edits.txt/AOC_V2026Q4-F-MCD.txt: by its name it is a file of Medicaid, not of Medicare; "
            "of Medicaid's add-on codes there is no table"
        ),
    ),
    "of another quarter": (
        zipped(("AOC_V2026Q3-F-MCR.txt", TEXT)),
        (
            "edits.txt/AOC_V2026Q3-F-MCR.txt: "
            "by its name it is the edition of 2026-07-01, not that of 2026-10-01"
        ),
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_error_and_writes_nothing(tmp_path: Path, damage: str) -> None:
    content, message = DAMAGED[damage]
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content)
    assert str(caught.value) == message
    assert [path.name for path in tmp_path.iterdir()] == ["edits.txt"]


def test_the_edits_are_in_one_file(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT + name[0], "utf-8")
    with pytest.raises(TableError, match=r"b\.txt: expected one file"):
        import_file(
            "add-on-codes", tmp_path / "a.txt", tmp_path / "b.txt", effective=OCTOBER, to=tmp_path / "to"
        )
