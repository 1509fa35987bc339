"""Fuzzing: ``python tests/fuzz/run.py --inputs 1000``, of every target, one after the other.

Bytes are drawn by atheris, which is led by the lines that an input reaches; values by hypothesis. Each target
runs in a process of its own. An input may take a second of the processor's time and raise what is documented;
one that does otherwise is kept in `crashes/`, where the ordinary tests repeat it for ever. At the end a line
for each target says how many inputs there were, how long they took, and how much memory was used.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "property")]

if TYPE_CHECKING:
    from types import FrameType

SECONDS = 1.0  # of the processor, for one input
LOOK = 500  # inputs after which the memory is looked at
FAILED = 3  # an exit status that Python itself has no use for
# The targets, and how many of the inputs that are asked for each gets: fewer where one takes long.
BYTES = {
    "codes": 0.6,
    "searches": 0.005,
    "csv": 0.2,
    "claims_json": 0.4,
    "visits_json": 2,
    "columns": 5,
    "x12_837": 0.2,
    "remittances": 0.4,
    "acknowledgements": 3,
    "official": 0.01,
    "workbook_parts": 0.2,
    "archives": 0.4,
    "overlays": 0.3,
}
VALUES = {"claims": 0.03, "visits": 0.02, "calculators": 0.04, "imports": 0.001, "command_line": 0.015}
HARD = ("\0", "\ufeff", '"', "'=", "\\ud800", "1e999", "-0", "9" * 20, "9999-12-31")


class TooLongError(BaseException):
    """An input took longer than it may; nothing catches it on its way."""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


class Watch:
    """Runs inputs, counts them, keeps those that fail, and looks at the memory."""

    def __init__(self, target: Any, inputs: int, seconds: float) -> None:
        self._name, self._run, self._documented = target.name, target.run, target.documented
        self._inputs, self._seconds, self._started = inputs, seconds, time.process_time()
        self.count = 0
        self.refused = 0
        self.slowest = 0.0
        self.failures: dict[str, tuple[Any, str]] = {}
        self.memory: list[float] = []
        signal.signal(signal.SIGVTALRM, _too_long)

    def __call__(self, given: Any) -> None:
        """Run one input."""
        self.count += 1
        before = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                self._run(given)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except self._documented:
            self.refused += 1
        except (Exception, TooLongError) as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            where = next((frame for frame in reversed(frames) if "otcodes" in frame.filename), frames[-1])
            kind = f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
            self.failures.setdefault(kind, (_kept(given), "".join(traceback.format_exception(error)[-6:])))
        self.slowest = max(self.slowest, time.process_time() - before)
        is_over = self.count == self._inputs or time.process_time() - self._started > self._seconds
        if is_over or self.count % LOOK == 0:
            self.memory.append(_memory())
        if is_over:
            self.report()
            sys.stdout.flush()
            os._exit(FAILED if self.failures else 0)  # libFuzzer has no more to say

    def report(self) -> None:
        """Say what came of it, in a line, and keep what failed."""
        later = self.memory[len(self.memory) // 3 :]
        for kind, (given, text) in self.failures.items():
            print(f"\n{self._name}: {kind}\n{text}")
            if isinstance(given, bytes):
                kept = HERE / "crashes" / self._name / sha256(given).hexdigest()[:12]
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(given)
            else:
                print(f"input: {given}")
        print(
            f"{self._name:16} {self.count:9,} inputs, {self.refused:9,} refused, "
            f"{len(self.failures):3} failures, {time.process_time() - self._started:6.0f} s, "
            f"slowest {self.slowest * 1000:6.0f} ms, memory {later[0]:5.0f} to {later[-1]:5.0f} MB"
        )


def _kept(given: Any) -> bytes | str:
    """An input as it is kept: bytes as they are, of values how they are written."""
    if isinstance(given, bytes):
        return given
    try:
        return repr(given)[:4_000]
    except ValueError:  # an integer of more digits than Python writes
        return f"a {type(given).__name__} of very many digits"


def _memory() -> float:
    """How many megabytes this process has now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _fuzz_bytes(name: str, inputs: int, seconds: float, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["otcodes"]):
        import fuzz_bytes

        found = fuzz_bytes.TARGETS[name]
    watch = Watch(found, inputs, seconds)
    corpus = Path(tempfile.mkdtemp())
    given = [*found.seeds(), *(path.read_bytes() for path in found.crashes())]
    for place, content in enumerate(given):
        (corpus / str(place)).write_bytes(content)
    words = Path(tempfile.mkdtemp()) / "words"
    words.write_text("".join(f'"{word}"\n' for word in _words(given)), "ascii")
    longest = 4 * max(map(len, given))
    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={longest}", f"-dict={words}", "-timeout=60"]
    atheris.Setup([name, *options, str(corpus)], watch)
    atheris.Fuzz()


def _words(given: list[bytes]) -> set[str]:
    """What the seeds are made of, and what is known to be hard, as a dictionary of libFuzzer has it."""
    parts = {part for content in given for part in re.findall(rb"[A-Za-z_]+|[0-9.]+", content)}
    words = (*(word.encode() for word in HARD), *sorted(parts)[:200])
    return {"".join(f"\\x{byte:02x}" for byte in word) for word in words}


def _fuzz_values(name: str, inputs: int, seconds: float, seed: int) -> None:
    import fuzz_values

    found = fuzz_values.TARGETS[name]
    fuzz_values.draw(found, Watch(found, inputs, seconds), inputs, seed)


def main() -> int:
    """Run the targets that are named, or all."""
    parser = argparse.ArgumentParser(description="Fuzz otcodes.")
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", choices=[*BYTES, *VALUES, []], help="by default all"
    )
    parser.add_argument(
        "--inputs", type=int, default=100_000, help="how many for each target; fewer for slow ones"
    )
    parser.add_argument("--minutes", type=float, default=60, help="how long at most, of the processor's time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        (name,) = chosen.targets
        fuzz = _fuzz_bytes if name in BYTES else _fuzz_values
        fuzz(name, chosen.inputs, chosen.minutes * 60, chosen.seed)
        return 0
    status = 0
    names = chosen.targets or [*BYTES, *VALUES]
    for name in names:
        inputs = max(int(chosen.inputs * {**BYTES, **VALUES}[name]), 1)
        options = {"inputs": inputs, "minutes": chosen.minutes / len(names), "seed": chosen.seed}
        command = [
            sys.executable,
            __file__,
            name,
            "--alone",
            *(f"--{key}={value}" for key, value in options.items()),
        ]
        with tempfile.TemporaryDirectory() as work:
            # What libFuzzer says on its way is no news, unless it stops.
            told = Path(work) / "told"
            with told.open("wb") as file:
                ended = subprocess.run(command, check=False, env={**os.environ, "TMPDIR": work}, stderr=file)
            if ended.returncode not in (0, FAILED):
                sys.stdout.write(told.read_text("utf-8", "replace")[-4_000:])
        status |= bool(ended.returncode)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
