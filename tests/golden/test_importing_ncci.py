"""An official file of NCCI pairs, made by hand in the published layout, and what must come of it."""

import datetime as dt
import filecmp
import io
import zipfile
from pathlib import Path

import pytest
from builders_importing import (
    JULY,
    OCTOBER,
    PREAMBLE,
    ROWS,
    assert_read_back,
    imported,
    july,
    october,
    official,
)

import otcodes
from otcodes import Catalog, Verdict
from otcodes.importing import import_file

BUNDLED = Catalog.bundled().ptp_edits
EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, _ = Verdict


def pair(second: str, first: str = "97750", setting: str = "practitioner") -> tuple[str, str, str]:
    return (setting, first, second)


def intervals(table, key):
    return [(str(row.valid_from), str(row.valid_to or ""), row.indicator) for row in table.history(key)]


@pytest.fixture
def pairs(tmp_path: Path):
    imported(tmp_path, october(), OCTOBER)
    return Catalog.bundled().with_source(tmp_path / "mytables").ptp_edits


def test_the_rows_of_the_file_are_those_of_the_table(pairs) -> None:
    assert intervals(pairs, pair("95851")) == [("1996-01-01", "2019-12-31", "0"), ("2020-10-01", "", "0")]
    assert intervals(pairs, pair("97150")) == [("2000-07-01", "2019-12-31", "0"), ("2020-10-01", "", "0")]
    assert intervals(pairs, pair("97169")) == [("2017-01-01", "2026-09-30", "0")]
    assert intervals(pairs, pair("97755")) == [("2026-10-01", "", "1")]
    assert all(row.is_start_known for row in pairs.history(pair("95851")))


def test_no_other_interval_changes(pairs) -> None:
    changed = {key for key in {*pairs.keys(), *BUNDLED.keys()} if key[:2] == ("practitioner", "97750")}
    assert len(changed) == 8
    for key in {*pairs.keys(), *BUNDLED.keys()} - changed:
        assert pairs.history(key) == BUNDLED.history(key), key


def test_what_it_answers_on_a_day(pairs) -> None:
    during, after = dt.date(2026, 11, 2), dt.date(2027, 1, 4)
    assert pairs.verdict(pair("97169"), on=dt.date(2026, 9, 30)) is EFFECTIVE
    assert pairs.verdict(pair("97169"), on=during) is NOT_EFFECTIVE
    assert not pairs.on(during)[pair("97755")].carried_forward
    carried = pairs.on(after)[pair("97755")]
    assert (carried.carried_forward, carried.edition) == (True, "ncci-ptp-practitioner-2026-10-01")
    # The file is of one setting, and so small that it is not the whole of any.
    assert BUNDLED.coverage.last == pairs.coverage.last


def test_a_pair_names_the_edition_of_its_setting() -> None:
    on = BUNDLED.on(dt.date(2026, 11, 2))
    assert on[pair("97169")].edition == "ncci-ptp-2024q3"
    assert on[pair("97169", setting="outpatient-hospital")].edition == "ncci-ptp-2024q3-hospital"
    absent = ("outpatient-hospital", "97010", "97012")
    assert BUNDLED.verdict(absent, on=on.day) is UNKNOWN
    assert BUNDLED.absence_carried_from(absent, on.day) == "ncci-ptp-2024q3-hospital"


@pytest.mark.usefixtures("pairs")
def test_a_report_names_the_edition_of_the_claims_setting(tmp_path: Path) -> None:
    catalog = Catalog.bundled().with_source(tmp_path / "mytables")
    line = otcodes.ServiceLine("97530", on=dt.date(2026, 11, 2), units=1)
    named = [
        otcodes.check(
            otcodes.Claim(lines=(line,), payer="medicare-b", setting=setting), catalog=catalog
        ).editions["ptp_edits"]
        for setting in ("practitioner", "outpatient-hospital")
    ]
    assert named == ["ncci-ptp-practitioner-2026-10-01", "ncci-ptp-2024q3-hospital"]


def test_a_pair_that_the_board_knows_only_in_part_gets_its_start(pairs) -> None:
    day = dt.date(2005, 5, 5)
    assert BUNDLED.verdict(pair("95851"), on=day) is OUT_OF_COVERAGE
    assert pairs.verdict(pair("95851"), on=day) is EFFECTIVE


@pytest.mark.parametrize("order", [(july, october), (october, july), (october, july, october)])
def test_the_order_of_imports_is_of_no_account(tmp_path: Path, order) -> None:
    for text in order:
        imported(tmp_path, text(), JULY if text is july else OCTOBER)
    imported(tmp_path, july(), JULY, to="other")
    imported(tmp_path, october(), OCTOBER, to="other")
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [*compared.left_only, *compared.right_only, *compared.diff_files] == []
    assert len(compared.same_files) == 4
    assert_read_back(tmp_path / "mytables")


def test_to_import_twice_changes_nothing(tmp_path: Path) -> None:
    first = imported(tmp_path, october(), OCTOBER)
    assert first.is_written
    assert (first.seen, first.kept, first.added, first.changed, first.removed) == (13, 11, 1, 7, 0)
    assert str(first) == (
        "ncci-ptp-practitioner-2026-10-01, for days to 2026-12-31: 13 rows became 11 of ours; "
        "ptp_edits: 1 keys added, 7 changed, 0 removed"
    )
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()}
    again = imported(tmp_path, october(), OCTOBER)
    assert not again.is_written
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert str(again).endswith("ptp_edits: nothing changed")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()} == before


def test_a_corrected_file_takes_the_place_of_its_edition(tmp_path: Path) -> None:
    imported(tmp_path, july(), OCTOBER)
    imported(tmp_path, october(), OCTOBER)
    imported(tmp_path, october(), OCTOBER, to="other")
    assert not filecmp.dircmp(tmp_path / "mytables", tmp_path / "other").diff_files
    assert len(list((tmp_path / "mytables").iterdir())) == 3


def as_csv() -> bytes:
    header = (
        '"Column 1","Column 2","*=in existence\r\nprior to 1996","Effective Date",'
        '"Deletion Date\r\n*=no data","Modifier\r\n0=not allowed\r\n1=allowed\r\n9=not applicable",'
        '"PTP Edit Rationale"\r\n'
    )
    lines = "".join(f'97750,{",".join(row)},"a reason, with a comma"\r\n' for row in ROWS)
    return f'"{PREAMBLE[0]}",,,,,,\r\n{PREAMBLE[1]},,,,,,\r\n{header}{lines}'.encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("part.txt", july().encode("utf-8-sig")),
        ("part.txt", july().encode("utf-16")),
        ("part.txt", july().replace("a reason", "a réason").encode("cp1252")),
        ("part.txt", july().replace("\r\n", "\n").encode()),
        ("part.csv", as_csv()),
        ("ccipra-v322r0-f4.zip", zipped(("ccipra-v322r0-f4.TXT", july().encode()), ("f4.xlsx", b"PK"))),
        ("ccipra-v322r0-f4.zip", zipped(("folder/part.csv", as_csv()), ("read me.pdf", b"%PDF"))),
    ],
    ids=["utf-8 with its mark", "utf-16", "cp1252", "LF", "CSV", "zip of text", "zip of CSV"],
)
def test_every_form_in_which_it_is_published_gives_the_same(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    to = tmp_path / "mytables"
    import_file("ncci-ptp", tmp_path / name, effective=JULY, to=to, setting="practitioner")
    imported(tmp_path, july(), JULY, to="other")
    made, other = (next(folder.glob("ptp_edits-*.csv")) for folder in (to, tmp_path / "other"))
    assert made.read_bytes() == other.read_bytes()


def test_the_parts_of_an_edition_are_one(tmp_path: Path) -> None:
    seconds = {key[2] for key in BUNDLED.keys() if key[:2] == ("practitioner", "97154")}
    other = official(*((code, "", "20190101", "*", "1") for code in seconds), first="97154")
    parts = (tmp_path / "f1.txt", tmp_path / "f2.txt")
    for path, text in zip(parts, (other, july()), strict=True):
        path.write_bytes(text.encode())
    to = tmp_path / "mytables"
    done = import_file("ncci-ptp", *parts, effective=JULY, to=to, setting="practitioner")
    assert done.edition.scope == ("97154-97154", "97750-97750")
    assert done.kept == 10 + len(seconds)
