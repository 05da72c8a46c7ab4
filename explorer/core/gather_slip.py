"""Picking the true logit of every row of a batch, and the slip that picks whole columns.

`logits.gather(1, Y[:, None])` takes one logit from each row. `logits[:, Y]` takes, from every row,
the columns of all targets: a B × B matrix whose diagonal alone is what was meant.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.activations import log_softmax, scores_and_classes, softmax
from explorer.core.multiclass_losses import sparse_softmax_cross_entropy
from explorer.core.validation import FloatArray, class_indices


def gathered_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> float:
    """Return the mean over rows of −z_y + logsumexp(z).

    PyTorch: cross_entropy; TensorFlow: reduce_mean of sparse_softmax_cross_entropy_with_logits.

    Args:
        logits: z, finite numbers [B, C].
        targets: Class indices [B].

    Returns:
        Mean loss in nats.

    Raises:
        ValueError: Logits that are not finite, indices out of range, or other shapes.
    """
    z, y = _batch(logits, targets)
    with np.errstate(over="ignore"):
        return float(sparse_softmax_cross_entropy(z, y).mean())


def indexed_columns(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return the losses [B, B] that indexing columns makes: row i against the target of row j.

    Entry (i, j) is logsumexp(z_i) − z_i[y_j]; the diagonal holds the losses of the batch.
    Arguments and errors are those of `gathered_cross_entropy`.
    """
    z, y = _batch(logits, targets)
    return -log_softmax(z)[:, y] + 0.0


def indexed_columns_cross_entropy(logits: ArrayLike, targets: ArrayLike) -> float:
    """Return the mean of `indexed_columns`, the loss that the slip trains.

    It is the cross-entropy of every row to the shares of the classes in the batch, so its least
    value is their entropy, reached by answering the same for every input.
    """
    with np.errstate(over="ignore"):
        return float(indexed_columns(logits, targets).mean())


def indexed_columns_gradient(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return the gradient of `indexed_columns_cross_entropy` by the logits, (q − share) / B."""
    z, y = _batch(logits, targets)
    return (softmax(z) - class_shares(y, z.shape[1])) / len(z)


def gathered_gradient(logits: ArrayLike, targets: ArrayLike) -> FloatArray:
    """Return the gradient of `gathered_cross_entropy` by the logits, (q − one-hot) / B."""
    z, y = _batch(logits, targets)
    return (softmax(z) - np.eye(z.shape[1])[y]) / len(z)


def class_shares(targets: ArrayLike, num_classes: int) -> FloatArray:
    """Return the share of each class 0 … C − 1 among the targets [B], a distribution [C]."""
    y = class_indices(targets, num_classes)
    return np.bincount(y, minlength=num_classes) / y.size


def _batch(logits: ArrayLike, targets: ArrayLike) -> tuple[FloatArray, np.ndarray]:
    z, y = np.asarray(logits), np.asarray(targets)
    if z.ndim != 2 or y.shape != z.shape[:1] or not y.size:
        raise ValueError(
            f"A batch has logits [B, C] and one class index for each row, not {z.shape} and "
            f"{y.shape}."
        )
    scores, classes = scores_and_classes(z, y)
    return scores, classes[:, 0]
