"""Random logits: drawn in a short way, from the distribution of the long one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.testing import assert_allclose
from scipy.stats import ks_2samp

from explorer.core.random_logits import draw_logits, random_losses
from explorer.teaching.worked_examples import EXAMPLES


def test_the_short_draw_has_the_distribution_of_dot_products():
    generator = np.random.default_rng(11)
    x = generator.standard_normal((1500, 784))
    w = generator.standard_normal((1500, 3, 784))
    long = np.einsum("nf,ncf->nc", x, w)
    short = draw_logits(784, 3, 1500, seed=12)
    assert ks_2samp(long[:, 0], short[:, 0]).pvalue > 0.01
    # Logits of one example share the length of x, so differences and largest ones are compared too.
    assert ks_2samp(long.max(1) - long[:, 0], short.max(1) - short[:, 0]).pvalue > 0.01
    assert ks_2samp((long**2).sum(1), (short**2).sum(1)).pvalue > 0.01


def test_b15_the_chain_is_infinite_in_about_three_percent_of_the_draws():
    example = EXAMPLES["unseeded_loss"]
    arguments = (example[name] for name in ("features", "classes", "draws", "seed"))
    read = random_losses(*arguments, "float32")
    assert round(read.share_infinite, 2) == example.references["infinite, naive chain"].value
    error = read.stable.std() / math.sqrt(read.stable.size)
    assert abs(read.mean - example.references["mean"].value) < 3 * error
    assert read.naive.mean() == math.inf
    assert read.largest_finite == pytest.approx(103.2789, abs=1e-4)
    # The lecture's number is one draw, a little above the middle of the upper tail.
    assert (read.stable > float(example["quoted"])).mean() == pytest.approx(0.11, abs=0.02)


@pytest.mark.parametrize("precision", ["bfloat16", "float32", "float64"])
def test_the_losses_are_torchs(precision):
    read = random_losses(784, 10, 500, 3, precision)
    logits = torch.tensor(draw_logits(784, 10, 500, 3), dtype=getattr(torch, precision))
    target = torch.zeros(500, dtype=torch.long)
    stable = F.cross_entropy(logits, target, reduction="none").double().numpy()
    tolerance = 2 * torch.finfo(logits.dtype).eps
    assert_allclose(read.stable, stable, rtol=tolerance, atol=tolerance)
    chained = -torch.log(torch.softmax(logits, dim=1))[:, 0].double().numpy()
    assert np.isinf(read.naive).tolist() == np.isinf(chained).tolist()


def test_float64_loses_none_of_them():
    read = random_losses(784, 10, 2000, 0, "float64")
    assert read.share_infinite == 0
    assert read.naive.mean() == pytest.approx(read.mean)


@pytest.mark.parametrize(
    "counts", [(0, 10, 5, 0), (784, 1, 5, 0), (784, 10, 0, 0), (784, 10, 5, -1)]
)
def test_numbers_out_of_range_are_refused(counts):
    with pytest.raises(ValueError, match="at least one feature, two classes and one draw"):
        draw_logits(*counts)


def test_the_same_seed_gives_the_same_losses():
    first, second, other = (random_losses(5, 3, 10, seed).stable for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()
