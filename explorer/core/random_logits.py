"""What one unseeded draw of random logits says: the spread of the loss over many of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from explorer.core.validation import FloatArray


@dataclass(frozen=True, eq=False)
class RandomLosses:
    """Losses of independent draws.

    Attributes:
        stable: log-softmax in float64 [draws], nats.
        naive: softmax in float32, then its logarithm [draws], nats; inf where it is lost.
    """

    stable: FloatArray
    naive: FloatArray

    @property
    def share_infinite(self) -> float:
        """Share of the draws where the naive chain gives infinity, between 0 and 1."""
        return float(np.isinf(self.naive).mean())


def random_losses(features: int, classes: int, draws: int, seed: int) -> RandomLosses:
    """Draw logits z = W x with normal x [features] and W [classes, features], and their losses.

    Given x, the logits are independent normal numbers of variance ‖x‖², and ‖x‖² follows a χ²
    distribution of `features` degrees of freedom. These two are drawn instead of W and x: the
    same distribution of losses from 1 + classes numbers a draw. By symmetry the true class does
    not matter; here it is the first.

    Args:
        features: inputs of the linear layer, at least 1.
        classes: number of classes, at least 2.
        draws: number of independent draws, at least 1.
        seed: of the random numbers; the same seed gives the same losses.

    Returns:
        The cross-entropy of every draw, by the stable and by the naive way.

    Raises:
        ValueError: a number out of range.
    """
    if features < 1 or classes < 2 or draws < 1:
        raise ValueError("Give at least one feature, two classes and one draw.")
    generator = np.random.default_rng(seed)
    scale = np.sqrt(generator.chisquare(features, size=(draws, 1)))
    logits = scale * generator.standard_normal((draws, classes))
    stable = logsumexp(logits, axis=-1) - logits[:, 0]
    single = logits.astype(np.float32)
    # The maximum is taken off, as frameworks do: it is the later logarithm that loses the answer.
    weights = np.exp(single - single.max(axis=-1, keepdims=True))
    with np.errstate(divide="ignore"):
        naive = -np.log(weights[:, 0] / weights.sum(axis=-1))
    return RandomLosses(stable, naive.astype(np.float64))
