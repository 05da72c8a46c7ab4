"""What a training run says: chunks of measurements, final weights, and what it ran on."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields

import numpy as np

from explorer.runs.series import CurveData, joined


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


@dataclass(frozen=True, slots=True, eq=False)
class CurveChunk:
    """What one curve of a race recorded in some consecutive steps.

    Attributes:
        curve: Index of the curve in the race.
        data: What was measured.
        weights: Its network, at the end of its training.
    """

    curve: int
    data: CurveData = field(default_factory=CurveData)
    weights: WeightsRecord | None = None


@dataclass(slots=True, eq=False)
class Records:
    """What was read from a run, and where to read on.

    Attributes:
        curves: One per config of the race, in its order.
        cursor: Pass it as `after` to read only what is newer.
        is_whole: Whether they begin with the run although newer ones alone were asked for, because
            its batches were put together in the meantime.
    """

    curves: tuple[CurveData, ...]
    cursor: int = 0
    is_whole: bool = False

    def __bool__(self) -> bool:
        return any(curve.series for curve in self.curves)

    def extended(self, newer: Records) -> Records:
        """Return these records followed by newer ones of the same run, each once."""
        if newer.is_whole:
            return newer
        pairs = zip(self.curves, newer.curves, strict=True)
        return Records(tuple(map(joined, pairs)), newer.cursor)


def by_curve(chunks: Iterable[CurveChunk], num_curves: int) -> tuple[CurveData, ...]:
    """Put the chunks of each curve after another; weights are not part of the records."""
    parts: list[list[CurveData]] = [[CurveData()] for _ in range(num_curves)]
    for chunk in chunks:
        parts[chunk.curve].append(chunk.data)
    return tuple(map(joined, parts))


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
