"""How a thing is timed: in processes of its own that see only what is installed, round after round.

Each round runs every measurement once, in turn, so that a slow minute of the machine falls on all of them
alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import defaultdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What a process holds at most, in KiB, of itself alone: getrusage() would count the process it came from.
PEAK = """
try:
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:  # not Linux
    import resource, sys
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
print(peak)
"""

# The statement runs once before it is timed; the least of five is the least disturbed.
WARM_PROGRAM = """
import sys, timeit
setup, statement, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
timer = timeit.Timer(statement, setup + "\\n" + statement)
print(min(timer.repeat(5, number)) / number)
"""

ONCE_PROGRAM = """
import sys, time
exec(sys.argv[1])
statement = compile(sys.argv[2], "measured", "exec")
start = time.perf_counter()
exec(statement)
print(time.perf_counter() - start)
"""

VERSION = """
import sys
from importlib import metadata
print(metadata.version(sys.argv[1]))
"""

# What a package installs, without compiled files, as one zip of the kind a wheel is: its bytes.
SIZE = """
import io, pathlib, sys, zipfile
from importlib import metadata
content = io.BytesIO()
with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
    for file in metadata.files(sys.argv[1]) or ():
        path = pathlib.Path(str(file.locate()))
        if path.is_file() and path.suffix != ".pyc":
            archive.write(path, str(file))
print(len(content.getvalue()))
"""


class Fresh(NamedTuple):
    """A program in a process of its own; its time is the whole process's."""

    name: str
    code: str
    needs: str = "otcodes"


class Warm(NamedTuple):
    """A statement repeated in one process that is warm; a fresh process each round."""

    name: str
    setup: str
    statement: str
    number: int
    unit: float
    needs: str = "otcodes"


class Once(NamedTuple):
    """The first run of a statement in a fresh process, without what is set up before it.

    Where the statement is of many claims, `count` is of how many, and the time is that of one.
    """

    name: str
    setup: str
    statement: str
    needs: str = "otcodes"
    count: int = 1


class Measured(NamedTuple):
    """The times of one measurement, a round each, in seconds."""

    times: list[float]

    @property
    def median(self) -> float:
        """The middle time."""
        return statistics.median(self.times)

    @property
    def middle(self) -> tuple[float, float]:
        """Between which times the middle half lies."""
        low, _, high = statistics.quantiles(self.times, n=4, method="inclusive")
        return low, high

    def text(self, unit: float) -> str:
        """The median and the middle half, as two cells."""
        low, high = self.middle
        return f"{self.median / unit:,.1f} | {low / unit:,.1f} to {high / unit:,.1f}"


class Environments:
    """This Python, and those of packages that cannot live beside the others: each by its module's name."""

    def __init__(self, apart: Mapping[str, str]) -> None:
        self._apart = dict(apart)

    def has(self, module: str) -> bool:
        """Whether a module is installed."""
        return module in self._apart or find_spec(module) is not None

    def python(self, needs: str, code: str, *arguments: object) -> str:
        """What a fresh Python prints that has a module."""
        # -I: neither this folder nor the environment's variables; compiled files are used and written.
        command = (self._apart.get(needs, sys.executable), "-I", "-c", code, *map(str, arguments))
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def fresh(
        self, measurements: Sequence[Fresh], rounds: int
    ) -> tuple[dict[str, Measured], dict[str, float]]:
        """The wall time of whole processes; and the most memory that each held, in MiB."""
        times: dict[str, list[float]] = defaultdict(list)
        peaks: dict[str, list[float]] = defaultdict(list)
        for index in _told("fresh processes", rounds + 1):
            for each in measurements:
                start = time.perf_counter()
                printed = self.python(each.needs, each.code + PEAK)
                if index:  # the first round fills the caches
                    times[each.name].append(time.perf_counter() - start)
                    peaks[each.name].append(int(printed) / 1024)
        medians = {name: statistics.median(found) for name, found in peaks.items()}
        return {name: Measured(found) for name, found in times.items()}, medians

    def once(self, measurements: Sequence[Once], rounds: int) -> dict[str, Measured]:
        """The time of the first run of a statement."""
        times: dict[str, list[float]] = defaultdict(list)
        for _ in _told("first runs", rounds):
            for each in measurements:
                if each.count == 1:  # what ran before it was another program
                    self.python(each.needs, ONCE_PROGRAM, each.setup, each.statement)
                printed = self.python(each.needs, ONCE_PROGRAM, each.setup, each.statement)
                times[each.name].append(float(printed) / each.count)
        return {name: Measured(found) for name, found in times.items()}

    def warm(self, measurements: Sequence[Warm], rounds: int) -> dict[str, Measured]:
        """The time of a statement in a warm process."""
        times: dict[str, list[float]] = defaultdict(list)
        for _ in _told("warm statements", rounds):
            for each in measurements:
                printed = self.python(each.needs, WARM_PROGRAM, each.setup, each.statement, each.number)
                times[each.name].append(float(printed))
        return {name: Measured(found) for name, found in times.items()}


def _told(what: str, rounds: int) -> Iterator[int]:
    for index in range(rounds):
        progress(f"{what}, round {index + 1} of {rounds}")
        yield index


def progress(text: str) -> None:
    """Where it is, for whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
