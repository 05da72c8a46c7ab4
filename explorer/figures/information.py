"""Figures of one distribution: surprise, entropy and where it lies among all others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.information import (
    binary_entropy,
    entropy,
    entropy_terms,
    maximum_entropy,
    perplexity,
    self_information,
    simplex_entropy,
    unit_name,
)
from explorer.figures import plot
from explorer.figures.numbers import measured, written
from explorer.figures.palette import ENTROPY, second_colour, text_colour


def entropy_by_outcome(
    p: Sequence[float] | NDArray[np.float64], names: Sequence[str], *, base: float = 2.0
) -> go.Figure:
    """Draw self-information −log p and the contribution −p log p of each outcome, side by side.

    An impossible outcome has infinite self-information: no bar, but the sign ∞ in its place.

    Args:
        p: Distribution [n].
        names: n outcome names.
    """
    unit = unit_name(base)
    surprise = self_information(p, base=base)
    labels = plot.distinct(names)
    digits = 4 if len(labels) <= 3 else 2
    bars = [
        (
            "self-information −log p",
            np.where(np.isinf(surprise), np.nan, surprise),
            surprise,
            second_colour("H(p)"),
        ),
        ("contribution −p log p", entropy_terms(p, base=base), None, ENTROPY),
    ]
    traces: list[plot.Trace] = [
        plot.bars(
            name,
            labels,
            values,
            {"color": colour},
            text=[written(v, digits) for v in (values if shown is None else shown)],
            textposition="outside" if len(labels) <= 10 else "none",
            cliponaxis=False,
            hovertemplate="%{x}: %{y:.6g} " + unit + f"<extra>{name}</extra>",
        )
        for name, values, shown, colour in bars
    ]
    infinite = [
        plot.infinity_mark(labels[index], 0) for index in np.flatnonzero(np.isinf(surprise))
    ]
    categories, margin = plot.category_axis(labels)
    margin = margin | {"t": 26, "b": margin["b"] - 16}
    highest = float(np.max(surprise, where=np.isfinite(surprise), initial=0.0))
    at_most = maximum_entropy(len(labels), base)
    return plot.figure(
        traces,
        height=(216 if len(labels) <= 3 else 440) + margin["b"],
        margin=margin,
        barmode="group",
        yaxis=plot.axis(unit, range=[0, plot.steady_top(1.35 * highest, 1.35 * at_most)]),
        xaxis=categories,
        annotations=infinite + _rarest(p, labels, surprise),
        # Above narrow bars numbers would run into each other: none is written small.
        uniformtext={"mode": "hide", "minsize": 10},
        least_height=(120 if len(labels) <= 3 else 300) + margin["b"],
        quantities=[
            plot.quantity("Entropy H(p)", measured(float(entropy(p, base=base)), unit), ENTROPY),
            plot.quantity("Maximum", measured(at_most, unit)),
            plot.quantity("Perplexity", written(float(perplexity(p)))),
        ],
    )


def _rarest(
    p: Sequence[float] | NDArray[np.float64],
    labels: Sequence[str],
    surprise: NDArray[np.float64],
) -> list[dict[str, object]]:
    """Point out how little a rare outcome adds, or that no bar differs."""
    values = np.asarray(p, dtype=np.float64)
    possible = np.flatnonzero(values > 0)
    rarest = int(possible[np.argmin(values[possible])])
    if np.ptp(values) < 1e-9:
        words = "all alike: no p has more entropy"
    elif values[rarest] < 0.5 / len(values):
        words = "surprising, but rare: it adds little"
    else:
        return []
    return [
        plot.words(
            labels[rarest],
            float(surprise[rarest]),
            words,
            size=15,
            colour=text_colour("H(p)"),
            yanchor="bottom",
            yshift=18,
            # Away from the nearer edge of the picture.
            xanchor="left" if rarest < len(labels) / 2 else "right",
            xshift=-36 if rarest < len(labels) / 2 else 36,
        )
    ]


def binary_entropy_curve(
    p: Sequence[float] | NDArray[np.float64], name: str, *, base: float = 2.0
) -> go.Figure:
    """Draw H(p, 1 − p) over p with the current point.

    Args:
        p: Distribution of two outcomes [2].
        name: The first outcome.
    """
    unit = unit_name(base)
    grid, curve = _binary_curve(base)
    point = float(entropy(p, base=base))
    traces: list[plot.Trace] = [
        plot.scatter("H(p, 1 − p)", grid, curve, line={"color": ENTROPY}),
        plot.scatter("now", [p[0]], [point], "markers", marker=plot.outlined(ENTROPY, 13, 2)),
    ]
    return plot.figure(
        traces,
        height=226,
        least_height=150,
        xaxis=plot.axis(f"probability of {plot.distinct([name])[0]}", range=[-0.02, 1.02]),
        yaxis=plot.axis(f"entropy / {unit}", rangemode="tozero"),
    )


def entropy_on_simplex(
    p: Sequence[float] | NDArray[np.float64], names: Sequence[str], *, base: float = 2.0
) -> go.Figure:
    """Draw the entropy of all distributions over three outcomes, with the current one.

    Args:
        p: Distribution of three outcomes [3].
        names: Three outcome names.
    """
    unit = unit_name(base)
    points, values = _simplex(base)
    first, second, third = points.T
    traces: list[plot.Trace] = [
        {
            "type": "scatterternary",
            "a": first,
            "b": second,
            "c": third,
            "name": f"entropy / {unit}",
            "mode": "markers",
            "customdata": values,
            "marker": {
                "size": 11,
                "symbol": "hexagon",
                "color": values,
                "colorscale": "Cividis",
                "colorbar": {"title": {"text": unit, "side": "top"}, "thickness": 12, "x": 1.02},
            },
            "hovertemplate": "%{customdata:.4f} " + unit + "<extra></extra>",
            "showlegend": False,
        },
        {
            "type": "scatterternary",
            "a": [p[0]],
            "b": [p[1]],
            "c": [p[2]],
            "name": "now",
            "mode": "markers",
            "customdata": [float(entropy(p, base=base))],
            "cliponaxis": False,
            "marker": {"size": 15, "color": "#ffffff", "line": {"width": 3, "color": "#000000"}},
            "hovertemplate": "%{customdata:.6f} " + unit + "<extra>now</extra>",
            "showlegend": False,
        },
    ]
    corners = {
        corner: plot.axis(f"{name} = 1", showticklabels=False, min=0)
        for corner, name in zip(("aaxis", "baxis", "caxis"), plot.distinct(names), strict=True)
    }
    return plot.figure(
        traces,
        height=290,
        margin={"l": 50, "r": 50, "t": 34, "b": 34},
        least_height=190,
        ternary={"sum": 1, **corners},
    )


@lru_cache(maxsize=8)
def _binary_curve(base: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = np.linspace(0, 1, 201)
    return grid, binary_entropy(grid, base)


@lru_cache(maxsize=8)
def _simplex(base: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return simplex_entropy(28, base)
