"""Columns with other names than ours: those of CMS-1500 and UB-04, and a user's own map of them."""

import datetime as dt
import sys
from collections import defaultdict
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from strategies import claims

import otcodes
from otcodes import cli, readers
from otcodes.readers import Columns, _columns, _columns_forms
from otcodes.readers.csv import write, write_rows

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 3, 2)
FORM = "24A,24D,24G"


def read(text: str, columns: Columns | None = None) -> readers.Batch:
    return readers.read_csv(text.encode(), name="export.csv", columns=columns)


def line_of(header: str, row: str) -> otcodes.ServiceLine:
    batch = read(f"{header}\n{row}\n")
    assert not batch.problems
    return batch.claims[0].lines[0]


def refused(text: str, columns: Columns | None = None) -> str:
    with pytest.raises(otcodes.ReadError) as caught:
        read(text, columns)
    return str(caught.value)


CMS_1500 = """\
Claim #,26 Patient's Account No.,2 Patient Name,11c,21A,21B,21.D,24A From,24A To,24B,24D CPT/HCPCS,\
24D Modifier 1,24D Modifier 2,24E,24F $ Charges,24G Days/Units,24J NPI,17b NPI,Payer
A1,P1,Jane Doe,ACME,I69.351,,R41.841,03/02/2026,03/02/2026,11,97535,GO,KX,AD,"$1,096.00",2,\
1234567893,1234567893,medicare-b
A1,P1,Jane Doe,ACME,I69.351,,R41.841,030226,,11,97530,GO,,D,48.00,1,1234567893,1234567893,medicare-b
"""
UB_04 = """\
FL3a Pat. Cntl #,FL3b Med. Rec. No.,FL42 Rev. CD.,FL44 HCPCS/Rate,FL45 Serv. Date,FL46 Serv. Units,\
FL47 Total Charges,FL50 Payer Name,FL67,67A,67B
A1,P1,0431,97535GOKX,030226,2,96.00,medicare-b,I69.351,R41.841,
A1,P1,0431,97530 GO,03022026,1,48.00,medicare-b,I69.351,R41.841,
A1,P1,0250,,030226,1,9.00,medicare-b,I69.351,R41.841,
"""


def test_a_cms_1500() -> None:
    batch = read(CMS_1500)
    assert not batch.problems
    (claim,) = batch.claims
    assert (claim.id, claim.patient, claim.payer, claim.setting) == ("A1", "P1", "medicare-b", "practitioner")
    assert (claim.diagnoses, claim.referring_npi) == (("I69.351", "R41.841"), "1234567893")
    first, second = claim.lines
    assert (first.procedure, first.on, first.units, first.place) == ("97535", DAY, 2, "11")
    assert (first.modifiers, first.diagnoses, str(first.charge_usd)) == (
        ("GO", "KX"),
        ("I69.351", "R41.841"),
        "1096.00",
    )
    assert (second.on, second.modifiers, second.diagnoses) == (DAY, ("GO",), ("R41.841",))
    assert (first.rendering_provider, second.rendering_provider) == ("1234567893", "1234567893")
    notes = "\n".join(batch.notes)
    for part in (
        "columns not read: '2 Patient Name', '11c'",
        "'24D CPT/HCPCS' as procedure, '24D Modifier 1' as modifiers.1",
        "'21.D' as claim_diagnoses.4",
        "those of CMS-1500; read as practitioner",
        "without the columns minutes, ",
    ):
        assert part in notes


def test_a_ub_04() -> None:
    batch = read(UB_04)
    assert not batch.problems
    (claim,) = batch.claims
    assert (claim.id, claim.patient, claim.setting) == ("A1", "P1", "outpatient-hospital")
    assert claim.diagnoses == ("I69.351", "R41.841")
    first, second = claim.lines
    assert (first.revenue_code, first.procedure, first.modifiers) == ("0431", "97535", ("GO", "KX"))
    assert (second.procedure, second.modifiers, second.on) == ("97530", ("GO",), DAY)
    assert "rows with a revenue code and no procedure, passed over: 1" in "\n".join(batch.notes)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        *[(name, "procedure") for name in ("CPT", "cpt code", "HCPCS", "24D", "24 D", "24.D", "Box 24D")],
        *[(name, "procedure") for name in ("24D Procedure", "FL44", "Form Locator 44", "44 HCPCS")],
        *[(name, "on") for name in ("DOS", "Date(s) of Service", "24A", "24A From", "FL45")],
        *[(name, "last_on") for name in ("DOS To", "24A To", "24A DOS To")],
        *[(name, "units") for name in ("Days/Units", "Days or Units", "24G", "24G Units", "Units", "FL46")],
        *[(name, "place") for name in ("POS", "Place of Service", "24B", "24B POS")],
        *[(name, "charge_usd") for name in ("Charges", "24F", "24F $ Charges", "FL47", "47 Total Charges")],
        *[(name, "pointers") for name in ("24E", "Dx Pointer", "24E Diagnosis Pointer")],
        *[(name, "modifiers.2") for name in ("Mod 2", "mod2", "Modifier #2", "24D Mod 2", "FL44 Modifier 2")],
        *[(name, "claim_diagnoses.1") for name in ("Dx 1", "DX1", "21A", "21 A", "21A Dx", "21A Dx 1")],
        *[(name, "claim_diagnoses.12") for name in ("Dx 12", "21L", "67L", "FL 67 L")],
        *[(name, "claim_diagnoses.0") for name in ("FL67", "Principal Diagnosis", "67 Principal Diagnosis")],
        *[(name, "revenue_code") for name in ("Rev Code", "FL42", "42 Rev. CD.")],
        *[(name, "patient") for name in ("Box 26", "26 Patient's Account No.", "MRN", "FL3b", "Patient ID")],
        *[(name, "claim_id") for name in ("Claim #", "Claim ID", "claim_id", "FL3a", "Patient Control No.")],
        *[(name, "") for name in ("1a Insured ID", "2 Patient Name", "11c Payer", "ID", "Patient")],
        *[(name, "rendering_provider") for name in ("24J", "24J NPI", "24J Rendering Provider ID. #")],
        *[(name, "rendering_provider") for name in ("Rendering NPI", "Rendering Provider")],
    ],
)  # fmt: skip
def test_what_a_header_means(header, column) -> None:
    (meaning,) = _columns_forms.meanings(header)
    assert (meaning.column if meaning.part is None else f"{meaning.column}.{meaning.part}") == column


@pytest.mark.parametrize(
    "header",
    ["44", "26", "24K", "FL24D", "FL 26", "Total Charges", "21M", "67R", "Patient Name", "", "#", "Ünits"],
)
def test_what_is_no_meaning(header) -> None:
    assert _columns_forms.meanings(header) == ()


def test_the_table_says_each_thing_once_and_only_of_columns_that_there_are() -> None:
    rows = _columns_forms.table()
    keys = [(row["box"], row["words"]) for row in rows]
    assert sorted({key for key in keys if keys.count(key) > 1}) == [("", "diagnoses")]  # which has two
    assert len({(row["box"], row["form"]) for row in rows if row["box"]}) == len(
        {row["box"] for row in rows if row["box"]}
    )
    known = {"", *_columns.OURS, *_columns.MADE}
    assert {row["column"].partition(".")[0] for row in rows} <= known
    plain = [row["words"] for row in rows if "-" not in row["words"]]
    assert plain == list(map(_columns_forms.normalized, plain))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("24A,24D,24G,CPT Code", ("procedure", "'24D'", "'CPT Code'")),
        ("24A,DOS,24D,24G", ("for on,", "'24A'", "'DOS'")),
        ("24A,24D,24G,21A,Dx 1", ("claim_diagnoses.1", "'21A'", "'Dx 1'")),
        ("24A,24D,24G,Modifiers,Mod 1", ("modifiers", "'Modifiers'", "'Mod 1'")),
        ("24A,24D Units,24G", ("'24D Units'", "procedure or units")),
        ("24A,24D,24G,Diagnoses", ("'Diagnoses'", "claim_diagnoses or diagnoses")),
        ("24A,24D,24G,21A Dx 2", ("'21A Dx 2'", "claim_diagnoses.1 or claim_diagnoses.2")),
        ("24A,24D,24G,FL42", ("'24A' (CMS-1500)", "'FL42' (UB-04)")),
        ("24A,24D,24G,Rev Code", ("'24A' (CMS-1500)", "'Rev Code' (UB-04)")),
        ("24A,24D", ("expected the columns units",)),
    ],
)
def test_what_is_not_clear_is_an_error_that_names_both(header, names) -> None:
    message = refused(f"{header}\n")
    assert message.startswith("export.csv: line 1: ")
    for name in names:
        assert name in message


def test_a_file_under_our_names_is_read_by_these_alone() -> None:
    batch = read(
        "procedure,on,units,CPT Code,POS\n97530,03/02/2026,1,97110,11\n97530,2026-03-02,1,97110,11\n"
    )
    assert batch.claims[0].lines == (otcodes.ServiceLine("97530", on=DAY, units=1),)
    assert "columns not read: 'cpt code', 'pos'" in "\n".join(batch.notes)
    assert batch.problems[0].expected == "a day as 2026-03-02"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *[
            (text, DAY)
            for text in ("2026-03-02", "03/02/2026", "3/2/2026", "3/2/26", "03-02-2026", "03 02 26")
        ],
        *[(text, DAY) for text in ("030226", "03022026")],
        *[(text, None) for text in ("20260302", "260302", "30226", "02/30/2026", "2026-02-30", "03/02-2026")],
        *[(text, None) for text in ("soon", "13/02/2026", "03/02/2026 8:00", "٠٣/٠٢/٢٠٢٦")],
    ],
)
def test_days_as_the_forms_have_them(written, day) -> None:
    batch = read(f"{FORM}\n{written},97530,1\n")
    if day:
        assert batch.claims[0].lines[0].on == day
    else:
        (problem,) = batch.problems
        assert (problem.field, problem.value) == ("24A", repr(written))
        assert problem.expected == "a day as 03/02/2026 or 2026-03-02"


def test_a_range_of_days_is_read_where_it_is_one_day() -> None:
    header = "24A From,24A To,24D,24G"
    assert line_of(header, "03/02/2026,2026-03-02,97530,1").on == DAY
    assert line_of(header, "03/02/2026,,97530,1").on == DAY
    for last in ("03/03/2026", "soon"):
        (problem,) = read(f"{header}\n03/02/2026,{last},97530,1\n").problems
        assert problem.field == "24A From"


@pytest.mark.parametrize(
    ("cell", "procedure", "modifiers"),
    [
        ("97530", "97530", ()),
        ("97530 GO", "97530", ("GO",)),
        ("97530-GO-59", "97530", ("GO", "59")),
        ("97530GOKX", "97530", ("GO", "KX")),
        ("g0283, go", "G0283", ("GO",)),
        ("97530G", "97530G", ()),
        ("97530 GO1", "97530 GO1", ()),
        ("9753 GO", "9753 GO", ()),
    ],
)
def test_modifiers_behind_the_procedure(cell, procedure, modifiers) -> None:
    line = line_of(FORM, f'03/02/2026,"{cell}",1')
    assert (line.procedure, line.modifiers) == (procedure, modifiers)


def test_modifiers_in_two_places_are_not_put_together() -> None:
    (problem,) = read(f"{FORM},Mod 1\n03/02/2026,97530 GO,1,KX\n").problems
    assert (problem.field, problem.value) == ("24D", "'97530 GO'")
    assert "not in both" in problem.expected
    assert "it holds no modifiers" in "\n".join(read(f"{FORM}\n03/02/2026,97530,1\n").notes)
    assert line_of(f"{FORM},Mods", '03/02/2026,97530,1,"GO, KX"').modifiers == ("GO", "KX")


@pytest.mark.parametrize(
    ("pointers", "codes"),
    [
        ("A", "a"),
        ("AC", "ac"),
        ("c,a", "ca"),
        ("A C", "ac"),
        ("A|C", "ac"),
        ("1", "a"),
        ("13", "ac"),
        ("1,3", "ac"),
        ("", ""),
        *[(text, None) for text in ("B", "2", "D", "10", "A1", "Z", "?", "0")],
    ],
)
def test_pointers_become_codes(pointers, codes) -> None:
    codes_of = {"a": "M62.81", "c": "R27.8"}
    batch = read(f'{FORM},21A,21B,21C,24E\n03/02/2026,97530,1,M62.81,,R27.8,"{pointers}"\n')
    if codes is None:
        assert [problem.field for problem in batch.problems] == ["24E"]
    else:
        assert batch.claims[0].lines[0].diagnoses == tuple(codes_of[code] for code in codes)


def test_a_number_of_two_digits_may_be_two_meanings() -> None:
    names = [f"Dx {number}" for number in range(1, 13)]
    row = ",".join(f"A0{number:X}" for number in range(1, 13))
    header = ",".join([FORM, *names, "24E"])
    assert read(f"{header}\n03/02/2026,97530,1,{row},12\n").problems
    assert line_of(header, f"03/02/2026,97530,1,{row},L").diagnoses == ("A0C",)


def test_pointers_at_nothing_that_is_read_are_not_read() -> None:
    batch = read(f"{FORM},24E\n03/02/2026,97530,1,A\n")
    assert batch.claims[0].lines[0].diagnoses == ()
    assert "columns not read: '24E'" in "\n".join(batch.notes)
    both = "03/02/2026,97530,1,BA,M62.81; R27.8"
    assert line_of(f"{FORM},24E,Diagnosis Codes", both).diagnoses == ("R27.8", "M62.81")


def test_a_row_that_is_lost_is_counted_and_its_claim_known() -> None:
    batch = read(f"Claim #,{FORM}\nA1,03/02/2026,97530\nA1,03/02/2026,97530,1\nA1,soon,97530,1\n")
    assert [(problem.place, problem.claim) for problem in batch.problems] == [
        ("line 2", "A1"),
        ("line 4", "A1"),
    ]
    assert batch.problems[0].expected == "4 cells, found 3"
    assert [(len(claim.lines), claim.lost_lines) for claim in batch.claims] == [(1, 2)]


def test_a_patient_is_shown_under_no_name() -> None:
    rows = "A1,Jane Doe,03/02/2026,97530,1\nA1,John Doe,03/02/2026,97530,1\n"
    batch = read(f"Claim #,26 Patient's Account No.,{FORM}\n{rows}")
    (problem,) = batch.problems
    assert (problem.field, problem.value) == ("26 Patient's Account No.", "")
    assert "Doe" not in repr(batch)


MAP = """\
dates = "%d.%m.%Y"
lists = ";"

[columns]
"Svc" = "procedure"
"When" = "on"
"No" = "units"
"Mods" = "modifiers"
"Payer" = ""

[constants]
payer = "medicare-b"
"""
MAPPED = "Svc,WHEN,no,Mods,Payer,POS\n97530,02.03.2026,2,GO;KX,ACME,11\n"


def test_a_map() -> None:
    batch = read(MAPPED, Columns.from_toml(MAP.encode(), name="map.toml"))
    (claim,) = batch.claims
    assert claim.payer == "medicare-b"
    expected = otcodes.ServiceLine("97530", on=DAY, units=2, modifiers=("GO", "KX"), place="11")
    assert attrs.evolve(claim.lines[0], empty_fields=()) == expected
    assert "columns not read: 'Payer'" in batch.notes[0]
    (problem,) = read(
        MAPPED.replace("02.03.2026", "2026-03-02"), Columns.from_toml(MAP.encode(), name="m")
    ).problems
    assert (problem.field, problem.expected) == ("WHEN", "a day as 02.03.2026")


def test_a_space_may_part_the_codes_of_a_list() -> None:
    (claim,) = read(f"{FORM},M\n03/02/2026,97530,1,GO  KX\n", Columns({"M": "modifiers"}, lists=" ")).claims
    assert claim.lines[0].modifiers == ("GO", "KX")


def test_a_map_says_which_of_two() -> None:
    text = f"{FORM},CPT Code,Diagnoses\n03/02/2026,97530,1,97110,M62.81\n"
    (claim,) = read(text, Columns({"CPT Code": "procedure", "Diagnoses": "claim_diagnoses"})).claims
    assert (claim.lines[0].procedure, claim.diagnoses) == ("97110", ("M62.81",))
    parts = Columns({"M A": "modifiers.1", "M B": "modifiers.2", "Ptr": "pointers", "To": "last_on"})
    (claim,) = read(
        f"{FORM},M A,M B,Dx 1,Ptr,To\n2026-03-02,97530,1,GO,KX,M62.81,A,2026-03-02\n", parts
    ).claims
    assert (claim.lines[0].modifiers, claim.lines[0].diagnoses) == (("GO", "KX"), ("M62.81",))


def test_what_a_file_lacks_of_a_map_is_said() -> None:
    message = refused("procedure,on,units\n", Columns({"Svc": "procedure"}))
    assert message == "export.csv: line 1: expected the columns that the map names; not there: 'Svc'"
    assert "one column for place, found 'Where' and 'where'" in refused(
        f"{FORM},Where,where\n", Columns({"Where": "place"})
    )


def test_a_constant_under_our_names() -> None:
    (claim,) = read("procedure,on,units\n97530,2026-03-02,1\n", Columns(constants={"place": "11"})).claims
    assert claim.lines[0].place == "11"
    setting = Columns(constants={"setting": "outpatient-hospital"})
    (claim,) = read(f"{FORM}\n03/02/2026,97530,1\n", setting).claims
    assert claim.setting == "outpatient-hospital"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("columns = 5", "columns: expected a table, [columns]"),
        ("[column]", "'column': expected no more than columns, constants, dates, lists"),
        ('[columns]\nCPT = "procedur"', "columns.CPT: expected one of claim_id, "),
        ("[columns]\nCPT = 5", "columns.CPT: expected text in quotation marks, found 5"),
        ('[columns]\nCPT = "modifiers.0"', "columns.CPT: expected one of claim_id, "),
        (
            '[columns]\nCPT = "place"\ncpt = "units"',
            "columns.CPT: expected each header once, whatever its case",
        ),
        (
            '[columns]\nA = "payer"\n[constants]\npayer = "va"',
            "columns.A: expected a name that is no constant, too",
        ),
        (
            '[columns]\nM = "modifiers.1"\n[constants]\nmodifiers = "GO"',
            "columns.M: expected a name that is no",
        ),
        ('[constants]\npayor = "va"', "constants.payor: expected a name of ours: one of "),
        ('[constants]\npayer = " "', "constants.payer: expected a value"),
        ("[constants]\nplace = 11", "constants.place: expected text in quotation marks, found 11"),
        (
            '[constants]\nsetting = "ward"',
            "constants.setting: expected one of practitioner, outpatient-hospital",
        ),
        ('[constants]\nunits = "two"', "constants.units: expected a number, found 'two'"),
        ('dates = "%m/%d"', "dates: expected %m, %d and %Y (or %y), once each"),
        ('dates = "%B %d %Y"', "dates: expected %m, %d and %Y"),
        ("dates = 1", "dates: expected text in quotation marks"),
        ('lists = ""', "lists: expected a sign"),
        ('lists = "X"', "lists: expected a sign that parts the codes of a list, and is in none of them"),
        ('lists = "."', "lists: expected a sign"),  # as in M62.81
        ("lists = [1]", "lists: expected text in quotation marks, found a collection"),
        ("[columns]\nCPT = ", "expected TOML: "),
    ],
)
def test_a_mistake_in_a_map_is_one_error_with_its_place(toml, message) -> None:
    with pytest.raises(otcodes.ReadError) as caught:
        Columns.from_toml(toml.encode(), name="map.toml")
    assert str(caught.value).startswith(f"map.toml: {message}")


def test_toml_that_is_none_has_a_line() -> None:
    for content in (b'dates = "%m"\nlists = "\xe9"', b'dates = "%m"\nlists = ?\n'):
        with pytest.raises(otcodes.ReadError, match="line 2"):
            Columns.from_toml(content, name="map.toml")


def test_without_a_reader_of_toml_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "tomllib", None)
    monkeypatch.setitem(sys.modules, "tomli", None)
    with pytest.raises(otcodes.MissingExtraError, match=r"otcodes\[toml\]"):
        Columns.from_toml(b"", name="map.toml")


def test_a_wrong_map_in_code_is_a_field_error() -> None:
    with pytest.raises(otcodes.FieldError, match=r"Columns\.columns\.CPT should be one of"):
        Columns({"CPT": "cpt"})


def test_a_map_is_for_csv_alone(tmp_path) -> None:
    path = tmp_path / "week.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(otcodes.ReadError, match="expected a CSV file"):
        otcodes.read(path, columns=Columns())


def test_the_command_line_takes_a_map(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export.csv").write_text(MAPPED, encoding="utf-8")
    Path("map.toml").write_text(MAP, encoding="utf-8")
    Path("wrong.toml").write_text("[column]", encoding="utf-8")
    assert cli.main(["check", "export.csv"]) == 2
    assert cli.main(["check", "export.csv", "--columns", "map.toml"]) in (0, 1)
    assert "1 claim" in capsys.readouterr().out
    assert cli.main(["check", "export.csv", "--columns", "wrong.toml"]) == 2
    assert "wrong.toml: 'column': expected" in capsys.readouterr().err
    assert cli.main(["check", "export.csv", "--columns", "none.toml"]) == 2
    assert "none.toml: " in capsys.readouterr().err


def known(claim: otcodes.Claim) -> otcodes.Claim:
    """The claim without the note of what its input left empty."""
    lines = tuple(attrs.evolve(line, empty_fields=()) for line in claim.lines)
    return attrs.evolve(claim, lines=lines, empty_fields=())


@given(claims())
def test_columns_renamed_and_mapped_give_the_same_claims(claim) -> None:
    text = write([attrs.evolve(claim, id="A1", plan_of_care=None, treatment_notes=())])
    header, _, rows = text.partition("\n")
    names = header.split(",")
    plain = read(text)
    renamed = {f"Column {number}": name for number, name in enumerate(names)}
    mapped = read(f"{','.join(renamed)}\n{rows}", Columns(renamed))
    assert [known(each) for each in mapped.claims] == [known(each) for each in plain.claims]
    assert [problem.place for problem in mapped.problems] == [problem.place for problem in plain.problems]


CANNOT_SAY = ("C21",)  # a pointer at nothing: the form has no letter for it
LETTERS = "ABCDEFGHIJKL"


def exported(claims, *, is_hospital: bool) -> str:
    """The claims as a spreadsheet has them that keeps to the names of a form's boxes."""
    rows = []
    for claim in claims:
        for line in claim.lines:
            modifiers = [*line.modifiers, *[""] * (5 - len(line.modifiers))]
            places = [LETTERS[claim.diagnoses.index(code)] for code in line.diagnoses]
            shared = {
                "Claim #": claim.id,
                "Payer": claim.payer,
                "therapy_year_to_date_usd": claim.therapy_year_to_date_usd,
            }
            if is_hospital:
                boxes = {
                    "FL42": line.revenue_code or "0431",
                    "FL44": line.procedure + "".join(line.modifiers),
                    "FL45": f"{line.on:%m%d%y}",
                    "FL46": line.units,
                    "FL47": line.charge_usd,
                    "POS": line.place,
                    **{
                        f"FL67{part}": code
                        for part, code in zip(["", *LETTERS], claim.diagnoses, strict=False)
                    },
                }
            else:
                boxes = {
                    **{f"21{letter}": "" for letter in LETTERS},
                    **{f"21{letter}": code for letter, code in zip(LETTERS, claim.diagnoses, strict=False)},
                    "24A": f"{line.on:%m/%d/%Y}",
                    "24B": line.place,
                    "24D": line.procedure,
                    **{f"24D Modifier {number}": code for number, code in enumerate(modifiers, 1)},
                    "24E": "".join(places),
                    "24F": line.charge_usd,
                    "24G": line.units,
                }
            rows.append({**shared, **boxes})
    return write_rows(rows[0], (row.values() for row in rows))


@pytest.mark.parametrize("is_hospital", [False, True])
def test_the_example_week_has_the_same_findings_less_what_a_form_does_not_carry(is_hospital) -> None:
    setting = "outpatient-hospital" if is_hospital else "practitioner"
    week = [
        claim
        for claim in otcodes.read(ROOT / "examples" / "clinic_week.csv").claims
        if claim.setting == setting and claim.id not in CANNOT_SAY
    ]
    again = read(exported(week, is_hospital=is_hospital))
    assert not again.problems
    assert [claim.setting for claim in again.claims] == [setting] * len(week)
    skipped = defaultdict(set)
    for claim in again.claims:
        for entry in otcodes.check(claim).not_checked:
            skipped[claim.id].add(entry.rule)
    assert found(again.claims) == [fact for fact in found(week) if fact[1] not in skipped[fact[0]]]
    assert len(found(again.claims)) > (0 if is_hospital else 20)


def found(claims) -> list[tuple]:
    return [
        (finding.claim, finding.rule, finding.path, finding.severity, finding.message)
        for claim in claims
        for finding in otcodes.check(claim)
    ]


def test_the_page_has_the_whole_table() -> None:
    page = (ROOT / "docs" / "columns.md").read_text("utf-8")
    for line in page_rows():
        assert line in page


def page_rows() -> list[str]:
    """What is read as what: our column, the boxes of each form, and the spellings that need no box."""
    boxes, words = defaultdict(list), defaultdict(list)
    for row in _columns_forms.table():
        column = row["column"].replace(".#", "").replace(".0", "") or "not read"
        text = f"{row['box']} {row['words']}".strip()
        if row["box"]:
            boxes[column, row["form"]].append(text)
        else:
            words[column].append(text)
    columns = dict.fromkeys([*words, *(column for column, _ in boxes)])
    return [
        f"| {'not read' if column == 'not read' else f'`{column}`'} | {', '.join(boxes[column, 'cms-1500'])} "
        f"| {', '.join(boxes[column, 'ub-04'])} | {', '.join(words[column])} |".replace("  ", " ")
        for column in sorted(columns, key=lambda name: (name == "not read", name))
    ]
