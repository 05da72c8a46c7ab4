"""Predictions of a model for several rows, judged by accuracy, by two losses and by gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.distributions import one_hot, validate_probabilities
from explorer.core.loss_readings import log_probabilities, multiclass_readings
from explorer.core.validation import FloatArray

LOSSES_COMPARED = (
    "softmax_cross_entropy",
    "softmax_squared_error",
    "softmax_mean_squared_error",
)


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a table of n rows is worth.

    Attributes:
        true_probability: q of the true class [n].
        right: whether the true class is the only largest one [n]; a tie counts as wrong.
        cross_entropy: −ln q of the true class [n], nats; inf where it is 0.
        squared_error: Σ (q − p)² over the classes [n], without a unit.
        cross_entropy_gradient: norm of the gradient by the logits [n].
        squared_error_gradient: the same of the squared error [n].
    """

    true_probability: FloatArray
    right: NDArray[np.bool_]
    cross_entropy: FloatArray
    squared_error: FloatArray
    cross_entropy_gradient: FloatArray
    squared_error_gradient: FloatArray

    @property
    def accuracy(self) -> float:
        """Share of the rows that are right, 0 to 1."""
        return float(self.right.mean())

    @property
    def mean_cross_entropy(self) -> float:
        """Mean over the rows, nats."""
        return float(self.cross_entropy.mean())

    @property
    def mean_squared_error(self) -> float:
        """Mean over the rows of the sum over the classes, as the notes take it.

        PyTorch's mse_loss averages over the classes too, which divides it by their number.
        """
        return float(self.squared_error.mean())


def judge(predictions: ArrayLike, classes: ArrayLike) -> Judgement:
    """Judge a model by its predictions.

    Args:
        predictions: q, one distribution per row [n, C].
        classes: index of each row's true class [n].

    Returns:
        Losses and gradients row by row. A probability of 0 stands for a logit of −∞; gradients
        are then the limits.

    Raises:
        ValueError: no rows, a row that is no distribution, or classes that do not fit.
    """
    q = validate_probabilities(predictions)
    if q.ndim != 2 or not len(q):
        raise ValueError("Give at least one row of predictions, all of the same length.")
    p = one_hot(classes, q.shape[-1])
    if p.shape != q.shape:
        raise ValueError(f"Give one true class for each of the {len(q)} rows.")
    read = [
        multiclass_readings(log_probabilities(row), target, LOSSES_COMPARED[:2])
        for row, target in zip(q, p, strict=True)
    ]
    by_loss = [[row[name] for row in read] for name in LOSSES_COMPARED[:2]]
    values = [np.array([reading.value for reading in column]) for column in by_loss]
    norms = [np.array([reading.gradient_norm for reading in column]) for column in by_loss]
    true = (q * p).sum(axis=-1)
    others = np.where(p > 0, -1.0, q).max(axis=-1)
    return Judgement(true, true > others, values[0], values[1], norms[0], norms[1])


def better_model(first: float, second: float) -> int:
    """Return which of two losses is smaller: 1, 2, or 0 where they are equal within rounding."""
    if math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-12):
        return 0
    return 1 if first < second else 2
