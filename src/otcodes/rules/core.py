"""What a rule is, how rules combine, and how a set of them is run over a claim.

A rule is a generator function: it takes what it speaks of (a line, the lines of a day, or the claim) and a
`Context`, and yields a `Finding` for each thing that is wrong. `@rule` gives it its id. Where the data that
it needs is not there, the context's accessors raise `CannotJudgeError`, and the rule ends up in the
report's `not_checked`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

import attrs

from .._text import TextEnum
from ..claims import Claim, ServiceLine
from ..errors import OtcodesError, UnknownRuleError
from ..findings import Citation, Finding, Fix, NotChecked, Severity
from ..verdicts import Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..catalog import Catalog
    from ..payers import PayerPolicy
    from ..policy_records import TherapyDiscipline
    from ..records import Discipline, Procedure, Row, TherapyDisposition

Subject: TypeAlias = "ServiceLine | tuple[ServiceLine, ...] | Claim"
Function: TypeAlias = "Callable[[Any, Context], Iterable[Finding]]"
PLANS_KEPT, POLICIES_KEPT = 10_000, 64
BESIDE = "(a claim beside this one)"


class Over(TextEnum):
    """What a rule is called with: each line, all lines of one day (of one patient), or the claim."""

    LINE = "line"
    DAY = "day"
    CLAIM = "claim"


class CannotJudgeError(OtcodesError):
    """Raised inside a rule: what it needs is not known. The report then lists it as not checked.

    Attributes:
        reason: what is not known, in words.
        path: where in the claim.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason, self.path = reason, path

    def __str__(self) -> str:
        """What is not known."""
        return self.reason


@attrs.frozen
class CodeFacts:
    """What is known of a procedure code on a day, before any line is seen.

    Attributes:
        procedure: its record, if it is in force.
        verdict: what the table says of it.
        policy: whose rules are compiled.
        catalog: the tables.
        on: the day.
    """

    procedure: Procedure | None
    verdict: Verdict
    policy: PayerPolicy
    catalog: Catalog
    on: dt.date


def _always(facts: CodeFacts) -> bool:  # noqa: ARG001 -- the signature of every such question
    return True


@attrs.frozen(kw_only=True)
class Rule:
    """A rule with its stable id; called with a subject and a context, it yields findings.

    Attributes:
        id: what is wrong, such as `modifier.discipline-missing`; never changed, never used again.
        severity: unless the payer's policy says otherwise.
        statement: what should hold, the first line of the function's docstring.
        function: the rule itself.
        over: what it is called with.
        cites: where it stands written.
        presets: the payers' presets it belongs to; `None` is every one.
        reads: the tables it rests on.
        applies: whether it can say anything of a code on a day; asked once per code and day.
        since: the release that brought it.
    """

    id: str
    severity: Severity
    statement: str
    function: Function = attrs.field(repr=False)
    over: Over = Over.LINE
    cites: Citation | None = attrs.field(default=None, repr=False)
    presets: frozenset[str] | None = None
    reads: tuple[str, ...] = ()
    applies: Callable[[CodeFacts], bool] = attrs.field(default=_always, repr=False)
    since: str = ""

    def __call__(self, subject: Any, /, context: Context) -> Iterator[Finding]:
        """Run the rule by itself: what it finds, and a note in the context if it cannot judge."""
        before, context.rule = context.rule, self
        try:
            yield from self.function(subject, context)
        except CannotJudgeError as reason:
            context.not_checked(reason.path, reason.reason)
        finally:
            context.rule = before

    def __or__(self, other: Rule | RuleSet) -> RuleSet:
        """Both."""
        return RuleSet((self,)) | other


def rule(
    id: str,  # noqa: A002 -- the word that everybody uses for it
    *,
    severity: Severity,
    cites: Citation | None = None,
    over: Over = Over.LINE,
    presets: Iterable[str] | None = None,
    reads: Iterable[str] = (),
    applies: Callable[[CodeFacts], bool] = _always,
    since: str = "",
) -> Callable[[Function], Rule]:
    """Make a rule of a generator function; its docstring's first line is the statement that should hold.

    Args:
        id: what is wrong, as `group.what`.
        severity: how bad it is.
        cites: where the rule stands written.
        over: what the function is called with: each `line`, the lines of a `day`, or the `claim`.
        presets: names of the presets it belongs to; `None` is every one.
        reads: names of the tables it rests on.
        applies: asked once per code and day whether the rule can say anything of it.
        since: the release that brings it.

    Examples:
        >>> import otcodes
        >>> @otcodes.rules.rule("acme.friday", severity=otcodes.Severity.WARNING)
        ... def service_is_not_on_a_friday(line, /, context):
        ...     '''The clinic is closed on Fridays.'''
        ...     if line.on.isoweekday() == 5:
        ...         yield context.finding(line, "on")
        >>> (otcodes.rules.preset("commercial") | service_is_not_on_a_friday).rules[-1].id
        'acme.friday'
    """

    def make(function: Function) -> Rule:
        statement = (function.__doc__ or "").strip().partition("\n")[0]
        if not statement:
            msg = f"rule {id}: the function needs a docstring that says what should hold"
            raise ValueError(msg)
        return Rule(
            id=id,
            severity=Severity(severity),
            statement=statement,
            function=function,
            over=Over(over),
            cites=cites,
            presets=None if presets is None else frozenset(presets),
            reads=tuple(reads),
            applies=applies,
            since=since,
        )

    return make


class Context:
    """What a rule may ask besides its subject: the claim, the payer's policy, the tables.

    Attributes:
        claim: the claim that is checked.
        policy: the payer's policy.
        catalog: the tables.
        claims: the claims that rules over a day look at, in their order, this one among them.
        rule: the rule that is running.
        skipped: what could not be judged so far.
        shared: what one rule worked out and another of the same subject can use, by a key of theirs.
    """

    __slots__ = (
        *("_disciplines", "_places", "_plans", "catalog", "claim", "claims"),
        *("policy", "rule", "shared", "skipped"),
    )

    def __init__(
        self, claim: Claim, policy: PayerPolicy, catalog: Catalog, claims: Sequence[Claim], plans: _Plans
    ) -> None:
        self.claim = claim
        self.policy = policy
        self.catalog = catalog
        self.claims = claims
        self._disciplines = {id(line): each.discipline for each in claims for line in each.lines}
        self.rule: Rule | None = None
        self.skipped: list[NotChecked] = []
        self.shared: dict[Any, Any] = {}
        self._plans = plans
        self._places = {id(line): index for index, line in enumerate(claim.lines)}

    def finding(
        self,
        subject: Subject,
        field: str,
        message: str = "",
        *,
        fix: Fix | None = None,
        suggestions: tuple[str, ...] = (),
        severity: Severity | None = None,
        rests_on: Row | None = None,
        carried_from: str | None = None,
        cites: Citation | None = None,
    ) -> Finding:
        """A finding of the running rule.

        Args:
            subject: the line or the claim it speaks of.
            field: which field of it.
            message: what is wrong; the rule's statement by default.
            fix: an edit that mends it.
            suggestions: codes that may be meant.
            severity: where it is not the rule's own.
            rests_on: the row it rests on; one that is carried forward makes it a warning at most.
            carried_from: the edition, where it rests on the absence of a row that is carried forward.
            cites: where it stands written, if not where the rule does.
        """
        assert self.rule is not None  # noqa: S101 -- a context runs rules, and only rules find
        line = None if isinstance(subject, (Claim, tuple)) else self._places.get(id(subject))
        edition = carried_from or (rests_on.edition if rests_on is not None else None)
        text = message or self.rule.statement
        level = self.policy.severities.get(self.rule.id, severity or self.rule.severity)
        if edition:
            text += f" (by {edition}, carried forward)"
            level = level if level.rank > Severity.WARNING.rank else Severity.WARNING
        return Finding(
            rule=self.rule.id,
            severity=level,
            path=self.path(subject, field),
            message=text,
            citation=cites or self.rule.cites,
            fix=fix,
            suggestions=suggestions,
            carried_forward=edition is not None,
            claim=self.claim.id,
            file=self.claim.file,
            line=line,
        )

    def path(self, subject: Subject, field: str) -> str:
        """Where a field of a line or of the claim stands."""
        if isinstance(subject, (Claim, tuple)):
            return field
        line = self._places.get(id(subject))
        return BESIDE if line is None else f"lines[{line}].{field}"

    def not_checked(self, path: str, reason: str) -> None:
        """Note, once, that the running rule could not judge something."""
        assert self.rule is not None  # noqa: S101 -- as above
        # What a claim beside this one lacks keeps this one's lines of the day from being judged.
        place = "lines" if path == BESIDE else path
        entry = NotChecked(
            rule=self.rule.id, reason=reason, path=place, claim=self.claim.id, file=self.claim.file
        )
        if entry not in self.skipped:
            self.skipped.append(entry)

    def owns(self, line: ServiceLine) -> bool:
        """Whether a line is this claim's, and not one of a claim beside it."""
        return id(line) in self._places

    def facts(self, line: ServiceLine) -> CodeFacts:
        """What is known of a line's procedure on its day."""
        return self._plans.of(line.procedure, line.on).facts

    def procedure(self, line: ServiceLine) -> Procedure:
        """The record of a line's procedure.

        Raises:
            CannotJudgeError: the tables do not know it on that day.
        """
        facts = self.facts(line)
        if facts.procedure is None:
            raise CannotJudgeError(_unknown_procedure(line, facts), self.path(line, "procedure"))
        return facts.procedure

    def therapy_disposition(self, line: ServiceLine) -> TherapyDisposition:
        """What CMS's therapy code list says of a line's procedure."""
        return self.procedure(line).therapy_disposition

    def discipline_of(self, line: ServiceLine) -> Discipline:
        """The line's own discipline, else that of the claim it stands on."""
        return line.discipline or self._disciplines.get(id(line), self.claim.discipline)

    def is_anothers(self, line: ServiceLine) -> bool:
        """Whether a line's procedure is known not to be its discipline's; one rule says so, for all."""
        procedure = self.facts(line).procedure
        return (
            procedure is not None
            and procedure.disciplines is not None
            and self.discipline_of(line) not in procedure.disciplines
        )

    def discipline(self, line: ServiceLine) -> TherapyDiscipline:
        """The line's discipline with its modifiers on that day.

        Raises:
            CannotJudgeError: the table of modifiers does not cover the day.
        """
        found = self.catalog.disciplines(line.on).get(self.discipline_of(line))
        if found is None:
            reason = f"the modifiers of {self.discipline_of(line)} on {line.on} are out of coverage"
            raise CannotJudgeError(reason, self.path(line, "modifiers"))
        return found


def _unknown_procedure(line: ServiceLine, facts: CodeFacts) -> str:
    if facts.verdict is Verdict.OUT_OF_COVERAGE:
        return f"{line.procedure} on {line.on} is outside the coverage of the table of procedures"
    return f"{line.procedure} on {line.on} is {facts.verdict} in the table of procedures"


@attrs.frozen
class _Plan:
    """The compiled rules of one code on one day."""

    facts: CodeFacts
    line_rules: tuple[Rule, ...]
    day_rules: frozenset[str]
    unjudged: tuple[Rule, ...]


class _Plans:
    """The plans of a rule set under one policy and catalog, each made once per code and day."""

    def __init__(self, rules: tuple[Rule, ...], policy: PayerPolicy, catalog: Catalog) -> None:
        self._rules, self._policy, self._catalog = rules, policy, catalog
        self._plans: dict[tuple[str, dt.date], _Plan] = {}

    def of(self, code: str, on: dt.date) -> _Plan:
        found = self._plans.get((code, on))
        if found is None:
            if len(self._plans) >= PLANS_KEPT:  # an input full of nonsense must not fill the memory
                self._plans.clear()
            found = self._plans[code, on] = self._make(code, on)
        return found

    def _make(self, code: str, on: dt.date) -> _Plan:
        procedures = self._catalog.procedures
        verdict = procedures.verdict(code, on=on)
        procedure = procedures.on(on)[code] if verdict is Verdict.EFFECTIVE else None
        facts = CodeFacts(procedure, verdict, self._policy, self._catalog, on)
        of_codes = [rule for rule in self._rules if rule.over is not Over.CLAIM]
        able = [rule for rule in of_codes if rule.applies(facts)]
        is_unknown = verdict is Verdict.OUT_OF_COVERAGE
        return _Plan(
            facts,
            tuple(rule for rule in able if rule.over is Over.LINE),
            frozenset(rule.id for rule in able if rule.over is Over.DAY),
            # Of a code that the tables do not know, nobody can tell which other rules would apply.
            tuple(rule for rule in of_codes if rule not in able) if is_unknown else (),
        )


def _matches(rule: Rule, name: str) -> bool:
    return rule.id == name or rule.id.startswith(f"{name}.")


@attrs.frozen
class RuleSet:
    """Rules, each id once; `|` adds, `select` and `without` narrow by id or by the group before the dot.

    Attributes:
        rules: the rules, in the order in which they are listed.
        pending: rules of another payer's preset of which it is not known whether this payer applies them;
            they are reported as not checked.

    Examples:
        >>> import otcodes
        >>> len(otcodes.rules.preset("commercial").select("units").without("units.below-minutes"))
        4
    """

    rules: tuple[Rule, ...] = ()
    pending: tuple[Rule, ...] = ()
    _plans: dict[tuple[PayerPolicy, Catalog], _Plans] = attrs.field(
        factory=dict[Any, _Plans], init=False, repr=False, eq=False
    )

    def __attrs_post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            msg = f"a rule's id is used once: {', '.join(twice)}"
            raise ValueError(msg)

    def __iter__(self) -> Iterator[Rule]:
        """The rules."""
        return iter(self.rules)

    def __len__(self) -> int:
        """How many rules."""
        return len(self.rules)

    def __or__(self, other: Rule | RuleSet) -> RuleSet:
        """These rules and another one, or another set's; a rule that is in both stands once."""
        more = (other,) if isinstance(other, Rule) else other.rules
        added = tuple(rule for rule in more if rule not in self.rules)
        pending = self.pending if isinstance(other, Rule) else self.pending + other.pending
        ids = {rule.id for rule in (*self.rules, *added)}
        left = {rule.id: rule for rule in pending if rule.id not in ids}
        return RuleSet((*self.rules, *added), tuple(left.values()))

    def select(self, *names: str) -> RuleSet:
        """Only the rules of these ids or groups.

        Raises:
            UnknownRuleError: there is none of that name.
        """
        self._check(names)
        return self._kept(lambda rule: any(_matches(rule, name) for name in names))

    def without(self, *names: str) -> RuleSet:
        """All but the rules of these ids or groups.

        Raises:
            UnknownRuleError: there is none of that name.
        """
        self._check(names)
        return self._kept(lambda rule: not any(_matches(rule, name) for name in names))

    def _kept(self, keep: Callable[[Rule], bool]) -> RuleSet:
        return RuleSet(tuple(filter(keep, self.rules)), tuple(filter(keep, self.pending)))

    def _check(self, names: Iterable[str]) -> None:
        known = (*self.rules, *self.pending)
        for name in names:
            if not any(_matches(rule, name) for rule in known):
                raise UnknownRuleError(name, tuple(rule.id for rule in known))

    def run(
        self, claim: Claim, policy: PayerPolicy, catalog: Catalog, beside: Sequence[Claim] = ()
    ) -> tuple[list[Finding], list[NotChecked]]:
        """Run the rules over one claim: what they find, and what they could not judge.

        Args:
            claim: the claim.
            policy: the payer's policy.
            catalog: the tables.
            beside: claims of the same patient. Rules over a day see the lines of those that have the
                same payer and setting; where the claim is among them, in that order, else after its own.
        """
        given = claim
        if len({id(line) for line in claim.lines}) < len(claim.lines):
            claim = _with_lines_of_its_own(claim)
        plans = self._plans.get((policy, catalog))
        if plans is None:
            if len(self._plans) >= POLICIES_KEPT:
                self._plans.clear()
            plans = self._plans.setdefault((policy, catalog), _Plans(self.rules, policy, catalog))
        others = [each for each in beside if (each.payer, each.setting) == (claim.payer, claim.setting)]
        order = others if any(each is given for each in others) else [given, *others]
        claims = [claim if each is given else _with_lines_of_its_own(each) for each in order]
        context = Context(claim, policy, catalog, claims, plans)
        findings = [
            finding
            for rule, subject in _due(self, context, plans)
            for finding in _ask(rule, subject, context)
        ]
        for rule in self.pending:
            context.rule = rule
            context.not_checked("", f"whether {policy.label} applies it is not on board")
        # A finding on a line of a claim beside this one is that claim's.
        return [finding for finding in findings if finding.path != BESIDE], context.skipped


def _with_lines_of_its_own(claim: Claim) -> Claim:
    """The same claim; a line is known by its identity, so no line object may stand in two places."""
    return attrs.evolve(claim, lines=tuple(map(attrs.evolve, claim.lines)))


def _due(rules: RuleSet, context: Context, plans: _Plans) -> Iterator[tuple[Rule, Subject]]:
    """Every rule that can say something of the claim, with what it is asked about."""
    claim = context.claim
    days: dict[dt.date, list[ServiceLine]] = {}
    asked: dict[dt.date, set[str]] = {}
    for line in claim.lines:
        plan = plans.of(line.procedure, line.on)
        asked.setdefault(line.on, set()).update(plan.day_rules)
        yield from ((rule, line) for rule in plan.line_rules)
        for rule in plan.unjudged:
            context.rule = rule
            context.not_checked(context.path(line, "procedure"), _unknown_procedure(line, plan.facts))
    for line in (line for each in context.claims for line in each.lines if line.on in asked):
        days.setdefault(line.on, []).append(line)
    has_lost = any(each.lost_lines for each in context.claims)
    for rule in rules:
        if rule.over is Over.CLAIM:
            yield rule, claim
        elif rule.over is Over.DAY and has_lost:
            context.rule = rule
            context.not_checked("lines", "a line of the input could not be read, so no day is known whole")
        elif rule.over is Over.DAY:
            yield from ((rule, tuple(lines)) for day, lines in days.items() if rule.id in asked[day])


def _ask(rule: Rule, subject: Subject, context: Context) -> list[Finding]:
    context.rule = rule
    found: list[Finding] = []
    try:
        findings = rule.function(subject, context)
        if cast("object", findings) is None:
            raise TypeError(f"the rule {rule.id} gave None: a rule yields its findings")
        found.extend(findings)
    except CannotJudgeError as reason:
        context.not_checked(reason.path, reason.reason)
    return found
