"""Starting the watcher from the server, and telling whether there is one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock

from explorer.store.database import StoreUnavailable
from explorer.store.run_store import RunStore
from explorer.store.sqlite_file import private_folder
from explorer.watching.folders import named_folders

_RESTART_SECONDS = 5.0
_PROJECT = Path(__file__).resolve().parents[2]

_children: dict[str, subprocess.Popen[bytes]] = {}
_started: dict[str, float] = {}
_pruned: set[str] = set()
_starting = threading.Lock()


def lock_file(store: RunStore) -> Path:
    """Return the file that the watcher of a store holds locked for as long as it lives."""
    digest = hashlib.sha256(store.url.encode()).hexdigest()[:12]
    return store.folder / f"watcher-{digest}.lock"


def log_file(store: RunStore) -> Path:
    """Return where the watcher of a store writes what goes wrong."""
    return lock_file(store).with_suffix(".log")


def ensure_watcher(store: RunStore) -> bool:
    """See that one watcher follows the folders of a store, if there are any.

    Cheap enough for every rerun of a page; a watcher that was killed is replaced here. It ends
    with the process that calls this.

    Args:
        store: The run store.

    Returns:
        Whether folders are watched.

    Raises:
        StoreUnavailable: The run store, or its folder, cannot be used.
    """
    if not named_folders()[0] and not store.watched.folders():
        if store.url not in _pruned:
            store.watched.prune([])
            _pruned.add(store.url)
        return False
    with _starting:
        try:
            _ensure(store)
        except OSError as error:
            raise StoreUnavailable(
                f"No folder can be watched, {store.folder} cannot be used "
                f"({error.strerror or error}): check the place and its free space."
            ) from error
    return True


def end_watcher(store: RunStore) -> None:
    """End the watcher that this process started for a store, if it did."""
    with _starting:
        child = _children.pop(store.url, None)
        if child is not None and child.stdin is not None:
            child.stdin.close()
            child.wait()


def start_failure(store: RunStore) -> str:
    """Say in a plain sentence that the watcher does not start, or return ""."""
    child = _children.get(store.url)
    if child is None or (child.poll() or 0) <= 0:
        return ""
    lines = log_file(store).read_text(errors="replace").strip().splitlines()
    return f"The watcher does not start: {lines[-1].strip() if lines else log_file(store)}"


def _ensure(store: RunStore) -> None:
    child = _children.get(store.url)
    if child is not None and child.poll() is None:
        return
    if child is not None and time.monotonic() - _started[store.url] < _RESTART_SECONDS:
        return
    private_folder(store.folder)
    try:
        with filelock.FileLock(lock_file(store), timeout=0):
            pass
    except filelock.Timeout:
        # Another server on this machine has started one.
        return
    own = {
        "EXPLORER_DATABASE_URL": store.url,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(_PROJECT), os.getenv("PYTHONPATH")])),
    }
    # One thread: those of numerical libraries would take the memory and serve nothing here.
    own |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    _started[store.url] = time.monotonic()
    with log_file(store).open("wb") as log:
        _children[store.url] = subprocess.Popen(
            [sys.executable, "-m", "explorer.watching.watcher"],
            # It ends when this pipe is closed, so with this process, however that ends.
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | own,
        )
