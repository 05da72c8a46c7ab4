"""Start, steer and watch trainings from a process that never imports torch itself.

Workers are processes of their own, in their own session, so that they outlive the server. Each
holds the lock of its slot for as long as it lives; the kernel lets go of it however the process
ends, which makes the lock the one sure sign of a living worker.
"""

from __future__ import annotations

import functools
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import filelock
import psutil

from explorer.training.config import ConfigError, TrainingConfig
from explorer.training.mnist_files import is_at_hand
from explorer.training.run_database import StoreUnavailable, database_url
from explorer.training.run_store import RunStore
from explorer.training.runs import FAILED, LOST, QUEUED, Run, WorkerMark, run_state

__all__ = [
    "default_store",
    "ensure_workers",
    "explain",
    "mnist_is_at_hand",
    "pause",
    "request_stop",
    "resume",
    "run_state",
    "set_learning_rate",
    "start",
    "state_of",
]

MAX_WORKERS_VARIABLE = "EXPLORER_MAX_WORKERS"
_PROJECT = Path(__file__).resolve().parents[2]

_children: dict[Path, subprocess.Popen[bytes]] = {}
_starting = threading.Lock()


@functools.lru_cache(maxsize=8)
def _store_at(url: str) -> RunStore:
    return RunStore(url)


def default_store() -> RunStore:
    """Return the run store that the environment names, the same object every time."""
    return _store_at(database_url().render_as_string(hide_password=False))


def max_workers() -> int:
    """Return how many trainings may run at a time: EXPLORER_MAX_WORKERS, else 1.

    Raises:
        ConfigError: The variable is not a whole number from 1 to 64.
    """
    text = os.environ.get(MAX_WORKERS_VARIABLE, "1")
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ConfigError(
            f"{MAX_WORKERS_VARIABLE} must be a whole number from 1 to 64, not {text!r}."
        )
    return int(text)


def start(
    configs: Sequence[TrainingConfig], name: str | None = None, *, store: RunStore | None = None
) -> str:
    """Queue a race, see that somebody takes it, and return the run's id.

    Args:
        configs: One per curve.
        name: What to call the race.
        store: The run store; by default the one that the environment names.

    Raises:
        ConfigError: The configs cannot race together.
        StoreUnavailable: The run store cannot be used.
    """
    store = store or default_store()
    run_id = store.create(configs, name)
    ensure_workers(store=store)
    return run_id


def request_stop(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to stop; it does within a second, and a queued one at once."""
    (store or default_store()).request_stop(run_id)


def pause(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a run to hold."""
    (store or default_store()).request_pause(run_id)


def resume(run_id: str, *, store: RunStore | None = None) -> None:
    """Ask a held run to go on."""
    (store or default_store()).request_resume(run_id)


def set_learning_rate(
    run_id: str, value: float, curve: int | None = None, *, store: RunStore | None = None
) -> None:
    """Change the learning rate of one curve, or of all, from the next step on."""
    (store or default_store()).request_learning_rate(run_id, value, curve)


def this_process() -> WorkerMark:
    """Return the mark of the calling process."""
    process = psutil.Process()
    return WorkerMark(platform.node(), process.pid, process.create_time())


def is_alive(worker: WorkerMark | None) -> bool | None:
    """Tell whether a worker process lives; None where that cannot be seen from here."""
    if worker is None or worker.host != platform.node():
        return None
    try:
        process = psutil.Process(worker.pid)
        same = abs(process.create_time() - worker.create_time) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return None


def state_of(run: Run) -> str:
    """Return the state of a run now, its worker process looked at."""
    return run_state(run, time.time(), is_alive(run.worker))


def explain(run: Run, *, store: RunStore | None = None) -> str:
    """Say in a plain sentence why a run is not going on, or return "" when nothing is amiss."""
    state = state_of(run)
    if state == FAILED:
        return run.error
    if state == LOST:
        sentence = (
            f"The training process ended without a word at step {run.progress.step:,}; what it "
            "recorded is kept. Press Train to start again."
        )
        said = _last_words(store or default_store(), run)
        return f"{sentence} Its last words: {said}" if said else sentence
    if state == QUEUED:
        return f"Place {run.queue_place} in the queue: it begins when a training process is free."
    return ""


def mnist_is_at_hand() -> bool:
    """Tell whether a run on "auto" would train on MNIST if it began now, not on the digits."""
    return is_at_hand()


def slot_folder(store: RunStore) -> Path:
    """Return the folder of the workers' locks and logs."""
    return store.folder / "workers"


def ensure_workers(*, store: RunStore | None = None) -> int:
    """Start workers until as many live as may run at a time; they import torch and then wait.

    Cheap enough for every rerun of a page. A worker that was killed is replaced here.

    Args:
        store: The run store that they serve.

    Returns:
        Number of workers started by this call.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS is not a number.
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    store = store or default_store()
    folder = slot_folder(store)
    with _starting:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return sum(_ensure_worker(store, folder, slot) for slot in range(max_workers()))
        except OSError as error:
            raise StoreUnavailable(
                f"No training process can be started, {folder} cannot be used "
                f"({error.strerror or error}): check the place and its free space."
            ) from error


def _ensure_worker(store: RunStore, folder: Path, slot: int) -> bool:
    lock_file = folder / f"{slot}.lock"
    child = _children.get(lock_file)
    if child and child.poll() is None and lock_file.exists():
        return False
    try:
        with filelock.FileLock(lock_file, timeout=0):
            pass
    except filelock.Timeout:
        return False
    environment = os.environ | {
        "EXPLORER_DATABASE_URL": store.url,
        # A worker's own packages must be those of the server that started it.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_PROJECT), os.getenv("PYTHONPATH")])),
    }
    apart: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    # Only what is said before the worker opens its own log, named by its process number.
    with (folder / f"{slot}.start.log").open("wb") as log:
        _children[lock_file] = subprocess.Popen(
            [sys.executable, "-m", "explorer.training.worker", str(slot)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            **apart,
        )
    return True


def _last_words(store: RunStore, run: Run) -> str:
    if run.worker is None:
        return ""
    log = slot_folder(store) / f"{run.worker.pid}.log"
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
