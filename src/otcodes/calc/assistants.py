"""Whose a day's units are: the therapist's, or an assistant's, which carry a modifier (CO or CQ).

CMS (42 CFR 410.59(a)(4) and 410.60(a)(4), 84 FR 62702, 86 FR 64996): a unit is the assistant's where the
assistant furnished all of it, or more than a tenth of it apart from the therapist. Minutes that the two
furnish together are the therapist's. Of a timed code each has first the units that their own minutes fill;
what is then left of its units is judged by the minutes that are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

import attrs

from .._text import normalize_code
from ..catalog import Catalog
from ..errors import FieldError
from ..payers import AssistantMethod
from ..records import Procedure, Timing
from .units import Count, UnitAllocation, in_units, timed_units

if TYPE_CHECKING:
    import datetime as dt

    from ..policy_records import AssistantRule

RULE = "outpatient-therapy"

_OUTCOMES = {False: "without the modifier", True: "with the modifier"}


class AssistantLine(NamedTuple):
    """Units of one code that go on one line of the claim.

    Attributes:
        code: the procedure code.
        units: how many.
        is_assistant: whether the line carries the assistant's modifier.
    """

    code: str
    units: int
    is_assistant: bool


@attrs.frozen(kw_only=True)
class AssistantUnits:
    """A day's units by whose they are, and why.

    Attributes:
        lines: in the order of the codes, a therapist's line before an assistant's.
        steps: the reasoning, in words.
    """

    lines: tuple[AssistantLine, ...]
    steps: tuple[str, ...]


class _Minutes(NamedTuple):
    therapist: int
    assistant: int

    @property
    def total(self) -> int:
        return self.therapist + self.assistant

    def plus(self, other: _Minutes) -> _Minutes:
        return _Minutes(self.therapist + other.therapist, self.assistant + other.assistant)


_NONE = _Minutes(0, 0)


def assistant_units(
    minutes: Mapping[str, tuple[int, int]],
    *,
    on: dt.date,
    method: AssistantMethod | str = AssistantMethod.PERCENT,
    units: Mapping[str, int] | None = None,
    catalog: Catalog | None = None,
) -> AssistantUnits:
    """Which units of one patient, day and discipline are the therapist's and which are an assistant's.

    How many units a timed code has, `timed_units` says, of both clinicians' minutes, by CMS's total of the
    day; where its codes are level, its default. A code that is not timed has one unit if it has any minutes,
    and is one's or the other's as a whole. A device of remote monitoring is supplied, not furnished by
    anybody: its unit is never an assistant's.

    The minutes of 97129 and 97130 (and of other first codes and their add-ons) are one count here too. Where
    some of its units are the therapist's and some the assistant's, the first code's goes to whoever
    furnished more of it.

    Args:
        minutes: by procedure code the whole minutes of the therapist, together with an assistant or alone,
            and those that an assistant furnished separately.
        on: the date of service. Before 2020 no modifier was required; before 2022 the test alone judges
            what is left, however many of its minutes are the therapist's.
        method: `percent` or `tenth-plus-one`: how the assistant's part of a unit is tested.
        units: of the timed codes, what is billed; by default what `timed_units` allows. Units that no minutes
            are left for are the therapist's.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: minutes that are no pair of whole numbers, zero or more, units that are no such number, or
            a method that there is not.
        UnknownCodeError, NotEffectiveError, OutOfCoverageError: as `procedures.on(on)[code]` raises.

    Examples:
        >>> import datetime as dt
        >>> result = assistant_units({"97535": (10, 13), "97150": (27, 3)}, on=dt.date(2026, 3, 2))
        >>> for line in result.lines:
        ...     print(line.code, line.units, "CO" if line.is_assistant else "-")
        97535 1 -
        97535 1 CO
        97150 1 -
        >>> print(result.steps[-1])
        97150: 3 of 30 minutes are the assistant's, 10 percent, less than 11: without the modifier
    """
    if not isinstance(cast("object", minutes), Mapping):
        raise FieldError("assistant_units", "minutes", minutes, "a mapping from procedure codes to minutes")
    try:
        method = AssistantMethod(method)
    except ValueError:
        expected = f"one of {', '.join(AssistantMethod)}"
        raise FieldError("assistant_units", "method", method, expected) from None
    catalog = catalog or Catalog.bundled()
    billed = None if units is None else _billed(units)
    given = _given(minutes, on, catalog)
    each = {code: amount for code, (_, amount) in given.items()}
    timed = {code: each[code].total for code, (procedure, _) in given.items() if procedure.unit_minutes}
    allocation = timed_units(timed, on=on, catalog=catalog)
    rule = catalog.assistant_rules.on(on).get(RULE)
    counted = [*allocation.steps, *_choices(allocation)] if billed is None else []
    judge = _Judge(method=method, rule=rule, steps=counted)
    if rule is None:
        judge.steps.append(f"on {on} no unit carried an assistant's modifier yet")
    owners: dict[str, list[bool]] = {}
    for count in allocation.counts:
        due = sum((allocation.by_code if billed is None else billed).get(code, 0) for code in count.codes)
        owners.update(_by_code(count, judge.timed(count, due, each)))
    for code, (procedure, amount) in given.items():
        if code not in timed:
            owners[code] = judge.untimed(procedure, amount)
    return AssistantUnits(
        lines=tuple(line for code in _ordered(given, allocation) for line in _lines(code, owners[code])),
        steps=tuple(judge.steps),
    )


def _given(
    minutes: Mapping[str, tuple[int, int]], on: dt.date, catalog: Catalog
) -> dict[str, tuple[Procedure, _Minutes]]:
    procedures = catalog.procedures.on(on)
    given: dict[str, tuple[Procedure, _Minutes]] = {}
    for code, pair in minutes.items():
        amount = _pair(code, pair)
        procedure = procedures[code]
        before = given.get(procedure.code, (procedure, _NONE))[1]
        given[procedure.code] = (procedure, before.plus(amount))
    return given


def _billed(units: object) -> dict[str, int]:
    if not isinstance(units, Mapping):
        raise FieldError("assistant_units", "units", units, "a mapping from procedure codes to units")
    billed: dict[str, int] = {}
    for code, number in cast("Mapping[str, object]", units).items():
        if not isinstance(number, int) or not _is_whole(number):
            raise FieldError("assistant_units", f"units[{code!r}]", number, "whole units, zero or more")
        key = normalize_code(code)
        billed[key] = billed.get(key, 0) + number
    return billed


def _pair(code: str, pair: object) -> _Minutes:
    match _parts(pair):
        case (int(therapist), int(assistant)) if _is_whole(therapist) and _is_whole(assistant):
            return _Minutes(therapist, assistant)
        case _:
            expected = "whole minutes, zero or more, of the therapist and of the assistant: a pair"
            raise FieldError("assistant_units", f"minutes[{code!r}]", pair, expected)


def _parts(pair: object) -> tuple[object, ...]:
    return tuple(cast("Iterable[object]", pair)) if isinstance(pair, (tuple, list)) else ()


def _is_whole(minutes: int) -> bool:
    return not isinstance(minutes, bool) and minutes >= 0


@attrs.frozen(kw_only=True)
class _Judge:
    """What says whose a unit is, and writes down why: `True` where it is the assistant's."""

    method: AssistantMethod
    rule: AssistantRule | None
    steps: list[str]

    def untimed(self, procedure: Procedure, minutes: _Minutes) -> list[bool]:
        """Whose the one unit is of a code that is not timed; none where nothing was furnished."""
        # Remote monitoring's devices, and nothing else in the tables, are counted by thirty days.
        is_device = procedure.timing is Timing.PER_30_DAYS
        if not is_device and not minutes.total:
            self.steps.append(f"{procedure.code}: no minutes, so no unit")
            return []
        if is_device and self.rule:
            self.steps.append(f"{procedure.code} is a device that is supplied: {_OUTCOMES[False]}")
        if is_device or not self.rule:
            return [False]
        return [self._whole(procedure.code, minutes, self.rule)]

    def timed(self, count: Count, units: int, each: Mapping[str, _Minutes]) -> list[bool]:
        """Whose each unit is of a timed code, or of a first code and its add-on, in that order."""
        first = each.get(count.codes[0], _NONE)
        minutes = first if len(count.codes) == 1 else first.plus(each.get(count.codes[1], _NONE))
        if not units or not self.rule:
            return [False] * units
        if not minutes.therapist or not minutes.assistant:
            return [self._whole(count.name, minutes, self.rule)] * units
        is_first_assistants = first.assistant > first.therapist
        owners, left = _filled(count, units, minutes, is_first_assistants=is_first_assistants)
        self.steps.extend(
            f"{count.name}: the {who}'s own minutes fill {in_units(owners.count(is_assistant))}:"
            f" {_OUTCOMES[is_assistant]}"
            for is_assistant, who in ((False, "therapist"), (True, "assistant"))
            if is_assistant in owners
        )
        others = iter(self._others(count, owners.count(None), left, self.rule))
        judged = [next(others) if owner is None else owner for owner in owners]
        if count.is_pooled:  # its units are alike, so that it is open which of them is the first code's
            judged.sort(reverse=is_first_assistants)
        return judged

    def _others(self, count: Count, units: int, left: _Minutes, rule: AssistantRule) -> list[bool]:
        """Whose the units are that neither clinician's own minutes fill."""
        if not units:
            return []
        self.steps.append(
            f"{count.name}: for {in_units(units)} more the therapist has {left.therapist} minutes left,"
            f" the assistant {left.assistant}"
        )
        if rule.midpoint_minutes and count.is_pooled:
            if units > 1 and all(left):
                why = _why_shared(left, rule)
                self.steps.append(f"{count.name}: {why}: 1 unit {_OUTCOMES[False]}, 1 {_OUTCOMES[True]}")
                return [False, True, *[False] * (units - 2)]
            if left.therapist >= rule.midpoint_minutes:
                why = f"the therapist's minutes left are {rule.midpoint_minutes} or more"
                self.steps.append(f"{count.name}: {why}: {_OUTCOMES[False]}")
                return [False] * units
        return [self._part(count.name, left, rule)] * units

    def _whole(self, name: str, minutes: _Minutes, rule: AssistantRule) -> bool:
        """Whose a service is that is one's or the other's as a whole."""
        if minutes.therapist and minutes.assistant:
            return self._part(name, minutes, rule)
        is_assistant = bool(minutes.assistant)
        who = "assistant" if is_assistant else "therapist"
        self.steps.append(f"{name}: all of it is the {who}'s: {_OUTCOMES[is_assistant]}")
        return is_assistant

    def _part(self, name: str, minutes: _Minutes, rule: AssistantRule) -> bool:
        """The de minimis test: whether the assistant's part is more than a tenth."""
        assistant, total = minutes.assistant, minutes.total
        if not total:
            self.steps.append(f"{name}: no minutes are left for it: {_OUTCOMES[False]}")
            return False
        if self.method is AssistantMethod.PERCENT:
            share = (200 * assistant + total) // (2 * total)
            edge, said = rule.percent, f", {share} percent"
        else:
            share, edge, said = assistant, (total + 5) // 10 + 1, ""
        is_assistant = share >= edge
        self.steps.append(
            f"{name}: {assistant} of {total} minutes are the assistant's{said},"
            f" {f'{edge} or more' if is_assistant else f'less than {edge}'}: {_OUTCOMES[is_assistant]}"
        )
        return is_assistant


def _why_shared(left: _Minutes, rule: AssistantRule) -> str:
    """The rule that two units left are shared; or, of fewer minutes, that it is as by the rule."""
    each, together = (rule.shared_from, rule.shared_to), (rule.together_from, rule.together_to)
    is_in_rule = _is_between(left.total, *together) and all(_is_between(part, *each) for part in left)
    if is_in_rule:
        return f"{each[0]} to {each[1]} minutes each, {together[0]} to {together[1]} together"
    return f"as of {together[0]} to {together[1]} minutes"


def _is_between(number: int, least: int | None, most: int | None) -> bool:
    return least is not None and most is not None and least <= number <= most


def _filled(
    count: Count, units: int, minutes: _Minutes, *, is_first_assistants: bool
) -> tuple[list[bool | None], _Minutes]:
    """Whose own minutes fill each unit, `None` where no one's do, and the minutes that are left."""
    left = {False: minutes.therapist, True: minutes.assistant}
    owners: list[bool | None] = []
    for number in range(units):
        length = count.unit_minutes[0 if number == 0 else -1]
        order = (True, False) if number == 0 and is_first_assistants else (False, True)
        owner = next((who for who in order if left[who] >= length), None)
        if owner is not None:
            left[owner] -= length
        owners.append(owner)
    return owners, _Minutes(left[False], left[True])


def _choices(allocation: UnitAllocation) -> Iterator[str]:
    """That of level codes either may be billed: by which of them, the unit may be the other clinician's."""
    for tie in allocation.ties:
        chosen = [code for code in tie if allocation.by_code.get(code, 0) > allocation.least.get(code, 0)]
        _, *others = tie
        if len(others) > 1:
            yield f"of {', '.join(tie)} any {len(chosen)} may be billed; here {', '.join(chosen)}"
        else:
            yield f"{' or '.join(tie)}: either may be billed; here {', '.join(chosen)}"


def _by_code(count: Count, owners: list[bool]) -> dict[str, list[bool]]:
    """The units by code: the first code has one, its add-on the rest."""
    if len(count.codes) == 1:
        return {count.codes[0]: owners}
    return {count.codes[0]: owners[:1], count.codes[1]: owners[1:]}


def _ordered(given: Iterable[str], allocation: UnitAllocation) -> Iterator[str]:
    """The codes in the order given; a first code or an add-on that was not given stands beside the other."""
    counts = {code: count for count in allocation.counts for code in count.given}
    for code in given:
        count = counts.get(code)
        if count is None or len(count.given) == len(count.codes):
            yield code
        else:
            yield from count.codes


def _lines(code: str, owners: list[bool]) -> Iterator[AssistantLine]:
    for is_assistant in (False, True):
        units = owners.count(is_assistant)
        if units:
            yield AssistantLine(code, units, is_assistant)
