"""Hinge losses of C scores per example, and their gradients.

Per example: the last axis is the classes, and nothing is averaged over the others, which
broadcast. Targets are class indices [...].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.activations import largest_class, mark_classes, scores_and_classes
from explorer.core.validation import FloatArray


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


def _violations(scores: ArrayLike, targets: ArrayLike) -> tuple[FloatArray, NDArray[np.intp]]:
    """1 + z_j − z_y for the rivals and −inf at the true class, with the true class as [..., 1]."""
    z, y = scores_and_classes(scores, targets, minimum_classes=2)
    with np.errstate(over="ignore"):
        violations = (z - np.take_along_axis(z, y, axis=-1)) + 1.0
    np.put_along_axis(violations, y, -np.inf, axis=-1)
    return violations, y
