"""Starting the watcher from the server, and telling whether there is one."""

from __future__ import annotations

from explorer.jobs import worker_processes
from explorer.store.run_store import RunStore
from explorer.watching.folders import named_folders

NAME = "watcher"
"""Of the watcher's lock and log, beside those of the workers."""

# Threads of numerical libraries would take the memory and serve nothing here.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

_pruned: set[str] = set()


def ensure_watcher(store: RunStore) -> bool:
    """See that one watcher follows the folders of a store, if there are any.

    Cheap enough for every rerun of a page; a watcher that was killed is replaced here. It ends
    with the process that calls this.

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
    module = ["explorer.watching.watcher"]
    worker_processes.ensure_process(store, NAME, module, outlives=False, environment=_ONE_THREAD)
    return True


def end_watcher(store: RunStore) -> None:
    """End the watcher that this process started for a store, if it did."""
    child = worker_processes.started_here(store, NAME)
    if child is not None and child.stdin is not None:
        child.stdin.close()
        child.wait()


def start_failure(store: RunStore) -> str:
    """Say in a plain sentence that the watcher does not start, or return ""."""
    said = worker_processes.start_failure(store, NAME)
    return f"The watcher did not start: {said}" if said else ""
