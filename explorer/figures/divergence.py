"""Figures of a pair: how cross-entropy is made up, both KL directions by outcome, history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.core.comparison import Comparison
from explorer.core.information import unit_name
from explorer.figures.build import Trace, axis, build
from explorer.figures.labels import category_axis, distinct
from explorer.figures.numbers import written
from explorer.figures.palette import (
    CROSS_ENTROPY,
    DASHES,
    DIVERGENCE,
    ENTROPY,
    second_colour,
    with_alpha,
)

HISTORY = {
    "D(p‖q)": ("kl_pq", DIVERGENCE, DASHES[0]),
    "D(q‖p)": ("kl_qp", second_colour("D"), DASHES[1]),
    "H(p,q)": ("cross_entropy", CROSS_ENTROPY, DASHES[2]),
}


def decomposition(pair: Comparison) -> go.Figure:
    """Draw H(p) and D(p‖q) stacked to the length of H(p,q), which stands above them.

    An infinite D(p‖q) has no length: its bar fades out to the right and is marked ∞.

    Args:
        pair: From `explorer.core.comparison.compare`.
    """
    unit = unit_name(pair.base)
    # What is drawn of an infinite length; the written value says that it has no end.
    reach = rest = None
    if math.isinf(pair.kl_pq):
        reach = max(2 * pair.entropy_p, math.log(len(pair.p), pair.base))
        rest = reach - pair.entropy_p
    pieces = [
        ("H(p,q)", "H(p,q)", pair.cross_entropy, reach, CROSS_ENTROPY),
        ("H(p)", "H(p) + D(p‖q)", pair.entropy_p, None, ENTROPY),
        ("D(p‖q)", "H(p) + D(p‖q)", pair.kl_pq, rest, DIVERGENCE),
    ]
    traces: list[Trace] = [
        {
            "type": "bar",
            "name": f"{name} = {written(value, 4)}",
            "y": [row],
            "x": [value if drawn is None else drawn],
            "orientation": "h",
            "marker": {
                "color": colour if drawn is None else with_alpha(colour, 0.55),
                "pattern": {"shape": "" if drawn is None else "/"},
            },
            "text": name if drawn is None else "∞",
            "textposition": "inside",
            "textangle": 0,
            "insidetextanchor": "middle",
            "customdata": [written(value, 9)],
            "hovertemplate": f"{name} = %{{customdata}} {unit}<extra></extra>",
        }
        for name, row, value, drawn, colour in pieces
    ]
    return build(
        traces,
        {
            "height": 200,
            "margin": {"l": 110, "r": 12, "t": 34, "b": 44},
            "barmode": "stack",
            "uniformtext": {"mode": "hide", "minsize": 10},
            "xaxis": axis(unit, rangemode="tozero"),
            "yaxis": {"autorange": "reversed"},
            "legend": {"traceorder": "normal"},
        },
    )


def kl_terms_by_outcome(pair: Comparison, names: Sequence[str]) -> go.Figure:
    """Draw p log(p/q) and q log(q/p) of every outcome; a term may be negative, their sum is not.

    Args:
        pair: From `explorer.core.comparison.compare`.
        names: n outcome names.
    """
    unit = unit_name(pair.base)
    labels = distinct(names)
    directions = [
        ("p log(p/q)", pair.terms_pq, pair.kl_pq, "D(p‖q)", DIVERGENCE),
        ("q log(q/p)", pair.terms_qp, pair.kl_qp, "D(q‖p)", second_colour("D")),
    ]
    finite = np.concatenate([pair.terms_pq, pair.terms_qp])
    finite = finite[np.isfinite(finite)]
    # An infinite term is drawn to the top of the picture, hatched, and marked ∞.
    top = 1.25 * max(float(finite.max(initial=0.0)), 0.4)
    traces: list[Trace] = [
        {
            "type": "bar",
            "name": f"{term}, sum {divergence} = {written(total, 4)}",
            "x": labels,
            "y": np.where(np.isinf(values), top, values),
            "text": [written(value, 3) for value in values],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {
                "color": colour,
                "pattern": {"shape": ["/" if np.isinf(v) else "" for v in values]},
            },
            "customdata": [written(value, 9) for value in values],
            "hovertemplate": f"%{{x}}: %{{customdata}} {unit}<extra>{term}</extra>",
        }
        for term, values, total, divergence, colour in directions
    ]
    categories, margin = category_axis(labels)
    return build(
        traces,
        {
            "height": 276 + margin["b"],
            "margin": margin,
            "barmode": "group",
            "yaxis": axis(unit),
            "xaxis": categories,
        },
    )


def edit_history(pairs: Sequence[Comparison]) -> go.Figure:
    """Draw how both divergences and the cross-entropy moved over the last edits.

    An infinite value leaves a gap in its line, marked ∞ at the top.

    Args:
        pairs: Oldest first; all in the base of the newest.
    """
    unit = unit_name(pairs[-1].base)
    edits = np.arange(1 - len(pairs), 1)
    # Alone between two gaps a point has no line; elsewhere marks cost a third of the drawing.
    any_gap = any(math.isinf(pair.kl_pq) or math.isinf(pair.kl_qp) for pair in pairs)
    mode = "lines+markers" if any_gap or len(pairs) < 3 else "lines"
    traces: list[Trace] = []
    for name, (quantity, colour, dash) in HISTORY.items():
        values = np.array([getattr(pair, quantity) for pair in pairs])
        traces.append(
            {
                "type": "scatter",
                "x": edits,
                "y": np.where(np.isinf(values), np.nan, values),
                "name": name,
                "mode": mode,
                "line": {"color": colour, "dash": dash, "width": 2},
                "customdata": [written(value, 9) for value in values],
                "hovertemplate": f"{name} = %{{customdata}} {unit}<extra></extra>",
            }
        )
        infinite = edits[np.isinf(values)]
        if not infinite.size:
            continue
        traces.append(
            {
                "type": "scatter",
                "x": infinite,
                "y": np.ones(infinite.size),
                "yaxis": "y2",
                "name": f"{name} = ∞",
                "mode": "text",
                "text": "∞",
                "textfont": {"color": colour, "size": 16},
                "showlegend": False,
                "meta": {"untabled": True},
                "hovertemplate": f"{name} = ∞<extra></extra>",
            }
        )
    layout: dict[str, Any] = {
        "height": 280,
        "xaxis": axis("edits ago", range=[min(-19.5, edits[0] - 0.5), 0.8]),
        "yaxis": axis(unit, rangemode="tozero"),
    }
    if any(trace.get("yaxis") == "y2" for trace in traces):
        layout["yaxis2"] = {
            "overlaying": "y",
            "range": [0, 1.04],
            "visible": False,
            "fixedrange": True,
        }
    return build(traces, layout)
