"""What an audit gives: tallies by rule, code, payer, therapist, week and group, and how they are shown."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from ..ext.plot import Figure

K = TypeVar("K", str, int)
T = TypeVar("T")
NOTHING = Decimal(0)


def by_name(join: Callable[[T, T], T], one: Mapping[K, T], other: Mapping[K, T]) -> dict[K, T]:
    """Two mappings in one, in order; what both have is joined."""
    joined = dict(one)
    for name, value in other.items():
        joined[name] = join(joined[name], value) if name in joined else value
    return dict(sorted(joined.items()))


def percent(part: Decimal | int, whole: Decimal | int) -> str:
    """A part of a whole in percent, with one decimal; a dash where there is no whole."""
    return f"{Decimal(100) * part / whole:.1f}%" if whole else "\N{EN DASH}"


@attrs.frozen(kw_only=True)
class Tally:
    """What was counted of some claims, or of the lines in them that have a code or that a rule speaks of.

    At risk is a line with an error; an error that speaks of the claim as a whole puts all its lines at risk.
    Each line counts once, however many errors it has. It is what may be turned back, not what will be lost.

    Attributes:
        claims: how many claims.
        clean_claims: how many of them have no finding at warning or above; what was not checked is no pass.
        lines: how many service lines.
        units: their units, as billed.
        errors: the findings that are errors.
        warnings: the findings that are warnings.
        information: the findings that only inform.
        safe_fixes: findings with a fix that the claim alone proves.
        lines_at_risk: the lines that are at risk.
        lines_charged: the lines whose charge is known.
        charge_usd: what these charge.
        at_risk_usd: what those of them charge that are at risk.
        lines_allowed: the lines whose allowed amount is known.
        allowed_usd: what is allowed for these.
        allowed_at_risk_usd: what is allowed for those of them that are at risk.
    """

    claims: int = 0
    clean_claims: int = 0
    lines: int = 0
    units: int | Decimal = 0
    errors: int = 0
    warnings: int = 0
    information: int = 0
    safe_fixes: int = 0
    lines_at_risk: int = 0
    lines_charged: int = 0
    charge_usd: Decimal = NOTHING
    at_risk_usd: Decimal = NOTHING
    lines_allowed: int = 0
    allowed_usd: Decimal = NOTHING
    allowed_at_risk_usd: Decimal = NOTHING

    @property
    def findings(self) -> int:
        """All findings."""
        return self.errors + self.warnings + self.information

    def __add__(self, other: Tally) -> Tally:
        """The tally of both."""
        return Tally(**dict(zip(_NAMES, map(operator.add, _values(self), _values(other)), strict=True)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; amounts as text."""
        return {name: _plain(getattr(self, name)) for name in _NAMES}


_NAMES = tuple(field.name for field in attrs.fields(Tally))
_values = operator.attrgetter(*_NAMES)


@attrs.frozen(kw_only=True)
class UnitDays:
    """Timed units against minutes, by the payer's method: each day and discipline of each claim by itself.

    Attributes:
        days: those of which it could be reckoned.
        minutes: of timed treatment on them.
        billed: the timed units billed on them.
        allowed: the units that the minutes allow.
        by_difference: how many days bill so many units more than allowed; fewer are negative.
        not_reckoned: days with a timed code whose minutes, units or method are not known.
    """

    days: int = 0
    minutes: int = 0
    billed: int = 0
    allowed: int = 0
    by_difference: Mapping[int, int] = attrs.field(factory=dict[int, int])
    not_reckoned: int = 0

    def __add__(self, other: UnitDays) -> UnitDays:
        """The days of both."""
        return UnitDays(
            days=self.days + other.days,
            minutes=self.minutes + other.minutes,
            billed=self.billed + other.billed,
            allowed=self.allowed + other.allowed,
            by_difference=by_name(operator.add, self.by_difference, other.by_difference),
            not_reckoned=self.not_reckoned + other.not_reckoned,
        )

    def days_of(self, is_so: Callable[[int], bool]) -> int:
        """The days whose difference is so: `days_of(lambda units: units > 0)` bill too many."""
        return sum(count for difference, count in self.by_difference.items() if is_so(difference))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        by_difference = {str(units): count for units, count in self.by_difference.items()}
        return {**attrs.asdict(self), "by_difference": by_difference}


@attrs.frozen(kw_only=True)
class BilledCode:
    """A procedure and its place among those that are billed.

    Attributes:
        code: the code.
        label: this project's own words, or those of a directory of one's own; `None` where there are none.
        rank: its place by the number of lines, 1 the most billed.
        published_rank: its place in the audit's `published_list`, counted among the codes that are known of
            it; `None` where it is not among these.
        tally: what was counted of it.
    """

    code: str
    label: str | None
    rank: int
    published_rank: int | None
    tally: Tally


@attrs.frozen(kw_only=True)
class Audit:
    """What many claims bill, and what the rules say of it; audits of parts are joined with `|`.

    Attributes:
        total: of all claims.
        by_rule: of the lines that each rule's findings speak of. Rules overlap: their lines and amounts do
            not add up to the total's.
        by_code: of the lines of each procedure, and the findings on them; all that have not the form of one
            are under `malformed`.
        by_payer: by the payer's policy; `unknown` where a claim names none, or one that is not known.
        by_therapist: of the lines of each `rendering_provider`, and the findings on them or on the claim as a
            whole; lines that name nobody are in none.
        by_week: by the ISO week of a claim's first day, as `2026-W10`.
        by_group: by what `by` said of a claim.
        not_checked: by rule, in how many claims it could not be judged.
        units: timed units against minutes.
        unknown_payers: how many claims name a payer that is not known.
        unread: how many places of the files could not be read, where who read them says so.
        first_day: the first day of service.
        last_day: the last one.
        labels: of the procedures, where there are words for them.
        published_list: the title of a published list of the most billed codes.
        published_ranks: the places of the codes that are known of it, counted among these.
        data_versions: of the tables that the claims were judged by.
        stale: the tables whose last edition is past on days of the claims, with that edition.
    """

    total: Tally
    by_rule: Mapping[str, Tally] = attrs.field(repr=False)
    by_code: Mapping[str, Tally] = attrs.field(repr=False)
    by_payer: Mapping[str, Tally] = attrs.field(repr=False)
    by_therapist: Mapping[str, Tally] = attrs.field(repr=False)
    by_week: Mapping[str, Tally] = attrs.field(repr=False)
    by_group: Mapping[str, Tally] = attrs.field(repr=False)
    not_checked: Mapping[str, int] = attrs.field(repr=False)
    units: UnitDays
    unknown_payers: int
    unread: int
    first_day: dt.date | None
    last_day: dt.date | None
    labels: Mapping[str, str] = attrs.field(repr=False)
    published_list: str = attrs.field(repr=False)
    published_ranks: Mapping[str, int] = attrs.field(repr=False)
    data_versions: tuple[str, ...]
    stale: Mapping[str, str] = attrs.field(repr=False)

    def __or__(self, other: Audit) -> Audit:
        """The audit of the claims of both."""
        days = [day for each in (self, other) for day in (each.first_day, each.last_day) if day is not None]
        tallies = {
            name: by_name(operator.add, getattr(self, name), getattr(other, name))
            for name in ("by_rule", "by_code", "by_payer", "by_therapist", "by_week", "by_group")
        }
        return Audit(
            total=self.total + other.total,
            **tallies,
            not_checked=by_name(operator.add, self.not_checked, other.not_checked),
            units=self.units + other.units,
            unknown_payers=self.unknown_payers + other.unknown_payers,
            unread=self.unread + other.unread,
            first_day=min(days, default=None),
            last_day=max(days, default=None),
            labels=by_name(max, self.labels, other.labels),
            published_list=max(self.published_list, other.published_list),
            published_ranks=by_name(min, self.published_ranks, other.published_ranks),
            data_versions=tuple(sorted({*self.data_versions, *other.data_versions})),
            stale=by_name(max, self.stale, other.stale),
        )

    @property
    def most_billed(self) -> tuple[BilledCode, ...]:
        """Every procedure, the one on most lines first."""
        ranked = sorted(self.by_code.items(), key=lambda each: (-each[1].lines, each[0]))
        return tuple(
            BilledCode(
                code=code,
                label=self.labels.get(code),
                rank=rank,
                published_rank=self.published_ranks.get(code),
                tally=tally,
            )
            for rank, (code, tally) in enumerate(ranked, 1)
        )

    @property
    def most_found(self) -> tuple[tuple[str, Tally], ...]:
        """Every rule with findings, that with most errors first, then by warnings and information."""

        def rank(each: tuple[str, Tally]) -> tuple[int, int, int, str]:
            rule, tally = each
            return -tally.errors, -tally.warnings, -tally.information, rule

        return tuple(sorted(self.by_rule.items(), key=rank))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; amounts and days as text."""
        billed = [
            {
                "code": each.code,
                "label": each.label,
                "rank": each.rank,
                "published_rank": each.published_rank,
                **each.tally.to_dict(),
            }
            for each in self.most_billed
        ]
        groups = ("by_rule", "by_payer", "by_therapist", "by_week", "by_group")
        return {
            "first_day": self.first_day and self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
            "total": self.total.to_dict(),
            "most_billed": billed,
            **{
                group: {name: tally.to_dict() for name, tally in getattr(self, group).items()}
                for group in groups
            },
            "units": self.units.to_dict(),
            "not_checked": dict(self.not_checked),
            "unknown_payers": self.unknown_payers,
            "unread": self.unread,
            "published_list": self.published_list,
            "published_ranks": dict(self.published_ranks),
            "data_versions": list(self.data_versions),
            "stale": dict(self.stale),
        }

    def _repr_html_(self) -> str:
        """The tables, in a notebook."""
        from .. import _html  # noqa: PLC0415 -- only a notebook needs it
        from ._page import tables  # noqa: PLC0415 -- as above

        return _html.block(*(table for _, table in tables(self, shown=_html.ROWS_SHOWN)))

    def plot(self) -> Figure:
        """The charts, in one matplotlib `Figure` for screen and paper.

        Raises:
            MissingExtraError: matplotlib is not installed: `pip install "otcodes[plot]"`.
        """
        from ..ext.plot import figure  # noqa: PLC0415 -- matplotlib is an extra

        return figure(self)

    def to_html(self, *, title: str = "Audit of claims") -> str:
        """A page of its own, with tables and, where matplotlib is installed, charts.

        It needs nothing else: no network, no script. It reads in light and dark, and on paper.

        Args:
            title: what it is called.
        """
        from ._page import page  # noqa: PLC0415 -- most audits are not printed

        return page(self, title)


def _plain(value: int | Decimal) -> int | str:
    return f"{value:f}" if isinstance(value, Decimal) else value
