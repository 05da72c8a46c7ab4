"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures.curves import curve_colour, curve_line, smoothed, thinned
from explorer.figures.palette import NEUTRAL, with_alpha
from explorer.figures.panels import PANEL_HEIGHT, Trace, panels, share_range, trace
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
    curves: Sequence[CurveRecords],
    *,
    scale: str = "log",
    weight: float = 0.98,
) -> go.Figure:
    """Draw every curve's own training loss by step, each kind of loss on an axis of its own.

    A diverged curve ends in a cross; a learning rate changed by hand is a dotted upright line.

    Args:
        configs: One per curve, of which the loss counts; None where it is not known.
        labels: Name of each curve.
        curves: Records of each curve.
        scale: "log" or "linear".
        weight: Smoothing weight in [0, 1); 0 draws the raw curves alone.
    """
    own = [config.loss if config else "" for config in configs]
    kinds = [kind for kind in (*LOSS_LABELS, "") if kind in own] or [""]
    faint: list[Trace] = []
    traces: list[Trace] = []
    for index, (loss, label, curve) in enumerate(zip(own, labels, curves, strict=True)):
        panel = kinds.index(loss)
        x, y = thinned(curve.steps, curve.losses)
        if weight:
            style = {"color": with_alpha(curve_colour(index), 0.25), "width": 1}
            faint.append(
                trace(panel, index, f"{label}, raw", x, y, line=style, hoverinfo="skip")
                | {"showlegend": False, "meta": {"untabled": True}}
            )
            x, y = thinned(curve.steps, smoothed(curve.losses, weight), 500)
        traces.append(trace(panel, index, label, x, y, line=curve_line(index)))
        if curve.diverged_at is not None and x.size:
            cross = {"symbol": "x", "size": 12, "color": curve_colour(index)}
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


def gradient_norms(labels: Sequence[str], curves: Sequence[CurveRecords]) -> go.Figure:
    """Draw the Euclidean norm of the gradient by each layer's weights and bias, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
    """
    layers = max((curve.gradient_norms.shape[1] for curve in curves), default=0)
    names = [f"layer {layer + 1}" for layer in range(layers)]
    if layers > 1:
        names[0], names[-1] = "layer 1 (input)", f"layer {layers} (output)"
    columns = [curve.gradient_norms for curve in curves]
    return _by_layer(labels, curves, columns, names, "log")


def dead_units(labels: Sequence[str], curves: Sequence[CurveRecords]) -> go.Figure:
    """Draw the share of hidden units that are 0 for every image of the batch, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
    """
    layers = max((curve.dead_fractions.shape[1] for curve in curves), default=0)
    names = [f"hidden layer {layer + 1}" for layer in range(layers)]
    columns = [curve.dead_fractions for curve in curves]
    figure = _by_layer(labels, curves, columns, names, "linear")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def _by_layer(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    columns: Sequence[np.ndarray],
    names: Sequence[str],
    scale: str,
) -> go.Figure:
    traces = []
    for index, (label, curve, values) in enumerate(zip(labels, curves, columns, strict=True)):
        for layer in range(values.shape[1]):
            x, y = thinned(curve.norm_steps, values[:, layer], 500)
            traces.append(trace(layer, index, label, x, y, line=curve_line(index)))
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
