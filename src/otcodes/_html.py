"""How objects show themselves in a notebook; only their `_repr_html_` methods need it.

Tables with a caption and headers, in the colours of whatever is around them, so that they read in light and
dark. There is no script, and every value is escaped: the text of a claim is data. Values are never taken from
where `repr` does not look.
"""

from __future__ import annotations

import html
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROWS_SHOWN = 20
LONGEST_TEXT = 400
NONE = "\N{EN DASH}"
# No colour but a grey that shows on any ground; the rest is that of the page.
STYLE = (
    "<style>.otcodes table{border-collapse:collapse}"
    ".otcodes caption{caption-side:top;text-align:left;color:inherit;font-weight:bold}"
    ".otcodes th,.otcodes td{text-align:left;vertical-align:top;padding:.2em .6em;"
    "border-bottom:1px solid rgba(128,128,128,.4)}"
    "</style>"
)


def block(*parts: str) -> str:
    """Parts that were made here, one below the other."""
    return f'{STYLE}<div class="otcodes">{"".join(parts)}</div>'


def note(text: str) -> str:
    """A sentence."""
    return f"<p>{_text(text)}</p>"


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    count: int,
    shown: int = ROWS_SHOWN,
) -> str:
    """A table of the first rows, of which the first cell is the header, and how many more there are."""
    head = "".join(f'<th scope="col">{_text(column)}</th>' for column in columns)
    body = "".join(f"<tr>{_row(values)}</tr>" for values in islice(rows, shown))
    if not body or count > shown:
        rest = f"and {count - shown:,} more" if body else "none"
        body += f'<tr><td colspan="{len(columns)}">{rest}</td></tr>'
    return _table(caption, f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>")


def facts(caption: str, pairs: Iterable[tuple[str, object]]) -> str:
    """A table of names and values."""
    body = "".join(f"<tr>{_row(pair)}</tr>" for pair in pairs)
    return _table(caption, f"<tbody>{body}</tbody>")


def folded(title: str, part: str) -> str:
    """A part that opens when it is asked for."""
    return f"<details><summary>{_text(title)}</summary>{part}</details>"


def steps(title: str, texts: Sequence[str]) -> str:
    """A numbered list that opens when it is asked for; nothing where there is none."""
    if not texts:
        return ""
    items = "".join(f"<li>{_text(text)}</li>" for text in texts)
    return folded(title, f"<ol>{items}</ol>")


def record(row: attrs.AttrsInstance) -> str:
    """A table of what the `repr` of a record has."""
    pairs = [(_heading(name), getattr(row, name)) for name in _fields(row)]
    return block(facts(f"{type(row).__name__} {getattr(row, 'code', '')}".strip(), pairs))


def records(caption: str, rows: Iterable[attrs.AttrsInstance], *, count: int) -> str:
    """A table of records of one kind, without the columns that say nothing of the rows shown."""
    shown = list(islice(rows, ROWS_SHOWN))
    if not shown:
        return note(caption)
    names = [name for name in _fields(shown[0]) if any(_says(row, name) for row in shown)]
    names.sort(key=lambda name: name != "code")  # in front; the others as they were
    values = ([getattr(row, name) for name in names] for row in shown)
    return table(caption, [_heading(name) for name in names], values, count=count)


def counted(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _table(caption: str, parts: str) -> str:
    return f"<table><caption>{_text(caption)}</caption>{parts}</table>"


def _row(values: Sequence[object]) -> str:
    first, *others = (_text(_in_words(value)) for value in values)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{each}</td>" for each in others)


def _fields(row: attrs.AttrsInstance) -> list[str]:
    """What its `repr` shows, its days last."""
    names = [field.name for field in attrs.fields(type(row)) if field.repr]
    return sorted(names, key=lambda name: name in ("valid_from", "valid_to", "carried_forward"))


def _says(row: attrs.AttrsInstance, name: str) -> bool:
    value = getattr(row, name)
    return value not in (None, ()) and not (name == "carried_forward" and value is False)


def _heading(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words[: -len(' usd')]} (USD)" if words.endswith(" usd") else words


def _in_words(value: object) -> str:
    if value is None or value in ((), ""):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (tuple, list)):
        return ", ".join(_in_words(part) for part in cast("Sequence[object]", value))
    return str(value)


def _text(text: str) -> str:
    """Text on one line, cut where it is long, without characters that do not print, and escaped."""
    line = " ".join(text.split())
    if len(line) > LONGEST_TEXT:
        line = f"{line[:LONGEST_TEXT]}…"
    return html.escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line))
