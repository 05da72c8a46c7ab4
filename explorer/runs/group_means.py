"""Curves of one group as one line: their mean and its spread, aligned along an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

BANDS: Mapping[str, str] = {
    "sd": "one standard deviation (by n − 1) on either side of the mean",
    "se": "one standard error (standard deviation / √n) on either side of the mean",
    "range": "from the lowest to the highest curve",
}
"""What the band around a mean can be → what that is called."""
_MOST_PLACES = 4_000

Column = NDArray[np.float64]
_Number = TypeVar("_Number", bound=np.number)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What was measured of one curve, or of several on average, along an axis.

    Attributes:
        x: float64 [n], positions on the axis, never falling.
        y: float64 [n], values as they are drawn.
        steps: int64 [n], steps made before each.
        raw: float64 [n], values as they were measured.
        low: float64 [n], lower end of a band; None where there is none.
        high: float64 [n], its upper end.
        count: How many curves were averaged.
    """

    x: Column
    y: Column
    steps: NDArray[np.int64]
    raw: Column
    low: Column | None = None
    high: Column | None = None
    count: int = 1

    def __len__(self) -> int:
        return self.x.size


def mean_of(each: Sequence[Points], band: str = "range") -> Points:
    """Return the mean of curves and a band around it; one curve is itself.

    There is a mean only where there is a value of every curve: it begins with the last of them
    and ends with the first that ends or is no longer a finite number. Between its measurements a
    curve is taken to run straight; where all were measured at the same places nothing is.

    Args:
        each: At least one curve.
        band: Key of BANDS.
    """
    if len(each) == 1:
        return each[0]
    parts = [_finite_start(one) for one in each]
    if any(not len(one) for one in parts):
        empty = np.empty(0)
        return Points(empty, empty, np.empty(0, np.int64), empty, empty, empty, len(each))
    count = min(len(one) for one in parts)
    first = parts[0]
    if all(np.array_equal(one.x[:count], first.x[:count]) for one in parts[1:]):
        x, steps = first.x[:count], first.steps[:count]
        y = np.stack([one.y[:count] for one in parts])
        raw = np.stack([one.raw[:count] for one in parts])
    else:
        x = _common_places(parts)
        steps = np.interp(x, first.x, first.steps.astype(np.float64)).round().astype(np.int64)
        y = np.stack([np.interp(x, one.x, one.y) for one in parts])
        raw = np.stack([np.interp(x, one.x, one.raw) for one in parts])
    low, high = _band(y, band)
    return Points(x, _mean(y), steps, _mean(raw), low, high, len(each))


def _finite_start(one: Points) -> Points:
    broken = np.flatnonzero(~(np.isfinite(one.y) & np.isfinite(one.raw)))
    if not broken.size:
        return one
    end = int(broken[0])
    return Points(one.x[:end], one.y[:end], one.steps[:end], one.raw[:end])


def _common_places(parts: Sequence[Points]) -> Column:
    begin = max(float(one.x[0]) for one in parts)
    end = min(float(one.x[-1]) for one in parts)
    every = np.unique(np.concatenate([one.x for one in parts]))
    return evenly(every[(every >= begin) & (every <= end)], _MOST_PLACES)


def evenly(values: NDArray[_Number], most: int) -> NDArray[_Number]:
    """Return at most so many of some values, with both ends and evenly in between."""
    if values.size <= most:
        return values
    return values[np.linspace(0, values.size - 1, most).round().astype(np.int64)]


def _mean(values: Column) -> Column:
    """Return the mean of rows, also where their sum is beyond the range of float64."""
    if not values.shape[1]:
        return np.empty(0)
    parts = (values / len(values)).sum(axis=0)
    return np.clip(parts, values.min(axis=0), values.max(axis=0))


def _band(values: Column, band: str) -> tuple[Column, Column]:
    if not values.shape[1]:
        return np.empty(0), np.empty(0)
    if band == "range":
        return values.min(axis=0), values.max(axis=0)
    # By powers of two, which changes no digit: squares of large numbers would leave the range of
    # float64, and those of small ones would be 0.
    power = np.frexp(np.abs(values).max(axis=0))[1]
    near_one = np.ldexp(values, -power)
    mean, spread = _mean(near_one), near_one.std(axis=0, ddof=1)
    if band == "se":
        spread = spread / np.sqrt(len(values))
    largest = np.finfo(np.float64).max
    with np.errstate(over="ignore", under="ignore"):
        ends = np.ldexp(mean - spread, power), np.ldexp(mean + spread, power)
    return np.maximum(ends[0], -largest), np.minimum(ends[1], largest)


def best_place(values: Column, better: int) -> int | None:
    """Return the place of the best finite value, the first of equals; None where there is none.

    Args:
        values: float64 [n].
        better: −1 where lower is better, 1 where higher is.
    """
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size or not better:
        return None
    known = values[finite]
    return int(finite[known.argmin() if better < 0 else known.argmax()])


def first_reaching(values: Column, goal: float, better: int) -> int | None:
    """Return the first place that reaches a value; None where none does.

    Args:
        values: float64 [n].
        goal: At least it is needed where higher is better, at most where lower is; where neither
            is said, the first that reaches it from where the curve begins.
        better: −1 where lower is better, 1 where higher is, 0 where that is not said.
    """
    if not better:
        finite = values[np.isfinite(values)]
        better = -1 if finite.size and finite[0] > goal else 1
    with np.errstate(invalid="ignore"):
        reached = np.flatnonzero(values >= goal if better > 0 else values <= goal)
    return int(reached[0]) if reached.size else None
