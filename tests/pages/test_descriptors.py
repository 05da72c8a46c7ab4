"""How many files and sockets the server may have open, and what it lets go of."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pages.components.frontend import descriptors
from pages.components.frontend.admission import beside

resource = pytest.importorskip("resource", reason="Windows has no limit of open files")
ROOT = Path(__file__).resolve().parents[2]


def limited(soft: int, hard: int) -> str:
    """What a process says that starts with these limits and raises its own."""
    code = (
        "import logging, resource; logging.basicConfig()\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from pages.components.frontend import descriptors\n"
        "descriptors.raise_limit()\n"
        "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    return run.stdout + run.stderr


def test_the_limit_is_raised_as_far_as_the_system_lets_it():
    assert limited(256, 2048) == "2048 2048\n"


def test_a_limit_that_cannot_be_raised_is_told_with_what_it_means():
    said = limited(256, 256)
    assert "256 256" in said
    assert "The system allows 256 open files: about 32 visitors at a time" in said


class Sessions:
    """Stands for Streamlit's runtime, and keeps sessions with a file each as it does."""

    def __init__(self) -> None:
        from streamlit.runtime.memory_session_storage import MemorySessionStorage

        self._session_mgr = self
        self._session_storage = MemorySessionStorage(ttl_seconds=0)

    def keep(self) -> int:
        """Keep a session whose time passes at once; return the descriptor that it holds."""

        class Session:
            id = "one"

            def __init__(self) -> None:
                self.loop = asyncio.new_event_loop()
                self.itself = self

            def __del__(self) -> None:
                self.loop.close()

        class Info:
            session = Session()

        descriptor = Info.session.loop._selector.fileno()
        self._session_storage.save(Info())
        return descriptor


def test_a_session_whose_time_has_passed_holds_nothing_open():
    running = Sessions()
    descriptor = running.keep()
    os.fstat(descriptor)
    descriptors.forget_expired(running)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_nobody_looks_any_more_when_the_server_ends(caplog):
    async def serve() -> int:
        async with beside(descriptors.let_go(every=0.01)):
            await asyncio.sleep(0.05)
        return len(asyncio.all_tasks())

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(serve()) == 1
    assert not caplog.records
