"""A grid of settings to train: its cells, and how many of them fit into memory at once."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.core.distributions import separated
from explorer.runs.config import LONGEST_NAME, MAX_CURVES, ConfigError, TrainingConfig, curve_labels

MOST_CELLS = 512
DIMENSIONS: Mapping[str, str] = {
    "loss": "Loss",
    "learning_rate": "Learning rate",
    "init": "Initial weights",
    "output_relu": "ReLU on logits",
    "seed": "Seed",
}
"""Setting of TrainingConfig that a grid varies → what it is called."""

_MEMORY_SHARE = 0.5
_EVALUATED_IMAGES = 1_000


@dataclass(frozen=True, slots=True)
class SweepGrid:
    """Every combination of a few values of each dimension.

    Attributes:
        values: For each key of DIMENSIONS, in that order, the values to combine.
        base: What all cells share; its settings named in DIMENSIONS do not count.

    Raises:
        ConfigError: A dimension without a value or with one twice, too many cells, or a setting
            that cannot be run; a plain sentence.
    """

    values: Mapping[str, tuple[Any, ...]]
    base: TrainingConfig

    def __post_init__(self) -> None:
        ordered = {name: tuple(self.values.get(name, ())) for name in DIMENSIONS}
        object.__setattr__(self, "values", ordered)
        for name, values in ordered.items():
            label = DIMENSIONS[name]
            if not values:
                raise ConfigError(f"{label}: choose at least one value.")
            for value in values:
                replace(self.base, **{name: value})
            if len(set(values)) < len(values):
                raise ConfigError(f"{label}: a value is there twice.")
        if self.num_cells > MOST_CELLS:
            raise ConfigError(
                f"This grid has {self.num_cells:,} cells; at most {MOST_CELLS} can be trained in "
                "one sweep. Leave out some values."
            )

    @property
    def num_cells(self) -> int:
        """Number of combinations."""
        return math.prod(map(len, self.values.values()))

    def cells(self) -> tuple[TrainingConfig, ...]:
        """Return the config of every cell, the seed varying fastest."""
        return tuple(
            replace(self.base, name="", **dict(zip(DIMENSIONS, combination, strict=True)))
            for combination in itertools.product(*self.values.values())
        )

    def named_cells(self) -> tuple[TrainingConfig, ...]:
        """Return the cells, each called by what tells it from the others of the grid."""
        cells = self.cells()
        return tuple(
            replace(cell, name=label) if len(label) <= LONGEST_NAME else cell
            for cell, label in zip(cells, curve_labels(cells), strict=True)
        )

    def varied(self) -> list[str]:
        """Return the dimensions that have more than one value."""
        return [name for name, values in self.values.items() if len(values) > 1]

    def chunk_size(self, memory_bytes: float | None, workers: int = 1) -> int:
        """Return how many cells are trained together, as one stacked program.

        Args:
            memory_bytes: Free memory of the device; None where it is not known.
            workers: How many chunks are trained at a time; each is to get some.
        """
        most = min(MAX_CURVES, -(-self.num_cells // workers))
        if memory_bytes is None:
            return most
        fitting = int(_MEMORY_SHARE * memory_bytes / bytes_per_curve(self.base))
        return max(1, min(most, fitting))

    def to_json(self) -> str:
        """Return the grid as one JSON object."""
        return json.dumps({"values": self.values, "base": self.base.to_dict()})

    @classmethod
    def from_json(cls, text: str) -> SweepGrid:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: A setting that this version cannot run.
        """
        found = json.loads(text)
        values = {name: tuple(of) for name, of in found["values"].items()}
        return cls(values, TrainingConfig.from_dict(found["base"]))


def bytes_per_curve(config: TrainingConfig) -> int:
    """Estimate the memory that one curve of a stack needs.

    float32 numbers: weights, gradients and one temporary of their size, what the optimizer keeps
    (Adam two such, momentum one), and for the batch, or for the images that are measured at once,
    the images and each layer's outputs and their gradients. About 1.4 times of what was measured
    on a processor, for allocators keep more than they are asked for.
    """
    kept = 2 if config.optimizer == "adam" else int(config.momentum > 0)
    pixels, *units = config.layer_sizes
    activations = (pixels + 2 * sum(units)) * max(config.batch_size, _EVALUATED_IMAGES)
    return 4 * (config.num_parameters * (3 + kept) + activations)


def estimated_seconds(
    grid: SweepGrid, num_cells: int, train_images: int, seconds_per_work: Sequence[float]
) -> float | None:
    """Estimate how long cells take, from what earlier trainings took.

    Args:
        num_cells: Number of cells to train.
        train_images: Images of an epoch.
        seconds_per_work: Of earlier trainings, seconds by image and parameter.

    Returns:
        Seconds; None where nothing is known of earlier trainings.
    """
    if not seconds_per_work:
        return None
    middle = sorted(seconds_per_work)[len(seconds_per_work) // 2]
    return middle * num_cells * grid.base.epochs * train_images * grid.base.num_parameters


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read seeds, as in "0, 1, 5" or "0-4".

    Args:
        text: Whole numbers and ranges, separated by commas, semicolons or spaces.

    Raises:
        ConfigError: The text is not that, or names more seeds than a sweep has cells.
    """
    seeds: list[int] = []
    try:
        parts = separated(re.sub(r"\s*[-–]\s*", "-", text), "seed")
    except ValueError as missing:
        raise ConfigError(str(missing)) from None
    for part in parts or [""]:
        found = re.fullmatch(r"(\d{1,10})(?:-(\d{1,10}))?", part, re.ASCII)
        if not found:
            raise ConfigError(
                f"“{part[:40]}” is not a seed: write whole numbers, as in 0, 1, 2, or a range, 0-4."
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise ConfigError(f"The range {part} runs backwards: write {last}-{first}.")
        if last - first >= MOST_CELLS:
            raise ConfigError(f"The range {part} names more than {MOST_CELLS} seeds.")
        seeds += range(first, last + 1)
    return tuple(seeds)
