from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.core import losses as core
from explorer.runs.config import LOSS_LABELS
from explorer.trainer.objectives import OBJECTIVES, MixedObjective, _in_few_kernels, _in_short_rows

CPU = torch.device("cpu")
seeds = st.integers(0, 2**31 - 1)


def outputs_and_labels(seed: int, networks: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    outputs = 3 * torch.randn(networks, 7, 10, generator=generator, dtype=torch.float64)
    return outputs, torch.randint(0, 10, (networks, 7, 1), generator=generator)


def oracle(loss: str, outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    flat, target = outputs.reshape(-1, 10), labels.reshape(-1)
    one_hot = torch.nn.functional.one_hot(target, 10).to(outputs.dtype)
    if loss == "cross_entropy":
        values = torch.nn.functional.cross_entropy(flat, target, reduction="none")
    elif loss == "softmax_squared_error":
        values = (torch.softmax(flat, 1) - one_hot).square().sum(1)
    elif loss == "raw_squared_error":
        values = (flat - one_hot).square().sum(1)
    else:
        rivals = flat.masked_fill(one_hot.bool(), -torch.inf).amax(1)
        values = torch.relu(1 + rivals - flat.gather(1, target[:, None])[:, 0])
    return values.view(outputs.shape[:2])


def test_every_loss_that_can_be_chosen_is_there() -> None:
    assert list(OBJECTIVES) == list(LOSS_LABELS)


@pytest.mark.parametrize("loss", OBJECTIVES)
@given(seed=seeds)
def test_values_and_gradients_agree_with_autograd(loss: str, seed: int) -> None:
    outputs, labels = outputs_and_labels(seed)
    outputs.requires_grad_()
    expected = oracle(loss, outputs, labels)
    (expected_gradient,) = torch.autograd.grad(expected.sum(), outputs)
    before = outputs.detach().clone()
    values, gradient = OBJECTIVES[loss](before, labels)
    torch.testing.assert_close(values, expected.detach())
    torch.testing.assert_close(gradient, expected_gradient)
    assert torch.equal(before, outputs)


@given(seed=seeds)
def test_a_gpus_cross_entropy_is_the_processors(seed: int) -> None:
    outputs, labels = outputs_and_labels(seed)
    outputs[0] *= 300
    few, short = (f(outputs, labels) for f in (_in_few_kernels, _in_short_rows))
    torch.testing.assert_close(few, short)
    outputs[1, 0, 0] = torch.inf
    for _, q in (_in_few_kernels(outputs, labels), _in_short_rows(outputs, labels)):
        assert q.isnan().any(-1).nonzero().tolist() == [[1, 0]]


@given(seed=seeds)
def test_values_agree_with_the_loss_pages(seed: int) -> None:
    outputs, labels = outputs_and_labels(seed)
    logits, targets = outputs.numpy(), labels.squeeze(-1).numpy()
    one_hot = np.eye(10)[targets]
    for loss, expected in {
        "cross_entropy": core.sparse_softmax_cross_entropy(logits, targets),
        "softmax_squared_error": core.softmax_squared_error(logits, one_hot),
        "multiclass_hinge": core.multiclass_hinge(logits, targets),
    }.items():
        np.testing.assert_allclose(OBJECTIVES[loss](outputs, labels)[0].numpy(), expected)


def test_cross_entropy_of_extreme_logits_is_finite() -> None:
    outputs = torch.tensor([[[1000.0, 0.0, -1000.0]]])
    values, gradient = OBJECTIVES["cross_entropy"](outputs, torch.tensor([[[2]]]))
    assert values.item() == 2000.0
    torch.testing.assert_close(gradient, torch.tensor([[[1.0, 0.0, -1.0]]]))


@given(seed=seeds)
def test_each_network_of_a_stack_has_its_own_loss(seed: int) -> None:
    chosen = [*OBJECTIVES, "cross_entropy"]
    outputs, labels = outputs_and_labels(seed, networks=5)
    values, gradients = MixedObjective(chosen, CPU)(outputs, labels)
    for k, loss in enumerate(chosen):
        alone, gradient = OBJECTIVES[loss](outputs[k : k + 1], labels[k : k + 1])
        assert torch.equal(values[k], alone[0])
        assert torch.equal(gradients[k], gradient[0])


@pytest.mark.parametrize("poison", [torch.nan, torch.inf])
def test_a_network_that_is_not_finite_touches_no_other(poison: float) -> None:
    outputs, labels = outputs_and_labels(1, networks=4)
    clean = MixedObjective(list(OBJECTIVES), CPU)(outputs, labels)
    spoiled = outputs.clone()
    spoiled[1] = poison
    values, gradients = MixedObjective(list(OBJECTIVES), CPU)(spoiled, labels)
    for k in (0, 2, 3):
        assert torch.equal(values[k], clean[0][k])
        assert torch.equal(gradients[k], clean[1][k])
