"""The handwritten digit that the tour is told with, and what two networks believe of it.

The image is one of MNIST's test images (Yann LeCun, Corinna Cortes, Christopher Burges; CC BY-SA
3.0). What the networks make of it comes from a real training: `explorer.trainer.make_tour_digit`
says which, and writes the files beside this one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Network:
    """What one network makes of the digit while it learns.

    Attributes:
        loss: Key of the loss that it is trained with.
        accuracy: Of the test images, by measurement: 1,000 of them, all after each epoch.
        softmax: What it believes of the digit, ten probabilities by measurement.
    """

    loss: str
    accuracy: tuple[float, ...]
    softmax: tuple[tuple[float, ...], ...]


_told = json.loads((_FOLDER / "beliefs.json").read_text(encoding="utf-8"))
IMAGE = (_FOLDER / "image.png").read_bytes()
"""PNG, 28×28 in grey."""
TEST_INDEX: int = _told["test_index"]
"""Its place among the test images of MNIST, from 0."""
LABEL: int = _told["label"]
"""What it is."""
RIVAL = 9
"""What it is taken for."""
STEPS: tuple[int, ...] = tuple(_told["steps"])
"""Steps of training before each measurement."""
CROSS_ENTROPY, SQUARED_ERROR = (
    Network(one["loss"], tuple(one["accuracy"]), tuple(map(tuple, one["softmax"])))
    for one in _told["networks"]
)
TOLD_STEP = 300
"""Steps after which the tour asks what the network believes: one epoch."""
BELIEF: tuple[float, ...] = CROSS_ENTROPY.softmax[STEPS.index(TOLD_STEP)]
"""What the network trained with cross-entropy believes then, for the digits 0 to 9."""
NAMES = tuple(map(str, range(10)))


def beliefs() -> tuple[tuple[str, int, tuple[float, ...]], ...]:
    """Return what is worth comparing with the truth: network, steps of training, its softmax."""
    return (
        ("cross-entropy", TOLD_STEP, BELIEF),
        ("cross-entropy", STEPS[-1], CROSS_ENTROPY.softmax[-1]),
        ("squared error", STEPS[-1], SQUARED_ERROR.softmax[-1]),
    )


def logits() -> tuple[float, ...]:
    """Return logits of `BELIEF`; their mean is 0, since softmax does not see a common shift."""
    logs = np.log(BELIEF)
    return tuple(np.round(logs - logs.mean(), 3).tolist())
