"""Measuring stacked networks on test images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.runs.config import NUM_CLASSES
from explorer.runs.records import EvalRecord
from explorer.trainer.data import QUICK_TEST_IMAGES, TrainingData
from explorer.trainer.model import NetworkStack
from explorer.trainer.objectives import OBJECTIVES

_CHUNK = 1_000


def evaluate(
    network: NetworkStack,
    data: TrainingData,
    curves: Sequence[int],
    *,
    step: int,
    epoch: float,
    full: bool,
) -> list[EvalRecord]:
    """Measure every network of a stack.

    Args:
        network: K networks.
        data: Test images and the 20 digits to show.
        curves: Index in the race of each network.
        step: Steps made so far.
        epoch: Epochs completed so far.
        full: Use the whole test set, not only its first 1,000 images.

    Returns:
        One record per network.
    """
    count = len(data.test_labels) if full else min(QUICK_TEST_IMAGES, len(data.test_labels))
    stacked = len(network)
    device = network.parameters.device
    totals = torch.zeros(len(OBJECTIVES), stacked, device=device)
    confusion = torch.zeros(stacked, NUM_CLASSES**2, dtype=torch.int64, device=device)
    for start in range(0, count, _CHUNK):
        outputs = _outputs(network, data.test_images[start : min(start + _CHUNK, count)])
        labels = data.test_labels[start : start + outputs.shape[1]].expand(stacked, -1)
        for row, objective in enumerate(OBJECTIVES.values()):
            totals[row] += objective(outputs, labels.unsqueeze(-1))[0].sum(1)
        cells = labels * NUM_CLASSES + outputs.argmax(-1)
        confusion.scatter_add_(1, cells, torch.ones_like(cells))
    digits = torch.softmax(_outputs(network, data.test_images[data.digit_indices]), -1)
    means = (totals / count).T.tolist()
    squares = confusion.view(-1, NUM_CLASSES, NUM_CLASSES).cpu().numpy()
    shown = digits.cpu().double().numpy()
    return [
        EvalRecord(
            curve=curve,
            step=step,
            epoch=epoch,
            full=full,
            examples=count,
            losses=dict(zip(OBJECTIVES, means[k], strict=True)),
            accuracy=float(squares[k].trace() / count),
            confusion=squares[k],
            digits_softmax=shown[k],
        )
        for k, curve in enumerate(curves)
    ]


def _outputs(network: NetworkStack, images: Tensor) -> Tensor:
    return network.forward(images.expand(len(network), -1, -1))[-1]
