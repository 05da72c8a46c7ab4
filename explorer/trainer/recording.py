"""Passing a training's records on to the run store: in batches, and beside the training."""

from __future__ import annotations

import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from explorer.runs.curve_data import EXAMPLES, diverged_at, last_step, training_loss
from explorer.runs.records import CurveChunk
from explorer.runs.run import Progress
from explorer.runs.series import SECONDS
from explorer.store.patience import Patience
from explorer.store.run_store import RunStore

APPEND_SECONDS = 0.25
"""Between two batches; viewers look once a second, and every batch costs about a millisecond."""

MOST_HELD = 300_000
"""Records that are held in memory while the store cannot be used, some 100 MB; then the training
holds too."""

_RATE_SECONDS = 3.0


def _at_once(write: Callable[[], None], records: int) -> None:
    write()


class Recorder:
    """Writes one run's records.

    Args:
        run_id: Id of the run that is being trained.
        curve_steps: Number of steps of each curve.
        put: Has a batch written, given what writes it and how many records it holds; by default
            at once.
    """

    def __init__(
        self,
        store: RunStore,
        run_id: str,
        curve_steps: Iterable[int],
        put: Callable[[Callable[[], None], int], None] = _at_once,
    ) -> None:
        self._store, self._run_id, self._put = store, run_id, put
        self._num_batches = 0
        self._curve_steps = list(curve_steps)
        self._done = [0] * len(self._curve_steps)
        self._seen = [0] * len(self._curve_steps)
        self._seconds = 0.0
        self._pending: list[CurveChunk] = []
        self._appended = -float("inf")
        self._window: deque[tuple[float, int, int]] = deque([(0.0, 0, 0)])

    def add(self, *chunks: CurveChunk) -> None:
        """Take chunks, and write all that wait when the last writing is long enough ago.

        Chunks that are given together are written together: of curves that train in step, none is
        seen ahead of another.
        """
        self._pending.extend(chunks)
        for chunk in chunks:
            data = chunk.data
            if done := last_step(data):
                self._done[chunk.curve] = done
                self._seen[chunk.curve] = int(data.clocks[EXAMPLES].values[-1])
                self._seconds = float(data.clocks[SECONDS].values[-1])
            if (diverged := diverged_at(data)) is not None:
                self._curve_steps[chunk.curve] = diverged
        if time.monotonic() - self._appended >= APPEND_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits now."""
        if self._pending:
            # Bound now: a batch that is tried again must be the same one.
            write = functools.partial(
                self._store.records.append, self._run_id, self._pending, self._progress(),
                number=self._num_batches,
            )  # fmt: skip
            self._put(write, sum(len(training_loss(chunk.data)) for chunk in self._pending))
            self._num_batches += 1
            self._pending = []
            self._appended = time.monotonic()

    def _progress(self) -> Progress:
        """Estimate rate and time left from the last few seconds of training."""
        steps, samples = sum(self._done), sum(self._seen)
        self._window.append((self._seconds, steps, samples))
        while len(self._window) > 2 and self._seconds - self._window[1][0] > _RATE_SECONDS:
            self._window.popleft()
        since, steps_then, samples_then = self._window[0]
        elapsed = self._seconds - since
        left = sum(self._curve_steps) - steps
        known = elapsed > 0 and steps > steps_then
        return Progress(
            step=max(self._done),
            total_steps=max(self._curve_steps),
            samples_per_second=(samples - samples_then) / elapsed if known else 0.0,
            seconds_left=left * elapsed / (steps - steps_then) if known else None,
        )


class StoreWriter:
    """A thread that carries out writings in their order, so that no training waits for the store.

    Leaving the `with` block waits until all is written.

    Args:
        patience: How to try again what fails.
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

    def drain(self) -> None:
        """Wait until all that was put is written; raises as `put`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting or self._error)
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
