"""Figures of a sweep: a quantity by two settings, and every cell across all settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.numbers import written
from explorer.figures.palette import NEUTRAL, P, with_alpha
from explorer.runs.config import INIT_LABELS, LOSS_LABELS
from explorer.runs.sweep_cells import DIVERGED, Cell
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid
from explorer.runs.sweep_results import QUANTITIES, SweepTable, value_of

_BINS = 6
_ROW = 64


def value_words(dimension: str, value: Any) -> str:
    """Return a setting's value in words.

    Args:
        dimension: Key of DIMENSIONS.
        value: One of its values.
    """
    if dimension == "loss":
        return LOSS_LABELS[value]
    if dimension == "init":
        return INIT_LABELS[value]
    if dimension == "output_relu":
        return "ReLU" if value else "no ReLU"
    if dimension == "seed":
        return f"seed {value}"
    return f"{value:g}"


def quantity_words(quantity: str, value: float) -> str:
    """Return a value of a quantity as it is written.

    Args:
        quantity: Key of QUANTITIES.
        value: In the unit of the quantity.
    """
    return f"{value:.2%}" if QUANTITIES[quantity].is_share else written(value, 4)


def heat_map(grid: SweepGrid, found: SweepTable, quantity: str) -> go.Figure:
    """Draw a quantity by two settings, the better the stronger.

    Below each mean stands of how many cells it is, where there is more than one, and what became
    of the others in words.

    Args:
        grid: The settings that the sweep varies, with their values.
        found: The quantity by two of its dimensions.
        quantity: Key of QUANTITIES.
    """
    columns = [value_words(found.x, value) for value in grid.values[found.x]]
    rows = [value_words(found.y, value) for value in grid.values[found.y]]
    better = _better(found.mean, QUANTITIES[quantity].more_is_better)
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "x": columns,
            "y": rows,
            "z": better,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[0, with_alpha(P, 0.08)], [1, P]],
            "showscale": False,
            "xgap": 2,
            "ygap": 2,
            "hoverinfo": "skip",
            "meta": {"untabled": True},
        }
    ]
    for name, dark in (("others", False), ("better half", True)):
        x, y, text, values = [], [], [], []
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                if (better[i, j] >= 0.5) != dark:
                    continue
                x.append(column)
                y.append(row)
                values.append(found.mean[i, j])
                text.append("<br>".join(_lines(found, i, j, quantity)))
        traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "name": f"{QUANTITIES[quantity].label}, {name}",
                "x": x,
                "y": y,
                "text": text,
                "customdata": values,
                "hoverinfo": "skip",
                "showlegend": False,
            }
            | ({"textfont": {"color": "#ffffff"}} if dark else {})
        )
    left = 20 + 7 * max(map(len, rows))
    layout = {
        "height": 90 + _ROW * len(rows),
        "margin": {"l": left, "r": 12, "t": 12, "b": 60},
        "xaxis": {"title": {"text": DIMENSIONS[found.x]}, "type": "category", "showgrid": False},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
    }
    return go.Figure({"data": traces, "layout": layout})


def parallel_coordinates(grid: SweepGrid, cells: Sequence[Cell], quantity: str) -> go.Figure:
    """Draw each finished cell as a line through its settings to its result, stronger if better.

    A diverged cell is a grey line that ends below the scale.

    Args:
        grid: The grid; settings with one value are left out.
        cells: Its cells.
        quantity: Key of QUANTITIES.
    """
    dimensions = grid.varied()
    titles = [*(DIMENSIONS[name] for name in dimensions), QUANTITIES[quantity].label]
    values = np.array(
        [math.nan if (value := value_of(c, quantity)) is None else value for c in cells], float
    )
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    better = _better(values, QUANTITIES[quantity].more_is_better)
    groups: dict[int, list[int]] = {}
    for place, cell in enumerate(cells):
        if cell.state == DIVERGED:
            groups.setdefault(-1, []).append(place)
        elif math.isfinite(values[place]):
            groups.setdefault(min(_BINS - 1, int(better[place] * _BINS)), []).append(place)
    traces = []
    for group in sorted(groups):
        x: list[float | None] = []
        y: list[float | None] = []
        text: list[str] = []
        for place in groups[group]:
            cell = cells[place]
            heights = [_height(grid.values[n], getattr(cell.config, n)) for n in dimensions]
            end = -0.12 if group < 0 else _share(values[place], low, high)
            words = ", ".join(value_words(n, getattr(cell.config, n)) for n in dimensions)
            result = "diverged" if group < 0 else quantity_words(quantity, values[place])
            x += [*range(len(titles)), None]
            y += [*heights, end, None]
            text += [f"{words}: {result}"] * (len(titles) + 1)
        strength = 0.25 + 0.75 * group / (_BINS - 1)
        line = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
        if group >= 0:
            line = {"color": with_alpha(P, strength), "width": 1 + 1.5 * strength}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": y,
                "text": text,
                "line": line,
                "hovertemplate": "%{text}<extra></extra>",
                "name": "diverged" if group < 0 else f"{group + 1} of {_BINS}",
                "showlegend": False,
                "meta": {"untabled": True},
            }
        )
    labels = [
        (axis, _height(grid.values[name], value), value_words(name, value))
        for axis, name in enumerate(dimensions)
        for value in grid.values[name]
    ]
    labels += [
        (len(dimensions), _share(value, low, high), quantity_words(quantity, value))
        for value in sorted({float(low), float(high)})
        if finite.size
    ]
    layout = {
        "height": 380,
        "margin": {"l": 30, "r": 90, "t": 20, "b": 50},
        "xaxis": {
            "tickvals": list(range(len(titles))),
            "ticktext": titles,
            "range": [-0.15, len(titles) - 0.6],
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {"visible": False, "range": [-0.2, 1.14], "fixedrange": True},
        "hovermode": "closest",
        "annotations": [_label(*label) for label in labels],
    }
    return go.Figure({"data": traces, "layout": layout})


def _better(values: NDArray[np.float64], more_is_better: bool) -> NDArray[np.float64]:
    """Return how good values are among each other, from 0, the worst, to 1; NaN stays NaN."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.full(values.shape, math.nan)
    spread = finite.max() - finite.min()
    if spread == 0:
        return np.where(np.isfinite(values), 1.0, math.nan)
    share = (values - finite.min()) / spread
    return share if more_is_better else 1 - share


def _lines(found: SweepTable, i: int, j: int, quantity: str) -> list[str]:
    count, others = int(found.counts[i, j]), found.others[i][j]
    lines = []
    if count:
        mean = f"<b>{quantity_words(quantity, found.mean[i, j])}</b>"
        lines.append(mean if found.totals == 1 else f"{mean} · mean of {count}")
    lines += [word if found.totals == 1 else f"{number} {word}" for word, number in others.items()]
    return lines


def _height(values: Sequence[Any], value: Any) -> float:
    """Return the height of a value among those of its dimension; numbers rise."""
    ordered = sorted(values) if isinstance(values[0], int | float) else list(values)[::-1]
    return 0.5 if len(ordered) == 1 else ordered.index(value) / (len(ordered) - 1)


def _share(value: float, low: float, high: float) -> float:
    return 0.5 if high == low else float((value - low) / (high - low))


def _label(axis: int, height: float, text: str) -> dict[str, Any]:
    return {
        "x": axis,
        "y": height,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        # Beside the lines that meet in this point; above and below in turn, since on a narrow
        # screen the words of one axis reach the next.
        "xshift": 4,
        "yshift": -11 if axis % 2 else 11,
        "font": {"size": 12},
    }
