"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step.

Their panels are those of a comparison, in one column and below one axis of steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import plot
from explorer.figures.curves import smoothed, thinned
from explorer.figures.palette import NEUTRAL, meaning_lines
from explorer.figures.panels import PanelAxis, grid, raw_trace, trace
from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import (
    ACCURACY,
    DEAD_FRACTION,
    GRADIENT_NORM,
    LEARNING_RATE,
    by_layer,
    diverged_at,
    num_test_images,
    on_test_images,
)
from explorer.runs.curve_data import training_loss as loss_of
from explorer.runs.meaning import LOSSES
from explorer.runs.series import NOTHING, CurveData, Series

_MEANING_OF_LOSS = {
    "cross_entropy": "H(p,q)",
    "softmax_squared_error": "squared error",
    "raw_squared_error": "squared error",
    "multiclass_hinge": "hinge",
}
SCALES = ("log", "linear")
GOAL = 0.9
"""The test accuracy that a race is run for."""

LineStyle = Mapping[str, Any]
"""Plotly's style of a line, its colour as `#rrggbb`."""
_DOTTED = {"color": NEUTRAL, "dash": "dot", "width": 1}


def race_lines(configs: Sequence[TrainingConfig]) -> list[LineStyle]:
    """Return the style of each curve of a race: the colour of its loss, and a dash of its own.

    Args:
        configs: One per curve.
    """
    return [*meaning_lines([_MEANING_OF_LOSS[config.loss] for config in configs])]


def on_stage(figure: go.Figure, *, last_step: int) -> go.Figure:
    """Hold the steps of a figure still.

    Args:
        figure: One of this module; it is changed.
        last_step: Where the axis of steps ends, however far the race is.
    """
    for name in figure.layout:
        if name.startswith("xaxis"):
            figure.layout[name].range = [0, max(1, last_step)]
    return figure


def training_loss(
    configs: Sequence[TrainingConfig],
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[LineStyle],
    scale: str = "log",
    weight: float = 0.98,
) -> go.Figure:
    """Draw every curve's own training loss by step, each kind of loss on an axis of its own.

    A diverged curve ends in a cross; a learning rate changed by hand is a dotted upright line.

    Args:
        configs: One per curve, of which the loss counts.
        curves: What was measured of each.
        scale: "log" or "linear".
        weight: Smoothing weight in [0, 1); 0 draws the raw curves alone.
    """
    own = [config.loss for config in configs]
    kinds = [kind for kind in LOSSES if kind in own]
    faint: list[plot.Trace] = []
    traces: list[plot.Trace] = []
    each = zip(own, labels, curves, lines, strict=True)
    for index, (loss, label, curve, line) in enumerate(each):
        panel = kinds.index(loss)
        measured = loss_of(curve)
        x, y = thinned(measured.steps, measured.values)
        if weight:
            faint.append(raw_trace(panel, index, label, x, y, line["color"]))
            x, y = thinned(measured.steps, smoothed(measured.values, weight))
        traces.append(trace(panel, index, label, x, y, line={**line, "width": 2}))
        last = np.flatnonzero(np.isfinite(y))[-1:]
        if diverged_at(curve) is not None and last.size:
            cross = {"symbol": "x", "size": 12, "color": line["color"]}
            end = trace(panel, index, f"{label}: diverged", x[last], y[last], mode="markers")
            traces.append(end | {"marker": cross, "showlegend": False} | plot.UNTABLED)
    figure = _panels([PanelAxis(LOSSES[kind], scale) for kind in kinds], faint + traces, labels)
    changes = [curve.events.get(LEARNING_RATE, NOTHING).steps.tolist() for curve in curves]
    figure.layout.shapes = [
        plot.upright(step, _DOTTED) for step in sorted({step for own in changes for step in own})
    ]
    return figure


def accuracy_by_step(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[LineStyle],
    zoomed: bool = False,
) -> go.Figure:
    """Draw the accuracy of all curves on test images, from 0 to 100 %, with the goal of 90 %.

    Args:
        curves: What was measured of each.
        zoomed: Whether the axis begins below the lowest accuracy of a network that has learned.
    """
    traces = _on_test_images(labels, curves, ACCURACY, lines)
    figure = _panels([PanelAxis("test accuracy", "linear", None, ".0%")], traces, labels)
    axis = figure.layout.yaxis
    # A zoom by hand on one of the two means nothing on the other.
    axis.uirevision = f"zoomed {zoomed}"
    every = [on_test_images(curve, ACCURACY)[0] for curve in curves]
    learned = [value for one in every for value in one.values[one.steps > 0].tolist()]
    known = [accuracy for accuracy in learned if 0 <= accuracy <= 1]
    if zoomed and known:
        room = max(1 - min(known), 0.01)
        axis.range = [min(known) - 0.06 * room, 1 + 0.03 * room]
    else:
        axis.update(range=[0, 1.02], dtick=None if zoomed else 0.25)
    figure.layout.shapes = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": GOAL, "y1": GOAL,
         "layer": "below", "line": _DOTTED}
    ]  # fmt: skip
    return figure


def accuracy_to_come(labels: Sequence[str], lines: Sequence[LineStyle]) -> go.Figure:
    """Draw what `accuracy_by_step` draws before anything was measured, with a legend."""
    figure = accuracy_by_step(labels, [CurveData({})] * len(labels), lines=lines)
    # Of a trace without a point the legend says nothing.
    figure.update_traces(x=[0], y=[None])
    figure.layout.xaxis.update(range=[0, 1], showticklabels=False)
    told = "Nothing was trained yet: press Train."
    figure.add_annotation(plot.words(0.5, 0.5, told, size=16, xref="paper", yref="paper"))
    legend = {"orientation": "v", "x": 0.99, "xanchor": "right", "y": 0.03}
    return figure.update_layout(
        showlegend=True, legend=legend, height=380, meta={"least_height": 280}
    )


def loss_by_step(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[LineStyle],
    loss: str = "cross_entropy",
    scale: str = "log",
) -> go.Figure:
    """Draw one loss of all curves on test images, whatever each of them minimises.

    Args:
        curves: What was measured of each.
        loss: Key of LOSS_LABELS.
        scale: "log" or "linear".
    """
    traces = _on_test_images(labels, curves, loss, lines)
    return _panels([PanelAxis(f"{LOSSES[loss]}, test images", scale)], traces, labels)


def _on_test_images(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    metric: str,
    lines: Sequence[LineStyle],
) -> list[plot.Trace]:
    """Return lines through what was measured in between, and diamonds on the whole test set."""
    traces: list[plot.Trace] = []
    for index, (label, curve, line) in enumerate(zip(labels, curves, lines, strict=True)):
        measured, is_whole = on_test_images(curve, metric)
        images = num_test_images(curve, measured.steps, is_whole)
        diamond = {"color": line["color"], "symbol": "diamond", "size": 7}
        # Measurements on as many images can be joined whatever they were made for.
        alike = is_whole.all() or (images == images[0]).all()
        joined = _measured(index, label, measured, images, ~is_whole | alike)
        traces.append(joined | {"line": line})
        marks = _measured(index, f"{label}, all test images", measured, images, is_whole)
        traces.append(marks | {"mode": "markers", "marker": diamond, "showlegend": False})
    return traces


def whole_gradient_norm(curve: CurveData) -> Series:
    """Return the Euclidean norm of the whole gradient where it was measured.

    The square of a layer's norm is its part of the square of the whole one.
    """
    layers = by_layer(curve, GRADIENT_NORM)
    if not layers:
        return NOTHING
    # Step by step: the squares of large norms would leave the range of float64.
    # The norm of a network that has diverged may be above every number: then it is ∞.
    with np.errstate(over="ignore"):
        return layers[0].with_values(np.hypot.reduce([one.values for one in layers], axis=0))


def whole_gradient_norms(
    labels: Sequence[str], curves: Sequence[CurveData], *, lines: Sequence[LineStyle]
) -> go.Figure:
    """Draw the norm of every network's whole gradient.

    Args:
        curves: What was measured of each.
    """
    columns = [[whole_gradient_norm(curve)] for curve in curves]
    return _by_layer(labels, columns, [PanelAxis("norm of the gradient", "log")], lines)


def gradient_norms(
    labels: Sequence[str], curves: Sequence[CurveData], *, lines: Sequence[LineStyle]
) -> go.Figure:
    """Draw the Euclidean norm of the gradient by each layer's weights and bias, a panel a layer.

    Args:
        curves: What was measured of each.
    """
    columns = [by_layer(curve, GRADIENT_NORM) for curve in curves]
    layers = max(map(len, columns), default=0)
    names = [f"layer {layer + 1}" for layer in range(layers)]
    if layers > 1:
        names[0], names[-1] = "layer 1 (input)", f"layer {layers} (output)"
    return _by_layer(labels, columns, [PanelAxis(name, "log") for name in names], lines)


def dead_units(
    labels: Sequence[str], curves: Sequence[CurveData], *, lines: Sequence[LineStyle]
) -> go.Figure:
    """Draw the share of hidden units that are 0 for every image of the batch, a panel a layer.

    Args:
        curves: What was measured of each.
    """
    columns = [by_layer(curve, DEAD_FRACTION) for curve in curves]
    layers = max(map(len, columns), default=0)
    axes = [
        PanelAxis(f"hidden layer {layer + 1}", "linear", (0.0, 1.02), ".0%")
        for layer in range(layers)
    ]
    return _by_layer(labels, columns, axes, lines)


def _by_layer(
    labels: Sequence[str],
    columns: Sequence[Sequence[Series]],
    axes: Sequence[PanelAxis],
    lines: Sequence[LineStyle],
) -> go.Figure:
    traces = []
    for index, (label, layers, line) in enumerate(zip(labels, columns, lines, strict=True)):
        for layer, one in enumerate(layers):
            x, y = thinned(one.steps, one.values, 500)
            traces.append(trace(layer, index, label, x, y, line={**line, "width": 2}))
    return _panels(axes or [PanelAxis("no such layer", "linear")], traces, labels)


def _measured(
    index: int,
    label: str,
    measured: Series,
    images: NDArray[np.float64],
    which: NDArray[np.bool_],
) -> plot.Trace:
    shown = which & np.isfinite(measured.values)
    return trace(0, index, label, measured.steps[shown], measured.values[shown]) | {
        "customdata": [f"{count:,.0f} images" for count in images[shown].tolist()],
        "hovertemplate": "%{y:.4f} on %{customdata}",
    }


def _panels(
    axes: Sequence[PanelAxis], traces: Sequence[plot.Trace], labels: Sequence[str]
) -> go.Figure:
    across = {"title": {"text": "step", "standoff": 4}, "rangemode": "tozero"}
    more = {
        "height": 300,
        "hovermode": "x unified" if len(labels) <= 4 else "closest",
        # Of a picture that is saved.
        "meta": {"legend_rows": len(labels)},
    }
    figure = grid(axes, traces, across, more, most_columns=1)
    # On a phone the headings of low panels would stand on the numbers of those above.
    for above in range(1, len(axes)):
        figure.layout[f"xaxis{above if above > 1 else ''}"].showticklabels = False
    return figure
