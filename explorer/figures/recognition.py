"""Figures of what trained networks say about one image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import plot
from explorer.figures.numbers import written
from explorer.figures.palette import INK, with_alpha

_CLASSES = [str(digit) for digit in range(10)]
_PATTERNS = ("", "/", ".", "\\", "x", "-", "|", "+")


def digit_probabilities(
    target: int | None,
    labels: Sequence[str],
    outputs: Sequence[NDArray[np.float64] | None],
    *,
    colours: Sequence[str],
    height: int = 260,
    least_height: int = 260,
) -> go.Figure:
    """Draw for one image the one-hot p and the softmax output q of every curve, class by class.

    Args:
        target: The image's true class; None draws no p.
        outputs: q [10] of each curve; None, or an output that is not finite, draws no bars.
        colours: Of each curve's bars, as `#rrggbb`.
        height: Pixels.
        least_height: Of a screen that is low, in pixels.
    """
    traces: list[dict[str, Any]] = []
    if target is not None:
        traces.append(
            plot.bars(
                "p, the truth",
                _CLASSES,
                [float(digit == target) for digit in range(10)],
                {"color": with_alpha(INK, 0.08), "line": {"color": INK, "width": 1.5}},
                width=0.92,
                offset=-0.46,
                hovertemplate="p(%{x}) = %{y}<extra></extra>",
            )
        )
    width = 0.8 / max(1, len(labels))
    for index, (label, q, colour) in enumerate(zip(labels, outputs, colours, strict=True)):
        if q is None or not np.isfinite(q).all():
            continue
        name = label.replace("<", "&lt;")  # Plotly would read it as the start of a tag
        traces.append(
            plot.bars(
                f"q, {name}",
                _CLASSES,
                q,
                {
                    "color": colour,
                    "pattern": {"shape": _PATTERNS[index % len(_PATTERNS)]},
                },
                width=width,
                offset=-0.4 + index * width,
                customdata=[written(value, 4) for value in q],
                hovertemplate="q(%{x}) = %{customdata}<extra>"
                + label.replace("<", "‹")
                + "</extra>",
            )
        )
    return plot.figure(
        traces,
        height=height,
        least_height=min(height, least_height),
        barmode="overlay",
        showlegend=True,
        xaxis=plot.axis("class", type="category", categoryarray=_CLASSES, range=[-0.6, 9.6]),
        yaxis=plot.axis("probability", range=[0, 1.05]),
    )
