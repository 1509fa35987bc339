"""The package in a browser: it goes through the parts of the command line, so that both say the same.

Files are those of Pyodide: they are in memory, and end with the page. What is found is handed on while it is
found, for of a large file it is far more than the claims.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

import otcodes
from otcodes import payers, readers
from otcodes.catalog import Catalog
from otcodes.cli import _check, _fix, main
from otcodes.cli._reading import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otcodes.claims import Claim
    from otcodes.findings import Finding, Report
    from otcodes.payers import PayerPolicy

    Progress = Callable[[int, int], object]  # it is told how many claims of how many are done
    Keep = Callable[[str, str], object]  # it is given a name, and what comes next of the text of that name

GIVEN = Path("given")  # where the page puts what it was handed
TAKEN = Path("taken")  # the same, under its name
MADE = Path("made")  # what the command line wrote
ENDINGS = {"csv": ".csv", "fhir": ".json", "json": ".json", "x12": ".837"}
START = 1_000  # bytes that show what a file is
SHOWN = 2_000  # findings, and as many remarks, that the page gets to show
PIECE = 2_000  # entries of a list that are handed on together
NO_FHIR = "this is FHIR, which the page does not read, as what reads it does not run in a browser"


class Screen(io.StringIO):
    """Standard error as a terminal: its progress bar goes to the page, the other lines are kept."""

    def __init__(self, progress: Progress | None = None) -> None:
        super().__init__()
        self._progress = progress

    def isatty(self) -> bool:
        """Whether there is a bar."""
        return self._progress is not None

    def write(self, text: str) -> int:
        """Take a line, or the bar as it is now."""
        if self._progress is None or not text.startswith("\r"):
            return super().write(text)
        done, slash, total = text.rpartition("] ")[2].removesuffix(" claims").partition("/")
        if slash:  # else the bar was taken away
            self._progress(int(done), int(total))
        return len(text)

    def lines(self) -> list[str]:
        """What was said."""
        return [line.removeprefix("otcodes: ") for line in self.getvalue().splitlines()]


class Entries:
    """A list of the report, as JSON, that is handed on a piece at a time."""

    def __init__(self, name: str, keep: Keep) -> None:
        self._name, self._keep = name, keep
        self._waiting: list[str] = []
        self._between = ""
        keep(name, f'"{name}": [\n')

    def add(self, entries: Iterable[dict[str, Any]]) -> None:
        """Add some."""
        self._waiting += map(json.dumps, entries)
        if len(self._waiting) >= PIECE:
            self._hand_on()

    def close(self) -> None:
        """There are no more."""
        self._hand_on()
        self._keep(self._name, "\n],\n")

    def _hand_on(self) -> None:
        if self._waiting:
            self._keep(self._name, self._between + ",\n".join(self._waiting))
            self._waiting, self._between = [], ",\n"


class Found:
    """What is found, as it comes: handed on in full, counted, and the first of it for the page to show."""

    def __init__(self, keep: Keep) -> None:
        keep("findings", "{")
        self._keep = keep
        self._findings, self._not_checked = Entries("findings", keep), Entries("not_checked", keep)
        self._shown: list[dict[str, Any]] = []
        self._by_rule: Counter[tuple[str, str]] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._editions: dict[str, tuple[dt.date, str]] = {}
        self._stale: set[tuple[str, str]] = set()

    def add(self, report: Report) -> None:
        """Take what was found in one more claim."""
        self._findings.add(finding.to_dict() for finding in report)
        self._not_checked.add(entry.to_dict() for entry in report.not_checked)
        self._shown += map(_shown, report.findings[: SHOWN - len(self._shown)])
        self._by_rule.update((finding.rule, finding.severity.value) for finding in report)
        self._reasons.update((entry.rule, entry.reason) for entry in report.not_checked)
        for table, edition in report.editions.items():
            if report.last_day >= self._editions.get(table, (dt.date.min, ""))[0]:
                self._editions[table] = report.last_day, edition
        self._stale.update(report.stale.items())

    def close(self) -> dict[str, Any]:
        """What there is to show."""
        self._findings.close()
        self._not_checked.close()
        editions = {table: edition for table, (_, edition) in sorted(self._editions.items())}
        stale = dict(sorted(self._stale))
        facts = {
            "editions": editions,
            "stale": stale,
            "version": otcodes.__version__,
            "data_version": otcodes.DATA_VERSION,
        }
        self._keep("facts", json.dumps(facts).removeprefix("{") + "\n")
        return {
            "findings": self._shown,
            "by_rule": [[*which, count] for which, count in self._by_rule.most_common()],
            "not_checked": [[*why, count] for why, count in sorted(self._reasons.items())],
            "editions": list(editions.items()),
            "stale": list(stale.items()),
        }


class Desk:
    """What was handed in last."""

    def __init__(self) -> None:
        self._taken = TAKEN
        self._claims: list[Claim] = []
        self._is_whole = True

    def check(self, name: str, payer: str, progress: Progress, keep: Keep) -> str:
        """What is found in what was given; text that was pasted has no name, and is called by its form.

        Kept are `findings`, `not_checked` and `facts`, which in this order are the report that the command
        line writes; and what it says beside it: `unread` and `notes`.
        """
        self._claims.clear()  # before others are read
        for folder in (TAKEN, MADE):
            folder.mkdir(exist_ok=True)
            for file in folder.iterdir():
                file.unlink()
        self._taken = GIVEN.rename(TAKEN / (name or f"pasted{_ending('', GIVEN)}"))
        inputs = _read(self._taken)
        count = len(inputs.claims)
        if payer:
            inputs.claims = [attrs.evolve(claim, payer=payer) for claim in inputs.claims]
        found = Found(keep)
        with contextlib.redirect_stderr(Screen(progress)):
            # No promise of the package; the tests of this page see to it that both stay the same.
            for report in _check._judge(inputs, _policy, Catalog.bundled()):  # noqa: SLF001 -- see above
                self._claims.append(report.claim)
                found.add(report)
        unread = [*inputs.complaints, *map(str, inputs.problems)]
        self._is_whole = not unread
        answer = {
            "file": self._taken.name,
            "claims": count,
            "unread": _said("unread", unread, keep),
            "notes": _said("notes", inputs.notes, keep),
            **found.close(),
        }
        return json.dumps(answer)

    def fix(self, progress: Progress, keep: Keep) -> str:
        """Mend what was checked: what the mended file in `made` is called, and what was said of it."""
        fixed = MADE / f"{self._taken.stem}.fixed{_ending(self._taken.name, self._taken)}"
        chosen = argparse.Namespace(files=[str(self._taken)], output=str(fixed))
        write = _fix.write_x12 if _fix.writes_x12(chosen) else _fix.write_fixed
        with contextlib.redirect_stderr(Screen(progress)) as screen:
            bar = _check._Progress(len(self._claims))  # noqa: SLF001 -- as above

            def policy(claim: Claim) -> PayerPolicy:
                bar.step()  # of each claim it is asked when its turn comes
                return _policy(claim)

            write(self._claims, policy, Catalog.bundled(), chosen, is_whole=self._is_whole)
        name = fixed.name if fixed.exists() else None
        return json.dumps({"file": name, "fixes": _said("fixes", screen.lines(), keep)})


def about(on: str) -> str:
    """What is on board, and how fresh it is on a day."""
    tables = otcodes.freshness(on=dt.date.fromisoformat(on))
    facts = {
        "version": otcodes.__version__,
        "data_version": otcodes.DATA_VERSION,
        "payers": list(payers.POLICIES),
        "tables": [[each.table, each.edition, str(each.freshness)] for each in tables],
    }
    return json.dumps(facts)


def search(text: str, on: str) -> str:
    """Procedures and diagnoses that fit some words on a day."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(Screen()) as screen:
        main(["search", "--format", "json", "--on", on, "--", text])
    return json.dumps({"found": json.loads(output.getvalue()), "lines": screen.lines()})


def _read(taken: Path) -> Inputs:
    """The claims, and what could not be read."""
    try:
        batch = readers.read(taken)
    except otcodes.MissingExtraError:
        return Inputs(complaints=[f"{taken.name}: {NO_FHIR}"])
    except otcodes.ReadError as error:
        return Inputs(complaints=[str(error)])
    return Inputs(list(batch.claims), list(batch.problems), notes=list(batch.notes))


def _said(name: str, lines: list[str], keep: Keep) -> dict[str, Any]:
    """The first lines of what is said, and how many there are; all of them are kept."""
    keep(name, "".join(f"{line}\n" for line in lines))
    return {"name": name, "count": len(lines), "lines": lines[:SHOWN]}


def _policy(claim: Claim) -> PayerPolicy:
    return payers.policy(claim.payer)


def _ending(name: str, path: Path) -> str:
    """The ending that says the form of a file; what is neither JSON nor an 837 is taken for CSV."""
    with path.open("rb") as file:
        start = file.read(START)
    try:
        return ENDINGS[readers.form_of(name, start)]
    except otcodes.ReadError:
        return ".csv"


def _shown(finding: Finding) -> dict[str, Any]:
    """A finding of the report, with its fix in words."""
    mend = finding.fix
    return {**finding.to_dict(), "fix": str(mend or ""), "is_safe": mend is not None and mend.is_safe}
