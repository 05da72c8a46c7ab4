"""Panels one above the other on one axis of steps, as plain mappings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.build import build

PANEL_HEIGHT = 210
_GAP = 0.08

Trace = dict[str, Any]
Values = Sequence[Any] | NDArray[Any]


def trace(panel: int, index: int, name: str, x: Values, y: Values, **style: Any) -> Trace:
    """Return a curve's trace in a panel; the legend shows a curve once and switches all of it.

    Args:
        panel: Place of the panel, from the top.
        index: Place of the curve in the race.
        name: Name of the trace.
        x: Steps [n].
        y: Values [n].
        style: Further attributes of Plotly's scatter trace.
    """
    return {
        "type": "scatter",
        "mode": "lines",
        # Plotly would read a person's "<" as the start of a tag.
        "name": name.replace("<", "&lt;"),
        "x": x,
        "y": y,
        "yaxis": "y" if panel == 0 else f"y{panel + 1}",
        "legendgroup": str(index),
        **style,
    }


def panels(
    names: Sequence[str],
    traces: Sequence[Trace],
    labels: Sequence[str],
    height: int,
    scales: Sequence[str],
) -> go.Figure:
    """Return panels one above the other on one axis of steps, each with its own upright axis.

    Plain mappings: plotly's `make_subplots` takes longer than all the rest of a refresh.

    Args:
        names: What each panel shows, with its unit.
        traces: From `trace`.
        labels: Name of each curve, for the height of the legend.
        height: Pixels, without what a long legend adds.
        scales: "log" or "linear" for each panel.
    """
    share = (1 - _GAP * (len(names) - 1)) / len(names)
    axes: dict[str, Any] = {}
    left = 60
    for panel, (name, scale) in enumerate(zip(names, scales, strict=True)):
        top = 1 - panel * (share + _GAP)
        number = "" if panel == 0 else str(panel + 1)
        axis = {
            "title": {"text": name},
            "type": scale,
            "domain": [max(0.0, top - share), top],
            # A zoom made on one scale means nothing on the other.
            "uirevision": scale,
        }
        values = _values(traces, f"y{number}")
        if scale == "log":
            axis |= log_ticks(values)
        elif np.abs(values).max(initial=0.0) >= 1e5:
            # Ticks such as −1.5×10³⁰⁰ would run into the title.
            left = 84
        axes[f"yaxis{number}"] = axis
    shown: set[tuple[str, str]] = set()
    for one in traces:
        entry = (one["legendgroup"], one["name"])
        one.setdefault("showlegend", entry not in shown)
        shown.add(entry)
    legend_rows = 1 + sum(len(label) + 6 for label in labels) // 70
    layout = {
        "height": height + 20 * (legend_rows - 1),
        "margin": {"l": left, "r": 14, "t": 34, "b": 44},
        "xaxis": {
            "title": {"text": "step"},
            "anchor": "y" if len(names) == 1 else f"y{len(names)}",
            "rangemode": "tozero",
        },
        "hovermode": "x unified" if len(labels) <= 4 else "closest",
        "showlegend": True,
        **axes,
    }
    return build(traces, layout)


def share_range(shares: Sequence[float]) -> list[float] | None:
    """Return the ends of an axis for shares such as accuracies, from just below the lowest to 1.

    Args:
        shares: Fractions; those that are not finite have no place.

    Returns:
        None, which leaves the ends to Plotly, where there are none or one is not a fraction: the
        accuracy of a run made elsewhere can be anything.
    """
    known = [share for share in shares if math.isfinite(share)]
    if not known or min(known) < 0 or max(known) > 1:
        return None
    low = min(known)
    room = max(1 - low, 0.01)
    return [low - 0.06 * room, 1 + 0.03 * room]


def _values(traces: Sequence[Trace], axis: str) -> NDArray[np.float64]:
    """Return all values on an axis but those that have no place on it, as of a diverged curve."""
    columns = [np.asarray(one["y"], np.float64) for one in traces if one["yaxis"] == axis]
    values = np.concatenate([*columns, np.empty(0)])
    return values[np.isfinite(values)]


def log_ticks(values: NDArray[np.float64]) -> dict[str, Any]:
    """Return few labels that run neither into each other in a low panel nor into the title."""
    positive = values[values > 0]
    ends = [positive.min(), positive.max()] if positive.size else [1.0, 1.0]
    low, high = np.log10(ends)
    if high - low < 2:
        return {"tickformat": "~g", "dtick": "D2"}
    dtick = math.ceil((high - low) / 5)
    if low < -5 or high > 5:
        return {"exponentformat": "power", "dtick": dtick}
    return {"tickformat": "~g", "dtick": dtick}
