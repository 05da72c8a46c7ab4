"""Which points of a long curve a screen needs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

MOST_POINTS = 1000
"""Points of one drawn curve; more cannot be told apart and cost every viewer time."""

_LTTB = MinMaxLTTBDownsampler()


def kept_points(
    x: NDArray[Any],
    y: NDArray[Any],
    most: int = MOST_POINTS,
    *,
    x_min: float = -math.inf,
    x_max: float = math.inf,
) -> NDArray[np.int64]:
    """Choose the points of a curve that show what all of them would.

    Kept for certain are the first and the newest point, the lowest and the highest finite one,
    and where values that are not finite begin and end; the others are chosen by MinMaxLTTB. Where
    one zooms in, fewer points lie in the range, down to every single one.

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
        Van Der Donckt et al. (2023), "MinMaxLTTB: Leveraging MinMax-Preselection to Scale LTTB";
        tsdownsample.MinMaxLTTBDownsampler.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must be as long as one another, not {x.shape} and {y.shape}.")
    if most < 16:
        raise ValueError(f"At least 16 points must be kept, not {most}.")
    if not np.isfinite(x).all() or (np.diff(x) < 0).any():
        raise ValueError("The positions x must be finite and must not fall.")
    begin = max(int(np.searchsorted(x, x_min, side="left")) - 1, 0)
    end = min(int(np.searchsorted(x, x_max, side="right")) + 1, x.size)
    y = y[begin:end]
    if y.size <= most:
        return np.arange(begin, max(begin, end))
    finite = np.flatnonzero(np.isfinite(y))
    certain = np.concatenate([[0, y.size - 1], _edges_of_gaps(y, most // 4)])
    if finite.size:
        inside = y[finite]
        certain = np.append(certain, finite[[inside.argmin(), inside.argmax()]])
    certain = np.unique(certain)
    left = most - certain.size
    if finite.size > left:
        # By their order alone: given positions that are equal or far apart, tsdownsample panics.
        finite = finite[_LTTB.downsample(y[finite], n_out=left)]
    return begin + np.union1d(certain, finite.astype(np.int64))


def kept_while_growing(y: NDArray[Any], most: int = MOST_POINTS) -> NDArray[np.int64]:
    """Choose points of a curve so that what was chosen stays chosen while the curve grows.

    Kept are the first and the newest point, and of each stretch of 2, 4, 8, … points the lowest and
    the highest. Stretches are twice as long when the curve is twice as long, so that all of a curve
    is chosen anew only then; in between, whoever draws it needs no more than its end.

    Args:
        y: Values [n], finite.
        most: Largest number of points to return, at least 16.

    Returns:
        int64 places of the points, rising.
    """
    y = np.asarray(y)
    if y.size <= most:
        return np.arange(y.size)
    length = 2
    while 2 * math.ceil(y.size / length) + 2 > most:
        length *= 2
    whole = y.size - y.size % length
    starts = np.arange(0, whole, length)
    stretches = y[:whole].reshape(-1, length)
    ends = [starts + stretches.argmin(axis=1), starts + stretches.argmax(axis=1)]
    rest = y[whole:]
    last = [whole + rest.argmin(), whole + rest.argmax()] if rest.size else []
    return np.unique(np.concatenate([*ends, [0, y.size - 1, *last]])).astype(np.int64)


def _edges_of_gaps(y: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Return where stretches that are not finite begin and end; of too many, some evenly."""
    outside = np.concatenate([[False], ~np.isfinite(y), [False]])
    changes = np.flatnonzero(outside[1:] != outside[:-1])
    edges = np.unique(np.concatenate([changes[::2], changes[1::2] - 1]))
    if edges.size > most:
        edges = edges[np.linspace(0, edges.size - 1, most).round().astype(np.int64)]
    return edges
