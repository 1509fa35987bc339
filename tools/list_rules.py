"""Write the table of rules into docs/rules.md, from the rules themselves.

python tools/list_rules.py            write it
python tools/list_rules.py --check    change nothing; exit status 1 if the page is not as the rules are
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from otcodes.payers import POLICIES
from otcodes.rules import CATALOGUE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
START, END = "<!-- rules: written by tools/list_rules.py -->\n", "<!-- end of rules -->\n"


def table() -> str:
    rows = ["| rule | in | severity | what should hold |", "|---|---|---|---|"]
    for rule in CATALOGUE:
        judging = [name for name, policy in POLICIES.items() if rule.applies_to(policy)]
        presets = "every preset" if len(judging) == len(POLICIES) else ", ".join(judging)
        severity = str(rule.severity)
        for name in judging:
            own = POLICIES[name].severities.get(rule.id)
            severity += f", {name}: {own}" if own else ""
        rows.append(f"| `{rule.id}` | {presets} | {severity} | {rule.statement} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    written = f"{before}{START}\n{table()}\n{END}{after}"
    if not is_check:
        PAGE.write_bytes(written.encode())
    return int(is_check and page != written)


if __name__ == "__main__":
    sys.exit(main())
