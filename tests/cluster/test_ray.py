"""Trainings on a real Ray cluster of two nodes on this machine, with a PostgreSQL of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from explorer.jobs import launcher, sweep_scheduler, worker_processes
from explorer.jobs.engine import engine
from explorer.runs.cluster import RAY_HOST
from explorer.runs.config import TrainingConfig
from explorer.runs.run import ENDED, LOST
from explorer.runs.sweep_cells import DONE
from explorer.store.run_store import RunStore
from tests.cluster.on_ray import BASE, LONG, add_node, local_cluster, report, state
from tests.processes import end_processes_at_home, processes_at_home, until
from tests.runs.sample_records import grid_of

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("_server")]


@pytest.fixture(scope="module")
def cluster(home: Path) -> Iterator[Any]:
    """A head and two nodes, which are killed in this order."""
    with local_cluster(2, include_dashboard=True, dashboard_port=0) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def ray_address(cluster: Any) -> str:
    return cluster.address


def connected(home: Path) -> list[psutil.Process]:
    """The driver's process that is connected to the cluster; another one restarts it."""
    return [one for one in processes_at_home(home) if "--connected" in one.cmdline()]


def holder(store: RunStore) -> str:
    """The process that keeps the workers."""
    with store._database.transaction() as connection:
        return connection.exec_driver_sql("SELECT driver FROM cluster").scalar_one()


def test_a_race_is_trained_on_a_node_and_ends_with_its_records(store: RunStore) -> None:
    run_id = launcher.start([BASE], "on the cluster", store=store)
    until(lambda: state(store, run_id) == "finished", "the race is trained", 120)
    run = store.runs.get(run_id)
    assert run.worker.host.startswith(RAY_HOST)
    assert run.progress.step == 4 * 15
    seen = report(store)
    assert {node.is_alive for node in seen.nodes} == {True}
    assert (len(seen.nodes), seen.capacity, seen.fault) == (3, 2, "")
    assert (run.worker.host, run.worker.pid) in {
        (f"{RAY_HOST}{worker.node}", worker.pid) for worker in seen.workers
    }


def test_a_driver_that_is_killed_is_restarted_and_finds_its_workers(
    store: RunStore, home: Path
) -> None:
    run_id = launcher.start([LONG], "outlives the driver", store=store)
    until(lambda: store.runs.get(run_id).progress.step, "it trains")
    before = {worker.pid for worker in report(store).workers if worker.state == "ready"}
    held_before = holder(store)
    (driver,) = connected(home)
    driver.kill()
    step = store.runs.get(run_id).progress.step
    until(lambda: store.runs.get(run_id).progress.step > step, "the training goes on")
    until(lambda: {one.pid for one in connected(home)} - {driver.pid}, "there is another driver")
    until(lambda: holder(store) != held_before, "the next one keeps the workers")
    until(
        lambda: before <= {w.pid for w in report(store).workers if w.state == "ready"},
        "it finds the same workers",
    )
    assert state(store, run_id) == "running"
    launcher.request_stop(run_id, store=store)
    until(lambda: state(store, run_id) == "stopped", "it is stopped")


def test_a_run_whose_worker_is_killed_is_named_lost_soon_and_the_next_one_is_trained(
    store: RunStore,
) -> None:
    run_id = launcher.start([LONG], "loses its worker", store=store)
    until(lambda: store.runs.get(run_id).progress.step, "it trains")
    worker = store.runs.get(run_id).worker
    os.kill(worker.pid, signal.SIGKILL)
    began = time.monotonic()
    said_after: list[float] = []

    def is_lost() -> bool:
        if not said_after and report(store).says_dead(worker):
            said_after.append(time.monotonic() - began)
        return state(store, run_id) == LOST

    until(is_lost, "it is lost", 14)
    took = time.monotonic() - began
    print(f"Lost after {took:.1f} s, by Ray's word after {said_after or 'none'}.")
    # Where Ray has said so, nobody waits for the lease.
    assert took < (said_after[0] + 2 if said_after else 13)
    assert "Ray" in launcher.explain(store.runs.get(run_id), store=store)
    again = launcher.start([BASE], "after it", store=store)
    until(lambda: state(store, again) == "finished", "the next one is trained", 90)


def test_a_sweep_is_spread_over_both_nodes_and_ends_on_the_one_that_is_left(
    store: RunStore, cluster: Any
) -> None:
    base = TrainingConfig(dataset="digits", device="cpu", epochs=40, batch_size=20)
    grid = grid_of(base, seed=(1, 2, 3, 4))
    until(lambda: launcher.max_workers() == 2, "the cluster's size is known")
    sweep_id = sweep_scheduler.start(grid, store=store)

    def runs() -> list[Any]:
        return [store.runs.get(one.run_id) for one in store.sweeps.get(sweep_id).runs]

    def nodes_at_work() -> set[str]:
        return {run.worker.host for run in runs() if run.worker and run.status not in ENDED}

    until(lambda: len(nodes_at_work()) == 2, "both nodes train", 90)
    cluster.remove_node(cluster.nodes.pop(), allow_graceful=False)

    def cells() -> list[Any]:
        sweep = store.sweeps.get(sweep_id)
        rows = store.curves.list([one.run_id for one in sweep.runs])
        return sweep_scheduler.cells_of(sweep, rows)

    until(lambda: all(cell.state in DONE for cell in cells()), "every cell is trained", 180)
    assert LOST in {launcher.state_of(run) for run in runs()}


def test_a_head_that_is_restarted_gets_workers_again_and_what_was_lost_is_said(
    store: RunStore, cluster: Any
) -> None:
    run_id = launcher.start([LONG], "loses the head", store=store)
    until(lambda: store.runs.get(run_id).progress.step, "it trains", 90)
    pid = store.runs.get(run_id).worker.pid
    port = int(cluster.address.rpartition(":")[2])
    cluster.remove_node(cluster.head_node, allow_graceful=False)
    # Nodes that the new head does not know are ended by Ray, sooner or later.
    waiting = launcher.start([BASE], "waits for the head", store=store)
    add_node(cluster, num_cpus=0, gcs_server_port=port)
    add_node(cluster, num_cpus=1)
    until(lambda: not psutil.pid_exists(pid), "the old node's worker leaves", 120)
    until(lambda: state(store, run_id) == LOST, "its run is lost", 14)
    until(lambda: state(store, waiting) == "finished", "what waited is trained", 150)
    assert launcher.explain(store.runs.get(run_id), store=store)
    assert (report(store).fault, engine().start_failure(store)) == ("", "")


def test_an_address_where_nothing_answers_is_said_and_nothing_hangs(
    store: RunStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_processes_at_home(home)
    worker_processes._children.clear()
    with store._database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM cluster")
    monkeypatch.setenv("EXPLORER_RAY_ADDRESS", "127.0.0.1:1")
    began = time.monotonic()
    launcher.ensure_workers(store=store)
    assert time.monotonic() - began < 5
    said = until(lambda: engine().start_failure(store), "it is said")
    assert "Ray cluster at 127.0.0.1:1" in said
