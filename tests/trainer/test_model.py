from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from explorer.runs.config import TrainingConfig
from explorer.trainer.model import NetworkStack, initial_parameters
from explorer.trainer.objectives import OBJECTIVES

SMALL = TrainingConfig(hidden_sizes=(12, 9))


def batch(networks: int, size: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    images = torch.randn(1, size, 784, generator=generator).expand(networks, -1, -1)
    labels = torch.randint(0, 10, (1, size, 1), generator=generator).expand(networks, -1, -1)
    return images, labels


def module(parameters: torch.Tensor, config: TrainingConfig) -> torch.nn.Sequential:
    """The same network of torch's own layers."""
    layers: list[torch.nn.Module] = []
    start = 0
    for before, after in pairwise(config.layer_sizes):
        linear = torch.nn.Linear(before, after)
        with torch.no_grad():
            linear.weight.copy_(parameters[start : start + before * after].view(after, before))
            start += before * after
            linear.bias.copy_(parameters[start : start + after])
            start += after
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*(layers if config.output_relu else layers[:-1]))


def network_by_network(stack: NetworkStack, row: torch.Tensor) -> torch.Tensor:
    """Each network's layers one after another, once what lies between them was seen to be 0."""
    pairs = zip(stack.layout.weights(row), stack.layout.biases(row), strict=True)
    numbers = torch.cat([own.flatten(1) for pair in pairs for own in pair], 1)
    assert torch.count_nonzero(row) == torch.count_nonzero(numbers)
    return numbers


@pytest.mark.parametrize("hidden_sizes", [(), (12,), (12, 9), (5, 6, 7)])
@pytest.mark.parametrize("output_relu", [False, True])
@pytest.mark.parametrize("loss", OBJECTIVES)
def test_outputs_and_gradients_agree_with_autograd_over_torchs_layers(
    hidden_sizes: tuple[int, ...], output_relu: bool, loss: str
) -> None:
    config = TrainingConfig(hidden_sizes=hidden_sizes, output_relu=output_relu, loss=loss)
    stack = NetworkStack([config, replace(config, seed=1)], "cpu")
    images, labels = batch(2)
    activations = stack.forward(images)
    losses, gradient = OBJECTIVES[loss](activations[-1], labels)
    stack.backward(activations, gradient)
    for k in range(2):
        own = module(network_by_network(stack, stack.parameters)[k], config)
        outputs = own(images[k])
        torch.testing.assert_close(activations[-1][k], outputs.detach())
        expected, by_outputs = OBJECTIVES[loss](outputs.detach()[None], labels[k : k + 1])
        torch.testing.assert_close(losses[k], expected[0])
        outputs.backward(by_outputs[0])
        flat = torch.cat([p.grad.reshape(-1) for p in own.parameters()])
        ours = network_by_network(stack, stack.gradients)[k]
        torch.testing.assert_close(ours, flat, rtol=1e-4, atol=1e-5)


def test_the_relu_on_the_logits_is_each_networks_own_switch() -> None:
    stack = NetworkStack([SMALL, replace(SMALL, output_relu=True)], "cpu")
    images, _ = batch(2)
    without, with_relu = stack.forward(images)[-1]
    assert without.min() < 0
    torch.testing.assert_close(with_relu, without.relu())


@pytest.mark.parametrize(
    ("init", "scales"),
    [
        ("kaiming_normal", [math.sqrt(2 / 784), math.sqrt(2 / 200), math.sqrt(2 / 200)]),
        ("xavier_normal", [math.sqrt(2 / 984), math.sqrt(2 / 400), math.sqrt(2 / 210)]),
        ("normal", [1.0, 1.0, 1.0]),
        ("pytorch", [1 / math.sqrt(3 * 784), 1 / math.sqrt(3 * 200), 1 / math.sqrt(3 * 200)]),
    ],
)
def test_each_initialisation_has_its_statistics(init: str, scales: list[float]) -> None:
    stack = NetworkStack([TrainingConfig(init=init)], "cpu")
    for weight, bias, scale in zip(stack.weights, stack.biases, scales, strict=True):
        noise = 4 / math.sqrt(weight.numel())
        assert float(weight.std()) == pytest.approx(scale, rel=noise)
        assert abs(float(weight.mean())) < noise * scale
        if init == "pytorch":
            bound = scale * math.sqrt(3)
            assert 0.9 * bound < float(weight.abs().max()) <= bound
            assert 0 < float(bias.abs().max()) <= bound
        else:
            assert float(weight.abs().max()) > 2.5 * scale
            assert not bias.any()


def test_the_same_seed_draws_the_same_weights_up_to_the_scale_of_the_initialisation() -> None:
    first = initial_parameters(SMALL)
    assert torch.equal(first, initial_parameters(SMALL))
    assert not torch.equal(first, initial_parameters(replace(SMALL, seed=1)))
    plain = initial_parameters(replace(SMALL, init="normal"))
    weights = slice(0, 784 * 12)
    torch.testing.assert_close(first[weights], plain[weights] * math.sqrt(2 / 784))


def test_layers_begin_where_a_gpus_matrix_units_can_read_them() -> None:
    configs = [replace(SMALL, hidden_sizes=(13, 7), seed=seed) for seed in range(3)]
    stack = NetworkStack(configs, "cpu")
    for tensor in [*stack.weights, *stack.biases]:
        assert (tensor.data_ptr() - stack.parameters.data_ptr()) % 128 == 0
        assert tensor.is_contiguous()
    drawn = torch.stack([initial_parameters(config) for config in configs])
    assert torch.equal(network_by_network(stack, stack.parameters), drawn)


@pytest.mark.parametrize("hidden_sizes", [(), (12,), (12, 9)])
@pytest.mark.parametrize("networks", [1, 3])
def test_a_batch_that_all_networks_share_gives_what_a_copy_for_each_gives(
    hidden_sizes: tuple[int, ...], networks: int
) -> None:
    configs = [
        replace(SMALL, hidden_sizes=hidden_sizes, seed=seed, output_relu=seed == 1)
        for seed in range(networks)
    ]
    shared, copied = NetworkStack(configs, "cpu"), NetworkStack(configs, "cpu")
    images, labels = batch(networks)
    for stack, own in ((shared, images[:1]), (copied, images.contiguous())):
        activations = stack.forward(own)
        stack.backward(activations, OBJECTIVES["cross_entropy"](activations[-1], labels)[1])
    torch.testing.assert_close(shared.forward(images[:1])[-1], copied.forward(images)[-1])
    torch.testing.assert_close(shared.gradients, copied.gradients, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shared", [True, False])
def test_descending_changes_the_parameters_by_the_gradient_as_it_was_before(shared: bool) -> None:
    configs = [replace(SMALL, seed=seed, output_relu=seed == 1) for seed in range(3)]
    stack = NetworkStack(configs, "cpu")
    images, labels = batch(3)
    activations = stack.forward(images[:1] if shared else images)
    gradient = OBJECTIVES["cross_entropy"](activations[-1], labels)[1]
    rates = torch.tensor([0.1, 0.2, 0.0]).view(-1, 1, 1)
    stack.backward(activations, gradient)
    expected = stack.parameters.clone()
    for own, by_own in zip(
        stack.layout.parts(expected), stack.layout.parts(stack.gradients), strict=True
    ):
        own.sub_(rates * by_own)
    stack.gradients.fill_(torch.nan)
    stack.descend(activations, gradient * -rates)
    torch.testing.assert_close(stack.parameters, expected, rtol=1e-5, atol=1e-6)


def test_the_norms_are_those_of_each_layers_weights_and_bias_together() -> None:
    stack = NetworkStack([SMALL, replace(SMALL, seed=1)], "cpu")
    images, labels = batch(2)
    activations = stack.forward(images)
    stack.backward(activations, OBJECTIVES["cross_entropy"](activations[-1], labels)[1])
    sizes = [(before + 1) * after for before, after in stack.layers]
    layers = network_by_network(stack, stack.gradients).split(sizes, 1)
    for norms, layer in zip(stack.gradient_norms(), layers, strict=True):
        torch.testing.assert_close(norms, layer.norm(dim=1))


def test_networks_that_are_kept_stay_what_they_were() -> None:
    configs = [replace(SMALL, seed=seed, output_relu=seed == 2) for seed in range(3)]
    stack = NetworkStack(configs, "cpu")
    outputs = stack.forward(batch(3)[0])[-1]
    stack.keep([0, 2])
    assert len(stack) == 2
    torch.testing.assert_close(stack.forward(batch(2)[0])[-1], outputs[[0, 2]])
