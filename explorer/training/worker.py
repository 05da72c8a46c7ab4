"""A training process: `python -m explorer.training.worker SLOT`.

It imports torch, reads the data, and then takes queued runs one after another until nothing was
asked of it for ten minutes. It outlives the web server.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import filelock

from explorer.training import memory, sweeps, thread_waiting, worker_processes
from explorer.training.launcher import default_store
from explorer.training.patience import Patience
from explorer.training.run_database import StoreUnavailable
from explorer.training.run_store import RunStore
from explorer.training.runs import WorkerMark
from explorer.training.sqlite_file import private_folder
from explorer.training.worker_status import StatusFile, say

_LOOK_SECONDS = 0.05
"""Between two looks at the file that wakes an idle worker: some 10 µs each."""
_POLL_SECONDS = 1.0
"""Between two questions to the store, which cost a hundred times as much: for runs that were
queued on another machine."""
_LET_GO_SECONDS = 60.0
_KEPT_LOGS = 20


def main() -> int:
    """Serve one slot of the store that the environment names; return the exit status."""
    slot = sys.argv[1] if len(sys.argv) > 1 else "0"
    store = default_store()
    folder = worker_processes.slot_folder(store)
    private_folder(folder)
    lock_file = folder / f"{slot}.lock"
    lock = filelock.FileLock(lock_file)
    try:
        # The server tries the lock for an instant to see whether a worker holds it.
        lock.acquire(timeout=1)
    except filelock.Timeout:
        return 0
    _open_log(folder)
    status = StatusFile(folder)
    if hasattr(os, "nice"):
        os.nice(10)
    memory.offer_to_be_ended()
    try:
        # Without its file the lock no longer tells anybody that this slot is taken.
        serve(store, worker_processes.this_process(), lock_file.exists, status)
    except StoreUnavailable as error:
        status.say(str(error))
        # An orderly end would write what SQLite still holds into a file that may be another's.
        os._exit(1)
    return 0


def serve(store: RunStore, me: WorkerMark, go_on: Callable[[], bool], status: StatusFile) -> None:
    """Take queued runs and carry them out until there were none for ten minutes.

    Args:
        store: The run store, the one channel between this worker and everybody else.
        me: Says who this is to those who judge whether it lives.
        go_on: Asked about once a second between two runs; False ends it.
        status: Where it says that it waits for the store.

    Raises:
        StoreUnavailable: The store could not be used for a quarter of an hour, or is gone.
    """
    thread_waiting.settle()
    from explorer.training.executor import Executor

    patience = Patience(status)
    executor = Executor(store, patience)
    executor.warm_up()
    alarm = _Alarm(worker_processes.wake_file(store))
    idle_seconds = 60 * worker_processes.idle_minutes()
    idle_since = time.monotonic()
    untidy = True
    while time.monotonic() - idle_since < idle_seconds and go_on():
        # Before the look at the store, so that nothing that comes after it is missed.
        alarm.set()
        run = patience.insist(lambda: store.claim_next(me))
        if run is not None:
            status.note_oom_kills(memory.oom_kills())
            executor.execute(run)
            untidy = True
            idle_since = time.monotonic()
        elif patience.insist(lambda: sweeps.continue_open(store, executor.free_bytes)):
            continue
        elif untidy:
            untidy = patience.insist(store.tidy)
            alarm.wait(_LOOK_SECONDS)
        else:
            if time.monotonic() - idle_since > _LET_GO_SECONDS:
                executor.let_go()
            alarm.wait(_POLL_SECONDS)


class _Alarm:
    """Waits for a moment or until somebody touches a file.

    Args:
        file: Which; made where it is missing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: int | None = None
        try:
            file.touch(0o600)
        except OSError as error:
            say(f"{error}: new runs are found a second late.")

    def set(self) -> None:
        """Wait for touches from now on."""
        self._known = self._touched()

    def wait(self, seconds: float) -> None:
        """Wait so long or until the file is touched."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._touched() == self._known:
            time.sleep(_LOOK_SECONDS)

    def _touched(self) -> int | None:
        try:
            return os.stat(self._file).st_mtime_ns
        except OSError:
            return None


def _open_log(folder: Path) -> None:
    """Send what is said, also by a crash in native code, to a log named by the process."""
    for kind in ("*.log", "*.status"):
        files = sorted(folder.glob(kind), key=lambda file: file.stat().st_mtime)
        for old in files[:-_KEPT_LOGS]:
            old.unlink(missing_ok=True)
    log = (folder / f"{os.getpid()}.log").open("ab", buffering=0)
    for standard in (sys.stdout, sys.stderr):
        standard.flush()
        os.dup2(log.fileno(), standard.fileno())
    faulthandler.enable()


if __name__ == "__main__":
    sys.exit(main())
