"""Loss and gradient of an untrained ReLU network, by the scale of its first weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from explorer.core.losses import (
    sparse_softmax_cross_entropy,
    sparse_softmax_cross_entropy_gradient,
)

SCALES: Mapping[str, Callable[[int], float]] = {
    "Kaiming normal": lambda fan_in: math.sqrt(2 / fan_in),
    "plain normal": lambda fan_in: 1.0,
}
"""Initialisation → standard deviation of a weight of a layer with this many inputs.

Source: K. He et al., Delving Deep into Rectifiers (2015).
"""


@dataclass(frozen=True)
class InitialGradients:
    """What the first step of training would see.

    Attributes:
        loss: Mean cross-entropy of the batch in nats.
        gradient_norms: Euclidean norm of the gradient by each layer's weights, first layer first.
    """

    loss: float
    gradient_norms: tuple[float, ...]


def initial_gradients(
    layers: Sequence[int], init: str, *, examples: int = 200, seed: int = 0
) -> InitialGradients:
    """Draw a network, a batch of standard normal inputs and random classes, and differentiate.

    ReLU between the layers, none on the logits; biases are 0.

    Args:
        layers: Units of each layer from inputs to classes, at least two.
        init: Key of `SCALES`.
        examples: Size of the batch.
        seed: Of the random numbers; two inits with one seed differ in nothing but their scale.

    Raises:
        ValueError: Fewer than two layers or one example.
        KeyError: An unknown init.
    """
    if len(layers) < 2 or examples < 1:
        raise ValueError("Give at least two layers and one example.")
    generator = np.random.default_rng(seed)
    scale = SCALES[init]
    weights = [scale(n) * generator.standard_normal((m, n)) for n, m in pairwise(layers)]
    activations = [generator.standard_normal((examples, layers[0]))]
    classes = generator.integers(layers[-1], size=examples)
    for weight in weights[:-1]:
        activations.append(np.maximum(activations[-1] @ weight.T, 0))
    logits = activations[-1] @ weights[-1].T
    gradient = sparse_softmax_cross_entropy_gradient(logits, classes) / examples
    norms = []
    for weight, below in zip(reversed(weights), reversed(activations), strict=True):
        norms.append(float(np.linalg.norm(gradient.T @ below)))
        gradient = gradient @ weight * (below > 0)
    loss = float(sparse_softmax_cross_entropy(logits, classes).mean())
    return InitialGradients(loss, tuple(reversed(norms)))
