"""A short race that was really trained, and a digit for its networks to recognise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import torch

from explorer.runs.config import TrainingConfig
from explorer.runs.records import CurveChunk
from explorer.runs.run import RUNNING
from explorer.store.run_store import RunStore
from explorer.store.runs import add_run
from explorer.trainer.data import TrainingData, embedded_digits, prepare
from explorer.trainer.loop import train
from tests.browser.server import Server
from tests.runs.sample_records import make_info

# A zero, by shares of the canvas.
ZERO = [
    (0.5 + 0.19 * math.sin(a), 0.5 - 0.3 * math.cos(a))
    for a in (math.tau * step / 24 for step in range(25))
]
RACE = (
    TrainingConfig(learning_rate=0.1, batch_size=50, epochs=10, hidden_sizes=(60,)),
    TrainingConfig(
        learning_rate=0.1,
        batch_size=50,
        epochs=10,
        hidden_sizes=(60,),
        loss="softmax_squared_error",
    ),
)


def store_race(server: Server) -> str:
    """Train the race on the embedded digits, and return its run in the server's store."""
    images = embedded_digits()
    data = prepare(images)
    shown = data.digit_indices.numpy()
    info = make_info(
        dataset="digits",
        digits=images.test_images[shown],
        digit_labels=images.test_labels[shown],
        pixel_mean=data.pixel_mean,
        pixel_scale=data.pixel_scale,
    )
    with closing(RunStore(f"sqlite:///{server.folder / 'runs.sqlite3'}")) as store:
        race = [replace(config, dataset="digits", device="cpu") for config in RACE]
        # Not queued: a training process of the server would take it.
        with store._database.transaction(may_create=True) as connection:
            run_id = add_run(connection, race, name="for drawing", status=RUNNING)
        store.runs.set_info(run_id, info)
        store.records.append(run_id, trained(race, data))
        store.runs.finish(run_id, "finished")
    return run_id


def trained(race: Sequence[TrainingConfig], data: TrainingData) -> list[CurveChunk]:
    """The chunks of a race, by one thread: more wait for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return list(train(race, data))
    finally:
        torch.set_num_threads(before)
