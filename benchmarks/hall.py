"""A hall that watches one race by push: beside a training, and as many sockets as a hall has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.client_processes import clients
from benchmarks.servers import Server
from benchmarks.simulated_load import WARM_UP_S, Load
from benchmarks.simulated_training import BATCH, CONFIG, STEPS, training
from benchmarks.streamlit_client import Tab
from explorer.jobs.worker_processes import this_process
from explorer.runs.run import Progress
from explorer.store.run_store import RunStore

WRITE_EVERY_S = 1.0


@contextmanager
def written_run(store: RunStore) -> Iterator[str]:
    """Write two networks' records once a second, as a training would that costs nothing."""
    run_id = store.runs.create([CONFIG, CONFIG], "benchmark")
    store.runs.claim_next(this_process())
    both = zip(training(0), training(1), strict=True)
    over = threading.Event()

    def write() -> None:
        for place, (one, other) in enumerate(both, 1):
            chunks = [one, replace(other, curve=1)]
            store.records.append(run_id, chunks, Progress(place * BATCH, STEPS, 1e4, 10.0))
            if over.wait(WRITE_EVERY_S):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield run_id
    finally:
        over.set()
        writer.join()
        store.runs.finish(run_id, "stopped")


async def watch(server: Server, run_id: str, kind: str, count: int, seconds: float) -> Load:
    """Let a hall watch a race, and return how long news were on their way and what they cost.

    Args:
        server: a running server.
        run_id: the race, which goes on.
        kind: "full" for viewers with a Streamlit session each, "socket" for sockets alone.
        count: viewers, all of them connected before anything is measured.
        seconds: how long is measured, after a warm-up of a few seconds.

    Returns:
        The load; its `times` are from the moment at which the server began to read the race to
        the moment at which a client had read what is new.
    """
    load = Load()
    # A server knows what its pages watch once one of them was opened.
    async with Tab(server.port, "") as first:
        await first.run()
        first.turn("live", f"run={run_id}")
        await first.run()
    arguments = (str(server.port), run_id, kind)
    async with clients("push_clients.py", *arguments, count=count) as processes:
        await asyncio.sleep(WARM_UP_S)
        for one in processes:
            await one.ask("begin")
        used = server.cpu_s()
        await asyncio.sleep(seconds)
        load.cpu_s = server.cpu_s() - used
        for one in processes:
            told = await one.ask("report")
            load.times += told["delays"]
            load.errors += told["errors"]
            load.errors += ["A viewer was told nothing."] * told["silent"]
        load.lasted = seconds
        load.memory_mib = round(server.memory_mib(), 1)
    return load
