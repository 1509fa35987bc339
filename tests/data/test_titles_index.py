"""The index of the titles is that of the table, and says of every word what a scan of the table says."""

import csv
import datetime as dt
import re
import subprocess
import sys
from collections import defaultdict
from importlib import resources
from pathlib import Path

import otcodes
from otcodes import normalize_code
from otcodes._blocks import Blocks
from otcodes._titles import JOINING, LONGEST_TERM, PART, SLASHED, TitleIndex, plain, term_key, words_of

ROOT = Path(__file__).resolve().parents[2]
DATA = resources.files("otcodes") / "data"
BLOCKS = Blocks("diagnosis_words.blocks", (DATA / "diagnosis_words.blocks").read_bytes())
INDEX = TitleIndex(BLOCKS, table=BLOCKS.columns[1])
SHORTHAND = list(csv.DictReader((DATA / "diagnosis_synonyms.csv").read_text("utf-8").splitlines()))
DAY = dt.date(2026, 10, 15)


def codes_with(word: str) -> set[str]:
    return {INDEX._code(number) for number in INDEX._in_order(INDEX._having(word))}


def words_that_begin(letter: str) -> list[str]:
    return INDEX._words_with(letter)[0]


def test_the_build_tool_makes_this_index_of_this_table() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_title_index.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_it_names_the_table_that_it_is_of() -> None:
    table = Blocks("diagnoses.blocks", (DATA / "diagnoses.blocks").read_bytes())
    assert BLOCKS.columns == ("words", table.fingerprint)


def test_its_codes_are_those_of_the_table_and_its_words_those_of_the_titles() -> None:
    of_table: dict[str, set[str]] = defaultdict(set)
    codes, billable = set(), set()
    table = Blocks("diagnoses.blocks", (DATA / "diagnoses.blocks").read_bytes())
    for block in table:
        for line in (table.read(block) or b"").decode().splitlines():
            row = dict(zip(table.columns, line.split("\t"), strict=True))
            key = normalize_code(row["code"])
            codes.add(key)
            for word in words_of(row["title"]):
                of_table[word].add(key)
            if row["is_billable"] == "yes":
                billable.add(key)
    everything = (1 << INDEX._size) - 1
    assert [INDEX._code(number) for number in INDEX._in_order(everything)] == sorted(codes)
    assert {INDEX._code(number) for number in INDEX._in_order(INDEX._billable)} == billable
    letters = sorted({word[0] for word in of_table})
    assert [word for letter in letters for word in words_that_begin(letter)] == sorted(of_table)
    for word, having in of_table.items():
        assert codes_with(word) == having, word
        INDEX._sets.clear()
    for letter in letters:
        begun = [having for word, having in of_table.items() if word[0] == letter]
        assert codes_with(f"{letter}*") == set().union(*begun)


def test_every_document_has_one_rank_and_a_length() -> None:
    everything = (1 << INDEX._size) - 1
    assert sum(rank.bit_count() for rank in INDEX._ranks) == INDEX._size
    lengths = [INDEX._of_length(length) for length in range(60)]
    for hits in (INDEX._ranks, lengths):
        union = 0
        for each in hits:
            union |= each
        assert union == everything


def test_it_is_small() -> None:
    assert len((DATA / "diagnosis_words.blocks").read_bytes()) <= 260_000


def test_shorthand_is_written_as_it_is_looked_up() -> None:
    keys = [term_key(SLASHED.findall(plain(row["term"]))) for row in SHORTHAND]
    assert len(set(keys)) == len(keys)
    for row, key in zip(SHORTHAND, keys, strict=True):
        assert 1 <= len(key) <= LONGEST_TERM, row
        assert not JOINING & set(key), row
        assert re.fullmatch("[a-z0-9]+(?:[ /-][a-z0-9]+)*", row["term"]), row
        assert row["meanings"], row
        for meaning in row["meanings"].split("|"):
            assert re.fullmatch(r"[a-z0-9]+\*?(?: [a-z0-9]+\*?)*", meaning), row


def test_every_meaning_of_shorthand_hits_a_billable_code() -> None:
    snapshot = otcodes.diagnoses.on(DAY)
    for row in SHORTHAND:
        for meaning in row["meanings"].split("|"):
            hits = INDEX._billable
            for word in meaning.split():
                hits &= INDEX._having(word)
            found = (snapshot.find(INDEX._code(number)) for number in INDEX._in_order(hits))
            assert any(record is not None and record.is_billable for record in found), (row["term"], meaning)


def test_shorthand_that_titles_use_as_a_word_is_also_searched_as_that() -> None:
    for row in SHORTHAND:
        words = PART.findall(row["term"])
        if len(words) == 1 and len(words[0]) > 1 and codes_with(words[0]):
            meanings = row["meanings"].split("|")
            assert row["is_word"] == "yes" or words[0] in meanings or f"{words[0]}*" in meanings, row


def test_codes_are_normalised() -> None:
    assert all(normalize_code(code) == code for code in INDEX._codes_of("S52"))
