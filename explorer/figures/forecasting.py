"""Figures of forecasts: a room's forecasts and their mean, what they cost, and what is honest."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.core.information import entropy
from explorer.core.scoring import RULES, CrowdScore, expected_score, mean_forecast
from explorer.figures import plot
from explorer.figures.numbers import measured, written
from explorer.figures.palette import (
    CROSS_ENTROPY,
    DASHES,
    INK,
    NEUTRAL,
    SQUARED_ERROR,
    P,
    Q,
    with_alpha,
)

LABELS = {"log": "log score / bits", "brier": "Brier score", "linear": "linear score"}
"""Name of a rule → what it is called on screen."""
_SHORT = {"log": "log / bits", "brier": "Brier", "linear": "linear"}
_COLOURS = {"log": CROSS_ENTROPY, "brier": SQUARED_ERROR, "linear": NEUTRAL}
_BINS = 10
_LARGE = {"size": 15}
"""Text that is read from the back of a room."""
_ROOM = {"l": 62, "r": 26, "t": 12}
"""Margins for it: numbers at the left; what is drawn stands above the figure."""
_HEIGHT = 235
_LONGEST = 14
"""Characters of an outcome's name that a figure has place for."""


def forecast_histogram(
    forecasts: NDArray[np.float64], names: Sequence[str], outcome: int | None = None
) -> go.Figure:
    """Draw how many people gave each outcome how much.

    Two outcomes are one histogram; more are a map with a column for each.

    Args:
        forecasts: Distributions [n, C], n may be 0.
        names: C names of the outcomes.
        outcome: Index of what happened, which is marked.
    """
    edges = np.linspace(0, 1, _BINS + 1)
    counts = np.array([np.histogram(q, bins=edges)[0] for q in forecasts.T.reshape(len(names), -1)])
    labels = plot.distinct(names)
    if len(names) == 2:
        marked = {None: NEUTRAL, 0: INK, 1: NEUTRAL}[outcome]
        trace: plot.Trace = plot.bars(
            "people",
            (edges[:-1] + edges[1:]) / 2,
            counts[0],
            {"color": marked},
            width=0.094,
            hovertemplate="%{y} people near %{x:.2f}<extra></extra>",
        )
        return plot.figure(
            [trace],
            height=_HEIGHT,
            font=_LARGE,
            margin=plot.MARGIN | _ROOM,
            showlegend=False,
            xaxis=plot.axis(
                f"probability of “{labels[0]}”", range=[0, 1], tickformat=".0%", dtick=0.5
            ),
            yaxis=plot.axis(
                "people",
                rangemode="tozero",
                tick0=0,
                dtick=max(1, -(-int(counts.max(initial=0)) // 4)),
            ),
        )
    x_axis, margin = _outcomes_axis(names)
    heat: plot.Trace = {
        "type": "heatmap",
        "x": labels,
        "y": (edges[:-1] + edges[1:]) / 2,
        "z": counts.T,
        "name": "people",
        "colorscale": [[0, with_alpha(NEUTRAL, 0)], [1, NEUTRAL]],
        "zmin": 0,
        "zmax": max(1, int(counts.max(initial=0))),
        "showscale": False,
        "xgap": 3,
        "ygap": 1,
        "hovertemplate": "%{z} people gave %{x} about %{y:.0%}<extra></extra>",
    }
    figure = plot.figure(
        [heat],
        height=_HEIGHT,
        font=_LARGE,
        margin=margin,
        xaxis=x_axis,
        yaxis=plot.axis("probability", range=[0, 1], tickformat=".0%"),
    )
    if outcome is not None:
        ends = {"x0": outcome - 0.5, "x1": outcome + 0.5, "y0": 0, "y1": 1}
        figure.layout.shapes = [{"type": "rect", "line": {"color": INK, "width": 3}, **ends}]
    return figure


def mean_of_room(
    forecasts: NDArray[np.float64],
    names: Sequence[str],
    outcome: int | None = None,
    drawn_from: Sequence[float] = (),
) -> go.Figure:
    """Draw the mean forecast with its entropy.

    Args:
        forecasts: Distributions [n, C], at least one.
        names: C names of the outcomes.
        outcome: Index of what happened, whose bar stands out.
        drawn_from: The probabilities [C] of the draw that decided, where they may be shown.
    """
    mean = mean_forecast(forecasts)
    bits = measured(float(entropy(mean)), "bits", 3)
    labels = plot.distinct(names)
    x_axis, margin = _outcomes_axis(names)
    traces: list[plot.Trace] = [
        plot.bars(
            f"mean of {len(forecasts)}, entropy {bits}",
            labels,
            mean,
            {
                **plot.patterned(Q, ""),
                "opacity": [
                    1.0 if outcome in (None, place) else 0.45 for place in range(len(names))
                ],
            },
            hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        ),
        # In a row above the bars, where no mark of p is in the way.
        {
            "type": "scatter",
            "mode": "text",
            "x": labels,
            "y": [1.08] * len(labels),
            "text": [f"{100 * value:.0f}" + "%" * (len(labels) < 6) for value in mean],
            "textfont": {"size": 15 if len(labels) < 6 else 12},
            "hoverinfo": "skip",
        },
    ]
    if drawn_from:
        traces.append(
            plot.scatter(
                "p that decided",
                labels,
                list(drawn_from),
                "markers",
                marker={"color": P, "size": 15, "symbol": "line-ew-open", "line": {"width": 4}},
                hovertemplate="p of %{x}: %{y:.3f}<extra></extra>",
            )
        )
    return plot.figure(
        traces,
        height=_HEIGHT,
        font=_LARGE,
        margin=margin,
        showlegend=False,
        xaxis=x_axis,
        yaxis=plot.axis("probability", range=[0, 1.16], tickvals=[0, 0.5, 1], tickformat=".0%"),
    )


def _outcomes_axis(names: Sequence[str]) -> tuple[dict[str, object], dict[str, int]]:
    """Return an axis of outcomes and its margins, for a third of a projector's width.

    Names stand in up to three lines, or are turned where they would touch each other so.
    """
    letters = 180 / 7.2 / len(names)
    lines = [wrap(name, max(1, int(letters)), break_long_words=False) or [""] for name in names]
    widths = [max(map(len, one)) for one in lines]
    height = max(map(len, lines))
    angle, bottom = 0, 14 + 20 * height
    if height > 3 or any((left + right) / 2 > letters for left, right in pairwise(widths)):
        lines = [[name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"] for name in names]
        angle, bottom = -60, 24 + 7 * max(len(name) for (name,) in lines)
    x_axis = {
        "type": "category",
        "tickangle": angle,
        "tickvals": plot.distinct(names),
        "ticktext": ["<br>".join(html.escape(line, quote=False) for line in one) for one in lines],
    }
    return x_axis, plot.MARGIN | _ROOM | {"b": bottom}


def crowd_scores(crowd: Mapping[str, CrowdScore], *, rules: Sequence[str] = RULES[:2]) -> go.Figure:
    """Draw the mean score of a room beside the score of its mean forecast.

    Args:
        crowd: Rule → scores; by Jensen's inequality the second is never the larger.
    """
    means, of_means = zip(*((crowd[rule].mean, crowd[rule].of_mean) for rule in rules), strict=True)
    return _scores(rules, {"the room's mean": means, "its mean forecast": of_means})


def honest_or_bold(
    crowd: Mapping[str, CrowdScore], bold: Mapping[str, float], *, rules: Sequence[str] = RULES
) -> go.Figure:
    """Draw what a room's forecasts cost, and what its favourites alone would have cost.

    Args:
        crowd: Rule → scores of the forecasts as they were given.
        bold: Rule → mean score if everybody had put everything on their favourite.
    """
    means = [crowd[rule].mean for rule in rules]
    favourites = [bold[rule] for rule in rules]
    return _scores(rules, {"as forecast": means, "all on the favourite": favourites})


def _scores(rules: Sequence[str], kinds: Mapping[str, Sequence[float]]) -> go.Figure:
    finite = [value for values in kinds.values() for value in values if np.isfinite(value)]
    # An infinite score has no height of its own: its bar goes to the top and is named.
    top = 1.25 * max([*finite, 1.0])
    traces: list[plot.Trace] = [
        plot.bars(
            name,
            [_SHORT[rule] for rule in rules],
            [min(value, top) for value in values],
            plot.patterned(colour, pattern),
            text=[written(value, 3) for value in values],
            textposition="auto",
            textangle=0,
            customdata=[written(value, 6) for value in values],
            hovertemplate=f"{name}, %{{x}}: %{{customdata}}<extra></extra>",
        )
        for (name, values), colour, pattern in zip(
            kinds.items(), (NEUTRAL, INK), ("", "/"), strict=True
        )
    ]
    return plot.figure(
        traces,
        height=_HEIGHT,
        font=_LARGE,
        margin=plot.MARGIN | _ROOM | {"t": 48},
        barmode="group",
        xaxis={"type": "category", "tickangle": 0},
        yaxis=plot.axis("less is better", range=[0, top]),
    )


def expected_by_report(p: float) -> go.Figure:
    """Draw the expected cost of reporting q where one believes p, by each rule, of two outcomes.

    Args:
        p: Believed probability of the first outcome, 0 to 1.
    """
    q = np.linspace(0, 1, 201)
    reports = np.column_stack([q, 1 - q])
    belief = np.array([p, 1 - p])
    traces: list[plot.Trace] = []
    for place, rule in enumerate(RULES):
        costs = expected_score(belief, reports, rule)
        shown = np.where(np.isfinite(costs), costs, np.nan)
        best = int(np.argmin(np.where(np.isfinite(costs), costs, np.inf)))
        traces += [
            plot.scatter(
                LABELS[rule],
                q,
                shown,
                line={"color": _COLOURS[rule], "width": 3, "dash": DASHES[place]},
                hovertemplate=f"report %{{x:.3f}}: %{{y:.4f}} ({LABELS[rule]})<extra></extra>",
            ),
            plot.scatter(
                f"least, {LABELS[rule]}",
                [q[best]],
                [shown[best]],
                "markers",
                showlegend=False,
                marker=plot.outlined(_COLOURS[rule], 14, 2),
                hovertemplate=f"least at %{{x:.3f}} ({LABELS[rule]})<extra></extra>",
            ),
        ]
    return plot.figure(
        traces,
        height=300,
        margin={**plot.MARGIN, "t": 40},
        xaxis=plot.axis("reported q of the first outcome", range=[-0.02, 1.02]),
        yaxis=plot.axis("expected score, less is better", range=[0, 3]),
        shapes=[plot.upright(p, {"color": P, "width": 2, "dash": "dot"})],
        annotations=[
            {
                "x": p,
                "y": 1,
                "yref": "paper",
                "text": "believed p",
                "showarrow": False,
                "xanchor": "left" if p < 0.5 else "right",
                "yanchor": "top",
                "xshift": 5 if p < 0.5 else -5,
            }
        ],
    )


def running_scores(own: Sequence[float], other: Sequence[float]) -> go.Figure:
    """Draw how two players' sums of bits grow, the infinite rounds left out of the line.

    Args:
        own: Log scores in bits of one's own forecasts, round by round.
        other: Those of the computer's.
    """
    rounds = np.arange(len(own) + 1)
    end = max(10, len(own))
    top = plot.steady_top(
        max(math.fsum(filter(math.isfinite, one)) for one in (own, other)), least=20
    )

    def line(values: Sequence[float], name: str, colour: str, dash: str) -> plot.Trace:
        finite = [value if np.isfinite(value) else 0.0 for value in values]
        return plot.scatter(
            name,
            rounds,
            np.concatenate([[0.0], np.cumsum(finite)]),
            "lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate=f"{name} after %{{x}} rounds: %{{y:.3f}} bits<extra></extra>",
        )

    return plot.figure(
        [line(own, "you", INK, DASHES[0]), line(other, "the computer", NEUTRAL, DASHES[1])],
        height=250,
        margin={**plot.MARGIN, "t": 40},
        least_height=220,
        # It stands still while a short game is played.
        xaxis=plot.axis("rounds", range=[0, 1.02 * end], dtick=1 if end < 15 else 5),
        yaxis=plot.axis("sum of log scores / bits", range=[0, 1.05 * top]),
    )
