"""Files made to do harm: each is refused with one error, or read as far as it goes, in a time like its size.

What grows with the square of the input is found by a tenth of it: `linear` measures both, with much to spare.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import json
import pkgutil
import re
import time
import zipfile
import zlib
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from builders_importing import OCTOBER, imported, july, october
from builders_workbooks import packed, parts, workbook
from builders_x12 import interchange, professional, service, subscriber, transaction

import otcodes
from otcodes import Catalog, readers
from otcodes.auditing import audit
from otcodes.errors import FieldError, MissingExtraError, ReadError, TableError
from otcodes.importing import import_file
from otcodes.importing._sources import OfficialFile, open_official
from otcodes.importing._xlsx import csv_of
from otcodes.importing.icd10cm_tabular import read_tabular
from otcodes.readers.csv import write

DOS = dt.date(2026, 3, 2)
HEADER = "claim_id,procedure,on,units\n"
ROW = "A{},97530,2026-03-02,1\n"
LINE = {"procedure": "97530", "on": "2026-03-02", "units": 1}
STRINGS, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
SOON = 0.05  # seconds in which so much is done that its growth is of no account
BUNDLED = Catalog.bundled()


def linear(work, small: int = 10_000, times: int = 10) -> None:
    """Ten times the input takes about ten times as long, and not a hundred times."""

    def seconds(size: int) -> float:
        given = work(size)
        before = time.process_time()
        given()
        return time.process_time() - before

    few, many = (min(seconds(size) for _ in range(2)) for size in (small, small * times))
    assert many < SOON or many < 4 * times * max(few, SOON / times)


def read_json(claims: str) -> readers.Batch:
    return readers.read_json(f'{{"claims": [{claims}]}}'.encode(), name="a.json")


# Size: bombs, long fields, deep values.


def test_a_field_of_very_many_lines_costs_its_own_row() -> None:
    rows = HEADER + ROW.format(1) + 'A2,97530,2026-03-02,"' + "x\n" * 100_000 + ROW.format(3)
    batch = readers.read_csv(rows.encode(), name="a.csv")
    assert [claim.id for claim in batch.claims] == ["A1", "A3"]
    assert str(batch.problems[0]).startswith("a.csv, line 3: expected a row of CSV")


@pytest.mark.parametrize("line", ['x","a\n', '"a"b,\n', 'x,"\n', '"', '""\n'])
def test_quotation_marks_that_are_never_closed_are_looked_behind_once(line: str) -> None:
    def work(size: int):
        content = (HEADER + line * size).encode()
        return lambda: readers.read_csv(content, name="a.csv")

    linear(work, 1_000)


@pytest.mark.parametrize("inner", ["[", '{"claims":', '[{"lines":', '{"visits":[', '[{"plan_of_care":'])
def test_deep_json_is_one_error(inner: str) -> None:
    for read in (readers.read_json, readers.read_visits):
        for text in (inner * 100_000, f'{{"claims": [{{"id": {inner * 100_000}}}]}}'):
            with pytest.raises(ReadError, match=r"a\.json: its values are nested too deeply"):
                read(text.encode(), name="a.json")


def test_deep_fhir_is_one_error() -> None:
    try:
        with pytest.raises(ReadError):
            readers.read_fhir(b'{"resourceType":' * 100_000, name="a.json")
    except MissingExtraError:
        pytest.skip("FHIR needs an optional package")


def test_a_deep_map_of_columns_is_one_error() -> None:
    if not any(importlib.util.find_spec(name) for name in ("tomllib", "tomli")):
        pytest.skip("TOML needs an optional package")
    for text in ("a = " + "[" * 100_000, "a = " + "{a = " * 100_000, "a" + ".a" * 5_000 + " = 1"):
        with pytest.raises(ReadError, match=r"map\.toml: "):
            readers.Columns.from_toml(text.encode(), name="map.toml")


def test_values_as_deep_as_python_reads_them_are_a_problem_of_their_own_field() -> None:
    deep = "[" * 300 + "]" * 300
    batch = read_json(f'{{"id": {deep}, "lines": [{json.dumps(LINE)}]}}, {{"lines": [{json.dumps(LINE)}]}}')
    assert (len(batch.claims), len(batch.problems)) == (1, 1)


def test_very_many_keys_that_stand_twice_are_counted_once() -> None:
    def work(size: int):
        content = ("{" + ",".join(f'"k{number}": 1, "k{number}": 2' for number in range(size)) + "}").encode()

        def read() -> None:
            with pytest.raises(ReadError):
                readers.read_json(content, name="a.json")

        return read

    linear(work, 2_000)


@pytest.mark.parametrize("inside", ["x", "*", ":", "*ABF:M6281", "\n"])
def test_a_segment_of_ten_megabytes_leaves_the_claims_before_it(inside: str) -> None:
    pytest.importorskip("pyx12")
    two = subscriber("M", professional("A1", service()), professional("A2", service(), note="@"))
    text = interchange(transaction(two)).replace("@", inside * (10_000_000 // len(inside)))
    batch = readers.read_x12(text.encode(), name="a.837")
    assert [claim.id for claim in batch.claims][:1] == ["A1"]
    assert len(batch.claims) == 2 or batch.problems


def bomb(part: str, content: str) -> bytes:
    return packed({**parts([["a"]]), part: content})


@pytest.mark.parametrize(
    ("part", "content", "problem"),
    [
        (STRINGS, "<x>" * 1_000_000, "has too many elements"),
        (STRINGS, f"<x {'a' * 3_000_000}='1'/>", "a tag or a text of more than 1 MB"),
        (STRINGS, f"<x>{'a' * 3_000_000}</x>", "a tag or a text of more than 1 MB"),
        (SHEET, "<x><row>" + "<c/>" * 20_000 + "</row></x>", ""),
        (SHEET, '<x><row r="' + "9" * 5_000 + '"/></x>', "is not of the form of XLSX"),
        (SHEET, '<x><row r="99999999"><c><v>1</v></c></row></x>', "has more than"),
        (SHEET, '<x><row><c r="ZZZZZZ1"><v>1</v></c></row><row><c r="XFE1"><v>1</v></c></row></x>', "out of"),
        (STRINGS, "<x><si><t>_x0000_</t></si></x>", "half of a letter, or NUL"),
        (STRINGS, "<x><si><t>_xD800_</t></si></x>", "half of a letter, or NUL"),
        (SHEET, '<x><row><c t="s"><v>99999999999999999999</v></c></row></x>', "is not of the form of XLSX"),
    ],
)
def test_a_small_workbook_becomes_no_large_one(part: str, content: str, problem: str) -> None:
    if not problem:
        assert len(csv_of("w.xlsx", bomb(part, content))) < 100_000
        return
    with pytest.raises(TableError, match=problem):
        csv_of("w.xlsx", bomb(part, content))


def test_of_a_workbook_only_what_is_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otcodes.importing._xlsx.MOST_EVENTS", 1_000)
    with pytest.raises(TableError, match="has too many elements"):
        csv_of("w.xlsx", bomb(STRINGS, f"<x>{'<y/>' * 1_000}</x>"))
    assert csv_of("w.xlsx", workbook([["a"], [], ["b"]])) == "a\n\nb\n"


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


@pytest.mark.parametrize("part", [STRINGS, SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_refused_before_they_grow(part: str) -> None:
    with pytest.raises(TableError, match="is no plain XML"):
        csv_of("w.xlsx", bomb(part, LAUGHS))
    with pytest.raises(TableError):  # in another encoding the word is not found, and no byte of it is read
        csv_of("w.xlsx", packed({**parts([["a"]]), part: "\ufeff"}) if part == SHEET else bomb(part, LAUGHS))
    with pytest.raises(TableError, match="it has a <!DOCTYPE>"):
        read_tabular(OfficialFile(name="t.xml", text=LAUGHS, sha256=""))


def test_an_encoding_that_hides_a_doctype_is_refused() -> None:
    hidden = LAUGHS.encode("utf-16")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in {**parts([["a"]]), STRINGS: ""}.items():
            archive.writestr(name, hidden if name == STRINGS else text)
    with pytest.raises(TableError, match="is no plain XML"):
        csv_of("w.xlsx", content.getvalue())
    coded = LAUGHS.encode("utf-7").decode("ascii")
    with pytest.raises(TableError):
        csv_of("w.xlsx", bomb(STRINGS, f'<?xml version="1.0" encoding="utf-7"?>{coded}'))


def test_deep_xml_of_the_tabular_list_is_one_error() -> None:
    for text in (
        "<a>" * 50_000,
        "<ICD10CM.tabular>" + "<diag>" * 50_000 + "</diag>" * 50_000 + "</ICD10CM.tabular>",
    ):
        with pytest.raises(TableError):
            read_tabular(OfficialFile(name="t.xml", text=text, sha256=""))
    inner = "<diag><name>M62</name><desc>T</desc>" * 50_000 + "</diag>" * 50_000
    text = f'<ICD10CM.tabular><chapter><section id="M62">{inner}</section></chapter></ICD10CM.tabular>'
    with pytest.raises(TableError, match="nested too deeply"):
        read_tabular(OfficialFile(name="t.xml", text=text, sha256=""))


def test_a_page_of_html_is_no_table(tmp_path: Path) -> None:
    for page in (
        "<!doctype html><p>",
        "\ufeff \n<HTML><body>",
        "<head></head>",
        '<?xml version="1.0"?><!DOCTYPE html>',
    ):
        (tmp_path / "ccipra.txt").write_text(page, "utf-8")
        with pytest.raises(TableError, match="it is a page of HTML and no table"):
            open_official(tmp_path / "ccipra.txt")


# Zips.


def test_no_member_of_a_zip_is_written(tmp_path: Path) -> None:
    """It is read in memory: whatever it is called, nothing has its name."""
    name = "ccipra-v322r0-f4.txt"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"deep/down/{name}", july())
    import_file(
        "ncci-ptp",
        tmp_path / "a.zip",
        effective=dt.date(2026, 7, 1),
        to=tmp_path / "to",
        setting="practitioner",
    )
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "to"}
    assert not list(tmp_path.rglob(name))


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "..\\a.txt", "C:\\a.txt", "C:a.txt", "a/../../b.txt", "\\\\host\\a.txt"]
)
def test_a_name_that_leads_out_of_a_zip_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), july())
    with pytest.raises(TableError, match="leads out of it"):
        open_official(tmp_path / "a.zip")


def test_a_zip_whose_directory_lies(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", july())
    good = content.getvalue()
    place = good.rindex(b"PK\1\2") + 42  # where the directory says that the member begins
    for offset in (b"\xff\xff\xff\x7f", b"\x01\0\0\0"):
        (tmp_path / "a.zip").write_bytes(good[:place] + offset + good[place + 4 :])
        with pytest.raises(TableError, match="damaged or cut off"):
            open_official(tmp_path / "a.zip")
    (tmp_path / "a.zip").write_bytes(
        good[:-6] + b"\xff\xff\xff\x7f" + good[-2:]
    )  # the directory is elsewhere
    with pytest.raises(TableError, match="damaged or cut off"):
        open_official(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", july())
    with pytest.raises(TableError, match="packed in another way"):
        open_official(tmp_path / "a.zip")


# Text: encodings, surrogates, NUL, formulas.

ODD = (
    "\ud800",
    "\0",
    "\ufeff",
    "\u202e",
    "\u2028",
    "\x85",
    "\x1b[31m",
    "A\nB",
    "\u0661",
    "e\u0301",
    "\U0010ffff",
)


@pytest.mark.parametrize("odd", ODD)
def test_odd_letters_in_every_field_are_read_judged_and_written(odd: str, tmp_path: Path) -> None:
    texts = ("id", "payer", "patient", "referring_npi")
    line = {
        **LINE,
        **dict.fromkeys(("id", "procedure", "place", "revenue_code"), odd),
        "modifiers": [odd],
        "diagnoses": [odd],
    }
    claims = [{"lines": [line], "diagnoses": [odd]}, *({name: odd, "lines": [LINE]} for name in texts)]
    batch = read_json(",".join(map(json.dumps, claims)))
    good = [claim for claim in batch.claims if claim.payer is None]
    for report in otcodes.check_many(good):
        assert json.dumps(report.to_dict())
        assert all(len(str(finding).splitlines()) == 1 for finding in report)
    written = write(batch.claims).encode("utf-8", "backslashreplace")
    assert readers.read_csv(written, name="b.csv")
    assert audit(good).to_html().encode()
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"claims": claims}), "ascii")
    from otcodes.cli import main

    assert main(["check", str(path), "--format", "json"]) in (0, 1, 2)
    assert main(["check", str(path)]) in (0, 1, 2)
    assert main(["audit", str(path), "--html", str(tmp_path / "a.html")]) in (0, 2)
    assert main(["check", str(path), "--fix", "--output", str(tmp_path / "b.csv")]) in (0, 1, 2)


@pytest.mark.parametrize("odd", ODD)
def test_odd_letters_are_no_code_and_no_words(odd: str) -> None:
    for table in (otcodes.procedures, otcodes.diagnoses, otcodes.modifiers, otcodes.places):
        assert table.verdict(odd, on=DOS) is otcodes.Verdict.UNKNOWN
        with pytest.raises(otcodes.UnknownCodeError):
            table.on(DOS)[odd]
    assert isinstance(otcodes.procedures.on(DOS).search(odd), tuple)


@pytest.mark.parametrize("text", ["ab .", "AB\t.", "m62. ", " abc.", "a.b.c", "ab\u00a0.", "\u00df.."])
def test_a_normalised_code_stays_as_it_is(text: str) -> None:
    once = otcodes.normalize_code(text)
    assert otcodes.normalize_code(once) == once


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_their_mixture(encoding: str) -> None:
    rows = (HEADER + "Ä1,97530,2026-03-02,1\n").encode(encoding)
    assert [claim.id for claim in readers.read_csv(rows, name="a.csv").claims] == ["Ä1"]
    for mixed in (
        rows + b"\xc4\x81\x8d\xff,97530,2026-03-02,1\n",
        rows + b"\0" * 9,
        b"\xff" + rows,
        rows[:-1],
    ):
        try:
            readers.read_csv(mixed, name="a.csv")
        except ReadError as error:
            assert str(error).startswith("a.csv: ")  # noqa: PT017 -- either is right, by what is mixed
    with pytest.raises(ReadError, match=r"a\.json: "):
        readers.read_json(rows + b"\xff\xc4", name="a.json")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_what_is_written_for_a_spreadsheet_has_no_formula(start: str) -> None:
    from otcodes.readers.csv import write_rows

    text = f"{start}cmd|' /C calc'!A0"
    written = write_rows(["message"], [[text], [[text, "b"]]])
    assert written.count(f"'{start}cmd") == 2
    for row in written.splitlines():
        assert row.strip('"')[:1] not in tuple("=+-@\t\r")


# Numbers and days.


@pytest.mark.parametrize("digits", [5_000, 1_000_000])
def test_huge_integers_are_one_error(digits: int) -> None:
    number = "9" * digits
    with pytest.raises(ReadError, match="beyond all measure"):
        read_json(json.dumps({"lines": [LINE]}).replace(": 1}", f": {number}}}"))
    rows = HEADER + ROW.format(1) + f"A2,97530,2026-03-02,{number[:100_000]}\n"
    batch = readers.read_csv(rows.encode(), name="a.csv")
    assert ([claim.id for claim in batch.claims], len(batch.problems)) == (["A1"], 1)
    assert len(str(batch.problems[0])) < 300


@pytest.mark.parametrize(
    "number", ["1e999999", "-1e999999", "1e-999999", "1e308", "9" * 4_000, "123456789012"]
)
@pytest.mark.parametrize("field", ["units", "minutes", "charge_usd", "allowed_usd"])
def test_numbers_of_no_claim_are_a_problem(number: str, field: str) -> None:
    line = {**LINE, field: "@"}
    batch = read_json(
        json.dumps({"lines": [line]}).replace('"@"', number) + "," + json.dumps({"lines": [LINE]})
    )
    assert (len(batch.claims), [problem.field for problem in batch.problems]) == (1, [field])


@pytest.mark.parametrize("number", ["0e999999", "-0", "0E-999999", "1." + "0" * 100_000, "0.0000001"])
def test_numbers_that_are_small_however_they_are_written(number: str) -> None:
    line = {**LINE, "charge_usd": "@", "units": "@"}
    batch = read_json(json.dumps({"payer": "medicare-b", "lines": [line]}).replace('"@"', number))
    for report in otcodes.check_many(batch.claims):
        json.dumps(report.fixed().to_dict())
    assert audit(batch.claims).to_html()
    assert write(batch.claims)


@pytest.mark.parametrize(
    "day", ["0000-01-01", "10000-01-01", "2026-02-30", "-2026-01-01", "\u0662\u0660\u0662\u0666-01-01"]
)
def test_days_that_there_are_not(day: str) -> None:
    batch = read_json(json.dumps({"lines": [{**LINE, "on": day}]}))
    assert (batch.claims, len(batch.problems)) == ((), 1)


@pytest.mark.parametrize("on", [dt.date.min, dt.date.max])
@pytest.mark.parametrize("payer", [*otcodes.payers.POLICIES])
@pytest.mark.parametrize("setting", [*otcodes.Setting])
def test_claims_on_the_first_and_last_days_there_are(on: dt.date, payer: str, setting: str) -> None:
    codes = ("97530", "97165", "98980", "98977", "97129", "97130", "97014")
    lines = tuple(
        otcodes.ServiceLine(
            code, on=on, units=2, minutes=30, modifiers=("GO", "KX"), allowed_usd=Decimal(30), place="10"
        )
        for code in codes
    )
    plan = otcodes.PlanOfCare(
        certified_from=on,
        evaluated_on=on,
        sent_on=on,
        order_on=on,
        treatment_days=(on,),
        progress_reports=(on,),
    )
    claim = otcodes.Claim(
        payer=payer,
        setting=setting,
        diagnoses=("M62.81", "S52.501D"),
        lines=lines,
        plan_of_care=plan,
        submitted_on=on,
        therapy_year_to_date_usd=Decimal(9000),
        patient="P1",
    )
    for report in otcodes.check_many([claim, claim]):
        report.fixed(unsafe=True)
    assert audit([claim]).to_html()
    for table in ("procedures", "diagnoses", "ptp_edits", "unit_limits"):
        found = getattr(BUNDLED, table)
        assert found.freshness(on)
        found.on(on)


# Tables of one's own.


def table_of(folder: Path, manifest: str, content: bytes, *, file: str = "t.csv") -> Path:
    """A directory whose manifest has the true hash of its one file."""
    folder.mkdir()
    (folder / file).write_bytes(content)
    text = manifest.replace("@HASH@", sha256(content).hexdigest())
    (folder / "manifest.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder


MANIFEST = """
[tables.procedure_labels]
file = "t.csv"
schema = 1
key = ["code"]
rows = 1
sha256 = "@HASH@"
scope = []
coverage_from = "2024-01-01"
gaps = ["2024-04-01/2024-06-30"]
coverage_to = "2026-12-31"
licence = "made up"

[[tables.procedure_labels.editions]]
id = "e"
effective = "2024-01-01"
publisher = "us"
title = "ours"
sha256 = ""
"""
LABELS = b"code,valid_from,valid_to,is_start_known,confirmed_to,label\n97530,2026-01-01,,no,,x\n"
NAMES = (
    *(
        "../t.csv",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/b.csv",
        "./t.csv",
        "~/t.csv",
        "C:/t.csv",
        "C:t.csv",
        "t.csv:x",
    ),
    *(
        "t\0.csv",
        "t.csv ",
        "t.csv.",
        "CON",
        "nul.csv",
        "Aux.txt",
        "com1",
        "LPT9.csv",
        "\u2024\u2024/t.csv",
        "t\u2215x",
        "-t",
    ),
    *("%2e%2e/t.csv", "t?.csv", "*", "t|x", "manifest.toml/../t.csv"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_names_files_beside_it_and_nothing_else(tmp_path: Path, name: str) -> None:
    folder = table_of(tmp_path / "mine", MANIFEST.replace('"t.csv"', f'"{name}"'), LABELS)
    with pytest.raises(TableError, match="expected the plain name of a file beside it"):
        BUNDLED.with_source(folder)


def test_a_symbolic_link_is_the_users_own(tmp_path: Path) -> None:
    """Directories are mounted and versioned with links, so that one is followed; its hash decides."""
    secret = tmp_path / "secret.txt"
    secret.write_text("patient,Jane Roe\n", "utf-8")
    folder = table_of(tmp_path / "mine", MANIFEST, LABELS)
    (folder / "t.csv").unlink()
    (folder / "t.csv").symlink_to(secret)
    with pytest.raises(TableError, match="its hash is not the one") as caught:
        BUNDLED.with_source(folder)
    assert "Roe" not in str(caught.value)
    secret.write_bytes(LABELS)
    assert BUNDLED.with_source(folder).procedures.on(DOS)["97530"].label == "x"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("\n", "\r\n"),
        ("[tables.procedure_labels]\n", "[tables.procedure_labels"),
        ("[tables.procedure_labels]\n", "[tables.a\nb]\n"),
        ('file = "t.csv"', "file = 5"),
        ('file = "t.csv"', 'file = ["t.csv"]'),
        ('key = ["code"]', 'key = "code"'),
        ('key = ["code"]', "key = []"),
        ("rows = 1", 'rows = "1"'),
        ("rows = 1", "rows = true"),
        ("rows = 1", "rows = \u00b9"),
        ("rows = 1", f"rows = {'9' * 5_000}"),
        ("scope = []", 'scope = "97001-97999"'),
        ("2024-01-01", "2024-13-01"),
        ('coverage_to = "2026-12-31"', 'coverage_to = "9999-12-31"'),
        ('coverage_to = "2026-12-31"', 'coverage_to = "2020-12-31"'),
        ('coverage_to = "2026-12-31"', "coverage_to = 20261231"),
        ("2024-04-01/2024-06-30", "2024-06-30/2024-04-01"),
        ("2024-04-01/2024-06-30", "2024-04-01/9999-12-31"),
        ("2024-04-01/2024-06-30", "2024-04-01"),
        ('effective = "2024-01-01"', "effective = 1"),
        ('title = "ours"', 'title = ["ours"]'),
        ('publisher = "us"', "publisher = true"),
        ('publisher = "us"\n', ""),
        (
            'sha256 = ""\n',
            'sha256 = ""\nfile = 5\nfile_sha256 = ""\nscope = []\nfirst = "2024-01-01"\nlast = "2025-01-01"',
        ),
        ("[[tables.procedure_labels.editions]]", "[[tables.procedure_labels.edition]]"),
        ("licence", "note = 5\nlicence"),
        ("licence", "x = \ud800\nlicence"),
    ],
)
def test_a_manifest_of_another_form_is_one_error(tmp_path: Path, was: str, becomes: str) -> None:
    assert was in MANIFEST
    with pytest.raises(TableError, match=f"{re.escape(str(tmp_path))}.*: "):
        BUNDLED.with_source(table_of(tmp_path / "mine", MANIFEST.replace(was, becomes), LABELS))


def test_a_table_that_stands_twice_in_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="once"):
        BUNDLED.with_source(table_of(tmp_path / "mine", MANIFEST + MANIFEST, LABELS))


def test_a_table_without_an_edition_is_refused(tmp_path: Path) -> None:
    alone = MANIFEST.partition("\n[[")[0] + "\n"
    with pytest.raises(TableError, match="no edition"):
        BUNDLED.with_source(table_of(tmp_path / "mine", alone, LABELS))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "expected the key columns"),
        (b"\n", "expected the key columns"),
        (b'"code"x,valid_from\n', r"t\.csv, line 1: ',' expected after"),
        (LABELS.replace(b",x", b",\xff"), r"t\.csv: it is not in UTF-8"),
        (LABELS.replace(b",x", b',"x'), r"t\.csv, line 2: unexpected end of data"),
        (LABELS.replace(b",x", b',"x"y'), r"t\.csv, line 2: ',' expected after"),
        (LABELS.replace(b",x", b"," + b"x" * 200_000), r"t\.csv, line 2: field larger than"),
        (LABELS.replace(b"confirmed_to", b"carried_forward"), "unknown column"),
        (LABELS.replace(b",label", b",label,label").replace(b",x", b",x,y"), "a column twice"),
    ],
)
def test_a_table_of_another_form_is_one_error(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(TableError, match=problem):
        BUNDLED.with_source(table_of(tmp_path / "mine", MANIFEST, content))


def blocks(count: str, keys: bytes, *rest: bytes, columns: bytes = b"code\ttitle") -> bytes:
    """A file of blocks; the rest are digests, ends and what they are of."""
    return b"otcodes blocks 1\n" + columns + b"\n" + count.encode() + b"\n" + keys + b"".join(rest)


def of_text(text: bytes) -> bytes:
    body = zlib.compress(text)
    return blocks("1 3", b"M62", sha256(text).digest()[:8], len(body).to_bytes(4, "big"), body)


ONE = of_text(b"M62.81\ta title\n")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"otcodes blocks 1\n",
        blocks("0 3", b"", b"", b"", b""),
        blocks("1 0", b"", b"8" * 8, b"\0" * 4, b""),
        blocks("-1 -3", b"M62", b"8" * 8, b"\0" * 4, b""),
        blocks("99999999999999999999 3", b"M62", b"8" * 8, b"\0" * 4, b""),
        blocks(f"{'9' * 5_000} 3", b"M62", b"8" * 8, b"\0" * 4, b""),
        blocks("1 3", b"M6\xff", b"8" * 8, b"\0" * 4, b""),
        blocks("1 3", b"M62", b"8" * 8, b"\0" * 4, columns=b"code\t\xff"),
        blocks("1 3", b"M62", b"8" * 8, b"\xff" * 4, b"x"),
        ONE[:-3],
        of_text(b""),
        of_text(b"\xff\n"),
        of_text(b"M62.81\n"),
        of_text(b"no tab at all"),
        of_text(b" " * (1 << 27)),  # a bomb: 128 MB in a few kilobytes
    ],
)
def test_a_file_of_blocks_of_another_form_is_one_error(tmp_path: Path, content: bytes) -> None:
    from otcodes._blocks import Blocks

    manifest = MANIFEST.replace("procedure_labels", "diagnoses").replace("t.csv", "t.blocks")
    try:
        manifest = manifest.replace("@HASH@", Blocks("t.blocks", content).fingerprint)
    except TableError:
        return
    with pytest.raises(TableError, match=r"t\.blocks"):
        BUNDLED.with_source(table_of(tmp_path / "mine", manifest, content, file="t.blocks"))


def test_what_is_read_as_damaged_is_never_written_over(tmp_path: Path) -> None:
    imported(tmp_path, october(), OCTOBER)
    manifest = tmp_path / "mytables" / "manifest.toml"
    manifest.write_bytes(manifest.read_bytes().replace(b"\n", b"\r\n"))
    before = manifest.read_bytes()
    with pytest.raises(TableError):
        imported(tmp_path, october(), OCTOBER)
    assert manifest.read_bytes() == before


# Regular expressions: none takes longer than its text is long.

ATTACKS = (
    "a",
    "A",
    "1",
    " ",
    "-",
    ".",
    ",",
    "_",
    "'",
    "(",
    "\t",
    "a'",
    "A1 ",
    "1,",
    "a-",
    "w/",
    "T",
    "a.1",
    "GO ",
    "in ",
    "or ",
)
# Of titles and notes of official files, whose lines are short.
OF_OFFICIAL_LINES = ("otcodes.importing.", "otcodes._titles.OWNER", "otcodes._sides")
# Of a time of FHIR, which is one by then, and of a table of our own.
CHECKED_BEFORE = ("otcodes.readers._fhir_claims.UTC", "otcodes.readers._columns_forms.RANGE")


SOURCE = "\n".join(path.read_text("utf-8") for path in Path(otcodes.__file__).parent.rglob("*.py"))


def expressions() -> dict[str, re.Pattern[str]]:
    """Every expression that a module keeps and a user's text meets."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(otcodes.__path__, "otcodes."):
        if module.name.startswith(("otcodes.ext.plot", "otcodes.__")):
            continue
        try:
            names = vars(importlib.import_module(module.name))
        except ImportError:  # an optional package is not there
            continue
        for name, value in names.items():
            where = f"{module.name}.{name}"
            if isinstance(value, re.Pattern) and not where.startswith((*OF_OFFICIAL_LINES, *CHECKED_BEFORE)):
                found.setdefault(repr(value), (where, value))
    return dict(found.values())


@pytest.mark.parametrize(("where", "pattern"), sorted(expressions().items()))
def test_an_expression_takes_as_long_as_its_text(where: str, pattern: re.Pattern[str]) -> None:
    name = where.rpartition(".")[2]
    is_sought = re.search(rf"\b{name}\.(search|sub|split|findall|finditer)\(", SOURCE) is not None
    for attack in ATTACKS:

        def work(size: int, attack: str = attack):
            text = attack * (size // len(attack)) + "!"
            given = text.encode() if isinstance(pattern.pattern, bytes) else text
            return lambda: (pattern.fullmatch(given), is_sought and sum(1 for _ in pattern.finditer(given)))

        linear(work, 2_000)


@pytest.mark.parametrize("attack", ATTACKS)
def test_words_to_look_for_may_be_long(attack: str) -> None:
    def work(size: int):
        text = attack * (size // len(attack))

        def search() -> None:
            otcodes.procedures.on(DOS).search(text)
            with contextlib.suppress(FieldError):  # it has no letter or digit
                otcodes.diagnoses.on(DOS).search(text)
            otcodes.procedures.verdict(text, on=DOS)

        return search

    work(10)()
    linear(work, 1_000)


def test_headers_of_columns_may_be_long() -> None:
    for attack in ATTACKS:

        def work(size: int, attack: str = attack):
            header = attack.replace(",", " ") * (size // len(attack))
            content = f"{HEADER.strip()},{header}\n{ROW.format(1).strip()},x\n".encode()

            def read() -> None:
                with contextlib.suppress(ReadError):  # with a tab in it, tabs part the columns
                    readers.read_csv(content, name="a.csv")

            return read

        linear(work, 2_000)
