"""What the property tests draw: codes, days, lines and claims, good and odd ones."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import attrs
from hypothesis import strategies as st

import otcodes
from otcodes.ext.hypothesis import evaluations

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2028, 12, 31))
BILLED = ("97530", "97110", "97140", "97112", "97535", "97150", "97165", "97129", "97130", "97550", "G0283")
ODD = (
    *("97014", "97003", "97161", "97999", "99213", "9753", "L3908", "97168", "97750", "92526", "97010"),
    *("98979", "98980", "98981", "96113", "97551", "97037", "G0129", "29125", "97166"),
)
MODIFIERS = (
    "GO",
    "GP",
    "CO",
    "CQ",
    "KX",
    "59",
    "XE",
    "95",
    "93",
    "25",
    "51",
    "GA",
    "GZ",
    "LT",
    "RT",
    "50",
    "ZZ",
    "G",
    "SZ",
)
DIAGNOSES = ("M62.81", "m6281", "M54.5", "G35", "G20.A1", "S52.501D", "M6.281", "A00.0", "Z50.1", "R27.8")
PAYERS = (None, "medicare-b", *otcodes.payers.POLICIES)


# Days of which all tables know, of which some are carried forward, and before or behind some of them.
ON = (
    *(dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2024, 7, 1), dt.date(2016, 5, 2)),
    *(dt.date(2021, 12, 31), dt.date(2026, 12, 30), dt.date(2027, 1, 4)),
)


def lines(days: Sequence[dt.date] = ON) -> st.SearchStrategy[otcodes.ServiceLine]:
    return st.builds(
        otcodes.ServiceLine,
        st.sampled_from(BILLED + ODD),
        on=st.sampled_from(days),
        units=st.integers(-1, 8) | st.just(Decimal("1.5")),
        modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=5).map(tuple),
        minutes=st.none() | st.integers(0, 130),
        assistant_minutes=st.none() | st.integers(0, 60),
        place=st.sampled_from([None, "11", "12", "10", "02", "21", "28", "1"]),
        diagnoses=st.lists(st.sampled_from(DIAGNOSES), max_size=5).map(tuple),
        charge_usd=st.sampled_from([None, Decimal(0), Decimal("45.00")]),
        allowed_usd=st.sampled_from([None, None, Decimal("31.07")]),
        revenue_code=st.sampled_from([None, "0430", "0420", "0434", "0450"]),
        id=st.none() | st.sampled_from(["1", "2"]),
        discipline=st.sampled_from([None, "physical-therapy"]),
        rendering_provider=st.sampled_from([None, None, "1234567893", "R. Doe"]),
        empty_fields=st.sampled_from([(), ("minutes",), ("charge_usd",), ("revenue_code",)]),
    )


PLANS = st.builds(
    otcodes.PlanOfCare,
    certified_from=st.sampled_from([None, dt.date(2026, 1, 5), dt.date(2025, 11, 1)]),
    certified_to=st.sampled_from([None, dt.date(2026, 3, 2)]),
    evaluated_on=st.sampled_from([None, dt.date(2026, 1, 5)]),
    order_on=st.sampled_from([None, dt.date(2026, 1, 2)]),
    sent_on=st.sampled_from([None, dt.date(2026, 1, 20), dt.date(2026, 2, 20)]),
    progress_reports=st.sampled_from([None, (), (dt.date(2026, 2, 2),)]),
    treatment_days=st.sampled_from(
        [None, (), tuple(dt.date(2026, 2, 2) + dt.timedelta(n) for n in range(12))]
    ),
)
EVALUATIONS = evaluations()
NOTES = st.builds(
    otcodes.TreatmentNote,
    on=st.sampled_from([dt.date(2026, 3, 2), dt.date(2026, 3, 3)]),
    timed_minutes=st.none() | st.integers(0, 90),
    total_minutes=st.none() | st.integers(0, 90),
    evaluation=st.none() | EVALUATIONS,
    empty_fields=st.sampled_from([(), ("timed_minutes",)]),
)


def claims(days: Sequence[dt.date] = ON) -> st.SearchStrategy[otcodes.Claim]:
    return st.builds(
        otcodes.Claim,
        lines=st.lists(lines(days), min_size=1, max_size=5).map(tuple),
        diagnoses=st.lists(st.sampled_from(DIAGNOSES), max_size=14).map(tuple),
        payer=st.sampled_from(PAYERS),
        setting=st.sampled_from(list(otcodes.Setting)),
        id=st.none() | st.just("A1"),
        therapy_year_to_date_usd=st.none() | st.just(Decimal("2450.00")),
        plan_of_care=st.none() | PLANS,
        treatment_notes=st.lists(NOTES, max_size=2).map(tuple),
        patient=st.none() | st.just("P1"),
        referring_npi=st.sampled_from([None, "1234567893", "1234567890"]),
        submitted_on=st.sampled_from([None, dt.date(2026, 4, 1), dt.date(2027, 6, 1)]),
        empty_fields=st.sampled_from([(), ("plan_of_care", "referring_npi"), ("submitted_on", "patient")]),
    )


def patients() -> st.SearchStrategy[list[otcodes.Claim]]:
    """Two or three claims of one patient, of one payer and setting, so that each looks at the others."""
    few = claims(days=ON[:2])
    return st.tuples(
        st.lists(few, min_size=2, max_size=3), st.sampled_from(PAYERS), st.sampled_from(list(otcodes.Setting))
    ).map(
        lambda drawn: [
            attrs.evolve(claim, id=str(number), patient="P1", payer=drawn[1], setting=drawn[2])
            for number, claim in enumerate(drawn[0])
        ]
    )


TIMED = ("97530", "97110", "97140", "97535", "97112", "97124", "97129", "97130", "97750", "97760", "97550")
OTHERS = (
    *("97150", "97165", "97166", "97168", "G0283", "97014", "97010", "97018", "95851", "29125", "29130"),
    *("98975", "98977", "98980", "98981", "98985", "98979", "97551", "96112", "96125", "97545", "97597"),
    *("97161", "97003", "99213", "L3908", "dressing training", "group"),
)
FEW = st.integers(0, 40)
NAMES = {"patient": "Jane Q. Doe", "therapist": "Lee Ann Roe", "assistant": "Max Poe"}
SERVICES = st.builds(
    otcodes.Service,
    st.sampled_from(TIMED) | st.sampled_from(TIMED) | st.sampled_from(OTHERS),
    therapist_minutes=FEW,
    assistant_minutes=st.just(0) | FEW,
    together_minutes=st.just(0) | st.integers(0, 20),
    units=st.sampled_from([1, 1, 1, 2, 0]),
    days=st.none() | st.integers(0, 31),
    is_separate=st.sampled_from([None, True, True, False]),
    modifiers=st.sampled_from([(), (), (), ("LT",), ("96",), ("59",), ("KX",), ("GO",)]),
    charge_usd=st.none() | st.decimals(0, 500, places=2),
    allowed_usd=st.sampled_from([None, None, Decimal("31.07")]),
)


def visits(services: st.SearchStrategy[otcodes.Service] = SERVICES) -> st.SearchStrategy[otcodes.Visit]:
    return st.builds(
        otcodes.Visit,
        on=st.sampled_from((*ON, dt.date(2022, 6, 1), dt.date(2020, 2, 3))),
        services=st.lists(services, max_size=6).map(tuple),
        payer=st.sampled_from([*PAYERS, "medicare-b", "medicare-b", "commercial"]),
        setting=st.sampled_from(list(otcodes.Setting)),
        place=st.sampled_from([None, "11", "11", "10", "02"]),
        discipline=st.sampled_from(["occupational-therapy"] * 4 + ["physical-therapy"]),
        diagnoses=st.sampled_from([("M62.81",)] * 6 + [("M62.81", "m6281"), ("M54.5",), ()]),
        evaluation=st.none() | st.none() | EVALUATIONS,
        telehealth=st.sampled_from([None, None, None, "video", "audio"]),
        plan_of_care=st.none() | PLANS,
        therapy_year_to_date_usd=st.sampled_from([None, Decimal(0), Decimal("2400.00"), Decimal("9000.00")]),
        referring_npi=st.sampled_from([None, "1234567893"]),
        id=st.none() | st.just("V1"),
        **{name: st.just(value) for name, value in NAMES.items()},
    )
