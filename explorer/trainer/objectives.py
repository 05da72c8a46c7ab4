"""The four losses for stacked networks: value per example and gradient by the outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

Objective = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def cross_entropy(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy of softmax: −ln q[y], in nats, with the gradient q − p.

    Args:
        outputs: Logits, float [K, B, C].
        labels: True classes, int64 [K, B, 1].

    Returns:
        Loss per example [K, B] and its gradient by the outputs [K, B, C].
    """
    loss, q = (_in_few_kernels if outputs.is_cuda else _in_short_rows)(outputs, labels)
    return loss.squeeze(-1), _minus_one_hot(q, labels)


def _in_few_kernels(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return −ln q[y] and q in half as many launches; on a GPU they are what a small step costs."""
    log_q = torch.log_softmax(outputs, -1)
    return -log_q.gather(-1, labels), log_q.exp_()


def _in_short_rows(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return −ln q[y] and q; on a processor log_softmax of ten classes takes twice as long."""
    shifted = outputs - outputs.amax(-1, keepdim=True)
    exponentials = shifted.exp()
    total = exponentials.sum(-1, keepdim=True)
    return total.log() - shifted.gather(-1, labels), exponentials.div_(total)


def softmax_squared_error(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Squared error of softmax against one-hot: Σ (q − p)²; arguments as `cross_entropy`.

    The gradient passes the softmax: 2 q (d − Σ q d) with d = q − p, which vanishes where q
    saturates, on the right class or on a wrong one.
    """
    q = torch.softmax(outputs, -1)
    difference = _minus_one_hot(q.clone(), labels)
    gradient = 2 * q * (difference - (q * difference).sum(-1, keepdim=True))
    return difference.square().sum(-1), gradient


def raw_squared_error(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Squared error of the outputs against one-hot: Σ (z − p)²; arguments as `cross_entropy`."""
    difference = _minus_one_hot(outputs.clone(), labels)
    return difference.square().sum(-1), 2 * difference


def multiclass_hinge(outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Multiclass hinge: max(0, 1 + max z[j] − z[y]) over j ≠ y; arguments as `cross_entropy`.

    Source: K. Crammer, Y. Singer, On the Algorithmic Implementation of Multiclass Kernel-based
    Vector Machines (2001).
    """
    rivals = outputs.scatter(-1, labels, -torch.inf)
    strongest, rival = rivals.max(-1, keepdim=True)
    violation = 1 + strongest - outputs.gather(-1, labels)
    active = (violation > 0).to(outputs.dtype)
    gradient = torch.zeros_like(outputs).scatter_(-1, rival, active).scatter_(-1, labels, -active)
    return violation.clamp_min(0).squeeze(-1), gradient


OBJECTIVES: Mapping[str, Objective] = {
    "cross_entropy": cross_entropy,
    "softmax_squared_error": softmax_squared_error,
    "raw_squared_error": raw_squared_error,
    "multiclass_hinge": multiclass_hinge,
}


class MixedObjective:
    """Each network of a stack with its own loss.

    Networks are chosen by index: multiplying with 0 would let one network's Inf reach others.

    Args:
        losses: Key of OBJECTIVES for each network.
        device: Where the outputs are.
    """

    def __init__(self, losses: Sequence[str], device: torch.device) -> None:
        self._members = {
            loss: torch.tensor([k for k, own in enumerate(losses) if own == loss], device=device)
            for loss in dict.fromkeys(losses)
        }

    def __call__(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return loss per example [K, B] and gradient by outputs [K, B, C]."""
        if len(self._members) == 1:
            return OBJECTIVES[next(iter(self._members))](outputs, labels)
        losses, gradients = outputs.new_empty(outputs.shape[:2]), torch.empty_like(outputs)
        for loss, members in self._members.items():
            own_loss, own_gradient = OBJECTIVES[loss](outputs[members], labels[members])
            losses.index_copy_(0, members, own_loss)
            gradients.index_copy_(0, members, own_gradient)
        return losses, gradients


def _minus_one_hot(values: Tensor, labels: Tensor) -> Tensor:
    """Subtract 1 from each true class's value in place."""
    return values.scatter_add_(-1, labels, values.new_full((1, 1, 1), -1.0).expand(labels.shape))
