"""Types of codes for pydantic models: `ProcedureCode`, `DiagnosisCode`, `Modifier`, `Place`, `RevenueCode`.

Each is a `str`: it is brought into its official form and refused where it is malformed, unknown, or not in
force. The day comes from the validation's context, `Model.model_validate(data, context={"on": day})`, or as
`Code` says; without a day a code has to be in force on some day. What the tables do not cover is accepted.

Examples:
    >>> import datetime as dt
    >>> from pydantic import BaseModel
    >>> class Treatment(BaseModel):
    ...     code: ProcedureCode
    ...     diagnosis: DiagnosisCode
    >>> Treatment(code="g0283", diagnosis="m6281")
    Treatment(code='G0283', diagnosis='M62.81')
    >>> old = {"code": "97003", "diagnosis": "M62.81"}
    >>> Treatment.model_validate(old, context={"on": dt.date(2016, 5, 2)}).code
    '97003'
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, cast

import attrs

from ..errors import MissingExtraError
from ._codes import FORMS, NAMES, Judge

try:
    from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
except ImportError:
    raise MissingExtraError("otcodes.ext.pydantic", "pydantic") from None

# The official form; a lower-case one, or a diagnosis without its dot, is read, too.
PATTERNS = {**FORMS, "diagnoses": r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?"}


@attrs.frozen
class Code:
    """What makes an annotated `str` a code of a table: `Annotated[str, Code("procedures", on="date")]`.

    Attributes:
        table: `procedures`, `diagnoses`, `modifiers`, `places` or `revenue_codes`.
        on: the day on which the code has to be in force: a date, or the name of a field of the model that
            stands before this one and holds it; where that field fails, so does this one. By default it is
            `on` of the validation's context, if there is one.
        needs_coverage: whether a code or a day that the table does not cover is refused, too.

    Raises:
        ValueError: there is no such table.

    Examples:
        >>> from pydantic import BaseModel
        >>> class Treatment(BaseModel):
        ...     date: dt.date
        ...     code: Annotated[str, Code("procedures", on="date")]
        >>> Treatment(date="2026-03-02", code="97530").code
        '97530'
        >>> Treatment(date="2026-03-02", code="97003")
        Traceback (most recent call last):
        ...
        pydantic_core._pydantic_core.ValidationError: 1 validation error for Treatment
        code
          Value error, should be a procedure code in force on 2026-03-02 ('97003': in force 1998-01-01 to \
2016-12-31; after it: 97165, 97166, 97167) ...
    """

    table: str = attrs.field(validator=attrs.validators.in_(FORMS))
    on: dt.date | str | None = attrs.field(default=None, kw_only=True)
    needs_coverage: bool = attrs.field(default=False, kw_only=True)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """The schema of a `str` with this judgement behind it."""
        return AfterValidator(self._judged).__get_pydantic_core_schema__(source, handler)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of a string of the official form, with an example."""
        return {
            **handler(schema),
            "pattern": f"^({PATTERNS[self.table]})$",
            "examples": [NAMES[self.table][1]],
        }

    def _judged(self, value: str, info: ValidationInfo) -> str:
        judge = Judge(self.table, self.needs_coverage)
        expected = judge.expected(value, self._day_of(info))
        if expected is not None:
            raise ValueError(f"should be {expected}")
        return judge.official(value)

    def _day_of(self, info: ValidationInfo) -> dt.date | None:
        if self.on is None:
            context: Any = info.context
            return (
                cast("dict[str, dt.date | None]", context).get("on") if isinstance(context, Mapping) else None
            )
        if isinstance(self.on, dt.date):
            return self.on
        data: Any = info.data
        if self.on not in (data or ()):  # to go on without a day would accept what is not in force
            raise ValueError(f"should stand behind the field {self.on!r}, with a day in it that is right")
        return cast("dt.date | None", data[self.on])


ProcedureCode = Annotated[str, Code("procedures")]
DiagnosisCode = Annotated[str, Code("diagnoses")]
Modifier = Annotated[str, Code("modifiers")]
Place = Annotated[str, Code("places")]
RevenueCode = Annotated[str, Code("revenue_codes")]
