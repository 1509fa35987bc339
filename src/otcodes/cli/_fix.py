"""Writing claims with their fixes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..checking import repair_many
from ..errors import ReadError, shown_name
from ..readers import form_of, mended_x12
from ._common import complain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..catalog import Catalog
    from ..claims import Claim
    from ..findings import Finding, Repair
    from ..payers import PayerPolicy

X12_ENDINGS = (".837", ".x12", ".edi")
START = 1_000  # bytes that show what a file is


def output_name(text: str) -> str:
    """The name of a file to write, which says its form."""
    if not text.lower().endswith((".json", ".csv", *X12_ENDINGS)):
        expected = "expected a name that ends in .json, .csv, .837, .x12 or .edi"
        raise argparse.ArgumentTypeError(f"{expected}, found {text!r}")
    return text


def writes_x12(chosen: argparse.Namespace) -> bool:
    """Whether --fix writes an 837: of one 837, unless the name of the output says JSON or CSV."""
    output = (chosen.output or "").lower()
    if output.endswith((".json", ".csv")):
        return False
    count = sum(_is_x12(file) for file in chosen.files)
    other = "; --output with a name that ends in .json writes the claims of all"
    if count and len(chosen.files) > 1:
        what = "of several 837s" if count == len(chosen.files) else "an 837 beside other files"
        raise ReadError("--fix", f"it writes an 837 in its own form, one at a time, and not {what}{other}")
    if output and not count:
        raise ReadError("--output", "an 837 is written only in the place of an 837; expected .json or .csv")
    if output and Path(chosen.output).exists() and Path(chosen.output).samefile(chosen.files[0]):
        raise ReadError("--output", "the 837 that is read is not written over; expected another name")
    return bool(count)


def _is_x12(file: str) -> bool:
    """Whether a file is an 837 by its name or its start; one that cannot be read is none."""
    try:
        with Path(file).open("rb") as opened:
            return form_of(file, opened.read(START)) == "x12"
    except (OSError, ReadError):
        return False


def _say_bytes(content: bytes) -> None:
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)  # a notebook's output has none
    if binary is None:
        sys.stdout.write(content.decode("utf-8", "backslashreplace"))
    else:
        binary.write(content)


def write_x12(
    claims: Sequence[Claim],
    policy: Callable[[Claim], PayerPolicy],
    catalog: Catalog,
    chosen: argparse.Namespace,
    *,
    is_whole: bool,
) -> None:
    """Write the 837 with the mended claims in it; what could not be read stays in it as it is."""
    if not claims:
        complain("nothing written: no claim could be read")
        return
    repairs = list(repair_many(claims, policy=policy, catalog=catalog))
    path = Path(chosen.files[0])
    mended = mended_x12(path.read_bytes(), repairs, name=path.name)
    if chosen.output:
        Path(chosen.output).write_bytes(mended.content)
    else:
        _say_bytes(mended.content)
    if not is_whole:
        complain("what could not be read is in the output as it was")
    _say_fixes(repairs, {id(repair): reason for repair, reason in mended.withheld})


def write_fixed(
    claims: Sequence[Claim],
    policy: Callable[[Claim], PayerPolicy],
    catalog: Catalog,
    chosen: argparse.Namespace,
    *,
    is_whole: bool,
) -> None:
    """Write the mended claims; what they leave out of the input is said, and never overwritten."""
    output = Path(chosen.output) if chosen.output else None
    is_input = (
        output
        and output.exists()
        and any(Path(file).exists() and output.samefile(file) for file in chosen.files)
    )
    if not claims or (is_input and not is_whole):
        why = "part of the input could not be read" if claims else "no claim could be read"
        complain(f"nothing written: {why}")
        return
    repairs = list(repair_many(claims, policy=policy, catalog=catalog))
    claims = [repair.claim for repair in repairs]
    name = chosen.output or chosen.files[0]
    if name.lower().endswith(".csv"):
        from ..readers.csv import write  # noqa: PLC0415 -- only this form needs it

        text = write(claims)
        if any(claim.plan_of_care for claim in claims):
            complain("the plans of care are not in the output: CSV has no column for them; .json has")
    else:
        text = json.dumps({"claims": [claim.to_dict() for claim in claims]}, indent=2) + "\n"
    if output:
        output.write_bytes(text.encode("utf-8", "backslashreplace"))
    else:
        sys.stdout.write(text)
    if not is_whole:
        complain("what could not be read is not in the output")
    _say_fixes(repairs, {})


def _say_fixes(repairs: Iterable[Repair], unwritten: Mapping[int, str]) -> None:
    """What was fixed, and what was not and why, a line each; `unwritten` has reasons by a repair's `id`."""
    for repair in repairs:
        reason = unwritten.get(id(repair))
        for finding in repair.applied:
            complain(
                f"fixed: {_named(finding)}: {finding.fix}" if reason is None else _not_fixed(finding, reason)
            )
        for finding, why in repair.withheld:
            complain(_not_fixed(finding, why))


def _not_fixed(finding: Finding, reason: str) -> str:
    return f"not fixed: {_named(finding)}: {reason}"


def _named(finding: Finding) -> str:
    claim = f"{shown_name(finding.claim)} " if finding.claim else ""
    return f"{claim}{finding.path} {finding.rule}"
