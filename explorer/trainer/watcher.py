"""Looking at what people ask of a run, beside the training."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from explorer.runs.run import STOPPED, Control
from explorer.store.patience import Patience
from explorer.store.run_store import RunStore, UnknownRun

_LOOK_SECONDS = 0.1
_BEAT_SECONDS = 1.0
_STOP_SECONDS = 0.8
_PAUSE_SECONDS = 1800.0


class RunWatcher:
    """A thread that reads a run's requests and says that its worker lives.

    When the training does not end in time after a stop, in the middle of a download or of a step
    that takes seconds, the thread records the stop and ends the process. A run that is held for
    half an hour is stopped, for others wait behind it. While the store cannot be used, what was
    asked last still holds.

    Args:
        run_id: Id of the run that is being trained.
        patience: How to wait for the store when it cannot be used.
        drain: Called before the process is ended, so that nothing waits to be written.
    """

    def __init__(
        self,
        store: RunStore,
        run_id: str,
        patience: Patience | None = None,
        drain: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._run_id, self._drain = store, run_id, drain
        self._insist = (patience or Patience()).insist
        self._control = Control()
        self._error: Exception | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="run watcher", daemon=True)

    def __enter__(self) -> RunWatcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def control(self) -> Control:
        """Return what people ask now.

        Raises:
            StoreUnavailable: The store could not be read.
            ClaimLost: The run was given to somebody else.
            UnknownRun: The run was deleted.
        """
        if self._error:
            raise self._error
        return self._control

    def is_stopped(self) -> bool:
        """Tell whether the run should end."""
        return self.control().stop

    def _look(self) -> None:
        paused, stop_seen = False, None
        beaten = held_since = time.monotonic()
        while not self._ended.wait(_LOOK_SECONDS):
            try:
                self._control = request = self._insist(
                    lambda: self._store.requests.control(self._run_id)
                )
                now = time.monotonic()
                if request.pause != paused:
                    paused, held_since = request.pause, now
                if paused and now - held_since > _PAUSE_SECONDS:
                    self._insist(lambda: self._store.requests.stop(self._run_id))
                if now - beaten >= _BEAT_SECONDS:
                    self._insist(lambda: self._store.runs.heartbeat(self._run_id))
                    beaten = now
            except (RuntimeError, UnknownRun) as error:
                self._error = error
                return
            if request.stop:
                stop_seen = stop_seen or now
                if now - stop_seen > _STOP_SECONDS and not self._ended.is_set():
                    try:
                        self._drain()
                        self._insist(lambda: self._store.runs.finish(self._run_id, STOPPED))
                    finally:
                        os._exit(0)
