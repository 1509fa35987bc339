"""Files of CPT descriptors in the form in which they are distributed, and what must come of them.

Not one text in them is a descriptor: they are words of our own.
"""

import datetime as dt
import filecmp
import io
import zipfile
from pathlib import Path

import attrs
import pytest
from builders_importing import assert_read_back

from otcodes import Catalog
from otcodes.errors import TableError
from otcodes.importing import import_file

BUNDLED = Catalog.bundled().procedures
DAY = dt.date(2026, 10, 1)
NOTICE = "A notice of several lines\r\n97530 may be a number in it, in the year 2026.\r\n\r\nEven so.\r\n\r\n"
CODES = sorted({code for code, row in BUNDLED.on(DAY).items() if row.system == "cpt"})
OTHERS = ("00100", "0001U", "0002M", "0042T", "99213")  # no codes of ours, or of other sections


def words(code: str) -> str:
    return f"OUR OWN WORDS FOR {code}"


def as_tabs(codes=(*CODES, *OTHERS), words=words, notice: str = NOTICE) -> str:
    return notice + "".join(f"{code}\t{words(code)}\r\n" for code in codes)


def as_columns(width: int) -> str:
    return NOTICE + "".join(f"{code} {words(code):<{width}}\r\n" for code in (*CODES, *OTHERS))


def imported(folder: Path, content: str | bytes, effective=DAY, *, to="mytables", name="LONGULT.txt"):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file("cpt-descriptors", file, effective=effective, to=folder / to)


@pytest.mark.parametrize(
    "content",
    [as_tabs(), as_columns(48), as_columns(28), as_tabs(notice=""), as_tabs().encode("utf-16")],
    ids=["tabs", "medium", "short", "no notice", "utf-16"],
)
def test_descriptors_become_the_labels_and_nothing_else_changes(tmp_path: Path, content: str | bytes) -> None:
    done = imported(tmp_path, content)
    assert (done.seen, done.kept, done.added) == (len(CODES) + len(OTHERS), len(CODES), len(CODES))
    table = Catalog.bundled().with_source(tmp_path / "mytables").procedures
    for code in CODES:
        row, bundled = table.on(DAY)[code], BUNDLED.on(DAY)[code]
        assert row == attrs.evolve(bundled, label=words(code))
        assert table.history(code)[:-1] == BUNDLED.history(code)[:-1]
    # It was another service before 2018.
    assert [row.label == words("97760") for row in table.history("97760")] == [False, True]
    assert table.history("97003") == BUNDLED.history("97003")
    assert table.on(DAY)["G0283"] == BUNDLED.on(DAY)["G0283"]
    assert (table.coverage.first, table.coverage.last) == (BUNDLED.coverage.first, BUNDLED.coverage.last)
    for code in OTHERS:
        assert table.verdict(code, on=DAY) is BUNDLED.verdict(code, on=DAY)


def test_each_edition_has_its_own_days_in_any_order(tmp_path: Path) -> None:
    def of_year(code: str) -> str:
        return words(code) if code == "97535" else f"{words(code)} NEW"

    old, new, earlier = as_tabs(), as_tabs(words=of_year), dt.date(2025, 1, 1)
    imported(tmp_path, new, dt.date(2026, 1, 1))
    imported(tmp_path, old, earlier)
    imported(tmp_path, old, earlier, to="other")
    imported(tmp_path, new, dt.date(2026, 1, 1), to="other")
    assert not imported(tmp_path, new, dt.date(2026, 1, 1), to="other").is_written
    assert_read_back(tmp_path / "other")
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [compared.left_only, compared.right_only, compared.diff_files] == [[], [], []]
    catalog = Catalog.bundled().with_source(tmp_path / "other")
    assert catalog.procedures.on(DAY)["97530"].label == of_year("97530")
    assert catalog.procedure_labels is not None
    # What the later one says in other words is parted, and what is the same stays one.
    spans = [(row.valid_from.year, row.valid_to) for row in catalog.procedure_labels.history("97530")]
    assert spans == [(2025, dt.date(2025, 12, 31)), (2026, None)]
    assert len(catalog.procedure_labels.history("97535")) == 1


def test_what_a_later_edition_has_no_more_ends(tmp_path: Path) -> None:
    imported(tmp_path, as_tabs(), dt.date(2025, 1, 1))
    imported(tmp_path, as_tabs([code for code in CODES if code != "97530"]), dt.date(2026, 1, 1))
    labels = Catalog.bundled().with_source(tmp_path / "mytables").procedure_labels
    assert labels is not None
    assert [row.valid_to for row in labels.history("97530")] == [dt.date(2025, 12, 31)]
    assert [row.valid_to for row in labels.history("97535")] == [None]


def test_another_length_takes_the_place_of_the_first(tmp_path: Path) -> None:
    imported(tmp_path, as_tabs(words=lambda code: f"{words(code)} IN FULL"))
    imported(tmp_path, as_columns(28), name="SHORTU.txt")
    table = Catalog.bundled().with_source(tmp_path / "mytables").procedures
    assert table.on(DAY)["97530"].label == words("97530")


def test_it_is_searched_by_its_words(tmp_path: Path) -> None:
    imported(tmp_path, as_tabs(words=lambda code: "A STRIPED ZEBRA" if code == "97530" else "A HORSE"))
    table = Catalog.bundled().with_source(tmp_path / "mytables").procedures
    assert [row.code for row in table.on(DAY).search("zebra")] == ["97530"]


def test_the_directory_says_whose_the_words_are(tmp_path: Path) -> None:
    imported(tmp_path, as_tabs())
    labels = Catalog.bundled().with_source(tmp_path / "mytables").procedure_labels
    assert labels is not None
    assert "American Medical Association" in labels.entry.licence
    assert [edition.id for edition in labels.editions] == ["cpt-descriptors-2026-10-01"]
    assert "WORDS" not in repr(labels.history("97530"))


def zipped(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


def test_a_zip_that_holds_one_of_them(tmp_path: Path) -> None:
    members = (("standard/MEDU.txt", as_columns(48)), ("standard/MODUL.txt", "x"), ("read me.txt", "x"))
    assert imported(tmp_path, zipped(*members), name="cpt.zip").is_written


UNSHOWN = "WORDS THAT NO MESSAGE SHOWS"
LINES = as_tabs(words=lambda _: UNSHOWN, notice="")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            "<html><body>Licence</body></html>",
            "f.txt: it is a page of HTML and no table",
        ),
        ("", "f.txt: it is empty"),
        ("code,descriptor\n97530,x\n", "f.txt, line 1: column 1: expected a CPT code of five characters"),
        (f"a text\n\n{UNSHOWN}\n", "f.txt, line 1: column 1: expected a CPT code of five characters"),
        (NOTICE, "f.txt, line 1: column 1: expected a CPT code of five characters"),
        (LINES.replace("97530\t", "9753\t"), ": column 1: expected a CPT code of five characters"),
        (LINES.replace("97530\t", "G0283\t"), ": column 1: expected a CPT code of five characters"),
        (LINES.replace("97530\t", "97530,"), ": position 6: expected a tab or a space behind 97530"),
        (LINES.replace(f"97530\t{UNSHOWN}", "97530\t  "), ": column 2, of 97530: expected a descriptor"),
        (LINES.replace("97530\t", "97530\tA\x07"), ": column 2, of 97530: expected a descriptor"),
        (LINES[: LINES.index("97530") + 5], ": position 6: expected a tab or a space behind 97530"),
        (
            f"{LINES}97530\t{UNSHOWN}\r\n",
            ": column 1: 97530 is there already; expected a descriptor of one",
        ),
        (
            LINES[: LINES.index("97110")],
            "codes that are on board are not in it, as 97110; expected the",
        ),
        (
            zipped(("MEDU.txt", LINES), ("SHORTU.txt", LINES)),
            "f.txt: the zip holds MEDU.txt, SHORTU.txt; unpack",
        ),
        (
            zipped(("cpt.txt", LINES)),
            "the zip holds no file of the form that is expected, but cpt.txt",
        ),
        (zipped(("../MEDU.txt", LINES)), "f.txt: the zip holds a file that leads out of it, '../MEDU.txt'"),
    ],
)
def test_a_damaged_file_is_refused_with_one_error_that_shows_no_descriptor(
    tmp_path: Path, content: str | bytes, problem: str
) -> None:
    with pytest.raises(TableError) as caught:
        imported(tmp_path, content, name="f.txt")
    assert problem in str(caught.value)
    assert "WORDS" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["f.txt"]  # nothing was written


def test_it_is_one_file(tmp_path: Path) -> None:
    for name in ("LONGULT.txt", "MEDU.txt"):
        (tmp_path / name).write_text(as_tabs(notice=name))
    paths = (tmp_path / "LONGULT.txt", tmp_path / "MEDU.txt")
    with pytest.raises(TableError, match=r"MEDU\.txt: expected one file: the short, the medium or the long"):
        import_file("cpt-descriptors", *paths, effective=DAY, to=tmp_path / "mytables")
