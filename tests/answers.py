"""Answers of payers to claims, written by hand in the shapes of real exports; about nobody."""

from __future__ import annotations

ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260320*0815"
    "*^*00501*000000009*0*T*:"
)
V835, V277 = "005010X221A1", "005010X214"


def interchange(*transactions: str, version: str = V835, group: str = "HP") -> str:
    """A whole file, with its counts right."""
    head = f"GS*{group}*PAYER*CLINIC*20260320*0815*9*X*{version}"
    segments = [ISA, head, *transactions, f"GE*{len(transactions)}*9", "IEA*1*000000009", ""]
    return "\n".join(segments).replace("\n", "~\n")


def payment(*parts: str, number: str = "0001", paid: str = "0", extra: str = "", method: str = "ACH") -> str:
    """An 835 from its claims; `extra` stands behind them."""
    body = [
        f"BPR*I*{paid}*C*{method}*CCP*01*999999992*DA*1*1512345678**01*999988880*DA*2*20260320",
        f"TRN*1*EFT{number}*1512345678",
        "REF*EV*CLINIC",
        "DTM*405*20260319",
        "N1*PR*A PAYER",
        "N3*1 SECRET ROAD",
        "N4*TOWN*IL*60601",
        "PER*BL*NOBODY*TE*8005550100",
        "N1*PE*A CLINIC*XX*1234567893",
        "LX*1",
    ]
    body += [segment for part in (*parts, extra) for segment in part.splitlines()]
    return "\n".join([f"ST*835*{number}", *body, f"SE*{len(body) + 2}*{number}"])


def remittance(*parts: str, **options: str) -> str:
    """A file with one payment."""
    return interchange(payment(*parts, **options))


def acknowledgement(*parts: str, number: str = "0001", batch: str = "STC*A1:19:PR*20260310*WQ*216") -> str:
    """A 277CA from its claims, each in a patient's level of its own."""
    body = [
        "BHT*0085*08*1*20260310*0815*TH",
        "HL*1**20*1",
        "NM1*PR*2*A PAYER*****PI*12345",
        "TRN*1*0310",
        "DTP*050*D8*20260310",
        "DTP*009*D8*20260310",
        "HL*2*1*21*1",
        "NM1*41*2*A CLINIC*****46*999",
        "TRN*2*000000007",
        batch,
        "QTY*90*1",
        "AMT*YU*216",
        "HL*3*2*19*1",
        "NM1*85*2*A CLINIC*****XX*1234567893",
        "TRN*1*0",
    ]
    for level, part in enumerate(parts, 4):
        body += [f"HL*{level}*3*PT", "NM1*QC*1*PATIENT*TEST****MI*MEMBER77", *part.splitlines()]
    return "\n".join([f"ST*277*{number}*{V277}", *body, f"SE*{len(body) + 2}*{number}"])


def receipt(*parts: str, **options: str) -> str:
    """A file with one acknowledgement."""
    return interchange(acknowledgement(*parts, **options), version=V277, group="HN")


ACCEPTED = """TRN*2*A1
STC*A2:20:PR*20260310*WQ*168.5
REF*1K*ICN001
DTP*472*RD8*20260302-20260303"""
TURNED_BACK = """TRN*2*A2
STC*A7:453*20260310*U*48
DTP*472*D8*20260302
SVC*HC:97140*48*****1
STC*A7:453**U*******A7:454
REF*FJ*L7
DTP*472*D8*20260302"""

# One line paid, one denied, as Medicare writes them.
PARTLY = """CLP*A1*1*168.5*78.4*20*MB*ICN001*11*1
NM1*QC*1*PATIENT*TEST****MI*MEMBER77
MOA***MA01*MA18
REF*EA*9
DTM*050*20260309
SVC*HC:97530:GO:59*120.5*78.4**2
DTM*472*20260302
CAS*CO*45*20.5**253*1.6
CAS*PR*2*20
REF*6R*L1
AMT*B6*100
SVC*HC:97140:GO*48*0**0**1
DTM*472*20260302
CAS*CO*97*48*1
REF*6R*L2
LQ*HE*M15
LQ*HE*N362"""
