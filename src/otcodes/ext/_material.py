"""What claims for tests are made of: codes, lines and diagnoses of a day, each picked by a number.

It is told how to pick a number below a count, and so needs no package for it; hypothesis draws the numbers.
Nothing that is picked is thrown away: from where a pick points to, the next that will do is taken.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice
from math import gcd
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..calc.units import QUARTER_HOUR_MINUTES
from ..checking import check
from ..claims import Claim, ServiceLine
from ..classification import CHARACTERS, DiagnosisTable
from ..records import Discipline, Setting, TherapyDisposition
from ..rules.claims import NPI_PREFIX
from ..rules.core import RuleSet
from ..rules.presets import CATALOGUE, of_policy
from ..tables import Verdict
from ._codes import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .._manifest import Key
    from ..catalog import Catalog
    from ..payers import PayerPolicy
    from ..policy_records import TherapyDiscipline
    from ..records import Procedure, R
    from ..tables import Table

T = TypeVar("T")

OWN = Discipline.OCCUPATIONAL_THERAPY
TRIES = 3  # codes of a category that are looked at before another category is
BASES = 300  # codes near which one that is not in the tables is sought
RATE_CENTS = 5_000  # the least that a unit is charged
OF_DIAGNOSES = CATALOGUE.select("diagnosis")


class NothingThereError(ValueError):
    """The tables hold nothing of what was asked for on a day."""

    def __str__(self) -> str:
        """What is meant, where nobody says more."""
        return "the tables hold nothing of what is asked for on that day"


def spans_of(tables: Sequence[Table[Any]]) -> list[tuple[dt.date, dt.date]]:
    """The spans of days, first and last, on which every one of some tables answers.

    Of a table that is carried forward without end, up to the last day that an edition speaks for.
    """
    spans = [(dt.date.min, dt.date.max)]
    for coverage in (table.coverage for table in tables):
        horizon = max(coverage.last, coverage.carried_to or coverage.last)
        both = (
            (max(first, start), min(last, end, horizon))
            for first, last in spans
            for start, end in coverage.spans()
        )
        spans = [(first, last) for first, last in both if first <= last]
    return spans


def code_tables(catalog: Catalog) -> list[Table[Any]]:
    """The tables of codes that every claim is made of."""
    return [catalog.procedures, catalog.diagnoses, catalog.modifiers, catalog.places]


def malformed(code: str) -> tuple[str, ...]:
    """A code cut short, with a space inside, and with a sign behind it: none has the form of any code."""
    return code[:1], f"{code[:1]} {code[1:]}", f"{code}!"


def is_any(_: object) -> bool:
    """What will always do."""
    return True


def _first(_: int) -> int:
    return 0


@lru_cache(maxsize=64)
def _groups(table: Table[Any]) -> tuple[Callable[[], Sequence[Key]], ...]:
    """A table's keys, in groups that are as likely as each other.

    Of a classification a group is a category, so that it is not read as a whole; of any other table the
    first are its own keys, the second all of them: few are its own where another one stands beside it.
    """
    if isinstance(table, DiagnosisTable):
        return tuple(partial(_below, table, category) for category in table.categories)
    own, every = [key for key, _ in table.under()], list(table.keys())
    return (lambda: own), (lambda: every)


def _below(table: DiagnosisTable, category: str) -> list[Key]:
    return [key for key, _ in table.under(category)]


def _tries(table: Table[Any]) -> int | None:
    return TRIES if isinstance(table, DiagnosisTable) else None


@lru_cache(maxsize=16)
def _by_rank(catalog: Catalog) -> tuple[Procedure, ...]:
    """Every version of every procedure of the own table, the most billed ones first."""
    ranks = {row.code: row.rank for row in catalog.common_procedures}
    return tuple(
        sorted(catalog.procedures.own(), key=lambda row: (ranks.get(row.code, len(ranks) + 1), row.code))
    )


@attrs.frozen(kw_only=True, eq=False)
class Material:
    """What a claim of one payer, setting and day is made of.

    Attributes:
        pick: gives a number below a count.
        on: the day.
        setting: of the claim.
        policy: how the payer judges.
        catalog: the tables.
    """

    pick: Callable[[int], int]
    on: dt.date
    setting: Setting
    policy: PayerPolicy
    catalog: Catalog

    def one(self, options: Sequence[T], keep: Callable[[T], bool] = is_any) -> T:
        """One of some options: that which is picked, or the next one that will do.

        Raises:
            NothingThereError: none will do.
        """
        start = self.pick(len(options)) if len(options) > 1 else 0
        for option in (*options[start:], *options[:start]):
            if keep(option):
                return option
        raise NothingThereError

    # Codes.

    def code(
        self, table: Table[Any], verdict: Verdict = Verdict.EFFECTIVE, keep: Callable[[str], bool] = is_any
    ) -> str:
        """A code of which a table says so on the day.

        Raises:
            NothingThereError: there is none.
        """
        if verdict in (Verdict.UNKNOWN, Verdict.OUT_OF_COVERAGE):
            return self._near(table, verdict, keep)
        for keys in self._spread(table):
            found = (key for key in keys if table.verdict(key, on=self.on) is verdict)
            for key in islice(found, _tries(table)):
                code = str(getattr(table.history(key)[-1], "code", key))
                if keep(code):
                    return code
        raise NothingThereError

    def _spread(self, table: Table[Any]) -> Iterator[Sequence[Key]]:
        """A table's groups of keys, from one that is picked on, and each from a key that is picked on.

        Neighbours are alike, so that what will not do with one will not do with the next: the group that
        follows is one far away.
        """
        groups = _groups(table)
        stride = next(
            n for n in range(len(groups) * 5 // 8 or 1, len(groups) + 2) if gcd(n, len(groups)) == 1
        )
        start = self.pick(len(groups)) if len(groups) > 1 else 0
        for number in range(len(groups)):
            keys = groups[(start + number * stride) % len(groups)]()
            first = self.pick(len(keys)) if not number and len(keys) > 1 else 0
            yield (*keys[first:], *keys[:first])

    def _near(self, table: Table[Any], verdict: Verdict, keep: Callable[[str], bool]) -> str:
        """A code that differs in one character from one that the table has."""
        turn = self.pick(len(CHARACTERS))
        characters = CHARACTERS[turn:] + CHARACTERS[:turn]
        bases = (str(key) for keys in self._spread(table) for key in islice(keys, _tries(table)))
        for base in islice(bases, BASES):
            for place in range(len(base) - 1, -1, -1):
                for character in characters:
                    code = f"{base[:place]}{character}{base[place + 1 :]}"
                    if (
                        re.fullmatch(FORMS[table.name], code)
                        and table.verdict(code, on=self.on) is verdict
                        and keep(code)
                    ):
                        return code
        raise NothingThereError

    def malformed_code(self, table: Table[Any]) -> str:
        """What has not the form of a table's codes."""
        return self.one(malformed(str(next(self._spread(table))[0])))

    def row(self, table: Table[R], keep: Callable[[R], bool] = is_any) -> R:
        """A record of a table that is in force on the day.

        Raises:
            NothingThereError: none will do.
        """
        on_day = table.on(self.on)
        for keys in self._spread(table):
            for key in keys:
                found = on_day.find(key)
                if found is not None and keep(found):
                    return found
        raise NothingThereError

    # Lines.

    def procedure(self, keep: Callable[[Procedure], bool] = is_any) -> Procedure:
        """A procedure of which a plain line is right, by itself, to the payer on the day.

        Raises:
            NothingThereError: there is none.
        """
        return self.one(_by_rank(self.catalog), lambda row: keep(row) and self._is_billed(row))

    def _is_billed(self, row: Procedure) -> bool:
        if not row.valid_from <= self.on <= self.catalog.procedures.last_day(row):
            return False
        plain = attrs.evolve(self, pick=_first)
        return is_own(row) and plain.is_right(plain.claim(plain.line(row.code)))

    def is_right(self, claim: Claim) -> bool:
        """Whether the payer finds nothing wrong with a claim, whatever its diagnoses."""
        return check(
            claim, rules=_without_diagnoses(self.policy), policy=self.policy, catalog=self.catalog
        ).is_clean

    def line(self, code: str, *, units: int = 1, spare: int = 0, **facts: Any) -> ServiceLine:
        """A line as it should be, by itself, of a procedure that the tables know.

        Args:
            code: of the procedure.
            units: how many.
            spare: minutes that are more, or fewer, than the units need, where it is timed.
            facts: fields that are to be otherwise.
        """
        row = self.catalog.procedures.on(self.on)[code]
        is_professional = self.setting is Setting.PRACTITIONER
        given: dict[str, Any] = {
            "on": self.on,
            "units": units,
            "modifiers": self.modifiers(row),
            "minutes": None if row.unit_minutes is None else units * row.unit_minutes + spare,
            "assistant_minutes": self.one((None, 0)),
            "charge_usd": units * Decimal(RATE_CENTS + self.pick(RATE_CENTS)).scaleb(-2),
            "place": self.place() if is_professional else None,
            "revenue_code": None if is_professional else self.revenue_code(OWN),
            "rendering_provider": npi(self.pick(10**8)) if self.pick(2) else None,
        }
        return ServiceLine(code, **{**given, **facts})

    def timed(self) -> str:
        """The code of a procedure whose unit is a quarter of an hour."""
        return self.procedure(lambda row: row.unit_minutes == QUARTER_HOUR_MINUTES).code

    def modifiers(self, row: Procedure) -> tuple[str, ...]:
        """The modifiers of a procedure's plain line."""
        needs_none = row.therapy_disposition is TherapyDisposition.NONE
        return () if needs_none or self.policy.needs_discipline_modifier is False else (self.own.modifier,)

    @property
    def own(self) -> TherapyDiscipline:
        """Occupational therapy with its modifiers on the day."""
        return self.catalog.disciplines(self.on)[OWN]

    def anothers(self) -> TherapyDiscipline:
        """Another discipline that has an assistant's modifier, too."""
        every = list(self.catalog.disciplines(self.on).values())
        return self.one(every, lambda each: each.name is not OWN and each.assistant_modifier is not None)

    def place(self) -> str:
        """A place where the setting's therapy is furnished in person."""
        return self.row(
            self.catalog.places, lambda row: not row.is_telehealth and self.setting not in row.unusual_in
        ).code

    def revenue_code(self, discipline: Discipline) -> str:
        """A revenue code of a discipline."""
        return self.row(self.catalog.revenue_codes, lambda row: row.discipline is discipline).code

    # Claims.

    def claim(self, *lines: ServiceLine, **facts: Any) -> Claim:
        """A claim of some lines."""
        return Claim(lines=lines, payer=self.policy.name, setting=self.setting, **facts)

    def diagnosis(self, claim: Claim, keep: Callable[[str], bool] = is_any) -> str:
        """A billable diagnosis that may stand behind those of a claim.

        Raises:
            NothingThereError: there is none.
        """
        return self.code(self.catalog.diagnoses, keep=lambda code: keep(code) and self._suits(claim, code))

    def _suits(self, claim: Claim, diagnosis: str) -> bool:
        more = attrs.evolve(claim, diagnoses=(*claim.diagnoses, diagnosis))
        return check(more, rules=OF_DIAGNOSES, policy=self.policy, catalog=self.catalog).is_clean


def npi(number: int) -> str:
    """The NPI of a number below 100,000,000, with its check digit."""
    digits = f"1{number:08}"
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(NPI_PREFIX + digits)]
    return f"{digits}{-sum(sum(divmod(each, 10)) for each in doubled) % 10}"


def is_own(row: Procedure) -> bool:
    """Whether a procedure is known to be one of occupational therapy."""
    return row.disciplines is not None and OWN in row.disciplines


@lru_cache(maxsize=64)
def _without_diagnoses(policy: PayerPolicy) -> RuleSet:
    """A payer's rules but for those that judge diagnoses."""
    return RuleSet(tuple(rule for rule in of_policy(policy) if not rule.id.startswith("diagnosis.")))
