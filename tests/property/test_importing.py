"""Merging editions: in whichever order they come, a day is answered by what they say of it, or not at all."""

import datetime as dt
from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from otcodes import Verdict
from otcodes._blocks import sha256
from otcodes._manifest import DAY, Entry
from otcodes.importing._canonical import canonical
from otcodes.importing._merging import Board, Form, Merged, Run, Statement, merged
from otcodes.policy_records import PtpEdit
from otcodes.tables import Table

FORM = Form(key=("setting", "column_1", "column_2"), columns=("indicator",), scope_by="column_1")
CODES = ("97110", "97112", "97530")
SETTINGS = ("practitioner", "outpatient-hospital")
KEYS = tuple((setting, code, "97140") for setting in SETTINGS for code in CODES)
QUARTERS = tuple(dt.date(year, month, 1) for year in (2024, 2025) for month in (1, 4, 7, 10))
ENDS = (*(day - DAY for day in QUARTERS[1:]), dt.date(2025, 12, 31))
EFFECTIVE, NOT_EFFECTIVE, UNKNOWN, OUT_OF_COVERAGE, _ = Verdict
ABSENT = ""


@st.composite
def statements(draw, settings: Sequence[str] = SETTINGS, scopes: Sequence = (None,)) -> Statement:
    """An edition of some quarters of one setting, with what it says of its codes."""
    first = draw(st.integers(0, len(QUARTERS) - 1))
    last = draw(st.integers(first, min(first + 2, len(QUARTERS) - 1)))
    setting = draw(st.sampled_from(settings))
    scope = draw(st.sampled_from(scopes))
    runs = {}
    for key in KEYS:
        value = draw(st.sampled_from((ABSENT, "0", "1")))
        if value and key[0] == setting and (scope is None or key[1] in dict(scope)):
            runs[key] = (Run(QUARTERS[first], ENDS[last], False, True, (value,)),)  # noqa: FBT003 -- as is
    return Statement(
        effective=QUARTERS[first],
        first=QUARTERS[first],
        last=ENDS[last],
        part=(setting,),
        scope=scope,
        runs=runs,
    )


def editions(**options):
    """Some editions, no two of a setting from one day."""
    return st.lists(
        statements(**options), min_size=1, max_size=5, unique_by=lambda each: (each.effective, each.part)
    )


def said(made: Iterable[Statement], key, quarter: int) -> str | None:
    """What the newest edition that speaks for a quarter says of a key; `None` where none does."""
    day = QUARTERS[quarter]
    speaking = [each for each in made if each.speaks_for(key, FORM) and each.first <= day <= each.last]
    if not speaking:
        return None
    newest = max(speaking, key=lambda each: each.effective)
    return newest.runs[key][0].facts[0] if key in newest.runs else ABSENT


def entry_of(result: Merged, content: bytes, days: Sequence[dt.date] = QUARTERS[:1]) -> Entry:
    coverage = result.coverage
    facts = {
        "schema": 1,
        "file": "t.csv",
        "key": list(FORM.key),
        "rows": len(result.rows),
        "sha256": sha256(content).hex(),
        "scope": [f"{first}-{last}" for first, last in coverage.scope],
        "coverage_from": coverage.first.isoformat(),
        "coverage_to": coverage.last.isoformat(),
        "gaps": [f"{first}/{last}" for first, last in coverage.gaps],
        "carries_forward": True,
        "licence": "made up",
    }
    about = {"publisher": "", "title": "", "sha256": ""}
    made = [{"id": f"e{day}", "effective": day.isoformat(), **about} for day in days]
    return Entry("t", facts, lambda: made)


def table_of(result: Merged) -> Table[PtpEdit]:
    content = canonical(result.rows, key=FORM.key, columns=FORM.columns).encode()

    class Source:
        def read(self, name: str) -> bytes:
            assert name == "t.csv"
            return content

        def part(self, name: str, start: int, end: int) -> bytes | None:  # noqa: ARG002 -- whole files only
            return None

    return Table(entry_of(result, content), PtpEdit, Source())


NOTHING = Board(FORM, None, ())
PARTS = tuple((setting,) for setting in SETTINGS)


@given(editions(), st.randoms())
def test_the_order_is_of_no_account(made, random) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    one, other = merged(NOTHING, made, parts=PARTS), merged(NOTHING, shuffled, parts=PARTS)
    assert one.rows == other.rows
    assert vars(one.coverage) == vars(other.coverage)


@given(editions(settings=SETTINGS[:1]))
def test_every_day_is_answered_as_the_newest_edition_says(made) -> None:
    table = table_of(merged(NOTHING, made, parts=PARTS))
    for key in KEYS[: len(CODES)]:
        values = [said(made, key, quarter) for quarter in range(len(QUARTERS))]
        for quarter, value in enumerate(values):
            for day in (QUARTERS[quarter], ENDS[quarter]):
                verdict = table.verdict(key, on=day)
                if not any(values):
                    assert verdict is OUT_OF_COVERAGE  # a key that is in no edition has no row
                elif value == ABSENT:
                    assert verdict is NOT_EFFECTIVE
                elif value is not None:
                    assert table.on(day)[key].indicator == value
                else:
                    is_first = not any(each is not None for each in values[:quarter])
                    before = next((each for each in values[quarter::-1] if each is not None), None)
                    after = next((each for each in values[quarter:] if each is not None), None)
                    is_last = after is None  # carried forward
                    if before and (before == after or is_last):
                        assert table.on(day)[key].indicator == before
                        assert table.on(day)[key].carried_forward is is_last
                    elif is_last and before == ABSENT:
                        assert verdict is NOT_EFFECTIVE
                    elif is_first and after == ABSENT:  # it depends on whether the first day is known
                        assert verdict in (NOT_EFFECTIVE, OUT_OF_COVERAGE)
                    else:
                        assert verdict is OUT_OF_COVERAGE


SCOPES = (None, (("97110", "97110"), ("97530", "97530")), (("97112", "97112"),))


@given(editions(scopes=SCOPES))
def test_what_no_edition_says_is_not_answered(made) -> None:
    result = merged(NOTHING, made, parts=PARTS)
    table = table_of(result)
    for key in KEYS:
        values = [said(made, key, quarter) for quarter in range(len(QUARTERS))]
        for quarter, value in enumerate(values):
            for day in (QUARTERS[quarter], QUARTERS[quarter] + DAY, ENDS[quarter] - DAY, ENDS[quarter]):
                verdict = table.verdict(key, on=day)
                later = [each for each in values[quarter + 1 :] if each is not None]
                earlier = [each for each in values[:quarter] if each is not None]
                if verdict is EFFECTIVE:
                    indicator = table.on(day)[key].indicator
                    is_bridged = value is None and earlier and indicator == earlier[-1]
                    assert indicator == value or (is_bridged and (not later or later[0] == indicator))
                elif verdict is NOT_EFFECTIVE:
                    # Past the last edition, what has ended is carried forward as ended; before the first one
                    # that says that there is none yet, there was none, as of every row of known start.
                    is_around = (not later and earlier[-1] == ABSENT) or (not earlier and later[0] == ABSENT)
                    assert value == ABSENT or (value is None and is_around)
                elif value:
                    raise AssertionError((key, day, value, verdict))


@given(editions(settings=SETTINGS[:1]), st.integers(1, len(QUARTERS) - 1))
def test_what_is_on_board_and_a_later_edition_are_as_all_at_once(made, cut: int) -> None:
    day = QUARTERS[cut]
    early = [each for each in made if each.effective < day]
    late = [each for each in made if each.effective >= day]
    if not any(each.runs for each in early) or not late:
        return
    first = merged(NOTHING, early, parts=PARTS)
    content = canonical(first.rows, key=FORM.key, columns=FORM.columns).encode()
    board = Board(FORM, entry_of(first, content), first.rows)
    both, whole = merged(board, late, parts=PARTS), merged(NOTHING, made, parts=PARTS)
    # A key that is in no row of a table without a scope was not seen; at once, it is seen to be absent.
    known = {tuple(row[column] for column in FORM.key) for row in first.rows}
    for key in known:
        mine, theirs = (
            [row for row in result.rows if tuple(row[column] for column in FORM.key) == key]
            for result in (both, whole)
        )
        assert mine == theirs
    assert both.coverage.last == whole.coverage.last
    assert merged(board, [], parts=PARTS).rows == first.rows


@given(editions(settings=SETTINGS[:1]), st.data())
def test_of_what_is_on_board_each_edition_has_the_last_word_on_its_own_days(made, data) -> None:
    bundled = [each for each in made if data.draw(st.booleans())]
    if not any(each.runs for each in bundled):
        return
    first = merged(NOTHING, bundled, parts=PARTS)
    content = canonical(first.rows, key=FORM.key, columns=FORM.columns).encode()
    entry = entry_of(first, content, sorted(each.effective for each in bundled))
    board = Board(FORM, entry, first.rows)
    table = table_of(merged(board, [each for each in made if each not in bundled], parts=PARTS))
    for key in {tuple(row[column] for column in FORM.key) for row in first.rows}:
        for quarter, day in enumerate(QUARTERS):
            value = said(made, key, quarter)
            if value == ABSENT:  # in a gap of other keys it is not known
                assert table.verdict(key, on=day) is not EFFECTIVE
            elif value is not None:
                assert table.on(day)[key].indicator == value
