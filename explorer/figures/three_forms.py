"""Figures of the three forms of cross-entropy and of the gather slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from explorer.core.gather_slip import gathered_gradient, indexed_columns, indexed_columns_gradient
from explorer.core.three_forms import ThreeForms
from explorer.core.validation import FloatArray
from explorer.figures import plot
from explorer.figures.losses import Style, loss_bars
from explorer.figures.numbers import written
from explorer.figures.palette import CROSS_ENTROPY, INK, NEUTRAL, Q, second_colour, with_alpha

_PATTERNS = ("", "/", "x")


def probabilities(forms: ThreeForms, labels: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw what softmax and sigmoids make of the same logits, with the true labels marked.

    Args:
        forms: One example, C classes.
        labels: Each 0 or 1 [C].
        names: C class names.
    """
    classes = plot.distinct(names)
    q, sigmoids = forms.softmax.probabilities, forms.sigmoid.probabilities
    true = np.flatnonzero(labels)
    marks = stars(
        "true label",
        [classes[index] for index in true],
        np.maximum(q, sigmoids)[true] + 0.06,
        hovertemplate="%{x} is true<extra></extra>",
    )
    sums = [written(float(values.sum()), 4) for values in (q, sigmoids)]
    return grouped(
        classes,
        (
            (f"q = softmax(z), sum {sums[0]}", Q, q),
            (f"σ(z) one by one, sum {sums[1]}", second_colour("q"), sigmoids),
        ),
        plot.axis("probability", range=[0, 1.12]),
        marks,
    )


def form_gradients(forms: ThreeForms, node: int, names: Sequence[str]) -> go.Figure:
    """Draw the gradient of each form by each logit.

    Args:
        forms: One example, C classes.
        node: Index of the logit that the one-node form takes.
        names: C class names.
    """
    classes = plot.distinct(names)
    one_node = np.zeros(len(classes))
    one_node[node] = forms.one_node.gradient
    kinds = [
        ("2 sigmoids: σ − y", second_colour("H(p,q)"), forms.sigmoid.gradient),
        ("3 one node: σ − y", CROSS_ENTROPY, one_node),
    ]
    if forms.softmax.gradient is not None:
        kinds.insert(0, ("1 softmax: q − p", CROSS_ENTROPY, forms.softmax.gradient))
    return grouped(classes, kinds, plot.axis("∂loss / ∂logit", range=[-1.05, 1.05]))


def column_losses(logits: ArrayLike, targets: ArrayLike) -> go.Figure:
    """Draw the B × B losses that indexing columns makes; the diagonal is what was meant.

    Args:
        logits: z, finite numbers [B, C].
        targets: Class indices [B].
    """
    losses = indexed_columns(logits, targets)
    rows = [f"row {number}" for number in range(1, len(losses) + 1)]
    columns = [f"row {number}’s<br>target" for number in range(1, len(losses) + 1)]
    heat = {
        "type": "heatmap",
        "name": "loss",
        "x": columns,
        "y": rows,
        "z": losses,
        "zmin": 0,
        "zmax": plot.steady_top(float(losses.max()), least=8.0),
        "colorscale": [[0, with_alpha(NEUTRAL, 0.05)], [1, with_alpha(CROSS_ENTROPY, 0.7)]],
        "text": [[written(value, 4) for value in row] for row in losses],
        "texttemplate": "%{text}",
        "textfont": {"color": INK, "size": 15},
        "colorbar": {"thickness": 12, "title": {"text": "nats"}},
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y} against %{x}: %{z:.6f} nats<extra></extra>",
    }
    meant = [
        {
            "type": "rect",
            "x0": place - 0.48,
            "x1": place + 0.48,
            "y0": place - 0.48,
            "y1": place + 0.48,
            "line": {"color": INK, "width": 4},
        }
        for place in range(len(losses))
    ]
    return plot.figure(
        [heat],
        height=330,
        least_height=250,
        margin={"l": 60, "r": 12, "t": 20, "b": 40},
        xaxis={"type": "category", "showgrid": False, "tickangle": 0},
        yaxis={"type": "category", "showgrid": False, "autorange": "reversed"},
        shapes=meant,
    )


def batch_gradients(logits: ArrayLike, targets: ArrayLike, names: Sequence[str]) -> go.Figure:
    """Draw the gradient of every logit of a batch, gathered and with whole columns indexed.

    Args:
        logits: z, finite numbers [B, C].
        targets: Class indices [B].
        names: C class names.
    """
    rows, classes = len(np.asarray(targets)), plot.distinct(names)
    places = [f"row {row + 1}, {name}" for row in range(rows) for name in classes]
    return grouped(
        places,
        (
            ("cross-entropy, gathered", CROSS_ENTROPY, gathered_gradient(logits, targets).ravel()),
            (
                "cross-entropy, columns indexed",
                second_colour("H(p,q)"),
                indexed_columns_gradient(logits, targets).ravel(),
            ),
        ),
        plot.axis("∂mean loss / ∂logit", range=[-1.05 / rows, 1.05 / rows]),
    )


def stars(name: str, x: Sequence[str], y: ArrayLike, **more: Any) -> plot.Trace:
    """Return a trace of stars that mark what is true above its bars."""
    marker = {"symbol": "star", "size": 11, "color": INK}
    return plot.scatter(name, x, y, "markers", marker=marker, **plot.UNTABLED, **more)


def grouped(
    places: Sequence[str],
    kinds: Sequence[tuple[str, str, FloatArray]],
    upright: Mapping[str, Any],
    *more: plot.Trace,
    height: int = 380,
    least_height: int = 300,
) -> go.Figure:
    """Draw bars of several kinds side by side.

    Args:
        places: n categories, from `distinct`.
        kinds: Name, colour and heights [n] of each, at most three.
        upright: The axis of the heights.
        more: Further traces.
        height: Pixels.
        least_height: Of a screen that is low, in pixels.
    """
    places_axis, margin = plot.category_axis(places)
    traces = [
        loss_bars(Style(name, colour, "", pattern), places, values)
        for (name, colour, values), pattern in zip(kinds, _PATTERNS, strict=False)
    ]
    return plot.figure(
        [*traces, *more],
        height=height,
        least_height=least_height,
        margin=margin,
        barmode="group",
        xaxis=places_axis,
        yaxis=upright,
    )
