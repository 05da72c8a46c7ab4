"""SGD and Adam for stacked networks, each with its own settings, in a few lines.

Any torch.optim object imports torch's compiler when it is made, 0.9 s of a worker's start.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.runs.config import TrainingConfig
from explorer.trainer.layout import Layout


class Sgd:
    """Gradient descent with momentum, as torch.optim.SGD defines it.

    Args:
        configs: One per network.
        layout: Where each network's parameters lie in a row.
        parameters: float row, changed in place.

    Attributes:
        learning_rates: float [K, 1, 1].
    """

    def __init__(
        self, configs: Sequence[TrainingConfig], layout: Layout, parameters: Tensor
    ) -> None:
        self.layout, self.parameters = layout, parameters
        self.learning_rates = _column([c.learning_rate for c in configs], parameters)
        self._momentum = _column([c.momentum for c in configs], parameters)
        uses_momentum = any(config.momentum for config in configs)
        self._velocity = torch.zeros_like(parameters) if uses_momentum else None

    @property
    def is_plain(self) -> bool:
        """Whether a step is the gradient times minus the learning rate, and nothing else."""
        return self._velocity is None

    def step(self, gradients: Tensor) -> None:
        """Make one step along `gradients`, a float row."""
        if self._velocity is not None:
            for own in self.layout.parts(self._velocity):
                own.mul_(self._momentum)
            gradients = self._velocity.add_(gradients)
        _descend(self.layout, self.parameters, gradients, self.learning_rates)

    def state(self) -> list[Tensor]:
        """Return the tensors that a step changes beside the parameters."""
        return [] if self._velocity is None else [self._velocity]

    def keep(self, members: Sequence[int], layout: Layout, parameters: Tensor) -> None:
        """Go on with only some of the networks, whose parameters are now in `parameters`."""
        self.learning_rates = self.learning_rates[list(members)]
        self._momentum = self._momentum[list(members)]
        if self._velocity is not None:
            self._velocity = self.layout.chosen(self._velocity, members)
        self.layout, self.parameters = layout, parameters


class Adam:
    """Adam with β = (0.9, 0.999) and ε = 1e-8, as torch.optim.Adam defines it; see `Sgd`."""

    is_plain = False

    def __init__(
        self, configs: Sequence[TrainingConfig], layout: Layout, parameters: Tensor
    ) -> None:
        self.layout, self.parameters = layout, parameters
        self.learning_rates = _column([c.learning_rate for c in configs], parameters)
        self._mean = torch.zeros_like(parameters)
        self._square = torch.zeros_like(parameters)
        # On the device, because a captured step may not take a number from the host. In 32 bits
        # 1 − 0.999 would be wrong by a hundred-thousandth, and so would every step at the start.
        exact = torch.float32 if parameters.device.type == "mps" else torch.float64
        self._decay = torch.ones(2, dtype=exact, device=parameters.device)
        self._betas = torch.tensor([0.9, 0.999], dtype=exact, device=parameters.device)

    def step(self, gradients: Tensor) -> None:
        """Make one step along `gradients`, a float row."""
        self._decay.mul_(self._betas)
        correction = (1 - self._decay).to(gradients.dtype)
        self._mean.lerp_(gradients, 0.1)
        self._square.mul_(0.999).addcmul_(gradients, gradients, value=0.001)
        spread = (self._square / correction[1]).sqrt_().add_(1e-8)
        step = self._mean.div(spread).div_(correction[0])
        _descend(self.layout, self.parameters, step, self.learning_rates)

    def state(self) -> list[Tensor]:
        """Return the tensors that a step changes beside the parameters."""
        return [self._mean, self._square, self._decay]

    def keep(self, members: Sequence[int], layout: Layout, parameters: Tensor) -> None:
        """Go on with only some of the networks, whose parameters are now in `parameters`."""
        self.learning_rates = self.learning_rates[list(members)]
        self._mean = self.layout.chosen(self._mean, members)
        self._square = self.layout.chosen(self._square, members)
        self.layout, self.parameters = layout, parameters


def make_optimizer(
    configs: Sequence[TrainingConfig], layout: Layout, parameters: Tensor
) -> Sgd | Adam:
    """Return the optimizer that the configs, which all name the same, ask for."""
    return (Adam if configs[0].optimizer == "adam" else Sgd)(configs, layout, parameters)


def _descend(layout: Layout, parameters: Tensor, steps: Tensor, rates: Tensor) -> None:
    for own, step in zip(layout.parts(parameters), layout.parts(steps), strict=True):
        own.addcmul_(step, rates, value=-1)


def _column(values: Sequence[float], like: Tensor) -> Tensor:
    return torch.tensor(values, device=like.device, dtype=like.dtype).view(-1, 1, 1)
