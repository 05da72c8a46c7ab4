"""Trainings on a Ray cluster, as seen from a process that never imports ray.

A driver of its own (`explorer.cluster.driver`) is connected to the cluster and keeps workers
there; it says what it sees in the store, and that is all that is known here.
"""

from __future__ import annotations

import os
import threading
import time

from explorer.jobs import worker_processes
from explorer.runs.cluster import RAY_HOST, ClusterReport
from explorer.runs.config import ConfigError
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore, default_store

ADDRESS_VARIABLE = "EXPLORER_RAY_ADDRESS"
RESOURCES_VARIABLE = "EXPLORER_WORKER_RESOURCES"
DRIVER_NAME = "ray"
"""Of the driver's lock and log in the workers' folder."""

_FRESH_SECONDS = 12.0
"""An older report says nothing about now."""
_REMEMBERED_SECONDS = 1.0


def worker_resources() -> dict[str, float]:
    """Return what one worker takes of a node: EXPLORER_WORKER_RESOURCES, else one CPU.

    Returns:
        Amount by Ray's name of the resource, as in `{"CPU": 1.0, "GPU": 0.5}`.

    Raises:
        ConfigError: The variable is not like "CPU=1, GPU=0.5".
    """
    text = os.environ.get(RESOURCES_VARIABLE, "CPU=1")
    found: dict[str, float] = {}
    try:
        for part in text.split(","):
            name, amount = (word.strip() for word in part.split("="))
            if not name or name in found or not float(amount) >= 0:
                raise ValueError(part)
            found[name] = float(amount)
    except ValueError as error:
        raise ConfigError(
            f"{RESOURCES_VARIABLE} must name what one training takes of a machine, as in "
            f"“CPU=1, GPU=0.5”, not {text!r}."
        ) from error
    if not any(found.values()):
        raise ConfigError(f"{RESOURCES_VARIABLE} must name something above 0, not {text!r}.")
    return found


def places_on(resources: dict[str, float], wanted: dict[str, float]) -> int:
    """Return how many workers fit on a node.

    Args:
        resources: What the node offers.
        wanted: What one worker takes.
    """
    return min(int(resources.get(name, 0.0) / amount + 1e-9) for name, amount in wanted.items()
               if amount)  # fmt: skip


class RayEngine:
    """Workers on the cluster at an address.

    Args:
        address: As `ray.init` takes it: "auto", or the head's host and port.

    Attributes:
        address: The same.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._looking = threading.Lock()
        self._seen: tuple[float, tuple[ClusterReport, float] | None] | None = None

    def ensure(self, store: RunStore) -> int:
        """See that the driver runs; it starts workers by what is queued.

        Raises:
            ConfigError: The store is no PostgreSQL, or a setting cannot be used.
        """
        if not store.url.startswith("postgresql"):
            raise ConfigError(
                "Trainings on a Ray cluster need a run store that all its machines reach: set "
                "EXPLORER_DATABASE_URL to a PostgreSQL database, or unset EXPLORER_RAY_ADDRESS."
            )
        worker_resources()
        self.capacity()
        module = "explorer.cluster.driver"
        return worker_processes.ensure_process(store, DRIVER_NAME, [module])

    def wake(self, store: RunStore) -> None:
        """Do nothing: workers elsewhere look into the store once a second."""

    def is_alive(self, worker: WorkerId | None) -> bool | None:
        """Return False where Ray says that the worker is dead; otherwise its lease tells."""
        if worker is None or not worker.host.startswith(RAY_HOST):
            return worker_processes.is_alive(worker)
        report = self.report()
        return False if report and report.says_dead(worker) else None

    def capacity(self) -> int:
        """Return EXPLORER_MAX_WORKERS, else what fits on the cluster as it was seen last."""
        if os.environ.get(worker_processes.MAX_WORKERS_VARIABLE) is not None:
            return worker_processes.max_workers()
        report = self.report()
        return max(1, report.capacity) if report else 1

    def last_log_line(self, store: RunStore, worker: WorkerId) -> str:
        """Return the last sentence that the worker's actor had to say."""
        report = self.report()
        place = worker.host.removeprefix(RAY_HOST), worker.pid
        for one in report.workers if report else ():
            if (one.node, one.pid) == place:
                return one.said
        return ""

    def start_failure(self, store: RunStore) -> str:
        """Say that the driver does not start or finds no cluster, or return ""."""
        if said := worker_processes.start_failure(store, DRIVER_NAME):
            return f"The process that connects to the cluster did not start: {said}"
        report = self.report()
        return report.fault if report and not report.nodes else ""

    def report(self) -> ClusterReport | None:
        """Return what the driver saw last; None where nothing recent is known.

        Raises:
            StoreUnavailable: The run store cannot be used.
        """
        with self._looking:
            now = time.monotonic()
            if self._seen is None or now - self._seen[0] > _REMEMBERED_SECONDS:
                self._seen = now, default_store().cluster.latest()
            latest = self._seen[1]
        return latest[0] if latest and latest[1] < _FRESH_SECONDS else None
