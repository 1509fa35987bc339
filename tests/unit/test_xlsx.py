"""The reader of workbooks."""

import csv
import zipfile

import pytest
from builders_workbooks import DAY_STYLE, Day, packed, parts, workbook

from otcodes.errors import TableError
from otcodes.importing import _xlsx
from otcodes.importing._xlsx import csv_of, open_official

SHEET = "xl/worksheets/sheet1.xml"


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(csv_of("w.xlsx", content).splitlines()))


def of_cells(*cells: str, **changed: str) -> list[list[str]]:
    """What is read of a sheet whose one row has these cells."""
    made = parts([["a shared text"]])
    made[SHEET] = f"<worksheet><sheetData><row>{''.join(cells)}</row></sheetData></worksheet>"
    return rows(packed({**made, **changed}))


def test_texts_numbers_and_days() -> None:
    sheet = [
        ["HCPC", "ADD DT", "a, b", 'say "x"'],
        ["A0021", 20260101, 0.1, Day(46023)],
        [None, None, None, -3],
    ]
    assert rows(workbook(sheet)) == [
        ["HCPC", "ADD DT", "a, b", 'say "x"'],
        ["A0021", "20260101", "0.1", "2026-01-01"],
        ["", "", "", "-3"],
    ]


def test_a_line_of_the_text_is_a_row_of_the_sheet() -> None:
    text = csv_of("w.xlsx", workbook([["one\r\nline\tonly"], [], [None], ["four"]]))
    assert text == "one line only\n\n\nfour\n"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c t="inlineStr"><is><t>plain</t></is></c>', "plain"),
        (
            '<c t="inlineStr"><is><r><t>in </t></r><r><rPr/><t>runs</t></r><rPh><t>x</t></rPh></is></c>',
            "in runs",
        ),
        ('<c t="str"><f>A1</f><v>of a formula</v></c>', "of a formula"),
        ('<c t="s"><v>0</v></c>', "a shared text"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="b"><v>1</v></c>', "1"),
        ('<c t="str"><v>two_x000D_ lines_x000a_x</v></c>', "two lines x"),
        ("<c><v>2.0260101E7</v></c>", "20260101"),
        ("<c><v>20260101.0</v></c>", "20260101"),
        ("<c><v>0.10000000000000001</v></c>", "0.1"),
        ('<c s="1"><v>46023</v></c>', "2026-01-01"),
        ('<c s="2"><v>46023.5</v></c>', "2026-01-01 12:00"),
        ('<c s="3"><v>46023</v></c>', "46023"),
        ("<c><v/></c>", ""),
    ],
)
def test_every_kind_of_cell(cell: str, text: str) -> None:
    assert of_cells(cell, '<c t="str"><v>end</v></c>') == [[text, "end"]]


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    assert rows(workbook([[Day(1)]], date1904=True)) == [["1904-01-02"]]


def test_cells_that_are_left_out_are_empty() -> None:
    assert of_cells('<c r="B1"><v>2</v></c>', "<c><v>3</v></c>", '<c r="E1"><v>5</v></c>') == [
        ["", "2", "3", "", "5"]
    ]


def test_the_first_sheet_that_is_shown() -> None:
    made = parts([["meant"]])
    made["xl/workbook.xml"] = (
        '<workbook xmlns:r="r"><sheets><sheet state="hidden" r:id="rId0"/><sheet r:id="chart"/>'
        '<sheet r:id="rId1"/><sheet r:id="rId2"/></sheets></workbook>'
    )
    made["xl/_rels/workbook.xml.rels"] = (
        '<Relationships><Relationship Id="rId0" Target="worksheets/hidden.xml"/>'
        '<Relationship Id="chart" Target="chartsheets/sheet1.xml"/>'
        '<Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Target="worksheets/sheet2.xml"/></Relationships>'
    )
    assert rows(packed(made)) == [["meant"]]


def test_an_empty_sheet_is_an_empty_text() -> None:
    assert csv_of("w.xlsx", workbook([])) == ""


def damaged(part: str, text: str) -> bytes:
    return packed({**parts([["a"]]), part: text})


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (workbook([["a"]])[:-30], "the workbook is damaged or cut off (File is not a zip file)"),
        (damaged(SHEET, "<worksheet><sheetData>"), "the workbook is damaged or cut off (no element found"),
        (
            damaged("xl/sharedStrings.xml", BOMB),
            "of the form of XLSX (xl/sharedStrings.xml is no plain XML in",
        ),
        (damaged("xl/workbook.xml", "<workbook/>"), "the workbook has no sheet of cells that is shown"),
        (damaged("xl/_rels/workbook.xml.rels", "<Relationships/>"), "of the form of XLSX ('rId1')"),
        (damaged(SHEET, '<x><row><c t="s"><v>7</v></c></row></x>'), "of the form of XLSX (list index out of"),
        (
            damaged(SHEET, "<x><row><c><v>one</v></c></row></x>"),
            "of the form of XLSX (could not convert string",
        ),
        (
            damaged(SHEET, '<x><row><c r="B1"/><c r="A1"/></row></x>'),
            "of the form of XLSX (cell A1 is out of order",
        ),
        (damaged(SHEET, '<x><row><c r="ZZZ1"/></row></x>'), "of the form of XLSX (cell ZZZ1 is out of order"),
        (damaged(SHEET, '<x><row r="9999999"><c><v>1</v></c></row></x>'), "has more than 8388608 cells"),
        (
            damaged(SHEET, f'<x><row><c s="{DAY_STYLE}"><v>9e9</v></c></row></x>'),
            "of the form of XLSX (Python int too large",
        ),
        (damaged(SHEET, "<x><row><c><v>inf</v></c></row></x>"), "of the form of XLSX (inf is no number"),
    ],
)
def test_what_is_no_workbook_is_refused_with_one_error(content: bytes, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        csv_of("w.xlsx", content)
    assert str(caught.value).startswith("w.xlsx: ")
    assert problem in str(caught.value)


def test_a_workbook_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_xlsx, "MOST_CELLS", 10)
    with pytest.raises(TableError, match="has more than 10 cells"):
        csv_of("w.xlsx", workbook([["a"] * 4] * 3))
    # Not even where each row is short, and one of them wide.
    with pytest.raises(TableError, match="has more than 10 cells"):
        csv_of("w.xlsx", workbook([[1], [2], [3, 3, 3, 3, 3]]))
    monkeypatch.setattr(_xlsx, "MOST_BYTES", 50)
    with pytest.raises(TableError, match=r"unpacked, xl/sharedStrings\.xml is larger than"):
        csv_of("w.xlsx", workbook([["a"]]))


def test_an_encrypted_workbook_is_refused() -> None:
    content = bytearray(workbook([["a"]]))
    content[content.rindex(b"xl/styles.xml") - 46 + 8] |= 1  # its flags in the directory
    with pytest.raises(TableError, match="the workbook is encrypted"):
        csv_of("w.xlsx", bytes(content))


def test_a_file_is_read_as_what_it_is_not_as_its_name_says(tmp_path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(workbook([["a", 1]]))
    file = open_official(path, members=())
    assert (file.name, file.text) == ("table.csv", "a,1\n")
    path.write_bytes(b"a,b\n")
    assert open_official(path, members=()).text == "a,b\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in.csv", "c,d\n")
    assert open_official(path, members=(r"\.csv$",)).text == "c,d\n"
    with pytest.raises(TableError, match=r"no\.xlsx: No such file"):
        open_official(tmp_path / "no.xlsx", members=())
