"""Every exception of the package; each carries its facts as attributes and survives pickling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


class OtcodesError(Exception):
    """Root of every error that otcodes raises on purpose."""

    def __repr__(self) -> str:
        """Its name and message, as a log shows it; a value that the message does not show, this does not."""
        return f"{type(self).__name__}({str(self)!r})"


class OtcodesWarning(UserWarning):
    """Root of every warning that otcodes gives."""


class StaleDataWarning(OtcodesWarning):
    """A day is past the last editions of some tables; given only where it is asked for.

    Attributes:
        on: the day.
        editions: the last edition of each of these tables, by the table's name.
    """

    def __init__(self, on: dt.date, editions: dict[str, str]) -> None:
        super().__init__(on, editions)
        self.on = on
        self.editions = editions

    def __str__(self) -> str:
        """Name the day, the tables and their last editions."""
        named = ", ".join(f"{table} ({edition})" for table, edition in self.editions.items())
        return f"{self.on} is past the last edition on board of {named}"


class UnknownCodeError(OtcodesError, KeyError):
    """Inside a table's coverage there is no such code on any day, or the code is malformed.

    Attributes:
        table: the table that was asked.
        code: what was asked for, as it was given.
        on: the day, or `None` where a whole history was asked for.
        suggestions: codes of the table that are near it.
    """

    def __init__(
        self, table: str, code: object, on: dt.date | None = None, suggestions: tuple[str, ...] = ()
    ) -> None:
        super().__init__(table, code, on, suggestions)
        self.table = table
        self.code = code
        self.on = on
        self.suggestions = suggestions

    def __str__(self) -> str:
        """Say which table, which code, and what is near."""
        near = f"; near it: {', '.join(self.suggestions)}" if self.suggestions else ""
        return f"{_shown_code(self.code)} is not a code of the table {self.table}{near}"


class NotEffectiveError(UnknownCodeError):
    """The code is known, but not on that day: retired, or not yet in force.

    Attributes:
        spans: first and last day (`None`: open) of every version.
        successors: the codes that took its place.
    """

    def __init__(
        self,
        table: str,
        code: object,
        on: dt.date | None,
        spans: tuple[tuple[dt.date, dt.date | None], ...] = (),
        successors: tuple[str, ...] = (),
    ) -> None:
        super().__init__(table, code, on)
        self.args: tuple[Any, ...] = (table, code, on, spans, successors)
        self.spans = spans
        self.successors = successors

    def __str__(self) -> str:
        """Say when it was in force and what came after."""
        after = f"; its successors: {', '.join(self.successors)}" if self.successors else ""
        when = in_force(self.spans)
        return (
            f"{_shown_code(self.code)} of the table {self.table} is not in force on {self.on} ({when}){after}"
        )


class OutOfCoverageError(OtcodesError, LookupError):
    """The tables do not know: the day or the code lies outside what they cover.

    It is no `KeyError`, so that `.get` and `in` cannot turn "we do not know" into "no".

    Attributes:
        table: the table that was asked.
        code: what was asked for; `None` where it was the whole table.
        on: the day, or `None` where a whole history was asked for.
        covers: what the table does cover, in words.
    """

    def __init__(self, table: str, code: object, on: dt.date | None, covers: str) -> None:
        super().__init__(table, code, on, covers)
        self.table = table
        self.code = code
        self.on = on
        self.covers = covers

    def __str__(self) -> str:
        """Say what lies outside of what."""
        day = f" on {self.on}" if self.on else ""
        asked = f"every code{day}" if self.code is None else f"{_shown_code(self.code)}{day}"
        return f"{asked} is outside the coverage of the table {self.table} ({self.covers})"


class FieldError(OtcodesError, ValueError, TypeError):
    """A field has a value of the wrong type or form.

    Attributes:
        record: what the field belongs to, such as `ServiceLine`.
        field: its name.
        value: what was given; `NOT_SHOWN` for a field that may hold patient data.
        expected: what would have been right, in words.
    """

    def __init__(self, record: str, field: str, value: object, expected: str) -> None:
        super().__init__(record, field, value, expected)
        self.record = record
        self.field = field
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        """Name the field, what it should be and what it is."""
        return f"{self.record}.{self.field} should be {self.expected}, not {shown(self.value)}"


class TableError(OtcodesError, ValueError):
    """A table's file or its manifest is malformed, or is not the file that the manifest describes.

    Attributes:
        file: the file.
        line: its line, counted from 1, or `None` for the file as a whole.
        problem: what is wrong, in words.
    """

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        super().__init__(file, line, problem)
        self.file = file
        self.line = line
        self.problem = problem

    def __str__(self) -> str:
        """Name the place and the fault."""
        return f"{self.file}{'' if self.line is None else f', line {self.line}'}: {self.problem}"


class UnknownPayerError(OtcodesError, KeyError):
    """No policy of that name is on board.

    Attributes:
        payer: the name asked for.
        known: the names there are.
    """

    def __init__(self, payer: object, known: tuple[str, ...]) -> None:
        super().__init__(payer, known)
        self.payer = payer
        self.known = known

    def __str__(self) -> str:
        """Name the payers there are."""
        return f"no payer policy named {shown(self.payer)}; there are {', '.join(self.known)}"


class UnknownRuleError(OtcodesError, KeyError):
    """A rule set was asked for a rule that it does not have.

    Attributes:
        rule: the id, or the group before the dot, that was asked for.
        known: the ids there are.
    """

    def __init__(self, rule: str, known: tuple[str, ...]) -> None:
        super().__init__(rule, known)
        self.rule = rule
        self.known = known

    def __str__(self) -> str:
        """Name the rules of that group, or the groups."""
        group = str(self.rule).partition(".")[0]
        near = [known for known in self.known if known.startswith(f"{group}.")]
        there = near or sorted({known.partition(".")[0] for known in self.known})
        return f"no rule {shown(self.rule)}; there are {', '.join(there)}"


class RuleFailedError(OtcodesError, RuntimeError):
    """A rule raised where it should have yielded: a bug in the rule. What it raised is in `__context__`.

    Attributes:
        rule: the rule's id.
        claim: the id of the claim it was asked about.
        error: the name of what it raised; not its message, which may hold what is the patient's.
        where: the file and line that raised it.
    """

    def __init__(self, rule: str, claim: str | None, error: str, where: str) -> None:
        super().__init__(rule, claim, error, where)
        self.rule = rule
        self.claim = claim
        self.error = error
        self.where = where

    def __str__(self) -> str:
        """Say which rule, which claim, and what kind of error."""
        claim = "a claim without an id" if self.claim is None else f"the claim {shown(self.claim)}"
        return f"the rule {self.rule} raised {self.error} in {self.where} on {claim}: a bug in the rule"


class UnconfirmedServiceError(OtcodesError, ValueError):
    """A service of a visit is named in words: a person has to say which code is meant.

    Attributes:
        words: as the visit has them.
        candidates: codes that fit, best first.
    """

    def __init__(self, words: str, candidates: tuple[str, ...]) -> None:
        super().__init__(words, candidates)
        self.words = words
        self.candidates = candidates

    def __str__(self) -> str:
        """Name the candidates."""
        said = f"perhaps {', '.join(self.candidates)}" if self.candidates else "no code fits"
        return f"{shown(self.words)} is no procedure code; {said}"


class CannotBillError(OtcodesError, ValueError):
    """A visit cannot be billed as it is.

    Attributes:
        reasons: what stands in the way, in words.
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        """Say why."""
        return f"the visit cannot be billed: {'; '.join(self.reasons)}"


class MissingExtraError(OtcodesError, ImportError):
    """A feature needs an optional package that is not installed.

    Attributes:
        feature: what was asked for.
        extra: the extra of this package that brings it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(feature, extra)
        self.feature = feature
        self.extra = extra

    def __str__(self) -> str:
        """Say how to install it."""
        return f'{self.feature} needs an optional package: pip install "otcodes[{self.extra}]"'


class ReadError(OtcodesError, ValueError):
    """An input cannot be read as what it should be.

    Attributes:
        file: the input's name.
        problem: what is wrong, in words.
    """

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file = file
        self.problem = problem

    def __str__(self) -> str:
        """Name the input and the fault."""
        return f"{self.file}: {self.problem}"


def in_force(spans: Iterable[tuple[dt.date, dt.date | None]]) -> str:
    """Spans of days in words."""
    return "in force " + ", ".join(f"{first} to {last or 'now'}" for first, last in spans)


LONGEST_SHOWN = 60
NOT_SHOWN = "a value that is not shown"
# To import what defines the last ones would slow every look-up.
PLAIN, PLAIN_NAMES = (str, int, float, type(None)), ("Decimal", "date", "datetime")


def shown(value: object) -> str:
    """A value as a message shows it: on one line and short, and of a collection or an object nothing.

    These may hold anything, so also a patient's name.
    """
    kind = type(value).__name__
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return "a collection"
    if not isinstance(value, PLAIN) and kind not in PLAIN_NAMES:
        return f"a value of type {kind}"
    if value == NOT_SHOWN:
        return NOT_SHOWN
    try:
        # Decimal alone is shown without its name.
        text = str(value) if kind == "Decimal" else repr(value)
    except ValueError:  # an integer of more digits than Python writes
        text = f"an {type(value).__name__} of very many digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"


def _shown_code(code: object) -> str:
    """A code, or a key of several."""
    if isinstance(code, tuple):
        return " ".join(map(shown, cast("tuple[object, ...]", code)))
    return shown(code)


def shown_name(name: str) -> str:
    """A name from an input in a line of text: as it is, unless that would break or flood the line."""
    return name if name.isprintable() and len(name) <= LONGEST_SHOWN else shown(name)
