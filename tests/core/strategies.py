"""What the property tests draw: distributions with zeros and certainties, and logits."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from explorer.core.distributions import normalize, one_hot

BASES = st.sampled_from([2.0, math.e, 10.0, 3.5])


@st.composite
def distributions(draw: st.DrawFn, size: int | None = None, positive: bool = False) -> np.ndarray:
    """A distribution of 1 to 12 outcomes; zeros and one-hots are frequent unless positive."""
    count = draw(st.integers(1, 12)) if size is None else size
    if not positive and draw(st.integers(0, 9)) == 0:
        return one_hot(draw(st.integers(0, count - 1)), count)
    weight = st.floats(1e-6, 1.0)
    if not positive:
        weight = st.one_of(st.just(0.0), weight)
    weights = np.array(draw(st.lists(weight, min_size=count, max_size=count)))
    if not weights.any():
        weights[draw(st.integers(0, count - 1))] = 1.0
    return normalize(weights)


@st.composite
def distribution_tuples(
    draw: st.DrawFn, length: int, positive: bool = False
) -> tuple[np.ndarray, ...]:
    """Several distributions over the same 1 to 10 outcomes."""
    count = draw(st.integers(1, 10))
    return tuple(draw(distributions(count, positive)) for _ in range(length))


def distribution_pairs(positive: bool = False) -> st.SearchStrategy[tuple[np.ndarray, ...]]:
    """p and q over the same outcomes."""
    return distribution_tuples(2, positive)


def logit_vectors(bound: float = 30.0, minimum: int = 2) -> st.SearchStrategy[np.ndarray]:
    """Logits of one example with at most 8 classes."""
    return st.lists(st.floats(-bound, bound), min_size=minimum, max_size=8).map(np.array)


@st.composite
def logits_and_distributions(draw: st.DrawFn, bound: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of one example and a target over the same classes, one-hot or soft."""
    logits = draw(logit_vectors(bound))
    return logits, draw(distributions(logits.size))


@st.composite
def logits_and_classes(draw: st.DrawFn, bound: float = 30.0) -> tuple[np.ndarray, int]:
    """Logits of one example and its true class."""
    logits = draw(logit_vectors(bound))
    return logits, draw(st.integers(0, logits.size - 1))
