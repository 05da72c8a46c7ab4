"""Figures of losses over classes: gradients, softmax and its Jacobian; and every loss's style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from explorer.core.loss_readings import LossReading
from explorer.core.losses import softmax_jacobian
from explorer.core.prediction_table import Judgement
from explorer.figures.build import MARGIN, Trace, axis, build, note, patterned, quantity, steady_top
from explorer.figures.labels import distinct
from explorer.figures.numbers import measured, written
from explorer.figures.palette import (
    CROSS_ENTROPY,
    HINGE,
    INK,
    MEANINGS,
    NEUTRAL,
    SQUARED_ERROR,
    P,
    Q,
    second_colour,
    text_colour,
    with_alpha,
)

PULLS = ("softmax_cross_entropy", "softmax_squared_error")
# Of cross-entropy's gradient: where squared error's is shorter than this share, it counts as flat.
_FLAT = 0.1


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


def loss_text_colour(name: str) -> str:
    """Return the colour of a loss's name or number.

    Args:
        name: Key of `STYLES`.
    """
    families = {shade.light: meaning for meaning, shades in MEANINGS.items() for shade in shades}
    return text_colour(families[STYLES[name].colour])


def class_gradients(
    readings: Mapping[str, LossReading],
    names: Sequence[str],
    *,
    by: str = "logit",
    reach: float = 1.0,
) -> go.Figure:
    """Draw the gradient of each loss by each logit, or by each weight, side by side.

    Args:
        readings: Key in `LOSSES` → reading with a gradient [C].
        names: C names, of the classes or the inputs.
        by: What the gradient is by, as the axis names it.
        reach: No gradient goes farther from 0.
    """
    labels = distinct(names)
    end = steady_top(reach, least=1.0)
    traces = [bars(STYLES[name], labels, reading.gradient) for name, reading in readings.items()]
    return build(
        traces,
        {
            "height": 360,
            "meta": {"least_height": 240},
            "barmode": "group",
            "xaxis": {"type": "category", "automargin": True},
            "yaxis": axis(f"∂loss / ∂{by}", range=[-1.05 * end, 1.05 * end]),
        },
    )


def pulls(
    readings: Mapping[str, LossReading], names: Sequence[str], target: ArrayLike
) -> go.Figure:
    """Draw the gradients of cross-entropy and squared error one above the other, to one scale.

    One note says what to see: that cross-entropy's gradient is q − p, or where the other is flat.

    Args:
        readings: Key in `LOSSES` → reading with a gradient [C].
        names: C class names.
        target: The distribution p [C].
    """
    labels = distinct(names)
    ours, theirs = (readings[name] for name in PULLS)
    traces: list[Trace] = []
    for row, name in enumerate(PULLS):
        values = readings[name].gradient
        shown = {"text": [_rounded(value) for value in values], "textposition": "outside"}
        traces.append(
            bars(STYLES[name], labels, values)
            | {"yaxis": "y2" if row else "y", "showlegend": False, "cliponaxis": False}
            | shown
        )
    true = int(np.argmax(target))
    # Words beside the first and the last class run towards the middle.
    side = -1 if true == len(labels) - 1 else 1
    if theirs.gradient_norm < _FLAT * ours.gradient_norm:
        words = "almost no gradient: q is sure"
        said = note(labels[true], 0.0, words, text_colour("squared error"), yref="y2")
        # Above the bars: on a low screen the names of the classes begin right below them.
        said |= {"ay": -28, "ax": 0 if 0 < true < len(labels) - 1 else 100 * side}
    else:
        # Beside the bar, on the side of zero where its neighbours' bars and numbers are not.
        middle = float(ours.gradient[true]) / 2
        words = "softmax CE: q − p"
        said = note(true + 0.4 * side, middle, words, text_colour("H(p,q)"), ax=20 * side)
        said |= {"xanchor": "left" if side > 0 else "right", "ay": 0 if middle < -0.3 else 26}
    titles = [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": top,
            "yref": "paper",
            "yanchor": "bottom",
            "text": f"{words}, norm {written(readings[name].gradient_norm)}",
            "font": {"size": 15, "color": loss_text_colour(name)},
            "showarrow": False,
        }
        for name, top, words in zip(
            PULLS,
            (1.0, 0.44),
            ("<b>cross-entropy</b>: q − p", "<b>squared error</b>: 2J(q − p)"),
            strict=True,
        )
    ]
    upright = {"range": [-1.55, 1.55], "tickvals": [-1, 0, 1], "zerolinewidth": 2}
    return build(
        traces,
        {
            "height": 440,
            "margin": MARGIN | {"t": 26},
            "meta": {
                "least_height": 300,
                "quantities": [
                    quantity(
                        STYLES[name].name,
                        measured(readings[name].value, readings[name].loss.unit).strip(),
                        loss_text_colour(name),
                    )
                    for name in PULLS
                ],
            },
            "xaxis": {"type": "category", "anchor": "y2", "automargin": True},
            "yaxis": axis("∂loss / ∂logit", domain=[0.56, 1], **upright),
            "yaxis2": axis("∂loss / ∂logit", domain=[0, 0.44], **upright),
            "annotations": [*titles, said],
            # Where bars are so narrow that numbers would run into each other, there are none.
            "uniformtext": {"mode": "hide", "minsize": 10},
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
            "height": 400,
            "meta": {"least_height": 300},
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
    # Adding 0 takes the sign from a zero.
    shown = np.round(jacobian, 2 if len(jacobian) > 4 else 3) + 0.0
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
        "text": [[written(value, 3) for value in row] for row in shown],
        "texttemplate": "%{text}",
        # A size of its own, or Plotly shrinks the numbers of small cells until nobody reads them.
        "textfont": {"color": INK, "size": 12},
        "colorbar": {"thickness": 12, "title": {"text": "∂q/∂z"}},
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "∂q(%{y}) / ∂z(%{x}) = %{z:.6f}<extra></extra>",
    }
    return build(
        [heat],
        {
            "height": 400,
            "meta": {"least_height": 340},
            "xaxis": _class_axis("by the logit of"),
            "yaxis": _class_axis("probability of") | {"autorange": "reversed"},
        },
    )


def _rounded(value: float) -> str:
    """Write a number for the end of a bar; the figure's table has all digits."""
    return written(round(float(value), 3), 3)


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


def row_gradient_norms(models: Sequence[Judgement]) -> go.Figure:
    """Draw the norm of each row's gradient by the logits, cross-entropy beside squared error.

    Args:
        models: One judgement per model, all over the same rows.
    """
    labels = [
        [f"model {number}" for number, one in enumerate(models, 1) for _ in one.right],
        [f"row {row + 1}" for one in models for row in range(one.right.size)],
    ]
    series = {
        "softmax_cross_entropy": [norm for one in models for norm in one.cross_entropy_gradient],
        "softmax_squared_error": [norm for one in models for norm in one.squared_error_gradient],
    }
    return build(
        [bars(STYLES[name], labels, values) for name, values in series.items()],
        {
            "height": 300,
            "meta": {"least_height": 200},
            "barmode": "group",
            "xaxis": {"type": "multicategory", "automargin": True},
            "yaxis": axis("gradient norm, by the logits", rangemode="tozero"),
        },
    )
