"""The app's own routes: whom they answer, and how a socket is served."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

REFUSED = 1008
"""Code with which a socket is closed that is none of ours, or says what it should not."""
_log = logging.getLogger(__name__)
Thing = TypeVar("Thing")


async def admits(connection: HTTPConnection) -> bool:
    """Tell whether a request or a socket comes to a host of ours, from a page of ours.

    Its `Host` must be one of `server.allowedHosts`: a name that somebody else has pointed here does
    not count. Its `Origin`, which browsers send for scripts and sockets and others need not, must
    be the same host, or one that Streamlit allows (`server.enableCORS`,
    `server.corsAllowedOrigins`).
    """
    host, origin = connection.headers.get("host"), connection.headers.get("origin")
    if is_host_allowed(host) and (origin is None or await _is_allowed(origin, host)):
        return True
    _log.warning("Refused a request with the host %.100r and the origin %.100r.", host, origin)
    return False


async def messages(socket: WebSocket, most: float = math.inf) -> AsyncIterator[str]:
    """Accept a socket that is admitted and yield the texts that it sends, until its tab goes.

    Args:
        most: Texts in a second; whoever sends more is refused.
    """
    if not await admits(socket):
        await socket.close(REFUSED)
        return
    await socket.accept()
    recent: list[float] = []
    while (message := await socket.receive())["type"] == "websocket.receive":
        now = time.monotonic()
        recent = [at for at in recent if at > now - 1] + [now]
        if len(recent) > most:
            await socket.close(REFUSED)
            return
        yield message.get("text") or ""


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let something be done as long as the context lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def once_in_each_loop(make: Callable[[], Thing]) -> Callable[[], Thing]:
    """Let all who ask in one event loop have the same thing, made when the first of them asks."""
    made: WeakKeyDictionary[asyncio.AbstractEventLoop, Thing] = WeakKeyDictionary()

    @wraps(make)
    def known() -> Thing:
        loop = asyncio.get_running_loop()
        if loop not in made:
            made[loop] = make()
        return made[loop]

    return known


async def _is_allowed(origin: str, host: str | None) -> bool:
    try:
        if urlsplit(origin).netloc == host:
            return True
    except ValueError:
        return False
    # It may ask for this machine's own addresses.
    return await asyncio.to_thread(is_url_from_allowed_origins, origin)
