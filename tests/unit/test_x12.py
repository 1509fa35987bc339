"""837P files become claims; the files are small, written here by hand, and about nobody."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from otcodes.claims import Claim, ServiceLine
from otcodes.errors import MissingExtraError, ReadError
from otcodes.readers import read_json, read_x12

if TYPE_CHECKING:
    from otcodes.readers import Batch

ISA = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260309*0815"
    "*^*00501*000000007*0*T*:"
)
DAY = dt.date(2026, 3, 2)

SUBSCRIBER = """HL*2*1*22*0
SBR*P*18*******MB
NM1*IL*1*PATIENT*TEST****MI*MEMBER77
N3*1 SECRET ROAD
DMG*D8*19500101*F
NM1*PR*2*A PAYER*****PI*12345"""
CLAIM = """CLM*A1*168***11:B:1*Y*A*Y*Y
HI*ABK:M6281*ABF:G5601
LX*1
SV1*HC:97530:GO:59*120.50*UN*2***1:2
DTP*472*D8*20260302
LX*2
SV1*HC:97140:GO*48*UN*1*12**2
DTP*472*RD8*20260302-20260302"""
ANOTHER = """CLM*A2*130***11:B:1*Y*A*Y*Y
HI*ABK:R278
LX*1
SV1*HC:97165:GO*130*UN*1***1
DTP*472*D8*20260303"""


def transaction(*parts: str, number: str = "0001", kind: str = "837", version: str = "005010X222A1") -> str:
    body = ["BHT*0019*00*B1*20260309*0815*CH", "HL*1**20*1"]
    body += [segment for part in parts for segment in part.splitlines()]
    return "\n".join([f"ST*{kind}*{number}*{version}", *body, f"SE*{len(body) + 2}*{number}"])


def interchange(*transactions: str, version: str = "005010X222A1") -> str:
    """A whole file, with its counts right."""
    group = f"GS*HC*CLINIC*PAYER*20260309*0815*7*X*{version}"
    segments = "\n".join([ISA, group, *transactions, f"GE*{len(transactions)}*7", "IEA*1*000000007", ""])
    return segments.replace("\n", "~\n")


def file(*parts: str) -> str:
    return interchange(transaction(*parts))


def read(text: str | bytes) -> Batch:
    pytest.importorskip("pyx12")
    return read_x12(text if isinstance(text, bytes) else text.encode(), name="day.837")


def problems(batch: Batch) -> list[str]:
    return [str(problem) for problem in batch.problems]


def number_of(text: str, start: str) -> int:
    """Which segment of a file begins so."""
    return text[: text.index(f"\n{start}")].count("~") + 1


def test_a_claim_with_its_lines():
    batch = read(file(SUBSCRIBER, CLAIM))
    line = ServiceLine(
        "97530",
        on=DAY,
        units=2,
        modifiers=("GO", "59"),
        place="11",
        diagnoses=("M62.81", "G56.01"),
        charge_usd=Decimal("120.50"),
        id="1",
    )
    other = ServiceLine(
        "97140",
        on=DAY,
        units=1,
        modifiers=("GO",),
        place="12",
        diagnoses=("G56.01",),
        charge_usd=Decimal(48),
        id="2",
    )
    assert batch.claims == (
        Claim(
            lines=(line, other),
            diagnoses=("M62.81", "G56.01"),
            payer="medicare-b",
            id="A1",
            patient="MEMBER77",
        ),
    )
    assert batch.problems == batch.notes == ()
    assert batch.claims[0].file == "day.837"


def test_what_an_837_does_not_carry_is_not_known():
    claim = read(file(SUBSCRIBER, CLAIM)).claims[0]
    assert (
        {line.minutes for line in claim.lines} == {line.assistant_minutes for line in claim.lines} == {None}
    )
    assert claim.therapy_year_to_date_usd is None
    assert claim.referring_npi is None
    assert not claim.empty_fields
    assert not any(line.empty_fields for line in claim.lines)


def test_it_is_the_claim_that_json_gives():
    json = b"""{"claims": [{"id": "A2", "payer": "medicare-b", "setting": "practitioner",
        "diagnoses": ["R27.8"], "patient": "MEMBER77", "lines": [{"id": "1", "procedure": "97165",
        "on": "2026-03-03", "units": 1, "modifiers": ["GO"], "place": "11",
        "diagnoses": ["R27.8"], "charge_usd": "130.00"}]}]}"""
    assert read(file(SUBSCRIBER, ANOTHER)).claims == read_json(json, name="day.json").claims


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", ""), id="one line"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("~\n", "\n"), id="a line a segment"),
        pytest.param(lambda text: text.replace("*", "|").replace(":", ">"), id="other separators"),
        pytest.param(lambda text: text.replace("~\nLX", "~\n~\n\n~\nLX"), id="empty segments"),
        pytest.param(lambda text: f"\ufeff\n{text}\n\n\x1a", id="a byte-order mark, padding"),
        pytest.param(lambda text: text.replace("HI*ABK:M6281", "HI*ABK:m62.81"), id="a dot, lower case"),
        pytest.param(lambda text: text.replace("ABK", "BK").replace("ABF", "BF"), id="older qualifiers"),
        pytest.param(lambda text: text.replace("005010X222A1~", "005010X222~"), id="without the errata"),
    ],
)
def test_forms_that_mean_the_same(change):
    text = file(SUBSCRIBER, CLAIM, ANOTHER)
    batch = read(change(text))
    assert batch.claims == read(text).claims
    assert batch.problems == ()


def test_other_than_utf_8_is_read_and_said():
    text = file(SUBSCRIBER, CLAIM).replace("SECRET ROAD", "CALLE PEÑA")
    batch = read(text.encode("cp1252"))
    assert batch.claims == read(text).claims
    assert batch.notes == ("day.837: it is not UTF-8; read as Windows-1252",)


def test_several_transactions_subscribers_and_claims():
    second = SUBSCRIBER.replace("MEMBER77", "MEMBER88").replace("**MB", "**CI").replace("HL*2", "HL*3")
    text = interchange(
        transaction(SUBSCRIBER, CLAIM, ANOTHER, second, CLAIM.replace("A1", "A3")),
        transaction(SUBSCRIBER, ANOTHER.replace("A2", "A4"), number="0002"),
    )
    batch = read(text + text.replace("000000007", "000000008"))
    found = [(claim.id, claim.payer, claim.patient) for claim in batch.claims]
    assert found[:4] == [
        ("A1", "medicare-b", "MEMBER77"),
        ("A2", "medicare-b", "MEMBER77"),
        ("A3", "commercial", "MEMBER88"),
        ("A4", "medicare-b", "MEMBER77"),
    ]
    assert found[4:] == found[:4]
    assert batch.problems == ()


def test_dependents_are_told_apart_from_the_subscriber_and_each_other():
    def dependent(level: int, first: str) -> str:
        return f"HL*{level}*2*23*0\nPAT*19\nNM1*QC*1*PATIENT*{first}\nDMG*D8*20180101*M"

    batch = read(
        file(
            SUBSCRIBER,
            ANOTHER,
            dependent(3, "TEST"),
            ANOTHER,
            dependent(4, "OTHER"),
            ANOTHER,
            dependent(5, "TEST"),
            ANOTHER,
        )
    )
    own, first, second, again = (claim.patient for claim in batch.claims)
    assert len({own, first, second}) == 3
    assert first == again
    assert own == "MEMBER77"
    assert "OTHER" not in second
    assert {claim.payer for claim in batch.claims} == {"medicare-b"}


def test_another_payers_segments_inside_a_claim_are_not_the_subscribers():
    head, lines = CLAIM.split("\nLX*1")
    other = "\nSBR*S*18*******CI\nOI***Y***Y\nNM1*IL*1*PATIENT*TEST****MI*OTHER99\nNM1*DN*1*DOCTOR*TEST"
    claims = read(file(SUBSCRIBER, f"{head}{other}\nLX*1{lines}", ANOTHER)).claims
    assert [(claim.payer, claim.patient) for claim in claims] == [("medicare-b", "MEMBER77")] * 2
    assert claims[0].referring_npi is None


def test_who_refers_and_what_the_biller_calls_a_line():
    text = file(
        SUBSCRIBER,
        CLAIM.replace("\nLX*1", "\nNM1*DN*1*DOCTOR*TEST****XX*1234567893\nLX*1", 1) + "\nREF*6R*LINE-B",
    )
    claim = read(text).claims[0]
    assert claim.referring_npi == "1234567893"
    assert [line.id for line in claim.lines] == ["1", "LINE-B"]


@pytest.mark.parametrize("indicator", ["ZZ", ""])
def test_a_payer_that_is_not_on_board_is_none_and_said(indicator):
    subscriber = SUBSCRIBER.replace("MB", indicator)
    batch = read(file(subscriber, CLAIM, ANOTHER))
    assert [claim.payer for claim in batch.claims] == [None, None]
    (note,) = batch.notes
    assert note.endswith("claims without a payer: 2")
    assert batch.problems == ()


@pytest.mark.parametrize(
    ("was", "becomes", "start", "said"),
    [
        ("*UN*2*", "*MJ*30*", "SV1*HC:97530", "SV103: expected the qualifier UN, found 'MJ'"),
        ("*UN*2*", "*UN*two*", "SV1*HC:97530", "units: expected a number, found 'two'"),
        ("*UN*2*", "*UN**", "SV1*HC:97530", "units: expected a value"),
        ("HC:97530", "ER:97530", "SV1*ER", "SV101: expected the qualifier HC, found 'ER'"),
        (
            "*120.50*",
            "*1x*",
            "SV1*HC:97530",
            "charge_usd: expected an amount in US dollars as 120.00, found '1x'",
        ),
        (
            "D8*20260302",
            "D8*20260230",
            "SV1*HC:97530",
            "on: expected a day as 2026-03-02, found '2026-02-30'",
        ),
        (
            "D8*20260302",
            "RD8*20260302-20260306",
            "DTP*472*RD8*20260302-20260306",
            "DTP03: expected one day of service as 20260302, found '20260302-20260306'",
        ),
        ("DTP*472*D8*20260302\n", "", "SV1*HC:97530", "on: expected a value"),
        ("SV1*HC:97530:GO:59*120.50*UN*2***1:2\n", "", "LX*1", "expected an SV1 behind it"),
    ],
)
def test_a_line_that_cannot_be_read_leaves_the_rest(was, becomes, start, said):
    text = file(SUBSCRIBER, CLAIM.replace(was, becomes, 1), ANOTHER)
    batch = read(text)
    (problem,) = batch.problems
    assert problem.place == f"segment {number_of(text, start)} ({start.split('*')[0]})"
    assert said in str(problem)
    assert problem.claim == "A1"
    assert [[line.id for line in claim.lines] for claim in batch.claims] == [["2"], ["1"]]


@pytest.mark.parametrize("pointer", ["3", "0", "x", "99"])
def test_a_pointer_to_no_diagnosis_is_said_and_the_line_kept(pointer):
    batch = read(file(SUBSCRIBER, CLAIM.replace("***1:2", f"***1:{pointer}")))
    assert [line.diagnoses for line in batch.claims[0].lines] == [("M62.81",), ("G56.01",)]
    (problem,) = problems(batch)
    assert problem.endswith(
        f"(SV1), SV107: expected the position of one of the claim's diagnoses, found '{pointer}' (claim A1)"
    )


def test_an_empty_diagnosis_keeps_its_position():
    claim = read(file(SUBSCRIBER, CLAIM.replace("*ABF:G5601", "**ABF:G5601").replace("1:2", "1:3"))).claims[0]
    assert claim.diagnoses == ("M62.81", "G56.01")
    assert claim.lines[0].diagnoses == claim.diagnoses


def test_a_charge_that_is_left_empty_is_not_zero():
    line = read(file(SUBSCRIBER, CLAIM.replace("*120.50*", "**"))).claims[0].lines[0]
    assert line.charge_usd is None
    assert "charge_usd" in line.empty_fields


def test_a_claim_without_lines_is_said():
    text = file(SUBSCRIBER, CLAIM.partition("\nLX*1")[0], ANOTHER)
    batch = read(text)
    assert [claim.id for claim in batch.claims] == ["A2"]
    (problem,) = batch.problems
    assert problem.place == f"segment {number_of(text, 'CLM*A1')} (CLM)"
    assert problem.expected == "service lines (LX, SV1) behind it"
    assert problem.claim == "A1"


def test_lines_without_a_claim_are_said():
    lines = CLAIM[CLAIM.index("LX*1") :]
    batch = read(file(SUBSCRIBER, lines, ANOTHER))
    assert [claim.id for claim in batch.claims] == ["A2"]
    assert [problem.expected for problem in batch.problems] == ["a CLM before it"] * 2


def test_wherever_a_file_breaks_off_the_claims_before_come_through():
    text = file(SUBSCRIBER, CLAIM, ANOTHER)
    whole = read(text).claims
    second, closing = text.index("CLM*A2*130*"), text.index("SE*")
    for end in range(text.index("CLM*A1"), len(text) - 2):
        batch = read(text[:end])
        (problem,) = batch.problems
        assert problem.expected.endswith(("the file breaks off here", "the claim is left out"))
        # A segment counts from its terminator on.
        begun = sum(end > text.index("~", start) for start in (second, closing))
        assert batch.claims == whole[:begun]
        assert begun == 2 or problem.claim in (None, f"A{begun + 1}")


def test_an_unsound_count_is_said_and_the_claims_kept():
    text = file(SUBSCRIBER, CLAIM).replace("SE*18*", "SE*19*")
    batch = read(text)
    assert len(batch.claims) == 1
    place = f"segment {number_of(text, 'SE*')} (SE)"
    assert problems(batch) == [
        f"day.837, {place}, SE01: expected the number of segments from ST to SE, found '19'"
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("GE*1*7", "GE*2*7", "GE01: expected the number of transactions"),
        ("IEA*1*", "IEA*2*", "IEA01: expected the number of groups"),
        ("*000000007~\n", "*000000008~\n", "IEA02: expected the control number of its ISA"),
        ("SE*18*0001~\n", "", "(GE): expected SE, the end of the transaction, before it"),
        ("GE*1*7~\n", "", "(IEA): expected GE, the end of the group, before it"),
        ("IEA*1*000000007~\n", "", "(GE): expected IEA, the end of the interchange, behind it"),
        ("N3*1 SECRET ROAD", "N3*1 SECRET~ROAD", "segment 10: expected a segment of an 837,"),
        ("IEA*1", "IEA*1*000000007~\nIEA*1", "(IEA): expected the end of the file, or a sound ISA"),
    ],
)
def test_a_broken_envelope_is_said(was, becomes, said):
    text = file(SUBSCRIBER, CLAIM)
    assert was in text
    assert said in problems(read(text.replace(was, becomes)))[0]


def test_damage_inside_a_claim_leaves_out_that_claim_alone():
    text = file(SUBSCRIBER, CLAIM, ANOTHER, ANOTHER.replace("A2", "A3")).replace("R278", "R2~78", 1)
    batch = read(text)
    assert [claim.id for claim in batch.claims] == ["A1", "A3"]
    assert problems(batch)[0] == (
        "day.837, segment 22: expected a segment of an 837, with the separators of the ISA; "
        "the claim is left out (claim A2)"
    )


def test_a_second_interchange_with_other_separators_is_not_lost_in_silence():
    first, second = file(SUBSCRIBER, CLAIM), file(SUBSCRIBER, ANOTHER)
    for other in (
        second.replace("*", "|"),
        second.replace("~", "'"),
        second.replace("*", "|").replace("~", ""),
    ):
        batch = read(first + other)
        assert [claim.id for claim in batch.claims] == ["A1"]
        assert len(batch.problems) == 1
        assert "same separators" in str(batch.problems[0]) or "separators of the ISA" in str(
            batch.problems[0]
        )


def test_a_transaction_that_is_no_837p_is_passed_over_and_said():
    other = transaction("CLP*A9*1*120*100", number="0002", kind="835", version="005010X221A1")
    batch = read(interchange(transaction(SUBSCRIBER, CLAIM), other))
    assert [claim.id for claim in batch.claims] == ["A1"]
    assert problems(batch) == [
        (
            "day.837, segment 21 (ST), ST01: expected an 837P (005010X222) or 837I (005010X223), "
            "found '835 005010X221A1'"
        )
    ]


@pytest.mark.parametrize(
    ("kind", "version"),
    [("835", "005010X221A1"), ("277", "005010X214"), ("837", "005010X224A2"), ("837", "004010X098A1")],
)
def test_a_file_of_another_kind_is_refused(kind, version):
    text = interchange(transaction(SUBSCRIBER, CLAIM, kind=kind, version=version), version=version)
    expected = r"an 837P \(005010X222\) or 837I \(005010X223\)"
    found = rf"'{kind} {version}' at segment 3 \(ST\)"
    with pytest.raises(ReadError, match=f"day.837: expected {expected}, found {found}"):
        read(text)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"claim_id,procedure,on,units\n",
        b"\x00\x01\xfe\xff" * 80,
        b"ISA*00*",
        b"ISAAC " * 40,
        file(SUBSCRIBER, CLAIM).encode("utf-16"),
        ISA.replace("00501", "00200").encode() + b"~",
    ],
)
def test_what_is_no_interchange_is_refused(content):
    with pytest.raises(ReadError, match="expected an X12 interchange"):
        read(content)


def test_an_interchange_without_a_transaction_is_refused():
    with pytest.raises(
        ReadError, match=r"expected an 837P \(005010X222\) or 837I \(005010X223\), found none"
    ):
        read(interchange())


@pytest.mark.parametrize("length", [1, 12])
def test_no_message_shows_the_patient(length):
    text = file(SUBSCRIBER, CLAIM, ANOTHER)
    for start in range(len(ISA), len(text), 3):
        for damaged in (text[:start] + text[start + length :], f"{text[:start]}~{text[start:]}"):
            try:
                batch = read(damaged)
            except ReadError as error:
                said = str(error)
            else:
                said = "\n".join((*problems(batch), *batch.notes, repr(batch.claims)))
            for secret in ("PATIENT", "TEST", "MEMBER", "SECRET", "1950"):
                assert secret not in said


def test_without_pyx12_one_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyx12.errors", None)
    with pytest.raises(MissingExtraError) as raised:
        read_x12(file(SUBSCRIBER, CLAIM).encode(), name="day.837")
    assert str(raised.value) == 'reading X12 files needs an optional package: pip install "otcodes[x12]"'
