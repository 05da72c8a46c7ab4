"""Writing to the run store beside a training, so that it never waits for the store."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from explorer.store.patience import Patience

MOST_HELD = 300_000
"""Records that are held in memory while the store cannot be used, some 100 MB; then the training
holds too."""


class StoreWriter:
    """A thread that carries out writings in their order and tries again what fails.

    Leaving the `with` block waits until all is written.

    Args:
        patience: How to try again.
        most_held: Records from which on it `is_full`.
    """

    def __init__(self, patience: Patience, most_held: int = MOST_HELD) -> None:
        self._patience, self._most_held = patience, most_held
        self._waiting: deque[tuple[Callable[[], None], int]] = deque()
        self._held = 0
        self._error: Exception | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="store writer", daemon=True)

    def __enter__(self) -> StoreWriter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.drain()
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            self._thread.join()

    def put(self, write: Callable[[], None], records: int = 0) -> None:
        """Have something written after all that was put before.

        Args:
            write: Writes it; called again after a StoreUnavailable.
            records: How many records it holds in memory.

        Raises:
            StoreUnavailable: The store could not be used for too long.
            ClaimLost: The run was given to somebody else.
            UnknownRun: The run was deleted.
        """
        self.check()
        with self._changed:
            self._waiting.append((write, records))
            self._held += records
            self._changed.notify_all()

    @property
    def is_full(self) -> bool:
        """Whether so much is held that nothing more should be put."""
        return self._held > self._most_held

    def check(self) -> None:
        """Raise what ended the writing, if anything did; as `put`."""
        if self._error:
            raise self._error

    def drain(self, seconds: float | None = None) -> None:
        """Wait until all that was put is written, at most so long; raises as `put`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self._error, seconds)
        self.check()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                write, records = self._waiting[0]
            try:
                self._patience.insist(write)
            except Exception as error:
                # Raised where the training runs, at its next look.
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._waiting.popleft()
                self._held -= records
                self._changed.notify_all()
