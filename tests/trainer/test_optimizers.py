from __future__ import annotations

import pytest
import torch

from explorer.runs.config import TrainingConfig
from explorer.trainer.optimizers import make_optimizer

CONFIGS = {
    "sgd": [
        TrainingConfig(learning_rate=0.1),
        TrainingConfig(learning_rate=0.02, momentum=0.9),
    ],
    "adam": [
        TrainingConfig(optimizer="adam", learning_rate=0.01),
        TrainingConfig(optimizer="adam", learning_rate=0.003),
    ],
}


def torchs_own(config: TrainingConfig, parameter: torch.Tensor) -> torch.optim.Optimizer:
    if config.optimizer == "adam":
        return torch.optim.Adam([parameter], lr=config.learning_rate)
    return torch.optim.SGD([parameter], lr=config.learning_rate, momentum=config.momentum)


@pytest.mark.parametrize("name", CONFIGS)
def test_each_network_moves_as_with_torchs_own_optimizer(name: str) -> None:
    configs = CONFIGS[name]
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 50, generator=generator)
    ours = make_optimizer(configs, start.clone())
    theirs = [start[k].clone().requires_grad_() for k in range(2)]
    optimizers = [torchs_own(config, own) for config, own in zip(configs, theirs, strict=True)]
    for _ in range(100):
        gradients = torch.randn(2, 50, generator=generator)
        ours.step(gradients)
        for k, optimizer in enumerate(optimizers):
            theirs[k].grad = gradients[k].clone()
            optimizer.step()
    torch.testing.assert_close(ours.parameters, torch.stack(theirs).detach(), rtol=1e-6, atol=1e-6)


def test_the_first_steps_of_adam_are_as_long_as_torchs_own() -> None:
    # A step of the learning rate for every parameter: what is wrong with its length shows here.
    config = TrainingConfig(optimizer="adam", learning_rate=1.0)
    theirs = torch.zeros(50, dtype=torch.float32, requires_grad=True)
    ours, optimizer = make_optimizer([config], torch.zeros(1, 50)), torchs_own(config, theirs)
    gradients = torch.randn(5, 50, generator=torch.Generator().manual_seed(0))
    for gradient in gradients:
        ours.step(gradient.unsqueeze(0))
        theirs.grad = gradient.clone()
        optimizer.step()
        torch.testing.assert_close(ours.parameters[0], theirs.detach(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_dropping_a_network_leaves_the_other_on_its_way(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 50, generator=generator)
    gradients = torch.randn(20, 2, 50, generator=generator)
    whole, partial = (make_optimizer(CONFIGS[name], start.clone()) for _ in range(2))
    for step, gradient in enumerate(gradients):
        whole.step(gradient)
        if step == 10:
            partial.keep([1], partial.parameters[[1]].clone())
        partial.step(gradient if step < 10 else gradient[[1]])
    assert torch.equal(partial.parameters[0], whole.parameters[1])


def test_the_state_holds_everything_that_a_step_changes() -> None:
    for configs in CONFIGS.values():
        optimizer = make_optimizer(configs, torch.zeros(2, 5))
        kept = [tensor.clone() for tensor in optimizer.state()]
        optimizer.step(torch.ones(2, 5))
        moved = optimizer.parameters.clone()
        optimizer.parameters.zero_()
        for tensor, before in zip(optimizer.state(), kept, strict=True):
            tensor.copy_(before)
        optimizer.step(torch.ones(2, 5))
        assert torch.equal(optimizer.parameters, moved)
