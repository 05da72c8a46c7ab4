"""K fully connected networks as one: stacked parameters, forward, and backward by hand.

The backward pass is written out because it is what the app teaches, and because it is 1.3 times
as fast as autograd for networks of this size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from explorer.runs.config import TrainingConfig
from explorer.trainer.layout import Layout


class NetworkStack:
    """K networks of the same architecture, ReLU between their layers.

    Args:
        configs: One per network, all with the same layer sizes.
        device: Where the parameters stay.

    Attributes:
        layout: Where each network's parameters lie in a row.
        parameters: float32 row.
        gradients: float32 row, filled by `backward`.
        weights: Views of `parameters`, one [K, out, in] per layer.
        biases: Views of `parameters`, one [K, 1, out] per layer.
    """

    def __init__(self, configs: Sequence[TrainingConfig], device: torch.device | str) -> None:
        self.layers = tuple(pairwise(configs[0].layer_sizes))
        self.layout = Layout(self.layers, len(configs))
        parameters = torch.zeros(self.layout.size)
        tensors = zip(self.layout.weights(parameters), self.layout.biases(parameters), strict=True)
        flat = [one.flatten(1) for pair in tensors for one in pair]
        for k, config in enumerate(configs):
            drawn = initial_parameters(config).split([own.shape[1] for own in flat])
            for own, numbers in zip(flat, drawn, strict=True):
                own[k] = numbers
        self._output_relu = [config.output_relu for config in configs]
        self._hold(parameters.to(device))

    def _hold(self, parameters: Tensor) -> None:
        self.parameters = parameters
        self.gradients = torch.zeros_like(parameters)
        self.weights, self.biases = self.layout.weights(parameters), self.layout.biases(parameters)
        self.weight_gradients = self.layout.weights(self.gradients)
        self.bias_gradients = self.layout.biases(self.gradients)
        relu = torch.tensor(self._output_relu, device=parameters.device)
        self._relu_mask = relu.view(-1, 1, 1)

    def __len__(self) -> int:
        return self.layout.networks

    def keep(self, members: Sequence[int]) -> None:
        """Go on with only some of the networks, by index."""
        self._output_relu = [self._output_relu[k] for k in members]
        parameters = self.layout.chosen(self.parameters, members)
        self.layout = Layout(self.layers, len(members))
        self._hold(parameters)

    def arrays(self, member: int) -> dict[str, np.ndarray]:
        """Return copies of one network's weights and biases, as nn.Sequential names them."""
        named: dict[str, np.ndarray] = {}
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            named[f"{2 * layer}.weight"] = weight[member].cpu().numpy().copy()
            named[f"{2 * layer}.bias"] = bias[member, 0].cpu().numpy().copy()
        return named

    def forward(self, images: Tensor) -> list[Tensor]:
        """Compute every layer's activations.

        Args:
            images: float [K, B, pixels], or [1, B, pixels] when all networks see the same.

        Returns:
            The images, each hidden layer's activations [K, B, units], the outputs [K, B, C].
        """
        activations = [images]
        for weight, bias in zip(self.weights, self.biases, strict=True):
            if len(activations) > 1:
                activations[-1].relu_()
            activations.append(_affine(activations[-1], weight, bias))
        if any(self._output_relu):
            outputs = activations[-1]
            activations[-1] = torch.where(self._relu_mask, outputs.relu(), outputs)
        return activations

    def backward(self, activations: Sequence[Tensor], output_gradient: Tensor) -> None:
        """Fill `gradients`, from what `forward` returned and the gradient by the outputs."""
        self._propagate(activations, output_gradient, onto_parameters=False)

    def descend(self, activations: Sequence[Tensor], output_change: Tensor) -> None:
        """Make a step down the gradient without writing the gradient down.

        A gradient is linear in the one by the outputs: scaled there, it is the parameters' change,
        and the products that form it add it to them. That spares a GPU writing and reading a number
        per parameter: for many networks, a seventh of its time.

        Args:
            activations: What `forward` returned.
            output_change: Gradient by the outputs [K, B, C] times minus the learning rate.
        """
        self._propagate(activations, output_change, onto_parameters=True)

    def _propagate(
        self, activations: Sequence[Tensor], gradient: Tensor, *, onto_parameters: bool
    ) -> None:
        into_weights = self.weights if onto_parameters else self.weight_gradients
        into_biases = self.biases if onto_parameters else self.bias_gradients
        if any(self._output_relu):
            # Where the ReLU lets nothing through.
            passed = torch.where(self._relu_mask, activations[-1], 1.0) > 0
            gradient = torch.where(passed, gradient, 0.0)
        beta = int(onto_parameters)
        # Sums over the batch as products: torch.sum takes a GPU 14 µs more, of some 120 a step.
        ones = gradient.new_ones(1, 1, gradient.shape[1]).expand(len(self), -1, -1)
        for layer in reversed(range(len(self.layers))):
            below = activations[layer]
            # Before the weights change.
            by_below = self._by_below(layer, gradient, below) if layer else gradient
            _add_products(into_weights[layer], gradient, below, beta=beta)
            into_biases[layer].baddbmm_(ones, gradient, beta=beta)
            gradient = by_below

    def _by_below(self, layer: int, gradient: Tensor, below: Tensor) -> Tensor:
        """Return the gradient by the sums that the ReLU below a layer gets."""
        # In the order of `below`: what was one product forward is one backward.
        by_units = torch.empty_like(below).baddbmm_(gradient, self.weights[layer], beta=0)
        return torch.ops.aten.threshold_backward.grad_input(by_units, below, 0, grad_input=by_units)

    def gradient_norms(self) -> list[Tensor]:
        """Return the norm [K] of the gradient of each layer's weights and biases."""
        return [
            torch.hypot(weights.flatten(1).norm(dim=1), biases.flatten(1).norm(dim=1))
            for weights, biases in zip(self.weight_gradients, self.bias_gradients, strict=True)
        ]


def _affine(below: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return a layer's sums [K, B, out] for inputs [K, B, in], or [1, B, in] that all share.

    Shared inputs take one product for all networks. Its result lies in memory as [B, K, out].
    """
    if len(below) == len(weight):
        # On a GPU baddbmm would first write the bias everywhere, then read it again.
        return torch.bmm(below, weight.transpose(1, 2)).add_(bias)
    networks, after, _ = weight.shape
    sums = torch.addmm(bias.flatten(), below[0], weight.flatten(0, 1).T)
    return sums.view(-1, networks, after).transpose(0, 1)


def _add_products(into: Tensor, gradient: Tensor, below: Tensor, *, beta: int) -> None:
    """Multiply `into` [K, out, in] by `beta` and add the sum over a batch of gradient ⊗ input."""
    # In place: out=… of a product without beta would go through a copy.
    if len(below) == len(into):
        into.baddbmm_(gradient.transpose(1, 2), below, beta=beta)
    else:
        side_by_side = gradient.transpose(0, 1).flatten(1)
        into.flatten(0, 1).addmm_(side_by_side.T, below[0], beta=beta)


def initial_parameters(config: TrainingConfig) -> Tensor:
    """Draw one network's parameters on the CPU, so that every device starts from the same ones.

    Returns:
        float32 [P], every layer's weights [out, in] followed by its bias.
    """
    generator = torch.Generator().manual_seed(config.seed)
    pieces = []
    for before, after in pairwise(config.layer_sizes):
        # Drawn first and scaled after, so that two initialisations with one seed differ in
        # nothing but their scale.
        draw = torch.empty(after * before)
        if config.init == "pytorch":
            bound = 1 / math.sqrt(before)
            bias = torch.empty(after).uniform_(-bound, bound, generator=generator)
            pieces += [draw.uniform_(-bound, bound, generator=generator), bias]
        else:
            scale = _SCALES[config.init](before, after)
            pieces += [draw.normal_(generator=generator).mul_(scale), torch.zeros(after)]
    return torch.cat(pieces)


_SCALES: Mapping[str, Callable[[int, int], float]] = {
    "kaiming_normal": lambda before, after: math.sqrt(2 / before),
    "xavier_normal": lambda before, after: math.sqrt(2 / (before + after)),
    "normal": lambda before, after: 1.0,
}
