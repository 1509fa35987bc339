"""Payments made up by hypothesis: what is written as an 835 is what is read, and it adds up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from answers import remittance
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes.explaining import Standing
from otcodes.readers import read_835
from otcodes.remittances import Adjustment, ClaimPayment, LinePayment, total

pytest.importorskip("pyx12")

CENTS = st.integers(0, 999_999).map(lambda cents: Decimal(cents) / 100)
REASONS = st.sampled_from(["1", "2", "4", "45", "97", "144", "151", "253", "999"])
GROUPS = st.sampled_from(["CO", "PR", "OA", "PI"])
MODIFIERS = st.lists(st.sampled_from(["GO", "59", "KX", "CO"]), unique=True, max_size=4).map(tuple)
ADJUSTMENTS = st.lists(
    st.builds(
        Adjustment,
        group=GROUPS,
        reason=REASONS,
        amount_usd=st.one_of(CENTS, CENTS.map(lambda amount: -amount)),
        quantity=st.none() | st.integers(1, 9).map(Decimal),
    ),
    max_size=7,
).map(tuple)


@st.composite
def lines(draw: st.DrawFn) -> LinePayment:
    adjustments = draw(ADJUSTMENTS)
    paid = draw(CENTS)
    return LinePayment(
        procedure=draw(st.sampled_from(["97530", "97110", "97165", "G0283"])),
        modifiers=draw(MODIFIERS),
        charge_usd=paid + total(adjustments),
        paid_usd=paid,
        units_paid=draw(st.none() | st.integers(0, 20).map(Decimal)),
        on=draw(st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))),
        adjustments=adjustments,
        remarks=draw(st.lists(st.sampled_from(["N362", "M15", "MA130"]), max_size=3)),
        line_id=draw(st.none() | st.integers(1, 99).map(str)),
    )


@st.composite
def payments(draw: st.DrawFn) -> ClaimPayment:
    made = draw(st.lists(lines(), max_size=4))
    whole = draw(ADJUSTMENTS)
    paid = draw(CENTS)
    below = sum((total(line.adjustments) for line in made), Decimal(0))
    return ClaimPayment(
        claim=f"A{draw(st.integers(1, 999))}",
        outcome="primary",
        status_code="1",
        charge_usd=paid + total(whole) + below,
        paid_usd=paid,
        patient_responsibility_usd=draw(st.none() | CENTS),
        payer_control_number=draw(st.none() | st.integers(1, 999).map(str)),
        adjustments=whole,
        lines=made,
    )


def number(amount: Decimal | None) -> str:
    """As X12 writes it: no zeros behind the point, and none before it."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-0.", "-.") if text.startswith("-0.") else text.removeprefix("0") or "0"


def cas(adjustments: tuple[Adjustment, ...]) -> list[str]:
    """Each group's adjustments in turn, at most six in a segment."""
    segments: list[list[str]] = []
    for each in adjustments:
        if not segments or segments[-1][0] != each.group or len(segments[-1]) > 18:
            segments.append([str(each.group)])
        segments[-1] += [each.reason, number(each.amount_usd), number(each.quantity)]
    return ["*".join(["CAS", *segment]).rstrip("*") for segment in segments]


def written(paid: ClaimPayment) -> str:
    amounts = [number(each) for each in (paid.charge_usd, paid.paid_usd, paid.patient_responsibility_usd)]
    segments = [
        "*".join(["CLP", paid.claim, paid.status_code, *amounts, "", paid.payer_control_number or ""])
    ]
    segments += cas(paid.adjustments)
    for line in paid.lines:
        code = ":".join(["HC", line.procedure or "", *line.modifiers])
        amounts = [number(line.charge_usd), number(line.paid_usd), "", number(line.units_paid)]
        segments.append("*".join(["SVC", code, *amounts]).rstrip("*"))
        segments.append(f"DTM*472*{line.on:%Y%m%d}")
        segments += cas(line.adjustments)
        segments += [f"REF*6R*{line.line_id}"] if line.line_id else []
        segments += [f"LQ*HE*{code}" for code in line.remarks]
    return "\n".join(segments)


@given(st.lists(payments(), max_size=4))
def test_what_is_written_is_what_is_read_and_adds_up(made: list[ClaimPayment]) -> None:
    paid = sum((each.paid_usd for each in made), Decimal(0))
    text = remittance(*map(written, made), paid=number(paid))
    found = read_835(text.encode(), name="r.835")
    assert found.problems == found.notes == ()
    assert found.remittances[0].claims == tuple(made)
    assert found.remittances[0].is_balanced


@given(st.lists(payments(), min_size=1, max_size=3), st.data())
def test_a_damaged_file_gives_claims_that_were_in_it_and_says_what_is_wrong(
    made: list[ClaimPayment], data: st.DataObject
) -> None:
    paid = sum((each.paid_usd for each in made), Decimal(0))
    text = remittance(*map(written, made), paid=number(paid))
    end = data.draw(st.integers(text.index("LX*1"), len(text) - 3))
    found = read_835(text[:end].encode(), name="r.835")
    assert len(found.problems) == 1
    assert found.remittances[0].claims == tuple(made)[: len(found.remittances[0].claims)]


@given(payments())
def test_every_answer_can_be_explained(made: ClaimPayment) -> None:
    billed = [
        otcodes.ServiceLine(
            line.procedure or "",
            on=line.on or dt.date(2026, 3, 2),
            units=1,
            modifiers=line.modifiers,
            charge_usd=line.charge_usd,
            id=line.line_id,
        )
        for line in made.lines
    ]
    claim = otcodes.Claim(id=made.claim, payer="medicare-b", lines=billed)
    answers = otcodes.Remittance(paid_on=dt.date(2026, 3, 20), claims=[made])
    (found,) = otcodes.explain(answers, [claim])
    assert found.paid_usd == made.paid_usd
    assert found.next_steps
    assert found.standing in Standing
    assert sum(len(line.payments) for line in found.lines) + len(found.unmatched_lines) == len(made.lines)
    assert found.steps[-1].startswith("next: ")
