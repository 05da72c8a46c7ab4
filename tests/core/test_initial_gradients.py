"""Loss and gradients of an untrained network, against autograd."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from explorer.core.initial_gradients import SCALES, initial_gradients


@pytest.mark.parametrize("init", SCALES)
def test_loss_and_gradients_are_those_of_autograd(init: str):
    layers, examples, seed = (7, 5, 4, 3), 6, 3
    generator = np.random.default_rng(seed)
    weights = []
    for n, m in pairwise(layers):
        drawn = SCALES[init](n) * generator.standard_normal((m, n))
        weights.append(torch.tensor(drawn, requires_grad=True))
    signal = torch.tensor(generator.standard_normal((examples, layers[0])))
    classes = torch.tensor(generator.integers(layers[-1], size=examples))
    for weight in weights[:-1]:
        signal = torch.relu(signal @ weight.T)
    loss = torch.nn.functional.cross_entropy(signal @ weights[-1].T, classes)
    loss.backward()
    ours = initial_gradients(layers, init, examples=examples, seed=seed)
    assert ours.loss == pytest.approx(loss.item(), rel=1e-12)
    assert ours.gradient_norms == pytest.approx([w.grad.norm().item() for w in weights], rel=1e-10)


def test_inits_with_one_seed_differ_in_scale_alone():
    one, other = (initial_gradients((50, 3), init, seed=1) for init in SCALES)
    assert one.loss < other.loss


@pytest.mark.parametrize(("layers", "examples"), [((5,), 10), ((5, 3), 0)])
def test_a_network_of_one_layer_or_an_empty_batch_is_refused(layers, examples):
    with pytest.raises(ValueError, match="at least two layers and one example"):
        initial_gradients(layers, "plain normal", examples=examples)


def test_an_unknown_init_is_no_silent_default():
    with pytest.raises(KeyError):
        initial_gradients((5, 3), "zeros")
