"""One shape for every curve: from the trainer to the screen, and from any file to the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

STEP, EPOCH, SECONDS, ROW, OTHER = "step", "epoch", "seconds", "row", "other"
X_KINDS = (STEP, EPOCH, SECONDS, ROW, OTHER)
"""What steps can count: optimiser steps or the like, epochs, seconds, rows of a table, or
something else."""
MEASURED = ("series", "clocks", "snapshots", "events")
"""What of a `CurveData` holds measurements by name."""
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
        object.__setattr__(self, "values", _of_steps(self.values, self.steps))

    def __len__(self) -> int:
        return self.steps.size

    def with_values(self, values: ArrayLike) -> Series:
        """Return other values at the same steps, which are not checked again.

        Raises:
            ValueError: There are more or fewer of them.
        """
        other = object.__new__(Series)
        object.__setattr__(other, "steps", self.steps)
        object.__setattr__(other, "values", _of_steps(values, self.steps))
        return other


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots:
    """Arrays of one shape measured one after another, such as confusion matrices.

    Attributes:
        steps: int64 [n], each larger than the one before, from 0 on.
        values: int64 or float64 [n, …], the array at each step.

    Raises:
        ValueError: As for `Series`.
    """

    steps: NDArray[np.int64]
    values: NDArray[np.generic]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _rising(self.steps))
        given = np.asarray(self.values)
        dtype = np.int64 if given.dtype.kind in "biu" else np.float64
        values = _kept(given.astype(dtype, copy=False))
        if values.ndim < 2 or values.shape[0] != self.steps.size:
            raise ValueError(f"There are {self.steps.size} steps, but arrays of {values.shape}.")
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return self.steps.size


@dataclass(frozen=True, slots=True)
class FileNotes:
    """What a file tells of a curve that was trained elsewhere, beside its measurements.

    Attributes:
        mapping: Which series is what this app calls "train/cross_entropy", "test/accuracy" and so
            on: the app's name → the file's.
        settings: By name, in words, as the file tells them.
        units: By name of a series, the unit that the file itself names.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


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
        file: What its file tells besides; None for a curve that was trained here.

    Raises:
        ValueError: x is none of `X_KINDS`, or an entry is of another kind.
    """

    series: Mapping[str, Series] = field(default_factory=dict)
    x: str = STEP
    clocks: Mapping[str, Series] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshots] = field(default_factory=dict)
    events: Mapping[str, Series] = field(default_factory=dict)
    file: FileNotes | None = None

    def __post_init__(self) -> None:
        if self.x not in X_KINDS:
            raise ValueError(f"x is {self.x!r}, none of {', '.join(X_KINDS)}.")
        for name in ("series", "clocks", "events"):
            object.__setattr__(self, name, _named(getattr(self, name), Series))
        object.__setattr__(self, "snapshots", _named(self.snapshots, Snapshots))

    @property
    def known(self) -> Mapping[str, Series]:
        """Its series by this app's names, as far as it is known what they stand for."""
        if self.file is None:
            return self.series
        mapping = self.file.mapping.items()
        return {own: self.series[name] for own, name in mapping if name in self.series}


def joined(parts: Sequence[CurveData]) -> CurveData:
    """Return consecutive parts of a curve as one.

    Args:
        parts: At least one, oldest first.

    Raises:
        ValueError: A series does not go on behind the step where it ended.
    """
    if len(parts) == 1:
        return parts[0]
    found = {}
    for kind in MEASURED:
        columns: dict[str, list[Any]] = {}
        for part in parts:
            for name, one in getattr(part, kind).items():
                columns.setdefault(name, []).append(one)
        found[kind] = {
            name: own[0]
            if len(own) == 1
            else one_after_another(type(own[0]), [(one.steps, one.values) for one in own])
            for name, own in columns.items()
        }
    return CurveData(x=parts[0].x, file=parts[0].file, **found)


def one_after_another(
    kind: type[_Measured], parts: Sequence[tuple[NDArray[Any], NDArray[Any]]]
) -> _Measured:
    """Return consecutive steps and values as one series, or one of snapshots.

    Args:
        kind: Series or Snapshots.
        parts: Steps and values of each, at least one, oldest first.

    Raises:
        ValueError: It does not go on behind the step where it ended.
    """
    if len(parts) == 1:
        return kind(*parts[0])
    return kind(*(np.concatenate(column) for column in zip(*parts, strict=True)))


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


def _of_steps(given: ArrayLike, steps: NDArray[np.int64]) -> NDArray[np.float64]:
    values = np.asarray(given, np.float64)
    if values.shape != steps.shape:
        raise ValueError(f"There are {steps.size} steps, but values of {values.shape}.")
    return _kept(values)


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


NOTHING = Series(np.empty(0, np.int64), np.empty(0))
"""A series without a measurement."""
