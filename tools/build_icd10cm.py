"""Build ``diagnoses.blocks``: every ICD-10-CM code and header, over the days it holds.

    python tools/build_icd10cm.py OFFICIAL_DIR

Makes the whole table from the editions in ``icd10cm_editions.csv``, whose files are in
``OFFICIAL_DIR/icd10cm``, and checks each edition against the printed totals there. What changed within a
fiscal year, where only a later file of it is on board, is in ``icd10cm_updates.csv``, with its source. For
years of which the billable codes alone are on board, ``icd10cm_headers.csv`` has the titles of headers that
were revised, and a header that no edition had before although codes extended it.

The next edition is added to the table as it is by ``add_editions.py``.

A row is the longest span of days over which a code is billable, or a header, under one title. Titles are
told apart by their letters and digits alone; of several ways to write one, an official file's is kept.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from icd10cm_files import addenda_of, read_listing
from otcodes.errors import TableError
from otcodes.importing.icd10cm_lists import PLACEHOLDER, SEVENTH, Entry, Listing, dotted, letters_of
from tables import CATEGORY, DATA, blocks_of, day_before

TOOLS = Path(__file__).resolve().parent
FILE = "diagnoses.blocks"
COLUMNS = ("is_billable", "is_title_composed")
# Between these two editions none is on board: the manifest has the days as a gap.
GAP = ("2015-10-01", "2018-10-01")
GAP_STARTS_AFTER = "2016-09-30"
# How well a file writes titles: without commas; put together; as the tabular list; as the order file has it.
PLAIN, COMPOSED, TABULAR, PRINTED = range(4)
QUALITY = {"plain": PLAIN, "composed": TABULAR, "official": PRINTED}

Row = dict[str, str]
Facts = Mapping[str, str]


class Title(NamedTuple):
    """One way to write a title."""

    quality: int
    text: str
    is_composed: bool


class State(NamedTuple):
    """What a code is from one day on: billable or a header, and the words of its title, if they are known."""

    is_billable: bool
    words: str | None


class Stage(NamedTuple):
    """All codes from one day on."""

    day: str
    states: dict[str, State]


class Titles:
    """Every way that titles are written in the files, noted from the oldest edition to the newest."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[str, str], list[Title]] = defaultdict(list)

    def note(self, listing: Listing, quality: int) -> None:
        """Note the titles of one file."""
        for code, entry in listing.items():
            written = Title(COMPOSED if entry.is_composed else quality, entry.title, entry.is_composed)
            self._found[code, letters_of(entry.title)].append(written)

    def best(self, code: str, words: str) -> Title:
        """The best written title of these words, the newest of several.

        A publisher who writes plainly puts titles together too, without the comma: only the very same text
        shows that one is not put together.
        """
        found = self._found[code, words]
        best = max(enumerate(found), key=lambda each: (each[1].quality, each[0]))[1]
        return best._replace(is_composed=all(each.is_composed for each in found if each.text == best.text))


def read_edition(folder: Path, facts: Facts, headers: Iterable[Facts]) -> Listing:
    """The codes that an edition lists, with the titles that its publisher composed marked as such."""
    listing = read_listing(folder / facts["file"])
    if facts["titles"] == "composed":
        listing = marked(listing)
    if facts["addenda"]:
        listing = addenda_of(folder / facts["addenda"]).applied(listing)
    if facts["headers_file"]:
        full = marked(read_listing(folder / facts["headers_file"]))
        listing |= {code: entry for code, entry in full.items() if not entry.is_billable}
    for header in headers:
        if header["day"] == facts["effective"]:
            listing[header["code"]] = Entry(is_billable=False, title=header["title"])
    return listing


def marked(listing: Listing) -> Listing:
    """The listing with the titles marked that are put together.

    They are the header's and, behind a comma, what the seventh character stands for: so all below a header.
    """
    below: defaultdict[str, list[str]] = defaultdict(list)
    for code in listing:
        stem = _stem(code, listing)
        if stem is not None:
            below[stem].append(code)
    composed = {
        code
        for stem, codes in below.items()
        if all(listing[code].title.startswith(f"{listing[stem].title}, ") for code in codes)
        for code in codes
    }
    return {code: entry._replace(is_composed=code in composed) for code, entry in listing.items()}


def _stem(code: str, listing: Listing) -> str | None:
    """The header that a seventh character is put to."""
    if len(code) < SEVENTH:
        return None
    stems = (code[:-1].rstrip(PLACEHOLDER), code[:-1])
    return next((stem for stem in stems if stem in listing), None)


def with_headers(listing: Listing, known: set[str], *, is_whole: bool) -> dict[str, bool]:
    """Each code and whether it is billable; of a codes file, with the known codes that another extends."""
    states = {code: entry.is_billable for code, entry in listing.items() if is_whole or entry.is_billable}
    return states if is_whole else states | above(states, known)


def above(codes: Iterable[str], known: set[str]) -> dict[str, bool]:
    """The known codes that others extend: headers."""
    starts = {code[:length] for code in codes for length in range(CATEGORY, len(code))}
    return dict.fromkeys(starts & known, False)


def updated(states: dict[str, bool], updates: list[Facts], known: set[str]) -> dict[str, bool]:
    """The codes as they are after the updates."""
    added = [update["code"] for update in updates if update["change"] == "added"]
    return states | dict.fromkeys(added, True) | above(added, known)


def before(states: dict[str, bool], updates: list[Facts]) -> dict[str, bool]:
    """The codes as they were before the updates: without those added, nor headers of nothing else."""
    added = {update["code"] for update in updates if update["change"] == "added"}
    earlier = {code: is_billable for code, is_billable in states.items() if code not in added}
    needed = above(earlier, set(earlier))
    for header in above(added, set(earlier)).keys() - needed.keys():
        del earlier[header]
    return earlier | {update["code"]: True for update in updates if update["change"] == "became header"}


def stages(folder: Path) -> tuple[list[Stage], Titles]:
    """The classification from each day on which it changed."""
    editions, updates = _table("icd10cm_editions.csv"), _table("icd10cm_updates.csv")
    headers = _table("icd10cm_headers.csv")
    listings = [read_edition(folder, facts, headers) for facts in editions]
    complete = [facts["lists"] == "all" for facts in editions]
    known = {
        code for listing, is_whole in zip(listings, complete, strict=True) if is_whole for code in listing
    }
    titles = Titles()
    found: list[Stage] = []
    last: set[str] = set()
    for index, (facts, listing) in enumerate(zip(editions, listings, strict=True)):
        titles.note(listing, QUALITY[facts["titles"]])
        if facts["headers_file"]:
            titles.note(marked(read_listing(folder / facts["headers_file"])), TABULAR)
        following = editions[index + 1]["effective"] if index + 1 < len(editions) else "9999"
        own = [each for each in updates if facts["effective"] < each["day"] < following]
        later = {
            each["code"] for each in headers if each["change"] == "added" and facts["effective"] < each["day"]
        }
        listed = with_headers(listing, known - later, is_whole=complete[index])
        at_first = before(listed, [each for each in own if each["day"] <= facts["as_of"]])
        _check_totals(facts, at_first, last)
        words = _words(listing, folder, facts, found[-1].states if found else {})
        found.append(Stage(facts["effective"], _states(at_first, words)))
        for day in sorted({each["day"] for each in own}):
            now = updated(at_first, [each for each in own if each["day"] <= day], known)
            found.append(Stage(day, _states(now, words)))
        last = {code for code, is_billable in listed.items() if is_billable}
    return found, titles


def _states(billable: dict[str, bool], words: dict[str, str]) -> dict[str, State]:
    return {code: State(is_billable, words.get(code)) for code, is_billable in billable.items()}


def _words(listing: Listing, folder: Path, facts: Facts, earlier: Mapping[str, State]) -> dict[str, str]:
    """The words of each title; of one composed alike in the publisher's edition before, those from before."""
    words = {code: letters_of(entry.title) for code, entry in listing.items()}
    if facts["compared_with"]:
        for code, entry in read_listing(folder / facts["compared_with"]).items():
            known = earlier.get(code)
            if known and known.words and words.get(code) == letters_of(entry.title):
                words[code] = known.words
    return words


def _check_totals(facts: Facts, states: dict[str, bool], last: set[str]) -> None:
    """Stop unless the codes are as many as the edition's printed totals say."""
    billable = {code for code, is_billable in states.items() if is_billable}
    counted = {
        "billable": len(billable),
        "new": len(billable - last),
        "gone": len(last - billable),
        "headers": len(states) - len(billable),
    }
    for name, count in counted.items():
        if facts[name] and int(facts[name]) != count:
            raise TableError(
                facts["file"], None, f"{facts['effective']}: {count} {name}, printed are {facts[name]}"
            )


def _table(name: str) -> list[Facts]:
    with (TOOLS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_through(found: list[Stage], titles: Titles) -> list[Row]:
    """The rows of every code over all stages."""
    rows: list[Row] = []
    for code in sorted({code for stage in found for code in stage.states}):
        states = _filled([stage.states.get(code) for stage in found])
        current: State | None = None
        for stage, state in zip(found, states, strict=True):
            if state == current:
                continue
            if current is not None:
                rows[-1]["valid_to"] = GAP_STARTS_AFTER if stage.day == GAP[1] else day_before(stage.day)
            if state is not None:
                if state.words is None:
                    raise ValueError(f"{dotted(code)} has no title in any edition")
                title = titles.best(code, state.words)
                rows.append(
                    row_of(code, state.is_billable, title, stage.day, is_start_known=stage.day not in GAP)
                )
            current = state
    return rows


def _filled(states: list[State | None]) -> list[State | None]:
    """The states with the words that some file leaves out: as before, or, of a new header, as after."""
    words: str | None = next((each.words for each in states if each and each.words), None)
    filled: list[State | None] = []
    for state in states:
        if state is None:
            filled.append(None)
            continue
        words = state.words or words
        filled.append(State(state.is_billable, words))
    return filled


def row_of(code: str, is_billable: bool, title: Title, day: str, *, is_start_known: bool) -> Row:  # noqa: FBT001
    return {
        "code": dotted(code),
        "title": title.text,
        "valid_from": day,
        "valid_to": "",
        "is_start_known": "yes" if is_start_known else "no",
        "confirmed_to": "",
        "is_billable": "yes" if is_billable else "no",
        "is_title_composed": "yes" if title.is_composed else "no",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("official", type=Path, help="the folder of the official files")
    chosen = parser.parse_args()
    try:
        rows = rows_through(*stages(chosen.official / "icd10cm"))
        content = blocks_of(rows, columns=COLUMNS)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    (DATA / FILE).write_bytes(content)
    composed = sum(row["is_title_composed"] == "yes" for row in rows)
    codes = len({row["code"] for row in rows})
    print(f"{len(rows)} rows of {codes} codes, {composed} with a composed title")
    return 0


if __name__ == "__main__":
    sys.exit(main())
