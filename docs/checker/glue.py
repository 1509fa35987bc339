"""The package in a browser: what the page asks for becomes a call of the command line, so both say the same.

Files are those of Pyodide: they are in memory, and end with the page.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import otcodes
from otcodes import payers, readers
from otcodes.cli import main
from otcodes.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int, int], object]  # it is told how many claims of how many are done

GIVEN = Path("given")  # where the page puts what it was handed
TAKEN = Path("taken")  # the same, under its name
MADE = Path("made")  # what the command line wrote
REPORT = MADE / "report.json"
ENDINGS = {"csv": ".csv", "fhir": ".json", "json": ".json", "x12": ".837"}


class Screen(io.StringIO):
    """Standard error as a terminal: its progress bar goes to the page, the other lines are kept."""

    def __init__(self, progress: Progress | None) -> None:
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


def check(name: str, payer: str, progress: Progress) -> str:
    """What is found in what was given; text that was pasted has no name, and is called by its form.

    The report stays in `made`, as the command line wrote it, for whoever wants to take it along.
    """
    for folder in (TAKEN, MADE):
        folder.mkdir(exist_ok=True)
        for file in folder.iterdir():
            file.unlink()
    taken = GIVEN.rename(TAKEN / (name or f"pasted{_ending('', GIVEN.read_bytes())}"))
    status, report, lines = _run(progress, "check", "--format", "json", *_payer(payer), str(taken))
    REPORT.write_text(report, "utf-8")
    facts: dict[str, Any] = json.loads(report)
    claims = 0
    with contextlib.suppress(otcodes.OtcodesError):  # then it is among the lines
        claims = len(readers.read(taken).claims)
    not_checked = Counter((each["rule"], each["reason"]) for each in facts["not_checked"])
    answer = {
        "file": taken.name,
        "claims": claims,
        "is_whole": status < 2,  # noqa: PLR2004 -- the exit status where a part could not be read
        "lines": lines,
        "findings": [_finding(each) for each in facts["findings"]],
        "not_checked": [[*why, count] for why, count in sorted(not_checked.items())],
        "editions": list(facts["editions"].items()),
        "stale": list(facts["stale"].items()),
    }
    return json.dumps(answer)


def fix(name: str, payer: str, progress: Progress) -> str:
    """Mend what was checked last: what the mended file in `made` is called, and what was said of it."""
    taken = TAKEN / name
    fixed = MADE / f"{taken.stem}.fixed{_ending(name, taken.read_bytes())}"
    _, _, lines = _run(progress, "check", *_payer(payer), "--fix", "--output", str(fixed), str(taken))
    return json.dumps({"file": fixed.name if fixed.exists() else None, "lines": lines})


def search(text: str, on: str) -> str:
    """Procedures and diagnoses that fit some words on a day."""
    _, found, lines = _run(None, "search", "--format", "json", "--on", on, "--", text)
    return json.dumps({"found": json.loads(found), "lines": lines})


def _run(progress: Progress | None, *arguments: str) -> tuple[int, str, list[str]]:
    """Run the command line: its exit status, its output, and what it said beside it."""
    output, screen = io.StringIO(), Screen(progress)
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(screen):
        status = main(arguments)
    lines = [line.removeprefix("otcodes: ") for line in screen.getvalue().splitlines()]
    return status, output.getvalue(), lines


def _payer(payer: str) -> tuple[str, ...]:
    return ("--payer", payer) if payer else ()


def _ending(name: str, content: bytes) -> str:
    """The ending that says the form of a file; what is neither JSON nor an 837 is taken for CSV."""
    try:
        return ENDINGS[readers.form_of(name, content)]
    except otcodes.ReadError:
        return ".csv"


def _finding(facts: dict[str, Any]) -> dict[str, Any]:
    """A finding of the report, with its fix in words."""
    mend = Finding.from_dict(facts).fix
    return {**facts, "fix": str(mend or ""), "is_safe": mend is not None and mend.is_safe}
