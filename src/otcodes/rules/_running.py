"""Running rules over a claim, so that a claim costs what it can break and not the size of the catalogue.

Rules are left out in two steps. When a policy meets a code and a day, those that cannot say anything of that
code (`Rule.applies`). When it meets a line, a day or a claim of some shape, those that were silent about it
and whose `Rule.sees` tells that the shape alone decides: of an equal shape they are not asked again, and what
they could not judge is noted again. How many minutes and how much money makes no shape: it hardly comes
twice.
"""

from __future__ import annotations

from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

import attrs

from ..catalog import PAIR_TABLES
from ..claims import Claim, ServiceLine
from ..errors import RuleFailedError, TableError
from ..tables import Verdict
from ._recent import Recent
from .core import BESIDE, LOST, CannotJudgeError, CodeFacts, Context, LineFacts, Over, Rule, unknown_procedure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from ..catalog import Catalog
    from ..findings import Finding, Skipped
    from ..payers import PayerPolicy
    from ..records import Discipline, Setting
    from .core import RuleSet, Subject

# The fields that make a shape: of a service; of a line, and what a rule over lines may see besides; of a
# claim, with what it may lack.
SERVICE_FIELDS = frozenset({"procedure", "on", "modifiers", "discipline"})
LINE_FIELDS = SERVICE_FIELDS | {"place", "revenue_code", "units", "empty_fields"}
GIVEN_FIELDS = LINE_FIELDS | {"minutes.given", "charge_usd.given"}
DIAGNOSIS_FIELDS = frozenset({"diagnoses", "lines.on"})
CLAIM_FIELDS = DIAGNOSIS_FIELDS | {"lines.diagnoses", "empty_fields"}
OPTIONAL = (
    *("therapy_year_to_date_usd", "plan_of_care", "referring_npi", "submitted_on", "patient"),
    "treatment_notes",
)
LINES = "lines["  # what the path of a line begins with
NONE = frozenset[str]()

# What is left to do for a shape: rules to ask, and what others could not judge, in the order of the rules.
Steps: TypeAlias = "tuple[Rule | Skipped, ...]"
# In their place: something is noted at lines, so that it matters where these stand.
PLACED: Steps = (("", "", ""),)


class _Plan(NamedTuple):
    """The rules of one code on one day."""

    facts: CodeFacts
    line_rules: tuple[Rule, ...]
    day_rules: frozenset[str]
    unjudged: tuple[Rule, ...]


class _Asked:
    """Rules that see some fields, and what is left to do for each shape that these make.

    What looks at fewer fields is kept by a shape that comes back sooner.
    """

    def __init__(self, rules: Iterable[Rule], fields: frozenset[str]) -> None:
        self.rules, self.fields = tuple(rules), fields
        self._steps: Recent[Hashable, Steps] = Recent()

    def take(self, key: Hashable, subject: Subject, context: Context) -> bool:
        """Do what is left to do for a shape that was met before; whether it was."""
        steps = self._steps[key]
        if steps is PLACED and isinstance(subject, tuple):
            steps = self._steps[_placed(key, subject, context)]
        if steps is None:
            return False
        for step in steps:
            if isinstance(step, Rule):
                _ask(step, subject, context)
            elif isinstance(subject, ServiceLine):
                rule, path, reason = step
                context.skipped.append((rule, _prefix(subject, context) + path, reason))
            else:
                context.skipped.append(step)
        return True

    def learn(
        self,
        key: Hashable,
        subject: Subject,
        context: Context,
        able: Iterable[Rule],
        *,
        absent: frozenset[str] = NONE,
        unjudged: Iterable[Skipped] = (),
    ) -> None:
        """Ask the rules that can say something, and keep what is left to do for an equal shape.

        Args:
            key: the shape.
            subject: what has it.
            context: of the claim.
            able: the rules.
            absent: fields that the claim lacks, as each of the shape does.
            unjudged: what else cannot be judged of the shape; the paths from the subject on.
        """
        fields = self.fields | absent
        prefix = _prefix(subject, context)
        steps: list[Rule | Skipped] = []
        for rule in able:
            found, skipped = len(context.found), len(context.skipped)
            _ask(rule, subject, context)
            is_told = rule.sees is not None and rule.sees <= fields
            noted = context.skipped[skipped:]
            if not is_told or len(context.found) > found:
                steps.append(rule)
            elif not all(path.startswith(prefix) for _, path, _ in noted):
                steps.append(rule)  # what is noted of anything but the line is not of the next that is alike
            else:
                steps += [(each, path.removeprefix(prefix), reason) for each, path, reason in noted]
        if isinstance(subject, tuple) and (self._steps[key] is PLACED or any(map(_is_at_line, steps))):
            self._steps[key] = PLACED
            key = _placed(key, subject, context)
        self._steps[key] = (*steps, *unjudged)
        context.skipped.extend([(each, prefix + path, reason) for each, path, reason in unjudged])


class Compiled:
    """A rule set under one policy and catalog, with what it learnt of the shapes that it met."""

    def __init__(self, rules: RuleSet, policy: PayerPolicy, catalog: Catalog) -> None:
        self.policy = policy
        self.catalog = catalog
        self._of_codes = tuple(rule for rule in rules if rule.over is not Over.CLAIM)
        self._of_line = _Asked((), GIVEN_FIELDS)  # its rules are those of the code
        self._of_services, self._of_day = _parted(rules, Over.DAY, SERVICE_FIELDS, LINE_FIELDS)
        self._of_diagnoses, self._of_claim = _parted(rules, Over.CLAIM, DIAGNOSIS_FIELDS, CLAIM_FIELDS)
        self._pending: list[Skipped] = [
            (rule.id, "", f"whether {policy.label} applies it is not on board") for rule in rules.pending
        ]
        # Rules that read the tables of pairs of all programs read the payer's.
        others = {name for program, name in PAIR_TABLES.items() if program != policy.pair_table}
        every = [
            set(rule.reads) - others if set(PAIR_TABLES.values()) <= set(rule.reads) else set(rule.reads)
            for rule in rules
        ]
        self._tables = sorted(set[str]().union(*every))
        self._editions: Recent[Hashable, tuple[Mapping[str, str], Mapping[str, str]]] = Recent()
        self._plans: Recent[tuple[str, dt.date], _Plan] = Recent()
        # It cannot grow beyond the sets that the optional fields make.
        self._absent: dict[frozenset[str], frozenset[str]] = {}
        self._numbers = count(1)
        self._services: Recent[Hashable, int] = Recent()
        self._lines: Recent[Hashable, LineFacts] = Recent()
        self.known: Recent[Hashable, object] = Recent()

    def line(self, line: ServiceLine, discipline: Discipline, claim: Claim) -> LineFacts:
        """What is known of a line beside a claim: one object for all lines of a shape."""
        discipline = line.discipline or discipline
        has_plan = claim.plan_of_care is not None
        key = (
            *(line.procedure, line.on, line.modifiers, discipline, claim.setting),
            *(has_plan, line.place, line.revenue_code, line.units, line.empty_fields),
        )
        found = self._lines[key]
        if found is None:
            service = key[:6]
            same = self._services[service]
            if same is None:
                same = self._services[service] = next(self._numbers)
            plan, number = self._plan(line.procedure, line.on), next(self._numbers)
            found = LineFacts(
                line,
                plan.facts,
                discipline,
                able=plan.day_rules,
                has_plan=has_plan,
                number=number,
                service=same,
            )
            self._lines[key] = found
        return found

    def editions(self, last: dt.date | None, setting: Setting) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Of each table that the rules rest on, the edition of a claim's last day, and those it is past."""
        found = self._editions[last, setting]
        if found is None:
            words = {"setting": setting.value}
            if self.policy.limit_table:
                words["program"] = self.policy.limit_table.value
            editions = self.catalog.editions_on(last, self._tables, words)
            stale = {} if last is None else self.catalog.stale_on(last, self._tables, words)
            found = MappingProxyType(editions), MappingProxyType(stale)
            self._editions[last, setting] = found
        return found

    def run(self, claim: Claim, beside: Sequence[Claim]) -> tuple[list[Finding], tuple[Skipped, ...]]:
        """Run the rules over one claim: what they find, and what they could not judge.

        Args:
            claim: the claim.
            beside: claims of the same patient. Rules over a day see the lines of those that have the
                same payer and setting; where the claim is among them, in that order, else after its own.
        """
        given = claim
        if len(set(map(id, claim.lines))) < len(claim.lines):
            claim = _with_lines_of_its_own(claim)
        claims = [claim]
        if beside:
            others = [each for each in beside if (each.payer, each.setting) == (claim.payer, claim.setting)]
            order = others if any(each is given for each in others) else [given, *others]
            claims = [claim if each is given else _apart(each, claim) for each in order]
        context = Context(claim, self.policy, self.catalog, claims, self)
        for line in claim.lines:
            self._ask_of_line(line, context)
        absent = self._lacked(claim)
        for lines in context.days():
            if context.has_lost:
                asked = (*self._of_services.rules, *self._of_day.rules)
                context.skipped.extend((rule.id, "lines", LOST) for rule in asked)
                continue
            self._ask_of_day(lines, absent, context)
        self._ask_of_claim(claim, absent, context)
        found, skipped = context.found, context.skipped
        if beside:
            # A finding on a line of a claim beside this one is that claim's; what that one lacks keeps this
            # one's lines of the day from being judged.
            found = [finding for finding in found if finding.path != BESIDE]
            skipped = [(rule, "lines" if path == BESIDE else path, reason) for rule, path, reason in skipped]
        return found, tuple(dict.fromkeys((*skipped, *self._pending)))

    def _lacked(self, claim: Claim) -> frozenset[str]:
        """The optional fields that a claim lacks: one object for all claims that lack the same."""
        lacked = frozenset([field for field in OPTIONAL if getattr(claim, field) in (None, ())])
        return self._absent.setdefault(lacked, lacked)

    def _plan(self, code: str, on: dt.date) -> _Plan:
        found = self._plans[code, on]
        if found is None:
            found = self._plans[code, on] = self._make(code, on)
        return found

    def _make(self, code: str, on: dt.date) -> _Plan:
        procedures = self.catalog.procedures
        verdict = procedures.verdict(code, on=on)
        procedure = procedures.on(on)[code] if verdict is Verdict.EFFECTIVE else None
        facts = CodeFacts(code, procedure, verdict, self.policy, self.catalog, on)
        able = [rule for rule in self._of_codes if rule.applies(facts)]
        is_unknown = verdict is Verdict.OUT_OF_COVERAGE
        return _Plan(
            facts,
            tuple(rule for rule in able if rule.over is Over.LINE),
            frozenset(rule.id for rule in able if rule.over is Over.DAY),
            # Of a code that the tables do not know, nobody can tell which other rules would apply.
            tuple(rule for rule in self._of_codes if rule not in able) if is_unknown else (),
        )

    def _ask_of_line(self, line: ServiceLine, context: Context) -> None:
        has_charge = None if line.charge_usd is None else line.charge_usd > 0
        key = (context.lines[id(line)], line.minutes is None, has_charge)
        if not self._of_line.take(key, line, context):
            plan = self._plan(line.procedure, line.on)
            unjudged = [(rule.id, "procedure", unknown_procedure(line, plan.facts)) for rule in plan.unjudged]
            self._of_line.learn(key, line, context, plan.line_rules, unjudged=unjudged)

    def _ask_of_day(self, lines: tuple[ServiceLine, ...], absent: frozenset[str], context: Context) -> None:
        services: list[int] = []
        numbers: list[int] = []
        for line in lines:
            facts, sign = context.lines[id(line)], 1 if id(line) in context.places else -1
            services.append(sign * facts.service)
            numbers.append(sign * facts.number)
        for asked, key, lacking in (
            (self._of_services, tuple(sorted(services)), NONE),
            (self._of_day, (*sorted(numbers), absent, context.claim.empty_fields), absent),
        ):
            if not asked.take(key, lines, context):
                own = [context.lines[id(line)].able for line in lines if context.owns(line)]
                able = frozenset[str]().union(*own)
                asked.learn(
                    key, lines, context, [rule for rule in asked.rules if rule.id in able], absent=lacking
                )

    def _ask_of_claim(self, claim: Claim, absent: frozenset[str], context: Context) -> None:
        # Besides the fields of a shape, what rules ask of the claim itself.
        traits = (claim.setting, claim.plan_of_care is None)
        days = tuple(dict.fromkeys([line.on for line in claim.lines]))
        lines = tuple([(line.on, line.diagnoses) for line in claim.lines])
        for asked, key, lacking in (
            (self._of_diagnoses, (claim.diagnoses, days, traits), NONE),
            (self._of_claim, (claim.diagnoses, lines, claim.empty_fields, traits, absent), absent),
        ):
            if not asked.take(key, claim, context):
                asked.learn(key, claim, context, asked.rules, absent=lacking)


def _parted(rules: RuleSet, over: Over, *kinds: frozenset[str]) -> list[_Asked]:
    """The rules over days, or claims, each by the fewest fields that it sees; the last ones by all others."""
    left = [rule for rule in rules if rule.over is over]
    parts: list[_Asked] = []
    for fields in kinds:
        own = [rule for rule in left if rule.sees is not None and rule.sees <= fields]
        own = left if fields is kinds[-1] else own
        left = [rule for rule in left if rule not in own]
        parts.append(_Asked(own, fields))
    return parts


def _prefix(subject: Subject, context: Context) -> str:
    """What the paths of a line begin with: it may stand elsewhere on the next claim."""
    return context.path(subject, "") if isinstance(subject, ServiceLine) else ""


def _is_at_line(step: Rule | Skipped) -> bool:
    """Whether what is left to do is to note something at a line of a day, the claim's or another's."""
    return not isinstance(step, Rule) and (step[1] == BESIDE or step[1].startswith(LINES))


def _placed(key: Hashable, lines: tuple[ServiceLine, ...], context: Context) -> Hashable:
    """The shape of a day, and where each of its lines stands."""
    return (
        key,
        *[context.lines[id(line)].number for line in lines],
        *[context.places.get(id(line)) for line in lines],
    )


def _ask(rule: Rule, subject: Subject, context: Context) -> None:
    """Let one rule say what it finds, or that it cannot judge."""
    context.rule = rule
    findings: Iterable[Finding] = ()
    try:
        findings = rule.function(subject, context)
        context.found.extend(findings)
    except CannotJudgeError as reason:
        context.not_checked(reason.path, reason.reason)
    except TableError:
        raise  # a table that cannot be read is no fault of the rule that asked
    except Exception as error:  # noqa: BLE001 -- it is not hidden: what comes out names the rule
        if cast("object", findings) is None:
            msg = f"the rule {rule.id} gave None: a rule yields its findings"
            raise TypeError(msg) from None
        # Not from the error: its message, in a printed traceback, may hold what is the patient's.
        failed = RuleFailedError(rule.id, context.claim.id, type(error).__name__, _raised_in(error))
        raise failed from None


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
