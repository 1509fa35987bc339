"""NCCI: which procedures are not paid beside each other on one day."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from ..findings import Severity
from ..fixes import AddModifier, RemoveModifier
from ..tables import Verdict
from . import citations
from .core import CannotJudgeError, CodeFacts, Context, Over, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..claims import ServiceLine
    from ..findings import Finding
    from ..policy_records import PtpEdit
    from ..tables import Table

NEVER, WITH_MODIFIER = "0", "1"
DISTINCT_SERVICE = "59"
TWO_DISCIPLINES = "whether one provider furnished the lines of both disciplines is not given"


def _is_known(facts: CodeFacts) -> bool:
    return facts.procedure is not None


_pair_rule = partial(
    rule,
    cites=citations.NCCI,
    over=Over.DAY,
    asks="pair_table",
    reads=["medicaid_ptp_edits", "pair_modifiers", "ptp_edits"],
    applies=_is_known,
    since="0.1.0",
)


def _table(context: Context) -> Table[PtpEdit]:
    """The pairs that the payer judges by.

    Raises:
        CannotJudgeError: they are not on board.
    """
    table = context.catalog.pairs_of(context.policy.pair_table)
    if table is None:
        raise CannotJudgeError(f"the table of pairs of {context.policy.label} is not on board", "lines")
    return table


class _Between(NamedTuple):
    """What the tables say of two codes: the pairs in force, and whether there may be others."""

    edits: tuple[PtpEdit, ...]
    is_unknown: bool


def _between(line: ServiceLine, code: str, context: Context) -> _Between:
    """What the tables say of a line's code and another one, on its day and in its setting."""
    own, setting = line.procedure, context.claim.setting
    key = ("pair", setting, line.on, *((own, code) if own < code else (code, own)))
    found: _Between | None = context.known[key]
    if found is None:
        table = _table(context)
        both = ((setting.value, own, code), (setting.value, code, own)) if own != code else ()
        edits = tuple(row for pair in both if (row := table.on(line.on).find(pair)) is not None)
        verdicts = [table.verdict(pair, on=line.on) for pair in both]
        found = _Between(edits, not edits and Verdict.OUT_OF_COVERAGE in verdicts)
        context.known[key] = found
    return found


class _Pair(NamedTuple):
    """A pair in force on a day: the lines of column 1 that differ in what they bill, and all of column 2."""

    row: PtpEdit
    paid: list[ServiceLine]
    denied: list[ServiceLine]


class _Pairs(NamedTuple):
    """The pairs of a day, and what is not known of it."""

    edits: list[_Pair]
    notes: list[tuple[str, str]]


def _pairs(lines: tuple[ServiceLine, ...], context: Context) -> _Pairs:
    """The pairs in force among the lines of a day.

    Raises:
        CannotJudgeError: the payer's table of pairs is not on board.
    """
    key = ("pairs", lines[0].on)
    found: _Pairs | None = context.shared.get(key)
    if found is None:
        _table(context)  # a day of one line has no pairs, and is not judged either
        found = context.shared[key] = _Pairs([], [])
        # By code and discipline: a claim may have many lines of few codes.
        alike: dict[tuple[str, str], list[ServiceLine]] = {}
        for line in lines:
            alike.setdefault((line.procedure, context.discipline_of(line)), []).append(line)
        unknown: dict[int, tuple[ServiceLine, set[str]]] = {}
        for own, others in combinations(alike.values(), 2):
            mine = next(filter(context.owns, (*own, *others)), None)
            if mine is None:
                continue  # the claims beside this one are judged by themselves
            between = _between(own[0], others[0].procedure, context)
            if not context.is_one_providers(own[0], others[0]):
                if between.edits or between.is_unknown:
                    found.notes.append((context.path(mine, "procedure"), TWO_DISCIPLINES))
                continue
            if between.is_unknown:
                other = others[0] if mine.procedure == own[0].procedure else own[0]
                unknown.setdefault(id(mine), (mine, set()))[1].add(other.procedure)
            for row in between.edits:
                paid, denied = (own, others) if row.column_1 == own[0].procedure else (others, own)
                apart = {context.line(line).service: line for line in paid}
                found.edits.append(_Pair(row, list(apart.values()), denied))
        found.notes.extend([_unknown(line, codes, context) for line, codes in unknown.values()])
    return found


def _unknown(line: ServiceLine, codes: Iterable[str], context: Context) -> tuple[str, str]:
    """Where and of which codes it is not known whether a pair keeps the line from them."""
    named = ", ".join(sorted(codes))
    reason = f"whether a pair keeps {line.procedure} from {named} on {line.on} is not on board"
    return context.path(line, "procedure"), reason


def _accepted(line: ServiceLine, other: ServiceLine, context: Context) -> set[str]:
    """The line's modifiers that NCCI accepts to tell it from another line."""
    table = context.catalog.pair_modifiers.on(line.on)
    procedure = context.facts(line).procedure
    sites = procedure.sites if procedure else ()
    found: set[str] = set()
    for code in line.modifiers:
        row = table.find(code)
        # An anatomic modifier counts where the code has such a site and the other line is elsewhere.
        if row is not None and (
            not row.sites or (set(row.sites) & set(sites) and code not in other.modifiers)
        ):
            found.add(code)
    return found


def _distinct_service(line: ServiceLine, context: Context) -> str:
    """The line's first modifier that tells it apart wherever it is, such as 59; or nothing."""
    rows = map(context.catalog.pair_modifiers.on(line.on).find, line.modifiers)
    return next((row.modifier for row in rows if row is not None and not row.sites), "")


@_pair_rule("pair.never-together", severity=Severity.ERROR, sees=["procedure", "modifiers", "discipline"])
def pair_that_is_never_paid_is_apart(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """Two codes of an indicator-0 pair are not billed on one day."""
    pairs = _pairs(lines, context)
    for row, paid, denied in pairs.edits:
        for line in denied if row.indicator == NEVER else ():
            yield context.finding(
                line,
                "procedure",
                f"{line.procedure} is never paid beside {paid[0].procedure} on one day",
                rests_on=row,
            )
    for path, reason in pairs.notes:
        context.not_checked(path, reason)


@_pair_rule("pair.modifier-needed", severity=Severity.ERROR, sees=["procedure", "modifiers", "discipline"])
def pair_has_a_modifier_that_tells_it_apart(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """Two codes of an indicator-1 pair on one day have an NCCI-associated modifier on one of the lines."""
    pairs = _pairs(lines, context)
    for row, paid, denied in pairs.edits:
        for line in denied if row.indicator == WITH_MODIFIER else ():
            if all(_accepted(line, other, context) or _accepted(other, line, context) for other in paid):
                continue
            yield context.finding(
                line,
                "modifiers",
                f"{line.procedure} is not paid beside {paid[0].procedure} on one day without a modifier "
                f"such as {DISTINCT_SERVICE}, where the record shows separate services",
                fix=AddModifier(DISTINCT_SERVICE, is_safe=False),
                rests_on=row,
            )
    for path, reason in pairs.notes:
        context.not_checked(path, reason)


@_pair_rule(
    "pair.modifier-unneeded", severity=Severity.WARNING, sees=["procedure", "modifiers", "discipline"]
)
def distinct_service_modifier_has_its_pair(
    lines: tuple[ServiceLine, ...], /, context: Context
) -> Iterator[Finding]:
    """59, XE, XP, XS or XU stands on a line only where a pair in force asks for it."""
    pairs = _pairs(lines, context)
    marked = [(line, modifier) for line in lines if (modifier := _distinct_service(line, context))]
    if not marked:
        return
    in_pairs = {id(line) for _, paid, denied in pairs.edits for line in (*paid, *denied)}
    codes = Counter([line.procedure for line in lines])
    for line, modifier in marked:
        if id(line) in in_pairs or not context.owns(line):
            continue
        if codes[line.procedure] > 1:
            continue  # it may tell two lines of one code apart
        unknown = {code for code in codes if _between(line, code, context).is_unknown}
        if unknown:
            context.not_checked(*_unknown(line, unknown, context))
            continue
        if any(
            _between(line, other.procedure, context).edits and not context.is_one_providers(line, other)
            for other in lines
        ):
            context.not_checked(context.path(line, "modifiers"), TWO_DISCIPLINES)
            continue
        setting = context.claim.setting.value
        yield context.finding(
            line,
            "modifiers",
            f"no pair in force asks for {modifier} on {line.procedure} beside the lines of {line.on}",
            fix=RemoveModifier(modifier, is_safe=False),
            carried_from=_table(context).absence_carried_from(
                (setting, line.procedure, line.procedure), line.on
            ),
        )
