"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures.curves import curve_colour, curve_line, smoothed, thinned
from explorer.figures.palette import NEUTRAL, with_alpha
from explorer.training.config import LOSS_LABELS, TrainingConfig
from explorer.training.record_columns import CurveRecords
from explorer.training.records import EvalRecord

LOSS_UNITS = {"cross_entropy": "nats"}
SCALES = ("log", "linear")

_PANEL = 210
_GAP = 0.08

Trace = dict[str, Any]


def axis_name(loss: str) -> str:
    """Return a loss's name with its unit where it has one."""
    unit = LOSS_UNITS.get(loss)
    return f"{LOSS_LABELS[loss]} / {unit}" if unit else LOSS_LABELS[loss]


def training_loss(
    configs: Sequence[TrainingConfig],
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    *,
    scale: str = "log",
    weight: float = 0.98,
) -> go.Figure:
    """Draw every curve's own training loss by step, each kind of loss on an axis of its own.

    A diverged curve ends in a cross; a learning rate changed by hand is a dotted upright line.

    Args:
        configs: One per curve.
        labels: Name of each curve.
        curves: Records of each curve.
        scale: "log" or "linear".
        weight: Smoothing weight in [0, 1); 0 draws the raw curves alone.
    """
    kinds = [kind for kind in LOSS_LABELS if any(config.loss == kind for config in configs)]
    faint: list[Trace] = []
    traces: list[Trace] = []
    for index, (config, label, curve) in enumerate(zip(configs, labels, curves, strict=True)):
        panel = kinds.index(config.loss)
        x, y = thinned(curve.steps, curve.losses)
        if weight:
            style = {"color": with_alpha(curve_colour(index), 0.25), "width": 1}
            faint.append(
                _trace(panel, index, f"{label}, raw", x, y, line=style, hoverinfo="skip")
                | {"showlegend": False, "meta": {"untabled": True}}
            )
            x, y = thinned(curve.steps, smoothed(curve.losses, weight), 500)
        traces.append(_trace(panel, index, label, x, y, line=curve_line(index)))
        if curve.diverged_at is not None and x.size:
            cross = {"symbol": "x", "size": 12, "color": curve_colour(index)}
            name = f"{label}: diverged"
            traces.append(
                _trace(panel, index, name, x[-1:], y[-1:], mode="markers", marker=cross)
                | {"showlegend": False, "meta": {"untabled": True}}
            )
    names = [axis_name(kind) for kind in kinds]
    height = _PANEL * max(2, len(names))
    figure = _panels(names, faint + traces, labels, height, [scale] * len(names))
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
    for index, (label, curve) in enumerate(zip(labels, curves, strict=True)):
        whole = [evaluation for evaluation in curve.evaluations if evaluation.full]
        quick = [evaluation for evaluation in curve.evaluations if not evaluation.full]
        diamond = {"color": curve_colour(index), "symbol": "diamond", "size": 8}
        for panel, quantity in enumerate((lambda e: e.losses[loss], lambda e: e.accuracy)):
            line = _measured(panel, index, label, quick or whole, quantity)
            marks = _measured(panel, index, f"{label}, all test images", whole, quantity)
            traces.append(line | {"line": curve_line(index)})
            traces.append(marks | {"mode": "markers", "marker": diamond, "showlegend": False})
    names = [f"test: {axis_name(loss)}", "test accuracy"]
    figure = _panels(names, traces, labels, 2 * _PANEL, [scale, "linear"])
    figure.layout.yaxis2.tickformat = ".0%"
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
            traces.append(_trace(layer, index, label, x, y, line=curve_line(index)))
    names = names or ["no such layer"]
    height = max(2 * _PANEL, 150 * len(names))
    return _panels(names, traces, labels, height, [scale] * len(names))


def _trace(
    panel: int, index: int, name: str, x: Sequence[Any], y: Sequence[Any], **style: Any
) -> Trace:
    """Return a curve's trace in a panel; the legend shows a curve once and switches all of it."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "yaxis": "y" if panel == 0 else f"y{panel + 1}",
        "legendgroup": str(index),
        **style,
    }


def _measured(
    panel: int, index: int, label: str, evaluations: Sequence[EvalRecord], quantity: Any
) -> Trace:
    shown = [evaluation for evaluation in evaluations if math.isfinite(quantity(evaluation))]
    x, y = [e.step for e in shown], [quantity(e) for e in shown]
    return _trace(panel, index, label, x, y) | {
        "customdata": [f"{evaluation.examples:,} images" for evaluation in shown],
        "hovertemplate": "%{y:.4f} on %{customdata}",
    }


def _panels(
    names: Sequence[str],
    traces: Sequence[Trace],
    labels: Sequence[str],
    height: int,
    scales: Sequence[str],
) -> go.Figure:
    """Return panels one above the other on one axis of steps, each with its own upright axis.

    Plain mappings, since plotly's own helper for this takes longer than all the rest.
    """
    share = (1 - _GAP * (len(names) - 1)) / len(names)
    axes: dict[str, Any] = {}
    for panel, (name, scale) in enumerate(zip(names, scales, strict=True)):
        top = 1 - panel * (share + _GAP)
        number = "" if panel == 0 else str(panel + 1)
        axis = {
            "title": {"text": name},
            "type": scale,
            "domain": [max(0.0, top - share), top],
            # A zoom made on one scale means nothing on the other.
            "uirevision": scale,
        }
        if scale == "log":
            axis |= {"tickformat": "~g", "dtick": _log_ticks(traces, f"y{number}")}
        axes[f"yaxis{number}"] = axis
    shown: set[tuple[str, str]] = set()
    for trace in traces:
        entry = (trace["legendgroup"], trace["name"])
        trace.setdefault("showlegend", entry not in shown)
        shown.add(entry)
    legend_rows = 1 + sum(len(label) + 6 for label in labels) // 70
    layout = {
        "height": height + 20 * (legend_rows - 1),
        "margin": {"l": 60, "r": 14, "t": 34, "b": 44},
        "xaxis": {
            "title": {"text": "step"},
            "anchor": "y" if len(names) == 1 else f"y{len(names)}",
            "rangemode": "tozero",
        },
        "hovermode": "x unified" if len(labels) <= 4 else "closest",
        "showlegend": True,
        **axes,
    }
    return go.Figure({"data": list(traces), "layout": layout})


def _log_ticks(traces: Sequence[Trace], axis: str) -> str | int:
    """Return Plotly's `dtick` for few labels that do not run into each other in a low panel."""
    columns = [np.asarray(trace["y"], np.float64) for trace in traces if trace["yaxis"] == axis]
    values = np.concatenate([*columns, np.empty(0)])
    positive = values[values > 0]
    decades = math.log10(positive.max() / positive.min()) if positive.size else 0.0
    return "D2" if decades < 2 else math.ceil(decades / 5)
