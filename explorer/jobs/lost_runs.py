"""Why a training process ended unexpectedly, as far as that can be seen from the server."""

from __future__ import annotations

import contextlib
import shutil
import signal

from explorer.jobs import memory, worker_processes
from explorer.jobs.engine import engine
from explorer.jobs.worker_status import read_status
from explorer.runs.cluster import RAY_HOST
from explorer.runs.run import Run, WorkerId
from explorer.store.run_store import RunStore

_NEARLY_FULL_BYTES = 32 * 2**20
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})


def why_lost(store: RunStore, run: Run) -> str:
    """Say in plain sentences what is known of the end of a run's worker; "" where nothing is.

    Args:
        run: A run that is lost.
    """
    worker = run.worker
    if worker is None:
        return ""
    if worker.host.startswith(RAY_HOST):
        return _on_ray(store, worker)
    if worker.host != worker_processes.process_space():
        return "Its training process was on another machine and no longer responds."
    if worker_processes.is_alive(worker):
        return "Its training process was silent for too long, and the run was given up."
    folder = worker_processes.slot_folder(store)
    status = read_status(folder, worker.pid)
    code = worker_processes.exit_code(worker.pid)
    reasons = []
    if free := _nearly_full(store):
        reasons.append(free)
    kills, before = memory.oom_kills(), status.oom_kills if status else None
    killed = code is None or code == -signal.SIGKILL
    if killed and kills is not None and before is not None and kills > before:
        reasons.append(
            "The system has ended a process since then because memory ran out, most likely this "
            "one: choose fewer curves, smaller hidden layers or smaller batches."
        )
    elif code is not None and code < 0:
        reasons.append(_by_signal(-code))
    said = worker_processes.last_log_line(store, worker.pid) or (status.said if status else "")
    if said:
        reasons.append(f"Its last message: {said}")
    return " ".join(reasons)


def _on_ray(store: RunStore, worker: WorkerId) -> str:
    here = engine()
    node = worker.host.removeprefix(RAY_HOST)[:8]
    if here.is_alive(worker) is False:
        words = f"Ray says that its worker on node {node} has ended."
    else:
        words = f"Its worker on Ray's node {node} no longer responds."
    said = here.last_log_line(store, worker)
    return f"{words} Its last message: {said}" if said else words


def _nearly_full(store: RunStore) -> str:
    for place in (store.folder, worker_processes.slot_folder(store)):
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(place).free
            if free < _NEARLY_FULL_BYTES:
                left = f"{free / 2**20:.1f} MiB are left" if free else "nothing is left"
                return f"The disk of {place} is full ({left}): free some space."
    return ""


def _by_signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number in _CRASHES:
        return f"It crashed ({name})."
    return f"It was ended from outside ({name})."
