"""Panels in a grid, with one x axis for all and an upright axis of its own for each.

All of it is plain mappings: plotly's `make_subplots` takes longer than the rest of a refresh.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import plot
from explorer.figures.palette import with_alpha

PANEL_HEIGHT = 210
MOST_COLUMNS = 4
MARGIN = {"l": 54, "r": 24, "t": 30, "b": 42}

Values = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class PanelAxis:
    """The upright axis of a panel.

    Attributes:
        title: What the panel shows, with its unit.
        scale: "log" or "linear".
        range: Its ends, as values; None leaves them to Plotly.
        tickformat: Of its numbers; "" leaves it to Plotly.
    """

    title: str
    scale: str
    range: tuple[float, float] | None = None
    tickformat: str = ""


def trace(panel: int, index: int, name: str, x: Values, y: Values, **style: Any) -> plot.Trace:
    """Return a curve's trace in a panel; the legend shows a curve once and switches all of it.

    Args:
        panel: Place of the panel, from 0.
        index: Place of the curve among the curves.
        x: Steps [n].
        y: Values [n].
        style: Further attributes of Plotly's scatter trace.
    """
    # Plotly would read a person's "<" as the start of a tag.
    own = {"yaxis": f"y{number_of(panel)}", "legendgroup": str(index), **style}
    return plot.scatter(name.replace("<", "&lt;"), x, y, **own)


def raw_trace(panel: int, index: int, name: str, x: Values, y: Values, colour: str) -> plot.Trace:
    """Return the faint trace of a raw curve, which lies behind its average.

    Args:
        panel: As for `trace`, likewise the others.
        name: That of the average.
        colour: Of the curve, `#rrggbb`.
    """
    thin = {"color": with_alpha(colour, 0.25), "width": 1}
    hidden = {"showlegend": False, "hoverinfo": "skip", **plot.UNTABLED}
    return trace(panel, index, f"{name}, raw", x, y, line=thin, **hidden)


def grid(
    axes: Sequence[PanelAxis],
    traces: Sequence[plot.Trace],
    across: Mapping[str, Any],
    more: Mapping[str, Any],
    most_columns: int = MOST_COLUMNS,
) -> go.Figure:
    """Return panels in a grid.

    The layout's `meta.arrangements` holds the same panels in 1, 2, … columns, for whoever knows
    how wide the screen is.

    Args:
        axes: One for each panel, at least one.
        traces: Their `xaxis` and `yaxis` tell the panel.
        across: What all x axes share, with a `title`.
        more: Further entries of the layout.
    """
    count = len(axes)
    shown: set[tuple[str, str]] = set()
    for one in traces:
        one.setdefault("xaxis", f"x{one['yaxis'][1:]}")
        # A picture taken away has a legend, in which every line stands once.
        entry = (one["legendgroup"], one["name"])
        one.setdefault("showlegend", entry not in shown)
        shown.add(entry)
    layout: dict[str, Any] = {}
    for panel, axis in enumerate(axes):
        number = number_of(panel)
        upright: dict[str, Any] = {
            "type": axis.scale,
            "anchor": f"x{number}",
            # A zoom made on one scale or range means nothing on another.
            "uirevision": f"{axis.scale} {axis.range}",
        }
        if axis.range is not None:
            log = axis.scale == "log"
            upright["range"] = [math.log10(end) if log else end for end in axis.range]
            upright["autorange"] = False
        if axis.tickformat:
            upright["tickformat"] = axis.tickformat
        elif axis.scale == "log":
            upright |= _log_ticks(_values(traces, f"y{number}"))
        layout[f"yaxis{number}"] = upright
        untitled = {key: value for key, value in across.items() if key != "title"}
        layout[f"xaxis{number}"] = {"anchor": f"y{number}", **untitled}
        if panel:
            layout[f"xaxis{number}"]["matches"] = "x"
    arrangements = {
        str(columns): arranged(count, columns, across["title"])
        for columns in range(1, min(count, most_columns) + 1)
    }
    columns = balanced(count, min(2, most_columns))
    for name, placed in arrangements[str(columns)].items():
        layout[name] |= placed
    rows = math.ceil(count / columns)
    layout |= {
        "height": PANEL_HEIGHT * max(rows, 1) + 90,
        "margin": MARGIN,
        "annotations": [_heading(panel, axis.title) for panel, axis in enumerate(axes)],
        "showlegend": False,
        "hovermode": False,
        **more,
    }
    layout["meta"] = {**more.get("meta", {}), "arrangements": arrangements, "panels": count}
    return plot.figure(traces, **layout)


def balanced(count: int, most: int) -> int:
    """Return how many columns at most `most` fill their rows best.

    Args:
        most: Largest number of columns.
    """
    fitting = range(1, min(most, count, MOST_COLUMNS) + 1)
    rows = min(math.ceil(count / columns) for columns in fitting)
    return next(columns for columns in fitting if math.ceil(count / columns) == rows)


def arranged(count: int, columns: int, title: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return where the axes of panels stand in so many columns.

    Args:
        title: Of the x axis; the lowest panel of each column bears it.
    """
    rows = math.ceil(count / columns)
    gap_x, gap_y = 0.075, 0.3 / (rows + 0.5)
    width = (1 - gap_x * (columns - 1)) / columns
    height = (1 - gap_y * (rows - 1)) / rows
    placed: dict[str, dict[str, Any]] = {}
    for panel in range(count):
        row, column = divmod(panel, columns)
        left, top = column * (width + gap_x), 1 - row * (height + gap_y)
        is_lowest = panel + columns >= count
        placed[f"xaxis{number_of(panel)}"] = {
            "domain": [left, min(1.0, left + width)],
            "title": dict(title) if is_lowest else {"text": ""},
        }
        placed[f"yaxis{number_of(panel)}"] = {"domain": [max(0.0, top - height), top]}
    return placed


def number_of(panel: int) -> str:
    """Return what the names of a panel's axes end with: "" for the first panel, then "2", "3"."""
    return "" if panel == 0 else str(panel + 1)


def _heading(panel: int, title: str) -> dict[str, Any]:
    number = number_of(panel)
    place = {"xref": f"x{number} domain", "yref": f"y{number} domain", "xanchor": "left"}
    return plot.words(0, 1, title.replace("<", "&lt;"), size=14, yanchor="bottom", **place)


def _values(traces: Sequence[plot.Trace], axis: str) -> NDArray[np.float64]:
    """Return all values on an axis but those that have no place on it, as of a diverged curve."""
    columns = [np.asarray(one["y"], np.float64) for one in traces if one["yaxis"] == axis]
    values = np.concatenate([*columns, np.empty(0)])
    return values[np.isfinite(values)]


def _log_ticks(values: NDArray[np.float64]) -> dict[str, Any]:
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
