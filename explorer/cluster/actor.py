"""A worker on a node of a Ray cluster: the same worker as anywhere, inside of an actor."""

from __future__ import annotations

import os
import threading
import time
import traceback
from typing import Any

import psutil
import ray

from explorer.jobs import gpus, worker_processes
from explorer.jobs.worker_status import StatusFile, read_status, say
from explorer.runs.cluster import RAY_HOST
from explorer.runs.run import WorkerId
from explorer.store.run_store import default_store
from explorer.trainer import worker

_LOOK_SECONDS = 0.5
_PAUSE_BEFORE_RESTART_SECONDS = 5.0


class ClusterActor:
    """Takes queued runs from the store until it was idle for long, and tells how it is.

    It begins by itself, so that Ray can restart it without anybody's help. A second thread of the
    actor answers questions while it trains.

    Args:
        slot: Number of this worker in the cluster.
    """

    def __init__(self, slot: int) -> None:
        self._store = default_store()
        self._folder = worker_processes.make_slot_folder(self._store)
        self._node = ray.get_runtime_context().get_node_id()
        process = psutil.Process()
        started = process.create_time() - psutil.boot_time()
        # A process number means nothing on another machine, so the lease decides who lives.
        self._mark = WorkerId(f"{RAY_HOST}{self._node}", process.pid, started)
        self._status = StatusFile(self._folder)
        self._is_done = self._is_leaving = False
        self._failure = ""
        threading.Thread(target=self._leave_with_parent, daemon=True).start()
        threading.Thread(target=self._serve, args=(slot,), daemon=True).start()

    def describe(self) -> dict[str, Any]:
        """Tell where it is, on what, what it said last, and how its work ended, if it has."""
        status = read_status(self._folder, self._mark.pid)
        return {
            "node": self._node,
            "pid": self._mark.pid,
            "is_done": self._is_done,
            "failure": self._failure,
            "device": gpus.free_memory(),
            "said": (status.waiting or status.said) if status else "",
        }

    def leave(self) -> None:
        """Take no further run."""
        self._is_leaving = True

    def _serve(self, slot: int) -> None:
        try:
            worker.serve(self._store, self._mark, lambda: not self._is_leaving, self._status, slot)
        except BaseException as error:
            # Ray would see nothing of it. It restarts a process that ends, so not too often, and
            # the driver asks meanwhile.
            self._failure = f"{type(error).__name__}: {error}"
            say(traceback.format_exc())
            time.sleep(_PAUSE_BEFORE_RESTART_SECONDS)
            os._exit(1)
        self._is_done = True

    def _leave_with_parent(self) -> None:
        """End with Ray's own process of this node, after which nobody could end this one."""
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)
