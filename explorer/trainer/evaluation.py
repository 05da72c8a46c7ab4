"""Measuring stacked networks on test images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from explorer.runs.config import NUM_CLASSES
from explorer.runs.curve_data import (
    ACCURACY,
    CONFUSION,
    DIGITS_SOFTMAX,
    IMAGES,
    TEST,
    TEST_FULL,
)
from explorer.runs.series import CurveData, Series, Snapshots
from explorer.trainer.data import QUICK_TEST_IMAGES, TrainingData
from explorer.trainer.model import NetworkStack
from explorer.trainer.objectives import OBJECTIVES

_IMAGES_AT_ONCE = 1_000
_ROWS_ON_GPU = 200_000
"""Test images of all networks together that a GPU takes at once: some 200 MB a layer."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What K networks gave on test images, still on the device or on its way to the host.

    Attributes:
        step: Steps made so far.
        full: Whether the whole test set was used, not only its first 1,000 images.
        examples: Number of test images.
        totals: Sum over the images of every loss of OBJECTIVES, float32 [losses, K].
        confusion: Images by true and predicted class, int64 [K, C · C].
        digits: Softmax of the 20 digits to show, float32 [K, 20, C].
    """

    step: int
    full: bool
    examples: int
    totals: Tensor
    confusion: Tensor
    digits: Tensor

    def moved(self, sent: Callable[[Tensor], Tensor]) -> Evaluation:
        """Return the same with its tensors where `sent` puts them."""
        totals, confusion, digits = map(sent, (self.totals, self.confusion, self.digits))
        return replace(self, totals=totals, confusion=confusion, digits=digits)

    def by_network(self) -> list[CurveData]:
        """Return what was measured of each network; all that waits must be on the host."""
        kind = TEST_FULL if self.full else TEST
        images = Series(np.array([self.step]), np.array([float(self.examples)]))
        means = (self.totals / self.examples).double().numpy()
        squares = self.confusion.view(-1, 1, NUM_CLASSES, NUM_CLASSES).numpy()
        accuracies = squares.trace(axis1=2, axis2=3) / self.examples
        shown = self.digits.double().numpy()
        return [
            CurveData(
                {f"{kind}/{ACCURACY}": images.with_values(accuracies[k])}
                | {
                    f"{kind}/{loss}": images.with_values(means[row, k : k + 1])
                    for row, loss in enumerate(OBJECTIVES)
                },
                clocks={IMAGES[kind]: images},
                snapshots={
                    CONFUSION: Snapshots(images.steps, squares[k]),
                    DIGITS_SOFTMAX: Snapshots(images.steps, shown[k : k + 1]),
                },
            )
            for k in range(len(squares))
        ]


def evaluate(network: NetworkStack, data: TrainingData, *, step: int, full: bool) -> Evaluation:
    """Measure every network after `step` steps; nothing here waits for a GPU.

    Args:
        full: Use the whole test set, not only its first 1,000 images.
    """
    count = len(data.test_labels) if full else min(QUICK_TEST_IMAGES, len(data.test_labels))
    stacked = len(network)
    device = network.parameters.device
    at_once = _IMAGES_AT_ONCE
    if device.type == "cuda":
        at_once = max(at_once, _ROWS_ON_GPU // stacked)
    totals = torch.zeros(len(OBJECTIVES), stacked, device=device)
    confusion = torch.zeros(stacked, NUM_CLASSES**2, dtype=torch.int64, device=device)
    for start in range(0, count, at_once):
        outputs = _outputs(network, data.test_images[start : min(start + at_once, count)])
        labels = data.test_labels[start : start + outputs.shape[1]].expand(stacked, -1)
        for row, objective in enumerate(OBJECTIVES.values()):
            totals[row] += objective(outputs, labels.unsqueeze(-1))[0].sum(1)
        cells = labels * NUM_CLASSES + outputs.argmax(-1)
        confusion.scatter_add_(1, cells, torch.ones_like(cells))
    digits = torch.softmax(_outputs(network, data.test_images[data.digit_indices]), -1)
    return Evaluation(step, full, count, totals, confusion, digits)


def _outputs(network: NetworkStack, images: Tensor) -> Tensor:
    return network.forward(images[None])[-1]
