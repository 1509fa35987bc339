"""Strategies for hypothesis: days, codes, lines, claims right or broken in a named way, and visits.

Where this package is installed, `st.from_type(otcodes.Claim)` and the like work without more: hypothesis
finds `register` through its entry point. A copy under another name calls `register` itself.

    from hypothesis import given
    from otcodes.ext.hypothesis import claims

    @given(claims(broken="modifier.discipline-missing"))
    def test_our_system_refuses_a_line_without_its_modifier(claim): ...
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError


def register() -> None:
    """Make `st.from_type` know the classes that a user hands in; twice does the same as once.

    hypothesis calls it where the package is installed. A copy under another name (`from vendor._ot.ext import
    hypothesis`) calls it in its `conftest.py`. A claim may be right or wrong, as the type says; everything
    else is right by itself. Only the classes are imported; tables are read when a value is first drawn.
    """
    # Where this module is imported before hypothesis, hypothesis calls it while the import below is still at
    # work. So it stands above that, and no strategy is looked for before a value is drawn.
    strategies: Any = importlib.import_module("hypothesis.strategies")
    register_type: Callable[[type, Callable[[object], object]], None] = strategies.register_type_strategy
    classes: Any = importlib.import_module("..claims", __package__)
    register_type(classes.Claim, lambda _: _any_claims())
    register_type(classes.EvaluationComponents, lambda _: evaluations())
    register_type(classes.PlanOfCare, lambda _: plans_of_care())
    register_type(classes.Service, lambda _: services())
    register_type(classes.ServiceLine, lambda _: lines())
    register_type(classes.TreatmentNote, lambda _: treatment_notes())
    register_type(classes.Visit, lambda _: visits())


try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingExtraError("otcodes.ext.hypothesis", "hypothesis") from None

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from .. import claims as records
    from ..catalog import Catalog
    from ..tables import Table

MEDICARE = "medicare-b"


def _building() -> Any:
    """What builds the records; it reads the rules and the tables, which hypothesis does not wait for."""
    return importlib.import_module("._building", __package__)


@st.composite
def _built(draw: st.DrawFn, kind: str, /, **options: Any) -> Any:
    """A record of one kind, of which each pick is a number that is drawn."""

    def pick(count: int) -> int:
        return draw(st.integers(0, count - 1))

    return getattr(_building(), kind)(pick, **options)


def dates(*tables: Table[Any], catalog: Catalog | None = None) -> st.SearchStrategy[dt.date]:
    """Days on which some tables answer, also carried forward, but not beyond all editions without end.

    Args:
        tables: they all answer; by default procedures, diagnoses, modifiers and places.
        catalog: of which these are; the bundled one by default.

    Raises:
        ValueError: when a day is drawn, and the tables share none.

    Examples:
        >>> import otcodes
        >>> from hypothesis import find
        >>> str(find(dates(otcodes.therapy_thresholds), lambda day: day.year > 2020))
        '2021-01-01'
    """
    return _built("day", tables=tables, catalog=catalog)


def codes(table: Table[Any], *, on: dt.date, verdict: str = "effective") -> st.SearchStrategy[str]:
    """Codes of which a table says the same thing on a day.

    Args:
        table: a table of codes, such as `otcodes.procedures`.
        on: the day.
        verdict: what `table.verdict(code, on=on)` gives: `effective`, `not-effective`, `unknown`,
            `out-of-coverage`, of diagnoses also `not-billable`; or `malformed`, of what has not the form of
            a code. An unknown code is one character away from a known one.

    Raises:
        ValueError: it is none of these; or, when a code is drawn, none was found.

    Examples:
        >>> import datetime as dt, otcodes
        >>> from hypothesis import find
        >>> dos = dt.date(2026, 3, 2)
        >>> find(codes(otcodes.modifiers, on=dos, verdict="not-effective"), lambda code: code[0] == "S")
        'SZ'
    """
    _building().expect_verdict(verdict)
    return _built("code", table=table, on=on, verdict=verdict)


def lines(
    *, on: dt.date | None = None, payer: str = MEDICARE, catalog: Catalog | None = None
) -> st.SearchStrategy[records.ServiceLine]:
    """Lines of occupational therapy that are right by themselves on a professional claim.

    Args:
        on: the date of service; by default any that the tables cover.
        payer: the name of a payer policy.
        catalog: the tables, and payers of one's own; the bundled ones by default.

    Raises:
        UnknownPayerError: when a line is drawn, and there is no such payer.
        ValueError: when a line is drawn, and nothing in the tables can be billed on that day.
    """
    return _built("line", on=on, payer=payer, catalog=catalog)


def claims(
    *,
    on: dt.date | None = None,
    payer: str = MEDICARE,
    broken: str | None = None,
    catalog: Catalog | None = None,
) -> st.SearchStrategy[records.Claim]:
    """Claims that `check` has no finding of, at warning or above; or, `broken`, the finding that is named.

    A claim of one to four lines, on one day or several, professional or an outpatient hospital's. A broken
    one is small, and broken in one place; where that makes something else wrong, too, it has more findings.

    Args:
        on: the date of all its services; by default any that the tables cover.
        payer: the name of a payer policy.
        broken: the id of the rule that finds something wrong. Every rule of the payer has a way to be broken,
            but `claim.duplicate`, which takes two claims.
        catalog: the tables, and payers of one's own; the bundled ones by default.

    Raises:
        UnknownPayerError: there is no such payer.
        UnknownRuleError: the payer does not apply such a rule; it lists those that can be broken.
        ValueError: when a claim is drawn, and nothing in the tables can be billed on that day, or breaks the
            rule.

    Examples:
        >>> from hypothesis import find
        >>> import otcodes
        >>> claim = find(claims(broken="diagnosis.missing"), lambda claim: True)
        >>> [finding.rule for finding in otcodes.check(claim).errors]
        ['diagnosis.missing']
    """
    building = _building()
    if broken is None:
        building.breakable(payer, catalog)
        return _built("claim", on=on, payer=payer, catalog=catalog)
    building.expect_breakable(broken, payer, catalog)
    return _built("broken", rule=broken, on=on, payer=payer, catalog=catalog)


def services(
    *, on: dt.date | None = None, payer: str = MEDICARE, catalog: Catalog | None = None
) -> st.SearchStrategy[records.Service]:
    """Services of a visit, each of a procedure that is right by itself, of eight minutes to an hour.

    Args:
        on: the day, which decides what procedures there are; by default any that the tables cover.
        payer: as `lines`.
        catalog: as `lines`.
    """
    return _built("service", on=on, payer=payer, catalog=catalog)


def visits(
    *, on: dt.date | None = None, payer: str = MEDICARE, catalog: Catalog | None = None
) -> st.SearchStrategy[records.Visit]:
    """Visits that `code_visit` makes a claim of, which `check` has no finding of at warning or above.

    Args:
        on: the day; by default any that the tables cover.
        payer: as `lines`.
        catalog: as `lines`.

    Examples:
        >>> from hypothesis import find
        >>> import otcodes
        >>> visit = find(visits(), lambda visit: len(visit.services) > 1)
        >>> otcodes.code_visit(visit).report.is_clean
        True
    """
    return _built("visit", on=on, payer=payer, catalog=catalog)


def plans_of_care(
    *, on: dt.date | None = None, catalog: Catalog | None = None
) -> st.SearchStrategy[records.PlanOfCare]:
    """Plans of care that are certified for a day; by default any that the tables cover."""
    return _built("plan_of_care", on=on, catalog=catalog)


def treatment_notes(
    *, on: dt.date | None = None, catalog: Catalog | None = None
) -> st.SearchStrategy[records.TreatmentNote]:
    """Treatment notes of a day, with their minutes; by default any day that the tables cover."""
    return _built("treatment_note", on=on, catalog=catalog)


def evaluations() -> st.SearchStrategy[records.EvaluationComponents]:
    """What an evaluation may have found."""
    return _built("evaluation")


def _any_claims() -> st.SearchStrategy[records.Claim]:
    """Claims to Medicare that are right, and broken in every way that there is a rule against."""
    rules = _building().breakable(MEDICARE, None)
    return claims() | st.sampled_from(rules).flatmap(lambda rule: claims(broken=rule))
