"""Where trainings are carried out: by processes of this machine, or on a Ray cluster."""

from __future__ import annotations

import functools
import os
from typing import Protocol

from explorer.jobs import worker_processes
from explorer.jobs.alarm import ring
from explorer.jobs.ray_engine import ADDRESS_VARIABLE, RayEngine
from explorer.runs.run import WorkerId
from explorer.store.run_store import RunStore


class Engine(Protocol):
    """What carries out queued runs. The workers themselves take them from the store."""

    def ensure(self, store: RunStore) -> int:
        """See that workers are there or on their way, and return how many were started.

        Raises:
            ConfigError: A setting of the environment cannot be used.
            StoreUnavailable: The store, or the folder beside it, cannot be used.
        """

    def wake(self, store: RunStore) -> None:
        """Tell workers that something was queued, where that is faster than their own looking."""

    def is_alive(self, worker: WorkerId | None) -> bool | None:
        """Tell whether a worker lives; None where only its lease can tell."""

    def capacity(self) -> int:
        """Return how many trainings run at a time."""

    def last_log_line(self, store: RunStore, worker: WorkerId) -> str:
        """Return the last line that a worker said, or ""."""

    def start_failure(self, store: RunStore) -> str:
        """Say in a plain sentence that no worker can be had, or return ""."""


class LocalEngine:
    """Worker processes on this machine; see `worker_processes`."""

    def ensure(self, store: RunStore) -> int:
        """Start the workers that are missing."""
        return worker_processes.ensure_workers(store)

    def wake(self, store: RunStore) -> None:
        """Ring for the workers."""
        ring(worker_processes.slot_folder(store))

    def is_alive(self, worker: WorkerId | None) -> bool | None:
        """Look whether its process lives; None on another machine."""
        return worker_processes.is_alive(worker)

    def capacity(self) -> int:
        """Return EXPLORER_MAX_WORKERS, else one for each GPU."""
        return worker_processes.max_workers()

    def last_log_line(self, store: RunStore, worker: WorkerId) -> str:
        """Read it in the worker's log."""
        return worker_processes.last_log_line(store, worker.pid)

    def start_failure(self, store: RunStore) -> str:
        """Say that the workers of the store do not start."""
        said = worker_processes.start_failure(store)
        return f"The training process did not start: {said}" if said else ""


_LOCAL = LocalEngine()


@functools.lru_cache(maxsize=4)
def _ray(address: str) -> RayEngine:
    return RayEngine(address)


def engine() -> Engine:
    """Return Ray where EXPLORER_RAY_ADDRESS names a cluster, else this machine."""
    address = os.environ.get(ADDRESS_VARIABLE, "").strip()
    return _ray(address) if address else _LOCAL
