"""Which level of an evaluation its components support: the lowest of the three decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from ..catalog import Catalog
from ..claims import EvaluationComponents
from ..errors import FieldError
from ..records import Complexity, ProfileReview

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ..policy_records import EvaluationLevel

PROFILES, LEVELS = tuple(ProfileReview), tuple(Complexity)


@attrs.frozen(kw_only=True)
class SupportedEvaluation:
    """The level that an evaluation's components support, and why.

    Attributes:
        level: the supported level; `None` where the components reach none.
        code: the code of that level.
        steps: the reasoning, in words.
    """

    level: Complexity | None
    code: str | None
    steps: tuple[str, ...]


def supported_evaluation(
    components: EvaluationComponents, *, on: dt.date, catalog: Catalog | None = None
) -> SupportedEvaluation:
    """The level of an occupational therapy evaluation that all three of its components reach.

    Counts of performance deficits overlap (three are low or moderate), so that each component is asked which
    levels it reaches, and the highest level that all of them reach is the supported one.

    Args:
        components: what the evaluation found.
        on: the date of service.
        catalog: the tables to ask; the bundled ones by default.

    Raises:
        FieldError: the components are no `EvaluationComponents`.
        OutOfCoverageError: the table of evaluation levels does not cover the day.

    Examples:
        >>> import datetime as dt, otcodes
        >>> found = otcodes.EvaluationComponents(
        ...     profile="extensive", performance_deficits=4, decision_making="high"
        ... )
        >>> result = supported_evaluation(found, on=dt.date(2026, 3, 2))
        >>> result.code, result.steps[1]
        ('97166', 'performance deficits 4: up to moderate complexity')
    """
    if not isinstance(cast("object", components), EvaluationComponents):
        raise FieldError("supported_evaluation", "components", components, "EvaluationComponents")
    table = (catalog or Catalog.bundled()).evaluation_levels
    rows = sorted(table.on(on).values(), key=lambda row: LEVELS.index(row.level))
    profile = _highest(rows, lambda row: PROFILES.index(row.profile) <= PROFILES.index(components.profile))
    deficits = _highest(rows, lambda row: row.fewest_deficits <= components.performance_deficits)
    decision = _highest(
        rows, lambda row: LEVELS.index(row.decision_making) <= LEVELS.index(components.decision_making)
    )
    reached = (profile, deficits, decision)
    steps = [
        f"profile and history {components.profile}: {_said(profile)}",
        f"performance deficits {components.performance_deficits}: {_said(deficits)}",
        f"decision making {components.decision_making}: {_said(decision)}",
    ]
    lowest = min((-1 if row is None else rows.index(row) for row in reached), default=-1)
    if lowest < 0:
        return SupportedEvaluation(level=None, code=None, steps=(*steps, "so no level is supported"))
    row = rows[lowest]
    return SupportedEvaluation(
        level=row.level, code=row.code, steps=(*steps, f"the lowest of them decides: {row.level}, {row.code}")
    )


def _highest(
    rows: list[EvaluationLevel], is_reached: Callable[[EvaluationLevel], bool]
) -> EvaluationLevel | None:
    return next((row for row in reversed(rows) if is_reached(row)), None)


def _said(row: EvaluationLevel | None) -> str:
    return "no level" if row is None else f"up to {row.level} complexity"
