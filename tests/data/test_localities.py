"""The payment localities against facts typed from CMS's addendum E of each year, and the form of the table.

The facts of 2023 are those of GPCI2023.txt in CMS's own RVU23D; those of other years the copies on board.
"""

import csv
import datetime as dt
from collections import Counter
from decimal import Decimal
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import otcodes
from otcodes import Verdict

TABLE = otcodes.localities
FILE = resources.files("otcodes") / "data" / "localities.csv"
ROWS = list(csv.DictReader(FILE.read_text("utf-8").splitlines()))
KEYS = sorted({(row["contractor"], row["locality"]) for row in ROWS})
INDICES = ("work", "practice", "malpractice")


@pytest.mark.parametrize(
    ("year", "key", "state", "expected"),
    [
        (2020, ("10112", "00"), "AL", ("1.000", "0.889", "0.707")),
        (2020, ("02102", "01"), "AK", ("1.500", "1.118", "0.661")),
        (2020, ("02402", "02"), "WA", ("1.031", "1.170", "0.854")),
        (2021, ("03102", "00"), "AZ", ("1.000", "0.951", "0.857")),
        (2022, ("03102", "00"), "AZ", ("1.000", "0.951", "0.857")),
        (2023, ("10112", "00"), "AL", ("1.000", "0.878", "0.748")),
        (2023, ("02102", "01"), "AK", ("1.500", "1.100", "0.603")),
        (2023, ("03102", "00"), "AZ", ("1.000", "0.963", "0.855")),
        (2023, ("07102", "13"), "AR", ("1.000", "0.853", "0.492")),
        (2023, ("01112", "54"), "CA", ("1.027", "1.079", "0.694")),
        (2023, ("01112", "55"), "CA", ("1.021", "1.079", "0.579")),
        (2023, ("01182", "71"), "CA", ("1.021", "1.079", "0.595")),
        (2023, ("01182", "18"), "CA", ("1.045", "1.185", "0.724")),
        (2023, ("01182", "26"), "CA", ("1.045", "1.185", "0.724")),
        (2024, ("10112", "00"), "AL", ("1.000", "0.869", "0.575")),
        (2025, ("10112", "00"), "AL", ("1.000", "0.869", "0.575")),
        (2025, ("06102", "16"), "IL", ("1.007", "1.023", "2.018")),
        (2025, ("11402", "16"), "WV", ("1.000", "0.862", "1.333")),
        (2025, ("13202", "01"), "NY", ("1.065", "1.166", "1.656")),
        (2025, ("09102", "04"), "FL", ("1.000", "1.027", "2.500")),
        (2025, ("12202", "01"), "DC", ("1.057", "1.192", "1.168")),
        (2025, ("09202", "20"), "PR", ("1.000", "1.007", "0.982")),
        (2025, ("03602", "21"), "WY", ("1.000", "1.000", "0.739")),
    ],
)
def test_indices_of_a_year(year, key, state, expected) -> None:
    for day in (dt.date(year, 1, 1), dt.date(year, 12, 31)):
        found = TABLE.on(day)[key]
        assert (str(found.work), str(found.practice), str(found.malpractice)) == expected
        assert found.state == state
        assert not found.carried_forward


@pytest.mark.parametrize(
    ("year", "count"), [(2020, 112), (2021, 112), (2022, 112), (2023, 112), (2024, 109), (2025, 109)]
)
def test_every_locality_of_a_year_is_there_and_its_state_and_number_name_it(year, count) -> None:
    rows = list(TABLE.on(dt.date(year, 6, 1)).values())
    assert len(rows) == count
    assert len({(row.state, row.locality) for row in rows}) == count
    assert len({row.state for row in rows}) == 53  # the states, DC, Puerto Rico and the Virgin Islands
    assert Counter(row.state for row in rows)["CA"] == count - 80


@pytest.mark.parametrize("key", [("01112", "06"), ("01112", "07"), ("01182", "26")])
def test_three_localities_of_california_were_joined_to_others_in_2024(key) -> None:
    """The counties of San Mateo, and Alameda and Contra Costa, are in 05; Orange is in 18."""
    assert TABLE.verdict(key, on=dt.date(2023, 12, 31)) is Verdict.EFFECTIVE
    assert TABLE.verdict(key, on=dt.date(2024, 1, 1)) is Verdict.NOT_EFFECTIVE


def test_the_floor_under_the_work_index_is_in_it() -> None:
    """1.0 by laws that were renewed for every day from 2020 to 2025; 1.5 in Alaska."""
    for row in TABLE:
        assert row.work >= 1
        assert (row.work == Decimal("1.5")) == (row.state == "AK")
    # The frontier states' practice expense has a floor of its own.
    for state in ("MT", "ND", "NV", "SD", "WY"):
        assert all(row.practice >= 1 for row in TABLE if row.state == state)


def test_2026_is_carried_forward_from_2025_and_other_days_are_not_known() -> None:
    for key in KEYS:
        found = TABLE.on(dt.date(2026, 12, 31)).find(key)
        if found is not None:
            assert found.carried_forward
            assert found.edition == "gpci-2025"
        assert TABLE.verdict(key, on=dt.date(2019, 12, 31)) is Verdict.OUT_OF_COVERAGE
    assert TABLE.verdict(("06102", "16"), on=dt.date(2027, 1, 1)) is Verdict.OUT_OF_COVERAGE
    assert TABLE.verdict(("06102", "77"), on=dt.date(2025, 6, 1)) is Verdict.OUT_OF_COVERAGE


def test_indices_have_three_places_names_are_plain_and_neighbours_differ() -> None:
    for row in ROWS:
        assert len(row["contractor"]) == 5
        assert len(row["locality"]) == len(row["state"]) == 2
        assert row["name"].strip(" *") == row["name"] != row["name"].upper() or row["name"] == "DC"
        for name in INDICES:
            assert Decimal(row[name]).as_tuple().exponent == -3, row
            assert 0 < Decimal(row[name]) < 4
    for before, after in pairwise(ROWS):
        if (before["contractor"], before["locality"]) == (after["contractor"], after["locality"]):
            assert list(before.values())[6:] != list(after.values())[6:], after


@given(st.sampled_from(KEYS), st.dates(dt.date(2019, 1, 1), dt.date(2028, 12, 31)))
def test_a_locality_on_a_day_is_what_the_file_says(key, day) -> None:
    on = day.isoformat()
    holding = [
        row
        for row in ROWS
        if (row["contractor"], row["locality"]) == key
        and row["valid_from"] <= on <= (row["valid_to"] or "2026-12-31")
    ]
    found = TABLE.on(day).find(key)
    assert (found is not None) == (len(holding) == 1)
    if found is not None:
        assert [str(getattr(found, name)) for name in INDICES] == [holding[0][name] for name in INDICES]
