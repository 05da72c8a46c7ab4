"""What the driver makes of a cluster's answers, without a cluster."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.cluster import driver as drivers
from explorer.cluster.driver import Driver
from explorer.store.run_store import RunStore

READY = {"node": "n", "pid": 7, "is_done": False, "failure": "", "device": "", "said": ""}


class Away(Exception):
    """As Ray says that an actor is dead, or, below, cannot be reached."""


class Unreachable(Away):
    """It may come back."""


class Cluster(SimpleNamespace):
    """Stands in for `ray`: every worker answers with what `says` it does.

    Attributes:
        says: An answer, or an error to raise.
        started: Names of the workers that were started, in turn.
    """

    def __init__(self) -> None:
        errors = {"GetTimeoutError": TimeoutError, "ActorUnavailableError": Unreachable,
                  "RayActorError": Away}  # fmt: skip
        super().__init__(says=READY, started=[], exceptions=SimpleNamespace(**errors))

    def remote(self, _: object) -> Any:
        describe = SimpleNamespace(remote=lambda: None)
        actor = SimpleNamespace(remote=lambda _slot: SimpleNamespace(describe=describe))
        return SimpleNamespace(options=lambda **how: self.started.append(how["name"]) or actor)

    def wait(self, *_: object, **__: object) -> None:
        pass

    def get(self, *_: object, **__: object) -> dict[str, Any]:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def nodes(self) -> list[dict[str, Any]]:
        offered = {"CPU": 1.0}
        return [{"NodeID": "n", "NodeManagerAddress": "h", "Alive": True, "Resources": offered}]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster()
    monkeypatch.setitem(sys.modules, "ray", cluster)
    actor = SimpleNamespace(ClusterActor=object)
    monkeypatch.setitem(sys.modules, "explorer.cluster.actor", actor)
    monkeypatch.setattr(drivers, "_has_ended", lambda _: True)
    return cluster


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(drivers, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def driver(cluster: Cluster, clock: SimpleNamespace) -> Driver:
    store = RunStore()
    driver = Driver(store, "h:1")
    store.cluster.hold(driver._name)
    return driver


def test_a_driver_that_an_operator_starts_finds_the_app_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "ray.lock"
    lock.touch()
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(drivers, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=id))
    run, outcomes = subprocess.run, []

    def find_only(command: list[str], *, env: dict[str, str], **_: object) -> None:
        find = ["-c", "import explorer.cluster.driver"]
        outcomes.append(run([*command[:2], *find], env=env, cwd=tmp_path).returncode)
        lock.unlink()

    monkeypatch.setattr(subprocess, "run", find_only)
    drivers._restart_for_ever(lock, tmp_path)
    assert outcomes == [0]


def fault(driver: Driver) -> str:
    return driver._store.cluster.latest()[0].fault


def test_the_last_fault_is_what_a_worker_said_before_it_went_away(
    driver: Driver, cluster: Cluster
) -> None:
    driver._round()
    cluster.says = READY | {"failure": "ModuleNotFoundError: No module named 'torch'"}
    driver._round()
    for _ in range(3):
        cluster.says = Unreachable("The actor is temporarily unavailable.")
        driver._round()
    assert fault(driver) == "worker-0: ModuleNotFoundError: No module named 'torch'"
    cluster.says = READY
    driver._round()
    cluster.says = Away("Its node has died.")
    driver._round()
    assert fault(driver) == "worker-0: Its node has died."


def test_a_worker_that_cannot_begin_is_tried_again_after_longer_and_longer(
    driver: Driver, cluster: Cluster, clock: SimpleNamespace
) -> None:
    cluster.says = Away("It raised an error in its creation task: no psycopg.")
    tried = []
    for _ in range(120):
        before = len(cluster.started)
        driver._round()
        if len(cluster.started) > before:
            tried.append(clock.seconds - 100)
        clock.seconds += 1
    assert tried == [0, 1, 3, 7, 15, 31, 61, 91]
    assert "no psycopg" in fault(driver)
    cluster.says = READY
    clock.seconds += 30
    driver._round()
    cluster.says = Away("Killed.")
    driver._round()
    clock.seconds += 1
    driver._round()
    assert len(cluster.started) == len(tried) + 2
