"""A trained network recognising one image, without the library that trained it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.activations import softmax
from explorer.core.digit_image import embedded_digit_image, mnist_image
from explorer.core.drawing import Strokes
from explorer.core.losses import sparse_softmax_cross_entropy
from explorer.runs.config import TrainingConfig
from explorer.runs.run import CurveRow


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a network says of one image.

    Attributes:
        logits: Outputs of the last layer [10], through a ReLU where the network has one there.
        q: Their softmax [10].
    """

    logits: NDArray[np.float64]
    q: NDArray[np.float64]

    @property
    def digit(self) -> int:
        """The class of the highest probability, the first of several equal ones."""
        return int(self.q.argmax())

    def cross_entropy(self, truth: int) -> float:
        """Return H(p,q) in nats for the one-hot p of a class; finite even where q rounds to 0."""
        return float(sparse_softmax_cross_entropy(self.logits, truth))


@dataclass(frozen=True, slots=True, eq=False)
class DigitNetwork:
    """The network of one trained curve, with all that it needs to recognise a drawing.

    Attributes:
        config: The curve's settings.
        weights: As `RunWeights.get` returns them.
        dataset: "mnist" or "digits": what its training images were like.
        pixel_mean: Mean of its training images' pixels, 0 to 255.
        pixel_scale: Their standard deviation.
    """

    config: TrainingConfig
    weights: Mapping[str, NDArray[np.float32]]
    dataset: str
    pixel_mean: float
    pixel_scale: float

    def image_of(self, strokes: Strokes) -> NDArray[np.uint8]:
        """Return a drawing as an image [28, 28] like those that the network was trained on."""
        return image_like(self.dataset, strokes)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Compute the outputs for images.

        Args:
            images: Pixels [n, 28, 28], 0 to 255.

        Returns:
            float32 [n, 10].
        """
        values = images.reshape(len(images), -1).astype(np.float32)
        values = (values - np.float32(self.pixel_mean)) / np.float32(self.pixel_scale)
        last = 2 * len(self.config.hidden_sizes)
        for place in range(0, last + 1, 2):
            values = values @ self.weights[f"{place}.weight"].T + self.weights[f"{place}.bias"]
            if place < last or self.config.output_relu:
                values = np.maximum(values, 0)
        return values

    def answer(self, image: NDArray[np.uint8]) -> Answer:
        """Recognise one image.

        Args:
            image: Pixels [28, 28], 0 to 255.

        Raises:
            ValueError: The weights are so large that an output is not finite.
        """
        logits = self.logits(image[None])[0].astype(np.float64)
        return Answer(logits, softmax(logits))


def image_like(dataset: str, strokes: Strokes) -> NDArray[np.uint8]:
    """Return a drawing as an image [28, 28] like those of a data set, "mnist" or "digits"."""
    return embedded_digit_image(strokes) if dataset == "digits" else mnist_image(strokes)


def network_of(row: CurveRow, weights: Mapping[str, NDArray[np.float32]]) -> DigitNetwork:
    """Return the network of a trained curve.

    Args:
        weights: As `RunWeights.get` returns them.

    Raises:
        ValueError: It is not recorded what the curve was trained on.
    """
    if row.config is None or row.environment is None:
        raise ValueError("It is not recorded what this curve was trained on.")
    environment = row.environment
    return DigitNetwork(
        row.config, weights, environment.dataset, environment.pixel_mean, environment.pixel_scale
    )
