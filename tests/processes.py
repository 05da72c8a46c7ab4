"""Processes that the tests' apps started and that outlive them by design."""

from __future__ import annotations

import time
from pathlib import Path

import psutil


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
