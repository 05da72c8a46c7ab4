"""A training process: `python -m explorer.trainer.worker SLOT`.

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

from explorer.jobs import memory, sweep_scheduler, worker_processes
from explorer.jobs.alarm import Alarm
from explorer.jobs.launcher import default_store
from explorer.jobs.worker_status import StatusFile
from explorer.runs.run import WorkerId
from explorer.store.database import StoreUnavailable
from explorer.store.patience import Patience
from explorer.store.run_store import RunStore

_POLL_SECONDS = 1.0
"""Between two questions to the store, for runs that were queued on another machine; whoever
queues one on this machine rings."""
_TIDY_SECONDS = 0.05
_LET_GO_SECONDS = 60.0
_KEPT_LOGS = 20


def main() -> int:
    """Serve one slot of the store that the environment names; return the exit status."""
    slot = sys.argv[1] if len(sys.argv) > 1 else "0"
    store = default_store()
    folder = worker_processes.make_slot_folder(store)
    lock = worker_processes.take_slot(folder, slot)
    if lock is None:
        return 0
    _open_log(folder)
    status = StatusFile(folder)
    if hasattr(os, "nice"):
        os.nice(10)
    memory.offer_to_be_ended()
    try:
        # Without its file the lock no longer tells anybody that this slot is taken.
        serve(
            store, worker_processes.this_process(), Path(lock.lock_file).exists, status, int(slot)
        )
    except StoreUnavailable as error:
        status.say(str(error))
        # An orderly end would write what SQLite still holds into a file that may be another's.
        os._exit(1)
    return 0


def serve(
    store: RunStore,
    me: WorkerId,
    go_on: Callable[[], bool],
    status: StatusFile,
    slot: int = 0,
) -> None:
    """Take queued runs and carry them out until there were none for ten minutes.

    Args:
        me: Says who this is to those who judge whether it lives.
        go_on: Asked about once a second between two runs; False ends it.
        status: Where it says that it waits for the store.
        slot: Number of this worker among those of its machine.

    Raises:
        StoreUnavailable: The store could not be used for a quarter of an hour, or is gone.
    """
    limit_spinning()
    from explorer.trainer.executor import Executor

    patience = Patience(status)
    executor = Executor(store, patience, slot)
    executor.warm_up()
    alarm = Alarm(worker_processes.slot_folder(store))
    idle_seconds = 60 * worker_processes.idle_minutes()
    idle_since = time.monotonic()
    untidy = True
    while time.monotonic() - idle_since < idle_seconds and go_on():
        run = patience.insist(lambda: store.runs.claim_next(me))
        if run is not None:
            status.note_oom_kills(memory.oom_kills())
            executor.execute(run)
            untidy = True
            idle_since = time.monotonic()
        elif patience.insist(lambda: sweep_scheduler.continue_open(store, executor.free_bytes)):
            continue
        elif untidy:
            untidy = patience.insist(store.tidy)
            alarm.wait(_TIDY_SECONDS)
        else:
            if time.monotonic() - idle_since > _LET_GO_SECONDS:
                executor.let_go()
            alarm.wait(_POLL_SECONDS)
    alarm.close()


def limit_spinning() -> None:
    """Make waiting threads spin for a moment and then sleep; call this before importing torch.

    Each product of a small network takes some 100 µs. Threads that never spin lose a third of
    their speed on free cores to waking up; threads that spin on, the library's default, lose two
    thirds as soon as another process wants a core. Two threads on two cores gave 1.5 times the
    speed of sleeping ones on free cores, and 0.6 times beside a busy process. OpenMP reads both
    settings once, when it is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _open_log(folder: Path) -> None:
    """Send what is said, also by a crash in native code, to a log named by the process."""
    for kind in ("*.log", "*.status", "*.wake"):
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
