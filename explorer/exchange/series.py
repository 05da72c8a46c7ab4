"""A curve as named series of measurements, which is what files hold.

A series is called by its kind and its metric, as in "train/cross_entropy" or "test/accuracy", in
every file format: as two columns of a table, or as a tag of TensorBoard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

TRAIN, TEST, TEST_FULL, LAYER, EVENT = "train", "test", "test_full", "layer", "event"
KINDS: Mapping[str, str] = {
    TRAIN: "the loss that the curve minimises, before each step, averaged over its batch",
    TEST: "measured on the first 1,000 test images, or on an unknown number",
    TEST_FULL: "measured on the whole test set",
    LAYER: "norm of a layer's gradient, or share of a hidden layer's units that are dead",
    EVENT: "the first step that is not finite, or a learning rate set by hand",
}
UNKNOWN_LOSS = "loss"
ACCURACY, DIVERGED, LEARNING_RATE = "accuracy", "diverged", "learning_rate"
GRADIENT_NORM, DEAD_FRACTION = "gradient_norm_", "dead_fraction_"

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One metric of one curve, by step.

    Attributes:
        steps: int64 [n], from 0 on, rising.
        values: float64 [n], NaN and Inf where they are.
        epochs: float64 [n], epochs completed; NaN where unknown, as in the following.
        examples: float64 [n], training images seen.
        seconds: float64 [n], training time.
        images: float64 [n], number of test images measured on.
    """

    steps: NDArray[np.int64]
    values: Column
    epochs: Column
    examples: Column
    seconds: Column
    images: Column


def series(
    steps: ArrayLike,
    values: ArrayLike,
    *,
    epochs: ArrayLike = np.nan,
    examples: ArrayLike = np.nan,
    seconds: ArrayLike = np.nan,
    images: ArrayLike = np.nan,
) -> Series:
    """Return a series; a single number stands for a column of it.

    Args:
        steps: As in `Series`, and so are the others.
        values: One per step.
        epochs: NaN where unknown, as in the following.
        examples: Training images seen.
        seconds: Training time.
        images: Test images measured on.
    """
    own_steps = np.asarray(steps, np.int64)
    columns = (
        np.broadcast_to(np.asarray(column, np.float64), own_steps.shape)
        for column in (values, epochs, examples, seconds, images)
    )
    return Series(own_steps, *columns)


@dataclass(frozen=True, slots=True, eq=False)
class NamedSeries:
    """What a file holds of one curve.

    Attributes:
        label: Name of the curve.
        series: By name, in the order of the file.
    """

    label: str
    series: Mapping[str, Series] = field(default_factory=dict)
