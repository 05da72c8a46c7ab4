"""How long a process has been able to hear what others say through the database."""

from __future__ import annotations

import time
from collections.abc import Callable

from explorer.runs.run import LEASE_SECONDS

LONGEST_WAIT_SECONDS = 900.0
"""A worker that waits for the store gives up after so long."""

_SLOW_SECONDS = 1.0
"""A transaction that takes longer was held up, and others may have been too."""


class Reach:
    """Tells silence from not hearing: whether a worker could have been heard.

    A worker that cannot reach the store is not lost, and whoever judges it must know of the time
    in which nobody could write. What a process knows of that are its own transactions: only
    through an unbroken row of quick ones has it heard all that was said.

    Args:
        clock: Seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._last = -float("inf")

    def begin(self) -> float:
        """Return the time at which a transaction begins, for `succeeded`."""
        return self._clock()

    def succeeded(self, began: float) -> None:
        """Note a transaction that went through."""
        now = self._clock()
        broken = began - self._last > LEASE_SECONDS or now - began > _SLOW_SECONDS
        if self._since is None or broken:
            self._since = now
        self._last = now

    def failed(self) -> None:
        """Note that the database could not be used."""
        self._since = None

    def counted(self, silence: float | None) -> float | None:
        """Return how much of a worker's silence counts against it.

        Args:
            silence: Seconds since it last wrote, by the database's clock; None if it never did.

        Returns:
            Seconds in which it would have been heard here; all of them where the silence is
            longer than any worker waits for the store.
        """
        if silence is None or silence > LONGEST_WAIT_SECONDS + LEASE_SECONDS:
            return silence
        return min(silence, self._clock() - self._since if self._since is not None else 0.0)
