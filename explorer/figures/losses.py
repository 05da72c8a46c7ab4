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
from explorer.figures import plot
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
    labels = plot.distinct(names)
    end = plot.steady_top(reach, least=1.0)
    traces = [
        loss_bars(STYLES[name], labels, reading.gradient) for name, reading in readings.items()
    ]
    return plot.figure(
        traces,
        **_side_by_side(360, 240),
        yaxis=plot.axis(f"∂loss / ∂{by}", range=[-1.05 * end, 1.05 * end]),
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
    labels = plot.distinct(names)
    ours, theirs = (readings[name] for name in PULLS)
    traces: list[plot.Trace] = []
    for row, name in enumerate(PULLS):
        values = readings[name].gradient
        # The figure's table has all digits.
        texts = [written(round(float(value), 3), 3) for value in values]
        shown: plot.Trace = {"text": texts, "textposition": "outside"}
        shown |= {"yaxis": "y2" if row else "y", "showlegend": False, "cliponaxis": False}
        traces.append(loss_bars(STYLES[name], labels, values) | shown)
    true = int(np.argmax(target))
    # Words beside the first and the last class run towards the middle.
    side = -1 if true == len(labels) - 1 else 1
    if theirs.gradient_norm < _FLAT * ours.gradient_norm:
        told = "almost no gradient: q is sure"
        said = plot.note(labels[true], 0.0, told, text_colour("squared error"), yref="y2")
        # Above the bars: on a low screen the names of the classes begin right below them.
        said |= {"ay": -28, "ax": 0 if 0 < true < len(labels) - 1 else 100 * side}
    else:
        # Beside the bar, on the side of zero where its neighbours' bars and numbers are not.
        middle = float(ours.gradient[true]) / 2
        told = "softmax CE: q − p"
        said = plot.note(true + 0.4 * side, middle, told, text_colour("H(p,q)"), ax=20 * side)
        said |= {"xanchor": "left" if side > 0 else "right", "ay": 0 if middle < -0.3 else 26}
    titles = [
        plot.words(
            0,
            top,
            f"{title}, norm {written(readings[name].gradient_norm)}",
            size=15,
            colour=loss_text_colour(name),
            xref="paper",
            xanchor="left",
            yref="paper",
            yanchor="bottom",
        )
        for name, top, title in (
            (PULLS[0], 1.0, "<b>cross-entropy</b>: q − p"),
            (PULLS[1], 0.44, "<b>squared error</b>: 2J(q − p)"),
        )
    ]
    upright = {"range": [-1.55, 1.55], "tickvals": [-1, 0, 1], "zerolinewidth": 2}
    return plot.figure(
        traces,
        height=440,
        margin=plot.MARGIN | {"t": 26},
        least_height=300,
        quantities=[
            plot.quantity(
                STYLES[name].name,
                measured(readings[name].value, readings[name].loss.unit).strip(),
                loss_text_colour(name),
            )
            for name in PULLS
        ],
        xaxis={"type": "category", "anchor": "y2", "automargin": True},
        yaxis=plot.axis("∂loss / ∂logit", domain=[0.56, 1], **upright),
        yaxis2=plot.axis("∂loss / ∂logit", domain=[0, 0.44], **upright),
        annotations=[*titles, said],
        # Where bars are so narrow that numbers would run into each other, there are none.
        uniformtext={"mode": "hide", "minsize": 10},
    )


def target_and_model(p: ArrayLike, q: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw the target p and the model's softmax q as bars.

    Args:
        p: Target distribution [C].
        q: Model distribution [C].
        names: C class names.
    """
    labels = plot.distinct(names)
    return plot.figure(
        [
            loss_bars(Style("p (target)", P, "", ""), labels, np.asarray(p)),
            loss_bars(Style("q = softmax(z)", Q, "", "/"), labels, np.asarray(q)),
        ],
        **_side_by_side(400, 300),
        yaxis=plot.axis("probability", range=[0, 1.02]),
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
    labels = plot.distinct(names)
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
    return plot.figure(
        [heat],
        height=400,
        least_height=340,
        xaxis=_class_axis("by the logit of"),
        yaxis=_class_axis("probability of") | {"autorange": "reversed"},
    )


def _class_axis(title: str) -> dict[str, Any]:
    return {
        # The gap keeps the title clear of long class names.
        "title": {"text": title, "standoff": 12},
        "type": "category",
        "automargin": True,
        "showgrid": False,
    }


def _side_by_side(height: int, least: int, kind: str = "category") -> dict[str, Any]:
    return {
        "height": height,
        "least_height": least,
        "barmode": "group",
        "xaxis": {"type": kind, "automargin": True},
    }


def loss_bars(style: Style, labels: Sequence[Any], values: ArrayLike) -> plot.Trace:
    """Return a trace of bars in a style.

    Args:
        style: From `STYLES`, or another one of name, colour and pattern.
        labels: n categories, or two levels of them.
        values: Heights of the bars [n].
    """
    hover = "%{x}: %{y:.6g}<extra>" + style.name + "</extra>"
    marker = plot.patterned(style.colour, style.pattern)
    return plot.bars(style.name, labels, values, marker, hovertemplate=hover)


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
    return plot.figure(
        [loss_bars(STYLES[name], labels, values) for name, values in series.items()],
        **_side_by_side(300, 200, "multicategory"),
        yaxis=plot.axis("gradient norm, by the logits", rangemode="tozero"),
    )
