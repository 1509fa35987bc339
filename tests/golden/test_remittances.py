"""835 and 277CA files as real exports have them; the files are written by hand and about nobody."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from answers import (
    ACCEPTED,
    PARTLY,
    TURNED_BACK,
    V277,
    acknowledgement,
    interchange,
    payment,
    receipt,
    remittance,
)

from otcodes.errors import FieldError, ReadError
from otcodes.readers import read_277, read_835
from otcodes.remittances import (
    Adjustment,
    AdjustmentGroup,
    ClaimOutcome,
    ClaimPayment,
    LineAcknowledgement,
    LinePayment,
    ProviderAdjustment,
    Status,
)

pytest.importorskip("pyx12")

DAY = dt.date(2026, 3, 2)
ANOTHER = """CLP*A2*1*130*130**CI*ICN002
NM1*QC*1*PATIENT*OTHER****MI*MEMBER88
SVC*HC:97165:GO*130*130
DTM*472*20260303"""


def read(text: str | bytes):
    return read_835(text if isinstance(text, bytes) else text.encode(), name="r.835")


def read_one(text: str):
    found = read(text)
    assert found.problems == ()
    (one,) = found.remittances
    return one


def acknowledged(text: str):
    return read_277(text.encode(), name="a.277")


def number_of(text: str, start: str) -> int:
    """Which segment of a file begins so."""
    return text[: text.index(f"\n{start}")].count("~") + 1


def adjustment(group: str, reason: str, amount: str, quantity: int | None = None) -> Adjustment:
    units = None if quantity is None else Decimal(quantity)
    return Adjustment(group=group, reason=reason, amount_usd=Decimal(amount), quantity=units)


def test_a_payment_with_its_claims_and_lines():
    found = read(remittance(PARTLY, paid="78.4"))
    assert found.problems == found.notes == ()
    (paid,) = found.remittances
    assert (paid.trace_number, paid.payer_id, paid.paid_on) == ("EFT0001", "1512345678", dt.date(2026, 3, 20))
    assert (paid.amount_usd, paid.is_debit, paid.is_balanced, paid.file) == (
        Decimal("78.4"), False, True, "r.835",
    )  # fmt: skip
    assert paid.claims == (
        ClaimPayment(
            claim="A1",
            outcome=ClaimOutcome.PRIMARY,
            status_code="1",
            charge_usd=Decimal("168.5"),
            paid_usd=Decimal("78.4"),
            patient_responsibility_usd=Decimal(20),
            payer_control_number="ICN001",
            filing_indicator="MB",
            received_on=dt.date(2026, 3, 9),
            remarks=("MA01", "MA18"),
            patient="MEMBER77",
            lines=(
                LinePayment(
                    procedure="97530",
                    modifiers=("GO", "59"),
                    units_paid=Decimal(2),
                    charge_usd=Decimal("120.5"),
                    paid_usd=Decimal("78.4"),
                    allowed_usd=Decimal(100),
                    on=DAY,
                    line_id="L1",
                    adjustments=(
                        adjustment("CO", "45", "20.5"),
                        adjustment("CO", "253", "1.6"),
                        adjustment("PR", "2", "20"),
                    ),
                ),
                LinePayment(
                    procedure="97140",
                    modifiers=("GO",),
                    units_paid=Decimal(0),
                    units_billed=Decimal(1),
                    charge_usd=Decimal(48),
                    paid_usd=Decimal(0),
                    on=DAY,
                    line_id="L2",
                    adjustments=(adjustment("CO", "97", "48", 1),),
                    remarks=("M15", "N362"),
                ),
            ),
        ),
    )


def test_no_name_is_kept_and_no_number_of_the_patient_shown():
    found = read(remittance(PARTLY, paid="78.4"))
    for private in ("TEST", "SECRET", "NOBODY", "A PAYER", "MEMBER77"):
        assert private not in repr(found)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", ""), id="one line"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("~\n", "\n"), id="a line a segment"),
        pytest.param(lambda text: text.replace("*", "|").replace(":", ">"), id="other separators"),
        pytest.param(lambda text: f"\ufeff\n{text}\n\x1a", id="a byte-order mark, padding"),
        pytest.param(lambda text: text.replace("HC:97530:GO:59", "HC:97530:go:59:::OUR WORDS"), id="words"),
        pytest.param(lambda text: text.replace("*78.4*", "*78.40*"), id="cents"),
        pytest.param(lambda text: text.replace("LX*1~\n", "LX*1~\nTS3*1*11*20261231*1*168.5~\n", 1)
                     .replace("SE*29*", "SE*30*"), id="a summary"),
    ],
)  # fmt: skip
def test_forms_that_mean_the_same(change):
    text = remittance(PARTLY, paid="78.4")
    found = read(change(text))
    assert found.remittances == read(text).remittances
    assert found.problems == found.notes == ()


def test_adjustments_of_the_claim_several_in_a_segment_and_below_zero():
    claim = """CLP*A3*2*100*.5*14.5*CI*ICN003
CAS*OA*23*80**A7*-10
CAS*CO*45*5**144*-5*2*B4*15
CAS*PR*1*9.5**2*3**3*2
SVC*HC:97110:GO*100*.5*0430*4*HC:97530:GO*3"""
    (paid,) = read_one(remittance(claim, paid="0.5")).claims
    assert [str(each) for each in paid.adjustments] == [
        "OA 23: 80", "OA A7: -10", "CO 45: 5", "CO 144: -5", "CO B4: 15",
        "PR 1: 9.5", "PR 2: 3", "PR 3: 2",
    ]  # fmt: skip
    assert paid.adjustments[3].quantity == 2
    assert paid.outcome is ClaimOutcome.SECONDARY
    (line,) = paid.lines
    assert (line.procedure, line.billed_procedure, line.billed_modifiers) == ("97110", "97530", ("GO",))
    assert (line.units_paid, line.units_billed, line.revenue_code) == (4, 3, "0430")
    assert line.on is None


def test_a_line_of_a_revenue_code_alone():
    claim = "CLP*A4*1*50*50**MA*ICN4\nSVC*NU:0430*50*50\nDTM*150*20260301\nDTM*151*20260331"
    (line,) = read_one(remittance(claim, paid="50")).claims[0].lines
    assert (line.procedure, line.revenue_code) == (None, "0430")
    assert (line.on, line.until) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))


def test_a_reversal_and_its_correction():
    reversal = """CLP*A1*22*-168.5*-78.4*-20*MB*ICN001
NM1*QC*1*PATIENT*TEST****MI*MEMBER77
SVC*HC:97530:GO*-168.5*-78.4
CAS*CO*45*-70.1
CAS*PR*2*-20"""
    correction = """CLP*A1*1*168.5*90*0*MB*ICN009
SVC*HC:97530:GO*168.5*90
CAS*CO*45*78.5"""
    one = read_one(remittance(reversal, correction, paid="11.6"))
    assert [claim.is_reversal for claim in one.claims] == [True, False]
    assert one.is_balanced
    assert one.claims_usd == Decimal("11.6")


def test_what_is_held_back_beside_the_claims():
    extra = "PLB*1234567893*20261231*WO:ICN001 MEMBER77*30*L6*-1.25*FB:X*10*72:Y*-10"
    found = read(remittance(ANOTHER, paid="101.25", extra=extra))
    (one,) = found.remittances
    assert found.problems == found.notes == ()
    assert one.provider_adjustments == tuple(
        ProviderAdjustment(reason=reason, amount_usd=Decimal(amount))
        for reason, amount in (("WO", "30"), ("L6", "-1.25"), ("FB", "10"), ("72", "-10"))
    )
    assert "MEMBER77" not in repr(one)


def test_a_payment_of_nothing():
    zero = ANOTHER.replace("130*130*", "130*0*").replace("*130*130", "*130*0") + "\nCAS*CO*29*130"
    one = read_one(remittance(zero, method="NON"))
    assert (one.amount_usd, one.claims[0].paid_usd, one.is_balanced) == (0, 0, True)


def test_remarks_of_hospitals_stand_elsewhere():
    claim = ANOTHER.replace("\nSVC", "\nMIA*1****MA02***************N1*N2*N3*N4\nSVC")
    assert read_one(remittance(claim, paid="130")).claims[0].remarks == ("MA02", "N1", "N2", "N3", "N4")


def test_a_dependent_is_told_apart_from_the_subscriber():
    insured = ANOTHER.replace("\nSVC", "\nNM1*IL*1*PATIENT*TEST****MI*MEMBER77\nSVC")
    own, dependent = read_one(remittance(ANOTHER, insured, paid="260")).claims
    assert own.patient == "MEMBER88"
    assert dependent.patient.startswith("MEMBER77-")
    assert "OTHER" not in dependent.patient


def test_several_payments_and_interchanges():
    text = interchange(payment(PARTLY, paid="78.4"), payment(ANOTHER, number="0002", paid="130"))
    found = read(text + remittance(ANOTHER, paid="130").replace("000000009", "000000010"))
    assert found.problems == found.notes == ()
    assert [[claim.claim for claim in one.claims] for one in found.remittances] == [["A1"], ["A2"], ["A2"]]


@pytest.mark.parametrize(
    ("was", "becomes", "start", "said"),
    [
        ("CAS*CO*45*20.5", "CAS*CO*45*20", "SVC*HC:97530", "the charge (120.5) less its adjustments"),
        ("CLP*A1*1*168.5*", "CLP*A1*1*170*", "CLP*A1", "the charge (170) less its adjustments"),
        (
            "BPR*I*78.4",
            "BPR*I*80",
            "ST*835",
            "less what is held back beside them (0) are not the payment (80)",
        ),
    ],
)
def test_sums_that_do_not_agree_are_noted_and_no_error(was, becomes, start, said):
    text = remittance(PARTLY, paid="78.4").replace(was, becomes)
    found = read(text)
    assert found.problems == ()
    assert len(found.remittances[0].claims) == 1
    assert not found.remittances[0].is_balanced
    (note,) = found.notes
    assert note.startswith(f"r.835, segment {number_of(text, start)} ({start.partition('*')[0]}): ")
    assert said in note


@pytest.mark.parametrize(
    ("was", "becomes", "start", "said", "lost"),
    [
        ("CAS*PR*2*20\n", "CAS*XX*2*20\n", "CAS*XX", "CAS01: expected a group of adjustments", 1),
        ("CAS*PR*2*20\n", "CAS*PR*2*twenty\n", "CAS*PR", "CAS03: expected a number as 120.5", 1),
        ("CAS*PR*2*20\n", "CAS*PR**20\n", "CAS*PR", "CAS02: expected the number of a reason", 1),
        ("HC:97140:GO*48*", "HC:97140:GO*4x*", "SVC*HC:97140", "SVC02: expected a number as 120.5", 1),
        ("DTM*472*20260302", "DTM*472*20260230", "DTM*472", "DTM02: expected a day as 20260302", 0),
    ],
)
def test_a_part_that_cannot_be_read_leaves_the_rest(was, becomes, start, said, lost):
    text = remittance(PARTLY.replace(was, becomes, 1), ANOTHER, paid="208.4")
    found = read(text)
    (problem,) = found.problems
    assert problem.place == f"segment {number_of(text, start)} ({start.partition('*')[0]})"
    assert said in str(problem)
    assert problem.claim == "A1"
    assert [claim.lost_parts for claim in found.remittances[0].claims] == [lost, 0]
    assert found.notes == ()  # what is not whole is not added up


def test_a_claim_without_its_amounts_is_left_out():
    found = read(remittance(PARTLY.replace("*168.5*78.4*", "*168.5**"), ANOTHER, paid="208.4"))
    assert [claim.claim for claim in found.remittances[0].claims] == ["A2"]
    assert found.remittances[0].lost_claims == 1
    assert [problem.field for problem in found.problems] == ["CLP04"]


def test_a_status_that_is_not_known_is_noted():
    found = read(remittance(ANOTHER.replace("A2*1*", "A2*15*"), paid="130"))
    assert found.problems == ()
    assert found.remittances[0].claims[0].outcome is ClaimOutcome.UNKNOWN
    assert found.notes[0].endswith("CLP02: 15 is not a number that is known here")


def test_wherever_a_file_breaks_off_the_claims_before_come_through():
    text = remittance(PARTLY, ANOTHER, paid="208.4")
    whole = read(text).remittances[0].claims
    second, closing = text.index("CLP*A2"), text.index("SE*")
    for end in range(text.index("CLP*A1"), len(text) - 2):
        found = read(text[:end])
        (problem,) = found.problems
        assert problem.expected.endswith(("the file breaks off here", "the claim is left out"))
        begun = sum(end > text.index("~", start) for start in (second, closing))
        assert found.remittances[0].claims == whole[:begun]
        assert begun == 2 or problem.claim in (None, f"A{begun + 1}")
        assert found.notes == () or end > closing


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("SE*33*", "SE*40*", "SE01: expected the number of segments from ST to SE, found '40'"),
        ("GE*1*9", "GE*2*9", "GE01: expected the number of transactions"),
        ("SE*33*0001~\n", "", "(GE): expected SE, the end of the transaction, before it"),
        ("IEA*1*000000009~\n", "", "(GE): expected IEA, the end of the interchange, behind it"),
        ("N3*1 SECRET ROAD", "N3*1 SECRET~ROAD", "segment 10: expected a segment of an 835"),
        ("CAS*CO*97*48*1", "CAS*CO*97~48*1", "; the claim is left out (claim A1)"),
    ],
)
def test_a_broken_envelope_is_said(was, becomes, said):
    text = remittance(PARTLY, ANOTHER, paid="208.4")
    assert was in text
    found = read(text.replace(was, becomes))
    assert any(said in str(problem) for problem in found.problems)
    assert found.remittances[0].claims[-1].claim == "A2" or "before it" in said


def test_other_than_utf_8_is_read_and_said():
    text = remittance(PARTLY, paid="78.4").replace("SECRET ROAD", "CALLE PEÑA")
    found = read(text.encode("cp1252"))
    assert len(found.remittances[0].claims) == 1
    assert found.notes == ("r.835: it is not UTF-8; read as Windows-1252",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (receipt(ACCEPTED).encode(), "expected an 835 (005010X221), found '277 005010X214'"),
        (remittance(PARTLY).replace("005010X221A1", "004010X091A1").encode(), "found '835 004010X091A1'"),
        (remittance(PARTLY).replace("ST*835*", "ST*835*X*A NAME").encode(), "expected an 835"),
        (b"\x00\x01PK", "expected an X12 interchange"),
        (b"", "expected an X12 interchange"),
    ],
)
def test_a_file_of_another_kind_is_refused(content, said):
    with pytest.raises(ReadError, match=r"^r\.835: ") as caught:
        read(content)
    assert said in str(caught.value)


def test_records_refuse_what_is_no_amount_and_no_group():
    with pytest.raises(FieldError, match=r"Adjustment\.amount_usd should be a Decimal"):
        Adjustment(group="CO", reason="45", amount_usd=1.5)
    with pytest.raises(FieldError, match=r"Adjustment\.group should be one of CO, PR, OA, PI, CR"):
        Adjustment(group="XX", reason="45", amount_usd=1)
    with pytest.raises(FieldError, match=r"ClaimPayment\.lines should be a tuple"):
        ClaimPayment(claim="A", outcome="primary", status_code="1", charge_usd=1, paid_usd=1, lines="x")


# 277CA


def test_an_acknowledgement_with_accepted_and_rejected_claims():
    found = acknowledged(receipt(ACCEPTED, TURNED_BACK))
    assert found.problems == found.notes == ()
    (said,) = found.acknowledgements
    assert (said.created_on, said.is_rejected, said.file) == (dt.date(2026, 3, 10), False, "a.277")
    accepted, rejected = said.claims
    assert (accepted.claim, accepted.is_accepted, accepted.payer_control_number) == ("A1", True, "ICN001")
    assert accepted.charge_usd == Decimal("168.5")
    assert (accepted.on, accepted.until) == (DAY, dt.date(2026, 3, 3))
    assert (rejected.claim, rejected.is_accepted) == ("A2", False)
    assert rejected.statuses == (Status(category="A7", code="453", is_rejection=True),)
    assert rejected.lines == (
        LineAcknowledgement(
            procedure="97140",
            charge_usd=Decimal(48),
            on=DAY,
            line_id="L7",
            statuses=(
                Status(category="A7", code="453", is_rejection=True),
                Status(category="A7", code="454", is_rejection=True),
            ),
        ),
    )
    assert "MEMBER77" not in repr(found)


def test_several_claims_of_one_patient_and_several_statuses():
    several = f"{ACCEPTED}\nTRN*2*A3\nSTC*A3:21:QC*20260310*U*150\nSTC*A3:562:85*20260310*U*150"
    (said,) = acknowledged(receipt(several)).acknowledgements
    assert [(claim.claim, len(claim.statuses), claim.is_accepted) for claim in said.claims] == [
        ("A1", 1, True),
        ("A3", 2, False),
    ]


@pytest.mark.parametrize(
    ("category", "verdict"),
    [("A0", True), ("A1", True), ("A2", True), ("A3", False), ("A4", False), ("A5", True),
     ("A6", False), ("A7", False), ("A8", False), ("F2", None)],
)  # fmt: skip
def test_without_an_action_the_category_decides(category, verdict):
    text = receipt(ACCEPTED.replace("STC*A2:20:PR*20260310*WQ*", f"STC*{category}:20:PR*20260310**"))
    (claim,) = acknowledged(text).acknowledgements[0].claims
    assert claim.is_accepted is verdict


def test_the_action_decides_before_the_category():
    text = receipt(ACCEPTED.replace("STC*A2:20:PR*20260310*WQ", "STC*A1:19:PR*20260310*U"))
    assert acknowledged(text).acknowledgements[0].claims[0].is_accepted is False


def test_a_whole_file_of_claims_turned_back_is_noted():
    found = acknowledged(receipt(batch="STC*A3:24:41*20260310*U*216"))
    (said,) = found.acknowledgements
    assert (said.is_rejected, said.claims) == (True, ())
    assert found.notes[0].endswith("or its billing provider, was turned back (A3:24:41)")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", ""), id="one line"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("*", "|").replace(":", ">"), id="other separators"),
        pytest.param(lambda text: text.replace("*PT~", "*PT*0~"), id="whether a level has others below"),
        pytest.param(lambda text: text.replace("REF*FJ", "REF*6R"), id="another qualifier"),
    ],
)
def test_forms_of_acknowledgements_that_mean_the_same(change):
    text = receipt(ACCEPTED, TURNED_BACK)
    found = acknowledged(change(text))
    assert found.acknowledgements == acknowledged(text).acknowledgements
    assert found.problems == ()


def test_wherever_an_acknowledgement_breaks_off_the_claims_before_come_through():
    text = receipt(ACCEPTED, TURNED_BACK)
    whole = acknowledged(text).acknowledgements[0].claims
    ends = [text.index("HL*5*3"), text.index("SE*")]
    for end in range(text.index("TRN*2*A1"), len(text) - 2):
        found = acknowledged(text[:end])
        assert len(found.problems) == 1
        begun = sum(end > text.index("~", start) for start in ends)
        assert found.acknowledgements[0].claims == whole[:begun]


def test_claims_without_a_status_are_said():
    found = acknowledged(receipt("TRN*2*A1\nDTP*472*D8*20260302", TURNED_BACK))
    (problem,) = found.problems
    assert (problem.expected, problem.claim) == ("a status (STC) behind it", "A1")
    assert [claim.claim for claim in found.acknowledgements[0].claims] == ["A2"]


def test_what_is_out_of_its_place_is_not_shown():
    text = receipt(ACCEPTED.replace("STC*A2:20:PR*", "STC*SECRET:NAME*"), TURNED_BACK)
    found = acknowledged(text)
    assert [problem.expected for problem in found.problems] == [
        "a status as A1:20",
        "a status (STC) behind it",
    ]
    assert [claim.claim for claim in found.acknowledgements[0].claims] == ["A2"]
    text = remittance(PARTLY.replace("CAS*CO*97", "CAS*CO*SECRET").replace("LQ*HE*M15", "LQ*HE*SECRET"),
                      paid="78.4", extra="PLB*1*20261231*SECRET*1")  # fmt: skip
    found = read(text)
    assert [problem.field for problem in found.problems] == ["CAS02", "PLB03"]
    assert "SECRET" not in repr(found) + "".join(map(str, found.problems))


def test_another_277_is_refused():
    text = interchange(acknowledgement(ACCEPTED), version=V277, group="HN").replace(V277, "005010X212")
    with pytest.raises(ReadError, match=r"expected a 277CA \(005010X214\), found '277 005010X212'"):
        acknowledged(text)


def test_groups_are_a_closed_set():
    assert [str(group) for group in AdjustmentGroup] == ["CO", "PR", "OA", "PI", "CR"]
