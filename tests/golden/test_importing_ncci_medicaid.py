"""Medicaid's NCCI pairs: a file made by hand, with made-up rows, and what claims then come to."""

import datetime as dt
import filecmp
from pathlib import Path

import attrs
import pytest
from builders import claim, line
from builders_importing import JULY, MEDICAID_PREAMBLE, OCTOBER, assert_read_back, july, medicaid, official

import otcodes
from otcodes import Catalog, TableError, Verdict, policy_records
from otcodes.importing import Imported, import_file

BUNDLED = Catalog.bundled()
DAY = dt.date(2026, 11, 2)
ROWS = (
    ("97116", "20101001", "", "1"),
    ("97140", "20101001", "", "1"),
    ("97150", "20101001", "20191231", "0"),
    ("97150", "20200101", "20200101", "9"),
    ("97535", "20261001", "", "0"),
    ("99213", "20200101", "", "1"),  # a code that is none of ours
)
NAME = "medicaid-ncci-q{}-2026-ptp-edits-{}-services.txt"
PAIR_RULES = {"pair.never-together", "pair.modifier-needed", "pair.modifier-unneeded"}


def whole() -> str:
    """The pairs of two codes in column 1."""
    more = medicaid(("97116", "20101001", "", "1"), first="97535")
    return medicaid(*ROWS, first="97530") + more[len(medicaid(first="")) :]


def imported(
    folder: Path,
    text: str,
    *,
    setting: str = "practitioner",
    name: str | None = None,
    effective: dt.date = OCTOBER,
    to: str = "mytables",
) -> Imported:
    words = {"practitioner": "practitioner", "outpatient-hospital": "outpatient-hospital"}[setting]
    file = folder / (name or NAME.format(effective.month // 3 + 1, words))
    file.write_bytes(text.encode())
    return import_file("ncci-ptp-medicaid", file, effective=effective, to=folder / to, setting=setting)


@pytest.fixture
def both(tmp_path: Path) -> Catalog:
    for setting in ("practitioner", "outpatient-hospital"):
        imported(tmp_path, whole(), setting=setting)
    return BUNDLED.with_source(tmp_path / "mytables")


@pytest.fixture
def one(tmp_path: Path) -> Catalog:
    imported(tmp_path, whole())
    return BUNDLED.with_source(tmp_path / "mytables")


def of(*codes: str, payer: str = "medicaid", modifiers: tuple[str, ...] = ("GO",)) -> otcodes.Claim:
    lines = [line(code, on=DAY, modifiers=("GO",)) for code in codes[:-1]]
    return claim(*lines, line(codes[-1], on=DAY, modifiers=modifiers), payer=payer)


def pairs(report: otcodes.Report) -> dict[str, str]:
    return {each.rule: each.message for each in report if each.rule in PAIR_RULES}


def unjudged(report: otcodes.Report) -> set[str]:
    return {each.rule for each in report.not_checked if each.rule in PAIR_RULES}


def test_the_rows_of_the_file_are_those_of_the_table(tmp_path: Path) -> None:
    done = imported(tmp_path, whole())
    assert str(done) == (
        "ncci-ptp-medicaid-practitioner-2026-10-01, for days to 2026-12-31: 7 rows became 5 of ours; "
        "medicaid_ptp_edits: 5 keys added, 0 changed, 0 removed"
    )
    table = BUNDLED.with_source(tmp_path / "mytables").medicaid_ptp_edits
    assert table is not None
    kept = [
        (row.column_1, row.column_2, str(row.valid_from), str(row.valid_to or ""), row.indicator)
        for row in table
    ]
    assert kept == [
        ("97530", "97116", "2010-10-01", "", "1"),
        ("97530", "97140", "2010-10-01", "", "1"),
        ("97530", "97150", "2010-10-01", "2019-12-31", "0"),
        ("97530", "97535", "2026-10-01", "", "0"),
        ("97535", "97116", "2010-10-01", "", "1"),
    ]
    assert all(isinstance(row, policy_records.PtpEdit) for row in table)


def test_a_later_quarter_changes_exactly_what_it_should(tmp_path: Path) -> None:
    later = dt.date(2027, 1, 1)
    ended = whole().replace("97116\t20101001\t\t1", "97116\t20101001\t20261231\t1", 1)
    new = ended + medicaid(("97112", "20270101", "", "0"), first="97535")[len(medicaid(first="")) :]
    imported(tmp_path, whole())
    before = BUNDLED.with_source(tmp_path / "mytables").medicaid_ptp_edits
    done = imported(tmp_path, new, name="later.txt", effective=later)
    assert (done.added, done.changed, done.removed) == (1, 1, 0)
    after = BUNDLED.with_source(tmp_path / "mytables").medicaid_ptp_edits
    assert before is not None
    assert after is not None
    gone, begun = ("practitioner", "97530", "97116"), ("practitioner", "97535", "97112")
    assert [row.valid_to for row in after.history(gone)] == [dt.date(2026, 12, 31)]
    assert [row.valid_from for row in after.history(begun)] == [later]
    for key in before.keys():
        assert key == gone or after.history(key) == before.history(key)
    assert_read_back(tmp_path / "mytables")
    imported(tmp_path, new, name="later.txt", effective=later, to="other")
    imported(tmp_path, whole(), to="other")
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [*compared.left_only, *compared.right_only, *compared.diff_files] == []


def test_to_import_twice_changes_nothing_and_the_order_is_of_no_account(tmp_path: Path) -> None:
    assert imported(tmp_path, whole()).is_written
    again = imported(tmp_path, whole())
    assert not again.is_written
    assert str(again).endswith("medicaid_ptp_edits: nothing changed")
    imported(tmp_path, whole(), setting="outpatient-hospital")
    for setting in ("outpatient-hospital", "practitioner"):
        imported(tmp_path, whole(), setting=setting, to="other")
    compared = filecmp.dircmp(tmp_path / "mytables", tmp_path / "other")
    assert [*compared.left_only, *compared.right_only, *compared.diff_files] == []


def test_medicaids_claims_are_judged_by_it(both: Catalog) -> None:
    never = otcodes.check(of("97530", "97535"), catalog=both)
    assert pairs(never) == {"pair.never-together": "97535 is never paid beside 97530 on one day"}
    assert {each.rule: each.severity for each in never}["pair.never-together"] is otcodes.Severity.ERROR
    needed = otcodes.check(of("97530", "97140"), catalog=both)
    assert set(pairs(needed)) == {"pair.modifier-needed"}
    assert pairs(otcodes.check(of("97530", "97140", modifiers=("59", "GO")), catalog=both)) == {}
    unneeded = otcodes.check(of("97535", "97530", modifiers=("59", "GO")), catalog=both)
    assert set(pairs(unneeded)) == {"pair.never-together"}
    assert needed.editions["medicaid_ptp_edits"] == "ncci-ptp-medicaid-practitioner-2026-10-01"
    assert "ptp_edits" not in needed.editions  # it was not judged by Medicare's


def test_without_it_they_are_not_checked() -> None:
    report = otcodes.check(of("97530", "97535"))
    assert pairs(report) == {}
    assert unjudged(report) == PAIR_RULES
    assert "medicaid_ptp_edits" not in report.editions


def test_so_are_they_of_a_setting_that_was_not_imported(one: Catalog) -> None:
    table = one.medicaid_ptp_edits
    assert table is not None
    assert table.verdict(("practitioner", "97530", "97535"), on=DAY) is Verdict.EFFECTIVE
    assert table.verdict(("outpatient-hospital", "97530", "97535"), on=DAY) is Verdict.OUT_OF_COVERAGE
    hospital = attrs.evolve(of("97530", "97535"), setting="outpatient-hospital")
    assert unjudged(otcodes.check(hospital, catalog=one)) == {"pair.never-together", "pair.modifier-needed"}


def test_of_a_code_that_no_file_shows_nothing_is_known(both: Catalog) -> None:
    report = otcodes.check(of("97110", "97112"), catalog=both)
    assert pairs(report) == {}
    assert "pair.never-together" in unjudged(report)
    table = both.medicaid_ptp_edits
    assert table is not None
    assert table.verdict(("practitioner", "97535", "97530"), on=DAY) is Verdict.UNKNOWN
    assert table.verdict(("practitioner", "97530", "97140"), on=dt.date(2010, 9, 30)) is Verdict.NOT_EFFECTIVE
    assert (
        table.verdict(("practitioner", "97535", "97530"), on=dt.date(2010, 9, 30)) is Verdict.OUT_OF_COVERAGE
    )


@pytest.mark.parametrize("codes", [("97530", "97535"), ("97530", "97140"), ("97150", "97530")])
def test_medicares_claims_are_judged_as_before(both: Catalog, codes: tuple[str, str]) -> None:
    before = otcodes.check(of(*codes, payer="medicare-b"))
    after = otcodes.check(of(*codes, payer="medicare-b"), catalog=both)
    assert (list(after), after.not_checked) == (list(before), before.not_checked)
    assert {*both.ptp_edits} == {*BUNDLED.ptp_edits}
    assert BUNDLED.medicaid_ptp_edits is None


def test_the_impact_of_a_quarter_on_medicaids_claims(both: Catalog) -> None:
    days = dt.date(2026, 9, 30), OCTOBER
    found = otcodes.impact([of("97530", "97535")], *days, catalog=both)
    keys = [(each.change.table, each.change.code) for each in found if "ptp" in each.change.table]
    assert keys == [("medicaid_ptp_edits", "practitioner 97530 97535")]
    assert not [each for each in otcodes.impact([of("97530", "97535")], *days) if "ptp" in each.change.table]


def test_a_visit_is_coded_by_the_payers_own_pairs(both: Catalog) -> None:
    apart = otcodes.Service("97140", therapist_minutes=30, is_separate=True)
    visit = otcodes.Visit(
        on=DAY,
        payer="medicaid",
        place="11",
        diagnoses=("M62.81",),
        services=(otcodes.Service("97530", therapist_minutes=30), apart),
    )
    by_procedure = {each.procedure: each.modifiers for each in otcodes.code_visit(visit, catalog=both).lines}
    assert "59" in by_procedure["97140"]
    assert "59" not in by_procedure["97530"]


ROW = len(MEDICAID_PREAMBLE) + 1
DAMAGED = {
    "an HTML page": (
        "<!DOCTYPE html><html></html>",
        "it is a page of HTML and no table: perhaps the licence page that stands before the download",
    ),
    "empty": ("", "it is empty"),
    "another file": (
        "claim_id,procedure\nA1,97530\n",
        "no header: expected a line that begins with 'col1'",
    ),
    "a file of Medicare": (official(), "no header: expected a line that begins with 'col1'"),
    "a changed header": (
        whole().replace("DelDt", "Removed"),
        f"line {ROW - 1}: column 4: expected the header 'deldt', found 'Removed'",
    ),
    "cut off in a row": (whole()[:-20], "is the file cut off?"),
    "cut off after the header": (
        medicaid(first=""),
        "no row follows the header: the file is cut off",
    ),
    "a code that is none": (
        whole().replace("\t97116\t", "\t9711\t", 1),
        f"line {ROW}: column 2, col2: expected a code of five characters, found '9711'",
    ),
    "a day that is none": (
        whole().replace("20101001", "20101301", 1),
        f"line {ROW}: column 3, effdt: expected a day as 20260101, found '20101301'",
    ),
    "a last day that is none": (
        whole().replace("20191231", "never"),
        f"line {ROW + 2}: column 4, deldt: expected a day as 20260101 or *, found 'never'",
    ),
    "an indicator that is none": (
        whole().replace("\t\t1", "\t\t2", 1),
        f"line {ROW}: column 5, modifier: expected 0, 1 or 9, found '2'",
    ),
    "of a later quarter": (
        whole().replace("20101001", "20270101", 1),
        f"line {ROW}: column 3, effdt: 2027-01-01 is after 2026-12-31, the end of the edition",
    ),
    "two edits at once": (
        whole().replace("20191231", "", 1).replace("20200101\t20200101\t9", "20200101\t20210101\t0"),
        f"line {ROW + 3}: two edits of 97530 and 97150 share a day",
    ),
    "only what is in force": (
        medicaid(*ROWS[:2], first="97530"),
        "none of its pairs has a deletion date; expected the official file, whole",
    ),
    "no code of ours": (
        medicaid(("99213", "20200101", "", "1"), first="99212"),
        "no row of it is of a code that is on board",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_error_and_writes_nothing(tmp_path: Path, damage: str) -> None:
    text, message = DAMAGED[damage]
    with pytest.raises(TableError) as caught:
        imported(tmp_path, text, name="part.txt")
    assert str(caught.value).startswith("part.txt")
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["part.txt"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("medicare-ncci-2026q4-practitioner-ptp-edits.txt", "it is a file of Medicare, not of Medicaid"),
        ("MCR_PTP_PRA_Eff_10-01-2026.txt", "not of Medicaid; import it as ncci-ptp"),
        (NAME.format(4, "outpatient-hospital"), "it is not a file of the setting practitioner"),
        (
            "medicaid-ncci-2026-q4-ptp-edits-durable-medical-equipment.txt",
            "not a file of the setting practitioner",
        ),
        (NAME.format(3, "practitioner"), "it is the edition of 2026-07-01, not that of 2026-10-01"),
    ],
)
def test_a_file_of_another_program_setting_or_quarter_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        imported(tmp_path, whole(), name=name)


def test_a_file_of_medicaid_is_none_of_medicares(tmp_path: Path) -> None:
    file = tmp_path / NAME.format(3, "practitioner")
    file.write_bytes(july().encode())
    with pytest.raises(TableError, match="not of Medicare; import it as ncci-ptp-medicaid"):
        import_file("ncci-ptp", file, effective=JULY, to=tmp_path / "to", setting="practitioner")
