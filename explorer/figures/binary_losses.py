"""Figures of the losses of one logit, and of their derivatives."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.loss_readings import BINARY, binary_readings, saturation_logit
from explorer.core.losses import LOSSES
from explorer.figures import plot
from explorer.figures.losses import STYLES, loss_text_colour
from explorer.figures.numbers import measured, written
from explorer.figures.palette import NEUTRAL, text_colour, with_alpha

LOWEST_LOGIT, HIGHEST_LOGIT = -12.0, 12.0
# Squared error counts as saturated where its derivative is below this fraction of CE's.
SATURATED = 0.01
_LOSS_RANGE, _DERIVATIVE_RANGE = (-0.6, 13.4), (-1.2, 1.2)
_CROSS_ENTROPY, _SQUARED_ERROR, _ = BINARY
_SHORT = dict(zip(BINARY, ("CE", "squared", "hinge"), strict=True))


def binary_losses(z: float, y: int) -> go.Figure:
    """Draw the losses of `BINARY` against the logit, with the point z on each.

    The point on cross-entropy can be dragged. Where squared error is flat and the answer wrong, a
    note says so.

    Args:
        y: Label, 0 or 1.
    """
    return _curves_over_logit(z, y, derivative=False)


def binary_derivatives(z: float, y: int) -> go.Figure:
    """Draw the derivatives by the logit of the losses of `BINARY`, with the point z on each.

    A note names cross-entropy's, unless the figure of the losses has one to show.

    Args:
        y: Label, 0 or 1.
    """
    return _curves_over_logit(z, y, derivative=True)


def _curves_over_logit(z: float, y: int, *, derivative: bool) -> go.Figure:
    grid, curves = _binary_curves(y, derivative)
    traces: list[plot.Trace] = [
        plot.scatter(
            STYLES[name].name,
            grid,
            values,
            line={"color": STYLES[name].colour, "dash": STYLES[name].dash, "width": 2.5},
            hovertemplate="z = %{x:.2f}: %{y:.5g}",
        )
        for name, values in curves.items()
    ]
    readings = binary_readings(z, y)
    heights = {
        name: float(reading.gradient) if derivative else reading.value
        for name, reading in readings.items()
    }
    # The draggable point last, so that it lies on top.
    for name in reversed(BINARY):
        draggable = not derivative and name == _CROSS_ENTROPY
        traces.append(
            plot.scatter(
                f"{STYLES[name].name}, now",
                [z],
                [heights[name]],
                "markers",
                showlegend=False,
                marker=plot.outlined(
                    STYLES[name].colour, 17 if draggable else 10, 2 if draggable else 1
                ),
                meta={"drag": draggable},
                hovertemplate="z = %{x:.4g}: %{y:.6g}",
            )
        )
    shapes, captions = _saturated_regions(y, derivative)
    said = _derivative_note(z, y, heights) if derivative else _loss_note(z, y, heights)
    numbers = [
        plot.quantity(f"d {_SHORT[name]} / dz", written(heights[name]), loss_text_colour(name))
        if derivative
        else plot.quantity(
            STYLES[name].name,
            measured(heights[name], LOSSES[name].unit).strip(),
            loss_text_colour(name),
        )
        for name in BINARY
    ]
    title = "derivative by z" if derivative else "loss (cross-entropy in nats)"
    return plot.figure(
        traces,
        height=380,
        quantities=numbers,
        least_height=270,
        xaxis=plot.axis("logit z", range=[LOWEST_LOGIT, HIGHEST_LOGIT]),
        yaxis=plot.axis(title, range=[*(_DERIVATIVE_RANGE if derivative else _LOSS_RANGE)]),
        shapes=shapes,
        annotations=captions + said,
    )


def _is_wrong_and_saturated(z: float, y: int) -> bool:
    return (-z if y else z) > saturation_logit(SATURATED)


def _loss_note(z: float, y: int, heights: dict[str, float]) -> list[dict[str, Any]]:
    if not _is_wrong_and_saturated(z, y) or not LOWEST_LOGIT <= z <= HIGHEST_LOGIT:
        return []
    words, colour = "squared error is flat:<br>no gradient here", text_colour("squared error")
    # On the side of the right answer no curve comes near.
    return [plot.note(z, heights[_SQUARED_ERROR], words, colour, **_place(5.5 if y else -5.5, 8.0))]


def _derivative_note(z: float, y: int, heights: dict[str, float]) -> list[dict[str, Any]]:
    if _is_wrong_and_saturated(z, y) or not LOWEST_LOGIT <= z <= HIGHEST_LOGIT:
        return []
    words, colour = "cross-entropy pulls<br>by the error, σ(z) − y", text_colour("H(p,q)")
    return [plot.note(z, heights[_CROSS_ENTROPY], words, colour, **_place(0.0, 0.9 if y else -0.9))]


def _place(x: float, y: float) -> dict[str, Any]:
    return {"ax": x, "axref": "x", "ay": y, "ayref": "y"}


def _saturated_regions(
    y: int, derivative: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the shades and their captions, left and right, where no curve goes."""
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
    height = (0.35 if y else -0.35) if derivative else 2.9
    captions = [
        plot.words(
            (low + high) / 2,
            height,
            f"saturated,<br>{'right' if right else 'wrong'}",
            size=12,
            colour=NEUTRAL,
        )
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
