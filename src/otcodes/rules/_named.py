"""Codes in messages: what has not the form of one is not shown. It may be anything, a patient's name, too."""

from __future__ import annotations

import re

from .._text import normalize_code


def named(code: str, form: str, words: str) -> str:
    """A code, or words in its place where it has not the form of one."""
    return code if re.fullmatch(form, normalize_code(code)) else words
