"""The geographic indices of the fee schedule in their official forms, and what must come of them."""

import datetime as dt
import filecmp
from pathlib import Path

import pytest
from builders_fees import (
    BUNDLED,
    JANUARY,
    PAGE,
    as_csv,
    imported,
    localities,
    new_year,
    october,
    sheet,
    zipped,
)
from builders_importing import assert_read_back
from builders_workbooks import workbook

from otcodes.errors import TableError
from otcodes.importing import KINDS, import_file

TEXT = as_csv(localities(2026))
OTHER = sheet(october())  # a file of another kind


def indices(
    folder: Path, content: bytes | str, year: int = 2026, *, to: str = "mytables", name: str = "GPCI.csv"
):
    return imported(folder, content, dt.date(year, 1, 1), to=to, name=name, kind="gpci")


def test_a_later_year_changes_exactly_what_it_should(tmp_path: Path) -> None:
    done = indices(tmp_path, as_csv(new_year()))
    assert (done.seen, done.kept, done.added, done.removed) == (109, 109, 1, 0)
    catalog = BUNDLED.with_source(tmp_path / "mytables")
    made, before = catalog.localities, BUNDLED.localities
    revised = made.history(("10212", "01"))
    assert [(str(row.valid_from), str(row.valid_to), str(row.practice)) for row in revised[-2:]] == [
        (str(before.history(("10212", "01"))[-1].valid_from), "2025-12-31", "0.997"),
        ("2026-01-01", "None", "0.995"),
    ]
    assert made.history(("01112", "70"))[-1].valid_to == dt.date(2025, 12, 31)
    (new,) = made.history(("01112", "76"))
    assert new.in_words == "01112-76 (New County of northern California, CA)"
    assert (str(new.work), str(new.practice), new.valid_from) == ("1.050", "1.100", JANUARY)
    changed = {("10212", "01"), ("01112", "70"), ("01112", "76")}
    for key in {*made.keys(), *before.keys()} - changed:
        assert made.history(key) == before.history(key), key
    assert made.on(dt.date(2026, 11, 2))[("10212", "99")].carried_forward is False
    assert not indices(tmp_path, as_csv(new_year())).is_written
    assert_read_back(tmp_path / "mytables")


def broken(made: list[list[str]]) -> list[list[str]]:
    """The sheet with a header whose cells go over several lines."""
    return [*made[:2], [made[2][0], *(cell.replace(" ", "\n") for cell in made[2][1:])], *made[3:]]


def zeros_lost(row: list[str]) -> list[str]:
    """A row as a sheet keeps it that takes its numbers for numbers."""
    return [each.lstrip("0") or "0" for each in row[:3]] + row[3:] if row[0].isdigit() else row


@pytest.mark.parametrize(
    "content",
    [
        as_csv(localities(2026)).encode("utf-8-sig"),
        as_csv(localities(2026, has_both=True)).encode(),
        as_csv(localities(2026)).encode("utf-16"),
        as_csv(broken(localities(2026, has_both=True))).encode(),
        "\n".join("\t".join(row) for row in localities(2026)).encode(),
        as_csv([*map(zeros_lost, localities(2026))]).encode(),
        workbook([[each or None for each in row] for row in localities(2026)]),
        zipped(("GPCI2026.csv", as_csv(localities(2026))), ("GPCI2026.txt", "a text"), ("PPRRVU.csv", OTHER)),
    ],
    ids=["CSV", "with both floors", "utf-16", "broken header", "tabs", "zeros lost", "XLSX", "zip"],
)
def test_every_form_of_the_indices_gives_the_same(tmp_path: Path, content: bytes) -> None:
    name = "GPCI.xlsx" if b"xl/workbook.xml" in content else "GPCI.csv"
    done = indices(tmp_path, content, name=name)
    assert (done.kept, done.added, done.changed, done.removed) == (109, 0, 0, 0)


@pytest.mark.parametrize("year", range(2020, 2026))
def test_the_indices_of_a_bundled_year_change_nothing(tmp_path: Path, year: int) -> None:
    done = indices(tmp_path, as_csv(localities(year, has_states=year > 2020)), year)
    assert (done.added, done.changed, done.removed) == (0, 0, 0)


def test_years_in_any_order_give_the_same(tmp_path: Path) -> None:
    for year, to in ((2026, "one"), (2024, "one"), (2024, "other"), (2026, "other")):
        made = new_year() if year == 2026 else localities(year)
        indices(tmp_path, as_csv(made), year, to=to)
    compared = filecmp.dircmp(tmp_path / "one", tmp_path / "other")
    assert [*compared.left_only, *compared.right_only, *compared.diff_files] == []


def other(place: int, column: int, cell: str) -> str:
    made = localities(2026)
    made[place][column] = cell
    return as_csv(made)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PAGE, "GPCI.csv: it is a page of HTML and no table"),
        (" \r\n", "GPCI.csv: it is empty"),
        (OTHER, "GPCI.csv: no header: expected a line that begins with 'medicare administrative contractor'"),
        (
            as_csv(localities(2025)),
            "column 5: expected the header '2026 pw gpci (with 1.0 floor)', found '2025 PW GPCI (with",
        ),
        (
            other(2, 4, "2026 PW GPCI (without 1.0 Floor)"),
            "column 5: expected the header '2026 pw gpci (with 1.0 floor)', found '2026 PW GPCI (without",
        ),
        (
            TEXT.replace('"', "").replace(",State", ',"State', 1) + "." * 140_000,
            "GPCI.csv, line 112: unexpected end of data",
        ),
        (other(2, 5, "2026 PE"), "line 3: column 6: expected the header '2026 pe gpci', found '2026 PE'"),
        (
            other(9, 0, "1112A"),
            "GPCI.csv, line 10: column 1, medicare administrative contractor: expected five digits",
        ),
        (other(9, 1, "Calif."), "line 10: column 2, state: expected two letters, found 'Calif.'"),
        (other(9, 2, "123"), "line 10: column 3, locality number: expected two digits, found '123'"),
        (other(9, 3, "*"), "line 10: column 4, locality name: expected a name, found '*'"),
        (other(9, 5, "1.0965"), "column 6, 2026 pe gpci: expected a number with 3 decimals, found '1.0965'"),
        (other(9, 6, "-1"), "column 7, 2026 mp gpci: expected a number with 3 decimals, found '-1'"),
        (as_csv([*localities(2026)[:10], *localities(2026)[9:]]), "line 11: locality number: "),
        (TEXT[: TEXT.index("WISCONSIN") + 9], "is the file cut off?"),
        (
            TEXT[: TEXT.index("03602,WY")],
            "localities that are on board are not in it: 1, as 03602-21; expected the",
        ),
        (as_csv(localities(2026)[:3]), "GPCI.csv, line 4: no row follows the header: the file is cut off"),
        (
            zipped(("GPCI_a.csv", TEXT), ("GPCI_b.csv", TEXT)),
            "the zip holds GPCI_a.csv, GPCI_b.csv; unpack the one",
        ),
        (zipped(("PPRRVU.csv", OTHER)), "the zip holds no file of the form that is expected, but PPRRVU.csv"),
        (zipped(("/GPCI2026.csv", TEXT)), "the zip holds a file that leads out of it, '/GPCI2026.csv'"),
        (
            b"\xd0\xcf\x11\xe0 an old workbook",
            "GPCI.csv: it is an Excel workbook; save the sheet as CSV first",
        ),
    ],
)
def test_damaged_indices_are_refused_with_one_error(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    with pytest.raises(TableError) as caught:
        indices(tmp_path, content)
    assert problem in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["GPCI.csv"]


def test_a_locality_without_a_state_must_be_known(tmp_path: Path) -> None:
    made = localities(2020, has_states=False)
    made[3][0] = "99999"
    with pytest.raises(TableError, match="line 4: it does not say in which state 99999-"):
        indices(tmp_path, as_csv(made), 2020)


def test_the_indices_are_one_file(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(TEXT + "\n" * (path.name == "b.csv"))
    with pytest.raises(TableError, match=r"b.csv: expected one file"):
        import_file("gpci", *paths, effective=JANUARY, to=tmp_path / "mytables")


def test_its_layout_is_written_down() -> None:
    written = str(KINDS["gpci"].layouts[0])
    assert "2026 pw gpci (with 1.0 floor): the work, with the floor of the law" in written
