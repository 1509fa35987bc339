"""How the titles of ICD-10-CM are searched: an index of their words, and the ways that clinics write them.

The index is a file of blocks that `importing.icd10cm_titles` makes from the table of diagnoses. Every code
that the table ever had is a document; its number is its place among all the codes, sorted. A set of
documents is one long integer, the first document its highest bit, so that sets of codes are joined, cut and
walked through in order without a loop over them. The blocks, by their keys:

- `c.` the kinds of seventh characters, then the categories, each with its number of codes;
  `C` and a letter: the codes of its categories
- `n.` the length of each document's title, in words; `o.` lengths that titles of other days had;
  `r.` how many words further behind it stands
- `b.` the documents that were ever billable; `v.` those whose title had other words on other days
- `w` and a letter: the words that begin with it, and the documents of the rarer ones as runs of neighbours
- `d.` the commoner words; `00`, `01`, …: the documents of each of those, a bit a document
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise
from struct import unpack
from typing import TYPE_CHECKING, NamedTuple

from ._text import normalize_code
from .errors import FieldError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ._blocks import Blocks
    from .records._synonym import DiagnosisSynonym

WORDS = "words"  # the first of the index's columns; the second is the fingerprint of its table

# Words that only join others: no title is found or missed by them.
JOINING = frozenset(
    ("an", "and", "as", "at", "by", "due", "for", "from", "in", "into", "is", "of", "on", "or", "the", "to")
)
# Words that a title may lack as well, but those that have them come first: "with" is not "without".
PREFERRED = frozenset({"a", "with"})
UNCOUNTED = JOINING | PREFERRED | {"without"}

PART = re.compile(r"[^\W_]+")
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SLASHED = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
WITH = re.compile(r"(?<![^\W_])w/(?!o(?![^\W_]))")
PLURAL = re.compile(r"(?<=[a-z])\((?:s|es)\)")
OWNER = re.compile(r"([A-Za-z]+)'s(?![A-Za-z])")
CODE = re.compile(r"[A-Z][0-9A-Z]{1,6}")
LISTED = re.compile(r"([!-%])([0-9A-Z]*)([^!-%0-9A-Z]?)")

# How a title fits a term: as it would be written; by another meaning; by words that begin so; and, only
# where no title fits better, by words that begin like shorthand that is none of their own.
BEST, MEANT, BEGUN, LAST = range(4)

CATEGORY, STEM = 3, 6  # characters of a category, and of a code before its seventh
LONGEST_TERM = 3  # words of the longest shorthand
LONGEST_TITLE = 255  # words, of which no title has as many
SHORTEST_PLURAL = 4
MANY_RUNS = 256
RUN_BYTES = (3, 2)  # of a run's start and of its length
SETS_KEPT = 256
CATEGORIES_KEPT = 128


def plain(text: str) -> str:
    """A text in small letters without accents, apostrophes and the "(s)" of a possible plural."""
    if not text.isascii():
        import unicodedata  # noqa: PLC0415 -- few titles and queries need it

        text = unicodedata.normalize("NFKD", text).replace("\u2019", "")
        text = "".join([letter for letter in text if not unicodedata.combining(letter)])
    return PLURAL.sub("", text.lower().replace("'", ""))


def parts_of(text: str) -> list[str]:
    """The words of a text in order, those joined by hyphens one by one."""
    return PART.findall(plain(text))


def counted(text: str) -> list[str]:
    """The words of a text that its length is counted by."""
    return [part for part in parts_of(text) if part not in UNCOUNTED]


def words_of(title: str) -> set[str]:
    """The words that a title is found by: also those joined by hyphens as one, and whose something is."""
    text = plain(title)
    joined = [word.replace("-", "") for word in WORD.findall(text)]
    owners = [word.lower() for word in OWNER.findall(title)]
    return {*PART.findall(text), *joined, *owners} - JOINING


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural, or like whose something is."""
    return len(word) >= SHORTEST_PLURAL and word[-1] == "s" and word[-2] not in "isu"


def in_other_number(word: str) -> str:
    """A word in the singular, or in a plural that does not begin with it; else as it is."""
    if len(word) < SHORTEST_PLURAL:
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word[-1] == "y" and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return word[:-1] if is_plural(word) else word


def term_key(words: Iterable[str]) -> tuple[str, ...]:
    """What shorthand is looked up by: its words without hyphens and the "s" of a plural."""
    plains = [word.replace("-", "") for word in words]
    return tuple([word[:-1] if is_plural(word) else word for word in plains])


class Way(NamedTuple):
    """One way to fit a term.

    Attributes:
        fits: how well it fits.
        words: the words that are needed; one with a star at its end need only begin so.
        terms: further terms that are to fit.
    """

    fits: int
    words: tuple[str, ...]
    terms: tuple[Term, ...] = ()


class Term(NamedTuple):
    """What a title must have for one term of a query.

    Attributes:
        ways: the ways to fit it, each of which will do.
    """

    ways: tuple[Way, ...]


def fitting(term: Term, how: int, having: Callable[[str], int]) -> int:
    """The set of what fits a term so well or better, from the sets of what has a word."""
    found = 0
    for way in term.ways:
        if way.fits <= how:
            hits = -1
            for word in way.words:
                hits &= having(word)
                if not hits:
                    break
            found |= hits & fitting_all(way.terms, how, having) if hits else 0
    return found


def fitting_all(terms: Iterable[Term], how: int, having: Callable[[str], int]) -> int:
    """The set of what fits every term so well or better."""
    found = -1
    for term in terms:
        found &= fitting(term, how, having)
        if not found:
            break
    return found


class TitleIndex:
    """The titles of all codes, to be searched by words.

    Args:
        blocks: the index.
        table: the fingerprint of the table that it is to be an index of.
        synonyms: the shorthand that is understood.

    Raises:
        TableError: it is the index of another table, or a block of it is damaged or not there.
    """

    def __init__(self, blocks: Blocks, *, table: str, synonyms: Iterable[DiagnosisSynonym] = ()) -> None:
        if blocks.columns != (WORDS, table):
            raise TableError(blocks.file, None, "it is not the index of this table of diagnoses")
        self._blocks = blocks
        self._synonyms = {term_key(SLASHED.findall(plain(row.term))): row for row in synonyms}
        self._short = {
            key[0]: row.meanings[0].rstrip("*")
            for key, row in self._synonyms.items()
            if len(key) == len(row.meanings) == 1 and not row.is_word and " " not in row.meanings[0]
        }
        self._sets: dict[str, int] = {}
        self._words: dict[str, tuple[list[str], list[int], bytes]] = {}
        self._letters: dict[str, str] = {}
        self._codes: dict[str, list[str]] = {}
        endings, *counts = self._read("c.").decode("latin-1").split("\n")
        # The seventh characters behind a code, by the sign that stands for them; a dot for the code itself.
        self._endings = {
            ending[:1]: ["" if character == "." else character for character in ending[1:]]
            for ending in endings.split(" ")
        }
        self._endings[""] = [""]
        self._categories = [line[:CATEGORY] for line in counts]
        self._starts = list(accumulate([int(line[CATEGORY:]) for line in counts], initial=0))
        self._size = self._starts[-1]
        self._newest_lengths = lengths = self._read("n.")
        self._other_lengths: dict[int, list[int]] = {}
        for line in self._read("o.").splitlines():
            length, *numbers = map(int, line.split())
            self._other_lengths[length] = numbers
        self._lengths: dict[int, int] = {}
        # The sum of two long integers is the sum of each of their bytes, since none is above 255.
        sums = int.from_bytes(lengths, "big") + int.from_bytes(self._read("r."), "big")
        ranks = sums.to_bytes(self._size, "big")
        self._ranks = [self._of_value(ranks, rank) for rank in sorted(set(ranks))]
        self._billable = self._of_bits("b.")
        self._varying = self._of_bits("v.")
        self._common = self._read("d.").decode().split()

    def find(
        self, query: str, title_on: Callable[[str], str | None], *, headers: bool = False
    ) -> Iterator[str]:
        """The normalised codes that fit a query, best first, each once.

        Args:
            query: words of a title in any order, each of which may be cut short; shorthand; or a code or
                the start of one.
            title_on: the title of a normalised code on the day that is asked about, `None` for a code that
                is not to be found.
            headers: whether codes that were never billable are looked at.

        Raises:
            FieldError: the query is no `str`, or has no letter or digit.
        """
        is_text = isinstance(query, str)  # pyright: ignore[reportUnnecessaryIsInstance]  # callers are not all typed
        if not is_text or not parts_of(query):
            raise FieldError("search", "text", query, "words of a title, or the beginning of a code")
        return self._find(query, title_on, (1 << self._size) - 1 if headers else self._billable)

    def _find(self, query: str, title_on: Callable[[str], str | None], wanted: int) -> Iterator[str]:
        seen = 0
        key = normalize_code(query.strip().rstrip("-."))
        if CODE.fullmatch(key):
            for number, code in self._under(key):
                if wanted & self._bit(number) and title_on(code) is not None:
                    seen |= self._bit(number)
                    yield code
        parts = parts_of(query)
        for number in self._in_order(self._alike(query) & wanted & ~seen):
            code = self._code(number)
            title = title_on(code)
            if title is not None and parts_of(title) == parts:
                seen |= self._bit(number)
                yield code
        terms, preferred = self._terms(query)
        wanted &= ~seen
        for how in (BEST, MEANT, BEGUN, LAST):
            if how == LAST and seen:
                return
            hits = wanted & fitting_all(terms, how, self._having)
            wanted ^= hits
            for number in self._by_rank(hits, preferred):
                code = self._code(number)
                title = title_on(code)
                if title is not None and (not self._varying & self._bit(number) or _fits(terms, title)):
                    seen = 1
                    yield code

    def _terms(self, query: str) -> tuple[tuple[Term, ...], list[str]]:
        """The terms of a query, the longest shorthand first, and the words that are only preferred."""
        written: list[str] = []
        for word in SLASHED.findall(WITH.sub("with ", plain(query))):
            written += [word] if term_key([word]) in self._synonyms else WORD.findall(word)
        asked = [word for word in written if word not in JOINING and word not in PREFERRED]
        preferred = [word for word in written if word in PREFERRED] if asked else []
        asked = asked or written[-1:]  # of nothing but such words, the last is the beginning of another
        terms: list[Term] = []
        while asked:
            lengths = range(min(LONGEST_TERM, len(asked)), 0, -1)
            length = next((length for length in lengths if self._row(asked[:length])), 1)
            terms.append(self._term(asked[:length]))
            asked = asked[length:]
        return tuple(terms), preferred

    def _row(self, words: list[str]) -> DiagnosisSynonym | None:
        """The row of some words as shorthand; among several, one may be short for another."""
        key = term_key(words)
        row = self._synonyms.get(key)
        if row is None and len(words) > 1:
            row = self._synonyms.get(tuple([self._short.get(word, word) for word in key]))
        return row

    def _term(self, words: list[str]) -> Term:
        """The term of a word, or of words that are shorthand together."""
        row = self._row(words)
        is_word = row is None or row.is_word
        ways: list[Way] = []
        if row is not None:
            first, *others = row.meanings
            ways.append(Way(BEST, tuple(first.split())))
            ways += [Way(MEANT, tuple(meaning.split())) for meaning in others]
        parts = [part for word in words for part in PART.findall(word)]
        if len(words) == 1:
            word = "".join(parts)
            if is_word:
                ways += [Way(BEST, (word,)), Way(BEST, (in_other_number(word),))]
            ways.append(Way(BEGUN if is_word else LAST, (f"{word}*",)))
        if len(parts) > 1 and not JOINING.issuperset(parts):
            terms = tuple([self._term([part]) for part in parts if part not in JOINING])
            as_such = MEANT if row else BEST
            ways.append(Way(as_such if is_word else LAST, (), terms))
        return Term(tuple(ways))

    def _alike(self, query: str) -> int:
        """The documents whose titles have the words of a query and no others, in whatever order."""
        parts = counted(query)
        hits = self._of_length(len(parts))
        for part in set(parts):
            if not hits:
                break
            hits &= self._having(part)
        return hits

    # The sets of documents.

    def _having(self, word: str) -> int:
        """The documents with a word, or with words that begin as one with a star does."""
        found = self._sets.get(word)
        if found is None:
            if len(self._sets) >= SETS_KEPT:
                self._sets.clear()
            found = self._sets[word] = self._made(word)
        return found

    def _made(self, word: str) -> int:
        words, offsets, numbers = self._words_with(word[0])
        start = word.rstrip("*")
        first = bisect_left(words, start)
        if start == word:
            last = first + (words[first : first + 1] == [word])
        else:
            last = bisect_left(words, f"{start}~")
        found = 0
        for at in range(first, last):
            if offsets[at] == offsets[at + 1]:
                found |= self._of_bits(f"{bisect_left(self._common, words[at]):02}")
        return found | self._of_runs(_runs(numbers, offsets[-1], offsets[first : last + 1]))

    def _words_with(self, letter: str) -> tuple[list[str], list[int], bytes]:
        """The words that begin with a letter, how many runs are before those of each, and the runs."""
        found = self._words.get(letter)
        if found is None:
            content = self._blocks.read(f"w{letter}") if letter.isascii() else None
            if content is None:
                return [], [0], b""
            line, _, numbers = content.partition(b"\n")
            words = line.decode().split()
            offsets = list(accumulate(numbers[: len(words)], initial=0))
            found = self._words[letter] = words, offsets, numbers[len(words) :]
        return found

    def _of_runs(self, runs: list[tuple[int, int]]) -> int:
        """The documents of some runs, each of a first document and a length."""
        if len(runs) < MANY_RUNS:
            found = 0
            for first, length in runs:
                found |= ((1 << length) - 1) << (self._size - first - length)
            return found
        digits = bytearray(b"0") * self._size
        for first, length in runs:
            digits[first : first + length] = b"1" * length
        return int(digits, 2)

    def _of_bits(self, key: str) -> int:
        """The documents of a block that has a bit for each."""
        content = self._read(key)
        return int.from_bytes(content, "big") >> (8 * len(content) - self._size)

    def _of_value(self, values: bytes, value: int) -> int:
        """The documents that have a value, of one byte for each."""
        digits = bytearray(b"0") * 256
        digits[value] = ord("1")
        return int(values.translate(digits), 2)

    def _of_length(self, length: int) -> int:
        """The documents that have, or on other days had, a title of that length."""
        found = self._lengths.get(length)
        if found is None and length <= LONGEST_TITLE:
            found = self._of_value(self._newest_lengths, length)
            for number in self._other_lengths.get(length, ()):
                found |= self._bit(number)
            self._lengths[length] = found
        return found or 0

    def _bit(self, number: int) -> int:
        return 1 << (self._size - 1 - number)

    def _in_order(self, hits: int) -> Iterator[int]:
        """The numbers of some documents, the lowest first."""
        while hits:
            bit = hits.bit_length() - 1
            yield self._size - 1 - bit
            hits ^= 1 << bit

    def _by_rank(self, hits: int, preferred: list[str]) -> Iterator[int]:
        """The numbers of some documents, those with a preferred word first, and then with short titles."""
        for word in preferred:
            hits_with = hits & self._having(word)
            hits ^= hits_with
            yield from self._by_rank(hits_with, [])
        for rank in self._ranks:
            yield from self._in_order(hits & rank)

    # The codes of the documents.

    def _code(self, number: int) -> str:
        at = bisect_right(self._starts, number) - 1
        return self._codes_of(self._categories[at])[number - self._starts[at]]

    def _under(self, prefix: str) -> Iterator[tuple[int, str]]:
        """The numbers and codes of the documents whose codes begin so, in order."""
        start = prefix[:CATEGORY]
        for at in range(bisect_left(self._categories, start), len(self._categories)):
            category = self._categories[at]
            if not category.startswith(start):
                return
            for number, code in enumerate(self._codes_of(category), self._starts[at]):
                if code.startswith(prefix):
                    yield number, code

    def _codes_of(self, category: str) -> list[str]:
        """All codes of a category, in order.

        They are listed in a line: for each a sign of how much it shares with the one before, from `!` for
        the category alone, what it has more, and a sign of the seventh characters behind it.
        """
        codes = self._codes.get(category)
        if codes is None:
            letter = category[0]
            text = self._letters.get(letter)
            if text is None:
                text = self._letters[letter] = self._read(f"C{letter}").decode("latin-1")
            start = text.index(f"\n{category}") + 1 + CATEGORY
            codes = list[str]()
            code = category
            for shared, rest, ending in LISTED.findall(text, start, text.index("\n", start)):
                code = code[: CATEGORY + ord(shared) - ord("!")] + rest
                codes += [code + character for character in self._endings[ending]]
            if len(self._codes) >= CATEGORIES_KEPT:
                self._codes.clear()
            self._codes[category] = codes
        return codes

    def _read(self, key: str) -> bytes:
        content = self._blocks.read(key)
        if content is None:
            raise TableError(self._blocks.file, None, f"it has no block {key}")
        return content


def _runs(numbers: bytes, total: int, offsets: list[int]) -> list[tuple[int, int]]:
    """The runs of neighbouring words, each of a first document and a length.

    The numbers are the starts of all the runs of a letter, each counted from the one before of its word,
    and then their lengths: first the lowest bytes of all the starts, then their next ones, and so on.
    """
    first, last = offsets[0], offsets[-1]
    planes = [numbers[at * total + first : at * total + last] for at in range(sum(RUN_BYTES))]
    steps, lengths = bytearray(4 * (last - first)), bytearray(2 * (last - first))
    for at, plane in enumerate(planes[: RUN_BYTES[0]]):
        steps[at::4] = plane
    for at, plane in enumerate(planes[RUN_BYTES[0] :]):
        lengths[at::2] = plane
    step = unpack(f"<{last - first}I", steps)
    starts: list[int] = []
    for start, end in pairwise(offsets):
        starts += accumulate(step[start - first : end - first])
    return list(zip(starts, unpack(f"<{last - first}H", lengths), strict=True))


def _fits(terms: tuple[Term, ...], title: str) -> bool:
    """Whether a title fits all terms."""
    words = words_of(title)

    def having(word: str) -> int:
        if word[-1] != "*":
            return -(word in words)
        return -any(known.startswith(word[:-1]) for known in words)

    return fitting_all(terms, LAST, having) != 0
