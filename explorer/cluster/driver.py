"""Keeps workers on a Ray cluster: `python -m explorer.cluster.driver`.

The server starts it and never imports ray itself. It is two processes: this one restarts the other,
which is connected to the cluster and which Ray ends a minute after the cluster's head is lost. Of
several servers' drivers one keeps the workers; the others wait for it to fall silent.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.jobs import worker_processes
from explorer.jobs.ray_engine import (
    ADDRESS_VARIABLE,
    DRIVER_NAME,
    places_on,
    worker_resources,
)
from explorer.jobs.worker_status import say
from explorer.runs.cluster import RAY_HOST, ClusterNode, ClusterReport, ClusterWorker
from explorer.runs.config import ConfigError
from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.run_store import RunStore, default_store

_PACKAGE = Path(__file__).resolve().parents[1]
_NAMESPACE = "cross-entropy-explorer"
_CONNECTED = "--connected"
_ROUND_SECONDS = 1.0
_ANSWER_SECONDS = 2.0
_MOST_GONE = 200
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 30.0
_PASSED_ON = (
    "EXPLORER_DATA_DIR",
    "EXPLORER_DOWNLOAD",
    "EXPLORER_TF32",
    "EXPLORER_IDLE_MINUTES",
    "EXPLORER_MAX_EPOCH_PARAMETERS",
)


def main() -> int:
    """Be the driver of this machine's server, or the process that is connected."""
    store = default_store()
    if _CONNECTED in sys.argv:
        return Driver(store, os.environ[ADDRESS_VARIABLE]).run(os.getppid())
    folder = worker_processes.make_slot_folder(store)
    lock = worker_processes.take_slot(folder, DRIVER_NAME)
    if lock is None:
        return 0
    try:
        import ray  # noqa: F401
    except ImportError:
        print(
            f"{ADDRESS_VARIABLE} is set, but ray is not installed: "
            "pip install -r deploy/requirements-cluster.txt",
            file=sys.stderr,
        )
        return 1
    _restart_for_ever(Path(lock.lock_file), folder)
    return 0


def _restart_for_ever(lock_file: Path, folder: Path) -> None:
    """Run the connected process again and again, for as long as the lock's file is there."""
    pause = _SHORTEST_PAUSE_SECONDS
    while lock_file.exists():
        began = time.monotonic()
        with (folder / f"{DRIVER_NAME}.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-P", "-m", "explorer.cluster.driver", _CONNECTED],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                env=os.environ | worker_processes.own_packages(),
            )
        if time.monotonic() - began > 2 * _LONGEST_PAUSE_SECONDS:
            pause = _SHORTEST_PAUSE_SECONDS
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


@dataclass
class _Worker:
    """What is remembered of one worker.

    Attributes:
        handle: Ray's, to its actor; None while there is none.
        place: Node and process number, once it has told them and until it has ended.
        failure: What ended its work, as it said itself.
        is_away: Whether it has not answered since somebody noted why.
        pause: How long to wait before it is started again if it cannot begin, in seconds.
        not_before: When it may be started, by the monotonic clock.
    """

    handle: Any = None
    place: tuple[str, int] | None = None
    failure: str = ""
    is_away: bool = False
    pause: float = _SHORTEST_PAUSE_SECONDS
    not_before: float = 0.0


class Driver:
    """Connected to a cluster, keeps as many workers there as are asked for.

    Args:
        store: The run store, the one channel to servers and workers.
        address: Of the cluster.
    """

    def __init__(self, store: RunStore, address: str) -> None:
        self._store, self._address = store, address
        self._name = secrets.token_hex(8)
        self._resources = worker_resources()
        self._workers: dict[str, _Worker] = {}
        self._gone: list[tuple[str, int]] = []
        self._fault = ""
        self._last_demand = time.monotonic()

    def run(self, parent: int) -> int:
        """Keep the workers until the process that started this one is gone; return the status."""
        import ray

        try:
            while os.getppid() == parent:
                try:
                    if self._store.cluster.hold(self._name):
                        if not ray.is_initialized() and not self._connect():
                            return 1
                        self._round()
                except StoreGone:
                    raise
                except StoreUnavailable as error:
                    say(error)
                time.sleep(_ROUND_SECONDS)
        finally:
            # Its workers are detached and go on.
            ray.shutdown()
        return 0

    def _connect(self) -> bool:
        import ray

        self._report(f"Nothing is known yet of the Ray cluster at {self._address}.")
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray.init(
                address=self._address,
                namespace=_NAMESPACE,
                log_to_driver=False,
                # The nodes have the libraries; the app's own code travels.
                runtime_env={"py_modules": [str(_PACKAGE)]},
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            reason = str(error).strip().splitlines()[0]
            self._report(f"No Ray cluster answers at {self._address} ({reason}).")
            return False
        return True

    def _round(self) -> None:
        """Look at the cluster once, start what is missing and end what has nothing to do."""
        import ray

        nodes = tuple(
            ClusterNode(
                node["NodeID"],
                node["NodeManagerAddress"],
                bool(node["Alive"]),
                {
                    name: float(amount)
                    for name, amount in node["Resources"].items()
                    if not name.startswith(("node:", "object_store"))
                },
            )
            for node in ray.nodes()
        )
        capacity = self._capacity(nodes)
        for slot in range(self._wanted(capacity)):
            self._start(slot, capacity)
        workers = self._look(nodes)
        self._report(self._fault, nodes, workers, capacity)

    def _capacity(self, nodes: tuple[ClusterNode, ...]) -> int:
        if os.environ.get(worker_processes.MAX_WORKERS_VARIABLE) is not None:
            return worker_processes.max_workers()
        room = (places_on(dict(n.resources), self._resources) for n in nodes if n.is_alive)
        return max(1, sum(room))

    def _wanted(self, capacity: int) -> int:
        """Return how many workers there should be; one stays warm for a while."""
        demand = self._store.cluster.demand()
        if demand:
            self._last_demand = time.monotonic()
        warm = time.monotonic() - self._last_demand < 60 * worker_processes.idle_minutes()
        return min(capacity, max(demand, int(warm)))

    def _start(self, slot: int, capacity: int) -> None:
        """See that the actor of a slot exists; one that does is found by its name."""
        import ray

        from explorer.cluster.actor import ClusterActor

        name = f"worker-{slot}"
        worker = self._workers.setdefault(name, _Worker())
        if worker.handle is not None or time.monotonic() < worker.not_before:
            return
        resources = dict(self._resources)
        threads = os.environ.get("EXPLORER_THREADS") or str(max(1, int(resources.get("CPU", 1))))
        variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
            "EXPLORER_DATABASE_URL": self._store.url,
            # Ray would give one thread for each whole CPU, and the processor all of its cores.
            "EXPLORER_THREADS": threads,
            # Chunks of a sweep look at the number of workers.
            worker_processes.MAX_WORKERS_VARIABLE: str(min(capacity, 64)),
            ADDRESS_VARIABLE: "",
        }
        if not resources.get("GPU"):
            # Ray leaves every GPU visible to an actor that asked for none.
            variables["CUDA_VISIBLE_DEVICES"] = ""
        worker.handle = (
            ray.remote(ClusterActor)
            .options(
                name=name,
                lifetime="detached",
                get_if_exists=True,
                num_cpus=resources.pop("CPU", 0),
                num_gpus=resources.pop("GPU", 0),
                memory=resources.pop("memory", None),
                resources=resources or None,
                max_restarts=-1,
                max_task_retries=0,
                max_concurrency=2,
                runtime_env={"env_vars": variables},
            )
            .remote(slot)
        )

    def _look(self, nodes: tuple[ClusterNode, ...]) -> tuple[ClusterWorker, ...]:
        """Ask every worker how it is, and note which ones Ray has lost."""
        import ray

        living = {node.id for node in nodes if node.is_alive}
        asked = {
            name: worker.handle.describe.remote()
            for name, worker in self._workers.items()
            if worker.handle is not None
        }
        ray.wait(list(asked.values()), num_returns=len(asked), timeout=_ANSWER_SECONDS)
        seen = (self._seen(name, answer, living) for name, answer in asked.items())
        return tuple(filter(None, seen))

    def _seen(self, name: str, answer: Any, living: Collection[str]) -> ClusterWorker | None:
        """Return how a worker is by what came of the question; None where its work is done."""
        import ray

        worker = self._workers[name]
        try:
            told: Mapping[str, Any] = ray.get(answer, timeout=0)
        except ray.exceptions.GetTimeoutError:
            if worker.place is None:
                return ClusterWorker(name, "starting")
            node = worker.place[0]
            if node not in living:
                self._forget(worker)
            return ClusterWorker(name, "unreachable", node)
        except ray.exceptions.ActorUnavailableError as error:
            self._note(name, worker, error)
            if _has_ended(name):
                self._forget(worker)
            return ClusterWorker(name, "unreachable")
        except ray.exceptions.RayActorError as error:
            # It is dead for good, with its name free again: it could not even begin.
            self._note(name, worker, error)
            self._forget(worker)
            worker.handle = None
            worker.not_before = time.monotonic() + worker.pause
            worker.pause = min(2 * worker.pause, _LONGEST_PAUSE_SECONDS)
            return ClusterWorker(name, "ended")
        place = str(told["node"]), int(told["pid"])
        if worker.place != place:
            self._forget(worker)
        worker.place, worker.is_away, worker.pause = place, False, _SHORTEST_PAUSE_SECONDS
        # Workers that an earlier version of the app left behind tell less.
        worker.failure = str(told.get("failure", ""))
        if told["is_done"]:
            ray.kill(worker.handle, no_restart=True)
            del self._workers[name]
            return None
        return ClusterWorker(name, "ready", *place, str(told.get("device", "")), str(told["said"]))

    def _forget(self, worker: _Worker) -> None:
        """Note that a worker that was seen has ended, so that its run is named lost at once."""
        if worker.place is not None:
            node, pid = worker.place
            self._gone = [*self._gone, (f"{RAY_HOST}{node}", pid)][-_MOST_GONE:]
        worker.place = None

    def _note(self, name: str, worker: _Worker, error: Exception) -> None:
        """Keep why a worker went away; what it said itself tells more than Ray does."""
        if not worker.is_away:
            words = worker.failure or str(error)
            self._fault = f"{name}: {' '.join(words.split())[:300]}"
            say(self._fault)
        worker.is_away, worker.failure = True, ""

    def _report(
        self,
        fault: str,
        nodes: tuple[ClusterNode, ...] = (),
        workers: tuple[ClusterWorker, ...] = (),
        capacity: int = 1,
    ) -> None:
        report = ClusterReport(self._address, nodes, workers, capacity, tuple(self._gone), fault)
        self._store.cluster.report(self._name, report)


def _has_ended(name: str) -> bool:
    """Tell whether Ray is sure that an actor's process has ended, not only out of reach.

    Ray's state API answers where the cluster has a dashboard; without it the lease decides.
    """
    from ray.util.state import list_actors
    from ray.util.state.exception import RayStateApiException

    try:
        found = list_actors(filters=[("name", "=", name)], timeout=2)
    except (RayStateApiException, OSError, RuntimeError) as error:
        say(error)
        return False
    return any(actor.state in ("RESTARTING", "DEAD") for actor in found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ConfigError, StoreUnavailable) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
