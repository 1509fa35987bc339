"""Stream a large 837: megabytes a second and peak memory, beside what others make of the same file.

    python benchmarks/stream_837.py                 # 200 MB in a temporary folder
    python benchmarks/stream_837.py --megabytes 20

Each reader runs in a process of its own, in turn, on the same file of made-up claims, once it has been read
by the system. pyx12's pass is its `X12Reader`: segments, envelope and counts, with neither its maps nor
claims. hccinfhir takes a whole file as one text and gives service lines; its time grows with the square of
the file, so that it reads a twentieth of it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TextIO

from measuring import PEAK, Environments, progress

MEGABYTE = 10**6
CODES = ("97530:GO", "97110:GO", "97140:GO:59", "97535:GO:CO", "97112:GO", "97165:GO", "97150:GO", "97530")
DIAGNOSES = ("M6281", "R278", "G5601", "S52501D", "M25511", "G20A1", "M79601", "R293")
# A transaction holds 5,000 claims at most, as the guide recommends.
CLAIMS = 5_000

STREAM = """
import sys, time
from otcodes import Claim
from otcodes.readers import stream_x12
start = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    count = sum(isinstance(item, Claim) for item in stream_x12(file, name="large.837"))
print(time.perf_counter() - start, count)
"""
PYX12 = """
import sys, time
from pyx12.x12file import X12Reader
start = time.perf_counter()
with X12Reader(sys.argv[1]) as reader:
    count = sum(segment.get_seg_id() == "CLM" and not reader.pop_errors() for segment in reader)
print(time.perf_counter() - start, count)
"""
HCCINFHIR = """
import sys, time
from hccinfhir.extractor import extract_sld
start = time.perf_counter()
with open(sys.argv[1], encoding="ascii") as file:
    count = len({line.claim_id for line in extract_sld(file.read(), format="837")})
print(time.perf_counter() - start, count)
"""


class Reader(NamedTuple):
    """A program that reads the file, or the small one."""

    name: str
    program: str
    needs: str
    is_of_small: bool = False


READERS = (
    Reader("otcodes: claims, streamed", STREAM, "otcodes"),
    Reader("pyx12: segments (`X12Reader`)", PYX12, "pyx12"),
    Reader("otcodes: a twentieth of the file", STREAM, "otcodes", is_of_small=True),
    Reader("hccinfhir: service lines, of a twentieth", HCCINFHIR, "hccinfhir", is_of_small=True),
)


def write(path: Path, megabytes: float, seed: int = 1) -> int:
    """Write an 837P of about that size, and give its size."""
    draw = random.Random(seed)  # noqa: S311 -- made-up claims need no secret
    sides = "*ZZ*SUBMITTER      *ZZ*RECEIVER       "
    isa = f"ISA*00*          *00*          {sides}*260309*0815*^*00501*000000101*0*T*:"
    transactions = 0
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(f"{isa}~\nGS*HC*SUBMITTER*RECEIVER*20260309*0815*101*X*005010X222A1~\n")
        while file.tell() < megabytes * MEGABYTE:
            transactions += 1
            _write_transaction(file, transactions, megabytes * MEGABYTE, draw)
        file.write(f"GE*{transactions}*101~\nIEA*1*000000101~\n")
    return path.stat().st_size


def _write_transaction(file: TextIO, number: int, size: float, draw: random.Random) -> None:
    segments = [
        f"ST*837*{number:04}*005010X222A1",
        f"BHT*0019*00*B{number}*20260309*0815*CH",
        "NM1*41*2*A CLINIC*****46*SUBMITTER",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*CLEARINGHOUSE*****46*RECEIVER",
        "HL*1**20*1",
        "NM1*85*2*A CLINIC*****XX*1234567893",
        "N3*1 MAIN ST",
        "N4*SPRINGFIELD*IL*627011234",
        "REF*EI*123456789",
    ]
    count = 0
    for claim in range(CLAIMS):
        if file.tell() >= size:
            break
        segments += _claim(f"{number}-{claim}", claim + 2, draw)
        count += len(segments)
        file.write("".join(f"{segment}~\n" for segment in segments))
        segments = []
    file.write(f"SE*{count + 1}*{number:04}~\n")


def _claim(name: str, level: int, draw: random.Random) -> list[str]:
    codes = draw.sample(DIAGNOSES, draw.randint(1, 4))
    qualified = "*".join(f"{'ABF' if place else 'ABK'}:{code}" for place, code in enumerate(codes))
    lines = draw.randint(1, 6)
    day = f"202603{draw.randint(1, 28):02}"
    segments = [
        f"HL*{level}*1*22*0",
        f"SBR*P*18*******{draw.choice(('MB', 'CI', 'MC', '16'))}",
        f"NM1*IL*1*TEST*PATIENT{name}****MI*{draw.randint(10**8, 10**9)}",
        "N3*2 ELM ST",
        "N4*SPRINGFIELD*IL*62701",
        "DMG*D8*19500101*F",
        "NM1*PR*2*A PAYER*****PI*12345",
        f"CLM*{name}*{lines * 48}***11:B:1*Y*A*Y*Y",
        f"HI*{qualified}",
        "NM1*DN*1*DOCTOR*TEST****XX*1234567893",
        "NM1*82*1*THERAPIST*TEST****XX*1234567893",
        "PRV*PE*PXC*225X00000X",
    ]
    for place in range(1, lines + 1):
        service = f"SV1*HC:{draw.choice(CODES)}*48*UN*{draw.randint(1, 3)}***{draw.randint(1, len(codes))}"
        segments += [f"LX*{place}", service, f"DTP*472*D8*{day}", f"REF*6R*{name}-{place}"]
    return segments


def report(megabytes: float, rounds: int) -> list[str]:
    """Rows for RESULTS.md."""
    here = Environments({})
    readers = [each for each in READERS if here.has(each.needs)]
    passes: dict[Reader, list[tuple[float, int, float]]] = {each: [] for each in readers}
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "large.837", Path(folder) / "small.837"
        size, small_size = write(path, megabytes), write(small, megabytes / 20)
        for index in range(rounds):
            progress(f"a large 837, round {index + 1} of {rounds}")
            for each in readers:
                file = small if each.is_of_small else path
                seconds, claims, peak = here.python(each.needs, each.program + PEAK, file).split()
                passes[each].append((float(seconds), int(claims), int(peak) / 1024))
    lines = [
        "\n## A large 837\n",
        f"{size / MEGABYTE:,.0f} MB of made-up claims by `benchmarks/stream_837.py`, each time in a process",
        "of its own. otcodes gives each claim, ready to be checked; pyx12's own reader gives segments, and",
        "asks the same of the envelope; hccinfhir gives service lines, with what risk adjustment needs.",
        "None validates by pyx12's maps. otcodes's memory does not grow with the file.",
        "",
        "| | claims | MB a second | from slowest to fastest | peak memory, MiB |",
        "|---|--:|--:|--:|--:|",
    ]
    for each, found in passes.items():
        of = (small_size if each.is_of_small else size) / MEGABYTE
        rates = sorted(of / seconds for seconds, _, _ in found)
        lines.append(
            f"| {each.name} | {found[0][1]:,} | {statistics.median(rates):.1f} "
            f"| {rates[0]:.1f} to {rates[-1]:.1f} | {statistics.median(peak for _, _, peak in found):.1f} |"
        )
    return lines


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=200, help="the size of the file (default 200)")
    parser.add_argument("--rounds", type=int, default=3, help="of each reader (default 3)")
    chosen = parser.parse_args()
    print("\n".join(report(chosen.megabytes, chosen.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
