"""Generated claims as an 837, repaired, written and read again."""

from __future__ import annotations

import re
from decimal import Decimal

import attrs
import pytest
from builders_x12 import (
    INSTITUTIONAL,
    PROFESSIONAL,
    Separators,
    hospital_service,
    institutional,
    interchange,
    is_valid,
    professional,
    service,
    subscriber,
    transaction,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import BILLED, ODD

import otcodes
from otcodes.readers import mended_x12, read_x12

pytest.importorskip("pyx12")

DIAGNOSES = ("M6281", "M545", "G35", "G20A1", "S52501D", "R278", "W010XXA", "M54.5", "m6281")
MODIFIERS = ("GO", "GP", "CO", "CQ", "KX", "59", "XE", "95", "GA", "LT", "go")
CODES = st.sampled_from([code for code in BILLED + ODD if len(code) == 5])
MODIFIED = st.builds(
    lambda code, modifiers: ":".join((code, *modifiers)),
    CODES,
    st.lists(st.sampled_from(MODIFIERS), max_size=4),
)
CHARGES = st.sampled_from(["48", "45.00", "120.5", "0"])
DAYS = st.sampled_from(["D8*20260302", "D8*20260303", "RD8*20260303-20260303", "D8*20240701"])
MORE = st.lists(st.sampled_from(["REF*6R*LINE9", "NTE*ADD*A NOTE", "AMT*T*5"]), unique=True).map(tuple)
SEPARATORS = st.builds(
    Separators,
    st.sampled_from("*|\x1d"),
    st.sampled_from(":>\x1f"),
    st.sampled_from("~'\x1c"),
    st.sampled_from(["\n", "\r\n", ""]),
)


@st.composite
def professional_claims(draw: st.DrawFn) -> list[str]:
    diagnoses = draw(st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=12))
    pointers = st.lists(
        st.integers(1, len(diagnoses)), min_size=1, max_size=min(4, len(diagnoses)), unique=True
    ).map(lambda drawn: ":".join(map(str, drawn)))
    line = st.builds(service, MODIFIED, CHARGES, st.integers(1, 6), pointers=pointers, on=DAYS, more=MORE)
    lines = draw(st.lists(line, min_size=1, max_size=5))
    return professional(
        "A1", *lines, diagnoses=tuple(diagnoses), total=draw(st.sampled_from(["100", "9.50"]))
    )


@st.composite
def institutional_claims(draw: st.DrawFn) -> list[str]:
    first = f"ABK:{draw(st.sampled_from(DIAGNOSES))}:::::::Y"
    others = draw(st.lists(st.sampled_from(DIAGNOSES), max_size=12))
    groups = [first, *([f"APR:{draw(st.sampled_from(DIAGNOSES))}"] if draw(st.booleans()) else [])]
    groups += ["*".join(f"ABF:{code}" for code in others)] if others else []
    line = st.builds(
        hospital_service,
        MODIFIED,
        CHARGES,
        st.integers(1, 6),
        revenue=st.sampled_from(["0430", "0434", "0420"]),
        on=DAYS,
    )
    lines = draw(st.lists(line, min_size=1, max_size=5))
    return institutional("A1", *lines, diagnoses=tuple(groups), total="100")


@st.composite
def files(draw: st.DrawFn) -> tuple[str, Separators]:
    version = draw(st.sampled_from([PROFESSIONAL, INSTITUTIONAL]))
    claims = professional_claims() if version == PROFESSIONAL else institutional_claims()
    drawn = draw(st.lists(claims, min_size=1, max_size=3))
    filing = draw(st.sampled_from(["MB", "CI", "MC", "16"]))
    separators = draw(SEPARATORS)
    body = transaction(
        *(subscriber(f"M{number}", claim, filing=filing) for number, claim in enumerate(drawn))
    )
    return interchange(body, version=version, separators=separators), separators


def with_minutes(claim: otcodes.Claim) -> otcodes.Claim:
    """The claim as a user adds to it what an 837 does not carry, so that assistants' rules speak, too."""
    lines = [
        attrs.evolve(line, minutes=15 * int(line.units), assistant_minutes=15 * (int(line.units) // 2))
        for line in claim.lines
    ]
    return attrs.evolve(claim, lines=tuple(lines), therapy_year_to_date_usd=Decimal(0))


def as_carried(claim: otcodes.Claim, lines: int) -> otcodes.Claim:
    """What an 837 carries of a claim: no minutes, its own number for a line that came, each pointer once."""
    carried = [
        attrs.evolve(
            line,
            minutes=None,
            assistant_minutes=None,
            id=line.id if number <= lines else str(number),
            diagnoses=tuple(dict.fromkeys(line.diagnoses)),
        )
        for number, line in enumerate(claim.lines, 1)
    ]
    return attrs.evolve(claim, lines=tuple(carried), therapy_year_to_date_usd=None)


@settings(deadline=None, max_examples=120)
@given(files(), st.booleans(), st.booleans())
def test_what_is_written_reads_as_what_was_mended(drawn, has_minutes, unsafe):
    text, separators = drawn
    originals = read_x12(text.encode(), name="day.837").claims
    claims = [with_minutes(claim) for claim in originals] if has_minutes else originals
    repairs = list(otcodes.repair_many(claims, unsafe=unsafe))
    mended = mended_x12(text.encode(), repairs, name="day.837")
    batch = read_x12(mended.content, name="day.837")
    assert batch.problems == ()
    withheld = {id(repair) for repair, _ in mended.withheld}
    for claim, repair, original in zip(batch.claims, repairs, originals, strict=True):
        expected = original if id(repair) in withheld else repair.claim
        size = len(original.lines)
        assert as_carried(claim, size) == as_carried(expected, size)
    # Every segment that no repair speaks of is what it was.
    before, after = (each.split(separators.segment) for each in (text, mended.content.decode()))
    if len(before) == len(after):
        changed = {was.strip()[:3] for was, now in zip(before, after, strict=True) if was != now}
        assert changed <= {"CLM", "HI" + separators.element, "SV1", "SV2"}
    if not any(repair.applied for repair in repairs):
        assert mended.content == text.encode()
    # Once is enough.
    same = [otcodes.Repair(claim=claim, applied=(), withheld=()) for claim in batch.claims]
    assert mended_x12(mended.content, same, name="day.837").content == mended.content


@settings(deadline=None, max_examples=25)
@given(files(), st.booleans())
def test_what_pyx12_passes_it_passes_when_mended(drawn, has_minutes):
    text, _ = drawn
    claims = read_x12(text.encode(), name="day.837").claims
    if has_minutes:
        claims = [with_minutes(claim) for claim in claims]
    mended = mended_x12(text.encode(), list(otcodes.repair_many(claims)), name="day.837")
    assert is_valid(mended.content.decode()) or not is_valid(text)


@settings(deadline=None, max_examples=60)
@given(files(), st.data())
def test_repairs_are_made_once(drawn, data):
    text, _ = drawn
    unsafe = data.draw(st.booleans())
    repairs = list(otcodes.repair_many(read_x12(text.encode(), name="day.837").claims, unsafe=unsafe))
    mended = mended_x12(text.encode(), repairs, name="day.837")
    if mended.withheld:
        return
    again = list(otcodes.repair_many(read_x12(mended.content, name="day.837").claims, unsafe=unsafe))
    assert mended_x12(mended.content, again, name="day.837").content == mended.content


def said(problems) -> list[str]:
    """The problems without the numbers of their segments: an HI that is gone moves those behind it."""
    return [re.sub(r"segment \d+", "segment", str(problem)) for problem in problems]


@settings(deadline=None, max_examples=200)
@given(files(), st.integers(0, 10**6), st.binary(max_size=6), st.integers(0, 40))
def test_damage_is_a_problem_and_never_a_crash(drawn, at, added, taken):
    content = drawn[0].encode()
    at %= len(content)
    damaged = content[:at] + added + content[at + taken :]
    try:
        batch = read_x12(damaged, name="day.837")
    except otcodes.ReadError:
        return
    repairs = list(otcodes.repair_many(batch.claims))
    mended = mended_x12(damaged, repairs, name="day.837")
    again = read_x12(mended.content, name="day.837")
    assert len(again.claims) == len(batch.claims)
    assert said(again.problems) == said(batch.problems)
