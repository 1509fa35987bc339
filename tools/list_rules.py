"""Write what the documentation says of the rules, from the rules themselves and ``rule_examples.toml``.

That is the table in docs/rules.md, a page for each rule in docs/rules, and their part of the navigation in
mkdocs.yml.

python tools/list_rules.py            write it
python tools/list_rules.py --check    change nothing; exit status 1 if anything is not as the rules are
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import otcodes
from otcodes import Finding, Severity, rules
from otcodes.payers import POLICIES, UNKNOWN_PAYER, PayerPolicy
from otcodes.rules import CATALOGUE, Rule
from rule_examples import Example, load

ROOT = Path(__file__).resolve().parent.parent
PAGE, PAGES, SITE = ROOT / "docs" / "rules.md", ROOT / "docs" / "rules", ROOT / "mkdocs.yml"
START, END = "<!-- rules: written by tools/list_rules.py -->\n", "<!-- end of rules -->\n"
NAV_START, NAV_END = "      # rules: written by tools/list_rules.py\n", "      # end of rules\n"
WIDE = 90  # a list of JSON that is longer is written one item a row
LEFT_OUT, NOT_KNOWN = "left out", "not known, so listed as not checked"
OVER = {
    rules.Over.LINE: "each line by itself",
    rules.Over.DAY: "the lines of a patient's day together",
    rules.Over.CLAIM: "the claim as a whole",
}


def table() -> str:
    """The table of all rules."""
    rows = ["| rule | in | severity | what should hold |", "|---|---|---|---|"]
    for rule in CATALOGUE:
        judging = [name for name, policy in POLICIES.items() if rule.applies_to(policy)]
        presets = "every preset" if len(judging) == len(POLICIES) else ", ".join(judging)
        severity = str(rule.severity)
        for name in judging:
            own = POLICIES[name].severities.get(rule.id)
            severity += f", {name}: {own}" if own else ""
        rows.append(f"| [`{rule.id}`](rules/{rule.id}.md) | {presets} | {severity} | {rule.statement} |")
    return "\n".join(rows) + "\n"


def navigation() -> str:
    """The rules' part of the navigation, by group."""
    groups: dict[str, list[str]] = {}
    for rule in CATALOGUE:
        groups.setdefault(rule.id.partition(".")[0], []).append(rule.id)
    rows: list[str] = []
    for group, ids in groups.items():
        rows.append(f"      - {group}:\n")
        rows.extend(f"          - {id_}: rules/{id_}.md\n" for id_ in ids)
    return "".join(rows)


def page(example: Example) -> str:
    """The page of a rule."""
    parts = [
        "<!-- written by tools/list_rules.py from the rule and tools/rule_examples.toml -->",
        f"# {example.rule.id}",
        f"**{example.rule.statement}**",
        example.why,
        "## A claim that fails",
        _json(example.claim if example.beside is None else (example.beside, example.claim)),
        _found(example.findings),
        *_also(example),
        "## The same, put right",
        _how(example),
        _difference(example),
        "## Which payers",
        _presets(example.rule),
        "## The rule",
        "\n".join(_facts(example)),
    ]
    return "\n\n".join(parts) + "\n"


def _json(claims: Any) -> str:
    claims = claims if isinstance(claims, tuple) else (claims,)
    return f"```json\n{_shown({'claims': list(claims)})}\n```"


def _shown(value: Any, indent: str = "") -> str:
    """JSON, a field a row; a short list of plain values on one."""
    plain = json.dumps(value)
    items = value.items() if isinstance(value, Mapping) else [(None, each) for each in value]
    deeper = f"{indent}  "
    rows = []
    for key, each in items:
        is_long = isinstance(each, Mapping) or (
            isinstance(each, list)
            and (any(isinstance(own, Mapping) for own in each) or len(json.dumps(each)) > WIDE)
        )
        text = _shown(each, deeper) if is_long else json.dumps(each)
        rows.append(f"{deeper}{text}" if key is None else f"{deeper}{json.dumps(key)}: {text}")
    return plain[0] + "\n" + ",\n".join(rows) + f"\n{indent}{plain[-1]}"


def _found(findings: Iterable[Finding]) -> str:
    rows = ["| severity | where | what is said |", "|---|---|---|"]
    rows += [f"| {found.severity} | `{found.path}` | {found.message} |" for found in findings]
    return "\n".join(rows)


def _also(example: Example) -> Iterator[str]:
    if example.also:
        yield f"Other rules speak of it, too: {_links(example.also)}."


def _links(ids: Iterable[str]) -> str:
    return ", ".join(f"[`{id_}`]({id_}.md)" for id_ in ids)


def _how(example: Example) -> str:
    """Who mends the claim."""
    finding = example.findings[0]
    if not example.by_hand and finding.fix is not None:
        if finding.fix.is_safe:
            made = "It is safe: `report.fixed()` and `check --fix` make it."
        else:
            made = (
                "Only the medical record can support it, so it is made by `report.fixed(unsafe=True)` alone."
            )
        return f"By the finding's own fix: {finding.fix}. {made}"
    if finding.suggestions:
        return f"By hand. The finding suggests {', '.join(finding.suggestions)}; a person chooses."
    return "By hand: this finding has no fix."


def _difference(example: Example) -> str:
    before, after = (_shown(claim).splitlines() for claim in (example.claim, example.fixed))
    rows = list(difflib.unified_diff(before, after, n=2, lineterm=""))[3:]  # without the names and places
    return "```diff\n" + "\n".join("  …" if row.startswith("@@") else row for row in rows) + "\n```"


def _presets(rule: Rule) -> str:
    """What each payer's preset makes of a rule."""
    names: dict[str, list[str]] = {stance: [] for stance in (*map(str, Severity), LEFT_OUT, NOT_KNOWN)}
    for policy in (*POLICIES.values(), UNKNOWN_PAYER):
        named = "a claim that names no payer" if policy is UNKNOWN_PAYER else f"`{policy.name}`"
        names[_stance(rule, policy)].append(named)
    return "\n".join(f"- {stance}: {', '.join(named)}" for stance, named in names.items() if named)


def _stance(rule: Rule, policy: PayerPolicy) -> str:
    applies = rule.applies_to(policy)
    if applies is None:
        return NOT_KNOWN
    return str(policy.severities.get(rule.id, rule.severity)) if applies else LEFT_OUT


def _table(name: str) -> str:
    """A table's name, with a link to its page; one that is not on board has none."""
    has_page = (ROOT / "docs" / "data" / f"{name}.md").exists()
    return f"[`{name}`](../data/{name}.md)" if has_page else f"`{name}`"


def _facts(example: Example) -> Iterator[str]:
    rule, cites = example.rule, example.rule.cites
    yield f"- Looks at {OVER[rule.over]}."
    needs = [f"`{field}`" for field in example.needs()]
    if needs:
        yield f"- Not checked where the claim does not carry {', '.join(needs)}."
    if rule.reads:
        yield f"- Rests on the [tables](../data/tables.md) {', '.join(map(_table, rule.reads))}."
    if cites is not None:
        title = f"[{cites.title}]({cites.url})" if cites.url else cites.title
        yield f"- Stands written in {', '.join(filter(None, (title, cites.section, cites.publisher)))}."
    reasons = [f"{row.kind} {row.code}" for row in otcodes.denial_reasons if rule.id in row.rules]
    if reasons:
        yield f"- May come back on a [remittance](../remittances.md) as {', '.join(reasons)}."
    yield f"- Since release {rule.since}."
    yield (
        f"- To leave it out: `python -m otcodes check FILE --ignore {rule.id}`, "
        f'`otcodes.rules.preset("medicare-b").without("{rule.id}")`, or '
        "[`ignored` of a payer's policy](../payers.md#ones-own)."
    )
    yield f"- See also {_links(example.related)}."


def written() -> dict[Path, str]:
    """Every file, and what should stand in it."""
    files = {PAGES / f"{example.rule.id}.md": page(example) for example in load()}
    files[PAGE] = _between(PAGE.read_text("utf-8"), START, f"\n{table()}\n", END)
    files[SITE] = _between(SITE.read_text("utf-8"), NAV_START, navigation(), NAV_END)
    return files


def _between(text: str, start: str, inside: str, end: str) -> str:
    before, found, rest = text.partition(start)
    _, also, after = rest.partition(end)
    if not (found and also):
        raise ValueError(f"{start.strip()} or {end.strip()} is gone")
    return f"{before}{start}{inside}{end}{after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="only verify")
    is_check = parser.parse_args().check
    files = written()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    lost = sorted(set(PAGES.glob("*.md")) - set(files))
    for path in (*stale, *lost):
        print(f"{path.relative_to(ROOT)} is not as the rules are" if is_check else path.relative_to(ROOT))
    if not is_check:
        for path in stale:
            path.write_bytes(files[path].encode())
        for path in lost:
            path.unlink()
    return int(is_check and bool(stale or lost))


if __name__ == "__main__":
    sys.exit(main())
