"""Validators of codes for attrs classes.

Each refuses a code that is malformed, unknown, or not in force, and says what was expected. A code or a day
that the tables do not cover is accepted, unless `needs_coverage`: not to know is no reason to refuse. Case,
surrounding space and the dot of a diagnosis are forgiven and left as they are; `otcodes.normalize_code` is a
converter that brings them into form.

Examples:
    >>> import datetime as dt
    >>> import attrs, otcodes
    >>> @attrs.frozen
    ... class Treatment:
    ...     on: dt.date
    ...     code: str = attrs.field(validator=otcodes.validators.procedure_code(on="on"))
    >>> Treatment(dt.date(2026, 3, 2), "97530").code
    '97530'
    >>> Treatment(dt.date(2026, 3, 2), "97003")
    Traceback (most recent call last):
    ...
    otcodes.errors.FieldError: Treatment.code should be a procedure code in force on 2026-03-02 ('97003': in \
force 1998-01-01 to 2016-12-31; after it: 97165, 97166, 97167), not '97003'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from ..errors import FieldError
from ._codes import Judge

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

Day: TypeAlias = "dt.date | str | Callable[[Any], dt.date | None] | None"


@attrs.frozen(repr=False)
class CodeValidator:
    """A validator of a field that holds a code; the functions of this module make one.

    Attributes:
        name: of the function that made it.
        judge: what judges a code.
        on: the day: itself, the name of the field that holds it, or a function that takes the instance.
    """

    name: str
    judge: Judge
    on: Day

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: object) -> None:
        """Refuse a value that is no such code.

        Raises:
            FieldError: a `ValueError` that says what was expected.
        """
        expected = self.judge.expected(value, self._day_of(instance))
        if expected is not None:
            raise FieldError(type(instance).__name__, attribute.name, value, expected)

    def _day_of(self, instance: Any) -> dt.date | None:
        if isinstance(self.on, str):
            day: dt.date | None = getattr(instance, self.on)
            return day
        return self.on(instance) if callable(self.on) else self.on

    def __repr__(self) -> str:
        """Which validator, and of which day."""
        day = "" if self.on is None else f" on {self.on!r}"
        covered = " that needs coverage" if self.judge.needs_coverage else ""
        return f"<{self.name} validator{day}{covered}>"


def procedure_code(*, on: Day = None, needs_coverage: bool = False) -> CodeValidator:
    """A validator of a CPT or HCPCS code.

    Args:
        on: the day on which the code has to be in force: a date, the name of the instance's field that holds
            it, or a function that takes the instance. Where it is `None`, the code has to be in force on
            some day.
        needs_coverage: whether a code or a day that the table does not cover is refused, too.

    Raises:
        FieldError: when a field is validated; a `ValueError`.
        TypeError: when a field is validated, and the day is no date.
    """
    return CodeValidator("procedure_code", Judge("procedures", needs_coverage), on)


def diagnosis_code(*, on: Day = None, needs_coverage: bool = False) -> CodeValidator:
    """A validator of a billable ICD-10-CM code; arguments and errors as those of `procedure_code`."""
    return CodeValidator("diagnosis_code", Judge("diagnoses", needs_coverage), on)


def modifier(*, on: Day = None, needs_coverage: bool = False) -> CodeValidator:
    """A validator of a modifier; arguments and errors as those of `procedure_code`."""
    return CodeValidator("modifier", Judge("modifiers", needs_coverage), on)


def place(*, on: Day = None, needs_coverage: bool = False) -> CodeValidator:
    """A validator of a place of service; arguments and errors as those of `procedure_code`."""
    return CodeValidator("place", Judge("places", needs_coverage), on)


def revenue_code(*, on: Day = None, needs_coverage: bool = False) -> CodeValidator:
    """A validator of a revenue code; arguments and errors as those of `procedure_code`."""
    return CodeValidator("revenue_code", Judge("revenue_codes", needs_coverage), on)
