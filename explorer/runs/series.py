"""One shape for every curve: from the trainer to the screen, and from any file to the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEP, EPOCH, SECONDS, ROW, OTHER = "step", "epoch", "seconds", "row", "other"
X_KINDS = (STEP, EPOCH, SECONDS, ROW, OTHER)
"""What steps can count: optimiser steps or the like, epochs, seconds, rows of a table, or
something else."""
BEGAN = "began"
"""A clock with one entry: when "seconds" was 0, in seconds since 1970."""
LARGEST_STEP = 2**53
"""Up to it every whole number is a float64 too."""

_Measured = TypeVar("_Measured", bound="Series | Snapshots")


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Numbers measured one after another.

    Attributes:
        steps: int64 [n], each larger than the one before, from 0 on.
        values: float64 [n], NaN and Inf as they were measured.

    Raises:
        ValueError: The columns differ in length, or the steps do not rise from 0 on.
    """

    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _rising(self.steps))
        values = _kept(np.asarray(self.values, np.float64))
        if values.shape != self.steps.shape:
            raise ValueError(f"There are {self.steps.size} steps, but values of {values.shape}.")
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return self.steps.size


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots:
    """Arrays of one shape measured one after another, such as confusion matrices.

    Attributes:
        steps: int64 [n], each larger than the one before, from 0 on.
        values: [n, …], the array at each step.

    Raises:
        ValueError: As for `Series`.
    """

    steps: NDArray[np.int64]
    values: NDArray[np.generic]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _rising(self.steps))
        values = _kept(np.asarray(self.values))
        if values.ndim < 2 or values.shape[0] != self.steps.size:
            raise ValueError(f"There are {self.steps.size} steps, but arrays of {values.shape}.")
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return self.steps.size


@dataclass(frozen=True, slots=True, eq=False)
class CurveData:
    """Everything measured of one training.

    Attributes:
        series: By name: "train/cross_entropy", "test/accuracy", "layer/gradient_norm_1", or any
            tag of a foreign file.
        x: What the steps count, one of `X_KINDS`. Where that is not a whole number, steps are row
            numbers and `clocks[x]` tells what x is at each of them.
        clocks: By name, "epoch", "examples", "seconds" and so on, what is known of them by step.
        snapshots: By name: "confusion" [n, C, C], the number of images by true and predicted
            class; "digits_softmax" [n, 20, C], the softmax of the shown digits.
        events: By name: "learning_rate", each new one; "diverged", NaN at the first step that is
            not finite.

    Raises:
        ValueError: x is none of `X_KINDS`, or an entry is of another kind.
    """

    series: Mapping[str, Series]
    x: str = STEP
    clocks: Mapping[str, Series] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshots] = field(default_factory=dict)
    events: Mapping[str, Series] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.x not in X_KINDS:
            raise ValueError(f"x is {self.x!r}, none of {', '.join(X_KINDS)}.")
        for name in ("series", "clocks", "events"):
            object.__setattr__(self, name, _named(getattr(self, name), Series))
        object.__setattr__(self, "snapshots", _named(self.snapshots, Snapshots))


def _rising(steps: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(steps)
    if given.ndim != 1:
        raise ValueError(f"Steps must be one row of numbers, not of shape {given.shape}.")
    if given.size and given.dtype.kind not in "iu":
        raise ValueError(f"Steps must be whole numbers, not {given.dtype}.")
    if given.size and (given[0] < 0 or given[-1] > LARGEST_STEP):
        raise ValueError(f"Steps must lie between 0 and {LARGEST_STEP:,}.")
    if np.any(given[1:] <= given[:-1]):
        raise ValueError("Steps must rise: each must be larger than the one before.")
    return _kept(given.astype(np.int64, copy=False))


def _kept(array: np.ndarray) -> np.ndarray:
    """Return a view that nobody writes to by mistake."""
    view = array.view()
    view.flags.writeable = False
    return view


def _named(given: Mapping[str, _Measured], kind: type[_Measured]) -> Mapping[str, _Measured]:
    for name, one in given.items():
        if not isinstance(name, str) or not isinstance(one, kind):
            raise ValueError(f"{name!r} is not a name of a {kind.__name__}.")
    return dict(given)
