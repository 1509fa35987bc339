"""The tool that writes what changed in the tables, on two small folders."""

import argparse
import hashlib
import importlib
import re
import shutil
import sys
from pathlib import Path

import pytest

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    tool, release = map(importlib.import_module, ("data_changes", "release"))

HEADER = "code,valid_from,valid_to,is_start_known,confirmed_to,label"
OLD = ["11,2020-01-01,,no,,Office", "12,2020-01-01,,no,,Home", "21,2020-01-01,,no,,Hospital"]
NEW = [
    *("11,2020-01-01,2026-12-31,no,,Office", "11,2027-01-01,,yes,,Any office", "12,2020-01-01,,no,,Home"),
    *("21,2020-01-01,2026-12-31,no,,Hospital", "31,2027-01-01,,yes,,Nursing facility"),
]
ENTRY = """
[tables.{name}]
file = "{name}.csv"
schema = 1
key = ["code"]
rows = {rows}
sha256 = "{sha256}"
scope = []
coverage_from = "2020-01-01"
coverage_to = "{to}"
licence = "public"
"""
EDITION = """
[[tables.{name}.editions]]
id = "{id}"
effective = "{effective}"
publisher = "CMS"
title = "{title}"
sha256 = ""
"""
FIRST = ("pos-2026", "2026-01-01", "Place of service codes, 2026")
SECOND = ("pos-2027", "2027-01-01", "Place of service codes, 2027")


def folder(path: Path, version: str, *, to="2026-12-31", editions=(FIRST,), **tables) -> Path:
    path.mkdir()
    text = f'data_version = "{version}"\n'
    for name, rows in tables.items():
        content = "".join(f"{row}\n" for row in [HEADER, *rows]).encode()
        (path / f"{name}.csv").write_bytes(content)
        text += ENTRY.format(name=name, rows=len(rows), sha256=hashlib.sha256(content).hexdigest(), to=to)
        for id_, effective, title in editions:
            text += EDITION.format(name=name, id=id_, effective=effective, title=title)
    (path / "manifest.toml").write_text(text, "utf-8")
    return path


@pytest.fixture
def run(tmp_path, capsys):
    folder(tmp_path / "old", "2026.11", places=OLD)

    def run(*arguments: str, old: str = "old") -> tuple[int, str, str]:
        folders = ("--old", str(tmp_path / old), "--new", str(tmp_path / "new"), "--day", "2027-01-01")
        return tool.main([*folders, *arguments]), *capsys.readouterr()

    return run


def test_what_is_new_gone_and_revised(run, tmp_path) -> None:
    folder(tmp_path / "new", "2027.1", to="2027-12-31", editions=(FIRST, SECOND), places=NEW)
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out == (
        "`places`, from Place of service codes, 2027: 1 new on 2027-01-01 (31); 1 gone on 2027-01-01 (21); "
        "1 revised in label on 2027-01-01 (11); now 2020-01-01 to 2027-12-31; only the codes listed.\n"
    )


def test_a_fragment_a_table_is_written_and_is_one_of_towncriers(run, tmp_path) -> None:
    folder(tmp_path / "new", "2027.1", editions=(FIRST, SECOND), places=NEW)
    (tmp_path / "changes").mkdir()
    run("--write", "--changes", str(tmp_path / "changes"))
    (made,) = (tmp_path / "changes").iterdir()
    assert made.name == "+data-places.data.md"  # those before it, of the same release, give way
    assert made.read_text("utf-8") == run()[1]


def test_rows_of_earlier_days_that_were_mended_are_counted(run, tmp_path) -> None:
    mended = [OLD[0], OLD[1].replace("2020-01-01", "2021-01-01"), OLD[2]]
    folder(tmp_path / "new", "2026.12", places=mended)
    assert run()[1] == "`places`: rows of earlier days that were added, mended or taken away: 2.\n"


def test_rows_that_end_alone_are_no_mending(run, tmp_path) -> None:
    confirmed = [row.replace(",no,,", ",no,2028-12-31,") for row in OLD]
    folder(tmp_path / "new", "2026.12", places=confirmed)
    assert run()[1] == "`places`: only ends and confirmations of rows differ.\n"


def test_tables_that_come_and_go(run, tmp_path) -> None:
    folder(tmp_path / "new", "2027.1", wards=OLD)
    assert run()[1].splitlines() == [
        "`wards` is new: 3 rows, 2020-01-01 to 2026-12-31; only the codes listed.",
        "`places` is gone.",
    ]


def test_the_same_tables_have_nothing_to_say(run, tmp_path) -> None:
    folder(tmp_path / "new", "2026.11", places=OLD)
    assert run() == (0, "", "")


def test_other_tables_of_the_same_version_are_refused(run, tmp_path) -> None:
    folder(tmp_path / "new", "2026.11", places=NEW)
    status, out, err = run("--write")
    assert (status, out, err) == (1, "", "places differ, and the data version is still 2026.11\n")


def test_many_codes_are_cut_short(run, tmp_path) -> None:
    many = [*OLD, *(f"{number},2027-01-01,,yes,,Place" for number in range(30, 60))]
    folder(tmp_path / "new", "2027.1", places=many)
    assert "30 new on 2027-01-01 (30, 31, 32, " in run()[1]
    assert "41 and 18 more)" in run()[1]


@pytest.mark.skipif(not shutil.which("git"), reason="it needs git")
def test_a_release_is_compared_with_the_last_tag(tmp_path, monkeypatch, capsys) -> None:
    data, notes = tmp_path / "src" / "otcodes" / "data", tmp_path / "changes"
    for path in (data.parent, notes):
        path.mkdir(parents=True)
    folder(data, "2026.11", places=OLD)
    person = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "--quiet"), ("add", "."), (*person, "commit", "--quiet", "-m", "old")):
        release.run("git", "-C", str(tmp_path), *command)
    shutil.rmtree(data)
    folder(data, "2026.11", editions=(FIRST, SECOND), places=NEW)
    for module, name, value in (
        *((module, "DATA", data) for module in (release, tool)),
        *((tool, "CHANGES", notes), (release, "ROOT", tmp_path), (release, "WRITERS", ())),
        (sys, "argv", ["release.py", "2027.1", "--day", "2027-01-01"]),
    ):
        monkeypatch.setattr(module, name, value)
    # Nothing is released yet.
    before = (data / "manifest.toml").read_bytes()
    assert release.main() == 1
    assert capsys.readouterr().err == "git finds no tag of a release before; name its revision with --since\n"
    assert (data / "manifest.toml").read_bytes() == before
    release.run("git", "-C", str(tmp_path), "tag", "v1")
    assert release.main() == 0
    assert (notes / "+data-places.data.md").read_text("utf-8") == capsys.readouterr().out
    assert b'data_version = "2027.1"\n' in (data / "manifest.toml").read_bytes()


def test_what_is_compared_with_the_tables_is_written_by_a_release() -> None:
    checked = set(re.findall(r"tools/(\w+)\.py --check", (release.ROOT / ".ci" / "run").read_text("utf-8")))
    others = {"layers", "list_public", "run_notebooks"}  # of the modules, of names; and step 7 says of these
    assert checked - others == set(release.WRITERS)


@pytest.mark.parametrize("text", ["2027", "27.1", "2027.13", "2027.01", "2027.1.0", "v2027.1"])
def test_a_data_version_is_a_year_and_a_month(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected year and month"):
        release.data_version(text)
