"""Traces of the lines of a comparison: each line, its band, and the marks along it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.curves import curve_colour, kept_points
from explorer.figures.palette import with_alpha
from explorer.figures.panels import number_of, raw_trace, trace
from explorer.figures.plot import Trace
from explorer.runs.curve_data import TEST_FULL
from explorer.runs.group_means import Points, evenly
from explorer.runs.meaning import SPLITS, TEST, TRAIN, UNSAID, VALIDATION

Span = tuple[float, float]
"""Left and right end of the part of an axis that is looked at."""

_COLOURS = 10
MOST_STYLES = 3 * _COLOURS
"""As many lines differ by colour and dash."""
_DASHES = {
    TRAIN: ("solid", "16px,4px", "16px,4px,3px,4px"),
    VALIDATION: ("7px,4px", "7px,4px,2px,4px", "7px,4px,2px,4px,2px,4px"),
    TEST: ("2px,3px", "2px,6px", "2px,3px,2px,9px"),
}
_FEWEST = 16
_MOST_MARKS = 64
_UNTABLED = {"showlegend": False}
_Test = Callable[[NDArray[np.float64]], NDArray[np.bool_]]
_NOWHERE: tuple[tuple[str, float, str, _Test], ...] = (
    ("NaN", 0.97, "x-thin", np.isnan),
    ("∞", 0.97, "triangle-up", np.isposinf),
    ("−∞", 0.03, "triangle-down", np.isneginf),
)
"""What has no place on any scale: word, height of its mark, symbol and test."""
_NOWHERE_ON_LOG: tuple[tuple[str, float, str, _Test], ...] = (
    ("0", 0.03, "triangle-down", lambda y: y == 0),
    ("below 0", 0.03, "triangle-down", lambda y: (y < 0) & np.isfinite(y)),
)


@dataclass(frozen=True, slots=True, eq=False)
class LinePart:
    """What is drawn of one line in one panel for one split.

    Attributes:
        panel: Place of the panel, from 0.
        line: Place of the line among the lines.
        style: Number of its colour and dash.
        label: Name of the line.
        split: Key of SPLITS.
        points: What was measured.
        alone: Whether the line has nothing else in the panel.
    """

    panel: int
    line: int
    style: int
    label: str
    split: str
    points: Points
    alone: bool = True

    @property
    def name(self) -> str:
        """The line's name with the split where the panel shows several."""
        return self.label if self.alone else f"{self.label}, {SPLITS[self.split]}"


def line_style(style: int, split: str = TRAIN) -> dict[str, Any]:
    """Return Plotly's style of a line: its own colour, and a dash of its own for each split.

    Args:
        style: Number of colour and dash; of those below MOST_STYLES no two look alike.
        split: Key of SPLITS; what is not said is drawn like training.
    """
    kind = {TEST_FULL: TEST, UNSAID: TRAIN}.get(split, split)
    dashes = _DASHES[kind]
    dash = dashes[style // _COLOURS % len(dashes)]
    return {"color": curve_colour(style % _COLOURS), "dash": dash, "width": 2}


def line(
    part: LinePart, most: int, span: Span | None, *, counts: bool, floor: float = -math.inf
) -> list[Trace]:
    """Return the traces of a line and, where there is one, of the band around it.

    Args:
        most: Largest number of points.
        span: Part of the axis that is looked at.
        counts: Whether the axis counts something other than steps, so that these are sent too.
        floor: The band ends here at the latest, as above 0 on a log axis.
    """
    points, colour = part.points, curve_colour(part.style)
    kept = _kept(points.x, points.y, most, span)
    x = points.x[kept]
    traces: list[Trace] = []
    if points.low is not None and points.high is not None:
        low = np.maximum(points.low[kept], floor)
        band = {"mode": "lines", "line": {"width": 0}} | _UNTABLED | _about(part, "band")
        fill = {"fill": "tonexty", "fillcolor": with_alpha(colour, 0.2)}
        traces.append(_trace(part, f"{part.name}, lower end", x, low, **band))
        traces.append(_trace(part, f"{part.name}, upper end", x, points.high[kept], **band, **fill))
    about = _about(part, "line")
    if counts:
        about["meta"]["steps"] = points.steps[kept].tolist()
    shown = _trace(part, part.name, x, points.y[kept], line=line_style(part.style, part.split))
    if not np.array_equal(points.y, points.raw, equal_nan=True):
        shown["customdata"] = points.raw[kept]
    if part.split == TEST_FULL and not part.alone:
        # Few, and each more certain than the points of the line beside them.
        shown |= {"mode": "markers", "marker": _marker(colour, "diamond", 8)}
        del shown["line"]
    elif x.size == 1:
        shown |= {"mode": "lines+markers", "marker": _marker(colour, "circle", 6)}
    return [*traces, shown | about]


def faint(part: LinePart, most: int, span: Span | None) -> Trace:
    """Return the trace of a raw curve behind its average."""
    points = part.points
    kept = _kept(points.x, points.raw, most, span)
    x, y = points.x[kept], points.raw[kept]
    drawn = raw_trace(part.panel, part.line, part.name, x, y, curve_colour(part.style))
    return _placed(part, drawn) | _about(part, "raw")


def best_points(parts: Sequence[tuple[LinePart, int]]) -> list[Trace]:
    """Return the trace of the best point of each line of a panel.

    Args:
        parts: What is drawn, and the place of its best value.
    """
    if not parts:
        return []
    colours = [curve_colour(part.style) for part, _ in parts]
    marker = _marker(colours, "star", 11 if len(parts) <= MOST_STYLES else 6) | {
        "line": {"width": 1, "color": colours}
    }
    return _marks(parts[0][0], "best", [(part, [place]) for part, place in parts], marker)


def crosses(parts: Sequence[tuple[LinePart, int]]) -> list[Trace]:
    """Return the trace of the last finite point of each line of a panel that diverged."""
    if not parts:
        return []
    colours = [curve_colour(part.style) for part, _ in parts]
    marker = _marker(colours, "x", 12)
    return _marks(parts[0][0], "diverged", [(part, [place]) for part, place in parts], marker)


def edge_marks(
    panels: int, parts: Sequence[LinePart], scale: str, span: Span | None
) -> list[Trace]:
    """Return marks at a panel's edge where a value has no place on its scale.

    NaN is a cross and +∞ a triangle at the top; −∞ and, on a log scale, 0 and what lies below it
    are a triangle at the bottom. Of very many some are drawn.

    Args:
        panels: Number of panels of the figure.
        parts: What is drawn in one panel.
        scale: "log" or "linear".
        span: Part of the axis that is looked at.
    """
    found: list[Trace] = []
    each = max(2, _MOST_MARKS * 4 // max(1, len(parts)))
    for word, height, symbol, is_there in _NOWHERE + (_NOWHERE_ON_LOG if scale == "log" else ()):
        places = [(part, _at_edge(part.points, is_there, span, each)) for part in parts]
        some = [(part, list(at)) for part, at in places if at.size]
        if not some:
            continue
        colours = [curve_colour(part.style) for part, at in some for _ in at]
        marker = _marker(colours, symbol, 10) | {"line": {"width": 2, "color": colours}}
        (marked,) = _marks(some[0][0], word, some, marker)
        panel = some[0][0].panel
        count = sum(len(at) for _, at in some)
        found.append(marked | {"y": [height] * count, "yaxis": f"y{number_of(panels + panel)}"})
    return found


def edge_axes(panels: int) -> dict[str, Any]:
    """Return the axes on which `edge_marks` stand, from 0 at a panel's bottom to 1 at its top."""
    return {
        f"yaxis{number_of(panels + panel)}": {
            "overlaying": f"y{number_of(panel)}",
            "anchor": f"x{number_of(panel)}",
            "range": [0, 1],
            "fixedrange": True,
            "visible": False,
        }
        for panel in range(panels)
    }


def _at_edge(points: Points, is_there: _Test, span: Span | None, most: int) -> NDArray[np.int64]:
    places = np.flatnonzero(is_there(points.raw))
    if span is not None:
        x = points.x[places]
        places = places[(x >= span[0]) & (x <= span[1])]
    return evenly(places, most)


def _marks(
    first: LinePart, word: str, some: Sequence[tuple[LinePart, Sequence[int]]], marker: Any
) -> list[Trace]:
    x = np.concatenate([part.points.x[at] for part, at in some])
    y = np.concatenate([part.points.raw[at] for part, at in some])
    names = [f"{part.name}: {word}" for part, at in some for _ in at]
    about = {"meta": {"role": "marks", "lines": [p.line for p, at in some for _ in at]}}
    shown = {"mode": "markers", "marker": marker, "text": names, "showlegend": False}
    return [_trace(first, word, x, y, **shown) | about]


def _kept(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int, span: Span | None
) -> NDArray[np.int64]:
    limits = {} if span is None else {"x_min": span[0], "x_max": span[1]}
    # There may be so many lines that none can be drawn in full.
    return evenly(kept_points(x, y, max(most, _FEWEST), **limits), max(2, most))


def _about(part: LinePart, role: str) -> dict[str, Any]:
    about = {"line": part.line, "role": role, "split": part.split, "n": part.points.count}
    return {"meta": about | ({} if role == "line" else {"untabled": True})}


def _marker(colour: str | Sequence[str], symbol: str, size: int) -> dict[str, Any]:
    return {"color": colour, "symbol": symbol, "size": size}


def _trace(part: LinePart, name: str, x: Any, y: Any, **style: Any) -> Trace:
    return _placed(part, trace(part.panel, part.line, name, x, y, **style))


def _placed(part: LinePart, drawn: Trace) -> Trace:
    # The browser works out what to show at the pointer from the points themselves.
    return drawn | {"xaxis": f"x{number_of(part.panel)}", "hoverinfo": "skip"}
