"""How long curves are drawn: thinned to what a screen can show, smoothed, told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from explorer.figures.palette import CURVES
from explorer.figures.thinning import MOST_POINTS, kept_while_growing

Column = NDArray[Any]

_LARGE = 1e290


def curve_colour(index: int) -> str:
    """Return the colour of the curve at this place of a race."""
    return CURVES[index % len(CURVES)]


def thinned(x: Column, y: Column, most: int = MOST_POINTS) -> tuple[Column, Column]:
    """Return the points of a curve that show what all of its finite ones would.

    Args:
        x: Positions [n], finite and never falling.
        y: Values [n]; points that are not finite are left out.
        most: Largest number of points to return, at least 16.

    Returns:
        x and y of the points that `kept_while_growing` keeps.
    """
    finite = np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    kept = kept_while_growing(y, most)
    return x[kept], y[kept]


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
    if count:
        known = y[:count]
        # Sums of the largest numbers would leave the range of float64.
        scale = max(1.0, float(np.abs(known).max()) / _LARGE)
        averages = pd.Series(known / scale).ewm(alpha=1 - weight, adjust=True).mean() * scale
        # By rounding alone it leaves the range of its values.
        result[:count] = np.clip(averages.to_numpy(), known.min(), known.max())
    return result


def default_smoothing(points: int) -> float:
    """Return a weight that hides a long run's noise and leaves the shape of a short one.

    An average of weight w looks back over about 1 / (1 − w) points: none of a run below 100
    points, and at most a tenth of a longer one.

    Args:
        points: Number of points of the longest curve.
    """
    if points < 100:
        return 0.0
    return 0.9 if points < 1000 else 0.98
