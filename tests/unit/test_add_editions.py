"""The tools that take official editions into the bundled tables, with each kind of file, on a copy of them.

The files are made here in the published layouts: what is on board, with a few changes of the next quarter.
"""

import csv
import datetime as dt
import importlib
import io
import re
import shutil
from functools import partial
from itertools import groupby
from pathlib import Path

import builders_fees as fees
import builders_icd10cm as icd
import builders_importing as ncci
import pytest

from otcodes import Catalog, Verdict
from otcodes import catalog as catalogs
from otcodes._folders import Folder
from otcodes._manifest import MANIFEST, Manifest
from otcodes.importing import KINDS, icd10cm, import_file
from otcodes.importing._canonical import rows_of

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    tool, seal, changes = map(importlib.import_module, ("add_editions", "seal", "data_changes"))

BUNDLED = Catalog.bundled()
OCTOBER, JANUARY = dt.date(2026, 10, 1), dt.date(2027, 1, 1)
PRACTITIONER, HOSPITAL = "practitioner", "outpatient-hospital"
# What only directories of one's own have: a licensed publisher's words, and Medicaid's pairs.
NOT_BUNDLED = {"cpt-descriptors", "ncci-ptp-medicaid"}


def board(table: str) -> list[dict[str, str]]:
    entry, content = BUNDLED.file_of(table)
    return rows_of(entry.file, content)


def as_csv(*rows) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def compact(day: str) -> str:
    return day.replace("-", "")


def pairs(setting: str) -> str:
    """Of two codes that had no pair, one has; of the others, what is on board."""
    lines = ncci.official().splitlines()
    of_setting = [row for row in board("ptp_edits") if row["setting"] == setting]
    for first, rows in groupby(of_setting, key=lambda row: row["column_1"]):
        for row in rows:
            days = (compact(row["valid_from"]), compact(row["valid_to"]) or "*")
            lines.append("\t".join((first, row["column_2"], "", *days, row["indicator"], "a reason")))
        if first == "97750":
            lines.append("\t".join((first, *ncci.NEW, "a reason")))
    return "\r\n".join(lines)


def limits(part: tuple[str, str], changed=(), without=()) -> str:
    rows = [row for row in board("unit_limits") if (row["program"], row["setting"]) == part]
    found = {row["code"]: (row["units"], row["indicator"]) for row in rows if not row["valid_to"]}
    found |= dict(changed)
    judged = ("MUE Adjudication Indicator",) if part[0] == "medicare" else ()
    services = f"{part[1].replace('-', ' ').title()} Services MUE Values"
    return as_csv(
        ("HCPCS/CPT Code", services, *judged, "MUE Rationale"),
        *(
            (code, units, *((f"{indicator} in words",) if judged else ()), "a reason")
            for code, (units, indicator) in sorted(found.items())
            if code not in without
        ),
    )


def add_ons() -> str:
    """A pair has ended, and one is new."""
    since = dt.date(2013, 4, 1)
    rows = [("1", "97546", "", "97544", "", "2026274", "", "")]
    for row in board("add_on_codes"):
        first = f"{max(dt.date.fromisoformat(row['valid_from']), since):%Y%j}"
        last = "2026273" if row["add_on"] == "97546" else ""
        rows.append(("1", row["add_on"], "", row["primary"], "", first, last, ""))
    header = ("AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT")
    return as_csv((*header, "AOC_Edit_EffDT", "AOC_Edit_DelDT", "Special_Instruction_Notes"), *sorted(rows))


def level_two() -> str:
    """A code is new, one ends before."""

    def record(code: str, coverage: str, first: str, changed: str, last: str) -> str:
        text = f"{code}001003{'Words of a publisher':<80}{'words':<28}".ljust(229) + f"{coverage:1}"
        return f"{text.ljust(268)}{first:8}{changed:8}{last:8}".ljust(320)

    lines = [record("A9997", "C", "20261001", "20261001", "")]
    for row in board("hcpcs"):
        last = "20260930" if row["code"] == "L3908" else compact(row["valid_to"])
        lines.append(record(row["code"], row["coverage"], compact(row["valid_from"]), "", last))
    return "\r\n".join(lines)


def places() -> str:
    """One is new, one is unassigned again."""
    names = {row["code"]: row["label"] for row in board("places") if not row["valid_to"]}
    names |= {"27": "Unassigned", "28": "Office on the Moon"}
    header = ("Place of Service Code(s)", "Place of Service Name", "Place of Service Description")
    told = {"28": "Our words. (Effective October 1, 2026)"}
    codes = (f"{number:02}" for number in range(1, 100))
    return as_csv(
        header, *((code, names.get(code, "Unassigned"), told.get(code, "Our words.")) for code in codes)
    )


# By kind: the files, with name and content by setting; and what is then said of each table, in parts.
FILES = {
    "ncci-ptp": {each: (f"{each}.txt", partial(pairs, each)) for each in (PRACTITIONER, HOSPITAL)},
    "mue": {
        PRACTITIONER: (
            "a.csv",
            partial(limits, ("medicare", PRACTITIONER), {"97535": ("9", "3")}.items(), ("97010",)),
        ),
        HOSPITAL: ("b.csv", partial(limits, ("medicare", HOSPITAL))),
        f"medicaid-{PRACTITIONER}": ("c.csv", partial(limits, ("medicaid", PRACTITIONER))),
    },
    "add-on-codes": {None: ("edits.csv", add_ons)},
    "hcpcs": {None: ("HCPC2026_OCT_ANWEB.txt", level_two)},
    "pprrvu": {None: ("rvu26d.zip", lambda: fees.release(fees.october()))},
    "gpci": {None: ("GPCI2026.csv", lambda: fees.as_csv(fees.new_year()))},
    "place-of-service": {None: ("places.csv", places)},
    "icd10cm-order": {None: ("icd10cm_order_2027.txt", partial(icd.order_text, icd.AFTER))},
    "icd10cm-codes": {None: ("icd10cm_codes_2027.txt", partial(icd.codes_text, icd.AFTER))},
    "icd10cm-addenda": {None: ("icd10cm_order_addenda_2027.txt", lambda: icd.ADDENDA)},
    "icd10cm-tabular": {
        None: ("icd10cm_tabular_2027.xml", lambda: icd.NOTED.replace("cough (R05)", "fall (W19)"))
    },
}
OF_ICD = [kind for kind in FILES if kind.startswith("icd10cm")]
SPLIT = {
    "diagnoses": ("2 new on 2027-04-01 (M54.50, M54.59)", "2 revised in is_billable, title on 2027-04-01")
}
SAID = {
    "ncci-ptp": {
        "ptp_edits": (
            "2 new on 2026-10-01 (outpatient-hospital 97750 97755, practitioner 97750 97755); ",
            "now 1996-01-01 to 2026-12-31",
        )
    },
    "mue": {
        "unit_limits": (
            "1 gone on 2026-10-01 (medicare practitioner 97010); ",
            "1 revised in units on 2026-10-01 (medicare practitioner 97535); now 2024-07-01 to 2026-12-31",
        )
    },
    "add-on-codes": {
        "add_on_codes": ("1 new on 2026-10-01 (97546 97544); 1 gone on 2026-10-01 (97546 97545); ",)
    },
    "hcpcs": {"hcpcs": ("1 new on 2026-10-01 (A9997); 1 gone on 2026-10-01 (L3908); now ",)},
    "pprrvu": {
        "payment_status": (
            "1 new on 2026-10-01 (97998); 1 gone on 2026-10-01 (97535); ",
            "1 revised in status on 2026-10-01 (97140); now ",
        ),
        "fee_schedule": (
            "97998",
            "; 2 gone on 2026-10-01 (97140, 97535); 2 revised in ",
            "(97530, 97755); now ",
        ),
        "conversion_factors": (": no row differs.",),
    },
    "gpci": {
        "localities": (
            "1 new on 2026-01-01 (01112 76); 1 gone on 2026-01-01 (01112 70); ",
            "1 revised in work, practice, malpractice on 2026-01-01 (10212 01); now ",
        )
    },
    "place-of-service": {"places": ("1 new on 2026-10-01 (28); 1 gone on 2026-10-01 (27); now ",)},
    **dict.fromkeys(OF_ICD, SPLIT),
    "icd10cm-tabular": {
        "diagnosis_notes": (
            "1 new on 2027-04-01 (M54 excludes1 W19-); 1 gone on 2027-04-01 (M54 excludes1 R05); ",
        ),
        **dict.fromkeys(("diagnosis_blocks", "diagnosis_chapters", "diagnosis_characters"), (": now ",)),
    },
}
FIRSTS = {"gpci": dt.date(2026, 1, 1), **dict.fromkeys(OF_ICD, icd.APRIL)}


def versioned(folder: Path, version: str) -> Path:
    """Gives a directory's manifest another data version."""
    text = re.sub("^data_version = .*\n", "", (folder / MANIFEST).read_text("utf-8"), flags=re.MULTILINE)
    (folder / MANIFEST).write_bytes(f'data_version = "{version}"\n{text}'.encode())
    return folder


@pytest.fixture
def data(tmp_path, request, monkeypatch) -> Path:
    """A copy of the bundled tables, or a small ICD-10-CM, with that of the release before beside it."""
    where, old = tmp_path / "data", tmp_path / "old"
    if getattr(request.node, "callspec", None) and request.node.callspec.params["kind"] in OF_ICD:
        icd.small_catalog(where)
        monkeypatch.setattr(icd10cm, "LOST_AT_MOST", 0.5)  # one of few codes is a large part of them
        versioned(where, "2026.1")
        found = Catalog(Folder(where))
        monkeypatch.setattr(catalogs, "_bundled", lambda: found)
    else:
        shutil.copytree(tool.DATA, where)
    shutil.copytree(where, old)
    for module in (tool, seal):
        monkeypatch.setattr(module, "DATA", where)
    return where


def imported(folder: Path, kind: str, settings=None, *, effective=None, to="new") -> str:
    """Imports the files of a kind; gives the directory."""
    for setting, (name, make) in FILES[kind].items():
        if settings is None or setting in settings:
            content = make()
            path = folder / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            first = effective or FIRSTS.get(kind, OCTOBER)
            import_file(kind, path, effective=first, to=folder / to, setting=setting)
    return str(folder / to)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_kind_is_tried() -> None:
    assert FILES.keys() | NOT_BUNDLED == KINDS.keys()


@pytest.mark.parametrize("kind", FILES)
def test_a_later_edition_changes_what_it_should_and_once(tmp_path, data, kind, capsys) -> None:
    tables, first = SAID[kind], FIRSTS.get(kind, OCTOBER)
    before, new = contents(data), imported(tmp_path, kind)
    assert tool.main([new]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(tables)
    entries = Manifest((data / MANIFEST).read_bytes())
    files = {entries[name].file for name in tables} | {entries[name].index for name in tables} - {""}
    after = contents(data)
    assert {name for name in after if after[name] != before[name]} <= {*files, MANIFEST}
    for name in tables:
        sealed = seal.measure(entries[name])
        assert {field: getattr(entries[name], field) for field in sealed} == sealed
    assert b"of a publisher" not in after.get("hcpcs.csv", b"")
    # The second time.
    assert tool.main([new]) == 0
    assert capsys.readouterr().err == "nothing new: the bundled tables have these editions\n"
    assert contents(data) == after
    # What the release says of it.
    said = changes.fragments(tmp_path / "old", versioned(data, "2099.1"), first)
    assert said.keys() == tables.keys()
    for name, parts in tables.items():
        assert [part for part in parts if part not in said[name]] == [], said[name]
    # Of the days before it says no "no" that was none before.
    if KINDS[kind].since is None:
        old, made = (Catalog(Folder(each)) for each in (tmp_path / "old", data))
        days = [first - dt.timedelta(days) for days in (1, 45, 150, 250, 300, 500, 790, 1200)]
        for name in tables:
            was, now = getattr(old, name), getattr(made, name)
            for key in was.keys():
                for day in days:
                    verdict = now.verdict(key, on=day)
                    if verdict in (Verdict.NOT_EFFECTIVE, Verdict.UNKNOWN):
                        assert was.verdict(key, on=day) is verdict, (key, day)


def test_a_quarter_later_they_go_on(tmp_path, data, monkeypatch) -> None:
    for first, last in ((OCTOBER, "2026-12-31"), (JANUARY, "2027-03-31")):
        assert tool.main([imported(tmp_path, "mue", effective=first, to=str(first))]) == 0
        found = Catalog(Folder(data))
        monkeypatch.setattr(catalogs, "_bundled", lambda found=found: found)
        assert str(found.unit_limits.coverage.last) == last
    ids = [edition.id for edition in found.unit_limits.entry.editions]
    assert len(set(ids)) == len(ids) == len(BUNDLED.unit_limits.entry.editions) + 6


def test_an_older_edition_stands_before_the_younger_ones(tmp_path, data) -> None:
    tool.main([imported(tmp_path, "gpci", effective=dt.date(2026, 1, 1))])
    text = fees.as_csv(fees.localities(2025))
    (tmp_path / "old.csv").write_text(text)
    import_file("gpci", tmp_path / "old.csv", effective=dt.date(2025, 1, 1), to=tmp_path / "older")
    assert tool.main([str(tmp_path / "older")]) == 0
    ids = [each.id for each in Manifest((data / MANIFEST).read_bytes())["localities"].editions]
    assert ids[-2:] == ["gpci-2025-01-01", "gpci-2026-01-01"]
    assert seal.measure(Manifest((data / MANIFEST).read_bytes())["localities"])


def refused(capsys, data: Path, directory: str) -> str:
    before = contents(data)
    assert tool.main([directory]) == 1
    assert contents(data) == before
    return capsys.readouterr().err


def test_a_table_that_is_none_of_the_bundled_ones_is_refused(tmp_path, data, capsys) -> None:
    codes = {row.code for row in BUNDLED.procedures.own() if row.code[:1].isdigit()}
    (tmp_path / "LONGULT.txt").write_text("".join(f"{code}\tOUR OWN WORDS\n" for code in sorted(codes)))
    import_file("cpt-descriptors", tmp_path / "LONGULT.txt", effective=OCTOBER, to=tmp_path / "new")
    assert refused(capsys, data, str(tmp_path / "new")) == "procedure_labels is none of the bundled tables\n"


def test_the_same_edition_of_another_file_is_refused(tmp_path, data, capsys) -> None:
    tool.main([imported(tmp_path, "gpci")])
    (tmp_path / "GPCI2026.csv").write_text(fees.as_csv(fees.localities(2026)))
    import_file("gpci", tmp_path / "GPCI2026.csv", effective=dt.date(2026, 1, 1), to=tmp_path / "again")
    said = refused(capsys, data, str(tmp_path / "again"))
    assert said == "localities has the edition gpci-2026-01-01 already, made of another file\n"


def test_what_would_lose_days_is_refused(tmp_path, data, monkeypatch, capsys) -> None:
    tool.main([imported(tmp_path, "mue", [PRACTITIONER])])
    found = Catalog(Folder(data))
    monkeypatch.setattr(catalogs, "_bundled", lambda: found)
    said = refused(capsys, data, imported(tmp_path, "mue", [HOSPITAL], to="later"))
    assert said == (
        "unit_limits would be covered to 2024-09-30, no more to 2026-06-30: "
        "add the editions of all settings together\n"
    )


def test_a_directory_that_is_damaged_is_refused(tmp_path, data, capsys) -> None:
    new = Path(imported(tmp_path, "gpci"))
    (made,) = new.glob("localities-*.csv")
    made.write_bytes(made.read_bytes()[:-1])
    assert "not the one" in refused(capsys, data, str(new))
    assert "it is not there" in refused(capsys, data, str(tmp_path / "none"))
