"""Metrics of curves of any runs over one another, a panel for each, along steps, epochs or time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from explorer.figures.curves import MOST_POINTS, smoothed, smoothing_weight
from explorer.figures.line_traces import (
    MOST_STYLES,
    LinePart,
    Span,
    best_points,
    crosses,
    edge_axes,
    edge_marks,
    faint,
    line,
)
from explorer.figures.panels import MARGIN, PanelAxis, grid
from explorer.figures.plot import Trace
from explorer.runs.axes import AXES, data_positions
from explorer.runs.curve_data import TEST_FULL, values_at
from explorer.runs.group_means import Points, best_place, first_reaching, mean_of
from explorer.runs.meaning import ACCURACY, TEST, TRAIN, UNSAID, VALIDATION, Meaning
from explorer.runs.metric_panels import ComparedCurve, Panel, PanelSeries, panel_series, panels_of

MOST_SENT = 50_000
"""Points of all lines of a figure together."""
MOST_PANELS = 12
_PREFERRED = (VALIDATION, TEST_FULL, TEST, UNSAID, TRAIN)


@dataclass(frozen=True, slots=True, eq=False)
class ComparedLine:
    """One line of a comparison: a curve, or the mean of a group of curves.

    Attributes:
        label: Its name; no two lines share one.
        style: Number of its colour and dash, as in `line_style`.
        curves: The curve, or those of the group.
    """

    label: str
    style: int
    curves: tuple[ComparedCurve, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How the panels are drawn.

    Attributes:
        axis: Key of AXES; lines with no place on it are left out.
        x_scale: "log" or "linear"; times of day are always linear.
        scale: "log" or "linear", of every panel in which a log axis has ticks.
        weight: Smoothing weight in [0, 1), 0 for none; None goes by the length of each curve.
        band: Key of BANDS, of the lines that are means.
        span: Part of the axis in view; every point of it is drawn once they are few.
        scales: By key of a panel, "log" or "linear" of this one.
        ranges: By key of a panel, both ends of its upright axis.
    """

    axis: str = "step"
    x_scale: str = "linear"
    scale: str = "log"
    weight: float | None = None
    band: str = "range"
    span: Span | None = None
    scales: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """The results of one line in a panel; None where nothing was measured.

    Attributes:
        split: Key of SPLITS, what they were measured on: validation or test before training.
        last: The last value.
        best: The lowest loss or highest accuracy.
        best_at: Step of the first measurement that had it.
        reached_at: Step of the first measurement that reached a value; None where none did.
    """

    split: str = UNSAID
    last: float | None = None
    best: float | None = None
    best_at: int | None = None
    reached_at: int | None = None


def metric_panels(
    lines: Sequence[ComparedLine], keys: Sequence[str], look: Look | None = None
) -> go.Figure:
    """Draw metrics of curves, a panel for each.

    In a panel a line has one colour, and a dash for training, validation and test each. A star is
    the best point of a line, a cross the last one of a curve that diverged. All points together
    are at most MOST_SENT.

    Args:
        keys: Of the panels, as `panels_of` gives them; those of none of the lines stay empty.
    """
    look = look or Look()
    known = panels_of([curve for one in lines for curve in one.curves])
    chosen = [known.get(key) or Panel(key, key, "other", frozenset()) for key in keys[:MOST_PANELS]]
    chosen = chosen or [Panel("none", "nothing measured", "other", frozenset())]
    every = [_parts(place, panel, lines, look) for place, panel in enumerate(chosen)]
    most, most_raw = _budget(every, few=len(lines) <= MOST_STYLES)
    behind: list[Trace] = []
    traces: list[Trace] = []
    axes: list[PanelAxis] = []
    for panel, parts in zip(chosen, every, strict=True):
        scale = _scale(panel, parts, look)
        floor = _lowest_positive(parts) if scale == "log" else -math.inf
        for part in parts:
            if most_raw and _is_smoothed(part.points):
                behind.append(faint(part, most_raw, look.span))
            traces += line(part, most, look.span, counts=look.axis != "step", floor=floor)
        traces += edge_marks(len(chosen), parts, scale, look.span)
        traces += best_points(_best(panel, parts))
        traces += crosses(_diverged(panel, parts, lines))
        axes.append(_axis(panel, parts, scale, look))
    across: dict[str, Any] = {
        "title": {"text": AXES[look.axis]},
        "uirevision": f"{look.axis} {look.x_scale} {look.span}",
        # Plotly breaks down over dates of which there are none.
        "type": "date" if look.axis == "clock" and any(every) else look.x_scale,
    }
    if across["type"] == "log":
        across |= {"tickformat": "~g", "dtick": 1}
    if look.span is not None:
        across |= {"range": _ends(look.span, across["type"]), "autorange": False}
    more: dict[str, Any] = {}
    if look.axis == "clock":
        # The day stands below the times of day.
        across["title"]["standoff"], more["margin"] = 24, {**MARGIN, "b": 66}
    meta = {"legend_rows": 0 if len(lines) > MOST_STYLES else len(lines)}
    return grid(axes, behind + traces, across, {"meta": meta, **more, **edge_axes(len(axes))})


def results(
    lines: Sequence[ComparedLine],
    keys: Sequence[str],
    look: Look | None = None,
    goals: Mapping[str, float] | None = None,
) -> dict[str, list[Result]]:
    """Return the results of every line, by key of the panel.

    Args:
        lines: What is compared; the results of a group are those of its mean.
        keys: Of the panels.
        goals: By key of a panel, the value to be reached.
    """
    # Smoothing and zooming change no result, and cost time.
    look, goals = replace(look or Look(), weight=0.0, span=None), goals or {}
    known = panels_of([curve for one in lines for curve in one.curves])
    found: dict[str, list[Result]] = {}
    for key in keys:
        panel = known.get(key)
        found[key] = []
        for one in lines:
            by_split = _points_of(one, key, look) if panel else {}
            split = next((split for split in _PREFERRED if split in by_split), None)
            if panel is None or split is None:
                found[key].append(Result())
                continue
            found[key].append(_result(by_split[split], split, panel.better, goals.get(key)))
    return found


def left_out(lines: Sequence[ComparedLine], axis: str) -> list[str]:
    """Return the names of the lines with measurements that have no place on an axis.

    Args:
        axis: Key of AXES.
    """
    return [one.label for one in lines if not all(is_placed(curve, axis) for curve in one.curves)]


def is_placed(curve: ComparedCurve, axis: str) -> bool:
    """Tell whether everything measured of a curve has a place on an axis.

    Args:
        axis: Key of AXES.
    """
    return all(
        data_positions(curve.data, series.steps, axis, curve.began) is not None
        for series in curve.data.series.values()
    )


def _parts(place: int, panel: Panel, lines: Sequence[ComparedLine], look: Look) -> list[LinePart]:
    found = []
    for number, one in enumerate(lines):
        by_split = _points_of(one, panel.key, look)
        found += [
            LinePart(
                place, number, one.style, one.label, split, points, alone=len(by_split) == 1
                and len(panel.splits) <= 1,
            )
            for split, points in by_split.items()
        ]  # fmt: skip
    return found


def _points_of(one: ComparedLine, key: str, look: Look) -> dict[str, Points]:
    """Return what is drawn of a line in a panel, by split."""
    each: dict[str, list[Points]] = {}
    for curve in one.curves:
        for split, measured in panel_series(curve, key).items():
            points = _points(curve, measured, look)
            if points is not None:
                each.setdefault(split, []).append(points)
    return {split: mean_of(found, look.band) for split, found in each.items()}


def _points(curve: ComparedCurve, measured: PanelSeries, look: Look) -> Points | None:
    series = measured.series
    x = data_positions(curve.data, series.steps, look.axis, curve.began)
    if x is None:
        return None
    raw, steps = series.values, series.steps
    if look.axis != "clock" and look.x_scale == "log":
        # What is at 0, as before the first step, has no place on it.
        inside = x > 0
        x, raw, steps = x[inside], raw[inside], steps[inside]
    if not x.size:
        return None
    weight = smoothing_weight(x.size) if look.weight is None else look.weight
    y = smoothed(raw, weight) if weight else raw
    if measured.low is None or measured.high is None:
        return Points(x, y, steps, raw)
    low, high = (values_at(end, steps) for end in (measured.low, measured.high))
    return Points(x, y, steps, raw, low, high)


def _budget(every: Sequence[Sequence[LinePart]], *, few: bool) -> tuple[int, int]:
    """Return how many points a line may have, and a raw curve behind it; 0 for none behind."""
    parts = [part for panel in every for part in panel]
    bands = sum(2 for part in parts if part.points.low is not None)
    behind = sum(_is_smoothed(part.points) for part in parts) if few else 0
    # Marks take their share: at most a few hundred in a panel.
    left = MOST_SENT - 2 * len(parts) - 400 * len(every)
    most = min(MOST_POINTS, max(2, left // max(1, len(parts) + bands + behind)))
    return most, most if behind else 0


def _is_smoothed(points: Points) -> bool:
    return points.count == 1 and not np.array_equal(points.y, points.raw, equal_nan=True)


def _result(points: Points, split: str, better: int, goal: float | None) -> Result:
    best = best_place(points.raw, better)
    reached = None if goal is None else first_reaching(points.raw, goal, better)
    return Result(
        split=split,
        last=float(points.raw[-1]) if len(points) else None,
        best=None if best is None else float(points.raw[best]),
        best_at=None if best is None else int(points.steps[best]),
        reached_at=None if reached is None else int(points.steps[reached]),
    )


def _best(panel: Panel, parts: Sequence[LinePart]) -> list[tuple[LinePart, int]]:
    """Return the best point of each line, on validation or test images where there are such."""
    chosen: dict[int, LinePart] = {}
    for split in reversed(_PREFERRED):
        chosen |= {part.line: part for part in parts if part.split == split}
    places = [(part, best_place(part.points.raw, panel.better)) for part in chosen.values()]
    return [(part, place) for part, place in places if place is not None]


def _diverged(
    panel: Panel, parts: Sequence[LinePart], lines: Sequence[ComparedLine]
) -> list[tuple[LinePart, int]]:
    if not Meaning(what=panel.what).is_loss:
        return []
    found = []
    for part in parts:
        curves = lines[part.line].curves
        if part.split not in (TRAIN, UNSAID) or len(curves) > 1 or curves[0].diverged_at is None:
            continue
        finite = np.flatnonzero(np.isfinite(part.points.raw))
        if finite.size:
            found.append((part, int(finite[-1])))
    return found


def _scale(panel: Panel, parts: Sequence[LinePart], look: Look) -> str:
    if panel.key in look.scales:
        return look.scales[panel.key]
    if panel.what == ACCURACY or panel.is_gap:
        return "linear"
    if Meaning(what=panel.what).is_loss and all(_is_positive(part.points.raw) for part in parts):
        return look.scale
    return look.scale if _spans_decade([part.points.raw for part in parts]) else "linear"


def _is_positive(values: np.ndarray) -> bool:
    return not bool(np.any(values[np.isfinite(values)] < 0))


def _lowest_positive(parts: Sequence[LinePart]) -> float:
    """Return the lowest value of a panel that a log axis can show; below 0 a band has no end."""
    columns = [end for part in parts for end in (part.points.y, part.points.low) if end is not None]
    lowest = [column[column > 0].min(initial=math.inf) for column in columns]
    return min([*lowest, math.inf]) if lowest and min(lowest) < math.inf else -math.inf


def _spans_decade(values: Sequence[np.ndarray]) -> bool:
    """Tell whether a log axis would have ticks: no value below 0, and one ten times another."""
    every = np.concatenate([np.empty(0), *values])
    every = every[np.isfinite(every)]
    if not every.size or every.min() < 0:
        return False
    positive = every[every > 0]
    return bool(positive.size) and float(positive.max()) / 10 >= float(positive.min())


def _axis(panel: Panel, parts: Sequence[LinePart], scale: str, look: Look) -> PanelAxis:
    ends = look.ranges.get(panel.key)
    if ends is not None and scale == "log" and min(ends) <= 0:
        ends = None
    if panel.what != ACCURACY:
        return PanelAxis(panel.title, scale, ends)
    values = np.concatenate([np.empty(0), *(part.points.raw for part in parts)])
    values = values[np.isfinite(values)]
    is_share = not values.size or (values.min() >= 0 and values.max() <= 1)
    if ends is None and is_share and scale == "linear" and not panel.is_gap:
        # The whole of it, so that nothing jumps while curves grow.
        ends = (0.0, 1.0)
    return PanelAxis(panel.title, scale, ends, ".0~%" if is_share or panel.is_gap else "")


def _ends(span: Span, kind: str) -> list[float]:
    if kind != "log":
        return list(span)
    return [math.log10(max(end, 1e-300)) for end in span]
