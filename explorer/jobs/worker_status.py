"""What a worker says of itself in a file, for when neither the store nor its log can take it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

_BYTES, _LONGEST = 4096, 400


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """What a worker process said last.

    Attributes:
        waiting: Why it waits for the store; "" while it does not.
        waiting_since: When that began, seconds since 1970.
        said: Its last sentence, or "".
        oom_kills: As `memory.oom_kills` counted when it took its run; None where not told.
    """

    waiting: str = ""
    waiting_since: float = 0.0
    said: str = ""
    oom_kills: int | None = None


class StatusFile:
    """The status of this process, in a file beside its log.

    All its bytes are written at once when it is made and overwritten in place later, so that it
    can still be written when the disk is full.

    Args:
        folder: Of the workers' locks and logs.
    """

    def __init__(self, folder: Path, pid: int | None = None) -> None:
        self._path = _path(folder, os.getpid() if pid is None else pid)
        self._status = WorkerStatus()
        self._waits: dict[object, tuple[str, float]] = {}
        self._lock = threading.Lock()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.touch(0o600)
        self._change(said="")

    def began(self, who: object, sentence: str) -> None:
        """Note that something waits for the store, and why."""
        with self._lock:
            first = not self._waits
            _, since = self._waits.get(who, ("", time.time()))
            self._waits[who] = sentence, since
            self._show_waits()
        if first:
            say(f"Waiting for the store: {sentence}")

    def ended(self, who: object) -> None:
        """Note that it waits no more."""
        with self._lock:
            if self._waits.pop(who, None) is None:
                return
            over = not self._waits
            self._show_waits()
        if over:
            say("The store can be used again.")

    def note_oom_kills(self, count: int | None) -> None:
        """Note how often memory has run out before a run begins."""
        with self._lock:
            self._change(oom_kills=count)

    def say(self, sentence: str) -> None:
        """Say a sentence in the log, and here in case that the log cannot be written."""
        with self._lock:
            self._change(said=sentence)
        say(sentence)

    def _show_waits(self) -> None:
        sentence, since = min(self._waits.values(), key=lambda wait: wait[1], default=("", 0.0))
        self._change(waiting=sentence, waiting_since=since)

    def _change(self, **values: Any) -> None:
        short: dict[str, Any] = {
            k: v[:_LONGEST] if isinstance(v, str) else v for k, v in values.items()
        }
        self._status = replace(self._status, **short)
        text = json.dumps(asdict(self._status), ensure_ascii=False).encode()
        # Nothing can be told of a file that cannot be written, except through itself.
        with contextlib.suppress(OSError), self._path.open("r+b", buffering=0) as file:
            file.write(text.ljust(_BYTES))


def say(sentence: object) -> None:
    """Write a line to the log; where its disk is full, the training goes on without it."""
    with contextlib.suppress(OSError):
        print(sentence, file=sys.stderr, flush=True)


def read_status(folder: Path, pid: int) -> WorkerStatus | None:
    """Return what the worker of a process number said; None where nothing can be read."""
    try:
        return WorkerStatus(**json.loads(_path(folder, pid).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def waiting_pids(folder: Path) -> dict[int, WorkerStatus]:
    """Return the statuses of the workers that waited for the store when they last said something.

    Args:
        folder: Of the workers' locks and logs.
    """
    found = {}
    for file in folder.glob("*.status"):
        if file.stem.isdecimal() and (status := read_status(folder, int(file.stem))):
            found[int(file.stem)] = status
    return {pid: status for pid, status in found.items() if status.waiting}


def _path(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.status"
