"""Predictions of two models for several rows, judged by accuracy, two losses and gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.distributions import (
    division_note,
    normalize,
    one_hot,
    parse_vector,
    validate_probabilities,
)
from explorer.core.loss_readings import log_probabilities, multiclass_readings
from explorer.core.validation import FloatArray

Row = tuple[float, ...]
MOST_ROWS = 8
LEAST_CLASSES, MOST_CLASSES = 2, 10
LOSSES_COMPARED = (
    "softmax_cross_entropy",
    "softmax_squared_error",
    "softmax_mean_squared_error",
)


@dataclass(frozen=True)
class PredictionTable:
    """What two models say of the same n rows.

    Attributes:
        classes: Index of each row's true class [n], 1 to `MOST_ROWS` rows.
        model_1: One distribution q over the C classes for each row [n, C].
        model_2: The same of the other model.

    Raises:
        ValueError: A plain sentence naming the first row that does not fit.
    """

    classes: tuple[int, ...]
    model_1: tuple[Row, ...]
    model_2: tuple[Row, ...]

    def __post_init__(self) -> None:
        count = len(self.classes)
        if not 1 <= count <= MOST_ROWS:
            raise ValueError(f"A table has 1 to {MOST_ROWS} rows, not {count}.")
        for model, rows in ((1, self.model_1), (2, self.model_2)):
            if len(rows) != count:
                raise ValueError(
                    f"Model {model} has {len(rows)} rows of predictions for {count} true classes."
                )
            for number, row in enumerate(rows, start=1):
                try:
                    check_row(row, self.num_classes)
                except ValueError as error:
                    raise ValueError(f"Model {model}, row {number}: {error}") from None
        if not all(0 <= index < self.num_classes for index in self.classes):
            raise ValueError(f"The true classes must lie in 1 to {self.num_classes}.")

    @property
    def num_classes(self) -> int:
        """Number of classes C."""
        return len(self.model_1[0])


def check_row(row: ArrayLike, num_classes: int) -> None:
    """Check that a row is a distribution over this many classes.

    Raises:
        ValueError: A plain sentence.
    """
    given = len(np.atleast_1d(row))
    if not LEAST_CLASSES <= num_classes <= MOST_CLASSES:
        raise ValueError(f"A row has {LEAST_CLASSES} to {MOST_CLASSES} classes, not {num_classes}.")
    if given != num_classes:
        numbers = "number" if given == 1 else "numbers"
        raise ValueError(f"{given} {numbers} given; this table has {num_classes} classes.")
    validate_probabilities(row)


def read_row(text: str, num_classes: int) -> Row:
    """Read a row of predictions that a person typed, as `parse_vector` reads it.

    Raises:
        ValueError: No numbers, another count of them, or no distribution; a plain sentence.
    """
    row = parse_vector(text)
    check_row(row, num_classes)
    return tuple(row.tolist())


def read_normalized_row(text: str, num_classes: int) -> tuple[Row, str]:
    """Read weights and divide them by their sum; a sentence says that this was done.

    Raises:
        ValueError: As `read_row`, but any sum above 0 will do.
    """
    weights = parse_vector(text)
    row = normalize(weights)
    check_row(row, num_classes)
    return tuple(row.tolist()), division_note(weights, row)


@dataclass(frozen=True, eq=False)
class Judgement:
    """What a table of n rows is worth.

    Attributes:
        right: Whether the true class is the only largest one [n]; a tie counts as wrong.
        cross_entropy: −ln q of the true class [n], nats; inf where it is 0.
        squared_error: Σ (q − p)² over the classes [n], without a unit.
        cross_entropy_gradient: Norm of the gradient by the logits [n].
        squared_error_gradient: The same of the squared error [n].
    """

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
        classes: Index of each row's true class [n].

    Returns:
        Losses and gradients row by row. A probability of 0 stands for a logit of −∞; gradients
        are then the limits.

    Raises:
        ValueError: No rows, a row that is not a distribution, or classes that do not fit.
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
    return Judgement(true > others, values[0], values[1], norms[0], norms[1])


def better_model(first: float, second: float) -> int:
    """Return which of two losses is smaller: 1, 2, or 0 where they are equal within rounding."""
    if math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-12):
        return 0
    return 1 if first < second else 2
