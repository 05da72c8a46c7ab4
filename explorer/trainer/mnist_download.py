"""Downloading MNIST in a process that can be ended at any moment.

torchvision's own download waits for minutes when packets are dropped and for ever on a server
that accepts and says nothing; a deadline from outside is the only one that holds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import filelock

from explorer.runs.mnist_files import DATA_VARIABLE, DataError, load_mnist

DOWNLOAD_VARIABLE = "EXPLORER_DOWNLOAD"
TOTAL_BYTES = 11_594_722
"""Size of MNIST's four packed files."""

_STALL_SECONDS = 20.0
_OTHERWISE = (
    f"choose the embedded digits, or put MNIST's files in a folder named by {DATA_VARIABLE}"
)
_DEADLINE_SECONDS = 300.0
# torchvision checks the md5 of every packed file. The timer ends a download that hangs after the
# process that watched over it was killed.
_FETCH = f"""
import os, sys, threading
timer = threading.Timer({_DEADLINE_SECONDS}, os._exit, (1,))
timer.daemon = True
timer.start()
import torchvision
torchvision.datasets.MNIST(sys.argv[1], download=True)
"""


class DownloadStopped(Exception):
    """Somebody asked to stop while MNIST was being downloaded."""


def is_allowed() -> bool:
    """Tell whether MNIST may be downloaded: unless EXPLORER_DOWNLOAD is 0."""
    return os.environ.get(DOWNLOAD_VARIABLE, "1") != "0"


def download_mnist(
    folder: Path,
    report: Callable[[str], None],
    stopped: Callable[[], bool],
    *,
    deadline: float = _DEADLINE_SECONDS,
    stall: float = _STALL_SECONDS,
    command: Sequence[str] = (sys.executable, "-c", _FETCH),
) -> None:
    """Download MNIST into a folder, which appears only once everything in it was checked.

    Args:
        folder: Where the files go; replaced when it exists.
        report: Takes plain words on the progress.
        stopped: Looked at about ten times a second; when true the download is ended.
        deadline: Seconds after which the download is given up.
        stall: Seconds without a new byte after which it is given up.
        command: Program that fetches into the folder given as its last argument.

    Raises:
        DataError: MNIST could not be downloaded, and what to do instead.
        DownloadStopped: `stopped` became true.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder.parent / f"{folder.name}.lock")
    end = time.monotonic() + deadline
    while True:
        with contextlib.suppress(filelock.Timeout):
            lock.acquire(timeout=0.1)
            break
        report("Another process is downloading MNIST.")
        if stopped():
            raise DownloadStopped
        if time.monotonic() > end:
            raise DataError(f"Another download of MNIST does not end: {_OTHERWISE}.")
    try:
        if folder.is_dir():
            with contextlib.suppress(DataError):
                load_mnist(folder)
                return
        for left in folder.parent.glob("download-*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="download-") as scratch:
            _fetch([*command, scratch], Path(scratch), report, stopped, end, stall)
            load_mnist(Path(scratch))
            raw = Path(scratch) / "MNIST" / "raw"
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(raw if raw.is_dir() else scratch, folder)
            # The context manager wants to remove what may just have been moved away.
            Path(scratch).mkdir(exist_ok=True)
    except OSError as error:
        raise DataError(
            f"MNIST cannot be kept in {folder} ({error.strerror or error}): free some space, or "
            f"{_OTHERWISE}."
        ) from error
    finally:
        lock.release()


def _fetch(
    command: Sequence[str],
    scratch: Path,
    report: Callable[[str], None],
    stopped: Callable[[], bool],
    end: float,
    stall: float,
) -> None:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        received, changed = 0, time.monotonic()
        while process.poll() is None:
            time.sleep(0.1)
            now = time.monotonic()
            size = sum(file.stat().st_size for file in scratch.rglob("*.gz"))
            if size != received:
                received, changed = size, now
            report(f"Downloading MNIST: {received / 1e6:.1f} of {TOTAL_BYTES / 1e6:.1f} MB.")
            if stopped():
                raise DownloadStopped
            if now > end or now - changed > stall:
                raise DataError(f"MNIST's server does not answer: {_OTHERWISE}.")
    finally:
        if process.poll() is None:
            process.kill()
        _, said = process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise DataError(f"MNIST could not be downloaded ({lines[-1]}): {_OTHERWISE}.")
