"""What is known of a cluster without being connected to it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from explorer.jobs import launcher, ray_engine
from explorer.jobs.engine import LocalEngine, engine
from explorer.jobs.ray_engine import RayEngine, places_on, worker_resources
from explorer.runs.cluster import ClusterNode, ClusterReport, ClusterWorker
from explorer.runs.config import ConfigError, TrainingConfig
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore

REPORT = ClusterReport(
    address="10.0.0.1:6379",
    nodes=(ClusterNode("abc", "10.0.0.1", True, {"CPU": 8.0, "GPU": 1.0}),),
    workers=(ClusterWorker("worker-0", "ready", "abc", 7, said="Waiting for the store."),),
    capacity=4,
    gone=(("ray:abc", 6),),
    fault="worker-0: it died",
)
MARK = WorkerId("ray:abc", 7, 1.0)


@pytest.fixture
def store() -> RunStore:
    return RunStore()


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch, store: RunStore) -> RayEngine:
    """The engine of a cluster that a driver has reported on."""
    monkeypatch.setenv("EXPLORER_RAY_ADDRESS", "10.0.0.1:6379")
    assert store.cluster.hold("driver")
    store.cluster.report("driver", REPORT)
    return RayEngine("10.0.0.1:6379")


def test_a_report_comes_back_as_it_was_kept(store: RunStore) -> None:
    assert store.cluster.latest() is None
    assert ClusterReport.from_json(REPORT.to_json()) == REPORT
    assert store.cluster.hold("driver")
    store.cluster.report("driver", REPORT)
    report, age = store.cluster.latest()
    assert report == REPORT
    assert age < 5


def test_one_process_keeps_the_workers_until_it_is_silent(store: RunStore) -> None:
    with ThreadPoolExecutor() as pool:
        holds = list(pool.map(store.cluster.hold, [f"driver {k}" for k in range(8)]))
    assert sum(holds) == 1
    holder = f"driver {holds.index(True)}"
    assert store.cluster.hold(holder)
    assert not store.cluster.hold("another")
    store.cluster.report("another", REPORT)
    assert store.cluster.latest()[0] == ClusterReport()
    with store._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE cluster SET heartbeat = heartbeat - 11")
    assert store.cluster.hold("another")
    assert not store.cluster.hold(holder)


def test_demand_counts_what_waits_and_what_runs_and_an_open_sweep_wants_all(
    store: RunStore,
) -> None:
    assert (store.cluster.demand(), store.cluster.waiting()) == (0, 0)
    store.runs.create([TrainingConfig()])
    store.runs.create([TrainingConfig()])
    store.runs.claim_next(MARK)
    assert (store.cluster.demand(), store.cluster.waiting()) == (2, 1)


def test_what_carries_out_runs_follows_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for address in (None, "", "  "):
        if address is not None:
            monkeypatch.setenv("EXPLORER_RAY_ADDRESS", address)
        assert isinstance(engine(), LocalEngine)
    monkeypatch.setenv("EXPLORER_RAY_ADDRESS", "auto")
    assert isinstance(engine(), RayEngine)


def test_ray_says_who_is_dead_and_leases_say_who_lives(ray: RayEngine) -> None:
    assert ray.is_alive(WorkerId("ray:abc", 6, 1.0)) is False
    assert ray.is_alive(MARK) is None
    assert ray.is_alive(None) is None
    assert ray.capacity() == 4
    assert ray.last_log_line(RunStore(), MARK) == "Waiting for the store."
    assert ray.start_failure(RunStore()) == ""


def test_an_old_report_says_nothing(
    ray: RayEngine, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "_FRESH_SECONDS", 0.0)
    assert ray.is_alive(WorkerId("ray:abc", 6, 1.0)) is None
    assert ray.capacity() == 1


def test_without_postgresql_the_reason_is_said(ray: RayEngine, store: RunStore) -> None:
    with pytest.raises(ConfigError, match="EXPLORER_DATABASE_URL to a PostgreSQL"):
        launcher.ensure_workers(store=store)


@pytest.mark.parametrize(
    ("text", "found"),
    [("CPU=1", {"CPU": 1}), ("CPU=2, GPU=0.5", {"CPU": 2, "GPU": 0.5}), ("GPU=1,CPU=0",
      {"GPU": 1, "CPU": 0}), ("fast disk=1", {"fast disk": 1})],
)  # fmt: skip
def test_resources_are_read(
    text: str, found: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_WORKER_RESOURCES", text)
    assert worker_resources() == found


@pytest.mark.parametrize("text", ["", "CPU", "CPU=x", "CPU=-1", "CPU=0", "CPU=1,CPU=2", "=1",
                                  "CPU=nan", "CPU=1=2"])  # fmt: skip
def test_resources_that_cannot_be_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_WORKER_RESOURCES", text)
    with pytest.raises(ConfigError, match="EXPLORER_WORKER_RESOURCES"):
        worker_resources()


@pytest.mark.parametrize(
    ("offered", "wanted", "places"),
    [({"CPU": 8.0}, {"CPU": 1.0}, 8), ({"CPU": 8.0, "GPU": 1.0}, {"CPU": 1.0, "GPU": 0.1}, 8),
     ({"CPU": 8.0, "GPU": 1.0}, {"CPU": 1.0, "GPU": 0.3}, 3), ({"CPU": 8.0}, {"GPU": 1.0}, 0),
     ({"CPU": 1.0, "GPU": 1.0}, {"CPU": 0.0, "GPU": 0.1}, 10)],
)  # fmt: skip
def test_the_scarcest_resource_says_how_many_fit(
    offered: dict[str, float], wanted: dict[str, float], places: int
) -> None:
    assert places_on(offered, wanted) == places


def test_the_servers_side_of_the_cluster_imports_neither_ray_nor_torch() -> None:
    code = "import sys, explorer.jobs.launcher; print({'ray', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_missing_ray_is_named(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; sys.modules['ray'] = None; "
        "from explorer.cluster.driver import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "deploy/requirements-cluster.txt" in done.stderr
