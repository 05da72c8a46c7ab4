"""Losses of logits that nobody trained: x·wᵀ with normal x and w, as the lecture draws them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.core.stability import log_softmax_cross_entropy, softmax_then_log
from explorer.core.validation import FloatArray


def draw_logits(features: int, classes: int, draws: int, seed: int) -> FloatArray:
    """Draw logits x·wᵀ of x [features] and w [classes, features], all standard normal.

    Given x, the logits are independent normals of variance |x|², and |x|² has a χ² distribution
    with `features` degrees of freedom: drawing |x| and one normal per class gives the very same
    distribution, at a 784th of the numbers.

    Args:
        features: Length of x, at least 1.
        classes: Number of logits C, at least 2.
        draws: Number of examples N, at least 1.
        seed: Of numpy's default generator, at least 0.

    Returns:
        Logits [N, C].

    Raises:
        ValueError: A number out of range.
    """
    if features < 1 or classes < 2 or draws < 1 or seed < 0:
        raise ValueError(
            "Give at least one feature, two classes and one draw, and a seed of at least 0."
        )
    generator = np.random.default_rng(seed)
    lengths = np.sqrt(generator.chisquare(features, draws))
    return lengths[:, np.newaxis] * generator.standard_normal((draws, classes))


@dataclass(frozen=True, eq=False)
class RandomLosses:
    """Losses of untrained logits whose first class is the true one.

    Attributes:
        stable: By log_softmax [N], in nats.
        naive: By softmax and then log [N], in nats; inf where the probability underflows.
    """

    stable: FloatArray
    naive: FloatArray

    @property
    def mean(self) -> float:
        """Mean of the stable losses in nats."""
        return float(self.stable.mean())

    @property
    def share_infinite(self) -> float:
        """Share of the draws where the naive way gives infinity, between 0 and 1."""
        return float(np.isinf(self.naive).mean())

    @property
    def largest_finite(self) -> float:
        """Largest loss in nats that the naive way gives; NaN where every one is infinite."""
        finite = self.naive[np.isfinite(self.naive)]
        return float(finite.max()) if finite.size else math.nan


@lru_cache(maxsize=4)
def random_losses(
    features: int, classes: int, draws: int, seed: int, precision: str = "float32"
) -> RandomLosses:
    """Draw logits and read their losses both ways; by symmetry any class may be the true one.

    Args and errors are those of `draw_logits`; the precision is a key of `PRECISIONS`.
    """
    logits = draw_logits(features, classes, draws, seed)
    targets = np.zeros(draws, dtype=np.intp)
    ways = (log_softmax_cross_entropy, softmax_then_log)
    losses = [way(logits, targets, precision) for way in ways]
    for one in losses:
        one.flags.writeable = False
    return RandomLosses(*losses)
