"""Records for tests, built from picks: days, codes, lines, claims and visits, right or broken in a named way.

Each function takes what picks a number below a count. What comes of it is right by the rules' own word: a
part that a rule finds fault with is left out while the whole is put together.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from ..catalog import Catalog
from ..checking import check
from ..claims import Claim, EvaluationComponents, PlanOfCare, Service, ServiceLine, TreatmentNote, Visit
from ..coding import code_visit
from ..errors import CannotBillError, OutOfCoverageError, UnknownCodeError, UnknownRuleError, shown
from ..records import Complexity, ProfileReview, Setting
from ..rules.presets import of_policy
from ..tables import Verdict
from ._broken import RECIPES
from ._material import Material, NothingThereError, code_tables, npi, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..payers import PayerPolicy
    from ..tables import Table

    Pick = Callable[[int], int]

DAY = dt.timedelta(days=1)
DAYS_BETWEEN = (0, 0, 1, 2, 7)  # of a claim's services
CERTIFIED = 60  # days that a plan of care was certified before a service, at most
FILED = 300  # days from a service to its claim, at most
MOST_LINES, MOST_UNITS, MOST_DIAGNOSES = 4, 4, 3
YEAR_TO_DATE_USD = 1_500
SPARE = 15  # minutes more or less, seven at most of either
ASSISTED = 4  # one line in so many is an assistant's
MALFORMED = "malformed"


def breakable(payer: str, catalog: Catalog | None) -> tuple[str, ...]:
    """The rules of a payer that there is a recipe for.

    Raises:
        UnknownPayerError: there is no policy of that name.
    """
    policy = (catalog or Catalog.bundled()).policy(payer)
    return tuple(rule.id for rule in of_policy(policy) if rule.id in RECIPES)


def expect_breakable(rule: str, payer: str, catalog: Catalog | None) -> None:
    """Refuse a rule that no claim can be made to break.

    Raises:
        UnknownPayerError: there is no policy of that name.
        UnknownRuleError: there is no recipe, or the payer does not apply the rule.
    """
    known = breakable(payer, catalog)
    if rule not in known:
        raise UnknownRuleError(rule, known)


def day(pick: Pick, *, tables: Sequence[Table[Any]] = (), catalog: Catalog | None = None) -> dt.date:
    """A day on which some tables answer; by default those of codes."""
    chosen = tables or code_tables(catalog or Catalog.bundled())
    spans = spans_of(chosen)
    if not spans:
        raise ValueError(f"the tables {', '.join(table.name for table in chosen)} share no day")
    number = pick(sum((last - first).days + 1 for first, last in spans))
    for first, last in spans:
        if number <= (last - first).days:
            return first + DAY * number
        number -= (last - first).days + 1
    raise AssertionError  # the number is below the count of days


def expect_verdict(verdict: str) -> None:
    """Refuse what is no verdict on a code.

    Raises:
        ValueError: it is none.
    """
    known = (*Verdict, MALFORMED)
    if verdict not in known:
        raise ValueError(f"verdict should be one of {', '.join(known)}, not {shown(verdict)}")


def code(pick: Pick, *, table: Table[Any], on: dt.date, verdict: str) -> str:
    """A code of which a table says so on a day, or what is no code at all."""
    m = _material(pick, on, Catalog.bundled().policy(None), Catalog.bundled())
    if verdict == MALFORMED:
        return m.malformed_code(table)
    try:
        return m.code(table, Verdict(verdict))
    except NothingThereError:
        raise ValueError(f"no code of the table {table.name} was found that is {verdict} on {on}") from None


def _material(
    pick: Pick, on: dt.date, policy: PayerPolicy, catalog: Catalog, setting: Setting = Setting.PRACTITIONER
) -> Material:
    return Material(pick=pick, on=on, setting=setting, policy=policy, catalog=catalog)


def _drawn(pick: Pick, on: dt.date | None, payer: str, catalog: Catalog | None) -> Material:
    """What a claim is made of, of a day and a setting that are drawn where they are not given."""
    there = catalog or Catalog.bundled()
    settings = list(Setting)
    chosen = day(pick, catalog=there) if on is None else on
    return _material(pick, chosen, there.policy(payer), there, settings[pick(len(settings))])


def line(pick: Pick, *, on: dt.date | None, payer: str, catalog: Catalog | None) -> ServiceLine:
    """A line that is right by itself on a professional claim."""
    m = attrs.evolve(_drawn(pick, on, payer, catalog), setting=Setting.PRACTITIONER)
    return _lines(m, m.claim(), [m.on]).lines[0]


def claim(pick: Pick, *, on: dt.date | None, payer: str, catalog: Catalog | None) -> Claim:
    """A claim that its payer finds nothing wrong with."""
    m = _drawn(pick, on, payer, catalog)
    days = [m.on]
    last = max(end for _, end in spans_of(code_tables(m.catalog)))
    for _ in range(pick(MOST_LINES)):
        gap = 0 if on is not None else DAYS_BETWEEN[pick(len(DAYS_BETWEEN))]
        days.append(min(days[-1] + DAY * gap, last) if days[-1] <= last else days[-1])
    made = _lines(m, m.claim(**_facts(m)), days)
    for _ in range(1 + pick(MOST_DIAGNOSES)):
        made = attrs.evolve(made, diagnoses=(*made.diagnoses, m.diagnosis(made)))
    pointed = tuple(attrs.evolve(each, diagnoses=_pointers(m, made)) for each in made.lines)
    submitted = max(each.on for each in made.lines) + DAY * pick(FILED) if pick(2) else None
    return attrs.evolve(made, lines=pointed, submitted_on=submitted)


def _facts(m: Material) -> dict[str, Any]:
    """Fields of a right claim, each there or not."""
    options: dict[str, Callable[[], object]] = {
        "id": lambda: f"A{1 + m.pick(999)}",
        "patient": lambda: f"P{1 + m.pick(99)}",
        "plan_of_care": lambda: _plan(m),
        "referring_npi": lambda: npi(m.pick(10**8)),
        "therapy_year_to_date_usd": lambda: Decimal(m.pick(YEAR_TO_DATE_USD)),
    }
    return {name: make() for name, make in options.items() if m.pick(2)}


def _pointers(m: Material, made: Claim) -> tuple[str, ...]:
    return made.diagnoses[: m.pick(len(made.diagnoses) + 1)]


def _lines(m: Material, made: Claim, days: Sequence[dt.date]) -> Claim:
    """A claim with a line on each of some days, as far as it stays right."""
    for number, on in enumerate(days):
        own = attrs.evolve(m, on=on)
        # The minutes of a day count together, so that one of its lines alone has some to spare.
        more = attrs.evolve(made, lines=(*made.lines, _line(own, is_first=on not in days[:number])))
        if m.is_right(more):
            made = more
    if made.lines:
        return made
    return attrs.evolve(made, lines=(m.line(m.procedure().code),))


def _line(m: Material, *, is_first: bool) -> ServiceLine:
    row = m.procedure()
    # As many picks for any procedure: a claim that fails shrinks to the first one, not to that of fewest.
    units, spare, is_therapists = 1 + m.pick(MOST_UNITS), m.pick(SPARE), m.pick(ASSISTED) < ASSISTED - 1
    if row.unit_minutes is None:
        return m.line(row.code)
    # Zero first, then one more, one less, two more: never as many as would be a unit more or less.
    spare = min((spare + 1) // 2, (row.unit_minutes - 1) // 2) * (1 if spare % 2 else -1)
    made = m.line(row.code, units=units, spare=spare if is_first else 0)
    if is_therapists or m.policy.needs_assistant_modifier is False:
        return made
    marked = (*made.modifiers, m.own.assistant_modifier or "")
    return attrs.evolve(made, assistant_minutes=made.minutes, modifiers=tuple(filter(None, marked)))


def broken(pick: Pick, *, rule: str, on: dt.date | None, payer: str, catalog: Catalog | None) -> Claim:
    """A claim that a rule finds something wrong with; where the day is open, one on which it can."""
    drawn = _drawn(pick, on, payer, catalog)
    recipe = RECIPES[rule]
    for chosen in [drawn.on, *(_quarters(drawn.catalog) if on is None else ())]:
        m = attrs.evolve(drawn, on=chosen, setting=recipe.setting or drawn.setting)
        try:
            right = m.claim(m.line(m.procedure().code))
            made = recipe.way(m, attrs.evolve(right, diagnoses=(m.diagnosis(right),)))
        except (NothingThereError, OutOfCoverageError, UnknownCodeError):
            continue
        report = check(made, policy=m.policy, catalog=m.catalog)
        if any(finding.rule == rule for finding in report):
            return made
    raise ValueError(f"no claim to {payer} was found that breaks {rule} on {on or 'any day'}")


def _quarters(catalog: Catalog) -> Iterator[dt.date]:
    """The first days of the quarters that the tables of codes cover, the last one first."""
    for first, last in reversed(spans_of(code_tables(catalog))):
        for year in range(last.year, first.year - 1, -1):
            for month in (10, 7, 4, 1):
                if first <= dt.date(year, month, 1) <= last:
                    yield dt.date(year, month, 1)


def visit(pick: Pick, *, on: dt.date | None, payer: str, catalog: Catalog | None) -> Visit:
    """A visit whose claim its payer finds nothing wrong with."""
    m = attrs.evolve(_drawn(pick, on, payer, catalog), setting=Setting.PRACTITIONER)
    facts: dict[str, Any] = {**_facts(m), "payer": payer, "place": m.place()}
    first = m.diagnosis(m.claim(m.line(m.procedure().code)))
    made = Visit(on=m.on, diagnoses=(first,), **facts)
    for _ in range(1 + pick(MOST_LINES)):
        more = attrs.evolve(made, services=(*made.services, service(pick, m=m)))
        if _is_billed(more, m):
            made = more
    if made.services:
        return made
    return attrs.evolve(made, services=(Service(m.timed(), therapist_minutes=15),))


def _is_billed(made: Visit, m: Material) -> bool:
    try:
        return code_visit(made, policy=m.policy, catalog=m.catalog).report.is_clean
    except CannotBillError:
        return False


def service(
    pick: Pick,
    *,
    on: dt.date | None = None,
    payer: str = "",
    catalog: Catalog | None = None,
    m: Material | None = None,
) -> Service:
    """A service of a visit, of a procedure that the payer takes."""
    m = m or _drawn(pick, on, payer, catalog)
    minutes = 8 + pick(53)
    assistant = pick(minutes + 1) if pick(2) else 0
    return Service(m.procedure().code, therapist_minutes=minutes - assistant, assistant_minutes=assistant)


def _plan(m: Material) -> PlanOfCare:
    first = m.on - DAY * m.pick(CERTIFIED)
    return PlanOfCare(certified_from=first, evaluated_on=first)


def plan_of_care(pick: Pick, *, on: dt.date | None, catalog: Catalog | None) -> PlanOfCare:
    """A plan of care that is certified for a day."""
    return _plan(_drawn(pick, on, "medicare-b", catalog))


def evaluation(pick: Pick) -> EvaluationComponents:
    """What an evaluation found."""
    return EvaluationComponents(
        profile=list(ProfileReview)[pick(len(ProfileReview))],
        performance_deficits=pick(8),
        decision_making=list(Complexity)[pick(len(Complexity))],
    )


def treatment_note(pick: Pick, *, on: dt.date | None, catalog: Catalog | None) -> TreatmentNote:
    """The note of a day, with its minutes."""
    m = _drawn(pick, on, "medicare-b", catalog)
    timed = pick(91)
    return TreatmentNote(
        on=m.on,
        timed_minutes=timed,
        total_minutes=timed + pick(31),
        evaluation=evaluation(pick) if pick(2) else None,
    )
