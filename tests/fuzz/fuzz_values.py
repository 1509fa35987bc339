"""What is fuzzed with values: claims from Python, visits, calculators, whole imports, the command line."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import shutil
import sys
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import fuzz_bytes
import strategies
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import otcodes
from otcodes.cli import main
from otcodes.errors import FieldError, OtcodesError, TableError
from otcodes.importing import KINDS, import_file
from otcodes.readers.csv import write

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 5_000  # hypothesis remembers what it drew, so that it is begun anew


class Target(NamedTuple):
    """What is fuzzed: a function of what is drawn, and the errors that it may raise."""

    name: str
    run: Callable[[Any], None]
    documented: tuple[type[Exception], ...]
    inputs: st.SearchStrategy[Any]


TARGETS: dict[str, Target] = {}


def target(*documented: type[Exception], inputs: st.SearchStrategy[Any]) -> Callable[..., Any]:
    """Make a target of a function, by its name."""

    def made(run: Callable[[Any], None]) -> Callable[[Any], None]:
        TARGETS[run.__name__] = Target(run.__name__, run, documented, inputs)
        return run

    return made


def draw(target: Target, watch: Callable[[Any], None], count: int, first_seed: int) -> None:
    """Draw so many inputs."""
    for begun in range(0, count, AT_ONCE):

        @seed(first_seed + begun)
        @settings(
            max_examples=min(AT_ONCE, count - begun),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(target.inputs)
        def each(drawn: Any) -> None:
            watch(drawn)

        each()


# Values.

HARD_NUMBERS = st.sampled_from(
    [
        *(0, -1, True, 10**9, -(10**9), 2**63, 1.5, float("nan"), float("inf")),
        *map(Decimal, ("NaN", "sNaN", "Infinity", "-0", "0E+999999", "0E-999999", "1E+999999", "1E-999999")),
        Decimal("1." + "0" * 5_000),
    ]
) | st.sampled_from([4_000, 5_000]).map(lambda digits: -(10**digits))  # more digits than Python writes
AN_HOUR = dt.datetime(2026, 3, 2, 8, tzinfo=dt.timezone.utc)  # no day, though a kind of one
HARD_DAYS = st.sampled_from([dt.date.min, dt.date.max, dt.date(9999, 12, 1), AN_HOUR, "2026-03-02"])
TEXTS = st.text(st.characters(), max_size=8) | st.sampled_from(
    [
        "\ud800",
        "\0",
        "\r\n",
        "\u202e",
        "=1+1",
        "'",
        "M62.81",
        "97530",
        "\u0661\u0662",
        "\u00df",
        " ",
        "x" * 500,
    ]
)
JUNK = st.recursive(
    st.none() | st.booleans() | HARD_NUMBERS | HARD_DAYS | TEXTS | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.tuples(inner) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=3,
)


# What a reader says of the file that a claim came from; a user gives none of it.
BY_READERS = frozenset({"file", "source", "lost_lines", "diagnoses_source"})


def facts(record: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of a good record, of which some have become something else."""
    import attrs

    def broken(made: Any) -> st.SearchStrategy[dict[str, Any]]:
        names = (field.name for field in attrs.fields(type(made)) if field.name not in BY_READERS)
        own = {name: getattr(made, name) for name in names}
        return st.dictionaries(st.sampled_from(sorted(own)), JUNK, max_size=2).map(lambda bad: {**own, **bad})

    return record.flatmap(broken)


CLAIMS = st.tuples(
    facts(strategies.claims()),
    st.lists(facts(strategies.lines()), max_size=3),
    st.sampled_from(["", "lines"]),
)


@target(FieldError, inputs=CLAIMS)
def claims(drawn: tuple[dict[str, Any], list[dict[str, Any]], str]) -> None:
    """A claim of any values: refused with the name of the field, or judged, mended and written."""
    own, lines, kept = drawn
    if not kept:
        own = {**own, "lines": tuple(otcodes.ServiceLine(**line) for line in lines)}
    claim = otcodes.Claim(**own)
    repr(claim)
    if claim.payer is not None and claim.payer not in otcodes.payers.POLICIES:
        with contextlib.suppress(otcodes.errors.UnknownPayerError):
            otcodes.check(claim)
        return
    fuzz_bytes.judge([claim])
    write([claim])
    json.dumps(claim.to_dict())


VISITS = st.tuples(
    facts(strategies.visits()), st.lists(facts(strategies.SERVICES), max_size=3), st.booleans()
)


@target(OtcodesError, inputs=VISITS)
def visits(drawn: tuple[dict[str, Any], list[dict[str, Any]], bool]) -> None:
    """A visit of any values: refused, or coded, and what it is coded as is judged."""
    own, services, is_kept = drawn
    if not is_kept:
        own = {**own, "services": tuple(otcodes.Service(**service) for service in services)}
    repr(otcodes.code_visit(otcodes.Visit(**own)))


AMOUNTS = HARD_NUMBERS | st.decimals(allow_nan=True) | TEXTS
CODES = st.sampled_from(strategies.TIMED + strategies.OTHERS) | TEXTS
MINUTES = st.dictionaries(CODES, st.integers(-1, 200) | HARD_NUMBERS, max_size=3)
DAYS = strategies.DAYS | st.sampled_from([dt.date.min, dt.date.max])


@target(
    OtcodesError, inputs=st.tuples(MINUTES, DAYS, AMOUNTS, st.sampled_from(["medicare", "midpoint"]) | TEXTS)
)
def calculators(drawn: tuple[dict[Any, Any], dt.date, Any, str]) -> None:
    """The calculators, of any values: each refuses them or gives an answer."""
    minutes, on, amount, method = drawn
    calc = otcodes.calc
    pairs = {code: (minutes[code], amount) for code in minutes}
    refused: OtcodesError | None = None
    for answer in (
        lambda: calc.timed_units(minutes, on=on, method=method),
        lambda: calc.assistant_units(pairs, on=on),
        lambda: calc.allowed_amount([*minutes.items()], on=on, locality=method),
        lambda: calc.expected_payment(amount, on=on, is_assistant=True),
        lambda: calc.threshold_status([amount], on=on),
    ):
        try:
            repr(answer())
        except OtcodesError as error:
            refused = error
    if refused:
        raise refused


# Whole imports: official files of which lines were changed, and the directory they are merged into.

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from(["drop", "twice", "cut", "join", "swap"]) | st.sampled_from(["insert"]),
        st.sampled_from(
            ["\t", ",", '"', "\0", "99999999", "97530", "\ud7ff", "*", " ", "0", "2026", "\n", "=", "\x1a"]
        ),
    ),
    max_size=3,
)


def edited(text: str, edits: list[tuple[float, str, str]]) -> str:
    """A text of which single places were changed."""
    lines = text.split("\n")
    for place, how, what in edits:
        at = min(int(place * len(lines)), len(lines) - 1)
        line = lines[at]
        middle = int(place * 7919) % (len(line) + 1)
        if how == "drop":
            del lines[at]
        elif how == "twice":
            lines.insert(at, line)
        elif how == "cut":
            lines[at] = line[:middle]
        elif how == "join":
            lines[at : at + 2] = ["".join(lines[at : at + 2])]
        elif how == "swap":
            lines[at] = line[middle:] + line[:middle]
        else:
            lines[at] = line[:middle] + what + line[middle + 1 :]
        lines = lines or [""]
    return "\n".join(lines)


@cache
def whole_files() -> dict[str, str]:
    """A whole file of the kinds that are soon merged."""
    places, mue = fuzz_bytes.golden("test_importing_places"), fuzz_bytes.golden("test_importing_mue")
    add_on, words = (
        fuzz_bytes.golden("test_importing_add_on_codes"),
        fuzz_bytes.golden("test_importing_descriptors"),
    )
    fees = fuzz_bytes.builders_fees
    return {
        "place-of-service": places.as_csv(places.later()),
        "mue": mue.as_csv(mue.limits()),
        "add-on-codes": add_on.fixed(add_on.in_order(add_on.october())),
        "cpt-descriptors": words.as_tabs(),
        "gpci": fees.as_csv(fees.new_year()),
        "pprrvu": fees.sheet(fees.october()),
        "ncci-ptp": fuzz_bytes.builders_importing.october(),
    }


IMPORTS = st.tuples(
    st.sampled_from(sorted(whole_files())),
    EDITS,
    st.sampled_from([dt.date(2026, 10, 1), dt.date(2026, 7, 1), dt.date.max]),
)


@target(TableError, FieldError, inputs=IMPORTS)
def imports(drawn: tuple[str, list[tuple[float, str, str]], dt.date]) -> None:
    """An import from file to directory: refused as a whole, or a catalog takes what was written."""
    kind, edits, effective = drawn
    folder = fuzz_bytes.folder()
    path = folder / ("LONGULT.txt" if kind == "cpt-descriptors" else "file.txt")
    path.write_bytes(edited(whole_files()[kind], edits).encode())
    to = folder / "imported"
    shutil.rmtree(to, ignore_errors=True)
    setting = "practitioner" if "practitioner" in KINDS[kind].settings else None
    try:
        str(import_file(kind, path, effective=effective, to=to, setting=setting))
    except OtcodesError:
        assert not to.exists(), "what fails writes nothing"
        raise
    otcodes.Catalog.bundled().with_source(to)


# The command line, in this process: words of its own and others, and files that exist and do not.

WORDS = st.sampled_from(
    [
        *(
            "lookup",
            "search",
            "units",
            "price",
            "check",
            "audit",
            "code",
            "status",
            "diff",
            "impact",
            "tables",
            "import",
        ),
        *(
            "--on",
            "2026-03-02",
            "0001-01-01",
            "9999-12-31",
            "--format",
            "json",
            "csv",
            "text",
            "--payer",
            "medicare-b",
        ),
        *(
            "97530",
            "97530:23",
            "97140:8",
            "m6281",
            "97003",
            "splint",
            "--method",
            "midpoint",
            "--fix",
            "--select",
        ),
        *(
            "modifier",
            "--ignore",
            "units.above-minutes",
            "--fail-on",
            "warning",
            "--with",
            "--columns",
            "--to",
            "-",
        ),
        *(
            "procedures",
            "diagnoses",
            "--units",
            "99999",
            "--locality",
            "06102-16",
            "--facility",
            "--html",
            "--output",
        ),
    ]
) | st.text(st.characters(codec="utf-8"), max_size=6)
FILES = ("a.csv", "a.json", "a.837", "a.835", "a.277", "map.toml", "a.txt", "a.ndjson", "overlay", "none.csv")
OUTPUTS = ("out.csv", "out.json", "out.837", "out.html")
DAY = ("--on", "2026-03-02")
COMMANDS = st.sampled_from(
    [
        ("lookup", "@", *DAY),
        ("lookup", "@", *DAY, "--format", "json"),
        ("search", "@", *DAY),
        ("units", "97530:@", "97140:8", *DAY, "--method", "medicare"),
        ("price", "97530:2", "@", *DAY, "--locality", "@"),
        ("check", "a.csv", "a.json", "--format", "json"),
        ("check", "a.csv", "--format", "csv", "--columns", "map.toml"),
        ("check", "a.json", "--fix"),
        ("check", "a.837", "--fix", "--output", "out.837"),
        ("check", "a.json", "--fix", "--output", "out.csv"),
        ("check", "@", "a.csv", "--with", "overlay"),
        ("audit", "a.csv", "a.json", "--html", "out.html"),
        ("audit", "a.json", "--format", "json"),
        ("code", "a.json"),
        ("status", "a.837", "a.835", "a.277"),
        ("tables", "@"),
        ("changes", "procedures", "2025-01-01", "@"),
        ("impact", "a.csv", "2025-01-01", "2026-01-01"),
        ("import", "place-of-service", "a.txt", "--effective", "2026-07-01", "--to", "imported"),
        ("@", "@", "@"),
    ]
)
SEEDS = {
    "a.csv": fuzz_bytes.csv_seeds,
    "a.json": lambda: [*fuzz_bytes.json_seeds(), *fuzz_bytes.visits_seeds()],
    "a.837": fuzz_bytes.x12_seeds,
    "a.835": fuzz_bytes.x12_835_seeds,
    "a.277": fuzz_bytes.x12_277_seeds,
    "map.toml": lambda: [
        seed.partition(fuzz_bytes.COLUMNS_AND_ROWS)[0] for seed in fuzz_bytes.columns_seeds()
    ],
    "a.txt": lambda: [seed[1:] for seed in fuzz_bytes.official_seeds()],
}
CONTENTS = {name: [content.decode("latin-1") for content in seeds()] for name, seeds in SEEDS.items()}
FILE = st.tuples(st.integers(0, 20), EDITS)
LINES = st.tuples(
    COMMANDS,
    st.lists(WORDS | st.sampled_from(FILES), min_size=3, max_size=3),
    st.lists(WORDS, max_size=2),
    FILE,
)


@target(inputs=LINES)
def command_line(drawn: tuple[tuple[str, ...], list[str], list[str], tuple[int, list[Any]]]) -> None:
    """A command: an exit status of those documented, lines on its two outputs, and no traceback."""
    command, fillers, more, (which, edits) = drawn
    rest = iter(fillers)
    words = [word.replace("@", next(rest)) if "@" in word else word for word in (*command, *more)]
    where = fuzz_bytes.folder() / "desk"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir()
    for name, contents in CONTENTS.items():
        content = edited(contents[which % len(contents)], edits)
        (where / name).write_bytes(content.encode("latin-1", "ignore"))
    (where / "overlay").mkdir()
    (where / "overlay" / "manifest.toml").write_bytes(b"x")
    names = {*FILES, *OUTPUTS, "imported"}
    arguments = [str(where / word) if word in names else word for word in words]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    outputs = {"--html", "--output", "--to"}
    if any(
        word in outputs and not after.startswith(str(where))
        for word, after in zip(arguments, [*arguments[1:], ""], strict=True)
    ):
        return  # nothing is written elsewhere
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status: Any = main(arguments)
        except SystemExit as ended:
            status = ended.code
        finally:
            sys.stdout.flush()
    assert status in (0, 1, 2), status
    err.flush()
    assert b"Traceback" not in err.buffer.getvalue()
