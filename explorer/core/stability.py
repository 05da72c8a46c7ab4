"""Three ways to one cross-entropy, and what each loses in numbers of limited precision.

All three are the same formula, −ln(e^(z_y) / Σ e^(z_j)). `naive_cross_entropy` writes it down as
it stands, `softmax_then_log` subtracts the largest logit first, and `log_softmax_cross_entropy`
takes the logarithm before anything can underflow. They compute as PyTorch's kernels on CPU do:
single operations are rounded to the format one by one; inside softmax and log_softmax a 16-bit
format is computed in float32, and only what the kernel stores is rounded: the result, and in
log_softmax also the sum of the exponentials and its logarithm. A GPU's kernels keep those two in
float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.activations import logits_array
from explorer.core.precision import Precision, Wide, format_named
from explorer.core.validation import FloatArray, class_indices

# 1 + x keeps x to 70 − 17 digits where x is 1e-17, the smallest for which it is formed.
_DIGITS = 70


def naive_cross_entropy(logits: ArrayLike, targets: ArrayLike, precision: str) -> FloatArray:
    """Return −log(exp(z)_y / Σ exp(z)), without subtracting the largest logit.

    PyTorch: `e = torch.exp(z); -torch.log(e[y] / e.sum())`.

    Args:
        logits: z, finite numbers [..., C]; rounded to the format first.
        targets: Class indices [...].
        precision: A key of `PRECISIONS`.

    Returns:
        Losses [...] in nats as float64; inf where the probability underflows to 0 or an exponential
        overflows, NaN where the exponential of the true class itself overflows.

    Raises:
        ValueError: Logits that are not finite, an index out of range, or an unknown format.
    """
    form, z, y = _checked(logits, targets, precision)
    with np.errstate(all="ignore"):
        exponentials = form.narrow(form.exp(z))
        total = form.narrow(exponentials.sum(axis=-1))
        return _minus_log(form, form.narrow(_true_entry(exponentials, y) / total))


def softmax_then_log(logits: ArrayLike, targets: ArrayLike, precision: str) -> FloatArray:
    """Return −log(softmax(z)_y), with the largest logit subtracted inside the softmax.

    PyTorch: `-torch.log(torch.softmax(z, dim=0)[y])`. Arguments, returns and errors are those of
    `naive_cross_entropy`, but nothing overflows, so there is no NaN.
    """
    form, z, y = _checked(logits, targets, precision)
    with np.errstate(all="ignore"):
        exponentials = form.exp(z - z.max(axis=-1, keepdims=True))
        q = _true_entry(exponentials, y) / exponentials.sum(axis=-1)
        return _minus_log(form, form.narrow(q))


def log_softmax_cross_entropy(logits: ArrayLike, targets: ArrayLike, precision: str) -> FloatArray:
    """Return −log_softmax(z)_y = −(z_y − max z − log Σ exp(z − max z)).

    PyTorch: `-torch.log_softmax(z, dim=0)[y]`, which is what cross_entropy computes. Arguments and
    errors are those of `naive_cross_entropy`; the losses are finite for logits whose differences
    are.
    """
    form, z, y = _checked(logits, targets, precision)
    with np.errstate(all="ignore"):
        shifted = z - z.max(axis=-1, keepdims=True)
        log_total = form.narrow(form.log(form.narrow(form.exp(shifted).sum(axis=-1))))
        log_q = form.narrow(_true_entry(shifted, y) - log_total)
        return -log_q.astype(np.float64) + 0.0


@dataclass(frozen=True)
class Way:
    """One of the three ways, as pages and figures list it.

    Attributes:
        label: Name for people.
        compute: Function of (logits, targets, precision).
    """

    label: str
    compute: Callable[[ArrayLike, ArrayLike, str], FloatArray]


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "naive": Way("exp, sum, log", naive_cross_entropy),
        "softmax_then_log": Way("softmax, then log", softmax_then_log),
        "log_softmax": Way("log_softmax", log_softmax_cross_entropy),
    }
)


def exact_gap_loss(gap: float, *, right: bool) -> Decimal:
    """Return the cross-entropy of two classes whose logits differ by `gap`, to 50 digits.

    It is ln(1 + e^gap) where the lower class is true and ln(1 + e^−gap) where the higher one is.
    The first is gap + the second. For x = e^−gap below 1e-17 the second is the alternating series
    x − x²/2 + x³/3, whose error is below x⁴, so digits that 1 + x would drop are kept. Decimal
    arithmetic takes `gap` digit for digit, on every machine.

    Args:
        gap: At least 0, finite.
        right: Whether the true class is the one with the higher logit.

    Returns:
        Loss in nats, with a relative error below 1e-50.

    Raises:
        ValueError: A gap that is negative or not finite.
    """
    if not 0 <= gap < math.inf:
        raise ValueError("The gap must be a finite number, at least 0.")
    with localcontext() as context:
        context.prec = _DIGITS
        x = (-Decimal(gap)).exp()
        series = x - x * x / 2 + x * x * x / 3
        small = series if x < Decimal("1e-17") else (1 + x).ln()
        return small if right else Decimal(gap) + small


def relative_error(value: float, exact: Decimal) -> float:
    """Return |value − exact| / exact; inf where the value is infinite or not a number."""
    if not math.isfinite(value):
        return math.inf
    with localcontext() as context:
        context.prec = _DIGITS
        return float(abs(Decimal(value) - exact) / exact)


@dataclass(frozen=True)
class GapReading:
    """What the three ways say about two classes.

    Attributes:
        gap: Difference of the two logits as the format holds them.
        exact: Their cross-entropy in nats, which may lie below the range of float64.
        losses: Key in `WAYS` → loss in nats; may be inf or NaN.
        errors: Key in `WAYS` → relative error; inf where the loss is not a finite number.
    """

    gap: float
    exact: Decimal
    losses: Mapping[str, float]
    errors: Mapping[str, float]


def read_gap(gap: float, precision: str, *, right: bool) -> GapReading:
    """Read the logits (gap, 0) with one of them true.

    The reference is that of the logits as the format holds them: what is shown is the loss of the
    computation and not of writing down its input.

    Args:
        gap: At least 0, within the range of the format.
        precision: A key of `PRECISIONS`.
        right: Whether the true class is the one with the higher logit.

    Raises:
        ValueError: As `exact_gap_loss`, or an unknown format.
    """
    held = float(format_named(precision).rounded(gap))
    exact = exact_gap_loss(held, right=right)
    target = 0 if right else 1
    losses = {key: float(way.compute([held, 0.0], target, precision)) for key, way in WAYS.items()}
    errors = {key: relative_error(loss, exact) for key, loss in losses.items()}
    return GapReading(held, exact, losses, errors)


def _checked(
    logits: ArrayLike, targets: ArrayLike, precision: str
) -> tuple[Precision, Wide, NDArray[np.intp]]:
    form, z = format_named(precision), logits_array(logits)
    y = class_indices(targets, z.shape[-1])
    if y.shape != z.shape[:-1]:
        raise ValueError(f"Logits of shape {z.shape} need targets {z.shape[:-1]}, not {y.shape}.")
    return form, form.rounded(z), y


def _true_entry(values: Wide, y: NDArray[np.intp]) -> Wide:
    return np.take_along_axis(values, y[..., np.newaxis], axis=-1)[..., 0]


def _minus_log(form: Precision, q: Wide) -> FloatArray:
    return -form.narrow(form.log(q)).astype(np.float64) + 0.0
