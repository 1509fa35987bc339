"""Draw the results, to be read on a light and on a dark page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import growth
import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator, StrMethodFormatter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

# A grey that stands out from white and from nearly black alike; the colours are those of Okabe and Ito.
INK, OTHERS, BLUE, ORANGE, GREEN = "#7f7f7f", "#a6a6a6", "#0081c9", "#d98200", "#009e73"
STYLE: Any = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "font.size": 9,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "otcodes",  # the same figures give the same file
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(
    path: Path, *, first_use: Mapping[str, float], memory: Mapping[str, float], curves: growth.Curves
) -> None:
    """Write an SVG of what first uses take over bare Python, in ms and MiB, and of how time grows."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 7), layout="constrained")
        axes: Any = figure.subplots(2, 2, height_ratios=(3, 2))
        _bars(axes[0][0], "First use over bare Python, ms (log)", first_use)
        _bars(axes[0][1], "Its memory, MiB (log)", memory)
        axes[0][1].tick_params(labelleft=False)
        _claims(axes[1][0], curves)
        _lines(axes[1][1], curves)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})


def _bars(axes: Axes, title: str, values: Mapping[str, float]) -> None:
    shown = [name.replace(": first", ":") for name in values]
    colours = [BLUE if name.startswith("otcodes") else OTHERS for name in values]
    bars = axes.barh(shown, list(values.values()), color=colours, log=True)
    axes.bar_label(bars, [f"{value:,.0f}" for value in values.values()], padding=3)
    axes.margins(x=0.15)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    axes.set_title(title)


def _claims(axes: Axes, curves: growth.Curves) -> None:
    seconds = f"seconds, exponent {curves.claims_fit}"
    axes.plot(list(curves.claims), list(curves.claims.values()), color=BLUE, marker="o", label=seconds)
    axes.plot(list(curves.peak), list(curves.peak.values()), color=ORANGE, marker="s", label="peak, MiB")
    _logarithmic(axes, "Many claims, none kept", "claims")


def _lines(axes: Axes, curves: growth.Curves) -> None:
    for (name, times), colour, marker in zip(
        curves.first.items(), (BLUE, GREEN, ORANGE), ("o", "s", "D"), strict=True
    ):
        label = f"{name}, {curves.lines_fit(name)}"
        micro = [each * 1e6 for each in times.values()]
        axes.plot(list(times), micro, color=colour, marker=marker, label=label)
    _logarithmic(axes, f"One claim, µs; exponents from {growth.LONG} on", "lines")


def _logarithmic(axes: Axes, title: str, along: str) -> None:
    axes.set(title=title, xlabel=along, xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.7g}"))  # powers would need fonts of their own
        axis.set_minor_locator(NullLocator())
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.2))
