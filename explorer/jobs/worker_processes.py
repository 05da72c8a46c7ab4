"""Processes beside the server: starting them, telling whether they live, what they said last.

Workers are in a session of their own, so that they outlive the server. Each process holds the lock
of its slot for as long as it lives; the kernel lets go of it however the process ends, which makes
the lock the one sure sign of a living one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock
import psutil

from explorer.jobs import gpus
from explorer.runs.config import ConfigError
from explorer.runs.run import WorkerId
from explorer.store.database import StoreUnavailable
from explorer.store.run_store import RunStore
from explorer.store.sqlite_file import private_folder

MAX_WORKERS_VARIABLE = "EXPLORER_MAX_WORKERS"
IDLE_VARIABLE = "EXPLORER_IDLE_MINUTES"

_MOST_WORKERS = 64
_RESTART_SECONDS = 5.0
"""A process that fails to start is not started again sooner."""
_PROJECT = Path(__file__).resolve().parents[2]

_KEPT_EXITS = 100

_children: dict[Path, subprocess.Popen[bytes]] = {}
_exits: dict[int, int] = {}
_started: dict[Path, float] = {}
_starting = threading.Lock()


def max_workers() -> int:
    """Return how many trainings may run at a time: EXPLORER_MAX_WORKERS, else one for each GPU.

    Raises:
        ConfigError: The variable is not a whole number from 1 to 64.
    """
    text = os.environ.get(MAX_WORKERS_VARIABLE)
    if text is None:
        return min(max(1, len(gpus.visible_gpus())), _MOST_WORKERS)
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise ConfigError(
            f"{MAX_WORKERS_VARIABLE} must be a whole number from 1 to {_MOST_WORKERS}, "
            f"not {text!r}."
        )
    return int(text)


def idle_minutes() -> float:
    """Return after how long without a run a worker leaves: EXPLORER_IDLE_MINUTES, else 10.

    Raises:
        ConfigError: The variable is not a number above 0.
    """
    text = os.environ.get(IDLE_VARIABLE, "10")
    with contextlib.suppress(ValueError):
        if float(text) > 0:
            return float(text)
    raise ConfigError(f"{IDLE_VARIABLE} must be a number of minutes above 0, not {text!r}.")


@functools.cache
def process_space() -> str:
    """Return what names the place where process numbers mean what they mean here.

    On Linux that is one start of one machine, and a namespace of process numbers: two containers
    may have the same name, and each its own process 1.
    """
    parts = [platform.node()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def this_process() -> WorkerId:
    """Return the mark of the calling process."""
    return mark_of(psutil.Process())


def mark_of(process: psutil.Process) -> WorkerId:
    """Return the mark of a process on this machine."""
    return WorkerId(process_space(), process.pid, _seconds_after_boot(process))


def _seconds_after_boot(process: psutil.Process) -> float:
    # Both are moved when somebody sets the machine's clock; their difference is not.
    return process.create_time() - psutil.boot_time()


def is_alive(worker: WorkerId | None) -> bool | None:
    """Tell whether a worker process lives; None where that cannot be seen from here."""
    if worker is None or worker.host != process_space():
        return None
    try:
        process = psutil.Process(worker.pid)
        same = abs(_seconds_after_boot(process) - worker.create_time) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return None


def slot_folder(store: RunStore) -> Path:
    """Return the folder of the workers' locks and logs.

    Several databases may have one folder. Each has workers of its own: one that serves another
    database would hold the slot and do nothing for this one.
    """
    return store.folder / f"workers-{hashlib.sha256(store.url.encode()).hexdigest()[:12]}"


def make_slot_folder(store: RunStore) -> Path:
    """Make the folder of the workers' locks and logs, for its owner alone, and return it.

    Raises:
        OSError: It cannot be made.
    """
    folder = slot_folder(store)
    private_folder(store.folder)
    private_folder(folder)
    return folder


def take_slot(folder: Path, name: str) -> filelock.BaseFileLock | None:
    """Take the lock that tells others that this process lives; None where another one has it.

    Args:
        folder: Of the workers' locks and logs.
        name: Of the lock.
    """
    lock = filelock.FileLock(folder / f"{name}.lock")
    try:
        # The server tries the lock for an instant to see whether somebody holds it.
        lock.acquire(timeout=1)
    except filelock.Timeout:
        return None
    return lock


def ensure_workers(store: RunStore) -> int:
    """Start workers until as many live as may run at a time, and return how many were started.

    They import torch and then wait. Cheap enough for every rerun of a page. A worker that was
    killed is replaced here.

    Raises:
        ConfigError: EXPLORER_MAX_WORKERS or EXPLORER_IDLE_MINUTES cannot be used.
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    idle_minutes()
    workers = max_workers()
    module = "explorer.trainer.worker"
    return sum(ensure_process(store, str(slot), [module, str(slot)]) for slot in range(workers))


def ensure_process(
    store: RunStore,
    name: str,
    arguments: list[str],
    *,
    outlives: bool = True,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Start a process beside this one, unless it lives already.

    Args:
        store: The run store that it serves.
        name: Of its lock in the workers' folder, which it holds for as long as it lives.
        arguments: The module that it runs, and what follows on the command line.
        outlives: Whether it goes on when this process has ended. Otherwise its standard input is
            closed then, at which it should end.
        environment: Variables beside those of this process.

    Returns:
        Number of processes started by this call, 0 or 1.

    Raises:
        StoreUnavailable: The folder for locks and logs cannot be written.
    """
    folder = slot_folder(store)
    own = {**(environment or {}), "EXPLORER_DATABASE_URL": store.url, **own_packages()}
    with _starting:
        try:
            make_slot_folder(store)
            return int(_ensure_process(folder, name, arguments, outlives, own))
        except OSError as error:
            raise StoreUnavailable(
                f"No process for trainings or for watched folders can be started, {folder} cannot "
                f"be used ({error.strerror or error}): check the place and its free space."
            ) from error


def own_packages() -> dict[str, str]:
    """Return the variable by which a process that this one starts finds the same packages.

    It is started with `-P`: the folder that this one was started in counts for nothing.
    """
    places = [str(_PROJECT), os.getenv("PYTHONPATH")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, places))}


def _ensure_process(
    folder: Path, name: str, arguments: list[str], outlives: bool, environment: Mapping[str, str]
) -> bool:
    lock_file = folder / f"{name}.lock"
    child = _children.get(lock_file)
    if child and child.poll() is None and lock_file.exists():
        return False
    if _failed(child) and time.monotonic() - _started[lock_file] < _RESTART_SECONDS:
        return False
    try:
        with filelock.FileLock(lock_file, timeout=0):
            pass
    except filelock.Timeout:
        return False
    _note_exit(child)
    apart: dict[str, Any] = {}
    if outlives and sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        apart = {"creationflags": flags}
    elif outlives:
        apart = {"start_new_session": True}
    _started[lock_file] = time.monotonic()
    with _start_log(folder, name).open("wb") as log:
        _children[lock_file] = subprocess.Popen(
            [sys.executable, "-P", "-m", *arguments],
            stdin=subprocess.DEVNULL if outlives else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | environment,
            **apart,
        )
    return True


def started_here(store: RunStore, name: str) -> subprocess.Popen[bytes] | None:
    """Return the process that this one started last under a name, whether or not it lives."""
    return _children.get(slot_folder(store) / f"{name}.lock")


def _start_log(folder: Path, name: str) -> Path:
    """Return where a process writes until it opens a log of its own, if it ever does."""
    return folder / f"{name}.start.log"


def exit_code(pid: int) -> int | None:
    """Return how a worker that this process started ended, as `Popen.returncode`; else None."""
    for child in list(_children.values()):
        if child.pid == pid:
            return child.poll()
    return _exits.get(pid)


def _note_exit(child: subprocess.Popen[bytes] | None) -> None:
    if child is not None and (code := child.poll()) is not None:
        _exits[child.pid] = code
        while len(_exits) > _KEPT_EXITS:
            _exits.pop(next(iter(_exits)))


def start_failure(store: RunStore, name: str = "") -> str:
    """Return the last words of a process that ended with an error of its own, or "".

    Args:
        name: Of the process; by default any of the workers, whose names are their slots.
    """
    folder = slot_folder(store)
    for lock_file, child in list(_children.items()):
        is_meant = lock_file.stem == name if name else lock_file.stem.isdecimal()
        if lock_file.parent == folder and is_meant and _failed(child):
            own = last_log_line(store, child.pid) or _last_line(_start_log(folder, lock_file.stem))
            return own or f"its logs are in {folder}"
    return ""


def _failed(child: subprocess.Popen[bytes] | None) -> bool:
    """Tell whether a process ended with an error of its own, not killed from outside."""
    return child is not None and (child.poll() or 0) > 0


def last_log_line(store: RunStore, pid: int) -> str:
    """Return the last line that a worker said, or ""."""
    return _last_line(slot_folder(store) / f"{pid}.log")


def _last_line(log: Path) -> str:
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
