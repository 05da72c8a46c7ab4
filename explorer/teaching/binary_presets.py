"""The lecture's examples of one logit and its label."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class BinaryPreset:
    """One example.

    Attributes:
        logit: z, finite.
        label: y, 0 or 1; the hinge takes it as −1 or +1.
        source: row of the lessons table that it comes from.
    """

    logit: float
    label: int
    source: str


def _probabilities() -> dict[str, BinaryPreset]:
    example = EXAMPLES["A14"]
    return {
        f"{name}, y = {example['y']}": BinaryPreset(math.log(p / (1 - p)), example["y"], "A14")
        for name, p in zip(example.names, example["probabilities"], strict=True)
    }


def _hinge_pairs() -> dict[str, BinaryPreset]:
    example = EXAMPLES["A21"]
    return {
        f"Hinge, (y, h) = {name}": BinaryPreset(score, int(sign > 0), "A21")
        for name, (sign, score) in zip(example.names, example["pairs"], strict=True)
    }


_A15, _A20 = EXAMPLES["A15"], EXAMPLES["A20"]

BINARY_PRESETS: Mapping[str, BinaryPreset] = MappingProxyType(
    {
        f"Surely wrong, z = −{-_A20['z']:g}": BinaryPreset(_A20["z"], _A20["y"], "A20"),
        **_probabilities(),
        f"σ({_A15['z']:g})": BinaryPreset(_A15["z"], 1, "A15"),
        **_hinge_pairs(),
    }
)
"""Name → example, for the page of one logit."""
