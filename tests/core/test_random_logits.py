"""Losses of random logits: the short way of drawing them is the long one's distribution."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp

from explorer.core.losses import sparse_softmax_cross_entropy
from explorer.core.random_logits import random_losses


def test_the_losses_are_distributed_as_those_of_whole_random_matrices():
    generator = np.random.default_rng(1)
    x = generator.standard_normal((600, 1, 784))
    w = np.stack([generator.standard_normal((10, 784)) for _ in range(600)])
    logits = (x * w).sum(-1)
    whole = sparse_softmax_cross_entropy(logits, generator.integers(10, size=600))
    assert ks_2samp(whole, random_losses(784, 10, 5_000, seed=2).stable).pvalue > 0.01


def test_the_naive_chain_agrees_until_it_is_infinite():
    losses = random_losses(784, 10, 5_000, seed=0)
    lost = np.isinf(losses.naive)
    assert 0.01 < losses.share_infinite < 0.06
    assert losses.stable[lost].min() > 100
    kept = ~lost & (losses.stable < 80)
    np.testing.assert_allclose(losses.naive[kept], losses.stable[kept], rtol=1e-4, atol=1e-4)


def test_the_same_seed_gives_the_same_losses():
    first, second, other = (random_losses(5, 3, 10, seed).stable for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


@pytest.mark.parametrize("numbers", [(0, 3, 10), (5, 1, 10), (5, 3, 0)])
def test_numbers_out_of_range_are_refused(numbers):
    with pytest.raises(ValueError, match="at least one feature, two classes and one draw"):
        random_losses(*numbers, seed=0)
