"""Build the index by which the titles of the diagnoses are searched; build the table of diagnoses first.

python tools/build_title_index.py            write it
python tools/build_title_index.py --check    change nothing; exit status 1 if it is not the table's
"""

from __future__ import annotations

import argparse
import sys

from otcodes._blocks import Blocks
from otcodes.importing.icd10cm_titles import index_of
from tables import DATA

TABLE, INDEX = "diagnoses.blocks", "diagnosis_words.blocks"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    made = index_of((DATA / TABLE).read_bytes())
    fingerprint = Blocks(INDEX, made).fingerprint
    if is_check:
        is_same = Blocks(INDEX, (DATA / INDEX).read_bytes()).fingerprint == fingerprint
        if not is_same:
            print(f"{INDEX} is not the index of {TABLE}: build it again", file=sys.stderr)
        return 0 if is_same else 1
    (DATA / INDEX).write_bytes(made)
    print(f'index_sha256 = "{fingerprint}"')
    return 0


if __name__ == "__main__":
    sys.exit(main())
