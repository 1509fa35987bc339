"""Put one fault after another into the package, and see whether a test finds it: `nox -s mutation`.

    python tools/mutate.py rules results.json --sample 100
    python tools/mutate.py tables results-of-tables.json --again

mutmut makes the faulty functions, called mutants. What runs them is here, because mutmut itself leaves out
functions under a decorator, which every rule is, and collects the tests anew for each. Here pytest collects
them once. Then each test runs in a process forked from there, and it is noted which lines it runs. Then
each mutant has a fork, in which its code takes the place of the function's, and the tests that run its line
are run, the fastest first, until one fails. No fork knows what another one did: what an earlier test had
kept would hide mutants.

What stands outside functions is not mutated, nor are decorators, annotations and the defaults of parameters.
What is not killed is read and explained in tests/mutation/survivors.md.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import pickle
import random
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

T = TypeVar("T")
Line: TypeAlias = "tuple[str, int]"  # of a module
Tests: TypeAlias = "list[tuple[float, pytest.Item]]"  # the seconds that each takes

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "otcodes"
EXAMPLES = 20  # of each property: it is asked again for each mutant
SECONDS, SLOWDOWN, MEMORY = 3, 10, 4 << 30  # a mutant may loop, or wait for itself, or fill the memory
WAITING = 20  # times as long by the clock: other processes share the cores
LEAST = 0.9  # of all mutants are to be found
SEED = 11  # of a sample
KILLED, SURVIVED, TIMEOUT, UNCOVERED = "killed", "survived", "timeout", "no test"


class Part(NamedTuple):
    """What is mutated in one go, and the tests that are to find it, less those that take long for little."""

    targets: tuple[str, ...]
    tests: tuple[str, ...]
    reads_tables: bool  # then no table has been read in a fork


PARTS = {
    "rules": Part(
        ("calc/*.py", "rules/*.py"),
        (
            *("unit/test_calc", "unit/test_explain", "unit/test_rules", "unit/test_visits"),
            *("unit/test_calc_edges", "unit/test_html", "unit/test_rule_codes", "unit/test_rule_context"),
            *("unit/test_rule_edges", "unit/test_rule_records", "unit/test_rule_sets"),
            *("unit/test_rule_tables", "unit/test_rule_thresholds", "unit/test_rule_units"),
            *("golden/test_assistants", "golden/test_catalogue_codes", "golden/test_catalogue_record"),
            *("golden/test_catalogue_amounts", "golden/test_catalogue_diagnoses"),
            *("golden/test_coding", "golden/test_importing_gpci", "golden/test_pairs"),
            *("golden/test_payments", "golden/test_rule_examples", "golden/test_statements"),
            *("golden/test_units", "golden/test_warm_and_cold", "docs/test_rule_list"),
            *("property/test_assistants", "property/test_claims", "property/test_payments"),
            *("property/test_rules", "property/test_shortcuts", "property/test_units"),
        ),
        reads_tables=False,
    ),
    "tables": Part(
        ("tables.py", "_store.py"),
        (
            *("unit/test_classification", "unit/test_differences", "unit/test_errors", "unit/test_freshness"),
            *("unit/test_html", "unit/test_importing_files", "unit/test_public", "unit/test_table_edges"),
            "unit/test_titles",
        ),
        reads_tables=True,
    ),
}


class Mutant(NamedTuple):
    """A function with one fault in it."""

    module: str  # calc.units
    function: str  # its qualified name
    line: int
    change: str  # the lines that differ, before and after
    code: CodeType


def plain(source: str) -> str:
    """A module without the decorators of its functions, each line where it was: it is never run."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            above = slice(decorator.lineno - 1, decorator.end_lineno)
            lines[above] = [""] * len(lines[above])
    return "\n".join([*lines, ""])


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module whose code is another."""
    from mutmut.mutation.file_mutation import mutate_file_contents  # noqa: PLC0415 -- only this script needs it

    source = plain(path.read_text("utf-8"))
    mutated = mutate_file_contents(str(path), source)
    lines = mutated.code.splitlines()
    texts = {name: lines[at.start - 1 : at.end] for name, at in mutated.line_span_by_function_name.items()}
    codes = dict(codes_in(compile(mutated.code, str(path), "exec", dont_inherit=True)))
    starts = dict(starts_in(ast.parse(source)))
    for name in mutated.mutant_names:
        mangled = name.rpartition("__mutmut_")[0]
        own = f"{mangled}__mutmut_orig"
        if not is_same(codes[name], codes[own]):
            function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
            at, change = difference(texts[own], [line.replace(name, own) for line in texts[name]])
            yield Mutant(module_of(path), function, starts[function] + at, change, codes[name])


def codes_in(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The codes of functions and methods by their names."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each.co_name, each
            if "__mutmut" not in each.co_name:
                yield from codes_in(each)


def starts_in(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """On which line each function and method starts."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield within + node.name, node.lineno
        elif isinstance(node, ast.ClassDef):
            yield from starts_in(node, f"{within}{node.name}.")


def is_same(code: CodeType, other: CodeType) -> bool:
    """Whether two codes are the same but for where they stand."""
    if (code.co_code, code.co_names, code.co_varnames) != (other.co_code, other.co_names, other.co_varnames):
        return False
    pairs = list(zip(code.co_consts, other.co_consts, strict=False))
    return len(code.co_consts) == len(other.co_consts) and all(
        is_same(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else repr(a) == repr(b)
        for a, b in pairs
    )


def difference(before: list[str], after: list[str]) -> tuple[int, str]:
    """How far below its `def` a function differs first, and the lines that differ."""
    first = next(at for at, line in enumerate(before) if after[at : at + 1] != [line])
    most = min(len(before), len(after)) - first
    last = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    lines = [f"- {line.strip()}" for line in before[first : len(before) - last]]
    lines += [f"+ {line.strip()}" for line in after[first : len(after) - last]]
    head = next(at for at, line in enumerate(before) if line.lstrip().startswith("def "))
    return first - head, "\n".join(lines)


def sample(mutants: list[Mutant], most: int) -> list[Mutant]:
    """Of the mutants of a module no more than so many, from anywhere in it; all for zero."""
    shuffled = random.Random(SEED).sample(mutants, len(mutants))  # noqa: S311 -- more of them are those and others
    return sorted(shuffled[: most or None], key=lambda mutant: mutant.line)


def some(tests: Tests, most: int) -> Tests:
    """Of some tests, the fastest first, no more than so many, from all over the list; all for zero."""
    fastest = sorted(tests, key=lambda each: each[0])
    return fastest[:: -(-len(fastest) // most)] if most and fastest else fastest


def functions_of(modules: set[str]) -> dict[tuple[str, str], list[FunctionType]]:
    """The functions of some modules as they are in memory, whatever decorators made of them."""
    found = defaultdict(list)
    for module in modules:
        import_module(f"otcodes.{module}")
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_name == each.__qualname__.rpartition(".")[2]:
            module = str(each.__module__).removeprefix("otcodes.")
            if module in modules:
                found[module, each.__qualname__].append(each)
    return found


def read_tables() -> None:
    """Read every table that is bundled, so that not each fork has to."""
    from otcodes import Catalog  # noqa: PLC0415 -- pytest imports it first, so that it asserts in its way

    catalog = Catalog.bundled()
    for entry in catalog.entries:
        table = getattr(catalog, entry.name, None)
        for each in () if table is None else table._tables:  # noqa: SLF001 -- nothing public reads it and no more
            each._load()  # noqa: SLF001 -- as above


def forked(work: Callable[[], T]) -> tuple[T | None, int]:
    """What some work gives in a process of its own, `None` where it did not end well; and how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            with os.fdopen(writing, "wb") as out:
                pickle.dump(work(), out)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as into:
        content = into.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(content) if content else None, status  # noqa: S301 -- it is this script's own


def passes(item: pytest.Item) -> bool:
    """Whether a test passes."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def traced(item: pytest.Item, modules: dict[str, str]) -> tuple[bool, float, set[Line]]:
    """Whether a test passes, how long it takes, and which lines of which modules it runs."""
    lines: set[Line] = set()

    def reached(frame: FrameType, _event: str, _argument: object) -> Any:
        module = modules.get(frame.f_code.co_filename)
        if module is None:
            return None
        lines.add((module, frame.f_lineno))
        return reached

    sys.settrace(reached)
    start = time.process_time()
    is_good = passes(item)
    seconds = time.process_time() - start
    sys.settrace(None)
    return is_good, seconds, lines


class Mutation:
    """The plugin that runs mutants in place of the tests that pytest collected."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.results: list[tuple[str, str]] = []  # the module of each mutant, and what became of it
        self.tests: dict[Line, Tests] = defaultdict(list)

    def pytest_sessionstart(self) -> None:
        """Let hypothesis draw the same few examples for each mutant."""
        from hypothesis import settings  # noqa: PLC0415 -- the profile is made by then

        settings.register_profile("mutation", settings.get_profile("ci"), max_examples=EXAMPLES)
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge each mutant."""
        part = PARTS[self.options.part]
        paths = [path for pattern in part.targets for path in sorted(PACKAGE.glob(pattern))]
        chosen = [path for path in paths if self.options.only in str(path)]
        mutants = [each for path in chosen for each in sample(list(mutants_of(path)), self.options.sample)]
        if not mutants:
            return True
        functions = functions_of({mutant.module for mutant in mutants})
        if not part.reads_tables:
            read_tables()
        gc.collect()
        gc.freeze()
        gc.disable()  # a fork that collects copies all that it looks at
        self._trace(session.items, {str(path): module_of(path) for path in chosen})
        known = self._before()
        for number, mutant in enumerate(mutants, 1):
            key = mutant[:-1]
            result = known.get(key)
            if result is None or (self.options.again and result in {SURVIVED, UNCOVERED}):
                known[key] = self._judge(mutant, functions[mutant.module, mutant.function])
            if number % 100 == 0 or number == len(mutants):
                self._write(known)
                print(f"{number} of {len(mutants)}", flush=True)
        self.results = [(mutant.module, known[mutant[:-1]]) for mutant in mutants]
        return True

    def _before(self) -> dict[tuple[Any, ...], str]:
        """The results that are there already, by what a mutant is but for its code."""
        if not self.options.results.exists():
            return {}
        rows = json.loads(self.options.results.read_text("utf-8"))
        return {tuple(row.values()): result for row in rows if (result := row.pop("result"))}

    def _write(self, known: dict[tuple[Any, ...], str]) -> None:
        names = Mutant._fields[:-1]
        rows = [{**dict(zip(names, key, strict=True)), "result": result} for key, result in known.items()]
        self.options.results.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")

    def _trace(self, items: list[pytest.Item], modules: dict[str, str]) -> None:
        """Note which tests run each line."""
        total = 0.0
        for item in items:
            found, _ = forked(lambda item=item: traced(item, modules))  # type: ignore[misc]  # mypy infers no default
            is_good, seconds, lines = found or (False, 0.0, set())
            if not is_good:
                print(f"left out, for it fails without a fault: {item.nodeid}", flush=True)
                continue
            total += seconds
            for line in lines:
                self.tests[line].append((seconds, item))
        print(f"{len(items)} tests take {total:.0f} s", flush=True)

    def _judge(self, mutant: Mutant, functions: list[FunctionType]) -> str:
        tests = self.tests.get((mutant.module, mutant.line), [])
        lines = {line for function in functions for line in lines_of(function.__code__)}
        if mutant.line not in lines:
            # A part of a longer expression may have no line of its own: those that run any of the function.
            found = {
                id(item): (seconds, item)
                for line in lines
                for seconds, item in self.tests.get((mutant.module, line), [])
            }
            tests = list(found.values())
        tests = some(tests, self.options.tests)
        if not tests:
            return UNCOVERED

        def is_found() -> bool:
            for function in functions:
                function.__code__ = mutant.code.replace(co_name=function.__code__.co_name)
            for seconds, item in tests:
                limit = SECONDS + SLOWDOWN * seconds
                signal.setitimer(signal.ITIMER_VIRTUAL, limit)
                signal.setitimer(signal.ITIMER_REAL, WAITING * limit)
                if not passes(item):
                    return True
            return False

        found_, status = forked(is_found)
        if found_ is None and os.WIFSIGNALED(status):
            return TIMEOUT
        return SURVIVED if found_ is False else KILLED


def lines_of(code: CodeType) -> Iterator[int]:
    """The lines that a function has, with those of the functions in it."""
    yield from (line for _, _, line in code.co_lines() if line)
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from lines_of(each)


def figures(results: list[tuple[str, str]]) -> str:
    """The figures of each module, and of all, as a table of Markdown; a mutant that hangs is found, too."""
    rows = ["| module | mutants | killed | hung | survived | no test | found |", f"|---{'|--:' * 6}|"]
    for name in [*dict.fromkeys(module for module, _ in results), "all"]:
        counts = Counter(result for module, result in results if name in (module, "all"))
        found = 100 * (counts[KILLED] + counts[TIMEOUT]) / counts.total()
        cells = (counts.total(), *(counts[result] for result in (KILLED, TIMEOUT, SURVIVED, UNCOVERED)))
        rows.append(f"| {name} | {' | '.join(map(str, cells))} | {found:.1f} % |")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("results", type=Path, help="JSON; a mutant that stands in it is not judged again")
    parser.add_argument("--again", action="store_true", help="judge again what was not killed")
    parser.add_argument("--only", default="", help="a part of the paths of the modules to mutate")
    parser.add_argument("--sample", type=int, default=0, help="at most so many mutants of a module")
    parser.add_argument("--tests", type=int, default=0, help="at most so many tests of a mutant")
    options = parser.parse_args()
    options.results = options.results.absolute()
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # the same examples of each property for each mutant
    mutation = Mutation(options)
    tests = [f"tests/{name}.py" for name in PARTS[options.part].tests]
    status = pytest.main(["-q", "-s", "-p", "no:cacheprovider", "--tb=no", *tests], plugins=[mutation])
    if not mutation.results:
        return status
    print(figures(mutation.results))
    counts = Counter(result for _, result in mutation.results)
    return status or int(counts[KILLED] + counts[TIMEOUT] < LEAST * counts.total())


if __name__ == "__main__":
    sys.exit(main())
