"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.curves import curve_colour, curve_line, smoothed, thinned
from explorer.figures.palette import (
    NEUTRAL,
    with_alpha,
)
from explorer.figures.panels import PANEL_HEIGHT, Trace, panels, share_range, trace
from explorer.figures.race_lines import RaceLine, plain_lines
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.curve_data import (
    ACCURACY,
    DEAD_FRACTION,
    GRADIENT_NORM,
    IMAGES,
    LEARNING_RATE,
    TEST,
    TEST_FULL,
    by_layer,
    diverged_at,
    on_test_images,
    values_at,
)
from explorer.runs.curve_data import training_loss as loss_of
from explorer.runs.series import NOTHING, CurveData, Series

LOSS_UNITS = {"cross_entropy": "nats"}
UNKNOWN_LOSS = "unknown loss"
_SHORT = {
    "cross_entropy": "test CE / nats",
    "softmax_squared_error": "test MSE, softmax",
    "raw_squared_error": "test MSE, raw",
    "multiclass_hinge": "test hinge",
}
SCALES = ("log", "linear")
GOAL = 0.9
"""The test accuracy that a race is run for."""


def test_loss_name(loss: str) -> str:
    """Return the name of a loss on test images, with its unit where it has one."""
    return _SHORT[loss]


def axis_name(loss: str) -> str:
    """Return a loss's name with its unit where it has one; "" is a loss that is not known."""
    if not loss:
        return UNKNOWN_LOSS
    unit = LOSS_UNITS.get(loss)
    return f"{LOSS_LABELS[loss]} / {unit}" if unit else LOSS_LABELS[loss]


def training_loss(
    configs: Sequence[TrainingConfig | None],
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    scale: str = "log",
    weight: float = 0.98,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw every curve's own training loss by step, each kind of loss on an axis of its own.

    A diverged curve ends in a cross; a learning rate changed by hand is a dotted upright line.

    Args:
        configs: One per curve, of which the loss counts; None where it is not known.
        labels: Name of each curve.
        curves: Records of each curve.
        scale: "log" or "linear".
        weight: Smoothing weight in [0, 1); 0 draws the raw curves alone.
        lines: How each curve is drawn; by default as curves without a meaning are.
    """
    lines = lines or plain_lines(len(curves))
    own = [config.loss if config else "" for config in configs]
    kinds = [kind for kind in (*LOSS_LABELS, "") if kind in own] or [""]
    faint: list[Trace] = []
    traces: list[Trace] = []
    each = zip(own, labels, curves, lines, strict=True)
    for index, (loss, label, curve, line) in enumerate(each):
        panel = kinds.index(loss)
        measured = loss_of(curve)
        x, y = thinned(measured.steps, measured.values)
        if weight:
            style = {"color": with_alpha(line.colour, 0.25), "width": 1}
            faint.append(
                trace(panel, index, f"{label}, raw", x, y, line=style, hoverinfo="skip")
                | {"showlegend": False, "meta": {"untabled": True}}
            )
            x, y = thinned(measured.steps, smoothed(measured.values, weight), 500)
        traces.append(trace(panel, index, label, x, y, line=line.style(width=2)))
        if diverged_at(curve) is not None and x.size:
            cross = {"symbol": "x", "size": 12, "color": line.colour}
            name = f"{label}: diverged"
            traces.append(
                trace(panel, index, name, x[-1:], y[-1:], mode="markers", marker=cross)
                | {"showlegend": False, "meta": {"untabled": True}}
            )
    names = [axis_name(kind) for kind in kinds]
    height = PANEL_HEIGHT * max(2, len(names))
    figure = panels(names, faint + traces, labels, height, [scale] * len(names))
    rates = [curve.events.get(LEARNING_RATE, NOTHING) for curve in curves]
    changes = {step for rate in rates for step in rate.steps.tolist()}
    figure.layout.shapes = [
        {
            "type": "line",
            "x0": step,
            "x1": step,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": NEUTRAL, "dash": "dot", "width": 1},
        }
        for step in sorted(changes)
    ]
    return figure


def fair_comparison(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    loss: str = "cross_entropy",
    scale: str = "log",
) -> go.Figure:
    """Draw one loss of all curves and their accuracy on test images: the fair comparison.

    Lines join the measurements made while training; diamonds are those on the whole test set.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        loss: Key of LOSS_LABELS, the loss that all curves are measured by.
        scale: "log" or "linear", of the loss.
    """
    traces: list[Trace] = []
    for index, (label, curve) in enumerate(zip(labels, curves, strict=True)):
        diamond = {"color": curve_colour(index), "symbol": "diamond", "size": 8}
        for panel, metric in enumerate((loss, ACCURACY)):
            measured, is_whole = on_test_images(curve, metric)
            images = _images(curve, measured, is_whole)
            joined = is_whole if is_whole.all() else ~is_whole
            line = _measured(panel, index, label, measured, images, joined)
            name = f"{label}, all test images"
            marks = _measured(panel, index, name, measured, images, is_whole)
            traces.append(line | {"line": curve_line(index)})
            traces.append(marks | {"mode": "markers", "marker": diamond, "showlegend": False})
    names = [_SHORT[loss], "test accuracy"]
    figure = panels(names, traces, labels, 2 * PANEL_HEIGHT, [scale, "linear"])
    figure.layout.yaxis2.tickformat = ".0%"
    # The untrained network's 10% would press what is worth comparing against the top.
    figure.layout.yaxis2.range = share_range(_learned(curves))
    return figure


def accuracy_by_step(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[RaceLine] | None = None,
    zoomed: bool = False,
) -> go.Figure:
    """Draw the accuracy of all curves on test images, from 0 to 100 %, with the goal of 90 %.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
        zoomed: Whether the axis begins below the lowest accuracy of a network that has learned.
    """
    figure = _by_test_images(labels, curves, ACCURACY, "test accuracy", lines)
    axis = figure.layout.yaxis
    axis.tickformat = ".0%"
    axis.range = (share_range(_learned(curves)) if zoomed else None) or [0, 1.02]
    # A zoom by hand on one of the two means nothing on the other.
    axis.uirevision = f"zoomed {zoomed}"
    if not zoomed:
        axis.dtick = 0.25
    figure.layout.shapes = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": GOAL, "y1": GOAL,
         "layer": "below", "line": {"color": NEUTRAL, "dash": "dot", "width": 1}}
    ]  # fmt: skip
    return figure


def loss_by_step(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    loss: str = "cross_entropy",
    scale: str = "log",
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw one loss of all curves on test images, whatever each of them minimises.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        loss: Key of LOSS_LABELS.
        scale: "log" or "linear".
        lines: As in `training_loss`.
    """
    return _by_test_images(labels, curves, loss, _SHORT[loss], lines, scale)


def _learned(curves: Sequence[CurveData]) -> list[float]:
    """Return the accuracies of networks that are not untrained any more."""
    every = [on_test_images(curve, ACCURACY)[0] for curve in curves]
    return [value for one in every for value in one.values[one.steps > 0].tolist()]


def _by_test_images(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    metric: str,
    name: str,
    lines: Sequence[RaceLine] | None,
    scale: str = "linear",
) -> go.Figure:
    lines = lines or plain_lines(len(curves))
    traces: list[Trace] = []
    for index, (label, curve, line) in enumerate(zip(labels, curves, lines, strict=True)):
        measured, is_whole = on_test_images(curve, metric)
        marker = {"color": line.style()["color"], "symbol": "diamond", "size": 7}
        # Measurements on as many images can be joined whatever they were made for.
        images = _images(curve, measured, is_whole)
        alike = is_whole.all() or (images == images[0]).all()
        drawn = _measured(0, index, label, measured, images, ~is_whole | alike)
        name_of_marks = f"{label}, all test images"
        marks = _measured(0, index, name_of_marks, measured, images, is_whole)
        traces.append(drawn | {"line": line.style()})
        traces.append(marks | {"mode": "markers", "marker": marker, "showlegend": False})
    return panels([name], traces, labels, 2 * PANEL_HEIGHT, [scale])


def whole_gradient_norm(curve: CurveData) -> Series:
    """Return the Euclidean norm of the whole gradient where it was measured.

    The square of a layer's norm is its part of the square of the whole one.
    """
    layers = by_layer(curve, GRADIENT_NORM)
    if not layers or any(not np.array_equal(one.steps, layers[0].steps) for one in layers):
        return NOTHING
    # Step by step: the squares of large norms would leave the range of float64.
    # The norm of a network that has diverged may be above every number: then it is ∞.
    with np.errstate(over="ignore"):
        return layers[0].with_values(np.hypot.reduce([one.values for one in layers], axis=0))


def whole_gradient_norms(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the norm of every network's whole gradient.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    columns = [[whole_gradient_norm(curve)] for curve in curves]
    return _by_layer(labels, columns, ["norm of the gradient"], "log", lines)


def gradient_norms(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the Euclidean norm of the gradient by each layer's weights and bias, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    columns = [by_layer(curve, GRADIENT_NORM) for curve in curves]
    layers = max(map(len, columns), default=0)
    names = [f"layer {layer + 1}" for layer in range(layers)]
    if layers > 1:
        names[0], names[-1] = "layer 1 (input)", f"layer {layers} (output)"
    return _by_layer(labels, columns, names, "log", lines)


def dead_units(
    labels: Sequence[str],
    curves: Sequence[CurveData],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the share of hidden units that are 0 for every image of the batch, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    columns = [by_layer(curve, DEAD_FRACTION) for curve in curves]
    layers = max(map(len, columns), default=0)
    names = [f"hidden layer {layer + 1}" for layer in range(layers)]
    figure = _by_layer(labels, columns, names, "linear", lines)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return figure


def _by_layer(
    labels: Sequence[str],
    columns: Sequence[Sequence[Series]],
    names: Sequence[str],
    scale: str,
    lines: Sequence[RaceLine] | None,
) -> go.Figure:
    traces = []
    lines = lines or plain_lines(len(columns))
    for index, (label, layers, line) in enumerate(zip(labels, columns, lines, strict=True)):
        for layer, one in enumerate(layers):
            x, y = thinned(one.steps, one.values, 500)
            traces.append(trace(layer, index, label, x, y, line=line.style(width=2)))
    names = names or ["no such layer"]
    height = max(2 * PANEL_HEIGHT, 150 * len(names))
    return panels(names, traces, labels, height, [scale] * len(names))


def _images(curve: CurveData, measured: Series, is_whole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return on how many test images something was measured, 0 where that is not known."""
    quick, whole = (
        values_at(curve.clocks.get(IMAGES[kind]), measured.steps) for kind in (TEST, TEST_FULL)
    )
    return np.nan_to_num(np.where(is_whole, whole, quick))


def _measured(
    panel: int,
    index: int,
    label: str,
    measured: Series,
    images: NDArray[np.float64],
    drawn: NDArray[np.bool_],
) -> Trace:
    shown = drawn & np.isfinite(measured.values)
    return trace(panel, index, label, measured.steps[shown], measured.values[shown]) | {
        "customdata": [f"{count:,.0f} images" for count in images[shown].tolist()],
        "hovertemplate": "%{y:.4f} on %{customdata}",
    }
