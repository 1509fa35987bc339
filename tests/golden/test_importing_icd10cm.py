"""Files of ICD-10-CM in the published layouts, made by hand, over a small made-up table of diagnoses.

The layouts are those of the order, codes and order addenda files and of the tabular list; what is on board is
`builders_icd10cm.CODES`, from October 2026 to March 2027.
"""

import datetime as dt
import filecmp
import io
import tempfile
import zipfile
from pathlib import Path

import pytest
from builders_icd10cm import (
    ADDENDA,
    AFTER,
    APRIL,
    CODES,
    LAST,
    NOTED,
    OCTOBER,
    codes_text,
    order_text,
    small_catalog,
)
from builders_importing import assert_read_back
from hypothesis import given, settings
from hypothesis import strategies as st

from otcodes import Catalog, Verdict
from otcodes._manifest import DAY
from otcodes.cli import main
from otcodes.errors import FieldError, TableError
from otcodes.importing import icd10cm, import_file
from otcodes.importing.icd10cm_lists import PLACEHOLDER, SEVENTH

EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, NOT_BILLABLE = Verdict
ORDER, CODES_FILE, ADDENDA_FILE, TABULAR = (
    f"icd10cm-{kind}" for kind in ("order", "codes", "addenda", "tabular")
)
NAMES = {
    ORDER: "icd10cm_order_2027.txt",
    CODES_FILE: "icd10cm_codes_2027.txt",
    ADDENDA_FILE: "icd10cm_order_addenda_2027.txt",
    TABULAR: "icd10cm_tabular_2027.xml",
}
FORMS = {ORDER: order_text(AFTER), CODES_FILE: codes_text(AFTER), ADDENDA_FILE: ADDENDA}
ROWS = {ORDER: 13, CODES_FILE: 6, ADDENDA_FILE: 6}
SPLIT_LIST = NOTED.replace("<desc>Cough</desc></diag>", "<desc>Cough of any kind</desc></diag>").replace(
    "<desc>Low back pain</desc></diag>",
    "<desc>Low back pain</desc><excludes2><note>fall (W19.-)</note></excludes2>"
    "<diag><name>M54.50</name><desc>Low back pain, unspecified</desc></diag>"
    "<diag><name>M54.59</name><desc>Other low back pain</desc></diag></diag>",
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        found = small_catalog(tmp_path_factory.mktemp("board") / "tables")
        patch.setattr(Catalog, "bundled", classmethod(lambda _: found))
        # One of few codes is a large part of them.
        patch.setattr(icd10cm, "LOST_AT_MOST", 0.5)
        yield found


@pytest.fixture
def imported(tmp_path, catalog):
    """Imports a text, and gives what was done and the catalog with it."""

    def imported(kind, content, effective=APRIL, *, name="", to="mytables"):
        path = tmp_path / (name or NAMES[kind])
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        done = import_file(kind, path, effective=effective, to=tmp_path / to)
        return done, catalog.with_source(tmp_path / to)

    return imported


def spans(catalog, code):
    rows = catalog.diagnoses.history(code)
    return [(str(row.valid_from), str(row.valid_to or ""), row.is_billable, row.title) for row in rows]


def assert_same(one: Path, other: Path) -> None:
    compared = filecmp.dircmp(one, other)
    assert not [*compared.left_only, *compared.right_only, *compared.diff_files]


def zipped(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return content.getvalue()


# The codes


@pytest.mark.parametrize("kind", FORMS)
def test_a_later_edition_changes_exactly_what_it_should(imported, catalog, kind):
    done, after = imported(kind, FORMS[kind])
    assert (done.table, done.seen, done.kept) == ("diagnoses", ROWS[kind], 13)
    assert_read_back(Path(done.to))
    assert (done.added, done.changed, done.removed) == (2, 2, 0)
    assert str(done.edition.last) == "2027-09-30"
    assert spans(after, "M54.5") == [
        ("2026-10-01", "2027-03-31", True, "Low back pain"),
        ("2027-04-01", "", False, "Low back pain"),
    ]
    assert spans(after, "M54.50") == [("2027-04-01", "", True, "Low back pain, unspecified")]
    assert spans(after, "R05") == [
        ("2026-10-01", "2027-03-31", True, "Cough"),
        ("2027-04-01", "", True, "Cough of any kind"),
    ]
    assert all(row.is_start_known for row in after.diagnoses.history("R05")[1:])
    assert all(row.is_start_known for row in after.diagnoses.history("M54.59"))
    for code in CODES.keys() - {"M545", "R05"}:
        assert after.diagnoses.history(code) == catalog.diagnoses.history(code)


def test_what_it_answers_and_finds_on_a_day(imported, catalog):
    _, after = imported(ORDER, FORMS[ORDER])
    table, during = after.diagnoses, dt.date(2027, 5, 3)
    assert table.verdict("M54.5", on=LAST) is EFFECTIVE
    assert table.verdict("M54.5", on=during) is NOT_BILLABLE
    assert table.verdict("M54.59", on=during) is EFFECTIVE
    assert table.verdict("M54.59", on=LAST) is NOT_EFFECTIVE
    assert table.verdict("M54.57", on=during) is UNKNOWN
    assert table.verdict("W19.XXXA", on=dt.date(2027, 10, 1)) is OUT_OF_COVERAGE
    assert [found.code for found in table.on(during).search("back pain")] == ["M54.50", "M54.59"]
    assert [found.code for found in table.on(LAST).search("lbp")] == ["M54.5"]
    assert table.successors("M54.5")[0].successors == ("M54.50", "M54.59")
    assert catalog.diagnoses.verdict("M54.5", on=during) is OUT_OF_COVERAGE


def test_days_of_which_no_edition_is_there_are_not_known(imported):
    _, after = imported(ORDER, FORMS[ORDER], OCTOBER, name="icd10cm_order_2028.txt")
    between = dt.date(2027, 7, 1)
    assert spans(after, "R05")[0][1] == "2027-03-31"
    new = after.diagnoses.history("M54.59")[0]
    assert (str(new.valid_from), new.is_start_known) == ("2027-10-01", False)
    assert {code: after.diagnoses.verdict(code, on=between) for code in ("R05", "M54.59", "M54", "Z99")} == {
        "R05": OUT_OF_COVERAGE,
        "M54.59": OUT_OF_COVERAGE,
        "M54": NOT_BILLABLE,  # the same before and after
        "Z99": OUT_OF_COVERAGE,
    }
    assert after.diagnoses.verdict("Z99", on=dt.date(2028, 3, 31)) is UNKNOWN


def test_a_deleted_code_ends(imported):
    rest = {code: entry for code, entry in CODES.items() if code != "W19XXXA"}
    done, after = imported(ORDER, order_text(rest))
    assert (done.added, done.changed, done.removed) == (0, 1, 0)
    assert spans(after, "W19.XXXA") == [
        ("2026-10-01", "2027-03-31", True, "Unspecified fall, initial encounter")
    ]
    assert after.diagnoses.verdict("W19.XXXA", on=APRIL) is NOT_EFFECTIVE


def test_the_same_list_again_is_covered_for_longer_and_no_more(imported, catalog):
    done, after = imported(ORDER, order_text(CODES))
    assert (done.added, done.changed, done.removed) == (0, 0, 0)
    assert str(after.diagnoses.coverage.last) == "2027-09-30"
    for code in CODES:
        assert after.diagnoses.history(code) == catalog.diagnoses.history(code)


def test_a_title_written_otherwise_is_the_same_title(imported):
    written = {code: (flag, title.replace(",", " -").upper()) for code, (flag, title) in CODES.items()}
    done, _ = imported(ORDER, order_text(written))
    assert (done.added, done.changed, done.removed) == (0, 0, 0)


def test_a_codes_file_has_the_headers_above_its_codes(imported, catalog):
    below = {"W20XXXA": (True, "Struck, initial encounter"), "W20XXXS": (True, "Struck, sequela")}
    _, after = imported(CODES_FILE, codes_text({**CODES, **below}))
    assert after.diagnoses.history("S06.0X7") == catalog.diagnoses.history("S06.0X7")
    day = after.diagnoses.on(APRIL)
    assert not day["W20"].is_billable
    assert [each.code for each in day.children("W20")] == ["W20.XXXA", "W20.XXXS"]
    # The file gives it no title, and the record says that this is none of theirs.
    assert day["W20"].title == "Header W20, to which the codes file gives no title"
    assert day["W20"].is_title_composed
    assert not day["W19"].is_title_composed
    assert after.diagnoses.verdict("W20", on=LAST) is NOT_EFFECTIVE
    assert after.diagnoses.verdict("W20.X", on=APRIL) is UNKNOWN


@st.composite
def classifications(draw):
    """Codes and headers as the classification makes them, below categories that are not on board."""
    made: dict[str, tuple[bool, str]] = {}

    def fill(stem: str) -> None:
        forms = ["code", "seventh"] + ["below", "below placeholders"] * (len(stem) < SEVENTH - 1)
        form = draw(st.sampled_from(forms))
        made[stem] = (form == "code", f"What is {stem}")
        if form == "seventh":
            filled = stem.ljust(SEVENTH - 1, PLACEHOLDER)
            made.update({f"{filled}{character}": (True, f"{stem} {character}") for character in "ADS"})
        elif form != "code":
            most = SEVENTH - 2 - len(stem)  # placeholders that leave room for a character below them
            filled = stem if form == "below" else stem + PLACEHOLDER * draw(st.integers(min(1, most), most))
            for length in range(len(stem), len(filled)):
                made[filled[: length + 1]] = (False, "A subdivision")
            for character in draw(st.sets(st.sampled_from("019A"), min_size=1, max_size=2)):
                fill(filled + character)

    for category in draw(st.sets(st.sampled_from(["R06", "T36", "W20"]), min_size=1)):
        fill(category)
    return made


@settings(max_examples=30, deadline=None)
@given(classifications(), st.permutations([(CODES_FILE, APRIL), (ORDER, OCTOBER)]))
def test_of_a_codes_file_every_header_is_known(catalog, made, imports):
    """So it answers as the order file does, for every code and whatever one begins with."""
    listing = dict(sorted({**CODES, **made, "Z99": (True, "Last")}.items()))
    texts = {CODES_FILE: codes_text(listing), ORDER: order_text(listing)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def brought_in(kind, day, to):
            (folder / "file.txt").write_text(texts[kind])
            return import_file(kind, folder / "file.txt", effective=day, to=folder / to)

        brought_in(ORDER, APRIL, "order")
        for each in imports:
            brought_in(*each, "one")
        for each in imports[::-1]:
            brought_in(*each, "other")
        assert_same(folder / "one", folder / "other")
        assert not brought_in(*imports[0], "one").is_written
        expected, found = (catalog.with_source(folder / to).diagnoses for to in ("order", "one"))
    for stem in {code[:length] for code in listing for length in range(1, len(code) + 1)}:
        for day in (LAST, APRIL, OCTOBER - DAY):
            assert found.verdict(stem, on=day) is expected.verdict(stem, on=day)
        if stem in listing:
            is_billable, title = listing[stem]
            assert found.verdict(stem, on=APRIL) is (EFFECTIVE if is_billable else NOT_BILLABLE)
            assert found.on(APRIL)[stem].title == title or found.on(APRIL)[stem].is_title_composed


def test_to_import_twice_changes_nothing(imported, tmp_path):
    assert imported(ORDER, FORMS[ORDER])[0].is_written
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()}
    again, _ = imported(ORDER, FORMS[ORDER])
    assert not again.is_written
    assert str(again) == (
        "icd10cm-order-2027-04-01, for days to 2027-09-30: 13 rows became 13 of ours; "
        "diagnoses: nothing changed"
    )
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mytables").iterdir()} == before


# Which of the codes each edition lacks.
EDITIONS = st.fixed_dictionaries(
    {
        day: st.sets(st.sampled_from(["M5450", "M5459", "R05", "W19XXXA"]))
        for day in (APRIL, OCTOBER, dt.date(2028, 4, 1))
    }
)


@settings(max_examples=15, deadline=None)
@given(EDITIONS, st.data())
def test_the_order_of_imports_is_of_no_account(catalog, editions, data):
    days = data.draw(st.permutations(list(editions)))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for to, order in (("one", days), ("other", sorted(days))):
            for day in order:
                listing = {
                    code: entry
                    for code, entry in AFTER.items()
                    if code not in editions[day] or code == "W19XXXS" or not entry[0]
                }
                if {"M5450", "M5459"} <= editions[day]:
                    listing["M545"] = (True, "Low back pain")
                (folder / "order.txt").write_text(order_text(listing))
                import_file(ORDER, folder / "order.txt", effective=day, to=folder / to)
        assert_same(folder / "one", folder / "other")
        catalog.with_source(folder / "one")


def test_of_two_files_of_one_day_the_order_file_has_the_last_word(imported, tmp_path):
    new = {"W20": (False, "Struck"), "W20XXXA": (True, "Struck, initial encounter")}
    listing = dict(sorted({**CODES, **new}.items())) | {"W21": (True, "Z")}
    for to, kinds in (("one", (ORDER, CODES_FILE)), ("other", (CODES_FILE, ORDER))):
        for kind in kinds:
            text = order_text(listing) if kind == ORDER else codes_text(listing)
            _, after = imported(kind, text, to=to)
        assert after.diagnoses.verdict("W20", on=APRIL) is NOT_BILLABLE
    assert_same(tmp_path / "one", tmp_path / "other")


PUBLISHED = zipped(
    ("Code Descriptions in Tabular Order/icd10cm_codes_2027.txt", FORMS[CODES_FILE]),
    ("Code Descriptions in Tabular Order/icd10cm_order_2027.txt", FORMS[ORDER]),
    ("Code Descriptions in Tabular Order/icd10cm_codes_addenda_2027.txt", "Add: x"),
    ("Code Descriptions in Tabular Order/icd10cm_order_addenda_2027.txt", FORMS[ADDENDA_FILE]),
    ("Code Descriptions in Tabular Order/icd10OrderFiles.pdf", "%PDF"),
)


@pytest.mark.parametrize("kind", FORMS)
def test_the_zip_as_published_has_them_all(imported, kind):
    _, after = imported(kind, PUBLISHED, name="2027-code-descriptions.zip")
    assert len(spans(after, "M54.5")) == 2


@pytest.mark.parametrize(
    "content",
    [
        FORMS[ORDER].encode("utf-8-sig"),
        FORMS[ORDER].encode("utf-16"),
        FORMS[ORDER].replace("\r\n", "\n").encode(),
        FORMS[ORDER].replace("fall", "fàll").encode("cp1252"),
    ],
    ids=["utf-8 with its mark", "utf-16", "LF", "cp1252"],
)
def test_every_encoding_gives_the_same(imported, tmp_path, content):
    imported(ORDER, content)
    imported(ORDER, FORMS[ORDER], to="other")
    made, other = (next((tmp_path / to).glob("diagnoses-*.blocks")) for to in ("mytables", "other"))
    assert made.read_bytes() == other.read_bytes()


WITHOUT = {code: entry for code, entry in CODES.items() if code[0] != "W"}


@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        (ORDER, "", ": it is empty"),
        (ORDER, "<!DOCTYPE html><html>I accept</html>", ": it is a page of HTML and no table: perhaps the"),
        (ORDER, FORMS[CODES_FILE], ", line 1: columns 1 to 5: expected order number 00001, found 'M5450'"),
        (ORDER, ADDENDA, ", line 1: columns 1 to 5: expected order number 00001, found 'Delet'"),
        (
            ORDER,
            "00001 001     0 Nerves       Nerves\n",
            ", line 1: columns 7 to 13: expected a code without its dot, found '001'",
        ),
        (
            ORDER,
            f"Order Code Billable\r\n{FORMS[ORDER]}",
            ", line 1: columns 1 to 5: expected order number 00001, found 'Order'",
        ),
        (
            ORDER,
            FORMS[ORDER].replace("00003 M5450 ", "00003 M54-0 "),
            ", line 3: columns 7 to 13: expected a code without its dot, found 'M54-0'",
        ),
        (ORDER, FORMS[ORDER].replace("00005 ", "00006 "), ", line 5: columns 1 to 5: expected order number"),
        (
            ORDER,
            FORMS[ORDER].replace("R05     1", "R05     Y"),
            ", line 5: column 15: expected 1 for billable or 0 for a header, found 'Y'",
        ),
        (
            ORDER,
            FORMS[ORDER] + "00014 W19XXXS 1 Twice".ljust(77) + " Twice\r\n",
            ", line 14: W19XXXS stands there twice, and not alike",
        ),
        (ORDER, FORMS[ORDER][:-200], ", line 12: W19XXXA has no title: is it cut off?"),
        (ORDER, FORMS[ORDER][:-5], ", line 13: the title of W19XXXS is cut off, and perhaps the file"),
        (ORDER, order_text(WITHOUT), ": it lacks W19XXXS, the last code on board: is it cut off?"),
        (
            ORDER,
            order_text({"W19": CODES["W19"], "W19XXXS": CODES["W19XXXS"]}),
            ": it lacks 9 of 11 codes that are on board, as M54; expected the official file, whole",
        ),
        (
            ORDER,
            order_text({**CODES, "X00": (False, "Fire")}),
            ", line 12: no billable code stands below the header X00: is a line missing?",
        ),
        (ORDER, b"\x00\x01\x02", ": it is no text in UTF-8"),
        (CODES_FILE, FORMS[ORDER], ", line 1: expected a code without its dot, found '00001'"),
        (CODES_FILE, "code,description\nR05,Cough\n", ", line 1: expected a code without its dot"),
        (CODES_FILE, codes_text(WITHOUT), ": it lacks W19XXXS, the last code on board: is it cut off?"),
        (CODES_FILE, FORMS[CODES_FILE][:-3], ", line 6: the title of W19XXXS is cut off"),
        (CODES_FILE, "", ": it is empty"),
        (CODES_FILE, "<html><body>I accept</body></html>", ": it is a page of HTML and no table"),
        (CODES_FILE, ADDENDA, ", line 1: expected a code without its dot, found 'Delete:'"),
        (CODES_FILE, b"%PDF-1.4", ": it is a PDF; expected the table as text"),
        (
            CODES_FILE,
            FORMS[CODES_FILE].replace("R05     ", "R-5     "),
            ", line 3: expected a code without its dot, found 'R-5'",
        ),
        (
            CODES_FILE,
            FORMS[CODES_FILE].replace("R05     Cough of any kind", "R05"),
            ", line 3: R05 has no title",
        ),
        (
            CODES_FILE,
            FORMS[CODES_FILE] + "R05     Twice\n",
            ", line 7: R05 stands there twice, and not alike",
        ),
        (ADDENDA_FILE, FORMS[ORDER], ", line 1: expected Add, Delete or Revise"),
        (ADDENDA_FILE, "", ": it is empty"),
        (ADDENDA_FILE, "<html></html>", ": it is a page of HTML and no table"),
        (
            ADDENDA_FILE,
            ADDENDA.replace("M5450", "M-450"),
            ", line 3: expected Add, Delete or Revise, then 0 or 1",
        ),
        (
            ADDENDA_FILE,
            ADDENDA.replace("Delete:      1", "Delete:      2"),
            ", line 1: expected Add, Delete or",
        ),
        (ADDENDA_FILE, ADDENDA[ADDENDA.index("Headers") :], ": it holds no change"),
        (ADDENDA_FILE, ADDENDA[ADDENDA.index("\n") + 1 :], ", line 22: 1 deletions, but 0 above"),
        (
            ADDENDA_FILE,
            ADDENDA.replace("6 codes in icd10cm_order_2027", "7 codes in icd10cm_order_2027"),
            ": 7 codes after its changes, but here are 6",
        ),
        (ADDENDA_FILE, ADDENDA[:-300], ": the counts under Codes are not whole: is it cut off?"),
        (
            ADDENDA_FILE,
            ADDENDA.replace("  2 additions", "  3 additions"),
            ", line 22: 3 additions, but 2 above",
        ),
        (
            ADDENDA_FILE,
            ADDENDA.replace("5 codes in icd10cm_order_2026", "9 codes in icd10cm_order_2026"),
            ": 9 codes before its changes, but here are 5; is it of another edition than icd10cm_order_2026",
        ),
        (
            ADDENDA_FILE,
            ADDENDA.replace("order_2027", "order_2024"),
            ": by the name icd10cm_order_2024.txt it is of 2024; expected 2027, the fiscal year of 2027",
        ),
        (TABULAR, "", ": it is empty"),
        (TABULAR, NOTED.replace("<desc>Cough</desc></diag>", "<desc></desc></diag>"), ": R05 has no title"),
        (TABULAR, NOTED.replace(">R05<", ">M54.5<"), ": M545 stands there twice, and not alike"),
        (TABULAR, NOTED[:900], ": it is not whole XML: "),
        (TABULAR, NOTED.replace("ICD10CM.tabular", "ICD10CM.index"), ": expected XML of <ICD10CM.tabular>, "),
        (TABULAR, NOTED.replace(">2027<", ">2026<"), ": its version is 2026; expected 2027, the fiscal year"),
        (
            TABULAR,
            NOTED.replace("<ICD", "<!DOCTYPE x>\n<ICD", 1),
            ": it has a <!DOCTYPE>, which the official",
        ),
        (TABULAR, NOTED.replace(">R05<", ">5<"), ": expected a code without its dot, found '5'"),
        (TABULAR, NOTED.replace("(S06)", "(S07)"), ": the section S06 is titled S07"),
        (
            TABULAR,
            NOTED.replace(" (S06)<", "<"),
            ": expected a title with its categories, as (M60-M63), found",
        ),
        (
            TABULAR,
            NOTED[: NOTED.index('  <section id="S06"')] + " </chapter></ICD10CM.tabular>",
            ": it lacks 8 of 11 codes that are on board, as S06; expected the official file, whole",
        ),
        (TABULAR, FORMS[ORDER], ", line 1: it is not whole XML"),
    ],
)
def test_a_damaged_file_is_one_clear_error_and_nothing_is_written(imported, tmp_path, kind, content, problem):
    with pytest.raises(TableError) as caught:
        imported(kind, content)
    told = str(caught.value)
    assert told.startswith(NAMES[kind])
    assert problem in told
    assert "\n" not in told
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[kind]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (zipped(("a_order_1.txt", "x"), ("b/order.txt", "y")), "holds a_order_1.txt, b/order.txt; unpack"),
        (zipped(("icd10cm_codes_2027.txt", "x")), "holds no file of the form that is expected, but icd10cm_"),
        (zipped(("../icd10cm_order_2027.txt", "x")), "holds a file that leads out of it"),
        (zipped(("icd10cm_order_2027.txt", FORMS[ORDER]))[:-40], "the zip is damaged or cut off"),
        (
            zipped(("icd10cm_order_2026.txt", FORMS[ORDER])),
            "by the name icd10cm_order_2026.txt it is of 2026",
        ),
    ],
)
def test_a_zip_that_is_not_the_published_one_is_refused(imported, tmp_path, content, problem):
    with pytest.raises(TableError) as caught:
        imported(ORDER, content, name="2027.zip")
    assert problem in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["2027.zip"]


def test_the_day_has_to_be_one_of_the_edition(imported, tmp_path):
    with pytest.raises(FieldError, match="the first day of an edition, as 2027-10-01, not"):
        imported(ORDER, FORMS[ORDER], dt.date(2027, 4, 11))
    with pytest.raises(FieldError, match=r"import\.setting should be left out"):
        import_file(ORDER, "x", effective=APRIL, to=tmp_path / "mytables", setting="practitioner")
    (tmp_path / "other.txt").write_text(FORMS[ORDER] + "\n")
    with pytest.raises(FieldError, match=r"import\.paths should be one file, not 2"):
        import_file(
            ORDER,
            tmp_path / "other.txt",
            tmp_path / NAMES[ORDER],
            effective=APRIL,
            to=tmp_path / "mytables",
        )
    with pytest.raises(TableError, match="of 2027; expected 2028"):
        imported(ORDER, FORMS[ORDER], OCTOBER)


# The tabular list


def test_the_tabular_list_is_four_tables(imported, catalog):
    done, after = imported(TABULAR, SPLIT_LIST)
    assert_read_back(Path(done.to))
    assert [each.table for each in (done, *done.beside)] == [
        "diagnosis_notes",
        "diagnosis_chapters",
        "diagnosis_blocks",
        "diagnosis_characters",
    ]
    assert [(each.added, each.changed, each.removed) for each in (done, *done.beside)] == [
        (1, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
    ]
    new = after.diagnosis_notes.history(("M54.5", "excludes2", "W19-"))
    assert [(str(row.valid_from), row.valid_to, row.is_start_known) for row in new] == [
        ("2027-04-01", None, True)
    ]
    old = ("M54", "excludes1", "R05")
    assert after.diagnosis_notes.history(old) == catalog.diagnosis_notes.history(old)
    assert after.diagnoses.coverage.last == LAST  # it is no list of codes
    assert str(after.diagnosis_notes.coverage.last) == "2027-09-30"


def test_a_note_that_is_gone_ends(imported):
    _, after = imported(TABULAR, SPLIT_LIST.replace("<excludes1><note>cough (R05)</note></excludes1>", ""))
    (note,) = after.diagnosis_notes.history(("M54", "excludes1", "R05"))
    assert str(note.valid_to) == "2027-03-31"


def test_a_note_is_the_same_when_what_it_names_becomes_a_header(imported):
    below = "<diag><name>R05.1</name><desc>Acute cough</desc></diag></diag></section>"
    done, after = imported(
        TABULAR, NOTED.replace("<desc>Cough</desc></diag></section>", f"<desc>Cough</desc>{below}")
    )
    assert (done.added, done.changed, done.removed) == (0, 0, 0)
    assert after.diagnosis_notes.history(("M54", "excludes1", "R05"))[0].names("R05.1")


def test_tables_of_the_list_and_codes_go_into_one_directory(imported, tmp_path):
    for to, kinds in (("one", (ORDER, TABULAR)), ("other", (TABULAR, ORDER))):
        for kind in kinds:
            _, after = imported(kind, FORMS.get(kind, SPLIT_LIST), to=to)
    assert_same(tmp_path / "one", tmp_path / "other")
    day = after.diagnoses.on(APRIL)
    assert day.excluded("M54.59", "R05").node == "M54"
    assert [each.character for each in day.seventh_characters("W19")] == ["A", "S"]
    assert day.chapter("R05").number == "13"
    assert not imported(TABULAR, SPLIT_LIST, to="one")[0].is_written


def test_what_of_a_note_is_not_read_is_told(imported, tmp_path, capsys):
    done, after = imported(TABULAR, SPLIT_LIST.replace("fall (W19.-)", "fall (W19.- now and then)"))
    assert done.unread == ("icd10cm_tabular_2027.xml: W19.- now and then: fall (W19.- now and then)",)
    # That the note names something which it gives no code for is not lost.
    assert after.diagnosis_notes.history(("M54.5", "excludes2", "?"))
    to = ("--effective", "2027-04-01", "--to", str(tmp_path / "mytables"))
    assert main(["import", TABULAR, str(tmp_path / NAMES[TABULAR]), *to]) == 2
    assert capsys.readouterr().err == f"otcodes: {done.unread[0]}\n"


# The command line, and the bundled table


@pytest.mark.usefixtures("catalog")
def test_it_is_a_command(tmp_path, capsys):
    (tmp_path / NAMES[ORDER]).write_text(FORMS[ORDER])
    to = tmp_path / "mytables"
    arguments = ["import", ORDER, str(tmp_path / NAMES[ORDER]), "--effective", "2027-04-01", "--to", str(to)]
    assert main(arguments) == 0
    assert "diagnoses: 2 keys added, 2 changed, 0 removed" in capsys.readouterr().out
    assert main([*arguments[:2], str(tmp_path / "none.txt"), *arguments[3:]]) == 2
    assert "none.txt" in capsys.readouterr().err
