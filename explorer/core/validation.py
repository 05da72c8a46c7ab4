"""Checks that inputs pass before anything is computed from them; none of them repairs anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def real_array(values: ArrayLike, what: str) -> FloatArray:
    """Return a float64 copy of finite real numbers.

    Args:
        values: Numbers of any shape; text and complex numbers are refused.
        what: How the message names them, for example "The logits".

    Returns:
        float64 array of the same shape, without negative zeros.

    Raises:
        ValueError: Not numbers, ragged, NaN or infinite.
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "biufO":
            raise TypeError
        array = array.astype(np.float64) + 0.0
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be real numbers in a regular array.") from None
    if not np.isfinite(array).all():
        raise ValueError(f"{what} must be finite; NaN and infinity are not allowed.")
    return array


def validate_probabilities(p: ArrayLike, *, axis: int = -1, atol: float = 1e-6) -> FloatArray:
    """Return p unchanged as float64, or say why it is not a distribution.

    Args:
        p: Probabilities [..., n] with the outcomes along `axis`.
        axis: The axis that sums to 1.
        atol: How far the sum may be from 1. The values are not rescaled within it either.

    Returns:
        float64 array of the same shape.

    Raises:
        ValueError: Not numbers, a bare number, no outcome, NaN or infinity, a negative entry, or
            a sum that is not 1.
    """
    array = real_array(p, "Probabilities")
    if not -array.ndim <= axis < array.ndim:
        raise ValueError("A distribution is a list of probabilities; give one for each outcome.")
    if array.size == 0:
        raise ValueError("A distribution needs at least one outcome; this one has none.")
    if (array < 0).any():
        raise ValueError(
            f"Probabilities cannot be negative; the smallest here is {array.min():.6g}."
        )
    with np.errstate(over="ignore"):
        sums = array.sum(axis=axis)
    worst = float(np.ravel(sums)[np.argmax(np.abs(sums - 1))])
    if not abs(worst - 1) <= atol:
        total = f"{worst:.9g}" if np.isfinite(worst) else "more than 1e308"
        raise ValueError(f"The probabilities sum to {total}, not 1; correct or normalise them.")
    return array


def single_distribution(p: ArrayLike) -> FloatArray:
    """Return one distribution [n], checked by `validate_probabilities`.

    Raises:
        ValueError: p is not a single distribution.
    """
    probabilities = validate_probabilities(p)
    if probabilities.ndim != 1:
        raise ValueError("Give a single distribution, a flat list of probabilities.")
    return probabilities


def class_indices(targets: ArrayLike, num_classes: int) -> NDArray[np.intp]:
    """Return class indices, checked against the number of classes.

    Args:
        targets: Integers of any shape.
        num_classes: Number of classes C.

    Returns:
        Integer array of the same shape.

    Raises:
        ValueError: Not integers, or outside 0 … C − 1. Negative indices do not count from the end.
    """
    array = np.asarray(targets)
    if array.dtype.kind not in "iu":
        raise ValueError("Class indices must be whole numbers.")
    if ((array < 0) | (array >= num_classes)).any():
        raise ValueError(f"Class indices must lie in 0 to {num_classes - 1}.")
    return array.astype(np.intp)


def check_broadcast(
    first: FloatArray, first_name: str, second: FloatArray, second_name: str
) -> None:
    """Check that two arrays [..., n] have the same n, and other axes that broadcast.

    Args:
        first: Array with at least one axis.
        first_name: How the message names it, for example "p".
        second: Array with at least one axis.
        second_name: How the message names it.

    Raises:
        ValueError: Different n, or other axes that do not broadcast.
    """
    if first.shape[-1] != second.shape[-1]:
        raise ValueError(
            f"The numbers of classes must match: {first_name} has {first.shape[-1]} and "
            f"{second_name} {second.shape[-1]}."
        )
    broadcast_shape(first.shape, first_name, second.shape, second_name)


def broadcast_shape(
    first: tuple[int, ...], first_name: str, second: tuple[int, ...], second_name: str
) -> tuple[int, ...]:
    """Return the shape to which two shapes broadcast; arguments as for `check_broadcast`.

    Raises:
        ValueError: They do not.
    """
    try:
        return np.broadcast_shapes(first, second)
    except ValueError:
        raise ValueError(
            f"The shapes {first} of {first_name} and {second} of {second_name} do not go together."
        ) from None
