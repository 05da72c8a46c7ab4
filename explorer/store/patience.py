"""Waiting for a run store that cannot be used for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from explorer.store.database import StoreGone, StoreUnavailable
from explorer.store.reach import LONGEST_WAIT_SECONDS

Answer = TypeVar("Answer")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 3.0


class Waiting(Protocol):
    """Is told of every wait."""

    def began(self, who: object, sentence: str) -> None:
        """The store cannot be used; the sentence says why. May be called again while it lasts."""

    def ended(self, who: object) -> None:
        """It can be used again, or nobody waits any more."""


class Patience:
    """Tries again, ever less often, what fails because the store cannot be used.

    Args:
        waiting: Is told, so that others can be; None where there is nobody to tell.
        clock: Seconds that never run backwards.
        pause: Lets a number of seconds pass.
    """

    def __init__(
        self,
        waiting: Waiting | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._waiting, self._clock, self._pause = waiting, clock, pause

    def insist(self, act: Callable[[], Answer]) -> Answer:
        """Do what needs the store, however often it takes, and return its answer.

        Args:
            act: May be called again after any StoreUnavailable, also where it did what it should
                and only the answer was lost.

        Raises:
            StoreGone: No waiting helps.
            StoreUnavailable: The store could not be used for as long as it is waited for.
        """
        since, pause, who = self._clock(), _FIRST_PAUSE_SECONDS, object()
        try:
            while True:
                try:
                    return act()
                except StoreGone:
                    raise
                except StoreUnavailable as error:
                    waited = self._clock() - since
                    if waited >= LONGEST_WAIT_SECONDS:
                        raise StoreUnavailable(
                            f"{error} The training waited {waited / 60:.0f} minutes for the store "
                            "and then gave up."
                        ) from error
                    if self._waiting:
                        self._waiting.began(who, str(error))
                self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        finally:
            if self._waiting:
                self._waiting.ended(who)
