"""Logistic regression on one example: a node's logit is w·x, and its loss is learnt by w."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.activations import sigmoid
from explorer.core.loss_readings import LossReading, binary_readings
from explorer.core.validation import FloatArray, real_array

LOSSES_COMPARED = ("sigmoid_binary_cross_entropy", "sigmoid_squared_error")


@dataclass(frozen=True, eq=False)
class LogisticReading:
    """One example under logistic regression.

    Attributes:
        logit: z = w·x.
        probability: σ(z), of the label 1.
        losses: Key in `LOSSES` → loss and its gradient by the weights, ∂L/∂z times x [n].
    """

    logit: float
    probability: float
    losses: Mapping[str, LossReading]


def logistic_regression(x: ArrayLike, weights: ArrayLike, label: int) -> LogisticReading:
    """Read one example: by the chain rule cross-entropy has the gradient (σ(w·x) − y) x.

    Args:
        x: Features [n], finite.
        weights: w [n], finite.
        label: y, 0 or 1.

    Raises:
        ValueError: Other shapes or labels, or a logit that leaves the range of float64.

    Source:
        C. M. Bishop, Pattern Recognition and Machine Learning, 2006, equation 4.91.
    """
    features, w = real_array(x, "features"), real_array(weights, "weights")
    if features.ndim != 1 or features.shape != w.shape:
        raise ValueError("There must be one weight for each feature.")
    with np.errstate(over="ignore", invalid="ignore"):
        z = float(features @ w)
    if not np.isfinite(z):
        raise ValueError("The products w·x are too large to compute with: use smaller numbers.")
    by_logit = binary_readings(z, label)
    losses = {
        name: LossReading(
            by_logit[name].loss, by_logit[name].value, _times(by_logit[name].gradient, features)
        )
        for name in LOSSES_COMPARED
    }
    return LogisticReading(z, float(sigmoid(z)), losses)


def _times(derivative: FloatArray, features: FloatArray) -> FloatArray:
    return float(derivative) * features + 0.0
