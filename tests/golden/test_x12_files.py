"""837 files in the shapes of real exports, whole and damaged; all made up."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import attrs
import pytest
from builders_x12 import (
    INSTITUTIONAL,
    USUAL,
    Separators,
    dependent,
    hospital_service,
    institutional,
    interchange,
    is_valid,
    professional,
    service,
    subscriber,
    transaction,
    written,
)

import otcodes
from otcodes import cli
from otcodes.findings import Repair
from otcodes.fixes import AddModifier, ReplaceDiagnosis, SplitLine
from otcodes.readers import Batch, Problem, mended_x12, read_x12, stream_x12

pytest.importorskip("pyx12")

SHAPES = {
    "a line a segment": USUAL,
    "no line breaks": Separators(line_break=""),
    "CRLF": Separators(line_break="\r\n"),
    "other separators": Separators("|", ">", "'", ""),
    "control characters": Separators("\x1d", "\x1f", "\x1c", ""),
    "a line break for a terminator": Separators(segment="\n", line_break=""),
    "CR and LF for a terminator": Separators(segment="\r"),
}
DAY = dt.date(2026, 3, 2)
TWELVE = (
    *("M6281", "G5601", "R278", "M25511", "M25521", "M25531", "M25541", "R293", "R531", "M79601", "R29898"),
    "Z7409",
)


def read(text: str | bytes, name: str = "day.837") -> Batch:
    return read_x12(text if isinstance(text, bytes) else text.encode(), name=name)


def professional_week(separators: Separators = USUAL) -> str:
    """Two interchanges, three transactions of two submitters, subscribers, dependents, notes, ranges."""
    many = professional(
        "FIFTY", *[service(units=1, on=f"D8*202603{day % 28 + 1:02}") for day in range(50)], total="2400"
    )
    full = professional(
        "TWELVE",
        service("97530:GO:CO:59:KX", "120.50", 2, pointers="1:2:11:12", more=("NTE*ADD*SEEN AT HOME",)),
        service("97140:GO", "48", 1, pointers="12", on="RD8*20260302-20260302", place="12"),
        diagnoses=TWELVE,
        total="168.5",
        note="A NOTE OF THE CLAIM",
        more=(
            "NM1*DN*1*DOCTOR*TEST****XX*1234567893",
            "NM1*82*1*THERAPIST*TEST****XX*1234567893",
            "PRV*PE*PXC*225X00000X",
        ),
    )
    lacks = professional("LACKS", service("97530", "96", 2), service("97165", "130"), total="226")
    first = transaction(
        subscriber("MEMBER1", full, many),
        subscriber("MEMBER2", dependents=(dependent("ANN", lacks), dependent("BOB", many)), filing="CI"),
    )
    second = transaction(subscriber("MEMBER3", lacks), submitter="OTHERCLINIC")
    return interchange(first, second, separators=separators) + interchange(
        second, number=102, separators=separators
    )


def institutional_week(separators: Separators = USUAL) -> str:
    """Diagnoses of every kind, in several HI; a revenue code alone; the day in the statement."""
    others = "*".join(f"ABF:{code}:::::::Y" for code in TWELVE[1:])
    full = institutional(
        "FULL",
        hospital_service("97530:GO:CO:KX:59", "120.50", 2),
        hospital_service("", "10", revenue="0270", on=""),
        hospital_service("97165:GO", "130", revenue="0434", on="RD8*20260303-20260303"),
        diagnoses=("ABK:M6281:::::::Y", "ABJ:R42", "APR:R278*APR:R42", "ABN:W010XXA", others),
        total="260.5",
        statement="20260302-20260303",
    )
    short = institutional(
        "SHORT", hospital_service("97110", "45", on=""), diagnoses=("BK:M6281",), total="45"
    )
    return interchange(
        transaction(subscriber("MEMBER1", full, filing="MA"), subscriber("MEMBER2", short, filing="MA")),
        version=INSTITUTIONAL,
        separators=separators,
    )


WEEKS = {"837P": professional_week, "837I": institutional_week}


def test_both_are_what_pyx12_takes_for_right():
    assert is_valid(professional_week())
    assert is_valid(institutional_week())


def test_a_professional_export():
    batch = read(professional_week())
    assert batch.problems == batch.notes == ()
    found = [(claim.id, claim.payer, len(claim.lines)) for claim in batch.claims]
    assert found == [
        ("TWELVE", "medicare-b", 2),
        ("FIFTY", "medicare-b", 50),
        ("LACKS", "commercial", 2),
        ("FIFTY", "commercial", 50),
        ("LACKS", "medicare-b", 2),
        ("LACKS", "medicare-b", 2),
    ]
    full = batch.claims[0]
    assert [code.replace(".", "") for code in full.diagnoses] == list(TWELVE)
    assert full.referring_npi == "1234567893"
    first, second = full.lines
    assert first.modifiers == ("GO", "CO", "59", "KX")
    assert first.diagnoses == tuple(full.diagnoses[place] for place in (0, 1, 10, 11))
    assert (first.place, second.place, second.on, second.diagnoses) == ("11", "12", DAY, ("Z74.09",))
    assert first.charge_usd == Decimal("120.50")
    ann, bob = (claim.patient for claim in batch.claims[2:4])
    assert len({ann, bob, "MEMBER2"}) == 3
    assert {claim.file for claim in batch.claims} == {"day.837"}


def test_an_institutional_export():
    batch = read(institutional_week())
    assert batch.problems == ()
    assert [note.rpartition(": ")[2] for note in batch.notes] == ["1"]  # the line without a procedure
    full, short = batch.claims
    assert full.setting == short.setting == otcodes.Setting.OUTPATIENT_HOSPITAL
    codes = [code.replace(".", "") for code in full.diagnoses]
    # R278 is among the others already; the external cause and why the patient was admitted are not.
    assert codes == [*TWELVE, "R42", "W010XXA"]
    assert [(line.revenue_code, line.procedure, line.on.day, line.units) for line in full.lines] == [
        ("0430", "97530", 2, 2),
        ("0434", "97165", 3, 1),
    ]
    assert full.lines[0].modifiers == ("GO", "CO", "KX", "59")
    assert (full.lines[0].place, full.lines[0].diagnoses, full.lost_lines) == (None, (), 0)
    assert (short.lines[0].on, short.diagnoses, short.payer) == (DAY, ("M62.81",), "medicare-b")


def test_who_referred_stands_in_an_institutional_claim_too():
    text = institutional_week().replace("NM1*71*", "NM1*DN*1*OTHER*TEST****XX*1234567893~\nNM1*71*", 1)
    assert read(text).claims[0].referring_npi == "1234567893"


@pytest.mark.parametrize("week", WEEKS)
def test_a_line_names_its_rendering_provider_or_the_claim_does_for_it(week):
    """Loops 2310B and 2420A of a professional claim, 2310D and 2420C of an institutional one."""
    whole = re.sub(r"NM1\*82\*[^~]*~\n", "", WEEKS[week]())
    claim, first, rest = re.split(r"(?=LX\*)", whole, maxsplit=2)
    of_another_payer = "NM1*82*1~\n"  # 2330D, without a number
    own = "NM1*82*1*THERAPIST*ANN****XX*1234567893~\n"
    other = "NM1*82*1*THERAPIST*BOB****XX*1679576722~\n"
    batch = read(claim + own + of_another_payer + first + other + rest)
    assert [problem.field for problem in batch.problems] == ["SE01"]  # for there are more segments now
    named = [line.rendering_provider for line in batch.claims[0].lines]
    assert named == ["1679576722", "1234567893"]
    assert all(line.rendering_provider is None for each in batch.claims[1:] for line in each.lines)
    damaged = read(claim + own.replace("1234567893", "SV1 DOE") + first + rest)
    assert damaged.claims[0].lines[0].rendering_provider is None


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_of_a_file_does_not_matter(week, shape):
    batch = read(WEEKS[week](SHAPES[shape]))
    assert batch == read(WEEKS[week]())
    assert [line.source for claim in batch.claims for line in claim.lines] == [
        line.source for claim in read(WEEKS[week]()).claims for line in claim.lines
    ]


def test_lines_of_a_fixed_length():
    text = professional_week(Separators(line_break=""))
    wrapped = "\r\n".join(text[start : start + 80] for start in range(0, len(text), 80))
    assert read(text[:106] + wrapped[wrapped.index(text[100:106]) + 6 :]).claims == read(text).claims


@pytest.mark.parametrize("width", [80, 61, 40])
@pytest.mark.parametrize("week", WEEKS)
def test_lines_of_a_fixed_length_can_be_mended(week, width):
    text = WEEKS[week](Separators(line_break=""))
    rest = text[106:]
    wrapped = text[:106] + "".join(f"\n{rest[at : at + width]}" for at in range(0, len(rest), width))
    repairs, content = repaired(wrapped)
    assert read(content).claims == tuple(repair.claim for repair in repairs)
    assert [claim.source for claim in read(content).claims] == [repair.claim.source for repair in repairs]


def test_a_statement_of_several_days_is_no_day_of_a_line():
    text = institutional_week().replace("20260302-20260302", "20260302-20260306")
    batch = read(text)
    assert [claim.id for claim in batch.claims] == ["FULL"]
    (problem,) = batch.problems
    assert (problem.field, problem.claim, problem.place[-5:]) == ("on", "SHORT", "(SV2)")


def test_a_range_of_days_on_a_line_is_said_and_not_taken_for_a_day():
    text = professional_week().replace("RD8*20260302-20260302", "RD8*20260302-20260304", 1)
    batch = read(text)
    (problem,) = batch.problems
    assert "one day of service" in problem.expected
    assert batch.claims[0].lost_lines == 1
    assert len(batch.claims) == 6


def test_two_days_of_one_line_are_said():
    text = professional_week().replace(
        "DTP*472*RD8*20260302-20260302", "DTP*472*D8*20260302~\nDTP*472*D8*20260303"
    )
    assert read(text).claims[0].lost_lines == 1


def test_the_stream_gives_what_the_batch_holds():
    for week in WEEKS.values():
        text = week().replace("*UN*2", "*MJ*2", 1)
        stream = stream_x12(io.BytesIO(text.encode()), name="day.837")
        items = list(stream)
        batch = read(text)
        assert tuple(item for item in items if isinstance(item, otcodes.Claim)) == batch.claims
        assert tuple(item for item in items if isinstance(item, Problem)) == batch.problems != ()
        assert stream.notes == batch.notes
        # A problem comes before its claim.
        assert isinstance(items[0], Problem)


def test_the_stream_reads_no_further_than_it_must():
    text = professional_week().encode()
    file = io.BytesIO(text * 200)
    stream = stream_x12(file, name="day.837")
    assert isinstance(next(stream), otcodes.Claim)
    assert file.tell() < len(text) * 20


def test_a_finding_has_the_position_of_its_segment():
    text = professional_week()
    segments = text.split("~\n")
    claim = read(text).claims[2]
    found = {
        finding.path: finding for finding in otcodes.check(claim, policy=otcodes.payers.policy("medicare-b"))
    }
    number = int(found["lines[0].modifiers"].position.split()[1])
    assert segments[number - 1].startswith("SV1*HC:97530*96")
    assert found["lines[0].modifiers"].position == f"segment {number} (SV1)"
    assert found["lines[0].modifiers"].to_dict()["position"] == f"segment {number} (SV1)"
    assert otcodes.Finding.from_dict(found["lines[0].modifiers"].to_dict()).position.endswith("(SV1)")
    of_header = attrs.evolve(claim, diagnoses=("M54.5",))
    (diagnosis,) = [each for each in otcodes.check(of_header) if each.path.startswith("diagnoses")]
    assert segments[int(diagnosis.position.split()[1]) - 1].startswith("HI*")
    assert "source" not in claim.to_dict()
    assert "source" not in claim.to_dict()["lines"][0]
    assert "segment" not in repr(claim)


# Damaged files


@pytest.mark.parametrize("week", WEEKS)
def test_a_file_that_is_cut_off_keeps_the_claims_before(week):
    text = WEEKS[week]()
    whole = read(text).claims
    for end in range(text.index("CLM"), len(text) - 4, 97):
        batch = read(text[:end])
        assert batch.claims == whole[: len(batch.claims)]
        # A claim is whole where the next one, its level or the end of the transaction has begun.
        closed = sum(text.count(mark, 0, text.rfind("~", 0, end)) for mark in ("\nCLM*",)) - 1
        assert len(batch.claims) >= closed
        (problem,) = batch.problems
        assert problem.place.startswith("segment ")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("SE*", "SE*1", "SE01: expected the number of segments"),
        ("GE*2*", "GE*3*", "GE01: expected the number of transactions"),
        ("IEA*1*000000101", "IEA*1*000000109", "IEA02: expected the control number"),
        ("IEA*1*000000101~\n", "", "expected IEA, the end of the interchange, before it"),
    ],
)
def test_a_wrong_count_is_one_problem_with_its_position(was, becomes, said):
    text = professional_week()
    start = text.index(f"\n{was}") + 1
    batch = read(text[:start] + text[start:].replace(was, becomes, 1))
    (problem,) = map(str, batch.problems)
    assert said in problem
    assert "day.837, segment " in problem
    assert len(batch.claims) == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(range(256)) * 64, "segment 1: expected an X12 interchange"),
        (b"%PDF-1.7\n" + bytes(range(256)), "segment 1: expected an X12 interchange"),
        (professional_week().encode("utf-16"), "found UTF-16"),
        (
            professional_week().replace("ST*837", "ST*835").replace("005010X222A1", "005010X221A1").encode(),
            r"expected an 837P \(005010X222\) or 837I \(005010X223\), found '835 005010X221A1' at segment 3",
        ),
    ],
)
def test_what_is_no_837_is_one_error_with_its_position(content, said):
    with pytest.raises(otcodes.ReadError, match=said):
        read(content)
    with pytest.raises(otcodes.ReadError, match=said):
        list(stream_x12(io.BytesIO(content), name="day.837"))


def test_binary_in_the_middle_loses_the_claim_it_is_in():
    text = professional_week().encode()
    at = text.index(b"SV1*HC:97165")
    batch = read(text[:at] + bytes(range(128, 256)) + b"~\n" + text[at:])
    assert [claim.id for claim in batch.claims] == ["TWELVE", "FIFTY", "FIFTY", "LACKS", "LACKS"]
    first, second = map(str, batch.problems)
    assert first.endswith("the claim is left out (claim LACKS)")
    assert "SE01" in second


def test_another_encoding_is_read_and_said():
    text = professional_week().replace("PATIENT", "PEÑA").replace("*ANN", "*RENÉ")
    batch = read(text.encode("cp1252"))
    assert batch.claims == read(text).claims
    assert batch.notes == ("day.837: it is not UTF-8; read as Windows-1252",)


def test_a_service_of_the_other_kind_is_damage():
    batch = read(professional_week().replace("SV1*HC:97530*96*", "SV2*0430*HC:97530*96*", 1))
    assert [claim.id for claim in batch.claims] == ["TWELVE", "FIFTY", "FIFTY", "LACKS", "LACKS"]


# Mended files


def repaired(text: str | bytes, *, unsafe: bool = False) -> tuple[tuple[Repair, ...], bytes]:
    content = text if isinstance(text, bytes) else text.encode()
    repairs = tuple(otcodes.repair_many(read(content).claims, unsafe=unsafe))
    mended = mended_x12(content, repairs, name="day.837")
    assert mended.withheld == ()
    return repairs, mended.content


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("shape", SHAPES)
def test_only_changed_segments_change(week, shape):
    separators = SHAPES[shape]
    text = WEEKS[week](separators)
    repairs, content = repaired(text)
    before, after = (each.split(separators.segment) for each in (text, content.decode()))
    changed = [place for place, (was, now) in enumerate(zip(before, after, strict=True), 1) if was != now]
    findings = [finding for repair in repairs for finding in repair.applied]
    assert findings
    assert changed == sorted({int(finding.position.split()[1]) for finding in findings})
    assert read(content).claims == tuple(repair.claim for repair in repairs)
    assert repaired(content)[1] == content
    assert is_valid(content.decode()) == is_valid(text)


def test_a_file_without_a_change_comes_out_as_it_is():
    for content in (
        professional_week()
        .replace("HC:97530*96", "HC:97530:GO*96")
        .replace("HC:97165*", "HC:97165:GO*")
        .encode(),
        b"\xef\xbb\xbf\r\n" + professional_week(SHAPES["CRLF"]).encode() + b"\r\n\x1a",
        professional_week().replace("PATIENT", "PEÑA").encode("cp1252"),
    ):
        claims = read(content).claims
        same = [Repair(claim=claim, applied=(), withheld=()) for claim in claims]
        assert mended_x12(content, same, name="day.837").content == content


def test_what_surrounds_a_file_and_how_it_is_encoded_stays():
    def dressed(content: bytes) -> bytes:
        """A foreign letter, empty segments, padding."""
        inner = content.replace(b"*TEST*", "*PEÑA*".encode("cp1252")).replace(b"~\r\nLX", b"~\r\n~\r\nLX")
        return b"\r\n" + inner + b"\r\n\x1a\x1a"

    usual = professional_week(SHAPES["CRLF"]).encode()
    assert repaired(dressed(usual))[1] == dressed(repaired(usual)[1]) != dressed(usual)


def test_a_line_that_is_parted_goes_to_the_end_of_its_claim():
    more = ("REF*6R*LINE1", "NTE*ADD*A NOTE")
    claim = professional(
        "A1", service("97530:GO", "100", 3, more=more), service("97140:GO", "48"), total="148"
    )
    text = interchange(transaction(subscriber("M1", claim, professional("A2", service(), total="48"))))
    read_in = read(text).claims
    mended = SplitLine(1, "CO").apply(read_in[0], 0)
    written_out = mended_x12(
        text.encode(), [Repair(claim=mended, applied=(), withheld=())], name="day.837"
    ).content.decode()
    was = "SV1*HC:97530:GO*100*UN*3***1~\n"
    now = "SV1*HC:97530:GO*66.67*UN*2***1~\n"
    added = "LX*3~\nSV1*HC:97530:GO:CO*33.33*UN*1***1~\nDTP*472*D8*20260302~\nNTE*ADD*A NOTE~\n"
    at = text.index("CLM*A2")
    count = int(text.partition("\nSE*")[2].partition("*")[0])
    expected = text[:at].replace(was, now) + added + text[at:].replace(f"SE*{count}*", f"SE*{count + 4}*")
    assert written_out == expected
    assert is_valid(written_out)
    again = read(written_out).claims
    assert again[0] == attrs.evolve(mended, lines=(*mended.lines[:2], attrs.evolve(mended.lines[2], id="3")))
    assert again[1] == read_in[1]


def test_an_institutional_line_is_parted_too():
    claim = institutional("A1", hospital_service("97530:GO", "100.00", 2), total="100.00")
    text = interchange(transaction(subscriber("M1", claim, filing="MA")), version=INSTITUTIONAL)
    mended = SplitLine(1, "CO").apply(read(text).claims[0], 0)
    out = mended_x12(text.encode(), [Repair(claim=mended, applied=(), withheld=())], name="day.837").content
    assert b"LX*2~\nSV2*0430*HC:97530:GO:CO*50.00*UN*1~\nDTP*472*D8*20260302~\nSE*" in out
    assert is_valid(out.decode())


def test_a_total_that_changes_is_written():
    text = interchange(transaction(subscriber("M1", professional("A1", service(), service(), total="96"))))
    claim = read(text).claims[0]
    dearer = claim.replace_line(1, attrs.evolve(claim.lines[1], charge_usd=Decimal("50.25")))
    out = mended_x12(text.encode(), [Repair(claim=dearer, applied=(), withheld=())], name="day.837").content
    assert b"CLM*A1*98.25*" in out
    assert read(out).claims == (dearer,)


@pytest.mark.parametrize(
    ("diagnoses", "pointers", "edit", "hi", "expected"),
    [
        (("M545", "R278"), "2:1", ReplaceDiagnosis("M54.5", "M54.50"), "ABK:M5450*ABF:R278", "2:1"),
        (("M6281", "R278", "M6281"), "3:2", "drop", "ABK:M6281*ABF:R278", "1:2"),
        (("Y9301", "M6281", "R278"), "1:2", "first", "ABK:M6281*ABF:Y9301*ABF:R278", "2:1"),
    ],
)
def test_diagnoses_and_the_pointers_at_them(diagnoses, pointers, edit, hi, expected):
    claim = professional("A1", service(pointers=pointers), diagnoses=diagnoses, total="48")
    text = interchange(transaction(subscriber("M1", claim)))
    edits = {
        "drop": otcodes.fixes.DropRepeatedDiagnoses(),
        "first": otcodes.fixes.PutDiagnosisFirst("M62.81"),
    }
    mended = edits.get(edit, edit).apply(read(text).claims[0], None)
    out = mended_x12(text.encode(), [Repair(claim=mended, applied=(), withheld=())], name="day.837").content
    assert f"HI*{hi}~" in out.decode()
    assert f"*UN*1***{expected}~" in out.decode()
    assert read(out).claims == (mended,)
    assert is_valid(out.decode())


def test_a_diagnosis_in_small_letters_is_the_same_one():
    claim = institutional(
        "A1", hospital_service(), diagnoses=("ABK:m6281", "APR:M6281", "ABF:M6281"), total="48"
    )
    text = interchange(transaction(subscriber("M1", claim, filing="MA")), version=INSTITUTIONAL)
    mended = otcodes.fixes.DropRepeatedDiagnoses().apply(read(text).claims[0], None)
    out = mended_x12(text.encode(), [Repair(claim=mended, applied=(), withheld=())], name="day.837").content
    assert read(out).claims == (mended,)
    assert mended.diagnoses == ("M62.81",)
    assert b"HI*ABK:m6281~\nHI*APR:M6281~\nHI*BH" in out


def test_a_line_that_could_not_be_read_keeps_its_pointers():
    lines = (service(pointers="2"), service("97140:GO", pointers="3"))
    claim = professional("A1", *lines, diagnoses=("M6281", "M6281", "R278"), total="96")
    text = interchange(transaction(subscriber("M1", claim))).replace("HC:97140", "ER:97140")
    mended = otcodes.fixes.DropRepeatedDiagnoses().apply(read(text).claims[0], None)
    written_out = mended_x12(text.encode(), [Repair(claim=mended, applied=(), withheld=())], name="day.837")
    assert "could not be read points at a changed diagnosis" in written_out.withheld[0][1]
    assert written_out.content == text.encode()


def test_what_an_institutional_diagnosis_says_besides_goes_with_it():
    claim = institutional(
        "A1",
        hospital_service(),
        diagnoses=("ABK:Y9301:::::::N", "APR:M545", "ABF:M545:::::::Y*ABF:R278"),
        total="48",
    )
    text = interchange(transaction(subscriber("M1", claim, filing="MA")), version=INSTITUTIONAL)
    first = otcodes.fixes.PutDiagnosisFirst("M54.5").apply(read(text).claims[0], None)
    mended = ReplaceDiagnosis("M54.5", "M54.50").apply(first, None)
    out = mended_x12(text.encode(), [Repair(claim=first, applied=(), withheld=())], name="day.837").content
    assert b"HI*ABK:M545:::::::Y~\nHI*APR:M545~\nHI*ABF:Y9301:::::::N*ABF:R278~" in out
    out = mended_x12(
        out, [Repair(claim=attrs.evolve(mended), applied=(), withheld=())], name="day.837"
    ).content
    assert b"HI*ABK:M5450:::::::Y~\nHI*APR:M5450~\n" in out
    assert read(out).claims == (mended,)


@pytest.mark.parametrize(
    ("spoil", "edit", "reason"),
    [
        (lambda text: text, lambda claim: attrs.evolve(claim, id="B1"), "a changed id"),
        (lambda text: text, lambda claim: attrs.evolve(claim, lines=claim.lines[:1]), "taken out"),
        (
            lambda text: text.replace("*UN*3***1~\n", "*UN*3***1~\nAMT*T*5~\n"),
            lambda claim: SplitLine(1, "CO").apply(claim, 0),
            "cannot share AMT",
        ),
        (
            lambda text: text.replace("\nSE*", "\nSE*9"),
            lambda claim: SplitLine(1, "CO").apply(claim, 0),
            "SE01",
        ),
        (
            lambda text: text.replace("HC:97530:GO", "HC:97530:GO::::OWN WORDS"),
            lambda claim: claim.replace_line(0, attrs.evolve(claim.lines[0], procedure="97110")),
            "describes the procedure",
        ),
        (
            lambda text: text,
            lambda claim: claim.replace_line(0, attrs.evolve(claim.lines[0], procedure="97:30")),
            "separator",
        ),
        (
            lambda text: text,
            lambda claim: claim.replace_line(0, attrs.evolve(claim.lines[0], modifiers=("GO",) * 5)),
            "4 modifiers",
        ),
        (lambda text: text, lambda claim: attrs.evolve(claim, diagnoses=("R27.8", "M62.81")), "diagnoses"),
        (
            lambda text: text,
            lambda claim: attrs.evolve(claim, source="segment 2 (GS)"),
            "not read from this file",
        ),
        (lambda text: text, lambda claim: attrs.evolve(claim, file="other.837"), "not read from this file"),
    ],
)
def test_what_cannot_be_written_is_withheld_and_said(spoil, edit, reason):
    claim = professional("A1", service("97530:GO", "100", 3), service("97140:GO"), total="148")
    other = professional("A2", service("97530"), total="48")
    text = spoil(interchange(transaction(subscriber("M1", claim, other))))
    first, second = read(text).claims
    repairs = [
        Repair(claim=edit(first), applied=(), withheld=()),
        Repair(claim=AddModifier("GO").apply(second, 0), applied=(), withheld=()),
    ]
    mended = mended_x12(text.encode(), repairs, name="day.837")
    ((repair, said),) = mended.withheld
    assert repair is repairs[0]
    assert reason in said
    # The other claim is mended for all that.
    assert mended.content == text.replace("HC:97530*48", "HC:97530:GO*48").encode()


# The command line


@pytest.fixture
def run(tmp_path, monkeypatch, capfdbinary):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "day.837").write_bytes(professional_week(SHAPES["CRLF"]).encode())

    def run(*arguments: str) -> tuple[int, bytes, str]:
        status = cli.main(["check", *arguments])
        out, err = capfdbinary.readouterr()
        return status, out, err.decode()

    return run


def test_fix_writes_an_837_as_it_was_but_for_the_fixes(run, tmp_path):
    status, out, err = run("day.837", "--fix")
    assert status == 1
    assert out == repaired((tmp_path / "day.837").read_bytes())[1]
    assert "(SV1)" in err
    status, out, err = run("day.837", "--fix", "--output", "mended.edi")
    assert (tmp_path / "mended.edi").read_bytes() == repaired((tmp_path / "day.837").read_bytes())[1]
    assert b"day.837:segment " in out
    assert run("mended.edi", "--fix")[1] == (tmp_path / "mended.edi").read_bytes()


def test_fix_writes_an_837_as_json_where_it_is_asked_to(run, tmp_path):
    run("day.837", "--fix", "--output", "mended.json")
    assert len(otcodes.read(tmp_path / "mended.json").claims) == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("day.837", "day.837", "--fix"), "one at a time, and not of several 837s"),
        (("day.837", "day.csv", "--fix"), "an 837 beside other files"),
        (("day.csv", "--fix", "--output", "new.837"), "only in the place of an 837"),
        (("day.837", "--fix", "--output", "day.837"), "not written over"),
        (("day.837", "--fix", "--output", "./../" + "{folder}/day.837"), "not written over"),
    ],
)
def test_what_fix_does_not_write_is_said(run, tmp_path, arguments, said):
    (tmp_path / "day.csv").write_text("claim_id,procedure,on,units\nA1,97530,2026-03-02,1\n")
    before = (tmp_path / "day.837").read_bytes()
    status, out, err = run(*(each.format(folder=tmp_path.name) for each in arguments))
    assert (status, out) == (2, b"")
    assert said in err
    assert (tmp_path / "day.837").read_bytes() == before
    assert not (tmp_path / "new.837").exists()


def test_fix_keeps_what_could_not_be_read(run, tmp_path):
    text = professional_week().replace("SV1*HC:97165*130*UN", "SV1*HC:97165*130*MJ", 1)
    (tmp_path / "spoilt.837").write_text(text)
    status, out, err = run("spoilt.837", "--fix")
    assert status == 2
    assert b"SV1*HC:97165*130*MJ" in out
    assert "what could not be read is in the output as it was" in err


def test_written_is_the_opposite_of_a_split():
    assert written(["A*B:C"], Separators("|", ">", "'", "")) == "A|B>C'"
