"""The plots of a comparison, what they are drawn from, and what stands under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import streamlit as st

from explorer.exchange.exported import ExportedCurve
from explorer.exchange.report import ReportFigure
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
from explorer.figures.numbers import written
from explorer.jobs import launcher
from explorer.runs.axes import AXES
from explorer.runs.curve_data import diverged_at
from explorer.runs.meaning import Meaning, meanings_of
from explorer.runs.metric_panels import GAP, ComparedCurve, Panel, first_panels, panels_of
from explorer.runs.run import CurveRow
from explorer.store.run_store import StoreUnavailable, UnknownRun
from pages.components.address import address
from pages.components.address.address import link_to
from pages.components.escaping import escaped
from pages.components.plot.plot import encoded
from pages.training.parts.comparison.comparison_plot import comparison_plot
from pages.training.parts.comparison.curve_selection import styles_of
from pages.training.parts.comparison.line_groups import LineGroup, line_groups, settings_with
from pages.training.parts.comparison.metric_picker import drawn_metrics
from pages.training.parts.comparison.options import (
    Choices,
    band_words,
    look_at,
    span_link,
    span_of_view,
)
from pages.training.parts.comparison.results_table import results_table
from pages.training.parts.live_records import newest_records, which_images
from pages.training.parts.store_notice import say_unusable

ACTIVE = frozenset({"queued", "running", "paused"})


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The chosen curves with everything that was measured of them.

    Attributes:
        curves: With their records.
        compared: The same, with what their series mean.
        told: What files tell of the settings of each, by name.
        state: Changes with every new measurement.
    """

    curves: tuple[ExportedCurve, ...]
    compared: tuple[ComparedCurve, ...]
    told: tuple[Mapping[str, str], ...]
    state: tuple[object, ...]

    @property
    def settings(self) -> list[dict[str, str]]:
        """Of each curve, by name, in words."""
        pairs = zip(self.curves, self.told, strict=True)
        return [settings_with(curve.row, told) for curve, told in pairs]

    def panels(self) -> dict[str, Panel]:
        """Every panel that can be drawn, by key."""
        return panels_of(self.compared)

    def first(self) -> list[str]:
        """Keys of the panels that are drawn until somebody chooses others."""
        return first_panels(self.compared, [curve.row.own_loss for curve in self.curves])


def loaded(rows: Sequence[CurveRow], labels: Sequence[str]) -> Loaded:
    """Read what was measured of curves, nothing of it twice.

    Raises:
        UnknownRun: One of their runs is gone.
        StoreUnavailable: The run store cannot be used.
    """
    ended = {row.run_id: launcher.state_of(row) not in ACTIVE for row in rows}
    records = {run_id: newest_records(run_id, ended=over) for run_id, over in ended.items()}
    curves = tuple(
        ExportedCurve(row, records[row.run_id].curves[row.curve], label)
        for row, label in zip(rows, labels, strict=True)
    )
    store = launcher.default_store().url
    compared = tuple(
        _compared(
            store, one.row.id, records[one.row.run_id].cursor, tuple(one.row.meanings.items()), one,
        )
        for one in curves
    )  # fmt: skip
    told = tuple(_told(one, own) for one, own in zip(curves, compared, strict=True))
    state = tuple((run_id, one.cursor) for run_id, one in records.items())
    return Loaded(curves, compared, told, state)


def _told(curve: ExportedCurve, compared: ComparedCurve) -> dict[str, str]:
    """Return what a file tells of the settings: what it calls so, and rates that stay the same."""
    if curve.data.file is None:
        return {}
    steady = {
        name: written(float(series.values[0]))
        for name, series in compared.data.series.items()
        if compared.meanings[name].what == "learning_rate"
        and len(series) > 1
        and (series.values == series.values[0]).all()
    }
    return steady | dict(curve.data.file.settings)


# Larger than the largest comparison.
@st.cache_resource(max_entries=1_000, show_spinner=False)
def _compared(
    store: str,
    curve_id: str,
    cursor: int,
    said: tuple[tuple[str, Meaning], ...],
    _curve: ExportedCurve,
) -> ComparedCurve:
    data, file = _curve.data, _curve.data.file
    return ComparedCurve(
        data,
        meanings_of(data, dict(said)),
        began=None if file else _curve.row.started_at,
        units=file.units if file else {},
        diverged_at=diverged_at(data),
    )


def comparison(
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    choices: Choices,
    goals: Mapping[str, float],
    link: Mapping[str, Any],
) -> None:
    """Show plots and table of the curves, once more while one of them still trains.

    Args:
        goals: By key of a panel, the value to be reached.
        link: What the address holds beside the part of the axis that is looked at.
    """
    try:
        if is_training(rows):
            newest = launcher.default_store().curves.list({row.run_id for row in rows})
            by_id = {row.id: row for row in newest}
            rows = [by_id.get(row.id, row) for row in rows]
            if not is_training(rows):
                st.rerun()
        found = loaded(rows, labels)
    except StoreUnavailable as error:
        say_unusable(error)
        return
    except UnknownRun as error:
        st.error(str(error))
        return
    _drawn(found, choices, goals, link)


def is_training(rows: Sequence[CurveRow]) -> bool:
    """Tell whether one of the curves can still grow."""
    return any(launcher.state_of(row) in ACTIVE for row in rows)


def _drawn(
    found: Loaded, choices: Choices, goals: Mapping[str, float], link: Mapping[str, Any]
) -> None:
    rows = [curve.row for curve in found.curves]
    axis = axis_of(found.compared, choices.look.axis)
    span = span_of_view(axis)
    look = replace(choices.look, axis=axis, span=span)
    groups, told_apart = _groups(found, choices.group)
    lines = _lines(found, groups)
    keys = drawn_metrics(found.panels(), found.first())
    state = (*found.state, tuple(groups), tuple(curve.row.meanings != {} and
             tuple(curve.row.meanings.items()) for curve in found.curves))  # fmt: skip
    options = (*_hashable(look), tuple(goals.items()))
    drawn, came_to = _figure(
        launcher.default_store().url, state, tuple(keys), options, lines, look, goals
    )
    panels = found.panels()
    shown = [panels[key] for key in keys]
    comparison_plot(
        drawn,
        [{"label": one.label, **line_style(one.style)} | {"colour": line_style(one.style)["color"]}
         for one in groups],
        results_table(rows, found.told, groups, shown, came_to, goals),
        key="comparison",
        alt=f"{', '.join(one.title for one in shown)} of {len(lines)} lines by {AXES[axis]}, a "
        "panel for each.",
        on_zoom=lambda to: look_at(axis, to),
    )  # fmt: skip
    # Below the plot, whose place in the first screen it would take.
    address.keep({**link, **span_link(span)})
    for sentence in _about(found, groups, choices, look, told_apart):
        st.caption(sentence)
    if missing := left_out(lines, axis):
        unplaced = ", ".join(f"“{escaped(name)}”" for name in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        st.info(
            f"Missing from this axis, in whole or in part, since they do not record the "
            f"{AXES[axis]}: {unplaced}{more}."
        )
    if drawable := [row.id for row in rows if row.has_weights][:2]:
        link_to("draw", "**Draw a digit for the first two of these networks →**",
                {"runs": ",".join(drawable)}, via="compare")  # fmt: skip


def axis_of(curves: Sequence[ComparedCurve], axis: str) -> str:
    """Return the axis to draw along: epochs in place of steps where only these are told by all.

    Args:
        axis: Key of AXES, as it was chosen.
    """
    if axis != "step" or all(is_placed(curve, "step") for curve in curves):
        return axis
    return "epoch" if all(is_placed(curve, "epoch") for curve in curves) else axis


def _groups(found: Loaded, group: str) -> tuple[list[LineGroup], str]:
    rows = [curve.row for curve in found.curves]
    labels = [curve.label for curve in found.curves]
    return line_groups(rows, labels, found.settings, styles_of(rows), group)


def _lines(found: Loaded, groups: Sequence[LineGroup]) -> list[ComparedLine]:
    return [
        ComparedLine(one.label, one.style, tuple(found.compared[place] for place in one.places))
        for one in groups
    ]


def _about(
    found: Loaded, groups: Sequence[LineGroup], choices: Choices, look: Look, told_apart: str
) -> list[str]:
    """Return what the plots mean, in sentences."""
    parts = []
    if look.axis != choices.look.axis:
        parts.append("Along epochs, which all of these curves record.")
    if told_apart == "none":
        parts.append("More lines than colours: point at one to see which it is.")
    elif told_apart:
        parts.append(f"More lines than colours: colour tells the {escaped(told_apart)} apart.")
    if any(len(one.places) > 1 for one in groups):
        parts.append(
            f"Bands reach {band_words(look.band)}. The mean is drawn only where all "
            "curves of its group are, straight between their measurements."
        )
    smoothing = "not smoothed" if look.weight == 0 else (
        f"exponential moving averages of weight {look.weight:g}, debiased, the raw values faint"
        if look.weight
        else "debiased exponential moving averages over 1 to 3 % of a curve, the raw "
        "values faint; below 100 points not smoothed"
    )  # fmt: skip
    if any(key.startswith(GAP) for key in drawn_metrics(found.panels(), found.first())):
        parts.append("A gap is validation, or test, minus training.")
    parts.append(
        f"Lines: {smoothing}. One colour a line; solid training, dashed validation, dotted test. "
        "★ the best point; × NaN, ▲ +∞, ▼ what a log axis cannot show."
    )
    if images := which_images([curve.data for curve in found.curves]):
        parts.append(f"On test images{images}.")
    return parts


def report_figures(
    found: Loaded, choices: Choices
) -> Callable[[Sequence[ExportedCurve]], list[ReportFigure]]:
    """Return what makes the plots of a report as they are on the page now.

    What it returns asks nothing of the session any more.
    """
    axis = axis_of(found.compared, choices.look.axis)
    look = replace(choices.look, axis=axis, span=span_of_view(axis))
    groups, told_apart = _groups(found, choices.group)
    keys = drawn_metrics(found.panels(), found.first())
    about = " ".join(_about(found, groups, choices, look, told_apart))

    def drawn(curves: Sequence[ExportedCurve]) -> list[ReportFigure]:
        figure = metric_panels(_lines(found, groups), keys, look)
        for one in figure.data:
            one.hoverinfo = "skip" if one.meta.get("untabled") else "x+y+name"
        # Above the panels the legend would stand on their headings.
        legend = {"y": -70 / figure.layout.height, "yanchor": "top"}
        figure.update_layout(hovermode="closest", showlegend=len(groups) <= 12, legend=legend)
        figure.update_xaxes(title_standoff=24 if axis == "clock" else 4)
        return [ReportFigure("metrics", "Metrics", about, figure)]

    return drawn


def _hashable(look: Look) -> tuple[object, ...]:
    scales, ranges = tuple(look.scales.items()), tuple(look.ranges.items())
    return (look.axis, look.x_scale, look.scale, look.weight, look.band, look.span, scales, ranges)


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
