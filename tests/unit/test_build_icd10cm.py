"""The tool that makes the table of diagnoses, on small made files in each of the official forms."""

from __future__ import annotations

import csv
import gzip
import importlib
import sys
from pathlib import Path

import pytest
from builders_icd10cm import (
    ADDENDA,
    AFTER,
    CODES,
    FOOTER,
    SPLIT,
    TABULAR,
    addenda_text,
    codes_text,
    order_line,
    order_text,
)

from otcodes.errors import TableError
from otcodes.importing.icd10cm_lists import Entry, dotted

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    build = importlib.import_module("build_icd10cm")
    files = importlib.import_module("icd10cm_files")
    tables = importlib.import_module("tables")


def csv_text(codes: dict[str, tuple[bool, str]]) -> str:
    lines = [f'{code},{is_billable:d},"{title}"\n' for code, (is_billable, title) in codes.items()]
    return "code,billable,description\n" + "".join(lines)


@pytest.fixture
def write(tmp_path):
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        content = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return written


def plain(listing):
    return {code: (entry.is_billable, entry.title) for code, entry in listing.items()}


# Reading


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("icd10cm_order_2027.txt", order_text(CODES), CODES),
        ("icd10cm_order_2027.txt.gz", order_text(CODES), CODES),
        ("icd10cm-codes-2027.txt", codes_text(CODES), {k: v for k, v in CODES.items() if v[0]}),
        ("icd10cm.csv", csv_text(CODES), CODES),
        ("icd10cm-tabular-2027.xml", TABULAR, CODES),
        ("bom.txt", b"\xef\xbb\xbf" + order_text(CODES).encode(), CODES),
    ],
)
def test_every_official_form_gives_the_same_codes(write, name, content, found):
    path = write(name, content)
    assert plain(files.read_listing(path)) == found


def test_an_old_file_in_another_encoding_is_read(write):
    line = order_line(1, "H81", (False, "M\xe9ni\xe8re"))
    assert plain(files.read_listing(write("order.txt", line.encode("cp1252")))) == {
        "H81": (False, "M\xe9ni\xe8re")
    }


def test_what_else_a_seventh_character_stands_for_is_no_part_of_the_title(write):
    path = write(
        "x.csv", 'code,billable,description\nS5200XB,1,"Fracture, type I or II/\topen fracture NOS"\n'
    )
    assert plain(files.read_listing(path)) == {"S5200XB": (True, "Fracture, type I or II")}


def test_only_the_tabular_list_puts_titles_together(write):
    listing = files.read_listing(write("tabular.xml", TABULAR))
    composed = {code for code, entry in listing.items() if entry.is_composed}
    assert composed == {"S060X7A", "W19XXXA", "W19XXXS"}


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.txt", "", r"^a\.txt: it is empty"),
        ("a.txt", "not this\n", r"^a\.txt, line 1: expected an order"),
        ("a.txt", order_text(CODES).partition("Cough")[0] + "Cough", r"^a\.txt, line 3: R05 has no title"),
        (
            "a.txt",
            order_text(CODES).partition("R05")[0] + "R05",
            r"^a\.txt, line 3: column 15: expected 1 for billable or 0 for a header, found ''",
        ),
        (
            "a.txt",
            order_text(CODES).replace("00003 ", "00004 "),
            r"^a\.txt, line 3: columns 1 to 5: expected order number 00003, found '00004'",
        ),
        ("a.txt", order_text({"M54": (False, "")}), r"^a\.txt, line 1: M54 has no title"),
        (
            "a.txt",
            order_text({"M54": (False, "x"), "m545": (True, "y")}),
            r"^a\.txt, line 2: columns 7 to 13: expected a code .* 'm545'",
        ),
        ("a.txt", order_text(CODES).replace(" 0 Conc", " 2 Conc"), r"^a\.txt, line 5: column 15: expected"),
        (
            "a.txt",
            "R05     Cough\nR05     Coughs\n",
            r"^a\.txt, line 2: R05 stands there twice, and not alike",
        ),
        ("a.txt", "R05     Cough\nR0\n", r"^a\.txt, line 2: expected a code without its dot, found 'R0'"),
        (
            "a.csv",
            "code,billable,description\nR05,1\n",
            r"^a\.csv, line 2: expected code, 0 or 1, description",
        ),
        ("a.csv", "code,billable,description\nR05,x,Cough\n", r"^a\.csv, line 2: expected code, 0 or 1"),
        ("a.csv", "code,billable,description\n", r"^a\.csv: it lists no code"),
        ("a.xml", TABULAR[:700], r"^a\.xml, line \d+: it is not whole XML"),
        (
            "a.xml",
            TABULAR.replace("<name>M54.5</name>", "<name>5</name>"),
            r"^a\.xml: expected a code .* '5'",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_line(write, name, content, problem):
    with pytest.raises(TableError, match=problem):
        files.read_listing(write(name, content))


def test_a_cut_off_archive_is_named(write):
    path = write("order.txt.gz", order_text(CODES))
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(TableError, match=r"^order\.txt\.gz: it cannot be unpacked"):
        files.read_listing(path)


def test_the_addenda_make_one_list_the_next(write):
    path = write("icd10cm_order_addenda_2027.txt", addenda_text(*SPLIT, **FOOTER))
    before = {code: Entry(*entry) for code, entry in CODES.items()}
    assert plain(files.addenda_of(path).applied(before)) == AFTER
    only_billable = {code: entry for code, entry in before.items() if entry.is_billable}
    after = files.addenda_of(path).applied(only_billable)
    assert {code for code, entry in after.items() if entry.is_billable} == {
        c for c, e in AFTER.items() if e[0]
    }


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            ADDENDA.partition("\nHeaders")[0],
            r"^a\.txt: the counts under Headers are not whole: is it cut off\?",
        ),
        (ADDENDA.partition("\nCodes")[0], r"^a\.txt: the counts under Codes are not whole"),
        (ADDENDA[ADDENDA.index("\n") + 1 :], r"^a\.txt, line 22: 1 deletions, but 0 above"),
        (
            ADDENDA.replace("Add: ", "Put: "),
            r"^a\.txt, line 2: expected Add, Delete or Revise, .* found 'Put",
        ),
        (ADDENDA + ADDENDA, r"^a\.txt, line 29: expected Add, Delete or Revise"),
        ("\nHeaders\nCodes\n", r"^a\.txt: it holds no change"),
    ],
)
def test_wrong_addenda_are_named_with_their_line(write, content, problem):
    with pytest.raises(TableError, match=problem):
        files.addenda_of(write("a.txt", content))


def test_addenda_of_another_list_are_refused(write):
    addenda = files.addenda_of(write("a.txt", ADDENDA))
    listing = {code: Entry(*entry) for code, entry in CODES.items() if code != "W19XXXS"}
    with pytest.raises(TableError, match=r"^a\.txt: 5 codes before its changes, but here are 4"):
        addenda.applied(listing)
    listing = {code: Entry(*entry) for code, entry in CODES.items() if code != "S060X7"}
    with pytest.raises(TableError, match=r"^a\.txt: 6 headers before its changes, but here are 5"):
        addenda.applied(listing)


# Merging

EDITIONS = (
    "effective,as_of,file,addenda,headers_file,lists,titles,compared_with,"
    "billable,new,gone,headers,publication"
)
UPDATES = "day,code,change,source\n"
HEADERS = "day,code,change,title,source\n"


def without_commas(codes: dict[str, tuple[bool, str]]) -> dict[str, tuple[bool, str]]:
    """As one publisher writes: billable codes only, seventh characters without their comma, and accents."""
    return {
        code: (is_billable, title.replace(", initial", " initial").replace("Low", "L\xf6w"))
        for code, (is_billable, title) in codes.items()
        if is_billable
    }


@pytest.fixture
def rows(tmp_path, write, monkeypatch):
    """The rows of editions, each a line of facts and a listing, with updates and headers."""

    def made(*editions, updates: str = "", headers: str = ""):
        lines = [EDITIONS]
        for at, (facts, content) in enumerate(editions):
            name = f"edition{at}.txt"
            write(name, content)
            day, as_of, lists, titles, totals = facts
            lines.append(f"{day},{as_of},{name},,,{lists},{titles},,{totals},made")
        write("icd10cm_editions.csv", "\n".join(lines) + "\n")
        write("icd10cm_updates.csv", UPDATES + updates)
        write("icd10cm_headers.csv", HEADERS + headers)
        monkeypatch.setattr(build, "TOOLS", tmp_path)
        found = build.rows_through(*build.stages(tmp_path))
        return {(row["code"], row["valid_from"]): row for row in tables.rows_of("x.blocks", as_blocks(found))}

    return made


def as_blocks(found):
    return tables.blocks_of(found, columns=build.COLUMNS)


def spans(found, code):
    keys = ("valid_from", "valid_to", "is_start_known", "is_billable", "title")
    return [tuple(row[key] for key in keys) for (each, _), row in found.items() if each == code]


def test_a_row_is_the_longest_span_of_one_state_and_title(rows):
    found = rows(
        (("2018-10-01", "2018-10-01", "all", "official", "5,5,0,6"), order_text(CODES)),
        (("2019-10-01", "2019-10-01", "billable", "plain", "5,0,0,6"), csv_text(without_commas(CODES))),
        (("2020-10-01", "2020-10-01", "all", "official", "6,2,1,7"), order_text(AFTER)),
    )
    assert spans(found, "M54") == [("2018-10-01", "", "no", "no", "Dorsalgia")]
    assert spans(found, "M54.5") == [
        ("2018-10-01", "2020-09-30", "no", "yes", "Low back pain"),
        ("2020-10-01", "", "yes", "no", "Low back pain"),
    ]
    assert spans(found, "M54.50") == [("2020-10-01", "", "yes", "yes", "Low back pain, unspecified")]
    assert spans(found, "R05") == [
        ("2018-10-01", "2020-09-30", "no", "yes", "Cough"),
        ("2020-10-01", "", "yes", "yes", "Cough of any kind"),
    ]
    # Billable codes extend W19.X, too, but no edition lists it.
    assert {code for code, _ in found} == {dotted(code) for code in AFTER}


def test_across_the_years_that_are_not_on_board_only_what_is_alike_goes_on(rows):
    before = {
        **CODES,
        "G43": (True, "Migraine"),
        "H05": (False, "Orbit"),
        "H050": (True, "Inflammation (orbit)"),
    }
    after = {
        **AFTER,
        "G43": (True, "Migraines"),
        "H05": (False, "Orbit"),
        "H050": (True, "Inflammation [orbit]"),
    }
    del after["W19XXXS"]
    found = rows(
        (("2015-10-01", "2015-10-01", "all", "official", "7,,,"), order_text(before)),
        (("2018-10-01", "2018-10-01", "all", "official", ",,,"), order_text(after)),
    )
    assert spans(found, "H05.0") == [("2015-10-01", "", "no", "yes", "Inflammation [orbit]")]
    assert spans(found, "W19.XXXS") == [
        ("2015-10-01", "2016-09-30", "no", "yes", "Unspecified fall, sequela")
    ]
    assert spans(found, "M54.50") == [("2018-10-01", "", "no", "yes", "Low back pain, unspecified")]
    assert spans(found, "G43") == [
        ("2015-10-01", "2016-09-30", "no", "yes", "Migraine"),
        ("2018-10-01", "", "no", "yes", "Migraines"),
    ]


SPLIT_ON = "2021-01-01,{},{},made\n"
UPDATE = "".join(
    SPLIT_ON.format(*each) for each in (("M545", "became header"), ("M5450", "added"), ("M5459", "added"))
)


@pytest.mark.parametrize("as_of", ["2021-01-01", "2020-10-01"])
def test_a_change_within_the_year_has_its_own_day(rows, as_of):
    # Whether the file is the one before the change or the one after it.
    later = {code: entry for code, entry in AFTER.items() if code != "R05"} | {"R05": CODES["R05"]}
    content = order_text(dict(sorted(later.items())) if as_of == "2021-01-01" else CODES)
    found = rows(
        (("2018-10-01", "2018-10-01", "all", "official", ",,,"), order_text({"R05": CODES["R05"]})),
        (("2020-10-01", as_of, "all", "official", "5,4,0,6"), content),
        (
            ("2021-10-01", "2021-10-01", "all", "official", "6,0,,7" if as_of > "2021" else "6,,,7"),
            order_text(AFTER),
        ),
        updates=UPDATE,
    )
    assert spans(found, "M54.5") == [
        ("2020-10-01", "2020-12-31", "yes", "yes", "Low back pain"),
        ("2021-01-01", "", "yes", "no", "Low back pain"),
    ]
    assert spans(found, "M54.59") == [("2021-01-01", "", "yes", "yes", "Other low back pain")]
    assert spans(found, "M54") == [("2020-10-01", "", "yes", "no", "Dorsalgia")]


def test_headers_of_a_file_of_billable_codes_have_their_titles_from_a_list(rows):
    found = rows(
        (("2018-10-01", "2018-10-01", "all", "official", ",,,"), order_text(CODES)),
        (("2019-10-01", "2019-10-01", "billable", "plain", ",,,6"), codes_text(CODES)),
        (("2020-10-01", "2020-10-01", "billable", "plain", ",,,7"), codes_text(AFTER)),
        (
            ("2021-10-01", "2021-10-01", "all", "official", ",,,7"),
            order_text(AFTER | {"M54": (False, "Back pain")}),
        ),
        headers="2019-10-01,M54,revised,Back pain,made\n2020-10-01,M545,added,Low back pain,made\n",
    )
    assert spans(found, "M54") == [
        ("2018-10-01", "2019-09-30", "no", "no", "Dorsalgia"),
        ("2019-10-01", "", "yes", "no", "Back pain"),
    ]


def test_a_header_that_no_edition_had_yet_begins_where_the_list_says(rows):
    # As H54.512: codes extended it for years before it was listed.
    codes = {"H54": (False, "Low vision"), "H5451A": (True, "Left, mild")}
    listed = codes | {"H5451": (False, "Left")}
    found = rows(
        (("2018-10-01", "2018-10-01", "all", "official", ",,,"), order_text(codes)),
        (("2019-10-01", "2019-10-01", "billable", "official", ",,,1"), codes_text(codes)),
        (("2020-10-01", "2020-10-01", "billable", "official", ",,,2"), codes_text(codes)),
        (("2021-10-01", "2021-10-01", "all", "official", ",,,2"), order_text(listed)),
        headers="2020-10-01,H5451,added,Left,made\n",
    )
    assert spans(found, "H54.51") == [("2020-10-01", "", "yes", "no", "Left")]


def test_the_best_written_title_is_kept_and_a_composed_one_marked(rows):
    new = {"W20": (False, "Struck"), "W20XXXA": (True, "Struck, initial encounter")}
    plain_new = {"W20XXXA": (True, "Struck initial encounter")}
    found = rows(
        (
            ("2018-10-01", "2018-10-01", "billable", "plain", ",,,"),
            csv_text(without_commas(CODES) | plain_new),
        ),
        (("2019-10-01", "2019-10-01", "all", "composed", ",,,"), csv_text(CODES | new)),
        (("2020-10-01", "2020-10-01", "all", "official", ",,,"), order_text(CODES)),
    )
    assert found["M54.5", "2018-10-01"]["title"] == "Low back pain"
    assert found["W19.XXXA", "2018-10-01"]["title"] == "Unspecified fall, initial encounter"
    assert found["W19.XXXA", "2018-10-01"]["is_title_composed"] == "no"
    assert found["W20.XXXA", "2018-10-01"]["title"] == "Struck, initial encounter"
    assert {code for (code, _), row in found.items() if row["is_title_composed"] == "yes"} == {"W20.XXXA"}


@pytest.mark.parametrize(
    ("totals", "problem"),
    [
        ("6,5,0,6", r"^edition0\.txt: 2018-10-01: 5 billable, printed are 6"),
        ("5,4,0,6", r"^edition0\.txt: 2018-10-01: 5 new, printed are 4"),
        ("5,5,1,6", r"^edition0\.txt: 2018-10-01: 0 gone, printed are 1"),
        ("5,5,0,5", r"^edition0\.txt: 2018-10-01: 6 headers, printed are 5"),
    ],
)
def test_an_edition_that_is_not_as_large_as_printed_is_refused(rows, totals, problem):
    with pytest.raises(TableError, match=problem):
        rows((("2018-10-01", "2018-10-01", "all", "official", totals), order_text(CODES)))


# The tool


@pytest.fixture
def table(rows, tmp_path, monkeypatch):
    """The table of one edition, in a folder of its own; what it holds after a run of the tool."""
    made = rows((("2026-10-01", "2026-10-01", "all", "official", ",,,"), order_text(CODES)))
    path = tmp_path / build.FILE
    path.write_bytes(as_blocks(made.values()))
    monkeypatch.setattr(build, "DATA", tmp_path)

    def held():
        found = tables.rows_of("x.blocks", path.read_bytes())
        return {(row["code"], row["valid_from"]): row for row in found}

    return held


@pytest.fixture
def run(monkeypatch, capsys):
    """The tool, run with some arguments: its status and what it said, on both ways out."""

    def ran(*arguments):
        monkeypatch.setattr(sys, "argv", ["build_icd10cm.py", *map(str, arguments)])
        return build.main(), *capsys.readouterr()

    return ran


def test_the_whole_table_is_one_command_too(table, tmp_path, run):
    folder = tmp_path / "official"
    (folder / "icd10cm").mkdir(parents=True)
    status, _, wrong = run(folder)
    assert status == 1
    assert "edition0.txt" in wrong
    (folder / "icd10cm" / "edition0.txt").write_text(order_text(CODES))
    before = table()
    assert run(folder) == (0, "11 rows of 11 codes, 0 with a composed title\n", "")
    assert table() == before


# The tables beside the tool


def test_every_settled_day_and_total_has_its_source():
    for name in ("icd10cm_editions.csv", "icd10cm_updates.csv", "icd10cm_headers.csv"):
        with (build.TOOLS / name).open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        assert lines
        days = [line.get("effective") or line["day"] for line in lines]
        assert days == sorted(days), name
        assert all(line.get("publication") or line["source"] for line in lines), name
