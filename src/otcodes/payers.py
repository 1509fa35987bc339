"""How a payer judges: how it counts units, which modifiers and edits it applies, how severe it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import attrs

from ._text import TextEnum
from .errors import FieldError, UnknownPayerError
from .findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

E = TypeVar("E", bound=TextEnum)


class UnitMethod(TextEnum):
    """How minutes become units: CMS's total of the day, or the CPT midpoint of each code."""

    MEDICARE = "medicare"
    MIDPOINT = "midpoint"


class EditTable(TextEnum):
    """Whose NCCI tables a payer judges by: Medicare's or Medicaid's."""

    MEDICARE = "medicare"
    MEDICAID = "medicaid"


class AssistantMethod(TextEnum):
    """CMS's two ways to tell an assistant's share that counts: a whole percent, or a tenth and one minute."""

    PERCENT = "percent"
    TENTH_PLUS_ONE = "tenth-plus-one"


class TelehealthStyle(TextEnum):
    """What says on a line that it was telehealth: its place, its modifier, or both.

    `setting` is the place on a professional claim and the modifier on a hospital's.
    """

    PLACE = "place"
    MODIFIER = "modifier"
    BOTH = "both"
    SETTING = "setting"


def _read_only(severities: Mapping[str, Severity]) -> Mapping[str, Severity]:
    return MappingProxyType({rule: Severity(severity) for rule, severity in severities.items()})


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_words(names, "ignored", "a tuple of rule ids, such as ('modifier.order',)"))


def _fields(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_words(names, "required_fields", "a tuple of fields, such as ('plan_of_care',)"))


def _order(kinds: Iterable[str]) -> tuple[str, ...]:
    return _words(kinds, "modifier_order", "a tuple of kinds of modifiers, such as ('discipline',)")


def _words(given: Iterable[object], field: str, expected: str) -> tuple[str, ...]:
    words = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str) or not all(isinstance(word, str) for word in words):
        raise FieldError("PayerPolicy", field, given, expected)
    return tuple(map(str, words))


def _one_of(kind: type[E], field: str, *, may_be_false: bool = False) -> Any:
    """What makes a field's value one of a closed set of words."""

    def convert(value: object) -> E | bool | None:
        if value is None or (may_be_false and value is False):
            return value
        try:
            return kind(value)
        except ValueError:
            raise FieldError("PayerPolicy", field, value, f"one of {', '.join(kind)}") from None

    return convert


def _rebuilt(facts: dict[str, object]) -> PayerPolicy:
    return PayerPolicy(**facts)  # type: ignore[arg-type]  # its own fields


@attrs.frozen(kw_only=True, cache_hash=True)
class PayerPolicy:
    """What a payer's rules depend on; `attrs.evolve` makes one's own from it.

    `False` says that it does not judge by it: the rules that ask for it are left out. `None` says that it is
    not known here: these rules are then reported in `not_checked`.

    Attributes:
        name: by which a claim names it, of the bundled ones or of those of a `Catalog`.
        label: in words.
        like: the payer whose rows it has in tables by payer (substitutions, days to file); by default itself.
        unit_method: how it turns minutes into units; where it is not known, a claim is wrong only if
            it is wrong by either method.
        follows_medicare: whether it pays by Medicare's policy: what is not covered or bundled, one line for a
            timed code, modifiers that therapy has not, services that exclude each other in a month.
        needs_discipline_modifier: whether a line of therapy carries GO, GP or GN.
        needs_assistant_modifier: whether a service of an assistant carries CO or CQ.
        assistant_method: by which of CMS's two methods a share of an assistant counts; where it is not known,
            what is wrong by both is an error and what is wrong by one a warning.
        needs_threshold_modifier: whether a line above the year's threshold carries KX.
        telehealth: what says that a line is telehealth.
        pair_table: whose procedure-to-procedure pairs it applies.
        limit_table: whose unit limits it applies.
        needs_plan_of_care: whether it asks for a certified plan of care, progress reports and notes.
        needs_referrer: whether it asks for who ordered or certified the therapy.
        limits_filing: whether a claim is to be filed within a span of the table of filing limits.
        required_fields: names of fields of claims that it wants filled; one that is absent is a finding then.
        modifier_order: the kinds of modifiers in the order in which it wants them on a line.
        severities: for the rules whose severity differs from the rule's own.
        ignored: ids of rules, or groups of them, that it does not apply.

    Examples:
        >>> import attrs, otcodes
        >>> plan = attrs.evolve(otcodes.payers.policy("commercial"), name="acme", unit_method="medicare")
        >>> plan.unit_method
        <UnitMethod.MEDICARE: 'medicare'>
    """

    name: str
    label: str
    unit_method: UnitMethod | None = attrs.field(default=None, converter=_one_of(UnitMethod, "unit_method"))
    like: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    follows_medicare: bool | None = None
    needs_discipline_modifier: bool | None = None
    needs_assistant_modifier: bool | None = None
    assistant_method: AssistantMethod | None = attrs.field(
        default=None, converter=_one_of(AssistantMethod, "assistant_method")
    )
    needs_threshold_modifier: bool | None = None
    telehealth: TelehealthStyle | Literal[False] | None = attrs.field(
        default=None, converter=_one_of(TelehealthStyle, "telehealth", may_be_false=True)
    )
    pair_table: EditTable | Literal[False] | None = attrs.field(
        default=None, converter=_one_of(EditTable, "pair_table", may_be_false=True)
    )
    limit_table: EditTable | Literal[False] | None = attrs.field(
        default=None, converter=_one_of(EditTable, "limit_table", may_be_false=True)
    )
    needs_plan_of_care: bool | None = None
    needs_referrer: bool | None = None
    limits_filing: bool | None = None
    required_fields: frozenset[str] = attrs.field(default=frozenset(), converter=_fields)
    modifier_order: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(_order)
    )
    severities: Mapping[str, Severity] = attrs.field(
        factory=dict[str, Severity], converter=_read_only, hash=False
    )
    ignored: frozenset[str] = attrs.field(default=frozenset(), converter=_names)

    def __reduce__(self) -> tuple[object, ...]:
        """How it is sent to another process; the read-only mapping itself cannot be."""
        facts = {field.name: getattr(self, field.name) for field in attrs.fields(PayerPolicy)}
        return _rebuilt, ({**facts, "severities": dict(self.severities)},)


# The rules of Medicare's own that are errors.
MEDICARES_OWN = (
    *("procedure.invalid-for-payer", "procedure.not-covered", "procedure.mutually-exclusive"),
    *("modifier.discipline-missing", "modifier.assistant-missing", "modifier.not-for-therapy"),
    *("telehealth.not-eligible", "telehealth.modifier-missing", "revenue.discipline-mismatch"),
    *("units.above-minutes", "units.above-limit", "pair.never-together", "pair.modifier-needed"),
    "plan.certification-expired",
)
# A common and safe order; it is a convention, which is why the rule about it only informs.
THERAPY_ORDER = (
    *("discipline", "assistant", "threshold", "distinct-service", "telehealth"),
    *("side", "finger", "toe", "habilitation"),
)

_MEDICARE = PayerPolicy(
    name="medicare-b",
    label="Medicare Part B",
    unit_method=UnitMethod.MEDICARE,
    follows_medicare=True,
    needs_discipline_modifier=True,
    needs_assistant_modifier=True,
    needs_threshold_modifier=True,
    telehealth=TelehealthStyle.SETTING,
    pair_table=EditTable.MEDICARE,
    limit_table=EditTable.MEDICARE,
    needs_plan_of_care=True,
    needs_referrer=True,
    limits_filing=True,
    modifier_order=THERAPY_ORDER,
)

POLICIES: Mapping[str, PayerPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            _MEDICARE,
            PayerPolicy(
                name="commercial",
                label="Commercial plan, CPT rules",
                unit_method=UnitMethod.MIDPOINT,
                follows_medicare=False,
                needs_discipline_modifier=False,
                needs_assistant_modifier=False,
                needs_threshold_modifier=False,
                telehealth=False,
                pair_table=False,
                limit_table=False,
                needs_plan_of_care=False,
                needs_referrer=False,
                limits_filing=False,
                modifier_order=THERAPY_ORDER,
            ),
            # States differ in all but the NCCI tables of their own, which every state has to use.
            PayerPolicy(
                name="medicaid",
                label="Medicaid",
                needs_threshold_modifier=False,
                pair_table=EditTable.MEDICAID,
                limit_table=EditTable.MEDICAID,
                # Its limits were read from one copy, which nothing else confirms.
                severities={"units.above-limit": Severity.WARNING},
            ),
            # A plan covers what Part B covers, and says itself how it wants it billed.
            PayerPolicy(name="medicare-advantage", label="Medicare Advantage"),
            PayerPolicy(
                name="tricare", label="TRICARE", needs_assistant_modifier=True, needs_threshold_modifier=False
            ),
            # Said to follow Medicare's rules, by no source of its own: nothing is an error by them.
            attrs.evolve(
                _MEDICARE,
                name="va",
                label="Veterans Affairs community care",
                needs_threshold_modifier=False,
                limits_filing=None,
                severities=dict.fromkeys(MEDICARES_OWN, Severity.WARNING),
            ),
            PayerPolicy(
                name="workers-comp",
                label="Workers' compensation",
                needs_threshold_modifier=False,
                # States make modifiers of their own for it, so that one we do not know may be right.
                severities={"modifier.unknown": Severity.WARNING},
            ),
        )
    }
)
UNKNOWN_PAYER = PayerPolicy(name="unknown", label="A payer that the claim does not name")


def policy(name: str | None) -> PayerPolicy:
    """The policy of a payer; of `None`, one that knows nothing that differs between payers.

    Raises:
        UnknownPayerError: there is no policy of that name.
    """
    if name is None:
        return UNKNOWN_PAYER
    try:
        return POLICIES[name]
    except KeyError:
        raise UnknownPayerError(name, tuple(POLICIES)) from None
