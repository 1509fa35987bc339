"""How a payer judges: how it counts units, which modifiers and edits it applies, how severe it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from ._text import TextEnum
from .errors import FieldError, UnknownPayerError
from .findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class UnitMethod(TextEnum):
    """How minutes become units: CMS's total of the day, or the CPT midpoint of each code."""

    MEDICARE = "medicare"
    MIDPOINT = "midpoint"


def _read_only(severities: Mapping[str, Severity]) -> Mapping[str, Severity]:
    return MappingProxyType({rule: Severity(severity) for rule, severity in severities.items()})


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_words(names, "ignored", "a tuple of rule ids, such as ('modifier.order',)"))


def _order(kinds: Iterable[str]) -> tuple[str, ...]:
    return _words(kinds, "modifier_order", "a tuple of kinds of modifiers, such as ('discipline',)")


def _words(given: Iterable[object], field: str, expected: str) -> tuple[str, ...]:
    words = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str) or not all(isinstance(word, str) for word in words):
        raise FieldError("PayerPolicy", field, given, expected)
    return tuple(map(str, words))


def _rebuilt(facts: dict[str, object]) -> PayerPolicy:
    return PayerPolicy(**facts)  # type: ignore[arg-type]  # its own fields


@attrs.frozen(kw_only=True)
class PayerPolicy:
    """What a payer's rules depend on; `attrs.evolve` makes one's own from it.

    `None` says that it is not known here: rules that depend on it then say so in `not_checked`.

    Attributes:
        name: by which a claim names it, if it is one of the presets'; one's own is given to `check`.
        label: in words.
        unit_method: how it turns minutes into units; where it is not known, a claim is wrong only if
            it is wrong by either method.
        preset: the name of the rules it applies: its own, or another payer's.
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
    unit_method: UnitMethod | None = attrs.field(
        default=None, converter=attrs.converters.optional(UnitMethod)
    )
    preset: str | None = None
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


# A common and safe order; it is a convention, which is why the rule about it only informs.
THERAPY_ORDER = (
    *("discipline", "assistant", "threshold", "distinct-service", "telehealth"),
    *("side", "finger", "toe", "habilitation"),
)

POLICIES: Mapping[str, PayerPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            PayerPolicy(
                name="medicare-b",
                label="Medicare Part B",
                unit_method=UnitMethod.MEDICARE,
                preset="medicare-b",
                modifier_order=THERAPY_ORDER,
            ),
            PayerPolicy(
                name="commercial",
                label="Commercial plan, CPT rules",
                unit_method=UnitMethod.MIDPOINT,
                preset="commercial",
                modifier_order=THERAPY_ORDER,
            ),
            # Named, so that a claim may say who pays; what is theirs alone is not on board yet.
            PayerPolicy(name="medicaid", label="Medicaid"),
            PayerPolicy(name="medicare-advantage", label="Medicare Advantage"),
            PayerPolicy(name="tricare", label="TRICARE"),
            PayerPolicy(name="va", label="Veterans Affairs community care"),
            PayerPolicy(
                name="workers-comp",
                label="Workers' compensation",
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
