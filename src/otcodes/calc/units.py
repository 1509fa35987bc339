"""From minutes of treatment to billable units, by CMS's rule for the day or the CPT midpoint of each code.

CMS (Medicare Claims Processing Manual, chapter 5, section 20.2): the timed minutes of the day are added
up, and their total says how many units may be billed: 8 to 22 minutes one, 23 to 37 two, and so on. Each
code has its full quarter hours; what is left of the day's units goes to the codes with most minutes left.

CPT midpoint: each code stands alone, and has a unit once more than half of its time has passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, cast

import attrs

from ..catalog import Catalog
from ..errors import FieldError
from ..payers import UnitMethod
from ..records import Procedure, Timing

if TYPE_CHECKING:
    import datetime as dt

QUARTER_HOUR_MINUTES = 15


@attrs.frozen(kw_only=True)
class Count:
    """One count of minutes: a code, or a first code and its add-on, from which the minutes run on.

    Attributes:
        codes: the code; or the first one and its add-on.
        minutes: of all of them together.
        unit_minutes: of a unit; or of the first unit and of each further one.
        given: the codes that minutes were given for.
        name: the codes as a step names them.
    """

    codes: tuple[str, ...]
    minutes: int
    unit_minutes: tuple[int, ...]
    given: frozenset[str]
    name: str = attrs.field(
        init=False, repr=False, default=attrs.Factory(lambda self: "+".join(self.codes), takes_self=True)
    )

    @property
    def is_pooled(self) -> bool:
        """Whether CMS's total of the day takes it in: its units are all quarter hours."""
        return all(minutes == QUARTER_HOUR_MINUTES for minutes in self.unit_minutes)

    @property
    def midpoint_units(self) -> int:
        """Its units by the CPT midpoint: one more each time that more than half of a unit has passed."""
        first, further = self.unit_minutes[0], self.unit_minutes[-1]
        if self.minutes <= first // 2:
            return 0
        return 1 + max(0, self.minutes - first + (further - 1) // 2) // further

    def split(self, units: int) -> dict[str, int]:
        """Its units by code: the first code takes one, its add-on the rest."""
        if len(self.codes) == 1:
            return {self.codes[0]: units}
        first, further = self.codes
        shares = {first: min(units, 1), further: max(units - 1, 0)}
        return {code: share for code, share in shares.items() if share or code in self.given}


@attrs.frozen(kw_only=True, repr=False)
class UnitAllocation:
    """The units that a day's minutes allow, and why.

    Attributes:
        total: of all timed codes.
        by_code: the default allocation; a tie goes to the code with more minutes, then the first given.
        ties: groups of codes of which the therapist may choose, as many minutes being left on each.
        steps: the reasoning, in words.
        most: by code, the most units in any allocation that the rule allows.
        least: by code, the fewest units in any of them.
        counts: the counts of minutes: a code, or a first code and its add-on together.
        pooled: the codes whose units CMS's total of the day decides; the others stand alone.
        not_timed: codes that were given minutes but are not timed; the minutes do not count.
        because: by code, the step that says how many units its minutes, or the day's, allow.
        other_lengths: timed codes whose unit is no quarter hour; that the midpoint holds for them is
            CPT's general rule, which a payer may replace.
    """

    counts: tuple[Count, ...]
    _untimed: Mapping[str, int] = attrs.field(alias="untimed")
    _share: _Share = attrs.field(alias="share")

    # What follows from them is worked out when it is asked for: a check of right units needs little of it.

    def __repr__(self) -> str:
        """The answer."""
        return f"UnitAllocation(total={self.total}, by_code={self.by_code}, ties={self.ties})"

    def _repr_html_(self) -> str:
        """The units by code, and why, in a notebook."""
        from .. import _html  # noqa: PLC0415 -- only a notebook needs it

        rows = self.by_code.items()
        return _html.block(
            _html.table(f"{in_units(self.total)} in all", ("code", "units"), rows, count=len(rows)),
            *(_html.note(f"the therapist may choose: {', '.join(codes)}") for codes in self.ties),
            _html.steps("why it is so", self.steps),
        )

    @cached_property
    def total(self) -> int:
        """The units of all timed codes."""
        return sum(self._share.sure.values()) + self._share.seats

    @cached_property
    def by_code(self) -> Mapping[str, int]:
        """The default allocation."""
        share = self._share
        chosen = share.level[: share.seats]
        return self._by_code({name: units + (name in chosen) for name, units in share.sure.items()})

    @cached_property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Groups of codes of which the therapist may choose."""
        share = self._share
        if len(share.level) <= share.seats:
            return ()
        by_name = {count.name: count for count in self.counts}
        # Of a first code and its add-on, the one that a unit more would go to.
        return (tuple(by_name[name].codes[0 if share.sure[name] == 0 else -1] for name in share.level),)

    @cached_property
    def most(self) -> Mapping[str, int]:
        """By code, the most units in any allocation that the rule allows."""
        return self._by_code(self._share.units(level=self._share.seats > 0))

    @cached_property
    def least(self) -> Mapping[str, int]:
        """By code, the fewest units in any of them."""
        return self._by_code(self._share.units(level=len(self._share.level) <= self._share.seats))

    @property
    def pooled(self) -> frozenset[str]:
        """The codes whose units CMS's total of the day decides."""
        return frozenset(code for count in self._pooled() for code in count.codes)

    @property
    def not_timed(self) -> tuple[str, ...]:
        """Codes that were given minutes but are not timed."""
        return tuple(self._untimed)

    @property
    def other_lengths(self) -> frozenset[str]:
        """Timed codes whose unit is no quarter hour."""
        return frozenset(code for count in self.counts if not count.is_pooled for code in count.codes)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The reasoning, in words."""
        alone = [_midpoint_step(count) for count in self.counts if count.name not in self._share.pooled]
        untimed = [
            f"{code} is not timed: its {minutes} minutes do not count"
            for code, minutes in self._untimed.items()
        ]
        return (*_steps(self._pooled(), self._share), *alone, *untimed)

    @cached_property
    def because(self) -> Mapping[str, str]:
        """By code, the step that says how many units its minutes, or the day's, allow."""
        pooled = self._pooled()
        of_the_day = _total_step(pooled) if pooled else ""
        return {
            code: of_the_day if count in pooled else _midpoint_step(count)
            for count in self.counts
            for code in count.codes
        }

    def allows(self, units: Mapping[str, int]) -> bool:
        """Whether units are one of the allocations that the rule allows; of one count they are added up."""
        share, total = self._share, 0
        for count in self.counts:
            own = sum([units.get(code, 0) for code in count.codes])
            more = own - share.sure[count.name]
            if more and not (more == 1 and share.seats and count.name in share.level):
                return False
            total += own
        return total == self.total

    def allowed(self) -> Iterator[Mapping[str, int]]:
        """Every allocation that the rule allows; more than one only where there is a tie."""
        sure, level, seats = self._share.sure, self._share.level, self._share.seats
        for chosen in combinations(level, seats):
            yield self._by_code({name: sure[name] + (name in chosen) for name in sure})

    def nearest(self, units: Mapping[str, int]) -> Mapping[str, int]:
        """Of the allocations that the rule allows, the one nearest to some units.

        At a tie a unit goes first to the codes that these units say have it.

        Args:
            units: by code, such as what is billed.

        Examples:
            >>> import datetime as dt
            >>> tied = timed_units({"97530": 23, "97140": 8}, on=dt.date(2026, 3, 2))
            >>> dict(tied.nearest({"97530": 1, "97140": 1}))
            {'97530': 1, '97140': 1}
        """
        share = self._share
        sure = self._by_code(share.sure)
        by_name = {count.name: count for count in self.counts}
        # Of a first code and its add-on, the one that a unit more would go to.
        further = {name: by_name[name].codes[0 if share.sure[name] == 0 else -1] for name in share.level}
        wanted = [name for name, code in further.items() if units.get(code, 0) > sure.get(code, 0)]
        chosen = [*wanted, *(name for name in share.level if name not in wanted)][: share.seats]
        return self._by_code({name: number + (name in chosen) for name, number in share.sure.items()})

    def _pooled(self) -> list[Count]:
        return [count for count in self.counts if count.name in self._share.pooled]

    def _by_code(self, share: Mapping[str, int]) -> dict[str, int]:
        units: dict[str, int] = {}
        for count in self.counts:
            units.update(count.split(share[count.name]))
        return units


@attrs.frozen
class _Share:
    """Units by count: those that are sure, and the counts that are level for the seats that remain.

    `pooled` are the counts that the day's total decides, `earning` those that earn one of its last units.
    """

    sure: dict[str, int]
    level: tuple[str, ...] = ()
    seats: int = 0
    pooled: frozenset[str] = frozenset()
    earning: tuple[str, ...] = ()

    def units(self, *, level: bool) -> dict[str, int]:
        return {name: units + (level and name in self.level) for name, units in self.sure.items()}


def timed_units(
    minutes: Mapping[str, int],
    *,
    on: dt.date,
    method: UnitMethod | str = UnitMethod.MEDICARE,
    catalog: Catalog | None = None,
) -> UnitAllocation:
    """The units that the minutes of one patient, day and discipline allow.

    Codes that are not timed never enter the count. The minutes of 97129 and 97130 (and of 90912 and 90913)
    are one count. A timed code whose unit is not a quarter hour is counted alone, by its midpoint.

    Args:
        minutes: whole minutes of one-on-one treatment by procedure code.
        on: the date of service.
        method: `medicare` (CMS, the day's total) or `midpoint` (CPT, each code alone).
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: minutes that are negative, fractional or no number, or a method that there is not.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: as `procedures.on(on)[code]` raises.

    Examples:
        >>> import datetime as dt
        >>> units = timed_units({"97530": 23, "97140": 8}, on=dt.date(2026, 3, 2))
        >>> units.total, units.by_code, units.ties
        (2, {'97530': 2, '97140': 0}, (('97530', '97140'),))
        >>> units.steps[0]
        '31 timed minutes allow 2 units'
    """
    if not isinstance(cast("object", minutes), Mapping):
        raise FieldError("timed_units", "minutes", minutes, "a mapping from procedure codes to minutes")
    try:
        method = UnitMethod(method)
    except ValueError:
        raise FieldError("timed_units", "method", method, f"one of {', '.join(UnitMethod)}") from None
    counts, untimed = _counts(minutes, on, catalog or Catalog.bundled())
    share = _by_total([count for count in counts if count.is_pooled and method is UnitMethod.MEDICARE])
    for count in counts:
        if count.name not in share.pooled:
            share.sure[count.name] = count.midpoint_units
    return UnitAllocation(counts=counts, untimed=untimed, share=share)


def _counts(
    minutes: Mapping[str, int], on: dt.date, catalog: Catalog
) -> tuple[tuple[Count, ...], dict[str, int]]:
    procedures = catalog.procedures.on(on)
    counts: dict[str, Count] = {}
    untimed: dict[str, int] = {}
    for given, amount in minutes.items():
        if not _is_whole(amount):
            raise FieldError("timed_units", f"minutes[{given!r}]", amount, "whole minutes, zero or more")
        procedure = procedures[given]
        if not procedure.unit_minutes:
            untimed[given] = amount
            continue
        family = family_of(procedure, catalog, on)
        before = counts.get(family[0].code)
        counts[family[0].code] = Count(
            codes=tuple([member.code for member in family]),
            minutes=amount + (before.minutes if before else 0),
            unit_minutes=tuple([member.unit_minutes or 0 for member in family]),
            given=frozenset([procedure.code, *(before.given if before else ())]),
        )
    return tuple(counts.values()), untimed


def _is_whole(minutes: object) -> bool:
    return isinstance(minutes, int) and not isinstance(minutes, bool) and minutes >= 0


def family_of(procedure: Procedure, catalog: Catalog, on: dt.date) -> tuple[Procedure, ...]:
    """The procedures of one count: the given one; or a first code and its add-on, whichever is given."""
    procedures = catalog.procedures.on(on)
    if procedure.timing is Timing.ADDITIONAL and len(procedure.primary_codes) == 1:
        first = procedures.find(procedure.primary_codes[0])
        return (procedure,) if first is None else (first, procedure)
    if procedure.timing is Timing.FIRST:
        for row in catalog.add_ons_of(procedure.code):
            further = procedures.find(row.code)
            if further is not None and further.timing is Timing.ADDITIONAL:
                return (procedure, further)
    return (procedure,)


def units_of_the_day(minutes: int) -> int:
    """The units that a number of minutes allows: of a day by CMS's rule, of a code by the CPT midpoint."""
    return (minutes + QUARTER_HOUR_MINUTES // 2) // QUARTER_HOUR_MINUTES


def are_exact(counts: Collection[tuple[int, int]], method: UnitMethod) -> bool:
    """Whether the units of quarter-hour counts are just what their minutes allow: no more, and no fewer.

    It answers as `timed_units(...).allows(...)` does, of minutes and units alone: a check asks it first.

    Args:
        counts: the minutes and the billed units of each count.
        method: by which the minutes allow units.
    """
    if method is UnitMethod.MIDPOINT:
        return all(units == units_of_the_day(minutes) for minutes, units in counts)
    total = billed = most_resting = 0
    least_earning = QUARTER_HOUR_MINUTES
    for minutes, units in counts:
        full, rest = divmod(minutes, QUARTER_HOUR_MINUTES)
        if units == full:
            most_resting = max(most_resting, rest)
        elif units == full + 1:
            least_earning = min(least_earning, rest)
        else:
            return False
        total, billed = total + minutes, billed + units
    return billed == units_of_the_day(total) and least_earning >= most_resting


def _by_total(counts: list[Count]) -> _Share:
    """The units of the day by CMS's rule: what is sure, and between whom the therapist may choose."""
    pooled = frozenset([count.name for count in counts])
    sure = {count.name: count.minutes // QUARTER_HOUR_MINUTES for count in counts}
    left = units_of_the_day(sum(count.minutes for count in counts)) - sum(sure.values())
    if left == 0:
        return _Share(sure, pooled=pooled)
    # Most minutes left first; a tie goes to the longer code, then to the first given (sorting is stable).
    waiting = sorted(counts, key=lambda count: (-_rest(count), -count.minutes))
    edge = _rest(waiting[left - 1])
    earning = tuple(count.name for count in waiting[:left])
    for count in waiting:
        if _rest(count) > edge:
            sure[count.name] += 1
            left -= 1
    level = tuple(count.name for count in waiting if _rest(count) == edge)
    return _Share(sure, level, left, pooled, earning)


def _steps(counts: list[Count], share: _Share) -> list[str]:
    """How the day's total came to its units, in words."""
    if not counts:
        return []
    cap = units_of_the_day(sum(count.minutes for count in counts))
    steps = [_total_step(counts), f"{_range_of(cap)} are {in_units(cap)}"]
    steps += [
        f"{count.name}: {count.minutes} minutes are "
        f"{in_units(count.minutes // QUARTER_HOUR_MINUTES)} of a full quarter hour"
        for count in counts
        if count.minutes >= QUARTER_HOUR_MINUTES
    ]
    rests = {count.name: _rest(count) for count in counts}
    steps += [f"{name}: {rests[name]} minutes left earn it a unit" for name in share.earning]
    if len(share.level) > share.seats:
        level = f"{', '.join(share.level)} have {rests[share.level[0]]} minutes left each"
        steps.append(f"a tie: {level}; the therapist may choose")
    return steps


def _total_step(counts: list[Count]) -> str:
    total = sum(count.minutes for count in counts)
    return f"{total} timed minutes allow {in_units(units_of_the_day(total))}"


def _midpoint_step(count: Count) -> str:
    units = in_units(count.midpoint_units)
    return f"{count.minutes} minutes of {count.name} allow {units} by the CPT midpoint"


def _rest(count: Count) -> int:
    return count.minutes % QUARTER_HOUR_MINUTES


def in_units(number: int) -> str:
    """A number of units in words."""
    return f"{number} unit" if number == 1 else f"{number} units"


def _range_of(units: int) -> str:
    if units == 0:
        return "fewer than 8 minutes"
    first = units * QUARTER_HOUR_MINUTES - QUARTER_HOUR_MINUTES // 2
    return f"{first} to {first + QUARTER_HOUR_MINUTES - 1} minutes"
