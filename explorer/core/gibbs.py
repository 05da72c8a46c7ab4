"""Gibbs' inequality, D(p‖q) ≥ 0, as a sum of gaps that are never negative.

ln x ≤ x − 1, with equality at x = 1 alone. At x = q/p, weighted by p, the gaps
(x − 1) − ln x add up to D(p‖q) in nats, less the probability that q spends on outcomes that p
calls impossible: D(p‖q) = Σ p·gap + Σ q over p = 0.

Source: T. M. Cover and J. A. Thomas, Elements of Information Theory (2006), theorem 2.6.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.information import kl_divergence
from explorer.core.validation import FloatArray, validate_probabilities


@dataclass(frozen=True)
class GibbsGaps:
    """The gaps of a pair.

    Attributes:
        p: True distribution [n].
        ratios: x = q/p [n]; NaN where p = 0.
        gaps: (x − 1) − ln x [n], ≥ 0; inf where q = 0 < p, NaN where p = 0.
        shares: What each outcome adds to D(p‖q) [n] in nats, ≥ 0: p·gap, or q where p = 0.
        kl_divergence: D(p‖q) in nats, the sum of the shares.
    """

    p: FloatArray
    ratios: FloatArray
    gaps: FloatArray
    shares: FloatArray
    kl_divergence: float


def gibbs_gaps(p: ArrayLike, q: ArrayLike) -> GibbsGaps:
    """Return the gaps between x − 1 and ln x at x = q/p, for distributions p and q [n].

    Raises:
        ValueError: See `kl_divergence`.
    """
    divergence = float(kl_divergence(p, q, base=np.e))
    true, model = validate_probabilities(p), validate_probabilities(q)
    possible = true > 0
    ratios = np.full(true.shape, np.nan)
    with np.errstate(over="ignore"):
        np.divide(model, true, out=ratios, where=possible)
    with np.errstate(divide="ignore", invalid="ignore"):
        # log1p keeps the digits of a gap near x = 1, where x − 1 and ln x almost cancel.
        gaps = (ratios - 1) - np.log1p(ratios - 1)
        # p·gap written so that a tiny p, whose ratio overflows, keeps its share.
        shares = (model - true) - true * (np.log(model) - np.log(true))
    shares = np.where(possible, np.maximum(shares, 0.0), model)
    near = possible & (np.abs(ratios - 1) < 0.5)
    shares[near] = true[near] * gaps[near]
    return GibbsGaps(true, ratios, np.maximum(gaps, 0.0), shares, divergence)
