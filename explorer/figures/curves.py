"""How curves are drawn, of a race and of a comparison: thinned, smoothed, told apart.

What is drawn of a curve's beginning stays the same bit for bit while the curve grows, so that a
picture that somebody looks at goes on in place.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tsdownsample import LTTBDownsampler, MinMaxDownsampler

from explorer.figures.palette import CURVES

MOST_POINTS = 1000
"""Points of one drawn curve; more cannot be told apart and cost every viewer time."""

Column = NDArray[Any]
Places = NDArray[np.int64]

_LTTB, _MIN_MAX = LTTBDownsampler(), MinMaxDownsampler()
_LENGTHS = sorted({step * 2**power for step in (2, 3) for power in range(52)})
_BLOCKS_TOGETHER, _BLOCKS_OF_A_GAP = 16, 4
_SHORT = 100
_SPANNED = 64
# Sums of the largest numbers would leave the range of float64; a power of two changes no digit.
_LARGE, _SCALE = 1e290, 2.0**-64


def curve_colour(index: int) -> str:
    """Return the colour of the curve at this place of a race."""
    return CURVES[index % len(CURVES)]


def kept_points(
    x: Column,
    y: Column,
    most: int = MOST_POINTS,
    *,
    x_min: float = -math.inf,
    x_max: float = math.inf,
) -> Places:
    """Choose the points of a curve that show what all of them would.

    The curve is cut into blocks of equally many points. LTTB takes one finite point of each, and
    of each sixteen blocks the lowest and the highest finite point are kept, and both sides of where
    values that are not finite first begin and last end; besides, the first and the newest point.
    None of this depends on what comes later, but for the last few blocks: while a curve grows, its
    points stay. Blocks grow by a third or a half when a curve has become that much longer, and only
    then are all points chosen anew. Where one zooms in, fewer points lie in the range, down to
    every single one.

    Args:
        x: Positions [n], finite and never falling.
        y: Values [n].
        most: Largest number of points to return, at least 16.
        x_min: Left end of the range shown.
        x_max: Right end of the range shown. One point beyond either end is kept besides, so that
            the line runs on to the edge.

    Returns:
        int64 places of the points, rising.

    Raises:
        ValueError: x is not finite or falls, x and y differ in length, or `most` is too small.

    Source:
        Steinarsson (2013), "Downsampling Time Series for Visual Representation", for LTTB;
        tsdownsample.LTTBDownsampler and MinMaxDownsampler.
    """
    # tsdownsample refuses a column of a table.
    x, y = np.asarray(x), np.ascontiguousarray(y, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must be as long as one another, not {x.shape} and {y.shape}.")
    if most < 16:
        raise ValueError(f"At least 16 points must be kept, not {most}.")
    # Beside NaN nothing is as large, and between two finite ends that rise nothing is infinite.
    if not (np.isfinite(x[:1]).all() and np.isfinite(x[-1:]).all() and (x[1:] >= x[:-1]).all()):
        raise ValueError("The positions x must be finite and must not fall.")
    begin = max(int(np.searchsorted(x, x_min, side="left")) - 1, 0)
    end = min(int(np.searchsorted(x, x_max, side="right")) + 1, x.size)
    y = y[begin:end]
    if y.size <= most:
        return np.arange(begin, max(begin, end))
    is_finite = np.isfinite(y)
    kept = np.zeros(y.size, np.bool_)
    if is_finite.all():
        _keep(kept, y, _length(y.size, most))
    else:
        edges = np.flatnonzero(_is_edge(is_finite))
        inside = np.zeros(is_finite.sum(), np.bool_)
        length = _length(inside.size, most, edges)
        _keep(inside, y[is_finite], length)
        kept[is_finite] = inside
        shown = _first_and_last(edges, length * _BLOCKS_OF_A_GAP)
        kept[shown] = True
        beside = np.clip(np.concatenate([shown - 1, shown + 1]), 0, y.size - 1)
        kept[beside[is_finite[beside]]] = True
    kept[[0, -1]] = True
    return begin + np.flatnonzero(kept)


def thinned(x: Column, y: Column, most: int = MOST_POINTS) -> tuple[Column, Column]:
    """Return x and y of the points that `kept_points` keeps."""
    kept = kept_points(x, y, most)
    return x[kept], y[kept]


def smoothed(y: Column, weight: float) -> NDArray[np.float64]:
    """Return the debiased exponential moving average of a curve.

    m[t] = weight · m[t−1] + (1 − weight) · y[t] with m[0] = 0, divided by 1 − weight^t, so that
    the average starts at the first value instead of 0. That of a longer curve begins with the same
    bits.

    Args:
        y: Values [n].
        weight: Share of the past, in [0, 1); 0 returns the values themselves.

    Returns:
        float64 [n]; NaN from the first value on that is not finite.

    Raises:
        ValueError: The weight is outside [0, 1).

    Source:
        Kingma & Ba (2015), "Adam", section 3, for the correction of the start.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"The smoothing weight must be at least 0 and below 1, not {weight:g}.")
    y = np.asarray(y, dtype=np.float64)
    broken = np.flatnonzero(~np.isfinite(y))
    known = y[: broken[0]] if broken.size else y
    scale = _SCALE if np.abs(known).max(initial=0.0) > _LARGE else 1.0
    averages = pd.Series(known * scale).ewm(alpha=1 - weight, adjust=True).mean().to_numpy() / scale
    # By rounding alone it leaves the range of the values so far.
    lowest, highest = np.minimum.accumulate(known), np.maximum.accumulate(known)
    result = np.full(y.size, np.nan)
    result[: known.size] = np.clip(averages, lowest, highest)
    return result


def smoothing_weight(points: int) -> float:
    """Return a weight that hides a long curve's noise and leaves the shape of a short one.

    An average of weight w looks back over about 1 / (1 − w) points: here 1 to 3 % of the curve.
    The weight stays while a curve becomes four times as long, so that what is drawn of it does not
    change with every point.

    Args:
        points: Number of points; below 100 they are not smoothed.
    """
    if points < _SHORT:
        return 0.0
    near = 4 ** (((2 * points).bit_length() - 1) // 2)
    return 1 - 1 / max(2.0, near / _SPANNED)


def _length(count: int, most: int, edges: Places | None = None) -> int:
    """Return of how many points a block is, so that no more than so many are kept."""
    for length in _LENGTHS:
        kept = max(count - 2, 0) // length + 4
        if kept > most:
            continue
        kept += 2 * -(-count // (length * _BLOCKS_TOGETHER))
        if edges is not None:
            kept += 3 * _first_and_last(edges, length * _BLOCKS_OF_A_GAP).size
        if kept <= most:
            break
    return length


def _keep(kept: NDArray[np.bool_], y: NDArray[np.float64], length: int) -> None:
    """Mark what is kept of finite values for blocks of this length."""
    if not y.size:
        return
    blocks, together = max(y.size - 2, 0) // length, length * _BLOCKS_TOGETHER
    # By their order alone: given positions that are equal or far apart, tsdownsample panics.
    kept[_LTTB.downsample(y[: blocks * length + 2], n_out=blocks + 2)] = True
    wide = -(-y.size // together)
    filled = np.full(wide * together, np.nan)
    filled[: y.size] = y
    kept[_MIN_MAX.downsample(filled, n_out=2 * wide)] = True


def _is_edge(is_finite: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell where stretches that are not finite begin and end."""
    edge = ~is_finite
    edge[1:-1] &= is_finite[:-2] | is_finite[2:]
    return edge


def _first_and_last(places: Places, length: int) -> Places:
    """Return the first and the last of the places in each block."""
    block = places // length
    return places[(np.diff(block, prepend=-1) != 0) | (np.diff(block, append=-1) != 0)]
