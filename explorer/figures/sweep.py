"""Figures of a sweep: a quantity by two settings, and every cell across all settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures import plot
from explorer.figures.numbers import written
from explorer.figures.palette import CATEGORICAL, NEUTRAL, with_alpha
from explorer.runs.config import INIT_LABELS, LOSS_LABELS
from explorer.runs.sweep_cells import DIVERGED, Cell
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid
from explorer.runs.sweep_results import QUANTITIES, SweepTable, value_of

_ROW, _ROW_OF_ONE = 64, 36
"""Pixels of a row of the map, whose cells say what became of several networks, or of one."""
_PLATFORM = 0.6
"""Part of the way to the next axis on which lines run level, under the words of their value."""
_RESULT_PLATFORM = 0.12
"""The same on the axis of results, whose words stand behind the ends of the lines."""
_DIVERGED = -0.24
_WORSE, _BETTER = CATEGORICAL[7], CATEGORICAL[6]
"""Neither stands for a quantity anywhere."""
_MARKS = ((0.0, _WORSE, 0.5), (0.5, NEUTRAL, 0.1), (1.0, _BETTER, 1.0))
"""Share of the scale → colour and strength of a place of the map."""
_BINS = 6
_LINES = tuple(
    [(_WORSE, strength) for strength in (1.0, 0.75, 0.5)]
    + [(_BETTER, strength) for strength in (0.5, 0.75, 1.0)]
)
"""Colour and strength of lines by the sixth of the scale that they end in."""


def value_words(dimension: str, value: Any) -> str:
    """Return a setting's value in words.

    Args:
        dimension: Key of DIMENSIONS.
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


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of results that the colours cover.

    Attributes:
        worst: The value that the weakest colour stands for; worse ones have it too.
        best: The best of the values.
        is_cut: Whether some value is worse than `worst`.
    """

    worst: float
    best: float
    is_cut: bool

    def share(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places of values on the scale, from 0 to 1, the best; NaN stays NaN."""
        if self.best == self.worst:
            return np.where(np.isfinite(values), 1.0, math.nan)
        # The difference of two numbers can be above every number; that of their quarters is not.
        part = 0.25 if math.isinf(self.best - self.worst) or np.any(np.abs(values) > 1e300) else 1.0
        worst, best = part * self.worst, part * self.best
        return np.clip((part * values - worst) / (best - worst), 0.0, 1.0)


def scale_of(values: NDArray[np.float64], more_is_better: bool) -> Scale:
    """Return a scale on which the better half of the values takes at least half.

    From 54, 94, 95, 96 and 97 % it makes one from 93 to 97 %: on one from 54 % those from 94 to
    97 % would all look alike. Where the values lie evenly, it reaches from the worst to the best.

    Args:
        values: Any shape; those that are not finite do not count.
        more_is_better: Whether the largest is the best.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Scale(0.0, 1.0, False)
    signed = finite if more_is_better else -finite
    best, worst = float(signed.max()), float(signed.min())
    with np.errstate(over="ignore"):
        median = float(np.median(signed))
    if math.isinf(median):
        # Of an even number of values it is a mean, whose sum can be above every number.
        median = 4 * float(np.median(signed / 4))
    cut = max(worst, best - 2 * (best - median))
    # Where more than half of them are the best, any difference is to those that are not.
    cut = worst if cut == best else cut
    sign = 1 if more_is_better else -1
    return Scale(sign * cut, sign * best, cut > worst)


def heat_map(
    grid: SweepGrid, found: SweepTable, quantity: str, height: int = 0, least_height: int = 0
) -> go.Figure:
    """Draw a quantity by two settings, coloured from worse to better.

    Below each mean stands of how many cells it is, where there is more than one, and what became
    of the others in words.

    Args:
        grid: The settings that the sweep varies, with their values.
        found: The quantity by two of its dimensions; of no cell at all before a training.
        quantity: Key of QUANTITIES.
        height: Pixels; the words of many rows need more.
        least_height: The same on a screen that is low.
    """
    columns = [value_words(found.x, value) for value in grid.values[found.x]]
    rows = [value_words(found.y, value) for value in grid.values[found.y]]
    scale = scale_of(found.mean, QUANTITIES[quantity].more_is_better)
    shares = scale.share(found.mean)
    cells = {
        "type": "heatmap",
        "x": columns,
        "y": rows,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
        **plot.UNTABLED,
    }
    traces: list[dict[str, Any]] = [
        {
            **cells,
            "z": shares,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[at, with_alpha(colour, alpha)] for at, colour, alpha in _MARKS],
            "showscale": bool(np.isfinite(shares).any()),
            "colorbar": _colour_bar(scale, quantity),
        }
    ]
    for name, strong in (("others", False), ("the best", True)):
        x, y, text, values = [], [], [], []
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                if (shares[i, j] >= 0.8) != strong:
                    continue
                x.append(column)
                y.append(row)
                values.append(found.mean[i, j])
                text.append("<br>".join(_lines(found, i, j, quantity)))
        words = plot.scatter(
            f"{QUANTITIES[quantity].label}, {name}",
            x,
            y,
            "text",
            text=text,
            customdata=values,
            hoverinfo="skip",
            showlegend=False,
        )
        traces.append(words | ({"textfont": {"color": "#ffffff"}} if strong else {}))
    # Places without a result are seen too.
    empty = {"z": np.where(np.isfinite(shares), math.nan, 0.0), "showscale": False}
    grey = [[at, with_alpha(NEUTRAL, 0.1)] for at in (0, 1)]
    traces.append({**cells, **empty, "colorscale": grey})
    upright = [_in_two_lines(row) for row in rows]
    left = 20 + 7 * max(len(line) for row in upright for line in row.split("<br>"))
    names = [_in_two_lines(name.removeprefix("seed ")) for name in columns]
    lines = 2 if any("<br>" in name for name in names) else 1
    row_height = _ROW if found.totals > 1 else _ROW_OF_ONE
    needed = 124 + row_height * len(rows)
    layout: dict[str, Any] = {
        "height": max(height, needed),
        "meta": {"least_height": max(least_height, needed)},
        "margin": {"l": left, "r": 24, "t": 58, "b": 56},
        "xaxis": {
            "type": "category",
            "tickvals": columns,
            # They fit below narrow columns too, without being turned.
            "ticktext": names,
            "tickangle": 0,
            "showgrid": False,
        },
        "yaxis": {
            "type": "category",
            "tickvals": rows,
            "ticktext": upright,
            "autorange": "reversed",
            "showgrid": False,
        },
    }
    paper = {"xref": "paper", "yref": "paper"}
    # Plotly would write the title over the second line.
    shift = -12 - 15 * lines
    layout["annotations"] = [
        plot.words(0.5, 0, DIMENSIONS[found.x], size=15, yanchor="top", yshift=shift, **paper)
    ]
    if not found.totals:
        told = "Nothing was trained yet: press Train the grid."
        layout["annotations"].append(
            plot.words(1, 1, told, size=16, xanchor="right", yshift=6, **paper)
        )
    return go.Figure({"data": traces, "layout": layout})


def _colour_bar(scale: Scale, quantity: str) -> dict[str, Any]:
    """Return the key to the colours, which says where the scale was cut."""
    of = QUANTITIES[quantity]
    marks = [scale.worst, scale.worst / 2 + scale.best / 2, scale.best]
    words = [quantity_words(quantity, value) for value in marks]
    if scale.is_cut:
        words[0] = f"{words[0]} or {'less' if of.more_is_better else 'more'}"
    if scale.worst == scale.best:
        words = words[-1:]
    return {
        "tickvals": [0, 0.5, 1] if len(words) > 1 else [1],
        "ticktext": words,
        # Above the map: beside it, it would leave a phone's cells too narrow for their numbers.
        "orientation": "h",
        "y": 1.02,
        "yanchor": "bottom",
        "ypad": 0,
        "thickness": 10,
        "outlinewidth": 0,
        "title": {"text": of.label, "side": "top"},
    }


def parallel_coordinates(
    grid: SweepGrid, cells: Sequence[Cell], quantity: str, height: int = 380
) -> go.Figure:
    """Draw each finished cell as a line through its settings to its result, which colours it.

    On each axis a line runs level for a while, and the words of its value stand above it there, so
    that no line goes through them; those of the results stand where the lines end. A diverged cell
    is a grey line that ends below the scale.

    Args:
        grid: The grid; settings with one value are left out.
        quantity: Key of QUANTITIES.
        height: Pixels.
    """
    dimensions = grid.varied()
    titles = [*(DIMENSIONS[name] for name in dimensions), QUANTITIES[quantity].label]
    values = np.array(
        [math.nan if (value := value_of(c, quantity)) is None else value for c in cells], float
    )
    scale = scale_of(values, QUANTITIES[quantity].more_is_better)
    shares = scale.share(values)
    # On the axis of results larger ones stand higher, whether they are better or worse.
    up = shares if QUANTITIES[quantity].more_is_better else 1 - shares
    ends = np.full(values.shape, 0.5) if scale.worst == scale.best else up
    groups: dict[int, list[int]] = {}
    for place, cell in enumerate(cells):
        if cell.state == DIVERGED:
            groups.setdefault(-1, []).append(place)
        elif math.isfinite(values[place]):
            groups.setdefault(min(_BINS - 1, int(shares[place] * _BINS)), []).append(place)
    # The best are drawn last, above the others.
    traces = []
    for group in sorted(groups):
        x: list[float | None] = []
        y: list[float | None] = []
        text: list[str] = []
        for place in groups[group]:
            cell = cells[place]
            heights = [_height(grid.values[n], getattr(cell.config, n)) for n in dimensions]
            heights.append(_DIVERGED if group < 0 else float(ends[place]))
            words = ", ".join(value_words(n, getattr(cell.config, n)) for n in dimensions)
            result = "diverged" if group < 0 else quantity_words(quantity, values[place])
            for axis, at in enumerate(heights):
                x += [axis, axis + (_RESULT_PLATFORM if axis == len(dimensions) else _PLATFORM)]
                y += [at, at]
            x.append(None)
            y.append(None)
            text += [f"{words}: {result}"] * (2 * len(titles) + 1)
        line: dict[str, Any] = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
        if group >= 0:
            line = {"color": with_alpha(*_LINES[group]), "width": 2}
        traces.append(
            plot.scatter(
                "diverged" if group < 0 else f"{group + 1} of {_BINS}",
                x,
                y,
                text=text,
                line=line,
                hovertemplate="%{text}<extra></extra>",
                showlegend=False,
                **plot.UNTABLED,
            )
        )
    labels = [
        (axis, _height(grid.values[name], value), _in_two_lines(value_words(name, value)))
        for axis, name in enumerate(dimensions)
        for value in grid.values[name]
    ]
    if np.isfinite(values).any():
        labels += _result_labels(len(dimensions), scale, quantity)
    if -1 in groups:
        labels.append((len(dimensions), _DIVERGED, "diverged"))
    layout = {
        "height": height,
        "margin": {"l": 12, "r": 12, "t": 44, "b": 8},
        "xaxis": {
            "tickvals": list(range(len(titles))),
            "ticktext": [f"<b>{_in_two_lines(title)}</b>" for title in titles],
            "side": "top",
            "ticklabelposition": "outside right",
            "range": [-0.04, len(titles) - 1 + _PLATFORM + 0.1],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {"visible": False, "range": [-0.32, 1.24], "fixedrange": True},
        "hovermode": "closest",
        "annotations": [_label(*label, at_end=label[0] == len(dimensions)) for label in labels],
    }
    return go.Figure({"data": traces, "layout": layout})


def _result_labels(axis: int, scale: Scale, quantity: str) -> list[tuple[int, float, str]]:
    if scale.worst == scale.best:
        return [(axis, 0.5, quantity_words(quantity, scale.best))]
    worst = quantity_words(quantity, scale.worst)
    more_is_better = QUANTITIES[quantity].more_is_better
    if scale.is_cut:
        worst += " or less" if more_is_better else " or more"
    best = quantity_words(quantity, scale.best)
    low, high = (worst, best) if more_is_better else (best, worst)
    return [(axis, 0.0, _in_two_lines(low)), (axis, 1.0, _in_two_lines(high))]


def _lines(found: SweepTable, i: int, j: int, quantity: str) -> list[str]:
    count, others = int(found.counts[i, j]), found.others[i][j]
    lines = []
    if count:
        mean = f"<b>{quantity_words(quantity, found.mean[i, j])}</b>"
        lines += [mean] if found.totals == 1 else [mean, f"n = {count}"]
    lines += [word if found.totals == 1 else f"{number} {word}" for word, number in others.items()]
    return lines


def _height(values: Sequence[Any], value: Any) -> float:
    """Return the height of a value among those of its dimension; numbers rise."""
    ordered = sorted(values) if isinstance(values[0], int | float) else list(values)[::-1]
    return 0.5 if len(ordered) == 1 else ordered.index(value) / (len(ordered) - 1)


def _in_two_lines(words: str) -> str:
    """Break long words, which would reach beyond the level piece of a line on a narrow screen."""
    breaks = [place + 1 for place, sign in enumerate(words) if sign in " -"]
    if len(words) < 11 or not breaks:
        return words
    place = min(breaks, key=lambda place: abs(2 * place - len(words)))
    return f"{words[:place].rstrip()}<br>{words[place:]}"


def _label(axis: int, height: float, text: str, *, at_end: bool) -> dict[str, Any]:
    return {
        "x": axis + (_RESULT_PLATFORM if at_end else 0),
        "y": height,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle" if at_end else "bottom",
        "align": "left",
        "borderpad": 0,
        "xshift": 4 if at_end else 0,
        "yshift": 0 if at_end else 1,
        "font": {"size": 13},
    }
