"""The lecture's examples of one logit and its label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class BinaryPreset:
    """A logit with its label.

    Attributes:
        logit: z, finite.
        label: y, 0 or 1; the hinge takes it as −1 or +1.
        source: Key of the worked example that it comes from.
    """

    logit: float
    label: int
    source: str


def _probabilities() -> dict[str, BinaryPreset]:
    example = EXAMPLES["binary_cross_entropy"]
    return {
        f"{name}, y = {example['y']}": BinaryPreset(
            math.log(p / (1 - p)), example["y"], "binary_cross_entropy"
        )
        for name, p in zip(example.names, example["probabilities"], strict=True)
    }


def _hinge_pairs() -> dict[str, BinaryPreset]:
    example = EXAMPLES["hinge_pairs"]
    return {
        f"Hinge, (y, h) = {name}": BinaryPreset(score, int(sign > 0), "hinge_pairs")
        for name, (sign, score) in zip(example.names, example["pairs"], strict=True)
    }


_ONE_NODE, _VANISHING = EXAMPLES["sigmoid_as_softmax"], EXAMPLES["vanishing_gradient"]

BINARY_PRESETS: Mapping[str, BinaryPreset] = MappingProxyType(
    {
        f"Surely wrong, z = −{-_VANISHING['z']:g}": BinaryPreset(
            _VANISHING["z"], _VANISHING["y"], "vanishing_gradient"
        ),
        **_probabilities(),
        f"σ({_ONE_NODE['z']:g})": BinaryPreset(_ONE_NODE["z"], 1, "sigmoid_as_softmax"),
        **_hinge_pairs(),
    }
)
"""Name → example, for the page of one logit."""
