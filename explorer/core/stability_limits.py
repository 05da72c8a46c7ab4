"""Where each way to a cross-entropy loses its digits and its answer, by format."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from explorer.core.precision import Precision, format_named
from explorer.core.stability import (
    WAYS,
    exact_gap_loss,
    log_softmax_cross_entropy,
    relative_error,
)
from explorer.core.validation import FloatArray

HIGHEST_GAP = 1000.0
"""Gap up to which limits are searched for; beyond it float64 has lost every answer."""


@dataclass(frozen=True, eq=False)
class ErrorCurves:
    """Largest relative error around each gap.

    Attributes:
        gaps: Middles of the stretches [n].
        errors: Key in `WAYS` → largest relative error within each stretch [n]; inf where a loss
            there is not a finite number.
    """

    gaps: FloatArray
    errors: Mapping[str, FloatArray]


@lru_cache(maxsize=32)
def error_curves(
    precision: str, *, right: bool, highest: float, stretches: int = 200, samples: int = 4
) -> ErrorCurves:
    """Return the relative error of each way for gaps from 0 to `highest`.

    Errors of rounding jump from gap to gap, between 0 and their bound; the largest of a few
    neighbours shows the bound.

    Args:
        precision: A key of `PRECISIONS`.
        right: Whether the true class is the one with the higher logit.
        highest: End of the range, above 0.
        stretches: Number of points n.
        samples: Gaps that are tried within each stretch.

    Raises:
        ValueError: An unknown format, or a range that is empty or not finite.
    """
    if not 0 < highest < math.inf:
        raise ValueError("The range of gaps must end above 0.")
    edges = np.linspace(0.0, highest, stretches * samples + 1)[1:]
    held = format_named(precision).rounded(edges).astype(np.float64)
    exact = [exact_gap_loss(gap, right=right) for gap in held.tolist()]
    logits = np.stack([held, np.zeros_like(held)], axis=-1)
    targets = np.full(held.size, 0 if right else 1)
    errors = {}
    for key, way in WAYS.items():
        losses = way.compute(logits, targets, precision).tolist()
        each = [relative_error(loss, true) for loss, true in zip(losses, exact, strict=True)]
        errors[key] = np.array(each).reshape(stretches, samples).max(axis=1)
    return ErrorCurves(edges.reshape(stretches, samples).mean(axis=1), MappingProxyType(errors))


@dataclass(frozen=True)
class Limits:
    """Where a format runs out.

    Attributes:
        largest_exponent: Largest x with a finite exp(x).
        naive_fails: Smallest gap at which the naive way gives no finite loss for a wrong answer.
        softmax_fails: The same for softmax and then log.
        digits_fade: Gap from which on the probability is subnormal and has ever fewer digits.
        largest_answer: Largest loss in nats that softmax and then log can give, −ln of the
            smallest positive number.
        right_answer_lost: Smallest gap at which log_softmax gives a right answer the loss 0.
    """

    largest_exponent: float
    naive_fails: float
    softmax_fails: float
    digits_fade: float
    largest_answer: float
    right_answer_lost: float


@lru_cache(maxsize=8)
def limits(precision: str) -> Limits:
    """Search for the limits of a format, a key of `PRECISIONS`, among the numbers that it holds.

    Raises:
        ValueError: An unknown format.
    """
    form = format_named(precision)

    def overflows(x: float) -> bool:
        with np.errstate(over="ignore"):
            return bool(np.isinf(form.narrow(form.exp(form.rounded([x])))[0]))

    def fails(way: str, gap: float) -> bool:
        return not math.isfinite(float(WAYS[way].compute([gap, 0.0], 1, precision)))

    first_overflow = _first(form, overflows)
    return Limits(
        _before(form, first_overflow),
        _first(form, lambda gap: fails("naive", gap)),
        _first(form, lambda gap: fails("softmax_then_log", gap)),
        -math.log(form.smallest / (2 * form.unit_roundoff)),
        -math.log(form.smallest),
        _first(form, lambda gap: log_softmax_cross_entropy([gap, 0.0], 0, precision) == 0),
    )


def _first(form: Precision, holds: Callable[[float], bool]) -> float:
    """Return the smallest number of the format, up to `HIGHEST_GAP`, from which `holds` is true."""
    low, high = 0, _place(form, HIGHEST_GAP)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(_number(form, middle)) else (middle, high)
    return _number(form, high)


def _before(form: Precision, value: float) -> float:
    return _number(form, _place(form, value) - 1)


# The bits of positive floats, read as integers, are in the order of the numbers.
def _place(form: Precision, value: float) -> int:
    bits = int(np.asarray(form.rounded(value)).view(_unsigned(form)))
    return bits >> _spare_bits(form)


def _number(form: Precision, place: int) -> float:
    bits = np.array(place << _spare_bits(form), dtype=_unsigned(form))
    return float(bits.view(form.wide))


def _unsigned(form: Precision) -> type[np.unsignedinteger]:
    return np.uint64 if form.wide is np.float64 else np.uint32


def _spare_bits(form: Precision) -> int:
    """Return how many low bits of the wide type the format leaves 0 in its normal numbers."""
    return np.finfo(form.wide).nmant + 1 + round(math.log2(form.unit_roundoff))
