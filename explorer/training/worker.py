"""A training process: `python -m explorer.training.worker SLOT`.

It imports torch, reads the data, and then takes queued runs one after another until nothing was
asked of it for ten minutes. It outlives the web server.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
from pathlib import Path

import filelock

from explorer.training import sweeps, thread_waiting, worker_processes
from explorer.training.launcher import default_store
from explorer.training.run_database import StoreUnavailable
from explorer.training.run_store import RunStore

_POLL_SECONDS = 0.05
_SWEEP_SECONDS = 0.5
_KEPT_LOGS = 20


def main() -> int:
    """Serve one slot of the store that the environment names; return the exit status."""
    slot = sys.argv[1] if len(sys.argv) > 1 else "0"
    store = default_store()
    folder = worker_processes.slot_folder(store)
    folder.mkdir(parents=True, exist_ok=True)
    lock_file = folder / f"{slot}.lock"
    lock = filelock.FileLock(lock_file)
    try:
        # The server tries the lock for an instant to see whether a worker holds it.
        lock.acquire(timeout=1)
    except filelock.Timeout:
        return 0
    _open_log(folder)
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        _serve(store, lock_file)
    except StoreUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _serve(store: RunStore, lock_file: Path) -> None:
    thread_waiting.settle()
    from explorer.training.executor import Executor

    executor = Executor(store, slot=int(lock_file.stem))
    executor.warm_up()
    me = worker_processes.this_process()
    idle_seconds = 60 * worker_processes.idle_minutes()
    idle_since = time.monotonic()
    looked_at = 0.0
    untidy = True
    # Without its file the lock no longer tells anybody that this slot is taken.
    while time.monotonic() - idle_since < idle_seconds and lock_file.exists():
        run = store.claim_next(me)
        if run is None:
            if time.monotonic() - looked_at > _SWEEP_SECONDS:
                looked_at = time.monotonic()
                if sweeps.continue_open(store, executor.free_bytes):
                    continue
            untidy = untidy and store.tidy()
            time.sleep(_POLL_SECONDS)
            continue
        executor.execute(run)
        untidy = True
        idle_since = time.monotonic()
        looked_at = 0.0


def _open_log(folder: Path) -> None:
    """Send what is said, also by a crash in native code, to a log named by the process."""
    logs = sorted(folder.glob("*.log"), key=lambda log: log.stat().st_mtime)
    for old in logs[:-_KEPT_LOGS]:
        old.unlink(missing_ok=True)
    log = (folder / f"{os.getpid()}.log").open("ab", buffering=0)
    for standard in (sys.stdout, sys.stderr):
        standard.flush()
        os.dup2(log.fileno(), standard.fileno())
    faulthandler.enable()


if __name__ == "__main__":
    sys.exit(main())
