"""Charts of an audit, by matplotlib: as one figure, and one by one as SVG for a page.

The colours are those of Okabe and Ito, which people who confuse red and green tell apart; what is beside each
other also differs by hatching, so that it reads in one colour of ink.
"""

# pyright: reportUnknownMemberType=false
# matplotlib says nothing of the keyword arguments that most of its methods pass on.

from __future__ import annotations

import html
import io
import re
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from ..auditing._results import Audit, Tally, percent
from ..errors import MissingExtraError

try:
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter
except ModuleNotFoundError as _error:
    raise MissingExtraError("a chart of an audit", "plot") from _error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

__all__ = ["Figure", "drawings", "figure"]

BLUE, ORANGE, VERMILLION, SKY = "#0072B2", "#E69F00", "#D55E00", "#56B4E9"
INK = "#010101"  # black, but nobody else's: on a page it becomes the colour of the text around it
BARS, WEEKS, WEEKS_NAMED = 12, 104, 16
NAME_LINES, NAME_WIDTH = 2, 36
WIDTH, BAR, AROUND, LEAST = 7.5, 0.36, 1.2, 2.6  # inches; what is around the bars is title, legend and axis
OFTEN = 4  # units more or less than allowed, from which on days are counted together
STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "font.size": 9,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "otcodes",  # the same audit gives the same file
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


class Series(NamedTuple):
    """A part of each bar."""

    name: str
    colour: str
    hatch: str
    values: Sequence[float]


class Chart(NamedTuple):
    """A chart, before it is drawn.

    `rows` is how many bars lie in it, none where they stand; `says` is for those who do not see it.
    """

    title: str
    says: str
    rows: int
    draw: Callable[[Axes], None]

    @property
    def height(self) -> float:
        """In inches."""
        return max(LEAST, AROUND + BAR * self.rows)


def figure(audit: Audit) -> Figure:
    """The charts of an audit, one below the other.

    Args:
        audit: the audit; what it has no numbers of has no chart.

    Examples:
        >>> import otcodes
        >>> [axes.get_title() for axes in figure(otcodes.audit([])).axes]
        []
    """
    charts = _charts(audit)
    with mpl.rc_context(STYLE):
        made = Figure(figsize=(WIDTH, sum(chart.height for chart in charts) or LEAST), layout="constrained")
        if not charts:
            made.text(0.5, 0.5, "no claims", ha="center")
            return made
        parts: Any = made.subfigures(
            len(charts), squeeze=False, height_ratios=[each.height for each in charts]
        )
        for (part,), chart in zip(parts, charts, strict=True):
            chart.draw(part.subplots())
    return made


def drawings(audit: Audit) -> Iterator[str]:
    """The charts of an audit as SVG elements for an HTML page, each with its title and description."""
    for number, chart in enumerate(_charts(audit)):
        file = io.StringIO()
        with mpl.rc_context(STYLE):
            made = Figure(figsize=(WIDTH, chart.height), layout="constrained")
            chart.draw(made.subplots())
            made.savefig(file, format="svg", transparent=True, metadata={"Date": None})
        yield _for_page(file.getvalue(), chart, f"chart-{number}-")


def _for_page(svg: str, chart: Chart, prefix: str) -> str:
    """An SVG file as an element among others: with ids of its own, in the page's colour, described."""
    inner = svg[svg.index("<svg") :]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = re.sub(r'(?<=\bid=")|(?<=url\(#)|(?<=href="#)', prefix, inner).replace(INK, "currentColor")
    head, body = inner.split(">", 1)
    named = f'role="img" aria-label="{html.escape(chart.title)}"'
    return f"{head} {named}><desc>{html.escape(chart.says)}</desc>{body}"


def _charts(audit: Audit) -> list[Chart]:
    made = (
        *(_findings(audit), _billed(audit), _weeks(audit), _money(audit), _units(audit)),
        *(_groups("therapist", audit.by_therapist), _groups("group", audit.by_group)),
    )
    return [chart for chart in made if chart is not None]


def _findings(audit: Audit) -> Chart | None:
    shown = audit.most_found[:BARS]
    if not shown:
        return None
    names, tallies = [rule for rule, _ in shown], [tally for _, tally in shown]
    series = (
        Series("errors", VERMILLION, "", [tally.errors for tally in tallies]),
        Series("warnings", ORANGE, "///", [tally.warnings for tally in tallies]),
        Series("information", SKY, "xxx", [tally.information for tally in tallies]),
    )
    ends = [f"{tally.findings:,}" for tally in tallies]
    says = "; ".join(
        f"{name}: {tally.errors} errors, {tally.warnings} warnings, {tally.information} information"
        for name, tally in shown
    )
    return _bars("Findings by rule", "findings", names, series, ends, says=says)


def _billed(audit: Audit) -> Chart | None:
    shown = audit.most_billed[:BARS]
    if not shown:
        return None
    names = [f"{each.code} {each.label or ''}" for each in shown]
    ends = [
        f"{each.tally.lines:,}" + (f" (published: {each.published_rank})" if each.published_rank else "")
        for each in shown
    ]
    series = (Series("lines", BLUE, "", [each.tally.lines for each in shown]),)
    says = "; ".join(f"{each.code}: {end}" for each, end in zip(shown, ends, strict=True))
    return _bars(
        "Most billed codes", "lines (and the place in the published list)", names, series, ends, says=says
    )


def _money(audit: Audit) -> Chart | None:
    def amount(each: tuple[str, Tally]) -> float:
        return -float(each[1].charge_usd)

    shown = sorted((each for each in audit.by_payer.items() if each[1].charge_usd > 0), key=amount)[:BARS]
    if not shown:
        return None
    tallies = [tally for _, tally in shown]
    series = (
        Series("at risk", VERMILLION, "///", [float(tally.at_risk_usd) for tally in tallies]),
        Series("not at risk", BLUE, "", [float(tally.charge_usd - tally.at_risk_usd) for tally in tallies]),
    )
    ends = [f"{percent(tally.at_risk_usd, tally.charge_usd)} at risk" for tally in tallies]
    says = "; ".join(
        f"{name}: {tally.at_risk_usd:,.2f} of {tally.charge_usd:,.2f} USD at risk" for name, tally in shown
    )
    names = [name for name, _ in shown]
    return _bars(
        "Charges by payer, and what of them is at risk", "charges (USD)", names, series, ends, says=says
    )


def _groups(of: str, tallies: Mapping[str, Tally]) -> Chart | None:
    shown = sorted(tallies.items(), key=lambda each: (-each[1].claims, each[0]))[:BARS]
    if not shown:
        return None
    ends = [f"{percent(tally.clean_claims, tally.claims)} clean" for _, tally in shown]
    says = "; ".join(f"{name}: {tally.clean_claims} of {tally.claims} claims clean" for name, tally in shown)
    series = _cleanness([tally for _, tally in shown])
    return _bars(f"Clean claims by {of}", "claims", [name for name, _ in shown], series, ends, says=says)


def _cleanness(tallies: Sequence[Tally]) -> tuple[Series, ...]:
    return (
        Series("clean", BLUE, "", [tally.clean_claims for tally in tallies]),
        Series("with findings", ORANGE, "///", [tally.claims - tally.clean_claims for tally in tallies]),
    )


def _bars(
    title: str, unit: str, names: Sequence[str], series: Sequence[Series], ends: Sequence[str], *, says: str
) -> Chart:
    """Bars that lie, the first on top, each with its number at its end."""

    def draw(axes: Axes) -> None:
        _entitle(axes, title, series)
        lengths = [0.0] * len(names)
        for part in series:
            axes.barh(range(len(names)), part.values, left=lengths, **_look(part))
            lengths = [length + value for length, value in zip(lengths, part.values, strict=True)]
        longest = max(lengths)
        for row, (length, end) in enumerate(zip(lengths, ends, strict=True)):
            axes.text(length + longest / 100, row, end, va="center")
        axes.set_xlim(0, longest * (1.1 + max(map(len, ends)) / 70) or 1)  # room for the numbers
        axes.set_yticks(range(len(names)), [_short(name) for name in names])
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))

    return Chart(title, says, len(names), draw)


def _weeks(audit: Audit) -> Chart | None:
    shown = list(audit.by_week.items())[-WEEKS:]
    if not shown:
        return None
    title = "Clean claims by week of service"
    series = _cleanness([tally for _, tally in shown])
    shares = [percent(tally.clean_claims, tally.claims) for _, tally in shown]

    def draw(axes: Axes) -> None:
        _entitle(axes, title, series)
        places = range(len(shown))
        heights = [0.0] * len(shown)
        for part in series:
            axes.bar(places, part.values, bottom=heights, **_look(part))
            heights = [height + value for height, value in zip(heights, part.values, strict=True)]
        step = -(-len(shown) // WEEKS_NAMED)
        if step == 1:
            for place, height, share in zip(places, heights, shares, strict=True):
                axes.text(place, height, share, ha="center", va="bottom")
        axes.set_xticks(places[::step], [week for week, _ in shown[::step]], rotation=30, ha="right")
        axes.set_xlim(-0.75, max(len(shown), 4) - 0.25)  # one week is no wall
        axes.set_ylim(0, max(heights) * 1.15)
        axes.set_ylabel("claims")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))

    says = "; ".join(
        f"{week}: {share} of {tally.claims}" for (week, tally), share in zip(shown, shares, strict=True)
    )
    return Chart(title, f"Share of clean claims. {says}", 0, draw)


def _units(audit: Audit) -> Chart | None:
    units = audit.units
    if not units.days:
        return None
    numbers = range(-OFTEN, OFTEN + 1)
    days = [0] * len(numbers)
    for difference, count in units.by_difference.items():
        days[min(max(difference, -OFTEN), OFTEN) + OFTEN] += count
    names = [_signed(number) if number else "as allowed" for number in numbers]
    names[0], names[-1] = f"{names[0]} or less", f"{names[-1]} or more"
    title = "Units billed against minutes"

    def draw(axes: Axes) -> None:
        _entitle(axes, title)
        for part in (
            Series("fewer than allowed", ORANGE, "///", days[:OFTEN] + [0] * (OFTEN + 1)),
            Series("as allowed", BLUE, "", [0] * OFTEN + [days[OFTEN]] + [0] * OFTEN),
            Series("more than allowed", VERMILLION, "xxx", [0] * (OFTEN + 1) + days[OFTEN + 1 :]),
        ):
            axes.bar(numbers, part.values, **_look(part))
        for number, count in zip(numbers, days, strict=True):
            axes.text(number, count, f"{count:,}", ha="center", va="bottom")
        axes.set_xticks(numbers, names)
        axes.set_xlabel("timed units billed, less those that the minutes allow")
        axes.set_ylabel("days")
        axes.set_ylim(0, max(days) * 1.15)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))

    says = "; ".join(f"{name}: {count} days" for name, count in zip(names, days, strict=True))
    return Chart(title, says, 0, draw)


def _look(part: Series) -> dict[str, Any]:
    return {
        "facecolor": part.colour,
        "hatch": part.hatch,
        "edgecolor": INK,
        "linewidth": 0.6,
        "label": part.name,
    }


def _entitle(axes: Axes, title: str, series: Sequence[Series] = ()) -> None:
    """Put the title on top, and below it what the parts of the bars are."""
    is_explained = len(series) > 1
    axes.set_title(title, pad=24 if is_explained else None)
    if is_explained:
        parts = [Patch(**_look(part)) for part in series]
        axes.legend(handles=parts, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(series), borderpad=0)


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}")


def _short(name: str) -> str:
    """A name on few lines, cut where it is long; a dollar sign begins no formula."""
    text = "".join(char for char in " ".join(name.split()) if char.isprintable())
    lines = textwrap.wrap(text, NAME_WIDTH, max_lines=NAME_LINES, placeholder="…")
    return "\n".join(lines).replace("$", r"\$")
