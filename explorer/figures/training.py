"""Figures of a training race: losses, accuracy, gradient norms and dead units, by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures.curves import curve_colour, curve_line, smoothed, thinned
from explorer.figures.palette import NEUTRAL, with_alpha
from explorer.training.config import LOSS_LABELS, TrainingConfig
from explorer.training.record_columns import CurveRecords
from explorer.training.records import EvalRecord

LOSS_UNITS = {"cross_entropy": "nats"}
SCALES = ("log", "linear")

_MARGIN = {"l": 60, "r": 14, "t": 34, "b": 44}
_PANEL = 210


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
    figure = _panels([axis_name(kind) for kind in kinds], _PANEL if len(kinds) > 1 else 2 * _PANEL)
    for index, (config, label, curve) in enumerate(zip(configs, labels, curves, strict=True)):
        row = kinds.index(config.loss) + 1
        line = curve_line(index)
        group = {"legendgroup": str(index), "row": row, "col": 1}
        raw_x, raw_y = thinned(curve.steps, curve.losses)
        if weight:
            figure.add_scatter(
                x=raw_x,
                y=raw_y,
                name=f"{label}, raw",
                mode="lines",
                line={"color": with_alpha(curve_colour(index), 0.25), "width": 1},
                showlegend=False,
                hoverinfo="skip",
                meta={"untabled": True},
                **group,
            )
            raw_x, raw_y = thinned(curve.steps, smoothed(curve.losses, weight), 500)
        figure.add_scatter(x=raw_x, y=raw_y, name=label, mode="lines", line=line, **group)
        if curve.diverged_at is not None and raw_x.size:
            _add_divergence(figure, label, curve_colour(index), raw_x, raw_y, group)
    for step in sorted({rate.step for curve in curves for rate in curve.learning_rates}):
        figure.add_vline(
            x=step, line={"color": NEUTRAL, "dash": "dot", "width": 1}, row="all", col=1
        )
    return _finished(figure, scale, labels)


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
    figure = _panels([f"test {_lower_first(axis_name(loss))}", "test accuracy"], _PANEL)
    for index, (label, curve) in enumerate(zip(labels, curves, strict=True)):
        quantities = (
            [(e.step, e.losses[loss], e) for e in curve.evaluations],
            [(e.step, e.accuracy, e) for e in curve.evaluations],
        )
        for row, points in enumerate(quantities, start=1):
            quick = [point for point in points if not point[2].full]
            whole = [point for point in points if point[2].full]
            _add_measured(figure, index, label, quick or whole, row, "lines")
            _add_measured(figure, index, f"{label}, all test images", whole, row, "markers")
    figure.update_yaxes(tickformat=".0%", row=2)
    return _finished(figure, scale, labels, scaled_rows=1)


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
    return _by_layer(labels, curves, "gradient_norms", names, "log")


def dead_units(labels: Sequence[str], curves: Sequence[CurveRecords]) -> go.Figure:
    """Draw the share of hidden units that are 0 for every image of the batch, a panel a layer.

    Args:
        labels: Name of each curve.
        curves: Records of each curve.
    """
    layers = max((curve.dead_fractions.shape[1] for curve in curves), default=0)
    names = [f"hidden layer {layer + 1}" for layer in range(layers)]
    figure = _by_layer(labels, curves, "dead_fractions", names, "linear")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def _by_layer(
    labels: Sequence[str],
    curves: Sequence[CurveRecords],
    column: str,
    names: Sequence[str],
    scale: str,
) -> go.Figure:
    figure = _panels(names or ["no such layer"], 150 if len(names) > 2 else _PANEL)
    for index, (label, curve) in enumerate(zip(labels, curves, strict=True)):
        values = getattr(curve, column)
        for layer in range(values.shape[1]):
            x, y = thinned(curve.norm_steps, values[:, layer], 500)
            figure.add_scatter(
                x=x,
                y=y,
                name=label,
                mode="lines",
                line=curve_line(index),
                legendgroup=str(index),
                showlegend=layer == 0,
                row=layer + 1,
                col=1,
            )
    return _finished(figure, scale, labels)


def _add_measured(
    figure: go.Figure,
    index: int,
    label: str,
    points: Sequence[tuple[int, float, EvalRecord]],
    row: int,
    mode: str,
) -> None:
    finite = [point for point in points if np.isfinite(point[1])]
    style = (
        {"line": curve_line(index)}
        if mode == "lines"
        else {"marker": {"color": curve_colour(index), "symbol": "diamond", "size": 9}}
    )
    figure.add_scatter(
        x=[step for step, _, _ in finite],
        y=[value for _, value, _ in finite],
        customdata=[f"{evaluation.examples:,} images" for _, _, evaluation in finite],
        hovertemplate="%{y:.4f} on %{customdata}<extra>" + label.replace("<", "‹") + "</extra>",
        name=label,
        mode=mode,
        legendgroup=str(index),
        showlegend=row == 1 and mode == "lines",
        row=row,
        col=1,
        **style,
    )


def _add_divergence(
    figure: go.Figure,
    label: str,
    colour: str,
    x: np.ndarray,
    y: np.ndarray,
    group: dict[str, object],
) -> None:
    figure.add_scatter(
        x=x[-1:],
        y=y[-1:],
        name=f"{label}: diverged",
        mode="markers",
        marker={"symbol": "x", "size": 12, "color": colour},
        showlegend=False,
        meta={"untabled": True},
        **group,
    )


def _panels(names: Sequence[str], height: int) -> go.Figure:
    """Return a figure of panels one above the other, by step, each with its own axis."""
    figure = make_subplots(
        rows=len(names), cols=1, shared_xaxes=True, vertical_spacing=0.09 / max(1, len(names) - 1)
    )
    for row, name in enumerate(names, start=1):
        figure.update_yaxes(title_text=name, row=row)
    figure.update_xaxes(title_text="step", row=len(names))
    figure.update_layout(height=height * len(names), margin=_MARGIN)
    return figure


def _finished(
    figure: go.Figure, scale: str, labels: Sequence[str], scaled_rows: int | None = None
) -> go.Figure:
    """Set the scale and make room for the legend, which wraps above the panels."""
    for row in range(1, (scaled_rows or len(list(figure.select_yaxes()))) + 1):
        # A zoom made on one scale means nothing on the other.
        figure.update_yaxes(type=scale, uirevision=scale, row=row)
        if scale == "log":
            figure.update_yaxes(tickformat="~g", dtick=_log_ticks(figure, row), row=row)
    lines = 1 + sum(len(label) + 6 for label in labels) // 70
    figure.update_layout(
        height=figure.layout.height + 20 * (lines - 1),
        hovermode="x unified" if len(labels) <= 4 else "closest",
        showlegend=True,
    )
    return figure


def _log_ticks(figure: go.Figure, row: int) -> str | int:
    """Return Plotly's `dtick` for few labels that do not run into each other in a low panel."""
    axis = "y" if row == 1 else f"y{row}"
    values = [trace.y for trace in figure.data if trace.yaxis == axis and len(trace.y)]
    positive = [y for y in np.concatenate(values or [[]]) if y > 0]
    decades = np.log10(max(positive) / min(positive)) if positive else 0.0
    return "D2" if decades < 2 else int(np.ceil(decades / 5))


def _lower_first(text: str) -> str:
    return text if text[:2].isupper() else text[0].lower() + text[1:]
