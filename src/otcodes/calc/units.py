"""From minutes of treatment to billable units, by CMS's rule for the day or the CPT midpoint of each code.

CMS (Medicare Claims Processing Manual, chapter 5, section 20.2): the timed minutes of the day are added
up, and their total says how many units may be billed: 8 to 22 minutes one, 23 to 37 two, and so on. Each
code has its full quarter hours; what is left of the day's units goes to the codes with most minutes left.

CPT midpoint: each code stands alone, and has a unit once more than half of its time has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    """

    codes: tuple[str, ...]
    minutes: int
    unit_minutes: tuple[int, ...]
    given: frozenset[str]

    @property
    def name(self) -> str:
        """The codes as a step names them."""
        return "+".join(self.codes)

    @property
    def is_pooled(self) -> bool:
        """Whether CMS's total of the day takes it in: its units are all quarter hours."""
        return set(self.unit_minutes) == {QUARTER_HOUR_MINUTES}

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


@attrs.frozen(kw_only=True)
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

    total: int
    by_code: Mapping[str, int]
    ties: tuple[tuple[str, ...], ...]
    steps: tuple[str, ...]
    most: Mapping[str, int] = attrs.field(repr=False)
    least: Mapping[str, int] = attrs.field(repr=False)
    because: Mapping[str, str] = attrs.field(repr=False)
    not_timed: tuple[str, ...] = ()
    pooled: frozenset[str] = frozenset()
    other_lengths: frozenset[str] = frozenset()
    counts: tuple[Count, ...] = attrs.field(repr=False)
    _share: _Share = attrs.field(repr=False, alias="share")

    def allowed(self) -> Iterator[Mapping[str, int]]:
        """Every allocation that the rule allows; more than one only where there is a tie."""
        sure, level, seats = self._share.sure, self._share.level, self._share.seats
        for chosen in combinations(level, seats):
            yield _by_code(self.counts, {name: sure[name] + (name in chosen) for name in sure})


@attrs.frozen
class _Share:
    """Units by count: those that are sure, and the counts that are level for the seats that remain."""

    sure: dict[str, int]
    level: tuple[str, ...] = ()
    seats: int = 0

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
    counts, not_timed = _counts(minutes, on, catalog or Catalog.bundled())
    steps: list[str] = []
    share = _by_total([count for count in counts if count.is_pooled and method is UnitMethod.MEDICARE], steps)
    pooled = frozenset(code for count in counts if count.name in share.sure for code in count.codes)
    because: dict[str, str] = dict.fromkeys(pooled, steps[0]) if pooled else {}
    for count in counts:
        if count.name not in share.sure:
            units = share.sure[count.name] = count.midpoint_units
            steps.append(
                f"{count.minutes} minutes of {count.name} allow {in_units(units)} by the CPT midpoint"
            )
            because.update(dict.fromkeys(count.codes, steps[-1]))
    steps += [f"{code} is not timed: its {minutes[code]} minutes do not count" for code in not_timed]
    default = {name: units + (name in share.level[: share.seats]) for name, units in share.sure.items()}
    by_code = _by_code(counts, default)
    has_tie = len(share.level) > share.seats
    return UnitAllocation(
        total=sum(by_code.values()),
        by_code=by_code,
        ties=(tuple(_next_code(count, share) for count in _named(counts, share.level)),) if has_tie else (),
        steps=tuple(steps),
        most=_by_code(counts, share.units(level=share.seats > 0)),
        least=_by_code(counts, share.units(level=not has_tie)),
        because=because,
        not_timed=tuple(not_timed),
        pooled=pooled,
        other_lengths=frozenset(code for count in counts if not count.is_pooled for code in count.codes),
        counts=counts,
        share=share,
    )


def _counts(minutes: Mapping[str, int], on: dt.date, catalog: Catalog) -> tuple[tuple[Count, ...], list[str]]:
    procedures = catalog.procedures.on(on)
    timed: dict[str, tuple[Procedure, int]] = {}
    not_timed: list[str] = []
    for given, amount in minutes.items():
        if not _is_whole(amount):
            raise FieldError("timed_units", f"minutes[{given!r}]", amount, "whole minutes, zero or more")
        procedure = procedures[given]
        if not procedure.unit_minutes:
            not_timed.append(given)
            continue
        before = timed.get(procedure.code, (procedure, 0))[1]
        timed[procedure.code] = (procedure, before + amount)
    counts: dict[str, Count] = {}
    for procedure, amount in timed.values():
        family = _family(procedure, catalog, on)
        lengths = tuple(member.unit_minutes or 0 for member in family)
        codes = tuple(member.code for member in family)
        known = counts.get(codes[0], Count(codes=codes, minutes=0, unit_minutes=lengths, given=frozenset()))
        counts[codes[0]] = attrs.evolve(
            known, minutes=known.minutes + amount, given=known.given | {procedure.code}
        )
    return tuple(counts.values()), not_timed


def _is_whole(minutes: object) -> bool:
    return isinstance(minutes, int) and not isinstance(minutes, bool) and minutes >= 0


def _family(procedure: Procedure, catalog: Catalog, on: dt.date) -> tuple[Procedure, ...]:
    """The procedure; or a first code and its add-on, whichever of them is given."""
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


def _by_total(counts: list[Count], steps: list[str]) -> _Share:
    """The units of the day by CMS's rule: what is sure, and between whom the therapist may choose."""
    if not counts:
        return _Share({})
    total = sum(count.minutes for count in counts)
    cap = (total + QUARTER_HOUR_MINUTES // 2) // QUARTER_HOUR_MINUTES
    steps.append(f"{total} timed minutes allow {in_units(cap)}")
    steps.append(f"{_range_of(cap)} are {in_units(cap)}")
    sure = {count.name: count.minutes // QUARTER_HOUR_MINUTES for count in counts}
    steps += [
        f"{count.name}: {count.minutes} minutes are {in_units(sure[count.name])} of a full quarter hour"
        for count in counts
        if sure[count.name]
    ]
    left = cap - sum(sure.values())
    if left == 0:
        return _Share(sure)
    # Most minutes left first; a tie goes to the longer code, then to the first given (sorting is stable).
    waiting = sorted(counts, key=lambda count: (-_rest(count), -count.minutes))
    edge = _rest(waiting[left - 1])
    steps += [f"{count.name}: {_rest(count)} minutes left earn it a unit" for count in waiting[:left]]
    for count in waiting:
        if _rest(count) > edge:
            sure[count.name] += 1
            left -= 1
    level = tuple(count.name for count in waiting if _rest(count) == edge)
    if len(level) > left:
        steps.append(f"a tie: {', '.join(level)} have {edge} minutes left each; the therapist may choose")
    return _Share(sure, level, left)


def _named(counts: Iterable[Count], names: Iterable[str]) -> list[Count]:
    by_name = {count.name: count for count in counts}
    return [by_name[name] for name in names]


def _next_code(count: Count, share: _Share) -> str:
    """Which of a count's codes one more unit would go to."""
    return count.codes[0 if share.sure[count.name] == 0 else -1]


def _by_code(counts: Iterable[Count], share: Mapping[str, int]) -> dict[str, int]:
    units: dict[str, int] = {}
    for count in counts:
        units.update(count.split(share[count.name]))
    return units


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
