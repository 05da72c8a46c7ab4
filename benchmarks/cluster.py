"""Cells of a sweep per minute: workers on a Ray cluster against as many local ones.

    python benchmarks/cluster.py [--workers 1 2] [--cells 8] [--rounds 2] [--json]

Both engines get the same sweep over the same PostgreSQL on this machine; the cluster is a head and
a node for each worker, on this machine too. They take turns, and the better round of each counts.
Workers are warm: a first sweep is not timed. The time from queueing a race to its first record is
taken on the warm workers too. Needs `deploy/requirements-cluster.txt` and PostgreSQL's programs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.config import TrainingConfig
from explorer.runs.run import ENDED
from explorer.runs.sweep_cells import DONE
from explorer.store.run_store import RunStore
from tests.cluster.on_ray import local_cluster
from tests.processes import end_processes_at_home
from tests.runs.sample_records import grid_of
from tests.store.postgresql_server import running_server

BASE = TrainingConfig(dataset="digits", device="cpu", epochs=20, batch_size=20)
PATIENCE_SECONDS = 600


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set variables for as long as the `with` block lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def local(workers: int) -> Iterator[dict[str, str]]:
    """Yield the variables of local workers."""
    yield {"EXPLORER_MAX_WORKERS": str(workers)}


@contextmanager
def ray_cluster(workers: int) -> Iterator[dict[str, str]]:
    """Start a head and a node for each worker, and yield the variables that lead there."""
    with local_cluster(workers) as cluster:
        yield {"EXPLORER_RAY_ADDRESS": cluster.address, "EXPLORER_MAX_WORKERS": str(workers)}


def wait(condition: Callable[[], bool], what: str) -> None:
    """Wait for something to become true.

    Raises:
        RuntimeError: It did not within ten minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Waited too long until {what}.")
        launcher.ensure_workers()
        time.sleep(0.02)


def sweep_seconds(store: RunStore, cells: int) -> float:
    """Train a sweep and return how long it took, in seconds."""
    grid = grid_of(BASE, seed=tuple(range(cells)))
    began = time.monotonic()
    sweep_id = sweep_scheduler.start(grid, store=store)

    def is_done() -> bool:
        sweep = store.sweeps.get(sweep_id)
        rows = store.curves.list([one.run_id for one in sweep.runs])
        return all(cell.state in DONE for cell in sweep_scheduler.cells_of(sweep, rows))

    wait(is_done, "the sweep was trained")
    return time.monotonic() - began


def first_record_seconds(store: RunStore) -> float:
    """Queue a race on warm workers and return when its first steps were recorded, in seconds."""
    began = time.monotonic()
    run_id = launcher.start([BASE], "benchmark", store=store)
    wait(lambda: store.runs.get(run_id).progress.step > 0, "a record was there")
    seconds = time.monotonic() - began
    launcher.request_stop(run_id, store=store)
    wait(lambda: store.runs.get(run_id).status in ENDED, "the race was stopped")
    return seconds


def measure(workers: int, cells: int, rounds: int) -> dict[str, float]:
    """Return cells per minute, and seconds to the first record, of both engines."""
    best: dict[str, float] = {}
    with running_server() as server:
        for _ in range(rounds):
            for name, engine in (("local", local), ("ray", ray_cluster)):
                url = server.fresh_url()
                with tempfile.TemporaryDirectory(prefix="explorer-cluster-") as home:
                    own = {
                        "HOME": home,
                        "XDG_DATA_HOME": home,
                        "XDG_CACHE_HOME": home,
                        "EXPLORER_DATABASE_URL": url,
                        "EXPLORER_DOWNLOAD": "0",
                        "EXPLORER_THREADS": "1",
                    }
                    with environment(**own), engine(workers) as variables:
                        with environment(**variables), closing(RunStore(url)) as store:
                            sweep_seconds(store, workers)
                            per_minute = 60 * cells / sweep_seconds(store, cells)
                            first = first_record_seconds(store)
                        end_processes_at_home(Path(home))
                key = f"{name}_cells_per_minute"
                best[key] = max(best.get(key, 0.0), round(per_minute, 2))
                key = f"{name}_first_record_s"
                best[key] = min(best.get(key, math.inf), round(first, 3))
    return best


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description="Ray workers against local ones.")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="of each engine")
    parser.add_argument("--cells", type=int, default=8, help="of the sweep (default: 8)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each (default: 2)")
    parser.add_argument("--json", action="store_true", help="print one object on the last line")
    asked = parser.parse_args()
    counts_fit = all(1 <= workers <= 64 for workers in asked.workers)
    if not counts_fit or not 1 <= asked.cells <= 512 or asked.rounds < 1:
        parser.error("--workers is 1 to 64, --cells 1 to 512, --rounds at least 1.")
    print(f"A sweep of {asked.cells} cells (ray / local should be at least 0.9)")
    found = {}
    for workers in asked.workers:
        best = measure(workers, asked.cells, asked.rounds)
        ratio = best["ray_cells_per_minute"] / best["local_cells_per_minute"]
        found[workers] = best | {"ratio": round(ratio, 3)}
        for name in ("local", "ray"):
            print(
                f"{workers:>3} workers{name:>7}{best[f'{name}_cells_per_minute']:>9.2f} cells a "
                f"minute,{best[f'{name}_first_record_s']:>7.3f} s to the first record"
            )
        print(f"{workers:>3} workers, ray / local: {ratio:.2f}", flush=True)
    if asked.json:
        most = max(found)
        print(
            json.dumps({"workers": most, "cells": asked.cells, "by_workers": found} | found[most])
        )


if __name__ == "__main__":
    main()
