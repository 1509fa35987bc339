"""The search of titles against the plainest reading of them."""

import datetime as dt
import re
from functools import cache
from importlib import resources
from itertools import islice

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import DAYS

import otcodes
from otcodes import FieldError, normalize_code
from otcodes._blocks import Blocks
from otcodes._titles import JOINING, PREFERRED, TitleIndex, in_other_number, parts_of, words_of

BLOCKS = Blocks(
    "diagnosis_words.blocks", (resources.files("otcodes") / "data" / "diagnosis_words.blocks").read_bytes()
)
INDEX = TitleIndex(BLOCKS, table=BLOCKS.columns[1])
DAY = dt.date(2026, 10, 15)
KEYS = [key for key in otcodes.diagnoses.keys() if isinstance(key, str)]


@cache
def titles() -> dict[str, str]:
    """The titles of one day, by normalised code."""
    return {normalize_code(row.code): row.title for row in otcodes.diagnoses.on(DAY).values()}


@cache
def words() -> dict[str, set[str]]:
    return {code: words_of(title) for code, title in titles().items()}


@settings(deadline=None)
@given(st.sampled_from(KEYS), DAYS)
def test_every_code_is_found_by_its_exact_title(code: str, on: dt.date) -> None:
    history = otcodes.diagnoses.history(code)
    snapshot = otcodes.diagnoses.on(
        on if otcodes.diagnoses.verdict(code, on=on) != "out-of-coverage" else DAY
    )
    row = snapshot.get(code)
    if row is None:
        row = history[-1]
        snapshot = otcodes.diagnoses.on(row.valid_from)
    title = row.title

    def title_on(key: str) -> str | None:
        found = snapshot.find(key)
        return found.title if found is not None and (not row.is_billable or found.is_billable) else None

    found = list(islice(INDEX.find(title, title_on, headers=not row.is_billable), 3))
    assert code in found  # no title is that of more than a header and what is below it
    assert parts_of(snapshot[found[0]].title) == parts_of(title)


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from(KEYS),
    st.lists(st.tuples(st.integers(0, 30), st.integers(3, 20)), min_size=1, max_size=4),
    st.lists(st.sampled_from(sorted(JOINING)), max_size=3),
    st.sampled_from([" ", ", ", "; ", "/"]),
    st.randoms(),
)
def test_every_word_may_be_cut_short_in_any_order(code, places, joining, between, random) -> None:
    assume(code in titles())
    parts = [part for part in parts_of(titles()[code]) if part not in JOINING | PREFERRED]
    cut = [parts[place % len(parts)][:length] for place, length in places]
    assume(not set(cut) <= JOINING | PREFERRED)
    query = [*cut, *joining]
    random.shuffle(query)
    asked = between.join(query)
    assert code in set(INDEX.find(random.choice([asked, asked.upper()]), titles().get, headers=True))


VOCABULARY = sorted(
    {part for code in KEYS[::97] for part in parts_of(otcodes.diagnoses.history(code)[-1].title)}
)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3), st.integers(2, 9))
def test_what_is_found_agrees_with_a_scan_of_the_titles(asked: list[str], length: int) -> None:
    asked = [word[:length] for word in asked]
    plain = [word for word in asked if word not in JOINING | PREFERRED] or asked[-1:]
    beginnings = [re.compile(f" {re.escape(word)}") for word in plain]
    scanned = {
        code
        for code, known in words().items()
        if all(
            beginning.search(text) or in_other_number(word) in known
            for text in [f" {' '.join(known)}"]
            for word, beginning in zip(plain, beginnings, strict=True)
        )
    }
    by_code = set()
    if len(asked) == 1 and re.fullmatch("[a-z][0-9][0-9a-z]*", asked[0]):
        by_code = {code for code in titles() if code.startswith(asked[0].upper())}
    assert set(INDEX.find(" ".join(asked), titles().get, headers=True)) == scanned | by_code


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_finds_each_code_once_or_is_refused(text: str) -> None:
    if not parts_of(text):
        with pytest.raises(FieldError):
            INDEX.find(text, titles().get)
    else:
        found = list(islice(INDEX.find(text, titles().get), 200))
        assert len(set(found)) == len(found)
        assert all(code in titles() for code in found)
