"""Official files: how they are opened, and what is wrong with those that are refused."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import pytest
from builders_importing import JULY, PREAMBLE, ROWS, imported, july, official

from otcodes import Catalog, FieldError, TableError
from otcodes.importing import KINDS, import_file
from otcodes.importing._layout import TITLE_LINES
from otcodes.importing._sources import MOST_MEMBERS, open_official
from otcodes.importing.icd10cm_lists import headers_above


def zipped(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def with_line(number: int, line: str) -> bytes:
    """The file with another line in the place of one, counted from 1."""
    lines = july().split("\r\n")
    lines[number - 1] = line
    return "\r\n".join(lines).encode()


ROW = len(PREAMBLE) + 2  # the number of the second row's line
LAST = len(PREAMBLE) + len(ROWS)

DAMAGED = {
    "an HTML page": (
        b"\r\n<!DOCTYPE html>\n<html><body>License</body></html>",
        (
            "part.txt: it is a page of HTML and no table: "
            "perhaps the licence page that stands before the download"
        ),
    ),
    "empty": (b" \r\n", "part.txt: it is empty"),
    "another file": (
        b"claim_id,procedure,on\nA1,97530,2026-03-02\n",
        (
            "part.txt: no header: expected a line that begins with 'column 1' "
            f"among the first {TITLE_LINES}; is it another file?"
        ),
    ),
    "a changed header": (
        with_line(3, PREAMBLE[2].replace("Deletion", "Removal")),
        "part.txt, line 3: column 5: expected the header 'deletion', found 'Removal Date *=no data'",
    ),
    "a column less": (
        with_line(3, "Column 1\tColumn 2\tEffective\tDeletion\tModifier\tPTP Edit Rationale"),
        "part.txt, line 3: column 3: expected the header '*=in existence', found 'Effective prior to 1996'",
    ),
    "cut off in a row": (
        july().encode()[:-20],
        f"part.txt, line {LAST}: expected 7 cells, found 4; is the file cut off?",
    ),
    "cut off after the header": (
        official().encode(),
        "part.txt, line 7: no row follows the header: the file is cut off",
    ),
    "cut off between rows": (
        official(*ROWS[:3]).encode(),
        (
            "part.txt: 5 pairs that are on board are not in it, as 97750 and 97150; "
            "expected the official file, whole"
        ),
    ),
    "a code that is none": (
        with_line(ROW, "97750\t9585\t\t20201001\t*\t0\ta reason"),
        f"part.txt, line {ROW}: column 2, column 2: expected a code of five characters, found '9585'",
    ),
    "a day that is none": (
        with_line(ROW, "97750\t95851\t\t20201301\t*\t0\ta reason"),
        f"part.txt, line {ROW}: column 4, effective: expected a day as 20260101, found '20201301'",
    ),
    "a deletion that is none": (
        with_line(ROW, "97750\t95851\t\t20201001\tnone\t0\ta reason"),
        f"part.txt, line {ROW}: column 5, deletion: expected a day as 20260101 or *, found 'none'",
    ),
    "an indicator that is none": (
        with_line(ROW, "97750\t95851\t\t20201001\t*\t2\ta reason"),
        f"part.txt, line {ROW}: column 6, modifier: expected 0, 1 or 9, found '2'",
    ),
    "of a later quarter": (
        with_line(ROW, "97750\t95851\t\t20261001\t*\t0\ta reason"),
        f"part.txt, line {ROW}: column 4, effective: 2026-10-01 is after 2026-09-30, the end of the edition",
    ),
    "two edits at once": (
        with_line(ROW, "97750\t95851\t\t20101001\t*\t0\ta reason"),
        f"part.txt, line {ROW}: two edits of 97750 and 95851 share a day",
    ),
    "no code of ours": (
        official(("99213", "", "20200101", "*", "1"), first="99212").encode(),
        "part.txt: no row of it is of a code that is on board",
    ),
    "no text": (
        july().encode("utf-16-le"),
        "part.txt: it is no text in UTF-8, UTF-16 with its mark, or cp1252",
    ),
    "half of a letter": (
        july().encode() + b"\x81",
        f"part.txt, line {LAST + 1}: it is not in UTF-8, UTF-16 or cp1252: character maps to <undefined>",
    ),
    "a PDF": (b"%PDF-1.7", "part.txt: it is a PDF; expected the table as text"),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1",
        "part.txt: it is an Excel workbook; save the sheet as CSV first",
    ),
    "a zip that is cut off": (
        zipped(("a.txt", july().encode()))[:200],
        "part.txt: the zip is damaged or cut off (File is not a zip file)",
    ),
    "a zip of several": (
        zipped(("a.txt", b""), ("b.txt", b"")),
        "part.txt: the zip holds a.txt, b.txt; unpack the one that is meant",
    ),
    "a zip of something else": (
        zipped(("a.pdf", b"%PDF")),
        "part.txt: the zip holds no file of the form that is expected, but a.pdf",
    ),
    "a zip that leads out": (
        zipped(("../../a.txt", july().encode())),
        "part.txt: the zip holds a file that leads out of it, '../../a.txt'",
    ),
    "a zip of very many": (
        zipped(*((f"{number}.txt", b"") for number in range(MOST_MEMBERS + 1))),
        "part.txt: the zip holds more than 1000 files",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_error_and_writes_nothing(tmp_path: Path, damage: str) -> None:
    content, message = DAMAGED[damage]
    (tmp_path / "part.txt").write_bytes(content)
    to = tmp_path / "mytables"
    with pytest.raises(TableError) as caught:
        import_file("ncci-ptp", tmp_path / "part.txt", effective=JULY, to=to, setting="practitioner")
    assert str(caught.value) == message
    assert [path.name for path in tmp_path.iterdir()] == ["part.txt"]


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(("a.txt", july().encode())))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flags of both headers
        content[content.index(signature) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(TableError, match=r"a\.zip/a\.txt: it is encrypted"):
        open_official(tmp_path / "a.zip")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("a.txt", b" " * 3_000_000)))
    monkeypatch.setattr("otcodes.importing._sources.MOST_BYTES", 1 << 20)
    with pytest.raises(TableError, match=r"a\.zip/a\.txt: unpacked, it is larger than 1 MB"):
        open_official(tmp_path / "a.zip")
    (tmp_path / "a.txt").write_bytes(b" " * 3_000_000)
    with pytest.raises(TableError, match=r"a\.txt: it is larger than 1 MB"):
        open_official(tmp_path / "a.txt")


def test_a_zip_whose_content_was_changed_is_refused(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", july().encode())
    changed = content.getvalue().replace(b"95851", b"95852", 1)
    (tmp_path / "a.zip").write_bytes(changed)
    with pytest.raises(TableError, match=r"a\.zip: the zip is damaged or cut off \(Bad CRC-32"):
        open_official(tmp_path / "a.zip")


def test_a_zip_that_is_a_workbook_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("xl/workbook.xml", b"<workbook/>"), ("a.txt", b"")))
    with pytest.raises(TableError, match=r"a\.zip: it is an Excel workbook"):
        open_official(tmp_path / "a.zip")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=re.escape("none.txt: No such file or directory")):
        open_official(tmp_path / "none.txt")
    with pytest.raises(TableError, match=r"^\.: "):
        open_official(Path())


def test_a_message_shows_nothing_of_a_file_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "claims.txt").write_text("patient,Jane Roe,1980-01-01\n" * 50, "utf-8")
    with pytest.raises(TableError) as caught:
        import_file(
            "ncci-ptp", tmp_path / "claims.txt", effective=JULY, to=tmp_path / "to", setting="practitioner"
        )
    assert "Roe" not in str(caught.value)


def test_the_name_of_the_other_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ccioph-v322r0-f4.txt"
    file.write_bytes(july().encode())
    problem = "by its name it is not a file of the setting practitioner"
    with pytest.raises(TableError, match=problem):
        import_file("ncci-ptp", file, effective=JULY, to=tmp_path / "to", setting="practitioner")


@pytest.mark.parametrize(
    "name", ["ccipra-v323r0-f4.txt", "medicare-ncci-2026q4-practitioner-ptp-edits-f4.txt"]
)
def test_the_name_of_another_quarter_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(july().encode())
    with pytest.raises(TableError) as caught:
        import_file("ncci-ptp", file, effective=JULY, to=tmp_path / "to", setting="practitioner")
    assert str(caught.value) == f"{name}: by its name it is the edition of 2026-10-01, not that of 2026-07-01"


def test_a_file_of_medicaid_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "medicaid-ncci-q3-2026-ptp-edits-practitioner-services.txt"
    file.write_bytes(july().encode())
    problem = "a file of Medicaid, not of Medicare; import it as ncci-ptp-medicaid"
    with pytest.raises(TableError, match=problem):
        import_file("ncci-ptp", file, effective=JULY, to=tmp_path / "to", setting="practitioner")


def test_one_file_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f4.txt"
    file.write_bytes(july().encode())
    with pytest.raises(TableError, match="one file is given twice"):
        import_file("ncci-ptp", file, file, effective=JULY, to=tmp_path / "to", setting="practitioner")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "ptp"}, "import.kind should be one of "),
        ({"setting": None}, "import.setting should be practitioner or outpatient-hospital, not None"),
        ({"paths": ()}, "import.paths should be one file or more, not None"),
        ({"effective": dt.date(9999, 12, 1)}, "import.effective should be the first day of an edition, not "),
    ],
)
def test_options_that_are_not_there(tmp_path: Path, options, message: str) -> None:
    given = {"kind": "ncci-ptp", "paths": ("a.txt",), "setting": "practitioner", "effective": JULY, **options}
    kind, paths = given.pop("kind"), given.pop("paths")
    with pytest.raises(FieldError, match=re.escape(message)):
        import_file(kind, *paths, to=tmp_path / "to", **given)
    with pytest.raises(TypeError, match=r"datetime\.date"):
        import_file("ncci-ptp", "a.txt", effective="2026-10-01", to=tmp_path, setting="practitioner")


def test_every_kind_says_what_it_is() -> None:
    entries = {entry.name: entry for entry in Catalog.bundled().entries}
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.about
        assert kind.licence
        if kind.table in entries:
            assert entries[kind.table].key == kind.form.key
        for layout in kind.layouts:
            assert all(column.about for column in layout.columns)
            assert str(layout).count("\n") == len(layout.columns) - 1


def test_what_is_left_of_a_run_that_was_broken_off_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".mytables.new").mkdir()
    (tmp_path / ".mytables.new" / "half.csv").write_text("a", "utf-8")
    (tmp_path / "mytables").mkdir()
    imported(tmp_path, july(), JULY)
    assert not (tmp_path / ".mytables.new").exists()
    assert len(list((tmp_path / "mytables").iterdir())) == 3


def test_the_headers_on_board_are_those_above_its_codes() -> None:
    rows = list(Catalog.bundled().diagnoses)
    for day in (dt.date(2015, 10, 1), dt.date(2021, 1, 1), dt.date(2026, 10, 1)):  # whose files list them
        listed = [
            row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
        ]
        headers = {row.code.replace(".", "") for row in listed if not row.is_billable}
        above = headers_above([row.code.replace(".", "") for row in listed if row.is_billable])
        assert above ^ headers <= {"H54512"}
