"""Processes that the tests' apps started and that outlive them by design, and waiting for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil


def until(condition: Callable[[], Any], what: str = "", seconds: float = 60) -> Any:
    """Wait until `condition` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"never came true: {what or condition}"
        time.sleep(0.05)
    return found


def processes_at_home(home: Path) -> list[psutil.Process]:
    """Return the processes, this one apart, whose HOME is that folder."""
    found = []
    for process in psutil.process_iter():
        try:
            own = process.pid != psutil.Process().pid and process.environ()["HOME"] == str(home)
        except (psutil.Error, KeyError):
            continue
        if own:
            found.append(process)
    return found


def end_processes_at_home(home: Path) -> None:
    """End them at once."""
    left = processes_at_home(home)
    for process in left:
        process.kill()
    deadline = time.monotonic() + 10
    while any(map(_runs, left)) and time.monotonic() < deadline:
        time.sleep(0.05)


def _runs(process: psutil.Process) -> bool:
    # One that has ended stays listed until its parent takes note, which may be seconds later.
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
