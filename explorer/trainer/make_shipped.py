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
from itertools import count

import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray

from explorer.core.recorded_race import FOUR_PLACE, FOUR_TEST_INDEX, RECORDED_RACE, RECORDED_SWEEP
from explorer.runs.config import TrainingConfig, curve_labels
from explorer.runs.digit_recognition import DigitNetwork
from explorer.runs.mnist_files import MNIST_PIXELS_MD5, DataError, Images
from explorer.runs.race_presets import RACE_PRESETS
from explorer.runs.record_columns import CurveRecords, by_curve
from explorer.runs.records import RunInfo
from explorer.runs.run import FINISHED, Progress, Run
from explorer.runs.sweep_cells import Sweep, SweepRun
from explorer.runs.sweep_grid import SweepGrid
from explorer.store.shipped import SHIPPED_FOLDER, ShippedImages, ShippedRun, write_shipped
from explorer.trainer.data import Source, TrainingData, digit_indices, load_source, prepare
from explorer.trainer.executor import run_info
from explorer.trainer.loop import total_steps, train

MOST_IMAGES = 300
_RACE_EVALUATION_STEPS = 20
"""A race that is scrubbed wants more measurements than one that is watched."""
_SWEEP_EVALUATION_STEPS = 150
"""So many curves take most of the bytes."""


def main() -> int:
    """Train everything and write it; return the exit status."""
    try:
        source = load_source("mnist")
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    if source.md5 != MNIST_PIXELS_MD5:
        print("These are not the images of MNIST.", file=sys.stderr)
        return 1
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    data = prepare(source.images)
    data = replace(data, digit_indices=torch.tensor(shown_indices(source.images.test_labels)))
    base = TrainingConfig(dataset="mnist", device="cpu")
    race = [
        replace(config, dataset=base.dataset, device=base.device)
        for config in RACE_PRESETS["CE against MSE"].configs
    ]
    networks = _trained(
        RECORDED_RACE,
        "Recorded: cross-entropy against squared error",
        race,
        source,
        data,
        every=_RACE_EVALUATION_STEPS,
        with_networks=True,
    )
    grid = SweepGrid(
        {
            "loss": ("cross_entropy", "softmax_squared_error"),
            "learning_rate": (0.001, 0.01, 0.1, 0.5),
            "init": (base.init,),
            "output_relu": (False,),
            "seed": (0, 1),
        },
        base,
    )
    cells = _trained(
        f"{RECORDED_SWEEP}-1",
        "Recorded: sweep",
        grid.named_cells(),
        source,
        data,
        every=_SWEEP_EVALUATION_STEPS,
    )
    sweep = Sweep(
        id=RECORDED_SWEEP,
        name="Recorded sweep",
        grid=grid,
        created_at=cells.run.created_at,
        attempt=1,
        is_open=False,
        runs=(SweepRun(cells.run.id, tuple(range(grid.num_cells)), 1),),
    )
    images = chosen_images(source.images, data, networks)
    write_shipped(SHIPPED_FOLDER, [networks, cells], [sweep], images)
    for one in (networks, cells):
        for label, records in zip(curve_labels(one.run.configs), one.records, strict=True):
            last = records.latest_evaluation
            print(f"{one.run.id}, {label}: {last.accuracy if last else None}")
    files = [file for file in SHIPPED_FOLDER.iterdir() if file.is_file()]
    print(f"{sum(file.stat().st_size for file in files):,} bytes in {len(files)} files")
    return 0


def shown_indices(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the test images that are shown: two of each class, one 4 being hard to tell from a 9.

    Args:
        labels: Of all test images.
    """
    shown = digit_indices(labels)
    shown[FOUR_PLACE] = FOUR_TEST_INDEX
    return shown


def _trained(
    run_id: str,
    name: str,
    configs: Sequence[TrainingConfig],
    source: Source,
    data: TrainingData,
    *,
    every: int,
    with_networks: bool = False,
) -> ShippedRun:
    began = time.time()
    print(f"Training {run_id}: {len(configs)} curves…")
    chunks = list(train(configs, data, evaluate_every=every))
    ended = time.time()
    records = tuple(map(_smaller, by_curve(chunks, len(configs))))
    steps = max(total_steps(config, data) for config in configs)
    seen = sum(int(curve.examples_seen[-1]) for curve in records)
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
        if with_networks and (one := chunk.weights)
    }
    return ShippedRun(run, records, weights)


def _smaller(records: CurveRecords) -> CurveRecords:
    """Return the records with seconds in whole 1/1024, which take a quarter of the bytes."""
    return replace(records, seconds=np.round(records.seconds * 1024) / 1024)


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
        images: All images.
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
    for turn in count():
        for cell in cells:
            if len(chosen) < MOST_IMAGES and turn < len(cell):
                chosen.add(int(cell[turn]))
        if len(chosen) == MOST_IMAGES:
            break
    indices = np.array(sorted(chosen), np.int64)
    return ShippedImages(images.test_images[indices], images.test_labels[indices], indices)


if __name__ == "__main__":
    sys.exit(main())
