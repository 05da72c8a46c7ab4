"""How long curves are drawn: thinned to what a screen can show, smoothed, told apart."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.palette import CATEGORICAL, DASHES

Column = NDArray[Any]

MOST_POINTS = 1000
"""Points of one drawn curve; more cannot be told apart and cost every viewer time."""

_BLOCK = 256


def curve_colour(index: int) -> str:
    """Return the colour of the curve at this place of a race."""
    return CATEGORICAL[index % len(CATEGORICAL)]


def curve_line(index: int, width: float = 2.0) -> dict[str, object]:
    """Return Plotly's line style of the curve at this place: its own colour and its own dash."""
    return {
        "color": curve_colour(index),
        "dash": DASHES[index % len(DASHES)],
        "width": width,
    }


def thinned(x: Column, y: Column, most: int = MOST_POINTS) -> tuple[Column, Column]:
    """Leave out points of a long curve, but no peak: each stretch keeps its lowest and highest.

    The stretches start at the oldest point, so that the drawn past stays put while a curve grows.

    Args:
        x: Positions [n].
        y: Values [n]; points that are not finite are left out.
        most: Largest number of points to return, at least 8.

    Returns:
        x and y of the points kept, in their order, the first and the newest among them.
    """
    finite = np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    count = y.size
    if count <= most:
        return x, y
    size = math.ceil(count / (most // 2 - 2))
    whole = count - count % size
    stretches = y[:whole].reshape(-1, size)
    starts = np.arange(0, whole, size)
    kept = [
        np.array([0, count - 1]),
        starts + stretches.argmin(axis=1),
        starts + stretches.argmax(axis=1),
    ]
    if whole < count:
        rest = y[whole:]
        kept.append(np.array([whole + rest.argmin(), whole + rest.argmax()]))
    places = np.unique(np.concatenate(kept))
    return x[places], y[places]


def smoothed(y: Column, weight: float) -> NDArray[np.float64]:
    """Return the debiased exponential moving average of a curve.

    m[t] = weight · m[t−1] + (1 − weight) · y[t] with m[0] = 0, divided by 1 − weight^t, so that
    the average starts at the first value instead of 0.

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
    count = int(broken[0]) if broken.size else y.size
    result = np.full(y.size, np.nan)
    padded = np.zeros(math.ceil(count / _BLOCK) * _BLOCK)
    padded[:count] = y[:count]
    # Blocks of steps as one matrix product each; a loop over steps would cost every refresh.
    blocks = (1 - weight) * padded.reshape(-1, _BLOCK) @ _decay(weight)
    fading = weight ** np.arange(1.0, _BLOCK + 1)
    before = 0.0
    for block in blocks:
        block += before * fading
        before = block[-1]
    if count:
        known = y[:count]
        with np.errstate(over="ignore"):
            averages = blocks.reshape(-1)[:count] / (1 - weight ** np.arange(1.0, count + 1))
        # It leaves the range of its values, and of float64, by rounding alone.
        result[:count] = np.clip(averages, known.min(), known.max())
    return result


@lru_cache(maxsize=8)
def _decay(weight: float) -> NDArray[np.float64]:
    """Return how much of each step (row) is left at each later step (column) of a block."""
    ages = np.arange(_BLOCK)
    return np.triu(weight ** np.abs(ages - ages[:, None]).astype(np.float64))


def smoothing_name(weight: float) -> str:
    """Return in words how the curves are smoothed."""
    if weight == 0:
        return "not smoothed"
    return f"exponential moving average, weight {weight:g}, debiased; the raw loss behind it, faint"
