"""The three forms of cross-entropy on the same logits and labels, read side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.activations import log_softmax, logits_array, sigmoid, softmax
from explorer.core.binary_losses import (
    sigmoid_binary_cross_entropy,
    sigmoid_binary_cross_entropy_gradient,
)
from explorer.core.information import entropy, kl_divergence
from explorer.core.multiclass_losses import softmax_cross_entropy, softmax_cross_entropy_gradient
from explorer.core.validation import FloatArray, class_indices, real_array


@dataclass(frozen=True, eq=False)
class SoftmaxForm:
    """Classes that exclude each other: the labels must make a distribution.

    Attributes:
        probabilities: q = softmax(z) [C].
        unnormalised: −Σ y ln q in nats, what comes out when any labels y are put into the formula.
        target: p = y / Σy [C], a distribution; None where no label is true.
        loss: H(p, q) in nats; NaN where there is no target.
        target_entropy: H(p) in nats, below which no q brings the loss; NaN without a target.
        divergence: D(p‖q) in nats; NaN without a target.
        gradient: Of `loss` by the logits, q − p [C]; None without a target.
    """

    probabilities: FloatArray
    unnormalised: float
    target: FloatArray | None
    loss: float
    target_entropy: float
    divergence: float
    gradient: FloatArray | None


@dataclass(frozen=True, eq=False)
class SigmoidForm:
    """Labels that do not exclude each other: a binary cross-entropy for each.

    Attributes:
        probabilities: σ(z) [C]; they need not sum to 1.
        losses: One for each label [C], in nats.
        gradient: Of the sum of the losses by the logits, σ − y [C].
    """

    probabilities: FloatArray
    losses: FloatArray
    gradient: FloatArray

    @property
    def total(self) -> float:
        """Sum over the labels, the negative log-likelihood of all of them, in nats."""
        with np.errstate(over="ignore"):
            return float(self.losses.sum())

    @property
    def mean(self) -> float:
        """Mean over the labels in nats, PyTorch's default reduction."""
        with np.errstate(over="ignore"):
            return float(self.losses.mean())


@dataclass(frozen=True)
class OneNodeForm:
    """One node that says yes or no.

    Attributes:
        logit: z of the node.
        label: y, 0 or 1.
        probability: σ(z), of y = 1.
        loss: −y ln σ(z) − (1 − y) ln(1 − σ(z)) in nats.
        gradient: By the logit, σ − y.
        as_softmax: First probability of softmax(z, 0), which is the same number.
    """

    logit: float
    label: int
    probability: float
    loss: float
    gradient: float
    as_softmax: float


@dataclass(frozen=True)
class ThreeForms:
    """The same logits and labels under each form."""

    softmax: SoftmaxForm
    sigmoid: SigmoidForm
    one_node: OneNodeForm


def three_forms(logits: ArrayLike, labels: ArrayLike, node: int) -> ThreeForms:
    """Read one example under the three forms.

    Args:
        logits: z, finite numbers [C].
        labels: y, each 0 or 1 [C]; any number of them true.
        node: Index of the logit that the one-node form takes.

    Raises:
        ValueError: Logits that are not finite, labels other than 0 and 1, shapes that do not fit,
            or a node out of range.
    """
    z, y = logits_array(logits), real_array(labels, "Labels")
    if z.ndim != 1 or y.shape != z.shape:
        raise ValueError(f"Give one logit and one label per class, not {z.shape} and {y.shape}.")
    if ((y != 0) & (y != 1)).any():
        raise ValueError("Labels must be 0 or 1.")
    place = int(class_indices(node, z.size))
    return ThreeForms(_softmax_form(z, y), _sigmoid_form(z, y), _one_node(z[place], y[place]))


def _softmax_form(z: FloatArray, y: FloatArray) -> SoftmaxForm:
    q = softmax(z)
    with np.errstate(over="ignore"):  # beyond the range of float64 it is ∞
        unnormalised = float(-(log_softmax(z)[y > 0]).sum()) + 0.0
    if not y.any():
        return SoftmaxForm(q, unnormalised, None, math.nan, math.nan, math.nan, None)
    p = y / y.sum()
    loss, uncertainty = float(softmax_cross_entropy(z, p)), float(entropy(p, base=math.e))
    # Where q underflows to 0 the divergence is still finite: the logits say by how much.
    divergence = float(kl_divergence(p, q, base=math.e))
    if math.isinf(divergence):
        divergence = loss - uncertainty
    return SoftmaxForm(
        q, unnormalised, p, loss, uncertainty, divergence, softmax_cross_entropy_gradient(z, p)
    )


def _sigmoid_form(z: FloatArray, y: FloatArray) -> SigmoidForm:
    return SigmoidForm(
        sigmoid(z),
        sigmoid_binary_cross_entropy(z, y),
        sigmoid_binary_cross_entropy_gradient(z, y),
    )


def _one_node(z: float, y: float) -> OneNodeForm:
    return OneNodeForm(
        float(z),
        int(y),
        float(sigmoid(z)),
        float(sigmoid_binary_cross_entropy(z, y)),
        float(sigmoid_binary_cross_entropy_gradient(z, y)),
        float(softmax(np.array([z, 0.0]))[0]),
    )
