"""Figures of skip-gram: word vectors in the plane, and the probabilities that they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from explorer.core.losses import sigmoid, softmax
from explorer.core.skip_gram import VectorGradients, pair_scores
from explorer.figures import plot
from explorer.figures.palette import INK, NEUTRAL, OTHER, Q, second_colour
from explorer.figures.three_forms import grouped, stars


def word_vectors(
    outputs: ArrayLike,
    centre: ArrayLike,
    gradients: VectorGradients,
    names: Sequence[str],
    centre_name: str,
    context: int,
) -> go.Figure:
    """Draw the centre's vector v and every output vector u, each with its way down the loss.

    Args:
        outputs: Output vectors u [V, 2].
        centre: Input vector v of the centre word [2].
        gradients: Of the loss; the short arrows point against them.
        names: V words.
        context: Index of the neighbour.
    """
    u, v = np.asarray(outputs), np.asarray(centre)
    words = plot.distinct(names)
    traces: list[plot.Trace] = [
        _vector(v, f"v of {plot.distinct([centre_name])[0]} (centre)", INK, 4.0, "circle"),
        *(
            _vector(
                u[word],
                f"u of {words[word]}" + (" (neighbour)" if word == context else ""),
                OTHER if word == context else NEUTRAL,
                4.0 if word == context else 2.0,
                "star" if word == context else "square",
            )
            for word in range(len(words))
        ),
    ]
    ends = np.vstack([u, v])
    steps = -np.vstack([gradients.outputs, gradients.centre])
    # As far as the editor's bars go, so that the axes stand still while one of them is dragged.
    reach = plot.steady_top(1.15 * float(np.abs(np.vstack([ends, ends + steps])).max()), least=3.0)
    return plot.figure(
        traces,
        height=400,
        least_height=235,
        xaxis=plot.axis("first coordinate", range=[-reach, reach]),
        yaxis=plot.axis("second coordinate", range=[-reach, reach], scaleanchor="x", scaleratio=1),
        annotations=[
            _arrow(end, step) for end, step in zip(ends, steps, strict=True) if step.any()
        ],
    )


def neighbour_probabilities(
    outputs: ArrayLike, centre: ArrayLike, names: Sequence[str], context: int
) -> go.Figure:
    """Draw softmax and sigmoid of the scores u·v of every word.

    Args:
        outputs: Output vectors u [V, D].
        centre: Input vector v [D].
        names: V words.
        context: Index of the neighbour, which is marked.
    """
    scores = pair_scores(outputs, centre)
    words = plot.distinct(names)
    q, positive = softmax(scores), sigmoid(scores)
    return grouped(
        words,
        (
            ("q of each word, softmax(u·v)", Q, q),
            ("σ(u·v), is a neighbour", second_colour("q"), positive),
        ),
        plot.axis("probability", range=[0, 1.12]),
        stars("the neighbour", [words[context]], [max(q[context], positive[context]) + 0.06]),
        height=300,
    )


def _vector(
    end: NDArray[np.float64], name: str, colour: str, width: float, symbol: str
) -> dict[str, Any]:
    return plot.scatter(
        name,
        [0.0, float(end[0])],
        [0.0, float(end[1])],
        "lines+markers",
        line={"color": colour, "width": width},
        marker={"color": colour, "symbol": symbol, "size": [1, 11]},
        hovertemplate="%{x:.4g}, %{y:.4g}<extra>" + name + "</extra>",
    )


def _arrow(start: NDArray[np.float64], step: NDArray[np.float64]) -> dict[str, Any]:
    """Return an arrow of one step of gradient descent with learning rate 1."""
    end = start + step
    return {
        "x": float(end[0]),
        "y": float(end[1]),
        "ax": float(start[0]),
        "ay": float(start[1]),
        "xref": "x",
        "yref": "y",
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowsize": 1,
        "arrowwidth": 1.6,
        "arrowcolor": NEUTRAL,
    }
