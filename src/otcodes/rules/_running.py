"""Running rules over a claim, so that a claim costs what it can break and not the size of the catalogue.

Rules are left out in two steps. When a policy meets a code and a day, those that cannot say anything of that
code (`Rule.applies`). When it meets a line, a day or a claim of some shape, those that were silent about it
and whose `Rule.sees` tells that the shape alone decides: of an equal shape they are not asked again, and what
they could not judge is noted again.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

import attrs

from ..claims import Claim, ServiceLine
from ..errors import RuleFailedError
from ..findings import NotChecked
from ..tables import Verdict
from .core import BESIDE, LOST, CannotJudgeError, CodeFacts, Context, Over, Rule, unknown_procedure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping, Sequence

    from ..catalog import Catalog
    from ..findings import Finding
    from ..payers import PayerPolicy
    from .core import RuleSet, Skipped, Subject

PLANS_KEPT = 10_000  # an input full of nonsense must not fill the memory

# The fields that make a shape: of a line; of the lines of a day; of a claim, with those that it may lack.
LINE_FIELDS = frozenset(
    {"procedure", "on", "modifiers", "place", "revenue_code", "units", "discipline", "empty_fields"}
)
DAY_FIELDS = LINE_FIELDS | {"minutes", "assistant_minutes"}
DIAGNOSIS_FIELDS = frozenset({"diagnoses", "lines.on"})
CLAIM_FIELDS = DIAGNOSIS_FIELDS | {"lines.diagnoses", "empty_fields"}
OPTIONAL = (
    *("therapy_year_to_date_usd", "plan_of_care", "treatment_notes"),
    *("referring_npi", "submitted_on", "patient"),
)

# What is left to do for a shape: rules to ask, and what others could not judge, in the order of the rules.
Steps: TypeAlias = "tuple[Rule | Skipped, ...]"


class _Plan(NamedTuple):
    """The rules of one code on one day."""

    facts: CodeFacts
    line_rules: tuple[Rule, ...]
    day_rules: frozenset[str]
    unjudged: tuple[Rule, ...]


class Compiled:
    """A rule set under one policy and catalog, with what it learnt of the shapes that it met."""

    def __init__(self, rules: RuleSet, policy: PayerPolicy, catalog: Catalog) -> None:
        self.policy, self.catalog = policy, catalog
        self._of_codes = tuple(rule for rule in rules if rule.over is not Over.CLAIM)
        # What looks at fewer fields is kept by a shape that comes back sooner: minutes seldom do.
        self._by_lines, self._by_minutes = _parted(rules, Over.DAY, LINE_FIELDS)
        self._by_diagnoses, self._by_claim = _parted(rules, Over.CLAIM, DIAGNOSIS_FIELDS)
        self._pending: list[Skipped] = [
            (rule.id, "", f"whether {policy.label} applies it is not on board") for rule in rules.pending
        ]
        self._tables = sorted({table for rule in rules for table in rule.reads})
        self._editions: dict[dt.date | None, tuple[Mapping[str, str], Mapping[str, str]]] = {}
        self._plans: dict[tuple[str, dt.date], _Plan] = {}
        self._steps: dict[Hashable, Steps] = {}
        self.known: dict[Hashable, object] = {}

    def facts(self, line: ServiceLine) -> CodeFacts:
        """What is known of a line's code on its day."""
        return self._plan(line.procedure, line.on).facts

    def keep(self, key: Hashable, value: object) -> None:
        """Keep what a rule worked out of the tables alone."""
        if len(self.known) >= PLANS_KEPT:
            self.known.clear()
        self.known[key] = value

    def editions(self, last: dt.date | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Of each table that the rules rest on, the edition of a claim's last day, and those it is past."""
        found = self._editions.get(last)
        if found is None:
            if len(self._editions) >= PLANS_KEPT:
                self._editions.clear()
            editions = self.catalog.editions_on(last, self._tables)
            stale = {} if last is None else self.catalog.stale_on(last, self._tables)
            found = self._editions[last] = MappingProxyType(editions), MappingProxyType(stale)
        return found

    def run(self, claim: Claim, beside: Sequence[Claim]) -> tuple[list[Finding], tuple[NotChecked, ...]]:
        """What the rules find, and what they could not judge; `RuleSet.run` says the rest."""
        given = claim
        if len(set(map(id, claim.lines))) < len(claim.lines):
            claim = _with_lines_of_its_own(claim)
        claims = [claim]
        if beside:
            others = [each for each in beside if (each.payer, each.setting) == (claim.payer, claim.setting)]
            order = others if any(each is given for each in others) else [given, *others]
            claims = [claim if each is given else _apart(each, claim) for each in order]
        context = Context(claim, self.policy, self.catalog, claims, self)
        # Besides the fields of a shape, what rules ask of the claim itself, and what it lacks.
        traits = (claim.setting, claim.plan_of_care is None)
        shapes = {id(line): _shape(line, context) for each in claims for line in each.lines}
        for line in claim.lines:
            self._ask_of_line(line, (shapes[id(line)], traits), context)
        absent = frozenset([field for field in OPTIONAL if getattr(claim, field) in (None, ())])
        for lines in context.days():
            if context.has_lost:
                day_rules = (*self._by_lines, *self._by_minutes)
                context.skipped.extend((rule.id, "lines", LOST) for rule in day_rules)
                continue
            # Which of the claim's own lines they are counts, too: rules say by their place what they lack.
            of_day = tuple([(context.place(line), shapes[id(line)]) for line in lines])
            minutes = tuple([(line.minutes, line.assistant_minutes) for line in lines])
            self._ask_of_day(lines, (of_day, traits), self._by_lines, LINE_FIELDS, context)
            key, fields = (of_day, minutes, traits, absent), DAY_FIELDS | absent
            self._ask_of_day(lines, key, self._by_minutes, fields, context)
        self._ask_of_claim(claim, traits, absent, context)
        skipped = dict.fromkeys((*context.skipped, *self._pending))
        return (
            # A finding on a line of a claim beside this one is that claim's.
            [finding for finding in context.found if finding.path != BESIDE],
            tuple(
                [
                    NotChecked(rule=rule, reason=reason, path=path, claim=claim.id, file=claim.file)
                    for rule, path, reason in skipped
                ]
            ),
        )

    def _plan(self, code: str, on: dt.date) -> _Plan:
        found = self._plans.get((code, on))
        if found is None:
            if len(self._plans) >= PLANS_KEPT:
                self._plans.clear()
            found = self._plans[code, on] = self._make(code, on)
        return found

    def _make(self, code: str, on: dt.date) -> _Plan:
        procedures = self.catalog.procedures
        verdict = procedures.verdict(code, on=on)
        procedure = procedures.on(on)[code] if verdict is Verdict.EFFECTIVE else None
        facts = CodeFacts(procedure, verdict, self.policy, self.catalog, on)
        able = [rule for rule in self._of_codes if rule.applies(facts)]
        is_unknown = verdict is Verdict.OUT_OF_COVERAGE
        return _Plan(
            facts,
            tuple(rule for rule in able if rule.over is Over.LINE),
            frozenset(rule.id for rule in able if rule.over is Over.DAY),
            # Of a code that the tables do not know, nobody can tell which other rules would apply.
            tuple(rule for rule in self._of_codes if rule not in able) if is_unknown else (),
        )

    def _ask_of_line(self, line: ServiceLine, key: Hashable, context: Context) -> None:
        plan = self._plan(line.procedure, line.on)
        if not self._take(key, line, context):
            self._learn(key, plan.line_rules, LINE_FIELDS, line, context)
        for rule in plan.unjudged:
            where = context.path(line, "procedure")
            context.skipped.append((rule.id, where, unknown_procedure(line, plan.facts)))

    def _ask_of_day(
        self,
        lines: tuple[ServiceLine, ...],
        key: Hashable,
        rules: tuple[Rule, ...],
        fields: frozenset[str],
        context: Context,
    ) -> None:
        if not self._take(key, lines, context):
            plans = [self._plan(line.procedure, line.on) for line in lines if context.owns(line)]
            asked = frozenset[str]().union(*[plan.day_rules for plan in plans])
            self._learn(key, tuple(rule for rule in rules if rule.id in asked), fields, lines, context)

    def _ask_of_claim(self, claim: Claim, traits: Hashable, absent: frozenset[str], context: Context) -> None:
        days = tuple(dict.fromkeys([line.on for line in claim.lines]))
        key: Hashable = (claim.diagnoses, days, traits)
        if not self._take(key, claim, context):
            self._learn(key, self._by_diagnoses, DIAGNOSIS_FIELDS, claim, context)
        lines = tuple([(line.on, line.diagnoses) for line in claim.lines])
        key = (claim.diagnoses, lines, claim.empty_fields, traits, absent)
        if not self._take(key, claim, context):
            self._learn(key, self._by_claim, CLAIM_FIELDS | absent, claim, context)

    def _take(self, key: Hashable, subject: Subject, context: Context) -> bool:
        """Do what is left to do for a shape that was met before; whether it was."""
        steps = self._steps.get(key)
        if steps is None:
            return False
        prefix = _prefix(subject, context)
        for step in steps:
            if isinstance(step, Rule):
                _ask(step, subject, context)
            else:
                rule, path, reason = step
                context.skipped.append((rule, prefix + path, reason))
        return True

    def _learn(
        self,
        key: Hashable,
        rules: tuple[Rule, ...],
        fields: frozenset[str],
        subject: Subject,
        context: Context,
    ) -> None:
        """Ask every rule, and keep what is left to do for an equal shape."""
        prefix = _prefix(subject, context)
        steps: list[Rule | Skipped] = []
        for rule in rules:
            found, skipped = len(context.found), len(context.skipped)
            _ask(rule, subject, context)
            if len(context.found) > found or rule.sees is None or not rule.sees <= fields:
                steps.append(rule)
            else:
                noted = context.skipped[skipped:]
                steps += [(each, path.removeprefix(prefix), reason) for each, path, reason in noted]
        if len(self._steps) >= PLANS_KEPT:
            self._steps.clear()
        self._steps[key] = tuple(steps)


def _parted(rules: RuleSet, over: Over, fields: frozenset[str]) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules over days, or claims: those that see no more than some fields, and the others."""
    ours = [rule for rule in rules if rule.over is over]
    few = tuple(rule for rule in ours if rule.sees is not None and rule.sees <= fields)
    return few, tuple(rule for rule in ours if rule not in few)


def _prefix(subject: Subject, context: Context) -> str:
    """What the paths of a line begin with: it may stand elsewhere on the next claim."""
    return context.path(subject, "") if isinstance(subject, ServiceLine) else ""


def _shape(line: ServiceLine, context: Context) -> tuple[Hashable, ...]:
    return (
        line.procedure,
        line.on,
        line.modifiers,
        line.place,
        line.revenue_code,
        line.units,
        line.empty_fields,
        context.discipline_of(line),
    )


def _ask(rule: Rule, subject: Subject, context: Context) -> None:
    """Let one rule say what it finds, or that it cannot judge."""
    context.rule = rule
    try:
        findings = rule.function(subject, context)
        is_none = cast("object", findings) is None
        context.found.extend(() if is_none else findings)
    except CannotJudgeError as reason:
        context.not_checked(reason.path, reason.reason)
        return
    except Exception as error:  # noqa: BLE001 -- it is not hidden: what comes out names the rule
        # Not from the error: its message, in a printed traceback, may hold what is the patient's.
        failed = RuleFailedError(rule.id, context.claim.id, type(error).__name__, _raised_in(error))
        raise failed from None
    if is_none:
        msg = f"the rule {rule.id} gave None: a rule yields its findings"
        raise TypeError(msg)


def _raised_in(error: Exception) -> str:
    """The file and line that raised an error."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return "an unknown place" if last is None else f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}"


def _apart(other: Claim, claim: Claim) -> Claim:
    """Another claim, none of whose lines is an object that a claim has, too."""
    is_apart = {id(line) for line in claim.lines}.isdisjoint(map(id, other.lines))
    return other if is_apart else _with_lines_of_its_own(other)


def _with_lines_of_its_own(claim: Claim) -> Claim:
    """The same claim; a line is known by its identity, so no line object may stand in two places."""
    return attrs.evolve(claim, lines=tuple(map(attrs.evolve, claim.lines)))
