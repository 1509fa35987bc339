"""Official HCPCS files, made by hand in the published layout, and what must come of them.

A sample of a few codes shows the form; an edition has the codes and days of the
bundled table, with the changes that a test is of. All descriptions are made up.
"""

import datetime as dt
import filecmp
import io
import shutil
import zipfile
from functools import cache
from pathlib import Path

import pytest
from builders_importing import assert_read_back
from builders_workbooks import workbook

from otcodes import Catalog, Timing, Verdict
from otcodes.errors import TableError
from otcodes.importing import KINDS, import_file
from otcodes.importing._canonical import rows_of
from otcodes.importing._sources import OfficialFile
from otcodes.importing._xlsx import open_official
from otcodes.importing.hcpcs import MODIFIER, Code, records

BOARD_DAY, JANUARY, APRIL = dt.date(2025, 10, 1), dt.date(2026, 1, 1), dt.date(2026, 4, 1)
HEADER = (
    *("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "PRICE1", "PRICE2", "PRICE3"),
    *("PRICE4", "MULT_PI", "CIM1", "CIM2", "CIM3", "MCM1", "MCM2", "MCM3", "STATUTE", "LABCERT1", "LABCERT2"),
    *("LABCERT3", "LABCERT4", "LABCERT5", "LABCERT6", "LABCERT7", "LABCERT8", "XREF1", "XREF2", "XREF3"),
    *(
        "XREF4",
        "XREF5",
        "COV",
        "ASC_GRP",
        "ASC_DT",
        "OPPS",
        "OPPS_PI",
        "OPPS_DT",
        "PROCNOTE",
        "BETOS",
        "TOS1",
    ),
    *("TOS2", "TOS3", "TOS4", "TOS5", "ANEST_BU", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"),
)


def record(code, line=100, kind="3", *, text="", cov="", add="", act="", end="", action="") -> str:
    """A record of 320 characters, each field where the published layout has it."""
    found = f"{code:>5}{line:05}{kind}{text:<80}{'a short text':<28}".ljust(229) + f"{cov:1}"
    return f"{found.ljust(268)}{add:8}{act:8}{end:8}{action:1}".ljust(320)


SAMPLE = (
    record("A1", kind="7", text="Our words for a modifier", add="19990101", act="19990101", action="N"),
    record("A1", 200, "8", text="of two lines"),
    record(
        "A9990", text="Our own words for a thing that is told of on", cov="D", add="20200101", act="20240401"
    ),
    record("A9990", 200, "4", text="two lines, or three,"),
    record("A9990", 300, "4", text="of the file"),
    record("D0120", text="A dental code", cov="S", add="20000101", act="20000101", action="N"),
    record("L9990", text="A brace that is no more", cov="C", add="20010101", end="20251231", action="D"),
    record("99999", text="A code that is none of HCPCS", add="20010101", action="N"),
)


def as_text(lines=SAMPLE, *, newline="\r\n") -> str:
    return "".join(f"{line}{newline}" for line in lines)


def as_cells(lines=SAMPLE) -> list[list[object]]:
    """The same as rows of a sheet: numbers are numbers there."""
    rows: list[list[object]] = []
    for line in lines:
        row: list[object] = [None] * len(HEADER)
        row[:4] = [line[:5].strip(), line[5:10], int(line[10]), line[11:91].strip()]
        row[30] = line[229].strip() or None
        row[44:47] = [int(text) if (text := line[at : at + 8].strip()) else None for at in (268, 276, 284)]
        row[47] = line[292].strip() or None
        rows.append(row)
    return [["A notice."], [], list(HEADER), *rows]


def as_csv(lines=SAMPLE) -> str:
    return "\n".join(",".join(f'"{"" if cell is None else cell}"' for cell in row) for row in as_cells(lines))


def read(text: str) -> tuple[list[Code], int]:
    return records(OfficialFile(name="f.txt", text=text, sha256=""))


def facts(codes):
    return [(each.code, each.title, each.coverage, each.added, each.changed, each.ended) for each in codes]


@pytest.mark.parametrize("text", [as_text(), as_text(newline="\n"), as_csv()], ids=["fixed", "LF", "sheet"])
def test_the_records_of_either_form(text: str) -> None:
    codes, seen = read(text)
    assert facts(codes) == [
        (
            "A9990",
            "Our own words for a thing that is told of on two lines, or three, of the file",
            "D",
            "2020-01-01",
            "2024-04-01",
            "",
        ),
        ("L9990", "A brace that is no more", "C", "2001-01-01", "", "2025-12-31"),
    ]
    assert seen == 5


def test_the_modifiers_of_a_file_are_there_for_our_own_tables() -> None:
    modifiers, _ = records(OfficialFile(name="f.txt", text=as_text(), sha256=""), MODIFIER)
    assert facts(modifiers) == [
        ("A1", "Our words for a modifier of two lines", "", "1999-01-01", "1999-01-01", "")
    ]


# Editions: the codes on board, each with the days on board, and made-up words.


@cache
def board() -> dict[str, dict[str, str]]:
    entry, content = Catalog.bundled().file_of("hcpcs")
    return {row["code"]: row for row in rows_of(entry.file, content)}


@cache
def bundled_lines() -> dict[str, str]:
    def compact(day: str) -> str:
        return day.replace("-", "")

    return {
        code: record(
            code,
            text=f"Made-up words for {code}",
            cov=row["coverage"],
            add=compact(row["valid_from"]),
            act="20251001" if code == "A0021" else "",
            end=compact(row["valid_to"]),
        )
        for code, row in board().items()
    }


def edition(**changes: str) -> str:
    """The text of the bundled edition with some records in the place of its own; empty for none."""
    return as_text(line for line in {**bundled_lines(), **changes}.values() if line)


def january() -> str:
    return edition(
        A9997=record("A9997", text="A new thing", cov="C", add="20260101", act="20260101", action="A"),
        A0080=record(
            "A0080", text="It ends", cov="I", add="19820101", act="20260101", end="20251231", action="D"
        ),
        A0100=record("A0100", text="Another letter", cov="D", add="19820101", act="20260101", action="F"),
    )


def april() -> str:
    return edition(
        A9997=record("A9997", text="A new thing", cov="C", add="20260101", act="20260101", action="N"),
        A9998=record("A9998", text="A newer thing", cov="C", add="20260401", act="20260401", action="A"),
        A0080=record(
            "A0080", text="It ends", cov="I", add="19820101", act="20260101", end="20251231", action="N"
        ),
        A0100=record("A0100", text="Another letter", cov="D", add="19820101", act="20260101", action="N"),
        A0110=record(
            "A0110", text="It ended earlier", cov="I", add="19820101", act="20260401", end="20251130"
        ),
    )


def imported(folder: Path, content: str | bytes, effective: dt.date, *, to="mytables", name="HCPC_ANWEB.txt"):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file("hcpcs", file, effective=effective, to=folder / to)


def rows_in(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """The rows of a directory's table but for their labels, by code."""
    file = next(folder.glob("hcpcs-????????????.csv"))
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in rows_of(file.name, file.read_bytes()):
        found.setdefault(row.pop("code"), []).append(tuple(row.values()))
    return found


def without_label(rows):
    return [(*row[:4], *row[5:]) for row in rows]


def of_board(code: str):
    return without_label([tuple(board()[code].values())[1:]])


def test_a_level_two_code_among_the_procedures_ends_with_it(tmp_path: Path) -> None:
    ended = record("G0541", text="x", cov="C", add="20250101", act="20261001", end="20260930", action="D")
    new = record("A9997", text="A new thing", cov="C", add="20270101", act="20270101", action="A")
    autumn, day, after = dt.date(2026, 11, 2), dt.date(2027, 1, 4), dt.date(2027, 4, 5)
    imported(tmp_path, edition(A9997=new, G0541=ended), dt.date(2027, 1, 1))
    mine = Catalog.bundled().with_source(tmp_path / "mytables").procedures
    assert mine.verdict("G0541", on=dt.date(2026, 9, 30)) is Verdict.EFFECTIVE
    assert mine.verdict("G0541", on=autumn) is Verdict.NOT_EFFECTIVE
    assert Catalog.bundled().procedures.verdict("G0541", on=autumn) is Verdict.EFFECTIVE
    # That the code is there, the file says; what it is, only the table of last year.
    assert (mine.on(day)["G0283"].timing, mine.on(day)["G0283"].carried_forward) == (Timing.UNTIMED, True)
    assert "G0541" not in set(mine.on(autumn))
    assert mine.verdict("G0283", on=after) is Verdict.OUT_OF_COVERAGE
    assert mine.verdict("97530", on=day) is Verdict.OUT_OF_COVERAGE  # the file says nothing of CPT
    assert mine.history("97530") == Catalog.bundled().procedures.history("97530")
    changes = mine.diff(dt.date(2026, 9, 30), autumn)
    assert "G0541" in {row.code for row in changes.retired}


@pytest.fixture(scope="module")
def in_january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("january")
    imported(folder, january(), JANUARY)
    return folder / "mytables"


def test_the_bundled_edition_changes_no_more_than_labels(tmp_path: Path) -> None:
    done = imported(tmp_path, edition(), BOARD_DAY)
    own = sum(1 for row in board().values() if row["label"])
    assert (done.added, done.removed, done.changed) == (0, 0, len(board()) - own)
    assert str(done).startswith(
        "hcpcs-2025-10-01, for days to 2025-12-31: 8463 rows became 8463 of ours; hcpcs: "
    )
    table = Catalog.bundled().with_source(tmp_path / "mytables").procedures
    day = dt.date(2023, 5, 5)
    assert table.on(day)["A0080"].label == "Made-up words for A0080"
    assert Catalog.bundled().procedures.on(day)["A0080"].label is None
    assert table.on(day)["G0283"] == Catalog.bundled().procedures.on(day)["G0283"]
    labelled = next(code for code, row in board().items() if row["label"] and not row["valid_to"])
    assert table.on(dt.date(2025, 12, 1))[labelled].label == board()[labelled]["label"]
    made = rows_in(tmp_path / "mytables")
    assert all(without_label(made[code]) == of_board(code) for code in board())


def test_a_later_edition_changes_exactly_what_it_should(in_january: Path) -> None:
    assert_read_back(in_january)
    made = rows_in(in_january)
    changed = {
        "A9997": [("2026-01-01", "", "yes", "", "A new thing", "", "", "C")],
        "A0080": [("1982-01-01", "2025-12-31", "yes", "", "It ends", "", "", "I")],
        "A0100": [
            ("1982-01-01", "2025-12-31", "yes", "", "Another letter", "", "", "I"),
            ("2026-01-01", "", "yes", "", "Another letter", "", "", "D"),
        ],
    }
    assert {code: made[code] for code in changed} == changed
    assert made.keys() == {*board(), "A9997"}
    assert all(without_label(made[code]) == of_board(code) for code in board().keys() - changed.keys())


def test_what_the_table_then_answers(in_january: Path) -> None:
    table = Catalog.bundled().with_source(in_january).procedures
    during, before = dt.date(2026, 2, 2), dt.date(2025, 12, 31)
    coverage = table.entry.coverage if table.entry.name == "hcpcs" else table._tables[1].coverage
    assert (coverage.first, coverage.last, coverage.gaps) == (dt.date(2020, 1, 1), dt.date(2026, 3, 31), ())
    assert coverage.scope == Catalog.bundled().procedures._tables[1].coverage.scope
    assert not table.on(during)["A0021"].carried_forward
    for code, on, verdict in (
        ("A9997", during, Verdict.EFFECTIVE),
        ("A9997", before, Verdict.NOT_EFFECTIVE),
        ("A0080", during, Verdict.NOT_EFFECTIVE),
        ("A9996", during, Verdict.UNKNOWN),
        ("D0120", during, Verdict.OUT_OF_COVERAGE),
        ("A0021", dt.date(2026, 12, 1), Verdict.EFFECTIVE),
        ("A0021", dt.date(2027, 1, 1), Verdict.OUT_OF_COVERAGE),
    ):
        assert table.verdict(code, on=on) is verdict, (code, on)
    assert table.on(dt.date(2026, 12, 1))["A0021"].edition == "hcpcs-2026-01-01"
    assert [table.on(on)["A0100"].coverage for on in (before, during)] == ["I", "D"]


def test_the_order_of_imports_is_of_no_account_and_twice_is_once(tmp_path: Path, in_january: Path) -> None:
    imported(tmp_path, april(), APRIL)
    imported(tmp_path, january(), JANUARY)
    shutil.copytree(in_january, tmp_path / "other")
    imported(tmp_path, april(), APRIL, to="other")
    assert not imported(tmp_path, april(), APRIL, to="other").is_written
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [compared.left_only, compared.right_only, compared.diff_files] == [[], [], []]
    made = rows_in(tmp_path / "other")
    # What April tells of days before it holds for them: November's end, and the letter of January.
    assert made["A0110"] == [("1982-01-01", "2025-11-30", "yes", "", "It ended earlier", "", "", "I")]
    assert [row[0] for row in made["A0100"]] == ["1982-01-01", "2026-01-01"]
    assert [row[0] for row in made["A9998"]] == ["2026-04-01"]


def zipped(*members: tuple[str, bytes | str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


BESIDE = (
    ("HCPC2026_recordlayout.txt", "a layout"),
    ("proc_notes_JAN2026.txt", "notes"),
    ("HCPC2026_JAN_ANWEB_Transaction Report.xlsx", "a report"),
    ("HCPC2026_JAN_ANWEB_Corrections.txt", "corrections"),
)


def test_every_form_in_which_it_is_published_is_the_same(tmp_path: Path) -> None:
    lines = january().splitlines()
    forms = {
        "HCPC2026_JAN_ANWEB.txt": january().encode("cp1252"),
        "HCPC2026_JAN_ANWEB.xlsx": workbook(as_cells(lines)),
        "sheet.csv": as_csv(lines).encode("utf-8-sig"),
        "january-2026-alpha-numeric-hcpcs-file.zip": zipped(
            *BESIDE, ("HCPC2026_JAN_ANWEB_01122026.txt", january())
        ),
    }
    read: list[object] = []
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
        codes, seen = records(open_official(tmp_path / name, members=KINDS["hcpcs"].members))
        read.append((facts(codes), seen))
    assert len(read[0][0]) == len(board()) + 1
    assert read == [read[0]] * len(forms)


def changed(line: int, **fields: str) -> str:
    """The sample with another record on one line."""
    lines = list(SAMPLE)
    lines[line - 1] = record(**fields) if fields else ""
    return as_text(lines)


GOOD = {"code": "A9990", "text": "words", "cov": "C", "add": "20200101"}
PAGE = "<!DOCTYPE html><html><body>Licence for use of files. I accept.</body></html>"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PAGE, "f.txt: it is a page of HTML and no table: perhaps the licence page"),
        ("", "f.txt: it is empty"),
        (
            "a text of something else\n",
            "f.txt: no header: expected a line that begins with 'hcpc' among the first 40",
        ),
        (
            as_text()[:700],
            "f.txt, line 3: expected a record of 320 characters, found 56; is the file cut off?",
        ),
        (
            as_text((*SAMPLE[:2], SAMPLE[2] + "x")),
            "f.txt, line 3: expected a record of 320 characters, found 321",
        ),
        (
            changed(3, **{**GOOD, "code": "A999"}),
            "f.txt, line 3: hcpc: expected a letter and four digits, found 'A999'",
        ),
        (
            changed(3, **{**GOOD, "kind": "5"}),
            "f.txt, line 3: positions 11 to 11: expected 3, 4, 7 or 8, found '5'",
        ),
        (
            changed(3, **{**GOOD, "cov": "Z"}),
            "f.txt, line 3: positions 230 to 230: expected C, D, I, M or S, found 'Z'",
        ),
        (
            changed(3, **{**GOOD, "add": "20201301"}),
            "positions 269 to 276: expected a day as 20260101, found '20201301'",
        ),
        (
            changed(3, **{**GOOD, "add": ""}),
            "f.txt, line 3: add dt: expected a day as 20260101, found nothing",
        ),
        (
            changed(3, **{**GOOD, "end": "20191231"}),
            "line 3: term dt: 2019-12-31 is before 2020-01-01, the first day",
        ),
        (as_text((*SAMPLE, SAMPLE[2])), "f.txt, line 9: hcpc: A9990 is on line 3 already"),
        (
            as_text((SAMPLE[2], SAMPLE[6], SAMPLE[3])),
            "line 3: it goes on with A9990, which is not the code before it",
        ),
        (
            as_text().replace("00100", "0010x", 1),
            "f.txt, line 1: positions 6 to 10: expected a number, found '0010x'",
        ),
        (
            as_csv().replace("RECID", "RECORD"),
            "f.txt, line 3: column 3: expected the header 'recid', found 'RECORD'",
        ),
        (
            as_csv().replace("20240401", "2024-04-01"),
            "f.txt, line 6: column 46, act eff dt: expected a day as 20260101",
        ),
        (as_csv()[:-150], "f.txt, line 11: "),
        (
            as_text(),
            "f.txt: codes in force that are on board are not in it: 7258, as A0021; expected the official",
        ),
        (
            zipped(("a_ANWEB.txt", as_text()), ("b_ANWEB.txt", as_text())),
            "f.txt: the zip holds a_ANWEB.txt, b_ANWEB",
        ),
        (
            zipped(*BESIDE),
            "f.txt: the zip holds no file of the form that is expected, but HCPC2026_recordlayout.txt, ",
        ),
        (
            zipped(("../HCPC_ANWEB.txt", as_text())),
            "f.txt: the zip holds a file that leads out of it, '../HCPC_ANWEB",
        ),
        (zipped(("ANWEB.txt", as_text()))[:-40], "f.txt: the zip is damaged or cut off"),
        (
            workbook([["HCPC", "SEQNUM"], ["A9990", 100]]),
            "f.txt, line 1: column 3: expected the header 'recid'",
        ),
        (b"\xd0\xcf\x11\xe0 an old workbook", "f.txt: it is an Excel workbook; save the sheet as CSV first"),
    ],
)
def test_a_damaged_file_is_refused_with_one_error(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content, JANUARY, name="f.txt")
    assert problem in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["f.txt"]  # nothing was written


@pytest.mark.parametrize(
    ("text", "effective", "problem"),
    [
        (edition, JANUARY, "its last change is of 2025-10-01: it is not the edition of 2026-01-01"),
        (
            january,
            BOARD_DAY,
            "A0080 is added or changed on 2026-01-01, after 2025-12-31, the end of the edition",
        ),
        (
            lambda: edition(V5364=""),
            JANUARY,
            "on board are not in it: 1, as V5364; expected the official file",
        ),
        (lambda: january()[: 322 * 8400], JANUARY, "on board are not in it: "),
    ],
    ids=["an earlier quarter", "a later quarter", "a code left out", "cut between two records"],
)
def test_another_edition_and_a_part_of_one_are_refused(tmp_path: Path, text, effective, problem) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, text(), effective)
    assert problem in str(caught.value)
    assert not (tmp_path / "mytables").exists()


def test_what_ended_and_has_left_the_file_stays(tmp_path: Path) -> None:
    ended = next(code for code, row in board().items() if row["valid_to"])
    imported(tmp_path, january().replace(bundled_lines()[ended], ""), JANUARY)
    assert without_label(rows_in(tmp_path / "mytables")[ended]) == of_board(ended)


def test_it_is_one_file(tmp_path: Path) -> None:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path, text in zip(paths, (january(), april()), strict=True):
        path.write_text(text)
    with pytest.raises(TableError, match=r"b\.txt: expected one file"):
        import_file("hcpcs", *paths, effective=JANUARY, to=tmp_path / "mytables")


def test_its_layout_is_written_down() -> None:
    written = str(KINDS["hcpcs"].layouts[0])
    assert "term dt: 285 to 292: the last day, as 20260331; empty while it is in force" in written
    assert len(written.splitlines()) == len(HEADER)
