"""Where trainings run, in words."""

from __future__ import annotations

import platform
from contextlib import closing

import pytest

from explorer.jobs import worker_processes
from explorer.jobs.places import places
from explorer.runs.cluster import ClusterNode, ClusterReport, ClusterWorker
from explorer.runs.config import TrainingConfig
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore


@pytest.fixture
def store():
    with closing(RunStore()) as store:
        yield store


def test_this_machine_is_named_with_what_runs_and_what_waits(store: RunStore) -> None:
    for _ in range(3):
        store.runs.create([TrainingConfig()])
    store.runs.claim_next(worker_processes.this_process())
    store.runs.claim_next(WorkerId("another machine", 1, 1.0))
    found = places(store)
    assert (found.engine, found.capacity, found.waiting, found.fault) == (
        "worker processes of this machine", 1, 1, "",
    )  # fmt: skip
    here, elsewhere = found.machines
    assert (here.machine, here.trainings, elsewhere.trainings) == (platform.node(), 1, 1)
    assert "core" in here.devices
    assert "GiB free" in here.memory


def test_the_newest_race_that_went_wrong_is_the_last_fault(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, status, error in (("old", "failed", "Too wide."), ("new", "failed", "Too deep."),
                                ("fine", "finished", "")):  # fmt: skip
        run_id = store.runs.create([TrainingConfig()], name)
        store.runs.claim_next(worker_processes.this_process())
        store.runs.finish(run_id, status, error)
    assert places(store).fault == "The race “new” went wrong: Too deep."
    monkeypatch.setattr("explorer.jobs.places._DAY_SECONDS", 0)
    assert places(store).fault == ""


def test_a_cluster_is_shown_as_its_driver_saw_it(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_RAY_ADDRESS", "10.0.0.1:7")
    assert "driver is starting" in places(store).fault
    nodes = (
        ClusterNode(
            "a",
            "10.0.0.1",
            True,
            {"CPU": 8.0, "GPU": 2.0, "memory": 2.0**34, "accelerator_type:H100": 1.0},
        ),
        ClusterNode("b", "10.0.0.2", False, {"CPU": 8.0}),
        ClusterNode("c", "10.0.0.3", False, {"CPU": 8.0}),
    )
    workers = (ClusterWorker("worker-0", "unreachable", "a", 4, "71.2 GiB free on Card"),)
    assert store.cluster.hold("driver")
    store.cluster.report(
        "driver", ClusterReport("10.0.0.1:7", nodes, workers, 5, fault="worker-0: it died")
    )
    store.runs.create([TrainingConfig()])
    store.runs.claim_next(WorkerId("ray:b", 4, 1.0))
    from explorer.jobs import engine

    engine._ray.cache_clear()
    found = places(store)
    assert (found.engine, found.capacity) == ("the Ray cluster at 10.0.0.1:7", 5)
    assert found.fault == "worker-0: it died"
    first, second = found.machines
    assert (first.devices, first.memory) == (
        "8 cores, 2 × GPU (H100)",
        "16.0 GiB offered, 71.2 GiB free on Card",
    )
    assert (first.trainings, first.state) == (0, "unreachable")
    assert (second.machine, second.trainings, second.state) == ("10.0.0.2", 1, "gone")
