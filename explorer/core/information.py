"""Information quantities of finite distributions.

p is the true distribution and q the model, always in that order. `base` is the base of the
logarithm: 2 gives bits, e nats, 10 dits. Distributions are checked and never normalised;
0·log 0 = 0, and a model that calls a possible outcome impossible costs infinity.

Source: C. E. Shannon, A Mathematical Theory of Communication (1948); T. M. Cover and
J. A. Thomas, Elements of Information Theory, chapter 2.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, rel_entr, xlog1py, xlogy

from explorer.core.validation import (
    FloatArray,
    check_broadcast,
    real_array,
    validate_probabilities,
)

UNITS: Mapping[float, str] = MappingProxyType({2: "bits", math.e: "nats", 10: "dits"})


def unit_name(base: float) -> str:
    """Return the name of the unit that logarithms to this base are measured in.

    Raises:
        ValueError: The base is not a finite number above 1.
    """
    _log_of_base(base)
    return UNITS.get(base, f"base-{base:g} units")


def self_information(p: ArrayLike, *, base: float = 2.0) -> FloatArray:
    """Return the surprise −log p of outcomes, each by itself.

    Args:
        p: Probabilities of any shape, each in [0, 1]; they need not sum to 1.
        base: Base of the logarithm.

    Returns:
        Values of the same shape in units of the base; inf at 0 and +0.0 at 1.

    Raises:
        ValueError: A probability outside [0, 1], or an unusable base.
    """
    return _minus_log(_unit_interval(p), base)


def entropy(p: ArrayLike, *, base: float = 2.0, axis: int = -1) -> FloatArray:
    """Return the entropy H(p) = −Σ p log p, the expected self-information.

    Args:
        p: Distribution(s) [..., n] with the outcomes along `axis`.
        base: Base of the logarithm.
        axis: Axis of the outcomes.

    Returns:
        Entropy [...] in units of the base, between 0 and log n.

    Raises:
        ValueError: p is not a distribution, or an unusable base.
    """
    return np.maximum(entropy_terms(p, base=base, axis=axis).sum(axis=axis), 0.0)


def entropy_terms(p: ArrayLike, *, base: float = 2.0, axis: int = -1) -> FloatArray:
    """Return what each outcome contributes to the entropy, −p log p.

    Args, errors and units are those of `entropy`; the result has the shape of p.
    """
    return entr(validate_probabilities(p, axis=axis)) / _log_of_base(base) + 0.0


def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = 2.0, axis: int = -1) -> FloatArray:
    """Return the cross-entropy H(p, q) = −Σ p log q = H(p) + D(p‖q).

    Args:
        p: True distribution(s) [..., n] with the outcomes along `axis`.
        q: Model distribution(s) [..., n]; the other axes broadcast against those of p.
        base: Base of the logarithm.
        axis: Axis of the outcomes, in p and in q.

    Returns:
        Cross-entropy [...] in units of the base; inf where some q = 0 < p.

    Raises:
        ValueError: p or q is not a distribution, their outcomes differ in number, the other axes do
            not broadcast, or an unusable base.
    """
    return np.maximum(cross_entropy_terms(p, q, base=base, axis=axis).sum(axis=axis), 0.0)


def cross_entropy_terms(
    p: ArrayLike, q: ArrayLike, *, base: float = 2.0, axis: int = -1
) -> FloatArray:
    """Return what each outcome contributes to the cross-entropy, −p log q.

    Args, errors and units are those of `cross_entropy`; the result has the broadcast shape of
    p and q.
    """
    true, model = _paired(p, q, axis)
    return np.moveaxis(-xlogy(true, model) / _log_of_base(base) + 0.0, -1, axis)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = 2.0, axis: int = -1) -> FloatArray:
    """Return the Kullback–Leibler divergence D(p‖q) = Σ p log(p/q), also called relative entropy.

    It is the excess of H(p, q) over H(p): never negative (Gibbs' inequality), zero only at q = p,
    and not symmetric.

    Args:
        p: True distribution(s) [..., n] with the outcomes along `axis`.
        q: Model distribution(s) [..., n]; the other axes broadcast against those of p.
        base: Base of the logarithm.
        axis: Axis of the outcomes, in p and in q.

    Returns:
        Divergence [...] in units of the base, exactly 0 for q = p, inf where some q = 0 < p.
        A sum that rounding took below the bound 0 is given as 0.

    Raises:
        ValueError: As `cross_entropy`.
    """
    return np.maximum(kl_terms(p, q, base=base, axis=axis).sum(axis=axis), 0.0)


def kl_terms(p: ArrayLike, q: ArrayLike, *, base: float = 2.0, axis: int = -1) -> FloatArray:
    """Return what each outcome contributes to D(p‖q), p log(p/q).

    Single contributions are negative where q > p; only their sum cannot be. Args, errors and
    units are those of `kl_divergence`; the result has the broadcast shape of p and q.
    """
    true, model = _paired(p, q, axis)
    return np.moveaxis(rel_entr(true, model) / _log_of_base(base) + 0.0, -1, axis)


def jensen_shannon_divergence(
    p: ArrayLike, q: ArrayLike, *, base: float = 2.0, axis: int = -1
) -> FloatArray:
    """Return ½ D(p‖m) + ½ D(q‖m) with m = (p + q)/2.

    Symmetric, finite for all p and q, at most 1 bit. Args and errors are those of
    `kl_divergence`.

    Returns:
        Divergence [...] in units of the base, between 0 and log 2.

    Source:
        J. Lin, Divergence Measures Based on the Shannon Entropy (1991).
    """
    true, model = _paired(p, q, axis)
    # Doubled arguments, since halving m would lose the smallest float64 numbers.
    total = rel_entr(2 * true, true + model).sum(-1) + rel_entr(2 * model, true + model).sum(-1)
    log_base = _log_of_base(base)
    return np.minimum(np.maximum(total / 4 / log_base, 0.0), math.log(2.0) / log_base)


def perplexity(p: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Return 2**H(p): how many equally likely outcomes would be as uncertain as p.

    Args and errors are those of `entropy`; the result lies between 1 and n, whatever the base.
    """
    return np.exp2(entropy(p, base=2.0, axis=axis))


def maximum_entropy(n: int, base: float = 2.0) -> float:
    """Return log n, the entropy of n equally likely outcomes, in units of the base.

    Raises:
        ValueError: n below 1, or an unusable base.
    """
    count = operator.index(n)
    if count < 1:
        raise ValueError(f"A distribution has at least one outcome, not {count}.")
    return float(-_minus_log(np.asarray(count, dtype=np.float64), base) + 0.0)


def binary_entropy(p: ArrayLike, base: float = 2.0) -> FloatArray:
    """Return the entropy of (p, 1 − p), for each probability p by itself; log 2 at most, at p = ½.

    Args, shapes, units and errors are those of `self_information`.
    """
    first = _unit_interval(p)
    return (entr(first) - xlog1py(1.0 - first, -first)) / _log_of_base(base) + 0.0


def _log_of_base(base: float) -> float:
    if not (math.isfinite(base) and base > 1):
        raise ValueError(f"The base of the logarithm must be a finite number above 1, not {base}.")
    return math.log(base)


def _minus_log(x: FloatArray, base: float) -> FloatArray:
    log_base = _log_of_base(base)
    with np.errstate(divide="ignore"):
        # A power of the base must give a whole number, which log(x) / log(base) does not always.
        if base == 2:
            return -np.log2(x) + 0.0
        if base == 10:
            return -np.log10(x) + 0.0
        return -np.log(x) / log_base + 0.0


def _unit_interval(p: ArrayLike) -> FloatArray:
    array = real_array(p, "Probabilities")
    if ((array < 0) | (array > 1)).any():
        raise ValueError("A probability must lie between 0 and 1.")
    return array


def _paired(p: ArrayLike, q: ArrayLike, axis: int) -> tuple[FloatArray, FloatArray]:
    """Check p and q and give them with the outcomes along the last axis."""
    true = np.moveaxis(validate_probabilities(p, axis=axis), axis, -1)
    model = np.moveaxis(validate_probabilities(q, axis=axis), axis, -1)
    check_broadcast(true, "p", model, "q")
    return true, model


def simplex_entropy(resolution: int, base: float = 2.0) -> tuple[FloatArray, FloatArray]:
    """Return the entropy over a regular grid on the simplex of three outcomes.

    Args:
        resolution: Number of steps along an edge, at least 1.
        base: Base of the logarithm.

    Returns:
        Points [m, 3] in barycentric coordinates, that is the distributions themselves, with
        m = (resolution + 1)(resolution + 2)/2, and their entropies [m] in units of the base.

    Raises:
        ValueError: Resolution below 1, or an unusable base.
    """
    steps = operator.index(resolution)
    if steps < 1:
        raise ValueError(f"The grid needs at least one step along an edge, not {steps}.")
    first, second = np.indices((steps + 1, steps + 1)).reshape(2, -1)
    inside = first + second <= steps
    first, second = first[inside], second[inside]
    points = np.stack([first, second, steps - first - second], axis=-1) / steps
    return points, entropy(points, base=base)
