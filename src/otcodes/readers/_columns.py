"""The user's own map of columns, in code or from a small TOML file."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import re
from typing import TYPE_CHECKING, Any

import attrs

from ..claims import Claim, ServiceLine
from ..errors import FieldError, MissingExtraError, ReadError, shown
from ._batch import CLAIM_FIELDS, LINE_FIELDS, BadValueError
from ._rows import CLAIM_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

PART = re.compile(r"(modifiers|claim_diagnoses)\.[1-9]\d?")
OURS = (*CLAIM_COLUMNS, *LINE_FIELDS)
# What is no column of ours, and is made into one: positions among the claim's diagnoses, the last day.
MADE = ("pointers", "last_on")
# Of digits alone, so that a day is read alike in every language and country.
DATES = re.compile(r"(?:%[mdYy]|[-/. ])+")
PARTING = re.compile(r"[^a-zA-Z0-9.]+")  # no part of a code
DAY = dt.date(2026, 3, 2)


@attrs.frozen
class Columns:
    r"""What the columns of a CSV file are, where they have other names than ours.

    What it says comes before what the names of the forms say. A header is found whatever its case.

    Attributes:
        columns: the file's headers, and for each our name; `""` for one that is not to be read.
            `modifiers.1`, `modifiers.2`… are columns of one modifier each, `claim_diagnoses.1`… of one
            diagnosis; `pointers` are letters or numbers that point at the claim's diagnoses, and `last_on` is
            the last day of a line, which is only read where it is the first one.
        constants: our names, and the value that the whole file has for it.
        dates: how days are written, such as `%m/%d/%Y`; as 2026-03-02 where it is not said.
        lists: what parts the codes of a list, such as `,`; `|` where it is not said.

    Raises:
        FieldError: a name, a value or a format is not one that can be read.

    Examples:
        >>> mine = Columns({"Svc": "procedure", "When": "on", "No": "units"}, dates="%d.%m.%Y")
        >>> from otcodes import readers
        >>> batch = readers.read_csv(b"Svc,When,No\n97530,02.03.2026,2\n", name="day.csv", columns=mine)
        >>> batch.claims[0].lines[0].on
        datetime.date(2026, 3, 2)
    """

    columns: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=dict)
    constants: Mapping[str, str] = attrs.field(factory=dict[str, str], converter=dict, kw_only=True)
    dates: str | None = attrs.field(default=None, kw_only=True)
    lists: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        known = f"one of {', '.join((*OURS, *MADE, 'modifiers.1', 'claim_diagnoses.1'))}"
        headers = [key_of(header) for header in self.columns]
        for header, name in self.columns.items():
            if name not in ("", *OURS, *MADE) and not PART.fullmatch(_text(f"columns.{header}", name)):
                _refuse(f"columns.{header}", name, known)
            if headers.count(key_of(header)) > 1:
                _refuse(f"columns.{header}", header, "each header once, whatever its case")
            if name.partition(".")[0] in self.constants:
                _refuse(f"columns.{header}", name, "a name that is no constant, too")
        for name, value in self.constants.items():
            _check_constant(name, value)
        if self.dates is not None:
            _check_dates(self.dates)
        if self.lists is not None and not PARTING.fullmatch(_text("lists", self.lists)):
            _refuse("lists", self.lists, "a sign that parts the codes of a list, and is in none of them")

    @classmethod
    def from_toml(cls, content: bytes, *, name: str) -> Columns:
        """The map that a TOML file holds, as `python -m otcodes check --columns` takes it.

        Args:
            content: the bytes of the file.
            name: what messages call it.

        Raises:
            MissingExtraError: on Python 3.10, tomli is not installed.
            ReadError: it is no TOML, or says what a map of columns cannot.

        Examples:
            >>> Columns.from_toml(b'columns.CPT = "procedure"', name="map.toml").columns
            {'CPT': 'procedure'}
            >>> Columns.from_toml(b"constants.place = 11", name="map.toml")
            Traceback (most recent call last):
            ...
            otcodes.errors.ReadError: map.toml: constants.place: expected text in quotation marks, found 11
        """
        facts = _toml(content, name)
        unknown = [shown(key) for key in facts if key not in attrs.fields_dict(cls)]
        if unknown:
            known = ", ".join(attrs.fields_dict(cls))
            raise ReadError(name, f"{', '.join(unknown)}: expected no more than {known}")
        for table in ("columns", "constants"):
            if not isinstance(facts.get(table, {}), dict):
                raise ReadError(name, f"{table}: expected a table, [{table}]")
        try:
            return cls(**facts)
        except FieldError as error:
            found = shown(error.value)
            raise ReadError(name, f"{error.field}: expected {error.expected}, found {found}") from None


def read_columns(path: str | os.PathLike[str]) -> Columns:
    """Read a map of columns from a TOML file.

    Raises:
        OSError: the file cannot be opened.
        MissingExtraError: on Python 3.10, tomli is not installed.
        ReadError: it is no TOML, or says what a map of columns cannot.
    """
    with open(path, "rb") as file:  # noqa: PTH123 -- as the other readers do
        content = file.read()
    return Columns.from_toml(content, name=os.path.basename(path))  # noqa: PTH119 -- as above


def key_of(header: str) -> str:
    """By what a header is found: case and the length of its spaces do not matter."""
    return " ".join(header.split()).casefold()


def _toml(content: bytes, name: str) -> dict[str, Any]:
    reader = _toml_reader()
    try:
        facts: dict[str, Any] = reader.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReadError(name, f"line {line}: expected UTF-8") from None
    except (ValueError, RecursionError) as error:  # what it raises over TOML is a ValueError, too
        raise ReadError(name, f"expected TOML: {error}") from None
    return facts


def _toml_reader() -> ModuleType:
    for module in ("tomllib", "tomli"):  # Python 3.10 has none of its own
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    raise MissingExtraError("a map of columns in TOML, on Python 3.10,", "toml")


def _refuse(field: str, value: object, expected: str) -> None:
    raise FieldError("Columns", field, value, expected)


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise FieldError("Columns", field, value, "text in quotation marks")
    return value


def _check_constant(name: str, value: object) -> None:
    field = f"constants.{name}"
    if name not in OURS:
        _refuse(field, name, f"a name of ours: one of {', '.join(OURS)}")
    text = _text(field, value)
    if not text.strip():
        _refuse(field, text, "a value")
    # What the file's rows would say of it, said once, here.
    try:
        if name in CLAIM_COLUMNS:
            own = CLAIM_COLUMNS[name]
            Claim(lines=(), **{own: CLAIM_FIELDS[own](text)})
        else:
            given: dict[str, Any] = {"procedure": "", "on": DAY, "units": 1, name: LINE_FIELDS[name](text)}
            ServiceLine(**given)
    except BadValueError as error:
        _refuse(field, text, str(error))
    except FieldError as error:
        _refuse(field, text, error.expected)


def _check_dates(dates: object) -> None:
    text = _text("dates", dates)
    parts = sorted(text[place + 1 : place + 2].lower() for place, sign in enumerate(text) if sign == "%")
    if not DATES.fullmatch(text) or parts != ["d", "m", "y"]:
        _refuse("dates", text, "%m, %d and %Y (or %y), once each, such as %m/%d/%Y")
