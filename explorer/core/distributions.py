"""Finite probability distributions: reading, checking, building and moving them.

Everywhere p is the true distribution and q the model. Nothing here repairs its input in silence:
a vector that is not a distribution is refused, and `normalize` is a step that the caller asks for.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.validation import (
    FloatArray,
    class_indices,
    real_array,
    single_distribution,
    validate_probabilities,
)

__all__ = [
    "MAX_TEXT_LENGTH",
    "division_note",
    "interpolate",
    "normalize",
    "one_hot",
    "parse_vector",
    "rescale_others",
    "separated",
    "validate_probabilities",
]

MAX_TEXT_LENGTH = 2_000

_MARKS = {",": "comma", ";": "semicolon"}
# Full-width forms, as a Chinese keyboard types them, and the typographic minus sign.
_FULL_WIDTH = str.maketrans("，、；％．／＋－−　０１２３４５６７８９", ",,;%./+-- 0123456789")
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PIECE = re.compile(rf"({_NUMBER})(?:/({_NUMBER})|(%))?")


def separated(text: str, piece: str, *, marks: str = ",;", by_space: bool = True) -> list[str]:
    """Return the pieces of a list, as in "0.5, 0.5" or "1 2 3".

    Commas, semicolons and white space separate, in any mix; but where nothing stands beside a
    comma, a piece was forgotten, and the list has another length than it seems to have.

    Args:
        text: What was typed, full-width forms already turned into ordinary ones.
        piece: What one piece is, such as "number".
        marks: Which of comma and semicolon separate.
        by_space: Whether white space other than a line's end separates too.

    Returns:
        The pieces, stripped; none for a text of nothing but separators and white space.

    Raises:
        ValueError: A piece is missing beside a comma or semicolon; a plain sentence.
    """
    parts = re.split(f"([{marks}])", text)
    if not any(part.strip() for part in parts[::2]):
        return []
    pieces: list[str] = []
    for place in range(0, len(parts), 2):
        part = parts[place]
        if not part.strip():
            mark = _MARKS[parts[place - 1] if place else parts[1]]
            raise ValueError(
                f"{piece.capitalize()} {len(pieces) + 1} is missing beside a {mark}: write it, or "
                f"take the {mark} out."
            )
        found = part.split() if by_space else part.splitlines()
        pieces += [one.strip() for one in found if one.strip()]
    return pieces


def parse_vector(text: str) -> FloatArray:
    """Read numbers that a person typed.

    Commas, semicolons and white space separate, in any mix, full-width forms included; with nothing
    beside a comma a number is missing. One pair of brackets around the whole is allowed. A number
    is a decimal (".1", "1e-3"), a fraction ("1/4") or a percentage ("25%"). Signs are accepted, so
    that logits can be typed too.

    Args:
        text: At most `MAX_TEXT_LENGTH` characters.

    Returns:
        float64 vector [n], n ≥ 1, finite. It need not be a distribution.

    Raises:
        ValueError: A plain sentence that names the piece which is missing or no finite number.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(f"The text has {len(text):,} characters; use at most {MAX_TEXT_LENGTH:,}.")
    plain = text.translate(_FULL_WIDTH).strip()
    if plain[:1] + plain[-1:] in ("[]", "()"):
        plain = plain[1:-1]
    # "1 / 4" and "25 %" are one number each, although white space separates.
    plain = re.sub(r"\s*/\s*", "/", plain)
    plain = re.sub(r"\s+%", "%", plain)
    pieces = separated(plain, "number")
    if not pieces:
        raise ValueError("Enter at least one number, for example 0.1, 0.1, 0.1, 0.7.")
    return np.array([_parse_number(piece) for piece in pieces], dtype=np.float64)


def _parse_number(piece: str) -> float:
    shown = piece if len(piece) <= 24 else piece[:23] + "…"
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise ValueError(f"“{shown}” is not a number; write 0.25, 1/4 or 25%.")
    numerator, denominator, percent = match.groups()
    value = float(numerator)
    if denominator is not None:
        if not re.search("[1-9]", re.split("[eE]", denominator)[0]):
            raise ValueError(f"“{shown}” divides by zero; change its denominator.")
        divisor = float(denominator)
        # A divisor beyond the range of float64 is caught by the two checks below.
        value = value / divisor if divisor else math.inf
    if percent:
        value = value / 100
    if not math.isfinite(value):
        raise ValueError(f"“{shown}” is too large; use numbers below 1e308.")
    # Reading 1e-400 as 0 would turn a possible outcome into an impossible one.
    if value == 0 and re.search("[1-9]", re.split("[eE]", numerator)[0]):
        raise ValueError(f"“{shown}” is too small to be told from zero; write 0 if you mean 0.")
    return value + 0.0  # "-0" is read as plain zero


def normalize(weights: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Divide non-negative weights by their sum.

    Args:
        weights: Finite and ≥ 0, [..., n]. Their sum may exceed the range of float64.
        axis: The axis that must sum to 1.

    Returns:
        float64 probabilities of the same shape; a zero weight stays exactly zero.

    Raises:
        ValueError: Not finite, negative, empty, or all zero along the axis.
    """
    array = real_array(weights, "Weights")
    if not -array.ndim <= axis < array.ndim or array.size == 0:
        raise ValueError("There is nothing to normalise; give at least one weight.")
    if (array < 0).any():
        raise ValueError(f"Weights cannot be negative; the smallest here is {array.min():.6g}.")
    largest = array.max(axis=axis, keepdims=True)
    if (largest == 0).any():
        raise ValueError("All weights are zero; raise at least one above zero to normalise.")
    # A power of two changes no digit, and keeps the sum in range for weights near 1e308.
    scaled = np.ldexp(array, -np.frexp(largest)[1])
    return scaled / scaled.sum(axis=axis, keepdims=True)


def division_note(weights: FloatArray, p: FloatArray) -> str:
    """Say in a sentence what `normalize` made of weights.

    Args:
        weights: What was divided [n].
        p: What came out [n].
    """
    with np.errstate(over="ignore"):
        total = weights.sum()
    # Exact beyond the range of float64 too.
    known = total if math.isfinite(total) else sum(map(Decimal, weights.tolist()))
    before, after = (", ".join(f"{x:.6g}" for x in values) for values in (weights, p))
    return f"Each value was divided by the sum {known:.9g}: {before} → {after}."


def one_hot(index: ArrayLike, num_classes: int) -> FloatArray:
    """Return the distribution(s) with all probability on one class.

    Args:
        index: Class index or integer array of indices, each in 0 … num_classes − 1.
        num_classes: Number of classes C, at least 1.

    Returns:
        float64 array [..., C] of zeros and ones.

    Raises:
        ValueError: An index that is not an integer or out of range.
    """
    count = operator.index(num_classes)
    if count < 1:
        raise ValueError(f"There must be at least one class, not {count}.")
    return np.eye(count)[class_indices(index, count)]


def rescale_others(
    p: ArrayLike, index: int, value: float, locked: Iterable[int] = ()
) -> FloatArray:
    """Set one outcome's probability and rescale the others so that the sum stays 1.

    The others that are not locked keep their proportions; when they are all zero they share the
    rest equally. The value is limited to what the locked ones leave, and is all of it when no
    other outcome is free.

    Args:
        p: Distribution [n].
        index: The outcome that is set, 0 … n − 1.
        value: Its wanted probability; limited to [0, 1 − sum of the locked others].
        locked: Outcomes that keep their probability.

    Returns:
        float64 distribution [n]; zeros among the rescaled stay exactly zero.

    Raises:
        ValueError: p is not a distribution, an index is out of range, the outcome itself is locked,
            or the value is not finite.
    """
    result = single_distribution(p)
    chosen = int(class_indices(index, result.size))
    fixed = np.zeros(result.size, dtype=bool)
    for other in locked:
        fixed[class_indices(other, result.size)] = True
    if fixed[chosen]:
        raise ValueError(f"Outcome {chosen + 1} is locked; unlock it to change it.")
    wanted = float(real_array(value, "The probability"))
    available = max(0.0, 1.0 - math.fsum(result[fixed]))
    free = ~fixed
    free[chosen] = False
    result[chosen] = min(max(wanted, 0.0), available) if free.any() else available
    if free.any():
        weights = result[free] if result[free].any() else np.ones(free.sum())
        result[free] = normalize(weights) * (available - result[chosen])
        # Rounding of the products, a few 1e-17, goes to the largest of them.
        largest = int(np.flatnonzero(free)[np.argmax(result[free])])
        result[largest] = max(0.0, result[largest] + (1.0 - math.fsum(result)))
    return result


def interpolate(q: ArrayLike, p: ArrayLike, t: ArrayLike) -> FloatArray:
    """Return the mixture (1 − t)·q + t·p, a point on the straight path from q to p.

    Args:
        q: Distribution [n] where the path starts, t = 0.
        p: Distribution [n] where it ends, t = 1.
        t: Number, or array [...] of numbers, in [0, 1].

    Returns:
        float64 distribution(s) [..., n]; exactly q at t = 0 and p at t = 1.

    Raises:
        ValueError: No distributions, different numbers of outcomes, or t outside [0, 1].
    """
    start, end = validate_probabilities(q), validate_probabilities(p)
    if start.shape != end.shape:
        raise ValueError(
            f"q has {start.shape[-1]} outcomes and p has {end.shape[-1]}; they must match."
        )
    position = real_array(t, "The position t")[..., np.newaxis]
    if ((position < 0) | (position > 1)).any():
        raise ValueError("The position t must lie between 0 and 1.")
    return (1.0 - position) * start + position * end
