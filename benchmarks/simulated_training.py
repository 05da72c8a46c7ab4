"""One training's records, written to the run store and to TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.curve_data import (
    ACCURACY,
    CONFUSION,
    DIGITS_SOFTMAX,
    EXAMPLES,
    IMAGES,
    TEST,
    TEST_FULL,
)
from explorer.runs.records import CurveChunk
from explorer.runs.series import EPOCH, SECONDS, CurveData, Series, Snapshots, joined
from explorer.store.run_store import RunStore

STEPS, BATCH = 3_000, 75
_LAYERS = [f"gradient_norm_{layer}" for layer in (1, 2, 3)]
_LAYERS += [f"dead_fraction_{layer}" for layer in (1, 2)]
CONFIG = TrainingConfig(dataset="digits", device="cpu")


def training(seed: int) -> list[CurveChunk]:
    """Return the chunks of one curve of 3,000 steps, with noise of its own."""
    generator = np.random.default_rng(seed)

    def numbers(*shape: int) -> np.ndarray:
        return generator.random(shape, dtype=np.float32).astype(np.float64)

    def tested(steps: np.ndarray) -> CurveData:
        kind = TEST_FULL if steps[0] % 300 == 0 else TEST
        names = [f"{kind}/{name}" for name in LOSS_LABELS]
        softmax = generator.dirichlet(np.ones(10), (steps.size, 20)).astype(np.float32)
        return CurveData(
            {f"{kind}/{ACCURACY}": Series(steps, 1 - np.exp(-steps / 300))}
            | {name: Series(steps, numbers(steps.size)) for name in names},
            clocks={IMAGES[kind]: Series(steps, [10_000.0 if kind == TEST_FULL else 1_000.0])},
            snapshots={
                CONFUSION: Snapshots(steps, generator.integers(0, 1_000, (steps.size, 10, 10))),
                DIGITS_SOFTMAX: Snapshots(steps, softmax),
            },
        )

    chunks = []
    for first in range(1, STEPS + 1, BATCH):
        steps = np.arange(first, first + BATCH)
        tenth = steps[steps % 10 == 0]
        losses = 2.3 * np.exp(-steps / 500) + 0.2 * numbers(BATCH)
        series = {"train/cross_entropy": Series(steps, losses.astype(np.float32))}
        for name in _LAYERS:
            series[f"layer/{name}"] = Series(tenth, numbers(tenth.size))
        clocks = {
            EXAMPLES: Series(steps, 200 * steps),
            SECONDS: Series(steps, steps / 300),
            EPOCH: Series(steps, steps / 300),
        }
        parts = [CurveData(series, clocks=clocks)]
        parts += [tested(steps[[place]]) for place in np.flatnonzero(steps % 100 == 0)]
        chunks.append(CurveChunk(0, joined(parts)))
    return chunks


def write_run(store: RunStore, chunks: Sequence[CurveChunk]) -> str:
    """Record one run, chunk by chunk."""
    run_id = store.runs.create([CONFIG])
    for chunk in chunks:
        store.records.append(run_id, [chunk])
    return run_id


def write_events(folder: Path, chunks: Sequence[CurveChunk]) -> None:
    """Write the same as an event file, flushed chunk by chunk."""
    # Nobody else needs it to simulate a training.
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        for chunk in chunks:
            for name, one in chunk.data.series.items():
                for step, value in zip(one.steps.tolist(), one.values.tolist(), strict=True):
                    writer.add_scalar(name, value, step)
            writer.flush()
