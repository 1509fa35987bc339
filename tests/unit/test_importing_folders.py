"""Directories of tables: what is written, what a catalog makes of them, and what is refused."""

import datetime as dt
import json
import os
import re
import shutil
import threading
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from builders_importing import JULY, OCTOBER, imported, july, october

import otcodes
from otcodes import Catalog, Claim, ServiceLine, TableError, Verdict, importing
from otcodes._folders import Folder
from otcodes._store import read_manifest
from otcodes.cli import main
from otcodes.importing import import_file
from otcodes.importing._writing import manifest_of

BUNDLED = Catalog.bundled()
NEW = ("practitioner", "97750", "97755")
DAY = dt.date(2026, 11, 2)
APRIL = dt.date(2026, 4, 1)
EFFECTIVE, _, _, OUT_OF_COVERAGE, _ = Verdict
UNKNOWN = Verdict.UNKNOWN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    imported(tmp_path, october(), OCTOBER)
    return tmp_path / "mytables"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return hand_made(
        tmp_path / "mylabels",
        "procedure_labels",
        "code",
        "code,valid_from,valid_to,is_start_known,confirmed_to,label\n"
        "97530,2024-01-01,2025-12-31,no,,A label of two years\n"
        "97530,2026-01-01,,yes,,A label of one's own\n"
        "L3807,2026-01-01,,no,,A label for an orthosis\n",
    )


def hand_made(
    folder: Path, table: str, column: str, text: str, *, file: str = "t.csv", **facts: object
) -> Path:
    """A directory with one table, made by hand."""
    folder.mkdir()
    content = text.encode()
    (folder / "t.csv").write_bytes(content)
    lines = {
        "file": file,
        "schema": 1,
        "key": [column],
        "rows": text.count("\n") - 1,
        "sha256": sha256(content).hexdigest(),
        "scope": [],
        "coverage_from": "2024-01-01",
        "coverage_to": "2026-12-31",
        "licence": "made up",
        **facts,
    }
    edition = {"id": "e", "effective": "2024-01-01", "publisher": "us", "title": "ours", "sha256": ""}
    parts = (f"\n[tables.{table}]\n", lines), (f"\n[[tables.{table}.editions]]\n", edition)
    manifest = "".join(
        header + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        for header, values in parts
    )
    (folder / "manifest.toml").write_text(manifest, "utf-8")
    return folder


def edited(folder: Path, pattern: str, by: str) -> None:
    path = folder / "manifest.toml"
    path.write_text(re.sub(pattern, by, path.read_text("utf-8"), count=1, flags=re.MULTILINE), "utf-8")


def test_the_manifest_that_is_written_is_read_back(folder: Path) -> None:
    read = Folder(folder)
    text = (folder / "manifest.toml").read_text("utf-8")
    assert manifest_of(read.manifest.values()) == text
    entry = read.manifest["ptp_edits"]
    bundled = [edition.id for edition in BUNDLED.ptp_edits.editions]
    assert [edition.id for edition in entry.editions] == [*bundled, "ncci-ptp-practitioner-2026-10-01"]
    (edition,) = read.imported("ptp_edits")
    assert (edition.first, edition.last) == (dt.date(1996, 1, 1), dt.date(2026, 12, 31))
    assert (edition.part, edition.scope) == (("practitioner",), ("97750-97750",))
    assert entry.to_dict()["editions"][-1]["file"] == edition.file


def test_the_bundled_manifest_is_written_as_it_is_read() -> None:
    class Written:
        def read(self, name: str) -> bytes:  # noqa: ARG002 -- the manifest alone
            return manifest_of(BUNDLED.entries).encode()

        part = None

    again = read_manifest(Written())
    for entry in BUNDLED.entries:
        assert again[entry.name].to_dict() == entry.to_dict()


def test_an_overlay_changes_its_own_catalog_alone(folder: Path) -> None:
    mine = BUNDLED.with_source(folder)
    assert mine.ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE
    assert BUNDLED.ptp_edits.verdict(NEW, on=DAY) is not EFFECTIVE
    assert otcodes.ptp_edits is BUNDLED.ptp_edits
    assert Catalog.bundled() is BUNDLED
    assert mine.data_version.startswith(f"{BUNDLED.data_version}+")
    assert repr(mine).endswith(f"with those of {folder}>")
    assert len(mine.entries) == len(BUNDLED.entries)
    assert mine.places.on(DAY)["11"] == BUNDLED.places.on(DAY)["11"]


def test_a_claim_is_checked_by_it(folder: Path) -> None:
    lines = [ServiceLine(code, on=DAY, units=1, modifiers=("GO",), place="11") for code in ("97750", "97755")]
    claim = Claim(payer="medicare-b", diagnoses=("M62.81",), lines=lines)
    found = {finding.rule for finding in otcodes.check(claim, catalog=BUNDLED.with_source(folder))}
    assert "pair.modifier-needed" in found
    assert "pair.modifier-needed" not in {finding.rule for finding in otcodes.check(claim)}


def test_what_is_written_later_changes_no_catalog(folder: Path, tmp_path: Path) -> None:
    mine = BUNDLED.with_source(folder)
    imported(tmp_path, july(), OCTOBER)
    shutil.rmtree(folder)
    assert mine.ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE


def test_a_directory_in_a_zip_and_a_str_will_do(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mytables.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"tables/{path.name}")
    for where in (str(folder), zipfile.Path(tmp_path / "mytables.zip", "tables/")):
        assert BUNDLED.with_source(where).ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE


def test_a_file_that_lies_in_the_working_directory_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OTCODES_TABLES", str(folder))  # which the command line alone reads
    assert Catalog(BUNDLED._source).ptp_edits.verdict(NEW, on=DAY) is not EFFECTIVE


def test_overlays_stack_and_the_last_that_has_a_table_is_asked(
    folder: Path, labels: Path, tmp_path: Path
) -> None:
    imported(tmp_path, july(), JULY, to="other")
    both = BUNDLED.with_source(folder).with_source(labels)
    assert both.ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE
    assert both.procedures.on(DAY)["97530"].label == "A label of one's own"
    assert both.data_version.count("+") == 2
    last = both.with_source(tmp_path / "other")
    assert last.ptp_edits.verdict(NEW, on=DAY) is not EFFECTIVE
    assert last.procedures.on(DAY)["97530"].label == "A label of one's own"


def test_labels_of_ones_own_stand_in_the_place_of_ours(labels: Path) -> None:
    mine = BUNDLED.with_source(labels)
    assert mine.procedure_labels is not None
    assert mine.procedures.on(DAY)["L3807"].label == "A label for an orthosis"
    assert mine.procedures.on(DAY)["97110"] == BUNDLED.procedures.on(DAY)["97110"]
    found = mine.procedures.on(DAY).search("one's own")
    assert found[0].code == "97530"
    assert (
        mine.procedures.history("97530")[-1].valid_from == BUNDLED.procedures.history("97530")[-1].valid_from
    )
    assert sum(1 for _ in mine.procedures) == sum(1 for _ in BUNDLED.procedures)
    assert BUNDLED.procedure_labels is None


def test_a_payer_of_ones_own_is_known_to_both(folder: Path) -> None:
    import attrs

    acme = attrs.evolve(otcodes.payers.policy("commercial"), name="acme", label="Acme Health")
    assert BUNDLED.with_policy(acme).with_source(folder).policy("acme").label == "Acme Health"
    assert BUNDLED.with_source(folder).with_policy(acme).ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE


def test_two_catalogs_of_eight_threads_each_never_mix(folder: Path, tmp_path: Path) -> None:
    imported(tmp_path, july(), JULY, to="other")
    day = dt.date(2026, 12, 1)
    catalogs = BUNDLED.with_source(folder), BUNDLED.with_source(tmp_path / "other")
    ended = ("practitioner", "97750", "97169")
    expected = [(True, False), (False, True)]
    wrong: list[object] = []
    barrier = threading.Barrier(16)

    def ask(catalog: Catalog, has: tuple[bool, bool]) -> None:
        barrier.wait()
        for number in range(200):
            on = day + dt.timedelta(days=number % 20)
            answers = tuple(catalog.ptp_edits.on(on).find(key) is not None for key in (NEW, ended))
            if answers != has:
                wrong.append((catalog, answers))

    threads = [
        threading.Thread(target=ask, args=(catalogs[number % 2], expected[number % 2]))
        for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


HEADER = "code,valid_from,valid_to,is_start_known,confirmed_to,label\n"


ROW = f"{HEADER}97530,2026-01-01,,no,,x\n"
OUTSIDE = "manifest.toml: expected the plain name of a file beside it"


@pytest.mark.parametrize(
    ("text", "facts", "message"),
    [
        (ROW.replace(",,x", ",x"), {}, "t.csv, line 2: expected 6 cells, found 5"),
        (ROW.replace("2026-01", "2026-13"), {}, "t.csv, line 2: column valid_from: month must be in 1..12"),
        (ROW.replace(",no,", ",perhaps,"), {}, "t.csv, line 2: column is_start_known: 'perhaps' is neither"),
        (ROW.replace("label", "title"), {}, "t.csv, line 1: unknown column 'title'"),
        (f"{ROW}97530,2026-02-01,,no,,y\n", {}, "t.csv: two rows of 97530 share a day"),
        (HEADER, {"rows": 3}, "t.csv: manifest.toml says 3 rows, the file has 0"),
        (HEADER, {"file": "../t.csv"}, f"{OUTSIDE}, found '../t.csv'"),
        (HEADER, {"file": "/etc/passwd"}, f"{OUTSIDE}, found '/etc/passwd'"),
        (HEADER, {"file": "sub/t.csv"}, f"{OUTSIDE}, found 'sub/t.csv'"),
        (HEADER, {"index": "..", "index_sha256": ""}, f"{OUTSIDE}, found '..'"),
        (HEADER, {"file": "other.csv"}, "other.csv: it is named in manifest.toml and not there"),
        (HEADER, {"schema": 2}, "manifest.toml: table procedure_labels has schema 2, this code reads 1"),
        (HEADER, {"sha256": "00"}, "t.csv: its hash is not the one in manifest.toml: the file was changed"),
        (HEADER, {"key": ["code", "label"]}, "t.csv: table procedure_labels: its key is code"),
    ],
)
def test_a_damaged_table_is_one_clear_error(tmp_path: Path, text: str, facts, message: str) -> None:
    folder = hand_made(tmp_path / "mine", "procedure_labels", "code", text, **facts)
    with pytest.raises(TableError) as caught:
        BUNDLED.with_source(folder)
    assert str(caught.value).startswith(f"{folder}: {message}")


def test_a_directory_that_is_damaged_or_none_is_refused(folder: Path, tmp_path: Path) -> None:
    for where in (tmp_path / "none", tmp_path / "ccipra-v323r0-f4.txt"):
        with pytest.raises(TableError, match=re.escape(f"{where}: manifest.toml: it is not there")):
            BUNDLED.with_source(where)
    hand_made(tmp_path / "unknown", "ptp_edit", "code", HEADER)
    with pytest.raises(TableError, match=r"t\.csv: table ptp_edit: no such table"):
        BUNDLED.with_source(tmp_path / "unknown")
    edition = next(folder.glob("ncci-*.csv"))
    edition.write_bytes(edition.read_bytes() + b"\n")
    with pytest.raises(TableError, match=f"{edition.name}: its hash is not the one"):
        BUNDLED.with_source(folder)
    edited(folder, r"^rows = \d+$", "rows = many")
    with pytest.raises(
        TableError, match=r"manifest\.toml, line \d+: expected a plain TOML value, found many"
    ):
        BUNDLED.with_source(folder)
    (folder / "manifest.toml").write_bytes(b"\n[tables.\xff]\n")
    with pytest.raises(TableError, match=r"manifest\.toml: it is not in UTF-8"):
        BUNDLED.with_source(folder)


def test_import_goes_into_no_directory_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "mytables").mkdir()
    (tmp_path / "mytables" / "thesis.txt").write_text("x", "utf-8")
    with pytest.raises(TableError, match=r"mytables: it holds files and no manifest\.toml"):
        imported(tmp_path, july(), JULY)
    text = "setting,column_1,column_2,valid_from,valid_to,is_start_known,confirmed_to,indicator\n"
    keys = ["setting", "column_1", "column_2"]
    hand_made(tmp_path / "byhand", "ptp_edits", "setting", text, key=keys)
    with pytest.raises(TableError, match=r"t\.csv: table ptp_edits was not made by an import"):
        imported(tmp_path, july(), JULY, to="byhand")


def test_tables_of_other_kinds_stay_in_the_directory(labels: Path, tmp_path: Path) -> None:
    imported(tmp_path, october(), OCTOBER, to=labels.name)
    mine = BUNDLED.with_source(labels)
    assert mine.procedures.on(DAY)["97530"].label == "A label of one's own"
    assert mine.ptp_edits.verdict(NEW, on=DAY) is EFFECTIVE


@pytest.mark.parametrize("is_there", [True, False])
def test_what_fails_half_way_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    if is_there:
        imported(tmp_path, july(), JULY)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        imported(tmp_path, october(), OCTOBER)
    (tmp_path / "ccipra-v323r0-f4.txt").unlink()
    before.pop(tmp_path / "ccipra-v323r0-f4.txt", None)
    found = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path for path in found if ".mytables.new" not in path.parts} == set(before)
    assert all(found[path] == content for path, content in before.items())
    monkeypatch.undo()
    assert imported(tmp_path, october(), OCTOBER).is_written


@pytest.mark.parametrize("is_there", [True, False])
def test_of_two_imports_at_once_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    if is_there:
        imported(tmp_path, july(), JULY)
    real = importing.write_folder

    def late(*given: Any) -> bool:
        """Another import is done between the reading and the writing of this one."""
        monkeypatch.undo()
        imported(tmp_path, july(), APRIL)
        return real(*given)

    monkeypatch.setattr(importing, "write_folder", late)
    with pytest.raises(TableError, match="mytables: another import changed it meanwhile; run this one again"):
        imported(tmp_path, october(), OCTOBER)
    editions = {edition.effective for edition in Folder(tmp_path / "mytables").imported("ptp_edits")}
    assert editions == ({APRIL, JULY} if is_there else {APRIL})
    assert imported(tmp_path, october(), OCTOBER).is_written


def test_while_one_import_writes_another_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".mytables.lock").touch()
    with pytest.raises(
        TableError, match=r"another import is writing it; where none is, remove \.mytables\.lock"
    ):
        imported(tmp_path, october(), OCTOBER)
    assert not (tmp_path / "mytables").exists()
    (tmp_path / ".mytables.lock").unlink()
    assert imported(tmp_path, october(), OCTOBER).is_written
    assert not (tmp_path / ".mytables.lock").exists()


def test_the_command_line_imports_and_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, to = tmp_path / "ccipra-f4.txt", tmp_path / "mytables"
    file.write_bytes(october().encode())
    options = ["--setting", "practitioner", "--effective", "2026-10-01", "--to", str(to)]
    assert main(["import", "ncci-ptp", str(file), *options]) == 0
    assert "13 rows became 11 of ours; ptp_edits: 1 keys added, 7 changed" in capsys.readouterr().out
    assert main(["tables", "--with", str(to)]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"data {BUNDLED.with_source(to).data_version}, ")
    assert re.search(
        r"\n  and of a part of it: .*; ncci-ptp-practitioner-2026-10-01, from 2026-10-01\n", told
    )
    claims = tmp_path / "claims.csv"
    claims.write_text(
        "claim_id,payer,claim_diagnoses,procedure,on,units,modifiers,place\n"
        "A1,medicare-b,M62.81,97750,2026-11-02,1,GO,11\nA1,medicare-b,M62.81,97755,2026-11-02,1,GO,11\n",
        "utf-8",
    )
    check = ["check", str(claims), "--select", "pair.modifier-needed"]
    assert main(check) == 0
    assert main([*check, "--with", str(to)]) == 1
    monkeypatch.setenv("OTCODES_TABLES", os.pathsep.join([str(to), ""]))
    assert main(check) == 1
    capsys.readouterr()
    assert main([*check, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["data_version"] == BUNDLED.with_source(to).data_version
    monkeypatch.setenv("OTCODES_TABLES", str(tmp_path / "none"))
    assert main(check) == 2
    assert "none: manifest.toml: it is not there" in capsys.readouterr().err
    assert main([*check, "--with", str(to)]) == 1  # --with stands in the place of the environment


def test_the_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.txt").write_text("<html></html>", "utf-8")
    options = ["--effective", "2026-10-01", "--to", str(tmp_path / "to")]
    assert main(["import", "ncci-ptp", str(tmp_path / "page.txt"), *options]) == 2
    assert capsys.readouterr().err == ("otcodes: --setting should be practitioner or outpatient-hospital\n")
    assert main(["import", "ncci-ptp", str(tmp_path / "page.txt"), *options, "--setting", "clinic"]) == 2
    assert capsys.readouterr().err == (
        "otcodes: --setting should be practitioner or outpatient-hospital, not 'clinic'\n"
    )
    assert main(["import", "hcpcs", str(tmp_path / "page.txt"), *options, "--setting", "practitioner"]) == 2
    assert capsys.readouterr().err == "otcodes: --setting should be left out, not 'practitioner'\n"
    assert (
        main(["import", "ncci-ptp", str(tmp_path / "page.txt"), *options, "--setting", "practitioner"]) == 2
    )
    assert capsys.readouterr().err.startswith("otcodes: page.txt: it is a page of HTML")
    options[1] = "9999-12-01"
    assert main(["import", "ncci-ptp", "page.txt", *options, "--setting", "practitioner"]) == 2
    assert capsys.readouterr().err == (
        "otcodes: --effective should be the first day of an edition, not 9999-12-01\n"
    )
    assert not (tmp_path / "to").exists()


def test_import_says_what_it_read_even_of_many(tmp_path: Path) -> None:
    file = tmp_path / "f.txt"
    file.write_bytes(july().encode())
    done = import_file("ncci-ptp", str(file), effective=JULY, to=str(tmp_path / "t"), setting="practitioner")
    assert (done.table, done.to) == ("ptp_edits", str(tmp_path / "t"))
    assert done.edition.sha256 == sha256(july().encode()).hexdigest()
