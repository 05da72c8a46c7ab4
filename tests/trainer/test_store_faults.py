"""Real trainings under real faults of the store: each takes a minute, and runs with --all alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from explorer.jobs import launcher
from explorer.runs.config import TrainingConfig
from explorer.runs.run import LEASE_SECONDS, Run
from explorer.store.run_store import RunStore, StoreUnavailable
from tests.jobs.test_launcher import children_of
from tests.processes import until
from tests.runs.sample_records import Seen
from tests.store.postgresql_server import Server, server

__all__ = ["server"]
pytestmark = pytest.mark.long

RACE = [TrainingConfig(dataset="digits", device="cpu", batch_size=2, epochs=1000)]


@pytest.fixture
def postgresql(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    monkeypatch.setenv("EXPLORER_DATABASE_URL", server.fresh_url())
    store = RunStore()
    yield store
    end_workers(store)
    store.close()


@pytest.fixture
def sqlite(store: RunStore) -> Iterator[RunStore]:
    yield store
    end_workers(store)


def end_workers(store: RunStore) -> None:
    for child in children_of(store):
        child.kill()
        child.wait()


def in_training(store: RunStore) -> Run:
    """Start a race and return it once it has recorded something."""
    run_id = launcher.start(RACE, store=store)
    until(lambda: Seen(store.records.read(run_id).curves[0]).steps.size, seconds=90)
    return store.runs.get(run_id)


def goes_on_and_ends(store: RunStore, run_id: str) -> None:
    """See that the training goes on, and that it has recorded every step exactly once."""
    reached = Seen(store.records.read(run_id).curves[0]).steps[-1]
    until(lambda: Seen(store.records.read(run_id).curves[0]).steps[-1] > reached + 500, seconds=90)
    assert launcher.state_of(store.runs.get(run_id)) == "running"
    until(lambda: not launcher.explain(store.runs.get(run_id), store=store), seconds=10)
    launcher.request_stop(run_id, store=store)
    until(lambda: store.runs.get(run_id).status == "stopped", seconds=10)
    steps = Seen(store.records.read(run_id).curves[0]).steps
    assert steps.tolist() == list(range(1, len(steps) + 1))
    (row,) = store.curves.list()
    assert row.summary.steps == len(steps)


def test_a_file_locked_for_45_seconds_ends_nothing(sqlite: RunStore) -> None:
    run = in_training(sqlite)
    blocker = sqlite3.connect(sqlite._database.url.database, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    locked = time.monotonic()
    until(lambda: launcher.explain(sqlite.runs.get(run.id), store=sqlite), seconds=30)
    said = launcher.explain(sqlite.runs.get(run.id), store=sqlite)
    assert said.startswith("Waiting for the store for ")
    assert "in use by another program" in said
    while time.monotonic() - locked < 45:
        assert launcher.state_of(sqlite.runs.get(run.id)) == "running"
        time.sleep(1)
    blocker.execute("ROLLBACK")
    blocker.close()
    goes_on_and_ends(sqlite, run.id)


def test_a_server_that_is_restarted_ends_nothing(postgresql: RunStore, server: Server) -> None:
    run = in_training(postgresql)
    server.stop()
    try:
        until(lambda: launcher.waiting_words(store=postgresql), seconds=30)
        with pytest.raises(StoreUnavailable):
            postgresql.runs.get(run.id)
        # Longer than a lease.
        time.sleep(LEASE_SECONDS + 2)
    finally:
        server.start()
    assert launcher.state_of(postgresql.runs.get(run.id)) == "running"
    judge = RunStore(postgresql.url)
    assert launcher.state_of(elsewhere(judge.runs.get(run.id))) == "running"
    judge.close()
    goes_on_and_ends(postgresql, run.id)


def elsewhere(run: Run) -> Run:
    """Return the run as it is seen from another machine, where its lease decides alone."""
    return replace(run, worker=replace(run.worker, host="another machine"))


def test_connections_that_are_cut_over_and_over_end_nothing(postgresql: RunStore) -> None:
    run = in_training(postgresql)
    engine = sa.create_engine(postgresql.url, isolation_level="AUTOCOMMIT")
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    for _ in range(60):
        with engine.connect() as connection:
            connection.exec_driver_sql(cut)
        time.sleep(0.05)
    engine.dispose()
    goes_on_and_ends(postgresql, run.id)


def test_a_worker_stopped_beyond_its_lease_is_lost_elsewhere_and_goes_on_where_nobody_took_it(
    postgresql: RunStore,
) -> None:
    run = in_training(postgresql)
    os.kill(run.worker.pid, signal.SIGSTOP)
    try:
        until(
            lambda: launcher.state_of(elsewhere(postgresql.runs.get(run.id))) == "lost",
            LEASE_SECONDS + 10,
            seconds=90,
        )
        assert launcher.state_of(postgresql.runs.get(run.id)) == "running", "its process is there"
    finally:
        os.kill(run.worker.pid, signal.SIGCONT)
    goes_on_and_ends(postgresql, run.id)


def fill(folder: Path) -> Path:
    """Write a file until its disk is full."""
    with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return folder / "filler"


def test_a_full_disk_is_waited_for_and_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("small")
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "explorer-test", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("No small disk can be made here.")
    monkeypatch.setenv("EXPLORER_DATABASE_URL", f"sqlite:///{place}/store/runs.sqlite3")
    store = RunStore()
    try:
        run = in_training(store)
        filler = fill(place)
        until(
            lambda: "is full" in launcher.explain(store.runs.get(run.id), store=store), seconds=60
        )
        said = launcher.explain(store.runs.get(run.id), store=store)
        assert said.startswith("Waiting for the store for ")
        filler.unlink()
        goes_on_and_ends(store, run.id)
        # Once more, and this time it is killed while it waits.
        run = in_training(store)
        filler = fill(place)
        until(
            lambda: "is full" in launcher.explain(store.runs.get(run.id), store=store), seconds=60
        )
        psutil.Process(run.worker.pid).kill()
        until(lambda: launcher.state_of(store.runs.get(run.id)) == "lost", seconds=10)
        said = launcher.explain(store.runs.get(run.id), store=store)
        assert f"The disk of {store.folder} is full" in said
    finally:
        end_workers(store)
        store.close()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_an_idle_worker_hardly_works_and_takes_a_run_at_once(sqlite: RunStore) -> None:
    launcher.ensure_workers(store=sqlite)
    first = launcher.start([replace(RACE[0], epochs=1)], store=sqlite)
    until(lambda: sqlite.runs.get(first).status == "finished", seconds=90)
    (child,) = children_of(sqlite)
    process = psutil.Process(child.pid)
    time.sleep(3)
    before = sum(process.cpu_times()[:2])
    time.sleep(30)
    share = (sum(process.cpu_times()[:2]) - before) / 30
    print(
        f"An idle worker takes {share:.2%} of a core, {process.memory_info().rss / 2**20:.0f} MiB."
    )
    assert share < 0.01
    waits = []
    for _ in range(5):
        run_id = launcher.start([replace(RACE[0], epochs=1)], store=sqlite)
        run = sqlite.runs.get(run_id)
        until(lambda run_id=run_id: sqlite.runs.get(run_id).status == "finished", seconds=90)
        run = sqlite.runs.get(run_id)
        waits.append(run.started_at - run.created_at)
        time.sleep(0.5)
    print("Queue to start:", [f"{wait:.3f}" for wait in waits])
    assert min(waits) < 0.2
