"""Official files of unit limits (MUE), made by hand in the published layout, and what must come of them.

They hold the codes on board with their limits there, but for some that are changed, left out or made up.
"""

import csv
import datetime as dt
import filecmp
import io
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
from attrs import evolve
from builders_importing import assert_read_back
from builders_workbooks import workbook

from otcodes import Catalog, Claim, LimitSetting, ServiceLine, TableError, Verdict, check
from otcodes.cli import main
from otcodes.importing import KINDS, import_file

BUNDLED = Catalog.bundled().unit_limits
APRIL, JULY, OCTOBER = dt.date(2026, 4, 1), dt.date(2026, 7, 1), dt.date(2026, 10, 1)
EFFECTIVE, NOT_EFFECTIVE, _, OUT_OF_COVERAGE, _ = Verdict
TITLE = "A notice of several lines.\n\nIt stands before the table."
HEADINGS = {"medicare": ("MUE Adjudication Indicator", "MUE Rationale"), "medicaid": ("MUE Rationale",)}
WORDS = {"1": "1 Line Edit", "2": "2 Date of Service Edit: Policy", "3": "3 Date of Service Edit: Clinical"}
OURS = ("medicare", "practitioner")
# Of July: a limit that is another one, a code that is gone, a new one, and one that is none of ours.
ENDED, NEW = "97010", "L3908"
CHANGED = {"97535": ("9", "3"), NEW: ("2", "3"), "99213": ("2", "3")}


def limits(part=OURS, changed=CHANGED, without=(ENDED,)):
    """Units and indicator by code: those open on board, but for some."""
    rows = (row for row in BUNDLED.own() if (row.program, row.setting) == part and row.valid_to is None)
    board = {row.code: (str(row.units), row.indicator) for row in rows}
    return {code: limit for code, limit in sorted((board | changed).items()) if code not in without}


def table(found, services="Practitioner", program="medicare"):
    """The cells of the table under its heading."""
    yield ("HCPCS/\nCPT Code", f"{services} Services MUE Values", *HEADINGS[program])
    for code, (units, indicator) in found.items():
        yield (code, units, *([WORDS[indicator]] if program == "medicare" else []), "a reason, with a comma")


def as_csv(found, *options) -> str:
    out = io.StringIO()
    rows = list(table(found, *options))
    csv.writer(out).writerows([(TITLE, *[""] * (len(rows[0]) - 1)), *rows])
    return out.getvalue()


def zipped(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def imported(folder: Path, text, effective=JULY, setting="practitioner", *, to="mytables", name="limits.csv"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file("mue", folder / name, effective=effective, to=folder / to, setting=setting)


def overlay(folder: Path, to="mytables"):
    return Catalog.bundled().with_source(folder / to)


def intervals(found, code: str, part=OURS):
    return [(str(row.valid_from), str(row.valid_to or ""), row.units) for row in found.history((*part, code))]


def test_a_limit_that_changes_is_parted_and_one_that_is_gone_ends(tmp_path: Path) -> None:
    kept = len(limits()) - 1
    done = imported(tmp_path, as_csv(limits()))
    assert str(done) == (
        f"mue-practitioner-2026-07-01, for days to 2026-09-30: {kept + 1} rows became {kept} of ours; "
        "unit_limits: 1 keys added, 157 changed, 0 removed"
    )
    found = overlay(tmp_path).unit_limits
    assert intervals(found, "97535") == [("2024-07-01", "2026-06-30", 8), ("2026-07-01", "", 9)]
    assert found.history((*OURS, "97535"))[-1].is_start_known
    assert intervals(found, ENDED) == [("2024-07-01", "2026-06-30", 0)]
    assert found.verdict((*OURS, ENDED), on=JULY) is NOT_EFFECTIVE
    assert intervals(found, NEW) == [("2026-07-01", "", 2)]
    assert not found.history((*OURS, NEW))[0].is_start_known
    assert found.verdict((*OURS, NEW), on=JULY - dt.timedelta(1)) is OUT_OF_COVERAGE
    assert found.verdict((*OURS, "99213"), on=JULY) is OUT_OF_COVERAGE


def test_what_is_the_same_stays_and_is_confirmed_to_the_end_of_the_quarter(tmp_path: Path) -> None:
    imported(tmp_path, as_csv(limits()))
    found = overlay(tmp_path).unit_limits
    for key in BUNDLED.keys():
        old, new = BUNDLED.history(key), found.history(key)
        if key[:2] != OURS:
            assert new == old
        elif key[2] not in ("97535", ENDED):
            assert intervals(found, key[2]) == intervals(BUNDLED, key[2])
    # Of hospitals it says nothing, so that the table as a whole is not covered further.
    assert found.coverage.last == BUNDLED.coverage.last
    assert not found.on(dt.date(2026, 9, 30))[(*OURS, "97760")].carried_forward
    assert found.on(OCTOBER)[(*OURS, "97760")].carried_forward
    # A part of the edition of October is on board: ten limits.
    assert not found.on(dt.date(2026, 12, 31))[(*OURS, "97530")].carried_forward


def test_claims_are_judged_by_the_new_limits(tmp_path: Path) -> None:
    imported(tmp_path, as_csv(limits()))
    lines = (
        ServiceLine("97535", on=JULY, units=9, modifiers=("GO",), place="11"),
        ServiceLine(NEW, on=JULY, units=3, modifiers=("GO",), place="11"),
    )
    claim = Claim(payer="medicare-b", diagnoses=("M62.81",), lines=lines)

    def above(report) -> list[str]:
        return [each.path for each in report.findings if each.rule == "units.above-limit"]

    assert above(check(claim)) == ["lines[0].units"]
    assert above(check(claim, catalog=overlay(tmp_path))) == ["lines[1].units"]
    # The day is past the last edition of the whole table, and not past the one of the claim's setting.
    assert "unit_limits" in check(claim).stale
    assert "unit_limits" not in check(claim, catalog=overlay(tmp_path)).stale
    hospitals = evolve(claim, setting="outpatient-hospital")
    assert "unit_limits" in check(hospitals, catalog=overlay(tmp_path)).stale


def test_medicaids_text_has_tabs(tmp_path: Path) -> None:
    """Under a notice of several lines in quotation marks, as the file of July 2026 has it."""
    found = limits(("medicaid", "practitioner"), {"97530": ("7", "1")}, without=())
    rows = list(table(found, "Practitioner", "medicaid"))
    lines = ("\t".join(row) for row in [("HCPCS/CPT Code", *rows[0][1:]), *rows[1:]])
    text = f'"{TITLE}"\n' + "\n".join(lines) + "\n"
    imported(tmp_path, text.encode("cp1252"), APRIL, "medicaid-practitioner", name="limits.txt")
    imported(tmp_path, as_csv(found, "Practitioner", "medicaid"), APRIL, "medicaid-practitioner", to="other")
    made, other = (next((tmp_path / to).glob("unit_limits-*.csv")) for to in ("mytables", "other"))
    assert made.read_bytes() == other.read_bytes()


def test_medicaid_has_no_indicator_and_judges_line_by_line(tmp_path: Path) -> None:
    part = ("medicaid", "practitioner")
    text = as_csv(limits(part, {"97530": ("7", "1")}, without=()), "Practitioner", "medicaid")
    imported(tmp_path, text, APRIL, "medicaid-practitioner")
    found = overlay(tmp_path).unit_limits
    assert intervals(found, "97530", part) == [("2026-01-01", "2026-03-31", 6), ("2026-04-01", "", 7)]
    assert {row.indicator for row in found.own() if row.program == "medicaid"} == {"1"}
    assert intervals(found, "97530") == intervals(BUNDLED, "97530")


@pytest.mark.parametrize(
    ("setting", "services", "part"),
    [
        ("dme-supplier", "DME Supplier", ("medicare", "dme-supplier")),
        ("medicaid-outpatient-hospital", "Outpatient Hospital", ("medicaid", "outpatient-hospital")),
        ("medicaid-dme-supplier", "DME Supplier", ("medicaid", "dme-supplier")),
    ],
)
def test_a_table_of_which_nothing_is_on_board_begins(tmp_path: Path, setting, services, part) -> None:
    imported(tmp_path, as_csv({NEW: ("2", "3"), "A4565": ("1", "3")}, services, part[0]), JULY, setting)
    found = overlay(tmp_path).unit_limits
    row = found.on(JULY)[(*part, NEW)]
    assert (row.units, row.setting) == (2, LimitSetting(part[1]))
    assert found.verdict((*part, NEW), on=dt.date(2026, 6, 30)) is OUT_OF_COVERAGE
    assert all(found.history(key) == BUNDLED.history(key) for key in BUNDLED.keys())


def test_every_setting_of_both_programs_can_be_imported() -> None:
    assert list(KINDS["mue"].settings) == [
        "practitioner", "outpatient-hospital", "dme-supplier",
        "medicaid-practitioner", "medicaid-outpatient-hospital", "medicaid-dme-supplier",
    ]  # fmt: skip


TABBED = "".join("\t".join(" ".join(cell.split()) for cell in row) + "\r\n" for row in table(limits()))
MEMBER = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("limits.csv", as_csv(limits()).encode("utf-8-sig")),
        ("limits.csv", as_csv(limits()).encode("utf-16")),
        ("limits.csv", as_csv(limits()).replace("notice", "nótice").encode("cp1252")),
        ("limits.csv", as_csv(limits()).replace("\r\n", "\n").encode()),
        ("limits.csv", as_csv(limits()).replace("HCPCS/\n", "HCPCS/").encode()),
        ("limits.txt", TABBED.encode()),
        ("limits.xlsx", workbook([(TITLE,), *table(limits())])),
        ("medicare-ncci-2026-q3-mue.zip", zipped((MEMBER, as_csv(limits())), ("same.xlsx", "PK"))),
        ("limits.zip", zipped(("tables/limits.txt", TABBED), ("read me.pdf", "%PDF"))),
    ],
    ids=["its mark", "utf-16", "cp1252", "LF", "one line", "tabs", "XLSX", "zip of CSV", "zip of text"],
)
def test_every_form_in_which_it_is_published_gives_the_same(
    tmp_path: Path, name: str, content: bytes
) -> None:
    imported(tmp_path, content, name=name)
    imported(tmp_path, as_csv(limits()), to="other")
    made, other = (next((tmp_path / to).glob("unit_limits-*.csv")) for to in ("mytables", "other"))
    assert made.read_bytes() == other.read_bytes()


EDITIONS = {
    JULY: ("practitioner", as_csv(limits())),
    OCTOBER: ("practitioner", as_csv(limits(changed={"97535": ("7", "3")}, without=()))),
    APRIL: (
        "outpatient-hospital",
        as_csv(limits(("medicare", "outpatient-hospital")), "Outpatient Hospital"),
    ),
}


@pytest.mark.parametrize("order", list(permutations(EDITIONS)))
def test_the_order_of_imports_is_of_no_account(tmp_path: Path, order) -> None:
    for to, days in (("mytables", (*order, order[0])), ("other", EDITIONS)):
        for day in days:
            setting, text = EDITIONS[day]
            imported(tmp_path, text, day, setting, to=to)
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert not (compared.left_only)
    assert not (compared.right_only)
    assert not (compared.diff_files)
    found = overlay(tmp_path).unit_limits
    assert [units for _, _, units in intervals(found, "97535")] == [8, 9, 7]
    assert [units for _, _, units in intervals(found, ENDED)] == [0, 0]
    assert found.verdict((*OURS, NEW), on=OCTOBER) is NOT_EFFECTIVE


def test_to_import_twice_changes_nothing(tmp_path: Path) -> None:
    assert imported(tmp_path, as_csv(limits())).is_written
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()}
    assert_read_back(tmp_path / "mytables")
    again = imported(tmp_path, as_csv(limits()))
    assert (again.is_written, again.added, again.changed, again.removed) == (False, 0, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()} == before


def test_an_edition_older_than_the_board_fills_in_what_that_leaves_open(tmp_path: Path) -> None:
    imported(tmp_path, as_csv(limits(changed={"97535": ("7", "3")}, without=())), dt.date(2025, 1, 1))
    found = overlay(tmp_path).unit_limits
    assert intervals(found, "97535")[:2] == [("2024-07-01", "2024-09-30", 8), ("2025-01-01", "2025-03-31", 7)]
    assert intervals(found, "97535")[2][1:] == ("", 8)
    assert found.verdict((*OURS, "97535"), on=dt.date(2025, 6, 1)) is OUT_OF_COVERAGE
    assert intervals(found, "97112") == intervals(BUNDLED, "97112")


def test_on_the_eve_of_an_edition_after_a_gap_nobody_knows(tmp_path: Path) -> None:
    """A new code, of which nothing is known before, and one that ended at an unknown day of the gap."""
    imported(tmp_path, as_csv(limits()), OCTOBER)
    found, eve = overlay(tmp_path).unit_limits, dt.date(2026, 9, 30)
    for code in (ENDED, NEW, "97535"):
        assert found.verdict((*OURS, code), on=eve) is OUT_OF_COVERAGE
    assert found.verdict((*OURS, NEW), on=APRIL) is OUT_OF_COVERAGE
    assert found.verdict((*OURS, ENDED), on=OCTOBER) is NOT_EFFECTIVE
    named = {change.code.split()[-1] for change in found.diff(eve, OCTOBER) if change.kind == "not-known"}
    assert named >= {ENDED, NEW, "97535"}


@pytest.mark.parametrize("day", [dt.date(2025, 10, 1), dt.date(2026, 1, 1)])
def test_an_edition_between_two_of_the_board_has_the_last_word_on_its_own_days(
    tmp_path: Path, day: dt.date
) -> None:
    """Of its quarter the board has nothing but the edition of another program, or of the next day."""
    imported(tmp_path, as_csv(limits(changed={"97535": ("7", "3")}, without=())), day)
    found = overlay(tmp_path).unit_limits
    last = found.editions[-1]
    (edition,) = (each for each in found.editions if each.effective == day and hasattr(each, "file"))
    for on in (day, edition.last):
        assert found.on(on)[(*OURS, "97535")].units == 7
    assert found.on(dt.date(2024, 9, 30))[(*OURS, "97535")].units == 8
    assert found.on(APRIL)[(*OURS, "97535")].units == 8
    assert intervals(found, "97112") == intervals(BUNDLED, "97112")
    assert last.effective == OCTOBER


def test_a_row_that_is_carried_forward_names_the_edition_of_its_setting(tmp_path: Path) -> None:
    hospital = ("medicare", "outpatient-hospital")
    imported(tmp_path, as_csv(limits(without=())), JULY)
    text = as_csv(limits(hospital, {}, ()), "Outpatient Hospital")
    imported(tmp_path, text, JULY, "outpatient-hospital", name="hospital.csv")
    found = overlay(tmp_path).unit_limits.on(dt.date(2027, 1, 4))
    assert found[(*OURS, "97535")].edition == "mue-practitioner-2026-07-01"
    assert found[(*hospital, "97535")].edition == "mue-outpatient-hospital-2026-07-01"
    assert found[("medicaid", "practitioner", "97535")].edition == "mue-medicaid-practitioner-2026q1"


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / MEMBER).write_bytes(as_csv(limits()).encode())
    given = [
        "import",
        "mue",
        str(tmp_path / MEMBER),
        "--effective",
        "2026-07-01",
        "--to",
        str(tmp_path / "to"),
    ]
    assert main([*given, "--setting", "practitioner"]) == 0
    assert "unit_limits: 1 keys added, 157 changed, 0 removed" in capsys.readouterr().out
    assert main([*given, "--setting", "outpatient-hospital"]) == 2
    assert "found 'Practitioner Services MUE Values'" in capsys.readouterr().err


WHOLE = as_csv(limits()).split("\r\n")
HEADER = len(TITLE.split("\n")) + 1  # the number of the heading's first line; it has two
LAST = len(WHOLE) - 1 + TITLE.count("\n") + 1  # the heading's own line end comes on top
FIRST_CODE = next(iter(limits()))


def with_line(number: int, line: str) -> str:
    """The file with another row in the place of one, counted from 1 behind the heading."""
    return "\r\n".join([*WHOLE[: number + 1], line, *WHOLE[number + 2 :]])


DAMAGED = {
    "an HTML page": (
        "<!DOCTYPE html><html><body>License</body></html>",
        (
            "limits.csv: it is a page of HTML and no table: "
            "perhaps the licence page that stands before the download"
        ),
    ),
    "empty": ("\r\n", "limits.csv: it is empty"),
    "another file": (
        "claim_id,procedure,on\nA1,97530,2026-03-02\n",
        (
            "limits.csv: no header: expected a line that begins with 'hcpcs/' among the first 40; "
            "is it another file?"
        ),
    ),
    "of hospitals": (
        as_csv(limits(), "Outpatient Hospital"),
        (
            f"limits.csv, line {HEADER}: column 2: expected the header 'practitioner services mue values', "
            "found 'Outpatient Hospital Services MUE Values'"
        ),
    ),
    "of Medicaid": (
        as_csv(limits(), "Practitioner", "medicaid"),
        (
            f"limits.csv, line {HEADER}: column 3: expected the header 'mue adjudication indicator', "
            "found 'MUE Rationale'"
        ),
    ),
    "a changed header": (
        as_csv(limits()).replace("MUE Rationale", "Reason"),
        f"limits.csv, line {HEADER}: column 4: expected the header 'mue rationale', found 'Reason'",
    ),
    "cut off in a row": (
        "\r\n".join(WHOLE)[:-60],
        f"limits.csv, line {LAST}: expected 4 cells, found 2; is the file cut off?",
    ),
    "cut off after the header": (
        as_csv({}),
        f"limits.csv, line {HEADER + 2}: no row follows the header: the file is cut off",
    ),
    "cut off between rows": (
        as_csv(dict(list(limits().items())[:100])),
        "limits.csv: 67 codes that are on board are not in it, as Q4001; expected the official file, whole",
    ),
    "a code that is none": (
        with_line(1, "9753,8,3,CMS Policy"),
        f"limits.csv, line {HEADER + 2}: column 1, hcpcs/: expected a code of five characters, found '9753'",
    ),
    "a number that is none": (
        with_line(1, "97535,8.5,3,CMS Policy"),
        (
            f"limits.csv, line {HEADER + 2}: column 2, practitioner services mue values: "
            "expected a whole number, found '8.5'"
        ),
    ),
    "a number below zero": (
        with_line(1, "97535,-1,3,CMS Policy"),
        (
            f"limits.csv, line {HEADER + 2}: column 2, practitioner services mue values: "
            "expected a whole number, found '-1'"
        ),
    ),
    "an indicator that is none": (
        with_line(1, "97535,8,4 Something else,CMS Policy"),
        (
            f"limits.csv, line {HEADER + 2}: column 3, mue adjudication indicator: "
            "expected 1, 2 or 3, with what it means behind it, found '4 Something else'"
        ),
    ),
    "a code twice": (
        with_line(2, f"{FIRST_CODE},8,3,CMS Policy"),
        f"limits.csv, line {HEADER + 3}: column 1, hcpcs/: {FIRST_CODE} is on line {HEADER + 2} already",
    ),
    "no text": (
        as_csv(limits()).encode("utf-16-le"),
        "limits.csv: it is no text in UTF-8, UTF-16 with its mark, or cp1252",
    ),
    "a zip of several": (
        zipped(("a.csv", ""), ("b.csv", "")),
        "limits.csv: the zip holds a.csv, b.csv; unpack the one that is meant",
    ),
    "a zip of none": (
        zipped(("a.pdf", "%PDF")),
        "limits.csv: the zip holds no file of the form that is expected, but a.pdf",
    ),
    "a zip that leads out": (
        zipped(("../a.csv", as_csv(limits()))),
        "limits.csv: the zip holds a file that leads out of it, '../a.csv'",
    ),
    "a zip of another quarter": (
        zipped((MEMBER.replace("07-01", "04-01"), as_csv(limits()))),
        (
            "limits.csv/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv: "
            "by its name it is the edition of 2026-04-01, not that of 2026-07-01"
        ),
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_error_and_writes_nothing(tmp_path: Path, damage: str) -> None:
    content, message = DAMAGED[damage]
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content)
    assert str(caught.value) == message
    assert [path.name for path in tmp_path.iterdir()] == ["limits.csv"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "medicaid-ncci-q3-2026-mue-edits-practitioner-services.csv",
            "it is a file of Medicaid, not of Medicare",
        ),
        ("MCD_MUE_Eff_07-01-2026.csv", "it is a file of Medicaid, not of Medicare"),
        ("medicare-ncci-2026-q4-practitioner.csv", "it is the edition of 2026-10-01, not that of 2026-07-01"),
        ("MCR_MUE_Eff_10-01-2025.csv", "it is the edition of 2025-10-01, not that of 2026-07-01"),
    ],
)
def test_a_file_that_names_another_edition_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, as_csv(limits()), name=name)
    assert str(caught.value) == f"{name}: by its name {problem}"


@pytest.mark.parametrize("name", ["limits-2026.csv", "MCR_MUE_Eff_13-01-2026.csv", "macromcd.csv"])
def test_a_name_that_says_nothing_is_no_matter(tmp_path: Path, name: str) -> None:
    assert imported(tmp_path, as_csv(limits()), name=name).is_written


def test_a_setting_has_one_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(as_csv(limits()) + name, "utf-8")
    paths = (tmp_path / "a.csv", tmp_path / "b.csv")
    with pytest.raises(TableError, match=r"b\.csv: expected one file"):
        import_file("mue", *paths, effective=JULY, to=tmp_path / "to", setting="practitioner")


def test_no_row_of_a_code_of_ours_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no row of it is of a code that is on board"):
        imported(tmp_path, as_csv({"99213": ("1", "3")}, "DME Supplier"), JULY, "dme-supplier")
