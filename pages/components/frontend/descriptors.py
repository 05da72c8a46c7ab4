"""Files and sockets that the server may have open: as many as the system lets it have.

A visitor takes about eight of them: connections, and three of an event loop that Streamlit makes
for each session. Those three stay for `server.disconnectedSessionTTL` seconds after the visitor has
left, and then until somebody looks into the sessions that are kept: Streamlit does so when the next
visitor comes, whom a server without descriptors cannot receive.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import suppress
from typing import Any

from streamlit import runtime

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 20.0
_ENOUGH = 1_024


def raise_limit() -> int | None:
    """Raise the limit of open descriptors to the hardest; return it, None where there is none."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limit
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # macOS names no hard limit, and refuses more than the system has.
        for wanted in (hard, 10_240):
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                break
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= limit < _ENOUGH:
        _log.warning(
            "The system allows %d open files: about %d visitors at a time. Raise the hard limit "
            "(`ulimit -Hn`) for more.",
            limit,
            limit // 8,
        )
    return limit


async def let_go(every: float = _EVERY_SECONDS) -> None:
    """Let go of what belongs to sessions that have ended, again and again.

    Args:
        every: Seconds between two looks.
    """
    while True:
        await asyncio.sleep(every)
        if runtime.exists():
            forget_expired(runtime.get_instance())


def forget_expired(running: runtime.Runtime) -> None:
    """Forget the sessions whose time has passed, with what they have open."""
    # Nothing public does; Streamlit itself does so as soon as another session is kept. Its cache
    # belongs to the one kind of session manager that its own server has.
    sessions: Any = running._session_mgr
    if sessions._session_storage._cache.expire():
        # Sessions lie in circles, and no collection follows a run (runner.postScriptGC).
        gc.collect()
