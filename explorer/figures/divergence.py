"""Figures of a pair: how cross-entropy is made up, both KL directions by outcome, history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.core.comparison import Comparison
from explorer.core.information import unit_name
from explorer.figures import plot
from explorer.figures.numbers import measured, written
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

_ROWS = ("H(p,q)", "H(p) + D(p‖q)")


def quantities_of(pair: Comparison) -> list[dict[str, str]]:
    """Return H(p,q), H(p) and D(p‖q) as they stand above a figure."""
    unit = unit_name(pair.base)
    return [
        plot.quantity(name, measured(value, unit), colour)
        for name, value, colour in (
            ("H(p,q)", pair.cross_entropy, CROSS_ENTROPY),
            ("H(p)", pair.entropy_p, ENTROPY),
            ("D(p‖q)", pair.kl_pq, DIVERGENCE),
        )
    ]


def decomposition(pair: Comparison) -> go.Figure:
    """Draw H(p) and D(p‖q) end to end, as long together as H(p,q) above them.

    An infinite D(p‖q) has no length: its bar fades out to the right and is marked ∞.

    Args:
        pair: From `explorer.core.comparison.compare`.
    """
    unit = unit_name(pair.base)
    # What is drawn of an infinite length; the number above says that it is infinite.
    reach = rest = None
    if is_infinite := math.isinf(pair.kl_pq):
        reach = max(2 * pair.entropy_p, math.log(len(pair.p), pair.base))
        rest = reach - pair.entropy_p
    pieces = [
        ("H(p,q)", _ROWS[0], pair.cross_entropy, reach, CROSS_ENTROPY),
        ("H(p)", _ROWS[1], pair.entropy_p, None, ENTROPY),
        ("D(p‖q)", _ROWS[1], pair.kl_pq, rest, DIVERGENCE),
    ]
    traces: list[plot.Trace] = [
        plot.bars(
            name,
            [value if drawn is None else drawn],
            [row],
            {
                "color": colour if drawn is None else with_alpha(colour, 0.55),
                "pattern": {"shape": "" if drawn is None else "/"},
            },
            orientation="h",
            text=name if drawn is None else "∞",
            textposition="inside",
            textangle=0,
            textfont={"size": 16},
            insidetextanchor="middle",
            customdata=[written(value, 9)],
            hovertemplate=f"{name} = %{{customdata}} {unit}<extra></extra>",
        )
        for name, row, value, drawn, colour in pieces
    ]
    length = pair.cross_entropy if reach is None else reach
    # Room at the right for what there is to see.
    top = plot.steady_top(1.5 * length, 1.5 * math.log(len(pair.p), pair.base))
    if is_infinite:
        words = "no end to it: q rules out<br>what p allows"
    elif pair.kl_pq < 1e-9:
        words = "no gap: q = p"
    else:
        words = "this gap is D(p‖q):<br>0 only at q = p"
    annotation = {
        "x": length,
        "y": _ROWS[1],
        "text": words,
        "align": "left",
        "font": {"color": DIVERGENCE, "size": 15},
        "showarrow": True,
        "arrowcolor": DIVERGENCE,
        "arrowhead": 0,
        "ax": 22,
        "ay": 0,
        "xanchor": "left",
    }
    return plot.figure(
        traces,
        height=164,
        margin={"l": 8, "r": 40, "t": 4, "b": 26},
        barmode="stack",
        bargap=0.18,
        uniformtext={"mode": "hide", "minsize": 10},
        xaxis={"range": [0, top], "ticksuffix": f" {unit}", "showticksuffix": "last"},
        yaxis={"autorange": "reversed", "visible": False},
        showlegend=False,
        annotations=[annotation],
        least_height=120,
        quantities=quantities_of(pair),
    )


def kl_terms_by_outcome(pair: Comparison, names: Sequence[str]) -> go.Figure:
    """Draw p log(p/q) and q log(q/p) of every outcome; a term may be negative, their sum is not.

    Args:
        pair: From `explorer.core.comparison.compare`.
        names: n outcome names.
    """
    unit = unit_name(pair.base)
    labels = plot.distinct(names)
    few = len(labels) <= 6
    directions = [
        ("p log(p/q), all add up to D(p‖q)", pair.terms_pq, DIVERGENCE),
        ("q log(q/p), to D(q‖p)", pair.terms_qp, second_colour("D")),
    ]
    finite = np.concatenate([pair.terms_pq, pair.terms_qp])
    finite = finite[np.isfinite(finite)]
    # An infinite term is drawn to the top of the picture, hatched, and marked ∞.
    top = plot.steady_top(1.25 * float(finite.max(initial=0.0)), 1.0)
    lowest = float(finite.min(initial=0.0))
    bottom = -plot.steady_top(-2 * lowest, 0.5)
    traces: list[plot.Trace] = [
        plot.bars(
            term,
            labels,
            np.where(np.isinf(values), top, values),
            {
                "color": colour,
                "pattern": {"shape": ["/" if np.isinf(v) else "" for v in values]},
            },
            text=[written(value, 3) for value in values],
            # Numbers on narrower bars would run into each other.
            textposition=["outside" if few and np.isfinite(v) else "none" for v in values],
            cliponaxis=False,
            customdata=[written(value, 9) for value in values],
            hovertemplate=f"%{{x}}: %{{customdata}} {unit}<extra>{term}</extra>",
        )
        for term, values, colour in directions
    ]
    marks = [
        plot.infinity_mark(outcome + side, 1)
        for side, (_, values, _) in zip((-0.2, 0.2), directions, strict=True)
        for outcome in np.flatnonzero(np.isinf(values)).tolist()
    ]
    categories, margin = plot.category_axis(labels)
    # No title below the names.
    margin = margin | {"t": 24, "b": margin["b"] - 16}
    return plot.figure(
        traces,
        height=240 + margin["b"],
        margin=margin,
        barmode="group",
        yaxis=plot.axis(unit, range=[bottom, top]),
        xaxis=categories,
        annotations=marks,
        # Above the marks.
        legend={"y": 1.17},
        least_height=130 + margin["b"],
        meta={"aside": True},
        quantities=[
            plot.quantity(name, measured(value, unit))
            for name, value in (
                ("D(q‖p)", pair.kl_qp),
                ("H(q)", pair.entropy_q),
                ("Jensen–Shannon", pair.jensen_shannon),
            )
        ],
    )


def edit_history(pairs: Sequence[Comparison]) -> go.Figure:
    """Draw how both divergences and the cross-entropy moved over the last edits.

    An infinite value leaves a gap in its line, marked ∞ at the top.

    Args:
        pairs: Oldest first; all in the base of the newest.
    """
    unit = unit_name(pairs[-1].base)
    edits = np.arange(1 - len(pairs), 1)
    # A point between two gaps has no line; marks everywhere would cost a third of the drawing.
    any_gap = any(math.isinf(pair.kl_pq) or math.isinf(pair.kl_qp) for pair in pairs)
    mode = "lines+markers" if any_gap or len(pairs) < 3 else "lines"
    traces: list[plot.Trace] = []
    for name, (attribute, colour, dash) in HISTORY.items():
        values = np.array([getattr(pair, attribute) for pair in pairs])
        traces.append(
            plot.scatter(
                name,
                edits,
                np.where(np.isinf(values), np.nan, values),
                mode,
                line={"color": colour, "dash": dash, "width": 2},
                customdata=[written(value, 9) for value in values],
                hovertemplate=f"{name} = %{{customdata}} {unit}<extra></extra>",
            )
        )
        infinite = edits[np.isinf(values)]
        if not infinite.size:
            continue
        traces.append(
            plot.scatter(
                f"{name} = ∞",
                infinite,
                np.ones(infinite.size),
                "text",
                yaxis="y2",
                text="∞",
                textfont={"color": colour, "size": 16},
                showlegend=False,
                hovertemplate=f"{name} = ∞<extra></extra>",
                **plot.UNTABLED,
            )
        )
    shown = [v for trace in traces for v in np.atleast_1d(trace["y"]) if "yaxis" not in trace]
    highest = float(np.nanmax([0.0, *shown]))
    layout: dict[str, Any] = {
        "height": 260,
        "margin": plot.MARGIN | {"t": 40},
        "xaxis": plot.axis("edits ago", range=[-20 * math.ceil(len(pairs) / 20) + 0.5, 0.8]),
        "yaxis": plot.axis(unit, range=[0, plot.steady_top(1.05 * highest, 0.5)]),
        "least_height": 170,
    }
    if len(pairs) < 3:
        layout["annotations"] = [
            plot.words(
                0.4,
                0.5,
                "every edit adds a point here:<br>drag q towards p and look back",
                size=15,
                xref="paper",
                yref="paper",
            )
        ]
    if any(trace.get("yaxis") == "y2" for trace in traces):
        layout["yaxis2"] = {
            "overlaying": "y",
            "range": [0, 1.04],
            "visible": False,
            "fixedrange": True,
        }
    return plot.figure(traces, **layout)
