"""Every loss of the explorer under one roof, and the registry that pages and figures walk over.

Per example, float64, natural logarithms, no hidden reduction. Each loss has its gradient by the
logits beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.core.activations import log_softmax, sigmoid, softmax, softmax_jacobian
from explorer.core.binary_losses import (
    hinge,
    hinge_gradient,
    sigmoid_binary_cross_entropy,
    sigmoid_binary_cross_entropy_gradient,
    sigmoid_squared_error,
    sigmoid_squared_error_gradient,
)
from explorer.core.distributions import one_hot
from explorer.core.multiclass_losses import (
    multi_margin,
    multi_margin_gradient,
    multiclass_hinge,
    multiclass_hinge_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_mean_squared_error,
    softmax_mean_squared_error_gradient,
    softmax_squared_error,
    softmax_squared_error_gradient,
    sparse_softmax_cross_entropy,
    sparse_softmax_cross_entropy_gradient,
    squared_error,
    squared_error_gradient,
)
from explorer.core.validation import (
    FloatArray,
    class_indices,
    real_array,
    validate_probabilities,
)

__all__ = [
    "LOSSES",
    "Loss",
    "hinge",
    "hinge_gradient",
    "log_softmax",
    "multi_margin",
    "multi_margin_gradient",
    "multiclass_hinge",
    "multiclass_hinge_gradient",
    "sigmoid",
    "sigmoid_binary_cross_entropy",
    "sigmoid_binary_cross_entropy_gradient",
    "sigmoid_squared_error",
    "sigmoid_squared_error_gradient",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_gradient",
    "softmax_jacobian",
    "softmax_mean_squared_error",
    "softmax_mean_squared_error_gradient",
    "softmax_squared_error",
    "softmax_squared_error_gradient",
    "sparse_softmax_cross_entropy",
    "sparse_softmax_cross_entropy_gradient",
    "squared_error",
    "squared_error_gradient",
]

Target = FloatArray | NDArray[np.intp]


@dataclass(frozen=True)
class Loss:
    """A loss as the pages list it.

    Attributes:
        label: Name for people.
        formula: KaTeX source, without delimiters.
        unit: Unit of the value; empty for a plain number.
        value: Function of (logits, target), per example.
        gradient: Its gradient by the logits, same arguments.
        kind: "binary" for one logit, "multiclass" for logits [..., C].
        target_kind: What the functions take as target: "probability" in [0, 1], "sign" −1 or +1,
            "distribution" [..., C], or "class_index".
    """

    label: str
    formula: str
    unit: str
    value: Callable[[ArrayLike, ArrayLike], FloatArray]
    gradient: Callable[[ArrayLike, ArrayLike], FloatArray]
    kind: Literal["binary", "multiclass"]
    target_kind: Literal["probability", "sign", "distribution", "class_index"]

    def encode_target(self, target: ArrayLike, num_classes: int | None = None) -> Target:
        """Return a target in the form that this loss takes.

        Args:
            target: Binary: y in [0, 1]. Multiclass: integers [...] are class indices, floats
                [..., C] are distributions.
            num_classes: Number of classes C; needed with class indices.

        Returns:
            y, a sign, a distribution or class indices, by `target_kind`.

        Raises:
            ValueError: A soft target for a loss that needs one true class or a hard label, or a
                target that is neither kind.
        """
        if self.kind == "binary":
            return self._encode_label(target)
        given = np.asarray(target)
        if given.dtype.kind in "iu":
            return self._encode_classes(given, num_classes)
        distribution = validate_probabilities(given)
        if num_classes not in (None, distribution.shape[-1]):
            raise ValueError(
                f"The target has {distribution.shape[-1]} classes, the logits have {num_classes}."
            )
        if self.target_kind == "distribution":
            return distribution
        if (distribution.max(axis=-1) != 1).any():
            raise ValueError(f"{self.label} needs one true class; it has no form for soft targets.")
        return np.argmax(distribution, axis=-1)

    def _encode_classes(self, indices: NDArray[np.integer], num_classes: int | None) -> Target:
        if num_classes is None:
            raise ValueError("Give the number of classes along with a class index.")
        if self.target_kind == "distribution":
            return one_hot(indices, num_classes)
        return class_indices(indices, num_classes)

    def _encode_label(self, target: ArrayLike) -> FloatArray:
        label = real_array(target, "Targets")
        if self.target_kind == "probability":
            return label
        if ((label != 0) & (label != 1)).any():
            raise ValueError(
                f"{self.label} needs the label 0 or 1; it has no form for soft labels."
            )
        return 2.0 * label - 1.0


LOSSES: Mapping[str, Loss] = MappingProxyType(
    {
        "sigmoid_binary_cross_entropy": Loss(
            "Cross-entropy",
            r"-y\ln\sigma(z)-(1-y)\ln(1-\sigma(z))",
            "nats",
            sigmoid_binary_cross_entropy,
            sigmoid_binary_cross_entropy_gradient,
            "binary",
            "probability",
        ),
        "sigmoid_squared_error": Loss(
            "Squared error",
            r"(\sigma(z)-y)^2",
            "",
            sigmoid_squared_error,
            sigmoid_squared_error_gradient,
            "binary",
            "probability",
        ),
        "hinge": Loss(
            "Hinge",
            r"\max(0,\,1-y\,z),\quad y\in\{-1,+1\}",
            "",
            hinge,
            hinge_gradient,
            "binary",
            "sign",
        ),
        "softmax_cross_entropy": Loss(
            "Cross-entropy",
            r"-\sum_i p_i\ln q_i,\quad q=\operatorname{softmax}(z)",
            "nats",
            softmax_cross_entropy,
            softmax_cross_entropy_gradient,
            "multiclass",
            "distribution",
        ),
        "softmax_squared_error": Loss(
            "Squared error, sum",
            r"\sum_i (q_i-p_i)^2,\quad q=\operatorname{softmax}(z)",
            "",
            softmax_squared_error,
            softmax_squared_error_gradient,
            "multiclass",
            "distribution",
        ),
        "softmax_mean_squared_error": Loss(
            "Squared error, mean over classes",
            r"\tfrac1C\sum_i (q_i-p_i)^2,\quad q=\operatorname{softmax}(z)",
            "",
            softmax_mean_squared_error,
            softmax_mean_squared_error_gradient,
            "multiclass",
            "distribution",
        ),
        "squared_error": Loss(
            "Squared error of the raw outputs",
            r"\sum_i (z_i-p_i)^2",
            "",
            squared_error,
            squared_error_gradient,
            "multiclass",
            "distribution",
        ),
        "multiclass_hinge": Loss(
            "Multiclass hinge (Crammer–Singer)",
            r"\max\bigl(0,\,1+\max_{j\ne y} z_j-z_y\bigr)",
            "",
            multiclass_hinge,
            multiclass_hinge_gradient,
            "multiclass",
            "class_index",
        ),
        "multi_margin": Loss(
            "Multiclass hinge (Weston–Watkins, mean)",
            r"\tfrac1C\sum_{j\ne y}\max(0,\,1+z_j-z_y)",
            "",
            multi_margin,
            multi_margin_gradient,
            "multiclass",
            "class_index",
        ),
    }
)
