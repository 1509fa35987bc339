"""Eight threads on tables that nobody has read yet: each gets the right answer, or the source's own error."""

from __future__ import annotations

import datetime as dt
import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import otcodes
from otcodes._blocks import Blocks, pack
from otcodes._store import PackagedSource

DOS = dt.date(2026, 3, 2)
THREADS = 8
CLAIM = otcodes.Claim(
    payer="medicare-b",
    diagnoses=("M62.81", "S52.501"),
    lines=(otcodes.ServiceLine("97530", on=DOS, units=2, minutes=30, place="11"),),
)
QUESTIONS = (
    lambda catalog: catalog.procedures.on(DOS)["97530"],
    lambda catalog: catalog.procedures.verdict("97999", on=DOS),
    lambda catalog: catalog.procedures.on(DOS).search("splint"),
    lambda catalog: catalog.diagnoses.on(DOS)["M62.81"],
    lambda catalog: catalog.diagnoses.on(DOS).search("carpal tunnel right"),
    lambda catalog: catalog.diagnoses.on(DOS).children("S52.5"),
    lambda catalog: next(catalog.diagnoses.own()),  # which reads the whole file at once
    lambda catalog: otcodes.check(CLAIM, catalog=catalog),
)


class BrokenDiskError(OSError):
    """What a disk that sometimes fails raises."""


class Failing:
    """The package's own tables, from a disk that fails every so often."""

    def __init__(self, seed: int) -> None:
        self._inner, self.failures = PackagedSource(), 0
        self._random = random.Random(seed)  # noqa: S311 -- the same failures in every run

    def _may_fail(self) -> None:
        if self._random.random() < 0.3:
            self.failures += 1
            raise BrokenDiskError(5, "Input/output error")

    def read(self, name: str) -> bytes:
        self._may_fail()
        return self._inner.read(name)

    def part(self, name: str, start: int, end: int) -> bytes | None:
        self._may_fail()
        return self._inner.part(name, start, end)


@pytest.fixture(autouse=True)
def _restless():
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def opened(source: Failing) -> otcodes.Catalog:
    while True:
        try:
            return otcodes.Catalog(source)
        except BrokenDiskError:
            continue


def answered(ask, catalog: otcodes.Catalog) -> tuple[object, int]:
    """The answer, asked again after each failure, and how often it failed."""
    failed = 0
    while True:
        try:
            return ask(catalog), failed
        except BrokenDiskError:
            failed += 1
        except otcodes.RuleFailedError as error:  # the rule that could not read says what it met
            if error.error != "BrokenDiskError":
                raise
            failed += 1


@pytest.mark.parametrize("seed", range(2))
def test_a_source_that_fails_now_and_then_spoils_nothing(seed) -> None:
    source = Failing(seed)
    catalog = opened(source)
    together = threading.Barrier(THREADS)

    def work(number: int) -> list[tuple[object, int]]:
        own = [*QUESTIONS[number:], *QUESTIONS[:number]]  # each begins with another table
        together.wait()
        return [answered(ask, catalog) for ask in own]

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(work, range(THREADS)))
    expected = [ask(otcodes.Catalog.bundled()) for ask in QUESTIONS]
    for number, answers in enumerate(found):
        assert [answer for answer, _ in answers] == [*expected[number:], *expected[:number]]
    # Each failure reaches the one who asked; where the package asks elsewhere first, none does.
    assert 0 < sum(failed for answers in found for _, failed in answers) <= source.failures


class HeadOnly(PackagedSource):
    """A source that gives the beginning of a file and no more parts, as where too many files are open."""

    def part(self, name: str, start: int, end: int) -> bytes | None:
        return None if start else super().part(name, start, end)


def test_where_no_part_can_be_read_the_whole_file_is() -> None:
    diagnoses = otcodes.Catalog(HeadOnly()).diagnoses
    assert diagnoses.on(DOS)["M62.81"] == otcodes.diagnoses.on(DOS)["M62.81"]
    assert next(diagnoses.own()) == next(otcodes.diagnoses.own())


class Forgetful(dict):
    """What is kept until something is added, as where another thread makes room in just that moment."""

    def __setitem__(self, key, value) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_what_another_thread_makes_the_table_forget_is_still_answered() -> None:
    procedures = otcodes.Catalog(PackagedSource()).procedures
    procedures._spans._missing = Forgetful()
    assert procedures.verdict("97999", on=DOS) is otcodes.Verdict.UNKNOWN


def test_a_block_is_read_while_another_thread_reads_the_whole_file() -> None:
    held = {f"{number:03}": b"x" * number for number in range(200)}
    packed = pack(("code",), held)
    for _ in range(100):
        blocks = Blocks("of.blocks", packed[: len(packed) // 2], lambda start, end: packed[start:end])
        together = threading.Barrier(THREADS)

        def work(number: int, blocks: Blocks = blocks, together: threading.Barrier = together) -> None:
            together.wait()
            for key, content in held.items():
                if number % 2:
                    blocks.load()
                assert blocks.read(key) == content

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
