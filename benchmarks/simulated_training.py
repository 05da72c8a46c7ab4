"""One training's records, written to the run store and to TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.record_columns import CurveChunk, CurveRecords
from explorer.runs.records import EvalRecord
from explorer.store.run_store import RunStore

STEPS, BATCH = 3_000, 75
CONFIG = TrainingConfig(dataset="digits", device="cpu")


def training(seed: int) -> list[CurveChunk]:
    """Return the chunks of one curve of 3,000 steps, with noise of its own."""
    generator = np.random.default_rng(seed)

    def numbers(*shape: int) -> np.ndarray:
        return generator.random(shape, dtype=np.float32).astype(np.float64)

    def evaluation(step: int) -> EvalRecord:
        softmax = generator.dirichlet(np.ones(10), 20).astype(np.float32)
        return EvalRecord(
            curve=0,
            step=step,
            epoch=step / 300,
            full=step % 300 == 0,
            examples=10_000 if step % 300 == 0 else 1_000,
            losses={name: float(numbers()) for name in LOSS_LABELS},
            accuracy=1 - float(np.exp(-step / 300)),
            confusion=generator.integers(0, 1_000, (10, 10)),
            digits_softmax=softmax.astype(np.float64),
        )

    chunks = []
    for first in range(1, STEPS + 1, BATCH):
        steps = np.arange(first, first + BATCH)
        tenth = steps[steps % 10 == 0]
        losses = 2.3 * np.exp(-steps / 500) + 0.2 * numbers(BATCH)
        records = CurveRecords(
            steps=steps,
            examples_seen=200 * steps,
            losses=losses.astype(np.float32).astype(np.float64),
            seconds=steps / 300,
            norm_steps=tenth,
            gradient_norms=numbers(len(tenth), 3),
            dead_fractions=numbers(len(tenth), 2),
            evaluations=[evaluation(int(step)) for step in steps if step % 100 == 0],
        )
        chunks.append(CurveChunk(0, records))
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
            for name, value, step in scalars(chunk.records):
                writer.add_scalar(name, value, step)
            writer.flush()


def scalars(records: CurveRecords) -> Iterator[tuple[str, float, int]]:
    """Yield what was measured by name, with its step."""
    for step, loss in zip(records.steps.tolist(), records.losses.tolist(), strict=True):
        yield "loss", loss, step
    for place, step in enumerate(records.norm_steps.tolist()):
        for layer, norm in enumerate(records.gradient_norms[place].tolist()):
            yield f"gradient_norm/{layer}", norm, step
        for layer, fraction in enumerate(records.dead_fractions[place].tolist()):
            yield f"dead_fraction/{layer}", fraction, step
    for evaluation in records.evaluations:
        yield "test/accuracy", evaluation.accuracy, evaluation.step
        for name, loss in evaluation.losses.items():
            yield f"test/{name}", loss, evaluation.step
