"""Make the runs that come with the app: `python -m explorer.trainer.make_shipped`.

It trains the race and the sweep on real MNIST, whose files lie where EXPLORER_DATA_DIR says, on one
thread of the processor, and writes `explorer/store/recorded/`; it takes about three minutes. What
the pages say of these runs stands in `explorer/core/recorded_race.py`, and tests compare the two.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import safetensors.numpy
import torch

from explorer.core.recorded_race import FOUR_PLACE, FOUR_TEST_INDEX, RECORDED_RACE, RECORDED_SWEEP
from explorer.runs.config import TrainingConfig
from explorer.runs.curve_data import EXAMPLES, last_of
from explorer.runs.digit_recognition import DigitNetwork
from explorer.runs.mnist_files import Images
from explorer.runs.race_presets import RACE_PRESETS
from explorer.runs.records import RunInfo, by_curve
from explorer.runs.run import FINISHED, Progress, Run
from explorer.runs.series import SECONDS, CurveData
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.runs.sweep_grid import SweepGrid
from explorer.store.shipped import SHIPPED_FOLDER, ShippedImages, ShippedRun, write_shipped
from explorer.trainer.data import Source, TrainingData, digit_indices, make_from_mnist, prepare
from explorer.trainer.executor import run_info
from explorer.trainer.loop import total_steps, train

MOST_IMAGES = 300
BASE = TrainingConfig(dataset="mnist", device="cpu")
RACE = tuple(
    replace(config, dataset=BASE.dataset, device=BASE.device)
    for config in RACE_PRESETS["CE against MSE"].configs
)
GRID = SweepGrid(
    {
        "loss": ("cross_entropy", "softmax_squared_error"),
        "learning_rate": (0.001, 0.01, 0.1, 0.5),
        "init": (BASE.init,),
        "output_relu": (False,),
        "seed": (0, 1),
    },
    BASE,
)
RACE_EVALUATION_STEPS = 20
"""A race that is scrubbed wants more measurements than one that is watched."""
_SWEEP_EVALUATION_STEPS = 150
"""So many curves take most of the bytes."""


def main() -> int:
    """Train everything and write it; return the exit status."""
    return make_from_mnist(lambda source: make(source, SHIPPED_FOLDER))


def make(
    source: Source,
    folder: Path,
    race: Sequence[TrainingConfig] = RACE,
    grid: SweepGrid = GRID,
    four: int = FOUR_TEST_INDEX,
) -> None:
    """Train a race and a sweep, and write them.

    Args:
        source: The images.
        folder: Where to; it exists.
        race: One config per curve.
        grid: Of the sweep, whose cells train together.
        four: Place of the test image that is shown in place of the second 4.
    """
    data = shown_data(source, four)
    name = "Recorded: cross-entropy against squared error"
    networks = _trained(RECORDED_RACE, name, race, source, data, RACE_EVALUATION_STEPS)
    run_id = f"{RECORDED_SWEEP}-1"
    cells = _trained(
        run_id, "Recorded: sweep", grid.named_cells(), source, data, _SWEEP_EVALUATION_STEPS
    )
    sweep = Sweep(
        id=RECORDED_SWEEP,
        name="Recorded sweep",
        grid=grid,
        created_at=cells.run.created_at,
        attempt=1,
        is_open=False,
        runs=(SweepRun(run_id, tuple(range(grid.num_cells)), 1),),
    )
    images = chosen_images(source.images, data, networks)
    write_shipped(folder, [networks, replace(cells, weights={})], [sweep], images)
    sizes = [file.stat().st_size for file in folder.iterdir()]
    print(f"{sum(sizes):,} bytes in {len(sizes)} files")


def shown_data(source: Source, four: int = FOUR_TEST_INDEX) -> TrainingData:
    """Return the images to train on, the digits to show with a 4 that could be a 9 among them."""
    shown = digit_indices(source.images.test_labels)
    shown[FOUR_PLACE] = four
    return replace(prepare(source.images), digit_indices=torch.tensor(shown))


def _trained(
    run_id: str,
    name: str,
    configs: Sequence[TrainingConfig],
    source: Source,
    data: TrainingData,
    every: int,
) -> ShippedRun:
    began = time.time()
    print(f"Training {run_id}: {len(configs)} curves…")
    chunks = list(train(configs, data, evaluate_every=every))
    ended = time.time()
    records = tuple(map(_smaller, by_curve(chunks, len(configs))))
    steps = max(total_steps(config, data) for config in configs)
    seen = sum(last_of(curve.clocks[EXAMPLES]) for curve in records)
    run = Run(
        id=run_id,
        name=name,
        configs=tuple(configs),
        status=FINISHED,
        created_at=began,
        started_at=began,
        ended_at=ended,
        info=_info(source, data),
        progress=Progress(steps, steps, seen / (ended - began), 0.0),
    )
    weights = {
        one.curve: safetensors.numpy.save(dict(one.arrays), {"step": str(one.step)})
        for chunk in chunks
        if (one := chunk.weights)
    }
    return ShippedRun(run, records, weights)


def _smaller(data: CurveData) -> CurveData:
    """Return the records with seconds in whole 1/1024, which take a quarter of the bytes."""
    seconds = data.clocks[SECONDS]
    rounded = seconds.with_values(np.round(seconds.values * 1024) / 1024)
    return replace(data, clocks={**data.clocks, SECONDS: rounded})


def _info(source: Source, data: TrainingData) -> RunInfo:
    info = run_info(source, data, torch.device("cpu"))
    images = source.images
    return replace(
        info,
        dataset_description=f"MNIST ({len(images.train_images):,} training and "
        f"{len(images.test_images):,} test images)",
        versions={**info.versions, "platform": f"{platform.system()} {platform.machine()}"},
    )


def chosen_images(images: Images, data: TrainingData, trained: ShippedRun) -> ShippedImages:
    """Choose test images: those shown, and of every cell of the confusion matrices about as many.

    Args:
        data: Says which are shown.
        trained: The networks whose answers make the matrices.
    """
    answers = [
        DigitNetwork(
            trained.run.configs[curve],
            safetensors.numpy.load(file),
            "mnist",
            data.pixel_mean,
            data.pixel_scale,
        )
        .logits(images.test_images)
        .argmax(axis=1)
        for curve, file in trained.weights.items()
    ]
    cells = [
        np.flatnonzero((images.test_labels == truth) & (said == answer))
        for said in answers
        for truth in range(10)
        for answer in range(10)
    ]
    chosen = set(data.digit_indices.tolist())
    for turn in range(max(map(len, cells))):
        for cell in cells:
            if len(chosen) < MOST_IMAGES and turn < len(cell):
                chosen.add(int(cell[turn]))
    indices = np.array(sorted(chosen), np.int64)
    return ShippedImages(images.test_images[indices], images.test_labels[indices], indices)


if __name__ == "__main__":
    sys.exit(main())
