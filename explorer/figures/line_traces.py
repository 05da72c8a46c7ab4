"""Traces of one line of a comparison: the line, its band, its marks, and what hovering reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.curves import curve_colour, curve_line
from explorer.figures.palette import with_alpha
from explorer.figures.panels import Trace, trace
from explorer.figures.thinning import MOST_POINTS, kept_points

Span = tuple[float, float]
"""Left and right end of the part of an axis that is looked at."""

_MOST_MARKS = 64
_MOST_READINGS = 400
_UNTABLED = {"showlegend": False, "meta": {"untabled": True}}


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What was measured of one curve, or of several on average.

    Attributes:
        x: float64 [n], positions on the axis, never falling.
        y: float64 [n], values as they are drawn.
        steps: int64 [n], steps made before each.
        raw: float64 [n], values as they were measured.
        low: float64 [n], lowest of the curves; None for one curve.
        high: float64 [n], highest of the curves; None for one curve.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    steps: NDArray[np.int64]
    raw: NDArray[np.float64]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None


def mean_of(each: Sequence[Series]) -> Series:
    """Return the mean of curves with what is lowest and highest; one curve is itself.

    The mean ends where the first of them ends or is no longer a finite number.

    Args:
        each: At least one; all measured at the same steps, as far as they go.
    """
    if len(each) == 1:
        return each[0]
    count = min(one.x.size for one in each)
    y = np.stack([one.y[:count] for one in each])
    broken = np.flatnonzero(~np.isfinite(y).all(axis=0))
    if broken.size:
        count = int(broken[0])
        y = y[:, :count]
    return Series(
        x=np.mean([one.x[:count] for one in each], axis=0),
        y=_mean(y),
        steps=each[0].steps[:count],
        raw=_mean(np.stack([one.raw[:count] for one in each])),
        low=y.min(axis=0),
        high=y.max(axis=0),
    )


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of rows, also where their sum is beyond the range of float64."""
    parts = (values / len(values)).sum(axis=0)
    return np.clip(parts, values.min(axis=0), values.max(axis=0))


def line(
    panel: int, style: int, label: str, series: Series, most: int, span: Span | None
) -> list[Trace]:
    """Return the traces of a line and, for several curves, of the band around it.

    Args:
        panel: Place of the panel, from the top.
        style: Colour and dash, as in `curve_line`.
        label: Name of the line.
        series: What is drawn.
        most: Largest number of points.
        span: Part of the axis that is looked at.
    """
    kept = kept_points(series.x, series.y, most, **limits(span))
    x = series.x[kept]
    traces: list[Trace] = []
    if series.low is not None and series.high is not None:
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"} | _UNTABLED
        fill = {"fill": "tonexty", "fillcolor": with_alpha(curve_colour(style), 0.2)}
        traces.append(trace(panel, style, f"{label}, lowest", x, series.low[kept], **band))
        traces.append(
            trace(panel, style, f"{label}, highest", x, series.high[kept], **band, **fill)
        )
    shown = {"line": curve_line(style), "hoverinfo": "skip"}
    traces.append(trace(panel, style, label, x, series.y[kept], **shown))
    return traces


def faint(panel: int, style: int, label: str, series: Series, span: Span | None) -> Trace:
    """Return the trace of a raw curve behind its average."""
    kept = kept_points(series.x, series.raw, MOST_POINTS, **limits(span))
    thin = {"color": with_alpha(curve_colour(style), 0.25), "width": 1}
    x, y = series.x[kept], series.raw[kept]
    return trace(panel, style, f"{label}, raw", x, y, line=thin, hoverinfo="skip") | _UNTABLED


def diamonds(panel: int, style: int, label: str, series: Series) -> Trace:
    """Return the trace of single measurements."""
    marker = {"color": curve_colour(style), "symbol": "diamond", "size": 8}
    name = f"{label}, all test images"
    shown = {"mode": "markers", "marker": marker, "hoverinfo": "skip", "showlegend": False}
    return trace(panel, style, name, series.x, series.y, **shown)


def marks(
    panel: int, panels: int, style: int, label: str, series: Series, scale: str, span: Span | None
) -> list[Trace]:
    """Return marks at a panel's edge where a value has no place on its scale.

    NaN is a cross and +∞ a triangle at the top; −∞ and, on a log scale, 0 and what lies below it
    are a triangle at the bottom.

    Args:
        panel: Place of the panel, from the top.
        panels: Number of panels.
        style: As in `curve_line`.
        label: Name of the line.
        series: What was measured.
        scale: "log" or "linear".
        span: Part of the axis that is looked at.
    """
    x, y = series.x, series.raw
    with np.errstate(invalid="ignore"):
        kinds = {
            "NaN": (np.isnan(y), 0.97, "x-thin"),
            "∞": (y == math.inf, 0.97, "triangle-up"),
            "−∞": (y == -math.inf, 0.03, "triangle-down"),
            "0": ((y == 0) & (scale == "log"), 0.03, "triangle-down"),
            "below 0": ((y < 0) & np.isfinite(y) & (scale == "log"), 0.03, "triangle-down"),
        }
    found: list[Trace] = []
    for word, (where, height, symbol) in kinds.items():
        places = np.flatnonzero(where)
        if span is not None:
            places = places[(x[places] >= span[0]) & (x[places] <= span[1])]
        if not places.size:
            continue
        if places.size > _MOST_MARKS:
            places = places[np.linspace(0, places.size - 1, _MOST_MARKS).round().astype(int)]
        colour = curve_colour(style)
        marker = {"symbol": symbol, "size": 10, "color": colour}
        marker |= {"line": {"width": 2, "color": colour}}
        found.append(
            trace(panel, style, f"{label}: {word}", x[places], [height] * places.size)
            | {
                "mode": "markers",
                "marker": marker,
                "yaxis": f"y{panels + panel + 1}",
                "customdata": series.steps[places],
                "hovertemplate": f"{word} at step %{{customdata:,d}}",
                "showlegend": False,
            }
        )
    return found


def edge_axes(panels: int) -> dict[str, Any]:
    """Return the axes on which `marks` stand, from 0 at each panel's bottom to 1 at its top."""
    return {
        f"yaxis{panels + panel + 1}": {
            "overlaying": "y" if panel == 0 else f"y{panel + 1}",
            "range": [0, 1],
            "fixedrange": True,
            "visible": False,
        }
        for panel in range(panels)
    }


def readings(
    panel: int,
    lines: Sequence[tuple[int, str, Series]],
    pattern: str,
    axis: str,
    span: Span | None,
) -> list[Trace]:
    """Return invisible points that tell, wherever one points, the values of all lines there.

    Curves are drawn with points of their own each; these stand at the same places for all, with
    the newest value that each line has there.

    Args:
        panel: Place of the panel, from the top.
        lines: Style, name and values of each line.
        pattern: Of a value; `%{customdata[0]}` is the raw one, `%{customdata[1]}` the drawn one.
        axis: Key of AXES. On axes other than steps the step is shown too.
        span: Part of the axis that is looked at.
    """
    everywhere = np.unique(np.concatenate([series.x for _, _, series in lines] or [np.empty(0)]))
    if span is not None:
        everywhere = everywhere[(everywhere >= span[0]) & (everywhere <= span[1])]
    if everywhere.size > _MOST_READINGS:
        ranks = np.linspace(0, everywhere.size - 1, _MOST_READINGS).round().astype(np.int64)
        everywhere = everywhere[ranks]
    found = []
    for style, label, series in lines:
        if not series.x.size:
            continue
        # A line that has ended has no value any more.
        x = everywhere[(everywhere >= series.x[0]) & (everywhere <= series.x[-1])]
        places = np.searchsorted(series.x, x, side="right") - 1
        columns = [series.raw[places], series.y[places], series.steps[places].astype(np.float64)]
        step = "" if axis == "step" else " (step %{customdata[2]:,d})"
        found.append(
            trace(panel, style, label, x, series.y[places])
            | {
                "mode": "markers",
                # Scaled to nothing on the plot, but in full size beside what hovering tells.
                "marker": {
                    "color": curve_colour(style),
                    "size": np.full(x.size, 9),
                    "sizeref": 1e6,
                },
                "customdata": np.stack(columns, axis=1),
                "hovertemplate": f"{pattern}{step}",
            }
            | _UNTABLED
        )
    return found


def limits(span: Span | None) -> dict[str, float]:
    """Return the span as `kept_points` takes it."""
    return {} if span is None else {"x_min": span[0], "x_max": span[1]}
