"""The bundled tables: in canonical form, complete as their manifest says, consistent with each other."""

import copy
import datetime as dt
import hashlib
import re
import subprocess
import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

import otcodes
from otcodes import Catalog, Verdict
from otcodes._store import PackagedSource, read_manifest, read_table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
DATA = resources.files("otcodes") / "data"
CATALOG = Catalog.bundled()
ENTRIES = {entry.name: entry for entry in CATALOG.entries}
TABLES = {
    name: CATALOG.procedures._tables[1] if name == "hcpcs" else getattr(CATALOG, name) for name in ENTRIES
}


def records(name: str):
    return list(TABLES[name].own())


def test_the_manifest_is_toml_and_the_same_to_a_toml_reader() -> None:
    parsed = tomllib.loads((DATA / "manifest.toml").read_text("utf-8"))["tables"]
    assert list(parsed) == list(ENTRIES)
    for name, facts in parsed.items():
        entry = ENTRIES[name]
        assert (facts["file"], tuple(facts["key"]), facts["rows"], facts["sha256"]) == (
            entry.file, entry.key, entry.rows, entry.sha256,
        )  # fmt: skip
        assert facts["coverage_from"] == entry.coverage.first.isoformat()
        assert facts["coverage_to"] == entry.coverage.last.isoformat()
        assert [edition["id"] for edition in facts["editions"]] == [edition.id for edition in entry.editions]
        assert entry.licence


def test_every_file_is_in_the_manifest_and_the_other_way_round() -> None:
    files = {path.name for path in DATA.iterdir()} - {"manifest.toml"}
    assert files == {file for entry in ENTRIES.values() for file in (entry.file, entry.index) if file}


def test_the_seal_tool_finds_every_table_canonical() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "seal.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.file.endswith(".csv")])
def test_hash_and_count_are_those_of_the_manifest(name: str) -> None:
    content = (DATA / ENTRIES[name].file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == ENTRIES[name].sha256
    assert content.count(b"\n") == ENTRIES[name].rows + 1  # no cell of ours holds a line break
    assert b"\r" not in content


@pytest.mark.parametrize("name", ENTRIES)
def test_every_row_is_a_record_and_no_two_of_a_key_overlap(name: str) -> None:
    table = TABLES[name]
    count = 0
    for _, rows in table.under():
        count += len(rows)
        for row in rows:
            assert row.valid_to is None or row.valid_from <= row.valid_to
            assert not row.carried_forward
        for before, after in pairwise(rows):
            assert before.valid_to is not None
            assert before.valid_to < after.valid_from
    assert count == ENTRIES[name].rows


@pytest.mark.parametrize("name", ENTRIES)
def test_editions_are_in_order_and_name_a_publication(name: str) -> None:
    editions = ENTRIES[name].editions
    assert editions
    assert len({edition.id for edition in editions}) == len(editions)
    for edition in editions:
        assert edition.title
        assert edition.publisher
        assert re.fullmatch(r"([0-9a-f]{64})?", edition.sha256)
    assert [edition.effective for edition in editions] == sorted(edition.effective for edition in editions)


def has_procedure(code: str) -> bool:
    return CATALOG.procedures.owner(code) is not None


def test_every_code_that_a_table_refers_to_exists() -> None:
    for row in records("procedures"):
        for code in (*row.successors, *row.primary_codes, *row.counterparts):
            assert has_procedure(code), (row.code, code)
    for row in records("ptp_edits"):
        assert has_procedure(row.column_1), row
        assert has_procedure(row.column_2), row
        assert row.indicator in ("0", "1")
    for name in ("once_per_day", "payment_status", "common_procedures"):
        for row in records(name):
            assert has_procedure(row.code), row
    modifiers = {row.code for row in records("modifiers")}
    for row in records("modifier_conflicts"):
        assert {row.first, row.second} <= modifiers
        assert row.first < row.second
        assert otcodes.Severity(row.severity)
    assert {row.modifier for row in records("pair_modifiers")} <= modifiers
    for row in records("payer_substitutions"):
        assert row.payer in otcodes.payers.POLICIES
        assert has_procedure(row.code)
        assert has_procedure(row.substitute)
    assert {row.payer for row in records("filing_indicators")} <= set(otcodes.payers.POLICIES)


def test_pairs_have_their_scope_among_the_procedures() -> None:
    for first, last in ENTRIES["ptp_edits"].coverage.scope:
        assert has_procedure(first)
        assert has_procedure(last)


def test_a_code_of_both_tables_has_the_same_days_in_both() -> None:
    official = {row.code: row for row in records("hcpcs")}
    for row in records("procedures"):
        if row.system == "hcpcs":
            versions = CATALOG.procedures.history(row.code)
            assert versions[0].valid_from == official[row.code].valid_from
            assert versions[-1].valid_to == official[row.code].valid_to


def test_timing_and_minutes_agree() -> None:
    for row in records("procedures"):
        assert (row.unit_minutes is not None) == (row.timing in ("timed", "first", "additional")), row.code
        if row.timing == "additional":
            assert row.primary_codes, row.code


def test_labels_are_three_to_ten_words() -> None:
    for name in ("procedures", "hcpcs", "modifiers", "revenue_codes"):
        for row in records(name):
            if row.label is not None:
                assert 3 <= len(row.label.split()) <= 10, (name, row.code, row.label)
    for row in records("procedures"):
        assert row.label, row.code


def test_what_the_issue_counts() -> None:
    assert ENTRIES["hcpcs"].rows == 8463
    orthoses = [row for row in records("hcpcs") if "L3650" <= row.code <= "L3999"]
    assert orthoses
    assert all(row.label for row in orthoses)
    assert [row.code for row in records("common_procedures")] == (
        ["97530", "97110", "97140", "97112", "97535", "97035", "99072", "97018", "97165", "97014", "G0283"]
    )
    thresholds = {
        row.valid_from.year: row.amount_usd
        for row in records("therapy_thresholds")
        if row.discipline == "occupational-therapy"
    }
    assert (thresholds[2024], thresholds[2025], thresholds[2026]) == (2330, 2410, 2480)
    assert (
        otcodes.therapy_thresholds.verdict("occupational-therapy", on=dt.date(2027, 1, 1))
        is Verdict.OUT_OF_COVERAGE
    )


def test_a_file_that_is_not_the_manifests_is_refused() -> None:
    class Tampered(PackagedSource):
        def read(self, name: str) -> bytes:
            content = super().read(name)
            return content.replace(b"Office", b"0ffice") if name == "places.csv" else content

    entry = read_manifest(Tampered())["places"]
    with pytest.raises(otcodes.TableError, match=r"places\.csv: its hash is not the one"):
        read_table(Tampered(), entry)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("rows = one", "expected a plain TOML value"),
        ("nonsense", "expected"),
        ("schema = 2", "has schema 2"),
        ('coverage_from = "soon"', "ValueError"),
    ],
)
def test_a_malformed_manifest_is_refused(line: str, problem: str) -> None:
    class Edited(PackagedSource):
        def read(self, name: str) -> bytes:
            key = line.partition(" ")[0]
            pattern = rf"^{key} = .*$" if " " in line else r"^schema = .*$"
            return re.sub(pattern, line, super().read(name).decode(), count=1, flags=re.MULTILINE).encode()

    with pytest.raises(otcodes.TableError, match=problem):
        list(read_manifest(Edited()).values())


def test_a_malformed_row_is_refused_and_named() -> None:
    entry = ENTRIES["places"]

    def served(content: bytes):
        class Served(PackagedSource):
            def read(self, name: str) -> bytes:  # noqa: ARG002 -- it has one file
                return content

        made = copy.copy(entry)
        made.rows, made.sha256 = content.count(b"\n") - 1, hashlib.sha256(content).hexdigest()
        return Served(), made

    good = (DATA / "places.csv").read_bytes()
    header = good.partition(b"\n")[0]
    for row, problem in [
        (b"11,2003-01-01,,maybe,,Office,non-facility,,no", "line 2: column is_start_known: 'maybe'"),
        (b"11,2003-13-01,,no,,Office,non-facility,,no", "line 2: column valid_from"),
        (b"11,2003-01-01,,no,,Office", "line 2: expected 9 cells, found 6"),
    ]:
        source, made = served(header + b"\n" + row + b"\n")
        with pytest.raises(otcodes.TableError, match=problem):
            read_table(source, made).records("11", otcodes.Place)
