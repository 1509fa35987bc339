"""What a rule is, how rules combine, and how a set of them is run over a claim.

A rule is a generator function: it takes what it speaks of (a line, the lines of a day, or the claim) and a
`Context`, and yields a `Finding` for each thing that is wrong. `@rule` gives it its id. Where the data that
it needs is not there, the context's accessors raise `CannotJudgeError`, and the rule ends up in the
report's `not_checked`.
"""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from .._text import TextEnum
from ..calc.units import QUARTER_HOUR_MINUTES, family_of
from ..claims import Claim, ServiceLine, TreatmentNote
from ..errors import OtcodesError, UnknownRuleError
from ..findings import Citation, Finding, Severity
from ..fixes import Fix
from ..records import Setting, TherapyDisposition
from ..tables import Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from decimal import Decimal

    from ..catalog import Catalog
    from ..findings import Skipped
    from ..payers import PayerPolicy
    from ..policy_records import TherapyDiscipline
    from ..records import Discipline, Modifier, Procedure, Row
    from ._recent import Recent
    from ._running import Compiled

Subject: TypeAlias = "ServiceLine | tuple[ServiceLine, ...] | Claim"
Function: TypeAlias = "Callable[[Any, Context], Iterable[Finding]]"
POLICIES_KEPT = 64
BESIDE = "(a claim beside this one)"
LOST = "a line of the input could not be read, so no day is known whole"


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
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        """What is not known."""
        return self.reason


@attrs.frozen
class CodeFacts:
    """What is known of a procedure code on a day, before any line is seen.

    Attributes:
        code: as the line has it.
        procedure: its record, if it is in force.
        verdict: what the table says of it.
        policy: whose rules are compiled.
        catalog: the tables.
        on: the day.
    """

    code: str
    procedure: Procedure | None
    verdict: Verdict
    policy: PayerPolicy
    catalog: Catalog
    on: dt.date


class LineFacts:
    """What is known of the lines of one shape: those that say the same, but for minutes, money and diagnoses.

    Of a shape there is one object. It is told by identity, and what is worked out of it is worked out once.

    Attributes:
        code: what is known of the procedure code on the day.
        discipline: the line's own, else that of the claim it stands on.
        modifiers: in the order of the claim.
        units: what is billed.
        able: the rules over a day that can say something of the code.
        has_plan: whether the claim that is checked has a plan of care.
        number: of the shape; of another one it is another.
        service: the number of all lines that are alike but for units, place, revenue code and empty fields.
    """

    def __init__(
        self,
        line: ServiceLine,
        code: CodeFacts,
        discipline: Discipline,
        *,
        able: frozenset[str],
        has_plan: bool,
        number: int,
        service: int,
    ) -> None:
        self.code = code
        self.able = able
        self.number = number
        self.service = service
        self.discipline = discipline
        self.modifiers: tuple[str, ...] = line.modifiers
        self.units: int | Decimal = line.units
        self.has_plan = has_plan

    @cached_property
    def billed(self) -> tuple[str, dt.date, frozenset[str]]:
        """What two lines that bill the same have in common: code, day and modifiers."""
        return self.code.code, self.code.on, frozenset(self.modifiers)

    @cached_property
    def is_timed(self) -> bool:
        """Whether its procedure is in force and timed."""
        return self.code.procedure is not None and self.code.procedure.unit_minutes is not None

    @cached_property
    def quarter_hours(self) -> str:
        """The count of quarter hours that its minutes are of, by its first code; nothing if there is none."""
        procedure = self.code.procedure
        if procedure is None:
            return ""
        family = family_of(procedure, self.code.catalog, self.code.on)
        return family[0].code if all(each.unit_minutes == QUARTER_HOUR_MINUTES for each in family) else ""

    @cached_property
    def family(self) -> str:
        """The code whose count of minutes its own are of: that of the first code that its procedure adds to.

        Else the procedure's, if it is in force.
        """
        procedure = self.code.procedure
        if procedure is None:
            return ""
        return procedure.primary_codes[0] if len(procedure.primary_codes) == 1 else procedure.code

    @cached_property
    def modifier_kinds(self) -> frozenset[str]:
        """The kinds of those of its modifiers that are in force."""
        return frozenset([row.kind for row in self.modifier_rows])

    @cached_property
    def is_assistants(self) -> bool:
        """Whether it has the modifier of any discipline's assistants."""
        return "assistant" in self.modifier_kinds

    @cached_property
    def has_whole_units(self) -> bool:
        """Whether its units are a whole number, one or more."""
        return isinstance(self.units, int) and self.units > 0

    @cached_property
    def therapy_discipline(self) -> TherapyDiscipline | None:
        """Its discipline with the modifiers of that day, if the table of modifiers covers it."""
        return self.code.catalog.disciplines(self.code.on).get(self.discipline)

    @cached_property
    def modifier_rows(self) -> tuple[Modifier, ...]:
        """The rows of those of its modifiers that are in force."""
        rows = map(self.code.catalog.modifiers.on(self.code.on).find, self.modifiers)
        return tuple([row for row in rows if row is not None])

    @cached_property
    def is_anothers(self) -> bool:
        """Whether its procedure is known not to be its discipline's; one rule says so, for all."""
        procedure = self.code.procedure
        return (
            procedure is not None
            and procedure.disciplines is not None
            and self.discipline not in procedure.disciplines
        )

    @cached_property
    def is_therapy(self) -> bool:
        """Whether it is known to be therapy: always, under a plan of care, or by its modifier."""
        procedure = self.code.procedure
        if procedure is None or self.is_anothers:
            return False
        disposition = procedure.therapy_disposition
        if disposition is TherapyDisposition.ALWAYS:
            return True
        if disposition is TherapyDisposition.SOMETIMES and self.has_plan:
            return True
        own = self.therapy_discipline
        return own is not None and own.modifier in self.modifiers


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
        asks: the field of a payer's policy that says whether the payer judges by it; of every one if empty.
        reads: the tables it rests on.
        applies: whether it can say anything of a code on a day; asked once per code and day.
        sees: the fields of its lines, in whatever order these stand, or of the claim, that alone decide
            whether it is silent, beside the payer, the setting and whether there is a plan of care; untold,
            it is always asked.
        since: the release that brought it.
    """

    id: str
    severity: Severity
    statement: str
    function: Function = attrs.field(repr=False)
    over: Over = Over.LINE
    cites: Citation | None = attrs.field(default=None, repr=False)
    asks: str = ""
    reads: tuple[str, ...] = ()
    applies: Callable[[CodeFacts], bool] = attrs.field(default=_always, repr=False)
    sees: frozenset[str] | None = attrs.field(default=None, repr=False)
    since: str = ""

    def __call__(self, subject: Any, /, context: Context) -> Iterator[Finding]:
        """Run the rule by itself: what it finds, and a note in the context if it cannot judge."""
        before, context.rule = context.rule, self
        found: list[Finding] = []
        try:
            if self._concerns(subject, context):
                found.extend(self.function(subject, context))
        except CannotJudgeError as reason:
            context.not_checked(reason.path, reason.reason)
        finally:
            context.rule = before  # before whoever asked goes on, and finds something by a rule of its own
        yield from found

    def _concerns(self, subject: Any, context: Context) -> bool:
        """Whether it can say anything of a subject's codes; of one that is not known it is noted."""
        if self.over is Over.CLAIM:
            return True
        lines = [subject] if self.over is Over.LINE else [line for line in subject if context.owns(line)]
        is_able = False
        for line in lines:
            facts = context.facts(line)
            if self.applies(facts):
                is_able = True
            elif facts.verdict is Verdict.OUT_OF_COVERAGE:
                context.not_checked(context.path(line, "procedure"), unknown_procedure(line, facts))
        return is_able

    def __or__(self, other: Rule | RuleSet) -> RuleSet:
        """Both."""
        return RuleSet((self,)) | other

    def __str__(self) -> str:
        """What it says."""
        return f"{self.id}: {self.statement}"

    def applies_to(self, policy: PayerPolicy) -> bool | None:
        """Whether a payer judges by it; `None` where that is not known."""
        answer = getattr(policy, self.asks) if self.asks else True
        return None if answer is None else bool(answer)


def rule(
    id: str,  # noqa: A002 -- the word that everybody uses for it
    *,
    severity: Severity,
    cites: Citation | None = None,
    over: Over = Over.LINE,
    asks: str = "",
    reads: Iterable[str] = (),
    applies: Callable[[CodeFacts], bool] = _always,
    sees: Iterable[str] | None = None,
    since: str = "",
) -> Callable[[Function], Rule]:
    """Make a rule of a generator function; its docstring's first line is the statement that should hold.

    Args:
        id: what is wrong, as `group.what`.
        severity: how bad it is.
        cites: where the rule stands written.
        over: what the function is called with: each `line`, the lines of a `day`, or the `claim`.
        asks: the field of a payer's policy that says whether the payer judges by it, such as
            `needs_discipline_modifier`; every payer does if empty.
        reads: names of the tables it rests on.
        applies: asked once per code and day whether the rule can say anything of it.
        sees: the fields of its lines, in whatever order these stand, or of the claim, that alone decide
            whether it is silent, such as `["modifiers"]`: it is then not asked again about what it was silent
            of. Untold, it always is.
            `minutes.given` is whether a line has its minutes, `charge_usd.given` whether it has a charge, and
            one above zero.
        since: the release that brings it.

    Raises:
        ValueError: the function has no docstring.

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
            asks=asks,
            reads=tuple(reads),
            applies=applies,
            sees=None if sees is None else frozenset(sees),
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
        lines: what is known of each of their lines, by the line's identity: two lines may be equal.
        places: by its identity, which line of the claim a line is.
        rule: the rule that is running.
        found: the findings so far.
        skipped: what could not be judged so far.
        shared: what one rule worked out and another of the same subject can use, by a key of theirs.
    """

    __slots__ = (
        *("_compiled", "catalog", "claim", "claims", "found", "has_lost"),
        *("lines", "places", "policy", "rule", "shared", "skipped"),
    )

    def __init__(
        self, claim: Claim, policy: PayerPolicy, catalog: Catalog, claims: Sequence[Claim], compiled: Compiled
    ) -> None:
        self.claim = claim
        self.policy = policy
        self.catalog = catalog
        self.claims = claims
        self.lines: dict[int, LineFacts] = {
            id(line): compiled.line(line, each.discipline, claim) for each in claims for line in each.lines
        }
        self.places: dict[int, int] = {id(line): index for index, line in enumerate(claim.lines)}
        self.rule: Rule | None = None
        self.found: list[Finding] = []
        self.skipped: list[Skipped] = []
        self.shared: dict[Any, Any] = {}
        self.has_lost: bool = any(map(attrgetter("lost_lines"), claims))
        self._compiled = compiled

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
            rests_on: the row it rests on; one that is carried forward makes it a warning at most. By default
                that of the line's procedure, of a rule that reads the table of procedures.
            carried_from: the edition, where it rests on the absence of a row that is carried forward.
            cites: where it stands written, if not where the rule does.
        """
        assert self.rule is not None  # noqa: S101 -- a context runs rules, and only rules find
        line = None if isinstance(subject, (Claim, tuple)) else self.places.get(id(subject))
        row = rests_on
        if row is None and isinstance(subject, ServiceLine) and "procedures" in self.rule.reads:
            row = self.facts(subject).procedure
        edition = carried_from or (row.edition if row is not None else None)
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
            position=self._position(subject, field),
            line=line,
        )

    def _position(self, subject: Subject, field: str) -> str | None:
        """Where in the input it stands, if the reader told."""
        if isinstance(subject, ServiceLine):
            return subject.source
        if field.startswith("diagnoses") and self.claim.diagnoses_source:
            return self.claim.diagnoses_source
        return self.claim.source

    def path(self, subject: Subject, field: str) -> str:
        """Where a field of a line or of the claim stands."""
        if isinstance(subject, (Claim, tuple)):
            return field
        line = self.places.get(id(subject))
        return BESIDE if line is None else f"lines[{line}].{field}"

    def not_checked(self, path: str, reason: str) -> None:
        """Note that the running rule could not judge something; twice the same is noted once."""
        assert self.rule is not None  # noqa: S101 -- as above
        self.skipped.append((self.rule.id, path, reason))

    def lacks(self, subject: Claim | ServiceLine | TreatmentNote, field: str) -> bool:
        """Whether a field is empty that should not be: the input has it, or the payer requires it.

        Raises:
            CannotJudgeError: the input does not carry the field.
        """
        value = getattr(subject, field)
        if value is not None and value != ():
            return False
        if field in subject.empty_fields or field in self.policy.required_fields:
            return True
        at = field if isinstance(subject, TreatmentNote) else self.path(subject, field)
        raise CannotJudgeError(f"{field} is not given", at)

    def is_one_providers(self, line: ServiceLine, other: ServiceLine) -> bool:
        """Whether two lines are one provider's: a hospital's are, two disciplines' may not be."""
        is_hospital = self.claim.setting is Setting.OUTPATIENT_HOSPITAL
        return is_hospital or self.discipline_of(line) is self.discipline_of(other)

    def around(self, line: ServiceLine, *, is_month: bool = False) -> list[ServiceLine]:
        """The lines of the patient's claims on a line's day, or in its month, in order, itself among them.

        Raises:
            CannotJudgeError: a line of the input could not be read, so they are not known whole.
        """
        if self.has_lost:
            raise CannotJudgeError(LOST, "lines")
        lines = [each for claim in self.claims for each in claim.lines]
        if is_month:
            month = (line.on.year, line.on.month)
            return [each for each in lines if (each.on.year, each.on.month) == month]
        return [each for each in lines if each.on == line.on]

    @property
    def known(self) -> Recent[Any, Any]:
        """What rules worked out of the policy and the tables alone, kept for the claims that follow."""
        return self._compiled.known

    def days(self) -> Iterator[tuple[ServiceLine, ...]]:
        """The lines of each day of the claim, with those of the claims beside it."""
        days: dict[dt.date, list[ServiceLine]] = {line.on: [] for line in self.claim.lines}
        for claim in self.claims:
            for line in claim.lines:
                if line.on in days:
                    days[line.on].append(line)
        return map(tuple, days.values())

    def owns(self, line: ServiceLine) -> bool:
        """Whether a line is this claim's, and not one of a claim beside it."""
        return id(line) in self.places

    def line(self, line: ServiceLine) -> LineFacts:
        """What is known of a line, but for its minutes, money and diagnoses."""
        return self.lines.get(id(line)) or self._compiled.line(line, self.claim.discipline, self.claim)

    def facts(self, line: ServiceLine) -> CodeFacts:
        """What is known of a line's procedure on its day."""
        return self.line(line).code

    def procedure(self, line: ServiceLine) -> Procedure:
        """The record of a line's procedure.

        Raises:
            CannotJudgeError: the tables do not know it on that day.
        """
        facts = self.facts(line)
        if facts.procedure is None:
            raise CannotJudgeError(unknown_procedure(line, facts), self.path(line, "procedure"))
        return facts.procedure

    def therapy_disposition(self, line: ServiceLine) -> TherapyDisposition:
        """What CMS's therapy code list says of a line's procedure."""
        return self.procedure(line).therapy_disposition

    def is_therapy(self, line: ServiceLine) -> bool:
        """Whether a line is known to be therapy: always, under a plan of care, or by its modifier."""
        return self.line(line).is_therapy

    def discipline_of(self, line: ServiceLine) -> Discipline:
        """The line's own discipline, else that of the claim it stands on."""
        return self.line(line).discipline

    def is_anothers(self, line: ServiceLine) -> bool:
        """Whether a line's procedure is known not to be its discipline's; one rule says so, for all."""
        return self.line(line).is_anothers

    def discipline(self, line: ServiceLine) -> TherapyDiscipline:
        """The line's discipline with its modifiers on that day.

        Raises:
            CannotJudgeError: the table of modifiers does not cover the day.
        """
        found = self.line(line).therapy_discipline
        if found is None:
            reason = f"the modifiers of {self.discipline_of(line)} on {line.on} are out of coverage"
            raise CannotJudgeError(reason, self.path(line, "modifiers"))
        return found


def unknown_procedure(line: ServiceLine, facts: CodeFacts) -> str:
    """Why a line's procedure cannot be judged."""
    if facts.verdict is Verdict.OUT_OF_COVERAGE:
        return f"{line.procedure} on {line.on} is outside the coverage of the table of procedures"
    return f"{line.procedure} on {line.on} is {facts.verdict} in the table of procedures"


def _matches(rule: Rule, name: str) -> bool:
    return rule.id == name or rule.id.startswith(f"{name}.")


@attrs.frozen
class RuleSet:
    """Rules, each id once; `|` adds, `select` and `without` narrow by id or by the group before the dot.

    Attributes:
        rules: the rules, in the order in which they are listed.
        pending: rules of which it is not known whether the payer applies them; they are reported as not
            checked.

    Raises:
        ValueError: two different rules have one id.

    Examples:
        >>> import otcodes
        >>> len(otcodes.rules.preset("commercial").select("units").without("units.below-minutes"))
        4
    """

    rules: tuple[Rule, ...] = ()
    pending: tuple[Rule, ...] = ()
    _compiled: dict[tuple[PayerPolicy, Catalog], Compiled] = attrs.field(
        factory=dict[Any, Any], init=False, repr=False, eq=False
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

    def __str__(self) -> str:
        """What the rules say, a line each."""
        return "\n".join(map(str, self.rules))

    def __or__(self, other: Rule | RuleSet) -> RuleSet:
        """These rules and another one, or another set's; a rule that is in both stands once.

        Raises:
            ValueError: a rule has the id of another one.
        """
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

    def compiled(self, policy: PayerPolicy, catalog: Catalog) -> Compiled:
        """The rules as they run under a policy and a catalog, with what they learnt so far."""
        found = self._compiled.get((policy, catalog))
        if found is None:
            from ._running import Compiled  # noqa: PLC0415 -- it runs what is made here

            if len(self._compiled) >= POLICIES_KEPT:
                self._compiled.clear()
            found = self._compiled.setdefault((policy, catalog), Compiled(self, policy, catalog))
        return found
