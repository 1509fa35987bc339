"""The tool that reads the notes of the tabular list, on small made lists with every shape that it knows."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from otcodes.errors import TableError
from otcodes.importing import icd10cm_references as references
from otcodes.importing import icd10cm_tabular as tabular
from otcodes.importing._sources import open_official
from otcodes.importing.icd10cm_lists import dotted

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).parents[2] / "tools")
    build = importlib.import_module("build_icd10cm_notes")
    changes = importlib.import_module("icd10cm_tabular_changes")
    tables = importlib.import_module("tables")

ENCOUNTERS = {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}
FRACTURES = {
    "A": "initial encounter for closed fracture",
    "B": "initial encounter for open fracture type I or II",
    "C": "initial encounter for open fracture type IIIA, IIIB, or IIIC",
    "D": "subsequent encounter for closed fracture with routine healing",
    "S": "sequela",
}
Notes = dict[str, list[tuple[str, list[str]]]]


def depth(code: str) -> int:
    return len(code.replace(".", ""))


def noted(notes: list[tuple[str, list[str]]]) -> str:
    return "".join(
        f"<{kind}>{''.join(f'<note>{escape(line)}</note>' for line in lines)}</{kind}>"
        for kind, lines in notes
    )


class Made:
    """A made tabular list: the codes of its blocks, in their order, and what is said of them."""

    def __init__(self, blocks, *, titles=None, seventh=None, notes: Notes | None = None, last="Z99") -> None:
        self.blocks, self.last = blocks, last
        self.titles, self.seventh, self.notes = titles or {}, seventh or {}, notes or {}

    def __str__(self) -> str:
        sections = "".join(self.section(id_, codes.split()) for id_, codes in self.blocks.items())
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<ICD10CM.tabular><chapter><name>1</name>'
            f"<desc>Everything (A00-{self.last})</desc>{noted(self.notes.get('1', []))}{sections}"
            "</chapter></ICD10CM.tabular>\n"
        )

    def section(self, id_: str, codes: list[str]) -> str:
        categories = "".join(self.code(code, codes) for code in codes if depth(code) == 3)
        title = f"<desc>Block of {id_.lower()} ({id_})</desc>"
        return f'<section id="{id_}">{title}{noted(self.notes.get(id_, []))}{categories}</section>'

    def code(self, code: str, codes: list[str]) -> str:
        stated = "".join(
            f'<extension char="{character}">{meaning}</extension>'
            for character, meaning in self.seventh.get(code, {}).items()
        )
        below = [each for each in codes if each.startswith(code) and depth(each) == depth(code) + 1]
        return (
            f"<diag><name>{code}</name><desc>{self.titles.get(code, f'Title of {code.lower()}')}</desc>"
            f"{noted(self.notes.get(code, []))}{f'<sevenChrDef>{stated}</sevenChrDef>' if stated else ''}"
            f"{''.join(self.code(each, codes) for each in below)}</diag>"
        )


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    def read(made: Made):
        path = tmp_path_factory.mktemp("list") / "icd10cm_tabular_2026.xml"
        path.write_text(str(made), "utf-8")
        return references.Reader(tabular.Tabular(open_official(path)))

    return read


@pytest.fixture(scope="module")
def reader(read):
    encounters = dict.fromkeys(("S49.8", "S62", "T36", "T50", "T51", "T65", "V01", "V09"), ENCOUNTERS)
    return read(
        Made(
            {
                "A15-B27": "A15 A15.0 B27 B27.0 B27.00 B27.01 B27.9 B27.90 B27.91",
                # The list's own order: C4A stands behind C43, and D3A before D37.
                "C43-C44": "C43 C43.0 C4A C4A.0 C44 C44.0",
                "C91-D44": "C91 C91.0 C91.00 C91.01 C91.1 C91.10 C91.11 D3A D36 D37 D39 D40 D44",
                "E08-E11": "E08 E08.0 E08.00 E08.01 E08.1 E08.10 E08.5 E08.51 E08.52 "
                "E09 E09.0 E09.00 E09.1 E09.10 E09.5 E09.52 E11 E11.5 E11.51",
                "F10-F19": "F10 F10.1 F10.15 F10.151 F10.159 F10.2 F10.26 F19 F19.1 F19.15 F19.151",
                "I69-J65": "I69 I69.0 I69.02 I69.020 I69.023 I69.2 I69.20 I69.22 I69.220 I69.223 J65",
                "M43-M79": "M43 M43.6 M51 M51.2 M51.24 M51.26 M62 M62.8 M62.81 M62.84 M79 M79.1 M79.10",
                "O08-R25": "O08 O08.0 P28 P28.3 P28.30 P28.4 P28.40 R25 R25.2",
                "S02-S62": "S02 S02.1 S02.11 S02.110 S49 S49.0 S49.00 S49.8 "
                "S52 S52.5 S52.50 S52.501 S62 S62.1",
                "T31-T65": "T31 T31.0 T32 T32.0 T36 T36.0 T36.0X T36.0X1 T36.0X5 T36.0X6 T36.9 T36.91 T36.95 "
                "T50 T50.9 T50.99 T50.995 T51 T51.0 T51.0X T51.0X1 T65 T65.0 T65.0X T65.0X1",
                "V01-Z47": "V01 V01.0 V01.00 V01.01 V09 V09.0 V09.00 V09.01 Z47 Z47.1",
            },
            titles={"E08.1": "Diabetes with ketoacidosis", "E09.1": "Diabetes with ketoacidosis"},
            seventh=encounters | dict.fromkeys(("S02", "S49", "S52"), FRACTURES),
            notes={"A15": [("excludes1", ["nothing (J65)"])]},
        )
    )


def names(targets) -> list[str]:
    return ["-".join(dict.fromkeys(dotted(end) for end in target)) for target in targets]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        # Codes, families, lists.
        ("cramp and spasm (R25.2)", "R25.2"),
        ("myalgia (M79.1-)", "M79.1"),
        ("a space behind it (R25.2 )", "R25.2"),
        ("dot and dash (M62.-, M79.1.-)", "M62 M79.1"),
        ("no dot (M62-)", "M62"),
        ("no space (R25.2,J65)", "R25.2 J65"),
        ("a comma behind it (R25.2, J65,)", "R25.2 J65"),
        ("a dot between (M62.-. M79.-)", "M62 M79"),
        ("a semicolon (R25.2; J65)", "R25.2 J65"),
        ("and (R25.2 and M79.1, J65)", "R25.2 M79.1 J65"),
        ("a brace (J65}", "J65"),
        ("closed twice (J65))", "J65"),
        ("two groups (R25.2), or another one (J65)", "R25.2 J65"),
        ("a synonym (of it) [another] (J65) to identify (it)", "J65"),
        # Ranges.
        ("whole categories (M43-M62)", "M43-M62"),
        ("below one (P28.3-P28.4-)", "P28.3-P28.4"),
        ("two dashes (P28.3--P28.4.-)", "P28.3-P28.4"),
        ("a space in it (P28.3- -P28.4-)", "P28.3-P28.4"),
        ("two spaces in it (M43 - M62)", "M43-M62"),
        ("in words (M43.- to M62.-)", "M43-M62"),
        ("a range and more (T31-T32, J65)", "T31-T32 J65"),
        # Characters by their place.
        ("adverse effect (T36-T50 with fifth or sixth character 5)", "T36._5X-T50._5X T36.__5-T50.__5"),
        ("adverse effect (T36-T50 with fifth or six character 5)", "T36._5X-T50._5X T36.__5-T50.__5"),
        ("adverse effect (T36-T50 with fifth or sixth character 5", "T36._5X-T50._5X T36.__5-T50.__5"),
        ("underdosing (T36-T50) with fifth or sixth character 6", "T36.__6-T50.__6"),
        ("underdosing (T36-T50 with final character 6)", "T36.__6-T50.__6"),
        ("poisoning (T36.- with fifth or sixth character 1-4 or 6)", "T36._1X T36.__1 T36.__6"),
        ("poisoning (T36.0X- with sixth character 1-4)", "T36.0X1"),
        ("poisoning, if applicable (T36.0-, with sixth character 5)", "T36.0_5"),
        ("any intent (T51-T65 with fifth or sixth character to indicate intent), for it", "T51-T65"),
        ("thoracic (M51.- with fifth character 4)", "M51._4"),
        ("mononucleosis (B27.- with fifth-character 1)", "B27._1"),
        ("mononucleosis (B27.0-B27.9 with fifth character 1)", "B27.01 B27.91"),
        ("mononucleosis (B27.0-B27.9 with 1)", "B27.01 B27.91"),
        ("collision (V01-V09 with 5th character 1)", "V01._1-V09._1"),
        ("amnestic (F10-F19 with 5th character .6)", "F10._6-F19._6"),
        ("hallucinations (F10-F19 with fifth to sixth characters 51)", "F10._51-F19._51"),
        ("leukemia in remission C91.0-C91.1 with 5th character 1", "C91.01 C91.11"),
        # Ends.
        ("dysarthria (I69. with final characters -23)", "I69._23"),
        ("aphasia, which I69.20 is not (I69. with final characters -20)", "I69._20"),
        ("hyperosmolarity (E08, E09 with final characters .00 or .01)", "E08.00 E08.01 E09.00"),
        ("gangrene (E08-E11 with .52)", "E08.52 E09.52"),
        ("angiopathy (E08-E11 with .51-.52)", "E08.51 E11.51 E08.52 E09.52"),
        ("psychosis (F10-F19, with .151, .251)", "F10.151 F19.151"),
        ("use (F10-F19 with .15. .26)", "F10.15 F19.15 F10.26"),
        ("of the skin (E08-E11 with .5-)", "E08.5 E09.5 E11.5"),
        # Seventh characters.
        ("open fracture (S02.- with 7th character B)", "S02.___B"),
        ("open fracture (S52.- with 7th character B or C)", "S52.___B S52.___C"),
        ("sequela (S62.1- with seventh character S)", "S62.1__S"),
        ("open fracture (S02.1-S52.5 with 7th character B)", "S02.1__B S49.0__B S52.5__B"),
        ("open fracture (S52.- with open fracture 7th character)", "S52.___B S52.___C"),
        # S49.8 has an alphabet of its own, which says nothing of fractures.
        ("aftercare-code to fracture with 7th character D", "S02.___D S52.___D S49.0__D"),
        # Without parentheses.
        ("torticollis NOS M43.6", "M43.6"),
        ("code from category O08 to identify any associated complication", "O08"),
        ("from categories E08, E09 and E11 to identify it", "E08 E09 E11"),
        ("codes from M43-M51 and M62-M79 to identify it", "M43-M51 M62-M79"),
        ("injuries in subcategories T36.0- to T36.9-, and M79.1-, code to it", "T36.0-T36.9 M79.1"),
        ("acidosis - see categories E08-E09, E11 with ketoacidosis", "E08.1 E09.1"),
        ("pneumoconiosis with tuberculosis, any type in A15 (J65)", "J65"),
        # The order of the list is not that of the alphabet.
        ("skin (C43-C44)", "C43-C44 C4A"),
        ("uncertain (D37-D44)", "D37-D39 D40-D44"),
        # No codes.
        ("deficiency of vitamin B12, influenza A/H1N1, HIV disease NOS", ""),
        ("infections classified in Chapter 1", ""),
        ("current injury - see injury of nerve by body region", ""),
        ("code, if applicable, for codes M62.0-M62.81, to identify:", ""),
    ],
)
def test_a_line_is_read(reader, line, found):
    assert names(reader.targets(line)) == found.split()
    assert reader.unread == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("a code that is none (A15.7)", "A157 names no code"),
        ("none in the range (C91.5-C91.7)", "C915-C917 names no code"),
        ("none with that end (E08-E11 with .62)", "E08-E11 names no code"),
        ("none with that place (B27.- with fourth character 2)", "B27 names no code"),
        ("none with that title, see A15 with gout", "A15 with gout"),
        ("words that it does not know (J65 now and then)", "J65 now and then"),
        ("a place that it does not know (J65 with eighth character 1)", "J65 with eighth character 1"),
        ("an end that it does not know (J65 with final characters 12)", "J65 with final characters 12"),
    ],
)
def test_what_is_not_read_is_told(reader, line, problem):
    assert names(reader.targets(line)) == []
    assert reader.unread == [(problem, line)]
    reader.unread.clear()


def test_misprints_are_read_as_they_are_meant(read):
    reader = read(
        Made(
            {
                "C44": "C44 C44.3 C44.30 C44.301 C44.31 C44.311 C44.32 C44.321 C44.39 C44.391",
                "G31": "G31 G31.0 G31.09",
                "I69": "I69 I69.0 I69.01 I69.02 I69.1 I69.11 I69.2 I69.21 I69.3 I69.31 "
                "I69.8 I69.81 I69.9 I69.91",
                "T63": "T63 T63.8 T63.81 T63.82 T63.83 T63.89",
                "Z89": "Z89 Z89.5 Z89.52",
            },
            notes={"C44": [("excludes1", ["nothing (G31.-)"])]},
        )
    )
    for line, found in {
        "deficits (I69.01-I69.11-, I69.21-I69.31-, I69.81- I69.91-)": (
            "I69.01 I69.11 I69.21 I69.31 I69.81 I69.91"
        ),
        "amphibians (T63.81-R63.83)": "T63.81-T63.83",
        "other frontotemporal neurocognitive disorder (G31.90)": "G31.09",
        "absence of knee joint (Z89.52-": "Z89.52",
        "skin of nose C44.301, C44.311, C44.321, C44.391)": "C44.301 C44.311 C44.321 C44.391",
    }.items():
        assert names(reader.targets(line)) == found.split()
    assert reader.unread == []


@pytest.mark.parametrize(
    ("kind", "lines", "found"),
    [
        ("excludes1", ["cramp (R25.2)", "weakness NOS", "fever"], ["R25.2", "?", "?"]),
        ("excludes1", ["rheumatic (J65) unless it is active", "any type (R25.2)"], ["J65 if", "R25.2"]),
        ("excludes1", ["pain by site, such as:", "cramp (R25.2)"], ["?", "R25.2"]),
        ("excludes1", ["poisoning by, adverse effect of and underdosing of", "it (T36.0-)"], ["T36.0"]),
        ("code-first", ["underlying disease"], ["?"]),
        ("code-first", ["underlying neoplasm (C91.-)"], ["C91"]),
        ("code-first", ["underlying disease, such as:", "gout (J65)"], ["?", "J65 if"]),
        ("code-first", ["underlying disease, if known, such as:", "gout (J65)"], ["? if", "J65 if"]),
        ("code-first", ["any associated:", "gout (J65)"], ["J65 if"]),
        ("code-first", ["tachycardia complicating:", "abortion (O08)"], ["O08 if"]),
        ("code-first", [", if applicable, sepsis (J65)", "another one (R25.2)"], ["J65 if", "R25.2 if"]),
        ("use-additional", ["code to identify:", "tobacco use (F10.-)"], ["F10"]),
        ("use-additional", ["code, if applicable, to identify:", "tobacco use (F10.-)"], ["F10 if"]),
        (
            "use-additional",
            ["code to identify:", "one (J65), if applicable", "two (R25.2)"],
            ["J65 if", "R25.2"],
        ),
        ("use-additional", ["code (J65) to identify agent, such as:", "one (R25.2)"], ["J65 if", "R25.2 if"]),
        ("use-additional", ["code to identify complication"], ["?"]),
    ],
)
def test_a_note_says_what_is_conditional_and_what_has_no_code(reader, kind, lines, found):
    note = tabular.Note("A15", kind, tuple(lines))
    assert [
        ("?" if target is None else names([target])[0]) + " if" * is_conditional
        for target, is_conditional in reader.references(note)
    ] == found


def test_a_note_may_be_for_some_of_the_codes_below_it(reader):
    first = "code, if applicable, for codes M62.0-M62.81, to identify:"
    assert reader.subjects(tabular.Note("M62", "use-additional", (first, "it (J65)"))) == ["M6281"]
    assert reader.subjects(tabular.Note("M62", "use-additional", ("code (J65)",))) == ["M62"]


BLOCKS = {
    "C00-C75": "",
    "C00-C14": "C00 C00.0 C00.1",
    "C50": "C50",
    "D63-N48": "D63 D63.0 D63.1 N48 N48.3 N48.31 N48.32",
    "I10-I16": "I10 I16",
    "S06": "S06 S06.0 S06.0X S06.0X0 S06.0X7",
    "Z17": "Z17",
}
NEW_BLOCKS = {
    "C00-C75": "",
    "C00-C14": "C00 C00.0 C00.1 C00.10 C00.11",
    "C50": "C50",
    "D63-N48": BLOCKS["D63-N48"],
    "I10-I1A": "I10 I16 I1A",
    "S06-S07": "S06 S06.0 S06.0X S06.0X0 S06.0X7 S07",
    "Z17-Z18": "Z17 Z18",
}
BARRED = "7th characters D and S do not apply to codes in category S06 with 6th character 7 - death"
NOTES: Notes = {
    "1": [("excludes2", ["injury (S06.-)"])],
    "C00-C75": [("excludes1", ["anemia (D63.-)"])],
    "C00": [("excludes1", ["lip (C00.0)", "another one", "gone (Z17)"]), ("includes", ["lips (C50)"])],
    "D63.0": [("codeFirst", ["neoplasm (C00-C14)"])],
    "D63.1": [("useAdditionalCode", ["code (C00.1)"])],
    "I10-I16": [("excludes1", ["breast (C50)"])],
    "I10-I1A": [("excludes1", ["breast (C50)"])],
    "N48.3": [("codeFirst", ["underlying cause"])],
    "S06": [("notes", [BARRED])],
}
NEW_NOTES: Notes = {**NOTES, "C00": [("excludes1", ["lip (C00.0)", "new (C50)", "another one"])]}
TITLES = {
    "D63": "Anemia in chronic diseases classified elsewhere",
    "N48.32": "Priapism in diseases classified elsewhere",
}
TAKEN = {"S06": ENCOUNTERS, "S07": ENCOUNTERS}
OLD = Made(BLOCKS, titles=TITLES, seventh=TAKEN, notes=NOTES, last="Z17")
OLD_WITH_NEW_NOTES = Made(BLOCKS, titles=TITLES, seventh=TAKEN, notes=NEW_NOTES, last="Z17")
NEW = Made(NEW_BLOCKS, titles=TITLES, seventh=TAKEN, notes=NEW_NOTES, last="Z18")
STARTS = {"I1A": "2022-10-01", "S07": "2023-10-01", "Z18": "2024-10-01"} | {
    f"S07.XXX{character}": "2023-10-01" for character in ENCOUNTERS
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Builds the tables from made lists; returns the rows of a table as lists of cells."""
    monkeypatch.setattr(tables, "DATA", tmp_path)
    monkeypatch.setattr(changes, "DATA", tmp_path)

    def codes(starts):
        rows = [
            {
                "code": code,
                "title": f"Title of {code.lower()}",
                "valid_from": start,
                "valid_to": "",
                "is_start_known": "yes",
                "confirmed_to": "",
                "is_billable": "yes",
            }
            for code, start in starts.items()
        ]
        (tmp_path / "diagnoses.blocks").write_bytes(tables.blocks_of(rows, columns=("is_billable",)))

    def run(*lists, starts=STARTS):
        codes(starts)
        arguments = []
        for number, (first, made) in enumerate(lists):
            path = tmp_path / f"icd10cm_tabular_{number}.xml"
            path.write_text(str(made), "utf-8")
            arguments.append(f"{first}={path}")
        monkeypatch.setattr(sys, "argv", ["build_icd10cm_notes.py", *arguments])
        assert build.main() == 0
        told = capsys.readouterr()

        def rows(name):
            with (tmp_path / f"diagnosis_{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.reader(file))[1:]

        return rows, told

    return run


def test_one_edition_is_written_as_it_is(run):
    rows, told = run(("2026-04-01", OLD))
    start = ["2026-04-01", "", "no", ""]
    assert rows("chapters") == [["1", *start, "A00", "Z17", "Everything"]]
    assert rows("blocks")[:3] == [
        ["C00-C14", *start, "1", "C00-C75", "Block of c00-c14", "C00"],
        ["C00-C75", *start, "1", "", "Block of c00-c75", ""],
        ["C50", *start, "1", "C00-C75", "Block of c50", "C50"],
    ]
    # A stem that takes only a part of the alphabet has that part.
    assert rows("characters") == [
        ["S06", "A", *start, "initial encounter"],
        ["S06", "D", *start, "subsequent encounter"],
        ["S06", "S", *start, "sequela"],
        ["S06.0X7", "A", *start, "initial encounter"],
    ]
    assert rows("notes") == [
        ["1", "excludes2", "S06-", *start, "no", "no"],
        ["C00", "excludes1", "?", *start, "no", "no"],
        ["C00", "excludes1", "C00.0", *start, "no", "no"],
        ["C00", "excludes1", "Z17", *start, "no", "no"],
        ["C00-C75", "excludes1", "D63-", *start, "no", "no"],
        # The title above says that it is a manifestation.
        ["D63.0", "code-first", "C00-C14", *start, "no", "yes"],
        ["D63.1", "use-additional", "C00.1", *start, "no", "no"],
        ["I10-I16", "excludes1", "C50", *start, "no", "no"],
        ["N48.3", "code-first", "?", *start, "no", "no"],
        # Only this one below it is titled so.
        ["N48.32", "code-first", "?", *start, "no", "yes"],
    ]
    assert "gaps = [], coverage_to = 2026-09-30" in told.out
    assert told.err == ""


def test_between_two_editions_only_what_both_say_is_known(run):
    rows, told = run(("2025-04-01", NEW), ("2021-01-01", OLD))  # in any order
    found = {tuple(row[:3]): row[3:6] for row in rows("notes")}
    assert found["C00", "excludes1", "C00.0"] == ["2021-01-01", "", "no"]
    assert found["C00", "excludes1", "Z17"] == ["2021-01-01", "2021-09-30", "no"]
    assert found["C00", "excludes1", "C50"] == ["2025-04-01", "", "no"]
    # Written as the newest edition would print it, so that it stays one row.
    assert found["D63.1", "use-additional", "C00.1-"] == ["2021-01-01", "", "no"]
    assert ("D63.1", "use-additional", "C00.1") not in found
    # A block that got another name keeps its note; the day is that of its new category.
    assert found["I10-I16", "excludes1", "C50"] == ["2021-01-01", "2022-09-30", "no"]
    assert found["I10-I1A", "excludes1", "C50"] == ["2022-10-01", "", "yes"]
    assert 'gaps = ["2021-10-01/2025-03-31"], coverage_to = 2025-09-30' in told.out


def test_what_comes_with_a_code_comes_on_its_day(run):
    rows, _ = run(("2021-01-01", OLD), ("2025-04-01", NEW))
    assert [row[1:4] + row[6:7] for row in rows("chapters")] == [
        ["2021-01-01", "2024-09-30", "no", "Z17"],
        ["2024-10-01", "", "yes", "Z18"],
    ]
    found = {row[0]: row[1:4] for row in rows("blocks")}
    assert found["I10-I16"] == ["2021-01-01", "2022-09-30", "no"]
    assert found["I10-I1A"] == ["2022-10-01", "", "yes"]
    assert found["C00-C14"] == ["2021-01-01", "", "no"]
    assert [row[:5] for row in rows("characters") if row[:2] in (["S06", "A"], ["S07", "A"])] == [
        ["S06", "A", "2021-01-01", "", "no"],
        ["S07", "A", "2023-10-01", "", "yes"],
    ]


def test_an_edition_that_follows_at_once_shows_what_is_new(run):
    rows, told = run(("2026-04-01", OLD), ("2026-10-01", NEW), starts={"A00": "2015-10-01"})
    found = {tuple(row[:3]): row[3:6] for row in rows("notes")}
    assert found["C00", "excludes1", "C50"] == ["2026-10-01", "", "yes"]
    assert found["C00", "excludes1", "Z17"] == ["2026-04-01", "2026-09-30", "no"]
    assert "gaps = [], coverage_to = 2027-09-30" in told.out


def test_what_comes_back_has_two_rows(run):
    rows, _ = run(("2021-01-01", OLD_WITH_NEW_NOTES), ("2024-10-01", OLD), ("2025-10-01", OLD_WITH_NEW_NOTES))
    assert [row[3:6] for row in rows("notes") if row[:3] == ["C00", "excludes1", "C50"]] == [
        ["2021-01-01", "2021-09-30", "no"],
        ["2025-10-01", "", "yes"],
    ]
    assert [row[3:6] for row in rows("notes") if row[:3] == ["C00", "excludes1", "Z17"]] == [
        ["2024-10-01", "2025-09-30", "no"]
    ]


@pytest.mark.parametrize(
    ("starts", "problem"),
    [
        ({}, "does not tell since when Z18"),
        ({**STARTS, "Z18": "2020-10-01"}, "which is not between the editions"),
    ],
)
def test_a_change_that_the_codes_do_not_tell_is_refused(run, starts, problem):
    with pytest.raises(ValueError, match=problem):
        run(("2021-01-01", OLD), ("2025-04-01", NEW), starts={"A00": "2015-10-01", **starts})


def test_what_is_no_tabular_list_is_refused(tmp_path):
    path = tmp_path / "list.xml"
    path.write_text(str(Made({"C50": "C50"})), "utf-8")
    with pytest.raises(TableError, match="no chapters or no notes"):
        tabular.Tabular(open_official(path))
    path.write_text(str(OLD).replace("(C50)", "(C51)"), "utf-8")
    with pytest.raises(TableError, match="the section C50 is titled C51"):
        tabular.Tabular(open_official(path))
    path.write_text(str(OLD).replace(" (C50)</desc>", "</desc>"), "utf-8")
    with pytest.raises(TableError, match="expected a title with its categories"):
        tabular.Tabular(open_official(path))
