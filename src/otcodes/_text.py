"""Text that every layer shares: how a code is normalised, and enumerations that print as their value."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 11):
    from enum import StrEnum as TextEnum
else:
    from enum import Enum

    class TextEnum(str, Enum):
        """A closed set of words: equal to, and printed as, its value."""

        __str__ = str.__str__
        __format__ = str.__format__  # type: ignore[assignment]


__all__ = ["CATEGORY", "COMPLETE", "DOT", "PLACEHOLDER", "TextEnum", "normalize_code"]

# The parts of an ICD-10-CM code.
CATEGORY = 3  # characters of a category
COMPLETE = 6  # characters before the seventh
PLACEHOLDER = "X"
DOT = 3  # An ICD-10-CM code has its dot behind the third character; nowhere else is one forgiven.


def normalize_code(code: str) -> str:
    """Bring a code to the form it is looked up by: upper case, no space around it, no ICD dot.

    Records keep the official form (`M62.81`); this form is only the key. It is idempotent, and it
    forgives case, surrounding space and the dot, nothing else: `M6.281` stays as it is and is malformed.

    Raises:
        TypeError: the code is not a `str`; a number has lost its leading zeros, so it is not guessed at.

    Examples:
        >>> normalize_code(" m62.81"), normalize_code("M6281"), normalize_code("g0283 ")
        ('M6281', 'M6281', 'G0283')
    """
    if not isinstance(code, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers are not all typed
        msg = f"a code is a str such as '97530', not {type(code).__name__}"
        raise TypeError(msg)
    text = code.strip()
    if text.isascii():  # upper() would turn some other letters into plain ones ('ß' into 'SS')
        text = text.upper()
    if text.find(".") == text.rfind(".") == DOT:
        text = text[:DOT] + text[DOT + 1 :]
        if len(text) == DOT:  # there may have been a space before the dot
            return normalize_code(text)
    return text
