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

_ALIGNMENT = 32


class NetworkStack:
    """K networks of the same architecture, ReLU between their layers.

    All parameters of a network lie in one row, so that an optimizer is one line for all of them.
    Layers and rows begin at multiples of 32 numbers, on which a GPU's matrix units insist; what
    lies between them stays 0.

    Args:
        configs: One per network, all with the same layer sizes.
        device: Where the parameters stay.

    Attributes:
        parameters: float32 [K, row].
        gradients: float32 [K, row], filled by `backward`.
        weights: Views of `parameters`, one [K, out, in] per layer.
        biases: Views of `parameters`, one [K, 1, out] per layer.
        layer_slices: Where a layer's weights and bias lie in a row.
    """

    def __init__(self, configs: Sequence[TrainingConfig], device: torch.device | str) -> None:
        self.layers = tuple(pairwise(configs[0].layer_sizes))
        self.layer_slices, width = _places(self.layers)
        rows = torch.zeros(len(configs), width)
        for row, config in zip(rows, configs, strict=True):
            sizes = [part.stop - part.start for part in self.layer_slices]
            for part, drawn in zip(
                self.layer_slices, initial_parameters(config).split(sizes), strict=True
            ):
                row[part] = drawn
        self._output_relu = [config.output_relu for config in configs]
        self._hold(rows.to(device))

    def _hold(self, parameters: Tensor) -> None:
        self.parameters = parameters
        self.gradients = torch.zeros_like(parameters)
        self.weights, self.biases = self._views(self.parameters)
        self._weight_gradients, self._bias_gradients = self._views(self.gradients)
        relu = torch.tensor(self._output_relu, device=parameters.device)
        self._relu_mask = relu.view(-1, 1, 1)

    def _views(self, rows: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        weights, biases = [], []
        for (before, after), part in zip(self.layers, self.layer_slices, strict=True):
            bias_start = part.start + before * after
            weights.append(rows[:, part.start : bias_start].view(-1, after, before))
            biases.append(rows[:, bias_start : part.stop].view(-1, 1, after))
        return weights, biases

    def __len__(self) -> int:
        return len(self.parameters)

    def keep(self, members: Sequence[int]) -> None:
        """Go on with only some of the networks, by index."""
        self._output_relu = [self._output_relu[k] for k in members]
        self._hold(self.parameters[list(members)].clone())

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
            images: float [K, B, pixels].

        Returns:
            The images, each hidden layer's activations [K, B, units], the outputs [K, B, C].
        """
        activations = [images]
        for weight, bias in zip(self.weights, self.biases, strict=True):
            if len(activations) > 1:
                activations[-1].relu_()
            activations.append(torch.baddbmm(bias, activations[-1], weight.transpose(1, 2)))
        if any(self._output_relu):
            outputs = activations[-1]
            activations[-1] = torch.where(self._relu_mask, outputs.relu(), outputs)
        return activations

    def backward(self, activations: Sequence[Tensor], output_gradient: Tensor) -> None:
        """Fill `gradients` with the gradient by every parameter.

        Args:
            activations: What `forward` returned.
            output_gradient: Gradient by the outputs [K, B, C].
        """
        gradient = output_gradient
        if any(self._output_relu):
            # Where the ReLU lets nothing through.
            passed = torch.where(self._relu_mask, activations[-1], 1.0) > 0
            gradient = torch.where(passed, gradient, 0.0)
        for layer in reversed(range(len(self.layers))):
            below = activations[layer]
            # Into the rows of `gradients`; bmm(out=…) would go through a copy of them.
            self._weight_gradients[layer].baddbmm_(gradient.transpose(1, 2), below, beta=0)
            torch.sum(gradient, 1, keepdim=True, out=self._bias_gradients[layer])
            if layer:
                by_units = torch.bmm(gradient, self.weights[layer])
                gradient = torch.ops.aten.threshold_backward.grad_input(
                    by_units, below, 0, grad_input=by_units
                )


def initial_parameters(config: TrainingConfig) -> Tensor:
    """Draw one network's parameters on the CPU, so that every device starts from the same ones.

    Args:
        config: Seed, initialisation and layer sizes.

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


def _places(layers: Sequence[tuple[int, int]]) -> tuple[list[slice], int]:
    """Return where each layer's weights and bias lie in a row, and the row's length."""
    places, start = [], 0
    for before, after in layers:
        places.append(slice(start, start + (before + 1) * after))
        start = math.ceil(places[-1].stop / _ALIGNMENT) * _ALIGNMENT
    return places, start


_SCALES: Mapping[str, Callable[[int, int], float]] = {
    "kaiming_normal": lambda before, after: math.sqrt(2 / before),
    "xavier_normal": lambda before, after: math.sqrt(2 / (before + after)),
    "normal": lambda before, after: 1.0,
}
