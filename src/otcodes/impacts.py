"""Which codes of a practice's claims change from one day to another."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

import attrs

from ._editions import Freshness, TableFreshness
from ._text import normalize_code
from .catalog import MEDICAID_PAIRS, Catalog
from .differences import Change, ChangeKind, compared, name_of
from .errors import UnknownPayerError
from .payers import EditTable
from .tables import UNKNOWN, Table, check_day

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from ._manifest import Key
    from .claims import Claim
    from .payers import PayerPolicy

CODES = ("procedures", "diagnoses", "modifiers", "places", "revenue_codes")
# What Medicare says of a procedure; whoever is known not to follow it goes by none of these.
POLICY = ("payment_status", "therapy_dispositions", "telehealth")
LIMITS, PAIRS, ADD_ONS = "unit_limits", "ptp_edits", "add_on_codes"
TABLES = (*CODES, *POLICY, LIMITS, PAIRS, MEDICAID_PAIRS, ADD_ONS)


@attrs.frozen(kw_only=True)
class CodeImpact:
    """A change, and how much of the claims it touches.

    Attributes:
        change: what becomes of the code, or of what a table says of it.
        lines: how many service lines have it; of a diagnosis, how many lines its claims have; of a pair, how
            many lines have one of its codes on a day of a claim that has both.
        claims: how many claims these are.
    """

    change: Change[Any]
    lines: int
    claims: int

    def __str__(self) -> str:
        """The change and the counts in words."""
        return f"{self.change.table}: {self.change} ({_count(self.lines, 'line')})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**self.change.to_dict(), "lines": self.lines, "claims": self.claims}


@attrs.frozen(kw_only=True)
class Impact:
    """What a change of day does to the codes of some claims; iterating gives the codes that change.

    Attributes:
        first: the day it starts from.
        second: the day it leads to.
        claims: how many claims there were.
        lines: how many service lines they have.
        codes: what changes, and of which codes that cannot be told, table by table, the most used first.
        carried_forward: by table, the codes that are the same only because no edition on board speaks for one
            of the days: no change of them is on board.
        freshness: whether an edition on board speaks for these days, of each table that was asked.
    """

    first: dt.date
    second: dt.date
    claims: int
    lines: int
    codes: tuple[CodeImpact, ...]
    carried_forward: Mapping[str, tuple[str, ...]] = attrs.field(repr=False)
    freshness: tuple[TableFreshness, ...] = attrs.field(repr=False)

    def __iter__(self) -> Iterator[CodeImpact]:
        """The codes that change."""
        return iter(self.codes)

    @property
    def changed(self) -> tuple[CodeImpact, ...]:
        """The codes that are known to change."""
        return tuple(each for each in self.codes if each.change.kind is not ChangeKind.NOT_KNOWN)

    @property
    def not_known(self) -> tuple[CodeImpact, ...]:
        """The codes of which the tables do not know the state on one of the days."""
        return tuple(each for each in self.codes if each.change.kind is ChangeKind.NOT_KNOWN)

    @property
    def is_complete(self) -> bool:
        """Whether every change is in it: editions on board speak for all that was asked."""
        is_told = all(each.freshness is Freshness.CURRENT for each in self.freshness)
        return is_told and not self.not_known and not self.carried_forward

    def __str__(self) -> str:
        """How many codes of how many claims."""
        size = f"{_count(self.claims, 'claim')}, {_count(self.lines, 'line')}"
        return (
            f"{size}; from {self.first} to {self.second}: {len(self.changed)} changed, "
            f"{len(self.not_known)} not known"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "from": self.first.isoformat(),
            "to": self.second.isoformat(),
            "claims": self.claims,
            "lines": self.lines,
            "is_complete": self.is_complete,
            "codes": [each.to_dict() for each in self.codes],
            "carried_forward": {table: list(codes) for table, codes in self.carried_forward.items()},
            "freshness": [each.to_dict() for each in self.freshness],
        }


def impact(
    claims: Iterable[Claim], first: dt.date, second: dt.date, *, catalog: Catalog | None = None
) -> Impact:
    """Which codes of some claims change from one day to another, whatever the claims' own days.

    Looked at are procedures, diagnoses, modifiers, places and revenue codes, and what is said of these
    procedures: payment status, therapy list, telehealth list, unit limits, and the pairs of two of them on
    one day of a claim, of NCCI and of an add-on code with its primary code. Of policy only what a claim's
    payer may go by: none of Medicare's where it is known not to follow it. Amounts are left out: relative
    values change every January.

    Args:
        claims: the claims, such as those of the last months.
        first: the day to start from, such as the last day of September.
        second: the day to lead to, such as the first of October.
        catalog: the tables, and payers of one's own; the bundled ones by default.

    Raises:
        TypeError: a day is not a `datetime.date`.

    Examples:
        >>> import datetime as dt, otcodes
        >>> line = otcodes.ServiceLine("97530", on=dt.date(2025, 9, 2), units=2)
        >>> claim = otcodes.Claim(diagnoses=("G35", "M62.81"), lines=(line,))
        >>> found = otcodes.impact([claim], dt.date(2025, 9, 30), dt.date(2025, 10, 1))
        >>> [(each.change.code, str(each.change.kind), each.lines) for each in found.changed]
        [('G35', 'became-a-header', 1)]
    """
    for day in (first, second):
        check_day(day)
    catalog = catalog or Catalog.bundled()
    number = lines_in_all = 0
    lines: dict[str, Counter[Key]] = {name: Counter() for name in TABLES}
    in_claims: dict[str, Counter[Key]] = {name: Counter() for name in TABLES}
    for claim in claims:
        number += 1
        lines_in_all += len(claim.lines)
        for name, counts in _keys_of(claim, _policy(claim, catalog)).items():
            lines[name].update(counts)
            in_claims[name].update(counts.keys())
    found: list[CodeImpact] = []
    carried: dict[str, tuple[str, ...]] = {}
    fresh: list[TableFreshness] = []
    # Medicaid's pairs are on board in directories alone.
    for name in (name for name in TABLES if lines[name] and getattr(catalog, name) is not None):
        table: Table[Any] = getattr(catalog, name)
        fresh += (*table.freshness(first), *table.freshness(second))
        same: list[str] = []
        for key, count in sorted(lines[name].items(), key=lambda each: (-each[1], each[0])):
            owner = table.owner(key)
            if owner is None:
                change = _unknown(table, key, first, second) if name in CODES else None
            else:
                rows = owner.rows(key)
                change, is_carried = compared(table, owner, key, rows, first=first, second=second)
                if is_carried:
                    same.append(name_of(owner, key, rows))
            if change is not None:
                found.append(CodeImpact(change=change, lines=count, claims=in_claims[name][key]))
        if same:
            carried[name] = tuple(same)
    return Impact(
        first=first,
        second=second,
        claims=number,
        lines=lines_in_all,
        codes=tuple(found),
        carried_forward=carried,
        freshness=tuple(fresh),
    )


def _policy(claim: Claim, catalog: Catalog) -> PayerPolicy:
    """The policy of a claim's payer; of one that is not known, the one that knows nothing."""
    try:
        return catalog.policy(claim.payer)
    except UnknownPayerError:
        return catalog.policy(None)


def _keys_of(claim: Claim, policy: PayerPolicy) -> dict[str, Counter[Key]]:
    """What a claim has of each table, by its normalised key, with the number of lines."""
    found: dict[str, Counter[Key]] = {name: Counter() for name in TABLES}
    setting = str(claim.setting)
    days: dict[dt.date, Counter[str]] = {}
    for line in claim.lines:
        procedure = normalize_code(line.procedure)
        found["procedures"][procedure] += 1
        found["modifiers"].update(set(map(normalize_code, line.modifiers)))
        found["places"].update([] if line.place is None else [normalize_code(line.place)])
        found["revenue_codes"].update(
            [] if line.revenue_code is None else [normalize_code(line.revenue_code)]
        )
        for name in POLICY if policy.follows_medicare is not False else ():
            found[name][procedure] += 1
        for program in _programs(policy.limit_table):
            found[LIMITS][program, setting, procedure] += 1
        days.setdefault(line.on, Counter())[procedure] += 1
    listed = (*claim.diagnoses, *(code for line in claim.lines for code in line.diagnoses))
    found["diagnoses"].update(dict.fromkeys(map(normalize_code, listed), len(claim.lines)))
    for codes in days.values():
        for one, two in permutations(codes, 2):
            found[ADD_ONS][one, two] += codes[one] + codes[two]
            if policy.pair_table is not False:
                name = MEDICAID_PAIRS if policy.pair_table is EditTable.MEDICAID else PAIRS
                found[name][setting, one, two] += codes[one] + codes[two]
    return found


def _programs(table: EditTable | Literal[False] | None) -> tuple[str, ...]:
    """Whose unit limits a payer may go by."""
    if table is None:
        return tuple(map(str, EditTable))
    return (str(table),) if table else ()


def _unknown(table: Table[Any], key: Key, first: dt.date, second: dt.date) -> Change[Any] | None:
    """That the change of a code without a row cannot be told; `None` of what is known to be no code."""
    if all(table.verdict(key, on=day) is UNKNOWN for day in (first, second)):
        return None
    return Change(table=table.name, code=str(key), kind=ChangeKind.NOT_KNOWN)


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
