"""What a training run says about itself, beside the columns of its steps."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class EvalRecord:
    """One curve measured on test images.

    Attributes:
        curve: Index of the curve.
        step: Steps made before the measurement; 0 is the untrained network.
        epoch: Epochs completed, with a fraction.
        full: Whether the whole test set was used, not only its first 1,000 images.
        examples: Number of test images used.
        losses: Test loss by name for every loss of LOSS_LABELS, averaged by example; of a run
            made elsewhere only those that are known.
        accuracy: Fraction of images whose largest output is the true class; NaN where that is
            unknown of a run made elsewhere, as the epoch can be, and 0 of its images.
        confusion: int64 [10, 10], images by true class (row) and predicted class (column); of a
            run made elsewhere [0, 0].
        digits_softmax: float64 [20, 10], softmax of the outputs for the 20 fixed test digits; of
            a run made elsewhere [0, 0].
    """

    curve: int
    step: int
    epoch: float
    full: bool
    examples: int
    losses: Mapping[str, float]
    accuracy: float
    confusion: np.ndarray
    digits_softmax: np.ndarray


@dataclass(frozen=True, slots=True)
class LearningRateRecord:
    """A learning rate changed by hand during the run.

    Attributes:
        curve: Index of the curve.
        step: First step made with it.
        learning_rate: The new learning rate.
    """

    curve: int
    step: int
    learning_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class WeightsRecord:
    """The network of one curve at the end of its training.

    Attributes:
        curve: Index of the curve.
        step: Steps made.
        arrays: float32, for the layer at place k = 0, 2, 4, … of `torch.nn.Sequential(Linear,
            ReLU, Linear, …)` its "k.weight" [out, in] and "k.bias" [out].
    """

    curve: int
    step: int
    arrays: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a run ran on: data, device and versions.

    Attributes:
        dataset: "mnist" or "digits"; "" for a run made elsewhere.
        dataset_description: Plain words for the screen.
        dataset_note: Why other data are used than one might expect, or "".
        train_images: Number of training images.
        test_images: Number of test images.
        data_md5: md5 of the training images' pixels.
        device: Torch's name of the device, such as "cpu", "cuda" or, of several, "cuda:1".
        device_name: Name of the processor or GPU.
        device_memory_bytes: Memory of the GPU; None on a CPU.
        threads: CPU threads used.
        versions: Versions by name: explorer, python, torch, numpy, and the platform.
        git_revision: The app's commit, "-dirty" behind it where files were changed; "" where the
            app does not run from a git checkout.
        pixel_mean: Mean of the training images' pixels, 0 to 255, by which all images were
            normalised.
        pixel_scale: Their standard deviation, likewise.
    """

    dataset: str
    dataset_description: str
    dataset_note: str
    train_images: int
    test_images: int
    data_md5: str
    device: str
    device_name: str
    device_memory_bytes: int | None
    threads: int
    versions: Mapping[str, str]
    git_revision: str = ""
    pixel_mean: float
    pixel_scale: float

    @property
    def device_kind(self) -> str:
        """The device without its number: curves of two GPUs of one machine can be compared."""
        return self.device.partition(":")[0]

    def facts_json(self) -> str:
        """Return all but the pictures as one JSON object."""
        names = [field.name for field in fields(Environment)]
        return json.dumps({name: getattr(self, name) for name in names})

    @staticmethod
    def from_facts(text: str) -> Environment:
        """Read what `facts_json` wrote."""
        return Environment(**json.loads(text))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunInfo(Environment):
    """What a run ran on, and the 20 digits that it shows.

    Attributes:
        digits: uint8 [20, 28, 28], two test digits of each class, pixels 0 to 255.
        digit_labels: int64 [20], their true classes.
    """

    digits: np.ndarray
    digit_labels: np.ndarray

    def to_json(self) -> str:
        """Return the info as one JSON object; pixels go as base64."""
        values = asdict(self)
        values["digits"] = base64.b64encode(self.digits.astype(np.uint8).tobytes()).decode()
        values["digit_labels"] = self.digit_labels.tolist()
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> RunInfo:
        """Read what `to_json` wrote."""
        values = json.loads(text)
        pixels = np.frombuffer(base64.b64decode(values["digits"]), dtype=np.uint8)
        values["digits"] = pixels.reshape(-1, 28, 28)
        values["digit_labels"] = np.array(values["digit_labels"], dtype=np.int64)
        return cls(**values)
