"""Claims and the answers of payers, put together: denials tied to rules, and what to do next."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import attrs
import pytest
from builders import DOS, claim, line

import otcodes
from otcodes import explain
from otcodes.explaining import NextStep, Standing
from otcodes.remittances import (
    Acknowledgement,
    Adjustment,
    ClaimAcknowledgement,
    ClaimPayment,
    LineAcknowledgement,
    LinePayment,
    Remittance,
    Status,
)

PAID_ON = dt.date(2026, 3, 20)
CORRECT, APPEAL, PATIENT = NextStep.CORRECT, NextStep.APPEAL, NextStep.PATIENT
WRITE_OFF, WAIT, OTHER_PAYER = NextStep.WRITE_OFF, NextStep.WAIT, NextStep.OTHER_PAYER


def usd(text: str) -> Decimal:
    return Decimal(text)


def cas(*given: str) -> tuple[Adjustment, ...]:
    """Adjustments as `CO 45 20`."""
    split = [each.split() for each in given]
    return tuple(
        Adjustment(group=group, reason=reason, amount_usd=usd(amount)) for group, reason, amount in split
    )


def answer(one: otcodes.ServiceLine, paid: str, *given: str, **facts) -> LinePayment:
    return LinePayment(
        **{
            "procedure": one.procedure,
            "modifiers": one.modifiers,
            "charge_usd": one.charge_usd,
            "paid_usd": usd(paid),
            "on": one.on,
            "adjustments": cas(*given),
            **facts,
        }
    )


def payment(*lines: LinePayment, name: str = "A1", **facts) -> ClaimPayment:
    given = {
        "claim": name,
        "outcome": "primary",
        "status_code": "1",
        "charge_usd": sum((each.charge_usd for each in lines), Decimal(0)),
        "paid_usd": sum((each.paid_usd for each in lines), Decimal(0)),
        "payer_control_number": "ICN1",
        "lines": lines,
    }
    return ClaimPayment(**{**given, **facts})


def sent(*payments: ClaimPayment, on: dt.date | None = PAID_ON) -> Remittance:
    return Remittance(paid_on=on, claims=payments)


def told(one: otcodes.Claim, *lines: LinePayment, **facts) -> otcodes.ClaimExplanation:
    """The claim, answered line by line."""
    (found,) = explain(sent(payment(*lines, **facts)), [one])
    return found


def test_a_claim_that_was_paid() -> None:
    one = claim(line(charge_usd=usd("120")), id="A1")
    found = told(one, answer(one.lines[0], "78.4", "CO 45 20", "CO 253 1.6", "PR 2 20"))
    assert (found.standing, found.paid_usd, found.patient_usd, found.denied_usd) == (
        Standing.PAID, usd("78.4"), 20, 0,
    )  # fmt: skip
    assert found.denials == found.rules == ()
    assert found.next_steps == (PATIENT, WRITE_OFF)
    assert [why.text for why in found.lines[0].why] == [
        "CO 45 20.00: Charge above what contract or law allows",
        "CO 253 1.60: Cut of federal payments by law, sequestration",
        "PR 2 20.00: Patient pays it: a share in percent",
    ]


def test_a_deductible_that_takes_all_is_no_denial() -> None:
    one = claim(id="A1")
    found = told(one, answer(one.lines[0], "0", "PR 1 40", "CO 45 8"))
    assert (found.standing, found.next_steps) == (Standing.PAID, (PATIENT, WRITE_OFF))


# Each denial is a claim with a fault that a rule finds, the reason and remark that Medicare gives for it, and
# the rule. The claims are made up.
DENIED = {
    "no GO": (claim(line(modifiers=())), "CO 4", (), "modifier.discipline-missing"),
    "97014": (claim(line("97014")), "CO 96", ("N56",), "procedure.invalid-for-payer"),
    "units over the limit": (claim(line(units=9, minutes=135)), "CO 151", ("N362",), "units.above-limit"),
    "a pair without 59": (
        claim(line("97150"), line("97530")), "CO 236", ("M80",), "pair.modifier-needed",
    ),
    "KX above the threshold": (
        claim(line(allowed_usd=usd("40")), therapy_year_to_date_usd=usd("2480")),
        "PR 119", (), "modifier.threshold-missing",
    ),
    "a retired code": (claim(line("97003", minutes=None)), "CO 181", (), "procedure.not-effective"),
    "a header diagnosis": (claim(diagnoses=("M62.8",)), "CO 146", ("M76",), "diagnosis.not-billable"),
    "an add-on alone": (claim(line("97130")), "CO B15", ("N122",), "procedure.add-on-without-primary"),
    "a place": (claim(line(place="21")), "CO 5", ("M77",), "place.unusual"),
    "modifiers that conflict": (
        claim(line(modifiers=("GO", "59", "XE"))), "CO 4", ("N519",), "modifier.conflict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DENIED)
def test_a_denial_is_tied_to_the_rule_that_finds_it(name) -> None:
    one, reason, remarks, rule = DENIED[name]
    one = attrs.evolve(one, id="A1")
    paid = [answer(each, "0", f"{reason} {each.charge_usd}", remarks=remarks) for each in one.lines]
    found = told(one, *paid)
    assert found.standing is Standing.DENIED
    assert rule in found.rules
    assert found.next_steps[0] is CORRECT
    assert any(f"{rule} finds it" in step for step in found.steps)
    assert found.steps[-1].startswith("next: correct and resubmit")


def test_the_fix_of_the_rule_is_named() -> None:
    one = claim(line(modifiers=()), id="A1")
    (denial,) = told(one, answer(one.lines[0], "0", "CO 4 48")).denials
    assert denial.findings[0].fix is not None
    assert denial.text.endswith("; fix: add modifier GO")


def test_what_only_the_law_denies_is_not_sent_again() -> None:
    one = claim(line("97010", minutes=None), id="A1")
    found = told(one, answer(one.lines[0], "0", "CO 234 48", remarks=("N390",)))
    assert found.rules == ("procedure.bundled",)
    assert found.next_steps == (WRITE_OFF,)


def test_a_duplicate_is_found_beside_the_patients_other_claim() -> None:
    first = claim(id="A1", patient="P1")
    second = claim(id="A2", patient="P1")
    paid = payment(answer(line(), "40", "CO 45 8"), name="A1")
    denied = payment(answer(line(), "0", "OA 18 48"), name="A2")
    _, found = explain(sent(paid, denied), [first, second])
    assert found.rules == ("claim.duplicate",)
    assert found.next_steps == (WRITE_OFF,)


def test_a_claim_filed_late_is_known_by_the_day_the_payer_received_it() -> None:
    old = claim(line(on=dt.date(2025, 1, 6)), id="A1")
    paid = payment(answer(old.lines[0], "0", "CO 29 48"), received_on=dt.date(2026, 3, 9))
    (found,) = explain(sent(paid), [old])
    assert found.rules == ("claim.filed-late",)
    assert found.next_steps == (WRITE_OFF,)
    in_time = payment(answer(old.lines[0], "0", "CO 29 48"), received_on=dt.date(2025, 3, 9))
    (found,) = explain(sent(in_time), [old])
    assert (found.rules, found.next_steps) == ((), (APPEAL,))


def test_not_covered_is_the_patients_where_the_group_says_so() -> None:
    one = claim(id="A1")
    for group, step in (("PR", PATIENT), ("CO", WRITE_OFF)):
        found = told(one, answer(one.lines[0], "0", f"{group} 204 48"))
        assert (found.standing, found.next_steps) == (Standing.DENIED, (step,))


def test_a_vague_reason_takes_its_step_from_the_remark() -> None:
    one = claim(id="A1")
    assert told(one, answer(one.lines[0], "0", "CO A1 48")).next_steps == (APPEAL,)
    found = told(one, answer(one.lines[0], "0", "CO A1 48", remarks=("N706",)))
    assert found.next_steps == (NextStep.RECORDS,)


def test_a_denial_that_no_rule_explains_says_so() -> None:
    one = claim(id="A1")
    (denial,) = told(one, answer(one.lines[0], "0", "CO 4 48")).denials
    assert denial.findings == ()
    assert "modifier.discipline-missing" in denial.rules
    assert denial.next_step is CORRECT


def test_rules_that_could_not_be_judged_are_named() -> None:
    one = claim(line(minutes=None), id="A1")
    (denial,) = told(one, answer(one.lines[0], "0", "CO 152 48")).denials
    assert "units.above-minutes" in {each.rule for each in denial.not_checked}
    assert "could not be checked here" in denial.text


def test_numbers_without_words_on_board_are_kept() -> None:
    one = claim(id="A1")
    (denial,) = told(one, answer(one.lines[0], "0", "CO 999 48", remarks=("N9999",))).denials
    assert denial.text == "CO 999 48.00: no words on board (N9999: no words on board)"
    assert denial.next_step is APPEAL
    part = told(one, answer(one.lines[0], "40", "CO 999 8"))
    assert (part.standing, part.denials) == (Standing.PAID, ())


def test_one_line_paid_and_another_denied() -> None:
    one = claim(line(), line("97110", modifiers=()), id="A1")
    found = told(one, answer(one.lines[0], "40", "CO 45 8"), answer(one.lines[1], "0", "CO 4 48"))
    assert found.standing is Standing.PARTLY_PAID
    assert [each.standing for each in found.lines] == [Standing.PAID, Standing.DENIED]
    assert (found.paid_usd, found.denied_usd) == (40, 48)
    assert found.next_steps == (CORRECT, WRITE_OFF)
    assert [finding.line for why in found.denials for finding in why.findings] == [1]


def test_a_line_of_which_some_units_were_denied() -> None:
    one = claim(line(units=3, minutes=45, charge_usd=usd("144")), id="A1")
    found = told(one, answer(one.lines[0], "80", "CO 45 16", "CO 151 48"))
    assert found.standing is found.lines[0].standing is Standing.PARTLY_PAID
    assert found.denied_usd == 48


def test_a_denial_of_the_claim_as_a_whole() -> None:
    one = claim(id="A1")
    whole = payment(charge_usd=usd("48"), adjustments=cas("CO 109 48"), outcome="denied", status_code="4")
    (found,) = explain(sent(whole), [one])
    assert (found.standing, found.next_steps) == (Standing.DENIED, (OTHER_PAYER,))
    assert [each.standing for each in found.lines] == [Standing.DENIED]
    bare = payment(charge_usd=usd("48"), outcome="denied", status_code="4")
    (found,) = explain(sent(bare), [one])
    assert (found.standing, found.next_steps) == (Standing.DENIED, (APPEAL,))


def test_what_is_still_open_waits() -> None:
    one = claim(id="A1")
    pending = told(one, answer(one.lines[0], "0", "OA 133 48"))
    assert (pending.standing, pending.next_steps) == (Standing.WAITING, (WAIT,))
    forwarded = payment(charge_usd=usd("48"), outcome="forwarded", status_code="23")
    (found,) = explain(sent(forwarded), [one])
    assert (found.standing, found.next_steps) == (Standing.WAITING, (WAIT,))


def test_a_secondary_payer_that_has_nothing_to_add() -> None:
    one = claim(id="A1")
    found = told(one, answer(one.lines[0], "0", "OA 23 48"), outcome="secondary", status_code="2")
    assert (found.standing, found.next_steps) == (Standing.PAID, (NextStep.NOTHING,))


# Which answer belongs to which claim and line.


def test_no_answer_yet() -> None:
    (found,) = explain([], [claim(id="A1")])
    assert (found.standing, found.has_answer, found.next_steps) == (Standing.WAITING, False, (WAIT,))
    assert found.steps == ("sent: 1 line, 48.00", "no answer yet", "next: wait")


def test_payments_of_other_claims_are_listed() -> None:
    found = explain(sent(payment(name="B7")), [claim(id="A1"), claim()])
    assert [each.claim for each in found.unmatched] == ["B7"]
    assert [each.standing for each in found] == [Standing.WAITING] * 2
    assert found["A1"].claim.id == "A1"
    with pytest.raises(KeyError):
        found["B7"]


def test_a_payer_that_writes_ids_in_upper_case() -> None:
    one = claim(id="clinic-a1")
    assert told(one, answer(one.lines[0], "48"), name="CLINIC-A1 ").standing is Standing.PAID


def test_lines_go_by_their_control_number_before_anything_else() -> None:
    one = claim(line(id="L1"), line(id="L2"), id="A1")
    found = told(
        one,
        answer(one.lines[1], "0", "CO 50 48", line_id="L2"),
        answer(one.lines[0], "40", "CO 45 8", line_id="L1"),
    )
    assert [each.standing for each in found.lines] == [Standing.PAID, Standing.DENIED]


def test_lines_without_a_number_go_by_code_modifiers_day_and_charge() -> None:
    one = claim(
        line(charge_usd=usd("50")),
        line(charge_usd=usd("60")),
        line(on=DOS + dt.timedelta(days=1)),
        line("97110", modifiers=("GO", "59")),
        line("97110"),
        id="A1",
    )
    lines = [answer(each, str(10 + number), "CO 45 1") for number, each in enumerate(one.lines)]
    found = told(one, *reversed(lines))
    assert [each.paid_usd for each in found.lines] == [10, 11, 12, 13, 14]
    assert found.unmatched_lines == ()


def test_a_code_that_the_payer_changed_is_known_by_the_billed_one() -> None:
    one = claim(id="A1")
    changed = answer(
        one.lines[0], "48", procedure="97110", billed_procedure="97530", billed_modifiers=("GO",)
    )
    assert told(one, changed).lines[0].paid_usd == 48


def test_a_line_that_the_payer_split_is_added_up() -> None:
    one = claim(line(charge_usd=usd("96"), id="L1"), id="A1")
    halves = [answer(one.lines[0], "40", "CO 45 8", line_id="L1", charge_usd=usd("48"))] * 2
    found = told(one, *halves)
    assert (found.lines[0].paid_usd, found.unmatched_lines) == (80, ())


def test_a_line_that_is_not_the_claims_is_listed() -> None:
    one = claim(id="A1")
    stranger = answer(line("97018", charge_usd=usd("5")), "0", "CO 45 5")
    found = told(one, answer(one.lines[0], "48"), stranger)
    assert found.unmatched_lines == (stranger,)
    assert any("not the claim's: 1" in step for step in found.steps)


def test_a_line_that_the_payer_leaves_out_waits() -> None:
    one = claim(line(), line("97110"), id="A1")
    assert told(one, answer(one.lines[0], "48")).lines[1].standing is Standing.WAITING


def test_of_two_claims_of_one_id_charge_and_days_decide() -> None:
    first, second = claim(id="A1"), claim(line(charge_usd=usd("60")), id="A1")
    paid = payment(answer(first.lines[0], "40", "CO 45 8"))
    assert [each.standing for each in explain(sent(paid), [first, second])] == [
        Standing.PAID,
        Standing.WAITING,
    ]


def test_a_reversal_and_its_correction() -> None:
    one = claim(id="A1")
    first = payment(answer(one.lines[0], "40", "CO 45 8"))
    reversal = payment(charge_usd=usd("-48"), paid_usd=usd("-40"), outcome="reversal", status_code="22")
    (found,) = explain([sent(first), sent(reversal, on=dt.date(2026, 4, 1))], [one])
    assert (found.standing, found.paid_usd, found.next_steps) == (Standing.REVERSED, 0, (WAIT,))
    again = payment(answer(one.lines[0], "0", "CO 50 48"), payer_control_number="ICN2")
    (found,) = explain([sent(reversal, again, on=dt.date(2026, 4, 1)), sent(first)], [one])
    assert (found.standing, found.paid_usd, found.next_steps) == (Standing.DENIED, 0, (APPEAL,))


def test_a_payment_that_is_handed_in_twice_counts_once() -> None:
    one = claim(id="A1")
    paid = attrs.evolve(sent(payment(answer(one.lines[0], "40", "CO 45 8"))), trace_number="EFT1")
    assert explain([paid, attrs.evolve(paid, file="again.835")], [one])["A1"].paid_usd == 40
    other = attrs.evolve(paid, trace_number="EFT2")
    assert explain([paid, other], [one])["A1"].paid_usd == 80


# What was said when the claims were taken in.


def said(*claims: ClaimAcknowledgement, on: dt.date = dt.date(2026, 3, 10)) -> Acknowledgement:
    return Acknowledgement(created_on=on, claims=claims)


def test_an_accepted_claim_waits() -> None:
    taken = ClaimAcknowledgement(claim="A1", statuses=[Status(category="A2", code="20", is_rejection=False)])
    (found,) = explain([], [claim(id="A1")], acknowledgements=said(taken))
    assert (found.standing, found.is_accepted, found.next_steps) == (Standing.WAITING, True, (WAIT,))
    assert found.steps[1:3] == ("accepted (A2:20)", "no payment yet")


def test_a_rejected_claim_is_tied_to_the_rule_that_finds_it() -> None:
    fault = Status(category="A7", code="453", is_rejection=True)
    turned_back = ClaimAcknowledgement(
        claim="A1",
        statuses=[Status(category="A7", code="21", is_rejection=True)],
        lines=[LineAcknowledgement(procedure="97110", on=DOS, statuses=[fault])],
    )
    one = claim(line(), line("97110", modifiers=()), id="A1")
    (found,) = explain([], [one], acknowledgements=said(turned_back))
    assert (found.standing, found.is_accepted) == (Standing.REJECTED, False)
    assert found.rules == ("modifier.discipline-missing",)
    assert found.next_steps == (CORRECT,)
    assert [bool(each.why) for each in found.lines] == [False, True]


def test_the_last_acknowledgement_decides_and_a_payment_before_all_of_them() -> None:
    fault, fine = (Status(category=each, is_rejection=each == "A3") for each in ("A3", "A2"))
    given = [
        said(ClaimAcknowledgement(claim="A1", statuses=[fine]), on=dt.date(2026, 3, 12)),
        said(ClaimAcknowledgement(claim="A1", statuses=[fault])),
        said(ClaimAcknowledgement(claim="B9", statuses=[fault])),
    ]
    one = claim(id="A1")
    found = explain([], [one], acknowledgements=given)
    assert found["A1"].is_accepted is True
    assert [each.claim for each in found.unmatched_acknowledgements] == ["B9"]
    paid = explain(sent(payment(answer(one.lines[0], "48"))), [one], acknowledgements=given[1])
    assert paid["A1"].standing is Standing.PAID


def test_a_payer_without_a_policy_is_no_end() -> None:
    one = attrs.evolve(claim(id="A1"), payer="acme")
    assert told(one, answer(one.lines[0], "0", "CO 4 48")).standing is Standing.DENIED


def test_a_policy_of_ones_own_is_asked() -> None:
    own = attrs.evolve(otcodes.payers.policy("medicare-b"), name="acme", label="Acme")
    one = claim(line(modifiers=()), payer="acme", id="A1")
    answers = sent(payment(answer(one.lines[0], "0", "CO 4 48")))
    catalog = otcodes.Catalog.bundled().with_policy(own)
    (found,) = explain(answers, [one], catalog=catalog)
    assert found.rules == ("modifier.discipline-missing",)


def test_it_is_json_without_the_patient() -> None:
    one = claim(line(modifiers=()), id="A1", patient="MEMBER77")
    found = told(one, answer(one.lines[0], "0", "CO 4 48"))
    text = json.dumps(found.to_dict(), default=str)
    assert "MEMBER77" not in text + repr(found)
    assert json.loads(text)["lines"][0]["why"][0]["findings"][0]["rule"] == "modifier.discipline-missing"


def test_the_same_in_gives_the_same_out() -> None:
    one = claim(line(modifiers=()), id="A1")
    answers = sent(payment(answer(one.lines[0], "0", "CO 4 48")))
    assert [each.to_dict() for each in explain(answers, [one])] == [
        each.to_dict() for each in explain(answers, [one])
    ]
