"""What is fuzzed with bytes: each target takes any bytes, and raises nothing but what is documented.

A target reads its input as a user's program would, and then does with what was read what such a program does:
claims are judged, mended and written, problems are said. `fuzz_values` has the targets that take values.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import io
import json
import tempfile
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import builders_fees
import builders_icd10cm
import builders_importing
import builders_workbooks
import builders_x12

import otcodes
from otcodes import Catalog, Verdict, readers
from otcodes.errors import (
    CannotBillError,
    FieldError,
    OtcodesError,
    OutOfCoverageError,
    ReadError,
    TableError,
    UnknownCodeError,
)
from otcodes.explaining import explain
from otcodes.importing import KINDS, Request
from otcodes.importing._sources import OfficialFile, open_official
from otcodes.importing._sources import _text as text_of
from otcodes.importing._xlsx import csv_of
from otcodes.readers.csv import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).parents[2]
CRASHES = Path(__file__).parent / "crashes"
DOS = dt.date(2026, 3, 2)
DAYS = (DOS, dt.date.min, dt.date(2016, 12, 31), dt.date.max)
JUDGED = 3  # claims of one input; more of them would say the same


class Target(NamedTuple):
    """What is fuzzed: a function of bytes, the errors that it may raise, and inputs to begin with."""

    name: str
    run: Callable[[bytes], None]
    documented: tuple[type[Exception], ...]
    seeds: Callable[[], Iterable[bytes]]

    def crashes(self) -> list[Path]:
        """The inputs that once raised something else, or took too long."""
        return sorted((CRASHES / self.name).glob("*"))


TARGETS: dict[str, Target] = {}


def target(*documented: type[Exception], seeds: Callable[[], Iterable[bytes]]) -> Callable[..., Any]:
    """Make a target of a function, by its name."""

    def made(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[run.__name__] = Target(run.__name__, run, documented, seeds)
        return run

    return made


@cache
def golden(name: str) -> Any:
    """A module of the golden tests, for the official files in it."""
    path = ROOT / "tests" / "golden" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"golden_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def folder() -> Path:
    """A folder for the files of one process."""
    return Path(tempfile.mkdtemp(prefix="otcodes-fuzz-"))


# What a program does with what was read.


def say(found: Any) -> None:
    """Each problem and note is a line, and has a JSON form."""
    for problem in found.problems:
        assert len(str(problem).splitlines()) == 1, "a problem is one line"
        json.dumps(problem.to_dict())
    for note in found.notes:
        assert len(note.splitlines()) == 1, "a note is one line"
    repr(found.problems)


def judge(claims: Sequence[otcodes.Claim]) -> None:
    """Check claims, mend them, and write them in each form."""
    few = [
        claim for claim in claims[:JUDGED] if claim.payer is None or claim.payer in otcodes.payers.POLICIES
    ]
    for report in otcodes.check_many(few):
        json.dumps([finding.to_dict() for finding in report])
        mended = report.fixed(unsafe=True)
        assert mended.fixed(unsafe=True).lines == mended.lines if hasattr(mended, "fixed") else True
        json.dumps(mended.to_dict())
        repr(report)
    write(few)


# Codes.


def codes_seeds() -> Iterable[bytes]:
    for text in ("97530", " m62.81", "S52.501D", "GO", "11", "splint", "carpal tunnel right", "w/o fx"):
        yield text.encode()


TABLES = ("procedures", "diagnoses", "modifiers", "places", "localities", "unit_limits", "ptp_edits")


@target(seeds=lambda: [bytes([place]) + seed for place in range(len(TABLES)) for seed in codes_seeds()])
def codes(data: bytes) -> None:
    """Any text is a code of a table, which the first byte names: an answer, or an error that says which."""
    text = data[1:].decode("utf-8", "surrogateescape")
    assert otcodes.normalize_code(otcodes.normalize_code(text)) == otcodes.normalize_code(text)
    table = getattr(Catalog.bundled(), TABLES[(data[0] if data else 0) % len(TABLES)])
    parts = len(table.entry.key)
    key = text if parts == 1 else (*text.split("|"), *[text] * parts)[:parts]
    on = DAYS[len(data) % len(DAYS)]
    verdict = table.verdict(key, on=on)
    day = table.on(on)
    # To name the codes that are nearest takes as long as very many answers.
    misses = () if verdict is Verdict.UNKNOWN and data[-1:] != b"\0" else (day.__getitem__, table.history)
    for ask in (day.get, day.__contains__, *misses):
        with contextlib.suppress(UnknownCodeError, OutOfCoverageError):
            repr(ask(key))


@target(seeds=codes_seeds)
def searches(data: bytes) -> None:
    """Any text is words to look for."""
    text = data.decode("utf-8", "surrogateescape")
    catalog = Catalog.bundled()
    catalog.procedures.on(DOS).search(text)
    with contextlib.suppress(FieldError):  # it has no letter or digit
        repr(catalog.diagnoses.on(DOS).search(text, limit=2))


# Files of claims.


def csv_seeds() -> Iterable[bytes]:
    whole = (ROOT / "examples" / "clinic_week.csv").read_bytes()
    lines = whole.splitlines(keepends=True)
    yield b"".join(lines[:4])
    yield b"".join((lines[0], *lines[10:12]))
    yield b"claim_id;procedure;on;units\nA1;97530;2026-03-02;2\nA1;97140;2026-03-02;one\n"
    yield b'sep=\t\nclaim_id\tprocedure\ton\tunits\n"A\n1"\t="97530"\t2026-03-02\t1\n'
    yield "claim_id,procedure,on,units\nÄ1,97530,2026-03-02,1\n".encode("utf-16")
    yield (
        b"Box 24A,24D CPT/HCPCS,24D Modifier,24E Pointer,24F $ Charges,24G Units,21 A-L,26\n"
        b'03/02/26,97530-GO-59,GO CO,AB,$120.00,2,"A. M62.81 B. G35",A1\n'
    )
    yield (
        b"FL42 Rev,FL44 HCPCS,FL45 Serv Date,FL46 Units,FL47 Charges,FL67\n"
        b"0430,97530GO,030226,2,120.00,M6281\n"
    )


@target(ReadError, seeds=csv_seeds)
def csv(data: bytes) -> None:
    """A CSV file."""
    found = readers.read_csv(data, name="a.csv")
    say(found)
    judge(found.claims)


def json_seeds() -> Iterable[bytes]:
    claim = {
        "id": "A1",
        "payer": "medicare-b",
        "setting": "practitioner",
        "patient": "P1",
        "diagnoses": ["M62.81", "S52.501D"],
        "therapy_year_to_date_usd": "2400.00",
        "plan_of_care": {"certified_from": "2026-01-05", "progress_reports": ["2026-02-02"]},
        "treatment_notes": [{"on": "2026-03-02", "timed_minutes": 30, "total_minutes": 40}],
        "submitted_on": "2026-04-01",
        "lines": [
            {"procedure": "97530", "on": "2026-03-02", "units": 2, "modifiers": ["GO"], "minutes": 30},
            {"procedure": "97140", "on": "2026-03-02", "units": 1.5, "place": "11", "charge_usd": "48.00"},
        ],
    }
    yield json.dumps({"claims": [claim]}).encode()
    yield json.dumps([claim, {**claim, "id": "A2", "setting": "outpatient-hospital"}]).encode()
    yield b'[{"lines":[{"procedure":"97003","on":"2016-12-31","units":1,"revenue_code":"0430"}]}]'
    yield b'\xef\xbb\xbf{"claims":[{"id":"\\ud800","lines":[]}]}'


@target(ReadError, seeds=json_seeds)
def claims_json(data: bytes) -> None:
    """Claims in JSON."""
    found = readers.read_json(data, name="a.json")
    say(found)
    judge(found.claims)


def visits_seeds() -> Iterable[bytes]:
    visit = {
        "id": "V1",
        "on": "2026-03-02",
        "payer": "medicare-b",
        "place": "11",
        "diagnoses": ["M62.81"],
        "telehealth": "video",
        "evaluation": {"profile": "brief", "performance_deficits": 2, "decision_making": "low"},
        "services": [
            {"procedure": "97535", "therapist_minutes": 10, "assistant_minutes": 13},
            {"procedure": "97165"},
            {"procedure": "dressing training", "together_minutes": 8, "is_separate": True, "charge_usd": "9"},
        ],
    }
    yield json.dumps({"visits": [visit]}).encode()
    yield json.dumps({**visit, "services": visit["services"][:1]}).encode()
    yield json.dumps([{**visit, "services": [{"procedure": "98977", "days": 20, "units": 1}]}]).encode()


@target(ReadError, CannotBillError, OtcodesError, seeds=visits_seeds)
def visits_json(data: bytes) -> None:
    """Visits in JSON, coded."""
    found = readers.read_visits(data, name="a.json")
    say(found)
    for visit in found.visits[:JUDGED]:
        repr(otcodes.code_visit(visit))


COLUMNS_AND_ROWS = b"\n---\n"


def columns_seeds() -> Iterable[bytes]:
    rows = b"Claim,Day,CPT,Mods,U\nA1,03/02/2026,97530,GO 59,2\n"
    plain = b'dates = "%m/%d/%Y"\n[columns]\nClaim = "claim_id"\nDay = "on"\nCPT = "procedure"\nU = "units"\n'
    yield (
        plain
        + b'Mods = "modifiers"\n[constants]\npayer = "medicare-b"\nplace = "11"'
        + COLUMNS_AND_ROWS
        + rows
    )
    yield plain + b'Mods = "modifiers.1"' + COLUMNS_AND_ROWS + rows
    yield (
        b'columns.CPT = "procedure"\nform = "cms-1500"'
        + COLUMNS_AND_ROWS
        + b"24D,24A,24G,CPT\n97530,030226,1,x\n"
    )


@target(ReadError, seeds=columns_seeds)
def columns(data: bytes) -> None:
    """A map of columns in TOML, and rows that are read by it."""
    toml, _, rows = data.partition(COLUMNS_AND_ROWS)
    given = readers.Columns.from_toml(toml, name="map.toml")
    found = readers.read_csv(rows, name="a.csv", columns=given)
    say(found)
    judge(found.claims)


# X12.


def x12_seeds() -> Iterable[bytes]:
    b = builders_x12
    two = b.professional(
        "A1", b.service(), b.service("97140:GO:59", "30"), diagnoses=("M6281", "S52501D"), total="78"
    )
    yield b.interchange(b.transaction(b.subscriber("M", two))).encode()
    child = b.dependent(
        "CHILD", b.professional("A2", b.service("97530:GO", "48", "1.5", on="RD8*20260302-20260303"))
    )
    yield b.interchange(b.transaction(b.subscriber("N", dependents=(child,)))).encode()
    stay = b.institutional("A3", b.hospital_service(), b.hospital_service("", on=""), total="96")
    yield b.interchange(b.transaction(b.subscriber("M", stay)), version=b.INSTITUTIONAL).encode()
    odd = b.Separators("|", ">", "'", "")
    yield b.interchange(b.transaction(b.subscriber("M", two)), separators=odd).encode()


@target(ReadError, seeds=x12_seeds)
def x12_837(data: bytes) -> None:
    """An 837, professional or institutional: read, streamed, judged, and its repairs written into it."""
    found = readers.read_x12(data, name="a.837")
    say(found)
    judge(found.claims)
    streamed = [
        each for each in readers.stream_x12(io.BytesIO(data), name="a.837") if isinstance(each, otcodes.Claim)
    ]
    assert len(streamed) == len(found.claims), "the stream gives the claims of the file"
    good = [
        claim
        for claim in found.claims[:JUDGED]
        if claim.payer is None or claim.payer in otcodes.payers.POLICIES
    ]
    if good:
        readers.mended_x12(data, list(otcodes.repair_many(good)), name="a.837")


def x12_835_seeds() -> Iterable[bytes]:
    yield (ROOT / "examples" / "tracking" / "remit.835").read_bytes()


@cache
def tracked() -> otcodes.Claim:
    """A claim that the 835 answers."""
    (claim, *_) = readers.read_x12(
        (ROOT / "examples" / "tracking" / "batch.837").read_bytes(), name="b.837"
    ).claims
    return claim


@target(ReadError, seeds=x12_835_seeds)
def remittances(data: bytes) -> None:
    """An 835, and what it says of a claim."""
    found = readers.read_835(data, name="a.835")
    say(found)
    repr(found)
    for each in explain(found.remittances, [tracked()]):
        json.dumps(each.to_dict(), default=str)


def x12_277_seeds() -> Iterable[bytes]:
    yield (ROOT / "examples" / "tracking" / "response.277").read_bytes()


@target(ReadError, seeds=x12_277_seeds)
def acknowledgements(data: bytes) -> None:
    """A 277CA."""
    found = readers.read_277(data, name="a.277")
    say(found)
    repr(found)


# Official files. An input is a byte that says the kind and setting, and the file.

OFFICIAL: list[tuple[str, str]] = [
    (name, setting) for name, kind in KINDS.items() for setting in kind.settings
]
HEAD_LINES = 14


def official_texts() -> dict[str, list[str]]:
    """The beginning of a file of each kind, and of some kinds in another form."""
    hcpcs, places = golden("test_importing_hcpcs"), golden("test_importing_places")
    mue, add_on = golden("test_importing_mue"), golden("test_importing_add_on_codes")
    words = golden("test_importing_descriptors")
    fees = builders_fees.october()[:4]
    codes = builders_icd10cm.CODES
    return {
        "ncci-ptp": [builders_importing.october()],
        "ncci-ptp-medicaid": [builders_importing.medicaid(("97140", "20101001", "", "1"), first="97530")],
        "mue": [mue.as_csv(dict(list(mue.limits().items())[:5]))],
        "add-on-codes": [
            add_on.fixed(add_on.in_order(add_on.october())[:8]),
            add_on.as_csv(add_on.october()[:6]),
        ],
        "hcpcs": [hcpcs.as_text(), hcpcs.as_csv()],
        "pprrvu": [builders_fees.sheet(fees), builders_fees.as_text(fees)],
        "gpci": [builders_fees.as_csv(builders_fees.new_year()[:HEAD_LINES])],
        "place-of-service": [places.as_csv(places.later()[:HEAD_LINES]), places.as_text(places.rows())],
        "cpt-descriptors": [words.as_tabs(words.CODES[:5]), words.as_columns(28)[:900]],
        "icd10cm-order": [builders_icd10cm.order_text(codes)],
        "icd10cm-codes": [builders_icd10cm.codes_text(codes)],
        "icd10cm-addenda": [
            builders_icd10cm.addenda_text(*builders_icd10cm.SPLIT, headers=(5, 5), codes=(5, 6))
        ],
        "icd10cm-tabular": [builders_icd10cm.TABULAR, builders_icd10cm.NOTED],
    }


def official_seeds() -> Iterable[bytes]:
    texts = official_texts()
    for place, (name, _) in enumerate(OFFICIAL):
        for text in texts[name]:
            yield bytes([place]) + text.encode()


@cache
def catalog_for(kind: str) -> Catalog:
    """The tables on board, or of diagnoses a few, which are soon compared."""
    if kind.startswith("icd10cm"):
        return builders_icd10cm.small_catalog(folder() / "small")
    return Catalog.bundled()


@target(TableError, seeds=official_seeds)
def official(data: bytes) -> None:
    """An official file as a text: its rows, before they are merged."""
    name, setting = OFFICIAL[data[0] % len(OFFICIAL)] if data else OFFICIAL[0]
    kind = KINDS[name]
    file = OfficialFile(name="a.txt", text=text_of("a.txt", data[1:]), sha256="")
    effective = dt.date(2026, 10, 1)
    reading = kind.read(
        Request(
            files=[file],
            setting=setting,
            part=kind.settings[setting],
            effective=effective,
            last=kind.ends(effective),
            catalog=catalog_for(name),
        )
    )
    repr(reading.rows[:3])


PARTS = tuple(builders_workbooks.parts([]))


def workbook_seeds() -> Iterable[bytes]:
    rows = [("HCPCS", "Units", None, "Ä"), ("97530", 2.5, builders_workbooks.Day(46082), "_x000D_")]
    for place, text in enumerate(builders_workbooks.parts(rows).values()):
        yield bytes([place]) + text.encode()


@target(TableError, seeds=workbook_seeds)
def workbook_parts(data: bytes) -> None:
    """One part of a workbook, by its number, is any bytes."""
    members = builders_workbooks.parts([("HCPCS", "Units"), ("97530", 2)])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in members.items():
            is_meant = data and name == PARTS[data[0] % len(PARTS)]
            archive.writestr(name, data[1:] if is_meant else text)
    csv_of("a.xlsx", content.getvalue())


def archive_seeds() -> Iterable[bytes]:
    yield builders_workbooks.workbook([("a", 1)])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("ccipra-f4.txt", builders_importing.official())
        archive.writestr("readme.pdf", b"%PDF-1.7")
    yield content.getvalue()
    yield b"%PDF-1.7"
    yield b"<!doctype html><html>"


@target(TableError, seeds=archive_seeds)
def archives(data: bytes) -> None:
    """A zip, as it is downloaded."""
    path = folder() / "a.zip"
    path.write_bytes(data)
    repr(open_official(path))
    if data.startswith(b"PK"):
        csv_of("a.xlsx", data)


# Tables of one's own. An input is a manifest and a table's file; the manifest gets the file's true hash.

TABLE_MARK = b"\n---\n"
TRUE_HASH, TRUE_ROWS = b"@HASH@", b"@ROWS@"
MANIFEST = b"""
[tables.%s]
file = "t.csv"
schema = 1
key = [%s]
rows = @ROWS@
sha256 = "@HASH@"
scope = ["97001-97999"]
coverage_from = "2024-01-01"
gaps = ["2024-04-01/2024-06-30"]
coverage_to = "2026-12-31"
carried_to = "2027-03-31"
carries_forward = false
licence = "made up"

[[tables.%s.editions]]
id = "e"
effective = "2024-01-01"
publisher = "us"
title = "ours"
sha256 = ""
"""


def overlay_seeds() -> Iterable[bytes]:
    rows = b"code,valid_from,valid_to,is_start_known,confirmed_to,label\n"
    rows += b"97530,2024-01-01,2025-12-31,no,,A label\n"
    yield MANIFEST % (b"procedure_labels", b'"code"', b"procedure_labels") + TABLE_MARK + rows
    own = Catalog.bundled()
    for name in ("places", "unit_limits", "ptp_edits", "modifiers"):
        entry, content = own.file_of(name)
        key = ", ".join(f'"{column}"' for column in entry.key).encode()
        few = b"".join(content.splitlines(keepends=True)[:4])
        yield MANIFEST % (name.encode(), key, name.encode()) + TABLE_MARK + few
    entry, content = own.file_of("diagnoses")
    yield (
        (MANIFEST % (b"diagnoses", b'"code"', b"diagnoses")).replace(b"t.csv", b"t.blocks")
        + TABLE_MARK
        + small_blocks()
    )


def small_blocks() -> bytes:
    """A file of blocks of two codes."""
    from otcodes._blocks import pack

    header = (
        "code",
        "title",
        "valid_from",
        "valid_to",
        "is_start_known",
        "confirmed_to",
        "is_billable",
        "is_title_composed",
    )
    rest = "2024-01-01\t\tno\t\tyes\tno\n"
    return pack(header, {"A00": f"A00.0\tone\t{rest}".encode(), "M62": f"M62.81\ttwo\t{rest}".encode()})


@target(TableError, seeds=overlay_seeds)
def overlays(data: bytes) -> None:
    """A directory of tables of one's own: refused as it is taken, or every row of it can be asked for."""
    manifest, _, content = data.partition(TABLE_MARK)
    where = folder() / "overlay"
    where.mkdir(exist_ok=True)
    from otcodes._blocks import Blocks

    digest = sha256(content).hexdigest()
    if b".blocks" in manifest:
        with contextlib.suppress(Exception):
            digest = Blocks("t.blocks", content).fingerprint
    manifest = manifest.replace(TRUE_HASH, digest.encode()).replace(
        TRUE_ROWS, b"%d" % max(content.count(b"\n") - 1, 0)
    )
    (where / "manifest.toml").write_bytes(manifest)
    for name in ("t.csv", "t.blocks"):
        (where / name).write_bytes(content)
    catalog = Catalog.bundled().with_source(where)
    for name in catalog._overlays:
        table = getattr(catalog, name)
        json.dumps(table.entry.to_dict(), default=str)
        for key in list(table.keys())[:JUDGED]:
            table.verdict(key, on=DOS)
            with contextlib.suppress(OutOfCoverageError):
                repr(table.history(key))
