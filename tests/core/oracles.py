"""Independent ways to the same numbers: autograd, 60-digit arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

import numpy as np
import torch


def autograd(
    value: Callable[[torch.Tensor], torch.Tensor], z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Per-example values and their gradients by z, in float64."""
    tensor = torch.tensor(np.asarray(z, dtype=np.float64), requires_grad=True)
    values = value(tensor)
    values.sum().backward()
    return values.detach().numpy(), tensor.grad.numpy()


def exact_softmax(logits: Sequence[float]) -> list[Decimal]:
    """Softmax of the very numbers that the floats stand for, to 60 digits or more."""
    exponentials = [Decimal(float(z)).exp() for z in logits]
    total = sum(exponentials)
    return [value / total for value in exponentials]


def exactly(compute: Callable[[], object]) -> object:
    """Run a computation on decimals with enough digits for probabilities of 1 − 1e-300."""
    with localcontext() as context:
        context.prec = 700
        return compute()
