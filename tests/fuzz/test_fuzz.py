"""What the fuzzing found once is not found again, and its targets still take what they begin with.

The fuzzing itself is `nox -s fuzz` (`run.py`); here each target gets its seeds, cut and damaged, and every
input that once failed.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import fuzz_bytes
import fuzz_values
import pytest
from hypothesis import HealthCheck, Phase, given, settings

if TYPE_CHECKING:
    from pathlib import Path

FEW = 8
NEEDS_X12 = {"x12_837", "remittances", "acknowledgements", "command_line"}


def needs(name: str) -> None:
    if name in NEEDS_X12:
        pytest.importorskip("pyx12")


@pytest.mark.parametrize("name", fuzz_bytes.TARGETS)
def test_seeds_and_damaged_seeds(name: str) -> None:
    needs(name)
    target = fuzz_bytes.TARGETS[name]
    for content in target.seeds():
        middle = len(content) // 2
        for data in (
            content,
            content[:middle],
            content[middle:],
            content[:middle] + b"\0\xff" + content[middle:],
            b"",
        ):
            with contextlib.suppress(*target.documented):
                target.run(data)


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, target in fuzz_bytes.TARGETS.items() for path in target.crashes()],
)
def test_what_once_failed(name: str, path: Path) -> None:
    needs(name)
    with contextlib.suppress(*fuzz_bytes.TARGETS[name].documented):
        fuzz_bytes.TARGETS[name].run(path.read_bytes())


@pytest.mark.parametrize("name", fuzz_values.TARGETS)
def test_a_few_values(name: str) -> None:
    needs(name)
    target = fuzz_values.TARGETS[name]

    @settings(
        max_examples=FEW, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(target.inputs)
    def each(drawn) -> None:
        with contextlib.suppress(*target.documented):
            target.run(drawn)

    each()
