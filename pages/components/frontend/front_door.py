"""What every request passes first: unknown hosts, addresses with a slash at their end, names.

Streamlit serves its page to any host and then refuses the page's socket, so that a visitor waits
in front of an empty page for good. An address with a slash at its end it redirects to a path from
the root, which a proxy that takes a prefix off has no way to know. And a browser that asks for a
page gets its name with it, before the page opens its socket; see `access.person`.
"""

from __future__ import annotations

from html import escape

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from pages.components.access import person

# Health checks come by any name, often by an address of a container.
_FOR_ALL = "/_stcore/health"
_REFUSAL = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Unknown host · Cross-Entropy Explorer</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 44rem }}
  body {{ margin: 12vh auto; padding: 0 1rem }}
  code {{ background: #8883; padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere }}
  :root {{ color-scheme: light dark }}
</style>
<h1>This server does not know the host {host}</h1>
<p>It answers only under the names in its setting <code>server.allowedHosts</code>. Whoever runs it
can add this one in <code>.streamlit/config.toml</code>, or at start with the environment variable
<code>STREAMLIT_SERVER_ALLOWED_HOSTS="{allowed}"</code>.</p>
"""


class FrontDoor:
    """Middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here, or hand it on; sockets are always handed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif answer := _answer(scope):
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, _with_name(scope, send))


def _answer(scope: Scope) -> Response | None:
    path: str = scope["path"]
    host = Headers(scope=scope).get("host")
    if not path.endswith(_FOR_ALL) and not is_host_allowed(host):
        return _refusal(host)
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    if path.endswith("/") and path.strip("/") not in ("", base) and not path.startswith("//"):
        return _without_slash(scope)
    return None


def _with_name(scope: Scope, send: Send) -> Send:
    """Return what sends an answer and, with a page, the name of a browser that has none."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            asked, answered = Headers(scope=scope), Headers(raw=message["headers"])
            if answered.get("content-type", "").startswith("text/html"):
                is_secure = "https" in (scope["scheme"], asked.get("x-forwarded-proto"))
                if cookie := person.naming(asked.get("cookie", ""), is_secure=is_secure):
                    named = [*message["headers"], (b"set-cookie", cookie.encode())]
                    # A list of its own: the next answer may be made of the same one.
                    message = {**message, "headers": named}
        await send(message)

    return sent


def _refusal(host: str | None) -> Response:
    known = st.get_option("server.allowedHosts")
    # The port is no part of the setting; whoever sends no readable host needs no advice.
    name = (host or "").rsplit(":", 1)[0] or "your-host"
    page = _REFUSAL.format(
        host=escape((host or "that is not named")[:200]),
        allowed=escape(" ".join([*known, name[:200]])),
    )
    return HTMLResponse(page, status_code=421, headers={"Cache-Control": "no-store"})


def _without_slash(scope: Scope) -> Response:
    """Redirect by a relative path, which is right below any prefix that a proxy took off."""
    bare = scope["path"].rstrip("/")
    up = "../" * (len(scope["path"]) - len(bare))
    query = scope["query_string"].decode("latin-1")
    url = f"{up}{bare.rsplit('/', 1)[-1]}{'?' if query else ''}{query}"
    return RedirectResponse(url, status_code=308, headers={"Cache-Control": "no-cache"})
