"""How fast and small is the run store: against TensorBoard's event files and their reader.

    python benchmarks/store.py [--json] [--rounds 3] [--runs 1000] [--database URL]

Both get the same training: every step's loss, five norms and fractions at each tenth step,
accuracy and four losses at each hundredth, handed over 75 steps at a time and then flushed, as a
worker does. The run store keeps more of it (images seen, confusion matrices, the softmax of 20
digits), and its writers share one database, where each event file is its writer's own. The event
files are written by tensorboardX and read by TensorBoard's EventAccumulator, every point of them.

The two take turns within each round, and the best round of each counts. A point is one step of
one curve with all that was measured at it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.simulated_training import STEPS, training, write_events, write_run
from explorer.figures.curves import kept_points
from explorer.runs.curve_data import training_loss
from explorer.runs.records import CurveChunk, by_curve
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore

WRITERS = 8
RUNS_EACH = 4
CHOSEN = 20
MARK = WorkerId("benchmark", 1, 0.0)


def _write(place: str, seed: int, together: Any, runs: int) -> None:
    """Be one of the writers: one process, its records made beforehand."""
    batches = training(seed)
    store = RunStore(place) if "://" in place else None
    if store:
        store.runs.list(1)

    def write(run: int) -> None:
        if store:
            write_run(store, batches)
        else:
            write_events(Path(place) / f"{seed}-{run}", batches)

    together.wait()
    for run in range(runs):
        write(run)
    together.wait()


def append_rate(place: str, runs: int) -> float:
    """Return the points per second of all writers together.

    Args:
        place: Address of a database, or a folder for event files.
        runs: Runs that each writer writes one after another.
    """
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(WRITERS + 1, timeout=600)
    writers = [
        context.Process(target=_write, args=(place, seed, together, runs))
        for seed in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    together.wait()
    begun = time.perf_counter()
    together.wait()
    seconds = time.perf_counter() - begun
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("A writer failed.")
    return WRITERS * runs * STEPS / seconds


def read_store(url: str, chosen: Sequence[str]) -> np.ndarray:
    """Open the store, read some runs, thin their curves; return the last losses."""
    store = RunStore(url)
    last = []
    for run_id in chosen:
        (curve,) = store.records.read(run_id).curves
        loss = training_loss(curve)
        places = kept_points(loss.steps, loss.values)
        last.append(loss.values[places[-1]])
    store.close()
    return np.array(last)


def read_events(folders: Sequence[Path]) -> np.ndarray:
    """Read the losses of some runs from their event files; return the last ones."""
    last = []
    for folder in folders:
        events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
        events.Reload()
        losses = events.Scalars("train/cross_entropy")
        if len(losses) != STEPS:
            raise RuntimeError(f"Of {STEPS} losses {len(losses)} were read.")
        last.append(losses[-1].value)
    return np.array(last)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def bytes_used(url: str) -> int:
    """Return the size of a store: of an SQLite file all pages in use, else of the payloads."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            names = ("page_count", "freelist_count", "page_size")
            pages, free, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names
            )
            used = (pages - free) * size
        else:
            query = "SELECT sum(length(payload)) FROM batches"
            used = int(connection.exec_driver_sql(query).scalar_one())
    engine.dispose()
    return used


def fill(store: RunStore, runs: int) -> list[str]:
    """Keep many finished runs, put together as an idle worker does; return their ids."""
    # In two batches instead of forty, for the sake of time; put together they are the same.
    halves = []
    for seed in range(CHOSEN):
        batches = training(seed)
        middle = len(batches) // 2
        parts = batches[:middle], batches[middle:]
        halves.append([CurveChunk(0, *by_curve(part, 1)) for part in parts])
    kept = []
    for run in range(runs):
        kept.append(write_run(store, halves[run % CHOSEN]))
        store.runs.claim_next(MARK)
        store.runs.finish(kept[-1], "finished")
        store.records.compact(kept[-1])
    return kept


def measure(folder: Path, database: str | None, rounds: int, runs: int) -> dict[str, float]:
    """Measure everything.

    Args:
        folder: For files.
        database: Address of an empty database; None for an SQLite file.
        rounds: How often both take their turns.
        runs: Runs in the store that is read.

    Returns:
        The best of all rounds by name: points per second, seconds and bytes.
    """
    events, chosen_events = folder / "events", []
    written = database or f"sqlite:///{folder}/written.sqlite3"
    rates: dict[str, list[float]] = {"store": [], "event_files": []}
    for turn in range(rounds):
        rates["store"].append(append_rate(written, RUNS_EACH))
        rates["event_files"].append(append_rate(str(events / str(turn)), RUNS_EACH))
    points = rounds * WRITERS * RUNS_EACH * STEPS
    running_bytes = bytes_used(written)
    event_bytes = sum(file.stat().st_size for file in events.rglob("*tfevents*"))

    kept = database or f"sqlite:///{folder}/kept.sqlite3"
    before = bytes_used(kept) if database else 0
    store = RunStore(kept)
    chosen = fill(store, runs)[:: max(1, runs // CHOSEN)][:CHOSEN]
    ended_bytes = bytes_used(kept) - before
    for seed in range(CHOSEN):
        chosen_events.append(events / f"chosen-{seed}")
        write_events(chosen_events[-1], training(seed))
    seconds: dict[str, list[float]] = {"store": [], "event_files": [], "table": []}
    for _ in range(rounds):
        seconds["store"].append(timed(lambda: read_store(kept, chosen)))
        seconds["event_files"].append(timed(lambda: read_events(chosen_events)))
        seconds["table"].append(timed(store.curves.list))
    store.close()
    return {
        "append_points_per_s": max(rates["store"]),
        "append_event_files_points_per_s": max(rates["event_files"]),
        "read_20_s": min(seconds["store"]),
        "read_20_event_files_s": min(seconds["event_files"]),
        "table_s": min(seconds["table"]),
        "bytes_per_100k_points": ended_bytes / (runs * STEPS) * 1e5,
        "bytes_per_100k_points_running": running_bytes / points * 1e5,
        "bytes_per_100k_points_event_files": event_bytes / points * 1e5,
    }


def main() -> None:
    """Measure, and print ratios or one JSON object on the last line besides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=3, help="turns that each of the two takes")
    parser.add_argument("--runs", type=int, default=1_000, help="runs in the store that is read")
    parser.add_argument("--database", help="address of an empty database instead of SQLite")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), arguments.database, arguments.rounds, arguments.runs)
    append = found["append_points_per_s"], found["append_event_files_points_per_s"]
    read = found["read_20_s"] * 1e3, found["read_20_event_files_s"] * 1e3
    forms = ("", "_running", "_event_files")
    sizes = [found[f"bytes_per_100k_points{form}"] / 1e6 for form in forms]
    lines = [
        f"{WRITERS} writers: {append[0]:,.0f} points/s; event files {append[1]:,.0f}: "
        f"{append[0] / append[1]:.2f} × as many",
        f"{CHOSEN} curves of {STEPS:,} steps out of {arguments.runs:,} runs: read in "
        f"{read[0]:.0f} ms; event files {read[1]:,.0f} ms: {read[1] / read[0]:.1f} × as fast",
        f"Table of {arguments.runs:,} runs: {found['table_s'] * 1e3:.0f} ms",
        f"100,000 points: {sizes[0]:.2f} MB, {sizes[1]:.2f} MB while they run; event files "
        f"{sizes[2]:.2f} MB: {sizes[0] / sizes[2]:.2f} × the size",
    ]
    print("\n".join(lines))
    if arguments.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
