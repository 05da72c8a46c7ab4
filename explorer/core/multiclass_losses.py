"""Losses of C logits, scores or outputs per example, and their gradients.

Per example: the last axis is the classes, and nothing is averaged over the others, which
broadcast. Targets are distributions [..., C] or class indices [...].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.activations import (
    largest_class,
    log_softmax,
    logits_array,
    mark_classes,
    scores_and_classes,
    softmax,
    softmax_excess,
)
from explorer.core.validation import (
    FloatArray,
    check_broadcast,
    validate_probabilities,
)


def softmax_cross_entropy(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return −Σ p ln softmax(z), the form for classes that exclude each other.

    TensorFlow: softmax_cross_entropy_with_logits; PyTorch: cross_entropy with probabilities.

    Args:
        logits: z, finite numbers [..., C].
        target_probs: p, distributions [..., C], one-hot or soft.

    Returns:
        Losses [...] in nats.

    Raises:
        ValueError: Logits that are not finite, targets that are not distributions, or shapes that
            do not fit.
    """
    z, p = _logits_and_distributions(logits, target_probs)
    log_q = log_softmax(z)
    with np.errstate(over="ignore"):  # at the end of float64 rounding alone gives ∞
        # 0 · −inf counts as 0: an impossible class adds nothing.
        return -(p * np.where(p > 0, log_q, 0.0)).sum(axis=-1) + 0.0


def softmax_cross_entropy_gradient(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return the gradient of `softmax_cross_entropy` by the logits, q − p, as [..., C].

    Same arguments and errors. q is multiplied by Σp, which is 1 up to the tolerance of the check.
    """
    z, p = _logits_and_distributions(logits, target_probs)
    return softmax_excess(z, p, total=p.sum(axis=-1, keepdims=True))


def sparse_softmax_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return −ln softmax(z) at the true class: gather the true logit, minus logsumexp.

    TensorFlow: sparse_softmax_cross_entropy_with_logits; PyTorch: cross_entropy.

    Args:
        logits: z, finite numbers [..., C].
        targets: Class indices [...], integers in 0 … C − 1.

    Returns:
        Losses [...] in nats.

    Raises:
        ValueError: Logits that are not finite, indices out of range, or shapes that do not fit.
    """
    z, y = scores_and_classes(logits, targets)
    return -np.take_along_axis(log_softmax(z), y, axis=-1)[..., 0] + 0.0


def sparse_softmax_cross_entropy_gradient(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return the gradient of `sparse_softmax_cross_entropy` by the logits, as [..., C].

    Same arguments and errors.
    """
    z, y = scores_and_classes(logits, targets)
    return softmax_excess(z, mark_classes(y, z.shape[-1]))


def softmax_squared_error(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return Σ (q − p)² with q = softmax(z), the sum over the classes.

    Args:
        logits: z, finite numbers [..., C].
        target_probs: p, distributions [..., C].

    Returns:
        Losses [...] between 0 and 2, without a unit.

    Raises:
        ValueError: As `softmax_cross_entropy`.
    """
    z, p = _logits_and_distributions(logits, target_probs)
    return (softmax_excess(z, p) ** 2).sum(axis=-1)


def softmax_squared_error_gradient(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return the gradient of `softmax_squared_error` by the logits, as [..., C].

    It is 2 q_i Σ_j q_j (d_i − d_j) with d = q − p. Same arguments and errors.
    """
    z, p = _logits_and_distributions(logits, target_probs)
    q, excess = softmax(z), softmax_excess(z, p)
    # Pairwise differences do not cancel in saturation, as d_i − Σ q_j d_j does.
    differences = excess[..., :, np.newaxis] - excess[..., np.newaxis, :]
    return 2.0 * q * (differences * q[..., np.newaxis, :]).sum(axis=-1) + 0.0


def softmax_mean_squared_error(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return Σ (q − p)² / C, the mean over the classes of one example.

    PyTorch's mse_loss averages over classes and examples. Arguments and errors are those of
    `softmax_squared_error`.
    """
    z, p = _logits_and_distributions(logits, target_probs)
    return softmax_squared_error(z, p) / z.shape[-1]


def softmax_mean_squared_error_gradient(logits: ArrayLike, target_probs: ArrayLike) -> FloatArray:
    """Return the gradient of `softmax_mean_squared_error` by the logits, as [..., C]."""
    z, p = _logits_and_distributions(logits, target_probs)
    return softmax_squared_error_gradient(z, p) / z.shape[-1]


def squared_error(outputs: ArrayLike, target: ArrayLike) -> FloatArray:
    """Return Σ (o − t)² of raw outputs, without a softmax.

    Args:
        outputs: o, finite numbers [..., C].
        target: t, finite numbers [..., C]; often one-hot, but any values are regressed.

    Returns:
        Losses [...] in squared units of the output; inf where the sum exceeds float64.

    Raises:
        ValueError: Not finite, or shapes that do not fit.
    """
    o, t = _outputs_and_values(outputs, target)
    with np.errstate(over="ignore"):
        return ((o - t) ** 2).sum(axis=-1)


def squared_error_gradient(outputs: ArrayLike, target: ArrayLike) -> FloatArray:
    """Return the gradient of `squared_error` by the outputs, 2 (o − t). Same arguments."""
    o, t = _outputs_and_values(outputs, target)
    with np.errstate(over="ignore"):
        return 2.0 * (o - t)


def multiclass_hinge(scores: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return max(0, 1 + max_{j≠y} z_j − z_y), the hinge of Crammer and Singer.

    Only the strongest rival counts. PyTorch's MultiMarginLoss is another one: see `multi_margin`.

    Args:
        scores: z, finite numbers [..., C], C ≥ 2.
        targets: True class y, integers [...] in 0 … C − 1.

    Returns:
        Losses [...] in units of the score.

    Raises:
        ValueError: Scores that are not finite, fewer than two classes, indices out of range, or
            shapes that do not fit.

    Source:
        K. Crammer, Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based
        Vector Machines (2001).
    """
    violations, _ = _violations(scores, targets)
    return np.maximum(0.0, violations.max(axis=-1))


def multiclass_hinge_gradient(scores: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return a subgradient of `multiclass_hinge` by the scores, as [..., C].

    Inside the margin −1 at the true class and +1 at the strongest rival (of equal ones the
    first); 0 outside and at the kink itself. Same arguments and errors.
    """
    violations, y = _violations(scores, targets)
    rival = largest_class(violations)
    active = np.take_along_axis(violations, rival, axis=-1) > 0
    classes = violations.shape[-1]
    return np.where(active, mark_classes(rival, classes) - mark_classes(y, classes), 0.0)


def multi_margin(scores: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return Σ_{j≠y} max(0, 1 + z_j − z_y) / C, the hinge of Weston and Watkins.

    Every rival within the margin counts, and the sum is divided by the number of classes, as
    PyTorch's MultiMarginLoss does. Arguments and errors are those of `multiclass_hinge`.

    Source:
        J. Weston, C. Watkins, Support Vector Machines for Multi-Class Pattern Recognition (1999).
    """
    violations, _ = _violations(scores, targets)
    return (np.maximum(0.0, violations) / violations.shape[-1]).sum(axis=-1)


def multi_margin_gradient(scores: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return a subgradient of `multi_margin` by the scores, as [..., C].

    1/C at each rival inside the margin, minus their sum at the true class; 0 at the kinks. Same
    arguments and errors.
    """
    violations, y = _violations(scores, targets)
    gradient = (violations > 0) / violations.shape[-1]
    np.put_along_axis(gradient, y, -gradient.sum(axis=-1, keepdims=True), axis=-1)
    return gradient + 0.0


def _logits_and_distributions(
    logits: ArrayLike, target_probs: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    z, p = logits_array(logits), validate_probabilities(target_probs)
    check_broadcast(z, "the logits", p, "the target")
    return z, p


def _outputs_and_values(outputs: ArrayLike, target: ArrayLike) -> tuple[FloatArray, FloatArray]:
    o, t = logits_array(outputs), logits_array(target)
    check_broadcast(o, "the outputs", t, "the target")
    return o, t


def _violations(scores: ArrayLike, targets: ArrayLike) -> tuple[FloatArray, NDArray[np.intp]]:
    """1 + z_j − z_y for the rivals and −inf at the true class, with the true class as [..., 1]."""
    z, y = scores_and_classes(scores, targets, minimum_classes=2)
    with np.errstate(over="ignore"):
        violations = (z - np.take_along_axis(z, y, axis=-1)) + 1.0
    np.put_along_axis(violations, y, -np.inf, axis=-1)
    return violations, y
