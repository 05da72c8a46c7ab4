"""Figures of losses over classes: gradients, softmax and its Jacobian; and every loss's style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from explorer.core.loss_readings import LossReading
from explorer.core.losses import softmax_jacobian
from explorer.figures.build import Trace, axis, build, patterned
from explorer.figures.labels import distinct
from explorer.figures.numbers import written
from explorer.figures.palette import (
    CROSS_ENTROPY,
    HINGE,
    INK,
    NEUTRAL,
    SQUARED_ERROR,
    P,
    Q,
    second_colour,
    with_alpha,
)


class Style(NamedTuple):
    """How a loss looks on every page: short name, colour, dash of its line, pattern of its bar."""

    name: str
    colour: str
    dash: str
    pattern: str


STYLES: Mapping[str, Style] = {
    "sigmoid_binary_cross_entropy": Style("Cross-entropy", CROSS_ENTROPY, "solid", ""),
    "sigmoid_squared_error": Style("Squared error", SQUARED_ERROR, "dash", "/"),
    "hinge": Style("Hinge", HINGE, "dot", "x"),
    "softmax_cross_entropy": Style("Cross-entropy", CROSS_ENTROPY, "solid", ""),
    "softmax_squared_error": Style("Squared, sum", SQUARED_ERROR, "dash", "/"),
    "softmax_mean_squared_error": Style(
        "Squared, mean", second_colour("squared error"), "longdash", "."
    ),
    "multiclass_hinge": Style("Hinge, Crammer–Singer", HINGE, "dot", "x"),
    "multi_margin": Style("Hinge, Weston–Watkins", second_colour("hinge"), "dashdot", "-"),
}


def class_gradients(
    readings: Mapping[str, LossReading], names: Sequence[str], *, by: str = "logit"
) -> go.Figure:
    """Draw the gradient of each loss by each logit, or by each weight, side by side.

    Args:
        readings: Key in `LOSSES` → reading with a gradient [C].
        names: C names, of the classes or the inputs.
        by: What the gradient is by, as the axis names it.
    """
    labels = distinct(names)
    traces = [bars(STYLES[name], labels, reading.gradient) for name, reading in readings.items()]
    return build(
        traces,
        {
            "height": 360,
            "barmode": "group",
            "xaxis": {"type": "category", "automargin": True},
            "yaxis": axis(f"∂loss / ∂{by}"),
        },
    )


def target_and_model(p: ArrayLike, q: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw the target p and the model's softmax q as bars.

    Args:
        p: Target distribution [C].
        q: Model distribution [C].
        names: C class names.
    """
    labels = distinct(names)
    return build(
        [
            bars(Style("p (target)", P, "", ""), labels, np.asarray(p)),
            bars(Style("q = softmax(z)", Q, "", "/"), labels, np.asarray(q)),
        ],
        {
            "height": 300,
            "barmode": "group",
            "xaxis": {"type": "category", "automargin": True},
            "yaxis": axis("probability", range=[0, 1.02]),
        },
    )


def jacobian_map(logits: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw the softmax Jacobian ∂q_i/∂z_j: rows are probabilities, columns logits.

    Args:
        logits: Finite logits [C].
        names: C class names.
    """
    jacobian = softmax_jacobian(logits)
    labels = distinct(names)
    # Between the two colours lies the page's own ground, whichever the theme.
    scale = [
        [0, with_alpha(NEUTRAL, 0.75)],
        [0.5, with_alpha(NEUTRAL, 0.04)],
        [1, with_alpha(Q, 0.75)],
    ]
    heat = {
        "type": "heatmap",
        "name": "∂q/∂z",
        "x": labels,
        "y": labels,
        "z": jacobian,
        "zmin": -0.25,
        "zmax": 0.25,
        "colorscale": scale,
        "textfont": {"color": INK},
        "colorbar": {"thickness": 12, "title": {"text": "∂q/∂z"}},
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "∂q(%{y}) / ∂z(%{x}) = %{z:.6f}<extra></extra>",
    }
    if len(labels) <= 6:
        heat["text"] = [[written(value, 3) for value in row] for row in jacobian]
        heat["texttemplate"] = "%{text}"
    return build(
        [heat],
        {
            "height": 360,
            "xaxis": _class_axis("by the logit of"),
            "yaxis": _class_axis("probability of") | {"autorange": "reversed"},
        },
    )


def _class_axis(title: str) -> dict[str, Any]:
    return {
        # The gap keeps the title clear of long class names.
        "title": {"text": title, "standoff": 12},
        "type": "category",
        "automargin": True,
        "showgrid": False,
    }


def bars(style: Style, labels: Sequence[Any], values: ArrayLike) -> Trace:
    """Return a trace of bars in a loss's style.

    Args:
        style: From `STYLES`.
        labels: n categories, or two levels of them.
        values: Heights of the bars [n].
    """
    return {
        "type": "bar",
        "name": style.name,
        "x": labels,
        "y": values,
        "marker": patterned(style.colour, style.pattern),
        "hovertemplate": "%{x}: %{y:.6g}<extra>" + style.name + "</extra>",
    }
