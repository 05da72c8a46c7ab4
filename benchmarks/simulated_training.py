"""One training's records, written to the run store and to TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tensorboardX import SummaryWriter

from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.records import EvalRecord, NormRecord, Record, StepRecord
from explorer.store.run_store import RunStore

STEPS, BATCH = 3_000, 75
CONFIG = TrainingConfig(dataset="digits", device="cpu")


def training(seed: int) -> list[list[Record]]:
    """Return the batches of records of one curve of 3,000 steps, with noise of its own."""
    generator = np.random.default_rng(seed)

    def number() -> float:
        return float(np.float32(generator.random()))

    batches: list[list[Record]] = []
    for step in range(1, STEPS + 1):
        if step % BATCH == 1:
            batches.append([])
        loss = float(np.float32(2.3 * np.exp(-step / 500) + 0.2 * number()))
        batches[-1].append(StepRecord(0, step, 200 * step, loss, step / 300))
        if step % 10 == 0:
            norms = number(), number(), number()
            batches[-1].append(NormRecord(0, step, norms, (number(), number())))
        if step % 100 == 0:
            softmax = generator.dirichlet(np.ones(10), 20).astype(np.float32)
            batches[-1].append(
                EvalRecord(
                    curve=0,
                    step=step,
                    epoch=step / 300,
                    full=step % 300 == 0,
                    examples=10_000 if step % 300 == 0 else 1_000,
                    losses={name: number() for name in LOSS_LABELS},
                    accuracy=1 - float(np.exp(-step / 300)),
                    confusion=generator.integers(0, 1_000, (10, 10)),
                    digits_softmax=softmax.astype(np.float64),
                )
            )
    return batches


def write_run(store: RunStore, batches: Sequence[Sequence[Record]]) -> str:
    """Record one run, batch by batch."""
    run_id = store.create([CONFIG])
    for batch in batches:
        store.append(run_id, batch)
    return run_id


def write_events(folder: Path, batches: Sequence[Sequence[Record]]) -> None:
    """Write the same as an event file, flushed batch by batch."""
    with SummaryWriter(str(folder)) as writer:
        for batch in batches:
            for record in batch:
                for name, value in scalars(record):
                    writer.add_scalar(name, value, record.step)
            writer.flush()


def scalars(record: Record) -> Iterator[tuple[str, float]]:
    """Yield what a record measured, by name."""
    if isinstance(record, StepRecord):
        yield "loss", record.loss
    elif isinstance(record, NormRecord):
        for layer, norm in enumerate(record.gradient_norms):
            yield f"gradient_norm/{layer}", norm
        for layer, fraction in enumerate(record.dead_fraction):
            yield f"dead_fraction/{layer}", fraction
    elif isinstance(record, EvalRecord):
        yield "test/accuracy", record.accuracy
        for name, loss in record.losses.items():
            yield f"test/{name}", loss
