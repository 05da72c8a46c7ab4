"""Figures of the losses of one logit, and of their derivatives."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.loss_readings import BINARY, binary_readings, saturation_logit
from explorer.core.losses import LOSSES
from explorer.figures.build import Trace, axis, build
from explorer.figures.losses import STYLES
from explorer.figures.palette import INK, NEUTRAL, with_alpha

LOWEST_LOGIT, HIGHEST_LOGIT = -12.0, 12.0
# Squared error counts as saturated where its derivative is below this fraction of CE's.
SATURATED = 0.01


def binary_losses(z: float, y: int) -> go.Figure:
    """Draw the losses of `BINARY` against the logit, with the point z on each.

    The point on cross-entropy can be dragged.

    Args:
        z: Current logit.
        y: Label, 0 or 1.
    """
    return _curves_over_logit(z, y, derivative=False)


def binary_derivatives(z: float, y: int) -> go.Figure:
    """Draw the derivatives by the logit of the losses of `BINARY`, with the point z on each.

    Args:
        z: Current logit.
        y: Label, 0 or 1.
    """
    return _curves_over_logit(z, y, derivative=True)


def _curves_over_logit(z: float, y: int, *, derivative: bool) -> go.Figure:
    grid, curves = _binary_curves(y, derivative)
    traces: list[Trace] = [
        {
            "type": "scatter",
            "x": grid,
            "y": values,
            "name": STYLES[name].name,
            "mode": "lines",
            "line": {"color": STYLES[name].colour, "dash": STYLES[name].dash, "width": 2.5},
            "hovertemplate": "z = %{x:.2f}: %{y:.5g}",
        }
        for name, values in curves.items()
    ]
    readings = binary_readings(z, y)
    # The draggable point last, so that it lies on top.
    for name in reversed(BINARY):
        reading = readings[name]
        draggable = not derivative and name == BINARY[0]
        traces.append(
            {
                "type": "scatter",
                "x": [z],
                "y": [float(reading.gradient) if derivative else reading.value],
                "name": f"{STYLES[name].name}, now",
                "mode": "markers",
                "showlegend": False,
                "marker": {
                    "color": STYLES[name].colour,
                    "size": 17 if draggable else 10,
                    "line": {"color": INK, "width": 2 if draggable else 1},
                },
                "meta": {"drag": draggable},
                "hovertemplate": "z = %{x:.4g}: %{y:.6g}",
            }
        )
    shapes, captions = _saturated_regions(y, height=0.5 if derivative else 0.93)
    title = "derivative by z" if derivative else "loss (cross-entropy in nats)"
    return build(
        traces,
        {
            "height": 360,
            "xaxis": axis("logit z", range=[LOWEST_LOGIT, HIGHEST_LOGIT]),
            "yaxis": axis(title),
            "shapes": shapes,
            "annotations": captions,
        },
    )


def _saturated_regions(y: int, height: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shades and their captions, left and right, at this share of the height."""
    edge = saturation_logit(SATURATED)
    sides = ((LOWEST_LOGIT, -edge, y == 0), (edge, HIGHEST_LOGIT, y == 1))
    shades = [
        {
            "type": "rect",
            "yref": "paper",
            "x0": low,
            "x1": high,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": with_alpha(NEUTRAL, 0.14),
        }
        for low, high, _ in sides
    ]
    captions = [
        {
            "x": (low + high) / 2,
            "y": height,
            "yref": "paper",
            "text": f"saturated,<br>{'right' if right else 'wrong'}",
            "font": {"size": 11, "color": NEUTRAL},
            "showarrow": False,
        }
        for low, high, right in sides
    ]
    return shades, captions


@lru_cache(maxsize=4)
def _binary_curves(
    y: int, derivative: bool
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    grid = np.linspace(LOWEST_LOGIT, HIGHEST_LOGIT, 241)
    curves = {}
    for name in BINARY:
        loss = LOSSES[name]
        function = loss.gradient if derivative else loss.value
        curves[name] = np.asarray(function(grid, loss.encode_target(y)))
    return grid, curves
