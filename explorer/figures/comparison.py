"""Figures of curves of any runs over one another, along steps, epochs, images or time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures.curves import curve_colour, smoothed
from explorer.figures.line_traces import (
    Series,
    Span,
    diamonds,
    edge_axes,
    faint,
    line,
    marks,
    mean_of,
    readings,
)
from explorer.figures.panels import PANEL_HEIGHT, Trace, panels, share_range, trace
from explorer.figures.thinning import MOST_POINTS
from explorer.figures.training import axis_name, test_loss_name
from explorer.runs.axes import AXES, data_positions, evaluation_positions, step_positions
from explorer.runs.config import LOSS_LABELS
from explorer.runs.curve_data import curve_data, layer_names
from explorer.runs.record_columns import CurveRecords
from explorer.runs.records import EvalRecord

_SMOOTH_POINTS = 500
_RAW_VALUE, _DRAWN_VALUE = "%{customdata[0]:.6~g}", "%{customdata[1]:.6~g}"


@dataclass(frozen=True, slots=True, eq=False)
class ComparedLine:
    """One line of a comparison: a curve, or the mean of curves that differ only by seed.

    Attributes:
        label: Its name; no two lines share one.
        style: Its colour and dash, as in `curve_line`; no two lines share one.
        own_loss: Key of LOSS_LABELS of the loss that it minimises; "" where that is not known.
        members: Records of the curve, or of each seed.
        steps_per_epoch: None where that is not known.
    """

    label: str
    style: int
    own_loss: str
    members: tuple[CurveRecords, ...]
    steps_per_epoch: int | None = None


def own_losses(
    lines: Sequence[ComparedLine],
    *,
    axis: str = "step",
    scale: str = "log",
    weight: float = 0.98,
    span: Span | None = None,
) -> go.Figure:
    """Draw the training loss that each line minimises, each kind of loss on an axis of its own.

    Args:
        lines: What to draw.
        axis: Key of AXES; lines that do not tell where they are on it are left out.
        scale: "log" or "linear".
        weight: Smoothing weight in [0, 1); 0 draws the raw curves alone.
        span: Part of the axis that is looked at; there every point is drawn once they are few.
    """
    kinds = [kind for kind in (*LOSS_LABELS, "") if kind in {one.own_loss for one in lines}] or [""]
    behind: list[Trace] = []
    traces: list[Trace] = []
    read: dict[int, list[tuple[int, str, Series]]] = {panel: [] for panel in range(len(kinds))}
    for one in lines:
        panel, style, label = kinds.index(one.own_loss), one.style, one.label
        drawable = (_training(records, one, axis, weight) for records in one.members)
        each = [series for series in drawable if series is not None]
        if not each:
            continue
        drawn = mean_of(each)
        most = _SMOOTH_POINTS if weight else MOST_POINTS
        traces += line(panel, style, label, drawn, most, span)
        if weight and len(each) == 1:
            behind.append(faint(panel, style, label, drawn, span))
        for series in each:
            traces += marks(panel, len(kinds), style, label, series, scale, span)
        traces += _ends(panel, one, each)
        read[panel].append((style, label, drawn))
    value = f"{_RAW_VALUE}, smoothed {_DRAWN_VALUE}" if weight else _RAW_VALUE
    for panel, found in read.items():
        traces += readings(panel, found, value, axis, span)
    names = [axis_name(kind) for kind in kinds]
    height = PANEL_HEIGHT * max(2, len(names))
    return _figure(names, behind + traces, lines, height, [scale] * len(names), axis, span)


def fair_measures(
    lines: Sequence[ComparedLine],
    *,
    axis: str = "step",
    loss: str = "cross_entropy",
    scale: str = "log",
    span: Span | None = None,
) -> go.Figure:
    """Draw one loss and the accuracy on test images: what all lines can fairly be compared by.

    Lines join the measurements made while training; diamonds are those on the whole test set.

    Args:
        lines: What to draw.
        axis: Key of AXES; lines that do not tell where they are on it are left out.
        loss: Key of LOSS_LABELS, the loss that all lines are measured by.
        scale: "log" or "linear", of the loss.
        span: Part of the axis that is looked at.
    """
    quantities = (lambda e: e.losses.get(loss, math.nan), lambda e: e.accuracy)
    scales = (scale, "linear")
    values = (_RAW_VALUE, "%{customdata[0]:.2%}")
    traces: list[Trace] = []
    accuracies: list[float] = []
    for panel, quantity in enumerate(quantities):
        read: list[tuple[int, str, Series]] = []
        for one in lines:
            every = _measured(one, axis, quantity, lambda e: True)
            whole = _measured(one, axis, quantity, lambda e: e.full)
            quick = _measured(one, axis, quantity, lambda e: not e.full)
            if not every:
                continue
            traces += line(panel, one.style, one.label, mean_of(quick or whole), MOST_POINTS, span)
            if quick and whole:
                traces.append(diamonds(panel, one.style, one.label, mean_of(whole)))
            for series in every:
                traces += marks(panel, 2, one.style, one.label, series, scales[panel], span)
                if panel == 1:
                    accuracies += series.y[series.steps > 0].tolist()
            read.append((one.style, one.label, mean_of(every)))
        traces += readings(panel, read, values[panel], axis, span)
    names = [test_loss_name(loss), "test accuracy"]
    figure = _figure(names, traces, lines, 2 * PANEL_HEIGHT, scales, axis, span)
    figure.layout.yaxis2.tickformat = ".0%"
    # The untrained network's 10% would press what is worth comparing against the top.
    figure.layout.yaxis2.range = share_range(accuracies)
    return figure


def other_metrics(lines: Sequence[ComparedLine]) -> list[str]:
    """Return the names of what was measured of the lines and neither of the other figures shows.

    Args:
        lines: The lines.
    """
    names: dict[str, None] = {}
    for one in lines:
        for records in one.members:
            if records.imported is None:
                names |= dict.fromkeys(layer_names(records))
            else:
                shown = set(records.imported.mapping.values())
                every = records.imported.data.series
                names |= dict.fromkeys(name for name in every if name not in shown)
    return list(names)


def named_metrics(
    lines: Sequence[ComparedLine],
    names: Sequence[str],
    *,
    axis: str = "step",
    scale: str = "log",
    span: Span | None = None,
) -> go.Figure:
    """Draw what was measured under some names, a panel for each.

    Args:
        lines: What to draw.
        names: Keys of `CurveData.series`, at least one.
        axis: Key of AXES; lines that do not tell where they are on it are left out.
        scale: "log" or "linear"; a panel is linear in any case where a value is below 0 or the
            highest is less than ten times the lowest: a log axis would have hardly a tick there.
        span: Part of the axis that is looked at.
    """
    traces: list[Trace] = []
    scales: list[str] = []
    for panel, name in enumerate(names):
        found = [(one, each) for one in lines if (each := _named(one, name, axis))]
        scales.append(
            scale if _spans_decade([s.y for _, each in found for s in each]) else "linear"
        )
        read: list[tuple[int, str, Series]] = []
        for one, each in found:
            drawn = mean_of(each)
            traces += line(panel, one.style, one.label, drawn, MOST_POINTS, span)
            for series in each:
                traces += marks(panel, len(names), one.style, one.label, series, scales[-1], span)
            read.append((one.style, one.label, drawn))
        traces += readings(panel, read, _RAW_VALUE, axis, span)
    height = PANEL_HEIGHT * max(2, len(names))
    return _figure(names, traces, lines, height, scales, axis, span)


def left_out(lines: Sequence[ComparedLine], axis: str) -> list[str]:
    """Return the names of the lines that do not tell where they are on an axis.

    Args:
        lines: What is to be drawn.
        axis: Key of AXES.
    """
    return [
        one.label
        for one in lines
        if any(
            step_positions(records, axis, one.steps_per_epoch) is None for records in one.members
        )
    ]


def _training(records: CurveRecords, one: ComparedLine, axis: str, weight: float) -> Series | None:
    x = step_positions(records, axis, one.steps_per_epoch)
    if x is None or not x.size:
        return None
    return Series(x, smoothed(records.losses, weight), records.steps, records.losses)


def _measured(
    one: ComparedLine,
    axis: str,
    quantity: Callable[[EvalRecord], float],
    wanted: Callable[[EvalRecord], bool],
) -> list[Series]:
    """Return the wanted measurements of every member that has some."""
    found = []
    for records in one.members:
        x = evaluation_positions(records, axis, one.steps_per_epoch)
        known = [
            (place, evaluation)
            for place, evaluation in enumerate(records.evaluations)
            # What is not known of a run made elsewhere is no measurement that failed.
            if wanted(evaluation) and (evaluation.examples or not math.isnan(quantity(evaluation)))
        ]
        if x is None or not known:
            continue
        # Of two at one step the one on the whole test set is read.
        known.sort(key=lambda pair: (pair[1].step, pair[1].full))
        y = np.array([quantity(evaluation) for _, evaluation in known])
        steps = np.array([evaluation.step for _, evaluation in known], np.int64)
        found.append(Series(x[[place for place, _ in known]], y, steps, y))
    return found


def _spans_decade(values: Sequence[np.ndarray]) -> bool:
    every = np.concatenate([np.empty(0), *values])
    every = every[np.isfinite(every)]
    if not every.size or every.min() < 0:
        return False
    positive = every[every > 0]
    return bool(positive.size) and float(positive.max()) / 10 >= float(positive.min())


def _named(one: ComparedLine, name: str, axis: str) -> list[Series]:
    """Return the measurements of one name of every member that has some."""
    found = []
    for records in one.members:
        data = curve_data(records, one.own_loss, one.steps_per_epoch)
        measured = data.series.get(name)
        if measured is None or not len(measured):
            continue
        x = data_positions(data, measured.steps, axis)
        if x is not None:
            found.append(Series(x, measured.values, measured.steps, measured.values))
    return found


def _ends(panel: int, one: ComparedLine, each: Sequence[Series]) -> list[Trace]:
    """Return a cross at the last finite loss of each member that diverged."""
    found = []
    for records, series in zip(one.members, each, strict=False):
        finite = np.flatnonzero(np.isfinite(series.raw))
        if records.diverged_at is None or not finite.size:
            continue
        last = int(finite[-1])
        found.append(
            trace(panel, one.style, f"{one.label}: diverged", series.x[[last]], series.raw[[last]])
            | {
                "mode": "markers",
                "marker": {"symbol": "x", "size": 12, "color": curve_colour(one.style)},
                "hovertemplate": f"diverged at step {records.diverged_at:,}",
                "showlegend": False,
            }
        )
    return found


def _figure(
    names: Sequence[str],
    traces: Sequence[Trace],
    lines: Sequence[ComparedLine],
    height: int,
    scales: Sequence[str],
    axis: str,
    span: Span | None,
) -> go.Figure:
    figure = panels(names, traces, [one.label for one in lines], height, scales)
    across: dict[str, Any] = {"title": {"text": AXES[axis]}, "uirevision": f"{axis} {span}"}
    if span is not None:
        across |= {"range": list(span), "autorange": False}
    figure.update_layout(
        hovermode="x unified",
        hoverlabel={"namelength": 60, "font": {"size": 11}},
        # The page has a legend for all plots; a picture taken away needs its own.
        showlegend=False,
        height=height,
        meta={"legend_rows": len(lines)},
        xaxis=across,
        **edge_axes(len(names)),
    )
    return figure
