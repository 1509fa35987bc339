"""What Medicare allows for a day's services, and who pays how much of it.

The physician fee schedule (42 CFR 414.20 to 414.30) gives a unit three relative values: work, practice
expense and malpractice. Each is multiplied by its index of the locality, and their sum by the conversion
factor of the day; a unit's amount is rounded to the cent, half a cent up.

Of several therapy services of one patient and day (Medicare Claims Processing Manual, chapter 5, section
10.7), the unit that has the highest practice expense is paid in full, and every other one has its practice
expense cut, since April 2013 by half. Work and malpractice are never cut.

Of what is allowed the beneficiary pays the deductible and 20 percent of the rest. Medicare's own part is 85
percent of that where an assistant furnished the service (42 USC 1395m(v)), and is cut by sequestration last.
Every percentage and date is a row of a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, cast

import attrs

from .._text import normalize_code
from ..catalog import Catalog
from ..claims import LARGEST
from ..errors import FieldError, OutOfCoverageError
from ..records import Setting
from ._money import WHOLE, cents, share_of, usd
from .localities import locality_of
from .units import in_units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from typing import TypeAlias

    from ..policy_records import ConversionFactor, FeeSchedule, Locality

    Services: TypeAlias = "Iterable[tuple[str, int]] | Mapping[str, int]"

STANDARD, QUALIFYING = "standard", "qualifying-apm"
PART_B, ASSISTANT, COINSURANCE = "part-b", "assistant", "coinsurance"
ZERO = Decimal(0)
PAIR = 2
TABLES = ("conversion_factors", "fee_schedule", "payment_status", "practice_expense_reductions")


@attrs.frozen(kw_only=True)
class AllowedLine:
    """What is allowed for some units of one code.

    Attributes:
        code: the procedure code.
        units: how many.
        unit_usd: of a unit in full.
        reduced_unit_usd: of a unit whose practice expense is cut; the same where the code's never is.
        reduced_units: how many of the units are cut.
    """

    code: str
    units: int
    unit_usd: Decimal
    reduced_unit_usd: Decimal
    reduced_units: int

    @property
    def full_units(self) -> int:
        """How many of the units are in full."""
        return self.units - self.reduced_units

    @property
    def amount_usd(self) -> Decimal:
        """Of all its units."""
        return self.full_units * self.unit_usd + self.reduced_units * self.reduced_unit_usd


@attrs.frozen(kw_only=True)
class NotPriced:
    """A service that the fee schedule has no amount for, and why: that is not zero dollars.

    Attributes:
        code: the procedure code.
        units: how many.
        status: the status letter of the fee schedule; `None` where it is not on board.
        reason: why, in words.
    """

    code: str
    units: int
    status: str | None
    reason: str


@attrs.frozen(kw_only=True)
class AllowedAmount:
    """What Medicare allows for a day's services, and why.

    Attributes:
        lines: the services that have an amount, as they were given.
        not_priced: those that have none.
        steps: the reasoning, in words.
        editions: of each table that was asked, the edition that speaks for the day.
        carried_from: the editions that the answer is carried forward from, where there is no newer one on
            board; empty where all speak for the day.
    """

    lines: tuple[AllowedLine, ...]
    not_priced: tuple[NotPriced, ...]
    steps: tuple[str, ...]
    editions: Mapping[str, str]
    carried_from: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every service has an amount."""
        return not self.not_priced

    @property
    def priced_usd(self) -> Decimal:
        """Of the services that have an amount."""
        return sum((line.amount_usd for line in self.lines), Decimal("0.00"))

    @property
    def total_usd(self) -> Decimal | None:
        """Of all services; `None` where one of them has no amount, so that nobody takes a part for all."""
        return self.priced_usd if self.is_complete else None

    def _repr_html_(self) -> str:
        """The lines, what has no amount, and why, in a notebook."""
        from .. import _html  # noqa: PLC0415 -- only a notebook needs it

        columns = ("code", "units", "a unit (USD)", "units cut", "a unit cut (USD)", "amount (USD)")
        lines = (
            (
                *(line.code, line.units, line.unit_usd, line.reduced_units, line.reduced_unit_usd),
                line.amount_usd,
            )
            for line in self.lines
        )
        said = "in all" if self.is_complete else "without what has no amount"
        lacking = ((each.code, each.units, each.reason) for each in self.not_priced)
        return _html.block(
            _html.table(f"Allowed: {self.priced_usd} USD {said}", columns, lines, count=len(self.lines)),
            ""
            if self.is_complete
            else _html.table("No amount", ("code", "units", "why"), lacking, count=len(self.not_priced)),
            _html.steps("why it is so", self.steps),
        )


@attrs.frozen(kw_only=True)
class ExpectedPayment:
    """Who pays how much of what is allowed, and why.

    Attributes:
        medicare_usd: what Medicare pays.
        deductible_usd: what the beneficiary pays as deductible.
        coinsurance_usd: what the beneficiary pays as coinsurance.
        sequestration_usd: what sequestration takes off Medicare's part; nobody pays it.
        deductible_left_usd: what is left of the year's deductible after this.
        steps: the reasoning, in words.
    """

    medicare_usd: Decimal
    deductible_usd: Decimal
    coinsurance_usd: Decimal
    sequestration_usd: Decimal
    deductible_left_usd: Decimal
    steps: tuple[str, ...]

    @property
    def patient_usd(self) -> Decimal:
        """What the beneficiary pays: deductible and coinsurance."""
        return self.deductible_usd + self.coinsurance_usd

    @property
    def total_usd(self) -> Decimal:
        """What the practice receives."""
        return self.medicare_usd + self.patient_usd

    def _repr_html_(self) -> str:
        """Who pays how much, and why, in a notebook."""
        from .. import _html  # noqa: PLC0415 -- only a notebook needs it

        amounts = {
            "Medicare": self.medicare_usd,
            "deductible": self.deductible_usd,
            "coinsurance": self.coinsurance_usd,
            "taken by sequestration": self.sequestration_usd,
            "deductible left": self.deductible_left_usd,
        }
        caption = f"Expected payment: {self.total_usd} USD"
        return _html.block(
            _html.table(caption, ("who", "USD"), amounts.items(), count=len(amounts)),
            _html.steps("why it is so", self.steps),
        )


def allowed_amount(
    services: Services,
    *,
    on: dt.date,
    locality: str | None = None,
    facility: bool = False,
    apm: bool = False,
    beside: Services = (),
    catalog: Catalog | None = None,
) -> AllowedAmount:
    """What Medicare allows for the services of one patient and day.

    Which services are told together matters: each therapy unit but one has its practice expense cut. Where
    two units have the same practice expense, the one of the higher amount is in full, then the first code,
    then the first given.

    Args:
        services: pairs of a procedure code and its units, or a mapping from codes to units.
        on: the date of service.
        locality: where it is paid, as `locality_of` reads it; by default the national amount.
        facility: whether the clinician did not bear the practice expense. Therapy has no other amount in a
            facility: a code whose values have no facility's share is paid as elsewhere.
        apm: whether who bills takes part in a qualifying advanced payment model, whose conversion factor is
            another one from 2026 on.
        beside: services of the same patient and day that are billed elsewhere, such as another discipline's
            in one group practice. They count for which unit is in full, and are not priced.
        catalog: the tables to ask; the bundled ones by default.

    Returns:
        `total_usd` with the lines and steps. Of a service that has no amount (bundled, not covered, priced by
        the contractor, or of a day that no edition on board speaks for) `not_priced` says why; the total is
        then `None`, and `priced_usd` is that of the others.

    Raises:
        FieldError: services that are no pairs of a code and whole units, zero or more, or a locality that
            there is not, or that several have the number of.
        UnknownCodeError, NotEffectiveError: there is no such procedure on that day, or no such locality.

    Examples:
        >>> import datetime as dt
        >>> found = allowed_amount([("97530", 2), ("97535", 1)], on=dt.date(2025, 3, 3))
        >>> found.total_usd, [(line.code, line.amount_usd) for line in found.lines]
        (Decimal('82.64'), [('97530', Decimal('59.19')), ('97535', Decimal('23.45'))])
        >>> found.steps[0]
        '97530: 1.07 relative value units at 32.3465 USD are 34.61 USD'
        >>> bundled = allowed_amount([("97010", 1)], on=dt.date(2025, 3, 3))
        >>> bundled.total_usd, bundled.not_priced[0].reason
        (None, 'status B: bundled, never paid separately')
    """
    catalog = catalog or Catalog.bundled()
    given, others = _pairs("services", services), _pairs("beside", beside)
    prices = _Prices(on=on, locality=locality, is_facility=facility, is_qualifying=apm, catalog=catalog)
    fees, lacking = prices.of(given)
    rivals, unknown = prices.of(others)
    ranking = [*fees, *rivals]
    full = _place_in_full(ranking)
    lines = tuple([_line(fee, units, is_first=place == full) for place, (fee, units) in enumerate(fees)])
    steps = [*prices.steps, *dict.fromkeys(fee.step for fee, _ in fees)]
    if full is not None and sum(units for fee, units in ranking if fee.percent is not None) > 1:
        elsewhere = "" if full < len(fees) else ", billed elsewhere,"
        code = ranking[full][0].code
        steps.append(f"{code}{elsewhere} has the day's highest practice expense: a unit of it is in full")
    steps += dict.fromkeys(
        f"{fee.code} with its practice expense cut by {fee.percent} percent: {fee.reduced_usd} USD"
        for line, (fee, _) in zip(lines, fees, strict=True)
        if line.reduced_units
    )
    steps += _sums(lines)
    steps += [f"{each.code} has no amount: {each.reason}" for each in lacking]
    steps += [f"{each.code}, billed elsewhere, does not count: {each.reason}" for each in unknown]
    carried = tuple(dict.fromkeys(edition for fee, _ in fees for edition in fee.carried_from))
    steps += [f"carried forward from {edition}, the last edition on board" for edition in carried]
    return AllowedAmount(
        lines=lines,
        not_priced=lacking,
        steps=tuple(steps),
        editions=catalog.editions_on(on, prices.tables, {}),
        carried_from=carried,
    )


class _Fee(NamedTuple):
    """A unit of one code, on one day and in one place."""

    code: str
    practice: Decimal  # which ranks it
    unit_usd: Decimal
    reduced_usd: Decimal
    percent: int | None  # by which the practice expense of a further unit is cut
    step: str
    carried_from: tuple[str, ...]


class _Lacking(NamedTuple):
    """Why a code has no amount."""

    code: str
    status: str | None
    reason: str


class _Prices:
    """The amounts of a day and place."""

    def __init__(
        self, *, on: dt.date, locality: str | None, is_facility: bool, is_qualifying: bool, catalog: Catalog
    ) -> None:
        self._on, self._is_facility, self._catalog = on, is_facility, catalog
        self._lacks: str | None = None
        self._locality: Locality | None = None
        self.tables = [*TABLES]
        factors = catalog.conversion_factors.on(on)
        # Before there was a second factor, the one was everybody's.
        own = factors.find(QUALIFYING) if is_qualifying else None
        self._factor: ConversionFactor | None = own or factors.find(STANDARD)
        if self._factor is None:
            self._lacks = f"no conversion factor of {on} is on board"
        if locality is not None:
            self.tables.append("localities")
            try:
                self._locality = locality_of(locality, on=on, catalog=catalog)
            except OutOfCoverageError:
                self._lacks = f"what its locality counts on {on} is not on board"

    @property
    def steps(self) -> list[str]:
        """What holds for every code, in words."""
        place = self._locality
        if place is None:
            return []
        indices = f"work {place.work}, practice expense {place.practice}, malpractice {place.malpractice}"
        return [f"in {place.in_words} the indices are: {indices}"]

    def of(self, pairs: list[tuple[str, int]]) -> tuple[list[tuple[_Fee, int]], tuple[NotPriced, ...]]:
        """What has an amount, with its units, and what has none."""
        fees: list[tuple[_Fee, int]] = []
        lacking: list[NotPriced] = []
        known: dict[str, _Fee | _Lacking] = {}
        for code, units in pairs:
            found = known.setdefault(code, known.get(code) or self._of(code))
            if isinstance(found, _Fee):
                fees.append((found, units))
            else:
                lacking.append(
                    NotPriced(code=found.code, units=units, status=found.status, reason=found.reason)
                )
        return fees, tuple(lacking)

    def _of(self, given: str) -> _Fee | _Lacking:
        try:
            code = self._catalog.procedures.on(self._on)[given].code
        except OutOfCoverageError:
            code = normalize_code(given)
        status = self._catalog.payment_status.on(self._on).find(code)
        if status is None:
            return _Lacking(code, None, f"its payment status on {self._on} is not on board")
        said = f"status {status.status}: {status.status_in_words}"
        if status.is_bundled or status.is_never_paid:
            return _Lacking(code, status.status, said)
        row = self._catalog.fee_schedule.on(self._on).find(code)
        if row is None or not row.work + row.practice_nonfacility + row.malpractice:
            return _Lacking(code, status.status, f"{said}; the schedule has no relative values for it")
        if self._lacks or self._factor is None:
            return _Lacking(code, status.status, self._lacks or "")
        return self._fee(row, self._factor, (status.edition, row.edition))

    def _fee(self, row: FeeSchedule, factor: ConversionFactor, editions: tuple[str | None, ...]) -> _Fee:
        practice = row.practice_facility if self._is_facility else row.practice_nonfacility
        has_own = practice is not None
        if practice is None:
            practice = row.practice_nonfacility
        place = self._locality
        parts = [row.work, practice, row.malpractice]
        said = f"{sum(parts)}"
        if place is not None:
            pairs = list(zip(parts, (place.work, place.practice, place.malpractice), strict=True))
            parts = [value * index for value, index in pairs]
            said = f"{' + '.join(f'{value} x {index}' for value, index in pairs)} = {sum(parts)}"
        total = sum(parts, ZERO)
        reduction = self._catalog.practice_expense_reductions.on(self._on).find(
            (Setting.PRACTITIONER, row.multiple_procedures)
        )
        percent = None if reduction is None else reduction.percent
        cut = parts[1] * (percent or 0) / WHOLE
        unit = cents(total * factor.amount_usd)
        step = f"{row.code}: {said} relative value units at {factor.amount_usd} USD are {unit} USD"
        if not has_own:
            step += "; it has no amount of its own in facilities"
        others = [row.edition for row in (factor, reduction, place) if row is not None]
        sources = (*editions, *others)
        return _Fee(
            code=row.code,
            practice=parts[1],
            unit_usd=unit,
            reduced_usd=cents((total - cut) * factor.amount_usd),
            percent=percent,
            step=step,
            carried_from=tuple(dict.fromkeys(filter(None, sources))),
        )


def _pairs(field: str, services: object) -> list[tuple[str, int]]:
    """The codes and units that a user gave."""
    if isinstance(services, Mapping):
        services = cast("Mapping[object, object]", services).items()
    if isinstance(services, str) or not isinstance(services, Iterable):
        raise FieldError("allowed_amount", field, services, "pairs of a code and units, as [('97530', 2)]")
    return [_pair(field, pair) for pair in cast("Iterable[object]", services)]


def _pair(field: str, pair: object) -> tuple[str, int]:
    given, code, units = pair, None, None
    if isinstance(pair, (tuple, list)) and len(parts := cast("tuple[object, ...]", pair)) == PAIR:
        code, units = parts
    if not isinstance(code, str):
        expected = "pairs of a code and units, as [('97530', 2)]"
        raise FieldError("allowed_amount", field, given, expected)
    if not isinstance(units, int) or isinstance(units, bool) or not 0 <= units < LARGEST:
        raise FieldError("allowed_amount", f"{field}[{code!r}]", units, "whole units, zero or more")
    return code, units


def _place_in_full(ranking: list[tuple[_Fee, int]]) -> int | None:
    """Which of the services has the unit whose practice expense is not cut."""
    places = [place for place, (fee, units) in enumerate(ranking) if units and fee.percent is not None]
    return min(
        places,
        key=lambda place: (-ranking[place][0].practice, -ranking[place][0].unit_usd, ranking[place][0].code),
        default=None,
    )


def _line(fee: _Fee, units: int, *, is_first: bool) -> AllowedLine:
    return AllowedLine(
        code=fee.code,
        units=units,
        unit_usd=fee.unit_usd,
        reduced_unit_usd=fee.reduced_usd,
        reduced_units=0 if fee.percent is None else units - is_first,
    )


def _sums(lines: tuple[AllowedLine, ...]) -> Iterator[str]:
    """How the lines add up, in words."""
    for line in lines:
        parts = [
            f"{in_units(units)} at {amount} USD"
            for units, amount in (
                (line.full_units, line.unit_usd),
                (line.reduced_units, line.reduced_unit_usd),
            )
            if units
        ]
        if line.units != 1:
            yield f"{line.code}: {' and '.join(parts) or in_units(0)} are {line.amount_usd} USD"
    if len(lines) > 1:
        yield f"together {sum(line.amount_usd for line in lines)} USD"


def expected_payment(
    allowed_usd: Decimal,
    *,
    on: dt.date,
    is_assistant: bool = False,
    deductible_left_usd: Decimal = ZERO,
    catalog: Catalog | None = None,
) -> ExpectedPayment:
    """Who pays how much of what Medicare Part B allows for one line of a claim.

    Deductible and coinsurance are not reduced where an assistant furnished the service, nor by sequestration:
    both are taken off Medicare's own part. Each amount is rounded to the cent, half a cent up.

    Args:
        allowed_usd: what is allowed for the line, in US dollars; of several lines, ask for one after the
            other, with the `deductible_left_usd` of the one before.
        on: the date of service.
        is_assistant: whether the line carries an assistant's modifier (CO or CQ).
        deductible_left_usd: what is left of the year's deductible, which the table `deductibles` has; by
            default it is met.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: an amount that is no `Decimal` or `int`, or is negative.
        OutOfCoverageError: the tables of percentages do not cover the day.

    Examples:
        >>> import datetime as dt
        >>> found = expected_payment(Decimal("100.00"), on=dt.date(2025, 3, 3), is_assistant=True)
        >>> found.medicare_usd, found.patient_usd, found.total_usd
        (Decimal('66.64'), Decimal('20.00'), Decimal('86.64'))
        >>> for step in found.steps:
        ...     print(step)
        20 percent of 100.00 USD is the coinsurance: 20.00 USD
        Medicare's part is 80.00 USD
        an assistant furnished it: 85 percent of that are 68.00 USD
        sequestration takes 2 percent of that: 1.36 USD
        Medicare pays 66.64 USD and the beneficiary 20.00 USD, together 86.64 USD
    """
    catalog = catalog or Catalog.bundled()
    allowed = cents(usd("expected_payment", "allowed_usd", allowed_usd))
    left = cents(usd("expected_payment", "deductible_left_usd", deductible_left_usd))
    shares = catalog.payment_shares.on(on)
    deductible = min(left, allowed)
    rest = allowed - deductible
    percent = shares[COINSURANCE].percent
    coinsurance = share_of(rest, percent)
    steps = [f"{deductible} USD of {allowed} USD are the deductible"] if deductible else []
    steps.append(f"{percent} percent of {rest} USD is the coinsurance: {coinsurance} USD")
    medicare = rest - coinsurance
    steps.append(f"Medicare's part is {medicare} USD")
    assistant = shares.get(ASSISTANT) if is_assistant else None
    if assistant is not None:
        medicare = share_of(medicare, assistant.percent)
        steps.append(f"an assistant furnished it: {assistant.percent} percent of that are {medicare} USD")
    cut = catalog.sequestration.on(on).get(PART_B)
    taken = share_of(medicare, 0 if cut is None else cut.percent)
    if cut is not None and cut.percent:
        steps.append(f"sequestration takes {cut.percent} percent of that: {taken} USD")
    medicare -= taken
    patient = deductible + coinsurance
    steps.append(
        f"Medicare pays {medicare} USD and the beneficiary {patient} USD, together {medicare + patient} USD"
    )
    return ExpectedPayment(
        medicare_usd=medicare,
        deductible_usd=deductible,
        coinsurance_usd=coinsurance,
        sequestration_usd=taken,
        deductible_left_usd=left - deductible,
        steps=tuple(steps),
    )
