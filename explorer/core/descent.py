"""Gradient descent on the logits of a single example, under each loss."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.activations import logits_array
from explorer.core.losses import LOSSES, Loss, sigmoid, softmax
from explorer.core.validation import FloatArray, class_indices, real_array

MAX_STEPS = 100_000


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The path of one descent; row k is the state after k steps, row 0 the start.

    Attributes:
        logits: [steps + 1] for one logit, [steps + 1, C] for C of them.
        losses: Loss of the example [steps + 1], in the unit of the loss.
        probabilities: σ or softmax of the logits, same shape as they; for losses that use neither
            (hinge, raw squared error) it is what σ or softmax would make of the same scores.
        learning_rate: Step size.
        diverged: The logits left the range of float64; the path ends before that step.
    """

    logits: FloatArray
    losses: FloatArray
    probabilities: FloatArray
    learning_rate: float
    diverged: bool = False


def descend_binary(z0: float, y: float, loss: str, learning_rate: float, steps: int) -> Trajectory:
    """Descend on one logit.

    Args:
        z0: The logit at the start.
        y: Label in [0, 1] for every loss, 0 or 1 for the hinge, which turns it into −1 or +1.
        loss: Key in `LOSSES` of kind "binary".
        learning_rate: Step size, positive.
        steps: Number of steps, 0 to `MAX_STEPS`.

    Returns:
        The path, steps + 1 rows unless it diverged.

    Raises:
        ValueError: An unknown loss, or an argument out of range.
    """
    start = real_array(z0, "The logit")
    if start.ndim != 0:
        raise ValueError("Give one logit to start from.")
    label = _registered(loss, "binary").encode_target(y)
    if label.ndim != 0:
        raise ValueError("Give one label.")
    return _descend(start, label, loss, learning_rate, steps)


def descend_multiclass(
    logits0: ArrayLike, target: ArrayLike, loss: str, learning_rate: float, steps: int
) -> Trajectory:
    """Descend on the logits of one example.

    Args:
        logits0: Logits at the start [C].
        target: The true class, or a distribution [C] where the loss allows it.
        loss: Key in `LOSSES` of kind "multiclass"; the rest as for `descend_binary`.

    Raises:
        ValueError: As `descend_binary`, or a soft target for a hinge.
    """
    start = logits_array(logits0)
    if start.ndim != 1:
        raise ValueError("Give the logits of one example, a flat list.")
    # A list is a distribution even when it is written with whole numbers, as (0, 1, 0).
    given = real_array(target, "Targets") if np.ndim(target) else target
    encoded = _registered(loss, "multiclass").encode_target(given, start.size)
    if np.ndim(target) > 1:
        raise ValueError("Give the target of one example.")
    return _descend(start, encoded, loss, learning_rate, steps)


def steps_to_probability(trajectory: Trajectory, threshold: float, target: int) -> int | None:
    """Return the first step at which the true class has at least this probability.

    Args:
        trajectory: From `descend_binary` or `descend_multiclass`.
        threshold: Probability in (0, 1].
        target: The true class; for one logit the label, 0 or 1.

    Returns:
        Number of steps, 0 if the start already has it, None if the path never does.

    Raises:
        ValueError: Threshold or target out of range.
    """
    if not 0 < threshold <= 1:
        raise ValueError("The probability to reach must be above 0 and at most 1.")
    if trajectory.logits.ndim == 1:
        label = int(class_indices(target, 2))
        reached = sigmoid(trajectory.logits if label else -trajectory.logits) >= threshold
    else:
        true_class = int(class_indices(target, trajectory.logits.shape[-1]))
        reached = trajectory.probabilities[:, true_class] >= threshold
    return int(np.argmax(reached)) if reached.any() else None


def _registered(name: str, kind: str) -> Loss:
    entry = LOSSES.get(name)
    if entry is None or entry.kind != kind:
        known = ", ".join(key for key, value in LOSSES.items() if value.kind == kind)
        raise ValueError(f"“{name}” is not a {kind} loss; choose one of {known}.")
    return entry


def _descend(
    start: FloatArray, target: ArrayLike, name: str, learning_rate: float, steps: int
) -> Trajectory:
    count = operator.index(steps)
    if not 0 <= count <= MAX_STEPS:
        raise ValueError(f"The number of steps must lie between 0 and {MAX_STEPS:,}.")
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise ValueError("The learning rate must be a positive finite number.")
    loss = LOSSES[name]
    logits = np.empty((count + 1, *start.shape))
    logits[0] = start
    rows = 1
    with np.errstate(over="ignore", invalid="ignore"):
        while rows <= count:
            following = logits[rows - 1] - learning_rate * loss.gradient(logits[rows - 1], target)
            if not np.isfinite(following).all():
                break
            logits[rows] = following
            rows += 1
    logits = logits[:rows]
    return Trajectory(
        logits=logits,
        losses=np.asarray(loss.value(logits, target), dtype=np.float64),
        probabilities=softmax(logits) if loss.kind == "multiclass" else sigmoid(logits),
        learning_rate=float(learning_rate),
        diverged=rows <= count,
    )
