"""What changed from one day to another, in a table and in a practice's claims."""

import copy
import datetime as dt
import json
import pickle

import pytest
from builders import claim, line

import otcodes
from otcodes import ChangeKind, Freshness

day = dt.date.fromisoformat
NEW_YEAR_2017 = day("2016-12-31"), day("2017-01-01")
NEW_YEAR_2020 = day("2019-12-31"), day("2020-01-01")
OCTOBER_2025 = day("2025-09-30"), day("2025-10-01")
NEW_YEAR_2026 = day("2025-12-31"), day("2026-01-01")


def changes(found) -> dict[str, otcodes.Change]:
    return {change.code: change for change in found}


def test_the_function_and_the_method_are_the_same() -> None:
    assert otcodes.diff(otcodes.places, *NEW_YEAR_2020) == otcodes.places.diff(*NEW_YEAR_2020)


def test_procedures_come_and_go_with_their_successors() -> None:
    found = otcodes.diff(otcodes.procedures, *NEW_YEAR_2017)
    gone = changes(found)["97003"]
    assert (gone.kind, gone.successors) == (ChangeKind.RETIRED, ("97165", "97166", "97167"))
    assert (gone.before.code, gone.after, gone.fields) == ("97003", None, ())
    assert str(gone).endswith("; in its place: 97165, 97166, 97167")
    assert gone.before in found.retired
    assert {"97165", "97166", "97167", "97168"} <= {record.code for record in found.added}
    assert "92507" in found.not_known  # its start is not known
    assert not found.is_complete  # the table begins in 2020


def test_a_code_that_became_a_header_has_the_codes_below_it_in_its_place() -> None:
    found = otcodes.diff(otcodes.diagnoses, *OCTOBER_2025)
    header = changes(found)["G35"]
    assert (header.kind, header.fields) == (ChangeKind.BECAME_HEADER, ("is_billable",))
    assert header.successors == ("G35.A", "G35.B", "G35.C", "G35.D")
    assert (header.before, header.after) in found.became_header
    assert found.is_complete


def test_a_revision_names_the_fields_with_their_values() -> None:
    found = otcodes.diff(otcodes.therapy_thresholds, *NEW_YEAR_2026)
    revised = changes(found)["occupational-therapy"]
    assert (revised.kind, revised.fields) == (ChangeKind.REVISED, ("amount_usd",))
    assert str(revised) == "occupational-therapy revised: amount usd 2410.00 -> 2480.00"
    assert revised.to_dict()["fields"] == {"amount_usd": ["2410.00", "2480.00"]}
    assert [(before.amount_usd, after.amount_usd) for before, after in found.revised] == [(2410, 2480)] * 2


def test_what_came_or_went_without_a_label_says_what_it_is() -> None:
    days = dt.date(2023, 12, 31), dt.date(2024, 1, 1)
    unlisted = changes(otcodes.diff(otcodes.telehealth, *days))["97550"]  # a row says that it is not listed
    assert str(unlisted) == "97550 added: is listed False"
    assert unlisted.to_dict()["fields"] == {"is_listed": [None, False]}
    gone = changes(otcodes.diff(otcodes.telehealth, *reversed(days)))["97550"]
    assert str(gone) == "97550 retired: is listed False"
    assert gone.to_dict()["fields"] == {"is_listed": [False, None]}
    assert str(changes(otcodes.diff(otcodes.once_per_day, *days))["97552"]) == "97552 added"


def test_a_key_of_several_parts_is_named_whole() -> None:
    found = otcodes.diff(otcodes.ptp_edits, *NEW_YEAR_2020)
    assert changes(found)["practitioner 97140 97530"].kind is ChangeKind.RETIRED


def test_the_same_day_twice_has_no_change() -> None:
    found = otcodes.diff(otcodes.procedures, day("2021-03-02"), day("2021-03-02"))
    assert found.changes == ()
    assert found.is_complete


def test_backwards_nothing_has_a_successor() -> None:
    back = otcodes.diff(otcodes.procedures, *reversed(NEW_YEAR_2017))
    assert "97165" in {record.code for record in back.retired}
    assert {change.successors for change in back} == {()}


def test_past_the_last_edition_no_change_is_not_nothing_changed() -> None:
    found = otcodes.diff(otcodes.places, day("2026-01-01"), day("2026-10-01"))
    assert found.changes == ()
    assert not found.is_complete
    assert "11" in found.carried_forward
    assert {each.freshness for each in found.freshness} == {Freshness.CARRIED_FORWARD}


def test_rows_of_an_older_edition_are_carried_forward_though_the_table_is_current() -> None:
    found = otcodes.diff(otcodes.unit_limits, day("2026-04-01"), day("2026-06-30"))
    assert {each.freshness for each in found.freshness} == {Freshness.CURRENT}
    assert "medicaid practitioner 97530" in found.carried_forward  # its last edition is of the first quarter
    assert "medicare practitioner 97530" not in found.carried_forward
    assert not found.is_complete


def test_hcpcs_beside_the_procedures_is_said_to_be_carried_forward() -> None:
    found = otcodes.diff(otcodes.procedures, *NEW_YEAR_2026)
    assert {record.code for record in found.added} == {"98979", "98984", "98985", "98986"}
    stale = {(each.table, each.edition) for each in found.freshness if each.is_stale}
    assert stale == {("hcpcs", "hcpcs-2025q4")}
    assert "97530" not in found.carried_forward
    assert "A0021" in found.carried_forward


def test_into_a_gap_the_codes_are_listed() -> None:
    found = otcodes.diff(otcodes.diagnoses, day("2016-09-30"), day("2017-06-01"))
    assert found.not_known
    assert found.freshness[1].freshness is Freshness.IN_GAP
    assert not found.is_complete


@pytest.mark.parametrize("days", [("2026-06-01", "2029-01-01"), ("2029-01-01", "2026-06-01")])
def test_a_day_past_the_table_is_refused(days) -> None:
    with pytest.raises(otcodes.OutOfCoverageError, match=r"every code on .* outside the coverage") as caught:
        otcodes.diff(otcodes.diagnoses, *map(day, days))
    assert (caught.value.table, caught.value.code) == ("diagnoses", None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("procedures", *NEW_YEAR_2017),
        (otcodes.procedures, "2016-12-31", day("2017-01-01")),
        (otcodes.procedures, day("2017-01-01"), dt.datetime(2017, 1, 1, tzinfo=dt.timezone.utc)),
    ],
)
def test_the_wrong_type_is_refused(arguments) -> None:
    with pytest.raises(TypeError):
        otcodes.diff(*arguments)


def test_differences_are_plain_values_too() -> None:
    for found in (
        otcodes.diff(otcodes.procedures, *NEW_YEAR_2017),
        otcodes.diff(otcodes.telehealth, day("2021-01-01"), day("2026-01-01")),
        otcodes.impact([claim()], *NEW_YEAR_2020),
    ):
        assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
        assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found  # noqa: S301 -- its own


def impact(*claims, days=OCTOBER_2025):
    found = otcodes.impact(claims, *days)
    return found, {(each.change.table, each.change.code): each for each in found}


def test_the_impact_counts_the_lines_and_claims_that_have_a_code() -> None:
    one = claim(line(), line("97110"), diagnoses=("g35", "M62.81"))
    found, by_code = impact(one, claim(diagnoses=("M62.81",)), claim(line(diagnoses=("G35",))))
    assert (found.claims, found.lines) == (3, 4)
    header = by_code["diagnoses", "G35"]
    assert (header.lines, header.claims) == (3, 2)
    assert header.change.successors == ("G35.A", "G35.B", "G35.C", "G35.D")
    assert [(each.change.table, each.change.code) for each in found.changed] == [("diagnoses", "G35")]


def test_the_impact_of_a_retired_procedure_does_not_depend_on_the_claims_own_days() -> None:
    _, by_code = impact(claim(line("97003", on=day("2026-03-02"))), days=NEW_YEAR_2017)
    assert by_code["procedures", "97003"].change.successors == ("97165", "97166", "97167")


def test_what_no_table_knows_is_listed_and_what_is_no_code_is_not() -> None:
    found, by_code = impact(claim(line("99213"), line("nonsense"), line("97999"), diagnoses=("M62.81",)))
    assert by_code["procedures", "99213"].change.kind is ChangeKind.NOT_KNOWN
    assert [each.change.code for each in found.not_known if each.change.table == "procedures"] == ["99213"]
    assert not found.is_complete


def test_a_pair_is_one_of_a_day_of_a_claim() -> None:
    together = claim(line("97530"), line("97140", units=2), line("97140"))
    found, by_code = impact(together, days=NEW_YEAR_2020)
    pair = by_code["ptp_edits", "practitioner 97140 97530"]
    assert (pair.change.kind, pair.lines, pair.claims) == (ChangeKind.RETIRED, 3, 1)
    apart = claim(line("97530"), line("97140", on=day("2026-03-03")))
    hospital = claim(line("97530"), setting="outpatient-hospital")
    assert not [key for key in impact(apart, hospital, days=NEW_YEAR_2020)[1] if key[0] == "ptp_edits"]
    assert found.freshness


def test_a_number_in_a_key_is_written_as_it_is_filed() -> None:
    table = otcodes.Catalog.bundled().common_procedures
    changes = otcodes.diff(table, day("2021-07-31"), day("2020-12-31"))
    assert {change.code for change in changes} == set(table.keys())


def test_so_is_an_add_on_code_with_its_primary_code() -> None:
    together = claim(line("97550"), line("97551", units=2), payer="commercial")
    _, by_code = impact(together, days=(day("2023-12-31"), day("2024-01-01")))
    found = by_code["add_on_codes", "97551 97550"]
    assert (found.change.kind, found.lines, found.claims) == (ChangeKind.ADDED, 2, 1)


@pytest.mark.parametrize(
    ("payer", "tables"),
    [
        ("medicare-b", {"payment_status", "unit_limits", "ptp_edits"}),
        ("commercial", set()),
        ("medicaid", {"payment_status", "unit_limits"}),
        ("a payer of which there is no policy", {"payment_status", "unit_limits", "ptp_edits"}),
        (None, {"payment_status", "unit_limits", "ptp_edits"}),
    ],
)
def test_policy_is_asked_where_the_payer_may_go_by_it(payer, tables) -> None:
    found, _ = impact(claim(line(), line("97140"), payer=payer))
    asked = {each.table for each in found.freshness}
    assert asked & {"payment_status", "unit_limits", "ptp_edits"} == tables


def test_what_is_carried_forward_is_listed_by_table() -> None:
    found, _ = impact(claim(), days=(day("2026-09-30"), day("2026-10-01")))
    assert found.codes == ()
    assert found.carried_forward["places"] == ("11",)
    assert found.carried_forward["modifiers"] == ("GO",)
    assert "procedures" not in found.carried_forward
    assert not found.is_complete


def test_no_claims_have_no_impact() -> None:
    found, by_code = impact()
    assert (found.claims, by_code, found.freshness) == (0, {}, ())
    assert str(found) == "0 claims, 0 lines; from 2025-09-30 to 2025-10-01: 0 changed, 0 not known"


def test_an_impact_does_not_show_patients() -> None:
    found, _ = impact(claim(line("JANE DOE"), diagnoses=("JANE DOE",), patient="4711", id="DOE-1"))
    assert "DOE" not in f"{found!r}{found.to_dict()}"
    with pytest.raises(TypeError):
        otcodes.impact([], "2025-09-30", day("2025-10-01"))
