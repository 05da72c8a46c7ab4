"""What every loss says about one example: its value and its gradient by the logits, side by side.

Logits may be −∞ here, for a model that gives a class the probability 0; values and gradients are
then the limits as that logit falls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.distributions import FloatArray, validate_probabilities
from explorer.core.losses import LOSSES, Loss

BINARY = ("sigmoid_binary_cross_entropy", "sigmoid_squared_error", "hinge")
MULTICLASS = (
    "softmax_cross_entropy",
    "softmax_squared_error",
    "softmax_mean_squared_error",
    "multiclass_hinge",
    "multi_margin",
)

# These stay finite as the logit of a true class falls.
_BOUNDED = ("softmax_squared_error", "softmax_mean_squared_error")

# Far below any logit that a person enters, so that its exponential is exactly the 0 it stands for.
_LOWEST = -1e300
_WIDEST = 1e200


@dataclass(frozen=True, eq=False)
class LossReading:
    """One loss on one example.

    Attributes:
        loss: Its entry in `LOSSES`.
        value: In `loss.unit`; ∞ where a true class has probability 0.
        gradient: By the logit [] or the logits [C].
        gradient_norm: Euclidean norm of the gradient.
    """

    loss: Loss
    value: float
    gradient: FloatArray

    @property
    def gradient_norm(self) -> float:
        return float(np.linalg.norm(np.atleast_1d(self.gradient)))


def binary_readings(z: ArrayLike, y: int) -> dict[str, LossReading]:
    """Return what each loss of `BINARY` says about one logit.

    Args:
        z: Finite logit.
        y: Label, 0 or 1; the hinge takes it as −1 or +1.

    Raises:
        ValueError: A logit that is not finite, or another label.
    """
    return {name: _read(LOSSES[name], z, LOSSES[name].encode_target(y)) for name in BINARY}


def gradient_ratio(z: float, y: int) -> float:
    """Return |dCE/dz| / |d(squared error)/dz| at one logit, which is 1 / (2 σ(z) (1 − σ(z))).

    It is at least 2, and inf where the derivative of the squared error is below the range of
    float64. Args and errors are those of `binary_readings`.
    """
    readings = binary_readings(z, y)
    cross_entropy = float(readings["sigmoid_binary_cross_entropy"].gradient)
    squared_error = float(readings["sigmoid_squared_error"].gradient)
    return abs(cross_entropy / squared_error) if squared_error else math.inf


def saturation_logit(fraction: float) -> float:
    """Return the |z| from which on squared error has less than `fraction` of CE's derivative.

    It solves 2 σ(z) (1 − σ(z)) = fraction, so the label does not matter.

    Raises:
        ValueError: Fraction outside of (0, ½]; the squared error never has more than half.
    """
    if not 0 < fraction <= 0.5:
        raise ValueError("The fraction must be above 0 and at most 0.5.")
    # σ(−z) is the smaller root; written without the cancellation of 1 − √(1 − 2 fraction).
    tail = fraction / (1.0 + math.sqrt(1.0 - 2.0 * fraction))
    return math.log1p(-tail) - math.log(tail)


def log_probabilities(q: ArrayLike) -> FloatArray:
    """Return the logits ln q whose softmax is a distribution q [C]; −∞ where q is 0.

    Raises:
        ValueError: q is not a distribution.
    """
    with np.errstate(divide="ignore"):
        return np.log(validate_probabilities(q))


def finite_logits(logits: ArrayLike) -> FloatArray:
    """Replace −∞ by a number so low that softmax, Jacobian and gradients are exactly the limits.

    Values of losses are not: a true class at −∞ has an infinite loss, see `multiclass_readings`.

    Args:
        logits: [C], finite or −∞, at least one finite; beside a −∞ of magnitude up to 1e200.

    Raises:
        ValueError: NaN, +∞, too large a number, or nothing finite.
    """
    z = np.asarray(logits, dtype=np.float64)
    finite = np.isfinite(z)
    if np.isnan(z).any() or (z == math.inf).any() or not finite.any():
        raise ValueError("Logits must be finite or −∞, and at least one must be finite.")
    if not finite.all() and (np.abs(z[finite]) > _WIDEST).any():
        raise ValueError("Beside a logit of −∞ use logits between −1e200 and 1e200.")
    return np.where(finite, z, _LOWEST)


def multiclass_readings(
    logits: ArrayLike, p: ArrayLike, names: Sequence[str] = MULTICLASS
) -> dict[str, LossReading]:
    """Return what each loss says about the logits of one example.

    Args:
        logits: [C], finite or −∞.
        p: The target, a distribution [C].
        names: Keys in `LOSSES`, of losses that do not grow with the logit of an impossible class.

    Returns:
        Key → reading. The hinges, which need one true class, are left out when p is soft.

    Raises:
        ValueError: Logits or target as `finite_logits` and the losses refuse them.
    """
    z, target = finite_logits(logits), validate_probabilities(p)
    lost = bool((np.isneginf(np.asarray(logits, dtype=np.float64)) & (target > 0)).any())
    readings: dict[str, LossReading] = {}
    for name in names:
        loss = LOSSES[name]
        if loss.target_kind == "class_index" and target.max() != 1:
            continue
        reading = _read(loss, z, loss.encode_target(target))
        if lost and name not in _BOUNDED:
            reading = LossReading(loss, math.inf, reading.gradient)
        readings[name] = reading
    return readings


def mean_values(readings: Sequence[Mapping[str, LossReading]]) -> dict[str, float]:
    """Return the mean of each loss over examples that were all read with the same losses.

    Raises:
        ValueError: No example.
    """
    if not readings:
        raise ValueError("Give at least one example to average over.")
    return {name: float(np.mean([one[name].value for one in readings])) for name in readings[0]}


def _read(loss: Loss, z: ArrayLike, target: ArrayLike) -> LossReading:
    return LossReading(loss, float(loss.value(z, target)), np.asarray(loss.gradient(z, target)))
