"""Making a figure at the speed of a dragged bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

Trace = dict[str, Any]

FARTHEST = 1e300
"""An axis ends here at the latest: beyond 1e304 Plotly finds no place for anything."""

MARGIN = {"l": 50, "r": 12, "t": 34, "b": 44}


def build(traces: Sequence[Trace], layout: dict[str, Any]) -> go.Figure:
    """Return the figure of these traces without checking each property.

    Plotly's checks and its default template cost ten times the drawing of a small figure. The
    tests put every figure through the checks instead; colours and fonts come from the theme.

    Args:
        traces: Plotly traces as dictionaries, each with its `type`. Titles of axes must be
            dictionaries with `text`: only the checks would turn a string into one.
        layout: Plotly layout; `height` in pixels is required by the plot component.
    """
    return go.Figure(
        {"data": list(traces), "layout": {"margin": MARGIN, "template": {}} | layout},
        _validate=False,
    )


def axis(title: str, **properties: Any) -> dict[str, Any]:
    """Return an axis with a title, which names the unit where there is one."""
    return {"title": {"text": title}, **properties}


def patterned(colour: str, pattern: str) -> dict[str, Any]:
    """Return the marker of bars that a grey print tells apart by white strokes over the colour.

    Args:
        colour: Of the ground, `#rrggbb`.
        pattern: Plotly's shape of the strokes, such as "/"; "" for none.
    """
    return {
        "color": colour,
        "pattern": {
            "shape": pattern,
            "fillmode": "overlay",
            "fgcolor": "#ffffff",
            "fgopacity": 0.55,
            "size": 6,
            "solidity": 0.25,
        },
    }
