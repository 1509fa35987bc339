"""The list of places of service, made by hand in the published form, and what must come of it.

The names of known places are not the official ones, and the descriptions are made up.
"""

import datetime as dt
import filecmp
import io
import zipfile
from pathlib import Path

import pytest
from builders_importing import assert_read_back
from builders_workbooks import workbook

from otcodes import Catalog, Verdict
from otcodes.errors import TableError
from otcodes.importing import KINDS, import_file

# They begin as the header does.
TITLES = (
    "Place of Service Codes for Professional Claims",
    "Place of Service Code Set,,",
    "Place of Service Codes, for Professional Claims, updated",
    '"Place of Service Codes" of ours"',
)
HEADER = ("Place of Service Code(s)", "Place of Service Name", "Place of Service Description")
BUNDLED = Catalog.bundled().places
LISTED = dt.date(2026, 7, 1)
EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, _ = Verdict
GAPS = ("28-30", "35-40", "43-48", "59", "63-64", "67-70", "73-80", "82-98")


def rows(**changes: tuple[str, str] | None) -> list[tuple[str, str, str]]:
    """The list: what is on board, with other names or descriptions, and what is unassigned."""
    found = dict.fromkeys(GAPS, ("Unassigned", "N/A"))
    for key in BUNDLED.keys():
        found[str(key)] = (f"Our name of {key}", "Our own words for it. (Effective 1/1/03)")
    found |= {
        code: told
        for code, told in ((key[1:].replace("_", "-"), told) for key, told in changes.items())
        if told
    }
    gone = {key[1:].replace("_", "-") for key, told in changes.items() if told is None}
    return [HEADER, *((code, *found[code]) for code in sorted(found) if code not in gone)]


def later() -> list[tuple[str, str, str]]:
    """A place is new, one is another one since a day, one is unassigned again."""
    return rows(
        _28_30=None,
        _28=("Telehealth on the Moon **", "Our words (and more). (Effective March 1, 2026)"),
        _29_30=("Unassigned", "N/A"),
        _23=("A new name", "Our words. (Effective January 1, 2003; description revised effective 4/1/2026)"),
        _27=("Unassigned", ""),
    )


def as_csv(made) -> str:
    lines = (",".join(f'"{cell}"' for cell in row) for row in made)
    return "".join(f"{line}\r\n" for line in lines)


def as_text(made) -> str:
    return "\n".join("\t".join(row) for row in made)


def imported(folder: Path, content: str | bytes, effective=LISTED, *, to="mytables", name="list.csv"):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file("place-of-service", file, effective=effective, to=folder / to)


def intervals(table, code: str):
    return [(str(row.valid_from), str(row.valid_to or ""), row.label) for row in table.history(code)]


@pytest.fixture
def places(tmp_path: Path):
    imported(tmp_path, as_csv(later()))
    return Catalog.bundled().with_source(tmp_path / "mytables").places


def test_the_same_list_only_reaches_further(tmp_path: Path) -> None:
    imported(tmp_path, as_csv(rows()))
    table = Catalog.bundled().with_source(tmp_path / "mytables").places
    assert {key: intervals(table, key) for key in table.keys()} == {
        key: intervals(BUNDLED, key) for key in BUNDLED.keys()
    }
    assert all(table.history(key)[-1].rate == BUNDLED.history(key)[-1].rate for key in table.keys())
    assert (table.coverage.last, table.coverage.scope) == (dt.date(2026, 12, 31), (("01", "99"),))
    # Between the two lists only what is on both answers.
    assert table.coverage.gaps == ((dt.date(2025, 1, 1), dt.date(2026, 6, 30)),)
    assert not table.on(dt.date(2025, 5, 5))["11"].carried_forward
    assert table.verdict("28", on=dt.date(2025, 5, 5)) is OUT_OF_COVERAGE
    assert table.verdict("28", on=LISTED) is UNKNOWN


def test_a_later_list_changes_exactly_what_it_should(places) -> None:
    assert intervals(places, "28") == [("2026-03-01", "", "Telehealth on the Moon")]
    new = places.on(LISTED)["28"]
    assert (new.rate, new.unusual_in, new.is_telehealth, new.is_start_known) == ("unknown", (), True, True)
    before = BUNDLED.history("23")[0]
    assert intervals(places, "23") == [
        ("2003-01-01", "2026-03-31", before.label),
        ("2026-04-01", "", "A new name"),
    ]
    assert {row.rate for row in places.history("23")} == {before.rate}
    assert intervals(places, "27") == [("2023-10-01", "2024-12-31", BUNDLED.history("27")[0].label)]
    assert places.verdict("27", on=LISTED) is NOT_EFFECTIVE
    assert places.verdict("27", on=dt.date(2025, 6, 1)) is OUT_OF_COVERAGE
    others = set(BUNDLED.keys()) - {"23", "27"}
    assert all(intervals(places, key) == intervals(BUNDLED, key) for key in others)
    assert set(places.keys()) == {*BUNDLED.keys(), "28"}


def test_the_order_of_imports_is_of_no_account_and_twice_is_once(tmp_path: Path) -> None:
    day = dt.date(2026, 1, 1)
    for to, order in (("mytables", (1, 0)), ("other", (0, 1))):
        for which in order:
            imported(tmp_path, as_csv((rows(), later())[which]), (day, LISTED)[which], to=to)
    assert not imported(tmp_path, as_csv(later()), to="other").is_written
    assert_read_back(tmp_path / "other")
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [compared.left_only, compared.right_only, compared.diff_files] == [[], [], []]
    places = Catalog.bundled().with_source(tmp_path / "other").places
    assert places.verdict("27", on=dt.date(2026, 6, 1)) is EFFECTIVE
    assert intervals(places, "23")[0][1] == "2026-03-31"


@pytest.mark.parametrize(
    ("note", "starts"),
    [
        ("(effective October 1, 2003)", ["2003-10-01"]),
        ("(Effective 10/1/03)", ["2003-10-01"]),
        ("(Revised, effective Apr. 1, 2026) and (see below)", ["2003-10-01", "2026-04-01"]),
        (
            "(effective January 1, 2026, for Medicare April 1, 2026.)",
            ["2003-10-01", "2026-01-01"],
        ),
        ("(effective for 2 of them June 30, 2026)", ["2003-10-01", "2026-06-30"]),
        ("(a truly effective place)", ["2003-10-01"]),
    ],
)
def test_the_days_of_a_description(tmp_path: Path, note: str, starts: list[str]) -> None:
    imported(tmp_path, as_csv(rows(_13=("Name", f"Our words. {note}"))))
    table = Catalog.bundled().with_source(tmp_path / "mytables").places
    assert [first for first, _, _ in intervals(table, "13")] == starts


def zipped(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        as_text(later()),
        as_csv(later()).encode("utf-8-sig"),
        as_csv(later()).encode("utf-16"),
        as_csv(later()).replace("28-30", "28\N{EN DASH}30").encode("cp1252"),
        workbook([("A title",), *((int(row[0]), *row[1:]) if row[0].isdigit() else row for row in later())]),
        zipped(("pos.csv", as_csv(later())), ("read me.pdf", "%PDF")),
        *(f"{title}\r\nAs of October 1\r\n\r\n{as_csv(later())}" for title in TITLES),
    ],
    ids=["tabs", "utf-8 with its mark", "utf-16", "cp1252", "workbook, 1 for 01", "zip", *TITLES],
)
def test_every_form_gives_the_same(tmp_path: Path, content, places) -> None:
    imported(tmp_path, content, to="other", name="list")
    other = Catalog.bundled().with_source(tmp_path / "other").places
    assert {key: places.history(key) for key in places.keys()} == {
        key: other.history(key) for key in other.keys()
    }


def told(name: str, description: str) -> str:
    return as_csv(rows(_11=(name, description)))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<html><head><title>Place of Service Code Set</title>", "f.csv: it is a page of HTML and no table"),
        ("%PDF-1.7", "f.csv: it is a PDF; expected the table as text"),
        ("", "f.csv: it is empty"),
        (
            "code,name\n11,Office\n",
            "no header: expected a line that begins with 'place of service code' among",
        ),
        (
            f"{TITLES[0]}\r\n{as_csv(rows()[1:])}",
            "no header: expected a line that begins with 'place of service code' among",
        ),
        (
            f"{TITLES[1]}\r\n{as_csv(rows()[1:])}",
            "f.csv, line 1: column 2: expected the header 'place of service name', found ''",
        ),
        (
            f"{TITLES[2]}\r\n\r\n{as_csv(rows()).replace('Description', 'Words', 1)}",
            "f.csv, line 3: column 3: expected the header 'place of service description', found 'Place",
        ),
        (
            as_csv(rows()).replace("Service Name", "Service", 1),
            "line 1: column 2: expected the header 'place of serv",
        ),
        (as_csv(rows()[:1]), "f.csv, line 2: no row follows the header: the file is cut off"),
        (as_csv(rows())[:2000], "f.csv, line "),
        (
            as_csv(rows()[:40]),
            "f.csv: it does not say what 52 is (48 such codes); expected the whole list, with what",
        ),
        (as_csv([*rows(), ("11", "Again", "")]), "column 1, place of service code: 11 is on line 12 already"),
        (
            as_csv([*rows(), ("1B", "Letters", "")]),
            "column 1, place of service code: expected two digits, or two codes",
        ),
        (
            as_csv([*rows(), ("00", "None", "")]),
            "line 62: column 1, place of service code: expected codes from 01 to 99",
        ),
        (
            as_csv([*rows(), ("30-28", "Unassigned", "")]),
            "expected codes from 01 to 99, the first one first, found",
        ),
        (
            as_csv(rows(_28_30=("Three places", ""))),
            "column 2, place of service name: expected Unassigned for a range",
        ),
        (told("", "No name"), "line 12: column 2, place of service name: expected a name, found ''"),
        (told("Office", "(Effective 13/1/2026)"), "expected a day, such as January 1, 2026, not 13/1/2026"),
        (
            told("Office", "(Effective Octember 1, 2026)"),
            "expected a day, such as January 1, 2026, not Octember 1",
        ),
        (
            told("Office", "(Effective in 2026)"),
            "expected a day, such as January 1, 2026, in the brackets",
        ),
        (
            told("Office", "(Effective January 1, 2027)"),
            "2027-01-01 is after 2026-12-31, the end of the edition",
        ),
        (
            zipped(("a.csv", ""), ("b.csv", "")),
            "f.csv: the zip holds a.csv, b.csv; unpack the one that is meant",
        ),
        (zipped(("a.pdf", "")), "f.csv: the zip holds no file of the form that is expected, but a.pdf"),
        (workbook([("Place of Service Code(s)", "Name")]), "f.csv, line 1: column 2: expected the header"),
        (workbook([HEADER])[:-50], "f.csv: the zip is damaged or cut off"),
    ],
)
def test_a_damaged_list_is_refused_with_one_error(tmp_path: Path, content: str | bytes, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content, name="f.csv")
    assert problem in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]  # nothing was written


def test_it_is_one_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"{as_csv(rows())}{'' if name == 'a.csv' else ',,'}")
    with pytest.raises(TableError, match=r"b\.csv: expected one file"):
        import_file(
            "place-of-service", tmp_path / "a.csv", tmp_path / "b.csv", effective=LISTED, to=tmp_path / "x"
        )


def test_its_layout_is_written_down() -> None:
    assert len(str(KINDS["place-of-service"].layouts[0]).splitlines()) == len(HEADER)
