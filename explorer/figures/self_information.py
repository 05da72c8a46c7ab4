"""Figures of self-information: the surprise curve, and the information of a sequence."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.information import self_information, unit_name
from explorer.figures import plot
from explorer.figures.numbers import measured
from explorer.figures.palette import DASHES, ENTROPY, second_colour

_SMALLEST = 1 / 1024


def surprise_curve(p: float, *, base: float = 2.0) -> go.Figure:
    """Draw I(p) = −log p with the current probability, which can be dragged.

    An impossible event has no place on the curve; it is named at the upper left.

    Args:
        p: Probability of the event.
    """
    unit = unit_name(base)
    grid, curve = _curve(base)
    top = 1.08 * float(curve[0])
    value = float(self_information(p, base=base))
    place = value if value <= top else top
    traces: list[plot.Trace] = [
        plot.scatter(
            "I(p) = −log p",
            grid,
            curve,
            line={"color": ENTROPY, "width": 2.5},
            hovertemplate=f"p = %{{x:.4f}}: %{{y:.4f}} {unit}<extra></extra>",
        ),
        plot.scatter(
            "now",
            [p],
            [place],
            "markers+text",
            # The number itself stands above the figure.
            text="↑" if value > top else "",
            textposition="top center",
            textfont={"size": 18},
            cliponaxis=False,
            marker=plot.outlined(ENTROPY, 17, 2),
            customdata=[measured(value, unit, 9)],
            hovertemplate="now: %{customdata}<extra></extra>",
            meta={"drag": True},
        ),
    ]
    return plot.figure(
        traces,
        height=436,
        margin=plot.MARGIN | {"t": 12},
        showlegend=False,
        xaxis=plot.axis("probability p", range=[-0.02, 1.04]),
        yaxis=plot.axis(f"self-information −log p / {unit}", range=[-0.04 * top, 1.08 * top]),
        annotations=_half_as_likely(p, base),
        least_height=280,
        quantities=[plot.quantity("I(p)", measured(value, unit), ENTROPY)],
    )


def _half_as_likely(p: float, base: float) -> list[dict[str, object]]:
    """Say how much halving the probability adds, where the curve shows it."""
    half = p / 2
    if half < _SMALLEST:
        return []
    more = measured(float(self_information(0.5, base=base)), unit_name(base), 4)
    return [
        {
            "x": half,
            "y": float(self_information(half, base=base)),
            "text": f"half as likely: {more} more",
            "font": {"color": ENTROPY, "size": 16},
            "arrowcolor": ENTROPY,
            "arrowhead": 2,
            "ax": 90,
            "ay": -24,
            "xanchor": "left",
        }
    ]


def running_information(
    totals: NDArray[np.float64], expected: float, *, base: float = 2.0
) -> go.Figure:
    """Draw the information of a sequence against its length, beside n times the entropy.

    Args:
        totals: Information of the first 1, 2, … events [m]; inf from an impossible one on.
        expected: Entropy, what one event carries on average.
    """
    unit = unit_name(base)
    count = np.arange(totals.size + 1)
    values = np.concatenate([[0.0], totals])
    highest = float(np.max(values, where=np.isfinite(values), initial=expected * totals.size))
    traces: list[plot.Trace] = [
        plot.scatter(
            "expected, n · H",
            count,
            expected * count,
            line={"color": second_colour("H(p)"), "dash": DASHES[1], "width": 2},
            hovertemplate=f"n · H = %{{y:.4f}} {unit}<extra></extra>",
        ),
        plot.scatter(
            "this sequence",
            count,
            np.where(np.isinf(values), np.nan, values),
            "lines+markers" if totals.size <= 60 else "lines",
            line={"color": ENTROPY, "width": 2.5, "shape": "hv"},
            hovertemplate=f"after %{{x}} events: %{{y:.4f}} {unit}<extra></extra>",
        ),
    ]
    return plot.figure(
        traces,
        height=410,
        xaxis=plot.axis("events", range=[0, plot.steady_top(totals.size, 4)]),
        yaxis=plot.axis(f"information / {unit}", range=[0, plot.steady_top(1.05 * highest, 1.0)]),
        least_height=250,
        quantities=[
            plot.quantity("this sequence", measured(float(values[-1]), unit), ENTROPY),
            plot.quantity("n · H", measured(expected * totals.size, unit)),
            plot.quantity("events", f"{totals.size:,}"),
            plot.quantity("H, one event on average", measured(expected, unit)),
        ],
    )


@lru_cache(maxsize=8)
def _curve(base: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid = np.concatenate([np.geomspace(_SMALLEST, 0.1, 80), np.linspace(0.1, 1, 120)[1:]])
    return grid, self_information(np.minimum(grid, 1.0), base=base)
