"""The tree of ICD-10-CM, on any day: parents, children, changes, sides."""

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

import otcodes

CODES = tuple(str(key) for key in otcodes.diagnoses.keys())
EDITIONS = [
    dt.date(2015, 10, 1), dt.date(2018, 10, 1), dt.date(2019, 10, 1), dt.date(2020, 4, 1),
    dt.date(2020, 10, 1),
    dt.date(2021, 1, 1), dt.date(2021, 10, 1), dt.date(2022, 4, 1), dt.date(2022, 10, 1), dt.date(2023, 4, 1),
    dt.date(2023, 10, 1), dt.date(2024, 10, 1), dt.date(2025, 10, 1), dt.date(2026, 10, 1),
]  # fmt: skip
DAYS = st.sampled_from(EDITIONS)


def in_force(code: str, day: dt.date):
    return otcodes.diagnoses.on(day).find(code)


@given(st.sampled_from(CODES), DAYS)
def test_every_child_of_a_code_has_it_as_its_parent(code: str, day: dt.date) -> None:
    snapshot = otcodes.diagnoses.on(day)
    record = in_force(code, day)
    if record is None:
        return
    for child in snapshot.children(code):
        assert snapshot.parent(child.code) == record
    parent = snapshot.parent(code)
    if parent is not None:
        assert record in snapshot.children(parent.code)


@given(st.sampled_from(CODES), DAYS)
def test_the_chain_of_ancestors_grows_shorter_and_ends_at_the_category(code: str, day: dt.date) -> None:
    if in_force(code, day) is None:
        return
    snapshot = otcodes.diagnoses.on(day)
    chain = snapshot.ancestors(code)
    lengths = [len(code), *(len(otcodes.normalize_code(above.code)) for above in chain)]
    assert lengths == sorted(set(lengths), reverse=True)
    assert (chain[-1] if chain else in_force(code, day)) == snapshot.category(code)
    for above in chain:
        assert not above.is_billable
        assert code in {otcodes.normalize_code(below.code) for below in snapshot.descendants(above.code)}


@given(st.sampled_from(CODES), DAYS)
def test_a_code_is_billable_if_it_has_no_children_that_day(code: str, day: dt.date) -> None:
    record = in_force(code, day)
    if record is not None:
        assert record.is_billable == (otcodes.diagnoses.on(day).children(code) == ())


@given(st.sampled_from(CODES), DAYS)
def test_the_other_side_of_the_other_side_is_the_code_itself(code: str, day: dt.date) -> None:
    record = in_force(code, day)
    if record is None:
        return
    snapshot = otcodes.diagnoses.on(day)
    other = snapshot.other_side(code)
    if other is not None:
        assert snapshot.other_side(other.code) == record
        assert {snapshot.laterality(code), snapshot.laterality(other.code)} == {"right", "left"}


def state(rows: list[otcodes.Diagnosis], day: dt.date) -> dict[str, otcodes.Diagnosis]:
    in_force = (row for row in rows if row.valid_from <= day and (not row.valid_to or day <= row.valid_to))
    return {row.code: row for row in in_force}


def test_a_diff_applied_to_the_first_day_gives_the_second() -> None:
    rows = list(otcodes.diagnoses)
    for first, second in pairwise(EDITIONS):
        if first < dt.date(2018, 10, 1):
            continue
        changes = otcodes.diagnoses.diff(first, second)
        made = state(rows, first)
        for record in changes.retired:
            del made[record.code]
        changed = (*changes.revised, *changes.became_header, *changes.became_billable)
        for record in (*changes.added, *(after for _, after in changed)):
            made[record.code] = record
        assert changes.not_known == ()
        assert made == state(rows, second)


@settings(max_examples=3, deadline=None)
@given(DAYS, DAYS)
def test_a_diff_backwards_is_the_diff_turned_round(first: dt.date, second: dt.date) -> None:
    there, back = otcodes.diagnoses.diff(first, second), otcodes.diagnoses.diff(second, first)
    assert there.added == back.retired
    assert there.retired == back.added
    assert [(b, a) for a, b in there.revised] == list(back.revised)
    assert [(b, a) for a, b in there.became_header] == list(back.became_billable)
    assert there.not_known == back.not_known
