"""`status`: files in any order, one line a claim, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from answers import ACCEPTED, PARTLY, TURNED_BACK, receipt, remittance

from otcodes import cli

pytest.importorskip("pyx12")

ISA = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260309*0815"
    "*^*00501*000000007*0*T*:"
)
BATCH = """ST*837*0001*005010X222A1
BHT*0019*00*B1*20260309*0815*CH
HL*1**20*1
HL*2*1*22*0
SBR*P*18*******MB
NM1*IL*1*PATIENT*TEST****MI*MEMBER77
CLM*A1*168.5***11:B:1*Y*A*Y*Y
HI*ABK:M6281
LX*1
SV1*HC:97530:GO:59*120.50*UN*2***1
DTP*472*D8*20260302
REF*6R*L1
LX*2
SV1*HC:97140:GO*48*UN*1***1
DTP*472*D8*20260302
REF*6R*L2
CLM*A2*48***11:B:1*Y*A*Y*Y
HI*ABK:M6281
LX*1
SV1*HC:97140*48*UN*1***1
DTP*472*D8*20260302
REF*6R*L7
CLM*A3*48***11:B:1*Y*A*Y*Y
HI*ABK:M6281
LX*1
SV1*HC:97110:GO*48*UN*1***1
DTP*472*D8*20260305"""
PAID = """CLP*A3*1*48*38.4*9.6*MB*ICN003
SVC*HC:97110:GO*48*38.4
DTM*472*20260305
CAS*PR*2*9.6"""


def batch() -> str:
    body = BATCH.splitlines()
    group = "GS*HC*CLINIC*PAYER*20260309*0815*7*X*005010X222A1"
    segments = [ISA, group, *body, f"SE*{len(body) + 1}*0001", "GE*1*7", "IEA*1*000000007", ""]
    return "~\n".join(segments)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    files = {
        "batch.837": batch(),
        "response.277": receipt(ACCEPTED, TURNED_BACK),
        "remit.835": remittance(PARTLY, paid="78.4"),
        "paid.txt": remittance(PAID, paid="38.4"),
        "cut.835": remittance(PAID, paid="38.4").partition("DTM*472")[0],
        "other.835": remittance(PAID.replace("A3", "B7"), paid="38.4"),
        "refused.277": receipt(batch="STC*A3:24:41*20260310*U*216"),
        "noise.835": "nonsense",
        "claims.json": json.dumps(
            {"claims": [{"id": "A3", "payer": "medicare-b", "diagnoses": ["M62.81"],
                         "lines": [{"procedure": "97110", "on": "2026-03-05", "units": 1,
                                    "modifiers": ["GO"], "charge_usd": "48.00"}]}]}
        ),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())

    def run(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(("status", *arguments))
        return status, *capsys.readouterr()

    return run


def test_one_line_a_claim(run) -> None:
    status, out, err = run("batch.837", "response.277", "remit.835")
    assert (status, err) == (1, "")
    first, second, third = out.splitlines()
    assert first.startswith(
        "A1: sent 168.50 (2 lines), accepted, paid 78.40, denied 48.00; why: CO 97 48.00: "
    )
    assert "M15: Part of another service, not paid apart" in first
    assert first.endswith("; next: correct and resubmit, bill the patient, write off")
    assert second.startswith("A2: sent 48.00 (1 line), rejected; why: A7:453: ")
    assert "modifier.discipline-missing finds it" in second
    assert second.endswith("; next: correct and resubmit")
    assert third == "A3: sent 48.00 (1 line), no answer yet; next: wait"
    assert "MEMBER77" not in out + err


def test_the_order_of_the_files_is_the_same_and_the_ending_says_nothing(run) -> None:
    expected = run("batch.837", "response.277", "remit.835", "paid.txt")
    assert run("paid.txt", "remit.835", "response.277", "batch.837") == expected


def test_all_paid_or_waiting_is_0(run) -> None:
    assert run("claims.json", "paid.txt")[:2] == (
        0, "A3: sent 48.00 (1 line), paid 38.40; next: bill the patient\n",
    )  # fmt: skip
    status, out, _ = run("claims.json")
    assert (status, out) == (0, "A3: sent 48.00 (1 line), no answer yet; next: wait\n")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (("claims.json", "cut.835"), "cut.835, segment 15 (SVC): expected SE"),
        (("claims.json", "noise.835"), "noise.835: "),
        (("claims.json", "absent.835"), "absent.835: No such file"),
    ],
)
def test_what_cannot_be_read_in_part_is_2_after_what_can(run, files, says) -> None:
    status, out, err = run(*files)
    assert (status, out.count("\n")) == (2, 1)
    assert says in err


def test_an_answer_for_another_claim_is_noted(run) -> None:
    status, _, err = run("claims.json", "other.835")
    assert (status, err) == (0, "otcodes: note: an answer for B7, which is none of the claims\n")


def test_a_whole_file_turned_back_is_1(run) -> None:
    status, out, err = run("batch.837", "refused.277")
    assert (status, out.count("no answer yet")) == (1, 3)
    assert "was turned back (A3:24:41)" in err


def test_json(run) -> None:
    status, out, err = run("batch.837", "response.277", "remit.835", "--format", "json")
    assert (status, err) == (1, "")
    found = json.loads(out)
    assert [each["standing"] for each in found["claims"]] == ["partly-paid", "rejected", "waiting"]
    assert found["claims"][0]["lines"][1]["why"][0]["code"] == "CO 97"
    assert found["claims"][0]["denied_usd"] == "48"
    assert found["unmatched"] == []
    assert "MEMBER77" not in out


def test_transactions_of_several_kinds_in_one_file(run, tmp_path) -> None:
    both = batch() + remittance(PAID, paid="38.4")
    (tmp_path / "both.edi").write_bytes(both.encode())
    status, out, err = run("both.edi")
    assert (status, err) == (0, "")
    assert "A3: sent 48.00 (1 line), paid 38.40" in out


def test_the_run_that_the_page_shows(monkeypatch, capsys) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root / "examples" / "tracking")
    assert cli.main(("status", "batch.837", "response.277", "remit.835")) == 1
    assert f"```text\n{capsys.readouterr().out}```" in (root / "docs" / "remittances.md").read_text("utf-8")
