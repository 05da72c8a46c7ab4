"""Being told by the system that something changed in a folder, where it tells."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable

import watchfiles

_STEP_MS, _DEBOUNCE_MS = 100, 300


class Hints:
    """Folders in which something has changed, gathered from a thread of its own.

    They are hints and no more: network drives tell nothing of what others write, and a system
    watches only so many folders. Whoever takes them looks at every folder now and then too. Only
    the folders that are named are watched, never what a link in them leads to.
    """

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self._changed: set[str] = set()
        self._lock = threading.Lock()
        self._folders: frozenset[str] = frozenset()
        self._stop = threading.Event()

    def watch(self, folders: Iterable[str]) -> None:
        """Watch these folders from now on, none inside of them, and no others."""
        wanted = frozenset(folders)
        if wanted == self._folders:
            return
        self.close()
        self._folders, self._stop = wanted, threading.Event()
        if wanted:
            threading.Thread(
                target=self._listen, args=(sorted(wanted), self._stop), daemon=True
            ).start()

    def take(self) -> set[str]:
        """Return the folders in which something has changed since the last call."""
        with self._lock:
            self.arrived.clear()
            found, self._changed = self._changed, set()
        return found

    def close(self) -> None:
        """Watch no folder."""
        self._stop.set()
        self._folders = frozenset()

    def _listen(self, folders: list[str], stop: threading.Event) -> None:
        try:
            for changes in watchfiles.watch(
                *folders,
                watch_filter=None,
                recursive=False,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                stop_event=stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                with self._lock:
                    self._changed |= {os.path.dirname(path) for _, path in changes}
                    self.arrived.set()
        except (OSError, RuntimeError) as error:
            # A folder went away, or the system watches no more of them: the looks remain.
            print(f"No hints of changes: {error}", flush=True)
