"""Who may use the app's own routes: whoever Streamlit's own socket would answer."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

_log = logging.getLogger(__name__)


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


async def _is_allowed(origin: str, host: str | None) -> bool:
    try:
        if urlsplit(origin).netloc == host:
            return True
    except ValueError:
        return False
    # It may ask for this machine's own addresses.
    return await asyncio.to_thread(is_url_from_allowed_origins, origin)
