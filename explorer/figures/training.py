"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

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
from explorer.runs.record_columns import CurveRecords
from explorer.runs.records import EvalRecord

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


def axis_name(loss: str) -> str:
    """Return a loss's name with its unit where it has one; "" is a loss that is not known."""
    if not loss:
        return UNKNOWN_LOSS
    unit = LOSS_UNITS.get(loss)
    return f"{LOSS_LABELS[loss]} / {unit}" if unit else LOSS_LABELS[loss]


def training_loss(
    configs: Sequence[TrainingConfig | None],
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
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
        x, y = thinned(curve.steps, curve.losses)
        if weight:
            style = {"color": with_alpha(line.colour, 0.25), "width": 1}
            faint.append(
                trace(panel, index, f"{label}, raw", x, y, line=style, hoverinfo="skip")
                | {"showlegend": False, "meta": {"untabled": True}}
            )
            x, y = thinned(curve.steps, smoothed(curve.losses, weight), 500)
        traces.append(trace(panel, index, label, x, y, line=line.style(width=2)))
        if curve.diverged_at is not None and x.size:
            cross = {"symbol": "x", "size": 12, "color": line.colour}
            name = f"{label}: diverged"
            traces.append(
                trace(panel, index, name, x[-1:], y[-1:], mode="markers", marker=cross)
                | {"showlegend": False, "meta": {"untabled": True}}
            )
    names = [axis_name(kind) for kind in kinds]
    height = PANEL_HEIGHT * max(2, len(names))
    figure = panels(names, faint + traces, labels, height, [scale] * len(names))
    changes = {rate.step for curve in curves for rate in curve.learning_rates}
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
    curves: Sequence[CurveRecords],
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
    # Of a run made elsewhere either may be unknown.
    quantities = (lambda e: e.losses.get(loss, math.nan), lambda e: e.accuracy)
    for index, (label, curve) in enumerate(zip(labels, curves, strict=True)):
        whole = [evaluation for evaluation in curve.evaluations if evaluation.full]
        quick = [evaluation for evaluation in curve.evaluations if not evaluation.full]
        diamond = {"color": curve_colour(index), "symbol": "diamond", "size": 8}
        for panel, quantity in enumerate(quantities):
            line = _measured(panel, index, label, quick or whole, quantity)
            marks = _measured(panel, index, f"{label}, all test images", whole, quantity)
            traces.append(line | {"line": curve_line(index)})
            traces.append(marks | {"mode": "markers", "marker": diamond, "showlegend": False})
    names = [_SHORT[loss], "test accuracy"]
    figure = panels(names, traces, labels, 2 * PANEL_HEIGHT, [scale, "linear"])
    figure.layout.yaxis2.tickformat = ".0%"
    # The untrained network's 10% would press what is worth comparing against the top.
    accuracies = (e.accuracy for curve in curves for e in curve.evaluations if e.step > 0)
    figure.layout.yaxis2.range = share_range(list(accuracies))
    return figure


def accuracy_by_step(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
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
    figure = _on_test_images(labels, curves, lambda e: e.accuracy, "test accuracy", lines)
    axis = figure.layout.yaxis
    axis.tickformat = ".0%"
    measured = [e.accuracy for curve in curves for e in curve.evaluations if e.step > 0]
    axis.range = (share_range(measured) if zoomed else None) or [0, 1.02]
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
    curves: Sequence[CurveRecords],
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

    def value(evaluation: EvalRecord) -> float:
        return evaluation.losses.get(loss, math.nan)

    return _on_test_images(labels, curves, value, _SHORT[loss], lines, scale)


def _on_test_images(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    quantity: Callable[[EvalRecord], float],
    name: str,
    lines: Sequence[RaceLine] | None,
    scale: str = "linear",
) -> go.Figure:
    lines = lines or plain_lines(len(curves))
    traces: list[Trace] = []
    for index, (label, curve, line) in enumerate(zip(labels, curves, lines, strict=True)):
        whole = [evaluation for evaluation in curve.evaluations if evaluation.full]
        quick = [evaluation for evaluation in curve.evaluations if not evaluation.full]
        marker = {"color": line.style()["color"], "symbol": "diamond", "size": 7}
        # Measurements on as many images can be joined whatever they were made for.
        alike = len({one.examples for one in curve.evaluations}) == 1
        joined = curve.evaluations if alike else quick or whole
        drawn = _measured(0, index, label, joined, quantity)
        marks = _measured(0, index, f"{label}, all test images", whole, quantity)
        traces.append(drawn | {"line": line.style()})
        traces.append(marks | {"mode": "markers", "marker": marker, "showlegend": False})
    return panels([name], traces, labels, 2 * PANEL_HEIGHT, [scale])


def whole_gradient_norm(curve: CurveRecords) -> NDArray[np.float64]:
    """Return the Euclidean norm of the whole gradient at each of `norm_steps`.

    The square of a layer's norm is its part of the square of the whole one.
    """
    if not curve.gradient_norms.size:
        return np.full(curve.norm_steps.size, np.nan)
    # Step by step: the squares of large norms would leave the range of float64.
    # The norm of a network that has diverged may be above every number: then it is ∞.
    with np.errstate(over="ignore"):
        whole: NDArray[np.float64] = np.hypot.reduce(curve.gradient_norms, axis=1)
    return whole


def whole_gradient_norms(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the norm of every network's whole gradient.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    columns = [whole_gradient_norm(curve)[:, None] for curve in curves]
    return _by_layer(labels, curves, columns, ["norm of the gradient"], "log", lines)


def gradient_norms(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the Euclidean norm of the gradient by each layer's weights and bias, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    layers = max((curve.gradient_norms.shape[1] for curve in curves), default=0)
    names = [f"layer {layer + 1}" for layer in range(layers)]
    if layers > 1:
        names[0], names[-1] = "layer 1 (input)", f"layer {layers} (output)"
    columns = [curve.gradient_norms for curve in curves]
    return _by_layer(labels, curves, columns, names, "log", lines)


def dead_units(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    *,
    lines: Sequence[RaceLine] | None = None,
) -> go.Figure:
    """Draw the share of hidden units that are 0 for every image of the batch, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
        lines: As in `training_loss`.
    """
    layers = max((curve.dead_fractions.shape[1] for curve in curves), default=0)
    names = [f"hidden layer {layer + 1}" for layer in range(layers)]
    columns = [curve.dead_fractions for curve in curves]
    figure = _by_layer(labels, curves, columns, names, "linear", lines)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return figure


def _by_layer(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    columns: Sequence[np.ndarray],
    names: Sequence[str],
    scale: str,
    lines: Sequence[RaceLine] | None,
) -> go.Figure:
    traces = []
    lines = lines or plain_lines(len(curves))
    each = zip(labels, curves, columns, lines, strict=True)
    for index, (label, curve, values, line) in enumerate(each):
        for layer in range(values.shape[1]):
            x, y = thinned(curve.norm_steps, values[:, layer], 500)
            traces.append(trace(layer, index, label, x, y, line=line.style(width=2)))
    names = names or ["no such layer"]
    height = max(2 * PANEL_HEIGHT, 150 * len(names))
    return panels(names, traces, labels, height, [scale] * len(names))


def _measured(
    panel: int, index: int, label: str, evaluations: Sequence[EvalRecord], quantity: Any
) -> Trace:
    shown = [evaluation for evaluation in evaluations if math.isfinite(quantity(evaluation))]
    x, y = [e.step for e in shown], [quantity(e) for e in shown]
    return trace(panel, index, label, x, y) | {
        "customdata": [f"{evaluation.examples:,} images" for evaluation in shown],
        "hovertemplate": "%{y:.4f} on %{customdata}",
    }
