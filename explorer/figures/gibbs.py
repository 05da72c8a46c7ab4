"""Figures of Gibbs' inequality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.core.gibbs import GibbsGaps
from explorer.figures import plot
from explorer.figures.numbers import measured, written
from explorer.figures.palette import DASHES, DIVERGENCE, INK, NEUTRAL, OTHER

_FARTHEST = 1e3


def logarithm_below_its_tangent(found: GibbsGaps, names: Sequence[str]) -> go.Figure:
    """Draw ln x and x − 1, and at each outcome's x = q/p the gap between them.

    Outcomes with q = 0, where the gap is infinite, and those beyond x = 1000 are left to the
    bars of `shares_by_outcome`.

    Args:
        found: From `explorer.core.gibbs.gibbs_gaps`.
        names: n outcome names.
    """
    labels = plot.distinct(names)
    drawn = [
        index
        for index, ratio in enumerate(found.ratios)
        if np.isfinite(found.gaps[index]) and ratio <= _FARTHEST
    ]
    reach = plot.steady_top(1.15 * max([2.6, *(found.ratios[index] for index in drawn)]))
    x = np.concatenate([np.geomspace(1e-3, 0.3, 60), np.linspace(0.3, reach, 140)])
    points = found.ratios[drawn]
    traces: list[plot.Trace] = [
        plot.scatter(
            "x − 1",
            x,
            x - 1,
            line={"color": NEUTRAL, "dash": DASHES[1], "width": 2},
            hovertemplate="x − 1 = %{y:.4f}<extra></extra>",
        ),
        plot.scatter(
            "ln x",
            x,
            np.log(x),
            line={"color": INK, "width": 2.5},
            hovertemplate="ln x = %{y:.4f}<extra></extra>",
        ),
        plot.scatter(
            "gap",
            [value for ratio in points for value in (ratio, ratio, None)],
            [value for ratio in points for value in (ratio - 1, np.log(ratio), None)],
            line={"color": DIVERGENCE, "width": 3},
            hoverinfo="skip",
            **plot.UNTABLED,
        ),
        plot.scatter(
            "outcomes, x = q/p",
            points,
            np.log(points),
            "markers",
            marker=plot.outlined(
                OTHER,
                # The area shows the weight p.
                7 + 26 * np.sqrt(found.p[drawn]),
                1.5,
            ),
            text=[labels[index] for index in drawn],
            customdata=[
                [written(found.p[index], 4), written(found.gaps[index], 4)] for index in drawn
            ],
            hovertemplate="%{text}: q/p = %{x:.4g}, p = %{customdata[0]}, gap %{customdata[1]}"
            "<extra></extra>",
        ),
    ]
    return plot.figure(
        traces,
        height=262,
        margin={"l": 36, "r": 8, "t": 28, "b": 40},
        xaxis=plot.axis("x = q/p", range=[-0.04 * reach, reach]),
        yaxis=plot.axis("", range=[-3.2, max(1.8, reach - 0.8)]),
        annotations=_touching(found, drawn, labels, reach),
        least_height=168,
    )


def _touching(
    found: GibbsGaps, drawn: Sequence[int], labels: Sequence[str], reach: float
) -> list[dict[str, object]]:
    """Label the widest gap, or say that there is none."""
    widest = max(drawn, key=lambda index: found.gaps[index], default=None)
    if widest is None or found.gaps[widest] < 1e-6:
        x, y, words = 1.0, 0.0, "the line touches here alone: x = 1, no gap"
    else:
        x = float(found.ratios[widest])
        y = (float(np.log(x)) + x - 1) / 2
        words = f"widest gap: {labels[widest]}"
    return [
        {
            "x": x,
            "y": y,
            "text": words,
            "font": {"color": DIVERGENCE, "size": 15},
            "arrowcolor": DIVERGENCE,
            "arrowhead": 0,
            # Towards the side that has room.
            "ax": 60 if x < reach / 2 else -60,
            "ay": 52,
            "xanchor": "left" if x < reach / 2 else "right",
        }
    ]


def shares_by_outcome(found: GibbsGaps, names: Sequence[str]) -> go.Figure:
    """Draw what each outcome adds to D(p‖q): p times its gap, or q where p = 0.

    Args:
        found: From `explorer.core.gibbs.gibbs_gaps`.
        names: n outcome names.
    """
    labels = plot.distinct(names)
    finite = found.shares[np.isfinite(found.shares)]
    # An infinite share is drawn to the top of the picture, hatched, and marked ∞.
    top = plot.steady_top(1.25 * float(finite.max(initial=0.0)), 0.5)
    infinite = np.isinf(found.shares)
    categories, margin = plot.category_axis(labels)
    margin = margin | {"t": 24, "b": margin["b"] - 16}
    return plot.figure(
        [
            plot.bars(
                "p · gap, never below 0",
                labels,
                np.where(infinite, top, found.shares),
                {
                    "color": DIVERGENCE,
                    "pattern": {"shape": ["/" if one else "" for one in infinite]},
                },
                text=[written(share, 3) for share in found.shares],
                textposition=["none" if one else "outside" for one in infinite],
                cliponaxis=False,
                showlegend=True,
                customdata=[written(share, 9) for share in found.shares],
                hovertemplate="%{x}: %{customdata} nats<extra></extra>",
            )
        ],
        height=220 + margin["b"],
        margin=margin,
        yaxis=plot.axis("nats", range=[0, 1.15 * top]),
        xaxis=categories,
        annotations=[plot.infinity_mark(labels[place], 1) for place in np.flatnonzero(infinite)],
        legend={"y": 1.17},
        least_height=130 + margin["b"],
        meta={"aside": True},
        quantities=[plot.quantity("all add up to D(p‖q)", measured(found.kl_divergence, "nats"))],
    )
