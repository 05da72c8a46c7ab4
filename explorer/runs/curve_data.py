"""What this app calls the series of a curve, and how they are found again.

A series is called by its kind and its metric, as in "train/cross_entropy" or "test/accuracy", in
every file format: as two columns of a table, or as a tag of TensorBoard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from explorer.runs.config import LOSS_LABELS
from explorer.runs.series import NOTHING, CurveData, Series

TRAIN, TEST, TEST_FULL, LAYER, EVENT = "train", "test", "test_full", "layer", "event"
"""Kinds of measurements: the loss that the curve minimises, before each step, averaged over its
batch; measured on the first 1,000 test images, or on an unknown number; measured on the whole test
set; Euclidean norm of the gradient by a layer's weights and biases together, or share of a hidden
layer's units that are 0 for every image of the batch; the first step that is not finite, or a
learning rate set by hand."""
UNKNOWN_LOSS = "loss"
ACCURACY, DIVERGED, LEARNING_RATE = "accuracy", "diverged", "learning_rate"
GRADIENT_NORM, DEAD_FRACTION = "gradient_norm_", "dead_fraction_"
CONFUSION, DIGITS_SOFTMAX = "confusion", "digits_softmax"
EXAMPLES = "examples"
IMAGES: Mapping[str, str] = {TEST: "test_images", TEST_FULL: "test_full_images"}
"""Kind of a measurement → the clock that tells on how many images it was made."""

_LOSSES = "|".join(LOSS_LABELS)
_OWN_NAME = re.compile(
    rf"{TRAIN}/({UNKNOWN_LOSS}|{_LOSSES})|({TEST}|{TEST_FULL})/({ACCURACY}|{_LOSSES})"
    rf"|{LAYER}/({GRADIENT_NORM}|{DEAD_FRACTION})[1-7]"
)

Column = NDArray[np.float64]
Steps = NDArray[np.int64]


def training_loss(data: CurveData) -> Series:
    """Return the loss that a curve minimises, before each step; NOTHING where it is not known."""
    prefix = f"{TRAIN}/"
    return next((one for name, one in data.known.items() if name.startswith(prefix)), NOTHING)


def last_step(data: CurveData) -> int:
    """Return the newest step of the training; 0 before the first."""
    steps = training_loss(data).steps
    return int(steps[-1]) if steps.size else 0


def by_layer(data: CurveData, metric: str) -> list[Series]:
    """Return what was measured of each layer, input side first; nothing if one is missing.

    Args:
        data: Of the curve.
        metric: GRADIENT_NORM or DEAD_FRACTION.
    """
    prefix = f"{LAYER}/{metric}"
    found = {name: one for name, one in data.known.items() if name.startswith(prefix)}
    names = [f"{prefix}{place + 1}" for place in range(len(found))]
    return [found[name] for name in names] if found.keys() == set(names) else []


def on_test_images(data: CurveData, metric: str) -> tuple[Series, NDArray[np.bool_]]:
    """Return what was measured on test images, however many.

    Args:
        data: Of the curve.
        metric: ACCURACY or a key of LOSS_LABELS.

    Returns:
        The measurements, of two at one step that on the whole test set, accuracies from 0 to 1;
        and which of them were made on the whole test set, bool [n].
    """
    whole, quick = (_tested(data, kind, metric) for kind in (TEST_FULL, TEST))
    others = ~np.isin(quick.steps, whole.steps)
    steps = np.concatenate([whole.steps, quick.steps[others]])
    values = np.concatenate([whole.values, quick.values[others]])
    order = np.argsort(steps)
    return Series(steps[order], values[order]), order < len(whole)


def num_test_images(data: CurveData, steps: Steps, is_whole: NDArray[np.bool_]) -> Column:
    """Return on how many images something was measured, 0 where that is not known.

    Args:
        data: Of the curve.
        steps: int64 [n].
        is_whole: bool [n], whether it was measured on the whole test set.
    """
    quick, whole = (values_at(data.clocks.get(IMAGES[kind]), steps) for kind in (TEST, TEST_FULL))
    return np.nan_to_num(np.where(is_whole, whole, quick))


def _tested(data: CurveData, kind: str, metric: str) -> Series:
    one = data.known.get(f"{kind}/{metric}", NOTHING)
    if metric != ACCURACY or not len(one):
        return one
    fractions = as_fractions(one.values)
    return NOTHING if fractions is None else one.with_values(fractions)


def diverged_at(data: CurveData) -> int | None:
    """Return the first step whose loss is not finite; None where all are."""
    event = data.events.get(DIVERGED, NOTHING)
    return int(event.steps[0]) if len(event) else None


def last_of(one: Series | None, unknown: float = np.nan) -> float:
    """Return the newest value of a series, or another number where there is none."""
    return float(one.values[-1]) if one is not None and len(one) else unknown


def values_at(series: Series | None, steps: Steps) -> Column:
    """Return the values of a series at some steps.

    Args:
        series: Any, or None for one that there is not.
        steps: int64 [n].

    Returns:
        float64 [n]; NaN where nothing was measured.
    """
    found = np.full(steps.size, np.nan)
    if series is not None and len(series):
        places = np.minimum(np.searchsorted(series.steps, steps), len(series) - 1)
        known = series.steps[places] == steps
        found[known] = series.values[places[known]]
    return found


def are_own(names: Iterable[str]) -> bool:
    """Tell whether all series are called as this app calls them, with one training loss."""
    every = list(names)
    trained = [name for name in every if name.startswith(f"{TRAIN}/")]
    return len(trained) <= 1 and all(_OWN_NAME.fullmatch(name) for name in every)


def as_fractions(values: Column) -> Column | None:
    """Return accuracies from 0 to 1; those above 1 are percent. None where they are none."""
    if np.any((values < 0) | (values > 100)):
        return None
    return values / 100 if np.any(values > 1) else values
