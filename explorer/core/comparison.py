"""Everything that the divergence page says about a pair (p, q), computed once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.distributions import FloatArray, validate_probabilities
from explorer.core.information import (
    cross_entropy,
    entropy,
    jensen_shannon_divergence,
    kl_divergence,
    kl_terms,
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """p, the true distribution, beside q, the model; all quantities in units of `base`.

    Attributes:
        p: True distribution [n].
        q: Model distribution [n].
        base: Base of the logarithm.
        entropy_p: H(p).
        entropy_q: H(q).
        cross_entropy: H(p, q) = H(p) + D(p‖q).
        kl_pq: D(p‖q).
        kl_qp: D(q‖p).
        jensen_shannon: Jensen–Shannon divergence.
        terms_pq: p log(p/q) by outcome [n]; they sum to D(p‖q).
        terms_qp: q log(q/p) by outcome [n].
    """

    p: FloatArray
    q: FloatArray
    base: float
    entropy_p: float
    entropy_q: float
    cross_entropy: float
    kl_pq: float
    kl_qp: float
    jensen_shannon: float
    terms_pq: FloatArray
    terms_qp: FloatArray

    def quantities(self) -> dict[str, float]:
        """Return every single number of the pair by its formula, in units of `base`."""
        return {
            "H(p)": self.entropy_p,
            "H(q)": self.entropy_q,
            "H(p,q)": self.cross_entropy,
            "D(p‖q)": self.kl_pq,
            "D(q‖p)": self.kl_qp,
            "Jensen–Shannon": self.jensen_shannon,
        }


def compare(p: ArrayLike, q: ArrayLike, *, base: float = 2.0) -> Comparison:
    """Compute every quantity of the pair.

    Args and errors are those of `kl_divergence`, p and q a single distribution [n] each.
    """
    true, model = validate_probabilities(p), validate_probabilities(q)
    return Comparison(
        p=true,
        q=model,
        base=base,
        entropy_p=float(entropy(true, base=base)),
        entropy_q=float(entropy(model, base=base)),
        cross_entropy=float(cross_entropy(true, model, base=base)),
        kl_pq=float(kl_divergence(true, model, base=base)),
        kl_qp=float(kl_divergence(model, true, base=base)),
        jensen_shannon=float(jensen_shannon_divergence(true, model, base=base)),
        terms_pq=kl_terms(true, model, base=base),
        terms_qp=kl_terms(model, true, base=base),
    )


def impossible_outcomes(p: ArrayLike, q: ArrayLike) -> list[int]:
    """Return the outcomes that happen under p and are impossible under q: q = 0 < p.

    Each makes D(p‖q) and H(p, q) infinite.
    """
    return np.flatnonzero((np.asarray(p) > 0) & (np.asarray(q) == 0)).tolist()
