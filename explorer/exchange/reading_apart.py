"""Reading somebody's file in a process apart: `python -m explorer.exchange.reading_apart READER`.

A file of ten megabytes can hold millions of numbers, or be made to break whoever reads it. In the
server's own process it would stall every visitor and keep the memory that it took. So one child
process at a time reads, at low priority, within bounds of time and memory, and is gone afterwards.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from explorer.exchange.errors import ImportRefused

READER = "explorer.exchange.reading:read_curves"
"""Module and function that read a file, given its bytes and its name."""

DEADLINE_SECONDS = 120.0
PATIENCE_SECONDS = 120.0
"""How long one waits for those who read before."""
MOST_MEMORY = 3 * 2**29
"""Bytes of data that the process may hold, where the system can bound them (Linux)."""

_PROJECT = Path(__file__).resolve().parents[2]

_one_at_a_time = threading.Lock()
_log = logging.getLogger(__name__)


def read_apart(
    filename: str,
    content: bytes,
    *told: Any,
    reader: str = READER,
    deadline: float = DEADLINE_SECONDS,
    patience: float = PATIENCE_SECONDS,
    most_memory: int = MOST_MEMORY,
) -> Any:
    """Return what a reader makes of a file, read in a process of its own.

    Args:
        *told: What else the reader takes.
        reader: "module:function"; the function takes bytes, name and what is told, returns what
            can be pickled, or raises a `ValueError` whose text is a plain sentence.
        deadline: Seconds that reading may take.
        patience: Seconds to wait while another file is read.
        most_memory: Bytes that the process may hold.

    Raises:
        ImportRefused: The file cannot be read, or not within the bounds; the text says why.
    """
    if not _one_at_a_time.acquire(timeout=patience):
        raise ImportRefused("Others are importing files at this moment: try again in a minute.")
    try:
        answer = _ask(pickle.dumps((filename, content, told)), reader, deadline, most_memory)
    finally:
        _one_at_a_time.release()
    if isinstance(answer, ImportRefused):
        raise answer
    return answer


def _ask(question: bytes, reader: str, deadline: float, most_memory: int) -> Any:
    """Start the process, hand it the file, and return what it answers, or why it does not."""
    # One thread: those of numerical libraries would take the memory and serve nothing here.
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer.exchange.reading_apart", reader, str(most_memory)],
        cwd=_PROJECT,
        env=os.environ | alone,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            said, errors = process.communicate(question, timeout=deadline)
        except subprocess.TimeoutExpired:
            return ImportRefused(
                f"Reading the file takes longer than {deadline:g} seconds: import it in smaller "
                "parts."
            )
        finally:
            # Also when whoever asked is interrupted: nobody else would ever end it.
            process.kill()
    if errors:
        _log.error("While reading an imported file: %s", errors.decode(errors="replace"))
    if process.returncode == 0:
        return pickle.loads(said)
    # The system may end it before Python sees that there is no memory left.
    killed = process.returncode == -9
    return (
        _too_large(most_memory) if killed else _fault(f"it ended with status {process.returncode}")
    )


def _too_large(most_memory: int) -> ImportRefused:
    return ImportRefused(
        f"Reading the file takes more than {most_memory / 2**30:.1f} GB of memory: import it "
        "in smaller parts."
    )


def _fault(what: str) -> ImportRefused:
    return ImportRefused(
        f"The file could not be read; this is a fault in the app ({what}); its log says more."
    )


def main() -> int:
    """Read one file from the standard input; write the answer to the standard output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not end up in the answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(10)
    module, _, name = sys.argv[1].partition(":")
    read = getattr(importlib.import_module(module), name)
    most_memory = int(sys.argv[2])
    bound_memory(most_memory)
    try:
        filename, content, told = pickle.load(sys.stdin.buffer)
        answer = pickle.dumps(read(content, filename, *told), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        answer = pickle.dumps(_too_large(most_memory))
    except ImportRefused as error:
        answer = pickle.dumps(error)
    except Exception as error:
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
            answer = pickle.dumps(ImportRefused(str(error)))
        else:
            traceback.print_exc()
            answer = pickle.dumps(_fault(type(error).__name__))
    with answers:
        answers.write(answer)
    return 0


def bound_memory(most_memory: int) -> None:
    """Let this process have no more bytes of memory, and leave no dump of it."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such bounds
        return
    resource.setrlimit(resource.RLIMIT_DATA, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
