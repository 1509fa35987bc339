"""Workers that were forked, spawned or served: each says of a claim what this process says."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic_week.csv"

# A file and not -c: a spawned worker reads its parent's main module again.
POOLED = """
import json, multiprocessing, sys
import otcodes
from otcodes import check, readers

def said(reports):
    return [(report.to_dict(), report.claim.to_dict()) for report in reports]

if __name__ == "__main__":
    claims = readers.read_csv(open(sys.argv[1], "rb").read(), name="week.csv").claims
    # What is read, and half of what is kept, before the workers begin: a forked one goes on from there.
    for claim in claims[: len(claims) // 2]:
        check(claim)
    with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
        reports = pool.map(check, claims, chunksize=4)
    here = [check(claim) for claim in claims]
    assert reports == here and said(reports) == said(here)
    print(json.dumps(len(reports)))
    try:
        reports[1].fixed()
    except otcodes.OtcodesError as error:
        print(json.dumps(str(error)))
"""


@pytest.mark.parametrize("start", multiprocessing.get_all_start_methods())
def test_workers_give_the_same_reports(start, tmp_path) -> None:
    script = tmp_path / "pooled.py"
    script.write_text(POOLED, encoding="utf-8")
    command = [sys.executable, "-B", script, EXAMPLE, start]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", timeout=120)
    assert (done.stderr, done.returncode) == ("", 0)
    count, refused = map(json.loads, done.stdout.splitlines())
    assert count == 30
    assert "check the claim here" in refused  # a report that was sent says that it cannot mend its claim
