"""Waking idle workers of this machine: they sleep in the system, and cost nothing until then."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path

_HERE = "127.0.0.1"


class Alarm:
    """Lets a worker sleep until somebody rings, or for a while.

    It is a socket that only this machine reaches; its number stands in a file where `ring` finds
    it. What it receives says nothing: it only ends a sleep. What rang before the sleep ends it at
    once, so that nothing is missed between a look at the store and the sleep.

    Args:
        folder: Where the file is put; of workers that serve one store.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}.wake"
        self._socket: socket.socket | None = None
        # Without it new runs are found a little later.
        with contextlib.suppress(OSError):
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((_HERE, 0))
            self._file.write_text(str(self._socket.getsockname()[1]))

    def wait(self, seconds: float) -> bool:
        """Sleep at most so long, and return whether somebody rang."""
        if self._socket is None:
            time.sleep(seconds)
            return False
        try:
            self._socket.settimeout(seconds)
            self._socket.recv(1)
            # Several rings end one sleep.
            self._socket.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                while True:
                    self._socket.recv(1)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Take the file away; nobody sleeps here any more."""
        if self._socket is not None:
            self._socket.close()
        self._file.unlink(missing_ok=True)


def ring(folder: Path) -> None:
    """Wake every worker that sleeps on an alarm of this folder."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
        for file in folder.glob("*.wake"):
            # Of a worker that was killed, or that is just writing its number.
            with contextlib.suppress(OSError, ValueError, OverflowError):
                bell.sendto(b"!", (_HERE, int(file.read_text())))
