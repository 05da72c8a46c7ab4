"""The process that reads watched files, and asking it.

A file can be made to break whoever reads it. So the watcher never reads one itself: it asks a
process of its own, bounded in memory and time, and starts another where that one ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from explorer.exchange.reading import read_curves
from explorer.exchange.reading_apart import bound_memory
from explorer.watching.following import Followed, FollowedEvents, FollowedFile, Found, Watched

DEADLINE_SECONDS = 120.0
MOST_MEMORY = 3 * 2**29
"""Bytes of data that the process may hold, where the system can bound them (Linux)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of reading.

    Attributes:
        found: What was read; None where it could not be.
        refusal: Why not, one plain sentence.
        is_gone: Whether the file is there no more.
        seconds: That it took.
    """

    found: Found | None = None
    refusal: str = ""
    is_gone: bool = False
    seconds: float = 0.0


class Reader:
    """Asks a process of its own to read; one question at a time.

    Args:
        deadline: Seconds that one reading may take.
        most_memory: Bytes that the process may hold.
        serve: What the process does; for tests.
    """

    def __init__(
        self,
        deadline: float = DEADLINE_SECONDS,
        most_memory: int = MOST_MEMORY,
        serve: Callable[[Connection, int], None] | None = None,
    ) -> None:
        self._deadline, self._most_memory = deadline, most_memory
        self._serve = serve or serve_readings
        self._process: Any = None
        self._connection: Connection | None = None

    def read(self, watched: Watched, *, is_settled: bool) -> Answer:
        """Return what a file tells; a process that ends over it is replaced at the next call."""
        connection, begun = self.start(), time.monotonic()
        try:
            connection.send((watched, is_settled))
            if connection.poll(self._deadline):
                answer: Answer = connection.recv()
                return answer
            why = f"Reading it takes longer than {self._deadline:g} seconds."
        except (EOFError, OSError):
            why = "Reading it takes too much memory, or breaks the process that reads."
        self.close()
        return Answer(refusal=why, seconds=time.monotonic() - begun)

    def forget(self, watched: Watched) -> None:
        """Keep nothing of a file any longer."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.send((watched, None))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def start(self) -> Connection:
        """Start the process, which takes a second, if it is not there; return the way to it."""
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=self._serve, args=(theirs, self._most_memory), daemon=True
            )
            self._process.start()
            theirs.close()
        return self._connection


def serve_readings(connection: Connection, most_memory: int) -> None:
    """Answer questions until the other side is gone.

    A question is what to read and whether it is settled, or None instead of that to forget it.
    """
    bound_memory(most_memory)
    # What is imported and set up at the first reading would count as the first file's time.
    read_curves(b"step,loss\n1,2\n2,1\n", "first.csv")
    followed: dict[tuple[str, str], Followed] = {}
    while True:
        try:
            watched, is_settled = connection.recv()
        except EOFError:
            return
        key = (watched.folder, watched.path)
        if is_settled is None:
            followed.pop(key, None)
            continue
        if key not in followed:
            followed[key] = FollowedEvents() if watched.parts else FollowedFile()
        begun = time.monotonic()
        answer = answered(followed[key], watched, is_settled)
        answer = replace(answer, seconds=time.monotonic() - begun)
        if answer.found is None:
            # Half of what it knows may be of a file that is no more.
            del followed[key]
        connection.send(answer)


def answered(one: Followed, watched: Watched, is_settled: bool) -> Answer:
    """Return what something tells now, or why it cannot be read."""
    try:
        return Answer(one.read(watched, is_settled=is_settled))
    except FileNotFoundError:
        return Answer(is_gone=True, refusal="The file is no longer there.")
    except OSError as error:
        return Answer(refusal=f"The file cannot be opened ({error.strerror or error}).")
    except MemoryError:
        return Answer(refusal="Reading it takes too much memory: split the file.")
    except Exception as error:
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
            return Answer(refusal=str(error))
        traceback.print_exc()
        return Answer(refusal=f"This is a fault in the app ({type(error).__name__}).")
