"""What the property tests draw: codes, days, lines and claims, good and odd ones."""

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

import otcodes

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2028, 12, 31))
BILLED = ("97530", "97110", "97140", "97112", "97535", "97150", "97165", "97129", "97130", "97550", "G0283")
ODD = ("97014", "97003", "97161", "97999", "99213", "9753", "L3908", "97168", "97750", "92526", "98980")
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
PAYERS = (None, "medicare-b", "commercial", "tricare", "medicaid")


def lines() -> st.SearchStrategy[otcodes.ServiceLine]:
    return st.builds(
        otcodes.ServiceLine,
        st.sampled_from(BILLED + ODD),
        on=st.sampled_from(
            [dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2024, 7, 1), dt.date(2016, 5, 2)]
        ),
        units=st.integers(-1, 8) | st.just(Decimal("1.5")),
        modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=5).map(tuple),
        minutes=st.none() | st.integers(0, 130),
        assistant_minutes=st.none() | st.integers(0, 60),
        place=st.sampled_from([None, "11", "12", "10", "21", "28", "1"]),
        diagnoses=st.lists(st.sampled_from(DIAGNOSES), max_size=5).map(tuple),
        charge_usd=st.sampled_from([None, Decimal(0), Decimal("45.00")]),
        id=st.none() | st.sampled_from(["1", "2"]),
        discipline=st.sampled_from([None, "physical-therapy"]),
        empty_fields=st.sampled_from([(), ("minutes",), ("charge_usd",)]),
    )


def claims() -> st.SearchStrategy[otcodes.Claim]:
    return st.builds(
        otcodes.Claim,
        lines=st.lists(lines(), min_size=1, max_size=5).map(tuple),
        diagnoses=st.lists(st.sampled_from(DIAGNOSES), max_size=14).map(tuple),
        payer=st.sampled_from(PAYERS),
        setting=st.sampled_from(list(otcodes.Setting)),
        id=st.none() | st.just("A1"),
        therapy_year_to_date_usd=st.none() | st.just(Decimal("2450.00")),
        plan_of_care=st.none() | st.just(otcodes.PlanOfCare(certified_from=dt.date(2026, 1, 5))),
    )
