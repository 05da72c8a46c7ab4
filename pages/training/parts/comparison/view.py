"""The plots of a comparison, with the choices above and below them and what stands under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import streamlit as st

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.report import ReportFigure
from explorer.exchange.settings import UNKNOWN
from explorer.figures.comparison import (
    ComparedLine,
    Look,
    Result,
    is_placed,
    left_out,
    metric_panels,
    results,
)
from explorer.figures.line_traces import line_style
from explorer.jobs import launcher
from explorer.runs.axes import AXES
from explorer.runs.group_means import BANDS
from explorer.runs.metric_panels import GAP, ComparedCurve, Panel
from explorer.runs.run import CurveRow
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.plot.plot import encoded
from pages.training.parts.comparison.comparison_plot import comparison_plot
from pages.training.parts.comparison.curve_selection import styles_of
from pages.training.parts.comparison.line_groups import LineGroup, line_groups
from pages.training.parts.comparison.loaded import (
    Loaded,
    are_training,
    loaded,
    newest,
    read_or_say,
)
from pages.training.parts.comparison.metric_picker import (
    drawn_metrics,
    metric_link,
    metric_picker,
    take_metrics,
)
from pages.training.parts.comparison.options import (
    goal_controls,
    look_at,
    option_controls,
    span_link,
    span_of_view,
    take_link,
    upright_axes,
)
from pages.training.parts.comparison.results_table import LEFT_OUT, results_table
from pages.training.parts.live_records import which_images


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Curves as they are drawn.

    Attributes:
        found: The curves.
        look: Of the panels, along an axis that all curves have.
        groups: Which of the curves are one line.
        about: What the plots mean, in sentences.
        panels: Those that are drawn, by key.
    """

    found: Loaded
    look: Look
    groups: Sequence[LineGroup]
    about: Sequence[str]
    panels: Mapping[str, Panel]

    @classmethod
    def of(cls, found: Loaded, look: Look, group: str) -> Drawing:
        """Return how curves are drawn under the choices of a person.

        Args:
            look: Along the axis that was chosen.
            group: As `option_controls` returns it.
        """
        axis = _axis_of(found.compared, look.axis)
        own = replace(look, axis=axis, span=span_of_view(axis))
        rows, labels = found.rows, [curve.label for curve in found.curves]
        groups, told_apart = line_groups(rows, labels, found.settings, styles_of(rows), group)
        every = found.panels()
        panels = {key: every[key] for key in drawn_metrics(every, found.first())}
        about = _about(found, groups, own, told_apart, panels)
        if axis != look.axis:
            about.insert(0, "Along epochs, which all of these curves record.")
        return cls(found, own, groups, about, panels)

    @property
    def lines(self) -> list[ComparedLine]:
        """What is drawn in every panel."""
        curves = self.found.compared
        return [
            ComparedLine(one.label, one.style, tuple(curves[place] for place in one.places))
            for one in self.groups
        ]

    @property
    def styles(self) -> dict[str, int]:
        """Number of the colour and dash of each curve's line by the curve's id."""
        rows = self.found.rows
        return {rows[place].id: line.style for line in self.groups for place in line.places}

    def report_figures(self, curves: Sequence[ExportedCurve]) -> list[ReportFigure]:
        """Return the plots as they are on the page, for a report; asks nothing of the session."""
        figure = metric_panels(self.lines, list(self.panels), self.look)
        for one in figure.data:
            one.hoverinfo = "skip" if one.meta.get("untabled") else "x+y+name"
        # Above the panels the legend would stand on their headings.
        legend = {"y": -70 / figure.layout.height, "yanchor": "top"}
        is_short = len(self.groups) <= 12
        figure.update_layout(hovermode="closest", showlegend=is_short, legend=legend)
        figure.update_xaxes(title_standoff=24 if self.look.axis == "clock" else 4)
        return [ReportFigure("metrics", "Metrics", " ".join(self.about), figure)]


def plots_pane(
    rows: Sequence[CurveRow], labels: Sequence[str], link: Mapping[str, Any]
) -> Drawing | None:
    """Show the choices and the plots; None where there is nothing to draw, which is said."""
    if not rows:
        take_link(None)
        with st.container(horizontal=True, gap="small"):
            *_, options_link = option_controls([])
        address.keep({**link, **options_link, "metric": metric_link()})
        st.info("Tick one or more rows of the table to see their curves.")
        return None
    found = read_or_say(lambda: loaded(rows, labels))
    if found is None:
        return None
    panels, settings = found.panels(), _telling(found.settings)
    with st.container():
        take_link(settings)
        take_metrics(panels)
    with st.container(horizontal=True, gap="small"):
        keys = metric_picker(panels, found.first())
        look, group, options_link = option_controls(settings)
        drawn = {key: panels[key] for key in keys}
        axes = upright_axes(drawn) if drawn else {}
    look = replace(
        look,
        scales={key: scale for key, (scale, _) in axes.items() if scale},
        ranges={key: ends for key, (_, ends) in axes.items() if ends is not None},
    )
    # The plots stand above the question that their table answers, and need its answer.
    above, below = st.container(), st.container()
    with below:
        goals, goal_link = goal_controls(drawn) if drawn else ({}, {})
    whole_link = {**link, **options_link, **goal_link, "metric": metric_link(), "y": axes or None}
    now = Drawing.of(found, look, group)
    with above:
        if are_training(rows):
            watch = st.fragment(_watch, run_every=2.0)
            watch(rows, labels, look, group, goals, whole_link)
        else:
            _comparison(now, goals, whole_link)
    return now


def _telling(settings: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the names of all settings, those that differ first."""
    names = dict.fromkeys(name for own in settings for name in own if name not in LEFT_OUT)
    values = {name: {own.get(name, UNKNOWN) for own in settings} for name in names}
    return sorted(names, key=lambda name: len(values[name]) < 2)


def _watch(
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    look: Look,
    group: str,
    goals: Mapping[str, float],
    link: Mapping[str, Any],
) -> None:
    """Show curves in training as they are by now."""
    found = read_or_say(lambda: loaded(newest(rows), labels))
    if found is not None:
        _comparison(Drawing.of(found, look, group), goals, link)


def _comparison(now: Drawing, goals: Mapping[str, float], link: Mapping[str, Any]) -> None:
    """Show plots and table of the curves.

    Args:
        goals: By key of a panel, the value to be reached.
        link: What the address holds beside the part of the axis that is looked at.
    """
    found, axis, lines, groups = now.found, now.look.axis, now.lines, now.groups
    meanings = tuple(tuple(row.meanings.items()) for row in found.rows)
    drawn, came_to = _figure(
        launcher.default_store().url,
        (*found.state, tuple(groups), meanings),
        tuple(now.panels),
        # Words for all of it, since some of it cannot be hashed.
        (repr(now.look), tuple(goals.items())),
        lines,
        now.look,
        goals,
    )
    shown = list(now.panels.values())
    styles = [line_style(one.style) for one in groups]
    comparison_plot(
        drawn,
        [
            {"label": one.label, "colour": style["color"], "dash": style["dash"]}
            for one, style in zip(groups, styles, strict=True)
        ],
        results_table(found.rows, found.told, groups, shown, came_to, goals),
        key="comparison",
        alt=f"{', '.join(one.title for one in shown)} of {len(lines)} lines by {AXES[axis]}, a "
        "panel for each.",
        on_zoom=lambda to: look_at(axis, to),
    )
    # Below the plot, whose place in the first screen it would take.
    address.keep({**link, **span_link(now.look.span)})
    for sentence in now.about:
        st.caption(sentence)
    if missing := left_out(lines, axis):
        unplaced = ", ".join(f"“{escaped(name)}”" for name in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        st.info(
            f"Missing from this axis, in whole or in part, since they do not record the "
            f"{AXES[axis]}: {unplaced}{more}."
        )
    if drawable := [row.id for row in found.rows if row.has_weights][:2]:
        words = "**Draw a digit for the first two of these networks →**"
        link_to("draw", words, {"runs": ",".join(drawable)}, via="compare")


def _axis_of(curves: Sequence[ComparedCurve], axis: str) -> str:
    """Return the axis to draw along: epochs in place of steps where only these are told by all."""
    if axis != "step" or all(is_placed(curve, "step") for curve in curves):
        return axis
    return "epoch" if all(is_placed(curve, "epoch") for curve in curves) else axis


def _about(
    found: Loaded,
    groups: Sequence[LineGroup],
    look: Look,
    told_apart: str,
    panels: Mapping[str, Panel],
) -> list[str]:
    """Return what the plots mean, in sentences."""
    parts = []
    if told_apart == "none":
        parts.append("More lines than colours: point at one to see which it is.")
    elif told_apart:
        parts.append(f"More lines than colours: colour tells the {escaped(told_apart)} apart.")
    if any(len(one.places) > 1 for one in groups):
        parts.append(
            f"Bands reach {BANDS[look.band]}. The mean is drawn only where all "
            "curves of its group are, straight between their measurements."
        )
    smoothing = "not smoothed"
    if look.weight is None:
        smoothing = (
            "debiased exponential moving averages over 1 to 3 % of a curve, the raw "
            "values faint; below 100 points not smoothed"
        )
    elif look.weight:
        smoothing = (
            f"exponential moving averages of weight {look.weight:g}, debiased, the raw values faint"
        )
    if any(key.startswith(GAP) for key in panels):
        parts.append("A gap is validation, or test, minus training.")
    parts.append(
        f"Lines: {smoothing}. One colour a line; solid training, dashed validation, dotted test. "
        "★ the best point; × NaN, ▲ +∞, ▼ what a log axis cannot show."
    )
    if images := which_images([curve.data for curve in found.curves]):
        parts.append(f"On test images{images}.")
    return parts


# Shared by all who look at the same comparison.
@st.cache_resource(max_entries=64, show_spinner=False)
def _figure(
    store: str,
    state: tuple[object, ...],
    keys: tuple[str, ...],
    options: tuple[object, ...],
    _lines: Sequence[ComparedLine],
    _look: Look,
    _goals: Mapping[str, float],
) -> tuple[orjson.Fragment, dict[str, list[Result]]]:
    figure = metric_panels(_lines, keys, _look)
    return encoded(figure), results(_lines, keys, _look, _goals)
