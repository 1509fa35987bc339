"""The page "Staying current": what it says to do when the files of October are out, done with small ones.

The files are made up here in the published layouts. The tables on board are the bundled ones, but for a
small ICD-10-CM, so that a small order file is a whole one.
"""

import csv
import datetime as dt
import io
import json
import re
import shlex
import zipfile
from pathlib import Path

import builders_fees
import builders_icd10cm
import pytest
from builders_importing import NEW, official

from otcodes import Catalog, catalog
from otcodes.cli import main
from otcodes.importing._canonical import rows_of

PAGE = (Path(__file__).parents[2] / "docs" / "staying-current.md").read_text("utf-8")
GUIDE = PAGE[PAGE.index("## The October files are out") :]
COMMAND = "python -m otcodes "
COLUMNS = (
    *("claim_id", "payer", "claim_diagnoses", "id", "procedure", "on", "units", "modifiers", "minutes"),
    *("place", "charge_usd"),
)
CLAIMS = (
    ("A1", "medicare-b", "M54.5", "1", "97750", "2026-09-08", "2", "GO", "30", "11", "90.00"),
    ("A1", "medicare-b", "M54.5", "2", "97755", "2026-09-08", "1", "GO", "15", "11", "45.00"),
    ("A2", "medicare-b", "R05", "1", "97530", "2026-10-06", "2", "GO", "30", "11", "90.00"),
    ("A3", "medicare-b", "M54.5", "1", "97535", "2026-10-06", "2", "GO", "30", "11", "90.00"),
)


def commands(text: str) -> list[list[str]]:
    """The arguments of each command of a page's blocks, in order."""
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    lines = blocks.replace("\\\n", " ").splitlines()
    assert all(line.startswith(COMMAND) for line in lines)
    return [shlex.split(line.removeprefix(COMMAND)) for line in lines]


def zipped(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


def pairs_of(code: str, *more: tuple[str, ...]) -> str:
    """A part of NCCI's file: the bundled pairs of a code in column 1, and more of them."""
    rows = [
        (row.column_2, "", "20200101", "*" if row.valid_to is None else "20231231", row.indicator)
        for row in Catalog.bundled().ptp_edits.own()
        if row.setting == "practitioner" and row.column_1 == code
    ]
    last = {row[0]: row for row in rows}
    return official(*last.values(), *more, first=code)


def level_two() -> str:
    """HCPCS Level II as it is on board, but that one code is new in October and one ends before."""

    def record(code: str, coverage: str, first: str, changed: str, last: str) -> str:
        text = f"{code}001003{'Made-up words':<80}{'words':<28}".ljust(229) + f"{coverage:1}"
        return f"{text.ljust(268)}{first:8}{changed:8}{last:8}".ljust(320)

    entry, content = Catalog.bundled().file_of("hcpcs")
    assert entry
    lines: dict[str, str] = {}
    for row in rows_of(entry.file, content):
        first, last = (row[name].replace("-", "") for name in ("valid_from", "valid_to"))
        lines[row["code"]] = record(row["code"], row["coverage"], first, "", last)
    lines["A9997"] = record("A9997", "C", "20261001", "20261001", "")
    lines["L3908"] = record("L3908", "C", "19980101", "20261001", "20260930")
    return "\r\n".join(lines.values())


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the official files of October and some claims, and a catalog with a small ICD-10-CM."""
    monkeypatch.setattr(builders_icd10cm, "FIRST", dt.date(2025, 10, 1))
    monkeypatch.setattr(builders_icd10cm, "LAST", dt.date(2026, 9, 30))
    builders_icd10cm.small_catalog(tmp_path / "small")
    on_board = Catalog.bundled().with_source(tmp_path / "small")
    files = {
        "ccipra-v323r0-f1.zip": zipped("ccipra-v323r0-f1.TXT", pairs_of("29125")),
        "ccipra-v323r0-f2.zip": zipped("ccipra-v323r0-f2.TXT", pairs_of("97012")),
        "ccipra-v323r0-f3.zip": zipped("ccipra-v323r0-f3.TXT", pairs_of("97530")),
        "ccipra-v323r0-f4.zip": zipped("ccipra-v323r0-f4.TXT", pairs_of("97750", NEW)),
        "october-2026-alpha-numeric-hcpcs-file.zip": zipped("HCPC2026_OCT_ANWEB.txt", level_two()),
        "rvu26d.zip": builders_fees.release(builders_fees.october()),
        "icd10cm_order_2027.txt": builders_icd10cm.order_text(builders_icd10cm.AFTER).encode(),
    }
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *CLAIMS])
    files["claims.csv"] = out.getvalue().encode()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(catalog, "_bundled", lambda: on_board)
    monkeypatch.delenv("OTCODES_TABLES", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("clinic")
def test_the_guide_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, str] = {}
    for command in commands(GUIDE):
        try:
            status = main(command)
        except SystemExit as stop:  # --version
            status = stop.code
        taken = capsys.readouterr()
        assert not taken.err, command
        said[" ".join(command)] = f"{status}: {taken.out}"

    def of(*words: str) -> str:
        (found,) = (text for command, text in said.items() if all(word in command for word in words))
        return found

    assert of("--version").startswith("0: ")
    assert "carried forward on 2026-10-01; the last edition, hcpcs-2025q4" in of("tables --on")
    assert "; ptp_edits: 1 keys added, " in of("import ncci-ptp")
    assert "; hcpcs: 1 keys added, " in of("import hcpcs")
    assert "; payment_status: 1 keys added, " in of("import pprrvu")
    assert "; diagnoses: 2 keys added, 2 changed, 0 removed" in of("import icd10cm-order")
    assert "current on 2026-10-01; the last edition, hcpcs-2026-10-01" in of("tables --with")
    assert "M54.5 became a header: Low back pain; in its place: M54.50, M54.59" in of("diff diagnoses")
    assert "practitioner 97750 97755 added" in of("diff ptp_edits")
    changes = json.loads(of("diff procedures").partition(": ")[2])["changes"]
    assert {each["code"]: each["kind"] for each in changes} == {"A9997": "added", "L3908": "retired"}
    impact = of("impact")
    assert impact.startswith("1: 3 claims, 4 lines; from 2026-09-30 to 2026-10-01: 4 changed, 0 not known")
    assert "M54.5" in impact
    check = of("check")
    assert check.startswith("1: ")
    assert re.search(r"A3.*diagnosis\.not-billable.*M54\.5", check)
    assert not re.search(r"A1.*diagnosis", check)  # of September
