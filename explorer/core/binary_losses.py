"""Losses of one logit or score against a two-valued target, and their derivatives.

Per example and elementwise: nothing is averaged or summed. Logits and targets broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from explorer.core.validation import FloatArray, broadcast_shape, real_array


def sigmoid_binary_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return −y ln σ(z) − (1 − y) ln(1 − σ(z)).

    This is the binary form for one output node and, label by label, the form for labels that do
    not exclude each other. TensorFlow: sigmoid_cross_entropy_with_logits; PyTorch:
    binary_cross_entropy_with_logits.

    Args:
        logits: z, finite numbers of any shape.
        targets: y in [0, 1]; values between are soft labels.

    Returns:
        Losses in nats, of the broadcast shape.

    Raises:
        ValueError: Logits that are not finite, targets outside [0, 1], or shapes that do not fit.
    """
    z, y = _logits_and_labels(logits, targets)
    return y * np.logaddexp(0.0, -z) + (1.0 - y) * np.logaddexp(0.0, z)


def sigmoid_binary_cross_entropy_gradient(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return d/dz of `sigmoid_binary_cross_entropy`, σ(z) − y. Same arguments and errors."""
    return _sigmoid_minus_label(*_logits_and_labels(logits, targets))


def sigmoid_squared_error(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return (σ(z) − y)².

    Args:
        logits: z, finite numbers of any shape.
        targets: y in [0, 1].

    Returns:
        Losses between 0 and 1 without a unit, of the broadcast shape.

    Raises:
        ValueError: As `sigmoid_binary_cross_entropy`.
    """
    return _sigmoid_minus_label(*_logits_and_labels(logits, targets)) ** 2


def sigmoid_squared_error_gradient(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return d/dz of `sigmoid_squared_error`, 2 (σ − y) σ (1 − σ). Same arguments and errors."""
    z, y = _logits_and_labels(logits, targets)
    return 2.0 * _sigmoid_minus_label(z, y) * expit(z) * expit(-z) + 0.0


def hinge(scores: ArrayLike, signs: ArrayLike) -> FloatArray:
    """Return max(0, 1 − y·h).

    Args:
        scores: h, finite numbers of any shape.
        signs: y, each −1 or +1. With labels 0 and 1 the loss of a 0 would be constant 1.

    Returns:
        Losses in units of the score, of the broadcast shape.

    Raises:
        ValueError: Scores that are not finite, a sign other than −1 and +1, or shapes that do not
            fit.
    """
    h, y = _scores_and_signs(scores, signs)
    return np.maximum(0.0, 1.0 - y * h)


def hinge_gradient(scores: ArrayLike, signs: ArrayLike) -> FloatArray:
    """Return d/dh of `hinge`: −y inside the margin, else 0. Same arguments and errors.

    At the kink y·h = 1, where there is no derivative, it is the subgradient 0.
    """
    h, y = _scores_and_signs(scores, signs)
    return np.where(y * h < 1.0, -y, 0.0)


def _sigmoid_minus_label(z: FloatArray, y: FloatArray) -> FloatArray:
    # σ(z) − y as (1 − y)σ(z) − yσ(−z): for y = 1 and large z it is −exp(−z), not 1 − 1 = 0.
    return (1.0 - y) * expit(z) - y * expit(-z) + 0.0


def _logits_and_labels(logits: ArrayLike, targets: ArrayLike) -> tuple[FloatArray, FloatArray]:
    z, y = real_array(logits, "Logits"), real_array(targets, "Targets")
    broadcast_shape(z.shape, "the logits", y.shape, "the targets")
    if ((y < 0) | (y > 1)).any():
        raise ValueError("Targets of a sigmoid loss must lie between 0 and 1.")
    return z, y


def _scores_and_signs(scores: ArrayLike, signs: ArrayLike) -> tuple[FloatArray, FloatArray]:
    h, y = real_array(scores, "Scores"), real_array(signs, "Signs")
    broadcast_shape(h.shape, "the scores", y.shape, "the signs")
    if (np.abs(y) != 1).any():
        raise ValueError("The hinge loss needs targets −1 or +1; turn labels 0 into −1.")
    return h, y
