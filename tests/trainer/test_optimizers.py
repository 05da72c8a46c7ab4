from __future__ import annotations

import pytest
import torch

from explorer.runs.config import TrainingConfig
from explorer.trainer.layout import Layout
from explorer.trainer.optimizers import Adam, Sgd, make_optimizer

LAYERS = [(4, 8), (8, 1)]

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


def optimizer_of(configs: list[TrainingConfig], numbers: torch.Tensor) -> Sgd | Adam:
    """Networks of 49 parameters that start from `numbers` [K, 49]."""
    layout = Layout(LAYERS, len(configs))
    return make_optimizer(configs, layout, in_a_row(layout, numbers))


def in_a_row(layout: Layout, numbers: torch.Tensor) -> torch.Tensor:
    row = torch.zeros(layout.size)
    tensors = tensors_of(layout, row)
    for own, given in zip(tensors, numbers.split([t.shape[1] for t in tensors], 1), strict=True):
        own.copy_(given)
    return row


def tensors_of(layout: Layout, row: torch.Tensor) -> list[torch.Tensor]:
    pairs = zip(layout.weights(row), layout.biases(row), strict=True)
    return [own.flatten(1) for pair in pairs for own in pair]


def parameters_of(optimizer: Sgd | Adam) -> torch.Tensor:
    return torch.cat(tensors_of(optimizer.layout, optimizer.parameters), 1)


def step(optimizer: Sgd | Adam, gradients: torch.Tensor) -> None:
    optimizer.step(in_a_row(optimizer.layout, gradients))


def torchs_own(config: TrainingConfig, parameter: torch.Tensor) -> torch.optim.Optimizer:
    if config.optimizer == "adam":
        return torch.optim.Adam([parameter], lr=config.learning_rate)
    return torch.optim.SGD([parameter], lr=config.learning_rate, momentum=config.momentum)


@pytest.mark.parametrize("name", CONFIGS)
def test_each_network_moves_as_with_torchs_own_optimizer(name: str) -> None:
    configs = CONFIGS[name]
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 49, generator=generator)
    ours = optimizer_of(configs, start)
    theirs = [start[k].clone().requires_grad_() for k in range(2)]
    optimizers = [torchs_own(config, own) for config, own in zip(configs, theirs, strict=True)]
    for _ in range(100):
        gradients = torch.randn(2, 49, generator=generator)
        step(ours, gradients)
        for k, optimizer in enumerate(optimizers):
            theirs[k].grad = gradients[k].clone()
            optimizer.step()
    torch.testing.assert_close(
        parameters_of(ours), torch.stack(theirs).detach(), rtol=1e-6, atol=1e-6
    )


def test_the_first_steps_of_adam_are_as_long_as_torchs_own() -> None:
    # A step of the learning rate for every parameter: what is wrong with its length shows here.
    config = TrainingConfig(optimizer="adam", learning_rate=1.0)
    theirs = torch.zeros(49, dtype=torch.float32, requires_grad=True)
    ours, optimizer = optimizer_of([config], torch.zeros(1, 49)), torchs_own(config, theirs)
    gradients = torch.randn(5, 49, generator=torch.Generator().manual_seed(0))
    for gradient in gradients:
        step(ours, gradient.unsqueeze(0))
        theirs.grad = gradient.clone()
        optimizer.step()
        torch.testing.assert_close(parameters_of(ours)[0], theirs.detach(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CONFIGS)
def test_dropping_a_network_leaves_the_other_on_its_way(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(2, 49, generator=generator)
    gradients = torch.randn(20, 2, 49, generator=generator)
    whole, partial = (optimizer_of(CONFIGS[name], start) for _ in range(2))
    for count, gradient in enumerate(gradients):
        step(whole, gradient)
        if count == 10:
            kept = partial.layout.chosen(partial.parameters, [1])
            partial.keep([1], Layout(LAYERS, 1), kept)
        step(partial, gradient if count < 10 else gradient[[1]])
    assert torch.equal(parameters_of(partial)[0], parameters_of(whole)[1])


def test_the_state_holds_everything_that_a_step_changes() -> None:
    for configs in CONFIGS.values():
        optimizer = optimizer_of(configs, torch.zeros(2, 49))
        kept = [tensor.clone() for tensor in optimizer.state()]
        step(optimizer, torch.ones(2, 49))
        moved = optimizer.parameters.clone()
        optimizer.parameters.zero_()
        for tensor, before in zip(optimizer.state(), kept, strict=True):
            tensor.copy_(before)
        step(optimizer, torch.ones(2, 49))
        assert torch.equal(optimizer.parameters, moved)
