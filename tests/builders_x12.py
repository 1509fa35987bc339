"""Whole 837 files, about nobody, in the shapes that real exports have; pyx12's validator passes them."""

from __future__ import annotations

import io
from typing import NamedTuple

PROFESSIONAL, INSTITUTIONAL = "005010X222A1", "005010X223A2"
SERVICE = {PROFESSIONAL: "SV1", INSTITUTIONAL: "SV2"}


class Separators(NamedTuple):
    """What a file parts its elements, components and segments with, and what stands behind a segment."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"
    line_break: str = "\n"


USUAL = Separators()


def written(segments: list[str], separators: Separators = USUAL) -> str:
    """Segments that were written with the usual separators, with others."""
    parts = str.maketrans({"*": separators.element, ":": separators.component})
    end = separators.segment + separators.line_break
    return "".join(segment.translate(parts) + end for segment in segments)


def interchange(
    *transactions: list[str],
    version: str = PROFESSIONAL,
    number: int = 101,
    separators: Separators = USUAL,
) -> str:
    """An interchange of one group; its counts are right."""
    isa = (
        "ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *260309*0815*^*00501*"
        f"{number:09}*0*T*:"
    )
    body: list[str] = []
    for place, inner in enumerate(transactions, 1):
        body += [f"ST*837*{place:04}*{version}", *inner, f"SE*{len(inner) + 2}*{place:04}"]
    group = f"GS*HC*SUBMITTER*RECEIVER*20260309*0815*{number}*X*{version}"
    tail = [f"GE*{len(transactions)}*{number}", f"IEA*1*{number:09}"]
    return written([isa, group, *body, *tail], separators)


def transaction(*subscribers: list[str], submitter: str = "SUBMITTER") -> list[str]:
    """A transaction of one submitter and provider; its HL segments are numbered here."""
    head = [
        "BHT*0019*00*B1*20260309*0815*CH",
        f"NM1*41*2*A CLINIC*****46*{submitter}",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*CLEARINGHOUSE*****46*RECEIVER",
        "HL*1**20*1",
        "NM1*85*2*A CLINIC*****XX*1234567893",
        "N3*1 MAIN ST",
        "N4*SPRINGFIELD*IL*627011234",
        "REF*EI*123456789",
    ]
    level, parent = 1, 1
    for subscriber in subscribers:
        for segment in subscriber:
            if segment.startswith("HL"):
                level += 1
                kind = segment.split("*")[3]
                parent = level if kind == "22" else parent
                head.append(
                    segment.replace("#", str(level), 1).replace("#", "1" if kind == "22" else str(parent))
                )
            else:
                head.append(segment)
    return head


def subscriber(
    member: str = "MEMBER77", *claims: list[str], filing: str = "MB", dependents: tuple[list[str], ...] = ()
) -> list[str]:
    """A subscriber with claims of their own, or with dependents that have them."""
    relation = "" if dependents else "18"
    return [
        f"HL*#*#*22*{1 if dependents else 0}",
        f"SBR*P*{relation}*******{filing}",
        f"NM1*IL*1*TEST*PATIENT****MI*{member}",
        "N3*2 ELM ST",
        "N4*SPRINGFIELD*IL*62701",
        *([] if dependents else ["DMG*D8*19500101*F"]),
        "NM1*PR*2*A PAYER*****PI*12345",
        *(segment for claim in claims for segment in claim),
        *(segment for each in dependents for segment in each),
    ]


def dependent(first: str, *claims: list[str], born: str = "20180101") -> list[str]:
    """A dependent with claims."""
    return [
        "HL*#*#*23*0",
        "PAT*19",
        f"NM1*QC*1*TEST*{first}",
        "N3*2 ELM ST",
        "N4*SPRINGFIELD*IL*62701",
        f"DMG*D8*{born}*M",
        *(segment for claim in claims for segment in claim),
    ]


def professional(
    name: str,
    *lines: list[str],
    diagnoses: tuple[str, ...] = ("M6281",),
    total: str = "0",
    more: tuple[str, ...] = (),
    note: str = "",
) -> list[str]:
    """A professional claim; `more` stands between its diagnoses and its lines."""
    notes = [f"NTE*ADD*{note}"] if note else []
    codes = "*".join(f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(diagnoses))
    body: list[str] = []
    for place, line in enumerate(lines, 1):
        body += [f"LX*{place}", *line]
    return [f"CLM*{name}*{total}***11:B:1*Y*A*Y*Y", *notes, f"HI*{codes}", *more, *body]


def service(
    procedure: str = "97530:GO",
    charge: str = "48",
    units: object = 1,
    *,
    pointers: str = "1",
    on: str = "D8*20260302",
    place: str = "",
    more: tuple[str, ...] = (),
) -> list[str]:
    """A professional service line without its LX."""
    return [f"SV1*HC:{procedure}*{charge}*UN*{units}*{place}**{pointers}", f"DTP*472*{on}", *more]


def institutional(
    name: str,
    *lines: list[str],
    diagnoses: tuple[str, ...] = ("ABK:M6281",),
    total: str = "0",
    statement: str = "20260302-20260302",
) -> list[str]:
    """An institutional claim; each of `diagnoses` is an HI."""
    body: list[str] = []
    for place, line in enumerate(lines, 1):
        body += [f"LX*{place}", *line]
    return [
        f"CLM*{name}*{total}***13:A:1**A*Y*Y",
        f"DTP*434*RD8*{statement}",
        "CL1*3*1*01",
        *(f"HI*{each}" for each in diagnoses),
        "HI*BH:11:D8:20260105",
        "NM1*71*1*DOCTOR*TEST****XX*1234567893",
        *body,
    ]


def hospital_service(
    procedure: str = "97530:GO",
    charge: str = "48",
    units: object = 1,
    *,
    revenue: str = "0430",
    on: str = "D8*20260302",
) -> list[str]:
    """An institutional service line without its LX; a revenue code alone, where there is no procedure."""
    code = f"HC:{procedure}" if procedure else ""
    day = [f"DTP*472*{on}"] if on else []
    return [f"SV2*{revenue}*{code}*{charge}*UN*{units}", *day]


def is_valid(text: str) -> bool:
    """Whether pyx12 passes a file by its maps, which say what may stand where."""
    import logging

    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    return x12n_document(ParamsBase(), io.StringIO(text), None, None)
