"""The charts of an audit: what they say, that nothing is cut off or laid over, and their place on a page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import attrs
import matplotlib as mpl
import pytest
from builders import DOS, claim, line

import otcodes
from otcodes.ext import plot

WEEK = Path(__file__).parents[2] / "examples" / "clinic_week.csv"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "$\\frac{A}{$ </svg><script>alert(1)</script> & a name that is far too long for the side of a chart"
TITLES = [
    "Findings by rule",
    "Most billed codes",
    "Clean claims by week of service",
    "Charges by payer, and what of them is at risk",
    "Units billed against minutes",
    "Clean claims by therapist",
    "Clean claims by group",
]


@pytest.fixture(scope="module")
def week() -> otcodes.Audit:
    first, *others = otcodes.read(WEEK).claims
    named = first.replace_line(0, attrs.evolve(first.lines[0], rendering_provider=HOSTILE))
    return otcodes.audit([named, *others], by=lambda each: HOSTILE if each.id == "C01" else "R. Doe")


def titles(audit: otcodes.Audit) -> list[str]:
    return [axes.get_title(loc="left") for axes in plot.figure(audit).axes]


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def chart(audit: otcodes.Audit, title: str):
    return next(axes for axes in plot.figure(audit).axes if axes.get_title(loc="left") == title)


def test_there_is_a_chart_of_what_there_are_numbers_of(week) -> None:
    assert titles(week) == TITLES
    clean = claim(line("97165", charge_usd=None))
    assert titles(otcodes.audit([clean])) == [TITLES[1], TITLES[2]]
    assert titles(otcodes.audit([])) == []
    assert list(plot.drawings(otcodes.audit([]))) == []


def test_the_method_is_the_function(week) -> None:
    assert isinstance(week.plot(), plot.Figure)


def test_bars_have_the_audits_numbers(week) -> None:
    axes = chart(week, "Findings by rule")
    shown = week.most_found[: plot.BARS]
    assert [label.get_text() for label in axes.get_yticklabels()] == [rule for rule, _ in shown]
    assert texts(axes) == [str(tally.findings) for _, tally in shown]
    widths = [[bar.get_width() for bar in container] for container in axes.containers]
    assert widths == [
        [getattr(tally, name) for _, tally in shown] for name in ("errors", "warnings", "information")
    ]
    assert texts(chart(week, "Most billed codes"))[0] == "11 (published: 1)"
    assert chart(week, "Most billed codes").yaxis_inverted()


def test_days_far_from_allowed_are_counted_together() -> None:
    claims = [claim(line(units=units, minutes=15)) for units in (1, 1, 2, 5, 6, 9)]
    axes = chart(otcodes.audit(claims), "Units billed against minutes")
    assert texts(axes) == ["0", "0", "0", "0", "2", "1", "0", "0", "3"]
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert (names[0], names[4], names[-1]) == ("\N{MINUS SIGN}4 or less", "as allowed", "+4 or more")


def test_money_is_by_payer_and_says_what_is_at_risk() -> None:
    claims = [claim(line(modifiers=(), charge_usd=Decimal("0.10"))), claim(line(charge_usd=Decimal("0.30")))]
    axes = chart(otcodes.audit(claims), "Charges by payer, and what of them is at risk")
    assert texts(axes) == ["25.0% at risk"]


def test_weeks_are_named_as_far_as_there_is_room() -> None:
    def weeks(count: int):
        audit = otcodes.audit(
            [claim(line(on=DOS.fromordinal(DOS.toordinal() - 7 * n))) for n in range(count)]
        )
        axes = chart(audit, "Clean claims by week of service")
        return [label.get_text() for label in axes.get_xticklabels()], len(axes.containers[0])

    assert weeks(2) == (["2026-W09", "2026-W10"], 2)
    names, bars = weeks(60)
    assert len(names) <= plot.WEEKS_NAMED
    assert bars == 60
    assert weeks(plot.WEEKS + 5)[1] == plot.WEEKS


def test_series_differ_without_colour(week) -> None:
    for axes in plot.figure(week).axes:
        hatches = [container[0].get_hatch() for container in axes.containers]
        assert len(set(hatches)) == len(hatches)
        assert axes.get_xlabel() or axes.get_ylabel()


def shown(axis) -> list[mpl.text.Text]:
    """The names of an axis; one beyond its ends is not drawn."""
    least, most = sorted(axis.get_view_interval())
    names = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
    return [name for at, name in names if least <= at <= most]


def test_nothing_lies_over_another_or_outside(week) -> None:
    figure = plot.figure(week)
    figure.draw_without_rendering()
    for axes in figure.axes:
        words = [*axes.texts, axes._left_title, *shown(axes.xaxis), *shown(axes.yaxis)]
        boxes = [word.get_window_extent() for word in words if word.get_text()]
        edge = figure.bbox.padded(1)
        for number, box in enumerate(boxes):
            assert edge.containsx(box.x0)
            assert edge.containsx(box.x1)
            if not axes.get_xticklabels()[0].get_rotation():  # a turned word's box is larger than the word
                assert not any(box.padded(-1).overlaps(other.padded(-1)) for other in boxes[:number])


def test_drawings_are_elements_with_name_description_and_own_ids(week) -> None:
    before = dict(mpl.rcParams)
    drawn = list(plot.drawings(week))
    assert dict(mpl.rcParams) == before
    ids: list[str] = []
    for svg, title in zip(drawn, TITLES, strict=True):
        root = ET.fromstring(svg)  # noqa: S314 -- what was made here
        assert (root.tag, root.get("role"), root.get("aria-label")) == (f"{SVG}svg", "img", title)
        assert root[0].tag == f"{SVG}desc"
        assert len(root[0].text or "") > 10
        own = [each.get("id") for each in root.iter() if each.get("id")]
        ids += own
        for name in re.findall(r'(?:url\(#|href="#)([^)"]+)', svg):
            assert name in own
        assert f">{title}</text>" in svg  # letters stay letters
        assert "currentColor" in svg
        assert plot.INK not in svg
    assert len(ids) == len(set(ids))


def test_what_a_group_is_called_is_only_text(week) -> None:
    svg = list(plot.drawings(week))[-1]
    assert "<script" not in svg
    assert "frac{A}" in svg
    assert "$" in svg


def test_the_same_audit_gives_the_same_page(week) -> None:
    page = week.to_html()
    assert page == week.to_html()
    assert page.count("<figure><svg") == len(TITLES)
    # What names a vocabulary is no address that is loaded; there is no other.
    assert {*re.findall(r"https?://[^\"' ]+", page)} == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert len(page) < 300_000


def test_a_figure_is_saved_for_screen_and_paper(week, tmp_path) -> None:
    for name in ("audit.png", "audit.pdf"):
        week.plot().savefig(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 10_000
