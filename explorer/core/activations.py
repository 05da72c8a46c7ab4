"""Softmax and sigmoid, stable for every finite logit.

The small values keep their relative precision too: where a class has all but 1e-30 of the
probability, the loss is 1e-30 and not 0, and so is its gradient.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from explorer.core.validation import FloatArray, class_indices, real_array


def logits_array(logits: ArrayLike, *, minimum_classes: int = 1) -> FloatArray:
    """Return logits [..., C] as finite float64.

    Raises:
        ValueError: Not finite numbers, a bare number, or fewer than `minimum_classes` classes.
    """
    array = real_array(logits, "Logits")
    if array.ndim == 0 or array.shape[-1] < minimum_classes:
        wanted = "one class" if minimum_classes == 1 else f"{minimum_classes} classes"
        raise ValueError(f"Give one logit for each class, and at least {wanted}.")
    return array


def sigmoid(logits: ArrayLike) -> FloatArray:
    """Return σ(z) = 1 / (1 + exp(−z)), elementwise.

    For 1 − σ(z) use σ(−z), which is exact where 1 − σ(z) cancels.

    Args:
        logits: Finite numbers of any shape.

    Returns:
        Probabilities of the same shape.

    Raises:
        ValueError: Logits that are not finite numbers.
    """
    return expit(real_array(logits, "Logits"))


def softmax(logits: ArrayLike) -> FloatArray:
    """Return q_i = exp(z_i) / Σ exp(z_j) over the last axis.

    Args:
        logits: Finite numbers [..., C].

    Returns:
        Probabilities [..., C].

    Raises:
        ValueError: Logits that are not finite numbers, or no class.
    """
    array = logits_array(logits)
    # Differences of opposite logits near 1e308 overflow to −inf, whose exponential is right: 0.
    with np.errstate(over="ignore"):
        exponentials = np.exp(array - array.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def log_softmax(logits: ArrayLike) -> FloatArray:
    """Return log q_i = z_i − log Σ exp(z_j) over the last axis, in nats.

    Args:
        logits: Finite numbers [..., C].

    Returns:
        Log-probabilities [..., C], at most 0; −inf only where logits differ by more than 1e308.

    Raises:
        ValueError: Logits that are not finite numbers, or no class.
    """
    array = logits_array(logits)
    with np.errstate(over="ignore"):
        shifted = array - array.max(axis=-1, keepdims=True)
    others = np.where(_is_largest(array), 0.0, np.exp(shifted))
    # The largest class is the 1 in log1p: log(1 + 1e-30) would be 0.
    return shifted - np.log1p(others.sum(axis=-1, keepdims=True))


def softmax_jacobian(logits: ArrayLike) -> FloatArray:
    """Return the Jacobian ∂q_i/∂z_j = q_i (δ_ij − q_j) of softmax.

    Args:
        logits: Finite numbers [..., C].

    Returns:
        Matrices [..., C, C], symmetric; rows and columns sum to 0.

    Raises:
        ValueError: Logits that are not finite numbers, or no class.
    """
    array = logits_array(logits)
    q = softmax(array)
    jacobian = -q[..., :, np.newaxis] * q[..., np.newaxis, :]
    diagonal = np.arange(q.shape[-1])
    jacobian[..., diagonal, diagonal] = q * _complement(q)
    return jacobian + 0.0


def softmax_excess(
    logits: FloatArray, target: FloatArray, total: float | FloatArray = 1.0
) -> FloatArray:
    """Return total·q − target without the cancellation at the likeliest class.

    Args:
        logits: Checked logits [..., C].
        target: Checked probabilities, broadcastable to [..., C].
        total: Factor on q, broadcastable to [..., 1].

    Returns:
        Differences [..., C].
    """
    q = softmax(logits)
    missing = (total - target) - total * _complement(q)
    return np.where(_is_largest(q), missing, total * q - target)


def largest_class(array: FloatArray) -> NDArray[np.intp]:
    """Return the index of the first largest entry over the last axis, as [..., 1]."""
    return np.argmax(array, axis=-1, keepdims=True)


def _complement(q: FloatArray) -> FloatArray:
    """1 − q, at the largest entry as the sum of the others, which is exact where q rounds to 1."""
    largest = _is_largest(q)
    others = np.where(largest, 0.0, q).sum(axis=-1, keepdims=True)
    return np.where(largest, others, 1.0 - q)


def _is_largest(array: FloatArray) -> NDArray[np.bool_]:
    """Marks the first largest entry over the last axis; much faster than indexing along it."""
    return np.arange(array.shape[-1]) == largest_class(array)


def mark_classes(indices: NDArray[np.intp], num_classes: int) -> FloatArray:
    """One-hot rows for indices [..., 1]."""
    return (np.arange(num_classes) == indices).astype(np.float64)


def scores_and_classes(
    scores: ArrayLike, targets: ArrayLike, *, minimum_classes: int = 1
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Scores [..., C] and classes [..., 1], broadcast against each other."""
    z = logits_array(scores, minimum_classes=minimum_classes)
    y = class_indices(targets, z.shape[-1])
    try:
        leading = np.broadcast_shapes(z.shape[:-1], y.shape)
    except ValueError:
        raise ValueError(
            f"Scores of shape {z.shape} need targets of shape {z.shape[:-1]}, not {y.shape}."
        ) from None
    return (
        np.broadcast_to(z, (*leading, z.shape[-1])),
        np.broadcast_to(y, leading)[..., np.newaxis],
    )
