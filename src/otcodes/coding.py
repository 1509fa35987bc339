"""From a documented visit to the lines of a claim, with the reasoning shown.

The tables and rules that judge a claim write it, too: what `code_visit` returns has no error of any rule, and
what cannot be billed is refused with the reason.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

import attrs

from .calc.assistants import assistant_units
from .calc.evaluations import supported_evaluation
from .calc.monitoring import FURTHER, monitoring_units
from .calc.payments import NotPriced, allowed_amount
from .calc.thresholds import threshold_status
from .calc.units import Count, UnitAllocation, timed_units
from .catalog import PROCEDURE, Catalog
from .checking import check
from .claims import Claim, Service, ServiceLine, TelehealthKind, TreatmentNote, Visit
from .errors import CannotBillError, OutOfCoverageError, UnconfirmedServiceError, UnknownCodeError
from .findings import Citation, Finding, Report, Severity
from .fixes import AddModifier
from .payers import AssistantMethod, PayerPolicy, TelehealthStyle, UnitMethod
from .records import Procedure, TherapyDisposition
from .rules import citations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

CENT = Decimal("0.01")
CANDIDATES = 5
THRESHOLD = "threshold"
VIDEO, AUDIO = "95", "93"
MEDICARE = "medicare-b"
DAYS = "days"
NEVER_TOGETHER, MODIFIER_NEEDED = "pair.never-together", "pair.modifier-needed"
EVALUATION_REPEATED, ORDER = "procedure.evaluation-repeated", "modifier.order"


class CodingStep(NamedTuple):
    """One thing that was decided, in words, and where it stands written.

    Attributes:
        text: what was decided.
        citation: where the rule stands; `None` for what the visit itself says.
    """

    text: str
    citation: Citation | None = None


class LeftOut(NamedTuple):
    """A service that is not billed, and why.

    Attributes:
        procedure: its code.
        reason: in words.
    """

    procedure: str
    reason: str


@attrs.frozen(kw_only=True)
class CodedVisit:
    """A visit as a claim.

    Attributes:
        claim: the claim; it has no error of any rule of its payer.
        steps: the reasoning.
        alternatives: groups of codes of which the therapist may choose another one for the last unit.
        left_out: services that are not billed.
        report: what the rules say of the claim; its warnings are what only the record can settle.
    """

    claim: Claim
    steps: tuple[CodingStep, ...] = attrs.field(repr=False)
    alternatives: tuple[tuple[str, ...], ...]
    left_out: tuple[LeftOut, ...]
    report: Report = attrs.field(repr=False)

    @property
    def lines(self) -> tuple[ServiceLine, ...]:
        """The lines of the claim."""
        return self.claim.lines

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What to look at again."""
        return self.report.warnings

    def _repr_html_(self) -> str:
        """The lines, what is not billed, what the rules say and the reasoning, in a notebook."""
        from . import _html  # noqa: PLC0415 -- only a notebook needs it

        name = "Lines" if self.claim.id is None else f"Lines of {self.claim.id}"
        columns = ("procedure", "units", "modifiers", "minutes", "assistant minutes", "place", "diagnoses")
        lines = (
            (
                *(line.procedure, line.units, line.modifiers, line.minutes, line.assistant_minutes),
                *(line.place, line.diagnoses),
            )
            for line in self.lines
        )
        left_out = _html.table("Not billed", ("procedure", "why"), self.left_out, count=len(self.left_out))
        return _html.block(
            _html.table(name, columns, lines, count=len(self.lines)),
            left_out if self.left_out else "",
            *(
                _html.note(f"for the last unit the therapist may choose: {', '.join(codes)}")
                for codes in self.alternatives
            ),
            self.report._repr_html_(),  # pyright: ignore[reportPrivateUsage]  # the name is the notebook's
            _html.steps("why it is so", [_in_words(step) for step in self.steps]),
        )


def _in_words(step: CodingStep) -> str:
    """A step and its source."""
    if step.citation is None:
        return step.text
    return f"{step.text} [{', '.join(filter(None, (step.citation.title, step.citation.section)))}]"


def candidates(words: str, *, visit: Visit, catalog: Catalog | None = None) -> tuple[Procedure, ...]:
    """Codes that some words may mean, of the visit's discipline and in force on its day, best first.

    Args:
        words: as a therapist writes them.
        visit: whose day and discipline count.
        catalog: the tables to ask; the bundled ones by default.

    Examples:
        >>> import datetime as dt
        >>> [each.code for each in candidates("wheelchair", visit=Visit(on=dt.date(2026, 3, 2)))]
        ['97542']
    """
    found = (catalog or Catalog.bundled()).procedures.on(visit.on).search(words)
    own = (row for row in found if row.disciplines is None or visit.discipline in row.disciplines)
    return tuple(islice((row for row in own if row.timing is not None), CANDIDATES))


def code_visit(
    visit: Visit,
    *,
    payer: str | None = None,
    policy: PayerPolicy | None = None,
    catalog: Catalog | None = None,
) -> CodedVisit:
    """The claim for a visit, and why it is so.

    Units follow from the minutes by the payer's method, an assistant's units go on lines of their own with
    the assistant's modifier, and each line has the modifiers that the payer asks for, in its order. Two
    services that a pair keeps apart are billed together only where the visit says that they were separate.

    The minutes of a line are those that its units rest on: where the day's total decides, minutes of a
    service that earns no unit stand on the line that is short of some, as that line's clinician's.

    Args:
        visit: what was documented.
        payer: the name of a payer policy; by default the one that the visit names.
        policy: how the payer judges; by default the policy of that name.
        catalog: the tables to ask, and payers of one's own; the bundled ones by default.

    Raises:
        UnconfirmedServiceError: a service is in words; a person chooses among the candidates it names.
        CannotBillError: nothing of it can be billed, or not without an error.
        FieldError: an amount of the visit is negative.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: as `procedures.on(day)[code]` raises.
        UnknownPayerError: there is no policy of that name.

    Examples:
        >>> import datetime as dt
        >>> visit = Visit(
        ...     on=dt.date(2026, 3, 2), payer="medicare-b", place="11", diagnoses=("M62.81",),
        ...     services=(Service("97535", therapist_minutes=10, assistant_minutes=13),),
        ... )
        >>> for line in code_visit(visit).lines:
        ...     print(line.procedure, line.units, *line.modifiers)
        97535 1 GO
        97535 1 GO CO
    """
    catalog = catalog or Catalog.bundled()
    policy = policy or catalog.policy(payer or visit.payer)
    coder = _Coder(visit, policy, catalog)
    return coder.coded(payer or visit.payer)


class _Draft(NamedTuple):
    """A line that is being made, and the services that it bills."""

    line: ServiceLine
    services: tuple[Service, ...]

    @property
    def is_separate(self) -> bool | None:
        """Whether the record shows an interval of its own; not known where no service says."""
        told = [service.is_separate for service in self.services if service.is_separate is not None]
        return any(told) if told else None


class _Minutes(NamedTuple):
    """Minutes of the therapist, alone or together with the assistant, and of the assistant alone."""

    therapist: int = 0
    assistant: int = 0

    @property
    def total(self) -> int:
        return self.therapist + self.assistant

    def plus(self, minutes: int, *, is_assistants: bool) -> _Minutes:
        more = (0, minutes) if is_assistants else (minutes, 0)
        return _Minutes(self.therapist + more[0], self.assistant + more[1])

    @classmethod
    def of(cls, services: Sequence[Service]) -> _Minutes:
        """Of some services together."""
        therapist = sum(each.therapist_minutes + each.together_minutes for each in services)
        return cls(therapist, sum(each.assistant_minutes for each in services))


@attrs.define
class _Part:
    """Units of a timed code that go on one line, and the minutes that they rest on."""

    code: str
    units: int
    is_assistants: bool
    unit_minutes: int
    minutes: _Minutes = attrs.field(factory=_Minutes)

    @property
    def lacking(self) -> int:
        """How many minutes its units could still take; below zero where it has more."""
        return self.units * self.unit_minutes - self.minutes.total

    def take(self, minutes: int, *, is_assistants: bool) -> None:
        self.minutes = self.minutes.plus(minutes, is_assistants=is_assistants)


class _Denied(NamedTuple):
    """A line that is not paid beside another one, and why."""

    draft: _Draft
    reason: str
    citation: Citation | None


class _Coder:
    """What codes one visit for one payer."""

    def __init__(self, visit: Visit, policy: PayerPolicy, catalog: Catalog) -> None:
        self.visit, self.policy, self.catalog = visit, policy, catalog
        self.procedures = catalog.procedures.on(visit.on)
        self.own = catalog.disciplines(visit.on).get(visit.discipline)
        self.steps: list[CodingStep] = []
        self.left_out: list[LeftOut] = []
        self.alternatives: tuple[tuple[str, ...], ...] = ()

    def coded(self, payer: str | None) -> CodedVisit:
        self._check_place()
        services = self._leveled(list(self._resolved()))
        self._say_what_is_not_known(services)
        drafts = self._settled(services, payer)
        claim = self._above_the_threshold(self._claim(drafts, payer))
        report = self._mended(claim)
        errors = tuple(f"{error.rule} ({error.path}): {error.message}" for error in report.errors)
        if errors:
            raise CannotBillError(errors)
        return CodedVisit(
            claim=report.claim,
            steps=tuple(self.steps),
            alternatives=self.alternatives,
            left_out=tuple(self.left_out),
            report=report,
        )

    def _say(self, text: str, citation: Citation | None = None) -> None:
        self.steps.append(CodingStep(text, citation))

    def _leave_out(self, procedure: str, reason: str, citation: Citation | None = None) -> None:
        self.left_out.append(LeftOut(procedure, reason))
        self._say(f"{procedure} is not billed: {reason}", citation)

    # Which codes.

    def _leveled(self, services: list[Service]) -> list[Service]:
        """The services with the evaluation at the level that its components support."""
        if self.visit.evaluation is None:
            return services
        levels = self.catalog.evaluation_levels.on(self.visit.on)
        if not levels:
            raise CannotBillError((f"on {self.visit.on} evaluations had no levels: give its code",))
        result = supported_evaluation(self.visit.evaluation, on=self.visit.on, catalog=self.catalog)
        for step in result.steps:
            self._say(step, citations.EVALUATION_LEVELS)
        if result.code is None:
            raise CannotBillError(("the components of the evaluation support none of its levels",))
        given = [each.procedure for each in services if levels.find(each.procedure) is not None]
        if not given:
            return [Service(result.code), *services]
        for code in given:
            if code != result.code:
                self._say(f"{code} is given; its components say {result.code}", citations.EVALUATION_LEVELS)
        return [
            attrs.evolve(each, procedure=result.code) if each.procedure in given else each
            for each in services
        ]

    def _resolved(self) -> Iterator[Service]:
        for service in self.visit.services:
            code = service.procedure.strip().upper()
            if not re.fullmatch(PROCEDURE, code):
                found = candidates(service.procedure, visit=self.visit, catalog=self.catalog)
                raise UnconfirmedServiceError(service.procedure, tuple(row.code for row in found))
            resolved = self._for_the_payer(self.procedures[code])
            if resolved is not None:
                yield attrs.evolve(service, procedure=resolved.code)

    def _for_the_payer(self, procedure: Procedure) -> Procedure | None:
        """The code that the payer takes for a service; `None` where it is paid with others."""
        code, disciplines = procedure.code, procedure.disciplines
        if disciplines is not None and self.visit.discipline not in disciplines:
            instead = f"; it has {', '.join(procedure.counterparts)}" if procedure.counterparts else ""
            raise CannotBillError((f"{code} is not a code of {self.visit.discipline}{instead}",))
        row = self.catalog.payer_substitutions.on(self.visit.on).find((self.policy.like, code))
        if row is not None:
            self._say(f"{self.policy.label} takes {row.substitute} for {code}", citations.FEE_SCHEDULE)
            return self.procedures[row.substitute]
        if self.policy.follows_medicare is False:
            return self._not_medicares(procedure)
        status = self.catalog.payment_status.on(self.visit.on).find(code)
        if self.policy.follows_medicare and status is not None and status.is_bundled:
            self._leave_out(code, f"{self.policy.label} pays it with other services", citations.STATUS)
            return None
        return procedure

    def _not_medicares(self, procedure: Procedure) -> Procedure:
        """CPT's own code, where the given one stands for it with Medicare alone."""
        rows = self.catalog.payer_substitutions.on(self.visit.on).values()
        for row in rows:
            if row.payer == MEDICARE and row.substitute == procedure.code:
                own = self.procedures.find(row.code)
                if own is not None:
                    self._say(f"{procedure.code} is Medicare's code for {own.code}")
                    return own
        return procedure

    # How many units, and whose.

    def _say_what_is_not_known(self, services: Sequence[Service]) -> None:
        label = self.policy.label
        if self.policy.unit_method is None and any(map(self._is_timed, services)):
            self._say(f"how {label} counts units is not on board: here by Medicare's rule")
        if self.policy.needs_assistant_modifier is None and any(each.assistant_minutes for each in services):
            self._say(f"whether {label} wants the assistant's modifier is not on board: here without")

    def _is_timed(self, service: Service) -> bool:
        return self.procedures[service.procedure].unit_minutes is not None

    def _drafts(self, services: Sequence[Service]) -> list[_Draft]:
        """The lines, each where the first of its services stands."""
        drafts = [*self._timed(services), *self._untimed(services)]
        if not drafts:
            reasons = tuple(f"{each.procedure}: {each.reason}" for each in self.left_out)
            raise CannotBillError(reasons or ("it has no services",))
        order = {service.procedure: number for number, service in reversed(list(enumerate(services)))}
        return sorted(drafts, key=lambda draft: min(order[each.procedure] for each in draft.services))

    def _timed(self, services: Sequence[Service]) -> Iterator[_Draft]:
        """The lines of the timed codes: the minutes of the day decide."""
        timed = [each for each in services if self._is_timed(each)]
        codes = dict.fromkeys(each.procedure for each in timed)
        minutes = {code: _Minutes.of([each for each in timed if each.procedure == code]) for code in codes}
        allocation = self._allocated(minutes)
        shares = self._by_clinician(minutes, allocation.by_code)
        parts = {count.name: _parts_of(count, shares, minutes) for count in allocation.counts}
        self._leave_out_what_earns_nothing(allocation, minutes, parts)
        for code, share in shares.items():
            own = [part for each in parts.values() for part in each if part.code == code]
            yield from self._lines(
                code, share, {part.is_assistants: part.minutes for part in own}, self._family(code, timed)
            )

    def _allocated(self, minutes: Mapping[str, _Minutes]) -> UnitAllocation:
        """The units of the day, with the reasoning."""
        method = self.policy.unit_method or UnitMethod.MEDICARE
        totals = {code: each.total for code, each in minutes.items()}
        allocation = timed_units(totals, on=self.visit.on, method=method, catalog=self.catalog)
        alone = {allocation.because[code] for code in allocation.by_code if code not in allocation.pooled}
        for step in allocation.steps:
            self._say(step, citations.CPT if step in alone else citations.MCPM_5_20_2)
        self.alternatives = allocation.ties
        return allocation

    def _leave_out_what_earns_nothing(
        self,
        allocation: UnitAllocation,
        minutes: Mapping[str, _Minutes],
        parts: Mapping[str, Sequence[_Part]],
    ) -> None:
        """Leave out the timed codes without a unit; in a total of the day their minutes count on."""
        pooled = [own for own in parts.values() if own and own[0].code in allocation.pooled]
        for count in allocation.counts:
            billed = [part.code for part in parts[count.name]]
            for code in (each for each in minutes if each in count.given and each not in billed):
                total, is_pooled = minutes[code].total, code in allocation.pooled
                reason = f"its {total} minutes earn no unit" if total else "no minutes are given for it"
                if total and billed:
                    reason += f" beside those of {billed[0]}, with which they count"
                elif total and pooled and is_pooled:
                    # Where units lack most: of the count, and of one clinician's part of it.
                    part = max(max(pooled, key=_lacking), key=lambda part: part.lacking)
                    part.take(total, is_assistants=part.is_assistants)
                    reason += f"; in the day's total they count on the line of {part.code}"
                self._leave_out(code, reason, citations.MCPM_5_20_2 if is_pooled else citations.CPT)

    def _family(self, code: str, services: Iterable[Service]) -> tuple[Service, ...]:
        """The services that a code bills: its own; of an add-on that was not given, its first code's."""
        primaries = (*self.procedures[code].primary_codes, code)
        own = tuple(each for each in services if each.procedure == code)
        add_ons = {row.code for row in self.catalog.add_ons_of(code)}
        return own or tuple(
            each for each in services if each.procedure in primaries or each.procedure in add_ons
        )

    @property
    def _has_assistants_modifier(self) -> bool:
        """Whether an assistant's units are told apart: the payer wants it, and the discipline has one."""
        is_wanted = bool(self.policy.needs_assistant_modifier)
        return is_wanted and self.own is not None and self.own.assistant_modifier is not None

    def _by_clinician(
        self, minutes: Mapping[str, _Minutes], units: Mapping[str, int] | None = None
    ) -> dict[str, tuple[int, int]]:
        """By code, the units without the assistant's modifier and those with it."""
        if not self._has_assistants_modifier:
            billed = dict.fromkeys(minutes, 1) if units is None else units
            return {code: (number, 0) for code, number in billed.items() if number}
        method = self.policy.assistant_method or AssistantMethod.PERCENT
        result = assistant_units(minutes, on=self.visit.on, method=method, units=units, catalog=self.catalog)
        if any(each.assistant for each in minutes.values()):
            for step in result.steps:
                self._say(step, citations.ASSISTANTS)
        shares: dict[str, tuple[int, int]] = {}
        for line in result.lines:
            own, helper = shares.get(line.code, (0, 0))
            added = (0, line.units) if line.is_assistant else (line.units, 0)
            shares[line.code] = (own + added[0], helper + added[1])
        return shares

    def _untimed(self, services: Sequence[Service]) -> Iterator[_Draft]:
        """The lines of the other codes: as many units as the visit says; of monitoring, as its table does."""
        monitored = self.catalog.remote_monitoring.on(self.visit.on)
        months: dict[str, list[Service]] = {}
        for each in services:
            row = monitored.find(each.procedure)
            if row is not None and row.measure == DAYS:
                yield from self._device(each)
            elif row is not None:
                months.setdefault(row.kind.removesuffix(FURTHER), []).append(each)
            elif not self._is_timed(each) and not each.units:
                self._leave_out(each.procedure, "it is given with no units")
            elif not self._is_timed(each):
                yield from self._of_one(each.procedure, each.units, _Minutes.of([each]), (each,))
        for month in months.values():
            yield from self._month(tuple(month))

    def _device(self, service: Service) -> Iterator[_Draft]:
        """The line of a device of remote monitoring, by its days with readings."""
        if service.days is None:
            reason = "its days with readings are not given"
            self._leave_out(service.procedure, reason, citations.MONTHLY)
            return
        for code, units in self._monitored(service.procedure, service.days).items():
            yield from self._of_one(code, units, _Minutes.of([service]), (service,))

    def _month(self, services: tuple[Service, ...]) -> Iterator[_Draft]:
        """The lines of a month's management: its minutes, one part after another, go with their codes."""
        left = month = _Minutes.of(services)
        units = self._monitored(services[0].procedure, month.total)
        table = self.catalog.remote_monitoring.on(self.visit.on)
        for code, number in units.items():
            part = left
            if code != list(units)[-1]:  # which of the first minutes were the assistant's is not known
                least = table[code].least
                assistant = (2 * month.assistant * least + month.total) // (2 * month.total)
                part = _Minutes(least - assistant, assistant)
            left = _Minutes(left.therapist - part.therapist, left.assistant - part.assistant)
            yield from self._of_one(code, number, part, services)

    def _monitored(self, code: str, amount: int) -> Mapping[str, int]:
        """The units by code of an amount of remote monitoring."""
        result = monitoring_units(code, amount, on=self.visit.on, catalog=self.catalog)
        if not result.by_code:
            self._leave_out(code, result.steps[0], citations.MONTHLY)
            return {}
        for step in result.steps:
            self._say(step, citations.MONTHLY)
        return result.by_code

    def _of_one(
        self, code: str, units: int, minutes: _Minutes, services: tuple[Service, ...]
    ) -> Iterator[_Draft]:
        """The line of a code that is one clinician's as a whole."""
        if self.procedures[code].is_evaluation and minutes.assistant and not minutes.therapist:
            raise CannotBillError((f"{code} is an evaluation, which an assistant does not furnish",))
        share = (units, 0)
        if minutes.assistant and self._by_clinician({code: minutes})[code][1]:
            share = (0, units)
        known = {bool(share[1]): minutes} if minutes.total else {}
        yield from self._lines(code, share, known, services)

    # What stands on the lines.

    def _lines(
        self,
        code: str,
        share: tuple[int, int],
        minutes: Mapping[bool, _Minutes],
        services: tuple[Service, ...],
    ) -> Iterator[_Draft]:
        """The line without the assistant's modifier, and the one with it, each with its minutes."""
        # What is charged for a service is charged for its own code, not for the add-on it earned as well.
        charged = [each for each in services if each.procedure == code]
        charges = _parted([each.charge_usd for each in charged], *share)
        allowed = _parted([each.allowed_usd for each in charged], *share)
        for is_assistants, units in zip((False, True), share, strict=True):
            if not units:
                continue
            known = minutes.get(is_assistants)
            made = ServiceLine(
                code,
                on=self.visit.on,
                units=units,
                minutes=None if known is None else known.total,
                assistant_minutes=0 if known is None else known.assistant,
                modifiers=self._modifiers(code, services, is_assistants=is_assistants),
                place=self.visit.place,
                charge_usd=charges[is_assistants],
                allowed_usd=allowed[is_assistants],
                rendering_provider=self.visit.therapist,
            )
            yield _Draft(made, services)

    def _modifiers(self, code: str, services: Iterable[Service], *, is_assistants: bool) -> tuple[str, ...]:
        procedure = self.procedures[code]
        found: dict[str, None] = {}
        is_therapy = procedure.therapy_disposition is not TherapyDisposition.NONE
        # Where it is not known whether the payer wants it, it does no harm: it says whose plan it is.
        if self.own is not None and is_therapy and self.policy.needs_discipline_modifier is not False:
            found[self.own.modifier] = None
        if self.own is not None and is_assistants and self.own.assistant_modifier is not None:
            found[self.own.modifier] = None
            found[self.own.assistant_modifier] = None
        found.update(dict.fromkeys(self._telehealth()))
        for service in services:
            found.update(dict.fromkeys(service.modifiers))
        return tuple(found)

    def _telehealth(self) -> tuple[str, ...]:
        """The modifier that says how a visit by telehealth was held, where the payer wants one."""
        if self.visit.telehealth is None:
            return ()
        if self.visit.telehealth is TelehealthKind.AUDIO:
            return (AUDIO,)
        return () if self._telehealth_style() is TelehealthStyle.PLACE else (VIDEO,)

    def _telehealth_style(self) -> TelehealthStyle | bool | None:
        """How the payer wants telehealth said on that day."""
        style = self.policy.telehealth
        row = self.catalog.telehealth_billing.on(self.visit.on).find(self.visit.setting.value)
        return TelehealthStyle(row.style) if style is TelehealthStyle.SETTING and row is not None else style

    def _check_place(self) -> None:
        """A visit by telehealth has a place of telehealth where that is what says so."""
        style = self._telehealth_style()
        if self.visit.telehealth is None or style not in (TelehealthStyle.PLACE, TelehealthStyle.BOTH):
            return
        places = self.catalog.places.on(self.visit.on)
        place = places.find(self.visit.place) if self.visit.place else None
        if place is None or not place.is_telehealth:
            named = ", ".join(row.code for row in places.values() if row.is_telehealth)
            raise CannotBillError((f"a visit by telehealth has one of the places {named}",))

    # What the rules say of it.

    def _settled(self, services: Sequence[Service], payer: str | None) -> list[_Draft]:
        """The lines that are paid beside each other; without a service that is not, all is counted anew."""
        while True:
            steps, left_out = len(self.steps), len(self.left_out)
            drafts, denied = self._paired(self._drafts(services), payer)
            if denied is None:
                return drafts
            del self.steps[steps:], self.left_out[left_out:]
            self._leave_out(denied.draft.line.procedure, denied.reason, denied.citation)
            services = [each for each in services if not any(each is one for one in denied.draft.services)]

    def _paired(self, drafts: list[_Draft], payer: str | None) -> tuple[list[_Draft], _Denied | None]:
        """The lines with the modifier that tells a pair apart, and one that is not paid beside another."""
        while True:
            report = check(self._claim(drafts, payer), policy=self.policy, catalog=self.catalog)
            # Which of two evaluations it was only the record can say.
            if any(finding.rule == EVALUATION_REPEATED for finding in report):
                return drafts, None
            changed, denied = self._first_pair(drafts, report)
            if changed is None:
                return drafts, denied
            drafts = changed

    def _first_pair(self, drafts: list[_Draft], report: Report) -> tuple[list[_Draft] | None, _Denied | None]:
        """The lines with one pair told apart; else the first line that a pair denies."""
        found = [
            (finding, finding.line)
            for finding in report
            if finding.line is not None and finding.rule in (NEVER_TOGETHER, MODIFIER_NEEDED)
        ]
        # By code, so that the order of the services makes no difference; what is never paid comes first.
        found.sort(
            key=lambda each: (each[0].rule != NEVER_TOGETHER, drafts[each[1]].line.procedure, each[0].message)
        )
        for finding, index in found:
            draft = drafts[index]
            is_separate = self._is_separate(draft, drafts)
            if finding.rule == MODIFIER_NEEDED and is_separate and isinstance(finding.fix, AddModifier):
                line = finding.fix.edit(draft.line)
                if line != draft.line:
                    why = f"{finding.fix.modifier}, as it had an interval of its own"
                    self._say(f"{draft.line.procedure}: {why}", finding.citation)
                    return [*drafts[:index], draft._replace(line=line), *drafts[index + 1 :]], None
            if finding.rule == NEVER_TOGETHER or is_separate is False or finding.severity is Severity.ERROR:
                is_open = finding.rule == MODIFIER_NEEDED and is_separate is None
                more = "; whether they were, the visit does not say" if is_open else ""
                return None, _Denied(draft, f"{finding.message}{more}", finding.citation)
        return None, None

    def _is_separate(self, draft: _Draft, drafts: Iterable[_Draft]) -> bool | None:
        """Whether a line's services were apart from those a pair keeps it from, by its word or theirs."""
        pairs = self.catalog.pairs_of(self.policy.pair_table)
        assert pairs is not None  # noqa: S101 -- for type checkers: by these a pair was found
        edits, setting = pairs.on(self.visit.on), self.visit.setting.value
        code = draft.line.procedure
        others = [each for each in drafts if edits.find((setting, each.line.procedure, code)) is not None]
        is_theirs = bool(others) and all(each.is_separate for each in others)
        return True if draft.is_separate or is_theirs else draft.is_separate

    def _mended(self, claim: Claim) -> Report:
        """What the rules say of the claim once what is safe to mend is mended."""
        repair = check(claim, policy=self.policy, catalog=self.catalog).repair()
        for finding in repair.applied:
            if finding.rule != ORDER:
                self._say(f"{finding.message}: {finding.fix}", finding.citation)
        return check(repair.claim, policy=self.policy, catalog=self.catalog)

    def _claim(self, drafts: Iterable[_Draft], payer: str | None) -> Claim:
        visit = self.visit
        lines = tuple(draft.line for draft in drafts)
        timed = [line.minutes or 0 for line in lines if self.procedures[line.procedure].unit_minutes]
        note = TreatmentNote(
            on=visit.on,
            timed_minutes=sum(timed),
            evaluation=visit.evaluation,
        )
        return Claim(
            lines=lines,
            diagnoses=tuple(map(self._in_full, visit.diagnoses)),
            payer=payer,
            setting=visit.setting,
            discipline=visit.discipline,
            id=visit.id,
            patient=visit.patient,
            therapy_year_to_date_usd=visit.therapy_year_to_date_usd,
            plan_of_care=visit.plan_of_care,
            treatment_notes=(note,),
            referring_npi=visit.referring_npi,
        )

    def _in_full(self, diagnosis: str) -> str:
        """A diagnosis in its official form, where it is known."""
        row = self.catalog.diagnoses.on(self.visit.on).find(diagnosis)
        return diagnosis if row is None else row.code

    def _above_the_threshold(self, claim: Claim) -> Claim:
        """The claim with the threshold modifier on the lines of therapy that need it."""
        used = self.visit.therapy_year_to_date_usd
        if not self.policy.needs_threshold_modifier or used is None:
            return claim
        amounts = self._allowed(claim)
        known = [
            amount for amount in takewhile(lambda amount: amount is not None, amounts) if amount is not None
        ]
        try:
            status = threshold_status(
                known,
                on=self.visit.on,
                discipline=self.visit.discipline,
                year_to_date_usd=used,
                catalog=self.catalog,
            )
        except (OutOfCoverageError, UnknownCodeError):
            self._say(f"the threshold of {self.visit.on.year} is not on board")
            return claim
        for step in status.steps:
            self._say(step, citations.THRESHOLD)
        if not status.is_above:
            if len(known) < len(amounts):
                code = claim.lines[len(known)].procedure
                self._say(f"what is allowed for {code} is not on board: from its line on it is not judged")
            return claim
        first = len(known) if status.needs_modifier_from is None else status.needs_modifier_from
        fix = AddModifier(self.catalog.modifier_of(THRESHOLD))
        for index, line in enumerate(claim.lines):
            if index >= first and self._is_therapy(line) and fix.modifier not in line.modifiers:
                why_not = fix.why_not(claim, index)
                if why_not is not None:
                    raise CannotBillError((f"{line.procedure} has no room for {fix.modifier}: {why_not}",))
                claim = fix.apply(claim, index)
        return claim

    def _is_therapy(self, line: ServiceLine) -> bool:
        is_own = self.own is not None and self.own.modifier in line.modifiers
        return is_own or self.procedures[line.procedure].therapy_disposition is TherapyDisposition.ALWAYS

    def _allowed(self, claim: Claim) -> list[Decimal | None]:
        """What each line is allowed: as the visit says, else nationally; nothing where it is no therapy."""
        services = [(line.procedure, int(line.units)) for line in claim.lines]
        result = allowed_amount(services, on=self.visit.on, catalog=self.catalog)
        lacking = {each.code: each for each in result.not_priced}
        priced = iter(result.lines)
        found: list[Decimal | None] = []
        for line in claim.lines:
            without = lacking.get(line.procedure)
            national = next(priced).amount_usd if without is None else self._without_amount(without)
            own = national if line.allowed_usd is None else line.allowed_usd
            found.append(own if self._is_therapy(line) else Decimal(0))
        return found

    def _without_amount(self, lacking: NotPriced) -> Decimal | None:
        """Zero for what is never paid by itself; of what has no amount for another reason it is not known."""
        status = self.catalog.payment_status.on(self.visit.on).find(lacking.code)
        is_never = status is not None and (status.is_bundled or status.is_never_paid)
        return Decimal(0) if status is not None and is_never and not status.is_excluded else None


def _lacking(parts: Iterable[_Part]) -> int:
    """How many minutes the units of some lines together could still take."""
    return sum(part.lacking for part in parts)


def _parts_of(
    count: Count, shares: Mapping[str, tuple[int, int]], minutes: Mapping[str, _Minutes]
) -> list[_Part]:
    """The lines of one count: each clinician's minutes on their own, in order, as many as the units take."""
    lengths = dict(zip(count.codes, count.unit_minutes, strict=True))
    parts = [
        _Part(code, units, is_assistants, lengths[code])
        for code in count.codes
        for is_assistants, units in zip((False, True), shares.get(code, (0, 0)), strict=True)
        if units
    ]
    given = [minutes[code] for code in count.codes if code in minutes]
    for is_assistants in (False, True) if parts else ():
        left = sum(each[is_assistants] for each in given)
        own = [part for part in parts if part.is_assistants is is_assistants] or parts
        for part in own:
            taken = min(left, max(part.lacking, 0))
            part.take(taken, is_assistants=is_assistants)
            left -= taken
        own[-1].take(left, is_assistants=is_assistants)
    return parts


def _parted(
    amounts: Iterable[Decimal | None], own: int, helper: int
) -> tuple[Decimal | None, Decimal | None]:
    """A sum of amounts by units, in cents; nothing where one of them is not known."""
    known = list(amounts)
    if not known or any(amount is None for amount in known) or not own + helper:
        return None, None
    total = sum((amount for amount in known if amount is not None), Decimal(0))
    share = (total * helper / (own + helper)).quantize(CENT, ROUND_DOWN)
    return total - share, share
