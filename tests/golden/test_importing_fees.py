"""The relative value file of the fee schedule in its official forms, and what must come of it."""

import csv
import datetime as dt
import filecmp
import io
from decimal import Decimal
from pathlib import Path

import pytest
from builders_fees import (
    BESIDE,
    BUNDLED,
    JANUARY,
    OCTOBER,
    PAGE,
    PRICING,
    QUALIFYING,
    as_csv,
    as_text,
    board,
    cells,
    imported,
    january,
    october,
    release,
    service,
    sheet,
    zipped,
)
from builders_importing import assert_read_back
from builders_workbooks import workbook

import otcodes
from otcodes import Verdict
from otcodes.calc import allowed_amount
from otcodes.cli import main
from otcodes.errors import TableError
from otcodes.importing import KINDS, import_file
from otcodes.importing._sources import open_official
from otcodes.importing.fees_files import schedule_of

TABLES = ("fee_schedule", "payment_status", "conversion_factors")


@pytest.fixture
def in_october(tmp_path: Path) -> Path:
    imported(tmp_path, release(october()), OCTOBER, name="rvu26d.zip")
    return tmp_path / "mytables"


def rows_in(folder: Path | None, table: str) -> dict[str, list[tuple[str, ...]]]:
    """The rows of a table, of the bundled one or of a directory, by their first column."""
    entry, content = BUNDLED.file_of(table)
    text = content.decode() if folder is None else next(folder.glob(f"{table}-*.csv")).read_text()
    assert entry
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in list(csv.reader(io.StringIO(text)))[1:]:
        found.setdefault(row[0], []).append(tuple(row[1:]))
    return found


def test_a_later_edition_changes_exactly_what_it_should(in_october: Path) -> None:
    assert_read_back(in_october)
    changed = {
        "97530": [
            ("2026-01-01", "2026-09-30", "yes", "", "0.44", "0.60", "", "0.01", "5", "7"),
            ("2026-10-01", "", "yes", "", "0.47", "0.66", "", "0.02", "5", "7"),
        ],
        "97755": [
            ("2026-01-01", "2026-09-30", "yes", "", "0.62", "0.50", "", "0.01", "5", "7"),
            ("2026-10-01", "", "yes", "", "0.70", "0.40", "0.30", "0.01", "5", "7"),
        ],
        "97140": [("2026-01-01", "2026-09-30", "yes", "", "0.43", "0.39", "", "0.01", "5", "7")],
        "97535": [("2026-01-01", "2026-09-30", "yes", "", "0.45", "0.51", "", "0.01", "5", "7")],
        "97998": [("2026-10-01", "", "no", "", "1.00", "0.50", "", "0.05", "5", "7")],
    }
    made, before = rows_in(in_october, "fee_schedule"), rows_in(None, "fee_schedule")
    for code, rows in changed.items():
        old = [row for row in before.get(code, []) if row[0] < "2026-01-01"]
        assert made[code] == old + rows, code
    # Codes that the schedule pays, and of which the bundled table has no values, have the sample's zeros.
    paid = {code for code, row in board(OCTOBER).items() if row[2] in "ABR"}
    assert made.keys() == before.keys() | paid | {"97998"}
    assert {
        code for code in before if without_days(made[code]) != without_days(before[code])
    } < changed.keys()

    letters, old = rows_in(in_october, "payment_status"), rows_in(None, "payment_status")
    assert letters["97140"][-2:] == [
        ("2020-01-01", "2026-09-30", "no", "", "A"),
        ("2026-10-01", "", "yes", "", "N"),
    ]
    assert letters["97535"] == [("2020-01-01", "2026-09-30", "no", "", "A")]
    assert letters["97998"] == [("2026-10-01", "", "no", "", "A")]
    assert letters.keys() == old.keys() | {"97998"}
    assert {code for code in old if without_days(letters[code]) != without_days(old[code])} == {
        "97140",
        "97535",
    }
    assert rows_in(in_october, "conversion_factors") == rows_in(None, "conversion_factors")


def without_days(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows without the day to which they are confirmed."""
    return [(*row[:3], *row[4:]) for row in rows]


def test_what_it_then_answers(in_october: Path) -> None:
    catalog = BUNDLED.with_source(in_october)
    during, before, after = dt.date(2026, 11, 2), dt.date(2026, 9, 30), dt.date(2027, 1, 4)
    assert catalog.payment_status.on(during)["97140"].status == "N"
    assert catalog.payment_status.verdict("97535", on=during) is Verdict.NOT_EFFECTIVE
    assert catalog.payment_status.verdict("97535", on=before) is Verdict.EFFECTIVE
    assert catalog.payment_status.verdict("97997", on=during) is Verdict.UNKNOWN
    assert not catalog.fee_schedule.on(during)["97530"].carried_forward
    carried = catalog.fee_schedule.on(after)["97530"]
    assert (carried.carried_forward, carried.edition) == (True, "pprrvu-2026-10-01")
    prices = {on: allowed_amount({"97530": 1}, on=on, catalog=catalog) for on in (before, during)}
    # 1.05 and 1.15 relative value units at 33.4009 USD.
    assert [each.total_usd for each in prices.values()] == [Decimal("35.07"), Decimal("38.41")]
    assert prices[during].carried_from == ()
    qualifying = allowed_amount({"97530": 1}, on=during, apm=True, catalog=catalog)
    assert qualifying.total_usd == Decimal("38.60")
    assert allowed_amount({"97530": 1}, on=during).total_usd == Decimal("35.07")  # no other catalog changes


def test_a_factor_is_that_of_the_year_until_another_one_is_out(tmp_path: Path) -> None:
    kinds = {"nonQPP": ("9", "34.0001"), "QPP": ("1", "34.1001")}
    new_year, april = dt.date(2027, 1, 1), dt.date(2027, 4, 1)
    sheets = {name: sheet(october(), kind, "January 2027") for name, kind in kinds.items()}
    paths = [tmp_path / f"PPRRVU2027_Jan_{name}.csv" for name in sheets]
    for path, text in zip(paths, sheets.values(), strict=True):
        path.write_text(text, newline="")
    import_file("pprrvu", *paths, effective=new_year, to=tmp_path / "mytables")
    factors = BUNDLED.with_source(tmp_path / "mytables").conversion_factors
    assert factors.on(dt.date(2027, 12, 31))["standard"].amount_usd == Decimal("34.0001")
    assert factors.on(dt.date(2027, 12, 31))["qualifying-apm"].amount_usd == Decimal("34.1001")
    assert factors.verdict("standard", on=dt.date(2028, 1, 1)) is Verdict.OUT_OF_COVERAGE
    values = BUNDLED.with_source(tmp_path / "mytables").fee_schedule
    assert [values.on(on)["97530"].carried_forward for on in (new_year, april)] == [False, True]


def test_a_cpt_code_that_is_listed_is_in_force_past_the_table_of_procedures(tmp_path: Path) -> None:
    day, after = dt.date(2027, 2, 1), dt.date(2027, 4, 1)
    paths = [tmp_path / f"PPRRVU2027_Jan_{name}.csv" for name in ("nonQPP", "QPP")]
    for path, kind in zip(paths, (("9", "34.0001"), ("1", "34.1001")), strict=True):
        path.write_text(sheet(october(), kind, "January 2027"), newline="")
    import_file("pprrvu", *paths, effective=dt.date(2027, 1, 1), to=tmp_path / "mytables")
    catalog = BUNDLED.with_source(tmp_path / "mytables")
    mine = catalog.procedures
    assert mine.verdict("97530", on=day) is Verdict.EFFECTIVE
    # That the code is there, the file says; what it is, only the table of last year.
    carried = mine.on(day)["97530"]
    assert (carried.unit_minutes, carried.carried_forward) == (15, True)
    assert mine.verdict("97530", on=after) is Verdict.OUT_OF_COVERAGE
    # What has ended stays so, and of what the file does not list nothing is known.
    assert mine.verdict("97001", on=day) is not Verdict.EFFECTIVE
    assert mine.verdict("97535", on=day) is Verdict.OUT_OF_COVERAGE
    assert BUNDLED.procedures.verdict("97530", on=day) is Verdict.OUT_OF_COVERAGE
    line = otcodes.ServiceLine("97530", on=day, units=3, minutes=30, modifiers=("GO",))
    report = otcodes.check(otcodes.Claim(lines=(line,), payer="medicare-b"), catalog=catalog)
    (above,) = [each for each in report if each.rule == "units.above-minutes"]
    assert (above.severity, above.carried_forward) == (otcodes.Severity.WARNING, True)


@pytest.mark.parametrize("order", [("a", "d"), ("d", "a"), ("d", "a", "d")])
def test_the_order_of_imports_is_of_no_account_and_twice_is_once(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    editions = {
        "a": (release(january(), "Jan", "January 2026"), JANUARY, "rvu26a.zip"),
        "d": (release(october()), OCTOBER, "rvu26d.zip"),
    }
    for each in order:
        content, effective, name = editions[each]
        done = imported(tmp_path, content, effective, name=name)
    assert done.is_written is (order != ("d", "a", "d"))
    for each in ("a", "d"):
        content, effective, name = editions[each]
        imported(tmp_path, content, effective, to="other", name=name)
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [*compared.left_only, *compared.right_only, *compared.diff_files] == []
    letters = rows_in(tmp_path / "mytables", "payment_status")
    assert letters["97140"][-1] == ("2026-10-01", "", "yes", "", "N")


def test_to_import_twice_changes_nothing(tmp_path: Path, in_october: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in in_october.iterdir()}
    again = imported(tmp_path, release(october()), OCTOBER, name="rvu26d.zip")
    assert not again.is_written
    assert {each.table for each in (again, *again.beside)} == set(TABLES)
    assert all((each.added, each.changed, each.removed) == (0, 0, 0) for each in (again, *again.beside))
    assert {path: path.stat().st_mtime_ns for path in in_october.iterdir()} == before


@pytest.mark.parametrize(
    ("day", "when"),
    [("2020-10-01", "October 2020"), ("2022-04-01", "April 2022"), ("2024-03-09", "January 2024")],
)
def test_the_layout_until_2025(tmp_path: Path, day: str, when: str) -> None:
    effective = dt.date.fromisoformat(day)
    rows = sorted(board(effective).values())
    factor = str(BUNDLED.conversion_factors.on(effective)["standard"].amount_usd)
    for name, content in (
        ("PPRRVU.csv", sheet(rows, ("", factor), when)),
        ("PPRRVU.txt", as_text(rows, ("", factor))),
    ):
        done = imported(tmp_path, content, effective, to=f"of {name}", name=name)
        assert [each.changed for each in done.beside] == [0, 0]
        assert (done.changed, done.removed) == (0, 0)


def test_every_form_in_which_it_is_published_is_the_same(tmp_path: Path) -> None:
    """Sheet, workbook with its header in one row, and text."""
    made = cells(october())
    in_one = [" ".join(filter(None, column)) for column in zip(*made[5:10], strict=True)]
    numbers = [
        [float(cell) if "." in cell and cell[0].isdigit() else cell for cell in row] for row in made[10:]
    ]
    forms = {
        "nonQPP.csv": sheet(october()).encode(),
        "nonQPP.txt": as_text(october()).encode(),
        "nonQPP.xlsx": workbook([*made[:5], *made[5:10], *numbers]),
        "in one.xlsx": workbook([*made[:5], [], [], in_one, *numbers]),
        "in one.csv": as_csv([*made[:5], [each.replace(" ", "\n") for each in in_one], *made[10:]]).encode(),
        "cp1252.csv": sheet(october()).replace("in words", "in wörds").encode("cp1252"),
        "utf-16.csv": sheet(october()).encode("utf-16"),
    }
    (tmp_path / "QPP.txt").write_text(as_text(october(), QUALIFYING), newline="")
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
        paths = (tmp_path / "QPP.txt", tmp_path / name)
        import_file("pprrvu", *paths, effective=OCTOBER, to=tmp_path / f"of {name}")
        assert [rows_in(tmp_path / f"of {name}", table) for table in TABLES] == [
            rows_in(tmp_path / "of nonQPP.csv", table) for table in TABLES
        ], name


def test_no_description_is_kept(in_october: Path) -> None:
    assert not any(b"in words" in path.read_bytes() for path in in_october.iterdir())


def test_what_the_table_cannot_say_is_told(tmp_path: Path) -> None:
    rows = [each for each in october() if each[0] != "97530" or each[1]]
    in_facilities = ("97530", "", "A", "0.47", "0.66", "NA", "0.66", "", "0.02", "7", "5")
    done = imported(tmp_path, release(sorted([*rows, in_facilities])), OCTOBER, name="rvu26d.zip")
    assert len(done.unread) == 1
    assert "97530: the table cannot say that it is not done outside facilities; left out" in done.unread[0]
    letters = BUNDLED.with_source(tmp_path / "mytables").payment_status
    assert letters.on(OCTOBER)["97530"].status == "A"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rvu26d.zip").write_bytes(release(october()))
    to = str(tmp_path / "mytables")
    command = ["import", "pprrvu", str(tmp_path / "rvu26d.zip"), "--effective", "2026-10-01", "--to", to]
    assert main(command) == 0
    assert "pprrvu-2026-10-01, for days to 2026-12-31" in capsys.readouterr().out


# What is refused.

LINE = 10 + sum(each[0] < "97530" for each in october()) + 1  # of 97530 in the sheet


def changed(code: str, column: int, cell: str) -> str:
    """The sheet with another cell in the row of a service."""
    made = cells(october())
    row = next(each for each in made if each[0] == code and not each[1])
    row[column] = cell
    return as_csv(made)


def renamed(place: int, cell: str) -> str:
    """The sheet with another word above a column's last one."""
    made = cells(october())
    made[8][place] = cell
    return as_csv(made)


def without(*codes: str) -> str:
    return sheet([each for each in october() if each[0] not in codes])


WHOLE = sheet(october())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PAGE, "f.csv: it is a page of HTML and no table: perhaps the licence page"),
        ("", "f.csv: it is empty"),
        (
            "a text of something else\n",
            "f.csv: no header: expected a line that begins with 'hcpcs' among the",
        ),
        (WHOLE[: WHOLE.index("97530,") + 12], f"f.csv, line {LINE}: unexpected end of data"),
        (
            WHOLE[: WHOLE.index("97530,") + 50],
            f"f.csv, line {LINE}: expected 26 cells, found 9; is the file cut",
        ),
        (WHOLE[: WHOLE.index("97010,")], "f.csv: codes that are on board are not in it: "),
        (
            WHOLE[: WHOLE.index("T1015,")],
            "codes that are on board are not in it: 2, as T1015; expected the off",
        ),
        (
            WHOLE.replace(",MOD", ',"MOD', 1),
            "f.csv, line 10: column 3: expected the header 'description', found ''",
        ),
        (renamed(5, "JOB"), "f.csv, line 10: column 6: expected the header 'work rvu', found 'JOB RVU'"),
        (renamed(PRICING, ""), "f.csv, line 10: column 24: expected the header 'endo base', found 'IND'"),
        (
            changed("97530", 0, "9753"),
            f"f.csv, line {LINE}: column 1, hcpcs: expected a code of five characters",
        ),
        (
            changed("97530", 3, ""),
            f"f.csv, line {LINE}: column 4, status code: expected a letter, found ''",
        ),
        (
            changed("97530", 5, "O.47"),
            f"line {LINE}: column 6, work rvu: expected a number with 2 decimals, found",
        ),
        (
            changed("97530", 6, "0.666"),
            "column 7, non-fac pe rvu: expected a number with 2 decimals, found '0.66",
        ),
        (changed("97530", 9, "N/A"), "column 10, facility na indicator: expected NA or nothing, found 'N/A'"),
        (changed("97530", 18, "50"), "column 19, mult proc: expected a digit, found '50'"),
        (
            changed("97530", 23, "1"),
            f"line {LINE}: expected the pricing indicator of the lines before, 9, found 1",
        ),
        (
            changed("97530", 25, "33.5"),
            "expected the conversion factor of the lines before, 33.4009, found 33.50",
        ),
        (sheet([*october(), service("97530")]), f"hcpcs: 97530 is on line {LINE} already"),
        (
            sheet(october(), release="July 2026"),
            "by its title it is the release of July 2026; expected that of October 2026, in force on",
        ),
        (
            sheet(october(), QUALIFYING),
            "it is the file for qualifying APM participants (QPP); expected the other",
        ),
        (
            WHOLE,
            "f.csv: expected the file for qualifying APM participants (QPP), too, or the zip, which has both",
        ),
        (
            as_text(october(), ("", "32.3465")),
            "it has no pricing indicator, which came in 2026; expected a file of",
        ),
        (as_text(october())[:3_050], "f.csv, line 20: expected a record of 140 to 200 characters, found "),
        (
            as_text(october()).replace("I   0.00", "I   0,00", 1),
            "f.csv, line 3: positions 60 to 65: expected a number with 2 decimals, found '0,00'",
        ),
        (
            without(*(code for code in board(OCTOBER) if code > "97")),
            "codes that are on board are not in it: ",
        ),
        (zipped(*BESIDE), "f.csv: the zip holds no file of the form that is expected, but GPCI2026.csv, "),
        (
            zipped(("PPRRVU_a_nonQPP.csv", WHOLE), ("PPRRVU_b_nonQPP.csv", WHOLE)),
            "f.csv: the zip holds PPRRVU_a_nonQPP.csv, PPRRVU_b_nonQPP.csv; unpack the one that is meant",
        ),
        (
            zipped(("../PPRRVU_nonQPP.csv", WHOLE)),
            "f.csv: the zip holds a file that leads out of it, '../PPRRVU",
        ),
        (release(october())[:-60], "f.csv: the zip is damaged or cut off"),
    ],
)
def test_a_damaged_file_is_refused_with_one_error(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content, OCTOBER, name="f.csv")
    assert problem in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]  # nothing was written


def test_a_text_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(
        TableError, match="by its name it is the release of July 2026; expected that of October"
    ):
        imported(tmp_path, as_text(october()), OCTOBER, name="PPRRVU2026_Jul_nonQPP.txt")
    with pytest.raises(TableError, match="by its name it is the release of April 2020"):
        imported(tmp_path, as_text(october(), ("", "36.0896")), dt.date(2020, 1, 1), name="PPRRVU20_APR.txt")


def test_values_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, text in zip(paths, (changed("97530", 8, "0.67"), sheet(october(), QUALIFYING)), strict=True):
        path.write_text(text, newline="")
    with pytest.raises(TableError) as caught:
        import_file("pprrvu", *paths, effective=OCTOBER, to=tmp_path / "mytables")
    problem = f"line {LINE}: facility total: 0.47 + 0.67 + 0.02 is not 1.15, as it says"
    assert str(caught.value) == f"a.csv, {problem}"


def test_an_encrypted_zip_and_two_of_a_kind_are_refused(tmp_path: Path) -> None:
    content = bytearray(release(october()))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    with pytest.raises(TableError, match=r"PPRRVU2026_Oct_nonQPP\.csv: it is encrypted"):
        imported(tmp_path, bytes(content), OCTOBER, name="rvu26d.zip")
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(sheet(october()) + "\r\n" * (name == "b.csv"), newline="")
    paths = (tmp_path / "a.csv", tmp_path / "b.csv")
    with pytest.raises(
        TableError, match=r"b\.csv: it has the pricing indicator of a\.csv, too; expected one"
    ):
        import_file("pprrvu", *paths, effective=OCTOBER, to=tmp_path / "mytables")


def test_a_sheet_that_begins_with_letters_is_read(tmp_path: Path) -> None:
    """In 2025 the codes of letters came first."""
    effective = dt.date(2025, 10, 1)
    rows = sorted(board(effective).values(), key=lambda each: (each[0][0].isdigit(), each[0]))
    text = sheet(rows, ("", "32.3465"), "October 2025")
    assert imported(tmp_path, text, effective, name="f.csv").changed == 0
    cut = text[: text.index("99072,")]
    with pytest.raises(TableError, match="codes that are on board are not in it: "):
        imported(tmp_path, cut, effective, name="f.csv")


def test_their_layouts_are_written_down() -> None:
    before, since = KINDS["pprrvu"].layouts
    assert "conv factor: 133 to 140: the conversion factor" in str(before)
    assert "pric ind: 121: 9 in the file for all (nonQPP), 1 in the one for qualifying APM" in str(since)
    assert len(before.columns) + 1 == len(since.columns)


def test_the_official_positions_are_those_of_the_sheet(tmp_path: Path) -> None:
    """A record as CMS's documentation of the file has it, counted by hand."""
    record = "97530" + "  " + " " * 50 + "A" + "   0.44" + "   0.60" + "  " + "   0.60" + "NA" + "  0.01"
    record += "   1.05" + "  1.05" + "7" + "XXX" + ".00.00.00" + "50000" + "9" + " " * 11 + " 33.4009" + " 09"
    path = tmp_path / "f.txt"
    path.write_text(f"HDR\n{record}\n")
    made = schedule_of(open_official(path), OCTOBER)
    line, row = made.rows["97530"]
    assert (line, made.pricing, made.factor, made.seen) == (2, "9", "33.4009", 1)
    assert (row["facility_na"], row["facility_total"], row["multiple"]) == ("NA", "1.05", "5")
