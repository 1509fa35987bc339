"""ICD-10-CM as a tree: what stands above and below a code, its sides, its successors, its changes."""

import datetime as dt

import pytest

import otcodes
from otcodes import Laterality, SuccessionKind

DAY = dt.date(2026, 6, 1)
ICD = otcodes.diagnoses.on(DAY)


def codes(records) -> list[str]:
    return [record.code for record in records]


def test_what_stands_above_and_below() -> None:
    assert codes(ICD.children("M54.5")) == ["M54.50", "M54.51", "M54.59"]
    assert ICD.children("M54.50") == ()
    assert ICD.parent("M54.50").code == "M54.5"
    assert ICD.parent("M54") is None
    assert codes(ICD.ancestors("S52.501D")) == ["S52.501", "S52.50", "S52.5", "S52"]
    assert codes(ICD.ancestors("W19.XXXA")) == ["W19"]  # the placeholders between are no codes
    assert codes(ICD.children("W19")) == ["W19.XXXA", "W19.XXXD", "W19.XXXS"]
    assert codes(ICD.descendants("G35")) == [
        "G35.A", "G35.B", "G35.B0", "G35.B1", "G35.B2", "G35.C", "G35.C0", "G35.C1", "G35.C2", "G35.D",
    ]  # fmt: skip
    assert ICD.category("s52501d").code == "S52"


def test_a_tree_is_that_of_its_day() -> None:
    before = otcodes.diagnoses.on(dt.date(2025, 9, 30))
    assert before.children("G35") == ()
    assert before["G35"].is_billable
    with pytest.raises(otcodes.NotEffectiveError):
        before.parent("G35.A")


@pytest.mark.parametrize(
    "method", ["parent", "children", "ancestors", "descendants", "category", "other_side"]
)
def test_every_method_refuses_what_the_snapshot_refuses(method: str) -> None:
    ask = getattr(ICD, method)
    with pytest.raises(otcodes.UnknownCodeError):
        ask("Z50.1")
    with pytest.raises(otcodes.UnknownCodeError):
        ask("M62.8!")
    with pytest.raises(otcodes.OutOfCoverageError):
        getattr(otcodes.diagnoses.on(dt.date(2030, 1, 1)), method)("M62.81")


@pytest.mark.parametrize(
    ("code", "side", "other"),
    [
        ("M25.511", Laterality.RIGHT, "M25.512"),
        ("M25.519", Laterality.UNSPECIFIED, None),
        ("G56.03", Laterality.BILATERAL, None),
        ("I69.351", Laterality.RIGHT, "I69.352"),
        ("I69.354", Laterality.LEFT, "I69.353"),
        ("I69.359", Laterality.UNSPECIFIED, None),
        ("S52.501D", Laterality.RIGHT, "S52.502D"),
        ("S52.509D", Laterality.UNSPECIFIED, None),
        ("M62.81", None, None),
        ("F82", None, None),
        ("G35.D", None, None),  # "unspecified", and not of a side
        ("H53.461", Laterality.RIGHT, "H53.462"),  # "bilateral field defects, right side"
        ("H53.469", Laterality.UNSPECIFIED, None),
        ("K51.50", Laterality.LEFT, None),  # there is no right one
        ("T81.500A", None, None),  # "accidentally left in body"
        ("H90.5", None, None),  # "unspecified", beside a bilateral one
    ],
)
def test_sides(code: str, side: Laterality | None, other: str | None) -> None:
    assert ICD.laterality(code) is side
    found = ICD.other_side(code)
    assert (found.code if found else None) == other


def test_an_unspecified_side_has_its_sided_siblings() -> None:
    assert codes(ICD.sided("M25.519")) == ["M25.511", "M25.512"]
    assert codes(ICD.sided("S52.509A")) == ["S52.501A", "S52.502A"]
    assert ICD.sided("M25.511") == ()


@pytest.mark.parametrize(
    ("code", "sided"),
    [
        # Either side may be the dominant one.
        ("I69.359", "I69.351 I69.352 I69.353 I69.354"),
        ("G81.90", "G81.91 G81.92 G81.93 G81.94"),
        ("G56.00", "G56.01 G56.02 G56.03"),  # "bilateral upper limbs"
        ("M25.579", "M25.571 M25.572"),  # unspecified twice: the ankle and the foot
        ("H60.00", "H60.01 H60.02 H60.03"),  # "abscess of external ear, unspecified ear"
        ("M79.603", "M79.601 M79.602"),  # not the legs
        ("S62.629D", ""),  # of a finger, which the sided codes name too
        ("L89.159", ""),  # of a stage
    ],
)
def test_the_sided_siblings_say_the_same_in_whatever_words(code: str, sided: str) -> None:
    assert codes(ICD.sided(code)) == sided.split()


def test_a_code_that_became_a_header_is_succeeded_by_its_children_of_that_day() -> None:
    (split,) = otcodes.diagnoses.successors("M54.5")
    assert split.on == dt.date(2021, 10, 1)
    assert split.relation is SuccessionKind.SPLIT
    assert split.successors == ("M54.50", "M54.51", "M54.59")
    (multiple_sclerosis,) = otcodes.diagnoses.successors("G35")
    assert multiple_sclerosis.successors == ("G35.A", "G35.B", "G35.C", "G35.D")
    assert otcodes.diagnoses.successors("M62.81") == ()


@pytest.mark.parametrize(
    ("code", "on", "relation", "successors"),
    [
        ("H81.42", "2019-10-01", SuccessionKind.MERGED, ("H81.4",)),
        # One part has the old title; fentanyl and tramadol were of the old code as well.
        ("T40.4X1A", "2020-10-01", SuccessionKind.SPLIT, ("T40.411A", "T40.421A", "T40.491A")),
        ("S30.1XXD", "2025-10-01", SuccessionKind.SPLIT, ("S30.11XD", "S30.12XD", "S30.13XD")),
        ("T84.040D", "2018-10-01", SuccessionKind.RENAMED, ("M97.01XD",)),  # into another chapter
        ("T40.7X1D", "2021-10-01", SuccessionKind.SPLIT, ("T40.711D", "T40.721D")),
        ("V20.0XXS", "2022-10-01", SuccessionKind.SPLIT, ("V20.01XS", "V20.09XS")),
    ],
)
def test_a_deleted_code_has_the_successors_that_the_lists_show(code, on, relation, successors) -> None:
    (found,) = otcodes.diagnoses.successors(code)
    assert (found.on.isoformat(), found.relation, found.successors) == (on, relation, successors)


def test_of_a_deleted_code_no_successor_is_guessed() -> None:
    assert otcodes.diagnoses.successors("S23.420A") == ()
    assert otcodes.diagnoses.successors("Q51.20") == ()


def test_history_tells_title_changes() -> None:
    titles = {
        row.valid_from.year: row.title for row in otcodes.diagnoses.history("F03.90") if row.is_billable
    }
    assert len(titles) == 2
    assert titles[2022] == (
        "Unspecified dementia, unspecified severity, without behavioral disturbance, psychotic disturbance, "
        "mood disturbance, and anxiety"
    )


def test_a_diff_of_two_editions() -> None:
    changes = otcodes.diagnoses.diff(dt.date(2025, 9, 30), dt.date(2025, 10, 1))
    assert changes.not_known == ()
    assert "G35" in [before.code for before, _ in changes.became_header]
    assert "G35.A" in codes(changes.added)
    billable = [record for record in changes.added if record.is_billable]
    # Printed of the FY2026 edition: 487 new codes, 28 deleted ones, 38 revised titles.
    assert len(billable) + len(changes.became_billable) == 487
    gone = len(changes.became_header) + len([record for record in changes.retired if record.is_billable])
    assert gone == 28
    assert len([after for _, after in changes.revised if after.is_billable]) <= 38


def test_a_diff_into_the_gap_says_what_is_not_known() -> None:
    changes = otcodes.diagnoses.diff(dt.date(2016, 9, 30), dt.date(2017, 6, 1))
    assert changes.added == changes.retired == ()
    assert changes.not_known


def test_suggestions_are_near_and_in_force() -> None:
    assert "M62.81" in otcodes.diagnoses.suggest("M62.18", on=DAY) or otcodes.diagnoses.suggest(
        "M62.18", on=DAY
    )
    assert otcodes.diagnoses.suggest("S52.501Z", on=DAY)[0] == "S52.501"
    for code in otcodes.diagnoses.suggest("G35.Z", on=DAY):
        assert ICD.find(code) is not None
