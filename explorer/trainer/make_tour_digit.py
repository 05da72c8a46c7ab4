"""Make what the tour tells of its digit: `python -m explorer.trainer.make_tour_digit`.

It trains the race of cross-entropy against squared error with the notes' network (784-200-200-10,
SGD at 0.01 on batches of 200, seed 0, 10 epochs) on real MNIST, whose files lie where
EXPLORER_DATA_DIR says, on one thread of the processor, and writes the softmax that both networks
give one test image as they learn, with their accuracies, and the image itself.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from explorer.runs.curve_data import ACCURACY, DIGITS_SOFTMAX, on_test_images
from explorer.runs.race_presets import RACE_PRESETS
from explorer.runs.records import by_curve
from explorer.trainer.data import Source, make_from_mnist, prepare
from explorer.trainer.loop import train

TEST_INDEX = 4017
"""Place among the test images of MNIST, from 0, of a 4 that the networks take for a 9 at first."""
_FOLDER = Path(__file__).parents[1] / "teaching" / "tour_digit"
_RACE = "CE against MSE"
_DIGITS = 5
"""Decimals of what is written."""


def main() -> int:
    """Train the race and write the files; return the exit status."""
    return make_from_mnist(_make)


def _make(source: Source) -> None:
    data = prepare(source.images)
    data = replace(data, digit_indices=torch.tensor([TEST_INDEX]))
    configs = [
        replace(config, dataset="mnist", device="cpu") for config in RACE_PRESETS[_RACE].configs
    ]
    curves = by_curve(list(train(configs, data)), len(configs))
    told = {
        "test_index": TEST_INDEX,
        "label": int(source.images.test_labels[TEST_INDEX]),
        "steps": curves[0].snapshots[DIGITS_SOFTMAX].steps.tolist(),
        "networks": [
            {
                "loss": config.loss,
                "accuracy": on_test_images(curve, ACCURACY)[0].values.round(4).tolist(),
                "softmax": [rounded(q[0]) for q in curve.snapshots[DIGITS_SOFTMAX].values],
            }
            for config, curve in zip(configs, curves, strict=True)
        ],
    }
    # One row of numbers a line.
    text = re.sub(
        r"\[([^][{}]+)\]",
        lambda row: f"[{' '.join(row[1].split())}]",
        json.dumps(told, indent=1),
    )
    (_FOLDER / "beliefs.json").write_text(text + "\n", encoding="utf-8")
    image = source.images.test_images[TEST_INDEX].reshape(28, 28)
    Image.fromarray(image).save(_FOLDER / "image.png", optimize=True)


def rounded(q: NDArray[np.float64]) -> list[float]:
    """Return probabilities [C] as they are written; the largest gives way so that they sum to 1."""
    shares = np.round(q, _DIGITS)
    shares[shares.argmax()] -= shares.sum() - 1
    return np.round(shares, _DIGITS).tolist()


if __name__ == "__main__":
    sys.exit(main())
